/* A network of the same architecture trained by full-batch gradient descent (method.md "What the experiments show", 5).
 *
 * Layers without bias: h_{l+1} = sigma_l(h_l W_l), W_l (d_l x P_l); convolutions lift every patch with the same W; pooling between; a scalar
 * readout f = h_L . a. Loss (1/n) sum_i (f_i - y_i)^2. Every weight moves by -step times the loss's gradient. Initial entries are
 * init * N(0, 1 / fan-in), from LOFI_PURPOSE_DESCENT of the seed, stream l for layer l. Computed in single precision, losses summed in double. */
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

/* inputs (n x d), y (n), test inputs (m x d, may have no rows), test y. The matrices are views that outlive the descent.
 * LOFI_BAD_SHAPE when layers do not fit each other. */
LofiStatus lofi_descent_new (const LofiDescentPlan *plan, const LofiMatrix *inputs, const double *y, const LofiMatrix *test_inputs,
                             LofiDescent **descent);
void lofi_descent_free (LofiDescent *descent);
size_t lofi_descent_bytes (const LofiDescentPlan *plan, size_t inputs, size_t samples, size_t test_samples);
double lofi_descent_flops (const LofiDescentPlan *plan, size_t inputs, size_t samples);    /* of one step */

/* Takes `steps` more steps; looks at the watch after each. *loss: the training loss before the last step taken. LOFI_NOT_FINITE when the loss
 * is no longer a number or a thousand times the first one: it has diverged; the weights are then those before the last step that was good. */
LofiStatus lofi_descent_run (LofiDescent *descent, size_t steps, double *loss, const LofiWatch *watch);
size_t lofi_descent_steps (const LofiDescent *descent);

/* W_1(t) - W_1(0) as double: d_1 x P_1. */
LofiStatus lofi_descent_first_change (const LofiDescent *descent, LofiMatrix *change);
/* Predictions now: n and m numbers. Either may be NULL. */
LofiStatus lofi_descent_predict (LofiDescent *descent, double *train, double *test);
