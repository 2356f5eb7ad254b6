/* What a kind of figure implements. */
#pragma once

#include "lofi-figure.h"

typedef struct { double x, y, width, height; } LofiRect;

typedef struct {
  void (*draw) (LofiFigure *figure, cairo_t *cr, double width, double height, const LofiStyle *style);
  gboolean (*pick) (LofiFigure *figure, double width, double height, const LofiStyle *style, double x, double y, LofiPick *pick);
  double (*height_for_width) (LofiFigure *figure, double width, const LofiStyle *style);   /* may be NULL: fits any height */
  void (*clear) (LofiFigure *figure);                                                      /* what the kind owns */
} LofiFigureClass;

/* First member of every kind's struct. */
struct _LofiFigure {
  gatomicrefcount references;
  const LofiFigureClass *class;
  char *title, *subtitle, *description;      /* owned; subtitle may be NULL */
};

/* size: of the kind's struct, zeroed. title, subtitle and description are filled in by the caller. (transfer full) */
gpointer lofi_figure_alloc (gsize size, const LofiFigureClass *class);

static inline gboolean
lofi_rect_contains (const LofiRect *r, double x, double y)
{
  return x >= r->x && x < r->x + r->width && y >= r->y && y < r->y + r->height;
}

/* Sets the text of a pick, cut at a character where it is longer than there is room for. */
void lofi_pick_set_text (LofiPick *pick, const char *text);
/* Sets the rectangle of a pick, kept inside the figure. */
void lofi_pick_set_rect (LofiPick *pick, double x, double y, double w, double h, double width, double height);
/* Cut, where it is longer than a pick can hold, at the end of a letter. */
void lofi_pick_set_text (LofiPick *pick, const char *text);
/* x + 0.5 rounded to the pixel grid in the window, x itself on the page: where a thin line is sharp. */
double lofi_crisp (const LofiStyle *style, double x);
