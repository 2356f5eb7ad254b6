/* `lofi emerge`, and stopping: what is finished stays, what is not leaves nothing, and a sweep goes on where it stopped. */
#include <math.h>
#include "lofi-running.h"
#include "lofi-small-data.h"

#define CELLS_OF_SMALL (3 * 2 * 3)     /* samples, seeds, methods */

static guint
count_lines (const char *folder, const char *name)
{
  g_autofree char *text = file_read (folder, name);
  guint lines = 0;
  for (const char *p = text; *p; p++)
    lines += *p == '\n';
  return lines;
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
  ck_assert_uint_eq (count_lines (out, "cells.jsonl"), CELLS_OF_SMALL);
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
  ck_assert_uint_eq (count_lines (out, "cells.jsonl"), CELLS_OF_SMALL);
  g_auto (Said) other = lofi_run ("emerge %s/small.lofi -o %s --resume --set layer1.width=41", folder, out);
  assert_refused (&other, 2, "another experiment");
  /* More seeds of the same experiment are the same sweep. */
  g_auto (Said) more = lofi_run ("emerge %s/small.lofi -o %s --resume --quiet --set emergence.seeds=3", folder, out);
  assert_done (&more);
  ck_assert_uint_eq (count_lines (out, "cells.jsonl"), CELLS_OF_SMALL / 2 * 3);
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
  guint kept = count_lines (out, "cells.jsonl");
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
  ck_assert_uint_eq (count_lines (out, "cells.jsonl"), 54);
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
  ck_assert_uint_eq (count_lines (out, "cells.jsonl"), 2 * 2 * 3);
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
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
