/* The folder of a sweep, whatever happens to it: what was reported done is there, whole, and nothing else. */
#include <signal.h>
#include <sys/resource.h>
#include "lofi-emergence.h"
#include "lofi-some-cells.h"
#include "lofi-sweep-folder.h"

static char *folder, *out, *cells_path;

static void
set_up (void)
{
  folder = fixture_folder ();
  out = g_build_filename (folder, "out", NULL);
  cells_path = g_build_filename (out, "cells.jsonl", NULL);
}

static void
tear_down (void)
{
  g_free (cells_path);
  fixture_remove (out);
  fixture_remove (folder);
}

static LofiSweepFolder *
open_good (const LofiExperiment *experiment, gboolean resume, LofiCells *cells)
{
  g_autoptr (GError) error = NULL;
  LofiSweepFolder *opened = lofi_sweep_folder_open (out, experiment, resume, cells, &error);
  ck_assert_msg (opened != NULL, "%s", error ? error->message : "");
  return opened;
}

static void
refuse_open (const LofiExperiment *experiment, gboolean resume, const char *words)
{
  g_autoptr (LofiCells) cells = lofi_cells_new ();
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) parts = g_strsplit (words, "|", -1);
  ck_assert_ptr_null (lofi_sweep_folder_open (out, experiment, resume, cells, &error));
  ck_assert_int_eq (lofi_error_exit_code (error), 2);
  for (char **part = parts; *part; part++)
    ck_assert_msg (strstr (error->message, *part) != NULL, "'%s' is not in: %s", *part, error->message);
}

static char *
read_cells_file (void)
{
  char *text = NULL;
  ck_assert (g_file_get_contents (cells_path, &text, NULL, NULL));
  return text;
}

START_TEST (test_folder_begins_with_the_first_cell)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, TWO_LAYERS), other = lofi_experiment_dup (experiment);
  g_autoptr (LofiCells) cells = lofi_cells_new (), back = lofi_cells_new ();
  const LofiCell one = some_cell ("", 50, 0), two = some_cell ("", 50, 1);
  g_free (other->title);
  other->title = g_strdup ("Other title");
  lofi_experiment_layer (other, 0)->keep = 3;
  g_autoptr (LofiSweepFolder) first = open_good (experiment, FALSE, cells);
  ck_assert (!g_file_test (out, G_FILE_TEST_EXISTS));
  ck_assert (lofi_sweep_folder_append (first, &one, FALSE, NULL));
  refuse_open (experiment, FALSE, "cells.jsonl|--resume");
  refuse_open (experiment, TRUE, "another program");               /* locked as long as it is open */
  g_clear_pointer (&first, lofi_sweep_folder_close);
  g_autofree char *hash = lofi_emergence_hash (experiment);
  refuse_open (other, TRUE, "another experiment|Other title");
  refuse_open (other, TRUE, hash);
  /* A torn last line is dropped before the next one is written. */
  FILE *file = fopen (cells_path, "a");
  ck_assert (file && fputs ("{\"samples\": 60, \"se", file) >= 0 && fclose (file) == 0);
  g_autoptr (LofiSweepFolder) again = open_good (experiment, TRUE, back);
  ck_assert_uint_eq (lofi_cells_count (back), 1);
  ck_assert (lofi_sweep_folder_append (again, &two, FALSE, NULL));
  lofi_cells_add (back, &two);
  ck_assert (lofi_sweep_folder_finish (again, back, NULL));
  g_clear_pointer (&again, lofi_sweep_folder_close);
  g_autoptr (LofiCells) all = lofi_cells_load (cells_path, hash, NULL);
  ck_assert_ptr_nonnull (all);
  ck_assert_uint_eq (lofi_cells_count (all), 2);
  g_autofree char *summary = g_build_filename (out, "summary.json", NULL);
  ck_assert (g_file_test (summary, G_FILE_TEST_EXISTS));
}
END_TEST

START_TEST (test_folder_with_an_experiment_of_its_own)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, TWO_LAYERS);
  g_autofree char *own = g_build_filename (out, "experiment.lofi", NULL);
  ck_assert_int_eq (g_mkdir (out, 0777), 0);
  ck_assert (g_file_set_contents (own, "# mine\n[layer1]\nkeep=3\n", -1, NULL));
  refuse_open (experiment, FALSE, "experiment.lofi|write over");
}
END_TEST

/* Lines of another experiment among those of this one, as cat may put them there. */
START_TEST (test_folder_with_lines_of_another)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, TWO_LAYERS);
  g_autofree char *hash = lofi_emergence_hash (experiment);
  const LofiCell cell = some_cell ("", 50, 0);
  g_autofree char *ours = lofi_cell_to_json (&cell, hash), *theirs = lofi_cell_to_json (&cell, "0123456789abcdef");
  g_autofree char *text = g_strdup_printf ("%s\n%s\n", ours, theirs);
  ck_assert_int_eq (g_mkdir (out, 0777), 0);
  ck_assert (g_file_set_contents (cells_path, text, -1, NULL));
  refuse_open (experiment, TRUE, "cells.jsonl, line 2|0123456789abcdef");
}
END_TEST

/* No room: whole lines only, and an error; with room again it goes on. */
START_TEST (test_full_disk)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, TWO_LAYERS);
  g_autoptr (LofiCells) cells = lofi_cells_new ();
  g_autoptr (LofiSweepFolder) opened = open_good (experiment, FALSE, cells);
  const LofiCell one = some_cell ("", 50, 0), two = some_cell ("", 50, 1);
  g_autoptr (GError) error = NULL;
  struct rlimit limit, before;
  ck_assert (lofi_sweep_folder_append (opened, &one, FALSE, NULL));
  g_autofree char *text = read_cells_file ();
  signal (SIGXFSZ, SIG_IGN);
  ck_assert_int_eq (getrlimit (RLIMIT_FSIZE, &before), 0);
  limit = before;
  limit.rlim_cur = strlen (text) + 20;
  /* No check between the two: the test library writes to a file too. */
  int set = setrlimit (RLIMIT_FSIZE, &limit);
  gboolean appended = lofi_sweep_folder_append (opened, &two, FALSE, &error);
  int reset = setrlimit (RLIMIT_FSIZE, &before);
  ck_assert (set == 0 && reset == 0);
  ck_assert (!appended);
  ck_assert_int_eq (lofi_error_exit_code (error), 2);
  ck_assert_msg (strstr (error->message, "cells.jsonl"), "%s", error->message);
  g_autofree char *kept = read_cells_file ();
  ck_assert_str_eq (text, kept);
  ck_assert (lofi_sweep_folder_append (opened, &two, FALSE, NULL));
  g_autofree char *more = read_cells_file ();
  ck_assert (g_str_has_prefix (more, text) && g_str_has_suffix (more, "}\n"));
}
END_TEST

START_TEST (test_folder_that_disappears)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, TWO_LAYERS);
  g_autoptr (LofiCells) cells = lofi_cells_new ();
  g_autoptr (LofiSweepFolder) opened = open_good (experiment, FALSE, cells);
  const LofiCell one = some_cell ("", 50, 0), two = some_cell ("", 50, 1);
  g_autofree char *moved = g_build_filename (folder, "moved", NULL);
  g_autoptr (GError) error = NULL;
  ck_assert (lofi_sweep_folder_append (opened, &one, FALSE, NULL));
  if (_i == 0)
    ck_assert_int_eq (g_unlink (cells_path), 0);
  else
    ck_assert_int_eq (g_rename (cells_path, moved), 0);
  ck_assert (!lofi_sweep_folder_append (opened, &two, FALSE, &error));
  ck_assert_msg (strstr (error->message, "cells.jsonl") && strstr (error->message, "removed or replaced"), "%s", error->message);
  ck_assert_int_eq (lofi_error_exit_code (error), 2);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("sweep-folder");
  TCase *tests = tcase_create ("folder");
  tcase_add_checked_fixture (tests, set_up, tear_down);
  tcase_set_timeout (tests, 60);
  tcase_add_test (tests, test_folder_begins_with_the_first_cell);
  tcase_add_test (tests, test_folder_with_an_experiment_of_its_own);
  tcase_add_test (tests, test_folder_with_lines_of_another);
  tcase_add_test (tests, test_full_disk);
  tcase_add_loop_test (tests, test_folder_that_disappears, 0, 2);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
