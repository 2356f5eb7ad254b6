/* Between the two halves of the ridge: the decomposition (lofi-ridge-problem.c) and what is made of it (lofi-ridge.c). */
#pragma once

#include "lofi-matrix.h"

#define LOFI_RIDGE_ROWS 256     /* samples, or directions, worked on together */

/* What both forms come to. B is n x m and says what each direction has of each sample.
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
  double *y;                /* n: y less its mean */
  double *rotated_y;        /* n: the same, rotated; dual only */
  double mean_y;
} LofiRidgeProblem;

/* Centres copies of F (n x p) and y (n). Clear it also after a failure. */
LofiStatus lofi_ridge_problem_init (LofiRidgeProblem *problem, const LofiMatrix *features, const double *y);
void lofi_ridge_problem_clear (LofiRidgeProblem *problem);

/* Fills basis, squares and along, in the form chosen by init. */
LofiStatus lofi_ridge_problem_solve (LofiRidgeProblem *problem, const LofiWatch *watch);

/* The reflection that takes the constant vector to the first axis: x - beta w (w^T x), w = 1 / sqrt(n) + e_0; its own inverse.
 * Applied from the left to n rows of `cols` numbers; product: work space of cols numbers. */
void lofi_ridge_reflect (double *data, size_t n, size_t cols, double *product);
