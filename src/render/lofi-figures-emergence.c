/* Emergence: a measure of a sweep against the number of samples, or against an axis of its grid, of each method. */
#include "config.h"
#include "lofi-figures.h"

#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#include "lofi-sweep-figure-private.h"
#include "lofi-teacher.h"

/* ---- curves ---- */

/* What a curve is of: a method's measure at a point of the grid. */
typedef struct { const char *name; int series; LofiMethod method; LofiMeasure measure; } Wanted;

static void
add_curve (LofiSweepFigure *self, const Wanted *wanted, LofiCurve *curve)
{
  char last[64];
  if (curve->n == 0)
    {
      lofi_curve_clear (curve);
      return;
    }
  curve->name = g_strdup (wanted->name);
  curve->series = wanted->series;
  lofi_measure_format (self->quantity, curve->y[curve->n - 1], FALSE, last, sizeof last);
  self->curves = g_renew (LofiCurve, self->curves, self->n + 1);
  self->labels = g_renew (char *, self->labels, self->n + 1);
  self->labels[self->n] = g_strdup_printf ("%s %s", curve->name, last);
  self->curves[self->n++] = *curve;
}

static void
append (LofiSweepFigure *self, LofiCurve *curve, double x, const LofiCurvePoint *point)
{
  double scale = lofi_measure_scale (self->quantity);
  if (isfinite (point->mean) && point->samples > 0)
    lofi_curve_append (curve, x, scale * point->mean, scale * point->sem, point->count);
}

static void
add_against_samples (LofiSweepFigure *self, LofiCells *cells, const char *point, const Wanted *wanted)
{
  LofiCurve curve = { 0 };
  g_autoptr (GArray) points = lofi_cells_curve (cells, point, wanted->method, wanted->measure);
  for (guint i = 0; points && i < points->len; i++)
    append (self, &curve, g_array_index (points, LofiCurvePoint, i).samples, &g_array_index (points, LofiCurvePoint, i));
  add_curve (self, wanted, &curve);
}

/* Every curve of a measure: of each method, or of LoFi's whole overlap and each group of it. Calls `one` with each. */
typedef void (*AddOne) (LofiSweepFigure *self, LofiCells *cells, const Wanted *wanted, gpointer data);

static void
add_groups (LofiSweepFigure *self, LofiCells *cells, const LofiExperiment *experiment, LofiMeasure measure, AddOne one, gpointer data)
{
  guint layers, eigenvalues, groups;
  lofi_cells_extents (cells, &layers, &eigenvalues, &groups);
  Wanted wanted = { groups > 1 ? _("all") : lofi_method_title (LOFI_METHOD_LOFI), LOFI_METHOD_LOFI, LOFI_METHOD_LOFI, measure };
  if (measure.index == 0)
    one (self, cells, &wanted, data);
  for (guint g = 0; g < groups && groups > 1; g++)
    {
      g_autofree char *name = lofi_group_title (experiment, g);
      if (measure.index > 0 && measure.index != g + 1)
        continue;
      wanted.name = name;
      wanted.series = lofi_group_series (g);
      wanted.measure.index = g + 1;
      one (self, cells, &wanted, data);
    }
}

static void
add_curves (LofiSweepFigure *self, LofiCells *cells, const LofiExperiment *experiment, LofiMeasure measure, AddOne one, gpointer data)
{
  if (measure.quantity == LOFI_QUANTITY_OVERLAP)
    {
      add_groups (self, cells, experiment, measure, one, data);
      return;
    }
  for (guint method = 0; method < LOFI_N_METHODS; method++)
    {
      Wanted wanted = { lofi_method_title (method), (int) method, method, measure };
      one (self, cells, &wanted, data);
    }
}

/* ---- ranges ---- */

static void
include (const LofiCurve *curve, double *least, double *most)
{
  for (guint k = 0; k < curve->n; k++)
    {
      double error = isfinite (curve->error[k]) ? curve->error[k] : 0;
      *least = MIN (*least, curve->y[k] - error);
      *most = MAX (*most, curve->y[k] + error);
    }
}

static void
set_y_range (LofiSweepFigure *self)
{
  double least = G_MAXDOUBLE, most = -G_MAXDOUBLE;
  for (guint c = 0; c < self->n; c++)
    include (&self->curves[c], &least, &most);
  include (&self->null_low, &least, &most);
  include (&self->null_high, &least, &most);
  lofi_measure_range (self->quantity, least, most, &self->y_low, &self->y_high);
}

static void
set_x_range (LofiSweepFigure *self, double low, double high)
{
  self->all_reach_end = TRUE;
  for (guint c = 0; c < self->n; c++)
    {
      low = MIN (low, self->curves[c].x[0]);
      high = MAX (high, self->curves[c].x[self->curves[c].n - 1]);
    }
  for (guint c = 0; c < self->n; c++)
    self->all_reach_end &= self->curves[c].x[self->curves[c].n - 1] >= high;
  self->x_low = low <= high ? low : 100;
  self->x_high = low <= high ? high : 10000;
  if (self->x_low == self->x_high)
    {
      self->x_low = self->places ? self->x_low - 0.5 : self->x_low / 2;
      self->x_high = self->places ? self->x_high + 0.5 : self->x_high * 2;
    }
}

/* The x axis spans what the sweep will visit, so that it stands still while points appear. */
static void
set_samples_range (LofiSweepFigure *self, const LofiExperiment *experiment)
{
  double low = G_MAXDOUBLE, high = 0;
  const GArray *planned = experiment ? experiment->sweep_samples : NULL;
  for (guint i = 0; planned && i < planned->len; i++)
    {
      low = MIN (low, g_array_index (planned, gsize, i));
      high = MAX (high, g_array_index (planned, gsize, i));
    }
  set_x_range (self, low, high);
}

/* ---- words ---- */

static void
say_title (LofiSweepFigure *self, LofiCells *cells, const LofiExperiment *experiment, LofiMeasure measure)
{
  char *what = self->title_short = lofi_measure_title (measure, !self->is_thin, experiment, lofi_measure_reference (cells));
  const char *title = experiment ? experiment->title : NULL;
  self->base.title = title && *title ? g_strdup_printf ("%s · %s", title, what) : g_strdup (what);
  self->y_title = g_strdup (lofi_measure_axis (measure, experiment));
}

static void
say_spread (GString *text, const LofiExperiment *experiment)
{
  guint seeds = experiment ? experiment->sweep_seeds : 0;
  if (seeds > 1)
    g_string_append_printf (text, _("mean ± standard error over %u seeds · "), seeds);
}

static char *
say_of_samples (LofiCells *cells, const LofiExperiment *experiment, guint point, guint total)
{
  guint found = cells ? lofi_cells_count (cells) : 0;
  char found_text[40], total_text[40];
  lofi_format_count (found, found_text, sizeof found_text);
  lofi_format_count (total, total_text, sizeof total_text);
  g_autofree char *settings = lofi_sweep_point_label (experiment, point, -1, -1);
  g_autoptr (GString) text = g_string_new (settings);
  say_spread (text, experiment);
  if (total > found)
    g_string_append_printf (text, _("%s of %s cells"), found_text, total_text);
  else
    g_string_append_printf (text, ngettext ("%s cell", "%s cells", found), found_text);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
say_description (LofiSweepFigure *self)
{
  g_autoptr (GString) text = g_string_new (self->base.title);
  if (self->is_thin)
    g_string_append_printf (text, ": %s", self->thin_key);
  for (guint i = 0; !self->is_thin && i < self->n; i++)
    g_string_append_printf (text, i == 0 ? ": %s" : ", %s", self->labels[i]);
  self->base.description = g_string_free (g_steal_pointer (&text), FALSE);
}

/* ---- against n ---- */

static void
add_one_against_samples (LofiSweepFigure *self, LofiCells *cells, const Wanted *wanted, gpointer point)
{
  add_against_samples (self, cells, point, wanted);
}

LofiFigure *
lofi_figure_emergence (LofiCells *cells, const LofiExperiment *experiment, const LofiSweepView *view, guint total)
{
  LofiSweepFigure *self = lofi_figure_alloc (sizeof *self, &lofi_sweep_figure_class);
  const char *point = lofi_sweep_point_name (experiment, view->point);
  char n[40];
  self->quantity = view->measure.quantity;
  if (self->quantity == LOFI_QUANTITY_EIGENVALUE)
    lofi_sweep_figure_add_eigenvalues (self, cells, point, view->measure.layer, view->measure.index + 1);
  else if (cells)
    add_curves (self, cells, experiment, view->measure, add_one_against_samples, (gpointer) point);
  set_samples_range (self, experiment);
  set_y_range (self);
  lofi_format_count (view->samples, n, sizeof n);
  self->samples = view->samples;
  self->samples_label = g_strdup_printf (_("n = %s"), n);
  self->x_title = g_strdup (_("number of training samples n (logarithmic)"));
  self->x_short = g_strdup (_("training samples n"));
  self->x_name = g_strdup ("n");
  say_title (self, cells, experiment, view->measure);
  self->base.subtitle = say_of_samples (cells, experiment, view->point, total);
  say_description (self);
  return &self->base;
}

/* ---- against an axis ---- */

/* The curve of a method along the axis, at one sample count. */
typedef struct { const LofiExperiment *experiment; const LofiSweepView *view; const LofiSweepAxis *axis; gsize samples; const double *x; } Along;

static void
add_one_along (LofiSweepFigure *self, LofiCells *cells, const Wanted *wanted, gpointer data)
{
  const Along *along = data;
  LofiCurve curve = { 0 };
  guint n = g_strv_length (along->axis->values);
  for (guint i = 0; i < n; i++)
    {
      guint place = lofi_sweep_point_at (along->experiment, along->view->point, along->view->x_axis, i, -1, 0);
      g_autoptr (GArray) points = lofi_cells_curve (cells, lofi_sweep_point_name (along->experiment, place), wanted->method, wanted->measure);
      for (guint k = 0; points && k < points->len; k++)
        if (g_array_index (points, LofiCurvePoint, k).samples == along->samples)
          append (self, &curve, along->x[i], &g_array_index (points, LofiCurvePoint, k));
    }
  add_curve (self, wanted, &curve);
}

/* Places of the axis's values: the numbers themselves where all are above zero and rise, else 0, 1, ..., with labels. */
static double *
place_values (LofiSweepFigure *self, const LofiSweepAxis *axis)
{
  guint n = g_strv_length (axis->values);
  double *x = g_new (double, n + 1);
  gboolean numbers = n > 1;
  for (guint i = 0; i < n; i++)
    {
      char *end;
      x[i] = g_ascii_strtod (axis->values[i], &end);
      numbers &= end != axis->values[i] && *end == '\0' && isfinite (x[i]) && x[i] > (i > 0 ? x[i - 1] : 0);
    }
  if (numbers)
    return x;
  self->places = g_new0 (char *, n + 1);
  for (guint i = 0; i < n; i++)
    {
      x[i] = i;
      self->places[i] = lofi_sweep_value_label (axis->values[i]);
    }
  return x;
}

static char *
say_along (const Along *along, gsize samples)
{
  char n[40];
  lofi_format_count (samples, n, sizeof n);
  g_autofree char *settings = lofi_sweep_point_label (along->experiment, along->view->point, along->view->x_axis, -1);
  g_autoptr (GString) text = g_string_new (settings);
  say_spread (text, along->experiment);
  g_string_append_printf (text, _("n = %s"), n);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

LofiFigure *
lofi_figure_widths (LofiCells *cells, const LofiExperiment *experiment, const LofiSweepView *view)
{
  const LofiSweepAxis *axis = lofi_sweep_axis (experiment, view->x_axis);
  guint n = axis ? g_strv_length (axis->values) : 0, planned = experiment && experiment->sweep_samples ? experiment->sweep_samples->len : 0;
  if (n == 0)
    return NULL;
  LofiSweepFigure *self = lofi_figure_alloc (sizeof *self, &lofi_sweep_figure_class);
  double *x = self->marks = place_values (self, axis);
  Along along = { experiment, view, axis, view->samples, x };
  if (along.samples == 0 && planned > 0)
    along.samples = g_array_index (experiment->sweep_samples, gsize, planned - 1);
  self->quantity = view->measure.quantity;
  if (cells)
    add_curves (self, cells, experiment, view->measure, add_one_along, &along);
  self->n_marks = self->places ? 0 : n;
  set_x_range (self, x[0], x[n - 1]);
  set_y_range (self);
  self->x_name = lofi_sweep_key_title (axis->key);
  self->x_title = self->places ? g_strdup (self->x_name) : g_strdup_printf (_("%s (logarithmic)"), self->x_name);
  self->x_short = g_strdup (self->x_name);
  say_title (self, cells, experiment, view->measure);
  self->base.subtitle = say_along (&along, along.samples);
  say_description (self);
  return &self->base;
}
