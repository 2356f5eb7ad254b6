/* Layers of every kind through the whole fit: precisions, orders, baselines, and what should not be asked of them. */
#include "lofi-networks.h"

#define DENSE_NET \
  "[layer1]\nkind=dense\nwidth=277\nkeep=9\n[layer2]\nkind=dense\nwidth=193\nkeep=7\n[layer3]\nkind=dense\nwidth=151\nkeep=none\n"

static char *folder;

static void
set_up (void)
{
  lofi_blas_set_threads (1);
  folder = fixture_folder ();
}

static void
tear_down (void)
{
  fixture_remove (folder);
}

/* ---- precision ---- */

START_TEST (test_single_and_double_agree)
{
  network_write_vectors (folder, 1311, 517, FIXTURE_INPUTS);
  g_autoptr (LofiResult) one = network_fit_as (folder, DENSE_NET, LOFI_PRECISION_DOUBLE, 0);
  g_autoptr (LofiResult) other = network_fit_as (folder, DENSE_NET, LOFI_PRECISION_SINGLE, 0);
  g_autoptr (LofiResult) again = network_fit_as (folder, DENSE_NET, LOFI_PRECISION_SINGLE, 0);
  g_autoptr (LofiResult) chosen = network_fit_as (folder, DENSE_NET, LOFI_PRECISION_AUTO, 0);
  for (guint l = 0; l < 2; l++)
    {
      const LofiLayerResult *a = one->layers[l], *b = other->layers[l];
      for (gsize k = 0; k < a->keep; k++)
        ck_assert (fabs (a->eigenvalues[k] - b->eigenvalues[k]) <= 1e-6 * fabs (a->eigenvalues[0]));
      ck_assert (network_difference (&a->train->matrix, &b->train->matrix) <= 1e-3);
      ck_assert (network_difference (&a->test->matrix, &b->test->matrix) <= 1e-3);
      ck_assert (network_same_bytes (&b->train->matrix, &again->layers[l]->train->matrix));
      ck_assert (network_same_bytes (&b->test->matrix, &again->layers[l]->test->matrix));
      /* So small a network costs nothing in double. */
      ck_assert (network_same_bytes (&a->train->matrix, &chosen->layers[l]->train->matrix));
    }
  /* The first layer, whose input is the same, agrees far better. */
  ck_assert (network_difference (&one->layers[0]->train->matrix, &other->layers[0]->train->matrix) <= 5e-5);
  ck_assert (fabs (one->readout->test_scores.mse / other->readout->test_scores.mse - 1) <= 1e-4);
  ck_assert (fabs (one->readout->ridge.loo_mse / other->readout->ridge.loo_mse - 1) <= 1e-4);
  ck_assert (other->readout->test_scores.mse == again->readout->test_scores.mse);
}
END_TEST

/* A lift that was computed for something cheaper is not taken for one of another precision. */
START_TEST (test_a_cache_changes_nothing)
{
  network_write_vectors (folder, 1409, 97, FIXTURE_INPUTS);
  g_autoptr (LofiExperiment) kept = fixture_experiment (folder, "[layer1]\nkind=dense\nwidth=1307\nkeep=5\n");
  g_autoptr (LofiExperiment) plain = fixture_experiment (folder, "[layer1]\nkind=dense\nwidth=1307\nkeep=none\n");
  g_autoptr (LofiCache) cache = lofi_cache_new ((gsize) 1 << 28);
  g_autoptr (LofiResult) before = network_fit_with (plain, FALSE, cache, LOFI_SPECTRA_LEADING);
  g_autoptr (LofiResult) after = network_fit_with (kept, FALSE, cache, LOFI_SPECTRA_LEADING);
  g_autoptr (LofiResult) fresh = network_fit_with (kept, FALSE, NULL, LOFI_SPECTRA_LEADING);
  ck_assert (before->readout->test_scores.mse >= 0);
  ck_assert (network_same_bytes (&after->layers[0]->train->matrix, &fresh->layers[0]->train->matrix));
  ck_assert (network_same_bytes (&after->layers[0]->test->matrix, &fresh->layers[0]->test->matrix));
}
END_TEST

/* ---- kind=filter ---- */

START_TEST (test_a_filter_on_the_input_itself)
{
  static const char *const precisions[] = { "", "precision" };
  network_write_vectors (folder, 311, 103, FIXTURE_INPUTS);
  g_autoptr (LofiResult) result = network_fit_as (folder, "[layer1]\nkind=filter\nkeep=24\n",
                                                  *precisions[_i] ? LOFI_PRECISION_SINGLE : LOFI_PRECISION_DOUBLE, 0);
  const LofiLayerResult *layer = result->layers[0];
  const LofiMatrix *x = &result->task->train.inputs;
  ck_assert_uint_eq (layer->width, FIXTURE_INPUTS);
  ck_assert (layer->scale == 0);
  ck_assert_ptr_null (layer->weights);
  plain_check_eigenpairs (x, result->task->train.y, 1, layer, 0, 24, _i ? 1e-6 : 1e-12);
  for (gsize i = 0; i < x->rows; i++)
    for (gsize k = 0; k < 24; k++)
      {
        double sum = 0;
        for (gsize j = 0; j < x->cols; j++)
          sum += x->data[i * x->stride + j] * network_at (layer->filters, j, k);
        ck_assert (fabs (sum - network_at (layer->train, i, k)) <= (_i ? 1e-5 : 1e-12));
      }
}
END_TEST

/* More inputs than samples: the dual form, on the input itself. */
START_TEST (test_a_filter_on_more_inputs_than_samples)
{
  network_write_vectors (folder, 17, 5, 61);
  g_autoptr (LofiResult) result = network_fit (folder, "[layer1]\nkind=filter\nkeep=6\n");
  ck_assert_int_eq (result->layers[0]->form, LOFI_FORM_DUAL);
  plain_check_eigenpairs (&result->task->train.inputs, result->task->train.y, 1, result->layers[0], 0, 6, 1e-11);
}
END_TEST

/* ---- orders ---- */

/* Inputs N(0, 1), labels of information exponent 3 or 4 of the first of them (theory: sign (s^3 - 2 ln 2 s), and a band of |s|). */
static void
write_single_index (gsize n, gsize d, int exponent)
{
  for (guint split = 0; split < 2; split++)
    {
      gsize count = split ? 50 : n;
      g_autofree double *x = g_new (double, count * d), *y = g_new (double, count);
      g_autofree char *inputs = g_strdup_printf ("%s/%s-x.npy", folder, split ? "test" : "train");
      g_autofree char *targets = g_strdup_printf ("%s/%s-y.npy", folder, split ? "test" : "train");
      lofi_random_normals (5, LOFI_PURPOSE_TEACHER, split, 0, count * d, x);
      for (gsize i = 0; i < count; i++)
        {
          double s = x[i * d];
          gboolean up = exponent == 3 ? s * (s * s - 2 * log (2)) > 0 : !(fabs (s) > 0.50897 && fabs (s) < 1.59474);
          y[i] = up ? 1 : -1;
        }
      ck_assert (lofi_npy_write_doubles (inputs, x, (gsize[]) { count, d }, 2, NULL));
      ck_assert (lofi_npy_write_doubles (targets, y, (gsize[]) { count }, 1, NULL));
    }
}

static double
overlap_of_order (const char *order)
{
  g_autofree char *text = g_strdup_printf ("[layer1]\nkind=filter\nkeep=1\norder=%s\n", order);
  g_autoptr (LofiResult) result = network_fit (folder, text);
  double first = network_at (result->layers[0]->filters, 0, 0);
  return first * first;
}

START_TEST (test_order_sees_its_own_exponent)
{
  write_single_index (1600, 50, 3);
  double third = overlap_of_order ("3"), second = overlap_of_order ("2"), fourth = overlap_of_order ("4");
  ck_assert_msg (third >= 0.5, "order 3: %g", third);
  ck_assert_msg (second <= 0.1, "order 2: %g", second);
  ck_assert_msg (fourth <= 0.1, "order 4: %g", fourth);
}
END_TEST

START_TEST (test_fourth_order)
{
  write_single_index (3200, 30, 4);
  double fourth = overlap_of_order ("4"), second = overlap_of_order ("2"), third = overlap_of_order ("3");
  ck_assert_msg (fourth >= 0.5, "order 4: %g", fourth);
  ck_assert_msg (second <= 0.1, "order 2: %g", second);
  ck_assert_msg (third <= 0.1, "order 3: %g", third);
}
END_TEST

/* Of a lift, narrower and wider than the samples: unit directions, finite features. */
START_TEST (test_high_orders_of_a_lift)
{
  network_write_vectors (folder, 131, 37, FIXTURE_INPUTS);
  g_autofree char *text = g_strdup_printf ("[layer1]\nkind=dense\nwidth=%d\nkeep=3\norder=%d\n[layer2]\nwidth=40\nkeep=none\n",
                                           _i % 2 ? 211 : 67, _i / 2 ? 4 : 3);
  g_autoptr (LofiResult) result = network_fit (folder, text);
  for (gsize k = 0; k < 3; k++)
    {
      double norm = 0;
      for (gsize p = 0; p < result->layers[0]->width; p++)
        norm += pow (network_at (result->layers[0]->filters, p, k), 2);
      ck_assert (fabs (norm - 1) <= 1e-10);
    }
  ck_assert (lofi_matrix_is_finite (&result->layers[0]->test->matrix));
  ck_assert (result->readout->test_scores.mse >= 0);
}
END_TEST

/* ---- baselines ---- */

static LofiResult *
fit_compared (const char *layers, LofiCompare compare)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, layers);
  experiment->sweep_compare = compare;
  return network_fit_with (experiment, TRUE, NULL, LOFI_SPECTRA_LEADING);
}

START_TEST (test_lazy_networks_of_every_kind)
{
  static const struct { const char *net, *lazy; } cases[] = {
    { "[layer1]\nkind=conv\nwidth=23\nkeep=4\nsize=3\npadding=1\ncenter-lift=true\n[layer2]\nkind=pool\nsize=2\n[layer3]\nkind=flatten\n"
      "[layer4]\nkind=dense\nwidth=41\nkeep=5\norder=1+2\n",
      "[layer1]\nkind=conv\nwidth=23\nkeep=none\nsize=3\npadding=1\n[layer2]\nkind=pool\nsize=2\n[layer3]\nkind=flatten\n"
      "[layer4]\nkind=dense\nwidth=41\nkeep=none\n" },
    { "[layer1]\nkind=dense\nwidth=41\nkeep=5\n[layer2]\nkind=filter\nkeep=3\n", "[layer1]\nkind=dense\nwidth=41\nkeep=none\n" },
    { "[layer1]\nkind=filter\nsize=3\nkeep=4\n[layer2]\nkind=flatten\n", "[layer1]\nkind=flatten\n" },
  };
  network_write_maps (folder, 83, 29, 2, 8, 7);
  g_autoptr (LofiResult) result = fit_compared (cases[_i].net, LOFI_COMPARE_LAZY), lazy = fit_compared (cases[_i].lazy, LOFI_COMPARE_LAZY);
  ck_assert (result->lazy->test_scores.mse == lazy->readout->test_scores.mse);
  ck_assert (result->linear->test_scores.mse == lazy->linear->test_scores.mse);
  ck_assert (result->lazy->test_scores.mse >= 0);
}
END_TEST

/* Only filters: without them nothing is left but the input. */
START_TEST (test_lazy_network_of_filters_is_linear)
{
  network_write_vectors (folder, 83, 29, FIXTURE_INPUTS);
  g_autoptr (LofiResult) result = fit_compared ("[layer1]\nkind=filter\nkeep=6\n[layer2]\nkind=filter\nkeep=3\n", LOFI_COMPARE_LAZY);
  ck_assert (result->lazy->test_scores.mse == result->linear->test_scores.mse);
}
END_TEST

/* A matrix of one's own is for the K inputs that the filter before leaves. */
START_TEST (test_lazy_network_draws_where_a_matrix_does_not_fit)
{
  network_write_vectors (folder, 83, 29, FIXTURE_INPUTS);
  g_autofree double *w = g_new (double, 4 * 31);
  g_autofree char *path = g_strdup_printf ("%s/w.npy", folder);
  lofi_random_normals (1, LOFI_PURPOSE_TEACHER, 9, 0, 4 * 31, w);
  ck_assert (lofi_npy_write_doubles (path, w, (gsize[]) { 4, 31 }, 2, NULL));
  g_autoptr (LofiResult) result = fit_compared ("[layer1]\nkind=filter\nkeep=4\n[layer2]\nkind=dense\nwidth=31\nkeep=3\nweights=w.npy\n",
                                                LOFI_COMPARE_LAZY);
  g_autoptr (LofiResult) lazy = fit_compared ("[layer1]\nkind=dense\nwidth=31\nkeep=none\n", LOFI_COMPARE_LAZY);
  ck_assert (result->lazy->test_scores.mse == lazy->readout->test_scores.mse);
  ck_assert (network_at (result->layers[1]->weights, 2, 5) == w[2 * 31 + 5]);
}
END_TEST

/* ---- too much, too little ---- */

START_TEST (test_keep_beyond_what_there_is)
{
  network_write_maps (folder, 6, 3, 2, 5, 4);
  network_refused (folder, "[layer1]\nkind=dense\nwidth=40\nkeep=7\n", "layer1.keep|7");
  network_refused (folder, "[layer1]\nkind=filter\nkeep=7\n", "layer1.keep|7");
  network_refused (folder, "[layer1]\nkind=conv\nwidth=40\nkeep=39\nsize=3\n", "layer1.keep|39|36");
  network_refused (folder, "[layer1]\nkind=filter\nsize=4\nkeep=13\n", "layer1.keep|13|12");
  network_refused (folder, "[layer1]\nkind=dense\nwidth=inf\nkeep=7\n", "layer1.keep|7|6");
  network_refused (folder, "[layer1]\nkind=dense\nwidth=40\nkeep=4\n[layer2]\nkind=filter\nkeep=5\n", "layer2|5|4");
  network_refused (folder, "[layer1]\nkind=dense\nwidth=40\nkeep=7\norder=3\n", "layer1.keep|7");
}
END_TEST

START_TEST (test_windows_that_leave_nothing)
{
  network_write_maps (folder, 12, 3, 2, 5, 4);
  network_refused (folder, "[layer1]\nkind=conv\nwidth=10\nkeep=2\nsize=5\n", "layer1|5 x 5|5 x 4|smaller");
  network_refused (folder, "[layer1]\nkind=filter\nkeep=2\nsize=5\n", "layer1|5 x 5|5 x 4");
  network_refused (folder, "[layer1]\nkind=pool\nsize=5\n", "layer1|5 x 5|5 x 4|smaller");
  network_refused (folder, "[layer1]\nkind=conv\nwidth=10\nkeep=2\nsize=3\nstride=2\n[layer2]\nkind=conv\nwidth=5\nkeep=2\nsize=3\n", "layer2|2 x 1");
  network_write_vectors (folder, 12, 3, 20);
  network_refused (folder, "[layer1]\nkind=conv\nwidth=10\nkeep=2\nsize=3\npadding=1\n", "layer1|not images|dense");
  network_refused (folder, "[layer1]\nkind=pool\nsize=1\n", "layer1|not images|dense");
  network_refused (folder, "[layer1]\nkind=filter\nsize=1\nkeep=1\n", "layer1|not images|dense");
}
END_TEST

START_TEST (test_two_samples)
{
  static const char *const nets[] = {
    "[layer1]\nkind=dense\nwidth=7\nkeep=1\n", "[layer1]\nkind=dense\nwidth=2\nkeep=2\n", "[layer1]\nkind=dense\nwidth=9\nkeep=none\n",
    "[layer1]\nkind=conv\nsize=2\nwidth=9\nkeep=3\n", "[layer1]\nkind=filter\nkeep=1\n", "[layer1]\nkind=filter\nsize=2\nkeep=2\n",
    "[layer1]\nkind=dense\nwidth=inf\nkeep=1\n", "[layer1]\nkind=dense\nwidth=inf\nkeep=none\n", "[layer1]\nkind=filter\nkeep=1\norder=1\n",
    "[layer1]\nkind=dense\nwidth=9\nkeep=1\norder=3\n", "[layer1]\nkind=dense\nwidth=9\nkeep=2\norder=1+2\n",
  };
  network_write_maps (folder, 2, 3, 2, 4, 3);
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, nets[_i]);
  g_autoptr (GError) error = NULL;
  g_autoptr (LofiResult) result = lofi_fit (experiment, TRUE, 0, NULL, NULL, NULL, &error);
  /* Computed, or refused in one sentence: two samples may not span what is asked for. */
  if (result)
    ck_assert (isfinite (result->readout->test_scores.mse) && isfinite (result->lazy->test_scores.mse));
  else
    ck_assert_msg (lofi_error_exit_code (error) == 2, "%s: exit %d: %s", nets[_i], lofi_error_exit_code (error), error->message);
}
END_TEST

/* As many layers as there may be, of every kind, one into the other. */
START_TEST (test_as_many_layers_as_there_may_be)
{
  static const char *const opening[] = { "kind=conv\nwidth=11\nkeep=3\nsize=3\npadding=1", "kind=filter\nsize=3\npadding=1\nkeep=2",
                                         "kind=conv\nwidth=6\nkeep=none\nsize=3\npadding=1\nactivation=tanh", "kind=pool\nsize=2\nmode=avg",
                                         "kind=flatten" };
  static const char *const body[] = { "kind=dense\nwidth=19\nkeep=7", "kind=dense\nwidth=17\nkeep=none\nactivation=erf", "kind=filter\nkeep=6",
                                      "kind=dense\nwidth=inf\nkeep=6", "kind=flatten", "kind=dense\nwidth=19\nkeep=5\ncenter-lift=true\ndegree=3",
                                      "kind=dense\nwidth=100\nkeep=6\nbias=0.5\norder=1+2" };
  g_autoptr (GString) text = g_string_new (NULL);
  network_write_maps (folder, 53, 19, 2, 8, 8);
  for (guint i = 0; i < LOFI_LAYERS_MAX; i++)
    g_string_append_printf (text, "[layer%u]\n%s\n", i + 1, i < G_N_ELEMENTS (opening) ? opening[i] : body[(i - G_N_ELEMENTS (opening)) % G_N_ELEMENTS (body)]);
  g_autoptr (LofiResult) result = fit_compared (text->str, LOFI_COMPARE_LAZY);
  ck_assert_uint_eq (result->n_layers, LOFI_LAYERS_MAX);
  for (guint i = 0; i < result->n_layers; i++)
    ck_assert_ptr_nonnull (result->layers[i]->train_rows);
  ck_assert (isfinite (result->readout->test_scores.mse));
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("layers");
  TCase *tests = tcase_create ("layers");
  tcase_add_checked_fixture (tests, set_up, tear_down);
  tcase_set_timeout (tests, 60);
  tcase_add_test (tests, test_single_and_double_agree);
  tcase_add_test (tests, test_a_cache_changes_nothing);
  tcase_add_loop_test (tests, test_a_filter_on_the_input_itself, 0, 2);
  tcase_add_test (tests, test_a_filter_on_more_inputs_than_samples);
  tcase_add_test (tests, test_order_sees_its_own_exponent);
  tcase_add_test (tests, test_fourth_order);
  tcase_add_loop_test (tests, test_high_orders_of_a_lift, 0, 4);
  tcase_add_loop_test (tests, test_lazy_networks_of_every_kind, 0, 3);
  tcase_add_test (tests, test_lazy_network_of_filters_is_linear);
  tcase_add_test (tests, test_lazy_network_draws_where_a_matrix_does_not_fit);
  tcase_add_test (tests, test_keep_beyond_what_there_is);
  tcase_add_test (tests, test_windows_that_leave_nothing);
  tcase_add_loop_test (tests, test_two_samples, 0, 11);
  tcase_add_test (tests, test_as_many_layers_as_there_may_be);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
