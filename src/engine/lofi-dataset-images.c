/* Images and classes from IDX files. */
#include "config.h"
#include "lofi-dataset-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>
#include "lofi-error.h"
#include "lofi-idx.h"

#define CHANNELS_MAX 4
#define IMAGE_SIDE_MIN 4

/* What is known of a set beforehand (method.md "Labels on real data"). */
typedef struct {
  const char *name;
  double mean, deviation;       /* of pixels / 255 */
  guint n_classes;
  const char *class_names[11];
} KnownSet;

static const KnownSet known_sets[] = {
  { "fashion-mnist", 0.2860, 0.3530, 10,
    { N_("T-shirt"), N_("Trousers"), N_("Pullover"), N_("Dress"), N_("Coat"), N_("Sandal"), N_("Shirt"), N_("Sneaker"), N_("Bag"),
      N_("Ankle boot"), NULL } },
  { "mnist", 0.1307, 0.3081, 10, { "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", NULL } },
};

static gboolean
refuse_shape (const char *path, const gsize *shape, guint n_dimensions, GError **error)
{
  return lofi_error_set (error, LOFI_ERROR_INPUT, path, _("give images, n x height x width"),
                         _("an array of %u dimensions, %zu x %zu x %zu x %zu, does not hold images"), n_dimensions, shape[0], shape[1],
                         shape[2], shape[3]);
}

/* n x height x width, n x channels x height x width, or n x d. */
static gboolean
read_images (LofiDataset *dataset, LofiSamples *samples, const char *path, GCancellable *cancellable, GError **error)
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
  if (samples == &dataset->train)
    {
      dataset->channels = channels;
      dataset->height = height;
      dataset->width = width;
      dataset->is_image = height >= IMAGE_SIDE_MIN && width >= IMAGE_SIDE_MIN && channels != 2;
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

static guint
largest_class (const LofiSamples *samples)
{
  int largest = 0;
  for (gsize i = 0; i < samples->count; i++)
    largest = MAX (largest, samples->classes[i]);
  return (guint) largest;
}

/* Mean and deviation of pixels / 255 by channel, from a histogram: exact, and one pass. */
static void
measure_pixels (LofiDataset *dataset)
{
  gsize area = dataset->height * dataset->width;
  for (gsize c = 0; c < dataset->channels; c++)
    {
      guint64 histogram[256] = { 0 }, sum = 0;
      for (gsize i = 0; i < dataset->train.count; i++)
        for (const guint8 *p = dataset->train.pixels + (i * dataset->channels + c) * area, *end = p + area; p < end; p++)
          histogram[*p]++;
      double count = (double) dataset->train.count * (double) area, squares = 0;
      for (guint v = 0; v < 256; v++)
        sum += v * histogram[v];
      double mean = (double) sum / count;
      for (guint v = 0; v < 256; v++)
        squares += (double) histogram[v] * (v - mean) * (v - mean);
      dataset->mean[c] = mean / 255;
      dataset->deviation[c] = sqrt (squares / count) / 255;
    }
}

static gboolean
describe (LofiDataset *dataset, const char *labels, GError **error)
{
  guint largest = MAX (largest_class (&dataset->train), largest_class (&dataset->test));
  const KnownSet *known = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (known_sets); i++)
    if (g_str_equal (known_sets[i].name, dataset->name) && dataset->channels == 1)
      known = &known_sets[i];
  if (!known)
    {
      dataset->n_classes = largest + 1;
      measure_pixels (dataset);
      return TRUE;
    }
  if (largest >= known->n_classes)
    return lofi_error_set (error, LOFI_ERROR_INPUT, labels, _("get the file again"), _("label %u, but %s has the classes 0 to %u"), largest,
                           known->name, known->n_classes - 1);
  dataset->n_classes = known->n_classes;
  dataset->mean[0] = known->mean;
  dataset->deviation[0] = known->deviation;
  dataset->class_names = g_new0 (char *, known->n_classes + 1);
  for (guint i = 0; i < known->n_classes; i++)
    dataset->class_names[i] = g_strdup (_(known->class_names[i]));
  return TRUE;
}

gboolean
lofi_dataset_read_images (LofiDataset *dataset, const LofiDataFiles *files, GCancellable *cancellable, GError **error)
{
  if (!read_images (dataset, &dataset->train, files->train_inputs, cancellable, error)
      || !read_labels (&dataset->train, files->train_targets, files->train_inputs, cancellable, error))
    return FALSE;
  if (files->test_inputs
      && (!read_images (dataset, &dataset->test, files->test_inputs, cancellable, error)
          || !read_labels (&dataset->test, files->test_targets, files->test_inputs, cancellable, error)))
    return FALSE;
  return describe (dataset, files->train_targets, error);
}
