/* The operator's single-precision path. */
#include "lofi-operator.h"
#include "lofi-math-private.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FOLD_SAMPLES 4096   /* single-precision sums are no longer than this */

/* The mean of the rows, rounded to single precision: from here on a constant like any other. */
static LofiStatus
choose_shift (LofiOperator *op, const LofiMatrixF *z)
{
  size_t p = op->width;
  double *mean = calloc (p, sizeof (double));
  op->shift = lofi_floats_new (p);
  if (!mean || !op->shift)
    {
      free (mean);
      free (op->shift);
      op->shift = NULL;
      return LOFI_NO_MEMORY;
    }
  for (size_t i = 0; i < z->rows; i++)
    for (size_t j = 0; j < p; j++)
      mean[j] += z->data[i * z->stride + j];
  for (size_t j = 0; j < p; j++)
    op->shift[j] = (float) (mean[j] / (double) z->rows);
  free (mean);
  return LOFI_OK;
}

static LofiStatus
prepare (LofiOperator *op, const LofiMatrixF *z)
{
  size_t p = op->width, squares = 0;
  if (op->shift)
    return LOFI_OK;
  if (__builtin_mul_overflow (p, p, &squares))
    return LOFI_BAD_SHAPE;
  op->single = (LofiMatrixF) { .data = lofi_floats_new (squares), .rows = p, .cols = p, .stride = p };
  LofiStatus status = op->single.data ? lofi_matrix_f_alloc (&op->packed_single, LOFI_PIECE_ROWS, p) : LOFI_NO_MEMORY;
  if (status == LOFI_OK)
    status = choose_shift (op, z);
  if (status != LOFI_OK)
    {
      lofi_matrix_f_clear (&op->single);
      lofi_matrix_f_clear (&op->packed_single);
    }
  return status;
}

static LofiStatus
fold (LofiOperator *op)
{
  size_t p = op->width;
  LofiStatus status = op->sum.data ? LOFI_OK : lofi_matrix_alloc (&op->sum, p, p);
  if (status != LOFI_OK)
    return status;
  for (size_t i = 0; i < p; i++)
    {
      double *restrict sum = op->sum.data + i * p;
      const float *single = op->single.data + i * p;
      for (size_t j = 0; j <= i; j++)
        sum[j] += single[j];
    }
  op->pending = 0;
  return LOFI_OK;
}

static void
pack_row (LofiOperator *op, const float *z, double t, float *restrict packed)
{
  float root = fabs (t) == 1.0 ? 1.0f : (float) sqrt (fabs (t));
  const float *shift = op->shift;
  double *restrict lifted = op->sum_lifted, *restrict weighted = op->sum_weighted;
  for (size_t j = 0; j < op->width; j++)
    {
      packed[j] = root * (z[j] - shift[j]);
      lifted[j] += z[j];
      weighted[j] += t * z[j];
    }
}

/* Adds or subtracts the packed rows. */
static void
update (LofiOperator *op, const float *rows, size_t count, float sign)
{
  int p = (int) op->width;
  if (count == 0)
    return;
  cblas_ssyrk (CblasRowMajor, CblasLower, CblasTrans, p, (int) count, sign, rows, p, op->pending > 0 ? 1.0f : 0.0f,
               op->single.data, p);
  op->pending += count;
}

static LofiStatus
add_piece (LofiOperator *op, const LofiMatrixF *z, const double *weights)
{
  size_t front = 0, back = LOFI_PIECE_ROWS, p = op->width;
  for (size_t i = 0; i < z->rows; i++)
    {
      const float *row = z->data + i * z->stride;
      double t = weights[i];
      if (!isfinite (t))
        return LOFI_NOT_FINITE;
      if (t == 0.0)
        for (size_t j = 0; j < p; j++)
          op->sum_lifted[j] += row[j];
      else
        pack_row (op, row, t, op->packed_single.data + (t > 0.0 ? front++ : --back) * p);
      op->sum_weights += t;
    }
  /* A NaN or an infinity in any row is still there in the sums. */
  LofiMatrix sums = { .data = op->sum_lifted, .rows = 1, .cols = p, .stride = p };
  if (!lofi_matrix_is_finite (&sums))
    return LOFI_NOT_FINITE;
  update (op, op->packed_single.data, front, 1.0f);
  update (op, op->packed_single.data + back * p, LOFI_PIECE_ROWS - back, -1.0f);
  op->samples += z->rows;
  return op->pending >= FOLD_SAMPLES ? fold (op) : LOFI_OK;
}

LofiStatus
lofi_operator_add_single (LofiOperator *op, const LofiMatrixF *lifted, const double *weights, const LofiWatch *watch)
{
  if (lifted->cols != op->width || op->width == 0 || (op->samples > 0 && !op->shift))
    return LOFI_BAD_SHAPE;
  for (size_t first = 0; first < lifted->rows; first += LOFI_PIECE_ROWS)
    {
      if (lofi_watch_stops (watch))
        return LOFI_STOPPED;
      LofiMatrixF piece = lofi_matrix_f_row_block (lifted, first, lofi_smaller (LOFI_PIECE_ROWS, lifted->rows - first));
      LofiStatus status = prepare (op, &piece);
      if (status == LOFI_OK)
        status = add_piece (op, &piece, weights + first);
      if (status != LOFI_OK)
        return status;
      lofi_watch_report (watch, (double) (first + piece.rows) / (double) lifted->rows);
    }
  return LOFI_OK;
}
