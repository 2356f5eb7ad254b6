/* The sweep over samples, seeds and methods. */
#include "config.h"
#include <string.h>
#include <glib/gi18n-lib.h>
#include "lofi-cells-private.h"
#include "lofi-emergence.h"
#include "lofi-error.h"
#include "lofi-experiment-private.h"
#include "lofi-fit-private.h"
#include "lofi-grid-private.h"
#include "lofi-teacher.h"

/* Stages are shared within one (samples, seed): the task by all methods, the first lift by lofi and lazy. More is not worth keeping. */
#define SWEEP_CACHE_BYTES ((gsize) 400 << 20)

/* ---- what identifies a sweep ---- */

static void
make_absolute (const LofiExperiment *experiment, char **path)
{
  if (!*path || !**path)
    return;
  g_autofree char *found = lofi_experiment_resolve (experiment, *path);
  g_free (*path);
  *path = g_canonicalize_filename (found, NULL);
}

/* The same files, wherever the experiment file that names them stands. */
static void
make_paths_absolute (LofiExperiment *experiment)
{
  LofiDataSpec *data = &experiment->data;
  if (!lofi_dataset_is_named (data->source))
    make_absolute (experiment, &data->source);
  make_absolute (experiment, &data->train_inputs);
  make_absolute (experiment, &data->train_targets);
  make_absolute (experiment, &data->test_inputs);
  make_absolute (experiment, &data->test_targets);
  for (guint i = 0; i < experiment->layers->len; i++)
    make_absolute (experiment, &lofi_experiment_layer (experiment, i)->weights);
  g_clear_pointer (&experiment->folder, g_free);
}

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
  make_paths_absolute (plain);
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

guint
lofi_emergence_found (const LofiExperiment *experiment, LofiCells *cells)
{
  guint found = 0, points = lofi_grid_count (experiment);
  for (guint p = 0; p < points; p++)
    {
      const char *point = lofi_grid_point (experiment, p);
      for (guint i = 0; i < experiment->sweep_samples->len; i++)
        for (guint seed = 0; seed < experiment->sweep_seeds; seed++)
          for (guint m = 0; m < LOFI_N_METHODS; m++)
            found += lofi_emergence_wants (experiment, m)
                     && lofi_cells_has (cells, point, g_array_index (experiment->sweep_samples, gsize, i), seed, m);
    }
  return found;
}

/* ---- a cell ---- */

static void
take_layers (LofiCell *cell, const LofiResult *result)
{
  guint filtered = 0;
  for (guint l = 0; l < result->n_layers; l++)
    filtered += result->layers[l]->keep > 0;
  lofi_cell_set_layers (cell, filtered);
  filtered = 0;
  for (guint l = 0; l < result->n_layers; l++)
    if (result->layers[l]->keep > 0)
      {
        LofiCellLayer *layer = &cell->layers[filtered++];
        layer->n_eigenvalues = (guint) result->layers[l]->keep;
        layer->eigenvalues = g_memdup2 (result->layers[l]->eigenvalues, layer->n_eigenvalues * sizeof (double));
      }
}

static gboolean
compute_cell (const LofiExperiment *experiment, LofiCell *cell, LofiCache *cache, GCancellable *cancellable, GError **error)
{
  gint64 began = g_get_monotonic_time ();
  g_autoptr (LofiResult) result = g_atomic_rc_box_new0 (LofiResult);
  const LofiObserver leading = { .spectra = LOFI_SPECTRA_LEADING };
  LofiFitRun run = { .experiment = experiment, .cache = cache, .observer = &leading, .cancellable = cancellable, .result = result };
  if (!lofi_fit_run_begin (&run, FALSE, error))
    return FALSE;
  gboolean done;
  if (cell->method == LOFI_METHOD_LOFI)
    {
      done = lofi_fit_run_layers (&run, error);
      if (done)
        take_layers (cell, result);
    }
  else
    {
      static LofiReadout *(*const methods[LOFI_N_METHODS]) (LofiFitRun *, GError **)
        = { NULL, lofi_fit_lazy, lofi_fit_linear, lofi_fit_kernel, lofi_fit_descent };
      result->readout = methods[cell->method] (&run, error);
      done = result->readout != NULL;
    }
  if (!done)
    return FALSE;
  cell->test_error = result->readout->test_scores.error;
  cell->test_mse = result->readout->test_scores.mse;
  cell->train_error = result->readout->train_scores.error;
  cell->seconds = (g_get_monotonic_time () - began) / 1e6;
  return TRUE;
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
check_samples (const LofiExperiment *experiment, LofiCache *cache, GCancellable *cancellable, GError **error)
{
  g_autoptr (LofiExperiment) largest = lofi_experiment_dup (experiment);
  gsize most = g_array_index (experiment->sweep_samples, gsize, experiment->sweep_samples->len - 1);
  LofiTeacher teacher;
  largest->data.train = lofi_teacher_from_name (experiment->data.source, &teacher) ? 1000 : 0;    /* a teacher has as many as are asked for */
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
  return TRUE;
}

gboolean
lofi_emergence_run (const LofiExperiment *experiment, LofiCells *cells, LofiShare share, LofiCache *shared,
                    const LofiSweepObserver *observer, GCancellable *cancellable, GError **error)
{
  guint total = lofi_emergence_total (experiment), finished = 0;
  g_autoptr (LofiCache) cache = sweep_cache (experiment, shared);
  if (total == 0)
    return TRUE;
  if (!check_samples (experiment, cache, cancellable, error))
    return FALSE;
  for (guint i = 0; i < experiment->sweep_samples->len; i++)
    for (guint seed = 0; seed < experiment->sweep_seeds; seed++)
      for (guint p = 0; p < lofi_grid_count (experiment); p++)
      for (guint method = 0; method < LOFI_N_METHODS; method++)
        {
          LofiCell cell = { .samples = g_array_index (experiment->sweep_samples, gsize, i), .seed = seed, .method = method, .point = lofi_grid_point (experiment, p) };
          if (!lofi_emergence_wants (experiment, method))
            continue;
          finished++;
          if (lofi_cells_has (cells, cell.point, cell.samples, cell.seed, method))
            continue;
          g_autoptr (LofiExperiment) own = lofi_grid_experiment (experiment, p, error);
          if (!own)
            return FALSE;
          own->data.train = cell.samples;
          own->seed = seed;
          if (!compute_cell (own, &cell, cache, cancellable, error))
            return FALSE;
          lofi_cells_add (cells, &cell);
          if (observer && observer->cell)
            observer->cell (observer->data, &cell, FALSE, finished, total);
          lofi_cell_clear_layers (&cell);
        }
  return TRUE;
}
