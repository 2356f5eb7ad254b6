/* Orthogonality. A new block Y = A X is projected and orthonormalised twice, in products of blocks. The first time it is projected
 * only on the columns where the Krylov space of a symmetric map has anything to project on (X, the block before it, and after a
 * restart all that was kept); the second time on all of Q, which takes away what rounding left. Half the work of two whole
 * projections, and as orthogonal: what is seen the second time is measured, and if it was not small there is a third.
 *
 * A block is orthonormalised by the Cholesky factor of its scaled Gram matrix where that is well-conditioned, by Householder
 * reflections where it is not. Directions that are null are drawn anew, with null rows in R: the space then is invariant in that
 * direction, and a random one is the way to eigenvectors that the start could not see. */
#include "lofi-krylov-private.h"
#include "lofi-math-private.h"
#include "lofi-random.h"

#include <cblas.h>
#include <float.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 8            /* projections of one block, at most */
#define CHUNK 256           /* entries of the vectors rotated together */
#define TILE 32
#define PIECE_FLOPS 4e9     /* of a product, between two looks at the watch */
#define PIVOT 1e-3          /* smallest sine between a column and those before it that a Gram matrix is trusted with */
#define SEEN 1e-2           /* largest cosine with Q that one more projection leaves at rounding */

LofiStatus
lofi_krylov_init (LofiKrylov *krylov, const LofiSymmetricMap *map, size_t block, size_t capacity, uint64_t seed, uint32_t purpose,
                  const LofiWatch *watch)
{
  size_t n = map->order, columns = capacity + block;
  *krylov = (LofiKrylov) { .map = map, .watch = watch, .order = n, .block = block, .capacity = capacity, .seed = seed,
                           .purpose = purpose, .scale = 1.0 };
  LofiStatus status = lofi_matrix_alloc (&krylov->direction, n, block);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&krylov->image, n, block);
  /* Neither is cleared: pages that are never reached then cost nothing. */
  krylov->basis = lofi_doubles_new (lofi_matrix_bytes (n, columns) / sizeof (double));
  krylov->projected = lofi_doubles_new (lofi_matrix_bytes (capacity, capacity) / sizeof (double));
  krylov->coefficients = lofi_doubles_new (columns * block);
  krylov->link = lofi_doubles_new (2 * block * block);
  if (status == LOFI_OK && (!krylov->basis || !krylov->projected || !krylov->coefficients || !krylov->link))
    status = LOFI_NO_MEMORY;
  if (status == LOFI_OK)
    {
      krylov->triangle = krylov->link + block * block;
      status = lofi_krylov_refresh (krylov);
    }
  if (status != LOFI_OK)
    lofi_krylov_clear (krylov);
  return status;
}

void
lofi_krylov_clear (LofiKrylov *krylov)
{
  lofi_matrix_clear (&krylov->direction);
  lofi_matrix_clear (&krylov->image);
  free (krylov->basis);
  free (krylov->projected);
  free (krylov->coefficients);
  free (krylov->link);
  *krylov = (LofiKrylov) { 0 };
}

/* Column `column` of the image becomes a random one. */
static void
draw (LofiKrylov *krylov, size_t column)
{
  double numbers[128];
  for (size_t first = 0; first < krylov->order; first += 128)
    {
      size_t count = lofi_smaller (128, krylov->order - first);
      lofi_random_normals (krylov->seed, krylov->purpose, (uint32_t) krylov->starts, first, count, numbers);
      for (size_t i = 0; i < count; i++)
        krylov->image.data[(first + i) * krylov->block + column] = numbers[i];
    }
  krylov->starts++;
}

/* C = Q^T Y and Y <- Y - Q C for Q's columns first .. filled - 1; C in rows first .. of coefficients. The largest entry of C. */
static double
project (LofiKrylov *krylov, size_t first)
{
  size_t width = krylov->block;
  int n = (int) krylov->order, m = (int) (krylov->filled - first), b = (int) width;
  double *y = krylov->image.data, *c = krylov->coefficients + first * width, largest = 0.0;
  const double *q = krylov->basis + first * krylov->order;
  if (m == 0)
    return 0.0;
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, m, b, n, 1.0, q, n, y, b, 0.0, c, b);
  cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, n, b, m, -1.0, q, n, c, b, 1.0, y, b);
  for (size_t i = 0; i < (size_t) m * width; i++)
    largest = fmax (largest, fabs (c[i]));
  return largest;
}

/* Y = Q T by the Cholesky factor of its Gram matrix; false, and Y as it was, if that would lose digits. T in triangle. */
static bool
orthonormalise_fast (LofiKrylov *krylov)
{
  size_t width = krylov->block;
  int n = (int) krylov->order, b = (int) width;
  double *t = krylov->triangle, *y = krylov->image.data, *norms = krylov->coefficients;
  cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, b, b, n, 1.0, y, b, y, b, 0.0, t, b);
  for (size_t i = 0; i < width; i++)
    {
      norms[i] = sqrt (t[i * width + i]);
      if (!(norms[i] > DBL_MIN / DBL_EPSILON))
        return false;
    }
  for (size_t i = 0; i < width; i++)
    for (size_t j = 0; j < width; j++)
      t[i * width + j] = j < i ? 0.0 : t[i * width + j] / norms[i] / norms[j];
  if (LAPACKE_dpotrf_work (LAPACK_COL_MAJOR, 'L', b, t, b) != 0)    /* rows read as columns: T^T T */
    return false;
  for (size_t i = 0; i < width; i++)
    if (!(t[i * width + i] >= PIVOT))
      return false;
  for (size_t i = 0; i < width; i++)
    for (size_t j = i; j < width; j++)
      t[i * width + j] *= norms[j];
  cblas_dtrsm (CblasRowMajor, CblasRight, CblasUpper, CblasNoTrans, CblasNonUnit, n, b, 1.0, t, b, y, b);
  return true;
}

/* The same by reflections, whatever Y is. Null directions, those below `null`, are drawn anew. */
static LofiStatus
orthonormalise_safely (LofiKrylov *krylov, double null)
{
  size_t width = krylov->block;
  lapack_int n = (lapack_int) krylov->order, b = (lapack_int) width;
  double *t = krylov->triangle, *y = krylov->image.data, *tau = krylov->coefficients, *work = tau + width;
  /* Rows read as columns: Y^T = T^T Q^T is what LAPACK calls LQ. */
  if (LAPACKE_dgelqf_work (LAPACK_COL_MAJOR, b, n, y, b, tau, work, b) != 0)
    return LOFI_NO_CONVERGENCE;
  for (size_t i = 0; i < width; i++)
    for (size_t j = 0; j < width; j++)
      t[i * width + j] = j < i ? 0.0 : y[i * width + j];
  if (LAPACKE_dorglq_work (LAPACK_COL_MAJOR, b, n, b, y, b, tau, work, b) != 0)
    return LOFI_NO_CONVERGENCE;
  for (size_t i = 0; i < width; i++)
    if (!(fabs (t[i * width + i]) > null))
      {
        draw (krylov, i);
        memset (t + i * width, 0, width * sizeof (double));
      }
  return LOFI_OK;
}

/* R <- T R */
static void
chain (LofiKrylov *krylov)
{
  int b = (int) krylov->block;
  cblas_dtrmm (CblasRowMajor, CblasLeft, CblasUpper, CblasNoTrans, CblasNonUnit, b, b, 1.0, krylov->triangle, b, krylov->link, b);
}

/* The last block of H's columns gains C R in rows first .. filled - 1. */
static void
add_to_projected (LofiKrylov *krylov, size_t first)
{
  size_t m = krylov->filled, width = krylov->block, stride = krylov->capacity;
  if (m > first)
    cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) (m - first), (int) width, (int) width, 1.0,
                 krylov->coefficients + first * width, (int) width, krylov->link, (int) width, 1.0,
                 krylov->projected + first * stride + m - width, (int) stride);
}

/* The rows of H below its last block of columns, from that block; the block's own square made symmetric. */
static void
mirror_last (LofiKrylov *krylov)
{
  size_t m = krylov->filled, from = m - krylov->block, stride = krylov->capacity;
  double *h = krylov->projected;
  for (size_t i = 0; i < m; i++)
    for (size_t j = i < from ? from : i + 1; j < m; j++)
      {
        double *above = h + i * stride + j, *below = h + j * stride + i;
        *above = *below = i < from ? *above : (*above + *below) / 2.0;
      }
}

/* `width` vectors of n numbers, the columns of a, become the rows of b; and back. */
static void
columns_to_rows (const double *a, size_t n, size_t width, double *b)
{
  for (size_t first = 0; first < n; first += TILE)
    for (size_t k = 0; k < width; k++)
      for (size_t i = first; i < lofi_smaller (first + TILE, n); i++)
        b[k * n + i] = a[i * width + k];
}

static void
rows_to_columns (const double *b, size_t n, size_t width, double *a)
{
  for (size_t first = 0; first < n; first += TILE)
    for (size_t k = 0; k < width; k++)
      for (size_t i = first; i < lofi_smaller (first + TILE, n); i++)
        a[i * width + k] = b[k * n + i];
}

/* The image becomes the next block; what was taken from it goes to H if `record`. */
static LofiStatus
make_next (LofiKrylov *krylov, bool record)
{
  size_t width = krylov->block;
  double null = 4.0 * DBL_EPSILON * krylov->norm;
  for (size_t i = 0; i < width; i++)
    for (size_t j = 0; j < width; j++)
      krylov->link[i * width + j] = i == j ? 1.0 : 0.0;
  for (int round = 0;; round++)
    {
      size_t first = round == 0 ? krylov->window : 0;
      double seen = project (krylov, first);
      if (record)
        add_to_projected (krylov, first);
      bool fast = orthonormalise_fast (krylov);
      LofiStatus status = fast ? LOFI_OK : orthonormalise_safely (krylov, round == 0 ? null : 0.0);
      if (status != LOFI_OK)
        return status;
      chain (krylov);
      if (round > 0 && fast && seen <= SEEN)
        break;
      if (round == ROUNDS)
        return LOFI_NO_CONVERGENCE;
    }
  columns_to_rows (krylov->image.data, krylov->order, width, krylov->basis + krylov->filled * krylov->order);
  return LOFI_OK;
}

LofiStatus
lofi_krylov_refresh (LofiKrylov *krylov)
{
  for (size_t j = 0; j < krylov->block; j++)
    draw (krylov, j);
  krylov->window = 0;
  LofiStatus status = make_next (krylov, false);
  memset (krylov->link, 0, krylov->block * krylov->block * sizeof (double));
  return status;
}

/* The image finite, in units of scale, and norm brought up to its longest column. */
static LofiStatus
measure_image (LofiKrylov *krylov)
{
  LofiMatrix *y = &krylov->image;
  size_t count = y->rows * y->cols;
  if (!lofi_matrix_is_finite (y))
    return LOFI_NOT_FINITE;
  if (krylov->norm == 0.0)    /* the first product that is not null sets the scale */
    {
      double peak = 0.0;
      for (size_t i = 0; i < count; i++)
        peak = fmax (peak, fabs (y->data[i]));
      krylov->scale = peak > 0.0 ? ldexp (1.0, ilogb (peak)) : 1.0;
    }
  for (size_t i = 0; i < count; i++)
    y->data[i] /= krylov->scale;
  for (size_t j = 0; j < y->cols; j++)
    krylov->norm = fmax (krylov->norm, cblas_dnrm2 ((int) y->rows, y->data + j, (int) y->cols));
  return LOFI_OK;
}

LofiStatus
lofi_krylov_step (LofiKrylov *krylov)
{
  size_t n = krylov->order, width = krylov->block, m = krylov->filled;
  if (lofi_watch_stops (krylov->watch))
    return LOFI_STOPPED;
  rows_to_columns (krylov->basis + m * n, n, width, krylov->direction.data);
  LofiStatus status = krylov->map->apply (krylov->map->data, &krylov->direction, &krylov->image, krylov->watch);
  if (status == LOFI_OK)
    status = measure_image (krylov);
  if (status != LOFI_OK)
    return status;
  krylov->products += width;
  krylov->filled += width;
  for (size_t i = 0; i < krylov->filled; i++)    /* whatever an earlier, longer basis left there */
    memset (krylov->projected + i * krylov->capacity + m, 0, width * sizeof (double));
  status = make_next (krylov, true);
  mirror_last (krylov);
  krylov->window = m;
  krylov->coupled = width;
  return status;
}

void
lofi_krylov_residuals (const LofiKrylov *krylov, const LofiMatrix *vectors, double *residuals)
{
  size_t from = krylov->filled - krylov->coupled;
  for (size_t k = 0; k < vectors->cols; k++)
    {
      double squares = 0.0;
      for (size_t i = 0; i < krylov->block; i++)
        {
          double sum = 0.0;
          for (size_t j = 0; j < krylov->coupled; j++)
            sum += krylov->link[i * krylov->block + j] * vectors->data[(from + j) * vectors->stride + k];
          squares += sum * sum;
        }
      residuals[k] = sqrt (squares);
    }
}

LofiStatus
lofi_krylov_combine (const LofiKrylov *krylov, const LofiMatrix *vectors, LofiMatrix *out)
{
  size_t n = krylov->order, m = krylov->filled, count = vectors->cols;
  size_t rows = (size_t) fmax (CHUNK, PIECE_FLOPS / 2.0 / (double) m / (double) count);
  for (size_t first = 0; first < n; first += rows)
    {
      if (lofi_watch_stops (krylov->watch))
        return LOFI_STOPPED;
      cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, (int) lofi_smaller (rows, n - first), (int) count, (int) m, 1.0,
                   krylov->basis + first, (int) n, vectors->data, (int) vectors->stride, 0.0, out->data + first * out->stride,
                   (int) out->stride);
    }
  return LOFI_OK;
}

LofiStatus
lofi_krylov_restart (LofiKrylov *krylov, const double *values, const LofiMatrix *vectors)
{
  size_t n = krylov->order, count = vectors->cols, m = krylov->filled, h = krylov->capacity;
  double *part = lofi_doubles_new (count * CHUNK);
  if (!part)
    return LOFI_NO_MEMORY;
  LofiStatus status = LOFI_OK;
  for (size_t first = 0; first < n && status == LOFI_OK; first += CHUNK)
    {
      size_t length = lofi_smaller (CHUNK, n - first);
      cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, (int) count, (int) length, (int) m, 1.0, vectors->data,
                   (int) vectors->stride, krylov->basis + first, (int) n, 0.0, part, (int) length);
      for (size_t k = 0; k < count; k++)
        memcpy (krylov->basis + k * n + first, part + k * length, length * sizeof (double));
      status = lofi_watch_stops (krylov->watch) ? LOFI_STOPPED : LOFI_OK;
    }
  free (part);
  if (status != LOFI_OK)
    return status;
  memmove (krylov->basis + count * n, krylov->basis + m * n, krylov->block * n * sizeof (double));
  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j < count; j++)
      krylov->projected[i * h + j] = i == j ? values[i] : 0.0;
  krylov->filled = count;
  krylov->window = 0;
  krylov->coupled = 0;    /* the couplings of what was kept show up in H with the next product */
  return LOFI_OK;
}
