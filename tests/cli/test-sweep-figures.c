/* `lofi figure` of sweeps: curves, heat maps, widths and thresholds, of a folder and of an experiment. */
#include "lofi-small-data.h"

#define GRID "--set emergence.grid=layer1.keep:2,4;layer2.width:20,30"

static const struct { const char *line, *says; } drawn[] = {
  { "emergence out", "Test error: LoFi |, lazy |, linear " },
  { "emergence out --measure test_mse --point layer1.keep=4", "Squared test error: LoFi " },
  { "emergence out --measure eigenvalues --index 3", "Leading eigenvalues, layer 1" },
  { "emergence out --measure outliers", "Outliers beyond the null line, layer 1: LoFi " },
  { "emergence out --measure overlap --layer 1", "Overlap with the features at n = 80, layer 1: LoFi 1.00" },
  { "heatmap out", "least at layer1.keep=|layer2.width=" },
  { "heatmap out --x samples --y layer1.keep --method lazy", "least at n = |layer1.keep=" },
  { "heatmap out --y samples --measure kept --samples 40", "Kept directions, layer 1: least at layer1.keep=2 · n = 20 · 2 |most at layer1.keep=4" },
  { "widths out", "Test error: LoFi |, linear " },
  { "widths out --x layer2.width --samples 40 --measure train_error", "Training error: LoFi " },
};

static const struct { int code; const char *line, *words; } not_drawn[] = {
  { 1, "heatmap out --x samples --y samples", "--x, --y|same" },
  { 1, "heatmap out --x layer1.kep", "--x layer1.kep|layer1.keep?" },
  { 1, "heatmap out --samples 7", "--samples|20, 40, 80" },
  { 1, "heatmap out --method lzay", "--method|lazy?" },
  { 1, "heatmap out --method kernel", "--method|emergence.compare=kernel" },
  { 1, "heatmap out --method lazy --measure outliers", "--method|filtered layers" },
  { 1, "widths out --x samples", "--x samples|emergence" },
  { 1, "emergence out --point layer1.keep=9", "--point layer1.keep 9|2, 4" },
  { 1, "emergence out --point layer1.keep", "--point|KEY=VALUE" },
  { 1, "emergence out --point samples=20", "--point|--samples" },
  { 1, "thresholds xor --level 4", "--level|between 0 and 1" },
  { 1, "emergence shirt --measure ovrlap", "--measure ovrlap|overlap" },
  { 1, "emergence shirt --measure overlap --layer 3", "--layer|filtered" },
  { 1, "emergence shirt --measure overlap --index 1", "--index|group" },
  { 1, "emergence shirt --index 2", "--index|eigenvalues" },
  { 1, "emergence shirt --measure eigenvalues --index -1", "--index|begin at 1" },
  { 1, "emergence shirt --point layer1.keep=5", "--point|no grid" },
  { 2, "thresholds out", "emergence.grid|dimension" },
  { 2, "heatmap small.lofi", "emergence.grid|no grid" },
  { 2, "widths small.lofi", "emergence.grid|no grid" },
};

/* A grid is swept once; its folder is drawn in every way, and what cannot be drawn is refused before anything is written. */
START_TEST (figures)
{
  g_autofree char *folder = small_folder (), *here = g_get_current_dir ();
  g_auto (Said) swept = lofi_run ("emerge %s/small.lofi -o %s/out --quiet " GRID, folder, folder);
  assert_done (&swept);
  ck_assert_int_eq (g_chdir (folder), 0);
  for (guint i = 0; i < G_N_ELEMENTS (drawn); i++)
    {
      g_autofree char *name = g_strdup_printf ("%u.svg", i);
      g_auto (Said) said = lofi_run ("figure %s -o %s", drawn[i].line, name);
      assert_done (&said);
      g_auto (GStrv) parts = g_strsplit (drawn[i].says, "|", -1);
      for (guint k = 0; parts[k]; k++)
        ck_assert_msg (strstr (said.out, parts[k]) != NULL, "%s: no “%s” in: %s", drawn[i].line, parts[k], said.out);
      g_autofree char *picture = file_read (folder, name);
      ck_assert (strstr (picture, "</svg>") != NULL);
    }
  for (guint i = 0; i < G_N_ELEMENTS (not_drawn); i++)
    {
      g_auto (Said) said = lofi_run ("figure %s -o refused.svg", not_drawn[i].line);
      assert_refused (&said, not_drawn[i].code, not_drawn[i].words);
      ck_assert (!g_file_test ("refused.svg", G_FILE_TEST_EXISTS));
    }
  /* The same from the experiment, which is swept for it. */
  g_auto (Said) run = lofi_run ("figure heatmap small.lofi -o run.svg --quiet " GRID);
  assert_done (&run);
  g_autofree char *one = file_read (folder, "run.svg"), *other = file_read (folder, "5.svg");
  ck_assert_str_eq (one, other);
  ck_assert_int_eq (g_chdir (here), 0);
  folder_remove (folder);
}
END_TEST

START_TEST (figure_of_thresholds)
{
  g_autofree char *folder = folder_new ();
  file_write (folder, "t.lofi", "[data]\nsource=xor\ntrain=200\ntest=200\n[layer1]\nkind=filter\nkeep=2\n[layer2]\nwidth=60\nkeep=none\n"
                                "[emergence]\nsamples=20;80;320;1280\nseeds=3\ncompare=lazy\ngrid=data.dimension:6,12,24\n", -1);
  g_auto (Said) said = lofi_run ("figure thresholds %s/t.lofi -o %s/t.svg --level 0.4", folder, folder);
  assert_done (&said);
  ck_assert_msg (strstr (said.out, "Samples at the transition") && strstr (said.out, "exponent") && strstr (said.out, "(theory 1)"), "%s", said.out);
  folder_remove (folder);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("sweep-figures");
  TCase *tests = tcase_create ("sweep-figures");
  tcase_set_timeout (tests, 120);
  tcase_add_test (tests, figures);
  tcase_add_test (tests, figure_of_thresholds);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
