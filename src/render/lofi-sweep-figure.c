/* Curves of a sweep: their layout, drawing and picking. */
#include "config.h"
#include "lofi-sweep-figure-private.h"

#include <math.h>
#include <glib/gi18n-lib.h>

typedef struct {
  LofiFrame frame;
  LofiFrameText says;
  LofiKey keys[LOFI_KEYS_MAX];
  LofiAxis x, y;
  gboolean at_ends;                    /* labels at the lines' ends, no legend */
} Layout;

/* ---- the layout ---- */

static guint
list_keys (const LofiSweepFigure *self, const LofiStyle *style, LofiKey *keys)
{
  if (!self->is_thin)
    {
      for (guint i = 0; i < MIN (self->n, LOFI_KEYS_MAX); i++)
        keys[i] = (LofiKey) { LOFI_KEY_LINE, style->series[self->curves[i].series & 7], self->curves[i].name, self->curves[i].series };
      return MIN (self->n, LOFI_KEYS_MAX);
    }
  guint n = 0;
  if (self->n > 0)
    keys[n++] = (LofiKey) { LOFI_KEY_RULE, style->series[0], self->thin_key, 0 };
  if (self->null_low.n > 0)
    keys[n++] = (LofiKey) { LOFI_KEY_RULE, style->dim_text, _("null line"), 1 };
  return n;
}

static gboolean
lay_out (LofiSweepFigure *self, LofiText *text, double width, double height, Layout *l)
{
  const LofiStyle *style = text->style;
  l->at_ends = !self->is_thin && self->all_reach_end && width >= 30 * style->font_size && height >= 12 * style->font_size;
  guint n_keys = list_keys (self, style, l->keys);
  l->says = (LofiFrameText) { self->base.title, self->base.subtitle, self->x_title, self->y_title, self->x_short, NULL, l->keys,
                              l->at_ends ? 0 : n_keys, self->title_short };
  lofi_frame_init_header (&l->frame, text, width, height, &l->says);
  lofi_frame_take_bottom (&l->frame, text);
  LofiRect *plot = &l->frame.plot;
  double bottom = plot->y + plot->height;
  l->y = self->y_linear > 0 ? lofi_axis_asinh (self->y_low, self->y_high, self->y_linear, bottom, plot->y)
                            : lofi_axis (LOFI_SCALE_LINEAR, self->y_low, self->y_high, bottom, plot->y);
  g_autoptr (GArray) ticks = lofi_frame_ticks (&l->y, text, TRUE);
  lofi_frame_take_left (&l->frame, text, lofi_frame_labels_width (ticks, text), l->at_ends ? lofi_curves_ends_width (self->labels, self->n, text) : 0);
  /* Air beside the first and the last point, where markers and bars reach over. */
  double air = MIN (0.6 * style->font_size, plot->width / 10);
  l->x = lofi_axis (self->places ? LOFI_SCALE_LINEAR : LOFI_SCALE_LOG, self->x_low, self->x_high, plot->x + air, plot->x + plot->width - air);
  return plot->width >= 4 && plot->height >= 4;
}

/* A tick a place; every second, third, ... of them named where all have no room. */
static GArray *
ticks_of_places (const LofiSweepFigure *self, const LofiAxis *axis, LofiText *text)
{
  GArray *ticks = g_array_new (FALSE, FALSE, sizeof (LofiTick));
  guint n = g_strv_length (self->places);
  double widest = 0;
  for (guint i = 0; i < n; i++)
    {
      LofiTick tick = { i, TRUE, "" };
      g_strlcpy (tick.label, self->places[i], sizeof tick.label);
      lofi_text_set (text, LOFI_TEXT_SMALL, tick.label, 0);
      widest = MAX (widest, lofi_text_width (text));
      g_array_append_val (ticks, tick);
    }
  double step = fabs (axis->to - axis->from) / MAX (n - 1.0, 1);
  guint every = (guint) MAX (ceil ((widest + 0.9 * text->style->font_size) / MAX (step, 1)), 1);
  for (guint i = 0; i < n; i++)
    g_array_index (ticks, LofiTick, i).major = i % every == 0;
  return ticks;
}

static GArray *
ticks_of_x (const LofiSweepFigure *self, const Layout *l, LofiText *text)
{
  if (self->places)
    return ticks_of_places (self, &l->x, text);
  return self->n_marks > 0 ? lofi_frame_ticks_at (self->marks, self->n_marks, &l->x, text) : lofi_frame_ticks (&l->x, text, FALSE);
}

/* ---- drawing ---- */

static void
draw_samples_line (LofiSweepFigure *self, cairo_t *cr, LofiText *text, const Layout *l)
{
  const LofiStyle *style = text->style;
  const LofiRect *plot = &l->frame.plot;
  if (self->samples == 0 || self->n == 0)
    return;
  double x = lofi_crisp (style, lofi_axis_to_view (&l->x, self->samples)), em = style->font_size;
  if (x < plot->x || x > plot->x + plot->width)
    return;
  double dash[] = { 0.25 * em, 0.25 * em };
  lofi_color_set (cr, style->axis);
  cairo_set_line_width (cr, style->page ? 0.6 : 1);
  cairo_set_dash (cr, dash, 2, 0);
  cairo_move_to (cr, x, plot->y);
  cairo_line_to (cr, x, plot->y + plot->height);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
  if (!l->frame.has_labels)
    return;
  lofi_text_set (text, LOFI_TEXT_SMALL, self->samples_label, 0);
  gboolean to_left = x + 0.4 * em + lofi_text_width (text) > plot->x + plot->width;
  lofi_text_draw (text, cr, style->dim_text, to_left ? x - 0.4 * em : x + 0.4 * em, plot->y, to_left ? 1 : 0, 0);
}

/* What lies between the two ends of the null line is what labels that say nothing would give. */
static void
draw_null (const LofiSweepFigure *self, cairo_t *cr, const LofiStyle *style, const Layout *l)
{
  const LofiCurve *both[] = { &self->null_low, &self->null_high };
  if (self->null_low.n == 0)
    return;
  for (guint k = 0; k < self->null_low.n; k++)
    cairo_line_to (cr, lofi_axis_to_view (&l->x, both[0]->x[k]), lofi_axis_to_view (&l->y, both[0]->y[k]));
  for (guint k = self->null_high.n; k-- > 0;)
    cairo_line_to (cr, lofi_axis_to_view (&l->x, both[1]->x[k]), lofi_axis_to_view (&l->y, both[1]->y[k]));
  cairo_close_path (cr);
  LofiColor shade = style->bulk;
  shade.alpha = 0.22;
  lofi_color_set (cr, shade);
  cairo_fill (cr);
  lofi_color_set (cr, style->dim_text);
  cairo_set_line_width (cr, style->line_width);
  lofi_series_set_dash (cr, 1, style->line_width);
  for (guint i = 0; i < G_N_ELEMENTS (both); i++)
    {
      for (guint k = 0; k < both[i]->n; k++)
        cairo_line_to (cr, lofi_axis_to_view (&l->x, both[i]->x[k]), lofi_axis_to_view (&l->y, both[i]->y[k]));
      cairo_stroke (cr);
    }
  cairo_set_dash (cr, NULL, 0, 0);
}

static void
draw (LofiFigure *figure, cairo_t *cr, double width, double height, const LofiStyle *style)
{
  LofiSweepFigure *self = (LofiSweepFigure *) figure;
  g_auto (LofiText) text;
  lofi_text_init (&text, style);
  Layout l;
  gboolean has_room = lay_out (self, &text, width, height, &l);
  lofi_frame_draw_header (&l.frame, cr, &text);
  if (!has_room)
    return;
  g_autoptr (GArray) values = lofi_frame_ticks (&l.y, &text, TRUE), ticks = ticks_of_x (self, &l, &text);
  lofi_frame_draw_y (&l.frame, cr, &text, &l.y, values);
  draw_null (self, cr, style, &l);
  draw_samples_line (self, cr, &text, &l);
  lofi_frame_draw_x (&l.frame, cr, &text, &l.x, ticks);
  (self->is_thin ? lofi_curves_draw_thin : lofi_curves_draw) (self->curves, self->n, cr, style, &l.x, &l.y);
  const LofiRect *plot = &l.frame.plot;
  if (self->n == 0 && self->null_low.n == 0)
    {
      lofi_text_set (&text, LOFI_TEXT_NORMAL, _("No points yet: start the sweep"), plot->width);
      lofi_text_draw (&text, cr, style->dim_text, plot->x + plot->width / 2, plot->y + plot->height / 2, 0.5, 0.5);
    }
  else if (l.at_ends)
    lofi_curves_label_ends (self->curves, self->n, self->labels, cr, &text, plot, &l.x, &l.y);
}

/* ---- picking ---- */

/* The nearest point of all curves, the null line's among them. */
static const LofiCurve *
nearest (LofiSweepFigure *self, const Layout *l, double x, double y, double reach, guint *k)
{
  guint c;
  if (lofi_curves_nearest (self->curves, self->n, &l->x, &l->y, x, y, reach, &c, k))
    return &self->curves[c];
  if (lofi_curves_nearest (&self->null_low, 1, &l->x, &l->y, x, y, reach, &c, k))
    return &self->null_low;
  return lofi_curves_nearest (&self->null_high, 1, &l->x, &l->y, x, y, reach, &c, k) ? &self->null_high : NULL;
}

static gboolean
pick (LofiFigure *figure, double width, double height, const LofiStyle *style, double x, double y, LofiPick *pick)
{
  LofiSweepFigure *self = (LofiSweepFigure *) figure;
  g_auto (LofiText) text;
  lofi_text_init (&text, style);
  Layout l;
  guint k;
  double em = style->font_size;
  const LofiCurve *curve = lay_out (self, &text, width, height, &l) ? nearest (self, &l, x, y, 1.2 * em, &k) : NULL;
  if (!curve)
    return FALSE;
  char at[40], value[140];
  lofi_format_number (curve->x[k], 6, at, sizeof at);
  if (curve->x[k] == floor (curve->x[k]))
    lofi_format_count ((guint64) curve->x[k], at, sizeof at);
  lofi_measure_format_mean (self->quantity, curve->y[k], curve->error[k], value, sizeof value);
  g_autofree char *seeds = g_strdup_printf (ngettext ("%u seed", "%u seeds", curve->seeds[k]), curve->seeds[k]);
  g_autofree char *says = g_strdup_printf ("%s = %s · %s %s (%s)", self->x_name, self->places ? self->places[(guint) curve->x[k]] : at, curve->name,
                                           value, seeds);
  lofi_pick_set_text (pick, says);
  double px = lofi_axis_to_view (&l.x, curve->x[k]), py = lofi_axis_to_view (&l.y, curve->y[k]);
  lofi_pick_set_rect (pick, px - 0.6 * em, py - 0.6 * em, 1.2 * em, 1.2 * em, width, height);
  pick->index = (int) k;
  return TRUE;
}

static void
clear (LofiFigure *figure)
{
  LofiSweepFigure *self = (LofiSweepFigure *) figure;
  for (guint i = 0; i < self->n; i++)
    {
      lofi_curve_clear (&self->curves[i]);
      g_free (self->labels[i]);
    }
  lofi_curve_clear (&self->null_low);
  lofi_curve_clear (&self->null_high);
  g_free (self->curves);
  g_free (self->labels);
  g_free (self->thin_key);
  g_free (self->marks);
  g_strfreev (self->places);
  g_free (self->title_short);
  g_free (self->x_title);
  g_free (self->x_short);
  g_free (self->y_title);
  g_free (self->x_name);
  g_free (self->samples_label);
}

const LofiFigureClass lofi_sweep_figure_class = { draw, pick, NULL, clear };
