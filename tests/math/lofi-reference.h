/* The method once more, as plainly as it can be said: triple loops, a cyclic Jacobi eigensolver, one refit per sample left out.
 * No BLAS, no LAPACK, nothing shared with src/math but the matrix view and its storage. Every fast routine is compared with it.
 * Matrices handed back are new and belong to the caller (lofi_matrix_clear). All functions abort the test on failure. */
#pragma once

#include <stdint.h>
#include "lofi-matrix.h"

/* Test material. */
LofiMatrix lofi_reference_new (size_t rows, size_t cols);
LofiMatrix lofi_reference_normals (size_t rows, size_t cols, uint32_t stream);
/* A view of m's contents in storage whose rows are longer than the matrix, to catch a confusion of cols and stride. */
LofiMatrix lofi_reference_padded (const LofiMatrix *m);
/* Q diag(values) Q^T, Q a product of three random reflections. */
LofiMatrix lofi_reference_with_spectrum (const double *values, size_t n, uint32_t stream);
/* max |a - b|; NaN if any entry is. */
double lofi_reference_distance (const LofiMatrix *a, const LofiMatrix *b);
double lofi_reference_distance_of (const double *a, const double *b, size_t count);
/* max |V^T V - I| */
double lofi_reference_skewness (const LofiMatrix *v);
/* max |A V - V diag(values)| */
double lofi_reference_residual (const LofiMatrix *a, const double *values, const LofiMatrix *v);

/* The method. */
double lofi_reference_scale (const LofiMatrix *h);
LofiMatrix lofi_reference_lift (const LofiMatrix *h, const LofiMatrix *w, double scale, const double *bias, double strength,
                                double (*sigma) (double));
/* (1/n) sum t z z^T, of z less its mean if centred. */
LofiMatrix lofi_reference_operator (const LofiMatrix *z, const double *t, bool centred);
/* (I - u u^T) C (I - u u^T) */
LofiMatrix lofi_reference_complement (const LofiMatrix *c, const double *unit);
/* All eigenpairs, ascending. */
void lofi_reference_eigen (const LofiMatrix *a, double *values, LofiMatrix *vectors);
/* The `keep` of largest magnitude, oriented. */
void lofi_reference_leading (const LofiMatrix *a, size_t keep, double *values, LofiMatrix *vectors);
/* weights (p) and intercept; by the p x p equations, or by the n x n ones. */
double lofi_reference_ridge (const LofiMatrix *f, const double *y, double penalty, bool dual, double *weights);
/* Mean squared error of predicting each sample from a fit to all the others. */
double lofi_reference_leave_one_out (const LofiMatrix *f, const double *y, double penalty);
