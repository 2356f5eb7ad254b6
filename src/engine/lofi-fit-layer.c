/* One layer of the fit: lift, operator, eigenpairs, projection, each stage looked up by its key before it is computed. */
#include "config.h"
#include <math.h>
#include <string.h>
#include <cblas.h>
#include <glib/gi18n-lib.h>
#include "lofi-error.h"
#include "lofi-fit-layer-private.h"

static void
work_clear (LofiLayerWork *work)
{
  for (guint g = 0; g < work->n_groups; g++)
    {
      g_clear_pointer (&work->lifts[g], lofi_lift_stage_unref);
      g_clear_pointer (&work->filters[g], lofi_filter_stage_unref);
      g_free (work->filter_keys[g]);
    }
  g_free (work->lifts);
  g_free (work->filters);
  g_free (work->filter_keys);
  g_clear_pointer (&work->layer, lofi_layer_result_unref);
}

/* A filter cannot keep more directions than the operator has. */
static gboolean
refuse_keep (const LofiLayerWork *work, gsize keep, gsize rows, gsize width, GError **error)
{
  g_autofree char *place = g_strdup_printf ("layer%u.%s", work->index + 1, work->spec->keep_auto ? "keep-min" : "keep");
  return lofi_error_set (error, LOFI_ERROR_INPUT, place, _("keep fewer, or take more samples or a larger width"),
                         _("%zu directions cannot be kept: %zu samples and width %zu give at most %zu"), keep, rows, width, MIN (rows, width));
}

/* The stages of one group, from the cache or computed, the stores of the lift filled. */
static gboolean
take_stages (LofiLayerWork *work, guint group, GError **error)
{
  LofiFitRun *run = work->run;
  const LofiLayerSpec *spec = work->spec;
  LofiFeatures *train = work->input->train;
  g_autofree char *key = lofi_filter_group_key (work->lift_key, group, work->n_groups);
  gboolean filtered = lofi_layer_filters (spec);
  g_autoptr (LofiLiftStage) lift = lofi_fit_run_get (run, key);
  gboolean fresh = lift == NULL;
  if (!lift && !(lift = lofi_lift_stage_new (run, spec, work->index, train, group, g_strdup (key), error)))
    return FALSE;
  if (filtered)
    {
      gsize rows = train->samples * lift->positions, least = spec->keep_auto ? spec->keep_min : spec->keep;
      char extent = lofi_filter_stage_extent (run, rows, lift->width, spec->keep);
      char *key_of_filter = work->filter_keys[group] = lofi_filter_stage_key (key, spec, extent);
      if (least > MIN (rows, lift->width))
        return refuse_keep (work, least, rows, lift->width, error);
      work->filters[group] = lofi_fit_run_get (run, key_of_filter);
      if (!work->filters[group])
        {
          work->filters[group] = lofi_filter_stage_new (run, spec, work->index, train, lift, work->show && group == 0, error);
          if (!work->filters[group])
            return FALSE;
          if (run->cache)
            lofi_cache_put (run->cache, key_of_filter, work->filters[group], lofi_filter_stage_bytes (work->filters[group]),
                            (LofiCacheRef) lofi_filter_stage_ref, (GDestroyNotify) lofi_filter_stage_unref);
        }
    }
  if (!lofi_lift_stage_fill (run, lift, train, work->place, error)
      || !lofi_lift_stage_fill (run, lift, work->input->test, work->place, error))
    return FALSE;
  /* Only a filled lift is shared: from here on it is immutable. */
  if (fresh && run->cache)
    lofi_cache_put (run->cache, lift->key, lift, lofi_lift_stage_bytes (lift), (LofiCacheRef) lofi_lift_stage_ref,
                    (GDestroyNotify) lofi_lift_stage_unref);
  work->lifts[group] = g_steal_pointer (&lift);
  return TRUE;
}

/* The mean of the lifted training rows, for a centred lift without a filter. (transfer full) */
static double *
lift_mean (LofiLayerWork *work, GError **error)
{
  LofiLiftStage *lift = work->lifts[0];
  gsize n = work->input->train->samples, step = lofi_lift_block_samples (lift);
  g_autofree double *mean = g_new0 (double, lift->width);
  LofiLiftBlock block = { 0 };
  LofiMatrix wide = { 0 };
  LofiStatus status = lofi_matrix_alloc (&wide, step * lift->positions, lift->width);
  for (gsize first = 0; status == LOFI_OK && first < n; first += step)
    {
      LofiMatrix rows;
      status = lofi_watch_stops (&work->run->watch) ? LOFI_STOPPED
                                                    : lofi_lift_block_fill (&block, lift, work->input->train, first, MIN (step, n - first));
      if (status == LOFI_OK)
        status = lofi_lift_block_double (&block, &wide, &rows);
      for (gsize i = 0; status == LOFI_OK && i < rows.rows; i++)
        cblas_daxpy ((int) lift->width, 1.0 / (n * lift->positions), rows.data + i * rows.stride, 1, mean, 1);
    }
  lofi_lift_block_clear (&block);
  lofi_matrix_clear (&wide);
  return lofi_error_from_status (error, status, work->place) ? g_steal_pointer (&mean) : NULL;
}

/* As an array too where that costs little; single precision stays a recipe. */
static LofiArray *
small_array (LofiLayerWork *work, const LofiFeatures *features, GError **error)
{
  const LofiLiftStage *lift = features->lift;
  if (lift->train.array && !features->test && !features->mean && lift->positions == 1)
    return lofi_array_ref (lift->train.array);
  return lofi_features_all (features, &work->run->watch, error, work->place);
}

static gboolean
hand_on_lift (LofiLayerWork *work, GError **error)
{
  LofiLayerResult *layer = work->layer;
  LofiLiftStage *lift = work->lifts[0];
  g_autofree double *mean = NULL;
  if (work->spec->center_lift && !(mean = lift_mean (work, error)))
    return FALSE;
  layer->lift_mean = mean ? g_memdup2 (mean, lift->width * sizeof (double)) : NULL;
  layer->train_rows = lofi_features_of_lift (work->input->train, lift, mean);
  layer->test_rows = lofi_features_of_lift (work->input->test, lift, mean);
  gsize samples = MAX (layer->train_rows->samples, layer->test_rows->samples);
  if (lift->single || lofi_lift_streams (work->run) || lofi_matrix_bytes (samples, layer->train_rows->count) > LOFI_STORE_FEATURES_BYTES)
    return TRUE;
  if (!(layer->train = small_array (work, layer->train_rows, error)) || !(layer->test = small_array (work, layer->test_rows, error)))
    return FALSE;
  LofiFeatures *train = lofi_features_of_array (layer->train, layer->output_shape, FALSE);
  LofiFeatures *test = lofi_features_of_array (layer->test, layer->output_shape, TRUE);
  lofi_features_unref (layer->train_rows);
  lofi_features_unref (layer->test_rows);
  layer->train_rows = train;
  layer->test_rows = test;
  return TRUE;
}

/* A fixed sample of the lift, for the picture of its distribution: evenly spread where it is stored, else the first samples. */
static gboolean
sample_activations (LofiLayerWork *work, GError **error)
{
  LofiLiftStage *lift = work->lifts[0];
  LofiLayerResult *layer = work->layer;
  gsize n = work->input->train->samples, p = lift->width, s = lift->positions, rows = MIN (n, 200), cols = MIN (p, 100);
  gboolean stored = lift->train.array || lift->train.single;
  LofiLiftBlock block = { 0 };
  LofiStatus status = LOFI_OK;
  if (lift->kind != LOFI_LIFT_RANDOM || (work->run->observer && work->run->observer->spectra == LOFI_SPECTRA_LEADING))
    return TRUE;
  layer->activations = g_new (double, rows * cols);
  layer->activation_labels = g_new (double, rows * cols);
  double root = sqrt ((double) p);       /* sigma(u), not sigma(u) / sqrt(P): comparable across widths */
  gboolean single_rows = stored || s > 1;      /* of maps a block would be large */
  if (!single_rows)
    status = lofi_lift_block_fill (&block, lift, work->input->train, 0, rows);
  for (gsize r = 0; r < rows && status == LOFI_OK; r++)
    {
      gsize i = single_rows ? r * n / rows : r, at = single_rows ? r % s : r;
      if (single_rows)
        status = lofi_lift_block_fill (&block, lift, work->input->train, i, 1);
      for (gsize c = 0; c < cols && status == LOFI_OK; c++)
        {
          gsize column = c * p / cols;
          double z = block.rows.data ? block.rows.data[at * block.rows.stride + column] : block.single.data[at * block.single.stride + column];
          layer->activations[layer->n_activations] = z * root;
          layer->activation_labels[layer->n_activations++] = work->run->result->task->train.y[i];
        }
    }
  lofi_lift_block_clear (&block);
  return lofi_error_from_status (error, status, work->place);
}

LofiLayerResult *
lofi_layer_result_new (const LofiLayerSpec *spec, guint index, const char *key, LofiMapShape input, LofiMapShape output)
{
  LofiLayerResult *layer = g_atomic_rc_box_new0 (LofiLayerResult);
  layer->key = g_strdup (key);
  layer->name = g_strdup_printf ("layer%u", index + 1);
  layer->spec = lofi_layer_spec_dup (spec);
  layer->input_shape = input;
  layer->output_shape = output;
  layer->inputs = lofi_map_count (input);
  return layer;
}

/* What comes out: K or P channels at every position, a plain vector where there is but one. */
static LofiMapShape
output_shape (const LofiLayerWork *work)
{
  const LofiLiftStage *lift = work->lifts[0];
  gsize channels = lofi_layer_filters (work->spec) ? work->keep * work->n_groups : lift->width;
  if (!lift->window.size)
    return (LofiMapShape) { 1, 1, channels };
  return (LofiMapShape) { channels, lift->output.height, lift->output.width };
}

static gboolean
finish_layer (LofiLayerWork *work, const char *key, GError **error)
{
  LofiLiftStage *lift = work->lifts[0];
  gboolean filtered = lofi_layer_filters (work->spec);
  gsize n = work->input->train->samples, m = work->input->test->samples;
  LofiLayerResult *layer = work->layer = lofi_layer_result_new (work->spec, work->index, key, lift->input, output_shape (work));
  layer->width = lift->width;
  layer->scale = lift->lift.scale;
  layer->single = lift->single;
  layer->weights = lift->weights ? lofi_array_ref (lift->weights) : NULL;
  layer->bias = lift->bias ? g_memdup2 (lift->bias, lift->width * sizeof (double)) : NULL;
  if (filtered && !lofi_layer_take_filter (work, error))
    return FALSE;
  if (!lofi_fit_run_enter (work->run, LOFI_STAGE_PROJECTION, work->index, lofi_lift_stage_cost (lift, m)
                           + 2.0 * (n + m) * lift->positions * lift->width * work->keep, error))
    return FALSE;
  if (!filtered)
    return hand_on_lift (work, error) && sample_activations (work, error);
  if (!(layer->train_rows = lofi_layer_project (work, work->input->train, error)) || !(layer->test_rows = lofi_layer_project (work, work->input->test, error)))
    return FALSE;
  layer->train = lofi_array_ref (layer->train_rows->array);
  layer->test = lofi_array_ref (layer->test_rows->array);
  return sample_activations (work, error);
}

static LofiNullSource
null_source (LofiLayerWork *work, const LofiLayerResult *layer)
{
  return (LofiNullSource) { .run = work->run, .spec = work->spec, .index = work->index, .input = work->input, .lift_key = work->lift_key,
                            .n_groups = work->n_groups, .lifts = work->lifts, .filters = work->filters, .layer = layer };
}

/* keep=auto: the null is needed before the directions are. */
static gboolean
choose_keep (LofiLayerWork *work, GError **error)
{
  const LofiFilterStage *filter = work->filters[0];
  LofiNullSource source = null_source (work, NULL);
  g_autoptr (LofiNull) permuted = lofi_null_take_permuted (&source, error);
  if (!permuted || !lofi_null_put (&source, permuted, NULL, error))
    return FALSE;
  work->keep = lofi_null_keep (work->spec, permuted,
                               filter->form == LOFI_FORM_DUAL ? filter->dual.rank + (filter->order == LOFI_ORDER_1_2) : filter->width);
  return TRUE;
}

static LofiLayerResult *
fit_lift_layer (LofiFitRun *run, const LofiLayerSpec *spec, guint index, const LofiRepresentation *input, gboolean show, const char *lift_key,
                const char *key, GError **error)
{
  gint64 began = g_get_monotonic_time ();
  g_autofree char *place = g_strdup_printf ("layer%u", index + 1);
  guint groups = spec->kind == LOFI_KIND_FILTER && lofi_layer_looks_at_windows (spec) ? (guint) input->train->shape.channels : 1;
  LofiLayerWork work = { .run = run, .spec = spec, .index = index, .place = place, .lift_key = lift_key, .input = input, .show = show,
                         .n_groups = groups, .keep = lofi_layer_filters (spec) ? spec->keep : LOFI_KEEP_NONE };
  work.lifts = g_new0 (LofiLiftStage *, groups);
  work.filters = g_new0 (LofiFilterStage *, groups);
  work.filter_keys = g_new0 (char *, groups);
  gboolean done = lofi_fit_run_enter (run, LOFI_STAGE_LIFT, index, 0, error);
  for (guint g = 0; done && g < groups; g++)
    done = take_stages (&work, g, error);
  done = done && (!work.keep || !spec->keep_auto || choose_keep (&work, error)) && finish_layer (&work, key, error);
  if (done)
    work.layer->seconds = (g_get_monotonic_time () - began) / 1e6;
  LofiNullSource source = null_source (&work, work.layer);
  done = done && (!work.keep || lofi_fit_run_watched (run) || lofi_null_with_layer (&source, error));
  LofiLayerResult *layer = done ? g_steal_pointer (&work.layer) : NULL;
  work_clear (&work);
  return layer;
}

/* Identifies a layer's result: what entered, everything that it does, and how much of its spectrum is wanted. (transfer full) */
static char *
layer_key (const LofiFitRun *run, const LofiLayerSpec *spec, const char *lift)
{
  LofiSpectra spectra = run->observer ? run->observer->spectra : LOFI_SPECTRA_WHOLE;
  if (spec->kind == LOFI_KIND_POOL)
    return g_strdup_printf ("%s/%s", lift, lofi_pool_mode_name (spec->mode));
  if (!lofi_layer_filters (spec))
    return g_strdup_printf ("%s/none:%d", lift, spec->center_lift);
  g_autofree char *keep = !spec->keep_auto ? g_strdup_printf ("%zu", spec->keep)
                          : g_strdup_printf ("auto-%zu-%zu-%" G_GUINT64_FORMAT, spec->keep_min, spec->keep, run->experiment->seed);
  return g_strdup_printf ("%s/filter:%s:%d:%d:%s:%d", lift, lofi_order_name (spec->order), spec->center_labels, spec->center_lift, keep,
                          spectra);
}

LofiLayerResult *
lofi_fit_layer (LofiFitRun *run, const LofiLayerSpec *spec, guint index, const LofiRepresentation *input, gboolean show, GError **error)
{
  g_autofree char *lift_key = lofi_lift_key (run, spec, index, input->key, input->train);
  g_autofree char *key = layer_key (run, spec, lift_key);
  LofiLayerResult *layer = lofi_fit_run_get (run, key);
  if (layer)
    return layer;
  if (spec->kind == LOFI_KIND_POOL || spec->kind == LOFI_KIND_FLATTEN)
    layer = lofi_fit_maps_layer (run, spec, index, input, key, error);
  else if (lofi_layer_lifts (spec) && spec->width == LOFI_WIDTH_INFINITE)
    layer = lofi_fit_kernel_layer (run, spec, index, input, lift_key, key, error);
  else
    layer = fit_lift_layer (run, spec, index, input, show, lift_key, key, error);
  if (layer && run->cache)
    lofi_cache_put (run->cache, layer->key, layer, lofi_layer_result_bytes (layer), (LofiCacheRef) lofi_layer_result_ref,
                    (GDestroyNotify) lofi_layer_result_unref);
  return layer;
}
