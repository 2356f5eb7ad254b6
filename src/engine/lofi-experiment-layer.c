/* Kinds of layers: which keys they have, and which settings go together. */
#include "config.h"
#include "lofi-experiment-private.h"

#include <glib/gi18n-lib.h>
#include "lofi-teacher.h"

#define DENSE (1u << LOFI_KIND_DENSE)
#define FILTER (1u << LOFI_KIND_FILTER)
#define CONV (1u << LOFI_KIND_CONV)
#define POOL (1u << LOFI_KIND_POOL)

gboolean
lofi_kind_has_key (LofiLayerKind kind, const char *key)
{
  static const struct { const char *key; guint kinds; } table[] = {
    { "width", DENSE | CONV }, { "degree", DENSE | CONV }, { "activation", DENSE | CONV }, { "bias", DENSE | CONV },
    { "weights", DENSE | CONV }, { "keep", DENSE | CONV | FILTER }, { "keep-min", DENSE | CONV | FILTER },
    { "keep-max", DENSE | CONV | FILTER }, { "order", DENSE | CONV | FILTER }, { "center-labels", DENSE | CONV | FILTER },
    { "center-lift", DENSE | CONV | FILTER }, { "size", CONV | POOL | FILTER }, { "padding", CONV | FILTER },
    { "stride", CONV | FILTER }, { "mode", POOL },
  };
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_str_equal (table[i].key, key))
      return (table[i].kinds >> kind) & 1;
  return g_str_equal (key, "kind");
}

void
lofi_layer_spec_set_kind (LofiLayerSpec *spec, LofiLayerKind kind)
{
  if (spec->kind == kind)
    return;
  spec->kind = kind;
  spec->size = kind == LOFI_KIND_CONV ? 3 : kind == LOFI_KIND_POOL ? 2 : 0;
  spec->padding = 0;
  spec->stride = 1;
  spec->mode = LOFI_POOL_MAX;
  if (kind == LOFI_KIND_FILTER && spec->keep == LOFI_KEEP_NONE)
    spec->keep = 1;
  if (!lofi_kind_has_key (kind, "weights"))
    g_clear_pointer (&spec->weights, g_free);
  if (kind != LOFI_KIND_DENSE && spec->width == LOFI_WIDTH_INFINITE)
    spec->width = 1000;
}

gboolean
lofi_layer_lifts (const LofiLayerSpec *spec)
{
  return spec->kind == LOFI_KIND_DENSE || spec->kind == LOFI_KIND_CONV;
}

gboolean
lofi_layer_filters (const LofiLayerSpec *spec)
{
  return lofi_kind_has_key (spec->kind, "keep") && spec->keep != LOFI_KEEP_NONE;
}

gboolean
lofi_layer_looks_at_windows (const LofiLayerSpec *spec)
{
  return spec->kind == LOFI_KIND_CONV || (spec->kind == LOFI_KIND_FILTER && spec->size > 0);
}

typedef enum { INPUT_VECTOR, INPUT_MAPS, INPUT_UNKNOWN } InputForm;

/* What the data hands to the first layer; of a path only its files know. */
static InputForm
form_of_data (const LofiDataSpec *data)
{
  LofiTeacher teacher;
  if (lofi_teacher_from_name (data->source, &teacher) || g_str_has_suffix (data->source, ".csv"))
    return INPUT_VECTOR;
  return INPUT_UNKNOWN;
}

/* What enters layer `index`. */
static InputForm
input_form (const LofiExperiment *experiment, guint index)
{
  InputForm form = form_of_data (&experiment->data);
  for (guint i = 0; i < index; i++)
    {
      const LofiLayerSpec *layer = lofi_experiment_layer (experiment, i);
      if (layer->kind == LOFI_KIND_DENSE || layer->kind == LOFI_KIND_FLATTEN || (layer->kind == LOFI_KIND_FILTER && layer->size == 0))
        form = INPUT_VECTOR;
      else
        form = INPUT_MAPS;
    }
  return form;
}

static gboolean
hands_on_kernel (const LofiLayerSpec *layer)
{
  return layer->kind == LOFI_KIND_DENSE && layer->width == LOFI_WIDTH_INFINITE && layer->keep == LOFI_KEEP_NONE;
}

static const char *
kind_reason (const LofiExperiment *experiment, guint index, LofiLayerKind kind, gsize size)
{
  InputForm form = input_form (experiment, index);
  gboolean needs_maps = kind == LOFI_KIND_CONV || kind == LOFI_KIND_POOL || (kind == LOFI_KIND_FILTER && size > 0);
  if (needs_maps && form == INPUT_VECTOR)
    return index == 0 ? _("the data are not images, so there are no positions to look at")
                      : _("what comes before hands on a vector, so there are no positions to look at");
  if (index > 0 && form == INPUT_MAPS && (kind == LOFI_KIND_DENSE || (kind == LOFI_KIND_FILTER && size == 0)))
    return _("what comes before hands on maps: a flatten layer goes between");
  if (index > 0 && kind != LOFI_KIND_DENSE && hands_on_kernel (lofi_experiment_layer (experiment, index - 1)))
    return _("the layer before has infinite width and no filter: it hands on a kernel, not features");
  return NULL;
}

char *
lofi_layer_kind_reason (const LofiExperiment *experiment, guint index, LofiLayerKind kind)
{
  const LofiLayerSpec *layer = index < experiment->layers->len ? lofi_experiment_layer (experiment, index) : NULL;
  return g_strdup (kind_reason (experiment, index, kind, layer && layer->kind == kind ? layer->size : 0));
}

static const char *
filter_reason (const LofiLayerSpec *layer, const char *key)
{
  gboolean infinite = lofi_layer_lifts (layer) && layer->width == LOFI_WIDTH_INFINITE;
  gboolean order = g_str_equal (key, "order");
  if ((order || g_str_equal (key, "center-labels")) && layer->keep == LOFI_KEEP_NONE)
    return _("without a filter there is no operator to shape");
  if (order && infinite)
    return _("in the limit of infinite width the filter is of order 2");
  if (order && layer->order >= LOFI_ORDER_3 && (layer->kind == LOFI_KIND_CONV || layer->size > 0))
    return _("orders 3 and 4 compare every pair of samples, which is too much for every pair of positions");
  if (g_str_equal (key, "center-lift") && infinite)
    return _("in the limit of infinite width there are no activations to centre");
  return NULL;
}

/* Why K cannot be the number of outliers. */
static const char *
automatic_reason (const LofiLayerSpec *layer)
{
  if (layer->kind == LOFI_KIND_FILTER && layer->size > 0)
    return _("patch filters have a spectrum for each channel, and keep as many directions of every one");
  if (layer->order == LOFI_ORDER_1)
    return _("order 1 has a single direction");
  if (layer->order != LOFI_ORDER_2 && layer->order != LOFI_ORDER_1_2)
    return _("outliers are counted in the spectrum of order 2, and orders 3 and 4 take their directions elsewhere");
  return NULL;
}

char *
lofi_layer_key_reason (const LofiExperiment *experiment, guint index, const char *key)
{
  const LofiLayerSpec *layer = lofi_experiment_layer (experiment, index);
  const char *reason = NULL;
  if (!lofi_kind_has_key (layer->kind, key))
    return g_strdup_printf (_("%s layers do not have it"), lofi_kind_name (layer->kind));
  if (g_str_equal (key, "kind"))
    reason = kind_reason (experiment, index, layer->kind, layer->size);
  else if (g_str_equal (key, "keep-min") || g_str_equal (key, "keep-max") || (g_str_equal (key, "keep") && layer->keep_auto))
    reason = automatic_reason (layer);
  else if (g_str_equal (key, "width") && layer->width != LOFI_WIDTH_INFINITE && index > 0
           && hands_on_kernel (lofi_experiment_layer (experiment, index - 1)))
    reason = _("the layer before hands on a kernel, which only another layer of infinite width can take");
  else if (g_str_equal (key, "width") && layer->kind == LOFI_KIND_CONV && layer->width == LOFI_WIDTH_INFINITE)
    reason = _("only dense layers have a limit of infinite width here");
  else if (g_str_equal (key, "weights") && layer->width == LOFI_WIDTH_INFINITE)
    reason = _("a lift of infinite width has no matrix");
  else if ((g_str_equal (key, "padding") || g_str_equal (key, "stride")) && layer->kind == LOFI_KIND_FILTER && layer->size == 0)
    reason = _("a filter on the whole input has no window");
  else
    reason = filter_reason (layer, key);
  return g_strdup (reason);
}

gsize
lofi_experiment_total_degree (const LofiExperiment *experiment, guint index)
{
  gsize total = 1;
  for (guint i = 0; i <= index && i < experiment->layers->len; i++)
    {
      const LofiLayerSpec *layer = lofi_experiment_layer (experiment, i);
      if (layer->kind == LOFI_KIND_POOL && layer->mode == LOFI_POOL_MAX)
        return G_MAXSIZE;
      if (!lofi_layer_lifts (layer))
        continue;
      gsize degree = layer->degree != LOFI_DEGREE_EXACT ? (gsize) layer->degree
                     : layer->activation == LOFI_IDENTITY ? 1 : layer->activation == LOFI_SQUARE ? 2 : layer->activation == LOFI_CUBE ? 3 : 0;
      if (degree == 0 || total > (gsize) G_MAXINT64 / degree)
        return G_MAXSIZE;
      total *= degree;
    }
  return total;
}
