/* Where a source's files are. */
#include "config.h"
#include "lofi-dataset-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include "lofi-error.h"

void
lofi_data_files_clear (LofiDataFiles *files)
{
  g_free (files->name);
  g_free (files->origin);
  g_free (files->train_inputs);
  g_free (files->train_targets);
  g_free (files->test_inputs);
  g_free (files->test_targets);
  *files = (LofiDataFiles) { 0 };
}

/* folder/stem, as it is or gzipped; NULL if neither is there. (transfer full) */
static char *
find_packed (const char *folder, const char *stem)
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

/* "train" "images" 3 -> train-images-idx3-ubyte, the name the files were published under, or with a dot, as some unpackers leave it. */
static char *
find_idx (const char *folder, const char *split, const char *what, int dimensions)
{
  g_autofree char *dashed = g_strdup_printf ("%s-%s-idx%d-ubyte", split, what, dimensions);
  g_autofree char *dotted = g_strdup_printf ("%s-%s.idx%d-ubyte", split, what, dimensions);
  char *path = find_packed (folder, dashed);
  return path ? path : find_packed (folder, dotted);
}

static gboolean
find_split (const char *folder, const char *split, char **images, char **labels)
{
  *images = find_idx (folder, split, "images", 3);
  *labels = find_idx (folder, split, "labels", 1);
  return *images || *labels;
}

static gboolean
refuse_lonely (const char *there, const char *companion, GError **error)
{
  return lofi_error_set (error, LOFI_ERROR_INPUT, there, _("put them beside each other"), _("there is no file of %s beside it"), companion);
}

/* Takes the IDX files of a folder; without an error when there are none at all. */
static gboolean
take_folder (LofiDataFiles *files, const char *folder, GError **error)
{
  if (!find_split (folder, "train", &files->train_inputs, &files->train_targets))
    return FALSE;
  if (!find_split (folder, "t10k", &files->test_inputs, &files->test_targets))
    find_split (folder, "test", &files->test_inputs, &files->test_targets);
  if (!files->train_inputs || !files->train_targets)
    return refuse_lonely (files->train_inputs ? files->train_inputs : files->train_targets, files->train_inputs ? _("labels") : _("images"),
                          error);
  if (!files->test_inputs != !files->test_targets)
    return refuse_lonely (files->test_inputs ? files->test_inputs : files->test_targets, files->test_inputs ? _("labels") : _("images"),
                          error);
  files->origin = g_strdup (folder);
  return TRUE;
}

/* ---- known sources ---- */

static void
add_place (GPtrArray *places, const char *base, const char *name)
{
  g_ptr_array_add (places, name ? g_build_filename (base, name, NULL) : g_strdup (base));
}

/* Folders in the order they are looked at, NULL-terminated. (transfer full) */
static GPtrArray *
places_of (const char *source)
{
  GPtrArray *places = g_ptr_array_new_with_free_func (g_free);
  const char *path = g_getenv ("LOFI_DATA_PATH");
  g_auto (GStrv) folders = g_strsplit (path ? path : "", G_SEARCHPATH_SEPARATOR_S, -1);
  g_autofree char *own = g_build_filename (g_get_user_data_dir (), "lofi-explorer", NULL);
  for (guint i = 0; folders[i]; i++)
    if (*folders[i])
      {
        g_autofree char *base = g_path_get_basename (folders[i]);
        add_place (places, folders[i], source);
        /* All these sets have files of the same names: a folder named after another one is not this one. */
        if (g_str_equal (base, source) || !g_strv_contains (lofi_dataset_sources (), base))
          add_place (places, folders[i], NULL);
      }
  add_place (places, own, source);
  add_place (places, "/usr/share/datasets", source);
  add_place (places, LOFI_DATA_FOLDER, source);
  add_place (places, LOFI_SOURCE_DATA_FOLDER, source);
  return places;
}

static gboolean
take_sample (LofiDataFiles *files, const char *source)
{
  static const char *const bases[] = { LOFI_DATA_FOLDER, LOFI_SOURCE_DATA_FOLDER };
  g_autofree char *name = g_strdup_printf ("%s-sample", source);
  for (guint i = 0; i < G_N_ELEMENTS (bases); i++)
    {
      g_autofree char *folder = g_build_filename (bases[i], name, NULL);
      if (take_folder (files, folder, NULL))
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
find_known (const char *source, LofiDataFiles *files, GError **error)
{
  g_autoptr (GPtrArray) places = places_of (source);
  for (guint i = 0; i < places->len; i++)
    {
      g_autoptr (GError) reason = NULL;
      if (take_folder (files, g_ptr_array_index (places, i), &reason))
        {
          files->name = g_strdup (source);
          return TRUE;
        }
      if (reason)
        {
          g_propagate_error (error, g_steal_pointer (&reason));
          return FALSE;
        }
    }
  if (take_sample (files, source))
    {
      files->name = g_strdup (source);
      return TRUE;
    }
  g_ptr_array_add (places, NULL);
  g_autofree char *looked = g_strjoinv (", ", (char **) places->pdata);
  g_autofree char *todo = g_str_equal (source, "fashion-mnist")
    ? g_strdup (_("install it with apt install dataset-fashion-mnist, or name its folder in LOFI_DATA_PATH"))
    : g_strdup_printf (_("put train-images-idx3-ubyte.gz and its companions into %s"),
                       (const char *) g_ptr_array_index (places, places->len - 5));
  return lofi_error_set (error, LOFI_ERROR_INPUT, source, todo, _("the data set is not in %s"), looked);
}

/* ---- paths ---- */

/* base with the first `from` replaced, or NULL if there is none. (transfer full) */
static char *
renamed (const char *base, const char *from, const char *to)
{
  const char *at = strstr (base, from);
  return at ? g_strdup_printf ("%.*s%s%s", (int) (at - base), base, to, at + strlen (from)) : NULL;
}

/* The file of labels beside a file of images: ...images...idx3... -> ...labels...idx1... */
static char *
labels_beside (const char *folder, const char *base)
{
  g_autofree char *stem = g_strdup (base);
  if (g_str_has_suffix (stem, ".gz"))
    stem[strlen (stem) - 3] = '\0';
  g_autofree char *labels = renamed (stem, "images", "labels");
  g_autofree char *one = labels ? renamed (labels, "idx3", "idx1") : NULL;
  char *path = one ? find_packed (folder, one) : NULL;
  return path || !labels ? path : find_packed (folder, labels);
}

static gboolean
find_images (const char *path, LofiDataFiles *files, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path), *base = g_path_get_basename (path);
  files->train_inputs = g_strdup (path);
  files->train_targets = labels_beside (folder, base);
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

static char *
targets_beside (const char *inputs)
{
  return g_strdup_printf ("%.*s-targets.npy", (int) (strlen (inputs) - strlen (".npy")), inputs);
}

static gboolean
find_array (const char *path, LofiDataFiles *files, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path), *base = g_path_get_basename (path);
  g_autofree char *other = renamed (base, "train", "test"), *test = other ? g_build_filename (folder, other, NULL) : NULL;
  files->arrays = TRUE;
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

static gboolean
refuse_missing (const char *source, const char *path, GError **error)
{
  const char *const names[] = { "fashion-mnist", "mnist", "arrays", NULL };
  const char *nearest = strchr (source, G_DIR_SEPARATOR) ? NULL : lofi_nearest_name (source, names);
  g_autofree char *todo = nearest ? g_strdup_printf (_("did you mean %s?"), nearest)
                                  : g_strdup (_("use fashion-mnist, mnist, arrays, or the path of a folder or file"));
  return lofi_error_set (error, LOFI_ERROR_INPUT, "data.source", todo, _("“%s” is no known data set, and there is no %s"), source, path);
}

static gboolean
find_path (const char *source, const char *path, LofiDataFiles *files, GError **error)
{
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return refuse_missing (source, path, error);
  files->name = g_path_get_basename (path);
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      g_autoptr (GError) reason = NULL;
      if (take_folder (files, path, &reason))
        return TRUE;
      if (!reason)
        lofi_error_set (&reason, LOFI_ERROR_INPUT, path, _("give a folder of IDX files"), _("there is no train-images-idx3-ubyte or .gz in it"));
      g_propagate_error (error, g_steal_pointer (&reason));
      return FALSE;
    }
  static const char *const others[] = { ".npz", ".csv", ".bin", ".png", ".jpg" };
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    if (g_str_has_suffix (path, others[i]))
      return lofi_error_set (error, LOFI_ERROR_INPUT, path, _("give an .npy or an IDX file"), _("this version does not read %s files"),
                             others[i]);
  files->origin = g_strdup (path);
  return g_str_has_suffix (path, ".npy") ? find_array (path, files, error) : find_images (path, files, error);
}

static gboolean
find_arrays (const LofiExperiment *experiment, LofiDataFiles *files, GError **error)
{
  const LofiDataSpec *data = &experiment->data;
  if (!data->train_inputs || !data->train_targets || !data->test_inputs != !data->test_targets)
    return lofi_error_set (error, LOFI_ERROR_INPUT, "data.source", _("give train-inputs and train-targets, and both or neither for the test"),
                           _("source=arrays needs files of inputs and targets"));
  files->arrays = TRUE;
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
  if (g_strv_contains (lofi_dataset_sources (), source))
    return find_known (source, files, error);
  if (g_str_equal (source, "arrays"))
    return find_arrays (experiment, files, error);
  g_autofree char *path = lofi_experiment_resolve (experiment, source);
  return find_path (source, path, files, error);
}
