/* The leading eigenpairs of a symmetric operator by a blocked method, and an estimate of its whole spectrum, from products alone.
 *
 * For K much smaller than N this costs a small part of a reduction to tridiagonal form, and it needs no N x N matrix at all. */
#pragma once

#include <stdint.h>
#include "lofi-matrix.h"

/* A symmetric linear map of N numbers: Y = A X for a block X of b columns (both N x b). Returns LOFI_STOPPED to stop. */
typedef struct {
  size_t order;             /* N */
  LofiStatus (*apply) (void *data, const LofiMatrix *x, LofiMatrix *y, const LofiWatch *watch);
  void *data;
} LofiSymmetricMap;

/* The map of a symmetric matrix (both triangles given); the view must outlive the map. */
LofiSymmetricMap lofi_symmetric_map_of (const LofiMatrix *a);

typedef struct {
  size_t products;          /* columns that A was applied to */
  size_t restarts;
  double residual;          /* max over k of ||A v_k - lambda_k v_k||_2 / |lambda_1| */
} LofiLeadingStats;

#define LOFI_LEADING_TOLERANCE 1e-12

/* The `keep` eigenpairs of largest |eigenvalue|, in that order (equal magnitudes: the lower eigenvalue first), each vector a unit
 * column of vectors (N x keep), oriented (lofi-eigen.h). residuals: keep numbers ||A v_k - lambda_k v_k||_2, or NULL. Every residual is
 * at most tolerance |lambda_1| (never below what rounding allows), or LOFI_NO_CONVERGENCE. Block Krylov with full
 * reorthogonalisation and thick restarts from a fixed start: the same input gives the same bytes. Where that would cost more, as on a
 * small matrix or a spectrum that does not fall, by the whole decomposition. keep <= N. stats may be NULL. */
LofiStatus lofi_leading_pairs (const LofiSymmetricMap *a, size_t keep, double tolerance, double *values, LofiMatrix *vectors,
                               double *residuals, LofiLeadingStats *stats, const LofiWatch *watch);

/* Whether lofi_leading_pairs on an N x N matrix is expected to beat lofi_spectrum_init and lofi_spectrum_leading. */
bool lofi_leading_pays (size_t order, size_t keep);

/* A spectral density as a quadrature: `count` nodes, ascending, with weights that add up to 1. */
typedef struct {
  size_t count;
  double *nodes, *weights;
  size_t group;             /* where nothing has settled, so many neighbouring nodes share what they stand for: the probes */
} LofiDensity;

/* Stochastic Lanczos quadrature by a block: `probes` random unit vectors (LOFI_PURPOSE_DENSITY of seed), made orthogonal to each other,
 * advance together by `steps` products, with full reorthogonalisation; memory is probes (steps + 1) vectors. Deterministic. The
 * estimate's moments up to 2 steps - 1 are those of the probes, but that a value which has settled weighs 1/N for each of its
 * copies and stands twice in a row. If the products would pass N, the density is the spectrum. On failure *density is all zero. */
LofiStatus lofi_density_estimate (const LofiSymmetricMap *a, size_t probes, size_t steps, uint64_t seed, LofiDensity *density,
                                  const LofiWatch *watch);
void lofi_density_clear (LofiDensity *density);

/* N numbers, ascending, distributed as the density says (its quantiles, the steps of its distribution joined by straight lines but at
 * nodes that stand twice), except that the `known` outermost ones (any order; `leading` values) stand in their exact places. For
 * histograms: with 16 probes of 80 steps at N = 2000 one of 60 bins is within 4 % of the true one, on a linear or an asinh axis. */
LofiStatus lofi_density_quantiles (const LofiDensity *density, size_t order, const double *leading, size_t known, double *values);
