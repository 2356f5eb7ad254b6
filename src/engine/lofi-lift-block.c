/* Lifted rows block by block: taken from the store, or computed and put there. */
#include "config.h"
#include "lofi-lift-stage-private.h"

#include "lofi-error.h"

#define BLOCK_ROWS ((gsize) 1024)      /* lifted at once: rows, that is samples times positions */

gsize
lofi_lift_block_samples (const LofiLiftStage *stage)
{
  gsize inputs = MAX (1, lofi_map_count (stage->input));
  return MAX (1, MIN (BLOCK_ROWS / stage->positions, LOFI_FEATURES_BLOCK_NUMBERS / inputs));
}

void
lofi_lift_block_clear (LofiLiftBlock *block)
{
  lofi_matrix_clear (&block->input);
  lofi_matrix_clear (&block->patches);
  lofi_matrix_clear (&block->work);
  lofi_matrix_f_clear (&block->input_single);
  lofi_matrix_f_clear (&block->work_single);
  *block = (LofiLiftBlock) { 0 };
}

/* Work space of at least rows x cols; *m is the whole of it, view the part wanted. */
static LofiStatus
reserve (LofiMatrix *m, gsize rows, gsize cols, LofiMatrix *view)
{
  if (m->rows < rows || m->cols != cols)
    {
      lofi_matrix_clear (m);
      LofiStatus status = lofi_matrix_alloc (m, rows, cols);
      if (status != LOFI_OK)
        return status;
    }
  *view = lofi_matrix_row_block (m, 0, rows);
  return LOFI_OK;
}

static LofiStatus
reserve_single (LofiMatrixF *m, gsize rows, gsize cols, LofiMatrixF *view)
{
  if (m->rows < rows || m->cols != cols)
    {
      lofi_matrix_f_clear (m);
      LofiStatus status = lofi_matrix_f_alloc (m, rows, cols);
      if (status != LOFI_OK)
        return status;
    }
  *view = lofi_matrix_f_row_block (m, 0, rows);
  return LOFI_OK;
}

/* What the lift is applied to: the samples' inputs, or their patches. */
static LofiStatus
block_inputs (LofiLiftBlock *block, const LofiLiftStage *stage, const LofiFeatures *input, gsize first, gsize count, LofiMatrix *rows)
{
  LofiMatrix work = { 0 }, maps;
  LofiStatus status = input->view.data ? LOFI_OK : reserve (&block->input, count, input->count, &work);
  if (status == LOFI_OK)
    status = lofi_features_view (input, first, count, &work, &maps);
  if (status != LOFI_OK || !stage->window.size)
    {
      *rows = maps;
      return status;
    }
  gsize each = stage->window.size * stage->window.size;
  status = reserve (&block->patches, count * stage->positions, stage->kind == LOFI_LIFT_CHANNEL ? each : each * stage->input.channels, rows);
  if (status != LOFI_OK)
    return status;
  return stage->kind == LOFI_LIFT_CHANNEL ? lofi_patches_of_channel (&maps, stage->input, stage->window, stage->channel, rows)
                                          : lofi_patches (&maps, stage->input, stage->window, rows);
}

void
lofi_lift_scale_single (const LofiMatrixF *from, double factor, LofiMatrixF *to)
{
  float share = (float) factor;
  for (gsize i = 0; i < from->rows; i++)
    {
      const float *restrict row = from->data + i * from->stride;
      float *restrict scaled = to->data + i * to->stride;
      for (gsize j = 0; j < from->cols; j++)
        scaled[j] = share * row[j];
    }
}

void
lofi_lift_scale_double (const LofiMatrix *from, double factor, LofiMatrix *to)
{
  for (gsize i = 0; i < from->rows; i++)
    {
      const double *restrict row = from->data + i * from->stride;
      double *restrict scaled = to->data + i * to->stride;
      for (gsize j = 0; j < from->cols; j++)
        scaled[j] = factor * row[j];
    }
}

static LofiStatus
fill_single (LofiLiftBlock *block, LofiLiftStage *stage, const LofiMatrix *inputs)
{
  LofiMatrixF narrow;
  if (stage->kind != LOFI_LIFT_RANDOM)
    return lofi_matrix_to_single (&block->single, inputs);
  LofiStatus status = reserve_single (&block->input_single, inputs->rows, inputs->cols, &narrow);
  if (status == LOFI_OK)
    status = lofi_matrix_to_single (&narrow, inputs);
  return status == LOFI_OK ? lofi_single_lift_apply (&stage->single_lift, &narrow, &block->single) : status;
}

/* Rows of another stage, times the store's factor. */
static LofiStatus
scale_stored (LofiLiftBlock *block, const LofiLiftStore *store, gsize first, gsize rows)
{
  LofiStatus status;
  if (store->single)
    {
      LofiMatrixF from = lofi_matrix_f_row_block (&store->single->matrix, first, rows);
      status = reserve_single (&block->work_single, rows, from.cols, &block->single);
      if (status == LOFI_OK)
        lofi_lift_scale_single (&from, store->factor, &block->single);
      return status;
    }
  LofiMatrix from = lofi_matrix_row_block (&store->array->matrix, first, rows);
  status = reserve (&block->work, rows, from.cols, &block->rows);
  if (status == LOFI_OK)
    lofi_lift_scale_double (&from, store->factor, &block->rows);
  return status;
}

LofiStatus
lofi_lift_block_fill (LofiLiftBlock *block, LofiLiftStage *stage, const LofiFeatures *input, gsize first, gsize count)
{
  LofiLiftStore *store = input->test ? &stage->test : &stage->train;
  gsize s = stage->positions, rows = count * s;
  gboolean known = (store->array || store->single) && store->filled >= first + count;
  gboolean extends = (store->array || store->single) && store->filled < first + count && store->filled >= first;
  LofiStatus status = LOFI_OK;
  block->rows = (LofiMatrix) { 0 };
  block->single = (LofiMatrixF) { 0 };
  if (known && store->factor != 0)
    return scale_stored (block, store, first * s, rows);
  if (stage->single && (known || extends))
    block->single = lofi_matrix_f_row_block (&store->single->matrix, first * s, rows);
  else if (known || extends)
    block->rows = lofi_matrix_row_block (&store->array->matrix, first * s, rows);
  else if (stage->single)
    status = reserve_single (&block->work_single, rows, stage->width, &block->single);
  if (known || status != LOFI_OK)
    return status;
  LofiMatrix inputs;
  status = block_inputs (block, stage, input, first, count, &inputs);
  if (status != LOFI_OK)
    return status;
  if (stage->single)
    status = fill_single (block, stage, &inputs);
  else if (stage->kind != LOFI_LIFT_RANDOM && !extends)
    block->rows = inputs;               /* the input itself: nothing to compute */
  else
    {
      if (!block->rows.data)
        status = reserve (&block->work, rows, stage->width, &block->rows);
      if (status == LOFI_OK)
        status = stage->kind == LOFI_LIFT_RANDOM ? lofi_lift_apply (&stage->lift, &inputs, &block->rows)
                                                 : lofi_matrix_copy (&block->rows, &inputs);
    }
  if (status == LOFI_OK && extends)
    store->filled = first + count;
  return status;
}

LofiStatus
lofi_lift_block_double (const LofiLiftBlock *block, LofiMatrix *work, LofiMatrix *rows)
{
  if (block->rows.data)
    {
      *rows = block->rows;
      return LOFI_OK;
    }
  *rows = lofi_matrix_row_block (work, 0, block->single.rows);
  return lofi_matrix_to_double (rows, &block->single);
}

gboolean
lofi_lift_stage_fill (LofiFitRun *run, LofiLiftStage *stage, const LofiFeatures *input, const char *place, GError **error)
{
  LofiLiftStore *store = input->test ? &stage->test : &stage->train;
  LofiLiftBlock block = { 0 };
  LofiStatus status = LOFI_OK;
  if (!store->array && !store->single)
    return TRUE;
  while (status == LOFI_OK && store->filled < input->samples)
    {
      gsize count = MIN (lofi_lift_block_samples (stage), input->samples - store->filled);
      status = lofi_watch_stops (&run->watch) ? LOFI_STOPPED : lofi_lift_block_fill (&block, stage, input, store->filled, count);
      lofi_watch_report (&run->watch, (double) store->filled / input->samples);
    }
  lofi_lift_block_clear (&block);
  return lofi_error_from_status (error, status, place);
}

LofiStatus
lofi_lift_block_add (const LofiLiftBlock *block, LofiOperator *op, const double *weights, const LofiWatch *watch)
{
  return block->rows.data ? lofi_operator_add (op, &block->rows, weights, watch) : lofi_operator_add_single (op, &block->single, weights, watch);
}
