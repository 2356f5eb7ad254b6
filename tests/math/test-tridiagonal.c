/* Tridiagonal eigenproblems, larger than a leaf of the divide and conquer, among them those known to be hard: clusters without
 * zero off-diagonals (Wilkinson, glued Wilkinson), graded, split, scaled to the ends of double. */
#include "lofi-test.h"

#include <float.h>
#include <math.h>
#include "lofi-random.h"
#include "lofi-reference.h"
#include "lofi-tridiagonal-private.h"

enum { KINDS = 9 };

static void
fill (int kind, size_t n, double *d, double *e)
{
  double centre = (double) (n - 1) / 2.0;
  lofi_random_normals (31, LOFI_PURPOSE_TEACHER, (uint32_t) kind, 0, n, d);
  lofi_random_normals (32, LOFI_PURPOSE_TEACHER, (uint32_t) kind, 0, n, e);
  for (size_t i = 0; i < n; i++)
    {
      double random_d = d[i], random_e = e[i], grade = pow (10.0, -20.0 * (double) i / (double) n);
      switch (kind)
        {
        case 0: break;
        case 1: d[i] = 2.0; e[i] = -1.0; break;
        case 2: d[i] = fabs ((double) i - centre); e[i] = 1.0; break;
        case 3: d[i] = fabs ((double) (i % 21) - 10.0); e[i] = i % 21 == 20 ? 1e-8 : 1.0; break;
        case 4: d[i] = floor (3.0 * random_d); e[i] = 0.0; break;
        case 5: d[i] = random_d * grade; e[i] = 0.3 * random_e * grade; break;
        case 6: d[i] = 0.0; e[i] = 0.0; break;
        case 7: d[i] *= 1e150; e[i] *= 1e150; break;
        default: d[i] *= 1e-150; e[i] = i % 97 == 96 ? 0.0 : random_e * 1e-150; break;
        }
    }
}

/* max over k of || T v_k - value_k v_k ||, relative to the largest eigenvalue. */
static double
residual (const LofiTridiagonal *t, const double *values, const double *z, size_t ldz, size_t count, double scale)
{
  double largest = 0.0;
  size_t n = t->order;
  for (size_t k = 0; k < count; k++)
    {
      const double *v = z + k * ldz;
      double squares = 0.0;
      for (size_t i = 0; i < n; i++)
        {
          double r = (t->diagonal[i] - values[k]) / scale * v[i];
          r += i > 0 ? t->off_diagonal[i - 1] / scale * v[i - 1] : 0.0;
          r += i + 1 < n ? t->off_diagonal[i] / scale * v[i + 1] : 0.0;
          squares += r * r;
        }
      if (!(squares <= largest))
        largest = squares;
    }
  return sqrt (largest);
}

static double
skewness (const double *z, size_t n, size_t ldz, size_t count)
{
  double largest = 0.0;
  for (size_t k = 0; k < count; k++)
    for (size_t j = 0; j <= k; j++)
      {
        double product = k == j ? -1.0 : 0.0;
        for (size_t i = 0; i < n; i++)
          product += z[k * ldz + i] * z[j * ldz + i];
        if (!(fabs (product) <= largest))
          largest = fabs (product);
      }
  return largest;
}

static int
ascending (const void *a, const void *b)
{
  const double *p = a, *q = b;
  return (*p > *q) - (*p < *q);
}

START_TEST (all_vectors_are_found)
{
  static const size_t sizes[] = { 1, 2, 640 };
  for (size_t s = 0; s < 3; s++)
    {
      size_t n = sizes[s], ldz = n + 3;
      LofiMatrix work = lofi_reference_new (3, n), z = lofi_reference_new (n, ldz);
      double *d = work.data, *e = d + n, *values = e + n;
      fill (_i, n, d, e);
      LofiTridiagonal t = { .order = n, .diagonal = d, .off_diagonal = e };
      z.data[n] = 42.0;
      ck_assert_int_eq (lofi_tridiagonal_values (&t, values), LOFI_OK);
      ck_assert_int_eq (lofi_tridiagonal_all (&t, z.data, ldz, NULL), LOFI_OK);
      double scale = fmax (fmax (fabs (values[0]), fabs (values[n - 1])), DBL_MIN);
      for (size_t i = 1; i < n; i++)
        ck_assert (values[i] >= values[i - 1]);
      ck_assert (residual (&t, values, z.data, ldz, n, scale) <= 1e-15 * (double) (n + 10));
      ck_assert (skewness (z.data, n, ldz, n) <= 1e-14 * (double) (n + 10) / 10.0);
      ck_assert (z.data[n] == 42.0);    /* nothing written between the columns */
      lofi_matrix_clear (&work);
      lofi_matrix_clear (&z);
    }
}
END_TEST

/* 2, -1: the eigenvalues are 2 - 2 cos (pi k / (n + 1)), the vectors sines. */
START_TEST (the_discrete_laplacian_is_known)
{
  size_t n = 777;
  LofiMatrix work = lofi_reference_new (3, n), z = lofi_reference_new (n, n);
  double *d = work.data, *e = d + n, *values = e + n, norm = sqrt (2.0 / (double) (n + 1));
  fill (1, n, d, e);
  LofiTridiagonal t = { .order = n, .diagonal = d, .off_diagonal = e };
  ck_assert_int_eq (lofi_tridiagonal_values (&t, values), LOFI_OK);
  ck_assert_int_eq (lofi_tridiagonal_all (&t, z.data, n, NULL), LOFI_OK);
  for (size_t k = 0; k < n; k += 37)
    {
      double angle = M_PI * (double) (k + 1) / (double) (n + 1), sign = z.data[k * n] > 0.0 ? norm : -norm, largest = 0.0;
      ck_assert (fabs (values[k] - (2.0 - 2.0 * cos (angle))) <= 1e-13);
      for (size_t i = 0; i < n; i++)
        {
          double off = fabs (z.data[k * n + i] - sign * sin (angle * (double) (i + 1)));
          largest = off <= largest ? largest : off;
        }
      ck_assert (largest <= 1e-9);    /* the closest eigenvalues are 5e-5 apart */
    }
  lofi_matrix_clear (&work);
  lofi_matrix_clear (&z);
}
END_TEST

START_TEST (some_vectors_are_found)
{
  size_t n = 693, count = 300;    /* more than one run */
  LofiMatrix work = lofi_reference_new (4, n), z = lofi_reference_new (count, n);
  LofiPlace *places = calloc (count, sizeof *places);
  double *d = work.data, *e = d + n, *values = e + n, *chosen = values + n;
  fill (_i, n, d, e);
  LofiTridiagonal t = { .order = n, .diagonal = d, .off_diagonal = e };
  ck_assert_int_eq (lofi_tridiagonal_values (&t, values), LOFI_OK);
  for (size_t k = 0; k < count; k++)    /* from both ends in turn, and some left out */
    {
      size_t step = k / 2 + k / 40, index = k % 2 ? n - 1 - step : step;
      places[k] = (LofiPlace) { .value = values[index], .index = index };
      chosen[k] = values[index];
    }
  ck_assert_int_eq (lofi_tridiagonal_some (&t, values, places, count, z.data, NULL), LOFI_OK);
  double scale = fmax (fmax (fabs (values[0]), fabs (values[n - 1])), DBL_MIN);
  ck_assert (residual (&t, chosen, z.data, n, count, scale) <= 1e-10);
  ck_assert (skewness (z.data, n, n, count) <= 1e-10);
  free (places);
  lofi_matrix_clear (&work);
  lofi_matrix_clear (&z);
}
END_TEST

static bool
stop_at (void *data)
{
  return --*(int *) data <= 0;
}

START_TEST (every_look_can_stop)
{
  size_t n = 1100;
  LofiMatrix work = lofi_reference_new (3, n), z = lofi_reference_new (n, n);
  double *d = work.data, *e = d + n;
  fill (1, n, d, e);
  LofiTridiagonal t = { .order = n, .diagonal = d, .off_diagonal = e };
  int looks = 0;
  for (int at = 1; ; at += 3)
    {
      int left = at;
      LofiWatch watch = { .stop = stop_at, .data = &left };
      LofiStatus status = lofi_tridiagonal_all (&t, z.data, n, &watch);
      if (status == LOFI_OK)
        break;
      ck_assert_int_eq (status, LOFI_STOPPED);
      ck_assert_int_eq (left, 0);
      looks = at;
    }
  ck_assert_int_ge (looks, 10);
  lofi_matrix_clear (&work);
  lofi_matrix_clear (&z);
}
END_TEST

START_TEST (eigenvalues_agree_with_the_sum_of_the_diagonal)
{
  size_t n = 640;
  LofiMatrix work = lofi_reference_new (3, n);
  double *d = work.data, *e = d + n, *values = e + n, trace = 0.0, sum = 0.0, squares = 0.0, frobenius = 0.0;
  fill (0, n, d, e);
  LofiTridiagonal t = { .order = n, .diagonal = d, .off_diagonal = e };
  ck_assert_int_eq (lofi_tridiagonal_values (&t, values), LOFI_OK);
  for (size_t i = 0; i < n; i++)
    {
      trace += d[i];
      frobenius += d[i] * d[i] + (i + 1 < n ? 2.0 * e[i] * e[i] : 0.0);
      sum += values[i];
      squares += values[i] * values[i];
    }
  ck_assert (fabs (sum - trace) <= 1e-11);
  ck_assert (fabs (squares / frobenius - 1.0) <= 1e-12);
  /* With nothing off the diagonal, the sorted diagonal. */
  fill (4, n, d, e);
  ck_assert_int_eq (lofi_tridiagonal_values (&t, values), LOFI_OK);
  qsort (d, n, sizeof (double), ascending);
  ck_assert (lofi_reference_distance_of (d, values, n) == 0.0);
  d[3] = NAN;
  ck_assert_int_eq (lofi_tridiagonal_values (&t, values), LOFI_NOT_FINITE);
  d[3] = 0.0;
  e[n - 2] = INFINITY;
  ck_assert_int_eq (lofi_tridiagonal_values (&t, values), LOFI_NOT_FINITE);
  lofi_matrix_clear (&work);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("tridiagonal");
  TCase *tcase = tcase_create ("tridiagonal");
  tcase_set_timeout (tcase, 60);
  tcase_add_loop_test (tcase, all_vectors_are_found, 0, KINDS);
  tcase_add_test (tcase, the_discrete_laplacian_is_known);
  tcase_add_loop_test (tcase, some_vectors_are_found, 0, KINDS);
  tcase_add_test (tcase, every_look_can_stop);
  tcase_add_test (tcase, eigenvalues_agree_with_the_sum_of_the_diagonal);
  suite_add_tcase (suite, tcase);
  return lofi_test_run (suite);
}
