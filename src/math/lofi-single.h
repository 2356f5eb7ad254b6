/* The dense lift in single precision: the fast path beside lofi-lift.h, which stays its reference.
 *
 * Measured on Fashion-MNIST (shirt against pullover and coat, n = 4000, P = 2000, K = 100, relu and tanh): lift and operator
 * (lofi_operator_add_single) in single precision together move a kept feature by at most 2e-5 of its column's largest entry, in the
 * mean by 2e-6, eigenvalues by 8e-8 of the largest and entries of C by 3e-7 of the largest. */
#pragma once

#include "lofi-lift.h"

/* A lift rounded to single precision, 1 / c and s folded in. Immutable after init; any thread. */
typedef struct {
  LofiMatrixF weights;      /* W / c, d x P */
  float *bias;              /* s b, P numbers, or NULL */
  LofiSigma sigma;
} LofiSingleLift;

/* Copies what it needs of lift. Errors as lofi_lift_apply's. */
LofiStatus lofi_single_lift_init (LofiSingleLift *single, const LofiLift *lift);
void lofi_single_lift_clear (LofiSingleLift *single);

/* Z (b x P) from H (b x d), any number of rows. */
LofiStatus lofi_single_lift_apply (const LofiSingleLift *single, const LofiMatrixF *inputs, LofiMatrixF *lifted);

/* In place, as lofi_sigma_apply, each value then times factor. Within 3e-7 of the value or of one, whichever is larger. */
void lofi_sigma_apply_single (const LofiSigma *sigma, float *values, size_t count, float factor);
