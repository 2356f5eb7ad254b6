/* Ridge with an unpenalised intercept, the penalty by exact leave-one-out (method.md "Readout").
 *
 * The Gram matrix of the centred features, of the smaller side, is made tridiagonal once for all penalties, Q^T G Q = T: exact
 * leave-one-out needs no eigenvectors. With M = T + a I and q = the centred features times Q,
 *   residual_i / (1 - 1/n - q_i^T M^-1 q_i),
 * a few operations an entry and penalty. Penalties between samples of the curve that show it to be larger there are left out, unless
 * the whole curve is wanted. Where a penalty is so small that rounding of G would show, and its error could be the smallest, eigenvectors are
 * found after all, and the small eigenvalues from the features again.
 * The penalty is added to the Gram of the centred features as it is, not divided by n. */
#pragma once

#include "lofi-matrix.h"

typedef struct {
  size_t features;          /* p */
  double *weights;          /* p */
  double intercept;         /* prediction = f . weights + intercept, for raw (not centred) features */
  double penalty;
  double loo_mse;
} LofiRidge;

/* count penalties, log-spaced from low to high inclusive (count == 1: low). */
void lofi_penalty_grid (double low, double high, size_t count, double *penalties);

/* F (n x p), n >= 2, y (n real), penalties > 0. The first penalty with the smallest leave-one-out error is taken.
 * loo_curve: count numbers, or NULL. */
LofiStatus lofi_ridge_fit (LofiRidge *ridge, const LofiMatrix *features, const double *y, const double *penalties, size_t count,
                           double *loo_curve, const LofiWatch *watch);
void lofi_ridge_clear (LofiRidge *ridge);

/* Sums of samples, for fits that have these samples first: they are added up once for many sample counts. Blocks join by their means (Chan,
 * Golub and LeVeque), so that nothing large is ever subtracted; which blocks they were shows in the last bits only, and the same blocks give the
 * same bits. While nothing is added any number of fits, in any thread, may begin with it. */
typedef struct {
  size_t features, samples;     /* p; added so far */
  LofiMatrix squares;           /* p x p, lower triangle: sum of (x - mean) (x - mean)^T */
  double *mean, *right;         /* p each; right: sum of (x - mean) (y - mean_y) */
  double mean_y;
  LofiMatrix work;              /* of lofi_ridge_gram_add */
} LofiRidgeGram;

/* No samples yet. LOFI_BAD_SHAPE for no features. All zero after a failure. */
LofiStatus lofi_ridge_gram_init (LofiRidgeGram *gram, size_t features);
/* Any number of rows (of p), and their y as they are, not centred; they join in blocks of 512. LOFI_NOT_FINITE: the samples of a block with a
 * number that is not finite, and those after it, have not joined. */
LofiStatus lofi_ridge_gram_add (LofiRidgeGram *gram, const LofiMatrix *rows, const double *y);
/* What the same samples give with all features times factor; a new one. 1: equal to the bit. */
LofiStatus lofi_ridge_gram_copy (LofiRidgeGram *copy, const LofiRidgeGram *gram, double factor);
void lofi_ridge_gram_clear (LofiRidgeGram *gram);

/* Features that are not stored: rows first .. first + count - 1 are written into `rows` (count x p), always the same numbers however
 * often they are asked for.
 * gram, if there is one: the sums of the first gram->samples of these samples, with y as the fit has it, before their features were multiplied by
 * factor (finite, not 0). For p + 1 < n the first pass begins after them, in blocks of 512; otherwise it is of no use.
 * single: what only leave-one-out errors are made of may be in single precision. It is heeded for n >= 2 p where the curve is not asked for; the
 * errors then are right to 4e-7, and the error at the penalty taken is within 1e-6 of the smallest, both relative: of penalties that differ by
 * less any may be taken. The weights are in double as ever. A bound on what rounding does decides: where it does not allow the choice (tiny
 * penalties, sizes far apart, one less leverage near 0) all is in double. */
typedef struct {
  size_t samples, features;     /* n, p */
  LofiStatus (*rows) (void *data, size_t first, size_t count, LofiMatrix *rows, const LofiWatch *watch);
  void *data;
  const LofiRidgeGram *gram;
  double factor;
  bool single;
} LofiRidgeRows;

/* The rows of a matrix, which has to outlive them. */
LofiRidgeRows lofi_ridge_rows_of (const LofiMatrix *features);

/* As lofi_ridge_fit, the features in passes over blocks of samples: memory is O(p^2 + block) for p <= n (three passes or fewer, two if
 * n x p numbers are little; two more where eigenvectors are found), and the features are stored for p > n, where they are
 * smaller than p^2. A status of `rows` other than LOFI_OK ends the fit with it. LOFI_BAD_SHAPE also for a gram of other features or more samples. */
LofiStatus lofi_ridge_fit_rows (LofiRidge *ridge, const LofiRidgeRows *features, const double *y, const double *penalties,
                                size_t count, double *loo_curve, const LofiWatch *watch);

/* What a fit of n x p features with `count` penalties costs: floating-point operations (weighted to those of a matrix product) without
 * eigenvectors, and the bytes it allocates at its peak even with them, features not counted. rows: the passes of lofi_ridge_fit_rows. */
double lofi_ridge_flops (size_t n, size_t p, size_t count);
size_t lofi_ridge_bytes (size_t n, size_t p, bool rows);

/* predictions: rows of F. */
LofiStatus lofi_ridge_predict (const LofiRidge *ridge, const LofiMatrix *features, double *predictions);

typedef struct { double mse, mse_sem, error, error_sem; } LofiScores;
/* Mean squared error, fraction of wrong signs (0 counts as +1, on both sides), and the standard error of each:
 * sample standard deviation over sqrt(n), 0 for n < 2. */
void lofi_scores (const double *predictions, const double *y, size_t count, LofiScores *scores);
