/* The figure of a spectrum: what it holds, between building and drawing. */
#pragma once

#include "lofi-frame-private.h"
#include "lofi-spectrum-private.h"

/* An eigenvalue that theory predicts outside the bulk. */
typedef struct {
  double value, overlap;                           /* squared, with the planted direction */
  char *names;                                     /* of the groups: those of equal strength share a place */
} LofiSpectrumPrediction;

typedef struct {
  LofiFigure base;
  LofiAxis axis;                                   /* eigenvalues, view 0 .. 1 */
  LofiHistogram all, bulk, negative, positive;     /* all = bulk + negative + positive */
  double *floor_negative, *floor_positive;         /* what the coloured bars stand on */
  double top;                                      /* of the count axis */
  gsize n_zero, n_kept, n_negative;                /* of the kept, below zero */
  double *kept;                                    /* by magnitude: the order of the directions */
  double *overlaps;                                /* of each with the mean activation, squared; NULL while samples stream in */
  gsize n_spectrum;
  char *x_title, *zero_label;
  const char *x_short;                             /* NULL: x_title is short */
  /* The null line, lower and upper end; NAN for an end there is none of. */
  double nulls[2];
  char *null_labels[2], *null_key;                 /* null_key NULL: no null line is known */
  guint permutations;
  /* Eigenvalues of a bin under shuffled labels, and those the law of the bulk expects in it. */
  gboolean has_shuffled;
  LofiHistogram shuffled;
  gsize n_law;
  double *law_x, *law_counts;
  guint n_predictions;
  LofiSpectrumPrediction *predictions;
} LofiSpectrumFigure;

extern const LofiFigureClass lofi_spectrum_figure_class;

/* Where everything is at one size. */
typedef struct {
  LofiFrame frame;
  LofiFrameText says;
  LofiKey keys[LOFI_KEYS_MAX];
  LofiRect bars, band;           /* the histogram, and below it the marks of kept eigenvalues */
  double labels_y;               /* the top of the null line's labels, above the bars; NAN without room for them */
  LofiAxis x, y;
  double dot;                    /* radius */
} LofiSpectrumLayout;

/* ---- what a spectrum is compared with (lofi-spectrum-null.c) ---- */

/* Appends entries to the legend; returns how many there are then. */
guint lofi_spectrum_null_keys (const LofiSpectrumFigure *self, const LofiStyle *style, LofiKey *keys, guint n);
/* Below the bars: what lies beyond the null line is shaded. */
void lofi_spectrum_null_draw_shade (const LofiSpectrumFigure *self, cairo_t *cr, const LofiSpectrumLayout *l, const LofiStyle *style);
/* Over the bars. */
void lofi_spectrum_null_draw (const LofiSpectrumFigure *self, cairo_t *cr, LofiText *text, const LofiSpectrumLayout *l);
/* Marks of predictions, below the axis. */
void lofi_spectrum_null_draw_predictions (const LofiSpectrumFigure *self, cairo_t *cr, const LofiSpectrumLayout *l, const LofiStyle *style);
/* A prediction's mark, or an end of the null line. */
gboolean lofi_spectrum_null_pick (const LofiSpectrumFigure *self, const LofiSpectrumLayout *l, const LofiStyle *style, double width,
                                  double height, double x, double y, LofiPick *pick);
/* Whether an end of the null line stands between two places of the view. */
gboolean lofi_spectrum_null_crosses (const LofiSpectrumFigure *self, const LofiSpectrumLayout *l, double from, double to);
/* 1 beyond the null line, 0 within, -1 when there is none. */
int lofi_spectrum_null_place (const LofiSpectrumFigure *self, double value);
/* The least count axis that shows all of it. */
double lofi_spectrum_null_top (const LofiSpectrumFigure *self);
void lofi_spectrum_null_clear (LofiSpectrumFigure *self);
