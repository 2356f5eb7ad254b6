/* Drawing a spectrum: a histogram of all eigenvalues, and a mark for each kept one. */
#include "config.h"

#include <math.h>
#include <glib/gi18n-lib.h>
#include "lofi-figures.h"
#include "lofi-spectrum-figure-private.h"

/* Entries for all that is drawn; a single kind of bar needs none. */
static guint
list_keys (const LofiSpectrumFigure *self, const LofiStyle *style, LofiKey *keys)
{
  guint n = 1;
  keys[0] = (LofiKey) { LOFI_KEY_AREA, style->bulk, self->n_kept ? _("not kept") : _("eigenvalues"), 0 };
  if (self->n_negative)
    keys[n++] = (LofiKey) { LOFI_KEY_DOT, style->negative, _("kept, below zero"), 0 };
  if (self->n_kept > self->n_negative)
    keys[n++] = (LofiKey) { LOFI_KEY_DOT, style->positive, _("kept, above zero"), 0 };
  n = lofi_spectrum_null_keys (self, style, keys, n);
  return n > 1 ? n : 0;
}

/* The labels of the null line stand above the plot, where the header has left some air. */
static void
take_labels (const LofiSpectrumFigure *self, LofiText *text, LofiSpectrumLayout *l)
{
  double em = text->style->font_size, air = 0.55 * em, room = lofi_text_line (text, LOFI_TEXT_SMALL) + 0.1 * em - air;
  l->labels_y = NAN;
  if (!self->null_key || !l->frame.has_labels || l->frame.plot.height < 7 * em)
    return;
  l->labels_y = l->frame.plot.y - air;
  l->frame.plot.y += room;
  l->frame.plot.height -= room;
}

/* The number at zero stands at the top, over everything. */
static double
find_top (const LofiSpectrumFigure *self, LofiText *text, double height, gboolean has_labels)
{
  double label = lofi_text_line (text, LOFI_TEXT_SMALL) + 0.3 * text->style->font_size;
  if (self->n_zero == 0 || !has_labels || height < 4 * label)
    return self->top;
  double share = 1 - label / height;
  return self->top / (share * share);
}

static gboolean
lay_out (LofiSpectrumFigure *self, LofiText *text, double width, double height, LofiSpectrumLayout *l)
{
  const LofiStyle *style = text->style;
  double em = style->font_size;
  guint n_keys = list_keys (self, style, l->keys);
  l->says = (LofiFrameText) { self->base.title, self->base.subtitle, self->x_title, _("eigenvalues per bin (square-root scale)"),
                              self->x_short, _("per bin, square root"), l->keys, n_keys };
  lofi_frame_init_header (&l->frame, text, width, height, &l->says);
  lofi_frame_take_bottom (&l->frame, text);
  take_labels (self, text, l);
  LofiRect *plot = &l->frame.plot;
  double band = self->n_kept ? MIN (2 * em, plot->height * 0.25) : 0;
  double top = find_top (self, text, plot->height - band, l->frame.has_labels);
  l->y = lofi_axis (LOFI_SCALE_ROOT, 0, top, plot->y + plot->height - band, plot->y);
  g_autoptr (GArray) ticks = lofi_frame_ticks (&l->y, text, TRUE);
  lofi_frame_take_left (&l->frame, text, lofi_frame_labels_width (ticks, text), 0);
  if (!style->page)
    {
      plot->x = round (plot->x);
      plot->y = round (plot->y);
      plot->width = round (plot->width);
      plot->height = round (plot->height);
      band = round (band);
    }
  l->bars = (LofiRect) { plot->x, plot->y, plot->width, plot->height - band };
  l->band = (LofiRect) { plot->x, plot->y + plot->height - band, plot->width, band };
  l->x = self->axis;
  l->x.from = plot->x;
  l->x.to = plot->x + plot->width;
  l->y.from = l->bars.y + l->bars.height;
  l->y.to = l->bars.y;
  double crowded = self->n_kept > 200 ? 0.16 : 0.28;
  l->dot = MIN (crowded * em, band / 4);
  return plot->width >= 4 && l->bars.height >= 4;
}

static void
draw_bars (LofiSpectrumFigure *self, cairo_t *cr, const LofiSpectrumLayout *l, const LofiStyle *style)
{
  const struct { const LofiHistogram *histogram; const double *floors; LofiColor color; } parts[] = {
    { &self->bulk, NULL, style->bulk },
    { &self->negative, self->floor_negative, style->negative },
    { &self->positive, self->floor_positive, style->positive },
  };
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      lofi_histogram_path (parts[i].histogram, parts[i].floors, &l->bars, &l->y, style, style->line_width, cr);
      lofi_color_set (cr, parts[i].color);
      cairo_fill (cr);
    }
}

/* The eigenvalues that vanish: not a bin, which would dwarf everything, but a line that goes through the roof. */
static void
draw_zeros (LofiSpectrumFigure *self, cairo_t *cr, LofiText *text, const LofiSpectrumLayout *l)
{
  const LofiStyle *style = text->style;
  double em = style->font_size, x = lofi_axis_to_view (&l->x, 0);
  if (!(x >= l->bars.x && x <= l->bars.x + l->bars.width))
    return;
  x = lofi_crisp (style, x);
  double arrow = 0.45 * em, top = l->bars.y;
  lofi_color_set (cr, style->dim_text);
  cairo_set_line_width (cr, style->line_width * 1.2);
  cairo_move_to (cr, x, l->bars.y + l->bars.height);
  cairo_line_to (cr, x, top + arrow);
  cairo_stroke (cr);
  cairo_move_to (cr, x, top);
  cairo_line_to (cr, x + 0.7 * arrow, top + 1.3 * arrow);
  cairo_line_to (cr, x - 0.7 * arrow, top + 1.3 * arrow);
  cairo_close_path (cr);
  cairo_fill (cr);
  if (!l->frame.has_labels)
    return;
  lofi_text_set (text, LOFI_TEXT_SMALL, self->zero_label, 0);
  /* On the side where no line goes through it. */
  double from = 0.7 * em, to = from + lofi_text_width (text);
  gboolean right = x + to <= l->frame.width && !lofi_spectrum_null_crosses (self, l, x + from, x + to);
  gboolean left = x - to >= l->bars.x && !lofi_spectrum_null_crosses (self, l, x - to, x - from), to_left = !right && (left || x + to > l->frame.width);
  lofi_text_draw (text, cr, style->dim_text, to_left ? x - 0.7 * em : x + 0.7 * em, top + 0.1 * em, to_left ? 1 : 0, 0);
}

/* A kept eigenvalue beyond a fixed range is an arrow head at its edge. */
static double
mark_x (const LofiSpectrumLayout *l, double value, int *beyond)
{
  double x = lofi_axis_to_view (&l->x, value), end = l->band.x + l->band.width;
  *beyond = x < l->band.x - 0.5 ? -1 : x > end + 0.5 ? 1 : 0;
  return CLAMP (x, l->band.x, end);
}

static gboolean
is_flagged (const LofiSpectrumFigure *self, gsize mark)
{
  return self->overlaps && self->overlaps[mark] > LOFI_MEAN_OVERLAP_FLAG;
}

/* A thin ring of the background keeps neighbours apart. A direction that is largely the mean activation is a diamond, as on its tile. */
static void
draw_dot (cairo_t *cr, double x, double y, double radius, gboolean flagged, const LofiStyle *style, LofiColor color)
{
  if (flagged)
    {
      cairo_move_to (cr, x, y - 1.5 * radius);
      cairo_line_to (cr, x + 1.5 * radius, y);
      cairo_line_to (cr, x, y + 1.5 * radius);
      cairo_line_to (cr, x - 1.5 * radius, y);
      cairo_close_path (cr);
    }
  else
    cairo_arc (cr, x, y, radius, 0, 2 * G_PI);
  if (style->background.alpha > 0)
    {
      lofi_color_set (cr, style->background);
      cairo_stroke_preserve (cr);
      lofi_color_set (cr, color);
    }
  cairo_fill (cr);
}

static void
draw_marks (LofiSpectrumFigure *self, cairo_t *cr, const LofiSpectrumLayout *l, const LofiStyle *style)
{
  double bottom = l->band.y + l->band.height, y = l->band.y + l->band.height * 0.2 + l->dot;
  for (int sign = -1; sign <= 1; sign += 2)
    {
      LofiColor color = sign < 0 ? style->negative : style->positive;
      lofi_color_set (cr, color);
      cairo_set_line_width (cr, style->page ? 0.6 : 1);
      for (gsize i = 0; i < self->n_kept; i++)
        {
          int beyond;
          if ((self->kept[i] < 0) != (sign < 0))
            continue;
          double x = mark_x (l, self->kept[i], &beyond);
          if (beyond)
            {
              cairo_move_to (cr, x, y);
              cairo_line_to (cr, x - beyond * 2 * l->dot, y - 1.2 * l->dot);
              cairo_line_to (cr, x - beyond * 2 * l->dot, y + 1.2 * l->dot);
              cairo_close_path (cr);
              cairo_fill (cr);
              continue;
            }
          double stem = style->page ? x : floor (x) + 0.5;
          cairo_move_to (cr, stem, bottom);
          cairo_line_to (cr, stem, y);
          cairo_stroke (cr);
          draw_dot (cr, stem, y, l->dot, is_flagged (self, i), style, color);
        }
    }
}

static void
draw (LofiFigure *figure, cairo_t *cr, double width, double height, const LofiStyle *style)
{
  LofiSpectrumFigure *self = (LofiSpectrumFigure *) figure;
  g_auto (LofiText) text;
  lofi_text_init (&text, style);
  LofiSpectrumLayout l;
  gboolean has_room = lay_out (self, &text, width, height, &l);
  lofi_frame_draw_header (&l.frame, cr, &text);
  if (!has_room)
    return;
  g_autoptr (GArray) counts = lofi_frame_ticks (&l.y, &text, TRUE);
  g_autoptr (GArray) ticks = lofi_frame_ticks (&l.x, &text, FALSE);
  lofi_spectrum_null_draw_shade (self, cr, &l, style);
  lofi_frame_draw_y (&l.frame, cr, &text, &l.y, counts);
  if (self->n_zero)
    draw_zeros (self, cr, &text, &l);
  draw_bars (self, cr, &l, style);
  lofi_spectrum_null_draw (self, cr, &text, &l);
  draw_marks (self, cr, &l, style);
  lofi_frame_draw_x (&l.frame, cr, &text, &l.x, ticks);
  lofi_spectrum_null_draw_predictions (self, cr, &l, style);
}

static int
nearest_mark (LofiSpectrumFigure *self, const LofiSpectrumLayout *l, double x, double reach)
{
  int nearest = -1, beyond;
  for (gsize i = 0; i < self->n_kept; i++)
    {
      double distance = fabs (mark_x (l, self->kept[i], &beyond) - x);
      if (distance < reach)
        {
          reach = distance;
          nearest = (int) i;
        }
    }
  return nearest;
}

/* The kept eigenvalue that is all a bin holds: there the bar stands for it. */
static int
lone_mark (LofiSpectrumFigure *self, int bin)
{
  if (bin < 0 || self->all.counts[bin] != 1 || self->bulk.counts[bin] != 0)
    return -1;
  for (gsize i = 0; i < self->n_kept; i++)
    if (lofi_histogram_bin (&self->all, self->kept[i]) == bin)
      return (int) i;
  return -1;
}

static void
pick_bin (LofiSpectrumFigure *self, const LofiSpectrumLayout *l, const LofiStyle *style, double width, double height, int bin, LofiPick *pick)
{
  char low[40], high[40], count[40];
  double n = self->all.counts[bin];
  lofi_format_number (lofi_histogram_edge (&self->all, bin), 3, low, sizeof low);
  lofi_format_number (lofi_histogram_edge (&self->all, bin + 1), 3, high, sizeof high);
  lofi_format_count ((guint64) n, count, sizeof count);
  g_autofree char *how_many = g_strdup_printf (ngettext ("%s eigenvalue", "%s eigenvalues", (gulong) n), count);
  int length = g_snprintf (pick->text, sizeof pick->text, _("λ from %s to %s · %s"), low, high, how_many);
  /* Of a bin that the line crosses nothing is said. */
  int from = lofi_spectrum_null_place (self, lofi_histogram_edge (&self->all, bin));
  if (n > 0 && from >= 0 && from == lofi_spectrum_null_place (self, lofi_histogram_edge (&self->all, bin + 1)))
    g_snprintf (pick->text + length, sizeof pick->text - length, " · %s", from ? _("beyond the null line") : _("within the null"));
  double left = lofi_histogram_x (&self->all, &l->bars, style, bin), right = lofi_histogram_x (&self->all, &l->bars, style, bin + 1);
  lofi_pick_set_rect (pick, left, l->bars.y, MAX (right - left, 1), l->bars.height, width, height);
  pick->index = bin;
}

static void
pick_mark (LofiSpectrumFigure *self, const LofiSpectrumLayout *l, double width, double height, int mark, LofiPick *pick)
{
  int beyond, place = lofi_spectrum_null_place (self, self->kept[mark]);
  char value[40];
  double at = mark_x (l, self->kept[mark], &beyond);
  lofi_format_measure (self->kept[mark], 3, value, sizeof value);
  g_autoptr (GString) says = g_string_new (NULL);
  g_string_printf (says, _("λ = %s · kept, %d of %d"), value, mark + 1, (int) self->n_kept);
  if (place >= 0)
    g_string_append_printf (says, " · %s", place ? _("outlier") : _("within the null"));
  if (is_flagged (self, mark))
    {
      g_string_append_c (says, '\n');
      g_string_append_printf (says, _("overlaps %.2f with the mean activation"), self->overlaps[mark]);
    }
  g_strlcpy (pick->text, says->str, sizeof pick->text);
  lofi_pick_set_rect (pick, at - 1.6 * l->dot, l->band.y, 3.2 * l->dot, l->band.height, width, height);
  pick->index = mark;
  pick->is_direction = TRUE;
}

static gboolean
pick (LofiFigure *figure, double width, double height, const LofiStyle *style, double x, double y, LofiPick *pick)
{
  LofiSpectrumFigure *self = (LofiSpectrumFigure *) figure;
  g_auto (LofiText) text;
  lofi_text_init (&text, style);
  LofiSpectrumLayout l;
  if (!lay_out (self, &text, width, height, &l))
    return FALSE;
  if (lofi_spectrum_null_pick (self, &l, style, width, height, x, y, pick))
    return TRUE;
  if (!lofi_rect_contains (&l.frame.plot, x, y))
    return FALSE;
  gboolean in_band = self->n_kept && y >= l.band.y;
  int bin = lofi_histogram_bin (&self->all, lofi_axis_from_view (&l.x, x));
  int mark = in_band ? nearest_mark (self, &l, x, 0.7 * style->font_size) : lone_mark (self, bin);
  double zero = lofi_axis_to_view (&l.x, 0);
  if (mark >= 0)
    {
      pick_mark (self, &l, width, height, mark, pick);
      return TRUE;
    }
  if (in_band)
    return FALSE;
  if (self->n_zero && fabs (x - zero) < 0.4 * style->font_size && y < l.bars.y + 1.5 * style->font_size)
    {
      g_snprintf (pick->text, sizeof pick->text, "λ = 0 · %s", self->zero_label);
      lofi_pick_set_rect (pick, zero - 0.4 * style->font_size, l.bars.y, 0.8 * style->font_size, l.bars.height, width, height);
      return TRUE;
    }
  if (bin < 0)
    return FALSE;
  pick_bin (self, &l, style, width, height, bin, pick);
  return TRUE;
}

static void
clear (LofiFigure *figure)
{
  LofiSpectrumFigure *self = (LofiSpectrumFigure *) figure;
  lofi_histogram_clear (&self->all);
  lofi_histogram_clear (&self->bulk);
  lofi_histogram_clear (&self->negative);
  lofi_histogram_clear (&self->positive);
  g_free (self->floor_negative);
  g_free (self->floor_positive);
  g_free (self->kept);
  g_free (self->overlaps);
  g_free (self->x_title);
  g_free (self->zero_label);
  lofi_spectrum_null_clear (self);
}

const LofiFigureClass lofi_spectrum_figure_class = { draw, pick, NULL, clear };
