/* Full-batch gradient descent: the network as a row of stages, the samples in blocks. */
#include "lofi-descent-private.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_MOST 1024                             /* samples */
#define BLOCK_BYTES ((size_t) 96 << 20)             /* of everything kept for a block */
#define DIVERGED 1e3                                /* times the first loss */

struct _LofiDescent {
  LofiDescentStage *stages;                         /* the layers', and the readout's */
  size_t n_stages, block, steps;
  double step, mean_y, first_loss;
  LofiMatrixF train, test;                          /* less the training mean, channels last if the first layer reads maps */
  double *targets;                                  /* n: y less its mean */
};

/* ---- shapes ---- */

static bool
reads_maps (const LofiDescentPlan *plan)
{
  return plan->n_layers > 0 && plan->layers[0].kind != LOFI_DESCENT_DENSE;
}

/* Shapes alone; stages: n_layers + 1 of them. */
static LofiStatus
shape_stages (const LofiDescentPlan *plan, size_t inputs, LofiDescentStage *stages)
{
  bool maps = reads_maps (plan);
  LofiMapShape shape = { 1, 1, inputs };
  LofiStatus status = LOFI_OK;
  if (maps)
    shape = plan->layers[0].input;
  if (inputs == 0 || lofi_map_count (shape) != inputs)
    return LOFI_BAD_SHAPE;
  for (size_t l = 0; l < plan->n_layers && status == LOFI_OK; l++)
    {
      status = lofi_descent_stage_shape (&stages[l], &plan->layers[l], shape, maps);
      shape = stages[l].out;
      maps = plan->layers[l].kind != LOFI_DESCENT_DENSE;
    }
  const LofiDescentLayer readout = { .kind = LOFI_DESCENT_DENSE, .width = 1, .sigma = { .activation = LOFI_IDENTITY } };
  return status == LOFI_OK ? lofi_descent_stage_shape (&stages[plan->n_layers], &readout, shape, maps) : status;
}

static LofiDescentStage *
stages_new (const LofiDescentPlan *plan)
{
  size_t count;
  if (__builtin_add_overflow (plan->n_layers, (size_t) 1, &count))
    return NULL;
  return calloc (count, sizeof (LofiDescentStage));
}

static size_t
block_of (const LofiDescentStage *stages, size_t count, size_t samples)
{
  double work = 0.0;
  for (size_t l = 0; l < count; l++)
    work += (double) lofi_descent_stage_work (&stages[l]) * sizeof (float);
  double fit = fmax ((double) BLOCK_BYTES / work, 1.0);
  size_t most = fit < BLOCK_MOST ? (size_t) fit : BLOCK_MOST;
  return lofi_smaller (most, samples > 0 ? samples : 1);
}

size_t
lofi_descent_bytes (const LofiDescentPlan *plan, size_t inputs, size_t samples, size_t test_samples)
{
  LofiDescentStage *stages = stages_new (plan);
  double numbers = 0.0;
  if (stages && shape_stages (plan, inputs, stages) == LOFI_OK)
    {
      size_t block = block_of (stages, plan->n_layers + 1, samples > test_samples ? samples : test_samples);
      numbers = ((double) samples + (double) test_samples) * (double) inputs + 2.0 * (double) samples;
      for (size_t l = 0; l <= plan->n_layers; l++)
        numbers += (double) block * (double) lofi_descent_stage_work (&stages[l]) + (double) lofi_descent_stage_weights (&stages[l]);
    }
  free (stages);
  double bytes = numbers * sizeof (float);
  return bytes < (double) SIZE_MAX ? (size_t) bytes : SIZE_MAX;
}

double
lofi_descent_flops (const LofiDescentPlan *plan, size_t inputs, size_t samples)
{
  LofiDescentStage *stages = stages_new (plan);
  double flops = 0.0;
  bool first = true;
  if (stages && shape_stages (plan, inputs, stages) == LOFI_OK)
    for (size_t l = 0; l <= plan->n_layers; l++)
      {
        /* Forwards, the weights' gradient, and but for the first layer the gradient handed back. */
        flops += (first ? 4.0 : 6.0) * (double) stages[l].positions * (double) stages[l].rows * (double) stages[l].cols;
        first &= stages[l].rows == 0;
      }
  free (stages);
  return flops * (double) samples;
}

/* ---- making one ---- */

/* The samples less `mean`, in single precision; from channel after channel to channels last for `channels` of them. */
static LofiStatus
take_inputs (LofiMatrixF *to, const LofiMatrix *from, const double *mean, size_t channels)
{
  size_t d = from->cols, plane = d / channels;
  LofiStatus status = lofi_matrix_f_alloc (to, from->rows, d);
  if (status != LOFI_OK || from->rows == 0)
    return status;
  if (!lofi_matrix_is_finite (from))
    return LOFI_NOT_FINITE;
  for (size_t i = 0; i < from->rows; i++)
    {
      const double *in = from->data + i * from->stride;
      float *out = to->data + i * d;
      for (size_t c = 0; c < channels; c++)
        for (size_t p = 0; p < plane; p++)
          out[p * channels + c] = (float) (in[c * plane + p] - mean[c * plane + p]);
    }
  return LOFI_OK;
}

static LofiStatus
take_data (LofiDescent *self, const LofiMatrix *inputs, const double *y, const LofiMatrix *test_inputs, size_t channels)
{
  size_t n = inputs->rows, d = inputs->cols;
  double *mean = lofi_doubles_new (d);
  self->targets = lofi_doubles_new (n);
  LofiStatus status = mean && self->targets ? LOFI_OK : LOFI_NO_MEMORY;
  if (status == LOFI_OK)
    {
      memset (mean, 0, d * sizeof (double));
      for (size_t i = 0; i < n; i++)
        {
          cblas_daxpy ((int) d, 1.0 / (double) n, inputs->data + i * inputs->stride, 1, mean, 1);
          self->mean_y += y[i] / (double) n;
        }
      for (size_t i = 0; i < n; i++)
        self->targets[i] = y[i] - self->mean_y;
      status = isfinite (self->mean_y) ? take_inputs (&self->train, inputs, mean, channels) : LOFI_NOT_FINITE;
    }
  if (status == LOFI_OK)
    status = take_inputs (&self->test, test_inputs, mean, channels);
  free (mean);
  return status;
}

static LofiStatus
build (LofiDescent *self, const LofiDescentPlan *plan, const LofiMatrix *inputs, const double *y, const LofiMatrix *test_inputs)
{
  LofiStatus status = shape_stages (plan, inputs->cols, self->stages);
  size_t most = inputs->rows > test_inputs->rows ? inputs->rows : test_inputs->rows;
  if (status == LOFI_OK)
    status = take_data (self, inputs, y, test_inputs, reads_maps (plan) ? plan->layers[0].input.channels : 1);
  if (status == LOFI_OK)
    self->block = block_of (self->stages, self->n_stages, most);
  for (size_t l = 0; l < self->n_stages && status == LOFI_OK; l++)
    {
      status = lofi_descent_stage_alloc (&self->stages[l], self->block);
      if (status == LOFI_OK)
        status = lofi_descent_stage_draw (&self->stages[l], plan->init, plan->seed, (uint32_t) l);
    }
  return status;
}

LofiStatus
lofi_descent_new (const LofiDescentPlan *plan, const LofiMatrix *inputs, const double *y, const LofiMatrix *test_inputs,
                  LofiDescent **descent)
{
  *descent = NULL;
  if (inputs->rows == 0 || !lofi_matrix_fits_blas (inputs) || (test_inputs->rows > 0 && test_inputs->cols != inputs->cols))
    return LOFI_BAD_SHAPE;
  if (!isfinite (plan->init) || !isfinite (plan->step))
    return LOFI_NOT_FINITE;
  LofiDescent *self = calloc (1, sizeof *self);
  if (!self || !(self->stages = stages_new (plan)))
    {
      free (self);
      return LOFI_NO_MEMORY;
    }
  self->n_stages = plan->n_layers + 1;
  self->step = plan->step;
  self->first_loss = NAN;
  LofiStatus status = build (self, plan, inputs, y, test_inputs);
  if (status == LOFI_OK)
    *descent = self;
  else
    lofi_descent_free (self);
  return status;
}

void
lofi_descent_free (LofiDescent *descent)
{
  if (!descent)
    return;
  for (size_t l = 0; l < descent->n_stages; l++)
    lofi_descent_stage_clear (&descent->stages[l]);
  lofi_matrix_f_clear (&descent->train);
  lofi_matrix_f_clear (&descent->test);
  free (descent->targets);
  free (descent->stages);
  free (descent);
}

/* ---- passes over the samples ---- */

/* f less its intercept for a block: the readout's result, a number a sample. */
static const float *
forward (LofiDescent *self, const LofiMatrixF *inputs)
{
  for (size_t l = 0; l < self->n_stages; l++)
    lofi_descent_stage_forward (&self->stages[l], l == 0 ? inputs : &self->stages[l - 1].result);
  return self->stages[self->n_stages - 1].result.data;
}

/* The first layer with weights is the last whose gradient is wanted: nothing is handed back beyond it. */
static void
backward (LofiDescent *self, const LofiMatrixF *inputs)
{
  size_t first = 0;
  while (self->stages[first].rows == 0)
    first++;
  for (size_t l = self->n_stages; l-- > first;)
    lofi_descent_stage_backward (&self->stages[l], l == 0 ? inputs : &self->stages[l - 1].result,
                                 l == first ? NULL : &self->stages[l - 1].slope);
}

/* The loss now, and with it the gradient if that is wanted. */
static LofiStatus
pass (LofiDescent *self, bool gradient, double *loss, const LofiWatch *watch)
{
  size_t n = self->train.rows;
  double sum = 0.0;
  for (size_t l = 0; l < self->n_stages && gradient; l++)
    if (self->stages[l].rows > 0)
      memset (self->stages[l].gradient.data, 0, self->stages[l].rows * self->stages[l].cols * sizeof (float));
  for (size_t first = 0; first < n; first += self->block)
    {
      if (lofi_watch_stops (watch))
        return LOFI_STOPPED;
      LofiMatrixF inputs = lofi_matrix_f_row_block (&self->train, first, lofi_smaller (self->block, n - first));
      const float *f = forward (self, &inputs);
      float *slope = self->stages[self->n_stages - 1].slope.data;
      for (size_t i = 0; i < inputs.rows; i++)
        {
          double residual = f[i] - self->targets[first + i];
          sum += residual * residual;
          slope[i] = (float) (residual / (double) n);
        }
      if (gradient)
        backward (self, &inputs);
    }
  *loss = sum / (2.0 * (double) n);
  return LOFI_OK;
}

/* Whether this loss is one to go on from; the first one sets the measure. */
static bool
is_good (LofiDescent *self, double loss)
{
  if (isnan (self->first_loss) && isfinite (loss))
    self->first_loss = loss;
  return loss <= DIVERGED * self->first_loss;
}

static LofiStatus
diverge (LofiDescent *self)
{
  if (self->steps > 0)
    {
      for (size_t l = 0; l < self->n_stages; l++)
        lofi_descent_stage_undo (&self->stages[l]);
      self->steps--;
    }
  return LOFI_NOT_FINITE;
}

LofiStatus
lofi_descent_run (LofiDescent *descent, size_t steps, double *loss, const LofiWatch *watch)
{
  double now;
  for (size_t s = 0; s <= steps; s++)
    {
      /* After the last step the loss alone is looked at: what is left behind is always good. */
      LofiStatus status = pass (descent, s < steps, &now, watch);
      if (status != LOFI_OK)
        return status;
      if (!is_good (descent, now))
        return diverge (descent);
      if (loss)
        *loss = now;
      if (s == steps)
        break;
      for (size_t l = 0; l < descent->n_stages; l++)
        lofi_descent_stage_step (&descent->stages[l], descent->step);
      descent->steps++;
      lofi_watch_report (watch, (double) (s + 1) / (double) steps);
    }
  return LOFI_OK;
}

size_t
lofi_descent_steps (const LofiDescent *descent)
{
  return descent->steps;
}

/* ---- what it has come to ---- */

static const LofiDescentStage *
first_with_weights (const LofiDescent *descent)
{
  const LofiDescentStage *stage = descent->stages;
  while (stage->rows == 0)
    stage++;
  return stage;
}

void
lofi_descent_first_shape (const LofiDescent *descent, size_t *rows, size_t *cols)
{
  const LofiDescentStage *stage = first_with_weights (descent);
  *rows = stage->rows;
  *cols = stage->cols;
}

LofiStatus
lofi_descent_first_change (const LofiDescent *descent, LofiMatrix *change)
{
  const LofiDescentStage *stage = first_with_weights (descent);
  if (change->rows != stage->rows || change->cols != stage->cols)
    return LOFI_BAD_SHAPE;
  for (size_t i = 0; i < stage->rows; i++)
    {
      double *row = change->data + lofi_descent_row (stage, i) * change->stride;
      for (size_t j = 0; j < stage->cols; j++)
        row[j] = stage->change.data[i * stage->cols + j];
    }
  return LOFI_OK;
}

static void
predict (LofiDescent *self, const LofiMatrixF *inputs, double *predictions)
{
  for (size_t first = 0; predictions && first < inputs->rows; first += self->block)
    {
      LofiMatrixF block = lofi_matrix_f_row_block (inputs, first, lofi_smaller (self->block, inputs->rows - first));
      const float *f = forward (self, &block);
      for (size_t i = 0; i < block.rows; i++)
        predictions[first + i] = self->mean_y + f[i];
    }
}

LofiStatus
lofi_descent_predict (LofiDescent *descent, double *train, double *test)
{
  predict (descent, &descent->train, train);
  predict (descent, &descent->test, test);
  return LOFI_OK;
}
