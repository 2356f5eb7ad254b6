/* The runner: one worker thread that fits for the window.
 *
 * Requests come from the thread of the main context the runner was made in, and its signals are emitted there. It takes copies,
 * never widgets; answers are immutable snapshots; the newest request wins: from the moment lofi_runner_fit returns no snapshot
 * of an older generation is emitted. A sweep and an alignment run in the same thread when no fit is wanted, the one asked for last first; a fit
 * interrupts them between stages and they go on afterwards, losing at most the cell or the seed at hand.
 *
 * Signals:
 *   "snapshot" (LofiResult *)            something new to show; at most one is waiting at any time, older ones are dropped
 *   "progress" (guint64 generation)      read it with lofi_runner_get_progress; coalesced, at most 30 a second
 *   "failed"   (GError *)                the newest fit ended with this; the last good result stays valid
 *   "stopped"  ()                        the newest fit was stopped by lofi_runner_stop
 *   "cells"    ()                        the sweep has more points, or started, ended or stopped
 *   "sweep-failed" (GError *)
 *   "alignment" (LofiAlignment *)        something new to show, the newest alone, or it started, ended or stopped: then NULL if nothing is new
 *   "align-progress" ()                  read it with lofi_runner_get_align_progress; coalesced, at most 30 a second
 *   "align-failed" (GError *)
 */
#pragma once

#include "lofi-alignment.h"
#include "lofi-emergence.h"
#include "lofi-fit.h"

#define LOFI_TYPE_RUNNER (lofi_runner_get_type ())
G_DECLARE_FINAL_TYPE (LofiRunner, lofi_runner, LOFI, RUNNER, GObject)

LofiRunner *lofi_runner_new (void);

/* Returns the generation. Never waits. */
guint64 lofi_runner_fit (LofiRunner *self, const LofiExperiment *experiment);
/* Stops the fit at hand, if any. Returns at once. */
void lofi_runner_stop (LofiRunner *self);
gboolean lofi_runner_is_busy (LofiRunner *self);            /* a fit is waiting or running, or a snapshot of it is still to be told */
void lofi_runner_get_progress (LofiRunner *self, LofiProgress *progress);

/* Starts or goes on with the sweep of this experiment. Cells of earlier sweeps are kept by key, and on disk, in the user's cache folder. */
void lofi_runner_sweep (LofiRunner *self, const LofiExperiment *experiment);
void lofi_runner_stop_sweep (LofiRunner *self);
gboolean lofi_runner_is_sweeping (LofiRunner *self);
void lofi_runner_get_sweep_progress (LofiRunner *self, guint *finished, guint *total);
/* The cells found so far for the sweep of this experiment, or NULL. (transfer full) */
LofiCells *lofi_runner_cells (LofiRunner *self, const LofiExperiment *experiment);
/* As above, made if there are none: what is added to it, in any thread, need not be computed by a sweep. (transfer full) */
LofiCells *lofi_runner_share_cells (LofiRunner *self, const LofiExperiment *experiment);

/* Starts or goes on with the alignment of this experiment (lofi_align). Seeds finished earlier are kept by key. */
void lofi_runner_align (LofiRunner *self, const LofiExperiment *experiment);
void lofi_runner_stop_align (LofiRunner *self);
gboolean lofi_runner_is_aligning (LofiRunner *self);
double lofi_runner_get_align_progress (LofiRunner *self);    /* fraction done */
/* What has been found so far for the alignment of this experiment, or NULL. (transfer full) */
LofiAlignment *lofi_runner_alignment (LofiRunner *self, const LofiExperiment *experiment);

/* Pictures of kept directions, made in the worker thread too; callback in the main context, with (transfer full) pictures or NULL and
 * an error. The newest request wins: an older one is answered with G_IO_ERROR_CANCELLED. */
typedef void (*LofiPicturesCallback) (LofiArray *pictures, const GError *error, gpointer data);
void lofi_runner_pictures (LofiRunner *self, LofiResult *result, guint layer_index, LofiPicture picture, gsize count,
                           LofiPicturesCallback callback, gpointer data, GDestroyNotify destroy);

/* Stops everything and waits for the thread to end (within half a second); also done by the last unref. After it no signal is emitted. */
void lofi_runner_shut_down (LofiRunner *self);
