/* Inputs and targets from .npy files. */
#include "config.h"
#include "lofi-dataset-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include "lofi-error.h"
#include "lofi-npy.h"

static gboolean
take_shape (LofiDataset *dataset, gboolean train, const gsize *shape, guint n_dimensions, const char *path, GError **error)
{
  if (n_dimensions != 2 && n_dimensions != 4)
    return lofi_error_set (error, LOFI_ERROR_INPUT, path, _("give inputs n x d, or n x C x H x W"), _("an array of %u dimensions"),
                           n_dimensions);
  gsize channels = n_dimensions == 4 ? shape[1] : 1, height = n_dimensions == 4 ? shape[2] : 1;
  gsize width = n_dimensions == 4 ? shape[3] : shape[1];
  return lofi_dataset_take_shape (dataset, train, channels, height, width, path, error);
}

static gboolean
read_targets (LofiSamples *samples, const char *path, const char *inputs, GError **error)
{
  LofiMatrix targets;
  gsize shape[LOFI_NPY_DIMENSIONS_MAX];
  guint n_dimensions;
  gboolean good = FALSE;
  if (!lofi_npy_read (path, &targets, shape, &n_dimensions, error))
    return FALSE;
  if (targets.cols != 1)
    lofi_error_set (error, LOFI_ERROR_INPUT, path, _("give one number a sample"), _("targets of %zu x %zu"), targets.rows, targets.cols);
  else if (targets.rows != samples->count)
    lofi_error_set (error, LOFI_ERROR_INPUT, path, _("give as many targets as inputs"), _("%zu targets for the %zu inputs of %s"),
                    targets.rows, samples->count, inputs);
  else
    {
      samples->targets = g_memdup2 (targets.data, samples->count * sizeof (double));
      good = TRUE;
    }
  lofi_matrix_clear (&targets);
  return good;
}

static gboolean
read_split (LofiDataset *dataset, LofiSamples *samples, const char *inputs, const char *targets, GCancellable *cancellable,
            GError **error)
{
  gsize shape[LOFI_NPY_DIMENSIONS_MAX];
  guint n_dimensions;
  if (g_cancellable_set_error_if_cancelled (cancellable, error)
      || !lofi_npy_read (inputs, &samples->values, shape, &n_dimensions, error))
    return FALSE;
  samples->count = samples->values.rows;
  return take_shape (dataset, samples == &dataset->train, shape, n_dimensions, inputs, error)
         && read_targets (samples, targets, inputs, error);
}

gboolean
lofi_dataset_read_arrays (const LofiReading *reading, GError **error)
{
  const LofiDataFiles *files = reading->files;
  LofiDataset *dataset = reading->dataset;
  return read_split (dataset, &dataset->train, files->train_inputs, files->train_targets, reading->cancellable, error)
         && (!files->test_inputs
             || read_split (dataset, &dataset->test, files->test_inputs, files->test_targets, reading->cancellable, error));
}
