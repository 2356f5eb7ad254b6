/* How gradient descent and the filter agree, by step (theory.md 7; `lofi align`). */
#pragma once

#include "lofi-fit.h"

/* Subspaces that the k leading left singular vectors of the first layer's weight change are compared with. The inputs are those of the first
 * layer with weights, less their mean: pixels, pooled ones after a leading pool, patches at all positions for a convolution. */
typedef enum {
  LOFI_ALIGN_FILTER,         /* order-1+2 LoFi on the inputs: the span of E[t x] and k - 1 eigenvectors of E[t x x^T], t = y - mean (y) */
  LOFI_ALIGN_PERMUTED,       /* the same with permuted labels */
  LOFI_ALIGN_COMPONENTS,     /* k principal components */
  LOFI_ALIGN_RANDOM,         /* uniform: k / d exactly, no draw needed */
  LOFI_N_ALIGN
} LofiAlign;
const char *lofi_align_name (LofiAlign align);    /* "lofi", "permuted", "pca", "random"; static */

/* One seed at one step. Overlaps A_k in [0, 1]. */
typedef struct {
  guint64 seed;
  gsize step;
  double inputs[LOFI_N_ALIGN];     /* in input space */
  double samples[LOFI_N_ALIGN];    /* in sample space: kept features of the first filtered layer against X dW; NAN if there are none, or maps */
  double energy;                   /* ||Q^T dW||^2 / ||dW||^2 for the filter's span */
  double train_error, train_mse, test_error, test_mse;
} LofiAlignPoint;

/* One seed: its fit, and how its descent ended. */
typedef struct {
  guint64 seed;
  double lofi_train_error, lofi_test_error;
  gboolean diverged;               /* the last step measured before that is its last point */
  gboolean finished;
} LofiAlignSeed;

/* What has been found so far. Any thread. */
typedef struct {
  LofiExperiment *experiment;
  gsize directions, inputs, samples;      /* k, d, n; 0 until known */
  GArray *points;                         /* LofiAlignPoint, by seed and step */
  GArray *seeds;                          /* LofiAlignSeed: those begun */
  double lofi_train_error, lofi_test_error;    /* of the experiment's own fit, mean over seeds: a level beside the curves; NAN until known */
  guint diverged;                         /* seeds whose descent diverged */
  gboolean finished;
  double seconds;
} LofiAlignment;
LofiAlignment *lofi_alignment_ref (LofiAlignment *alignment);
void lofi_alignment_unref (LofiAlignment *alignment);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LofiAlignment, lofi_alignment_unref)

/* Steps at which it is measured: 1, 2, 5, 10, 20, 50, ... and the last. (transfer full) gsize */
GArray *lofi_alignment_steps (gsize steps);

/* What the points depend on: not the experiment's own seed, nor how many seeds are asked for. (transfer full) */
char *lofi_alignment_key (const LofiExperiment *experiment);

/* Seeds 0 .. descent.seeds - 1. earlier (or NULL): seeds finished there are taken over if its key is the same. snapshot is told a copy of what
 * there is at the beginning, after each fit and after each step measured, in this thread; progress likewise the fraction done; either may be
 * NULL. Stopped: G_IO_ERROR_CANCELLED; what was shown stays shown. cache (or NULL) lends its data. (transfer full) */
typedef struct {
  void (*snapshot) (gpointer data, LofiAlignment *alignment);
  void (*progress) (gpointer data, double fraction);
  gpointer data;
} LofiAlignObserver;
LofiAlignment *lofi_align (const LofiExperiment *experiment, const LofiAlignment *earlier, LofiCache *cache, const LofiAlignObserver *observer,
                           GCancellable *cancellable, GError **error);

/* Mean and standard error (NAN of one seed) over the seeds that have a number at each step: what a curve draws. (transfer full) LofiAlignMean */
typedef struct { gsize step; guint count; double mean, sem; } LofiAlignMean;
typedef enum { LOFI_ALIGN_SPACE_INPUTS, LOFI_ALIGN_SPACE_SAMPLES } LofiAlignSpace;
GArray *lofi_alignment_curve (const LofiAlignment *alignment, LofiAlignSpace space, LofiAlign which);
typedef enum { LOFI_ALIGN_TRAIN_ERROR, LOFI_ALIGN_TEST_ERROR, LOFI_ALIGN_TRAIN_MSE, LOFI_ALIGN_TEST_MSE, LOFI_ALIGN_ENERGY } LofiAlignScore;
GArray *lofi_alignment_scores (const LofiAlignment *alignment, LofiAlignScore score);

/* alignment.json as text, and read back from that file. (transfer full) */
char *lofi_alignment_to_json (const LofiAlignment *alignment);
LofiAlignment *lofi_alignment_load (const char *path, GError **error);
