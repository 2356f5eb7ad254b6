/* Histograms: counting and outlines. */
#include "config.h"
#include "lofi-histogram-private.h"
#include "lofi-matrix.h"

#include <math.h>

double *
lofi_sorted_finite (const double *values, gsize n, gsize *n_finite)
{
  double *sorted = g_new (double, n + 1);
  gsize m = 0;
  gboolean is_sorted = TRUE;
  for (gsize i = 0; i < n; i++)
    if (isfinite (values[i]))
      {
        if (m > 0 && values[i] < sorted[m - 1])
          is_sorted = FALSE;
        sorted[m++] = values[i];
      }
  if (!is_sorted)
    lofi_sort_doubles (sorted, m);
  *n_finite = m;
  return sorted;
}

double
lofi_quantile (const double *sorted, gsize n, double share)
{
  if (n == 0)
    return 0;
  double place = CLAMP (share, 0, 1) * (double) (n - 1);
  gsize i = (gsize) place;
  if (i + 1 >= n)
    return sorted[n - 1];
  return sorted[i] + (place - (double) i) * (sorted[i + 1] - sorted[i]);
}

guint
lofi_histogram_bins (const LofiAxis *axis, const double *sorted, gsize n)
{
  LofiAxis unit = *axis;
  unit.from = 0;
  unit.to = 1;
  if (n < 2)
    return LOFI_BINS_MIN;
  double low = lofi_axis_to_view (&unit, lofi_quantile (sorted, n, 0.25)), high = lofi_axis_to_view (&unit, lofi_quantile (sorted, n, 0.75));
  double width = 2 * (high - low) / cbrt ((double) n);
  double bins = width > 0 ? 1 / width : LOFI_BINS_MAX;
  return (guint) CLAMP (ceil (bins), LOFI_BINS_MIN, LOFI_BINS_MAX);
}

int
lofi_histogram_bin (const LofiHistogram *histogram, double value)
{
  double place = (lofi_axis_to_view (&histogram->axis, value) - histogram->start) / histogram->step;
  if (!(place >= 0) || place > histogram->n_bins + 1e-9)
    return -1;
  /* The upper end belongs to the last bin. */
  return (int) MIN ((guint) place, histogram->n_bins - 1);
}

void
lofi_histogram_init (LofiHistogram *histogram, const LofiAxis *axis, guint n_bins, const double *values, gsize n)
{
  n_bins = MAX (n_bins, 1);
  *histogram = (LofiHistogram) { .axis = *axis, .n_bins = n_bins, .start = 0, .step = 1.0 / n_bins };
  histogram->axis.from = 0;
  histogram->axis.to = 1;
  if (axis->low < 0 && axis->high > 0)
    {
      double zero = lofi_axis_to_view (&histogram->axis, 0);
      double before = ceil (zero * n_bins - 1e-9), after = ceil ((1 - zero) * n_bins - 1e-9);
      histogram->start = zero - before / n_bins;
      histogram->n_bins = (guint) (before + after);
    }
  histogram->counts = g_new0 (double, histogram->n_bins);
  for (gsize i = 0; i < n; i++)
    {
      int bin = lofi_histogram_bin (histogram, values[i]);
      if (bin >= 0)
        histogram->counts[bin]++;
      else if (isfinite (values[i]))
        (*(values[i] < axis->low ? &histogram->below : &histogram->above))++;
    }
}

void
lofi_histogram_clear (LofiHistogram *histogram)
{
  g_clear_pointer (&histogram->counts, g_free);
  histogram->n_bins = 0;
}

double
lofi_histogram_edge (const LofiHistogram *histogram, guint i)
{
  return lofi_axis_from_view (&histogram->axis, histogram->start + i * histogram->step);
}

double
lofi_histogram_largest (const LofiHistogram *histogram)
{
  double largest = 0;
  for (guint i = 0; i < histogram->n_bins; i++)
    largest = MAX (largest, histogram->counts[i]);
  return largest;
}

double
lofi_histogram_x (const LofiHistogram *histogram, const LofiRect *plot, const LofiStyle *style, guint i)
{
  double x = plot->x + plot->width * CLAMP (histogram->start + i * histogram->step, 0, 1);
  return style->page ? x : round (x);
}

void
lofi_histogram_path (const LofiHistogram *histogram, const double *floors, const LofiRect *plot, const LofiAxis *count_axis,
                     const LofiStyle *style, double least, cairo_t *cr)
{
  double zero = lofi_axis_to_view (count_axis, 0);
  guint n = histogram->n_bins;
  for (guint i = 0; i < n;)
    {
      if (!(histogram->counts[i] > 0))
        {
          i++;
          continue;
        }
      /* A run of bins that are not empty is one polygon: along its tops, back along its floors. */
      guint first = i;
      while (i < n && histogram->counts[i] > 0)
        i++;
      for (guint k = first; k < i; k++)
        {
          double below = floors ? floors[k] : 0;
          double base = below > 0 ? lofi_axis_to_view (count_axis, below) : zero;
          double top = MIN (lofi_axis_to_view (count_axis, below + histogram->counts[k]), base - least);
          double left = lofi_histogram_x (histogram, plot, style, k), right = lofi_histogram_x (histogram, plot, style, k + 1);
          if (k == first)
            cairo_move_to (cr, left, top);
          else
            cairo_line_to (cr, left, top);
          cairo_line_to (cr, right, top);
        }
      for (guint k = i; k-- > first;)
        {
          double base = floors && floors[k] > 0 ? lofi_axis_to_view (count_axis, floors[k]) : zero;
          cairo_line_to (cr, lofi_histogram_x (histogram, plot, style, k + 1), base);
          cairo_line_to (cr, lofi_histogram_x (histogram, plot, style, k), base);
        }
      cairo_close_path (cr);
    }
}

void
lofi_histogram_outline (const LofiHistogram *histogram, const LofiRect *plot, const LofiAxis *count_axis, const LofiStyle *style,
                        cairo_t *cr)
{
  double zero = lofi_axis_to_view (count_axis, 0), last = zero;
  cairo_move_to (cr, lofi_histogram_x (histogram, plot, style, 0), zero);
  for (guint i = 0; i < histogram->n_bins; i++)
    {
      double y = lofi_axis_to_view (count_axis, histogram->counts[i]);
      double x = lofi_histogram_x (histogram, plot, style, i);
      if (y != last)
        {
          cairo_line_to (cr, x, last);
          cairo_line_to (cr, x, y);
        }
      last = y;
    }
  double end = lofi_histogram_x (histogram, plot, style, histogram->n_bins);
  cairo_line_to (cr, end, last);
  cairo_line_to (cr, end, zero);
}
