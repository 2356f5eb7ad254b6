#include "config.h"
#include "lofi-experiment-lines-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include "lofi-error.h"
#include "lofi-experiment-private.h"

#define TEXT_BYTES_MAX ((gsize) 1 << 20)

char *
lofi_experiment_read_text (const char *path, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, &reason);
  g_autofree char *text = g_malloc (TEXT_BYTES_MAX + 2);
  gsize length = 0;
  if (!stream || !g_input_stream_read_all (G_INPUT_STREAM (stream), text, TEXT_BYTES_MAX + 1, &length, NULL, &reason))
    {
      lofi_error_set (error, LOFI_ERROR_INPUT, path, _("check the name of the experiment file"), "%s", reason->message);
      return NULL;
    }
  if (length > TEXT_BYTES_MAX)
    {
      lofi_error_set (error, LOFI_ERROR_INPUT, path, _("give an experiment file"), _("it is larger than 1 MiB"));
      return NULL;
    }
  text[length] = '\0';
  if (strlen (text) < length)
    {
      lofi_error_set (error, LOFI_ERROR_INPUT, path, _("give an experiment file, in UTF-8"), _("it contains a zero byte, so it is not text"));
      return NULL;
    }
  return g_steal_pointer (&text);
}

static gboolean
check_utf8 (const char *text, gsize length, const char *name, GError **error)
{
  const char *end;
  gsize line = 1, column = 1;
  if (length > TEXT_BYTES_MAX)
    return lofi_error_set (error, LOFI_ERROR_INPUT, name, _("give an experiment file"), _("it is larger than 1 MiB"));
  if (g_utf8_validate (text, (gssize) length, &end))
    return TRUE;
  for (const char *p = text; p < end; p = g_utf8_next_char (p))
    {
      column = *p == '\n' ? 1 : column + 1;
      line += *p == '\n';
    }
  g_autofree char *place = g_strdup_printf (_("%s: line %zu, column %zu"), name, line, column);
  return lofi_error_set (error, LOFI_ERROR_INPUT, place, _("save the file as UTF-8"), _("a byte that is not UTF-8"));
}

/* Where " # ..." begins after a value, and without blanks at the end. A title keeps its #. */
static void
strip_comment (char *line)
{
  char *equals = strchr (line, '=');
  gboolean title = equals && *line != '[' && equals - line >= 5 && strncmp (line, "title", 5) == 0
                   && strspn (line + 5, " \t") == (gsize) (equals - line - 5);
  for (char *p = equals && *line != '[' ? equals + 1 : line + 1; !title && *p; p++)
    if (*p == '#' && (p[-1] == ' ' || p[-1] == '\t'))
      {
        *p = '\0';
        break;
      }
  g_strchomp (line);
}

/* NULL, or what is wrong with a line; static. */
static const char *
line_fault (const char *line, gboolean in_group)
{
  if (*line == '[')
    {
      const char *close = strchr (line, ']');
      return close && close > line + 1 && !close[1] && !memchr (line + 1, '[', (gsize) (close - line) - 1) ? NULL : _("not a group of the form [name]");
    }
  if (!strchr (line, '=') || *line == '=')
    return _("not a line of the form key=value");
  return in_group ? NULL : _("a key before the first [group]");
}

/* The text with comments gone. (transfer full) */
static char *
clean_lines (const char *text, const char *name, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GString *clean = g_string_new (NULL);
  gboolean in_group = FALSE;
  for (guint i = 0; lines[i]; i++)
    {
      char *line = g_strchug (lines[i]);
      if (!*line || *line == '#')
        continue;
      strip_comment (line);
      const char *fault = line_fault (line, in_group);
      if (fault)
        {
          g_autofree char *place = g_strdup_printf (_("%s: line %u"), name, i + 1);
          lofi_error_set (error, LOFI_ERROR_INPUT, place, _("write groups, keys and comments (#), each on a line"), "%s", fault);
          g_string_free (clean, TRUE);
          return NULL;
        }
      in_group |= *line == '[';
      g_string_append_printf (clean, "%s\n", line);
    }
  return g_string_free (clean, FALSE);
}

/* ---- known groups and keys ---- */

static const char *
known_group (const char *group)
{
  const LofiExperimentKey *keys = lofi_experiment_keys ();
  if (lofi_layer_number (group))
    return "layer";
  for (guint i = 0; keys[i].group; i++)
    if (g_str_equal (keys[i].group, group) && !g_str_equal (group, "layer"))
      return keys[i].group;
  return NULL;
}

static gboolean
refuse_group (const char *place, const char *group, GError **error)
{
  static const char *const groups[] = { "experiment", "data", "layer1", "readout", "emergence", "descent", NULL };
  if (g_str_has_prefix (group, "layer") && group[5] && strspn (group + 5, "0123456789") == strlen (group + 5))
    return lofi_error_set (error, LOFI_ERROR_INPUT, place, _("number them 1, 2, 3 without a gap"), _("layers go from layer1 to layer%d"),
                           LOFI_LAYERS_MAX);
  const char *nearest = lofi_nearest_name (group, groups);
  g_autofree char *todo = nearest ? g_strdup_printf (_("did you mean %s?"), nearest)
                                  : g_strdup (_("the groups are experiment, data, layer1 and on, readout, emergence, descent"));
  return lofi_error_set (error, LOFI_ERROR_INPUT, place, todo, _("unknown group"));
}

static gboolean
check_key (const char *place, const char *group, const char *key, GError **error)
{
  const LofiExperimentKey *keys = lofi_experiment_keys ();
  const char *table = known_group (group);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (guint i = 0; keys[i].group; i++)
    if (g_str_equal (keys[i].group, table))
      {
        if (g_str_equal (keys[i].key, key))
          return TRUE;
        g_ptr_array_add (names, (gpointer) keys[i].key);
      }
  g_ptr_array_add (names, NULL);
  const char *nearest = lofi_nearest_name (key, (const char *const *) names->pdata);
  g_autofree char *all = g_strjoinv (", ", (char **) names->pdata);
  g_autofree char *todo = nearest ? g_strdup_printf (_("did you mean %s?"), nearest) : g_strdup_printf (_("the keys here are %s"), all);
  return lofi_error_set (error, LOFI_ERROR_INPUT, place, todo, _("unknown key"));
}

static gboolean
check_names (GKeyFile *file, const char *name, GError **error)
{
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);
  for (guint g = 0; groups[g]; g++)
    {
      g_autofree char *place = g_strdup_printf ("%s: [%s]", name, groups[g]);
      if (!known_group (groups[g]))
        return refuse_group (place, groups[g], error);
      g_auto (GStrv) keys = g_key_file_get_keys (file, groups[g], NULL, NULL);
      for (guint k = 0; keys && keys[k]; k++)
        {
          g_autofree char *place_of_key = g_strdup_printf ("%s %s", place, keys[k]);
          if (!check_key (place_of_key, groups[g], keys[k], error))
            return FALSE;
        }
    }
  return TRUE;
}

GKeyFile *
lofi_experiment_key_file (const char *text, gsize length, const char *name, GError **error)
{
  if (length >= 3 && memcmp (text, "\xEF\xBB\xBF", 3) == 0)
    {
      text += 3;                   /* a byte order mark, as some editors write */
      length -= 3;
    }
  if (!check_utf8 (text, length, name, error))
    return NULL;
  g_autofree char *clean = clean_lines (text, name, error);
  if (!clean)
    return NULL;
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) reason = NULL;
  /* Translations are kept so that key[de] is seen, and refused. An empty file has no groups, which is not an error of form. */
  if (!g_key_file_load_from_data (file, clean, -1, G_KEY_FILE_KEEP_TRANSLATIONS, &reason)
      && !(g_error_matches (reason, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_PARSE) && !*clean))
    {
      lofi_error_set (error, LOFI_ERROR_INPUT, name, _("write groups and keys as key files do"), "%s", reason->message);
      return NULL;
    }
  return check_names (file, name, error) ? g_steal_pointer (&file) : NULL;
}

/* ---- settings ---- */

static guint
last_layer (GKeyFile *file)
{
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);
  guint last = 0;
  for (guint g = 0; groups[g]; g++)
    last = MAX (last, lofi_layer_number (groups[g]));
  return last;
}

static gboolean
apply_setting (GKeyFile *file, const char *setting, GHashTable *set, GError **error)
{
  g_autofree char *form = g_strdup_printf ("--set %s", setting);
  const char *equals = strchr (setting, '='), *dot = strchr (setting, '.');
  if (!equals || !dot || dot > equals || dot == setting || dot + 1 == equals)
    return lofi_error_set (error, LOFI_ERROR_USAGE, form, _("write it like --set layer1.width=2000"), _("not of the form GROUP.KEY=VALUE"));
  g_autofree char *group = g_strndup (setting, (gsize) (dot - setting)), *key = g_strndup (dot + 1, (gsize) (equals - dot - 1));
  g_autofree char *full = g_strdup_printf ("%s.%s", group, key), *place = g_strdup_printf ("--set %s", full);
  if (!g_utf8_validate (setting, -1, NULL))
    return lofi_error_set (error, LOFI_ERROR_INPUT, place, NULL, _("it is not UTF-8"));
  if (!known_group (group))
    return refuse_group (place, group, error);
  if (!check_key (place, group, key, error))
    return FALSE;
  guint number = lofi_layer_number (group), last = last_layer (file);
  if (number > last + 1)
    return lofi_error_set (error, LOFI_ERROR_INPUT, place, _("add the layers before it first"), _("the last layer is layer%u"), last);
  g_autofree char *value = g_strstrip (g_strdup (equals + 1));
  g_key_file_set_string (file, group, key, value);
  g_hash_table_add (set, g_steal_pointer (&full));
  return TRUE;
}

gboolean
lofi_experiment_apply_settings (GKeyFile *file, const char *const *settings, GHashTable *set, GError **error)
{
  for (; settings && *settings; settings++)
    if (!apply_setting (file, *settings, set, error))
      return FALSE;
  return TRUE;
}

gboolean
lofi_experiment_count_layers (GKeyFile *file, const char *name, guint *n_layers, GError **error)
{
  guint last = last_layer (file);
  if (last == 0)
    return lofi_error_set (error, LOFI_ERROR_INPUT, name, _("add a group [layer1]"), _("the experiment has no layers"));
  for (guint i = 1; i < last; i++)
    {
      g_autofree char *group = g_strdup_printf ("layer%u", i), *place = g_strdup_printf ("%s: [layer%u]", name, last);
      if (!g_key_file_has_group (file, group))
        return lofi_error_set (error, LOFI_ERROR_INPUT, place, _("number the layers 1, 2, 3 without a gap"), _("there is no [%s] before it"),
                               group);
    }
  *n_layers = last;
  return TRUE;
}
