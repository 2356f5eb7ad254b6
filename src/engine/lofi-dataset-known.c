/* What is known of data sets beforehand, and what is measured of the others. */
#include "config.h"
#include "lofi-dataset-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include "lofi-error.h"

#define IMAGE_SIDE_MIN 4

/* Pixels as method.md's "Labels on real data" has them; names by class number. */
typedef struct {
  const char *name;
  gsize channels;
  double mean[3], deviation[3];  /* of pixels / 255; deviation 0: measured */
  guint n_classes;
  const char *class_names[11];   /* translated; or: */
  const char *letters;           /* a letter a class, a blank where there is none */
} KnownSet;

#define DIGITS "0123456789"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static const KnownSet known_sets[] = {
  { "fashion-mnist", 1, { 0.2860 }, { 0.3530 }, 10,
    { N_("T-shirt"), N_("Trousers"), N_("Pullover"), N_("Dress"), N_("Coat"), N_("Sandal"), N_("Shirt"), N_("Sneaker"), N_("Bag"),
      N_("Ankle boot"), NULL } },
  { "mnist", 1, { 0.1307 }, { 0.3081 }, 10, { NULL }, DIGITS },
  { "cifar10", 3, { 0.4914, 0.4822, 0.4465 }, { 0.2470, 0.2435, 0.2616 }, 10,
    { N_("airplane"), N_("automobile"), N_("bird"), N_("cat"), N_("deer"), N_("dog"), N_("frog"), N_("horse"), N_("ship"), N_("truck"), NULL } },
  { "emnist-letters", 1, { 0 }, { 0 }, 27, { NULL }, " " UPPER },          /* its labels begin at 1 */
  { "emnist-balanced", 1, { 0 }, { 0 }, 47, { NULL }, DIGITS UPPER "abdefghnqrt" },
  { "emnist-bymerge", 1, { 0 }, { 0 }, 47, { NULL }, DIGITS UPPER "abdefghnqrt" },
  { "emnist-byclass", 1, { 0 }, { 0 }, 62, { NULL }, DIGITS UPPER "abcdefghijklmnopqrstuvwxyz" },
  { "emnist-digits", 1, { 0 }, { 0 }, 10, { NULL }, DIGITS },
  { "emnist-mnist", 1, { 0 }, { 0 }, 10, { NULL }, DIGITS },
};

gboolean
lofi_dataset_shape_is_image (gsize channels, gsize height, gsize width)
{
  return (channels == 1 || channels == 3) && height >= IMAGE_SIDE_MIN && width >= IMAGE_SIDE_MIN;
}

gboolean
lofi_dataset_take_shape (LofiDataset *dataset, gboolean train, gsize channels, gsize height, gsize width, const char *place, GError **error)
{
  if (train)
    {
      dataset->channels = channels;
      dataset->height = height;
      dataset->width = width;
      dataset->is_image = lofi_dataset_shape_is_image (channels, height, width);
      return TRUE;
    }
  if (channels == dataset->channels && height == dataset->height && width == dataset->width)
    return TRUE;
  return lofi_error_set (error, LOFI_ERROR_INPUT, place, _("give test inputs of the shape of the training inputs"),
                         _("test inputs of %zu x %zu x %zu, but training inputs of %zu x %zu x %zu"), channels, height, width,
                         dataset->channels, dataset->height, dataset->width);
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

static void
take_names (LofiDataset *dataset, const KnownSet *known)
{
  if (dataset->class_names)
    return;
  dataset->class_names = g_new0 (char *, known->n_classes + 1);
  for (guint i = 0; i < known->n_classes; i++)
    dataset->class_names[i] = known->letters ? g_strndup (known->letters + i, known->letters[i] == ' ' ? 0 : 1)
                                             : g_strdup (_(known->class_names[i]));
}

/* Names from a file are as they were published: translate those that are known. */
static void
translate_names (LofiDataset *dataset, const KnownSet *known)
{
  for (guint i = 0; i < known->n_classes && !known->letters; i++)
    if (g_strcmp0 (dataset->class_names[i], known->class_names[i]) == 0)
      {
        g_free (dataset->class_names[i]);
        dataset->class_names[i] = g_strdup (_(known->class_names[i]));
      }
}

void
lofi_dataset_measure (LofiDataset *dataset)
{
  if (dataset->train.classes)
    dataset->n_classes = MAX (dataset->n_classes, 1 + MAX (largest_class (&dataset->train), largest_class (&dataset->test)));
  if (dataset->train.pixels)
    measure_pixels (dataset);
}

gboolean
lofi_dataset_describe (LofiDataset *dataset, const char *place, GError **error)
{
  const KnownSet *known = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (known_sets); i++)
    if (g_str_equal (known_sets[i].name, dataset->name) && dataset->channels == known_sets[i].channels)
      known = &known_sets[i];
  if (!known || known->deviation[0] == 0)
    lofi_dataset_measure (dataset);
  if (!known)
    return TRUE;
  guint largest = MAX (largest_class (&dataset->train), largest_class (&dataset->test));
  if (largest >= known->n_classes)
    return lofi_error_set (error, LOFI_ERROR_INPUT, place, _("get the file again"), _("label %u, but %s has the classes 0 to %u"), largest,
                           known->name, known->n_classes - 1);
  dataset->n_classes = known->n_classes;
  for (gsize c = 0; c < known->channels && known->deviation[0] > 0; c++)
    {
      dataset->mean[c] = known->mean[c];
      dataset->deviation[c] = known->deviation[c];
    }
  take_names (dataset, known);
  translate_names (dataset, known);
  return TRUE;
}
