/* Inside the fit: the run that walks the stages, and one layer of it. */
#pragma once

#include "lofi-descent.h"
#include "lofi-features-private.h"
#include "lofi-fit.h"
#include "lofi-plan.h"

/* Samples lifted between two looks at the cancellable. */
#define LOFI_FIT_BLOCK ((gsize) 512)

/* A watch that stops with the cancellable (may be NULL) and reports nothing. */
LofiWatch lofi_cancellable_watch (GCancellable *cancellable);

typedef struct {
  const LofiExperiment *experiment;
  LofiCache *cache;                  /* may be NULL */
  const LofiObserver *observer;      /* may be NULL */
  GCancellable *cancellable;         /* may be NULL */
  gboolean once;                     /* nobody will come back for another K: lifted test samples are not stored */
  LofiResult *result;                /* being filled; snapshots are shallow copies of it */
  LofiWatch watch;                   /* stops with the cancellable, reports the stage at hand */
  /* Progress by estimated flops: done before this stage, this stage, everything. */
  double done, stage_cost, total;
  LofiProgress progress;
} LofiFitRun;

/* Enters a stage that costs about `cost` flops; the previous one is counted as done. FALSE when stopped. */
gboolean lofi_fit_run_enter (LofiFitRun *run, LofiStage stage, int layer, double cost, GError **error);
/* Whether somebody looks at snapshots. Else null lines are computed with their layers, while all they need is at hand. */
gboolean lofi_fit_run_watched (const LofiFitRun *run);
/* Shows run->result as it is now. */
void lofi_fit_run_show (LofiFitRun *run);
/* Shows run->result with this spectrum of the first `samples` samples (transfer full spectrum, n_live numbers, ascending). */
void lofi_fit_run_show_live (LofiFitRun *run, int layer, gsize samples, double *spectrum, gsize n_live);
gpointer lofi_fit_run_get (LofiFitRun *run, const char *key);

/* The experiment's data, from the cache (may be NULL) or read, and then put there. (transfer full) */
LofiDataset *lofi_fit_dataset (const LofiExperiment *experiment, LofiCache *cache, GCancellable *cancellable, GError **error);

/* The parts of a fit, for those who want only some (a sweep's cell). The run is zero but for experiment, cache, observer,
 * cancellable and result. begin loads the task; layers fits every layer and the readout into run->result. */
gboolean lofi_fit_run_begin (LofiFitRun *run, gboolean with_baselines, GError **error);
gboolean lofi_fit_run_layers (LofiFitRun *run, GError **error);
/* The first `count` layers into run->result, not shown, without null lines and readout. */
gboolean lofi_fit_run_first_layers (LofiFitRun *run, guint count, GError **error);
/* If the observer wants PERMUTED: the null lines of the layers that have none by permutations yet, each followed by a snapshot. */
gboolean lofi_fit_run_nulls (LofiFitRun *run, GError **error);
/* (transfer full) */
LofiReadout *lofi_fit_lazy (LofiFitRun *run, GError **error);
LofiReadout *lofi_fit_linear (LofiFitRun *run, GError **error);

/* Flops, roughly: what the progress bar is measured by. */
double lofi_lift_cost (gsize n, gsize d, gsize p);
double lofi_operator_cost (gsize n, gsize p);
double lofi_eigenpairs_cost (gsize n, gsize p, gsize keep);
double lofi_readout_cost (gsize n, gsize p, gsize penalties);

/* What enters a layer: features, or between layers of infinite width a kernel. Borrowed. */
typedef struct {
  const char *key;
  LofiFeatures *train, *test;
  LofiArray *kernel_train, *kernel_test;      /* n x n, m x n; then train and test are NULL */
  const double *kernel_test_diagonal;         /* m: every test sample with itself */
  const LofiRidgeGram *gram;                  /* sums of the first training samples, their features still to be multiplied by factor; or NULL */
  double factor;
} LofiRepresentation;

/* What a finished layer hands on. */
LofiRepresentation lofi_representation_of_layer (const LofiLayerResult *layer);

/* One layer, from the cache or computed. show: stream the operator's spectrum to the observer (not for the lazy baseline).
 * (transfer full), NULL with an error. */
LofiLayerResult *lofi_fit_layer (LofiFitRun *run, const LofiLayerSpec *spec, guint index, const LofiRepresentation *input,
                                 gboolean show, GError **error);
/* The kinds that have a place of their own. key: of the result. (transfer full) */
LofiLayerResult *lofi_fit_maps_layer (LofiFitRun *run, const LofiLayerSpec *spec, guint index, const LofiRepresentation *input,
                                      const char *key, GError **error);
LofiLayerResult *lofi_fit_kernel_layer (LofiFitRun *run, const LofiLayerSpec *spec, guint index, const LofiRepresentation *input,
                                        const char *lift_key, const char *key, GError **error);
/* Where the windows of such a layer stand on maps, and what its pooling leaves of them; FALSE with an error when that is nothing. */
gboolean lofi_layer_window_positions (const LofiLayerSpec *spec, LofiMapShape input, const char *place, LofiMapShape *positions, GError **error);
gboolean lofi_layer_pooled_shape (const LofiLayerSpec *spec, LofiMapShape input, const char *place, LofiMapShape *pooled, GError **error);

/* A result with its name, kind and shapes, and nothing else. (transfer full) */
LofiLayerResult *lofi_layer_result_new (const LofiLayerSpec *spec, guint index, const char *key, LofiMapShape input, LofiMapShape output);

/* Kernel ridge on a representation that is a kernel; readout->ridge.weights are then the n dual ones. FALSE with an error. */
gboolean lofi_fit_kernel_readout (LofiFitRun *run, const LofiRepresentation *input, LofiReadout *readout, GError **error);
/* The lazy limit: the experiment's layers without filters, at infinite width (the check refuses it where there are convolutions). (transfer full) */
LofiReadout *lofi_fit_kernel (LofiFitRun *run, GError **error);
/* A network of the same architecture trained by gradient descent; result->descent_steps and descent_diverged are set. (transfer full) */
LofiReadout *lofi_fit_descent (LofiFitRun *run, GError **error);

/* Flops of it. */
double lofi_fit_descent_cost (const LofiExperiment *experiment, LofiPlanData data);
/* The trainable layers of an experiment on such data, and the plan made of them (it borrows the layers). (transfer full) LofiDescentLayer */
GArray *lofi_descent_layers (const LofiExperiment *experiment, LofiMapShape data, GError **error);
LofiDescentPlan lofi_descent_plan (const LofiExperiment *experiment, const GArray *layers);

/* The readout of a representation, from the cache or computed. Where a lift would be in single precision, so are the products that only leave-one-out
 * errors are made of. (transfer full) */
LofiReadout *lofi_fit_readout (LofiFitRun *run, const LofiRepresentation *input, GError **error);

/* Scores of predictions that are there; without samples they are NAN. */
void lofi_readout_score (LofiReadout *readout, const LofiTask *task);
