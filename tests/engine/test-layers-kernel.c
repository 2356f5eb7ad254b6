/* Layers of infinite width: between finite ones, against wide finite ones, and as a baseline. */
#include "lofi-networks.h"

#define SAMPLES 127
#define TESTS 43

static char *folder;

static void
set_up (void)
{
  lofi_blas_set_threads (1);
  folder = fixture_folder ();
  network_write_vectors (folder, SAMPLES, TESTS, FIXTURE_INPUTS);
}

static void
tear_down (void)
{
  fixture_remove (folder);
}

/* E[relu relu], q: variances and covariance. */
static double
relu_kernel (double q1, double q2, double q12)
{
  double radial = sqrt (q1 * q2), cosine = CLAMP (q12 / radial, -1, 1), angle = acos (cosine);
  return radial / (2 * G_PI) * (sin (angle) + (G_PI - angle) * cosine);
}

static double
inner (const LofiMatrix *a, gsize i, const LofiMatrix *b, gsize j)
{
  double sum = 0;
  for (gsize k = 0; k < a->cols; k++)
    sum += a->data[i * a->stride + k] * b->data[j * b->stride + k];
  return sum;
}

/* The filter on a kernel, by its definition: with A on the training samples, F = K A, A^T K A = 1 and K diag(y) K A = n lambda K A. */
static void
check_kernel_filter (const LofiResult *result, guint index, const LofiMatrix *h, const LofiMatrix *ht, double bias)
{
  const LofiLayerResult *layer = result->layers[index];
  const double *y = result->task->train.y;
  gsize n = h->rows;
  double c2 = layer->scale * layer->scale, top = fabs (layer->eigenvalues[0]);
  g_autofree double *k = g_new (double, n * n);
  ck_assert (fabs (layer->scale - plain_scale (h)) <= 1e-12 * layer->scale);
  for (gsize i = 0; i < n; i++)
    for (gsize j = 0; j < n; j++)
      k[i * n + j] = relu_kernel (inner (h, i, h, i) / c2 + bias * bias, inner (h, j, h, j) / c2 + bias * bias, inner (h, i, h, j) / c2 + bias * bias);
  for (gsize d = 0; d < layer->keep; d++)
    {
      for (gsize i = 0; i < n; i++)
        {
          double feature = 0, image = 0;
          for (gsize j = 0; j < n; j++)
            {
              feature += k[i * n + j] * network_at (layer->filters, j, d);
              image += k[i * n + j] * y[j] * network_at (layer->train, j, d) / (double) n;
            }
          ck_assert (fabs (feature - network_at (layer->train, i, d)) <= 1e-8);
          ck_assert (fabs (image - layer->eigenvalues[d] * network_at (layer->train, i, d)) <= 1e-8 * top);
        }
      for (gsize e = 0; e <= d; e++)
        {
          double dot = 0;
          for (gsize i = 0; i < n; i++)
            dot += network_at (layer->filters, i, e) * network_at (layer->train, i, d);
          ck_assert (fabs (dot - (d == e)) <= 1e-8);
        }
      for (gsize i = 0; i < ht->rows; i++)
        {
          double feature = 0;
          for (gsize j = 0; j < n; j++)
            feature += relu_kernel (inner (ht, i, ht, i) / c2 + bias * bias, inner (h, j, h, j) / c2 + bias * bias,
                                    inner (ht, i, h, j) / c2 + bias * bias) * network_at (layer->filters, j, d);
          ck_assert (fabs (feature - network_at (layer->test, i, d)) <= 1e-9);
        }
    }
}

START_TEST (test_the_filter_on_a_kernel)
{
  g_autofree char *text = g_strdup_printf ("[layer1]\nkind=dense\nwidth=inf\nkeep=6\nbias=%s\n", _i ? "0.7" : "0");
  g_autoptr (LofiResult) result = network_fit (folder, text);
  const LofiLayerResult *layer = result->layers[0];
  ck_assert_uint_eq (layer->width, SAMPLES);
  ck_assert_uint_eq (layer->n_spectrum, SAMPLES);
  ck_assert_ptr_null (layer->weights);
  check_kernel_filter (result, 0, &result->task->train.inputs, &result->task->test.inputs, _i ? 0.7 : 0);
}
END_TEST

/* A kernel's filter, then a finite lift of its features; a finite filter, then a kernel of its. */
START_TEST (test_kernels_among_finite_layers)
{
  g_autoptr (LofiResult) first = network_fit (folder, "[layer1]\nwidth=inf\nkeep=6\n[layer2]\nwidth=71\nkeep=4\n[layer3]\nwidth=50\nkeep=none\n");
  LofiMatrix z = plain_relu_lift (&first->layers[0]->train->matrix, &first->layers[1]->weights->matrix, first->layers[1]->scale);
  plain_check_eigenpairs (&z, first->task->train.y, 1, first->layers[1], 0, 4, 1e-11);
  lofi_matrix_clear (&z);
  ck_assert (isfinite (first->readout->test_scores.mse));
  g_autoptr (LofiResult) then = network_fit (folder, "[layer1]\nwidth=71\nkeep=6\n[layer2]\nwidth=inf\nkeep=4\n");
  check_kernel_filter (then, 1, &then->layers[0]->train->matrix, &then->layers[0]->test->matrix, 0);
  g_autoptr (LofiResult) after = network_fit (folder, "[layer1]\nwidth=71\nkeep=none\n[layer2]\nwidth=inf\nkeep=4\n");
  check_kernel_filter (after, 1, &after->layers[0]->train->matrix, &after->layers[0]->test->matrix, 0);
  g_autoptr (LofiResult) filtered = network_fit (folder, "[layer1]\nkind=filter\nkeep=9\n[layer2]\nwidth=inf\nkeep=4\n");
  check_kernel_filter (filtered, 1, &filtered->layers[0]->train->matrix, &filtered->layers[0]->test->matrix, 0);
}
END_TEST

/* Kernel of kernel, by hand, with the diagonal rescaled to mean one; then its filter. */
START_TEST (test_a_kernel_of_a_kernel)
{
  g_autoptr (LofiResult) result = network_fit (folder, "[layer1]\nwidth=inf\nkeep=none\n[layer2]\nwidth=inf\nkeep=5\n");
  const LofiMatrix *x = &result->task->train.inputs, *k = &result->layers[0]->kernel_train->matrix;
  gsize n = x->rows;
  double c2 = pow (plain_scale (x), 2), mean = 0;
  for (gsize i = 0; i < n; i++)
    for (gsize j = 0; j < n; j++)
      ck_assert (fabs (k->data[i * k->stride + j] - relu_kernel (inner (x, i, x, i) / c2, inner (x, j, x, j) / c2, inner (x, i, x, j) / c2)) <= 1e-12);
  for (gsize i = 0; i < n; i++)
    mean += k->data[i * k->stride + i] / (double) n;
  const LofiLayerResult *layer = result->layers[1];
  ck_assert (fabs (layer->scale * layer->scale - mean) <= 1e-12);
  for (gsize d = 0; d < 5; d++)
    for (gsize i = 0; i < n; i++)
      {
        double feature = 0;
        for (gsize j = 0; j < n; j++)
          feature += relu_kernel (k->data[i * k->stride + i] / mean, k->data[j * k->stride + j] / mean, k->data[i * k->stride + j] / mean)
                     * network_at (layer->filters, j, d);
        ck_assert (fabs (feature - network_at (layer->train, i, d)) <= 1e-8);
      }
  for (gsize d = 0; d < 5; d++)
    for (gsize i = 0; i < TESTS; i++)
      ck_assert (isfinite (network_at (layer->test, i, d)));
}
END_TEST

/* The relative deviation of |lambda| falls as 1.1 / sqrt (P). */
static double
deviation (const LofiResult *limit, const char *settings, gsize width)
{
  g_autofree char *text = g_strdup_printf ("[layer1]\nkind=dense\nwidth=%zu\nkeep=4\n%s\n", width, settings);
  g_autoptr (LofiResult) result = network_fit_as (folder, text, LOFI_PRECISION_SINGLE, 0);
  double worst = 0;
  for (gsize k = 0; k < 4; k++)
    worst = fmax (worst, fabs (result->layers[0]->eigenvalues[k] / limit->layers[0]->eigenvalues[k] - 1));
  return worst;
}

START_TEST (test_wide_layers_approach_the_limit)
{
  static const char *const settings[] = { "activation=relu", "activation=relu\nbias=0.8", "activation=relu\ndegree=2", "activation=tanh\nbias=1",
                                          "activation=erf\nbias=0.5\ndegree=3", "activation=gelu" };
  g_autofree char *text = g_strdup_printf ("[layer1]\nkind=dense\nwidth=inf\nkeep=4\n%s\n", settings[_i]);
  g_autoptr (LofiResult) limit = network_fit (folder, text);
  double wide = deviation (limit, settings[_i], 12000);
  ck_assert_msg (wide <= 4 * 1.1 / sqrt (12000), "%s: off by %g", settings[_i], wide);
}
END_TEST

/* The baseline is the network of the same layers at infinite width without filters, whatever the layers were. */
START_TEST (test_the_deep_kernel_as_a_baseline)
{
  static const struct { const char *net, *kernel; } cases[] = {
    { "[layer1]\nwidth=40\nkeep=5\n[layer2]\nwidth=30\nkeep=none\nactivation=erf\n", "[layer1]\nwidth=inf\nkeep=none\n[layer2]\nwidth=inf\nkeep=none\nactivation=erf\n" },
    { "[layer1]\nkind=filter\nkeep=7\n[layer2]\nwidth=30\nkeep=4\nbias=0.5\n", "[layer1]\nwidth=inf\nkeep=none\nbias=0.5\n" },
    { "[layer1]\nkind=flatten\n[layer2]\nwidth=30\nkeep=4\n[layer3]\nkind=flatten\n[layer4]\nwidth=20\nkeep=none\n",
      "[layer1]\nwidth=inf\nkeep=none\n[layer2]\nwidth=inf\nkeep=none\n" },
  };
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, cases[_i].net);
  experiment->sweep_compare |= LOFI_COMPARE_KERNEL;
  g_autoptr (LofiResult) result = network_fit_with (experiment, TRUE, NULL, LOFI_SPECTRA_LEADING);
  g_autoptr (LofiResult) kernel = network_fit (folder, cases[_i].kernel);
  ck_assert_ptr_nonnull (result->kernel);
  ck_assert (result->kernel->test_scores.mse == kernel->readout->test_scores.mse);
  ck_assert (result->kernel->ridge.penalty == kernel->readout->ridge.penalty);
  ck_assert (result->kernel->test_scores.mse > 0 && result->kernel->test_scores.mse < 2);
}
END_TEST

/* The lazy network of a mixed one: a kernel from the infinite layer on. */
START_TEST (test_lazy_network_with_a_kernel)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder,
    "[layer1]\nwidth=40\nkeep=5\n[layer2]\nwidth=inf\nkeep=4\n[layer3]\nwidth=30\nkeep=3\n[layer4]\nkind=flatten\n[layer5]\nkind=filter\nkeep=2\n");
  g_autoptr (LofiResult) result = network_fit_with (experiment, TRUE, NULL, LOFI_SPECTRA_LEADING);
  g_autoptr (LofiResult) lazy = network_fit (folder, "[layer1]\nwidth=40\nkeep=none\n[layer2]\nwidth=inf\nkeep=none\n[layer3]\nwidth=inf\nkeep=none\n");
  ck_assert (result->lazy->test_scores.mse == lazy->readout->test_scores.mse);
}
END_TEST

START_TEST (test_what_a_kernel_cannot_have)
{
  const struct { const char *layers, *word; } cases[] = {
    { "[layer1]\nwidth=inf\nkeep=none\n[layer2]\nwidth=30\nkeep=3\n", "layer2.width" },
    { "[layer1]\nwidth=inf\nkeep=none\n[layer2]\nkind=filter\nkeep=3\n", "layer2.kind" },
    { "[layer1]\nwidth=inf\nkeep=none\n[layer2]\nkind=flatten\n", "layer2.kind" },
    { "[layer1]\nwidth=inf\nkeep=3\norder=1+2\n", "layer1.order" },
    { "[layer1]\nwidth=inf\nkeep=3\ncenter-lift=true\n", "layer1.center-lift" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strdup_printf ("[experiment]\nformat=1\n[data]\nsource=arrays\ntrain-inputs=train-x.npy\ntrain-targets=train-y.npy\n%s",
                                               cases[i].layers);
      g_autoptr (GError) error = NULL;
      g_autoptr (LofiExperiment) experiment = lofi_experiment_parse (text, "file", folder, NULL, &error);
      g_auto (GStrv) words = g_strsplit (cases[i].word, ".", 2);
      ck_assert_ptr_null (experiment);
      ck_assert_msg (strstr (error->message, words[0]) && strstr (error->message, words[1]), "%s", error->message);
    }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("layers-kernel");
  TCase *tests = tcase_create ("layers-kernel");
  tcase_add_checked_fixture (tests, set_up, tear_down);
  tcase_set_timeout (tests, 60);
  tcase_add_loop_test (tests, test_the_filter_on_a_kernel, 0, 2);
  tcase_add_test (tests, test_kernels_among_finite_layers);
  tcase_add_test (tests, test_a_kernel_of_a_kernel);
  tcase_add_loop_test (tests, test_wide_layers_approach_the_limit, 0, 6);
  tcase_add_loop_test (tests, test_the_deep_kernel_as_a_baseline, 0, 3);
  tcase_add_test (tests, test_lazy_network_with_a_kernel);
  tcase_add_test (tests, test_what_a_kernel_cannot_have);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
