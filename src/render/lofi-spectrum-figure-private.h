/* The figure of a spectrum: what it holds, between building and drawing. */
#pragma once

#include "lofi-spectrum-private.h"

typedef struct {
  LofiFigure base;
  LofiAxis axis;                                   /* eigenvalues, view 0 .. 1 */
  LofiHistogram all, bulk, negative, positive;     /* all = bulk + negative + positive */
  double *floor_negative, *floor_positive;         /* what the coloured bars stand on */
  double top;                                      /* of the count axis */
  gsize n_zero, n_kept;
  double *kept;                                    /* by magnitude: the order of the directions */
  double *overlaps;                                /* of each with the mean activation, squared; NULL while samples stream in */
  gsize n_spectrum;
  char *x_title, *zero_label;
  const char *x_short;                             /* NULL: x_title is short */
} LofiSpectrumFigure;

extern const LofiFigureClass lofi_spectrum_figure_class;
