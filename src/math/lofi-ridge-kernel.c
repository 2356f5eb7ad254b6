/* The sweep of a tile of samples along the directions, for a few penalties at once: the recurrence has one chain a penalty and vector, and
 * what it waits for one the others fill. In three versions, chosen at run time; the two with fused multiply-add give equal bits. */
#include "lofi-ridge-private.h"
#include "lofi-wide-private.h"

#include <string.h>

#define TILE LOFI_RIDGE_TILE
#define GROUP LOFI_RIDGE_GROUP

static void
sweep_one (const double *restrict tile, const double *restrict factors, size_t m, double *restrict fit, double *restrict leverage)
{
  double w[TILE] = { 0.0 }, f[TILE] = { 0.0 }, g[TILE] = { 0.0 };
  for (size_t j = 0; j < m; j++, tile += TILE, factors += 3)
    for (size_t i = 0; i < TILE; i++)
      {
        w[i] = tile[i] - factors[0] * w[i];
        f[i] += factors[1] * w[i];
        g[i] += factors[2] * w[i] * w[i];
      }
  memcpy (fit, f, sizeof f);
  memcpy (leverage, g, sizeof g);
}

static void
sweep_any (const double *tile, const double *const *factors, size_t m, double (*fit)[TILE], double (*leverage)[TILE])
{
  for (size_t k = 0; k < GROUP; k++)
    sweep_one (tile, factors[k], m, fit[k], leverage[k]);
}

static const LofiRidgeKernel any = { "any", sweep_any };

#ifdef LOFI_HAS_WIDE
#include <immintrin.h>

/* Four vectors of four, whose twelve running sums fill the registers: one penalty at a time. */
__attribute__ ((target ("avx2,fma"))) static void
sweep_avx2 (const double *tile, const double *const *factors, size_t m, double (*fit)[TILE], double (*leverage)[TILE])
{
  for (size_t k = 0; k < GROUP; k++)
    {
      const double *from = tile, *factor = factors[k];
      __m256d w[4], f[4], g[4];
      for (int v = 0; v < 4; v++)
        w[v] = f[v] = g[v] = _mm256_setzero_pd ();
      for (size_t j = 0; j < m; j++, from += TILE, factor += 3)
        {
          __m256d ratio = _mm256_broadcast_sd (factor), along = _mm256_broadcast_sd (factor + 1), inverse = _mm256_broadcast_sd (factor + 2);
          for (int v = 0; v < 4; v++)
            {
              w[v] = _mm256_fnmadd_pd (ratio, w[v], _mm256_load_pd (from + 4 * v));
              f[v] = _mm256_fmadd_pd (along, w[v], f[v]);
              g[v] = _mm256_fmadd_pd (_mm256_mul_pd (inverse, w[v]), w[v], g[v]);
            }
        }
      for (int v = 0; v < 4; v++)
        {
          _mm256_storeu_pd (fit[k] + 4 * v, f[v]);
          _mm256_storeu_pd (leverage[k] + 4 * v, g[v]);
        }
    }
}

/* Two vectors of eight, all penalties of the group at once: the tile is read once for them. */
__attribute__ ((target ("avx512f"))) static void
sweep_avx512 (const double *tile, const double *const *factors, size_t m, double (*fit)[TILE], double (*leverage)[TILE])
{
  __m512d w[GROUP][2], f[GROUP][2], g[GROUP][2];
  for (int k = 0; k < GROUP; k++)
    for (int v = 0; v < 2; v++)
      w[k][v] = f[k][v] = g[k][v] = _mm512_setzero_pd ();
  for (size_t j = 0; j < m; j++, tile += TILE)
    {
      __m512d b[2] = { _mm512_load_pd (tile), _mm512_load_pd (tile + 8) };
      for (int k = 0; k < GROUP; k++)
        {
          __m512d ratio = _mm512_set1_pd (factors[k][3 * j]), along = _mm512_set1_pd (factors[k][3 * j + 1]), inverse = _mm512_set1_pd (factors[k][3 * j + 2]);
          for (int v = 0; v < 2; v++)
            {
              w[k][v] = _mm512_fnmadd_pd (ratio, w[k][v], b[v]);
              f[k][v] = _mm512_fmadd_pd (along, w[k][v], f[k][v]);
              g[k][v] = _mm512_fmadd_pd (_mm512_mul_pd (inverse, w[k][v]), w[k][v], g[k][v]);
            }
        }
    }
  for (int k = 0; k < GROUP; k++)
    for (int v = 0; v < 2; v++)
      {
        _mm512_storeu_pd (fit[k] + 8 * v, f[k][v]);
        _mm512_storeu_pd (leverage[k] + 8 * v, g[k][v]);
      }
}

static const LofiRidgeKernel avx2 = { "avx2", sweep_avx2 }, avx512 = { "avx512", sweep_avx512 };

const LofiRidgeKernel *
lofi_ridge_kernel (size_t index)
{
  return lofi_cpu_version (index, &avx512, &avx2, &any);
}

#else

const LofiRidgeKernel *
lofi_ridge_kernel (size_t index)
{
  return index == 0 ? &any : NULL;
}

#endif
