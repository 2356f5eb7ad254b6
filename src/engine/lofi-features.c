#include "config.h"
#include "lofi-features-private.h"

#include <cblas.h>
#include <string.h>
#include "lofi-error.h"
#include "lofi-lift-stage-private.h"

static void
array_f_clear (gpointer data)
{
  lofi_matrix_f_clear (&((LofiArrayF *) data)->matrix);
}

LofiArrayF *
lofi_array_f_new (gsize rows, gsize cols, GError **error, const char *place)
{
  g_autoptr (LofiArrayF) array = g_atomic_rc_box_new0 (LofiArrayF);
  if (!lofi_error_from_status (error, lofi_matrix_f_alloc (&array->matrix, rows, cols), place))
    return NULL;
  return g_steal_pointer (&array);
}

LofiArrayF *
lofi_array_f_ref (LofiArrayF *array)
{
  return g_atomic_rc_box_acquire (array);
}

void
lofi_array_f_unref (LofiArrayF *array)
{
  g_atomic_rc_box_release_full (array, array_f_clear);
}

static void
features_clear (gpointer data)
{
  LofiFeatures *features = data;
  g_clear_pointer (&features->task, lofi_task_unref);
  g_clear_pointer (&features->array, lofi_array_unref);
  g_clear_pointer (&features->single, lofi_array_f_unref);
  g_clear_pointer (&features->rest, lofi_array_f_unref);
  g_clear_pointer (&features->parent, lofi_features_unref);
  g_clear_pointer (&features->lift, lofi_lift_stage_unref);
  g_free (features->mean);
}

LofiFeatures *
lofi_features_ref (LofiFeatures *features)
{
  return g_atomic_rc_box_acquire (features);
}

void
lofi_features_unref (LofiFeatures *features)
{
  g_atomic_rc_box_release_full (features, features_clear);
}

LofiFeatures *
lofi_features_of_task (LofiTask *task, gboolean test)
{
  LofiFeatures *features = g_atomic_rc_box_new0 (LofiFeatures);
  const LofiSplit *split = test ? &task->test : &task->train;
  features->shape = (LofiMapShape) { task->channels, task->height, task->width };
  features->samples = split->count;
  features->count = lofi_map_count (features->shape);
  features->test = test;
  features->view = split->inputs;
  features->task = lofi_task_ref (task);
  return features;
}

LofiFeatures *
lofi_features_of_array (LofiArray *array, LofiMapShape shape, gboolean test)
{
  LofiFeatures *features = g_atomic_rc_box_new0 (LofiFeatures);
  features->shape = shape;
  features->samples = array->matrix.rows;
  features->count = array->matrix.cols;
  features->test = test;
  features->view = array->matrix;
  features->array = lofi_array_ref (array);
  return features;
}

LofiFeatures *
lofi_features_of_single (LofiArrayF *single, gsize whole, LofiArrayF *rest, double factor, gboolean test)
{
  LofiFeatures *features = g_atomic_rc_box_new0 (LofiFeatures);
  features->shape = (LofiMapShape) { 1, 1, single->matrix.cols };
  features->samples = whole + (rest ? rest->matrix.rows : 0);
  features->count = single->matrix.cols;
  features->test = test;
  features->single = lofi_array_f_ref (single);
  features->rest = rest ? lofi_array_f_ref (rest) : NULL;
  features->whole = whole;
  features->factor = factor;
  return features;
}

LofiFeatures *
lofi_features_of_lift (LofiFeatures *parent, LofiLiftStage *lift, const double *mean)
{
  LofiFeatures *features = g_atomic_rc_box_new0 (LofiFeatures);
  features->shape = lift->positions > 1 || lift->window.size ? lift->output : (LofiMapShape) { 1, 1, lift->width };
  features->samples = parent->samples;
  features->count = lift->width * lift->positions;
  features->test = parent->test;
  features->parent = lofi_features_ref (parent);
  features->lift = lofi_lift_stage_ref (lift);
  features->mean = mean ? g_memdup2 (mean, lift->width * sizeof (double)) : NULL;
  return features;
}

LofiFeatures *
lofi_features_flatten (LofiFeatures *features)
{
  LofiFeatures *flat = g_atomic_rc_box_new0 (LofiFeatures);
  *flat = *features;
  flat->shape = (LofiMapShape) { 1, 1, features->count };
  flat->task = features->task ? lofi_task_ref (features->task) : NULL;
  flat->array = features->array ? lofi_array_ref (features->array) : NULL;
  flat->single = features->single ? lofi_array_f_ref (features->single) : NULL;
  flat->rest = features->rest ? lofi_array_f_ref (features->rest) : NULL;
  flat->parent = features->parent ? lofi_features_ref (features->parent) : NULL;
  flat->lift = features->lift ? lofi_lift_stage_ref (features->lift) : NULL;
  flat->mean = features->mean ? g_memdup2 (features->mean, features->lift->width * sizeof (double)) : NULL;
  return flat;
}

/* count samples of a lift, by channel then position, less the mean. */
static LofiStatus
lift_rows (const LofiFeatures *features, gsize first, gsize count, LofiMatrix *rows)
{
  LofiLiftStage *stage = features->lift;
  gboolean maps = stage->positions > 1;
  LofiLiftBlock block = { 0 };
  LofiMatrix wide = { 0 }, z;
  LofiStatus status = lofi_lift_block_fill (&block, stage, features->parent, first, count);
  if (status == LOFI_OK && maps)
    status = lofi_matrix_alloc (&wide, count * stage->positions, stage->width);
  LofiMatrix *work = maps ? &wide : rows;
  if (status == LOFI_OK)
    status = lofi_lift_block_double (&block, work, &z);
  if (status == LOFI_OK && z.data != work->data)
    status = lofi_matrix_copy (work, &z);
  for (gsize i = 0; status == LOFI_OK && features->mean && i < work->rows; i++)
    cblas_daxpy ((int) stage->width, -1.0, features->mean, 1, work->data + i * work->stride, 1);
  if (status == LOFI_OK && maps)
    status = lofi_positions_to_maps (&wide, count, rows);
  lofi_matrix_clear (&wide);
  lofi_lift_block_clear (&block);
  return status;
}

static void
scale_rows (const LofiMatrixF *from, gsize first, double factor, gsize count, LofiMatrix *to, gsize at)
{
  for (gsize i = 0; i < count; i++)
    {
      const float *restrict row = from->data + (first + i) * from->stride;
      double *restrict scaled = to->data + (at + i) * to->stride;
      for (gsize j = 0; j < from->cols; j++)
        scaled[j] = factor * (double) row[j];
    }
}

static LofiStatus
single_rows (const LofiFeatures *features, gsize first, gsize count, LofiMatrix *rows)
{
  gsize of_single = first < features->whole ? MIN (count, features->whole - first) : 0;
  if (of_single > 0)
    scale_rows (&features->single->matrix, first, features->factor, of_single, rows, 0);
  if (of_single < count)
    scale_rows (&features->rest->matrix, first + of_single - features->whole, features->factor, count - of_single, rows, of_single);
  return LOFI_OK;
}

gsize
lofi_features_block (const LofiFeatures *features)
{
  gsize each = MAX (1, features->count);
  return features->view.data ? LOFI_FIT_BLOCK : CLAMP (LOFI_FEATURES_BLOCK_NUMBERS / each, 1, LOFI_FIT_BLOCK);
}

LofiStatus
lofi_features_rows (const LofiFeatures *features, gsize first, gsize count, LofiMatrix *rows)
{
  if (first + count > features->samples || rows->rows != count || rows->cols != features->count)
    return LOFI_BAD_SHAPE;
  if (count == 0)
    return LOFI_OK;
  if (features->single)
    return single_rows (features, first, count, rows);
  if (!features->view.data)
    return lift_rows (features, first, count, rows);
  LofiMatrix stored = lofi_matrix_row_block (&features->view, first, count);
  return lofi_matrix_copy (rows, &stored);
}

LofiStatus
lofi_features_view (const LofiFeatures *features, gsize first, gsize count, const LofiMatrix *work, LofiMatrix *rows)
{
  if (first + count > features->samples)
    return LOFI_BAD_SHAPE;
  if (features->view.data)
    {
      *rows = lofi_matrix_row_block (&features->view, first, count);
      return LOFI_OK;
    }
  *rows = lofi_matrix_row_block (work, 0, count);
  return lofi_features_rows (features, first, count, rows);
}

LofiArray *
lofi_features_all (const LofiFeatures *features, const LofiWatch *watch, GError **error, const char *place)
{
  if (features->array)
    return lofi_array_ref (features->array);
  g_autoptr (LofiArray) all = lofi_array_new (features->samples, features->count, error, place);
  gsize step = lofi_features_block (features);
  for (gsize first = 0; all && first < features->samples; first += step)
    {
      gsize count = MIN (step, features->samples - first);
      LofiMatrix rows = lofi_matrix_row_block (&all->matrix, first, count);
      LofiStatus status = lofi_watch_stops (watch) ? LOFI_STOPPED : lofi_features_rows (features, first, count, &rows);
      if (!lofi_error_from_status (error, status, place))
        return NULL;
    }
  return g_steal_pointer (&all);
}
