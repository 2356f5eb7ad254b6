/* How gradient descent and the filter agree, by step (theory.md 7; `lofi align`). */
#pragma once

#include "lofi-fit.h"

/* Subspaces that the k leading left singular vectors of the first layer's weight change are compared with. */
typedef enum {
  LOFI_ALIGN_FILTER,         /* order-1+2 LoFi on the inputs: E[t x] and k - 1 eigenvectors of E[t x x^T] in its complement */
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
  double samples[LOFI_N_ALIGN];    /* in sample space: kept features of the first filtered layer against X dW; NAN if there is none */
  double energy;                   /* ||Q^T dW||^2 / ||dW||^2 for the filter's span */
  double train_error, train_mse, test_error, test_mse;
} LofiAlignPoint;

/* What has been found so far. Any thread. */
typedef struct {
  LofiExperiment *experiment;
  gsize directions, inputs, samples;      /* k, d, n */
  GArray *points;                         /* LofiAlignPoint, by seed and step */
  double lofi_train_error, lofi_test_error;    /* of the experiment's own fit, mean over seeds: a level beside the curves; NAN until known */
  guint diverged;                         /* seeds whose descent diverged: their last finite checkpoint is their last point */
  gboolean finished;
  double seconds;
} LofiAlignment;
LofiAlignment *lofi_alignment_ref (LofiAlignment *alignment);
void lofi_alignment_unref (LofiAlignment *alignment);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LofiAlignment, lofi_alignment_unref)

/* Steps at which it is measured: 1, 2, 5, 10, 20, 50, ... and the last. (transfer full) gsize */
GArray *lofi_alignment_steps (gsize steps);

/* Seeds 0 .. descent.seeds - 1. snapshot (may be NULL) is told a copy of what there is after each step measured, in this thread; progress
 * likewise the fraction done. Stopped: G_IO_ERROR_CANCELLED; what was shown stays shown. (transfer full) */
typedef struct {
  void (*snapshot) (gpointer data, LofiAlignment *alignment);
  void (*progress) (gpointer data, double fraction);
  gpointer data;
} LofiAlignObserver;
LofiAlignment *lofi_align (const LofiExperiment *experiment, LofiCache *cache, const LofiAlignObserver *observer,
                           GCancellable *cancellable, GError **error);

/* Mean and standard error over seeds at each step: what a curve draws. which: LOFI_ALIGN_*; (transfer full) LofiAlignMean */
typedef struct { gsize step; guint count; double mean, sem; } LofiAlignMean;
typedef enum { LOFI_ALIGN_SPACE_INPUTS, LOFI_ALIGN_SPACE_SAMPLES } LofiAlignSpace;
GArray *lofi_alignment_curve (const LofiAlignment *alignment, LofiAlignSpace space, LofiAlign which);
typedef enum { LOFI_ALIGN_TRAIN_ERROR, LOFI_ALIGN_TEST_ERROR, LOFI_ALIGN_TRAIN_MSE, LOFI_ALIGN_TEST_MSE, LOFI_ALIGN_ENERGY } LofiAlignScore;
GArray *lofi_alignment_scores (const LofiAlignment *alignment, LofiAlignScore score);

/* alignment.json as text, and read back from a folder. (transfer full) */
char *lofi_alignment_to_json (const LofiAlignment *alignment);
LofiAlignment *lofi_alignment_load (const char *path, GError **error);
