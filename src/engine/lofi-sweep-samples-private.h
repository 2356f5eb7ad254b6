/* One pass over the samples for all sample counts of a sweep: the first layer's lift, which does not change but by its scale, and its operator, which
 * only grows. */
#pragma once

#include "lofi-fit-private.h"

/* Of one experiment and seed at a time, and the largest sample count met last: rows, and sums up to there. One thread. */
typedef struct _LofiSweepSamples LofiSweepSamples;
LofiSweepSamples *lofi_sweep_samples_new (void);
void lofi_sweep_samples_free (LofiSweepSamples *shared);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LofiSweepSamples, lofi_sweep_samples_free)

/* Whether the first layer of so many samples of `inputs` numbers, tested on so many, is taken from the pass: z has to be homogeneous in its input (relu and identity without
 * bias, or no lift), samples nested and as they are, and all of them in the same precision. A matter of this sample count alone. */
gboolean lofi_sweep_samples_apply (const LofiExperiment *experiment, gsize samples, gsize tests, gsize inputs);
/* Equal for experiments of one seed whose first layers are alike. (transfer full) */
char *lofi_sweep_samples_key (const LofiExperiment *experiment);

/* The lift and the operator of the run's first layer into its cache, where the fit finds them: the same to the last bit whatever has been prepared
 * before. Right after lofi_fit_run_begin; cheap when done again. Sample counts beyond the run's own are those of its sweep. */
gboolean lofi_sweep_samples_prepare (LofiSweepSamples *shared, LofiFitRun *run, GError **error);
