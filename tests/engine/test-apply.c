/* A fitted network on inputs of one's own, the degrees of its features, and their pictures. */
#include "lofi-apply.h"
#include "lofi-degree.h"
#include "lofi-networks.h"

#define SAMPLES 149
#define TESTS 61

static const LofiMapShape shape = { 3, 8, 7 };
static char *folder;

static void
set_up (void)
{
  lofi_blas_set_threads (1);
  folder = fixture_folder ();
  network_write_maps (folder, SAMPLES, TESTS, shape.channels, shape.height, shape.width);
}

static void
tear_down (void)
{
  fixture_remove (folder);
}

/* ---- apply ---- */

/* Every layer of the network gives for the test inputs the test features it has. */
static void
check_apply (const char *layers, LofiPrecision precision, double tolerance)
{
  g_autoptr (LofiResult) result = network_fit_as (folder, layers, precision, 0);
  for (guint l = 0; l < result->n_layers; l++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (LofiArray) known = lofi_layer_result_features (result->layers[l], TRUE, NULL, &error);
      LofiMatrix features;
      ck_assert_msg (known != NULL, "%s", error ? error->message : "");
      ck_assert_int_eq (lofi_matrix_alloc (&features, TESTS, lofi_map_count (result->layers[l]->output_shape)), LOFI_OK);
      ck_assert (lofi_result_can_apply (result, l));
      ck_assert_int_eq (lofi_result_apply (result, l, &result->task->test.inputs, &features), LOFI_OK);
      double off = network_difference (&known->matrix, &features);
      ck_assert_msg (off <= tolerance, "%s: layer %u is off by %g", layers, l + 1, off);
      lofi_matrix_clear (&features);
    }
}

static const char *const nets[] = {
  "[layer1]\nwidth=90\nkeep=7\nbias=0.4\n[layer2]\nwidth=60\nkeep=5\nactivation=tanh\n[layer3]\nwidth=40\nkeep=none\n",
  "[layer1]\nwidth=90\nkeep=7\ncenter-lift=true\ncenter-labels=true\norder=1+2\n[layer2]\nwidth=60\nkeep=none\ncenter-lift=true\ndegree=2\n",
  "[layer1]\nkind=filter\nkeep=7\ncenter-lift=true\n[layer2]\nwidth=60\nkeep=4\norder=3\n",
  "[layer1]\nwidth=211\nkeep=7\n[layer2]\nwidth=300\nkeep=5\n",
  "[layer1]\nkind=conv\nwidth=31\nkeep=4\nsize=3\npadding=1\nstride=2\nbias=0.2\n[layer2]\nkind=pool\nsize=2\n[layer3]\nkind=flatten\n[layer4]\nwidth=40\nkeep=3\n",
  "[layer1]\nkind=conv\nwidth=13\nkeep=none\nsize=3\ncenter-lift=true\n[layer2]\nkind=pool\nsize=2\nmode=avg\n[layer3]\nkind=conv\nsize=1\nwidth=9\nkeep=1\n",
  "[layer1]\nkind=conv\nwidth=31\nkeep=1\nsize=7\n[layer2]\nkind=flatten\n",
  /* One channel, one row of positions: by its shape alone as a vector would be. */
  "[layer1]\nkind=conv\nwidth=31\nkeep=1\nsize=7\npadding=1\nstride=4\n[layer2]\nkind=conv\nsize=1\nwidth=20\nkeep=1\n[layer3]\nkind=flatten\n",
  "[layer1]\nkind=filter\nsize=3\nkeep=4\npadding=1\n[layer2]\nkind=conv\nsize=3\nwidth=20\nkeep=3\n",
  "[layer1]\nwidth=inf\nkeep=5\nbias=0.3\n[layer2]\nwidth=inf\nkeep=4\nactivation=erf\n[layer3]\nwidth=50\nkeep=none\n",
  "[layer1]\nwidth=70\nkeep=none\n[layer2]\nwidth=inf\nkeep=4\n",
};

START_TEST (test_apply_gives_the_features)
{
  check_apply (nets[_i], LOFI_PRECISION_DOUBLE, 1e-9);
}
END_TEST

START_TEST (test_apply_in_single_precision)
{
  check_apply (nets[_i], LOFI_PRECISION_SINGLE, 1e-5);
}
END_TEST

/* From the test features of any layer on, what comes out are the predictions that the fit made. */
START_TEST (test_predicting_from_a_layer)
{
  g_autoptr (LofiResult) result = network_fit (folder, nets[_i]);
  double largest = 0;
  for (gsize i = 0; i < TESTS; i++)
    largest = fmax (largest, fabs (result->readout->test_predictions[i]));
  for (guint l = 0; l < result->n_layers; l++)
    {
      g_autoptr (LofiArray) features = lofi_layer_result_features (result->layers[l], TRUE, NULL, NULL);
      double predictions[TESTS], worst = 0;
      ck_assert_ptr_nonnull (features);
      ck_assert (lofi_result_can_predict_from (result, l));
      ck_assert_int_eq (lofi_result_predict_from (result, l, &features->matrix, predictions), LOFI_OK);
      for (gsize i = 0; i < TESTS; i++)
        worst = isfinite (predictions[i]) ? fmax (worst, fabs (predictions[i] - result->readout->test_predictions[i])) : INFINITY;
      ck_assert_msg (worst <= 1e-9 * largest, "%s: from layer %u off by %g of %g", nets[_i], l + 1, worst, largest);
    }
  ck_assert (!lofi_result_can_predict_from (result, result->n_layers));
}
END_TEST

START_TEST (test_what_cannot_predict)
{
  g_autoptr (LofiResult) ends = network_fit (folder, "[layer1]\nwidth=20\nkeep=3\n[layer2]\nwidth=inf\nkeep=none\n");
  g_autoptr (LofiResult) result = network_fit (folder, "[layer1]\nwidth=20\nkeep=3\n[layer2]\nwidth=30\nkeep=none\n");
  double number = 0;
  LofiMatrix small = { &number, 1, 1, 1 };
  ck_assert (!lofi_result_can_predict_from (ends, 0) && !lofi_result_can_predict_from (ends, 1));
  ck_assert (lofi_result_can_predict_from (result, 0) && lofi_result_can_predict_from (result, 1));
  ck_assert_int_eq (lofi_result_predict_from (result, 0, &small, &number), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_result_predict_from (result, 1, &small, &number), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_result_predict_from (ends, 0, &small, &number), LOFI_BAD_SHAPE);
  g_clear_pointer (&result->readout, lofi_readout_unref);
  ck_assert (!lofi_result_can_predict_from (result, 0));
}
END_TEST

START_TEST (test_what_cannot_be_applied)
{
  g_autoptr (LofiResult) result = network_fit (folder, "[layer1]\nwidth=20\nkeep=3\n[layer2]\nwidth=inf\nkeep=none\n[layer3]\nwidth=inf\nkeep=3\n");
  g_autoptr (GError) error = NULL;
  double number = 0;
  LofiMatrix small = { &number, 1, 1, 1 };
  ck_assert (lofi_result_can_apply (result, 0));
  ck_assert (!lofi_result_can_apply (result, 1));
  ck_assert (!lofi_result_can_apply (result, 2));
  ck_assert (!lofi_result_can_apply (result, 3));
  ck_assert_int_eq (lofi_result_apply (result, 0, &small, &small), LOFI_BAD_SHAPE);
  ck_assert_ptr_null (lofi_result_degrees (result, 1, 0, NULL, &error));
  ck_assert_int_eq (lofi_error_exit_code (error), 2);
}
END_TEST

/* ---- degrees ---- */

static LofiArray *
degrees_of (const LofiResult *result, guint layer, gsize count)
{
  g_autoptr (GError) error = NULL;
  LofiArray *shares = lofi_result_degrees (result, layer, count, NULL, &error);
  ck_assert_msg (shares != NULL, "%s", error ? error->message : "");
  ck_assert_uint_eq (shares->matrix.cols, LOFI_DEGREES);
  for (gsize k = 0; k < shares->matrix.rows; k++)
    {
      double sum = 0;
      for (gsize m = 0; m < LOFI_DEGREES; m++)
        {
          ck_assert (network_at (shares, k, m) >= 0);
          sum += network_at (shares, k, m);
        }
      ck_assert (fabs (sum - 1) <= 1e-9);
    }
  return shares;
}

START_TEST (test_linear_features_are_of_degree_one)
{
  static const char *const linear[] = { "[layer1]\nkind=filter\nkeep=3\n", "[layer1]\nwidth=80\nkeep=3\nactivation=identity\n",
                                        "[layer1]\nkind=filter\nsize=3\nkeep=1\n", "[layer1]\nkind=conv\nsize=3\nwidth=30\nkeep=3\nactivation=identity\n",
                                        "[layer1]\nkind=conv\nwidth=31\nkeep=1\nsize=7\npadding=1\nstride=4\nactivation=identity\n" };
  g_autoptr (LofiResult) result = network_fit (folder, linear[_i]);
  g_autoptr (LofiArray) shares = degrees_of (result, 0, 0);
  ck_assert_uint_eq (shares->matrix.rows, result->layers[0]->keep);
  for (gsize k = 0; k < shares->matrix.rows; k++)
    ck_assert_msg (fabs (network_at (shares, k, 1) - 1) <= 1e-9, "%s: %g", linear[_i], network_at (shares, k, 1));
}
END_TEST

/* No mass above the product of the degrees; a truncated lift is a polynomial whatever it is applied to. */
START_TEST (test_no_degree_above_the_bound)
{
  g_autoptr (LofiResult) result = network_fit (folder, "[layer1]\nwidth=80\nkeep=3\ndegree=2\n[layer2]\nwidth=60\nkeep=4\ndegree=2\n");
  for (guint l = 0; l < 2; l++)
    {
      gsize bound = lofi_experiment_total_degree (result->experiment, l);
      g_autoptr (LofiArray) shares = degrees_of (result, l, 2);
      ck_assert_uint_eq (bound, l ? 4 : 2);
      ck_assert_uint_eq (shares->matrix.rows, 2);
      for (gsize k = 0; k < 2; k++)
        for (gsize m = bound + 1; m < LOFI_DEGREES; m++)
          ck_assert_msg (network_at (shares, k, m) <= 1e-9, "layer %u, degree %zu: %g", l + 1, m, network_at (shares, k, m));
    }
}
END_TEST

/* ---- pictures ---- */

/* With sigma the identity the gradient is W V / c / sqrt (P), the same everywhere. */
static void
check_pulled_back (const LofiResult *result, LofiMapShape expected)
{
  const LofiLayerResult *layer = result->layers[0];
  g_autoptr (GError) error = NULL;
  g_autoptr (LofiArray) pictures = lofi_result_pictures (result, 0, LOFI_PICTURE_PULLED_BACK, 3, NULL, &error);
  LofiMapShape found = lofi_result_picture_shape (result, 0, LOFI_PICTURE_PULLED_BACK);
  ck_assert_ptr_nonnull (pictures);
  ck_assert (memcmp (&found, &expected, sizeof found) == 0);
  ck_assert_uint_eq (pictures->matrix.cols, lofi_map_count (found));
  for (gsize k = 0; k < 3; k++)
    for (gsize j = 0; j < pictures->matrix.cols; j++)
      {
        double sum = layer->weights ? 0 : network_at (layer->filters, j, k);
        for (gsize p = 0; layer->weights && p < layer->width; p++)
          sum += network_at (layer->weights, j, p) * network_at (layer->filters, p, k) / layer->scale / sqrt ((double) layer->width);
        ck_assert_msg (fabs (network_at (pictures, k, j) - sum) <= 1e-12, "direction %zu, number %zu", k, j);
      }
}

START_TEST (test_directions_pulled_back)
{
  static const struct { const char *layers; LofiMapShape shape; } cases[] = {
    { "[layer1]\nwidth=60\nkeep=4\nactivation=identity\n", { 3, 8, 7 } },
    { "[layer1]\nkind=conv\nsize=5\npadding=1\nstride=2\nwidth=60\nkeep=4\nactivation=identity\n", { 3, 5, 5 } },
    { "[layer1]\nkind=filter\nsize=3\nkeep=2\n", { 1, 3, 3 } },
    { "[layer1]\nkind=filter\nkeep=4\n", { 3, 8, 7 } },
  };
  g_autoptr (LofiResult) result = network_fit (folder, cases[_i].layers);
  ck_assert_int_eq (lofi_picture_default (result->experiment, 0), LOFI_PICTURE_PULLED_BACK);
  check_pulled_back (result, cases[_i].shape);
}
END_TEST

/* Of maps the projections of all positions count together. */
START_TEST (test_weighted_mean_of_maps)
{
  g_autoptr (LofiResult) result = network_fit (folder, "[layer1]\nkind=conv\nsize=3\nwidth=40\nkeep=4\n[layer2]\nkind=pool\nsize=2\n"
                                                       "[layer3]\nkind=conv\nsize=2\nwidth=30\nkeep=2\n");
  const LofiMatrix *x = &result->task->train.inputs;
  for (guint l = 0; l < 3; l += 2)
    {
      const LofiLayerResult *layer = result->layers[l];
      gsize each = layer->output_shape.height * layer->output_shape.width;
      g_autoptr (LofiArray) pictures = lofi_result_pictures (result, l, LOFI_PICTURE_WEIGHTED_MEAN, 0, NULL, NULL);
      LofiMapShape found = lofi_result_picture_shape (result, l, LOFI_PICTURE_WEIGHTED_MEAN);
      ck_assert (memcmp (&found, &shape, sizeof shape) == 0);
      ck_assert_uint_eq (pictures->matrix.rows, layer->keep);
      for (gsize k = 0; k < layer->keep; k++)
        for (gsize j = 0; j < x->cols; j++)
          {
            double sum = 0, total = 0;
            for (gsize i = 0; i < x->rows; i++)
              {
                double p = 0;
                for (gsize s = 0; s < each; s++)
                  p += network_at (layer->train, i, k * each + s);
                sum += p * x->data[i * x->stride + j];
                total += fabs (p);
              }
            ck_assert (fabs (network_at (pictures, k, j) - sum / total) <= 1e-12);
          }
    }
}
END_TEST

START_TEST (test_which_pictures_there_are)
{
  g_autoptr (LofiExperiment) e = fixture_experiment (folder,
    "[layer1]\nkind=conv\nsize=3\nwidth=40\nkeep=4\n[layer2]\nkind=pool\nsize=2\n[layer3]\nkind=flatten\n[layer4]\nwidth=30\nkeep=2\n[layer5]\nkeep=none\n");
  g_autoptr (LofiExperiment) kernel = fixture_experiment (folder, "[layer1]\nwidth=inf\nkeep=4\n");
  ck_assert (lofi_picture_possible (e, 0, LOFI_PICTURE_PULLED_BACK) && lofi_picture_possible (e, 0, LOFI_PICTURE_WEIGHTED_MEAN));
  ck_assert (!lofi_picture_possible (e, 1, LOFI_PICTURE_WEIGHTED_MEAN) && !lofi_picture_possible (e, 2, LOFI_PICTURE_WEIGHTED_MEAN));
  ck_assert (!lofi_picture_possible (e, 3, LOFI_PICTURE_PULLED_BACK) && lofi_picture_possible (e, 3, LOFI_PICTURE_WEIGHTED_MEAN));
  ck_assert (!lofi_picture_possible (e, 4, LOFI_PICTURE_WEIGHTED_MEAN));
  ck_assert (!lofi_picture_possible (kernel, 0, LOFI_PICTURE_PULLED_BACK));
  ck_assert_int_eq (lofi_picture_default (kernel, 0), LOFI_PICTURE_WEIGHTED_MEAN);
  g_autoptr (LofiResult) result = network_fit (folder, "[layer1]\nwidth=inf\nkeep=4\n");
  g_autoptr (LofiArray) mean = lofi_result_pictures (result, 0, LOFI_PICTURE_WEIGHTED_MEAN, 0, NULL, NULL);
  g_autoptr (GError) error = NULL;
  ck_assert_uint_eq (mean->matrix.rows, 4);
  ck_assert_ptr_null (lofi_result_pictures (result, 0, LOFI_PICTURE_PULLED_BACK, 0, NULL, &error));
  ck_assert_int_eq (lofi_error_exit_code (error), 2);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("apply");
  TCase *tests = tcase_create ("apply");
  tcase_add_checked_fixture (tests, set_up, tear_down);
  tcase_set_timeout (tests, 60);
  tcase_add_loop_test (tests, test_apply_gives_the_features, 0, G_N_ELEMENTS (nets));
  tcase_add_loop_test (tests, test_apply_in_single_precision, 0, G_N_ELEMENTS (nets));
  tcase_add_loop_test (tests, test_predicting_from_a_layer, 0, (int) G_N_ELEMENTS (nets));
  tcase_add_test (tests, test_what_cannot_predict);
  tcase_add_test (tests, test_what_cannot_be_applied);
  tcase_add_loop_test (tests, test_linear_features_are_of_degree_one, 0, 5);
  tcase_add_test (tests, test_no_degree_above_the_bound);
  tcase_add_loop_test (tests, test_directions_pulled_back, 0, 4);
  tcase_add_test (tests, test_weighted_mean_of_maps);
  tcase_add_test (tests, test_which_pictures_there_are);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
