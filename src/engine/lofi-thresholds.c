/* Transitions along data.dimension, and the exponents of their growth. */
#include "config.h"
#include "lofi-thresholds.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include "lofi-teacher.h"

#define DIMENSION "data.dimension"
#define OVERLAP_LEVEL 0.5

static int
dimension_axis (const LofiExperiment *experiment)
{
  for (guint a = 0; a < experiment->sweep_axes->len; a++)
    if (g_str_equal (((const LofiSweepAxis *) g_ptr_array_index (experiment->sweep_axes, a))->key, DIMENSION))
      return (int) a;
  return -1;
}

gboolean
lofi_thresholds_possible (const LofiExperiment *experiment)
{
  return lofi_teacher_groups (experiment) > 0 && dimension_axis (experiment) >= 0;
}

/* ---- one seed's curve ---- */

typedef struct { double samples, value; } Reading;      /* samples: their log */

typedef struct {
  const char *point;
  LofiMethod method;
  LofiMeasure measure;
  GHashTable *seeds;         /* guint64 * -> GArray of Reading */
} Collecting;

static void
collect (const LofiCell *cell, gpointer data)
{
  Collecting *collecting = data;
  if (cell->point != collecting->point || cell->method != collecting->method)
    return;
  Reading reading = { log ((double) cell->samples), lofi_cell_value (cell, collecting->measure) };
  if (!isfinite (reading.value))
    return;
  GArray *curve = g_hash_table_lookup (collecting->seeds, &cell->seed);
  if (!curve)
    {
      curve = g_array_new (FALSE, FALSE, sizeof (Reading));
      g_hash_table_insert (collecting->seeds, g_memdup2 (&cell->seed, sizeof cell->seed), curve);
    }
  g_array_append_val (curve, reading);
}

static int
by_samples (gconstpointer a, gconstpointer b)
{
  double d = ((const Reading *) a)->samples - ((const Reading *) b)->samples;
  return d < 0 ? -1 : d > 0;
}

/* log n where the curve first comes to the level, upwards or downwards; NAN when it never does, or had before its first point. */
static double
crossing (GArray *curve, double level, gboolean upwards)
{
  double direction = upwards ? 1 : -1;
  g_array_sort (curve, by_samples);
  for (guint i = 0; i < curve->len; i++)
    {
      Reading here = g_array_index (curve, Reading, i);
      if (direction * (here.value - level) < 0)
        continue;
      if (i == 0)
        return NAN;
      Reading before = g_array_index (curve, Reading, i - 1);
      return before.samples + (here.samples - before.samples) * (level - before.value) / (here.value - before.value);
    }
  return NAN;
}

/* Over the seeds of one dimension. FALSE unless most of them cross. */
static gboolean
transition_at (LofiCells *cells, const char *point, const LofiThreshold *threshold, double dimension, LofiTransition *transition)
{
  g_autoptr (GHashTable) seeds = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) g_array_unref);
  Collecting collecting = { point, threshold->method, threshold->measure, seeds };
  GHashTableIter iter;
  gpointer curve;
  double sum = 0, squares = 0;
  guint count = 0;
  lofi_cells_foreach (cells, collect, &collecting);
  g_autofree double *found = g_new (double, MAX (1, g_hash_table_size (seeds)));
  g_hash_table_iter_init (&iter, seeds);
  while (g_hash_table_iter_next (&iter, NULL, &curve))
    {
      double at = crossing (curve, threshold->level, threshold->measure.quantity == LOFI_QUANTITY_OVERLAP);
      if (isfinite (at))
        found[count++] = at;
    }
  if (2 * count <= g_hash_table_size (seeds))
    return FALSE;
  /* By size: the sum does not depend on the order the cells came in. */
  lofi_sort_doubles (found, count);
  for (guint i = 0; i < count; i++)
    sum += found[i] / count;
  for (guint i = 0; i < count; i++)
    squares += (found[i] - sum) * (found[i] - sum);
  *transition = (LofiTransition) { dimension, exp (sum), count > 1 ? sqrt (squares / (count - 1) / count) : NAN, count };
  return TRUE;
}

/* ---- exponents ---- */

/* Errors to weigh by, one for each transition: a seed's scatter is much the same at all dimensions, so that an error that two or three seeds
 * make small by luck, or one seed does not have, is at least half of what the scatter of all says of it. FALSE when nothing is known. */
static gboolean
errors_of (const GArray *transitions, double *errors)
{
  double squares = 0, freedom = 0;
  for (guint i = 0; i < transitions->len; i++)
    {
      const LofiTransition *t = &g_array_index (transitions, LofiTransition, i);
      if (t->count > 1)
        {
          squares += t->log_sem * t->log_sem * t->count * (t->count - 1.0);
          freedom += t->count - 1.0;
        }
    }
  if (!(squares > 0))
    return FALSE;
  for (guint i = 0; i < transitions->len; i++)
    {
      const LofiTransition *t = &g_array_index (transitions, LofiTransition, i);
      double pooled = sqrt (squares / freedom / t->count);
      errors[i] = t->count > 1 ? MAX (t->log_sem, pooled / 2) : pooled;
    }
  return TRUE;
}

/* Least squares of log n on log d. The error is that of the transitions' errors, or what the scatter about the line says where it is larger. */
static void
fit_exponent (LofiThreshold *threshold)
{
  const LofiTransition *transitions = (const LofiTransition *) (gpointer) threshold->transitions->data;
  guint n = threshold->transitions->len;
  threshold->exponent = threshold->exponent_error = threshold->coefficient = NAN;
  if (n < 2)
    return;
  g_autofree double *weights = g_new (double, n);
  gboolean known = errors_of (threshold->transitions, weights);
  double weight = 0, x = 0, y = 0, xx = 0, xy = 0, chi = 0;
  for (guint i = 0; i < n; i++)
    {
      weights[i] = known ? 1 / (weights[i] * weights[i]) : 1;
      weight += weights[i];
      x += weights[i] * log (transitions[i].dimension);
      y += weights[i] * log (transitions[i].samples);
    }
  x /= weight;
  y /= weight;
  for (guint i = 0; i < n; i++)
    {
      double dx = log (transitions[i].dimension) - x;
      xx += weights[i] * dx * dx;
      xy += weights[i] * dx * (log (transitions[i].samples) - y);
    }
  threshold->exponent = xy / xx;
  threshold->coefficient = exp (y - threshold->exponent * x);
  for (guint i = 0; i < n; i++)
    chi += weights[i] * pow (log (transitions[i].samples) - y - threshold->exponent * (log (transitions[i].dimension) - x), 2);
  if (n > 2)
    threshold->exponent_error = sqrt (MAX (known ? 1.0 : 0.0, chi / (n - 2)) / xx);
}

/* ---- all of them ---- */

static void
threshold_free (gpointer data)
{
  LofiThreshold *threshold = data;
  g_free (threshold->name);
  g_array_unref (threshold->transitions);
  g_free (threshold);
}

static int
by_dimension (gconstpointer a, gconstpointer b)
{
  double d = ((const LofiTransition *) a)->dimension - ((const LofiTransition *) b)->dimension;
  return d < 0 ? -1 : d > 0;
}

/* Takes name. */
static void
add_threshold (GPtrArray *thresholds, const LofiExperiment *experiment, LofiCells *cells, LofiThreshold threshold)
{
  int axis = dimension_axis (experiment);
  GStrv values = ((LofiSweepAxis *) g_ptr_array_index (experiment->sweep_axes, (guint) axis))->values;
  guint stride = 1;
  for (guint a = (guint) axis + 1; a < experiment->sweep_axes->len; a++)
    stride *= g_strv_length (((LofiSweepAxis *) g_ptr_array_index (experiment->sweep_axes, a))->values);
  threshold.transitions = g_array_new (FALSE, FALSE, sizeof (LofiTransition));
  for (guint i = 0; values[i]; i++)
    {
      LofiTransition transition;
      if (transition_at (cells, lofi_grid_point (experiment, i * stride), &threshold, g_ascii_strtod (values[i], NULL), &transition))
        g_array_append_val (threshold.transitions, transition);
    }
  g_array_sort (threshold.transitions, by_dimension);
  fit_exponent (&threshold);
  g_ptr_array_add (thresholds, g_memdup2 (&threshold, sizeof threshold));
}

/* at: the experiment at the axes' first values. Theory predicts what the first filter finds; of those that follow it says nothing. */
static void
add_layers (GPtrArray *thresholds, const LofiExperiment *experiment, const LofiExperiment *at, LofiCells *cells)
{
  g_auto (GStrv) names = lofi_teacher_group_names (at, NULL);
  guint filtered = 0;
  for (guint l = 0; l < at->layers->len; l++)
    {
      const LofiLayerSpec *spec = lofi_experiment_layer (at, l);
      if (!lofi_layer_filters (spec))
        continue;
      for (guint g = 0; names[g]; g++)
        {
          LofiThreshold threshold = { .method = LOFI_METHOD_LOFI, .measure = { LOFI_QUANTITY_OVERLAP, filtered, g + 1 }, .level = OVERLAP_LEVEL };
          threshold.name = g_strdup_printf (_("layer %u, %s"), l + 1, names[g]);
          threshold.predicted = filtered == 0 ? lofi_teacher_exponent (at, spec->order, g) : NAN;
          add_threshold (thresholds, experiment, cells, threshold);
        }
      filtered++;
    }
}

static const struct { LofiMethod method; const char *name; } baselines[] = {
  { LOFI_METHOD_LAZY, N_("lazy") },
  { LOFI_METHOD_LINEAR, N_("linear") },
  { LOFI_METHOD_KERNEL, N_("kernel") },
  { LOFI_METHOD_DESCENT, N_("gradient descent") },
};

/* Lazy features see a label at its exponent; a linear readout only one of exponent 1. */
static double
baseline_exponent (const LofiExperiment *experiment, LofiMethod method)
{
  double lazy = lofi_teacher_lazy_exponent (experiment);
  gboolean is_lazy = method == LOFI_METHOD_LAZY || method == LOFI_METHOD_KERNEL;
  return is_lazy || (method == LOFI_METHOD_LINEAR && lazy <= 1) ? lazy : NAN;
}

GPtrArray *
lofi_thresholds (const LofiExperiment *experiment, LofiCells *cells, double error_level)
{
  GPtrArray *thresholds = g_ptr_array_new_with_free_func (threshold_free);
  g_autoptr (LofiExperiment) first = lofi_thresholds_possible (experiment) ? lofi_grid_experiment (experiment, 0, NULL) : NULL;
  if (!first)
    return thresholds;
  add_layers (thresholds, experiment, first, cells);
  for (guint b = 0; b < G_N_ELEMENTS (baselines); b++)
    if (lofi_emergence_wants (experiment, baselines[b].method))
      {
        LofiThreshold threshold = { .method = baselines[b].method, .measure = { .quantity = LOFI_QUANTITY_TEST_ERROR }, .level = error_level };
        threshold.name = g_strdup (_(baselines[b].name));
        threshold.predicted = baseline_exponent (first, baselines[b].method);
        add_threshold (thresholds, experiment, cells, threshold);
      }
  return thresholds;
}
