/* Leave-one-out sums without eigenvectors. M = T + a I = L D L^T costs m steps a penalty; for a sample with row b of B,
 *   w = L^-1 b (forward substitution),  b^T M^-1 b = sum w_j^2 / d_j,  b^T M^-1 along = sum w_j z_j / d_j,  z = L^-1 along:
 * four fused operations an entry. The recurrence runs along j, so the vector runs over samples, a tile of them transposed.
 * What a penalty gets does not depend on which others are evaluated with it, to the bit. */
#include "lofi-math-private.h"
#include "lofi-ridge-private.h"

#include <cblas.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define TILE LOFI_RIDGE_TILE
#define GROUP LOFI_RIDGE_GROUP

bool
lofi_ridge_system_solve (const LofiRidgeSystem *system, double penalty, double *x, double *work)
{
  size_t m = system->directions;
  double *ratio = work, *pivot = work + m;
  for (size_t j = 0; j < m; j++)
    {
      double e = j > 0 && system->off_diagonal ? system->off_diagonal[j - 1] : 0.0;
      ratio[j] = e != 0.0 ? e / pivot[j - 1] : 0.0;
      pivot[j] = system->diagonal[j] + penalty - ratio[j] * e;
      if (!(pivot[j] > 0.0))
        return false;
      x[j] -= j > 0 ? ratio[j] * x[j - 1] : 0.0;
    }
  for (size_t j = m; j-- > 0; )
    x[j] = x[j] / pivot[j] - (j + 1 < m ? ratio[j + 1] * x[j + 1] : 0.0);
  return true;
}

/* M's pivots are the ratios of its leading determinants: the first two derivatives of the log of its determinant in the penalty. */
void
lofi_ridge_system_traces (const LofiRidgeSystem *system, double penalty, double *inverse, double *image)
{
  double before = 1.0, first = 0.0, second = 0.0, squares = 0.0;
  *inverse = 0.0;
  for (size_t j = 0; j < system->directions; j++)
    {
      double e = j > 0 && system->off_diagonal ? system->off_diagonal[j - 1] : 0.0, ratio = e / before;
      second = ratio * ratio * (second - 2.0 * first * first / before);
      first = 1.0 + ratio * ratio * first;
      before = system->diagonal[j] + penalty - ratio * e;
      *inverse += first / before;
      squares += first / before * (first / before) - second / before;
    }
  *image = fmax (*inverse - penalty * squares, 0.0);
}

/* Three numbers a direction: what w takes of the one before, z / d, 1 / d. */
static bool
factorise (const LofiRidgeSystem *system, double penalty, double *factors)
{
  double before = 1.0, z = 0.0;
  for (size_t j = 0; j < system->directions; j++, factors += 3)
    {
      double e = j > 0 && system->off_diagonal ? system->off_diagonal[j - 1] : 0.0, ratio = e / before;
      double pivot = system->diagonal[j] + penalty - ratio * e;
      if (!(pivot > 0.0 && pivot <= DBL_MAX))
        return false;
      z = system->along[j] - ratio * z;
      factors[0] = ratio;
      factors[1] = z / pivot;
      factors[2] = 1.0 / pivot;
      before = pivot;
    }
  return true;
}

LofiStatus
lofi_ridge_sums_init (LofiRidgeSums *sums, const LofiRidgeSystem *system, const double *penalties, const double *rounding, size_t count)
{
  size_t m = system->directions;
  *sums = (LofiRidgeSums) { .count = count, .rounding = system->dual ? NULL : rounding };
  if (lofi_matrix_bytes (count, m) > SIZE_MAX / 4)
    return LOFI_BAD_SHAPE;
  sums->factors = lofi_doubles_new (count * m * 3);
  sums->tile = lofi_doubles_new (m * TILE);
  sums->errors = lofi_doubles_new (2 * count);
  sums->moved = calloc (count, sizeof *sums->moved);
  sums->left = calloc (count, sizeof *sums->left);
  if (!sums->factors || !sums->tile || !sums->errors || !sums->moved || !sums->left)
    return LOFI_NO_MEMORY;
  if (sums->rounding)
    sums->length_y = cblas_dnrm2 ((int) system->samples, system->y, 1);
  sums->slack = sums->errors + count;
  for (size_t k = 0; k < count; k++)
    {
      double *factors = sums->factors + k * m * 3;
      sums->slack[k] = 1.0;
      sums->errors[k] = factorise (system, penalties[k], factors) ? 0.0 : NAN;
    }
  return LOFI_OK;
}

void
lofi_ridge_sums_clear (LofiRidgeSums *sums)
{
  free (sums->factors);
  free (sums->tile);
  free (sums->errors);
  free (sums->moved);
  free (sums->left);
  *sums = (LofiRidgeSums) { 0 };
}

/* Sample i of the tile at tile[j * TILE + i]; rows short of a full tile are zero. */
#define FILL_TILE(b) \
  do \
    { \
      size_t cols = (b)->cols; \
      if (rows < TILE) \
        memset (tile, 0, cols * TILE * sizeof (double)); \
      for (size_t from = 0; from < cols; from += 8)    /* a cache line of every row at a time, or half of one */ \
        for (size_t i = 0; i < rows; i++) \
          { \
            const __typeof__ (*(b)->data) *row = (b)->data + (first + i) * (b)->stride; \
            for (size_t j = from; j < cols && j < from + 8; j++) \
              tile[j * TILE + i] = row[j]; \
          } \
    } \
  while (0)

static void
fill_tile (double *restrict tile, const LofiMatrix *b, size_t first, size_t rows)
{
  FILL_TILE (b);
}

static void
fill_tile_single (double *restrict tile, const LofiMatrixF *b, size_t first, size_t rows)
{
  FILL_TILE (b);
}

static void
add_moved (LofiRidgeMoved *moved, double size, double fit, double leverage, double error, double slack)
{
  double square = error * error, along = (2.0 * fabs (error * fit) + 4.0 * square * leverage) / slack;
  moved->along += fabs (along);
  moved->along_squares += along * along;
  moved->fits += square * size * size / (slack * slack);
  moved->leverages += square * square * size * size / (slack * slack) * leverage;
  moved->leverage += leverage;
  moved->second += square * size * size / fabs (slack);
}

/* Rounding r moves leverages by no more than r each, fits by no more than r times the length of y all together, and an error e by what
 * these two make of (fit moved + e leverage moved) / s. A sample of one less leverage s near 0 may so lose all of its e^2, but no more than
 * that: where it alone could, or could for being rounded to single precision, it is left out, and the others keep what they have. A tiny
 * penalty at which a few samples have leverages near 1 is then known to be bad, although its error is not known at all. */
static void
add_left (LofiRidgeLeft *left, double rounding, double length_y, double size, double fit, double leverage, double error, double slack)
{
  double magnitude = fabs (error), share = error / slack, takes = rounding * (magnitude + length_y);
  if (size > 0.0)
    takes += LOFI_RIDGE_NOISE * (2.0 * fabs (fit) + 4.0 * magnitude * leverage);
  if (!(takes <= magnitude * slack))
    return;
  left->squares += error * error;
  left->shares += error * share;
  left->fits += share * share;
  if (size > 0.0)
    add_moved (&left->moved, size, fit, leverage, error, slack);
}

double
lofi_ridge_sums_least (const LofiRidgeSums *sums, size_t k)
{
  if (!sums->rounding || isnan (sums->errors[k]))
    return 0.0;
  const LofiRidgeLeft *left = sums->left + k;
  return left->squares - sums->rounding[k] * (left->shares + sums->length_y * sqrt (left->fits));
}

/* What the samples of a tile, the first of them number `first`, add to penalty k. */
static void
add_samples (LofiRidgeSums *sums, const LofiRidgeSystem *system, size_t k, size_t first, size_t rows, const double *fit, const double *leverage)
{
  double free_share = 1.0 - 1.0 / (double) system->samples;
  for (size_t i = 0; i < rows; i++)
    {
      double slack = free_share - leverage[i], error = system->dual ? fit[i] / leverage[i] : (system->y[first + i] - fit[i]) / slack;
      sums->errors[k] += error * error;
      if (!system->dual && !(slack >= sums->slack[k]))
        sums->slack[k] = slack;
      double size = system->sizes ? system->sizes[first + i] : 0.0;
      if (sums->rounding)
        add_left (sums->left + k, sums->rounding[k], sums->length_y, size, fit[i], leverage[i], error, slack);
      if (system->sizes)
        add_moved (sums->moved + k, size, fit[i], leverage[i], error, slack);
    }
}

/* The tile's samples for all penalties, a group of these at a time; one that is short repeats its last. */
static void
add_tile (LofiRidgeSums *sums, const LofiRidgeSystem *system, size_t first, size_t rows)
{
  const LofiRidgeKernel *kernel = lofi_ridge_kernel (0);
  size_t m = system->directions, group[GROUP], number = 0;
  double fit[GROUP][TILE], leverage[GROUP][TILE];
  for (size_t k = 0; k < sums->count || number > 0; k++)
    {
      if (k < sums->count && !isnan (sums->errors[k]))
        group[number++] = k;
      if (number < GROUP && (k + 1 < sums->count || number == 0))
        continue;
      const double *factors[GROUP];
      for (size_t g = 0; g < GROUP; g++)
        factors[g] = sums->factors + group[lofi_smaller (g, number - 1)] * m * 3;
      kernel->sweep (sums->tile, factors, m, fit, leverage);
      for (size_t g = 0; g < number; g++)
        add_samples (sums, system, group[g], first, rows, fit[g], leverage[g]);
      number = 0;
    }
}

void
lofi_ridge_sums_add (LofiRidgeSums *sums, const LofiRidgeSystem *system, const LofiMatrix *b, size_t first)
{
  for (size_t from = 0; from < b->rows; from += TILE)
    {
      size_t rows = lofi_smaller (TILE, b->rows - from);
      fill_tile (sums->tile, b, from, rows);
      add_tile (sums, system, first + from, rows);
    }
}

void
lofi_ridge_sums_add_single (LofiRidgeSums *sums, const LofiRidgeSystem *system, const LofiMatrixF *b, size_t first)
{
  for (size_t from = 0; from < b->rows; from += TILE)
    {
      size_t rows = lofi_smaller (TILE, b->rows - from);
      fill_tile_single (sums->tile, b, from, rows);
      add_tile (sums, system, first + from, rows);
    }
}
