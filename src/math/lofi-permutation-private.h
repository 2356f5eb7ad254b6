/* What is asked of lofi_permuted_extremes, and one way to do it. Shared by lofi-permutation.c and lofi-permutation-whole.c. */
#pragma once

#include "lofi-permutation.h"

typedef struct {
  const LofiRowSource *source;
  double *weights;          /* in units of scale, a power of two near the largest: in single precision smaller ones vanish */
  double scale;
  bool center;
  uint64_t seed;
  uint32_t first;
  size_t count, per_end;
  LofiMatrix *low, *high;
  size_t null;              /* eigenvalues that are zero whatever the shuffle: rows of weight zero and rows that are not there */
  const LofiWatch *watch;
  size_t finished;          /* shuffles */
} LofiShuffles;

/* Where the values of a shuffle (0 .. count - 1) go. */
static inline double *
lofi_shuffles_low (const LofiShuffles *job, size_t shuffle)
{
  return job->low->data + shuffle * job->low->stride;
}

static inline double *
lofi_shuffles_high (const LofiShuffles *job, size_t shuffle)
{
  return job->high->data + shuffle * job->high->stride;
}

/* Shuffles first .. first + count - 1 of the job by their operators, made together in one pass, and the whole spectra of these. Counts them finished. */
LofiStatus lofi_shuffles_by_whole_spectra (LofiShuffles *job, size_t first, size_t count);
