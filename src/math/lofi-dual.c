#include "lofi-dual.h"
#include "lofi-math-private.h"
#include "lofi-operator.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>

#define FLOOR 1e-12         /* of the largest eigenvalue of G: below, a direction is outside the span of the samples */
#define ROUNDING 1e-14      /* of the trace of the unrestricted G: what a restriction may leave behind by rounding */

/* G = Z Z^T (lower triangle), in pieces of columns. */
static LofiStatus
gram_of_rows (const LofiMatrix *z, LofiMatrix *g, const LofiWatch *watch)
{
  int n = (int) z->rows;
  for (size_t first = 0; first < z->cols; first += LOFI_PIECE_ROWS)
    {
      size_t count = lofi_smaller (LOFI_PIECE_ROWS, z->cols - first);
      cblas_dsyrk (CblasRowMajor, CblasLower, CblasNoTrans, n, (int) count, 1.0, z->data + first, (int) z->stride,
                   first > 0 ? 1.0 : 0.0, g->data, n);
      lofi_watch_report (watch, (double) (first + count) / (double) z->cols);
      if (lofi_watch_stops (watch))
        return LOFI_STOPPED;
    }
  return LOFI_OK;
}

/* s = Z u, and with it the Gram matrix of the restricted rows: G - s s^T. */
static LofiStatus
restrict_gram (const LofiMatrix *z, const double *unit, LofiMatrix *g)
{
  double *along = lofi_doubles_new (z->rows);
  if (!along)
    return LOFI_NO_MEMORY;
  cblas_dgemv (CblasRowMajor, CblasNoTrans, (int) z->rows, (int) z->cols, 1.0, z->data, (int) z->stride, unit, 1, 0.0, along, 1);
  cblas_dsyr (CblasRowMajor, CblasLower, (int) z->rows, -1.0, along, 1, g->data, (int) g->stride);
  free (along);
  return LOFI_OK;
}

/* From G: the rank, and the last `rank` columns of Q (n x n), those above the floor. mu: n eigenvalues, ascending. */
static LofiStatus
decompose_gram (const LofiMatrix *g, double floor, LofiMatrix *q, double *mu, size_t *rank, const LofiWatch *watch)
{
  LofiWatchPart part;
  LofiSpectrum spectrum;
  size_t n = g->rows;
  LofiStatus status = lofi_spectrum_init (&spectrum, g, lofi_watch_part (&part, watch, 0.0, 0.5));
  if (status != LOFI_OK)
    return status;
  status = lofi_spectrum_all (&spectrum, q, lofi_watch_part (&part, watch, 0.5, 1.0));
  double limit = fmax (floor, FLOOR * spectrum.values[n - 1]);
  *rank = 0;
  for (size_t j = 0; j < n; j++)
    {
      mu[j] = spectrum.values[j];
      *rank += mu[j] > limit ? 1 : 0;
    }
  lofi_spectrum_clear (&spectrum);
  return status;
}

/* The rows of Q diag(sqrt mu) are the samples seen inside their own span: their moment operator is the one wanted. */
static LofiStatus
dual_operator (LofiDual *dual, const LofiMatrix *q, const double *mu, const double *weights, const LofiWatch *watch)
{
  size_t n = dual->samples, rank = dual->rank, skipped = n - rank;
  LofiMatrix rows, c = { 0 };
  LofiOperator op = { 0 };
  LofiWatchPart part;
  LofiStatus status = lofi_matrix_alloc (&rows, n, rank);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&dual->basis, n, rank);
  for (size_t i = 0; i < n && status == LOFI_OK; i++)
    for (size_t j = 0; j < rank; j++)
      {
        double entry = q->data[i * q->stride + skipped + j], root = sqrt (mu[skipped + j]);
        rows.data[i * rank + j] = entry * root;
        dual->basis.data[i * rank + j] = entry / root;
      }
  if (status == LOFI_OK)
    status = lofi_operator_init (&op, rank);
  if (status == LOFI_OK)
    status = lofi_operator_add (&op, &rows, weights, lofi_watch_part (&part, watch, 0.0, 0.2));
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&c, rank, rank);
  if (status == LOFI_OK)
    status = lofi_operator_read (&op, false, &c);
  lofi_operator_clear (&op);
  lofi_matrix_clear (&rows);
  if (status == LOFI_OK)
    status = lofi_spectrum_init (&dual->spectrum, &c, lofi_watch_part (&part, watch, 0.2, 1.0));
  lofi_matrix_clear (&c);
  return status;
}

/* The lower factor of G in place, zeros above it. False when a pivot is so small that the factor means nothing. */
static bool
factor_gram (LofiMatrix *g)
{
  lapack_int n = (lapack_int) g->rows, ld = (lapack_int) g->stride, info = 0;
  double largest = 0.0;
  for (size_t i = 0; i < g->rows; i++)
    largest = fmax (largest, g->data[i * g->stride + i]);
  /* By columns the row-major lower triangle is the upper one, and R^T R there is L L^T here. */
  LAPACK_dpotrf ("U", &n, g->data, &ld, &info);
  if (info != 0)
    return false;
  for (size_t i = 0; i < g->rows; i++)
    {
      double pivot = g->data[i * g->stride + i];
      if (!(pivot * pivot > FLOOR * largest))
        return false;
      for (size_t j = i + 1; j < g->cols; j++)
        g->data[i * g->stride + j] = 0.0;
    }
  return true;
}

/* The factored form, if G (n x n, lower triangle) has a factor; *factored says so. */
static LofiStatus
factor_dual (LofiDual *dual, const LofiMatrix *g, const double *weights, bool *factored, const LofiWatch *watch)
{
  size_t n = g->rows;
  LofiMatrix c = { 0 };
  LofiOperator op = { 0 };
  LofiWatchPart part;
  LofiStatus status = lofi_matrix_alloc (&dual->basis, n, n);
  if (status == LOFI_OK)
    status = lofi_matrix_copy (&dual->basis, g);
  *factored = status == LOFI_OK && factor_gram (&dual->basis);
  if (!*factored)
    {
      lofi_matrix_clear (&dual->basis);
      return status;
    }
  dual->factored = true;
  dual->rank = n;
  status = lofi_operator_init (&op, n);
  if (status == LOFI_OK)
    status = lofi_operator_add (&op, &dual->basis, weights, lofi_watch_part (&part, watch, 0.0, 0.3));
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&c, n, n);
  if (status == LOFI_OK)
    status = lofi_operator_read (&op, false, &c);
  lofi_operator_clear (&op);
  if (status == LOFI_OK)
    status = lofi_spectrum_init (&dual->spectrum, &c, lofi_watch_part (&part, watch, 0.3, 1.0));
  lofi_matrix_clear (&c);
  return status;
}

static bool
all_finite (const double *numbers, size_t count)
{
  LofiMatrix row = { .data = (double *) numbers, .rows = 1, .cols = count, .stride = count };
  return lofi_matrix_is_finite (&row);
}

LofiStatus
lofi_dual_init (LofiDual *dual, const LofiMatrix *lifted, const double *weights, const double *unit, const LofiWatch *watch)
{
  size_t n = lifted->rows, p = lifted->cols;
  *dual = (LofiDual) { .samples = n, .width = p };
  if (n == 0 || p == 0 || !lofi_matrix_fits_blas (lifted))
    return LOFI_BAD_SHAPE;
  if (!lofi_matrix_is_finite (lifted) || !all_finite (weights, n))
    return LOFI_NOT_FINITE;
  LofiMatrix g, q = { 0 }, mu = { 0 };
  LofiWatchPart part;
  LofiStatus status = lofi_matrix_alloc (&g, n, n);
  if (status == LOFI_OK)
    status = gram_of_rows (lifted, &g, lofi_watch_part (&part, watch, 0.0, 0.2));
  bool factored = false;
  if (status == LOFI_OK && !unit)
    status = factor_dual (dual, &g, weights, &factored, lofi_watch_part (&part, watch, 0.2, 1.0));
  double floor = 0.0;
  if (status == LOFI_OK && unit)
    {
      for (size_t i = 0; i < n; i++)
        floor += ROUNDING * g.data[i * n + i];
      status = restrict_gram (lifted, unit, &g);
    }
  if (status == LOFI_OK && !factored)
    status = lofi_matrix_alloc (&q, n, n);
  if (status == LOFI_OK && !factored)
    status = lofi_matrix_alloc (&mu, 1, n);
  if (status == LOFI_OK && !factored)
    status = decompose_gram (&g, floor, &q, mu.data, &dual->rank, lofi_watch_part (&part, watch, 0.2, 0.75));
  lofi_matrix_clear (&g);
  if (status == LOFI_OK && !factored && dual->rank > 0)
    status = dual_operator (dual, &q, mu.data, weights, lofi_watch_part (&part, watch, 0.75, 1.0));
  lofi_matrix_clear (&mu);
  lofi_matrix_clear (&q);
  if (status != LOFI_OK)
    lofi_dual_clear (dual);
  return status;
}

void
lofi_dual_clear (LofiDual *dual)
{
  lofi_matrix_clear (&dual->basis);
  lofi_spectrum_clear (&dual->spectrum);
  *dual = (LofiDual) { 0 };
}

size_t
lofi_dual_bytes (const LofiDual *dual)
{
  return lofi_matrix_bytes (dual->samples, dual->rank) + lofi_spectrum_bytes (&dual->spectrum);
}

void
lofi_dual_values (const LofiDual *dual, double *values)
{
  size_t zeros = dual->width - dual->rank, i = 0;
  for (; i < dual->rank && dual->spectrum.values[i] < 0.0; i++)
    values[i] = dual->spectrum.values[i];
  for (size_t j = 0; j < zeros; j++)
    values[i + j] = 0.0;
  for (; i < dual->rank; i++)
    values[i + zeros] = dual->spectrum.values[i];
}

/* Small mu cost digits of V's orthogonality. V <- V R^-1 with V^T V = R^T R restores them, the first columns the least moved. */
static LofiStatus
orthonormalise (LofiMatrix *v)
{
  int p = (int) v->rows, k = (int) v->cols;
  LofiMatrix gram;
  LofiStatus status = lofi_matrix_alloc (&gram, v->cols, v->cols);
  if (status != LOFI_OK)
    return status;
  /* By columns the row-major lower triangle is the upper one: R^T R with R there is L L^T with L here, so V <- V L^-T. */
  cblas_dsyrk (CblasRowMajor, CblasLower, CblasTrans, k, p, 1.0, v->data, (int) v->stride, 0.0, gram.data, k);
  lapack_int order = k, info = 0;
  LAPACK_dpotrf ("U", &order, gram.data, &order, &info);
  if (info == 0)
    cblas_dtrsm (CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, p, k, 1.0, gram.data, k, v->data,
                 (int) v->stride);
  else
    status = LOFI_NO_CONVERGENCE;
  lofi_matrix_clear (&gram);
  return status;
}

/* V = Z^T X for X (n x keep), less its part along u if there is one; in pieces of samples. */
static LofiStatus
map_back (const LofiMatrix *z, const LofiMatrix *x, const double *unit, LofiMatrix *v, const LofiWatch *watch)
{
  int p = (int) z->cols, keep = (int) x->cols;
  for (size_t first = 0; first < z->rows; first += LOFI_PIECE_ROWS)
    {
      size_t count = lofi_smaller (LOFI_PIECE_ROWS, z->rows - first);
      cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, p, keep, (int) count, 1.0, z->data + first * z->stride, (int) z->stride,
                   x->data + first * x->stride, (int) x->stride, first > 0 ? 1.0 : 0.0, v->data, (int) v->stride);
      lofi_watch_report (watch, (double) (first + count) / (double) z->rows);
      if (lofi_watch_stops (watch))
        return LOFI_STOPPED;
    }
  if (!unit)
    return LOFI_OK;
  double *along = lofi_doubles_new (x->cols);
  if (!along)
    return LOFI_NO_MEMORY;
  cblas_dgemv (CblasRowMajor, CblasTrans, p, keep, 1.0, v->data, (int) v->stride, unit, 1, 0.0, along, 1);
  cblas_dger (CblasRowMajor, p, keep, -1.0, unit, 1, along, 1, v->data, (int) v->stride);
  free (along);
  return LOFI_OK;
}

LofiStatus
lofi_dual_leading (const LofiDual *dual, const LofiMatrix *lifted, const double *unit, size_t keep, double *values,
                   LofiMatrix *vectors, const LofiWatch *watch)
{
  if (keep == 0 || keep > dual->rank || lifted->rows != dual->samples || lifted->cols != dual->width
      || vectors->rows != dual->width || vectors->cols != keep || !lofi_matrix_fits_blas (lifted)
      || !lofi_matrix_fits_blas (vectors))
    return LOFI_BAD_SHAPE;
  size_t n = dual->samples, rank = dual->rank;
  LofiMatrix b, x = { 0 };
  LofiWatchPart part;
  LofiStatus status = lofi_matrix_alloc (&b, rank, keep);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&x, n, keep);
  if (status == LOFI_OK)
    status = lofi_spectrum_leading (&dual->spectrum, keep, values, &b, lofi_watch_part (&part, watch, 0.0, 0.5));
  if (status == LOFI_OK)
    {
      if (dual->factored)
        {
          lofi_matrix_copy (&x, &b);
          cblas_dtrsm (CblasRowMajor, CblasLeft, CblasLower, CblasTrans, CblasNonUnit, (int) n, (int) keep, 1.0, dual->basis.data, (int) n,
                       x.data, (int) keep);
        }
      else
        cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) n, (int) keep, (int) rank, 1.0, dual->basis.data, (int) rank,
                     b.data, (int) keep, 0.0, x.data, (int) keep);
      status = map_back (lifted, &x, unit, vectors, lofi_watch_part (&part, watch, 0.5, 1.0));
    }
  if (status == LOFI_OK)
    status = orthonormalise (vectors);
  if (status == LOFI_OK)
    lofi_orient_columns (vectors);
  lofi_matrix_clear (&x);
  lofi_matrix_clear (&b);
  return status;
}

/* n eigenvalues of (1/n) sum_i t_i l_i l_i^T, l_i the rows of L. L is overwritten. */
static LofiStatus
values_of_factor (LofiMatrix *l, const double *weights, double *values, const LofiWatch *watch)
{
  LofiOperator op;
  LofiWatchPart part;
  LofiStatus status = lofi_operator_init (&op, l->rows);
  if (status == LOFI_OK)
    status = lofi_operator_add (&op, l, weights, lofi_watch_part (&part, watch, 0.2, 0.4));
  if (status == LOFI_OK)
    status = lofi_operator_read (&op, false, l);
  lofi_operator_clear (&op);
  if (status == LOFI_OK)
    status = lofi_symmetric_values (l, values, lofi_watch_part (&part, watch, 0.4, 1.0));
  return status;
}

LofiStatus
lofi_dual_only_values (const LofiMatrix *lifted, const double *weights, double *values, const LofiWatch *watch)
{
  size_t n = lifted->rows, p = lifted->cols;
  if (n == 0 || n > p || !lofi_matrix_fits_blas (lifted))
    return LOFI_BAD_SHAPE;
  if (!lofi_matrix_is_finite (lifted) || !all_finite (weights, n))
    return LOFI_NOT_FINITE;
  LofiMatrix g, ascending;
  LofiWatchPart part;
  LofiStatus status = lofi_matrix_alloc (&ascending, 1, n);
  if (status != LOFI_OK)
    return status;
  status = lofi_matrix_alloc (&g, n, n);
  if (status == LOFI_OK)
    status = gram_of_rows (lifted, &g, lofi_watch_part (&part, watch, 0.0, 0.2));
  if (status == LOFI_OK && factor_gram (&g))
    {
      status = values_of_factor (&g, weights, ascending.data, watch);
      size_t below = 0;
      while (status == LOFI_OK && below < n && ascending.data[below] < 0.0)
        below++;
      for (size_t i = 0; status == LOFI_OK && i < p; i++)
        values[i] = i < below ? ascending.data[i] : i < below + (p - n) ? 0.0 : ascending.data[i - (p - n)];
    }
  else if (status == LOFI_OK)
    {
      LofiDual dual;
      status = lofi_dual_init (&dual, lifted, weights, NULL, lofi_watch_part (&part, watch, 0.2, 1.0));
      if (status == LOFI_OK)
        lofi_dual_values (&dual, values);
      lofi_dual_clear (&dual);
    }
  lofi_matrix_clear (&g);
  lofi_matrix_clear (&ascending);
  return status;
}
