#include "lofi-test.h"

#include <math.h>
#include <string.h>
#include "lofi-random.h"
#include "lofi-reference.h"

/* The known answers published with the generator (Random123, kat_vectors, philox4x32 10). */
START_TEST (philox_gives_the_published_answers)
{
  static const uint32_t known[3][3][4] = {
    { { 0 }, { 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
    { { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff }, { 0xffffffff, 0xffffffff },
      { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
    { { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 }, { 0xa4093822, 0x299f31d0 },
      { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } }
  };
  for (int k = 0; k < 3; k++)
    {
      uint32_t out[4];
      lofi_philox (known[k][0], known[k][1], out);
      for (int i = 0; i < 4; i++)
        ck_assert_uint_eq (out[i], known[k][2][i]);
    }
}
END_TEST

/* The header's recipe, one number at a time. */
static double
number_by_hand (uint64_t seed, uint32_t purpose, uint32_t stream, uint64_t i, bool normal)
{
  uint32_t counter[4] = { (uint32_t) (i / 2), (uint32_t) (i / 2 >> 32), stream, purpose }, w[4];
  uint32_t key[2] = { (uint32_t) seed, (uint32_t) (seed >> 32) };
  lofi_philox (counter, key, w);
  double u = ldexp ((double) (((uint64_t) w[1] << 32 | w[0]) >> 11), -53);
  double v = ldexp ((double) (((uint64_t) w[3] << 32 | w[2]) >> 11), -53);
  if (!normal)
    return i % 2 ? v : u;
  return sqrt (-2.0 * log (1.0 - u)) * (i % 2 ? sin (2.0 * M_PI * v) : cos (2.0 * M_PI * v));
}

START_TEST (numbers_follow_the_recipe)
{
  const uint64_t starts[] = { 0, 1, 8589934590u, (uint64_t) 1 << 40 };
  for (size_t s = 0; s < 4; s++)
    {
      double normals[9], uniforms[9];
      lofi_random_normals (0x123456789abcdef0, 0x1003, 77, starts[s], 9, normals);
      lofi_random_uniforms (0x123456789abcdef0, 0x1003, 77, starts[s], 9, uniforms);
      for (size_t i = 0; i < 9; i++)
        {
          ck_assert (fabs (normals[i] - number_by_hand (0x123456789abcdef0, 0x1003, 77, starts[s] + i, true)) <= 1e-14);
          ck_assert (uniforms[i] == number_by_hand (0x123456789abcdef0, 0x1003, 77, starts[s] + i, false));
        }
    }
}
END_TEST

/* The exact values, by 40-digit arithmetic, rounded; ours are within a unit in the last place, and the same bits everywhere. */
START_TEST (normals_are_the_same_bits_everywhere)
{
  static const double exact[2][6] = {
    { 0x1.bf77aa7a65025p+0, 0x1.b7d5ffc9d2927p-1, 0x1.252016c41b942p+0, 0x1.df8d73c765fdap-1, -0x1.b73d8fd737cf0p-1, 0x1.50d2048e2f7cap+0 },
    { -0x1.8d0795c553a0ep-2, -0x1.a997ac1c5b651p-1, 0x1.b77c028741874p-1, -0x1.9f6712559031ap+0, 0x1.4d426e7c0fb9cp-3, -0x1.b4e1afe483929p+0 }
  };
  static const double ours[2][6] = {
    { 0x1.bf77aa7a65024p+0, 0x1.b7d5ffc9d2927p-1, 0x1.252016c41b942p+0, 0x1.df8d73c765fdap-1, -0x1.b73d8fd737cefp-1, 0x1.50d2048e2f7cbp+0 },
    { -0x1.8d0795c553a0ep-2, -0x1.a997ac1c5b650p-1, 0x1.b77c028741875p-1, -0x1.9f6712559031ap+0, 0x1.4d426e7c0fb9bp-3, -0x1.b4e1afe483929p+0 }
  };
  double normals[2][6];
  lofi_random_normals (0, LOFI_PURPOSE_LIFT, 0, 0, 6, normals[0]);
  lofi_random_normals (0x123456789abcdef0, LOFI_PURPOSE_BIAS + 3, 77, 8589934591u, 6, normals[1]);
  for (int k = 0; k < 2; k++)
    for (int i = 0; i < 6; i++)
      {
        ck_assert (normals[k][i] == ours[k][i]);
        ck_assert (fabs (normals[k][i] - exact[k][i]) <= 0x1p-52 * fabs (exact[k][i]));
      }
}
END_TEST

START_TEST (a_slice_is_the_same_as_the_whole)
{
  enum { WHOLE = 700 };
  double whole[WHOLE], slice[WHOLE + 2];
  void (*const draws[]) (uint64_t, uint32_t, uint32_t, uint64_t, size_t, double *) = { lofi_random_normals, lofi_random_uniforms };
  for (size_t d = 0; d < 2; d++)
    {
      draws[d] (5, 6, 7, 0, WHOLE, whole);
      for (size_t first = 0; first < 150; first += 7)
        for (size_t count = 0; first + count <= WHOLE; count += 1 + count / 3)
          {
            slice[count] = -99.0;
            draws[d] (5, 6, 7, first, count, slice);
            ck_assert (memcmp (slice, whole + first, count * sizeof (double)) == 0);
            ck_assert (slice[count] == -99.0);
          }
    }
}
END_TEST

START_TEST (seed_purpose_and_stream_all_matter)
{
  double base[8], other[8];
  lofi_random_normals (1, 2, 3, 0, 8, base);
  const uint64_t changed[][3] = { { 2, 2, 3 }, { ((uint64_t) 1 << 32) + 1, 2, 3 }, { 1, 3, 3 }, { 1, 2, 4 }, { 1, 3, 2 } };
  for (size_t c = 0; c < 5; c++)
    {
      lofi_random_normals (changed[c][0], (uint32_t) changed[c][1], (uint32_t) changed[c][2], 0, 8, other);
      for (int i = 0; i < 8; i++)
        ck_assert (base[i] != other[i]);
    }
}
END_TEST

START_TEST (normals_are_normal_and_uniforms_uniform)
{
  enum { N = 400000 };
  LofiMatrix numbers = lofi_reference_new (1, N);
  double *x = numbers.data, m[5] = { 0 }, neighbours = 0.0, beyond = 0.0;
  lofi_random_normals (11, 1, 0, 0, N, x);
  bool finite = true, inside = true;
  for (int i = 0; i < N; i++)
    {
      double power = 1.0;
      for (int k = 1; k <= 4; k++)
        m[k] += (power *= x[i]) / N;
      finite = finite && isfinite (x[i]);
      neighbours += i > 0 ? x[i] * x[i - 1] / N : 0.0;
      beyond += fabs (x[i]) > 1.959963984540054 ? 1.0 / N : 0.0;
    }
  ck_assert (finite);
  /* Five standard errors of each moment. */
  double unit = 5.0 / sqrt (N);
  ck_assert (fabs (m[1]) <= unit);
  ck_assert (fabs (m[2] - 1.0) <= unit * sqrt (2.0));
  ck_assert (fabs (m[3]) <= unit * sqrt (15.0));
  ck_assert (fabs (m[4] - 3.0) <= unit * sqrt (96.0));
  ck_assert (fabs (neighbours) <= unit);
  ck_assert (fabs (beyond - 0.05) <= unit * sqrt (0.05 * 0.95));

  lofi_random_uniforms (11, 1, 0, 0, N, x);
  int bins[16] = { 0 };
  for (int i = 0; i < N; i++)
    {
      inside = inside && x[i] >= 0.0 && x[i] < 1.0;
      bins[inside ? (int) (16.0 * x[i]) : 0]++;
    }
  ck_assert (inside);
  double chi = 0.0;
  for (int b = 0; b < 16; b++)
    chi += (bins[b] - N / 16.0) * (bins[b] - N / 16.0) / (N / 16.0);
  ck_assert (chi <= 44.3);    /* 15 degrees of freedom, one in ten thousand */
  lofi_matrix_clear (&numbers);
}
END_TEST

START_TEST (permutations_are_permutations_and_fair)
{
  size_t order[1000], again[1000];
  bool seen[1000] = { false };
  lofi_random_permutation (3, LOFI_PURPOSE_PERMUTATION, 0, 1000, order);
  lofi_random_permutation (3, LOFI_PURPOSE_PERMUTATION, 0, 1000, again);
  ck_assert (memcmp (order, again, sizeof order) == 0);
  size_t fixed = 0;
  for (size_t i = 0; i < 1000; i++)
    {
      ck_assert_uint_lt (order[i], 1000);
      ck_assert (!seen[order[i]]);
      seen[order[i]] = true;
      fixed += order[i] == i;
    }
  ck_assert_uint_le (fixed, 8);
  size_t one = 7;
  lofi_random_permutation (3, LOFI_PURPOSE_PERMUTATION, 0, 1, &one);
  ck_assert_uint_eq (one, 0);
  lofi_random_permutation (3, LOFI_PURPOSE_PERMUTATION, 0, 0, &one);

  int counts[6] = { 0 };    /* all orders of three, 6000 draws */
  for (uint32_t stream = 0; stream < 6000; stream++)
    {
      size_t p[3];
      lofi_random_permutation (4, LOFI_PURPOSE_PERMUTATION, stream, 3, p);
      counts[2 * p[0] + (p[1] > p[2])]++;
    }
  double chi = 0.0;
  for (int c = 0; c < 6; c++)
    chi += (counts[c] - 1000.0) * (counts[c] - 1000.0) / 1000.0;
  ck_assert (chi <= 25.7);    /* 5 degrees of freedom, one in ten thousand */
}
END_TEST

static bool
stop_now (void *data)
{
  return true;
}

START_TEST (lift_weights_do_not_depend_on_the_width)
{
  LofiMatrix narrow = lofi_reference_new (37, 5), wide = lofi_reference_new (37, 41), padded = lofi_reference_padded (&narrow);
  double column[37];
  ck_assert_int_eq (lofi_random_lift_weights (9, 2, &narrow, NULL), LOFI_OK);
  ck_assert_int_eq (lofi_random_lift_weights (9, 2, &wide, NULL), LOFI_OK);
  ck_assert_int_eq (lofi_random_lift_weights (9, 2, &padded, NULL), LOFI_OK);
  ck_assert (lofi_reference_distance (&narrow, &padded) == 0.0);
  ck_assert (isnan (padded.data[5]));    /* nothing written between the rows */
  for (size_t i = 0; i < 37; i++)
    for (size_t j = 0; j < 5; j++)
      ck_assert (narrow.data[i * 5 + j] == wide.data[i * 41 + j]);
  lofi_random_normals (9, LOFI_PURPOSE_LIFT + 2, 40, 0, 37, column);
  for (size_t i = 0; i < 37; i++)
    ck_assert (column[i] == wide.data[i * 41 + 40]);

  LofiWatch watch = { .stop = stop_now };
  ck_assert_int_eq (lofi_random_lift_weights (9, 2, &wide, &watch), LOFI_STOPPED);
  LofiMatrix empty = { 0 };
  ck_assert_int_eq (lofi_random_lift_weights (9, 2, &empty, NULL), LOFI_BAD_SHAPE);
  lofi_matrix_clear (&narrow);
  lofi_matrix_clear (&wide);
  lofi_matrix_clear (&padded);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("random");
  TCase *tcase = tcase_create ("random");
  tcase_set_timeout (tcase, 30);
  tcase_add_test (tcase, philox_gives_the_published_answers);
  tcase_add_test (tcase, numbers_follow_the_recipe);
  tcase_add_test (tcase, normals_are_the_same_bits_everywhere);
  tcase_add_test (tcase, a_slice_is_the_same_as_the_whole);
  tcase_add_test (tcase, seed_purpose_and_stream_all_matter);
  tcase_add_test (tcase, normals_are_normal_and_uniforms_uniform);
  tcase_add_test (tcase, permutations_are_permutations_and_fair);
  tcase_add_test (tcase, lift_weights_do_not_depend_on_the_width);
  suite_add_tcase (suite, tcase);
  return lofi_test_run (suite);
}
