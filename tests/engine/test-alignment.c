#include <math.h>
#include <string.h>
#include "lofi-alignment.h"
#include "lofi-error.h"
#include "lofi-fixture.h"

static char *folder;

static void
set_up (void)
{
  lofi_blas_set_threads (1);
  folder = fixture_folder ();
  fixture_write_split (folder, "train", 700, 0);
  fixture_write_split (folder, "test", 203, 1);
}

static void
tear_down (void)
{
  fixture_remove (folder);
}

#define NETWORK(activation) "[layer1]\nwidth=60\nkeep=5\norder=1+2\ncenter-labels=true\nactivation=" activation "\n"
#define DESCENT "[descent]\nstep=0.05\nsteps=30\ninit=0.1\ndirections=3\nseeds=2\n"

static LofiAlignment *
align (const LofiExperiment *experiment)
{
  g_autoptr (GError) error = NULL;
  LofiAlignment *alignment = lofi_align (experiment, NULL, NULL, NULL, NULL, &error);
  ck_assert_msg (alignment != NULL, "%s", error ? error->message : "");
  ck_assert (alignment->finished);
  return alignment;
}

static const LofiAlignPoint *
point_at (const LofiAlignment *alignment, guint64 seed, gsize step)
{
  for (guint i = 0; i < alignment->points->len; i++)
    {
      const LofiAlignPoint *point = &g_array_index (alignment->points, LofiAlignPoint, i);
      if (point->seed == seed && point->step == step)
        return point;
    }
  ck_abort_msg ("no point of seed %u at step %u", (guint) seed, (guint) step);
  return NULL;
}

START_TEST (test_steps_are_on_a_log_grid_and_end_with_the_last)
{
  const struct { gsize steps; guint n; gsize list[10]; } cases[] = {
    { 0, 0, { 0 } }, { 1, 1, { 1 } }, { 2, 2, { 1, 2 } }, { 7, 4, { 1, 2, 5, 7 } }, { 50, 6, { 1, 2, 5, 10, 20, 50 } },
    { 400, 9, { 1, 2, 5, 10, 20, 50, 100, 200, 400 } }
  };
  for (guint c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      g_autoptr (GArray) steps = lofi_alignment_steps (cases[c].steps);
      ck_assert_uint_eq (steps->len, cases[c].n);
      for (guint i = 0; i < steps->len; i++)
        ck_assert_uint_eq (g_array_index (steps, gsize, i), cases[c].list[i]);
    }
  g_autoptr (GArray) many = lofi_alignment_steps (G_MAXSIZE);
  ck_assert_uint_ge (many->len, 50);
}
END_TEST

/* A linear network first moves along E[t x] and nothing else: the filter of one direction, its features, all of the energy. */
START_TEST (test_a_linear_network_moves_along_the_first_moment)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (
    folder, "[layer1]\nkind=filter\nkeep=1\norder=1\ncenter-labels=true\n[layer2]\nwidth=20\nkeep=none\nactivation=identity\n"
            "[descent]\nstep=0.05\nsteps=1\ninit=0.01\ndirections=1\nseeds=2\n");
  g_autoptr (LofiAlignment) alignment = align (experiment);
  ck_assert_uint_eq (alignment->inputs, FIXTURE_INPUTS);
  ck_assert_uint_eq (alignment->samples, 700);
  ck_assert_uint_eq (alignment->points->len, 2);
  for (guint seed = 0; seed < 2; seed++)
    {
      const LofiAlignPoint *point = point_at (alignment, seed, 1);
      ck_assert (point->inputs[LOFI_ALIGN_FILTER] >= 1 - 1e-5);
      ck_assert (point->samples[LOFI_ALIGN_FILTER] >= 1 - 1e-5);
      ck_assert (point->energy >= 1 - 1e-5);
      ck_assert (point->inputs[LOFI_ALIGN_RANDOM] == 1.0 / FIXTURE_INPUTS);
      ck_assert (point->samples[LOFI_ALIGN_RANDOM] == 1.0 / 700);
      ck_assert (point->inputs[LOFI_ALIGN_PERMUTED] < 0.6);
      ck_assert (point->samples[LOFI_ALIGN_PERMUTED] < 0.6);
    }
}
END_TEST

/* y = sign (x0 x1 + 0.3 x2): the filter finds the three directions, and so does descent, well above every baseline. */
START_TEST (test_descent_finds_what_the_filter_finds)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, NETWORK ("relu") DESCENT);
  experiment->descent.hidden = 200;
  g_autoptr (LofiAlignment) alignment = align (experiment);
  g_autoptr (GArray) filter = lofi_alignment_curve (alignment, LOFI_ALIGN_SPACE_INPUTS, LOFI_ALIGN_FILTER);
  g_autoptr (GArray) random = lofi_alignment_curve (alignment, LOFI_ALIGN_SPACE_INPUTS, LOFI_ALIGN_RANDOM);
  ck_assert_uint_eq (filter->len, 6);
  for (guint i = 0; i < filter->len; i++)
    {
      const LofiAlignMean *mean = &g_array_index (filter, LofiAlignMean, i);
      ck_assert_uint_eq (mean->count, 2);
      ck_assert (mean->mean > 0.7);
      ck_assert (mean->sem >= 0 && mean->sem < 0.2);
      ck_assert (fabs (g_array_index (random, LofiAlignMean, i).mean - 3.0 / FIXTURE_INPUTS) <= 1e-12);
      ck_assert (g_array_index (random, LofiAlignMean, i).sem <= 1e-12);
    }
  for (guint i = 0; i < alignment->points->len; i++)
    {
      const LofiAlignPoint *point = &g_array_index (alignment->points, LofiAlignPoint, i);
      ck_assert (point->inputs[LOFI_ALIGN_PERMUTED] < 0.5 && point->inputs[LOFI_ALIGN_COMPONENTS] < 0.5);
      ck_assert (point->energy > 0.5 && point->energy <= 1);
      for (guint a = 0; a < LOFI_N_ALIGN; a++)
        ck_assert (point->samples[a] >= 0 && point->samples[a] <= 1);
      ck_assert (point->train_error >= 0 && point->train_mse > 0 && point->test_error >= 0 && point->test_mse > 0);
    }
  ck_assert (alignment->lofi_train_error >= 0 && alignment->lofi_test_error <= 1);
}
END_TEST

START_TEST (test_means_are_those_of_the_seeds)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, NETWORK ("tanh") DESCENT);
  experiment->descent.steps = 2;
  g_autoptr (LofiAlignment) alignment = align (experiment);
  g_autoptr (GArray) errors = lofi_alignment_scores (alignment, LOFI_ALIGN_TEST_MSE);
  const LofiAlignMean *last = &g_array_index (errors, LofiAlignMean, errors->len - 1);
  double a = point_at (alignment, 0, 2)->test_mse, b = point_at (alignment, 1, 2)->test_mse;
  ck_assert_uint_eq (last->step, 2);
  ck_assert (fabs (last->mean - (a + b) / 2) <= 1e-12);
  ck_assert (fabs (last->sem - fabs (a - b) / 2) <= 1e-12);
}
END_TEST

/* Windows of 3 x 3 pixels are what a convolution's weights meet; pooled pixels after a pool. Maps have no vectors of features. */
START_TEST (test_convolution_and_pooling)
{
  g_autofree double *x = g_new (double, 700 * 24);
  g_autofree char *path = g_build_filename (folder, "train-x.npy", NULL), *test = g_build_filename (folder, "test-x.npy", NULL);
  lofi_random_normals (5, LOFI_PURPOSE_TEACHER, 0, 0, 700 * 24, x);
  ck_assert (lofi_npy_write_doubles (path, x, (gsize[]) { 700, 1, 4, 6 }, 4, NULL));
  ck_assert (lofi_npy_write_doubles (test, x, (gsize[]) { 203, 1, 4, 6 }, 4, NULL));
  g_autoptr (LofiExperiment) conv = fixture_experiment (
    folder, "[layer1]\nkind=conv\nwidth=12\nkeep=4\nsize=3\npadding=1\n[layer2]\nkind=pool\nsize=2\n[layer3]\nkind=flatten\n[layer4]\nwidth=9\nkeep=3\n" DESCENT);
  g_autoptr (LofiAlignment) of_conv = align (conv);
  ck_assert_uint_eq (of_conv->inputs, 9);
  const LofiAlignPoint *point = point_at (of_conv, 0, 30);
  ck_assert (point->inputs[LOFI_ALIGN_FILTER] >= 0 && point->inputs[LOFI_ALIGN_FILTER] <= 1);
  ck_assert (point->inputs[LOFI_ALIGN_RANDOM] == 3.0 / 9);
  ck_assert (isnan (point->samples[LOFI_ALIGN_FILTER]));
  g_autoptr (GArray) none = lofi_alignment_curve (of_conv, LOFI_ALIGN_SPACE_SAMPLES, LOFI_ALIGN_FILTER);
  ck_assert_uint_eq (none->len, 0);

  g_autoptr (LofiExperiment) pool = fixture_experiment (
    folder, "[layer1]\nkind=pool\nsize=2\nmode=max\n[layer2]\nkind=flatten\n[layer3]\nwidth=9\nkeep=3\n" DESCENT);
  g_autoptr (LofiAlignment) of_pool = align (pool);
  ck_assert_uint_eq (of_pool->inputs, 6);
  ck_assert (point_at (of_pool, 1, 30)->samples[LOFI_ALIGN_FILTER] >= 0);
}
END_TEST

/* ---- stopping, going on ---- */

typedef struct { GCancellable *cancellable; guint snapshots, stop_after; LofiAlignment *last; double fraction; } Ear;

static void
on_snapshot (gpointer data, LofiAlignment *alignment)
{
  Ear *ear = data;
  g_clear_pointer (&ear->last, lofi_alignment_unref);
  ear->last = lofi_alignment_ref (alignment);
  if (++ear->snapshots == ear->stop_after)
    g_cancellable_cancel (ear->cancellable);
}

static void
on_progress (gpointer data, double fraction)
{
  Ear *ear = data;
  ck_assert (fraction >= ear->fraction && fraction <= 1);
  ear->fraction = fraction;
}

static char *
json_without_seconds (LofiAlignment *alignment)
{
  alignment->seconds = 0;
  return lofi_alignment_to_json (alignment);
}

START_TEST (test_stopped_it_keeps_what_it_has_and_goes_on_from_there)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, NETWORK ("relu") DESCENT);
  g_autoptr (LofiAlignment) whole = align (experiment);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  /* The beginning, the first fit, its six points, its end, the second fit, a point of it. */
  Ear ear = { .cancellable = cancellable, .stop_after = 11 };
  LofiAlignObserver observer = { on_snapshot, on_progress, &ear };
  ck_assert_ptr_null (lofi_align (experiment, NULL, NULL, &observer, cancellable, &error));
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
  ck_assert_uint_eq (ear.last->points->len, 7);
  ck_assert (!ear.last->finished);
  ck_assert (g_array_index (ear.last->seeds, LofiAlignSeed, 0).finished && !g_array_index (ear.last->seeds, LofiAlignSeed, 1).finished);

  g_autoptr (LofiAlignment) earlier = g_steal_pointer (&ear.last);
  Ear again = { 0 };
  observer.data = &again;
  g_autoptr (LofiAlignment) rest = lofi_align (experiment, earlier, NULL, &observer, NULL, NULL);
  ck_assert_ptr_nonnull (rest);
  ck_assert_uint_eq (again.snapshots, 1 + 1 + 6 + 1 + 1);       /* one seed alone was left */
  ck_assert (again.fraction == 1);
  g_autofree char *one = json_without_seconds (whole), *other = json_without_seconds (rest);
  ck_assert_str_eq (one, other);
  g_clear_pointer (&again.last, lofi_alignment_unref);

  /* Another step is another descent: nothing is taken over. */
  experiment->descent.step = 0.04;
  Ear fresh = { 0 };
  observer.data = &fresh;
  g_autoptr (LofiAlignment) different = lofi_align (experiment, earlier, NULL, &observer, NULL, NULL);
  ck_assert_uint_eq (fresh.snapshots, 1 + 2 * (1 + 6 + 1) + 1);
  ck_assert (point_at (different, 0, 30)->train_mse != point_at (whole, 0, 30)->train_mse);
  g_clear_pointer (&fresh.last, lofi_alignment_unref);
}
END_TEST

START_TEST (test_divergence_ends_a_seed_not_the_run)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, NETWORK ("relu") DESCENT);
  experiment->descent.step = 2;
  experiment->descent.steps = 400;
  experiment->descent.init = 1;
  g_autoptr (LofiAlignment) alignment = align (experiment);
  ck_assert_uint_eq (alignment->diverged, 2);
  ck_assert_uint_ge (alignment->points->len, 2);
  for (guint i = 0; i < alignment->points->len; i++)
    {
      const LofiAlignPoint *point = &g_array_index (alignment->points, LofiAlignPoint, i);
      ck_assert_uint_lt (point->step, 400);
      ck_assert (point->train_mse <= 1e6 && point->inputs[LOFI_ALIGN_FILTER] <= 1);
    }
}
END_TEST

/* ---- the file ---- */

START_TEST (test_the_file_gives_back_what_was_written)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, NETWORK ("gelu") DESCENT);
  g_autoptr (LofiAlignment) alignment = align (experiment);
  g_autofree char *path = g_build_filename (folder, "alignment.json", NULL), *text = lofi_alignment_to_json (alignment);
  g_autoptr (GError) error = NULL;
  g_array_index (alignment->points, LofiAlignPoint, 0).test_error = NAN;
  g_autofree char *holed = lofi_alignment_to_json (alignment);
  ck_assert (g_file_set_contents (path, holed, -1, NULL));
  g_autoptr (LofiAlignment) back = lofi_alignment_load (path, &error);
  ck_assert_msg (back != NULL, "%s", error ? error->message : "");
  g_autofree char *again = lofi_alignment_to_json (back);
  ck_assert_str_eq (holed, again);
  ck_assert_str_ne (holed, text);
  ck_assert (back->finished && back->lofi_test_error == alignment->lofi_test_error);
}
END_TEST

START_TEST (test_files_that_are_none_are_refused)
{
  const char *const texts[] = { "", "[]", "{}", "{\"experiment\": 3}", "{\"experiment\": {\"data\": {\"source\": \"x\", \"labels\": \"shirt\"}}}",
                                "{\"experiment\": {\"experiment\": {\"format\": 1}, \"data\": {\"source\": \"fashion-mnist\", \"labels\": \"shirt\"}},"
                                " \"directions\": 5, \"inputs\": 784, \"samples\": 3000, \"seeds\": [], \"points\": [{\"seed\": 0}]}" };
  g_autofree char *path = g_build_filename (folder, "alignment.json", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      ck_assert (g_file_set_contents (path, texts[i], -1, NULL));
      ck_assert_ptr_null (lofi_alignment_load (path, &error));
      ck_assert_int_eq (lofi_error_exit_code (error), 2);
      ck_assert_ptr_nonnull (strstr (error->message, "alignment.json"));
    }
  g_autoptr (GError) error = NULL;
  ck_assert_ptr_null (lofi_alignment_load ("/nowhere/alignment.json", &error));
  ck_assert_int_eq (lofi_error_exit_code (error), 2);
}
END_TEST

START_TEST (test_what_cannot_be_aligned_is_refused)
{
  const struct { const char *layers, *says; } cases[] = {
    { "[layer1]\nkind=filter\nkeep=3\n" DESCENT, "no layer that gradient descent could train" },
    { "[layer1]\nwidth=2\nkeep=none\n" DESCENT, "descent.directions" },
    { "[layer1]\nwidth=inf\nkeep=4\n" DESCENT, "descent.hidden" },
    { "[layer1]\nwidth=50\nkeep=4\n" DESCENT "[experiment]\nmemory=20000\n", "memory" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, cases[i].layers);
      g_autoptr (GError) error = NULL;
      ck_assert_ptr_null (lofi_align (experiment, NULL, NULL, NULL, NULL, &error));
      ck_assert_int_eq (lofi_error_exit_code (error), 2);
      ck_assert_msg (strstr (error->message, cases[i].says) != NULL, "%s", error->message);
    }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("alignment");
  TCase *tests = tcase_create ("alignment");
  tcase_add_checked_fixture (tests, set_up, tear_down);
  tcase_set_timeout (tests, 60);
  tcase_add_test (tests, test_steps_are_on_a_log_grid_and_end_with_the_last);
  tcase_add_test (tests, test_a_linear_network_moves_along_the_first_moment);
  tcase_add_test (tests, test_descent_finds_what_the_filter_finds);
  tcase_add_test (tests, test_means_are_those_of_the_seeds);
  tcase_add_test (tests, test_convolution_and_pooling);
  tcase_add_test (tests, test_stopped_it_keeps_what_it_has_and_goes_on_from_there);
  tcase_add_test (tests, test_divergence_ends_a_seed_not_the_run);
  tcase_add_test (tests, test_the_file_gives_back_what_was_written);
  tcase_add_test (tests, test_files_that_are_none_are_refused);
  tcase_add_test (tests, test_what_cannot_be_aligned_is_refused);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
