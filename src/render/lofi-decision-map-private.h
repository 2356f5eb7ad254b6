/* What the readout says of every point in the plane of two features, all others at their mean. */
#pragma once

#include "lofi-axis.h"
#include "lofi-figure-private.h"
#include "lofi-result.h"

/* x and y of both ends of a piece of the line where the prediction changes sign, 0 .. 1 of the plane, y upwards. */
typedef struct { double x[2], y[2]; } LofiContourPiece;

typedef struct {
  guint side;                  /* values on side x side points, the outermost on the plane's edges; 0: there is none */
  double *values;              /* predictions, rows from low y upwards */
  double scale;                /* what is drawn in full colour */
  GArray *contour;             /* LofiContourPiece */
} LofiDecisionMap;

/* means: of all features of the layer. The plane is x->low .. x->high by y->low .. y->high of features fx and fy. Leaves side 0 where the layers after
 * it cannot be applied, where they would take too long, or memory is short. */
void lofi_decision_map_init (LofiDecisionMap *map, const LofiResult *result, guint layer_index, const double *means, guint fx, guint fy,
                             const LofiAxis *x, const LofiAxis *y);
/* Of values that are there already, side x side; takes them. side >= 2. */
void lofi_decision_map_init_values (LofiDecisionMap *map, guint side, double *values);
void lofi_decision_map_clear (LofiDecisionMap *map);
/* At shares of the plane, by bilinear interpolation; NAN without a map. */
double lofi_decision_map_at (const LofiDecisionMap *map, double x, double y);
void lofi_decision_map_draw (const LofiDecisionMap *map, cairo_t *cr, const LofiRect *plot, const LofiStyle *style);
void lofi_decision_map_draw_contour (const LofiDecisionMap *map, cairo_t *cr, const LofiRect *plot, const LofiStyle *style);
