/* Curves with error bands. */
#include "config.h"
#include "lofi-curves-private.h"

#include <math.h>

#define LABELS_MOST 16

void
lofi_curve_clear (LofiCurve *curve)
{
  g_free (curve->name);
  g_free (curve->x);
  g_free (curve->y);
  g_free (curve->error);
  g_free (curve->seeds);
  *curve = (LofiCurve) { 0 };
}

void
lofi_curve_append (LofiCurve *curve, double x, double y, double error, guint seeds)
{
  guint n = curve->n++;
  curve->x = g_renew (double, curve->x, n + 1);
  curve->y = g_renew (double, curve->y, n + 1);
  curve->error = g_renew (double, curve->error, n + 1);
  curve->seeds = g_renew (guint, curve->seeds, n + 1);
  curve->x[n] = x;
  curve->y[n] = y;
  curve->error[n] = error;
  curve->seeds[n] = seeds;
}

static LofiColor
color_of (const LofiStyle *style, const LofiCurve *curve)
{
  return style->series[curve->series & 7];
}

static double
error_at (const LofiCurve *curve, guint i)
{
  return isfinite (curve->error[i]) ? curve->error[i] : 0;
}

static void
draw_band (const LofiCurve *curve, cairo_t *cr, const LofiStyle *style, const LofiAxis *x, const LofiAxis *y)
{
  for (guint i = 0; i < curve->n; i++)
    cairo_line_to (cr, lofi_axis_to_view (x, curve->x[i]), lofi_axis_to_view (y, curve->y[i] + error_at (curve, i)));
  for (guint i = curve->n; i-- > 0;)
    cairo_line_to (cr, lofi_axis_to_view (x, curve->x[i]), lofi_axis_to_view (y, curve->y[i] - error_at (curve, i)));
  cairo_close_path (cr);
  LofiColor color = color_of (style, curve);
  color.alpha = 0.16;
  lofi_color_set (cr, color);
  cairo_fill (cr);
}

static void
draw_bars (const LofiCurve *curve, cairo_t *cr, const LofiStyle *style, const LofiAxis *x, const LofiAxis *y)
{
  double cap = 0.22 * style->font_size;
  cairo_set_line_width (cr, style->line_width * 0.7);
  for (guint i = 0; i < curve->n; i++)
    {
      double error = error_at (curve, i), at = lofi_axis_to_view (x, curve->x[i]);
      if (!(error > 0))
        continue;
      for (int sign = -1; sign <= 1; sign += 2)
        {
          double end = lofi_axis_to_view (y, curve->y[i] + sign * error);
          cairo_move_to (cr, at, lofi_axis_to_view (y, curve->y[i]));
          cairo_line_to (cr, at, end);
          cairo_move_to (cr, at - cap, end);
          cairo_line_to (cr, at + cap, end);
        }
    }
  lofi_color_set (cr, color_of (style, curve));
  cairo_stroke (cr);
}

static void
draw_line (const LofiCurve *curve, cairo_t *cr, const LofiStyle *style, const LofiAxis *x, const LofiAxis *y)
{
  double line = style->line_width * (curve->series == 0 ? 1.5 : 1.1);
  for (guint i = 0; i < curve->n; i++)
    cairo_line_to (cr, lofi_axis_to_view (x, curve->x[i]), lofi_axis_to_view (y, curve->y[i]));
  cairo_set_line_width (cr, line);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  lofi_series_set_dash (cr, curve->series, line);
  lofi_color_set (cr, color_of (style, curve));
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
}

void
lofi_curves_draw (const LofiCurve *curves, guint n, cairo_t *cr, const LofiStyle *style, const LofiAxis *x, const LofiAxis *y)
{
  cairo_new_path (cr);
  for (guint i = 0; i < n; i++)
    if (curves[i].n > 1)
      draw_band (&curves[i], cr, style, x, y);
  /* The first series lies on top: it is drawn last. */
  LofiColor inside = style->background;
  if (!(inside.alpha > 0))
    inside = (LofiColor) { 1, 1, 1, 1 };
  for (guint i = n; i-- > 0;)
    {
      draw_line (&curves[i], cr, style, x, y);
      draw_bars (&curves[i], cr, style, x, y);
      for (guint k = 0; k < curves[i].n; k++)
        lofi_series_marker (cr, curves[i].series, lofi_axis_to_view (x, curves[i].x[k]), lofi_axis_to_view (y, curves[i].y[k]),
                            0.27 * style->font_size, color_of (style, &curves[i]), inside);
    }
}

void
lofi_curves_draw_thin (const LofiCurve *curves, guint n, cairo_t *cr, const LofiStyle *style, const LofiAxis *x, const LofiAxis *y)
{
  cairo_new_path (cr);
  for (guint i = 0; i < n; i++)
    if (curves[i].n > 1)
      draw_band (&curves[i], cr, style, x, y);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  for (guint i = 0; i < n; i++)
    {
      const LofiCurve *curve = &curves[i];
      lofi_color_set (cr, color_of (style, curve));
      for (guint k = 0; k < curve->n; k++)
        cairo_line_to (cr, lofi_axis_to_view (x, curve->x[k]), lofi_axis_to_view (y, curve->y[k]));
      cairo_set_line_width (cr, 0.75 * style->line_width);
      cairo_stroke (cr);
      for (guint k = 0; k < curve->n; k++)
        {
          cairo_arc (cr, lofi_axis_to_view (x, curve->x[k]), lofi_axis_to_view (y, curve->y[k]), 0.14 * style->font_size, 0, 2 * G_PI);
          cairo_fill (cr);
        }
    }
}

/* Pushes sorted places apart to at least `step`, then back inside low .. high. */
static void
spread (double *places, const guint *order, guint n, double step, double low, double high)
{
  for (guint i = 0; i < n; i++)
    {
      double least = i == 0 ? low : places[order[i - 1]] + step;
      places[order[i]] = MAX (places[order[i]], least);
    }
  for (guint i = n; i-- > 0;)
    {
      double most = i == n - 1 ? high : places[order[i + 1]] - step;
      places[order[i]] = MIN (places[order[i]], most);
    }
}

void
lofi_curves_label_ends (const LofiCurve *curves, guint n, char **labels, cairo_t *cr, LofiText *text, const LofiRect *plot,
                        const LofiAxis *x, const LofiAxis *y)
{
  const LofiStyle *style = text->style;
  double places[LABELS_MOST];
  guint order[LABELS_MOST], used = 0;
  n = MIN (n, LABELS_MOST);
  for (guint i = 0; i < n; i++)
    {
      if (curves[i].n == 0)
        continue;
      places[i] = lofi_axis_to_view (y, curves[i].y[curves[i].n - 1]);
      guint k = used++;
      for (; k > 0 && places[order[k - 1]] > places[i]; k--)
        order[k] = order[k - 1];
      order[k] = i;
    }
  double line = lofi_text_line (text, LOFI_TEXT_SMALL);
  spread (places, order, used, line, plot->y + line / 2, plot->y + plot->height - line / 2);
  for (guint k = 0; k < used; k++)
    {
      const LofiCurve *curve = &curves[order[k]];
      double from = lofi_axis_to_view (x, curve->x[curve->n - 1]), start = from + 0.8 * style->font_size;
      lofi_text_set (text, LOFI_TEXT_SMALL, labels[order[k]], 0);
      lofi_text_draw (text, cr, lofi_ink (style, color_of (style, curve)), start, places[order[k]], 0, 0.5);
    }
}

double
lofi_curves_ends_width (char **labels, guint n, LofiText *text)
{
  double width = 0;
  for (guint i = 0; i < n; i++)
    {
      lofi_text_set (text, LOFI_TEXT_SMALL, labels[i], 0);
      width = MAX (width, lofi_text_width (text) + 0.5 * text->style->font_size);
    }
  return width;
}

gboolean
lofi_curves_nearest (const LofiCurve *curves, guint n, const LofiAxis *x, const LofiAxis *y, double px, double py, double reach,
                     guint *curve, guint *point)
{
  gboolean found = FALSE;
  for (guint i = 0; i < n; i++)
    for (guint k = 0; k < curves[i].n; k++)
      {
        double distance = hypot (lofi_axis_to_view (x, curves[i].x[k]) - px, lofi_axis_to_view (y, curves[i].y[k]) - py);
        if (distance < reach)
          {
            reach = distance;
            *curve = i;
            *point = k;
            found = TRUE;
          }
      }
  return found;
}
