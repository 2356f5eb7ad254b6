#include "config.h"
#include "lofi-results-file.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>
#include <unistd.h>
#include "lofi-blas.h"
#include "lofi-error.h"
#include "lofi-experiment-private.h"
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

/* ---- result.json ---- */

static void
put_number (JsonBuilder *json, const char *name, double value)
{
  json_builder_set_member_name (json, name);
  if (isfinite (value))
    json_builder_add_double_value (json, value);
  else
    json_builder_add_null_value (json);
}

static void
put_integer (JsonBuilder *json, const char *name, guint64 value)
{
  json_builder_set_member_name (json, name);
  if (value <= G_MAXINT64)
    json_builder_add_int_value (json, (gint64) value);
  else
    {
      /* Beyond what JSON readers hold as an integer: as text, exactly. */
      g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, value);
      json_builder_add_string_value (json, text);
    }
}

static void
put_text (JsonBuilder *json, const char *name, const char *value)
{
  g_autofree char *valid = g_utf8_make_valid (value ? value : "", -1);
  json_builder_set_member_name (json, name);
  json_builder_add_string_value (json, valid);
}

static void
put_null (JsonBuilder *json, const char *name)
{
  json_builder_set_member_name (json, name);
  json_builder_add_null_value (json);
}

static gboolean
is_text_key (const char *group, const char *key)
{
  const LofiExperimentKey *keys = lofi_experiment_keys ();
  const char *table = lofi_layer_number (group) ? "layer" : group;
  for (guint i = 0; keys[i].group; i++)
    if (g_str_equal (keys[i].group, table) && g_str_equal (keys[i].key, key))
      return keys[i].text;
  return TRUE;
}

/* A value of the experiment: numbers and flags as what they are, everything else as it is written. */
static void
put_value (JsonBuilder *json, const char *group, const char *key, const char *value)
{
  guint64 integer;
  char *end;
  double number = g_ascii_strtod (value, &end);
  if (is_text_key (group, key))
    put_text (json, key, value);
  else if (g_str_equal (value, "true") || g_str_equal (value, "false"))
    {
      json_builder_set_member_name (json, key);
      json_builder_add_boolean_value (json, g_str_equal (value, "true"));
    }
  else if (g_ascii_string_to_unsigned (value, 10, 0, G_MAXUINT64, &integer, NULL))
    put_integer (json, key, integer);
  else if (*value && !*end)
    put_number (json, key, number);
  else
    put_text (json, key, value);
}

static void
put_experiment (JsonBuilder *json, const LofiExperiment *experiment)
{
  g_autofree char *text = lofi_experiment_to_text (experiment);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  json_builder_set_member_name (json, "experiment");
  json_builder_begin_object (json);
  g_key_file_load_from_data (file, text, -1, G_KEY_FILE_NONE, NULL);
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);
  for (guint g = 0; groups[g]; g++)
    {
      g_auto (GStrv) keys = g_key_file_get_keys (file, groups[g], NULL, NULL);
      json_builder_set_member_name (json, groups[g]);
      json_builder_begin_object (json);
      for (guint k = 0; keys && keys[k]; k++)
        {
          g_autofree char *value = g_key_file_get_string (file, groups[g], keys[k], NULL);
          put_value (json, groups[g], keys[k], value ? value : "");
        }
      json_builder_end_object (json);
    }
  json_builder_end_object (json);
}

/* The degree of a layer's features as polynomials of the input, at most: the product of the truncations up to it. -1: no bound. */
static gint64
degree_bound (const LofiResult *result, guint layer)
{
  gint64 bound = 1;
  for (guint i = 0; i <= layer; i++)
    {
      const LofiLayerSpec *spec = lofi_experiment_layer (result->experiment, i);
      if (spec->degree == LOFI_DEGREE_EXACT || bound > G_MAXINT32)
        return -1;
      bound *= spec->degree;
    }
  return bound;
}

static void
put_layer (JsonBuilder *json, const LofiResult *result, guint index)
{
  const LofiLayerResult *layer = result->layers[index];
  gint64 degree = degree_bound (result, index);
  json_builder_begin_object (json);
  put_text (json, "name", layer->name);
  put_text (json, "kind", lofi_kind_name (layer->spec->kind));
  put_integer (json, "inputs", layer->inputs);
  put_integer (json, "width", layer->width);
  if (layer->keep)
    put_integer (json, "keep", layer->keep);
  else
    put_null (json, "keep");
  put_number (json, "scale", layer->scale);
  json_builder_set_member_name (json, "eigenvalues");
  json_builder_begin_array (json);
  for (gsize i = 0; i < layer->keep; i++)
    if (isfinite (layer->eigenvalues[i]))
      json_builder_add_double_value (json, layer->eigenvalues[i]);
    else
      json_builder_add_null_value (json);
  json_builder_end_array (json);
  put_null (json, "null_edge");
  put_null (json, "outliers");
  if (degree > 0)
    put_integer (json, "degree", (guint64) degree);
  else
    put_null (json, "degree");
  put_number (json, "seconds", layer->seconds);
  json_builder_end_object (json);
}

/* Without test samples there are no test scores. */
static void
put_readout (JsonBuilder *json, const char *name, const LofiReadout *readout)
{
  const LofiScores *test = &readout->test_scores;
  gboolean tested = readout->n_test > 0;
  json_builder_set_member_name (json, name);
  json_builder_begin_object (json);
  put_number (json, "penalty", readout->ridge.penalty);
  put_number (json, "loo_mse", readout->ridge.loo_mse);
  put_number (json, "train_mse", readout->train_scores.mse);
  put_number (json, "train_error", readout->train_scores.error);
  put_number (json, "test_mse", tested ? test->mse : NAN);
  put_number (json, "test_error", tested ? test->error : NAN);
  put_number (json, "test_mse_sem", tested ? test->mse_sem : NAN);
  put_number (json, "test_error_sem", tested ? test->error_sem : NAN);
  json_builder_end_object (json);
}

static void
put_result (JsonBuilder *json, const LofiResult *result)
{
  json_builder_begin_object (json);
  put_integer (json, "format", 1);
  put_experiment (json, result->experiment);
  put_integer (json, "seed", result->experiment->seed);
  json_builder_set_member_name (json, "layers");
  json_builder_begin_array (json);
  for (guint i = 0; i < result->n_layers; i++)
    if (result->layers[i])
      put_layer (json, result, i);
  json_builder_end_array (json);
  if (result->readout)
    put_readout (json, "readout", result->readout);
  else
    put_null (json, "readout");
  json_builder_set_member_name (json, "baselines");
  json_builder_begin_object (json);
  if (result->lazy)
    put_readout (json, "lazy", result->lazy);
  if (result->linear)
    put_readout (json, "linear", result->linear);
  json_builder_end_object (json);
  put_number (json, "seconds", result->seconds);
  put_integer (json, "peak_bytes", result->peak_bytes);
  put_integer (json, "threads", (guint64) MAX (lofi_blas_threads (), 0));
  put_text (json, "version", LOFI_VERSION);
  json_builder_end_object (json);
}

char *
lofi_result_to_json (const LofiResult *result)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();
  put_result (json, result);
  g_autoptr (JsonNode) root = json_builder_get_root (json);
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);
  g_autofree char *text = json_generator_to_data (generator, NULL);
  return g_strconcat (text, "\n", NULL);
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

/* Packs the rows if they are not next to each other. */
static gboolean
write_matrix (const Writer *writer, const char *layer, const char *what, const LofiMatrix *m)
{
  g_autofree char *path = g_strdup_printf ("%s%c%s-%s.npy", writer->folder, G_DIR_SEPARATOR, layer, what);
  gsize shape[2] = { m->rows, m->cols };
  if (m->stride == m->cols || m->rows < 2)
    return lofi_npy_write_doubles (path, m->data, shape, 2, writer->error);
  LofiMatrix packed;
  if (!lofi_error_from_status (writer->error, lofi_matrix_alloc (&packed, m->rows, m->cols), path))
    return FALSE;
  lofi_matrix_copy (&packed, m);
  gboolean good = lofi_npy_write_doubles (path, packed.data, shape, 2, writer->error);
  lofi_matrix_clear (&packed);
  return good;
}

static gboolean
write_layer (const Writer *writer, const LofiLayerResult *layer, LofiSave save)
{
  g_autofree char *spectrum = g_strdup_printf ("%s-spectrum.npy", layer->name);
  if ((save & LOFI_SAVE_SPECTRUM) && layer->n_spectrum > 0 && !write_vector (writer, spectrum, layer->spectrum, layer->n_spectrum))
    return FALSE;
  if ((save & LOFI_SAVE_FILTERS) && layer->filters && !write_matrix (writer, layer->name, "filters", &layer->filters->matrix))
    return FALSE;
  if ((save & LOFI_SAVE_FEATURES) && layer->train && !write_matrix (writer, layer->name, "features-train", &layer->train->matrix))
    return FALSE;
  if ((save & LOFI_SAVE_FEATURES) && layer->test && !write_matrix (writer, layer->name, "features-test", &layer->test->matrix))
    return FALSE;
  return !(save & LOFI_SAVE_WEIGHTS) || !layer->weights || write_matrix (writer, layer->name, "weights", &layer->weights->matrix);
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
