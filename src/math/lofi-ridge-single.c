/* B in single precision, for leave-one-out errors: half the memory, twice the rate, and how far the errors can be wrong for it. */
#include "lofi-math-private.h"
#include "lofi-ridge-form-private.h"

#include <cblas.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define REFLECTORS LOFI_RIDGE_REFLECTORS

static size_t
block_count (size_t m)
{
  return (m - 1 + REFLECTORS - 1) / REFLECTORS;
}

/* Where block k's numbers are among the floats: the ones before it have REFLECTORS vectors of REFLECTORS, 2 REFLECTORS, ... coordinates. */
static size_t
block_place (size_t k)
{
  return REFLECTORS * REFLECTORS * (k * (k + 1) / 2);
}

/* One block is I - V T V^T: V^T as it is to be multiplied by, zeros and ones written out, and (V T)^T. */
static void
write_block (const LofiRidgeForm *form, size_t k, float *vectors, float *turned, double *work)
{
  size_t m = form->directions, first = k * REFLECTORS, number = lofi_smaller (REFLECTORS, m - 1 - first), rows = first + number;
  double *v = work, *product = v + number * rows, triangle[REFLECTORS * REFLECTORS];
  for (size_t j = 0; j < number; j++)
    {
      memcpy (v + j * rows, form->reflectors.data + (first + 1 + j) * m, (first + j) * sizeof (double));
      v[j * rows + first + j] = 1.0;
      memset (v + j * rows + first + j + 1, 0, (number - j - 1) * sizeof (double));
      for (size_t i = 0; i < number; i++)
        triangle[j * number + i] = i < j ? 0.0 : form->triangles[k * REFLECTORS * REFLECTORS + j * REFLECTORS + i];
    }
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) number, (int) rows, (int) number, 1.0, triangle, (int) number, v, (int) rows,
               0.0, product, (int) rows);
  for (size_t i = 0; i < number * rows; i++)
    {
      vectors[i] = (float) v[i];
      turned[i] = (float) product[i];
    }
}

LofiStatus
lofi_ridge_single_init (LofiRidgeForm *form)
{
  size_t m = form->directions, blocks = block_count (m), place = block_place (blocks);
  form->blocks = place <= SIZE_MAX / 2 ? lofi_floats_new (2 * place) : NULL;
  form->sizes = lofi_doubles_new (form->samples);
  form->single = true;
  double *work = lofi_doubles_new (2 * REFLECTORS * m);
  LofiStatus status = form->blocks && form->sizes && work ? LOFI_OK : LOFI_NO_MEMORY;
  for (size_t k = 0; k < blocks && status == LOFI_OK; k++)
    write_block (form, k, form->blocks + block_place (k), form->blocks + place + block_place (k), work);
  free (work);
  return status;
}

void
lofi_ridge_single_clear (LofiRidgeForm *form)
{
  lofi_matrix_f_clear (&form->basis_single);
  free (form->blocks);
  free (form->sizes);
  form->blocks = NULL;
  form->sizes = NULL;
  form->single = form->kept = false;
}

LofiStatus
lofi_ridge_single_new (LofiMatrixF *m, size_t rows, size_t cols)
{
  float *data = lofi_matrix_bytes (rows, cols) > PTRDIFF_MAX ? NULL : lofi_floats_new (rows * cols);
  *m = (LofiMatrixF) { .data = data, .rows = rows, .cols = cols, .stride = cols };
  return m->data ? LOFI_OK : LOFI_NO_MEMORY;
}

void
lofi_ridge_single_round (const LofiRidgeForm *form, const LofiMatrix *rows, LofiMatrixF *single, double *sizes)
{
  const double *restrict mean = form->mean;
  for (size_t i = 0; i < rows->rows; i++)
    {
      const double *restrict from = rows->data + i * rows->stride;
      float *restrict to = single->data + i * single->stride;
      double squares[8] = { 0.0 }, sum = 0.0;    /* BLAS would square in single precision, which may not hold it */
      for (size_t j = 0; j < rows->cols; j++)
        to[j] = (float) (from[j] - mean[j]);
      size_t whole = rows->cols / 8 * 8;
      for (size_t j = 0; j < whole; j += 8)
        for (size_t k = 0; k < 8; k++)
          squares[k] += (double) to[j + k] * (double) to[j + k];
      for (size_t j = whole; j < rows->cols; j++)
        sum += (double) to[j] * (double) to[j];
      for (size_t k = 0; k < 8; k++)
        sum += squares[k];
      sizes[i] = sqrt (sum);
    }
}

void
lofi_ridge_single_turn (const LofiRidgeForm *form, LofiMatrixF *rows, float *work)
{
  size_t m = form->directions, blocks = block_count (m), place = block_place (blocks);
  int count = (int) rows->rows, ld = (int) rows->stride;
  for (size_t k = blocks; k-- > 0; )
    {
      size_t first = k * REFLECTORS, number = lofi_smaller (REFLECTORS, m - 1 - first);
      int side = (int) (first + number), few = (int) number;
      const float *vectors = form->blocks + block_place (k), *turned = vectors + place;
      cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, count, few, side, 1.0f, rows->data, ld, turned, side, 0.0f, work, few);
      cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, count, side, few, -1.0f, work, few, vectors, side, 1.0f, rows->data, ld);
    }
}

/* A row b of B is wrong by some |b| times a few 2^-24: by no more than NOISE anywhere, whose share along one of m directions, or along itself, is
 * random from row to row; all rows alike are wrong by COMMON, for the reflectors are rounded, too, and then not quite orthogonal. (Seen: 4 to 8,
 * worst rows 13, and 0.1.) A fit is b^T w, w = M^-1 along, a leverage h = b^T M^-1 b, and a squared error e^2 moves by
 *   (-2 e w + 4 e^2 M^-1 b)^T (what b is wrong by) / one less leverage,
 * of which |M^-1 b|^2 is h times the ratio of its sum and that of h over all samples; beside what is of second order, |b|^2 tr (M^-1) / m. */
#define COMMON (0.5 * 0x1p-24)

/* What a sum of squared errors moves by, given |w| and the ratio. */
static double
moved_by (const LofiRidgeMoved *sums, double even, double length, double ratio, double inverse)
{
  double along = COMMON * sums->along + LOFI_RIDGE_NOISE * sqrt (sums->along_squares);
  double across = 2.0 * sqrt (sums->fits) * length + 4.0 * sqrt (sums->leverages * ratio);
  return along + even * across + 2.0 * even * even * sums->second * inverse;
}

LofiStatus
lofi_ridge_single_moved (const LofiRidgeForm *form, const LofiRidgeSums *sums, const double *penalties, double *moved, double *taken)
{
  size_t m = form->directions;
  memset (moved, 0, sums->count * sizeof (double));
  memset (taken, 0, sums->count * sizeof (double));
  if (!form->single)
    return LOFI_OK;
  LofiRidgeSystem system = lofi_ridge_form_system (form);
  double *x = lofi_doubles_new (3 * m), even = LOFI_RIDGE_NOISE / sqrt ((double) m);
  if (!x)
    return LOFI_NO_MEMORY;
  for (size_t k = 0; k < sums->count; k++)
    {
      double error = sums->errors[k], leverage = sums->moved[k].leverage, inverse, image;
      moved[k] = taken[k] = INFINITY;
      memcpy (x, form->along, m * sizeof (double));
      if (!(error > 0.0 && lofi_ridge_system_solve (&system, penalties[k], x, x + m)))
        continue;
      lofi_ridge_system_traces (&system, penalties[k], &inverse, &image);
      double length = cblas_dnrm2 ((int) m, x, 1), ratio = leverage > 0.0 ? image / leverage : 0.0;
      double by = moved_by (sums->moved + k, even, length, ratio, inverse) / error;
      moved[k] = by >= 0.0 ? by : INFINITY;    /* never NaN */
      taken[k] = moved_by (&sums->left[k].moved, even, length, ratio, inverse);
    }
  free (x);
  return LOFI_OK;
}
