/* Between the closed forms (lofi-kernel.c), the series (lofi-kernel-series.c) and what is built on a kernel. */
#pragma once

#include "lofi-activation.h"
#include "lofi-matrix.h"

#define LOFI_KERNEL_TERMS_MAX 128   /* of an unending series: odd degrees up to 255 */
#define LOFI_KERNEL_MIXTURE 14

/* The Hermite series of an activation, for one set of samples: k_ij = constant + sum_m a_m(q_i) a_m(q_j) rho^degree(m). */
typedef struct {
  size_t terms, count;
  bool odd;                     /* the degrees are 1, 3, 5, ...; else 0, 1, 2, ... */
  double constant;
  LofiMatrix coefficients;      /* terms x count */
  double *variances;            /* count, as the series sees them (see stretch) */
  double *inverse_roots;        /* count: 1 / sqrt (variance), 0 for a variance of 0 */
  double *tails;                /* count: the norm of what the series leaves out; infinite where it cannot be trusted. NULL: nothing */
  double largest_tail;
  double stretch, gain;         /* sigma(t) less its constant part is gain * f (sqrt (stretch) t), f the function expanded */
  double spreads[LOFI_KERNEL_MIXTURE], shares[LOFI_KERNEL_MIXTURE];
} LofiKernelSeries;

/* Has sigma no closed form here? */
bool lofi_kernel_is_series (const LofiSigma *sigma);

/* How many terms do for variances up to `largest`. */
size_t lofi_kernel_series_terms (const LofiSigma *sigma, double largest);

/* Finite variances >= 0. Clear it also after a failure. */
LofiStatus lofi_kernel_series_init (LofiKernelSeries *series, const LofiSigma *sigma, size_t terms, const double *variances, size_t count,
                                    const LofiWatch *watch);
void lofi_kernel_series_clear (LofiKernelSeries *series);

/* k: the covariances of sample i of `rows` with the samples first .. first + count - 1 of `columns`; becomes the kernel. */
void lofi_kernel_series_row (const LofiKernelSeries *rows, size_t i, const LofiKernelSeries *columns, size_t first, double *k, size_t count);

/* The lower triangle of (K + K^T) / 2 into s (n x n). */
void lofi_kernel_symmetrise (const LofiMatrix *k, LofiMatrix *s);
