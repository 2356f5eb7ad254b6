/* The fit: walks the stages, keeps count of progress, hands out snapshots. */
#include "config.h"
#include <math.h>
#include <sys/resource.h>
#include <glib/gi18n-lib.h>
#include "lofi-error.h"
#include "lofi-lift-stage-private.h"
#include "lofi-null-private.h"
#include "lofi-plan.h"

const char *
lofi_stage_name (LofiStage stage)
{
  static const char *const names[] = { N_("data"), N_("lift"), N_("operator"), N_("eigenpairs"), N_("projection"), N_("readout"),
                                       N_("lazy baseline"), N_("linear baseline"), N_("kernel baseline"), N_("gradient descent"), N_("null lines") };
  return names[stage];
}

double
lofi_lift_cost (gsize n, gsize d, gsize p)
{
  return 2.0 * n * d * p;
}

double
lofi_operator_cost (gsize n, gsize p)
{
  return p > n ? (double) n * n * p : (double) n * p * p;
}

/* Reductions to tridiagonal form run at a fraction of the speed of matrix products: weighted accordingly. */
double
lofi_eigenpairs_cost (gsize n, gsize p, gsize keep)
{
  double order = MIN (n, p);
  return 6.0 * order * order * order + (p > n ? 6.0 * order * order * order : 0) + 4.0 * order * order * keep;
}

double
lofi_readout_cost (gsize n, gsize p, gsize penalties)
{
  double order = MIN (n, p), longer = MAX (n, p);
  return 20.0 * order * order * order + longer * order * order + 4.0 * n * order * penalties;
}

static bool
cancellable_stops (void *data)
{
  return data && g_cancellable_is_cancelled (data);
}

LofiWatch
lofi_cancellable_watch (GCancellable *cancellable)
{
  return (LofiWatch) { .stop = cancellable_stops, .data = cancellable };
}

/* ---- the run ---- */

static bool
run_stops (void *data)
{
  const LofiFitRun *run = data;
  return run->cancellable && g_cancellable_is_cancelled (run->cancellable);
}

static void
run_reports (void *data, double fraction)
{
  LofiFitRun *run = data;
  double all = run->total > 0 ? (run->done + run->stage_cost * CLAMP (fraction, 0, 1)) / run->total : 0;
  run->progress.fraction = MAX (run->progress.fraction, MIN (all, 1));
  if (run->observer && run->observer->progress)
    run->observer->progress (run->observer->data, &run->progress);
}

gboolean
lofi_fit_run_enter (LofiFitRun *run, LofiStage stage, int layer, double cost, GError **error)
{
  run->done += run->stage_cost;
  run->stage_cost = cost;
  /* Within a baseline the stages of its layers are one stage to the user. */
  gboolean in_baseline = run->progress.stage >= LOFI_STAGE_LAZY && run->progress.stage <= LOFI_STAGE_DESCENT;
  if (!in_baseline || stage >= LOFI_STAGE_LAZY)
    {
      run->progress.stage = stage;
      run->progress.layer = layer;
    }
  run_reports (run, 0);
  return lofi_error_from_status (error, run_stops (run) ? LOFI_STOPPED : LOFI_OK, lofi_stage_name (stage));
}

gpointer
lofi_fit_run_get (LofiFitRun *run, const char *key)
{
  return run->cache ? lofi_cache_get (run->cache, key) : NULL;
}

static LofiResult *
snapshot_new (const LofiResult *result)
{
  LofiResult *copy = g_atomic_rc_box_new0 (LofiResult);
  *copy = *result;
  copy->experiment = lofi_experiment_dup (result->experiment);
  copy->task = result->task ? lofi_task_ref (result->task) : NULL;
  copy->layers = g_new0 (LofiLayerResult *, MAX (1, result->n_layers));
  for (guint i = 0; i < result->n_layers; i++)
    copy->layers[i] = result->layers[i] ? lofi_layer_result_ref (result->layers[i]) : NULL;
  copy->nulls = g_new0 (LofiNull *, MAX (1, result->n_layers));
  for (guint i = 0; result->nulls && i < result->n_layers; i++)
    copy->nulls[i] = result->nulls[i] ? lofi_null_ref (result->nulls[i]) : NULL;
  copy->live_layer = -1;
  copy->n_live = 0;
  copy->live_spectrum = NULL;
  copy->readout = result->readout ? lofi_readout_ref (result->readout) : NULL;
  copy->lazy = result->lazy ? lofi_readout_ref (result->lazy) : NULL;
  copy->linear = result->linear ? lofi_readout_ref (result->linear) : NULL;
  copy->kernel = result->kernel ? lofi_readout_ref (result->kernel) : NULL;
  copy->descent = result->descent ? lofi_readout_ref (result->descent) : NULL;
  copy->plan = result->plan ? lofi_plan_ref (result->plan) : NULL;
  return copy;
}

gboolean
lofi_fit_run_watched (const LofiFitRun *run)
{
  return run->observer && run->observer->snapshot;
}

void
lofi_fit_run_show (LofiFitRun *run)
{
  if (!lofi_fit_run_watched (run))
    return;
  g_autoptr (LofiResult) copy = snapshot_new (run->result);
  run->observer->snapshot (run->observer->data, copy);
}

void
lofi_fit_run_show_live (LofiFitRun *run, int layer, gsize samples, double *spectrum, gsize n_live)
{
  g_autofree double *owned = spectrum;
  if (!lofi_fit_run_watched (run))
    return;
  g_autoptr (LofiResult) copy = snapshot_new (run->result);
  copy->live_layer = layer;
  copy->live_samples = samples;
  copy->live_total = run->result->task->train.count;
  copy->n_live = n_live;
  copy->live_spectrum = g_steal_pointer (&owned);
  run->observer->snapshot (run->observer->data, copy);
}

/* ---- stages ---- */

LofiDataset *
lofi_fit_dataset (const LofiExperiment *experiment, LofiCache *cache, GCancellable *cancellable, GError **error)
{
  g_autofree char *key = lofi_dataset_key (experiment, error);
  LofiDataset *dataset = key && cache ? lofi_cache_get (cache, key) : NULL;
  if (!key || dataset)
    return dataset;
  g_autoptr (GError) reason = NULL;
  dataset = lofi_dataset_load (experiment, cancellable, &reason);
  if (!dataset && g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    lofi_error_from_status (error, LOFI_STOPPED, lofi_stage_name (LOFI_STAGE_DATA));     /* in our words, not GIO's */
  else if (!dataset)
    g_propagate_error (error, g_steal_pointer (&reason));
  if (dataset && cache)
    lofi_cache_put (cache, key, dataset, lofi_dataset_bytes (dataset), (LofiCacheRef) lofi_dataset_ref, (GDestroyNotify) lofi_dataset_unref);
  return dataset;
}

static LofiTask *
fit_task (LofiFitRun *run, GError **error)
{
  g_autofree char *dataset_key = lofi_dataset_key (run->experiment, error);
  if (!dataset_key)
    return NULL;
  g_autofree char *key = lofi_task_key (dataset_key, run->experiment);
  LofiTask *task = lofi_fit_run_get (run, key);
  if (task)
    return task;
  g_autoptr (LofiDataset) dataset = lofi_fit_dataset (run->experiment, run->cache, run->cancellable, error);
  if (!dataset)
    return NULL;
  task = lofi_task_new (dataset, run->experiment, run->cancellable, error);
  if (task && run->cache)
    lofi_cache_put (run->cache, key, task, lofi_task_bytes (task), (LofiCacheRef) lofi_task_ref, (GDestroyNotify) lofi_task_unref);
  return task;
}

void
lofi_readout_score (LofiReadout *readout, const LofiTask *task)
{
  const LofiScores none = { NAN, NAN, NAN, NAN };       /* no samples, no score */
  readout->n_train = task->train.count;
  readout->n_test = task->test.count;
  readout->train_scores = readout->test_scores = none;
  lofi_scores (readout->train_predictions, task->train.y, readout->n_train, &readout->train_scores);
  if (readout->n_test > 0)
    lofi_scores (readout->test_predictions, task->test.y, readout->n_test, &readout->test_scores);
}

/* Rows of features for the readout's passes. */
static LofiStatus
readout_rows (void *data, size_t first, size_t count, LofiMatrix *rows, const LofiWatch *watch)
{
  return lofi_watch_stops (watch) ? LOFI_STOPPED : lofi_features_rows (data, first, count, rows);
}

/* (transfer full) one number per sample; NULL with an error. */
static double *
predict (LofiFitRun *run, const LofiRidge *ridge, const LofiFeatures *features, GError **error)
{
  g_autofree double *predictions = g_new0 (double, MAX (1, features->samples));
  LofiMatrix work = { 0 };
  gsize step = lofi_features_block (features);
  LofiStatus status = features->view.data ? LOFI_OK : lofi_matrix_alloc (&work, step, features->count);
  for (gsize first = 0; status == LOFI_OK && first < features->samples; first += step)
    {
      gsize count = MIN (step, features->samples - first);
      LofiMatrix rows;
      status = lofi_watch_stops (&run->watch) ? LOFI_STOPPED : lofi_features_view (features, first, count, &work, &rows);
      if (status == LOFI_OK)
        status = lofi_ridge_predict (ridge, &rows, predictions + first);
    }
  lofi_matrix_clear (&work);
  return lofi_error_from_status (error, status, "readout") ? g_steal_pointer (&predictions) : NULL;
}

static gboolean
fit_ridge (LofiFitRun *run, const LofiRepresentation *input, LofiReadout *readout, GError **error)
{
  const LofiExperiment *e = run->experiment;
  const LofiTask *task = run->result->task;
  LofiFeatures *train = input->train;
  g_autofree double *penalties = g_new (double, e->penalty_count);
  lofi_penalty_grid (e->penalty_low, e->penalty_high, e->penalty_count, penalties);
  LofiRidgeRows rows = train->view.data ? lofi_ridge_rows_of (&train->view) : (LofiRidgeRows) { train->samples, train->count, readout_rows, train };
  double n = (double) train->samples, p = (double) train->count;
  rows.gram = input->gram;
  rows.factor = input->factor;
  rows.single = e->precision == LOFI_PRECISION_SINGLE || (e->precision == LOFI_PRECISION_AUTO && 2 * n * p * MIN (n, p) > LOFI_DOUBLE_FLOPS);
  LofiStatus status = lofi_ridge_fit_rows (&readout->ridge, &rows, task->train.y, penalties, e->penalty_count, NULL, &run->watch);
  if (!lofi_error_from_status (error, status, "readout"))
    return FALSE;
  readout->train_predictions = predict (run, &readout->ridge, train, error);
  readout->test_predictions = readout->train_predictions ? predict (run, &readout->ridge, input->test, error) : NULL;
  return readout->test_predictions != NULL;
}

LofiReadout *
lofi_fit_readout (LofiFitRun *run, const LofiRepresentation *input, GError **error)
{
  const LofiExperiment *e = run->experiment;
  g_autofree char *key = g_strdup_printf ("%s/readout:%a:%a:%zu", input->key, e->penalty_low, e->penalty_high, e->penalty_count);
  LofiReadout *known = lofi_fit_run_get (run, key);
  if (known)
    return known;
  gint64 began = g_get_monotonic_time ();
  g_autoptr (LofiReadout) readout = g_atomic_rc_box_new0 (LofiReadout);
  if (!(input->train ? fit_ridge (run, input, readout, error) : lofi_fit_kernel_readout (run, input, readout, error)))
    return NULL;
  lofi_readout_score (readout, run->result->task);
  readout->key = g_steal_pointer (&key);
  readout->seconds = (g_get_monotonic_time () - began) / 1e6;
  gsize bytes = (readout->n_train + readout->n_test + readout->ridge.features) * sizeof (double);
  if (run->cache)
    lofi_cache_put (run->cache, readout->key, readout, bytes, (LofiCacheRef) lofi_readout_ref, (GDestroyNotify) lofi_readout_unref);
  return g_steal_pointer (&readout);
}

LofiRepresentation
lofi_representation_of_layer (const LofiLayerResult *layer)
{
  return (LofiRepresentation) { layer->key, layer->train_rows, layer->test_rows, layer->kernel_train, layer->kernel_test,
                                layer->kernel_test_diagonal };
}

/* The layers of an experiment one after the other, the result's own (shown as they come) or the lazy baseline's. */
static gboolean
fit_layers (LofiFitRun *run, const LofiExperiment *experiment, guint count, LofiLayerResult **layers, gboolean show, GError **error)
{
  LofiTask *task = run->result->task;
  g_autoptr (LofiFeatures) train = lofi_features_of_task (task, FALSE), test = lofi_features_of_task (task, TRUE);
  LofiRepresentation input = { .key = task->key, .train = train, .test = test };
  for (guint i = 0; i < count; i++)
    {
      layers[i] = lofi_fit_layer (run, lofi_experiment_layer (experiment, i), i, &input, show, error);
      if (!layers[i])
        return FALSE;
      if (show)
        lofi_fit_run_show (run);
      if (show && layers[i]->keep && !lofi_fit_layer_nulls (run, i, &input, error))
        return FALSE;
      input = lofi_representation_of_layer (layers[i]);
    }
  return TRUE;
}

static LofiReadout *
readout_of_layers (LofiFitRun *run, LofiLayerResult **layers, guint n_layers, GError **error)
{
  LofiTask *task = run->result->task;
  g_autoptr (LofiFeatures) train = lofi_features_of_task (task, FALSE), test = lofi_features_of_task (task, TRUE);
  LofiRepresentation input = { .key = task->key, .train = train, .test = test };
  if (n_layers > 0)
    input = lofi_representation_of_layer (layers[n_layers - 1]);
  return lofi_fit_readout (run, &input, error);
}

LofiExperiment *
lofi_experiment_lazy (const LofiExperiment *experiment)
{
  LofiExperiment *lazy = lofi_experiment_dup (experiment);
  gboolean filtered = FALSE;
  for (guint i = 0; i < lazy->layers->len; i++)
    {
      LofiLayerSpec *layer = lofi_experiment_layer (lazy, i);
      if (filtered)
        g_clear_pointer (&layer->weights, g_free);    /* made for K inputs; a lazy layer has more of them and draws its own */
      filtered = filtered || lofi_layer_filters (layer);
    }
  gboolean infinite = FALSE;
  for (guint i = 0; i < lazy->layers->len;)
    {
      LofiLayerSpec *layer = lofi_experiment_layer (lazy, i);
      if (layer->kind == LOFI_KIND_FILTER || (infinite && layer->kind == LOFI_KIND_FLATTEN))
        {
          g_ptr_array_remove_index (lazy->layers, i);     /* nothing but a filter: without it nothing is left */
          continue;
        }
      if (infinite)
        {
          layer->width = LOFI_WIDTH_INFINITE;
          g_clear_pointer (&layer->weights, g_free);
        }
      infinite = lofi_layer_lifts (layer) && layer->width == LOFI_WIDTH_INFINITE;
      i++;
      layer->keep = LOFI_KEEP_NONE;
      layer->keep_auto = FALSE;
      layer->order = LOFI_ORDER_2;
      layer->center_labels = layer->center_lift = FALSE;
    }
  return lazy;
}

LofiReadout *
lofi_fit_lazy (LofiFitRun *run, GError **error)
{
  g_autoptr (LofiExperiment) lazy = lofi_experiment_lazy (run->experiment);
  guint n = lazy->layers->len;
  g_autofree LofiLayerResult **layers = g_new0 (LofiLayerResult *, MAX (1, n));
  if (!lofi_fit_run_enter (run, LOFI_STAGE_LAZY, -1, 0, error))
    return NULL;
  LofiReadout *readout = NULL;
  if (fit_layers (run, lazy, n, layers, FALSE, error)
      && lofi_fit_run_enter (run, LOFI_STAGE_LAZY, -1, lofi_readout_cost (run->result->task->train.count, n ? lofi_map_count (layers[n - 1]->output_shape) : 1,
                                                                run->experiment->penalty_count), error))
    readout = readout_of_layers (run, layers, n, error);
  for (guint i = 0; i < n; i++)
    g_clear_pointer (&layers[i], lofi_layer_result_unref);
  return readout;
}

LofiReadout *
lofi_fit_linear (LofiFitRun *run, GError **error)
{
  const LofiMatrix *x = &run->result->task->train.inputs;
  if (!lofi_fit_run_enter (run, LOFI_STAGE_LINEAR, -1, lofi_readout_cost (x->rows, x->cols, run->experiment->penalty_count), error))
    return NULL;
  return readout_of_layers (run, NULL, 0, error);
}

static gsize
peak_bytes (void)
{
  struct rusage usage;
  return getrusage (RUSAGE_SELF, &usage) == 0 ? (gsize) usage.ru_maxrss * 1024 : 0;
}

/* Of the plan, what this run's observer does not ask for. */
static double
unwanted_flops (const LofiFitRun *run)
{
  const GArray *stages = run->result->plan->stages;
  double flops = 0;
  if (run->observer && (run->observer->nulls & LOFI_NULLS_PERMUTED))
    return 0;
  for (guint i = 0; i < stages->len; i++)
    {
      const LofiPlanStage *stage = &g_array_index (stages, LofiPlanStage, i);
      if (stage->stage == LOFI_STAGE_NULL && !lofi_experiment_layer (run->experiment, stage->layer)->keep_auto)
        flops += stage->flops;
    }
  return flops;
}

gboolean
lofi_fit_run_begin (LofiFitRun *run, gboolean with_baselines, GError **error)
{
  LofiResult *result = run->result;
  run->watch = (LofiWatch) { run_stops, run_reports, run };
  result->experiment = lofi_experiment_dup (run->experiment);
  result->live_layer = -1;
  result->n_layers = run->experiment->layers->len;
  result->layers = g_new0 (LofiLayerResult *, MAX (1, result->n_layers));
  result->nulls = g_new0 (LofiNull *, MAX (1, result->n_layers));
  if (!lofi_experiment_check (run->experiment, error) || !lofi_fit_run_enter (run, LOFI_STAGE_DATA, -1, 0, error))
    return FALSE;
  result->task = fit_task (run, error);
  if (!result->task)
    return FALSE;
  result->plan = lofi_plan_new (run->experiment, lofi_plan_data_of_task (result->task), with_baselines, error);
  if (!result->plan)
    return FALSE;
  run->total = result->plan->flops - unwanted_flops (run);
  lofi_fit_run_show (run);
  return lofi_plan_check (result->plan, error);
}

gboolean
lofi_fit_run_first_layers (LofiFitRun *run, guint count, GError **error)
{
  return fit_layers (run, run->experiment, count, run->result->layers, FALSE, error);
}

gboolean
lofi_fit_run_layers (LofiFitRun *run, GError **error)
{
  LofiResult *result = run->result;
  gsize width = run->experiment->layers->len ? 0 : result->task->train.inputs.cols;
  if (!fit_layers (run, run->experiment, result->n_layers, result->layers, TRUE, error))
    return FALSE;
  if (result->n_layers)
    width = lofi_map_count (result->layers[result->n_layers - 1]->output_shape);
  double cost = lofi_readout_cost (result->task->train.count, width, run->experiment->penalty_count);
  if (!lofi_fit_run_enter (run, LOFI_STAGE_READOUT, -1, cost, error))
    return FALSE;
  result->readout = readout_of_layers (run, result->layers, result->n_layers, error);
  return result->readout != NULL;
}

/* Linear and lazy belong to every fit, the others where the experiment compares with them. */
static gboolean
fit_baselines (LofiFitRun *run, GError **error)
{
  LofiResult *result = run->result;
  LofiCompare compare = run->experiment->sweep_compare;
  if (!(result->linear = lofi_fit_linear (run, error)))
    return FALSE;
  lofi_fit_run_show (run);
  if (!(result->lazy = lofi_fit_lazy (run, error)))
    return FALSE;
  lofi_fit_run_show (run);
  if ((compare & LOFI_COMPARE_KERNEL) && !(result->kernel = lofi_fit_kernel (run, error)))
    return FALSE;
  if (compare & LOFI_COMPARE_KERNEL)
    lofi_fit_run_show (run);
  return !(compare & LOFI_COMPARE_DESCENT) || (result->descent = lofi_fit_descent (run, error)) != NULL;
}

LofiResult *
lofi_fit (const LofiExperiment *experiment, gboolean with_baselines, guint64 generation, LofiCache *cache,
          const LofiObserver *observer, GCancellable *cancellable, GError **error)
{
  gint64 began = g_get_monotonic_time ();
  g_autoptr (LofiResult) result = g_atomic_rc_box_new0 (LofiResult);
  LofiFitRun run = { .experiment = experiment, .cache = cache, .observer = observer, .cancellable = cancellable, .result = result };
  result->generation = generation;
  if (!lofi_fit_run_begin (&run, with_baselines, error) || !lofi_fit_run_layers (&run, error))
    return NULL;
  lofi_fit_run_show (&run);
  if (with_baselines && !fit_baselines (&run, error))
    return NULL;
  result->finished = TRUE;
  result->seconds = (g_get_monotonic_time () - began) / 1e6;
  result->peak_bytes = peak_bytes ();
  lofi_fit_run_show (&run);
  /* Stopped now, the result is as good as finished: it has fewer lines. */
  g_autoptr (GError) reason = NULL;
  if (!lofi_fit_run_nulls (&run, &reason) && !g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return NULL;
    }
  result->peak_bytes = peak_bytes ();
  run.done = run.total;
  run.stage_cost = 0;
  run_reports (&run, 1);
  return g_steal_pointer (&result);
}
