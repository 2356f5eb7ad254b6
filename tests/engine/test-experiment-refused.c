/* The experiment file: what is refused, and how. */
#include "lofi-files.h"

#define HEAD "[experiment]\nformat=1\n"
#define LAYER "[layer1]\nwidth=100\nkeep=10\n"

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
  /* kinds of layers, and what does not go together */
  { HEAD "[layer1]\nkeep=auto\norder=1\n", NULL, { "x.lofi: [layer1] keep: ", "single direction" } },
  { HEAD "[layer1]\nkeep=auto\norder=3\n", NULL, { "x.lofi: [layer1] keep: ", "order 2" } },
  { HEAD "[layer1]\nkeep=auto\norder=4\n", NULL, { "x.lofi: [layer1] keep: ", "order 2" } },
  { HEAD "[layer1]\nkind=filter\nsize=3\nkeep=auto\n", NULL, { "x.lofi: [layer1] keep: ", "channel" } },
  { HEAD "[layer1]\nkeep=auto\nkeep-min=6\nkeep-max=5\n", NULL, { "x.lofi: [layer1] keep-min: ", "keep-max, 5" } },
  { HEAD "[layer1]\nkeep=auto\nkeep-min=51\n", NULL, { "x.lofi: [layer1] keep-min: ", "keep-max, 50" } },
  { HEAD "[layer1]\nkeep=auto\nkeep-min=0\n", NULL, { "x.lofi: [layer1] keep-min: ", "at least 1" } },
  { HEAD "[layer1]\nkeep=auto\nkeep-max=0\n", NULL, { "x.lofi: [layer1] keep-" } },
  { HEAD "[layer1]\nkeep=auto\nwidth=20\nkeep-min=21\n", NULL, { "x.lofi: [layer1] keep-min: ", "width of 20" } },
  { HEAD "[layer1]\nkeep=some\n", NULL, { "x.lofi: [layer1] keep: ", "auto" } },
  { HEAD LAYER "stride=3\n", NULL, { "x.lofi: [layer1] stride: dense layers do not have it" } },
  { HEAD "[layer1]\nkind=flatten\nwidth=5\n", NULL, { "x.lofi: [layer1] width: flatten layers do not have it" } },
  { HEAD "[layer1]\nkind=pool\nsize=0\n", NULL, { "x.lofi: [layer1] size: ", "0" } },
  { HEAD "[layer1]\nkind=conv\nstride=0\n", NULL, { "x.lofi: [layer1] stride: ", "0" } },
  { HEAD "[layer1]\nkind=filter\nkeep=none\n", NULL, { "x.lofi: [layer1] keep: " } },
  { HEAD "[layer1]\nkind=filter\nsize=3\nkeep=10\n", NULL, { "x.lofi: [layer1] keep: ", "3 x 3" } },
  { HEAD "[layer1]\nkind=filter\nkeep=3\nstride=2\n", NULL, { "x.lofi: [layer1] stride: ", "no window" } },
  { HEAD LAYER "[layer2]\nkind=conv\n", NULL, { "x.lofi: [layer2] kind: ", "vector" } },
  { HEAD LAYER "[layer2]\nkind=pool\n", NULL, { "x.lofi: [layer2] kind: ", "vector" } },
  { HEAD "[layer1]\nkind=conv\nkeep=3\n[layer2]\n", NULL, { "x.lofi: [layer2] kind: ", "flatten" } },
  { HEAD "[layer1]\nkind=conv\nkeep=3\nwidth=inf\n", NULL, { "x.lofi: [layer1] width: ", "dense" } },
  { HEAD "[layer1]\nkind=conv\nkeep=3\norder=3\n", NULL, { "x.lofi: [layer1] order: ", "positions" } },
  { HEAD "[layer1]\nwidth=inf\norder=1+2\n", NULL, { "x.lofi: [layer1] order: ", "infinite width" } },
  { HEAD "[layer1]\nwidth=inf\ncenter-lift=true\n", NULL, { "x.lofi: [layer1] center-lift: " } },
  { HEAD "[layer1]\nwidth=inf\nweights=w.npy\n", NULL, { "x.lofi: [layer1] weights: " } },
  { HEAD "[layer1]\nwidth=inf\nkeep=none\n[layer2]\n", NULL, { "x.lofi: [layer2] width: ", "kernel" } },
  { HEAD LAYER "activation=square\ndegree=1\n", NULL, { "x.lofi: [layer1] degree: ", "square is a constant" } },
  { HEAD "[layer1]\nkind=conv\nkeep=3\n[emergence]\ncompare=kernel\n", NULL, { "x.lofi: [emergence] compare: ", "layer1" } },
  { HEAD "[layer1]\nwidth=inf\n[emergence]\ncompare=descent\n", NULL, { "x.lofi: [emergence] compare: ", "descent.hidden" } },
  { HEAD LAYER "[descent]\nstep=0\n", NULL, { "x.lofi: [descent] step: " } },
  { HEAD LAYER "[descent]\nsteps=0\n", NULL, { "x.lofi: [descent] steps: " } },
  { HEAD LAYER "[descent]\ninit=-1\n", NULL, { "x.lofi: [descent] init: " } },
  { HEAD LAYER "[descent]\nlr=1\n", NULL, { "x.lofi: [descent] lr: unknown key", "step, steps" } },
  { HEAD "memory=much\n" LAYER, NULL, { "x.lofi: [experiment] memory: ", "much" } },
  { HEAD "precision=half\n" LAYER, NULL, { "x.lofi: [experiment] precision: ", "half" } },
  { HEAD LAYER "[data]\nsource=teacher-quadratic\n", NULL, { "x.lofi: [data] labels: " } },
  { HEAD LAYER "[data]\nsource=xor\n", NULL, { "x.lofi: [data] train: ", "as many" } },
  { HEAD LAYER "[data]\nsource=xor\ntrain=100\nlabels=shirt\n", NULL, { "x.lofi: [data] labels: ", "itself" } },
  { HEAD LAYER "[data]\nsource=staircase\ntrain=100\ndimension=7\n", NULL, { "x.lofi: [data] dimension: ", "7" } },
  { HEAD LAYER "[data]\nsource=single-index\ntrain=100\nexponent=5\n", NULL, { "x.lofi: [data] exponent: ", "5" } },
  { HEAD LAYER "[data]\nsource=sight\ntrain=100\ndirections=101\n", NULL, { "x.lofi: [data] directions: ", "101" } },
  { HEAD LAYER "[data]\nsource=cifar10\n", NULL, { "x.lofi: [data] labels: " } },
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
          {
            g_autofree char *once = lofi_experiment_to_text (e);
            g_autoptr (LofiExperiment) again = lofi_experiment_parse (once, "again", NULL, NULL, &error);
            ck_assert_msg (again != NULL, "%s", error ? error->message : "");
            g_autofree char *twice = lofi_experiment_to_text (again);
            ck_assert_str_eq (once, twice);
          }
        else
          EXPECT_INPUT_ERROR (error, "x.lofi: ");
      }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("experiment-refused");
  TCase *tests = tcase_create ("refusals");
  tcase_add_loop_test (tests, refusals, 0, G_N_ELEMENTS (refused));
  tcase_add_loop_test (tests, settings_without_form, 0, 8);
  tcase_add_test (tests, broken_text);
  tcase_set_timeout (tests, 60);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
