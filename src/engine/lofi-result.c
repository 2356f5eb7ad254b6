#include "config.h"
#include "lofi-result.h"

#include <unistd.h>
#include <glib/gi18n-lib.h>
#include "lofi-error.h"
#include "lofi-fit-private.h"
#include "lofi-null.h"
#include "lofi-plan.h"

/* Four fifths of the machine's memory: beyond it an allocation may succeed and the process be killed later. */
static gsize
memory_limit (void)
{
  long pages = sysconf (_SC_PHYS_PAGES), page = sysconf (_SC_PAGESIZE);
  return pages > 0 && page > 0 ? (gsize) pages / 5 * 4 * (gsize) page : G_MAXSIZE;
}

static void
array_clear (gpointer data)
{
  lofi_matrix_clear (&((LofiArray *) data)->matrix);
}

LofiArray *
lofi_array_new (gsize rows, gsize cols, GError **error, const char *place)
{
  g_autoptr (LofiArray) array = g_atomic_rc_box_new0 (LofiArray);
  gsize bytes = lofi_matrix_bytes (rows, cols);
  if (bytes > memory_limit ())
    {
      g_autofree char *size = bytes == G_MAXSIZE ? g_strdup (_("more than can be counted")) : g_format_size (bytes);
      lofi_error_set (error, LOFI_ERROR_INPUT, place, _("reduce the number of samples or the width"),
                      _("a matrix of %zu x %zu numbers would need %s, more than this machine's memory"), rows, cols, size);
      return NULL;
    }
  if (!lofi_error_from_status (error, lofi_matrix_alloc (&array->matrix, rows, cols), place))
    return NULL;
  return g_steal_pointer (&array);
}

LofiArray *
lofi_array_ref (LofiArray *array)
{
  return g_atomic_rc_box_acquire (array);
}

void
lofi_array_unref (LofiArray *array)
{
  g_atomic_rc_box_release_full (array, array_clear);
}

static gsize
array_bytes (const LofiArray *array)
{
  return array ? lofi_matrix_bytes (array->matrix.rows, array->matrix.cols) : 0;
}

static void
layer_result_clear (gpointer data)
{
  LofiLayerResult *layer = data;
  g_free (layer->key);
  g_free (layer->name);
  g_clear_pointer (&layer->spec, lofi_layer_spec_free);
  g_free (layer->spectrum);
  g_free (layer->eigenvalues);
  g_free (layer->mean_overlap);
  g_free (layer->bias);
  g_free (layer->lift_mean);
  g_free (layer->activations);
  g_free (layer->activation_labels);
  g_clear_pointer (&layer->weights, lofi_array_unref);
  g_clear_pointer (&layer->filters, lofi_array_unref);
  g_clear_pointer (&layer->train, lofi_array_unref);
  g_clear_pointer (&layer->test, lofi_array_unref);
  g_clear_pointer (&layer->kernel_train, lofi_array_unref);
  g_clear_pointer (&layer->kernel_test, lofi_array_unref);
  g_free (layer->kernel_test_diagonal);
  g_clear_pointer (&layer->train_rows, lofi_features_unref);
  g_clear_pointer (&layer->test_rows, lofi_features_unref);
}

LofiLayerResult *
lofi_layer_result_ref (LofiLayerResult *layer)
{
  return g_atomic_rc_box_acquire (layer);
}

void
lofi_layer_result_unref (LofiLayerResult *layer)
{
  g_atomic_rc_box_release_full (layer, layer_result_clear);
}

gsize
lofi_layer_result_bytes (const LofiLayerResult *layer)
{
  return array_bytes (layer->weights) + array_bytes (layer->filters) + array_bytes (layer->train) + array_bytes (layer->test)
         + array_bytes (layer->kernel_train) + array_bytes (layer->kernel_test)
         + (layer->n_spectrum + 2 * layer->keep + 2 * layer->n_activations) * sizeof (double);
}

LofiArray *
lofi_layer_result_features (const LofiLayerResult *layer, gboolean test, GCancellable *cancellable, GError **error)
{
  LofiArray *stored = test ? layer->test : layer->train;
  LofiFeatures *rows = test ? layer->test_rows : layer->train_rows;
  if (stored)
    return lofi_array_ref (stored);
  if (!rows)
    {
      lofi_error_set (error, LOFI_ERROR_INPUT, layer->name, _("give the layer a filter"), _("it hands on a kernel, which has no features"));
      return NULL;
    }
  LofiWatch watch = lofi_cancellable_watch (cancellable);
  return lofi_features_all (rows, &watch, error, layer->name);
}

static void
readout_clear (gpointer data)
{
  LofiReadout *readout = data;
  g_free (readout->key);
  lofi_ridge_clear (&readout->ridge);
  g_free (readout->train_predictions);
  g_free (readout->test_predictions);
}

LofiReadout *
lofi_readout_ref (LofiReadout *readout)
{
  return g_atomic_rc_box_acquire (readout);
}

void
lofi_readout_unref (LofiReadout *readout)
{
  g_atomic_rc_box_release_full (readout, readout_clear);
}

static void
result_clear (gpointer data)
{
  LofiResult *result = data;
  g_clear_pointer (&result->experiment, lofi_experiment_free);
  g_clear_pointer (&result->task, lofi_task_unref);
  for (guint i = 0; i < result->n_layers; i++)
    g_clear_pointer (&result->layers[i], lofi_layer_result_unref);
  for (guint i = 0; result->nulls && i < result->n_layers; i++)
    g_clear_pointer (&result->nulls[i], lofi_null_unref);
  g_free (result->nulls);
  g_free (result->layers);
  g_free (result->live_spectrum);
  g_clear_pointer (&result->readout, lofi_readout_unref);
  g_clear_pointer (&result->lazy, lofi_readout_unref);
  g_clear_pointer (&result->linear, lofi_readout_unref);
  g_clear_pointer (&result->kernel, lofi_readout_unref);
  g_clear_pointer (&result->descent, lofi_readout_unref);
  g_clear_pointer (&result->plan, lofi_plan_unref);
}

LofiResult *
lofi_result_ref (LofiResult *result)
{
  return g_atomic_rc_box_acquire (result);
}

void
lofi_result_unref (LofiResult *result)
{
  g_atomic_rc_box_release_full (result, result_clear);
}
