/* What a spectrum is compared with: the null line, the law of its bulk with the outliers that theory predicts, shuffled labels. */
#include "config.h"

#include <math.h>
#include <glib/gi18n-lib.h>
#include "lofi-spectrum-figure-private.h"

#define SERIES_SHUFFLED 1
#define SERIES_LAW 5
#define TRIANGLE 2               /* of lofi_series_marker */

static LofiColor
theory_color (const LofiStyle *style)
{
  return style->series[SERIES_LAW];
}

static gboolean
is_shown (const LofiSpectrumFigure *self, double value)
{
  return value >= self->axis.low && value <= self->axis.high;
}

static gboolean
has_prediction (const LofiSpectrumFigure *self)
{
  for (guint i = 0; i < self->n_predictions; i++)
    if (is_shown (self, self->predictions[i].value))
      return TRUE;
  return FALSE;
}

guint
lofi_spectrum_null_keys (const LofiSpectrumFigure *self, const LofiStyle *style, LofiKey *keys, guint n)
{
  if (is_shown (self, self->nulls[0]) || is_shown (self, self->nulls[1]))
    keys[n++] = (LofiKey) { LOFI_KEY_RULE, style->text, self->null_key, self->permutations ? 0 : 1 };
  if (self->has_shuffled)
    keys[n++] = (LofiKey) { LOFI_KEY_FRAME, style->series[SERIES_SHUFFLED], _("under shuffled labels"), 0 };
  if (self->n_law)
    keys[n++] = (LofiKey) { LOFI_KEY_RULE, theory_color (style), _("law of the bulk"), 0 };
  if (has_prediction (self))
    keys[n++] = (LofiKey) { LOFI_KEY_MARK, theory_color (style), _("predicted outlier"), TRIANGLE, TRUE };
  return n;
}

int
lofi_spectrum_null_place (const LofiSpectrumFigure *self, double value)
{
  if (!self->null_key)
    return -1;
  return value < self->nulls[0] || value > self->nulls[1];
}

gboolean
lofi_spectrum_null_crosses (const LofiSpectrumFigure *self, const LofiSpectrumLayout *l, double from, double to)
{
  double air = 0.2 * l->frame.em;
  for (int end = 0; end < 2; end++)
    {
      double x = lofi_axis_to_view (&l->x, self->nulls[end]);
      if (is_shown (self, self->nulls[end]) && x > from - air && x < to + air)
        return TRUE;
    }
  return FALSE;
}

double
lofi_spectrum_null_top (const LofiSpectrumFigure *self)
{
  double largest = lofi_histogram_largest (&self->all), top = self->has_shuffled ? lofi_histogram_largest (&self->shuffled) : 0, law = 0;
  for (gsize i = 0; i < self->n_law; i++)
    law = MAX (law, self->law_counts[i]);
  /* The density may be infinite at zero: there the curve leaves the plot. */
  return MAX (top, MIN (law, 1.5 * largest));
}

/* ---- drawing ---- */

void
lofi_spectrum_null_draw_shade (const LofiSpectrumFigure *self, cairo_t *cr, const LofiSpectrumLayout *l, const LofiStyle *style)
{
  LofiColor shade = style->text;
  shade.alpha = 0.035;
  double right = l->bars.x + l->bars.width;
  for (int end = 0; end < 2; end++)
    {
      if (!is_shown (self, self->nulls[end]))
        continue;
      double x = lofi_axis_to_view (&l->x, self->nulls[end]);
      cairo_rectangle (cr, end ? x : l->bars.x, l->bars.y, end ? right - x : x - l->bars.x, l->bars.height);
    }
  lofi_color_set (cr, shade);
  cairo_fill (cr);
}

/* Steps over the bins that hold some; between them nothing, or it would look like a line along the axis. */
static void
draw_shuffled (const LofiSpectrumFigure *self, cairo_t *cr, const LofiSpectrumLayout *l, const LofiStyle *style)
{
  double base = lofi_crisp (style, lofi_axis_to_view (&l->y, 0)), last = base;
  for (guint i = 0; i <= self->shuffled.n_bins; i++)
    {
      double count = i < self->shuffled.n_bins ? self->shuffled.counts[i] : 0;
      double x = lofi_crisp (style, lofi_histogram_x (&self->shuffled, &l->bars, style, i));
      double y = count > 0 ? lofi_crisp (style, lofi_axis_to_view (&l->y, count)) : base;
      if (last == base)
        cairo_move_to (cr, x, base);
      else
        cairo_line_to (cr, x, last);
      cairo_line_to (cr, x, y);
      last = y;
    }
  lofi_color_set (cr, style->series[SERIES_SHUFFLED]);
  cairo_set_line_width (cr, style->page ? 0.8 : 1);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_MITER);
  cairo_stroke (cr);
}

static void
draw_law (const LofiSpectrumFigure *self, cairo_t *cr, const LofiSpectrumLayout *l, const LofiStyle *style)
{
  cairo_save (cr);
  cairo_rectangle (cr, l->bars.x, l->bars.y, l->bars.width, l->bars.height);
  cairo_clip (cr);
  for (gsize i = 0; i < self->n_law; i++)
    {
      double x = lofi_axis_to_view (&l->x, self->law_x[i]), y = lofi_axis_to_view (&l->y, self->law_counts[i]);
      /* Nothing across a gap. */
      if (i > 0 && self->law_counts[i] == 0 && self->law_counts[i - 1] == 0)
        cairo_move_to (cr, x, y);
      else
        cairo_line_to (cr, x, y);
    }
  lofi_color_set (cr, theory_color (style));
  cairo_set_line_width (cr, style->line_width);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_stroke (cr);
  cairo_restore (cr);
}

/* Above the bars, where nothing else stands: over its line, or moved aside where the two would touch. */
static void
draw_labels (const LofiSpectrumFigure *self, cairo_t *cr, LofiText *text, const LofiSpectrumLayout *l)
{
  double em = text->style->font_size, gap = 0.8 * em, half[2], at[2], from = 0.3 * em, to = l->frame.width - 0.3 * em;
  gboolean has[2];
  for (int end = 0; end < 2; end++)
    {
      has[end] = is_shown (self, self->nulls[end]);
      lofi_text_set (text, LOFI_TEXT_SMALL, self->null_labels[end], 0);
      half[end] = lofi_text_width (text) / 2;
      at[end] = has[end] ? lofi_axis_to_view (&l->x, self->nulls[end]) : 0;
    }
  if (has[0] && has[1])
    {
      if (2 * (half[0] + half[1]) + gap > to - from)
        return;
      double missing = half[0] + half[1] + gap - (at[1] - at[0]);
      if (missing > 0)
        {
          /* Apart about the middle of their lines. */
          double middle = (at[0] + at[1]) / 2;
          at[0] = middle - gap / 2 - half[0];
          at[1] = middle + gap / 2 + half[1];
        }
      at[0] = CLAMP (at[0], from + half[0], to - 2 * half[1] - gap - half[0]);
      at[1] = CLAMP (at[1], at[0] + half[0] + gap + half[1], to - half[1]);
    }
  for (int end = 0; end < 2; end++)
    if (has[end] && 2 * half[end] < to - from)
      {
        lofi_text_set (text, LOFI_TEXT_SMALL, self->null_labels[end], 0);
        lofi_text_draw (text, cr, text->style->text, CLAMP (at[end], from + half[end], to - half[end]), l->labels_y, 0.5, 0);
      }
}

void
lofi_spectrum_null_draw (const LofiSpectrumFigure *self, cairo_t *cr, LofiText *text, const LofiSpectrumLayout *l)
{
  const LofiStyle *style = text->style;
  if (self->n_law)
    draw_law (self, cr, l, style);
  if (self->has_shuffled)
    draw_shuffled (self, cr, l, style);
  double line = style->page ? 0.7 : 1;
  lofi_series_set_dash (cr, self->permutations ? 0 : 1, style->line_width);
  cairo_set_line_width (cr, line);
  lofi_color_set (cr, style->text);
  for (int end = 0; end < 2; end++)
    if (is_shown (self, self->nulls[end]))
      {
        double x = lofi_crisp (style, lofi_axis_to_view (&l->x, self->nulls[end]));
        cairo_move_to (cr, x, l->bars.y);
        cairo_line_to (cr, x, l->bars.y + l->bars.height + l->band.height);
      }
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
  if (self->null_key && isfinite (l->labels_y))
    draw_labels (self, cr, text, l);
}

static double
prediction_y (const LofiSpectrumLayout *l, const LofiStyle *style)
{
  return l->band.y + l->band.height + 0.24 * style->font_size;
}

void
lofi_spectrum_null_draw_predictions (const LofiSpectrumFigure *self, cairo_t *cr, const LofiSpectrumLayout *l, const LofiStyle *style)
{
  double em = style->font_size, y = prediction_y (l, style);
  lofi_color_set (cr, theory_color (style));
  for (guint i = 0; i < self->n_predictions; i++)
    if (is_shown (self, self->predictions[i].value))
      {
        double x = lofi_axis_to_view (&l->x, self->predictions[i].value);
        cairo_move_to (cr, x, y - 0.24 * em);
        cairo_line_to (cr, x + 0.34 * em, y + 0.26 * em);
        cairo_line_to (cr, x - 0.34 * em, y + 0.26 * em);
        cairo_close_path (cr);
      }
  cairo_fill (cr);
}

/* ---- what is under a point ---- */

static void
say_null (const LofiSpectrumFigure *self, int end, LofiPick *pick)
{
  if (self->permutations)
    g_snprintf (pick->text, sizeof pick->text,
                ngettext ("%s: the mean of the extreme eigenvalue under %u permutation of the labels, and two standard deviations",
                          "%s: the mean of the extreme eigenvalue under %u permutations of the labels, and two standard deviations",
                          self->permutations),
                self->null_labels[end], self->permutations);
  else
    g_snprintf (pick->text, sizeof pick->text, _("%s: where the law of labels that say nothing ends"), self->null_labels[end]);
}

gboolean
lofi_spectrum_null_pick (const LofiSpectrumFigure *self, const LofiSpectrumLayout *l, const LofiStyle *style, double width, double height,
                         double x, double y, LofiPick *pick)
{
  double em = style->font_size, below = prediction_y (l, style);
  for (guint i = 0; i < self->n_predictions && fabs (y - below) <= 0.4 * em; i++)
    {
      const LofiSpectrumPrediction *prediction = &self->predictions[i];
      double at = lofi_axis_to_view (&l->x, prediction->value);
      if (!is_shown (self, prediction->value) || !(fabs (x - at) <= 0.4 * em))
        continue;
      char value[40];
      lofi_format_measure (prediction->value, 3, value, sizeof value);
      g_snprintf (pick->text, sizeof pick->text, _("predicted outlier, %s: λ = %s, squared overlap %.2f"), prediction->names, value, prediction->overlap);
      lofi_pick_set_rect (pick, at - 0.4 * em, below - 0.4 * em, 0.8 * em, 0.8 * em, width, height);
      return TRUE;
    }
  for (int end = 0; end < 2 && lofi_rect_contains (&l->bars, x, y); end++)
    {
      double at = lofi_axis_to_view (&l->x, self->nulls[end]), reach = 0.22 * em;
      if (!is_shown (self, self->nulls[end]) || !(fabs (x - at) <= reach))
        continue;
      say_null (self, end, pick);
      lofi_pick_set_rect (pick, at - reach, l->bars.y, 2 * reach, l->bars.height, width, height);
      return TRUE;
    }
  return FALSE;
}

void
lofi_spectrum_null_clear (LofiSpectrumFigure *self)
{
  for (int end = 0; end < 2; end++)
    g_free (self->null_labels[end]);
  g_free (self->null_key);
  lofi_histogram_clear (&self->shuffled);
  g_free (self->law_x);
  g_free (self->law_counts);
  for (guint i = 0; i < self->n_predictions; i++)
    g_free (self->predictions[i].names);
  g_free (self->predictions);
}
