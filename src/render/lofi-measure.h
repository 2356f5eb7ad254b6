/* What is read off the cells of a sweep, in words: titles, axes, units, ranges. Shared by the figures of sweeps and the controls over them. */
#pragma once

#include "lofi-emergence.h"

/* Errors are drawn and told in per cent: what a value is multiplied by. */
double lofi_measure_scale (LofiQuantity quantity);
/* A value already scaled, with its unit: "14.2 %", "0.83", "3.4", "−0.0119". is_error: of a standard error, with fewer digits where the
 * digits are significant ones. */
void lofi_measure_format (LofiQuantity quantity, double value, gboolean is_error, char *out, gsize size);
/* The number alone: "14.2". */
void lofi_measure_number (LofiQuantity quantity, double value, gboolean is_error, char *out, gsize size);
/* "14.2 % ± 0.3 %", or the mean alone where the error is not a number. Both scaled. */
void lofi_measure_format_mean (LofiQuantity quantity, double mean, double sem, char *out, gsize size);

/* "Test error", "Overlap with the planted directions, layer 1". only: of the measure's index alone, "Eigenvalue 2, layer 1", not of all up to it.
 * (transfer full) */
char *lofi_measure_title (LofiMeasure measure, gboolean only, const LofiExperiment *experiment, gsize reference);
/* A planted group's name, from 0. (transfer full) */
char *lofi_group_title (const LofiExperiment *experiment, guint group);
/* The name of an axis of its values, with the unit; static, translated. */
const char *lofi_measure_axis (LofiMeasure measure, const LofiExperiment *experiment);
/* The range of an axis for values, scaled, between least and most (reversed: none are known). */
void lofi_measure_range (LofiQuantity quantity, double least, double most, double *low, double *high);

/* The number, from 1, of filtered layer `layer` (from 0) among all layers. */
guint lofi_filtered_layer_number (const LofiExperiment *experiment, guint layer);
/* The sample count whose subspace the overlaps of the cells are with, 0 when there is none. */
gsize lofi_measure_reference (LofiCells *cells);

/* An axis of the sweep in words: "keep K of layer 1", "dimension d"; the key where there are none. key: as in the file, or "samples".
 * (transfer full) */
char *lofi_sweep_key_title (const char *key);
/* A value of it as a label: counts with their thousands apart, anything else as it is written. (transfer full) */
char *lofi_sweep_value_label (const char *value);

/* The axis of the experiment's grid, NULL beyond the last one. */
const LofiSweepAxis *lofi_sweep_axis (const LofiExperiment *experiment, int axis);
/* The settings of a point of the grid in words, those of the axes a and b (-1: none) left out, each followed by " · ". (transfer full) */
char *lofi_sweep_point_label (const LofiExperiment *experiment, guint point, int a, int b);
/* The point at which axis a has value i, and axis b value j; everything else as at `point`. Axes may be -1. */
guint lofi_sweep_point_at (const LofiExperiment *experiment, guint point, int a, guint i, int b, guint j);
/* lofi_grid_point, "" without axes or an experiment. */
const char *lofi_sweep_point_name (const LofiExperiment *experiment, guint point);

/* "LoFi", "lazy", ...: translated. */
const char *lofi_method_title (LofiMethod method);
/* The colours of a teacher's groups, as series: none of them of a method that is drawn beside them. */
int lofi_group_series (guint group);
