/* The first layer of all sample counts of a sweep, from one pass.
 *
 * Samples are nested, so rows z = sigma(h W) / sqrt(P) that are not divided by c are lifted once for all counts; those of n samples are a copy over
 * c_n, and C of n samples is a sum over n of the same rows, over c_n^2. With center-labels the labels change with n, t = y - mean(y): then sum z z^T is
 * kept beside sum y z z^T.
 *
 * Numbers of a cell do not depend on what other cells are computed. Rows are lifted and summed in blocks of the same samples, whatever n; what is left
 * over of n beyond whole blocks is lifted by itself, and added to a copy of the sums. */
#include "config.h"
#include "lofi-sweep-pass-private.h"

#include <string.h>
#include "lofi-emergence-private.h"
#include "lofi-error.h"

#define BLOCK LOFI_PASS_BLOCK

LofiSweepSamples *
lofi_sweep_samples_new (void)
{
  LofiSweepSamples *shared = g_new0 (LofiSweepSamples, 1);
  g_atomic_ref_count_init (&shared->references);
  g_mutex_init (&shared->lock);
  g_mutex_init (&shared->lazy_lock);
  g_mutex_init (&shared->linear_lock);
  return shared;
}

LofiSweepSamples *
lofi_sweep_samples_ref (LofiSweepSamples *shared)
{
  g_atomic_ref_count_inc (&shared->references);
  return shared;
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
  lofi_lazy_chain_clear (&shared->lazy);
  lofi_ridge_gram_clear (&shared->linear);
  clear_sums (shared);
  g_clear_pointer (&shared->key, g_free);
  g_clear_pointer (&shared->unscaled, lofi_lift_stage_unref);
  g_clear_pointer (&shared->train, lofi_features_unref);
  g_clear_pointer (&shared->test, lofi_features_unref);
  g_clear_pointer (&shared->task, lofi_task_unref);
}

void
lofi_sweep_samples_unref (LofiSweepSamples *shared)
{
  if (!g_atomic_ref_count_dec (&shared->references))
    return;
  clear (shared);
  g_mutex_clear (&shared->lock);
  g_mutex_clear (&shared->lazy_lock);
  g_mutex_clear (&shared->linear_lock);
  g_free (shared);
}

/* ---- where it is right ---- */

gboolean
lofi_lift_is_homogeneous (const LofiLayerSpec *spec)
{
  return spec->kind == LOFI_KIND_DENSE && spec->width != LOFI_WIDTH_INFINITE && spec->bias == 0 && spec->degree == LOFI_DEGREE_EXACT
         && (spec->activation == LOFI_RELU || spec->activation == LOFI_IDENTITY);
}

gboolean
lofi_sweep_samples_apply (const LofiExperiment *experiment, gsize samples, gsize tests, gsize inputs)
{
  const LofiLayerSpec *spec = experiment->layers->len > 0 ? lofi_experiment_layer (experiment, 0) : NULL;
  if (!spec || samples == 0 || !(spec->kind == LOFI_KIND_FILTER ? spec->size == 0 : lofi_lift_is_homogeneous (spec)) || experiment->data.normalize == LOFI_NORMALIZE_STANDARDIZE || lofi_cell_is_planted (experiment))
    return FALSE;
  gsize width = lofi_layer_lifts (spec) ? spec->width : inputs;
  gboolean single = lofi_lift_in_single (experiment, spec, (double) samples, (double) tests, (double) inputs, (double) width);
  return (single || experiment->precision == LOFI_PRECISION_DOUBLE) && lofi_matrix_bytes (samples, width) / (single ? 2 : 1) <= LOFI_PASS_ROWS_BYTES;
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

/* ---- samples, rows and sums ---- */

/* The samples of the largest count of the sweep that shares the pass. */
static gboolean
take_task (LofiSweepSamples *shared, const LofiExperiment *experiment, LofiDataset *dataset, gsize available, gsize tests, GCancellable *cancellable,
           GError **error)
{
  g_autoptr (LofiExperiment) largest = lofi_experiment_dup (experiment);
  gsize inputs = dataset->channels * dataset->height * dataset->width;
  for (guint i = 0; i < experiment->sweep_samples->len; i++)
    {
      gsize samples = g_array_index (experiment->sweep_samples, gsize, i);
      if (samples > largest->data.train && samples <= available && lofi_sweep_samples_apply (experiment, samples, tests, inputs))
        largest->data.train = samples;
    }
  g_autofree char *first = lofi_sweep_samples_key (experiment), *key = g_strdup_printf ("%s/%zu/%s", dataset->key, largest->data.train, first);
  if (g_strcmp0 (key, shared->key) == 0)
    return TRUE;
  clear (shared);
  shared->task = lofi_task_new (dataset, largest, cancellable, error);
  if (!shared->task)
    return FALSE;
  shared->train = lofi_features_of_task (shared->task, FALSE);
  shared->test = lofi_features_of_task (shared->task, TRUE);
  shared->key = g_steal_pointer (&key);
  return TRUE;
}

gboolean
lofi_sweep_samples_lend_task (LofiSweepSamples *shared, const LofiExperiment *experiment, LofiDataset *dataset, LofiCache *cache,
                              GCancellable *cancellable, GError **error)
{
  gsize available, tests, samples = experiment->data.train;
  if (!lofi_task_counts (dataset, experiment, &available, &tests, error))
    return FALSE;
  if (samples > available || !lofi_sweep_samples_apply (experiment, samples, tests, dataset->channels * dataset->height * dataset->width))
    return TRUE;
  g_mutex_lock (&shared->lock);
  gboolean taken = take_task (shared, experiment, dataset, available, tests, cancellable, error);
  g_autoptr (LofiTask) task = taken ? lofi_task_first (shared->task, experiment, error) : NULL;
  g_mutex_unlock (&shared->lock);
  if (task)
    lofi_cache_put (cache, task->key, task, lofi_task_bytes (task), (LofiCacheRef) lofi_task_ref, (GDestroyNotify) lofi_task_unref);
  return task != NULL;
}

gboolean
lofi_sweep_pass_take (LofiSweepSamples *shared, LofiFitRun *run, GError **error)
{
  const LofiTask *task = run->result->task;
  if (!take_task (shared, run->experiment, task->dataset, task->available_train, task->test.count, run->cancellable, error))
    return FALSE;
  if (shared->unscaled)
    return TRUE;
  shared->unscaled = lofi_lift_stage_new_unscaled (run, lofi_experiment_layer (run->experiment, 0), 0, shared->train, g_strdup (shared->key), error);
  if (shared->unscaled && lofi_lift_stage_fill (run, shared->unscaled, shared->test, "layer1", error))
    return TRUE;
  g_clear_pointer (&shared->unscaled, lofi_lift_stage_unref);
  return FALSE;
}

/* Weights of one. */
static const double *
ones (void)
{
  static double all[BLOCK];
  static gsize filled;
  if (g_once_init_enter (&filled))
    {
      for (gsize i = 0; i < BLOCK; i++)
        all[i] = 1;
      g_once_init_leave (&filled, 1);
    }
  return all;
}

static LofiStatus
add_rows (LofiSweepSamples *shared, LofiOperator *weighted, LofiOperator *plain, const LofiLiftBlock *block, gsize first, const LofiWatch *watch)
{
  LofiStatus status = LOFI_OK;
  const double *y = shared->task->train.y + first;
  for (guint which = 0; which < 2 && status == LOFI_OK; which++)
    {
      LofiOperator *op = which == 0 ? weighted : plain;
      const double *weights = which == 0 ? y : ones ();
      if (op->width > 0)
        status = lofi_lift_block_add (block, op, weights, watch);
    }
  return status;
}

LofiStatus
lofi_sweep_pass_advance (LofiSweepSamples *shared, const LofiLayerSpec *spec, gsize samples, gboolean sums, const LofiWatch *watch)
{
  LofiLiftBlock block = { 0 };
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
      status = lofi_watch_stops (watch) ? LOFI_STOPPED : lofi_lift_block_fill (&block, shared->unscaled, shared->train, first, BLOCK);
      if (status == LOFI_OK && sums)
        status = add_rows (shared, &shared->weighted, &shared->plain, &block, first, watch);
      if (status == LOFI_OK && sums)
        shared->summed = first + BLOCK;
    }
  if (status != LOFI_OK)
    clear_sums (shared);
  lofi_lift_block_clear (&block);
  return status;
}

/* The rows beyond whole blocks, lifted by themselves: not into the store, where they are to be a part of their block. */
static LofiStatus
lift_rest (LofiSweepSamples *shared, LofiLiftBlock *block, gsize samples)
{
  gsize whole = samples / BLOCK * BLOCK;
  LofiLiftStage bare = *shared->unscaled;      /* others may be reading from it */
  bare.train = (LofiLiftStore) { 0 };
  return lofi_lift_block_fill (block, &bare, shared->train, whole, samples - whole);
}

/* ---- the stages of one sample count ---- */

/* Rows 0 .. count - 1 of a store into another. */
static void
scale_store (const LofiLiftStore *from, gsize count, double factor, LofiLiftStore *to)
{
  if (to->single)
    {
      LofiMatrixF rows = lofi_matrix_f_row_block (&from->single->matrix, 0, count), scaled = lofi_matrix_f_row_block (&to->single->matrix, 0, count);
      lofi_lift_scale_single (&rows, factor, &scaled);
    }
  else if (to->array)
    {
      LofiMatrix rows = lofi_matrix_row_block (&from->array->matrix, 0, count), scaled = lofi_matrix_row_block (&to->array->matrix, 0, count);
      lofi_lift_scale_double (&rows, factor, &scaled);
    }
  to->filled = count;
}

static void
scale_rows (const LofiSweepSamples *shared, LofiLiftStage *lift, const LofiLiftBlock *rest, gsize samples)
{
  gsize whole = samples / BLOCK * BLOCK, left = samples - whole;
  double factor = 1 / lift->lift.scale;
  if (!lift->train.single && !lift->train.array)
    return;
  scale_store (&shared->unscaled->train, whole, factor, &lift->train);
  if (left > 0 && lift->single)
    {
      LofiMatrixF scaled = lofi_matrix_f_row_block (&lift->train.single->matrix, whole, left);
      lofi_lift_scale_single (&rest->single, factor, &scaled);
    }
  else if (left > 0)
    {
      LofiMatrix scaled = lofi_matrix_row_block (&lift->train.array->matrix, whole, left);
      lofi_lift_scale_double (&rest->rows, factor, &scaled);
    }
  lift->train.filled = samples;
}

/* What one sample count takes from the pass. */
typedef struct {
  LofiLiftBlock rest;                /* rows beyond whole blocks */
  LofiOperator weighted, plain;      /* sums over all its samples */
} Own;

static void
own_clear (Own *own)
{
  lofi_lift_block_clear (&own->rest);
  lofi_operator_clear (&own->weighted);
  lofi_operator_clear (&own->plain);
}

/* Under the lock. */
static LofiStatus
take_own (LofiSweepSamples *shared, const LofiLayerSpec *spec, gsize samples, gboolean sums, const LofiWatch *watch, Own *own)
{
  gsize whole = samples / BLOCK * BLOCK;
  LofiStatus status = lofi_sweep_pass_advance (shared, spec, samples, sums, watch);
  if (status == LOFI_OK && samples > whole)
    status = lift_rest (shared, &own->rest, samples);
  if (status == LOFI_OK && sums)
    status = lofi_operator_copy (&own->weighted, &shared->weighted);
  if (status == LOFI_OK && sums && spec->center_labels)
    status = lofi_operator_copy (&own->plain, &shared->plain);
  return status;
}

static LofiFilterStage *
filter_of_sums (LofiSweepSamples *shared, LofiFitRun *run, const LofiFeatures *train, LofiLiftStage *lift, Own *own, GError **error)
{
  const LofiLayerSpec *spec = lofi_experiment_layer (run->experiment, 0);
  gsize samples = train->samples, whole = samples / BLOCK * BLOCK;
  LofiStatus status = samples > whole ? add_rows (shared, &own->weighted, &own->plain, &own->rest, whole, &run->watch) : LOFI_OK;
  LofiSums sums = { &own->weighted, spec->center_labels ? &own->plain : NULL, spec->center_labels ? run->result->task->mean_y : 0, 1 };
  sums.factor = lift->kind == LOFI_LIFT_RANDOM ? 1 / lift->lift.scale : 1;
  return lofi_error_from_status (error, status, "layer1") ? lofi_filter_stage_of_sums (run, spec, 0, train, lift, &sums, error) : NULL;
}

/* The stages of the run's sample count, into its cache. */
static gboolean
make_stages (LofiSweepSamples *shared, LofiFitRun *run, const LofiFeatures *train, Own *own, char *lift_key, const char *filter_key, GError **error)
{
  const LofiLayerSpec *spec = lofi_experiment_layer (run->experiment, 0);
  g_autoptr (LofiLiftStage) lift = lofi_lift_stage_new_scaled (run, spec, 0, train, shared->unscaled, lift_key, error);
  if (!lift)
    return FALSE;
  scale_rows (shared, lift, &own->rest, train->samples);
  g_autoptr (LofiFilterStage) filter = own->weighted.width > 0 ? filter_of_sums (shared, run, train, lift, own, error) : NULL;
  if (!filter && own->weighted.width > 0)
    return FALSE;
  lofi_cache_put (run->cache, lift->key, lift, lofi_lift_stage_bytes (lift), (LofiCacheRef) lofi_lift_stage_ref, (GDestroyNotify) lofi_lift_stage_unref);
  if (filter)
    lofi_cache_put (run->cache, filter_key, filter, lofi_filter_stage_bytes (filter), (LofiCacheRef) lofi_filter_stage_ref,
                    (GDestroyNotify) lofi_filter_stage_unref);
  return TRUE;
}

static gboolean
has_stages (LofiCache *cache, const char *lift_key, const char *filter_key)
{
  g_autoptr (LofiLiftStage) lift = lofi_cache_get (cache, lift_key);
  g_autoptr (LofiFilterStage) filter = lift && filter_key ? lofi_cache_get (cache, filter_key) : NULL;
  return lift && (filter || !filter_key);
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
  LofiWatch quiet = lofi_cancellable_watch (run->cancellable);
  Own own = { 0 };
  if (has_stages (run->cache, lift_key, sums ? filter_key : NULL))
    return TRUE;
  g_mutex_lock (&shared->lock);
  gboolean done = lofi_sweep_pass_take (shared, run, error), nested = done && are_nested (task, shared->task);
  if (nested)
    done = lofi_error_from_status (error, take_own (shared, spec, samples, sums, &quiet, &own), "layer1");
  g_mutex_unlock (&shared->lock);
  /* Rows of whole blocks, once they are there, stay as they are. */
  done = done && (!nested || make_stages (shared, run, train, &own, g_steal_pointer (&lift_key), filter_key, error));
  own_clear (&own);
  return done;
}
