/* The figures of the program, built from results. All texts are translated. */
#pragma once

#include "lofi-alignment.h"
#include "lofi-emergence.h"
#include "lofi-figure.h"
#include "lofi-null.h"
#include "lofi-thresholds.h"

/* A direction whose squared overlap with the mean activation is above this is flagged wherever it is shown. */
#define LOFI_MEAN_OVERLAP_FLAG 0.3

/* Histogram of all eigenvalues of a layer's operator; with mark_kept the kept ones stand out, by sign, each drawn as its own mark so
 * that a single outlier is seen beside thousands in the bulk. For a live snapshot (result->live_layer == layer) the streaming
 * spectrum, with "n of N samples". NULL if the layer has no spectrum yet. low and high: a fixed range of the eigenvalue axis, so that a
 * drag does not make it jump, or both 0 to fit.
 * The null line of the layer stands at both ends, once it is known (dashed while it is the law's alone), with the number of outliers in the subtitle; of
 * a teacher's inputs without a lift the law's density over the bulk, and a mark for each predicted outlier. shuffled: eigenvalues under shuffled labels
 * (lofi_result_shuffled_spectrum), drawn as an outline over the bars, or NULL. */
LofiFigure *lofi_figure_spectrum (const LofiResult *result, guint layer_index, gboolean mark_kept, double low, double high, LofiArray *shuffled);

/* The extent lofi_figure_spectrum would fit; FALSE if there is no spectrum. */
gboolean lofi_figure_spectrum_range (const LofiResult *result, guint layer_index, double *low, double *high);

/* Lifted activations of a layer, one outline per class. NULL without a finished layer. */
LofiFigure *lofi_figure_activations (const LofiResult *result, guint layer_index);

/* Readout predictions on the test samples (training ones if there is no test), one outline per class, the threshold at zero, the test error in
 * words beside lazy and linear. NULL without a readout. */
LofiFigure *lofi_figure_predictions (const LofiResult *result);

/* One tile a kept direction: number, eigenvalue, overlap with the mean activation flagged above 0.3. pictures: K x d as from
 * lofi_result_pictures, each scaled by its own largest magnitude, no smoothing. selected: index of an outlined tile, or -1. */
LofiFigure *lofi_figure_filters (const LofiResult *result, guint layer_index, LofiPicture picture, LofiArray *pictures, int selected);

/* What the numbers of a picture are. One channel goes through the diverging map, three are red, green and blue around grey, any others stand
 * beside each other. */
typedef struct {
  LofiMapShape shape;        /* of a row of pictures */
  guint per_channel;         /* 0, or pictures of one channel each, so many of the input's first channel, then of its second: of three
                              * channels each has its own colours */
} LofiPictureShape;

/* What lofi_figure_filters takes: windows of the layer's input for a convolution, windows of one channel for patch filters, else an input of
 * the task; numbers of any other length are one row. */
LofiPictureShape lofi_picture_shape (const LofiResult *result, guint layer_index, gsize length);
LofiFigure *lofi_figure_filters_of_shape (const LofiResult *result, guint layer_index, LofiPicture picture, LofiArray *pictures,
                                          const LofiPictureShape *shape, int selected);

/* Training samples as images, framed by class colour; the first `count` of each class, taking turns. Grey for one channel, RGB for three. For data that
 * are not images: a heat strip each. */
LofiFigure *lofi_figure_samples (LofiTask *task, guint count);

/* What of a sweep is drawn. */
typedef struct {
  LofiMeasure measure;       /* of an eigenvalue: the leading `index` + 1 of them, with the null line */
  guint point;               /* of the grid (lofi_grid_point) that curves are of */
  gsize samples;             /* curves: a thin line at the experiment's own n (0: none); heat maps: the sample count */
  LofiMethod method;         /* heat maps */
  int x_axis, y_axis;        /* heat maps: axes of the grid, -1: the samples; the others stand as at `point` */
} LofiSweepView;

/* A measure against n (log): of each method that has it, mean and standard error over seeds as band and bars. Overlaps of a teacher: a curve a
 * planted group beside the whole. total: cells expected, for "17 of 60". NULL cells: empty axes. */
LofiFigure *lofi_figure_emergence (LofiCells *cells, const LofiExperiment *experiment, const LofiSweepView *view, guint total);
/* A measure against an axis of the grid, view->x_axis, at view->samples (0: the most the sweep has), of each method that has it: on a logarithm where all
 * values are numbers above zero, else beside each other. NULL when the axis is not there. */
LofiFigure *lofi_figure_widths (LofiCells *cells, const LofiExperiment *experiment, const LofiSweepView *view);
/* The mean of a measure over seeds as a map of two of the sweep's directions, a tile a value, each with its number where there is room; the
 * sequential map from the least to the most. Tiles not yet computed are empty. NULL when an axis is not there. */
LofiFigure *lofi_figure_heat_map (LofiCells *cells, const LofiExperiment *experiment, const LofiSweepView *view);
/* Samples at the transition against the dimension, both log: a line a threshold with its fitted exponent and error beside the predicted one, whose
 * slope is drawn thin through its first point. thresholds: LofiThreshold *, as from lofi_thresholds. */
LofiFigure *lofi_figure_thresholds (GPtrArray *thresholds, const LofiExperiment *experiment);

/* Squared overlap of each kept direction of a layer with each planted group: stacked bars, a direction each, a colour a group, legend by the
 * groups' names. bars: lofi_planted_bars. selected: an outlined bar, or -1. NULL without bars. */
LofiFigure *lofi_figure_overlaps (const LofiResult *result, guint layer_index, LofiArray *bars, int selected);
/* The test samples (training ones without a test) in the plane of two kept features of a layer, coloured by label, at most 2000 of each class; behind
 * them the sign and size of the readout's prediction with all other features at their mean, where the layers after it can be applied. Pure: builds the
 * map itself, in less than 100 ms; may be called in any thread. NULL without such features. */
LofiFigure *lofi_figure_scatter (const LofiResult *result, guint layer_index, guint feature_x, guint feature_y);

/* Gradient descent against the filter by step (log): above, overlaps with its three baselines, mean and standard error over seeds; below, training and
 * test error of descent, and the level of the fit's test error. NULL alignment: empty axes. */
LofiFigure *lofi_figure_alignment (const LofiAlignment *alignment, LofiAlignSpace space);

/* The small spectrum on a layer's card: histogram only, kept marked, the null line (NULL: none) as thin ticks, no text. */
void lofi_spark_spectrum_draw (cairo_t *cr, double width, double height, const LofiStyle *style,
                               const double *spectrum, gsize n_spectrum, const double *eigenvalues, gsize n_kept,
                               const LofiNull *null);
/* The strip of samples on the data card: as many tiles as fit, classes alternating. Colours as lofi_figure_samples. */
void lofi_spark_samples_draw (cairo_t *cr, double width, double height, const LofiStyle *style, LofiTask *task);
