#include "lofi-lift.h"
#include "lofi-math-private.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>

LofiStatus
lofi_input_scale (const LofiMatrix *inputs, double *scale)
{
  if (inputs->rows == 0 || inputs->cols == 0)
    return LOFI_BAD_SHAPE;
  if (!lofi_matrix_is_finite (inputs))
    return LOFI_NOT_FINITE;
  double sum = 0.0;
  for (size_t i = 0; i < inputs->rows; i++)
    {
      const double *row = inputs->data + i * inputs->stride;
      double squares = 0.0;
      for (size_t j = 0; j < inputs->cols; j++)
        squares += row[j] * row[j];
      sum += squares;
    }
  *scale = sqrt (sum / (double) inputs->rows);
  return isfinite (*scale) ? LOFI_OK : LOFI_NOT_FINITE;
}

static LofiStatus
check (const LofiLift *lift, const LofiMatrix *inputs)
{
  const LofiMatrix *w = &lift->weights;
  if (w->rows == 0 || w->cols == 0 || inputs->cols != w->rows || !lofi_matrix_fits_blas (w) || !lofi_matrix_fits_blas (inputs))
    return LOFI_BAD_SHAPE;
  if (!(lift->scale > 0.0) || !isfinite (lift->scale) || (lift->bias && !isfinite (lift->bias_strength)))
    return LOFI_NOT_FINITE;
  return LOFI_OK;
}

/* u = H W / c + s b. */
static void
preactivate (const LofiLift *lift, const LofiMatrix *inputs, LofiMatrix *u)
{
  const LofiMatrix *w = &lift->weights;
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) inputs->rows, (int) w->cols, (int) w->rows, 1.0 / lift->scale,
               inputs->data, (int) inputs->stride, w->data, (int) w->stride, 0.0, u->data, (int) u->stride);
  if (!lift->bias || lift->bias_strength == 0.0)
    return;
  for (size_t i = 0; i < u->rows; i++)
    for (size_t j = 0; j < u->cols; j++)
      u->data[i * u->stride + j] += lift->bias_strength * lift->bias[j];
}

LofiStatus
lofi_lift_apply (const LofiLift *lift, const LofiMatrix *inputs, LofiMatrix *lifted)
{
  LofiStatus status = check (lift, inputs);
  if (status != LOFI_OK)
    return status;
  if (lifted->rows != inputs->rows || lifted->cols != lift->weights.cols || !lofi_matrix_fits_blas (lifted))
    return LOFI_BAD_SHAPE;
  if (inputs->rows == 0)
    return LOFI_OK;

  preactivate (lift, inputs, lifted);
  double norm = 1.0 / sqrt ((double) lifted->cols);
  for (size_t i = 0; i < lifted->rows; i++)
    {
      double *row = lifted->data + i * lifted->stride;
      lofi_sigma_apply (&lift->sigma, row, lifted->cols);
      for (size_t j = 0; j < lifted->cols; j++)
        row[j] *= norm;
    }
  return LOFI_OK;
}

/* slopes: P numbers, the mean over the samples of sigma'(u). */
static LofiStatus
mean_slopes (const LofiLift *lift, const LofiMatrix *inputs, double *slopes, const LofiWatch *watch)
{
  size_t n = inputs->rows, p = lift->weights.cols, piece = lofi_smaller (LOFI_PIECE_ROWS, n);
  LofiMatrix work;
  LofiStatus status = lofi_matrix_alloc (&work, piece, p);
  for (size_t first = 0; first < n && status == LOFI_OK; first += piece)
    {
      LofiMatrix rows = lofi_matrix_row_block (inputs, first, lofi_smaller (piece, n - first));
      LofiMatrix u = lofi_matrix_row_block (&work, 0, rows.rows);
      preactivate (lift, &rows, &u);
      for (size_t i = 0; i < u.rows; i++)
        {
          double *row = u.data + i * u.stride;
          lofi_sigma_derivative (&lift->sigma, row, p);
          for (size_t j = 0; j < p; j++)
            slopes[j] += row[j];
        }
      lofi_watch_report (watch, (double) (first + rows.rows) / (double) n);
      if (lofi_watch_stops (watch))
        status = LOFI_STOPPED;
    }
  for (size_t j = 0; j < p; j++)
    slopes[j] /= (double) n;
  lofi_matrix_clear (&work);
  return status;
}

LofiStatus
lofi_lift_mean_gradient (const LofiLift *lift, const LofiMatrix *inputs, const LofiMatrix *filters, LofiMatrix *gradients,
                         const LofiWatch *watch)
{
  const LofiMatrix *w = &lift->weights;
  LofiStatus status = check (lift, inputs);
  if (status != LOFI_OK)
    return status;
  size_t d = w->rows, p = w->cols, k = filters->cols;
  if (inputs->rows == 0 || k == 0 || filters->rows != p || gradients->rows != k || gradients->cols != d
      || !lofi_matrix_fits_blas (filters) || !lofi_matrix_fits_blas (gradients))
    return LOFI_BAD_SHAPE;

  LofiMatrix slopes, weighted = { 0 };
  status = lofi_matrix_alloc (&slopes, 1, p);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&weighted, p, k);
  if (status == LOFI_OK)
    status = mean_slopes (lift, inputs, slopes.data, watch);
  if (status == LOFI_OK)
    {
      double norm = 1.0 / (lift->scale * sqrt ((double) p));
      for (size_t j = 0; j < p; j++)
        for (size_t q = 0; q < k; q++)
          weighted.data[j * k + q] = filters->data[j * filters->stride + q] * slopes.data[j] * norm;
      cblas_dgemm (CblasRowMajor, CblasTrans, CblasTrans, (int) k, (int) d, (int) p, 1.0, weighted.data, (int) k, w->data,
                   (int) w->stride, 0.0, gradients->data, (int) gradients->stride);
    }
  lofi_matrix_clear (&weighted);
  lofi_matrix_clear (&slopes);
  return status;
}
