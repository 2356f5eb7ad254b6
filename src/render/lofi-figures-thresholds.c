/* Thresholds: the number of samples at each transition against the dimension of a teacher, and the exponents of its growth. */
#include "config.h"
#include "lofi-figures.h"

#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#include "lofi-measure.h"
#include "lofi-thresholds-figure-private.h"

static char *
make_label (const LofiThreshold *threshold)
{
  char exponent[32], error[32], predicted[32];
  g_autoptr (GString) text = g_string_new (threshold->name);
  g_ascii_formatd (exponent, sizeof exponent, "%.2f", threshold->exponent);
  g_ascii_formatd (error, sizeof error, "%.2f", threshold->exponent_error);
  g_ascii_formatd (predicted, sizeof predicted, "%.3g", threshold->predicted);
  if (!isfinite (threshold->exponent))
    return g_string_free (g_steal_pointer (&text), FALSE);
  g_string_append_printf (text, _(": exponent %s"), exponent);
  if (isfinite (threshold->exponent_error))
    g_string_append_printf (text, " ± %s", error);
  if (isfinite (threshold->predicted))
    g_string_append_printf (text, _(" (theory %s)"), predicted);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* FALSE when it is never reached. */
static gboolean
fill_line (LofiThresholdLine *line, const LofiThreshold *threshold, guint groups)
{
  for (guint i = 0; i < threshold->transitions->len; i++)
    {
      const LofiTransition *at = &g_array_index (threshold->transitions, LofiTransition, i);
      if (at->dimension > 0 && at->samples > 0 && isfinite (at->dimension) && isfinite (at->samples))
        lofi_curve_append (&line->points, at->dimension, at->samples, at->log_sem, at->count);
    }
  if (line->points.n == 0)
    return FALSE;
  gboolean of_group = threshold->method == LOFI_METHOD_LOFI && groups > 1 && threshold->measure.index > 0;
  line->points.series = of_group ? lofi_group_series (threshold->measure.index - 1) : (int) threshold->method;
  line->points.name = g_strdup (threshold->name);
  line->deeper = threshold->method == LOFI_METHOD_LOFI && threshold->measure.layer > 0;
  line->exponent = threshold->exponent;
  line->coefficient = threshold->coefficient;
  line->predicted = threshold->predicted;
  line->label = make_label (threshold);
  return TRUE;
}

static int
by_size (gconstpointer a, gconstpointer b)
{
  double p = *(const double *) a, q = *(const double *) b;
  return (p > q) - (p < q);
}

/* Whole factors of a little more than what there is; x spans the dimensions of the sweep, so that it stands still. */
static void
set_ranges (LofiThresholdsFigure *self, const LofiExperiment *experiment)
{
  double x_low = G_MAXDOUBLE, x_high = 0, y_low = G_MAXDOUBLE, y_high = 0;
  const LofiSweepAxis *axis;
  for (int a = 0; (axis = lofi_sweep_axis (experiment, a)); a++)
    for (guint i = 0; g_str_equal (axis->key, "data.dimension") && axis->values[i]; i++)
      {
        double dimension = g_ascii_strtod (axis->values[i], NULL);
        if (!(dimension > 0) || !isfinite (dimension))
          continue;
        x_low = MIN (x_low, dimension);
        x_high = MAX (x_high, dimension);
        g_array_append_val (self->dimensions, dimension);
      }
  for (guint i = 0; i < self->n; i++)
    for (guint k = 0; k < self->curves[i].n; k++)
      {
        const LofiCurve *curve = &self->curves[i];
        double reach = isfinite (curve->error[k]) ? exp (curve->error[k]) : 1;
        x_low = MIN (x_low, curve->x[k]);
        x_high = MAX (x_high, curve->x[k]);
        y_low = MIN (y_low, curve->y[k] / reach);
        y_high = MAX (y_high, curve->y[k] * reach);
      }
  g_array_sort (self->dimensions, by_size);
  gboolean has_x = x_low <= x_high, has_y = y_low <= y_high && isfinite (y_high);
  self->x_low = has_x ? x_low : 10;
  self->x_high = has_x ? x_high : 1000;
  if (self->x_low == self->x_high)
    {
      self->x_low /= 2;
      self->x_high *= 2;
    }
  self->y_low = has_y ? y_low / 1.3 : 100;
  self->y_high = has_y ? y_high * 1.3 : 10000;
}

/* Labels stand at the right edge: where the line ends that goes on to there, the predicted one, else at the last point's height. */
static void
set_ends (LofiThresholdsFigure *self)
{
  for (guint i = 0; i < self->n; i++)
    {
      const LofiThresholdLine *line = &self->lines[i];
      const LofiCurve *points = &line->points;
      guint last = points->n - 1;
      double *place = &self->end_places[2 * i];
      place[0] = self->x_high;
      place[1] = points->y[last];
      if (points->x[last] < self->x_high && isfinite (line->predicted))
        place[1] = CLAMP (points->y[0] * pow (self->x_high / points->x[0], line->predicted), self->y_low, self->y_high);
      self->ends[i] = (LofiCurve) { .series = points->series, .n = 1, .x = place, .y = place + 1 };
    }
}

static char *
make_subtitle (GPtrArray *thresholds)
{
  double overlap = NAN, error = NAN;
  gboolean has_theory = FALSE;
  char level[32];
  g_autoptr (GString) text = g_string_new (NULL), missing = g_string_new (NULL);
  for (guint i = 0; thresholds && i < thresholds->len; i++)
    {
      const LofiThreshold *threshold = g_ptr_array_index (thresholds, i);
      *(threshold->measure.quantity == LOFI_QUANTITY_OVERLAP ? &overlap : &error) = threshold->level;
      if (threshold->transitions->len == 0)
        g_string_append_printf (missing, missing->len ? "; %s" : "%s", threshold->name);
      has_theory |= threshold->transitions->len > 0 && isfinite (threshold->predicted);
    }
  if (isfinite (overlap))
    {
      g_ascii_formatd (level, sizeof level, "%.3g", overlap);
      g_string_append_printf (text, _("where the overlap reaches %s"), level);
    }
  if (isfinite (error))
    {
      g_ascii_formatd (level, sizeof level, "%.3g", 100 * error);
      g_string_append_printf (text, text->len ? _(", or a baseline's test error %s %%") : _("where the test error reaches %s %%"), level);
    }
  if (missing->len)
    {
      g_string_append (text, text->len ? " · " : "");
      g_string_append_printf (text, _("not reached: %s"), missing->str);
    }
  if (has_theory)
    g_string_append (text, _(" · dashed: the slope of theory"));
  return text->len ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

LofiFigure *
lofi_figure_thresholds (GPtrArray *thresholds, const LofiExperiment *experiment)
{
  LofiThresholdsFigure *self = lofi_figure_alloc (sizeof *self, &lofi_thresholds_figure_class);
  guint most = thresholds ? thresholds->len : 0, groups = 0;
  const char *title = experiment ? experiment->title : NULL;
  self->lines = g_new0 (LofiThresholdLine, most + 1);
  self->curves = g_new0 (LofiCurve, most + 1);
  self->labels = g_new0 (char *, most + 1);
  self->ends = g_new0 (LofiCurve, most + 1);
  self->end_places = g_new0 (double, 2 * most + 1);
  self->dimensions = g_array_new (FALSE, FALSE, sizeof (double));
  for (guint i = 0; i < most; i++)
    {
      const LofiThreshold *threshold = g_ptr_array_index (thresholds, i);
      groups = threshold->method == LOFI_METHOD_LOFI ? MAX (groups, threshold->measure.index) : groups;
    }
  for (guint i = 0; i < most; i++)
    {
      LofiThresholdLine *line = &self->lines[self->n];
      if (!fill_line (line, g_ptr_array_index (thresholds, i), groups))
        continue;
      self->curves[self->n] = line->points;
      self->labels[self->n++] = line->label;
    }
  set_ranges (self, experiment);
  set_ends (self);
  self->base.title = title && *title ? g_strdup_printf ("%s · %s", title, _("Samples at the transition")) : g_strdup (_("Samples at the transition"));
  self->base.subtitle = make_subtitle (thresholds);
  g_autoptr (GString) description = g_string_new (self->base.title);
  for (guint i = 0; i < self->n; i++)
    g_string_append_printf (description, i == 0 ? " · %s" : "; %s", self->labels[i]);
  self->base.description = g_string_free (g_steal_pointer (&description), FALSE);
  return &self->base;
}
