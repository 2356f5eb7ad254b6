/* Leave-one-out sums without eigenvectors. M = T + a I = L D L^T costs m steps a penalty; for a sample with row b of B,
 *   w = L^-1 b (forward substitution),  b^T M^-1 b = sum w_j^2 / d_j,  b^T M^-1 along = sum w_j z_j / d_j,  z = L^-1 along:
 * four fused operations an entry. The recurrence runs along j, so the vector runs over samples, a tile of them transposed.
 * What a penalty gets does not depend on which others are evaluated with it, to the bit. */
#include "lofi-math-private.h"
#include "lofi-ridge-private.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined __x86_64__ && defined __GNUC__
#include <immintrin.h>
#define HAVE_WIDE 1
#endif

#define TILE 16             /* samples: four vectors of four, whose twelve running sums fill the registers */

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
lofi_ridge_sums_init (LofiRidgeSums *sums, const LofiRidgeSystem *system, const double *penalties, size_t count)
{
  size_t m = system->directions;
  *sums = (LofiRidgeSums) { .count = count };
  if (lofi_matrix_bytes (count, m) > SIZE_MAX / 4)
    return LOFI_BAD_SHAPE;
  sums->factors = lofi_doubles_new (count * m * 3);
  sums->tile = lofi_doubles_new (m * TILE);
  sums->errors = lofi_doubles_new (2 * count);
  if (!sums->factors || !sums->tile || !sums->errors)
    return LOFI_NO_MEMORY;
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
  *sums = (LofiRidgeSums) { 0 };
}

static void
sweep_narrow (const double *tile, const double *factors, size_t m, double *fit, double *leverage)
{
  double w[TILE] = { 0.0 };
  memset (fit, 0, TILE * sizeof (double));
  memset (leverage, 0, TILE * sizeof (double));
  for (size_t j = 0; j < m; j++, tile += TILE, factors += 3)
    for (size_t i = 0; i < TILE; i++)
      {
        w[i] = tile[i] - factors[0] * w[i];
        fit[i] += factors[1] * w[i];
        leverage[i] += factors[2] * w[i] * w[i];
      }
}

#ifdef HAVE_WIDE
__attribute__ ((target ("avx2,fma"))) static void
sweep_wide (const double *tile, const double *factors, size_t m, double *fit, double *leverage)
{
  __m256d w[4], f[4], g[4];
  for (int v = 0; v < 4; v++)
    w[v] = f[v] = g[v] = _mm256_setzero_pd ();
  for (size_t j = 0; j < m; j++, tile += TILE, factors += 3)
    {
      __m256d ratio = _mm256_broadcast_sd (factors), along = _mm256_broadcast_sd (factors + 1),
              inverse = _mm256_broadcast_sd (factors + 2);
      for (int v = 0; v < 4; v++)
        {
          w[v] = _mm256_fnmadd_pd (ratio, w[v], _mm256_load_pd (tile + 4 * v));
          f[v] = _mm256_fmadd_pd (along, w[v], f[v]);
          g[v] = _mm256_fmadd_pd (_mm256_mul_pd (inverse, w[v]), w[v], g[v]);
        }
    }
  for (int v = 0; v < 4; v++)
    {
      _mm256_storeu_pd (fit + 4 * v, f[v]);
      _mm256_storeu_pd (leverage + 4 * v, g[v]);
    }
}
#endif

static void
sweep (const double *tile, const double *factors, size_t m, double *fit, double *leverage)
{
#ifdef HAVE_WIDE
  if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma"))
    {
      sweep_wide (tile, factors, m, fit, leverage);
      return;
    }
#endif
  sweep_narrow (tile, factors, m, fit, leverage);
}

/* Sample i of the tile at tile[j * TILE + i]; rows short of a full tile are zero. */
static void
fill_tile (double *tile, const LofiMatrix *b, size_t first, size_t rows)
{
  size_t m = b->cols;
  if (rows < TILE)
    memset (tile, 0, m * TILE * sizeof (double));
  for (size_t from = 0; from < m; from += 8)    /* a cache line of every row at a time */
    for (size_t i = 0; i < rows; i++)
      {
        const double *row = b->data + (first + i) * b->stride;
        for (size_t j = from; j < m && j < from + 8; j++)
          tile[j * TILE + i] = row[j];
      }
}

void
lofi_ridge_sums_add (LofiRidgeSums *sums, const LofiRidgeSystem *system, const LofiMatrix *b, size_t first)
{
  size_t m = system->directions;
  double free_share = 1.0 - 1.0 / (double) system->samples, fit[TILE], leverage[TILE];
  for (size_t from = 0; from < b->rows; from += TILE)
    {
      size_t rows = lofi_smaller (TILE, b->rows - from);
      const double *y = system->y + first + from;
      fill_tile (sums->tile, b, from, rows);
      for (size_t k = 0; k < sums->count; k++)
        {
          if (isnan (sums->errors[k]))
            continue;
          sweep (sums->tile, sums->factors + k * m * 3, m, fit, leverage);
          for (size_t i = 0; i < rows; i++)
            {
              double slack = free_share - leverage[i], error = system->dual ? fit[i] / leverage[i] : (y[i] - fit[i]) / slack;
              sums->errors[k] += error * error;
              if (!system->dual && !(slack >= sums->slack[k]))
                sums->slack[k] = slack;
            }
        }
    }
}
