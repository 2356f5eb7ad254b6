/* The Gram matrix of centred features, of the smaller side, in pieces short enough to be stopped between. */
#include "lofi-math-private.h"
#include "lofi-ridge-form-private.h"

#include <cblas.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

LofiStatus
lofi_ridge_matrix_new (LofiMatrix *m, size_t rows, size_t cols)
{
  *m = (LofiMatrix) { 0 };
  if (lofi_matrix_bytes (rows, cols) > PTRDIFF_MAX)
    return LOFI_BAD_SHAPE;
  *m = (LofiMatrix) { .data = lofi_doubles_new (rows * cols), .rows = rows, .cols = cols, .stride = cols };
  return m->data ? LOFI_OK : LOFI_NO_MEMORY;
}

LofiStatus
lofi_ridge_fetch (const LofiRidgeForm *form, size_t first, LofiMatrix *rows, const LofiWatch *watch)
{
  LofiWatchPart part;
  double n = (double) form->samples;
  return form->source.rows (form->source.data, first, rows->rows, rows,
                            lofi_watch_part (&part, watch, (double) first / n, (double) (first + rows->rows) / n));
}

void
lofi_ridge_subtract (LofiMatrix *rows, const double *mean)
{
  for (size_t i = 0; i < rows->rows; i++)
    for (size_t j = 0; j < rows->cols; j++)
      rows->data[i * rows->stride + j] -= mean[j];
}

static void
add_rows (const LofiMatrix *rows, double *sums)
{
  for (size_t i = 0; i < rows->rows; i++)
    for (size_t j = 0; j < rows->cols; j++)
      sums[j] += rows->data[i * rows->stride + j];
}

/* Sums of `count` rows become their mean. False if it is not finite, which is so if any of the rows' entries is not. */
static bool
divide (double *sums, size_t cols, size_t count)
{
  bool finite = true;
  for (size_t j = 0; j < cols; j++)
    {
      sums[j] /= (double) count;
      finite &= isfinite (sums[j]);
    }
  return finite;
}

/* One block of samples joins those before it, of which there are `before`: deviations from the block's own mean, and one row for the
 * distance of the two means (Chan, Golub and LeVeque), so that nothing large is ever subtracted. block has a row to spare. */
static void
join_block (LofiRidgeForm *form, LofiMatrix *rows, size_t before, const double *own, const double *shift)
{
  size_t p = form->features, count = rows->rows;
  double a = (double) before, b = (double) count, weight = sqrt (a * b / (a + b)), sum_y = 0.0;
  double *extra = rows->data + count * rows->stride;
  for (size_t i = 0; i < count; i++)
    sum_y += form->y[before + i];
  cblas_dgemv (CblasRowMajor, CblasTrans, (int) count, (int) p, 1.0, rows->data, (int) rows->stride, form->y + before, 1, 1.0,
               form->right, 1);
  for (size_t j = 0; j < p; j++)
    {
      double away = before > 0 ? own[j] - form->mean[j] : 0.0;
      form->right[j] += sum_y * (own[j] - shift[j]);    /* the sums over all blocks are zero, so any shift would do */
      form->mean[j] = before > 0 ? form->mean[j] + away * b / (a + b) : own[j];
      extra[j] = weight * away;
    }
  cblas_dsyrk (CblasRowMajor, CblasLower, CblasTrans, (int) p, (int) count + (before > 0), 1.0, rows->data, (int) rows->stride,
               before > 0 ? 1.0 : 0.0, form->reflectors.data, (int) p);
}

/* primal: one pass. */
static LofiStatus
accumulate (LofiRidgeForm *form, const LofiWatch *watch)
{
  size_t n = form->samples, p = form->features;
  LofiMatrix block;
  LofiStatus status = lofi_ridge_matrix_new (&block, lofi_smaller (LOFI_PIECE_ROWS, n) + 1, p);
  double *own = lofi_doubles_new (2 * p), *shift = own ? own + p : NULL;
  if (!own)
    status = LOFI_NO_MEMORY;
  for (size_t first = 0; first < n && status == LOFI_OK; first += LOFI_PIECE_ROWS)
    {
      LofiMatrix rows = lofi_matrix_row_block (&block, 0, lofi_smaller (LOFI_PIECE_ROWS, n - first));
      status = lofi_ridge_fetch (form, first, &rows, watch);
      if (status != LOFI_OK)
        break;
      memset (own, 0, p * sizeof (double));
      add_rows (&rows, own);
      if (!divide (own, p, rows.rows))
        status = LOFI_NOT_FINITE;
      if (first == 0)
        memcpy (shift, own, p * sizeof (double));
      lofi_ridge_subtract (&rows, own);
      if (status == LOFI_OK)
        join_block (form, &rows, first, own, shift);
      lofi_watch_report (watch, (double) (first + rows.rows) / (double) n);
      if (status == LOFI_OK && lofi_watch_stops (watch))
        status = LOFI_STOPPED;
    }
  free (own);
  lofi_matrix_clear (&block);
  return status;
}

/* dual: the Gram matrix of the samples, K, turned by the reflection R that takes the constant vector to the first axis. K has nothing
 * along the constant vector: what is left is the regression of n - 1 samples without an intercept.
 * R K R = K - beta (w z^T + z w^T) + beta^2 (w^T z) w w^T, z = K w. */
static LofiStatus
rotate_gram (LofiRidgeForm *form, const LofiMatrix *k)
{
  size_t n = k->rows, m = n - 1;
  double even = 1.0 / sqrt ((double) n), beta = 1.0 / (1.0 + even), product = 0.0;
  double *w = lofi_doubles_new (2 * n), *z = w ? w + n : NULL;
  if (!w)
    return LOFI_NO_MEMORY;
  for (size_t i = 0; i < n; i++)
    w[i] = even + (i == 0 ? 1.0 : 0.0);
  cblas_dsymv (CblasRowMajor, CblasLower, (int) n, 1.0, k->data, (int) n, w, 1, 0.0, z, 1);
  for (size_t i = 0; i < n; i++)
    product += w[i] * z[i];
  for (size_t i = 0; i < n; i++)
    z[i] -= 0.5 * beta * product * w[i];
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j <= i; j++)
      form->reflectors.data[i * m + j] = k->data[(i + 1) * n + j + 1] - beta * (w[i + 1] * z[j + 1] + z[i + 1] * w[j + 1]);
  free (w);
  return LOFI_OK;
}

/* dual: all rows, centred, and their Gram matrix. */
static LofiStatus
gather (LofiRidgeForm *form, const LofiWatch *watch)
{
  size_t n = form->samples, p = form->features;
  LofiMatrix k = { 0 };
  LofiWatchPart part;
  LofiStatus status = lofi_ridge_matrix_new (&form->centred, n, p);
  const LofiWatch *fetching = lofi_watch_part (&part, watch, 0.0, 0.3);
  for (size_t first = 0; first < n && status == LOFI_OK; first += LOFI_RIDGE_ROWS)
    {
      LofiMatrix rows = lofi_matrix_row_block (&form->centred, first, lofi_smaller (LOFI_RIDGE_ROWS, n - first));
      status = lofi_ridge_fetch (form, first, &rows, fetching);
      if (status == LOFI_OK)
        add_rows (&rows, form->mean);
      if (status == LOFI_OK && lofi_watch_stops (watch))
        status = LOFI_STOPPED;
    }
  if (status == LOFI_OK && !divide (form->mean, p, n))
    status = LOFI_NOT_FINITE;
  if (status == LOFI_OK)
    status = lofi_ridge_matrix_new (&k, n, n);
  if (status == LOFI_OK)
    lofi_ridge_subtract (&form->centred, form->mean);
  for (size_t first = 0; first < p && status == LOFI_OK; first += LOFI_PIECE_ROWS)
    {
      size_t count = lofi_smaller (LOFI_PIECE_ROWS, p - first);
      cblas_dsyrk (CblasRowMajor, CblasLower, CblasNoTrans, (int) n, (int) count, 1.0, form->centred.data + first, (int) p,
                   first > 0 ? 1.0 : 0.0, k.data, (int) n);
      lofi_watch_report (watch, 0.3 + 0.7 * (double) (first + count) / (double) p);
      if (lofi_watch_stops (watch))
        status = LOFI_STOPPED;
    }
  if (status == LOFI_OK)
    status = rotate_gram (form, &k);
  lofi_matrix_clear (&k);
  return status;
}

LofiStatus
lofi_ridge_form_gram (LofiRidgeForm *form, const LofiWatch *watch)
{
  return form->dual ? gather (form, watch) : accumulate (form, watch);
}
