/* Heat maps of a sweep: what they hold, between building and drawing. */
#pragma once

#include "lofi-frame-private.h"
#include "lofi-measure.h"

/* One direction: its values as labels and as settings, in their order. */
typedef struct {
  guint n;
  char **labels, **settings;           /* "1,000"; "layer1.width=1000" */
  char *title;
} LofiHeatDirection;

typedef struct { double mean, sem; guint seeds; } LofiHeatTile;      /* scaled; mean NAN: none yet */

typedef struct {
  LofiFigure base;
  LofiMeasure measure;
  LofiHeatDirection x, y;
  LofiHeatTile *tiles;                         /* rows y, from the first value up */
  guint found;
  double low, high;                    /* of the means; low > high: none */
  char *bar_title, *title_short;
} LofiHeatMap;

extern const LofiFigureClass lofi_heat_map_class;
/* "layer1.keep=10 · layer2.keep=20 · 14.2 % ± 0.3 % (5 seeds)". (transfer full) */
char *lofi_heat_map_describe (const LofiHeatMap *self, guint i, guint j);
