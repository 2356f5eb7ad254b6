#define _GNU_SOURCE
#include "lofi-test.h"

#include <math.h>
#include <string.h>
#include "lofi-clock.h"
#include "lofi-eigen.h"
#include "lofi-reference.h"

static LofiMatrix
symmetric (size_t n, uint32_t stream)
{
  LofiMatrix g = lofi_reference_normals (n, n, stream), a = lofi_reference_new (n, n);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++)
      a.data[i * n + j] = g.data[i * n + j] + g.data[j * n + i];
  lofi_matrix_clear (&g);
  return a;
}

static double
norm_of (const double *values, size_t n)
{
  return fmax (fmax (fabs (values[0]), fabs (values[n - 1])), 1e-300);
}

START_TEST (eigenpairs_agree_with_jacobi)
{
  static const size_t sizes[] = { 1, 2, 3, 5, 37, 130, 161 };
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
    {
      size_t n = sizes[s], keep = n / 3 + 1;
      LofiMatrix a = symmetric (n, (uint32_t) n), padded = lofi_reference_padded (&a);
      LofiMatrix vectors = lofi_reference_new (n, keep), expected = lofi_reference_new (n, keep);
      LofiMatrix values = lofi_reference_new (3, n), all = lofi_reference_new (n, n), vp = lofi_reference_padded (&vectors), ap = lofi_reference_padded (&all);
      LofiSpectrum spectrum;
      ck_assert_int_eq (lofi_spectrum_init (&spectrum, &padded, NULL), LOFI_OK);
      lofi_reference_eigen (&a, values.data, &all);
      ck_assert (lofi_reference_distance_of (spectrum.values, values.data, n) <= 1e-13 * (double) n);
      ck_assert_int_eq (lofi_spectrum_leading (&spectrum, keep, values.data + n, &vp, NULL), LOFI_OK);
      lofi_reference_leading (&a, keep, values.data + 2 * n, &expected);
      ck_assert (lofi_reference_distance_of (values.data + n, values.data + 2 * n, keep) <= 1e-13 * (double) n);
      ck_assert (lofi_reference_distance (&vp, &expected) <= 1e-10);
      ck_assert_int_eq (lofi_spectrum_all (&spectrum, &ap, NULL), LOFI_OK);
      ck_assert (lofi_reference_skewness (&ap) <= 1e-13);
      ck_assert (lofi_reference_residual (&a, spectrum.values, &ap) <= 1e-13 * (double) n);
      ck_assert_int_eq (lofi_symmetric_values (&padded, values.data + n, NULL), LOFI_OK);
      ck_assert (lofi_reference_distance_of (values.data + n, spectrum.values, n) == 0.0);
      ck_assert_uint_ge (lofi_spectrum_bytes (&spectrum), n * n * sizeof (double));
      lofi_spectrum_clear (&spectrum);
      lofi_matrix_clear (&a);
      lofi_matrix_clear (&padded);
      lofi_matrix_clear (&vectors);
      lofi_matrix_clear (&expected);
      lofi_matrix_clear (&values);
      lofi_matrix_clear (&all);
      lofi_matrix_clear (&vp);
      lofi_matrix_clear (&ap);
    }
}
END_TEST

/* Only the lower triangle may be read, and only A's copy be written. */
START_TEST (the_upper_triangle_is_not_read)
{
  size_t n = 150, keep = 4;
  LofiMatrix a = symmetric (n, 8), half = lofi_reference_new (n, n), v = lofi_reference_new (n, keep);
  double values[4];
  LofiSpectrum spectrum;
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++)
      half.data[i * n + j] = j <= i ? a.data[i * n + j] : NAN;
  ck_assert_int_eq (lofi_spectrum_init (&spectrum, &half, NULL), LOFI_OK);
  ck_assert_int_eq (lofi_spectrum_leading (&spectrum, keep, values, &v, NULL), LOFI_OK);
  ck_assert (lofi_reference_residual (&a, values, &v) <= 1e-12 * norm_of (spectrum.values, n));
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j <= i; j++)
      ck_assert (half.data[i * n + j] == a.data[i * n + j]);
  double residual = NAN;
  ck_assert_int_eq (lofi_eigen_residual (&half, values, &v, &residual), LOFI_OK);
  ck_assert (residual <= 1e-12 * norm_of (spectrum.values, n));
  values[2] += 0.5;
  ck_assert_int_eq (lofi_eigen_residual (&a, values, &v, &residual), LOFI_OK);
  ck_assert (fabs (residual - 0.5) <= 1e-10);
  values[2] = NAN;
  ck_assert_int_eq (lofi_eigen_residual (&a, values, &v, &residual), LOFI_OK);
  ck_assert (isnan (residual));
  lofi_spectrum_clear (&spectrum);
  lofi_matrix_clear (&a);
  lofi_matrix_clear (&half);
  lofi_matrix_clear (&v);
}
END_TEST

/* Spectra with clusters of every kind; kind by kind, value i of n. */
static double
prescribed (int kind, size_t i, size_t n)
{
  double x = (double) i / (double) n;
  switch (kind)
    {
    case 0: return 0.0;
    case 1: return 1.0;
    case 2: return i < n / 2 ? -1.0 : 1.0;                                      /* equal magnitudes, both signs */
    case 3: return i < n - 9 ? 0.0 : (i % 2 ? 1.0 : -1.0) * (1.0 + (double) i);  /* nine directions, the rest exactly null */
    case 4: return pow (10.0, -16.0 * x);                                      /* graded over all of double */
    case 5: return i < n / 3 ? 1e-15 * (double) i : i < n / 2 ? 1.0 + 1e-14 * (double) i : 2.0;
    case 6: return i < 3 ? -5.0 : 1.0 + 1e-9 * x;                               /* a bulk of nearly equal ones */
    case 7: return (i % 2 ? 1e-150 : -1e-150) * (1.0 + x);                      /* tiny */
    default: return (i % 2 ? 1e150 : -1e150) * (1.0 + x);                       /* huge */
    }
}

START_TEST (prescribed_spectra_are_found)
{
  static const size_t sizes[] = { 130, 257 };
  for (size_t s = 0; s < 2; s++)
    {
      size_t n = sizes[s], keeps[] = { 1, 12, n / 2 + 7, n };
      LofiMatrix values = lofi_reference_new (2, n), all = lofi_reference_new (n, n);
      for (size_t i = 0; i < n; i++)
        values.data[i] = prescribed (_i, i, n);
      LofiMatrix a = lofi_reference_with_spectrum (values.data, n, 50 + (uint32_t) _i);
      LofiSpectrum spectrum;
      ck_assert_int_eq (lofi_spectrum_init (&spectrum, &a, NULL), LOFI_OK);
      double norm = norm_of (spectrum.values, n), tolerance = 1e-13 * (double) n * norm;
      for (size_t k = 0; k < (s == 0 ? 4u : 2u); k++)
        {
          size_t keep = keeps[k];
          double *found = values.data + n, residual = NAN;
          LofiMatrix v = lofi_reference_new (n, keep);
          ck_assert_int_eq (lofi_spectrum_leading (&spectrum, keep, found, &v, NULL), LOFI_OK);
          ck_assert (lofi_reference_skewness (&v) <= 1e-10);
          ck_assert (lofi_reference_residual (&a, found, &v) <= tolerance);
          ck_assert_int_eq (lofi_eigen_residual (&a, found, &v, &residual), LOFI_OK);
          ck_assert (residual <= (double) n * tolerance);
          for (size_t j = 1; j < keep; j++)
            ck_assert (fabs (found[j]) <= fabs (found[j - 1]));
          lofi_matrix_clear (&v);
        }
      ck_assert_int_eq (lofi_spectrum_all (&spectrum, &all, NULL), LOFI_OK);
      ck_assert (lofi_reference_skewness (&all) <= 1e-13);
      ck_assert (lofi_reference_residual (&a, spectrum.values, &all) <= tolerance);
      /* Against what was put in, sorted here. */
      for (size_t i = 1; i < n; i++)
        for (size_t j = i; j > 0 && values.data[j] < values.data[j - 1]; j--)
          {
            double entry = values.data[j];
            values.data[j] = values.data[j - 1];
            values.data[j - 1] = entry;
          }
      ck_assert (lofi_reference_distance_of (spectrum.values, values.data, n) <= tolerance);
      lofi_spectrum_clear (&spectrum);
      lofi_matrix_clear (&values);
      lofi_matrix_clear (&all);
      lofi_matrix_clear (&a);
    }
}
END_TEST

/* Diagonal matrices with exact ties: the lower index in ascending order comes first. */
START_TEST (ties_are_broken_as_stated)
{
  static const double diagonal[] = { 2.0, -3.0, 3.0, 0.5, -3.0, 3.0, 2.0 };    /* ascending: -3 -3 0.5 2 2 3 3 */
  static const double order[] = { -3.0, -3.0, 3.0, 3.0, 2.0, 2.0, 0.5 };
  LofiMatrix a = lofi_reference_new (7, 7);
  for (size_t i = 0; i < 7; i++)
    a.data[i * 8] = diagonal[i];
  LofiSpectrum spectrum;
  ck_assert_int_eq (lofi_spectrum_init (&spectrum, &a, NULL), LOFI_OK);
  for (size_t keep = 1; keep <= 7; keep++)
    {
      double values[7];
      LofiMatrix v = lofi_reference_new (7, keep);
      ck_assert_int_eq (lofi_spectrum_leading (&spectrum, keep, values, &v, NULL), LOFI_OK);
      ck_assert (lofi_reference_distance_of (values, order, keep) == 0.0);
      ck_assert (lofi_reference_skewness (&v) <= 1e-15);
      ck_assert (lofi_reference_residual (&a, values, &v) <= 1e-15);
      lofi_matrix_clear (&v);
    }
  lofi_spectrum_clear (&spectrum);
  lofi_matrix_clear (&a);
}
END_TEST

START_TEST (columns_are_oriented_by_their_peak)
{
  double entries[] = { -1.0, 3.0, 0.0, 2.0, -3.0, 0.0, -2.0, 3.0, 0.0, 1.0, -3.0, 0.0 };
  const double expected[] = { -1.0, 3.0, 0.0, 2.0, -3.0, 0.0, -2.0, 3.0, 0.0, 1.0, -3.0, 0.0 };
  const double flipped[] = { 1.0, 3.0, 0.0, -2.0, -3.0, 0.0, 2.0, 3.0, 0.0, -1.0, -3.0, 0.0 };
  LofiMatrix v = { entries, 4, 3, 3 };
  lofi_orient_columns (&v);    /* the first of equal peaks decides: nothing to do */
  ck_assert (lofi_reference_distance_of (entries, expected, 12) == 0.0);
  for (size_t i = 0; i < 4; i++)
    entries[3 * i] = -entries[3 * i];    /* now the first column's first peak is the -2 in its second row */
  ck_assert (lofi_reference_distance_of (entries, flipped, 12) == 0.0);
  lofi_orient_columns (&v);
  ck_assert (lofi_reference_distance_of (entries, expected, 12) == 0.0);
}
END_TEST

START_TEST (bad_input_is_refused)
{
  LofiMatrix a = symmetric (140, 9), v = lofi_reference_new (140, 3), none = { 0 }, oblong = lofi_matrix_row_block (&a, 0, 100);
  double values[140];
  LofiSpectrum spectrum;
  ck_assert_int_eq (lofi_spectrum_init (&spectrum, &none, NULL), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_spectrum_init (&spectrum, &oblong, NULL), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_symmetric_values (&oblong, values, NULL), LOFI_BAD_SHAPE);
  const double bad[] = { NAN, INFINITY };
  for (int b = 0; b < 2; b++)
    {
      double kept = a.data[139 * 140 + 3];
      a.data[139 * 140 + 3] = bad[b];
      ck_assert_int_eq (lofi_spectrum_init (&spectrum, &a, NULL), LOFI_NOT_FINITE);
      ck_assert_ptr_null (spectrum.values);
      ck_assert_int_eq (lofi_symmetric_values (&a, values, NULL), LOFI_NOT_FINITE);
      a.data[139 * 140 + 3] = kept;
    }
  ck_assert_int_eq (lofi_spectrum_init (&spectrum, &a, NULL), LOFI_OK);
  ck_assert_int_eq (lofi_spectrum_leading (&spectrum, 0, values, &v, NULL), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_spectrum_leading (&spectrum, 141, values, &v, NULL), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_spectrum_leading (&spectrum, 4, values, &v, NULL), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_spectrum_all (&spectrum, &v, NULL), LOFI_BAD_SHAPE);
  lofi_spectrum_clear (&spectrum);
  lofi_spectrum_clear (&spectrum);    /* twice is harmless */
  lofi_matrix_clear (&a);
  lofi_matrix_clear (&v);
}
END_TEST

START_TEST (any_look_can_stop_and_looks_are_close)
{
  size_t n = 1500, keep = 60;
  LofiMatrix a = symmetric (n, 10), v = lofi_reference_new (n, keep), all = lofi_reference_new (n, n);
  double values[60];
  LofiSpectrum spectrum;
  Clock clock = { .last = now () };
  LofiWatch watch = { .stop = look, .progress = advance, .data = &clock };
  ck_assert_int_eq (lofi_spectrum_init (&spectrum, &a, &watch), LOFI_OK);
  ck_assert_int_gt (clock.looks, 20);
  ck_assert (!clock.backwards);
  clock.fraction = 0.0;
  ck_assert_int_eq (lofi_spectrum_leading (&spectrum, keep, values, &v, &watch), LOFI_OK);
  ck_assert (!clock.backwards);
  clock.fraction = 0.0;
  ck_assert_int_eq (lofi_spectrum_all (&spectrum, &all, &watch), LOFI_OK);
  ck_assert (!clock.backwards);
  look (&clock);
  ck_assert (clock.longest <= 0.5);

  LofiSpectrum other;
  for (int at = 1; at <= 20; at += 19)
    {
      clock = (Clock) { .stop_at = at, .last = now () };
      ck_assert_int_eq (lofi_spectrum_init (&other, &a, &watch), LOFI_STOPPED);
      ck_assert (now () - clock.last <= 0.5);
      ck_assert_int_eq (clock.looks, at);
      ck_assert_ptr_null (other.values);
    }
  for (int at = 1; at <= 9; at += 4)
    {
      clock = (Clock) { .stop_at = at };
      ck_assert_int_eq (lofi_spectrum_leading (&spectrum, keep, values, &v, &watch), LOFI_STOPPED);
      ck_assert_int_eq (clock.looks, at);
      clock = (Clock) { .stop_at = at };
      ck_assert_int_eq (lofi_spectrum_all (&spectrum, &all, &watch), LOFI_STOPPED);
      ck_assert_int_eq (clock.looks, at);
    }
  lofi_spectrum_clear (&spectrum);
  lofi_matrix_clear (&a);
  lofi_matrix_clear (&v);
  lofi_matrix_clear (&all);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("eigen");
  TCase *tcase = tcase_create ("eigen");
  tcase_set_timeout (tcase, 120);
  tcase_add_test (tcase, eigenpairs_agree_with_jacobi);
  tcase_add_test (tcase, the_upper_triangle_is_not_read);
  tcase_add_loop_test (tcase, prescribed_spectra_are_found, 0, 9);
  tcase_add_test (tcase, ties_are_broken_as_stated);
  tcase_add_test (tcase, columns_are_oriented_by_their_peak);
  tcase_add_test (tcase, bad_input_is_refused);
  tcase_add_test (tcase, any_look_can_stop_and_looks_are_close);
  suite_add_tcase (suite, tcase);
  return lofi_test_run (suite);
}
