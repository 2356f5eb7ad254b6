/* With G = Q diag(mu) Q^T and R = diag(sqrt mu): the operator (1/n) Q R Q^T diag(t) Q R Q^T is, in the basis Q, the moment operator of the
 * rows of Q R, so its spectrum is theirs and its eigenvectors are B = Q X, A = Q R^-1 X and F = Q R X for theirs, X. */
#include "lofi-kernel.h"
#include "lofi-kernel-private.h"
#include "lofi-math-private.h"
#include "lofi-operator.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>

#define ROWS 256            /* of Q R made together */
#define FLOOR 1e-6          /* of the eigenvalues of G (method.md): part of the definition, not a guard against rounding */

/* Q and the floored roots. */
static LofiStatus
decompose (LofiKernelFilter *filter, const LofiMatrix *gram, const LofiWatch *watch)
{
  size_t n = filter->samples;
  LofiMatrix symmetric;
  LofiSpectrum spectrum = { 0 };
  LofiWatchPart part;
  LofiStatus status = lofi_matrix_alloc (&symmetric, n, n);
  if (status == LOFI_OK)
    {
      lofi_kernel_symmetrise (gram, &symmetric);
      status = lofi_spectrum_init (&spectrum, &symmetric, lofi_watch_part (&part, watch, 0.0, 0.4));
    }
  lofi_matrix_clear (&symmetric);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&filter->basis, n, n);
  if (status == LOFI_OK)
    status = lofi_spectrum_all (&spectrum, &filter->basis, lofi_watch_part (&part, watch, 0.4, 1.0));
  for (size_t j = 0; j < n && status == LOFI_OK; j++)
    filter->roots[j] = sqrt (fmax (spectrum.values[j], FLOOR));
  lofi_spectrum_clear (&spectrum);
  return status;
}

/* (1/n) sum_i t_i r_i r_i^T, r_i the rows of Q R, made as they are needed. */
static LofiStatus
operator_of_rows (const LofiKernelFilter *filter, const double *weights, LofiMatrix *c, const LofiWatch *watch)
{
  size_t n = filter->samples, piece = lofi_smaller (ROWS, n);
  LofiMatrix rows;
  LofiOperator op;
  LofiStatus status = lofi_operator_init (&op, n);
  if (status != LOFI_OK)
    return status;
  status = lofi_matrix_alloc (&rows, piece, n);
  for (size_t first = 0; first < n && status == LOFI_OK; first += piece)
    {
      LofiMatrix block = lofi_matrix_row_block (&rows, 0, lofi_smaller (piece, n - first));
      for (size_t i = 0; i < block.rows; i++)
        for (size_t j = 0; j < n; j++)
          block.data[i * n + j] = filter->basis.data[(first + i) * n + j] * filter->roots[j];
      LofiWatchPart part;
      status = lofi_operator_add (&op, &block, weights + first, lofi_watch_part (&part, watch, (double) first / (double) n,
                                                                                 (double) (first + block.rows) / (double) n));
    }
  lofi_matrix_clear (&rows);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (c, n, n);
  if (status == LOFI_OK)
    status = lofi_operator_read (&op, false, c);
  lofi_operator_clear (&op);
  return status;
}

LofiStatus
lofi_kernel_filter_init (LofiKernelFilter *filter, const LofiMatrix *gram, const double *weights, const LofiWatch *watch)
{
  *filter = (LofiKernelFilter) { 0 };
  size_t n = gram->rows;
  if (n == 0 || gram->cols != n || !lofi_matrix_fits_blas (gram))
    return LOFI_BAD_SHAPE;
  LofiMatrix targets = { .data = (double *) weights, .rows = 1, .cols = n, .stride = n }, c = { 0 };
  if (!lofi_matrix_is_finite (gram) || !lofi_matrix_is_finite (&targets))
    return LOFI_NOT_FINITE;
  filter->samples = n;
  filter->roots = calloc (n, sizeof (double));
  LofiWatchPart part;
  LofiStatus status = filter->roots ? LOFI_OK : LOFI_NO_MEMORY;
  if (status == LOFI_OK)
    status = decompose (filter, gram, lofi_watch_part (&part, watch, 0.0, 0.6));
  if (status == LOFI_OK)
    status = operator_of_rows (filter, weights, &c, lofi_watch_part (&part, watch, 0.6, 0.7));
  if (status == LOFI_OK)
    status = lofi_spectrum_init (&filter->spectrum, &c, lofi_watch_part (&part, watch, 0.7, 1.0));
  lofi_matrix_clear (&c);
  if (status != LOFI_OK)
    lofi_kernel_filter_clear (filter);
  return status;
}

void
lofi_kernel_filter_clear (LofiKernelFilter *filter)
{
  lofi_matrix_clear (&filter->basis);
  free (filter->roots);
  lofi_spectrum_clear (&filter->spectrum);
  *filter = (LofiKernelFilter) { 0 };
}

size_t
lofi_kernel_filter_bytes (const LofiKernelFilter *filter)
{
  size_t n = filter->samples;
  return lofi_matrix_bytes (n, n) + n * sizeof (double) + lofi_spectrum_bytes (&filter->spectrum);
}

/* to <- Q diag(roots^power) X, in blocks of rows; scaled: work space of X's shape. */
static LofiStatus
map_back (const LofiKernelFilter *filter, int power, const LofiMatrix *x, LofiMatrix *scaled, LofiMatrix *to, const LofiWatch *watch)
{
  size_t n = filter->samples, keep = x->cols;
  for (size_t j = 0; j < n; j++)
    for (size_t k = 0; k < keep; k++)
      {
        double value = x->data[j * keep + k];
        scaled->data[j * keep + k] = power < 0 ? value / filter->roots[j] : power > 0 ? value * filter->roots[j] : value;
      }
  for (size_t first = 0; first < n; first += LOFI_PIECE_ROWS)
    {
      size_t count = lofi_smaller (LOFI_PIECE_ROWS, n - first);
      cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) count, (int) keep, (int) n, 1.0, filter->basis.data + first * n, (int) n,
                   scaled->data, (int) keep, 0.0, to->data + first * to->stride, (int) to->stride);
      if (lofi_watch_stops (watch))
        return LOFI_STOPPED;
    }
  return LOFI_OK;
}

/* The signs that orient B go to X, so that A and F have them too. */
static void
orient_by (const LofiMatrix *b, LofiMatrix *x)
{
  for (size_t k = 0; k < b->cols; k++)
    {
      double peak = 0.0;
      for (size_t i = 0; i < b->rows; i++)
        if (fabs (b->data[i * b->stride + k]) > fabs (peak))
          peak = b->data[i * b->stride + k];
      for (size_t j = 0; j < x->rows && peak < 0.0; j++)
        x->data[j * x->stride + k] = -x->data[j * x->stride + k];
    }
}

LofiStatus
lofi_kernel_filter_leading (const LofiKernelFilter *filter, size_t keep, double *values, LofiMatrix *coefficients, LofiMatrix *features,
                            const LofiWatch *watch)
{
  size_t n = filter->samples;
  if (keep == 0 || keep > n || coefficients->rows != n || coefficients->cols != keep || features->rows != n || features->cols != keep
      || !lofi_matrix_fits_blas (coefficients) || !lofi_matrix_fits_blas (features))
    return LOFI_BAD_SHAPE;
  LofiMatrix x, scaled = { 0 };
  LofiWatchPart part;
  LofiStatus status = lofi_matrix_alloc (&x, n, keep);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&scaled, n, keep);
  if (status == LOFI_OK)
    status = lofi_spectrum_leading (&filter->spectrum, keep, values, &x, lofi_watch_part (&part, watch, 0.0, 0.7));
  if (status == LOFI_OK)
    status = map_back (filter, 0, &x, &scaled, features, watch);    /* B, for its signs alone */
  if (status == LOFI_OK)
    {
      orient_by (features, &x);
      lofi_watch_report (watch, 0.8);
      status = map_back (filter, -1, &x, &scaled, coefficients, watch);
    }
  if (status == LOFI_OK)
    {
      lofi_watch_report (watch, 0.9);
      status = map_back (filter, 1, &x, &scaled, features, watch);
    }
  if (status == LOFI_OK)
    lofi_watch_report (watch, 1.0);
  lofi_matrix_clear (&scaled);
  lofi_matrix_clear (&x);
  return status;
}
