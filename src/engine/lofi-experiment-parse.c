/* Reading an experiment: what the values of each group mean. */
#include "config.h"
#include "lofi-digits.h"
#include "lofi-experiment-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include "lofi-error.h"
#include "lofi-experiment-lines-private.h"
#include "lofi-experiment-reader-private.h"
#include "lofi-grid-private.h"
#include "lofi-teacher.h"

static const LofiExperimentKey keys[] = {
  { "experiment", "format" }, { "experiment", "title", TRUE }, { "experiment", "seed" },
  { "experiment", "precision", TRUE }, { "experiment", "memory", TRUE },
  { "data", "source", TRUE }, { "data", "labels", TRUE }, { "data", "positive", TRUE }, { "data", "negative", TRUE },
  { "data", "train-inputs", TRUE }, { "data", "train-targets", TRUE }, { "data", "test-inputs", TRUE }, { "data", "test-targets", TRUE },
  { "data", "train" }, { "data", "test" }, { "data", "normalize", TRUE }, { "data", "label-column", TRUE }, { "data", "image-size" },
  { "data", "image-color", TRUE }, { "data", "dimension" }, { "data", "exponent" }, { "data", "directions" },
  { "layer", "kind", TRUE }, { "layer", "width" }, { "layer", "keep" }, { "layer", "keep-min" }, { "layer", "keep-max" },
  { "layer", "order", TRUE }, { "layer", "degree" }, { "layer", "activation", TRUE }, { "layer", "bias" },
  { "layer", "center-labels" }, { "layer", "center-lift" }, { "layer", "weights", TRUE },
  { "layer", "size" }, { "layer", "padding" }, { "layer", "stride" }, { "layer", "mode", TRUE },
  { "readout", "penalties", TRUE },
  { "emergence", "samples", TRUE }, { "emergence", "seeds" }, { "emergence", "compare", TRUE }, { "emergence", "nulls" },
  { "emergence", "grid", TRUE },
  { "descent", "step" }, { "descent", "steps" }, { "descent", "init" }, { "descent", "hidden" }, { "descent", "directions" },
  { "descent", "seeds" },
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
      || !lofi_digits_to_number (group + 5, 1, LOFI_LAYERS_MAX, &number))
    return 0;
  return (guint) number;
}

/* ---- the groups ---- */

static void
take_classes (LofiReader *reader, const char *key, GArray **classes)
{
  g_autofree char *text = lofi_reader_get (reader, "data", key);
  if (!text)
    return;
  g_auto (GStrv) parts = lofi_split_list (text);
  g_clear_pointer (classes, g_array_unref);
  if (!parts[0])
    return;
  *classes = g_array_new (FALSE, FALSE, sizeof (int));
  for (guint i = 0; parts[i]; i++)
    {
      guint64 number;
      if (!lofi_read_unsigned (reader, "data", key, parts[i], 255, &number))
        return;
      int class_number = (int) number;
      g_array_append_val (*classes, class_number);
    }
}

/* labels and positive/negative exclude each other: a setting of one puts aside what the file says of the other. */
static void
take_labelling (LofiReader *reader, LofiDataSpec *data)
{
  gboolean classes_set = lofi_reader_from_setting (reader, "data", "positive") || lofi_reader_from_setting (reader, "data", "negative");
  gboolean labels_set = lofi_reader_from_setting (reader, "data", "labels");
  gboolean source_set = lofi_reader_from_setting (reader, "data", "source");
  gboolean classes_given = lofi_reader_has (reader, "data", "positive") || lofi_reader_has (reader, "data", "negative");
  LofiTeacher teacher;
  gboolean arrays = lofi_data_has_targets (data) || lofi_teacher_from_name (data->source, &teacher);
  gboolean ignore_labels = !labels_set && (classes_set || (arrays && source_set));
  gboolean ignore_classes = !classes_set && (labels_set || (arrays && source_set));

  if (ignore_labels || classes_given || arrays || !g_str_equal (data->source, "fashion-mnist"))
    g_clear_pointer (&data->labels, g_free);
  if (!ignore_labels)
    lofi_reader_name (reader, "data", "labels", &data->labels);
  if (!ignore_classes)
    {
      take_classes (reader, "positive", &data->positive);
      take_classes (reader, "negative", &data->negative);
    }
}

static void
take_images_and_teachers (LofiReader *reader, LofiDataSpec *data)
{
  static const char *const colors[] = { "rgb", "grey", NULL };
  guint color = data->image_grey;
  guint64 exponent = (guint64) data->exponent;
  lofi_reader_name (reader, "data", "label-column", &data->label_column);
  lofi_reader_size (reader, "data", "image-size", &data->image_size);
  lofi_reader_choice (reader, "data", "image-color", colors, &color);
  data->image_grey = color == 1;
  lofi_reader_size (reader, "data", "dimension", &data->dimension);
  lofi_reader_unsigned (reader, "data", "exponent", 100, &exponent);
  data->exponent = (int) exponent;
  lofi_reader_size (reader, "data", "directions", &data->directions);
}

static void
take_data (LofiReader *reader, LofiDataSpec *data)
{
  guint normalize = data->normalize;
  lofi_reader_text (reader, "data", "source", &data->source);
  take_labelling (reader, data);
  lofi_reader_name (reader, "data", "train-inputs", &data->train_inputs);
  lofi_reader_name (reader, "data", "train-targets", &data->train_targets);
  lofi_reader_name (reader, "data", "test-inputs", &data->test_inputs);
  lofi_reader_name (reader, "data", "test-targets", &data->test_targets);
  lofi_reader_size (reader, "data", "train", &data->train);
  lofi_reader_size (reader, "data", "test", &data->test);
  lofi_reader_choice (reader, "data", "normalize", lofi_normalize_names, &normalize);
  data->normalize = normalize;
  take_images_and_teachers (reader, data);
}

static void
take_width (LofiReader *reader, const char *group, LofiLayerSpec *layer)
{
  g_autofree char *text = lofi_reader_get (reader, group, "width");
  guint64 number;
  if (!text)
    return;
  if (g_str_equal (text, "inf"))
    layer->width = LOFI_WIDTH_INFINITE;
  else if (lofi_read_unsigned (reader, group, "width", text, G_MAXINT32, &number))
    layer->width = (gsize) number;
}

/* Bounds of keep=auto; they wait where K is given. */
static void
take_keep_bounds (LofiReader *reader, const char *group, LofiLayerSpec *layer)
{
  lofi_reader_size (reader, group, "keep-min", &layer->keep_min);
  lofi_reader_size (reader, group, "keep-max", &layer->keep_max);
  if (layer->keep_auto)
    layer->keep = layer->keep_max;
}

static void
take_keep (LofiReader *reader, const char *group, LofiLayerSpec *layer)
{
  g_autofree char *text = lofi_reader_get (reader, group, "keep");
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
    layer->keep_auto = TRUE;
  else if (!g_ascii_isdigit (text[0]) && text[0] != '-')
    lofi_reader_refuse (reader, group, "keep", _("give a whole number, auto or none"), _("“%s” is not a whole number"), text);
  else if (lofi_read_unsigned (reader, group, "keep", text, G_MAXINT32, &number))
    {
      if (number == 0)
        lofi_reader_refuse (reader, group, "keep", _("use keep=none for a layer without a filter"), _("a filter keeps at least 1"));
      layer->keep = (gsize) number;
    }
}

static void
take_degree (LofiReader *reader, const char *group, LofiLayerSpec *layer)
{
  g_autofree char *text = lofi_reader_get (reader, group, "degree");
  guint64 number;
  if (!text)
    return;
  if (g_str_equal (text, "exact"))
    layer->degree = LOFI_DEGREE_EXACT;
  else if (lofi_digits_to_number (text, 1, LOFI_DEGREE_MAX, &number))
    layer->degree = (int) number;
  else
    lofi_reader_refuse (reader, group, "degree", _("use exact, or a number of terms"), _("“%s” is not exact or a number from 1 to %d"), text,
            LOFI_DEGREE_MAX);
}

static void
take_activation (LofiReader *reader, const char *group, LofiLayerSpec *layer)
{
  const char *names[LOFI_N_ACTIVATIONS + 1] = { NULL };
  guint choice = layer->activation;
  for (guint i = 0; i < LOFI_N_ACTIVATIONS; i++)
    names[i] = lofi_activation_name (i);
  lofi_reader_choice (reader, group, "activation", names, &choice);
  layer->activation = choice;
}

/* Keys that only other kinds of layer have. */
static void
refuse_foreign_keys (LofiReader *reader, const char *group, const LofiLayerSpec *layer)
{
  for (guint i = 0; keys[i].group; i++)
    if (g_str_equal (keys[i].group, "layer") && lofi_reader_has (reader, group, keys[i].key)
        && !lofi_kind_has_key (layer->kind, keys[i].key))
      lofi_reader_refuse (reader, group, keys[i].key, _("remove it"), _("%s layers do not have it"), lofi_kind_name (layer->kind));
}

/* The windows of convolutions, patches and pooling. */
static void
take_window (LofiReader *reader, const char *group, LofiLayerSpec *layer)
{
  guint mode = layer->mode;
  lofi_reader_size (reader, group, "size", &layer->size);
  lofi_reader_size (reader, group, "padding", &layer->padding);
  lofi_reader_size (reader, group, "stride", &layer->stride);
  lofi_reader_choice (reader, group, "mode", lofi_pool_mode_names, &mode);
  layer->mode = mode;
}

static LofiLayerSpec *
take_layer (LofiReader *reader, const char *group)
{
  LofiLayerSpec *layer = lofi_layer_spec_new ();
  g_autofree char *bias = NULL;
  guint kind = layer->kind, order = layer->order;
  lofi_reader_choice (reader, group, "kind", lofi_kind_names, &kind);
  lofi_layer_spec_set_kind (layer, kind);
  take_width (reader, group, layer);
  lofi_reader_choice (reader, group, "order", lofi_order_names, &order);
  layer->order = order;
  take_keep (reader, group, layer);
  take_keep_bounds (reader, group, layer);
  take_degree (reader, group, layer);
  take_activation (reader, group, layer);
  bias = lofi_reader_get (reader, group, "bias");
  if (bias)
    lofi_read_double (reader, group, "bias", bias, &layer->bias);
  lofi_reader_flag (reader, group, "center-labels", &layer->center_labels);
  lofi_reader_flag (reader, group, "center-lift", &layer->center_lift);
  lofi_reader_text (reader, group, "weights", &layer->weights);
  take_window (reader, group, layer);
  refuse_foreign_keys (reader, group, layer);
  return layer;
}

static void
take_penalties (LofiReader *reader, LofiExperiment *experiment)
{
  g_autofree char *text = lofi_reader_get (reader, "readout", "penalties");
  guint64 count;
  if (!text)
    return;
  g_auto (GStrv) parts = g_strsplit (text, ":", -1);
  if (g_strv_length (parts) != 3)
    lofi_reader_refuse (reader, "readout", "penalties", _("give low:high:count, such as 1e-6:1e6:500"), _("“%s” does not have three parts"), text);
  else if (lofi_read_double (reader, "readout", "penalties", g_strstrip (parts[0]), &experiment->penalty_low)
           && lofi_read_double (reader, "readout", "penalties", g_strstrip (parts[1]), &experiment->penalty_high)
           && lofi_read_unsigned (reader, "readout", "penalties", g_strstrip (parts[2]), G_MAXINT32, &count))
    experiment->penalty_count = (gsize) count;
}

static int
compare_sizes (gconstpointer a, gconstpointer b)
{
  gsize x = *(const gsize *) a, y = *(const gsize *) b;
  return (x > y) - (x < y);
}

static GArray *
read_spaced_samples (LofiReader *reader, const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, ":", -1);
  guint64 part[3];
  if (g_strv_length (parts) != 3)
    {
      lofi_reader_refuse (reader, "emergence", "samples", _("give low:high:count, such as 100:10000:12, or a list"),
              _("“%s” does not have three parts"), text);
      return NULL;
    }
  for (guint i = 0; i < 3; i++)
    if (!lofi_read_unsigned (reader, "emergence", "samples", g_strstrip (parts[i]), i < 2 ? G_MAXINT32 : 1000, &part[i]))
      return NULL;
  if (part[0] < 2 || part[0] > part[1] || part[2] < 1 || (part[2] == 1 && part[0] != part[1]))
    {
      lofi_reader_refuse (reader, "emergence", "samples", _("give low:high:count with low at least 2 and below high"), _("“%s” is not a range"), text);
      return NULL;
    }
  return lofi_log_spaced_samples ((gsize) part[0], (gsize) part[1], (gsize) part[2]);
}

static GArray *
read_listed_samples (LofiReader *reader, const char *text)
{
  g_autoptr (GArray) samples = g_array_new (FALSE, FALSE, sizeof (gsize));
  g_auto (GStrv) parts = lofi_split_list (text);
  guint distinct = 0;
  for (guint i = 0; parts[i]; i++)
    {
      guint64 number;
      if (!lofi_read_unsigned (reader, "emergence", "samples", parts[i], G_MAXINT32, &number))
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
take_emergence (LofiReader *reader, LofiExperiment *experiment)
{
  g_autofree char *samples = lofi_reader_get (reader, "emergence", "samples"), *compare = lofi_reader_get (reader, "emergence", "compare");
  guint64 seeds = experiment->sweep_seeds;
  GArray *numbers = !samples ? NULL : strchr (samples, ':') ? read_spaced_samples (reader, samples) : read_listed_samples (reader, samples);
  if (numbers)
    {
      g_array_unref (experiment->sweep_samples);
      experiment->sweep_samples = numbers;
    }
  lofi_reader_unsigned (reader, "emergence", "seeds", G_MAXINT32, &seeds);
  experiment->sweep_seeds = (guint) seeds;
  lofi_reader_flag (reader, "emergence", "nulls", &experiment->sweep_nulls);
  if (!compare)
    return;
  g_auto (GStrv) parts = lofi_split_list (compare);
  experiment->sweep_compare = 0;
  for (guint i = 0; parts[i]; i++)
    {
      guint choice = 0;
      if (!lofi_read_choice (reader, "emergence", "compare", parts[i], lofi_compare_names, &choice))
        return;
      experiment->sweep_compare |= 1u << choice;
    }
}

static void
take_descent (LofiReader *reader, LofiDescentSpec *descent)
{
  const struct { const char *key; double *number; } numbers[] = { { "step", &descent->step }, { "init", &descent->init } };
  guint64 seeds = descent->seeds;
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autofree char *text = lofi_reader_get (reader, "descent", numbers[i].key);
      if (text)
        lofi_read_double (reader, "descent", numbers[i].key, text, numbers[i].number);
    }
  lofi_reader_size (reader, "descent", "steps", &descent->steps);
  lofi_reader_size (reader, "descent", "hidden", &descent->hidden);
  lofi_reader_size (reader, "descent", "directions", &descent->directions);
  lofi_reader_unsigned (reader, "descent", "seeds", G_MAXINT32, &seeds);
  descent->seeds = (guint) seeds;
}

/* Bytes, or with K, M or G of 1024 each; auto is what the machine has. */
static void
take_memory (LofiReader *reader, guint64 *memory)
{
  g_autofree char *text = lofi_reader_get (reader, "experiment", "memory");
  if (!text)
    return;
  gsize length = strlen (text);
  guint64 number, unit = 1;
  if (g_str_equal (text, "auto"))
    {
      *memory = 0;
      return;
    }
  if (length > 1 && strchr ("KMG", text[length - 1]))
    {
      unit = text[length - 1] == 'K' ? 1 << 10 : text[length - 1] == 'M' ? 1 << 20 : 1 << 30;
      text[length - 1] = '\0';
    }
  if (!lofi_digits_to_number (text, 1, G_MAXINT64 >> 30, &number))
    lofi_reader_refuse (reader, "experiment", "memory", _("give a size such as 4G or 800M, or auto"), _("“%s” is not a size"), text);
  else
    *memory = number * unit;
}

static LofiExperiment *
read_experiment (LofiReader *reader)
{
  LofiExperiment *experiment = lofi_experiment_new ();
  guint64 format = 1;
  lofi_reader_unsigned (reader, "experiment", "format", G_MAXUINT64, &format);
  if (format != 1)
    lofi_reader_refuse (reader, "experiment", "format", _("use format=1, or a newer program"), _("format %zu is not known"), (gsize) format);
  lofi_reader_text (reader, "experiment", "title", &experiment->title);
  lofi_reader_unsigned (reader, "experiment", "seed", G_MAXUINT64, &experiment->seed);
  guint precision = experiment->precision;
  lofi_reader_choice (reader, "experiment", "precision", lofi_precision_names, &precision);
  experiment->precision = precision;
  take_memory (reader, &experiment->memory);
  take_data (reader, &experiment->data);
  g_ptr_array_set_size (experiment->layers, 0);
  for (guint i = 1; i <= reader->n_layers; i++)
    {
      g_autofree char *group = g_strdup_printf ("layer%u", i);
      g_ptr_array_add (experiment->layers, take_layer (reader, group));
    }
  take_penalties (reader, experiment);
  take_emergence (reader, experiment);
  take_descent (reader, &experiment->descent);
  lofi_grid_take (reader, experiment);
  return experiment;
}

/* ---- from outside ---- */

/* Reads it, and checks what goes together if that is wanted. */
static LofiExperiment *
parse (const char *text, const char *name, const char *folder, const char *const *settings, gboolean check, GError **error)
{
  g_autoptr (GKeyFile) file = lofi_experiment_key_file (text, strlen (text), name, error);
  g_autoptr (GHashTable) set = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  LofiReader reader = { file, name, set };
  if (!file || !lofi_experiment_apply_settings (file, settings, set, error)
      || !lofi_experiment_count_layers (file, name, &reader.n_layers, error))
    return NULL;
  g_autoptr (LofiExperiment) experiment = read_experiment (&reader);
  if (reader.error)
    {
      g_propagate_error (error, reader.error);
      return NULL;
    }
  if (check && !lofi_experiment_check_at (experiment, lofi_reader_place, &reader, error))
    return NULL;
  experiment->folder = g_strdup (folder);
  return g_steal_pointer (&experiment);
}

LofiExperiment *
lofi_experiment_parse (const char *text, const char *name, const char *folder, const char *const *settings, GError **error)
{
  return parse (text, name, folder, settings, TRUE, error);
}

LofiExperiment *
lofi_experiment_read (const char *text, const char *name, const char *folder, const char *const *settings, GError **error)
{
  return parse (text, name, folder, settings, FALSE, error);
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
