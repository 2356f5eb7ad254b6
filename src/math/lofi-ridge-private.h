/* Inside the ridge: leave-one-out sums in a basis of directions (lofi-ridge-sums.c, -kernel.c) and the search along the penalties
 * (lofi-ridge-search.c). What makes such a basis is in lofi-ridge-form-private.h; lofi-ridge.c puts it together. */
#pragma once

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
  const double *sizes;                     /* n: of the rows of B, if these are rounded to single precision; else NULL */
} LofiRidgeSystem;

/* x (m) becomes M^-1 x. work: 2 m numbers. False if M is not positive definite in this arithmetic. */
bool lofi_ridge_system_solve (const LofiRidgeSystem *system, double penalty, double *x, double *work);

/* The traces of M^-1 and of T M^-2. M is positive definite. */
void lofi_ridge_system_traces (const LofiRidgeSystem *system, double penalty, double *inverse, double *image);

/* Sweeps of LOFI_RIDGE_TILE samples, whose entries in direction j are at tile[j * LOFI_RIDGE_TILE], for LOFI_RIDGE_GROUP penalties: the
 * fits and the leverages. tile is aligned to 64 bytes. The first is the fastest on this processor; NULL after the last. */
#define LOFI_RIDGE_TILE 16
#define LOFI_RIDGE_GROUP 2
typedef struct {
  const char *name;
  void (*sweep) (const double *tile, const double *const *factors, size_t m, double (*fit)[LOFI_RIDGE_TILE],
                 double (*leverage)[LOFI_RIDGE_TILE]);
} LofiRidgeKernel;
const LofiRidgeKernel *lofi_ridge_kernel (size_t index);

/* Sums over samples of error e, size |b| of the row, leverage h and one less leverage s, for what rounded rows do (lofi-ridge-single.c). */
typedef struct {
  double along, along_squares;    /* of a = (2 |e fit| + 4 e^2 h) / s, of a^2 */
  double fits, leverages;         /* of (e |b| / s)^2, of (e^2 |b| / s)^2 h */
  double leverage, second;        /* of h, of e^2 |b|^2 / s */
} LofiRidgeMoved;

/* The same samples but those whose whole e^2 rounding could take, for what it leaves at least (lofi_ridge_sums_least). */
typedef struct {
  double squares, shares, fits;   /* of e^2, e^2 / s, (e / s)^2 */
  LofiRidgeMoved moved;           /* with system->sizes */
} LofiRidgeLeft;

/* Leave-one-out errors of some penalties, added up over samples. */
typedef struct {
  size_t count;             /* penalties */
  double *factors;          /* count x m x 3 */
  double *tile;             /* m x a few samples */
  double *errors;           /* count: sum of squared leave-one-out errors; NaN where M is not positive definite */
  double *slack;            /* count: the smallest of one less leverage; dual: 1 */
  const double *rounding;   /* count, or NULL: as it came */
  double length_y;          /* of system->y; with rounding */
  LofiRidgeLeft *left;      /* count; with rounding */
  LofiRidgeMoved *moved;    /* count; with system->sizes */
} LofiRidgeSums;

/* rounding: count numbers that outlive the sums, how far rounding can move sums over the denominators, relative; NULL: not looked at. */
LofiStatus lofi_ridge_sums_init (LofiRidgeSums *sums, const LofiRidgeSystem *system, const double *penalties, const double *rounding, size_t count);
void lofi_ridge_sums_clear (LofiRidgeSums *sums);
/* The samples first .. first + B.rows - 1. */
void lofi_ridge_sums_add (LofiRidgeSums *sums, const LofiRidgeSystem *system, const LofiMatrix *b, size_t first);
void lofi_ridge_sums_add_single (LofiRidgeSums *sums, const LofiRidgeSystem *system, const LofiMatrixF *b, size_t first);
/* Primal, with rounding: what errors[k] is at least without it, to first order, single precision aside; else 0 or less. */
double lofi_ridge_sums_least (const LofiRidgeSums *sums, size_t k);

/* The search. evaluate fills errors, doubts (bounds on their relative error; never NaN) and least (what the true errors are at least, which
 * says more than the doubt where that is large; 0 or more), of the `count` places in which. */
typedef struct {
  const double *penalties;
  size_t count;
  bool whole;               /* evaluate everywhere */
  bool patient;             /* many short rounds rather than two */
  bool single;              /* an error that is within LOFI_RIDGE_ALLOWED of the smallest will do, and more doubtful ones */
  bool final;               /* there is nothing more exact to turn to: always certain */
  LofiStatus (*evaluate) (void *data, const size_t *which, size_t count, double *errors, double *doubts, double *least,
                          const LofiWatch *watch);
  void *data;
} LofiRidgeSearch;

/* curve, doubt: count numbers, NaN where not evaluated. best: the first penalty with the smallest error. certain: no penalty is so
 * doubtful that its error could be smaller, or be it; else the search ends as soon as that is known. */
LofiStatus lofi_ridge_search (const LofiRidgeSearch *search, double *curve, double *doubt, size_t *best, bool *certain,
                              const LofiWatch *watch);

/* Above this relative error an error is found again with eigenvectors. */
#define LOFI_RIDGE_DOUBTFUL 1e-7
/* By how much of its size a row is wrong at most in single precision. */
#define LOFI_RIDGE_NOISE (20.0 * 0x1p-24)
/* Single precision: above this one it is found again in double. Two errors so doubtful, and what more is allowed, are 1e-6 together. */
#define LOFI_RIDGE_DOUBTFUL_SINGLE 4e-7
#define LOFI_RIDGE_ALLOWED 2e-7

/* As lofi_ridge_fit_rows, told whether to keep B. */
LofiStatus lofi_ridge_fit_keeping (LofiRidge *ridge, const LofiRidgeRows *features, const double *y, const double *penalties, size_t count,
                                   bool keep, double *loo_curve, const LofiWatch *watch);
