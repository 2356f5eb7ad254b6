/* The subspaces that gradient descent is compared with. */
#include "config.h"
#include "lofi-alignment-private.h"

#include <cblas.h>
#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#include "lofi-eigen.h"
#include "lofi-error.h"
#include "lofi-fit-private.h"
#include "lofi-leading.h"
#include "lofi-random.h"
#include "lofi-subspace.h"

#define PATCH_NUMBERS ((gsize) 1 << 22)      /* of patches made at once */

void
lofi_align_bases_clear (LofiAlignBases *bases)
{
  lofi_matrix_clear (&bases->base);
  for (guint i = 0; i < LOFI_N_BASES; i++)
    {
      lofi_matrix_clear (&bases->spans[i]);
      lofi_matrix_clear (&bases->features[i]);
    }
  *bases = (LofiAlignBases) { 0 };
}

/* ---- what enters the first layer with weights ---- */

static void
center_columns (LofiMatrix *m)
{
  g_autofree double *mean = g_new0 (double, MAX (1, m->cols));
  for (gsize i = 0; i < m->rows; i++)
    cblas_daxpy ((int) m->cols, 1.0 / m->rows, m->data + i * m->stride, 1, mean, 1);
  for (gsize i = 0; i < m->rows; i++)
    cblas_daxpy ((int) m->cols, -1, mean, 1, m->data + i * m->stride, 1);
}

/* Through one pool that comes before it. */
static LofiStatus
pool_base (LofiAlignBases *bases, const LofiDescentLayer *pool)
{
  LofiMapShape shape;
  LofiMatrix pooled = { 0 };
  LofiStatus status = lofi_pool_shape (pool->input, pool->window.size, &shape);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&pooled, bases->base.rows, lofi_map_count (shape));
  if (status == LOFI_OK)
    status = lofi_pool (&bases->base, pool->input, pool->window.size, pool->mode, &pooled);
  if (status != LOFI_OK)
    {
      lofi_matrix_clear (&pooled);
      return status;
    }
  lofi_matrix_clear (&bases->base);
  bases->base = pooled;
  return LOFI_OK;
}

static LofiStatus
take_base (LofiAlignBases *bases, const LofiTask *task, const GArray *layers)
{
  const LofiMatrix *x = &task->train.inputs;
  LofiStatus status = lofi_matrix_alloc (&bases->base, x->rows, x->cols);
  if (status == LOFI_OK)
    status = lofi_matrix_copy (&bases->base, x);
  if (status != LOFI_OK)
    return status;
  center_columns (&bases->base);
  guint first = 0;
  for (; status == LOFI_OK && g_array_index (layers, LofiDescentLayer, first).kind == LOFI_DESCENT_POOL; first++)
    status = pool_base (bases, &g_array_index (layers, LofiDescentLayer, first));
  if (first > 0 && status == LOFI_OK)
    center_columns (&bases->base);       /* a maximum of centred numbers is not centred */
  bases->layer = g_array_index (layers, LofiDescentLayer, first);
  bases->units = bases->layer.width;
  bases->inputs = bases->base.cols;
  if (status != LOFI_OK || bases->layer.kind != LOFI_DESCENT_CONV)
    return status;
  bases->inputs = bases->layer.input.channels * bases->layer.window.size * bases->layer.window.size;
  return lofi_window_positions (bases->layer.input, bases->layer.window, &bases->positions);
}

static gboolean
has_weights (const GArray *layers)
{
  for (guint i = 0; i < layers->len; i++)
    if (g_array_index (layers, LofiDescentLayer, i).kind != LOFI_DESCENT_POOL)
      return TRUE;
  return FALSE;
}

gboolean
lofi_align_bases_init (LofiAlignBases *bases, const LofiTask *task, const GArray *layers, gsize directions, GError **error)
{
  *bases = (LofiAlignBases) { .directions = directions };
  if (!has_weights (layers))
    return lofi_error_set (error, LOFI_ERROR_INPUT, "descent", _("add a dense or a convolutional layer"), "%s",
                           _("there is no layer that gradient descent could train"));
  if (!lofi_error_from_status (error, take_base (bases, task, layers), "descent"))
    return FALSE;
  if (directions > MIN (MIN (bases->inputs, bases->units), task->train.count))
    return lofi_error_set (error, LOFI_ERROR_INPUT, "descent.directions", _("compare fewer, or train a wider layer"),
                           _("%zu directions are more than the first layer has: %zu inputs, %zu units, %zu samples"), directions, bases->inputs,
                           bases->units, task->train.count);
  return TRUE;
}

/* ---- in input space ---- */

/* Adds every row that meets the weights, with its sample's t. */
static LofiStatus
add_inputs (const LofiAlignBases *bases, LofiOperator *op, const double *t, const LofiWatch *watch)
{
  if (bases->layer.kind != LOFI_DESCENT_CONV)
    return lofi_operator_add (op, &bases->base, t, watch);
  gsize n = bases->base.rows, places = bases->positions.height * bases->positions.width;
  gsize block = CLAMP (PATCH_NUMBERS / (places * bases->inputs), 1, n);
  LofiMatrix patches;
  LofiStatus status = lofi_matrix_alloc (&patches, block * places, bases->inputs);
  g_autofree double *weights = status == LOFI_OK ? g_new (double, block * places) : NULL;
  for (gsize first = 0; status == LOFI_OK && first < n; first += block)
    {
      LofiMatrix maps = lofi_matrix_row_block (&bases->base, first, MIN (block, n - first));
      LofiMatrix rows = lofi_matrix_row_block (&patches, 0, maps.rows * places);
      for (gsize i = 0; i < rows.rows; i++)
        weights[i] = t[first + i / places];
      status = lofi_patches (&maps, bases->layer.input, bases->layer.window, &rows);
      if (status == LOFI_OK)
        status = lofi_operator_add (op, &rows, weights, watch);
    }
  lofi_matrix_clear (&patches);
  return status;
}

static LofiStatus
leading_vectors (const LofiMatrix *c, gsize keep, LofiMatrix *vectors, const LofiWatch *watch)
{
  g_autofree double *values = g_new (double, MAX (1, keep));
  LofiStatus status = LOFI_NO_CONVERGENCE;
  LofiSpectrum spectrum;
  if (lofi_leading_pays (c->rows, keep))
    {
      LofiSymmetricMap map = lofi_symmetric_map_of (c);
      status = lofi_leading_pairs (&map, keep, LOFI_LEADING_TOLERANCE, values, vectors, NULL, NULL, watch);
    }
  if (status != LOFI_NO_CONVERGENCE)
    return status;
  status = lofi_spectrum_init (&spectrum, c, watch);
  if (status != LOFI_OK)
    return status;
  status = lofi_spectrum_leading (&spectrum, keep, values, vectors, watch);
  lofi_spectrum_clear (&spectrum);
  return status;
}

/* The span of the moment of t, if `moment`, and of eigenvectors of the operator itself, not of its part in the moment's complement: a filter layer of
 * order 1+2 takes the latter, the measurements of theory.md 7 the former (one step: .94 against .89). */
static LofiStatus
find_span (const LofiAlignBases *bases, const double *t, gboolean moment, LofiMatrix *span, const LofiWatch *watch)
{
  gsize d = bases->inputs, taken = moment ? 1 : 0, rest = bases->directions - taken;
  LofiOperator op;
  LofiMatrix c = { 0 }, vectors = { 0 }, all = { 0 };
  gsize rank;
  g_autofree double *first = g_new0 (double, d);
  LofiStatus status = lofi_operator_init (&op, d);
  if (status != LOFI_OK)
    return status;
  if ((status = add_inputs (bases, &op, t, watch)) == LOFI_OK && (status = lofi_matrix_alloc (&c, d, d)) == LOFI_OK)
    status = lofi_operator_read (&op, FALSE, &c);
  if (status == LOFI_OK && moment)
    {
      status = lofi_operator_means (&op, FALSE, NULL, first);
      double norm = cblas_dnrm2 ((int) d, first, 1);
      cblas_dscal ((int) d, norm > 0 ? 1 / norm : 0, first, 1);
    }
  lofi_operator_clear (&op);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (span, d, bases->directions);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&all, d, bases->directions);
  if (status == LOFI_OK && rest > 0 && (status = lofi_matrix_alloc (&vectors, d, rest)) == LOFI_OK)
    status = leading_vectors (&c, rest, &vectors, watch);
  for (gsize i = 0; status == LOFI_OK && i < d; i++)
    {
      if (moment)
        all.data[i * all.stride] = first[i];
      for (gsize k = 0; k < rest; k++)
        all.data[i * all.stride + taken + k] = vectors.data[i * vectors.stride + k];
    }
  if (status == LOFI_OK)
    status = lofi_orthonormal_basis (&all, span, &rank);
  lofi_matrix_clear (&all);
  lofi_matrix_clear (&c);
  lofi_matrix_clear (&vectors);
  return status;
}

static double *
permuted (const double *values, gsize n, guint64 seed)
{
  g_autofree gsize *order = g_new (gsize, n);
  double *result = g_new (double, n);
  lofi_random_permutation (seed, LOFI_PURPOSE_PERMUTATION, 0, n, order);
  for (gsize i = 0; i < n; i++)
    result[i] = values[order[i]];
  return result;
}

gboolean
lofi_align_bases_find (LofiAlignBases *bases, const LofiTask *task, guint64 seed, const LofiWatch *watch, GError **error)
{
  gsize n = task->train.count;
  g_autofree double *t = g_new (double, n), *ones = g_new (double, n);
  for (gsize i = 0; i < n; i++)
    {
      t[i] = task->train.y[i] - task->mean_y;
      ones[i] = 1;
    }
  g_autofree double *shuffled = permuted (t, n, seed);
  const struct { const double *weights; gboolean moment; } kinds[LOFI_N_BASES] = {
    [LOFI_ALIGN_FILTER] = { t, TRUE }, [LOFI_ALIGN_PERMUTED] = { shuffled, TRUE }, [LOFI_ALIGN_COMPONENTS] = { ones, FALSE }
  };
  for (guint i = 0; i < LOFI_N_BASES; i++)
    if (!lofi_error_from_status (error, find_span (bases, kinds[i].weights, kinds[i].moment, &bases->spans[i], watch), "descent"))
      return FALSE;
  return TRUE;
}

/* ---- in sample space ---- */

/* The task with its training labels permuted, and without test samples. (transfer full) */
static LofiTask *
permuted_task (const LofiTask *task, guint64 seed, GError **error)
{
  g_autoptr (LofiTask) copy = g_atomic_rc_box_new0 (LofiTask);
  const LofiMatrix *x = &task->train.inputs;
  LofiMatrix inputs;
  if (!lofi_error_from_status (error, lofi_matrix_alloc (&inputs, x->rows, x->cols), "descent"))
    return NULL;
  lofi_matrix_copy (&inputs, x);
  *copy = *task;
  copy->key = g_strdup_printf ("%s/permuted:%" G_GUINT64_FORMAT, task->key, seed);
  copy->dataset = lofi_dataset_ref (task->dataset);
  copy->labelling_title = g_strdup (task->labelling_title);
  copy->positive_name = g_strdup (task->positive_name);
  copy->negative_name = g_strdup (task->negative_name);
  copy->train = (LofiSplit) { task->train.count, inputs, permuted (task->train.y, task->train.count, seed),
                              g_memdup2 (task->train.indices, task->train.count * sizeof (gint64)) };
  copy->test = (LofiSplit) { .inputs = { .cols = x->cols, .stride = x->cols } };
  return g_steal_pointer (&copy);
}

/* The same layers up to `index`, the same lifts, fitted to permuted labels. */
static LofiArray *
permuted_features (const LofiResult *result, guint index, guint64 seed, LofiCache *cache, GCancellable *cancellable, GError **error)
{
  g_autoptr (LofiExperiment) cut = lofi_experiment_dup (result->experiment);
  g_ptr_array_set_size (cut->layers, (int) index + 1);
  for (guint i = 0; i <= index; i++)
    {
      LofiLayerSpec *spec = lofi_experiment_layer (cut, i);
      if (spec->keep_auto)
        spec->keep = result->layers[i]->keep;   /* as many as the labels had */
      spec->keep_auto = FALSE;
    }
  cut->penalty_count = 1;                     /* its readout is of no interest */
  LofiObserver quiet = { .spectra = LOFI_SPECTRA_LEADING };
  g_autoptr (LofiResult) fit = g_atomic_rc_box_new0 (LofiResult);
  LofiFitRun run = { .experiment = cut, .cache = cache, .observer = &quiet, .cancellable = cancellable, .result = fit };
  if (!lofi_fit_run_begin (&run, FALSE, error))
    return NULL;
  LofiTask *task = permuted_task (result->task, seed, error);
  if (!task)
    return NULL;
  lofi_task_unref (fit->task);
  fit->task = task;
  return lofi_fit_run_layers (&run, error) ? lofi_layer_result_features (fit->layers[index], FALSE, cancellable, error) : NULL;
}

/* Its first columns, at most k, centred. */
static LofiStatus
take_features (const LofiArray *array, gsize most, LofiMatrix *features)
{
  const LofiMatrix *from = &array->matrix;
  LofiStatus status = lofi_matrix_alloc (features, from->rows, MIN (most, from->cols));
  if (status != LOFI_OK)
    return status;
  for (gsize i = 0; i < from->rows; i++)
    memcpy (features->data + i * features->stride, from->data + i * from->stride, features->cols * sizeof (double));
  center_columns (features);
  return LOFI_OK;
}

/* The first filtered layer whose features are vectors, reached through vectors; -1 if there is none. */
static int
first_filtered (const LofiExperiment *experiment)
{
  for (guint i = 0; i < experiment->layers->len; i++)
    {
      const LofiLayerSpec *spec = lofi_experiment_layer (experiment, i);
      if (lofi_layer_looks_at_windows (spec))
        return -1;
      if (lofi_layer_filters (spec))
        return (int) i;
    }
  return -1;
}

gboolean
lofi_align_bases_find_features (LofiAlignBases *bases, const LofiResult *result, guint64 seed, LofiCache *cache,
                                GCancellable *cancellable, GError **error)
{
  int index = first_filtered (result->experiment);
  gsize k = bases->directions;
  if (index < 0 || bases->layer.kind == LOFI_DESCENT_CONV)
    return TRUE;
  g_autoptr (LofiArray) kept = lofi_layer_result_features (result->layers[index], FALSE, cancellable, error);
  g_autoptr (LofiArray) shuffled = kept ? permuted_features (result, (guint) index, seed, cache, cancellable, error) : NULL;
  if (!shuffled)
    return FALSE;
  LofiStatus status = take_features (kept, k, &bases->features[LOFI_ALIGN_FILTER]);
  if (status == LOFI_OK)
    status = take_features (shuffled, k, &bases->features[LOFI_ALIGN_PERMUTED]);
  LofiMatrix *scores = &bases->features[LOFI_ALIGN_COMPONENTS];
  if (status == LOFI_OK && (status = lofi_matrix_alloc (scores, bases->base.rows, k)) == LOFI_OK)
    {
      const LofiMatrix *components = &bases->spans[LOFI_ALIGN_COMPONENTS];
      cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) scores->rows, (int) k, (int) bases->base.cols, 1, bases->base.data,
                   (int) bases->base.stride, components->data, (int) components->stride, 0, scores->data, (int) scores->stride);
    }
  return lofi_error_from_status (error, status, "descent");
}

/* ---- measuring ---- */

static LofiStatus
overlaps (const LofiMatrix *leading, const LofiMatrix *spans, double *values)
{
  LofiStatus status = LOFI_OK;
  for (guint i = 0; i < LOFI_N_BASES && status == LOFI_OK; i++)
    status = lofi_subspace_overlap (leading, &spans[i], &values[i]);
  return status;
}

static LofiStatus
measure_samples (const LofiAlignBases *bases, const LofiMatrix *change, double *values, const LofiWatch *watch)
{
  LofiMatrix moved, leading = { 0 };
  gsize n = bases->base.rows;
  LofiStatus status = lofi_matrix_alloc (&moved, n, bases->units);
  if (status == LOFI_OK && (status = lofi_matrix_alloc (&leading, n, bases->directions)) == LOFI_OK)
    {
      cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) n, (int) bases->units, (int) bases->inputs, 1, bases->base.data,
                   (int) bases->base.stride, change->data, (int) change->stride, 0, moved.data, (int) moved.stride);
      status = lofi_leading_left_vectors (&moved, bases->directions, &leading, NULL, watch);
    }
  if (status == LOFI_OK)
    status = overlaps (&leading, bases->features, values);
  values[LOFI_ALIGN_RANDOM] = (double) bases->directions / n;
  lofi_matrix_clear (&moved);
  lofi_matrix_clear (&leading);
  return status;
}

LofiStatus
lofi_align_bases_measure (const LofiAlignBases *bases, const LofiMatrix *change, LofiAlignPoint *point, const LofiWatch *watch)
{
  LofiMatrix leading;
  LofiStatus status = lofi_matrix_alloc (&leading, bases->inputs, bases->directions);
  for (guint i = 0; i < LOFI_N_ALIGN; i++)
    point->samples[i] = NAN;
  if (status == LOFI_OK)
    status = lofi_leading_left_vectors (change, bases->directions, &leading, NULL, watch);
  if (status == LOFI_OK)
    status = overlaps (&leading, bases->spans, point->inputs);
  point->inputs[LOFI_ALIGN_RANDOM] = (double) bases->directions / bases->inputs;
  if (status == LOFI_OK)
    status = lofi_energy_within (&bases->spans[LOFI_ALIGN_FILTER], change, &point->energy);
  if (status == LOFI_OK && bases->features[LOFI_ALIGN_FILTER].data)
    status = measure_samples (bases, change, point->samples, watch);
  lofi_matrix_clear (&leading);
  return status;
}
