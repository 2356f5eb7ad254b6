/* Histograms whose bins are equally wide as drawn, on any scale. */
#pragma once

#include "lofi-axis.h"
#include "lofi-figure-private.h"

#define LOFI_BINS_MIN 30
#define LOFI_BINS_MAX 200

/* If zero is in the range it is an edge, so that no bin mixes the signs; the outermost bins may then reach beyond the range. */
typedef struct {
  LofiAxis axis;               /* view coordinates 0 .. 1 */
  guint n_bins;
  double start, step;          /* bin i covers start + i step .. start + (i + 1) step of the axis */
  double *counts;
  gsize below, above;          /* outside the range */
} LofiHistogram;

/* Bins by the rule of Freedman and Diaconis from the quartiles as they are drawn: outliers do not change their width. sorted:
 * ascending, finite. */
guint lofi_histogram_bins (const LofiAxis *axis, const double *sorted, gsize n);
/* About n_bins bins over the axis. Counts values; those that are not finite are left out. */
void lofi_histogram_init (LofiHistogram *histogram, const LofiAxis *axis, guint n_bins, const double *values, gsize n);
void lofi_histogram_clear (LofiHistogram *histogram);
/* The bin of a value, -1 outside the range. */
int lofi_histogram_bin (const LofiHistogram *histogram, double value);
double lofi_histogram_edge (const LofiHistogram *histogram, guint i);
double lofi_histogram_largest (const LofiHistogram *histogram);
/* The left edge of bin i in the view, inside the plot: whole pixels in the window. */
double lofi_histogram_x (const LofiHistogram *histogram, const LofiRect *plot, const LofiStyle *style, guint i);

/* Appends the closed outline of the bars between floors and floors + counts as one path (floors may be NULL). A bin that is not empty is
 * at least `least` high. */
void lofi_histogram_path (const LofiHistogram *histogram, const double *floors, const LofiRect *plot, const LofiAxis *count_axis,
                          const LofiStyle *style, double least, cairo_t *cr);
/* Appends the open step outline. */
void lofi_histogram_outline (const LofiHistogram *histogram, const LofiRect *plot, const LofiAxis *count_axis, const LofiStyle *style,
                             cairo_t *cr);

/* Helpers for samples. (transfer full): the finite values, ascending. */
double *lofi_sorted_finite (const double *values, gsize n, gsize *n_finite);
/* By linear interpolation; 0 when n is 0. */
double lofi_quantile (const double *sorted, gsize n, double share);
