/* Heat maps: the mean of a measure over two directions of a sweep, a tile for each pair of values. */
#include "config.h"
#include "lofi-figures.h"

#include <math.h>
#include <glib/gi18n-lib.h>
#include "lofi-heat-map-private.h"

static guint
count_of (const LofiExperiment *experiment, int axis)
{
  if (axis < 0)
    return experiment && experiment->sweep_samples ? experiment->sweep_samples->len : 0;
  const LofiSweepAxis *values = lofi_sweep_axis (experiment, axis);
  return values ? g_strv_length (values->values) : 0;
}

static void
fill_direction (LofiHeatDirection *direction, const LofiExperiment *experiment, int axis)
{
  const LofiSweepAxis *values = lofi_sweep_axis (experiment, axis);
  direction->n = count_of (experiment, axis);
  direction->labels = g_new0 (char *, direction->n + 1);
  direction->settings = g_new0 (char *, direction->n + 1);
  direction->title = lofi_sweep_key_title (axis < 0 ? "samples" : values->key);
  for (guint i = 0; i < direction->n; i++)
    {
      g_autofree char *number = axis < 0 ? g_strdup_printf ("%zu", g_array_index (experiment->sweep_samples, gsize, i)) : g_strdup (values->values[i]);
      direction->labels[i] = lofi_sweep_value_label (number);
      direction->settings[i] = axis < 0 ? g_strdup_printf (_("n = %s"), direction->labels[i]) : g_strdup_printf ("%s=%s", values->key, number);
    }
}

static void
fill_tile (LofiHeatMap *self, LofiCells *cells, const char *point, LofiMethod method, gsize samples, LofiHeatTile *tile)
{
  double scale = lofi_measure_scale (self->measure.quantity);
  *tile = (LofiHeatTile) { NAN, NAN, 0 };
  g_autoptr (GArray) points = cells ? lofi_cells_curve (cells, point, method, self->measure) : NULL;
  for (guint k = 0; points && k < points->len; k++)
    {
      const LofiCurvePoint *at = &g_array_index (points, LofiCurvePoint, k);
      if (at->samples != samples || !isfinite (at->mean))
        continue;
      *tile = (LofiHeatTile) { scale * at->mean, scale * at->sem, at->count };
      self->low = self->found ? MIN (self->low, tile->mean) : tile->mean;
      self->high = self->found ? MAX (self->high, tile->mean) : tile->mean;
      self->found++;
    }
}

static void
fill_tiles (LofiHeatMap *self, LofiCells *cells, const LofiExperiment *experiment, const LofiSweepView *view, gsize samples)
{
  self->tiles = g_new (LofiHeatTile, self->x.n * self->y.n);
  self->low = 1;
  self->high = 0;
  for (guint j = 0; j < self->y.n; j++)
    for (guint i = 0; i < self->x.n; i++)
      {
        guint place = lofi_sweep_point_at (experiment, view->point, view->x_axis, i, view->y_axis, j);
        gsize n = view->x_axis < 0   ? g_array_index (experiment->sweep_samples, gsize, i)
                  : view->y_axis < 0 ? g_array_index (experiment->sweep_samples, gsize, j)
                                     : samples;
        fill_tile (self, cells, lofi_sweep_point_name (experiment, place), view->method, n, &self->tiles[j * self->x.n + i]);
      }
}

static char *
make_subtitle (const LofiHeatMap *self, const LofiExperiment *experiment, const LofiSweepView *view, gsize samples)
{
  char n[40];
  g_autofree char *settings = lofi_sweep_point_label (experiment, view->point, view->x_axis, view->y_axis);
  g_autoptr (GString) text = g_string_new (lofi_method_title (view->method));
  if (view->x_axis >= 0 && view->y_axis >= 0)
    {
      lofi_format_count (samples, n, sizeof n);
      g_string_append (text, " · ");
      g_string_append_printf (text, _("n = %s"), n);
    }
  g_string_append_printf (text, " · %s", settings);
  if (experiment->sweep_seeds > 1)
    g_string_append_printf (text, _("mean over %u seeds · "), experiment->sweep_seeds);
  g_string_append_printf (text, _("%u of %u tiles"), self->found, self->x.n * self->y.n);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
make_description (const LofiHeatMap *self)
{
  guint least = 0, most = 0, nx = self->x.n;
  for (guint k = 0; k < nx * self->y.n; k++)
    {
      double mean = self->tiles[k].mean;
      if (isfinite (mean) && !(mean >= self->tiles[least].mean))
        least = k;
      if (isfinite (mean) && !(mean <= self->tiles[most].mean))
        most = k;
    }
  if (self->found == 0)
    return g_strdup (self->base.title);
  g_autofree char *low = lofi_heat_map_describe (self, least % nx, least / nx), *high = lofi_heat_map_describe (self, most % nx, most / nx);
  return g_strdup_printf (_("%s: least at %s; most at %s"), self->base.title, low, high);
}

LofiFigure *
lofi_figure_heat_map (LofiCells *cells, const LofiExperiment *experiment, const LofiSweepView *view)
{
  guint planned = experiment && experiment->sweep_samples ? experiment->sweep_samples->len : 0;
  if (view->x_axis == view->y_axis || count_of (experiment, view->x_axis) == 0 || count_of (experiment, view->y_axis) == 0)
    return NULL;
  LofiHeatMap *self = lofi_figure_alloc (sizeof *self, &lofi_heat_map_class);
  gsize samples = view->samples > 0 || planned == 0 ? view->samples : g_array_index (experiment->sweep_samples, gsize, planned - 1);
  self->measure = view->measure;
  fill_direction (&self->x, experiment, view->x_axis);
  fill_direction (&self->y, experiment, view->y_axis);
  fill_tiles (self, cells, experiment, view, samples);
  char *what = self->title_short = lofi_measure_title (view->measure, TRUE, experiment, lofi_measure_reference (cells));
  self->base.title = experiment->title && *experiment->title ? g_strdup_printf ("%s · %s", experiment->title, what) : g_strdup (what);
  self->base.subtitle = make_subtitle (self, experiment, view, samples);
  self->base.description = make_description (self);
  self->bar_title = g_strdup (lofi_measure_axis (view->measure, experiment));
  return &self->base;
}
