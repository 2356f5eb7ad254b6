/* The lift of one layer as a stage: its weights and scale, and the lifted rows, stored where they fit. */
#pragma once

#include "lofi-features-private.h"
#include "lofi-fit-private.h"
#include "lofi-random.h"
#include "lofi-single.h"

/* A training lift larger than this is not stored but computed again, block by block; and a test lift. No lift is stored when the plan says
 * that the whole would not fit the budget (LofiPlan.streams). */
#define LOFI_KEEP_LIFTED_BYTES ((gsize) 1 << 29)
#define LOFI_KEEP_LIFTED_TEST_BYTES ((gsize) 1 << 28)

/* Features of a lift without a filter that are handed out as an array, not only as a recipe. */
#define LOFI_STORE_FEATURES_BYTES ((gsize) 1 << 26)

/* Up to so many operations of lift, of test samples too, and operator double costs nothing that one would notice. */
#define LOFI_DOUBLE_FLOPS 2e9

typedef enum {
  LOFI_LIFT_RANDOM,            /* z = sigma(h W / c + s b) / sqrt(P) of the whole input, or of every window */
  LOFI_LIFT_IDENTITY,          /* kind=filter: the input itself */
  LOFI_LIFT_CHANNEL            /* patch filters: the windows of one channel as they are */
} LofiLiftKind;

/* Lifted rows of one split, by position within sample: (n S) x P. */
typedef struct {
  LofiArray *array;            /* one of the two, or neither: not stored */
  LofiArrayF *single;
  gsize filled;                /* samples computed */
  double factor;               /* not 0: of another stage, whose rows times this are meant */
} LofiLiftStore;

/* Filled by the first pass, immutable once in the cache. */
struct _LofiLiftStage {
  char *key;
  LofiLiftKind kind;
  gboolean single;             /* computed and stored in single precision */
  LofiMapShape input;
  LofiMapShape output;         /* channels: P; height x width: the positions, 1 x 1 for a dense lift */
  LofiWindow window;           /* size 0: none */
  gsize channel;
  gsize width, positions;      /* P, S */
  LofiArray *weights;
  double *bias;
  LofiLift lift;               /* views of the two above */
  LofiSingleLift single_lift;
  LofiLiftStore train, test;
};
LofiLiftStage *lofi_lift_stage_ref (LofiLiftStage *stage);
void lofi_lift_stage_unref (LofiLiftStage *stage);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LofiLiftStage, lofi_lift_stage_unref)
gsize lofi_lift_stage_bytes (const LofiLiftStage *stage);

/* Whether a lift of so many training and test rows (samples times positions), inputs and columns is computed in single precision. */
gboolean lofi_lift_in_single (const LofiExperiment *experiment, const LofiLayerSpec *spec, double rows, double tests, double inputs, double width);

/* Whether no lift is stored, by the plan. */
gboolean lofi_lift_streams (const LofiFitRun *run);

/* Identifies a lift: what enters it, what it does and in which precision; of a file of weights its size and time too. input: the training
 * features, NULL when a kernel enters. (transfer full) */
char *lofi_lift_key (const LofiFitRun *run, const LofiLayerSpec *spec, guint index, const char *input_key, const LofiFeatures *input);

/* The stage of layer `index`; channel counts for patch filters only. key is taken. (transfer full) */
LofiLiftStage *lofi_lift_stage_new (LofiFitRun *run, const LofiLayerSpec *spec, guint index, const LofiFeatures *input, gsize channel,
                                    char *key, GError **error);

/* Of a dense lift without bias, homogeneous in its input: one that does not divide by c; and from that another whose store of training rows is to be
 * filled with its rows over c, and whose test rows are its own, times 1 / c. key is taken. (transfer full) */
LofiLiftStage *lofi_lift_stage_new_unscaled (LofiFitRun *run, const LofiLayerSpec *spec, guint index, const LofiFeatures *input, char *key,
                                             GError **error);
LofiLiftStage *lofi_lift_stage_new_scaled (LofiFitRun *run, const LofiLayerSpec *spec, guint index, const LofiFeatures *input,
                                           const LofiLiftStage *unscaled, char *key, GError **error);

/* The lift a finished layer was made with, of what entered it; stores nothing. (transfer full) */
LofiLiftStage *lofi_lift_stage_of_layer (const LofiLayerResult *layer, const LofiFeatures *input, gsize channel, GError **error);

/* Flops of lifting so many samples. */
double lofi_lift_stage_cost (const LofiLiftStage *stage, gsize samples);

/* Samples to lift at once. */
gsize lofi_lift_block_samples (const LofiLiftStage *stage);

/* Lifted rows of a block of samples, and the work space for making them. Zero at first. */
typedef struct {
  LofiMatrix rows;             /* (count S) x P; data NULL when the stage is in single precision */
  LofiMatrixF single;
  LofiMatrix input, patches, work;
  LofiMatrixF input_single, work_single;
} LofiLiftBlock;
void lofi_lift_block_clear (LofiLiftBlock *block);

/* The lifted rows of samples first .. first + count - 1 of `input`, the training or the test features that entered: stored ones, or
 * computed, into the store where there is one (only while the stage is being filled). */
LofiStatus lofi_lift_block_fill (LofiLiftBlock *block, LofiLiftStage *stage, const LofiFeatures *input, gsize first, gsize count);

/* to = factor from, of the same shape. */
void lofi_lift_scale_single (const LofiMatrixF *from, double factor, LofiMatrixF *to);
void lofi_lift_scale_double (const LofiMatrix *from, double factor, LofiMatrix *to);

/* Adds the rows to the operator, in the precision they are in. weights: one a row. */
LofiStatus lofi_lift_block_add (const LofiLiftBlock *block, LofiOperator *op, const double *weights, const LofiWatch *watch);

/* The same rows in double: a view, or widened into work. */
LofiStatus lofi_lift_block_double (const LofiLiftBlock *block, LofiMatrix *work, LofiMatrix *rows);

/* Computes what is missing of a store. */
gboolean lofi_lift_stage_fill (LofiFitRun *run, LofiLiftStage *stage, const LofiFeatures *input, const char *place, GError **error);
