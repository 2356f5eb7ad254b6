/* The sweep: every cell once, in any shares and order the same numbers. */
#include <string.h>
#include "lofi-emergence.h"
#include "lofi-some-cells.h"
#include "lofi-sweep-samples-private.h"

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
  guint calls, overlaps, last_finished, last_total, stop_after;
  gsize largest;
  gboolean small_first;
  GCancellable *cancellable;
} Counter;

static void
count (gpointer data, const LofiCell *cell, gboolean overlaps, guint finished, guint total)
{
  Counter *counter = data;
  counter->overlaps += overlaps;
  if (overlaps)
    {
      ck_assert_uint_gt (cell->reference, 0);
      ck_assert (cell->layers[0].overlap >= 0 && cell->layers[0].overlap <= 1);
      return;
    }
  counter->calls++;
  counter->small_first = (counter->calls == 1 || counter->small_first) && cell->samples >= counter->largest;
  counter->largest = MAX (counter->largest, cell->samples);
  counter->last_finished = finished;
  counter->last_total = total;
  ck_assert (cell->test_error >= 0 && cell->test_error <= 1);
  if (counter->calls == counter->stop_after)
    g_cancellable_cancel (counter->cancellable);
}

static gboolean
sweep (const LofiExperiment *experiment, LofiCells *cells, LofiShare share, Counter *counter, GCancellable *cancellable, GError **error)
{
  const LofiSweepObserver observer = { count, counter };
  return lofi_emergence_run (experiment, cells, share, NULL, counter ? &observer : NULL, cancellable, error);
}

static void
add_to (const LofiCell *cell, gpointer cells)
{
  lofi_cells_add (cells, cell);
}

static void
add_without_overlaps (const LofiCell *cell, gpointer cells)
{
  LofiCellLayer layers[4];
  LofiCell copy = *cell;
  if (cell->n_layers)
    memcpy (layers, cell->layers, cell->n_layers * sizeof *layers);
  copy.layers = layers;
  copy.reference = 0;
  for (guint l = 0; l < cell->n_layers; l++)
    layers[l].overlap = NAN;
  lofi_cells_add (cells, &copy);
}

static LofiCells *
without_overlaps (LofiCells *cells)
{
  LofiCells *bare = lofi_cells_new ();
  lofi_cells_foreach (cells, add_without_overlaps, bare);
  return bare;
}

static void
add_line (const LofiCell *cell, gpointer text)
{
  LofiCell copy = *cell;
  copy.seconds = 0;
  copy.reference = 0;                /* overlaps in the line too */
  g_autofree char *line = lofi_cell_to_json (&copy, NULL);
  g_string_append_printf (text, "%s %zu\n", line, cell->samples == 120 ? cell->reference : 0);
}

/* All numbers but how long they took. */
static char *
without_seconds (LofiCells *cells)
{
  GString *text = g_string_new (NULL);
  lofi_cells_foreach (cells, add_line, text);
  return g_string_free (text, FALSE);
}

START_TEST (test_every_cell_once)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, TWO_LAYERS);
  g_autoptr (LofiCells) cells = lofi_cells_new ();
  Counter counter = { 0 };
  ck_assert_uint_eq (lofi_emergence_total (experiment), 2 * 2 * 3);
  ck_assert (sweep (experiment, cells, (LofiShare) { 0, 0 }, &counter, NULL, NULL));
  ck_assert_uint_eq (counter.calls, 12);
  ck_assert_uint_eq (counter.last_finished, 12);
  ck_assert_uint_eq (counter.last_total, 12);
  counter.calls = 0;
  ck_assert (sweep (experiment, cells, (LofiShare) { 0, 0 }, &counter, NULL, NULL));
  ck_assert_uint_eq (counter.calls, 0);
}
END_TEST

START_TEST (test_a_cell_is_the_fit_of_its_parameters)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, TWO_LAYERS);
  g_autoptr (LofiCells) cells = lofi_cells_new ();
  ck_assert (sweep (experiment, cells, (LofiShare) { 0, 0 }, NULL, NULL, NULL));
  double sum = 0;
  for (guint seed = 0; seed < 2; seed++)
    {
      experiment->seed = seed;
      experiment->data.train = 120;
      g_autoptr (LofiResult) result = lofi_fit (experiment, TRUE, 0, NULL, NULL, NULL, NULL);
      ck_assert_ptr_nonnull (result);
      sum += result->readout->test_scores.error;
    }
  g_autoptr (GArray) curve = lofi_cells_curve (cells, "", LOFI_METHOD_LOFI, TEST_ERROR);
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
  ck_assert (!sweep (experiment, cells, (LofiShare) { 0, 0 }, &counter, cancellable, &error));
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
  /* What another worker had finished by then is kept and told, too. */
  guint kept = lofi_cells_count (cells);
  ck_assert_uint_eq (counter.calls, kept);
  ck_assert (kept >= 5 && kept <= 9);
  counter = (Counter) { 0 };
  ck_assert (sweep (experiment, cells, (LofiShare) { 0, 0 }, &counter, NULL, NULL));
  ck_assert_uint_eq (counter.calls, 12 - kept);
  ck_assert (sweep (experiment, whole, (LofiShare) { 0, 0 }, NULL, NULL, NULL));
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
  ck_assert (!sweep (experiment, cells, (LofiShare) { 0, 0 }, NULL, NULL, &error));
  ck_assert_int_eq (lofi_error_exit_code (error), 2);
  ck_assert_ptr_nonnull (strstr (error->message, "emergence.samples"));
  ck_assert_uint_eq (lofi_cells_count (cells), 0);
}
END_TEST

/* ---- overlaps, nulls ---- */

START_TEST (test_overlaps_with_the_largest_sample_count)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, TWO_LAYERS);
  g_autoptr (LofiCells) cells = lofi_cells_new ();
  Counter counter = { 0 };
  ck_assert (sweep (experiment, cells, (LofiShare) { 0, 0 }, &counter, NULL, NULL));
  ck_assert_uint_eq (counter.overlaps, 4);
  for (guint seed = 0; seed < 2; seed++)
    {
      ck_assert (lofi_cells_has_overlaps (cells, "", 50, seed, 120));
      ck_assert (lofi_cells_has_overlaps (cells, "", 120, seed, 120));
    }
  g_autoptr (GArray) curve = lofi_cells_curve (cells, "", LOFI_METHOD_LOFI, (LofiMeasure) { LOFI_QUANTITY_OVERLAP, 0, 0 });
  ck_assert_uint_eq (curve->len, 2);
  ck_assert (g_array_index (curve, LofiCurvePoint, 0).mean < 0.999);
  ck_assert (fabs (g_array_index (curve, LofiCurvePoint, 1).mean - 1) <= 1e-9);
  g_autofree char *before = lofi_cells_to_summary (cells);
  /* Gone on with from the scores alone: the overlaps are the same, and the scores are left alone. */
  g_autoptr (LofiCells) scores = without_overlaps (cells);
  counter = (Counter) { 0 };
  ck_assert (sweep (experiment, scores, (LofiShare) { 0, 0 }, &counter, NULL, NULL));
  ck_assert_uint_eq (counter.calls, 0);
  ck_assert_uint_eq (counter.overlaps, 4);
  g_autofree char *after = lofi_cells_to_summary (scores);
  ck_assert_str_eq (before, after);
  /* A larger count takes the place of the reference. */
  gsize more = 130;
  g_array_append_val (experiment->sweep_samples, more);
  counter = (Counter) { 0 };
  ck_assert (sweep (experiment, scores, (LofiShare) { 0, 0 }, &counter, NULL, NULL));
  ck_assert_uint_eq (counter.calls, 6);
  ck_assert_uint_eq (counter.overlaps, 6);
}
END_TEST

START_TEST (test_a_teacher_fills_its_cells)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LofiExperiment) experiment = lofi_experiment_parse (
    "[experiment]\nformat=1\n[data]\nsource=staircase\ndimension=12\ntrain=100\ntest=200\n[layer1]\nwidth=60\nkeep=4\n[layer2]\nwidth=40\nkeep=3\n"
    "[emergence]\nsamples=60;120\nseeds=1\ncompare=lazy\n", "x", NULL, NULL, &error);
  ck_assert_msg (experiment != NULL, "%s", error ? error->message : "");
  g_autoptr (LofiCells) cells = lofi_cells_new ();
  Counter counter = { 0 };
  ck_assert (sweep (experiment, cells, (LofiShare) { 0, 0 }, &counter, NULL, NULL));
  ck_assert_uint_eq (counter.calls, 4);
  ck_assert_uint_eq (counter.overlaps, 0);
  const LofiQuantity of_layers[] = { LOFI_QUANTITY_OUTLIERS, LOFI_QUANTITY_NULL_LOW, LOFI_QUANTITY_NULL_HIGH, LOFI_QUANTITY_OVERLAP };
  for (guint layer = 0; layer < 2; layer++)
    for (guint q = 0; q < G_N_ELEMENTS (of_layers); q++)
      {
        g_autoptr (GArray) curve = lofi_cells_curve (cells, "", LOFI_METHOD_LOFI, (LofiMeasure) { of_layers[q], layer, 0 });
        ck_assert_msg (curve->len == 2, "%s of layer %u: %u points", lofi_quantity_name (of_layers[q]), layer + 1, curve->len);
      }
  guint layers, eigenvalues, groups;
  lofi_cells_extents (cells, &layers, &eigenvalues, &groups);
  ck_assert_uint_eq (layers, 2);
  ck_assert_uint_eq (eigenvalues, 4);
  ck_assert_uint_eq (groups, 4);
}
END_TEST

/* Cells without null lines are cells of another sweep, and else the same. */
START_TEST (test_without_null_lines)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, TWO_LAYERS);
  g_autoptr (LofiCells) with = lofi_cells_new (), without = lofi_cells_new ();
  g_autofree char *key = lofi_emergence_key (experiment);
  ck_assert (sweep (experiment, with, (LofiShare) { 0, 0 }, NULL, NULL, NULL));
  experiment->sweep_nulls = FALSE;
  g_autofree char *other = lofi_emergence_key (experiment);
  ck_assert_str_ne (key, other);
  ck_assert (sweep (experiment, without, (LofiShare) { 0, 0 }, NULL, NULL, NULL));
  const LofiMeasure outliers = { LOFI_QUANTITY_OUTLIERS, 0, 0 }, overlap = { LOFI_QUANTITY_OVERLAP, 0, 0 };
  g_autoptr (GArray) some = lofi_cells_curve (with, "", LOFI_METHOD_LOFI, outliers), none = lofi_cells_curve (without, "", LOFI_METHOD_LOFI, outliers);
  ck_assert (some->len == 2 && none->len == 0);
  const LofiMeasure same[] = { TEST_ERROR, overlap };
  for (guint m = 0; m < G_N_ELEMENTS (same); m++)
    {
      g_autoptr (GArray) a = lofi_cells_curve (with, "", LOFI_METHOD_LOFI, same[m]), b = lofi_cells_curve (without, "", LOFI_METHOD_LOFI, same[m]);
      ck_assert (a->len == 2 && b->len == 2);
      for (guint i = 0; i < 2; i++)
        ck_assert (g_array_index (a, LofiCurvePoint, i).mean == g_array_index (b, LofiCurvePoint, i).mean);
    }
}
END_TEST

/* Cells that workers find side by side, from passes they share, are to the last bit those found one after the other. */
START_TEST (test_side_by_side)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, "[layer1]\nkind=dense\nwidth=90\nkeep=7\n[layer2]\nkind=dense\nwidth=60\nkeep=5\n");
  experiment->precision = LOFI_PRECISION_SINGLE;
  experiment->sweep_seeds = 3;
  g_array_set_size (experiment->sweep_samples, 0);
  for (gsize samples = 20; samples <= 140; samples += 15)
    g_array_append_val (experiment->sweep_samples, samples);
  ck_assert (lofi_sweep_samples_apply (experiment, 20, 90, FIXTURE_INPUTS));
  g_autofree char *wanted = NULL;
  for (guint round = 0; round < 6; round++)
    {
      g_autoptr (LofiCells) cells = lofi_cells_new ();
      experiment->sweep_compare = round > 2 ? 0 : LOFI_COMPARE_LAZY | LOFI_COMPARE_LINEAR;
      lofi_blas_set_threads (round % 3 == 0 ? 1 : 2);
      ck_assert (sweep (experiment, cells, (LofiShare) { 0, 0 }, NULL, NULL, NULL));
      ck_assert_int_eq (lofi_blas_threads (), round % 3 == 0 ? 1 : 2);
      g_autofree char *found = without_seconds (cells);
      if (round % 3 == 0)
        {
          g_free (wanted);
          wanted = g_steal_pointer (&found);
        }
      else
        ck_assert_str_eq (found, wanted);
    }
}
END_TEST

/* ---- shares ---- */

/* Whole pairs of seed and point where there are enough, else single sample counts: disjoint, together everything, and merged the same to the byte. */
START_TEST (test_shares_are_disjoint_and_merge_to_the_whole)
{
  static const guint parts_of[] = { 1, 2, 3, 7 };
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, "[layer1]\nkind=dense\nwidth=50\nkeep=5\n");
  gsize more = 90;
  g_array_insert_val (experiment->sweep_samples, 1, more);
  experiment->sweep_seeds = 4;
  g_autoptr (LofiCells) whole = lofi_cells_new ();
  Counter counter = { 0 };
  lofi_blas_set_threads (1);      /* one cell after the other: they come in the order they are begun in */
  ck_assert (sweep (experiment, whole, (LofiShare) { 0, 0 }, &counter, NULL, NULL));
  ck_assert (counter.small_first);
  lofi_blas_set_threads (2);
  g_autofree char *wanted = lofi_cells_to_summary (whole), *wanted_lines = without_seconds (whole);
  for (guint c = 0; c < G_N_ELEMENTS (parts_of); c++)
    {
      g_autoptr (LofiCells) merged = lofi_cells_new ();
      guint sum = 0;
      for (guint part = parts_of[c]; part >= 1; part--)
        {
          g_autoptr (LofiCells) own = lofi_cells_new ();
          counter = (Counter) { 0 };
          ck_assert (sweep (experiment, own, (LofiShare) { part, parts_of[c] }, &counter, NULL, NULL));
          ck_assert_uint_eq (counter.calls, counter.last_total);
          sum += counter.calls;
          lofi_cells_foreach (own, add_to, merged);
        }
      ck_assert_uint_eq (sum, lofi_emergence_total (experiment));
      ck_assert_uint_eq (lofi_emergence_found (experiment, merged), sum);
      counter = (Counter) { 0 };
      ck_assert (sweep (experiment, merged, (LofiShare) { 0, 0 }, &counter, NULL, NULL));
      ck_assert_uint_eq (counter.calls, 0);
      g_autofree char *found = lofi_cells_to_summary (merged), *lines = without_seconds (merged);
      ck_assert_str_eq (found, wanted);
      ck_assert_str_eq (lines, wanted_lines);
    }
}
END_TEST

/* To the last bit, of a grid whose points share layers. */
START_TEST (test_a_cell_alone_is_the_cell_in_a_sweep)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, TWO_LAYERS), alone = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = lofi_experiment_to_text (experiment);
  const char *const settings[] = { "emergence.grid=layer2.keep:2,5;readout.penalties:0.1,10", NULL };
  const char *const single[] = { "emergence.grid=layer2.keep:5;readout.penalties:10", "emergence.samples=120", NULL };
  g_autoptr (LofiExperiment) grid = lofi_experiment_parse (text, "x", folder, settings, &error);
  ck_assert_msg (grid != NULL, "%s", error ? error->message : "");
  alone = lofi_experiment_parse (text, "x", folder, single, &error);
  ck_assert_msg (alone != NULL, "%s", error ? error->message : "");
  g_autoptr (LofiCells) cells = lofi_cells_new (), few = lofi_cells_new ();
  ck_assert (sweep (grid, cells, (LofiShare) { 0, 0 }, NULL, NULL, NULL));
  ck_assert (sweep (alone, few, (LofiShare) { 0, 0 }, NULL, NULL, NULL));
  ck_assert_uint_eq (lofi_cells_count (few), 6);
  g_autofree char *all = without_seconds (cells), *some = without_seconds (few);
  g_auto (GStrv) lines = g_strsplit (g_strchomp (some), "\n", -1);
  for (char **line = lines; *line; line++)
    ck_assert_msg (strstr (all, *line) != NULL, "not in the sweep: %s", *line);
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
  tcase_add_test (tests, test_overlaps_with_the_largest_sample_count);
  tcase_add_test (tests, test_a_teacher_fills_its_cells);
  tcase_add_test (tests, test_without_null_lines);
  tcase_add_test (tests, test_side_by_side);
  tcase_add_test (tests, test_shares_are_disjoint_and_merge_to_the_whole);
  tcase_add_test (tests, test_a_cell_alone_is_the_cell_in_a_sweep);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
