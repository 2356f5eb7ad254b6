/* The session without a window: freshness by settings, newest wins, undo, errors, pictures, the sweep. */
#include "config.h"
#include <math.h>
#include "lofi-blas.h"
#include "lofi-session.h"
#include "lofi-wait.h"

static LofiExperiment *
experiment_new (const char *const *settings)
{
  g_autoptr (GError) error = NULL;
  LofiExperiment *e = lofi_experiment_parse (SMALL_TEXT, "small", NULL, settings, &error);
  g_assert_no_error (error);
  return e;
}

static LofiSession *
session_new (void)
{
  LofiSession *session = lofi_session_new (experiment_new (NULL));
  lofi_session_run (session);
  g_assert_true (lofi_session_is_busy (session));
  g_assert_true (WAIT_FOR (!lofi_session_is_busy (session), 60000));
  g_assert_null (lofi_session_get_message (session));
  return session;
}

static LofiExperiment *
duplicate (LofiSession *session)
{
  return lofi_experiment_dup (lofi_session_get_experiment (session));
}

static LofiShown
shown_layer (LofiSession *session, guint layer)
{
  LofiShown shown;
  lofi_session_get_layer (session, layer, &shown);
  return shown;
}

static LofiShown
shown_readout (LofiSession *session)
{
  LofiShown shown;
  lofi_session_get_readout (session, &shown);
  return shown;
}

static LofiShown
shown_baseline (LofiSession *session, LofiBaseline baseline)
{
  LofiShown shown;
  lofi_session_get_baseline (session, baseline, &shown);
  return shown;
}

static double
test_error (LofiSession *session)
{
  return lofi_session_get_readout (session, NULL)->readout->test_scores.error;
}

/* ---- places ---- */

static void
test_places (void)
{
  g_autoptr (LofiExperiment) e = experiment_new (NULL);
  guint count = lofi_places_count (e);
  g_assert_cmpuint (count, ==, 11);
  g_assert_cmpuint (lofi_cards_count (e), ==, 5);
  for (guint i = 0; i < count; i++)
    {
      LofiPlace place = lofi_place_at (e, i);
      g_assert_cmpuint (lofi_place_index (e, place), ==, i);
      g_assert_cmpuint (lofi_place_card (e, place), <, 5);
      for (int view = LOFI_VIEW_SPECTRUM; view <= LOFI_VIEW_FILTERS; view++)
        {
          LofiPlace there = lofi_place_for_view (e, place, view);
          g_assert_cmpint (lofi_place_view (there), ==, view);
          g_assert_true (lofi_place_equal (lofi_place_at (e, lofi_place_index (e, there)), there));
        }
    }
  g_assert_true (lofi_place_equal (lofi_place_for_card (e, 1, LOFI_VIEW_FILTERS), (LofiPlace) { LOFI_STEP_PROJECT, 0 }));
  g_assert_true (lofi_place_equal (lofi_place_for_card (e, 3, LOFI_VIEW_FILTERS), (LofiPlace) { LOFI_STEP_LIFT, 2 }));
  /* From the readout the Filters tab shows the last layer that has a filter; from the unfiltered layer the one before it. */
  LofiPlace last = { LOFI_STEP_PROJECT, 1 };
  g_assert_true (lofi_place_equal (lofi_place_for_view (e, (LofiPlace) { LOFI_STEP_READOUT, -1 }, LOFI_VIEW_FILTERS), last));
  g_assert_true (lofi_place_equal (lofi_place_for_view (e, (LofiPlace) { LOFI_STEP_LIFT, 2 }, LOFI_VIEW_FILTERS), last));
  /* A layer that is gone leaves its place to the last one there is. */
  lofi_experiment_layer (e, 1)->keep = LOFI_KEEP_NONE;
  g_assert_cmpuint (lofi_place_index (e, last), ==, 5);
  g_ptr_array_set_size (e->layers, 0);
  g_assert_cmpuint (lofi_places_count (e), ==, 2);
  g_assert_cmpuint (lofi_place_index (e, last), ==, 0);
  g_assert_cmpint (lofi_place_for_view (e, (LofiPlace) { LOFI_STEP_READOUT, -1 }, LOFI_VIEW_FILTERS).step, ==, LOFI_STEP_DATA);
}

/* ---- results ---- */

static void
test_same_as_the_engine (void)
{
  g_autoptr (LofiSession) session = session_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (LofiResult) direct = lofi_fit (lofi_session_get_experiment (session), TRUE, 0, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (test_error (session), ==, direct->readout->test_scores.error);
  LofiResult *baseline = lofi_session_get_baseline (session, LOFI_BASELINE_LAZY, NULL);
  g_assert_cmpfloat (baseline->lazy->test_scores.error, ==, direct->lazy->test_scores.error);
  LofiResult *layer = lofi_session_get_layer (session, 1, NULL);
  for (int k = 0; k < 8; k++)
    g_assert_cmpfloat (fabs (layer->layers[1]->eigenvalues[k] - direct->layers[1]->eigenvalues[k]), <=, 1e-12);
  g_assert_true (lofi_session_get_seconds (session) > 0);
  g_assert_cmpuint (lofi_session_get_available (session), >, 300);
}

static void
test_only_what_depends_is_stale (void)
{
  g_autoptr (LofiSession) session = session_new ();
  double before = test_error (session);
  guint64 generation = lofi_session_get_generation (session);
  LofiExperiment *e = duplicate (session);
  lofi_experiment_layer (e, 1)->width = 140;
  lofi_session_edit (session, e, "layer2.width");
  g_assert_cmpuint (lofi_session_get_generation (session), >, generation);
  g_assert_cmpint (shown_layer (session, 0), ==, LOFI_SHOWN_FRESH);
  g_assert_cmpint (shown_layer (session, 1), ==, LOFI_SHOWN_STALE);
  g_assert_cmpint (shown_layer (session, 2), ==, LOFI_SHOWN_STALE);
  g_assert_cmpint (shown_readout (session), ==, LOFI_SHOWN_STALE);
  g_assert_cmpint (shown_baseline (session, LOFI_BASELINE_LINEAR), ==, LOFI_SHOWN_FRESH);
  g_assert_cmpint (shown_baseline (session, LOFI_BASELINE_LAZY), ==, LOFI_SHOWN_STALE);
  g_assert_true (WAIT_FOR (!lofi_session_is_busy (session), 60000));
  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (shown_layer (session, i), ==, LOFI_SHOWN_FRESH);
  g_assert_cmpuint (lofi_session_get_layer (session, 1, NULL)->layers[1]->width, ==, 140);
  /* A keep does not touch the lazy baseline. */
  e = duplicate (session);
  lofi_experiment_layer (e, 0)->keep = 9;
  lofi_session_edit (session, e, "layer1.keep");
  g_assert_cmpint (shown_layer (session, 0), ==, LOFI_SHOWN_STALE);
  g_assert_cmpint (shown_baseline (session, LOFI_BASELINE_LAZY), ==, LOFI_SHOWN_FRESH);
  /* Back twice: the same numbers to the last bit. */
  g_assert_true (lofi_session_undo (session));
  g_assert_true (lofi_session_undo (session));
  g_assert_false (lofi_session_can_undo (session));
  g_assert_true (WAIT_FOR (!lofi_session_is_busy (session), 60000));
  g_assert_cmpfloat (test_error (session), ==, before);
  g_assert_true (lofi_session_redo (session));
  g_assert_cmpuint (lofi_experiment_layer (lofi_session_get_experiment (session), 1)->width, ==, 140);
}

/* A reason is what a candidate would do wrong, not what is wrong already; the plan is of the settings at hand. */
static void
test_plan (void)
{
  g_autoptr (LofiSession) session = session_new ();
  g_assert_true (WAIT_FOR (lofi_session_get_plan_seconds (session) >= 0, 20000));
  g_assert_nonnull (lofi_session_get_plan (session));
  g_assert_null (lofi_session_get_plan_problem (session));
  g_autoptr (LofiExperiment) conv = duplicate (session);
  lofi_layer_spec_set_kind (lofi_experiment_layer (conv, 1), LOFI_KIND_CONV);
  g_autofree char *reason = lofi_session_why_not (session, conv);
  g_assert_nonnull (reason);
  g_assert_null (strstr (reason, "layer2.kind"));
  g_autoptr (LofiExperiment) pool = duplicate (session);
  lofi_layer_spec_set_kind (lofi_experiment_layer (pool, 0), LOFI_KIND_POOL);
  lofi_experiment_layer (pool, 0)->size = 100;              /* only the data say that this leaves nothing */
  lofi_layer_spec_set_kind (lofi_experiment_layer (pool, 1), LOFI_KIND_FLATTEN);
  g_autofree char *too_large = lofi_session_why_not (session, pool);
  g_assert_nonnull (too_large);
  double flops = lofi_session_get_plan (session)->flops;
  LofiExperiment *e = duplicate (session);
  lofi_experiment_layer (e, 0)->width = 500;
  lofi_session_edit (session, e, NULL);
  g_assert_cmpfloat (lofi_session_get_plan (session)->flops, >, flops);
  e = duplicate (session);
  lofi_experiment_layer (e, 0)->width = 0;
  lofi_session_edit (session, e, NULL);
  g_assert_nonnull (lofi_session_get_plan_problem (session));
  g_autoptr (LofiExperiment) same = duplicate (session);
  same->seed = 5;
  g_autofree char *none = lofi_session_why_not (session, same);
  g_assert_null (none);
}

static void
note_wrong_freshness (LofiSession *session, guint what, gboolean *wrong)
{
  /* Whatever is called fresh is of the settings at hand. */
  LofiShown shown;
  LofiResult *result = lofi_session_get_task (session, &shown);
  if (shown == LOFI_SHOWN_FRESH)
    *wrong |= result->task->train.count != lofi_session_get_experiment (session)->data.train;
}

static void
test_newest_wins (void)
{
  g_autoptr (LofiSession) session = session_new ();
  gboolean wrong = FALSE;
  g_signal_connect (session, "changed", G_CALLBACK (note_wrong_freshness), &wrong);
  for (gsize n = 200; n <= 390; n += 10)
    {
      LofiExperiment *e = duplicate (session);
      e->data.train = n;
      lofi_session_edit (session, e, "data.train");
      WAIT (5);
    }
  g_assert_true (WAIT_FOR (!lofi_session_is_busy (session), 60000));
  g_assert_false (wrong);
  g_assert_cmpuint (lofi_session_get_task (session, NULL)->task->train.count, ==, 390);
  g_assert_cmpint (shown_readout (session), ==, LOFI_SHOWN_FRESH);
  /* One drag, one undo. */
  g_assert_true (lofi_session_undo (session));
  g_assert_cmpuint (lofi_session_get_experiment (session)->data.train, ==, 300);
  g_assert_false (lofi_session_can_undo (session));
}

/* A dragged change waits for the spectrum before it; the last one always comes through. */
static void
test_drag_comes_through (void)
{
  g_autoptr (LofiSession) session = session_new ();
  guint64 generation = lofi_session_get_generation (session);
  gboolean wrong = FALSE;
  g_signal_connect (session, "changed", G_CALLBACK (note_wrong_freshness), &wrong);
  for (gsize n = 301; n <= 400; n++)
    {
      LofiExperiment *e = lofi_session_dup_experiment (session);
      g_assert_cmpuint (e->data.train, ==, n == 301 ? 300 : n - 1);
      e->data.train = n;
      lofi_session_drag (session, e, "data.train");
      g_assert_cmpuint (lofi_session_get_asked (session)->data.train, ==, n);
      WAIT (3);
    }
  g_assert_true (WAIT_FOR (lofi_session_get_experiment (session)->data.train == 400, 5000));
  g_assert_true (WAIT_FOR (!lofi_session_is_busy (session), 60000));
  g_assert_cmpuint (lofi_session_get_task (session, NULL)->task->train.count, ==, 400);
  g_assert_cmpuint (lofi_session_get_generation (session), >=, generation + 2);
  g_assert_false (wrong);
  g_assert_true (lofi_session_undo (session));
  g_assert_cmpuint (lofi_session_get_experiment (session)->data.train, ==, 300);
  g_assert_false (lofi_session_can_undo (session));
}

static void
test_errors_keep_the_last_good_state (void)
{
  g_autoptr (LofiSession) session = session_new ();
  double good = test_error (session);
  /* Found by the fit: twelve directions of eight samples. */
  LofiExperiment *e = duplicate (session);
  e->data.train = 8;
  lofi_session_edit (session, e, NULL);
  g_assert_true (WAIT_FOR (!lofi_session_is_busy (session), 60000));
  g_assert_nonnull (lofi_session_get_message (session));
  g_assert_nonnull (strstr (lofi_session_get_message (session), "layer1.keep"));
  g_assert_cmpint (shown_readout (session), ==, LOFI_SHOWN_STALE);
  g_assert_cmpfloat (test_error (session), ==, good);
  /* Found before it. */
  e = duplicate (session);
  lofi_experiment_layer (e, 0)->width = 0;
  lofi_session_edit (session, e, NULL);
  g_assert_false (lofi_session_is_busy (session));
  g_assert_nonnull (strstr (lofi_session_get_message (session), "width"));
  g_assert_cmpfloat (test_error (session), ==, good);
  lofi_session_undo (session);
  lofi_session_undo (session);
  g_assert_true (WAIT_FOR (!lofi_session_is_busy (session), 60000));
  g_assert_null (lofi_session_get_message (session));
  g_assert_cmpint (shown_readout (session), ==, LOFI_SHOWN_FRESH);
  /* A data set that is not there. */
  e = duplicate (session);
  g_free (e->data.source);
  e->data.source = g_strdup ("/nowhere/at/all");
  lofi_session_edit (session, e, NULL);
  g_assert_true (WAIT_FOR (!lofi_session_is_busy (session), 60000));
  g_assert_nonnull (lofi_session_get_message (session));
  g_assert_cmpfloat (test_error (session), ==, good);
}

static void
test_stop_is_quick (void)
{
  g_autoptr (LofiSession) session = lofi_session_new (experiment_new ((const char *[]) LARGE_SETTINGS));
  lofi_session_run (session);
  g_assert_true (WAIT_FOR (lofi_session_get_task (session, NULL) != NULL, 60000));
  WAIT (700);
  g_assert_true (lofi_session_is_busy (session));
  gint64 began = g_get_monotonic_time ();
  lofi_session_stop (session);
  g_assert_true (WAIT_FOR (!lofi_session_is_busy (session), 5000));
  double ms = (g_get_monotonic_time () - began) / 1000.0;
  g_test_message ("stopped after %.0f ms", ms);
  g_assert_cmpfloat (ms, <=, 500);
  g_assert_null (lofi_session_get_message (session));
  g_assert_cmpfloat (lofi_session_get_seconds (session), <, 0);
  /* Finished parts stay. */
  LofiShown shown;
  lofi_session_get_task (session, &shown);
  g_assert_cmpint (shown, ==, LOFI_SHOWN_FRESH);
}

/* Also when the fit to be stopped has not begun, because the one before it is still ending. */
static void
test_stop_of_one_that_waits (void)
{
  g_autoptr (LofiSession) session = lofi_session_new (experiment_new ((const char *[]) LARGE_SETTINGS));
  lofi_session_run (session);
  g_assert_true (WAIT_FOR (lofi_session_get_task (session, NULL) != NULL, 60000));
  for (int i = 0; i < 12; i++)
    {
      LofiExperiment *e = duplicate (session);
      e->seed = i + 1;
      lofi_session_edit (session, e, NULL);
      WAIT (5 * i);
      e = duplicate (session);
      e->seed = 100 + i;
      lofi_session_edit (session, e, NULL);
      lofi_session_stop (session);
      gint64 began = g_get_monotonic_time ();
      g_assert_true (WAIT_FOR (!lofi_session_is_busy (session), 5000));
      g_assert_cmpfloat ((g_get_monotonic_time () - began) / 1000.0, <=, 500);
    }
}

/* ---- places and pictures ---- */

static void
test_views_follow_the_place (void)
{
  g_autoptr (LofiSession) session = session_new ();
  g_assert_cmpuint (lofi_session_get_card (session), ==, 1);
  for (guint i = 0; i < 11; i++)
    {
      lofi_session_set_place_index (session, i);
      LofiPlace place = lofi_session_get_place (session);
      g_assert_cmpint (lofi_session_get_view (session), ==, lofi_place_view (place));
      g_assert_cmpuint (lofi_session_get_place_index (session), ==, i);
    }
  lofi_session_step (session, 1);
  g_assert_cmpuint (lofi_session_get_place_index (session), ==, 10);
  lofi_session_set_view (session, LOFI_VIEW_EMERGENCE);
  lofi_session_set_card (session, 2);
  g_assert_cmpint (lofi_session_get_view (session), ==, LOFI_VIEW_EMERGENCE);
  g_assert_cmpuint (lofi_session_get_card (session), ==, 2);
  lofi_session_set_view (session, LOFI_VIEW_FILTERS);
  g_assert_true (lofi_place_equal (lofi_session_get_place (session), (LofiPlace) { LOFI_STEP_PROJECT, 1 }));
}

static void
test_pictures (void)
{
  g_autoptr (LofiSession) session = session_new ();
  LofiResult *result;
  LofiShown shown;
  lofi_session_set_place (session, (LofiPlace) { LOFI_STEP_PROJECT, 0 });
  g_assert_cmpint (lofi_session_get_picture (session), ==, LOFI_PICTURE_PULLED_BACK);
  g_assert_true (WAIT_FOR (lofi_session_get_pictures (session, &result, &shown) != NULL, 20000));
  LofiArray *pictures = lofi_session_get_pictures (session, &result, &shown);
  g_assert_cmpint (shown, ==, LOFI_SHOWN_FRESH);
  g_assert_cmpuint (pictures->matrix.rows, ==, 12);
  g_assert_cmpuint (pictures->matrix.cols, ==, 784);
  lofi_session_set_picture (session, LOFI_PICTURE_WEIGHTED_MEAN);
  g_assert_true (WAIT_FOR (lofi_session_get_pictures (session, &result, &shown) != NULL && shown == LOFI_SHOWN_FRESH, 20000));
  g_assert_true (lofi_session_get_pictures (session, &result, &shown) != pictures);
  lofi_session_set_picture (session, LOFI_PICTURE_PULLED_BACK);
  g_assert_true (lofi_session_get_pictures (session, &result, &shown) == pictures);
  lofi_session_set_place (session, (LofiPlace) { LOFI_STEP_PROJECT, 1 });
  g_assert_cmpint (lofi_session_get_picture (session), ==, LOFI_PICTURE_WEIGHTED_MEAN);
  g_assert_true (WAIT_FOR (lofi_session_get_pictures (session, &result, &shown) != NULL, 20000));
  g_assert_cmpuint (lofi_session_get_pictures (session, &result, &shown)->matrix.rows, ==, 8);
  /* New settings: the old pictures are called old until the new ones are there. */
  LofiExperiment *e = duplicate (session);
  lofi_experiment_layer (e, 1)->keep = 5;
  lofi_session_edit (session, e, NULL);
  lofi_session_get_pictures (session, &result, &shown);
  g_assert_cmpint (shown, ==, LOFI_SHOWN_STALE);
  g_assert_true (WAIT_FOR (lofi_session_get_pictures (session, &result, &shown) != NULL && shown == LOFI_SHOWN_FRESH, 20000));
  g_assert_cmpuint (lofi_session_get_pictures (session, &result, &shown)->matrix.rows, ==, 5);
}

static void
test_play_walks_to_the_end (void)
{
  g_autoptr (LofiSession) session = session_new ();
  LofiExperiment *e = duplicate (session);
  g_ptr_array_set_size (e->layers, 1);
  lofi_experiment_layer (e, 0)->keep = LOFI_KEEP_NONE;
  lofi_session_edit (session, e, NULL);
  lofi_session_set_place_index (session, G_MAXUINT);
  lofi_session_set_playing (session, TRUE);
  g_assert_true (lofi_session_get_playing (session));
  g_assert_cmpuint (lofi_session_get_place_index (session), ==, 0);
  g_assert_true (WAIT_FOR (lofi_session_get_place_index (session) == 2, 10000));
  g_assert_false (lofi_session_get_playing (session));
}

/* ---- the sweep ---- */

static guint
finished_cells (LofiSession *session)
{
  guint finished, total;
  lofi_session_get_sweep_progress (session, &finished, &total);
  g_assert_cmpuint (total, ==, 6 * lofi_session_get_experiment (session)->sweep_samples->len);
  return finished;
}

static void
test_sweep_keeps_its_points (void)
{
  g_autoptr (LofiSession) session = session_new ();
  g_assert_cmpuint (finished_cells (session), ==, 0);
  lofi_session_start_sweep (session);
  g_assert_true (WAIT_FOR (finished_cells (session) >= 3, 60000));
  lofi_session_stop_sweep (session);
  g_assert_false (lofi_session_is_sweeping (session));
  WAIT (300);
  guint found = finished_cells (session);
  g_assert_cmpuint (found, >=, 3);
  /* The experiment's own n is not the sweep's; a width is. */
  lofi_session_start_sweep (session);
  LofiExperiment *e = duplicate (session);
  e->data.train = 250;
  lofi_session_edit (session, e, NULL);
  g_assert_true (lofi_session_is_sweeping (session));
  g_assert_true (WAIT_FOR (!lofi_session_is_sweeping (session), 60000));
  g_assert_cmpuint (finished_cells (session), ==, 12);
  e = duplicate (session);
  lofi_experiment_layer (e, 0)->width = 90;
  lofi_session_edit (session, e, NULL);
  g_assert_cmpuint (finished_cells (session), ==, 0);
  lofi_session_undo (session);
  g_assert_cmpuint (finished_cells (session), ==, 12);
  /* More than there are: all there are in their place, and the points stay. */
  e = duplicate (session);
  gsize many = 10000000;
  g_array_append_val (e->sweep_samples, many);
  lofi_session_edit (session, e, NULL);
  g_assert_true (WAIT_FOR (!lofi_session_is_busy (session), 60000));
  lofi_session_start_sweep (session);
  lofi_session_stop_sweep (session);
  const GArray *samples = lofi_session_get_experiment (session)->sweep_samples;
  g_assert_cmpuint (g_array_index (samples, gsize, samples->len - 1), ==, lofi_session_get_available (session));
  g_assert_cmpuint (finished_cells (session), >=, 12);
  g_assert_null (lofi_session_get_message (session));
}

static void
never (LofiSession *session, guint what, gpointer data)
{
  g_assert_not_reached ();
}

static void
test_closing_ends_everything (void)
{
  for (int i = 0; i < 6; i++)
    {
      LofiSession *session = lofi_session_new (experiment_new ((const char *[]) LARGE_SETTINGS));
      lofi_session_run (session);
      lofi_session_set_place (session, (LofiPlace) { LOFI_STEP_PROJECT, 0 });
      WAIT (30 * i);
      gpointer watched = session;
      g_object_add_weak_pointer (G_OBJECT (session), &watched);
      gint64 began = g_get_monotonic_time ();
      lofi_session_close (session);
      g_assert_cmpfloat ((g_get_monotonic_time () - began) / 1000.0, <=, 500);
      g_signal_connect (session, "changed", G_CALLBACK (never), NULL);
      WAIT (20);
      g_object_unref (session);
      g_assert_null (watched);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  lofi_blas_set_threads (0);
  g_test_add_func ("/session/places", test_places);
  g_test_add_func ("/session/same-as-the-engine", test_same_as_the_engine);
  g_test_add_func ("/session/only-what-depends-is-stale", test_only_what_depends_is_stale);
  g_test_add_func ("/session/plan", test_plan);
  g_test_add_func ("/session/newest-wins", test_newest_wins);
  g_test_add_func ("/session/drag", test_drag_comes_through);
  g_test_add_func ("/session/errors", test_errors_keep_the_last_good_state);
  g_test_add_func ("/session/stop", test_stop_is_quick);
  g_test_add_func ("/session/stop-of-one-that-waits", test_stop_of_one_that_waits);
  g_test_add_func ("/session/views", test_views_follow_the_place);
  g_test_add_func ("/session/pictures", test_pictures);
  g_test_add_func ("/session/play", test_play_walks_to_the_end);
  g_test_add_func ("/session/sweep", test_sweep_keeps_its_points);
  g_test_add_func ("/session/close", test_closing_ends_everything);
  return g_test_run ();
}
