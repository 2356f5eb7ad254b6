#define _GNU_SOURCE
#include "lofi-test.h"

#include <math.h>
#include <string.h>
#include "lofi-eigen.h"
#include "lofi-leading.h"
#include "lofi-reference.h"

#define BINS 60

/* Value i of n, ascending or not. */
static double
prescribed (int kind, size_t i, size_t n)
{
  double u = ((double) i + 0.5) / (double) n, angle = M_PI * u;
  switch (kind)
    {
    case 0:    /* a semicircle: the quantile of its law, by bisection */
      for (double low = 0.0, high = M_PI; high - low > 1e-14;)
        {
          angle = (low + high) / 2.0;
          *(angle - sin (angle) * cos (angle) < M_PI * u ? &low : &high) = angle;
        }
      return -cos (angle);
    case 1: return (i % 3 == 1 ? -0.15 : 0.15) * pow (1.0 + (double) i, -1.6);    /* five decades, both signs */
    case 2: return i < n / 2 ? 0.0 : 0.1 + 0.9 * cos (M_PI * u);         /* half of it exactly null, inside a bulk */
    case 3: return 1.0;
    default: return i < 5 ? 10.0 - (double) i : i < 8 ? (double) i - 10.0 : -1.0 + 2.0 * u;    /* outliers and a flat bulk */
    }
}

static int
ascending (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;
  return (x > y) - (x < y);
}

static LofiMatrix
with_spectrum (int kind, size_t n, double *truth)
{
  for (size_t i = 0; i < n; i++)
    truth[i] = prescribed (kind, i, n);
  LofiMatrix a = lofi_reference_with_spectrum (truth, n, 20 + (uint32_t) kind);
  qsort (truth, n, sizeof *truth, ascending);
  return a;
}

/* The L1 distance of two histograms over the range of the second, on an axis that is linear (scale 0) or asinh (x / scale). */
static double
apart (const double *values, const double *truth, size_t n, double scale)
{
  double low = scale > 0.0 ? asinh (truth[0] / scale) : truth[0], high = scale > 0.0 ? asinh (truth[n - 1] / scale) : truth[n - 1];
  double difference[BINS] = { 0 }, sum = 0.0;
  if (!(high > low))
    high = low + 1.0;
  for (size_t i = 0; i < 2 * n; i++)
    {
      double x = i < n ? values[i] : truth[i - n], place = ((scale > 0.0 ? asinh (x / scale) : x) - low) / (high - low) * BINS;
      ck_assert (fabs (place) < 1e6);
      int bin = place < 0.0 ? 0 : place >= BINS ? BINS - 1 : (int) place;
      difference[bin] += i < n ? 1.0 : -1.0;
    }
  for (int b = 0; b < BINS; b++)
    sum += fabs (difference[b]) / (double) n;
  return sum;
}

static void
check_density (const LofiDensity *d)
{
  double sum = 0.0;
  ck_assert_uint_gt (d->count, 0);
  for (size_t i = 0; i < d->count; i++)
    {
      ck_assert (d->weights[i] >= 0.0 && d->weights[i] <= 1.0);
      ck_assert (i == 0 || d->nodes[i] >= d->nodes[i - 1]);
      sum += d->weights[i];
    }
  ck_assert (fabs (sum - 1.0) <= 1e-12);
}

START_TEST (histograms_are_those_of_the_spectrum)
{
  size_t n = 2000, known = 100;
  LofiMatrix store = lofi_reference_new (3, n);
  double *truth = store.data, *values = truth + n, *leading = values + n;
  LofiMatrix a = with_spectrum (_i, n, truth);
  double top = fmax (fabs (truth[0]), fabs (truth[n - 1]));
  LofiSymmetricMap map = lofi_symmetric_map_of (&a);
  LofiDensity density;
  ck_assert_int_eq (lofi_density_estimate (&map, 16, 80, 1, &density, NULL), LOFI_OK);
  check_density (&density);
  for (size_t k = 0, low = 0, high = n; k < known; k++)
    leading[k] = fabs (truth[low]) >= fabs (truth[high - 1]) ? truth[low++] : truth[--high];
  for (int with = 0; with < 2; with++)
    {
      ck_assert_int_eq (lofi_density_quantiles (&density, n, leading, with ? known : 0, values), LOFI_OK);
      for (size_t i = 1; i < n; i++)
        ck_assert (values[i] >= values[i - 1]);
      ck_assert (apart (values, truth, n, 0.0) <= 0.05);
      for (double scale = 1e-1; scale > 1e-6; scale /= 10.0)
        ck_assert (apart (values, truth, n, scale * top) <= 0.05);
    }
  /* The known ones stand in their places. */
  for (size_t k = 0; k < known; k++)
    ck_assert_ptr_nonnull (bsearch (leading + k, values, n, sizeof *values, ascending));
  lofi_density_clear (&density);
  lofi_matrix_clear (&a);
  lofi_matrix_clear (&store);
}
END_TEST

/* With far fewer products than the order the outliers are exact and the bulk is the right size in the right place. */
START_TEST (a_coarse_estimate_is_still_a_picture)
{
  size_t n = 1200;
  LofiMatrix store = lofi_reference_new (2, n);
  double *truth = store.data, *values = truth + n;
  LofiMatrix a = with_spectrum (4, n, truth);
  LofiSymmetricMap map = lofi_symmetric_map_of (&a);
  LofiDensity density;
  ck_assert_int_eq (lofi_density_estimate (&map, 8, 30, 3, &density, NULL), LOFI_OK);
  check_density (&density);
  ck_assert_int_eq (lofi_density_quantiles (&density, n, NULL, 0, values), LOFI_OK);
  for (size_t i = 0; i < 3; i++)
    ck_assert (fabs (values[i] - truth[i]) <= 1e-9);
  for (size_t i = n - 5; i < n; i++)
    ck_assert (fabs (values[i] - truth[i]) <= 1e-9);
  ck_assert (fabs (values[3] - truth[3]) <= 0.02 && fabs (values[n - 6] - truth[n - 6]) <= 0.02);
  ck_assert (apart (values + 3, truth + 3, n - 8, 0.0) <= 0.1);
  lofi_density_clear (&density);
  lofi_matrix_clear (&a);
  lofi_matrix_clear (&store);
}
END_TEST

/* The block's own moments, of A and of a vector of each kind, where nothing settles: p products know 2 p - 1 of them. */
START_TEST (moments_are_those_of_the_probes)
{
  size_t n = 300;
  double truth[300], mean[2] = { 0.0, 0.0 };
  LofiMatrix a = with_spectrum (0, n, truth);
  LofiSymmetricMap map = lofi_symmetric_map_of (&a);
  LofiDensity few, many;
  ck_assert_int_eq (lofi_density_estimate (&map, 6, 4, 5, &few, NULL), LOFI_OK);
  ck_assert_int_eq (lofi_density_estimate (&map, 6, 12, 5, &many, NULL), LOFI_OK);
  for (int power = 1; power <= 7; power++)
    {
      double moment[2] = { 0.0, 0.0 };
      for (size_t i = 0; i < few.count; i++)
        moment[0] += few.weights[i] * pow (few.nodes[i], power);
      for (size_t i = 0; i < many.count; i++)
        moment[1] += many.weights[i] * pow (many.nodes[i], power);
      mean[0] += fabs (moment[0] - moment[1]);
      mean[1] += fabs (moment[1]);
    }
  ck_assert (mean[1] > 0.01);
  ck_assert (mean[0] <= 1e-13);
  lofi_density_clear (&few);
  lofi_density_clear (&many);
  lofi_matrix_clear (&a);
}
END_TEST

START_TEST (one_value_is_one_atom)
{
  size_t n = 300;
  double truth[300], values[300];
  LofiMatrix a = with_spectrum (3, n, truth);
  LofiSymmetricMap map = lofi_symmetric_map_of (&a);
  LofiDensity density;
  ck_assert_int_eq (lofi_density_estimate (&map, 5, 9, 1, &density, NULL), LOFI_OK);
  check_density (&density);
  ck_assert_int_eq (lofi_density_quantiles (&density, n, truth, 7, values), LOFI_OK);
  ck_assert (lofi_reference_distance_of (values, truth, n) <= 1e-13);
  lofi_density_clear (&density);
  lofi_matrix_clear (&a);
}
END_TEST

/* Where the products would pass the order, the answer is the spectrum; so are the quantiles. */
START_TEST (few_dimensions_are_done_exactly)
{
  for (size_t n = 1; n <= 50; n += 7)
    {
      double truth[50], values[50];
      LofiMatrix a = with_spectrum (1, n, truth);
      LofiSymmetricMap map = lofi_symmetric_map_of (&a);
      LofiDensity density;
      ck_assert_int_eq (lofi_density_estimate (&map, 16, 80, 1, &density, NULL), LOFI_OK);
      ck_assert_uint_eq (density.count, n);
      check_density (&density);
      ck_assert_int_eq (lofi_density_quantiles (&density, n, truth, 0, values), LOFI_OK);
      ck_assert (lofi_reference_distance_of (values, truth, n) <= 1e-14);
      ck_assert_int_eq (lofi_density_quantiles (&density, n, truth, n, values), LOFI_OK);
      ck_assert (lofi_reference_distance_of (values, truth, n) == 0.0);
      lofi_density_clear (&density);
      lofi_density_clear (&density);    /* twice is harmless */
      lofi_matrix_clear (&a);
    }
}
END_TEST

/* Z^T (t o (Z X)) / n without its matrix. */
typedef struct {
  LofiMatrix z;
  const double *t;
  int calls, stop_at;
} Moment;

static LofiStatus
apply_moment (void *data, const LofiMatrix *x, LofiMatrix *y, const LofiWatch *watch)
{
  Moment *m = data;
  size_t n = m->z.rows, p = m->z.cols, b = x->cols;
  if (++m->calls == m->stop_at)
    return LOFI_STOPPED;
  LofiMatrix zx = lofi_reference_new (n, b);
  for (size_t j = 0; j < p; j++)
    memset (y->data + j * y->stride, 0, b * sizeof (double));
  for (size_t i = 0; i < n; i++)
    {
      for (size_t j = 0; j < p; j++)
        for (size_t k = 0; k < b; k++)
          zx.data[i * b + k] += m->z.data[i * p + j] * x->data[j * x->stride + k];
      for (size_t j = 0; j < p; j++)
        for (size_t k = 0; k < b; k++)
          y->data[j * y->stride + k] += m->z.data[i * p + j] * (m->t[i] / (double) n) * zx.data[i * b + k];
    }
  lofi_matrix_clear (&zx);
  return LOFI_OK;
}

/* More directions than samples: half of the spectrum and more is null. */
START_TEST (a_map_needs_no_matrix)
{
  size_t n = 180, p = 500;
  double t[180], truth[500], values[500];
  Moment moment = { .z = lofi_reference_normals (n, p, 4), .t = t };
  for (size_t i = 0; i < n; i++)
    t[i] = i % 3 == 0 ? 1.0 : -1.0;
  for (size_t i = 0; i < n * p; i++)
    moment.z.data[i] = fmax (moment.z.data[i], 0.0) / sqrt ((double) p);
  LofiMatrix c = lofi_reference_operator (&moment.z, t, false);
  ck_assert_int_eq (lofi_symmetric_values (&c, truth, NULL), LOFI_OK);
  LofiSymmetricMap map = { .order = p, .apply = apply_moment, .data = &moment };
  static const size_t steps[] = { 20, 200 };    /* a Krylov space, and everything */
  double top = fmax (fabs (truth[0]), fabs (truth[p - 1]));
  for (int s = 0; s < 2; s++)
    {
      LofiDensity density;
      ck_assert_int_eq (lofi_density_estimate (&map, 16, steps[s], 2, &density, NULL), LOFI_OK);
      check_density (&density);
      ck_assert_int_eq (lofi_density_quantiles (&density, p, NULL, 0, values), LOFI_OK);
      ck_assert (apart (values, truth, p, 0.0) <= 0.02);
      ck_assert (apart (values, truth, p, 1e-2 * top) <= 0.02);
      lofi_density_clear (&density);
      moment.calls = 0;
      moment.stop_at = 3;
      ck_assert_int_eq (lofi_density_estimate (&map, 16, steps[s], 2, &density, NULL), LOFI_STOPPED);
      ck_assert_ptr_null (density.nodes);
      moment.stop_at = 0;
    }
  lofi_matrix_clear (&moment.z);
  lofi_matrix_clear (&c);
}
END_TEST

START_TEST (quantiles_of_a_given_density)
{
  double nodes[] = { -3.0, -1.0, 0.0, 0.0, 2.0 }, weights[] = { 0.25, 0.25, 0.125, 0.125, 0.25 }, values[8];
  double leading[] = { 5.0, -4.0 };
  LofiDensity density = { .count = 5, .nodes = nodes, .weights = weights, .group = 1 };
  /* Levels 1/16, 3/16, ...; -3 stands at 1/8, -1 from 3/8 to the atom's 1/2, which ends at 3/4. */
  const double plain[] = { -3.0, -2.5, -1.5, -1.0, 0.0, 0.0, 2.0, 2.0 };
  ck_assert_int_eq (lofi_density_quantiles (&density, 8, NULL, 0, values), LOFI_OK);
  ck_assert (lofi_reference_distance_of (values, plain, 8) <= 1e-15);
  /* Known values beyond all nodes: they are in none of the weights, and the rest is as before. */
  ck_assert_int_eq (lofi_density_quantiles (&density, 8, leading, 2, values), LOFI_OK);
  ck_assert (values[0] == -4.0 && values[7] == 5.0 && values[1] == -3.0 && values[6] == 2.0);
  /* A node that is a known value goes with it; none of the rest may be larger. */
  const double taken[] = { -2.0, -1.75, -1.25, -1.0, 0.0, 0.0, 2.0, 2.0 };
  leading[0] = leading[1] = 2.0;
  ck_assert_int_eq (lofi_density_quantiles (&density, 8, leading, 2, values), LOFI_OK);
  ck_assert (lofi_reference_distance_of (values, taken, 8) <= 1e-15);
  ck_assert_int_eq (lofi_density_quantiles (&density, 0, NULL, 0, values), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_density_quantiles (&density, 1, leading, 2, values), LOFI_BAD_SHAPE);
  density.count = 0;
  ck_assert_int_eq (lofi_density_quantiles (&density, 8, NULL, 0, values), LOFI_BAD_SHAPE);
}
END_TEST

START_TEST (seeds_matter_and_nothing_else)
{
  size_t n = 300;
  double truth[300];
  LofiMatrix a = with_spectrum (0, n, truth);
  LofiSymmetricMap map = lofi_symmetric_map_of (&a);
  LofiDensity one, same, other;
  ck_assert_int_eq (lofi_density_estimate (&map, 5, 9, 1, &one, NULL), LOFI_OK);
  ck_assert_int_eq (lofi_density_estimate (&map, 5, 9, 1, &same, NULL), LOFI_OK);
  ck_assert_int_eq (lofi_density_estimate (&map, 5, 9, 2, &other, NULL), LOFI_OK);
  ck_assert_uint_eq (one.count, same.count);
  ck_assert_int_eq (memcmp (one.nodes, same.nodes, one.count * sizeof (double)), 0);
  ck_assert_int_eq (memcmp (one.weights, same.weights, one.count * sizeof (double)), 0);
  ck_assert (one.nodes[0] != other.nodes[0]);
  lofi_density_clear (&one);
  lofi_density_clear (&same);
  lofi_density_clear (&other);
  ck_assert_int_eq (lofi_density_estimate (&map, 0, 9, 1, &one, NULL), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_density_estimate (&map, 5, 0, 1, &one, NULL), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_density_estimate (&map, SIZE_MAX / 2, 3, 1, &one, NULL), LOFI_OK);
  ck_assert_uint_eq (one.count, n);
  lofi_density_clear (&one);
  for (size_t i = 0; i < n; i++)
    a.data[7 * n + i] = a.data[i * n + 7] = NAN;
  ck_assert_int_eq (lofi_density_estimate (&map, 5, 9, 1, &one, NULL), LOFI_NOT_FINITE);
  ck_assert_int_eq (lofi_density_estimate (&map, 50, 9, 1, &one, NULL), LOFI_NOT_FINITE);
  ck_assert_ptr_null (one.nodes);
  lofi_matrix_clear (&a);
}
END_TEST

typedef struct {
  int looks, stop_at;
  double fraction;
  bool backwards;
} Clock;

static bool
look (void *data)
{
  Clock *c = data;
  return ++c->looks == c->stop_at;
}

static void
advance (void *data, double fraction)
{
  Clock *c = data;
  c->backwards |= !(fraction >= c->fraction && fraction <= 1.0);
  c->fraction = fraction;
}

START_TEST (any_look_can_stop)
{
  size_t n = 600;
  LofiMatrix truth = lofi_reference_new (1, n), a = with_spectrum (0, n, truth.data);
  LofiSymmetricMap map = lofi_symmetric_map_of (&a);
  LofiDensity density;
  Clock clock = { 0 };
  LofiWatch watch = { .stop = look, .progress = advance, .data = &clock };
  ck_assert_int_eq (lofi_density_estimate (&map, 8, 40, 1, &density, &watch), LOFI_OK);
  lofi_density_clear (&density);
  ck_assert_int_gt (clock.looks, 40);
  ck_assert (!clock.backwards && clock.fraction == 1.0);
  for (int at = 1, last = clock.looks; at <= last; at += last / 7)
    {
      clock = (Clock) { .stop_at = at };
      ck_assert_int_eq (lofi_density_estimate (&map, 8, 40, 1, &density, &watch), LOFI_STOPPED);
      ck_assert_int_eq (clock.looks, at);
      ck_assert_ptr_null (density.nodes);
    }
  lofi_matrix_clear (&truth);
  lofi_matrix_clear (&a);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("density");
  TCase *tcase = tcase_create ("density");
  tcase_set_timeout (tcase, 120);
  tcase_add_loop_test (tcase, histograms_are_those_of_the_spectrum, 0, 3);
  tcase_add_test (tcase, one_value_is_one_atom);
  tcase_add_test (tcase, a_coarse_estimate_is_still_a_picture);
  tcase_add_test (tcase, moments_are_those_of_the_probes);
  tcase_add_test (tcase, few_dimensions_are_done_exactly);
  tcase_add_test (tcase, a_map_needs_no_matrix);
  tcase_add_test (tcase, quantiles_of_a_given_density);
  tcase_add_test (tcase, seeds_matter_and_nothing_else);
  tcase_add_test (tcase, any_look_can_stop);
  suite_add_tcase (suite, tcase);
  return lofi_test_run (suite);
}
