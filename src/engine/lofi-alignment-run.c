/* The alignment of an experiment, seed after seed: its fit, its subspaces, its descent. */
#include "config.h"
#include "lofi-alignment-private.h"

#include <math.h>
#include <glib/gi18n-lib.h>
#include "lofi-error.h"
#include "lofi-fit-private.h"

/* Stages are shared within one seed alone, data between all. */
#define CACHE_BYTES ((gsize) 400 << 20)

typedef struct {
  const LofiAlignObserver *observer;     /* may be NULL */
  GCancellable *cancellable;
  LofiCache *cache;
  LofiAlignment *alignment;              /* being filled */
  gint64 began;
  double earlier_seconds;
  guint seed_index, n_seeds;
  double from, to;                       /* of the seed's share: the part at hand */
} Run;

static void
report (Run *run, double fraction)
{
  double share = run->from + (run->to - run->from) * CLAMP (fraction, 0, 1);
  if (run->observer && run->observer->progress)
    run->observer->progress (run->observer->data, (run->seed_index + share) / run->n_seeds);
}

static bool
run_stops (void *data)
{
  const Run *run = data;
  return g_cancellable_is_cancelled (run->cancellable);
}

static void
fit_reports (gpointer data, const LofiProgress *progress)
{
  report (data, progress->fraction);
}

static void
show (Run *run)
{
  run->alignment->seconds = run->earlier_seconds + (g_get_monotonic_time () - run->began) / 1e6;
  if (!run->observer || !run->observer->snapshot)
    return;
  g_autoptr (LofiAlignment) copy = lofi_alignment_copy (run->alignment);
  run->observer->snapshot (run->observer->data, copy);
}

/* ---- one seed ---- */

static LofiAlignSeed *
this_seed (Run *run)
{
  return &g_array_index (run->alignment->seeds, LofiAlignSeed, run->alignment->seeds->len - 1);
}

static gboolean
check_memory (const LofiDescentPlan *plan, const LofiResult *fit, GError **error)
{
  gsize n = fit->task->train.count, d = fit->task->train.inputs.cols, budget = fit->plan->budget;
  gsize bytes = lofi_descent_bytes (plan, d, n, fit->task->test.count);
  double needed = (double) bytes + 8.0 * n * d + 24.0 * d * d;
  if (needed <= budget)
    return TRUE;
  g_autofree char *wanted = g_format_size_full ((guint64) MIN (needed, 1e18), G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *there = g_format_size_full (budget, G_FORMAT_SIZE_IEC_UNITS);
  return lofi_error_set (error, LOFI_ERROR_INPUT, "descent", _("take fewer samples (data.train) or a smaller descent.hidden"),
                         _("it needs %s of memory, and may use %s (experiment.memory)"), wanted, there);
}

static gboolean
measure (Run *run, const LofiAlignBases *bases, const LofiTask *task, LofiDescent *descent, LofiMatrix *change, GError **error)
{
  g_autofree double *train = g_new (double, task->train.count), *test = g_new (double, MAX (1, task->test.count));
  LofiAlignPoint point = { .seed = this_seed (run)->seed, .step = lofi_descent_steps (descent) };
  LofiScores scores, test_scores = { NAN, NAN, NAN, NAN };
  LofiWatch quiet = { .stop = run_stops, .data = run };
  LofiStatus status = lofi_descent_first_change (descent, change);
  if (status == LOFI_OK)
    status = lofi_align_bases_measure (bases, change, &point, &quiet);
  if (status == LOFI_OK)
    status = lofi_descent_predict (descent, train, task->test.count > 0 ? test : NULL);
  if (!lofi_error_from_status (error, status, "descent"))
    return FALSE;
  lofi_scores (train, task->train.y, task->train.count, &scores);
  if (task->test.count > 0)
    lofi_scores (test, task->test.y, task->test.count, &test_scores);
  point.train_error = scores.error;
  point.train_mse = scores.mse;
  point.test_error = test_scores.error;
  point.test_mse = test_scores.mse;
  g_array_append_val (run->alignment->points, point);
  return TRUE;
}

/* From step to step measured, with a look at the cancellable every block of samples. */
static gboolean
descend (Run *run, const LofiAlignBases *bases, const LofiTask *task, LofiDescent *descent, gsize steps, GError **error)
{
  g_autoptr (GArray) measured = lofi_alignment_steps (steps);
  LofiWatch quiet = { .stop = run_stops, .data = run };
  LofiMatrix change = { 0 };
  LofiStatus status = lofi_matrix_alloc (&change, bases->inputs, bases->units);
  gboolean good = lofi_error_from_status (error, status, "descent");
  for (guint i = 0; good && status == LOFI_OK && i < measured->len; i++)
    {
      gsize at = g_array_index (measured, gsize, i);
      while (status == LOFI_OK && lofi_descent_steps (descent) < at)
        {
          /* In pieces of ten steps, so that progress is told also between the last points. */
          status = lofi_descent_run (descent, MIN (at - lofi_descent_steps (descent), 10), NULL, &quiet);
          report (run, (double) lofi_descent_steps (descent) / steps);
        }
      if (status == LOFI_NOT_FINITE)
        this_seed (run)->diverged = TRUE;
      else if ((good = lofi_error_from_status (error, status, "descent") && measure (run, bases, task, descent, &change, error)))
        show (run);
    }
  lofi_matrix_clear (&change);
  return good;
}

/* The fit of the seed, down to its readout, once it is known that the descent can follow. */
static gboolean
fit_seed (Run *run, LofiFitRun *fit, LofiAlignBases *bases, GArray **layers, GError **error)
{
  LofiAlignment *alignment = run->alignment;
  if (!lofi_fit_run_begin (fit, FALSE, error))
    return FALSE;
  const LofiTask *task = fit->result->task;
  LofiPlanData data = lofi_plan_data_of_task (task);
  if (!(*layers = lofi_descent_layers (fit->experiment, data.shape, error)))
    return FALSE;
  LofiDescentPlan plan = lofi_descent_plan (fit->experiment, *layers);
  if (!check_memory (&plan, fit->result, error)
      || !lofi_align_bases_init (bases, task, *layers, fit->experiment->descent.directions, error))
    return FALSE;
  alignment->inputs = bases->inputs;
  alignment->samples = task->train.count;
  /* Fitting twice, the second time to permuted labels, against descending. */
  double fitting = 2 * fit->result->plan->flops;
  double all = fitting + fit->experiment->descent.steps * lofi_descent_flops (&plan, task->train.inputs.cols, task->train.count);
  run->to = CLAMP (fitting / all, 0.02, 0.98);
  if (!lofi_fit_run_layers (fit, error))
    return FALSE;
  this_seed (run)->lofi_train_error = fit->result->readout->train_scores.error;
  this_seed (run)->lofi_test_error = fit->result->readout->test_scores.error;
  lofi_alignment_count (alignment);
  show (run);
  return TRUE;
}

static gboolean
align_seed (Run *run, guint64 seed, GError **error)
{
  g_autoptr (LofiExperiment) own = lofi_experiment_dup (run->alignment->experiment);
  LofiAlignSeed begun = { .seed = seed, .lofi_train_error = NAN, .lofi_test_error = NAN };
  LofiObserver observer = { .progress = fit_reports, .data = run, .spectra = LOFI_SPECTRA_LEADING };
  g_autoptr (LofiResult) result = g_atomic_rc_box_new0 (LofiResult);
  LofiFitRun fit = { .experiment = own, .cache = run->cache, .observer = &observer, .cancellable = run->cancellable, .result = result };
  g_autoptr (GArray) layers = NULL;
  LofiAlignBases bases = { 0 };
  LofiDescent *descent = NULL;
  LofiWatch quiet = { .stop = run_stops, .data = run };
  own->seed = seed;
  run->from = run->to = 0;
  g_array_append_val (run->alignment->seeds, begun);

  gboolean good = fit_seed (run, &fit, &bases, &layers, error)
                  && lofi_align_bases_find (&bases, result->task, seed, &quiet, error)
                  && lofi_align_bases_find_features (&bases, result, seed, run->cache, run->cancellable, error);
  if (good)
    {
      const LofiTask *task = result->task;
      LofiDescentPlan plan = lofi_descent_plan (own, layers);
      run->from = run->to;
      run->to = 1;
      good = lofi_error_from_status (error, lofi_descent_new (&plan, &task->train.inputs, task->train.y, &task->test.inputs, &descent), "descent")
             && descend (run, &bases, task, descent, own->descent.steps, error);
    }
  lofi_descent_free (descent);
  lofi_align_bases_clear (&bases);
  this_seed (run)->finished = good;
  lofi_alignment_count (run->alignment);
  return good;
}

/* ---- all of them ---- */

/* Takes over a seed finished earlier. */
static gboolean
take_seed (Run *run, const LofiAlignment *earlier, guint64 seed)
{
  for (guint i = 0; earlier && i < earlier->seeds->len; i++)
    {
      const LofiAlignSeed *known = &g_array_index (earlier->seeds, LofiAlignSeed, i);
      if (known->seed != seed || !known->finished)
        continue;
      run->alignment->inputs = earlier->inputs;
      run->alignment->samples = earlier->samples;
      g_array_append_val (run->alignment->seeds, *known);
      for (guint k = 0; k < earlier->points->len; k++)
        if (g_array_index (earlier->points, LofiAlignPoint, k).seed == seed)
          g_array_append_val (run->alignment->points, g_array_index (earlier->points, LofiAlignPoint, k));
      lofi_alignment_count (run->alignment);
      return TRUE;
    }
  return FALSE;
}

static gboolean
same_key (const LofiAlignment *earlier, const LofiExperiment *experiment)
{
  g_autofree char *one = lofi_alignment_key (earlier->experiment), *other = lofi_alignment_key (experiment);
  return g_str_equal (one, other);
}

/* The data are read once, and found already read by the fits. */
static LofiCache *
own_cache (const LofiExperiment *experiment, LofiCache *shared)
{
  LofiCache *cache = lofi_cache_new (CACHE_BYTES);
  g_autofree char *key = shared ? lofi_dataset_key (experiment, NULL) : NULL;
  g_autoptr (LofiDataset) dataset = key ? lofi_cache_get (shared, key) : NULL;
  if (dataset)
    lofi_cache_put (cache, key, dataset, lofi_dataset_bytes (dataset), (LofiCacheRef) lofi_dataset_ref, (GDestroyNotify) lofi_dataset_unref);
  return cache;
}

LofiAlignment *
lofi_align (const LofiExperiment *experiment, const LofiAlignment *earlier, LofiCache *shared, const LofiAlignObserver *observer,
            GCancellable *cancellable, GError **error)
{
  g_autoptr (LofiCache) cache = own_cache (experiment, shared);
  g_autoptr (LofiAlignment) alignment = lofi_alignment_new (experiment);
  Run run = { .observer = observer, .cancellable = cancellable, .cache = cache, .alignment = alignment,
              .began = g_get_monotonic_time (), .n_seeds = experiment->descent.seeds };
  if (earlier && !same_key (earlier, experiment))
    earlier = NULL;
  run.earlier_seconds = earlier ? earlier->seconds : 0;
  /* What is known is shown at once, in whichever order it will be asked for. */
  for (guint64 seed = 0; seed < run.n_seeds; seed++)
    if (take_seed (&run, earlier, seed))
      run.seed_index++;
  show (&run);
  for (guint64 seed = 0; seed < run.n_seeds; seed++)
    {
      gboolean known = FALSE;
      for (guint i = 0; i < alignment->seeds->len; i++)
        known |= g_array_index (alignment->seeds, LofiAlignSeed, i).seed == seed;
      if (known)
        continue;
      if (!align_seed (&run, seed, error))
        return NULL;
      show (&run);
      run.seed_index++;
    }
  alignment->finished = TRUE;
  run.seed_index = run.n_seeds - 1;
  run.from = run.to = 1;
  report (&run, 1);
  show (&run);
  return g_steal_pointer (&alignment);
}
