/* Inside the fit: the run that walks the stages, and one layer of it. */
#pragma once

#include "lofi-fit.h"

/* Samples lifted between two looks at the cancellable. */
#define LOFI_FIT_BLOCK ((gsize) 512)

/* A watch that stops with the cancellable (may be NULL) and reports nothing. */
LofiWatch lofi_cancellable_watch (GCancellable *cancellable);

typedef struct {
  const LofiExperiment *experiment;
  LofiCache *cache;                  /* may be NULL */
  const LofiObserver *observer;      /* may be NULL */
  GCancellable *cancellable;         /* may be NULL */
  LofiResult *result;                /* being filled; snapshots are shallow copies of it */
  LofiWatch watch;                   /* stops with the cancellable, reports the stage at hand */
  /* Progress by estimated flops: done before this stage, this stage, everything. */
  double done, stage_cost, total;
  LofiProgress progress;
} LofiFitRun;

/* Enters a stage that costs about `cost` flops; the previous one is counted as done. FALSE when stopped. */
gboolean lofi_fit_run_enter (LofiFitRun *run, LofiStage stage, int layer, double cost, GError **error);
/* Shows run->result as it is now. */
void lofi_fit_run_show (LofiFitRun *run);
/* Shows run->result with this spectrum of the first `samples` samples (transfer full spectrum, n_live numbers, ascending). */
void lofi_fit_run_show_live (LofiFitRun *run, int layer, gsize samples, double *spectrum, gsize n_live);
gpointer lofi_fit_run_get (LofiFitRun *run, const char *key);

/* The parts of a fit, for those who want only some (a sweep's cell). The run is zero but for experiment, cache, observer,
 * cancellable and result. begin loads the task; layers fits every layer and the readout into run->result. */
gboolean lofi_fit_run_begin (LofiFitRun *run, gboolean with_baselines, GError **error);
gboolean lofi_fit_run_layers (LofiFitRun *run, GError **error);
/* (transfer full) */
LofiReadout *lofi_fit_lazy (LofiFitRun *run, GError **error);
LofiReadout *lofi_fit_linear (LofiFitRun *run, GError **error);

/* Flops, roughly: what the progress bar is measured by. */
double lofi_lift_cost (gsize n, gsize d, gsize p);
double lofi_operator_cost (gsize n, gsize p);
double lofi_eigenpairs_cost (gsize n, gsize p, gsize keep);
double lofi_readout_cost (gsize n, gsize p, gsize penalties);

/* What enters a layer. */
typedef struct {
  const char *key;
  const LofiMatrix *train, *test;
} LofiRepresentation;

/* One layer, from the cache or computed. show: stream the operator's spectrum to the observer (not for the lazy baseline).
 * (transfer full), NULL with an error. */
LofiLayerResult *lofi_fit_layer (LofiFitRun *run, const LofiLayerSpec *spec, guint index, const LofiRepresentation *input,
                                 gboolean show, GError **error);
