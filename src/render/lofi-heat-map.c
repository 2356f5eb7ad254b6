/* Heat maps: their layout, drawing and picking. */
#include "config.h"
#include "lofi-heat-map-private.h"

#include <math.h>
#include <glib/gi18n-lib.h>

typedef struct {
  LofiFrame frame;
  LofiFrameText says;
  LofiAxis x, y, bar_axis;
  gboolean has_bar, has_numbers;
  LofiRect bar;
  double gap;
} Layout;

/* ---- the layout ---- */

/* A tick a value, in the middle of its tiles; every second, third, ... is named where all have no room. */
static GArray *
ticks_of (const LofiHeatDirection *direction, LofiText *text, double step, gboolean upright)
{
  GArray *ticks = g_array_new (FALSE, FALSE, sizeof (LofiTick));
  double widest = lofi_text_line (text, LOFI_TEXT_SMALL);
  for (guint i = 0; i < direction->n; i++)
    {
      LofiTick tick = { i, TRUE, "" };
      g_strlcpy (tick.label, direction->labels[i], sizeof tick.label);
      lofi_text_set (text, LOFI_TEXT_SMALL, tick.label, 0);
      widest = upright ? widest : MAX (widest, lofi_text_width (text) + 0.6 * text->style->font_size);
      g_array_append_val (ticks, tick);
    }
  guint every = (guint) MAX (ceil (widest / MAX (step, 1)), 1);
  for (guint i = 0; i < direction->n; i++)
    g_array_index (ticks, LofiTick, i).major = i % every == 0;
  return ticks;
}

/* Text beside the bar: the ends of the range, and round numbers between them that do not touch those. */
static GArray *
ticks_of_bar (const LofiHeatMap *self, const Layout *l, LofiText *text)
{
  GArray *ticks = g_array_new (FALSE, FALSE, sizeof (LofiTick));
  double ends[] = { self->low, self->high }, line = lofi_text_line (text, LOFI_TEXT_SMALL);
  guint n_ends = self->high > self->low ? 2 : 1;
  for (guint i = 0; i < n_ends; i++)
    {
      LofiTick tick = { ends[i], TRUE, "" };
      lofi_measure_number (self->measure.quantity, ends[i], FALSE, tick.label, sizeof tick.label);
      g_array_append_val (ticks, tick);
    }
  g_autoptr (GArray) between = lofi_axis_ticks (&l->bar_axis, 4 * text->style->font_size);
  for (guint i = 0; n_ends == 2 && i < between->len; i++)
    {
      LofiTick tick = g_array_index (between, LofiTick, i);
      double at = lofi_axis_to_view (&l->bar_axis, tick.value);
      lofi_measure_number (self->measure.quantity, tick.value, FALSE, tick.label, sizeof tick.label);
      if (tick.major && fabs (at - l->bar_axis.from) > 1.6 * line && fabs (at - l->bar_axis.to) > 1.6 * line)
        g_array_append_val (ticks, tick);
    }
  return ticks;
}

static void
place_bar (const LofiHeatMap *self, Layout *l, LofiText *text)
{
  double em = text->style->font_size;
  const LofiRect *plot = &l->frame.plot;
  l->bar = (LofiRect) { plot->x + plot->width + 0.9 * em, plot->y, 0.8 * em, plot->height };
  l->bar_axis = lofi_axis (LOFI_SCALE_LINEAR, self->low, self->high, plot->y + plot->height, plot->y);
}

/* The room right of the tiles. */
static double
bar_room (const LofiHeatMap *self, Layout *l, LofiText *text)
{
  double em = text->style->font_size;
  place_bar (self, l, text);
  g_autoptr (GArray) ticks = ticks_of_bar (self, l, text);
  return 0.9 * em + 0.8 * em + 0.4 * em + lofi_frame_labels_width (ticks, text)
         + (l->frame.has_y_title ? lofi_text_line (text, LOFI_TEXT_SMALL) + 0.2 * em : 0);
}

static void
tile_text (const LofiHeatMap *self, const LofiHeatTile *tile, char *out, gsize size)
{
  lofi_measure_number (self->measure.quantity, tile->mean, FALSE, out, size);
}

/* All numbers, or none. Figures are equally wide: the longest number is the widest. */
static gboolean
numbers_fit (const LofiHeatMap *self, LofiText *text, double width, double height)
{
  char number[64], longest[64] = "";
  if (height < lofi_text_line (text, LOFI_TEXT_SMALL))
    return FALSE;
  for (guint i = 0; i < self->x.n * self->y.n; i++)
    {
      tile_text (self, &self->tiles[i], number, sizeof number);
      if (isfinite (self->tiles[i].mean) && g_utf8_strlen (number, -1) > g_utf8_strlen (longest, -1))
        g_strlcpy (longest, number, sizeof longest);
    }
  lofi_text_set (text, LOFI_TEXT_SMALL, longest, 0);
  return lofi_text_width (text) + 0.4 * text->style->font_size <= width;
}

static gboolean
lay_out (LofiHeatMap *self, LofiText *text, double width, double height, Layout *l)
{
  const LofiStyle *style = text->style;
  double em = style->font_size;
  l->says = (LofiFrameText) { self->base.title, self->base.subtitle, self->x.title, self->y.title, NULL, NULL, NULL, 0, self->title_short };
  lofi_frame_init_header (&l->frame, text, width, height, &l->says);
  lofi_frame_take_bottom (&l->frame, text);
  LofiRect *plot = &l->frame.plot;
  l->has_bar = self->low <= self->high && width >= 16 * em && height >= 9 * em;
  g_autoptr (GArray) rows = ticks_of (&self->y, text, plot->height / self->y.n, TRUE);
  double right = l->has_bar ? bar_room (self, l, text) : 0;
  lofi_frame_take_left (&l->frame, text, MIN (lofi_frame_labels_width (rows, text), width / 4), right);
  place_bar (self, l, text);
  l->x = lofi_axis (LOFI_SCALE_LINEAR, -0.5, self->x.n - 0.5, plot->x, plot->x + plot->width);
  l->y = lofi_axis (LOFI_SCALE_LINEAR, -0.5, self->y.n - 0.5, plot->y + plot->height, plot->y);
  double tile_width = plot->width / self->x.n, tile_height = plot->height / self->y.n;
  l->gap = MIN (tile_width, tile_height) >= 6 ? (style->page ? 0.6 : 1) : 0;
  l->has_numbers = numbers_fit (self, text, tile_width - l->gap, tile_height - l->gap);
  return plot->width >= 4 && plot->height >= 4;
}

/* On whole pixels in the window. */
static LofiRect
tile_at (const Layout *l, const LofiStyle *style, guint i, guint j)
{
  double x0 = lofi_axis_to_view (&l->x, i - 0.5), x1 = lofi_axis_to_view (&l->x, i + 0.5);
  double y0 = lofi_axis_to_view (&l->y, j + 0.5), y1 = lofi_axis_to_view (&l->y, j - 0.5);
  if (!style->page)
    {
      x0 = round (x0);
      x1 = round (x1);
      y0 = round (y0);
      y1 = round (y1);
    }
  return (LofiRect) { x0, y0, MAX (x1 - x0 - l->gap, 0.5), MAX (y1 - y0 - l->gap, 0.5) };
}

/* ---- drawing ---- */

static double
share_of (const LofiHeatMap *self, double value)
{
  return self->high > self->low ? (value - self->low) / (self->high - self->low) : 0.5;
}

static void
draw_tile (const LofiHeatMap *self, cairo_t *cr, LofiText *text, const Layout *l, guint i, guint j)
{
  const LofiStyle *style = text->style;
  const LofiHeatTile *tile = &self->tiles[j * self->x.n + i];
  LofiRect at = tile_at (l, style, i, j);
  if (!isfinite (tile->mean))
    {
      double thin = style->page ? 0.4 : 1;
      lofi_color_set (cr, style->grid);
      cairo_set_line_width (cr, thin);
      cairo_rectangle (cr, at.x + thin / 2, at.y + thin / 2, MAX (at.width - thin, 0), MAX (at.height - thin, 0));
      cairo_stroke (cr);
      return;
    }
  guint32 color = lofi_style_sequential (style, share_of (self, tile->mean));
  lofi_color_set (cr, lofi_color_of_rgb (color));
  cairo_rectangle (cr, at.x, at.y, at.width, at.height);
  cairo_fill (cr);
  if (!l->has_numbers)
    return;
  char number[64];
  tile_text (self, tile, number, sizeof number);
  lofi_text_set (text, LOFI_TEXT_SMALL, number, 0);
  lofi_text_draw (text, cr, lofi_style_on (color), at.x + at.width / 2, at.y + at.height / 2, 0.5, 0.5);
}

static void
draw_bar (const LofiHeatMap *self, cairo_t *cr, LofiText *text, const Layout *l)
{
  const LofiStyle *style = text->style;
  const LofiRect *bar = &l->bar;
  double em = style->font_size;
  cairo_pattern_t *ramp = cairo_pattern_create_linear (0, bar->y + bar->height, 0, bar->y);
  for (int i = 0; i <= 32; i++)
    {
      LofiColor c = lofi_color_of_rgb (lofi_style_sequential (style, self->high > self->low ? i / 32.0 : 0.5));
      cairo_pattern_add_color_stop_rgb (ramp, i / 32.0, c.red, c.green, c.blue);
    }
  cairo_rectangle (cr, bar->x, bar->y, bar->width, bar->height);
  cairo_set_source (cr, ramp);
  cairo_fill (cr);
  cairo_pattern_destroy (ramp);
  g_autoptr (GArray) ticks = ticks_of_bar (self, l, text);
  double x = bar->x + bar->width + 0.4 * em, line = lofi_text_line (text, LOFI_TEXT_SMALL);
  for (guint i = 0; i < ticks->len; i++)
    {
      const LofiTick *tick = &g_array_index (ticks, LofiTick, i);
      double y = ticks->len == 1 ? bar->y + bar->height / 2 : lofi_axis_to_view (&l->bar_axis, tick->value);
      lofi_text_set (text, LOFI_TEXT_SMALL, tick->label, 0);
      lofi_text_draw (text, cr, style->dim_text, x, CLAMP (y, bar->y + 0.4 * line, bar->y + MAX (bar->height - 0.4 * line, 0.4 * line)), 0, 0.5);
    }
  if (!l->frame.has_y_title)
    return;
  double title_x = x + lofi_frame_labels_width (ticks, text) + 0.2 * em + line / 2;
  lofi_text_set (text, LOFI_TEXT_SMALL, self->bar_title, l->frame.height - bar->y);
  lofi_text_draw_upwards (text, cr, style->dim_text, title_x, bar->y + bar->height / 2);
}

static void
draw (LofiFigure *figure, cairo_t *cr, double width, double height, const LofiStyle *style)
{
  LofiHeatMap *self = (LofiHeatMap *) figure;
  g_auto (LofiText) text;
  lofi_text_init (&text, style);
  Layout l;
  gboolean has_room = lay_out (self, &text, width, height, &l);
  lofi_frame_draw_header (&l.frame, cr, &text);
  if (!has_room)
    return;
  const LofiRect *plot = &l.frame.plot;
  g_autoptr (GArray) columns = ticks_of (&self->x, &text, plot->width / self->x.n, FALSE);
  g_autoptr (GArray) rows = ticks_of (&self->y, &text, plot->height / self->y.n, TRUE);
  for (guint j = 0; j < self->y.n; j++)
    for (guint i = 0; i < self->x.n; i++)
      draw_tile (self, cr, &text, &l, i, j);
  lofi_frame_draw_x (&l.frame, cr, &text, &l.x, columns);
  lofi_frame_draw_y_labels (&l.frame, cr, &text, &l.y, rows);
  if (l.has_bar)
    draw_bar (self, cr, &text, &l);
  if (self->found > 0)
    return;
  lofi_text_set (&text, LOFI_TEXT_NORMAL, _("No points yet: start the sweep"), plot->width);
  double room = lofi_text_width (&text) + style->font_size, line = lofi_text_height (&text) + 0.4 * style->font_size;
  lofi_color_set (cr, style->background);
  cairo_rectangle (cr, plot->x + (plot->width - room) / 2, plot->y + (plot->height - line) / 2, room, line);
  cairo_fill (cr);
  lofi_text_draw (&text, cr, style->dim_text, plot->x + plot->width / 2, plot->y + plot->height / 2, 0.5, 0.5);
}

/* ---- picking ---- */

char *
lofi_heat_map_describe (const LofiHeatMap *self, guint i, guint j)
{
  const LofiHeatTile *tile = &self->tiles[j * self->x.n + i];
  char value[140];
  if (!isfinite (tile->mean))
    return g_strdup_printf (_("%s · %s · not computed"), self->x.settings[i], self->y.settings[j]);
  lofi_measure_format_mean (self->measure.quantity, tile->mean, tile->sem, value, sizeof value);
  g_autofree char *seeds = g_strdup_printf (ngettext ("%u seed", "%u seeds", tile->seeds), tile->seeds);
  return g_strdup_printf ("%s · %s · %s (%s)", self->x.settings[i], self->y.settings[j], value, seeds);
}

static gboolean
pick (LofiFigure *figure, double width, double height, const LofiStyle *style, double x, double y, LofiPick *pick)
{
  LofiHeatMap *self = (LofiHeatMap *) figure;
  g_auto (LofiText) text;
  lofi_text_init (&text, style);
  Layout l;
  if (!lay_out (self, &text, width, height, &l) || !lofi_rect_contains (&l.frame.plot, x, y))
    return FALSE;
  guint i = (guint) CLAMP (floor (lofi_axis_from_view (&l.x, x) + 0.5), 0, self->x.n - 1.0);
  guint j = (guint) CLAMP (floor (lofi_axis_from_view (&l.y, y) + 0.5), 0, self->y.n - 1.0);
  LofiRect at = tile_at (&l, style, i, j);
  g_autofree char *says = lofi_heat_map_describe (self, i, j);
  lofi_pick_set_text (pick, says);
  lofi_pick_set_rect (pick, at.x, at.y, at.width, at.height, width, height);
  pick->index = (int) (j * self->x.n + i);
  return TRUE;
}

static void
clear (LofiFigure *figure)
{
  LofiHeatMap *self = (LofiHeatMap *) figure;
  LofiHeatDirection *directions[] = { &self->x, &self->y };
  for (guint d = 0; d < 2; d++)
    {
      g_strfreev (directions[d]->labels);
      g_strfreev (directions[d]->settings);
      g_free (directions[d]->title);
    }
  g_free (self->tiles);
  g_free (self->bar_title);
  g_free (self->title_short);
}

const LofiFigureClass lofi_heat_map_class = { draw, pick, NULL, clear };
