/* The sweep over samples, seeds and methods. */
#include "config.h"
#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#include "lofi-cells-private.h"
#include "lofi-emergence-private.h"
#include "lofi-error.h"
#include "lofi-experiment-private.h"
#include "lofi-fit-private.h"
#include "lofi-grid-private.h"
#include "lofi-overlap.h"

/* Stages are shared within one (samples, seed): the task by all methods, the first lift by lofi and lazy, layers by points of the grid. More is not
 * worth keeping. */
#define SWEEP_CACHE_BYTES ((gsize) 320 << 20)
/* Sketches of the cells whose overlaps wait for the largest number of samples. */
#define SKETCH_BYTES ((gsize) 200 << 20)

/* ---- what identifies a sweep ---- */

/* The keys an axis replaces, each "GROUP.KEY", leave the text. */
static void
forget_axis (GKeyFile *file, const LofiExperiment *experiment, const LofiSweepAxis *axis)
{
  g_autoptr (GPtrArray) settings = g_ptr_array_new_with_free_func (g_free);
  lofi_grid_add_settings (experiment, axis->key, "", settings);
  for (guint i = 0; i < settings->len; i++)
    {
      char *setting = g_ptr_array_index (settings, i), *dot = strchr (setting, '.'), *equals = strchr (setting, '=');
      *dot = *equals = '\0';
      g_key_file_remove_key (file, setting, dot + 1, NULL);
    }
}

char *
lofi_emergence_key (const LofiExperiment *experiment)
{
  g_autoptr (LofiExperiment) plain = lofi_experiment_dup (experiment);
  gsize one = 1;
  plain->data.train = 0;
  plain->seed = 0;
  plain->memory = 0;
  plain->sweep_seeds = 1;
  plain->sweep_compare = 0;
  g_array_set_size (plain->sweep_samples, 0);
  g_array_append_val (plain->sweep_samples, one);
  g_ptr_array_set_size (plain->sweep_axes, 0);
  g_free (plain->title);
  plain->title = g_strdup ("");
  lofi_experiment_make_paths_absolute (plain);
  g_autofree char *text = lofi_experiment_to_text (plain);
  if (experiment->sweep_axes->len == 0)
    return g_steal_pointer (&text);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_key_file_load_from_data (file, text, -1, G_KEY_FILE_NONE, NULL);
  for (guint i = 0; i < experiment->sweep_axes->len; i++)
    forget_axis (file, experiment, g_ptr_array_index (experiment->sweep_axes, i));
  return g_key_file_to_data (file, NULL, NULL);
}

char *
lofi_emergence_hash (const LofiExperiment *experiment)
{
  g_autofree char *key = lofi_emergence_key (experiment);
  char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, key, -1);
  hash[16] = '\0';
  return hash;
}

gboolean
lofi_emergence_wants (const LofiExperiment *experiment, LofiMethod method)
{
  static const LofiCompare compared[LOFI_N_METHODS] = { 0, LOFI_COMPARE_LAZY, LOFI_COMPARE_LINEAR, LOFI_COMPARE_KERNEL, LOFI_COMPARE_DESCENT };
  return method == LOFI_METHOD_LOFI || (experiment->sweep_compare & compared[method]);
}

guint
lofi_emergence_total (const LofiExperiment *experiment)
{
  guint methods = 0;
  for (guint m = 0; m < LOFI_N_METHODS; m++)
    methods += lofi_emergence_wants (experiment, m);
  return experiment->sweep_samples->len * experiment->sweep_seeds * methods * lofi_grid_count (experiment);
}

/* The cells of a share (NULL: all), and those of them that are there. */
static void
count_cells (const LofiExperiment *e, const LofiShareMap *share, LofiCells *cells, guint *total, guint *found)
{
  guint points = lofi_grid_count (e);
  *total = *found = 0;
  for (guint p = 0; p < points; p++)
    {
      const char *point = lofi_grid_point (e, p);
      for (guint i = 0; i < e->sweep_samples->len; i++)
        for (guint seed = 0; seed < e->sweep_seeds; seed++)
          for (guint m = 0; m < LOFI_N_METHODS; m++)
            if (lofi_emergence_wants (e, m) && (!share || lofi_share_map_has (share, p, seed, i)))
              {
                ++*total;
                *found += lofi_cells_has (cells, point, g_array_index (e->sweep_samples, gsize, i), seed, m);
              }
    }
}

guint
lofi_emergence_found (const LofiExperiment *experiment, LofiCells *cells)
{
  guint total, found;
  count_cells (experiment, NULL, cells, &total, &found);
  return found;
}

/* The sweep reads the data once, and finds it already read by the fits. */
static LofiCache *
sweep_cache (const LofiExperiment *experiment, LofiCache *shared)
{
  LofiCache *cache = lofi_cache_new (SWEEP_CACHE_BYTES);
  g_autofree char *key = shared ? lofi_dataset_key (experiment, NULL) : NULL;
  g_autoptr (LofiDataset) dataset = key ? lofi_cache_get (shared, key) : NULL;
  if (dataset)
    lofi_cache_put (cache, key, dataset, lofi_dataset_bytes (dataset), (LofiCacheRef) lofi_dataset_ref, (GDestroyNotify) lofi_dataset_unref);
  return cache;
}

/* Draws the task of the largest n: it fails with the reason if there are not that many samples. */
static gboolean
check_samples (const LofiExperiment *experiment, gsize most, gsize *tests, gsize *inputs, LofiCache *cache, GCancellable *cancellable, GError **error)
{
  g_autoptr (LofiExperiment) largest = lofi_experiment_dup (experiment);
  largest->data.train = lofi_cell_is_planted (experiment) ? 1000 : 0;    /* a teacher has as many as are asked for */
  g_autoptr (LofiResult) result = g_atomic_rc_box_new0 (LofiResult);
  LofiFitRun run = { .experiment = largest, .cache = cache, .cancellable = cancellable, .result = result };
  if (!lofi_fit_run_begin (&run, FALSE, error))
    return FALSE;
  if (most > result->task->available_train)
    return lofi_error_set (error, LOFI_ERROR_INPUT, "emergence.samples", _("ask for fewer"),
                           _("%zu samples are asked for, but there are only %zu with these labels in %s"), most,
                           result->task->available_train, result->task->dataset->origin);
  if (result->task->test.count == 0)
    return lofi_error_set (error, LOFI_ERROR_INPUT, "emergence", _("use data with a test set"),
                           _("the data has no test samples, so there is no test error to follow"));
  *tests = result->task->test.count;
  *inputs = result->task->train.inputs.cols;
  return TRUE;
}

/* ---- the run ---- */

typedef struct {
  const LofiExperiment *experiment;
  GPtrArray *points;         /* LofiExperiment * */
  LofiCells *cells;
  LofiShareMap *share;
  LofiCache *cache, *sketches;
  LofiSweepSamples *shared;
  gsize tests, inputs;       /* of the first point: test samples, and numbers of a sample; for the order alone */
  const LofiSweepObserver *observer;
  GCancellable *cancellable;
  guint finished, total;
} Sweep;

static gsize
samples_of (const Sweep *sweep, guint i)
{
  return g_array_index (sweep->experiment->sweep_samples, gsize, i);
}

/* One for every value of the axes that change the data. */
static gboolean
check_data (Sweep *sweep, GError **error)
{
  const GPtrArray *axes = sweep->experiment->sweep_axes;
  gsize most = samples_of (sweep, sweep->experiment->sweep_samples->len - 1);
  for (guint p = 0; p < sweep->points->len; p++)
    {
      guint values[LOFI_SWEEP_AXES_MOST], others = 0;
      lofi_grid_indices (sweep->experiment, p, values);
      for (guint i = 0; i < axes->len; i++)
        others += values[i] > 0 && !g_str_has_prefix (((const LofiSweepAxis *) g_ptr_array_index (axes, i))->key, "data.");
      if (others == 0 && !check_samples (g_ptr_array_index (sweep->points, p), most, &sweep->tests, &sweep->inputs, sweep->cache, sweep->cancellable, error))
        return FALSE;
    }
  return TRUE;
}

static void
tell (const Sweep *sweep, const LofiCell *cell, gboolean overlaps)
{
  if (sweep->observer && sweep->observer->cell)
    sweep->observer->cell (sweep->observer->data, cell, overlaps, sweep->finished, sweep->total);
}

static LofiExperiment *
experiment_of (const Sweep *sweep, guint p, gsize samples, guint seed)
{
  LofiExperiment *own = lofi_experiment_dup (g_ptr_array_index (sweep->points, p));
  own->data.train = samples;
  own->seed = seed;
  return own;
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

/* (transfer full) those of a cell, from when it was computed or by fitting its layers again. */
static LofiSketches *
find_sketches (Sweep *sweep, guint p, gsize samples, guint seed, GError **error)
{
  g_autofree char *key = sketch_key (lofi_grid_point (sweep->experiment, p), samples, seed);
  LofiSketches *sketches = lofi_cache_get (sweep->sketches, key);
  if (sketches)
    return sketches;
  g_autoptr (LofiExperiment) own = experiment_of (sweep, p, samples, seed);
  return lofi_cell_sketches (own, sweep->shared, sweep->cache, sweep->cancellable, error);
}

static gboolean
find_overlaps (Sweep *sweep, LofiCell *cell, guint p, guint seed, gsize reference, LofiSketches *with, GError **error)
{
  g_autoptr (GPtrArray) sketches = find_sketches (sweep, p, cell->samples, seed, error);
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
  tell (sweep, cell, TRUE);
  return TRUE;
}

/* When the cell at most samples is known, all cells of its point and seed get their overlaps with it. */
static gboolean
finish_overlaps (Sweep *sweep, guint p, guint seed, GError **error)
{
  guint last = sweep->experiment->sweep_samples->len - 1;
  gsize reference = samples_of (sweep, last);
  const char *point = lofi_grid_point (sweep->experiment, p);
  g_autoptr (GPtrArray) with = NULL;
  if (lofi_cell_is_planted (g_ptr_array_index (sweep->points, p)))
    return TRUE;
  for (guint i = 0; i <= last; i++)
    {
      g_autoptr (LofiCell) cell = lofi_cells_get (sweep->cells, point, samples_of (sweep, i), seed, LOFI_METHOD_LOFI);
      if (!cell || cell->n_layers == 0 || cell->reference >= reference)
        continue;
      if (!with && !(with = find_sketches (sweep, p, reference, seed, error)))
        return FALSE;
      if (!find_overlaps (sweep, cell, p, seed, reference, with, error))
        return FALSE;
    }
  return TRUE;
}

/* ---- the order ---- */

/* All methods of (point, samples, seed), and with the last number of samples the overlaps. */
static gboolean
run_cells (Sweep *sweep, guint p, guint i, guint seed, GError **error)
{
  const char *point = lofi_grid_point (sweep->experiment, p);
  g_autoptr (LofiExperiment) own = experiment_of (sweep, p, samples_of (sweep, i), seed);
  g_autofree char *key = sketch_key (point, samples_of (sweep, i), seed);
  gboolean planted = lofi_cell_is_planted (own);
  for (guint method = 0; method < LOFI_N_METHODS; method++)
    {
      LofiCell cell = { .point = point, .samples = samples_of (sweep, i), .seed = seed, .method = method };
      g_autoptr (GPtrArray) sketches = NULL;
      if (!lofi_emergence_wants (sweep->experiment, method) || lofi_cells_has (sweep->cells, point, cell.samples, seed, method))
        continue;
      gboolean done = lofi_cell_compute (own, &cell, sweep->shared, sweep->cache, planted ? NULL : &sketches, sweep->cancellable, error);
      if (done)
        {
          lofi_cells_add (sweep->cells, &cell);
          sweep->finished++;
          if (sketches)
            keep_sketches (sweep, key, sketches);
          tell (sweep, &cell, FALSE);
        }
      lofi_cell_clear_layers (&cell);
      if (!done)
        return FALSE;
    }
  return i + 1 < sweep->experiment->sweep_samples->len || finish_overlaps (sweep, p, seed, error);
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

/* The shared sample counts of these points and one seed, small n first. Points whose first layer is the same take turns: it is in the cache. */
static gboolean
run_shared (Sweep *sweep, guint seed, guint begin, guint end, GError **error)
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
      if (is_shared (sweep, p, i) && lofi_share_map_has (sweep->share, p, seed, i) && !run_cells (sweep, p, i, seed, error))
        return FALSE;
    }
  return TRUE;
}

/* Small n first, and seeds of one n together; then one seed after the other, where all sample counts share a pass over the samples. */
static gboolean
run_sweep (Sweep *sweep, GError **error)
{
  guint n_points = sweep->points->len, pairs = n_points * sweep->experiment->sweep_seeds, step = pairs_at_once (sweep, pairs);
  for (guint first = 0; first < pairs; first += step)
    {
      guint end = MIN (first + step, pairs);
      for (guint i = 0; i < sweep->experiment->sweep_samples->len; i++)
        for (guint pair = first; pair < end; pair++)
          {
            guint seed = pair / n_points, p = pair % n_points;
            if (!is_shared (sweep, p, i) && lofi_share_map_has (sweep->share, p, seed, i) && !run_cells (sweep, p, i, seed, error))
              return FALSE;
          }
      for (guint pair = first; pair < end; pair = (pair / n_points + 1) * n_points)
        if (!run_shared (sweep, pair / n_points, pair % n_points, MIN (end - pair / n_points * n_points, n_points), error))
          return FALSE;
    }
  return TRUE;
}

gboolean
lofi_emergence_run (const LofiExperiment *experiment, LofiCells *cells, LofiShare share, LofiCache *shared,
                    const LofiSweepObserver *observer, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) points = lofi_grid_experiments (experiment, error);
  if (!points)
    return FALSE;
  g_autoptr (LofiShareMap) map = lofi_share_map_new (experiment, points, share);
  g_autoptr (LofiCache) cache = sweep_cache (experiment, shared), sketches = lofi_cache_new (SKETCH_BYTES);
  g_autoptr (LofiSweepSamples) pass = lofi_sweep_samples_new ();
  Sweep sweep = { experiment, points, cells, map, cache, sketches, pass, 0, 0, observer, cancellable, 0, 0 };
  if (!check_data (&sweep, error))
    return FALSE;
  count_cells (experiment, map, cells, &sweep.total, &sweep.finished);
  return run_sweep (&sweep, error);
}
