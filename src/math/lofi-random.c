#define _GNU_SOURCE
#include "lofi-random.h"
#include "lofi-math-private.h"
#include "lofi-wide-private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BATCH 32            /* Philox blocks computed together, two numbers each; always so many, so that every loop has whole vectors */
#define COLUMNS 16          /* columns of W drawn together, so that rows are written in runs */

#define PHILOX_FACTOR_0 0xD2511F53u
#define PHILOX_FACTOR_1 0xCD9E8D57u
#define PHILOX_KEY_0 0x9E3779B9u
#define PHILOX_KEY_1 0xBB67AE85u

static inline void
philox_rounds (uint32_t c[4], uint32_t k0, uint32_t k1)
{
  for (int round = 0; round < 10; round++)
    {
      uint64_t a = (uint64_t) PHILOX_FACTOR_0 * c[0], b = (uint64_t) PHILOX_FACTOR_1 * c[2];
      uint32_t next0 = (uint32_t) (b >> 32) ^ c[1] ^ k0, next2 = (uint32_t) (a >> 32) ^ c[3] ^ k1;
      c[0] = next0;
      c[1] = (uint32_t) b;
      c[2] = next2;
      c[3] = (uint32_t) a;
      k0 += PHILOX_KEY_0;
      k1 += PHILOX_KEY_1;
    }
}

void
lofi_philox (const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
  for (int i = 0; i < 4; i++)
    out[i] = counter[i];
  philox_rounds (out, key[0], key[1]);
}

/* A batch: the two 64-bit words of each of BATCH consecutive blocks, the first words and the second ones apart. */
typedef struct {
  _Alignas (64) uint64_t first[BATCH];
  uint64_t second[BATCH];
} Words;

static void
draw_words_narrow (const uint32_t key[2], const uint32_t tail[2], uint64_t block, Words *words)
{
  for (size_t i = 0; i < BATCH; i++)
    {
      uint64_t b = block + i;
      uint32_t c[4] = { (uint32_t) b, (uint32_t) (b >> 32), tail[0], tail[1] };
      philox_rounds (c, key[0], key[1]);
      words->first[i] = (uint64_t) c[1] << 32 | c[0];
      words->second[i] = (uint64_t) c[3] << 32 | c[2];
    }
}

#ifdef LOFI_HAS_WIDE
/* Eight blocks, a 32-bit word in the lower half of each lane; the upper halves hold what was there before and are never read. One
 * instruction multiplies the lower halves, which is what a compiler does not find in the loop above. */
typedef uint64_t Lanes __attribute__ ((vector_size (32)));
typedef int Halves __attribute__ ((vector_size (32)));
#define TIMES(a, factor) ((Lanes) __builtin_ia32_pmuludq256 ((Halves) (a), (Halves) ((Lanes) { 0 } + (uint64_t) (factor))))

LOFI_WIDE static void
draw_words_wide (const uint32_t key[2], const uint32_t tail[2], uint64_t block, Words *words)
{
  const Lanes zero = { 0 }, low = zero + 0xffffffff;
  for (size_t i = 0; i < BATCH; i += 8)
    {
      Lanes c[2][4];
      for (size_t h = 0; h < 2; h++)
        {
          Lanes b = (Lanes) { 0, 1, 2, 3 } + (block + i + 4 * h);
          c[h][0] = b;
          c[h][1] = b >> 32;
          c[h][2] = zero + tail[0];
          c[h][3] = zero + tail[1];
        }
      uint32_t k0 = key[0], k1 = key[1];
      for (int round = 0; round < 10; round++, k0 += PHILOX_KEY_0, k1 += PHILOX_KEY_1)
        for (size_t h = 0; h < 2; h++)
          {
            Lanes a = TIMES (c[h][0], PHILOX_FACTOR_0), b = TIMES (c[h][2], PHILOX_FACTOR_1);
            c[h][0] = b >> 32 ^ c[h][1] ^ (uint64_t) k0;
            c[h][1] = b;
            c[h][2] = a >> 32 ^ c[h][3] ^ (uint64_t) k1;
            c[h][3] = a;
          }
      for (size_t h = 0; h < 2; h++)
        {
          *(Lanes *) (words->first + i + 4 * h) = (c[h][0] & low) | c[h][1] << 32;
          *(Lanes *) (words->second + i + 4 * h) = (c[h][2] & low) | c[h][3] << 32;
        }
    }
}
#endif

static void
draw_words (const uint32_t key[2], const uint32_t tail[2], uint64_t block, Words *words)
{
#ifdef LOFI_HAS_WIDE
  if (lofi_cpu_is_wide ())
    {
      draw_words_wide (key, tail, block, words);
      return;
    }
#endif
  draw_words_narrow (key, tail, block, words);
}

LOFI_INLINE double
from_bits (uint64_t bits)
{
  union { uint64_t bits; double number; } both = { .bits = bits };
  return both.number;
}

LOFI_INLINE uint64_t
to_bits (double number)
{
  union { double number; uint64_t bits; } both = { .number = number };
  return both.bits;
}

/* The upper 53 bits over 2^53. Processors before AVX-512 do not convert 64-bit integers in vectors: the halves become the low bits
 * of 2^52 and of 2^84, and what is subtracted and added is exact. */
LOFI_INLINE double
to_uniform (uint64_t word)
{
  uint64_t low = (word >> 11 & 0xffffffff) | 0x4330000000000000, high = word >> 43 | 0x4530000000000000;
  return ((from_bits (high) - 0x1p84) + (from_bits (low) - 0x1p52)) * 0x1p-53;
}

/* log x for 2^-53 <= x <= 1. x = 2^e m with m in [1/sqrt 2, sqrt 2), f = m - 1, s = f / (2 + f):
 * log m = 2 atanh s = f - s (f - s^2 L (s^2)), L a polynomial (the best for that range, off by 3e-16). */
LOFI_INLINE double
natural_log (double x)
{
  uint64_t shifted = to_bits (x) + 0x00095f6200000000;    /* moves 1/sqrt 2 to the start of its power of two */
  double e = from_bits (shifted >> 52 | 0x4330000000000000) - (0x1p52 + 1023.0);
  double f = from_bits ((shifted & 0x000fffffffffffff) + 0x3fe6a09e00000000) - 1.0, s = f / (2.0 + f), z = s * s;
  double l = 0x1.39fe16ad885a7p-3 + z * 0x1.2b5bd9a316a24p-3;
  l = 0x1.c71c62ddb431bp-3 + z * (0x1.7462b6e311a89p-3 + z * l);
  l = 0x1.5555555555558p-1 + z * (0x1.99999999952abp-2 + z * (0x1.2492492df7663p-2 + z * l));
  return e * 0x1.62e42fef00000p-1 + (e * 0x1.473de6af278edp-34 + (f - s * (f - z * l)));    /* log 2 in two parts: e times the first is exact */
}

/* cos and sin of 2 pi v for 0 <= v < 1: v = q / 4 + t exactly, |t| <= 1/8, and polynomials in t (off by 1e-17). */
LOFI_INLINE void
cosine_and_sine (double v, double *cosine, double *sine)
{
  double quarters = 4.0 * v + 0x1.8p52, t = v - 0.25 * (quarters - 0x1.8p52), z = t * t;
  double s = 0x1.50783208533c5p+5 + z * (-0x1.e3027dab81c1dp+3 + z * 0x1.e4a9bd16ce9f7p+1);
  s = -0x1.4abbce625be52p+5 + z * (0x1.466bc6775a476p+6 + z * (-0x1.32d2cce50019dp+6 + z * s));
  double c = -0x1.a6d1f0ab527ebp+4 + z * (0x1.f9cfc045b083cp+2 + z * -0x1.b3832af2a4f71p+0);
  c = 0x1.03c1f081b5ac4p+6 + z * (-0x1.55d3c7e3cbd74p+6 + z * (0x1.e1f5068830144p+5 + z * c));
  /* 2 pi is the sum of two numbers, too. */
  uint64_t sine_bits = to_bits (t * 0x1.921fb54442d18p+2 + t * (0x1.1a62633145c07p-52 + z * s));
  uint64_t cosine_bits = to_bits (1.0 - z * (0x1.3bd3cc9be45dep+4 - z * c));
  /* The last bits of `quarters` are q: an odd one exchanges the two; signs follow the quarter. */
  uint64_t q = to_bits (quarters), odd = 0 - (q & 1);
  *cosine = from_bits (((cosine_bits & ~odd) | (sine_bits & odd)) ^ ((q + 1) & 2) << 62);
  *sine = from_bits (((sine_bits & ~odd) | (cosine_bits & odd)) ^ (q & 2) << 62);
}

LOFI_INLINE void
to_normals_body (const Words *words, double out[restrict 2 * BATCH])
{
  for (size_t i = 0; i < BATCH; i++)
    {
      double radius = sqrt (-2.0 * natural_log (1.0 - to_uniform (words->first[i]))), cosine, sine;
      cosine_and_sine (to_uniform (words->second[i]), &cosine, &sine);
      out[2 * i] = radius * cosine;
      out[2 * i + 1] = radius * sine;
    }
}
LOFI_BOTH (to_normals, (const Words *words, double *out), (words, out))

static void
to_uniforms (const Words *words, double *out)
{
  for (size_t i = 0; i < BATCH; i++)
    {
      out[2 * i] = to_uniform (words->first[i]);
      out[2 * i + 1] = to_uniform (words->second[i]);
    }
}

/* Numbers 2 i and 2 i + 1 come from block i. A batch is always whole: what a slice does not want of it is thrown away. */
static void
draw (uint64_t seed, uint32_t purpose, uint32_t stream, uint64_t first, size_t count, double *out,
      void (*convert) (const Words *words, double *out))
{
  const uint32_t key[2] = { (uint32_t) seed, (uint32_t) (seed >> 32) }, tail[2] = { stream, purpose };
  Words words;
  double numbers[2 * BATCH];
  while (count > 0)
    {
      size_t skip = first & 1, wanted = lofi_smaller (count, 2 * BATCH - skip);
      bool whole = wanted == 2 * BATCH;
      draw_words (key, tail, first / 2, &words);
      convert (&words, whole ? out : numbers);
      if (!whole)
        memcpy (out, numbers + skip, wanted * sizeof (double));
      out += wanted;
      first += wanted;
      count -= wanted;
    }
}

void
lofi_random_normals (uint64_t seed, uint32_t purpose, uint32_t stream, uint64_t first, size_t count, double *out)
{
  draw (seed, purpose, stream, first, count, out, to_normals);
}

void
lofi_random_uniforms (uint64_t seed, uint32_t purpose, uint32_t stream, uint64_t first, size_t count, double *out)
{
  draw (seed, purpose, stream, first, count, out, to_uniforms);
}

void
lofi_random_permutation (uint64_t seed, uint32_t purpose, uint32_t stream, size_t count, size_t *out)
{
  const uint32_t key[2] = { (uint32_t) seed, (uint32_t) (seed >> 32) }, tail[2] = { stream, purpose };
  Words words;
  uint64_t block = 0;
  size_t used = 2 * BATCH;
  for (size_t i = 0; i < count; i++)
    out[i] = i;
  for (size_t i = count; i > 1; i--)
    {
      /* A word below 2^64 mod i is drawn again: what remains is a whole number of runs of i. */
      uint64_t bound = i, reject = (0 - bound) % bound, word;
      do
        {
          if (used == 2 * BATCH)
            {
              draw_words (key, tail, block, &words);
              block += BATCH;
              used = 0;
            }
          word = used & 1 ? words.second[used / 2] : words.first[used / 2];
          used++;
        }
      while (word < reject);
      size_t j = (size_t) (word % bound), last = out[i - 1];
      out[i - 1] = out[j];
      out[j] = last;
    }
}

LofiStatus
lofi_random_lift_weights (uint64_t seed, uint32_t layer, LofiMatrix *weights, const LofiWatch *watch)
{
  size_t d = weights->rows, p = weights->cols;
  if (d == 0 || p == 0 || p > UINT32_MAX || lofi_matrix_bytes (d, COLUMNS) == SIZE_MAX)
    return LOFI_BAD_SHAPE;
  double *columns = lofi_doubles_new (d * COLUMNS);
  if (!columns)
    return LOFI_NO_MEMORY;
  LofiStatus status = LOFI_OK;
  for (size_t j = 0; j < p && status == LOFI_OK; j += COLUMNS)
    {
      size_t count = lofi_smaller (COLUMNS, p - j);
      for (size_t k = 0; k < count; k++)
        lofi_random_normals (seed, LOFI_PURPOSE_LIFT + layer, (uint32_t) (j + k), 0, d, columns + k * d);
      for (size_t i = 0; i < d; i++)
        for (size_t k = 0; k < count; k++)
          weights->data[i * weights->stride + j + k] = columns[k * d + i];
      lofi_watch_report (watch, (double) (j + count) / (double) p);
      if (lofi_watch_stops (watch))
        status = LOFI_STOPPED;
    }
  free (columns);
  return status;
}
