/* The sweep over samples, seeds and methods. */
#include "config.h"
#include <glib/gi18n-lib.h>
#include "lofi-emergence.h"
#include "lofi-error.h"
#include "lofi-experiment-private.h"
#include "lofi-fit-private.h"
#include "lofi-teacher.h"

/* Stages are shared within one (samples, seed): the task by all methods, the first lift by lofi and lazy. More is not worth keeping. */
#define SWEEP_CACHE_BYTES ((gsize) 400 << 20)

char *
lofi_emergence_key (const LofiExperiment *experiment)
{
  g_autoptr (LofiExperiment) plain = lofi_experiment_dup (experiment);
  plain->data.train = 0;
  return lofi_experiment_key_across_seeds (plain);
}

static gboolean
wants (const LofiExperiment *experiment, LofiMethod method)
{
  static const LofiCompare compared[LOFI_N_METHODS] = { 0, LOFI_COMPARE_LAZY, LOFI_COMPARE_LINEAR, LOFI_COMPARE_KERNEL, LOFI_COMPARE_DESCENT };
  return method == LOFI_METHOD_LOFI || (experiment->sweep_compare & compared[method]);
}

guint
lofi_emergence_total (const LofiExperiment *experiment)
{
  guint methods = 0;
  for (guint m = 0; m < LOFI_N_METHODS; m++)
    methods += wants (experiment, m);
  return experiment->sweep_samples->len * experiment->sweep_seeds * methods;
}

static void
take_eigenvalues (LofiCell *cell, const LofiResult *result)
{
  cell->eigenvalues = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  for (guint l = 0; l < result->n_layers; l++)
    if (result->layers[l]->keep)
      {
        GArray *values = g_array_new (FALSE, FALSE, sizeof (double));
        g_array_append_vals (values, result->layers[l]->eigenvalues, result->layers[l]->keep);
        g_ptr_array_add (cell->eigenvalues, values);
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
        take_eigenvalues (cell, result);
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
lofi_emergence_run (const LofiExperiment *experiment, LofiCells *cells, LofiCache *shared,
                    LofiCellDone done, gpointer data, GCancellable *cancellable, GError **error)
{
  guint total = lofi_emergence_total (experiment), finished = 0;
  g_autoptr (LofiCache) cache = sweep_cache (experiment, shared);
  if (total == 0)
    return TRUE;
  if (!check_samples (experiment, cache, cancellable, error))
    return FALSE;
  g_autoptr (LofiExperiment) own = lofi_experiment_dup (experiment);
  for (guint i = 0; i < experiment->sweep_samples->len; i++)
    for (guint seed = 0; seed < experiment->sweep_seeds; seed++)
      for (guint method = 0; method < LOFI_N_METHODS; method++)
        {
          LofiCell cell = { .samples = g_array_index (experiment->sweep_samples, gsize, i), .seed = seed, .method = method };
          if (!wants (experiment, method))
            continue;
          finished++;
          if (lofi_cells_has (cells, cell.samples, cell.seed, method))
            continue;
          own->data.train = cell.samples;
          own->seed = seed;
          if (!compute_cell (own, &cell, cache, cancellable, error))
            return FALSE;
          lofi_cells_add (cells, &cell);
          if (done)
            done (data, &cell, finished, total);
          g_clear_pointer (&cell.eigenvalues, g_ptr_array_unref);
        }
  return TRUE;
}
