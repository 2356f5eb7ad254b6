/* Layers of infinite width, the kernel readout, and the lazy limit as a baseline (method.md "Infinite width"). */
#include "config.h"
#include "lofi-null-private.h"

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

/* G^(1/2) up to a rotation, whose rows stand in for lifted ones: C of them has the filter's spectrum. (transfer full) */
static LofiArray *
root_of_filter (const LofiKernelFilter *filter, const char *place, GError **error)
{
  LofiArray *root = lofi_array_new (filter->samples, filter->samples, error, place);
  for (gsize i = 0; root && i < filter->samples; i++)
    for (gsize j = 0; j < filter->samples; j++)
      root->matrix.data[i * root->matrix.stride + j] = filter->basis.data[i * filter->basis.stride + j] * filter->roots[j];
  return root;
}

/* Under which the root of a layer stays for its null lines. (transfer full) */
static char *
root_key (const char *lift_key)
{
  return g_strconcat (lift_key, "/root", NULL);
}

/* (transfer full) */
static LofiArray *
remember_root (LofiFitRun *run, const char *lift_key, LofiArray *root)
{
  g_autofree char *key = root_key (lift_key);
  if (root && run->cache)
    lofi_cache_put (run->cache, key, root, lofi_matrix_bytes (root->matrix.rows, root->matrix.cols), (LofiCacheRef) lofi_array_ref,
                    (GDestroyNotify) lofi_array_unref);
  return root;
}

/* The layer at work. */
typedef struct {
  LofiFitRun *run;
  const LofiLayerSpec *spec;
  guint index;
  const LofiRepresentation *input;
  const char *lift_key;
  Kernel kernel;
  LofiKernelFilter filter;
  LofiArray *root;               /* if null lines are wanted */
  LofiLayerResult *layer;
} Work;

static LofiNullSource
null_source (const Work *work, const LofiLayerResult *layer)
{
  return (LofiNullSource) { .run = work->run, .spec = work->spec, .index = work->index, .input = work->input, .lift_key = work->lift_key,
                            .n_groups = 1, .root = work->root, .spectrum = work->filter.spectrum.values, .n_spectrum = work->filter.samples,
                            .layer = layer };
}

static gboolean
decompose (Work *work, GError **error)
{
  const LofiTask *task = work->run->result->task;
  const LofiMatrix *gram = &work->kernel.train->matrix;
  gboolean nulls = work->spec->keep_auto || (work->run->observer && work->run->observer->nulls);
  g_autofree double *weights = lofi_filter_weights (task, work->spec, 1);
  double n = gram->rows;
  if (!lofi_fit_run_enter (work->run, LOFI_STAGE_EIGENPAIRS, (int) work->index, 30.0 * n * n * n + 4.0 * n * n * work->spec->keep, error)
      || !lofi_error_from_status (error, lofi_kernel_filter_init (&work->filter, gram, weights, &work->run->watch), work->layer->name))
    return FALSE;
  work->root = nulls ? remember_root (work->run, work->lift_key, root_of_filter (&work->filter, work->layer->name, error)) : NULL;
  return !nulls || work->root;
}

/* K itself, or by the outliers. */
static gboolean
choose_keep (Work *work, gsize *keep, GError **error)
{
  *keep = work->spec->keep;
  if (!work->spec->keep_auto)
    return TRUE;
  LofiNullSource source = null_source (work, NULL);
  g_autoptr (LofiNull) permuted = lofi_null_take_permuted (&source, error);
  if (!permuted || !lofi_null_put (&source, permuted, NULL, error))
    return FALSE;
  *keep = lofi_null_keep (work->spec, permuted, work->filter.samples);
  return TRUE;
}

/* The K leading directions, the whole spectrum, and the features of both splits. */
static gboolean
take_filter (Work *work, GError **error)
{
  LofiLayerResult *layer = work->layer;
  const LofiMatrix *gram = &work->kernel.train->matrix, *cross = &work->kernel.test->matrix;
  gsize n = gram->rows, m = cross->rows, keep;
  if (!decompose (work, error) || !choose_keep (work, &keep, error))
    return FALSE;
  g_autoptr (LofiArray) train = lofi_array_new (n, keep, error, layer->name), test = train ? lofi_array_new (m, keep, error, layer->name) : NULL;
  layer->filters = test ? lofi_array_new (n, keep, error, layer->name) : NULL;
  if (!layer->filters)
    return FALSE;
  layer->keep = keep;
  layer->output_shape.width = keep;
  layer->form = LOFI_FORM_DUAL;
  layer->eigenvalues = g_new0 (double, keep);
  layer->mean_overlap = g_new0 (double, keep);
  layer->n_spectrum = n;
  layer->spectrum = g_memdup2 (work->filter.spectrum.values, n * sizeof (double));
  LofiStatus status = lofi_kernel_filter_leading (&work->filter, keep, layer->eigenvalues, &layer->filters->matrix, &train->matrix, &work->run->watch);
  if (!lofi_error_from_status (error, status, layer->name)
      || !lofi_fit_run_enter (work->run, LOFI_STAGE_PROJECTION, (int) work->index, 2.0 * n * m * keep, error))
    return FALSE;
  overlap_with_mean (gram, layer);
  const LofiMatrix *a = &layer->filters->matrix;
  if (m > 0)
    cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) m, (int) keep, (int) n, 1, cross->data, (int) cross->stride, a->data,
                 (int) a->stride, 0, test->matrix.data, (int) test->matrix.stride);
  layer->train_rows = lofi_features_of_array (train, layer->output_shape, FALSE);
  layer->test_rows = lofi_features_of_array (test, layer->output_shape, TRUE);
  layer->train = g_steal_pointer (&train);
  layer->test = g_steal_pointer (&test);
  return TRUE;
}

/* What entered, lifted to a kernel. */
static gboolean
take_kernel (Work *work, const char *place, GError **error)
{
  const LofiRepresentation *input = work->input;
  double n = work->run->result->task->train.count, m = work->run->result->task->test.count;
  double flops = (input->train ? 2.0 * n * (n + m) * input->train->count : 0) + 60.0 * n * (n + m);
  LofiSigma sigma;
  return lofi_error_from_status (error, lofi_sigma_init (&sigma, work->spec->activation, work->spec->degree), place)
         && lofi_fit_run_enter (work->run, LOFI_STAGE_LIFT, (int) work->index, flops, error)
         && (input->train ? kernel_of_features (work->run, &sigma, work->spec->bias, input, &work->kernel, place, error)
                          : kernel_of_kernel (work->run, &sigma, work->spec->bias, input, &work->kernel, place, error));
}

static void
work_clear (Work *work)
{
  kernel_clear (&work->kernel);
  lofi_kernel_filter_clear (&work->filter);
  g_clear_pointer (&work->root, lofi_array_unref);
  g_clear_pointer (&work->layer, lofi_layer_result_unref);
}

LofiArray *
lofi_fit_kernel_root (LofiFitRun *run, const LofiLayerSpec *spec, guint index, const LofiRepresentation *input, GError **error)
{
  g_autofree char *lift_key = lofi_lift_key (run, spec, index, input->key, input->train), *key = root_key (lift_key);
  g_autofree char *place = g_strdup_printf ("layer%u", index + 1);
  LofiArray *root = lofi_fit_run_get (run, key);
  if (root)
    return root;
  Work work = { .run = run, .spec = spec, .index = index, .input = input, .lift_key = lift_key };
  g_autofree double *weights = lofi_filter_weights (run->result->task, spec, 1);
  if (take_kernel (&work, place, error)
      && lofi_error_from_status (error, lofi_kernel_filter_init (&work.filter, &work.kernel.train->matrix, weights, &run->watch), place))
    root = remember_root (run, lift_key, root_of_filter (&work.filter, place, error));
  work_clear (&work);
  return root;
}

LofiLayerResult *
lofi_fit_kernel_layer (LofiFitRun *run, const LofiLayerSpec *spec, guint index, const LofiRepresentation *input, const char *lift_key,
                       const char *key, GError **error)
{
  gint64 began = g_get_monotonic_time ();
  gsize n = run->result->task->train.count, least = spec->keep_auto ? spec->keep_min : spec->keep;
  LofiMapShape in = input->train ? input->train->shape : (LofiMapShape) { 1, 1, n };
  Work work = { .run = run, .spec = spec, .index = index, .input = input, .lift_key = lift_key };
  LofiLayerResult *layer = work.layer = lofi_layer_result_new (spec, index, key, in, (LofiMapShape) { 1, 1, n });
  layer->width = n;
  if (spec->keep != LOFI_KEEP_NONE && least > n)
    {
      g_autofree char *place = g_strdup_printf ("%s.%s", layer->name, spec->keep_auto ? "keep-min" : "keep");
      lofi_error_set (error, LOFI_ERROR_INPUT, place, _("keep fewer, or take more samples"),
                      _("%zu directions cannot be kept: in the limit of infinite width there are as many as samples, %zu"), least, n);
      work_clear (&work);
      return NULL;
    }
  gboolean good = take_kernel (&work, layer->name, error);
  layer->scale = work.kernel.scale;
  if (good && spec->keep != LOFI_KEEP_NONE)
    good = take_filter (&work, error);
  else if (good)
    {
      layer->kernel_train = g_steal_pointer (&work.kernel.train);
      layer->kernel_test = g_steal_pointer (&work.kernel.test);
      layer->kernel_test_diagonal = g_steal_pointer (&work.kernel.test_diagonal);
    }
  layer->seconds = (g_get_monotonic_time () - began) / 1e6;
  LofiNullSource source = null_source (&work, layer);
  good = good && (spec->keep == LOFI_KEEP_NONE || lofi_fit_run_watched (run) || lofi_null_with_layer (&source, error));
  layer = good ? g_steal_pointer (&work.layer) : NULL;
  work_clear (&work);
  return layer;
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
