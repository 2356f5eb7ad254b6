/* A fitted network applied to inputs of one's own: pure functions of an immutable result, any thread. */
#pragma once

#include "lofi-result.h"

/* Whether the layers up to this one are there and hand on features; beyond a kernel without a filter nothing can be applied. */
gboolean lofi_result_can_apply (const LofiResult *result, guint layer_index);

/* The features of layer `layer_index` for inputs (b x d, normalised as the task's): b x (C H W) of the layer's output_shape. Computed in double,
 * whole: the caller cuts long blocks. */
LofiStatus lofi_result_apply (const LofiResult *result, guint layer_index, const LofiMatrix *inputs, LofiMatrix *features);

/* The degree spectrum of the first `count` kept features (0 = all) for isotropic Gaussian inputs of the data's mean square length: count x
 * LOFI_DEGREES, shares that add up to 1 (lofi-degree.h). Maps count by their sum over positions. Takes some seconds. (transfer full) */
LofiArray *lofi_result_degrees (const LofiResult *result, guint layer_index, gsize count, GCancellable *cancellable, GError **error);

/* From features of layer `from` (b x (C H W) of its output_shape), through the layers after it and the readout: b predictions. FALSE when
 * a layer after it cannot be applied, or there is no readout yet. Computed in double, whole. */
gboolean lofi_result_can_predict_from (const LofiResult *result, guint from);
LofiStatus lofi_result_predict_from (const LofiResult *result, guint from, const LofiMatrix *features, double *predictions);
