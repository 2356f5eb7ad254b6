/* One pass over the samples for all sample counts of a sweep: the first layer's lift, which does not change but by its scale, and its operator, which
 * only grows; and the lazy baseline, whose features change by a scale alone. */
#pragma once

#include "lofi-fit-private.h"

/* Of one experiment and seed at a time, and the largest sample count met last: rows, and sums up to there. Counted; any thread, one after the other. */
typedef struct _LofiSweepSamples LofiSweepSamples;
LofiSweepSamples *lofi_sweep_samples_new (void);
LofiSweepSamples *lofi_sweep_samples_ref (LofiSweepSamples *shared);
void lofi_sweep_samples_unref (LofiSweepSamples *shared);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LofiSweepSamples, lofi_sweep_samples_unref)

/* Whether the first layer of so many samples of `inputs` numbers, tested on so many, is taken from the pass: z has to be homogeneous in its input (relu
 * and identity without bias, or no lift), samples nested and as they are, and all of them in the same precision. A matter of this sample count alone. */
gboolean lofi_sweep_samples_apply (const LofiExperiment *experiment, gsize samples, gsize tests, gsize inputs);
/* Equal for experiments of one seed whose first layers are alike. (transfer full) */
char *lofi_sweep_samples_key (const LofiExperiment *experiment);

/* The task of the experiment, samples of the pass's own, into the cache, where lofi_fit_run_begin finds it; nothing where the pass does not apply.
 * dataset: the experiment's. FALSE with an error. */
gboolean lofi_sweep_samples_lend_task (LofiSweepSamples *shared, const LofiExperiment *experiment, LofiDataset *dataset, LofiCache *cache,
                                       GCancellable *cancellable, GError **error);

/* The lift and the operator of the run's first layer into its cache, where the fit finds them: the same to the last bit whatever has been prepared
 * before. Right after lofi_fit_run_begin; cheap when they are there. Sample counts beyond the run's own are those of its sweep. */
gboolean lofi_sweep_samples_prepare (LofiSweepSamples *shared, LofiFitRun *run, GError **error);

/* lofi_fit_lazy, from the pass where all its layers are homogeneous and in single precision, else as it is. To the last bit the same whatever has been
 * prepared before. (transfer full) */
LofiReadout *lofi_sweep_samples_lazy (LofiSweepSamples *shared, LofiFitRun *run, GError **error);
/* Likewise lofi_fit_linear: the inputs' Gram matrix only grows. */
LofiReadout *lofi_sweep_samples_linear (LofiSweepSamples *shared, LofiFitRun *run, GError **error);
