/* The recurrence of Lanczos for a symmetric map A, one product at a time and the product somebody else's: many of them can share a pass over whatever
 * makes A. Shared by lofi-lanczos.c, lofi-permutation.c and lofi-covariance-measures.c.
 *
 *   A Q = Q T + beta q e^T,  Q orthonormal, T tridiagonal:  a pair (theta, Q s) of a pair (theta, s) of T has a residual of beta |last entry of s|
 *
 * Q is kept semi-orthogonal (Simon 1984): an estimate of what rounding has done to each product q_i . q_j follows the recurrence, and where it
 * passes a bound two vectors in a row are projected on all of Q. T is then that of an exact Q to the square of that bound. */
#pragma once

#include <stdint.h>
#include "lofi-matrix.h"

typedef struct {
  size_t order, capacity;   /* P; steps at most, <= P */
  size_t steps;             /* of T; q is vector `steps` of the basis */
  size_t closed;            /* times the space turned out to be invariant, and a random vector orthogonal to it took over: copies of one eigenvalue
                               that are there to be seen, if it ever did */
  double unit;              /* rounding of a product, of |A| */
  double norm;              /* largest |A q| so far */
  double *alpha, *beta;     /* T; beta[k] couples k and k + 1 */
  double *loss, *loss_before;     /* estimates of q . q_j for all j, and of the vector before it */
  bool again;               /* the next vector is projected, too */
  double **chunks;          /* of the basis */
  uint64_t seed;            /* of random vectors: LOFI_PURPOSE_DENSITY, */
  uint32_t stream;
} LofiLanczos;

/* start: P numbers, not zero, or NULL: random. single: whether products are in single precision. */
LofiStatus lofi_lanczos_init (LofiLanczos *lanczos, size_t order, size_t capacity, const double *start, bool single, uint64_t seed, uint32_t stream);
void lofi_lanczos_clear (LofiLanczos *lanczos);

/* q, of which A's product is wanted next. */
const double *lofi_lanczos_vector (const LofiLanczos *lanczos);

/* One step: image (P numbers, overwritten) is A q. steps < capacity. LOFI_NOT_FINITE. */
LofiStatus lofi_lanczos_step (LofiLanczos *lanczos, double *image);

/* The `count` lowest eigenvalues of T, ascending, the highest, descending, and the residuals these and those (2 x count) have as A's. count <= steps. */
LofiStatus lofi_lanczos_ends (const LofiLanczos *lanczos, size_t count, double *low, double *high, double *residuals);

/* The space can grow no more, or not by a vector that A couples to it. */
bool lofi_lanczos_is_closed (const LofiLanczos *lanczos);
