/* What the command promises to scripts: exit codes, one-line errors, the same bytes twice, files and figures. */
#include <json-glib/json-glib.h>
#include <math.h>
#include "lofi-small-data.h"

/* ---- usage ---- */

START_TEST (help_and_version)
{
  static const char *const asked[] = { "--help", "fit --help", "emerge --help", "figure --help", "data --help", "presets --help" };
  for (guint i = 0; i < G_N_ELEMENTS (asked); i++)
    {
      g_auto (Said) said = lofi_run ("%s", asked[i]);
      assert_done (&said);
      ck_assert_msg (strstr (said.out, "Usage:") != NULL && strstr (said.out, "lofi ") != NULL, "%s: %s", asked[i], said.out);
    }
  g_auto (Said) version = lofi_run ("--version");
  assert_done (&version);
  ck_assert_str_eq (version.out, "lofi " LOFI_TEST_VERSION "\n");
}
END_TEST

static const struct { const char *line, *words; } wrong_usage[] = {
  { "", "no command|--help" },
  { "fti shirt", "fti|fit" },
  { "nothing-like-it", "nothing-like-it|--help" },
  { "--verison", "--verison|--version" },
  { "fit", "missing|usage" },
  { "fit shirt shirt", "too many|usage" },
  { "fit shirt --outptu /tmp/x", "--outptu|--output" },
  { "fit shirt --quite=3", "--quite|--quiet" },
  { "fit shirt -Z", "-Z" },
  { "fit shirt -o", "fit" },
  { "fit shirt --set nonsense", "--set|nonsense|GROUP.KEY=VALUE" },
  { "fit shirt --save spectrum", "--save|-o" },
  { "fit shirt -o /tmp/lofi-not-made --save spectra", "spectra|spectrum" },
  { "emerge shirt --jobs 0", "--jobs|--jobs 2" },
  { "emerge shirt --cells 3/2", "--cells|I/N" },
  { "emerge shirt --resume", "--resume|-o" },
  { "figure spectrum", "missing|usage" },
  { "figure spectrm shirt -o /tmp/lofi-not-made.pdf", "spectrm|spectrum" },
  { "figure spectrum shirt", "-o" },
  { "figure spectrum shirt -o /tmp/lofi-not-made.tiff", ".tiff|.pdf" },
  { "figure spectrum shirt -o /tmp/lofi-not-made.pdf --width wide", "wide" },
  { "figure spectrum shirt -o /tmp/lofi-not-made.pdf --style drak", "drak|dark" },
  { "figure spectrum shirt -o /tmp/lofi-not-made.png --dpi 0", "--dpi" },
  { "figure features shirt -o /tmp/lofi-not-made.png --x 0", "--x 0|counted from 1" },
  { "figure features shirt -o /tmp/lofi-not-made.png --y first", "--y first" },
  { "figure spectrum shirt -o /tmp/lofi-not-made.pdf --layer 9", "--layer|1 to 3" },
  { "presets extra", "too many" },
};

START_TEST (usage_errors)
{
  g_auto (Said) said = lofi_run ("%s", wrong_usage[_i].line);
  assert_refused (&said, 1, wrong_usage[_i].words);
  ck_assert_str_eq (said.out, "");
  ck_assert (!g_file_test ("/tmp/lofi-not-made", G_FILE_TEST_EXISTS));
}
END_TEST

START_TEST (output_that_cannot_be_written)
{
  g_autofree char *line = g_strconcat (g_getenv ("LOFI_COMMAND"), " presets >/dev/full", NULL);
  char *words[] = { "sh", "-c", line, NULL };
  int status = 0;
  Said said = { 0 };
  ck_assert (g_spawn_sync (NULL, words, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &said.out, &said.err, &status, NULL));
  said.code = WEXITSTATUS (status);
  assert_refused (&said, 3, "standard output");
  said_clear (&said);
}
END_TEST

/* ---- what there is ---- */

START_TEST (presets)
{
  g_auto (Said) said = lofi_run ("presets");
  assert_done (&said);
  ck_assert_ptr_nonnull (strstr (said.out, "shirt"));
}
END_TEST

START_TEST (data)
{
  g_autofree char *folder = folder_new ();
  save_idx_set (folder);
  g_auto (Said) one = lofi_run ("data %s", folder);
  assert_done (&one);
  ck_assert_msg (strstr (one.out, "60 training, 20 test") && strstr (one.out, "1 x 6 x 5") && strstr (one.out, folder), "%s", one.out);
  ck_assert_msg (strstr (one.out, "30 training") && strstr (one.out, "10 test"), "the counts of the classes: %s", one.out);
  g_auto (Said) absent = lofi_run ("data /nowhere/at/all");
  assert_refused (&absent, 2, "/nowhere/at/all");
  /* Everything: what is missing is told, not failed on. */
  g_auto (Said) all = lofi_run ("data");
  assert_done (&all);
  ck_assert_msg (strstr (all.out, "fashion-mnist") && strstr (all.out, "mnist") && strstr (all.out, "cifar10"), "%s", all.out);
  g_auto (Said) teacher = lofi_run ("data staircase --set data.dimension=50");
  assert_done (&teacher);
  ck_assert_msg (strstr (teacher.out, "50 (at least 8)") && strstr (teacher.out, "8 directions, by group: 2 2 2 2"), "%s", teacher.out);
  file_write (folder, "table.csv", "kind,a,b\nyes,1,2\nno,3,4\n", -1);
  g_auto (Said) table = lofi_run ("data %s/table.csv --set data.label-column=kind", folder);
  assert_done (&table);
  ck_assert_msg (strstr (table.out, "2 training, 0 test, each 2 numbers") && strstr (table.out, "yes"), "%s", table.out);
  g_auto (Said) column = lofi_run ("data %s/table.csv --set data.label-column=kid", folder);
  assert_refused (&column, 2, "did you mean kind?");
  folder_remove (folder);
}
END_TEST

/* ---- a fit ---- */

START_TEST (quiet)
{
  g_autofree char *folder = small_folder ();
  g_auto (Said) said = lofi_run ("fit %s/small.lofi -o %s/out --quiet", folder, folder);
  assert_done (&said);
  ck_assert_str_eq (said.out, "");
  g_auto (Said) swept = lofi_run ("emerge %s/small.lofi -o %s/sweep --quiet", folder, folder);
  assert_done (&swept);
  ck_assert_str_eq (swept.out, "");
  g_auto (Said) drawn = lofi_run ("figure spectrum %s/small.lofi -o %s/a.svg --quiet", folder, folder);
  assert_done (&drawn);
  ck_assert_str_eq (drawn.out, "");
  folder_remove (folder);
}
END_TEST

/* Workers that share a machine are told how many threads each may have. */
START_TEST (threads_of_the_environment)
{
  g_autofree char *folder = small_folder ();
  ck_assert (g_setenv ("OPENBLAS_NUM_THREADS", "1", TRUE));
  g_auto (Said) said = lofi_run ("fit %s/small.lofi -o %s/one --quiet", folder, folder);
  assert_done (&said);
  g_autofree char *result = file_read (folder, "one/result.json");
  ck_assert_ptr_nonnull (strstr (result, "\"threads\" : 1"));
  folder_remove (folder);
}
END_TEST

/* Not on a terminal: plain lines, each stage once, and a summary. */
START_TEST (summary)
{
  g_autofree char *folder = small_folder ();
  g_auto (Said) said = lofi_run ("fit %s/small.lofi", folder);
  assert_done (&said);
  ck_assert_msg (!strpbrk (said.out, "\r\033"), "control characters in %s", said.out);
  static const char *const parts[] = { "Small", "120 training and 60 test", "layer1", "8 > 40 > 5", "layer2", "5 > 30", "top eigenvalues",
                                       "lofi", "lazy", "linear", "test error", "seconds", "threads" };
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    ck_assert_msg (strstr (said.out, parts[i]) != NULL, "no '%s' in: %s", parts[i], said.out);
  g_auto (GStrv) lines = g_strsplit (said.out, "\n", -1);
  for (guint i = 0; lines[i]; i++)
    for (guint j = 0; j < i; j++)
      ck_assert_msg (!*lines[i] || strcmp (lines[i], lines[j]) != 0, "twice: %s", lines[i]);
  folder_remove (folder);
}
END_TEST

/* What differs between two runs of the same experiment: time and memory. */
static void
drop_measured (JsonNode *node)
{
  if (JSON_NODE_HOLDS_ARRAY (node))
    for (guint i = 0; i < json_array_get_length (json_node_get_array (node)); i++)
      drop_measured (json_array_get_element (json_node_get_array (node), i));
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return;
  JsonObject *object = json_node_get_object (node);
  json_object_remove_member (object, "seconds");
  json_object_remove_member (object, "peak_bytes");
  g_autoptr (GList) values = json_object_get_values (object);
  for (GList *v = values; v; v = v->next)
    drop_measured (v->data);
}

static char *
result_of (const char *folder, const char *out)
{
  g_autofree char *sub = g_build_filename (folder, out, NULL), *text = file_read (sub, "result.json");
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) root = json_from_string (text, &error);
  ck_assert_msg (root != NULL, "%s", error ? error->message : "");
  drop_measured (root);
  return json_to_string (root, FALSE);
}

START_TEST (same_seed_same_answer)
{
  static const char *const arrays[] = { "layer1-spectrum.npy", "layer1-filters.npy", "layer1-features-train.npy", "layer1-weights.npy",
                                        "layer2-features-test.npy", "readout-weights.npy", "predictions-test.npy", "samples-train.npy" };
  g_autofree char *folder = small_folder ();
  for (guint i = 0; i < 3; i++)
    {
      g_auto (Said) said = lofi_run ("fit %s/small.lofi -o %s/out%u --quiet --set experiment.seed=%u --save "
                                     "spectrum,filters,features,weights,readout,predictions,samples", folder, folder, i, i / 2);
      assert_done (&said);
    }
  g_autofree char *first = result_of (folder, "out0"), *again = result_of (folder, "out1"), *other = result_of (folder, "out2");
  ck_assert_str_eq (first, again);
  ck_assert_str_ne (first, other);
  for (guint i = 0; i < G_N_ELEMENTS (arrays); i++)
    {
      g_autofree char *one = g_build_filename (folder, "out0", arrays[i], NULL), *two = g_build_filename (folder, "out1", arrays[i], NULL);
      g_autofree char *a = NULL, *b = NULL;
      gsize n, m;
      ck_assert_msg (g_file_get_contents (one, &a, &n, NULL) && g_file_get_contents (two, &b, &m, NULL), "no %s", arrays[i]);
      ck_assert_msg (n == m && memcmp (a, b, n) == 0, "%s differs", arrays[i]);
    }
  folder_remove (folder);
}
END_TEST

START_TEST (settings)
{
  g_autofree char *folder = small_folder ();
  g_auto (Said) said = lofi_run ("fit %s/small.lofi -o %s/out --quiet --save spectrum --set layer1.width=17 --set layer1.keep=3", folder, folder);
  assert_done (&said);
  g_autofree char *text = result_of (folder, "out");
  ck_assert_msg (strstr (text, "\"width\":17") && strstr (text, "\"keep\":3"), "%s", text);
  g_autofree char *path = g_build_filename (folder, "out", "layer1-spectrum.npy", NULL);
  LofiMatrix spectrum = { 0 };
  gsize shape[LOFI_NPY_DIMENSIONS_MAX];
  guint dimensions;
  ck_assert (lofi_npy_read (path, &spectrum, shape, &dimensions, NULL));
  ck_assert_uint_eq (shape[0], 17);
  lofi_matrix_clear (&spectrum);
  folder_remove (folder);
}
END_TEST

/* ---- figures ---- */

static void
assert_starts (const char *folder, const char *name, const char *start)
{
  g_autofree char *text = file_read (folder, name);
  ck_assert_msg (g_str_has_prefix (text, start), "%s begins with %.8s", name, text);
}

START_TEST (figures)
{
  static const char *const kinds[] = { "spectrum", "filters", "emergence", "samples", "activations", "predictions", "features" };
  g_autofree char *folder = small_folder ();
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_auto (Said) said = lofi_run ("figure %s %s/small.lofi -o %s/%s.pdf --width 8.5cm", kinds[i], folder, folder, kinds[i]);
      assert_done (&said);
      g_autofree char *name = g_strconcat (kinds[i], ".pdf", NULL);
      assert_starts (folder, name, "%PDF");
    }
  g_auto (Said) svg = lofi_run ("figure spectrum %s/small.lofi -o %s/new/a.svg --style dark", folder, folder);
  assert_done (&svg);
  assert_starts (folder, "new/a.svg", "<?xml");
  g_auto (Said) shuffled = lofi_run ("figure spectrum %s/small.lofi -o %s/new/b.svg --style dark --shuffled", folder, folder);
  assert_done (&shuffled);
  g_autofree char *without = file_read (folder, "new/a.svg"), *with = file_read (folder, "new/b.svg");
  ck_assert_uint_gt (strlen (with), strlen (without));
  g_auto (Said) planted = lofi_run ("figure overlaps xor -o %s/planted.pdf --set data.train=300 --set data.dimension=20", folder);
  assert_done (&planted);
  assert_starts (folder, "planted.pdf", "%PDF");
  g_auto (Said) natural = lofi_run ("figure overlaps %s/small.lofi -o %s/b.svg", folder, folder);
  assert_refused (&natural, 2, "data.source|nothing is planted|teacher");
  g_auto (Said) beyond = lofi_run ("figure features %s/small.lofi -o %s/b.svg --y 6", folder, folder);
  assert_refused (&beyond, 2, "layer1|it keeps 5");
  g_auto (Said) none = lofi_run ("figure spectrum %s/small.lofi -o %s/b.svg --layer 2", folder, folder);
  assert_refused (&none, 2, "layer2|no filter");
  folder_remove (folder);
}
END_TEST

START_TEST (png_has_the_pixels_asked_for)
{
  g_autofree char *folder = small_folder ();
  g_auto (Said) said = lofi_run ("figure spectrum %s/small.lofi -o %s/a.png --width 600px --height 400px", folder, folder);
  assert_done (&said);
  g_autofree char *path = g_build_filename (folder, "a.png", NULL), *bytes = NULL;
  gsize length;
  ck_assert (g_file_get_contents (path, &bytes, &length, NULL) && length > 24);
  ck_assert (memcmp (bytes + 16, "\0\0\x02\x58\0\0\x01\x90", 8) == 0);     /* 600 x 400 in the header */
  folder_remove (folder);
}
END_TEST

/* A figure of a folder is the figure of its experiment. */
START_TEST (figures_of_folders)
{
  g_autofree char *folder = small_folder ();
  g_auto (Said) fit = lofi_run ("fit %s/small.lofi -o %s/fit --save spectrum --quiet", folder, folder);
  assert_done (&fit);
  g_auto (Said) sweep = lofi_run ("emerge %s/small.lofi -o %s/sweep --quiet", folder, folder);
  assert_done (&sweep);
  static const char *const drawn[][2] = { { "spectrum", "fit" }, { "filters", "fit" }, { "emergence", "sweep" } };
  for (guint i = 0; i < G_N_ELEMENTS (drawn); i++)
    {
      g_auto (Said) one = lofi_run ("figure %s %s/%s -o %s/one.svg", drawn[i][0], folder, drawn[i][1], folder);
      assert_done (&one);
      g_auto (Said) two = lofi_run ("figure %s %s/small.lofi -o %s/two.svg", drawn[i][0], folder, folder);
      assert_done (&two);
      g_autofree char *a = file_read (folder, "one.svg"), *b = file_read (folder, "two.svg");
      ck_assert_msg (strcmp (a, b) == 0, "%s of a folder differs", drawn[i][0]);
    }
  g_auto (Said) empty = lofi_run ("figure spectrum %s -o %s/c.svg", folder, folder);
  assert_refused (&empty, 2, "no result");
  folder_remove (folder);
}
END_TEST

/* A saved spectrum that cannot be one is not drawn. */
START_TEST (folder_with_a_torn_spectrum)
{
  g_autofree char *folder = small_folder ();
  g_auto (Said) fit = lofi_run ("fit %s/small.lofi -o %s/fit --save spectrum --quiet", folder, folder);
  assert_done (&fit);
  const double falling[3] = { 3, 2, 1 };
  save_array (folder, "fit/layer1-spectrum.npy", falling, 3, 0);
  g_auto (Said) said = lofi_run ("figure spectrum %s/fit -o %s/a.svg", folder, folder);
  assert_refused (&said, 2, "layer1-spectrum.npy|ascending");
  static const char *const torn[] = { "{\"experiment\": 3", "{\"experiment\": 3}", "[1]", "{\"experiment\": {\"a]b\": {\"c\": 1}}}",
                                      "{\"experiment\": {\"data\": {\"source\": [1]}}}" };
  for (guint i = 0; i < G_N_ELEMENTS (torn); i++)
    {
      file_write (folder, "fit/result.json", torn[i], -1);
      g_auto (Said) refused = lofi_run ("figure spectrum %s/fit -o %s/a.svg", folder, folder);
      assert_refused (&refused, 2, "result.json");
    }
  folder_remove (folder);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("command");
  TCase *tests = tcase_create ("command");
  tcase_set_timeout (tests, 120);
  tcase_add_test (tests, help_and_version);
  tcase_add_loop_test (tests, usage_errors, 0, G_N_ELEMENTS (wrong_usage));
  tcase_add_test (tests, output_that_cannot_be_written);
  tcase_add_test (tests, presets);
  tcase_add_test (tests, data);
  tcase_add_test (tests, quiet);
  tcase_add_test (tests, threads_of_the_environment);
  tcase_add_test (tests, summary);
  tcase_add_test (tests, same_seed_same_answer);
  tcase_add_test (tests, settings);
  tcase_add_test (tests, figures);
  tcase_add_test (tests, png_has_the_pixels_asked_for);
  tcase_add_test (tests, figures_of_folders);
  tcase_add_test (tests, folder_with_a_torn_spectrum);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
