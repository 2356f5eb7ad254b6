/* Axes: a map from values to the view as a small value object, and its ticks. */
#pragma once

#include <glib.h>

/* ASINH is a symmetric logarithm: linear within `linear` of zero, logarithmic far from it, of both signs. ROOT is the square root of
 * values from zero up, for counts that range from one to many. */
typedef enum { LOFI_SCALE_LINEAR, LOFI_SCALE_LOG, LOFI_SCALE_ASINH, LOFI_SCALE_ROOT } LofiScale;

typedef struct {
  LofiScale scale;
  double low, high;         /* values, low < high; both > 0 when logarithmic, >= 0 for a root */
  double from, to;          /* view coordinates of low and high; from > to for an upward axis */
  double linear;            /* LOFI_SCALE_ASINH: half-width of the linear part, > 0 */
} LofiAxis;

/* Widens an empty, reversed or non-finite range to something drawable. For LOFI_SCALE_ASINH the linear part is a hundredth of the
 * largest magnitude; lofi_axis_asinh says it. */
LofiAxis lofi_axis (LofiScale scale, double low, double high, double from, double to);
LofiAxis lofi_axis_asinh (double low, double high, double linear, double from, double to);
/* NaN stays NaN; values outside [low, high] fall outside [from, to], what a logarithm cannot show at minus infinity's side. */
double lofi_axis_to_view (const LofiAxis *axis, double value);
double lofi_axis_from_view (const LofiAxis *axis, double position);

typedef struct { double value; gboolean major; char label[24]; } LofiTick;   /* label "" for a minor tick */
/* Round numbers (1, 2, 2.5, 5 times a power of ten; powers of ten and 2, 5 when not linear), at least `room` view units between labels. The
 * minus sign is U+2212. Ascending. (transfer full) LofiTick. */
GArray *lofi_axis_ticks (const LofiAxis *axis, double room);
/* A number for a label or a read-out: `digits` significant digits, U+2212, "1.2×10⁻⁵" outside [1e-3, 1e5), thousands grouped. */
void lofi_format_number (double value, int digits, char *out, gsize size);
/* The same with its trailing zeros, "−0.0120": measured values beside each other. */
void lofi_format_measure (double value, int digits, char *out, gsize size);
/* "12,345": any count. */
void lofi_format_count (guint64 count, char *out, gsize size);
