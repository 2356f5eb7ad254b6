#include "lofi-permutation-private.h"
#include "lofi-eigen.h"
#include "lofi-math-private.h"
#include "lofi-operator.h"
#include "lofi-rows-private.h"

#include <stdlib.h>

/* The operators of `count` shuffles, in one pass. spread: room for the weights of a block's rows. */
static LofiStatus
add_rows (const LofiShuffles *job, LofiOperator *operators, const double *shuffled, size_t count, double *spread)
{
  const LofiRowSource *source = job->source;
  size_t n = source->samples, s = source->positions;
  for (size_t first = 0; first < n; first += source->block)
    {
      size_t samples = lofi_smaller (source->block, n - first);
      LofiMatrix z;
      LofiMatrixF single;
      LofiWatch quiet = { .stop = job->watch ? job->watch->stop : NULL, .data = job->watch ? job->watch->data : NULL };
      LofiStatus status = lofi_rows_view (source, first, samples, &z, &single, &quiet);
      for (size_t b = 0; b < count && status == LOFI_OK; b++)
        {
          for (size_t i = 0; i < samples * s; i++)
            spread[i] = shuffled[b * n + first + i / s];
          status = z.data ? lofi_operator_add (&operators[b], &z, spread, &quiet) : lofi_operator_add_single (&operators[b], &single, spread, &quiet);
        }
      if (status != LOFI_OK)
        return status;
    }
  return LOFI_OK;
}

static LofiStatus
read_ends (LofiShuffles *job, const LofiOperator *op, size_t shuffle)
{
  size_t p = job->source->width;
  LofiMatrix c;
  LofiWatch quiet = { .stop = job->watch ? job->watch->stop : NULL, .data = job->watch ? job->watch->data : NULL };
  LofiStatus status = lofi_matrix_alloc (&c, p, p);
  double *values = lofi_doubles_new (p);
  if (status == LOFI_OK && !values)
    status = LOFI_NO_MEMORY;
  if (status == LOFI_OK)
    status = lofi_operator_read (op, job->center, &c);
  if (status == LOFI_OK)
    status = lofi_symmetric_values (&c, values, &quiet);
  for (size_t k = 0; k < job->per_end && status == LOFI_OK; k++)
    {
      lofi_shuffles_low (job, shuffle)[k] = job->scale * values[k];
      lofi_shuffles_high (job, shuffle)[k] = job->scale * values[p - 1 - k];
    }
  lofi_matrix_clear (&c);
  free (values);
  return status;
}

LofiStatus
lofi_shuffles_by_whole_spectra (LofiShuffles *job, size_t first, size_t count)
{
  const LofiRowSource *source = job->source;
  size_t n = source->samples;
  LofiOperator *operators = calloc (count, sizeof *operators);
  double *shuffled = lofi_doubles_new (lofi_matrix_bytes (count, n) / sizeof (double));
  double *spread = lofi_doubles_new (lofi_matrix_bytes (lofi_smaller (source->block, n), source->positions) / sizeof (double));
  LofiStatus status = operators && shuffled && spread ? LOFI_OK : LOFI_NO_MEMORY;
  for (size_t b = 0; b < count && status == LOFI_OK; b++)
    {
      status = lofi_operator_init (&operators[b], source->width);
      if (status == LOFI_OK)
        status = lofi_shuffled_weights (job->seed, job->first + (uint32_t) (first + b), job->weights, n, shuffled + b * n);
    }
  if (status == LOFI_OK)
    status = add_rows (job, operators, shuffled, count, spread);
  for (size_t b = 0; b < count && status == LOFI_OK; b++)
    {
      status = read_ends (job, &operators[b], first + b);
      lofi_watch_report (job->watch, (double) ++job->finished / (double) job->count);
    }
  for (size_t b = 0; operators && b < count; b++)
    lofi_operator_clear (&operators[b]);
  free (operators);
  free (shuffled);
  free (spread);
  return status;
}
