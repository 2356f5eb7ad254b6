/* The dense lift: z = sigma(h W / c + s b) / sqrt(P) (method.md "One dense layer"). */
#pragma once

#include "lofi-activation.h"
#include "lofi-matrix.h"

typedef struct {
  LofiMatrix weights;       /* W, d x P; a view, owned elsewhere */
  double scale;             /* c > 0 */
  const double *bias;       /* b, P numbers, or NULL */
  double bias_strength;     /* s */
  LofiSigma sigma;
} LofiLift;

/* c = sqrt(mean over rows of ||h_i||^2). LOFI_NOT_FINITE if an input is, LOFI_BAD_SHAPE if h is empty.
 * c may be 0 when all inputs are: the caller refuses that. */
LofiStatus lofi_input_scale (const LofiMatrix *inputs, double *scale);

/* Z (b x P) from H (b x d), any number of rows. */
LofiStatus lofi_lift_apply (const LofiLift *lift, const LofiMatrix *inputs, LofiMatrix *lifted);

/* The pulled-back pictures: row k of gradients (K x d) is (1/n) sum_i d p_k / d h_i with p_k = V_k^T z, that is
 * W (v_k o mean_i sigma'(u_i)) / (c sqrt(P)). Inputs H (n x d), filters V (P x K). In blocks, so memory is O(b P). */
LofiStatus lofi_lift_mean_gradient (const LofiLift *lift, const LofiMatrix *inputs, const LofiMatrix *filters,
                                    LofiMatrix *gradients, const LofiWatch *watch);
