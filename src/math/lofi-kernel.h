/* The limit of infinite width: kernels of lifts, the filter on a kernel, kernel ridge (method.md "Infinite width"; theory.md 6).
 *
 * K(x, x') = E[sigma(u) sigma(v)] for a centred Gaussian pair whose covariances are <x, x'> / c^2 + s^2 (s: the strength of the bias).
 * Closed forms where there are some (relu, erf, gelu, step, sin, square, cube, identity); else, and for a truncated activation, the
 * Hermite series sum_k a_k(q1) a_k(q2) rho^k, a_k(q) = E[sigma(sqrt(q) g) he_k(g)], rho the correlation. A truncation's series ends; that
 * of tanh and sigmoid is as long as the largest variance asks for, and pairs it does not serve are summed from erfs, at a hundred times
 * the cost: within 1e-9 for variances up to 12, 2e-8 for any. */
#pragma once

#include "lofi-activation.h"
#include "lofi-eigen.h"
#include "lofi-ridge.h"

/* In place: k (n x m) holds covariances q_ij and becomes the kernel. row_variances (n) and column_variances (m): q_ii of the samples of
 * the rows and of the columns, already with c^2 and s^2 in them, as the covariances are. */
LofiStatus lofi_kernel_apply (const LofiSigma *sigma, const double *row_variances, const double *column_variances, LofiMatrix *k,
                              const LofiWatch *watch);
/* The kernel of every sample with itself, E[sigma(sqrt(q) g)^2]: count numbers, in place. */
LofiStatus lofi_kernel_diagonal (const LofiSigma *sigma, double *variances, size_t count);

/* K (n x m) between the rows of F (n x d) and G (m x d), inputs scaled by 1 / c, bias strength s. */
LofiStatus lofi_kernel_matrix (const LofiSigma *sigma, double scale, double bias, const LofiMatrix *f, const LofiMatrix *g,
                               LofiMatrix *k, const LofiWatch *watch);

/* The operator of a kernel layer, (1/n) G^(1/2) diag(t) G^(1/2), eigenvalues of G floored at 1e-6. */
typedef struct {
  size_t samples;
  LofiMatrix basis;         /* Q, n x n */
  double *roots;            /* n: sqrt of the floored eigenvalues of G */
  LofiSpectrum spectrum;    /* of the operator */
} LofiKernelFilter;
LofiStatus lofi_kernel_filter_init (LofiKernelFilter *filter, const LofiMatrix *gram, const double *weights, const LofiWatch *watch);
void lofi_kernel_filter_clear (LofiKernelFilter *filter);
size_t lofi_kernel_filter_bytes (const LofiKernelFilter *filter);
/* The K leading pairs by magnitude, B oriented as any filter's columns: coefficients A = G^(-1/2) B (n x K), the directions written on the
 * training samples, so that a new sample's features are k(x, X) A; features F = G^(1/2) B (n x K). */
LofiStatus lofi_kernel_filter_leading (const LofiKernelFilter *filter, size_t keep, double *values, LofiMatrix *coefficients,
                                       LofiMatrix *features, const LofiWatch *watch);

/* Kernel ridge with an intercept: the limit of lofi_ridge_fit for K = F F^T (double centring), the penalty by exact leave-one-out. */
typedef struct {
  size_t samples;
  double *dual;             /* n: prediction = centred k(x, X) . dual + intercept */
  double *row_means;        /* n: of the training kernel */
  double mean;              /* of all of it */
  double intercept, penalty, loo_mse;
} LofiKernelRidge;
LofiStatus lofi_kernel_ridge_fit (LofiKernelRidge *ridge, const LofiMatrix *gram, const double *y, const double *penalties, size_t count,
                                  double *loo_curve, const LofiWatch *watch);
void lofi_kernel_ridge_clear (LofiKernelRidge *ridge);
/* cross: m x n, k(x, X) */
LofiStatus lofi_kernel_ridge_predict (const LofiKernelRidge *ridge, const LofiMatrix *cross, double *predictions);
