/* Samples in the plane of two kept features, coloured by label, before what the readout says of that plane. */
#include "config.h"
#include "lofi-figures.h"

#include <math.h>
#include <glib/gi18n-lib.h>
#include "lofi-decision-map-private.h"
#include "lofi-frame-private.h"
#include "lofi-histogram-private.h"

#define POINTS_OF_A_CLASS 2000
#define TAIL 0.005               /* of the points on each side of an axis need not fit */
#define AIR 0.06

typedef struct { double x, y, prediction; guint row; gboolean positive, outside; } Point;

typedef struct {
  LofiFigure base;
  GArray *points;                /* Point, in the order of the samples: no class hides the other */
  guint feature[2];              /* from 0 */
  double low[2], high[2];
  LofiDecisionMap map;
  char *axis_titles[2], *names[2], *legend[2];
} LofiScatterFigure;

typedef struct {
  LofiFrame frame;
  LofiFrameText says;
  LofiKey keys[3];
  LofiAxis x, y;
  double radius;
} Layout;

static gboolean
lay_out (LofiScatterFigure *self, LofiText *text, double width, double height, Layout *l)
{
  const LofiStyle *style = text->style;
  guint n_keys = 2;
  l->keys[0] = (LofiKey) { LOFI_KEY_MARK, style->negative, self->legend[0], 0 };
  l->keys[1] = (LofiKey) { LOFI_KEY_FLAG, style->positive, self->legend[1], 0 };
  if (self->map.contour && self->map.contour->len)
    l->keys[n_keys++] = (LofiKey) { LOFI_KEY_RULE, style->text, _("prediction 0"), 0 };
  l->says = (LofiFrameText) { self->base.title, self->base.subtitle, self->axis_titles[0], self->axis_titles[1], NULL, NULL, l->keys, n_keys };
  lofi_frame_init_header (&l->frame, text, width, height, &l->says);
  lofi_frame_take_bottom (&l->frame, text);
  LofiRect *plot = &l->frame.plot;
  l->y = lofi_axis (LOFI_SCALE_LINEAR, self->low[1], self->high[1], plot->y + plot->height, plot->y);
  g_autoptr (GArray) ticks = lofi_frame_ticks (&l->y, text, TRUE);
  lofi_frame_take_left (&l->frame, text, lofi_frame_labels_width (ticks, text), 0);
  if (!style->page)
    *plot = (LofiRect) { round (plot->x), round (plot->y), round (plot->width), round (plot->height) };
  l->x = lofi_axis (LOFI_SCALE_LINEAR, self->low[0], self->high[0], plot->x, plot->x + plot->width);
  l->y.from = plot->y + plot->height;
  l->y.to = plot->y;
  l->radius = style->font_size * (self->points->len > 600 ? 0.16 : 0.22) * MIN (1, sqrt (plot->width * plot->height) / (25 * style->font_size));
  l->radius = MAX (l->radius, 0.08 * style->font_size);
  return plot->width >= 4 && plot->height >= 4;
}

/* Those outside stand at the border. */
static void
place_point (const Layout *l, const Point *point, double *x, double *y)
{
  const LofiRect *plot = &l->frame.plot;
  *x = CLAMP (lofi_axis_to_view (&l->x, point->x), plot->x, plot->x + plot->width);
  *y = CLAMP (lofi_axis_to_view (&l->y, point->y), plot->y, plot->y + plot->height);
}

/* ---- drawing ---- */

static void
trace_marker (cairo_t *cr, gboolean positive, double x, double y, double r)
{
  if (positive)
    {
      cairo_move_to (cr, x, y - 1.35 * r);
      cairo_line_to (cr, x + 1.35 * r, y);
      cairo_line_to (cr, x, y + 1.35 * r);
      cairo_line_to (cr, x - 1.35 * r, y);
      cairo_close_path (cr);
    }
  else
    cairo_arc (cr, x, y, r, 0, 2 * G_PI);
}

/* A marker drawn once, to be stamped thousands of times: filling a path each takes ten times as long. half: of its side, whole. */
static cairo_surface_t *
make_stamp (cairo_t *cr, gboolean positive, double r, double half, LofiColor color)
{
  cairo_surface_t *stamp = cairo_surface_create_similar (cairo_get_target (cr), CAIRO_CONTENT_COLOR_ALPHA, (int) (2 * half), (int) (2 * half));
  cairo_t *own = cairo_create (stamp);
  trace_marker (own, positive, half, half, r);
  lofi_color_set (own, color);
  cairo_fill (own);
  cairo_destroy (own);
  return stamp;
}

static void
draw_points (LofiScatterFigure *self, cairo_t *cr, const Layout *l, const LofiStyle *style)
{
  LofiColor colors[] = { style->negative, style->positive };
  double half = ceil (1.35 * l->radius) + 1;
  cairo_surface_t *stamps[2] = { NULL, NULL };
  for (int class = 0; class < 2; class++)
    {
      colors[class].alpha = self->points->len > 600 ? 0.62 : 0.85;
      if (!style->page)
        stamps[class] = make_stamp (cr, class, l->radius, half, colors[class]);
    }
  for (guint i = 0; i < self->points->len; i++)
    {
      const Point *point = &g_array_index (self->points, Point, i);
      double x, y;
      place_point (l, point, &x, &y);
      if (style->page)
        {
          trace_marker (cr, point->positive, x, y, l->radius);
          lofi_color_set (cr, colors[point->positive]);
          cairo_fill (cr);
          continue;
        }
      cairo_set_source_surface (cr, stamps[point->positive], round (x) - half, round (y) - half);
      cairo_paint (cr);
    }
  for (int class = 0; class < 2; class++)
    g_clear_pointer (&stamps[class], cairo_surface_destroy);
}

static void
draw_border (const Layout *l, cairo_t *cr, const LofiStyle *style)
{
  const LofiRect *plot = &l->frame.plot;
  double left = lofi_crisp (style, plot->x), top = lofi_crisp (style, plot->y), right = lofi_crisp (style, plot->x + plot->width);
  cairo_move_to (cr, left, plot->y + plot->height);
  cairo_line_to (cr, left, top);
  cairo_line_to (cr, right, top);
  cairo_line_to (cr, right, plot->y + plot->height);
  lofi_color_set (cr, style->axis);
  cairo_set_line_width (cr, style->page ? 0.6 : 1);
  cairo_stroke (cr);
}

static void
draw (LofiFigure *figure, cairo_t *cr, double width, double height, const LofiStyle *style)
{
  LofiScatterFigure *self = (LofiScatterFigure *) figure;
  g_auto (LofiText) text;
  lofi_text_init (&text, style);
  Layout l;
  gboolean has_room = lay_out (self, &text, width, height, &l);
  lofi_frame_draw_header (&l.frame, cr, &text);
  if (!has_room)
    return;
  g_autoptr (GArray) across = lofi_frame_ticks (&l.x, &text, FALSE);
  g_autoptr (GArray) upright = lofi_frame_ticks (&l.y, &text, TRUE);
  lofi_frame_draw_y (&l.frame, cr, &text, &l.y, upright);
  lofi_decision_map_draw (&self->map, cr, &l.frame.plot, style);
  draw_border (&l, cr, style);
  draw_points (self, cr, &l, style);
  lofi_decision_map_draw_contour (&self->map, cr, &l.frame.plot, style);
  lofi_frame_draw_x (&l.frame, cr, &text, &l.x, across);
}

/* ---- what is under a point ---- */

static void
say_place (const LofiScatterFigure *self, double x, double y, double prediction, GString *says)
{
  char values[3][40];
  lofi_format_number (x, 3, values[0], sizeof values[0]);
  lofi_format_number (y, 3, values[1], sizeof values[1]);
  lofi_format_number (prediction, 2, values[2], sizeof values[2]);
  g_string_append_printf (says, _("feature %u = %s, feature %u = %s"), self->feature[0] + 1, values[0], self->feature[1] + 1, values[1]);
  if (isfinite (prediction))
    g_string_append_printf (says, _(" · prediction %s%s"), prediction > 0 ? "+" : "", values[2]);
}

static const Point *
nearest_point (const LofiScatterFigure *self, const Layout *l, double x, double y)
{
  const Point *nearest = NULL;
  double reach = MAX (1.6 * l->radius, 0.3 * l->frame.em);
  for (guint i = 0; i < self->points->len; i++)
    {
      const Point *point = &g_array_index (self->points, Point, i);
      double px, py;
      place_point (l, point, &px, &py);
      double distance = hypot (px - x, py - y);
      if (distance < reach)
        {
          reach = distance;
          nearest = point;
        }
    }
  return nearest;
}

static gboolean
pick (LofiFigure *figure, double width, double height, const LofiStyle *style, double x, double y, LofiPick *pick)
{
  LofiScatterFigure *self = (LofiScatterFigure *) figure;
  g_auto (LofiText) text;
  lofi_text_init (&text, style);
  Layout l;
  if (!lay_out (self, &text, width, height, &l))
    return FALSE;
  g_autoptr (GString) says = g_string_new (NULL);
  const Point *point = nearest_point (self, &l, x, y);
  if (point)
    {
      double px, py, half = MAX (2 * l.radius, 3);
      place_point (&l, point, &px, &py);
      g_string_printf (says, _("%s · sample %u · "), self->names[point->positive], point->row + 1);
      say_place (self, point->x, point->y, point->prediction, says);
      lofi_pick_set_rect (pick, px - half, py - half, 2 * half, 2 * half, width, height);
      pick->index = (int) point->row;
    }
  else if (self->map.side && lofi_rect_contains (&l.frame.plot, x, y))
    {
      const LofiRect *plot = &l.frame.plot;
      double at = lofi_decision_map_at (&self->map, (x - plot->x) / plot->width, 1 - (y - plot->y) / plot->height);
      say_place (self, lofi_axis_from_view (&l.x, x), lofi_axis_from_view (&l.y, y), at, says);
      lofi_pick_set_rect (pick, x - 1, y - 1, 2, 2, width, height);
    }
  else
    return FALSE;
  lofi_pick_set_text (pick, says->str);
  return TRUE;
}

static void
clear (LofiFigure *figure)
{
  LofiScatterFigure *self = (LofiScatterFigure *) figure;
  g_array_unref (self->points);
  lofi_decision_map_clear (&self->map);
  for (int i = 0; i < 2; i++)
    {
      g_free (self->axis_titles[i]);
      g_free (self->names[i]);
      g_free (self->legend[i]);
    }
}

static const LofiFigureClass scatter_class = { draw, pick, NULL, clear };

/* ---- building ---- */

/* Of which samples, and their features. */
typedef struct {
  const LofiLayerResult *layer;
  LofiArray *features;           /* owned */
  const LofiSplit *split;
  const double *predictions;     /* or NULL */
  gboolean is_test;
  gsize n, positions;            /* numbers of a feature: of maps one a position */
} Source;

static gboolean
find_source (const LofiResult *result, guint layer_index, Source *source)
{
  const LofiLayerResult *layer = result && result->layers && layer_index < result->n_layers ? result->layers[layer_index] : NULL;
  *source = (Source) { .layer = layer };
  if (!layer || layer->keep == 0 || !result->task)
    return FALSE;
  const LofiTask *task = result->task;
  const LofiReadout *readout = result->readout;
  source->is_test = task->test.count > 0;
  source->split = source->is_test ? &task->test : &task->train;
  LofiArray *stored = source->is_test ? layer->test : layer->train;
  source->features = stored ? lofi_array_ref (stored) : lofi_layer_result_features (layer, source->is_test, NULL, NULL);
  gsize n_predictions = readout ? (source->is_test ? readout->n_test : readout->n_train) : 0;
  if (n_predictions == source->split->count)
    source->predictions = source->is_test ? readout->test_predictions : readout->train_predictions;
  source->n = source->features ? MIN (source->features->matrix.rows, source->split->count) : 0;
  /* A vector is a row of numbers, not a map of positions. */
  gboolean is_map = layer->spec && lofi_layer_looks_at_windows (layer->spec);
  source->positions = is_map ? MAX (layer->output_shape.height * layer->output_shape.width, 1) : 1;
  return source->n > 0 && source->split->y;
}

/* A feature that is a map counts by its sum over positions. */
static double
feature_of (const Source *source, gsize row, guint feature)
{
  const LofiMatrix *m = &source->features->matrix;
  const double *values = m->data + row * m->stride + feature * source->positions;
  double sum = 0;
  for (gsize p = 0; p < source->positions; p++)
    sum += values[p];
  return sum;
}

/* The first of each class: samples stand in a random order. Returns how many of each were found. */
static void
take_points (LofiScatterFigure *self, const Source *source, gsize taken[2])
{
  self->points = g_array_new (FALSE, FALSE, sizeof (Point));
  taken[0] = taken[1] = 0;
  for (gsize i = 0; i < source->n; i++)
    {
      Point point = { .row = (guint) i, .positive = source->split->y[i] > 0, .prediction = source->predictions ? source->predictions[i] : NAN };
      if (taken[point.positive] >= POINTS_OF_A_CLASS)
        continue;
      point.x = feature_of (source, i, self->feature[0]);
      point.y = feature_of (source, i, self->feature[1]);
      if (!isfinite (point.x) || !isfinite (point.y))
        continue;
      taken[point.positive]++;
      g_array_append_val (self->points, point);
    }
}

/* What nearly all points lie within. */
static void
find_range (LofiScatterFigure *self, int side)
{
  g_autofree double *values = g_new (double, self->points->len + 1);
  for (guint i = 0; i < self->points->len; i++)
    {
      const Point *point = &g_array_index (self->points, Point, i);
      values[i] = side ? point->y : point->x;
    }
  gsize n;
  g_autofree double *sorted = lofi_sorted_finite (values, self->points->len, &n);
  double low = lofi_quantile (sorted, n, TAIL), high = lofi_quantile (sorted, n, 1 - TAIL), air = AIR * (high - low);
  /* The ends of the plot are those of the map: an empty range is widened here, as an axis would. */
  LofiAxis axis = lofi_axis (LOFI_SCALE_LINEAR, low - air, high + air, 0, 1);
  self->low[side] = axis.low;
  self->high[side] = axis.high;
}

static guint
count_outside (LofiScatterFigure *self)
{
  guint n = 0;
  for (guint i = 0; i < self->points->len; i++)
    {
      Point *point = &g_array_index (self->points, Point, i);
      point->outside = point->x < self->low[0] || point->x > self->high[0] || point->y < self->low[1] || point->y > self->high[1];
      n += point->outside;
    }
  return n;
}

/* Of all features, over the samples there are. (transfer full) */
static double *
means_of (const LofiMatrix *features)
{
  double *means = g_new0 (double, features->cols + 1);
  for (gsize i = 0; i < features->rows; i++)
    for (gsize k = 0; k < features->cols; k++)
      means[k] += features->data[i * features->stride + k] / (double) features->rows;
  return means;
}

static void
name_axes (LofiScatterFigure *self, const Source *source)
{
  for (int side = 0; side < 2; side++)
    {
      guint feature = self->feature[side];
      char value[40] = "";
      if (source->layer->eigenvalues && feature < source->layer->keep)
        lofi_format_number (source->layer->eigenvalues[feature], 3, value, sizeof value);
      g_autofree char *name = source->positions > 1 ? g_strdup_printf (_("feature %u, summed over positions"), feature + 1)
                                                    : g_strdup_printf (_("feature %u"), feature + 1);
      self->axis_titles[side] = value[0] ? g_strdup_printf ("%s (λ = %s)", name, value) : g_steal_pointer (&name);
    }
}

static void
name_classes (LofiScatterFigure *self, const LofiTask *task, const gsize taken[2])
{
  const char *names[] = { task->negative_name ? task->negative_name : _("negative"), task->positive_name ? task->positive_name : _("positive") };
  for (int class = 0; class < 2; class++)
    {
      char count[40];
      lofi_format_count (taken[class], count, sizeof count);
      self->names[class] = g_strdup (names[class]);
      self->legend[class] = g_strdup_printf ("%s · %s", names[class], count);
    }
}

static void
name_figure (LofiScatterFigure *self, const Source *source, guint layer_index, guint outside)
{
  char drawn[40], all[40];
  gsize count = source->split->count;
  lofi_format_count (self->points->len, drawn, sizeof drawn);
  lofi_format_count (count, all, sizeof all);
  self->base.title = g_strdup_printf (_("Features %u and %u of layer %u"), self->feature[0] + 1, self->feature[1] + 1, layer_index + 1);
  GString *says = g_string_new (NULL);
  if (self->points->len < count)
    g_string_printf (says, source->is_test ? _("%s of %s test samples") : _("%s of %s training samples"), drawn, all);
  else
    g_string_printf (says, source->is_test ? _("%s test samples") : _("%s training samples"), all);
  if (outside)
    g_string_append_printf (says, ngettext (" · %u beyond, at the border", " · %u beyond, at the border", outside), outside);
  self->base.description = g_strdup_printf (_("%s: %s of the classes %s and %s"), self->base.title, says->str, self->names[0], self->names[1]);
  if (self->map.side)
    g_string_append (says, _(" · shaded: the prediction, other features at their mean"));
  self->base.subtitle = g_string_free (says, FALSE);
}

LofiFigure *
lofi_figure_scatter (const LofiResult *result, guint layer_index, guint feature_x, guint feature_y)
{
  Source source;
  gboolean found = find_source (result, layer_index, &source);
  gsize features = found ? source.features->matrix.cols / source.positions : 0;
  if (feature_x >= features || feature_y >= features)
    {
      g_clear_pointer (&source.features, lofi_array_unref);
      return NULL;
    }
  LofiScatterFigure *self = lofi_figure_alloc (sizeof *self, &scatter_class);
  gsize taken[2];
  self->feature[0] = feature_x;
  self->feature[1] = feature_y;
  take_points (self, &source, taken);
  find_range (self, 0);
  find_range (self, 1);
  /* Of maps the plane would say nothing of which positions change. */
  if (source.positions == 1)
    {
      LofiAxis x = { LOFI_SCALE_LINEAR, self->low[0], self->high[0], 0, 1, 0 }, y = { LOFI_SCALE_LINEAR, self->low[1], self->high[1], 0, 1, 0 };
      g_autofree double *means = means_of (&source.features->matrix);
      lofi_decision_map_init (&self->map, result, layer_index, means, feature_x, feature_y, &x, &y);
    }
  name_axes (self, &source);
  name_classes (self, result->task, taken);
  name_figure (self, &source, layer_index, count_outside (self));
  lofi_array_unref (source.features);
  return &self->base;
}
