/* Sets of cells and their lines: what files that are put together, torn, doubled or wrong come to. */
#include "lofi-some-cells.h"

static char *folder, *path;

static void
set_up (void)
{
  folder = fixture_folder ();
  path = g_build_filename (folder, "cells.jsonl", NULL);
}

static void
tear_down (void)
{
  g_free (path);
  fixture_remove (folder);
}

static void
write_text (const char *text, gssize length)
{
  ck_assert (g_file_set_contents (path, text, length, NULL));
}

/* Reads the text; refused with every one of the words, or taken when there are none. */
static LofiCells *
load (const char *text, gssize length, const char *key, const char *words)
{
  g_autoptr (GError) error = NULL;
  write_text (text, length);
  LofiCells *cells = lofi_cells_load (path, key, &error);
  if (!words)
    {
      ck_assert_msg (cells != NULL, "%s", error ? error->message : "");
      return cells;
    }
  ck_assert_msg (cells == NULL, "taken: %.200s", text);
  ck_assert_int_eq (lofi_error_exit_code (error), 2);
  g_auto (GStrv) parts = g_strsplit (words, "|", -1);
  for (char **part = parts; *part; part++)
    ck_assert_msg (strstr (error->message, *part) != NULL, "'%s' is not in: %s", *part, error->message);
  return NULL;
}

/* ---- sets ---- */

START_TEST (test_mean_and_standard_error)
{
  g_autoptr (LofiCells) cells = lofi_cells_new ();
  const double errors[] = { 0.1, 0.2, 0.4 };
  for (guint seed = 0; seed < 3; seed++)
    {
      LofiCell cell = bare_cell ("", 100, seed, LOFI_METHOD_LAZY, errors[seed]);
      ck_assert_int_eq (lofi_cells_add (cells, &cell), LOFI_CELLS_ADDED);
      cell.test_error = 0.9;
      ck_assert_int_eq (lofi_cells_add (cells, &cell), LOFI_CELLS_CONTRADICTED);         /* and changes nothing */
    }
  g_autoptr (GArray) curve = lofi_cells_curve (cells, "", LOFI_METHOD_LAZY, TEST_ERROR);
  ck_assert_uint_eq (curve->len, 1);
  const LofiCurvePoint *point = &g_array_index (curve, LofiCurvePoint, 0);
  double mean = 0.7 / 3, variance = ((0.1 - mean) * (0.1 - mean) + (0.2 - mean) * (0.2 - mean) + (0.4 - mean) * (0.4 - mean)) / 2;
  ck_assert_uint_eq (point->count, 3);
  ck_assert (fabs (point->mean - mean) <= 1e-15);
  ck_assert (fabs (point->sem - sqrt (variance / 3)) <= 1e-14);
}
END_TEST

START_TEST (test_values_and_extents)
{
  const LofiCell cell = some_cell ("", 50, 1);
  const struct { LofiMeasure measure; double value; } cases[] = {
    { { LOFI_QUANTITY_TEST_ERROR, 0, 0 }, 0.02 }, { { LOFI_QUANTITY_TRAIN_ERROR, 0, 0 }, 0.01 }, { { LOFI_QUANTITY_OUTLIERS, 0, 0 }, 2 },
    { { LOFI_QUANTITY_OUTLIERS, 1, 0 }, NAN }, { { LOFI_QUANTITY_OUTLIERS, 2, 0 }, NAN }, { { LOFI_QUANTITY_KEPT, 0, 0 }, 3 },
    { { LOFI_QUANTITY_EIGENVALUE, 0, 1 }, -0.25 }, { { LOFI_QUANTITY_EIGENVALUE, 1, 1 }, NAN }, { { LOFI_QUANTITY_NULL_LOW, 0, 0 }, -0.1 },
    { { LOFI_QUANTITY_NULL_HIGH, 0, 0 }, 0.2 }, { { LOFI_QUANTITY_OVERLAP, 0, 0 }, 0.5 }, { { LOFI_QUANTITY_OVERLAP, 0, 2 }, 0.1 },
    { { LOFI_QUANTITY_OVERLAP, 0, 3 }, NAN },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      double value = lofi_cell_value (&cell, cases[i].measure);
      ck_assert_msg (isnan (cases[i].value) ? isnan (value) : fabs (value - cases[i].value) <= 1e-15, "case %u: %g", i, value);
    }
  g_autoptr (LofiCells) cells = lofi_cells_new ();
  guint layers, eigenvalues, groups;
  lofi_cells_add (cells, &cell);
  lofi_cells_extents (cells, &layers, &eigenvalues, &groups);
  ck_assert_uint_eq (layers, 2);
  ck_assert_uint_eq (eigenvalues, 3);
  ck_assert_uint_eq (groups, 2);
}
END_TEST

/* Two machines agree but for rounding: whichever comes first, the same one is kept, and a version tells of a change. */
START_TEST (test_of_two_that_agree_the_same_is_kept)
{
  LofiCell one = bare_cell ("", 100, 0, LOFI_METHOD_LOFI, 0.25), other = one;
  other.test_mse *= 1 + 5e-5;
  other.test_error += 5e-4;
  char *lines[2];
  for (guint order = 0; order < 2; order++)
    {
      g_autoptr (LofiCells) cells = lofi_cells_new ();
      ck_assert_int_eq (lofi_cells_add (cells, order ? &other : &one), LOFI_CELLS_ADDED);
      guint64 version = lofi_cells_version (cells);
      ck_assert_int_eq (lofi_cells_add (cells, order ? &one : &other), LOFI_CELLS_KNOWN);
      ck_assert (lofi_cells_version (cells) - version == order);       /* replaced only if the better one came last */
      ck_assert_uint_eq (lofi_cells_count (cells), 1);
      lines[order] = lofi_cells_to_jsonl (cells, NULL);
    }
  ck_assert_str_eq (lines[0], lines[1]);
  g_free (lines[0]);
  g_free (lines[1]);
  LofiCell far = one;
  far.test_mse *= 1.0002;
  g_autoptr (LofiCells) cells = lofi_cells_new ();
  lofi_cells_add (cells, &one);
  ck_assert_int_eq (lofi_cells_add (cells, &far), LOFI_CELLS_CONTRADICTED);
}
END_TEST

/* Without planted directions: overlaps count with the largest reference alone. */
START_TEST (test_overlaps_with_a_reference)
{
  g_autoptr (LofiCells) cells = lofi_cells_new ();
  const LofiMeasure measure = { LOFI_QUANTITY_OVERLAP, 0, 0 };
  for (guint seed = 0; seed < 2; seed++)
    {
      LofiCell cell = some_cell ("", 100, seed);
      cell.layers[0].overlap = NAN;
      lofi_cells_add (cells, &cell);
    }
  g_autoptr (GArray) none = lofi_cells_curve (cells, "", LOFI_METHOD_LOFI, measure);
  ck_assert_uint_eq (none->len, 0);
  ck_assert (lofi_cells_add_overlaps (cells, "", 100, 0, 1000, (double[]) { 0.5, 0.25 }, 2));
  ck_assert (lofi_cells_add_overlaps (cells, "", 100, 1, 2000, (double[]) { 0.75, 0.25 }, 2));
  ck_assert (!lofi_cells_add_overlaps (cells, "", 200, 1, 2000, (double[]) { 0.75, 0.25 }, 2));
  ck_assert (!lofi_cells_add_overlaps (cells, "", 100, 1, 2000, (double[]) { 0.75 }, 1));
  ck_assert (lofi_cells_has_overlaps (cells, "", 100, 0, 1000) && !lofi_cells_has_overlaps (cells, "", 100, 0, 2000));
  lofi_cells_add_overlaps (cells, "", 100, 1, 1500, (double[]) { 0.1, 0.1 }, 2);         /* an older one, come late */
  g_autoptr (GArray) curve = lofi_cells_curve (cells, "", LOFI_METHOD_LOFI, measure);
  ck_assert_uint_eq (curve->len, 1);
  const LofiCurvePoint *point = &g_array_index (curve, LofiCurvePoint, 0);
  ck_assert_uint_eq (point->count, 1);
  ck_assert (fabs (point->mean - 0.75) <= 1e-15 && isnan (point->sem));
  g_autofree char *text = lofi_cells_to_jsonl (cells, "k"), *summary = lofi_cells_to_summary (cells);
  g_autoptr (LofiCells) back = load (text, -1, "k", NULL);
  g_autofree char *again = lofi_cells_to_jsonl (back, "k"), *same = lofi_cells_to_summary (back);
  ck_assert_str_eq (text, again);
  ck_assert_str_eq (summary, same);
  ck_assert_ptr_nonnull (strstr (summary, "\"reference\": 2000"));
}
END_TEST

START_TEST (test_points_of_a_grid_stand_apart)
{
  g_autoptr (LofiCells) cells = lofi_cells_new ();
  const char *const points[] = { "layer1.keep=10", "layer1.keep=5", "layer1.keep=20" };
  for (guint p = 0; p < 3; p++)
    for (guint seed = 0; seed < 2; seed++)
      {
        LofiCell cell = bare_cell (points[p], 100, seed, LOFI_METHOD_LOFI, 0.1 * (p + 1));
        lofi_cells_add (cells, &cell);
      }
  for (guint p = 0; p < 3; p++)
    {
      g_autofree char *copy = g_strdup (points[p]);         /* not the interned one */
      g_autoptr (GArray) curve = lofi_cells_curve (cells, copy, LOFI_METHOD_LOFI, TEST_ERROR);
      ck_assert_uint_eq (curve->len, 1);
      ck_assert (fabs (g_array_index (curve, LofiCurvePoint, 0).mean - 0.1 * (p + 1)) <= 1e-15);
      ck_assert (lofi_cells_has (cells, copy, 100, 1, LOFI_METHOD_LOFI));
    }
  g_autoptr (GArray) none = lofi_cells_curve (cells, "layer1.keep=7", LOFI_METHOD_LOFI, TEST_ERROR);
  ck_assert_uint_eq (none->len, 0);
  g_autofree char *summary = lofi_cells_to_summary (cells);
  const char *five = strstr (summary, "\"5\""), *ten = strstr (summary, "\"10\""), *twenty = strstr (summary, "\"20\"");
  ck_assert (five && ten && twenty && five < ten && ten < twenty);
}
END_TEST

/* ---- files ---- */

#define CELL "{\"samples\": 10, \"seed\": 0, \"method\": \"lofi\", \"test_error\": 0.1, \"test_mse\": 1"

START_TEST (test_lines_round_trip_in_any_order_and_survive_a_torn_end)
{
  g_autoptr (LofiCells) cells = lofi_cells_new ();
  for (guint i = 0; i < 6; i++)
    {
      LofiCell cell = some_cell (i % 2 ? "layer1.keep=4 layer2.keep=7" : "", 10 + i, i / 2);
      lofi_cells_add (cells, &cell);
    }
  g_autofree char *text = lofi_cells_to_jsonl (cells, "abc"), *summary = lofi_cells_to_summary (cells);
  g_autoptr (LofiCells) back = load (text, -1, "abc", NULL);
  g_autofree char *again = lofi_cells_to_jsonl (back, "abc");
  ck_assert_str_eq (text, again);
  g_auto (GStrv) lines = g_strsplit (g_strchomp (again), "\n", -1);
  g_autoptr (GString) mixed = g_string_new (NULL);
  for (guint i = 0; i < 6; i++)
    g_string_append_printf (mixed, "%s\r\n\n%s\n", lines[(5 * i + 2) % 6], lines[(i + 3) % 6]);       /* doubled, shuffled, from a system of its own */
  g_autoptr (LofiCells) shuffled = load (mixed->str, -1, NULL, NULL);
  g_autofree char *same = lofi_cells_to_summary (shuffled);
  ck_assert_str_eq (summary, same);
  for (gsize cut = strlen (text) - 1; cut > strlen (text) - 60; cut--)
    {
      g_autoptr (LofiCells) torn = load (text, (gssize) cut, "abc", NULL);
      ck_assert_uint_eq (lofi_cells_count (torn), 5);
    }
}
END_TEST

START_TEST (test_lines_of_earlier_versions_are_taken)
{
  g_autoptr (LofiCells) cells = load (CELL ", \"train_error\": null, \"eigenvalues\": [[3, -2.5]], \"outliers\": null, \"overlap\": null, \"seconds\": 1}\n",
                                      -1, "abc", NULL);
  ck_assert_uint_eq (lofi_cells_count (cells), 1);
  g_autoptr (GArray) curve = lofi_cells_curve (cells, "", LOFI_METHOD_LOFI, (LofiMeasure) { LOFI_QUANTITY_EIGENVALUE, 0, 1 });
  ck_assert (fabs (g_array_index (curve, LofiCurvePoint, 0).mean + 2.5) <= 1e-15);
}
END_TEST

START_TEST (test_bad_lines_are_refused)
{
  static const struct { const char *text; gssize length; } bad[] = {
    { "not json\n", -1 }, { "[]\n", -1 }, { "{}\n", -1 }, { "null\n", -1 }, { "{\"samples\": 10}\n", -1 }, { "\0\0\n", 3 }, { CELL "\0}\n", sizeof CELL + 2 },
    { "{\"samples\": 10, \"seed\": 0, \"method\": \"magic\", \"test_error\": 0.1, \"test_mse\": 1}\n", -1 },
    { "{\"samples\": -1, \"seed\": 0, \"method\": \"lofi\", \"test_error\": 0.1, \"test_mse\": 1}\n", -1 },
    { "{\"samples\": 10.5, \"seed\": 0, \"method\": \"lofi\", \"test_error\": 0.1, \"test_mse\": 1}\n", -1 },
    { "{\"samples\": 10, \"seed\": 0, \"method\": \"lofi\", \"test_error\": null, \"test_mse\": 1}\n", -1 },
    { "{\"samples\": 10, \"seed\": 0, \"method\": \"lofi\", \"test_error\": \"0.1\", \"test_mse\": 1}\n", -1 },
    { "{\"samples\": \"10\", \"seed\": 0, \"method\": \"lofi\", \"test_error\": 0.1, \"test_mse\": 1}\n", -1 },
    { "{\"samples\": 1e300, \"seed\": 0, \"method\": \"lofi\", \"test_error\": 0.1, \"test_mse\": 1}\n", -1 },
    { "{\"samples\": 99999999999999999999, \"seed\": 0, \"method\": \"lofi\", \"test_error\": 0.1, \"test_mse\": 1}\n", -1 },
    { "{\"samples\": 10, \"seed\": 0, \"method\": \"lofi\", \"test_error\": 1e999, \"test_mse\": 1}\n", -1 },
    { "{\"samples\": 10, \"seed\": true, \"method\": \"lofi\", \"test_error\": 0.1, \"test_mse\": 1}\n", -1 },
    { "{\"samples\": 10, \"seed\": 0, \"method\": [\"lofi\"], \"test_error\": 0.1, \"test_mse\": {}}\n", -1 },
    { CELL ", \"eigenvalues\": 3}\n", -1 }, { CELL ", \"eigenvalues\": [3]}\n", -1 }, { CELL ", \"eigenvalues\": [[\"3\"]]}\n", -1 },
    { CELL ", \"outliers\": [-2]}\n", -1 }, { CELL ", \"outliers\": [1.5]}\n", -1 }, { CELL ", \"outliers\": [[1]]}\n", -1 },
    { CELL ", \"overlap\": [2]}\n", -1 }, { CELL ", \"null_edges\": [[1]]}\n", -1 }, { CELL ", \"group_overlaps\": [[0.5, -3]]}\n", -1 },
    { CELL ", \"set\": {\"layer1.keep\": 10}}\n", -1 }, { CELL ", \"set\": {\"layer1.keep\": \"1 0\"}}\n", -1 }, { CELL ", \"set\": [\"a=b\"]}\n", -1 },
    { CELL ", \"set\": {\"a\": \"1\", \"b\": \"1\", \"c\": \"1\", \"d\": \"1\"}}\n", -1 }, { CELL ", \"experiment\": 3}\n", -1 },
    { CELL ", \"reference\": 0}\n", -1 }, { CELL ", \"reference\": \"100\"}\n", -1 }, { CELL ", \"train_error\": [1]}\n", -1 },
    { "{\"samples\": 10, \"seed\": 0, \"method\": \"lazy\", \"test_error\": 0.1, \"test_mse\": 1, \"eigenvalues\": [[1]]}\n", -1 },
    { CELL ", \"title\": \"\xff\xfe\"}\n", -1 },
  };
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    load (bad[i].text, bad[i].length, NULL, "cells.jsonl, line 1");
}
END_TEST

START_TEST (test_monsters_are_refused)
{
  /* Nested so deeply that a reader by recursion would run out of stack. */
  g_autofree char *deep = g_strnfill (3000000, '[');
  deep[2999999] = '\n';
  load (deep, 3000000, NULL, "line 1");
  /* A line of 100 MB, with and without an end, is no cell. */
  gsize length = 100u << 20;
  g_autofree char *large = g_strnfill (length, ' ');
  load (large, (gssize) length, NULL, "line 1|longer than any cell");
  large[length - 1] = '\n';
  load (large, (gssize) length, NULL, "line 1|longer than any cell");
  /* A long array is read, and is not what a layer has. */
  memset (large, '1', 8u << 20);
  memcpy (large, CELL ", \"outliers\": [", strlen (CELL ", \"outliers\": ["));
  for (gsize i = 1000; i + 1 < 4u << 20; i += 2)
    large[i] = ',';
  memcpy (large + (4u << 20), "]}\n", 3);
  load (large, (4 << 20) + 3, NULL, "line 1");
}
END_TEST

START_TEST (test_contradictions_name_both_lines)
{
  const char *other = "{\"samples\": 20, \"seed\": 0, \"method\": \"lofi\", \"test_error\": 0.1, \"test_mse\": 1}\n";
  g_autofree char *text = g_strconcat (other, CELL "}\n", other, "{\"samples\": 10, \"seed\": 0, \"method\": \"lofi\", \"test_error\": 0.1, \"test_mse\": 1.01}\n", NULL);
  load (text, -1, NULL, "line 4|line 2");
  g_autofree char *twice = g_strconcat (CELL "}\n", CELL ", \"seconds\": 5}\n", NULL);
  g_autoptr (LofiCells) cells = load (twice, -1, NULL, NULL);
  ck_assert_uint_eq (lofi_cells_count (cells), 1);
}
END_TEST

START_TEST (test_another_experiment_is_named)
{
  load (CELL "}\n" CELL ", \"experiment\": \"0123456789abcdef\"}\n", -1, "fedcba9876543210", "line 2|0123456789abcdef|fedcba9876543210");
  load (CELL ", \"experiment\": \"aaaa\"}\n" CELL ", \"experiment\": \"bbbb\"}\n", -1, NULL, "line 2|line 1|aaaa|bbbb");
}
END_TEST

/* ---- a file that grows ---- */

static void
append (const char *text)
{
  FILE *file = fopen (path, "a");
  ck_assert_ptr_nonnull (file);
  ck_assert (fputs (text, file) >= 0 && fclose (file) == 0);
}

START_TEST (test_a_growing_file_is_read_on)
{
  g_autoptr (LofiCells) cells = lofi_cells_new ();
  g_autoptr (LofiCellsReader) reader = lofi_cells_reader_new (path, NULL);
  g_autoptr (GError) error = NULL;
  gboolean missing = FALSE;
  const char *second = "{\"samples\": 20, \"seed\": 0, \"method\": \"lofi\", \"test_error\": 0.1, \"test_mse\": 1, \"overlap\": [null]}\n";
  ck_assert (lofi_cells_reader_read (reader, cells, &missing, NULL));
  ck_assert (missing);
  append (CELL "}\n{\"samp");
  ck_assert (lofi_cells_reader_read (reader, cells, &missing, NULL));
  ck_assert (!missing);
  ck_assert_uint_eq (lofi_cells_count (cells), 1);
  guint64 version = lofi_cells_version (cells);
  ck_assert (lofi_cells_reader_read (reader, cells, &missing, NULL));
  ck_assert (lofi_cells_version (cells) == version);
  append (second + strlen ("{\"samp"));
  ck_assert (lofi_cells_reader_read (reader, cells, &missing, NULL));
  ck_assert_uint_eq (lofi_cells_count (cells), 2);
  /* Something wrong comes: it is an error as long as it is there, and what was read stays. */
  append ("wrong\n");
  for (guint i = 0; i < 2; i++)
    {
      ck_assert (!lofi_cells_reader_read (reader, cells, &missing, &error));
      ck_assert_ptr_nonnull (strstr (error->message, "line 3"));
      g_clear_error (&error);
    }
  /* A shorter file is another file: overlaps may stand before their cell. */
  write_text ("{\"samples\": 30, \"seed\": 0, \"method\": \"lofi\", \"reference\": 50, \"overlap\": [0.5]}\n", -1);
  ck_assert (lofi_cells_reader_read (reader, cells, &missing, NULL));
  append ("{\"samples\": 30, \"seed\": 0, \"method\": \"lofi\", \"test_error\": 0.1, \"test_mse\": 1, \"overlap\": [null]}\n");
  ck_assert (lofi_cells_reader_read (reader, cells, &missing, NULL));
  ck_assert_uint_eq (lofi_cells_count (cells), 3);
  ck_assert (lofi_cells_has_overlaps (cells, "", 30, 0, 50));
  g_unlink (path);
  ck_assert (lofi_cells_reader_read (reader, cells, &missing, NULL));
  ck_assert (missing);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("cells");
  TCase *tests = tcase_create ("cells");
  tcase_add_checked_fixture (tests, set_up, tear_down);
  tcase_set_timeout (tests, 60);
  tcase_add_test (tests, test_mean_and_standard_error);
  tcase_add_test (tests, test_values_and_extents);
  tcase_add_test (tests, test_of_two_that_agree_the_same_is_kept);
  tcase_add_test (tests, test_overlaps_with_a_reference);
  tcase_add_test (tests, test_points_of_a_grid_stand_apart);
  tcase_add_test (tests, test_lines_round_trip_in_any_order_and_survive_a_torn_end);
  tcase_add_test (tests, test_lines_of_earlier_versions_are_taken);
  tcase_add_test (tests, test_bad_lines_are_refused);
  tcase_add_test (tests, test_monsters_are_refused);
  tcase_add_test (tests, test_contradictions_name_both_lines);
  tcase_add_test (tests, test_another_experiment_is_named);
  tcase_add_test (tests, test_a_growing_file_is_read_on);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
