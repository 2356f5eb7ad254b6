/* One cell of a sweep: a fit of its parameters, and what is read off it. */
#include "config.h"
#include <math.h>
#include <glib/gi18n-lib.h>
#include "lofi-cells-private.h"
#include "lofi-emergence-private.h"
#include "lofi-error.h"
#include "lofi-fit-private.h"
#include "lofi-null.h"
#include "lofi-overlap.h"
#include "lofi-teacher.h"

gboolean
lofi_cell_is_planted (const LofiExperiment *experiment)
{
  LofiTeacher teacher;
  return lofi_teacher_from_name (experiment->data.source, &teacher);
}

/* ---- what a fit tells of its layers ---- */

static void
take_null (LofiCellLayer *layer, const LofiNull *null)
{
  if (!null)
    return;
  layer->null_low = null->low;
  layer->null_high = null->high;
  layer->outliers = (gint64) lofi_null_outliers (null);
}

static void
take_planted (LofiCellLayer *layer, const LofiResult *result, guint index, GCancellable *cancellable)
{
  guint groups = result->task->dataset->n_groups;
  g_autofree double *overlaps = g_new (double, groups + 1);
  double whole;
  if (groups == 0 || !lofi_planted_overlaps (result, index, overlaps, &whole, cancellable))
    return;
  layer->overlap = CLAMP (whole, 0, 1);
  layer->n_groups = groups;
  for (guint g = 0; g < groups; g++)
    overlaps[g] = CLAMP (overlaps[g], 0, 1);
  layer->group_overlaps = g_steal_pointer (&overlaps);
}

static void
take_layers (LofiCell *cell, const LofiResult *result, GCancellable *cancellable)
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
        take_null (layer, result->nulls[l]);
        take_planted (layer, result, l, cancellable);
      }
}

static void
sketch_free (gpointer array)
{
  if (array)
    lofi_array_unref (array);
}

static LofiSketches *
take_sketches (const LofiResult *result, GCancellable *cancellable)
{
  LofiSketches *sketches = g_ptr_array_new_with_free_func (sketch_free);
  for (guint l = 0; l < result->n_layers; l++)
    if (result->layers[l] && result->layers[l]->keep > 0)
      g_ptr_array_add (sketches, lofi_feature_sketch (result, l, cancellable));
  return sketches;
}

/* What was computed after a stop may be half of it. */
static gboolean
check_stopped (GCancellable *cancellable, GError **error)
{
  return lofi_error_from_status (error, g_cancellable_is_cancelled (cancellable) ? LOFI_STOPPED : LOFI_OK, "sweep");
}

/* ---- the fit ---- */

static gboolean
fit_lofi (LofiFitRun *run, LofiCell *cell, LofiSketches **sketches, GError **error)
{
  if (!lofi_fit_run_layers (run, error) || !lofi_fit_run_nulls (run, error))
    return FALSE;
  take_layers (cell, run->result, run->cancellable);
  g_autoptr (GPtrArray) found = sketches ? take_sketches (run->result, run->cancellable) : NULL;
  if (!check_stopped (run->cancellable, error))
    return FALSE;
  if (sketches)
    *sketches = g_steal_pointer (&found);
  return TRUE;
}

static gboolean
take_scores (LofiCell *cell, const LofiReadout *readout, GError **error)
{
  cell->test_error = readout->test_scores.error;
  cell->test_mse = readout->test_scores.mse;
  cell->train_error = readout->train_scores.error;
  if (isfinite (cell->test_error) && isfinite (cell->test_mse))
    return TRUE;
  g_autofree char *place = g_strdup_printf (_("%zu samples, seed %zu, %s"), cell->samples, (gsize) cell->seed, lofi_method_name (cell->method));
  return lofi_error_set (error, LOFI_ERROR_COMPUTATION, place, _("take other settings, or leave this method out"),
                         _("the predictions are not finite numbers"));
}

gboolean
lofi_cell_compute (const LofiExperiment *experiment, LofiCell *cell, LofiSweepSamples *shared, LofiCache *cache, LofiSketches **sketches,
                   GCancellable *cancellable, GError **error)
{
  static LofiReadout *(*const methods[LOFI_N_METHODS]) (LofiFitRun *, GError **)
    = { NULL, lofi_fit_lazy, lofi_fit_linear, lofi_fit_kernel, lofi_fit_descent };
  static LofiReadout *(*const from_pass[LOFI_N_METHODS]) (LofiSweepSamples *, LofiFitRun *, GError **)
    = { NULL, lofi_sweep_samples_lazy, lofi_sweep_samples_linear, NULL, NULL };
  gint64 began = g_get_monotonic_time ();
  g_autoptr (LofiResult) result = g_atomic_rc_box_new0 (LofiResult);
  gboolean wanted = cell->method == LOFI_METHOD_LOFI && experiment->sweep_nulls;
  const LofiObserver leading = { .spectra = LOFI_SPECTRA_LEADING, .nulls = wanted ? LOFI_NULLS_PERMUTED : LOFI_NULLS_NONE };
  LofiFitRun run = { .experiment = experiment, .cache = cache, .observer = &leading, .cancellable = cancellable, .once = TRUE, .result = result };
  if (!lofi_fit_run_begin (&run, FALSE, error))
    return FALSE;
  if (shared && cell->method == LOFI_METHOD_LOFI && !lofi_sweep_samples_prepare (shared, &run, error))
    return FALSE;
  if (cell->method == LOFI_METHOD_LOFI)
    {
      if (!fit_lofi (&run, cell, sketches, error))
        return FALSE;
    }
  else if (!(result->readout = shared && from_pass[cell->method] ? from_pass[cell->method] (shared, &run, error) : methods[cell->method] (&run, error)))
    return FALSE;
  cell->seconds = (g_get_monotonic_time () - began) / 1e6;
  return take_scores (cell, result->readout, error);
}

LofiSketches *
lofi_cell_sketches (const LofiExperiment *experiment, LofiSweepSamples *shared, LofiCache *cache, GCancellable *cancellable, GError **error)
{
  g_autoptr (LofiResult) result = g_atomic_rc_box_new0 (LofiResult);
  const LofiObserver leading = { .spectra = LOFI_SPECTRA_LEADING };
  LofiFitRun run = { .experiment = experiment, .cache = cache, .observer = &leading, .cancellable = cancellable, .result = result };
  if (!lofi_fit_run_begin (&run, FALSE, error) || (shared && !lofi_sweep_samples_prepare (shared, &run, error)))
    return NULL;
  guint needed = 0;
  for (guint l = 0; l < result->n_layers; l++)
    needed = lofi_layer_filters (lofi_experiment_layer (experiment, l)) ? l + 1 : needed;
  if (!lofi_fit_run_first_layers (&run, needed, error))
    return NULL;
  g_autoptr (GPtrArray) sketches = take_sketches (result, cancellable);
  return check_stopped (cancellable, error) ? g_steal_pointer (&sketches) : NULL;
}
