/* Figures: immutable pictures made from plain values, drawn by one code on screen and on the page.
 *
 * figure = data + title + axis names. Size and style come with each draw. draw and pick share one geometry: the layout that
 * the figure computes from (style, width, height). Building one copies what it needs and decimates it; drawing never depends on
 * the number of samples. Any thread may build; drawing the same figure from two threads at once is not allowed. */
#pragma once

#include <cairo.h>
#include <glib.h>
#include "lofi-style.h"

typedef struct _LofiFigure LofiFigure;
LofiFigure *lofi_figure_ref (LofiFigure *figure);
void lofi_figure_unref (LofiFigure *figure);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LofiFigure, lofi_figure_unref)

/* Fills the width x height rectangle at the origin, background included. */
void lofi_figure_draw (LofiFigure *figure, cairo_t *cr, double width, double height, const LofiStyle *style);

/* What is under a point. text is a sentence for the read-out ("λ = −0.0119 · kept, 2 of 50"); the rectangle is what to highlight; index is the
 * direction (filters, kept marks of a spectrum), bin (histograms), point or sample, -1 if none; is_direction tells the first from the
 * rest. */
typedef struct { char text[200]; double x, y, width, height; int index; gboolean is_direction; } LofiPick;
gboolean lofi_figure_pick (LofiFigure *figure, double width, double height, const LofiStyle *style, double x, double y,
                           LofiPick *pick);

/* The height the figure would like at this width (image grids that scroll), or 0 if it fits any. */
double lofi_figure_height_for_width (LofiFigure *figure, double width, const LofiStyle *style);

/* One sentence for screen readers and captions. Owned by the figure. */
const char *lofi_figure_description (LofiFigure *figure);
