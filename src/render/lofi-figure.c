/* Figures: references, and the checks common to every kind. */
#include "config.h"
#include "lofi-figure-private.h"

#include <math.h>

gpointer
lofi_figure_alloc (gsize size, const LofiFigureClass *class)
{
  LofiFigure *figure = g_malloc0 (size);
  g_atomic_ref_count_init (&figure->references);
  figure->class = class;
  return figure;
}

LofiFigure *
lofi_figure_ref (LofiFigure *figure)
{
  g_atomic_ref_count_inc (&figure->references);
  return figure;
}

void
lofi_figure_unref (LofiFigure *figure)
{
  if (!g_atomic_ref_count_dec (&figure->references))
    return;
  figure->class->clear (figure);
  g_free (figure->title);
  g_free (figure->subtitle);
  g_free (figure->description);
  g_free (figure);
}

void
lofi_figure_draw (LofiFigure *figure, cairo_t *cr, double width, double height, const LofiStyle *style)
{
  cairo_save (cr);
  cairo_rectangle (cr, 0, 0, width, height);
  cairo_clip (cr);
  if (style->background.alpha > 0)
    {
      lofi_color_set (cr, style->background);
      cairo_paint (cr);
    }
  if (width >= 1 && height >= 1)
    figure->class->draw (figure, cr, width, height, style);
  cairo_restore (cr);
}

gboolean
lofi_figure_pick (LofiFigure *figure, double width, double height, const LofiStyle *style, double x, double y, LofiPick *pick)
{
  *pick = (LofiPick) { .index = -1 };
  if (!(x >= 0 && x < width && y >= 0 && y < height))
    return FALSE;
  return figure->class->pick (figure, width, height, style, x, y, pick);
}

double
lofi_figure_height_for_width (LofiFigure *figure, double width, const LofiStyle *style)
{
  return figure->class->height_for_width ? figure->class->height_for_width (figure, width, style) : 0;
}

const char *
lofi_figure_description (LofiFigure *figure)
{
  return figure->description;
}

void
lofi_pick_set_text (LofiPick *pick, const char *text)
{
  const char *end;
  g_strlcpy (pick->text, text, sizeof pick->text);
  if (!g_utf8_validate (pick->text, -1, &end))
    pick->text[end - pick->text] = '\0';
}

void
lofi_pick_set_rect (LofiPick *pick, double x, double y, double w, double h, double width, double height)
{
  pick->x = CLAMP (x, 0, width);
  pick->y = CLAMP (y, 0, height);
  pick->width = CLAMP (x + w, 0, width) - pick->x;
  pick->height = CLAMP (y + h, 0, height) - pick->y;
}

double
lofi_crisp (const LofiStyle *style, double x)
{
  return style->page ? x : floor (x) + 0.5;
}
