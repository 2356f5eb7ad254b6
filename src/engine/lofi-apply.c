/* A fitted network applied to inputs of one's own, and what that tells: predictions, and the degrees of its features. */
#include "config.h"
#include "lofi-apply.h"

#include <math.h>
#include <string.h>
#include <cblas.h>
#include <glib/gi18n-lib.h>
#include "lofi-degree.h"
#include "lofi-error.h"
#include "lofi-fit-private.h"
#include "lofi-kernel.h"
#include "lofi-lift.h"

/* positions ((b S) x K) = (z - mean) V, or z - mean itself without filters. */
static LofiStatus
keep_directions (const double *mean, const LofiMatrix *v, LofiMatrix *z, LofiMatrix *positions)
{
  for (gsize i = 0; mean && i < z->rows; i++)
    cblas_daxpy ((int) z->cols, -1.0, mean, 1, z->data + i * z->stride, 1);
  if (!v)
    return lofi_matrix_copy (positions, z);
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) z->rows, (int) v->cols, (int) z->cols, 1, z->data, (int) z->stride, v->data,
               (int) v->stride, 0, positions->data, (int) positions->stride);
  return LOFI_OK;
}

/* Dense, convolution, filter and patch filters. */
static LofiStatus
apply_lift (const LofiLayerResult *layer, const LofiMatrix *inputs, LofiMatrix *out)
{
  const LofiLayerSpec *spec = layer->spec;
  gboolean windowed = lofi_layer_looks_at_windows (spec);
  gsize s = windowed ? layer->output_shape.height * layer->output_shape.width : 1;
  gsize groups = spec->kind == LOFI_KIND_FILTER && windowed ? layer->input_shape.channels : 1, b = inputs->rows;
  LofiWindow window = { spec->size, spec->padding, spec->stride };
  LofiLift lift = { .scale = layer->scale, .bias = layer->bias, .bias_strength = spec->bias };
  LofiMatrix patches = { 0 }, z = { 0 }, positions = { 0 };
  LofiStatus status = LOFI_OK;
  gsize each = out->cols / groups / s;                    /* K, or P without a filter */
  if (lofi_layer_lifts (spec))
    {
      lift.weights = layer->weights->matrix;
      status = lofi_sigma_init (&lift.sigma, spec->activation, spec->degree);
    }
  if (status == LOFI_OK && windowed)
    status = lofi_matrix_alloc (&patches, b * s, (spec->kind == LOFI_KIND_CONV ? layer->input_shape.channels : 1) * spec->size * spec->size);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&z, b * s, layer->width);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&positions, b * s, each);
  for (gsize g = 0; status == LOFI_OK && g < groups; g++)
    {
      LofiMatrix v = layer->filters ? layer->filters->matrix : z, maps = *out;
      const LofiMatrix *from = windowed ? &patches : inputs;
      v.data += layer->filters ? g * each : 0;
      v.cols = each;
      maps.data += g * each * s;
      maps.cols = each * s;
      if (windowed)
        status = groups > 1 || spec->kind == LOFI_KIND_FILTER ? lofi_patches_of_channel (inputs, layer->input_shape, window, g, &patches)
                                                              : lofi_patches (inputs, layer->input_shape, window, &patches);
      if (status == LOFI_OK)
        status = lofi_layer_lifts (spec) ? lofi_lift_apply (&lift, from, &z) : lofi_matrix_copy (&z, from);
      if (status == LOFI_OK)
        status = keep_directions (layer->lift_mean ? layer->lift_mean + g * layer->width : NULL, layer->filters ? &v : NULL, &z, &positions);
      if (status == LOFI_OK)
        status = lofi_positions_to_maps (&positions, b, &maps);
    }
  lofi_matrix_clear (&patches);
  lofi_matrix_clear (&z);
  lofi_matrix_clear (&positions);
  return status;
}

/* k(x, X) A; X are the training features that entered the layer. */
static LofiStatus
apply_kernel (const LofiResult *result, guint index, const LofiMatrix *inputs, LofiMatrix *out)
{
  const LofiLayerResult *layer = result->layers[index];
  g_autoptr (LofiArray) train = NULL;
  const LofiMatrix *x = &result->task->train.inputs, *a = &layer->filters->matrix;
  LofiMatrix k = { 0 };
  LofiSigma sigma;
  if (index > 0)
    {
      train = lofi_layer_result_features (result->layers[index - 1], FALSE, NULL, NULL);
      if (!train)
        return LOFI_BAD_SHAPE;
      x = &train->matrix;
    }
  LofiStatus status = lofi_sigma_init (&sigma, layer->spec->activation, layer->spec->degree);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&k, inputs->rows, x->rows);
  if (status == LOFI_OK)
    status = lofi_kernel_matrix (&sigma, layer->scale, layer->spec->bias, inputs, x, &k, NULL);
  if (status == LOFI_OK)
    cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) k.rows, (int) a->cols, (int) k.cols, 1, k.data, (int) k.stride, a->data,
                 (int) a->stride, 0, out->data, (int) out->stride);
  lofi_matrix_clear (&k);
  return status;
}

static LofiStatus
apply_layer (const LofiResult *result, guint index, const LofiMatrix *inputs, LofiMatrix *out)
{
  const LofiLayerResult *layer = result->layers[index];
  const LofiLayerSpec *spec = layer->spec;
  if (spec->kind == LOFI_KIND_FLATTEN)
    return lofi_matrix_copy (out, inputs);
  if (spec->kind == LOFI_KIND_POOL)
    return lofi_pool (inputs, layer->input_shape, spec->size, spec->mode, out);
  if (lofi_layer_lifts (spec) && spec->width == LOFI_WIDTH_INFINITE)
    return apply_kernel (result, index, inputs, out);
  return apply_lift (layer, inputs, out);
}

gboolean
lofi_result_can_apply (const LofiResult *result, guint layer_index)
{
  for (guint i = 0; i <= layer_index; i++)
    if (i >= result->n_layers || !result->layers[i] || !result->layers[i]->train_rows)
      return FALSE;
  return TRUE;
}

/* Layers first .. last - 1, one after the other. */
static LofiStatus
apply_layers (const LofiResult *result, guint first, guint last, const LofiMatrix *inputs, LofiMatrix *features)
{
  LofiMatrix from = *inputs, owned = { 0 };
  LofiStatus status = LOFI_OK;
  for (guint i = first; status == LOFI_OK && i < last; i++)
    {
      LofiMatrix next = { 0 };
      if (i + 1 < last)
        status = lofi_matrix_alloc (&next, inputs->rows, lofi_map_count (result->layers[i]->output_shape));
      if (status == LOFI_OK)
        status = apply_layer (result, i, &from, i + 1 < last ? &next : features);
      lofi_matrix_clear (&owned);
      owned = from = next;
    }
  lofi_matrix_clear (&owned);
  return status;
}

LofiStatus
lofi_result_apply (const LofiResult *result, guint layer_index, const LofiMatrix *inputs, LofiMatrix *features)
{
  if (!lofi_result_can_apply (result, layer_index) || inputs->cols != result->task->train.inputs.cols
      || features->rows != inputs->rows || features->cols != lofi_map_count (result->layers[layer_index]->output_shape))
    return LOFI_BAD_SHAPE;
  return apply_layers (result, 0, layer_index + 1, inputs, features);
}

/* ---- predictions ---- */

gboolean
lofi_result_can_predict_from (const LofiResult *result, guint from)
{
  return from < result->n_layers && lofi_result_can_apply (result, result->n_layers - 1) && result->readout && result->readout->ridge.weights;
}

LofiStatus
lofi_result_predict_from (const LofiResult *result, guint from, const LofiMatrix *features, double *predictions)
{
  if (!lofi_result_can_predict_from (result, from) || features->cols != lofi_map_count (result->layers[from]->output_shape))
    return LOFI_BAD_SHAPE;
  guint last = result->n_layers - 1;
  if (from == last)
    return lofi_ridge_predict (&result->readout->ridge, features, predictions);
  LofiMatrix read = { 0 };
  LofiStatus status = lofi_matrix_alloc (&read, features->rows, lofi_map_count (result->layers[last]->output_shape));
  if (status == LOFI_OK)
    status = apply_layers (result, from + 1, last + 1, features, &read);
  if (status == LOFI_OK)
    status = lofi_ridge_predict (&result->readout->ridge, &read, predictions);
  lofi_matrix_clear (&read);
  return status;
}

/* ---- degrees ---- */

typedef struct {
  const LofiResult *result;
  guint layer;
  gsize count;
  double radius;           /* inputs have the data's mean square length */
} Degrees;

/* Features that are maps count by their sum over positions: one number a direction. */
static LofiStatus
evaluate (void *data, const LofiMatrix *inputs, LofiMatrix *values)
{
  const Degrees *degrees = data;
  const LofiLayerResult *layer = degrees->result->layers[degrees->layer];
  LofiMapShape shape = layer->output_shape;
  gsize each = lofi_map_count (shape) / layer->keep;       /* positions */
  LofiMatrix scaled = { 0 }, features = { 0 };
  LofiStatus status = lofi_matrix_alloc (&scaled, inputs->rows, inputs->cols);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&features, inputs->rows, lofi_map_count (shape));
  for (gsize i = 0; status == LOFI_OK && i < inputs->rows; i++)
    for (gsize j = 0; j < inputs->cols; j++)
      scaled.data[i * scaled.stride + j] = degrees->radius * inputs->data[i * inputs->stride + j];
  if (status == LOFI_OK)
    status = lofi_result_apply (degrees->result, degrees->layer, &scaled, &features);
  for (gsize i = 0; status == LOFI_OK && i < inputs->rows; i++)
    for (gsize k = 0; k < degrees->count; k++)
      {
        double sum = 0;
        for (gsize s = 0; s < each; s++)
          sum += features.data[i * features.stride + k * each + s];
        values->data[i * values->stride + k] = sum;
      }
  lofi_matrix_clear (&scaled);
  lofi_matrix_clear (&features);
  return status;
}

LofiArray *
lofi_result_degrees (const LofiResult *result, guint layer_index, gsize count, GCancellable *cancellable, GError **error)
{
  g_autofree char *place = g_strdup_printf ("layer%u", layer_index + 1);
  const LofiLayerResult *layer = layer_index < result->n_layers ? result->layers[layer_index] : NULL;
  LofiWatch watch = lofi_cancellable_watch (cancellable);
  Degrees degrees = { .result = result, .layer = layer_index };
  if (!layer || layer->keep == 0 || !lofi_result_can_apply (result, layer_index))
    {
      lofi_error_set (error, LOFI_ERROR_INPUT, place, _("choose a layer that keeps directions"),
                      _("the layer has no features whose degree could be measured"));
      return NULL;
    }
  degrees.count = count == 0 ? layer->keep : MIN (count, layer->keep);
  gsize d = result->task->train.inputs.cols;
  double scale;
  if (!lofi_error_from_status (error, lofi_input_scale (&result->task->train.inputs, &scale), place))
    return NULL;
  degrees.radius = scale / sqrt ((double) d);
  LofiFunctions functions = { d, degrees.count, evaluate, &degrees };
  g_autoptr (LofiArray) shares = lofi_array_new (degrees.count, LOFI_DEGREES, error, place);
  if (!shares || !lofi_error_from_status (error, lofi_degree_spectrum (&functions, LOFI_CIRCLES, result->experiment->seed, &shares->matrix, &watch),
                                          place))
    return NULL;
  return g_steal_pointer (&shares);
}
