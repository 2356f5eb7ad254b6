/* Building the figure of a spectrum from a result, finished or on its way. */
#include "config.h"
#include "lofi-figures.h"

#include <math.h>
#include <stdlib.h>
#include <glib/gi18n-lib.h>
#include "lofi-spectrum-figure-private.h"
#include "lofi-teacher.h"

/* The bars of kept eigenvalues by sign, on top of the others. With order 1 a kept value need not be in the spectrum: a bin never
 * shows more than it holds. */
static void
count (LofiSpectrumFigure *self, guint n_bins, const LofiSpectrumSample *sample)
{
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
  self->n_negative = n_below;
}

/* ---- what it is compared with ---- */

static void
take_null (LofiSpectrumFigure *self, const LofiNull *null)
{
  const double ends[] = { null->low, null->high };
  self->permutations = null->permutations;
  for (int end = 0; end < 2; end++)
    {
      char number[40];
      lofi_format_number (ends[end], 2, number, sizeof number);
      self->nulls[end] = ends[end];
      self->null_labels[end] = g_strdup_printf (_("null %s%s"), ends[end] > 0 ? "+" : "", number);
    }
  self->null_key = null->permutations
    ? g_strdup_printf (ngettext ("null line, %u permutation", "null line, %u permutations", null->permutations), null->permutations)
    : g_strdup (_("null line, by the law alone"));
}

/* The sample's own bins; what vanishes is no bin here either. */
static void
count_shuffled (LofiSpectrumFigure *self, guint n_bins, const LofiArray *shuffled)
{
  LofiSpectrumSample sample;
  g_autofree double *values = g_new (double, shuffled->matrix.rows + 1);
  for (gsize i = 0; i < shuffled->matrix.rows; i++)
    values[i] = shuffled->matrix.data[i * shuffled->matrix.stride];
  lofi_spectrum_sample_init (&sample, values, shuffled->matrix.rows);
  lofi_histogram_init (&self->shuffled, &self->axis, n_bins, sample.values, sample.n);
  self->has_shuffled = sample.n > 0;
  lofi_spectrum_sample_clear (&sample);
}

/* The density times the width that a bin has there: bins are equally wide on the axis, and not in eigenvalues. */
static void
take_law (LofiSpectrumFigure *self, const LofiBulkLaw *law)
{
  const LofiAxis *axis = &self->all.axis;
  self->law_x = g_new (double, law->count + 1);
  self->law_counts = g_new (double, law->count + 1);
  for (gsize i = 0; i < law->count; i++)
    {
      double place = lofi_axis_to_view (axis, law->x[i]), half = self->all.step / 2;
      double width = lofi_axis_from_view (axis, place + half) - lofi_axis_from_view (axis, place - half);
      double count = (double) self->n_spectrum * law->density[i] * width;
      if (!isfinite (place) || !isfinite (count))
        continue;
      self->law_x[self->n_law] = law->x[i];
      self->law_counts[self->n_law++] = count;
    }
}

/* Groups of equal strength are predicted at one place, which then has all their names. */
static void
take_predictions (LofiSpectrumFigure *self, const LofiResult *result, const LofiNullLaw *law)
{
  g_auto (GStrv) names = lofi_teacher_group_names (result->experiment, result->task->dataset);
  guint n_names = names ? g_strv_length (names) : 0;
  self->predictions = g_new0 (LofiSpectrumPrediction, law->n_predictions + 1);
  for (guint i = 0; i < law->n_predictions; i++)
    {
      const LofiNullPrediction *prediction = &law->predictions[i];
      const LofiPredictedOutlier *outlier = &prediction->outlier;
      if (!outlier->exists || !isfinite (outlier->value) || prediction->group >= n_names)
        continue;
      LofiSpectrumPrediction *same = NULL;
      for (guint k = 0; k < self->n_predictions && !same; k++)
        if (fabs (self->predictions[k].value - outlier->value) <= 1e-9 * fabs (outlier->value))
          same = &self->predictions[k];
      if (!same)
        {
          same = &self->predictions[self->n_predictions++];
          *same = (LofiSpectrumPrediction) { outlier->value, outlier->overlap, g_strdup (names[prediction->group]) };
          continue;
        }
      char *longer = g_strdup_printf ("%s, %s", same->names, names[prediction->group]);
      g_free (same->names);
      same->names = longer;
    }
}

static char *
say_outliers (const LofiNull *null)
{
  gulong n = lofi_null_outliers (null);
  return n ? g_strdup_printf (ngettext ("%lu outlier beyond the null line", "%lu outliers beyond the null line", n), n)
           : g_strdup (_("no outlier beyond the null line"));
}

static void
describe (LofiSpectrumFigure *self, const char *title, const LofiNull *null)
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
  if (!null)
    return;
  g_autofree char *outliers = say_outliers (null), *without = self->base.description;
  self->base.description = g_strdup_printf ("%s; %s", without, outliers);
}

/* What a result shows of a layer: its finished spectrum, or the one streaming in. */
typedef struct {
  const double *spectrum, *kept, *overlaps;
  gsize n_spectrum, n_kept;
  double *found;                 /* kept so far, owned; kept points here while samples stream in */
  gboolean is_live, is_estimated;
  gboolean is_prefix;            /* of fewer samples than there will be: what is known of all does not belong to it */
  const LofiNull *null;
  LofiNullLaw *law;              /* owned */
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
find_spectrum (const LofiResult *result, guint layer_index, Source *source)
{
  const LofiLayerResult *layer = result->layers ? result->layers[layer_index] : NULL;
  if (result->live_layer == (int) layer_index && result->live_spectrum && result->n_live > 0)
    {
      source->spectrum = result->live_spectrum;
      source->n_spectrum = result->n_live;
      source->is_live = TRUE;
      source->is_prefix = result->live_samples < result->live_total;
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

static gboolean
find_source (const LofiResult *result, guint layer_index, Source *source)
{
  *source = (Source) { 0 };
  if (!result || layer_index >= result->n_layers || !find_spectrum (result, layer_index, source))
    return FALSE;
  if (source->is_prefix)
    return TRUE;
  source->null = result->nulls ? result->nulls[layer_index] : NULL;
  if (result->experiment && result->task && result->task->dataset && result->task->dataset->n_groups > 0)
    source->law = lofi_null_law_new (result, layer_index);
  return TRUE;
}

static void
source_clear (Source *source)
{
  g_free (source->found);
  g_clear_pointer (&source->law, lofi_null_law_free);
}

/* Everything that is drawn has room. */
static void
find_range (const Source *source, const LofiSpectrumSample *sample, const double *kept, gsize n_kept, double *low, double *high)
{
  lofi_spectrum_sample_range (sample, kept, n_kept, low, high);
  if (source->null)
    {
      lofi_spectrum_sample_include (sample, source->null->low, low, high);
      lofi_spectrum_sample_include (sample, source->null->high, low, high);
    }
  for (guint i = 0; source->law && i < source->law->n_predictions; i++)
    if (source->law->predictions[i].outlier.exists)
      lofi_spectrum_sample_include (sample, source->law->predictions[i].outlier.value, low, high);
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

static void
add_outliers (LofiSpectrumFigure *self, const LofiNull *null)
{
  g_autofree char *outliers = say_outliers (null), *sizes = self->base.subtitle;
  self->base.subtitle = g_strdup_printf ("%s · %s", sizes, outliers);
}

gboolean
lofi_figure_spectrum_range (const LofiResult *result, guint layer_index, double *low, double *high)
{
  Source source;
  if (!find_source (result, layer_index, &source))
    return FALSE;
  LofiSpectrumSample sample;
  lofi_spectrum_sample_init (&sample, source.spectrum, source.n_spectrum);
  find_range (&source, &sample, source.kept, source.n_kept, low, high);
  lofi_spectrum_sample_clear (&sample);
  source_clear (&source);
  return TRUE;
}

static void
compare (LofiSpectrumFigure *self, const LofiResult *result, const Source *source, guint n_bins, const LofiArray *shuffled)
{
  self->nulls[0] = self->nulls[1] = NAN;
  if (source->null)
    take_null (self, source->null);
  if (source->law)
    {
      take_law (self, &source->law->bulk);
      take_predictions (self, result, source->law);
    }
  if (shuffled && !source->is_prefix)
    count_shuffled (self, n_bins, shuffled);
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
    find_range (&source, &sample, self->kept, self->n_kept, &low, &high);
  self->axis = lofi_spectrum_sample_axis (&sample, low, high);
  self->n_zero = sample.n_zero;
  guint n_bins = lofi_histogram_bins (&self->axis, sample.values, sample.n);
  count (self, n_bins, &sample);
  lofi_spectrum_sample_clear (&sample);
  compare (self, result, &source, n_bins, shuffled);
  self->top = MAX (MAX (lofi_histogram_largest (&self->all), lofi_spectrum_null_top (self)) * 1.04, 1);

  self->base.title = g_strdup_printf (_("Layer %u · eigenvalues of the moment operator"), layer_index + 1);
  self->base.subtitle = make_subtitle (result, &source, self->n_kept);
  if (source.null)
    add_outliers (self, source.null);
  char number[40];
  lofi_format_number (self->axis.linear, 2, number, sizeof number);
  self->x_title = self->axis.scale == LOFI_SCALE_ASINH
    ? g_strdup_printf (_("eigenvalue λ (asinh scale: linear within ±%s, logarithmic beyond)"), number) : g_strdup (_("eigenvalue λ"));
  self->x_short = self->axis.scale == LOFI_SCALE_ASINH ? _("eigenvalue λ (asinh scale)") : NULL;
  lofi_format_count (self->n_zero, number, sizeof number);
  self->zero_label = g_strdup_printf (_("%s at zero"), number);
  describe (self, self->base.title, source.null);
  source_clear (&source);
  return &self->base;
}
