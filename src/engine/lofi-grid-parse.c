/* Reading the axes of a sweep: "layer1.keep:5,10,20;layer2.width:250:2000:4". */
#include "config.h"
#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#include "lofi-cells-private.h"
#include "lofi-digits.h"
#include "lofi-error.h"
#include "lofi-experiment-lines-private.h"
#include "lofi-grid-private.h"

#define VALUES_MOST 1000

typedef enum { TYPE_TEXT, TYPE_WHOLE, TYPE_REAL } KeyType;

static KeyType
type_of (const char *key)
{
  static const char *const whole[] = { "depth", "width", "keep", "keep-min", "keep-max", "degree", "size", "padding", "stride", "test", "image-size",
                                       "dimension", "exponent", "directions", "steps", "hidden", NULL };
  static const char *const real[] = { "bias", "penalties", "step", "init", NULL };
  const char *dot = strchr (key, '.'), *name = dot ? dot + 1 : key;
  return g_strv_contains (whole, name) ? TYPE_WHOLE : g_strv_contains (real, name) ? TYPE_REAL : TYPE_TEXT;
}

static void G_GNUC_PRINTF (3, 4)
refuse (LofiReader *reader, const char *todo, const char *what, ...)
{
  va_list args;
  va_start (args, what);
  g_autofree char *message = g_strdup_vprintf (what, args);
  va_end (args);
  lofi_reader_refuse (reader, "emergence", "grid", todo, "%s", message);
}

/* ---- keys ---- */

/* Keys that a sweep sets itself, or that change nothing of what a cell is. */
static gboolean
is_no_axis (const char *key)
{
  static const char *const none[] = { "experiment.format", "experiment.title", "experiment.seed", "experiment.memory", "data.train", "descent.directions",
                                      "descent.seeds", NULL };
  const char *dot = strchr (key, '.');
  return g_str_has_prefix (key, "emergence.") || g_strv_contains (none, key) || (dot && g_str_equal (dot, ".kind"));
}

/* How many layers have the key, for "layers.KEY"; those of "layerN.KEY" are one or none. */
static gboolean
check_layers (LofiReader *reader, const LofiExperiment *experiment, const char *key)
{
  const char *dot = strchr (key, '.');
  g_autofree char *group = g_strndup (key, (gsize) (dot - key));
  guint number = lofi_layer_number (group), having = 0;
  if (number > experiment->layers->len)
    refuse (reader, _("name a layer that is there"), _("%s: the last layer is layer%u"), key, experiment->layers->len);
  for (guint l = 0; l < experiment->layers->len; l++)
    having += (number == 0 || number == l + 1) && lofi_kind_has_key (lofi_experiment_layer (experiment, l)->kind, dot + 1);
  if (number > 0 && !having)
    refuse (reader, _("choose a key that it has"), _("%s: %s layers do not have it"), key,
            lofi_kind_name (lofi_experiment_layer (experiment, MIN (number, experiment->layers->len) - 1)->kind));
  if (number == 0 && !having)
    refuse (reader, _("choose a key that some layer has"), _("%s: no layer has it"), key);
  return !reader->error;
}

static gboolean
check_depth (LofiReader *reader, const LofiExperiment *experiment)
{
  for (guint l = 0; l < experiment->layers->len; l++)
    if (lofi_layer_filters (lofi_experiment_layer (experiment, l)))
      return TRUE;
  refuse (reader, _("give a layer a filter with keep"), _("depth is the number of filtered layers, and there is none"));
  return FALSE;
}

/* The name of the key itself is checked as that of a setting, so that a wrong one is answered with the nearest. */
static gboolean
check_axis_key (LofiReader *reader, const LofiExperiment *experiment, const char *key)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GHashTable) set = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GError) reason = NULL;
  gboolean layers = g_str_has_prefix (key, LOFI_GRID_LAYERS);
  if (g_str_equal (key, LOFI_GRID_DEPTH))
    return check_depth (reader, experiment);
  if (is_no_axis (key))
    {
      refuse (reader, _("choose another key, such as layer1.keep"), _("%s cannot be an axis"), key);
      return FALSE;
    }
  g_autofree char *setting = layers ? g_strdup_printf ("layer1.%s=0", key + strlen (LOFI_GRID_LAYERS)) : g_strdup_printf ("%s=0", key);
  const char *const settings[] = { setting, NULL };
  g_key_file_set_string (file, "layer" G_STRINGIFY (LOFI_LAYERS_MAX), "kind", "dense");    /* which layers there are is asked below */
  if (!strchr (key, '.'))
    {
      const char *const words[] = { LOFI_GRID_DEPTH, NULL };
      const char *nearest = lofi_nearest_name (key, words);
      g_autofree char *todo = nearest ? g_strdup_printf (_("did you mean %s?"), nearest) : NULL;
      refuse (reader, todo ? todo : _("write GROUP.KEY, such as layer1.keep, layers.keep, or depth"), _("%s: not of the form GROUP.KEY"), key);
    }
  else if (!lofi_experiment_apply_settings (file, settings, set, &reason))
    refuse (reader, NULL, "%s", lofi_grid_message (reason));
  else if (layers || g_str_has_prefix (key, "layer"))
    return check_layers (reader, experiment, key);
  return !reader->error;
}

/* Two axes that set the same key: which would be meant? */
static gboolean
clashes (const char *one, const char *other)
{
  if (g_str_equal (one, other))
    return TRUE;
  const char *dot = strchr (one, '.'), *other_dot = strchr (other, '.');
  gboolean all = g_str_has_prefix (one, LOFI_GRID_LAYERS) || g_str_has_prefix (other, LOFI_GRID_LAYERS);
  return all && dot && other_dot && g_str_has_prefix (one, "layer") && g_str_has_prefix (other, "layer") && g_str_equal (dot, other_dot);
}

/* ---- values ---- */

/* As the same number is always written: a point is known by its text. */
static char *
canonical (const char *key, const char *value)
{
  KeyType type = type_of (key);
  gboolean digits = *value && strspn (value, "0123456789") == strlen (value);
  gboolean number = *value && strspn (value, "+-.0123456789eE") == strlen (value);
  if (type == TYPE_WHOLE && digits)
    {
      const char *p = value + strspn (value, "0");
      return g_strdup (*p ? p : "0");
    }
  if (type != TYPE_REAL || !number)
    return g_strdup (value);
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];
  double exact = g_ascii_strtod (value, NULL);
  g_ascii_formatd (buffer, sizeof buffer, "%.6g", exact);          /* 1000, not 1e+03 */
  return g_ascii_strtod (buffer, NULL) == exact ? g_strdup (buffer) : lofi_number_to_text (exact);
}

static gboolean
check_value (LofiReader *reader, const LofiExperiment *experiment, const char *key, const char *value)
{
  g_autoptr (GPtrArray) settings = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) reason = NULL;
  guint64 depth;
  if (!lofi_point_word (value))
    refuse (reader, _("give values of letters, digits and signs, without blanks"), _("%s: “%s” cannot be a value of an axis"), key, value);
  else if (g_str_equal (key, LOFI_GRID_DEPTH))
    {
      if (!lofi_digits_to_number (value, 0, LOFI_LAYERS_MAX, &depth))
        refuse (reader, _("give a whole number"), _("depth=%s: not a number of layers from 0 to %d"), value, LOFI_LAYERS_MAX);
    }
  else
    {
      lofi_grid_add_settings (experiment, key, value, settings);
      g_ptr_array_add (settings, NULL);
      g_autofree char *text = lofi_experiment_to_text (experiment);
      g_autoptr (LofiExperiment) set = lofi_experiment_read (text, reader->name, NULL, (const char *const *) settings->pdata, &reason);
      const char *message = set ? NULL : lofi_grid_message (reason), *colon = message ? strstr (message, ": ") : NULL;
      if (!set)
        refuse (reader, NULL, "%s=%s: %s", key, value, colon ? colon + 2 : message);
    }
  return !reader->error;
}

static void
add_value (GPtrArray *values, const char *key, const char *value)
{
  char *text = canonical (key, value);
  if (g_ptr_array_find_with_equal_func (values, text, g_str_equal, NULL))
    g_free (text);
  else
    g_ptr_array_add (values, text);
}

/* low:high:count, log-spaced; whole where the key is. */
static void
add_range (LofiReader *reader, const char *key, char **parts, GPtrArray *values)
{
  double low, high;
  guint64 count, whole[2];
  gboolean is_whole = type_of (key) == TYPE_WHOLE;
  if (type_of (key) == TYPE_TEXT)
    {
      refuse (reader, _("list its values with commas"), _("%s: there is nothing between two values of it"), key);
      return;
    }
  for (guint i = 0; i < 2 && is_whole; i++)
    if (!lofi_read_unsigned (reader, "emergence", "grid", parts[i], G_MAXINT32, &whole[i]))
      return;
  if (!lofi_read_double (reader, "emergence", "grid", parts[0], &low) || !lofi_read_double (reader, "emergence", "grid", parts[1], &high)
      || !lofi_read_unsigned (reader, "emergence", "grid", parts[2], VALUES_MOST, &count))
    return;
  if (!(low > 0) || !(low <= high) || count < 1 || (count == 1 && low < high) || (count > 1 && !(low < high)))
    {
      refuse (reader, _("give low:high:count with low above 0 and below high"), _("%s: “%s:%s:%s” is not a range"), key, parts[0], parts[1], parts[2]);
      return;
    }
  g_autoptr (GArray) spaced = is_whole ? lofi_log_spaced_samples ((gsize) whole[0], (gsize) whole[1], (gsize) count) : NULL;
  for (guint i = 0; i < (spaced ? spaced->len : count); i++)
    {
      double t = count > 1 ? (double) i / (double) (count - 1) : 0;
      double between = exp ((1 - t) * log (low) + t * log (high));
      char buffer[G_ASCII_DTOSTR_BUF_SIZE];
      g_autofree char *text = spaced ? g_strdup_printf ("%zu", g_array_index (spaced, gsize, i))
                              : i == 0 ? g_strdup (parts[0]) : i == count - 1 ? g_strdup (parts[1])
                              : g_strdup (g_ascii_formatd (buffer, sizeof buffer, "%.6g", between));
      add_value (values, key, text);
    }
}

static GPtrArray *
read_values (LofiReader *reader, const char *key, const char *text)
{
  GPtrArray *values = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) list = g_strsplit (text, ",", -1), range = g_strsplit (text, ":", -1);
  for (guint i = 0; list[i]; i++)
    g_strstrip (list[i]);
  for (guint i = 0; range[i]; i++)
    g_strstrip (range[i]);
  if (strchr (text, ':') && g_strv_length (range) == 3 && g_strv_length (list) == 1)
    add_range (reader, key, range, values);
  else if (strchr (text, ':'))
    refuse (reader, _("give values with commas, or low:high:count"), _("%s: “%s” is neither a list nor a range"), key, text);
  else
    for (guint i = 0; list[i]; i++)
      add_value (values, key, list[i]);
  if (!reader->error && (values->len < 1 || values->len > VALUES_MOST))
    refuse (reader, NULL, _("%s: %u values are not between 1 and %d"), key, values->len, VALUES_MOST);
  return values;
}

/* ---- the key ---- */

static void
take_axis (LofiReader *reader, LofiExperiment *experiment, const char *entry, GPtrArray *axes)
{
  const char *colon = strchr (entry, ':');
  if (!colon)
    {
      refuse (reader, _("write KEY:VALUES, such as layer1.keep:5,10,20"), _("“%s” has no values"), entry);
      return;
    }
  g_autofree char *key = g_strstrip (g_strndup (entry, (gsize) (colon - entry)));
  if (!check_axis_key (reader, experiment, key))
    return;
  for (guint i = 0; i < axes->len; i++)
    {
      const LofiSweepAxis *other = g_ptr_array_index (axes, i);
      if (clashes (key, other->key))
        {
          refuse (reader, _("leave one of them out"), _("%s and %s set the same key"), other->key, key);
          return;
        }
    }
  g_autoptr (GPtrArray) values = read_values (reader, key, colon + 1);
  for (guint i = 0; !reader->error && i < values->len; i++)
    check_value (reader, experiment, key, g_ptr_array_index (values, i));
  if (reader->error)
    return;
  g_ptr_array_add (values, NULL);
  LofiSweepAxis *axis = g_new (LofiSweepAxis, 1);
  g_ptr_array_set_free_func (values, NULL);
  *axis = (LofiSweepAxis) { g_steal_pointer (&key), (GStrv) g_ptr_array_free (g_steal_pointer (&values), FALSE) };
  g_ptr_array_add (axes, axis);
}

void
lofi_grid_take (LofiReader *reader, LofiExperiment *experiment)
{
  g_autofree char *text = lofi_reader_get (reader, "emergence", "grid");
  guint64 points = 1;
  if (!text || reader->error)
    return;
  g_auto (GStrv) entries = lofi_split_list (text);
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  GPtrArray *axes = experiment->sweep_axes;
  experiment->sweep_axes = none;            /* values are tried on the experiment without its axes */
  if (g_strv_length (entries) > LOFI_SWEEP_AXES_MOST)
    refuse (reader, NULL, _("%u axes are more than %d"), g_strv_length (entries), LOFI_SWEEP_AXES_MOST);
  for (guint i = 0; !reader->error && entries[i]; i++)
    {
      take_axis (reader, experiment, entries[i], axes);
      if (!reader->error)
        points *= g_strv_length (((LofiSweepAxis *) g_ptr_array_index (axes, i))->values);
    }
  experiment->sweep_axes = axes;
  if (points > LOFI_GRID_POINTS_MOST)
    refuse (reader, _("take fewer values"), _("%zu points are more than %d"), (gsize) points, LOFI_GRID_POINTS_MOST);
}

char *
lofi_grid_to_text (const LofiExperiment *experiment)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < experiment->sweep_axes->len; i++)
    {
      const LofiSweepAxis *axis = g_ptr_array_index (experiment->sweep_axes, i);
      g_autofree char *values = g_strjoinv (",", axis->values);
      g_string_append_printf (text, "%s%s:%s", i ? ";" : "", axis->key, values);
    }
  return g_string_free (text, FALSE);
}
