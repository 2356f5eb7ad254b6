#include <string.h>
#include "lofi-error.h"
#include "lofi-fit.h"
#include "lofi-fixture.h"

static char *folder;

static void
set_up (void)
{
  lofi_blas_set_threads (1);
  folder = fixture_folder ();
  fixture_write_split (folder, "train", 311, 0);
  fixture_write_split (folder, "test", 203, 1);
}

static void
tear_down (void)
{
  fixture_remove (folder);
}

/* What an observer saw. */
typedef struct {
  guint stages[LOFI_STAGE_LINEAR + 1];     /* how often each stage of a layer reported */
  guint stages_of_layer[8][LOFI_STAGE_LINEAR + 1];
  double fraction;
  gboolean fell;
  guint live, finished;
  gsize last_live_samples;
  gboolean live_ok;
  GCancellable *cancel_at_first_live;
  gint64 cancelled_at;
} Seen;

static void
see_progress (gpointer data, const LofiProgress *progress)
{
  Seen *seen = data;
  seen->stages[progress->stage]++;
  if (progress->layer >= 0)
    seen->stages_of_layer[progress->layer][progress->stage]++;
  seen->fell |= !(progress->fraction >= seen->fraction);
  seen->fraction = progress->fraction;
}

static void
see_snapshot (gpointer data, LofiResult *result)
{
  Seen *seen = data;
  seen->finished += result->finished;
  if (result->live_layer < 0)
    return;
  seen->live++;
  seen->live_ok = seen->live_ok && result->n_live == 90 && result->live_samples <= result->live_total;
  for (gsize i = 1; i < result->n_live; i++)
    seen->live_ok = seen->live_ok && result->live_spectrum[i] >= result->live_spectrum[i - 1];
  seen->last_live_samples = result->live_samples;
  if (seen->cancel_at_first_live)
    {
      g_cancellable_cancel (seen->cancel_at_first_live);
      seen->cancelled_at = g_get_monotonic_time ();
    }
}

static LofiResult *
fit (const LofiExperiment *experiment, LofiCache *cache, Seen *seen, guint live, GCancellable *cancellable, GError **error)
{
  LofiObserver observer = { see_progress, see_snapshot, seen, live };
  return lofi_fit (experiment, TRUE, 0, cache, seen ? &observer : NULL, cancellable, error);
}

static LofiResult *
fit_well (const LofiExperiment *experiment, LofiCache *cache, Seen *seen, guint live)
{
  g_autoptr (GError) error = NULL;
  LofiResult *result = fit (experiment, cache, seen, live, NULL, &error);
  ck_assert_msg (result != NULL, "%s", error ? error->message : "");
  return result;
}

static gboolean
same_numbers (const LofiArray *a, const LofiArray *b)
{
  return a->matrix.rows == b->matrix.rows && a->matrix.cols == b->matrix.cols
         && memcmp (a->matrix.data, b->matrix.data, a->matrix.rows * a->matrix.cols * sizeof (double)) == 0;
}

START_TEST (test_cached_and_fresh_agree_to_the_bit)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, TWO_LAYERS);
  g_autoptr (LofiCache) cache = lofi_cache_new (1 << 28);
  g_autoptr (LofiResult) fresh = fit_well (experiment, NULL, NULL, 0), first = fit_well (experiment, cache, NULL, 0);
  g_autoptr (LofiResult) again = fit_well (experiment, cache, NULL, 0);
  for (guint l = 0; l < 3; l++)
    {
      ck_assert (same_numbers (fresh->layers[l]->train, first->layers[l]->train));
      ck_assert (same_numbers (fresh->layers[l]->test, first->layers[l]->test));
      ck_assert_ptr_eq (first->layers[l], again->layers[l]);
    }
  ck_assert (fresh->readout->ridge.penalty == again->readout->ridge.penalty);
  ck_assert (fresh->readout->test_scores.mse == again->readout->test_scores.mse);
  ck_assert_ptr_eq (first->lazy, again->lazy);
}
END_TEST

START_TEST (test_only_what_depends_is_computed)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, TWO_LAYERS), wider = lofi_experiment_dup (experiment);
  g_autoptr (LofiCache) cache = lofi_cache_new (1 << 28);
  g_autoptr (LofiResult) first = fit_well (experiment, cache, NULL, 0);
  lofi_experiment_layer (wider, 1)->width = 70;
  Seen seen = { 0 };
  g_autoptr (LofiResult) second = fit_well (wider, cache, &seen, 0);
  ck_assert_ptr_eq (first->layers[0], second->layers[0]);
  ck_assert (second->layers[1] != first->layers[1]);
  ck_assert_uint_eq (second->layers[1]->width, 70);
  ck_assert_uint_eq (seen.stages_of_layer[0][LOFI_STAGE_LIFT] + seen.stages_of_layer[0][LOFI_STAGE_OPERATOR], 0);
  ck_assert_uint_gt (seen.stages_of_layer[1][LOFI_STAGE_OPERATOR], 0);
  g_autoptr (LofiResult) back = fit_well (experiment, cache, NULL, 0);
  ck_assert_ptr_eq (back->layers[1], first->layers[1]);
}
END_TEST

START_TEST (test_keep_only_slices)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, TWO_LAYERS), fewer = lofi_experiment_dup (experiment);
  g_autoptr (LofiCache) cache = lofi_cache_new (1 << 28);
  g_autoptr (LofiResult) first = fit_well (experiment, cache, NULL, 0);
  lofi_experiment_layer (fewer, 0)->keep = 4;
  Seen seen = { 0 };
  g_autoptr (LofiResult) second = fit_well (fewer, cache, &seen, 0);
  ck_assert_uint_eq (seen.stages_of_layer[0][LOFI_STAGE_OPERATOR], 0);
  ck_assert_uint_gt (seen.stages_of_layer[0][LOFI_STAGE_EIGENPAIRS], 0);
  for (guint k = 0; k < 4; k++)
    {
      ck_assert (fabs (first->layers[0]->eigenvalues[k] - second->layers[0]->eigenvalues[k]) <= 1e-14);
      for (gsize i = 0; i < 90; i++)
        {
          double a = first->layers[0]->filters->matrix.data[i * 7 + k], b = second->layers[0]->filters->matrix.data[i * 4 + k];
          ck_assert (fabs (a - b) <= 1e-9);
        }
    }
}
END_TEST

START_TEST (test_pictures_while_streaming)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, "[layer1]\nwidth=90\nkeep=7\n");
  Seen seen = { .live_ok = TRUE };
  g_autoptr (LofiResult) with = fit_well (experiment, NULL, &seen, 12), without = fit_well (experiment, NULL, NULL, 0);
  ck_assert_uint_ge (seen.live, 2);        /* how many more depends on the time they take */
  ck_assert (seen.live_ok);
  ck_assert_uint_eq (seen.last_live_samples, 311);     /* the whole spectrum, before its directions are known */
  ck_assert_uint_eq (seen.finished, 1);
  ck_assert (!seen.fell);
  ck_assert (seen.fraction == 1.0);
  /* Watching changes the blocks the samples come in, hence only the last digits. */
  for (guint k = 0; k < 7; k++)
    ck_assert (fabs (with->layers[0]->eigenvalues[k] - without->layers[0]->eigenvalues[k]) <= 1e-13);
}
END_TEST

START_TEST (test_dual_is_chosen_by_size_and_streams_pictures)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, "[layer1]\nwidth=400\nkeep=7\n");
  Seen seen = { 0 };
  g_autoptr (LofiResult) result = fit_well (experiment, NULL, &seen, 12);
  ck_assert_int_eq (result->layers[0]->form, LOFI_FORM_DUAL);
  ck_assert_uint_eq (result->layers[0]->n_spectrum, 400);
  ck_assert_uint_ge (seen.live, 2);        /* how many more depends on the time they take */
  guint zeros = 0;
  for (gsize i = 0; i < 400; i++)
    zeros += result->layers[0]->spectrum[i] == 0.0;
  ck_assert_uint_ge (zeros, 400 - 311);
}
END_TEST

START_TEST (test_stop_leaves_with_cancelled)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, "[layer1]\nwidth=300\nkeep=7\n");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Seen seen = { .cancel_at_first_live = cancellable };
  ck_assert_ptr_null (fit (experiment, NULL, &seen, 12, cancellable, &error));
  gint64 now = g_get_monotonic_time ();
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
  ck_assert_int_eq (lofi_error_exit_code (error), 130);
  ck_assert_int_le (now - seen.cancelled_at, 500000);
}
END_TEST

START_TEST (test_keep_beyond_samples_is_refused)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, "[layer1]\nwidth=400\nkeep=350\n");
  g_autoptr (GError) error = NULL;
  ck_assert_ptr_null (fit (experiment, NULL, NULL, 0, NULL, &error));
  ck_assert_int_eq (lofi_error_exit_code (error), 2);
  ck_assert_ptr_nonnull (strstr (error->message, "layer1.keep"));
  ck_assert_ptr_nonnull (strstr (error->message, "311"));
}
END_TEST

START_TEST (test_lazy_is_the_unfiltered_network)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, TWO_LAYERS);
  g_autoptr (LofiExperiment) lazy = fixture_experiment (folder,
    "[layer1]\nwidth=90\nkeep=none\n[layer2]\nwidth=60\nkeep=none\nactivation=tanh\n[layer3]\nwidth=40\nkeep=none\n");
  g_autoptr (LofiResult) one = fit_well (experiment, NULL, NULL, 0), other = fit_well (lazy, NULL, NULL, 0);
  ck_assert (one->lazy->test_scores.mse == other->readout->test_scores.mse);
  ck_assert (one->linear->test_scores.mse == other->linear->test_scores.mse);
  ck_assert (one->readout->test_scores.mse != other->readout->test_scores.mse);
}
END_TEST

START_TEST (test_first_order_pair_deflates)
{
  g_autoptr (LofiExperiment) primal = fixture_experiment (folder, "[layer1]\nwidth=90\nkeep=6\norder=1+2\n");
  g_autoptr (LofiExperiment) dual = fixture_experiment (folder, "[layer1]\nwidth=400\nkeep=6\norder=1+2\n");
  LofiExperiment *both[] = { primal, dual };
  for (guint b = 0; b < 2; b++)
    {
      g_autoptr (LofiResult) result = fit_well (both[b], NULL, NULL, 0);
      const LofiMatrix *v = &result->layers[0]->filters->matrix;
      for (guint i = 0; i < 6; i++)
        for (guint j = 0; j <= i; j++)
          {
            double dot = 0;
            for (gsize p = 0; p < v->rows; p++)
              dot += v->data[p * 6 + i] * v->data[p * 6 + j];
            ck_assert (fabs (dot - (i == j)) <= 1e-9);
          }
      ck_assert (result->layers[0]->eigenvalues[0] > 0);
    }
}
END_TEST

START_TEST (test_centred_lift_has_zero_mean_features)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, "[layer1]\nwidth=90\nkeep=6\ncenter-lift=true\ncenter-labels=true\n");
  g_autoptr (LofiResult) result = fit_well (experiment, NULL, NULL, 0);
  const LofiMatrix *h = &result->layers[0]->train->matrix;
  for (gsize k = 0; k < h->cols; k++)
    {
      double mean = 0;
      for (gsize i = 0; i < h->rows; i++)
        mean += h->data[i * h->stride + k] / h->rows;
      ck_assert (fabs (mean) <= 1e-12);
    }
}
END_TEST

START_TEST (test_pictures_of_directions)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, TWO_LAYERS);
  g_autoptr (LofiResult) result = fit_well (experiment, NULL, NULL, 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (LofiArray) mean = lofi_result_pictures (result, 1, LOFI_PICTURE_WEIGHTED_MEAN, 3, NULL, &error);
  ck_assert_ptr_nonnull (mean);
  ck_assert_uint_eq (mean->matrix.rows, 3);
  const LofiMatrix *x = &result->task->train.inputs, *p = &result->layers[1]->train->matrix;
  for (guint k = 0; k < 3; k++)
    for (guint j = 0; j < FIXTURE_INPUTS; j++)
      {
        double sum = 0, total = 0;
        for (gsize i = 0; i < x->rows; i++)
          {
            sum += p->data[i * p->stride + k] * x->data[i * x->stride + j];
            total += fabs (p->data[i * p->stride + k]);
          }
        ck_assert (fabs (mean->matrix.data[k * FIXTURE_INPUTS + j] - sum / total) <= 1e-12);
      }
  g_autoptr (LofiArray) pulled = lofi_result_pictures (result, 0, LOFI_PICTURE_PULLED_BACK, 0, NULL, &error);
  ck_assert_ptr_nonnull (pulled);
  ck_assert_uint_eq (pulled->matrix.rows, 7);
  ck_assert_ptr_null (lofi_result_pictures (result, 1, LOFI_PICTURE_PULLED_BACK, 0, NULL, &error));
  ck_assert_int_eq (lofi_error_exit_code (error), 2);
  g_clear_error (&error);
  ck_assert_ptr_null (lofi_result_pictures (result, 2, LOFI_PICTURE_WEIGHTED_MEAN, 0, NULL, &error));
  ck_assert_int_eq (lofi_error_exit_code (error), 2);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("fit");
  TCase *tests = tcase_create ("fit");
  tcase_add_checked_fixture (tests, set_up, tear_down);
  tcase_set_timeout (tests, 60);
  tcase_add_test (tests, test_cached_and_fresh_agree_to_the_bit);
  tcase_add_test (tests, test_only_what_depends_is_computed);
  tcase_add_test (tests, test_keep_only_slices);
  tcase_add_test (tests, test_pictures_while_streaming);
  tcase_add_test (tests, test_dual_is_chosen_by_size_and_streams_pictures);
  tcase_add_test (tests, test_stop_leaves_with_cancelled);
  tcase_add_test (tests, test_keep_beyond_samples_is_refused);
  tcase_add_test (tests, test_lazy_is_the_unfiltered_network);
  tcase_add_test (tests, test_first_order_pair_deflates);
  tcase_add_test (tests, test_centred_lift_has_zero_mean_features);
  tcase_add_test (tests, test_pictures_of_directions);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
