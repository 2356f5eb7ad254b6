/* Axes: a map from values to the view as a small value object, and its ticks. */
#pragma once

#include <glib.h>

typedef enum { LOFI_SCALE_LINEAR, LOFI_SCALE_LOG } LofiScale;

typedef struct {
  LofiScale scale;
  double low, high;         /* values, low < high; both > 0 when logarithmic */
  double from, to;          /* view coordinates of low and high; from > to for an upward axis */
} LofiAxis;

/* Widens an empty, reversed or non-finite range to something drawable. */
LofiAxis lofi_axis (LofiScale scale, double low, double high, double from, double to);
double lofi_axis_to_view (const LofiAxis *axis, double value);
double lofi_axis_from_view (const LofiAxis *axis, double position);

typedef struct { double value; gboolean major; char label[24]; } LofiTick;   /* label "" for a minor tick */
/* Round numbers (1, 2, 2.5, 5 times a power of ten; powers of ten and 2, 5 when logarithmic), at least `room` view units between labels. The minus
 * sign is U+2212. (transfer full) LofiTick. */
GArray *lofi_axis_ticks (const LofiAxis *axis, double room);
/* A number for a label or a read-out: `digits` significant digits, U+2212, "1.2×10⁻⁵" outside [1e-3, 1e5). */
void lofi_format_number (double value, int digits, char *out, gsize size);
