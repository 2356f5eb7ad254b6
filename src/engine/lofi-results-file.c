#include "config.h"
#include "lofi-results-file.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>
#include "lofi-error.h"
#include "lofi-npy.h"

static const char *const save_names[] = { "spectrum", "filters", "features", "weights", "readout", "predictions", "samples", NULL };

gboolean
lofi_save_parse (const char *text, LofiSave *save, GError **error)
{
  g_auto (GStrv) words = g_strsplit (text, ",", -1);
  guint found = 0;
  if (!words[0])
    return lofi_error_set (error, LOFI_ERROR_USAGE, "--save", _("name what to save, such as filters"), _("it is empty"));
  for (guint i = 0; words[i]; i++)
    {
      guint k = 0;
      g_strstrip (words[i]);
      while (save_names[k] && !g_str_equal (words[i], save_names[k]))
        k++;
      if (!save_names[k])
        {
          const char *nearest = lofi_nearest_name (words[i], save_names);
          g_autofree char *all = g_strjoinv (", ", (char **) save_names);
          g_autofree char *todo = nearest ? g_strdup_printf (_("did you mean %s?"), nearest) : g_strdup_printf (_("choose from %s"), all);
          return lofi_error_set (error, LOFI_ERROR_USAGE, "--save", todo, _("“%s” is nothing that can be saved"), words[i]);
        }
      found |= 1u << k;
    }
  *save = found;
  return TRUE;
}

/* ---- files and folders ---- */

gboolean
lofi_file_write (const char *path, const void *data, gsize length, GError **error)
{
  g_autoptr (GError) reason = NULL;
  if (length > G_MAXSSIZE)
    return lofi_error_from_status (error, LOFI_NO_MEMORY, path);
  if (g_file_set_contents_full (path, data, (gssize) length, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0666, &reason))
    return TRUE;
  return lofi_error_set (error, LOFI_ERROR_INPUT, path, _("choose a folder that can be written, with room in it"),
                         _("it cannot be written (%s)"), reason->message);
}

static gboolean
refuse_folder (const char *folder, int because, GError **error)
{
  return lofi_error_set (error, LOFI_ERROR_INPUT, folder, _("choose another folder with -o"), _("the folder cannot be written (%s)"),
                         g_strerror (because));
}

/* Makes a file in it and removes it again: what permissions say is not always what happens. */
static gboolean
try_file (const char *folder, int *because)
{
  g_autofree char *path = g_build_filename (folder, ".lofi-XXXXXX", NULL);
  int descriptor = g_mkstemp (path);
  *because = errno;
  if (descriptor < 0)
    return FALSE;
  close (descriptor);
  g_unlink (path);
  return TRUE;
}

/* Makes what is missing of the folder, tries to write, and removes what it made. */
gboolean
lofi_results_folder_check (const char *folder, GError **error)
{
  g_autoptr (GPtrArray) missing = g_ptr_array_new_with_free_func (g_free);
  int because = 0;
  gboolean good = TRUE;
  if (!*folder)
    return refuse_folder (folder, ENOENT, error);
  g_autofree char *whole = g_canonicalize_filename (folder, NULL);
  for (g_autofree char *at = g_strdup (whole); !g_file_test (at, G_FILE_TEST_EXISTS);)
    {
      char *parent = g_path_get_dirname (at);
      g_ptr_array_add (missing, at);
      at = parent;
    }
  guint made = missing->len;
  while (good && made > 0)
    {
      good = g_mkdir (g_ptr_array_index (missing, made - 1), 0777) == 0;
      because = errno;
      made -= good;
    }
  good = good && try_file (whole, &because);
  for (guint i = made; i < missing->len; i++)
    g_rmdir (g_ptr_array_index (missing, i));
  return good || refuse_folder (folder, because, error);
}

/* ---- arrays ---- */

typedef struct {
  const char *folder;
  GError **error;
} Writer;

static gboolean
write_vector (const Writer *writer, const char *name, const double *data, gsize count)
{
  g_autofree char *path = g_build_filename (writer->folder, name, NULL);
  return lofi_npy_write_doubles (path, data, &count, 1, writer->error);
}

/* Packs the rows if they are not next to each other. maps: what each row is, or NULL. */
static gboolean
write_matrix (const Writer *writer, const char *layer, const char *what, const LofiMatrix *m, const LofiMapShape *maps)
{
  g_autofree char *path = g_strdup_printf ("%s%c%s-%s.npy", writer->folder, G_DIR_SEPARATOR, layer, what);
  gsize shape[4] = { m->rows, m->cols };
  guint n_dimensions = 2;
  if (maps && (maps->channels > 1 || maps->height > 1))
    {
      shape[1] = maps->channels;
      shape[2] = maps->height;
      shape[3] = maps->width;
      n_dimensions = 4;
    }
  if (m->stride == m->cols || m->rows < 2)
    return lofi_npy_write_doubles (path, m->data, shape, n_dimensions, writer->error);
  LofiMatrix packed;
  if (!lofi_error_from_status (writer->error, lofi_matrix_alloc (&packed, m->rows, m->cols), path))
    return FALSE;
  lofi_matrix_copy (&packed, m);
  gboolean good = lofi_npy_write_doubles (path, packed.data, shape, n_dimensions, writer->error);
  lofi_matrix_clear (&packed);
  return good;
}

/* Stored features, or those computed again; a kernel has none. */
static gboolean
write_features (const Writer *writer, const LofiLayerResult *layer, gboolean test)
{
  if (!layer->train_rows && !layer->train)
    return TRUE;
  g_autoptr (LofiArray) features = lofi_layer_result_features (layer, test, NULL, writer->error);
  return features && write_matrix (writer, layer->name, test ? "features-test" : "features-train", &features->matrix, &layer->output_shape);
}

static gboolean
write_layer (const Writer *writer, const LofiLayerResult *layer, LofiSave save)
{
  g_autofree char *spectrum = g_strdup_printf ("%s-spectrum.npy", layer->name);
  if ((save & LOFI_SAVE_SPECTRUM) && layer->n_spectrum > 0 && !write_vector (writer, spectrum, layer->spectrum, layer->n_spectrum))
    return FALSE;
  if ((save & LOFI_SAVE_FILTERS) && layer->filters && !write_matrix (writer, layer->name, "filters", &layer->filters->matrix, NULL))
    return FALSE;
  if ((save & LOFI_SAVE_FEATURES) && (!write_features (writer, layer, FALSE) || !write_features (writer, layer, TRUE)))
    return FALSE;
  return !(save & LOFI_SAVE_WEIGHTS) || !layer->weights || write_matrix (writer, layer->name, "weights", &layer->weights->matrix, NULL);
}

static gboolean
write_samples (const Writer *writer, const char *name, const LofiSplit *split)
{
  g_autofree char *path = g_build_filename (writer->folder, name, NULL);
  return lofi_npy_write_int64 (path, split->indices, &split->count, 1, writer->error);
}

static gboolean
write_arrays (const Writer *writer, const LofiResult *result, LofiSave save)
{
  const LofiReadout *readout = result->readout;
  for (guint i = 0; i < result->n_layers; i++)
    if (result->layers[i] && !write_layer (writer, result->layers[i], save))
      return FALSE;
  if ((save & LOFI_SAVE_READOUT) && readout && !write_vector (writer, "readout-weights.npy", readout->ridge.weights, readout->ridge.features))
    return FALSE;
  if ((save & LOFI_SAVE_PREDICTIONS) && readout
      && (!write_vector (writer, "predictions-train.npy", readout->train_predictions, readout->n_train)
          || !write_vector (writer, "predictions-test.npy", readout->test_predictions, readout->n_test)))
    return FALSE;
  if (!(save & LOFI_SAVE_SAMPLES) || !result->task)
    return TRUE;
  return write_samples (writer, "samples-train.npy", &result->task->train) && write_samples (writer, "samples-test.npy", &result->task->test);
}

/* Is this the name of an array that a fit leaves in its folder? Lift matrices are not counted: an experiment may name them as its own. */
static gboolean
is_array_of_a_fit (const char *name)
{
  static const char *const parts[] = { "-spectrum.npy", "-filters.npy", "-features-train.npy", "-features-test.npy" };
  static const char *const whole[] = { "readout-weights.npy", "predictions-train.npy", "predictions-test.npy", "samples-train.npy",
                                       "samples-test.npy", NULL };
  if (g_strv_contains (whole, name))
    return TRUE;
  if (!g_str_has_prefix (name, "layer"))
    return FALSE;
  const char *rest = name + strlen ("layer");
  rest += strspn (rest, "0123456789");
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (g_str_equal (rest, parts[i]))
      return TRUE;
  return FALSE;
}

/* What an earlier fit left here goes first, its result.json before its arrays: at no moment do the arrays of one fit stand beside the
 * result of another. */
static void
forget_earlier (const char *folder)
{
  g_autofree char *json = g_build_filename (folder, "result.json", NULL);
  if (g_unlink (json) != 0)
    return;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  for (const char *name; dir && (name = g_dir_read_name (dir));)
    if (is_array_of_a_fit (name))
      {
        g_autofree char *path = g_build_filename (folder, name, NULL);
        g_unlink (path);
      }
}

gboolean
lofi_result_write (const LofiResult *result, const char *folder, LofiSave save, GError **error)
{
  Writer writer = { folder, error };
  if (!*folder || g_mkdir_with_parents (folder, 0777) != 0)
    return refuse_folder (folder, *folder ? errno : ENOENT, error);
  forget_earlier (folder);
  if (!write_arrays (&writer, result, save))
    return FALSE;
  g_autofree char *path = g_build_filename (folder, "result.json", NULL);
  g_autofree char *text = lofi_result_to_json (result);
  return lofi_file_write (path, text, strlen (text), error);
}

gboolean
lofi_json_is_shallow (const char *text, gsize length)
{
  guint depth = 0;
  gboolean quoted = FALSE;
  for (gsize i = 0; i < length; i++)
    {
      char c = text[i];
      if (quoted && c == '\\')
        i++;
      else if (c == '"')
        quoted = !quoted;
      else if (!quoted && (c == '[' || c == '{') && ++depth > 64)
        return FALSE;
      else if (!quoted && (c == ']' || c == '}') && depth > 0)
        depth--;
    }
  return TRUE;
}
