/* One pass over the samples for all sample counts: the numbers of a fit, and the same to the last bit whatever has been computed before. */
#include <string.h>
#include "lofi-fit-private.h"
#include "lofi-fixture.h"
#include "lofi-sweep-samples-private.h"

#define WIDTH "[layer1]\nwidth=60\nkeep=5\n"
#define TRAIN 1500

static char *folder;
static const gsize counts[] = { 40, 512, 700, 1024, 1500 };

static void
set_up (void)
{
  lofi_blas_set_threads (1);
  folder = fixture_folder ();
  fixture_write_split (folder, "train", TRAIN, 0);
  fixture_write_split (folder, "test", 90, 1);
}

static void
tear_down (void)
{
  fixture_remove (folder);
}

static LofiExperiment *
experiment_of (const char *layers, LofiPrecision precision)
{
  LofiExperiment *experiment = fixture_experiment (folder, layers);
  experiment->precision = precision;
  experiment->data.test = 80;
  g_array_set_size (experiment->sweep_samples, 0);
  g_array_append_vals (experiment->sweep_samples, counts, G_N_ELEMENTS (counts));
  return experiment;
}

/* The fit of so many samples, its first layer prepared by shared unless that is NULL. */
static LofiResult *
fit (LofiExperiment *experiment, gsize samples, LofiSweepSamples *shared)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LofiCache) cache = lofi_cache_new ((gsize) 64 << 20);
  g_autoptr (LofiExperiment) own = lofi_experiment_dup (experiment);
  const LofiObserver leading = { .spectra = LOFI_SPECTRA_LEADING };
  LofiResult *result = g_atomic_rc_box_new0 (LofiResult);
  LofiFitRun run = { .experiment = own, .cache = cache, .observer = &leading, .result = result };
  own->data.train = samples;
  gboolean done = lofi_fit_run_begin (&run, FALSE, &error) && (!shared || lofi_sweep_samples_prepare (shared, &run, &error))
                  && lofi_fit_run_layers (&run, &error);
  ck_assert_msg (done, "%s", error ? error->message : "");
  return result;
}

static double
difference (const double *a, const double *b, gsize count)
{
  double largest = 0, unit = 0;
  for (gsize i = 0; i < count; i++)
    {
      unit = fmax (unit, fabs (b[i]));
      double d = fabs (a[i] - b[i]);
      if (!(d <= largest))
        largest = d;
    }
  return largest / unit;
}

/* Of all numbers that the sweep reads off. */
static double
difference_of_results (const LofiResult *a, const LofiResult *b)
{
  ck_assert_uint_eq (a->layers[0]->keep, b->layers[0]->keep);
  double largest = difference (a->readout->test_predictions, b->readout->test_predictions, a->readout->n_test);
  if (a->layers[0]->keep > 0)
    {
      double values = difference (a->layers[0]->eigenvalues, b->layers[0]->eigenvalues, a->layers[0]->keep);
      largest = values <= largest ? largest : values;
      for (gsize i = 0; i < a->layers[0]->train->matrix.rows; i++)
        {
          double row = difference (a->layers[0]->train->matrix.data + i * a->layers[0]->train->matrix.stride,
                                   b->layers[0]->train->matrix.data + i * b->layers[0]->train->matrix.stride, a->layers[0]->keep);
          largest = row <= largest ? largest : row;
        }
    }
  return largest;
}

static gboolean
equal_results (const LofiResult *a, const LofiResult *b)
{
  gsize keep = a->layers[0]->keep;
  return memcmp (a->readout->test_predictions, b->readout->test_predictions, a->readout->n_test * sizeof (double)) == 0
         && memcmp (a->readout->train_predictions, b->readout->train_predictions, a->readout->n_train * sizeof (double)) == 0
         && (keep == 0 || memcmp (a->layers[0]->eigenvalues, b->layers[0]->eigenvalues, keep * sizeof (double)) == 0);
}

/* Up the counts, then back to a smaller one, against each alone and against a fit that shares nothing. */
static void
check (const char *layers, LofiPrecision precision, double tolerance, gboolean applies)
{
  g_autoptr (LofiExperiment) experiment = experiment_of (layers, precision);
  g_autoptr (LofiSweepSamples) shared = lofi_sweep_samples_new ();
  const gsize order[] = { 40, 512, 700, 1024, 1500, 700, 40 };
  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    {
      g_autoptr (LofiSweepSamples) lone = lofi_sweep_samples_new ();
      g_autoptr (LofiResult) together = fit (experiment, order[i], shared), alone = fit (experiment, order[i], lone), plain = fit (experiment, order[i], NULL);
      ck_assert (lofi_sweep_samples_apply (experiment, order[i], 80, FIXTURE_INPUTS) == applies);
      ck_assert_msg (equal_results (together, alone), "%zu samples", order[i]);
      double d = difference_of_results (together, plain);
      ck_assert_msg (d <= tolerance, "%zu samples: %g", order[i], d);
      if (applies && order[i] % LOFI_FIT_BLOCK && order[i] > 40)
        ck_assert_msg (!equal_results (together, plain), "%zu samples are not shared", order[i]);
    }
}

START_TEST (test_single)
{
  check (WIDTH, LOFI_PRECISION_SINGLE, 1e-5, TRUE);
}
END_TEST

START_TEST (test_double)
{
  check (WIDTH, LOFI_PRECISION_DOUBLE, 1e-10, TRUE);
}
END_TEST

START_TEST (test_labels_less_their_mean)
{
  check (WIDTH "center-labels=true\n", LOFI_PRECISION_SINGLE, 1e-5, TRUE);
  check (WIDTH "center-labels=true\ncenter-lift=true\n", LOFI_PRECISION_DOUBLE, 1e-10, TRUE);
}
END_TEST

START_TEST (test_orders_and_second_layers)
{
  check (WIDTH "order=1+2\n", LOFI_PRECISION_DOUBLE, 1e-10, TRUE);
  check (WIDTH "[layer2]\nwidth=50\nkeep=none\n", LOFI_PRECISION_DOUBLE, 1e-10, TRUE);
  check ("[layer1]\nwidth=50\nkeep=none\n", LOFI_PRECISION_DOUBLE, 1e-10, TRUE);
}
END_TEST

/* Wide enough that leading pairs alone are taken, of fewer samples than the width, too. */
START_TEST (test_leading_pairs)
{
  check ("[layer1]\nwidth=600\nkeep=4\n", LOFI_PRECISION_DOUBLE, 1e-8, TRUE);
}
END_TEST

START_TEST (test_filter_without_lift)
{
  check ("[layer1]\nkind=filter\nkeep=5\n", LOFI_PRECISION_SINGLE, 1e-5, TRUE);
}
END_TEST

START_TEST (test_what_is_not_homogeneous_is_not_shared)
{
  check (WIDTH "activation=tanh\n", LOFI_PRECISION_DOUBLE, 0, FALSE);
  check (WIDTH "bias=0.5\n", LOFI_PRECISION_DOUBLE, 0, FALSE);
  check (WIDTH "degree=2\n", LOFI_PRECISION_DOUBLE, 0, FALSE);
}
END_TEST

/* By itself each count has a precision of its own: the small ones, in double, are left alone. */
START_TEST (test_precision_by_the_count)
{
  check (WIDTH, LOFI_PRECISION_AUTO, 0, FALSE);
}
END_TEST

/* ---- the lazy baseline ---- */

static LofiReadout *
fit_lazy (LofiExperiment *experiment, gsize samples, LofiSweepSamples *shared)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LofiCache) cache = lofi_cache_new ((gsize) 64 << 20);
  g_autoptr (LofiExperiment) own = lofi_experiment_dup (experiment);
  g_autoptr (LofiResult) result = g_atomic_rc_box_new0 (LofiResult);
  LofiFitRun run = { .experiment = own, .cache = cache, .result = result };
  own->data.train = samples;
  LofiReadout *readout = NULL;
  if (lofi_fit_run_begin (&run, FALSE, &error))
    readout = shared ? lofi_sweep_samples_lazy (shared, &run, &error) : lofi_fit_lazy (&run, &error);
  ck_assert_msg (readout != NULL, "%s", error ? error->message : "");
  return readout;
}

static gboolean
equal_readouts (const LofiReadout *a, const LofiReadout *b)
{
  return memcmp (a->test_predictions, b->test_predictions, a->n_test * sizeof (double)) == 0
         && memcmp (a->train_predictions, b->train_predictions, a->n_train * sizeof (double)) == 0;
}

static void
check_lazy (const char *layers, LofiPrecision precision, gboolean applies)
{
  g_autoptr (LofiExperiment) experiment = experiment_of (layers, precision);
  g_autoptr (LofiSweepSamples) shared = lofi_sweep_samples_new ();
  const gsize order[] = { 40, 512, 700, 1500, 1024, 40 };
  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    {
      g_autoptr (LofiSweepSamples) lone = lofi_sweep_samples_new ();
      g_autoptr (LofiReadout) together = fit_lazy (experiment, order[i], shared), alone = fit_lazy (experiment, order[i], lone);
      g_autoptr (LofiReadout) plain = fit_lazy (experiment, order[i], NULL);
      ck_assert_msg (equal_readouts (together, alone), "%zu samples", order[i]);
      double d = difference (together->test_predictions, plain->test_predictions, plain->n_test);
      ck_assert_msg (d <= (applies ? 1e-5 : 0), "%zu samples: %g", order[i], d);
      if (applies)
        ck_assert_msg (!equal_readouts (together, plain), "%zu samples are not shared", order[i]);
    }
}

START_TEST (test_lazy)
{
  check_lazy (WIDTH, LOFI_PRECISION_SINGLE, TRUE);
  check_lazy (WIDTH "[layer2]\nwidth=70\nkeep=4\n[layer3]\nwidth=50\nactivation=identity\nkeep=none\n", LOFI_PRECISION_SINGLE, TRUE);
  check_lazy ("[layer1]\nwidth=50\nkeep=none\n[layer2]\nwidth=60\nkeep=3\n", LOFI_PRECISION_SINGLE, TRUE);
}
END_TEST

START_TEST (test_lazy_that_is_not_shared)
{
  check_lazy (WIDTH, LOFI_PRECISION_DOUBLE, FALSE);
  check_lazy (WIDTH "[layer2]\nwidth=70\nbias=0.5\nkeep=4\n", LOFI_PRECISION_SINGLE, FALSE);
  check_lazy ("[layer1]\nkind=filter\nkeep=5\n[layer2]\nwidth=40\nkeep=4\n", LOFI_PRECISION_SINGLE, FALSE);
}
END_TEST

/* ---- seeds ---- */

/* What a state had of one seed is let go with the next, and all of it at the end. */
START_TEST (test_seeds_take_turns)
{
  g_autoptr (LofiExperiment) experiment = experiment_of (WIDTH, LOFI_PRECISION_SINGLE);
  g_autoptr (LofiSweepSamples) shared = lofi_sweep_samples_new ();
  for (guint i = 0; i < 6; i++)
    {
      g_autoptr (LofiSweepSamples) lone = lofi_sweep_samples_new ();
      experiment->seed = i % 2;
      g_autoptr (LofiResult) together = fit (experiment, counts[1 + i / 2], shared), alone = fit (experiment, counts[1 + i / 2], lone);
      ck_assert (equal_results (together, alone));
    }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("sweep-samples");
  TCase *tcase = tcase_create ("pass");
  tcase_add_checked_fixture (tcase, set_up, tear_down);
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, test_single);
  tcase_add_test (tcase, test_double);
  tcase_add_test (tcase, test_labels_less_their_mean);
  tcase_add_test (tcase, test_orders_and_second_layers);
  tcase_add_test (tcase, test_leading_pairs);
  tcase_add_test (tcase, test_filter_without_lift);
  tcase_add_test (tcase, test_what_is_not_homogeneous_is_not_shared);
  tcase_add_test (tcase, test_precision_by_the_count);
  tcase_add_test (tcase, test_lazy);
  tcase_add_test (tcase, test_lazy_that_is_not_shared);
  tcase_add_test (tcase, test_seeds_take_turns);
  suite_add_tcase (suite, tcase);
  return lofi_test_run (suite);
}
