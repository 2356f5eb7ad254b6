/* An experiment inside a JSON file. */
#include "config.h"
#include "lofi-digits.h"
#include "lofi-experiment-json.h"
#include "lofi-json-private.h"

#include <math.h>
#include <glib/gi18n-lib.h>
#include "lofi-error.h"
#include "lofi-experiment-private.h"

/* ---- writing ---- */

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
    lofi_json_put_text (json, key, value);
  else if (g_str_equal (value, "true") || g_str_equal (value, "false"))
    lofi_json_put_flag (json, key, g_str_equal (value, "true"));
  else if (lofi_digits_to_number (value, 0, G_MAXUINT64, &integer))
    lofi_json_put_integer (json, key, integer);
  else if (*value && !*end && isfinite (number))
    lofi_json_put_number (json, key, number);
  else
    lofi_json_put_text (json, key, value);
}

void
lofi_experiment_put_json (JsonBuilder *json, const LofiExperiment *experiment)
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

/* ---- reading ---- */

static JsonObject *
group_of (JsonObject *groups, const char *name)
{
  JsonNode *node = json_object_get_member (groups, name);
  return node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static gboolean
is_name (const char *text)
{
  for (const char *p = text; *p; p++)
    if (!g_ascii_isalnum (*p) && *p != '-')
      return FALSE;
  return *text != '\0';
}

static gboolean
set_key (GKeyFile *file, const char *group, const char *key, JsonNode *node)
{
  if (!is_name (group) || !is_name (key) || !JSON_NODE_HOLDS_VALUE (node))
    return FALSE;
  GType type = json_node_get_value_type (node);
  if (type == G_TYPE_STRING)
    g_key_file_set_string (file, group, key, json_node_get_string (node));
  else if (type == G_TYPE_BOOLEAN)
    g_key_file_set_boolean (file, group, key, json_node_get_boolean (node));
  else if (type == G_TYPE_INT64)
    g_key_file_set_int64 (file, group, key, json_node_get_int (node));
  else
    g_key_file_set_double (file, group, key, json_node_get_double (node));
  return TRUE;
}

/* Groups of keys as the text of a key file; NULL if they are something else. */
static char *
object_to_key_file (JsonObject *groups)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GList) names = json_object_get_members (groups);
  for (GList *n = names; n; n = n->next)
    {
      JsonObject *group = group_of (groups, n->data);
      g_autoptr (GList) keys = group ? json_object_get_members (group) : NULL;
      for (GList *k = keys; k; k = k->next)
        if (!set_key (file, n->data, k->data, json_object_get_member (group, k->data)))
          return NULL;
    }
  return g_key_file_to_data (file, NULL, NULL);
}

LofiExperiment *
lofi_experiment_of_json (JsonObject *groups, const char *path, const char *const *settings, GError **error)
{
  g_autofree char *text = groups ? object_to_key_file (groups) : NULL;
  if (text)
    return lofi_experiment_parse (text, path, NULL, settings, error);
  lofi_error_set (error, LOFI_ERROR_INPUT, path, _("compute it again"), "%s", _("there is no experiment in it"));
  return NULL;
}
