/* Transitions read off synthetic cells whose growth is prescribed. */
#include "lofi-files.h"
#include "lofi-thresholds.h"

#define SEEDS 4

static const double dimensions[] = { 30, 60, 120, 240 };
static const gsize samples[] = { 50, 100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600 };

static LofiExperiment *
experiment_of (const char *data, const char *grid)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strdup_printf ("[experiment]\nformat=1\n[data]\nsource=%s\ndimension=50\ntrain=100\nnormalize=none\n"
                                           "[layer1]\nwidth=50\nkeep=4\n[layer2]\nkind=dense\nwidth=20\nkeep=none\n[layer3]\nwidth=50\nkeep=3\n"
                                           "[emergence]\nsamples=50:25600:10\nseeds=4\ncompare=lazy;linear\n%s", data, grid);
  LofiExperiment *experiment = lofi_experiment_parse (text, "thresholds", NULL, NULL, &error);
  ck_assert_msg (experiment != NULL, "%s", error ? error->message : "");
  return experiment;
}

/* How a curve is made: it is a straight line against log n that stands at the level at `coefficient` d^exponent, a seed's own a little beside it. */
typedef struct {
  double coefficient, exponent;
  double scatter;              /* seed s: log n shifted by scatter times -1.5, -0.5, 0.5, 1.5 */
  double bend;                 /* log n shifted by bend times 1, -1, -1, 1 along the dimensions */
} Growth;

static double
place (Growth growth, guint dimension, guint seed)
{
  static const double bends[] = { 1, -1, -1, 1 };
  return log (growth.coefficient) + growth.exponent * log (dimensions[dimension]) + growth.scatter * (seed - 1.5) + growth.bend * bends[dimension];
}

/* A cell of LoFi, two layers of one group each, and one of lazy features. */
static void
add_cells (LofiCells *cells, const LofiExperiment *experiment, guint point, guint dimension, guint seed, gsize n, const Growth growths[3])
{
  double x = log ((double) n), groups[2];
  LofiCellLayer layers[2] = { { .null_low = NAN, .null_high = NAN, .outliers = -1, .n_groups = 1 }, { .null_low = NAN, .null_high = NAN, .outliers = -1, .n_groups = 1 } };
  for (guint l = 0; l < 2; l++)
    {
      groups[l] = 0.5 + 0.05 * (x - place (growths[l], dimension, seed));
      layers[l].group_overlaps = &groups[l];
      layers[l].overlap = groups[l];
    }
  LofiCell cell = { .point = lofi_grid_point (experiment, point), .samples = n, .seed = seed, .method = LOFI_METHOD_LOFI, .test_error = 0.3,
                    .test_mse = 1, .train_error = NAN, .n_layers = 2, .layers = layers };
  ck_assert_int_eq (lofi_cells_add (cells, &cell), LOFI_CELLS_ADDED);
  LofiCell lazy = { .point = cell.point, .samples = n, .seed = seed, .method = LOFI_METHOD_LAZY, .test_mse = 1, .train_error = NAN };
  lazy.test_error = 0.35 - 0.04 * (x - place (growths[2], dimension, seed));
  ck_assert_int_eq (lofi_cells_add (cells, &lazy), LOFI_CELLS_ADDED);
}

static LofiCells *
cells_of (const LofiExperiment *experiment, const Growth growths[3])
{
  LofiCells *cells = lofi_cells_new ();
  for (guint d = 0; d < G_N_ELEMENTS (dimensions); d++)
    for (guint s = 0; s < SEEDS; s++)
      for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
        add_cells (cells, experiment, d, d, s, samples[i], growths);
  return cells;
}

static const LofiThreshold *
threshold (GPtrArray *thresholds, guint i)
{
  ck_assert (i < thresholds->len);
  return g_ptr_array_index (thresholds, i);
}

static const LofiTransition *
transition (const LofiThreshold *of, guint i)
{
  ck_assert (i < of->transitions->len);
  return &g_array_index (of->transitions, LofiTransition, i);
}

#define GRID "grid=data.dimension:30,60,120,240\n"

START_TEST (a_prescribed_exponent_is_found)
{
  static const Growth growths[] = { { 6, 1, 0, 0 }, { 9, 1.25, 0, 0 }, { 0.4, 1.8, 0, 0 } };
  static const char *const names[] = { "layer 1, w", "layer 3, w", "lazy", "linear" };
  static const double predicted[] = { 1, NAN, 2 };
  g_autoptr (LofiExperiment) experiment = experiment_of ("single-index\nexponent=2", GRID);
  g_autoptr (LofiCells) cells = cells_of (experiment, growths);
  ck_assert (lofi_thresholds_possible (experiment));
  g_autoptr (GPtrArray) found = lofi_thresholds (experiment, cells, 0.35);
  ck_assert_uint_eq (found->len, 4);
  for (guint t = 0; t < 4; t++)
    ck_assert_str_eq (threshold (found, t)->name, names[t]);
  for (guint t = 0; t < 3; t++)
    {
      const LofiThreshold *one = threshold (found, t);
      ck_assert (one->method == (t < 2 ? LOFI_METHOD_LOFI : LOFI_METHOD_LAZY));
      ck_assert (one->measure.quantity == (t < 2 ? LOFI_QUANTITY_OVERLAP : LOFI_QUANTITY_TEST_ERROR) && one->measure.layer == (t == 1));
      ck_assert (one->level >= (t < 2 ? 0.5 : 0.35) && one->level <= (t < 2 ? 0.5 : 0.35));
      ck_assert_uint_eq (one->transitions->len, 4);
      for (guint d = 0; d < 4; d++)
        {
          double expected = exp (place (growths[t], d, 0));
          ck_assert (fabs (transition (one, d)->dimension - dimensions[d]) <= 0);
          ck_assert (fabs (transition (one, d)->samples / expected - 1) <= 1e-9);
          ck_assert_uint_eq (transition (one, d)->count, SEEDS);
          ck_assert (transition (one, d)->log_sem <= 1e-9);
        }
      ck_assert_msg (fabs (one->exponent - growths[t].exponent) <= 1e-6, "%.9f", one->exponent);
      ck_assert (fabs (one->coefficient / growths[t].coefficient - 1) <= 1e-6);
      ck_assert (one->exponent_error <= 1e-6);
      ck_assert (t == 1 ? isnan (one->predicted) : fabs (one->predicted - predicted[t]) <= 0);
    }
  const LofiThreshold *linear = threshold (found, 3);
  ck_assert (linear->transitions->len == 0 && isnan (linear->exponent) && isnan (linear->exponent_error) && isnan (linear->predicted));
}
END_TEST

/* Seeds beside each other by h: sem = sqrt (5/3) h / 2, and so the exponent's error by propagation, sem / sqrt (sum of (log d - mean)^2). */
START_TEST (errors_are_those_of_the_seeds)
{
  static const Growth growths[] = { { 6, 1, 0.1, 0 }, { 9, 1.25, 0.1, 0.2 }, { 0.4, 1.8, 0, 0.2 } };
  g_autoptr (LofiExperiment) experiment = experiment_of ("single-index\nexponent=2", GRID);
  g_autoptr (LofiCells) cells = cells_of (experiment, growths);
  g_autoptr (GPtrArray) found = lofi_thresholds (experiment, cells, 0.35);
  double sem = sqrt (5.0 / 3) * 0.1 / 2, step = G_LN2, xx = 5 * step * step;
  const LofiThreshold *quiet = threshold (found, 0), *scattered = threshold (found, 1), *without = threshold (found, 2);
  for (guint d = 0; d < 4; d++)
    {
      ck_assert (fabs (transition (quiet, d)->log_sem - sem) <= 1e-9);
      ck_assert (fabs (log (transition (quiet, d)->samples) - place (growths[0], d, 0) - 0.15) <= 1e-9);
    }
  ck_assert (fabs (quiet->exponent - 1) <= 1e-6);
  ck_assert_msg (fabs (quiet->exponent_error - sem / sqrt (xx)) <= 1e-9, "%g", quiet->exponent_error);
  /* Two degrees of freedom are left of four points: the scatter of .2 about the line, not the seeds' smaller error. */
  ck_assert (fabs (scattered->exponent - 1.25) <= 1e-6);
  ck_assert_msg (fabs (scattered->exponent_error - sqrt (4 * 0.04 / 2 / xx)) <= 1e-9, "%g", scattered->exponent_error);
  ck_assert_msg (fabs (without->exponent_error - sqrt (4 * 0.04 / 2 / xx)) <= 1e-9, "%g", without->exponent_error);
}
END_TEST

/* Seeds that never cross within the sweep do not count; without most of them there is no transition; fewer transitions tell less. */
START_TEST (what_never_crosses)
{
  static const Growth inside[] = { { 6, 1, 0, 0 }, { 6, 1, 0, 0 }, { 6, 1, 0, 0 } };
  static const Growth never[] = { { 1e9, 1, 0, 0 }, { 1e9, 1, 0, 0 }, { 1e9, 1, 0, 0 } };
  static const Growth before[] = { { 1e-9, 1, 0, 0 }, { 1e-9, 1, 0, 0 }, { 1e-9, 1, 0, 0 } };
  g_autoptr (LofiExperiment) experiment = experiment_of ("single-index\nexponent=2", GRID);
  g_autoptr (LofiCells) cells = lofi_cells_new ();
  for (guint d = 0; d < 4; d++)
    for (guint s = 0; s < SEEDS; s++)
      for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
        {
          gboolean crosses = d == 0 || (d == 1 && s != 1) || (d == 2 && s < 2);
          add_cells (cells, experiment, d, d, s, samples[i], crosses ? inside : s % 2 ? never : before);
        }
  g_autoptr (GPtrArray) found = lofi_thresholds (experiment, cells, 0.35);
  for (guint t = 0; t < 3; t++)
    {
      const LofiThreshold *one = threshold (found, t);
      ck_assert_uint_eq (one->transitions->len, 2);
      ck_assert (fabs (transition (one, 0)->dimension - 30) <= 0 && transition (one, 0)->count == 4);
      ck_assert (fabs (transition (one, 1)->dimension - 60) <= 0 && transition (one, 1)->count == 3);
      ck_assert (fabs (one->exponent - 1) <= 1e-6 && fabs (one->coefficient / 6 - 1) <= 1e-6);
      ck_assert (isnan (one->exponent_error));
    }
}
END_TEST

/* A sweep on its way: what is there is enough where it holds the crossing; a missing point is bridged. */
START_TEST (points_that_are_missing)
{
  static const Growth growths[] = { { 6, 1, 0, 0 }, { 9, 1.25, 0, 0 }, { 0.4, 1.8, 0, 0 } };
  g_autoptr (LofiExperiment) experiment = experiment_of ("single-index\nexponent=2", GRID);
  g_autoptr (LofiCells) cells = lofi_cells_new ();
  for (guint d = 4; d-- > 0;)
    for (guint s = 0; s < (d == 1 ? 1 : SEEDS); s++)
      for (guint i = G_N_ELEMENTS (samples); i-- > 0;)
        if ((i + d + s) % 3 && (d != 2 || i < 3))
          add_cells (cells, experiment, d, d, s, samples[i], growths);
  g_autoptr (GPtrArray) found = lofi_thresholds (experiment, cells, 0.35);
  const LofiThreshold *one = threshold (found, 0);
  ck_assert_uint_eq (one->transitions->len, 3);
  ck_assert (transition (one, 1)->count == 1 && isnan (transition (one, 1)->log_sem));
  ck_assert (fabs (transition (one, 2)->dimension - 240) <= 0);
  ck_assert (fabs (one->exponent - 1) <= 1e-6);
  ck_assert (isfinite (one->exponent_error) && one->exponent_error <= 1e-6);
  g_autoptr (LofiCells) none = lofi_cells_new ();
  g_autoptr (GPtrArray) empty = lofi_thresholds (experiment, none, 0.35);
  ck_assert_uint_eq (empty->len, 4);
  for (guint t = 0; t < 4; t++)
    ck_assert (threshold (empty, t)->transitions->len == 0 && isnan (threshold (empty, t)->exponent));
}
END_TEST

/* Another axis stands at its first value; the dimensions may be listed in any order. */
START_TEST (another_axis_stands_still)
{
  static const Growth inside[] = { { 6, 1, 0, 0 }, { 6, 1, 0, 0 }, { 6, 1, 0, 0 } };
  static const Growth other[] = { { 2, 1, 0, 0 }, { 2, 1, 0, 0 }, { 2, 1, 0, 0 } };
  static const char *const grids[] = { "grid=data.dimension:240,120,30,60;layer1.keep:4,2\n", "grid=layer1.keep:4,2;data.dimension:240,120,30,60\n" };
  static const guint order[] = { 3, 2, 0, 1 };
  g_autoptr (LofiExperiment) experiment = experiment_of ("single-index\nexponent=2", grids[_i]);
  g_autoptr (LofiCells) cells = lofi_cells_new ();
  for (guint d = 0; d < 4; d++)
    for (guint k = 0; k < 2; k++)
      for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
        add_cells (cells, experiment, _i == 0 ? 2 * d + k : 4 * k + d, order[d], 0, samples[i], k ? other : inside);
  g_autoptr (GPtrArray) found = lofi_thresholds (experiment, cells, 0.35);
  const LofiThreshold *one = threshold (found, 0);
  ck_assert_uint_eq (one->transitions->len, 4);
  for (guint d = 0; d < 4; d++)
    ck_assert (fabs (transition (one, d)->dimension - dimensions[d]) <= 0 && fabs (transition (one, d)->samples / dimensions[d] - 6) <= 1e-6);
  ck_assert (fabs (one->exponent - 1) <= 1e-6);
}
END_TEST

START_TEST (where_there_are_thresholds)
{
  g_autoptr (LofiExperiment) staircase = experiment_of ("staircase", GRID), without = experiment_of ("staircase", "");
  g_autoptr (LofiExperiment) linear = experiment_of ("single-index\nexponent=1", GRID);
  g_autoptr (LofiCells) cells = lofi_cells_new ();
  g_autoptr (GPtrArray) found = lofi_thresholds (staircase, cells, 0.35), none = lofi_thresholds (without, cells, 0.35);
  g_autoptr (GPtrArray) of_linear = lofi_thresholds (linear, cells, 0.35);
  ck_assert_uint_eq (found->len, 10);
  ck_assert_str_eq (threshold (found, 5)->name, "layer 3, pair 2");
  ck_assert (threshold (found, 5)->measure.layer == 1 && threshold (found, 5)->measure.index == 2);
  ck_assert (!lofi_thresholds_possible (without) && none->len == 0);
  /* A filter of order 2 sees nothing of a label of exponent 1; lazy features and a linear readout do. */
  ck_assert (isnan (threshold (of_linear, 0)->predicted));
  ck_assert (fabs (threshold (of_linear, 2)->predicted - 1) <= 0 && fabs (threshold (of_linear, 3)->predicted - 1) <= 0);
  g_free (staircase->data.source);
  staircase->data.source = g_strdup ("fashion-mnist");
  ck_assert (!lofi_thresholds_possible (staircase));
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("thresholds");
  TCase *tcase = tcase_create ("thresholds");
  tcase_add_test (tcase, a_prescribed_exponent_is_found);
  tcase_add_test (tcase, errors_are_those_of_the_seeds);
  tcase_add_test (tcase, what_never_crosses);
  tcase_add_test (tcase, points_that_are_missing);
  tcase_add_loop_test (tcase, another_axis_stands_still, 0, 2);
  tcase_add_test (tcase, where_there_are_thresholds);
  suite_add_tcase (suite, tcase);
  return lofi_test_run (suite);
}
