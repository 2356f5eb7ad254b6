/* The cases with known answers (tests/cases/README.md), through the command, at the tolerances stated there. */
#include <math.h>
#include <json-glib/json-glib.h>
#include "lofi-command.h"
#include "lofi-npy.h"

#define EIGENVALUE_TOLERANCE 1e-4
#define FEATURE_TOLERANCE 1e-3
#define SCALE_TOLERANCE 1e-6
#define PENALTY_TOLERANCE 1e-9
#define MSE_TOLERANCE 1e-4

static const char *const agreeing[] = { "dense-relu", "dense-tanh", "dense-sigmoid", "dense-erf", "dense-wide", "dense-real-targets",
                                        "dense-degree", "dense-order", "dense-centred", "conv", "kernel", "deep-kernel" };

typedef struct { double eigenvalue, spectrum, feature, mse; } Worst;

static JsonObject *
load_object (JsonParser *parser, const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  if (!json_parser_load_from_file (parser, path, &error))
    ck_abort_msg ("%s", error->message);
  return json_node_get_object (json_parser_get_root (parser));
}

static double
number (JsonObject *object, const char *name)
{
  ck_assert_msg (json_object_has_member (object, name), "no %s", name);
  return json_node_get_double (json_object_get_member (object, name));
}

static LofiMatrix
load_array (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  LofiMatrix matrix = { 0 };
  gsize shape[LOFI_NPY_DIMENSIONS_MAX];
  guint dimensions;
  if (!lofi_npy_read (path, &matrix, shape, &dimensions, &error))
    ck_abort_msg ("%s", error->message);
  return matrix;
}

static void
compare_eigenvalues (JsonObject *got, JsonObject *expected, Worst *worst)
{
  JsonArray *found = json_object_get_array_member (got, "eigenvalues"), *right = json_object_get_array_member (expected, "eigenvalues");
  ck_assert_uint_eq (json_array_get_length (found), json_array_get_length (right));
  double largest = fabs (json_array_get_double_element (right, 0));
  for (guint k = 0; k < json_array_get_length (right); k++)
    {
      double error = fabs (json_array_get_double_element (found, k) - json_array_get_double_element (right, k)) / largest;
      worst->eigenvalue = fmax (worst->eigenvalue, error);
      ck_assert_msg (error <= EIGENVALUE_TOLERANCE, "eigenvalue %u is off by %g of the largest", k, error);
    }
}

static void
compare_layers (JsonObject *got, JsonObject *expected, Worst *worst)
{
  JsonArray *found = json_object_get_array_member (got, "layers"), *right = json_object_get_array_member (expected, "layers");
  ck_assert_uint_eq (json_array_get_length (found), json_array_get_length (right));
  for (guint i = 0; i < json_array_get_length (right); i++)
    {
      JsonObject *one = json_array_get_object_element (found, i), *other = json_array_get_object_element (right, i);
      double scale = json_object_has_member (other, "scale") ? number (other, "scale") : 0;
      ck_assert_msg (scale == 0 || fabs (number (one, "scale") - scale) <= SCALE_TOLERANCE * scale, "the scale of layer %u", i + 1);
      if (json_object_has_member (other, "eigenvalues"))
        compare_eigenvalues (one, other, worst);
    }
}

static void
compare_readout (JsonObject *got, JsonObject *expected, Worst *worst)
{
  static const char *const squares[] = { "loo_mse", "train_mse", "test_mse" }, *const signs[] = { "train_error", "test_error" };
  JsonObject *one = json_object_get_object_member (got, "readout"), *other = json_object_get_object_member (expected, "readout");
  double penalty = number (other, "penalty");
  ck_assert_msg (fabs (number (one, "penalty") - penalty) <= PENALTY_TOLERANCE * penalty, "penalty %.17g in place of %.17g",
                 number (one, "penalty"), penalty);
  for (guint i = 0; i < G_N_ELEMENTS (squares); i++)
    {
      double error = fabs (number (one, squares[i]) / number (other, squares[i]) - 1);
      worst->mse = fmax (worst->mse, error);
      ck_assert_msg (error <= MSE_TOLERANCE, "%s is off by %g", squares[i], error);
    }
  for (guint i = 0; i < G_N_ELEMENTS (signs); i++)
    ck_assert_msg (fabs (number (one, signs[i]) - number (other, signs[i])) <= 1e-12, "%s: %.17g in place of %.17g", signs[i],
                   number (one, signs[i]), number (other, signs[i]));
}

/* Entries against the largest magnitude of their column (by_column), or of the whole. Returns the worst. */
static double
compare_arrays (const char *folder, const char *name, const char *expected_folder, const char *expected_name, gboolean by_column,
                double tolerance)
{
  LofiMatrix got = load_array (folder, name), right = load_array (expected_folder, expected_name);
  double worst = 0;
  ck_assert_uint_eq (got.rows, right.rows);
  ck_assert_uint_eq (got.cols, right.cols);
  g_autofree double *largest = g_new0 (double, right.cols);
  for (gsize i = 0; i < right.rows; i++)
    for (gsize j = 0; j < right.cols; j++)
      largest[by_column ? j : 0] = fmax (largest[by_column ? j : 0], fabs (right.data[i * right.stride + j]));
  for (gsize i = 0; i < right.rows; i++)
    for (gsize j = 0; j < right.cols; j++)
      {
        double difference = fabs (got.data[i * got.stride + j] - right.data[i * right.stride + j]);
        /* A unit that never fires: its column is zero, and must be zero here too. */
        double error = difference == 0 ? 0 : difference / largest[by_column ? j : 0];
        ck_assert_msg (error <= tolerance, "%s: entry (%zu, %zu) is off by %g", name, i, j, error);
        worst = fmax (worst, error);
      }
  lofi_matrix_clear (&got);
  lofi_matrix_clear (&right);
  return worst;
}

static void
compare_files (const char *folder, const char *expected, guint layers, Worst *worst)
{
  static const char *const sides[] = { "train", "test" };
  for (guint i = 1; i <= layers; i++)
    {
      g_autofree char *name = g_strdup_printf ("layer%u-spectrum.npy", i), *right = g_strconcat ("expected-", name, NULL);
      g_autofree char *path = g_build_filename (expected, right, NULL);
      if (g_file_test (path, G_FILE_TEST_EXISTS))
        worst->spectrum = fmax (worst->spectrum, compare_arrays (folder, name, expected, right, FALSE, EIGENVALUE_TOLERANCE));
    }
  for (guint s = 0; s < G_N_ELEMENTS (sides); s++)
    {
      g_autofree char *name = g_strdup_printf ("layer%u-features-%s.npy", layers, sides[s]);
      g_autofree char *right = g_strdup_printf ("expected-features-%s.npy", sides[s]);
      g_autofree char *path = g_build_filename (expected, right, NULL);
      if (g_file_test (path, G_FILE_TEST_EXISTS))
        worst->feature = fmax (worst->feature, compare_arrays (folder, name, expected, right, TRUE, FEATURE_TOLERANCE));
    }
}

static char *
case_folder (const char *name)
{
  return g_build_filename (g_getenv ("LOFI_SOURCE"), "tests", "cases", name, NULL);
}

START_TEST (agrees)
{
  const char *name = agreeing[_i];
  Worst worst = { 0 };
  g_autofree char *expected = case_folder (name), *folder = folder_new ();
  g_auto (Said) said = lofi_run ("fit %s/experiment.ini -o %s --save features,spectrum --quiet", expected, folder);
  assert_done (&said);
  ck_assert_str_eq (said.out, "");
  g_autoptr (JsonParser) one = json_parser_new (), other = json_parser_new ();
  JsonObject *got = load_object (one, folder, "result.json"), *right = load_object (other, expected, "expected.json");
  compare_layers (got, right, &worst);
  compare_readout (got, right, &worst);
  compare_files (folder, expected, json_array_get_length (json_object_get_array_member (right, "layers")), &worst);
  g_printerr ("# %s: worst error of kept eigenvalues %.1e, spectrum %.1e, features %.1e, squared errors %.1e\n", name, worst.eigenvalue,
              worst.spectrum, worst.feature, worst.mse);
  folder_remove (folder);
}
END_TEST

/* A case that is not in the list would be compared by nobody. */
START_TEST (every_case_is_listed)
{
  g_autofree char *cases = case_folder ("");
  g_autoptr (GDir) entries = g_dir_open (cases, 0, NULL);
  guint folders = 0;
  ck_assert_ptr_nonnull (entries);
  for (const char *name = g_dir_read_name (entries); name; name = g_dir_read_name (entries))
    {
      g_autofree char *path = g_build_filename (cases, name, NULL);
      folders += g_file_test (path, G_FILE_TEST_IS_DIR);
    }
  ck_assert_uint_eq (folders, G_N_ELEMENTS (agreeing));
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("cases");
  TCase *tests = tcase_create ("cases");
  tcase_set_timeout (tests, 60);
  tcase_add_loop_test (tests, agrees, 0, G_N_ELEMENTS (agreeing));
  tcase_add_test (tests, every_case_is_listed);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
