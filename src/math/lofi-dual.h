/* The dual form of the moment operator, for P > n (method.md "One dense layer"; theory.md 6).
 *
 * With a Cholesky factor G = Z Z^T = L L^T the non-zero eigenvalues of C are those of (1/n) L^T diag(t) L, and V = Z^T L^-T B. Where G has
 * no such factor that means anything, it is decomposed: with G = Z Z^T = Q diag(mu) Q^T the non-zero eigenvalues of C are those of (1/n) M diag(t) M^T, M = diag(sqrt mu) Q^T, and
 * V = Z^T Q diag(mu^(-1/2)) B. Directions with mu <= 1e-12 mu_max are outside the span of the samples and left out. */
#pragma once

#include "lofi-eigen.h"

typedef struct {
  size_t samples, width, rank;
  bool factored;             /* rank == n, and basis is L (n x n, zeros above the diagonal) */
  LofiMatrix basis;          /* else n x rank: Q diag(mu^(-1/2)) */
  LofiSpectrum spectrum;     /* of the rank x rank operator */
} LofiDual;

/* Z (n x P), t (n). If unit is given (P, a unit vector), Z is first restricted to its complement (order 1+2); Z is not changed. */
LofiStatus lofi_dual_init (LofiDual *dual, const LofiMatrix *lifted, const double *weights, const double *unit,
                           const LofiWatch *watch);
void lofi_dual_clear (LofiDual *dual);
size_t lofi_dual_bytes (const LofiDual *dual);

/* All P eigenvalues of C, ascending: the rank ones of the dual and P - rank zeros. */
void lofi_dual_values (const LofiDual *dual, double *values);

/* All P eigenvalues of C, ascending, and nothing else: one Cholesky factor in place of the eigenvectors of G, G = L L^T, whose
 * rows are the samples seen inside their own span. Falls back to lofi_dual_init where G has no such factor. n <= P,
 * else LOFI_BAD_SHAPE. */
LofiStatus lofi_dual_only_values (const LofiMatrix *lifted, const double *weights, double *values, const LofiWatch *watch);

/* As lofi_spectrum_leading, vectors P x keep; keep <= rank, else LOFI_BAD_SHAPE. Z and unit as at init. */
LofiStatus lofi_dual_leading (const LofiDual *dual, const LofiMatrix *lifted, const double *unit, size_t keep, double *values,
                              LofiMatrix *vectors, const LofiWatch *watch);
