/* Row-major matrices of double, and of float: views, and storage that is checked before it is multiplied.
 *
 * Shape letters used in every header of this project:
 *   n samples, m test samples, d inputs of a layer, P lift width, K kept directions, p readout features, b a block of samples,
 *   S positions of a map, C channels.
 */
#pragma once

#include <stddef.h>
#include "lofi-status.h"

/* Entry (i, j) is data[i * stride + j]; stride >= cols. A value: copying it copies the view, not the entries. */
typedef struct {
  double *data;
  size_t rows, cols, stride;
} LofiMatrix;

/* Zeroed, 64-byte aligned storage with stride == cols. Either side may be 0 (data is then NULL).
 * LOFI_BAD_SHAPE if rows * cols * sizeof (double) overflows or passes PTRDIFF_MAX; LOFI_NO_MEMORY. On failure *m is all zero. */
LofiStatus lofi_matrix_alloc (LofiMatrix *m, size_t rows, size_t cols);

/* Frees storage made by lofi_matrix_alloc and zeroes *m. Never call it on a view of something else. */
void lofi_matrix_clear (LofiMatrix *m);

/* The rows first .. first + count - 1 of m; shares storage. The caller keeps them inside m. */
LofiMatrix lofi_matrix_row_block (const LofiMatrix *m, size_t first, size_t count);

/* Copies the entries; the shapes must be equal. */
LofiStatus lofi_matrix_copy (LofiMatrix *to, const LofiMatrix *from);

bool lofi_matrix_is_finite (const LofiMatrix *m);

/* rows * cols * sizeof (double), saturating at SIZE_MAX. */
size_t lofi_matrix_bytes (size_t rows, size_t cols);

/* The same in single precision: what the fast path of a lift and of an operator works in (lofi-single.h). */
typedef struct {
  float *data;
  size_t rows, cols, stride;
} LofiMatrixF;

LofiStatus lofi_matrix_f_alloc (LofiMatrixF *m, size_t rows, size_t cols);
void lofi_matrix_f_clear (LofiMatrixF *m);
LofiMatrixF lofi_matrix_f_row_block (const LofiMatrixF *m, size_t first, size_t count);
/* Rounded, or widened; the shapes must be equal. */
LofiStatus lofi_matrix_to_single (LofiMatrixF *to, const LofiMatrix *from);
LofiStatus lofi_matrix_to_double (LofiMatrix *to, const LofiMatrixF *from);

/* Ascending; none of them NAN. */
void lofi_sort_doubles (double *values, size_t count);
