#include "lofi-single.h"
#include "lofi-math-private.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>

LofiStatus
lofi_single_lift_init (LofiSingleLift *single, const LofiLift *lift)
{
  *single = (LofiSingleLift) { .sigma = lift->sigma };
  const LofiMatrix *w = &lift->weights;
  size_t d = w->rows, p = w->cols;
  if (d == 0 || p == 0 || !lofi_matrix_fits_blas (w))
    return LOFI_BAD_SHAPE;
  if (!(lift->scale > 0.0) || !isfinite (lift->scale) || (lift->bias && !isfinite (lift->bias_strength)))
    return LOFI_NOT_FINITE;

  bool biased = lift->bias && lift->bias_strength != 0.0;
  single->weights = (LofiMatrixF) { .data = lofi_floats_new (d * p), .rows = d, .cols = p, .stride = p };
  single->bias = biased ? lofi_floats_new (p) : NULL;
  if (!single->weights.data || (biased && !single->bias))
    {
      lofi_single_lift_clear (single);
      return LOFI_NO_MEMORY;
    }
  double share = 1.0 / lift->scale;
  for (size_t i = 0; i < d; i++)
    for (size_t j = 0; j < p; j++)
      single->weights.data[i * p + j] = (float) (share * w->data[i * w->stride + j]);
  for (size_t j = 0; biased && j < p; j++)
    single->bias[j] = (float) (lift->bias_strength * lift->bias[j]);
  return LOFI_OK;
}

void
lofi_single_lift_clear (LofiSingleLift *single)
{
  lofi_matrix_f_clear (&single->weights);
  free (single->bias);
  *single = (LofiSingleLift) { 0 };
}

LofiStatus
lofi_single_lift_apply (const LofiSingleLift *single, const LofiMatrixF *inputs, LofiMatrixF *lifted)
{
  const LofiMatrixF *w = &single->weights;
  if (w->rows == 0 || inputs->cols != w->rows || lifted->rows != inputs->rows || lifted->cols != w->cols
      || !lofi_fits_blas (inputs->rows) || !lofi_fits_blas (inputs->stride) || !lofi_fits_blas (lifted->stride))
    return LOFI_BAD_SHAPE;
  if (inputs->rows == 0)
    return LOFI_OK;
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) inputs->rows, (int) w->cols, (int) w->rows, 1.0f, inputs->data,
               (int) inputs->stride, w->data, (int) w->stride, 0.0f, lifted->data, (int) lifted->stride);
  float norm = (float) (1.0 / sqrt ((double) w->cols));
  for (size_t i = 0; i < lifted->rows; i++)
    {
      float *row = lifted->data + i * lifted->stride;
      for (size_t j = 0; single->bias && j < w->cols; j++)
        row[j] += single->bias[j];
      lofi_sigma_apply_single (&single->sigma, row, w->cols, norm);
    }
  return LOFI_OK;
}

#define LANES 256

void
lofi_sigma_apply_single (const LofiSigma *sigma, float *values, size_t count, float factor)
{
  if (sigma->degree == LOFI_DEGREE_EXACT && sigma->activation == LOFI_RELU)
    {
      for (size_t i = 0; i < count; i++)
        values[i] = values[i] < 0.0f ? 0.0f : factor * values[i];
      return;
    }
  double wide[LANES];
  for (size_t first = 0; first < count; first += LANES)
    {
      size_t lanes = lofi_smaller (LANES, count - first);
      for (size_t i = 0; i < lanes; i++)
        wide[i] = values[first + i];
      lofi_sigma_apply (sigma, wide, lanes);
      for (size_t i = 0; i < lanes; i++)
        values[first + i] = (float) (factor * wide[i]);
    }
}
