/* Building the figure of a spectrum from a result, finished or on its way. */
#include "config.h"
#include "lofi-figures.h"

#include <math.h>
#include <stdlib.h>
#include <glib/gi18n-lib.h>
#include "lofi-spectrum-figure-private.h"

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
  const double *spectrum, *kept, *overlaps;
  gsize n_spectrum, n_kept;
  double *found;                 /* kept so far, owned; kept points here while samples stream in */
  gboolean is_live, is_estimated;
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
  source->is_estimated = layer->spectrum_estimated;
  source->kept = layer->eigenvalues;
  /* What orders 3 and 4 keep belongs to another moment: its values have no place on this axis. */
  gboolean of_operator = !layer->spec || layer->spec->order < LOFI_ORDER_3;
  source->n_kept = layer->eigenvalues && of_operator ? layer->keep : 0;
  source->overlaps = layer->mean_overlap;
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
  if (n_kept && source->is_estimated)
    return g_strdup_printf (_("%s · %d kept, exact · the others as an estimated density has them"), sizes, (int) n_kept);
  if (source->is_estimated)
    return g_strdup_printf (_("%s · an estimated density"), sizes);
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
lofi_figure_spectrum (const LofiResult *result, guint layer_index, gboolean mark_kept, double low, double high, LofiArray *shuffled)
{
  Source source;
  if (!find_source (result, layer_index, &source))
    return NULL;
  LofiSpectrumFigure *self = lofi_figure_alloc (sizeof *self, &lofi_spectrum_figure_class);
  LofiSpectrumSample sample;
  lofi_spectrum_sample_init (&sample, source.spectrum, source.n_spectrum);
  self->n_spectrum = source.n_spectrum;
  self->kept = g_new (double, source.n_kept + 1);
  self->overlaps = source.overlaps ? g_new (double, source.n_kept + 1) : NULL;
  for (gsize i = 0; mark_kept && i < source.n_kept; i++)
    if (isfinite (source.kept[i]))
      {
        if (self->overlaps)
          self->overlaps[self->n_kept] = source.overlaps[i];
        self->kept[self->n_kept++] = source.kept[i];
      }
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
