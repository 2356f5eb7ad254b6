/* Thresholds against the dimension: what the figure holds, between building and drawing. */
#pragma once

#include "lofi-curves-private.h"

/* A threshold that was reached: its transitions as a curve, whose errors are those of the logarithm. */
typedef struct {
  LofiCurve points;
  gboolean deeper;                     /* of a layer after the first filtered one: its marks are hollow */
  double exponent, coefficient, predicted;
  char *label;
} LofiThresholdLine;

typedef struct {
  LofiFigure base;
  LofiThresholdLine *lines;
  LofiCurve *curves;                   /* of the lines, shared with them */
  LofiCurve *ends;                     /* where the labels stand: each of one point, right */
  double *end_places;
  char **labels;
  guint n;
  GArray *dimensions;                  /* double: of the sweep, ascending */
  double x_low, x_high, y_low, y_high;
} LofiThresholdsFigure;

extern const LofiFigureClass lofi_thresholds_figure_class;
