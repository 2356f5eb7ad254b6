/* The degree spectrum of a function of Gaussian inputs, by great circles (theory.md 4(iii)).
 *
 * On the circle f_j = f(a cos th_j + c sin th_j), a, c ~ N(0, I_d), th_j = 2 pi j / 32, the mean power at frequency k is
 * C_k = sum over m of w_m A_km, A_km the coefficient of cos k th in cos^m th at the 32 angles, and w_m = ||P_m f||^2 >= 0 are found by
 * least squares with bounds. No degree gets more than the power at its own frequency allows, so that a polynomial of degree D shows nothing
 * above D. Independent of the dimension. For smooth f: a discontinuous one (a label) has power at all frequencies, and 32 angles cannot
 * tell them apart.
 *
 * With 512 circles the standard deviation of a share is about 0.01 for what layers learn, 0.0002 for a single relu, and up to 0.05 for a
 * polynomial of a few directions, whose power sits in few circles; it falls as 1 / sqrt (circles). */
#pragma once

#include <stdint.h>
#include "lofi-matrix.h"

#define LOFI_DEGREES 15            /* w_0 .. w_13, and w_14 with all beyond it */
#define LOFI_CIRCLE_POINTS 32
#define LOFI_CIRCLES 512

/* K functions at once: rows of inputs (b x d, each entry N(0,1) over a circle's draw) to values (b x K). */
typedef struct {
  size_t inputs, functions;        /* d, K */
  LofiStatus (*evaluate) (void *data, const LofiMatrix *inputs, LofiMatrix *values);
  void *data;
} LofiFunctions;

/* shares: K x LOFI_DEGREES, w_m over their sum, a row a function (a row of zeros for a function that is zero everywhere).
 * Numbers from LOFI_PURPOSE_CIRCLES of the seed, stream i for circle i. Sixteen circles are evaluated at once; the watch is asked between. */
LofiStatus lofi_degree_spectrum (const LofiFunctions *functions, size_t circles, uint64_t seed, LofiMatrix *shares, const LofiWatch *watch);
