/* What a layer hands to the next: rows of numbers for every sample, stored, or computed again whenever they are asked for.
 *
 * A filter's features are few and stored. A lift without a filter may be as large as n x P: its features are a recipe, the features that
 * entered and the lift, so that samples stream through the fitted prefix in blocks (method.md; memory O(P^2 + block)). Immutable. */
#pragma once

#include "lofi-result.h"

typedef struct { LofiMatrixF matrix; } LofiArrayF;
LofiArrayF *lofi_array_f_new (gsize rows, gsize cols, GError **error, const char *place);
LofiArrayF *lofi_array_f_ref (LofiArrayF *array);
void lofi_array_f_unref (LofiArrayF *array);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LofiArrayF, lofi_array_f_unref)

typedef struct _LofiLiftStage LofiLiftStage;
typedef struct _LofiFeatures LofiFeatures;

struct _LofiFeatures {
  LofiMapShape shape;          /* of a sample; a vector of d numbers is 1 x 1 x d */
  gsize samples, count;        /* count: numbers of a sample, the product of the shape */
  gboolean test;               /* of the test samples */
  LofiMatrix view;             /* stored ones; data NULL when they are computed */
  LofiTask *task;              /* what keeps the view alive: one of these two */
  LofiArray *array;
  LofiArrayF *single, *rest;   /* those stored in single precision: the first `whole` samples are rows of single, the others all rows of rest; times */
  gsize whole;
  double factor;
  LofiFeatures *parent;        /* computed ones: lift of parent's rows, less mean unless NULL */
  LofiLiftStage *lift;
  double *mean;                /* P */
};

LofiFeatures *lofi_features_ref (LofiFeatures *features);
void lofi_features_unref (LofiFeatures *features);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LofiFeatures, lofi_features_unref)

/* All (transfer full); their arguments are referenced or copied. */
LofiFeatures *lofi_features_of_task (LofiTask *task, gboolean test);
LofiFeatures *lofi_features_of_array (LofiArray *array, LofiMapShape shape, gboolean test);
/* The first `whole` rows of single, which may have more, and then those of rest (NULL: none), all times factor; of vectors. */
LofiFeatures *lofi_features_of_single (LofiArrayF *single, gsize whole, LofiArrayF *rest, double factor, gboolean test);
LofiFeatures *lofi_features_of_lift (LofiFeatures *parent, LofiLiftStage *lift, const double *mean);
/* The same numbers as vectors. */
LofiFeatures *lofi_features_flatten (LofiFeatures *features);

/* Samples to take at once, at most 512: fewer where a sample is large, so that a block of computed rows stays small. */
#define LOFI_FEATURES_BLOCK_NUMBERS ((gsize) 1 << 22)
gsize lofi_features_block (const LofiFeatures *features);

/* Rows first .. first + count - 1 into rows (count x f->count). */
LofiStatus lofi_features_rows (const LofiFeatures *features, gsize first, gsize count, LofiMatrix *rows);
/* A view of the stored rows, or of `work` (at least count x f->count) after filling it. */
LofiStatus lofi_features_view (const LofiFeatures *features, gsize first, gsize count, const LofiMatrix *work, LofiMatrix *rows);
/* Everything as one array. (transfer full) */
LofiArray *lofi_features_all (const LofiFeatures *features, const LofiWatch *watch, GError **error, const char *place);
