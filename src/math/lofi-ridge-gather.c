/* The Gram matrix of a source's centred features, of the smaller side, in pieces short enough to be stopped between. */
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

/* primal: one pass, after the samples that somebody has added up already. */
static LofiStatus
accumulate (LofiRidgeForm *form, const LofiWatch *watch)
{
  size_t n = form->samples, p = form->features;
  LofiRidgeGram gram = { 0 };
  LofiMatrix block;
  LofiStatus status = lofi_ridge_matrix_new (&block, lofi_smaller (LOFI_PIECE_ROWS, n) + 1, p);
  if (status == LOFI_OK)
    status = form->source.gram ? lofi_ridge_gram_copy (&gram, form->source.gram, form->source.factor) : lofi_ridge_gram_init (&gram, p);
  while (gram.samples < n && status == LOFI_OK)
    {
      size_t first = gram.samples;
      LofiMatrix rows = lofi_matrix_row_block (&block, 0, lofi_smaller (LOFI_PIECE_ROWS, n - first));
      status = lofi_ridge_fetch (form, first, &rows, watch);
      if (status == LOFI_OK)
        status = lofi_ridge_gram_join (&gram, &rows, form->source_y + first);
      lofi_watch_report (watch, (double) (first + rows.rows) / (double) n);
      if (status == LOFI_OK && lofi_watch_stops (watch))
        status = LOFI_STOPPED;
    }
  lofi_matrix_clear (&block);
  form->reflectors = gram.squares;
  form->mean = gram.mean;
  form->right = gram.right;
  gram.squares = (LofiMatrix) { 0 };
  gram.mean = gram.right = NULL;
  lofi_ridge_gram_clear (&gram);
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
  size_t n = form->samples, p = form->features, m = form->directions;
  LofiMatrix k = { 0 };
  LofiWatchPart part;
  LofiStatus status = lofi_ridge_matrix_new (&form->centred, n, p);
  form->mean = calloc (p, sizeof (double));
  if (status == LOFI_OK && !form->mean)
    status = LOFI_NO_MEMORY;
  if (status == LOFI_OK)
    status = lofi_ridge_matrix_new (&form->reflectors, m, m);
  const LofiWatch *fetching = lofi_watch_part (&part, watch, 0.0, 0.3);
  for (size_t first = 0; first < n && status == LOFI_OK; first += LOFI_RIDGE_ROWS)
    {
      LofiMatrix rows = lofi_matrix_row_block (&form->centred, first, lofi_smaller (LOFI_RIDGE_ROWS, n - first));
      status = lofi_ridge_fetch (form, first, &rows, fetching);
      if (status == LOFI_OK)
        lofi_ridge_add_rows (&rows, form->mean);
      if (status == LOFI_OK && lofi_watch_stops (watch))
        status = LOFI_STOPPED;
    }
  if (status == LOFI_OK && !lofi_ridge_divide (form->mean, p, n))
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
