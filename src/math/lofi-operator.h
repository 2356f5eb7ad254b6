/* The moment operator C = (1/n) sum_i t_i z_i z_i^T, streamed over blocks of samples (method.md "One dense layer", 3).
 *
 * Weights t_i are any real numbers. A block is split by the sign of t, its rows scaled by sqrt|t| when |t| != 1, and
 * added by two rank-k updates of one triangle: half the flops of Z^T diag(t) Z. */
#pragma once

#include "lofi-matrix.h"

typedef struct {
  size_t width;             /* P */
  size_t samples;           /* how many have been added */
  LofiMatrix sum;           /* P x P, lower triangle: sum_i t_i z_i z_i^T; no storage before the first sum */
  double *sum_lifted;       /* P: sum_i z_i */
  double *sum_weighted;     /* P: sum_i t_i z_i */
  double sum_weights;       /* sum_i t_i */
  LofiMatrix packed;        /* work space */
  /* The single-precision path: what has been added since the last fold, of z less a fixed shift. */
  LofiMatrixF single, packed_single;
  float *shift;             /* P, or NULL: nothing in single precision yet. `sum` is then of z less it, too */
  size_t pending;           /* rows in `single`; 0: its entries are not set */
} LofiOperator;

LofiStatus lofi_operator_init (LofiOperator *op, size_t width);
void lofi_operator_clear (LofiOperator *op);

/* An operator of its own, of the same sums. On failure *to is all zero. */
LofiStatus lofi_operator_copy (LofiOperator *to, const LofiOperator *from);

/* Adds b samples: Z (b x P), t (b). Long blocks are cut, with a look at the watch between pieces. */
LofiStatus lofi_operator_add (LofiOperator *op, const LofiMatrix *lifted, const double *weights, const LofiWatch *watch);

/* As lofi_operator_add for Z in single precision, at the machine's speed for it. Rounding is held down twice: rows enter less a
 * shift, near the mean of the first of them (relu lifts are mostly mean; the operator read is that of z itself, to the rounding of
 * double), and single-precision sums are folded into double every 16384 samples. An entry of C is then off by less than 5e-7 of
 * what is summed, the largest (1/n) sum_i |t_i| (z_ij - shift_j)^2, and by less the more samples there are; the sums of z and t z are
 * in double throughout. An operator is fed in one precision only, LOFI_BAD_SHAPE otherwise. */
LofiStatus lofi_operator_add_single (LofiOperator *op, const LofiMatrixF *lifted, const double *weights, const LofiWatch *watch);

/* The operator of the samples added so far into C (P x P), both triangles. With center_lift, z less its mean over the
 * samples added: C - mu m^T - m mu^T + mean(t) mu mu^T, m = mean of t z. */
LofiStatus lofi_operator_read (const LofiOperator *op, bool center_lift, LofiMatrix *c);

/* mean: P numbers, the mean activation; moment: P numbers, m = (1/n) sum t z, of z less its mean if center_lift.
 * Either may be NULL. */
LofiStatus lofi_operator_means (const LofiOperator *op, bool center_lift, double *mean, double *moment);

/* C <- (I - u u^T) C (I - u u^T) for a unit vector u (P): the order-1+2 complement. C has both triangles. */
LofiStatus lofi_operator_deflate (LofiMatrix *c, const double *unit);
