/* From a path to an experiment and back. */
#include "config.h"
#include <string.h>
#include <glib/gi18n-lib.h>
#include "lofi-dataset.h"
#include "lofi-error.h"
#include "lofi-open.h"
#include "lofi-source.h"

/* Data of a file alone. */
static gboolean
is_one_file (const char *path)
{
  g_autofree char *lower = g_ascii_strdown (path, -1);
  return g_str_has_suffix (lower, ".npy") || g_str_has_suffix (lower, ".npz") || g_str_has_suffix (lower, ".csv");
}

/* The bytes of a key file are text; those of data are not, or not one with groups. */
static gboolean
looks_like_data (const char *path)
{
  if (g_file_test (path, G_FILE_TEST_IS_DIR) || is_one_file (path))
    return TRUE;
  g_autofree char *name = g_path_get_basename (path), *lower = g_ascii_strdown (name, -1);
  return g_str_has_suffix (lower, ".gz") || g_str_has_suffix (lower, ".bin") || strstr (lower, "-idx") != NULL;
}

LofiExperiment *
lofi_open_path (const char *path, GError **error)
{
  /* A pipe or a device would be waited for. */
  if (g_file_test (path, G_FILE_TEST_EXISTS) && !g_file_test (path, G_FILE_TEST_IS_REGULAR) && !g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      lofi_error_set (error, LOFI_ERROR_INPUT, path, _("give an experiment file"), "%s", _("not a regular file"));
      return NULL;
    }
  if (!looks_like_data (path))
    return lofi_experiment_load (path, NULL, error);
  g_autoptr (LofiExperiment) experiment = lofi_preset_load (lofi_preset_names ()[0], NULL, error);
  if (!experiment)
    return NULL;
  /* One file of an IDX or CIFAR set stands for its folder. */
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  gboolean whole = g_file_test (path, G_FILE_TEST_IS_DIR) || is_one_file (path);
  g_autofree char *source = whole ? g_steal_pointer (&absolute) : g_path_get_dirname (absolute);
  lofi_source_set (experiment, source);
  g_free (experiment->title);
  experiment->title = g_path_get_basename (source);
  return g_steal_pointer (&experiment);
}

static void
make_absolute (const LofiExperiment *experiment, char **path)
{
  if (!*path)
    return;
  g_autofree char *resolved = lofi_experiment_resolve (experiment, *path);
  char *absolute = g_canonicalize_filename (resolved, NULL);
  g_free (*path);
  *path = absolute;
}

char *
lofi_portable_text (const LofiExperiment *experiment)
{
  g_autoptr (LofiExperiment) copy = lofi_experiment_dup (experiment);
  LofiDataSpec *data = &copy->data;
  if (lofi_source_is_path (data))
    make_absolute (copy, &data->source);
  char **arrays[] = { &data->train_inputs, &data->train_targets, &data->test_inputs, &data->test_targets };
  for (guint i = 0; i < G_N_ELEMENTS (arrays); i++)
    make_absolute (copy, arrays[i]);
  for (guint i = 0; i < copy->layers->len; i++)
    make_absolute (copy, &lofi_experiment_layer (copy, i)->weights);
  return lofi_experiment_to_text (copy);
}
