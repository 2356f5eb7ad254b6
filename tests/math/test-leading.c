#define _GNU_SOURCE
#include "lofi-test.h"

#include <math.h>
#include <string.h>
#include "lofi-clock.h"
#include "lofi-eigen.h"
#include "lofi-leading.h"
#include "lofi-reference.h"

#define N 421               /* no multiple of any block; large enough not to be done directly */

/* Value i of n, kind by kind. */
static double
prescribed (int kind, size_t i, size_t n)
{
  double x = (double) i / (double) n, sign = i % 3 == 1 ? -1.0 : 1.0;
  switch (kind)
    {
    case 0: return 0.0;
    case 1: return 1.0;
    case 2: return i < 7 ? sign * (1.0 + (double) i) : 0.0;               /* rank 7 */
    case 3: return sign * 0.15 * pow (1.0 + (double) i, -1.6);            /* a relu lift's: decades, a tight bulk, both signs */
    case 4: return (i % 2 ? -1.0 : 1.0) * pow (2.0 + (double) (i / 2), -1.3);    /* +a and -a throughout */
    case 5: return pow (2.0 + (double) (i / 10), -1.2);                   /* everything ten times */
    case 6: return i < 40 ? 1.0 : i < 42 ? -2.0 : 0.5 * pow (1.0 + (double) i, -1.0);    /* more copies than a block's columns */
    case 7: return i < 60 ? 3.0 + 1e-14 * (double) i : i < 75 ? -1.0 : 0.1 * x;    /* the same, not quite equal */
    case 8: return pow (10.0, -16.0 * x);                                /* graded over all of double */
    case 9: return sign * 1e-150 * pow (1.0 + (double) i, -1.5);          /* tiny */
    case 10: return sign * 1e150 * pow (1.0 + (double) i, -1.5);          /* huge */
    case 11: return cos (M_PI * x);                                      /* no gaps to speak of: a bulk alone */
    case 12: return i < 5 ? 10.0 - (double) i : 1.0 + 1e-7 * x;           /* outliers before a bulk of nearly equal ones */
    default: return i == 0 ? 1.0 : 1e-9 * (1.0 - x);                      /* one direction, and dust */
    }
}

static int
by_magnitude (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;
  return fabs (x) != fabs (y) ? (fabs (x) < fabs (y)) - (fabs (x) > fabs (y)) : (x > y) - (x < y);
}

static bool
is_oriented (const LofiMatrix *v)
{
  for (size_t k = 0; k < v->cols; k++)
    {
      double peak = 0.0;
      for (size_t i = 0; i < v->rows; i++)
        if (fabs (v->data[i * v->stride + k]) > fabs (peak))
          peak = v->data[i * v->stride + k];
      if (!(peak > 0.0))
        return false;
    }
  return true;
}

/* What the header promises of any matrix: order, accuracy, orientation, and that the residuals are the residuals. */
static void
check_pairs (const LofiMatrix *a, const double *truth, size_t keep)
{
  size_t n = a->rows;
  LofiMatrix values = lofi_reference_new (2, keep), storage = lofi_reference_new (n, keep), v = lofi_reference_padded (&storage);
  double *found = values.data, *residuals = found + keep, norm = fabs (truth[0]), most = 0.0, computed = NAN;
  LofiLeadingStats stats;
  LofiSymmetricMap map = lofi_symmetric_map_of (a);
  ck_assert_int_eq (lofi_leading_pairs (&map, keep, LOFI_LEADING_TOLERANCE, found, &v, residuals, &stats, NULL), LOFI_OK);
  for (size_t k = 0; k < keep; k++)
    {
      ck_assert (fabs (fabs (found[k]) - fabs (truth[k])) <= 1e-14 * (double) n * norm);
      ck_assert (k == 0 || fabs (found[k]) <= fabs (found[k - 1]));
      ck_assert (residuals[k] <= LOFI_LEADING_TOLERANCE * norm);
      most = fmax (most, residuals[k]);
    }
  ck_assert (norm > 0.0 ? fabs (most / norm - stats.residual) <= 1e-15 : stats.residual == 0.0);
  ck_assert (lofi_reference_skewness (&v) <= 1e-12);
  ck_assert (is_oriented (&v));
  if (norm < 1e100 && norm > 1e-100)
    {
      ck_assert_int_eq (lofi_eigen_residual (a, found, &v, &computed), LOFI_OK);
      ck_assert (fabs (computed - most) <= 1e-14 * norm);
    }
  ck_assert_uint_gt (stats.products, 0);
  lofi_matrix_clear (&values);
  lofi_matrix_clear (&storage);
  lofi_matrix_clear (&v);
}

START_TEST (prescribed_spectra_are_found)
{
  static const size_t keeps[] = { 1, 13, 50 };
  double truth[N];
  for (size_t i = 0; i < N; i++)
    truth[i] = prescribed (_i, i, N);
  LofiMatrix a = lofi_reference_with_spectrum (truth, N, 70 + (uint32_t) _i);
  qsort (truth, N, sizeof *truth, by_magnitude);
  for (size_t k = 0; k < 3; k++)
    check_pairs (&a, truth, keeps[k]);
  lofi_matrix_clear (&a);
}
END_TEST

START_TEST (diagonal_matrices_are_no_exception)
{
  double truth[N];
  LofiMatrix a = lofi_reference_new (N, N);
  for (size_t i = 0; i < N; i++)
    a.data[i * (N + 1)] = truth[i] = prescribed (_i, i, N);
  qsort (truth, N, sizeof *truth, by_magnitude);
  check_pairs (&a, truth, 20);
  lofi_matrix_clear (&a);
}
END_TEST

START_TEST (small_orders_and_every_keep_work)
{
  for (size_t n = 1; n <= 40; n += 13)
    {
      double truth[40];
      for (size_t i = 0; i < n; i++)
        truth[i] = prescribed (3, i, n);
      LofiMatrix a = lofi_reference_with_spectrum (truth, n, (uint32_t) n);
      for (size_t keep = 1; keep <= n; keep += keep < 3 || keep + 1 >= n ? 1 : n - keep - 1)
        check_pairs (&a, truth, keep);
      lofi_matrix_clear (&a);
    }
  double truth[N];
  for (size_t i = 0; i < N; i++)
    truth[i] = prescribed (3, i, N);
  LofiMatrix a = lofi_reference_with_spectrum (truth, N, 3);
  check_pairs (&a, truth, N);
  check_pairs (&a, truth, 2 * N / 3);
  lofi_matrix_clear (&a);
}
END_TEST

/* Z^T (t o (Z X)) / n: a moment operator that is never formed. */
typedef struct {
  LofiMatrix z;
  const double *t;
  size_t columns;           /* seen so far */
  int calls, stop_at;
} Moment;

static LofiStatus
apply_moment (void *data, const LofiMatrix *x, LofiMatrix *y, const LofiWatch *watch)
{
  Moment *m = data;
  size_t n = m->z.rows, p = m->z.cols, b = x->cols;
  LofiMatrix zx = lofi_reference_new (n, b);
  if (++m->calls == m->stop_at)
    {
      lofi_matrix_clear (&zx);
      return LOFI_STOPPED;
    }
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < p; j++)
      for (size_t k = 0; k < b; k++)
        zx.data[i * b + k] += m->z.data[i * p + j] * x->data[j * x->stride + k];
  for (size_t j = 0; j < p; j++)
    memset (y->data + j * y->stride, 0, b * sizeof (double));
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < p; j++)
      for (size_t k = 0; k < b; k++)
        y->data[j * y->stride + k] += m->z.data[i * p + j] * (m->t[i] / (double) n) * zx.data[i * b + k];
  m->columns += b;
  lofi_matrix_clear (&zx);
  return LOFI_OK;
}

static Moment
moment_new (size_t n, size_t p, double *t)
{
  LofiMatrix h = lofi_reference_normals (n, 30, 5), w = lofi_reference_normals (30, p, 6);
  Moment m = { .z = lofi_reference_new (n, p), .t = t };
  for (size_t i = 0; i < n; i++)
    {
      t[i] = h.data[i * 30] + h.data[i * 30 + 1] > 0.0 ? 1.0 : -1.0;
      for (size_t j = 0; j < p; j++)
        {
          double sum = 0.0;
          for (size_t k = 0; k < 30; k++)
            sum += h.data[i * 30 + k] * pow (1.0 + (double) k, -0.5) * w.data[k * p + j];
          m.z.data[i * p + j] = fmax (sum, 0.0) / sqrt ((double) p);
        }
    }
  lofi_matrix_clear (&h);
  lofi_matrix_clear (&w);
  return m;
}

/* Without a matrix, against the whole decomposition of the matrix: values, and the vectors as features. */
START_TEST (a_map_needs_no_matrix)
{
  static const size_t widths[] = { 60, 450 };
  for (size_t s = 0; s < 2; s++)
    {
      size_t n = 300, p = widths[s], keep = 30;
      double t[300], found[30], expected[30];
      Moment moment = moment_new (n, p, t);
      LofiMatrix c = lofi_reference_operator (&moment.z, t, false), v = lofi_reference_new (p, keep), u = lofi_reference_new (p, keep);
      LofiSymmetricMap map = { .order = p, .apply = apply_moment, .data = &moment };
      LofiLeadingStats stats;
      ck_assert_int_eq (lofi_leading_pairs (&map, keep, LOFI_LEADING_TOLERANCE, found, &v, NULL, &stats, NULL), LOFI_OK);
      ck_assert_uint_eq (stats.products, moment.columns);
      LofiSpectrum spectrum;
      ck_assert_int_eq (lofi_spectrum_init (&spectrum, &c, NULL), LOFI_OK);
      ck_assert_int_eq (lofi_spectrum_leading (&spectrum, keep, expected, &u, NULL), LOFI_OK);
      ck_assert (lofi_reference_distance_of (found, expected, keep) <= 1e-13 * fabs (expected[0]));
      for (size_t k = 0; k < keep; k++)
        {
          double largest = 0.0, apart = 0.0;
          for (size_t i = 0; i < n; i++)
            {
              double f = 0.0, g = 0.0;
              for (size_t j = 0; j < p; j++)
                {
                  f += moment.z.data[i * p + j] * v.data[j * keep + k];
                  g += moment.z.data[i * p + j] * u.data[j * keep + k];
                }
              largest = fmax (largest, fabs (g));
              apart = fmax (apart, fabs (f - g));
            }
          ck_assert (apart <= 1e-6 * largest);
        }
      moment.calls = 0;
      moment.stop_at = 2;
      ck_assert_int_eq (lofi_leading_pairs (&map, keep, LOFI_LEADING_TOLERANCE, found, &v, NULL, NULL, NULL), LOFI_STOPPED);
      lofi_spectrum_clear (&spectrum);
      lofi_matrix_clear (&moment.z);
      lofi_matrix_clear (&c);
      lofi_matrix_clear (&v);
      lofi_matrix_clear (&u);
    }
}
END_TEST

START_TEST (the_same_input_gives_the_same_bytes)
{
  double truth[N], values[2][20];
  for (size_t i = 0; i < N; i++)
    truth[i] = prescribed (3, i, N);
  LofiMatrix a = lofi_reference_with_spectrum (truth, N, 9), v[2];
  LofiSymmetricMap map = lofi_symmetric_map_of (&a);
  for (int r = 0; r < 2; r++)
    {
      v[r] = lofi_reference_new (N, 20);
      ck_assert_int_eq (lofi_leading_pairs (&map, 20, LOFI_LEADING_TOLERANCE, values[r], &v[r], NULL, NULL, NULL), LOFI_OK);
    }
  ck_assert_int_eq (memcmp (values[0], values[1], sizeof values[0]), 0);
  ck_assert_int_eq (memcmp (v[0].data, v[1].data, N * 20 * sizeof (double)), 0);
  lofi_matrix_clear (&a);
  lofi_matrix_clear (&v[0]);
  lofi_matrix_clear (&v[1]);
}
END_TEST

/* A looser tolerance costs less, and is kept; none at all means what rounding allows. */
START_TEST (the_tolerance_is_kept)
{
  static const double tolerances[] = { 1e-4, 1e-8, 1e-12, 0.0 };
  double truth[N], values[20];
  size_t products = 0;
  for (size_t i = 0; i < N; i++)
    truth[i] = prescribed (3, i, N);
  LofiMatrix a = lofi_reference_with_spectrum (truth, N, 9), v = lofi_reference_new (N, 20);
  LofiSymmetricMap map = lofi_symmetric_map_of (&a);
  for (int t = 0; t < 4; t++)
    {
      LofiLeadingStats stats;
      double computed = NAN;
      ck_assert_int_eq (lofi_leading_pairs (&map, 20, tolerances[t], values, &v, NULL, &stats, NULL), LOFI_OK);
      ck_assert_int_eq (lofi_eigen_residual (&a, values, &v, &computed), LOFI_OK);
      ck_assert (computed <= fmax (tolerances[t], 1e-14) * fabs (values[0]));
      ck_assert_uint_ge (stats.products, products);
      products = stats.products;
    }
  lofi_matrix_clear (&a);
  lofi_matrix_clear (&v);
}
END_TEST

START_TEST (bad_input_is_refused)
{
  double truth[N], values[N];
  for (size_t i = 0; i < N; i++)
    truth[i] = prescribed (3, i, N);
  LofiMatrix a = lofi_reference_with_spectrum (truth, N, 9), v = lofi_reference_new (N, 5), none = { 0 };
  LofiMatrix oblong = lofi_matrix_row_block (&a, 0, 100), small = { a.data, 30, 30, a.stride }, u = lofi_matrix_row_block (&v, 0, 30);
  LofiSymmetricMap map = lofi_symmetric_map_of (&a), bad = lofi_symmetric_map_of (&oblong), little = lofi_symmetric_map_of (&small);
  ck_assert_int_eq (lofi_leading_pairs (&map, 0, 1e-12, values, &v, NULL, NULL, NULL), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_leading_pairs (&map, 4, 1e-12, values, &v, NULL, NULL, NULL), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_leading_pairs (&map, N + 1, 1e-12, values, &v, NULL, NULL, NULL), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_leading_pairs (&bad, 5, 1e-12, values, &v, NULL, NULL, NULL), LOFI_BAD_SHAPE);
  bad = lofi_symmetric_map_of (&none);
  ck_assert_int_eq (lofi_leading_pairs (&bad, 5, 1e-12, values, &v, NULL, NULL, NULL), LOFI_BAD_SHAPE);
  const double wrong[] = { NAN, INFINITY };
  for (int w = 0; w < 2; w++)
    {
      a.data[N + 3] = a.data[3 * N + 1] = wrong[w];
      ck_assert_int_eq (lofi_leading_pairs (&map, 5, 1e-12, values, &v, NULL, NULL, NULL), LOFI_NOT_FINITE);
      ck_assert_int_eq (lofi_leading_pairs (&little, 5, 1e-12, values, &u, NULL, NULL, NULL), LOFI_NOT_FINITE);
    }
  lofi_matrix_clear (&a);
  lofi_matrix_clear (&v);
}
END_TEST

START_TEST (it_pays_where_few_are_wanted)
{
  ck_assert (lofi_leading_pays (1000, 50));
  ck_assert (lofi_leading_pays (2000, 100));
  ck_assert (lofi_leading_pays (5000, 100));
  ck_assert (!lofi_leading_pays (2000, 2000));
  ck_assert (!lofi_leading_pays (2000, 1000));
  ck_assert (!lofi_leading_pays (50, 1));
  ck_assert (!lofi_leading_pays (0, 0));
}
END_TEST

START_TEST (any_look_can_stop_and_looks_are_close)
{
  size_t n = 1600, keep = 30;
  LofiMatrix values = lofi_reference_new (1, n), v = lofi_reference_new (n, keep);
  for (size_t i = 0; i < n; i++)
    values.data[i] = prescribed (3, i, n);
  LofiMatrix a = lofi_reference_with_spectrum (values.data, n, 10);
  LofiSymmetricMap map = lofi_symmetric_map_of (&a);
  Clock clock = { .last = now () };
  LofiWatch watch = { .stop = look, .progress = advance, .data = &clock };
  ck_assert_int_eq (lofi_leading_pairs (&map, keep, 1e-12, values.data, &v, NULL, NULL, &watch), LOFI_OK);
  look (&clock);
  ck_assert_int_gt (clock.looks, 15);
  ck_assert (clock.longest <= 0.2);
  ck_assert (!clock.backwards);
  ck_assert (clock.fraction == 1.0);
  for (int at = 1, last = clock.looks - 1; at <= last; at += last / 6)
    {
      clock = (Clock) { .stop_at = at, .last = now () };
      ck_assert_int_eq (lofi_leading_pairs (&map, keep, 1e-12, values.data, &v, NULL, NULL, &watch), LOFI_STOPPED);
      ck_assert_int_eq (clock.looks, at);
      ck_assert (now () - clock.last <= 0.2);
    }
  lofi_matrix_clear (&values);
  lofi_matrix_clear (&a);
  lofi_matrix_clear (&v);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("leading");
  TCase *tcase = tcase_create ("leading");
  tcase_set_timeout (tcase, 120);
  tcase_add_loop_test (tcase, prescribed_spectra_are_found, 0, 14);
  tcase_add_loop_test (tcase, diagonal_matrices_are_no_exception, 0, 14);
  tcase_add_test (tcase, small_orders_and_every_keep_work);
  tcase_add_test (tcase, a_map_needs_no_matrix);
  tcase_add_test (tcase, the_same_input_gives_the_same_bytes);
  tcase_add_test (tcase, the_tolerance_is_kept);
  tcase_add_test (tcase, bad_input_is_refused);
  tcase_add_test (tcase, it_pays_where_few_are_wanted);
  tcase_add_test (tcase, any_look_can_stop_and_looks_are_close);
  suite_add_tcase (suite, tcase);
  return lofi_test_run (suite);
}
