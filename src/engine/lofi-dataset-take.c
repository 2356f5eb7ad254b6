/* What a folder holds. */
#include "config.h"
#include "lofi-dataset-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include "lofi-error.h"

#define CIFAR_BATCHES 5
#define EMNIST_PREFIX "emnist-"

void
lofi_data_files_clear (LofiDataFiles *files)
{
  g_free (files->name);
  g_free (files->origin);
  g_free (files->train_inputs);
  g_free (files->train_targets);
  g_free (files->test_inputs);
  g_free (files->test_targets);
  g_strfreev (files->batches);
  g_free (files->names);
  g_clear_pointer (&files->images, lofi_image_folder_free);
  *files = (LofiDataFiles) { 0 };
}

char *
lofi_find_packed (const char *folder, const char *stem)
{
  static const char *const endings[] = { "", ".gz" };
  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *name = g_strconcat (stem, endings[i], NULL), *path = g_build_filename (folder, name, NULL);
      if (g_file_test (path, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&path);
    }
  return NULL;
}

/* ---- IDX ---- */

/* "train" "images" 3 -> train-images-idx3-ubyte, the name the files were published under, or with a dot, as some unpackers leave it. */
static char *
find_idx (const char *folder, const char *prefix, const char *split, const char *what, int dimensions)
{
  g_autofree char *dashed = g_strdup_printf ("%s%s-%s-idx%d-ubyte", prefix, split, what, dimensions);
  g_autofree char *dotted = g_strdup_printf ("%s%s-%s.idx%d-ubyte", prefix, split, what, dimensions);
  char *path = lofi_find_packed (folder, dashed);
  return path ? path : lofi_find_packed (folder, dotted);
}

static gboolean
find_split (const char *folder, const char *prefix, const char *split, char **images, char **labels)
{
  *images = find_idx (folder, prefix, split, "images", 3);
  *labels = find_idx (folder, prefix, split, "labels", 1);
  return *images || *labels;
}

static gboolean
refuse_lonely (const char *images, const char *labels, GError **error)
{
  return lofi_error_set (error, LOFI_ERROR_INPUT, images ? images : labels, _("put them beside each other"),
                         images ? _("there is no file of labels beside it") : _("there is no file of images beside it"));
}

gboolean
lofi_data_files_take_idx (LofiDataFiles *files, const char *folder, const char *prefix, GError **error)
{
  if (!find_split (folder, prefix, "train", &files->train_inputs, &files->train_targets))
    return FALSE;
  if (!find_split (folder, prefix, "t10k", &files->test_inputs, &files->test_targets))
    find_split (folder, prefix, "test", &files->test_inputs, &files->test_targets);
  if (!files->train_inputs || !files->train_targets)
    return refuse_lonely (files->train_inputs, files->train_targets, error);
  if (!files->test_inputs != !files->test_targets)
    return refuse_lonely (files->test_inputs, files->test_targets, error);
  files->format = LOFI_FILES_IDX;
  files->transposed = g_str_has_prefix (prefix, EMNIST_PREFIX);
  files->origin = g_strdup (folder);
  return TRUE;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

char **
lofi_emnist_splits (const char *folder)
{
  static const char end[] = "-train-images-idx3-ubyte";
  g_autoptr (GPtrArray) splits = g_ptr_array_new ();
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  for (const char *name; dir && (name = g_dir_read_name (dir));)
    {
      g_autofree char *stem = g_strndup (name, strlen (name) - (g_str_has_suffix (name, ".gz") ? 3 : 0));
      if (!g_str_has_prefix (stem, EMNIST_PREFIX) || !g_str_has_suffix (stem, end) || strlen (stem) < strlen (EMNIST_PREFIX) + sizeof end)
        continue;
      char *split = g_strndup (stem + strlen (EMNIST_PREFIX), strlen (stem) - strlen (EMNIST_PREFIX) - strlen (end));
      if (g_ptr_array_find_with_equal_func (splits, split, g_str_equal, NULL))
        g_free (split);
      else
        g_ptr_array_add (splits, split);
    }
  g_ptr_array_sort (splits, compare_names);
  g_ptr_array_add (splits, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&splits), FALSE);
}

/* ---- CIFAR-10 ---- */

static char *
existing (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  return g_file_test (path, G_FILE_TEST_EXISTS) ? g_steal_pointer (&path) : NULL;
}

gboolean
lofi_data_files_take_cifar (LofiDataFiles *files, const char *folder, GError **error)
{
  g_autoptr (GStrvBuilder) batches = g_strv_builder_new ();
  guint count = 0;
  for (guint i = 1; i <= CIFAR_BATCHES; i++)
    {
      g_autofree char *name = g_strdup_printf ("data_batch_%u.bin", i), *path = existing (folder, name);
      if (path)
        {
          g_strv_builder_add (batches, path);
          count++;
        }
    }
  g_autofree char *test = existing (folder, "test_batch.bin");
  if (!count && test)
    return lofi_error_set (error, LOFI_ERROR_INPUT, test, _("put data_batch_1.bin beside it"), _("there is no training batch beside it"));
  if (!count)
    {
      /* The archive unpacks into a folder of its own. */
      g_autofree char *inner = g_str_has_suffix (folder, LOFI_CIFAR_FOLDER) ? NULL : existing (folder, LOFI_CIFAR_FOLDER);
      return inner && lofi_data_files_take_cifar (files, inner, error);
    }
  files->format = LOFI_FILES_CIFAR;
  files->batches = g_strv_builder_end (batches);
  files->test_inputs = g_steal_pointer (&test);
  files->names = existing (folder, "batches.meta.txt");
  files->origin = g_strdup (folder);
  return TRUE;
}
