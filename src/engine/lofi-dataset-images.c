/* Images and classes from IDX files. */
#include "config.h"
#include "lofi-dataset-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include "lofi-error.h"
#include "lofi-idx.h"

#define CHANNELS_MAX 4

static gboolean
refuse_shape (const char *path, const gsize *shape, guint n_dimensions, GError **error)
{
  return lofi_error_set (error, LOFI_ERROR_INPUT, path, _("give images, n x height x width"),
                         _("an array of %u dimensions, %zu x %zu x %zu x %zu, does not hold images"), n_dimensions, shape[0], shape[1],
                         shape[2], shape[3]);
}

/* Every height x width plane turned upright, in place. */
static void
transpose (guint8 *pixels, gsize planes, gsize height, gsize width)
{
  g_autofree guint8 *stored = g_malloc (height * width);
  for (gsize p = 0; p < planes; p++)
    {
      guint8 *plane = pixels + p * height * width;
      memcpy (stored, plane, height * width);
      for (gsize i = 0; i < width; i++)
        for (gsize j = 0; j < height; j++)
          plane[i * height + j] = stored[j * width + i];
    }
}

/* n x height x width, n x channels x height x width, or n x d. */
static gboolean
read_images (LofiDataset *dataset, LofiSamples *samples, const char *path, gboolean transposed, GCancellable *cancellable, GError **error)
{
  gsize shape[4];
  guint n_dimensions;
  samples->pixels = lofi_idx_read (path, shape, &n_dimensions, cancellable, error);
  if (!samples->pixels)
    return FALSE;
  if (n_dimensions < 2 || (n_dimensions == 4 && shape[1] > CHANNELS_MAX))
    return refuse_shape (path, shape, n_dimensions, error);
  gsize channels = n_dimensions == 4 ? shape[1] : 1, height = n_dimensions == 2 ? 1 : shape[n_dimensions - 2];
  gsize width = shape[n_dimensions - 1];
  samples->count = shape[0];
  if (transposed)
    {
      gsize stored = height;
      transpose (samples->pixels, samples->count * channels, height, width);
      height = width;
      width = stored;
    }
  if (samples == &dataset->train)
    {
      dataset->channels = channels;
      dataset->height = height;
      dataset->width = width;
      dataset->is_image = lofi_dataset_shape_is_image (channels, height, width);
      return TRUE;
    }
  if (channels == dataset->channels && height == dataset->height && width == dataset->width)
    return TRUE;
  return lofi_error_set (error, LOFI_ERROR_INPUT, path, _("take both files from one data set"),
                         _("test images of %zu x %zu x %zu, but training images of %zu x %zu x %zu"), channels, height, width,
                         dataset->channels, dataset->height, dataset->width);
}

static gboolean
read_labels (LofiSamples *samples, const char *path, const char *images, GCancellable *cancellable, GError **error)
{
  gsize shape[4];
  guint n_dimensions;
  g_autofree guint8 *labels = lofi_idx_read (path, shape, &n_dimensions, cancellable, error);
  if (!labels)
    return FALSE;
  if (n_dimensions != 1)
    return lofi_error_set (error, LOFI_ERROR_INPUT, path, _("give a file of labels"), _("labels have one dimension, not %u"), n_dimensions);
  if (shape[0] != samples->count)
    return lofi_error_set (error, LOFI_ERROR_INPUT, path, _("take both files from one data set"),
                           _("%zu labels for the %zu images of %s"), shape[0], samples->count, images);
  samples->classes = g_try_new (int, shape[0]);
  if (!samples->classes)
    return lofi_error_from_status (error, LOFI_NO_MEMORY, path);
  for (gsize i = 0; i < shape[0]; i++)
    samples->classes[i] = labels[i];
  return TRUE;
}

static gboolean
read_split (const LofiReading *reading, LofiSamples *samples, const char *images, const char *labels, GError **error)
{
  return read_images (reading->dataset, samples, images, reading->files->transposed, reading->cancellable, error)
         && read_labels (samples, labels, images, reading->cancellable, error);
}

gboolean
lofi_dataset_read_idx (const LofiReading *reading, GError **error)
{
  const LofiDataFiles *files = reading->files;
  return read_split (reading, &reading->dataset->train, files->train_inputs, files->train_targets, error)
         && (!files->test_inputs || read_split (reading, &reading->dataset->test, files->test_inputs, files->test_targets, error))
         && lofi_dataset_describe (reading->dataset, files->train_targets, error);
}
