/* Transitions: the number of samples at which a quantity crosses a level, against the dimension of a teacher, and the exponent of its growth. */
#pragma once

#include "lofi-emergence.h"

typedef struct {
  double dimension;
  double samples;            /* where the curve crosses: the geometric mean over seeds */
  double log_sem;            /* standard error of log (samples) over seeds; NAN for one */
  guint count;               /* seeds whose curve crosses */
} LofiTransition;

typedef struct {
  LofiMethod method;
  LofiMeasure measure;
  double level;
  char *name;                /* "layer 1, pair 1", "lazy", ... translated */
  GArray *transitions;       /* LofiTransition, dimension ascending; only those where most seeds cross within the sweep */
  double exponent, exponent_error;   /* of samples ~ dimension^exponent, by least squares on logs weighted by the errors; NAN below two, and the error below three */
  double coefficient;        /* samples = coefficient dimension^exponent */
  double predicted;          /* NAN where there is no prediction: of deeper layers, gradient descent, a linear readout of what is not linear */
} LofiThreshold;

/* Whether the sweep has an axis data.dimension, and is of a teacher. */
gboolean lofi_thresholds_possible (const LofiExperiment *experiment);
/* One for each filtered layer and planted group (overlap 1/2) and one for each baseline (test error at `error_level`), in that order, those that never
 * cross included. An axis beside data.dimension stands at its first value. Crossings are found on straight lines between neighbouring points of a
 * seed's curve, against log n. (transfer full) LofiThreshold * */
GPtrArray *lofi_thresholds (const LofiExperiment *experiment, LofiCells *cells, double error_level);
