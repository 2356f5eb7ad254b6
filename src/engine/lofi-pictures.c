/* What kept directions look like in the input. */
#include "config.h"
#include <math.h>
#include <cblas.h>
#include <glib/gi18n-lib.h>
#include "lofi-error.h"
#include "lofi-fit-private.h"
#include "lofi-lift.h"

/* Positions whose patches the mean gradient of a convolution is taken over, and numbers in them, at most. */
#define PATCHES_MOST ((gsize) 100000)
#define PATCH_NUMBERS_MOST ((gsize) 1 << 24)

gboolean
lofi_picture_possible (const LofiExperiment *experiment, guint layer_index, LofiPicture picture)
{
  const LofiLayerSpec *spec = lofi_experiment_layer (experiment, layer_index);
  if (!lofi_layer_filters (spec))
    return FALSE;
  return picture == LOFI_PICTURE_WEIGHTED_MEAN
         || (layer_index == 0 && !(lofi_layer_lifts (spec) && spec->width == LOFI_WIDTH_INFINITE));
}

LofiPicture
lofi_picture_default (const LofiExperiment *experiment, guint layer_index)
{
  return lofi_picture_possible (experiment, layer_index, LOFI_PICTURE_PULLED_BACK) ? LOFI_PICTURE_PULLED_BACK : LOFI_PICTURE_WEIGHTED_MEAN;
}

LofiMapShape
lofi_result_picture_shape (const LofiResult *result, guint layer_index, LofiPicture picture)
{
  const LofiLayerSpec *spec = lofi_experiment_layer (result->experiment, layer_index);
  LofiMapShape shape = { result->task->channels, result->task->height, result->task->width };
  if (picture == LOFI_PICTURE_PULLED_BACK && lofi_layer_looks_at_windows (spec))
    return (LofiMapShape) { spec->kind == LOFI_KIND_CONV ? shape.channels : 1, spec->size, spec->size };
  return shape;
}

/* A filter on the input itself is its own picture. */
static void
transpose_filters (const LofiMatrix *filters, LofiMatrix *pictures)
{
  for (gsize k = 0; k < pictures->rows; k++)
    for (gsize j = 0; j < pictures->cols; j++)
      pictures->data[k * pictures->stride + j] = filters->data[j * filters->stride + k];
}

/* The patches of the first training samples. */
static LofiStatus
some_patches (const LofiResult *result, const LofiLayerSpec *spec, LofiMatrix *patches)
{
  LofiMapShape shape = { result->task->channels, result->task->height, result->task->width }, positions;
  LofiWindow window = { spec->size, spec->padding, spec->stride };
  LofiStatus status = lofi_window_positions (shape, window, &positions);
  if (status != LOFI_OK)
    return status;
  gsize s = positions.height * positions.width, each = shape.channels * spec->size * spec->size;
  gsize samples = CLAMP (MIN (PATCHES_MOST, PATCH_NUMBERS_MOST / each) / s, 1, result->task->train.count);
  LofiMatrix inputs = lofi_matrix_row_block (&result->task->train.inputs, 0, samples);
  status = lofi_matrix_alloc (patches, samples * s, each);
  return status == LOFI_OK ? lofi_patches (&inputs, shape, window, patches) : status;
}

static gboolean
pull_back (const LofiResult *result, const LofiLayerResult *layer, LofiMatrix *pictures, const LofiWatch *watch, GError **error)
{
  const LofiLayerSpec *spec = layer->spec;
  LofiMatrix filters = layer->filters->matrix, patches = { 0 }, inputs = result->task->train.inputs;
  filters.cols = pictures->rows;
  if (spec->kind == LOFI_KIND_FILTER)
    {
      transpose_filters (&filters, pictures);
      return TRUE;
    }
  LofiLift lift = { .weights = layer->weights->matrix, .scale = layer->scale, .bias = layer->bias, .bias_strength = spec->bias };
  LofiStatus status = lofi_sigma_init (&lift.sigma, spec->activation, spec->degree);
  if (status == LOFI_OK && spec->kind == LOFI_KIND_CONV)
    {
      status = some_patches (result, spec, &patches);
      inputs = patches;
    }
  if (status == LOFI_OK)
    status = lofi_lift_mean_gradient (&lift, &inputs, &filters, pictures, watch);
  lofi_matrix_clear (&patches);
  return lofi_error_from_status (error, status, layer->name);
}

/* Row k: sum_i p_i x_i / sum_i |p_i|, p the sum of direction k's map, in blocks so that a stop is heeded. */
static gboolean
weighted_mean (const LofiResult *result, const LofiLayerResult *layer, LofiMatrix *pictures, const LofiWatch *watch, GError **error)
{
  const LofiMatrix *x = &result->task->train.inputs, *f = &layer->train->matrix;
  gsize each = MAX (1, f->cols / MAX (1, layer->keep)), count = pictures->rows;
  g_autofree double *total = g_new0 (double, count), *p = g_new (double, LOFI_FIT_BLOCK * count);
  for (gsize first = 0; first < x->rows; first += LOFI_FIT_BLOCK)
    {
      gsize rows = MIN (LOFI_FIT_BLOCK, x->rows - first);
      if (lofi_watch_stops (watch))
        return lofi_error_from_status (error, LOFI_STOPPED, layer->name);
      for (gsize i = 0; i < rows; i++)
        for (gsize k = 0; k < count; k++)
          {
            double sum = 0;
            for (gsize s = 0; s < each; s++)
              sum += f->data[(first + i) * f->stride + k * each + s];
            p[i * count + k] = sum;
            total[k] += fabs (sum);
          }
      cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, (int) count, (int) pictures->cols, (int) rows, 1.0, p, (int) count,
                   x->data + first * x->stride, (int) x->stride, 1.0, pictures->data, (int) pictures->stride);
    }
  for (gsize k = 0; k < count; k++)
    if (total[k] > 0)
      cblas_dscal ((int) pictures->cols, 1 / total[k], pictures->data + k * pictures->stride, 1);
  return TRUE;
}

LofiArray *
lofi_result_pictures (const LofiResult *result, guint layer_index, LofiPicture picture, gsize count,
                      GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (layer_index < result->n_layers, NULL);
  const LofiLayerResult *layer = result->layers[layer_index];
  g_autofree char *place = g_strdup_printf ("layer%u", layer_index + 1);
  if (!layer || layer->keep == 0)
    {
      lofi_error_set (error, LOFI_ERROR_INPUT, place, _("choose a layer that keeps directions"),
                      _("the layer has no filter, so there are no directions to picture"));
      return NULL;
    }
  if (!lofi_picture_possible (result->experiment, layer_index, picture))
    {
      lofi_error_set (error, LOFI_ERROR_INPUT, place, _("use the weighted mean"),
                      _("only the directions of a first layer of finite width can be pulled back to the input in one step"));
      return NULL;
    }
  count = count == 0 ? layer->keep : MIN (count, layer->keep);
  LofiMapShape shape = lofi_result_picture_shape (result, layer_index, picture);
  g_autoptr (LofiArray) pictures = lofi_array_new (count, lofi_map_count (shape), error, place);
  if (!pictures)
    return NULL;
  LofiWatch watch = lofi_cancellable_watch (cancellable);
  gboolean done = picture == LOFI_PICTURE_PULLED_BACK
                    ? pull_back (result, layer, &pictures->matrix, &watch, error)
                    : weighted_mean (result, layer, &pictures->matrix, &watch, error);
  return done ? g_steal_pointer (&pictures) : NULL;
}
