/* The session: the runner's answers, and its life. */
#include "config.h"
#include <string.h>
#include "lofi-session-private.h"

#define REFINE_MS 50

G_DEFINE_FINAL_TYPE (LofiSession, lofi_session, G_TYPE_OBJECT)

static guint changed_signal;

void
lofi_session_changed (LofiSession *self, LofiChange what)
{
  if (!self->closed)
    g_signal_emit (self, changed_signal, 0, (guint) what);
}

/* ---- the runner's answers ---- */

static void
set_message (LofiSession *self, const char *message)
{
  g_free (self->message);
  self->message = g_strdup (message);
}

/* A fit is done before its null lines are: what is left of it tells nobody when it ends. */
static gboolean
on_refine_time (gpointer data)
{
  LofiSession *self = data;
  if (lofi_runner_is_busy (self->runner))
    return G_SOURCE_CONTINUE;
  self->refine_id = 0;
  lofi_session_changed (self, LOFI_CHANGED_PROGRESS | LOFI_CHANGED_RESULT);
  return G_SOURCE_REMOVE;
}

static void
on_snapshot (LofiSession *self, LofiResult *result)
{
  if (result->generation != self->generation)
    return;
  g_clear_pointer (&self->live, lofi_result_unref);
  if (result->live_layer >= 0)
    self->live = lofi_result_ref (result);
  LofiResult *task = lofi_session_slot_from (self, LOFI_SLOT_TASK);
  const LofiTask *known = task ? task->task : NULL;
  lofi_session_fill_slots (self, result);
  if (result->task && result->task != known)
    lofi_session_make_plan (self);
  LofiChange what = LOFI_CHANGED_RESULT;
  if (result->finished)
    {
      self->busy = FALSE;
      self->seconds = result->seconds;
      what |= LOFI_CHANGED_PROGRESS;
      if (!self->refine_id && lofi_runner_is_busy (self->runner))
        self->refine_id = g_timeout_add (REFINE_MS, on_refine_time, self);
    }
  lofi_session_want_pictures (self);
  lofi_session_want_errands (self);
  lofi_session_changed (self, what);
  if (self->held && lofi_session_spectrum_was_seen (self))
    lofi_session_release_held (self);
}

static void
on_progress (LofiSession *self)
{
  if (self->busy || self->refine_id)
    lofi_session_changed (self, LOFI_CHANGED_PROGRESS);
}

/* The newest fit ended without a result; what it finished before stays. */
static void
end_unfinished (LofiSession *self, const char *message)
{
  /* Null lines that could not be refined leave the result as it was. */
  if (self->busy)
    self->seconds = -1;
  self->busy = FALSE;
  g_clear_pointer (&self->live, lofi_result_unref);
  if (message)
    set_message (self, message);
  lofi_session_changed (self, LOFI_CHANGED_RESULT | LOFI_CHANGED_PROGRESS | LOFI_CHANGED_MESSAGE);
  lofi_session_release_held (self);
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

static void
on_alignment (LofiSession *self, LofiAlignment *alignment)
{
  lofi_session_take_alignment (self, alignment);
}

static void
on_align_progress (LofiSession *self)
{
  lofi_session_changed (self, LOFI_CHANGED_DESCENT);
}

static void
on_align_failed (LofiSession *self, GError *error)
{
  g_clear_pointer (&self->aligned, lofi_experiment_free);
  set_message (self, error->message);
  lofi_session_changed (self, LOFI_CHANGED_DESCENT | LOFI_CHANGED_MESSAGE);
}

/* ---- computing ---- */

void
lofi_session_run (LofiSession *self)
{
  g_return_if_fail (LOFI_IS_SESSION (self) && !self->closed);
  g_autoptr (GError) error = NULL;
  g_clear_pointer (&self->live, lofi_result_unref);
  self->seconds = -1;
  g_clear_handle_id (&self->refine_id, g_source_remove);
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
  lofi_session_drop_held (self);
  if (self->busy || self->refine_id)
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

gboolean
lofi_session_is_refining (LofiSession *self)
{
  return self->refine_id != 0;
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

/* ---- life ---- */

void
lofi_session_close (LofiSession *self)
{
  if (self->closed)
    return;
  self->closed = TRUE;
  g_clear_handle_id (&self->play_id, g_source_remove);
  g_clear_handle_id (&self->refine_id, g_source_remove);
  lofi_session_drop_held (self);
  lofi_session_stop_degrees (self);
  lofi_session_stop_errands (self);
  lofi_session_unwatch_folder (self);
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
  lofi_session_forget_plan (self);
  lofi_session_forget_errands (self);
  g_clear_pointer (&self->experiment, lofi_experiment_free);
  g_clear_pointer (&self->swept, lofi_experiment_free);
  g_clear_pointer (&self->degrees, g_hash_table_unref);
  g_clear_pointer (&self->aligned, lofi_experiment_free);
  g_clear_pointer (&self->alignment, lofi_alignment_unref);
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
  self->degrees = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) lofi_array_unref);
  lofi_session_init_slots (self);
  self->seconds = self->plan_seconds = -1;
  self->picture = LOFI_PICTURE_PULLED_BACK;
  self->feature_y = 1;
  lofi_session_init_sweep_view (self);
  g_signal_connect_swapped (self->runner, "snapshot", G_CALLBACK (on_snapshot), self);
  g_signal_connect_swapped (self->runner, "progress", G_CALLBACK (on_progress), self);
  g_signal_connect_swapped (self->runner, "failed", G_CALLBACK (on_failed), self);
  g_signal_connect_swapped (self->runner, "stopped", G_CALLBACK (on_stopped), self);
  g_signal_connect_swapped (self->runner, "cells", G_CALLBACK (on_cells), self);
  g_signal_connect_swapped (self->runner, "alignment", G_CALLBACK (on_alignment), self);
  g_signal_connect_swapped (self->runner, "align-progress", G_CALLBACK (on_align_progress), self);
  g_signal_connect_swapped (self->runner, "align-failed", G_CALLBACK (on_align_failed), self);
  g_signal_connect_swapped (self->runner, "sweep-failed", G_CALLBACK (on_sweep_failed), self);
}

LofiSession *
lofi_session_new (LofiExperiment *experiment)
{
  g_return_val_if_fail (experiment, NULL);
  LofiSession *self = g_object_new (LOFI_TYPE_SESSION, NULL);
  self->experiment = experiment;
  lofi_session_want_slots (self);
  lofi_session_make_plan (self);
  self->place = lofi_place_for_card (experiment, MIN (1, experiment->layers->len), LOFI_VIEW_SPECTRUM);
  return self;
}
