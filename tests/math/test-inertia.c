#include "lofi-test.h"

#include <math.h>
#include "lofi-permutation.h"
#include "lofi-reference.h"

/* What a matrix of n given eigenvalues has beyond two lines, in storage whose rows are longer. */
static void
check_counts (const double *values, size_t n, double low, double high)
{
  LofiMatrix a = lofi_reference_with_spectrum (values, n, (uint32_t) n), padded = lofi_reference_padded (&a);
  size_t below = n + 1, above = n + 1, expected[2] = { 0, 0 };
  for (size_t i = 0; i < n; i++)
    {
      expected[0] += values[i] < low;
      expected[1] += values[i] > high;
    }
  ck_assert_int_eq (lofi_count_beyond (&padded, low, high, &below, &above, NULL), LOFI_OK);
  ck_assert_uint_eq (below, expected[0]);
  ck_assert_uint_eq (above, expected[1]);
  lofi_matrix_clear (&a);
  lofi_matrix_clear (&padded);
}

/* Orders below and above a panel; lines between eigenvalues, outside all of them, and so that all are beyond. */
START_TEST (prescribed_eigenvalues_are_counted)
{
  static const size_t orders[] = { 1, 2, 63, 64, 65, 131, 200 };
  double values[200];
  for (size_t k = 0; k < 7; k++)
    {
      size_t n = orders[k];
      for (size_t i = 0; i < n; i++)
        values[i] = (i % 2 ? -1.0 : 1.0) * pow (1.0 + (double) i, -1.2);
      check_counts (values, n, -1e-3, 1e-3);
      check_counts (values, n, -0.2, 0.01);
      check_counts (values, n, 0.05, 0.06);
      check_counts (values, n, -2.0, 2.0);
      check_counts (values, n, 2.0, -2.0);
      check_counts (values, n, -INFINITY, INFINITY);
      check_counts (values, n, INFINITY, -INFINITY);
    }
}
END_TEST

/* Equal ones, a relative gap of 1e-9 on either side of a line, and a matrix without a diagonal, which blocks of order two are for. */
START_TEST (close_and_equal_ones_are_told_apart)
{
  double values[150];
  for (size_t i = 0; i < 150; i++)
    values[i] = i < 40 ? 3.0 : i < 70 ? 3.0 + 6e-9 : i < 90 ? -1.0 : 0.0;
  check_counts (values, 150, -0.5, 3.0 + 3e-9);
  check_counts (values, 150, -1.0 + 1e-9, 1e-9);
  LofiMatrix a = lofi_reference_new (100, 100);
  for (size_t i = 0; i < 100; i++)
    a.data[i * 100 + (i ^ 1)] = 1.0 + (double) (i / 2);    /* +-(1 + i / 2) */
  size_t below, above;
  ck_assert_int_eq (lofi_count_beyond (&a, 0.0, 0.0, &below, &above, NULL), LOFI_OK);
  ck_assert_uint_eq (below, 50);
  ck_assert_uint_eq (above, 50);
  ck_assert_int_eq (lofi_count_beyond (&a, -20.5, 10.5, &below, &above, NULL), LOFI_OK);
  ck_assert_uint_eq (below, 30);
  ck_assert_uint_eq (above, 40);
  lofi_matrix_clear (&a);
}
END_TEST

/* An eigenvalue that is exactly on a line is not beyond it. */
START_TEST (nothing_is_beyond_zero_in_a_null_matrix)
{
  LofiMatrix a = lofi_reference_new (90, 90);
  size_t below = 7, above = 7;
  ck_assert_int_eq (lofi_count_beyond (&a, 0.0, 0.0, &below, &above, NULL), LOFI_OK);
  ck_assert_uint_eq (below, 0);
  ck_assert_uint_eq (above, 0);
  for (size_t i = 0; i < 90; i++)
    a.data[i * 91] = i < 50 ? 2.0 : -1.0;
  ck_assert_int_eq (lofi_count_beyond (&a, -1.0, 2.0, &below, &above, NULL), LOFI_OK);
  ck_assert_uint_eq (below, 0);
  ck_assert_uint_eq (above, 0);
  lofi_matrix_clear (&a);
}
END_TEST

START_TEST (bad_input_is_refused)
{
  LofiMatrix a = lofi_reference_new (30, 30), oblong = lofi_matrix_row_block (&a, 0, 20), none = { 0 };
  size_t below, above;
  ck_assert_int_eq (lofi_count_beyond (&oblong, 0.0, 1.0, &below, &above, NULL), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_count_beyond (&none, 0.0, 1.0, &below, &above, NULL), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_count_beyond (&a, NAN, 1.0, &below, &above, NULL), LOFI_NOT_FINITE);
  ck_assert_int_eq (lofi_count_beyond (&a, 0.0, NAN, &below, &above, NULL), LOFI_NOT_FINITE);
  const double wrong[] = { NAN, INFINITY };
  for (int w = 0; w < 2; w++)
    {
      a.data[12 * 30 + 5] = a.data[5 * 30 + 12] = wrong[w];
      ck_assert_int_eq (lofi_count_beyond (&a, 0.0, 1.0, &below, &above, NULL), LOFI_NOT_FINITE);
    }
  lofi_matrix_clear (&a);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("inertia");
  TCase *tcase = tcase_create ("inertia");
  tcase_add_test (tcase, prescribed_eigenvalues_are_counted);
  tcase_add_test (tcase, close_and_equal_ones_are_told_apart);
  tcase_add_test (tcase, nothing_is_beyond_zero_in_a_null_matrix);
  tcase_add_test (tcase, bad_input_is_refused);
  suite_add_tcase (suite, tcase);
  return lofi_test_run (suite);
}
