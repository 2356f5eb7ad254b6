/* Eigenvalues of a layer against n: how those of each sign leave the null line one after another. */
#include "config.h"
#include "lofi-sweep-figure-private.h"

#include <math.h>
#include <glib/gi18n-lib.h>

#define LEADING_MOST 200u

typedef struct { guint count; double mean, squares; } Sum;

typedef struct {
  const char *point;
  guint layer, most;
  gsize samples;                       /* of the sums */
  guint cells;
  Sum sums[2][LEADING_MOST];           /* below zero, above: by magnitude */
  Sum null[2];
  LofiCurve curves[2][LEADING_MOST], *null_curves[2];
} Gather;

static void
add (Sum *sum, double value)
{
  if (!isfinite (value))
    return;
  double off = value - sum->mean;
  sum->mean += off / ++sum->count;
  sum->squares += off * (value - sum->mean);
}

/* A point where most seeds have it. */
static void
flush_sum (const Gather *gather, Sum *sum, LofiCurve *curve)
{
  double error = sum->count > 1 ? sqrt (sum->squares / (sum->count - 1.0) / sum->count) : NAN;
  if (sum->count > 0 && 2 * sum->count >= gather->cells)
    lofi_curve_append (curve, gather->samples, sum->mean, error, sum->count);
  *sum = (Sum) { 0 };
}

static void
flush (Gather *gather)
{
  for (guint sign = 0; sign < 2; sign++)
    {
      for (guint k = 0; k < gather->most; k++)
        flush_sum (gather, &gather->sums[sign][k], &gather->curves[sign][k]);
      flush_sum (gather, &gather->null[sign], gather->null_curves[sign]);
    }
  gather->cells = 0;
}

static void
visit (const LofiCell *cell, gpointer data)
{
  Gather *gather = data;
  if (cell->method != LOFI_METHOD_LOFI || cell->layers == NULL || gather->layer >= cell->n_layers || cell->samples == 0
      || !g_str_equal (cell->point ? cell->point : "", gather->point))
    return;
  if (cell->samples != gather->samples)
    flush (gather);
  gather->samples = cell->samples;
  gather->cells++;
  const LofiCellLayer *layer = &cell->layers[gather->layer];
  guint of_sign[2] = { 0, 0 };
  for (guint k = 0; k < MIN (layer->n_eigenvalues, gather->most); k++)
    {
      guint sign = layer->eigenvalues[k] > 0;
      add (&gather->sums[sign][of_sign[sign]++], layer->eigenvalues[k]);
    }
  /* One end alone is no line. */
  if (isfinite (layer->null_low) && isfinite (layer->null_high))
    {
      add (&gather->null[0], layer->null_low);
      add (&gather->null[1], layer->null_high);
    }
}

/* Far from the null line values are shown on a logarithm where they would else flatten what happens at the line. */
static void
choose_scale (LofiSweepFigure *self)
{
  double largest = 0, null = 0;
  for (guint c = 0; c < self->n; c++)
    for (guint k = 0; k < self->curves[c].n; k++)
      largest = MAX (largest, fabs (self->curves[c].y[k]));
  for (guint k = 0; k < self->null_low.n; k++)
    null = MAX (fabs (self->null_low.y[k]), fabs (self->null_high.y[k]));
  if (null > 0 && largest > 25 * null)
    self->y_linear = null;
}

void
lofi_sweep_figure_add_eigenvalues (LofiSweepFigure *self, LofiCells *cells, const char *point, guint layer, guint most)
{
  static const char *const names[] = { N_("eigenvalue %u below zero"), N_("eigenvalue %u above zero") };
  g_autofree Gather *gather = g_new0 (Gather, 1);
  gather->point = point;
  gather->layer = layer;
  gather->most = CLAMP (most, 1, LEADING_MOST);
  gather->null_curves[0] = &self->null_low;
  gather->null_curves[1] = &self->null_high;
  self->is_thin = TRUE;
  if (cells)
    lofi_cells_foreach (cells, visit, gather);
  flush (gather);
  self->curves = g_new0 (LofiCurve, 2 * gather->most);
  self->labels = g_new0 (char *, 2 * gather->most);
  for (guint sign = 0; sign < 2; sign++)
    for (guint k = 0; k < gather->most; k++)
      {
        LofiCurve *curve = &gather->curves[sign][k];
        if (curve->n == 0)
          continue;
        curve->name = g_strdup_printf (_(names[sign]), k + 1);
        self->curves[self->n++] = *curve;
      }
  self->null_low.name = g_strdup (_("null line"));
  self->null_high.name = g_strdup (_("null line"));
  self->thin_key = g_strdup_printf (ngettext ("LoFi, the leading one", "LoFi, the leading %u", gather->most), gather->most);
  choose_scale (self);
}
