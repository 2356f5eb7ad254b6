/* Alignment: how gradient descent and the filter agree, above, and their errors, below, by step. */
#include "config.h"
#include "lofi-figures.h"

#include <math.h>
#include <glib/gi18n-lib.h>
#include "lofi-curves-private.h"

/* Series of the errors: descent's is everywhere the fifth. */
#define SERIES_TEST 4
#define SERIES_TRAIN 5
#define N_CURVES (LOFI_N_ALIGN + 2)
#define UPPER_SHARE 0.58              /* of the room of both panels */

typedef struct {
  LofiFigure base;
  LofiCurve curves[N_CURVES];         /* overlaps, then errors in per cent */
  guint n_upper, n;
  double level;                       /* the fit's test error in per cent, or NAN */
  char *level_label, *upper_title;
  double x_high, y_high;
  gboolean missing;                   /* what is asked for has not been measured, though points are there */
} LofiAlignmentFigure;

typedef struct {
  LofiFrame frame, upper, lower;      /* the panels' are copies with plots of their own */
  LofiFrameText says, upper_says, lower_says;
  LofiKey keys[N_CURVES];
  LofiAxis x, y_upper, y_lower;
} Layout;

/* ---- the layout ---- */

static void
split_panels (LofiAlignmentFigure *self, Layout *l)
{
  const LofiRect plot = l->frame.plot;
  double gap = 1.1 * l->frame.em, room = MAX (plot.height - gap, 2);
  l->upper = l->lower = l->frame;
  l->upper_says = l->lower_says = l->says;
  l->upper_says.y_title = self->upper_title;
  l->upper_says.y_short = _("overlap");
  l->lower_says.y_title = _("error, %");
  l->lower_says.y_short = "%";
  l->upper.says = &l->upper_says;
  l->lower.says = &l->lower_says;
  l->upper.plot.height = room * UPPER_SHARE;
  l->lower.plot.y = plot.y + room * UPPER_SHARE + gap;
  l->lower.plot.height = room * (1 - UPPER_SHARE);
}

static gboolean
lay_out (LofiAlignmentFigure *self, LofiText *text, double width, double height, Layout *l)
{
  const LofiStyle *style = text->style;
  for (guint i = 0; i < self->n; i++)
    l->keys[i] = (LofiKey) { LOFI_KEY_LINE, style->series[self->curves[i].series & 7], self->curves[i].name, self->curves[i].series };
  l->says = (LofiFrameText) { self->base.title, self->base.subtitle, _("steps of gradient descent (logarithmic)"), "", _("steps"), NULL, l->keys,
                              self->n };
  lofi_frame_init_header (&l->frame, text, width, height, &l->says);
  lofi_frame_take_bottom (&l->frame, text);
  split_panels (self, l);
  const LofiRect *above = &l->upper.plot, *below = &l->lower.plot;
  l->y_upper = lofi_axis (LOFI_SCALE_LINEAR, 0, 1, above->y + above->height, above->y);
  l->y_lower = lofi_axis (LOFI_SCALE_LINEAR, 0, self->y_high, below->y + below->height, below->y);
  g_autoptr (GArray) overlaps = lofi_frame_ticks (&l->y_upper, text, TRUE), errors = lofi_frame_ticks (&l->y_lower, text, TRUE);
  double labels = MAX (lofi_frame_labels_width (overlaps, text), lofi_frame_labels_width (errors, text));
  lofi_frame_take_left (&l->upper, text, labels, 0);
  lofi_frame_take_left (&l->lower, text, labels, 0);
  double air = MIN (0.6 * style->font_size, above->width / 10);
  l->x = lofi_axis (LOFI_SCALE_LOG, 1, self->x_high, above->x + air, above->x + above->width - air);
  return above->width >= 4 && above->height >= 4 && below->height >= 4;
}

/* ---- drawing ---- */

/* The line that the upper panel stands on: its ticks are those below. */
static void
draw_floor (const Layout *l, cairo_t *cr, const LofiStyle *style)
{
  const LofiRect *plot = &l->upper.plot;
  double y = lofi_crisp (style, plot->y + plot->height);
  cairo_set_line_width (cr, style->page ? 0.6 : 1);
  lofi_color_set (cr, style->axis);
  cairo_move_to (cr, plot->x, y);
  cairo_line_to (cr, plot->x + plot->width, y);
  cairo_stroke (cr);
}

static void
draw_level (LofiAlignmentFigure *self, cairo_t *cr, LofiText *text, const Layout *l)
{
  const LofiStyle *style = text->style;
  const LofiRect *plot = &l->lower.plot;
  double y = lofi_crisp (style, lofi_axis_to_view (&l->y_lower, self->level)), em = style->font_size, dash[] = { 0.5 * em, 0.25 * em };
  if (!isfinite (self->level))
    return;
  lofi_color_set (cr, style->series[0]);
  cairo_set_line_width (cr, style->line_width);
  cairo_set_dash (cr, dash, 2, 0);
  cairo_move_to (cr, plot->x, y);
  cairo_line_to (cr, plot->x + plot->width, y);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
  if (!l->lower.has_labels || plot->height < 4 * em)
    return;
  /* On the side of the line where no curve begins, inside the panel. */
  lofi_text_set (text, LOFI_TEXT_SMALL, self->level_label, plot->width);
  double room = lofi_text_height (text) + 0.5 * em, curve = self->n > self->n_upper ? self->curves[self->n_upper].y[0] : 0;
  gboolean free_above = fabs (lofi_axis_to_view (&l->y_lower, curve) - (y - room / 2)) > room && y - room > plot->y;
  gboolean above = free_above || y + room > plot->y + plot->height;
  lofi_text_draw (text, cr, lofi_ink (style, style->series[0]), plot->x + 0.4 * em, above ? y - 0.15 * em : y + 0.15 * em, 0, above ? 1 : 0);
}

static void
say_nothing_yet (LofiAlignmentFigure *self, cairo_t *cr, LofiText *text, const LofiRect *plot)
{
  const char *says = self->missing ? _("Kept features are compared for dense layers alone") : _("No points yet: start the comparison");
  lofi_text_set (text, LOFI_TEXT_NORMAL, says, plot->width);
  lofi_text_draw (text, cr, text->style->dim_text, plot->x + plot->width / 2, plot->y + plot->height / 2, 0.5, 0.5);
}

static void
draw (LofiFigure *figure, cairo_t *cr, double width, double height, const LofiStyle *style)
{
  LofiAlignmentFigure *self = (LofiAlignmentFigure *) figure;
  g_auto (LofiText) text;
  lofi_text_init (&text, style);
  Layout l;
  gboolean has_room = lay_out (self, &text, width, height, &l);
  lofi_frame_draw_header (&l.frame, cr, &text);
  if (!has_room)
    return;
  g_autoptr (GArray) overlaps = lofi_frame_ticks (&l.y_upper, &text, TRUE), errors = lofi_frame_ticks (&l.y_lower, &text, TRUE);
  g_autoptr (GArray) steps = lofi_frame_ticks (&l.x, &text, FALSE);
  lofi_frame_draw_y (&l.upper, cr, &text, &l.y_upper, overlaps);
  lofi_frame_draw_y (&l.lower, cr, &text, &l.y_lower, errors);
  draw_floor (&l, cr, style);
  lofi_frame_draw_x (&l.lower, cr, &text, &l.x, steps);
  draw_level (self, cr, &text, &l);
  lofi_curves_draw (self->curves, self->n_upper, cr, style, &l.x, &l.y_upper);
  lofi_curves_draw (self->curves + self->n_upper, self->n - self->n_upper, cr, style, &l.x, &l.y_lower);
  if (self->n_upper == 0)
    say_nothing_yet (self, cr, &text, &l.upper.plot);
}

static gboolean
pick (LofiFigure *figure, double width, double height, const LofiStyle *style, double x, double y, LofiPick *pick)
{
  LofiAlignmentFigure *self = (LofiAlignmentFigure *) figure;
  g_auto (LofiText) text;
  lofi_text_init (&text, style);
  Layout l;
  guint c, k;
  double reach = 1.2 * style->font_size;
  if (!lay_out (self, &text, width, height, &l))
    return FALSE;
  gboolean above = lofi_curves_nearest (self->curves, self->n_upper, &l.x, &l.y_upper, x, y, reach, &c, &k);
  if (!above && !lofi_curves_nearest (self->curves + self->n_upper, self->n - self->n_upper, &l.x, &l.y_lower, x, y, reach, &c, &k))
    return FALSE;
  const LofiCurve *curve = &self->curves[above ? c : c + self->n_upper];
  char step[40], mean[40], error[40];
  lofi_format_count ((guint64) curve->x[k], step, sizeof step);
  g_ascii_formatd (mean, sizeof mean, above ? "%.3f" : "%.1f", curve->y[k]);
  g_ascii_formatd (error, sizeof error, above ? "%.3f" : "%.1f", curve->error[k]);
  g_autofree char *seeds = g_strdup_printf (ngettext ("%u seed", "%u seeds", curve->seeds[k]), curve->seeds[k]);
  g_autofree char *value = isfinite (curve->error[k]) ? g_strdup_printf ("%s ± %s%s", mean, error, above ? "" : " %")
                                                      : g_strdup_printf ("%s%s", mean, above ? "" : " %");
  g_snprintf (pick->text, sizeof pick->text, _("step %s · %s %s (%s)"), step, curve->name, value, seeds);
  double em = style->font_size, px = lofi_axis_to_view (&l.x, curve->x[k]), py = lofi_axis_to_view (above ? &l.y_upper : &l.y_lower, curve->y[k]);
  lofi_pick_set_rect (pick, px - 0.6 * em, py - 0.6 * em, 1.2 * em, 1.2 * em, width, height);
  pick->index = (int) k;
  return TRUE;
}

static void
clear (LofiFigure *figure)
{
  LofiAlignmentFigure *self = (LofiAlignmentFigure *) figure;
  for (guint i = 0; i < N_CURVES; i++)
    lofi_curve_clear (&self->curves[i]);
  g_free (self->level_label);
  g_free (self->upper_title);
}

static const LofiFigureClass alignment_class = { draw, pick, NULL, clear };

/* ---- building ---- */

/* means: LofiAlignMean (transfer full). */
static void
add_curve (LofiAlignmentFigure *self, const char *name, int series, double scale, GArray *means)
{
  guint most = MAX (means->len, 1);
  LofiCurve *curve = &self->curves[self->n];
  *curve = (LofiCurve) { g_strdup (name), series, 0, g_new (double, most), g_new (double, most), g_new (double, most), g_new (guint, most) };
  for (guint i = 0; i < means->len; i++)
    {
      const LofiAlignMean *mean = &g_array_index (means, LofiAlignMean, i);
      if (mean->step == 0 || !isfinite (mean->mean))
        continue;
      curve->x[curve->n] = mean->step;
      curve->y[curve->n] = scale * mean->mean;
      curve->error[curve->n] = scale * mean->sem;
      curve->seeds[curve->n++] = mean->count;
    }
  g_array_unref (means);
  if (curve->n > 0)
    self->n++;
  else
    lofi_curve_clear (curve);
}

static void
set_ranges (LofiAlignmentFigure *self, const LofiAlignment *alignment)
{
  double most = isfinite (self->level) ? self->level : 0;
  self->x_high = alignment ? MAX (alignment->experiment->descent.steps, 2) : 1000;
  for (guint i = 0; i < self->n; i++)
    for (guint k = 0; k < self->curves[i].n; k++)
      {
        self->x_high = MAX (self->x_high, self->curves[i].x[k]);
        if (i >= self->n_upper)
          most = MAX (most, self->curves[i].y[k] + (isfinite (self->curves[i].error[k]) ? self->curves[i].error[k] : 0));
      }
  self->y_high = most > 0 ? ceil (1.04 * most / 10) * 10 : 50;
}

static char *
make_subtitle (const LofiAlignment *alignment)
{
  guint finished = 0;
  const LofiDescentSpec *descent = &alignment->experiment->descent;
  for (guint i = 0; i < alignment->seeds->len; i++)
    finished += g_array_index (alignment->seeds, LofiAlignSeed, i).finished;
  g_autoptr (GString) text = g_string_new (NULL);
  g_string_append_printf (text, _("mean ± standard error, %u of %u seeds · step %g, initial weights × %g"), finished, descent->seeds, descent->step,
                          descent->init);
  if (alignment->diverged)
    g_string_append_printf (text, ngettext (" · %u diverged", " · %u diverged", alignment->diverged), alignment->diverged);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
make_description (LofiAlignmentFigure *self)
{
  g_autoptr (GString) text = g_string_new (self->base.title);
  for (guint i = 0; i < self->n; i++)
    {
      const LofiCurve *curve = &self->curves[i];
      char first[40], last[40];
      gboolean overlap = i < self->n_upper;
      g_ascii_formatd (first, sizeof first, overlap ? "%.2f" : "%.1f", curve->y[0]);
      g_ascii_formatd (last, sizeof last, overlap ? "%.2f" : "%.1f", curve->y[curve->n - 1]);
      g_string_append_printf (text, "%s %s %s → %s%s", i == 0 ? ":" : ",", curve->name, first, last, overlap ? "" : " %");
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

LofiFigure *
lofi_figure_alignment (const LofiAlignment *alignment, LofiAlignSpace space)
{
  static const char *const names[LOFI_N_ALIGN] = { N_("LoFi"), N_("permuted labels"), N_("principal components"), N_("random") };
  LofiAlignmentFigure *self = lofi_figure_alloc (sizeof *self, &alignment_class);
  const char *title = alignment ? alignment->experiment->title : NULL;
  for (guint i = 0; alignment && i < LOFI_N_ALIGN; i++)
    add_curve (self, _(names[i]), (int) i, 1, lofi_alignment_curve (alignment, space, i));
  self->n_upper = self->n;
  if (alignment)
    {
      add_curve (self, _("descent, test"), SERIES_TEST, 100, lofi_alignment_scores (alignment, LOFI_ALIGN_TEST_ERROR));
      add_curve (self, _("descent, training"), SERIES_TRAIN, 100, lofi_alignment_scores (alignment, LOFI_ALIGN_TRAIN_ERROR));
    }
  self->missing = self->n_upper == 0 && self->n > 0;
  self->level = alignment ? 100 * alignment->lofi_test_error : NAN;
  char level[40];
  g_ascii_formatd (level, sizeof level, "%.1f", isfinite (self->level) ? self->level : 0);
  self->level_label = g_strdup_printf (_("LoFi fit, test %s %%"), level);
  self->upper_title = alignment ? g_strdup_printf (_("overlap of %zu directions"), alignment->directions) : g_strdup (_("overlap"));
  set_ranges (self, alignment);
  const char *what = space == LOFI_ALIGN_SPACE_SAMPLES ? _("Kept features against gradient descent") : _("The filter against gradient descent");
  self->base.title = title && *title ? g_strdup_printf ("%s · %s", title, what) : g_strdup (what);
  self->base.subtitle = alignment ? make_subtitle (alignment) : NULL;
  self->base.description = make_description (self);
  return &self->base;
}
