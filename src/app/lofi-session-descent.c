/* The session: the alignment of the filter with gradient descent. */
#include "config.h"
#include <string.h>
#include "lofi-session-private.h"

void
lofi_session_start_descent (LofiSession *self)
{
  g_return_if_fail (LOFI_IS_SESSION (self) && !self->closed);
  g_autoptr (GError) error = NULL;
  if (!lofi_experiment_check (self->experiment, &error))
    {
      lofi_session_set_message (self, error->message);
      return;
    }
  g_clear_pointer (&self->aligned, lofi_experiment_free);
  self->aligned = lofi_experiment_dup (self->experiment);
  lofi_runner_align (self->runner, self->aligned);
  lofi_session_changed (self, LOFI_CHANGED_DESCENT);
}

void
lofi_session_stop_descent (LofiSession *self)
{
  g_return_if_fail (LOFI_IS_SESSION (self));
  g_clear_pointer (&self->aligned, lofi_experiment_free);
  lofi_runner_stop_align (self->runner);
  lofi_session_changed (self, LOFI_CHANGED_DESCENT);
}

/* Training of other settings ends; of more or fewer seeds it goes on with those. */
void
lofi_session_follow_descent (LofiSession *self)
{
  if (!self->aligned)
    return;
  g_autofree char *old_key = lofi_alignment_key (self->aligned), *new_key = lofi_alignment_key (self->experiment);
  if (strcmp (old_key, new_key) != 0)
    lofi_session_stop_descent (self);
  else if (self->aligned->descent.seeds != self->experiment->descent.seeds)
    lofi_session_start_descent (self);
}

void
lofi_session_take_alignment (LofiSession *self, LofiAlignment *alignment)
{
  if (self->aligned && !lofi_runner_is_aligning (self->runner))
    g_clear_pointer (&self->aligned, lofi_experiment_free);
  if (alignment)
    {
      lofi_alignment_ref (alignment);
      g_clear_pointer (&self->alignment, lofi_alignment_unref);
      self->alignment = alignment;
    }
  lofi_session_changed (self, LOFI_CHANGED_DESCENT);
}

gboolean
lofi_session_is_descending (LofiSession *self)
{
  return self->aligned != NULL;
}

double
lofi_session_get_descent_progress (LofiSession *self)
{
  return lofi_runner_get_align_progress (self->runner);
}

LofiAlignment *
lofi_session_get_alignment (LofiSession *self, LofiShown *shown)
{
  g_autofree char *wanted = lofi_alignment_key (self->experiment);
  g_autofree char *had = self->alignment ? lofi_alignment_key (self->alignment->experiment) : NULL;
  if (g_strcmp0 (wanted, had) != 0)
    {
      /* Back at settings that were trained before. */
      g_autoptr (LofiAlignment) known = lofi_runner_alignment (self->runner, self->experiment);
      if (known && known->points->len > 0)
        {
          g_clear_pointer (&self->alignment, lofi_alignment_unref);
          self->alignment = g_steal_pointer (&known);
          g_free (had);
          had = g_strdup (wanted);
        }
    }
  *shown = !self->alignment ? LOFI_SHOWN_NOTHING : g_strcmp0 (wanted, had) == 0 ? LOFI_SHOWN_FRESH : LOFI_SHOWN_STALE;
  return self->alignment;
}

LofiAlignSpace
lofi_session_get_space (LofiSession *self)
{
  return self->space;
}

void
lofi_session_set_space (LofiSession *self, LofiAlignSpace space)
{
  if (space == self->space)
    return;
  self->space = space;
  lofi_session_changed (self, LOFI_CHANGED_DESCENT);
}
