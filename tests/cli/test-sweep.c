/* `lofi emerge`, and stopping: what is finished stays, what is not leaves nothing, and a sweep goes on where it stopped, killed or shared out. */
#include <math.h>
#include "lofi-running.h"
#include "lofi-small-data.h"

#define CELLS_OF_SMALL (3 * 2 * 3)     /* samples, seeds, methods */

/* How often it is in a file; of "\n" how many lines there are. */
static guint
count (const char *folder, const char *name, const char *what)
{
  g_autofree char *text = file_read (folder, name);
  guint found = 0;
  for (const char *p = text; (p = strstr (p, what)); p += strlen (what))
    found++;
  return found;
}

/* Overlaps with the largest sample count have lines of their own. */
static guint
count_cells (const char *folder)
{
  return count (folder, "cells.jsonl", "\n") - count (folder, "cells.jsonl", "\"reference\"");
}

START_TEST (interrupted_fit)
{
  g_autofree char *folder = folder_new (), *out = g_build_filename (folder, "out", NULL);
  double seconds;
  save_task (folder, 4000, 20, -1, FALSE);
  save_experiment (folder, "large.lofi", SMALL_ARRAYS, "[layer1]\nkind=dense\nwidth=4000\nkeep=100\n");
  /* Stopped while it reduces a matrix of 4000 x 4000, the longest stage there is. */
  Running running = start ("fit %s/large.lofi -o %s --save features", folder, out);
  wait_for (&running, _i ? "eigenpairs" : "operator");
  ck_assert_int_eq (interrupt (&running, &seconds), 130);
  ck_assert_msg (seconds <= 1.0, "it took %.2f seconds to stop", seconds);
  ck_assert_uint_eq (folder_count (out), 0);
  folder_remove (folder);
}
END_TEST

START_TEST (whole_sweep)
{
  g_autofree char *folder = small_folder (), *out = g_build_filename (folder, "sweep", NULL);
  g_auto (Said) said = lofi_run ("emerge %s/small.lofi -o %s", folder, out);
  assert_done (&said);
  ck_assert_uint_eq (count_cells (out), CELLS_OF_SMALL);
  g_autofree char *summary = file_read (out, "summary.json");
  ck_assert_msg (strstr (summary, "test_error_sem") && strstr (summary, "linear"), "%s", summary);
  static const char *const parts[] = { "20 samples", "80 samples", "lofi", "lazy", "linear", "±" };
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    ck_assert_msg (strstr (said.out, parts[i]) != NULL, "no '%s' in: %s", parts[i], said.out);
  /* The folder is taken now, and complete. */
  g_auto (Said) again = lofi_run ("emerge %s/small.lofi -o %s", folder, out);
  assert_refused (&again, 2, "cells.jsonl|--resume");
  g_auto (Said) resumed = lofi_run ("emerge %s/small.lofi -o %s --resume --quiet", folder, out);
  assert_done (&resumed);
  ck_assert_uint_eq (count_cells (out), CELLS_OF_SMALL);
  g_auto (Said) other = lofi_run ("emerge %s/small.lofi -o %s --resume --set layer1.width=41", folder, out);
  assert_refused (&other, 2, "another experiment");
  /* More seeds of the same experiment are the same sweep. */
  g_auto (Said) more = lofi_run ("emerge %s/small.lofi -o %s --resume --quiet --set emergence.seeds=3", folder, out);
  assert_done (&more);
  ck_assert_uint_eq (count_cells (out), CELLS_OF_SMALL / 2 * 3);
  folder_remove (folder);
}
END_TEST

/* Times apart, an interrupted sweep that goes on finds what an uninterrupted one finds. */
static char *
summary_of (const char *folder, const char *out)
{
  g_autofree char *sub = g_build_filename (folder, out, NULL);
  return file_read (sub, "summary.json");
}

START_TEST (interrupted_sweep)
{
  g_autofree char *folder = small_folder (), *out = g_build_filename (folder, "sweep", NULL);
  const char *settings = "--set layer1.width=500 --set emergence.samples=60;100;120 --set emergence.seeds=6";
  double seconds;
  Running running = start ("emerge %s/small.lofi -o %s %s", folder, out, settings);
  wait_for (&running, "100 samples");
  ck_assert_int_eq (interrupt (&running, &seconds), 130);
  ck_assert_msg (seconds <= 1.0, "it took %.2f seconds to stop", seconds);
  guint kept = count_cells (out);
  ck_assert_msg (kept >= 18 && kept < 54, "%u cells were kept", kept);
  g_autofree char *summary = g_build_filename (out, "summary.json", NULL), *cells = g_build_filename (out, "cells.jsonl", NULL);
  ck_assert (!g_file_test (summary, G_FILE_TEST_EXISTS));
  /* A machine that lost power may leave half a line. */
  FILE *file = fopen (cells, "a");
  ck_assert_ptr_nonnull (file);
  fputs ("{\"samples\": 60, \"se", file);
  fclose (file);
  g_auto (Said) resumed = lofi_run ("emerge %s/small.lofi -o %s %s --resume --quiet", folder, out, settings);
  assert_done (&resumed);
  ck_assert_uint_eq (count_cells (out), 54);
  g_auto (Said) whole = lofi_run ("emerge %s/small.lofi -o %s/whole %s --quiet", folder, folder, settings);
  assert_done (&whole);
  g_autofree char *one = summary_of (folder, "sweep"), *other = summary_of (folder, "whole");
  ck_assert_str_eq (one, other);
  folder_remove (folder);
}
END_TEST

/* The deep kernel joins a sweep, and a fit. */
START_TEST (sweep_with_kernel)
{
  g_autofree char *folder = small_folder (), *out = g_build_filename (folder, "sweep", NULL);
  g_auto (Said) said = lofi_run ("emerge %s/small.lofi -o %s --set emergence.compare=lazy;kernel --set emergence.samples=40;80", folder, out);
  assert_done (&said);
  ck_assert_uint_eq (count_cells (out), 2 * 2 * 3);
  g_autofree char *cells = file_read (out, "cells.jsonl"), *summary = file_read (out, "summary.json");
  ck_assert_msg (strstr (cells, "\"kernel\"") && !strstr (cells, "\"linear\""), "%s", cells);
  ck_assert_msg (strstr (summary, "\"kernel\"") && !strstr (summary, "nan"), "%s", summary);
  g_auto (Said) fitted = lofi_run ("fit %s/small.lofi -o %s/fit --set emergence.compare=kernel", folder, folder);
  assert_done (&fitted);
  ck_assert_msg (strstr (fitted.out, "\nkernel  ") != NULL, "%s", fitted.out);
  g_auto (Said) limit = lofi_run ("fit %s/small.lofi --set layer1.width=inf --set layer1.keep=none --set layer2.width=inf", folder);
  assert_done (&limit);
  /* The same numbers as the network of those layers itself. */
  g_auto (GStrv) ours = g_strsplit (strstr (fitted.out, "\nkernel  ") + 1, "\n", 2), theirs = g_strsplit (strstr (limit.out, "\nlofi  ") + 1, "\n", 2);
  ck_assert_str_eq (ours[0] + strlen ("kernel  "), theirs[0] + strlen ("lofi    "));
  folder_remove (folder);
}
END_TEST

#define ORDINARY "--set emergence.samples=20;40;80;100 --set emergence.seeds=3"
#define CELLS_OF_ORDINARY (4 * 3 * 3)

static gboolean
has_line (const char *text, const char *line, gsize length)
{
  g_autofree char *whole = g_strndup (line, length);
  return strstr (text, whole) != NULL;
}

/* Killed at ten moments, each later than the one before, and gone on with each time: no line that was there is lost, and the end is that of an
 * undisturbed run, byte for byte. */
START_TEST (killed_ten_times)
{
  g_autofree char *folder = small_folder (), *out = g_build_filename (folder, "sweep", NULL), *cells = g_build_filename (out, "cells.jsonl", NULL);
  guint64 state = 11;
  g_auto (Said) whole = lofi_run ("emerge %s/small.lofi -o %s/whole " ORDINARY " --quiet", folder, folder);
  assert_done (&whole);
  g_autofree char *wanted = summary_of (folder, "whole");
  for (guint kill_number = 0; kill_number < 10; kill_number++)
    {
      g_autofree char *before = NULL, *after = NULL;
      int status;
      g_file_get_contents (cells, &before, NULL, NULL);
      Running running = start ("emerge %s/small.lofi -o %s " ORDINARY " --resume", folder, out);
      g_usleep ((gulong) (20000 + 120000 * small_uniform (&state)));
      kill (running.pid, SIGKILL);
      ck_assert_int_eq (waitpid (running.pid, &status, 0), running.pid);
      close (running.out);
      g_file_get_contents (cells, &after, NULL, NULL);
      for (const char *line = before, *end; line && (end = strchr (line, '\n')); line = end + 1)
        ck_assert_msg (after && has_line (after, line, (gsize) (end + 1 - line)), "lost: %.*s", (int) (end - line), line);
    }
  g_auto (Said) resumed = lofi_run ("emerge %s/small.lofi -o %s " ORDINARY " --resume --quiet", folder, out);
  assert_done (&resumed);
  ck_assert_uint_eq (count_cells (out), CELLS_OF_ORDINARY);
  g_autofree char *found = summary_of (folder, "sweep");
  ck_assert_str_eq (found, wanted);
  folder_remove (folder);
}
END_TEST

/* Shares of two and of seven, computed apart, one killed half way, put together by concatenation. */
START_TEST (shares_put_together)
{
  static const guint parts_of[] = { 2, 7 };
  g_autofree char *folder = small_folder ();
  guint parts = parts_of[_i];
  g_auto (Said) whole = lofi_run ("emerge %s/small.lofi -o %s/whole " ORDINARY " --quiet", folder, folder);
  assert_done (&whole);
  g_autofree char *wanted = summary_of (folder, "whole");
  g_autoptr (GString) together = g_string_new (NULL);
  guint sum = 0;
  for (guint part = parts; part >= 1; part--)
    {
      g_autofree char *out = g_strdup_printf ("%s/part-%u", folder, part);
      g_auto (Said) said = lofi_run ("emerge %s/small.lofi -o %s --cells %u/%u " ORDINARY " --resume --quiet", folder, out, part, parts);
      assert_done (&said);
      sum += count_cells (out);
      g_autofree char *lines = file_read (out, "cells.jsonl");
      /* Of the first as if it had been killed half way. */
      gsize length = strlen (lines), half = length / 2 + strcspn (lines + length / 2, "\n") + 1;
      g_string_append_len (together, lines, (gssize) (part == 1 ? MIN (half, length) : length));
    }
  ck_assert_uint_eq (sum, CELLS_OF_ORDINARY);
  g_autofree char *all = g_build_filename (folder, "all", NULL);
  ck_assert_int_eq (g_mkdir (all, 0777), 0);
  file_write (all, "cells.jsonl", together->str, (gssize) together->len);
  g_auto (Said) merged = lofi_run ("emerge %s/small.lofi -o %s " ORDINARY " --resume --quiet", folder, all);
  assert_done (&merged);
  g_autofree char *found = summary_of (folder, "all");
  ck_assert_str_eq (found, wanted);
  folder_remove (folder);
}
END_TEST

START_TEST (worker_processes)
{
  g_autofree char *folder = small_folder (), *out = g_build_filename (folder, "sweep", NULL);
  g_setenv ("OPENBLAS_NUM_THREADS", "1", TRUE);          /* so that one process has as many threads as each of two */
  g_auto (Said) whole = lofi_run ("emerge %s/small.lofi -o %s/whole " ORDINARY " --quiet", folder, folder);
  assert_done (&whole);
  g_auto (Said) said = lofi_run ("emerge %s/small.lofi -o %s " ORDINARY " --jobs 2", folder, out);
  assert_done (&said);
  ck_assert_msg (strstr (said.out, "100 samples") && strstr (said.out, "±"), "%s", said.out);
  ck_assert_uint_eq (count_cells (out), CELLS_OF_ORDINARY);
  g_autofree char *wanted = summary_of (folder, "whole"), *found = summary_of (folder, "sweep");
  ck_assert_str_eq (found, wanted);
  g_auto (Said) again = lofi_run ("emerge %s/small.lofi -o %s " ORDINARY " --jobs 3 --resume --quiet", folder, out);
  assert_done (&again);
  ck_assert_uint_eq (count_cells (out), CELLS_OF_ORDINARY);
  g_auto (Said) nowhere = lofi_run ("emerge %s/small.lofi --jobs 2 --set emergence.seeds=1", folder);
  assert_done (&nowhere);
  /* What all of them refuse is said once. */
  g_auto (Said) refused = lofi_run ("emerge %s/small.lofi --jobs 2 --quiet --set emergence.samples=1000", folder);
  assert_refused (&refused, 2, "emergence.samples|only 120");
  g_unsetenv ("OPENBLAS_NUM_THREADS");
  folder_remove (folder);
}
END_TEST

/* A child of this process. */
static GPid
child_of (GPid parent)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/task/%d/children", parent, parent), *children = NULL;
  g_file_get_contents (path, &children, NULL, NULL);
  return children ? (GPid) g_ascii_strtoll (children, NULL, 10) : 0;
}

#define LONG "--set layer1.width=500 --set emergence.samples=60;100;120 --set emergence.seeds=20 --jobs 2"

START_TEST (workers_that_are_stopped_or_die)
{
  g_autofree char *folder = small_folder (), *out = g_build_filename (folder, "sweep", NULL);
  double seconds;
  Running running = start ("emerge %s/small.lofi -o %s " LONG, folder, out);
  wait_for (&running, "60 samples");
  GPid worker = child_of (running.pid);
  ck_assert_int_eq (interrupt (&running, &seconds), 130);
  ck_assert_msg (seconds <= 1.0, "it took %.2f seconds to stop", seconds);
  guint kept = count_cells (out);
  ck_assert_msg (kept >= 1 && kept < 180, "%u cells were kept", kept);
  ck_assert_msg (worker == 0 || kill (worker, 0) != 0, "a worker lives on");
  /* One that dies is reported; what it had handed over stays, and the rest is computed next time. */
  int status = 0;
  running = start ("emerge %s/small.lofi -o %s " LONG " --resume", folder, out);
  wait_for (&running, "100 samples");
  worker = child_of (running.pid);
  ck_assert_msg (worker > 0, "no worker to kill");
  kill (worker, SIGKILL);
  ck_assert_int_eq (waitpid (running.pid, &status, 0), running.pid);
  close (running.out);
  ck_assert_msg (WIFEXITED (status) && WEXITSTATUS (status) == 3, "%d", status);
  guint more = count_cells (out);
  ck_assert_msg (more > kept && more < 180, "%u cells, %u before", more, kept);
  folder_remove (folder);
}
END_TEST

START_TEST (shares_that_are_none)
{
  static const struct { const char *options; int code; const char *words; } cases[] = {
    { "--cells 0/2", 1, "--cells" }, { "--cells 3/2", 1, "--cells" }, { "--cells 1", 1, "--cells" }, { "--cells a/b", 1, "--cells" },
    { "--cells 1/2/3", 1, "--cells" }, { "--cells -1/2", 1, "--cells" }, { "--jobs 0", 1, "--jobs" }, { "--jobs many", 1, "--jobs" },
    { "--jobs -2", 1, "--jobs" }, { "--jobs 2 --cells 1/2", 1, "--jobs" }, { "--resume", 1, "--resume" },
    { "--set emergence.grid=layer1.keep:5,x", 2, "--set emergence.grid|layer1.keep=x" },
  };
  g_autofree char *folder = small_folder ();
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Said) said = lofi_run ("emerge %s/small.lofi %s", folder, cases[i].options);
      assert_refused (&said, cases[i].code, cases[i].words);
    }
  folder_remove (folder);
}
END_TEST

START_TEST (sweep_of_a_grid)
{
  g_autofree char *folder = small_folder (), *out = g_build_filename (folder, "sweep", NULL);
  g_auto (Said) said = lofi_run ("emerge %s/small.lofi -o %s --set emergence.samples=40;80 --set emergence.grid=layer1.keep:2,5;readout.penalties:0.1,10", folder, out);
  assert_done (&said);
  ck_assert_uint_eq (count_cells (out), 2 * 2 * 3 * 4);
  static const char *const points[] = { "layer1.keep=2 readout.penalties=0.1", "layer1.keep=2 readout.penalties=10", "layer1.keep=5 readout.penalties=0.1" };
  for (guint i = 0; i < G_N_ELEMENTS (points); i++)
    ck_assert_msg (strstr (said.out, points[i]) != NULL, "no '%s' in: %s", points[i], said.out);
  ck_assert_uint_eq (count (out, "cells.jsonl", "\"layer1.keep\":\"5\""), 2 * 2 * 3 * 2 + 2 * 2 * 2);
  /* More values of an axis, and another order of the axes, are the same sweep. */
  g_auto (Said) more = lofi_run ("emerge %s/small.lofi -o %s --resume --quiet --set emergence.samples=40;80 --set emergence.grid=readout.penalties:10,0.1;layer1.keep:5,3", folder, out);
  assert_done (&more);
  ck_assert_uint_eq (count_cells (out), 2 * 2 * 3 * 6);
  folder_remove (folder);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("sweep");
  TCase *tests = tcase_create ("sweep");
  tcase_set_timeout (tests, 120);
  tcase_add_loop_test (tests, interrupted_fit, 0, 2);
  tcase_add_test (tests, whole_sweep);
  tcase_add_test (tests, interrupted_sweep);
  tcase_add_test (tests, sweep_with_kernel);
  tcase_add_test (tests, sweep_of_a_grid);
  tcase_add_test (tests, killed_ten_times);
  tcase_add_loop_test (tests, shares_put_together, 0, 2);
  tcase_add_test (tests, worker_processes);
  tcase_add_test (tests, workers_that_are_stopped_or_die);
  tcase_add_test (tests, shares_that_are_none);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
