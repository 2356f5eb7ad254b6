/* Axes: the map between values and the view. */
#include "config.h"
#include "lofi-axis.h"

#include <math.h>

/* Ranges are kept where differences and ratios of their ends stay finite. */
#define LARGEST 1e300
#define SMALLEST 1e-300

static double
warp (const LofiAxis *axis, double value)
{
  switch (axis->scale)
    {
    case LOFI_SCALE_LOG:
      return log10 (isnan (value) ? value : MAX (value, SMALLEST));
    case LOFI_SCALE_ASINH:
      return asinh (value / axis->linear);
    case LOFI_SCALE_ROOT:
      return isnan (value) ? value : sqrt (MAX (value, 0));
    default:
      return value;
    }
}

static double
unwarp (const LofiAxis *axis, double u)
{
  switch (axis->scale)
    {
    case LOFI_SCALE_LOG:
      return pow (10, u);
    case LOFI_SCALE_ASINH:
      return axis->linear * sinh (u);
    case LOFI_SCALE_ROOT:
      return u > 0 ? u * u : 0;
    default:
      return u;
    }
}

static void
make_drawable (LofiAxis *axis)
{
  if (!isfinite (axis->low) || !isfinite (axis->high))
    axis->low = 0, axis->high = 1;
  if (axis->low > axis->high)
    {
      double swap = axis->low;
      axis->low = axis->high;
      axis->high = swap;
    }
  axis->low = CLAMP (axis->low, -LARGEST, LARGEST);
  axis->high = CLAMP (axis->high, -LARGEST, LARGEST);
  if (axis->scale == LOFI_SCALE_LOG)
    {
      if (!(axis->high > SMALLEST))
        axis->low = 1, axis->high = 10;
      else if (!(axis->low > SMALLEST))
        axis->low = MAX (axis->high * 1e-3, SMALLEST);
      if (!(axis->high > axis->low * (1 + 1e-9)))
        axis->low /= 2, axis->high *= 2;
      return;
    }
  if (axis->scale == LOFI_SCALE_ROOT)
    axis->low = MAX (axis->low, 0);
  double size = MAX (fabs (axis->low), fabs (axis->high));
  if (!(axis->high - axis->low > MAX (size * 1e-12, SMALLEST)))
    {
      double half = size > SMALLEST ? size / 2 : 0.5;
      axis->low = axis->scale == LOFI_SCALE_ROOT ? MAX (axis->low - half, 0) : axis->low - half;
      axis->high = MAX (axis->high, axis->low) + half;
    }
}

LofiAxis
lofi_axis_asinh (double low, double high, double linear, double from, double to)
{
  LofiAxis axis = { LOFI_SCALE_ASINH, low, high, from, to, linear };
  make_drawable (&axis);
  double size = MAX (fabs (axis.low), fabs (axis.high));
  if (!isfinite (axis.linear) || !(axis.linear > size * 1e-12))
    axis.linear = size / 100;
  return axis;
}

LofiAxis
lofi_axis (LofiScale scale, double low, double high, double from, double to)
{
  if (scale == LOFI_SCALE_ASINH)
    return lofi_axis_asinh (low, high, 0, from, to);
  LofiAxis axis = { scale, low, high, from, to, 0 };
  make_drawable (&axis);
  return axis;
}

double
lofi_axis_to_view (const LofiAxis *axis, double value)
{
  double low = warp (axis, axis->low), high = warp (axis, axis->high);
  double position = axis->from + (axis->to - axis->from) * ((warp (axis, value) - low) / (high - low));
  /* Far outside is outside: cairo's fixed-point coordinates must not wrap. */
  return isnan (position) ? position : CLAMP (position, -1e6, 1e6);
}

double
lofi_axis_from_view (const LofiAxis *axis, double position)
{
  double low = warp (axis, axis->low), high = warp (axis, axis->high);
  double span = axis->to - axis->from;
  double share = span != 0 ? (position - axis->from) / span : 0;
  return unwarp (axis, low + (high - low) * share);
}
