/* The spectrum of C = (1/n) sum_i t_i z_i z_i^T under shuffled labels, from products alone: the extreme eigenvalues of many shuffles share every
 * pass over the rows, each shuffle a Lanczos recurrence of its own. And what the laws of the null need of the rows' covariance. */
#pragma once

#include <stdint.h>
#include "lofi-leading.h"

/* Rows z, positions of a sample one after the other, always the same numbers however often they are asked for. Both views come to `rows` in the
 * shape asked for, without data; exactly one gets it, in whichever precision there is, and stays valid until the next call. A status other than
 * LOFI_OK ends the caller with it. */
typedef struct {
  size_t samples, positions, width;     /* n, S, P: n S rows */
  size_t block;                         /* samples to ask for at once */
  LofiStatus (*rows) (void *data, size_t first, size_t count, LofiMatrix *rows, LofiMatrixF *single, const LofiWatch *watch);
  void *data;
} LofiRowSource;

/* A source that views the n S rows of a matrix, which must outlive it. */
LofiRowSource lofi_row_source_of (const LofiMatrix *rows, size_t positions);

/* Shuffle number `index` of n weights: weights[permutation], by LOFI_PURPOSE_PERMUTATION of the seed, stream `index`. */
LofiStatus lofi_shuffled_weights (uint64_t seed, uint32_t index, const double *weights, size_t n, double *shuffled);

/* For shuffles first .. first + count - 1 of the weights (n numbers, one a sample), the `per_end` lowest eigenvalues of C, ascending from the lowest,
 * into row i of low, and the per_end highest, descending from the highest, into row i of high (both count x per_end); C averages over all n S rows.
 * With center_lift z less its mean. Where P is small by the whole spectra; else by random starts (LOFI_PURPOSE_DENSITY, streams from 2^31 on: all
 * shuffles have numbers below that), and each value is within 1e-3 of itself, or of 1e-3 of the larger |end| where that is more. Not certain, as
 * with any start: of two neighbours as close as that the outer one may be passed over, in fewer than one of several hundred shuffles of a bulk
 * without outliers. Copies of one eigenvalue, other than of zero, may count as one. Rows in single precision are multiplied in it: that moves a value
 * by less than 1e-6 of the mean of |t| |z|^2. Deterministic, and a shuffle's numbers do not depend, but for rounding, on the others computed
 * with it. per_end <= P. */
LofiStatus lofi_permuted_extremes (const LofiRowSource *source, const double *weights, bool center_lift, uint64_t seed, uint32_t first, size_t count,
                                   size_t per_end, LofiMatrix *low, LofiMatrix *high, const LofiWatch *watch);

/* The measures of the centred covariance of the rows: of its trace (its eigenvalues), and of its mean, <mean, v_j>^2 by s_j, by Lanczos from the
 * mean. As of every density the weights of both add up to 1: times mean_square = |mean|^2 those of the mean are <mean, v_j>^2. Nodes are >= 0.
 * Either density is empty (count 0) where what it is of is zero. */
LofiStatus lofi_covariance_measures (const LofiRowSource *source, uint64_t seed, LofiDensity *trace, LofiDensity *mean, double *mean_square,
                                     const LofiWatch *watch);

/* How many eigenvalues of a symmetric matrix (both triangles) are below low and above high, by inertia: two factorisations, no eigenvalues. Of an
 * eigenvalue within rounding (N 2^-52 of the largest) of a line either may be said. A line may be infinite, not NAN. */
LofiStatus lofi_count_beyond (const LofiMatrix *a, double low, double high, size_t *below, size_t *above, const LofiWatch *watch);
