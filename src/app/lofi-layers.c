/* Changing the order and the kinds of layers. */
#include "config.h"
#include <glib/gi18n-lib.h>
#include "lofi-layers.h"

#define CONV_WIDTH 100
#define CONV_KEEP 8
#define CONV_SIZE 3
#define FILTER_KEEP 20

const char *
lofi_kind_title (LofiLayerKind kind)
{
  static const char *const titles[] = { N_("dense"), N_("filter"), N_("convolution"), N_("pooling"), N_("flatten") };
  return _(titles[kind]);
}

const char *
lofi_kind_short (LofiLayerKind kind)
{
  static const char *const titles[] = { N_("dense"), N_("filter"), N_("conv"), N_("pool"), N_("flatten") };
  return _(titles[kind]);
}

const char *
lofi_kind_sentence (LofiLayerKind kind)
{
  static const char *const sentences[] = {
    N_("Random weights on the whole input, an activation, then the filter."),
    N_("A filter on the input itself, without a lift; on images also on patches."),
    N_("The same random weights on every patch of the image, then the filter."),
    N_("Makes maps smaller: the largest or the mean of every window."),
    N_("Turns maps into one row of numbers, for the dense layers after it."),
  };
  return _(sentences[kind]);
}

/* After a change at `index`: the layer after it takes what it hands on, or a flatten layer goes between if that helps: then TRUE. */
static gboolean
flatten_after (LofiExperiment *e, guint index)
{
  if (index + 1 >= e->layers->len)
    return FALSE;
  g_autofree char *reason = lofi_layer_key_reason (e, index + 1, "kind");
  if (!reason)
    return FALSE;
  LofiLayerSpec *flatten = lofi_layer_spec_new ();
  lofi_layer_spec_set_kind (flatten, LOFI_KIND_FLATTEN);
  g_ptr_array_insert (e->layers, index + 1, flatten);
  g_autofree char *still = lofi_layer_key_reason (e, index + 2, "kind"), *itself = lofi_layer_key_reason (e, index + 1, "kind");
  if (still || itself)
    g_ptr_array_remove_index (e->layers, index + 1);
  return !still && !itself;
}

/* The layer at `index` with what comes before and after it; returns where it stands then. */
static guint
fit_in (LofiExperiment *e, guint index)
{
  if (index > 0 && flatten_after (e, index - 1))
    index++;
  flatten_after (e, index);
  return index;
}

guint
lofi_layers_set_kind (LofiExperiment *e, guint index, LofiLayerKind kind)
{
  g_return_val_if_fail (index < e->layers->len, 0);
  lofi_layer_spec_set_kind (lofi_experiment_layer (e, index), kind);
  return fit_in (e, index);
}

static LofiLayerSpec *
layer_like_before (const LofiExperiment *e, guint at)
{
  for (guint i = MIN (at, e->layers->len); i > 0; i--)
    {
      const LofiLayerSpec *before = lofi_experiment_layer (e, i - 1);
      if (before->kind == LOFI_KIND_DENSE)
        {
          LofiLayerSpec *layer = lofi_layer_spec_dup (before);
          g_clear_pointer (&layer->weights, g_free);     /* a matrix of its own fits one place only */
          return layer;
        }
    }
  return lofi_layer_spec_new ();
}

guint
lofi_layers_insert (LofiExperiment *e, guint at, LofiLayerKind kind)
{
  g_return_val_if_fail (at <= e->layers->len, 0);
  LofiLayerSpec *layer = kind == LOFI_KIND_DENSE ? layer_like_before (e, at) : lofi_layer_spec_new ();
  lofi_layer_spec_set_kind (layer, kind);
  if (kind == LOFI_KIND_CONV)
    {
      layer->width = CONV_WIDTH;
      layer->keep = CONV_KEEP;
      layer->size = CONV_SIZE;
    }
  else if (kind == LOFI_KIND_FILTER)
    layer->keep = FILTER_KEEP;
  g_ptr_array_insert (e->layers, at, layer);
  return fit_in (e, at);
}

void
lofi_layers_copy (LofiExperiment *e, guint index)
{
  g_return_if_fail (index < e->layers->len);
  LofiLayerSpec *layer = lofi_layer_spec_dup (lofi_experiment_layer (e, index));
  g_clear_pointer (&layer->weights, g_free);
  g_ptr_array_insert (e->layers, index + 1, layer);
}

void
lofi_layers_remove (LofiExperiment *e, guint index)
{
  g_return_if_fail (index < e->layers->len);
  g_ptr_array_remove_index (e->layers, index);
}

void
lofi_layers_move (LofiExperiment *e, guint from, guint to)
{
  g_return_if_fail (from < e->layers->len && to < e->layers->len);
  gpointer layer = g_ptr_array_steal_index (e->layers, from);
  g_ptr_array_insert (e->layers, to, layer);
}

/* ---- one setting ---- */

static gsize
most_kept (const LofiLayerSpec *layer)
{
  return layer->order == LOFI_ORDER_1 ? 1 : lofi_layer_lifts (layer) ? layer->width : G_MAXSIZE;
}

/* A filter's whole input has no windows to move. */
static void
change_size (LofiLayerSpec *layer, gsize size)
{
  layer->size = size;
  if (size == 0)
    {
      layer->padding = 0;
      layer->stride = 1;
    }
}

/* The limit has order 2, no centring and no matrix of its own. */
static void
change_infinite (LofiLayerSpec *layer, gboolean infinite, const LofiLayerMemory *memory)
{
  layer->width = infinite ? LOFI_WIDTH_INFINITE : memory->width;
  if (!infinite)
    {
      layer->keep = MIN (layer->keep, layer->width);
      return;
    }
  if (layer->keep != LOFI_KEEP_NONE && layer->order == LOFI_ORDER_1)
    layer->keep = memory->keep;
  layer->order = LOFI_ORDER_2;
  layer->center_lift = FALSE;
  g_clear_pointer (&layer->weights, g_free);
}

/* K by the number of outliers, or the number it was before. */
static void
change_automatic (LofiLayerSpec *layer, gboolean automatic, const LofiLayerMemory *memory)
{
  layer->keep_auto = automatic;
  layer->keep = automatic ? layer->keep_max : MIN (memory->keep, most_kept (layer));
}

/* The other bound gives way. */
static void
change_bounds (LofiLayerSpec *layer, gsize least, gsize most)
{
  layer->keep_min = least;
  layer->keep_max = most;
  if (layer->keep_auto)
    layer->keep = most;
}

/* Order 1 has one direction, and keeps one; back from it the earlier number comes back. */
static void
change_order (LofiLayerSpec *layer, LofiFilterOrder order, const LofiLayerMemory *memory)
{
  gboolean was_first = layer->order == LOFI_ORDER_1;
  layer->order = order;
  if (order == LOFI_ORDER_1)
    {
      layer->keep_auto = FALSE;
      layer->keep = 1;
    }
  else if (was_first)
    layer->keep = MIN (memory->keep, most_kept (layer));
}

void
lofi_layers_change (LofiExperiment *e, guint index, LofiLayerChange what, double value, const LofiLayerMemory *memory)
{
  g_return_if_fail (index < e->layers->len);
  LofiLayerSpec *layer = lofi_experiment_layer (e, index);
  switch (what)
    {
    case LOFI_CHANGE_KIND:
      lofi_layers_set_kind (e, index, (LofiLayerKind) value);
      break;
    case LOFI_CHANGE_SIZE:
      change_size (layer, value);
      break;
    case LOFI_CHANGE_STRIDE:
      layer->stride = value;
      break;
    case LOFI_CHANGE_PADDING:
      layer->padding = value;
      break;
    case LOFI_CHANGE_MODE:
      layer->mode = (LofiPoolMode) value;
      break;
    case LOFI_CHANGE_WIDTH:
      layer->width = value;
      break;
    case LOFI_CHANGE_INFINITE:
      change_infinite (layer, value != 0, memory);
      break;
    case LOFI_CHANGE_KEEP:
      layer->keep = value;
      break;
    case LOFI_CHANGE_FILTERED:
      layer->keep_auto = FALSE;
      layer->keep = value != 0 ? MIN (memory->keep, most_kept (layer)) : LOFI_KEEP_NONE;
      break;
    case LOFI_CHANGE_ORDER:
      change_order (layer, (LofiFilterOrder) value, memory);
      break;
    case LOFI_CHANGE_ACTIVATION:
      layer->activation = (LofiActivation) value;
      break;
    case LOFI_CHANGE_DEGREE:
      layer->degree = value == 0 ? LOFI_DEGREE_EXACT : (int) value;
      break;
    case LOFI_CHANGE_BIAS:
      layer->bias = value;
      break;
    case LOFI_CHANGE_CENTER_LABELS:
      layer->center_labels = value != 0;
      break;
    case LOFI_CHANGE_CENTER_LIFT:
      layer->center_lift = value != 0;
      break;
    case LOFI_CHANGE_KEEP_AUTO:
      change_automatic (layer, value != 0, memory);
      break;
    case LOFI_CHANGE_KEEP_MIN:
      change_bounds (layer, value, MAX (layer->keep_max, (gsize) value));
      break;
    case LOFI_CHANGE_KEEP_MAX:
      change_bounds (layer, MIN (layer->keep_min, (gsize) value), value);
      break;
    }
}
