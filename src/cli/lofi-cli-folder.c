/* What lofi fit, lofi emerge and lofi align have left in a folder, read back. */
#include "config.h"
#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include "lofi-cli.h"
#include "lofi-error.h"
#include "lofi-null.h"
#include "lofi-experiment-json.h"
#include "lofi-npy.h"
#include "lofi-results-file.h"

static JsonObject *
member_object (JsonObject *object, const char *name)
{
  JsonNode *node = object ? json_object_get_member (object, name) : NULL;
  return node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/* result.json's root, owned by the parser; NULL with an error. */
static JsonObject *
read_root (JsonParser *parser, const char *path, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autofree char *text = NULL;
  gsize length = 0;
  gboolean read = g_file_get_contents (path, &text, &length, &reason);
  if (!read || (lofi_json_is_shallow (text, length) && !json_parser_load_from_data (parser, text, length, &reason)))
    lofi_error_set (error, LOFI_ERROR_INPUT, path, _("give a folder that lofi fit has written"), "%s", reason->message);
  else if (!json_parser_get_root (parser) || !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    lofi_error_set (error, LOFI_ERROR_INPUT, path, _("give a folder that lofi fit has written"), "%s", _("not a JSON object"));
  else
    return json_node_get_object (json_parser_get_root (parser));
  return NULL;
}

/* ---- the experiment ---- */

static LofiExperiment *
experiment_of_result (const char *path, const char *const *settings, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *root = read_root (parser, path, error);
  JsonObject *groups = member_object (root, "experiment");
  return root ? lofi_experiment_of_json (groups, path, settings, error) : NULL;
}

LofiExperiment *
lofi_cli_folder_experiment (LofiCli *cli, const char *folder, GError **error)
{
  const char *const *settings = (const char *const *) cli->settings;
  g_autofree char *result = g_build_filename (folder, "result.json", NULL);
  g_autofree char *swept = g_build_filename (folder, "experiment.lofi", NULL);
  g_autofree char *cells = g_build_filename (folder, "cells.jsonl", NULL), *aligned = g_build_filename (folder, "alignment.json", NULL);
  if (g_file_test (result, G_FILE_TEST_EXISTS))
    return experiment_of_result (result, settings, error);
  if (g_file_test (swept, G_FILE_TEST_EXISTS))
    return lofi_experiment_load (swept, settings, error);
  if (g_file_test (aligned, G_FILE_TEST_EXISTS))
    return experiment_of_result (aligned, settings, error);
  if (g_file_test (cells, G_FILE_TEST_EXISTS))
    return lofi_experiment_new ();         /* cells alone, perhaps gathered from several machines */
  lofi_error_set (error, LOFI_ERROR_INPUT, folder, _("give a folder that lofi fit, lofi emerge or lofi align has written"), "%s",
                  _("there is no result in this folder"));
  return NULL;
}

/* ---- the spectra ---- */

static double *
read_spectrum (const char *path, gsize width, gsize *count, GError **error)
{
  LofiMatrix matrix = { 0 };
  gsize shape[LOFI_NPY_DIMENSIONS_MAX];
  guint dimensions;
  if (!lofi_npy_read (path, &matrix, shape, &dimensions, error))
    return NULL;
  *count = matrix.rows * matrix.cols;
  double *values = g_memdup2 (matrix.data, *count * sizeof (double));
  gboolean good = dimensions == 1 && *count == width && lofi_matrix_is_finite (&matrix);
  for (gsize i = 1; good && i < *count; i++)
    good = values[i - 1] <= values[i];
  lofi_matrix_clear (&matrix);
  if (good)
    return values;
  g_free (values);
  lofi_error_set (error, LOFI_ERROR_INPUT, path, _("run lofi fit again"), "%s", _("not a spectrum: finite numbers, ascending"));
  return NULL;
}

/* How much of the mean activation each kept direction has; results of earlier versions do not say. */
static void
read_overlaps (LofiLayerResult *layer, JsonObject *object)
{
  JsonNode *node = object ? json_object_get_member (object, "mean_overlap") : NULL;
  JsonArray *values = node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  for (gsize k = 0; values && k < MIN (layer->keep, json_array_get_length (values)); k++)
    {
      JsonNode *value = json_array_get_element (values, (guint) k);
      double overlap = JSON_NODE_HOLDS_VALUE (value) ? json_node_get_double (value) : NAN;
      layer->mean_overlap[k] = overlap >= 0 && overlap <= 1 ? overlap : 0;
    }
}

/* The kept ones as result.json lists them. */
static gboolean
read_kept (LofiLayerResult *layer, JsonObject *object, const char *path, GError **error)
{
  JsonNode *node = object ? json_object_get_member (object, "eigenvalues") : NULL;
  JsonArray *values = node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  layer->keep = values ? json_array_get_length (values) : 0;
  layer->eigenvalues = g_new0 (double, layer->keep + 1);
  layer->mean_overlap = g_new0 (double, layer->keep + 1);
  for (gsize k = 0; k < layer->keep; k++)
    {
      JsonNode *value = json_array_get_element (values, k);
      layer->eigenvalues[k] = JSON_NODE_HOLDS_VALUE (value) ? json_node_get_double (value) : NAN;
      if (!isfinite (layer->eigenvalues[k]))
        return lofi_error_set (error, LOFI_ERROR_INPUT, path, _("run lofi fit again"), "%s", _("an eigenvalue is not a number"));
    }
  read_overlaps (layer, object);
  return TRUE;
}

/* The null line, if it was computed, and what of the spectrum lies beyond it. (transfer full) */
static LofiNull *
read_null (const LofiLayerResult *layer, JsonObject *object)
{
  JsonNode *node = object ? json_object_get_member (object, "null_edge") : NULL;
  JsonArray *edge = node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  double line[2] = { NAN, NAN };
  for (guint i = 0; edge && json_array_get_length (edge) == 2 && i < 2; i++)
    {
      JsonNode *value = json_array_get_element (edge, i);
      line[i] = JSON_NODE_HOLDS_VALUE (value) ? json_node_get_double (value) : NAN;
    }
  if (!(line[0] <= line[1]))
    return NULL;
  LofiNull *null = g_atomic_rc_box_new0 (LofiNull);
  *null = (LofiNull) { LOFI_NULL_PERMUTATIONS, line[0], line[1], NAN, NAN, NAN, NAN, NAN, NAN, 0, 0 };
  for (gsize i = 0; i < layer->n_spectrum; i++)
    {
      null->below += layer->spectrum[i] < line[0];
      null->above += layer->spectrum[i] > line[1];
    }
  return null;
}

static LofiLayerResult *
read_layer (const char *folder, const LofiExperiment *experiment, guint i, JsonObject *object, const char *json, GError **error)
{
  g_autofree char *name = g_strdup_printf ("layer%u", i + 1), *file = g_strconcat (name, "-spectrum.npy", NULL);
  g_autofree char *path = g_build_filename (folder, file, NULL);
  g_autoptr (LofiLayerResult) layer = g_atomic_rc_box_new0 (LofiLayerResult);
  layer->name = g_steal_pointer (&name);
  layer->spec = lofi_layer_spec_dup (lofi_experiment_layer (experiment, i));
  layer->width = layer->spec->width;
  if (!read_kept (layer, object, json, error))
    return NULL;
  if (layer->spec->keep != LOFI_KEEP_NONE && !(layer->spectrum = read_spectrum (path, layer->width, &layer->n_spectrum, error)))
    return NULL;
  return g_steal_pointer (&layer);
}

/* Whether the spectrum of every filtered layer is there. */
static gboolean
has_spectra (const char *folder, const LofiExperiment *experiment)
{
  for (guint i = 0; i < experiment->layers->len; i++)
    {
      g_autofree char *file = g_strdup_printf ("layer%u-spectrum.npy", i + 1), *path = g_build_filename (folder, file, NULL);
      if (lofi_experiment_layer (experiment, i)->keep != LOFI_KEEP_NONE && !g_file_test (path, G_FILE_TEST_EXISTS))
        return FALSE;
    }
  return TRUE;
}

LofiResult *
lofi_cli_folder_spectra (const char *folder, const LofiExperiment *experiment, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "result.json", NULL);
  if (!has_spectra (folder, experiment) || !g_file_test (path, G_FILE_TEST_EXISTS))
    return NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *root = read_root (parser, path, error);
  JsonNode *node = root ? json_object_get_member (root, "layers") : NULL;
  JsonArray *layers = node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  if (!layers || json_array_get_length (layers) != experiment->layers->len)
    {
      if (root)
        lofi_error_set (error, LOFI_ERROR_INPUT, path, _("run lofi fit again"), "%s", _("its layers are not those of its experiment"));
      return NULL;
    }
  g_autoptr (LofiResult) result = g_atomic_rc_box_new0 (LofiResult);
  result->experiment = lofi_experiment_dup (experiment);
  result->live_layer = -1;
  result->finished = TRUE;
  result->layers = g_new0 (LofiLayerResult *, experiment->layers->len + 1);
  result->nulls = g_new0 (LofiNull *, experiment->layers->len + 1);
  result->n_layers = experiment->layers->len;
  for (guint i = 0; i < result->n_layers; i++)
    {
      JsonNode *element = json_array_get_element (layers, i);
      JsonObject *object = JSON_NODE_HOLDS_OBJECT (element) ? json_node_get_object (element) : NULL;
      result->layers[i] = read_layer (folder, experiment, i, object, path, error);
      if (!result->layers[i])
        return NULL;
      result->nulls[i] = read_null (result->layers[i], object);
    }
  return g_steal_pointer (&result);
}
