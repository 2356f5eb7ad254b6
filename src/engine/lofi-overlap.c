/* Overlaps of what a layer keeps with what a teacher planted, and of the features of two fits. */
#include "config.h"
#include "lofi-overlap.h"

#include <cblas.h>
#include <math.h>
#include "lofi-features-private.h"
#include "lofi-subspace.h"
#include "lofi-teacher.h"

static gboolean
is_filtered (const LofiResult *result, guint index)
{
  const LofiLayerResult *layer = index < result->n_layers ? result->layers[index] : NULL;
  return layer && layer->filters && layer->keep > 0;
}

/* ---- directions in the input ---- */

/* Whether the input itself is what the layer looks at, all of it. */
static gboolean
sees_the_input (const LofiResult *result, guint index)
{
  gboolean sees = !lofi_layer_looks_at_windows (result->layers[index]->spec);
  for (guint i = 0; i < index && sees; i++)
    sees = result->layers[i] && result->layers[i]->spec->kind == LOFI_KIND_FLATTEN;
  return sees;
}

/* The first `most` of them, d x K: V of a filter, W V of a dense lift; of infinite width its limit X^T A, but for a factor and for what the inputs
 * differ in length. (transfer full) */
static LofiArray *
kept_in_input (const LofiResult *result, guint index, gsize most)
{
  const LofiLayerResult *layer = result->layers[index];
  const LofiMatrix *x = &result->task->train.inputs, *v = &layer->filters->matrix;
  const LofiMatrix *left = layer->weights ? &layer->weights->matrix : lofi_layer_lifts (layer->spec) ? x : NULL;
  gsize k = MIN (v->cols, most);
  g_autoptr (LofiArray) kept = lofi_array_new (x->cols, k, NULL, layer->name);
  if (!kept)
    return NULL;
  if (!left)
    {
      LofiMatrix first = { v->data, v->rows, k, v->stride };
      return lofi_matrix_copy (&kept->matrix, &first) == LOFI_OK ? g_steal_pointer (&kept) : NULL;
    }
  cblas_dgemm (CblasRowMajor, layer->weights ? CblasNoTrans : CblasTrans, CblasNoTrans, (int) x->cols, (int) k, (int) v->rows, 1, left->data,
               (int) left->stride, v->data, (int) v->stride, 0, kept->matrix.data, (int) kept->matrix.stride);
  return g_steal_pointer (&kept);
}

/* The planted directions of one group as columns, d x r. Freed by lofi_matrix_clear. */
static LofiStatus
planted_columns (const LofiDataset *dataset, guint group, LofiMatrix *columns)
{
  gsize first = dataset->group_starts[group], count = dataset->group_starts[group + 1] - first;
  LofiStatus status = lofi_matrix_alloc (columns, dataset->planted.cols, count);
  for (gsize j = 0; status == LOFI_OK && j < count; j++)
    cblas_dcopy ((int) columns->rows, dataset->planted.data + (first + j) * dataset->planted.stride, 1, columns->data + j, (int) columns->stride);
  return status;
}

/* ---- features and concepts of the test samples ---- */

/* The first `count` test samples' features, count x K; of maps their sums over positions. (transfer full) */
static LofiArray *
test_features (const LofiLayerResult *layer, gsize count, GCancellable *cancellable)
{
  LofiFeatures *features = layer->test_rows;
  gsize k = layer->filters->matrix.cols, each = features->count / k, step = lofi_features_block (features);
  g_autoptr (LofiArray) sums = lofi_array_new (count, k, NULL, layer->name);
  g_autoptr (LofiArray) work = features->view.data ? NULL : lofi_array_new (step, features->count, NULL, layer->name);
  LofiMatrix rows;
  if (!sums || (!work && !features->view.data))
    return NULL;
  for (gsize first = 0; first < count; first += rows.rows)
    {
      if (g_cancellable_is_cancelled (cancellable)
          || lofi_features_view (features, first, MIN (step, count - first), work ? &work->matrix : NULL, &rows) != LOFI_OK)
        return NULL;
      for (gsize i = 0; i < rows.rows; i++)
        for (gsize j = 0; j < rows.cols; j++)
          sums->matrix.data[(first + i) * sums->matrix.stride + j / each] += rows.data[i * rows.stride + j];
    }
  return g_steal_pointer (&sums);
}

/* m x n_groups, of the inputs as they were drawn, whatever the task made of them. (transfer full) */
static LofiArray *
test_concepts (const LofiResult *result)
{
  const LofiTask *task = result->task;
  const LofiMatrix *values = &task->dataset->test.values;
  g_autoptr (LofiArray) inputs = lofi_array_new (task->test.count, values->cols, NULL, "data");
  g_autoptr (LofiArray) concepts = lofi_array_new (task->test.count, task->dataset->n_groups, NULL, "data");
  if (!inputs || !concepts)
    return NULL;
  for (gsize i = 0; i < task->test.count; i++)
    cblas_dcopy ((int) values->cols, values->data + (gsize) task->test.indices[i] * values->stride, 1,
                 inputs->matrix.data + i * inputs->matrix.stride, 1);
  if (!lofi_teacher_concepts (result->experiment, task->dataset, &inputs->matrix, &concepts->matrix))
    return NULL;
  return g_steal_pointer (&concepts);
}

/* ---- with what was planted ---- */

/* The data set of a result whose layer `index` can be compared with what was planted, or NULL. */
static const LofiDataset *
comparable (const LofiResult *result, guint index, GCancellable *cancellable)
{
  const LofiDataset *dataset = result->task ? result->task->dataset : NULL;
  gboolean planted = dataset && dataset->n_groups > 0 && result->task->test.count > 0;
  return planted && is_filtered (result, index) && !g_cancellable_is_cancelled (cancellable) ? dataset : NULL;
}

/* Features and concepts of all test samples. FALSE without enough of them to tell features from a coincidence. */
static gboolean
deeper (const LofiResult *result, guint index, LofiArray **features, LofiArray **concepts, GCancellable *cancellable)
{
  const LofiLayerResult *layer = result->layers[index];
  gsize m = result->task->test.count;
  *features = *concepts = NULL;
  if (m < 3 || !layer->test_rows || !(*features = test_features (layer, m, cancellable)) || (*features)->matrix.cols + 2 > m)
    return FALSE;
  *concepts = test_concepts (result);
  return *concepts && !g_cancellable_is_cancelled (cancellable);
}

/* The share of every group's directions that the kept ones span; d of them span everything. */
static gboolean
first_layer_overlaps (const LofiResult *result, guint index, double *groups)
{
  const LofiDataset *dataset = result->task->dataset;
  g_autoptr (LofiArray) kept = kept_in_input (result, index, dataset->planted.cols);
  LofiStatus status = kept ? LOFI_OK : LOFI_NO_MEMORY;
  for (guint g = 0; status == LOFI_OK && g < dataset->n_groups; g++)
    {
      LofiMatrix planted;
      status = planted_columns (dataset, g, &planted);
      g_autofree double *each = g_new0 (double, MAX (1, planted.cols));
      if (status == LOFI_OK)
        status = lofi_direction_overlaps (&planted, &kept->matrix, each);
      groups[g] = 0;
      for (gsize j = 0; j < planted.cols; j++)
        groups[g] += each[j] / (double) planted.cols;
      lofi_matrix_clear (&planted);
    }
  return status == LOFI_OK;
}

gboolean
lofi_planted_overlaps (const LofiResult *result, guint layer_index, double *groups, double *whole, GCancellable *cancellable)
{
  g_autoptr (LofiArray) features = NULL, concepts = NULL;
  const LofiDataset *dataset = comparable (result, layer_index, cancellable);
  if (!dataset)
    return FALSE;
  gboolean found = sees_the_input (result, layer_index)
                     ? first_layer_overlaps (result, layer_index, groups)
                     : deeper (result, layer_index, &features, &concepts, cancellable)
                         && lofi_explained_shares (&features->matrix, &concepts->matrix, groups) == LOFI_OK;
  *whole = 0;
  for (guint g = 0; found && g < dataset->n_groups; g++)
    *whole += groups[g] / dataset->n_groups;
  return found;
}

/* Column g of bars: of every feature with the concept, or of every direction with the planted ones. */
static LofiStatus
bars_of_group (const LofiDataset *dataset, guint g, const LofiArray *kept, const LofiArray *features, const LofiArray *concepts, LofiMatrix *bars)
{
  g_autofree double *each = g_new0 (double, bars->rows);
  LofiMatrix planted = { 0 };
  LofiStatus status = kept ? planted_columns (dataset, g, &planted) : LOFI_OK;
  if (status == LOFI_OK && kept)
    status = lofi_direction_overlaps (&kept->matrix, &planted, each);
  if (!kept)
    {
      LofiMatrix concept = { concepts->matrix.data + g, concepts->matrix.rows, 1, concepts->matrix.stride };
      status = lofi_explained_shares (&concept, &features->matrix, each);
    }
  lofi_matrix_clear (&planted);
  cblas_dcopy ((int) bars->rows, each, 1, bars->data + g, (int) bars->stride);
  return status;
}

LofiArray *
lofi_planted_bars (const LofiResult *result, guint layer_index, GCancellable *cancellable)
{
  g_autoptr (LofiArray) kept = NULL, features = NULL, concepts = NULL, bars = NULL;
  const LofiDataset *dataset = comparable (result, layer_index, cancellable);
  LofiStatus status = LOFI_OK;
  if (!dataset || (sees_the_input (result, layer_index) ? !(kept = kept_in_input (result, layer_index, G_MAXSIZE))
                                                        : !deeper (result, layer_index, &features, &concepts, cancellable)))
    return NULL;
  bars = lofi_array_new (kept ? kept->matrix.cols : features->matrix.cols, dataset->n_groups, NULL, "data");
  for (guint g = 0; bars && status == LOFI_OK && g < dataset->n_groups; g++)
    status = bars_of_group (dataset, g, kept, features, concepts, &bars->matrix);
  return status == LOFI_OK ? g_steal_pointer (&bars) : NULL;
}

/* ---- sketches ---- */

static void
centre_columns (LofiMatrix *a)
{
  for (gsize j = 0; j < a->cols; j++)
    {
      double mean = 0;
      for (gsize i = 0; i < a->rows; i++)
        mean += a->data[i * a->stride + j] / (double) a->rows;
      for (gsize i = 0; i < a->rows; i++)
        a->data[i * a->stride + j] -= mean;
    }
}

LofiArray *
lofi_feature_sketch (const LofiResult *result, guint layer_index, GCancellable *cancellable)
{
  gsize count = result->task ? MIN (result->task->test.count, LOFI_SKETCH_SAMPLES) : 0, rank = 0;
  if (count == 0 || !is_filtered (result, layer_index) || !result->layers[layer_index]->test_rows)
    return NULL;
  g_autoptr (LofiArray) features = test_features (result->layers[layer_index], count, cancellable);
  g_autoptr (LofiArray) basis = features && features->matrix.cols < count ? lofi_array_new (count, features->matrix.cols, NULL, "data") : NULL;
  if (!basis || g_cancellable_is_cancelled (cancellable))
    return NULL;
  centre_columns (&features->matrix);
  if (lofi_orthonormal_basis (&features->matrix, &basis->matrix, &rank) != LOFI_OK || rank == 0)
    return NULL;
  basis->matrix.cols = rank;
  return g_steal_pointer (&basis);
}

double
lofi_sketch_overlap (const LofiArray *a, const LofiArray *b)
{
  const LofiMatrix *p = &a->matrix, *q = &b->matrix;
  if (p->rows != q->rows)
    return NAN;
  g_autofree double *products = g_new (double, p->cols * q->cols);
  cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, (int) p->cols, (int) q->cols, (int) p->rows, 1, p->data, (int) p->stride, q->data,
               (int) q->stride, 0, products, (int) q->cols);
  double squares = cblas_ddot ((int) (p->cols * q->cols), products, 1, products, 1);
  return MIN (squares / (double) MIN (p->cols, q->cols), 1);
}
