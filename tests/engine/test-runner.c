#include <string.h>
#include "lofi-error.h"
#include "lofi-fixture.h"
#include "lofi-null.h"
#include "lofi-runner.h"

static char *folder, *cache;

static void
set_up (void)
{
  lofi_blas_set_threads (2);
  folder = fixture_folder ();
  cache = g_build_filename (folder, "cache", NULL);
  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  fixture_write_split (folder, "train", 700, 0);
  fixture_write_split (folder, "test", 203, 1);
}

static void
remove_all (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  for (const char *name; dir && (name = g_dir_read_name (dir));)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      remove_all (child);
    }
  g_remove (path);
}

static void
tear_down (void)
{
  remove_all (cache);
  g_free (cache);
  fixture_remove (folder);
}

#define SMALL "[layer1]\nwidth=90\nkeep=7\n"
#define LARGE "[layer1]\nwidth=650\nkeep=7\n[layer2]\nwidth=650\nkeep=7\n[layer3]\nwidth=650\nkeep=none\n"

typedef struct {
  LofiRunner *runner;
  guint64 newest;                 /* generation of the newest request */
  guint snapshots, live, progress, stale, failed, stopped, cells, sweep_failed, pictures, cancelled_pictures;
  guint alignments, align_progress, align_failed, seeds_finished, seeds_lost;
  LofiResult *last;
  LofiAlignment *aligned;
  char *message;
} Ear;

static void
on_snapshot (LofiRunner *runner, LofiResult *result, Ear *ear)
{
  ear->snapshots++;
  ear->live += result->live_layer >= 0;
  ear->stale += result->generation != ear->newest;
  g_clear_pointer (&ear->last, lofi_result_unref);
  ear->last = lofi_result_ref (result);
}

static void
on_progress (LofiRunner *runner, guint64 generation, Ear *ear)
{
  ear->progress++;
  ear->stale += generation != ear->newest;
}

static void
on_failed (LofiRunner *runner, GError *error, Ear *ear)
{
  ear->failed++;
  g_free (ear->message);
  ear->message = g_strdup (error->message);
}

static void on_stopped (LofiRunner *runner, Ear *ear) { ear->stopped++; }
static void on_cells (LofiRunner *runner, Ear *ear) { ear->cells++; }
static void on_sweep_failed (LofiRunner *runner, GError *error, Ear *ear) { ear->sweep_failed++; }

static void
on_alignment (LofiRunner *runner, LofiAlignment *alignment, Ear *ear)
{
  guint finished = 0;
  ear->alignments++;
  if (!alignment)
    return;
  for (guint i = 0; i < alignment->seeds->len; i++)
    finished += g_array_index (alignment->seeds, LofiAlignSeed, i).finished;
  ear->seeds_lost += finished < ear->seeds_finished;
  ear->seeds_finished = finished;
  g_clear_pointer (&ear->aligned, lofi_alignment_unref);
  ear->aligned = lofi_alignment_ref (alignment);
}

static void on_align_progress (LofiRunner *runner, Ear *ear) { ear->align_progress++; }

static void
on_align_failed (LofiRunner *runner, GError *error, Ear *ear)
{
  ear->align_failed++;
  g_free (ear->message);
  ear->message = g_strdup (error->message);
}

static Ear *
ear_new (void)
{
  Ear *ear = g_new0 (Ear, 1);
  ear->runner = lofi_runner_new ();
  g_signal_connect (ear->runner, "snapshot", G_CALLBACK (on_snapshot), ear);
  g_signal_connect (ear->runner, "progress", G_CALLBACK (on_progress), ear);
  g_signal_connect (ear->runner, "failed", G_CALLBACK (on_failed), ear);
  g_signal_connect (ear->runner, "stopped", G_CALLBACK (on_stopped), ear);
  g_signal_connect (ear->runner, "cells", G_CALLBACK (on_cells), ear);
  g_signal_connect (ear->runner, "sweep-failed", G_CALLBACK (on_sweep_failed), ear);
  g_signal_connect (ear->runner, "alignment", G_CALLBACK (on_alignment), ear);
  g_signal_connect (ear->runner, "align-progress", G_CALLBACK (on_align_progress), ear);
  g_signal_connect (ear->runner, "align-failed", G_CALLBACK (on_align_failed), ear);
  return ear;
}

static void
ear_free (Ear *ear)
{
  g_clear_object (&ear->runner);
  g_clear_pointer (&ear->last, lofi_result_unref);
  g_clear_pointer (&ear->aligned, lofi_alignment_unref);
  g_free (ear->message);
  g_free (ear);
}

static gboolean
wake (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

#define WAIT(condition, ms)                                                                        \
  G_STMT_START {                                                                                   \
    gboolean late_ = FALSE;                                                                        \
    guint id_ = g_timeout_add ((ms), wake, &late_);                                                \
    while (!(condition) && !late_)                                                                 \
      g_main_context_iteration (NULL, TRUE);                                                       \
    if (!late_)                                                                                    \
      g_source_remove (id_);                                                                       \
    ck_assert_msg (condition, "waited %d ms for %s", (int) (ms), #condition);                      \
  } G_STMT_END

START_TEST (test_a_fit_arrives)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, SMALL);
  Ear *ear = ear_new ();
  ear->newest = lofi_runner_fit (ear->runner, experiment);
  ck_assert (lofi_runner_is_busy (ear->runner));
  WAIT (ear->last && ear->last->finished, 20000);
  ck_assert_uint_eq (ear->stale, 0);
  ck_assert_ptr_nonnull (ear->last->lazy);
  g_autoptr (LofiResult) direct = lofi_fit (experiment, TRUE, 0, NULL, NULL, NULL, NULL);
  ck_assert (direct->readout->test_scores.error == ear->last->readout->test_scores.error);
  ear_free (ear);
}
END_TEST

/* Whoever finds it idle has been told all it found: a null line that came last, too. */
START_TEST (test_busy_until_all_is_told)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, SMALL);
  Ear *ear = ear_new ();
  ear->newest = lofi_runner_fit (ear->runner, experiment);
  g_usleep (1500000);      /* the fit ends, and nobody listens */
  ck_assert (lofi_runner_is_busy (ear->runner));
  WAIT (!lofi_runner_is_busy (ear->runner), 20000);
  ck_assert (ear->last && ear->last->finished);
  ck_assert_uint_eq (ear->last->nulls[0]->permutations, LOFI_NULL_PERMUTATIONS);
  ear_free (ear);
}
END_TEST

START_TEST (test_newest_wins_and_nothing_stale_is_shown)
{
  Ear *ear = ear_new ();
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, LARGE);
  for (guint i = 0; i < 40; i++)
    {
      lofi_experiment_layer (experiment, 0)->width = 300 + i;
      ear->newest = lofi_runner_fit (ear->runner, experiment);
      for (guint j = 0; j < 3; j++)
        g_main_context_iteration (NULL, FALSE);
      g_usleep (4000 * (i % 4));
    }
  WAIT (ear->last && ear->last->finished, 60000);
  ck_assert_uint_eq (ear->stale, 0);
  ck_assert_uint_eq (ear->last->layers[0]->width, 339);
  ck_assert_uint_eq (ear->failed + ear->stopped, 0);
  ear_free (ear);
}
END_TEST

START_TEST (test_stop_within_half_a_second)
{
  Ear *ear = ear_new ();
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, LARGE);
  ear->newest = lofi_runner_fit (ear->runner, experiment);
  WAIT (ear->live > 0, 20000);
  gint64 asked = g_get_monotonic_time ();
  lofi_runner_stop (ear->runner);
  WAIT (ear->stopped == 1, 5000);
  ck_assert_int_le (g_get_monotonic_time () - asked, 500000);
  ck_assert (!lofi_runner_is_busy (ear->runner));
  ear_free (ear);
}
END_TEST

START_TEST (test_failure_comes_once_with_its_reason)
{
  Ear *ear = ear_new ();
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, SMALL);
  ear->newest = lofi_runner_fit (ear->runner, experiment);
  WAIT (ear->last && ear->last->finished, 20000);
  experiment->data.train = 5;
  lofi_experiment_layer (experiment, 0)->keep = 50;
  ear->newest = lofi_runner_fit (ear->runner, experiment);
  WAIT (ear->failed == 1, 20000);
  ck_assert_ptr_nonnull (strstr (ear->message, "layer1.keep"));
  ear_free (ear);
}
END_TEST

START_TEST (test_a_fit_overtakes_a_sweep_that_goes_on_after_it)
{
  Ear *ear = ear_new ();
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, LARGE);
  guint finished, total;
  lofi_runner_sweep (ear->runner, experiment);
  WAIT (ear->cells > 1, 20000);
  ear->newest = lofi_runner_fit (ear->runner, experiment);
  WAIT (ear->last && ear->last->finished, 30000);
  ck_assert (lofi_runner_is_sweeping (ear->runner));
  WAIT (!lofi_runner_is_sweeping (ear->runner), 60000);
  lofi_runner_get_sweep_progress (ear->runner, &finished, &total);
  ck_assert_uint_eq (finished, 12);
  ck_assert_uint_eq (total, 12);
  g_autoptr (LofiCells) cells = lofi_runner_cells (ear->runner, experiment);
  ck_assert_uint_eq (lofi_cells_count (cells), 12);
  ck_assert_uint_eq (ear->sweep_failed, 0);
  ear_free (ear);
}
END_TEST

START_TEST (test_a_stopped_sweep_keeps_its_points)
{
  Ear *ear = ear_new ();
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, LARGE);
  lofi_runner_sweep (ear->runner, experiment);
  WAIT (ear->cells > 2, 20000);
  lofi_runner_stop_sweep (ear->runner);
  ck_assert (!lofi_runner_is_sweeping (ear->runner));
  g_autoptr (LofiCells) cells = lofi_runner_cells (ear->runner, experiment);
  guint before = lofi_cells_count (cells);
  ck_assert_uint_ge (before, 1);
  lofi_runner_sweep (ear->runner, experiment);
  WAIT (!lofi_runner_is_sweeping (ear->runner), 60000);
  ck_assert_uint_eq (lofi_cells_count (cells), 12);
  ear_free (ear);
}
END_TEST

/* The window ends in the middle of a sweep: the next one finds every cell. */
START_TEST (test_cells_outlive_the_runner)
{
  Ear *ear = ear_new ();
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, LARGE);
  lofi_runner_sweep (ear->runner, experiment);
  guint finished, total;
  WAIT ((lofi_runner_get_sweep_progress (ear->runner, &finished, &total), finished >= 3), 20000);
  g_autoptr (LofiCells) cells = lofi_runner_cells (ear->runner, experiment);
  ear_free (ear);
  guint before = lofi_cells_count (cells);
  g_autofree char *lines = lofi_cells_to_jsonl (cells, NULL);
  g_auto (GStrv) wanted = g_strsplit (g_strchomp (lines), "\n", -1);
  ear = ear_new ();
  lofi_runner_sweep (ear->runner, experiment);
  WAIT ((lofi_runner_get_sweep_progress (ear->runner, &finished, &total), finished >= before), 20000);
  g_autoptr (LofiCells) again = lofi_runner_cells (ear->runner, experiment);
  g_autofree char *found = lofi_cells_to_jsonl (again, NULL);
  for (char **line = wanted; *line; line++)
    if (!strstr (*line, "\"reference\""))
      ck_assert_msg (strstr (found, *line) != NULL, "lost: %s", *line);        /* to the seconds it took */
  ear_free (ear);
}
END_TEST

static guint warnings;

static GLogWriterOutput
count_warnings (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  warnings += (level & G_LOG_LEVEL_WARNING) != 0;
  return G_LOG_WRITER_HANDLED;
}

/* No place for them: said once, and the sweep goes on. */
START_TEST (test_cells_that_cannot_be_kept_are_cells)
{
  Ear *ear = ear_new ();
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, SMALL);
  ck_assert (g_file_set_contents (cache, "not a folder", -1, NULL));
  g_log_set_writer_func (count_warnings, NULL, NULL);
  for (guint i = 0; i < 2; i++)
    {
      lofi_runner_sweep (ear->runner, experiment);
      WAIT (!lofi_runner_is_sweeping (ear->runner), 20000);
    }
  g_autoptr (LofiCells) cells = lofi_runner_cells (ear->runner, experiment);
  ck_assert_uint_eq (lofi_cells_count (cells), 12);
  ck_assert_uint_eq (ear->sweep_failed, 0);
  ck_assert_uint_eq (warnings, 1);
  ear_free (ear);
}
END_TEST

#define ALIGNED "[layer1]\nwidth=80\nkeep=5\norder=1+2\n[descent]\nstep=0.05\nsteps=200\ninit=0.5\ndirections=3\nseeds=4\nhidden=300\n"

static char *
alignment_text (LofiAlignment *alignment)
{
  g_autofree char *text = lofi_alignment_to_json (alignment);
  return g_strndup (text, strstr (text, "\"seconds\"") - text);
}

START_TEST (test_an_alignment_arrives)
{
  Ear *ear = ear_new ();
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, ALIGNED);
  ck_assert_ptr_null (lofi_runner_alignment (ear->runner, experiment));
  lofi_runner_align (ear->runner, experiment);
  ck_assert (lofi_runner_is_aligning (ear->runner));
  WAIT (!lofi_runner_is_aligning (ear->runner) && ear->aligned && ear->aligned->finished, 60000);
  ck_assert_uint_gt (ear->alignments, 2);
  ck_assert_uint_gt (ear->align_progress, 0);
  ck_assert (lofi_runner_get_align_progress (ear->runner) == 1);
  g_autoptr (LofiAlignment) direct = lofi_align (experiment, NULL, NULL, NULL, NULL, NULL), kept = lofi_runner_alignment (ear->runner, experiment);
  g_autofree char *one = alignment_text (direct), *other = alignment_text (kept);
  ck_assert_str_eq (one, other);
  ear_free (ear);
}
END_TEST

START_TEST (test_a_fit_overtakes_an_alignment_that_keeps_its_seeds)
{
  Ear *ear = ear_new ();
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, ALIGNED), small = fixture_experiment (folder, SMALL);
  experiment->descent.steps = 600;
  lofi_runner_align (ear->runner, experiment);
  WAIT (ear->seeds_finished >= 1, 30000);
  ear->newest = lofi_runner_fit (ear->runner, small);
  WAIT (ear->last && ear->last->finished, 30000);
  ck_assert (lofi_runner_is_aligning (ear->runner));
  ck_assert (!ear->aligned->finished);
  WAIT (!lofi_runner_is_aligning (ear->runner) && ear->aligned->finished, 60000);
  ck_assert_uint_eq (ear->seeds_lost, 0);
  ck_assert_uint_eq (ear->seeds_finished, 4);
  ear_free (ear);
}
END_TEST

START_TEST (test_a_stopped_alignment_goes_on_where_it_was)
{
  Ear *ear = ear_new ();
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, ALIGNED);
  experiment->descent.steps = 600;
  lofi_runner_align (ear->runner, experiment);
  WAIT (ear->seeds_finished >= 1, 30000);
  lofi_runner_stop_align (ear->runner);
  ck_assert (!lofi_runner_is_aligning (ear->runner));
  guint told = ear->alignments;
  WAIT (ear->alignments > told, 5000);
  g_autoptr (LofiAlignment) kept = lofi_runner_alignment (ear->runner, experiment);
  ck_assert_ptr_nonnull (kept);
  ck_assert (!kept->finished);
  /* One seed more or less is the same alignment. */
  experiment->descent.seeds = 2;
  lofi_runner_align (ear->runner, experiment);
  WAIT (!lofi_runner_is_aligning (ear->runner) && ear->aligned->finished, 60000);
  ck_assert_uint_eq (ear->seeds_lost, 0);
  ck_assert_uint_eq (ear->aligned->seeds->len, 2);
  ear_free (ear);
}
END_TEST

START_TEST (test_an_alignment_that_cannot_be_says_why)
{
  Ear *ear = ear_new ();
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, ALIGNED);
  experiment->descent.directions = 100;
  lofi_runner_align (ear->runner, experiment);
  WAIT (ear->align_failed == 1, 20000);
  ck_assert (!lofi_runner_is_aligning (ear->runner));
  ck_assert_ptr_nonnull (strstr (ear->message, "descent.directions"));
  ear_free (ear);
}
END_TEST

START_TEST (test_a_sweep_and_an_alignment_take_turns)
{
  Ear *ear = ear_new ();
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, ALIGNED);
  lofi_runner_sweep (ear->runner, experiment);
  WAIT (ear->cells > 1, 20000);
  lofi_runner_align (ear->runner, experiment);
  WAIT (ear->aligned != NULL, 20000);
  lofi_runner_sweep (ear->runner, experiment);
  WAIT (!lofi_runner_is_sweeping (ear->runner) && !lofi_runner_is_aligning (ear->runner) && ear->aligned->finished, 60000);
  g_autoptr (LofiCells) cells = lofi_runner_cells (ear->runner, experiment);
  ck_assert_uint_eq (lofi_cells_count (cells), lofi_emergence_total (experiment));
  ck_assert_uint_eq (ear->seeds_finished, 4);
  ear_free (ear);
}
END_TEST

static void
on_pictures (LofiArray *pictures, const GError *error, gpointer data)
{
  Ear *ear = data;
  if (pictures)
    ear->pictures++;
  else
    ear->cancelled_pictures += g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_pointer (&pictures, lofi_array_unref);
}

START_TEST (test_pictures_do_not_wait_for_a_fit)
{
  Ear *ear = ear_new ();
  g_autoptr (LofiExperiment) small = fixture_experiment (folder, SMALL), large = fixture_experiment (folder, LARGE);
  ear->newest = lofi_runner_fit (ear->runner, small);
  WAIT (ear->last && ear->last->finished, 20000);
  g_autoptr (LofiResult) result = lofi_result_ref (ear->last);
  ear->live = 0;
  ear->newest = lofi_runner_fit (ear->runner, large);
  WAIT (ear->live > 0, 20000);
  lofi_runner_pictures (ear->runner, result, 0, LOFI_PICTURE_PULLED_BACK, 0, on_pictures, ear, NULL);
  lofi_runner_pictures (ear->runner, result, 0, LOFI_PICTURE_WEIGHTED_MEAN, 0, on_pictures, ear, NULL);
  WAIT (ear->pictures + ear->cancelled_pictures == 2, 20000);
  ck_assert_uint_ge (ear->pictures, 1);
  ck_assert (!ear->last->finished);
  ear_free (ear);
}
END_TEST

START_TEST (test_letting_go_while_computing)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, LARGE);
  for (guint i = 0; i < 20; i++)
    {
      Ear *ear = ear_new ();
      ear->newest = lofi_runner_fit (ear->runner, experiment);
      lofi_runner_sweep (ear->runner, experiment);
      if (i % 2)
        lofi_runner_align (ear->runner, experiment);
      for (guint j = 0; j < i; j++)
        g_main_context_iteration (NULL, FALSE);
      g_usleep (3000 * i);
      gint64 began = g_get_monotonic_time ();
      guint told = ear->snapshots;
      lofi_runner_shut_down (ear->runner);
      ck_assert_int_le (g_get_monotonic_time () - began, 500000);
      while (g_main_context_iteration (NULL, FALSE))
        ;
      ck_assert_uint_eq (ear->snapshots, told);
      ear_free (ear);
    }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("runner");
  TCase *tests = tcase_create ("runner");
  tcase_add_checked_fixture (tests, set_up, tear_down);
  tcase_set_timeout (tests, 120);
  tcase_add_test (tests, test_a_fit_arrives);
  tcase_add_test (tests, test_busy_until_all_is_told);
  tcase_add_test (tests, test_newest_wins_and_nothing_stale_is_shown);
  tcase_add_test (tests, test_stop_within_half_a_second);
  tcase_add_test (tests, test_failure_comes_once_with_its_reason);
  tcase_add_test (tests, test_a_fit_overtakes_a_sweep_that_goes_on_after_it);
  tcase_add_test (tests, test_a_stopped_sweep_keeps_its_points);
  tcase_add_test (tests, test_cells_outlive_the_runner);
  tcase_add_test (tests, test_cells_that_cannot_be_kept_are_cells);
  tcase_add_test (tests, test_an_alignment_arrives);
  tcase_add_test (tests, test_a_fit_overtakes_an_alignment_that_keeps_its_seeds);
  tcase_add_test (tests, test_a_stopped_alignment_goes_on_where_it_was);
  tcase_add_test (tests, test_an_alignment_that_cannot_be_says_why);
  tcase_add_test (tests, test_a_sweep_and_an_alignment_take_turns);
  tcase_add_test (tests, test_pictures_do_not_wait_for_a_fit);
  tcase_add_test (tests, test_letting_go_while_computing);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
