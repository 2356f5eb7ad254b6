/* What the parts of the runner share. "Under the lock" is a demand on the caller. */
#pragma once

#include "lofi-runner.h"

typedef struct {
  LofiResult *result;
  guint layer_index;
  LofiPicture picture;
  gsize count;
  LofiPicturesCallback callback;
  gpointer data;
  GDestroyNotify destroy;
  LofiArray *pictures;           /* the answer */
  GError *error;
} PicturesRequest;

struct _LofiRunner {
  GObject parent_instance;
  GMainContext *context;
  GThread *thread;
  LofiCache *cache;              /* worker only, but for its own lock */
  LofiObserver observer;
  gboolean sweep_warned;         /* worker only: that cells cannot be kept on disk was said */

  GMutex lock;                   /* guards everything below */
  GCond wake;
  gboolean quit;

  LofiExperiment *fit_wanted;    /* the newest request, not yet begun */
  gboolean fit_hurried;          /* it overtook another one: no pictures on the way */
  guint64 generation;            /* of the newest request */
  GCancellable *fit_running;
  gboolean stop_asked;
  LofiProgress progress;

  LofiExperiment *sweep_wanted;
  guint64 sweep_serial;
  GCancellable *sweep_running;
  guint sweep_finished, sweep_total;
  GHashTable *sweeps;            /* key -> LofiCells */

  LofiExperiment *align_wanted;
  guint64 align_serial;
  GCancellable *align_running;
  double align_progress;
  GHashTable *alignments;        /* key -> LofiAlignment, the newest of those with most seeds finished */
  gboolean align_first;          /* of a sweep and an alignment that are both wanted, the one asked for last is first */

  PicturesRequest *pictures_wanted;
  GCancellable *pictures_running;

  /* The outbox. */
  LofiResult *out_snapshot;
  GError *out_failed;
  guint64 out_failed_generation;
  gboolean out_stopped, out_cells, out_progress;
  GError *out_sweep_failed;
  gboolean out_align, out_align_progress;
  LofiAlignment *out_alignment;  /* NULL: nothing newer than what was told */
  GError *out_align_failed;
  GPtrArray *out_pictures;       /* PicturesRequest *, answered */
  GSource *out_source, *progress_source;
};

/* Wakes the main context to empty the outbox. Under the lock, any thread. */
void lofi_runner_wake_main (LofiRunner *self);
/* Tells of progress, at most 30 times a second. Under the lock, any thread. */
void lofi_runner_tell_progress (LofiRunner *self);
/* Takes the waiting request for pictures, if any, and answers it. Worker, not under the lock. */
void lofi_runner_serve_pictures (LofiRunner *self);

/* What runs when no fit is wanted. Called and returning under the lock, in the worker; interrupted it stays wanted and is taken up again. */
void lofi_runner_run_sweep (LofiRunner *self);
void lofi_runner_run_align (LofiRunner *self);
/* Stops both for now. Under the lock. */
void lofi_runner_interrupt (LofiRunner *self);
