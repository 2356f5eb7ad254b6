/* The first layer of all sample counts of a sweep, from one pass.
 *
 * Samples are nested, so rows z = sigma(h W) / sqrt(P) that are not divided by c are lifted once for all counts; those of n samples are a copy over
 * c_n, and C of n samples is a sum over n of the same rows, over c_n^2. With center-labels the labels change with n, t = y - mean(y): then sum z z^T is
 * kept beside sum y z z^T.
 *
 * Numbers of a cell do not depend on what other cells are computed. Rows are lifted and summed in blocks of the same samples, whatever n; what is left
 * over of n beyond whole blocks is lifted by itself, and added to a copy of the sums. */
#include "config.h"
#include "lofi-sweep-samples-private.h"

#include <string.h>
#include "lofi-emergence-private.h"
#include "lofi-error.h"
#include "lofi-filter-private.h"

#define BLOCK LOFI_FIT_BLOCK
/* Of the rows lifted of one sample count; more are lifted for every count anew. There are two of these, and the cache of the sweep has to keep one. */
#define ROWS_BYTES ((gsize) 128 << 20)

struct _LofiSweepSamples {
  char *key;
  LofiTask *task;                    /* of the largest sample count */
  LofiFeatures *train, *test;
  LofiLiftStage *unscaled;
  LofiOperator weighted, plain;      /* sums over the first `summed` samples, a multiple of BLOCK, with t = y and, for center-labels, t = 1 */
  gsize summed;
  double *ones;
  /* of the last sample count */
  char *lift_key, *filter_key;
  LofiLiftStage *lift;
  LofiFilterStage *filter;
};

LofiSweepSamples *
lofi_sweep_samples_new (void)
{
  LofiSweepSamples *shared = g_new0 (LofiSweepSamples, 1);
  shared->ones = g_new (double, BLOCK);
  for (gsize i = 0; i < BLOCK; i++)
    shared->ones[i] = 1;
  return shared;
}

static void
clear_stages (LofiSweepSamples *shared)
{
  g_clear_pointer (&shared->lift_key, g_free);
  g_clear_pointer (&shared->filter_key, g_free);
  g_clear_pointer (&shared->lift, lofi_lift_stage_unref);
  g_clear_pointer (&shared->filter, lofi_filter_stage_unref);
}

static void
clear_sums (LofiSweepSamples *shared)
{
  lofi_operator_clear (&shared->weighted);
  lofi_operator_clear (&shared->plain);
  shared->summed = 0;
}

static void
clear (LofiSweepSamples *shared)
{
  clear_stages (shared);
  clear_sums (shared);
  g_clear_pointer (&shared->key, g_free);
  g_clear_pointer (&shared->unscaled, lofi_lift_stage_unref);
  g_clear_pointer (&shared->train, lofi_features_unref);
  g_clear_pointer (&shared->test, lofi_features_unref);
  g_clear_pointer (&shared->task, lofi_task_unref);
}

void
lofi_sweep_samples_free (LofiSweepSamples *shared)
{
  clear (shared);
  g_free (shared->ones);
  g_free (shared);
}

/* ---- where it is right ---- */

static gboolean
is_homogeneous (const LofiLayerSpec *spec)
{
  if (spec->kind == LOFI_KIND_FILTER)
    return spec->size == 0;
  return spec->kind == LOFI_KIND_DENSE && spec->width != LOFI_WIDTH_INFINITE && spec->bias == 0 && spec->degree == LOFI_DEGREE_EXACT
         && (spec->activation == LOFI_RELU || spec->activation == LOFI_IDENTITY);
}

gboolean
lofi_sweep_samples_apply (const LofiExperiment *experiment, gsize samples, gsize tests, gsize inputs)
{
  const LofiLayerSpec *spec = experiment->layers->len > 0 ? lofi_experiment_layer (experiment, 0) : NULL;
  if (!spec || samples == 0 || !is_homogeneous (spec) || experiment->data.normalize == LOFI_NORMALIZE_STANDARDIZE || lofi_cell_is_planted (experiment))
    return FALSE;
  gsize width = lofi_layer_lifts (spec) ? spec->width : inputs;
  gboolean single = lofi_lift_in_single (experiment, spec, (double) samples, (double) tests, (double) inputs, (double) width);
  return (single || experiment->precision == LOFI_PRECISION_DOUBLE) && lofi_matrix_bytes (samples, width) / (single ? 2 : 1) <= ROWS_BYTES;
}

char *
lofi_sweep_samples_key (const LofiExperiment *experiment)
{
  g_autoptr (LofiExperiment) plain = lofi_experiment_dup (experiment);
  g_ptr_array_set_size (plain->layers, MIN (1, plain->layers->len));
  if (plain->layers->len > 0 && lofi_layer_filters (lofi_experiment_layer (plain, 0)))
    lofi_experiment_layer (plain, 0)->keep = 1;
  plain->data.train = 0;
  plain->penalty_count = 1;
  return lofi_experiment_to_text (plain);
}

/* The first samples of the larger task are those of the smaller. */
static gboolean
are_nested (const LofiTask *task, const LofiTask *larger)
{
  return task->train.count <= larger->train.count && g_str_equal (task->dataset->key, larger->dataset->key)
         && memcmp (task->train.indices, larger->train.indices, task->train.count * sizeof *task->train.indices) == 0
         && task->test.count == larger->test.count
         && memcmp (task->test.indices, larger->test.indices, task->test.count * sizeof *task->test.indices) == 0;
}

/* ---- rows and sums ---- */

/* Rows and sums of the run's seed and first layer, empty at first. */
static gboolean
take_experiment (LofiSweepSamples *shared, LofiFitRun *run, gsize inputs, GError **error)
{
  const LofiExperiment *experiment = run->experiment;
  g_autoptr (LofiExperiment) largest = lofi_experiment_dup (experiment);
  for (guint i = 0; i < experiment->sweep_samples->len; i++)
    {
      gsize samples = g_array_index (experiment->sweep_samples, gsize, i);
      if (samples > largest->data.train && lofi_sweep_samples_apply (experiment, samples, run->result->task->test.count, inputs))
        largest->data.train = samples;
    }
  g_autofree char *first = lofi_sweep_samples_key (experiment), *key = g_strdup_printf ("%zu/%s", largest->data.train, first);
  if (g_strcmp0 (key, shared->key) == 0)
    return TRUE;
  clear (shared);
  shared->task = lofi_task_new (run->result->task->dataset, largest, run->cancellable, error);
  if (!shared->task)
    return FALSE;
  shared->train = lofi_features_of_task (shared->task, FALSE);
  shared->test = lofi_features_of_task (shared->task, TRUE);
  shared->unscaled = lofi_lift_stage_new_unscaled (run, lofi_experiment_layer (experiment, 0), 0, shared->train, g_strdup (key), error);
  if (!shared->unscaled || !lofi_lift_stage_fill (run, shared->unscaled, shared->test, "layer1", error))
    return FALSE;
  shared->key = g_steal_pointer (&key);
  return TRUE;
}

static LofiStatus
add_rows (LofiSweepSamples *shared, LofiOperator *weighted, LofiOperator *plain, const LofiLiftBlock *block, gsize first, const LofiWatch *watch)
{
  LofiStatus status = LOFI_OK;
  const double *y = shared->task->train.y + first;
  for (guint which = 0; which < 2 && status == LOFI_OK; which++)
    {
      LofiOperator *op = which == 0 ? weighted : plain;
      const double *weights = which == 0 ? y : shared->ones;
      if (op->width > 0)
        status = lofi_lift_block_add (block, op, weights, watch);
    }
  return status;
}

/* All whole blocks of the first `samples`, lifted, and summed if asked for. */
static LofiStatus
advance (LofiSweepSamples *shared, LofiLiftBlock *block, const LofiLayerSpec *spec, gsize samples, gboolean sums, const LofiWatch *watch)
{
  LofiStatus status = LOFI_OK;
  gsize whole = samples / BLOCK * BLOCK, filled = shared->unscaled->train.filled;
  if (sums && (shared->summed > whole || shared->weighted.width == 0))
    {
      clear_sums (shared);
      status = lofi_operator_init (&shared->weighted, shared->unscaled->width);
      if (status == LOFI_OK && spec->center_labels)
        status = lofi_operator_init (&shared->plain, shared->unscaled->width);
    }
  for (gsize first = sums ? shared->summed : filled; first < whole && status == LOFI_OK; first += BLOCK)
    {
      status = lofi_watch_stops (watch) ? LOFI_STOPPED : lofi_lift_block_fill (block, shared->unscaled, shared->train, first, BLOCK);
      if (status == LOFI_OK && sums)
        status = add_rows (shared, &shared->weighted, &shared->plain, block, first, watch);
      if (status == LOFI_OK && sums)
        shared->summed = first + BLOCK;
    }
  if (status != LOFI_OK)
    clear_sums (shared);
  return status;
}

/* The rows beyond whole blocks, lifted by themselves: not into the store, where they are to be a part of their block. */
static LofiStatus
lift_rest (LofiSweepSamples *shared, LofiLiftBlock *block, gsize samples)
{
  gsize whole = samples / BLOCK * BLOCK;
  LofiLiftStore store = shared->unscaled->train;
  shared->unscaled->train = (LofiLiftStore) { 0 };
  LofiStatus status = lofi_lift_block_fill (block, shared->unscaled, shared->train, whole, samples - whole);
  shared->unscaled->train = store;
  return status;
}

/* ---- the stages of one sample count ---- */

static void
scale_single (const LofiMatrixF *from, double factor, LofiMatrixF *to)
{
  float share = (float) factor;
  for (gsize i = 0; i < from->rows; i++)
    {
      const float *restrict row = from->data + i * from->stride;
      float *restrict scaled = to->data + i * to->stride;
      for (gsize j = 0; j < from->cols; j++)
        scaled[j] = share * row[j];
    }
}

static void
scale_double (const LofiMatrix *from, double factor, LofiMatrix *to)
{
  for (gsize i = 0; i < from->rows; i++)
    {
      const double *restrict row = from->data + i * from->stride;
      double *restrict scaled = to->data + i * to->stride;
      for (gsize j = 0; j < from->cols; j++)
        scaled[j] = factor * row[j];
    }
}

/* Rows 0 .. count - 1 of a store into another. */
static void
scale_store (const LofiLiftStore *from, gsize count, double factor, LofiLiftStore *to)
{
  if (to->single)
    {
      LofiMatrixF rows = lofi_matrix_f_row_block (&from->single->matrix, 0, count), scaled = lofi_matrix_f_row_block (&to->single->matrix, 0, count);
      scale_single (&rows, factor, &scaled);
    }
  else if (to->array)
    {
      LofiMatrix rows = lofi_matrix_row_block (&from->array->matrix, 0, count), scaled = lofi_matrix_row_block (&to->array->matrix, 0, count);
      scale_double (&rows, factor, &scaled);
    }
  to->filled = count;
}

static void
scale_rows (LofiSweepSamples *shared, const LofiLiftBlock *rest, gsize samples)
{
  LofiLiftStage *lift = shared->lift;
  gsize whole = samples / BLOCK * BLOCK, left = samples - whole;
  double factor = 1 / lift->lift.scale;
  if (!lift->train.single && !lift->train.array)
    return;
  scale_store (&shared->unscaled->train, whole, factor, &lift->train);
  if (left > 0 && lift->single)
    {
      LofiMatrixF scaled = lofi_matrix_f_row_block (&lift->train.single->matrix, whole, left);
      scale_single (&rest->single, factor, &scaled);
    }
  else if (left > 0)
    {
      LofiMatrix scaled = lofi_matrix_row_block (&lift->train.array->matrix, whole, left);
      scale_double (&rest->rows, factor, &scaled);
    }
  lift->train.filled = samples;
  if (lift->test.single || lift->test.array)
    scale_store (&shared->unscaled->test, shared->task->test.count, factor, &lift->test);
}

static gboolean
take_filter (LofiSweepSamples *shared, LofiFitRun *run, const LofiFeatures *train, const LofiLiftBlock *rest, GError **error)
{
  const LofiLayerSpec *spec = lofi_experiment_layer (run->experiment, 0);
  gsize samples = train->samples, whole = samples / BLOCK * BLOCK;
  LofiOperator weighted = { 0 }, plain = { 0 };
  LofiStatus status = lofi_operator_copy (&weighted, &shared->weighted);
  if (status == LOFI_OK && spec->center_labels)
    status = lofi_operator_copy (&plain, &shared->plain);
  if (status == LOFI_OK && samples > whole)
    status = add_rows (shared, &weighted, &plain, rest, whole, &run->watch);
  if (lofi_error_from_status (error, status, "layer1"))
    {
      LofiSums sums = { &weighted, spec->center_labels ? &plain : NULL, spec->center_labels ? run->result->task->mean_y : 0, 1 };
      sums.factor = shared->lift->kind == LOFI_LIFT_RANDOM ? 1 / shared->lift->lift.scale : 1;
      shared->filter = lofi_filter_stage_of_sums (run, spec, 0, train, shared->lift, &sums, error);
    }
  lofi_operator_clear (&weighted);
  lofi_operator_clear (&plain);
  return shared->filter != NULL;
}

static gboolean
make_stages (LofiSweepSamples *shared, LofiFitRun *run, const LofiFeatures *train, gboolean sums, GError **error)
{
  const LofiLayerSpec *spec = lofi_experiment_layer (run->experiment, 0);
  LofiLiftBlock block = { 0 };
  LofiWatch quiet = lofi_cancellable_watch (run->cancellable);
  gsize samples = train->samples;
  LofiStatus status = advance (shared, &block, spec, samples, sums, &quiet);
  if (status == LOFI_OK && samples % BLOCK > 0)
    status = lift_rest (shared, &block, samples);
  gboolean done = lofi_error_from_status (error, status, "layer1")
                  && (shared->lift = lofi_lift_stage_new_scaled (run, spec, 0, train, shared->unscaled, g_strdup (shared->lift_key), error));
  if (done)
    scale_rows (shared, &block, samples);
  done = done && (!sums || take_filter (shared, run, train, &block, error));
  lofi_lift_block_clear (&block);
  return done;
}

/* The largest task, too: its own sample count comes last, and need not be drawn again. */
static void
put_stages (const LofiSweepSamples *shared, LofiCache *cache)
{
  lofi_cache_put (cache, shared->task->key, shared->task, lofi_task_bytes (shared->task), (LofiCacheRef) lofi_task_ref, (GDestroyNotify) lofi_task_unref);
  lofi_cache_put (cache, shared->lift_key, shared->lift, lofi_lift_stage_bytes (shared->lift), (LofiCacheRef) lofi_lift_stage_ref,
                  (GDestroyNotify) lofi_lift_stage_unref);
  if (shared->filter)
    lofi_cache_put (cache, shared->filter_key, shared->filter, lofi_filter_stage_bytes (shared->filter), (LofiCacheRef) lofi_filter_stage_ref,
                    (GDestroyNotify) lofi_filter_stage_unref);
}

gboolean
lofi_sweep_samples_prepare (LofiSweepSamples *shared, LofiFitRun *run, GError **error)
{
  const LofiTask *task = run->result->task;
  gsize samples = task->train.count, inputs = task->train.inputs.cols;
  if (!run->cache || lofi_lift_streams (run) || !lofi_sweep_samples_apply (run->experiment, samples, task->test.count, inputs))
    return TRUE;
  const LofiLayerSpec *spec = lofi_experiment_layer (run->experiment, 0);
  g_autoptr (LofiFeatures) train = lofi_features_of_task (run->result->task, FALSE);
  gsize width = lofi_layer_lifts (spec) ? spec->width : inputs;
  char extent = lofi_filter_stage_extent (run, samples, width, spec->keep);
  gboolean sums = lofi_layer_filters (spec) && lofi_filter_form (samples, width, extent) == LOFI_FORM_PRIMAL
                  && (spec->keep_auto ? spec->keep_min : spec->keep) <= MIN (samples, width);
  g_autofree char *lift_key = lofi_lift_key (run, spec, 0, task->key, train), *filter_key = lofi_filter_stage_key (lift_key, spec, extent);
  if (!shared->lift || g_strcmp0 (shared->filter_key, filter_key) != 0)
    {
      clear_stages (shared);
      if (!take_experiment (shared, run, inputs, error))
        return FALSE;
      if (!are_nested (task, shared->task))
        return TRUE;
      shared->lift_key = g_steal_pointer (&lift_key);
      shared->filter_key = g_steal_pointer (&filter_key);
      if (!make_stages (shared, run, train, sums, error))
        {
          clear_stages (shared);
          return FALSE;
        }
    }
  put_stages (shared, run->cache);
  return TRUE;
}
