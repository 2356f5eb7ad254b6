/* The experiment file: what is read, what is refused and how, and that text and experiment are one. */
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
      ck_assert (a->kind == b->kind && a->width == b->width && a->keep == b->keep && a->order == b->order && a->degree == b->degree
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
    "[readout]\npenalties=1e-3:2.5e2:7\n[emergence]\nsamples=900;100; 400;100\nseeds=3\ncompare=linear\n", NULL);
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
  ck_assert (e->sweep_seeds == 3 && e->sweep_compare == LOFI_COMPARE_LINEAR);
  ck_assert_str_eq (e->folder, "/folder");
  g_autofree char *relative = lofi_experiment_resolve (e, "W 1.npy"), *absolute = lofi_experiment_resolve (e, "/W.npy");
  ck_assert_str_eq (relative, "/folder/W 1.npy");
  ck_assert_str_eq (absolute, "/W.npy");
  check_round_trip (e);
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

typedef struct { const char *text, *setting; const char *words[4]; } Refused;

static const Refused refused[] = {
  /* form */
  { HEAD "seed\n" LAYER, NULL, { "x.lofi: line 3: ", "key=value" } },
  { HEAD "[layer1\nwidth=3\n", NULL, { "x.lofi: line 3: ", "[name]" } },
  { "width=3\n" LAYER, NULL, { "x.lofi: line 1: ", "before the first [group]" } },
  { HEAD "title=a\xff\n" LAYER, NULL, { "x.lofi: line 3, column 8: ", "UTF-8" } },
  { "", NULL, { "x.lofi: ", "no layers", "[layer1]" } },
  { HEAD, NULL, { "x.lofi: ", "no layers" } },
  { "[experiment]\nformat=2\n" LAYER, NULL, { "x.lofi: [experiment] format: ", "2" } },
  { HEAD "title=\\q\n" LAYER, NULL, { "x.lofi: [experiment] title: ", "escape" } },
  /* names */
  { HEAD "[layr1]\nwidth=3\n", NULL, { "x.lofi: [layr1]: unknown group", "did you mean layer1?" } },
  { HEAD "[layer]\nwidth=3\n", NULL, { "x.lofi: [layer]: unknown group" } },
  { HEAD "[layer0]\nwidth=3\n", NULL, { "x.lofi: [layer0]: " } },
  { HEAD "[layer01]\nwidth=3\n", NULL, { "x.lofi: [layer01]: " } },
  { HEAD "[layer65]\nwidth=3\n", NULL, { "x.lofi: [layer65]: ", "layer64" } },
  { HEAD LAYER "widht=3\n", NULL, { "x.lofi: [layer1] widht: unknown key", "did you mean width?" } },
  { HEAD LAYER "width[de]=3\n", NULL, { "x.lofi: [layer1] width[de]: unknown key" } },
  { HEAD LAYER "[data]\nxyzzy=3\n", NULL, { "x.lofi: [data] xyzzy: unknown key", "source, labels" } },
  { HEAD LAYER "[layer3]\n", NULL, { "x.lofi: [layer3]: ", "[layer2]", "gap" } },
  { HEAD LAYER "activation=rleu\n", NULL, { "x.lofi: [layer1] activation: ", "rleu", "did you mean relu?" } },
  { HEAD LAYER "kind=mystery\n", NULL, { "x.lofi: [layer1] kind: ", "mystery", "dense, filter" } },
  { HEAD LAYER "center-lift=yes\n", NULL, { "x.lofi: [layer1] center-lift: ", "yes" } },
  { HEAD LAYER "order=5\n", NULL, { "x.lofi: [layer1] order: " } },
  { HEAD LAYER "[data]\nnormalize=datset\n", NULL, { "x.lofi: [data] normalize: ", "dataset?" } },
  { HEAD LAYER "[emergence]\ncompare=lazy;lineer\n", NULL, { "x.lofi: [emergence] compare: ", "linear?" } },
  /* numbers */
  { HEAD "[layer1]\nwidth=0\n", NULL, { "x.lofi: [layer1] width: ", "0" } },
  { HEAD "[layer1]\nwidth=-5\n", NULL, { "x.lofi: [layer1] width: ", "-5", "negative" } },
  { HEAD "[layer1]\nwidth=1e3\n", NULL, { "x.lofi: [layer1] width: ", "1e3", "whole number" } },
  { HEAD "[layer1]\nwidth=\n", NULL, { "x.lofi: [layer1] width: ", "whole number" } },
  { HEAD "[layer1]\nwidth=0x10\n", NULL, { "x.lofi: [layer1] width: ", "0x10" } },
  { HEAD "[layer1]\nwidth=99999999999999999999\n", NULL, { "x.lofi: [layer1] width: ", "larger than" } },
  { HEAD "[layer1]\nwidth=10 20\n", NULL, { "x.lofi: [layer1] width: ", "10 20" } },
  { HEAD "[layer1]\nwidth=10\n", NULL, { "x.lofi: [layer1] keep: ", "50", "10" } },
  { HEAD "[layer1]\nkeep=0\n", NULL, { "x.lofi: [layer1] keep: ", "keep=none" } },
  { HEAD "[layer1]\nkeep=some\n", NULL, { "x.lofi: [layer1] keep: ", "none" } },
  { HEAD LAYER "order=1\n", NULL, { "x.lofi: [layer1] keep: ", "10", "keep=1" } },
  { HEAD LAYER "degree=0\n", NULL, { "x.lofi: [layer1] degree: ", "exact" } },
  { HEAD LAYER "degree=33\n", NULL, { "x.lofi: [layer1] degree: ", "32" } },
  { HEAD LAYER "bias=-1\n", NULL, { "x.lofi: [layer1] bias: ", "-1" } },
  { HEAD LAYER "bias=nan\n", NULL, { "x.lofi: [layer1] bias: ", "not a number" } },
  { HEAD LAYER "bias=inf\n", NULL, { "x.lofi: [layer1] bias: ", "not a number" } },
  { HEAD LAYER "bias=1e999\n", NULL, { "x.lofi: [layer1] bias: ", "out of range" } },
  { HEAD LAYER "bias=0,5\n", NULL, { "x.lofi: [layer1] bias: ", "0,5" } },
  { HEAD "seed=-1\n" LAYER, NULL, { "x.lofi: [experiment] seed: ", "negative" } },
  { HEAD "seed=18446744073709551616\n" LAYER, NULL, { "x.lofi: [experiment] seed: " } },
  { HEAD LAYER "[data]\ntrain=1\n", NULL, { "x.lofi: [data] train: " } },
  { HEAD LAYER "[data]\ntrain=-20\n", NULL, { "x.lofi: [data] train: ", "negative" } },
  { HEAD LAYER "[readout]\npenalties=1:2\n", NULL, { "x.lofi: [readout] penalties: ", "three parts" } },
  { HEAD LAYER "[readout]\npenalties=2:1:5\n", NULL, { "x.lofi: [readout] penalties: " } },
  { HEAD LAYER "[readout]\npenalties=0:1:5\n", NULL, { "x.lofi: [readout] penalties: " } },
  { HEAD LAYER "[readout]\npenalties=1:2:0\n", NULL, { "x.lofi: [readout] penalties: " } },
  { HEAD LAYER "[readout]\npenalties=1:2:10001\n", NULL, { "x.lofi: [readout] penalties: ", "10000" } },
  { HEAD LAYER "[emergence]\nsamples=100:50:3\n", NULL, { "x.lofi: [emergence] samples: " } },
  { HEAD LAYER "[emergence]\nsamples=1;2\n", NULL, { "x.lofi: [emergence] samples: " } },
  { HEAD LAYER "[emergence]\nsamples=\n", NULL, { "x.lofi: [emergence] samples: " } },
  { HEAD LAYER "[emergence]\nseeds=0\n", NULL, { "x.lofi: [emergence] seeds: " } },
  /* data */
  { HEAD LAYER "[data]\nsource=\n", NULL, { "x.lofi: [data] source: " } },
  { HEAD LAYER "[data]\nsource=mnist\n", NULL, { "x.lofi: [data] labels: " } },
  { HEAD LAYER "[data]\npositive=1\n", NULL, { "x.lofi: [data] negative: " } },
  { HEAD LAYER "[data]\npositive=1;2\nnegative=2\n", NULL, { "x.lofi: [data] positive: ", "class 2" } },
  { HEAD LAYER "[data]\npositive=300\nnegative=2\n", NULL, { "x.lofi: [data] positive: ", "300" } },
  { HEAD LAYER "[data]\nlabels=shirt\npositive=1\nnegative=2\n", NULL, { "x.lofi: [data] labels: " } },
  { HEAD LAYER "[data]\nsource=arrays\n", NULL, { "x.lofi: [data] train-inputs: " } },
  { HEAD LAYER "[data]\nsource=arrays\ntrain-inputs=x.npy\n", NULL, { "x.lofi: [data] train-targets: " } },
  { HEAD LAYER "[data]\nsource=arrays\ntrain-inputs=x.npy\ntrain-targets=y.npy\ntest-inputs=x.npy\n", NULL, { "x.lofi: [data] test-targets: " } },
  { HEAD LAYER "[data]\nsource=arrays\ntrain-inputs=x.npy\ntrain-targets=y.npy\nlabels=shirt\n", NULL, { "x.lofi: [data] labels: " } },
  { HEAD LAYER "[data]\ntrain-inputs=x.npy\n", NULL, { "x.lofi: [data] train-inputs: ", "arrays" } },
  /* what later versions compute */
  { HEAD "[layer1]\nkind=conv\nsize=3\npadding=1\nwidth=10\nkeep=2\n", NULL, { "x.lofi: [layer1] kind: conv layers are not computed by this version; use kind=dense" } },
  { HEAD "[layer1]\nkind=filter\n", NULL, { "x.lofi: [layer1] kind: filter", "kind=dense" } },
  { HEAD "[layer1]\nwidth=inf\n", NULL, { "x.lofi: [layer1] width: ", "infinite", "whole number" } },
  { HEAD "[layer1]\nkeep=auto\n", NULL, { "x.lofi: [layer1] keep: ", "auto" } },
  { HEAD LAYER "keep-min=3\n", NULL, { "x.lofi: [layer1] keep-min: " } },
  { HEAD LAYER "stride=3\n", NULL, { "x.lofi: [layer1] stride: " } },
  { HEAD LAYER "order=3\n", NULL, { "x.lofi: [layer1] order: ", "1, 2 or 1+2" } },
  { HEAD LAYER "[emergence]\ncompare=lazy;kernel\n", NULL, { "x.lofi: [emergence] compare: kernel" } },
  { HEAD LAYER "[emergence]\ncompare=descent\n", NULL, { "x.lofi: [emergence] compare: descent" } },
  { HEAD LAYER "[data]\nsource=teacher-quadratic\nlabels=x\n", NULL, { "x.lofi: [data] source: teacher-quadratic" } },
  { HEAD LAYER "[data]\nsource=cifar10\n", NULL, { "x.lofi: [data] source: cifar10" } },
  /* settings */
  { HEAD LAYER, "layer1.width=0", { "--set layer1.width: " } },
  { HEAD LAYER, "layer1.keep=101", { "--set layer1.keep: ", "101" } },
  { HEAD LAYER, "layer1.widht=5", { "--set layer1.widht: unknown key", "width?" } },
  { HEAD LAYER, "lager1.width=5", { "--set lager1.width: unknown group", "layer1?" } },
  { HEAD LAYER, "layer3.width=5", { "--set layer3.width: ", "layer1" } },
  { HEAD LAYER, "layer999999999999.width=5", { "--set layer999999999999.width: " } },
  { HEAD LAYER, "data.train=many", { "--set data.train: ", "many" } },
  { HEAD LAYER, "experiment.title=\xff", { "--set experiment.title: ", "UTF-8" } },
};

START_TEST (refusals)
{
  const Refused *r = &refused[_i];
  const char *const settings[] = { r->setting, NULL };
  GError *error = NULL;
  LofiExperiment *e = lofi_experiment_parse (r->text, "x.lofi", NULL, settings, &error);
  ck_assert_msg (e == NULL, "accepted: %s %s", r->text, r->setting ? r->setting : "");
  expect_error (error, 2, r->words);
}
END_TEST

START_TEST (settings_without_form)
{
  static const char *const forms[] = { "layer1", "layer1.width", "=", ".=", "layer1.=3", "=layer1.width", "width=3", "" };
  const char *const settings[] = { forms[_i], NULL };
  GError *error = NULL;
  ck_assert_ptr_null (lofi_experiment_parse (HEAD LAYER, "x.lofi", NULL, settings, &error));
  expect_error (error, 1, (const char *const[]) { "--set ", "GROUP.KEY=VALUE", NULL });
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

/* Whatever the bytes are, the answer is an experiment that reads back, or one line. */
START_TEST (broken_text)
{
  g_autofree char *text = NULL;
  {
    g_autoptr (LofiExperiment) e = lofi_preset_load ("shirt-degree-2", NULL, NULL);
    text = lofi_experiment_to_text (e);
  }
  gsize length = strlen (text);
  static const char bytes[] = "\xff[]=#;:\\\n 0-+e\t";
  for (gsize at = 0; at < length; at++)
    for (guint b = 0; b < sizeof bytes; b++)
      {
        g_autofree char *broken = g_strndup (text, length);
        GError *error = NULL;
        broken[at] = bytes[b];                     /* the last one, '\0', cuts the text off here */
        g_autoptr (LofiExperiment) e = lofi_experiment_parse (broken, "x.lofi", NULL, NULL, &error);
        if (e)
          check_round_trip (e);
        else
          EXPECT_INPUT_ERROR (error, "x.lofi: ");
      }
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
  tcase_add_test (reading, round_trips);
  tcase_add_test (reading, settings_win);
  tcase_add_test (reading, settings_change_the_labelling);
  tcase_add_test (reading, presets);
  tcase_add_test (reading, locale_does_not_matter);
  tcase_add_loop_test (refusing, refusals, 0, G_N_ELEMENTS (refused));
  tcase_add_loop_test (refusing, settings_without_form, 0, 8);
  tcase_add_test (refusing, files);
  tcase_add_test (refusing, broken_text);
  tcase_add_test (refusing, check_of_edited_experiments);
  tcase_add_test (refusing, nearest_names);
  tcase_add_test (refusing, errors);
  tcase_set_timeout (refusing, 60);
  suite_add_tcase (suite, reading);
  suite_add_tcase (suite, refusing);
  return lofi_test_run (suite);
}
