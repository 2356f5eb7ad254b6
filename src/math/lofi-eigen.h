/* Symmetric eigenproblems, whole or leading, in pieces short enough to be stopped between.
 *
 * The matrix is reduced to tridiagonal form once, Q^T A Q = T (blocked Householder, panel by panel); the whole spectrum and
 * any number of eigenvectors follow from T, so asking for another K costs no second reduction. */
#pragma once

#include "lofi-matrix.h"

typedef struct {
  size_t order;             /* N */
  LofiMatrix reflectors;    /* N x N, the Householder vectors as LAPACK's dsytrd leaves them */
  double *diagonal, *off_diagonal, *tau;
  double *values;           /* N eigenvalues, ascending */
} LofiSpectrum;

/* From a symmetric matrix A (both triangles given; read only the lower one in row-major order). A is copied. */
LofiStatus lofi_spectrum_init (LofiSpectrum *spectrum, const LofiMatrix *a, const LofiWatch *watch);
void lofi_spectrum_clear (LofiSpectrum *spectrum);
size_t lofi_spectrum_bytes (const LofiSpectrum *spectrum);

/* Only the N eigenvalues, ascending. A is overwritten. */
LofiStatus lofi_symmetric_values (LofiMatrix *a, double *values, const LofiWatch *watch);

/* The `keep` eigenpairs of largest |eigenvalue|, in that order (equal magnitudes: the lower index in ascending order first),
 * each vector a unit column of vectors (N x keep), oriented. keep <= N. */
LofiStatus lofi_spectrum_leading (const LofiSpectrum *spectrum, size_t keep, double *values, LofiMatrix *vectors,
                                  const LofiWatch *watch);

/* All N eigenpairs in ascending order, columns of vectors (N x N); not oriented. Divide and conquer. */
LofiStatus lofi_spectrum_all (const LofiSpectrum *spectrum, LofiMatrix *vectors, const LofiWatch *watch);

/* Makes the entry of largest magnitude of every column positive (the first one, if several are equal): part of the method's
 * definition, since the next lift sees the sign. */
void lofi_orient_columns (LofiMatrix *vectors);

/* max over k of ||A v_k - lambda_k v_k||_2. */
LofiStatus lofi_eigen_residual (const LofiMatrix *a, const double *values, const LofiMatrix *vectors, double *residual);
