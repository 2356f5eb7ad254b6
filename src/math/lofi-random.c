#define _GNU_SOURCE
#include "lofi-random.h"
#include "lofi-math-private.h"

#include <math.h>
#include <stdlib.h>

#define BATCH 64            /* Philox blocks computed together, two numbers each */
#define COLUMNS 16          /* columns of W drawn together, so that rows are written in runs */

static inline void
philox_rounds (uint32_t c[4], uint32_t k0, uint32_t k1)
{
  for (int round = 0; round < 10; round++)
    {
      uint64_t a = (uint64_t) 0xD2511F53u * c[0], b = (uint64_t) 0xCD9E8D57u * c[2];
      uint32_t next0 = (uint32_t) (b >> 32) ^ c[1] ^ k0, next2 = (uint32_t) (a >> 32) ^ c[3] ^ k1;
      c[0] = next0;
      c[1] = (uint32_t) b;
      c[2] = next2;
      c[3] = (uint32_t) a;
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
}

void
lofi_philox (const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
  for (int i = 0; i < 4; i++)
    out[i] = counter[i];
  philox_rounds (out, key[0], key[1]);
}

static inline uint64_t
join (uint32_t low, uint32_t high)
{
  return (uint64_t) high << 32 | low;
}

/* The two 64-bit words of each of `blocks` consecutive blocks. */
static void
draw_words (uint64_t seed, uint32_t purpose, uint32_t stream, uint64_t block, size_t blocks, uint64_t words[2 * BATCH])
{
  for (size_t i = 0; i < blocks; i++)
    {
      uint64_t b = block + i;
      uint32_t c[4] = { (uint32_t) b, (uint32_t) (b >> 32), stream, purpose };
      philox_rounds (c, (uint32_t) seed, (uint32_t) (seed >> 32));
      words[2 * i] = join (c[0], c[1]);
      words[2 * i + 1] = join (c[2], c[3]);
    }
}

static void
words_to_uniforms (const uint64_t *words, size_t count, double *out)
{
  for (size_t i = 0; i < count; i++)
    out[i] = (double) (int64_t) (words[i] >> 11) * 0x1p-53;
}

/* Pairs: the first word gives the radius, the second the angle. 1 - u is in (0, 1], so the logarithm is finite. */
static void
words_to_normals (const uint64_t *words, size_t count, double *out)
{
  double u[2 * BATCH];
  words_to_uniforms (words, count, u);
  for (size_t i = 0; i < count; i += 2)
    {
      double radius = sqrt (-2.0 * log (1.0 - u[i])), sine, cosine;
      sincos (2.0 * M_PI * u[i + 1], &sine, &cosine);
      out[i] = radius * cosine;
      out[i + 1] = radius * sine;
    }
}

typedef void (*Convert) (const uint64_t *words, size_t count, double *out);

/* Numbers 2 i and 2 i + 1 come from block i, so a slice that starts or ends inside a block computes the whole block. */
static void
draw (uint64_t seed, uint32_t purpose, uint32_t stream, uint64_t first, size_t count, double *out, Convert convert)
{
  uint64_t words[2 * BATCH];
  double numbers[2 * BATCH];
  while (count > 0)
    {
      size_t skip = first & 1, wanted = lofi_smaller (count, 2 * BATCH - skip), blocks = (skip + wanted + 1) / 2;
      bool whole = skip == 0 && wanted == 2 * blocks;
      draw_words (seed, purpose, stream, first / 2, blocks, words);
      convert (words, 2 * blocks, whole ? out : numbers);
      for (size_t i = 0; !whole && i < wanted; i++)
        out[i] = numbers[skip + i];
      out += wanted;
      first += wanted;
      count -= wanted;
    }
}

void
lofi_random_normals (uint64_t seed, uint32_t purpose, uint32_t stream, uint64_t first, size_t count, double *out)
{
  draw (seed, purpose, stream, first, count, out, words_to_normals);
}

void
lofi_random_uniforms (uint64_t seed, uint32_t purpose, uint32_t stream, uint64_t first, size_t count, double *out)
{
  draw (seed, purpose, stream, first, count, out, words_to_uniforms);
}

void
lofi_random_permutation (uint64_t seed, uint32_t purpose, uint32_t stream, size_t count, size_t *out)
{
  uint64_t words[2 * BATCH], block = 0;
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
              draw_words (seed, purpose, stream, block, BATCH, words);
              block += BATCH;
              used = 0;
            }
          word = words[used++];
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
