/* The centred kernel has the constant vector in its null space. A reflection takes that vector to the first axis, and what remains, of
 * order n - 1, is decomposed: H K_c H = 0 + U' diag(mu) U'^T. The rows of U = H (0; U') then have the norm 1 - 1/n that leave-one-out needs, and
 *   residual_i / (1 - leverage_i) = sum_j b_j U_ij / (mu_j + a)  /  sum_j U_ij^2 / (mu_j + a),   b = U^T y,
 * a quotient in which nothing is subtracted, so that an interpolating fit loses no digits. */
#include "lofi-kernel.h"
#include "lofi-kernel-private.h"
#include "lofi-math-private.h"

#include <cblas.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROWS 256            /* samples, and */
#define PENALTIES 512       /* penalties, worked on together */

typedef struct {
  size_t samples, directions;   /* n, n - 1 */
  LofiMatrix basis;             /* U, n x (n - 1) */
  double *values;               /* n - 1: mu, not below 0 */
  double *along;                /* n - 1: b */
} Problem;

static void
problem_clear (Problem *problem)
{
  lofi_matrix_clear (&problem->basis);
  free (problem->values);
  free (problem->along);
  *problem = (Problem) { 0 };
}

/* row_means and mean of the symmetric S (lower triangle). */
static void
take_means (const LofiMatrix *s, LofiKernelRidge *ridge)
{
  size_t n = s->rows;
  for (size_t i = 0; i < n; i++)
    {
      const double *row = s->data + i * s->stride;
      double sum = row[i];
      for (size_t j = 0; j < i; j++)
        {
          sum += row[j];
          ridge->row_means[j] += row[j];
        }
      ridge->row_means[i] += sum;
    }
  double total = 0.0;
  for (size_t i = 0; i < n; i++)
    {
      ridge->row_means[i] /= (double) n;
      total += ridge->row_means[i];
    }
  ridge->mean = total / (double) n;
}

/* S, centred, becomes H S H (lower triangle), H = I - beta w w^T with w = 1 / sqrt(n) + e_0. Centred, it maps the constant vector to 0 and
 * so w to its own first column. */
static LofiStatus
centre_and_reflect (LofiMatrix *s, const LofiKernelRidge *ridge)
{
  size_t n = s->rows;
  double flat = 1.0 / sqrt ((double) n), beta = 1.0 / (1.0 + flat);
  double *z = lofi_doubles_new (n);
  if (!z)
    return LOFI_NO_MEMORY;
  for (size_t i = 0; i < n; i++)
    {
      double *row = s->data + i * s->stride;
      for (size_t j = 0; j <= i; j++)
        row[j] -= ridge->row_means[i] + ridge->row_means[j] - ridge->mean;
      z[i] = beta * row[0];
    }
  double across = 0.5 * beta * z[0];    /* (beta / 2) w^T z: the first column adds up to 0 */
  for (size_t i = 0; i < n; i++)
    z[i] -= across * (flat + (i == 0 ? 1.0 : 0.0));
  for (size_t i = 1; i < n; i++)
    {
      double *row = s->data + i * s->stride;
      for (size_t j = 1; j <= i; j++)
        row[j] -= flat * (z[i] + z[j]);
    }
  free (z);
  return LOFI_OK;
}

/* Rows 1 .. n - 1 of the basis hold U': U = H (0; U'). */
static LofiStatus
reflect_basis (LofiMatrix *basis)
{
  size_t n = basis->rows, m = basis->cols;
  double flat = 1.0 / sqrt ((double) n), beta = 1.0 / (1.0 + flat);
  double *sums = calloc (m, sizeof (double));
  if (!sums)
    return LOFI_NO_MEMORY;
  for (size_t i = 1; i < n; i++)
    for (size_t j = 0; j < m; j++)
      sums[j] += basis->data[i * m + j];
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < m; j++)
      basis->data[i * m + j] = (i == 0 ? 0.0 : basis->data[i * m + j]) - beta * flat * (flat + (i == 0 ? 1.0 : 0.0)) * sums[j];
  free (sums);
  return LOFI_OK;
}

/* Everything but the penalties; y less its mean. */
static LofiStatus
solve (Problem *problem, LofiKernelRidge *ridge, const LofiMatrix *gram, const double *y, const LofiWatch *watch)
{
  size_t n = gram->rows, m = n - 1;
  LofiMatrix s;
  LofiSpectrum spectrum = { 0 };
  LofiWatchPart part;
  *problem = (Problem) { .samples = n, .directions = m };
  LofiStatus status = lofi_matrix_alloc (&s, n, n);
  problem->values = calloc (m, sizeof (double));
  problem->along = calloc (m, sizeof (double));
  if (status == LOFI_OK && (!problem->values || !problem->along))
    status = LOFI_NO_MEMORY;
  if (status == LOFI_OK)
    {
      lofi_kernel_symmetrise (gram, &s);
      take_means (&s, ridge);
      status = centre_and_reflect (&s, ridge);
    }
  if (status == LOFI_OK)
    {
      LofiMatrix rest = { .data = s.data + n + 1, .rows = m, .cols = m, .stride = n };
      status = lofi_spectrum_init (&spectrum, &rest, lofi_watch_part (&part, watch, 0.0, 0.5));
    }
  lofi_matrix_clear (&s);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&problem->basis, n, m);
  if (status == LOFI_OK)
    {
      LofiMatrix rest = lofi_matrix_row_block (&problem->basis, 1, m);
      status = lofi_spectrum_all (&spectrum, &rest, lofi_watch_part (&part, watch, 0.5, 1.0));
    }
  if (status == LOFI_OK)
    status = reflect_basis (&problem->basis);
  for (size_t j = 0; j < m && status == LOFI_OK; j++)
    problem->values[j] = fmax (spectrum.values[j], 0.0);
  if (status == LOFI_OK)
    cblas_dgemv (CblasRowMajor, CblasTrans, (int) n, (int) m, 1.0, problem->basis.data, (int) m, y, 1, 0.0, problem->along, 1);
  lofi_spectrum_clear (&spectrum);
  return status;
}

/* Work space of the leave-one-out: factors m x count, sums ROWS x count. */
typedef struct {
  LofiMatrix residual_factors, leverage_factors, residuals, leverages, squared;
} Sums;

static LofiStatus
sums_init (Sums *sums, size_t directions, size_t rows, size_t count)
{
  *sums = (Sums) { 0 };
  LofiStatus status = lofi_matrix_alloc (&sums->residual_factors, directions, count);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&sums->leverage_factors, directions, count);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&sums->residuals, rows, count);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&sums->leverages, rows, count);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&sums->squared, rows, directions);
  return status;
}

static void
sums_clear (Sums *sums)
{
  lofi_matrix_clear (&sums->residual_factors);
  lofi_matrix_clear (&sums->leverage_factors);
  lofi_matrix_clear (&sums->residuals);
  lofi_matrix_clear (&sums->leverages);
  lofi_matrix_clear (&sums->squared);
}

/* curve[k] += the squared leave-one-out errors of the samples first .. first + rows - 1 */
static void
add_errors (const Problem *problem, Sums *sums, size_t first, size_t rows, size_t count, double *curve)
{
  size_t m = problem->directions, width = sums->residuals.cols;
  const double *u = problem->basis.data + first * m;
  for (size_t i = 0; i < rows * m; i++)
    sums->squared.data[i] = u[i] * u[i];
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) rows, (int) count, (int) m, 1.0, u, (int) m, sums->residual_factors.data,
               (int) width, 0.0, sums->residuals.data, (int) width);
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) rows, (int) count, (int) m, 1.0, sums->squared.data, (int) m,
               sums->leverage_factors.data, (int) width, 0.0, sums->leverages.data, (int) width);
  for (size_t i = 0; i < rows; i++)
    for (size_t k = 0; k < count; k++)
      {
        double error = sums->residuals.data[i * width + k] / sums->leverages.data[i * width + k];
        curve[k] += error * error;
      }
}

/* The factors of `count` penalties, and with them all samples. */
static LofiStatus
leave_one_out_some (const Problem *problem, Sums *sums, const double *penalties, size_t count, double *curve, const LofiWatch *watch)
{
  size_t n = problem->samples, width = sums->residuals.cols;
  LofiStatus status = LOFI_OK;
  for (size_t j = 0; j < problem->directions; j++)
    for (size_t k = 0; k < count; k++)
      {
        double factor = 1.0 / (problem->values[j] + penalties[k]);
        sums->leverage_factors.data[j * width + k] = factor;
        sums->residual_factors.data[j * width + k] = problem->along[j] * factor;
      }
  memset (curve, 0, count * sizeof (double));
  for (size_t first = 0; first < n && status == LOFI_OK; first += ROWS)
    {
      size_t rows = lofi_smaller (ROWS, n - first);
      add_errors (problem, sums, first, rows, count, curve);
      lofi_watch_report (watch, (double) (first + rows) / (double) n);
      if (lofi_watch_stops (watch))
        status = LOFI_STOPPED;
    }
  for (size_t k = 0; k < count; k++)
    curve[k] /= (double) n;
  return status;
}

static LofiStatus
leave_one_out (const Problem *problem, const double *penalties, size_t count, double *curve, const LofiWatch *watch)
{
  Sums sums;
  LofiStatus status = sums_init (&sums, problem->directions, lofi_smaller (ROWS, problem->samples), lofi_smaller (PENALTIES, count));
  for (size_t first = 0; first < count && status == LOFI_OK; first += PENALTIES)
    {
      size_t some = lofi_smaller (PENALTIES, count - first);
      LofiWatchPart part;
      status = leave_one_out_some (problem, &sums, penalties + first, some, curve + first,
                                   lofi_watch_part (&part, watch, (double) first / (double) count, (double) (first + some) / (double) count));
    }
  sums_clear (&sums);
  return status;
}

/* The first of the smallest; a NaN never is. dual = U (b / (mu + a)). */
static void
choose (const Problem *problem, const double *penalties, const double *curve, size_t count, LofiKernelRidge *ridge)
{
  size_t best = 0, m = problem->directions;
  for (size_t k = 1; k < count; k++)
    if (curve[k] < curve[best] || (isnan (curve[best]) && !isnan (curve[k])))
      best = k;
  ridge->penalty = penalties[best];
  ridge->loo_mse = curve[best];
  for (size_t j = 0; j < m; j++)
    problem->along[j] /= problem->values[j] + penalties[best];
  cblas_dgemv (CblasRowMajor, CblasNoTrans, (int) problem->samples, (int) m, 1.0, problem->basis.data, (int) m, problem->along, 1, 0.0,
               ridge->dual, 1);
}

static LofiStatus
check (const LofiMatrix *gram, const double *y, const double *penalties, size_t count)
{
  size_t n = gram->rows;
  if (n < 2 || gram->cols != n || count == 0 || !lofi_matrix_fits_blas (gram))
    return LOFI_BAD_SHAPE;
  LofiMatrix targets = { .data = (double *) y, .rows = 1, .cols = n, .stride = n };
  if (!lofi_matrix_is_finite (gram) || !lofi_matrix_is_finite (&targets))
    return LOFI_NOT_FINITE;
  for (size_t k = 0; k < count; k++)
    if (!(penalties[k] > 0.0 && penalties[k] <= DBL_MAX))
      return LOFI_NOT_FINITE;
  return LOFI_OK;
}

LofiStatus
lofi_kernel_ridge_fit (LofiKernelRidge *ridge, const LofiMatrix *gram, const double *y, const double *penalties, size_t count,
                       double *loo_curve, const LofiWatch *watch)
{
  *ridge = (LofiKernelRidge) { 0 };
  LofiStatus status = check (gram, y, penalties, count);
  if (status != LOFI_OK)
    return status;
  size_t n = gram->rows;
  Problem problem = { 0 };
  LofiWatchPart part;
  double *curve = lofi_doubles_new (count), *centred = lofi_doubles_new (n);
  ridge->samples = n;
  ridge->dual = calloc (n, sizeof (double));
  ridge->row_means = calloc (n, sizeof (double));
  if (!curve || !centred || !ridge->dual || !ridge->row_means)
    status = LOFI_NO_MEMORY;
  if (status == LOFI_OK)
    {
      for (size_t i = 0; i < n; i++)
        ridge->intercept += y[i] / (double) n;
      for (size_t i = 0; i < n; i++)
        centred[i] = y[i] - ridge->intercept;
      status = solve (&problem, ridge, gram, centred, lofi_watch_part (&part, watch, 0.0, 0.8));
    }
  if (status == LOFI_OK)
    status = leave_one_out (&problem, penalties, count, curve, lofi_watch_part (&part, watch, 0.8, 1.0));
  if (status == LOFI_OK)
    {
      choose (&problem, penalties, curve, count, ridge);
      if (loo_curve)
        memcpy (loo_curve, curve, count * sizeof (double));
    }
  problem_clear (&problem);
  free (centred);
  free (curve);
  if (status != LOFI_OK)
    lofi_kernel_ridge_clear (ridge);
  return status;
}

void
lofi_kernel_ridge_clear (LofiKernelRidge *ridge)
{
  free (ridge->dual);
  free (ridge->row_means);
  *ridge = (LofiKernelRidge) { 0 };
}

LofiStatus
lofi_kernel_ridge_predict (const LofiKernelRidge *ridge, const LofiMatrix *cross, double *predictions)
{
  size_t n = ridge->samples;
  if (n == 0 || cross->cols != n)
    return LOFI_BAD_SHAPE;
  for (size_t i = 0; i < cross->rows; i++)
    {
      const double *row = cross->data + i * cross->stride;
      double mean = 0.0, sum = 0.0;
      for (size_t j = 0; j < n; j++)
        mean += row[j];
      mean = mean / (double) n - ridge->mean;
      for (size_t j = 0; j < n; j++)
        sum += (row[j] - ridge->row_means[j] - mean) * ridge->dual[j];
      predictions[i] = sum + ridge->intercept;
    }
  return LOFI_OK;
}
