/* The session: settings, undo, and the runner's answers. */
#include "config.h"
#include <string.h>
#include "lofi-session-private.h"

#define UNDO_MAX 100
#define MERGE_US (1 * G_USEC_PER_SEC)
#define HOLD_MS 2000

G_DEFINE_FINAL_TYPE (LofiSession, lofi_session, G_TYPE_OBJECT)

static guint changed_signal;

void
lofi_session_changed (LofiSession *self, LofiChange what)
{
  if (!self->closed)
    g_signal_emit (self, changed_signal, 0, (guint) what);
}

/* ---- a dragged change that waits ---- */

static void adopt (LofiSession *self, LofiExperiment *experiment);

static void
drop_held (LofiSession *self)
{
  g_clear_handle_id (&self->held_id, g_source_remove);
  g_clear_pointer (&self->held, lofi_experiment_free);
}

static void
release_held (LofiSession *self)
{
  LofiExperiment *held = g_steal_pointer (&self->held);
  drop_held (self);
  if (held)
    adopt (self, held);
}

static gboolean
on_held_too_long (gpointer data)
{
  LofiSession *self = data;
  self->held_id = 0;
  release_held (self);
  return G_SOURCE_REMOVE;
}

/* Has the place's layer shown its whole spectrum under the settings at hand? Outside the layers the first one stands for it. */
static gboolean
spectrum_was_seen (LofiSession *self)
{
  guint layer = lofi_session_get_card (self);
  layer = layer >= 1 && layer <= self->experiment->layers->len ? layer - 1 : 0;
  if (!self->busy || self->experiment->layers->len == 0)
    return TRUE;
  LofiShown shown = lofi_session_slot_shown (self, LOFI_SLOT_LAYER + layer);
  return shown == LOFI_SHOWN_FRESH || (shown == LOFI_SHOWN_LIVE && self->live->live_samples == self->live->live_total);
}

/* ---- the runner's answers ---- */

static void
set_message (LofiSession *self, const char *message)
{
  g_free (self->message);
  self->message = g_strdup (message);
}

static void
on_snapshot (LofiSession *self, LofiResult *result)
{
  if (result->generation != self->generation)
    return;
  g_clear_pointer (&self->live, lofi_result_unref);
  if (result->live_layer >= 0)
    self->live = lofi_result_ref (result);
  lofi_session_fill_slots (self, result);
  LofiChange what = LOFI_CHANGED_RESULT;
  if (result->finished)
    {
      self->busy = FALSE;
      self->seconds = result->seconds;
      what |= LOFI_CHANGED_PROGRESS;
    }
  lofi_session_want_pictures (self);
  lofi_session_changed (self, what);
  if (self->held && spectrum_was_seen (self))
    release_held (self);
}

static void
on_progress (LofiSession *self)
{
  if (self->busy)
    lofi_session_changed (self, LOFI_CHANGED_PROGRESS);
}

/* The newest fit ended without a result; what it finished before stays. */
static void
end_unfinished (LofiSession *self, const char *message)
{
  self->busy = FALSE;
  self->seconds = -1;
  g_clear_pointer (&self->live, lofi_result_unref);
  if (message)
    set_message (self, message);
  lofi_session_changed (self, LOFI_CHANGED_RESULT | LOFI_CHANGED_PROGRESS | LOFI_CHANGED_MESSAGE);
  release_held (self);
}

static void
on_failed (LofiSession *self, GError *error)
{
  end_unfinished (self, error->message);
}

static void
on_stopped (LofiSession *self)
{
  if (self->busy)
    end_unfinished (self, NULL);
}

static void
on_cells (LofiSession *self)
{
  if (self->swept && !lofi_runner_is_sweeping (self->runner))
    g_clear_pointer (&self->swept, lofi_experiment_free);
  lofi_session_changed (self, LOFI_CHANGED_SWEEP);
}

static void
on_sweep_failed (LofiSession *self, GError *error)
{
  g_clear_pointer (&self->swept, lofi_experiment_free);
  set_message (self, error->message);
  lofi_session_changed (self, LOFI_CHANGED_SWEEP | LOFI_CHANGED_MESSAGE);
}

/* ---- computing ---- */

void
lofi_session_run (LofiSession *self)
{
  g_return_if_fail (LOFI_IS_SESSION (self) && !self->closed);
  g_autoptr (GError) error = NULL;
  g_clear_pointer (&self->live, lofi_result_unref);
  self->seconds = -1;
  set_message (self, NULL);
  if (lofi_experiment_check (self->experiment, &error))
    {
      self->generation = lofi_runner_fit (self->runner, self->experiment);
      self->busy = TRUE;
    }
  else
    {
      /* The fit under way, if any, is of settings that are no more. */
      lofi_runner_stop (self->runner);
      self->generation = 0;
      self->busy = FALSE;
      set_message (self, error->message);
    }
  lofi_session_changed (self, LOFI_CHANGED_RESULT | LOFI_CHANGED_PROGRESS | LOFI_CHANGED_MESSAGE);
}

void
lofi_session_stop (LofiSession *self)
{
  g_return_if_fail (LOFI_IS_SESSION (self));
  drop_held (self);
  if (self->busy)
    lofi_runner_stop (self->runner);
}

gboolean
lofi_session_is_busy (LofiSession *self)
{
  return self->busy;
}

void
lofi_session_get_progress (LofiSession *self, LofiProgress *progress)
{
  lofi_runner_get_progress (self->runner, progress);
}

double
lofi_session_get_seconds (LofiSession *self)
{
  return self->busy ? -1 : self->seconds;
}

guint64
lofi_session_get_generation (LofiSession *self)
{
  return self->generation;
}

const char *
lofi_session_get_message (LofiSession *self)
{
  return self->message;
}

void
lofi_session_set_message (LofiSession *self, const char *message)
{
  set_message (self, message);
  lofi_session_changed (self, LOFI_CHANGED_MESSAGE);
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
  lofi_session_run (self);
  lofi_session_want_pictures (self);
  lofi_session_changed (self, LOFI_CHANGED_EXPERIMENT | LOFI_CHANGED_PLACE | LOFI_CHANGED_SWEEP);
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
  if (!merges (self, what) || spectrum_was_seen (self))
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
  drop_held (self);          /* it is in `edited`, which began as lofi_session_dup_experiment */
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
  drop_held (self);
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

/* ---- life ---- */

void
lofi_session_close (LofiSession *self)
{
  if (self->closed)
    return;
  self->closed = TRUE;
  g_clear_handle_id (&self->play_id, g_source_remove);
  drop_held (self);
  g_signal_handlers_disconnect_by_data (self->runner, self);
  lofi_runner_shut_down (self->runner);
}

static void
lofi_session_dispose (GObject *object)
{
  LofiSession *self = LOFI_SESSION (object);
  if (self->runner)
    lofi_session_close (self);
  g_clear_object (&self->runner);
  G_OBJECT_CLASS (lofi_session_parent_class)->dispose (object);
}

static void
lofi_session_finalize (GObject *object)
{
  LofiSession *self = LOFI_SESSION (object);
  lofi_session_forget_pictures (self);
  g_clear_pointer (&self->experiment, lofi_experiment_free);
  g_clear_pointer (&self->swept, lofi_experiment_free);
  g_clear_pointer (&self->live, lofi_result_unref);
  g_clear_pointer (&self->slots, g_array_unref);
  g_clear_pointer (&self->undo, g_ptr_array_unref);
  g_clear_pointer (&self->redo, g_ptr_array_unref);
  g_free (self->last_what);
  g_free (self->message);
  G_OBJECT_CLASS (lofi_session_parent_class)->finalize (object);
}

static void
lofi_session_class_init (LofiSessionClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  object_class->dispose = lofi_session_dispose;
  object_class->finalize = lofi_session_finalize;
  changed_signal = g_signal_new ("changed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
lofi_session_init (LofiSession *self)
{
  self->runner = lofi_runner_new ();
  self->undo = g_ptr_array_new_with_free_func ((GDestroyNotify) lofi_experiment_free);
  self->redo = g_ptr_array_new_with_free_func ((GDestroyNotify) lofi_experiment_free);
  lofi_session_init_slots (self);
  self->seconds = -1;
  self->picture = LOFI_PICTURE_PULLED_BACK;
  g_signal_connect_swapped (self->runner, "snapshot", G_CALLBACK (on_snapshot), self);
  g_signal_connect_swapped (self->runner, "progress", G_CALLBACK (on_progress), self);
  g_signal_connect_swapped (self->runner, "failed", G_CALLBACK (on_failed), self);
  g_signal_connect_swapped (self->runner, "stopped", G_CALLBACK (on_stopped), self);
  g_signal_connect_swapped (self->runner, "cells", G_CALLBACK (on_cells), self);
  g_signal_connect_swapped (self->runner, "sweep-failed", G_CALLBACK (on_sweep_failed), self);
}

LofiSession *
lofi_session_new (LofiExperiment *experiment)
{
  g_return_val_if_fail (experiment, NULL);
  LofiSession *self = g_object_new (LOFI_TYPE_SESSION, NULL);
  self->experiment = experiment;
  lofi_session_want_slots (self);
  self->place = lofi_place_for_card (experiment, MIN (1, experiment->layers->len), LOFI_VIEW_SPECTRUM);
  return self;
}
