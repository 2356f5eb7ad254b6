/* Inside the pass over nested samples: lofi-sweep-samples.c and lofi-sweep-baselines.c. */
#pragma once

#include "lofi-filter-private.h"
#include "lofi-sweep-samples-private.h"

/* Samples lifted and summed together. */
#define LOFI_PASS_BLOCK LOFI_FIT_BLOCK
/* Of the rows lifted of one sample count; more are lifted for every count anew. */
#define LOFI_PASS_ROWS_BYTES ((gsize) 128 << 20)

/* The lazy baseline's layers, none divided by its c. Rows of stage i are in stages[i]->train, the whole blocks of them. */
typedef struct {
  guint n;
  LofiLiftStage **stages;            /* the first is the pass's own */
  LofiArrayF *tests;                 /* all test samples behind the last stage */
  gsize filled;                      /* samples behind the last stage */
  double *squares;                   /* squares[i]: of what enters the last stage, summed over the samples before i */
  LofiRidgeGram gram;                /* of whole blocks of the last stage's rows */
} LofiLazyChain;

struct _LofiSweepSamples {
  gatomicrefcount references;
  GMutex lock, lazy_lock, linear_lock;    /* of what is neither the chain nor the linear baseline's, and of these */
  char *key;
  LofiTask *task;                    /* of the largest sample count */
  LofiFeatures *train, *test;
  LofiLiftStage *unscaled;           /* rows z = sigma(h W) / sqrt(P) */
  LofiOperator weighted, plain;      /* sums over the first `summed` samples, whole blocks, with t = y and, for center-labels, t = 1 */
  gsize summed;
  LofiLazyChain lazy;
  LofiRidgeGram linear;              /* of whole blocks of the inputs */
};

void lofi_lazy_chain_clear (LofiLazyChain *chain);

/* A dense lift without bias and of exact degree, of relu or identity. */
gboolean lofi_lift_is_homogeneous (const LofiLayerSpec *spec);

/* The samples and the undivided lift of the run's experiment; under the lock. */
gboolean lofi_sweep_pass_take (LofiSweepSamples *shared, LofiFitRun *run, GError **error);
/* The rows of all whole blocks of the first `samples`, and if asked for their sums; under the lock. */
LofiStatus lofi_sweep_pass_advance (LofiSweepSamples *shared, const LofiLayerSpec *spec, gsize samples, gboolean sums, const LofiWatch *watch);
