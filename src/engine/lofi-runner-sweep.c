/* The runner's sweep. */
#include "config.h"
#include "lofi-runner-private.h"

/* ---- worker ---- */

static void
on_cell (gpointer data, const LofiCell *cell, gboolean overlaps, guint finished, guint total)
{
  LofiRunner *self = data;
  g_mutex_lock (&self->lock);
  self->sweep_finished = finished;
  self->sweep_total = total;
  self->out_cells = TRUE;
  lofi_runner_wake_main (self);
  gboolean pictures = self->pictures_wanted != NULL;
  g_mutex_unlock (&self->lock);
  if (pictures)
    lofi_runner_serve_pictures (self);
}

void
lofi_runner_run_sweep (LofiRunner *self)
{
  g_autoptr (LofiExperiment) experiment = lofi_experiment_dup (self->sweep_wanted);
  g_autofree char *key = lofi_emergence_key (experiment);
  g_autoptr (LofiCells) cells = lofi_cells_ref (g_hash_table_lookup (self->sweeps, key));
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  guint64 serial = self->sweep_serial;
  self->sweep_running = cancellable;
  g_mutex_unlock (&self->lock);
  const LofiSweepObserver observer = { on_cell, self };
  gboolean done = lofi_emergence_run (experiment, cells, (LofiShare) { 0, 0 }, self->cache, &observer, cancellable, &error);
  g_mutex_lock (&self->lock);
  self->sweep_running = NULL;
  gboolean failed = !done && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  if (serial == self->sweep_serial && (done || failed))
    g_clear_pointer (&self->sweep_wanted, lofi_experiment_free);
  if (serial == self->sweep_serial && failed)
    {
      g_clear_error (&self->out_sweep_failed);
      self->out_sweep_failed = g_steal_pointer (&error);
    }
  self->out_cells = TRUE;
  lofi_runner_wake_main (self);
}

/* ---- main thread ---- */

void
lofi_runner_sweep (LofiRunner *self, const LofiExperiment *experiment)
{
  g_return_if_fail (LOFI_IS_RUNNER (self));
  g_autofree char *key = lofi_emergence_key (experiment);
  g_mutex_lock (&self->lock);
  if (!g_hash_table_contains (self->sweeps, key))
    g_hash_table_insert (self->sweeps, g_steal_pointer (&key), lofi_cells_new ());
  lofi_runner_interrupt (self);
  g_clear_pointer (&self->sweep_wanted, lofi_experiment_free);
  self->sweep_wanted = lofi_experiment_dup (experiment);
  self->sweep_serial++;
  self->align_first = FALSE;
  self->sweep_finished = 0;
  self->sweep_total = lofi_emergence_total (experiment);
  self->out_cells = TRUE;
  lofi_runner_wake_main (self);
  g_cond_signal (&self->wake);
  g_mutex_unlock (&self->lock);
}

void
lofi_runner_stop_sweep (LofiRunner *self)
{
  g_return_if_fail (LOFI_IS_RUNNER (self));
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->sweep_wanted, lofi_experiment_free);
  self->sweep_serial++;
  if (self->sweep_running)
    g_cancellable_cancel (self->sweep_running);
  self->out_cells = TRUE;
  lofi_runner_wake_main (self);
  g_mutex_unlock (&self->lock);
}

gboolean
lofi_runner_is_sweeping (LofiRunner *self)
{
  g_mutex_lock (&self->lock);
  gboolean sweeping = self->sweep_wanted != NULL;
  g_mutex_unlock (&self->lock);
  return sweeping;
}

void
lofi_runner_get_sweep_progress (LofiRunner *self, guint *finished, guint *total)
{
  g_mutex_lock (&self->lock);
  *finished = self->sweep_finished;
  *total = self->sweep_total;
  g_mutex_unlock (&self->lock);
}

LofiCells *
lofi_runner_cells (LofiRunner *self, const LofiExperiment *experiment)
{
  g_autofree char *key = lofi_emergence_key (experiment);
  g_mutex_lock (&self->lock);
  LofiCells *cells = g_hash_table_lookup (self->sweeps, key);
  if (cells)
    lofi_cells_ref (cells);
  g_mutex_unlock (&self->lock);
  return cells;
}

LofiCells *
lofi_runner_share_cells (LofiRunner *self, const LofiExperiment *experiment)
{
  g_autofree char *key = lofi_emergence_key (experiment);
  g_mutex_lock (&self->lock);
  LofiCells *cells = g_hash_table_lookup (self->sweeps, key);
  if (!cells)
    g_hash_table_insert (self->sweeps, g_steal_pointer (&key), cells = lofi_cells_new ());
  lofi_cells_ref (cells);
  g_mutex_unlock (&self->lock);
  return cells;
}
