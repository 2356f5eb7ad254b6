#include "lofi-moment.h"
#include "lofi-eigen.h"
#include "lofi-math-private.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>

#define ROWS 256            /* of a tile of the n x n kernel, */
#define COLUMNS 1024        /* and its columns */
#define CONSTANT 1e-12      /* of the root mean square: an activation that deviates less from its mean is a constant */
#define FLOOR 1e-12         /* of the largest eigenvalue of the samples' Gram matrix: below, a direction is outside their span */

/* Activations that are constant stay as zeros with a deviation of 1, so that nothing is ever found along them. */
typedef struct {
  size_t samples, width, active;    /* n, P, and how many deviate */
  LofiMatrix x;                     /* n x P: less the mean, over the deviation */
  double *deviations;               /* P */
  double *norms;                    /* n: |x_i|^2 */
  const double *weights;            /* t */
  int order;
} Moment;

static void
moment_clear (Moment *moment)
{
  lofi_matrix_clear (&moment->x);
  free (moment->deviations);
  free (moment->norms);
}

static LofiStatus
standardise (Moment *moment, const LofiMatrix *z)
{
  size_t n = z->rows, p = z->cols;
  double *means = calloc (p, sizeof (double)), *squares = calloc (p, sizeof (double));
  LofiStatus status = means && squares ? LOFI_OK : LOFI_NO_MEMORY;
  for (size_t i = 0; i < n && status == LOFI_OK; i++)
    for (size_t j = 0; j < p; j++)
      {
        double entry = z->data[i * z->stride + j] / (double) n;
        means[j] += entry;
        squares[j] += entry * z->data[i * z->stride + j];
      }
  for (size_t i = 0; i < n && status == LOFI_OK; i++)
    for (size_t j = 0; j < p; j++)
      {
        double away = z->data[i * z->stride + j] - means[j];
        moment->x.data[i * p + j] = away;
        moment->deviations[j] += away * away / (double) n;
      }
  for (size_t j = 0; j < p && status == LOFI_OK; j++)
    {
      bool constant = !(moment->deviations[j] > CONSTANT * CONSTANT * squares[j]);
      moment->active += constant ? 0 : 1;
      means[j] = constant ? 0.0 : 1.0 / sqrt (moment->deviations[j]);     /* from here on what x is multiplied by */
      moment->deviations[j] = constant ? 1.0 : sqrt (moment->deviations[j]);
    }
  for (size_t i = 0; i < n && status == LOFI_OK; i++)
    {
      double *row = moment->x.data + i * p, sum = 0.0;
      for (size_t j = 0; j < p; j++)
        {
          row[j] *= means[j];
          sum += row[j] * row[j];
        }
      moment->norms[i] = sum;
    }
  free (means);
  free (squares);
  return status;
}

static LofiStatus
moment_init (Moment *moment, const LofiMatrix *z, const double *weights, int order)
{
  *moment = (Moment) { .samples = z->rows, .width = z->cols, .weights = weights, .order = order };
  LofiStatus status = lofi_matrix_alloc (&moment->x, z->rows, z->cols);
  moment->deviations = calloc (z->cols, sizeof (double));
  moment->norms = calloc (z->rows, sizeof (double));
  if (status == LOFI_OK && (!moment->deviations || !moment->norms))
    status = LOFI_NO_MEMORY;
  return status == LOFI_OK ? standardise (moment, z) : status;
}

/* A tile of inner products c = x_i . x_j, the row i against columns from .. from + count - 1, becomes t_i t_j N_(order - 1). */
static void
weigh_row (const Moment *moment, size_t i, size_t from, size_t count, double *c)
{
  const double *norms = moment->norms + from, *t = moment->weights + from;
  double width = (double) moment->active, own = moment->norms[i] - width, mine = moment->weights[i];
  if (moment->order == 3)
    for (size_t j = 0; j < count; j++)
      c[j] = 0.5 * mine * t[j] * (c[j] * c[j] - own - norms[j]);
  else
    for (size_t j = 0; j < count; j++)
      c[j] = mine * t[j] * c[j] * (c[j] * c[j] / 6.0 - 0.5 * (own + norms[j]) + 1.0);
}

/* Y <- (the strictly lower triangle of the weighted kernel, rows first .. first + rows - 1) X. */
static LofiStatus
apply_rows (const Moment *moment, size_t first, size_t rows, LofiMatrix *tile, LofiMatrix *y, const LofiWatch *watch)
{
  int p = (int) moment->width;
  const double *x = moment->x.data;
  for (size_t from = 0; from < first + rows; from += COLUMNS)
    {
      size_t count = lofi_smaller (COLUMNS, first + rows - from);
      cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (int) rows, (int) count, p, 1.0, x + first * moment->width, p,
                   x + from * moment->width, p, 0.0, tile->data, COLUMNS);
      for (size_t i = 0; i < rows; i++)
        {
          double *row = tile->data + i * COLUMNS;
          weigh_row (moment, first + i, from, count, row);
          for (size_t j = first + i > from ? first + i - from : 0; j < count; j++)
            row[j] = 0.0;
        }
      cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) rows, p, (int) count, 1.0, tile->data, COLUMNS, x + from * moment->width,
                   p, from > 0 ? 1.0 : 0.0, y->data, p);
      if (lofi_watch_stops (watch))
        return LOFI_STOPPED;
    }
  return LOFI_OK;
}

/* n^2 A_k (lower triangle): with L the strictly lower triangle of the kernel, X^T L X and its transpose. */
static LofiStatus
accumulate (const Moment *moment, LofiMatrix *a, const LofiWatch *watch)
{
  size_t n = moment->samples, p = moment->width, block = lofi_smaller (ROWS, n);
  LofiMatrix tile, y = { 0 };
  LofiStatus status = lofi_matrix_alloc (&tile, block, COLUMNS);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&y, block, p);
  for (size_t first = 0; first < n && status == LOFI_OK; first += ROWS)
    {
      size_t rows = lofi_smaller (ROWS, n - first);
      status = apply_rows (moment, first, rows, &tile, &y, watch);
      if (status != LOFI_OK)
        break;
      cblas_dsyr2k (CblasRowMajor, CblasLower, CblasTrans, (int) p, (int) rows, 1.0, moment->x.data + first * p, (int) p, y.data, (int) p,
                    first > 0 ? 1.0 : 0.0, a->data, (int) p);
      double done = (double) (first + rows) / (double) n;
      lofi_watch_report (watch, done * done);
      if (lofi_watch_stops (watch))
        status = LOFI_STOPPED;
    }
  lofi_matrix_clear (&y);
  lofi_matrix_clear (&tile);
  return status;
}

/* P x P, for P <= n, or where more directions are wanted than the samples span. */
static LofiStatus
leading_explicitly (const Moment *moment, size_t keep, double *values, LofiMatrix *vectors, const LofiWatch *watch)
{
  LofiMatrix a;
  LofiSpectrum spectrum = { 0 };
  LofiWatchPart part;
  LofiStatus status = lofi_matrix_alloc (&a, moment->width, moment->width);
  if (status == LOFI_OK)
    status = accumulate (moment, &a, lofi_watch_part (&part, watch, 0.0, 0.7));
  if (status == LOFI_OK)
    status = lofi_spectrum_init (&spectrum, &a, lofi_watch_part (&part, watch, 0.7, 0.9));
  lofi_matrix_clear (&a);
  if (status == LOFI_OK)
    status = lofi_spectrum_leading (&spectrum, keep, values, vectors, lofi_watch_part (&part, watch, 0.9, 1.0));
  lofi_spectrum_clear (&spectrum);
  return status;
}

/* G = X X^T, both triangles. */
static LofiStatus
gram_of_rows (const Moment *moment, LofiMatrix *g, const LofiWatch *watch)
{
  size_t n = moment->samples, p = moment->width;
  for (size_t first = 0; first < p; first += LOFI_PIECE_ROWS)
    {
      size_t count = lofi_smaller (LOFI_PIECE_ROWS, p - first);
      cblas_dsyrk (CblasRowMajor, CblasLower, CblasNoTrans, (int) n, (int) count, 1.0, moment->x.data + first, (int) p, first > 0 ? 1.0 : 0.0,
                   g->data, (int) n);
      if (lofi_watch_stops (watch))
        return LOFI_STOPPED;
    }
  lofi_matrix_mirror_lower (g);
  return LOFI_OK;
}

/* Q (n x n) and its eigenvalues; how many of the last columns are in the span of the samples. */
static LofiStatus
span_of (const LofiMatrix *g, LofiMatrix *q, double *mu, size_t *rank, const LofiWatch *watch)
{
  size_t n = g->rows;
  LofiSpectrum spectrum;
  LofiWatchPart part;
  *rank = 0;
  LofiStatus status = lofi_spectrum_init (&spectrum, g, lofi_watch_part (&part, watch, 0.0, 0.4));
  if (status == LOFI_OK)
    status = lofi_spectrum_all (&spectrum, q, lofi_watch_part (&part, watch, 0.4, 1.0));
  for (size_t j = 0; j < n && status == LOFI_OK; j++)
    {
      mu[j] = spectrum.values[j];
      *rank += mu[j] > FLOOR * spectrum.values[n - 1] && mu[j] > 0.0 ? 1 : 0;
    }
  lofi_spectrum_clear (&spectrum);
  return status;
}

/* G becomes the weighted kernel, its diagonal 0. */
static void
weigh_gram (const Moment *moment, LofiMatrix *g)
{
  for (size_t i = 0; i < g->rows; i++)
    {
      weigh_row (moment, i, 0, g->cols, g->data + i * g->stride);
      g->data[i * g->stride + i] = 0.0;
    }
}

/* M = S^T W S, S = Q diag(sqrt mu) without the columns outside the span: n^2 A_k seen inside it. */
static LofiStatus
inside_span (const LofiMatrix *w, const LofiMatrix *s, LofiMatrix *m, const LofiWatch *watch)
{
  size_t n = w->rows, rank = s->cols;
  LofiMatrix product;
  LofiStatus status = lofi_matrix_alloc (&product, lofi_smaller (ROWS, n), rank);
  for (size_t first = 0; first < n && status == LOFI_OK; first += ROWS)
    {
      size_t rows = lofi_smaller (ROWS, n - first);
      cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) rows, (int) rank, (int) n, 1.0, w->data + first * w->stride,
                   (int) w->stride, s->data, (int) s->stride, 0.0, product.data, (int) rank);
      cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, (int) rank, (int) rank, (int) rows, 1.0, s->data + first * s->stride,
                   (int) s->stride, product.data, (int) rank, first > 0 ? 1.0 : 0.0, m->data, (int) rank);
      lofi_watch_report (watch, (double) (first + rows) / (double) n);
      if (lofi_watch_stops (watch))
        status = LOFI_STOPPED;
    }
  lofi_matrix_clear (&product);
  return status;
}

/* The leading pairs of M mapped back: v = X^T Q diag(mu^(-1/2)) b. s is overwritten with Q diag(mu^(-1/2)). */
static LofiStatus
leading_of_span (const Moment *moment, const LofiMatrix *m, LofiMatrix *s, const double *mu, size_t keep, double *values,
                 LofiMatrix *vectors, const LofiWatch *watch)
{
  size_t n = moment->samples, rank = s->cols;
  LofiMatrix b, x = { 0 };
  LofiSpectrum spectrum = { 0 };
  LofiWatchPart part;
  LofiStatus status = lofi_matrix_alloc (&b, rank, keep);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&x, n, keep);
  if (status == LOFI_OK)
    status = lofi_spectrum_init (&spectrum, m, lofi_watch_part (&part, watch, 0.0, 0.7));
  if (status == LOFI_OK)
    status = lofi_spectrum_leading (&spectrum, keep, values, &b, lofi_watch_part (&part, watch, 0.7, 1.0));
  lofi_spectrum_clear (&spectrum);
  if (status == LOFI_OK)
    {
      for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < rank; j++)
          s->data[i * s->stride + j] /= mu[j];
      cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) n, (int) keep, (int) rank, 1.0, s->data, (int) s->stride, b.data,
                   (int) keep, 0.0, x.data, (int) keep);
      cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, (int) moment->width, (int) keep, (int) n, 1.0, moment->x.data,
                   (int) moment->width, x.data, (int) keep, 0.0, vectors->data, (int) vectors->stride);
    }
  lofi_matrix_clear (&x);
  lofi_matrix_clear (&b);
  return status;
}

/* For P > n: n x n matrices in place of P x P. *done is false when the samples do not span as many directions as are wanted. */
static LofiStatus
leading_implicitly (const Moment *moment, size_t keep, double *values, LofiMatrix *vectors, bool *done, const LofiWatch *watch)
{
  size_t n = moment->samples, rank = 0;
  LofiMatrix g, q = { 0 }, m = { 0 };
  LofiWatchPart part;
  double *mu = lofi_doubles_new (n);
  *done = false;
  LofiStatus status = lofi_matrix_alloc (&g, n, n);
  if (status == LOFI_OK)
    status = mu ? lofi_matrix_alloc (&q, n, n) : LOFI_NO_MEMORY;
  if (status == LOFI_OK)
    status = gram_of_rows (moment, &g, watch);
  if (status == LOFI_OK)
    status = span_of (&g, &q, mu, &rank, lofi_watch_part (&part, watch, 0.1, 0.5));
  if (status == LOFI_OK && keep <= rank)
    {
      *done = true;
      status = lofi_matrix_alloc (&m, rank, rank);
    }
  if (status == LOFI_OK && *done)
    {
      LofiMatrix s = { .data = q.data + (n - rank), .rows = n, .cols = rank, .stride = n };
      const double *inside = mu + (n - rank);
      for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < rank; j++)
          s.data[i * n + j] *= sqrt (inside[j]);
      weigh_gram (moment, &g);
      status = inside_span (&g, &s, &m, lofi_watch_part (&part, watch, 0.5, 0.7));
      if (status == LOFI_OK)
        status = leading_of_span (moment, &m, &s, inside, keep, values, vectors, lofi_watch_part (&part, watch, 0.7, 1.0));
    }
  lofi_matrix_clear (&m);
  lofi_matrix_clear (&q);
  lofi_matrix_clear (&g);
  free (mu);
  return status;
}

/* From directions of x to directions of z, and from eigenvalues of n^2 A_k to singular values. */
static void
hand_back (const Moment *moment, double *values, LofiMatrix *vectors)
{
  for (size_t k = 0; k < vectors->cols; k++)
    {
      double *column = vectors->data + k, squares = 0.0;
      for (size_t j = 0; j < vectors->rows; j++)
        {
          column[j * vectors->stride] /= moment->deviations[j];
          squares += column[j * vectors->stride] * column[j * vectors->stride];
        }
      for (size_t j = 0; j < vectors->rows; j++)
        column[j * vectors->stride] /= sqrt (squares);
      values[k] = copysign (sqrt (fabs (values[k])), values[k]) / (double) moment->samples;
    }
  lofi_orient_columns (vectors);
}

LofiStatus
lofi_moment_leading (const LofiMatrix *lifted, const double *weights, int order, size_t keep, double *values, LofiMatrix *vectors,
                     const LofiWatch *watch)
{
  size_t n = lifted->rows, p = lifted->cols;
  if (n == 0 || p == 0 || (order != 3 && order != 4) || keep == 0 || keep > p || vectors->rows != p || vectors->cols != keep
      || !lofi_matrix_fits_blas (lifted) || !lofi_matrix_fits_blas (vectors))
    return LOFI_BAD_SHAPE;
  LofiMatrix targets = { .data = (double *) weights, .rows = 1, .cols = n, .stride = n };
  if (!lofi_matrix_is_finite (lifted) || !lofi_matrix_is_finite (&targets))
    return LOFI_NOT_FINITE;
  Moment moment;
  bool done = false;
  LofiStatus status = moment_init (&moment, lifted, weights, order);
  if (status == LOFI_OK && p > n && keep <= n)
    status = leading_implicitly (&moment, keep, values, vectors, &done, watch);
  if (status == LOFI_OK && !done)
    status = leading_explicitly (&moment, keep, values, vectors, watch);
  if (status == LOFI_OK)
    hand_back (&moment, values, vectors);
  moment_clear (&moment);
  return status;
}
