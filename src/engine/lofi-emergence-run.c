/* The sweep over samples, seeds and methods: a list of what is to be done, and workers that take from it in its order. */
#include "config.h"
#include <math.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <glib/gi18n-lib.h>
#include "lofi-blas.h"
#include "lofi-cells-private.h"
#include "lofi-emergence-private.h"
#include "lofi-error.h"
#include "lofi-fit-private.h"
#include "lofi-grid-private.h"
#include "lofi-overlap.h"

/* Data sets. */
#define DATA_BYTES ((gsize) 320 << 20)
/* What a worker keeps of the stages of one (samples, seed): methods and points of the grid have some in common. */
#define STAGE_BYTES ((gsize) 320 << 20)
/* Sketches of the cells whose overlaps wait for the largest number of samples. */
#define SKETCH_BYTES ((gsize) 200 << 20)
/* Passes that workers can be in at the same time, and which are kept. */
#define PASSES 3
#define WAIT_US 20000
/* From so many bytes on a block goes back to the system when it is freed, and so many may lie idle: */
#define BLOCK_BYTES_RUNNING (4 << 20)
#define BLOCK_BYTES (32 << 20)       /* what glibc's own rule comes to */
#define IDLE_BYTES (64 << 20)

/* One thing to do. */
typedef struct {
  guint point, samples, seed;    /* samples: index into sweep_samples */
  guint methods;                 /* bits; 0: the overlaps of (point, seed) may be found when all its cells are */
  gboolean shared;               /* its samples take part in a pass */
} Unit;

typedef struct {
  const LofiExperiment *experiment;
  GPtrArray *points;             /* LofiExperiment * */
  LofiCells *cells;
  LofiShareMap *share;
  LofiCache *data, *sketches;
  gsize tests, inputs;           /* of the first point: test samples, and numbers of a sample; for the order alone */
  const LofiSweepObserver *observer;
  GCancellable *cancellable;     /* of the workers: also cancelled when one of them fails */
  GArray *units;
  guint total;
  GAsyncQueue *news;             /* News * */
  GMutex lock;                   /* of what follows */
  guint next, finished;
  guint *left;                   /* by (point, seed): units with LoFi that are not done, and one until the overlaps' turn comes */
  GPtrArray *passes;             /* Pass *, the latest last */
  GError *failure;
} Sweep;

typedef struct {
  char *key;
  guint64 seed;
  LofiSweepSamples *samples;
} Pass;

/* A worker's cache holds what belongs to one (samples, seed). */
typedef struct {
  Sweep *sweep;
  LofiCache *cache;
  guint samples, seed;
} Worker;

/* From a worker to the thread that runs the sweep; without a cell: it has ended. */
typedef struct {
  LofiCell *cell;
  gboolean overlaps;
  guint finished;
} News;

static gsize
samples_of (const Sweep *sweep, guint i)
{
  return g_array_index (sweep->experiment->sweep_samples, gsize, i);
}

static LofiExperiment *
experiment_of (const Sweep *sweep, guint p, gsize samples, guint seed)
{
  LofiExperiment *own = lofi_experiment_dup (g_ptr_array_index (sweep->points, p));
  own->data.train = samples;
  own->seed = seed;
  return own;
}

/* ---- before anything is computed ---- */

/* The sweep reads the data once, and finds it already read by the fits. */
static LofiCache *
data_cache (const LofiExperiment *experiment, LofiCache *shared)
{
  LofiCache *cache = lofi_cache_new (DATA_BYTES);
  g_autofree char *key = shared ? lofi_dataset_key (experiment, NULL) : NULL;
  g_autoptr (LofiDataset) dataset = key ? lofi_cache_get (shared, key) : NULL;
  if (dataset)
    lofi_cache_put (cache, key, dataset, lofi_dataset_bytes (dataset), (LofiCacheRef) lofi_dataset_ref, (GDestroyNotify) lofi_dataset_unref);
  return cache;
}

/* It fails with the reason if there are not that many samples, or the layers do not fit them. */
static gboolean
check_samples (Sweep *sweep, const LofiExperiment *experiment, gsize most, GError **error)
{
  g_autoptr (LofiExperiment) some = lofi_experiment_dup (experiment);
  gsize available;
  some->data.train = lofi_cell_is_planted (experiment) ? 1000 : 0;    /* a teacher has as many as are asked for */
  if (!lofi_experiment_check (some, error))
    return FALSE;
  g_autoptr (LofiDataset) dataset = lofi_fit_dataset (some, sweep->data, sweep->cancellable, error);
  if (!dataset || !lofi_task_counts (dataset, some, &available, &sweep->tests, error))
    return FALSE;
  if (most > available)
    return lofi_error_set (error, LOFI_ERROR_INPUT, "emergence.samples", _("ask for fewer"),
                           _("%zu samples are asked for, but there are only %zu with these labels in %s"), most, available, dataset->origin);
  if (sweep->tests == 0)
    return lofi_error_set (error, LOFI_ERROR_INPUT, "emergence", _("use data with a test set"),
                           _("the data has no test samples, so there is no test error to follow"));
  sweep->inputs = dataset->channels * dataset->height * dataset->width;
  const LofiPlanData data = { most, sweep->tests, { dataset->channels, dataset->height, dataset->width } };
  LofiPlan *plan = lofi_plan_new (some, data, FALSE, error);
  gboolean fits = plan && lofi_plan_check (plan, error);
  g_clear_pointer (&plan, lofi_plan_unref);
  return fits;
}

/* One for every value of the axes that change the data. */
static gboolean
check_data (Sweep *sweep, GError **error)
{
  const GPtrArray *axes = sweep->experiment->sweep_axes;
  gsize most = samples_of (sweep, sweep->experiment->sweep_samples->len - 1);
  for (guint p = sweep->points->len; p-- > 0;)
    {
      guint values[LOFI_SWEEP_AXES_MOST], others = 0;
      lofi_grid_indices (sweep->experiment, p, values);
      for (guint i = 0; i < axes->len; i++)
        others += values[i] > 0 && !g_str_has_prefix (((const LofiSweepAxis *) g_ptr_array_index (axes, i))->key, "data.");
      if (others == 0 && !check_samples (sweep, g_ptr_array_index (sweep->points, p), most, error))
        return FALSE;
    }
  return TRUE;
}

/* ---- the list ---- */

static guint
pair_of (const Sweep *sweep, guint p, guint seed)
{
  return seed * sweep->points->len + p;
}

/* The methods of (point, samples, seed) that are not there, each by itself where they have nothing in common but the pass; after the last number of
 * samples the overlaps. */
static void
add_units (Sweep *sweep, guint p, guint i, guint seed, gboolean shared)
{
  const char *point = lofi_grid_point (sweep->experiment, p);
  gboolean last = i + 1 == sweep->experiment->sweep_samples->len;
  Unit unit = { p, i, seed, 0, shared };
  if (!lofi_share_map_has (sweep->share, p, seed, i))
    return;
  for (guint method = 0; method < LOFI_N_METHODS; method++)
    {
      if (!lofi_emergence_wants (sweep->experiment, method) || lofi_cells_has (sweep->cells, point, samples_of (sweep, i), seed, method))
        continue;
      unit.methods |= 1u << method;
      sweep->left[pair_of (sweep, p, seed)] += method == LOFI_METHOD_LOFI;
      if (!shared)
        continue;
      g_array_append_val (sweep->units, unit);
      unit.methods = 0;
    }
  if (unit.methods)
    g_array_append_val (sweep->units, unit);
  unit.methods = 0;
  if (last && !lofi_cell_is_planted (g_ptr_array_index (sweep->points, p)))
    {
      sweep->left[pair_of (sweep, p, seed)]++;
      g_array_append_val (sweep->units, unit);
    }
}

/* Pairs of point and seed that go through all sample counts together: all of them, unless their sketches would take too much memory. */
static guint
pairs_at_once (const Sweep *sweep, guint pairs)
{
  double bytes = 0;
  for (guint p = 0; p < sweep->points->len; p++)
    {
      const LofiExperiment *point = g_ptr_array_index (sweep->points, p);
      double kept = 0;
      for (guint l = 0; l < point->layers->len && !lofi_cell_is_planted (point); l++)
        kept += (double) lofi_experiment_layer (point, l)->keep;
      bytes = MAX (bytes, kept * LOFI_SKETCH_SAMPLES * sizeof (double) * sweep->experiment->sweep_samples->len);
    }
  return bytes > 0 ? (guint) CLAMP ((double) SKETCH_BYTES / bytes, 1, pairs) : pairs;
}

/* From the first sample count on that shares the pass: larger ones that do not come after it, too. */
static gboolean
is_shared (const Sweep *sweep, guint p, guint i)
{
  const LofiExperiment *point = g_ptr_array_index (sweep->points, p);
  gboolean shared = FALSE;
  for (guint k = 0; k <= i && !shared; k++)
    shared = lofi_sweep_samples_apply (point, samples_of (sweep, k), sweep->tests, sweep->inputs);
  return shared;
}

/* The shared sample counts of these points and one seed, small n first. Points whose first layer is the same take turns: a worker has it. */
static void
list_shared (Sweep *sweep, guint seed, guint begin, guint end)
{
  gboolean alike = TRUE;
  g_autofree char *first = lofi_sweep_samples_key (g_ptr_array_index (sweep->points, begin));
  for (guint p = begin + 1; p < end && alike; p++)
    {
      g_autofree char *key = lofi_sweep_samples_key (g_ptr_array_index (sweep->points, p));
      alike = g_str_equal (first, key);
    }
  guint counts = sweep->experiment->sweep_samples->len, points = end - begin;
  for (guint at = 0; at < counts * points; at++)
    {
      guint i = alike ? at / points : at % counts, p = begin + (alike ? at % points : at / counts);
      if (is_shared (sweep, p, i))
        add_units (sweep, p, i, seed, TRUE);
    }
}

/* Small n first, and seeds of one n together; then one seed after the other, where all sample counts share a pass over the samples. */
static void
list_units (Sweep *sweep)
{
  guint n_points = sweep->points->len, pairs = n_points * sweep->experiment->sweep_seeds, step = pairs_at_once (sweep, pairs);
  for (guint first = 0; first < pairs; first += step)
    {
      guint end = MIN (first + step, pairs);
      for (guint i = 0; i < sweep->experiment->sweep_samples->len; i++)
        for (guint pair = first; pair < end; pair++)
          if (!is_shared (sweep, pair % n_points, i))
            add_units (sweep, pair % n_points, i, pair / n_points, FALSE);
      for (guint pair = first; pair < end; pair = (pair / n_points + 1) * n_points)
        list_shared (sweep, pair / n_points, pair % n_points, MIN (end - pair / n_points * n_points, n_points));
    }
}

/* ---- what workers have in common ---- */

static void
pass_free (gpointer data)
{
  Pass *pass = data;
  g_free (pass->key);
  lofi_sweep_samples_unref (pass->samples);
  g_free (pass);
}

/* The pass of a point and seed. (transfer full) */
static LofiSweepSamples *
find_pass (Sweep *sweep, const LofiExperiment *own)
{
  g_autofree char *key = lofi_sweep_samples_key (own);
  LofiSweepSamples *found = NULL;
  g_mutex_lock (&sweep->lock);
  for (guint i = sweep->passes->len; i-- > 0 && !found;)
    {
      Pass *pass = g_ptr_array_index (sweep->passes, i);
      if (g_str_equal (pass->key, key))
        found = pass->samples;
    }
  if (!found)
    {
      Pass *pass = g_new (Pass, 1);
      *pass = (Pass) { g_steal_pointer (&key), own->seed, found = lofi_sweep_samples_new () };
      g_ptr_array_add (sweep->passes, pass);
    }
  lofi_sweep_samples_ref (found);
  if (sweep->passes->len > PASSES)
    g_ptr_array_remove_index (sweep->passes, 0);
  g_mutex_unlock (&sweep->lock);
  return found;
}

/* The next unit to be done, or NULL. With the first of a seed the passes of others are let go: who is still in one holds it. */
static const Unit *
take_unit (Sweep *sweep)
{
  g_mutex_lock (&sweep->lock);
  const Unit *unit = sweep->next < sweep->units->len ? &g_array_index (sweep->units, Unit, sweep->next++) : NULL;
  for (guint i = sweep->passes->len; unit && unit->shared && i-- > 0;)
    if (((const Pass *) g_ptr_array_index (sweep->passes, i))->seed != unit->seed)
      g_ptr_array_remove_index (sweep->passes, i);
  g_mutex_unlock (&sweep->lock);
  return unit;
}

/* The cell is taken. */
static void
tell (Sweep *sweep, LofiCell *cell, gboolean overlaps)
{
  News *news = g_new (News, 1);
  *news = (News) { cell, overlaps, sweep->finished };
  g_async_queue_push (sweep->news, news);
}

/* ---- overlaps with the subspace at most samples ---- */

static char *
sketch_key (const char *point, gsize samples, guint seed)
{
  return g_strdup_printf ("%zu/%u/%s", samples, seed, point);
}

static void
keep_sketches (Sweep *sweep, const char *key, LofiSketches *sketches)
{
  gsize bytes = 0;
  for (guint l = 0; l < sketches->len; l++)
    {
      const LofiArray *array = g_ptr_array_index (sketches, l);
      bytes += array ? lofi_matrix_bytes (array->matrix.rows, array->matrix.cols) : 0;
    }
  lofi_cache_put (sweep->sketches, key, sketches, bytes, (LofiCacheRef) g_ptr_array_ref, (GDestroyNotify) g_ptr_array_unref);
}

/* What a unit's samples share with others, its task lent to the worker's cache; NULL without an error where nothing is shared. (transfer full) */
static gboolean
join_pass (Worker *worker, const LofiExperiment *own, gboolean shared, LofiSweepSamples **pass, GError **error)
{
  Sweep *sweep = worker->sweep;
  *pass = shared ? find_pass (sweep, own) : NULL;
  if (lofi_cell_is_planted (own))
    return TRUE;
  g_autoptr (LofiDataset) dataset = lofi_fit_dataset (own, sweep->data, sweep->cancellable, error);
  if (!dataset)
    return FALSE;
  lofi_cache_put (worker->cache, dataset->key, dataset, 0, (LofiCacheRef) lofi_dataset_ref, (GDestroyNotify) lofi_dataset_unref);
  return !*pass || lofi_sweep_samples_lend_task (*pass, own, dataset, worker->cache, sweep->cancellable, error);
}

/* (transfer full) those of a cell, from when it was computed or by fitting its layers again. */
static LofiSketches *
find_sketches (Worker *worker, guint p, guint i, guint seed, GError **error)
{
  Sweep *sweep = worker->sweep;
  g_autofree char *key = sketch_key (lofi_grid_point (sweep->experiment, p), samples_of (sweep, i), seed);
  LofiSketches *sketches = lofi_cache_get (sweep->sketches, key);
  if (sketches)
    return sketches;
  g_autoptr (LofiExperiment) own = experiment_of (sweep, p, samples_of (sweep, i), seed);
  g_autoptr (LofiSweepSamples) pass = NULL;
  return join_pass (worker, own, is_shared (sweep, p, i), &pass, error) ? lofi_cell_sketches (own, pass, worker->cache, sweep->cancellable, error) : NULL;
}

static gboolean
find_overlaps (Worker *worker, LofiCell *cell, guint p, guint i, guint seed, gsize reference, LofiSketches *with, GError **error)
{
  Sweep *sweep = worker->sweep;
  g_autoptr (GPtrArray) sketches = find_sketches (worker, p, i, seed, error);
  g_autofree double *overlaps = g_new (double, cell->n_layers + 1);
  if (!sketches)
    return FALSE;
  for (guint l = 0; l < cell->n_layers; l++)
    {
      const LofiArray *a = l < sketches->len ? g_ptr_array_index (sketches, l) : NULL, *b = l < with->len ? g_ptr_array_index (with, l) : NULL;
      double overlap = a && b ? lofi_sketch_overlap (a, b) : NAN;
      cell->layers[l].overlap = overlaps[l] = isnan (overlap) ? NAN : CLAMP (overlap, 0, 1);
    }
  cell->reference = reference;
  lofi_cells_add_overlaps (sweep->cells, cell->point, cell->samples, seed, reference, overlaps, cell->n_layers);
  return TRUE;
}

/* When the cell at most samples is known, all cells of its point and seed get their overlaps with it. */
static gboolean
finish_overlaps (Worker *worker, guint p, guint seed, GError **error)
{
  Sweep *sweep = worker->sweep;
  guint last = sweep->experiment->sweep_samples->len - 1;
  gsize reference = samples_of (sweep, last);
  const char *point = lofi_grid_point (sweep->experiment, p);
  g_autoptr (GPtrArray) with = NULL;
  for (guint i = 0; i <= last; i++)
    {
      g_autoptr (LofiCell) cell = lofi_cells_get (sweep->cells, point, samples_of (sweep, i), seed, LOFI_METHOD_LOFI);
      if (!cell || cell->n_layers == 0 || cell->reference >= reference)
        continue;
      if (!with && !(with = find_sketches (worker, p, last, seed, error)))
        return FALSE;
      if (!find_overlaps (worker, cell, p, i, seed, reference, with, error))
        return FALSE;
      g_mutex_lock (&sweep->lock);
      tell (sweep, g_steal_pointer (&cell), TRUE);
      g_mutex_unlock (&sweep->lock);
    }
  return TRUE;
}

/* ---- workers ---- */

/* One of the units of (point, seed) is done, or the overlaps' turn has come: whoever is the last of them finds the overlaps. */
static gboolean
leave_pair (Worker *worker, guint p, guint seed, GError **error)
{
  Sweep *sweep = worker->sweep;
  g_mutex_lock (&sweep->lock);
  gboolean all = --sweep->left[pair_of (sweep, p, seed)] == 0;
  g_mutex_unlock (&sweep->lock);
  guint last = sweep->experiment->sweep_samples->len - 1;
  if (!all || lofi_cell_is_planted (g_ptr_array_index (sweep->points, p)) || !lofi_share_map_has (sweep->share, p, seed, last))
    return TRUE;
  return finish_overlaps (worker, p, seed, error);
}

static gboolean
run_cell (Worker *worker, const Unit *unit, LofiMethod method, const LofiExperiment *own, LofiSweepSamples *pass, GError **error)
{
  Sweep *sweep = worker->sweep;
  LofiCell cell = { .point = lofi_grid_point (sweep->experiment, unit->point), .samples = samples_of (sweep, unit->samples), .seed = unit->seed,
                    .method = method };
  g_autofree char *key = sketch_key (cell.point, cell.samples, unit->seed);
  g_autoptr (GPtrArray) sketches = NULL;
  gboolean done = lofi_cell_compute (own, &cell, pass, worker->cache, lofi_cell_is_planted (own) ? NULL : &sketches, sweep->cancellable, error);
  if (done)
    {
      if (sketches)
        keep_sketches (sweep, key, sketches);
      lofi_cells_add (sweep->cells, &cell);
      g_mutex_lock (&sweep->lock);
      sweep->finished++;
      tell (sweep, lofi_cell_dup (&cell), FALSE);
      g_mutex_unlock (&sweep->lock);
    }
  lofi_cell_clear_layers (&cell);
  return done;
}

static gboolean
run_unit (Worker *worker, const Unit *unit, GError **error)
{
  Sweep *sweep = worker->sweep;
  if (unit->methods == 0)
    return leave_pair (worker, unit->point, unit->seed, error);
  if (worker->samples != unit->samples || worker->seed != unit->seed)
    lofi_cache_clear (worker->cache);
  worker->samples = unit->samples;
  worker->seed = unit->seed;
  g_autoptr (LofiExperiment) own = experiment_of (sweep, unit->point, samples_of (sweep, unit->samples), unit->seed);
  g_autoptr (LofiSweepSamples) pass = NULL;
  if (!join_pass (worker, own, unit->shared, &pass, error))
    return FALSE;
  for (guint method = 0; method < LOFI_N_METHODS; method++)
    if ((unit->methods & 1u << method) && !run_cell (worker, unit, method, own, pass, error))
      return FALSE;
  return !(unit->methods & 1u << LOFI_METHOD_LOFI) || leave_pair (worker, unit->point, unit->seed, error);
}

/* The first failure is the sweep's. */
static void
fail (Sweep *sweep, GError *error)
{
  g_mutex_lock (&sweep->lock);
  if (sweep->failure)
    g_error_free (error);
  else
    sweep->failure = error;
  g_mutex_unlock (&sweep->lock);
  g_cancellable_cancel (sweep->cancellable);
}

static gpointer
work (gpointer data)
{
  Sweep *sweep = data;
  Worker worker = { sweep, lofi_cache_new (STAGE_BYTES), 0, 0 };
  GError *error = NULL;
  while (!error)
    {
      const Unit *unit = take_unit (sweep);
      if (!unit)
        break;
      if (lofi_error_from_status (&error, g_cancellable_is_cancelled (sweep->cancellable) ? LOFI_STOPPED : LOFI_OK, "sweep"))
        run_unit (&worker, unit, &error);
    }
  lofi_cache_unref (worker.cache);
  if (error)
    fail (sweep, error);
  g_async_queue_push (sweep->news, g_new0 (News, 1));
  return NULL;
}

/* ---- the run ---- */

/* Tells what workers found, until they have ended. */
static void
listen (Sweep *sweep, guint workers)
{
  const LofiSweepObserver *observer = sweep->observer;
  while (workers > 0)
    {
      g_autofree News *news = g_async_queue_timeout_pop (sweep->news, WAIT_US);
      if (news && !news->cell)
        workers--;
      else if (news && observer && observer->cell)
        observer->cell (observer->data, news->cell, news->overlaps, news->finished, sweep->total);
      if (news && news->cell)
        lofi_cell_free (news->cell);
      if (observer && observer->waiting)
        observer->waiting (observer->data);
    }
}

static void
forward (GCancellable *outer, gpointer inner)
{
  g_cancellable_cancel (inner);
}

/* While several threads take and free blocks of some megabytes, what their heaps keep for the next one is a quarter of the memory; one fit after the
 * other is the faster for it. */
static void
keep_freed_memory (gboolean keep)
{
#ifdef __GLIBC__
  mallopt (M_MMAP_THRESHOLD, keep ? BLOCK_BYTES : BLOCK_BYTES_RUNNING);
  mallopt (M_TRIM_THRESHOLD, IDLE_BYTES);
#endif
}

static gboolean
run_workers (Sweep *sweep, GCancellable *outer, GError **error)
{
  int threads = lofi_blas_threads ();
  guint n = CLAMP ((guint) MAX (threads, 1), 1, MAX (1, sweep->units->len));
  g_autofree GThread **workers = g_new (GThread *, n);
  gulong handler = outer ? g_cancellable_connect (outer, G_CALLBACK (forward), sweep->cancellable, NULL) : 0;
  lofi_blas_set_threads (1);
  keep_freed_memory (FALSE);
  for (guint i = 0; i < n; i++)
    workers[i] = g_thread_new ("lofi-sweep", work, sweep);
  listen (sweep, n);
  for (guint i = 0; i < n; i++)
    g_thread_join (workers[i]);
  lofi_blas_set_threads (threads);
  keep_freed_memory (TRUE);
  if (outer)
    g_cancellable_disconnect (outer, handler);
  if (sweep->failure)
    g_propagate_error (error, g_steal_pointer (&sweep->failure));
  else if (sweep->next < sweep->units->len)
    return lofi_error_from_status (error, LOFI_STOPPED, "sweep");
  else
    return TRUE;
  return FALSE;
}

gboolean
lofi_emergence_run (const LofiExperiment *experiment, LofiCells *cells, LofiShare share, LofiCache *shared,
                    const LofiSweepObserver *observer, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) points = lofi_grid_experiments (experiment, error);
  if (!points)
    return FALSE;
  g_autoptr (LofiShareMap) map = lofi_share_map_new (experiment, points, share);
  g_autoptr (LofiCache) data = data_cache (experiment, shared), sketches = lofi_cache_new (SKETCH_BYTES);
  g_autoptr (GCancellable) inner = g_cancellable_new ();
  g_autoptr (GArray) units = g_array_new (FALSE, FALSE, sizeof (Unit));
  g_autoptr (GAsyncQueue) news = g_async_queue_new ();
  g_autoptr (GPtrArray) passes = g_ptr_array_new_with_free_func (pass_free);
  g_autofree guint *left = g_new0 (guint, points->len * experiment->sweep_seeds + 1);
  Sweep sweep = { .experiment = experiment, .points = points, .cells = cells, .share = map, .data = data, .sketches = sketches, .observer = observer,
                  .cancellable = cancellable, .units = units, .news = news, .left = left, .passes = passes };
  if (!check_data (&sweep, error))
    return FALSE;
  sweep.cancellable = inner;
  lofi_emergence_count (experiment, map, cells, &sweep.total, &sweep.finished);
  list_units (&sweep);
  g_mutex_init (&sweep.lock);
  gboolean done = run_workers (&sweep, cancellable, error);
  g_mutex_clear (&sweep.lock);
  return done;
}
