/* Counter-based random numbers: Philox4x32-10 (Salmon, Moraes, Dror and Shaw, SC 2011).
 *
 * A number is a function of (seed, purpose, stream, position) alone, so any sample, weight or cell can be drawn by itself,
 * in any order, on any machine. There is no state.
 *   key     = seed (low word, high word)
 *   counter = block (low word, high word), stream, purpose
 * A block's four 32-bit words w0 w1 w2 w3 make two 64-bit ones, w0 + 2^32 w1 and w2 + 2^32 w3, and so two numbers: number i of a
 * stream comes from block i / 2. Uniforms keep the upper 53 bits of a word each; normals 2 i and 2 i + 1 are the Box-Muller
 * pair of the block's two uniforms u, v: sqrt(-2 log(1 - u)) times cos(2 pi v) and sin(2 pi v). Logarithm, cosine and sine are
 * our own, within two units in the last place and made of IEEE additions, products and quotients alone: the same bits wherever
 * doubles are IEEE's, whatever the C library and the vector width. A normal is within 3e-15 of the exact value.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include "lofi-matrix.h"

/* What a number is for. Numbers of different purposes are independent. For a layer's numbers add its index (from 0):
 * LOFI_PURPOSE_LIFT + 2 is the third layer's lift. */
typedef enum {
  LOFI_PURPOSE_TRAIN_SAMPLES = 0x0100,
  LOFI_PURPOSE_TEST_SAMPLES  = 0x0200,
  LOFI_PURPOSE_TEACHER       = 0x0300,
  LOFI_PURPOSE_PERMUTATION   = 0x0400,
  LOFI_PURPOSE_DESCENT       = 0x0500,
  LOFI_PURPOSE_DENSITY       = 0x0600,
  LOFI_PURPOSE_CIRCLES       = 0x0700,
  LOFI_PURPOSE_TEACHER_TEST  = 0x0800,
  LOFI_PURPOSE_LIFT          = 0x1000,
  LOFI_PURPOSE_BIAS          = 0x2000
} LofiPurpose;

/* The raw generator, as published; for the known answers of the tests and for everything below. */
void lofi_philox (const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* Independent N(0,1) numbers number first .. first + count - 1 of a stream (Box-Muller on 53-bit uniforms). */
void lofi_random_normals (uint64_t seed, uint32_t purpose, uint32_t stream, uint64_t first, size_t count, double *out);

/* Uniform numbers in [0, 1), 53 bits. */
void lofi_random_uniforms (uint64_t seed, uint32_t purpose, uint32_t stream, uint64_t first, size_t count, double *out);

/* A uniformly random permutation of 0 .. count - 1 (Fisher-Yates, unbiased bounded integers). */
void lofi_random_permutation (uint64_t seed, uint32_t purpose, uint32_t stream, size_t count, size_t *out);

/* Fills W (d x P) with N(0,1): column j is stream j of LOFI_PURPOSE_LIFT + layer, so the first columns do not depend on P.
 * The watch is asked between columns. */
LofiStatus lofi_random_lift_weights (uint64_t seed, uint32_t layer, LofiMatrix *weights, const LofiWatch *watch);
