/* Building the figure of samples in the plane of two kept features. */
#include "config.h"
#include "lofi-figures.h"

#include <math.h>
#include <glib/gi18n-lib.h>
#include "lofi-histogram-private.h"
#include "lofi-scatter-figure-private.h"

#define POINTS_OF_A_CLASS 2000
#define TAIL 0.005               /* of the points on each side of an axis need not fit */
#define AIR 0.06

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
  self->points = g_array_new (FALSE, FALSE, sizeof (LofiScatterPoint));
  taken[0] = taken[1] = 0;
  for (gsize i = 0; i < source->n; i++)
    {
      LofiScatterPoint point = { .row = (guint) i, .positive = source->split->y[i] > 0, .prediction = source->predictions ? source->predictions[i] : NAN };
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
      const LofiScatterPoint *point = &g_array_index (self->points, LofiScatterPoint, i);
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
      const LofiScatterPoint *point = &g_array_index (self->points, LofiScatterPoint, i);
      n += point->x < self->low[0] || point->x > self->high[0] || point->y < self->low[1] || point->y > self->high[1];
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
  LofiScatterFigure *self = lofi_figure_alloc (sizeof *self, &lofi_scatter_figure_class);
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
