/* Both products of a piece of rows, Z V and then Z^T of its weighted values, are made while the piece is in the cache: in single precision by a kernel
 * of our own (lofi-rows-kernel.c), a tile of rows at a time; in double by BLAS. With few vectors that is bound by memory and by how BLAS packs its
 * operands and divides them among threads, not by arithmetic: on two threads 16 columns take little longer than 4, and 32 less than 20. So the vectors
 * are filled up with zeros, which also makes a vector's rounding the same whatever it is multiplied with. */
#include "lofi-rows-private.h"
#include "lofi-blas.h"
#include "lofi-math-private.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TOGETHER 16         /* vectors are filled up to a multiple of this, */
#define TOGETHER_ALONE 4    /* on one thread of this */
#define PIECE_BYTES 4194304 /* of rows, that both products of BLAS pass over in the cache; and between two looks at the watch */
#define PIECE_LEAST 64      /* rows of a piece */
#define FOLD 2048           /* rows, after which sums in single precision go on in double */

static size_t
filled_up (size_t count)
{
  size_t together = lofi_blas_threads () > 1 ? TOGETHER : TOGETHER_ALONE;
  return (count + together - 1) / together * together;
}

static LofiStatus
view_rows (void *data, size_t first, size_t count, LofiMatrix *rows, LofiMatrixF *single, const LofiWatch *watch)
{
  size_t positions = count > 0 ? rows->rows / count : 0;
  *rows = lofi_matrix_row_block (data, first * positions, count * positions);
  return LOFI_OK;
}

LofiRowSource
lofi_row_source_of (const LofiMatrix *rows, size_t positions)
{
  size_t samples = positions > 0 && rows->rows % positions == 0 ? rows->rows / positions : 0;
  return (LofiRowSource) { .samples = samples, .positions = positions, .width = rows->cols, .block = samples, .rows = view_rows,
                           .data = (void *) rows };
}

LofiStatus
lofi_row_source_check (const LofiRowSource *source)
{
  size_t rows;
  bool usable = source->samples > 0 && source->positions > 0 && source->block > 0 && source->rows && source->width > 0
                && lofi_fits_blas (source->width) && !__builtin_mul_overflow (source->samples, source->positions, &rows);
  return usable ? LOFI_OK : LOFI_BAD_SHAPE;
}

LofiStatus
lofi_rows_view (const LofiRowSource *source, size_t first, size_t count, LofiMatrix *z, LofiMatrixF *single, const LofiWatch *watch)
{
  if (lofi_watch_stops (watch))
    return LOFI_STOPPED;
  size_t rows = count * source->positions;
  *z = (LofiMatrix) { .rows = rows, .cols = source->width, .stride = source->width };
  *single = (LofiMatrixF) { .rows = rows, .cols = source->width, .stride = source->width };
  LofiStatus status = source->rows (source->data, first, count, z, single, watch);
  if (status != LOFI_OK)
    return status;
  if (!z->data == !single->data)
    return LOFI_BAD_SHAPE;
  if (!z->data)
    *z = (LofiMatrix) { 0 };
  if (!single->data)
    *single = (LofiMatrixF) { 0 };
  size_t cols = z->cols + single->cols, stride = z->stride + single->stride;
  bool usable = z->rows + single->rows == rows && cols == source->width && stride >= cols && lofi_fits_blas (stride);
  return usable ? LOFI_OK : LOFI_BAD_SHAPE;
}

static LofiStatus
find_mean (LofiRows *rows, const LofiWatch *watch)
{
  const LofiRowSource *source = rows->source;
  size_t p = source->width;
  double *restrict mean = rows->mean;
  memset (mean, 0, p * sizeof (double));
  for (size_t first = 0; first < source->samples; first += source->block)
    {
      LofiMatrix z;
      LofiMatrixF single;
      LofiStatus status = lofi_rows_view (source, first, lofi_smaller (source->block, source->samples - first), &z, &single, watch);
      if (status != LOFI_OK)
        return status;
      for (size_t i = 0; i < z.rows; i++)
        for (size_t j = 0; j < p; j++)
          mean[j] += z.data[i * z.stride + j];
      for (size_t i = 0; i < single.rows; i++)
        for (size_t j = 0; j < p; j++)
          mean[j] += single.data[i * single.stride + j];
    }
  for (size_t j = 0; j < p; j++)
    mean[j] /= (double) rows->rows;
  LofiMatrix found = { mean, 1, p, p };
  return lofi_matrix_is_finite (&found) ? LOFI_OK : LOFI_NOT_FINITE;
}

LofiStatus
lofi_rows_init (LofiRows *rows, const LofiRowSource *source, bool center, size_t room, const LofiWatch *watch)
{
  *rows = (LofiRows) { .source = source, .kernel = lofi_row_kernel (0), .room = filled_up (room) };
  LofiStatus status = lofi_row_source_check (source);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&rows->images, rows->room, source->width);
  if (status != LOFI_OK)
    return status;
  rows->rows = source->samples * source->positions;
  rows->along = lofi_doubles_new (2 * rows->room);
  rows->sums = rows->along ? rows->along + rows->room : NULL;
  rows->mean = center ? lofi_doubles_new (source->width) : NULL;
  if (!rows->along || (center && !rows->mean))
    status = LOFI_NO_MEMORY;
  if (status == LOFI_OK && center)
    status = find_mean (rows, watch);
  if (status != LOFI_OK)
    lofi_rows_clear (rows);
  return status;
}

void
lofi_rows_clear (LofiRows *rows)
{
  lofi_matrix_clear (&rows->images);
  lofi_matrix_clear (&rows->vectors);
  lofi_matrix_clear (&rows->inner);
  lofi_matrix_f_clear (&rows->vectors_f);
  lofi_matrix_f_clear (&rows->inner_f);
  lofi_matrix_f_clear (&rows->images_f);
  free (rows->along);
  free (rows->mean);
  *rows = (LofiRows) { 0 };
}

/* One pass. */
typedef struct {
  LofiRows *rows;
  const double *const *vectors, *const *weights;
  size_t count, columns;    /* vectors; with those that fill up, for BLAS */
  bool started, started_f;  /* whether the vectors have been packed in either precision */
  size_t pending;           /* rows summed in single precision since the last fold */
  const LofiWatch *watch;
} Pass;

static size_t
piece_rows (const Pass *pass, size_t size)
{
  size_t rows = PIECE_BYTES / size / pass->rows->source->width / 16 * 16;
  return rows < PIECE_LEAST ? PIECE_LEAST : lofi_smaller (rows, FOLD);
}

static LofiStatus
start_double (Pass *pass)
{
  LofiRows *rows = pass->rows;
  size_t p = rows->source->width;
  LofiStatus status = LOFI_OK;
  if (!rows->vectors.data)
    status = lofi_matrix_alloc (&rows->vectors, rows->room, p);
  if (status == LOFI_OK && !rows->inner.data)
    status = lofi_matrix_alloc (&rows->inner, rows->room, piece_rows (pass, sizeof (double)));
  if (status != LOFI_OK)
    return status;
  for (size_t b = 0; b < pass->columns; b++)
    if (b < pass->count)
      memcpy (rows->vectors.data + b * p, pass->vectors[b], p * sizeof (double));
    else
      memset (rows->vectors.data + b * p, 0, p * sizeof (double));
  pass->started = true;
  return LOFI_OK;
}

static LofiStatus
start_single (Pass *pass)
{
  LofiRows *rows = pass->rows;
  size_t p = rows->source->width;
  LofiStatus status = LOFI_OK;
  size_t stride = (p + LOFI_TILE_COLUMNS - 1) / LOFI_TILE_COLUMNS * LOFI_TILE_COLUMNS;
  if (!rows->vectors_f.data)
    status = lofi_matrix_f_alloc (&rows->vectors_f, rows->room, stride);
  if (status == LOFI_OK && !rows->images_f.data)
    status = lofi_matrix_f_alloc (&rows->images_f, rows->room, stride);
  if (status == LOFI_OK && !rows->inner_f.data)
    status = lofi_matrix_f_alloc (&rows->inner_f, rows->room, LOFI_TILE_ROWS);
  if (status != LOFI_OK)
    return status;
  for (size_t b = 0; b < pass->count; b++)
    for (size_t j = 0; j < p; j++)
      rows->vectors_f.data[b * stride + j] = (float) pass->vectors[b][j];
  pass->started_f = true;
  return LOFI_OK;
}

/* Vector b's values z . v_b, of rows first .. first + count - 1 of all, less the mean's and times their weights. */
static void
weigh_double (Pass *pass, size_t b, size_t first, size_t count, double *inner)
{
  size_t positions = pass->rows->source->positions, sample = first / positions, place = first % positions;
  double along = pass->rows->along[b], sum = 0.0;
  for (size_t i = 0; i < count; i++)
    {
      inner[i] = (pass->weights ? pass->weights[b][sample] : 1.0) * (inner[i] - along);
      sum += inner[i];
      if (++place == positions)
        {
          place = 0;
          sample++;
        }
    }
  pass->rows->sums[b] += sum;
}

/* The same of all vectors and a tile. Row by row, or what they add up to would depend on the tiles. */
static void
weigh_single (Pass *pass, size_t first, size_t count)
{
  LofiRows *rows = pass->rows;
  size_t sample[LOFI_TILE_ROWS];
  for (size_t i = 0; i < count; i++)
    sample[i] = (first + i) / rows->source->positions;
  for (size_t b = 0; b < pass->count; b++)
    {
      float *restrict inner = rows->inner_f.data + b * LOFI_TILE_ROWS;
      const double *weights = pass->weights ? pass->weights[b] : NULL;
      double along = rows->along[b], sum = rows->sums[b];
      if (weights && rows->source->positions == 1)
        for (size_t i = 0; i < count; i++)
          inner[i] = (float) (weights[first + i] * (inner[i] - along));
      else
        for (size_t i = 0; i < count; i++)
          inner[i] = (float) ((weights ? weights[sample[i]] : 1.0) * (inner[i] - along));
      for (size_t i = 0; rows->mean && i < count; i++)
        sum += inner[i];
      rows->sums[b] = sum;
    }
}

static LofiStatus
multiply_double (Pass *pass, const LofiMatrix *z, size_t first)
{
  LofiRows *rows = pass->rows;
  size_t most = piece_rows (pass, sizeof (double));
  int p = (int) z->cols, stride = (int) z->stride, columns = (int) pass->columns;
  LofiStatus status = pass->started ? LOFI_OK : start_double (pass);
  for (size_t from = 0; from < z->rows && status == LOFI_OK; from += most)
    {
      size_t count = lofi_smaller (most, z->rows - from);
      const double *piece = z->data + from * z->stride;
      int m = (int) count;
      cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, columns, m, p, 1.0, rows->vectors.data, p, piece, stride, 0.0, rows->inner.data, m);
      for (size_t b = 0; b < pass->count; b++)
        weigh_double (pass, b, first + from, count, rows->inner.data + b * count);
      cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, columns, p, m, 1.0, rows->inner.data, m, piece, stride, 1.0, rows->images.data, p);
      status = lofi_watch_stops (pass->watch) ? LOFI_STOPPED : LOFI_OK;
    }
  return status;
}

static void
fold (Pass *pass)
{
  LofiRows *rows = pass->rows;
  size_t p = rows->source->width;
  for (size_t b = 0; b < pass->count && pass->pending > 0; b++)
    for (size_t j = 0; j < p; j++)
      rows->images.data[b * p + j] += rows->images_f.data[b * rows->images_f.stride + j];
  pass->pending = 0;
}

static void
multiply_piece (Pass *pass, const LofiMatrixF *piece, size_t first)
{
  LofiRows *rows = pass->rows;
  LofiMatrixF vectors = lofi_matrix_f_row_block (&rows->vectors_f, 0, pass->count), images = lofi_matrix_f_row_block (&rows->images_f, 0, pass->count);
  if (pass->pending == 0)
    memset (images.data, 0, pass->count * images.stride * sizeof (float));
  for (size_t from = 0; from < piece->rows; from += LOFI_TILE_ROWS)
    {
      LofiMatrixF tile = lofi_matrix_f_row_block (piece, from, lofi_smaller (LOFI_TILE_ROWS, piece->rows - from));
      rows->kernel->inner (&tile, &vectors, rows->inner_f.data);
      weigh_single (pass, first + from, tile.rows);
      rows->kernel->add (&tile, rows->inner_f.data, &images);
    }
  pass->pending += piece->rows;
}

/* Folds where the same rows end however they came in. */
static LofiStatus
multiply_single (Pass *pass, const LofiMatrixF *z, size_t first)
{
  size_t most = piece_rows (pass, sizeof (float)), count;
  LofiStatus status = pass->started_f ? LOFI_OK : start_single (pass);
  for (size_t from = 0; from < z->rows && status == LOFI_OK; from += count)
    {
      count = lofi_smaller (lofi_smaller (most, FOLD - pass->pending), z->rows - from);
      LofiMatrixF piece = lofi_matrix_f_row_block (z, from, count);
      multiply_piece (pass, &piece, first + from);
      if (pass->pending == FOLD)
        fold (pass);
      status = lofi_watch_stops (pass->watch) ? LOFI_STOPPED : LOFI_OK;
    }
  return status;
}

static LofiStatus
finish (Pass *pass)
{
  LofiRows *rows = pass->rows;
  size_t p = rows->source->width;
  fold (pass);
  LofiMatrix images = lofi_matrix_row_block (&rows->images, 0, pass->count);
  for (size_t b = 0; b < pass->count; b++)
    {
      double *image = images.data + b * p, share = 1.0 / (double) rows->rows;
      if (rows->mean)
        cblas_daxpy ((int) p, -rows->sums[b], rows->mean, 1, image, 1);
      cblas_dscal ((int) p, share, image, 1);
    }
  return lofi_matrix_is_finite (&images) ? LOFI_OK : LOFI_NOT_FINITE;
}

LofiStatus
lofi_rows_multiply (LofiRows *rows, const double *const *vectors, const double *const *weights, size_t count, const LofiWatch *watch)
{
  const LofiRowSource *source = rows->source;
  Pass pass = { .rows = rows, .vectors = vectors, .weights = weights, .count = count, .columns = filled_up (count), .watch = watch };
  if (count == 0 || count > rows->room)
    return LOFI_BAD_SHAPE;
  memset (rows->images.data, 0, pass.columns * source->width * sizeof (double));
  for (size_t b = 0; b < count; b++)
    {
      rows->along[b] = rows->mean ? cblas_ddot ((int) source->width, rows->mean, 1, vectors[b], 1) : 0.0;
      rows->sums[b] = 0.0;
    }
  LofiStatus status = LOFI_OK;
  for (size_t first = 0; first < source->samples && status == LOFI_OK; first += source->block)
    {
      LofiMatrix z;
      LofiMatrixF single;
      status = lofi_rows_view (source, first, lofi_smaller (source->block, source->samples - first), &z, &single, watch);
      if (status == LOFI_OK)
        status = z.data ? multiply_double (&pass, &z, first * source->positions) : multiply_single (&pass, &single, first * source->positions);
    }
  return status == LOFI_OK ? finish (&pass) : status;
}
