#include "lofi-ridge.h"
#include "lofi-eigen.h"
#include "lofi-math-private.h"

#include <cblas.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROWS 256                /* samples whose leave-one-out errors are computed together */
#define DOUBTFUL 1e-6           /* of the largest: eigenvalues of a Gram matrix below have lost digits, and are measured again */

/* What both forms come to. B is n x m, of B's columns all lie in the span of the centred features' left singular vectors.
 * primal: B = Fc V;  residual = y - sum b_j B_ij / (s_j^2 + a), one less leverage = 1 - 1/n - sum B_ij^2 / (s_j^2 + a).
 * dual:   B = U, an orthonormal basis of the complement of the constant vector; both are a times sums over the same
 *         denominators, and the a's cancel: residual / (1 - leverage) = sum b_j B_ij / (s_j^2 + a) / sum B_ij^2 / (s_j^2 + a).
 *         Nothing is subtracted, so an interpolating fit loses no digits. */
typedef struct {
  bool dual;
  size_t samples, features, directions;    /* n, p, m */
  LofiMatrix centred;       /* primal: n x p, Fc and then B; dual: n x p, row 0 unused, rows 1.. the rotated features */
  LofiMatrix basis;         /* primal: p x p, V; dual: n x (n - 1), U */
  double *squares;          /* m: s_j^2 */
  double *along;            /* m: b_j, what y has along direction j */
  double *mean;             /* p */
  double *y;                /* n: y less its mean; dual: rotated in rotated_y */
  double *rotated_y;        /* n, dual only */
  double mean_y;
} Problem;

void
lofi_penalty_grid (double low, double high, size_t count, double *penalties)
{
  double from = log10 (low), step = count > 1 ? (log10 (high) - from) / (double) (count - 1) : 0.0;
  for (size_t k = 0; k < count; k++)
    penalties[k] = k == 0 ? low : k + 1 == count ? high : pow (10.0, from + step * (double) k);
}

static void
problem_clear (Problem *problem)
{
  lofi_matrix_clear (&problem->centred);
  lofi_matrix_clear (&problem->basis);
  free (problem->squares);
  free (problem->along);
  free (problem->mean);
  free (problem->y);
  free (problem->rotated_y);
  *problem = (Problem) { 0 };
}

static LofiStatus
problem_init (Problem *problem, const LofiMatrix *features, const double *y)
{
  size_t n = features->rows, p = features->cols;
  bool dual = p + 1 >= n;
  size_t m = dual ? n - 1 : p;
  *problem = (Problem) { .dual = dual, .samples = n, .features = p, .directions = m };
  LofiStatus status = lofi_matrix_alloc (&problem->centred, n, p);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&problem->basis, dual ? n : p, m);
  problem->squares = calloc (m, sizeof (double));
  problem->along = calloc (m, sizeof (double));
  problem->mean = calloc (p, sizeof (double));
  problem->y = calloc (n, sizeof (double));
  problem->rotated_y = calloc (n, sizeof (double));
  if (status == LOFI_OK
      && (!problem->squares || !problem->along || !problem->mean || !problem->y || !problem->rotated_y))
    status = LOFI_NO_MEMORY;
  if (status != LOFI_OK)
    return status;

  for (size_t i = 0; i < n; i++)
    {
      problem->mean_y += y[i] / (double) n;
      for (size_t j = 0; j < p; j++)
        problem->mean[j] += features->data[i * features->stride + j];
    }
  for (size_t j = 0; j < p; j++)
    problem->mean[j] /= (double) n;
  for (size_t i = 0; i < n; i++)
    {
      problem->y[i] = y[i] - problem->mean_y;
      for (size_t j = 0; j < p; j++)
        problem->centred.data[i * p + j] = features->data[i * features->stride + j] - problem->mean[j];
    }
  return LOFI_OK;
}

/* Lower triangle of A^T A (of_columns) or A A^T, in pieces. */
static LofiStatus
gram (const LofiMatrix *a, bool of_columns, LofiMatrix *g, const LofiWatch *watch)
{
  size_t depth = of_columns ? a->rows : a->cols;
  for (size_t first = 0; first < depth; first += LOFI_PIECE_ROWS)
    {
      size_t count = lofi_smaller (LOFI_PIECE_ROWS, depth - first);
      cblas_dsyrk (CblasRowMajor, CblasLower, of_columns ? CblasTrans : CblasNoTrans, (int) g->rows, (int) count, 1.0,
                   a->data + (of_columns ? first * a->stride : first), (int) a->stride, first > 0 ? 1.0 : 0.0, g->data,
                   (int) g->stride);
      lofi_watch_report (watch, (double) (first + count) / (double) depth);
      if (lofi_watch_stops (watch))
        return LOFI_STOPPED;
    }
  return LOFI_OK;
}

/* Eigenvectors of the Gram matrix of `a` into vectors, its eigenvalues, clipped at zero, into problem->squares. */
static LofiStatus
decompose (Problem *problem, const LofiMatrix *a, bool of_columns, LofiMatrix *vectors, const LofiWatch *watch)
{
  size_t m = problem->directions;
  LofiMatrix g;
  LofiSpectrum spectrum = { 0 };
  LofiWatchPart part;
  LofiStatus status = lofi_matrix_alloc (&g, m, m);
  if (status == LOFI_OK)
    status = gram (a, of_columns, &g, lofi_watch_part (&part, watch, 0.0, 0.2));
  if (status == LOFI_OK)
    status = lofi_spectrum_init (&spectrum, &g, lofi_watch_part (&part, watch, 0.2, 0.6));
  lofi_matrix_clear (&g);
  if (status == LOFI_OK)
    status = lofi_spectrum_all (&spectrum, vectors, lofi_watch_part (&part, watch, 0.6, 1.0));
  for (size_t j = 0; j < m && status == LOFI_OK; j++)
    problem->squares[j] = fmax (spectrum.values[j], 0.0);
  lofi_spectrum_clear (&spectrum);
  return status;
}

/* primal: V, then B = Fc V over Fc, s_j^2 = ||B_j||^2 (exact for small ones too, unlike the Gram matrix's), b = B^T y. */
static LofiStatus
solve_primal (Problem *problem, const LofiWatch *watch)
{
  size_t n = problem->samples, p = problem->features;
  LofiWatchPart part;
  LofiStatus status = decompose (problem, &problem->centred, true, &problem->basis, lofi_watch_part (&part, watch, 0.0, 0.8));
  if (status != LOFI_OK)
    return status;
  LofiMatrix rows;
  status = lofi_matrix_alloc (&rows, lofi_smaller (ROWS, n), p);
  memset (problem->squares, 0, p * sizeof (double));
  for (size_t first = 0; first < n && status == LOFI_OK; first += ROWS)
    {
      LofiMatrix block = lofi_matrix_row_block (&problem->centred, first, lofi_smaller (ROWS, n - first));
      cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) block.rows, (int) p, (int) p, 1.0, block.data, (int) p,
                   problem->basis.data, (int) p, 0.0, rows.data, (int) p);
      for (size_t i = 0; i < block.rows; i++)
        {
          const double *from = rows.data + i * p;
          double *to = block.data + i * p, y = problem->y[first + i];
          for (size_t j = 0; j < p; j++)
            {
              to[j] = from[j];
              problem->squares[j] += from[j] * from[j];
              problem->along[j] += from[j] * y;
            }
        }
      lofi_watch_report (watch, 0.8 + 0.2 * (double) (first + block.rows) / (double) n);
      if (lofi_watch_stops (watch))
        status = LOFI_STOPPED;
    }
  lofi_matrix_clear (&rows);
  return status;
}

/* The reflection that takes the constant vector to the first axis: x - beta w (w^T x), w = 1 / sqrt(n) + e_0. Applied from the
 * left to a matrix of n rows; after it the first row of centred features is zero, and the others are a regression
 * without an intercept on n - 1 samples. */
static void
reflect (double *data, size_t n, size_t cols, double *product)
{
  double even = 1.0 / sqrt ((double) n), beta = 1.0 / (1.0 + even);
  for (size_t j = 0; j < cols; j++)
    product[j] = data[j];
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < cols; j++)
      product[j] += even * data[i * cols + j];
  for (size_t i = 0; i < n; i++)
    {
      double w = beta * (even + (i == 0 ? 1.0 : 0.0));
      for (size_t j = 0; j < cols; j++)
        data[i * cols + j] -= w * product[j];
    }
}

/* s_j^2 = ||F^T u_j||^2 again for the small ones, in blocks of directions: the Gram matrix knows them only to rounding of
 * the largest, and next to a small penalty that shows. squares ascend, so they come first. */
static LofiStatus
measure_small (Problem *problem, const LofiMatrix *features, const LofiMatrix *vectors, const LofiWatch *watch)
{
  size_t m = problem->directions, p = problem->features, small = 0;
  while (small < m && problem->squares[small] < DOUBTFUL * problem->squares[m - 1])
    small++;
  if (small == 0)
    return LOFI_OK;
  LofiMatrix images;
  LofiStatus status = lofi_matrix_alloc (&images, lofi_smaller (ROWS, small), p);
  for (size_t first = 0; first < small && status == LOFI_OK; first += ROWS)
    {
      size_t count = lofi_smaller (ROWS, small - first);
      cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, (int) count, (int) p, (int) m, 1.0, vectors->data + first,
                   (int) vectors->stride, features->data, (int) features->stride, 0.0, images.data, (int) p);
      for (size_t j = 0; j < count; j++)
        problem->squares[first + j] = cblas_ddot ((int) p, images.data + j * p, 1, images.data + j * p, 1);
      if (lofi_watch_stops (watch))
        status = LOFI_STOPPED;
    }
  lofi_matrix_clear (&images);
  return status;
}

/* dual: rotate, decompose the (n - 1) x (n - 1) Gram matrix of samples, rotate the vectors back for the leave-one-out. */
static LofiStatus
solve_dual (Problem *problem, const LofiWatch *watch)
{
  size_t n = problem->samples, p = problem->features, m = problem->directions;
  double *product = lofi_doubles_new (p > m ? p : m);
  if (!product)
    return LOFI_NO_MEMORY;
  reflect (problem->centred.data, n, p, product);
  memcpy (problem->rotated_y, problem->y, n * sizeof (double));
  reflect (problem->rotated_y, n, 1, product);

  LofiWatchPart part;
  LofiMatrix features = lofi_matrix_row_block (&problem->centred, 1, m), vectors = lofi_matrix_row_block (&problem->basis, 1, m);
  LofiStatus status = decompose (problem, &features, false, &vectors, lofi_watch_part (&part, watch, 0.0, 0.9));
  if (status == LOFI_OK)
    status = measure_small (problem, &features, &vectors, watch);
  if (status == LOFI_OK)
    {
      cblas_dgemv (CblasRowMajor, CblasTrans, (int) m, (int) m, 1.0, vectors.data, (int) vectors.stride, problem->rotated_y + 1, 1,
                   0.0, problem->along, 1);
      memset (problem->basis.data, 0, m * sizeof (double));
      reflect (problem->basis.data, n, m, product);
    }
  free (product);
  return status;
}

/* Work space of the leave-one-out: factors are m x count, the sums ROWS x count. */
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
sums_init (Sums *sums, const Problem *problem, const double *penalties, size_t count)
{
  size_t m = problem->directions, rows = lofi_smaller (ROWS, problem->samples);
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
add_errors (const Problem *problem, const Sums *sums, size_t first, size_t rows, size_t count, double *errors)
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
leave_one_out (const Problem *problem, const double *penalties, size_t count, double *curve, const LofiWatch *watch)
{
  Sums sums;
  size_t n = problem->samples;
  LofiStatus status = sums_init (&sums, problem, penalties, count);
  memset (curve, 0, count * sizeof (double));
  for (size_t first = 0; first < n && status == LOFI_OK; first += ROWS)
    {
      size_t rows = lofi_smaller (ROWS, n - first);
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

/* The weights at one penalty: V (b / (s^2 + a)) in the primal, F^T U (b / (s^2 + a)) with the rotated F and U in the dual. */
static LofiStatus
readout (const Problem *problem, double penalty, LofiRidge *ridge)
{
  size_t n = problem->samples, p = problem->features, m = problem->directions;
  double *factors = lofi_doubles_new (m + n);
  if (!factors)
    return LOFI_NO_MEMORY;
  for (size_t j = 0; j < m; j++)
    factors[j] = problem->along[j] / (problem->squares[j] + penalty);
  if (!problem->dual)
    cblas_dgemv (CblasRowMajor, CblasNoTrans, (int) p, (int) p, 1.0, problem->basis.data, (int) p, factors, 1, 0.0, ridge->weights, 1);
  else
    {
      /* F is kept rotated and U is not: U's combination is rotated to match (the reflection is its own inverse). */
      double *combination = factors + m, product;
      cblas_dgemv (CblasRowMajor, CblasNoTrans, (int) n, (int) m, 1.0, problem->basis.data, (int) m, factors, 1, 0.0, combination, 1);
      reflect (combination, n, 1, &product);
      cblas_dgemv (CblasRowMajor, CblasTrans, (int) m, (int) p, 1.0, problem->centred.data + p, (int) p, combination + 1, 1, 0.0,
                   ridge->weights, 1);
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
  Problem problem;
  LofiWatchPart part;
  double *curve = lofi_doubles_new (count);
  ridge->features = features->cols;
  ridge->weights = calloc (features->cols, sizeof (double));
  status = problem_init (&problem, features, y);
  if (!curve || !ridge->weights)
    status = LOFI_NO_MEMORY;
  if (status == LOFI_OK)
    {
      const LofiWatch *first = lofi_watch_part (&part, watch, 0.0, 0.8);
      status = problem.dual ? solve_dual (&problem, first) : solve_primal (&problem, first);
    }
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
  problem_clear (&problem);
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
    cblas_dgemv (CblasRowMajor, CblasNoTrans, (int) features->rows, (int) features->cols, 1.0, features->data, (int) features->stride,
                 ridge->weights, 1, 0.0, predictions, 1);
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
