/* The axes of a sweep: what the file says, what each point is, what is refused. */
#include <string.h>
#include "lofi-emergence.h"
#include "lofi-error.h"
#include "lofi-fixture.h"

#define HEAD "[experiment]\nformat=1\n[data]\nsource=xor\ndimension=20\ntrain=100\ntest=100\n"
#define LAYERS "[layer1]\nwidth=200\nkeep=10\n[layer2]\nwidth=100\nkeep=5\nactivation=tanh\n[layer3]\nwidth=60\nkeep=none\n"

static LofiExperiment *
with_grid (const char *grid, GError **error)
{
  g_autofree char *text = g_strdup_printf (HEAD LAYERS "[emergence]\nsamples=50;100\nseeds=2\ncompare=lazy\ngrid=%s\n", grid);
  return lofi_experiment_parse (text, "x.lofi", NULL, NULL, error);
}

static LofiExperiment *
good_grid (const char *grid)
{
  g_autoptr (GError) error = NULL;
  LofiExperiment *experiment = with_grid (grid, &error);
  ck_assert_msg (experiment != NULL, "%s", error ? error->message : "");
  return experiment;
}

static char *
values_of (const LofiExperiment *experiment, guint i)
{
  const LofiSweepAxis *axis = g_ptr_array_index (experiment->sweep_axes, i);
  g_autofree char *values = g_strjoinv (",", axis->values);
  return g_strdup_printf ("%s:%s", axis->key, values);
}

START_TEST (test_axes_are_read_and_written)
{
  static const struct { const char *grid, *first; guint axes, points; } cases[] = {
    { "", NULL, 0, 1 },
    { "layer1.keep:5,10,20", "layer1.keep:5,10,20", 1, 3 },
    { " layer1.keep : 5 , 010,5 ; ", "layer1.keep:5,10", 1, 2 },
    { "layer2.width:250:2000:4", "layer2.width:250,500,1000,2000", 1, 4 },
    { "layer1.keep:1:4:40", "layer1.keep:1,2,3,4", 1, 4 },
    { "readout.penalties:1e-3:1e3:3;layer1.keep:3,4", "readout.penalties:0.001,1,1000", 2, 6 },
    { "depth:0,1,2,3;layers.activation:relu,tanh;data.dimension:10,20", "depth:0,1,2,3", 3, 16 },
    { "layer1.bias:0.5,0.50,1", "layer1.bias:0.5,1", 1, 2 },
    { "layer1.order:2,1+2", "layer1.order:2,1+2", 1, 2 },
    { "layer1.degree:exact,2", "layer1.degree:exact,2", 1, 2 },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (LofiExperiment) experiment = good_grid (cases[i].grid), copy = lofi_experiment_dup (experiment);
      ck_assert_uint_eq (experiment->sweep_axes->len, cases[i].axes);
      ck_assert_uint_eq (lofi_grid_count (experiment), cases[i].points);
      ck_assert_uint_eq (lofi_emergence_total (experiment), cases[i].points * 2 * 2 * 2);
      if (cases[i].first)
        {
          g_autofree char *first = values_of (experiment, 0);
          ck_assert_str_eq (first, cases[i].first);
        }
      g_autofree char *text = lofi_experiment_to_text (copy);
      g_autoptr (LofiExperiment) back = lofi_experiment_parse (text, "back", NULL, NULL, NULL);
      ck_assert_ptr_nonnull (back);
      g_autofree char *again = lofi_experiment_to_text (back);
      ck_assert_str_eq (text, again);
    }
}
END_TEST

START_TEST (test_bad_axes_are_refused)
{
  static const struct { const char *grid, *words; } cases[] = {
    { "layer1.kep:5,10", "did you mean keep?" }, { "layr1.keep:5", "did you mean layer1?" }, { "layer1.keep", "has no values" },
    { "layer1.keep:", "layer1.keep" }, { "layer1.keep:5,x", "layer1.keep=x" }, { "layer1.keep:5,0", "layer1.keep=0" },
    { "layer1.keep:5,-1", "layer1.keep=-1" }, { "layer1.activation:relu,relo", "layer1.activation=relo|relu?" },
    { "layer1.activation:1:2:3", "between two values" }, { "layer9.keep:5", "layer3" }, { "layer1.mode:max", "dense layers do not have it" },
    { "layers.mode:max", "no layer has it" }, { "layers.kepp:5", "did you mean keep?" }, { "keep:5", "GROUP.KEY" }, { "dept:1", "did you mean depth?" },
    { "depth:-1", "depth=-1" }, { "depth:65", "depth=65" }, { "depth:1.5", "depth=1.5" }, { "emergence.seeds:1,2", "cannot be an axis" },
    { "data.train:10,20", "cannot be an axis" }, { "experiment.seed:1,2", "cannot be an axis" }, { "experiment.title:a,b", "cannot be an axis" },
    { "experiment.memory:1G", "cannot be an axis" }, { "layer1.kind:dense", "cannot be an axis" }, { "layer1.keep:5;layer1.keep:6", "set the same key" },
    { "layer1.keep:5;layers.keep:6", "set the same key" }, { "layer1.keep:10:5:3", "is not a range" }, { "layer1.keep:0:5:3", "is not a range" },
    { "layer1.keep:1:5:1", "is not a range" }, { "layer1.keep:1:5", "neither a list nor a range" }, { "layer1.keep:1,2:5:3", "neither a list nor a range" },
    { "layer1.bias:1:2:5000", "5000" }, { "layer1.keep:5;layer2.keep:5;depth:1;layer1.width:20", "axes" }, { "readout.penalties:1e-6,x", "readout.penalties=x" },
    { "layer1.weights:a b.npy", "cannot be a value" }, { "layer1.keep:1:1000:900;layer2.keep:1:1000:900", "points" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (LofiExperiment) experiment = with_grid (cases[i].grid, &error);
      g_auto (GStrv) words = g_strsplit (cases[i].words, "|", -1);
      ck_assert_msg (experiment == NULL, "taken: %s", cases[i].grid);
      ck_assert_int_eq (lofi_error_exit_code (error), 2);
      ck_assert_msg (g_str_has_prefix (error->message, "x.lofi: [emergence] grid: "), "%s", error->message);
      for (char **word = words; *word; word++)
        ck_assert_msg (strstr (error->message, *word) != NULL, "%s: '%s' is not in: %s", cases[i].grid, *word, error->message);
    }
  /* A million cells are enough. */
  g_autoptr (GError) error = NULL;
  g_autoptr (LofiExperiment) experiment = good_grid ("layer1.keep:1:100:100");
  experiment->sweep_seeds = 10000;
  ck_assert (!lofi_experiment_check (experiment, &error));
  ck_assert_msg (strstr (error->message, "emergence.grid") && strstr (error->message, "cells"), "%s", error->message);
}
END_TEST

START_TEST (test_points)
{
  g_autoptr (LofiExperiment) experiment = good_grid ("layer2.keep:3,4;layer1.keep:5,10,20");
  guint values[2];
  lofi_grid_indices (experiment, 4, values);
  ck_assert_uint_eq (values[0], 1);
  ck_assert_uint_eq (values[1], 1);
  /* By key, whatever the order of the axes: the same point has the same name. */
  ck_assert_str_eq (lofi_grid_point (experiment, 4), "layer1.keep=10 layer2.keep=4");
  ck_assert_ptr_eq (lofi_grid_point (experiment, 4), g_intern_string ("layer1.keep=10 layer2.keep=4"));
  g_autoptr (LofiExperiment) point = lofi_grid_experiment (experiment, 4, NULL);
  ck_assert_uint_eq (point->sweep_axes->len, 0);
  ck_assert_uint_eq (lofi_experiment_layer (point, 0)->keep, 10);
  ck_assert_uint_eq (lofi_experiment_layer (point, 1)->keep, 4);
  ck_assert_uint_eq (lofi_experiment_layer (point, 0)->width, 200);
  g_autoptr (LofiExperiment) penalties = good_grid ("readout.penalties:0.5,2"), penalty = lofi_grid_experiment (penalties, 1, NULL);
  ck_assert (fabs (penalty->penalty_low - 2) <= 0 && fabs (penalty->penalty_high - 2) <= 0);
  ck_assert_uint_eq (penalty->penalty_count, 1);
  g_autoptr (LofiExperiment) layers = good_grid ("layers.activation:erf"), all = lofi_grid_experiment (layers, 0, NULL);
  for (guint l = 0; l < 3; l++)
    ck_assert_int_eq (lofi_experiment_layer (all, l)->activation, LOFI_ERF);
  g_autoptr (LofiExperiment) plain = good_grid (""), same = lofi_grid_experiment (plain, 0, NULL);
  ck_assert_str_eq (lofi_grid_point (plain, 0), "");
  g_autofree char *one = lofi_experiment_to_text (plain), *other = lofi_experiment_to_text (same);
  ck_assert_str_eq (one, other);
}
END_TEST

START_TEST (test_depth)
{
  static const gsize widths[4][5] = { { 60 }, { 200, 60 }, { 200, 100, 60 }, { 200, 100, 100, 60 } };
  g_autoptr (LofiExperiment) experiment = good_grid ("depth:0,1,2,3;layer2.width:100");
  for (guint depth = 0; depth < 4; depth++)
    {
      g_autoptr (LofiExperiment) point = lofi_grid_experiment (experiment, depth, NULL);
      ck_assert_uint_eq (point->layers->len, depth + 1);
      for (guint l = 0; l <= depth; l++)
        {
          ck_assert_uint_eq (lofi_experiment_layer (point, l)->width, widths[depth][l]);
          ck_assert (lofi_layer_filters (lofi_experiment_layer (point, l)) == (l < depth));
        }
    }
  /* What stands before a filtered layer comes with it; what comes after the last one stays. */
  g_autoptr (LofiExperiment) conv = lofi_experiment_parse (
    "[experiment]\nformat=1\n[layer1]\nkind=conv\nwidth=9\nkeep=3\n[layer2]\nkind=pool\n[layer3]\nkind=conv\nwidth=8\nkeep=2\n[layer4]\nkind=flatten\n"
    "[layer5]\nwidth=7\nkeep=none\n[emergence]\ngrid=depth:0,1,2,3\n", "x", NULL, NULL, NULL);
  ck_assert_ptr_nonnull (conv);
  static const char *const kinds[] = { "flatten dense", "conv flatten dense", "conv pool conv flatten dense", "conv pool conv conv flatten dense" };
  for (guint depth = 0; depth < 4; depth++)
    {
      g_autoptr (LofiExperiment) point = lofi_grid_experiment (conv, depth, NULL);
      g_autoptr (GString) found = g_string_new (NULL);
      for (guint l = 0; l < point->layers->len; l++)
        g_string_append_printf (found, "%s%s", l ? " " : "", lofi_kind_name (lofi_experiment_layer (point, l)->kind));
      ck_assert_str_eq (found->str, kinds[depth]);
    }
}
END_TEST

/* Values that are good each by itself, and not together. */
START_TEST (test_a_point_that_does_not_go_together)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LofiExperiment) experiment = good_grid ("layer1.width:50,500;layer1.keep:40,300");
  g_autoptr (LofiExperiment) wide = lofi_grid_experiment (experiment, 3, NULL);
  ck_assert_ptr_nonnull (wide);
  ck_assert_ptr_null (lofi_grid_experiment (experiment, 1, &error));
  ck_assert_msg (strstr (error->message, "layer1.keep=300 layer1.width=50") && strstr (error->message, "layer1.keep: "), "%s", error->message);
  g_autoptr (LofiCells) cells = lofi_cells_new ();
  g_clear_error (&error);
  ck_assert (!lofi_emergence_run (experiment, cells, (LofiShare) { 0, 0 }, NULL, NULL, NULL, &error));
  ck_assert_int_eq (lofi_error_exit_code (error), 2);
  ck_assert_uint_eq (lofi_cells_count (cells), 0);
}
END_TEST

START_TEST (test_key_is_of_what_the_sweep_depends_on)
{
  g_autoptr (LofiExperiment) experiment = good_grid ("layer1.keep:5,10"), other = good_grid ("layer1.keep:5,7,9"), same = lofi_experiment_dup (experiment);
  g_autofree char *hash = lofi_emergence_hash (experiment), *of_other = lofi_emergence_hash (other);
  ck_assert_uint_eq (strlen (hash), 16);
  ck_assert_str_eq (hash, of_other);
  lofi_experiment_layer (same, 0)->keep = 3;            /* replaced by the axis */
  same->data.train = 77;
  same->seed = 9;
  same->sweep_seeds = 4;
  same->memory = 1 << 30;
  same->sweep_compare = LOFI_COMPARE_KERNEL;
  g_free (same->title);
  same->title = g_strdup ("another");
  g_autofree char *of_same = lofi_emergence_hash (same);
  ck_assert_str_eq (hash, of_same);
  lofi_experiment_layer (same, 1)->keep = 3;
  g_autofree char *of_different = lofi_emergence_hash (same);
  ck_assert_str_ne (hash, of_different);
  /* The same files, named from two places. */
  g_autoptr (LofiExperiment) here = lofi_experiment_parse ("[experiment]\nformat=1\n[data]\nsource=x/y.npy\n[layer1]\nkeep=2\n", "x", "/data", NULL, NULL);
  g_autoptr (LofiExperiment) there = lofi_experiment_parse ("[experiment]\nformat=1\n[data]\nsource=y.npy\n[layer1]\nkeep=2\n", "x", "/data/x", NULL, NULL);
  g_autofree char *one = lofi_emergence_hash (here), *two = lofi_emergence_hash (there);
  ck_assert_str_eq (one, two);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("grid");
  TCase *tests = tcase_create ("grid");
  tcase_set_timeout (tests, 60);
  tcase_add_test (tests, test_axes_are_read_and_written);
  tcase_add_test (tests, test_bad_axes_are_refused);
  tcase_add_test (tests, test_points);
  tcase_add_test (tests, test_depth);
  tcase_add_test (tests, test_a_point_that_does_not_go_together);
  tcase_add_test (tests, test_key_is_of_what_the_sweep_depends_on);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
