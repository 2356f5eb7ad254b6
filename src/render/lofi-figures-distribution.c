/* How numbers are distributed in the two classes: lifted activations, predictions. */
#include "config.h"
#include "lofi-figures.h"

#include <math.h>
#include <glib/gi18n-lib.h>
#include "lofi-frame-private.h"
#include "lofi-histogram-private.h"

/* A class with more than this share of exact zeros has an atom there (relu), told in words and not a bin. */
#define ATOM_SHARE 0.02

typedef struct {
  LofiFigure base;
  LofiHistogram shares[2];         /* negative, positive class: per cent of the class in each bin */
  gsize totals[2];
  double zero_shares[2];           /* per cent of the class that is exactly zero, if has_atom */
  gboolean has_atom, has_threshold;
  double low, high, top;
  char *x_title, *y_title, *legend[2], *names[2], *sides[2];
} LofiDistributionFigure;

typedef struct {
  LofiFrame frame;
  LofiFrameText says;
  LofiKey keys[2];
  LofiAxis x, y;
} Layout;

static LofiColor
class_color (const LofiStyle *style, int class)
{
  return class ? style->positive : style->negative;
}

static gboolean
lay_out (LofiDistributionFigure *self, LofiText *text, double width, double height, Layout *l)
{
  const LofiStyle *style = text->style;
  for (int class = 0; class < 2; class++)
    l->keys[class] = (LofiKey) { LOFI_KEY_AREA, class_color (style, class), self->legend[class], 0 };
  l->says = (LofiFrameText) { self->base.title, self->base.subtitle, self->x_title, self->y_title, NULL, NULL, l->keys, 2 };
  lofi_frame_init_header (&l->frame, text, width, height, &l->says);
  lofi_frame_take_bottom (&l->frame, text);
  LofiRect *plot = &l->frame.plot;
  l->y = lofi_axis (LOFI_SCALE_LINEAR, 0, self->top, plot->y + plot->height, plot->y);
  g_autoptr (GArray) ticks = lofi_frame_ticks (&l->y, text, TRUE);
  lofi_frame_take_left (&l->frame, text, lofi_frame_labels_width (ticks, text), 0);
  if (!style->page)
    *plot = (LofiRect) { round (plot->x), round (plot->y), round (plot->width), round (plot->height) };
  l->x = lofi_axis (LOFI_SCALE_LINEAR, self->low, self->high, plot->x, plot->x + plot->width);
  l->y.from = plot->y + plot->height;
  l->y.to = plot->y;
  return plot->width >= 4 && plot->height >= 4;
}

static void
draw_threshold (LofiDistributionFigure *self, cairo_t *cr, LofiText *text, const Layout *l)
{
  const LofiStyle *style = text->style;
  const LofiRect *plot = &l->frame.plot;
  double em = style->font_size, x = lofi_axis_to_view (&l->x, 0);
  if (!self->has_threshold || !(x > plot->x && x < plot->x + plot->width))
    return;
  double at = lofi_crisp (style, x), dash[] = { 0.3 * em, 0.25 * em };
  lofi_color_set (cr, style->dim_text);
  cairo_set_line_width (cr, style->page ? 0.7 : 1);
  cairo_set_dash (cr, dash, 2, 0);
  cairo_move_to (cr, at, plot->y);
  cairo_line_to (cr, at, plot->y + plot->height);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
  for (int class = 0; l->frame.has_keys && class < 2; class++)
    {
      double room = class ? plot->x + plot->width - x : x - plot->x;
      lofi_text_set (text, LOFI_TEXT_SMALL, self->sides[class], MAX (room - em, 1));
      if (room > 5 * em)
        lofi_text_draw (text, cr, lofi_ink (style, class_color (style, class)), class ? x + 0.6 * em : x - 0.6 * em, plot->y, class ? 0 : 1, 0);
    }
}

static void
draw (LofiFigure *figure, cairo_t *cr, double width, double height, const LofiStyle *style)
{
  LofiDistributionFigure *self = (LofiDistributionFigure *) figure;
  g_auto (LofiText) text;
  lofi_text_init (&text, style);
  Layout l;
  gboolean has_room = lay_out (self, &text, width, height, &l);
  lofi_frame_draw_header (&l.frame, cr, &text);
  if (!has_room)
    return;
  g_autoptr (GArray) shares = lofi_frame_ticks (&l.y, &text, TRUE);
  g_autoptr (GArray) ticks = lofi_frame_ticks (&l.x, &text, FALSE);
  lofi_frame_draw_y (&l.frame, cr, &text, &l.y, shares);
  for (int class = 0; class < 2; class++)
    {
      LofiColor color = class_color (style, class);
      color.alpha = 0.28;
      lofi_histogram_path (&self->shares[class], NULL, &l.frame.plot, &l.y, style, 0, cr);
      lofi_color_set (cr, color);
      cairo_fill (cr);
    }
  for (int class = 0; class < 2; class++)
    {
      lofi_histogram_outline (&self->shares[class], &l.frame.plot, &l.y, style, cr);
      cairo_set_line_width (cr, style->line_width);
      lofi_color_set (cr, class_color (style, class));
      cairo_stroke (cr);
    }
  draw_threshold (self, cr, &text, &l);
  lofi_frame_draw_x (&l.frame, cr, &text, &l.x, ticks);
}

static gboolean
pick (LofiFigure *figure, double width, double height, const LofiStyle *style, double x, double y, LofiPick *pick)
{
  LofiDistributionFigure *self = (LofiDistributionFigure *) figure;
  g_auto (LofiText) text;
  lofi_text_init (&text, style);
  Layout l;
  if (!lay_out (self, &text, width, height, &l) || !lofi_rect_contains (&l.frame.plot, x, y))
    return FALSE;
  int bin = lofi_histogram_bin (&self->shares[0], lofi_axis_from_view (&l.x, x));
  if (bin < 0)
    return FALSE;
  char low[40], high[40], shares[2][40];
  lofi_format_number (lofi_histogram_edge (&self->shares[0], bin), 3, low, sizeof low);
  lofi_format_number (lofi_histogram_edge (&self->shares[0], bin + 1), 3, high, sizeof high);
  for (int class = 0; class < 2; class++)
    lofi_format_number (self->shares[class].counts[bin], 2, shares[class], sizeof shares[class]);
  g_snprintf (pick->text, sizeof pick->text, _("%s to %s · %s %s %% · %s %s %%"), low, high, self->names[0], shares[0], self->names[1],
              shares[1]);
  double left = lofi_histogram_x (&self->shares[0], &l.frame.plot, style, bin);
  double right = lofi_histogram_x (&self->shares[0], &l.frame.plot, style, bin + 1);
  lofi_pick_set_rect (pick, left, l.frame.plot.y, MAX (right - left, 1), l.frame.plot.height, width, height);
  pick->index = bin;
  return TRUE;
}

static void
clear (LofiFigure *figure)
{
  LofiDistributionFigure *self = (LofiDistributionFigure *) figure;
  for (int class = 0; class < 2; class++)
    {
      lofi_histogram_clear (&self->shares[class]);
      g_free (self->legend[class]);
      g_free (self->names[class]);
      g_free (self->sides[class]);
    }
  g_free (self->x_title);
  g_free (self->y_title);
}

static const LofiFigureClass distribution_class = { draw, pick, NULL, clear };

/* The finite values of one class; exact zeros are counted and left out when they are an atom. */
static double *
values_of_class (const double *values, const double *y, gsize n, int class, gboolean without_zeros, gsize *total, gsize *zeros, gsize *m)
{
  double *out = g_new (double, n + 1);
  *total = *zeros = *m = 0;
  for (gsize i = 0; i < n; i++)
    {
      if (!isfinite (values[i]) || (y[i] > 0) != class)
        continue;
      ++*total;
      *zeros += values[i] == 0;
      if (!without_zeros || values[i] != 0)
        out[(*m)++] = values[i];
    }
  return out;
}

static void
count (LofiDistributionFigure *self, const double *values, const double *y, gsize n)
{
  gsize finite, zeros[2], m[2];
  double *of_class[2];
  gsize all_zeros = 0;
  g_autofree double *sorted = lofi_sorted_finite (values, n, &finite);
  for (gsize i = 0; i < finite; i++)
    all_zeros += sorted[i] == 0;
  self->has_atom = finite > 0 && (double) all_zeros > ATOM_SHARE * (double) finite;
  self->low = finite ? MIN (sorted[0], 0) : -1;
  self->high = finite ? MAX (sorted[finite - 1], 0) : 1;
  double air = 0.03 * (self->high - self->low);
  self->low -= self->low < 0 ? air : 0;
  self->high += self->high > 0 ? air : 0;
  LofiAxis axis = lofi_axis (LOFI_SCALE_LINEAR, self->low, self->high, 0, 1);
  self->low = axis.low;
  self->high = axis.high;
  guint n_bins = MIN (lofi_histogram_bins (&axis, sorted, finite), 100);
  for (int class = 0; class < 2; class++)
    {
      of_class[class] = values_of_class (values, y, n, class, self->has_atom, &self->totals[class], &zeros[class], &m[class]);
      lofi_histogram_init (&self->shares[class], &axis, n_bins, of_class[class], m[class]);
      g_free (of_class[class]);
      double share = self->totals[class] ? 100.0 / (double) self->totals[class] : 0;
      self->zero_shares[class] = share * (double) zeros[class];
      for (guint i = 0; i < self->shares[class].n_bins; i++)
        self->shares[class].counts[i] *= share;
      self->top = MAX (self->top, lofi_histogram_largest (&self->shares[class]));
    }
  self->top = self->top > 0 ? self->top * (self->has_threshold ? 1.16 : 1.05) : 1;
}

static void
name_classes (LofiDistributionFigure *self, const LofiTask *task)
{
  const char *names[2] = { task && task->negative_name ? task->negative_name : _("negative"),
                           task && task->positive_name ? task->positive_name : _("positive") };
  for (int class = 0; class < 2; class++)
    {
      char total[40], zeros[40];
      lofi_format_count (self->totals[class], total, sizeof total);
      lofi_format_number (self->zero_shares[class], 2, zeros, sizeof zeros);
      self->names[class] = g_strdup (names[class]);
      self->legend[class] = self->has_atom ? g_strdup_printf (_("%s · %s %% at zero, not drawn"), names[class], zeros)
                                           : g_strdup_printf ("%s · %s", names[class], total);
    }
  self->sides[0] = g_strdup_printf (_("← predicted %s"), names[0]);
  self->sides[1] = g_strdup_printf (_("predicted %s →"), names[1]);
  /* xgettext:no-c-format */
  self->y_title = g_strdup (_("% of the class per bin"));
}

LofiFigure *
lofi_figure_activations (const LofiResult *result, guint layer_index)
{
  const LofiLayerResult *layer = result && layer_index < result->n_layers ? result->layers[layer_index] : NULL;
  if (!layer || layer->n_activations == 0 || !layer->activations || !layer->activation_labels)
    return NULL;
  LofiDistributionFigure *self = lofi_figure_alloc (sizeof *self, &distribution_class);
  count (self, layer->activations, layer->activation_labels, layer->n_activations);
  name_classes (self, result->task);
  char all[40], sampled[40];
  gsize n = result->task ? result->task->train.count : 0;
  lofi_format_count ((guint64) n * layer->width, all, sizeof all);
  lofi_format_count (layer->n_activations, sampled, sizeof sampled);
  self->x_title = g_strdup (_("lifted activation z"));
  self->base.title = g_strdup_printf (_("Layer %u · lifted activations by class"), layer_index + 1);
  self->base.subtitle = n ? g_strdup_printf (_("%s of n × P = %s activations"), sampled, all) : g_strdup_printf (_("%s activations"), sampled);
  self->base.description = g_strdup_printf (_("%s: one histogram for %s, one for %s"), self->base.title, self->names[0], self->names[1]);
  return &self->base;
}

static void
append_error (GString *text, const char *name, const LofiReadout *readout, gboolean is_test)
{
  if (!readout)
    return;
  char number[40];
  double error = is_test ? readout->test_scores.error : readout->train_scores.error;
  g_ascii_formatd (number, sizeof number, "%.1f", 100 * error);
  g_string_append_printf (text, "%s%s %s %%", text->len ? " · " : "", name, number);
}

LofiFigure *
lofi_figure_predictions (const LofiResult *result)
{
  const LofiReadout *readout = result ? result->readout : NULL;
  if (!readout || !result->task)
    return NULL;
  gboolean is_test = readout->n_test > 0 && readout->test_predictions;
  const double *predictions = is_test ? readout->test_predictions : readout->train_predictions;
  const LofiSplit *split = is_test ? &result->task->test : &result->task->train;
  gsize n = MIN (is_test ? readout->n_test : readout->n_train, split->count);
  if (!predictions || !split->y || n == 0)
    return NULL;
  LofiDistributionFigure *self = lofi_figure_alloc (sizeof *self, &distribution_class);
  self->has_threshold = TRUE;
  count (self, predictions, split->y, n);
  name_classes (self, result->task);
  self->x_title = g_strdup (_("prediction of the readout"));
  self->base.title = g_strdup (is_test ? _("Readout · predictions on the test samples") : _("Readout · predictions on the training samples"));
  g_autoptr (GString) errors = g_string_new (NULL);
  append_error (errors, _("LoFi"), readout, is_test);
  append_error (errors, _("lazy"), result->lazy, is_test);
  append_error (errors, _("linear"), result->linear, is_test);
  self->base.subtitle = g_strdup_printf (is_test ? _("test error: %s") : _("training error: %s"), errors->str);
  self->base.description = g_strdup_printf ("%s, %s", self->base.title, self->base.subtitle);
  return &self->base;
}
