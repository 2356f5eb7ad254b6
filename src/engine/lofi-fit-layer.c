/* One layer of the fit: lift, operator, eigenpairs, projection, each stage looked up by its key before it is computed. */
#include "config.h"
#include <math.h>
#include <string.h>
#include <cblas.h>
#include <glib/gi18n-lib.h>
#include "lofi-error.h"
#include "lofi-filter-private.h"
#include "lofi-moment.h"

/* Directions are computed by so many at a time. */
#define DIRECTIONS_AT_ONCE ((gsize) 64)

/* The layer at work. Patch filters have a group for every channel of their input, other layers one. */
typedef struct {
  LofiFitRun *run;
  const LofiLayerSpec *spec;
  guint index;
  const char *place;
  const char *lift_key;
  const LofiRepresentation *input;
  gboolean show;
  guint n_groups;
  LofiLiftStage **lifts;
  LofiFilterStage **filters;     /* each NULL without a filter */
  char **filter_keys;
  LofiLayerResult *layer;
} Work;

static void
work_clear (Work *work)
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
refuse_keep (const Work *work, gsize rows, gsize width, GError **error)
{
  g_autofree char *place = g_strdup_printf ("layer%u.keep", work->index + 1);
  return lofi_error_set (error, LOFI_ERROR_INPUT, place, _("keep fewer, or take more samples or a larger width"),
                         _("%zu directions cannot be kept: %zu samples and width %zu give at most %zu"), work->spec->keep, rows, width,
                         MIN (rows, width));
}

/* The stages of one group, from the cache or computed, the stores of the lift filled. */
static gboolean
take_stages (Work *work, guint group, GError **error)
{
  LofiFitRun *run = work->run;
  const LofiLayerSpec *spec = work->spec;
  LofiFeatures *train = work->input->train;
  g_autofree char *key = work->n_groups > 1 ? g_strdup_printf ("%s:channel%u", work->lift_key, group) : g_strdup (work->lift_key);
  gboolean filtered = lofi_layer_filters (spec);
  g_autoptr (LofiLiftStage) lift = lofi_fit_run_get (run, key);
  gboolean fresh = lift == NULL;
  if (!lift && !(lift = lofi_lift_stage_new (run, spec, work->index, train, group, g_strdup (key), error)))
    return FALSE;
  if (filtered)
    {
      gsize rows = train->samples * lift->positions;
      char extent = lofi_filter_stage_extent (run, rows, lift->width, spec->keep);
      char *key_of_filter = work->filter_keys[group] = g_strdup_printf ("%s/operator:%s:%d:%d:%c", key, lofi_order_name (spec->order), spec->center_labels,
                                                        spec->center_lift, extent);
      if (spec->keep > MIN (rows, lift->width))
        return refuse_keep (work, rows, lift->width, error);
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

/* Squared overlap of every column of v with the mean activation. */
static void
overlap_with_mean (const LofiMatrix *v, const double *mean, double *overlaps)
{
  double norm = cblas_ddot (v->rows, mean, 1, mean, 1);
  for (gsize k = 0; k < v->cols; k++)
    {
      double dot = cblas_ddot (v->rows, mean, 1, v->data + k, v->stride);
      overlaps[k] = norm > 0 ? dot * dot / norm : 0;
    }
}

/* From a whole decomposition directions are taken by the sixty-four, and kept beside it: the next K is a slice of them. Row 0 of what is
 * returned holds their values, the rows from 1 the vectors. NULL with an error. (transfer full) */
static LofiArray *
bucket_of_directions (Work *work, guint group, GError **error)
{
  const LofiFilterStage *filter = work->filters[group];
  gsize most = filter->form == LOFI_FORM_DUAL ? filter->dual.rank + (filter->order == LOFI_ORDER_1_2) : filter->width;
  gsize keep = work->spec->keep, bucket = MAX (keep, MIN (most, (keep + DIRECTIONS_AT_ONCE - 1) / DIRECTIONS_AT_ONCE * DIRECTIONS_AT_ONCE));
  g_autofree char *key = g_strdup_printf ("%s/directions:%zu", work->filter_keys[group], bucket);
  LofiArray *known = lofi_fit_run_get (work->run, key);
  if (known)
    return known;
  g_autoptr (LofiArray) found = lofi_array_new (filter->width + 1, bucket, error, work->place);
  if (!found)
    return NULL;
  LofiMatrix vectors = lofi_matrix_row_block (&found->matrix, 1, filter->width);
  double residual;
  if (!lofi_filter_stage_leading (filter, bucket, found->matrix.data, &vectors, &residual, &work->run->watch, work->place, error))
    return NULL;
  if (work->run->cache)
    lofi_cache_put (work->run->cache, key, found, lofi_matrix_bytes (filter->width + 1, bucket), (LofiCacheRef) lofi_array_ref,
                    (GDestroyNotify) lofi_array_unref);
  return g_steal_pointer (&found);
}

static gboolean
slice_directions (Work *work, guint group, double *values, LofiMatrix *vectors, GError **error)
{
  g_autoptr (LofiArray) bucket = bucket_of_directions (work, group, error);
  if (!bucket)
    return FALSE;
  memcpy (values, bucket->matrix.data, vectors->cols * sizeof (double));
  LofiMatrix found = lofi_matrix_row_block (&bucket->matrix, 1, vectors->rows);
  found.cols = vectors->cols;
  return lofi_error_from_status (error, lofi_matrix_copy (vectors, &found), work->place);
}

/* The directions of one group into its columns of the layer's filters. */
static gboolean
take_directions (Work *work, guint group, GError **error)
{
  LofiLayerResult *layer = work->layer;
  const LofiFilterStage *filter = work->filters[group];
  gsize keep = work->spec->keep;
  LofiMatrix vectors = layer->filters->matrix;
  vectors.data += group * keep;
  vectors.cols = keep;
  double *values = layer->eigenvalues + group * keep, residual = 0;
  if (work->spec->order == LOFI_ORDER_3 || work->spec->order == LOFI_ORDER_4)
    {
      g_autoptr (LofiArray) lifted = lofi_filter_lifted (work->run, work->lifts[group], work->input->train, work->place, error);
      g_autofree double *weights = lofi_filter_weights (work->run->result->task, work->spec, work->lifts[group]->positions);
      if (!lifted || !lofi_error_from_status (error, lofi_moment_leading (&lifted->matrix, weights, work->spec->order == LOFI_ORDER_3 ? 3 : 4,
                                                                          keep, values, &vectors, &work->run->watch), work->place))
        return FALSE;
    }
  else if (!(filter->whole && filter->order != LOFI_ORDER_1
               ? slice_directions (work, group, values, &vectors, error)
               : lofi_filter_stage_leading (filter, keep, values, &vectors, &residual, &work->run->watch, work->place, error)))
    return FALSE;
  layer->residual = MAX (layer->residual, residual);
  overlap_with_mean (&vectors, filter->mean, layer->mean_overlap + group * keep);
  return TRUE;
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;
  return (x > y) - (x < y);
}

/* The spectra of all groups, or what the density says of one. */
static gboolean
take_spectrum (Work *work, GError **error)
{
  LofiLayerResult *layer = work->layer;
  const LofiFilterStage *first = work->filters[0];
  gsize p = first->width;
  if (!first->spectrum && !first->density.count)
    return TRUE;
  layer->n_spectrum = p * work->n_groups;
  layer->spectrum = g_new0 (double, layer->n_spectrum);
  if (!first->spectrum)
    {
      gboolean plain = work->spec->order == LOFI_ORDER_2;
      layer->spectrum_estimated = TRUE;
      return lofi_error_from_status (error, lofi_density_quantiles (&first->density, p, plain ? layer->eigenvalues : NULL,
                                                                    plain ? layer->keep : 0, layer->spectrum), work->place);
    }
  for (guint g = 0; g < work->n_groups; g++)
    memcpy (layer->spectrum + g * p, work->filters[g]->spectrum, p * sizeof (double));
  if (work->n_groups > 1)
    qsort (layer->spectrum, layer->n_spectrum, sizeof (double), compare_doubles);
  return TRUE;
}

/* The filter: from the operators' stages the spectrum and the directions asked for. */
static gboolean
take_filter (Work *work, GError **error)
{
  LofiLayerResult *layer = work->layer;
  gsize p = work->lifts[0]->width, keep = work->spec->keep;
  if (!lofi_fit_run_enter (work->run, LOFI_STAGE_EIGENPAIRS, work->index, 2.0 * p * p * keep, error))
    return FALSE;
  layer->keep = keep * work->n_groups;
  layer->form = work->filters[0]->form;
  layer->eigenvalues = g_new0 (double, layer->keep);
  layer->mean_overlap = g_new0 (double, layer->keep);
  layer->filters = lofi_array_new (p, layer->keep, error, work->place);
  if (!layer->filters)
    return FALSE;
  for (guint g = 0; g < work->n_groups; g++)
    if (!take_directions (work, g, error))
      return FALSE;
  if (work->spec->center_lift)
    {
      layer->lift_mean = g_new (double, p * work->n_groups);
      for (guint g = 0; g < work->n_groups; g++)
        memcpy (layer->lift_mean + g * p, work->filters[g]->mean, p * sizeof (double));
    }
  return take_spectrum (work, error);
}

/* positions: (b S) x K = z V, less mean V if given. V in the precision of z. */
static void
project_block (const LofiLiftBlock *block, const LofiMatrix *v, const LofiMatrixF *narrow, LofiMatrixF *narrow_out, LofiMatrix *positions)
{
  if (block->rows.data)
    {
      cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) positions->rows, (int) v->cols, (int) v->rows, 1.0, block->rows.data,
                   (int) block->rows.stride, v->data, (int) v->stride, 0.0, positions->data, (int) positions->stride);
      return;
    }
  LofiMatrixF out = lofi_matrix_f_row_block (narrow_out, 0, positions->rows);
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) positions->rows, (int) v->cols, (int) v->rows, 1.0f, block->single.data,
               (int) block->single.stride, narrow->data, (int) narrow->stride, 0.0f, out.data, (int) out.stride);
  lofi_matrix_to_double (positions, &out);
}

/* Projects one split by one group's directions v into the group's maps of out, n x (groups K S). */
static gboolean
project_group (Work *work, guint group, const LofiFeatures *input, const LofiMatrix *v, const double *mean, LofiArray *out, GError **error)
{
  LofiLiftStage *lift = work->lifts[group];
  gsize s = lift->positions, keep = v->cols, step = lofi_lift_block_samples (lift);
  g_autofree double *offset = g_new0 (double, keep);
  LofiLiftBlock block = { 0 };
  LofiMatrix positions = { 0 };
  LofiMatrixF narrow = { 0 }, narrow_out = { 0 };
  if (mean)
    cblas_dgemv (CblasRowMajor, CblasTrans, (int) v->rows, (int) keep, 1.0, v->data, (int) v->stride, mean, 1, 0.0, offset, 1);
  LofiStatus status = lofi_matrix_alloc (&positions, step * s, keep);
  if (status == LOFI_OK && lift->single)
    status = lofi_matrix_f_alloc (&narrow_out, step * s, keep);
  if (status == LOFI_OK && lift->single)
    status = lofi_matrix_f_alloc (&narrow, v->rows, keep);
  if (status == LOFI_OK && lift->single)
    status = lofi_matrix_to_single (&narrow, v);
  for (gsize first = 0; status == LOFI_OK && first < input->samples; first += step)
    {
      gsize count = MIN (step, input->samples - first);
      LofiMatrix rows = lofi_matrix_row_block (&positions, 0, count * s), maps = lofi_matrix_row_block (&out->matrix, first, count);
      maps.data += group * keep * s;
      maps.cols = keep * s;
      status = lofi_watch_stops (&work->run->watch) ? LOFI_STOPPED : lofi_lift_block_fill (&block, lift, input, first, count);
      if (status != LOFI_OK)
        break;
      project_block (&block, v, &narrow, &narrow_out, &rows);
      for (gsize i = 0; mean && i < rows.rows; i++)
        cblas_daxpy ((int) keep, -1.0, offset, 1, rows.data + i * rows.stride, 1);
      status = lofi_positions_to_maps (&rows, count, &maps);
    }
  lofi_lift_block_clear (&block);
  lofi_matrix_clear (&positions);
  lofi_matrix_f_clear (&narrow);
  lofi_matrix_f_clear (&narrow_out);
  return lofi_error_from_status (error, status, work->place);
}

/* (transfer full) */
static LofiFeatures *
project (Work *work, const LofiFeatures *input, GError **error)
{
  gsize keep = work->spec->keep;
  g_autoptr (LofiArray) out = lofi_array_new (input->samples, lofi_map_count (work->layer->output_shape), error, work->place);
  for (guint g = 0; out && g < work->n_groups; g++)
    {
      LofiMatrix v = work->layer->filters->matrix;
      v.data += g * keep;
      v.cols = keep;
      if (!project_group (work, g, input, &v, work->spec->center_lift ? work->filters[g]->mean : NULL, out, error))
        return NULL;
    }
  return out ? lofi_features_of_array (out, work->layer->output_shape, input->test) : NULL;
}

/* The mean of the lifted training rows, for a centred lift without a filter. (transfer full) */
static double *
lift_mean (Work *work, GError **error)
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
small_array (Work *work, const LofiFeatures *features, GError **error)
{
  const LofiLiftStage *lift = features->lift;
  if (lift->train.array && !features->test && !features->mean && lift->positions == 1)
    return lofi_array_ref (lift->train.array);
  return lofi_features_all (features, &work->run->watch, error, work->place);
}

static gboolean
hand_on_lift (Work *work, GError **error)
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
sample_activations (Work *work, GError **error)
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
output_shape (const Work *work)
{
  const LofiLiftStage *lift = work->lifts[0];
  gsize channels = lofi_layer_filters (work->spec) ? work->spec->keep * work->n_groups : lift->width;
  if (!lift->window.size)
    return (LofiMapShape) { 1, 1, channels };
  return (LofiMapShape) { channels, lift->output.height, lift->output.width };
}

static gboolean
finish_layer (Work *work, const char *key, GError **error)
{
  LofiLiftStage *lift = work->lifts[0];
  gboolean filtered = lofi_layer_filters (work->spec);
  gsize n = work->input->train->samples, m = work->input->test->samples;
  LofiLayerResult *layer = work->layer = lofi_layer_result_new (work->spec, work->index, key, lift->input, output_shape (work));
  layer->width = lift->width;
  layer->scale = lift->lift.scale;
  layer->weights = lift->weights ? lofi_array_ref (lift->weights) : NULL;
  layer->bias = lift->bias ? g_memdup2 (lift->bias, lift->width * sizeof (double)) : NULL;
  if (filtered && !take_filter (work, error))
    return FALSE;
  if (!lofi_fit_run_enter (work->run, LOFI_STAGE_PROJECTION, work->index, lofi_lift_stage_cost (lift, m)
                           + 2.0 * (n + m) * lift->positions * lift->width * (filtered ? work->spec->keep : 0), error))
    return FALSE;
  if (!filtered)
    return hand_on_lift (work, error) && sample_activations (work, error);
  if (!(layer->train_rows = project (work, work->input->train, error)) || !(layer->test_rows = project (work, work->input->test, error)))
    return FALSE;
  layer->train = lofi_array_ref (layer->train_rows->array);
  layer->test = lofi_array_ref (layer->test_rows->array);
  return sample_activations (work, error);
}

static LofiLayerResult *
fit_lift_layer (LofiFitRun *run, const LofiLayerSpec *spec, guint index, const LofiRepresentation *input, gboolean show, const char *lift_key,
                const char *key, GError **error)
{
  gint64 began = g_get_monotonic_time ();
  g_autofree char *place = g_strdup_printf ("layer%u", index + 1);
  guint groups = spec->kind == LOFI_KIND_FILTER && lofi_layer_looks_at_windows (spec) ? (guint) input->train->shape.channels : 1;
  Work work = { .run = run, .spec = spec, .index = index, .place = place, .lift_key = lift_key, .input = input, .show = show,
                .n_groups = groups };
  work.lifts = g_new0 (LofiLiftStage *, groups);
  work.filters = g_new0 (LofiFilterStage *, groups);
  work.filter_keys = g_new0 (char *, groups);
  gboolean done = lofi_fit_run_enter (run, LOFI_STAGE_LIFT, index, 0, error);
  for (guint g = 0; done && g < groups; g++)
    done = take_stages (&work, g, error);
  done = done && finish_layer (&work, key, error);
  LofiLayerResult *layer = done ? g_steal_pointer (&work.layer) : NULL;
  if (layer)
    layer->seconds = (g_get_monotonic_time () - began) / 1e6;
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
  return g_strdup_printf ("%s/filter:%s:%d:%d:%zu:%d", lift, lofi_order_name (spec->order), spec->center_labels, spec->center_lift, spec->keep,
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
    layer = lofi_fit_kernel_layer (run, spec, index, input, key, error);
  else
    layer = fit_lift_layer (run, spec, index, input, show, lift_key, key, error);
  if (layer && run->cache)
    lofi_cache_put (run->cache, layer->key, layer, lofi_layer_result_bytes (layer), (LofiCacheRef) lofi_layer_result_ref,
                    (GDestroyNotify) lofi_layer_result_unref);
  return layer;
}
