#include "lofi-kernel.h"
#include "lofi-kernel-private.h"
#include "lofi-math-private.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_ROWS 8         /* rows of a kernel between two looks at the watch */
#define LOOK_FLOPS 4e9      /* of a matrix product between two looks */
#define TILE 32

/* ---- closed forms: of the variances a, b and the covariance c ---- */

/* The angle between the two: 0 exactly for a sample and itself. Just there acos has no digits to lose: a step turns a rounding of 1e-16
 * into 1e-8, and the step of the next layer that into 1e-4. */
static inline double
angle (double a, double b, double c)
{
  if (c == a && c == b)
    return 0.0;
  double cosine = c / (sqrt (a) * sqrt (b));
  return acos (cosine > 1.0 ? 1.0 : cosine < -1.0 ? -1.0 : cosine);
}

static inline double
relu_pair (double a, double b, double c)
{
  if (a == 0.0 || b == 0.0)
    return 0.0;
  double radial = sqrt (a) * sqrt (b), t = angle (a, b, c);
  return (radial * sin (t) + (M_PI - t) * c) / (2.0 * M_PI);
}

static inline double
step_pair (double a, double b, double c)
{
  return a == 0.0 || b == 0.0 ? 0.0 : 0.5 - angle (a, b, c) / (2.0 * M_PI);
}

static inline double
erf_pair (double a, double b, double c)
{
  double sine = 2.0 * c / (sqrt (1.0 + 2.0 * a) * sqrt (1.0 + 2.0 * b));
  return M_2_PI * asin (sine > 1.0 ? 1.0 : sine < -1.0 ? -1.0 : sine);
}

/* exp (-(a + b) / 2) sinh (c), without an infinity times zero. */
static inline double
sin_pair (double a, double b, double c)
{
  double size = fabs (c), value = -0.5 * expm1 (-2.0 * size) * exp (fmin (size - 0.5 * (a + b), 0.0));
  return c < 0.0 ? -value : value;
}

/* t Phi (t) = t E[1(x <= t)]: Gaussian integration by parts in both arguments, until only E[phi (u) phi (v)] and P(x <= u, y <= v) remain. */
static inline double
gelu_pair (double a, double b, double c)
{
  double sine = c / (sqrt (1.0 + a) * sqrt (1.0 + b));
  double both = 0.25 + asin (sine > 1.0 ? 1.0 : sine < -1.0 ? -1.0 : sine) / (2.0 * M_PI);
  double densities = 1.0 / (2.0 * M_PI * sqrt (fmax ((1.0 + a) * (1.0 + b) - c * c, 1.0 + a + b)));
  return c * both + densities * (a * b + c * c * (1.0 / (1.0 + a) + 1.0 / (1.0 + b) - 1.0));
}

/* One loop per activation, as in lofi-activation.c. */
#define FOR_EACH(expression) \
  for (size_t j = 0; j < count; j++) \
    { \
      double b = variances[j], c = k[j]; \
      k[j] = (expression); \
    } \
  break

static void
closed_row (LofiActivation activation, double a, const double *variances, double *k, size_t count)
{
  switch (activation)
    {
    case LOFI_RELU: FOR_EACH (relu_pair (a, b, c));
    case LOFI_ERF: FOR_EACH (erf_pair (a, b, c));
    case LOFI_STEP: FOR_EACH (step_pair (a, b, c));
    case LOFI_SIN: FOR_EACH (sin_pair (a, b, c));
    case LOFI_GELU: FOR_EACH (gelu_pair (a, b, c));
    case LOFI_SQUARE: FOR_EACH (a * b + 2.0 * c * c);
    case LOFI_CUBE: FOR_EACH (c * (9.0 * a * b + 6.0 * c * c));
    case LOFI_IDENTITY:
    case LOFI_TANH:
    case LOFI_SIGMOID:
    case LOFI_N_ACTIVATIONS:
      break;
    }
}

/* ---- a kernel between two sets of samples ---- */

typedef struct {
  const LofiSigma *sigma;
  size_t rows, columns;
  const double *row_variances, *column_variances;
  bool same;                /* the columns are the rows */
  LofiKernelSeries row_series, column_series;
} Kernel;

static void
kernel_clear (Kernel *kernel)
{
  lofi_kernel_series_clear (&kernel->row_series);
  lofi_kernel_series_clear (&kernel->column_series);
}

/* The largest of finite variances >= 0, or NaN. */
static double
largest_variance (const double *variances, size_t count)
{
  double largest = 0.0;
  for (size_t i = 0; i < count; i++)
    {
      if (!(variances[i] >= 0.0 && isfinite (variances[i])))
        return NAN;
      largest = fmax (largest, variances[i]);
    }
  return largest;
}

/* kernel->same set where the two are one. Clear it also after a failure. */
static LofiStatus
kernel_init (Kernel *kernel, const LofiSigma *sigma, const double *row_variances, size_t rows, const double *column_variances, size_t columns,
             const LofiWatch *watch)
{
  *kernel = (Kernel) { .sigma = sigma, .rows = rows, .columns = columns, .row_variances = row_variances,
                       .column_variances = column_variances, .same = row_variances == column_variances && rows == columns };
  double most = largest_variance (row_variances, rows), other = largest_variance (column_variances, columns);
  if (isnan (most) || isnan (other))
    return LOFI_NOT_FINITE;
  most = fmax (most, other);
  if (!lofi_kernel_is_series (sigma))
    {
      double value = most;    /* no entry is larger than that of the largest sample with itself */
      closed_row (sigma->activation, most, &most, &value, 1);
      return isfinite (value) ? LOFI_OK : LOFI_NOT_FINITE;
    }
  size_t terms = lofi_kernel_series_terms (sigma, most);
  LofiStatus status = lofi_kernel_series_init (&kernel->row_series, sigma, terms, row_variances, rows, watch);
  if (status == LOFI_OK && !kernel->same)
    status = lofi_kernel_series_init (&kernel->column_series, sigma, terms, column_variances, columns, watch);
  for (size_t m = 0; m < terms && status == LOFI_OK; m++)
    for (size_t side = 0; side < 2; side++)
      {
        const LofiMatrix *c = side ? &kernel->column_series.coefficients : &kernel->row_series.coefficients;
        for (size_t i = 0; c->data && i < c->cols; i++)
          if (!(fabs (c->data[m * c->stride + i]) < 1e150))    /* their products are summed */
            return LOFI_NOT_FINITE;
      }
  return status;
}

/* k: the covariances of sample i of the rows with the first `count` columns; becomes the kernel. */
static void
kernel_row (const Kernel *kernel, size_t i, double *k, size_t count)
{
  if (lofi_kernel_is_series (kernel->sigma))
    lofi_kernel_series_row (&kernel->row_series, i, kernel->same ? &kernel->row_series : &kernel->column_series, 0, k, count);
  else
    closed_row (kernel->sigma->activation, kernel->row_variances[i], kernel->column_variances, k, count);
}

/* All of k, or its lower triangle alone. */
static LofiStatus
kernel_rows (const Kernel *kernel, LofiMatrix *k, bool lower, const LofiWatch *watch)
{
  for (size_t i = 0; i < k->rows; i++)
    {
      kernel_row (kernel, i, k->data + i * k->stride, lower ? i + 1 : k->cols);
      if ((i + 1) % LOOK_ROWS != 0 && i + 1 != k->rows)
        continue;
      double done = (double) (i + 1) / (double) k->rows;
      lofi_watch_report (watch, lower ? done * done : done);
      if (lofi_watch_stops (watch))
        return LOFI_STOPPED;
    }
  return LOFI_OK;
}

LofiStatus
lofi_kernel_apply (const LofiSigma *sigma, const double *row_variances, const double *column_variances, LofiMatrix *k,
                   const LofiWatch *watch)
{
  if (k->rows == 0 || k->cols == 0)
    return LOFI_BAD_SHAPE;
  if (!lofi_matrix_is_finite (k))
    return LOFI_NOT_FINITE;
  Kernel kernel;
  LofiStatus status = kernel_init (&kernel, sigma, row_variances, k->rows, column_variances, k->cols, watch);
  if (status == LOFI_OK)
    status = kernel_rows (&kernel, k, false, watch);
  kernel_clear (&kernel);
  return status;
}

LofiStatus
lofi_kernel_diagonal (const LofiSigma *sigma, double *variances, size_t count)
{
  Kernel kernel;
  LofiStatus status = kernel_init (&kernel, sigma, variances, count, variances, count, NULL);
  for (size_t i = 0; i < count && status == LOFI_OK; i++)
    {
      double value = variances[i];
      if (lofi_kernel_is_series (sigma))
        lofi_kernel_series_row (&kernel.row_series, i, &kernel.row_series, i, &value, 1);
      else
        closed_row (sigma->activation, value, &variances[i], &value, 1);
      variances[i] = value;
    }
  kernel_clear (&kernel);
  return status;
}

/* q_ii = |f_i|^2 / c^2 + s^2 */
static void
own_variances (const LofiMatrix *f, double share, double added, double *variances)
{
  for (size_t i = 0; i < f->rows; i++)
    variances[i] = share * cblas_ddot ((int) f->cols, f->data + i * f->stride, 1, f->data + i * f->stride, 1) + added;
}

/* K <- share F G^T + added, or its lower triangle and a little more, in blocks of rows. */
static LofiStatus
covariances (const LofiMatrix *f, const LofiMatrix *g, double share, double added, LofiMatrix *k, bool lower, const LofiWatch *watch)
{
  double each = 2.0 * (double) g->rows * (double) f->cols;
  size_t rows = (size_t) fmax (16.0, fmin (512.0, LOOK_FLOPS / each));
  for (size_t first = 0; first < f->rows; first += rows)
    {
      size_t count = lofi_smaller (rows, f->rows - first), columns = lower ? first + count : g->rows;
      cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (int) count, (int) columns, (int) f->cols, share, f->data + first * f->stride,
                   (int) f->stride, g->data, (int) g->stride, 0.0, k->data + first * k->stride, (int) k->stride);
      for (size_t i = first; i < first + count && added != 0.0; i++)
        for (size_t j = 0; j < columns; j++)
          k->data[i * k->stride + j] += added;
      lofi_watch_report (watch, (double) (first + count) / (double) f->rows);
      if (lofi_watch_stops (watch))
        return LOFI_STOPPED;
    }
  return LOFI_OK;
}

static LofiStatus
check (double scale, double bias, const LofiMatrix *f, const LofiMatrix *g, const LofiMatrix *k)
{
  if (f->rows == 0 || g->rows == 0 || f->cols == 0 || f->cols != g->cols || k->rows != f->rows || k->cols != g->rows
      || !lofi_matrix_fits_blas (f) || !lofi_matrix_fits_blas (g) || !lofi_matrix_fits_blas (k))
    return LOFI_BAD_SHAPE;
  double share = 1.0 / (scale * scale);
  if (!(scale > 0.0) || !(share > 0.0 && isfinite (share)) || !isfinite (bias * bias) || !lofi_matrix_is_finite (f)
      || !lofi_matrix_is_finite (g))
    return LOFI_NOT_FINITE;
  return LOFI_OK;
}

LofiStatus
lofi_kernel_matrix (const LofiSigma *sigma, double scale, double bias, const LofiMatrix *f, const LofiMatrix *g, LofiMatrix *k,
                    const LofiWatch *watch)
{
  LofiStatus status = check (scale, bias, f, g, k);
  if (status != LOFI_OK)
    return status;
  bool same = f->data == g->data && f->rows == g->rows && f->stride == g->stride;
  double share = 1.0 / (scale * scale), added = bias * bias;
  double *rows = lofi_doubles_new (f->rows), *columns = same ? rows : lofi_doubles_new (g->rows);
  Kernel kernel = { 0 };
  LofiWatchPart part;
  if (!rows || !columns)
    status = LOFI_NO_MEMORY;
  if (status == LOFI_OK)
    {
      own_variances (f, share, added, rows);
      if (!same)
        own_variances (g, share, added, columns);
      status = kernel_init (&kernel, sigma, rows, f->rows, columns, g->rows, watch);
    }
  if (status == LOFI_OK)
    status = covariances (f, g, share, added, k, same, lofi_watch_part (&part, watch, 0.0, 0.5));
  for (size_t i = 0; i < f->rows && same && status == LOFI_OK; i++)
    k->data[i * k->stride + i] = rows[i];    /* not another rounding of the same number */
  if (status == LOFI_OK)
    status = kernel_rows (&kernel, k, same, lofi_watch_part (&part, watch, 0.5, 1.0));
  if (status == LOFI_OK && same)
    lofi_matrix_mirror_lower (k);
  kernel_clear (&kernel);
  if (!same)
    free (columns);
  free (rows);
  return status;
}

void
lofi_kernel_symmetrise (const LofiMatrix *k, LofiMatrix *s)
{
  size_t n = k->rows;
  for (size_t i0 = 0; i0 < n; i0 += TILE)
    for (size_t j0 = 0; j0 <= i0; j0 += TILE)
      for (size_t i = i0; i < lofi_smaller (i0 + TILE, n); i++)
        for (size_t j = j0; j < lofi_smaller (j0 + TILE, i + 1); j++)
          s->data[i * s->stride + j] = 0.5 * (k->data[i * k->stride + j] + k->data[j * k->stride + i]);
}
