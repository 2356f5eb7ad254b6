/* The operator of a layer as a stage: streamed over the samples, then decomposed as far as is asked for. */
#pragma once

#include "lofi-dual.h"
#include "lofi-eigen.h"
#include "lofi-leading.h"
#include "lofi-lift-stage-private.h"
#include "lofi-operator.h"

/* Wider operators are drawn from an estimated density, and only their leading pairs computed. */
#define LOFI_WHOLE_SPECTRUM_MOST ((gsize) 4096)

/* The moment operator, decomposed. Immutable. */
typedef struct {
  LofiForm form;
  LofiFilterOrder order;
  gboolean single;            /* summed in single precision */
  gboolean whole;             /* decomposed entirely: any K directions follow; else `operator` is kept */
  gsize width;
  double *spectrum;           /* P eigenvalues of C, ascending, whatever the order of the filter; NULL unless whole */
  LofiDensity density;        /* in the spectrum's place, when a picture is wanted of an operator too wide for it */
  double *mean;               /* P: mean activation, not centred */
  double *moment;             /* P: m = (1/n) sum t z */
  double moment_norm;
  double *moment_image;       /* P: C u for u = m / |m|, which gives C back from its complement; of order 1+2 when `operator` is kept, else NULL */
  LofiSpectrum primal;        /* of C, or of C on the complement of m for order 1+2 */
  LofiMatrix operator;        /* that matrix itself, P x P, when it is not decomposed */
  LofiDual dual;
  LofiArray *dual_lifted;     /* n x P: what the dual was made of */
} LofiFilterStage;
LofiFilterStage *lofi_filter_stage_ref (LofiFilterStage *stage);
void lofi_filter_stage_unref (LofiFilterStage *stage);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LofiFilterStage, lofi_filter_stage_unref)
gsize lofi_filter_stage_bytes (const LofiFilterStage *stage);

/* How much of the spectrum a stage computes, as one letter of its key: w whole, d density, l leading pairs only. */
char lofi_filter_stage_extent (const LofiFitRun *run, gsize rows, gsize width, gsize keep);

/* In which form: the dual one decomposes entirely. */
LofiForm lofi_filter_form (gsize rows, gsize width, char extent);

/* Identifies a stage: the lift's key (of patch filters that of the channel's lift), what is done with it, how much of it. (transfer full) */
char *lofi_filter_stage_key (const char *lift_key, const LofiLayerSpec *spec, char extent);

/* The key of the lift of one group of so many. (transfer full) */
char *lofi_filter_group_key (const char *lift_key, guint group, guint n_groups);

/* Streams the samples into the operator, filling the lift's store on the way if it has one, and decomposes it. */
LofiFilterStage *lofi_filter_stage_new (LofiFitRun *run, const LofiLayerSpec *spec, guint index, const LofiFeatures *input,
                                        LofiLiftStage *lift, gboolean show, GError **error);

/* What a stage in the primal form is made of where its samples have been summed already: rows all to be multiplied by factor, and labels of which
 * `less` is to be taken off, for which plain has the sums of t = 1 (else NULL). */
typedef struct {
  const LofiOperator *weighted, *plain;
  double less, factor;
} LofiSums;
LofiFilterStage *lofi_filter_stage_of_sums (LofiFitRun *run, const LofiLayerSpec *spec, guint index, const LofiFeatures *input,
                                            LofiLiftStage *lift, const LofiSums *sums, GError **error);

/* values: keep; vectors: P x keep. residual: max ||C v - lambda v|| / |lambda_1|, 0 from a whole decomposition. */
gboolean lofi_filter_stage_leading (const LofiFilterStage *stage, gsize keep, double *values, LofiMatrix *vectors, double *residual,
                                    const LofiWatch *watch, const char *place, GError **error);

/* m / |m|: P numbers. (transfer full) */
double *lofi_filter_unit_moment (const LofiFilterStage *stage);

/* How many eigenvalues of C, whatever the order, are below low and above high. */
gboolean lofi_filter_stage_beyond (const LofiFilterStage *stage, double low, double high, gsize *below, gsize *above, const LofiWatch *watch,
                                   const char *place, GError **error);

/* t: y, or y less its mean, once for every position of every sample: n S numbers. (transfer full) */
double *lofi_filter_weights (const LofiTask *task, const LofiLayerSpec *spec, gsize positions);

/* The lifted training rows in double: (n S) x P. They may be the stage's own store: never written to. (transfer full) */
LofiArray *lofi_filter_lifted (LofiFitRun *run, LofiLiftStage *lift, const LofiFeatures *input, const char *place, GError **error);
