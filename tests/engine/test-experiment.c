/* The experiment file: what is read, and that text and experiment are one. */
#include <locale.h>
#include "lofi-files.h"

#define HEAD "[experiment]\nformat=1\n"
#define LAYER "[layer1]\nwidth=100\nkeep=10\n"

static LofiExperiment *
parse (const char *text, const char *const *settings)
{
  g_autoptr (GError) error = NULL;
  LofiExperiment *experiment = lofi_experiment_parse (text, "x.lofi", "/folder", settings, &error);
  ck_assert_msg (experiment != NULL, "%s", error ? error->message : "");
  return experiment;
}

/* What to_text writes reads back to what to_text writes. */
static void
check_round_trip (const LofiExperiment *experiment)
{
  g_autofree char *text = lofi_experiment_to_text (experiment);
  g_autoptr (LofiExperiment) again = parse (text, NULL);
  g_autofree char *text_again = lofi_experiment_to_text (again);
  ck_assert_str_eq (text, text_again);
  ck_assert_str_eq (experiment->title, again->title);
  ck_assert_str_eq (experiment->data.source, again->data.source);
  ck_assert (experiment->penalty_low == again->penalty_low && experiment->penalty_high == again->penalty_high);
  ck_assert_uint_eq (experiment->layers->len, again->layers->len);
  for (guint i = 0; i < experiment->layers->len; i++)
    {
      const LofiLayerSpec *a = lofi_experiment_layer (experiment, i), *b = lofi_experiment_layer (again, i);
      ck_assert (a->kind == b->kind && a->width == b->width && a->keep == b->keep && a->keep_auto == b->keep_auto && a->keep_min == b->keep_min
                 && a->keep_max == b->keep_max && a->order == b->order && a->degree == b->degree
                 && a->activation == b->activation && a->bias == b->bias && a->center_labels == b->center_labels
                 && a->center_lift == b->center_lift && g_strcmp0 (a->weights, b->weights) == 0);
    }
}

START_TEST (defaults)
{
  g_autoptr (LofiExperiment) e = lofi_experiment_new ();
  g_autoptr (GError) error = NULL;
  ck_assert (lofi_experiment_check (e, &error));
  ck_assert_uint_eq (e->layers->len, 1);
  ck_assert_uint_eq (lofi_experiment_layer (e, 0)->width, 1000);
  ck_assert_uint_eq (lofi_experiment_layer (e, 0)->keep, 50);
  ck_assert_uint_eq (e->sweep_samples->len, 12);
  ck_assert_uint_eq (g_array_index (e->sweep_samples, gsize, 0), 100);
  ck_assert_uint_eq (g_array_index (e->sweep_samples, gsize, 11), 10000);
  check_round_trip (e);
}
END_TEST

/* The example of the format's description, comments and all. */
START_TEST (everything_is_read)
{
  g_autoptr (LofiExperiment) e = parse (
    "# a comment\n  # another\n\n[experiment]\r\nformat=1\r\ntitle= Shirt # not a comment  \nseed = 18446744073709551615\n"
    "[data]  # what is learned\nsource=mnist       # or fashion-mnist\npositive=6;7;\nnegative=2; 4\ntrain=2000\t# drawn\ntest=10\n"
    "normalize=standardize\n[layer1]\nkind=dense\nwidth=300\nkeep=20\norder=1+2\ndegree=3\nactivation=gelu\nbias=0.25\n"
    "center-labels=true\ncenter-lift=true\nweights=W 1.npy\n[layer2]\nwidth=40\nkeep=none\n[layer3]\norder=1\n"
    "[readout]\npenalties=1e-3:2.5e2:7\n[emergence]\nsamples=900;100; 400;100\nseeds=3\ncompare=linear\nnulls=false\n", NULL);
  const LofiLayerSpec *layer = lofi_experiment_layer (e, 0);
  ck_assert_str_eq (e->title, "Shirt # not a comment");
  ck_assert (e->seed == G_MAXUINT64);
  ck_assert_str_eq (e->data.source, "mnist");
  ck_assert_ptr_null (e->data.labels);
  ck_assert_uint_eq (e->data.positive->len, 2);
  ck_assert_int_eq (g_array_index (e->data.positive, int, 1), 7);
  ck_assert_int_eq (g_array_index (e->data.negative, int, 1), 4);
  ck_assert (e->data.train == 2000 && e->data.test == 10 && e->data.normalize == LOFI_NORMALIZE_STANDARDIZE);
  ck_assert_uint_eq (e->layers->len, 3);
  ck_assert (layer->kind == LOFI_KIND_DENSE && layer->width == 300 && layer->keep == 20 && layer->order == LOFI_ORDER_1_2);
  ck_assert (layer->degree == 3 && layer->activation == LOFI_GELU && layer->bias == 0.25);
  ck_assert (layer->center_labels && layer->center_lift);
  ck_assert_str_eq (layer->weights, "W 1.npy");
  ck_assert_uint_eq (lofi_experiment_layer (e, 1)->keep, LOFI_KEEP_NONE);
  ck_assert_uint_eq (lofi_experiment_layer (e, 2)->keep, 1);      /* the only number order 1 can keep */
  ck_assert (e->penalty_low == 1e-3 && e->penalty_high == 250 && e->penalty_count == 7);
  ck_assert_uint_eq (e->sweep_samples->len, 3);                   /* sorted, each once */
  ck_assert_uint_eq (g_array_index (e->sweep_samples, gsize, 1), 400);
  ck_assert (e->sweep_seeds == 3 && e->sweep_compare == LOFI_COMPARE_LINEAR && !e->sweep_nulls);
  ck_assert_str_eq (e->folder, "/folder");
  g_autofree char *relative = lofi_experiment_resolve (e, "W 1.npy"), *absolute = lofi_experiment_resolve (e, "/W.npy");
  ck_assert_str_eq (relative, "/folder/W 1.npy");
  ck_assert_str_eq (absolute, "/W.npy");
  check_round_trip (e);
}
END_TEST

/* Bounds wait where K is a number, so that a setting may come back to auto; why it cannot be auto is known key by key. */
START_TEST (keep_is_automatic)
{
  g_autoptr (LofiExperiment) e = parse (
    "[experiment]\nformat=1\n[data]\nsource=mnist\nlabels=even-odd\n[layer1]\nwidth=30\nkeep=auto\n[layer2]\nkeep=auto\nkeep-min=2\nkeep-max=8\n"
    "order=1+2\n[layer3]\nwidth=60\nkeep=7\nkeep-min=3\n[layer4]\nkeep=9\norder=3\n", NULL);
  const LofiLayerSpec *first = lofi_experiment_layer (e, 0), *second = lofi_experiment_layer (e, 1), *third = lofi_experiment_layer (e, 2);
  ck_assert (first->keep_auto && first->keep_min == 1 && first->keep_max == 50 && first->keep == 50);
  ck_assert (second->keep_auto && second->keep_min == 2 && second->keep_max == 8 && second->keep == 8);
  ck_assert (!third->keep_auto && third->keep == 7 && third->keep_min == 3 && third->keep_max == 50);
  check_round_trip (e);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *reason = lofi_layer_key_reason (e, i, "keep-min");
      ck_assert_ptr_null (reason);
    }
  g_autofree char *reason = lofi_layer_key_reason (e, 3, "keep-max"), *number = lofi_layer_key_reason (e, 3, "keep");
  ck_assert (reason && strstr (reason, "order 2") && !number);
}
END_TEST

START_TEST (log_spaced_samples)
{
  const gsize expected[] = { 100, 200, 400, 800, 1600, 3200, 6400 };
  g_autoptr (LofiExperiment) e = parse (LAYER "[emergence]\nsamples=100:6400:7\ncompare=\n", NULL);
  ck_assert_uint_eq (e->sweep_samples->len, G_N_ELEMENTS (expected));
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    ck_assert_uint_eq (g_array_index (e->sweep_samples, gsize, i), expected[i]);
  ck_assert_uint_eq (e->sweep_compare, 0);
  ck_assert (e->sweep_nulls);
  check_round_trip (e);
  g_autoptr (LofiExperiment) close = parse (LAYER "[emergence]\nsamples=2:5:100\n", NULL);
  ck_assert_uint_eq (close->sweep_samples->len, 4);               /* 2 3 4 5, each once */
  check_round_trip (close);
}
END_TEST

START_TEST (round_trips)
{
  static const char *const titles[] = { "", " ", "#", " # a", "a #b", "a\tb", "tab\t", "  two  ", "back\\slash \\s", "line\nbreak\r", "Ünï — “cødé”", "=;[x]" };
  static const double biases[] = { 0, 0.1, 1.0 / 3, 5e-324, 1.7976931348623157e308, 1e22, 123456789.123456789 };
  for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
    {
      g_autoptr (LofiExperiment) e = lofi_experiment_new ();
      g_free (e->title);
      e->title = g_strdup (titles[i]);
      lofi_experiment_layer (e, 0)->weights = g_strdup_printf ("w%s.npy", titles[i]);
      lofi_experiment_layer (e, 0)->bias = biases[i % G_N_ELEMENTS (biases)];
      lofi_experiment_layer (e, 0)->activation = i % LOFI_N_ACTIVATIONS;
      lofi_experiment_layer (e, 0)->degree = (int) (i % 4);
      check_round_trip (e);
      g_autoptr (LofiExperiment) copy = lofi_experiment_dup (e);
      g_autofree char *a = lofi_experiment_to_text (e), *b = lofi_experiment_to_text (copy);
      ck_assert_str_eq (a, b);
    }
}
END_TEST

START_TEST (settings_win)
{
  const char *const settings[] = { "layer1.width=2000", "data.train=5000", "layer1.activation= tanh ", "experiment.title=a\\b # c",
                                   "layer2.width=70", "layer2.keep=none", "layer1.width=2500", NULL };
  g_autoptr (LofiExperiment) e = parse (HEAD LAYER, settings);
  ck_assert_uint_eq (lofi_experiment_layer (e, 0)->width, 2500);
  ck_assert_uint_eq (e->data.train, 5000);
  ck_assert (lofi_experiment_layer (e, 0)->activation == LOFI_TANH);
  ck_assert_str_eq (e->title, "a\\b # c");
  ck_assert_uint_eq (e->layers->len, 2);
  ck_assert_uint_eq (lofi_experiment_layer (e, 1)->width, 70);
}
END_TEST

/* Choosing classes puts the file's named labelling aside, and the other way round. */
START_TEST (settings_change_the_labelling)
{
  g_autoptr (LofiExperiment) classes = parse ("[data]\nlabels=shirt\n" LAYER, (const char *const[]) { "data.positive=6", "data.negative=2", NULL });
  ck_assert_ptr_null (classes->data.labels);
  ck_assert_uint_eq (classes->data.positive->len, 1);
  g_autoptr (LofiExperiment) named = parse ("[data]\npositive=6\nnegative=2\n" LAYER, (const char *const[]) { "data.labels=upper-lower", NULL });
  ck_assert_str_eq (named->data.labels, "upper-lower");
  ck_assert_ptr_null (named->data.positive);
  g_autoptr (LofiExperiment) arrays = parse ("[data]\nlabels=shirt\n" LAYER,
    (const char *const[]) { "data.source=arrays", "data.train-inputs=x.npy", "data.train-targets=y.npy", NULL });
  ck_assert_ptr_null (arrays->data.labels);
}
END_TEST

START_TEST (files)
{
  char *folder = fixture_folder ();
  g_autofree char *good = g_build_filename (folder, "good.lofi", NULL), *large = g_build_filename (folder, "large.lofi", NULL);
  g_autofree char *zero = g_build_filename (folder, "zero.lofi", NULL), *none = g_build_filename (folder, "none.lofi", NULL);
  g_autofree char *spaces = g_strnfill ((1 << 20) + 1, '\n');
  GError *error = NULL;
  write_bytes (good, HEAD LAYER, strlen (HEAD LAYER));
  write_bytes (large, spaces, strlen (spaces));
  write_bytes (zero, HEAD "\0" LAYER, sizeof (HEAD "\0" LAYER) - 1);
  LofiExperiment *e = lofi_experiment_load (good, NULL, &error);
  ck_assert_ptr_nonnull (e);
  ck_assert_str_eq (e->folder, folder);
  lofi_experiment_free (e);
  ck_assert_ptr_null (lofi_experiment_load (large, NULL, &error));
  EXPECT_INPUT_ERROR (error, large, "1 MiB");
  ck_assert_ptr_null (lofi_experiment_load (zero, NULL, &error));
  EXPECT_INPUT_ERROR (error, zero, "zero byte");
  ck_assert_ptr_null (lofi_experiment_load (none, NULL, &error));
  EXPECT_INPUT_ERROR (error, none);
  ck_assert_ptr_null (lofi_experiment_load (folder, NULL, &error));
  EXPECT_INPUT_ERROR (error, folder);
  ck_assert_ptr_null (lofi_experiment_load ("/dev/zero", NULL, &error));
  EXPECT_INPUT_ERROR (error, "/dev/zero");
  fixture_remove (folder);
}
END_TEST

START_TEST (presets)
{
  const char *const *names = lofi_preset_names ();
  GError *error = NULL;
  ck_assert_str_eq (names[0], "shirt");
  for (; *names; names++)
    {
      g_autoptr (LofiExperiment) e = lofi_preset_load (*names, NULL, &error);
      ck_assert_msg (e != NULL, "%s: %s", *names, error ? error->message : "");
      ck_assert (*e->title);
      check_round_trip (e);
    }
  g_autoptr (LofiExperiment) e = lofi_preset_load ("shirt", (const char *const[]) { "data.train=9", NULL }, &error);
  ck_assert_uint_eq (e->data.train, 9);
  ck_assert_ptr_null (lofi_preset_load ("shirts", NULL, &error));
  EXPECT_INPUT_ERROR (error, "shirts: ", "did you mean shirt?");
  ck_assert_ptr_null (lofi_preset_load ("../presets/shirt", NULL, &error));
  EXPECT_INPUT_ERROR (error, "no preset");
}
END_TEST

START_TEST (check_of_edited_experiments)
{
  GError *error = NULL;
  g_autoptr (LofiExperiment) e = lofi_experiment_new ();
  lofi_experiment_layer (e, 0)->bias = NAN;
  ck_assert (!lofi_experiment_check (e, &error));
  EXPECT_INPUT_ERROR (error, "layer1.bias: ");
  lofi_experiment_layer (e, 0)->bias = 0;
  lofi_experiment_layer (e, 0)->keep = 1001;
  ck_assert (!lofi_experiment_check (e, &error));
  EXPECT_INPUT_ERROR (error, "layer1.keep: ", "1001", "1000");
  lofi_experiment_layer (e, 0)->keep = 1000;
  e->penalty_low = NAN;
  ck_assert (!lofi_experiment_check (e, &error));
  EXPECT_INPUT_ERROR (error, "readout.penalties: ");
  e->penalty_low = 1;
  g_ptr_array_set_size (e->layers, 0);
  ck_assert (!lofi_experiment_check (e, &error));
  EXPECT_INPUT_ERROR (error, "layer1: ");
}
END_TEST

START_TEST (locale_does_not_matter)
{
  static const char *const locales[] = { "de_DE.UTF-8", "fr_FR.UTF-8", "C.UTF-8" };
  for (guint i = 0; i < G_N_ELEMENTS (locales); i++)
    if (setlocale (LC_ALL, locales[i]))
      {
        g_autoptr (LofiExperiment) e = parse (LAYER "bias=0.5\n[readout]\npenalties=1e-6:0.25:9\n", NULL);
        ck_assert (lofi_experiment_layer (e, 0)->bias == 0.5 && e->penalty_high == 0.25);
        check_round_trip (e);
      }
  setlocale (LC_ALL, "C");
}
END_TEST

START_TEST (nearest_names)
{
  static const char *const names[] = { "width", "weights", "keep", NULL };
  static const char *const nothing[] = { NULL };
  g_autofree char *endless = g_strnfill (100000, 'w');
  ck_assert_str_eq (lofi_nearest_name ("widht", names), "width");
  ck_assert_str_eq (lofi_nearest_name ("Width", names), "width");
  ck_assert_str_eq (lofi_nearest_name ("weight", names), "weights");
  ck_assert_str_eq (lofi_nearest_name ("kep", names), "keep");
  ck_assert_ptr_null (lofi_nearest_name ("activation", names));
  ck_assert_ptr_null (lofi_nearest_name (endless, names));
  ck_assert_ptr_null (lofi_nearest_name ("keep", nothing));
}
END_TEST

START_TEST (errors)
{
  GError *error = NULL;
  g_autofree char *endless = g_strnfill (5000, 'x');
  ck_assert_int_eq (lofi_error_exit_code (NULL), 0);
  ck_assert (lofi_error_from_status (&error, LOFI_OK, "here"));
  ck_assert_ptr_null (error);
  ck_assert (!lofi_error_from_status (&error, LOFI_STOPPED, "here"));
  ck_assert_int_eq (lofi_error_exit_code (error), 130);
  g_clear_error (&error);
  ck_assert (!lofi_error_from_status (&error, LOFI_BAD_SHAPE, "here"));
  EXPECT_INPUT_ERROR (error, "here: ");
  ck_assert (!lofi_error_from_status (&error, LOFI_NO_CONVERGENCE, "here"));
  expect_error (g_steal_pointer (&error), 3, (const char *const[]) { "here: ", NULL });
  ck_assert (!lofi_error_set (&error, LOFI_ERROR_INPUT, "a\nb", "do\rthis", "what\xff%s", endless));
  ck_assert (strlen (error->message) < 600);
  EXPECT_INPUT_ERROR (error, "a b: what", "; do this");
  ck_assert (!lofi_error_set (NULL, LOFI_ERROR_INPUT, "a", NULL, "b"));
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("experiment");
  TCase *reading = tcase_create ("reading"), *refusing = tcase_create ("refusing");
  tcase_add_test (reading, defaults);
  tcase_add_test (reading, everything_is_read);
  tcase_add_test (reading, log_spaced_samples);
  tcase_add_test (reading, keep_is_automatic);
  tcase_add_test (reading, round_trips);
  tcase_add_test (reading, settings_win);
  tcase_add_test (reading, settings_change_the_labelling);
  tcase_add_test (reading, presets);
  tcase_add_test (reading, locale_does_not_matter);
  tcase_add_test (refusing, files);
  tcase_add_test (refusing, check_of_edited_experiments);
  tcase_add_test (refusing, nearest_names);
  tcase_add_test (refusing, errors);
  suite_add_tcase (suite, reading);
  suite_add_tcase (suite, refusing);
  return lofi_test_run (suite);
}
