/* The session: the sweep of sample counts and seeds. */
#include "config.h"
#include <string.h>
#include "lofi-session-private.h"

/* Sample counts that the data does not have give way to all there is: an opened data set may be smaller than the one the experiment was
 * written for. */
static void
fit_samples_to_data (LofiSession *self)
{
  gsize available = lofi_session_get_available (self);
  g_autoptr (LofiExperiment) edited = lofi_session_dup_experiment (self);
  GArray *samples = edited->sweep_samples;
  if (available == 0 || samples->len == 0 || g_array_index (samples, gsize, samples->len - 1) <= available)
    return;
  while (samples->len > 0 && g_array_index (samples, gsize, samples->len - 1) > available)
    g_array_set_size (samples, samples->len - 1);
  if (samples->len == 0 || g_array_index (samples, gsize, samples->len - 1) < available)
    g_array_append_val (samples, available);
  lofi_session_edit (self, g_steal_pointer (&edited), NULL);
}

void
lofi_session_start_sweep (LofiSession *self)
{
  g_return_if_fail (LOFI_IS_SESSION (self) && !self->closed);
  fit_samples_to_data (self);
  g_autoptr (GError) error = NULL;
  if (!lofi_experiment_check (self->experiment, &error))
    {
      lofi_session_set_message (self, error->message);
      return;
    }
  g_clear_pointer (&self->swept, lofi_experiment_free);
  self->swept = lofi_experiment_dup (self->experiment);
  lofi_runner_sweep (self->runner, self->swept);
  lofi_session_changed (self, LOFI_CHANGED_SWEEP);
}

void
lofi_session_stop_sweep (LofiSession *self)
{
  g_return_if_fail (LOFI_IS_SESSION (self));
  g_clear_pointer (&self->swept, lofi_experiment_free);
  lofi_runner_stop_sweep (self->runner);
  lofi_session_changed (self, LOFI_CHANGED_SWEEP);
}

static gboolean
same_axis (const LofiSweepAxis *a, const LofiSweepAxis *b)
{
  return g_str_equal (a->key, b->key) && g_strv_equal ((const char *const *) a->values, (const char *const *) b->values);
}

static gboolean
same_grid (const LofiExperiment *a, const LofiExperiment *b)
{
  gboolean same = a->sweep_seeds == b->sweep_seeds && a->sweep_compare == b->sweep_compare && a->sweep_samples->len == b->sweep_samples->len
                  && memcmp (a->sweep_samples->data, b->sweep_samples->data, a->sweep_samples->len * sizeof (gsize)) == 0
                  && a->sweep_axes->len == b->sweep_axes->len;
  for (guint i = 0; same && i < a->sweep_axes->len; i++)
    same = same_axis (g_ptr_array_index (a->sweep_axes, i), g_ptr_array_index (b->sweep_axes, i));
  return same;
}

void
lofi_session_follow_sweep (LofiSession *self)
{
  if (!self->swept)
    return;
  g_autofree char *old_key = lofi_emergence_key (self->swept);
  g_autofree char *new_key = lofi_emergence_key (self->experiment);
  if (strcmp (old_key, new_key) != 0)
    lofi_session_stop_sweep (self);
  else if (!same_grid (self->swept, self->experiment))
    lofi_session_start_sweep (self);
}

gboolean
lofi_session_is_sweeping (LofiSession *self)
{
  return self->swept != NULL;
}

void
lofi_session_get_sweep_progress (LofiSession *self, guint *finished, guint *total)
{
  /* The sweep counts as it goes; to count again at every cell would take the main loop's time with a large grid. */
  if (self->swept)
    {
      lofi_runner_get_sweep_progress (self->runner, finished, total);
      return;
    }
  g_autoptr (LofiCells) cells = lofi_session_get_cells (self);
  *total = lofi_emergence_total (self->experiment);
  *finished = cells ? lofi_emergence_found (self->experiment, cells) : 0;
}

LofiCells *
lofi_session_get_cells (LofiSession *self)
{
  return lofi_runner_cells (self->runner, self->experiment);
}

LofiCells *
lofi_session_share_cells (LofiSession *self)
{
  return lofi_runner_share_cells (self->runner, self->experiment);
}
