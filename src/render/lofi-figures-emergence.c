/* Emergence: test error against the number of samples, of each method. */
#include "config.h"
#include "lofi-figures.h"

#include <math.h>
#include <glib/gi18n-lib.h>
#include "lofi-curves-private.h"

typedef struct {
  LofiFigure base;
  LofiCurve curves[LOFI_N_METHODS];
  char *labels[LOFI_N_METHODS];        /* at the ends: name and last error */
  guint n;
  gboolean all_reach_end;              /* until they do, labels at the ends would lie on other curves */
  double x_low, x_high, y_low, y_high;
  gsize samples;
  char *samples_label;
} LofiEmergenceFigure;

typedef struct {
  LofiFrame frame;
  LofiFrameText says;
  LofiKey keys[LOFI_N_METHODS];
  LofiAxis x, y;
  gboolean at_ends;                    /* labels at the lines' ends, no legend */
} Layout;

static gboolean
lay_out (LofiEmergenceFigure *self, LofiText *text, double width, double height, Layout *l)
{
  const LofiStyle *style = text->style;
  l->at_ends = self->all_reach_end && width >= 30 * style->font_size && height >= 12 * style->font_size;
  for (guint i = 0; i < self->n; i++)
    l->keys[i] = (LofiKey) { LOFI_KEY_LINE, style->series[self->curves[i].series & 7], self->curves[i].name, self->curves[i].series };
  l->says = (LofiFrameText) { self->base.title, self->base.subtitle, _("number of training samples n (logarithmic)"), _("test error, %"),
                              _("training samples n"), NULL, l->keys, l->at_ends ? 0 : self->n };
  lofi_frame_init_header (&l->frame, text, width, height, &l->says);
  lofi_frame_take_bottom (&l->frame, text);
  LofiRect *plot = &l->frame.plot;
  double right = 0;
  for (guint i = 0; l->at_ends && i < self->n; i++)
    {
      lofi_text_set (text, LOFI_TEXT_SMALL, self->labels[i], 0);
      right = MAX (right, lofi_text_width (text) + 0.5 * style->font_size);
    }
  l->y = lofi_axis (LOFI_SCALE_LINEAR, self->y_low, self->y_high, plot->y + plot->height, plot->y);
  g_autoptr (GArray) ticks = lofi_frame_ticks (&l->y, text, TRUE);
  lofi_frame_take_left (&l->frame, text, lofi_frame_labels_width (ticks, text), right);
  /* Air beside the first and the last point, where markers and bars reach over. */
  double air = MIN (0.6 * style->font_size, plot->width / 10);
  l->x = lofi_axis (LOFI_SCALE_LOG, self->x_low, self->x_high, plot->x + air, plot->x + plot->width - air);
  return plot->width >= 4 && plot->height >= 4;
}

static void
draw_samples_line (LofiEmergenceFigure *self, cairo_t *cr, LofiText *text, const Layout *l)
{
  const LofiStyle *style = text->style;
  const LofiRect *plot = &l->frame.plot;
  double x = lofi_crisp (style, lofi_axis_to_view (&l->x, self->samples)), em = style->font_size;
  if (self->samples == 0 || self->n == 0 || x < plot->x || x > plot->x + plot->width)
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

static void
draw (LofiFigure *figure, cairo_t *cr, double width, double height, const LofiStyle *style)
{
  LofiEmergenceFigure *self = (LofiEmergenceFigure *) figure;
  g_auto (LofiText) text;
  lofi_text_init (&text, style);
  Layout l;
  gboolean has_room = lay_out (self, &text, width, height, &l);
  lofi_frame_draw_header (&l.frame, cr, &text);
  if (!has_room)
    return;
  g_autoptr (GArray) errors = lofi_frame_ticks (&l.y, &text, TRUE);
  g_autoptr (GArray) ticks = lofi_frame_ticks (&l.x, &text, FALSE);
  lofi_frame_draw_y (&l.frame, cr, &text, &l.y, errors);
  draw_samples_line (self, cr, &text, &l);
  lofi_frame_draw_x (&l.frame, cr, &text, &l.x, ticks);
  lofi_curves_draw (self->curves, self->n, cr, style, &l.x, &l.y);
  const LofiRect *plot = &l.frame.plot;
  if (self->n == 0)
    {
      lofi_text_set (&text, LOFI_TEXT_NORMAL, _("No points yet: start the sweep"), plot->width);
      lofi_text_draw (&text, cr, style->dim_text, plot->x + plot->width / 2, plot->y + plot->height / 2, 0.5, 0.5);
    }
  else if (l.at_ends)
    lofi_curves_label_ends (self->curves, self->n, self->labels, cr, &text, plot, &l.x, &l.y);
}

static void
percent (double value, char *out, gsize size)
{
  char number[40];
  /* One decimal, as everywhere errors are told. */
  g_ascii_formatd (number, sizeof number, "%.1f", value);
  g_snprintf (out, size, "%s %%", number);
}

static gboolean
pick (LofiFigure *figure, double width, double height, const LofiStyle *style, double x, double y, LofiPick *pick)
{
  LofiEmergenceFigure *self = (LofiEmergenceFigure *) figure;
  g_auto (LofiText) text;
  lofi_text_init (&text, style);
  Layout l;
  guint c, k;
  double em = style->font_size;
  if (!lay_out (self, &text, width, height, &l) || !lofi_curves_nearest (self->curves, self->n, &l.x, &l.y, x, y, 1.2 * em, &c, &k))
    return FALSE;
  const LofiCurve *curve = &self->curves[c];
  char n[40], mean[48], error[48];
  lofi_format_count ((guint64) curve->x[k], n, sizeof n);
  percent (curve->y[k], mean, sizeof mean);
  percent (curve->error[k], error, sizeof error);
  g_autofree char *seeds = g_strdup_printf (ngettext ("%u seed", "%u seeds", curve->seeds[k]), curve->seeds[k]);
  if (isfinite (curve->error[k]))
    g_snprintf (pick->text, sizeof pick->text, _("n = %s · %s %s ± %s (%s)"), n, curve->name, mean, error, seeds);
  else
    g_snprintf (pick->text, sizeof pick->text, _("n = %s · %s %s (%s)"), n, curve->name, mean, seeds);
  double px = lofi_axis_to_view (&l.x, curve->x[k]), py = lofi_axis_to_view (&l.y, curve->y[k]);
  lofi_pick_set_rect (pick, px - 0.6 * em, py - 0.6 * em, 1.2 * em, 1.2 * em, width, height);
  pick->index = (int) k;
  return TRUE;
}

static void
clear (LofiFigure *figure)
{
  LofiEmergenceFigure *self = (LofiEmergenceFigure *) figure;
  for (guint i = 0; i < LOFI_N_METHODS; i++)
    {
      lofi_curve_clear (&self->curves[i]);
      g_free (self->labels[i]);
    }
  g_free (self->samples_label);
}

static const LofiFigureClass emergence_class = { draw, pick, NULL, clear };

static void
add_curve (LofiEmergenceFigure *self, LofiCells *cells, const char *point, LofiMethod method, LofiMeasure measure)
{
  static const char *const names[] = { N_("LoFi"), N_("lazy"), N_("linear"), N_("kernel"), N_("descent") };
  g_autoptr (GArray) points = lofi_cells_curve (cells, point, method, measure);
  if (!points || points->len == 0)
    return;
  LofiCurve *curve = &self->curves[self->n];
  *curve = (LofiCurve) { g_strdup (_(names[method])), (int) method, 0, g_new (double, points->len), g_new (double, points->len),
                         g_new (double, points->len), g_new (guint, points->len) };
  for (guint i = 0; i < points->len; i++)
    {
      const LofiCurvePoint *at = &g_array_index (points, LofiCurvePoint, i);
      if (!isfinite (at->mean) || at->samples == 0)
        continue;
      curve->x[curve->n] = at->samples;
      curve->y[curve->n] = 100 * at->mean;
      curve->error[curve->n] = 100 * at->sem;
      curve->seeds[curve->n++] = at->count;
    }
  if (curve->n == 0)
    {
      lofi_curve_clear (curve);
      return;
    }
  char last[48];
  percent (curve->y[curve->n - 1], last, sizeof last);
  self->labels[self->n++] = g_strdup_printf ("%s %s", curve->name, last);
}

/* The x axis spans what the sweep will visit, so that it stands still while points appear; the y axis what has been found, to whole steps. */
static void
set_ranges (LofiEmergenceFigure *self, const LofiExperiment *experiment)
{
  double low = G_MAXDOUBLE, high = 0, least = G_MAXDOUBLE, most = -G_MAXDOUBLE;
  const GArray *planned = experiment ? experiment->sweep_samples : NULL;
  for (guint i = 0; planned && i < planned->len; i++)
    {
      low = MIN (low, g_array_index (planned, gsize, i));
      high = MAX (high, g_array_index (planned, gsize, i));
    }
  for (guint c = 0; c < self->n; c++)
    for (guint k = 0; k < self->curves[c].n; k++)
      {
        const LofiCurve *curve = &self->curves[c];
        double error = isfinite (curve->error[k]) ? curve->error[k] : 0;
        low = MIN (low, curve->x[k]);
        high = MAX (high, curve->x[k]);
        least = MIN (least, curve->y[k] - error);
        most = MAX (most, curve->y[k] + error);
      }
  self->all_reach_end = TRUE;
  for (guint c = 0; c < self->n; c++)
    self->all_reach_end &= self->curves[c].x[self->curves[c].n - 1] >= high;
  self->x_low = low <= high ? low : 100;
  self->x_high = low <= high ? high : 10000;
  if (self->x_low == self->x_high)
    {
      self->x_low /= 2;
      self->x_high *= 2;
    }
  self->y_low = 0;
  self->y_high = 50;
  if (least <= most)
    {
      double step = most - least > 12 ? 5 : most - least > 4 ? 2 : 1;
      self->y_low = MAX (floor ((least - 0.15 * step) / step) * step, 0);
      self->y_high = MAX (ceil ((most + 0.15 * step) / step) * step, self->y_low + step);
    }
}

static char *
make_subtitle (LofiCells *cells, const LofiExperiment *experiment, guint total)
{
  guint found = cells ? lofi_cells_count (cells) : 0;
  guint seeds = experiment ? experiment->sweep_seeds : 0;
  char found_text[40], total_text[40];
  lofi_format_count (found, found_text, sizeof found_text);
  lofi_format_count (total, total_text, sizeof total_text);
  g_autoptr (GString) text = g_string_new (NULL);
  if (seeds > 1)
    g_string_append_printf (text, _("mean ± standard error over %u seeds · "), seeds);
  if (total > found)
    g_string_append_printf (text, _("%s of %s cells"), found_text, total_text);
  else
    g_string_append_printf (text, ngettext ("%s cell", "%s cells", found), found_text);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

LofiFigure *
lofi_figure_emergence (LofiCells *cells, const LofiExperiment *experiment, const LofiSweepView *view, guint total)
{
  LofiEmergenceFigure *self = lofi_figure_alloc (sizeof *self, &emergence_class);
  gboolean has_axes = experiment && experiment->sweep_axes && experiment->sweep_axes->len > 0;
  const char *point = has_axes ? lofi_grid_point (experiment, view->point) : g_intern_static_string ("");
  for (guint method = 0; cells && method < LOFI_N_METHODS; method++)
    add_curve (self, cells, point, method, view->measure);
  set_ranges (self, experiment);
  self->samples = view->samples;
  char n[40];
  lofi_format_count (view->samples, n, sizeof n);
  self->samples_label = g_strdup_printf (_("n = %s"), n);
  self->base.title = experiment && experiment->title && *experiment->title
    ? g_strdup_printf (_("%s · test error against n"), experiment->title) : g_strdup (_("Test error against n"));
  self->base.subtitle = make_subtitle (cells, experiment, total);
  g_autoptr (GString) description = g_string_new (self->base.title);
  for (guint i = 0; i < self->n; i++)
    g_string_append_printf (description, i == 0 ? ": %s" : ", %s", self->labels[i]);
  self->base.description = g_string_free (g_steal_pointer (&description), FALSE);
  return &self->base;
}
