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

#define STARTS 0x4c4f4649u  /* seed of the random directions: any number, always the same */
#define ROUNDS 8            /* projections of one block, at most */
#define CHUNK 256           /* rows of Q rotated together */
#define PIVOT 1e-3          /* smallest sine between a column and those before it that a Gram matrix is trusted with */
#define SEEN 1e-2           /* largest cosine with Q that one more projection leaves at rounding */

LofiStatus
lofi_krylov_init (LofiKrylov *krylov, const LofiSymmetricMap *map, size_t block, size_t capacity, const LofiWatch *watch)
{
  size_t n = map->order, columns = capacity + block;
  *krylov = (LofiKrylov) { .map = map, .watch = watch, .order = n, .block = block, .capacity = capacity, .scale = 1.0 };
  /* Rows a whole number of cache lines apart, and never of pages: those would share a few places of the cache. */
  krylov->stride = (columns + 7) / 8 * 8;
  krylov->stride += krylov->stride % 64 == 0 ? 8 : 0;
  LofiStatus status = lofi_matrix_alloc (&krylov->projected, capacity, capacity);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&krylov->direction, n, block);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&krylov->image, n, block);
  size_t count = lofi_matrix_bytes (n, krylov->stride) / sizeof (double);
  krylov->basis = lofi_doubles_new (count);
  krylov->coefficients = lofi_doubles_new (columns * block);
  krylov->link = lofi_doubles_new (2 * block * block);
  if (status == LOFI_OK && (!krylov->basis || !krylov->coefficients || !krylov->link))
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
  lofi_matrix_clear (&krylov->projected);
  lofi_matrix_clear (&krylov->direction);
  lofi_matrix_clear (&krylov->image);
  free (krylov->basis);
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
      lofi_random_normals (STARTS, 0, (uint32_t) krylov->starts, first, count, numbers);
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
  int n = (int) krylov->order, m = (int) (krylov->filled - first), b = (int) width, stride = (int) krylov->stride;
  double *y = krylov->image.data, *c = krylov->coefficients + first * width, largest = 0.0;
  const double *q = krylov->basis + first;
  if (m == 0)
    return 0.0;
  cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, m, b, n, 1.0, q, stride, y, b, 0.0, c, b);
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, n, b, m, -1.0, q, stride, c, b, 1.0, y, b);
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
  LofiMatrix *h = &krylov->projected;
  size_t m = krylov->filled, width = krylov->block;
  if (m > first)
    cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) (m - first), (int) width, (int) width, 1.0,
                 krylov->coefficients + first * width, (int) width, krylov->link, (int) width, 1.0,
                 h->data + first * h->stride + m - width, (int) h->stride);
}

/* The rows of H below its last block of columns, from that block; the block's own square made symmetric. */
static void
mirror_last (LofiKrylov *krylov)
{
  LofiMatrix *h = &krylov->projected;
  size_t m = krylov->filled, from = m - krylov->block;
  for (size_t i = 0; i < m; i++)
    for (size_t j = i < from ? from : i + 1; j < m; j++)
      {
        double *above = h->data + i * h->stride + j, *below = h->data + j * h->stride + i;
        *above = *below = i < from ? *above : (*above + *below) / 2.0;
      }
}

/* The image becomes the next block; what was taken from it goes to H if `record`. */
static LofiStatus
make_next (LofiKrylov *krylov, bool record)
{
  size_t n = krylov->order, width = krylov->block;
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
  for (size_t i = 0; i < n; i++)
    memcpy (krylov->basis + i * krylov->stride + krylov->filled, krylov->image.data + i * width, width * sizeof (double));
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
  for (size_t i = 0; i < n; i++)
    memcpy (krylov->direction.data + i * width, krylov->basis + i * krylov->stride + m, width * sizeof (double));
  LofiStatus status = krylov->map->apply (krylov->map->data, &krylov->direction, &krylov->image, krylov->watch);
  if (status == LOFI_OK)
    status = measure_image (krylov);
  if (status != LOFI_OK)
    return status;
  krylov->products += width;
  krylov->filled += width;
  for (size_t i = 0; i < krylov->filled; i++)    /* whatever an earlier, longer basis left there */
    memset (krylov->projected.data + i * krylov->projected.stride + m, 0, width * sizeof (double));
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

/* rows of Q, `count` of them from row `first`, times U. */
static void
combine_rows (const LofiKrylov *krylov, size_t first, size_t count, const LofiMatrix *vectors, double *out, size_t stride)
{
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) count, (int) vectors->cols, (int) krylov->filled, 1.0,
               krylov->basis + first * krylov->stride, (int) krylov->stride, vectors->data, (int) vectors->stride, 0.0, out,
               (int) stride);
}

void
lofi_krylov_combine (const LofiKrylov *krylov, const LofiMatrix *vectors, LofiMatrix *out)
{
  combine_rows (krylov, 0, krylov->order, vectors, out->data, out->stride);
}

LofiStatus
lofi_krylov_restart (LofiKrylov *krylov, const double *values, const LofiMatrix *vectors)
{
  size_t n = krylov->order, count = vectors->cols;
  double *rows = lofi_doubles_new (CHUNK * count);
  if (!rows)
    return LOFI_NO_MEMORY;
  for (size_t first = 0; first < n; first += CHUNK)
    {
      size_t height = lofi_smaller (CHUNK, n - first);
      combine_rows (krylov, first, height, vectors, rows, count);
      for (size_t i = 0; i < height; i++)
        {
          double *q = krylov->basis + (first + i) * krylov->stride;
          memmove (q + count, q + krylov->filled, krylov->block * sizeof (double));
          memcpy (q, rows + i * count, count * sizeof (double));
        }
    }
  free (rows);
  LofiMatrix *h = &krylov->projected;
  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j < count; j++)
      h->data[i * h->stride + j] = i == j ? values[i] : 0.0;
  krylov->filled = count;
  krylov->window = 0;
  krylov->coupled = 0;    /* the couplings of what was kept show up in H with the next product */
  return LOFI_OK;
}
