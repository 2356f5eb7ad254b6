/* A figure on screen: drawn once into a cached node, with a highlight and a read-out under the pointer. */
#pragma once

#include <gtk/gtk.h>
#include "lofi-figure.h"

#define LOFI_TYPE_CHART (lofi_chart_get_type ())
G_DECLARE_FINAL_TYPE (LofiChart, lofi_chart, LOFI, CHART, GtkWidget)

/* Signal "picked" (int index): a click on a kept direction, as a tile or as a mark of the spectrum. */

/* NULL: nothing to show. dimmed: what is shown is of other settings. */
void lofi_chart_set_figure (LofiChart *self, LofiFigure *figure, gboolean dimmed);
LofiFigure *lofi_chart_get_figure (LofiChart *self);      /* borrowed, may be NULL */
gboolean lofi_chart_get_dimmed (LofiChart *self);

/* The read-out at a point of the widget, as if the pointer were there; NULL if there is nothing. */
const char *lofi_chart_point_at (LofiChart *self, double x, double y);

/* The style of the screen: light or dark as the application. */
const LofiStyle *lofi_screen_style (void);
