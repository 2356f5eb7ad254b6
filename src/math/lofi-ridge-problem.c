#include "lofi-ridge-form-private.h"
#include "lofi-eigen.h"
#include "lofi-math-private.h"
#include "lofi-tridiagonal-private.h"

#include <cblas.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DOUBTFUL 1e-6           /* of the largest: eigenvalues of a Gram matrix below have lost digits, and are found again */

void
lofi_ridge_problem_clear (LofiRidgeProblem *problem)
{
  lofi_matrix_clear (&problem->centred);
  lofi_matrix_clear (&problem->basis);
  free (problem->squares);
  free (problem->along);
  free (problem->mean);
  free (problem->y);
  free (problem->rotated_y);
  *problem = (LofiRidgeProblem) { 0 };
}

/* Centred copies of the features and of y. */
static LofiStatus
fill (LofiRidgeProblem *problem, const LofiRidgeForm *form, const LofiWatch *watch)
{
  size_t n = problem->samples, p = problem->features, m = problem->directions;
  LofiStatus status = lofi_matrix_alloc (&problem->centred, n, p);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&problem->basis, problem->dual ? n : p, m);
  problem->squares = calloc (m, sizeof (double));
  problem->along = calloc (m, sizeof (double));
  problem->mean = calloc (p, sizeof (double));
  problem->y = calloc (n, sizeof (double));
  problem->rotated_y = calloc (n, sizeof (double));
  if (status == LOFI_OK
      && (!problem->squares || !problem->along || !problem->mean || !problem->y || !problem->rotated_y))
    status = LOFI_NO_MEMORY;
  for (size_t first = 0; first < n && status == LOFI_OK; first += LOFI_RIDGE_ROWS)
    {
      LofiMatrix rows = lofi_matrix_row_block (&problem->centred, first, lofi_smaller (LOFI_RIDGE_ROWS, n - first));
      status = lofi_ridge_fetch (form, first, &rows, watch);
      if (status == LOFI_OK && lofi_watch_stops (watch))
        status = LOFI_STOPPED;
    }
  if (status != LOFI_OK)
    return status;
  memcpy (problem->y, form->y, n * sizeof (double));
  problem->mean_y = form->mean_y;
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < p; j++)
      problem->mean[j] += problem->centred.data[i * p + j];
  for (size_t j = 0; j < p; j++)
    problem->mean[j] /= (double) n;
  lofi_ridge_subtract (&problem->centred, problem->mean);
  return LOFI_OK;
}

/* Eigenvectors of the form's Gram matrix into vectors, its eigenvalues, clipped at zero, into problem->squares. */
static LofiStatus
decompose (LofiRidgeProblem *problem, const LofiRidgeForm *form, LofiMatrix *vectors, const LofiWatch *watch)
{
  size_t m = problem->directions;
  LofiTridiagonal t = { .order = m, .diagonal = form->diagonal, .off_diagonal = form->off_diagonal };
  LofiSpectrum spectrum = { .order = m, .reflectors = form->reflectors, .diagonal = form->diagonal,
                            .off_diagonal = form->off_diagonal, .tau = form->tau };
  LofiStatus status = lofi_tridiagonal_values (&t, problem->squares);
  if (status == LOFI_OK)
    status = lofi_spectrum_all (&spectrum, vectors, watch);
  for (size_t j = 0; j < m; j++)
    problem->squares[j] = fmax (problem->squares[j], 0.0);
  return status;
}

/* Lower triangle of the Gram matrix of what A, or A^T, makes of the first g->rows vectors; a piece of it at a time. */
static LofiStatus
gram_of_images (const LofiMatrix *a, bool of_columns, const LofiMatrix *vectors, LofiMatrix *g, const LofiWatch *watch)
{
  size_t depth = of_columns ? a->rows : a->cols;
  int small = (int) g->rows, side = (int) vectors->rows, ld = (int) a->stride;
  LofiMatrix image;    /* piece x small, or small x piece */
  LofiStatus status = lofi_ridge_matrix_new (&image, g->rows, lofi_smaller (LOFI_RIDGE_ROWS, depth));
  for (size_t first = 0; first < depth && status == LOFI_OK; first += LOFI_RIDGE_ROWS)
    {
      int count = (int) lofi_smaller (LOFI_RIDGE_ROWS, depth - first);
      if (of_columns)
        cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, count, small, side, 1.0, a->data + first * a->stride, ld, vectors->data,
                     (int) vectors->stride, 0.0, image.data, small);
      else
        cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, small, count, side, 1.0, vectors->data, (int) vectors->stride,
                     a->data + first, ld, 0.0, image.data, count);
      cblas_dsyrk (CblasRowMajor, CblasLower, of_columns ? CblasTrans : CblasNoTrans, small, count, 1.0, image.data,
                   of_columns ? small : count, first > 0 ? 1.0 : 0.0, g->data, small);
      lofi_watch_report (watch, (double) (first + (size_t) count) / (double) depth);
      if (lofi_watch_stops (watch))
        status = LOFI_STOPPED;
    }
  lofi_matrix_clear (&image);
  return status;
}

/* The first columns of vectors (m x count) times W (count x count), in place, a block of rows at a time. */
static LofiStatus
turn_vectors (LofiMatrix *vectors, const LofiMatrix *w)
{
  int count = (int) w->rows;
  LofiMatrix turned;
  LofiStatus status = lofi_matrix_alloc (&turned, lofi_smaller (LOFI_RIDGE_ROWS, vectors->rows), w->rows);
  for (size_t first = 0; first < vectors->rows && status == LOFI_OK; first += LOFI_RIDGE_ROWS)
    {
      LofiMatrix rows = lofi_matrix_row_block (vectors, first, lofi_smaller (LOFI_RIDGE_ROWS, vectors->rows - first));
      cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) rows.rows, count, count, 1.0, rows.data, (int) rows.stride,
                   w->data, count, 0.0, turned.data, count);
      for (size_t i = 0; i < rows.rows; i++)
        memcpy (rows.data + i * rows.stride, turned.data + i * turned.stride, w->rows * sizeof (double));
    }
  lofi_matrix_clear (&turned);
  return status;
}

/* The Gram matrix of the first `small` directions' images, formed anew, is small itself, so that its rounding is too: its
 * eigenvectors are the directions again, with digits that the whole Gram matrix did not have. */
static LofiStatus
refine_small (LofiRidgeProblem *problem, const LofiMatrix *a, bool of_columns, LofiMatrix *vectors, size_t small,
              const LofiWatch *watch)
{
  LofiMatrix g, w = { 0 };
  LofiSpectrum spectrum = { 0 };
  LofiWatchPart part;
  LofiStatus status = lofi_matrix_alloc (&g, small, small);
  if (status == LOFI_OK)
    status = gram_of_images (a, of_columns, vectors, &g, lofi_watch_part (&part, watch, 0.0, 0.5));
  if (status == LOFI_OK)
    status = lofi_spectrum_init (&spectrum, &g, lofi_watch_part (&part, watch, 0.5, 0.8));
  lofi_matrix_clear (&g);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&w, small, small);
  if (status == LOFI_OK)
    status = lofi_spectrum_all (&spectrum, &w, lofi_watch_part (&part, watch, 0.8, 1.0));
  if (status == LOFI_OK)
    status = turn_vectors (vectors, &w);
  for (size_t j = 0; j < small && status == LOFI_OK; j++)
    problem->squares[j] = fmax (spectrum.values[j], 0.0);
  lofi_spectrum_clear (&spectrum);
  lofi_matrix_clear (&w);
  return status;
}

/* A Gram matrix knows its eigenpairs only to rounding of the largest, and next to a small penalty that shows. The doubtful ones
 * (they come first) are found again among themselves, then the doubtful ones of these, down to s_j that are rounding of
 * the largest s: six decades a round. Well scaled features need none. */
static LofiStatus
refine (LofiRidgeProblem *problem, const LofiMatrix *a, bool of_columns, LofiMatrix *vectors, const LofiWatch *watch)
{
  size_t group = problem->directions;
  double nothing = DBL_EPSILON * DBL_EPSILON * problem->squares[group - 1];
  LofiWatchPart part;
  while (problem->squares[group - 1] > nothing)
    {
      size_t small = 0;
      while (small < group && problem->squares[small] < DOUBTFUL * problem->squares[group - 1])
        small++;
      if (small == 0)
        break;
      LofiStatus status = refine_small (problem, a, of_columns, vectors, small, lofi_watch_part (&part, watch, 0.0, 1.0));
      if (status != LOFI_OK)
        return status;
      group = small;
    }
  return LOFI_OK;
}

/* primal: V, then B = Fc V over Fc, s_j^2 = ||B_j||^2, b = B^T y. */
static LofiStatus
solve_primal (LofiRidgeProblem *problem, const LofiWatch *watch)
{
  size_t n = problem->samples, p = problem->features;
  LofiWatchPart part;
  LofiStatus status = refine (problem, &problem->centred, true, &problem->basis, lofi_watch_part (&part, watch, 0.0, 0.5));
  if (status != LOFI_OK)
    return status;
  LofiMatrix rows;
  status = lofi_matrix_alloc (&rows, lofi_smaller (LOFI_RIDGE_ROWS, n), p);
  memset (problem->squares, 0, p * sizeof (double));
  for (size_t first = 0; first < n && status == LOFI_OK; first += LOFI_RIDGE_ROWS)
    {
      LofiMatrix block = lofi_matrix_row_block (&problem->centred, first, lofi_smaller (LOFI_RIDGE_ROWS, n - first));
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
      lofi_watch_report (watch, 0.5 + 0.5 * (double) (first + block.rows) / (double) n);
      if (lofi_watch_stops (watch))
        status = LOFI_STOPPED;
    }
  lofi_matrix_clear (&rows);
  return status;
}

void
lofi_ridge_reflect (double *data, size_t n, size_t cols, double *product)
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

/* dual: after the reflection the first row of the centred features is zero, and the others are a regression without an
 * intercept on n - 1 samples, whose Gram matrix is decomposed; the vectors are rotated back for the leave-one-out. */
static LofiStatus
solve_dual (LofiRidgeProblem *problem, const LofiWatch *watch)
{
  size_t n = problem->samples, p = problem->features, m = problem->directions;
  double *product = lofi_doubles_new (p > m ? p : m);
  if (!product)
    return LOFI_NO_MEMORY;
  lofi_ridge_reflect (problem->centred.data, n, p, product);
  memcpy (problem->rotated_y, problem->y, n * sizeof (double));
  lofi_ridge_reflect (problem->rotated_y, n, 1, product);

  LofiMatrix features = lofi_matrix_row_block (&problem->centred, 1, m), vectors = lofi_matrix_row_block (&problem->basis, 1, m);
  LofiStatus status = refine (problem, &features, false, &vectors, watch);
  if (status == LOFI_OK)
    {
      cblas_dgemv (CblasRowMajor, CblasTrans, (int) m, (int) m, 1.0, vectors.data, (int) vectors.stride, problem->rotated_y + 1, 1,
                   0.0, problem->along, 1);
      memset (problem->basis.data, 0, m * sizeof (double));
      lofi_ridge_reflect (problem->basis.data, n, m, product);
    }
  free (product);
  return status;
}

LofiStatus
lofi_ridge_problem_init (LofiRidgeProblem *problem, LofiRidgeForm *form, const LofiWatch *watch)
{
  *problem = (LofiRidgeProblem) { .dual = form->dual, .samples = form->samples, .features = form->features,
                                  .directions = form->directions };
  lofi_matrix_clear (&form->centred);
  lofi_matrix_clear (&form->basis);
  LofiWatchPart part;
  LofiStatus status = fill (problem, form, lofi_watch_part (&part, watch, 0.0, 0.2));
  LofiMatrix vectors = problem->dual ? lofi_matrix_row_block (&problem->basis, 1, problem->directions) : problem->basis;
  if (status == LOFI_OK)
    status = decompose (problem, form, &vectors, lofi_watch_part (&part, watch, 0.2, 0.5));
  lofi_ridge_form_clear (form);
  if (status == LOFI_OK)
    status = (problem->dual ? solve_dual : solve_primal) (problem, lofi_watch_part (&part, watch, 0.5, 1.0));
  return status;
}

LofiStatus
lofi_ridge_problem_errors (const LofiRidgeProblem *problem, const double *penalties, size_t count, double *errors,
                           double *slack, const LofiWatch *watch)
{
  LofiRidgeSystem system = { .dual = problem->dual, .samples = problem->samples, .directions = problem->directions,
                             .diagonal = problem->squares, .along = problem->along, .y = problem->y };
  const LofiMatrix *b = problem->dual ? &problem->basis : &problem->centred;
  LofiRidgeSums sums;
  LofiStatus status = lofi_ridge_sums_init (&sums, &system, penalties, NULL, count);
  for (size_t first = 0; first < b->rows && status == LOFI_OK; first += LOFI_RIDGE_ROWS)
    {
      LofiMatrix rows = lofi_matrix_row_block (b, first, lofi_smaller (LOFI_RIDGE_ROWS, b->rows - first));
      lofi_ridge_sums_add (&sums, &system, &rows, first);
      lofi_watch_report (watch, (double) (first + rows.rows) / (double) b->rows);
      if (lofi_watch_stops (watch))
        status = LOFI_STOPPED;
    }
  for (size_t k = 0; k < count && status == LOFI_OK; k++)
    {
      errors[k] = sums.errors[k] / (double) problem->samples;
      slack[k] = sums.slack[k];
    }
  lofi_ridge_sums_clear (&sums);
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
LofiStatus
lofi_ridge_problem_readout (const LofiRidgeProblem *problem, double penalty, LofiRidge *ridge)
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
