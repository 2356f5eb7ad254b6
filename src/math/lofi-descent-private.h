/* One layer of a network in training, forwards and backwards over a block of samples. Shared inside src/math only.
 *
 * Maps lie with their channels last, entry (y * W + x) * C + c: what a convolution's product leaves is then what the next one reads, and
 * patches are copied in runs of size * C numbers. The weights' rows follow; lofi_descent_row says which row of the definition each is. */
#pragma once

#include "lofi-descent.h"
#include "lofi-math-private.h"

typedef struct {
  LofiDescentLayer layer;
  LofiMapShape in, out;         /* a vector of d numbers is 1 x 1 x d */
  size_t rows, cols;            /* of W; both 0 for pooling */
  size_t positions;             /* rows of a sample in the product with W */
  size_t channels;              /* rows come in runs of so many channels */
  LofiMatrixF initial, change, kept, weights, gradient;      /* kept: the change before the last step */
  /* For a block of b samples. */
  LofiMatrixF patches;          /* (b S) x rows: convolution */
  LofiMatrixF before;           /* (b S) x cols: pre-activations */
  LofiMatrixF result, slope;    /* b x out: what it hands on, and the loss's gradient by that */
} LofiDescentStage;

/* The shapes of a layer after one of `in`; maps: whether in lies with channels last. LOFI_BAD_SHAPE. */
LofiStatus lofi_descent_stage_shape (LofiDescentStage *stage, const LofiDescentLayer *layer, LofiMapShape in, bool maps);
/* Numbers kept for one sample of a block, and numbers of weights of all kinds. */
size_t lofi_descent_stage_work (const LofiDescentStage *stage);
size_t lofi_descent_stage_weights (const LofiDescentStage *stage);
LofiStatus lofi_descent_stage_alloc (LofiDescentStage *stage, size_t block);
void lofi_descent_stage_clear (LofiDescentStage *stage);

/* Row of the definition (channel-major) that row `row` of the weights is. */
size_t lofi_descent_row (const LofiDescentStage *stage, size_t row);
LofiStatus lofi_descent_stage_draw (LofiDescentStage *stage, double init, uint64_t seed, uint32_t stream);

/* result of the input (b x in). */
void lofi_descent_stage_forward (LofiDescentStage *stage, const LofiMatrixF *input);
/* From slope, which is overwritten: adds to the gradient, and sets input_slope (b x in) unless it is NULL. After forward on the same input. */
void lofi_descent_stage_backward (LofiDescentStage *stage, const LofiMatrixF *input, LofiMatrixF *input_slope);
void lofi_descent_stage_step (LofiDescentStage *stage, double step);
void lofi_descent_stage_undo (LofiDescentStage *stage);

/* Maps of b samples (b x H W C) with channels last: lofi-patches.h in single precision. */
void lofi_descent_patches (const LofiMatrixF *maps, LofiMapShape shape, LofiWindow window, LofiMapShape positions, LofiMatrixF *patches);
void lofi_descent_fold (const LofiMatrixF *patches, LofiMapShape shape, LofiWindow window, LofiMapShape positions, LofiMatrixF *maps);
void lofi_descent_pool (const LofiMatrixF *maps, LofiMapShape shape, size_t size, LofiPoolMode mode, LofiMapShape pooled, LofiMatrixF *out);
/* The gradient by the maps: the whole of a maximum goes to the first entry that has it. */
void lofi_descent_pool_back (const LofiMatrixF *maps, LofiMapShape shape, size_t size, LofiPoolMode mode, LofiMapShape pooled,
                             const LofiMatrixF *slope, LofiMatrixF *maps_slope);
