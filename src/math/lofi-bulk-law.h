/* The spectrum of the signed covariance D = (1/n) sum_i t_i x_i x_i^T of isotropic inputs (x of d independent entries, mean 0, variance 1) when n
 * and d are large: the bulk's density and edges, and the eigenvalues that leave it.
 *
 * With aspect = n / d and psi(l) = l / aspect + E[t l / (l - t)], the bulk is the curve l = a + i b, Im psi = 0, walked along a: x = psi(l),
 * density = (aspect / pi) b / |l|^2; the edges are psi at the roots of E[t^2 / (a - t)^2] = 1 / aspect beyond the largest and below the smallest t. */
#pragma once

#include "lofi-label-law.h"

typedef struct {
  size_t count;
  double *x, *density;      /* count points, x ascending; the density of the continuous part, which has mass 1 - atom; 0 at edges and in gaps */
  double low, high;         /* the outermost edges; where there is an atom at 0, it lies between them or is one of them */
  double atom;              /* of the eigenvalue 0: max (0, 1 - aspect P(t != 0)) */
} LofiBulkLaw;

/* points: of each interval of the support, its edges included, spaced so that square-root edges are resolved; at least 4. LOFI_BAD_VALUE when
 * all weights vanish, and unless aspect > 0. */
LofiStatus lofi_bulk_law_init (LofiBulkLaw *law, const LofiLabelLaw *labels, double aspect, size_t points);
void lofi_bulk_law_clear (LofiBulkLaw *law);
/* The edges alone. */
LofiStatus lofi_bulk_edges (const LofiLabelLaw *labels, double aspect, double *low, double *high);

/* An eigenvalue outside the bulk, of a direction w of the input with E[(w . x)^2 | t = t_k] = second_moments[k]. */
typedef struct {
  bool exists;              /* at this aspect */
  double value;             /* where it stands; the edge when it does not exist */
  double overlap;           /* squared, of its eigenvector with w; 0 when it does not exist */
  double critical_aspect;   /* n / d from which on it exists; infinite when it never does */
} LofiPredictedOutlier;

/* above: of the upper end, else of the lower. second_moments: labels->count numbers. Labels of several directions decouple when weights take two
 * values: each eigenvalue kappa of K = E[y (s s^T - I)] gives its own, with second moments 1 +- kappa / (2 P(y = +-1)). */
LofiStatus lofi_predict_outlier (const LofiLabelLaw *labels, const double *second_moments, double aspect, bool above,
                                 LofiPredictedOutlier *outlier);

/* The same in closed form for labels -1 and +1 of mean b as they are; kappa > 0 is an outlier above, kappa < 0 below. */
LofiStatus lofi_predict_binary_outlier (double mean, double kappa, double aspect, LofiPredictedOutlier *outlier);
