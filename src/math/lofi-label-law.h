/* The law of the label weights t, as atoms: what the laws of the signed covariance depend on (theory: Lu and Li 2019; Mondelli and Montanari 2018). */
#pragma once

#include "lofi-matrix.h"

#define LOFI_LABEL_ATOMS_MOST 64

typedef struct {
  size_t count;
  double *values;           /* ascending, distinct */
  double *shares;           /* of the samples; add up to 1 */
} LofiLabelLaw;

/* The law of n weights: their distinct values, or beyond LOFI_LABEL_ATOMS_MOST of them the means of so many groups of equal size.
 * LOFI_BAD_SHAPE without samples, LOFI_NOT_FINITE for a weight that is not. On failure all zero. */
LofiStatus lofi_label_law_init (LofiLabelLaw *law, const double *weights, size_t n);
/* Of labels -1 and +1 of mean b, less b if centred. LOFI_BAD_VALUE unless -1 < b < 1. */
LofiStatus lofi_label_law_init_binary (LofiLabelLaw *law, double mean, bool centred);
void lofi_label_law_clear (LofiLabelLaw *law);
