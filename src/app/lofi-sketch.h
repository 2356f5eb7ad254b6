/* A small drawing on a card: one of the renderer's sparks, recorded once and drawn again only when told. */
#pragma once

#include <gtk/gtk.h>
#include "lofi-style.h"

#define LOFI_TYPE_SKETCH (lofi_sketch_get_type ())
G_DECLARE_FINAL_TYPE (LofiSketch, lofi_sketch, LOFI, SKETCH, GtkWidget)

typedef void (*LofiSketchDraw) (cairo_t *cr, double width, double height, const LofiStyle *style, gpointer data);

/* draw may be NULL: nothing. data is let go by destroy when it is replaced. */
void lofi_sketch_set (LofiSketch *self, LofiSketchDraw draw, gpointer data, GDestroyNotify destroy);
