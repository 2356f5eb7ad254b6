/* What layers keep against what was planted, and fits against each other by their features; what is known of teachers beforehand. */
#include "lofi-bulk-law.h"
#include "lofi-features-private.h"
#include "lofi-files.h"
#include "lofi-networks.h"
#include "lofi-overlap.h"
#include "lofi-teacher.h"

static void
set_up (void)
{
  lofi_blas_set_threads (1);
}

static LofiExperiment *
teacher_experiment (const char *data, const char *layers)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strdup_printf ("[experiment]\nformat=1\n[data]\nnormalize=none\n%s\n%s", data, layers);
  LofiExperiment *experiment = lofi_experiment_parse (text, "teacher", NULL, NULL, &error);
  ck_assert_msg (experiment != NULL, "%s", error ? error->message : "");
  return experiment;
}

static LofiResult *
teacher_fit (const char *data, const char *layers, guint64 seed)
{
  g_autoptr (LofiExperiment) experiment = teacher_experiment (data, layers);
  experiment->seed = seed;
  return network_fit_with (experiment, FALSE, NULL, LOFI_SPECTRA_LEADING);
}

static double
overlap_of (const LofiResult *result, guint layer, double *groups)
{
  double whole = NAN;
  ck_assert (lofi_planted_overlaps (result, layer, groups, &whole, NULL));
  return whole;
}

/* ---- the first layer ---- */

/* Squared lengths of the projections of planted row r on the span of the columns of a (d x K): Gram and Schmidt in plain loops. */
static double
plain_overlap (const LofiMatrix *a, const double *p)
{
  gsize d = a->rows;
  g_autofree double *q = g_new (double, d * a->cols);
  double sum = 0;
  for (gsize k = 0; k < a->cols; k++)
    {
      double *column = q + k * d, along = 0, norm = 0;
      for (gsize j = 0; j < d; j++)
        column[j] = a->data[j * a->stride + k];
      for (gsize l = 0; l < 2 * k; l++)
        {
          const double *other = q + (l % k) * d;
          double dot = 0;
          for (gsize j = 0; j < d; j++)
            dot += other[j] * column[j];
          for (gsize j = 0; j < d; j++)
            column[j] -= dot * other[j];
        }
      for (gsize j = 0; j < d; j++)
        norm += column[j] * column[j];
      for (gsize j = 0; j < d; j++)
        {
          column[j] /= sqrt (norm);
          along += column[j] * p[j];
        }
      sum += along * along;
    }
  return sum;
}

static const double *
planted (const LofiResult *result, gsize row)
{
  const LofiMatrix *p = &result->task->dataset->planted;
  return p->data + row * p->stride;
}

/* The filter on the inputs themselves: what was found by hand, and what theory predicts, to what five seeds of a hundred dimensions leave open. */
START_TEST (xor_is_found_as_predicted)
{
  double mean = 0;
  LofiPredictedOutlier predicted;
  ck_assert_int_eq (lofi_predict_binary_outlier (0, 2 / G_PI, 20, &predicted), LOFI_OK);
  ck_assert (predicted.exists && predicted.overlap > 0.7 && predicted.overlap < 0.9);
  for (guint64 seed = 0; seed < 5; seed++)
    {
      g_autoptr (LofiResult) result = teacher_fit ("source=xor\ndimension=100\ntrain=2000\ntest=50", "[layer1]\nkind=filter\nkeep=2\n", seed);
      const LofiMatrix *v = &result->layers[0]->filters->matrix;
      g_autoptr (LofiArray) bars = lofi_planted_bars (result, 0, NULL);
      double group = NAN, whole = overlap_of (result, 0, &group);
      double direct = plain_overlap (v, planted (result, 0)) / 2 + plain_overlap (v, planted (result, 1)) / 2, by_bars = 0;
      ck_assert (fabs (group - direct) <= 1e-12 && fabs (whole - group) <= 1e-15);
      ck_assert (bars && bars->matrix.rows == 2 && bars->matrix.cols == 1);
      for (gsize k = 0; k < 2; k++)
        by_bars += network_at (bars, k, 0) / 2;
      ck_assert (fabs (by_bars - direct) <= 1e-12);
      mean += whole / 5;
    }
  ck_assert_msg (fabs (mean - predicted.overlap) <= 0.05, "%g, predicted %g", mean, predicted.overlap);
}
END_TEST

/* Each of the two outliers of xor has a direction of its own: the sum for the one above, the difference for the one below. */
START_TEST (directions_are_those_of_their_outliers)
{
  g_autoptr (LofiResult) result = teacher_fit ("source=xor\ndimension=20\ntrain=4000\ntest=50", "[layer1]\nkind=filter\nkeep=2\n", 1);
  const LofiLayerResult *layer = result->layers[0];
  for (gsize k = 0; k < 2; k++)
    {
      LofiMatrix column = { layer->filters->matrix.data + k, 20, 1, layer->filters->matrix.stride };
      gsize own = layer->eigenvalues[k] > 0 ? 0 : 1;
      ck_assert (plain_overlap (&column, planted (result, own)) >= 0.9);
      ck_assert (plain_overlap (&column, planted (result, 1 - own)) <= 0.02);
    }
}
END_TEST

/* Through a lift the kept directions are W V, and emerge with n; the same of infinite width. */
START_TEST (a_single_index_is_found_through_a_lift)
{
  static const char *const layers = "[layer1]\nwidth=600\nkeep=3\nactivation=tanh\ncenter-labels=true\n";
  static const char *const kernel = "[layer1]\nwidth=inf\nkeep=3\nactivation=tanh\ncenter-labels=true\n";
  static const char *const data = "source=single-index\nexponent=2\ndimension=40\ntest=50\ntrain=%d";
  g_autofree char *few = g_strdup_printf (data, 40), *many = g_strdup_printf (data, 1200);
  g_autoptr (LofiResult) early = teacher_fit (few, layers, 0), late = teacher_fit (many, layers, 0), limit = teacher_fit (many, kernel, 0);
  double early_overlap = NAN, late_overlap = NAN, limit_overlap = NAN;
  overlap_of (early, 0, &early_overlap);
  overlap_of (late, 0, &late_overlap);
  overlap_of (limit, 0, &limit_overlap);
  const LofiLayerResult *layer = late->layers[0];
  LofiMatrix pulled;
  ck_assert_int_eq (lofi_matrix_alloc (&pulled, 40, 3), LOFI_OK);
  for (gsize j = 0; j < 40; j++)
    for (gsize k = 0; k < 3; k++)
      for (gsize p = 0; p < 600; p++)
        pulled.data[j * 3 + k] += network_at (layer->weights, j, p) * network_at (layer->filters, p, k);
  double direct = plain_overlap (&pulled, planted (late, 0));
  ck_assert_msg (fabs (late_overlap - direct) <= 1e-10, "%g, by hand %g", late_overlap, direct);
  ck_assert_msg (early_overlap <= 0.4, "%g", early_overlap);
  ck_assert_msg (late_overlap >= 0.8, "%g", late_overlap);
  ck_assert_msg (fabs (limit_overlap - late_overlap) <= 0.1, "%g, of infinite width %g", late_overlap, limit_overlap);
  lofi_matrix_clear (&pulled);
}
END_TEST

/* As many directions as dimensions span everything, and more do too. */
START_TEST (everything_is_found_by_everything)
{
  g_autoptr (LofiResult) result = teacher_fit ("source=staircase\ndimension=9\ntrain=60\ntest=50", "[layer1]\nwidth=50\nkeep=12\n", 0);
  g_autoptr (LofiArray) bars = lofi_planted_bars (result, 0, NULL);
  double groups[4] = { NAN, NAN, NAN, NAN }, whole = overlap_of (result, 0, groups);
  for (guint g = 0; g < 4; g++)
    ck_assert (fabs (groups[g] - 1) <= 1e-9);
  ck_assert (fabs (whole - 1) <= 1e-9);
  ck_assert (bars && bars->matrix.rows == 12 && bars->matrix.cols == 4);
  for (gsize k = 0; k < 12; k++)
    {
      double sum = 0;
      for (gsize g = 0; g < 4; g++)
        sum += network_at (bars, k, g);
      ck_assert (sum > 0 && sum <= 1 + 1e-12);
    }
}
END_TEST

/* ---- deeper layers ---- */

#define TEST_SAMPLES 400

/* A fit of two layers whose second one's features of the test samples are replaced by `features`, as many columns as it keeps. */
static LofiResult *
with_features (const LofiMatrix *features)
{
  g_autofree char *layers = g_strdup_printf ("[layer1]\nwidth=60\nkeep=4\n[layer2]\nwidth=50\nkeep=%zu\n", features->cols);
  LofiResult *result = teacher_fit ("source=staircase\ndimension=12\ntrain=100\ntest=" G_STRINGIFY (TEST_SAMPLES), layers, 0);
  LofiLayerResult *layer = result->layers[1];
  g_autoptr (LofiArray) array = lofi_array_new (features->rows, features->cols, NULL, "test");
  ck_assert_int_eq (lofi_matrix_copy (&array->matrix, features), LOFI_OK);
  lofi_features_unref (layer->test_rows);
  layer->test_rows = lofi_features_of_array (array, layer->output_shape, TRUE);
  return result;
}

static double
chi (const LofiResult *result, gsize i, guint pair)
{
  const double *x = result->task->test.inputs.data + i * result->task->test.inputs.stride;
  return x[2 * pair] * x[2 * pair + 1];
}

static double
squared_correlation (const double *a, const double *b, gsize n)
{
  double ma = 0, mb = 0, aa = 0, bb = 0, ab = 0;
  for (gsize i = 0; i < n; i++)
    {
      ma += a[i] / (double) n;
      mb += b[i] / (double) n;
    }
  for (gsize i = 0; i < n; i++)
    {
      aa += (a[i] - ma) * (a[i] - ma);
      bb += (b[i] - mb) * (b[i] - mb);
      ab += (a[i] - ma) * (b[i] - mb);
    }
  return ab * ab / aa / bb;
}

/* Features made of the concepts: one is there whole but split in two, one under noise, two are not there. */
START_TEST (deeper_layers_are_asked_for_concepts)
{
  LofiMatrix f;
  g_autoptr (LofiResult) drawn = teacher_fit ("source=staircase\ndimension=12\ntrain=100\ntest=" G_STRINGIFY (TEST_SAMPLES), "[layer1]\nwidth=30\nkeep=2\n", 0);
  g_autofree double *noise = g_new (double, 3 * TEST_SAMPLES);
  ck_assert_int_eq (lofi_matrix_alloc (&f, TEST_SAMPLES, 3), LOFI_OK);
  lofi_random_normals (3, LOFI_PURPOSE_TEACHER, 0, 0, 3 * TEST_SAMPLES, noise);
  for (gsize i = 0; i < TEST_SAMPLES; i++)
    {
      f.data[3 * i] = 3 * chi (drawn, i, 0) - noise[i] + 7;
      f.data[3 * i + 1] = 0.5 * noise[i] + 1;
      f.data[3 * i + 2] = chi (drawn, i, 1) + noise[TEST_SAMPLES + i];
    }
  g_autoptr (LofiResult) result = with_features (&f);
  g_autoptr (LofiArray) bars = lofi_planted_bars (result, 1, NULL);
  double groups[4] = { NAN, NAN, NAN, NAN }, whole = overlap_of (result, 1, groups);
  ck_assert (fabs (groups[0] - 1) <= 1e-10);
  ck_assert_msg (fabs (groups[1] - 0.5) <= 0.1, "%g", groups[1]);
  ck_assert (groups[2] <= 0.05 && groups[3] <= 0.05);
  ck_assert (fabs (whole - (groups[0] + groups[1] + groups[2] + groups[3]) / 4) <= 1e-12);
  ck_assert (bars && bars->matrix.rows == 3 && bars->matrix.cols == 4);
  for (guint g = 0; g < 4; g++)
    for (gsize k = 0; k < 3; k++)
      {
        double concept[TEST_SAMPLES], feature[TEST_SAMPLES];
        for (gsize i = 0; i < TEST_SAMPLES; i++)
          {
            concept[i] = chi (result, i, g);
            feature[i] = f.data[3 * i + k];
          }
        ck_assert (fabs (network_at (bars, k, g) - squared_correlation (feature, concept, TEST_SAMPLES)) <= 1e-10);
      }
  lofi_matrix_clear (&f);
}
END_TEST

/* What standardised inputs hide is not asked of the concepts: they are of the inputs as drawn. */
START_TEST (concepts_are_of_the_inputs_as_drawn)
{
  static const char *const layers = "[layer1]\nwidth=300\nkeep=2\nactivation=tanh\n[layer2]\nwidth=200\nkeep=10\nbias=1\n";
  g_autoptr (LofiExperiment) experiment = teacher_experiment ("source=xor\ndimension=10\ntrain=2000\ntest=500", layers);
  experiment->data.normalize = LOFI_NORMALIZE_STANDARDIZE;
  g_autoptr (LofiResult) result = network_fit_with (experiment, FALSE, NULL, LOFI_SPECTRA_LEADING);
  double first = NAN, second = NAN;
  overlap_of (result, 0, &first);
  overlap_of (result, 1, &second);
  ck_assert_msg (first >= 0.9, "%g", first);
  ck_assert_msg (second >= 0.6, "%g", second);
}
END_TEST

START_TEST (nothing_to_compare)
{
  g_autoptr (LofiResult) result = teacher_fit ("source=xor\ndimension=10\ntrain=60\ntest=12", "[layer1]\nwidth=30\nkeep=3\n[layer2]\nwidth=40\nkeep=11\n"
                                               "[layer3]\nwidth=20\nkeep=none\n", 0);
  g_autoptr (GCancellable) stopped = g_cancellable_new ();
  double group, whole;
  g_cancellable_cancel (stopped);
  ck_assert (lofi_planted_overlaps (result, 0, &group, &whole, NULL));
  ck_assert (!lofi_planted_overlaps (result, 0, &group, &whole, stopped));
  ck_assert_ptr_null (lofi_planted_bars (result, 0, stopped));
  ck_assert_ptr_null (lofi_feature_sketch (result, 0, stopped));
  for (guint layer = 1; layer < 5; layer++)          /* too few test samples, no filter, no such layer */
    {
      ck_assert (!lofi_planted_overlaps (result, layer, &group, &whole, NULL));
      ck_assert_ptr_null (lofi_planted_bars (result, layer, NULL));
      ck_assert (layer == 1 || !lofi_feature_sketch (result, layer, NULL));
    }
  char *folder = fixture_folder ();
  network_write_vectors (folder, 50, 30, 24);
  g_autoptr (LofiResult) arrays = network_fit (folder, "[layer1]\nwidth=40\nkeep=3\n");
  ck_assert (!lofi_planted_overlaps (arrays, 0, &group, &whole, NULL));
  ck_assert_ptr_null (lofi_planted_bars (arrays, 0, NULL));
  g_autoptr (LofiArray) sketch = lofi_feature_sketch (arrays, 0, NULL);
  ck_assert (sketch && sketch->matrix.rows == 30 && sketch->matrix.cols == 3);
  fixture_remove (folder);
}
END_TEST

/* ---- sketches ---- */

/* Rotating, scaling and shifting features changes nothing of what they span; other features share what chance gives them. */
START_TEST (sketches_are_of_spans)
{
  LofiMatrix f, g;
  ck_assert_int_eq (lofi_matrix_alloc (&f, TEST_SAMPLES, 5), LOFI_OK);
  ck_assert_int_eq (lofi_matrix_alloc (&g, TEST_SAMPLES, 5), LOFI_OK);
  for (gsize i = 0; i < TEST_SAMPLES; i++)
    {
      double *a = f.data + 5 * i, *b = g.data + 5 * i;
      lofi_random_normals (5, LOFI_PURPOSE_TEACHER, (guint) i, 0, 5, a);
      b[0] = 0.6 * a[0] + 0.8 * a[1] + 3;
      b[1] = -0.8 * a[0] + 0.6 * a[1];
      b[2] = -a[2];
      b[3] = 1e-3 * a[4] - 20;
      b[4] = 40 * a[3] + a[4];
    }
  g_autoptr (LofiResult) one = with_features (&f), other = with_features (&g);
  g_autoptr (LofiArray) a = lofi_feature_sketch (one, 1, NULL), b = lofi_feature_sketch (other, 1, NULL);
  ck_assert (a && b && a->matrix.rows == TEST_SAMPLES && a->matrix.cols == 5);
  ck_assert (fabs (lofi_sketch_overlap (a, b) - 1) <= 1e-9);
  for (gsize k = 0; k < 5; k++)
    {
      double mean = 0;
      for (gsize i = 0; i < TEST_SAMPLES; i++)
        mean += network_at (a, i, k) / TEST_SAMPLES;
      ck_assert (fabs (mean) <= 1e-12);
    }
  g_autoptr (LofiArray) first = lofi_feature_sketch (one, 0, NULL);
  ck_assert (first && first->matrix.cols == 4);
  double chance = lofi_sketch_overlap (first, b);
  ck_assert_msg (chance >= 0 && chance <= 0.1, "%g", chance);
  lofi_matrix_clear (&f);
  lofi_matrix_clear (&g);
}
END_TEST

/* A span within another is all there; constant and repeated features do not count; other samples cannot be compared. */
START_TEST (sketches_of_other_sizes)
{
  LofiMatrix f, g, few;
  ck_assert_int_eq (lofi_matrix_alloc (&f, TEST_SAMPLES, 4), LOFI_OK);
  ck_assert_int_eq (lofi_matrix_alloc (&g, TEST_SAMPLES, 6), LOFI_OK);
  for (gsize i = 0; i < TEST_SAMPLES; i++)
    {
      double *a = f.data + 4 * i, *b = g.data + 6 * i;
      lofi_random_normals (6, LOFI_PURPOSE_TEACHER, (guint) i, 0, 6, b);
      a[0] = b[0] + b[5];
      a[1] = 4;
      a[2] = 2 * a[0] - 1;
      a[3] = b[3];
    }
  g_autoptr (LofiResult) small = with_features (&f), large = with_features (&g);
  g_autoptr (LofiArray) a = lofi_feature_sketch (small, 1, NULL), b = lofi_feature_sketch (large, 1, NULL);
  ck_assert (a && b && a->matrix.cols == 2 && b->matrix.cols == 6);
  ck_assert (fabs (lofi_sketch_overlap (a, b) - 1) <= 1e-9);
  ck_assert (fabs (lofi_sketch_overlap (b, a) - 1) <= 1e-9);
  few = lofi_matrix_row_block (&a->matrix, 0, 10);
  LofiArray part = { few };
  ck_assert (isnan (lofi_sketch_overlap (&part, b)));
  lofi_matrix_clear (&f);
  lofi_matrix_clear (&g);
}
END_TEST

/* ---- what is known beforehand ---- */

static const struct { const char *data, *names; LofiFilterOrder order; double exponent, lazy; } known[] = {
  { "source=single-index\nexponent=1\ndimension=10", "w", LOFI_ORDER_1, 1, 1 },
  { "source=single-index\nexponent=1\ndimension=10", "w", LOFI_ORDER_2, NAN, 1 },
  { "source=single-index\nexponent=2\ndimension=10", "w", LOFI_ORDER_2, 1, 2 },
  { "source=single-index\nexponent=2\ndimension=10", "w", LOFI_ORDER_1_2, 1, 2 },
  { "source=single-index\nexponent=3\ndimension=10", "w", LOFI_ORDER_3, 1.5, 3 },
  { "source=single-index\nexponent=4\ndimension=10", "w", LOFI_ORDER_4, 2, 4 },
  { "source=single-index\nexponent=4\ndimension=10", "w", LOFI_ORDER_2, NAN, 4 },
  { "source=xor\ndimension=10", "pair", LOFI_ORDER_2, 1, 2 },
  { "source=staircase\ndimension=10", "pair 1|pair 2|pair 3|pair 4", LOFI_ORDER_2, 1, 2 },
  { "source=sight\ndimension=10", "directions", LOFI_ORDER_2, 1.5, 2 },
  { "source=sight\ndirections=4\ndimension=10", "directions", LOFI_ORDER_2, 1, 2 },
};

static gboolean
same (double a, double b)
{
  return a == b || (isnan (a) && isnan (b));
}

START_TEST (teachers_are_known_beforehand)
{
  g_autofree char *data = g_strdup_printf ("%s\ntrain=50\ntest=20", known[_i].data);
  g_autoptr (LofiExperiment) experiment = teacher_experiment (data, "[layer1]\nwidth=20\nkeep=2\n");
  g_autoptr (LofiDataset) dataset = lofi_teacher_draw (experiment, NULL, NULL);
  ck_assert_ptr_nonnull (dataset);
  g_auto (GStrv) names = lofi_teacher_group_names (experiment, NULL), of_dataset = lofi_teacher_group_names (experiment, dataset);
  g_autofree char *joined = g_strjoinv ("|", names);
  ck_assert_uint_eq (lofi_teacher_groups (experiment), dataset->n_groups);
  ck_assert_str_eq (joined, known[_i].names);
  ck_assert (g_strv_equal ((const char *const *) names, (const char *const *) of_dataset));
  for (guint g = 0; g < dataset->n_groups; g++)
    ck_assert (same (lofi_teacher_exponent (experiment, known[_i].order, g), known[_i].exponent));
  ck_assert (isnan (lofi_teacher_exponent (experiment, known[_i].order, dataset->n_groups)));
  ck_assert (same (lofi_teacher_lazy_exponent (experiment), known[_i].lazy));
}
END_TEST

/* Concepts by hand, and of unit variance. */
START_TEST (concepts_are_what_features_would_compute)
{
  for (guint t = 0; t < G_N_ELEMENTS (known); t++)
    {
      g_autofree char *data = g_strdup_printf ("%s\ntrain=20000\ntest=20", known[t].data);
      g_autoptr (LofiExperiment) experiment = teacher_experiment (data, "[layer1]\nwidth=20\nkeep=2\n");
      g_autoptr (LofiDataset) dataset = lofi_teacher_draw (experiment, NULL, NULL);
      const LofiMatrix *x = &dataset->train.values;
      LofiMatrix concepts, narrow = { 0 };
      ck_assert_int_eq (lofi_matrix_alloc (&concepts, x->rows, dataset->n_groups), LOFI_OK);
      ck_assert (lofi_teacher_concepts (experiment, dataset, x, &concepts));
      ck_assert (!lofi_teacher_concepts (experiment, dataset, x, &narrow));
      for (guint g = 0; g < dataset->n_groups; g++)
        {
          double mean = 0, square = 0, with_label = 0;
          for (gsize i = 0; i < x->rows; i++)
            {
              double c = concepts.data[i * concepts.stride + g];
              mean += c / (double) x->rows;
              square += c * c / (double) x->rows;
              with_label += c * dataset->train.targets[i] / (double) x->rows;
            }
          ck_assert (fabs (mean) <= 0.04);
          ck_assert_msg (fabs (square - 1) <= 0.25, "%s: %g", known[t].data, square);
          ck_assert_msg (fabs (with_label) >= 0.2, "%s: %g", known[t].data, with_label);
        }
      lofi_matrix_clear (&concepts);
    }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("overlap");
  TCase *tcase = tcase_create ("overlap");
  tcase_set_timeout (tcase, 60);
  tcase_add_checked_fixture (tcase, set_up, NULL);
  tcase_add_test (tcase, xor_is_found_as_predicted);
  tcase_add_test (tcase, directions_are_those_of_their_outliers);
  tcase_add_test (tcase, a_single_index_is_found_through_a_lift);
  tcase_add_test (tcase, everything_is_found_by_everything);
  tcase_add_test (tcase, deeper_layers_are_asked_for_concepts);
  tcase_add_test (tcase, concepts_are_of_the_inputs_as_drawn);
  tcase_add_test (tcase, nothing_to_compare);
  tcase_add_test (tcase, sketches_are_of_spans);
  tcase_add_test (tcase, sketches_of_other_sizes);
  tcase_add_loop_test (tcase, teachers_are_known_beforehand, 0, (int) G_N_ELEMENTS (known));
  tcase_add_test (tcase, concepts_are_what_features_would_compute);
  suite_add_tcase (suite, tcase);
  return lofi_test_run (suite);
}
