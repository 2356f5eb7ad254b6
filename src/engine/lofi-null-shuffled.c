/* A layer's whole spectrum under shuffled labels, from a result alone. */
#include "config.h"
#include "lofi-null-private.h"

#include <string.h>
#include <cblas.h>
#include <glib/gi18n-lib.h>
#include "lofi-error.h"
#include "lofi-operator.h"
#include "lofi-permutation.h"

typedef struct {
  LofiFitRun run;                  /* of no fit: what the stages ask for */
  const LofiLayerSpec *spec;
  guint index;
  const char *place;
  LofiRepresentation input;
  double *weights;                 /* shuffled, n S */
} Shuffle;

static LofiStatus
shuffle_weights (const Shuffle *shuffle, gsize positions, double *weights)
{
  gsize n = shuffle->run.result->task->train.count;
  g_autofree double *plain = lofi_filter_weights (shuffle->run.result->task, shuffle->spec, 1), *shuffled = g_new (double, n);
  LofiStatus status = lofi_shuffled_weights (shuffle->run.experiment->seed, 0, plain, n, shuffled);
  for (gsize i = 0; status == LOFI_OK && i < n * positions; i++)
    weights[i] = shuffled[i / positions];
  return status;
}

/* The dual form has all values from the rows themselves. They are ours: the lift stores none. */
static LofiStatus
values_of_rows (const Shuffle *shuffle, LofiMatrix *z, double *values)
{
  if (shuffle->spec->center_lift)
    {
      g_autofree double *mean = g_new0 (double, z->cols);
      for (gsize i = 0; i < z->rows; i++)
        cblas_daxpy ((int) z->cols, 1.0 / z->rows, z->data + i * z->stride, 1, mean, 1);
      for (gsize i = 0; i < z->rows; i++)
        cblas_daxpy ((int) z->cols, -1, mean, 1, z->data + i * z->stride, 1);
    }
  return lofi_dual_only_values (z, shuffle->weights, values, &shuffle->run.watch);
}

static LofiStatus
values_of_operator (const Shuffle *shuffle, const LofiOperator *op, double *values)
{
  LofiMatrix c = { 0 };
  LofiStatus status = lofi_matrix_alloc (&c, op->width, op->width);
  if (status == LOFI_OK)
    status = lofi_operator_read (op, shuffle->spec->center_lift, &c);
  if (status == LOFI_OK && op->width <= LOFI_WHOLE_SPECTRUM_MOST)
    status = lofi_symmetric_values (&c, values, &shuffle->run.watch);
  else if (status == LOFI_OK)
    {
      LofiDensity density = { 0 };
      LofiSymmetricMap map = lofi_symmetric_map_of (&c);
      status = lofi_density_estimate (&map, 8, 80, shuffle->run.experiment->seed, &density, &shuffle->run.watch);
      if (status == LOFI_OK)
        status = lofi_density_quantiles (&density, op->width, NULL, 0, values);
      lofi_density_clear (&density);
    }
  lofi_matrix_clear (&c);
  return status;
}

/* C summed over the lifted samples block by block. */
static LofiStatus
add_samples (const Shuffle *shuffle, LofiLiftStage *lift, LofiOperator *op)
{
  const LofiFeatures *input = shuffle->input.train;
  LofiLiftBlock block = { 0 };
  LofiStatus status = LOFI_OK;
  gsize step = lofi_lift_block_samples (lift);
  for (gsize first = 0; status == LOFI_OK && first < input->samples; first += step)
    {
      const double *weights = shuffle->weights + first * lift->positions;
      status = lofi_lift_block_fill (&block, lift, input, first, MIN (step, input->samples - first));
      if (status == LOFI_OK)
        status = lofi_lift_block_add (&block, op, weights, &shuffle->run.watch);
    }
  lofi_lift_block_clear (&block);
  return status;
}

static gboolean
shuffle_lift (Shuffle *shuffle, const LofiLayerResult *layer, guint channel, double *values, GError **error)
{
  g_autoptr (LofiLiftStage) lift = lofi_lift_stage_of_layer (layer, shuffle->input.train, channel, error);
  if (!lift)
    return FALSE;
  gsize rows = shuffle->input.train->samples * lift->positions;
  g_free (shuffle->weights);
  shuffle->weights = g_new (double, rows);
  LofiStatus status = shuffle_weights (shuffle, lift->positions, shuffle->weights);
  if (status == LOFI_OK && lift->width > rows)
    {
      g_autoptr (LofiArray) z = lofi_filter_lifted (&shuffle->run, lift, shuffle->input.train, shuffle->place, error);
      return z && lofi_error_from_status (error, values_of_rows (shuffle, &z->matrix, values), shuffle->place);
    }
  LofiOperator op = { 0 };
  if (status == LOFI_OK)
    status = lofi_operator_init (&op, lift->width);
  if (status == LOFI_OK)
    status = add_samples (shuffle, lift, &op);
  if (status == LOFI_OK)
    status = values_of_operator (shuffle, &op, values);
  lofi_operator_clear (&op);
  return lofi_error_from_status (error, status, shuffle->place);
}

static gboolean
shuffle_kernel (Shuffle *shuffle, double *values, GError **error)
{
  g_autoptr (LofiArray) root = lofi_fit_kernel_root (&shuffle->run, shuffle->spec, shuffle->index, &shuffle->input, error);
  if (!root)
    return FALSE;
  LofiOperator op = { 0 };
  shuffle->weights = g_new (double, root->matrix.rows);
  LofiStatus status = shuffle_weights (shuffle, 1, shuffle->weights);
  if (status == LOFI_OK)
    status = lofi_operator_init (&op, root->matrix.cols);
  if (status == LOFI_OK)
    status = lofi_operator_add (&op, &root->matrix, shuffle->weights, &shuffle->run.watch);
  if (status == LOFI_OK)
    status = values_of_operator (shuffle, &op, values);
  lofi_operator_clear (&op);
  return lofi_error_from_status (error, status, shuffle->place);
}

LofiArray *
lofi_result_shuffled_spectrum (const LofiResult *result, guint layer_index, GCancellable *cancellable, GError **error)
{
  const LofiLayerResult *layer = layer_index < result->n_layers ? result->layers[layer_index] : NULL;
  g_autofree char *place = g_strdup_printf ("layer%u", layer_index + 1);
  if (!layer || layer->keep == 0 || !result->task)
    {
      lofi_error_set (error, LOFI_ERROR_INPUT, place, _("give the layer a filter, and run the experiment"), _("there is no operator to shuffle labels for"));
      return NULL;
    }
  g_autoptr (LofiFeatures) train = lofi_features_of_task (result->task, FALSE), test = lofi_features_of_task (result->task, TRUE);
  gboolean kernel = lofi_layer_lifts (layer->spec) && layer->spec->width == LOFI_WIDTH_INFINITE;
  Shuffle shuffle = { .spec = layer->spec, .index = layer_index, .place = place,
                      .run = { .experiment = result->experiment, .cancellable = cancellable, .result = (LofiResult *) result,
                               .watch = lofi_cancellable_watch (cancellable) } };
  shuffle.input = (LofiRepresentation) { .key = result->task->key, .train = train, .test = test };
  if (layer_index > 0)
    shuffle.input = lofi_representation_of_layer (result->layers[layer_index - 1]);
  guint groups = layer->spec->kind == LOFI_KIND_FILTER && layer->spec->size > 0 ? (guint) layer->input_shape.channels : 1;
  g_autoptr (LofiArray) values = lofi_array_new (layer->width * groups, 1, error, place);
  gboolean good = values != NULL;
  for (guint g = 0; good && g < groups; g++)
    good = kernel ? shuffle_kernel (&shuffle, values->matrix.data, error)
                  : shuffle_lift (&shuffle, layer, g, values->matrix.data + g * layer->width, error);
  g_free (shuffle.weights);
  if (!good)
    return NULL;
  if (groups > 1)
    lofi_sort_doubles (values->matrix.data, values->matrix.rows);
  return g_steal_pointer (&values);
}
