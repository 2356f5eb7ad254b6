/* The session: everything the window shows, without widgets.
 *
 * It owns the experiment being edited, the runner, the newest results, the place and the view. What has been computed is kept
 * slot by slot (data, each layer, readout, baselines) under the settings it was computed with, so that a part is "fresh" exactly
 * when nothing it depends on has changed since: results of other settings are never passed off as new. */
#pragma once

#include "lofi-figures.h"
#include "lofi-place.h"
#include "lofi-plan.h"
#include "lofi-runner.h"

#define LOFI_TYPE_SESSION (lofi_session_get_type ())
G_DECLARE_FINAL_TYPE (LofiSession, lofi_session, LOFI, SESSION, GObject)

/* What a "changed" (guint flags) signal is about. */
typedef enum {
  LOFI_CHANGED_EXPERIMENT = 1 << 0,      /* the settings */
  LOFI_CHANGED_RESULT     = 1 << 1,      /* what is known, or how fresh it is */
  LOFI_CHANGED_PLACE      = 1 << 2,      /* place, view, playing */
  LOFI_CHANGED_PROGRESS   = 1 << 3,      /* busy, stage, fraction */
  LOFI_CHANGED_MESSAGE    = 1 << 4,
  LOFI_CHANGED_SWEEP      = 1 << 5,      /* cells, sweeping */
  LOFI_CHANGED_PICTURES   = 1 << 6,
  LOFI_CHANGED_PLAN       = 1 << 7,      /* what a fit will cost */
  LOFI_CHANGED_DEGREES    = 1 << 8,      /* measured degree spectra */
  LOFI_CHANGED_DESCENT    = 1 << 9,      /* the alignment with gradient descent */
  LOFI_CHANGED_FEATURES   = 1 << 10,     /* what is computed beside a layer while it is looked at: shuffled spectrum, overlaps, scatter */
  LOFI_CHANGED_FOLDER     = 1 << 11,     /* the folder of cells that is watched */
  LOFI_CHANGED_ALL        = (1 << 12) - 1
} LofiChange;

typedef enum {
  LOFI_SHOWN_NOTHING,       /* not computed yet */
  LOFI_SHOWN_STALE,         /* of earlier settings */
  LOFI_SHOWN_LIVE,          /* of these settings, still streaming (layers only) */
  LOFI_SHOWN_FRESH          /* of these settings */
} LofiShown;

typedef enum {
  LOFI_BASELINE_LAZY, LOFI_BASELINE_LINEAR, LOFI_BASELINE_KERNEL, LOFI_BASELINE_DESCENT, LOFI_N_BASELINES
} LofiBaseline;

/* Takes the experiment; nothing runs before lofi_session_run. */
LofiSession *lofi_session_new (LofiExperiment *experiment);
/* Stops everything; waits for the worker at most half a second. Also done by the last unref. */
void lofi_session_close (LofiSession *self);

/* ---- settings ---- */
const LofiExperiment *lofi_session_get_experiment (LofiSession *self);
/* Takes a changed duplicate, asks for a fit and returns at once. Edits of the same `what` within a second are undone as one;
 * NULL is never merged. Settings that cannot work become a message. */
void lofi_session_edit (LofiSession *self, LofiExperiment *edited, const char *what);
/* As lofi_session_edit, for a hand that drags: a change that follows another of the same `what` waits until the spectrum of the one
 * before has been seen (or that fit has ended, or HOLD_MS have passed), the newest waiting one replacing the older. So a drag shows one
 * spectrum after the other instead of overtaking each before it is drawn, and what is shown is always of the settings at hand. */
void lofi_session_drag (LofiSession *self, LofiExperiment *edited, const char *what);
/* What the controls show: the settings at hand with the change that waits, if any; and a duplicate of it to edit (transfer full). */
const LofiExperiment *lofi_session_get_asked (LofiSession *self);
LofiExperiment *lofi_session_dup_experiment (LofiSession *self);
gboolean lofi_session_undo (LofiSession *self);
gboolean lofi_session_redo (LofiSession *self);
gboolean lofi_session_can_undo (LofiSession *self);
gboolean lofi_session_can_redo (LofiSession *self);
/* Of the newest request. */
guint64 lofi_session_get_generation (LofiSession *self);

/* ---- computing ---- */
void lofi_session_run (LofiSession *self);
void lofi_session_stop (LofiSession *self);
gboolean lofi_session_is_busy (LofiSession *self);
void lofi_session_get_progress (LofiSession *self, LofiProgress *progress);
/* Seconds the newest finished fit took; negative if the newest one did not finish. */
double lofi_session_get_seconds (LofiSession *self);
/* Why the newest settings gave no result, or NULL. */
const char *lofi_session_get_message (LofiSession *self);
void lofi_session_set_message (LofiSession *self, const char *message);

/* ---- what is known: a result holding that part, borrowed until the next main loop iteration, or NULL ---- */
LofiResult *lofi_session_get_task (LofiSession *self, LofiShown *shown);
LofiResult *lofi_session_get_layer (LofiSession *self, guint layer, LofiShown *shown);
LofiResult *lofi_session_get_readout (LofiSession *self, LofiShown *shown);
LofiResult *lofi_session_get_baseline (LofiSession *self, LofiBaseline baseline, LofiShown *shown);
/* The readout of a baseline in that result; NULL if it has none. */
const LofiReadout *lofi_baseline_readout (const LofiResult *result, LofiBaseline baseline);
/* Whether an experiment compares with it in every fit. */
gboolean lofi_baseline_is_wanted (const LofiExperiment *experiment, LofiBaseline baseline);
/* Samples the labelling has: the upper end of n. 0 while unknown. */
gsize lofi_session_get_available (LofiSession *self);

/* ---- what a fit will cost ---- */
/* Of the settings at hand, borrowed; NULL while the data is unknown or when no fit is possible. */
LofiPlan *lofi_session_get_plan (LofiSession *self);
/* Expected; negative while unknown. */
double lofi_session_get_plan_seconds (LofiSession *self);
/* What stands against these settings, or against their cost: "WHAT; WHAT TO DO"; or NULL. */
const char *lofi_session_get_plan_problem (LofiSession *self);
/* Why a fit of the candidate is not possible though one of the settings at hand is: a sentence, or NULL. For greying what would be refused.
 * (transfer full) */
char *lofi_session_why_not (LofiSession *self, const LofiExperiment *candidate);

/* ---- place and view ---- */
LofiPlace lofi_session_get_place (LofiSession *self);
void lofi_session_set_place (LofiSession *self, LofiPlace place);        /* leaves Emergence and Descent */
guint lofi_session_get_place_index (LofiSession *self);
void lofi_session_set_place_index (LofiSession *self, guint index);
void lofi_session_step (LofiSession *self, int by);
guint lofi_session_get_card (LofiSession *self);
void lofi_session_set_card (LofiSession *self, guint card);              /* stays in the view at hand */
LofiView lofi_session_get_view (LofiSession *self);
void lofi_session_set_view (LofiSession *self, LofiView view);
gboolean lofi_session_get_playing (LofiSession *self);
void lofi_session_set_playing (LofiSession *self, gboolean playing);

/* ---- pictures of kept directions, fetched while the Filters view shows a layer ---- */
LofiPicture lofi_session_get_picture (LofiSession *self);                /* of the place's layer */
void lofi_session_set_picture (LofiSession *self, LofiPicture picture);  /* for layer one; deeper ones have only the mean */
/* The pictures at hand for the place's layer and the result they are of, borrowed; NULL if there are none yet. */
LofiArray *lofi_session_get_pictures (LofiSession *self, LofiResult **result, LofiShown *shown);

/* ---- null lines ---- */
/* Of a layer in that result; NULL until known. Borrowed from it. */
const LofiNull *lofi_session_get_null (const LofiResult *result, guint layer);
/* Null lines are being refined: what else a fit finds is there, and it is no longer busy. Stopped as a fit. */
gboolean lofi_session_is_refining (LofiSession *self);
/* The spectrum under shuffled labels over the real one, fetched while a spectrum is looked at. */
gboolean lofi_session_get_shuffled (LofiSession *self);
void lofi_session_set_shuffled (LofiSession *self, gboolean shuffled);
/* Borrowed; NULL unless it is wanted and of that layer of that result. */
LofiArray *lofi_session_get_shuffled_spectrum (LofiSession *self, const LofiResult *result, guint layer);

/* ---- kept features, computed while the Features view shows a layer; borrowed, NULL if there are none yet ---- */
LofiArray *lofi_session_get_bars (LofiSession *self, LofiResult **result, LofiShown *shown);     /* overlaps with what a teacher planted */
gboolean lofi_session_has_teacher (LofiSession *self);
/* The scatter of the two chosen features, for the main thread to draw. */
LofiFigure *lofi_session_get_scatter (LofiSession *self, LofiResult **result, LofiShown *shown);
gboolean lofi_session_is_scattering (LofiSession *self);                 /* it is being built */
void lofi_session_get_features (LofiSession *self, guint *x, guint *y);
void lofi_session_set_features (LofiSession *self, guint x, guint y);
/* How many directions the place's layer keeps; 0 while unknown. */
gsize lofi_session_get_kept (LofiSession *self);

/* ---- measured degree spectra, on request ---- */
#define LOFI_DEGREES_MEASURED 8          /* of the first kept features */
gboolean lofi_session_can_measure_degrees (LofiSession *self, guint layer);
void lofi_session_measure_degrees (LofiSession *self, guint layer);
gboolean lofi_session_is_measuring_degrees (LofiSession *self, guint layer);
/* A row of shares a feature, borrowed; NULL until measured. */
LofiArray *lofi_session_get_degrees (LofiSession *self, guint layer, LofiShown *shown);

/* ---- gradient descent against the filter ---- */
void lofi_session_start_descent (LofiSession *self);
void lofi_session_stop_descent (LofiSession *self);
gboolean lofi_session_is_descending (LofiSession *self);
double lofi_session_get_descent_progress (LofiSession *self);            /* of what is running: 0 to 1 */
/* The newest there is, borrowed; NULL if there is none. Fresh: of these settings, finished or not. */
LofiAlignment *lofi_session_get_alignment (LofiSession *self, LofiShown *shown);
LofiAlignSpace lofi_session_get_space (LofiSession *self);
void lofi_session_set_space (LofiSession *self, LofiAlignSpace space);

/* ---- the sweep ---- */
void lofi_session_start_sweep (LofiSession *self);
void lofi_session_stop_sweep (LofiSession *self);
gboolean lofi_session_is_sweeping (LofiSession *self);
/* Cells of the sweep of these settings: found, asked for. */
void lofi_session_get_sweep_progress (LofiSession *self, guint *finished, guint *total);
LofiCells *lofi_session_get_cells (LofiSession *self);                   /* (transfer full), or NULL */
/* What is drawn of it, made to go with the settings at hand: axes and methods they have, their own n as the curves' thin line. */
typedef enum { LOFI_SWEEP_CURVES, LOFI_SWEEP_MAP, LOFI_SWEEP_THRESHOLDS } LofiSweepPicture;
LofiSweepPicture lofi_session_get_sweep_view (LofiSession *self, LofiSweepView *view);
void lofi_session_set_sweep_view (LofiSession *self, LofiSweepPicture picture, const LofiSweepView *view);

/* ---- cells that are computed elsewhere ----
 * DIR/cells.jsonl and DIR/PART/cells.jsonl are read as they grow, and become cells of this session's sweep. */
/* Whether a folder holds cells of a sweep. */
gboolean lofi_cells_folder_is (const char *path);
/* The experiment they are of, from experiment.lofi beside them. (transfer full) */
LofiExperiment *lofi_cells_folder_experiment (const char *path, GError **error);
/* Of the settings at hand; ends when these become those of another sweep. */
void lofi_session_watch_folder (LofiSession *self, const char *path);
void lofi_session_unwatch_folder (LofiSession *self);
const char *lofi_session_get_folder (LofiSession *self);                 /* NULL: none is watched */
gboolean lofi_session_is_folder_gone (LofiSession *self);
guint lofi_session_get_folder_files (LofiSession *self);                 /* with cells */
/* What stands in a file and cannot be a cell of this sweep: "FILE: line 7: WHAT; WHAT TO DO", or NULL. */
const char *lofi_session_get_folder_problem (LofiSession *self);
