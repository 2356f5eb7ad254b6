/* A layer's lift: weights drawn or read, scale measured, rows lifted block by block. */
#include "config.h"
#include "lofi-lift-stage-private.h"

#include <math.h>
#include <glib/gi18n-lib.h>
#include "lofi-error.h"
#include "lofi-npy.h"

static void
store_clear (LofiLiftStore *store)
{
  g_clear_pointer (&store->array, lofi_array_unref);
  g_clear_pointer (&store->single, lofi_array_f_unref);
}

static void
lift_stage_clear (gpointer data)
{
  LofiLiftStage *stage = data;
  g_clear_pointer (&stage->weights, lofi_array_unref);
  store_clear (&stage->train);
  store_clear (&stage->test);
  lofi_single_lift_clear (&stage->single_lift);
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
store_bytes (const LofiLiftStore *store)
{
  if (store->factor != 0)
    return 0;
  if (store->array)
    return lofi_matrix_bytes (store->array->matrix.rows, store->array->matrix.cols);
  return store->single ? lofi_matrix_bytes (store->single->matrix.rows, store->single->matrix.cols) / 2 : 0;
}

gsize
lofi_lift_stage_bytes (const LofiLiftStage *stage)
{
  gsize weights = stage->weights ? lofi_matrix_bytes (stage->weights->matrix.rows, stage->weights->matrix.cols) : 0;
  return weights + (stage->single ? weights / 2 : 0) + store_bytes (&stage->train) + store_bytes (&stage->test);
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

gboolean
lofi_lift_in_single (const LofiExperiment *experiment, const LofiLayerSpec *spec, double rows, double tests, double inputs, double width)
{
  if (experiment->precision != LOFI_PRECISION_AUTO)
    return experiment->precision == LOFI_PRECISION_SINGLE;
  double lift = lofi_layer_lifts (spec) ? 2 * (rows + tests) * inputs * width : 0;
  double other = spec->keep == LOFI_KEEP_NONE ? 0 : rows * width * MIN (rows, width);
  return lift + other > LOFI_DOUBLE_FLOPS;
}

static gboolean
wants_single (const LofiFitRun *run, const LofiLayerSpec *spec, const LofiFeatures *input)
{
  LofiMapShape positions = { 1, 1, 1 };
  double inputs = input->count, area = (double) spec->size * spec->size;
  gboolean windowed = lofi_layer_looks_at_windows (spec);
  if (windowed && lofi_window_positions (input->shape, (LofiWindow) { spec->size, spec->padding, spec->stride }, &positions) != LOFI_OK)
    return FALSE;
  if (windowed)
    inputs = spec->kind == LOFI_KIND_CONV ? area * input->shape.channels : area;
  double places = (double) positions.height * positions.width;
  return lofi_lift_in_single (run->experiment, spec, (double) input->samples * places, (double) run->result->task->test.count * places, inputs,
                              lofi_layer_lifts (spec) ? (double) spec->width : inputs);
}

gboolean
lofi_lift_streams (const LofiFitRun *run)
{
  return run->result->plan && run->result->plan->streams;
}

char *
lofi_lift_key (const LofiFitRun *run, const LofiLayerSpec *spec, guint index, const char *input_key, const LofiFeatures *input)
{
  g_autoptr (GString) key = g_string_new (input_key);
  gboolean single = input && (lofi_layer_lifts (spec) || spec->kind == LOFI_KIND_FILTER) && wants_single (run, spec, input);
  g_string_append_printf (key, "/lift:%u:%" G_GUINT64_FORMAT ":%s:%s:%zu:%zu:%zu", index, run->experiment->seed, lofi_kind_name (spec->kind),
                          single ? "single" : "double", spec->size, spec->padding, spec->stride);
  if (lofi_layer_lifts (spec))
    g_string_append_printf (key, ":%zu:%s:%d:%a", spec->width, lofi_activation_name (spec->activation), spec->degree, spec->bias);
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

/* What the positions and the rows of the lift are. */
static gboolean
take_shape (LofiLiftStage *stage, const LofiLayerSpec *spec, const LofiFeatures *input, const char *place, GError **error)
{
  stage->input = input->shape;
  stage->kind = lofi_layer_lifts (spec) ? LOFI_LIFT_RANDOM : spec->size ? LOFI_LIFT_CHANNEL : LOFI_LIFT_IDENTITY;
  if (lofi_layer_looks_at_windows (spec))
    stage->window = (LofiWindow) { spec->size, spec->padding, spec->stride };
  stage->width = stage->kind == LOFI_LIFT_RANDOM ? spec->width : stage->kind == LOFI_LIFT_CHANNEL ? spec->size * spec->size : input->count;
  stage->output = (LofiMapShape) { stage->width, 1, 1 };
  stage->positions = 1;
  if (!stage->window.size)
    return TRUE;
  if (!lofi_layer_window_positions (spec, stage->input, place, &stage->output, error))
    return FALSE;
  stage->positions = stage->output.height * stage->output.width;
  stage->output.channels = stage->width;
  return TRUE;
}

static LofiStatus
scale_of_rows (const LofiLiftStage *stage, const LofiMatrix *rows, double *scale)
{
  return stage->window.size ? lofi_patch_scale (rows, stage->input, stage->window, scale) : lofi_input_scale (rows, scale);
}

/* c, from the training features: stored ones at once, others block by block. */
static LofiStatus
measure_scale (const LofiLiftStage *stage, const LofiFeatures *input, double *scale)
{
  if (input->view.data)
    return scale_of_rows (stage, &input->view, scale);
  double sum = 0;
  gsize step = lofi_features_block (input);
  LofiMatrix work;
  LofiStatus status = lofi_matrix_alloc (&work, step, input->count);
  for (gsize first = 0; status == LOFI_OK && first < input->samples; first += step)
    {
      gsize count = MIN (step, input->samples - first);
      LofiMatrix rows = lofi_matrix_row_block (&work, 0, count);
      double part = 0;
      status = lofi_features_rows (input, first, count, &rows);
      if (status == LOFI_OK)
        status = scale_of_rows (stage, &rows, &part);
      sum += part * part * (double) count;
    }
  lofi_matrix_clear (&work);
  *scale = sqrt (sum / (double) MAX (1, input->samples));
  return status;
}

/* The lift of weights, bias and scale that are there. */
static gboolean
finish_random_lift (LofiLiftStage *stage, const LofiLayerSpec *spec, const char *place, GError **error)
{
  stage->lift.weights = stage->weights->matrix;
  stage->lift.bias = stage->bias;
  stage->lift.bias_strength = spec->bias;
  if (!lofi_error_from_status (error, lofi_sigma_init (&stage->lift.sigma, spec->activation, spec->degree), place))
    return FALSE;
  return !stage->single || lofi_error_from_status (error, lofi_single_lift_init (&stage->single_lift, &stage->lift), place);
}

static gboolean
take_random_lift (LofiFitRun *run, LofiLiftStage *stage, const LofiLayerSpec *spec, guint index, const LofiFeatures *input, gboolean scaled,
                  GError **error)
{
  g_autofree char *place = g_strdup_printf ("layer%u", index + 1);
  gsize inputs = stage->window.size ? stage->input.channels * spec->size * spec->size : input->count;
  stage->lift.scale = 1;
  if (scaled && !lofi_error_from_status (error, measure_scale (stage, input, &stage->lift.scale), place))
    return FALSE;
  if (!(stage->lift.scale > 0))
    return lofi_error_set (error, LOFI_ERROR_INPUT, place, _("check the data and the layer before"),
                           _("every input of the layer is zero, so there is nothing to lift"));
  stage->weights = lift_weights (run, spec, index, inputs, error);
  if (!stage->weights)
    return FALSE;
  if (spec->bias > 0)
    {
      stage->bias = g_new (double, stage->width);
      lofi_random_normals (run->experiment->seed, LOFI_PURPOSE_BIAS + index, 0, 0, stage->width, stage->bias);
    }
  return finish_random_lift (stage, spec, place, error);
}

/* Room for the lifted rows of `samples`, where they fit. */
static gboolean
store_init (const LofiLiftStage *stage, LofiLiftStore *store, gsize samples, gsize most, const char *place, GError **error)
{
  gsize bytes = lofi_matrix_bytes (samples, stage->width);
  if (samples == 0 || bytes == G_MAXSIZE || bytes > G_MAXSIZE / stage->positions
      || bytes * stage->positions / (stage->single ? 2 : 1) > most)
    return TRUE;
  gsize rows = samples * stage->positions;
  if (stage->single)
    return (store->single = lofi_array_f_new (rows, stage->width, error, place)) != NULL;
  return (store->array = lofi_array_new (rows, stage->width, error, place)) != NULL;
}

static LofiLiftStage *
stage_new (LofiFitRun *run, const LofiLayerSpec *spec, guint index, const LofiFeatures *input, gsize channel, gboolean scaled, char *key,
           GError **error)
{
  g_autofree char *place = g_strdup_printf ("layer%u", index + 1);
  g_autoptr (LofiLiftStage) stage = g_atomic_rc_box_new0 (LofiLiftStage);
  stage->key = key;
  stage->channel = channel;
  if (!take_shape (stage, spec, input, place, error))
    return NULL;
  if (lofi_matrix_bytes (input->samples, stage->width) > G_MAXSIZE / stage->positions)
    {
      lofi_error_set (error, LOFI_ERROR_INPUT, place, _("reduce the number of samples or the width"), _("the lift is larger than can be counted"));
      return NULL;
    }
  stage->single = wants_single (run, spec, input);
  if (stage->kind == LOFI_LIFT_RANDOM && !take_random_lift (run, stage, spec, index, input, scaled, error))
    return NULL;
  /* The input itself, and its windows, are at hand without a second copy. */
  gsize most = stage->kind == LOFI_LIFT_RANDOM && !lofi_lift_streams (run) ? LOFI_KEEP_LIFTED_BYTES : 0;
  if (!store_init (stage, &stage->train, input->samples, most, place, error))
    return NULL;
  gsize tests = run->cache && !(run->once && scaled) ? run->result->task->test.count : 0;
  if (lofi_layer_filters (spec) && !store_init (stage, &stage->test, tests, MIN (most, LOFI_KEEP_LIFTED_TEST_BYTES), place, error))
    return NULL;
  return g_steal_pointer (&stage);
}

LofiLiftStage *
lofi_lift_stage_new (LofiFitRun *run, const LofiLayerSpec *spec, guint index, const LofiFeatures *input, gsize channel, char *key,
                     GError **error)
{
  return stage_new (run, spec, index, input, channel, TRUE, key, error);
}

LofiLiftStage *
lofi_lift_stage_new_unscaled (LofiFitRun *run, const LofiLayerSpec *spec, guint index, const LofiFeatures *input, char *key, GError **error)
{
  return stage_new (run, spec, index, input, 0, FALSE, key, error);
}

LofiLiftStage *
lofi_lift_stage_new_scaled (LofiFitRun *run, const LofiLayerSpec *spec, guint index, const LofiFeatures *input, const LofiLiftStage *unscaled,
                            char *key, GError **error)
{
  g_autofree char *place = g_strdup_printf ("layer%u", index + 1);
  g_autoptr (LofiLiftStage) stage = g_atomic_rc_box_new0 (LofiLiftStage);
  stage->key = key;
  stage->single = unscaled->single;
  if (!take_shape (stage, spec, input, place, error))
    return NULL;
  if (stage->kind != LOFI_LIFT_RANDOM)
    return g_steal_pointer (&stage);
  if (!lofi_error_from_status (error, measure_scale (stage, input, &stage->lift.scale), place))
    return NULL;
  if (!(stage->lift.scale > 0))
    {
      lofi_error_set (error, LOFI_ERROR_INPUT, place, _("check the data and the layer before"),
                      _("every input of the layer is zero, so there is nothing to lift"));
      return NULL;
    }
  stage->weights = lofi_array_ref (unscaled->weights);
  stage->test = (LofiLiftStore) { unscaled->test.array ? lofi_array_ref (unscaled->test.array) : NULL,
                                  unscaled->test.single ? lofi_array_f_ref (unscaled->test.single) : NULL, unscaled->test.filled, 1 / stage->lift.scale };
  return finish_random_lift (stage, spec, place, error) && store_init (stage, &stage->train, input->samples, LOFI_KEEP_LIFTED_BYTES, place, error)
           ? g_steal_pointer (&stage) : NULL;
}

LofiLiftStage *
lofi_lift_stage_of_layer (const LofiLayerResult *layer, const LofiFeatures *input, gsize channel, GError **error)
{
  g_autoptr (LofiLiftStage) stage = g_atomic_rc_box_new0 (LofiLiftStage);
  stage->channel = channel;
  if (!take_shape (stage, layer->spec, input, layer->name, error))
    return NULL;
  stage->single = layer->single;
  if (stage->kind != LOFI_LIFT_RANDOM)
    return g_steal_pointer (&stage);
  stage->lift.scale = layer->scale;
  stage->weights = lofi_array_ref (layer->weights);
  stage->bias = layer->bias ? g_memdup2 (layer->bias, layer->width * sizeof (double)) : NULL;
  return finish_random_lift (stage, layer->spec, layer->name, error) ? g_steal_pointer (&stage) : NULL;
}

double
lofi_lift_stage_cost (const LofiLiftStage *stage, gsize samples)
{
  return stage->weights ? lofi_lift_cost (samples * stage->positions, stage->weights->matrix.rows, stage->width) : 0;
}
