/* The numbers a fit sees. */
#include "config.h"
#include "lofi-task-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>
#include "lofi-error.h"

#define ROWS_BETWEEN_LOOKS 1024

static gboolean
check_finite (const LofiSplit *split, const LofiSamples *samples, const char *inputs, const char *targets, GError **error)
{
  for (gsize i = 0; i < split->count; i++)
    {
      gsize row = (gsize) split->indices[i];
      const double *values = samples->values.data ? samples->values.data + row * samples->values.stride : NULL;
      if (!isfinite (samples->targets[row]))
        return lofi_error_set (error, LOFI_ERROR_INPUT, targets, _("replace it by a finite number"), _("row %zu (from 0) is %g"), row,
                               samples->targets[row]);
      for (gsize j = 0; values && j < samples->values.cols; j++)
        if (!isfinite (values[j]))
          return lofi_error_set (error, LOFI_ERROR_INPUT, inputs, _("replace it by a finite number"),
                                 _("row %zu, column %zu (from 0) is %g"), row, j, values[j]);
    }
  return TRUE;
}

static void
fill_pixel_row (const LofiTask *task, const guint8 *pixels, double *row)
{
  gsize area = task->height * task->width;
  for (gsize c = 0; c < task->channels; c++)
    for (gsize j = 0; j < area; j++)
      row[c * area + j] = (pixels[c * area + j] / 255.0 - task->offset[c]) / task->spread[c];
}

gboolean
lofi_split_is_shared (const LofiTask *task, const LofiSplit *split)
{
  if (!task->dataset)
    return FALSE;
  const LofiSamples *samples = split == &task->train ? &task->dataset->train : &task->dataset->test;
  return split->inputs.data && split->inputs.data == samples->values.data;
}

/* Whether they are the first of the data set's own rows: then there is nothing to copy. */
static gboolean
in_order (const LofiSplit *split, const LofiSamples *samples)
{
  gboolean ordered = samples->values.data != NULL;
  for (gsize i = 0; i < split->count && ordered; i++)
    ordered = split->indices[i] == (gint64) i;
  return ordered;
}

static gboolean
fill (LofiTask *task, LofiSplit *split, const LofiSamples *samples, gboolean as_they_are, const char *place, GCancellable *cancellable,
      GError **error)
{
  gsize inputs = task->channels * task->height * task->width;
  if (split->count == 0)
    return TRUE;
  if (as_they_are && in_order (split, samples))
    {
      split->inputs = lofi_matrix_row_block (&samples->values, 0, split->count);
      return TRUE;
    }
  if (!lofi_error_from_status (error, lofi_matrix_alloc (&split->inputs, split->count, inputs), place))
    return FALSE;
  for (gsize i = 0; i < split->count; i++)
    {
      gsize at = (gsize) split->indices[i];
      double *row = split->inputs.data + i * split->inputs.stride;
      if (i % ROWS_BETWEEN_LOOKS == 0 && g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (samples->pixels)
        fill_pixel_row (task, samples->pixels + at * inputs, row);
      else
        memcpy (row, samples->values.data + at * samples->values.stride, inputs * sizeof (double));
    }
  return TRUE;
}

static void
shift_and_scale (LofiMatrix *m, const double *mean, const double *deviation)
{
  for (gsize i = 0; i < m->rows; i++)
    for (gsize j = 0; j < m->cols; j++)
      m->data[i * m->stride + j] = (m->data[i * m->stride + j] - mean[j]) / deviation[j];
}

/* Every feature to mean 0 and deviation 1 over the training samples drawn; one that does not vary is only centred. */
static gboolean
standardize (LofiTask *task, GError **error)
{
  const LofiMatrix *train = &task->train.inputs;
  g_autofree double *mean = g_new0 (double, train->cols), *deviation = g_new0 (double, train->cols);
  for (gsize i = 0; i < train->rows; i++)
    for (gsize j = 0; j < train->cols; j++)
      mean[j] += train->data[i * train->stride + j] / (double) train->rows;
  for (gsize i = 0; i < train->rows; i++)
    for (gsize j = 0; j < train->cols; j++)
      {
        double d = train->data[i * train->stride + j] - mean[j];
        deviation[j] += d * d / (double) train->rows;
      }
  for (gsize j = 0; j < train->cols; j++)
    {
      deviation[j] = sqrt (deviation[j]);
      if (!isfinite (mean[j]) || !isfinite (deviation[j]))
        return lofi_error_set (error, LOFI_ERROR_INPUT, "data.normalize", _("scale the inputs to a smaller range"),
                               _("the numbers of column %zu (from 0) are too large to be standardised"), j);
      /* Rounding of the mean alone is no variation. */
      if (!(deviation[j] > 1e-12 * fabs (mean[j])))
        deviation[j] = 1;
    }
  shift_and_scale (&task->train.inputs, mean, deviation);
  shift_and_scale (&task->test.inputs, mean, deviation);
  if (!lofi_matrix_is_finite (&task->train.inputs) || !lofi_matrix_is_finite (&task->test.inputs))
    return lofi_error_set (error, LOFI_ERROR_INPUT, "data.normalize", _("scale the inputs to a smaller range"),
                           _("the inputs are too large to be standardised"));
  return TRUE;
}

static void
take_constants (LofiTask *task, LofiNormalize normalize)
{
  const LofiDataset *dataset = task->dataset;
  for (guint c = 0; c < G_N_ELEMENTS (task->offset); c++)
    {
      gboolean known = dataset->train.pixels && normalize == LOFI_NORMALIZE_DATASET && c < dataset->channels;
      task->offset[c] = known ? dataset->mean[c] : 0;
      task->spread[c] = known && dataset->deviation[c] > 0 ? dataset->deviation[c] : 1;
    }
}

gboolean
lofi_task_fill (LofiTask *task, const LofiDataSpec *data, GCancellable *cancellable, GError **error)
{
  const LofiDataset *dataset = task->dataset;
  take_constants (task, data->normalize);
  if (dataset->train.targets)
    {
      const char *test_inputs = data->test_inputs ? data->test_inputs : "test inputs";
      const char *test_targets = data->test_targets ? data->test_targets : "test targets";
      if (!check_finite (&task->train, &dataset->train, data->train_inputs ? data->train_inputs : data->source,
                         data->train_targets ? data->train_targets : "train targets", error)
          || !check_finite (&task->test, &dataset->test, test_inputs, test_targets, error))
        return FALSE;
    }
  gboolean standardized = data->normalize == LOFI_NORMALIZE_STANDARDIZE;
  if (!fill (task, &task->train, &dataset->train, !standardized, "data.train", cancellable, error)
      || !fill (task, &task->test, &dataset->test, !standardized, "data.test", cancellable, error))
    return FALSE;
  return !standardized || standardize (task, error);
}
