/* What `lofi figure` was asked for, and what draws it. */
#pragma once

#include "lofi-cli.h"
#include "lofi-figures.h"

/* Of a sweep, as given: NULL, 0 or NAN where it was not. */
typedef struct {
  char *measure, *point, *x, *y, *method;
  int samples, index;
  double level;
} LofiSweepWords;

static inline void
lofi_sweep_words_clear (LofiSweepWords *words)
{
  g_free (words->measure);
  g_free (words->point);
  g_free (words->x);
  g_free (words->y);
  g_free (words->method);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LofiSweepWords, lofi_sweep_words_clear)

typedef struct {
  LofiCli *cli;
  const char *folder;               /* given in place of an experiment, or NULL */
  LofiExperiment *experiment;
  int layer;                        /* from 0 */
  gboolean layer_given;
  gboolean shuffled;                /* a spectrum under shuffled labels too */
  LofiAlignSpace space;             /* of an alignment */
  LofiSweepWords sweep;             /* x and y of features too: numbers */
} LofiFigureJob;

/* Of kept features (lofi-cmd-figure-features.c). NULL with an error. */
LofiFigure *lofi_draw_features (const LofiFigureJob *job, GError **error);
LofiFigure *lofi_draw_overlaps (const LofiFigureJob *job, GError **error);
/* Whether the layer asked for keeps directions; an error if not. */
gboolean lofi_figure_has_filter (const LofiFigureJob *job, GError **error);

/* Figures of sweeps (lofi-cmd-figure-sweep.c): of the cells in the folder, or of a sweep that is run. NULL with an error. */
LofiFigure *lofi_draw_emergence (const LofiFigureJob *job, GError **error);
LofiFigure *lofi_draw_widths (const LofiFigureJob *job, GError **error);
LofiFigure *lofi_draw_heat_map (const LofiFigureJob *job, GError **error);
LofiFigure *lofi_draw_thresholds (const LofiFigureJob *job, GError **error);

/* What the words ask for of the job's experiment (lofi-cmd-figure-view.c); each leaves alone what it is not about. Errors name the option. */
gboolean lofi_view_take_measure (const LofiFigureJob *job, LofiSweepView *view, GError **error);
gboolean lofi_view_take_point (const LofiFigureJob *job, LofiSweepView *view, GError **error);
gboolean lofi_view_take_samples (const LofiFigureJob *job, LofiSweepView *view, GError **error);
gboolean lofi_view_take_method (const LofiFigureJob *job, LofiSweepView *view, GError **error);
/* An axis of the grid, or -1 for "samples". option: "--x". */
gboolean lofi_view_find_axis (const LofiFigureJob *job, const char *option, const char *word, int *axis, GError **error);
