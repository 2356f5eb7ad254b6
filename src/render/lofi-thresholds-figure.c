/* Thresholds against the dimension: their layout, drawing and picking. */
#include "config.h"
#include "lofi-thresholds-figure-private.h"

#include <math.h>
#include <glib/gi18n-lib.h>

typedef struct {
  LofiFrame frame;
  LofiFrameText says;
  LofiKey keys[LOFI_KEYS_MAX];
  LofiAxis x, y;
  gboolean at_ends;
} Layout;

/* ---- the layout ---- */

/* The first series is always filled; the fifth has its marker, hollow. */
static int
marker_of (const LofiThresholdLine *line)
{
  return line->deeper && line->points.series == 0 ? 4 : line->points.series;
}

static gboolean
lay_out (LofiThresholdsFigure *self, LofiText *text, double width, double height, Layout *l)
{
  const LofiStyle *style = text->style;
  double ends = lofi_curves_ends_width (self->labels, self->n, text), em = style->font_size;
  guint n_keys = height >= 15 * em ? MIN (self->n, LOFI_KEYS_MAX) : 0;
  /* Beside the lines where these keep more than half of the figure, and each label has a line of its own. */
  l->at_ends = ends < 0.45 * width && height >= (8 + 1.2 * self->n) * em;
  /* In the legend a label takes a line; where the figure is too low for that, the names alone. */
  gboolean brief = height < (16 + 1.2 * n_keys) * em;
  for (guint i = 0; i < n_keys; i++)
    l->keys[i] = (LofiKey) { LOFI_KEY_MARK, style->series[self->curves[i].series & 7], brief ? self->curves[i].name : self->labels[i],
                             marker_of (&self->lines[i]), !self->lines[i].deeper };
  l->says = (LofiFrameText) { self->base.title, self->base.subtitle, _("dimension d (logarithmic)"), _("samples at the transition (logarithmic)"),
                              _("dimension d"), _("samples"), l->keys, l->at_ends ? 0 : n_keys };
  lofi_frame_init_header (&l->frame, text, width, height, &l->says);
  lofi_frame_take_bottom (&l->frame, text);
  LofiRect *plot = &l->frame.plot;
  l->y = lofi_axis (LOFI_SCALE_LOG, self->y_low, self->y_high, plot->y + plot->height, plot->y);
  g_autoptr (GArray) ticks = lofi_frame_ticks (&l->y, text, TRUE);
  lofi_frame_take_left (&l->frame, text, lofi_frame_labels_width (ticks, text), l->at_ends ? ends : 0);
  double air = MIN (em, plot->width / 10);
  l->x = lofi_axis (LOFI_SCALE_LOG, self->x_low, self->x_high, plot->x + air, plot->x + plot->width - air);
  return plot->width >= 4 && plot->height >= 4;
}

/* ---- drawing ---- */

/* samples = at (d / from)^exponent between two dimensions. */
static void
power_path (cairo_t *cr, const Layout *l, double from, double at, double exponent, double d0, double d1)
{
  double ends[] = { d0, d1 };
  for (guint i = 0; i < 2; i++)
    cairo_line_to (cr, lofi_axis_to_view (&l->x, ends[i]), lofi_axis_to_view (&l->y, at * pow (ends[i] / from, exponent)));
}

static void
draw_slopes (const LofiThresholdsFigure *self, cairo_t *cr, const LofiStyle *style, const Layout *l)
{
  for (guint i = 0; i < self->n; i++)
    {
      const LofiThresholdLine *line = &self->lines[i];
      lofi_color_set (cr, style->series[line->points.series & 7]);
      if (isfinite (line->predicted))
        {
          double dash[] = { 4 * style->line_width, 3 * style->line_width };
          cairo_set_dash (cr, dash, 2, 0);
          cairo_set_line_width (cr, 0.55 * style->line_width);
          power_path (cr, l, line->points.x[0], line->points.y[0], line->predicted, line->points.x[0], self->x_high);
          cairo_stroke (cr);
          cairo_set_dash (cr, NULL, 0, 0);
        }
      if (isfinite (line->exponent) && isfinite (line->coefficient))
        {
          cairo_set_line_width (cr, style->line_width * (line->points.series == 0 ? 1.5 : 1.1));
          power_path (cr, l, 1, line->coefficient, line->exponent, line->points.x[0], line->points.x[line->points.n - 1]);
          cairo_stroke (cr);
        }
    }
}

static void
draw_points (const LofiThresholdLine *line, cairo_t *cr, const LofiStyle *style, const Layout *l)
{
  const LofiCurve *points = &line->points;
  LofiColor color = style->series[points->series & 7], hollow = style->background;
  if (!(hollow.alpha > 0))
    hollow = (LofiColor) { 1, 1, 1, 1 };
  double cap = 0.22 * style->font_size;
  for (guint k = 0; k < points->n; k++)
    {
      double x = lofi_axis_to_view (&l->x, points->x[k]), y = lofi_axis_to_view (&l->y, points->y[k]);
      for (int sign = -1; sign <= 1 && points->error[k] > 0; sign += 2)
        {
          double end = lofi_axis_to_view (&l->y, points->y[k] * exp (sign * points->error[k]));
          cairo_move_to (cr, x, y);
          cairo_line_to (cr, x, end);
          cairo_move_to (cr, x - cap, end);
          cairo_line_to (cr, x + cap, end);
        }
      lofi_color_set (cr, color);
      cairo_set_line_width (cr, style->line_width * 0.7);
      cairo_stroke (cr);
      lofi_series_marker (cr, marker_of (line), x, y, 0.3 * style->font_size, color, line->deeper ? hollow : color);
    }
}

/* The dimensions of the sweep, where it has some. */
static GArray *
ticks_of_x (const LofiThresholdsFigure *self, const Layout *l, LofiText *text)
{
  const GArray *at = self->dimensions;
  return at->len > 0 ? lofi_frame_ticks_at ((const double *) (gpointer) at->data, at->len, &l->x, text) : lofi_frame_ticks (&l->x, text, FALSE);
}

static void
draw (LofiFigure *figure, cairo_t *cr, double width, double height, const LofiStyle *style)
{
  LofiThresholdsFigure *self = (LofiThresholdsFigure *) figure;
  g_auto (LofiText) text;
  lofi_text_init (&text, style);
  Layout l;
  gboolean has_room = lay_out (self, &text, width, height, &l);
  lofi_frame_draw_header (&l.frame, cr, &text);
  if (!has_room)
    return;
  g_autoptr (GArray) samples = lofi_frame_ticks (&l.y, &text, TRUE), dimensions = ticks_of_x (self, &l, &text);
  const LofiRect *plot = &l.frame.plot;
  lofi_frame_draw_y (&l.frame, cr, &text, &l.y, samples);
  lofi_frame_draw_x (&l.frame, cr, &text, &l.x, dimensions);
  cairo_save (cr);
  cairo_rectangle (cr, plot->x, plot->y, plot->width, plot->height);
  cairo_clip (cr);
  draw_slopes (self, cr, style, &l);
  cairo_restore (cr);
  for (guint i = self->n; i-- > 0;)
    draw_points (&self->lines[i], cr, style, &l);
  if (self->n == 0)
    {
      lofi_text_set (&text, LOFI_TEXT_NORMAL, _("No transition within the sweep yet"), plot->width);
      lofi_text_draw (&text, cr, style->dim_text, plot->x + plot->width / 2, plot->y + plot->height / 2, 0.5, 0.5);
    }
  else if (l.at_ends)
    lofi_curves_label_ends (self->ends, self->n, self->labels, cr, &text, plot, &l.x, &l.y);
}

static gboolean
pick (LofiFigure *figure, double width, double height, const LofiStyle *style, double x, double y, LofiPick *pick)
{
  LofiThresholdsFigure *self = (LofiThresholdsFigure *) figure;
  g_auto (LofiText) text;
  lofi_text_init (&text, style);
  Layout l;
  guint c, k;
  double em = style->font_size;
  if (!lay_out (self, &text, width, height, &l) || !lofi_curves_nearest (self->curves, self->n, &l.x, &l.y, x, y, 1.2 * em, &c, &k))
    return FALSE;
  const LofiCurve *points = &self->curves[c];
  char d[40], n[40], least[40], most[40];
  lofi_format_count ((guint64) lrint (points->x[k]), d, sizeof d);
  lofi_format_count ((guint64) llrint (points->y[k]), n, sizeof n);
  g_autofree char *seeds = g_strdup_printf (ngettext ("%u seed", "%u seeds", points->seeds[k]), points->seeds[k]);
  g_autoptr (GString) says = g_string_new (NULL);
  g_string_append_printf (says, _("d = %s · %s at n = %s"), d, points->name, n);
  if (isfinite (points->error[k]))
    {
      lofi_format_count ((guint64) llrint (points->y[k] * exp (-points->error[k])), least, sizeof least);
      lofi_format_count ((guint64) llrint (points->y[k] * exp (points->error[k])), most, sizeof most);
      g_string_append_printf (says, _(", %s to %s"), least, most);
    }
  g_string_append_printf (says, " (%s)", seeds);
  lofi_pick_set_text (pick, says->str);
  double px = lofi_axis_to_view (&l.x, points->x[k]), py = lofi_axis_to_view (&l.y, points->y[k]);
  lofi_pick_set_rect (pick, px - 0.6 * em, py - 0.6 * em, 1.2 * em, 1.2 * em, width, height);
  pick->index = (int) k;
  return TRUE;
}

static void
clear (LofiFigure *figure)
{
  LofiThresholdsFigure *self = (LofiThresholdsFigure *) figure;
  for (guint i = 0; i < self->n; i++)
    {
      lofi_curve_clear (&self->lines[i].points);
      g_free (self->lines[i].label);
    }
  g_array_unref (self->dimensions);
  g_free (self->ends);
  g_free (self->end_places);
  g_free (self->lines);
  g_free (self->curves);
  g_free (self->labels);
}

const LofiFigureClass lofi_thresholds_figure_class = { draw, pick, NULL, clear };
