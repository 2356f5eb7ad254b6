/* One layer of the fit: lift, operator, eigenpairs, projection, each stage looked up by its key before it is computed. */
#include "config.h"
#include <math.h>
#include <string.h>
#include <cblas.h>
#include <glib/gi18n-lib.h>
#include "lofi-error.h"
#include "lofi-filter-private.h"
#include "lofi-npy.h"

static void
lift_stage_clear (gpointer data)
{
  LofiLiftStage *stage = data;
  g_clear_pointer (&stage->weights, lofi_array_unref);
  g_clear_pointer (&stage->lifted, lofi_array_unref);
  g_free (stage->bias);
  g_free (stage->key);
}

LofiLiftStage *
lofi_lift_stage_ref (LofiLiftStage *stage)
{
  return g_atomic_rc_box_acquire (stage);
}

void
lofi_lift_stage_unref (LofiLiftStage *stage)
{
  g_atomic_rc_box_release_full (stage, lift_stage_clear);
}

static gsize
lift_stage_bytes (const LofiLiftStage *stage)
{
  gsize bytes = lofi_matrix_bytes (stage->weights->matrix.rows, stage->weights->matrix.cols);
  return bytes + (stage->lifted ? lofi_matrix_bytes (stage->lifted->matrix.rows, stage->lifted->matrix.cols) : 0);
}

gboolean
lofi_lift_stage_rows (const LofiLiftStage *stage, const LofiMatrix *inputs, gsize first, gsize count, LofiMatrix *work,
                      LofiMatrix *rows, const char *place, GError **error)
{
  if (stage->lifted && stage->filled >= first + count)
    {
      *rows = lofi_matrix_row_block (&stage->lifted->matrix, first, count);
      return TRUE;
    }
  LofiMatrix block = lofi_matrix_row_block (inputs, first, count);
  *rows = lofi_matrix_row_block (stage->lifted ? &stage->lifted->matrix : work, stage->lifted ? first : 0, count);
  return lofi_error_from_status (error, lofi_lift_apply (&stage->lift, &block, rows), place);
}

/* The lift matrix of the layer: its own file's, or drawn by the seed. */
static LofiArray *
lift_weights (LofiFitRun *run, const LofiLayerSpec *spec, guint index, gsize inputs, GError **error)
{
  g_autofree char *place = g_strdup_printf ("layer%u.weights", index + 1);
  if (!spec->weights)
    {
      g_autoptr (LofiArray) drawn = lofi_array_new (inputs, spec->width, error, place);
      if (!drawn)
        return NULL;
      LofiStatus status = lofi_random_lift_weights (run->experiment->seed, index, &drawn->matrix, &run->watch);
      return lofi_error_from_status (error, status, place) ? g_steal_pointer (&drawn) : NULL;
    }
  g_autofree char *path = lofi_experiment_resolve (run->experiment, spec->weights);
  gsize shape[LOFI_NPY_DIMENSIONS_MAX];
  guint n_dimensions;
  g_autoptr (LofiArray) read = lofi_array_new (0, 0, error, place);
  if (!read || !lofi_npy_read (path, &read->matrix, shape, &n_dimensions, error))
    return NULL;
  const LofiMatrix *w = &read->matrix;
  if (n_dimensions != 2 || w->rows != inputs || w->cols != spec->width)
    {
      lofi_error_set (error, LOFI_ERROR_INPUT, place, _("give a matrix of inputs x width"),
                      _("%s holds %zu x %zu numbers in %u dimensions, the layer needs %zu x %zu"), path, w->rows, w->cols,
                      n_dimensions, inputs, spec->width);
      return NULL;
    }
  if (!lofi_matrix_is_finite (w))
    {
      lofi_error_set (error, LOFI_ERROR_INPUT, place, _("replace it by a finite number"),
                      _("%s holds a NaN or an infinity"), path);
      return NULL;
    }
  return g_steal_pointer (&read);
}

/* Identifies the lift: what enters it and what it does. A file of weights counts with its size and time. */
static char *
lift_key (const LofiFitRun *run, const LofiLayerSpec *spec, guint index, const char *input_key)
{
  g_autoptr (GString) key = g_string_new (input_key);
  g_string_append_printf (key, "/lift:%u:%" G_GUINT64_FORMAT ":%zu:%s:%d:%a", index, run->experiment->seed, spec->width,
                          lofi_activation_name (spec->activation), spec->degree, spec->bias);
  if (spec->weights)
    {
      g_autofree char *path = lofi_experiment_resolve (run->experiment, spec->weights);
      g_autoptr (GFile) file = g_file_new_for_path (path);
      g_autoptr (GFileInfo) info = g_file_query_info (file, "standard::size,time::modified,time::modified-usec", 0, NULL, NULL);
      g_string_append_printf (key, ":%s:%" G_GINT64_FORMAT ":%" G_GUINT64_FORMAT ".%u", path,
                              info ? (gint64) g_file_info_get_size (info) : -1,
                              info ? g_file_info_get_attribute_uint64 (info, "time::modified") : 0,
                              info ? g_file_info_get_attribute_uint32 (info, "time::modified-usec") : 0);
    }
  /* A key of a key of a key grows without bound: keep its digest. */
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, key->str, key->len);
}

static LofiLiftStage *
lift_stage_new (LofiFitRun *run, const LofiLayerSpec *spec, guint index, const LofiRepresentation *input, char *key, GError **error)
{
  g_autofree char *place = g_strdup_printf ("layer%u", index + 1);
  g_autoptr (LofiLiftStage) stage = g_atomic_rc_box_new0 (LofiLiftStage);
  gsize n = input->train->rows, d = input->train->cols, p = spec->width;
  stage->key = key;
  if (!lofi_error_from_status (error, lofi_input_scale (input->train, &stage->lift.scale), place))
    return NULL;
  if (!(stage->lift.scale > 0))
    {
      lofi_error_set (error, LOFI_ERROR_INPUT, place, _("check the data and the layer before"),
                      _("every input of the layer is zero, so there is nothing to lift"));
      return NULL;
    }
  stage->weights = lift_weights (run, spec, index, d, error);
  if (!stage->weights)
    return NULL;
  if (spec->bias > 0)
    {
      stage->bias = g_new (double, p);
      lofi_random_normals (run->experiment->seed, LOFI_PURPOSE_BIAS + index, 0, 0, p, stage->bias);
    }
  stage->lift.weights = stage->weights->matrix;
  stage->lift.bias = stage->bias;
  stage->lift.bias_strength = spec->bias;
  if (!lofi_error_from_status (error, lofi_sigma_init (&stage->lift.sigma, spec->activation, spec->degree), place))
    return NULL;
  gboolean whole = spec->keep == LOFI_KEEP_NONE || p > n || lofi_matrix_bytes (n, p) <= LOFI_KEEP_LIFTED_BYTES;
  if (whole && !(stage->lifted = lofi_array_new (n, p, error, place)))
    return NULL;
  return g_steal_pointer (&stage);
}

/* Fills what is missing of the stored lift. */
static gboolean
lift_stage_fill (LofiFitRun *run, LofiLiftStage *stage, const LofiMatrix *inputs, const char *place, GError **error)
{
  while (stage->filled < inputs->rows)
    {
      gsize count = MIN (LOFI_FIT_BLOCK, inputs->rows - stage->filled);
      LofiMatrix rows;
      if (lofi_watch_stops (&run->watch))
        return lofi_error_from_status (error, LOFI_STOPPED, place);
      if (!lofi_lift_stage_rows (stage, inputs, stage->filled, count, NULL, &rows, place, error))
        return FALSE;
      stage->filled += count;
      lofi_watch_report (&run->watch, (double) stage->filled / inputs->rows);
    }
  return TRUE;
}

/* out (n x K, or n x P when filters is NULL) from inputs, in blocks; less `mean` when given. */
static LofiArray *
project (LofiFitRun *run, const LofiLiftStage *stage, const LofiMatrix *inputs, gboolean training, const LofiMatrix *filters,
         const double *mean, const char *place, GError **error)
{
  gsize n = inputs->rows, p = stage->lift.weights.cols;
  g_autoptr (LofiArray) out = lofi_array_new (n, filters ? filters->cols : p, error, place);
  g_autoptr (LofiArray) work = lofi_array_new (MIN (n, LOFI_FIT_BLOCK), p, error, place);
  if (!out || !work)
    return NULL;
  for (gsize first = 0; first < n; first += LOFI_FIT_BLOCK)
    {
      gsize count = MIN (LOFI_FIT_BLOCK, n - first);
      LofiMatrix z = lofi_matrix_row_block (&work->matrix, 0, count);
      LofiMatrix h = lofi_matrix_row_block (&out->matrix, first, count), block = lofi_matrix_row_block (inputs, first, count);
      if (lofi_watch_stops (&run->watch))
        return lofi_error_from_status (error, LOFI_STOPPED, place), NULL;
      LofiStatus status = LOFI_OK;
      if (training && stage->lifted)
        {
          LofiMatrix kept = lofi_matrix_row_block (&stage->lifted->matrix, first, count);
          if (mean || !filters)
            status = lofi_matrix_copy (&z, &kept);    /* the stored lift is shared: never changed */
          else
            z = kept;
        }
      else
        status = lofi_lift_apply (&stage->lift, &block, &z);
      if (!lofi_error_from_status (error, status, place))
        return NULL;
      if (mean)
        lofi_lifted_subtract (&z, mean);
      if (filters)
        cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, count, filters->cols, p, 1.0, z.data, z.stride, filters->data,
                     filters->stride, 0.0, h.data, h.stride);
      else
        lofi_matrix_copy (&h, &z);
    }
  return g_steal_pointer (&out);
}

/* A fixed, evenly spread sample of the lift, for the picture of its distribution. */
static gboolean
sample_activations (LofiFitRun *run, const LofiLiftStage *stage, const LofiMatrix *inputs, LofiLayerResult *layer, GError **error)
{
  gsize n = inputs->rows, p = layer->width, rows = MIN (n, 200), cols = MIN (p, 100);
  g_autoptr (LofiArray) work = lofi_array_new (1, p, error, layer->name);
  if (!work)
    return FALSE;
  layer->activations = g_new (double, rows * cols);
  layer->activation_labels = g_new (double, rows * cols);
  double root = sqrt ((double) p);       /* sigma(u), not sigma(u) / sqrt(P): comparable across widths */
  for (gsize r = 0; r < rows; r++)
    {
      gsize i = r * n / rows;
      LofiMatrix z;
      if (!lofi_lift_stage_rows (stage, inputs, i, 1, &work->matrix, &z, layer->name, error))
        return FALSE;
      for (gsize c = 0; c < cols; c++)
        {
          layer->activations[layer->n_activations] = z.data[c * p / cols] * root;
          layer->activation_labels[layer->n_activations++] = run->result->task->train.y[i];
        }
    }
  return TRUE;
}

static void
overlap_with_mean (LofiLayerResult *layer, const double *mean)
{
  double norm = cblas_ddot (layer->width, mean, 1, mean, 1);
  const LofiMatrix *v = &layer->filters->matrix;
  for (gsize k = 0; k < layer->keep; k++)
    {
      double dot = cblas_ddot (layer->width, mean, 1, v->data + k, v->stride);
      layer->mean_overlap[k] = norm > 0 ? dot * dot / norm : 0;
    }
}

/* The filter: from the operator's stage take the spectrum and the K directions asked for. */
static gboolean
take_filter (LofiFitRun *run, LofiLayerResult *layer, guint index, const LofiFilterStage *filter, GError **error)
{
  if (!lofi_fit_run_enter (run, LOFI_STAGE_EIGENPAIRS, index, 2.0 * layer->width * layer->width * layer->keep, error))
    return FALSE;
  layer->form = filter->form;
  layer->n_spectrum = layer->width;
  layer->spectrum = g_memdup2 (filter->spectrum, layer->width * sizeof (double));
  layer->eigenvalues = g_new0 (double, layer->keep);
  layer->mean_overlap = g_new0 (double, layer->keep);
  layer->filters = lofi_array_new (layer->width, layer->keep, error, layer->name);
  if (!layer->filters
      || !lofi_filter_stage_leading (filter, layer->keep, layer->eigenvalues, &layer->filters->matrix, &run->watch, layer->name, error))
    return FALSE;
  overlap_with_mean (layer, filter->mean);
  return TRUE;
}

static LofiLayerResult *
finish_layer (LofiFitRun *run, const LofiLayerSpec *spec, guint index, const LofiRepresentation *input, LofiLiftStage *stage,
              LofiFilterStage *filter, char *key, gint64 began, GError **error)
{
  g_autoptr (LofiLayerResult) layer = g_atomic_rc_box_new0 (LofiLayerResult);
  layer->key = key;
  layer->name = g_strdup_printf ("layer%u", index + 1);
  layer->spec = lofi_layer_spec_dup (spec);
  layer->inputs = input->train->cols;
  layer->width = spec->width;
  layer->keep = filter ? spec->keep : 0;
  layer->scale = stage->lift.scale;
  layer->weights = lofi_array_ref (stage->weights);
  layer->bias = stage->bias ? g_memdup2 (stage->bias, spec->width * sizeof (double)) : NULL;
  if (filter && !take_filter (run, layer, index, filter, error))
    return NULL;
  double columns = filter ? spec->keep : 1;
  if (!lofi_fit_run_enter (run, LOFI_STAGE_PROJECTION, index, lofi_lift_cost (input->test->rows, layer->inputs, layer->width)
                           + 2.0 * input->train->rows * layer->width * columns, error))
    return NULL;
  g_autofree double *mean = NULL;
  if (spec->center_lift)
    mean = filter ? g_memdup2 (filter->mean, spec->width * sizeof (double)) : lofi_lifted_mean (&stage->lifted->matrix);
  const LofiMatrix *v = filter ? &layer->filters->matrix : NULL;
  if (!filter && !mean)
    layer->train = lofi_array_ref (stage->lifted);
  else
    layer->train = project (run, stage, input->train, TRUE, v, mean, layer->name, error);
  if (!layer->train || !(layer->test = project (run, stage, input->test, FALSE, v, mean, layer->name, error))
      || !sample_activations (run, stage, input->train, layer, error))
    return NULL;
  layer->seconds = (g_get_monotonic_time () - began) / 1e6;
  return g_steal_pointer (&layer);
}

/* A filter cannot keep more directions than the operator has. */
static gboolean
check_keep (const LofiLayerSpec *spec, guint index, gsize n, GError **error)
{
  if (spec->keep <= MIN (n, spec->width))
    return TRUE;
  g_autofree char *place = g_strdup_printf ("layer%u.keep", index + 1);
  return lofi_error_set (error, LOFI_ERROR_INPUT, place, _("keep fewer, or take more samples or a larger width"),
                         _("%zu directions cannot be kept: %zu samples and width %zu give at most %zu"), spec->keep, n,
                         spec->width, MIN (n, spec->width));
}

LofiLayerResult *
lofi_fit_layer (LofiFitRun *run, const LofiLayerSpec *spec, guint index, const LofiRepresentation *input, gboolean show, GError **error)
{
  gint64 began = g_get_monotonic_time ();
  gsize n = input->train->rows, d = input->train->cols, p = spec->width;
  gboolean filtered = spec->keep != LOFI_KEEP_NONE;
  g_autofree char *place = g_strdup_printf ("layer%u", index + 1);
  g_autofree char *key_of_lift = lift_key (run, spec, index, input->key);
  g_autofree char *key_of_filter = g_strdup_printf ("%s/operator:%s:%d:%d", key_of_lift, lofi_order_name (spec->order),
                                                    spec->center_labels, spec->center_lift);
  g_autofree char *key = filtered ? g_strdup_printf ("%s/keep:%zu", key_of_filter, spec->keep)
                                  : g_strdup_printf ("%s/none:%d", key_of_lift, spec->center_lift);
  LofiLayerResult *known = lofi_fit_run_get (run, key);
  if (known)
    return known;
  if (filtered && !check_keep (spec, index, n, error))
    return NULL;
  if (!lofi_fit_run_enter (run, LOFI_STAGE_LIFT, index, filtered ? 10.0 * d * p : lofi_lift_cost (n, d, p), error))
    return NULL;

  g_autoptr (LofiFilterStage) filter = filtered ? lofi_fit_run_get (run, key_of_filter) : NULL;
  g_autoptr (LofiLiftStage) stage = lofi_fit_run_get (run, key_of_lift);
  if (stage && !filtered && !stage->lifted)
    g_clear_pointer (&stage, lofi_lift_stage_unref);    /* a filter could do without the stored lift; its features are the lift */
  gboolean fresh = stage == NULL;
  if (!stage && !(stage = lift_stage_new (run, spec, index, input, g_steal_pointer (&key_of_lift), error)))
    return NULL;
  if (filtered && !filter)
    {
      filter = lofi_filter_stage_new (run, spec, index, input, stage, show, error);
      if (!filter)
        return NULL;
      if (run->cache)
        lofi_cache_put (run->cache, key_of_filter, filter, lofi_filter_stage_bytes (filter),
                        (LofiCacheRef) lofi_filter_stage_ref, (GDestroyNotify) lofi_filter_stage_unref);
    }
  if (stage->lifted && !lift_stage_fill (run, stage, input->train, place, error))
    return NULL;
  /* Only a filled lift is shared: from here on it is immutable. */
  if (fresh && run->cache)
    lofi_cache_put (run->cache, stage->key, stage, lift_stage_bytes (stage), (LofiCacheRef) lofi_lift_stage_ref,
                    (GDestroyNotify) lofi_lift_stage_unref);
  LofiLayerResult *layer = finish_layer (run, spec, index, input, stage, filter, g_steal_pointer (&key), began, error);
  if (layer && run->cache)
    lofi_cache_put (run->cache, layer->key, layer, lofi_layer_result_bytes (layer), (LofiCacheRef) lofi_layer_result_ref,
                    (GDestroyNotify) lofi_layer_result_unref);
  return layer;
}
