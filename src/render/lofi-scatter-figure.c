/* Drawing samples in the plane of two features: coloured by label, before what the readout says of that plane. */
#include "config.h"

#include <math.h>
#include <glib/gi18n-lib.h>
#include "lofi-frame-private.h"
#include "lofi-scatter-figure-private.h"

typedef struct {
  LofiFrame frame;
  LofiFrameText says;
  LofiKey keys[3];
  LofiAxis x, y;
  double radius;
} Layout;

static gboolean
lay_out (LofiScatterFigure *self, LofiText *text, double width, double height, Layout *l)
{
  const LofiStyle *style = text->style;
  guint n_keys = 2;
  l->keys[0] = (LofiKey) { LOFI_KEY_MARK, style->negative, self->legend[0], 0 };
  l->keys[1] = (LofiKey) { LOFI_KEY_FLAG, style->positive, self->legend[1], 0 };
  if (self->map.contour && self->map.contour->len)
    l->keys[n_keys++] = (LofiKey) { LOFI_KEY_RULE, style->text, _("prediction 0"), 0 };
  l->says = (LofiFrameText) { self->base.title, self->base.subtitle, self->axis_titles[0], self->axis_titles[1], NULL, NULL, l->keys, n_keys };
  lofi_frame_init_header (&l->frame, text, width, height, &l->says);
  lofi_frame_take_bottom (&l->frame, text);
  LofiRect *plot = &l->frame.plot;
  l->y = lofi_axis (LOFI_SCALE_LINEAR, self->low[1], self->high[1], plot->y + plot->height, plot->y);
  g_autoptr (GArray) ticks = lofi_frame_ticks (&l->y, text, TRUE);
  lofi_frame_take_left (&l->frame, text, lofi_frame_labels_width (ticks, text), 0);
  if (!style->page)
    *plot = (LofiRect) { round (plot->x), round (plot->y), round (plot->width), round (plot->height) };
  l->x = lofi_axis (LOFI_SCALE_LINEAR, self->low[0], self->high[0], plot->x, plot->x + plot->width);
  l->y.from = plot->y + plot->height;
  l->y.to = plot->y;
  l->radius = style->font_size * (self->points->len > 600 ? 0.16 : 0.22) * MIN (1, sqrt (plot->width * plot->height) / (25 * style->font_size));
  l->radius = MAX (l->radius, 0.08 * style->font_size);
  return plot->width >= 4 && plot->height >= 4;
}

/* Those outside stand at the border. */
static void
place_point (const Layout *l, const LofiScatterPoint *point, double *x, double *y)
{
  const LofiRect *plot = &l->frame.plot;
  *x = CLAMP (lofi_axis_to_view (&l->x, point->x), plot->x, plot->x + plot->width);
  *y = CLAMP (lofi_axis_to_view (&l->y, point->y), plot->y, plot->y + plot->height);
}

/* ---- drawing ---- */

static void
trace_marker (cairo_t *cr, gboolean positive, double x, double y, double r)
{
  if (positive)
    {
      cairo_move_to (cr, x, y - 1.35 * r);
      cairo_line_to (cr, x + 1.35 * r, y);
      cairo_line_to (cr, x, y + 1.35 * r);
      cairo_line_to (cr, x - 1.35 * r, y);
      cairo_close_path (cr);
    }
  else
    cairo_arc (cr, x, y, r, 0, 2 * G_PI);
}

/* A marker drawn once, to be stamped thousands of times: filling a path each takes ten times as long. half: of its side, whole. */
static cairo_surface_t *
make_stamp (cairo_t *cr, gboolean positive, double r, double half, LofiColor color)
{
  cairo_surface_t *stamp = cairo_surface_create_similar (cairo_get_target (cr), CAIRO_CONTENT_COLOR_ALPHA, (int) (2 * half), (int) (2 * half));
  cairo_t *own = cairo_create (stamp);
  trace_marker (own, positive, half, half, r);
  lofi_color_set (own, color);
  cairo_fill (own);
  cairo_destroy (own);
  return stamp;
}

static void
draw_points (LofiScatterFigure *self, cairo_t *cr, const Layout *l, const LofiStyle *style)
{
  LofiColor colors[] = { style->negative, style->positive };
  double half = ceil (1.35 * l->radius) + 1;
  cairo_surface_t *stamps[2] = { NULL, NULL };
  for (int class = 0; class < 2; class++)
    {
      colors[class].alpha = self->points->len > 600 ? 0.62 : 0.85;
      if (!style->page)
        stamps[class] = make_stamp (cr, class, l->radius, half, colors[class]);
    }
  for (guint i = 0; i < self->points->len; i++)
    {
      const LofiScatterPoint *point = &g_array_index (self->points, LofiScatterPoint, i);
      double x, y;
      place_point (l, point, &x, &y);
      if (style->page)
        {
          trace_marker (cr, point->positive, x, y, l->radius);
          lofi_color_set (cr, colors[point->positive]);
          cairo_fill (cr);
          continue;
        }
      cairo_set_source_surface (cr, stamps[point->positive], round (x) - half, round (y) - half);
      cairo_paint (cr);
    }
  for (int class = 0; class < 2; class++)
    g_clear_pointer (&stamps[class], cairo_surface_destroy);
}

static void
draw_border (const Layout *l, cairo_t *cr, const LofiStyle *style)
{
  const LofiRect *plot = &l->frame.plot;
  double left = lofi_crisp (style, plot->x), top = lofi_crisp (style, plot->y), right = lofi_crisp (style, plot->x + plot->width);
  cairo_move_to (cr, left, plot->y + plot->height);
  cairo_line_to (cr, left, top);
  cairo_line_to (cr, right, top);
  cairo_line_to (cr, right, plot->y + plot->height);
  lofi_color_set (cr, style->axis);
  cairo_set_line_width (cr, style->page ? 0.6 : 1);
  cairo_stroke (cr);
}

static void
draw (LofiFigure *figure, cairo_t *cr, double width, double height, const LofiStyle *style)
{
  LofiScatterFigure *self = (LofiScatterFigure *) figure;
  g_auto (LofiText) text;
  lofi_text_init (&text, style);
  Layout l;
  gboolean has_room = lay_out (self, &text, width, height, &l);
  lofi_frame_draw_header (&l.frame, cr, &text);
  if (!has_room)
    return;
  g_autoptr (GArray) across = lofi_frame_ticks (&l.x, &text, FALSE);
  g_autoptr (GArray) upright = lofi_frame_ticks (&l.y, &text, TRUE);
  lofi_frame_draw_y (&l.frame, cr, &text, &l.y, upright);
  lofi_decision_map_draw (&self->map, cr, &l.frame.plot, style);
  draw_border (&l, cr, style);
  draw_points (self, cr, &l, style);
  lofi_decision_map_draw_contour (&self->map, cr, &l.frame.plot, style);
  lofi_frame_draw_x (&l.frame, cr, &text, &l.x, across);
}

/* ---- what is under a point ---- */

static void
say_place (const LofiScatterFigure *self, double x, double y, double prediction, GString *says)
{
  char values[3][40];
  lofi_format_number (x, 3, values[0], sizeof values[0]);
  lofi_format_number (y, 3, values[1], sizeof values[1]);
  lofi_format_number (prediction, 2, values[2], sizeof values[2]);
  g_string_append_printf (says, _("feature %u = %s, feature %u = %s"), self->feature[0] + 1, values[0], self->feature[1] + 1, values[1]);
  if (isfinite (prediction))
    g_string_append_printf (says, _(" · prediction %s%s"), prediction > 0 ? "+" : "", values[2]);
}

static const LofiScatterPoint *
nearest_point (const LofiScatterFigure *self, const Layout *l, double x, double y)
{
  const LofiScatterPoint *nearest = NULL;
  double reach = MAX (1.6 * l->radius, 0.3 * l->frame.em);
  for (guint i = 0; i < self->points->len; i++)
    {
      const LofiScatterPoint *point = &g_array_index (self->points, LofiScatterPoint, i);
      double px, py;
      place_point (l, point, &px, &py);
      double distance = hypot (px - x, py - y);
      if (distance < reach)
        {
          reach = distance;
          nearest = point;
        }
    }
  return nearest;
}

static gboolean
pick (LofiFigure *figure, double width, double height, const LofiStyle *style, double x, double y, LofiPick *pick)
{
  LofiScatterFigure *self = (LofiScatterFigure *) figure;
  g_auto (LofiText) text;
  lofi_text_init (&text, style);
  Layout l;
  if (!lay_out (self, &text, width, height, &l))
    return FALSE;
  g_autoptr (GString) says = g_string_new (NULL);
  const LofiScatterPoint *point = nearest_point (self, &l, x, y);
  if (point)
    {
      double px, py, half = MAX (2 * l.radius, 3);
      place_point (&l, point, &px, &py);
      g_string_printf (says, _("%s · sample %u · "), self->names[point->positive], point->row + 1);
      say_place (self, point->x, point->y, point->prediction, says);
      lofi_pick_set_rect (pick, px - half, py - half, 2 * half, 2 * half, width, height);
      pick->index = (int) point->row;
    }
  else if (self->map.side && lofi_rect_contains (&l.frame.plot, x, y))
    {
      const LofiRect *plot = &l.frame.plot;
      double at = lofi_decision_map_at (&self->map, (x - plot->x) / plot->width, 1 - (y - plot->y) / plot->height);
      say_place (self, lofi_axis_from_view (&l.x, x), lofi_axis_from_view (&l.y, y), at, says);
      lofi_pick_set_rect (pick, x - 1, y - 1, 2, 2, width, height);
    }
  else
    return FALSE;
  lofi_pick_set_text (pick, says->str);
  return TRUE;
}

static void
clear (LofiFigure *figure)
{
  LofiScatterFigure *self = (LofiScatterFigure *) figure;
  g_array_unref (self->points);
  lofi_decision_map_clear (&self->map);
  for (int i = 0; i < 2; i++)
    {
      g_free (self->axis_titles[i]);
      g_free (self->names[i]);
      g_free (self->legend[i]);
    }
}

const LofiFigureClass lofi_scatter_figure_class = { draw, pick, NULL, clear };
