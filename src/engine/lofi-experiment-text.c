/* An experiment as text that reads back as an equal one. */
#include "config.h"
#include "lofi-experiment-private.h"
#include "lofi-grid-private.h"
#include "lofi-teacher.h"

#include <string.h>

char *
lofi_number_to_text (double value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];
  for (int digits = 1; digits <= 17; digits++)
    {
      char format[8];
      g_snprintf (format, sizeof format, "%%.%dg", digits);
      g_ascii_formatd (buffer, sizeof buffer, format, value);
      if (g_ascii_strtod (buffer, NULL) == value)
        break;
    }
  return g_strdup (buffer);
}

static void
put_double (GString *text, double value)
{
  g_autofree char *number = lofi_number_to_text (value);
  g_string_append (text, number);
}

/* Key files escape what would end a line, and blanks at either end; " #" would begin a comment. */
static void
put_text (GString *text, const char *key, const char *value)
{
  gsize length = strlen (value);
  g_string_append_printf (text, "%s=", key);
  for (gsize i = 0; i < length; i++)
    {
      gboolean edge = i == 0 || i == length - 1 || value[i + 1] == '#' || value[i + 1] == ' ' || value[i + 1] == '\t';
      switch (value[i])
        {
        case ' ':
          g_string_append (text, edge ? "\\s" : " ");
          break;
        case '\t':
          g_string_append (text, "\\t");
          break;
        case '\n':
          g_string_append (text, "\\n");
          break;
        case '\r':
          g_string_append (text, "\\r");
          break;
        case '\\':
          g_string_append (text, "\\\\");
          break;
        default:
          g_string_append_c (text, value[i]);
        }
    }
  g_string_append_c (text, '\n');
}

static void
put_optional (GString *text, const char *key, const char *value)
{
  if (value)
    put_text (text, key, value);
}

static void
put_classes (GString *text, const char *key, const GArray *classes)
{
  if (!classes || classes->len == 0)
    return;
  g_string_append_printf (text, "%s=", key);
  for (guint i = 0; i < classes->len; i++)
    g_string_append_printf (text, "%s%d", i ? ";" : "", g_array_index (classes, int, i));
  g_string_append_c (text, '\n');
}

static void
put_data (GString *text, const LofiDataSpec *data)
{
  LofiTeacher teacher;
  gboolean classes = (data->positive && data->positive->len) || (data->negative && data->negative->len);
  g_string_append (text, "[data]\n");
  put_text (text, "source", data->source);
  if (data->labels)
    put_text (text, "labels", data->labels);
  else if (!classes && !lofi_data_has_targets (data) && !lofi_teacher_from_name (data->source, &teacher))
    g_string_append (text, "labels=\n");
  put_classes (text, "positive", data->positive);
  put_classes (text, "negative", data->negative);
  put_optional (text, "train-inputs", data->train_inputs);
  put_optional (text, "train-targets", data->train_targets);
  put_optional (text, "test-inputs", data->test_inputs);
  put_optional (text, "test-targets", data->test_targets);
  g_string_append_printf (text, "train=%zu\ntest=%zu\nnormalize=%s\n", data->train, data->test, lofi_normalize_name (data->normalize));
  put_optional (text, "label-column", data->label_column);
  if (data->image_size || data->image_grey)
    g_string_append_printf (text, "image-size=%zu\nimage-color=%s\n", data->image_size, data->image_grey ? "grey" : "rgb");
  if (lofi_teacher_from_name (data->source, &teacher))
    g_string_append_printf (text, "dimension=%zu\nexponent=%d\ndirections=%zu\n", data->dimension, data->exponent, data->directions);
}

static void
put_lift (GString *text, const LofiLayerSpec *layer)
{
  if (layer->width == LOFI_WIDTH_INFINITE)
    g_string_append (text, "width=inf\n");
  else
    g_string_append_printf (text, "width=%zu\n", layer->width);
  if (layer->degree == LOFI_DEGREE_EXACT)
    g_string_append (text, "degree=exact\n");
  else
    g_string_append_printf (text, "degree=%d\n", layer->degree);
  g_string_append_printf (text, "activation=%s\nbias=", lofi_activation_name (layer->activation));
  put_double (text, layer->bias);
  g_string_append_c (text, '\n');
  put_optional (text, "weights", layer->weights);
}

static void
put_filter (GString *text, const LofiLayerSpec *layer)
{
  LofiLayerSpec *usual = lofi_layer_spec_new ();
  if (layer->keep == LOFI_KEEP_NONE)
    g_string_append (text, "keep=none\n");
  else if (layer->keep_auto)
    g_string_append (text, "keep=auto\n");
  else
    g_string_append_printf (text, "keep=%zu\n", layer->keep);
  if (layer->keep_auto || layer->keep_min != usual->keep_min || layer->keep_max != usual->keep_max)
    g_string_append_printf (text, "keep-min=%zu\nkeep-max=%zu\n", layer->keep_min, layer->keep_max);
  lofi_layer_spec_free (usual);
  g_string_append_printf (text, "order=%s\ncenter-labels=%s\ncenter-lift=%s\n", lofi_order_name (layer->order),
                          layer->center_labels ? "true" : "false", layer->center_lift ? "true" : "false");
}

static void
put_layer (GString *text, const LofiLayerSpec *layer, guint number)
{
  g_string_append_printf (text, "[layer%u]\nkind=%s\n", number, lofi_kind_name (layer->kind));
  if (lofi_layer_lifts (layer))
    put_lift (text, layer);
  if (lofi_kind_has_key (layer->kind, "keep"))
    put_filter (text, layer);
  if (lofi_kind_has_key (layer->kind, "size"))
    g_string_append_printf (text, "size=%zu\n", layer->size);
  if (lofi_kind_has_key (layer->kind, "stride"))
    g_string_append_printf (text, "padding=%zu\nstride=%zu\n", layer->padding, layer->stride);
  if (lofi_kind_has_key (layer->kind, "mode"))
    g_string_append_printf (text, "mode=%s\n", lofi_pool_mode_name (layer->mode));
}

static void
put_emergence (GString *text, const LofiExperiment *experiment)
{
  const char *separator = "";
  g_string_append (text, "[emergence]\nsamples=");
  for (guint i = 0; i < experiment->sweep_samples->len; i++)
    g_string_append_printf (text, "%s%zu", i ? ";" : "", g_array_index (experiment->sweep_samples, gsize, i));
  g_string_append_printf (text, "\nseeds=%u\ncompare=", experiment->sweep_seeds);
  for (guint i = 0; lofi_compare_names[i]; i++)
    if (experiment->sweep_compare & (1u << i))
      {
        g_string_append_printf (text, "%s%s", separator, lofi_compare_names[i]);
        separator = ";";
      }
  g_string_append_c (text, '\n');
  if (!experiment->sweep_nulls)
    g_string_append (text, "nulls=false\n");
  if (experiment->sweep_axes->len == 0)
    return;
  g_autofree char *grid = lofi_grid_to_text (experiment);
  g_string_append_printf (text, "grid=%s\n", grid);
}

static void
put_descent (GString *text, const LofiDescentSpec *descent)
{
  g_string_append (text, "[descent]\nstep=");
  put_double (text, descent->step);
  g_string_append_printf (text, "\nsteps=%zu\ninit=", descent->steps);
  put_double (text, descent->init);
  g_string_append_printf (text, "\nhidden=%zu\ndirections=%zu\nseeds=%u\n", descent->hidden, descent->directions, descent->seeds);
}

char *
lofi_experiment_to_text (const LofiExperiment *experiment)
{
  GString *text = g_string_new ("[experiment]\nformat=1\n");
  put_text (text, "title", experiment->title ? experiment->title : "");
  g_string_append_printf (text, "seed=%" G_GUINT64_FORMAT "\nprecision=%s\n", experiment->seed, lofi_precision_name (experiment->precision));
  if (experiment->memory)
    g_string_append_printf (text, "memory=%" G_GUINT64_FORMAT "\n", experiment->memory);
  put_data (text, &experiment->data);
  for (guint i = 0; i < experiment->layers->len; i++)
    put_layer (text, lofi_experiment_layer (experiment, i), i + 1);
  g_string_append (text, "[readout]\npenalties=");
  put_double (text, experiment->penalty_low);
  g_string_append_c (text, ':');
  put_double (text, experiment->penalty_high);
  g_string_append_printf (text, ":%zu\n", experiment->penalty_count);
  put_emergence (text, experiment);
  put_descent (text, &experiment->descent);
  return g_string_free (text, FALSE);
}

char *
lofi_experiment_key_across_seeds (LofiExperiment *experiment)
{
  gsize one = 1;
  experiment->seed = 0;
  experiment->sweep_seeds = 1;
  experiment->sweep_compare = 0;
  g_ptr_array_set_size (experiment->sweep_axes, 0);
  g_array_set_size (experiment->sweep_samples, 0);
  g_array_append_val (experiment->sweep_samples, one);
  g_free (experiment->title);
  experiment->title = g_strdup ("");
  g_autofree char *text = lofi_experiment_to_text (experiment);
  g_autofree char *all = g_strconcat (text, "\n", experiment->folder ? experiment->folder : "", NULL);
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, all, -1);
}
