/* Places: the stations an experiment is walked through. */
#include "config.h"
#include <glib/gi18n-lib.h>
#include "lofi-place.h"

guint
lofi_layer_steps (const LofiLayerSpec *layer, LofiStep steps[4])
{
  gboolean filters = lofi_layer_filters (layer), infinite = layer->kind == LOFI_KIND_DENSE && layer->width == LOFI_WIDTH_INFINITE;
  guint count = 0;
  if (layer->kind == LOFI_KIND_POOL || layer->kind == LOFI_KIND_FLATTEN)
    steps[count++] = layer->kind == LOFI_KIND_POOL ? LOFI_STEP_POOL : LOFI_STEP_FLATTEN;
  else if (infinite && !filters)
    steps[count++] = LOFI_STEP_KERNEL;
  else if (lofi_layer_lifts (layer) && !infinite)
    steps[count++] = LOFI_STEP_LIFT;
  for (LofiStep step = LOFI_STEP_OPERATOR; filters && step <= LOFI_STEP_PROJECT; step++)
    steps[count++] = step;
  if (count == 0)           /* a filter that keeps nothing, which is refused */
    steps[count++] = LOFI_STEP_OPERATOR;
  return count;
}

static gboolean
is_filtered (const LofiExperiment *e, int layer)
{
  return layer >= 0 && layer < (int) e->layers->len && lofi_layer_filters (lofi_experiment_layer (e, layer));
}

const char *
lofi_view_name (LofiView view)
{
  static const char *const names[LOFI_N_VIEWS] = { "spectrum", "filters", "features", "emergence", "descent" };
  g_return_val_if_fail (view < LOFI_N_VIEWS, names[0]);
  return names[view];
}

gboolean
lofi_view_is_placed (LofiView view)
{
  return view <= LOFI_VIEW_FEATURES;
}

guint
lofi_cards_count (const LofiExperiment *e)
{
  return e->layers->len + 2;
}

guint
lofi_places_count (const LofiExperiment *e)
{
  LofiStep steps[4];
  guint count = 2;
  for (guint i = 0; i < e->layers->len; i++)
    count += lofi_layer_steps (lofi_experiment_layer (e, i), steps);
  return count;
}

LofiPlace
lofi_place_at (const LofiExperiment *e, guint index)
{
  if (index == 0)
    return (LofiPlace) { LOFI_STEP_DATA, -1 };
  index--;
  for (guint i = 0; i < e->layers->len; i++)
    {
      LofiStep steps[4];
      guint count = lofi_layer_steps (lofi_experiment_layer (e, i), steps);
      if (index < count)
        return (LofiPlace) { steps[index], i };
      index -= count;
    }
  return (LofiPlace) { LOFI_STEP_READOUT, -1 };
}

/* Where a step is among those of its layer; of one that the layer has no more, the last one before it. */
static guint
find_step (const LofiStep *steps, guint count, LofiStep step)
{
  guint found = 0;
  for (guint i = 0; i < count; i++)
    if (steps[i] == step || (step < LOFI_STEP_READOUT && steps[i] < step))
      found = i;
  return found;
}

guint
lofi_place_index (const LofiExperiment *e, LofiPlace place)
{
  if (place.step == LOFI_STEP_DATA)
    return 0;
  guint index = 1;
  for (guint i = 0; i < e->layers->len && place.step != LOFI_STEP_READOUT; i++)
    {
      LofiStep steps[4];
      guint count = lofi_layer_steps (lofi_experiment_layer (e, i), steps);
      if ((int) i == place.layer)
        return index + find_step (steps, count, place.step);
      index += count;
    }
  /* The readout, or a layer that is gone: then the last place before the readout. */
  guint last = lofi_places_count (e) - 1;
  return place.step == LOFI_STEP_READOUT ? last : last - 1;
}

gboolean
lofi_place_equal (LofiPlace a, LofiPlace b)
{
  return a.step == b.step && a.layer == b.layer;
}

LofiView
lofi_place_view (LofiPlace place)
{
  return place.step == LOFI_STEP_DATA || place.step == LOFI_STEP_PROJECT ? LOFI_VIEW_FILTERS : LOFI_VIEW_SPECTRUM;
}

guint
lofi_place_card (const LofiExperiment *e, LofiPlace place)
{
  if (place.step == LOFI_STEP_DATA)
    return 0;
  return place.step == LOFI_STEP_READOUT ? e->layers->len + 1 : (guint) place.layer + 1;
}

/* The keep (spectrum) or project (filters) of a layer, or its only step when it has no filter. */
static LofiPlace
place_in_layer (const LofiExperiment *e, int layer, LofiView view)
{
  LofiStep steps[4];
  if (!is_filtered (e, layer))
    {
      lofi_layer_steps (lofi_experiment_layer (e, layer), steps);
      return (LofiPlace) { steps[0], layer };
    }
  return (LofiPlace) { view == LOFI_VIEW_FILTERS || view == LOFI_VIEW_FEATURES ? LOFI_STEP_PROJECT : LOFI_STEP_KEEP, layer };
}

LofiPlace
lofi_place_for_card (const LofiExperiment *e, guint card, LofiView view)
{
  if (card == 0)
    return (LofiPlace) { LOFI_STEP_DATA, -1 };
  if (card > e->layers->len)
    return (LofiPlace) { LOFI_STEP_READOUT, -1 };
  return place_in_layer (e, (int) card - 1, view);
}

/* The filtered layer nearest to `from`, earlier ones first; -1 if there is none. */
static int
nearest_filtered (const LofiExperiment *e, int from)
{
  int layers = e->layers->len;
  for (int i = MIN (from, layers - 1); i >= 0; i--)
    if (is_filtered (e, i))
      return i;
  for (int i = MAX (from, 0); i < layers; i++)
    if (is_filtered (e, i))
      return i;
  return -1;
}

LofiPlace
lofi_place_for_view (const LofiExperiment *e, LofiPlace place, LofiView view)
{
  if (!lofi_view_is_placed (view) || lofi_place_view (place) == view)
    return place;
  if (view == LOFI_VIEW_SPECTRUM)
    {
      if (place.step == LOFI_STEP_PROJECT)
        return (LofiPlace) { LOFI_STEP_KEEP, place.layer };
      if (e->layers->len == 0)
        return (LofiPlace) { LOFI_STEP_READOUT, -1 };
      return place_in_layer (e, 0, view);
    }
  if (view == LOFI_VIEW_FEATURES && place.step == LOFI_STEP_PROJECT)
    return place;
  int layer = nearest_filtered (e, place.step == LOFI_STEP_READOUT ? (int) e->layers->len - 1 : place.layer);
  return layer < 0 ? (LofiPlace) { LOFI_STEP_DATA, -1 } : (LofiPlace) { LOFI_STEP_PROJECT, layer };
}

const char *
lofi_step_title (LofiStep step)
{
  static const char *const titles[] = {
    N_("data"), N_("lift"), N_("operator"), N_("keep"), N_("project"), N_("readout"), N_("kernel"), N_("pool"), N_("flatten")
  };
  return _(titles[step]);
}

const char *
lofi_step_description (LofiStep step)
{
  static const char *const sentences[] = {
    N_("The training samples, blue for the negative class and orange for the positive one"),
    N_("Every sample goes through random weights and the activation"),
    N_("The moment operator: the activations' second moment, weighted by the label"),
    N_("The filter keeps the directions of largest eigenvalue magnitude"),
    N_("The kept directions, as pictures of what they respond to"),
    N_("Ridge regression on the last features predicts the label"),
    N_("In the limit of infinite width the random features become a kernel between samples"),
    N_("Each map becomes smaller: one number for every window"),
    N_("The maps become one row of numbers")
  };
  return _(sentences[step]);
}
