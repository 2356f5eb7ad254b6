/* The spectrum of a moment operator: a histogram of all eigenvalues, and a mark for each kept one. */
#include "config.h"
#include "lofi-figures.h"

#include <math.h>
#include <glib/gi18n-lib.h>
#include "lofi-frame-private.h"
#include "lofi-spectrum-private.h"

typedef struct {
  LofiFigure base;
  LofiAxis axis;                                   /* eigenvalues, view 0 .. 1 */
  LofiHistogram all, bulk, negative, positive;     /* all = bulk + negative + positive */
  double *floor_negative, *floor_positive;         /* what the coloured bars stand on */
  double top;                                      /* of the count axis */
  gsize n_zero, n_kept;
  double *kept;                                    /* by magnitude: the order of the directions */
  gsize n_spectrum;
  char *x_title, *zero_label;
  const char *x_short;                             /* NULL: x_title is short */
} LofiSpectrumFigure;

/* Where everything is at one size. */
typedef struct {
  LofiFrame frame;
  LofiFrameText says;
  LofiKey keys[3];
  LofiRect bars, band;           /* the histogram, and below it the marks of kept eigenvalues */
  LofiAxis x, y;
  double dot;                    /* radius */
} Layout;

static gboolean
lay_out (LofiSpectrumFigure *self, LofiText *text, double width, double height, Layout *l)
{
  const LofiStyle *style = text->style;
  double em = style->font_size;
  l->keys[0] = (LofiKey) { LOFI_KEY_AREA, style->bulk, self->n_kept ? _("not kept") : _("eigenvalues"), 0 };
  l->keys[1] = (LofiKey) { LOFI_KEY_DOT, style->negative, _("kept, below zero"), 0 };
  l->keys[2] = (LofiKey) { LOFI_KEY_DOT, style->positive, _("kept, above zero"), 0 };
  l->says = (LofiFrameText) { self->base.title, self->base.subtitle, self->x_title, _("eigenvalues per bin (square-root scale)"),
                              self->x_short, _("per bin, square root"), l->keys, self->n_kept ? 3 : 0 };
  lofi_frame_init_header (&l->frame, text, width, height, &l->says);
  lofi_frame_take_bottom (&l->frame, text);
  LofiRect *plot = &l->frame.plot;
  double band = self->n_kept ? MIN (2 * em, plot->height * 0.25) : 0;
  l->y = lofi_axis (LOFI_SCALE_ROOT, 0, self->top, plot->y + plot->height - band, plot->y);
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
draw_bars (LofiSpectrumFigure *self, cairo_t *cr, const Layout *l, const LofiStyle *style)
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
draw_zeros (LofiSpectrumFigure *self, cairo_t *cr, LofiText *text, const Layout *l)
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
  gboolean to_left = x + 0.7 * em + lofi_text_width (text) > l->frame.width;
  lofi_text_draw (text, cr, style->dim_text, to_left ? x - 0.7 * em : x + 0.7 * em, top + 0.1 * em, to_left ? 1 : 0, 0);
}

/* A kept eigenvalue beyond a fixed range is an arrow head at its edge. */
static double
mark_x (const Layout *l, double value, int *beyond)
{
  double x = lofi_axis_to_view (&l->x, value), end = l->band.x + l->band.width;
  *beyond = x < l->band.x - 0.5 ? -1 : x > end + 0.5 ? 1 : 0;
  return CLAMP (x, l->band.x, end);
}

static void
draw_marks (LofiSpectrumFigure *self, cairo_t *cr, const Layout *l, const LofiStyle *style)
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
          /* Rings of the background keep neighbours apart. */
          cairo_arc (cr, stem, y, l->dot, 0, 2 * G_PI);
          cairo_fill (cr);
        }
    }
}

static void
draw (LofiFigure *figure, cairo_t *cr, double width, double height, const LofiStyle *style)
{
  LofiSpectrumFigure *self = (LofiSpectrumFigure *) figure;
  g_auto (LofiText) text;
  lofi_text_init (&text, style);
  Layout l;
  gboolean has_room = lay_out (self, &text, width, height, &l);
  lofi_frame_draw_header (&l.frame, cr, &text);
  if (!has_room)
    return;
  g_autoptr (GArray) counts = lofi_frame_ticks (&l.y, &text, TRUE);
  g_autoptr (GArray) ticks = lofi_frame_ticks (&l.x, &text, FALSE);
  lofi_frame_draw_y (&l.frame, cr, &text, &l.y, counts);
  if (self->n_zero)
    draw_zeros (self, cr, &text, &l);
  draw_bars (self, cr, &l, style);
  draw_marks (self, cr, &l, style);
  lofi_frame_draw_x (&l.frame, cr, &text, &l.x, ticks);
}

static int
nearest_mark (LofiSpectrumFigure *self, const Layout *l, double x, double reach)
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
pick_bin (LofiSpectrumFigure *self, const Layout *l, const LofiStyle *style, double width, double height, int bin, LofiPick *pick)
{
  char low[40], high[40], count[40];
  double n = self->all.counts[bin];
  lofi_format_number (lofi_histogram_edge (&self->all, bin), 3, low, sizeof low);
  lofi_format_number (lofi_histogram_edge (&self->all, bin + 1), 3, high, sizeof high);
  lofi_format_count ((guint64) n, count, sizeof count);
  g_autofree char *how_many = g_strdup_printf (ngettext ("%s eigenvalue", "%s eigenvalues", (gulong) n), count);
  g_snprintf (pick->text, sizeof pick->text, _("λ from %s to %s · %s"), low, high, how_many);
  double left = lofi_histogram_x (&self->all, &l->bars, style, bin), right = lofi_histogram_x (&self->all, &l->bars, style, bin + 1);
  lofi_pick_set_rect (pick, left, l->bars.y, MAX (right - left, 1), l->bars.height, width, height);
  pick->index = bin;
}

static gboolean
pick (LofiFigure *figure, double width, double height, const LofiStyle *style, double x, double y, LofiPick *pick)
{
  LofiSpectrumFigure *self = (LofiSpectrumFigure *) figure;
  g_auto (LofiText) text;
  lofi_text_init (&text, style);
  Layout l;
  if (!lay_out (self, &text, width, height, &l) || !lofi_rect_contains (&l.frame.plot, x, y))
    return FALSE;
  gboolean in_band = self->n_kept && y >= l.band.y;
  int bin = lofi_histogram_bin (&self->all, lofi_axis_from_view (&l.x, x));
  int mark = in_band ? nearest_mark (self, &l, x, 0.7 * style->font_size) : lone_mark (self, bin);
  double zero = lofi_axis_to_view (&l.x, 0);
  if (mark >= 0)
    {
      int beyond;
      char value[40];
      double at = mark_x (&l, self->kept[mark], &beyond);
      lofi_format_measure (self->kept[mark], 3, value, sizeof value);
      g_snprintf (pick->text, sizeof pick->text, _("λ = %s · kept, %d of %d"), value, mark + 1, (int) self->n_kept);
      lofi_pick_set_rect (pick, at - 1.6 * l.dot, l.band.y, 3.2 * l.dot, l.band.height, width, height);
      pick->index = mark;
      pick->is_direction = TRUE;
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
  g_free (self->x_title);
  g_free (self->zero_label);
}

static const LofiFigureClass spectrum_class = { draw, pick, NULL, clear };

/* The bars of kept eigenvalues by sign, on top of the others. With order 1 a kept value need not be in the spectrum: a bin never
 * shows more than it holds. */
static void
count (LofiSpectrumFigure *self, const LofiSpectrumSample *sample)
{
  guint n_bins = lofi_histogram_bins (&self->axis, sample->values, sample->n);
  g_autofree double *below = g_new (double, self->n_kept + 1), *above = g_new (double, self->n_kept + 1);
  gsize n_below = 0, n_above = 0;
  for (gsize i = 0; i < self->n_kept; i++)
    if (self->kept[i] < 0)
      below[n_below++] = self->kept[i];
    else
      above[n_above++] = self->kept[i];
  lofi_histogram_init (&self->all, &self->axis, n_bins, sample->values, sample->n);
  lofi_histogram_init (&self->bulk, &self->axis, n_bins, sample->values, sample->n);
  lofi_histogram_init (&self->negative, &self->axis, n_bins, below, n_below);
  lofi_histogram_init (&self->positive, &self->axis, n_bins, above, n_above);
  n_bins = self->all.n_bins;
  self->floor_negative = g_new0 (double, n_bins);
  self->floor_positive = g_new0 (double, n_bins);
  for (guint i = 0; i < n_bins; i++)
    {
      double all = self->all.counts[i], *negative = &self->negative.counts[i], *positive = &self->positive.counts[i];
      *negative = MIN (*negative, all);
      *positive = MIN (*positive, all - *negative);
      self->bulk.counts[i] = all - *negative - *positive;
      self->floor_negative[i] = self->bulk.counts[i];
      self->floor_positive[i] = self->bulk.counts[i] + *negative;
    }
  self->top = MAX (lofi_histogram_largest (&self->all) * (self->n_zero ? 1.14 : 1.04), 1);
}

static void
describe (LofiSpectrumFigure *self, const char *title)
{
  gsize n_above = 0;
  for (gsize i = 0; i < self->n_kept; i++)
    n_above += self->kept[i] >= 0;
  char all[40];
  lofi_format_count (self->n_spectrum, all, sizeof all);
  self->base.description = self->n_kept
    ? g_strdup_printf (_("%s: histogram of %s eigenvalues, %d of them kept, %d below zero and %d above"), title, all,
                       (int) self->n_kept, (int) (self->n_kept - n_above), (int) n_above)
    : g_strdup_printf (_("%s: histogram of %s eigenvalues"), title, all);
}

/* What a result shows of a layer: its finished spectrum, or the one streaming in. */
typedef struct {
  const double *spectrum, *kept;
  gsize n_spectrum, n_kept;
  double *found;                 /* kept so far, owned; kept points here while samples stream in */
  gboolean is_live;
} Source;

static int
compare_magnitudes (gconstpointer a, gconstpointer b)
{
  double p = fabs (*(const double *) a), q = fabs (*(const double *) b);
  return (p < q) - (p > q);
}

/* The kept ones of a spectrum on its way: those of largest magnitude, as order 2 will take them. */
static void
find_kept_so_far (Source *source, const LofiLayerSpec *spec)
{
  gsize n;
  double *values = lofi_sorted_finite (source->spectrum, source->n_spectrum, &n);
  qsort (values, n, sizeof *values, compare_magnitudes);
  source->found = values;
  source->kept = values;
  source->n_kept = spec->order == LOFI_ORDER_2 ? MIN (spec->keep, n) : 0;
}

static gboolean
find_source (const LofiResult *result, guint layer_index, Source *source)
{
  *source = (Source) { 0 };
  if (!result || layer_index >= result->n_layers)
    return FALSE;
  const LofiLayerResult *layer = result->layers ? result->layers[layer_index] : NULL;
  if (result->live_layer == (int) layer_index && result->live_spectrum && result->n_live > 0)
    {
      source->spectrum = result->live_spectrum;
      source->n_spectrum = result->n_live;
      source->is_live = TRUE;
      if (result->experiment && layer_index < result->experiment->layers->len)
        find_kept_so_far (source, lofi_experiment_layer (result->experiment, layer_index));
      return TRUE;
    }
  if (!layer || !layer->spectrum || layer->n_spectrum == 0)
    return FALSE;
  source->spectrum = layer->spectrum;
  source->n_spectrum = layer->n_spectrum;
  source->kept = layer->eigenvalues;
  source->n_kept = layer->eigenvalues ? layer->keep : 0;
  return TRUE;
}

static char *
make_subtitle (const LofiResult *result, const Source *source, gsize n_kept)
{
  char p[40], n[40], total[40];
  lofi_format_count (source->n_spectrum, p, sizeof p);
  if (source->is_live)
    {
      lofi_format_count (result->live_samples, n, sizeof n);
      lofi_format_count (result->live_total, total, sizeof total);
      return g_strdup_printf (_("%s of %s samples · P = %s"), n, total, p);
    }
  lofi_format_count (result->task ? result->task->train.count : 0, n, sizeof n);
  g_autofree char *sizes = result->task ? g_strdup_printf (_("n = %s · P = %s"), n, p) : g_strdup_printf (_("P = %s"), p);
  return n_kept ? g_strdup_printf (_("%s · %d kept"), sizes, (int) n_kept) : g_steal_pointer (&sizes);
}

gboolean
lofi_figure_spectrum_range (const LofiResult *result, guint layer_index, double *low, double *high)
{
  Source source;
  if (!find_source (result, layer_index, &source))
    return FALSE;
  LofiSpectrumSample sample;
  lofi_spectrum_sample_init (&sample, source.spectrum, source.n_spectrum);
  lofi_spectrum_sample_range (&sample, source.kept, source.n_kept, low, high);
  lofi_spectrum_sample_clear (&sample);
  g_free (source.found);
  return TRUE;
}

LofiFigure *
lofi_figure_spectrum (const LofiResult *result, guint layer_index, gboolean mark_kept, double low, double high)
{
  Source source;
  if (!find_source (result, layer_index, &source))
    return NULL;
  LofiSpectrumFigure *self = lofi_figure_alloc (sizeof *self, &spectrum_class);
  LofiSpectrumSample sample;
  lofi_spectrum_sample_init (&sample, source.spectrum, source.n_spectrum);
  self->n_spectrum = source.n_spectrum;
  self->kept = g_new (double, source.n_kept + 1);
  for (gsize i = 0; mark_kept && i < source.n_kept; i++)
    if (isfinite (source.kept[i]))
      self->kept[self->n_kept++] = source.kept[i];
  if (!(low < high))
    lofi_spectrum_sample_range (&sample, self->kept, self->n_kept, &low, &high);
  self->axis = lofi_spectrum_sample_axis (&sample, low, high);
  self->n_zero = sample.n_zero;
  count (self, &sample);
  lofi_spectrum_sample_clear (&sample);

  self->base.title = g_strdup_printf (_("Layer %u · eigenvalues of the moment operator"), layer_index + 1);
  self->base.subtitle = make_subtitle (result, &source, self->n_kept);
  char number[40];
  lofi_format_number (self->axis.linear, 2, number, sizeof number);
  self->x_title = self->axis.scale == LOFI_SCALE_ASINH
    ? g_strdup_printf (_("eigenvalue λ (asinh scale: linear within ±%s, logarithmic beyond)"), number) : g_strdup (_("eigenvalue λ"));
  self->x_short = self->axis.scale == LOFI_SCALE_ASINH ? _("eigenvalue λ (asinh scale)") : NULL;
  lofi_format_count (self->n_zero, number, sizeof number);
  self->zero_label = g_strdup_printf (_("%s at zero"), number);
  describe (self, self->base.title);
  g_free (source.found);
  return &self->base;
}
