#include "lofi-test.h"

#include <math.h>
#include "lofi-eigen.h"
#include "lofi-moment.h"
#include "lofi-operator.h"
#include "lofi-reference.h"

/* ---- plainly: Hermite polynomials multi-index by multi-index ---- */

static double
he (int k, double t)
{
  return k == 0 ? 1.0 : k == 1 ? t : k == 2 ? (t * t - 1.0) / sqrt (2.0) : k == 3 ? (t * t * t - 3.0 * t) / sqrt (6.0)
         : (t * t * t * t - 6.0 * t * t + 3.0) / sqrt (24.0);
}

/* Sum over all multi-indices of `left` more, in coordinates from `from` on, of the products of he at x and at z. */
static double
hermite_kernel (const double *x, const double *z, size_t d, size_t from, int left)
{
  if (left == 0)
    return 1.0;
  if (from == d)
    return 0.0;
  double sum = 0.0;
  for (int k = 0; k <= left; k++)
    sum += he (k, x[from]) * he (k, z[from]) * hermite_kernel (x, z, d, from + 1, left - k);
  return sum;
}

/* x over its deviation, less its mean; columns that do not vary are dropped. kept: the column each came from. */
static LofiMatrix
standardised (const LofiMatrix *z, size_t *kept, double *deviations)
{
  LofiMatrix x = lofi_reference_new (z->rows, z->cols);
  size_t columns = 0;
  for (size_t j = 0; j < z->cols; j++)
    {
      double mean = 0.0, square = 0.0;
      for (size_t i = 0; i < z->rows; i++)
        mean += z->data[i * z->stride + j] / (double) z->rows;
      for (size_t i = 0; i < z->rows; i++)
        square += pow (z->data[i * z->stride + j] - mean, 2) / (double) z->rows;
      if (square < 1e-20)
        continue;
      for (size_t i = 0; i < z->rows; i++)
        x.data[i * x.stride + columns] = (z->data[i * z->stride + j] - mean) / sqrt (square);
      deviations[columns] = sqrt (square);
      kept[columns++] = j;
    }
  x.cols = columns;
  return x;
}

static LofiMatrix
moment_operator (const LofiMatrix *x, const double *t, int order)
{
  LofiMatrix a = lofi_reference_new (x->cols, x->cols);
  double n = (double) x->rows;
  for (size_t i = 0; i < x->rows; i++)
    for (size_t j = 0; j < x->rows; j++)
      {
        const double *one = x->data + i * x->stride, *other = x->data + j * x->stride;
        double w = i == j ? 0.0 : t[i] * t[j] * hermite_kernel (one, other, x->cols, 0, order - 1) / (n * n);
        for (size_t p = 0; p < x->cols; p++)
          for (size_t q = 0; q < x->cols; q++)
            a.data[p * x->cols + q] += w * one[p] * other[q];
      }
  return a;
}

/* More samples than directions and fewer; a constant activation and one that is zero; means and sizes of every kind. */
START_TEST (agrees_with_the_tensor)
{
  static const size_t shapes[][3] = { { 41, 6, 6 }, { 12, 17, 5 }, { 300, 4, 2 }, { 5, 9, 9 }, { 9, 9, 3 } };
  size_t n = shapes[_i / 2][0], p = shapes[_i / 2][1], keep = shapes[_i / 2][2], kept[20];
  int order = 3 + _i % 2;
  LofiMatrix z = lofi_reference_normals (n, p, 1), t = lofi_reference_normals (1, n, 2);
  for (size_t i = 0; i < n; i++)
    {
      for (size_t j = 0; j < p; j++)
        z.data[i * p + j] = j == 1 ? 0.3 : j == 3 ? 0.0 : (z.data[i * p + j] + 2.0) * (0.1 + (double) j);
      t.data[i] = i % 3 == 0 ? copysign (1.0, t.data[i]) : t.data[i];
    }
  LofiMatrix padded = lofi_reference_padded (&z), v = lofi_reference_new (p, keep), vp = lofi_reference_padded (&v);
  double values[20], expected[20], deviations[20];
  ck_assert_int_eq (lofi_moment_leading (&padded, t.data, order, keep, values, &vp, NULL), LOFI_OK);

  LofiMatrix x = standardised (&z, kept, deviations), a = moment_operator (&x, t.data, order);
  size_t compared = keep < x.cols ? keep : x.cols;
  LofiMatrix right = lofi_reference_new (x.cols, compared), whole = lofi_reference_new (p, compared);
  lofi_reference_leading (&a, compared, expected, &right);
  for (size_t k = 0; k < compared; k++)
    {
      double squares = 0.0, peak = 0.0;
      for (size_t j = 0; j < x.cols; j++)
        {
          double entry = right.data[j * compared + k] / deviations[j];
          squares += entry * entry;
          peak = fabs (entry) > fabs (peak) ? entry : peak;
          whole.data[kept[j] * compared + k] = entry;
        }
      for (size_t j = 0; j < p; j++)
        whole.data[j * compared + k] *= copysign (1.0 / sqrt (squares), peak);
      double value = copysign (sqrt (fabs (expected[k])), expected[k]);
      /* A singular value that is zero is one to the root of the rounding only. */
      ck_assert (fabs (values[k] - value) <= fmax (1e-9 * fabs (value), 1e-6 * sqrt (fabs (expected[0]))));
    }
  /* Directions of no moment are not unique. */
  size_t unique = 0;
  while (unique < compared && fabs (expected[unique]) > 1e-9 * fabs (expected[0]))
    unique++;
  ck_assert_uint_ge (unique, compared < 2 ? compared : 2);
  LofiMatrix found = vp, sought = whole;
  found.cols = sought.cols = unique;
  ck_assert (lofi_reference_distance (&found, &sought) <= 1e-8);
  for (size_t k = compared; k < keep; k++)
    ck_assert (fabs (values[k]) <= 1e-6 * sqrt (fabs (expected[0])));
  for (size_t k = 0; k < keep; k++)
    {
      double squares = 0.0;
      for (size_t j = 0; j < p; j++)
        squares += vp.data[j * vp.stride + k] * vp.data[j * vp.stride + k];
      ck_assert (fabs (squares - 1.0) <= 1e-12);
    }
  lofi_matrix_clear (&z);
  lofi_matrix_clear (&t);
  lofi_matrix_clear (&padded);
  lofi_matrix_clear (&v);
  lofi_matrix_clear (&vp);
  lofi_matrix_clear (&x);
  lofi_matrix_clear (&a);
  lofi_matrix_clear (&right);
  lofi_matrix_clear (&whole);
}
END_TEST

/* ---- the emergence table: which order sees a label of which information exponent, and from how many samples on ---- */

#define DIMENSION 50

static double
label_of (int exponent, double s)
{
  switch (exponent)
    {
    case 1: return s >= 0.0 ? 1.0 : -1.0;
    case 2: return s * s >= 0.45494 ? 1.0 : -1.0;
    case 3: return s * (s * s - 2.0 * M_LN2) >= 0.0 ? 1.0 : -1.0;
    default: return fabs (s) > 0.50897 && fabs (s) < 1.59474 ? -1.0 : 1.0;
    }
}

/* x ~ N(0, I), t a label of w . x. */
static void
teach (int exponent, size_t n, uint32_t stream, LofiMatrix *x, LofiMatrix *t, LofiMatrix *w)
{
  *x = lofi_reference_normals (n, DIMENSION, 10000 + stream);
  *t = lofi_reference_new (1, n);
  *w = lofi_reference_normals (1, DIMENSION, 20000 + stream);
  double squares = 0.0;
  for (size_t j = 0; j < DIMENSION; j++)
    squares += w->data[j] * w->data[j];
  for (size_t j = 0; j < DIMENSION; j++)
    w->data[j] /= sqrt (squares);
  for (size_t i = 0; i < n; i++)
    {
      double s = 0.0;
      for (size_t j = 0; j < DIMENSION; j++)
        s += w->data[j] * x->data[i * DIMENSION + j];
      t->data[i] = label_of (exponent, s);
    }
}

static void
first_direction (const LofiMatrix *x, const double *t, int order, LofiMatrix *v)
{
  double value;
  if (order > 2)
    {
      ck_assert_int_eq (lofi_moment_leading (x, t, order, 1, &value, v, NULL), LOFI_OK);
      return;
    }
  LofiOperator op;
  LofiSpectrum spectrum;
  LofiMatrix c = lofi_reference_new (DIMENSION, DIMENSION);
  ck_assert_int_eq (lofi_operator_init (&op, DIMENSION), LOFI_OK);
  ck_assert_int_eq (lofi_operator_add (&op, x, t, NULL), LOFI_OK);
  ck_assert_int_eq (lofi_operator_read (&op, false, &c), LOFI_OK);
  ck_assert_int_eq (lofi_spectrum_init (&spectrum, &c, NULL), LOFI_OK);
  ck_assert_int_eq (order == 2 ? lofi_spectrum_leading (&spectrum, 1, &value, v, NULL) : lofi_operator_means (&op, false, NULL, v->data),
                    LOFI_OK);
  lofi_spectrum_clear (&spectrum);
  lofi_operator_clear (&op);
  lofi_matrix_clear (&c);
}

static double
mean_overlap (int exponent, int order, size_t n, uint32_t seeds)
{
  double sum = 0.0;
  for (uint32_t seed = 0; seed < seeds; seed++)
    {
      LofiMatrix x, t, w, v = lofi_reference_new (DIMENSION, 1);
      teach (exponent, n, 1000 * (uint32_t) exponent + seed, &x, &t, &w);
      first_direction (&x, t.data, order, &v);
      double along = 0.0, squares = 0.0;
      for (size_t j = 0; j < DIMENSION; j++)
        {
          along += v.data[j] * w.data[j];
          squares += v.data[j] * v.data[j];
        }
      sum += along * along / squares / seeds;
      lofi_matrix_clear (&x);
      lofi_matrix_clear (&t);
      lofi_matrix_clear (&w);
      lofi_matrix_clear (&v);
    }
  return sum;
}

/* Squared overlap with the planted direction: what an independent computation found as the mean of six draws, and how far a mean of `seeds`
 * draws may be from it. Where a direction has just emerged single draws differ by 0.2, so the six alone are known to 0.1 only. */
static const struct { int exponent, order; size_t n; uint32_t seeds; double overlap, within; } seen[] = {
  { 1, 1, 100, 24, 0.58, 0.06 }, { 1, 1, 400, 12, 0.85, 0.03 }, { 2, 2, 200, 24, 0.56, 0.15 }, { 2, 2, 1000, 12, 0.94, 0.03 },
  { 3, 3, 800, 24, 0.54, 0.15 }, { 3, 3, 1600, 12, 0.86, 0.04 }, { 3, 3, 3200, 6, 0.95, 0.02 },
  { 4, 4, 3200, 12, 0.28, 0.15 }, { 4, 4, 6400, 4, 0.79, 0.1 }
};

START_TEST (an_order_sees_its_exponent)
{
  double overlap = mean_overlap (seen[_i].exponent, seen[_i].order, seen[_i].n, seen[_i].seeds);
  ck_assert_msg (fabs (overlap - seen[_i].overlap) <= seen[_i].within, "exponent %d, order %d, n = %zu: %.3f in place of %.2f",
                 seen[_i].exponent, seen[_i].order, seen[_i].n, overlap, seen[_i].overlap);
}
END_TEST

/* And no other: at a number of samples that shows every exponent but 4 to its own order. Random directions have 1 / 50. */
START_TEST (an_order_is_blind_to_the_others)
{
  int exponent = 1 + _i / 4, order = 1 + _i % 4;
  if (exponent == order)
    return;
  double overlap = mean_overlap (exponent, order, 1600, 6);
  ck_assert_msg (overlap <= 0.1, "exponent %d, order %d: %.3f", exponent, order, overlap);
}
END_TEST

/* ---- the degrees of a label ---- */

START_TEST (degrees_agree_with_the_polynomials)
{
  static const size_t shapes[][2] = { { 60, 5 }, { 2, 3 }, { 300, 1 }, { 1300, 2 } };
  for (size_t s = 0; s < 4; s++)
    {
      size_t n = shapes[s][0], d = shapes[s][1];
      LofiMatrix x = lofi_reference_normals (n, d, 3), t = lofi_reference_normals (1, n, 4), padded = lofi_reference_padded (&x);
      double energy[5], deviation[5], square = 0.0;
      ck_assert_int_eq (lofi_label_degrees (&padded, t.data, energy, deviation, NULL), LOFI_OK);
      for (size_t i = 0; i < n; i++)
        square += t.data[i] * t.data[i] / (double) n;
      for (int k = 0; k <= 4; k++)
        {
          double sum = 0.0, dimension = 1.0;
          for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < i; j++)
              sum += 2.0 * t.data[i] * t.data[j] * hermite_kernel (x.data + i * d, x.data + j * d, d, 0, k);
          for (int j = 0; j < k; j++)
            dimension *= (double) (d + (size_t) j) / (j + 1.0);
          double expected = sum / ((double) n * (double) (n - 1)), null = square * sqrt (2.0 * dimension) / (double) n;
          ck_assert (fabs (energy[k] - expected) <= 1e-11 * (fabs (expected) + null));
          ck_assert (fabs (deviation[k] - null) <= 1e-12 * null);
        }
      lofi_matrix_clear (&x);
      lofi_matrix_clear (&t);
      lofi_matrix_clear (&padded);
    }
}
END_TEST

/* Labels independent of the inputs spread as predicted (the kernel of the fourth degree has heavy tails), and a label of exponent 3 has the
 * square of its Hermite coefficient in the third degree: E[t he_3(s)], the integral of He_3 phi being -He_2 phi. */
START_TEST (degrees_of_known_labels)
{
  enum { DRAWS = 10 };
  static const double predicted[5] = { 0.0, 0.0, 0.012, 0.051, 0.187 };
  size_t n = 4096;
  double squares[5] = { 0.0 }, means[5] = { 0.0 }, energy[5], deviation[5];
  for (uint32_t draw = 0; draw < DRAWS; draw++)
    {
      LofiMatrix x, t, w, noise = lofi_reference_normals (1, n, 500 + draw);
      teach (3, n, 5000 + draw, &x, &t, &w);
      for (size_t i = 0; i < n; i++)
        noise.data[i] = copysign (1.0, noise.data[i]);
      ck_assert_int_eq (lofi_label_degrees (&x, noise.data, energy, deviation, NULL), LOFI_OK);
      for (int k = 0; k < 5; k++)
        squares[k] += energy[k] * energy[k] / DRAWS;
      ck_assert_int_eq (lofi_label_degrees (&x, t.data, energy, deviation, NULL), LOFI_OK);
      for (int k = 0; k < 5; k++)
        means[k] += energy[k] / DRAWS;
      lofi_matrix_clear (&x);
      lofi_matrix_clear (&t);
      lofi_matrix_clear (&w);
      lofi_matrix_clear (&noise);
    }
  double square = 2.0 * M_LN2, third = (4.0 * (square - 1.0) * exp (-0.5 * square) + 2.0) / sqrt (2.0 * M_PI * 6.0);
  for (int k = 1; k < 5; k++)
    {
      ck_assert (k < 2 || fabs (deviation[k] - predicted[k]) <= 6e-4);
      ck_assert_msg (sqrt (squares[k]) >= 0.5 * deviation[k] && sqrt (squares[k]) <= 1.7 * deviation[k], "degree %d: %.4f, predicted %.4f", k,
                     sqrt (squares[k]), deviation[k]);
      ck_assert_msg (fabs (means[k] - (k == 3 ? third * third : 0.0)) <= 4.0 * deviation[k] / sqrt (DRAWS), "degree %d: %.4f", k, means[k]);
    }
  ck_assert (means[3] >= 3.0 * deviation[3]);
}
END_TEST

/* ---- */

/* No activation varies, or no label: nothing is found, and it is said with numbers. */
START_TEST (nothing_to_find)
{
  LofiMatrix z = lofi_reference_new (20, 4), t = lofi_reference_normals (1, 20, 6), v = lofi_reference_new (4, 4);
  for (size_t i = 0; i < 80; i++)
    z.data[i] = 0.1 * (double) (i % 4);
  for (int labels = 0; labels < 2; labels++)
    {
      double values[4] = { NAN, NAN, NAN, NAN };
      ck_assert_int_eq (lofi_moment_leading (&z, t.data, 3, 4, values, &v, NULL), LOFI_OK);
      for (size_t k = 0; k < 4; k++)
        ck_assert (values[k] == 0.0);
      ck_assert (lofi_matrix_is_finite (&v));
      LofiMatrix varied = lofi_reference_normals (20, 4, 7);
      ck_assert_int_eq (lofi_matrix_copy (&z, &varied), LOFI_OK);
      lofi_matrix_clear (&varied);
      for (size_t i = 0; i < 20; i++)
        t.data[i] = 0.0;
    }
  lofi_matrix_clear (&z);
  lofi_matrix_clear (&t);
  lofi_matrix_clear (&v);
}
END_TEST

static bool
stop_at (void *data)
{
  return --*(int *) data <= 0;
}

START_TEST (bad_input_and_stopping)
{
  static const size_t shapes[][2] = { { 600, 200 }, { 200, 600 } };
  double values[2], energy[5], deviation[5];
  for (size_t s = 0; s < 2; s++)
    {
      size_t n = shapes[s][0], p = shapes[s][1];
      LofiMatrix z = lofi_reference_normals (n, p, 8), t = lofi_reference_normals (1, n, 9), v = lofi_reference_new (p, 2);
      LofiMatrix none = lofi_matrix_row_block (&z, 0, 0), narrow = v, single = lofi_matrix_row_block (&z, 0, 1);
      narrow.cols = 1;
      ck_assert_int_eq (lofi_moment_leading (&none, t.data, 3, 2, values, &v, NULL), LOFI_BAD_SHAPE);
      ck_assert_int_eq (lofi_moment_leading (&z, t.data, 2, 2, values, &v, NULL), LOFI_BAD_SHAPE);
      ck_assert_int_eq (lofi_moment_leading (&z, t.data, 5, 2, values, &v, NULL), LOFI_BAD_SHAPE);
      ck_assert_int_eq (lofi_moment_leading (&z, t.data, 3, 0, values, &v, NULL), LOFI_BAD_SHAPE);
      ck_assert_int_eq (lofi_moment_leading (&z, t.data, 3, p + 1, values, &v, NULL), LOFI_BAD_SHAPE);
      ck_assert_int_eq (lofi_moment_leading (&z, t.data, 3, 2, values, &narrow, NULL), LOFI_BAD_SHAPE);
      ck_assert_int_eq (lofi_label_degrees (&single, t.data, energy, deviation, NULL), LOFI_BAD_SHAPE);
      for (int where = 0; where < 2; where++)
        {
          double *place = where ? &t.data[n - 1] : &z.data[n * p - 1], kept = *place;
          *place = where ? INFINITY : NAN;
          ck_assert_int_eq (lofi_moment_leading (&z, t.data, 4, 2, values, &v, NULL), LOFI_NOT_FINITE);
          ck_assert_int_eq (lofi_label_degrees (&z, t.data, energy, deviation, NULL), LOFI_NOT_FINITE);
          *place = kept;
        }
      int looks = 0;
      for (int at = 1; ; at++)
        {
          int left = at;
          LofiWatch watch = { .stop = stop_at, .data = &left };
          LofiStatus status = lofi_moment_leading (&z, t.data, 4, 2, values, &v, &watch);
          if (status == LOFI_OK)
            break;
          ck_assert_int_eq (status, LOFI_STOPPED);
          ck_assert_int_eq (left, 0);
          looks = at;
        }
      ck_assert_int_ge (looks, 6);
      int left = 1;
      LofiWatch watch = { .stop = stop_at, .data = &left };
      ck_assert_int_eq (lofi_label_degrees (&z, t.data, energy, deviation, &watch), LOFI_STOPPED);
      lofi_matrix_clear (&z);
      lofi_matrix_clear (&t);
      lofi_matrix_clear (&v);
    }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("moment");
  TCase *tcase = tcase_create ("moment");
  tcase_set_timeout (tcase, 60);
  tcase_add_loop_test (tcase, agrees_with_the_tensor, 0, 10);
  tcase_add_loop_test (tcase, an_order_sees_its_exponent, 0, sizeof seen / sizeof *seen);
  tcase_add_loop_test (tcase, an_order_is_blind_to_the_others, 0, 16);
  tcase_add_test (tcase, degrees_agree_with_the_polynomials);
  tcase_add_test (tcase, degrees_of_known_labels);
  tcase_add_test (tcase, nothing_to_find);
  tcase_add_test (tcase, bad_input_and_stopping);
  suite_add_tcase (suite, tcase);
  return lofi_test_run (suite);
}
