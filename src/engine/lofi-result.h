/* What a fit has found. Immutable and reference-counted from the moment another thread can see it. */
#pragma once

#include "lofi-operator.h"
#include "lofi-ridge.h"
#include "lofi-task.h"

/* Reference-counted matrix: what the stages hand to each other. */
typedef struct { LofiMatrix matrix; } LofiArray;
LofiArray *lofi_array_new (gsize rows, gsize cols, GError **error, const char *place);
LofiArray *lofi_array_ref (LofiArray *array);
void lofi_array_unref (LofiArray *array);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LofiArray, lofi_array_unref)

typedef enum { LOFI_FORM_NONE, LOFI_FORM_PRIMAL, LOFI_FORM_DUAL } LofiForm;

/* One finished layer. */
typedef struct {
  char *key;                     /* everything upstream and its own settings */
  char *name;                    /* "layer1" */
  LofiLayerSpec *spec;
  gsize inputs, width, keep;     /* keep == 0: no filter; of keep=auto what was chosen; width: P, of a kernel layer n, of a filter its inputs, else 0 */
  double scale;                  /* c; 0 for kinds without a lift */
  gboolean single;               /* the lift was computed in single precision */
  LofiMapShape input_shape, output_shape;   /* a vector of d numbers is 1 x 1 x d */
  LofiForm form;                 /* of the operator */
  gsize n_spectrum;              /* P, or 0 without a filter */
  double *spectrum;              /* all eigenvalues of C, ascending, whatever the order; of patch filters, those of all channels */
  gboolean spectrum_estimated;   /* only the kept ones are exact: the rest is drawn from an estimated density */
  double residual;               /* max ||C v - lambda v|| / |lambda_1| of the kept pairs; 0 where all pairs are exact */
  double *eigenvalues;           /* keep, by magnitude; for order 1 and the first of 1+2, ||m|| */
  double *mean_overlap;          /* keep: squared overlap of each direction with the mean activation */
  LofiArray *weights;            /* d x P; NULL without a lift, and of a kernel layer */
  double *bias;                  /* P, or NULL */
  double *lift_mean;             /* P, of patch filters P for each channel: what a centred lift is taken less of, or NULL */
  LofiArray *filters;            /* P x K, or NULL; of a kernel layer n x K, on the training samples: features are k(x, X) A; of patch filters
                                  * size^2 x (C K): the K of the first channel first */
  /* The features it hands on, n x (C H W) of output_shape. NULL when they are not stored: too large for that, computed again wherever they are
   * needed, or a kernel's, which has kernel_train and kernel_test instead. */
  LofiArray *train, *test;
  LofiArray *kernel_train, *kernel_test;   /* n x n and m x n; only of width=inf without a filter */
  double *kernel_test_diagonal;  /* m */
  struct _LofiFeatures *train_rows, *test_rows;   /* the features, stored or as a recipe; NULL of a kernel */
  /* Lifted activations for the lift picture: a fixed sample of them, split by label; ascending order is not promised. */
  gsize n_activations; double *activations; double *activation_labels;
  double seconds;                /* of its computation, when it was computed */
} LofiLayerResult;
LofiLayerResult *lofi_layer_result_ref (LofiLayerResult *layer);
void lofi_layer_result_unref (LofiLayerResult *layer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LofiLayerResult, lofi_layer_result_unref)
gsize lofi_layer_result_bytes (const LofiLayerResult *layer);
/* The features as an array, computed if they are not stored. Any thread. NULL with an error, also for a kernel. (transfer full) */
LofiArray *lofi_layer_result_features (const LofiLayerResult *layer, gboolean test, GCancellable *cancellable, GError **error);

typedef struct _LofiNull LofiNull;      /* lofi-null.h */

/* A readout and its scores. */
typedef struct {
  char *key;
  LofiRidge ridge;               /* of a kernel readout weights are on the training samples; of gradient descent there are none */
  LofiScores train_scores, test_scores;
  double *train_predictions, *test_predictions;
  gsize n_train, n_test;
  double seconds;
} LofiReadout;
LofiReadout *lofi_readout_ref (LofiReadout *readout);
void lofi_readout_unref (LofiReadout *readout);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LofiReadout, lofi_readout_unref)

/* A snapshot: the state of a fit, finished or on its way. What is not there yet is NULL. */
typedef struct {
  guint64 generation;            /* the request it answers; 0 outside the runner */
  LofiExperiment *experiment;
  LofiTask *task;
  guint n_layers;
  LofiLayerResult **layers;      /* n_layers, each NULL until finished */
  LofiNull **nulls;              /* n_layers; NULL until known, and for layers without a filter */
  /* The spectrum being watched while samples stream in: layer live_layer after live_samples samples;
   * live_samples == live_total is the whole spectrum, shown before its directions are known. */
  int live_layer;                /* -1: none */
  gsize live_samples, live_total, n_live;
  double *live_spectrum;         /* ascending */
  LofiReadout *readout, *lazy, *linear;
  LofiReadout *kernel, *descent; /* only if the experiment compares with them */
  gsize descent_steps;           /* taken; fewer than asked for if it diverged */
  gboolean descent_diverged;
  struct _LofiPlan *plan;        /* what was expected; NULL until the data is known */
  gboolean finished;
  double seconds;
  gsize peak_bytes;
} LofiResult;
LofiResult *lofi_result_ref (LofiResult *result);
void lofi_result_unref (LofiResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LofiResult, lofi_result_unref)

/* What a kept direction looks like in the input: a picture for each of the first `count` directions (0 = all), a row each. */
typedef enum {
  LOFI_PICTURE_PULLED_BACK,      /* layer one: the mean gradient of the projection by what the layer looks at, the input or of a convolution a
                                  * patch; of a filter without a lift the direction itself */
  LOFI_PICTURE_WEIGHTED_MEAN     /* sum_i p_i x_i / sum_i |p_i| over the training samples, at any depth; p of a map is its sum */
} LofiPicture;
/* Whether there is such a picture of this layer's directions, and which one is shown first. */
gboolean lofi_picture_possible (const LofiExperiment *experiment, guint layer_index, LofiPicture picture);
LofiPicture lofi_picture_default (const LofiExperiment *experiment, guint layer_index);
/* What a picture is: the task's shape, or C x k x k of a convolution's kernel, 1 x k x k of a patch filter (whose directions go channel by channel). */
LofiMapShape lofi_result_picture_shape (const LofiResult *result, guint layer_index, LofiPicture picture);
/* (transfer full). layer_index counts from 0. Pure: any thread. Errors: the layer has no filter, no such picture, stopped. */
LofiArray *lofi_result_pictures (const LofiResult *result, guint layer_index, LofiPicture picture, gsize count,
                                 GCancellable *cancellable, GError **error);
