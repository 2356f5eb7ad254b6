/* What each kept direction has of each planted group: stacked bars. */
#include "config.h"
#include "lofi-figures.h"

#include <math.h>
#include <glib/gi18n-lib.h>
#include "lofi-frame-private.h"
#include "lofi-measure.h"
#include "lofi-teacher.h"

/* Groups with a colour of their own; where there are more, the last place is that of all others together. */
#define GROUPS_SHOWN LOFI_KEYS_MAX
#define GROUPS_TOLD 3                  /* of the most, in the text of a bar */

typedef struct {
  LofiFigure base;
  guint n, n_groups;                   /* n_groups: shown ones */
  double *bars;                        /* n x n_groups, none negative */
  double *eigenvalues;                 /* n, or NULL */
  char **names;                        /* of the shown ones */
  gboolean has_rest;                   /* the last of them is all others */
  double top;
  int selected;
  const char *y_title, *y_short;
} LofiOverlapsFigure;

typedef struct {
  LofiFrame frame;
  LofiFrameText says;
  LofiKey keys[GROUPS_SHOWN];
  LofiAxis x, y;
  double bar;                          /* width */
} Layout;

static LofiColor
group_color (const LofiOverlapsFigure *self, const LofiStyle *style, guint group)
{
  return self->has_rest && group + 1 == self->n_groups ? style->bulk : style->series[lofi_group_series (group)];
}

static gboolean
lay_out (LofiOverlapsFigure *self, LofiText *text, double width, double height, Layout *l)
{
  const LofiStyle *style = text->style;
  double em = style->font_size;
  for (guint g = 0; g < self->n_groups; g++)
    l->keys[g] = (LofiKey) { LOFI_KEY_AREA, group_color (self, style, g), self->names[g], 0 };
  l->says = (LofiFrameText) { self->base.title, self->base.subtitle, _("kept direction, by |λ|"), self->y_title, _("direction"), self->y_short,
                              l->keys, self->n_groups };
  lofi_frame_init_header (&l->frame, text, width, height, &l->says);
  lofi_frame_take_bottom (&l->frame, text);
  LofiRect *plot = &l->frame.plot;
  l->y = lofi_axis (LOFI_SCALE_LINEAR, 0, self->top, plot->y + plot->height, plot->y);
  g_autoptr (GArray) ticks = lofi_frame_ticks (&l->y, text, TRUE);
  lofi_frame_take_left (&l->frame, text, lofi_frame_labels_width (ticks, text), 0);
  if (!style->page)
    *plot = (LofiRect) { round (plot->x), round (plot->y), round (plot->width), round (plot->height) };
  l->x = lofi_axis (LOFI_SCALE_LINEAR, 0.5, self->n + 0.5, plot->x, plot->x + plot->width);
  l->y.from = plot->y + plot->height;
  l->y.to = plot->y;
  double slot = plot->width / self->n;
  l->bar = MIN (slot * (slot < 4 ? 1 : 0.76), 5 * em);
  return plot->width >= 4 && plot->height >= 4;
}

static void
bar_ends (const Layout *l, const LofiStyle *style, guint i, double *left, double *right)
{
  double middle = lofi_axis_to_view (&l->x, i + 1.0);
  *left = middle - l->bar / 2;
  *right = middle + l->bar / 2;
  if (!style->page && l->bar >= 3)
    {
      *left = round (*left);
      *right = round (*right);
    }
}

/* Directions are counted: no half of one has a tick. (transfer full) */
static GArray *
direction_ticks (const LofiOverlapsFigure *self, const Layout *l, LofiText *text)
{
  GArray *ticks = g_array_new (FALSE, FALSE, sizeof (LofiTick));
  char widest[24];
  static const guint steps[] = { 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000 };
  guint step = steps[G_N_ELEMENTS (steps) - 1];
  lofi_format_count (self->n, widest, sizeof widest);
  lofi_text_set (text, LOFI_TEXT_SMALL, widest, 0);
  double room = lofi_text_width (text) + 0.6 * text->style->font_size, slot = l->frame.plot.width / self->n;
  for (guint i = G_N_ELEMENTS (steps); i-- > 0;)
    if (steps[i] * slot >= room)
      step = steps[i];
  for (guint k = step; k <= self->n; k += step)
    {
      LofiTick tick = { .value = k, .major = TRUE };
      lofi_format_count (k, tick.label, sizeof tick.label);
      g_array_append_val (ticks, tick);
    }
  return ticks;
}

/* ---- drawing ---- */

/* The group's name in its part, where there is room: never by colour alone. */
static void
name_part (const LofiOverlapsFigure *self, cairo_t *cr, LofiText *text, guint group, double left, double right, double top, double bottom)
{
  const LofiStyle *style = text->style;
  lofi_text_set (text, LOFI_TEXT_SMALL, self->names[group], 0);
  if (lofi_text_width (text) + 0.4 * style->font_size > right - left || lofi_text_line (text, LOFI_TEXT_SMALL) > bottom - top)
    return;
  LofiColor ink = style->background;
  if (!(ink.alpha > 0))
    ink = (LofiColor) { 1, 1, 1, 1 };
  lofi_text_draw (text, cr, ink, (left + right) / 2, (top + bottom) / 2, 0.5, 0.5);
}

static void
draw_bar (LofiOverlapsFigure *self, cairo_t *cr, LofiText *text, const Layout *l, guint i)
{
  const LofiStyle *style = text->style;
  double left, right, sum = 0, seam = l->bar > 6 ? (style->page ? 0.4 : 1) : 0;
  bar_ends (l, style, i, &left, &right);
  for (guint g = 0; g < self->n_groups; g++)
    {
      double value = self->bars[i * self->n_groups + g], bottom = lofi_axis_to_view (&l->y, sum), top = lofi_axis_to_view (&l->y, sum + value);
      sum += value;
      /* A seam of the background between neighbours, if anything is then left of the part. */
      double drawn = g > 0 && bottom - top > 2 * seam ? bottom - seam : bottom;
      cairo_rectangle (cr, left, top, right - left, drawn - top);
      lofi_color_set (cr, group_color (self, style, g));
      cairo_fill (cr);
      if (l->frame.has_labels)
        name_part (self, cr, text, g, left, right, top, drawn);
    }
}

static void
draw_selected (LofiOverlapsFigure *self, cairo_t *cr, const Layout *l, const LofiStyle *style)
{
  double left, right, em = style->font_size, line = style->page ? 0.8 : 2;
  if (self->selected < 0 || self->selected >= (int) self->n)
    return;
  bar_ends (l, style, (guint) self->selected, &left, &right);
  double slack = MIN (0.2 * em, MAX ((l->frame.plot.width / self->n - l->bar) / 2, line)), sum = 0;
  for (guint g = 0; g < self->n_groups; g++)
    sum += self->bars[(guint) self->selected * self->n_groups + g];
  double top = MAX (lofi_axis_to_view (&l->y, sum) - slack, l->frame.plot.y), bottom = l->frame.plot.y + l->frame.plot.height;
  cairo_rectangle (cr, left - slack, top, right - left + 2 * slack, bottom - top);
  lofi_color_set (cr, style->highlight);
  cairo_set_line_width (cr, line);
  cairo_stroke (cr);
}

static void
draw (LofiFigure *figure, cairo_t *cr, double width, double height, const LofiStyle *style)
{
  LofiOverlapsFigure *self = (LofiOverlapsFigure *) figure;
  g_auto (LofiText) text;
  lofi_text_init (&text, style);
  Layout l;
  gboolean has_room = lay_out (self, &text, width, height, &l);
  lofi_frame_draw_header (&l.frame, cr, &text);
  if (!has_room)
    return;
  g_autoptr (GArray) shares = lofi_frame_ticks (&l.y, &text, TRUE);
  g_autoptr (GArray) ticks = direction_ticks (self, &l, &text);
  lofi_frame_draw_y (&l.frame, cr, &text, &l.y, shares);
  for (guint i = 0; i < self->n; i++)
    draw_bar (self, cr, &text, &l, i);
  draw_selected (self, cr, &l, style);
  lofi_frame_draw_x (&l.frame, cr, &text, &l.x, ticks);
}

/* ---- what is under a point ---- */

static void
say_bar (const LofiOverlapsFigure *self, guint i, LofiPick *pick)
{
  const double *bar = self->bars + (gsize) i * self->n_groups;
  gboolean told[GROUPS_SHOWN] = { FALSE };
  g_autoptr (GString) says = g_string_new (NULL);
  g_string_printf (says, _("direction %u of %u"), i + 1, self->n);
  if (self->eigenvalues)
    {
      char value[40];
      lofi_format_measure (self->eigenvalues[i], 3, value, sizeof value);
      g_string_append_printf (says, " · λ = %s", value);
    }
  for (guint k = 0; k < MIN (self->n_groups, GROUPS_TOLD); k++)
    {
      guint most = 0;
      while (told[most])
        most++;
      for (guint g = most + 1; g < self->n_groups; g++)
        if (!told[g] && bar[g] > bar[most])
          most = g;
      told[most] = TRUE;
      char share[40];
      g_ascii_formatd (share, sizeof share, "%.2f", bar[most]);
      g_string_append_printf (says, " · %s %s", self->names[most], share);
    }
  lofi_pick_set_text (pick, says->str);
}

static gboolean
pick (LofiFigure *figure, double width, double height, const LofiStyle *style, double x, double y, LofiPick *pick)
{
  LofiOverlapsFigure *self = (LofiOverlapsFigure *) figure;
  g_auto (LofiText) text;
  lofi_text_init (&text, style);
  Layout l;
  if (!lay_out (self, &text, width, height, &l) || !lofi_rect_contains (&l.frame.plot, x, y))
    return FALSE;
  double place = round (lofi_axis_from_view (&l.x, x)), left, right;
  guint i = (guint) CLAMP (place, 1, self->n) - 1;
  say_bar (self, i, pick);
  bar_ends (&l, style, i, &left, &right);
  double slack = MAX (1 - (right - left), 0) / 2;
  lofi_pick_set_rect (pick, left - slack, l.frame.plot.y, right - left + 2 * slack, l.frame.plot.height, width, height);
  pick->index = (int) i;
  pick->is_direction = TRUE;
  return TRUE;
}

static void
clear (LofiFigure *figure)
{
  LofiOverlapsFigure *self = (LofiOverlapsFigure *) figure;
  g_free (self->bars);
  g_free (self->eigenvalues);
  g_strfreev (self->names);
}

static const LofiFigureClass overlaps_class = { draw, pick, NULL, clear };

/* ---- building ---- */

static void
name_groups (LofiOverlapsFigure *self, const LofiResult *result, guint groups)
{
  gboolean is_teacher = result->experiment && result->task && result->task->dataset && result->task->dataset->n_groups == groups;
  g_auto (GStrv) known = is_teacher ? lofi_teacher_group_names (result->experiment, result->task->dataset) : NULL;
  guint n_known = known ? g_strv_length (known) : 0;
  self->names = g_new0 (char *, self->n_groups + 1);
  for (guint g = 0; g < self->n_groups; g++)
    if (self->has_rest && g + 1 == self->n_groups)
      self->names[g] = g_strdup_printf (_("%u more"), groups - g);
    else
      self->names[g] = g < n_known ? g_strdup (known[g]) : g_strdup_printf (_("group %u"), g + 1);
}

static void
take_bars (LofiOverlapsFigure *self, const LofiMatrix *bars)
{
  self->bars = g_new0 (double, (gsize) self->n * self->n_groups);
  self->top = 1;
  for (guint i = 0; i < self->n; i++)
    {
      double sum = 0;
      for (gsize g = 0; g < bars->cols; g++)
        {
          double value = bars->data[i * bars->stride + g];
          if (!isfinite (value) || value < 0)
            continue;
          self->bars[i * self->n_groups + MIN (g, self->n_groups - 1)] += value;
          sum += value;
        }
      self->top = MAX (self->top, sum);
    }
}

/* Directions in the input are compared with directions, features of what comes before with concepts. */
static gboolean
sees_the_input (const LofiResult *result, guint layer_index)
{
  for (guint i = 0; i <= layer_index; i++)
    {
      const LofiLayerSpec *spec = result->layers[i] ? result->layers[i]->spec : NULL;
      if (spec && (i < layer_index ? spec->kind != LOFI_KIND_FLATTEN : lofi_layer_looks_at_windows (spec)))
        return FALSE;
    }
  return TRUE;
}

LofiFigure *
lofi_figure_overlaps (const LofiResult *result, guint layer_index, LofiArray *bars, int selected)
{
  const LofiLayerResult *layer = result && layer_index < result->n_layers && result->layers ? result->layers[layer_index] : NULL;
  if (!layer || !bars || bars->matrix.rows == 0 || bars->matrix.cols == 0)
    return NULL;
  LofiOverlapsFigure *self = lofi_figure_alloc (sizeof *self, &overlaps_class);
  guint groups = (guint) bars->matrix.cols;
  gboolean of_directions = sees_the_input (result, layer_index);
  self->n = (guint) bars->matrix.rows;
  self->has_rest = groups > GROUPS_SHOWN;
  self->n_groups = MIN (groups, GROUPS_SHOWN);
  self->selected = selected;
  if (layer->eigenvalues && layer->keep == self->n)
    self->eigenvalues = g_memdup2 (layer->eigenvalues, sizeof (double) * self->n);
  take_bars (self, &bars->matrix);
  name_groups (self, result, groups);
  self->y_title = of_directions ? _("squared overlap") : _("squared correlation");
  self->y_short = of_directions ? _("overlap²") : _("corr.²");
  self->base.title = of_directions ? g_strdup_printf (_("Layer %u · overlap with the planted directions"), layer_index + 1)
                                   : g_strdup_printf (_("Layer %u · correlation with the planted concepts"), layer_index + 1);
  char n[40];
  lofi_format_count (result->task ? result->task->train.count : 0, n, sizeof n);
  self->base.subtitle = result->task ? g_strdup_printf (_("n = %s · %d kept"), n, (int) self->n) : NULL;
  self->base.description = g_strdup_printf (ngettext ("%s: stacked bars of %u kept direction, a part for each of %u planted groups",
                                                      "%s: stacked bars of %u kept directions, a part for each of %u planted groups", self->n),
                                            self->base.title, self->n, groups);
  return &self->base;
}
