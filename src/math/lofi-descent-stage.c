/* One layer of a network in training. */
#include "lofi-descent-private.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "lofi-random.h"
#include "lofi-single.h"

#define LANES 256

static bool
same_shape (LofiMapShape a, LofiMapShape b)
{
  return a.channels == b.channels && a.height == b.height && a.width == b.width;
}

LofiStatus
lofi_descent_stage_shape (LofiDescentStage *stage, const LofiDescentLayer *layer, LofiMapShape in, bool maps)
{
  *stage = (LofiDescentStage) { .layer = *layer, .in = in, .positions = 1, .channels = maps ? in.channels : 1 };
  size_t count = lofi_map_count (in);
  if (count == 0)
    return LOFI_BAD_SHAPE;
  if (layer->kind == LOFI_DESCENT_DENSE)
    {
      stage->rows = count;
      stage->cols = layer->width;
      stage->out = (LofiMapShape) { 1, 1, layer->width };
      return layer->width > 0 && lofi_fits_blas (count) && lofi_fits_blas (layer->width) ? LOFI_OK : LOFI_BAD_SHAPE;
    }
  /* Numbers that come from a dense layer are no maps of several channels. */
  if (!(maps ? same_shape (in, layer->input) : layer->input.channels == 1 && lofi_map_count (layer->input) == count))
    return LOFI_BAD_SHAPE;
  stage->in = layer->input;
  stage->channels = layer->input.channels;
  if (layer->kind == LOFI_DESCENT_POOL)
    return lofi_pool_shape (layer->input, layer->window.size, &stage->out);
  LofiStatus status = lofi_window_positions (layer->input, layer->window, &stage->out);
  if (status != LOFI_OK)
    return status;
  stage->positions = stage->out.height * stage->out.width;
  stage->out.channels = stage->cols = layer->width;
  stage->rows = lofi_map_count ((LofiMapShape) { layer->input.channels, layer->window.size, layer->window.size });
  return lofi_map_count (stage->out) > 0 && lofi_fits_blas (stage->rows) && lofi_fits_blas (stage->cols) ? LOFI_OK : LOFI_BAD_SHAPE;
}

size_t
lofi_descent_stage_work (const LofiDescentStage *stage)
{
  size_t out = lofi_map_count (stage->out);
  size_t patches = stage->layer.kind == LOFI_DESCENT_CONV ? stage->positions * stage->rows : 0;
  return patches + 2 * out + (stage->rows > 0 ? stage->positions * stage->cols : 0);
}

size_t
lofi_descent_stage_weights (const LofiDescentStage *stage)
{
  return 5 * stage->rows * stage->cols;
}

LofiStatus
lofi_descent_stage_alloc (LofiDescentStage *stage, size_t block)
{
  size_t out = lofi_map_count (stage->out), places;
  if (__builtin_mul_overflow (block, stage->positions, &places) || !lofi_fits_blas (places))
    return LOFI_BAD_SHAPE;
  const struct { LofiMatrixF *matrix; size_t rows, cols; } storage[] = {
    { &stage->initial, stage->rows, stage->cols }, { &stage->change, stage->rows, stage->cols },
    { &stage->kept, stage->rows, stage->cols }, { &stage->weights, stage->rows, stage->cols },
    { &stage->gradient, stage->rows, stage->cols }, { &stage->result, block, out }, { &stage->slope, block, out },
    { &stage->before, stage->cols > 0 ? places : 0, stage->cols },
    { &stage->patches, stage->layer.kind == LOFI_DESCENT_CONV ? places : 0, stage->rows },
  };
  LofiStatus status = LOFI_OK;
  for (size_t i = 0; i < sizeof storage / sizeof *storage && status == LOFI_OK; i++)
    status = lofi_matrix_f_alloc (storage[i].matrix, storage[i].rows, storage[i].cols);
  return status;
}

void
lofi_descent_stage_clear (LofiDescentStage *stage)
{
  LofiMatrixF *storage[] = { &stage->initial, &stage->change, &stage->kept, &stage->weights, &stage->gradient,
                             &stage->patches, &stage->before, &stage->result, &stage->slope };
  for (size_t i = 0; i < sizeof storage / sizeof *storage; i++)
    lofi_matrix_f_clear (storage[i]);
}

size_t
lofi_descent_row (const LofiDescentStage *stage, size_t row)
{
  size_t plane = stage->rows / stage->channels;
  return row % stage->channels * plane + row / stage->channels;
}

LofiStatus
lofi_descent_stage_draw (LofiDescentStage *stage, double init, uint64_t seed, uint32_t stream)
{
  if (stage->rows == 0)
    return LOFI_OK;
  double *row = lofi_doubles_new (stage->cols), scale = init / sqrt ((double) stage->rows);
  if (!row)
    return LOFI_NO_MEMORY;
  for (size_t i = 0; i < stage->rows; i++)
    {
      lofi_random_normals (seed, LOFI_PURPOSE_DESCENT, stream, (uint64_t) lofi_descent_row (stage, i) * stage->cols, stage->cols, row);
      for (size_t j = 0; j < stage->cols; j++)
        stage->initial.data[i * stage->cols + j] = stage->weights.data[i * stage->cols + j] = (float) (scale * row[j]);
    }
  free (row);
  return LOFI_OK;
}

void
lofi_descent_stage_forward (LofiDescentStage *stage, const LofiMatrixF *input)
{
  const LofiDescentLayer *layer = &stage->layer;
  size_t b = input->rows;
  stage->result.rows = stage->slope.rows = b;
  if (layer->kind == LOFI_DESCENT_POOL)
    {
      lofi_descent_pool (input, stage->in, layer->window.size, layer->mode, stage->out, &stage->result);
      return;
    }
  const LofiMatrixF *lifted = input;
  if (layer->kind == LOFI_DESCENT_CONV)
    {
      lofi_descent_patches (input, stage->in, layer->window, stage->out, &stage->patches);
      lifted = &stage->patches;
    }
  size_t places = b * stage->positions, count = places * stage->cols;
  int cols = (int) stage->cols;
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) places, cols, (int) stage->rows, 1.0f, lifted->data, (int) lifted->stride,
               stage->weights.data, cols, 0.0f, stage->before.data, cols);
  memcpy (stage->result.data, stage->before.data, count * sizeof (float));
  lofi_sigma_apply_single (&layer->sigma, stage->result.data, count, 1.0f);
}

/* slope <- slope times sigma' (before) */
static void
times_derivative (const LofiSigma *sigma, const float *before, float *slope, size_t count)
{
  if (sigma->degree == LOFI_DEGREE_EXACT && sigma->activation == LOFI_IDENTITY)
    return;
  if (sigma->degree == LOFI_DEGREE_EXACT && sigma->activation == LOFI_RELU)
    {
      for (size_t i = 0; i < count; i++)
        slope[i] = before[i] > 0.0f ? slope[i] : 0.0f;
      return;
    }
  double wide[LANES];
  for (size_t first = 0; first < count; first += LANES)
    {
      size_t lanes = lofi_smaller (LANES, count - first);
      for (size_t i = 0; i < lanes; i++)
        wide[i] = before[first + i];
      lofi_sigma_derivative (sigma, wide, lanes);
      for (size_t i = 0; i < lanes; i++)
        slope[first + i] *= (float) wide[i];
    }
}

void
lofi_descent_stage_backward (LofiDescentStage *stage, const LofiMatrixF *input, LofiMatrixF *input_slope)
{
  const LofiDescentLayer *layer = &stage->layer;
  size_t places = input->rows * stage->positions;
  if (layer->kind == LOFI_DESCENT_POOL)
    {
      if (input_slope)
        lofi_descent_pool_back (input, stage->in, layer->window.size, layer->mode, stage->out, &stage->slope, input_slope);
      return;
    }
  bool conv = layer->kind == LOFI_DESCENT_CONV;
  const LofiMatrixF *lifted = conv ? &stage->patches : input;
  int rows = (int) stage->rows, cols = (int) stage->cols;
  times_derivative (&layer->sigma, stage->before.data, stage->slope.data, places * stage->cols);
  cblas_sgemm (CblasRowMajor, CblasTrans, CblasNoTrans, rows, cols, (int) places, 1.0f, lifted->data, (int) lifted->stride,
               stage->slope.data, cols, 1.0f, stage->gradient.data, cols);
  if (!input_slope)
    return;
  /* The patches have served: their room takes the gradient by them. */
  LofiMatrixF *to = conv ? &stage->patches : input_slope;
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (int) places, rows, cols, 1.0f, stage->slope.data, cols,
               stage->weights.data, cols, 0.0f, to->data, (int) to->stride);
  if (conv)
    lofi_descent_fold (&stage->patches, stage->in, layer->window, stage->out, input_slope);
}

static void
add_change (LofiDescentStage *stage)
{
  size_t count = stage->rows * stage->cols;
  for (size_t i = 0; i < count; i++)
    stage->weights.data[i] = stage->initial.data[i] + stage->change.data[i];
}

void
lofi_descent_stage_step (LofiDescentStage *stage, double step)
{
  size_t count = stage->rows * stage->cols;
  if (count == 0)
    return;
  memcpy (stage->kept.data, stage->change.data, count * sizeof (float));
  for (size_t i = 0; i < count; i++)
    stage->change.data[i] = (float) (stage->change.data[i] - step * stage->gradient.data[i]);
  add_change (stage);
}

void
lofi_descent_stage_undo (LofiDescentStage *stage)
{
  if (stage->rows == 0)
    return;
  memcpy (stage->change.data, stage->kept.data, stage->rows * stage->cols * sizeof (float));
  add_change (stage);
}
