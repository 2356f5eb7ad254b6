/* Between the parts of the ridge: the reduction (lofi-ridge-form.c), the leave-one-out sums (lofi-ridge-sums.c), the search along the
 * penalties (lofi-ridge-search.c), the eigenvectors for where rounding matters (lofi-ridge-problem.c), and what is made of
 * them (lofi-ridge.c). */
#pragma once

#include "lofi-eigen.h"
#include "lofi-ridge.h"

#define LOFI_RIDGE_ROWS 256     /* samples, or directions, worked on together */

/* What all forms come to. B is n x m and says what each of m directions has of each sample; M = T + a I with T tridiagonal
 * (diagonal, if the directions are eigenvectors), b = B^T y.
 * primal: B = Fc Q;  residual = y - B M^-1 b, one less leverage = 1 - 1/n - diag (B M^-1 B^T).
 * dual:   B = U, an orthonormal basis of the complement of the constant vector; both are a times sums over the same
 *         denominators, and the a's cancel: residual / (1 - leverage) = U M^-1 b / diag (U M^-1 U^T).
 *         Nothing is subtracted, so an interpolating fit loses no digits. */
typedef struct {
  bool dual;
  size_t samples, directions;              /* n, m */
  const double *diagonal, *off_diagonal;   /* m, m - 1: T; off_diagonal NULL: zeros */
  const double *along;                     /* m: b */
  const double *y;                         /* n: y less its mean */
} LofiRidgeSystem;

/* x (m) becomes M^-1 x. work: 2 m numbers. False if M is not positive definite in this arithmetic. */
bool lofi_ridge_system_solve (const LofiRidgeSystem *system, double penalty, double *x, double *work);

/* Leave-one-out errors of some penalties, added up over samples. */
typedef struct {
  size_t count;             /* penalties */
  double *factors;          /* count x m x 3 */
  double *tile;             /* m x a few samples */
  double *errors;           /* count: sum of squared leave-one-out errors; NaN where M is not positive definite */
  double *slack;            /* count: the smallest of one less leverage; dual: 1 */
} LofiRidgeSums;

LofiStatus lofi_ridge_sums_init (LofiRidgeSums *sums, const LofiRidgeSystem *system, const double *penalties, size_t count);
void lofi_ridge_sums_clear (LofiRidgeSums *sums);
/* The samples first .. first + B.rows - 1. */
void lofi_ridge_sums_add (LofiRidgeSums *sums, const LofiRidgeSystem *system, const LofiMatrix *b, size_t first);

/* The search. evaluate fills errors, and doubts (bounds on their relative error; never NaN), of the `count` places in which. */
typedef struct {
  const double *penalties;
  size_t count;
  bool whole;               /* evaluate everywhere */
  bool patient;             /* many short rounds rather than two */
  LofiStatus (*evaluate) (void *data, const size_t *which, size_t count, double *errors, double *doubts,
                          const LofiWatch *watch);
  void *data;
} LofiRidgeSearch;

/* curve, doubt: count numbers, NaN where not evaluated. best: the first penalty with the smallest error. certain: no penalty is so
 * doubtful that its error could be smaller, or be it; else the search ends as soon as that is known. */
LofiStatus lofi_ridge_search (const LofiRidgeSearch *search, double *curve, double *doubt, size_t *best, bool *certain,
                              const LofiWatch *watch);

/* Above this relative error an error is found again with eigenvectors. */
#define LOFI_RIDGE_DOUBTFUL 1e-7

/* The regression with its Gram matrix reduced to tridiagonal form. */
typedef struct {
  LofiRidgeRows source;
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
  double largest, smallest, nothing;    /* eigenvalues of T: bound of the largest, the smallest above nothing */
  bool deficient;           /* some are below nothing */
} LofiRidgeForm;

LofiStatus lofi_ridge_form_init (LofiRidgeForm *form, const LofiRidgeRows *source, const double *y, bool keep, const LofiWatch *watch);
void lofi_ridge_form_clear (LofiRidgeForm *form);
/* What follows the reduction, unless eigenvectors are wanted at once: Q, b, and in the dual B. */
LofiStatus lofi_ridge_form_settle (LofiRidgeForm *form, const LofiWatch *watch);
LofiRidgeSystem lofi_ridge_form_system (const LofiRidgeForm *form);
/* How far rounding of the Gram matrix can move sums over the denominators, relative. */
double lofi_ridge_form_rounding (const LofiRidgeForm *form, double penalty);
/* errors and slack: count, as the sums have them, the errors divided by n. */
LofiStatus lofi_ridge_form_errors (LofiRidgeForm *form, const double *penalties, size_t count, double *errors, double *slack,
                                   const LofiWatch *watch);
/* Q (lofi-ridge-basis.c). turn: rows <- rows Q, work: rows x p numbers. apply: x <- Q x, or Q^T x. expand: Q itself into m x m. */
LofiStatus lofi_ridge_basis_init (LofiRidgeForm *form);
void lofi_ridge_basis_turn (const LofiRidgeForm *form, LofiMatrix *rows, double *work);
LofiStatus lofi_ridge_basis_apply (const LofiRidgeForm *form, bool transposed, double *x);
LofiStatus lofi_ridge_basis_expand (const LofiRidgeForm *form, LofiMatrix *q, const LofiWatch *watch);
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
                                      const LofiWatch *watch);
LofiStatus lofi_ridge_problem_readout (const LofiRidgeProblem *problem, double penalty, LofiRidge *ridge);

/* The reflection that takes the constant vector to the first axis: x - beta w (w^T x), w = 1 / sqrt(n) + e_0; its own inverse.
 * Applied from the left to n rows of `cols` numbers; product: work space of cols numbers. */
void lofi_ridge_reflect (double *data, size_t n, size_t cols, double *product);
