/* Where the spectrum of C = (1/n) sum_i t_i z_i z_i^T ends when t is independent of z, for z of any covariance and mean: the separable law
 * (Paul and Silverstein 2009; Zhang 2006) on the centred covariance, the mean a spike of its own.
 *
 *   e = (1/aspect) mean_j [s_j / (g s_j - z)],  g = E[t / (1 + t e)],  aspect = n / P
 *   right edge = min over e in (-1/t_max, 0), or e < 0 without a positive t, of the root z > max_j g s_j of mean_j [s_j / (z - g s_j)] = -aspect e,
 *                and at least 0 where C has a kernel;   left: t -> -t
 *   the mean's spikes: the roots z beyond the edges of 1 + g(e) sum_j mu2_j / (g(e) s_j - z) = 0 */
#pragma once

#include "lofi-label-law.h"

/* Eigenvalues s_j of the centred covariance of z, as atoms, and what the mean has along them, in atoms of its own. */
typedef struct {
  size_t count;
  const double *values, *shares;             /* s_j >= 0 ascending; shares add up to 1 */
  size_t mean_count;
  const double *mean_values, *mean_squares;  /* s_j >= 0 ascending, and <mean, v_j>^2; mean_count 0: a mean of zero */
} LofiCovarianceLaw;

/* The ends of the null spectrum, spikes included. LOFI_BAD_VALUE for a covariance of zero or weights that all vanish, and unless
 * aspect > 0. */
LofiStatus lofi_null_edges (const LofiLabelLaw *labels, const LofiCovarianceLaw *covariance, double aspect, double *low, double *high);
/* Those of the bulk alone, as if the mean were zero. */
LofiStatus lofi_separable_edges (const LofiLabelLaw *labels, const LofiCovarianceLaw *covariance, double aspect, double *low, double *high);
