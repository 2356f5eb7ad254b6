/* Results on disk: result.json as described, arrays that read back, and files that appear whole or not at all. */
#include "config.h"
#include <json-glib/json-glib.h>
#include <sys/stat.h>
#include "lofi-files.h"
#include "lofi-null.h"
#include "lofi-results-file.h"

#define N 4
#define D 3
#define P 6
#define K 2

static char *folder;

static void
set_up (void)
{
  folder = fixture_folder ();
}

static void
tear_down (void)
{
  fixture_remove (folder);
}

static LofiArray *
numbers (gsize rows, gsize cols, guint stream)
{
  LofiArray *array = lofi_array_new (rows, cols, NULL, "test");
  lofi_random_normals (5, LOFI_PURPOSE_TEACHER, stream, 0, rows * cols, array->matrix.data);
  return array;
}

static LofiLayerResult *
layer_of (const LofiExperiment *e, guint index)
{
  LofiLayerResult *layer = g_atomic_rc_box_new0 (LofiLayerResult);
  layer->spec = lofi_layer_spec_dup (lofi_experiment_layer (e, index));
  layer->key = g_strdup ("key");
  layer->name = g_strdup_printf ("layer%u", index + 1);
  layer->inputs = D;
  layer->width = P;
  layer->keep = layer->spec->keep;
  layer->scale = 27.9;
  layer->seconds = 0.125;
  layer->weights = numbers (D, P, 10 * index);
  if (layer->keep)
    {
      layer->form = LOFI_FORM_PRIMAL;
      layer->n_spectrum = P;
      layer->spectrum = g_memdup2 ((const double[]) { -3, -1, 0, 0.1, 1, 2 }, P * sizeof (double));
      layer->eigenvalues = g_memdup2 ((const double[]) { -3, 2 }, K * sizeof (double));
      layer->mean_overlap = g_new0 (double, K);
      layer->filters = numbers (P, K, 10 * index + 1);
    }
  layer->train = numbers (N, layer->keep ? K : P, 10 * index + 2);
  layer->test = numbers (N - 1, layer->keep ? K : P, 10 * index + 3);
  return layer;
}

static LofiReadout *
readout_of (double error, gsize n_test)
{
  LofiReadout *readout = g_atomic_rc_box_new0 (LofiReadout);
  readout->ridge.features = 2;
  readout->ridge.weights = malloc (2 * sizeof (double));
  readout->ridge.weights[0] = 0.5;
  readout->ridge.weights[1] = -1;
  readout->ridge.penalty = 1e-3;
  readout->ridge.loo_mse = 0.31;
  readout->train_scores = (LofiScores) { 0.1, 0.01, 0.05, 0.001 };
  readout->test_scores = (LofiScores) { 0.2, 0.02, error, 0.002 };
  readout->n_train = N;
  readout->n_test = n_test;
  readout->train_predictions = g_memdup2 ((const double[]) { 1, -1, 0.5, 0.25 }, N * sizeof (double));
  readout->test_predictions = g_memdup2 ((const double[]) { 2, -2, 4 }, 3 * sizeof (double));
  return readout;
}

static LofiResult *
result_of (void)
{
  LofiResult *result = g_atomic_rc_box_new0 (LofiResult);
  g_autoptr (GError) error = NULL;
  result->experiment = lofi_experiment_parse (
    "[experiment]\ntitle=12\nseed=7\n[data]\nsource=mnist\nlabels=even-odd\ntrain=4\n"
    "[layer1]\nwidth=6\nkeep=2\ndegree=3\ncenter-lift=true\nbias=0.25\n[layer2]\nwidth=6\nkeep=2\ndegree=2\n[layer3]\nwidth=6\nkeep=none\n",
    "test", NULL, NULL, &error);
  ck_assert_msg (result->experiment != NULL, "%s", error ? error->message : "");
  result->n_layers = 3;
  result->layers = g_new0 (LofiLayerResult *, 3);
  for (guint i = 0; i < 3; i++)
    result->layers[i] = layer_of (result->experiment, i);
  result->live_layer = -1;
  result->readout = readout_of (0.14, N - 1);
  result->lazy = readout_of (0.16, N - 1);
  result->finished = TRUE;
  result->seconds = 0.61;
  result->peak_bytes = 123456789;
  return result;
}

static JsonNode *
parse_json (const char *text)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = json_from_string (text, &error);
  ck_assert_msg (node != NULL, "%s", error ? error->message : "");
  return node;
}

START_TEST (json_document)
{
  g_autoptr (LofiResult) result = result_of ();
  g_autofree char *text = lofi_result_to_json (result);
  g_autoptr (JsonNode) node = parse_json (text);
  JsonObject *root = json_node_get_object (node);
  ck_assert (g_str_has_suffix (text, "}\n") && g_utf8_validate (text, -1, NULL));
  ck_assert_int_eq (json_object_get_int_member (root, "format"), 1);
  ck_assert_int_eq (json_object_get_int_member (root, "seed"), 7);
  ck_assert_int_eq (json_object_get_int_member (root, "peak_bytes"), 123456789);
  ck_assert (json_object_get_double_member (root, "seconds") == 0.61);
  ck_assert_int_ge (json_object_get_int_member (root, "threads"), 1);
  ck_assert_str_eq (json_object_get_string_member (root, "version"), LOFI_VERSION);
  JsonObject *readout = json_object_get_object_member (root, "readout");
  static const char *const names[] = { "penalty", "loo_mse", "train_mse", "train_error", "test_mse", "test_error", "test_mse_sem", "test_error_sem" };
  const double values[] = { 1e-3, 0.31, 0.1, 0.05, 0.2, 0.14, 0.02, 0.002 };
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    ck_assert_msg (json_object_get_double_member (readout, names[i]) == values[i], "%s", names[i]);
  JsonObject *baselines = json_object_get_object_member (root, "baselines");
  ck_assert (json_object_get_double_member (json_object_get_object_member (baselines, "lazy"), "test_error") == 0.16);
  ck_assert (!json_object_has_member (baselines, "linear"));
}
END_TEST

START_TEST (json_layers)
{
  g_autoptr (LofiResult) result = result_of ();
  result->layers[1]->scale = INFINITY;
  result->layers[1]->eigenvalues[1] = NAN;
  result->nulls = g_new0 (LofiNull *, result->n_layers);
  for (guint i = 0; i < 2; i++)
    result->nulls[i] = g_atomic_rc_box_new0 (LofiNull);
  *result->nulls[0] = (LofiNull) { .permutations = 20, .low = -0.5, .high = 0.25, .below = 1, .above = 3 };
  *result->nulls[1] = (LofiNull) { .permutations = 0, .low = -0.5, .high = 0.25, .below = 1, .above = 3 };    /* the law's alone */
  g_autofree char *text = lofi_result_to_json (result);
  g_autoptr (JsonNode) node = parse_json (text);
  JsonArray *layers = json_object_get_array_member (json_node_get_object (node), "layers");
  ck_assert_uint_eq (json_array_get_length (layers), 3);
  JsonObject *first = json_array_get_object_element (layers, 0), *second = json_array_get_object_element (layers, 1);
  JsonObject *third = json_array_get_object_element (layers, 2);
  ck_assert_str_eq (json_object_get_string_member (first, "name"), "layer1");
  ck_assert_str_eq (json_object_get_string_member (first, "kind"), "dense");
  ck_assert (json_object_get_int_member (first, "inputs") == D && json_object_get_int_member (first, "width") == P);
  ck_assert (json_object_get_int_member (first, "keep") == K && json_object_get_double_member (first, "scale") == 27.9);
  JsonArray *eigenvalues = json_object_get_array_member (first, "eigenvalues");
  ck_assert (json_array_get_length (eigenvalues) == K && json_array_get_double_element (eigenvalues, 0) == -3
             && json_array_get_double_element (eigenvalues, 1) == 2);
  JsonArray *edge = json_object_get_array_member (first, "null_edge");
  ck_assert (json_array_get_length (edge) == 2 && json_array_get_double_element (edge, 0) == -0.5 && json_array_get_double_element (edge, 1) == 0.25);
  ck_assert_int_eq (json_object_get_int_member (first, "outliers"), 4);
  ck_assert (json_object_get_null_member (second, "null_edge") && json_object_get_null_member (second, "outliers"));
  ck_assert (json_object_get_null_member (third, "null_edge") && json_object_get_null_member (third, "outliers"));
  ck_assert (json_object_get_double_member (first, "seconds") == 0.125);
  /* The degree is bounded while every layer is cut off, and not from an exact one on. */
  ck_assert_int_eq (json_object_get_int_member (first, "degree"), 3);
  ck_assert_int_eq (json_object_get_int_member (second, "degree"), 6);
  ck_assert (json_object_get_null_member (third, "degree"));
  ck_assert (json_object_get_null_member (third, "keep"));
  ck_assert_uint_eq (json_array_get_length (json_object_get_array_member (third, "eigenvalues")), 0);
  ck_assert (json_object_get_null_member (second, "scale"));
  ck_assert (json_array_get_null_element (json_object_get_array_member (second, "eigenvalues"), 1));
}
END_TEST

START_TEST (json_experiment)
{
  g_autoptr (LofiResult) result = result_of ();
  g_autofree char *text = lofi_result_to_json (result);
  g_autoptr (JsonNode) node = parse_json (text);
  JsonObject *e = json_object_get_object_member (json_node_get_object (node), "experiment");
  JsonObject *layer = json_object_get_object_member (e, "layer1"), *last = json_object_get_object_member (e, "layer3");
  ck_assert_str_eq (json_object_get_string_member (json_object_get_object_member (e, "experiment"), "title"), "12");
  ck_assert_int_eq (json_object_get_int_member (json_object_get_object_member (e, "data"), "train"), 4);
  ck_assert_str_eq (json_object_get_string_member (json_object_get_object_member (e, "data"), "labels"), "even-odd");
  ck_assert_int_eq (json_object_get_int_member (layer, "width"), 6);
  ck_assert_int_eq (json_object_get_int_member (layer, "degree"), 3);
  ck_assert (json_object_get_double_member (layer, "bias") == 0.25 && json_object_get_boolean_member (layer, "center-lift"));
  ck_assert_str_eq (json_object_get_string_member (layer, "order"), "2");
  ck_assert_str_eq (json_object_get_string_member (last, "keep"), "none");
  ck_assert_str_eq (json_object_get_string_member (last, "degree"), "exact");
  ck_assert_int_eq (json_object_get_int_member (json_object_get_object_member (e, "emergence"), "seeds"), 5);
}
END_TEST

/* On its way, without a test set, or with a seed that JSON cannot count to: still a document. */
START_TEST (json_of_unfinished_results)
{
  g_autoptr (LofiResult) result = result_of ();
  g_clear_pointer (&result->layers[1], lofi_layer_result_unref);
  g_clear_pointer (&result->lazy, lofi_readout_unref);
  result->readout->n_test = 0;
  result->experiment->seed = G_MAXUINT64;
  g_autofree char *text = lofi_result_to_json (result);
  g_autoptr (JsonNode) node = parse_json (text);
  JsonObject *root = json_node_get_object (node);
  ck_assert_uint_eq (json_array_get_length (json_object_get_array_member (root, "layers")), 2);
  ck_assert_uint_eq (json_object_get_size (json_object_get_object_member (root, "baselines")), 0);
  ck_assert (json_object_get_null_member (json_object_get_object_member (root, "readout"), "test_error"));
  ck_assert_str_eq (json_object_get_string_member (root, "seed"), "18446744073709551615");
  g_clear_pointer (&result->readout, lofi_readout_unref);
  g_autofree char *without = lofi_result_to_json (result);
  g_autoptr (JsonNode) other = parse_json (without);
  ck_assert (json_object_get_null_member (json_node_get_object (other), "readout"));
}
END_TEST

/* ---- files ---- */

static gboolean
is_there (const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
expect_array (const char *name, const double *data, gsize rows, gsize cols)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  LofiMatrix m;
  gsize shape[LOFI_NPY_DIMENSIONS_MAX];
  guint n_dimensions;
  ck_assert_msg (lofi_npy_read (path, &m, shape, &n_dimensions, &error), "%s: %s", name, error ? error->message : "");
  ck_assert_msg (m.rows == rows && m.cols == cols, "%s: %zu x %zu", name, m.rows, m.cols);
  ck_assert_int_eq (memcmp (m.data, data, rows * cols * sizeof (double)), 0);
  lofi_matrix_clear (&m);
}

START_TEST (everything_is_written)
{
  g_autoptr (LofiResult) result = result_of ();
  g_autoptr (GError) error = NULL;
  LofiSave save;
  gint64 indices[] = { 9, 3, 5, 1 };
  LofiTask *task = g_atomic_rc_box_new0 (LofiTask);
  task->train = (LofiSplit) { .count = 4, .indices = g_memdup2 (indices, sizeof indices) };
  task->test = (LofiSplit) { .count = 3, .indices = g_memdup2 (indices, sizeof indices) };
  result->task = task;
  ck_assert (lofi_save_parse ("spectrum,filters,features, weights ,readout,predictions,samples", &save, &error));
  ck_assert_msg (lofi_result_write (result, folder, save, &error), "%s", error ? error->message : "");
  expect_array ("layer1-spectrum.npy", result->layers[0]->spectrum, P, 1);
  expect_array ("layer2-filters.npy", result->layers[1]->filters->matrix.data, P, K);
  expect_array ("layer1-features-train.npy", result->layers[0]->train->matrix.data, N, K);
  expect_array ("layer3-features-test.npy", result->layers[2]->test->matrix.data, N - 1, P);
  expect_array ("layer3-weights.npy", result->layers[2]->weights->matrix.data, D, P);
  expect_array ("readout-weights.npy", result->readout->ridge.weights, 2, 1);
  expect_array ("predictions-train.npy", result->readout->train_predictions, N, 1);
  expect_array ("predictions-test.npy", result->readout->test_predictions, N - 1, 1);
  expect_array ("samples-train.npy", (const double[]) { 9, 3, 5, 1 }, 4, 1);
  expect_array ("samples-test.npy", (const double[]) { 9, 3, 5 }, 3, 1);
  ck_assert (is_there ("result.json") && !is_there ("layer3-spectrum.npy") && !is_there ("layer3-filters.npy"));
}
END_TEST

START_TEST (only_what_is_asked_for)
{
  g_autoptr (LofiResult) result = result_of ();
  g_autofree char *deep = g_build_filename (folder, "a", "b", NULL), *json = g_build_filename (deep, "result.json", NULL);
  g_autofree char *above = g_build_filename (folder, "a", NULL), *text = NULL, *expected = lofi_result_to_json (result);
  g_autoptr (GError) error = NULL;
  guint files = 0;
  ck_assert_msg (lofi_result_write (result, deep, 0, &error), "%s", error ? error->message : "");
  ck_assert (g_file_get_contents (json, &text, NULL, NULL));
  ck_assert_str_eq (text, expected);
  g_autoptr (GDir) dir = g_dir_open (deep, 0, NULL);
  while (g_dir_read_name (dir))
    files++;
  ck_assert_uint_eq (files, 1);                    /* and no temporary file beside it */
  g_remove (json);
  g_rmdir (deep);
  g_rmdir (above);
}
END_TEST

/* The arrays of an earlier fit do not stay beside the result of a later one; what a fit has not written does. */
START_TEST (a_later_fit_replaces_an_earlier_one)
{
  g_autoptr (LofiResult) result = result_of ();
  g_autofree char *own = g_build_filename (folder, "layer1-notes.npy", NULL), *weights = g_build_filename (folder, "layer1-weights.npy", NULL);
  ck_assert (lofi_result_write (result, folder, LOFI_SAVE_SPECTRUM | LOFI_SAVE_FEATURES | LOFI_SAVE_WEIGHTS | LOFI_SAVE_PREDICTIONS, NULL));
  write_bytes (own, "x", 1);
  ck_assert (lofi_result_write (result, folder, LOFI_SAVE_FILTERS, NULL));
  ck_assert (is_there ("result.json") && is_there ("layer1-filters.npy"));
  ck_assert (!is_there ("layer1-spectrum.npy") && !is_there ("layer1-features-train.npy") && !is_there ("predictions-test.npy"));
  ck_assert (is_there ("layer1-notes.npy") && is_there ("layer1-weights.npy"));
  g_remove (own);
  g_remove (weights);
}
END_TEST

START_TEST (places_that_cannot_be_written)
{
  g_autoptr (LofiResult) result = result_of ();
  g_autofree char *file = g_build_filename (folder, "file", NULL), *below = g_build_filename (file, "results", NULL);
  const char *const places[] = { below, file, "/proc/results", "/dev/null", "" };
  GError *error = NULL;
  write_bytes (file, "keep", 4);
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      ck_assert_msg (!lofi_results_folder_check (places[i], &error), "%s", places[i]);
      EXPECT_INPUT_ERROR (error, places[i], "-o");
      ck_assert_msg (!lofi_result_write (result, places[i], 0, &error), "%s", places[i]);
      EXPECT_INPUT_ERROR (error, places[i]);
    }
  ck_assert (!lofi_file_write (below, "x", 1, &error));
  EXPECT_INPUT_ERROR (error, below);
  g_autofree char *contents = NULL;
  ck_assert (g_file_get_contents (file, &contents, NULL, NULL));
  ck_assert_str_eq (contents, "keep");
}
END_TEST

/* A result.json that cannot be put in its place leaves what was there. */
START_TEST (nothing_half_written)
{
  g_autoptr (LofiResult) result = result_of ();
  g_autofree char *json = g_build_filename (folder, "result.json", NULL), *inside = g_build_filename (json, "x", NULL);
  GError *error = NULL;
  guint files = 0;
  ck_assert_int_eq (g_mkdir (json, 0700), 0);
  write_bytes (inside, "x", 1);
  ck_assert (!lofi_result_write (result, folder, 0, &error));
  EXPECT_INPUT_ERROR (error, json);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  while (g_dir_read_name (dir))
    files++;
  ck_assert_uint_eq (files, 1);
  g_remove (inside);
}
END_TEST

START_TEST (checking_a_folder_leaves_nothing)
{
  g_autofree char *deep = g_build_filename (folder, "a", "b", "c", NULL);
  g_autoptr (GError) error = NULL;
  ck_assert_msg (lofi_results_folder_check (deep, &error), "%s", error ? error->message : "");
  ck_assert (!is_there ("a"));
  ck_assert (lofi_results_folder_check (folder, &error));
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  ck_assert_ptr_null (g_dir_read_name (dir));
}
END_TEST

START_TEST (files_are_replaced_whole)
{
  g_autofree char *path = g_build_filename (folder, "x", NULL), *contents = NULL;
  struct stat status;
  gsize length;
  ck_assert (lofi_file_write (path, "long contents", 13, NULL));
  ck_assert (lofi_file_write (path, "a\0b", 3, NULL));
  ck_assert (g_file_get_contents (path, &contents, &length, NULL));
  ck_assert (length == 3 && memcmp (contents, "a\0b", 3) == 0);
  mode_t mask = umask (0);
  umask (mask);
  ck_assert_int_eq (stat (path, &status), 0);
  ck_assert_uint_eq (status.st_mode & 0777, 0666 & ~mask);   /* as any program's file, not as a temporary one */
}
END_TEST

START_TEST (words_of_save)
{
  GError *error = NULL;
  LofiSave save;
  ck_assert (lofi_save_parse ("filters", &save, &error));
  ck_assert_uint_eq (save, LOFI_SAVE_FILTERS);
  ck_assert (lofi_save_parse ("samples,spectrum,samples", &save, &error));
  ck_assert_uint_eq (save, LOFI_SAVE_SAMPLES | LOFI_SAVE_SPECTRUM);
  ck_assert (!lofi_save_parse ("filters,fetures", &save, &error));
  expect_error (g_steal_pointer (&error), 1, (const char *const[]) { "--save: ", "fetures", "did you mean features?", NULL });
  ck_assert (!lofi_save_parse ("everything", &save, &error));
  expect_error (g_steal_pointer (&error), 1, (const char *const[]) { "--save: ", "spectrum, filters", NULL });
  ck_assert (!lofi_save_parse ("", &save, &error));
  expect_error (g_steal_pointer (&error), 1, (const char *const[]) { "--save: ", NULL });
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("results-file");
  TCase *tests = tcase_create ("results-file");
  tcase_add_checked_fixture (tests, set_up, tear_down);
  tcase_add_test (tests, json_document);
  tcase_add_test (tests, json_layers);
  tcase_add_test (tests, json_experiment);
  tcase_add_test (tests, json_of_unfinished_results);
  tcase_add_test (tests, everything_is_written);
  tcase_add_test (tests, only_what_is_asked_for);
  tcase_add_test (tests, a_later_fit_replaces_an_earlier_one);
  tcase_add_test (tests, places_that_cannot_be_written);
  tcase_add_test (tests, nothing_half_written);
  tcase_add_test (tests, checking_a_folder_leaves_nothing);
  tcase_add_test (tests, files_are_replaced_whole);
  tcase_add_test (tests, words_of_save);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
