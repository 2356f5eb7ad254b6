/* The files a path stands for. */
#include "config.h"
#include "lofi-dataset-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include "lofi-error.h"

/* base with the first `from` replaced, or NULL if there is none. (transfer full) */
static char *
renamed (const char *base, const char *from, const char *to)
{
  const char *at = strstr (base, from);
  return at ? g_strdup_printf ("%.*s%s%s", (int) (at - base), base, to, at + strlen (from)) : NULL;
}

/* ---- IDX ---- */

/* The file of labels beside a file of images: ...images...idx3... -> ...labels...idx1... */
static char *
labels_beside (const char *folder, const char *base)
{
  g_autofree char *stem = g_strdup (base);
  if (g_str_has_suffix (stem, ".gz"))
    stem[strlen (stem) - 3] = '\0';
  g_autofree char *labels = renamed (stem, "images", "labels");
  g_autofree char *one = labels ? renamed (labels, "idx3", "idx1") : NULL;
  char *path = one ? lofi_find_packed (folder, one) : NULL;
  return path || !labels ? path : lofi_find_packed (folder, labels);
}

static gboolean
find_images (LofiDataFiles *files, const char *path, const char *folder, const char *base, GError **error)
{
  files->format = LOFI_FILES_IDX;
  files->train_inputs = g_strdup (path);
  files->train_targets = labels_beside (folder, base);
  files->transposed = g_str_has_prefix (base, "emnist-");
  if (files->transposed)
    {
      /* emnist-letters-train-images... is of emnist-letters. */
      const char *end = strstr (base, "-train-") ? strstr (base, "-train-") : strstr (base, "-test-");
      g_free (files->name);
      files->name = end ? g_strndup (base, (gsize) (end - base)) : g_strdup (base);
    }
  if (!files->train_targets)
    return lofi_error_set (error, LOFI_ERROR_INPUT, path, _("name the files ...images... and ...labels..., in one folder"),
                           _("there is no file of labels beside it"));
  static const char *const tests[] = { "t10k", "test" };
  for (guint i = 0; i < G_N_ELEMENTS (tests) && !files->test_inputs; i++)
    {
      g_autofree char *test = renamed (base, "train", tests[i]), *images = test ? g_build_filename (folder, test, NULL) : NULL;
      g_autofree char *labels = test ? labels_beside (folder, test) : NULL;
      if (labels && g_file_test (images, G_FILE_TEST_EXISTS))
        {
          files->test_inputs = g_steal_pointer (&images);
          files->test_targets = g_steal_pointer (&labels);
        }
    }
  return TRUE;
}

/* ---- tables and arrays ---- */

static char *
targets_beside (const char *inputs)
{
  return g_strdup_printf ("%.*s-targets.npy", (int) (strlen (inputs) - strlen (".npy")), inputs);
}

static gboolean
find_array (LofiDataFiles *files, const char *path, const char *folder, const char *base, GError **error)
{
  g_autofree char *other = renamed (base, "train", "test"), *test = other ? g_build_filename (folder, other, NULL) : NULL;
  files->format = LOFI_FILES_ARRAYS;
  files->train_inputs = g_strdup (path);
  files->train_targets = targets_beside (path);
  if (!g_file_test (files->train_targets, G_FILE_TEST_EXISTS))
    return lofi_error_set (error, LOFI_ERROR_INPUT, files->train_targets, _("put the targets beside the inputs under this name"),
                           _("there is no such file"));
  g_autofree char *test_targets = test ? targets_beside (test) : NULL;
  if (test && g_file_test (test, G_FILE_TEST_EXISTS) && g_file_test (test_targets, G_FILE_TEST_EXISTS))
    {
      files->test_inputs = g_steal_pointer (&test);
      files->test_targets = g_steal_pointer (&test_targets);
    }
  return TRUE;
}

/* train.csv -> test.csv; X.csv -> X-test.csv. */
static gboolean
find_table (LofiDataFiles *files, const char *path, const char *folder, const char *base)
{
  const char *ending = strrchr (base, '.');
  g_autofree char *first = renamed (base, "train", "test"), *second = g_strdup_printf ("%.*s-test%s", (int) (ending - base), base, ending);
  const char *const names[] = { first, second };
  files->format = LOFI_FILES_CSV;
  files->train_inputs = g_strdup (path);
  for (guint i = 0; i < G_N_ELEMENTS (names) && !files->test_inputs; i++)
    {
      g_autofree char *test = names[i] ? g_build_filename (folder, names[i], NULL) : NULL;
      if (test && g_file_test (test, G_FILE_TEST_EXISTS))
        files->test_inputs = g_steal_pointer (&test);
    }
  return TRUE;
}

/* One batch to learn from, and the test batch beside it. */
static gboolean
find_batch (LofiDataFiles *files, const char *path, const char *folder)
{
  g_autofree char *test = g_build_filename (folder, "test_batch.bin", NULL), *names = g_build_filename (folder, "batches.meta.txt", NULL);
  files->format = LOFI_FILES_CIFAR;
  g_free (files->name);
  files->name = g_strdup ("cifar10");
  files->batches = g_strdupv ((char *[]) { (char *) path, NULL });
  if (g_file_test (test, G_FILE_TEST_EXISTS) && !g_str_has_suffix (path, "test_batch.bin"))
    files->test_inputs = g_steal_pointer (&test);
  if (g_file_test (names, G_FILE_TEST_EXISTS))
    files->names = g_steal_pointer (&names);
  return TRUE;
}

/* ---- which of them ---- */

static gboolean
has_ending (const char *path, const char *const *endings)
{
  g_autofree char *lower = g_ascii_strdown (path, -1);
  for (; *endings; endings++)
    if (g_str_has_suffix (lower, *endings))
      return TRUE;
  return FALSE;
}
#define HAS_ENDING(path, ...) has_ending (path, (const char *const[]) { __VA_ARGS__, NULL })

static gboolean
find_file (LofiDataFiles *files, const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path), *base = g_path_get_basename (path);
  files->origin = g_strdup (path);
  if (g_str_has_suffix (base, ".npy"))
    return find_array (files, path, folder, base, error);
  if (HAS_ENDING (base, ".csv", ".tsv"))
    return find_table (files, path, folder, base);
  if (HAS_ENDING (base, ".bin"))
    return find_batch (files, path, folder);
  if (HAS_ENDING (base, ".npz"))
    {
      files->format = LOFI_FILES_NPZ;
      files->train_inputs = g_strdup (path);
      return TRUE;
    }
  if (HAS_ENDING (base, ".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".gif", ".webp"))
    return lofi_error_set (error, LOFI_ERROR_INPUT, path, _("name the folder that has one subfolder of images for each class"),
                           _("one picture is no data set"));
  return find_images (files, path, folder, base, error);
}

static gboolean
find_folder (LofiDataFiles *files, const char *path, GError **error)
{
  GError *reason = NULL;
  if (lofi_data_files_take_idx (files, path, "", &reason))
    return TRUE;
  if (!reason && lofi_data_files_take_cifar (files, path, &reason))
    {
      g_free (files->name);
      files->name = g_strdup ("cifar10");
      return TRUE;
    }
  if (!reason && lofi_data_files_take_emnist (files, path, "emnist", &reason))
    return TRUE;
  if (!reason)
    files->images = lofi_image_folder_find (path, &reason);
  if (files->images)
    {
      files->format = LOFI_FILES_FOLDER;
      files->origin = g_strdup (path);
      return TRUE;
    }
  g_propagate_error (error, reason);
  return FALSE;
}

/* folder/emnist-letters: the files of one split among several in a folder. */
static gboolean
find_prefix (LofiDataFiles *files, const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path), *prefix = g_strdup_printf ("%s-", files->name);
  return lofi_data_files_take_idx (files, folder, prefix, error);
}

static gboolean
refuse_missing (const char *source, const char *path, GError **error)
{
  static const char *const names[] = { "fashion-mnist", "mnist", "emnist", "cifar10", "arrays", "single-index", "xor", "staircase", "sight", NULL };
  const char *nearest = strchr (source, G_DIR_SEPARATOR) ? NULL : lofi_nearest_name (source, names);
  g_autofree char *todo = nearest ? g_strdup_printf (_("did you mean %s?"), nearest)
                                  : g_strdup (_("use a name that lofi data lists, or the path of a folder or file"));
  return lofi_error_set (error, LOFI_ERROR_INPUT, "data.source", todo, _("“%s” is no known data set, and there is no %s"), source, path);
}

gboolean
lofi_data_files_find_path (LofiDataFiles *files, const char *source, const char *path, GError **error)
{
  files->name = g_path_get_basename (path);
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return find_folder (files, path, error);
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return find_file (files, path, error);
  GError *reason = NULL;
  if (find_prefix (files, path, &reason))
    return TRUE;
  if (!reason)
    return refuse_missing (source, path, error);
  g_propagate_error (error, reason);
  return FALSE;
}
