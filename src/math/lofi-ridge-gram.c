/* Sums of samples that blocks join one after the other. */
#include "lofi-math-private.h"
#include "lofi-ridge-form-private.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void
lofi_ridge_add_rows (const LofiMatrix *rows, double *sums)
{
  for (size_t i = 0; i < rows->rows; i++)
    for (size_t j = 0; j < rows->cols; j++)
      sums[j] += rows->data[i * rows->stride + j];
}

bool
lofi_ridge_divide (double *sums, size_t cols, size_t count)
{
  bool finite = true;
  for (size_t j = 0; j < cols; j++)
    {
      sums[j] /= (double) count;
      finite &= isfinite (sums[j]);
    }
  return finite;
}

LofiStatus
lofi_ridge_gram_init (LofiRidgeGram *gram, size_t features)
{
  *gram = (LofiRidgeGram) { .features = features };
  LofiStatus status = features == 0 || !lofi_fits_blas (features) ? LOFI_BAD_SHAPE : lofi_matrix_alloc (&gram->squares, features, features);
  if (status == LOFI_OK)
    {
      gram->mean = calloc (features, sizeof (double));
      gram->right = calloc (features, sizeof (double));
      status = gram->mean && gram->right ? LOFI_OK : LOFI_NO_MEMORY;
    }
  if (status != LOFI_OK)
    lofi_ridge_gram_clear (gram);
  return status;
}

void
lofi_ridge_gram_clear (LofiRidgeGram *gram)
{
  lofi_matrix_clear (&gram->squares);
  free (gram->mean);
  free (gram->right);
  lofi_matrix_clear (&gram->work);
  *gram = (LofiRidgeGram) { 0 };
}

LofiStatus
lofi_ridge_gram_copy (LofiRidgeGram *copy, const LofiRidgeGram *gram, double factor)
{
  size_t p = gram->features;
  LofiStatus status = lofi_ridge_gram_init (copy, p);
  if (status != LOFI_OK)
    return status;
  copy->samples = gram->samples;
  copy->mean_y = gram->mean_y;
  for (size_t j = 0; j < p; j++)
    {
      copy->mean[j] = factor * gram->mean[j];
      copy->right[j] = factor * gram->right[j];
    }
  for (size_t i = 0; i < p; i++)
    for (size_t j = 0; j <= i; j++)
      copy->squares.data[i * p + j] = factor * factor * gram->squares.data[i * gram->squares.stride + j];
  return LOFI_OK;
}

/* Deviations from the block's own mean, and one row for the distance of the two means. */
static void
join (LofiRidgeGram *gram, LofiMatrix *rows, const double *y, const double *own, double own_y)
{
  size_t p = gram->features, count = rows->rows;
  double a = (double) gram->samples, b = (double) count, between = a * b / (a + b), away_y = own_y - gram->mean_y;
  double *extra = rows->data + count * rows->stride;
  bool second = gram->samples > 0;
  cblas_dgemv (CblasRowMajor, CblasTrans, (int) count, (int) p, 1.0, rows->data, (int) rows->stride, y, 1, 1.0, gram->right, 1);
  for (size_t j = 0; j < p; j++)
    {
      double away = own[j] - gram->mean[j];
      gram->right[j] += second ? between * away * away_y : 0.0;
      gram->mean[j] = second ? gram->mean[j] + away * b / (a + b) : own[j];
      extra[j] = sqrt (between) * away;
    }
  cblas_dsyrk (CblasRowMajor, CblasLower, CblasTrans, (int) p, (int) count + second, 1.0, rows->data, (int) rows->stride,
               second ? 1.0 : 0.0, gram->squares.data, (int) gram->squares.stride);
  gram->mean_y = second ? gram->mean_y + away_y * b / (a + b) : own_y;
  gram->samples += count;
}

LofiStatus
lofi_ridge_gram_join (LofiRidgeGram *gram, LofiMatrix *rows, const double *y)
{
  size_t p = gram->features, count = rows->rows;
  double *own = lofi_doubles_new (p + count), *own_y = own ? own + p : NULL, mean_y = 0.0;
  if (!own)
    return LOFI_NO_MEMORY;
  memset (own, 0, p * sizeof (double));
  lofi_ridge_add_rows (rows, own);
  for (size_t i = 0; i < count; i++)
    mean_y += y[i];
  mean_y /= (double) count;
  bool finite = lofi_ridge_divide (own, p, count) && isfinite (mean_y);
  if (finite)
    {
      for (size_t i = 0; i < count; i++)
        own_y[i] = y[i] - mean_y;
      lofi_ridge_subtract (rows, own);
      join (gram, rows, own_y, own, mean_y);
    }
  free (own);
  return finite ? LOFI_OK : LOFI_NOT_FINITE;
}

LofiStatus
lofi_ridge_gram_add (LofiRidgeGram *gram, const LofiMatrix *rows, const double *y)
{
  if (rows->cols != gram->features || gram->features == 0)
    return LOFI_BAD_SHAPE;
  LofiStatus status = gram->work.data ? LOFI_OK : lofi_ridge_matrix_new (&gram->work, LOFI_PIECE_ROWS + 1, gram->features);
  for (size_t first = 0; first < rows->rows && status == LOFI_OK; first += LOFI_PIECE_ROWS)
    {
      size_t count = lofi_smaller (LOFI_PIECE_ROWS, rows->rows - first);
      LofiMatrix from = lofi_matrix_row_block (rows, first, count), block = lofi_matrix_row_block (&gram->work, 0, count);
      status = lofi_matrix_copy (&block, &from);
      if (status == LOFI_OK)
        status = lofi_ridge_gram_join (gram, &block, y + first);
    }
  return status;
}
