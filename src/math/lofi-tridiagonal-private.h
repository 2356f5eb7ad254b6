/* Eigenpairs of a symmetric tridiagonal matrix T, N x N: diagonal d (N), off-diagonal e (N - 1). Shared by lofi-eigen.c,
 * lofi-tridiagonal.c and lofi-divide.c. Here matrices are by columns, as LAPACK has them: vector k is z + k N. */
#pragma once

#include "lofi-matrix.h"

typedef struct {
  size_t order;
  const double *diagonal, *off_diagonal;
} LofiTridiagonal;

/* An eigenvalue and its place in ascending order. */
typedef struct {
  double value;
  size_t index;
} LofiPlace;

/* Q^T A Q = T in place: the lower triangle of A (row-major) becomes Q as Householder vectors. d, e and tau hold N numbers each. */
LofiStatus lofi_tridiagonal_reduce (LofiMatrix *matrix, double *d, double *e, double *tau, const LofiWatch *watch);

/* The eigenvalues, ascending. */
LofiStatus lofi_tridiagonal_values (const LofiTridiagonal *t, double *values);

/* All eigenvectors in ascending order of their values, into z with leading dimension ldz >= N. Divide and conquer. */
LofiStatus lofi_tridiagonal_all (const LofiTridiagonal *t, double *z, size_t ldz, const LofiWatch *watch);

/* The eigenvectors of the given places, in their order, into z (N x count). values: all N, ascending. */
LofiStatus lofi_tridiagonal_some (const LofiTridiagonal *t, const double *values, const LofiPlace *places, size_t count, double *z,
                                  const LofiWatch *watch);
