/* What kept directions look like in the input. */
#include "config.h"
#include <math.h>
#include <cblas.h>
#include <glib/gi18n-lib.h>
#include "lofi-error.h"
#include "lofi-fit-private.h"
#include "lofi-lift.h"

LofiPicture
lofi_picture_default (guint layer_index)
{
  return layer_index == 0 ? LOFI_PICTURE_PULLED_BACK : LOFI_PICTURE_WEIGHTED_MEAN;
}

static gboolean
pull_back (const LofiResult *result, const LofiLayerResult *layer, LofiMatrix *pictures, const LofiWatch *watch, GError **error)
{
  LofiLift lift = { .weights = layer->weights->matrix, .scale = layer->scale, .bias = layer->bias,
                    .bias_strength = layer->spec->bias };
  LofiMatrix filters = layer->filters->matrix;
  filters.cols = pictures->rows;
  LofiStatus status = lofi_sigma_init (&lift.sigma, layer->spec->activation, layer->spec->degree);
  if (status == LOFI_OK)
    status = lofi_lift_mean_gradient (&lift, &result->task->train.inputs, &filters, pictures, watch);
  return lofi_error_from_status (error, status, layer->name);
}

/* Row k: sum_i p_i x_i / sum_i |p_i|, p = column k of the features, in blocks so that a stop is heeded. */
static gboolean
weighted_mean (const LofiResult *result, const LofiLayerResult *layer, LofiMatrix *pictures, const LofiWatch *watch, GError **error)
{
  const LofiMatrix *x = &result->task->train.inputs, *p = &layer->train->matrix;
  for (gsize first = 0; first < x->rows; first += LOFI_FIT_BLOCK)
    {
      gsize count = MIN (LOFI_FIT_BLOCK, x->rows - first);
      if (lofi_watch_stops (watch))
        return lofi_error_from_status (error, LOFI_STOPPED, layer->name);
      cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, pictures->rows, pictures->cols, count, 1.0,
                   p->data + first * p->stride, p->stride, x->data + first * x->stride, x->stride,
                   1.0, pictures->data, pictures->stride);
    }
  for (gsize k = 0; k < pictures->rows; k++)
    {
      double total = 0;
      for (gsize i = 0; i < p->rows; i++)
        total += fabs (p->data[i * p->stride + k]);
      if (total > 0)
        cblas_dscal (pictures->cols, 1 / total, pictures->data + k * pictures->stride, 1);
    }
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
  if (picture == LOFI_PICTURE_PULLED_BACK && layer_index > 0)
    {
      lofi_error_set (error, LOFI_ERROR_INPUT, place, _("use the weighted mean"),
                      _("only the first layer's directions can be pulled back to the input in one step"));
      return NULL;
    }
  count = count == 0 ? layer->keep : MIN (count, layer->keep);
  g_autoptr (LofiArray) pictures = lofi_array_new (count, result->task->train.inputs.cols, error, place);
  if (!pictures)
    return NULL;
  LofiWatch watch = lofi_cancellable_watch (cancellable);
  gboolean done = picture == LOFI_PICTURE_PULLED_BACK
                    ? pull_back (result, layer, &pictures->matrix, &watch, error)
                    : weighted_mean (result, layer, &pictures->matrix, &watch, error);
  return done ? g_steal_pointer (&pictures) : NULL;
}
