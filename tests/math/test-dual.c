#include "lofi-test.h"

#include <math.h>
#include "lofi-dual.h"
#include "lofi-operator.h"
#include "lofi-reference.h"

static double
unit_along_moment (const LofiMatrix *z, const double *t, double *unit)
{
  double squares = 0.0;
  for (size_t j = 0; j < z->cols; j++)
    {
      unit[j] = 0.0;
      for (size_t i = 0; i < z->rows; i++)
        unit[j] += t[i] * z->data[i * z->stride + j];
      squares += unit[j] * unit[j];
    }
  for (size_t j = 0; j < z->cols; j++)
    unit[j] /= sqrt (squares);
  return sqrt (squares) / (double) z->rows;
}

/* Both forms on the same Z, whichever is the natural one: eigenvalues, vectors, all P values. */
static void
compare_forms (size_t n, size_t p, bool signs, bool deflated)
{
  LofiMatrix z = lofi_reference_normals (n, p, 1), t = lofi_reference_normals (1, n, 2), unit = lofi_reference_new (1, p);
  for (size_t i = 0; i < n; i++)
    t.data[i] = signs ? copysign (1.0, t.data[i]) : i % 5 == 3 ? 0.0 : t.data[i];
  LofiMatrix zp = lofi_reference_padded (&z), c = lofi_reference_operator (&z, t.data, false);
  if (deflated)
    {
      unit_along_moment (&z, t.data, unit.data);
      LofiMatrix complement = lofi_reference_complement (&c, unit.data);
      lofi_matrix_clear (&c);
      c = complement;
    }
  const double *u = deflated ? unit.data : NULL;
  LofiDual dual;
  ck_assert_int_eq (lofi_dual_init (&dual, &zp, t.data, u, NULL), LOFI_OK);
  size_t rank = (n < p ? n : p) - (deflated ? 1 : 0), keep = rank / 3 + 1;    /* the moment is in the span of the samples */
  ck_assert_uint_eq (dual.rank, rank);

  LofiMatrix v = lofi_reference_new (p, keep), vp = lofi_reference_padded (&v), expected = lofi_reference_new (p, keep);
  LofiMatrix values = lofi_reference_new (4, p), all = lofi_reference_new (p, p);
  ck_assert_int_eq (lofi_dual_leading (&dual, &zp, u, keep, values.data, &vp, NULL), LOFI_OK);
  lofi_reference_leading (&c, keep, values.data + p, &expected);
  double scale = fabs (values.data[p]);
  ck_assert (lofi_reference_distance_of (values.data, values.data + p, keep) <= 1e-12 * scale);
  ck_assert (lofi_reference_distance (&vp, &expected) <= 1e-8);
  ck_assert (lofi_reference_skewness (&vp) <= 1e-12);
  ck_assert (lofi_reference_residual (&c, values.data, &vp) <= 1e-11 * scale);
  lofi_dual_values (&dual, values.data + 2 * p);
  lofi_reference_eigen (&c, values.data + 3 * p, &all);
  ck_assert (lofi_reference_distance_of (values.data + 2 * p, values.data + 3 * p, p) <= 1e-12 * scale);
  ck_assert_uint_ge (lofi_dual_bytes (&dual), n * rank * sizeof (double));
  if (n <= p && !deflated)
    {
      ck_assert_int_eq (lofi_dual_only_values (&zp, t.data, values.data + 2 * p, NULL), LOFI_OK);
      ck_assert (lofi_reference_distance_of (values.data + 2 * p, values.data + 3 * p, p) <= 1e-12 * scale);
    }

  lofi_dual_clear (&dual);
  lofi_matrix_clear (&z);
  lofi_matrix_clear (&t);
  lofi_matrix_clear (&unit);
  lofi_matrix_clear (&zp);
  lofi_matrix_clear (&c);
  lofi_matrix_clear (&v);
  lofi_matrix_clear (&vp);
  lofi_matrix_clear (&expected);
  lofi_matrix_clear (&values);
  lofi_matrix_clear (&all);
}

START_TEST (both_forms_agree)
{
  static const size_t shapes[][2] = { { 1, 2 }, { 7, 37 }, { 37, 130 }, { 61, 67 }, { 50, 50 }, { 130, 37 } };
  compare_forms (shapes[_i][0], shapes[_i][1], true, false);
  compare_forms (shapes[_i][0], shapes[_i][1], false, false);
  compare_forms (shapes[_i][0], shapes[_i][1], false, shapes[_i][0] > 1);
}
END_TEST

/* Rows repeated and rows of zeros: a rank smaller than n, found and not divided by. */
START_TEST (dependent_samples_lower_the_rank)
{
  size_t n = 40, p = 90, independent = 13;
  LofiMatrix z = lofi_reference_normals (n, p, 3), t = lofi_reference_normals (1, n, 4), values = lofi_reference_new (1, p);
  for (size_t i = independent; i < n; i++)
    for (size_t j = 0; j < p; j++)
      z.data[i * p + j] = i % 7 == 0 ? 0.0 : z.data[(i % independent) * p + j] * (i % 2 ? 1.0 : -0.5);
  LofiMatrix c = lofi_reference_operator (&z, t.data, false), v = lofi_reference_new (p, independent);
  LofiDual dual;
  ck_assert_int_eq (lofi_dual_init (&dual, &z, t.data, NULL, NULL), LOFI_OK);
  ck_assert_uint_eq (dual.rank, independent);
  ck_assert_int_eq (lofi_dual_leading (&dual, &z, NULL, independent, values.data, &v, NULL), LOFI_OK);
  ck_assert (lofi_reference_skewness (&v) <= 1e-12);
  ck_assert (lofi_reference_residual (&c, values.data, &v) <= 1e-11 * fabs (values.data[0]));
  ck_assert_int_eq (lofi_dual_leading (&dual, &z, NULL, independent + 1, values.data, &v, NULL), LOFI_BAD_SHAPE);
  LofiMatrix only = lofi_reference_new (1, p);    /* no Cholesky factor here: the values come the other way */
  lofi_dual_values (&dual, values.data);
  ck_assert_int_eq (lofi_dual_only_values (&z, t.data, only.data, NULL), LOFI_OK);
  ck_assert (lofi_reference_distance_of (only.data, values.data, p) <= 1e-15 * fabs (values.data[0]));
  lofi_matrix_clear (&only);
  lofi_dual_clear (&dual);

  for (size_t i = 0; i < n * p; i++)
    z.data[i] = 0.0;
  ck_assert_int_eq (lofi_dual_init (&dual, &z, t.data, NULL, NULL), LOFI_OK);
  ck_assert_uint_eq (dual.rank, 0);
  lofi_dual_values (&dual, values.data);
  for (size_t j = 0; j < p; j++)
    ck_assert (values.data[j] == 0.0);
  ck_assert_int_eq (lofi_dual_leading (&dual, &z, NULL, 1, values.data, &v, NULL), LOFI_BAD_SHAPE);
  lofi_dual_clear (&dual);
  lofi_matrix_clear (&z);
  lofi_matrix_clear (&t);
  lofi_matrix_clear (&c);
  lofi_matrix_clear (&v);
  lofi_matrix_clear (&values);
}
END_TEST

/* All samples along u: nothing is left, and rounding is not taken for a direction. */
START_TEST (restriction_can_leave_nothing)
{
  size_t n = 20, p = 60;
  LofiMatrix along = lofi_reference_normals (1, n, 5), unit = lofi_reference_normals (1, p, 6), z = lofi_reference_new (n, p);
  double squares = 0.0;
  for (size_t j = 0; j < p; j++)
    squares += unit.data[j] * unit.data[j];
  for (size_t j = 0; j < p; j++)
    unit.data[j] /= sqrt (squares);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < p; j++)
      z.data[i * p + j] = along.data[i] * unit.data[j];
  LofiDual dual;
  ck_assert_int_eq (lofi_dual_init (&dual, &z, along.data, unit.data, NULL), LOFI_OK);
  ck_assert_uint_eq (dual.rank, 0);
  lofi_dual_clear (&dual);
  lofi_matrix_clear (&along);
  lofi_matrix_clear (&unit);
  lofi_matrix_clear (&z);
}
END_TEST

/* Samples whose sizes span six decades keep orthonormal filters. */
START_TEST (graded_samples_keep_orthonormal_filters)
{
  size_t n = 30, p = 80, keep = 30;
  LofiMatrix z = lofi_reference_normals (n, p, 7), t = lofi_reference_normals (1, n, 8), v = lofi_reference_new (p, keep);
  double values[30];
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < p; j++)
      z.data[i * p + j] *= pow (10.0, -0.18 * (double) i);
  LofiMatrix c = lofi_reference_operator (&z, t.data, false);
  LofiDual dual;
  ck_assert_int_eq (lofi_dual_init (&dual, &z, t.data, NULL, NULL), LOFI_OK);
  ck_assert_uint_eq (dual.rank, n);
  ck_assert_int_eq (lofi_dual_leading (&dual, &z, NULL, keep, values, &v, NULL), LOFI_OK);
  ck_assert (lofi_reference_skewness (&v) <= 1e-13);
  ck_assert (lofi_reference_residual (&c, values, &v) <= 1e-12 * fabs (values[0]));
  lofi_dual_clear (&dual);
  lofi_matrix_clear (&z);
  lofi_matrix_clear (&t);
  lofi_matrix_clear (&v);
  lofi_matrix_clear (&c);
}
END_TEST

static bool
stop_at (void *data)
{
  return --*(int *) data <= 0;
}

START_TEST (bad_input_and_stopping)
{
  LofiMatrix z = lofi_reference_normals (150, 200, 9), t = lofi_reference_normals (1, 150, 10), v = lofi_reference_new (200, 3);
  LofiMatrix none = lofi_matrix_row_block (&z, 0, 0), fewer = lofi_matrix_row_block (&z, 0, 100);
  double values[200];
  LofiDual dual;
  ck_assert_int_eq (lofi_dual_init (&dual, &none, t.data, NULL, NULL), LOFI_BAD_SHAPE);
  for (int at = 1; at <= 3; at++)
    {
      int left = at;
      LofiWatch watch = { .stop = stop_at, .data = &left };
      ck_assert_int_eq (lofi_dual_init (&dual, &z, t.data, NULL, &watch), LOFI_STOPPED);
      ck_assert_int_eq (left, 0);
      ck_assert_ptr_null (dual.basis.data);
    }
  for (int at = 1; at <= 3; at++)
    {
      int left = at;
      LofiWatch watch = { .stop = stop_at, .data = &left };
      ck_assert_int_eq (lofi_dual_only_values (&z, t.data, values, &watch), LOFI_STOPPED);
      ck_assert_int_eq (left, 0);
    }
  LofiMatrix tall = z;
  tall.cols = 149;
  ck_assert_int_eq (lofi_dual_only_values (&tall, t.data, values, NULL), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_dual_only_values (&none, t.data, values, NULL), LOFI_BAD_SHAPE);
  double kept = z.data[777];
  z.data[777] = NAN;
  ck_assert_int_eq (lofi_dual_only_values (&z, t.data, values, NULL), LOFI_NOT_FINITE);
  ck_assert_int_eq (lofi_dual_init (&dual, &z, t.data, NULL, NULL), LOFI_NOT_FINITE);
  z.data[777] = kept;
  kept = t.data[149];
  t.data[149] = INFINITY;
  ck_assert_int_eq (lofi_dual_init (&dual, &z, t.data, NULL, NULL), LOFI_NOT_FINITE);
  t.data[149] = kept;
  ck_assert_int_eq (lofi_dual_init (&dual, &z, t.data, NULL, NULL), LOFI_OK);
  ck_assert_int_eq (lofi_dual_leading (&dual, &fewer, NULL, 3, values, &v, NULL), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_dual_leading (&dual, &z, NULL, 2, values, &v, NULL), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_dual_leading (&dual, &z, NULL, 0, values, &v, NULL), LOFI_BAD_SHAPE);
  int left = 1;
  LofiWatch watch = { .stop = stop_at, .data = &left };
  ck_assert_int_eq (lofi_dual_leading (&dual, &z, NULL, 3, values, &v, &watch), LOFI_STOPPED);
  lofi_dual_clear (&dual);
  lofi_dual_clear (&dual);
  lofi_matrix_clear (&z);
  lofi_matrix_clear (&t);
  lofi_matrix_clear (&v);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("dual");
  TCase *tcase = tcase_create ("dual");
  tcase_set_timeout (tcase, 60);
  tcase_add_loop_test (tcase, both_forms_agree, 0, 6);
  tcase_add_test (tcase, dependent_samples_lower_the_rank);
  tcase_add_test (tcase, restriction_can_leave_nothing);
  tcase_add_test (tcase, graded_samples_keep_orthonormal_filters);
  tcase_add_test (tcase, bad_input_and_stopping);
  suite_add_tcase (suite, tcase);
  return lofi_test_run (suite);
}
