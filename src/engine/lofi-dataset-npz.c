/* Inputs and targets from an .npz archive.
 *
 * Its arrays go by one of the names below, '-' as good as '_', capitals as good as small letters. Inputs are n x d, n x H x W,
 * n x C x H x W or, where the last of four sizes is 1 to 4 and the second is not, n x H x W x C. Bytes are pixels, anything else numbers as they are.
 * Targets are n (or n x 1): whole numbers of an integer type from 0 to 255 are classes; real numbers, and whole ones of which any is
 * negative, are targets, used as they are. */
#include "config.h"
#include "lofi-dataset-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>
#include "lofi-error.h"
#include "lofi-npz-private.h"

#define CHANNELS_MAX 4

typedef struct { const char *inputs, *targets, *test_inputs, *test_targets; } ArrayNames;

static const ArrayNames spellings[] = {
  { "x_train", "y_train", "x_test", "y_test" },
  { "train_inputs", "train_targets", "test_inputs", "test_targets" },
  { "train_images", "train_labels", "test_images", "test_labels" },
  { "x", "y", "x_test", "y_test" },
  { "inputs", "targets", "test_inputs", "test_targets" },
  { "images", "labels", "test_images", "test_labels" },
  { "data", "labels", "test_data", "test_labels" },
};

typedef struct {
  const LofiReading *reading;
  const LofiNpz *npz;
} Reader;

static char *
place_of (const Reader *reader, const LofiNpzArray *array)
{
  return g_strdup_printf ("%s: %s", reader->npz->path, array->name);
}

/* ---- inputs ---- */

typedef struct {
  gsize channels, height, width;
  gboolean channels_last;
} Layout;

static gboolean
find_layout (const Reader *reader, const LofiNpzArray *array, Layout *layout, GError **error)
{
  const gsize *shape = array->header.shape;
  guint n = array->header.n_dimensions;
  if (n < 2)
    {
      g_autofree char *place = place_of (reader, array), *text = lofi_npy_shape_text (&array->header);
      return lofi_error_set (error, LOFI_ERROR_INPUT, place, _("give inputs n x d, n x H x W, n x C x H x W or n x H x W x C"),
                             _("inputs of the shape %s"), text);
    }
  layout->channels_last = n == 4 && shape[3] <= CHANNELS_MAX && shape[1] > CHANNELS_MAX;
  layout->channels = n < 4 ? 1 : shape[layout->channels_last ? 3 : 1];
  layout->height = n == 2 ? 1 : shape[n == 3 || layout->channels_last ? 1 : 2];
  layout->width = n == 2 ? shape[1] : shape[n == 3 || layout->channels_last ? 2 : 3];
  return TRUE;
}

/* A sample's H x W x C numbers of `size` bytes into C x H x W. */
static void
split_channels (guint8 *sample, gsize size, const Layout *layout, guint8 *scratch)
{
  gsize area = layout->height * layout->width, channels = layout->channels;
  memcpy (scratch, sample, area * channels * size);
  for (gsize at = 0; at < area; at++)
    for (gsize c = 0; c < channels; c++)
      memcpy (sample + (c * area + at) * size, scratch + (at * channels + c) * size, size);
}

static gboolean
check_finite (const Reader *reader, const LofiNpzArray *array, const LofiMatrix *values, GError **error)
{
  for (gsize i = 0; i < values->rows; i++)
    for (gsize j = 0; j < values->cols; j++)
      if (!isfinite (values->data[i * values->stride + j]))
        {
          g_autofree char *place = place_of (reader, array), *shape = lofi_npy_shape_text (&array->header);
          return lofi_error_set (error, LOFI_ERROR_INPUT, place, _("replace it by a finite number"),
                                 _("of its %s numbers, number %zu of sample %zu (from 0) is %g"), shape, j, i, values->data[i * values->stride + j]);
        }
  return TRUE;
}

static gboolean
read_inputs (const Reader *reader, LofiSamples *samples, const LofiNpzArray *array, GError **error)
{
  Layout layout = { 0 };
  LofiDataset *dataset = reader->reading->dataset;
  GCancellable *cancellable = reader->reading->cancellable;
  g_autofree char *place = place_of (reader, array);
  gboolean test = samples == &dataset->test;
  if (!find_layout (reader, array, &layout, error)
      || !lofi_dataset_take_shape (dataset, !test, layout.channels, layout.height, layout.width, place, error))
    return FALSE;
  gsize each = array->header.count / array->header.shape[0];
  gboolean pixels = array->header.type == 'u' && array->header.bytes == 1 && layout.channels <= CHANNELS_MAX;
  if (test && pixels != (dataset->train.pixels != NULL))
    return lofi_error_set (error, LOFI_ERROR_INPUT, place, _("save both with the same type of numbers"),
                           _("of the training and test inputs, one holds bytes and the other does not"));
  gsize size = pixels ? 1 : sizeof (double);
  if (!lofi_dataset_check_memory (reader->reading->experiment, place, array->header.shape[0], MIN (each, G_MAXSSIZE / size) * size, error)
      || !lofi_npz_read (reader->npz, array, &samples->values, pixels ? &samples->pixels : NULL, cancellable, error))
    return FALSE;
  samples->count = array->header.shape[0];
  guint8 *data = pixels ? samples->pixels : (guint8 *) samples->values.data;
  g_autofree guint8 *scratch = layout.channels_last ? g_malloc (each * size) : NULL;
  for (gsize i = 0; i < samples->count && scratch; i++)
    split_channels (data + i * each * size, size, &layout, scratch);
  return pixels || check_finite (reader, array, &samples->values, error);
}

/* ---- targets ---- */

/* Whether these are class numbers; also FALSE, with an error, when they are neither that nor targets. */
static gboolean
are_classes (const Reader *reader, const LofiNpzArray *array, const LofiMatrix *numbers, GError **error)
{
  double least = 0, most = 0;
  if (array->header.type == 'f')
    return FALSE;
  for (gsize i = 0; i < numbers->rows; i++)
    {
      least = MIN (least, numbers->data[i]);
      most = MAX (most, numbers->data[i]);
    }
  if (least >= 0 && most >= LOFI_CLASSES_MAX)
    {
      g_autofree char *place = place_of (reader, array);
      lofi_error_set (error, LOFI_ERROR_INPUT, place, _("save real targets as float64"), _("class %.0f: class numbers go from 0 to %d"), most,
                      LOFI_CLASSES_MAX - 1);
    }
  return least >= 0 && most < LOFI_CLASSES_MAX;
}

static gboolean
keep_classes (LofiSamples *samples, const LofiMatrix *numbers)
{
  samples->classes = g_new (int, samples->count);
  for (gsize i = 0; i < samples->count; i++)
    samples->classes[i] = (int) numbers->data[i];
  return TRUE;
}

static gboolean
take_targets (const Reader *reader, LofiSamples *samples, const LofiNpzArray *array, const LofiMatrix *numbers, GError **error)
{
  GError *reason = NULL;
  const LofiSamples *train = &reader->reading->dataset->train;
  gboolean classes = are_classes (reader, array, numbers, &reason);
  /* Targets of -1 and +1 are targets also where a short test set happens to hold no -1. */
  if (samples != train && train->targets)
    {
      g_clear_error (&reason);
      classes = FALSE;
    }
  if (reason)
    {
      g_propagate_error (error, reason);
      return FALSE;
    }
  if (classes)
    return keep_classes (samples, numbers);
  if (samples != train && !train->targets)
    {
      g_autofree char *place = place_of (reader, array);
      return lofi_error_set (error, LOFI_ERROR_INPUT, place, _("save both as integers, or both as real numbers"),
                             _("the training labels are class numbers, and these are not"));
    }
  samples->targets = g_memdup2 (numbers->data, samples->count * sizeof (double));
  return check_finite (reader, array, numbers, error);
}

static gboolean
read_targets (const Reader *reader, LofiSamples *samples, const LofiNpzArray *array, const LofiNpzArray *inputs, GError **error)
{
  LofiMatrix numbers = { 0 };
  g_autofree char *place = place_of (reader, array), *shape = lofi_npy_shape_text (&array->header);
  if (array->header.count != array->header.shape[0])
    return lofi_error_set (error, LOFI_ERROR_INPUT, place, _("give one number a sample"), _("targets of the shape %s"), shape);
  if (array->header.count != samples->count)
    return lofi_error_set (error, LOFI_ERROR_INPUT, place, _("give as many targets as inputs"), _("%zu targets for the %zu inputs of %s"),
                           array->header.count, samples->count, inputs->name);
  if (!lofi_npz_read (reader->npz, array, &numbers, NULL, reader->reading->cancellable, error))
    return FALSE;
  gboolean good = take_targets (reader, samples, array, &numbers, error);
  lofi_matrix_clear (&numbers);
  return good;
}

/* ---- which arrays ---- */

static gboolean
read_split (const Reader *reader, LofiSamples *samples, const LofiNpzArray *inputs, const LofiNpzArray *targets, GError **error)
{
  const LofiNpzArray *const arrays[] = { inputs, targets };
  for (guint i = 0; i < G_N_ELEMENTS (arrays); i++)
    if (arrays[i]->reason)
      {
        g_propagate_error (error, g_error_copy (arrays[i]->reason));
        return FALSE;
      }
  return read_inputs (reader, samples, inputs, error) && read_targets (reader, samples, targets, inputs, error);
}

static gboolean
refuse_names (const LofiNpz *npz, GError **error)
{
  g_autofree char *list = lofi_npz_list (npz);
  for (guint i = 0; i < G_N_ELEMENTS (spellings); i++)
    if (lofi_npz_find (npz, spellings[i].inputs) && !lofi_npz_find (npz, spellings[i].targets))
      return lofi_error_set (error, LOFI_ERROR_INPUT, npz->path, _("save the targets under that name"),
                             _("there is an array %s, but no %s; it holds %s"), spellings[i].inputs, spellings[i].targets, list);
  if (npz->arrays->len == 0)
    return lofi_error_set (error, LOFI_ERROR_INPUT, npz->path, _("write it with numpy.savez"), _("there is no array in it"));
  return lofi_error_set (error, LOFI_ERROR_INPUT, npz->path, _("name them x_train, y_train, x_test and y_test"),
                         _("it is not clear which arrays are inputs and which are targets; it holds %s"), list);
}

static gboolean
read_arrays (const Reader *reader, const ArrayNames *names, GError **error)
{
  const LofiNpz *npz = reader->npz;
  LofiDataset *dataset = reader->reading->dataset;
  const LofiNpzArray *test_inputs = lofi_npz_find (npz, names->test_inputs), *test_targets = lofi_npz_find (npz, names->test_targets);
  if (!test_inputs != !test_targets)
    return lofi_error_set (error, LOFI_ERROR_INPUT, npz->path, _("give both or neither"), _("there is an array %s, but no %s"),
                           test_inputs ? names->test_inputs : names->test_targets, test_inputs ? names->test_targets : names->test_inputs);
  if (!read_split (reader, &dataset->train, lofi_npz_find (npz, names->inputs), lofi_npz_find (npz, names->targets), error)
      || (test_inputs && !read_split (reader, &dataset->test, test_inputs, test_targets, error)))
    return FALSE;
  lofi_dataset_measure (dataset);
  return TRUE;
}

gboolean
lofi_dataset_read_npz (const LofiReading *reading, GError **error)
{
  g_autoptr (LofiNpz) npz = lofi_npz_open (reading->files->train_inputs, reading->cancellable, error);
  if (!npz)
    return FALSE;
  Reader reader = { reading, npz };
  for (guint i = 0; i < G_N_ELEMENTS (spellings); i++)
    if (lofi_npz_find (npz, spellings[i].inputs) && lofi_npz_find (npz, spellings[i].targets))
      return read_arrays (&reader, &spellings[i], error);
  return refuse_names (npz, error);
}
