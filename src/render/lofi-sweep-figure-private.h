/* Curves of a sweep, against n or against an axis of its grid: what they hold, between building and drawing. */
#pragma once

#include "lofi-curves-private.h"
#include "lofi-measure.h"

typedef struct {
  LofiFigure base;
  LofiQuantity quantity;
  LofiCurve *curves;                   /* values scaled as lofi_measure_scale says */
  char **labels;                       /* at their ends: name and last value */
  guint n;
  gboolean all_reach_end;              /* until they do, labels at the ends would lie on other curves */
  /* Eigenvalues: many thin curves of one series, and the null line around zero. */
  gboolean is_thin;
  LofiCurve null_low, null_high;
  char *thin_key;
  /* x: numbers on a logarithm, marked at n_marks of them, or at round ones; or places 0, 1, ... named by the values. */
  char **places;
  double *marks;
  guint n_marks;
  double x_low, x_high, y_low, y_high;
  double y_linear;                     /* > 0: the y axis is linear up to here and logarithmic beyond */
  char *title_short, *x_title, *x_short, *y_title;
  char *x_name;                        /* "n", "keep K of layer 1" */
  gsize samples;                       /* a line there; 0: none */
  char *samples_label;
} LofiSweepFigure;

/* Fills in the eigenvalues of a layer, the leading `most` of them, and its null line (lofi-sweep-eigenvalues.c). Of each sign by themselves, by
 * magnitude: the order in which two of either sign come changes from seed to seed. */
void lofi_sweep_figure_add_eigenvalues (LofiSweepFigure *self, LofiCells *cells, const char *point, guint layer, guint most);

extern const LofiFigureClass lofi_sweep_figure_class;
