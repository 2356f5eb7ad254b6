#include "lofi-ridge.h"
#include "lofi-math-private.h"
#include "lofi-ridge-form-private.h"

#include <cblas.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CAUTION 10.0        /* times the first order of what rounding of the Gram matrix does, of which a third was the most ever seen */
#define SUMMING 1e-14       /* what rounding does to sums over the directions */
#define SMALL 1e-50          /* largest eigenvalues beyond which features would leave the range of single precision */
#define LARGE 1e50
#define KEPT_BYTES ((size_t) 256 << 20)     /* of B, up to which it is stored rather than computed in every pass */

void
lofi_penalty_grid (double low, double high, size_t count, double *penalties)
{
  double from = log10 (low), step = count > 1 ? (log10 (high) - from) / (double) (count - 1) : 0.0;
  for (size_t k = 0; k < count; k++)
    penalties[k] = k == 0 ? low : k + 1 == count ? high : pow (10.0, from + step * (double) k);
}

/* Is B, n x m, stored by lofi_ridge_fit_rows? The dual stores the features anyway. */
static bool
keeps_rows (size_t n, size_t p)
{
  return p + 1 >= n || lofi_matrix_bytes (n, p) <= KEPT_BYTES;
}

/* Penalties, and y, finite and as many as there should be. */
static LofiStatus
check (const LofiRidgeRows *rows, const double *y, const double *penalties, size_t count)
{
  if (rows->samples < 2 || rows->features == 0 || count == 0 || !lofi_fits_blas (rows->samples) || !lofi_fits_blas (rows->features)
      || !lofi_fits_blas (count))
    return LOFI_BAD_SHAPE;
  if (rows->gram && (rows->gram->features != rows->features || rows->gram->samples > rows->samples))
    return LOFI_BAD_SHAPE;
  if (rows->gram && (!isfinite (rows->factor) || rows->factor == 0.0))
    return LOFI_NOT_FINITE;
  LofiMatrix targets = { .data = (double *) y, .rows = 1, .cols = rows->samples, .stride = rows->samples };
  if (!lofi_matrix_is_finite (&targets))
    return LOFI_NOT_FINITE;
  for (size_t k = 0; k < count; k++)
    if (!(penalties[k] > 0.0 && penalties[k] <= DBL_MAX))
      return LOFI_NOT_FINITE;
  return LOFI_OK;
}

/* One fit on its way. */
typedef struct {
  LofiRidgeForm form;
  LofiRidgeProblem problem;     /* in place of the form, if with_vectors */
  bool with_vectors;
  bool final;                   /* nothing more exact is to be had */
  bool dual;
  double scale_y;
  const double *penalties;
  size_t count;
  double *some, *slack, *moved, *rounding;    /* count each; moved: by single precision */
  double *curve, *doubt;
} Fit;

/* How far sums over the denominators can be wrong: by the Gram matrix, unless its eigenvalues were found again, and by adding up. */
static double
rounding_of (const Fit *fit, double penalty)
{
  return (fit->final ? 0.0 : CAUTION * lofi_ridge_form_rounding (&fit->form, penalty)) + SUMMING;
}

/* A bound on an error's relative error. Where one less leverage, or the error itself, is small, so are the numbers that are left of a
 * difference. */
static double
doubt_of (const Fit *fit, double rounding, double error, double slack)
{
  if (fit->dual)
    return rounding;
  return error > 0.0 && slack > 0.0 ? rounding / slack * (1.0 + fit->scale_y / sqrt (error)) : INFINITY;
}

static LofiStatus
evaluate (void *data, const size_t *which, size_t count, double *errors, double *doubts, double *least, const LofiWatch *watch)
{
  Fit *fit = data;
  for (size_t i = 0; i < count; i++)
    {
      fit->some[i] = fit->penalties[which[i]];
      fit->rounding[i] = rounding_of (fit, fit->some[i]);
      least[i] = 0.0;
    }
  LofiStatus status = fit->with_vectors
                        ? lofi_ridge_problem_errors (&fit->problem, fit->some, count, errors, fit->slack, watch)
                        : lofi_ridge_form_errors (&fit->form, fit->some, fit->rounding, count, errors, fit->slack, least, fit->moved, watch);
  for (size_t i = 0; i < count && status == LOFI_OK; i++)
    {
      doubts[i] = doubt_of (fit, fit->rounding[i], errors[i], fit->slack[i]) + fit->moved[i];
      least[i] = fmax (fmax (least[i], errors[i] * (1.0 - doubts[i])), 0.0);    /* fmax: 0 rather than NaN */
    }
  return status;
}

/* Penalties so small beside the Gram matrix that its rounding shows. */
static size_t
doubtful (const Fit *fit)
{
  size_t number = 0;
  for (size_t k = 0; k < fit->count; k++)
    number += CAUTION * lofi_ridge_form_rounding (&fit->form, fit->penalties[k]) > LOFI_RIDGE_DOUBTFUL;
  return number;
}

/* Eigenvectors: with small eigenvalues found again from the features where these are kept, else as the Gram matrix has them. */
static LofiStatus
turn_to_vectors (Fit *fit, const LofiWatch *watch)
{
  fit->final = true;
  memset (fit->moved, 0, fit->count * sizeof (double));
  if (!fit->form.keep)
    return lofi_ridge_form_diagonalise (&fit->form, watch);
  fit->with_vectors = true;
  return lofi_ridge_problem_init (&fit->problem, &fit->form, watch);
}

/* The tridiagonal form, settled: in single precision where that is wanted and will do, else in double. */
static LofiStatus
search_form (Fit *fit, LofiRidgeSearch *search, size_t *best, bool *certain, const LofiWatch *watch)
{
  LofiWatchPart part;
  LofiRidgeForm *form = &fit->form;
  bool single = form->source.single && !search->whole && !form->dual && form->samples / 2 >= form->features
                && form->largest > SMALL && form->largest < LARGE;
  double share = single ? 0.8 : 0.0;
  LofiStatus status = LOFI_OK;
  *certain = false;
  if (single)
    {
      status = lofi_ridge_single_init (form);
      search->single = true;
      if (status == LOFI_OK)
        status = lofi_ridge_search (search, fit->curve, fit->doubt, best, certain, lofi_watch_part (&part, watch, 0.0, share));
      search->single = false;
    }
  if (status != LOFI_OK || *certain)
    return status;
  if (single)
    lofi_ridge_single_clear (form);
  return lofi_ridge_search (search, fit->curve, fit->doubt, best, certain, lofi_watch_part (&part, watch, share, 1.0));
}

/* The tridiagonal form, unless all depends on what it is too coarse for; then eigenvectors. */
static LofiStatus
choose (Fit *fit, bool whole, size_t *best, const LofiWatch *watch)
{
  LofiWatchPart part;
  LofiRidgeSearch search = { .penalties = fit->penalties, .count = fit->count, .whole = whole, .patient = fit->form.keep,
                             .evaluate = evaluate, .data = fit };
  LofiStatus status = LOFI_OK;
  size_t number = doubtful (fit);
  bool certain = !(number == fit->count || (whole && number > 0));
  double share = certain ? 0.9 : 0.0;
  if (certain)
    {
      status = lofi_ridge_form_settle (&fit->form, lofi_watch_part (&part, watch, 0.0, 0.1));
      if (status == LOFI_OK && lofi_watch_stops (watch))
        status = LOFI_STOPPED;
      if (status == LOFI_OK)
        status = search_form (fit, &search, best, &certain, lofi_watch_part (&part, watch, 0.1, share));
    }
  if (status != LOFI_OK || certain)
    return status;
  status = turn_to_vectors (fit, lofi_watch_part (&part, watch, share, share + 0.6 * (1.0 - share)));
  search.patient = fit->with_vectors;
  search.final = true;
  if (status == LOFI_OK)
    status = lofi_ridge_search (&search, fit->curve, fit->doubt, best, &certain,
                                lofi_watch_part (&part, watch, share + 0.6 * (1.0 - share), 1.0));
  return status;
}

LofiStatus
lofi_ridge_fit_keeping (LofiRidge *ridge, const LofiRidgeRows *rows, const double *y, const double *penalties, size_t count, bool keep,
                        double *loo_curve, const LofiWatch *watch)
{
  *ridge = (LofiRidge) { 0 };
  LofiStatus status = check (rows, y, penalties, count);
  if (status != LOFI_OK)
    return status;
  Fit fit = { .penalties = penalties, .count = count, .some = lofi_doubles_new (6 * count) };
  LofiWatchPart part;
  size_t best = 0;
  ridge->features = rows->features;
  ridge->weights = calloc (rows->features, sizeof (double));
  if (!fit.some || !ridge->weights)
    status = LOFI_NO_MEMORY;
  else
    {
      fit.slack = fit.some + count;
      fit.curve = fit.slack + count;
      fit.doubt = fit.curve + count;
      fit.moved = fit.doubt + count;
      fit.rounding = fit.moved + count;
      memset (fit.moved, 0, count * sizeof (double));
      status = lofi_ridge_form_init (&fit.form, rows, y, keep, lofi_watch_part (&part, watch, 0.0, 0.4));
    }
  fit.dual = fit.form.dual;
  fit.scale_y = fit.form.scale_y;
  if (status == LOFI_OK)
    status = choose (&fit, loo_curve != NULL, &best, lofi_watch_part (&part, watch, 0.4, 1.0));
  if (status == LOFI_OK)
    status = fit.with_vectors ? lofi_ridge_problem_readout (&fit.problem, penalties[best], ridge)
                              : lofi_ridge_form_readout (&fit.form, penalties[best], ridge);
  if (status == LOFI_OK)
    {
      ridge->loo_mse = fit.curve[best];
      lofi_watch_report (watch, 1.0);
    }
  if (status == LOFI_OK && loo_curve)
    memcpy (loo_curve, fit.curve, count * sizeof (double));
  lofi_ridge_form_clear (&fit.form);
  lofi_ridge_problem_clear (&fit.problem);
  free (fit.some);
  if (status != LOFI_OK)
    lofi_ridge_clear (ridge);
  return status;
}

static LofiStatus
copy_rows (void *data, size_t first, size_t count, LofiMatrix *rows, const LofiWatch *watch)
{
  const LofiMatrix *features = data;
  LofiMatrix block = lofi_matrix_row_block (features, first, count);
  return lofi_matrix_copy (rows, &block);
}

LofiRidgeRows
lofi_ridge_rows_of (const LofiMatrix *features)
{
  return (LofiRidgeRows) { .samples = features->rows, .features = features->cols, .rows = copy_rows, .data = (void *) features };
}

LofiStatus
lofi_ridge_fit (LofiRidge *ridge, const LofiMatrix *features, const double *y, const double *penalties, size_t count,
                double *loo_curve, const LofiWatch *watch)
{
  LofiRidgeRows rows = lofi_ridge_rows_of (features);
  return lofi_ridge_fit_keeping (ridge, &rows, y, penalties, count, true, loo_curve, watch);
}

LofiStatus
lofi_ridge_fit_rows (LofiRidge *ridge, const LofiRidgeRows *features, const double *y, const double *penalties, size_t count,
                     double *loo_curve, const LofiWatch *watch)
{
  bool keep = keeps_rows (features->samples, features->features);
  return lofi_ridge_fit_keeping (ridge, features, y, penalties, count, keep, loo_curve, watch);
}

/* A penalty's sums run on one processor, four operations an entry, and cost what so many of a matrix product do; the search needs few
 * penalties more than the SEARCHED it begins with. Half of the reduction waits for memory. */
#define SUMS 12.0
#define SEARCHED ((size_t) 64)
#define COLUMNS ((size_t) 100)    /* and what the eigenvectors and the reflectors need beside, in columns */
#define REDUCTION (2.0 * 4.0 / 3.0)

double
lofi_ridge_flops (size_t n, size_t p, size_t count)
{
  double rows = (double) n, cols = (double) p, evaluated = (double) lofi_smaller (count, SEARCHED);
  if (n < 2 || p == 0)
    return 0.0;
  double m = p + 1 >= n ? rows - 1.0 : cols;
  double gram = p + 1 >= n ? rows * rows * cols : rows * cols * cols, basis = p + 1 >= n ? 4.0 / 3.0 * m * m * m : 2.0 * rows * m * m;
  return gram + REDUCTION * m * m * m + basis + SUMS * rows * m * evaluated;
}

size_t
lofi_ridge_bytes (size_t n, size_t p, bool rows)
{
  if (n < 2 || p == 0)
    return 0;
  bool dual = p + 1 >= n, keep = !rows || keeps_rows (n, p);
  size_t m = dual ? n - 1 : p, block = lofi_smaller (LOFI_PIECE_ROWS + 1, n);
  const size_t square = lofi_matrix_bytes (m, m), parts[] = {
    square, square, square,                                      /* reflectors, eigenvectors, their work space */
    keep && !dual ? square : 0,                                  /* eigenvectors turned into better ones */
    lofi_matrix_bytes (keep ? n : block, m),                     /* B, or a block of it */
    dual ? lofi_matrix_bytes (n, p) : 0,                         /* the features */
    lofi_matrix_bytes (m, block + 3 * SEARCHED + COLUMNS),       /* blocks, factors */
    lofi_matrix_bytes (n, 3), lofi_matrix_bytes (p, 3),
  };
  size_t bytes = 0;
  for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
    bytes = bytes > SIZE_MAX - parts[k] ? SIZE_MAX : bytes + parts[k];
  return bytes;
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
