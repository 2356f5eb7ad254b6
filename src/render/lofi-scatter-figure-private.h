/* The figure of samples in the plane of two features: what it holds, between building and drawing. */
#pragma once

#include "lofi-decision-map-private.h"
#include "lofi-figures.h"

/* row: of the split. prediction: NAN where there is none. */
typedef struct { double x, y, prediction; guint row; gboolean positive; } LofiScatterPoint;

typedef struct {
  LofiFigure base;
  GArray *points;                /* LofiScatterPoint, in the order of the samples: no class hides the other */
  guint feature[2];              /* from 0 */
  double low[2], high[2];
  LofiDecisionMap map;
  char *axis_titles[2], *names[2], *legend[2];
} LofiScatterFigure;

extern const LofiFigureClass lofi_scatter_figure_class;
