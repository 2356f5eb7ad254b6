/* Laying a spectrum along an axis. */
#include "config.h"
#include "lofi-spectrum-private.h"

#include <math.h>

/* An eigenvalue below this share of the largest is zero up to rounding. */
#define ZERO_SHARE 1e-12
/* Beyond this many half-widths of the bulk a linear axis would leave the bulk a spike. */
#define FAR 8.0
/* The half-width of the bulk from the median of the magnitudes: the edge of a semicircle, and where most of them lie when the
 * spectrum falls like a power, as it does on images. Outliers, however many below a half, hardly move it. */
#define BULK_SHARE 0.5
#define BULK_FACTOR 2.5
#define AIR 0.06

/* A quantile of |value|: both ends of the ascending values are walked inwards. */
static double
magnitude_quantile (const double *sorted, gsize n, double share)
{
  gsize low = 0, high = n, beyond = (gsize) ((1 - share) * (double) n);
  for (gsize i = 0; i < beyond; i++)
    if (-sorted[low] > sorted[high - 1])
      low++;
    else
      high--;
  return n ? MAX (fabs (sorted[low]), fabs (sorted[high - 1])) : 0;
}

void
lofi_spectrum_sample_init (LofiSpectrumSample *sample, const double *spectrum, gsize n)
{
  *sample = (LofiSpectrumSample) { 0 };
  sample->values = lofi_sorted_finite (spectrum, n, &sample->n);
  double largest = sample->n ? MAX (fabs (sample->values[0]), fabs (sample->values[sample->n - 1])) : 0;
  gsize first = 0, last = sample->n;
  while (first < sample->n && sample->values[first] < -ZERO_SHARE * largest)
    first++;
  while (last > first && sample->values[last - 1] > ZERO_SHARE * largest)
    last--;
  gsize zeros = last - first;
  if (zeros >= 5 && zeros >= sample->n / 50)
    {
      for (gsize i = last; i < sample->n; i++)
        sample->values[i - zeros] = sample->values[i];
      sample->n -= zeros;
      sample->n_zero = zeros;
    }
  sample->bulk = BULK_FACTOR * magnitude_quantile (sample->values, sample->n, BULK_SHARE);
}

void
lofi_spectrum_sample_clear (LofiSpectrumSample *sample)
{
  g_clear_pointer (&sample->values, g_free);
  sample->n = 0;
}

void
lofi_spectrum_sample_range (const LofiSpectrumSample *sample, const double *kept, gsize n_kept, double *low, double *high)
{
  *low = *high = 0;
  if (sample->n)
    {
      *low = MIN (0, sample->values[0]);
      *high = MAX (0, sample->values[sample->n - 1]);
    }
  for (gsize i = 0; i < n_kept; i++)
    if (isfinite (kept[i]))
      {
        *low = MIN (*low, kept[i]);
        *high = MAX (*high, kept[i]);
      }
  /* Each side gets air of its own, or an outlier on one side would put the bulk off the other. */
  double least = AIR * MIN (*high - *low, 2 * sample->bulk);
  *low -= MAX (-*low * AIR, least);
  *high += MAX (*high * AIR, least);
  if (!(*low < *high))
    *low = -1, *high = 1;
}

void
lofi_spectrum_sample_include (const LofiSpectrumSample *sample, double value, double *low, double *high)
{
  if (!isfinite (value))
    return;
  double least = AIR * MIN (*high - *low, 2 * sample->bulk), with_air = value + (value < 0 ? -1 : 1) * MAX (fabs (value) * AIR, least);
  *low = MIN (*low, with_air);
  *high = MAX (*high, with_air);
}

/* Up to 1, 2 or 5 times a power of ten: steady while samples stream in, and a number to print. */
static double
round_up (double value)
{
  double power = pow (10, floor (log10 (value)));
  double lead = value / power;
  return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
}

LofiAxis
lofi_spectrum_sample_axis (const LofiSpectrumSample *sample, double low, double high)
{
  double largest = MAX (fabs (low), fabs (high));
  if (sample->bulk > 0 && largest > FAR * sample->bulk)
    return lofi_axis_asinh (low, high, round_up (sample->bulk), 0, 1);
  return lofi_axis (LOFI_SCALE_LINEAR, low, high, 0, 1);
}
