/* The presets of one and of two transitions, held to the numbers of an independent computation of five seeds. In a transition seeds differ by much,
 * and all five are taken; beyond it three say as much. */
#include "lofi-overlap.h"
#include "lofi-networks.h"

#define GROUPS_MOST 4

/* Over seeds. */
typedef struct { double error, overlaps[GROUPS_MOST]; } Means;

static Means
means_at (const char *preset, gsize n, guint seeds)
{
  Means means = { 0 };
  for (guint64 seed = 0; seed < seeds; seed++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (LofiExperiment) experiment = lofi_preset_load (preset, NULL, &error);
      ck_assert_msg (experiment != NULL, "%s", error ? error->message : "");
      experiment->seed = seed;
      experiment->data.train = n;
      g_autoptr (LofiResult) result = network_fit_with (experiment, FALSE, NULL, LOFI_SPECTRA_LEADING);
      double groups[GROUPS_MOST] = { 0 }, whole;
      ck_assert (lofi_planted_overlaps (result, 0, groups, &whole, NULL));
      means.error += result->readout->test_scores.error / seeds;
      for (guint g = 0; g < GROUPS_MOST; g++)
        means.overlaps[g] += groups[g] / seeds;
    }
  return means;
}

/* The error of random features of one relu lift, 1500 wide, with a ridge: what the transitions are compared with. */
static double
lazy_error_at (const char *preset, gsize n, guint seeds)
{
  double mean = 0;
  for (guint64 seed = 0; seed < seeds; seed++)
    {
      g_autoptr (LofiExperiment) experiment = lofi_preset_load (preset, NULL, NULL);
      LofiLayerSpec *spec = lofi_layer_spec_new ();
      ck_assert_ptr_nonnull (experiment);
      g_ptr_array_set_size (experiment->layers, 0);
      spec->width = 1500;
      spec->keep = LOFI_KEEP_NONE;
      spec->activation = LOFI_RELU;
      g_ptr_array_add (experiment->layers, spec);
      experiment->seed = seed;
      experiment->data.train = n;
      g_autoptr (LofiResult) result = network_fit_with (experiment, FALSE, NULL, LOFI_SPECTRA_LEADING);
      mean += result->readout->test_scores.error / seeds;
    }
  return mean;
}

static void
near (double found, double expected, double tolerance, const char *what, gsize n)
{
  ck_assert_msg (fabs (found - expected) <= tolerance, "%s at n = %zu: %.3f, not %.3f", what, n, found, expected);
}

static double
later_pairs (Means means)
{
  return (means.overlaps[1] + means.overlaps[2] + means.overlaps[3]) / 3;
}

/* The first pair is there at n = 400; then the error falls to the plateau of what the first product says. The other pairs are not, at 3200. */
START_TEST (two_transitions)
{
  static const struct { gsize n; guint seeds; double error, lazy; } table[] = { { 800, 5, 0.25, 0.50 }, { 1600, 3, 0.16, 0.50 }, { 3200, 3, 0.15, 0.44 } };
  Means means = means_at ("two-transitions", 400, 5);
  ck_assert_msg (means.overlaps[0] > 0.4, "%.3f", means.overlaps[0]);
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      means = means_at ("two-transitions", table[i].n, table[i].seeds);
      near (means.error, table[i].error, 0.03, "error", table[i].n);
      near (lazy_error_at ("two-transitions", table[i].n, table[i].seeds), table[i].lazy, 0.03, "error of lazy features", table[i].n);
      for (guint g = 1; g < GROUPS_MOST; g++)
        ck_assert_msg (means.overlaps[g] < 0.4, "pair %u at n = %zu: %.3f", g + 1, table[i].n, means.overlaps[g]);
    }
  means = means_at ("two-transitions", 6400, 2);
  near (means.error, 0.14, 0.03, "error", 6400);
  ck_assert_msg (later_pairs (means) > 0.5, "%.3f", later_pairs (means));
}
END_TEST

START_TEST (one_transition)
{
  static const struct { gsize n; guint seeds; double error, overlap; } table[] = { { 800, 5, 0.262, 0.74 }, { 1600, 3, 0.208, 0.84 }, { 3200, 3, 0.175, 0.88 } };
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      Means means = means_at ("one-transition", table[i].n, table[i].seeds);
      near (means.error, table[i].error, 0.03, "error", table[i].n);
      near (means.overlaps[0], table[i].overlap, 0.05, "overlap", table[i].n);
    }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("transitions");
  TCase *tcase = tcase_create ("transitions");
  tcase_set_timeout (tcase, 110);
  tcase_add_test (tcase, two_transitions);
  tcase_add_test (tcase, one_transition);
  suite_add_tcase (suite, tcase);
  return lofi_test_run (suite);
}
