/* Where a source's files are. */
#include "config.h"
#include "lofi-dataset-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include "lofi-error.h"

/* The set a source is of: emnist-letters is a part of emnist. */
static const char *
set_of (const char *source)
{
  return g_str_has_prefix (source, "emnist-") ? "emnist" : source;
}

static void
add_place (GPtrArray *places, const char *base, const char *name)
{
  g_ptr_array_add (places, name ? g_build_filename (base, name, NULL) : g_strdup (base));
}

/* Folders in the order they are looked at. (transfer full) */
static GPtrArray *
places_of (const char *set)
{
  GPtrArray *places = g_ptr_array_new_with_free_func (g_free);
  const char *path = g_getenv ("LOFI_DATA_PATH");
  g_auto (GStrv) folders = g_strsplit (path ? path : "", G_SEARCHPATH_SEPARATOR_S, -1);
  g_autofree char *own = g_build_filename (g_get_user_data_dir (), "lofi-explorer", NULL);
  for (guint i = 0; folders[i]; i++)
    if (*folders[i])
      {
        g_autofree char *base = g_path_get_basename (folders[i]);
        add_place (places, folders[i], set);
        /* MNIST and Fashion-MNIST have files of the same names: a folder named after another set is not this one. */
        if (g_str_equal (base, set) || !g_strv_contains (lofi_dataset_sources (), base))
          add_place (places, folders[i], NULL);
      }
  add_place (places, own, set);
  add_place (places, "/usr/share/datasets", set);
  if (g_str_equal (set, "cifar10"))
    add_place (places, "/usr/share/datasets", LOFI_CIFAR_FOLDER);
  add_place (places, LOFI_DATA_FOLDER, set);
  add_place (places, LOFI_SOURCE_DATA_FOLDER, set);
  return places;
}

/* The one split there is, or the one that is asked for. */
gboolean
lofi_data_files_take_emnist (LofiDataFiles *files, const char *folder, const char *source, GError **error)
{
  g_autofree char *only = NULL;
  if (!g_str_has_prefix (source, "emnist-"))
    {
      g_auto (GStrv) splits = lofi_emnist_splits (folder);
      g_autofree char *all = g_strjoinv (", emnist-", splits);
      if (!splits[0])
        return FALSE;
      if (splits[1])
        return lofi_error_set (error, LOFI_ERROR_INPUT, folder, _("name one of them as the source"),
                               _("there are several splits of EMNIST in it: emnist-%s"), all);
      only = g_strdup_printf ("emnist-%s", splits[0]);
    }
  g_autofree char *prefix = g_strdup_printf ("%s-", only ? only : source);
  if (!lofi_data_files_take_idx (files, folder, prefix, error))
    return FALSE;
  g_free (files->name);
  files->name = g_strndup (prefix, strlen (prefix) - 1);
  return TRUE;
}

static gboolean
take_folder (LofiDataFiles *files, const char *folder, const char *source, GError **error)
{
  if (g_str_equal (set_of (source), "emnist"))
    return lofi_data_files_take_emnist (files, folder, source, error);
  gboolean cifar = g_str_equal (source, "cifar10");
  if (cifar ? !lofi_data_files_take_cifar (files, folder, error) : !lofi_data_files_take_idx (files, folder, "", error))
    return FALSE;
  files->name = g_strdup (source);
  return TRUE;
}

static gboolean
take_sample (LofiDataFiles *files, const char *source)
{
  static const char *const bases[] = { LOFI_DATA_FOLDER, LOFI_SOURCE_DATA_FOLDER };
  g_autofree char *name = g_strdup_printf ("%s-sample", source);
  for (guint i = 0; i < G_N_ELEMENTS (bases); i++)
    {
      g_autofree char *folder = g_build_filename (bases[i], name, NULL);
      if (take_folder (files, folder, source, NULL))
        {
          g_free (files->origin);
          files->origin = g_strdup_printf (_("%s (a small sample)"), folder);
          return TRUE;
        }
      lofi_data_files_clear (files);
    }
  return FALSE;
}

static gboolean
refuse_absent (const char *source, GPtrArray *places, GError **error)
{
  g_autofree char *own = g_build_filename (g_get_user_data_dir (), "lofi-explorer", set_of (source), NULL), *todo = NULL;
  g_ptr_array_add (places, NULL);
  g_autofree char *looked = g_strjoinv (", ", (char **) places->pdata);
  if (g_str_equal (source, "fashion-mnist"))
    todo = g_strdup (_("install it with apt install dataset-fashion-mnist, or name its folder in LOFI_DATA_PATH"));
  else if (g_str_equal (source, "cifar10"))
    todo = g_strdup_printf (_("unpack cifar-10-binary.tar.gz and put data_batch_1.bin and its companions into %s"), own);
  else if (g_str_equal (set_of (source), "emnist"))
    todo = g_strdup_printf (_("put emnist-letters-train-images-idx3-ubyte.gz and its companions into %s"), own);
  else
    todo = g_strdup_printf (_("put train-images-idx3-ubyte.gz and its companions into %s"), own);
  return lofi_error_set (error, LOFI_ERROR_INPUT, source, todo, _("the data set is not in %s"), looked);
}

static gboolean
find_known (const char *source, LofiDataFiles *files, GError **error)
{
  g_autoptr (GPtrArray) places = places_of (set_of (source));
  for (guint i = 0; i < places->len; i++)
    {
      GError *reason = NULL;
      if (take_folder (files, g_ptr_array_index (places, i), source, &reason))
        return TRUE;
      if (reason)
        {
          g_propagate_error (error, reason);
          return FALSE;
        }
    }
  return take_sample (files, source) || refuse_absent (source, places, error);
}

static gboolean
find_arrays (const LofiExperiment *experiment, LofiDataFiles *files, GError **error)
{
  const LofiDataSpec *data = &experiment->data;
  if (!data->train_inputs || !data->train_targets || !data->test_inputs != !data->test_targets)
    return lofi_error_set (error, LOFI_ERROR_INPUT, "data.source", _("give train-inputs and train-targets, and both or neither for the test"),
                           _("source=arrays needs files of inputs and targets"));
  files->format = LOFI_FILES_ARRAYS;
  files->name = g_strdup ("arrays");
  files->train_inputs = lofi_experiment_resolve (experiment, data->train_inputs);
  files->train_targets = lofi_experiment_resolve (experiment, data->train_targets);
  files->test_inputs = data->test_inputs ? lofi_experiment_resolve (experiment, data->test_inputs) : NULL;
  files->test_targets = data->test_targets ? lofi_experiment_resolve (experiment, data->test_targets) : NULL;
  files->origin = g_path_get_dirname (files->train_inputs);
  return TRUE;
}

gboolean
lofi_data_files_find (const LofiExperiment *experiment, LofiDataFiles *files, GError **error)
{
  const char *source = experiment->data.source;
  if (g_str_equal (source, "arrays"))
    return find_arrays (experiment, files, error);
  if (lofi_dataset_is_named (source))
    return find_known (source, files, error);
  g_autofree char *path = lofi_experiment_resolve (experiment, source);
  return lofi_data_files_find_path (files, source, path, error);
}
