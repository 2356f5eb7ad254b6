/* The operator's single-precision path.
 *
 * A piece of rows is packed less the shift, those of positive weight before those of negative, and added by two rank-k updates. A
 * large triangle is halved until it is small enough for ssyrk, the squares left over are for sgemm: faster than one ssyrk, and no
 * call is long. */
#include "lofi-operator.h"
#include "lofi-math-private.h"
#include "lofi-wide-private.h"

#include <cblas.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#define PIECE 1024          /* at most so many rows are packed together */
#define FOLD 16384          /* single-precision sums are of no more rows than this and a piece */
#define SHIFT_ROWS 128      /* the shift is the mean of so many, */
#define SHIFT_BITS 6        /* to so many bits: any constant will do */
#define AHEAD 64            /* columns fetched ahead together */
#define LEAF 1024           /* triangles up to this size are left to ssyrk: halved again, they would be too small for two threads */
#define CALL 6.0e9          /* multiplications in one call of sgemm: a tenth of a second on one core */

/* Half of a relu lift is zero, which becomes less the shift, so that the same product is added thousands of times. Were its low bits set,
 * each addition would round the same way and the error grow in proportion; a product of twelve bits is added exactly. */
static float
round_shift (double mean)
{
  int exponent;
  double fraction = frexp (mean, &exponent);
  return (float) ldexp (rint (ldexp (fraction, SHIFT_BITS)), exponent - SHIFT_BITS);
}

static LofiStatus
choose_shift (LofiOperator *op, const LofiMatrixF *z)
{
  size_t p = op->width, rows = lofi_smaller (z->rows, SHIFT_ROWS);
  double *mean = calloc (p, sizeof (double));
  op->shift = lofi_floats_new (p);
  if (!mean || !op->shift)
    {
      free (mean);
      free (op->shift);
      op->shift = NULL;
      return LOFI_NO_MEMORY;
    }
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < p; j++)
      mean[j] += z->data[i * z->stride + j];
  for (size_t j = 0; j < p; j++)
    op->shift[j] = round_shift (mean[j] / (double) rows);
  free (mean);
  return LOFI_OK;
}

static LofiStatus
prepare (LofiOperator *op, const LofiMatrixF *z)
{
  size_t p = op->width, squares, packed;
  if (op->shift)
    return LOFI_OK;
  if (__builtin_mul_overflow (p, p, &squares) || __builtin_mul_overflow (p, PIECE + 1, &packed))
    return LOFI_BAD_SHAPE;
  op->single = (LofiMatrixF) { .data = lofi_floats_new (squares), .rows = p, .cols = p, .stride = p };
  op->packed_single = (LofiMatrixF) { .data = lofi_floats_new (packed), .rows = PIECE + 1, .cols = p, .stride = p };
  LofiStatus status = op->single.data && op->packed_single.data ? choose_shift (op, z) : LOFI_NO_MEMORY;
  if (status != LOFI_OK)
    {
      lofi_matrix_f_clear (&op->single);
      lofi_matrix_f_clear (&op->packed_single);
    }
  return status;
}

static LofiStatus
fold (LofiOperator *op)
{
  size_t p = op->width;
  bool first = !op->sum.data;
  if (first)
    op->sum = (LofiMatrix) { .data = lofi_doubles_new (p * p), .rows = p, .cols = p, .stride = p };
  if (!op->sum.data)
    return LOFI_NO_MEMORY;
  for (size_t i = 0; i < p; i++)
    {
      double *restrict sum = op->sum.data + i * p;
      const float *single = op->single.data + i * p;
      if (first)
        for (size_t j = 0; j <= i; j++)
          sum[j] = single[j];
      else
        for (size_t j = 0; j <= i; j++)
          sum[j] += single[j];
    }
  op->pending = 0;
  return LOFI_OK;
}

static inline float
root_of (double t)
{
  return (float) sqrt (fabs (t));
}

LOFI_INLINE void
pack_one_body (LofiOperator *op, const float *z, double t, float *restrict packed)
{
  const float *shift = op->shift, root = root_of (t);
  double *restrict lifted = op->sum_lifted, *restrict weighted = op->sum_weighted;
  for (size_t j = 0; j < op->width; j++)
    {
      packed[j] = root * (z[j] - shift[j]);
      lifted[j] += z[j];
      weighted[j] += t * z[j];
    }
}
LOFI_BOTH (pack_one, (LofiOperator *op, const float *z, double t, float *packed), (op, z, t, packed))

/* Four rows, and the four that come after them. */
typedef struct {
  const float *z[4], *next[4];
  double weights[4];
} Rows;

/* Four rows at once pass four times less often over the sums. The next four are fetched ahead: a row starts where no stream of
 * addresses points. */
LOFI_INLINE void
pack_four_body (LofiOperator *op, const Rows *rows, float *restrict packed)
{
  size_t p = op->width;
  const float *shift = op->shift, *z0 = rows->z[0], *z1 = rows->z[1], *z2 = rows->z[2], *z3 = rows->z[3];
  double t0 = rows->weights[0], t1 = rows->weights[1], t2 = rows->weights[2], t3 = rows->weights[3];
  float root0 = root_of (t0), root1 = root_of (t1), root2 = root_of (t2), root3 = root_of (t3);
  double *restrict lifted = op->sum_lifted, *restrict weighted = op->sum_weighted;
  for (size_t first = 0; first < p; first += AHEAD)
    {
      size_t end = lofi_smaller (first + AHEAD, p);
      for (size_t r = 0; r < 4; r++)
        for (size_t line = first; line < end; line += 16)
          __builtin_prefetch (rows->next[r] + line);
      for (size_t j = first; j < end; j++)
        {
          packed[j] = root0 * (z0[j] - shift[j]);
          packed[j + p] = root1 * (z1[j] - shift[j]);
          packed[j + 2 * p] = root2 * (z2[j] - shift[j]);
          packed[j + 3 * p] = root3 * (z3[j] - shift[j]);
          double a = z0[j], b = z1[j], c = z2[j], d = z3[j];
          lifted[j] += (a + b) + (c + d);
          weighted[j] += (t0 * a + t1 * b) + (t2 * c + t3 * d);
        }
    }
}
LOFI_BOTH (pack_four, (LofiOperator *op, const Rows *rows, float *packed), (op, rows, packed))

/* The rows of z with these indices. */
static void
pack_rows (LofiOperator *op, const LofiMatrixF *z, const double *weights, const uint16_t *indices, size_t count, float *packed)
{
  size_t k = 0, p = op->width;
  for (; k + 4 <= count; k += 4)
    {
      Rows rows;
      for (size_t r = 0; r < 4; r++)
        {
          rows.z[r] = z->data + indices[k + r] * z->stride;
          rows.next[r] = z->data + indices[lofi_smaller (k + 4 + r, count - 1)] * z->stride;
          rows.weights[r] = weights[indices[k + r]];
        }
      pack_four (op, &rows, packed + k * p);
    }
  for (; k < count; k++)
    pack_one (op, z->data + indices[k] * z->stride, weights[indices[k]], packed + k * p);
}

/* A rank-k update of a symmetric matrix. */
typedef struct {
  const float *rows;
  size_t count, stride;
  float sign, keep;         /* single <- keep single + sign rows^T rows */
  float *single;
  const LofiWatch *watch;
} Update;

/* The lower triangle of the entries first .. first + size - 1. */
static LofiStatus
update_triangle (const Update *u, size_t first, size_t size)
{
  size_t p = u->stride, k = u->count;
  if (lofi_watch_stops (u->watch))
    return LOFI_STOPPED;
  if (size <= LEAF)
    {
      cblas_ssyrk (CblasRowMajor, CblasLower, CblasTrans, (int) size, (int) k, u->sign, u->rows + first, (int) p, u->keep,
                   u->single + first * p + first, (int) p);
      return LOFI_OK;
    }
  size_t half = (size / 2 + 15) / 16 * 16, middle = first + half, end = first + size;
  LofiStatus status = update_triangle (u, first, half);
  size_t most = (size_t) (CALL / ((double) half * (double) k)) + 16;
  for (size_t i = middle; i < end && status == LOFI_OK; i += most)
    {
      if (lofi_watch_stops (u->watch))
        return LOFI_STOPPED;
      cblas_sgemm (CblasRowMajor, CblasTrans, CblasNoTrans, (int) lofi_smaller (most, end - i), (int) half, (int) k, u->sign,
                   u->rows + i, (int) p, u->rows + first, (int) p, u->keep, u->single + i * p + first, (int) p);
    }
  return status == LOFI_OK ? update_triangle (u, middle, end - middle) : status;
}

static LofiStatus
update (LofiOperator *op, const float *rows, size_t count, float sign, const LofiWatch *watch)
{
  if (count == 0)
    return LOFI_OK;
  Update u = { rows, count, op->width, sign, op->pending > 0 ? 1.0f : 0.0f, op->single.data, watch };
  op->pending += count;
  return update_triangle (&u, 0, op->width);
}

/* At most PIECE samples. */
static LofiStatus
add_piece (LofiOperator *op, const LofiMatrixF *z, const double *weights, const LofiWatch *watch)
{
  uint16_t positive[PIECE] = { 0 }, negative[PIECE] = { 0 };
  size_t plus = 0, minus = 0, p = op->width;
  float *packed = op->packed_single.data;
  for (size_t i = 0; i < z->rows; i++)
    {
      double t = weights[i];
      if (!isfinite (t))
        return LOFI_NOT_FINITE;
      if (t > 0.0)
        positive[plus++] = (uint16_t) i;
      else if (t < 0.0)
        negative[minus++] = (uint16_t) i;
      else
        pack_one (op, z->data + i * z->stride, t, packed + PIECE * p);    /* for the sums alone */
      op->sum_weights += t;
    }
  pack_rows (op, z, weights, positive, plus, packed);
  pack_rows (op, z, weights, negative, minus, packed + plus * p);
  /* A NaN or an infinity in any row is still there in the sums. */
  LofiMatrix sums = { .data = op->sum_lifted, .rows = 1, .cols = p, .stride = p };
  if (!lofi_matrix_is_finite (&sums))
    return LOFI_NOT_FINITE;
  LofiStatus status = update (op, packed, plus, 1.0f, watch);
  if (status == LOFI_OK)
    status = update (op, packed + plus * p, minus, -1.0f, watch);
  op->samples += z->rows;
  return status == LOFI_OK && op->pending >= FOLD ? fold (op) : status;
}

LofiStatus
lofi_operator_add_single (LofiOperator *op, const LofiMatrixF *lifted, const double *weights, const LofiWatch *watch)
{
  if (lifted->cols != op->width || op->width == 0 || (op->samples > 0 && !op->shift))
    return LOFI_BAD_SHAPE;
  for (size_t first = 0; first < lifted->rows; first += PIECE)
    {
      LofiMatrixF piece = lofi_matrix_f_row_block (lifted, first, lofi_smaller (PIECE, lifted->rows - first));
      LofiStatus status = prepare (op, &piece);
      if (status == LOFI_OK)
        status = lofi_watch_stops (watch) ? LOFI_STOPPED : add_piece (op, &piece, weights + first, watch);
      if (status != LOFI_OK)
        return status;
      lofi_watch_report (watch, (double) (first + piece.rows) / (double) lifted->rows);
    }
  return LOFI_OK;
}
