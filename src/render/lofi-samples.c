/* Training samples as they looked before normalisation. */
#include "config.h"
#include "lofi-samples-private.h"

#include <math.h>
#include <string.h>

/* Arrays that say they are images bring no pixels: undo the normalisation, and where that leaves [0, 1] stretch the sample to it. */
static void
brightness_from_inputs (const LofiTask *task, const double *inputs, double *values)
{
  gsize plane = task->height * task->width, d = task->channels * plane;
  double low = G_MAXDOUBLE, high = -G_MAXDOUBLE;
  for (gsize k = 0; k < d; k++)
    {
      gsize channel = MIN (plane ? k / plane : 0, 3);
      values[k] = inputs[k] * task->spread[channel] + task->offset[channel];
      low = MIN (low, values[k]);
      high = MAX (high, values[k]);
    }
  if (low >= -0.01 && high <= 1.01)
    return;
  for (gsize k = 0; k < d; k++)
    values[k] = high > low ? (values[k] - low) / (high - low) : 0.5;
}

void
lofi_sample_values (const LofiTask *task, gsize i, double *values)
{
  gsize d = task->train.inputs.cols;
  const double *inputs = task->train.inputs.data + i * task->train.inputs.stride;
  const LofiSamples *source = task->dataset ? &task->dataset->train : NULL;
  if (!task->is_image || task->channels * task->height * task->width != d)
    memcpy (values, inputs, d * sizeof *values);
  else if (source && source->pixels && task->train.indices && task->train.indices[i] >= 0 && (gsize) task->train.indices[i] < source->count)
    {
      const guint8 *pixels = source->pixels + (gsize) task->train.indices[i] * d;
      for (gsize k = 0; k < d; k++)
        values[k] = pixels[k] / 255.0;
    }
  else
    brightness_from_inputs (task, inputs, values);
}
