/* `lofi align` and its figure: what it prints and writes, stopping, and going on. */
#include "lofi-running.h"
#include "lofi-small-data.h"

#define DESCENT "[descent]\nstep=0.05\nsteps=40\ninit=0.3\nhidden=20\ndirections=2\nseeds=2\n"

static char *
aligned_folder (void)
{
  char *folder = folder_new ();
  save_task (folder, 120, 8, -1, FALSE);
  save_experiment (folder, "small.lofi", SMALL_ARRAYS, SMALL_LAYERS DESCENT);
  return folder;
}

/* Two results that differ in the time they took alone, which comes last. */
static void
assert_same_but_time (const char *one, const char *other)
{
  const char *end = strstr (one, "\"seconds\"");
  ck_assert_ptr_nonnull (end);
  ck_assert_int_eq (strncmp (one, other, (size_t) (end - one)), 0);
}

START_TEST (whole)
{
  g_autofree char *folder = aligned_folder (), *out = g_build_filename (folder, "out", NULL);
  g_auto (Said) said = lofi_run ("align %s/small.lofi -o %s", folder, out);
  assert_done (&said);
  static const char *const parts[] = { "2 directions of 8 inputs, 120 samples, 2 seeds", "lofi", "permuted", "pca", "random", "0.2500", "\n      40 ",
                                       "energy", "test error", "LoFi fit", "±" };
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    ck_assert_msg (strstr (said.out, parts[i]) != NULL, "no '%s' in: %s", parts[i], said.out);
  g_autofree char *json = file_read (out, "alignment.json");
  ck_assert_ptr_nonnull (strstr (json, "\"finished\" : true"));
  ck_assert_uint_eq (folder_count (out), 1);

  /* The same again, byte for byte but for the time it took; with --resume nothing is left to do. */
  g_auto (Said) again = lofi_run ("align %s/small.lofi -o %s --quiet", folder, out);
  assert_done (&again);
  ck_assert_str_eq (again.out, "");
  g_autofree char *second = file_read (out, "alignment.json");
  assert_same_but_time (json, second);
  g_auto (Said) resumed = lofi_run ("align %s/small.lofi -o %s --resume --quiet", folder, out);
  assert_done (&resumed);
  g_autofree char *third = file_read (out, "alignment.json");
  assert_same_but_time (json, third);
  g_auto (Said) other = lofi_run ("align %s/small.lofi -o %s --resume --set descent.step=0.04", folder, out);
  assert_refused (&other, 2, "another experiment|-o");
  folder_remove (folder);
}
END_TEST

START_TEST (figures)
{
  g_autofree char *folder = aligned_folder (), *out = g_build_filename (folder, "out", NULL);
  g_auto (Said) said = lofi_run ("align %s/small.lofi -o %s --quiet", folder, out);
  assert_done (&said);
  g_auto (Said) of_folder = lofi_run ("figure alignment %s -o %s/a.pdf", out, folder);
  assert_done (&of_folder);
  g_auto (Said) of_file = lofi_run ("figure alignment %s/small.lofi -o %s/b.svg --space samples --quiet", folder, folder);
  assert_done (&of_file);
  g_autofree char *pdf = file_read (folder, "a.pdf"), *svg = file_read (folder, "b.svg");
  ck_assert (g_str_has_prefix (pdf, "%PDF"));
  ck_assert_ptr_nonnull (strstr (svg, "<svg"));
  g_auto (Said) space = lofi_run ("figure alignment %s -o %s/c.pdf --space pixels", out, folder);
  assert_refused (&space, 1, "--space|inputs or samples");
  /* A file cut short is told, not drawn. */
  file_write (out, "alignment.json", "{\"experiment\": {", -1);
  g_auto (Said) torn = lofi_run ("figure alignment %s -o %s/d.pdf", out, folder);
  assert_refused (&torn, 2, "alignment.json");
  folder_remove (folder);
}
END_TEST

START_TEST (interrupted)
{
  g_autofree char *folder = aligned_folder (), *out = g_build_filename (folder, "out", NULL);
  double seconds;
  g_auto (Said) whole_run = lofi_run ("align %s/small.lofi -o %s/whole --quiet --set descent.steps=3000 --set descent.hidden=400", folder, folder);
  assert_done (&whole_run);
  Running running = start ("align %s/small.lofi -o %s --set descent.steps=3000 --set descent.hidden=400", folder, out);
  wait_for (&running, "seed 2 of 2");
  ck_assert_int_eq (interrupt (&running, &seconds), 130);
  ck_assert_msg (seconds <= 1.0, "it took %.2f seconds to stop", seconds);
  g_autofree char *part = file_read (out, "alignment.json");
  ck_assert_ptr_nonnull (strstr (part, "\"finished\" : false"));
  g_auto (Said) rest = lofi_run ("align %s/small.lofi -o %s --resume --quiet --set descent.steps=3000 --set descent.hidden=400", folder, out);
  assert_done (&rest);
  g_autofree char *whole_folder = g_build_filename (folder, "whole", NULL), *one = file_read (whole_folder, "alignment.json");
  g_autofree char *other = file_read (out, "alignment.json");
  assert_same_but_time (one, other);
  folder_remove (folder);
}
END_TEST

START_TEST (refused)
{
  g_autofree char *folder = aligned_folder ();
  g_auto (Said) wide = lofi_run ("align %s/small.lofi --set layer1.width=inf --set descent.hidden=0", folder);
  assert_refused (&wide, 2, "layer1|descent.hidden");
  g_auto (Said) many = lofi_run ("align %s/small.lofi --set descent.directions=9", folder);
  assert_refused (&many, 2, "descent.directions|9 directions");
  g_auto (Said) lost = lofi_run ("align %s/small.lofi --resume", folder);
  assert_refused (&lost, 1, "--resume|-o FOLDER");
  g_auto (Said) diverging = lofi_run ("align %s/small.lofi --set descent.step=50 --set descent.init=1 --set descent.steps=200", folder);
  assert_done (&diverging);
  ck_assert_ptr_nonnull (strstr (diverging.out, "2 seeds diverged"));
  folder_remove (folder);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("align");
  TCase *tests = tcase_create ("align");
  tcase_set_timeout (tests, 60);
  tcase_add_test (tests, whole);
  tcase_add_test (tests, figures);
  tcase_add_test (tests, interrupted);
  tcase_add_test (tests, refused);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
