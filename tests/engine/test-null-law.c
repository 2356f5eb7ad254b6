/* What theory says of a filter on a teacher's inputs, against the fit. */
#include <math.h>
#include "lofi-fit.h"
#include "lofi-fixture.h"
#include "lofi-null.h"
#include "lofi-teacher.h"

#define SEEDS 4

static LofiResult *
fit (const char *data, const char *layers, guint64 seed)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strdup_printf ("[experiment]\nformat=1\nseed=%" G_GUINT64_FORMAT "\n[data]\n%s\ntest=50\n%s\n", seed, data, layers);
  g_autoptr (LofiExperiment) experiment = lofi_experiment_parse (text, "teacher", NULL, NULL, &error);
  ck_assert_msg (experiment != NULL, "%s", error ? error->message : "");
  LofiObserver observer = { .spectra = LOFI_SPECTRA_WHOLE };
  LofiResult *result = lofi_fit (experiment, FALSE, 0, NULL, &observer, NULL, &error);
  ck_assert_msg (result != NULL, "%s", error ? error->message : "");
  return result;
}

/* Squared, of a planted row with the kept directions of one end: where several rows share an eigenvalue each is spread over as many directions. */
static double
overlap_found (const LofiResult *result, gsize row, gboolean above)
{
  const LofiLayerResult *layer = result->layers[0];
  const LofiMatrix *planted = &result->task->dataset->planted, *filters = &layer->filters->matrix;
  double sum = 0;
  for (gsize k = 0; k < layer->keep; k++)
    {
      double along = 0;
      for (gsize j = 0; j < planted->cols; j++)
        along += planted->data[row * planted->stride + j] * filters->data[j * filters->stride + k];
      if ((layer->eigenvalues[k] > 0) == above)
        sum += along * along;
    }
  return sum;
}

static void
check_bulk (const LofiResult *result, const LofiNullLaw *law, gsize outside)
{
  const LofiLayerResult *layer = result->layers[0];
  double mass = law->bulk.atom, slack = 0.03 * (law->bulk.high - law->bulk.low);
  gsize beyond = 0;
  for (gsize i = 1; i < law->bulk.count; i++)
    mass += (law->bulk.x[i] - law->bulk.x[i - 1]) * (law->bulk.density[i] + law->bulk.density[i - 1]) / 2;
  ck_assert (fabs (mass - 1) <= 1e-3);
  for (gsize i = 0; i < layer->n_spectrum; i++)
    beyond += layer->spectrum[i] < law->bulk.low - slack || layer->spectrum[i] > law->bulk.high + slack;
  ck_assert_uint_eq (beyond, outside);
}

START_TEST (test_xor_stands_where_predicted)
{
  const char *layers = _i ? "[layer1]\nkind=filter\nkeep=2\norder=1+2\ncenter-labels=true\ncenter-lift=true" : "[layer1]\nkind=filter\nkeep=2";
  double low = 0, high = 0, predicted[2] = { 0 };
  for (guint64 seed = 0; seed < SEEDS; seed++)
    {
      g_autoptr (LofiResult) result = fit ("source=xor\ndimension=100\ntrain=4000", layers, seed);
      g_autoptr (LofiNullLaw) law = lofi_null_law_new (result, 0);
      ck_assert (law != NULL);
      ck_assert_uint_eq (law->n_predictions, 2);
      check_bulk (result, law, 2);
      const LofiLayerResult *layer = result->layers[0];
      low += layer->spectrum[0] / SEEDS;
      high += layer->spectrum[layer->n_spectrum - 1] / SEEDS;
      for (guint k = 0; k < 2; k++)
        {
          const LofiNullPrediction *prediction = &law->predictions[k];
          ck_assert (prediction->group == 0 && prediction->row == k && prediction->outlier.exists);
          ck_assert (fabs (prediction->outlier.critical_aspect - 2.93) <= 0.05);
          ck_assert (k ? prediction->outlier.value < law->bulk.low : prediction->outlier.value > law->bulk.high);
          predicted[k] += prediction->outlier.value / SEEDS;
          if (_i == 0)
            ck_assert (fabs (overlap_found (result, k, k == 0) - prediction->outlier.overlap) <= 0.05);
        }
    }
  ck_assert_msg (fabs (high - predicted[0]) <= 0.04 * predicted[0], "%g for %g", high, predicted[0]);
  ck_assert_msg (fabs (low - predicted[1]) <= -0.04 * predicted[1], "%g for %g", low, predicted[1]);
}
END_TEST

START_TEST (test_before_the_transition_nothing_stands_out)
{
  g_autoptr (LofiResult) result = fit ("source=xor\ndimension=100\ntrain=128", "[layer1]\nkind=filter\nkeep=2", 0);
  g_autoptr (LofiNullLaw) law = lofi_null_law_new (result, 0);
  ck_assert (law != NULL && law->n_predictions == 2);
  ck_assert (!law->predictions[0].outlier.exists && !law->predictions[1].outlier.exists);
  ck_assert (law->predictions[0].outlier.value == law->bulk.high && law->predictions[1].outlier.value == law->bulk.low);
}
END_TEST

START_TEST (test_staircase_has_two_transitions)
{
  double found[8] = { 0 }, predicted[8] = { 0 };
  for (guint64 seed = 0; seed < SEEDS; seed++)
    {
      g_autoptr (LofiResult) result = fit ("source=staircase\ndimension=100\ntrain=6000", "[layer1]\nkind=filter\nkeep=8", seed);
      g_autoptr (LofiNullLaw) law = lofi_null_law_new (result, 0);
      ck_assert (law != NULL);
      ck_assert_uint_eq (law->n_predictions, 8);
      for (gsize row = 0; row < 8; row++)
        {
          const LofiNullPrediction *prediction = &law->predictions[row];
          ck_assert (prediction->group == row / 2 && prediction->row == row && prediction->outlier.exists);
          /* of balanced labels, to what a sample's balance leaves */
          ck_assert (fabs (prediction->outlier.critical_aspect - (row < 2 ? 2.18 : 16.8)) <= (row < 2 ? 0.1 : 2.0));
          ck_assert ((prediction->outlier.value > 0) == (row % 2 == 0));
          predicted[row] += prediction->outlier.overlap / SEEDS;
        }
      for (gsize row = 0; row < 8; row++)
        found[row] += overlap_found (result, row, row % 2 == 0) / SEEDS;
    }
  for (gsize row = 0; row < 8; row++)
    ck_assert_msg (fabs (found[row] - predicted[row]) <= 0.12, "row %zu: %g for %g", row, found[row], predicted[row]);
}
END_TEST

START_TEST (test_single_index_by_exponent)
{
  for (int exponent = 1; exponent <= 4; exponent++)
    {
      g_autofree char *data = g_strdup_printf ("source=single-index\ndimension=100\ntrain=2000\nexponent=%d", exponent);
      g_autoptr (LofiResult) result = fit (data, "[layer1]\nkind=filter\nkeep=2", 1);
      g_autoptr (LofiNullLaw) law = lofi_null_law_new (result, 0);
      ck_assert (law != NULL);
      ck_assert_uint_eq (law->n_predictions, 1);
      const LofiPredictedOutlier *outlier = &law->predictions[0].outlier;
      ck_assert (outlier->exists == (exponent == 2));
      if (exponent != 2)
        {
          ck_assert (outlier->critical_aspect == HUGE_VAL && outlier->overlap == 0);
          check_bulk (result, law, 0);
          continue;
        }
      check_bulk (result, law, 1);
      const LofiLayerResult *layer = result->layers[0];
      ck_assert (fabs (outlier->critical_aspect - 1.71) <= 0.1);
      ck_assert (fabs (layer->spectrum[layer->n_spectrum - 1] - outlier->value) <= 0.1 * outlier->value);
      ck_assert (fabs (overlap_found (result, 0, TRUE) - outlier->overlap) <= 0.08);
    }
}
END_TEST

START_TEST (test_sight_has_a_bulk_and_no_predictions)
{
  g_autoptr (LofiResult) result = fit ("source=sight\ndimension=36\ntrain=200", "[layer1]\nkind=filter\nkeep=2", 0);
  g_autoptr (LofiNullLaw) law = lofi_null_law_new (result, 0);
  ck_assert (law != NULL && law->bulk.count > 0);
  ck_assert_uint_eq (law->n_predictions, 0);
}
END_TEST

START_TEST (test_where_it_does_not_apply)
{
  static const char *const layers[] = {
    "[layer1]\nkind=dense\nwidth=40\nkeep=2", "[layer1]\nkind=filter\nkeep=1\norder=1", "[layer1]\nkind=filter\nkeep=2\norder=3",
    "[layer1]\nkind=filter\nkeep=8\n[layer2]\nkind=filter\nkeep=2",
  };
  for (gsize i = 0; i < G_N_ELEMENTS (layers); i++)
    {
      g_autoptr (LofiResult) result = fit ("source=xor\ndimension=16\ntrain=200", layers[i], 0);
      ck_assert (lofi_null_law_new (result, result->n_layers - 1) == NULL);
    }
  g_autofree char *folder = fixture_folder ();
  fixture_write_split (folder, "train", 100, 0);
  fixture_write_split (folder, "test", 20, 1);
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, "[layer1]\nkind=filter\nkeep=2");
  g_autoptr (LofiResult) result = lofi_fit (experiment, FALSE, 0, NULL, NULL, NULL, NULL);
  ck_assert (result && lofi_null_law_new (result, 0) == NULL);
  fixture_remove (g_steal_pointer (&folder));
  lofi_null_law_free (NULL);
}
END_TEST

static Suite *
null_law_suite (void)
{
  Suite *suite = suite_create ("null law");
  TCase *laws = tcase_create ("null law");
  tcase_set_timeout (laws, 60);
  tcase_add_loop_test (laws, test_xor_stands_where_predicted, 0, 2);
  tcase_add_test (laws, test_before_the_transition_nothing_stands_out);
  tcase_add_test (laws, test_staircase_has_two_transitions);
  tcase_add_test (laws, test_single_index_by_exponent);
  tcase_add_test (laws, test_sight_has_a_bulk_and_no_predictions);
  tcase_add_test (laws, test_where_it_does_not_apply);
  suite_add_tcase (suite, laws);
  return suite;
}

int
main (void)
{
  return lofi_test_run (null_law_suite ());
}
