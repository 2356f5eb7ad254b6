/* Overlaps: of what a layer keeps with the directions a teacher planted, and of two fits of the same data with each other. */
#pragma once

#include "lofi-result.h"

/* Squared overlap in [0, 1] of what layer `layer_index` keeps with each planted group, and the mean of the groups in *whole.
 *   The first layer: the share ||Q^T p||^2 of the group's directions p, mean over them, Q a basis of the kept directions in the input: V itself
 *   of a filter, W V of a dense lift, whose linear part it is.
 *   Deeper: R^2 of the group's concept (lofi_teacher_concepts) in the least squares on the layer's features of the test samples, intercept
 *   included. Maps count by their sum over positions.
 * groups: n_groups of the data set. FALSE when there is nothing to compare: no teacher, no filter, or no test samples or too few
 * for the features; stopped. Any thread. */
gboolean lofi_planted_overlaps (const LofiResult *result, guint layer_index, double *groups, double *whole, GCancellable *cancellable);

/* For each kept direction of a layer that lofi_planted_overlaps serves, its own squared overlap with each group: K x n_groups (of the first layer, of
 * the unit vector in the input with the group's subspace; deeper, the squared correlation of the feature with the concept). NULL as above.
 * (transfer full) */
LofiArray *lofi_planted_bars (const LofiResult *result, guint layer_index, GCancellable *cancellable);

/* Samples a sketch is of: the first test samples. */
#define LOFI_SKETCH_SAMPLES ((gsize) 2000)
/* An orthonormal basis of the centred features of a filtered layer on the first test samples: what two fits can be compared by whatever their
 * lifts; of maps the sums over positions. NULL without a filter, or with fewer test samples than features. (transfer full) */
LofiArray *lofi_feature_sketch (const LofiResult *result, guint layer_index, GCancellable *cancellable);
/* ||A^T B||_F^2 / columns of the smaller; NAN when they are not of as many samples. */
double lofi_sketch_overlap (const LofiArray *a, const LofiArray *b);
