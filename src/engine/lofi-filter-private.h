/* The two stages inside a layer that are kept on their own: the lift, and the operator with its eigen-decomposition. */
#pragma once

#include "lofi-dual.h"
#include "lofi-eigen.h"
#include "lofi-fit-private.h"
#include "lofi-lift.h"
#include "lofi-random.h"

/* A training lift larger than this is not stored but computed again, block by block. */
#define LOFI_KEEP_LIFTED_BYTES ((gsize) 1 << 30)

/* z = sigma(h W / c + s b) / sqrt(P) of the training samples. Filled by the first pass, immutable once in the cache. */
typedef struct {
  char *key;
  LofiArray *weights;
  double *bias;
  LofiLift lift;              /* views of the two above */
  LofiArray *lifted;          /* n x P, or NULL: too large to store */
  gsize filled;               /* its first rows that are computed */
} LofiLiftStage;
LofiLiftStage *lofi_lift_stage_ref (LofiLiftStage *stage);
void lofi_lift_stage_unref (LofiLiftStage *stage);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LofiLiftStage, lofi_lift_stage_unref)

/* A view of the lifted rows first .. first + count - 1: stored ones, or computed into the store, or into work (count x P). */
gboolean lofi_lift_stage_rows (const LofiLiftStage *stage, const LofiMatrix *inputs, gsize first, gsize count, LofiMatrix *work,
                               LofiMatrix *rows, const char *place, GError **error);

/* The mean of the rows. (transfer full) */
double *lofi_lifted_mean (const LofiMatrix *lifted);
/* Takes `mean` from every row. */
void lofi_lifted_subtract (LofiMatrix *lifted, const double *mean);

/* The moment operator, decomposed: any K directions follow without another reduction. Immutable. */
typedef struct {
  LofiForm form;
  LofiFilterOrder order;
  gsize width;
  double *spectrum;           /* P eigenvalues of C, ascending, whatever the order of the filter */
  double *mean;               /* P: mean activation, not centred */
  double *moment;             /* P: m = (1/n) sum t z */
  double moment_norm;
  LofiSpectrum primal;        /* of C, or of C on the complement of m for order 1+2 */
  LofiDual dual;
  LofiArray *dual_lifted;     /* n x P: what the dual was made of */
} LofiFilterStage;
LofiFilterStage *lofi_filter_stage_ref (LofiFilterStage *stage);
void lofi_filter_stage_unref (LofiFilterStage *stage);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LofiFilterStage, lofi_filter_stage_unref)
gsize lofi_filter_stage_bytes (const LofiFilterStage *stage);

/* Streams the samples into the operator, filling lift->lifted on the way if it is stored, and decomposes it. */
LofiFilterStage *lofi_filter_stage_new (LofiFitRun *run, const LofiLayerSpec *spec, guint index, const LofiRepresentation *input,
                                        LofiLiftStage *lift, gboolean show, GError **error);

/* values: keep; vectors: P x keep. */
gboolean lofi_filter_stage_leading (const LofiFilterStage *stage, gsize keep, double *values, LofiMatrix *vectors,
                                    const LofiWatch *watch, const char *place, GError **error);
