/* The degree spectrum of a function of Gaussian inputs, by great circles (theory.md 4(iii)).
 *
 * On the circle f_j = f(a cos th_j + c sin th_j), a, c ~ N(0, I_d), the Fourier power of degree k is C_k; C_k = sum over m >= k of the same
 * parity of w_m 2^-m binom(m, (m-k)/2) (2 if k > 0 else 1), and w_m = ||P_m f||^2 >= 0 are found by non-negative least squares. Independent of
 * the dimension. For smooth f; wrong for discontinuous ones (a label). */
#pragma once

#include <stdint.h>
#include "lofi-matrix.h"

#define LOFI_DEGREES 15            /* w_0 .. w_14 */
#define LOFI_CIRCLE_POINTS 32
#define LOFI_CIRCLES 512

/* K functions at once: rows of inputs (b x d, each entry N(0,1) over a circle's draw) to values (b x K). */
typedef struct {
  size_t inputs, functions;        /* d, K */
  LofiStatus (*evaluate) (void *data, const LofiMatrix *inputs, LofiMatrix *values);
  void *data;
} LofiFunctions;

/* shares: K x LOFI_DEGREES, w_m over their sum, a row a function (a row of zeros for a function that is zero everywhere).
 * Numbers from LOFI_PURPOSE_CIRCLES of the seed. The watch is asked between circles. */
LofiStatus lofi_degree_spectrum (const LofiFunctions *functions, size_t circles, uint64_t seed, LofiMatrix *shares, const LofiWatch *watch);
