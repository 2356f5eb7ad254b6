/* Inputs and targets from .npy files. */
#include "config.h"
#include "lofi-dataset-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include "lofi-error.h"
#include "lofi-npy.h"

#define IMAGE_SIDE_MIN 4

static gboolean
take_shape (LofiDataset *dataset, gboolean train, const gsize *shape, guint n_dimensions, const char *path, GError **error)
{
  if (n_dimensions != 2 && n_dimensions != 4)
    return lofi_error_set (error, LOFI_ERROR_INPUT, path, _("give inputs n x d, or n x C x H x W"), _("an array of %u dimensions"),
                           n_dimensions);
  gsize channels = n_dimensions == 4 ? shape[1] : 1, height = n_dimensions == 4 ? shape[2] : 1;
  gsize width = n_dimensions == 4 ? shape[3] : shape[1];
  if (train)
    {
      dataset->channels = channels;
      dataset->height = height;
      dataset->width = width;
      dataset->is_image = (channels == 1 || channels == 3) && height >= IMAGE_SIDE_MIN && width >= IMAGE_SIDE_MIN;
      return TRUE;
    }
  if (channels == dataset->channels && height == dataset->height && width == dataset->width)
    return TRUE;
  return lofi_error_set (error, LOFI_ERROR_INPUT, path, _("give test inputs of the shape of the training inputs"),
                         _("test inputs of %zu x %zu x %zu, but training inputs of %zu x %zu x %zu"), channels, height, width,
                         dataset->channels, dataset->height, dataset->width);
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
lofi_dataset_read_arrays (LofiDataset *dataset, const LofiDataFiles *files, GCancellable *cancellable, GError **error)
{
  return read_split (dataset, &dataset->train, files->train_inputs, files->train_targets, cancellable, error)
         && (!files->test_inputs || read_split (dataset, &dataset->test, files->test_inputs, files->test_targets, cancellable, error));
}
