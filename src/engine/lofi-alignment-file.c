/* alignment.json: an alignment as text, and read back. */
#include "config.h"
#include "lofi-alignment-private.h"

#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#include "lofi-error.h"
#include "lofi-experiment-json.h"
#include "lofi-json-private.h"
#include "lofi-results-file.h"

/* Members of a point and of a seed that are numbers: name and place. */
typedef struct { const char *name; gsize offset; } Member;
static const Member point_members[] = {
  { "energy", offsetof (LofiAlignPoint, energy) },
  { "train_error", offsetof (LofiAlignPoint, train_error) }, { "train_mse", offsetof (LofiAlignPoint, train_mse) },
  { "test_error", offsetof (LofiAlignPoint, test_error) },   { "test_mse", offsetof (LofiAlignPoint, test_mse) },
};
static const Member seed_members[] = {
  { "lofi_train_error", offsetof (LofiAlignSeed, lofi_train_error) }, { "lofi_test_error", offsetof (LofiAlignSeed, lofi_test_error) },
};

/* ---- writing ---- */

static void
put_members (JsonBuilder *json, const Member *members, guint n, const void *of)
{
  for (guint i = 0; i < n; i++)
    lofi_json_put_number (json, members[i].name, *(const double *) ((const char *) of + members[i].offset));
}

static void
put_overlaps (JsonBuilder *json, const char *name, const double *overlaps)
{
  json_builder_set_member_name (json, name);
  if (!isfinite (overlaps[LOFI_ALIGN_FILTER]))
    {
      json_builder_add_null_value (json);
      return;
    }
  json_builder_begin_object (json);
  for (guint i = 0; i < LOFI_N_ALIGN; i++)
    lofi_json_put_number (json, lofi_align_name (i), overlaps[i]);
  json_builder_end_object (json);
}

static void
put_points (JsonBuilder *json, const GArray *points)
{
  json_builder_set_member_name (json, "points");
  json_builder_begin_array (json);
  for (guint i = 0; i < points->len; i++)
    {
      const LofiAlignPoint *point = &g_array_index (points, LofiAlignPoint, i);
      json_builder_begin_object (json);
      lofi_json_put_integer (json, "seed", point->seed);
      lofi_json_put_integer (json, "step", point->step);
      put_overlaps (json, "overlap", point->inputs);
      put_overlaps (json, "sample_overlap", point->samples);
      put_members (json, point_members, G_N_ELEMENTS (point_members), point);
      json_builder_end_object (json);
    }
  json_builder_end_array (json);
}

static void
put_seeds (JsonBuilder *json, const GArray *seeds)
{
  json_builder_set_member_name (json, "seeds");
  json_builder_begin_array (json);
  for (guint i = 0; i < seeds->len; i++)
    {
      const LofiAlignSeed *seed = &g_array_index (seeds, LofiAlignSeed, i);
      json_builder_begin_object (json);
      lofi_json_put_integer (json, "seed", seed->seed);
      put_members (json, seed_members, G_N_ELEMENTS (seed_members), seed);
      lofi_json_put_flag (json, "diverged", seed->diverged);
      lofi_json_put_flag (json, "finished", seed->finished);
      json_builder_end_object (json);
    }
  json_builder_end_array (json);
}

char *
lofi_alignment_to_json (const LofiAlignment *alignment)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();
  json_builder_begin_object (json);
  lofi_json_put_integer (json, "format", 1);
  lofi_experiment_put_json (json, alignment->experiment);
  lofi_json_put_integer (json, "directions", alignment->directions);
  lofi_json_put_integer (json, "inputs", alignment->inputs);
  lofi_json_put_integer (json, "samples", alignment->samples);
  lofi_json_put_flag (json, "finished", alignment->finished);
  put_seeds (json, alignment->seeds);
  put_points (json, alignment->points);
  lofi_json_put_number (json, "seconds", alignment->seconds);
  json_builder_set_member_name (json, "version");
  json_builder_add_string_value (json, LOFI_VERSION);
  json_builder_end_object (json);
  g_autoptr (JsonNode) root = json_builder_get_root (json);
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);
  json_generator_set_indent (generator, 1);
  return json_generator_to_data (generator, NULL);
}

/* ---- reading ---- */

/* A finite number; NAN for null, for what is missing and for everything else. */
static double
number_of (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);
  GType type = node && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;
  double value = type == G_TYPE_DOUBLE || type == G_TYPE_INT64 ? json_node_get_double (node) : NAN;
  return isfinite (value) ? value : NAN;
}

static gboolean
read_count (JsonObject *object, const char *name, double least, gsize *count)
{
  double value = number_of (object, name);
  if (!(value >= least && value < 1e15))
    return FALSE;
  *count = (gsize) value;
  return TRUE;
}

static gboolean
flag_of (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);
  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_BOOLEAN && json_node_get_boolean (node);
}

static JsonObject *
object_of (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);
  return node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static void
read_members (JsonObject *object, const Member *members, guint n, void *into)
{
  for (guint i = 0; i < n; i++)
    *(double *) ((char *) into + members[i].offset) = number_of (object, members[i].name);
}

static void
read_overlaps (JsonObject *object, const char *name, double *overlaps)
{
  JsonObject *inner = object_of (object, name);
  for (guint i = 0; i < LOFI_N_ALIGN; i++)
    overlaps[i] = inner ? number_of (inner, lofi_align_name (i)) : NAN;
}

static gboolean
read_point (LofiAlignment *alignment, JsonObject *object)
{
  LofiAlignPoint point = { 0 };
  gsize seed;
  if (!read_count (object, "seed", 0, &seed) || !read_count (object, "step", 1, &point.step))
    return FALSE;
  point.seed = seed;
  read_overlaps (object, "overlap", point.inputs);
  read_overlaps (object, "sample_overlap", point.samples);
  read_members (object, point_members, G_N_ELEMENTS (point_members), &point);
  g_array_append_val (alignment->points, point);
  return TRUE;
}

static gboolean
read_seed (LofiAlignment *alignment, JsonObject *object)
{
  LofiAlignSeed seed = { .diverged = flag_of (object, "diverged"), .finished = flag_of (object, "finished") };
  gsize number;
  if (!read_count (object, "seed", 0, &number))
    return FALSE;
  seed.seed = number;
  read_members (object, seed_members, G_N_ELEMENTS (seed_members), &seed);
  g_array_append_val (alignment->seeds, seed);
  return TRUE;
}

static gboolean
read_list (LofiAlignment *alignment, JsonObject *root, const char *name, gboolean (*read) (LofiAlignment *, JsonObject *))
{
  JsonNode *node = json_object_get_member (root, name);
  if (!node || !JSON_NODE_HOLDS_ARRAY (node))
    return FALSE;
  JsonArray *list = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      JsonNode *element = json_array_get_element (list, i);
      if (!JSON_NODE_HOLDS_OBJECT (element) || !read (alignment, json_node_get_object (element)))
        return FALSE;
    }
  return TRUE;
}

static LofiAlignment *
read_root (JsonObject *root, const char *path, GError **error)
{
  g_autoptr (LofiExperiment) experiment = lofi_experiment_of_json (object_of (root, "experiment"), path, NULL, error);
  if (!experiment)
    return NULL;
  g_autoptr (LofiAlignment) alignment = lofi_alignment_new (experiment);
  if (!read_count (root, "directions", 1, &alignment->directions) || !read_count (root, "inputs", 0, &alignment->inputs)
      || !read_count (root, "samples", 0, &alignment->samples) || !read_list (alignment, root, "seeds", read_seed)
      || !read_list (alignment, root, "points", read_point))
    {
      lofi_error_set (error, LOFI_ERROR_INPUT, path, _("run lofi align again"), "%s",
                      _("an alignment needs directions, inputs, samples, seeds and points with their steps"));
      return NULL;
    }
  alignment->finished = flag_of (root, "finished");
  alignment->seconds = number_of (root, "seconds");
  lofi_alignment_count (alignment);
  return g_steal_pointer (&alignment);
}

LofiAlignment *
lofi_alignment_load (const char *path, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) reason = NULL;
  g_autofree char *text = NULL;
  gsize length = 0;
  const char *todo = _("give a folder that lofi align has written");
  if (!g_file_get_contents (path, &text, &length, &reason)
      || (lofi_json_is_shallow (text, length) && !json_parser_load_from_data (parser, text, (gssize) length, &reason)))
    {
      lofi_error_set (error, LOFI_ERROR_INPUT, path, todo, "%s", reason->message);
      return NULL;
    }
  JsonNode *root = json_parser_get_root (parser);
  if (root && JSON_NODE_HOLDS_OBJECT (root))
    return read_root (json_node_get_object (root), path, error);
  lofi_error_set (error, LOFI_ERROR_INPUT, path, todo, "%s", _("not a JSON object"));
  return NULL;
}
