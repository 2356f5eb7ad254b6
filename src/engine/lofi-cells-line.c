/* A line of cells.jsonl, which may be anything until it is read. */
#include "config.h"
#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include "lofi-cells-private.h"
#include "lofi-error.h"
#include "lofi-results-file.h"

#define KEY_BYTES_MAX 128

void
lofi_cell_line_clear (LofiCellLine *line)
{
  lofi_cell_clear_layers (&line->cell);
  g_free (line->experiment);
}

static gboolean
number_of (JsonNode *node, double *value)
{
  if (!node || !JSON_NODE_HOLDS_VALUE (node)
      || (json_node_get_value_type (node) != G_TYPE_DOUBLE && json_node_get_value_type (node) != G_TYPE_INT64))
    return FALSE;
  *value = json_node_get_double (node);
  return isfinite (*value);
}

/* A number, or NAN for null. */
static gboolean
number_or_null (JsonNode *node, double *value)
{
  *value = NAN;
  return JSON_NODE_HOLDS_NULL (node) || number_of (node, value);
}

static gboolean
read_whole (JsonObject *object, const char *name, double least, double below, double *value)
{
  return number_of (json_object_get_member (object, name), value) && *value >= least && *value < below && *value == floor (*value);
}

/* A member that may be missing, or null. */
static gboolean
read_optional (JsonObject *object, const char *name, double *value)
{
  JsonNode *node = json_object_get_member (object, name);
  *value = NAN;
  return !node || number_or_null (node, value);
}

/* The array under a name: NULL with TRUE when it is missing or null. */
static gboolean
read_array (JsonObject *object, const char *name, JsonArray **array)
{
  JsonNode *node = json_object_get_member (object, name);
  *array = node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  return !node || JSON_NODE_HOLDS_NULL (node) || *array;
}

/* (transfer full) numbers or nulls; FALSE if it is anything else. */
static gboolean
read_numbers (JsonNode *node, double **values, guint *count)
{
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return FALSE;
  JsonArray *array = json_node_get_array (node);
  guint n = json_array_get_length (array);
  g_autofree double *numbers = g_new (double, n + 1);
  for (guint i = 0; i < n; i++)
    if (!number_or_null (json_array_get_element (array, i), &numbers[i]))
      return FALSE;
  *values = g_steal_pointer (&numbers);
  *count = n;
  return TRUE;
}

static gboolean
is_share (double value)
{
  return isnan (value) || (value >= -1e-6 && value <= 1 + 1e-6);
}

/* Each of these takes what one array says of a layer. */
static gboolean
take_eigenvalues (LofiCellLayer *layer, JsonNode *node)
{
  return read_numbers (node, &layer->eigenvalues, &layer->n_eigenvalues);
}

static gboolean
take_edges (LofiCellLayer *layer, JsonNode *node)
{
  g_autofree double *edges = NULL;
  guint count;
  if (JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (!read_numbers (node, &edges, &count) || count != 2)
    return FALSE;
  layer->null_low = edges[0];
  layer->null_high = edges[1];
  return TRUE;
}

static gboolean
take_outliers (LofiCellLayer *layer, JsonNode *node)
{
  double value;
  if (!number_or_null (node, &value) || !(isnan (value) || (value >= 0 && value < 1e12 && value == floor (value))))
    return FALSE;
  layer->outliers = isnan (value) ? -1 : (gint64) value;
  return TRUE;
}

static gboolean
take_overlap (LofiCellLayer *layer, JsonNode *node)
{
  return number_or_null (node, &layer->overlap) && is_share (layer->overlap);
}

static gboolean
take_groups (LofiCellLayer *layer, JsonNode *node)
{
  if (!read_numbers (node, &layer->group_overlaps, &layer->n_groups))
    return FALSE;
  for (guint g = 0; g < layer->n_groups; g++)
    if (!is_share (layer->group_overlaps[g]))
      return FALSE;
  return TRUE;
}

static gboolean
read_layers (LofiCell *cell, JsonObject *object)
{
  static const struct { const char *name; gboolean (*take) (LofiCellLayer *, JsonNode *); } parts[] = {
    { "eigenvalues", take_eigenvalues }, { "null_edges", take_edges }, { "outliers", take_outliers }, { "overlap", take_overlap },
    { "group_overlaps", take_groups },
  };
  JsonArray *arrays[G_N_ELEMENTS (parts)];
  guint layers = 0;
  for (guint p = 0; p < G_N_ELEMENTS (parts); p++)
    {
      if (!read_array (object, parts[p].name, &arrays[p]))
        return FALSE;
      layers = arrays[p] ? MAX (layers, json_array_get_length (arrays[p])) : layers;
    }
  if (layers > LOFI_LAYERS_MAX || (layers > 0 && cell->method != LOFI_METHOD_LOFI))
    return FALSE;
  lofi_cell_set_layers (cell, layers);
  for (guint p = 0; p < G_N_ELEMENTS (parts); p++)
    for (guint l = 0; arrays[p] && l < json_array_get_length (arrays[p]); l++)
      if (!parts[p].take (&cell->layers[l], json_array_get_element (arrays[p], l)))
        return FALSE;
  return TRUE;
}

static gboolean
read_point (LofiCell *cell, JsonObject *object)
{
  JsonNode *node = json_object_get_member (object, "set");
  cell->point = g_intern_static_string ("");
  if (!node || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node) || json_object_get_size (json_node_get_object (node)) > LOFI_SWEEP_AXES_MOST)
    return FALSE;
  JsonObject *set = json_node_get_object (node);
  g_autoptr (GList) names = json_object_get_members (set);
  g_auto (GStrv) settings = g_new0 (char *, LOFI_SWEEP_AXES_MOST + 1);
  guint n = 0;
  for (GList *name = names; name; name = name->next)
    {
      JsonNode *member = json_object_get_member (set, name->data);
      const char *value = JSON_NODE_HOLDS_VALUE (member) && json_node_get_value_type (member) == G_TYPE_STRING ? json_node_get_string (member) : NULL;
      if (!value || !lofi_point_word (value) || !lofi_point_word (name->data))
        return FALSE;
      settings[n++] = g_strdup_printf ("%s=%s", (char *) name->data, value);
    }
  cell->point = lofi_point_join (settings);
  return TRUE;
}

static const char *
text_of (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);
  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;
}

/* NULL, or what is wrong with it. */
static const char *
read_object (LofiCellLine *line, JsonObject *object)
{
  LofiCell *cell = &line->cell;
  double samples, seed, reference = 0;
  int method = lofi_method_from_name (text_of (object, "method"));
  const char *experiment = text_of (object, "experiment");
  if (method < 0 || !read_whole (object, "samples", 1, 1e12, &samples) || !read_whole (object, "seed", 0, 1e15, &seed))
    return _("a cell needs samples, seed and method (lofi, lazy, linear, kernel or descent)");
  cell->samples = (gsize) samples;
  cell->seed = (guint64) seed;
  cell->method = (LofiMethod) method;
  line->overlaps = json_object_has_member (object, "reference");
  if (line->overlaps && (method != LOFI_METHOD_LOFI || !read_whole (object, "reference", 1, 1e12, &reference)))
    return _("reference is not a number of samples");
  cell->reference = (gsize) reference;
  if (!line->overlaps && (!number_of (json_object_get_member (object, "test_error"), &cell->test_error)
                          || !number_of (json_object_get_member (object, "test_mse"), &cell->test_mse)))
    return _("a cell needs the numbers test_error and test_mse");
  if (!read_optional (object, "train_error", &cell->train_error) || !read_optional (object, "seconds", &cell->seconds))
    return _("train_error or seconds is not a number");
  if (!read_point (cell, object))
    return _("set is not what the axes of a sweep are set to");
  if (!read_layers (cell, object))
    return _("eigenvalues, null_edges, outliers or overlaps are not those of layers");
  if (json_object_has_member (object, "experiment") && !(experiment && strlen (experiment) <= KEY_BYTES_MAX))
    return _("experiment is not a key");
  line->experiment = g_strdup (experiment);
  return NULL;
}

gboolean
lofi_cell_line_read (LofiCellLine *line, const char *text, gsize length, const char *place, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  const char *fault = _("the line is not a JSON object");
  if (!memchr (text, '\0', length) && g_utf8_validate (text, (gssize) length, NULL) && lofi_json_is_shallow (text, length)
      && json_parser_load_from_data (parser, text, (gssize) length, NULL) && json_parser_get_root (parser)
      && JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    fault = read_object (line, json_node_get_object (json_parser_get_root (parser)));
  return !fault || lofi_error_set (error, LOFI_ERROR_INPUT, place, _("remove the line, or the file and compute again"), "%s", fault);
}
