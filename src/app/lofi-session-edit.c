/* The session: the settings, a dragged change that waits, undo. */
#include "config.h"
#include <string.h>
#include "lofi-session-private.h"

#define UNDO_MAX 100
#define MERGE_US (1 * G_USEC_PER_SEC)
#define HOLD_MS 2000

/* ---- a dragged change that waits ---- */

static void adopt (LofiSession *self, LofiExperiment *experiment);

void
lofi_session_drop_held (LofiSession *self)
{
  g_clear_handle_id (&self->held_id, g_source_remove);
  g_clear_pointer (&self->held, lofi_experiment_free);
}

void
lofi_session_release_held (LofiSession *self)
{
  LofiExperiment *held = g_steal_pointer (&self->held);
  lofi_session_drop_held (self);
  if (held)
    adopt (self, held);
}

static gboolean
on_held_too_long (gpointer data)
{
  LofiSession *self = data;
  self->held_id = 0;
  lofi_session_release_held (self);
  return G_SOURCE_REMOVE;
}

/* Has the place's layer shown its whole spectrum under the settings at hand? Outside the layers the first one stands for it. */
gboolean
lofi_session_spectrum_was_seen (LofiSession *self)
{
  guint layer = lofi_session_get_card (self);
  layer = layer >= 1 && layer <= self->experiment->layers->len ? layer - 1 : 0;
  if (!self->busy || self->experiment->layers->len == 0)
    return TRUE;
  LofiShown shown = lofi_session_slot_shown (self, LOFI_SLOT_LAYER + layer);
  return shown == LOFI_SHOWN_FRESH || (shown == LOFI_SHOWN_LIVE && self->live->live_samples == self->live->live_total);
}

/* ---- settings ---- */

const LofiExperiment *
lofi_session_get_experiment (LofiSession *self)
{
  return self->experiment;
}

/* Takes the experiment; the place stays, or the nearest one there still is. */
static void
adopt (LofiSession *self, LofiExperiment *experiment)
{
  g_clear_pointer (&self->experiment, lofi_experiment_free);
  self->experiment = experiment;
  lofi_session_want_slots (self);
  guint index = lofi_place_index (experiment, self->place);
  self->place = lofi_place_at (experiment, MIN (index, lofi_places_count (experiment) - 1));
  lofi_session_follow_sweep (self);
  lofi_session_follow_folder (self);
  lofi_session_follow_descent (self);
  lofi_session_make_plan (self);
  lofi_session_run (self);
  lofi_session_want_pictures (self);
  lofi_session_want_errands (self);
  lofi_session_changed (self, LOFI_CHANGED_EXPERIMENT | LOFI_CHANGED_PLACE | LOFI_CHANGED_SWEEP | LOFI_CHANGED_DESCENT);
}

const LofiExperiment *
lofi_session_get_asked (LofiSession *self)
{
  return self->held ? self->held : self->experiment;
}

LofiExperiment *
lofi_session_dup_experiment (LofiSession *self)
{
  return lofi_experiment_dup (lofi_session_get_asked (self));
}

static gboolean
merges (LofiSession *self, const char *what)
{
  return what && g_strcmp0 (what, self->last_what) == 0 && g_get_monotonic_time () - self->last_edit < MERGE_US
         && self->undo->len > 0;
}

void
lofi_session_drag (LofiSession *self, LofiExperiment *edited, const char *what)
{
  g_return_if_fail (LOFI_IS_SESSION (self) && edited && what && !self->closed);
  if (!merges (self, what) || lofi_session_spectrum_was_seen (self))
    {
      lofi_session_edit (self, edited, what);
      return;
    }
  self->last_edit = g_get_monotonic_time ();
  g_clear_pointer (&self->held, lofi_experiment_free);
  self->held = edited;
  if (!self->held_id)
    self->held_id = g_timeout_add (HOLD_MS, on_held_too_long, self);
}

void
lofi_session_edit (LofiSession *self, LofiExperiment *edited, const char *what)
{
  g_return_if_fail (LOFI_IS_SESSION (self) && edited && !self->closed);
  gboolean merge = merges (self, what);
  gint64 now = g_get_monotonic_time ();
  lofi_session_drop_held (self);          /* it is in `edited`, which began as lofi_session_dup_experiment */
  g_free (self->last_what);
  self->last_what = g_strdup (what);
  self->last_edit = now;
  if (!merge)
    {
      if (self->undo->len == UNDO_MAX)
        g_ptr_array_remove_index (self->undo, 0);
      g_ptr_array_add (self->undo, lofi_experiment_dup (self->experiment));
    }
  g_ptr_array_set_size (self->redo, 0);
  adopt (self, edited);
}

static gboolean
move_between (LofiSession *self, GPtrArray *from, GPtrArray *to)
{
  if (from->len == 0)
    return FALSE;
  g_clear_pointer (&self->last_what, g_free);
  lofi_session_drop_held (self);
  g_ptr_array_add (to, lofi_experiment_dup (self->experiment));
  adopt (self, g_ptr_array_steal_index (from, from->len - 1));
  return TRUE;
}

gboolean
lofi_session_undo (LofiSession *self)
{
  return move_between (self, self->undo, self->redo);
}

gboolean
lofi_session_redo (LofiSession *self)
{
  return move_between (self, self->redo, self->undo);
}

gboolean
lofi_session_can_undo (LofiSession *self)
{
  return self->undo->len > 0;
}

gboolean
lofi_session_can_redo (LofiSession *self)
{
  return self->redo->len > 0;
}
