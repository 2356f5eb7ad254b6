/* The session: what is known, slot by slot, and whether it is of the settings at hand. */
#include "config.h"
#include <string.h>
#include "lofi-session-private.h"

static void
slot_clear (gpointer data)
{
  LofiSlot *slot = data;
  g_free (slot->wanted);
  g_free (slot->had);
  g_clear_pointer (&slot->from, lofi_result_unref);
}

/* Gradient descent has a network's widths, not its filters. */
static void
forget_filter (LofiLayerSpec *layer)
{
  layer->order = LOFI_ORDER_2;
  layer->center_labels = layer->center_lift = FALSE;
  g_clear_pointer (&layer->weights, g_free);
}

/* Everything a part depends on, as text: the experiment without what comes after it and what does not matter to it. */
static char *
slot_key (const LofiExperiment *experiment, guint slot)
{
  g_autoptr (LofiExperiment) part = NULL;
  if (slot == LOFI_SLOT_LAZY || slot == LOFI_SLOT_KERNEL)
    part = lofi_experiment_lazy (experiment);
  else
    part = lofi_experiment_dup (experiment);
  gsize one = 1;
  g_free (part->title);
  part->title = g_strdup ("");
  part->sweep_seeds = 1;
  part->sweep_compare = 0;
  g_array_set_size (part->sweep_samples, 0);
  g_array_append_val (part->sweep_samples, one);
  /* The budget decides how something is computed, not what comes out. */
  part->memory = 0;
  if (slot == LOFI_SLOT_DESCENT)
    {
      part->descent.directions = part->descent.seeds = 1;
      for (guint i = 0; i < part->layers->len; i++)
        forget_filter (lofi_experiment_layer (part, i));
    }
  else
    part->descent = (LofiDescentSpec) { .step = 1, .steps = 1, .init = 1, .directions = 1, .seeds = 1 };
  gboolean readout = slot >= LOFI_SLOT_READOUT && slot <= LOFI_SLOT_KERNEL;
  if (!readout)
    {
      part->penalty_low = part->penalty_high = 1;
      part->penalty_count = 1;
    }
  if (slot == LOFI_SLOT_TASK || slot == LOFI_SLOT_LINEAR)
    g_ptr_array_set_size (part->layers, 0);
  else if (slot >= LOFI_SLOT_LAYER)
    g_ptr_array_set_size (part->layers, MIN (part->layers->len, slot - LOFI_SLOT_LAYER + 1));
  g_autofree char *text = lofi_experiment_to_text (part);
  return g_strconcat (text, "\n", part->folder ? part->folder : "", NULL);
}

void
lofi_session_want_slots (LofiSession *self)
{
  g_array_set_size (self->slots, LOFI_SLOT_LAYER + self->experiment->layers->len);
  for (guint i = 0; i < self->slots->len; i++)
    {
      LofiSlot *slot = &g_array_index (self->slots, LofiSlot, i);
      g_free (slot->wanted);
      slot->wanted = slot_key (self->experiment, i);
    }
}

static gboolean
result_has (const LofiResult *result, guint slot)
{
  switch (slot)
    {
    case LOFI_SLOT_TASK:
      return result->task != NULL;
    case LOFI_SLOT_READOUT:
      return result->readout != NULL;
    case LOFI_SLOT_LAZY:
      return result->lazy != NULL;
    case LOFI_SLOT_LINEAR:
      return result->linear != NULL;
    case LOFI_SLOT_KERNEL:
      return result->kernel != NULL;
    case LOFI_SLOT_DESCENT:
      return result->descent != NULL;
    default:
      return slot - LOFI_SLOT_LAYER < result->n_layers && result->layers[slot - LOFI_SLOT_LAYER] != NULL;
    }
}

void
lofi_session_fill_slots (LofiSession *self, LofiResult *result)
{
  for (guint i = 0; i < self->slots->len; i++)
    {
      LofiSlot *slot = &g_array_index (self->slots, LofiSlot, i);
      if (!result_has (result, i))
        continue;
      lofi_result_ref (result);
      g_clear_pointer (&slot->from, lofi_result_unref);
      slot->from = result;
      if (g_strcmp0 (slot->had, slot->wanted) != 0)
        {
          g_free (slot->had);
          slot->had = g_strdup (slot->wanted);
        }
    }
}

LofiShown
lofi_session_slot_shown (LofiSession *self, guint slot)
{
  if (slot >= self->slots->len)
    return LOFI_SHOWN_NOTHING;
  const LofiSlot *s = &g_array_index (self->slots, LofiSlot, slot);
  if (s->from && strcmp (s->had, s->wanted) == 0)
    return LOFI_SHOWN_FRESH;
  if (self->live && slot >= LOFI_SLOT_LAYER && self->live->live_layer == (int) (slot - LOFI_SLOT_LAYER))
    return LOFI_SHOWN_LIVE;
  return s->from ? LOFI_SHOWN_STALE : LOFI_SHOWN_NOTHING;
}

LofiResult *
lofi_session_slot_from (LofiSession *self, guint slot)
{
  if (slot >= self->slots->len)
    return NULL;
  if (lofi_session_slot_shown (self, slot) == LOFI_SHOWN_LIVE)
    return self->live;
  return g_array_index (self->slots, LofiSlot, slot).from;
}

static LofiResult *
get_slot (LofiSession *self, guint slot, LofiShown *shown)
{
  if (shown)
    *shown = lofi_session_slot_shown (self, slot);
  return lofi_session_slot_from (self, slot);
}

LofiResult *
lofi_session_get_task (LofiSession *self, LofiShown *shown)
{
  return get_slot (self, LOFI_SLOT_TASK, shown);
}

LofiResult *
lofi_session_get_layer (LofiSession *self, guint layer, LofiShown *shown)
{
  return get_slot (self, LOFI_SLOT_LAYER + layer, shown);
}

LofiResult *
lofi_session_get_readout (LofiSession *self, LofiShown *shown)
{
  return get_slot (self, LOFI_SLOT_READOUT, shown);
}

LofiResult *
lofi_session_get_baseline (LofiSession *self, LofiBaseline baseline, LofiShown *shown)
{
  return get_slot (self, LOFI_SLOT_LAZY + baseline, shown);
}

const LofiReadout *
lofi_baseline_readout (const LofiResult *result, LofiBaseline baseline)
{
  if (!result)
    return NULL;
  const LofiReadout *readouts[LOFI_N_BASELINES] = { result->lazy, result->linear, result->kernel, result->descent };
  return readouts[baseline];
}

gboolean
lofi_baseline_is_wanted (const LofiExperiment *experiment, LofiBaseline baseline)
{
  return baseline <= LOFI_BASELINE_LINEAR || (experiment->sweep_compare & (1u << baseline)) != 0;
}

gsize
lofi_session_get_available (LofiSession *self)
{
  LofiResult *result = lofi_session_slot_from (self, LOFI_SLOT_TASK);
  return result ? result->task->available_train : 0;
}

void
lofi_session_init_slots (LofiSession *self)
{
  self->slots = g_array_new (FALSE, TRUE, sizeof (LofiSlot));
  g_array_set_clear_func (self->slots, slot_clear);
}
