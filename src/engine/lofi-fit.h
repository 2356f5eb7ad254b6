/* The fit: data, then layer after layer lift, operator, eigenpairs, projection, then the readouts.
 *
 * Runs in the calling thread; looks at the cancellable at least every half second; reuses every stage the cache holds. */
#pragma once

#include "lofi-cache.h"
#include "lofi-result.h"

typedef enum {
  LOFI_STAGE_DATA, LOFI_STAGE_LIFT, LOFI_STAGE_OPERATOR, LOFI_STAGE_EIGENPAIRS, LOFI_STAGE_PROJECTION, LOFI_STAGE_READOUT,
  LOFI_STAGE_LAZY, LOFI_STAGE_LINEAR, LOFI_STAGE_KERNEL, LOFI_STAGE_DESCENT, LOFI_STAGE_NULL
} LofiStage;
/* One word, marked for translation by the caller with _(): "data", "lift", ... static. */
const char *lofi_stage_name (LofiStage stage);

typedef struct {
  LofiStage stage;
  int layer;              /* from 0, or -1 */
  double fraction;        /* of the whole fit, never falling */
} LofiProgress;

/* How much of an operator's spectrum is computed beside the kept pairs: all of it, whatever it costs; as much as a picture needs (an
 * estimated density where the operator is wide); or nothing more than comes for free. */
typedef enum { LOFI_SPECTRA_WHOLE, LOFI_SPECTRA_DRAWN, LOFI_SPECTRA_LEADING } LofiSpectra;

/* Null lines wanted: the law's, with the layer; the permutations', after everything else is known (a layer of keep=auto needs its own at once). */
typedef enum { LOFI_NULLS_NONE = 0, LOFI_NULLS_LAW = 1 << 0, LOFI_NULLS_PERMUTED = 1 << 1 } LofiNulls;

/* Told in the fit's thread. Any may be NULL. */
typedef struct {
  void (*progress) (gpointer data, const LofiProgress *progress);
  void (*snapshot) (gpointer data, LofiResult *result);   /* after each stage that adds something, and while an operator streams */
  gpointer data;
  guint live_pictures;    /* spectra wanted while one operator's samples stream in; 0 = none */
  LofiSpectra spectra;
  LofiNulls nulls;
} LofiObserver;

/* (transfer full). cache and observer may be NULL. with_baselines: lazy and linear too. */
LofiResult *lofi_fit (const LofiExperiment *experiment, gboolean with_baselines, guint64 generation, LofiCache *cache,
                      const LofiObserver *observer, GCancellable *cancellable, GError **error);

/* The lazy baseline of an experiment: the same lifts, no filters. A kernel can only be lifted to a kernel: what follows a layer of infinite width
 * is of infinite width too. (transfer full) */
LofiExperiment *lofi_experiment_lazy (const LofiExperiment *experiment);
