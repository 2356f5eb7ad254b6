/* The plan: what a fit costs, what it may cost, and fits that stream because the whole would not fit. */
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lofi-networks.h"
#include "lofi-plan.h"

static char *folder;

static void
set_up (void)
{
  lofi_blas_set_threads (1);
  folder = fixture_folder ();
}

static void
tear_down (void)
{
  fixture_remove (folder);
}

static LofiPlan *
plan_of (const char *layers, gsize train, gsize test, LofiMapShape shape, guint64 memory, gboolean with_baselines)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, layers);
  g_autoptr (GError) error = NULL;
  experiment->memory = memory;
  experiment->precision = LOFI_PRECISION_DOUBLE;
  LofiPlan *plan = lofi_plan_new (experiment, (LofiPlanData) { train, test, shape }, with_baselines, &error);
  ck_assert_msg (plan != NULL, "%s", error ? error->message : "");
  return plan;
}

/* Flops of one stage of one layer. */
static double
flops_of (const LofiPlan *plan, LofiStage stage, int layer)
{
  double flops = 0;
  for (guint i = 0; i < plan->stages->len; i++)
    {
      const LofiPlanStage *at = &g_array_index (plan->stages, LofiPlanStage, i);
      flops += at->stage == stage && at->layer == layer ? at->flops : 0;
    }
  return flops;
}

START_TEST (test_stages_in_order)
{
  const LofiMapShape shape = { 3, 16, 16 };
  g_autoptr (LofiPlan) plan = plan_of (
    "[layer1]\nkind=conv\nwidth=50\nkeep=5\nsize=3\n[layer2]\nkind=pool\nsize=2\n[layer3]\nkind=flatten\n[layer4]\nkind=dense\nwidth=90\nkeep=9\n"
    "[layer5]\nkind=dense\nwidth=inf\nkeep=4\n[layer6]\nkind=dense\nwidth=70\nkeep=none\n", 300, 100, shape, 0, TRUE);
  double flops = 0;
  gsize bytes = 0;
  int layer = -1;
  guint nulls = 0;
  for (guint i = 0; i < plan->stages->len; i++)
    {
      const LofiPlanStage *at = &g_array_index (plan->stages, LofiPlanStage, i);
      flops += at->flops;
      bytes = MAX (bytes, at->bytes);
      ck_assert (at->flops >= 0 && isfinite (at->flops));
      ck_assert_uint_ge (at->bytes, sizeof (double) * 400 * 3 * 16 * 16);
      if (at->stage == LOFI_STAGE_NULL && nulls++ == 0)
        {
          ck_assert_int_eq (layer, 5);
          ck_assert_int_eq (g_array_index (plan->stages, LofiPlanStage, i - 1).stage, LOFI_STAGE_LAZY);
          layer = -1;                         /* they come when everything is known, and once more layer by layer */
        }
      ck_assert (nulls == 0 || at->stage == LOFI_STAGE_NULL);
      ck_assert (at->layer == -1 || at->layer >= layer);
      layer = MAX (layer, at->layer);
    }
  ck_assert (layer == 4 && nulls == 3);
  ck_assert_int_eq (g_array_index (plan->stages, LofiPlanStage, 0).stage, LOFI_STAGE_DATA);
  ck_assert (fabs (plan->flops - flops) <= 1e-9 * flops);
  ck_assert_uint_eq (plan->bytes, bytes);
  ck_assert (!plan->streams);
  ck_assert (lofi_plan_seconds (plan) > 0);
}
END_TEST

/* Of keep=auto the line comes before what is projected on what it keeps. */
START_TEST (test_lines_that_choose_come_first)
{
  const LofiMapShape shape = { 1, 1, 30 };
  g_autoptr (LofiPlan) plan = plan_of ("[layer1]\nwidth=90\nkeep=auto\n[layer2]\nwidth=70\nkeep=5\n", 300, 100, shape, 0, FALSE);
  guint at = 0;
  for (guint i = 0; i < plan->stages->len; i++)
    if (g_array_index (plan->stages, LofiPlanStage, i).stage == LOFI_STAGE_NULL)
      {
        const LofiPlanStage *stage = &g_array_index (plan->stages, LofiPlanStage, i);
        ck_assert (at == 0 ? stage->layer == 0 && stage[1].stage == LOFI_STAGE_PROJECTION : stage->layer == 1 && i == plan->stages->len - 1);
        at++;
      }
  ck_assert_uint_eq (at, 2);
}
END_TEST

/* Costs double, quadruple and so on as the shapes do. */
START_TEST (test_flops_scale_with_shapes)
{
  static const struct { const char *layer; LofiStage stage; gsize factor_n; double more_n, more_p; } cases[] = {
    { "kind=dense\nkeep=8\nwidth=%d", LOFI_STAGE_OPERATOR, 2, 2, 4 },
    { "kind=dense\nkeep=8\nwidth=%d", LOFI_STAGE_EIGENPAIRS, 2, 1, 8 },
    { "kind=dense\nkeep=8\nwidth=%d", LOFI_STAGE_PROJECTION, 2, 2, 2 },
    { "kind=conv\nsize=3\nkeep=8\nwidth=%d", LOFI_STAGE_OPERATOR, 2, 2, 4 },
    { "kind=dense\nkeep=none\nwidth=%d", LOFI_STAGE_LIFT, 2, 2, 2 },
  };
  const LofiMapShape shape = { 1, 12, 12 };
  g_autofree char *layer = g_strdup_printf (cases[_i].layer, 400), *wider = g_strdup_printf (cases[_i].layer, 800);
  g_autofree char *one = g_strconcat ("[layer1]\n", layer, "\n", NULL), *two = g_strconcat ("[layer1]\n", wider, "\n", NULL);
  g_autoptr (LofiPlan) base = plan_of (one, 4000, 2000, shape, 0, FALSE), more = plan_of (one, 8000, 4000, shape, 0, FALSE);
  g_autoptr (LofiPlan) wide = plan_of (two, 4000, 2000, shape, 0, FALSE);
  double flops = flops_of (base, cases[_i].stage, 0);
  ck_assert (flops > 0);
  double by_n = flops_of (more, cases[_i].stage, 0) / flops, by_p = flops_of (wide, cases[_i].stage, 0) / flops;
  ck_assert_msg (fabs (by_n / cases[_i].more_n - 1) <= 0.05, "n doubled: %g times", by_n);
  /* The lift is in the operator's cost, and does not grow as its square. */
  ck_assert_msg (by_p <= cases[_i].more_p * 1.01 && by_p >= cases[_i].more_p * 0.7, "P doubled: %g times", by_p);
}
END_TEST

START_TEST (test_a_fit_beyond_its_budget_is_refused)
{
  network_write_vectors (folder, 300, 100, FIXTURE_INPUTS);
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, "[layer1]\nwidth=200\nkeep=5\n[layer2]\nwidth=2000\nkeep=5\n");
  g_autoptr (GError) error = NULL;
  experiment->memory = 1 << 20;
  ck_assert_ptr_null (lofi_fit (experiment, FALSE, 0, NULL, NULL, NULL, &error));
  ck_assert_int_eq (lofi_error_exit_code (error), 2);
  static const char *const words[] = { "layer2", "MiB", "1.0", "experiment.memory", "width" };
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    ck_assert_msg (strstr (error->message, words[i]) != NULL, "'%s' is not in: %s", words[i], error->message);
}
END_TEST

START_TEST (test_sizes_that_overflow_are_refused)
{
  network_write_maps (folder, 40, 10, 2, 8, 8);
  static const char *const nets[] = {
    "[layer1]\nwidth=2147483647\nkeep=5\n", "[layer1]\nwidth=2147483647\nkeep=none\n", "[layer1]\nkind=conv\nsize=1\nwidth=2147483647\nkeep=none\n",
    "[layer1]\nkind=conv\nsize=1\nwidth=2000000\nkeep=none\n[layer2]\nkind=conv\nsize=1\nwidth=2147483647\nkeep=none\n",
    "[layer1]\nkind=conv\nsize=1024\npadding=1024\nwidth=2147483647\nkeep=2\n", "[layer1]\nwidth=2000000\nkeep=none\n[layer2]\nwidth=2000000\nkeep=none\n",
  };
  for (guint i = 0; i < G_N_ELEMENTS (nets); i++)
    network_refused (folder, nets[i], "; |reduce the width");
}
END_TEST

/* ---- streaming ---- */

/* A budget that holds what is streamed and not what is stored. */
static guint64
budget_for_streaming (const LofiExperiment *experiment, LofiPlanData data)
{
  g_autoptr (LofiExperiment) other = lofi_experiment_dup (experiment);
  g_autoptr (GError) error = NULL;
  other->memory = 0;
  g_autoptr (LofiPlan) stored = lofi_plan_new (other, data, FALSE, &error);
  other->memory = 1;
  g_autoptr (LofiPlan) streamed = lofi_plan_new (other, data, FALSE, &error);
  ck_assert (stored && streamed && !stored->streams && streamed->streams);
  ck_assert_uint_lt (streamed->bytes, stored->bytes);
  return streamed->bytes;
}

START_TEST (test_streamed_is_stored)
{
  static const struct { const char *layers; LofiPrecision precision; } cases[] = {
    { "[layer1]\nwidth=277\nkeep=9\n[layer2]\nwidth=193\nkeep=7\n[layer3]\nwidth=651\nkeep=none\n", LOFI_PRECISION_DOUBLE },
    { "[layer1]\nwidth=277\nkeep=9\n[layer2]\nwidth=193\nkeep=7\n[layer3]\nwidth=651\nkeep=none\n", LOFI_PRECISION_SINGLE },
    { "[layer1]\nwidth=377\nkeep=9\norder=1+2\ncenter-lift=true\ncenter-labels=true\n", LOFI_PRECISION_DOUBLE },
    { "[layer1]\nwidth=1703\nkeep=6\n[layer2]\nwidth=1703\nkeep=6\n", LOFI_PRECISION_SINGLE },
    { "[layer1]\nkind=conv\nsize=3\nwidth=83\nkeep=5\n[layer2]\nkind=pool\nsize=2\n[layer3]\nkind=flatten\n", LOFI_PRECISION_DOUBLE },
    { "[layer1]\nkind=conv\nsize=3\nwidth=31\nkeep=none\n[layer2]\nkind=pool\nsize=2\n[layer3]\nkind=conv\nsize=1\nwidth=91\nkeep=4\n", LOFI_PRECISION_DOUBLE },
    { "[layer1]\nwidth=401\nkeep=none\ncenter-lift=true\n[layer2]\nwidth=311\nkeep=none\n[layer3]\nwidth=200\nkeep=4\n", LOFI_PRECISION_DOUBLE },
  };
  network_write_maps (folder, 1311, 317, 1, 6, 5);
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, cases[_i].layers);
  experiment->precision = cases[_i].precision;
  g_autoptr (LofiResult) stored = network_fit_with (experiment, FALSE, NULL, LOFI_SPECTRA_WHOLE);
  ck_assert (!stored->plan->streams);
  experiment->memory = budget_for_streaming (experiment, lofi_plan_data_of_task (stored->task));
  g_autoptr (LofiCache) cache = lofi_cache_new ((gsize) 1 << 28);
  LofiCache *caches[] = { NULL, cache };
  for (guint c = 0; c < 2; c++)
    {
      g_autoptr (LofiResult) streamed = network_fit_with (experiment, FALSE, caches[c], LOFI_SPECTRA_WHOLE);
      ck_assert (streamed->plan->streams);
      for (guint l = 0; l < stored->n_layers; l++)
        {
          g_autoptr (LofiArray) a = lofi_layer_result_features (stored->layers[l], FALSE, NULL, NULL);
          g_autoptr (LofiArray) b = lofi_layer_result_features (streamed->layers[l], FALSE, NULL, NULL);
          g_autoptr (LofiArray) at = lofi_layer_result_features (stored->layers[l], TRUE, NULL, NULL);
          g_autoptr (LofiArray) bt = lofi_layer_result_features (streamed->layers[l], TRUE, NULL, NULL);
          ck_assert (network_difference (&a->matrix, &b->matrix) <= 1e-9);
          ck_assert (network_difference (&at->matrix, &bt->matrix) <= 1e-9);
        }
      ck_assert (fabs (streamed->readout->test_scores.mse / stored->readout->test_scores.mse - 1) <= 1e-9);
    }
}
END_TEST

static gsize
peak (void)
{
  struct rusage usage;
  getrusage (RUSAGE_SELF, &usage);
  return (gsize) usage.ru_maxrss * 1024;
}

/* What a fit really takes, in a process of its own, less what a process takes that fits next to nothing. */
static gsize
measured_bytes (const LofiExperiment *experiment)
{
  int ends[2];
  gsize taken = 0;
  ck_assert_int_eq (pipe (ends), 0);
  pid_t child = fork ();
  if (child == 0)
    {
      gsize before = peak ();
      g_autoptr (LofiResult) result = lofi_fit (experiment, FALSE, 0, NULL, &(LofiObserver) { .spectra = LOFI_SPECTRA_LEADING, .nulls = LOFI_NULLS_PERMUTED },
                                                NULL, NULL);
      gsize after = result ? peak () - before : 0;
      _exit (write (ends[1], &after, sizeof after) == sizeof after ? 0 : 1);
    }
  ck_assert_int_eq (read (ends[0], &taken, sizeof taken), sizeof taken);
  ck_assert_int_eq (waitpid (child, NULL, 0), child);
  close (ends[0]);
  close (ends[1]);
  return taken;
}

/* The bytes of the plan hold, stored and streamed, and are not far above what is taken. BLAS has some buffers of its own. */
START_TEST (test_the_plan_bounds_the_memory)
{
  static const char *const nets[] = { "[layer1]\nwidth=900\nkeep=20\n[layer2]\nwidth=900\nkeep=20\n", "[layer1]\nwidth=900\nkeep=none\n",
                                      "[layer1]\nkind=conv\nsize=3\nwidth=200\nkeep=8\n[layer2]\nkind=flatten\n" };
  const gsize buffers = 40 << 20;
  network_write_maps (folder, 9001, 501, 1, 6, 5);
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, nets[_i]);
  const LofiPlanData data = { 9001, 501, { 1, 6, 5 } };
  for (guint streams = 0; streams < 2; streams++)
    {
      experiment->memory = streams ? budget_for_streaming (experiment, data) : 0;
      g_autoptr (LofiPlan) plan = lofi_plan_new (experiment, data, FALSE, NULL);
      gsize taken = measured_bytes (experiment);
      ck_assert_uint_gt (taken, 0);
      ck_assert_msg (taken <= plan->bytes + buffers, "%zu bytes taken, %zu planned", taken, plan->bytes);
      ck_assert_msg (plan->bytes <= 3 * taken, "%zu bytes planned, %zu taken", plan->bytes, taken);
    }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("plan");
  TCase *tests = tcase_create ("plan");
  tcase_add_checked_fixture (tests, set_up, tear_down);
  tcase_set_timeout (tests, 60);
  tcase_add_test (tests, test_stages_in_order);
  tcase_add_test (tests, test_lines_that_choose_come_first);
  tcase_add_loop_test (tests, test_flops_scale_with_shapes, 0, 5);
  tcase_add_test (tests, test_a_fit_beyond_its_budget_is_refused);
  tcase_add_test (tests, test_sizes_that_overflow_are_refused);
  tcase_add_loop_test (tests, test_streamed_is_stored, 0, 7);
#ifndef __SANITIZE_ADDRESS__          /* which keeps what was freed, and shadows of everything */
  tcase_add_loop_test (tests, test_the_plan_bounds_the_memory, 0, 3);
#else
  (void) test_the_plan_bounds_the_memory;
#endif
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
