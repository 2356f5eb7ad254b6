#include "lofi-ridge.h"
#include "lofi-math-private.h"
#include "lofi-ridge-private.h"

#include <cblas.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void
lofi_penalty_grid (double low, double high, size_t count, double *penalties)
{
  double from = log10 (low), step = count > 1 ? (log10 (high) - from) / (double) (count - 1) : 0.0;
  for (size_t k = 0; k < count; k++)
    penalties[k] = k == 0 ? low : k + 1 == count ? high : pow (10.0, from + step * (double) k);
}

/* Work space of the leave-one-out: factors are m x count, the sums LOFI_RIDGE_ROWS x count. */
typedef struct {
  LofiMatrix fit_factors, leverage_factors, fits, leverages, squared;
} Sums;

static void
sums_clear (Sums *sums)
{
  lofi_matrix_clear (&sums->fit_factors);
  lofi_matrix_clear (&sums->leverage_factors);
  lofi_matrix_clear (&sums->fits);
  lofi_matrix_clear (&sums->leverages);
  lofi_matrix_clear (&sums->squared);
}

static LofiStatus
sums_init (Sums *sums, const LofiRidgeProblem *problem, const double *penalties, size_t count)
{
  size_t m = problem->directions, rows = lofi_smaller (LOFI_RIDGE_ROWS, problem->samples);
  *sums = (Sums) { 0 };
  LofiStatus status = lofi_matrix_alloc (&sums->fit_factors, m, count);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&sums->leverage_factors, m, count);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&sums->fits, rows, count);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&sums->leverages, rows, count);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&sums->squared, rows, m);
  for (size_t j = 0; j < m && status == LOFI_OK; j++)
    for (size_t k = 0; k < count; k++)
      {
        double factor = 1.0 / (problem->squares[j] + penalties[k]);
        sums->leverage_factors.data[j * count + k] = factor;
        sums->fit_factors.data[j * count + k] = problem->along[j] * factor;
      }
  return status;
}

/* Adds the squared leave-one-out errors of the samples first .. first + rows - 1 to errors (count). */
static void
add_errors (const LofiRidgeProblem *problem, const Sums *sums, size_t first, size_t rows, size_t count, double *errors)
{
  size_t m = problem->directions;
  const double *b = (problem->dual ? problem->basis.data : problem->centred.data) + first * m;
  for (size_t i = 0; i < rows * m; i++)
    sums->squared.data[i] = b[i] * b[i];
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) rows, (int) count, (int) m, 1.0, b, (int) m, sums->fit_factors.data,
               (int) count, 0.0, sums->fits.data, (int) count);
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) rows, (int) count, (int) m, 1.0, sums->squared.data, (int) m,
               sums->leverage_factors.data, (int) count, 0.0, sums->leverages.data, (int) count);
  double free_share = 1.0 - 1.0 / (double) problem->samples;
  for (size_t i = 0; i < rows; i++)
    {
      const double *fit = sums->fits.data + i * count, *leverage = sums->leverages.data + i * count;
      double y = problem->y[first + i];
      for (size_t k = 0; k < count; k++)
        {
          double error = problem->dual ? fit[k] / leverage[k] : (y - fit[k]) / (free_share - leverage[k]);
          errors[k] += error * error;
        }
    }
}

static LofiStatus
leave_one_out (const LofiRidgeProblem *problem, const double *penalties, size_t count, double *curve, const LofiWatch *watch)
{
  Sums sums;
  size_t n = problem->samples;
  LofiStatus status = sums_init (&sums, problem, penalties, count);
  memset (curve, 0, count * sizeof (double));
  for (size_t first = 0; first < n && status == LOFI_OK; first += LOFI_RIDGE_ROWS)
    {
      size_t rows = lofi_smaller (LOFI_RIDGE_ROWS, n - first);
      add_errors (problem, &sums, first, rows, count, curve);
      lofi_watch_report (watch, (double) (first + rows) / (double) n);
      if (lofi_watch_stops (watch))
        status = LOFI_STOPPED;
    }
  for (size_t k = 0; k < count; k++)
    curve[k] /= (double) n;
  sums_clear (&sums);
  return status;
}

/* dual: w <- w + F^T U factors. F is kept rotated and U is not, so U's combination is rotated to match; work: n numbers. */
static void
add_directions (const LofiRidgeProblem *problem, const double *factors, double *work, double *weights)
{
  int n = (int) problem->samples, p = (int) problem->features, m = (int) problem->directions;
  double product;
  cblas_dgemv (CblasRowMajor, CblasNoTrans, n, m, 1.0, problem->basis.data, m, factors, 1, 0.0, work, 1);
  lofi_ridge_reflect (work, problem->samples, 1, &product);
  cblas_dgemv (CblasRowMajor, CblasTrans, m, p, 1.0, problem->centred.data + p, p, work + 1, 1, 1.0, weights, 1);
}

/* dual: along <- U^T (the fit of w), what the predictions have along each direction; work: n numbers. */
static void
measure_fit (const LofiRidgeProblem *problem, const double *weights, double *work, double *along)
{
  int n = (int) problem->samples, p = (int) problem->features, m = (int) problem->directions;
  double product;
  work[0] = 0.0;
  cblas_dgemv (CblasRowMajor, CblasNoTrans, m, p, 1.0, problem->centred.data + p, p, weights, 1, 0.0, work + 1, 1);
  lofi_ridge_reflect (work, problem->samples, 1, &product);
  cblas_dgemv (CblasRowMajor, CblasTrans, n, m, 1.0, problem->basis.data, m, work, 1, 0.0, along, 1);
}

/* The weights at one penalty: V (b / (s^2 + a)) in the primal, F^T U (b / (s^2 + a)) in the dual, there with two steps of
 * refinement: directions of small s bring rounding of the largest s with them, the fit shows it, and it is taken back.
 * A direction whose s is rounding of the largest adds nothing but that rounding, divided by the penalty: it is left out. */
static LofiStatus
readout (const LofiRidgeProblem *problem, double penalty, LofiRidge *ridge)
{
  size_t n = problem->samples, p = problem->features, m = problem->directions;
  double *factors = lofi_doubles_new (2 * m + n), *fit = factors + m, *work = fit + m;
  if (!factors)
    return LOFI_NO_MEMORY;
  double largest = 0.0, rounding = DBL_EPSILON * (double) (n > p ? n : p);
  for (size_t j = 0; j < m; j++)
    largest = fmax (largest, problem->squares[j]);
  double nothing = rounding * rounding * largest;
  for (size_t j = 0; j < m; j++)
    factors[j] = problem->squares[j] > nothing ? problem->along[j] / (problem->squares[j] + penalty) : 0.0;
  if (!problem->dual)
    cblas_dgemv (CblasRowMajor, CblasNoTrans, (int) p, (int) p, 1.0, problem->basis.data, (int) p, factors, 1, 0.0,
                 ridge->weights, 1);
  else
    add_directions (problem, factors, work, ridge->weights);
  for (int step = 0; step < 2 && problem->dual; step++)
    {
      measure_fit (problem, ridge->weights, work, fit);
      for (size_t j = 0; j < m; j++)
        {
          double s2 = problem->squares[j], missing = s2 * problem->along[j] / (s2 + penalty) - fit[j];
          factors[j] = s2 > nothing ? missing / (s2 + penalty) : 0.0;
        }
      add_directions (problem, factors, work, ridge->weights);
    }
  free (factors);
  ridge->penalty = penalty;
  ridge->intercept = problem->mean_y - cblas_ddot ((int) p, problem->mean, 1, ridge->weights, 1);
  return LOFI_OK;
}

/* The first of the smallest; a NaN never is. */
static size_t
smallest (const double *curve, size_t count)
{
  size_t best = 0;
  for (size_t k = 1; k < count; k++)
    if (curve[k] < curve[best] || (isnan (curve[best]) && !isnan (curve[k])))
      best = k;
  return best;
}

static LofiStatus
check (const LofiMatrix *features, const double *y, const double *penalties, size_t count)
{
  if (features->rows < 2 || features->cols == 0 || count == 0 || !lofi_matrix_fits_blas (features) || !lofi_fits_blas (count))
    return LOFI_BAD_SHAPE;
  LofiMatrix targets = { .data = (double *) y, .rows = 1, .cols = features->rows, .stride = features->rows };
  if (!lofi_matrix_is_finite (features) || !lofi_matrix_is_finite (&targets))
    return LOFI_NOT_FINITE;
  for (size_t k = 0; k < count; k++)
    if (!(penalties[k] > 0.0 && penalties[k] <= DBL_MAX))
      return LOFI_NOT_FINITE;
  return LOFI_OK;
}

LofiStatus
lofi_ridge_fit (LofiRidge *ridge, const LofiMatrix *features, const double *y, const double *penalties, size_t count,
                double *loo_curve, const LofiWatch *watch)
{
  *ridge = (LofiRidge) { 0 };
  LofiStatus status = check (features, y, penalties, count);
  if (status != LOFI_OK)
    return status;
  LofiRidgeProblem problem;
  LofiWatchPart part;
  double *curve = lofi_doubles_new (count);
  ridge->features = features->cols;
  ridge->weights = calloc (features->cols, sizeof (double));
  status = lofi_ridge_problem_init (&problem, features, y);
  if (!curve || !ridge->weights)
    status = LOFI_NO_MEMORY;
  if (status == LOFI_OK)
    status = lofi_ridge_problem_solve (&problem, lofi_watch_part (&part, watch, 0.0, 0.8));
  if (status == LOFI_OK)
    status = leave_one_out (&problem, penalties, count, curve, lofi_watch_part (&part, watch, 0.8, 1.0));
  if (status == LOFI_OK)
    {
      size_t best = smallest (curve, count);
      ridge->loo_mse = curve[best];
      status = readout (&problem, penalties[best], ridge);
      if (loo_curve)
        memcpy (loo_curve, curve, count * sizeof (double));
    }
  lofi_ridge_problem_clear (&problem);
  free (curve);
  if (status != LOFI_OK)
    lofi_ridge_clear (ridge);
  return status;
}

void
lofi_ridge_clear (LofiRidge *ridge)
{
  free (ridge->weights);
  *ridge = (LofiRidge) { 0 };
}

LofiStatus
lofi_ridge_predict (const LofiRidge *ridge, const LofiMatrix *features, double *predictions)
{
  if (features->cols != ridge->features || !ridge->weights || !lofi_matrix_fits_blas (features))
    return LOFI_BAD_SHAPE;
  if (features->rows > 0)
    cblas_dgemv (CblasRowMajor, CblasNoTrans, (int) features->rows, (int) features->cols, 1.0, features->data,
                 (int) features->stride, ridge->weights, 1, 0.0, predictions, 1);
  for (size_t i = 0; i < features->rows; i++)
    predictions[i] += ridge->intercept;
  return LOFI_OK;
}

void
lofi_scores (const double *predictions, const double *y, size_t count, LofiScores *scores)
{
  *scores = (LofiScores) { 0 };
  if (count == 0)
    return;
  double n = (double) count, squares = 0.0, wrong = 0.0;
  for (size_t i = 0; i < count; i++)
    {
      double r = predictions[i] - y[i];
      squares += r * r;
      wrong += (predictions[i] >= 0.0) != (y[i] >= 0.0) ? 1.0 : 0.0;
    }
  scores->mse = squares / n;
  scores->error = wrong / n;
  if (count < 2)
    return;
  double spread = 0.0;
  for (size_t i = 0; i < count; i++)
    {
      double r = predictions[i] - y[i], away = r * r - scores->mse;
      spread += away * away;
    }
  scores->mse_sem = sqrt (spread / (n - 1.0) / n);
  scores->error_sem = sqrt (scores->error * (1.0 - scores->error) / (n - 1.0));
}
