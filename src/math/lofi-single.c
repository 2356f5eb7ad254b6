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
    {
      float *restrict row = single->weights.data + i * p;
      const double *from = w->data + i * w->stride;
      for (size_t j = 0; j < p; j++)
        row[j] = (float) (share * from[j]);
    }
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
      if (single->bias)
        for (size_t j = 0; j < w->cols; j++)
          row[j] += single->bias[j];
      lofi_sigma_apply_single (&single->sigma, row, w->cols, norm);
    }
  return LOFI_OK;
}
