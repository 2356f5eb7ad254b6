/* Filters of order 3 and 4: the left singular vectors of the unfolded label moment E[t z^(x)k] (theory.md 4(i)).
 *
 * They are eigenvectors of A_k = (1/n^2) Z^T [ (t t^T) o N_{k-1}(Z, Z), diagonal set to 0 ] Z, made from the n x n kernel in blocks of
 * rows, never from the P^k tensor. N_2 and N_3 are the Hermite kernels for isotropic z: with c = z . z', A = |z|^2 + |z'|^2 and P the width
 *   N_2 = (c^2 - A + P) / 2,   N_3 = c^3 / 6 + c (P - A) / 2 + c.
 * Isotropic z are assumed: the activations are taken less their mean and over their deviation, each by itself (one without a
 * deviation is left out), and a direction v found there is handed back as the unit vector along v / deviation, so that it applies to z. */
#pragma once

#include "lofi-matrix.h"

/* The `keep` directions of largest |eigenvalue| of A_k, k = order 3 or 4, in that order, oriented unit columns of vectors (P x keep);
 * values: keep numbers, sqrt |eigenvalue| with its sign, an estimate of the moment's singular values. Z (n x P), t (n); keep <= P.
 * Cost n^2 P; memory O(n P + block n + P^2). Stops between blocks. */
LofiStatus lofi_moment_leading (const LofiMatrix *lifted, const double *weights, int order, size_t keep, double *values,
                                LofiMatrix *vectors, const LofiWatch *watch);

/* How much of a label is of degree k in isotropic inputs: the unbiased w_k = sum_{i != j} t_i t_j N_k(x_i, x_j) / (n (n - 1)), k = 1 .. 4, and
 * its standard deviation if the label were independent of them. An accessible degree has w_k well above deviation_k. */
LofiStatus lofi_label_degrees (const LofiMatrix *inputs, const double *labels, double energy[5], double deviation[5], const LofiWatch *watch);
