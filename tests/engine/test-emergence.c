#include <string.h>
#include "lofi-emergence.h"
#include "lofi-error.h"
#include "lofi-fixture.h"

static char *folder;

static void
set_up (void)
{
  lofi_blas_set_threads (2);
  folder = fixture_folder ();
  fixture_write_split (folder, "train", 140, 0);
  fixture_write_split (folder, "test", 90, 1);
}

static void
tear_down (void)
{
  fixture_remove (folder);
}

typedef struct {
  guint calls, last_finished, last_total, stop_after;
  GCancellable *cancellable;
} Counter;

static void
count (gpointer data, const LofiCell *cell, guint finished, guint total)
{
  Counter *counter = data;
  counter->calls++;
  counter->last_finished = finished;
  counter->last_total = total;
  ck_assert (cell->test_error >= 0 && cell->test_error <= 1);
  if (counter->calls == counter->stop_after)
    g_cancellable_cancel (counter->cancellable);
}

START_TEST (test_every_cell_once)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, TWO_LAYERS);
  g_autoptr (LofiCells) cells = lofi_cells_new ();
  Counter counter = { 0 };
  ck_assert_uint_eq (lofi_emergence_total (experiment), 2 * 2 * 3);
  ck_assert (lofi_emergence_run (experiment, cells, NULL, count, &counter, NULL, NULL));
  ck_assert_uint_eq (counter.calls, 12);
  ck_assert_uint_eq (counter.last_finished, 12);
  ck_assert_uint_eq (counter.last_total, 12);
  counter.calls = 0;
  ck_assert (lofi_emergence_run (experiment, cells, NULL, count, &counter, NULL, NULL));
  ck_assert_uint_eq (counter.calls, 0);
}
END_TEST

START_TEST (test_a_cell_is_the_fit_of_its_parameters)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, TWO_LAYERS);
  g_autoptr (LofiCells) cells = lofi_cells_new ();
  ck_assert (lofi_emergence_run (experiment, cells, NULL, NULL, NULL, NULL, NULL));
  double sum = 0;
  for (guint seed = 0; seed < 2; seed++)
    {
      experiment->seed = seed;
      experiment->data.train = 120;
      g_autoptr (LofiResult) result = lofi_fit (experiment, TRUE, 0, NULL, NULL, NULL, NULL);
      ck_assert_ptr_nonnull (result);
      sum += result->readout->test_scores.error;
    }
  g_autoptr (GArray) curve = lofi_cells_curve (cells, LOFI_METHOD_LOFI, FALSE);
  ck_assert_uint_eq (curve->len, 2);
  const LofiCurvePoint *point = &g_array_index (curve, LofiCurvePoint, 1);
  ck_assert_uint_eq (point->samples, 120);
  ck_assert_uint_eq (point->count, 2);
  ck_assert (fabs (point->mean - sum / 2) <= 1e-12);
}
END_TEST

START_TEST (test_stopped_keeps_and_goes_on)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, TWO_LAYERS);
  g_autoptr (LofiCells) cells = lofi_cells_new (), whole = lofi_cells_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Counter counter = { .stop_after = 5, .cancellable = cancellable };
  ck_assert (!lofi_emergence_run (experiment, cells, NULL, count, &counter, cancellable, &error));
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
  ck_assert_uint_eq (lofi_cells_count (cells), 5);
  counter = (Counter) { 0 };
  ck_assert (lofi_emergence_run (experiment, cells, NULL, count, &counter, NULL, NULL));
  ck_assert_uint_eq (counter.calls, 7);
  ck_assert (lofi_emergence_run (experiment, whole, NULL, NULL, NULL, NULL, NULL));
  g_autofree char *one = lofi_cells_to_summary (cells), *other = lofi_cells_to_summary (whole);
  ck_assert_str_eq (one, other);
}
END_TEST

START_TEST (test_more_samples_than_there_are)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, TWO_LAYERS);
  g_autoptr (LofiCells) cells = lofi_cells_new ();
  g_autoptr (GError) error = NULL;
  gsize many = 1000;
  g_array_append_val (experiment->sweep_samples, many);
  ck_assert (!lofi_emergence_run (experiment, cells, NULL, NULL, NULL, NULL, &error));
  ck_assert_int_eq (lofi_error_exit_code (error), 2);
  ck_assert_ptr_nonnull (strstr (error->message, "emergence.samples"));
  ck_assert_uint_eq (lofi_cells_count (cells), 0);
}
END_TEST

START_TEST (test_mean_and_standard_error)
{
  g_autoptr (LofiCells) cells = lofi_cells_new ();
  const double errors[] = { 0.1, 0.2, 0.4 };
  for (guint seed = 0; seed < 3; seed++)
    {
      LofiCell cell = { .samples = 100, .seed = seed, .method = LOFI_METHOD_LAZY, .test_error = errors[seed], .test_mse = 1 };
      lofi_cells_add (cells, &cell);
      cell.test_error = 0.9;
      lofi_cells_add (cells, &cell);         /* the same parameters again: ignored */
    }
  g_autoptr (GArray) curve = lofi_cells_curve (cells, LOFI_METHOD_LAZY, FALSE);
  ck_assert_uint_eq (curve->len, 1);
  const LofiCurvePoint *point = &g_array_index (curve, LofiCurvePoint, 0);
  ck_assert (fabs (point->mean - 0.7 / 3) <= 1e-15);
  double mean = 0.7 / 3, variance = ((0.1 - mean) * (0.1 - mean) + (0.2 - mean) * (0.2 - mean) + (0.4 - mean) * (0.4 - mean)) / 2;
  ck_assert (fabs (point->sem - sqrt (variance / 3)) <= 1e-14);
}
END_TEST

static LofiCells *
load_text (const char *text, gsize length, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "cells.jsonl", NULL);
  ck_assert (g_file_set_contents (path, text, length, NULL));
  return lofi_cells_load (path, error);
}

START_TEST (test_lines_round_trip_and_survive_a_torn_end)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, TWO_LAYERS);
  g_autoptr (LofiCells) cells = lofi_cells_new ();
  ck_assert (lofi_emergence_run (experiment, cells, NULL, NULL, NULL, NULL, NULL));
  g_autofree char *text = lofi_cells_to_jsonl (cells);
  g_autoptr (LofiCells) back = load_text (text, strlen (text), NULL);
  ck_assert_ptr_nonnull (back);
  g_autofree char *again = lofi_cells_to_jsonl (back);
  ck_assert_str_eq (text, again);
  for (gsize cut = strlen (text) - 1; cut > strlen (text) - 60; cut--)
    {
      g_autoptr (LofiCells) torn = load_text (text, cut, NULL);
      ck_assert_ptr_nonnull (torn);
      ck_assert_uint_eq (lofi_cells_count (torn), 11);
    }
}
END_TEST

START_TEST (test_bad_lines_are_refused)
{
  const char *const bad[] = {
    "not json\n", "[]\n", "{}\n", "{\"samples\": 10}\n",
    "{\"samples\": 10, \"seed\": 0, \"method\": \"magic\", \"test_error\": 0.1, \"test_mse\": 1}\n",
    "{\"samples\": -1, \"seed\": 0, \"method\": \"lofi\", \"test_error\": 0.1, \"test_mse\": 1}\n",
    "{\"samples\": 10, \"seed\": 0, \"method\": \"lofi\", \"test_error\": null, \"test_mse\": 1}\n",
    "{\"samples\": \"10\", \"seed\": 0, \"method\": \"lofi\", \"test_error\": 0.1, \"test_mse\": 1}\n",
    "{\"samples\": 1e300, \"seed\": 0, \"method\": \"lofi\", \"test_error\": 0.1, \"test_mse\": 1}\n",
  };
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      ck_assert_ptr_null (load_text (bad[i], strlen (bad[i]), &error));
      ck_assert_int_eq (lofi_error_exit_code (error), 2);
      ck_assert_ptr_nonnull (strstr (error->message, "line 1"));
    }
  /* Nested so deeply that a reader by recursion would run out of stack. */
  g_autoptr (GError) error = NULL;
  g_autofree char *deep = g_strnfill (3000000, '[');
  deep[2999999] = '\n';
  ck_assert_ptr_null (load_text (deep, 3000000, &error));
  ck_assert_int_eq (lofi_error_exit_code (error), 2);
}
END_TEST

START_TEST (test_key_is_of_what_the_sweep_depends_on)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, TWO_LAYERS), other = lofi_experiment_dup (experiment);
  other->data.train = 77;
  other->seed = 9;
  other->sweep_seeds = 4;
  g_autofree char *key = lofi_emergence_key (experiment), *same = lofi_emergence_key (other);
  ck_assert_str_eq (key, same);
  lofi_experiment_layer (other, 1)->keep = 4;
  g_autofree char *different = lofi_emergence_key (other);
  ck_assert_str_ne (key, different);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("emergence");
  TCase *tests = tcase_create ("emergence");
  tcase_add_checked_fixture (tests, set_up, tear_down);
  tcase_set_timeout (tests, 60);
  tcase_add_test (tests, test_every_cell_once);
  tcase_add_test (tests, test_a_cell_is_the_fit_of_its_parameters);
  tcase_add_test (tests, test_stopped_keeps_and_goes_on);
  tcase_add_test (tests, test_more_samples_than_there_are);
  tcase_add_test (tests, test_mean_and_standard_error);
  tcase_add_test (tests, test_lines_round_trip_and_survive_a_torn_end);
  tcase_add_test (tests, test_bad_lines_are_refused);
  tcase_add_test (tests, test_key_is_of_what_the_sweep_depends_on);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
