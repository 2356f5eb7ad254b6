/* The runner's sweep. Its cells are on disk as they are found, so that the end of the program loses none. */
#include "config.h"
#include <glib/gstdio.h>
#include "lofi-dataset.h"
#include "lofi-runner-private.h"
#include "lofi-sweep-folder.h"

/* ---- the cells on disk ---- */

/* Where cells of this experiment are kept from one run of the program to the next: a place of their own for every version of the data's and the weights'
 * files, as far as their sizes and times tell. NULL when that is not known. (transfer full) */
static char *
folder_of (const LofiExperiment *experiment)
{
  g_autoptr (LofiExperiment) plain = lofi_experiment_dup (experiment);
  g_autofree char *key = lofi_emergence_key (experiment);
  plain->seed = 0;
  plain->data.train = 1000;
  g_autofree char *data = lofi_dataset_key (plain, NULL);
  g_autoptr (GString) all = g_string_new (LOFI_VERSION "\n");
  if (!data)
    return NULL;
  for (guint i = 0; i < experiment->sweep_axes->len; i++)
    if (g_str_has_prefix (((const LofiSweepAxis *) g_ptr_array_index (experiment->sweep_axes, i))->key, "data.source"))
      return NULL;
  g_string_append_printf (all, "%s\n%s\n", key, data);
  for (guint l = 0; l < experiment->layers->len; l++)
    {
      const char *weights = lofi_experiment_layer (experiment, l)->weights;
      g_autofree char *path = weights && *weights ? lofi_experiment_resolve (experiment, weights) : NULL;
      GStatBuf status;
      if (path && g_stat (path, &status) == 0)
        g_string_append_printf (all, "%s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n", path, (gint64) status.st_size, (gint64) status.st_mtime);
    }
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, all->str, -1);
  hash[24] = '\0';
  return g_build_filename (g_get_user_cache_dir (), "lofi-explorer", "sweeps", hash, NULL);
}

typedef struct {
  LofiRunner *runner;
  LofiSweepFolder *folder;       /* NULL: cells stay in memory */
} Watch;

/* Cells that cannot be kept are still cells. */
static void
give_up_folder (Watch *watch, const GError *reason)
{
  if (!watch->runner->sweep_warned)
    g_warning ("%s", reason->message);
  watch->runner->sweep_warned = TRUE;
  g_clear_pointer (&watch->folder, lofi_sweep_folder_close);
}

static void
open_folder (Watch *watch, const LofiExperiment *experiment, LofiCells *cells)
{
  g_autofree char *path = folder_of (experiment);
  g_autoptr (GError) reason = NULL;
  if (path && !(watch->folder = lofi_sweep_folder_open (path, experiment, TRUE, cells, &reason)))
    give_up_folder (watch, reason);
}

/* ---- worker ---- */

static void
on_cell (gpointer data, const LofiCell *cell, gboolean overlaps, guint finished, guint total)
{
  Watch *watch = data;
  LofiRunner *self = watch->runner;
  g_autoptr (GError) reason = NULL;
  if (watch->folder && !lofi_sweep_folder_append (watch->folder, cell, overlaps, &reason))
    give_up_folder (watch, reason);
  g_mutex_lock (&self->lock);
  self->sweep_finished = finished;
  self->sweep_total = total;
  self->out_cells = TRUE;
  lofi_runner_wake_main (self);
  g_mutex_unlock (&self->lock);
}

static void
on_waiting (gpointer data)
{
  LofiRunner *self = ((Watch *) data)->runner;
  g_mutex_lock (&self->lock);
  gboolean pictures = self->pictures_wanted != NULL;
  g_mutex_unlock (&self->lock);
  if (pictures)
    lofi_runner_serve_pictures (self);
}

/* What was there before shows at once. */
static void
tell_found (LofiRunner *self, const LofiExperiment *experiment, LofiCells *cells)
{
  guint found = lofi_emergence_found (experiment, cells);
  g_mutex_lock (&self->lock);
  self->sweep_finished = found;
  self->out_cells = TRUE;
  lofi_runner_wake_main (self);
  g_mutex_unlock (&self->lock);
}

static gboolean
run_sweep (LofiRunner *self, const LofiExperiment *experiment, LofiCells *cells, GCancellable *cancellable, GError **error)
{
  Watch watch = { self, NULL };
  const LofiSweepObserver observer = { on_cell, &watch, on_waiting };
  open_folder (&watch, experiment, cells);
  tell_found (self, experiment, cells);
  gboolean done = lofi_emergence_run (experiment, cells, (LofiShare) { 0, 0 }, self->cache, &observer, cancellable, error);
  g_clear_pointer (&watch.folder, lofi_sweep_folder_close);
  return done;
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
  gboolean done = run_sweep (self, experiment, cells, cancellable, &error);
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
