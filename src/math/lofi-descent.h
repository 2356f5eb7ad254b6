/* A network of the same architecture trained by full-batch gradient descent (method.md "What the experiments show", 5).
 *
 * h_1 = x less its mean over the training samples, entry by entry; layers without bias, h_{l+1} = sigma_l (h_l W_l), W_l (d_l x P_l);
 * convolutions lift every patch with the same W (zero outside the map, a patch channel-major), pooling between; maps enter a dense layer
 * channel after channel. The readout is scalar, f = mean (y) + h_L . a: like the ridge's its intercept is not trained away. Loss
 * (1/2n) sum_i (f_i - y_i)^2, and every weight moves by -step times its gradient. Initial entries are init * N(0, 1 / fan-in):
 * number row * P_l + column of stream l of LOFI_PURPOSE_DESCENT for layer l (from 0, pooling counted), the readout's after the last.
 * With these conventions (relu, one layer of 128, init 0.1, step 0.05, Fashion-MNIST's shirts, n = 3000) the overlaps of theory.md 7 are
 * found again by `lofi align shirt-descent`; inputs that are not centred, a loss without the half, or labels that are not centred miss them
 * from the first steps on.
 *
 * Computed in single precision, with changes of the weights kept apart from what they began at, so that small ones are not rounded
 * away; losses are summed in double. */
#pragma once

#include <stdint.h>
#include "lofi-activation.h"
#include "lofi-patches.h"

typedef enum { LOFI_DESCENT_DENSE, LOFI_DESCENT_CONV, LOFI_DESCENT_POOL } LofiDescentKind;

typedef struct {
  LofiDescentKind kind;
  size_t width;             /* P: dense, conv */
  LofiSigma sigma;
  LofiMapShape input;       /* conv, pool: the maps that enter */
  LofiWindow window;        /* conv; pool: size */
  LofiPoolMode mode;        /* pool */
} LofiDescentLayer;

typedef struct {
  const LofiDescentLayer *layers;
  size_t n_layers;
  double init, step;
  uint64_t seed;
} LofiDescentPlan;

typedef struct _LofiDescent LofiDescent;

/* inputs (n x d), y (n), test inputs (m x d, may have no rows). Nothing is kept of them: inputs are copied in single precision.
 * LOFI_BAD_SHAPE when layers do not fit each other, LOFI_NOT_FINITE for inputs, y or a step that are not. */
LofiStatus lofi_descent_new (const LofiDescentPlan *plan, const LofiMatrix *inputs, const double *y, const LofiMatrix *test_inputs,
                             LofiDescent **descent);
void lofi_descent_free (LofiDescent *descent);
/* What it holds, and what a step takes; 0 when layers do not fit each other. */
size_t lofi_descent_bytes (const LofiDescentPlan *plan, size_t inputs, size_t samples, size_t test_samples);
double lofi_descent_flops (const LofiDescentPlan *plan, size_t inputs, size_t samples);

/* Takes `steps` more steps; looks at the watch every block of samples: stopped, the step at hand is not taken. *loss (or NULL): the training
 * loss after them. LOFI_NOT_FINITE when a step has led to a loss that is no number or more than a thousand times the first one: it has
 * diverged; that step is then taken back, and the weights are the last good ones. */
LofiStatus lofi_descent_run (LofiDescent *descent, size_t steps, double *loss, const LofiWatch *watch);
/* Steps taken, the one taken back not counted. */
size_t lofi_descent_steps (const LofiDescent *descent);

/* What dW of the first layer with weights is: rows d_1, columns P_1; of the readout if there is none. */
void lofi_descent_first_shape (const LofiDescent *descent, size_t *rows, size_t *cols);
/* W_1(t) - W_1(0) as double. */
LofiStatus lofi_descent_first_change (const LofiDescent *descent, LofiMatrix *change);
/* Predictions now: n and m numbers. Either may be NULL. */
LofiStatus lofi_descent_predict (LofiDescent *descent, double *train, double *test);
