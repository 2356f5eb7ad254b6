/* Reading an experiment: lines, then groups and keys, then values, each refused with the place it stands at. */
#include "config.h"
#include "lofi-experiment-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>
#include "lofi-error.h"
#include "lofi-experiment-lines-private.h"

static const LofiExperimentKey keys[] = {
  { "experiment", "format" }, { "experiment", "title", TRUE }, { "experiment", "seed" },
  { "data", "source", TRUE }, { "data", "labels", TRUE }, { "data", "positive", TRUE }, { "data", "negative", TRUE },
  { "data", "train-inputs", TRUE }, { "data", "train-targets", TRUE }, { "data", "test-inputs", TRUE }, { "data", "test-targets", TRUE },
  { "data", "train" }, { "data", "test" }, { "data", "normalize", TRUE },
  { "layer", "kind", TRUE }, { "layer", "width" }, { "layer", "keep" }, { "layer", "keep-min" }, { "layer", "keep-max" },
  { "layer", "order", TRUE }, { "layer", "degree" }, { "layer", "activation", TRUE }, { "layer", "bias" },
  { "layer", "center-labels" }, { "layer", "center-lift" }, { "layer", "weights", TRUE },
  { "layer", "size" }, { "layer", "padding" }, { "layer", "stride" }, { "layer", "mode", TRUE },
  { "readout", "penalties", TRUE },
  { "emergence", "samples", TRUE }, { "emergence", "seeds" }, { "emergence", "compare", TRUE },
  { NULL }
};

const LofiExperimentKey *
lofi_experiment_keys (void)
{
  return keys;
}

guint
lofi_layer_number (const char *group)
{
  guint64 number;
  if (!g_str_has_prefix (group, "layer") || group[5] == '0' || strlen (group) > 7
      || !g_ascii_string_to_unsigned (group + 5, 10, 1, LOFI_LAYERS_MAX, &number, NULL))
    return 0;
  return (guint) number;
}

/* ---- the reader: a key file, the settings over it, and the first error ---- */

typedef struct {
  GKeyFile *file;
  const char *name;
  GHashTable *settings;        /* "group.key" of what a setting gave */
  guint n_layers;
  GError *error;               /* the first one; nothing is read after it */
} Reader;

static gboolean
from_setting (const Reader *reader, const char *group, const char *key)
{
  g_autofree char *full = g_strdup_printf ("%s.%s", group, key);
  return g_hash_table_contains (reader->settings, full);
}

static char *
place_of (gpointer data, const char *group, const char *key)
{
  const Reader *reader = data;
  if (key && from_setting (reader, group, key))
    return g_strdup_printf ("--set %s.%s", group, key);
  return key ? g_strdup_printf ("%s: [%s] %s", reader->name, group, key) : g_strdup_printf ("%s: [%s]", reader->name, group);
}

static void refuse (Reader *reader, const char *group, const char *key, const char *todo, const char *what, ...) G_GNUC_PRINTF (5, 6);

static void
refuse (Reader *reader, const char *group, const char *key, const char *todo, const char *what, ...)
{
  va_list args;
  if (reader->error)
    return;
  va_start (args, what);
  g_autofree char *message = g_strdup_vprintf (what, args);
  va_end (args);
  g_autofree char *place = place_of (reader, group, key);
  lofi_error_set (&reader->error, LOFI_ERROR_INPUT, place, todo, "%s", message);
}

static gboolean
has (const Reader *reader, const char *group, const char *key)
{
  return g_key_file_has_key (reader->file, group, key, NULL);
}

/* The value without blanks around it, or NULL: not there, or unreadable, or an error already. (transfer full) */
static char *
get (Reader *reader, const char *group, const char *key)
{
  g_autoptr (GError) reason = NULL;
  if (reader->error || !has (reader, group, key))
    return NULL;
  char *value = g_key_file_get_string (reader->file, group, key, &reason);
  if (!value)
    refuse (reader, group, key, _("write a backslash as \\\\"), "%s", _("an escape that key files do not have"));
  return value;
}

static void
take_text (Reader *reader, const char *group, const char *key, char **text)
{
  char *value = get (reader, group, key);
  if (!value)
    return;
  g_free (*text);
  *text = value;
}

/* A path or a name: an empty one is none. */
static void
take_name (Reader *reader, const char *group, const char *key, char **name)
{
  take_text (reader, group, key, name);
  if (*name && !**name)
    g_clear_pointer (name, g_free);
}

static gboolean
read_unsigned (Reader *reader, const char *group, const char *key, const char *text, guint64 most, guint64 *number)
{
  g_autoptr (GError) reason = NULL;
  if (g_ascii_string_to_unsigned (text, 10, 0, most, number, &reason))
    return TRUE;
  if (g_error_matches (reason, G_NUMBER_PARSER_ERROR, G_NUMBER_PARSER_ERROR_OUT_OF_BOUNDS))
    refuse (reader, group, key, NULL, _("%s is larger than %" G_GUINT64_FORMAT), text, most);
  else if (text[0] == '-' && g_ascii_isdigit (text[1]))
    refuse (reader, group, key, _("give a whole number that is not negative"), _("%s is negative"), text);
  else
    refuse (reader, group, key, _("give a whole number"), _("“%s” is not a whole number"), text);
  return FALSE;
}

static void
take_unsigned (Reader *reader, const char *group, const char *key, guint64 most, guint64 *number)
{
  g_autofree char *text = get (reader, group, key);
  if (text)
    read_unsigned (reader, group, key, text, most, number);
}

static void
take_size (Reader *reader, const char *group, const char *key, gsize *size)
{
  guint64 number = *size;
  take_unsigned (reader, group, key, G_MAXINT32, &number);
  *size = (gsize) number;
}

static gboolean
read_double (Reader *reader, const char *group, const char *key, const char *text, double *number)
{
  char *end;
  errno = 0;
  double value = g_ascii_strtod (text, &end);
  /* Decimal numbers only: no hexadecimal, no "inf" or "nan". */
  if (end == text || *end || strspn (text, "+-.0123456789eE") != strlen (text))
    refuse (reader, group, key, _("give a number such as 0.5 or 1e-6"), _("“%s” is not a number"), text);
  else if (!isfinite (value) || (errno == ERANGE && value == 0))
    refuse (reader, group, key, NULL, _("%s is out of range"), text);
  else
    {
      *number = value;
      return TRUE;
    }
  return FALSE;
}

static gboolean
read_choice (Reader *reader, const char *group, const char *key, const char *text, const char *const *names, guint *choice)
{
  for (guint i = 0; names[i]; i++)
    if (g_str_equal (text, names[i]))
      {
        *choice = i;
        return TRUE;
      }
  const char *nearest = lofi_nearest_name (text, names);
  g_autofree char *all = g_strjoinv (", ", (char **) names);
  g_autofree char *todo = nearest ? g_strdup_printf (_("did you mean %s?"), nearest) : g_strdup_printf (_("use one of %s"), all);
  refuse (reader, group, key, todo, _("“%s” is not known here"), text);
  return FALSE;
}

static void
take_choice (Reader *reader, const char *group, const char *key, const char *const *names, guint *choice)
{
  g_autofree char *text = get (reader, group, key);
  if (text)
    read_choice (reader, group, key, text, names, choice);
}

static void
take_flag (Reader *reader, const char *group, const char *key, gboolean *flag)
{
  static const char *const names[] = { "false", "true", NULL };
  guint choice = *flag ? 1 : 0;
  take_choice (reader, group, key, names, &choice);
  *flag = choice == 1;
}

/* The parts between semicolons; the last one may be followed by one. */
static char **
split_list (const char *text)
{
  char **parts = g_strsplit (text, ";", -1);
  guint n = g_strv_length (parts);
  for (guint i = 0; i < n; i++)
    g_strstrip (parts[i]);
  if (n > 0 && !*parts[n - 1])
    g_clear_pointer (&parts[n - 1], g_free);
  return parts;
}

/* ---- the groups ---- */

static void
take_classes (Reader *reader, const char *key, GArray **classes)
{
  g_autofree char *text = get (reader, "data", key);
  if (!text)
    return;
  g_auto (GStrv) parts = split_list (text);
  g_clear_pointer (classes, g_array_unref);
  if (!parts[0])
    return;
  *classes = g_array_new (FALSE, FALSE, sizeof (int));
  for (guint i = 0; parts[i]; i++)
    {
      guint64 number;
      if (!read_unsigned (reader, "data", key, parts[i], 255, &number))
        return;
      int class_number = (int) number;
      g_array_append_val (*classes, class_number);
    }
}

/* labels and positive/negative exclude each other: a setting of one puts aside what the file says of the other. */
static void
take_labelling (Reader *reader, LofiDataSpec *data)
{
  gboolean classes_set = from_setting (reader, "data", "positive") || from_setting (reader, "data", "negative");
  gboolean labels_set = from_setting (reader, "data", "labels");
  gboolean source_set = from_setting (reader, "data", "source");
  gboolean classes_given = has (reader, "data", "positive") || has (reader, "data", "negative");
  gboolean arrays = lofi_data_has_targets (data);
  gboolean ignore_labels = !labels_set && (classes_set || (arrays && source_set));
  gboolean ignore_classes = !classes_set && (labels_set || (arrays && source_set));

  if (ignore_labels || classes_given || arrays || !g_str_equal (data->source, "fashion-mnist"))
    g_clear_pointer (&data->labels, g_free);
  if (!ignore_labels)
    take_name (reader, "data", "labels", &data->labels);
  if (!ignore_classes)
    {
      take_classes (reader, "positive", &data->positive);
      take_classes (reader, "negative", &data->negative);
    }
}

static void
take_data (Reader *reader, LofiDataSpec *data)
{
  guint normalize = data->normalize;
  take_text (reader, "data", "source", &data->source);
  take_labelling (reader, data);
  take_name (reader, "data", "train-inputs", &data->train_inputs);
  take_name (reader, "data", "train-targets", &data->train_targets);
  take_name (reader, "data", "test-inputs", &data->test_inputs);
  take_name (reader, "data", "test-targets", &data->test_targets);
  take_size (reader, "data", "train", &data->train);
  take_size (reader, "data", "test", &data->test);
  take_choice (reader, "data", "normalize", lofi_normalize_names, &normalize);
  data->normalize = normalize;
}

static void
take_width (Reader *reader, const char *group, LofiLayerSpec *layer)
{
  g_autofree char *text = get (reader, group, "width");
  guint64 number;
  if (!text)
    return;
  if (g_str_equal (text, "inf"))
    refuse (reader, group, "width", _("give a whole number"), _("the limit of infinite width is not computed by this version"));
  else if (read_unsigned (reader, group, "width", text, G_MAXINT32, &number))
    layer->width = (gsize) number;
}

static void
take_keep (Reader *reader, const char *group, LofiLayerSpec *layer)
{
  g_autofree char *text = get (reader, group, "keep");
  guint64 number;
  if (!text)
    {
      if (layer->order == LOFI_ORDER_1)
        layer->keep = 1;                    /* the only number it can keep */
      return;
    }
  if (g_str_equal (text, "none"))
    layer->keep = LOFI_KEEP_NONE;
  else if (g_str_equal (text, "auto"))
    refuse (reader, group, "keep", _("give a whole number or none"), _("keep=auto is not computed by this version"));
  else if (!g_ascii_isdigit (text[0]) && text[0] != '-')
    refuse (reader, group, "keep", _("give a whole number or none"), _("“%s” is not a whole number"), text);
  else if (read_unsigned (reader, group, "keep", text, G_MAXINT32, &number))
    {
      if (number == 0)
        refuse (reader, group, "keep", _("use keep=none for a layer without a filter"), _("a filter keeps at least 1"));
      layer->keep = (gsize) number;
    }
}

static void
take_degree (Reader *reader, const char *group, LofiLayerSpec *layer)
{
  g_autofree char *text = get (reader, group, "degree");
  guint64 number;
  if (!text)
    return;
  if (g_str_equal (text, "exact"))
    layer->degree = LOFI_DEGREE_EXACT;
  else if (g_ascii_string_to_unsigned (text, 10, 1, LOFI_DEGREE_MAX, &number, NULL))
    layer->degree = (int) number;
  else
    refuse (reader, group, "degree", _("use exact, or a number of terms"), _("“%s” is not exact or a number from 1 to %d"), text,
            LOFI_DEGREE_MAX);
}

static void
take_activation (Reader *reader, const char *group, LofiLayerSpec *layer)
{
  const char *names[LOFI_N_ACTIVATIONS + 1] = { NULL };
  guint choice = layer->activation;
  for (guint i = 0; i < LOFI_N_ACTIVATIONS; i++)
    names[i] = lofi_activation_name (i);
  take_choice (reader, group, "activation", names, &choice);
  layer->activation = choice;
}

/* Keys that only other kinds of layer have. */
static void
refuse_foreign_keys (Reader *reader, const char *group, const LofiLayerSpec *layer)
{
  static const char *const convolution[] = { "size", "padding", "stride", "mode" }, *const automatic[] = { "keep-min", "keep-max" };
  if (layer->kind != LOFI_KIND_DENSE)
    return;                                 /* the kind itself is refused */
  for (guint i = 0; i < G_N_ELEMENTS (convolution); i++)
    if (has (reader, group, convolution[i]))
      refuse (reader, group, convolution[i], _("remove it"), _("dense layers do not have it"));
  for (guint i = 0; i < G_N_ELEMENTS (automatic); i++)
    if (has (reader, group, automatic[i]))
      refuse (reader, group, automatic[i], _("remove it"), _("it belongs to keep=auto, which this version does not compute"));
}

static LofiLayerSpec *
take_layer (Reader *reader, const char *group)
{
  LofiLayerSpec *layer = lofi_layer_spec_new ();
  g_autofree char *bias = NULL;
  guint kind = layer->kind, order = layer->order;
  take_choice (reader, group, "kind", lofi_kind_names, &kind);
  layer->kind = kind;
  if (layer->kind != LOFI_KIND_DENSE)
    return layer;                           /* refused by the check; its keys mean something else */
  take_width (reader, group, layer);
  take_choice (reader, group, "order", lofi_order_names, &order);
  layer->order = order;
  take_keep (reader, group, layer);
  take_degree (reader, group, layer);
  take_activation (reader, group, layer);
  bias = get (reader, group, "bias");
  if (bias)
    read_double (reader, group, "bias", bias, &layer->bias);
  take_flag (reader, group, "center-labels", &layer->center_labels);
  take_flag (reader, group, "center-lift", &layer->center_lift);
  take_text (reader, group, "weights", &layer->weights);
  refuse_foreign_keys (reader, group, layer);
  return layer;
}

static void
take_penalties (Reader *reader, LofiExperiment *experiment)
{
  g_autofree char *text = get (reader, "readout", "penalties");
  guint64 count;
  if (!text)
    return;
  g_auto (GStrv) parts = g_strsplit (text, ":", -1);
  if (g_strv_length (parts) != 3)
    refuse (reader, "readout", "penalties", _("give low:high:count, such as 1e-6:1e6:500"), _("“%s” does not have three parts"), text);
  else if (read_double (reader, "readout", "penalties", g_strstrip (parts[0]), &experiment->penalty_low)
           && read_double (reader, "readout", "penalties", g_strstrip (parts[1]), &experiment->penalty_high)
           && read_unsigned (reader, "readout", "penalties", g_strstrip (parts[2]), G_MAXINT32, &count))
    experiment->penalty_count = (gsize) count;
}

static int
compare_sizes (gconstpointer a, gconstpointer b)
{
  gsize x = *(const gsize *) a, y = *(const gsize *) b;
  return (x > y) - (x < y);
}

static GArray *
read_spaced_samples (Reader *reader, const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, ":", -1);
  guint64 part[3];
  if (g_strv_length (parts) != 3)
    {
      refuse (reader, "emergence", "samples", _("give low:high:count, such as 100:10000:12, or a list"),
              _("“%s” does not have three parts"), text);
      return NULL;
    }
  for (guint i = 0; i < 3; i++)
    if (!read_unsigned (reader, "emergence", "samples", g_strstrip (parts[i]), i < 2 ? G_MAXINT32 : 1000, &part[i]))
      return NULL;
  if (part[0] < 2 || part[0] > part[1] || part[2] < 1 || (part[2] == 1 && part[0] != part[1]))
    {
      refuse (reader, "emergence", "samples", _("give low:high:count with low at least 2 and below high"), _("“%s” is not a range"), text);
      return NULL;
    }
  return lofi_log_spaced_samples ((gsize) part[0], (gsize) part[1], (gsize) part[2]);
}

static GArray *
read_listed_samples (Reader *reader, const char *text)
{
  g_autoptr (GArray) samples = g_array_new (FALSE, FALSE, sizeof (gsize));
  g_auto (GStrv) parts = split_list (text);
  guint distinct = 0;
  for (guint i = 0; parts[i]; i++)
    {
      guint64 number;
      if (!read_unsigned (reader, "emergence", "samples", parts[i], G_MAXINT32, &number))
        return NULL;
      gsize n = (gsize) number;
      g_array_append_val (samples, n);
    }
  g_array_sort (samples, compare_sizes);
  for (guint i = 0; i < samples->len; i++)
    if (i == 0 || g_array_index (samples, gsize, i) != g_array_index (samples, gsize, distinct - 1))
      g_array_index (samples, gsize, distinct++) = g_array_index (samples, gsize, i);
  g_array_set_size (samples, distinct);
  return g_steal_pointer (&samples);
}

static void
take_emergence (Reader *reader, LofiExperiment *experiment)
{
  g_autofree char *samples = get (reader, "emergence", "samples"), *compare = get (reader, "emergence", "compare");
  guint64 seeds = experiment->sweep_seeds;
  GArray *numbers = !samples ? NULL : strchr (samples, ':') ? read_spaced_samples (reader, samples) : read_listed_samples (reader, samples);
  if (numbers)
    {
      g_array_unref (experiment->sweep_samples);
      experiment->sweep_samples = numbers;
    }
  take_unsigned (reader, "emergence", "seeds", G_MAXINT32, &seeds);
  experiment->sweep_seeds = (guint) seeds;
  if (!compare)
    return;
  g_auto (GStrv) parts = split_list (compare);
  experiment->sweep_compare = 0;
  for (guint i = 0; parts[i]; i++)
    {
      guint choice = 0;
      if (!read_choice (reader, "emergence", "compare", parts[i], lofi_compare_names, &choice))
        return;
      experiment->sweep_compare |= 1u << choice;
    }
}

static LofiExperiment *
read_experiment (Reader *reader)
{
  LofiExperiment *experiment = lofi_experiment_new ();
  guint64 format = 1;
  take_unsigned (reader, "experiment", "format", G_MAXUINT64, &format);
  if (format != 1)
    refuse (reader, "experiment", "format", _("use format=1, or a newer program"), _("format %" G_GUINT64_FORMAT " is not known"), format);
  take_text (reader, "experiment", "title", &experiment->title);
  take_unsigned (reader, "experiment", "seed", G_MAXUINT64, &experiment->seed);
  take_data (reader, &experiment->data);
  g_ptr_array_set_size (experiment->layers, 0);
  for (guint i = 1; i <= reader->n_layers; i++)
    {
      g_autofree char *group = g_strdup_printf ("layer%u", i);
      g_ptr_array_add (experiment->layers, take_layer (reader, group));
    }
  take_penalties (reader, experiment);
  take_emergence (reader, experiment);
  return experiment;
}

/* ---- from outside ---- */

LofiExperiment *
lofi_experiment_parse (const char *text, const char *name, const char *folder, const char *const *settings, GError **error)
{
  g_autoptr (GKeyFile) file = lofi_experiment_key_file (text, strlen (text), name, error);
  g_autoptr (GHashTable) set = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Reader reader = { file, name, set };
  if (!file || !lofi_experiment_apply_settings (file, settings, set, error)
      || !lofi_experiment_count_layers (file, name, &reader.n_layers, error))
    return NULL;
  g_autoptr (LofiExperiment) experiment = read_experiment (&reader);
  if (reader.error)
    {
      g_propagate_error (error, reader.error);
      return NULL;
    }
  if (!lofi_experiment_check_at (experiment, place_of, &reader, error))
    return NULL;
  experiment->folder = g_strdup (folder);
  return g_steal_pointer (&experiment);
}

LofiExperiment *
lofi_experiment_load (const char *path, const char *const *settings, GError **error)
{
  g_autofree char *text = lofi_experiment_read_text (path, error);
  if (!text)
    return NULL;
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *folder = g_path_get_dirname (absolute);
  return lofi_experiment_parse (text, path, folder, settings, error);
}
