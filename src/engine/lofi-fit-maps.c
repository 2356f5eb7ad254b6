/* Layers that only rearrange maps: pooling and flatten. */
#include "config.h"
#include "lofi-fit-private.h"

#include <glib/gi18n-lib.h>
#include "lofi-error.h"

gboolean
lofi_layer_window_positions (const LofiLayerSpec *spec, LofiMapShape input, const char *place, LofiMapShape *positions, GError **error)
{
  if (lofi_window_positions (input, (LofiWindow) { spec->size, spec->padding, spec->stride }, positions) == LOFI_OK)
    return TRUE;
  return lofi_error_set (error, LOFI_ERROR_INPUT, place, _("take a smaller size or stride, or more padding"),
                         _("windows of %zu x %zu with padding %zu and stride %zu leave nothing of maps of %zu x %zu"), spec->size,
                         spec->size, spec->padding, spec->stride, input.height, input.width);
}

gboolean
lofi_layer_pooled_shape (const LofiLayerSpec *spec, LofiMapShape input, const char *place, LofiMapShape *pooled, GError **error)
{
  if (lofi_pool_shape (input, spec->size, pooled) == LOFI_OK)
    return TRUE;
  return lofi_error_set (error, LOFI_ERROR_INPUT, place, _("take a smaller size"),
                         _("windows of %zu x %zu do not fit into maps of %zu x %zu"), spec->size, spec->size, input.height, input.width);
}

/* (transfer full) */
static LofiFeatures *
pool (LofiFitRun *run, const LofiLayerSpec *spec, LofiFeatures *input, LofiMapShape pooled, const char *place, GError **error)
{
  g_autoptr (LofiArray) out = lofi_array_new (input->samples, lofi_map_count (pooled), error, place);
  LofiMatrix work = { 0 };
  gsize step = lofi_features_block (input);
  LofiStatus status = input->view.data ? LOFI_OK : lofi_matrix_alloc (&work, step, input->count);
  for (gsize first = 0; out && status == LOFI_OK && first < input->samples; first += step)
    {
      gsize count = MIN (step, input->samples - first);
      LofiMatrix maps, rows = lofi_matrix_row_block (&out->matrix, first, count);
      status = lofi_watch_stops (&run->watch) ? LOFI_STOPPED : lofi_features_view (input, first, count, &work, &maps);
      if (status == LOFI_OK)
        status = lofi_pool (&maps, input->shape, spec->size, spec->mode, &rows);
    }
  lofi_matrix_clear (&work);
  if (!out || !lofi_error_from_status (error, status, place))
    return NULL;
  return lofi_features_of_array (out, pooled, input->test);
}

LofiLayerResult *
lofi_fit_maps_layer (LofiFitRun *run, const LofiLayerSpec *spec, guint index, const LofiRepresentation *input, const char *key, GError **error)
{
  gint64 began = g_get_monotonic_time ();
  g_autofree char *place = g_strdup_printf ("layer%u", index + 1);
  LofiMapShape shape = input->train->shape, out = { 1, 1, input->train->count };
  if (spec->kind == LOFI_KIND_POOL && !lofi_layer_pooled_shape (spec, shape, place, &out, error))
    return NULL;
  if (!lofi_fit_run_enter (run, LOFI_STAGE_PROJECTION, index, 0, error))
    return NULL;
  g_autoptr (LofiLayerResult) layer = lofi_layer_result_new (spec, index, key, shape, out);
  if (spec->kind == LOFI_KIND_FLATTEN)
    {
      layer->train_rows = lofi_features_flatten (input->train);
      layer->test_rows = lofi_features_flatten (input->test);
    }
  else if (!(layer->train_rows = pool (run, spec, input->train, out, place, error))
           || !(layer->test_rows = pool (run, spec, input->test, out, place, error)))
    return NULL;
  layer->train = layer->train_rows->array ? lofi_array_ref (layer->train_rows->array) : NULL;
  layer->test = layer->test_rows->array ? lofi_array_ref (layer->test_rows->array) : NULL;
  layer->seconds = (g_get_monotonic_time () - began) / 1e6;
  return g_steal_pointer (&layer);
}
