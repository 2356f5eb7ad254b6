/* Sweeps made by hand: cells of about the shape that a staircase's have, or those of real data. */
#pragma once

#include <math.h>
#include "lofi-figures.h"

static inline void
fixture_axis (LofiExperiment *experiment, const char *key, const char *values)
{
  LofiSweepAxis *axis = g_new (LofiSweepAxis, 1);
  *axis = (LofiSweepAxis) { g_strdup (key), g_strsplit (values, ";", -1) };
  g_ptr_array_add (experiment->sweep_axes, axis);
}

/* Two filtered layers and one that is not; of the staircase, or of Fashion-MNIST when teacher is FALSE. (transfer full) */
static inline LofiExperiment *
fixture_sweep (gboolean teacher, gsize low, gsize high, guint count, guint seeds)
{
  LofiExperiment *experiment = lofi_experiment_new ();
  g_free (experiment->title);
  experiment->title = g_strdup (teacher ? "Staircase" : "Shirt against pullover and coat");
  if (teacher)
    {
      g_free (experiment->data.source);
      experiment->data.source = g_strdup ("staircase");
    }
  for (guint i = 0; i < 2; i++)
    g_ptr_array_add (experiment->layers, lofi_layer_spec_new ());
  lofi_experiment_layer (experiment, 0)->keep = 8;
  lofi_experiment_layer (experiment, 1)->keep = 20;
  lofi_experiment_layer (experiment, 2)->keep = LOFI_KEEP_NONE;
  experiment->sweep_seeds = seeds;
  g_array_set_size (experiment->sweep_samples, 0);
  for (guint i = 0; i < count; i++)
    {
      gsize n = (gsize) round (low * pow ((double) high / low, count > 1 ? i / (count - 1.0) : 0));
      g_array_append_val (experiment->sweep_samples, n);
    }
  return experiment;
}

static inline int
fixture_by_magnitude (const void *a, const void *b)
{
  double p = fabs (*(const double *) a), q = fabs (*(const double *) b);
  return (p < q) - (p > q);
}

/* Pairs of either sign that leave the null line one after the other. */
static inline void
fixture_layer (LofiCellLayer *layer, double *eigenvalues, double *groups, GRand *random, double n, double d, gboolean teacher)
{
  static const double strengths[4] = { 0.75, 0.25, 0.25, 0.25 };
  double edge = 2.1 * sqrt (d / n) * g_rand_double_range (random, 0.97, 1.03);
  *layer = (LofiCellLayer) { 8, eigenvalues, -edge, edge, 0, 0, teacher ? 4 : 0, teacher ? groups : NULL };
  for (guint k = 0; k < 8; k++)
    {
      double strength = strengths[k / 2], noise = 0.45 * edge * (1 + 0.05 * (7 - k));
      eigenvalues[k] = (k % 2 ? -1 : 1) * sqrt (strength * strength + noise * noise) * g_rand_double_range (random, 0.98, 1.02);
      if (strength < noise)
        eigenvalues[k] = (k % 2 ? -1 : 1) * edge * g_rand_double_range (random, 0.9, 0.99);
      layer->outliers += fabs (eigenvalues[k]) > edge;
    }
  qsort (eigenvalues, 8, sizeof *eigenvalues, fixture_by_magnitude);
  for (guint g = 0; g < 4; g++)
    {
      double half = (g == 0 ? 4.6 : 34 + 3 * g) * d;
      groups[g] = pow (n, 1.5) / (pow (n, 1.5) + pow (half, 1.5)) * g_rand_double_range (random, 0.93, 1.0);
      layer->overlap += groups[g] / 4;
    }
}

/* worse: of the point of the grid, from 1. */
static inline double
fixture_error (LofiMethod method, double n, double d, double worse, const double *groups, gboolean teacher)
{
  static const double floors[LOFI_N_METHODS] = { 0.115, 0.137, 0.158, 0.135, 0.125 }, drops[LOFI_N_METHODS] = { 0.95, 0.85, 0.62, 0.8, 1.1 };
  if (!teacher)
    return floors[method] * worse + drops[method] * pow (n, -0.5);
  if (method == LOFI_METHOD_LOFI)
    return 0.5 - (0.33 * groups[0] + 0.03 * (groups[1] + groups[2] + groups[3])) / worse;
  return 0.5 - (method == LOFI_METHOD_LINEAR ? 0 : 0.3 * pow (n, 2) / (pow (n, 2) + pow (0.4 * d * d, 2)));
}

/* At most `most` cells of the sweep, in order. */
static inline LofiCells *
fixture_cells (const LofiExperiment *experiment, guint most, guint methods)
{
  LofiCells *cells = lofi_cells_new ();
  g_autoptr (GRand) random = g_rand_new_with_seed (3);
  gboolean teacher = g_str_equal (experiment->data.source, "staircase");
  for (guint p = 0; p < lofi_grid_count (experiment); p++)
    for (guint i = 0; i < experiment->sweep_samples->len; i++)
      for (guint seed = 0; seed < experiment->sweep_seeds; seed++)
        for (guint method = 0; method < methods && most > 0; method++, most--)
          {
            guint values[LOFI_SWEEP_AXES_MOST] = { 0 };
            double eigenvalues[2][8], groups[2][4], d = 100, worse = 1, n = g_array_index (experiment->sweep_samples, gsize, i);
            LofiCellLayer layers[2];
            lofi_grid_indices (experiment, p, values);
            for (guint a = 0; a < experiment->sweep_axes->len; a++)
              {
                const LofiSweepAxis *axis = g_ptr_array_index (experiment->sweep_axes, a);
                if (g_str_equal (axis->key, "data.dimension"))
                  d = g_ascii_strtod (axis->values[values[a]], NULL);
                else
                  worse *= 1 + 0.05 * MIN (fabs (values[a] - 1.5), 4);
              }
            for (guint l = 0; l < 2; l++)
              fixture_layer (&layers[l], eigenvalues[l], groups[l], random, n, d * (l + 1), teacher);
            double error = fixture_error (method, n, d, worse, groups[0], teacher) * g_rand_double_range (random, 0.97, 1.03);
            LofiCell cell = { .point = lofi_grid_point (experiment, p), .samples = (gsize) n, .seed = seed, .method = method, .test_error = error,
                              .test_mse = 3.2 * error, .train_error = error / 2, .seconds = 0.1, .reference = teacher ? 0 : 10000 };
            if (method == LOFI_METHOD_LOFI)
              {
                cell.n_layers = 2;
                cell.layers = layers;
              }
            lofi_cells_add (cells, &cell);
          }
  return cells;
}

/* A threshold of points that rise with the dimension to the power given. (transfer full) */
static inline LofiThreshold *
fixture_threshold (const char *name, LofiMethod method, guint layer, guint group, double factor, double exponent, guint points)
{
  LofiThreshold *threshold = g_new0 (LofiThreshold, 1);
  gboolean of_lofi = method == LOFI_METHOD_LOFI;
  threshold->method = method;
  threshold->measure = (LofiMeasure) { of_lofi ? LOFI_QUANTITY_OVERLAP : LOFI_QUANTITY_TEST_ERROR, layer, group };
  threshold->level = of_lofi ? 0.5 : 0.35;
  threshold->name = g_strdup (name);
  threshold->transitions = g_array_new (FALSE, FALSE, sizeof (LofiTransition));
  for (guint i = 0; i < points; i++)
    {
      double d = 30 * pow (2, i), wobble = 1 + 0.06 * ((i * 7 + group) % 3 - 1.0);
      g_array_append_vals (threshold->transitions, &(LofiTransition) { d, factor * pow (d, exponent) * wobble, 0.08, 5 }, 1);
    }
  threshold->exponent = points > 1 ? exponent : NAN;
  threshold->exponent_error = points > 2 ? 0.06 : NAN;
  threshold->coefficient = factor;
  threshold->predicted = method == LOFI_METHOD_LINEAR ? NAN : round (exponent);
  return threshold;
}

static inline void
fixture_threshold_free (gpointer data)
{
  LofiThreshold *threshold = data;
  g_free (threshold->name);
  g_array_unref (threshold->transitions);
  g_free (threshold);
}

/* most: of the lines. (transfer full) */
static inline GPtrArray *
fixture_thresholds (guint most)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (fixture_threshold_free);
  g_ptr_array_add (all, fixture_threshold ("layer 1, pair 1", LOFI_METHOD_LOFI, 0, 1, 3.4, 1.08, 4));
  g_ptr_array_add (all, fixture_threshold ("layer 1, pair 2", LOFI_METHOD_LOFI, 0, 2, 9, 1.3, 3));
  g_ptr_array_add (all, fixture_threshold ("layer 1, pair 3", LOFI_METHOD_LOFI, 0, 3, 10, 1.3, 2));
  g_ptr_array_add (all, fixture_threshold ("layer 1, pair 4", LOFI_METHOD_LOFI, 0, 4, 11, 1.3, 1));
  g_ptr_array_add (all, fixture_threshold ("layer 2, pair 1", LOFI_METHOD_LOFI, 1, 1, 6, 1.1, 4));
  g_ptr_array_add (all, fixture_threshold ("layer 2, pair 2", LOFI_METHOD_LOFI, 1, 2, 0, 1, 0));
  g_ptr_array_add (all, fixture_threshold ("lazy", LOFI_METHOD_LAZY, 0, 0, 0.4, 1.95, 3));
  g_ptr_array_add (all, fixture_threshold ("linear", LOFI_METHOD_LINEAR, 0, 0, 0, 1, 0));
  if (most < all->len)
    g_ptr_array_set_size (all, most);
  return all;
}
