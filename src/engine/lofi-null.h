/* Null lines: where the spectrum of a layer's operator would end if the labels said nothing of what entered the layer (theory: the separable
 * law with the mean as a spike, then label permutations). What lies beyond is signal. */
#pragma once

#include "lofi-bulk-law.h"
#include "lofi-result.h"

#define LOFI_NULL_PERMUTATIONS 20

/* Immutable, reference-counted. Of patch filters, whose channels have a spectrum each, the outermost of all channels. */
struct _LofiNull {
  guint permutations;               /* that are in it; 0: only the law */
  double low, high;                 /* the null line. Permuted: mean less, and plus, two standard deviations of the extreme eigenvalues; else the law's */
  double law_low, law_high;         /* the law's edges; NAN when they were not computed */
  double low_mean, low_sd, high_mean, high_sd;   /* over permutations; NAN without */
  gsize below, above;               /* eigenvalues of the operator beyond the line: the outliers */
};
LofiNull *lofi_null_ref (LofiNull *null);
void lofi_null_unref (LofiNull *null);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LofiNull, lofi_null_unref)
static inline gsize
lofi_null_outliers (const LofiNull *null)
{
  return null->below + null->above;
}

/* All eigenvalues of the operator of layer `layer_index` under shuffled labels (the first permutation), ascending, as many as the layer's spectrum has;
 * an estimated density's quantiles where the operator is too wide for more. n x 1. Any thread; looks at the cancellable. Errors: no filter, a layer of
 * another kind than has rows, stopped. (transfer full) */
LofiArray *lofi_result_shuffled_spectrum (const LofiResult *result, guint layer_index, GCancellable *cancellable, GError **error);

/* What theory says of the spectrum: only of a filter on the raw inputs of a teacher, which are isotropic. */
typedef struct {
  guint group;                      /* of LofiDataset.planted */
  gsize row;                        /* of planted: the direction */
  LofiPredictedOutlier outlier;
} LofiNullPrediction;
typedef struct {
  LofiBulkLaw bulk;
  guint n_predictions;
  LofiNullPrediction *predictions;  /* none for sight, whose moments have no closed form here */
} LofiNullLaw;
/* NULL where it does not apply. (transfer full) */
LofiNullLaw *lofi_null_law_new (const LofiResult *result, guint layer_index);
void lofi_null_law_free (LofiNullLaw *law);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LofiNullLaw, lofi_null_law_free)
