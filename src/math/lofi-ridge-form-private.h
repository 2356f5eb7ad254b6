/* The two bases of the ridge: one in which the Gram matrix is tridiagonal (lofi-ridge-form.c, -gather.c, -gram.c, -basis.c), and, where its rounding
 * matters, eigenvectors (lofi-ridge-problem.c). */
#pragma once

#include "lofi-ridge-private.h"

/* The regression with its Gram matrix reduced to tridiagonal form. */
typedef struct {
  LofiRidgeRows source;
  const double *source_y;   /* n, as it came */
  bool dual, keep;          /* keep: B is stored when it has been computed */
  bool kept;                /* it has been */
  size_t samples, features, directions;    /* n, p, m */
  double mean_y, scale_y;   /* scale: root mean square of y less its mean */
  double *y, *mean;         /* n, p */
  double *right;            /* p: Fc^T y; primal only */
  LofiMatrix reflectors;    /* m x m: the Gram matrix, then Q as Householder vectors, or as it is */
  bool explicit_basis;      /* Q as it is */
  double *diagonal, *off_diagonal, *tau, *along;    /* m each */
  double *triangles;        /* of the blocks of reflectors */
  LofiMatrix centred;       /* n x p; dual only */
  LofiMatrix basis;         /* n x m, B; primal: empty unless kept */
  bool single;              /* B is in single precision, in basis_single; primal only */
  LofiMatrixF basis_single;
  float *blocks;            /* of reflectors, to turn it by */
  double *sizes;            /* n: of the centred rows */
  double largest, smallest, nothing;    /* eigenvalues of T: bound of the largest, the smallest above nothing */
  bool deficient;           /* some are below nothing */
} LofiRidgeForm;

/* Not zeroed; lofi_matrix_clear frees it. */
LofiStatus lofi_ridge_matrix_new (LofiMatrix *m, size_t rows, size_t cols);

/* lofi-ridge-gram.c. rows are added to sums; sums of `count` rows become their mean, false if it is not finite, which is so if any of
 * the rows' entries is not; rows, of a block with a row to spare, join and are spoiled, LOFI_NOT_FINITE: they have not joined. */
void lofi_ridge_add_rows (const LofiMatrix *rows, double *sums);
bool lofi_ridge_divide (double *sums, size_t cols, size_t count);
LofiStatus lofi_ridge_gram_join (LofiRidgeGram *gram, LofiMatrix *rows, const double *y);

/* lofi-ridge-gather.c: the rows first .. of the source; rows less the mean; the Gram matrix of the centred features into reflectors, the
 * mean, and what goes with the form. */
LofiStatus lofi_ridge_fetch (const LofiRidgeForm *form, size_t first, LofiMatrix *rows, const LofiWatch *watch);
void lofi_ridge_subtract (LofiMatrix *rows, const double *mean);
LofiStatus lofi_ridge_form_gram (LofiRidgeForm *form, const LofiWatch *watch);

LofiStatus lofi_ridge_form_init (LofiRidgeForm *form, const LofiRidgeRows *source, const double *y, bool keep, const LofiWatch *watch);
void lofi_ridge_form_clear (LofiRidgeForm *form);
/* What follows the reduction, unless eigenvectors are wanted at once: Q, b, and in the dual B. */
LofiStatus lofi_ridge_form_settle (LofiRidgeForm *form, const LofiWatch *watch);
LofiRidgeSystem lofi_ridge_form_system (const LofiRidgeForm *form);
/* How far rounding of the Gram matrix can move sums over the denominators, relative. */
double lofi_ridge_form_rounding (const LofiRidgeForm *form, double penalty);
/* rounding, errors, slack and least: count, as the sums have them, the errors and least divided by n; least allows for single precision, too, and
 * is not known where it is not above 0. moved: how far single precision may have moved the errors, relative. */
LofiStatus lofi_ridge_form_errors (LofiRidgeForm *form, const double *penalties, const double *rounding, size_t count, double *errors,
                                   double *slack, double *least, double *moved, const LofiWatch *watch);
#define LOFI_RIDGE_REFLECTORS 64       /* applied together */

/* Q (lofi-ridge-basis.c). turn: rows <- rows Q, work: rows x p numbers. apply: x <- Q x, or Q^T x. expand: Q itself into m x m. */
LofiStatus lofi_ridge_basis_init (LofiRidgeForm *form);
void lofi_ridge_basis_turn (const LofiRidgeForm *form, LofiMatrix *rows, double *work);
LofiStatus lofi_ridge_basis_apply (const LofiRidgeForm *form, bool transposed, double *x);
LofiStatus lofi_ridge_basis_expand (const LofiRidgeForm *form, LofiMatrix *q, const LofiWatch *watch);
/* B in single precision (lofi-ridge-single.c). init: after lofi_ridge_form_settle; clear: back to double. round: rows become centred, and
 * their sizes known. turn: as in double; work: rows x LOFI_RIDGE_REFLECTORS numbers. moved: zeros in double,
 * and what it may have taken of what is left for the least error, a sum. */
LofiStatus lofi_ridge_single_init (LofiRidgeForm *form);
void lofi_ridge_single_clear (LofiRidgeForm *form);
LofiStatus lofi_ridge_single_new (LofiMatrixF *m, size_t rows, size_t cols);
void lofi_ridge_single_round (const LofiRidgeForm *form, const LofiMatrix *rows, LofiMatrixF *single, double *sizes);
void lofi_ridge_single_turn (const LofiRidgeForm *form, LofiMatrixF *rows, float *work);
LofiStatus lofi_ridge_single_moved (const LofiRidgeForm *form, const LofiRidgeSums *sums, const double *penalties, double *moved, double *taken);

/* T diagonal, Q its eigenvectors: no penalty can make T + a I indefinite. primal only. */
LofiStatus lofi_ridge_form_diagonalise (LofiRidgeForm *form, const LofiWatch *watch);
LofiStatus lofi_ridge_form_readout (const LofiRidgeForm *form, double penalty, LofiRidge *ridge);

/* The same with eigenvectors, small eigenvalues found again from the features. */
typedef struct {
  bool dual;
  size_t samples, features, directions;    /* n, p, m */
  LofiMatrix centred;       /* primal: n x p, Fc and then B; dual: n x p, row 0 unused, rows 1.. the rotated features */
  LofiMatrix basis;         /* primal: p x p, V; dual: n x (n - 1), U */
  double *squares;          /* m: s_j^2 */
  double *along;            /* m: b_j, what y has along direction j */
  double *mean;             /* p */
  double *y;                /* n: y less its mean */
  double *rotated_y;        /* n: the same, rotated; dual only */
  double mean_y;
} LofiRidgeProblem;

/* Takes the decomposition over from the form, which is cleared. Clear the problem also after a failure. */
LofiStatus lofi_ridge_problem_init (LofiRidgeProblem *problem, LofiRidgeForm *form, const LofiWatch *watch);
void lofi_ridge_problem_clear (LofiRidgeProblem *problem);
LofiStatus lofi_ridge_problem_errors (const LofiRidgeProblem *problem, const double *penalties, size_t count, double *errors,
                                      double *slack, const LofiWatch *watch);
LofiStatus lofi_ridge_problem_readout (const LofiRidgeProblem *problem, double penalty, LofiRidge *ridge);

/* The reflection that takes the constant vector to the first axis: x - beta w (w^T x), w = 1 / sqrt(n) + e_0; its own inverse.
 * Applied from the left to n rows of `cols` numbers; product: work space of cols numbers. */
void lofi_ridge_reflect (double *data, size_t n, size_t cols, double *product);
