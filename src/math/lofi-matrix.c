#define _DEFAULT_SOURCE
#include "lofi-math-private.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define ALIGNMENT 64
#define HUGE_PAGE ((size_t) 2 << 20)
#define TILE 32

size_t
lofi_matrix_bytes (size_t rows, size_t cols)
{
  size_t count, bytes;
  if (__builtin_mul_overflow (rows, cols, &count) || __builtin_mul_overflow (count, sizeof (double), &bytes))
    return SIZE_MAX;
  return bytes;
}

static size_t
floats_bytes (size_t rows, size_t cols)
{
  size_t count, bytes;
  if (__builtin_mul_overflow (rows, cols, &count) || __builtin_mul_overflow (count, sizeof (float), &bytes))
    return SIZE_MAX;
  return bytes;
}

/* Aligned, not zeroed; freed with free. Large storage is made of whole huge pages: with small ones, touching 64 MB for the first time
 * takes longer than multiplying it. */
static void *
storage_new (size_t bytes)
{
  bool large = bytes >= HUGE_PAGE && bytes <= PTRDIFF_MAX - HUGE_PAGE;
  size_t whole = large ? (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE : bytes;
  void *data = NULL;
  if (posix_memalign (&data, large ? HUGE_PAGE : ALIGNMENT, whole) != 0)
    return NULL;
#ifdef MADV_HUGEPAGE
  if (large)
    madvise (data, whole, MADV_HUGEPAGE);    /* only advice: a refusal costs time, nothing else */
#endif
  return data;
}

/* *data is NULL for no bytes at all, and after a failure. */
static LofiStatus
zeroed_storage_new (size_t bytes, void **data)
{
  *data = NULL;
  if (bytes > PTRDIFF_MAX)
    return LOFI_BAD_SHAPE;
  if (bytes == 0)
    return LOFI_OK;
  *data = storage_new (bytes);
  if (!*data)
    return LOFI_NO_MEMORY;
  memset (*data, 0, bytes);
  return LOFI_OK;
}

LofiStatus
lofi_matrix_alloc (LofiMatrix *m, size_t rows, size_t cols)
{
  *m = (LofiMatrix) { 0 };
  size_t bytes = lofi_matrix_bytes (rows, cols);
  void *data;
  LofiStatus status = zeroed_storage_new (bytes, &data);
  if (status != LOFI_OK)
    return status;
  *m = (LofiMatrix) { .data = data, .rows = rows, .cols = cols, .stride = cols };
  return LOFI_OK;
}

void
lofi_matrix_clear (LofiMatrix *m)
{
  free (m->data);
  *m = (LofiMatrix) { 0 };
}

LofiMatrix
lofi_matrix_row_block (const LofiMatrix *m, size_t first, size_t count)
{
  /* No arithmetic on the NULL of an empty matrix. */
  double *data = m->data ? m->data + first * m->stride : NULL;
  return (LofiMatrix) { .data = data, .rows = count, .cols = m->cols, .stride = m->stride };
}

LofiStatus
lofi_matrix_copy (LofiMatrix *to, const LofiMatrix *from)
{
  if (to->rows != from->rows || to->cols != from->cols)
    return LOFI_BAD_SHAPE;
  if (from->cols == 0)
    return LOFI_OK;
  for (size_t i = 0; i < from->rows; i++)
    memmove (to->data + i * to->stride, from->data + i * from->stride, from->cols * sizeof (double));
  return LOFI_OK;
}

bool
lofi_matrix_is_finite (const LofiMatrix *m)
{
  for (size_t i = 0; i < m->rows; i++)
    {
      const double *row = m->data + i * m->stride;
      int bad = 0;    /* no early exit inside a row, so that the loop vectorises */
      for (size_t j = 0; j < m->cols; j++)
        bad |= !(fabs (row[j]) <= DBL_MAX);
      if (bad)
        return false;
    }
  return true;
}

double *
lofi_doubles_new (size_t count)
{
  size_t bytes = lofi_matrix_bytes (count, 1);
  return bytes > PTRDIFF_MAX ? NULL : storage_new (bytes > 0 ? bytes : 1);
}

float *
lofi_floats_new (size_t count)
{
  size_t bytes = floats_bytes (count, 1);
  return bytes > PTRDIFF_MAX ? NULL : storage_new (bytes > 0 ? bytes : 1);
}

void
lofi_matrix_mirror_lower (LofiMatrix *m)
{
  size_t n = m->rows;
  for (size_t i0 = 0; i0 < n; i0 += TILE)
    for (size_t j0 = 0; j0 <= i0; j0 += TILE)
      for (size_t i = i0; i < lofi_smaller (i0 + TILE, n); i++)
        for (size_t j = j0; j < lofi_smaller (j0 + TILE, i); j++)
          m->data[j * m->stride + i] = m->data[i * m->stride + j];
}

void
lofi_matrix_transpose_square (LofiMatrix *m)
{
  size_t n = m->rows;
  for (size_t i0 = 0; i0 < n; i0 += TILE)
    for (size_t j0 = 0; j0 <= i0; j0 += TILE)
      for (size_t i = i0; i < lofi_smaller (i0 + TILE, n); i++)
        for (size_t j = j0; j < lofi_smaller (j0 + TILE, i); j++)
          {
            double *below = m->data + i * m->stride + j, *above = m->data + j * m->stride + i, entry = *below;
            *below = *above;
            *above = entry;
          }
}

LofiStatus
lofi_matrix_f_alloc (LofiMatrixF *m, size_t rows, size_t cols)
{
  *m = (LofiMatrixF) { 0 };
  size_t bytes = floats_bytes (rows, cols);
  void *data;
  LofiStatus status = zeroed_storage_new (bytes, &data);
  if (status != LOFI_OK)
    return status;
  *m = (LofiMatrixF) { .data = data, .rows = rows, .cols = cols, .stride = cols };
  return LOFI_OK;
}

void
lofi_matrix_f_clear (LofiMatrixF *m)
{
  free (m->data);
  *m = (LofiMatrixF) { 0 };
}

LofiMatrixF
lofi_matrix_f_row_block (const LofiMatrixF *m, size_t first, size_t count)
{
  float *data = m->data ? m->data + first * m->stride : NULL;
  return (LofiMatrixF) { .data = data, .rows = count, .cols = m->cols, .stride = m->stride };
}

LofiStatus
lofi_matrix_to_single (LofiMatrixF *to, const LofiMatrix *from)
{
  if (to->rows != from->rows || to->cols != from->cols)
    return LOFI_BAD_SHAPE;
  for (size_t i = 0; i < from->rows && from->cols > 0; i++)
    {
      float *restrict out = to->data + i * to->stride;
      const double *in = from->data + i * from->stride;
      for (size_t j = 0; j < from->cols; j++)
        out[j] = (float) in[j];
    }
  return LOFI_OK;
}

LofiStatus
lofi_matrix_to_double (LofiMatrix *to, const LofiMatrixF *from)
{
  if (to->rows != from->rows || to->cols != from->cols)
    return LOFI_BAD_SHAPE;
  for (size_t i = 0; i < from->rows && from->cols > 0; i++)
    {
      double *restrict out = to->data + i * to->stride;
      const float *in = from->data + i * from->stride;
      for (size_t j = 0; j < from->cols; j++)
        out[j] = in[j];
    }
  return LOFI_OK;
}

static int
ascending (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;
  return (x > y) - (x < y);
}

void
lofi_sort_doubles (double *values, size_t count)
{
  if (count > 1)
    qsort (values, count, sizeof *values, ascending);
}
