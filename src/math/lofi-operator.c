#include "lofi-operator.h"
#include "lofi-math-private.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

LofiStatus
lofi_operator_init (LofiOperator *op, size_t width)
{
  *op = (LofiOperator) { .width = width };
  if (width == 0 || !lofi_fits_blas (width))
    return LOFI_BAD_SHAPE;
  op->sum_lifted = calloc (width, sizeof (double));
  op->sum_weighted = calloc (width, sizeof (double));
  if (op->sum_lifted && op->sum_weighted)
    return LOFI_OK;
  lofi_operator_clear (op);
  return LOFI_NO_MEMORY;
}

void
lofi_operator_clear (LofiOperator *op)
{
  lofi_matrix_clear (&op->sum);
  lofi_matrix_clear (&op->packed);
  lofi_matrix_f_clear (&op->single);
  lofi_matrix_f_clear (&op->packed_single);
  free (op->shift);
  free (op->sum_lifted);
  free (op->sum_weighted);
  *op = (LofiOperator) { 0 };
}

/* Where from has rows, room for them and, unless it is work space, the rows. */
static LofiStatus
copy_matrix (LofiMatrix *to, const LofiMatrix *from, bool work)
{
  LofiStatus status = from->data ? lofi_matrix_alloc (to, from->rows, from->cols) : LOFI_OK;
  return status == LOFI_OK && from->data && !work ? lofi_matrix_copy (to, from) : status;
}

static LofiStatus
copy_matrix_f (LofiMatrixF *to, const LofiMatrixF *from, bool work)
{
  if (!from->data)
    return LOFI_OK;
  *to = *from;
  to->data = lofi_floats_new (from->rows * from->stride);
  if (!to->data)
    return LOFI_NO_MEMORY;
  if (!work)
    memcpy (to->data, from->data, from->rows * from->stride * sizeof (float));
  return LOFI_OK;
}

LofiStatus
lofi_operator_copy (LofiOperator *to, const LofiOperator *from)
{
  LofiStatus status = lofi_operator_init (to, from->width);
  size_t p = from->width;
  if (status != LOFI_OK)
    return status;
  memcpy (to->sum_lifted, from->sum_lifted, p * sizeof (double));
  memcpy (to->sum_weighted, from->sum_weighted, p * sizeof (double));
  to->samples = from->samples;
  to->sum_weights = from->sum_weights;
  to->pending = from->pending;
  to->shift = from->shift ? lofi_floats_new (p) : NULL;
  if (from->shift && !to->shift)
    status = LOFI_NO_MEMORY;
  else if (from->shift)
    memcpy (to->shift, from->shift, p * sizeof (float));
  if (status == LOFI_OK)
    status = copy_matrix (&to->sum, &from->sum, false);
  if (status == LOFI_OK)
    status = copy_matrix (&to->packed, &from->packed, true);
  if (status == LOFI_OK)
    status = copy_matrix_f (&to->single, &from->single, from->pending == 0);
  if (status == LOFI_OK)
    status = copy_matrix_f (&to->packed_single, &from->packed_single, true);
  if (status != LOFI_OK)
    lofi_operator_clear (to);
  return status;
}

/* One row into the packed work space and into the running sums. */
static void
pack_row (LofiOperator *op, const double *z, double t, double *packed)
{
  size_t p = op->width;
  if (fabs (t) == 1.0)
    memcpy (packed, z, p * sizeof (double));
  else
    {
      double root = sqrt (fabs (t));
      for (size_t j = 0; j < p; j++)
        packed[j] = root * z[j];
    }
  double *restrict lifted = op->sum_lifted, *restrict weighted = op->sum_weighted;
  for (size_t j = 0; j < p; j++)
    {
      lifted[j] += z[j];
      weighted[j] += t * z[j];
    }
}

/* At most LOFI_PIECE_ROWS samples: rows with t > 0 are packed from the front, rows with t < 0 from the back. */
static LofiStatus
add_piece (LofiOperator *op, const LofiMatrix *z, const double *weights)
{
  size_t front = 0, back = LOFI_PIECE_ROWS, p = op->width;
  for (size_t i = 0; i < z->rows; i++)
    {
      const double *row = z->data + i * z->stride;
      double t = weights[i];
      if (!isfinite (t))
        return LOFI_NOT_FINITE;
      if (t == 0.0)
        for (size_t j = 0; j < p; j++)
          op->sum_lifted[j] += row[j];
      else
        pack_row (op, row, t, op->packed.data + (t > 0.0 ? front++ : --back) * p);
      op->sum_weights += t;
    }
  /* A NaN or an infinity in any row is still there in the sums. */
  LofiMatrix sums = { .data = op->sum_lifted, .rows = 1, .cols = p, .stride = p };
  if (!lofi_matrix_is_finite (&sums))
    return LOFI_NOT_FINITE;

  size_t negative = LOFI_PIECE_ROWS - back;
  if (front > 0)
    cblas_dsyrk (CblasRowMajor, CblasLower, CblasTrans, (int) p, (int) front, 1.0, op->packed.data, (int) p, 1.0,
                 op->sum.data, (int) p);
  if (negative > 0)
    cblas_dsyrk (CblasRowMajor, CblasLower, CblasTrans, (int) p, (int) negative, -1.0, op->packed.data + back * p, (int) p, 1.0,
                 op->sum.data, (int) p);
  op->samples += z->rows;
  return LOFI_OK;
}

LofiStatus
lofi_operator_add (LofiOperator *op, const LofiMatrix *lifted, const double *weights, const LofiWatch *watch)
{
  if (lifted->cols != op->width || op->width == 0 || op->shift)
    return LOFI_BAD_SHAPE;
  LofiStatus status = LOFI_OK;
  if (!op->sum.data)
    status = lofi_matrix_alloc (&op->sum, op->width, op->width);
  if (status == LOFI_OK && !op->packed.data)
    status = lofi_matrix_alloc (&op->packed, LOFI_PIECE_ROWS, op->width);
  if (status != LOFI_OK)
    return status;
  for (size_t first = 0; first < lifted->rows; first += LOFI_PIECE_ROWS)
    {
      if (lofi_watch_stops (watch))
        return LOFI_STOPPED;
      LofiMatrix piece = lofi_matrix_row_block (lifted, first, lofi_smaller (LOFI_PIECE_ROWS, lifted->rows - first));
      status = add_piece (op, &piece, weights + first);
      if (status != LOFI_OK)
        return status;
      lofi_watch_report (watch, (double) (first + piece.rows) / (double) lifted->rows);
    }
  return LOFI_OK;
}

/* Row i of the lower triangle of sum t z z^T. In single precision the sums are of w = z - s, and
 * sum t z z^T = sum t w w^T + s m^T + m s^T - (sum t) s s^T with m = sum t z. */
static void
read_row (const LofiOperator *op, size_t i, double *row)
{
  size_t p = op->width;
  const double *sum = op->sum.data ? op->sum.data + i * p : NULL, *m = op->sum_weighted;
  const float *single = op->pending > 0 ? op->single.data + i * p : NULL, *s = op->shift;
  for (size_t j = 0; j <= i; j++)
    row[j] = (sum ? sum[j] : 0.0) + (single ? single[j] : 0.0f);
  for (size_t j = 0; s && j <= i; j++)
    row[j] += s[i] * m[j] + (m[i] - op->sum_weights * s[i]) * s[j];
}

LofiStatus
lofi_operator_read (const LofiOperator *op, bool center_lift, LofiMatrix *c)
{
  size_t p = op->width;
  if (p == 0 || op->samples == 0 || c->rows != p || c->cols != p)
    return LOFI_BAD_SHAPE;
  double share = 1.0 / (double) op->samples, mean_weight = op->sum_weights * share;
  for (size_t i = 0; i < p; i++)
    {
      double *row = c->data + i * c->stride;
      read_row (op, i, row);
      for (size_t j = 0; j <= i; j++)
        row[j] *= share;
      if (!center_lift)
        continue;
      /* - mu m^T - m mu^T + mean(t) mu mu^T, m = mean of t z */
      double mu = op->sum_lifted[i] * share, m = op->sum_weighted[i] * share;
      for (size_t j = 0; j <= i; j++)
        row[j] -= share * (mu * op->sum_weighted[j] + (m - mean_weight * mu) * op->sum_lifted[j]);
    }
  lofi_matrix_mirror_lower (c);
  return LOFI_OK;
}

LofiStatus
lofi_operator_means (const LofiOperator *op, bool center_lift, double *mean, double *moment)
{
  if (op->width == 0 || op->samples == 0)
    return LOFI_BAD_SHAPE;
  double share = 1.0 / (double) op->samples, mean_weight = op->sum_weights * share;
  for (size_t j = 0; j < op->width; j++)
    {
      double mu = op->sum_lifted[j] * share;
      if (mean)
        mean[j] = mu;
      if (moment)
        moment[j] = op->sum_weighted[j] * share - (center_lift ? mean_weight * mu : 0.0);
    }
  return LOFI_OK;
}

LofiStatus
lofi_operator_deflate (LofiMatrix *c, const double *unit)
{
  size_t p = c->rows;
  if (p == 0 || c->cols != p || !lofi_matrix_fits_blas (c))
    return LOFI_BAD_SHAPE;
  double *image = lofi_doubles_new (p);
  if (!image)
    return LOFI_NO_MEMORY;
  /* With w = C u - (u^T C u / 2) u the result is C - u w^T - w u^T. */
  cblas_dsymv (CblasRowMajor, CblasLower, (int) p, 1.0, c->data, (int) c->stride, unit, 1, 0.0, image, 1);
  double along = cblas_ddot ((int) p, unit, 1, image, 1);
  cblas_daxpy ((int) p, -0.5 * along, unit, 1, image, 1);
  cblas_dsyr2 (CblasRowMajor, CblasLower, (int) p, -1.0, unit, 1, image, 1, c->data, (int) c->stride);
  lofi_matrix_mirror_lower (c);
  free (image);
  return LOFI_OK;
}
