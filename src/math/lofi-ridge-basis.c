/* Q of the reduction Q^T G Q = T, as blocks of Householder reflectors (see lofi-eigen.c: Q = H(m-1) ... H(1), the vector of H(i) in rows
 * 1 .. i-1 of column i+1 of the memory read by columns). The triangular factors of the blocks are computed once, for Q is applied to
 * one block of samples after another; two m^2 operations a sample, as a product with Q itself, which need not be formed. */
#include "lofi-math-private.h"
#include "lofi-ridge-form-private.h"

#include <cblas.h>
#include <lapacke.h>
#include <stdlib.h>
#include <string.h>

#define REFLECTORS LOFI_RIDGE_REFLECTORS

/* A block of reflectors: `number` of them, acting on the first `rows` coordinates. */
typedef struct {
  lapack_int number, rows;
  const double *vectors, *triangle;
} Block;

static size_t
block_count (const LofiRidgeForm *form)
{
  return (form->directions - 1 + REFLECTORS - 1) / REFLECTORS;
}

static Block
block_at (const LofiRidgeForm *form, size_t index)
{
  size_t m = form->directions, first = index * REFLECTORS, number = lofi_smaller (REFLECTORS, m - 1 - first);
  return (Block) { .number = (lapack_int) number,
                   .rows = (lapack_int) (first + number),
                   .vectors = form->reflectors.data + (first + 1) * m,
                   .triangle = form->triangles + index * REFLECTORS * REFLECTORS };
}

LofiStatus
lofi_ridge_basis_init (LofiRidgeForm *form)
{
  lapack_int m = (lapack_int) form->directions, size = REFLECTORS;
  form->triangles = lofi_doubles_new (block_count (form) * REFLECTORS * REFLECTORS);
  if (!form->triangles)
    return LOFI_NO_MEMORY;
  for (size_t k = 0; k < block_count (form); k++)
    {
      Block block = block_at (form, k);
      LAPACK_dlarft ("B", "C", &block.rows, &block.number, block.vectors, &m, form->tau + k * REFLECTORS,
                     form->triangles + k * REFLECTORS * REFLECTORS, &size);
    }
  return LOFI_OK;
}

/* Rows in row-major order are columns to LAPACK: their transpose becomes Q^T times itself. */
void
lofi_ridge_basis_turn (const LofiRidgeForm *form, LofiMatrix *rows, double *work)
{
  lapack_int m = (lapack_int) form->directions, count = (lapack_int) rows->rows, ld = (lapack_int) rows->stride, size = REFLECTORS;
  if (form->explicit_basis)
    {
      cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, count, m, m, 1.0, rows->data, ld, form->reflectors.data, m, 0.0, work, m);
      for (lapack_int i = 0; i < count; i++)
        memcpy (rows->data + (size_t) i * rows->stride, work + (size_t) i * rows->cols, rows->cols * sizeof (double));
      return;
    }
  for (size_t k = block_count (form); k-- > 0; )
    {
      Block block = block_at (form, k);
      LAPACK_dlarfb ("L", "T", "B", "C", &block.rows, &count, &block.number, block.vectors, &m, block.triangle, &size, rows->data, &ld,
                     work, &count);
    }
}

static LofiStatus
apply_explicit (const LofiRidgeForm *form, bool transposed, double *x)
{
  int m = (int) form->directions;
  double *product = lofi_doubles_new (form->directions);
  if (!product)
    return LOFI_NO_MEMORY;
  cblas_dgemv (CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, m, m, 1.0, form->reflectors.data, m, x, 1, 0.0, product, 1);
  memcpy (x, product, form->directions * sizeof (double));
  free (product);
  return LOFI_OK;
}

LofiStatus
lofi_ridge_basis_apply (const LofiRidgeForm *form, bool transposed, double *x)
{
  if (form->explicit_basis)
    return apply_explicit (form, transposed, x);
  lapack_int m = (lapack_int) form->directions, one = 1, size = REFLECTORS;
  double work[REFLECTORS];
  size_t count = block_count (form);
  for (size_t k = 0; k < count; k++)
    {
      Block block = block_at (form, transposed ? count - 1 - k : k);
      LAPACK_dlarfb ("L", transposed ? "T" : "N", "B", "C", &block.rows, &one, &block.number, block.vectors, &m, block.triangle, &size,
                     x, &m, work, &one);
    }
  return LOFI_OK;
}

/* From the identity, each block meeting only the corner that the ones before it have touched: 4/3 m^3. */
LofiStatus
lofi_ridge_basis_expand (const LofiRidgeForm *form, LofiMatrix *q, const LofiWatch *watch)
{
  size_t m = form->directions;
  lapack_int order = (lapack_int) m, ld = (lapack_int) q->stride, size = REFLECTORS;
  double *work = lofi_doubles_new (m * REFLECTORS);
  if (!work)
    return LOFI_NO_MEMORY;
  for (size_t i = 0; i < m; i++)
    {
      memset (q->data + i * q->stride, 0, m * sizeof (double));
      q->data[i * q->stride + i] = 1.0;
    }
  LofiStatus status = LOFI_OK;
  for (size_t k = 0; k < block_count (form) && status == LOFI_OK; k++)
    {
      Block block = block_at (form, k);
      LAPACK_dlarfb ("R", "T", "B", "C", &block.rows, &block.rows, &block.number, block.vectors, &order, block.triangle, &size, q->data,
                     &ld, work, &order);
      double share = (double) block.rows / (double) m;
      lofi_watch_report (watch, share * share * share);
      if (lofi_watch_stops (watch))
        status = LOFI_STOPPED;
    }
  free (work);
  return status;
}
