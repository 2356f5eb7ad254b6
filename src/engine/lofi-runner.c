/* The runner: everything the worker and the main thread share stands under one lock; the worker never touches the object's signals,
 * it leaves what it has in the outbox and wakes the main context. */
#include "config.h"
#include <glib/gi18n-lib.h>
#include "lofi-runner-private.h"

#define CACHE_BYTES ((gsize) 1536 << 20)
#define LIVE_PICTURES 12
#define PROGRESS_INTERVAL_MS 33

G_DEFINE_FINAL_TYPE (LofiRunner, lofi_runner, G_TYPE_OBJECT)

enum { SNAPSHOT, PROGRESS, FAILED, STOPPED, CELLS, SWEEP_FAILED, ALIGNMENT, ALIGN_PROGRESS, ALIGN_FAILED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
pictures_request_free (gpointer data)
{
  PicturesRequest *request = data;
  if (request->destroy)
    request->destroy (request->data);
  lofi_result_unref (request->result);
  g_clear_pointer (&request->pictures, lofi_array_unref);
  g_clear_error (&request->error);
  g_free (request);
}

/* ---- main thread: emptying the outbox ---- */

static gboolean
deliver_progress (gpointer data)
{
  g_autoptr (LofiRunner) self = g_object_ref (data);
  g_mutex_lock (&self->lock);
  guint64 generation = self->generation;
  gboolean tell = self->out_progress, tell_align = self->out_align_progress;
  self->out_progress = self->out_align_progress = FALSE;
  g_clear_pointer (&self->progress_source, g_source_unref);
  g_mutex_unlock (&self->lock);
  if (tell)
    g_signal_emit (self, signals[PROGRESS], 0, generation);
  if (tell_align)
    g_signal_emit (self, signals[ALIGN_PROGRESS], 0);
  return G_SOURCE_REMOVE;
}

static void
answer_pictures (GPtrArray *answered)
{
  for (guint i = 0; i < answered->len; i++)
    {
      PicturesRequest *request = g_ptr_array_index (answered, i);
      request->callback (g_steal_pointer (&request->pictures), request->error, request->data);
    }
}

static gboolean
deliver (gpointer data)
{
  g_autoptr (LofiRunner) self = g_object_ref (data);
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->out_source, g_source_unref);
  g_autoptr (LofiResult) snapshot = g_steal_pointer (&self->out_snapshot);
  g_autoptr (GError) failed = g_steal_pointer (&self->out_failed), sweep_failed = g_steal_pointer (&self->out_sweep_failed);
  g_autoptr (GError) align_failed = g_steal_pointer (&self->out_align_failed);
  g_autoptr (LofiAlignment) alignment = g_steal_pointer (&self->out_alignment);
  /* A stop is told when nothing runs any more, also not a fit that an already withdrawn request had overtaken. */
  gboolean stopped = self->out_stopped && !self->fit_wanted && !self->fit_running;
  guint64 align_serial = self->align_serial;
  gboolean cells = self->out_cells, align = self->out_align, current = self->out_failed_generation == self->generation;
  g_autoptr (GPtrArray) answered = self->out_pictures;
  self->out_stopped &= !stopped;
  self->out_cells = self->out_align = FALSE;
  self->out_pictures = g_ptr_array_new_with_free_func (pictures_request_free);
  g_mutex_unlock (&self->lock);

  /* A handler may ask for a new fit: what is left is then older than the newest request. */
  if (snapshot && snapshot->generation == self->generation)
    g_signal_emit (self, signals[SNAPSHOT], 0, snapshot);
  if (failed && current && self->out_failed_generation == self->generation)
    g_signal_emit (self, signals[FAILED], 0, failed);
  if (stopped && !lofi_runner_is_busy (self))
    g_signal_emit (self, signals[STOPPED], 0);
  if (cells)
    g_signal_emit (self, signals[CELLS], 0);
  if (sweep_failed)
    g_signal_emit (self, signals[SWEEP_FAILED], 0, sweep_failed);
  if (align && align_serial == self->align_serial)
    g_signal_emit (self, signals[ALIGNMENT], 0, alignment);
  if (align_failed && align_serial == self->align_serial)
    g_signal_emit (self, signals[ALIGN_FAILED], 0, align_failed);
  answer_pictures (answered);
  return G_SOURCE_REMOVE;
}

/* The source borrows self: shutting down destroys it in the main thread. */
void
lofi_runner_wake_main (LofiRunner *self)
{
  if (self->out_source || self->quit)
    return;
  self->out_source = g_idle_source_new ();
  g_source_set_callback (self->out_source, deliver, self, NULL);
  g_source_attach (self->out_source, self->context);
}

void
lofi_runner_tell_progress (LofiRunner *self)
{
  if (self->progress_source || self->quit)
    return;
  self->progress_source = g_timeout_source_new (PROGRESS_INTERVAL_MS);
  g_source_set_callback (self->progress_source, deliver_progress, self, NULL);
  g_source_attach (self->progress_source, self->context);
}

/* ---- worker ---- */

void
lofi_runner_serve_pictures (LofiRunner *self)
{
  g_mutex_lock (&self->lock);
  PicturesRequest *request = g_steal_pointer (&self->pictures_wanted);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  if (request)
    self->pictures_running = cancellable;
  g_mutex_unlock (&self->lock);
  if (!request)
    return;
  request->pictures = lofi_result_pictures (request->result, request->layer_index, request->picture, request->count, cancellable,
                                            &request->error);
  g_mutex_lock (&self->lock);
  self->pictures_running = NULL;
  g_ptr_array_add (self->out_pictures, request);
  lofi_runner_wake_main (self);
  g_mutex_unlock (&self->lock);
}

static void
on_fit_progress (gpointer data, const LofiProgress *progress)
{
  LofiRunner *self = data;
  g_mutex_lock (&self->lock);
  self->progress = *progress;
  self->out_progress = TRUE;
  lofi_runner_tell_progress (self);
  gboolean pictures = self->pictures_wanted != NULL;
  g_mutex_unlock (&self->lock);
  /* Pictures of a layer that is finished do not wait for the layers after it. */
  if (pictures)
    lofi_runner_serve_pictures (self);
}

static void
on_fit_snapshot (gpointer data, LofiResult *result)
{
  LofiRunner *self = data;
  g_mutex_lock (&self->lock);
  if (result->generation == self->generation)
    {
      g_clear_pointer (&self->out_snapshot, lofi_result_unref);
      self->out_snapshot = lofi_result_ref (result);
      lofi_runner_wake_main (self);
    }
  g_mutex_unlock (&self->lock);
}

/* Called and returns under the lock. */
static void
run_fit (LofiRunner *self)
{
  g_autoptr (LofiExperiment) experiment = g_steal_pointer (&self->fit_wanted);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  guint64 generation = self->generation;
  self->observer.live_pictures = self->fit_hurried ? 0 : LIVE_PICTURES;
  self->fit_running = cancellable;
  self->stop_asked = FALSE;
  g_mutex_unlock (&self->lock);
  g_autoptr (LofiResult) result = lofi_fit (experiment, TRUE, generation, self->cache, &self->observer, cancellable, &error);
  g_mutex_lock (&self->lock);
  self->fit_running = NULL;
  if (generation != self->generation)
    {
      if (self->out_stopped)
        lofi_runner_wake_main (self);
      return;
    }
  if (!result && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    self->out_stopped = self->stop_asked;
  else if (!result)
    {
      g_clear_error (&self->out_failed);
      self->out_failed = g_steal_pointer (&error);
      self->out_failed_generation = generation;
    }
  lofi_runner_wake_main (self);
}

static gpointer
work (gpointer data)
{
  LofiRunner *self = data;
  g_mutex_lock (&self->lock);
  while (!self->quit)
    {
      if (self->pictures_wanted)
        {
          g_mutex_unlock (&self->lock);
          lofi_runner_serve_pictures (self);
          g_mutex_lock (&self->lock);
        }
      else if (self->fit_wanted)
        run_fit (self);
      else if (self->sweep_wanted && !(self->align_wanted && self->align_first))
        lofi_runner_run_sweep (self);
      else if (self->align_wanted)
        lofi_runner_run_align (self);
      else
        g_cond_wait (&self->wake, &self->lock);
    }
  g_mutex_unlock (&self->lock);
  return NULL;
}

/* ---- main thread: requests ---- */

void
lofi_runner_interrupt (LofiRunner *self)
{
  if (self->sweep_running)
    g_cancellable_cancel (self->sweep_running);
  if (self->align_running)
    g_cancellable_cancel (self->align_running);
}

guint64
lofi_runner_fit (LofiRunner *self, const LofiExperiment *experiment)
{
  g_return_val_if_fail (LOFI_IS_RUNNER (self), 0);
  g_mutex_lock (&self->lock);
  self->fit_hurried = self->fit_running != NULL || self->fit_wanted != NULL;
  g_clear_pointer (&self->fit_wanted, lofi_experiment_free);
  self->fit_wanted = lofi_experiment_dup (experiment);
  guint64 generation = ++self->generation;
  self->progress = (LofiProgress) { LOFI_STAGE_DATA, -1, 0 };
  g_clear_pointer (&self->out_snapshot, lofi_result_unref);
  g_clear_error (&self->out_failed);
  self->out_stopped = FALSE;
  if (self->fit_running)
    g_cancellable_cancel (self->fit_running);
  lofi_runner_interrupt (self);
  g_cond_signal (&self->wake);
  g_mutex_unlock (&self->lock);
  return generation;
}

void
lofi_runner_stop (LofiRunner *self)
{
  g_return_if_fail (LOFI_IS_RUNNER (self));
  g_mutex_lock (&self->lock);
  if (self->fit_wanted)
    {
      g_clear_pointer (&self->fit_wanted, lofi_experiment_free);
      self->out_stopped = TRUE;
      lofi_runner_wake_main (self);
    }
  if (self->fit_running)
    {
      self->stop_asked = TRUE;
      g_cancellable_cancel (self->fit_running);
    }
  g_mutex_unlock (&self->lock);
}

gboolean
lofi_runner_is_busy (LofiRunner *self)
{
  g_mutex_lock (&self->lock);
  gboolean busy = self->fit_wanted || self->fit_running || self->out_snapshot;
  g_mutex_unlock (&self->lock);
  return busy;
}

void
lofi_runner_get_progress (LofiRunner *self, LofiProgress *progress)
{
  g_mutex_lock (&self->lock);
  *progress = self->progress;
  g_mutex_unlock (&self->lock);
}

void
lofi_runner_pictures (LofiRunner *self, LofiResult *result, guint layer_index, LofiPicture picture, gsize count,
                      LofiPicturesCallback callback, gpointer data, GDestroyNotify destroy)
{
  g_return_if_fail (LOFI_IS_RUNNER (self));
  PicturesRequest *request = g_new0 (PicturesRequest, 1);
  *request = (PicturesRequest) { .result = lofi_result_ref (result), .layer_index = layer_index, .picture = picture, .count = count,
                                 .callback = callback, .data = data, .destroy = destroy };
  g_mutex_lock (&self->lock);
  if (self->pictures_wanted)
    {
      g_set_error_literal (&self->pictures_wanted->error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("overtaken by a newer request"));
      g_ptr_array_add (self->out_pictures, self->pictures_wanted);
      lofi_runner_wake_main (self);
    }
  if (self->pictures_running)
    g_cancellable_cancel (self->pictures_running);      /* overtaken too */
  self->pictures_wanted = request;
  g_cond_signal (&self->wake);
  g_mutex_unlock (&self->lock);
}

void
lofi_runner_shut_down (LofiRunner *self)
{
  g_return_if_fail (LOFI_IS_RUNNER (self));
  if (!self->thread)
    return;
  g_mutex_lock (&self->lock);
  self->quit = TRUE;
  if (self->fit_running)
    g_cancellable_cancel (self->fit_running);
  if (self->pictures_running)
    g_cancellable_cancel (self->pictures_running);
  lofi_runner_interrupt (self);
  g_cond_signal (&self->wake);
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&self->thread, g_thread_join);
  GSource *sources[] = { g_steal_pointer (&self->out_source), g_steal_pointer (&self->progress_source) };
  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    if (sources[i])
      {
        g_source_destroy (sources[i]);
        g_source_unref (sources[i]);
      }
}

static void
lofi_runner_dispose (GObject *object)
{
  lofi_runner_shut_down (LOFI_RUNNER (object));
  G_OBJECT_CLASS (lofi_runner_parent_class)->dispose (object);
}

static void
lofi_runner_finalize (GObject *object)
{
  LofiRunner *self = LOFI_RUNNER (object);
  g_clear_pointer (&self->fit_wanted, lofi_experiment_free);
  g_clear_pointer (&self->sweep_wanted, lofi_experiment_free);
  g_clear_pointer (&self->align_wanted, lofi_experiment_free);
  g_clear_pointer (&self->alignments, g_hash_table_unref);
  g_clear_pointer (&self->out_alignment, lofi_alignment_unref);
  g_clear_error (&self->out_align_failed);
  g_clear_pointer (&self->pictures_wanted, pictures_request_free);
  g_clear_pointer (&self->out_snapshot, lofi_result_unref);
  g_clear_pointer (&self->out_pictures, g_ptr_array_unref);
  g_clear_error (&self->out_failed);
  g_clear_error (&self->out_sweep_failed);
  g_clear_pointer (&self->sweeps, g_hash_table_unref);
  g_clear_pointer (&self->cache, lofi_cache_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->wake);
  G_OBJECT_CLASS (lofi_runner_parent_class)->finalize (object);
}

static void
lofi_runner_class_init (LofiRunnerClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GType type = G_TYPE_FROM_CLASS (class);
  object_class->dispose = lofi_runner_dispose;
  object_class->finalize = lofi_runner_finalize;
  signals[SNAPSHOT] = g_signal_new ("snapshot", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[PROGRESS] = g_signal_new ("progress", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT64);
  signals[FAILED] = g_signal_new ("failed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
  signals[STOPPED] = g_signal_new ("stopped", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[CELLS] = g_signal_new ("cells", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[ALIGNMENT] = g_signal_new ("alignment", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[ALIGN_PROGRESS] = g_signal_new ("align-progress", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[ALIGN_FAILED] = g_signal_new ("align-failed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
  signals[SWEEP_FAILED] = g_signal_new ("sweep-failed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
lofi_runner_init (LofiRunner *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->cache = lofi_cache_new (CACHE_BYTES);
  self->observer = (LofiObserver) { on_fit_progress, on_fit_snapshot, self, LIVE_PICTURES, LOFI_SPECTRA_DRAWN,
                                     LOFI_NULLS_LAW | LOFI_NULLS_PERMUTED };
  g_mutex_init (&self->lock);
  g_cond_init (&self->wake);
  self->sweeps = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) lofi_cells_unref);
  self->alignments = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) lofi_alignment_unref);
  self->out_pictures = g_ptr_array_new_with_free_func (pictures_request_free);
  self->thread = g_thread_new ("lofi-engine", work, self);
}

LofiRunner *
lofi_runner_new (void)
{
  return g_object_new (LOFI_TYPE_RUNNER, NULL);
}
