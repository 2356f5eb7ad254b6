/* An experiment as text that reads back as an equal one. */
#include "config.h"
#include "lofi-experiment-private.h"

#include <string.h>

/* As the shortest text that reads back as the same number, whatever the locale. */
static void
put_double (GString *text, double value)
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
  g_string_append (text, buffer);
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
  gboolean classes = (data->positive && data->positive->len) || (data->negative && data->negative->len);
  g_string_append (text, "[data]\n");
  put_text (text, "source", data->source);
  if (data->labels)
    put_text (text, "labels", data->labels);
  else if (!classes && !lofi_data_has_targets (data))
    g_string_append (text, "labels=\n");
  put_classes (text, "positive", data->positive);
  put_classes (text, "negative", data->negative);
  put_optional (text, "train-inputs", data->train_inputs);
  put_optional (text, "train-targets", data->train_targets);
  put_optional (text, "test-inputs", data->test_inputs);
  put_optional (text, "test-targets", data->test_targets);
  g_string_append_printf (text, "train=%zu\ntest=%zu\nnormalize=%s\n", data->train, data->test, lofi_normalize_name (data->normalize));
}

static void
put_layer (GString *text, const LofiLayerSpec *layer, guint number)
{
  g_string_append_printf (text, "[layer%u]\nkind=%s\nwidth=%zu\n", number, lofi_kind_name (layer->kind), layer->width);
  if (layer->keep == LOFI_KEEP_NONE)
    g_string_append (text, "keep=none\n");
  else
    g_string_append_printf (text, "keep=%zu\n", layer->keep);
  g_string_append_printf (text, "order=%s\n", lofi_order_name (layer->order));
  if (layer->degree == LOFI_DEGREE_EXACT)
    g_string_append (text, "degree=exact\n");
  else
    g_string_append_printf (text, "degree=%d\n", layer->degree);
  g_string_append_printf (text, "activation=%s\nbias=", lofi_activation_name (layer->activation));
  put_double (text, layer->bias);
  g_string_append_printf (text, "\ncenter-labels=%s\ncenter-lift=%s\n", layer->center_labels ? "true" : "false",
                          layer->center_lift ? "true" : "false");
  put_optional (text, "weights", layer->weights);
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
}

char *
lofi_experiment_to_text (const LofiExperiment *experiment)
{
  GString *text = g_string_new ("[experiment]\nformat=1\n");
  put_text (text, "title", experiment->title ? experiment->title : "");
  g_string_append_printf (text, "seed=%" G_GUINT64_FORMAT "\n", experiment->seed);
  put_data (text, &experiment->data);
  for (guint i = 0; i < experiment->layers->len; i++)
    put_layer (text, lofi_experiment_layer (experiment, i), i + 1);
  g_string_append (text, "[readout]\npenalties=");
  put_double (text, experiment->penalty_low);
  g_string_append_c (text, ':');
  put_double (text, experiment->penalty_high);
  g_string_append_printf (text, ":%zu\n", experiment->penalty_count);
  put_emergence (text, experiment);
  return g_string_free (text, FALSE);
}
