/* The runner's alignment. */
#include "config.h"
#include "lofi-runner-private.h"

/* ---- worker ---- */

/* What the observer of one run knows: snapshots of a run that is no longer wanted are dropped. */
typedef struct {
  LofiRunner *runner;
  guint64 serial;
  const char *key;
} Run;

static guint
seeds_finished (const LofiAlignment *alignment)
{
  guint finished = 0;
  for (guint i = 0; alignment && i < alignment->seeds->len; i++)
    finished += g_array_index (alignment->seeds, LofiAlignSeed, i).finished;
  return finished;
}

static void
on_snapshot (gpointer data, LofiAlignment *alignment)
{
  Run *run = data;
  LofiRunner *self = run->runner;
  g_mutex_lock (&self->lock);
  /* Asked for again with fewer seeds, those found are not forgotten. */
  if (seeds_finished (alignment) >= seeds_finished (g_hash_table_lookup (self->alignments, run->key)))
    g_hash_table_replace (self->alignments, g_strdup (run->key), lofi_alignment_ref (alignment));
  if (run->serial == self->align_serial)
    {
      g_clear_pointer (&self->out_alignment, lofi_alignment_unref);
      self->out_alignment = lofi_alignment_ref (alignment);
      self->out_align = TRUE;
      lofi_runner_wake_main (self);
    }
  g_mutex_unlock (&self->lock);
}

static void
on_progress (gpointer data, double fraction)
{
  Run *run = data;
  LofiRunner *self = run->runner;
  g_mutex_lock (&self->lock);
  if (run->serial == self->align_serial)
    {
      self->align_progress = fraction;
      self->out_align_progress = TRUE;
      lofi_runner_tell_progress (self);
    }
  gboolean pictures = self->pictures_wanted != NULL;
  g_mutex_unlock (&self->lock);
  if (pictures)
    lofi_runner_serve_pictures (self);
}

void
lofi_runner_run_align (LofiRunner *self)
{
  g_autoptr (LofiExperiment) experiment = lofi_experiment_dup (self->align_wanted);
  g_autofree char *key = lofi_alignment_key (experiment);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Run run = { self, self->align_serial, key };
  LofiAlignObserver observer = { on_snapshot, on_progress, &run };
  LofiAlignment *known = g_hash_table_lookup (self->alignments, key);
  g_autoptr (LofiAlignment) earlier = known ? lofi_alignment_ref (known) : NULL;
  self->align_running = cancellable;
  g_mutex_unlock (&self->lock);
  g_autoptr (LofiAlignment) alignment = lofi_align (experiment, earlier, self->cache, &observer, cancellable, &error);
  g_mutex_lock (&self->lock);
  self->align_running = NULL;
  gboolean failed = !alignment && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  if (run.serial == self->align_serial && (alignment || failed))
    g_clear_pointer (&self->align_wanted, lofi_experiment_free);
  if (run.serial == self->align_serial && failed)
    {
      g_clear_error (&self->out_align_failed);
      self->out_align_failed = g_steal_pointer (&error);
    }
  self->out_align = TRUE;
  lofi_runner_wake_main (self);
}

/* ---- main thread ---- */

/* What was left for the main thread belongs to the request before. Under the lock. */
static void
forget_request (LofiRunner *self)
{
  g_clear_pointer (&self->align_wanted, lofi_experiment_free);
  g_clear_pointer (&self->out_alignment, lofi_alignment_unref);
  g_clear_error (&self->out_align_failed);
  self->align_serial++;
  self->align_progress = 0;
}

void
lofi_runner_align (LofiRunner *self, const LofiExperiment *experiment)
{
  g_return_if_fail (LOFI_IS_RUNNER (self));
  g_mutex_lock (&self->lock);
  forget_request (self);
  lofi_runner_interrupt (self);
  self->align_wanted = lofi_experiment_dup (experiment);
  self->align_first = TRUE;
  self->out_align = TRUE;
  lofi_runner_wake_main (self);
  g_cond_signal (&self->wake);
  g_mutex_unlock (&self->lock);
}

void
lofi_runner_stop_align (LofiRunner *self)
{
  g_return_if_fail (LOFI_IS_RUNNER (self));
  g_mutex_lock (&self->lock);
  forget_request (self);
  if (self->align_running)
    g_cancellable_cancel (self->align_running);
  self->out_align = TRUE;
  lofi_runner_wake_main (self);
  g_mutex_unlock (&self->lock);
}

gboolean
lofi_runner_is_aligning (LofiRunner *self)
{
  g_mutex_lock (&self->lock);
  gboolean aligning = self->align_wanted != NULL;
  g_mutex_unlock (&self->lock);
  return aligning;
}

double
lofi_runner_get_align_progress (LofiRunner *self)
{
  g_mutex_lock (&self->lock);
  double progress = self->align_progress;
  g_mutex_unlock (&self->lock);
  return progress;
}

LofiAlignment *
lofi_runner_alignment (LofiRunner *self, const LofiExperiment *experiment)
{
  g_autofree char *key = lofi_alignment_key (experiment);
  g_mutex_lock (&self->lock);
  LofiAlignment *alignment = g_hash_table_lookup (self->alignments, key);
  if (alignment)
    lofi_alignment_ref (alignment);
  g_mutex_unlock (&self->lock);
  return alignment;
}
