/* Layers of infinite width, the kernel readout, and the lazy limit as a baseline (method.md "Infinite width"). */
#include "config.h"
#include "lofi-fit-private.h"

#include <math.h>
#include <string.h>
#include <cblas.h>
#include <glib/gi18n-lib.h>
#include "lofi-error.h"
#include "lofi-kernel.h"
#include "lofi-lift.h"

/* The kernel of a layer: n x n, m x n, and every test sample with itself. */
typedef struct {
  LofiArray *train, *test;
  double *test_diagonal;
  double scale;
} Kernel;

static void
kernel_clear (Kernel *kernel)
{
  g_clear_pointer (&kernel->train, lofi_array_unref);
  g_clear_pointer (&kernel->test, lofi_array_unref);
  g_free (kernel->test_diagonal);
}

static gboolean
check_scale (double scale, const char *place, GError **error)
{
  if (scale > 0)
    return TRUE;
  return lofi_error_set (error, LOFI_ERROR_INPUT, place, _("check the data and the layer before"),
                         _("every input of the layer is zero, so there is nothing to lift"));
}

/* From features: c is measured on the training ones. */
static gboolean
kernel_of_features (LofiFitRun *run, const LofiSigma *sigma, double bias, const LofiRepresentation *input, Kernel *kernel, const char *place,
                    GError **error)
{
  gsize n = input->train->samples, m = input->test->samples;
  g_autoptr (LofiArray) f = NULL, t = NULL;
  const LofiMatrix *train = &input->train->view, *test = &input->test->view;
  if (!train->data)
    {
      f = lofi_features_all (input->train, &run->watch, error, place);
      t = f ? lofi_features_all (input->test, &run->watch, error, place) : NULL;
      if (!t)
        return FALSE;
      train = &f->matrix;
      test = &t->matrix;
    }
  if (!lofi_error_from_status (error, lofi_input_scale (train, &kernel->scale), place) || !check_scale (kernel->scale, place, error)
      || !(kernel->train = lofi_array_new (n, n, error, place)) || !(kernel->test = lofi_array_new (m, n, error, place)))
    return FALSE;
  kernel->test_diagonal = g_new0 (double, MAX (1, m));
  for (gsize i = 0; i < m; i++)
    {
      const double *row = test->data + i * test->stride;
      kernel->test_diagonal[i] = cblas_ddot ((int) test->cols, row, 1, row, 1) / (kernel->scale * kernel->scale) + bias * bias;
    }
  LofiStatus status = lofi_kernel_matrix (sigma, kernel->scale, bias, train, train, &kernel->train->matrix, &run->watch);
  if (status == LOFI_OK && m > 0)
    status = lofi_kernel_matrix (sigma, kernel->scale, bias, test, train, &kernel->test->matrix, &run->watch);
  if (status == LOFI_OK && m > 0)
    status = lofi_kernel_diagonal (sigma, kernel->test_diagonal, m);
  return lofi_error_from_status (error, status, place);
}

/* k / c^2 + s^2, entry by entry. */
static LofiArray *
covariances (const LofiMatrix *k, double scale, double bias, const char *place, GError **error)
{
  LofiArray *out = lofi_array_new (k->rows, k->cols, error, place);
  for (gsize i = 0; out && i < k->rows; i++)
    for (gsize j = 0; j < k->cols; j++)
      out->matrix.data[i * out->matrix.stride + j] = k->data[i * k->stride + j] / (scale * scale) + bias * bias;
  return out;
}

/* From the kernel of the layer before, rescaled so that its training diagonal has mean one. */
static gboolean
kernel_of_kernel (LofiFitRun *run, const LofiSigma *sigma, double bias, const LofiRepresentation *input, Kernel *kernel, const char *place,
                  GError **error)
{
  const LofiMatrix *before = &input->kernel_train->matrix;
  gsize n = before->rows, m = input->kernel_test->matrix.rows;
  g_autofree double *variances = g_new0 (double, n), *tests = g_new0 (double, MAX (1, m));
  double trace = 0;
  for (gsize i = 0; i < n; i++)
    trace += before->data[i * before->stride + i];
  kernel->scale = sqrt (trace / (double) n);
  if (!check_scale (kernel->scale, place, error)
      || !(kernel->train = covariances (before, kernel->scale, bias, place, error))
      || !(kernel->test = covariances (&input->kernel_test->matrix, kernel->scale, bias, place, error)))
    return FALSE;
  kernel->test_diagonal = g_new0 (double, MAX (1, m));
  for (gsize i = 0; i < n; i++)
    variances[i] = kernel->train->matrix.data[i * kernel->train->matrix.stride + i];
  for (gsize i = 0; i < m; i++)
    kernel->test_diagonal[i] = tests[i] = input->kernel_test_diagonal[i] / (kernel->scale * kernel->scale) + bias * bias;
  LofiStatus status = lofi_kernel_apply (sigma, variances, variances, &kernel->train->matrix, &run->watch);
  if (status == LOFI_OK && m > 0)
    status = lofi_kernel_apply (sigma, tests, variances, &kernel->test->matrix, &run->watch);
  if (status == LOFI_OK && m > 0)
    status = lofi_kernel_diagonal (sigma, kernel->test_diagonal, m);
  return lofi_error_from_status (error, status, place);
}

/* Squared overlap of every direction, written on the training samples as A, with the mean activation: (A^T K 1 / n)^2 / (1^T K 1 / n^2). */
static void
overlap_with_mean (const LofiMatrix *gram, LofiLayerResult *layer)
{
  gsize n = gram->rows;
  const LofiMatrix *a = &layer->filters->matrix;
  g_autofree double *mean = g_new0 (double, n);
  double norm = 0;
  for (gsize i = 0; i < n; i++)
    for (gsize j = 0; j < n; j++)
      mean[i] += gram->data[i * gram->stride + j] / (double) n;
  for (gsize i = 0; i < n; i++)
    norm += mean[i] / (double) n;
  for (gsize k = 0; k < a->cols; k++)
    {
      double dot = cblas_ddot ((int) n, mean, 1, a->data + k, (int) a->stride);
      layer->mean_overlap[k] = norm > 0 ? dot * dot / norm : 0;
    }
}

/* The K leading directions, the whole spectrum, and the features of both splits. */
static gboolean
take_filter (LofiFitRun *run, const LofiLayerSpec *spec, guint index, const Kernel *kernel, LofiLayerResult *layer, GError **error)
{
  const LofiTask *task = run->result->task;
  gsize n = kernel->train->matrix.rows, m = kernel->test->matrix.rows;
  g_autofree double *weights = g_memdup2 (task->train.y, n * sizeof (double));
  LofiKernelFilter filter = { 0 };
  g_autoptr (LofiArray) train = lofi_array_new (n, spec->keep, error, layer->name), test = NULL;
  layer->keep = spec->keep;
  layer->form = LOFI_FORM_DUAL;
  layer->eigenvalues = g_new0 (double, spec->keep);
  layer->mean_overlap = g_new0 (double, spec->keep);
  layer->filters = train ? lofi_array_new (n, spec->keep, error, layer->name) : NULL;
  test = layer->filters ? lofi_array_new (m, spec->keep, error, layer->name) : NULL;
  if (!test || !lofi_fit_run_enter (run, LOFI_STAGE_EIGENPAIRS, (int) index, 30.0 * n * n * n + 4.0 * n * n * spec->keep, error))
    return FALSE;
  for (gsize i = 0; spec->center_labels && i < n; i++)
    weights[i] -= task->mean_y;
  LofiStatus status = lofi_kernel_filter_init (&filter, &kernel->train->matrix, weights, &run->watch);
  if (status == LOFI_OK)
    status = lofi_kernel_filter_leading (&filter, spec->keep, layer->eigenvalues, &layer->filters->matrix, &train->matrix, &run->watch);
  if (status == LOFI_OK)
    {
      layer->n_spectrum = n;
      layer->spectrum = g_memdup2 (filter.spectrum.values, n * sizeof (double));
      overlap_with_mean (&kernel->train->matrix, layer);
    }
  lofi_kernel_filter_clear (&filter);
  if (!lofi_error_from_status (error, status, layer->name)
      || !lofi_fit_run_enter (run, LOFI_STAGE_PROJECTION, (int) index, 2.0 * n * m * spec->keep, error))
    return FALSE;
  const LofiMatrix *cross = &kernel->test->matrix, *a = &layer->filters->matrix;
  if (m > 0)
    cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) m, (int) spec->keep, (int) n, 1, cross->data, (int) cross->stride, a->data,
                 (int) a->stride, 0, test->matrix.data, (int) test->matrix.stride);
  layer->train_rows = lofi_features_of_array (train, layer->output_shape, FALSE);
  layer->test_rows = lofi_features_of_array (test, layer->output_shape, TRUE);
  layer->train = g_steal_pointer (&train);
  layer->test = g_steal_pointer (&test);
  return TRUE;
}

LofiLayerResult *
lofi_fit_kernel_layer (LofiFitRun *run, const LofiLayerSpec *spec, guint index, const LofiRepresentation *input, const char *key,
                       GError **error)
{
  gint64 began = g_get_monotonic_time ();
  gsize n = run->result->task->train.count, m = run->result->task->test.count;
  LofiMapShape in = input->train ? input->train->shape : (LofiMapShape) { 1, 1, n };
  LofiMapShape out = { 1, 1, spec->keep == LOFI_KEEP_NONE ? n : spec->keep };
  g_autoptr (LofiLayerResult) layer = lofi_layer_result_new (spec, index, key, in, out);
  Kernel kernel = { 0 };
  LofiSigma sigma;
  layer->width = n;
  if (spec->keep > n)
    {
      g_autofree char *place = g_strdup_printf ("%s.keep", layer->name);
      lofi_error_set (error, LOFI_ERROR_INPUT, place, _("keep fewer, or take more samples"),
                      _("%zu directions cannot be kept: in the limit of infinite width there are as many as samples, %zu"), spec->keep, n);
      return NULL;
    }
  gboolean good = lofi_error_from_status (error, lofi_sigma_init (&sigma, spec->activation, spec->degree), layer->name)
                  && lofi_fit_run_enter (run, LOFI_STAGE_LIFT, (int) index,
                                         input->train ? 2.0 * n * (n + m) * input->train->count + 60.0 * n * (n + m) : 60.0 * n * (n + m), error)
                  && (input->train ? kernel_of_features (run, &sigma, spec->bias, input, &kernel, layer->name, error)
                                   : kernel_of_kernel (run, &sigma, spec->bias, input, &kernel, layer->name, error));
  layer->scale = kernel.scale;
  if (good && spec->keep != LOFI_KEEP_NONE)
    good = take_filter (run, spec, index, &kernel, layer, error);
  else if (good)
    {
      layer->kernel_train = g_steal_pointer (&kernel.train);
      layer->kernel_test = g_steal_pointer (&kernel.test);
      layer->kernel_test_diagonal = g_steal_pointer (&kernel.test_diagonal);
    }
  kernel_clear (&kernel);
  layer->seconds = (g_get_monotonic_time () - began) / 1e6;
  return good ? g_steal_pointer (&layer) : NULL;
}

gboolean
lofi_fit_kernel_readout (LofiFitRun *run, const LofiRepresentation *input, LofiReadout *readout, GError **error)
{
  const LofiExperiment *e = run->experiment;
  const LofiTask *task = run->result->task;
  g_autofree double *penalties = g_new (double, e->penalty_count);
  LofiKernelRidge ridge = { 0 };
  lofi_penalty_grid (e->penalty_low, e->penalty_high, e->penalty_count, penalties);
  readout->train_predictions = g_new0 (double, MAX (1, task->train.count));
  readout->test_predictions = g_new0 (double, MAX (1, task->test.count));
  LofiStatus status = lofi_kernel_ridge_fit (&ridge, &input->kernel_train->matrix, task->train.y, penalties, e->penalty_count, NULL, &run->watch);
  if (status == LOFI_OK)
    status = lofi_kernel_ridge_predict (&ridge, &input->kernel_train->matrix, readout->train_predictions);
  if (status == LOFI_OK && task->test.count > 0)
    status = lofi_kernel_ridge_predict (&ridge, &input->kernel_test->matrix, readout->test_predictions);
  if (status == LOFI_OK)
    {
      /* What a ridge's own clear releases comes from malloc. */
      double *weights = malloc (ridge.samples * sizeof (double));
      if (weights)
        memcpy (weights, ridge.dual, ridge.samples * sizeof (double));
      readout->ridge = (LofiRidge) { .features = weights ? ridge.samples : 0, .weights = weights, .intercept = ridge.intercept,
                                     .penalty = ridge.penalty, .loo_mse = ridge.loo_mse };
    }
  lofi_kernel_ridge_clear (&ridge);
  return lofi_error_from_status (error, status, "readout");
}

/* The lazy network with every lift at infinite width. (transfer full) */
static LofiExperiment *
kernel_experiment (const LofiExperiment *experiment)
{
  g_autoptr (LofiExperiment) wide = lofi_experiment_dup (experiment);
  for (guint i = 0; i < wide->layers->len; i++)
    {
      LofiLayerSpec *layer = lofi_experiment_layer (wide, i);
      if (layer->kind != LOFI_KIND_DENSE)
        continue;
      g_clear_pointer (&layer->weights, g_free);
      layer->width = LOFI_WIDTH_INFINITE;
    }
  return lofi_experiment_lazy (wide);
}

LofiReadout *
lofi_fit_kernel (LofiFitRun *run, GError **error)
{
  LofiTask *task = run->result->task;
  g_autoptr (LofiExperiment) limit = kernel_experiment (run->experiment);
  g_autoptr (LofiFeatures) train = lofi_features_of_task (task, FALSE), test = lofi_features_of_task (task, TRUE);
  LofiRepresentation input = { .key = task->key, .train = train, .test = test };
  g_autoptr (LofiLayerResult) last = NULL;
  if (!lofi_fit_run_enter (run, LOFI_STAGE_KERNEL, -1, 0, error))
    return NULL;
  for (guint i = 0; i < limit->layers->len; i++)
    {
      LofiLayerResult *layer = lofi_fit_layer (run, lofi_experiment_layer (limit, i), i, &input, FALSE, error);
      if (!layer)
        return NULL;
      g_clear_pointer (&last, lofi_layer_result_unref);
      last = layer;
      input = lofi_representation_of_layer (last);
    }
  return lofi_fit_run_enter (run, LOFI_STAGE_KERNEL, -1, 14.0 * pow (task->train.count, 3), error) ? lofi_fit_readout (run, &input, error) : NULL;
}
