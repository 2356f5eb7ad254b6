/* Subspaces and how they overlap (theory.md 7; the oracle's subspace_overlap). */
#pragma once

#include "lofi-matrix.h"

/* An orthonormal basis of the span of the columns of a (N x k), k <= N, into q (N x rank), *rank <= k the number of columns that are not,
 * to 1e-10 of the largest, combinations of those before them. q has k columns; those from rank on are zero. */
LofiStatus lofi_orthonormal_basis (const LofiMatrix *a, LofiMatrix *q, size_t *rank);

/* ||Qa^T Qb||_F^2 / min(ra, rb) in [0, 1] for the spans of a (N x ka) and b (N x kb), ra and rb their dimensions: 1 if one contains the
 * other, 0 if one is nothing but zeros. */
LofiStatus lofi_subspace_overlap (const LofiMatrix *a, const LofiMatrix *b, double *overlap);

/* Squared overlap of each column of v (N x K), made a unit vector, with the span of basis (N x r): K numbers in [0, 1]. */
LofiStatus lofi_direction_overlaps (const LofiMatrix *v, const LofiMatrix *basis, double *overlaps);

/* The k leading left singular vectors of a (N x h), orthonormal columns of u (N x k), by the eigenpairs of the smaller Gram matrix.
 * singular: k numbers, descending, or NULL; those below 1e-8 of the first are rounding. Where a has no rank left, the columns of u are any that
 * complete the others. Oriented (lofi-eigen.h). k <= min(N, h). */
LofiStatus lofi_leading_left_vectors (const LofiMatrix *a, size_t k, LofiMatrix *u, double *singular, const LofiWatch *watch);

/* ||Q^T A||_F^2 / ||A||_F^2 for Q with orthonormal columns; 0 for A = 0. */
LofiStatus lofi_energy_within (const LofiMatrix *q, const LofiMatrix *a, double *share);

/* R^2 in [0, 1] of each column of targets (N x c) in the least squares on the columns of features (N x K), intercept included: c numbers; 0 for
 * a constant target. By the Gram matrix of the standardised columns: columns that are combinations of others to 1e-6 count once. Rows do not
 * suffice when K >= N - 1: every share is then 1. */
LofiStatus lofi_explained_shares (const LofiMatrix *features, const LofiMatrix *targets, double *shares);
