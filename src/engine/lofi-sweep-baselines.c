/* The lazy and the linear baseline of all sample counts of a sweep, from one pass: Gram matrices only grow.
 *
 * Lazy: without filters, layers that are homogeneous in their input change with n by a factor alone: with rows u_l of stage l, none divided by its c,
 *
 *   features of n samples = u_L / rms over the n samples of |u_(L-1)|,   u_0 the inputs
 *
 * for every c before the last is taken back by the next. Rows are lifted in blocks of the same samples, whatever n, and what is left over of n by itself,
 * so that a cell's numbers do not depend on what other cells are computed. */
#include "config.h"
#include "lofi-sweep-pass-private.h"

#include <math.h>
#include "lofi-error.h"

#define BLOCK LOFI_PASS_BLOCK

void
lofi_lazy_chain_clear (LofiLazyChain *chain)
{
  for (guint i = 0; i < chain->n; i++)
    g_clear_pointer (&chain->stages[i], lofi_lift_stage_unref);
  g_free (chain->stages);
  g_clear_pointer (&chain->tests, lofi_array_f_unref);
  g_free (chain->squares);
  lofi_ridge_gram_clear (&chain->gram);
  *chain = (LofiLazyChain) { 0 };
}

static gboolean
applies (const LofiFitRun *run, const LofiExperiment *lazy)
{
  const LofiTask *task = run->result->task;
  double samples = (double) task->train.count, tests = (double) task->test.count, inputs = (double) task->train.inputs.cols;
  if (lofi_lift_streams (run) || !lofi_sweep_samples_apply (run->experiment, task->train.count, task->test.count, task->train.inputs.cols)
      || lazy->layers->len == 0 || lofi_experiment_layer (run->experiment, 0)->kind != LOFI_KIND_DENSE)
    return FALSE;
  for (guint i = 0; i < lazy->layers->len; i++)
    {
      const LofiLayerSpec *spec = lofi_experiment_layer (lazy, i);
      if (!lofi_lift_is_homogeneous (spec) || !lofi_lift_in_single (lazy, spec, samples, tests, inputs, (double) spec->width)
          || lofi_matrix_bytes (MAX (task->train.count, task->test.count), spec->width) / 2 > LOFI_PASS_ROWS_BYTES)
        return FALSE;
      inputs = (double) spec->width;
    }
  return TRUE;
}

/* ---- rows ---- */

static LofiStatus
lift (const LofiLiftStage *stage, const LofiMatrixF *inputs, gsize first, gsize count, LofiMatrixF *to)
{
  LofiMatrixF from = lofi_matrix_f_row_block (inputs, first, count), rows = lofi_matrix_f_row_block (to, first, count);
  return lofi_single_lift_apply (&stage->single_lift, &from, &rows);
}

/* All test samples behind one more stage. (transfer full) */
static LofiArrayF *
lift_tests (const LofiLiftStage *stage, const LofiMatrixF *inputs, const LofiWatch *watch, GError **error)
{
  g_autoptr (LofiArrayF) lifted = lofi_array_f_new (inputs->rows, stage->width, error, "lazy");
  LofiStatus status = LOFI_OK;
  for (gsize first = 0; lifted && first < inputs->rows && status == LOFI_OK; first += BLOCK)
    status = lofi_watch_stops (watch) ? LOFI_STOPPED : lift (stage, inputs, first, MIN (BLOCK, inputs->rows - first), &lifted->matrix);
  return lifted && lofi_error_from_status (error, status, "lazy") ? g_steal_pointer (&lifted) : NULL;
}

static double
square_of_single (const LofiMatrixF *rows, gsize i)
{
  double sum = 0;
  for (gsize j = 0; j < rows->cols; j++)
    sum += (double) rows->data[i * rows->stride + j] * (double) rows->data[i * rows->stride + j];
  return sum;
}

static double
square_of_input (const LofiTask *task, gsize i)
{
  const LofiMatrix *rows = &task->train.inputs;
  double sum = 0;
  for (gsize j = 0; j < rows->cols; j++)
    sum += rows->data[i * rows->stride + j] * rows->data[i * rows->stride + j];
  return sum;
}

/* ---- Gram matrices ---- */

/* Sums of the whole blocks of the first `samples` rows into own, where a readout of so many will use them; rows either in single precision or in
 * double. Sums that are beyond that begin anew. */
static LofiStatus
take_gram (LofiRidgeGram *gram, const LofiMatrixF *single, const LofiMatrix *rows, const double *y, gsize samples, const LofiWatch *watch,
           LofiRidgeGram *own)
{
  gsize features = single ? single->cols : rows->cols, whole = samples / BLOCK * BLOCK;
  LofiMatrix work = { 0 };
  LofiStatus status = LOFI_OK;
  if (features + 1 >= samples || whole == 0)
    return LOFI_OK;
  if (gram->samples > whole)
    lofi_ridge_gram_clear (gram);
  if (gram->features == 0)
    status = lofi_ridge_gram_init (gram, features);
  if (status == LOFI_OK && single)
    status = lofi_matrix_alloc (&work, BLOCK, features);
  for (gsize first = gram->samples; first < whole && status == LOFI_OK; first += BLOCK)
    {
      LofiMatrix block = single ? work : lofi_matrix_row_block (rows, first, BLOCK);
      if (single)
        {
          LofiMatrixF narrow = lofi_matrix_f_row_block (single, first, BLOCK);
          status = lofi_matrix_to_double (&block, &narrow);
        }
      if (status == LOFI_OK)
        status = lofi_watch_stops (watch) ? LOFI_STOPPED : lofi_ridge_gram_add (gram, &block, y + first);
    }
  lofi_matrix_clear (&work);
  return status == LOFI_OK ? lofi_ridge_gram_copy (own, gram, 1) : status;
}

/* ---- the chain ---- */

/* The stages behind the first, and the test samples behind all of them. */
static gboolean
begin (LofiSweepSamples *shared, LofiFitRun *run, const LofiExperiment *lazy, GError **error)
{
  LofiLazyChain *chain = &shared->lazy;
  LofiWatch quiet = lofi_cancellable_watch (run->cancellable);
  g_autoptr (LofiArrayF) tests = NULL;
  gsize most = shared->task->train.count;
  chain->stages = g_new0 (LofiLiftStage *, lazy->layers->len);
  chain->squares = g_new0 (double, most + 1);
  chain->stages[chain->n++] = lofi_lift_stage_ref (shared->unscaled);
  if (shared->unscaled->test.single)
    tests = lofi_array_f_ref (shared->unscaled->test.single);
  else
    {
      g_autoptr (LofiArrayF) inputs = lofi_array_f_new (shared->task->test.count, shared->task->test.inputs.cols, error, "lazy");
      if (!inputs || !lofi_error_from_status (error, lofi_matrix_to_single (&inputs->matrix, &shared->task->test.inputs), "lazy")
          || !(tests = lift_tests (shared->unscaled, &inputs->matrix, &quiet, error)))
        return FALSE;
    }
  for (guint i = 1; i < lazy->layers->len; i++)
    {
      g_autoptr (LofiFeatures) inputs = lofi_features_of_single (chain->stages[i - 1]->train.single, most, NULL, 1, FALSE);
      LofiLiftStage *stage = lofi_lift_stage_new_unscaled (run, lofi_experiment_layer (lazy, i), i, inputs, g_strdup_printf ("lazy%u", i), error);
      LofiArrayF *lifted = stage ? lift_tests (stage, &tests->matrix, &quiet, error) : NULL;
      if (stage)
        chain->stages[chain->n++] = stage;
      if (!lifted)
        return FALSE;
      lofi_array_f_unref (tests);
      tests = lifted;
    }
  chain->tests = g_steal_pointer (&tests);
  return TRUE;
}

/* The whole blocks of the first `samples` through all stages, where the first stage has them. */
static LofiStatus
advance (LofiSweepSamples *shared, gsize samples, const LofiWatch *watch)
{
  LofiLazyChain *chain = &shared->lazy;
  LofiStatus status = LOFI_OK;
  for (gsize first = chain->filled; first < samples / BLOCK * BLOCK && status == LOFI_OK; first += BLOCK)
    {
      if (lofi_watch_stops (watch))
        return LOFI_STOPPED;
      for (guint i = 1; i < chain->n && status == LOFI_OK; i++)
        status = lift (chain->stages[i], &chain->stages[i - 1]->train.single->matrix, first, BLOCK, &chain->stages[i]->train.single->matrix);
      for (gsize k = first; k < first + BLOCK && status == LOFI_OK; k++)
        chain->squares[k + 1] = chain->squares[k] + (chain->n > 1 ? square_of_single (&chain->stages[chain->n - 2]->train.single->matrix, k)
                                                                  : square_of_input (shared->task, k));
      if (status == LOFI_OK)
        chain->filled = first + BLOCK;
    }
  return status;
}

/* The samples beyond whole blocks through all stages, by themselves; adds what enters the last stage to *squares. (transfer full) */
static LofiArrayF *
lift_rest (const LofiSweepSamples *shared, gsize samples, double *squares, GError **error)
{
  const LofiLazyChain *chain = &shared->lazy;
  gsize whole = samples / BLOCK * BLOCK, left = samples - whole;
  LofiMatrix inputs = lofi_matrix_row_block (&shared->task->train.inputs, whole, left);
  g_autoptr (LofiArrayF) rows = lofi_array_f_new (left, inputs.cols, error, "lazy");
  if (!rows || !lofi_error_from_status (error, lofi_matrix_to_single (&rows->matrix, &inputs), "lazy"))
    return NULL;
  for (guint i = 0; i < chain->n; i++)
    {
      for (gsize k = 0; i + 1 == chain->n && k < left; k++)
        *squares += i > 0 ? square_of_single (&rows->matrix, k) : square_of_input (shared->task, whole + k);
      g_autoptr (LofiArrayF) lifted = lofi_array_f_new (left, chain->stages[i]->width, error, "lazy");
      if (!lifted || !lofi_error_from_status (error, lift (chain->stages[i], &rows->matrix, 0, left, &lifted->matrix), "lazy"))
        return NULL;
      lofi_array_f_unref (rows);
      rows = g_steal_pointer (&lifted);
    }
  return g_steal_pointer (&rows);
}

/* What the run's samples take from the chain, which is as long as they need it; own: its sums. */
static gboolean
take (LofiSweepSamples *shared, LofiFitRun *run, const LofiExperiment *lazy, LofiRidgeGram *own, GError **error)
{
  LofiWatch quiet = lofi_cancellable_watch (run->cancellable);
  gsize samples = run->result->task->train.count;
  g_mutex_lock (&shared->lock);
  gboolean done = lofi_sweep_pass_take (shared, run, error)
                  && lofi_error_from_status (error, lofi_sweep_pass_advance (shared, lofi_experiment_layer (run->experiment, 0), samples, FALSE, &quiet),
                                             "layer1");
  g_mutex_unlock (&shared->lock);
  g_mutex_lock (&shared->lazy_lock);
  if (done && !shared->lazy.tests && !(done = begin (shared, run, lazy, error)))
    lofi_lazy_chain_clear (&shared->lazy);
  done = done && lofi_error_from_status (error, advance (shared, samples, &quiet), "lazy")
         && lofi_error_from_status (error, take_gram (&shared->lazy.gram, &shared->lazy.stages[shared->lazy.n - 1]->train.single->matrix, NULL,
                                                      shared->task->train.y, samples, &quiet, own), "lazy");
  g_mutex_unlock (&shared->lazy_lock);
  return done;
}

/* The readout of the run's samples behind the chain, of which own are the sums. */
static LofiReadout *
read_chain (const LofiSweepSamples *shared, LofiFitRun *run, const LofiRidgeGram *own, GError **error)
{
  const LofiLazyChain *chain = &shared->lazy;
  const LofiTask *task = run->result->task;
  const LofiLiftStage *last = chain->stages[chain->n - 1];
  gsize samples = task->train.count, whole = samples / BLOCK * BLOCK;
  double squares = chain->squares[whole];
  g_autoptr (LofiArrayF) rest = samples > whole ? lift_rest (shared, samples, &squares, error) : NULL;
  if (samples > whole && !rest)
    return NULL;
  double scale = sqrt (squares / (double) samples);
  if (!(scale > 0))
    return lofi_fit_lazy (run, error);     /* which says what is wrong */
  g_autoptr (LofiFeatures) train = lofi_features_of_single (last->train.single, whole, rest, 1 / scale, FALSE);
  g_autoptr (LofiFeatures) test = lofi_features_of_single (chain->tests, task->test.count, NULL, 1 / scale, TRUE);
  g_autofree char *key = g_strconcat (task->key, "/lazy", NULL);
  const LofiRepresentation input = { .key = key, .train = train, .test = test, .gram = own->samples > 0 ? own : NULL, .factor = 1 / scale };
  if (!lofi_fit_run_enter (run, LOFI_STAGE_LAZY, -1, lofi_readout_cost (samples, last->width, run->experiment->penalty_count), error))
    return NULL;
  return lofi_fit_readout (run, &input, error);
}

LofiReadout *
lofi_sweep_samples_lazy (LofiSweepSamples *shared, LofiFitRun *run, GError **error)
{
  g_autoptr (LofiExperiment) lazy = lofi_experiment_lazy (run->experiment);
  LofiRidgeGram own = { 0 };
  if (!applies (run, lazy))
    return lofi_fit_lazy (run, error);
  LofiReadout *readout = take (shared, run, lazy, &own, error) ? read_chain (shared, run, &own, error) : NULL;
  lofi_ridge_gram_clear (&own);
  return readout;
}

/* ---- linear ---- */

LofiReadout *
lofi_sweep_samples_linear (LofiSweepSamples *shared, LofiFitRun *run, GError **error)
{
  LofiTask *task = run->result->task;
  gsize samples = task->train.count, inputs = task->train.inputs.cols;
  LofiWatch quiet = lofi_cancellable_watch (run->cancellable);
  LofiRidgeGram own = { 0 };
  if (!lofi_sweep_samples_apply (run->experiment, samples, task->test.count, inputs) || task->larger != shared->task)
    return lofi_fit_linear (run, error);
  if (!lofi_fit_run_enter (run, LOFI_STAGE_LINEAR, -1, lofi_readout_cost (samples, inputs, run->experiment->penalty_count), error))
    return NULL;
  g_mutex_lock (&shared->linear_lock);
  LofiStatus status = take_gram (&shared->linear, NULL, &shared->task->train.inputs, shared->task->train.y, samples, &quiet, &own);
  g_mutex_unlock (&shared->linear_lock);
  LofiReadout *readout = NULL;
  if (lofi_error_from_status (error, status, "linear"))
    {
      g_autoptr (LofiFeatures) train = lofi_features_of_task (task, FALSE), test = lofi_features_of_task (task, TRUE);
      const LofiRepresentation input = { .key = task->key, .train = train, .test = test, .gram = own.samples > 0 ? &own : NULL, .factor = 1 };
      readout = lofi_fit_readout (run, &input, error);
    }
  lofi_ridge_gram_clear (&own);
  return readout;
}
