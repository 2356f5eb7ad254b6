#include "lofi-ridge-form-private.h"
#include "lofi-eigen.h"
#include "lofi-math-private.h"
#include "lofi-tridiagonal-private.h"

#include <cblas.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NOTHING (64.0 * DBL_EPSILON)    /* of the largest: eigenvalues of T below are zeros as far as anyone can tell */
#define ROUNDING (4.0 * DBL_EPSILON)    /* of the largest: what T is wrong by */

void
lofi_ridge_form_clear (LofiRidgeForm *form)
{
  free (form->y);
  free (form->mean);
  free (form->right);
  lofi_matrix_clear (&form->reflectors);
  free (form->diagonal);
  free (form->triangles);
  lofi_matrix_clear (&form->centred);
  lofi_matrix_clear (&form->basis);
  lofi_ridge_single_clear (form);
  *form = (LofiRidgeForm) { 0 };
}

static LofiStatus
allocate (LofiRidgeForm *form)
{
  size_t m = form->directions;
  form->y = calloc (form->samples, sizeof (double));
  form->diagonal = m <= SIZE_MAX / 4 ? calloc (4 * m, sizeof (double)) : NULL;
  if (!form->y || !form->diagonal)
    return LOFI_NO_MEMORY;
  form->off_diagonal = form->diagonal + m;
  form->tau = form->off_diagonal + m;
  form->along = form->tau + m;
  return LOFI_OK;
}

/* Eigenvalues of T below x. */
static size_t
count_below (const LofiRidgeForm *form, double x)
{
  size_t below = 0;
  double pivot = 1.0, tiny = DBL_MIN + DBL_EPSILON * DBL_EPSILON * form->largest;
  for (size_t j = 0; j < form->directions; j++)
    {
      double e = j > 0 ? form->off_diagonal[j - 1] : 0.0;
      pivot = form->diagonal[j] - x - e * (e / pivot);
      if (fabs (pivot) < tiny)
        pivot = -tiny;
      below += pivot < 0.0;
    }
  return below;
}

/* Bounds the largest eigenvalue and finds the smallest above rounding, and whether there are others. */
static void
measure (LofiRidgeForm *form)
{
  size_t m = form->directions;
  form->largest = 0.0;
  for (size_t j = 0; j < m; j++)
    form->largest = fmax (form->largest, fabs (form->diagonal[j]) + (j > 0 ? fabs (form->off_diagonal[j - 1]) : 0.0)
                                         + (j + 1 < m ? fabs (form->off_diagonal[j]) : 0.0));
  form->nothing = NOTHING * form->largest;
  size_t zeros = count_below (form, form->nothing);
  form->deficient = zeros > 0;
  double low = form->nothing, high = form->largest;
  while (zeros < m && high > 1.1 * low)
    {
      double middle = sqrt (low * high);
      if (count_below (form, middle) > zeros)
        high = middle;
      else
        low = middle;
    }
  form->smallest = low;
}

/* The largest of s / (s + a)^2 over s from low to high. */
static double
steepest (double low, double high, double a)
{
  double s = fmin (fmax (a, low), high);
  return s / ((s + a) * (s + a));
}

/* First order in what T is wrong by: the primal sums have s_j^2 in their numerators, the dual ones have not. */
double
lofi_ridge_form_rounding (const LofiRidgeForm *form, double penalty)
{
  double wrong = ROUNDING * form->largest;
  if (form->largest == 0.0)
    return 0.0;
  if (form->dual)
    return wrong / (penalty + (form->deficient ? 0.0 : form->smallest));
  double steep = steepest (form->smallest, fmax (form->largest, form->smallest), penalty);
  if (form->deficient)
    steep = fmax (steep, steepest (0.0, form->nothing, penalty));
  return wrong * steep;
}

/* dual: B, whose first row belongs to the constant vector. */
static LofiStatus
expand_dual (LofiRidgeForm *form, const LofiWatch *watch)
{
  size_t n = form->samples, m = form->directions;
  LofiStatus status = lofi_ridge_matrix_new (&form->basis, n, m);
  if (status != LOFI_OK)
    return status;
  memset (form->basis.data, 0, m * sizeof (double));
  LofiMatrix q = lofi_matrix_row_block (&form->basis, 1, m);
  status = lofi_ridge_basis_expand (form, &q, watch);
  double *product = lofi_doubles_new (m);
  if (status == LOFI_OK && !product)
    status = LOFI_NO_MEMORY;
  if (status == LOFI_OK)
    {
      lofi_ridge_reflect (form->basis.data, n, m, product);
      cblas_dgemv (CblasRowMajor, CblasTrans, (int) n, (int) m, 1.0, form->basis.data, (int) m, form->y, 1, 0.0, form->along, 1);
      form->kept = true;
    }
  free (product);
  return status;
}

LofiStatus
lofi_ridge_form_init (LofiRidgeForm *form, const LofiRidgeRows *source, const double *y, bool keep, const LofiWatch *watch)
{
  size_t n = source->samples, p = source->features;
  bool dual = p + 1 >= n;
  *form = (LofiRidgeForm) { .source = *source, .source_y = y, .dual = dual, .keep = keep || dual, .samples = n, .features = p,
                            .directions = dual ? n - 1 : p };
  LofiStatus status = allocate (form);
  if (status != LOFI_OK)
    return status;
  for (size_t i = 0; i < n; i++)
    form->mean_y += y[i] / (double) n;
  for (size_t i = 0; i < n; i++)
    form->y[i] = y[i] - form->mean_y;
  form->scale_y = cblas_dnrm2 ((int) n, form->y, 1) / sqrt ((double) n);

  double m = (double) form->directions, depth = (double) (dual ? p : n), share = depth / (depth + 2.7 * m);
  LofiWatchPart part;
  status = lofi_ridge_form_gram (form, lofi_watch_part (&part, watch, 0.0, share));
  if (status == LOFI_OK)
    status = lofi_tridiagonal_reduce (&form->reflectors, form->diagonal, form->off_diagonal, form->tau,
                                      lofi_watch_part (&part, watch, share, 1.0));
  for (size_t j = 0; j < form->directions && status == LOFI_OK; j++)
    if (!isfinite (form->diagonal[j]) || (j + 1 < form->directions && !isfinite (form->off_diagonal[j])))
      status = LOFI_NOT_FINITE;    /* finite entries so large that their squares are not */
  if (status == LOFI_OK)
    measure (form);
  return status;
}

LofiStatus
lofi_ridge_form_settle (LofiRidgeForm *form, const LofiWatch *watch)
{
  LofiStatus status = lofi_ridge_basis_init (form);
  if (status != LOFI_OK)
    return status;
  if (form->dual)
    return expand_dual (form, watch);
  memcpy (form->along, form->right, form->features * sizeof (double));
  return lofi_ridge_basis_apply (form, true, form->along);
}

LofiRidgeSystem
lofi_ridge_form_system (const LofiRidgeForm *form)
{
  return (LofiRidgeSystem) { .dual = form->dual, .samples = form->samples, .directions = form->directions, .diagonal = form->diagonal,
                             .off_diagonal = form->explicit_basis ? NULL : form->off_diagonal, .along = form->along, .y = form->y,
                             .sizes = form->single ? form->sizes : NULL };
}

/* One pass over B: where a block of it is made, if it is not kept, and what for. */
typedef struct {
  LofiMatrix rows;          /* of the source, and then of B in double */
  LofiMatrixF single;
  double *work;
  float *work_single;
} Pass;

static void
pass_clear (Pass *pass)
{
  lofi_matrix_clear (&pass->rows);
  lofi_matrix_f_clear (&pass->single);
  free (pass->work);
  free (pass->work_single);
}

static LofiStatus
pass_init (Pass *pass, LofiRidgeForm *form)
{
  size_t n = form->samples, m = form->directions, count = lofi_smaller (LOFI_RIDGE_ROWS, n);
  LofiStatus status = LOFI_OK;
  *pass = (Pass) { 0 };
  if (form->kept)
    return LOFI_OK;
  if (form->keep && !form->single)
    status = lofi_ridge_matrix_new (&form->basis, n, m);
  else
    status = lofi_ridge_matrix_new (&pass->rows, count, m);
  if (status == LOFI_OK && form->single)
    {
      status = lofi_ridge_single_new (form->keep ? &form->basis_single : &pass->single, form->keep ? n : count, m);
      pass->work_single = lofi_floats_new (count * LOFI_RIDGE_REFLECTORS);
    }
  else
    pass->work = lofi_doubles_new (count * m);
  return status == LOFI_OK && !pass->work && !pass->work_single ? LOFI_NO_MEMORY : status;
}

/* The samples first .. first + count - 1. */
static LofiStatus
pass_add (Pass *pass, LofiRidgeForm *form, LofiRidgeSums *sums, const LofiRidgeSystem *system, size_t first, size_t count, const LofiWatch *watch)
{
  LofiMatrix rows = form->keep && !form->single ? lofi_matrix_row_block (&form->basis, first, count) : lofi_matrix_row_block (&pass->rows, 0, count);
  LofiMatrixF single = form->keep ? lofi_matrix_f_row_block (&form->basis_single, first, count) : lofi_matrix_f_row_block (&pass->single, 0, count);
  if (!form->kept)
    {
      LofiStatus status = lofi_ridge_fetch (form, first, &rows, watch);
      if (status != LOFI_OK)
        return status;
      if (form->single)
        lofi_ridge_single_round (form, &rows, &single, form->sizes + first);
      else
        lofi_ridge_subtract (&rows, form->mean);
      if (form->single)
        lofi_ridge_single_turn (form, &single, pass->work_single);
      else
        lofi_ridge_basis_turn (form, &rows, pass->work);
    }
  if (form->single)
    lofi_ridge_sums_add_single (sums, system, &single, first);
  else
    lofi_ridge_sums_add (sums, system, &rows, first);
  return LOFI_OK;
}

LofiStatus
lofi_ridge_form_errors (LofiRidgeForm *form, const double *penalties, const double *rounding, size_t count, double *errors, double *slack,
                        double *least, double *moved, const LofiWatch *watch)
{
  size_t n = form->samples;
  LofiRidgeSystem system = lofi_ridge_form_system (form);
  LofiRidgeSums sums;
  Pass pass = { 0 };
  LofiStatus status = lofi_ridge_sums_init (&sums, &system, penalties, rounding, count);
  if (status == LOFI_OK)
    status = pass_init (&pass, form);
  for (size_t first = 0; first < n && status == LOFI_OK; first += LOFI_RIDGE_ROWS)
    {
      size_t rows = lofi_smaller (LOFI_RIDGE_ROWS, n - first);
      status = pass_add (&pass, form, &sums, &system, first, rows, watch);
      if (status != LOFI_OK)
        break;
      lofi_watch_report (watch, (double) (first + rows) / (double) n);
      if (lofi_watch_stops (watch))
        status = LOFI_STOPPED;
    }
  if (status == LOFI_OK)
    {
      form->kept = form->keep;
      memcpy (errors, sums.errors, count * sizeof (double));
      memcpy (slack, sums.slack, count * sizeof (double));
      status = lofi_ridge_single_moved (form, &sums, penalties, moved, least);
      for (size_t k = 0; k < count; k++)
        {
          errors[k] /= (double) n;
          least[k] = (lofi_ridge_sums_least (&sums, k) - least[k]) / (double) n;
        }
    }
  else if (!form->kept && form->keep)
    {
      lofi_matrix_clear (&form->basis);
      lofi_matrix_f_clear (&form->basis_single);
    }
  pass_clear (&pass);
  lofi_ridge_sums_clear (&sums);
  return status;
}

LofiStatus
lofi_ridge_form_diagonalise (LofiRidgeForm *form, const LofiWatch *watch)
{
  size_t m = form->directions;
  LofiMatrix vectors;
  LofiSpectrum spectrum = { .order = m, .reflectors = form->reflectors, .diagonal = form->diagonal,
                            .off_diagonal = form->off_diagonal, .tau = form->tau };
  LofiTridiagonal t = { .order = m, .diagonal = form->diagonal, .off_diagonal = form->off_diagonal };
  LofiStatus status = lofi_ridge_matrix_new (&vectors, m, m);
  if (status == LOFI_OK)
    status = lofi_spectrum_all (&spectrum, &vectors, watch);
  if (status == LOFI_OK)
    status = lofi_tridiagonal_values (&t, form->along);
  if (status != LOFI_OK)
    {
      lofi_matrix_clear (&vectors);
      return status;
    }
  for (size_t j = 0; j < m; j++)
    form->diagonal[j] = fmax (form->along[j], 0.0);
  lofi_matrix_clear (&form->reflectors);
  lofi_matrix_clear (&form->basis);
  form->reflectors = vectors;
  form->explicit_basis = true;
  form->kept = false;
  memcpy (form->along, form->right, m * sizeof (double));
  return lofi_ridge_basis_apply (form, true, form->along);
}

/* x <- M^-1 b, then what of the fit is missing is fitted again: rounding of T leaves nothing behind. primal, weights in directions. */
static bool
solve_primal (const LofiRidgeForm *form, double penalty, double *x, double *missing, double *work)
{
  int n = (int) form->samples, m = (int) form->directions;
  LofiRidgeSystem system = lofi_ridge_form_system (form);
  memcpy (x, form->along, form->directions * sizeof (double));
  if (!lofi_ridge_system_solve (&system, penalty, x, work))
    return false;
  if (!form->kept || form->single)
    return true;
  double *residual = missing + m;
  memcpy (residual, form->y, form->samples * sizeof (double));
  cblas_dgemv (CblasRowMajor, CblasNoTrans, n, m, -1.0, form->basis.data, m, x, 1, 1.0, residual, 1);
  for (int j = 0; j < m; j++)
    missing[j] = -penalty * x[j];
  cblas_dgemv (CblasRowMajor, CblasTrans, n, m, 1.0, form->basis.data, m, residual, 1, 1.0, missing, 1);
  lofi_ridge_system_solve (&system, penalty, missing, work);
  for (int j = 0; j < m; j++)
    x[j] += missing[j];
  return true;
}

/* dual: alpha <- U M^-1 U^T y, weights Fc^T alpha, and once more for y - Fc weights - a alpha. */
static bool
solve_dual (const LofiRidgeForm *form, double penalty, double *x, double *alpha, double *work, double *weights)
{
  int n = (int) form->samples, p = (int) form->features, m = (int) form->directions;
  LofiRidgeSystem system = lofi_ridge_form_system (form);
  double *residual = alpha + n;
  memset (alpha, 0, form->samples * sizeof (double));
  memcpy (residual, form->y, form->samples * sizeof (double));
  for (int step = 0; step < 2; step++)
    {
      cblas_dgemv (CblasRowMajor, CblasTrans, n, m, 1.0, form->basis.data, m, residual, 1, 0.0, x, 1);
      if (!lofi_ridge_system_solve (&system, penalty, x, work))
        return false;
      cblas_dgemv (CblasRowMajor, CblasNoTrans, n, m, 1.0, form->basis.data, m, x, 1, 1.0, alpha, 1);
      cblas_dgemv (CblasRowMajor, CblasTrans, n, p, 1.0, form->centred.data, p, alpha, 1, 0.0, weights, 1);
      for (int i = 0; i < n && step == 0; i++)
        residual[i] = form->y[i] - penalty * alpha[i];
      if (step == 0)
        cblas_dgemv (CblasRowMajor, CblasNoTrans, n, p, -1.0, form->centred.data, p, weights, 1, 1.0, residual, 1);
    }
  return true;
}

LofiStatus
lofi_ridge_form_readout (const LofiRidgeForm *form, double penalty, LofiRidge *ridge)
{
  size_t n = form->samples, p = form->features, m = form->directions;
  double *x = lofi_doubles_new (4 * m + 2 * n), *work = x + m, *more = work + 2 * m;
  if (!x)
    return LOFI_NO_MEMORY;
  bool solved = form->dual ? solve_dual (form, penalty, x, more, work, ridge->weights) : solve_primal (form, penalty, x, more, work);
  LofiStatus status = solved ? LOFI_OK : LOFI_NO_CONVERGENCE;
  if (status == LOFI_OK && !form->dual)
    {
      status = lofi_ridge_basis_apply (form, false, x);
      memcpy (ridge->weights, x, p * sizeof (double));
    }
  free (x);
  ridge->penalty = penalty;
  ridge->intercept = form->mean_y - cblas_ddot ((int) p, form->mean, 1, ridge->weights, 1);
  return status;
}
