/* Curves with error bands, drawn into axes that somebody else made. */
#pragma once

#include "lofi-frame-private.h"

typedef struct {
  char *name;
  int series;                   /* colour, dash and marker */
  guint n;
  double *x, *y, *error;        /* ascending x; an error that is not finite is not drawn */
  guint *seeds;
} LofiCurve;

void lofi_curve_clear (LofiCurve *curve);
/* One more point, right of all others. */
void lofi_curve_append (LofiCurve *curve, double x, double y, double error, guint seeds);
/* Bands first, then lines, bars and markers, so that no band covers another curve's marks. */
void lofi_curves_draw (const LofiCurve *curves, guint n, cairo_t *cr, const LofiStyle *style, const LofiAxis *x, const LofiAxis *y);
/* The same of many curves that belong together: thin, solid, without bars. */
void lofi_curves_draw_thin (const LofiCurve *curves, guint n, cairo_t *cr, const LofiStyle *style, const LofiAxis *x, const LofiAxis *y);
/* A label right of each curve's last point, moved apart where they would touch. labels: one a curve. */
void lofi_curves_label_ends (const LofiCurve *curves, guint n, char **labels, cairo_t *cr, LofiText *text, const LofiRect *plot,
                             const LofiAxis *x, const LofiAxis *y);
/* The room these labels take right of the plot. */
double lofi_curves_ends_width (char **labels, guint n, LofiText *text);
/* The point nearest to (px, py) within reach; FALSE if none. */
gboolean lofi_curves_nearest (const LofiCurve *curves, guint n, const LofiAxis *x, const LofiAxis *y, double px, double py, double reach,
                              guint *curve, guint *point);
