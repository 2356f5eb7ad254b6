#include "lofi-test.h"

#include <math.h>
#include <string.h>
#include "lofi-eigen.h"
#include "lofi-permutation.h"
#include "lofi-random.h"
#include "lofi-reference.h"

#define SEED 11
#define WITHIN 1e-3         /* of a value, or of as much of the larger |end| */

/* Rows behind a source that hands them out in blocks, in either precision. */
typedef struct {
  LofiMatrix z;
  LofiMatrixF zf;
  size_t positions;
  bool single, fails;
  double *weights;
  LofiRowSource source;
} Rows;

static LofiStatus
serve (void *data, size_t first, size_t count, LofiMatrix *rows, LofiMatrixF *single, const LofiWatch *watch)
{
  Rows *r = data;
  size_t s = r->positions;
  ck_assert_uint_eq (rows->rows, count * s);
  ck_assert (!rows->data && !single->data);
  if (r->fails)
    return LOFI_NO_MEMORY;
  if (r->single)
    *single = lofi_matrix_f_row_block (&r->zf, first * s, count * s);
  else
    *rows = lofi_matrix_row_block (&r->z, first * s, count * s);
  return LOFI_OK;
}

typedef enum { NOISE, LIFT } Kind;

/* n samples of S positions: normals; or like a relu lift of images, largely mean, few directions that stand out. Padded: stride > cols. */
static Rows *
rows_new (Kind kind, size_t n, size_t s, size_t p, bool single)
{
  Rows *r = calloc (1, sizeof *r);
  LofiMatrix z = lofi_reference_normals (n * s, p, 40);
  *r = (Rows) { .positions = s, .single = single, .weights = calloc (n, sizeof (double)) };
  if (kind == LIFT)
    {
      LofiMatrix h = lofi_reference_normals (n * s, 24, 42), w = lofi_reference_normals (24, p, 41);
      for (size_t i = 0; i < n * s; i++)
        for (size_t j = 0; j < p; j++)
          {
            double u = 0.0;
            for (size_t k = 0; k < 24; k++)
              u += h.data[i * 24 + k] * pow (1.0 + (double) k, -0.7) * w.data[k * p + j];
            z.data[i * p + j] = fmax (u, 0.0) / sqrt ((double) p);
          }
      lofi_matrix_clear (&h);
      lofi_matrix_clear (&w);
    }
  r->z = lofi_reference_padded (&z);
  ck_assert_int_eq (lofi_matrix_f_alloc (&r->zf, n * s, p), LOFI_OK);
  ck_assert_int_eq (lofi_matrix_to_single (&r->zf, &z), LOFI_OK);
  if (single)
    ck_assert_int_eq (lofi_matrix_to_double (&r->z, &r->zf), LOFI_OK);    /* the truth is that of the rounded rows */
  for (size_t i = 0; i < n; i++)
    r->weights[i] = i % 3 ? -1.0 : 1.0;
  r->source = (LofiRowSource) { n, s, p, n / 3 + 1, serve, r };
  lofi_matrix_clear (&z);
  return r;
}

static void
rows_free (Rows *r)
{
  lofi_matrix_clear (&r->z);
  lofi_matrix_f_clear (&r->zf);
  free (r->weights);
  free (r);
}

/* All eigenvalues of the operator of one shuffle, plainly. */
static LofiMatrix
whole_spectrum (const Rows *r, bool center, uint32_t index)
{
  size_t n = r->source.samples, s = r->positions, p = r->source.width;
  LofiMatrix t = lofi_reference_new (1, n), spread = lofi_reference_new (1, n * s), values = lofi_reference_new (1, p);
  ck_assert_int_eq (lofi_shuffled_weights (SEED, index, r->weights, n, t.data), LOFI_OK);
  for (size_t i = 0; i < n * s; i++)
    spread.data[i] = t.data[i / s];
  LofiMatrix c = lofi_reference_operator (&r->z, spread.data, center);
  ck_assert_int_eq (lofi_symmetric_values (&c, values.data, NULL), LOFI_OK);
  lofi_matrix_clear (&t);
  lofi_matrix_clear (&spread);
  lofi_matrix_clear (&c);
  return values;
}

static LofiStatus
extremes (const Rows *r, bool center, uint32_t first, LofiMatrix *low, LofiMatrix *high, const LofiWatch *watch)
{
  return lofi_permuted_extremes (&r->source, r->weights, center, SEED, first, low->rows, low->cols, low, high, watch);
}

static void
check_value (double found, double truth, double larger)
{
  ck_assert (fabs (found - truth) <= WITHIN * fmax (fabs (truth), WITHIN * larger) + 1e-13 * larger);
}

/* Shuffles 5 .. of the rows against their whole spectra. */
static void
check_rows (const Rows *r, bool center, size_t count, size_t per_end)
{
  LofiMatrix low = lofi_reference_new (count, per_end), high = lofi_reference_new (count, per_end);
  size_t p = r->source.width;
  ck_assert_int_eq (extremes (r, center, 5, &low, &high, NULL), LOFI_OK);
  for (size_t i = 0; i < count; i++)
    {
      LofiMatrix truth = whole_spectrum (r, center, 5 + (uint32_t) i);
      double larger = fmax (fabs (truth.data[0]), fabs (truth.data[p - 1]));
      for (size_t k = 0; k < per_end; k++)
        {
          check_value (low.data[i * per_end + k], truth.data[k], larger);
          check_value (high.data[i * per_end + k], truth.data[p - 1 - k], larger);
        }
      lofi_matrix_clear (&truth);
    }
  lofi_matrix_clear (&low);
  lofi_matrix_clear (&high);
}

static const struct {
  Kind kind;
  size_t n, s, p, per_end;
  bool center;
} cases[] = {
  { NOISE, 500, 1, 230, 1, false }, { NOISE, 300, 2, 250, 5, false }, { NOISE, 90, 1, 260, 3, true },    { LIFT, 500, 1, 230, 1, false },
  { LIFT, 200, 3, 230, 5, false },  { LIFT, 500, 1, 210, 4, true },   { LIFT, 120, 1, 300, 2, false },   { LIFT, 40, 4, 220, 1, true },
  { NOISE, 400, 1, 60, 2, false },  { LIFT, 50, 3, 90, 5, true },     { NOISE, 8, 1, 5, 5, false },      { LIFT, 7, 2, 1, 1, true },
};
#define CASES ((int) (sizeof cases / sizeof *cases))

START_TEST (extremes_are_those_of_whole_spectra)
{
  for (int single = 0; single < 2; single++)
    {
      Rows *r = rows_new (cases[_i].kind, cases[_i].n, cases[_i].s, cases[_i].p, single);
      check_rows (r, cases[_i].center, 3, cases[_i].per_end);
      for (size_t i = 0; i < cases[_i].n; i++)    /* any numbers, some of them zero, and of any size */
        r->weights[i] = 1e-60 * (i % 5 == 4 ? 0.0 : sin ((double) i) + 0.2);
      check_rows (r, cases[_i].center, 2, cases[_i].per_end);
      rows_free (r);
    }
}
END_TEST

/* Most positive: one end is hundreds of times as far out as the other, and still the other is what it is. */
START_TEST (each_end_is_measured_by_itself)
{
  for (int single = 0; single < 2; single++)
    {
      Rows *r = rows_new (LIFT, 800, 1, 220, single);
      for (size_t i = 0; i < 800; i++)
        r->weights[i] = i % 10 == 0 ? -1.0 : 1.0;
      LofiMatrix truth = whole_spectrum (r, false, 5);
      ck_assert (truth.data[219] > -50.0 * truth.data[0] && truth.data[0] < 0.0);
      check_rows (r, false, 3, 1);
      check_rows (r, false, 2, 4);
      lofi_matrix_clear (&truth);
      rows_free (r);
    }
}
END_TEST

/* Enough shuffles of a bulk whose edges are no gaps to see that the second is not taken for the first. */
START_TEST (edges_without_a_gap_are_found)
{
  Rows *r = rows_new (NOISE, 240, 1, 160, false);
  check_rows (r, false, 60, 1);
  check_rows (r, false, 30, 3);
  rows_free (r);
}
END_TEST

/* Weights of one sign, or few of the other, leave as many zeros as there are directions without rows: one start sees one of them. */
START_TEST (eigenvalues_that_are_zero_are_all_there)
{
  static const size_t negatives[] = { 0, 2, 4 };
  for (int single = 0; single < 2; single++)
    for (size_t k = 0; k < 3; k++)
      {
        Rows *r = rows_new (NOISE, 60, 1, 240, single);
        for (size_t i = 0; i < 60; i++)
          r->weights[i] = i < negatives[k] ? -1.0 : i < 20 ? 0.0 : 1.0;
        LofiMatrix low = lofi_reference_new (2, 5), high = lofi_reference_new (2, 5);
        ck_assert_int_eq (extremes (r, false, 5, &low, &high, NULL), LOFI_OK);
        for (size_t i = 0; i < 10; i++)
          ck_assert (i % 5 < negatives[k] ? low.data[i] < -0.1 : low.data[i] <= 0.0 && low.data[i] > -1e-5 * high.data[0]);
        check_rows (r, false, 2, 5);
        lofi_matrix_clear (&low);
        lofi_matrix_clear (&high);
        rows_free (r);
      }
}
END_TEST

START_TEST (no_weight_at_all_is_all_zero)
{
  static const size_t widths[] = { 30, 220 };
  for (size_t w = 0; w < 2; w++)
    {
      Rows *r = rows_new (LIFT, 50, 2, widths[w], w > 0);
      memset (r->weights, 0, 50 * sizeof (double));
      LofiMatrix low = lofi_reference_new (3, 4), high = lofi_reference_new (3, 4);
      ck_assert_int_eq (extremes (r, true, 0, &low, &high, NULL), LOFI_OK);
      for (size_t i = 0; i < 12; i++)
        ck_assert (low.data[i] == 0.0 && high.data[i] == 0.0);
      lofi_matrix_clear (&low);
      lofi_matrix_clear (&high);
      rows_free (r);
    }
}
END_TEST

/* Few values, each many times (products of few unit rows): starts beside the first see what it cannot. */
START_TEST (closed_spaces_go_on)
{
  size_t p = 200, n = 600;
  Rows *r = rows_new (NOISE, n, 1, p, false);
  for (size_t i = 0; i < n; i++)
    {
      memset (r->z.data + i * r->z.stride, 0, p * sizeof (double));
      r->z.data[i * r->z.stride + i % p] = i < p ? 1.0 : i < 2 * p ? 2.0 : 3.0;
      r->weights[i] = i % 2 ? 1.0 : -1.0;
    }
  check_rows (r, false, 3, 4);
  rows_free (r);
}
END_TEST

/* A covariance down to a hard edge at zero: no recurrence settles there soon, and what gives up is done as a whole. */
START_TEST (what_does_not_settle_is_done_as_a_whole)
{
  Rows *r = rows_new (NOISE, 540, 1, 540, false);
  for (size_t i = 0; i < 540; i++)
    r->weights[i] = 1.0;
  check_rows (r, false, 1, 1);
  rows_free (r);
}
END_TEST

/* Alone, among others, in another order of groups: the same numbers. */
START_TEST (a_shuffle_does_not_depend_on_the_others)
{
  static const double close[] = { 1e-9, 1e-6 };    /* of the larger |end|; in single precision, of the rounding of products */
  for (int single = 0; single < 2; single++)
    for (int kind = 0; kind < 2; kind++)
      {
        Rows *r = rows_new (kind ? LIFT : NOISE, 300, 1, 200, single);
        LofiMatrix low = lofi_reference_new (21, 2), high = lofi_reference_new (21, 2), l = lofi_reference_new (1, 2), h = lofi_reference_new (1, 2);
        ck_assert_int_eq (extremes (r, kind, 0, &low, &high, NULL), LOFI_OK);
        for (size_t i = 0; i < 21; i += 7)
          {
            double larger = fmax (-low.data[2 * i], high.data[2 * i]);
            ck_assert_int_eq (extremes (r, kind, (uint32_t) i, &l, &h, NULL), LOFI_OK);
            ck_assert (lofi_reference_distance_of (l.data, low.data + 2 * i, 2) <= close[single] * larger);
            ck_assert (lofi_reference_distance_of (h.data, high.data + 2 * i, 2) <= close[single] * larger);
          }
        lofi_matrix_clear (&low);
        lofi_matrix_clear (&high);
        lofi_matrix_clear (&l);
        lofi_matrix_clear (&h);
        rows_free (r);
      }
}
END_TEST

/* What single precision costs: the same starts, the same steps, so the rest of the error is the same. */
START_TEST (single_precision_moves_values_little)
{
  Rows *r = rows_new (LIFT, 900, 1, 240, true);
  LofiMatrix found[4];
  double square = 0.0;
  for (int k = 0; k < 4; k++)
    found[k] = lofi_reference_new (6, 1);
  for (int k = 0; k < 2; k++)
    {
      r->single = k;
      ck_assert_int_eq (extremes (r, true, 0, &found[2 * k], &found[2 * k + 1], NULL), LOFI_OK);
    }
  for (size_t i = 0; i < 900 * 240; i++)
    square += pow (r->z.data[i / 240 * r->z.stride + i % 240], 2.0) / 900.0;
  ck_assert (lofi_reference_distance (&found[0], &found[2]) <= 1e-6 * square);
  ck_assert (lofi_reference_distance (&found[1], &found[3]) <= 1e-6 * square);
  for (int k = 0; k < 4; k++)
    lofi_matrix_clear (&found[k]);
  rows_free (r);
}
END_TEST

START_TEST (a_matrix_is_a_source)
{
  Rows *r = rows_new (LIFT, 100, 3, 170, false);
  LofiRowSource source = lofi_row_source_of (&r->z, 3), odd = lofi_row_source_of (&r->z, 7);
  LofiMatrix a[4];
  for (int k = 0; k < 4; k++)
    a[k] = lofi_reference_new (2, 2);
  ck_assert_uint_eq (source.samples, 100);
  ck_assert_int_eq (extremes (r, true, 0, &a[0], &a[1], NULL), LOFI_OK);
  ck_assert_int_eq (lofi_permuted_extremes (&source, r->weights, true, SEED, 0, 2, 2, &a[2], &a[3], NULL), LOFI_OK);
  ck_assert (lofi_reference_distance (&a[0], &a[2]) <= 1e-12 * fabs (a[0].data[0]));
  ck_assert (lofi_reference_distance (&a[1], &a[3]) <= 1e-12 * fabs (a[1].data[0]));
  ck_assert_int_eq (lofi_permuted_extremes (&odd, r->weights, true, SEED, 0, 2, 2, &a[2], &a[3], NULL), LOFI_BAD_SHAPE);
  for (int k = 0; k < 4; k++)
    lofi_matrix_clear (&a[k]);
  rows_free (r);
}
END_TEST

static int
ascending (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;
  return (x > y) - (x < y);
}

START_TEST (weights_are_shuffled_by_the_seed)
{
  double weights[101], a[101], b[101];
  size_t permutation[101], same = 0;
  for (size_t i = 0; i < 101; i++)
    weights[i] = (double) i;
  ck_assert_int_eq (lofi_shuffled_weights (3, 4, weights, 101, a), LOFI_OK);
  ck_assert_int_eq (lofi_shuffled_weights (3, 5, weights, 101, b), LOFI_OK);
  lofi_random_permutation (3, LOFI_PURPOSE_PERMUTATION, 4, 101, permutation);
  for (size_t i = 0; i < 101; i++)
    {
      ck_assert (a[i] == weights[permutation[i]]);
      same += a[i] == b[i];
    }
  ck_assert_uint_lt (same, 10);
  qsort (a, 101, sizeof *a, ascending);
  ck_assert_int_eq (memcmp (a, weights, sizeof a), 0);
  ck_assert_int_eq (lofi_shuffled_weights (3, 5, weights, 0, b), LOFI_BAD_SHAPE);
}
END_TEST

START_TEST (bad_input_is_refused)
{
  static const size_t widths[] = { 40, 200 };
  const double wrong[] = { NAN, INFINITY };
  for (int k = 0; k < 8; k++)
    {
      Rows *r = rows_new (NOISE, 80, 1, widths[k & 1], k & 2);
      LofiMatrix low = lofi_reference_new (2, 2), high = lofi_reference_new (2, 2), other = lofi_reference_new (2, 3), none = { 0 };
      none.cols = none.stride = 2;
      ck_assert_int_eq (extremes (r, false, 0, &low, &high, NULL), LOFI_OK);
      ck_assert_int_eq (extremes (r, false, 0, &none, &none, NULL), LOFI_OK);
      ck_assert_int_eq (extremes (r, false, 0, &low, &other, NULL), LOFI_BAD_SHAPE);
      ck_assert_int_eq (extremes (r, false, 0x7fffffff, &low, &high, NULL), LOFI_BAD_SHAPE);
      r->source.width++;
      ck_assert_int_eq (extremes (r, false, 0, &low, &high, NULL), LOFI_BAD_SHAPE);
      r->source.width--;
      r->source.block = 0;
      ck_assert_int_eq (extremes (r, false, 0, &low, &high, NULL), LOFI_BAD_SHAPE);
      r->source.block = 17;
      r->fails = true;
      ck_assert_int_eq (extremes (r, false, 0, &low, &high, NULL), LOFI_NO_MEMORY);
      r->fails = false;
      r->weights[7] = wrong[k >> 2];
      ck_assert_int_eq (extremes (r, false, 0, &low, &high, NULL), LOFI_NOT_FINITE);
      r->weights[7] = 0.0;
      r->z.data[70 * r->z.stride + 3] = wrong[k >> 2];
      r->zf.data[70 * r->zf.stride + 3] = (float) wrong[k >> 2];
      ck_assert_int_eq (extremes (r, k & 1, 0, &low, &high, NULL), LOFI_NOT_FINITE);
      lofi_matrix_clear (&low);
      lofi_matrix_clear (&high);
      lofi_matrix_clear (&other);
      rows_free (r);
    }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("permutation");
  TCase *tcase = tcase_create ("permutation");
  tcase_set_timeout (tcase, 120);
  tcase_add_loop_test (tcase, extremes_are_those_of_whole_spectra, 0, CASES);
  tcase_add_test (tcase, each_end_is_measured_by_itself);
  tcase_add_test (tcase, edges_without_a_gap_are_found);
  tcase_add_test (tcase, eigenvalues_that_are_zero_are_all_there);
  tcase_add_test (tcase, no_weight_at_all_is_all_zero);
  tcase_add_test (tcase, closed_spaces_go_on);
  tcase_add_test (tcase, what_does_not_settle_is_done_as_a_whole);
  tcase_add_test (tcase, a_shuffle_does_not_depend_on_the_others);
  tcase_add_test (tcase, single_precision_moves_values_little);
  tcase_add_test (tcase, a_matrix_is_a_source);
  tcase_add_test (tcase, weights_are_shuffled_by_the_seed);
  tcase_add_test (tcase, bad_input_is_refused);
  suite_add_tcase (suite, tcase);
  return lofi_test_run (suite);
}
