#include "lofi-test.h"

#include <math.h>
#include <string.h>
#include "lofi-degree.h"
#include "lofi-random.h"
#include "lofi-reference.h"

#define D 20
#define SEEDS 6

/* Test functions of D inputs, of which the shares are known. */
typedef double (*Function) (const double *x);

static double
he (int k, double t)
{
  double before = 0.0, now = 1.0;
  for (int i = 0; i < k; i++)
    {
      double next = (t * now - sqrt (i) * before) / sqrt (i + 1);
      before = now;
      now = next;
    }
  return now;
}

static double relu (const double *x) { return fmax (x[3], 0.0); }
static double tanh_of (const double *x) { return tanh (x[7]); }
static double he_2 (const double *x) { return he (2, x[0]); }
static double he_3 (const double *x) { return -2.0 * he (3, (x[0] + x[1]) * M_SQRT1_2); }
static double two_forms (const double *x) { return (0.6 * x[0] - 0.8 * x[4]) * x[9]; }
static double constant (const double *x) { return -3.25; }
static double zero (const double *x) { return 0.0; }
static double linear (const double *x) { return x[0] - 4.0 * x[2] + 0.5 * x[11]; }
static double cosine (const double *x) { return cos (0.8 * x[5]); }

/* Hermite products of different directions are orthonormal, so the shares are squares of the coefficients. */
static double
quartic (const double *x)
{
  return 0.5 + x[0] - 0.7 * x[1] * x[2] + 0.3 * he (3, x[0]) + 0.2 * he (4, x[3]) + 0.4 * x[4] * x[5] * x[6] * x[1];
}

typedef struct {
  const Function *functions;
  size_t count, calls, most_rows;
} Several;

static LofiStatus
evaluate (void *data, const LofiMatrix *inputs, LofiMatrix *values)
{
  Several *several = data;
  ck_assert (inputs->rows == values->rows && inputs->cols == D && values->cols == several->count);
  several->calls++;
  several->most_rows = inputs->rows > several->most_rows ? inputs->rows : several->most_rows;
  for (size_t i = 0; i < inputs->rows; i++)
    for (size_t k = 0; k < several->count; k++)
      values->data[i * values->stride + k] = several->functions[k] (inputs->data + i * inputs->stride);
  return LOFI_OK;
}

static LofiMatrix
spectrum_of (const Function *functions, size_t count, size_t circles, uint64_t seed)
{
  Several several = { .functions = functions, .count = count };
  LofiFunctions all = { .inputs = D, .functions = count, .evaluate = evaluate, .data = &several };
  LofiMatrix shares = lofi_reference_new (count, LOFI_DEGREES);
  ck_assert_int_eq (lofi_degree_spectrum (&all, circles, seed, &shares, NULL), LOFI_OK);
  ck_assert_uint_eq (several.calls, (circles + 15) / 16);
  ck_assert_uint_eq (several.most_rows, LOFI_CIRCLE_POINTS * (circles < 16 ? circles : 16));
  for (size_t k = 0; k < count; k++)
    {
      double sum = 0.0;
      for (size_t m = 0; m < LOFI_DEGREES; m++)
        {
          ck_assert (shares.data[k * LOFI_DEGREES + m] >= 0.0);
          sum += shares.data[k * LOFI_DEGREES + m];
        }
      ck_assert (fabs (sum - 1.0) <= 1e-12 || (functions[k] == zero && sum == 0.0));
    }
  return shares;
}

/* E[s^2], and its shares by degree, of functions of one direction: the trapezoid rule, as in theory. */
static void
shares_of_one_direction (double (*sigma) (double), double shares[LOFI_DEGREES])
{
  double whole = 0.0, coefficients[LOFI_DEGREES] = { 0 }, step = 1e-3, seen = 0.0;
  for (double t = -10.0; t <= 10.0; t += step)
    {
      double weight = step * exp (-0.5 * t * t) / sqrt (2.0 * M_PI), s = sigma (t);
      whole += weight * s * s;
      for (int m = 0; m < LOFI_DEGREES; m++)
        coefficients[m] += weight * s * he (m, t);
    }
  for (int m = 0; m < LOFI_DEGREES; m++)
    seen += shares[m] = coefficients[m] * coefficients[m] / whole;
  shares[LOFI_DEGREES - 1] += 1.0 - seen;
}

static double relu_at (double t) { return fmax (t, 0.0); }
static double cosine_at (double t) { return cos (0.8 * t); }

/* A relu's circles are all one curve but for its size: nothing is left to chance, only the tail is guessed. */
START_TEST (a_relu_has_its_shares)
{
  static const Function functions[] = { relu };
  double expected[LOFI_DEGREES];
  shares_of_one_direction (relu_at, expected);
  ck_assert (fabs (expected[0] - 1.0 / M_PI) <= 1e-6 && fabs (expected[1] - 0.5) <= 1e-6);
  for (uint64_t seed = 0; seed < SEEDS; seed++)
    {
      LofiMatrix shares = spectrum_of (functions, 1, LOFI_CIRCLES, seed);
      for (int m = 0; m < LOFI_DEGREES; m++)
        ck_assert (fabs (shares.data[m] - expected[m]) <= (m <= 3 ? 0.0006 : 0.0015));
      lofi_matrix_clear (&shares);
    }
}
END_TEST

/* Every seed within four deviations of a share and the mean of all within what six seeds leave of it. */
static void
check_bands (Function function, const double *expected, double deviation)
{
  double mean[LOFI_DEGREES] = { 0 };
  for (uint64_t seed = 0; seed < SEEDS; seed++)
    {
      LofiMatrix shares = spectrum_of (&function, 1, LOFI_CIRCLES, seed);
      for (int m = 0; m < LOFI_DEGREES; m++)
        {
          ck_assert (fabs (shares.data[m] - expected[m]) <= 4.0 * deviation);
          mean[m] += shares.data[m] / SEEDS;
        }
      lofi_matrix_clear (&shares);
    }
  for (int m = 0; m < LOFI_DEGREES; m++)
    ck_assert (fabs (mean[m] - expected[m]) <= 2.0 * deviation);
}

START_TEST (smooth_functions_of_one_direction)
{
  double expected[LOFI_DEGREES];
  shares_of_one_direction (tanh, expected);
  ck_assert (fabs (expected[1] - 0.9305) <= 1e-4);
  check_bands (tanh_of, expected, 0.005);
  shares_of_one_direction (cosine_at, expected);
  check_bands (cosine, expected, 0.005);
}
END_TEST

/* A polynomial of degree D has nothing above D, and nothing of the other parity if it has one: that is exact. */
START_TEST (polynomials_end_at_their_degree)
{
  static const Function functions[] = { constant, linear, he_2, two_forms, he_3, quartic };
  static const int degrees[] = { 0, 1, 2, 2, 3, 4 };
  static const double leading[] = { 1.0, 1.0, 1.0, 1.0, 1.0, 0.0962 }, deviations[] = { 0.0, 0.0, 0.013, 0.013, 0.05, 0.02 };
  for (uint64_t seed = 0; seed < SEEDS; seed++)
    {
      LofiMatrix shares = spectrum_of (functions, 6, LOFI_CIRCLES, seed);
      for (int f = 0; f < 6; f++)
        {
          const double *row = shares.data + f * LOFI_DEGREES;
          for (int m = 0; m < LOFI_DEGREES; m++)
            if (m > degrees[f] || (f < 5 && (m + degrees[f]) % 2 == 1))
              ck_assert (row[m] <= 1e-12);
          ck_assert (fabs (row[degrees[f]] - leading[f]) <= 1e-12 + 4.0 * deviations[f]);
        }
      lofi_matrix_clear (&shares);
    }
}
END_TEST

START_TEST (a_polynomial_of_several_directions)
{
  static const double squares[] = { 0.25, 1.0, 0.49, 0.09, 0.20 };
  double expected[LOFI_DEGREES] = { 0 };
  for (int m = 0; m < 5; m++)
    expected[m] = squares[m] / 2.03;
  check_bands (quartic, expected, 0.025);
}
END_TEST

/* More circles, less noise: the error falls as it should, here by 1 / sqrt (16). */
START_TEST (more_circles_say_it_more_exactly)
{
  Function function = tanh_of;
  double expected[LOFI_DEGREES], squares[2] = { 0.0, 0.0 };
  shares_of_one_direction (tanh, expected);
  for (int many = 0; many < 2; many++)
    for (uint64_t seed = 0; seed < 12; seed++)
      {
        LofiMatrix shares = spectrum_of (&function, 1, many ? 2048 : 128, 100 + seed);
        double error = shares.data[1] - expected[1];
        squares[many] += error * error;
        lofi_matrix_clear (&shares);
      }
  ck_assert (squares[1] > 0.0 && squares[1] <= squares[0] / 5.0);
}
END_TEST

START_TEST (the_same_seed_gives_the_same_bytes)
{
  static const Function both[] = { two_forms, tanh_of, zero };
  LofiMatrix a = spectrum_of (both, 3, 37, 5), b = spectrum_of (both, 3, 37, 5), c = spectrum_of (both, 3, 37, 6);
  LofiMatrix wide = lofi_reference_padded (&a);
  ck_assert (memcmp (a.data, b.data, 3 * LOFI_DEGREES * sizeof (double)) == 0);
  ck_assert (lofi_reference_distance (&a, &c) > 1e-6);
  for (int m = 0; m < LOFI_DEGREES; m++)
    ck_assert (a.data[2 * LOFI_DEGREES + m] == 0.0);
  Several several = { .functions = both, .count = 3 };
  LofiFunctions all = { .inputs = D, .functions = 3, .evaluate = evaluate, .data = &several };
  ck_assert_int_eq (lofi_degree_spectrum (&all, 37, 5, &wide, NULL), LOFI_OK);
  ck_assert (lofi_reference_distance (&wide, &a) <= 0.0 && isnan (wide.data[LOFI_DEGREES]));
  lofi_matrix_clear (&a);
  lofi_matrix_clear (&b);
  lofi_matrix_clear (&c);
  lofi_matrix_clear (&wide);
}
END_TEST

/* Circles are drawn by themselves: circle i is stream i, a then c, whatever the block. */
static LofiStatus
remember (void *data, const LofiMatrix *inputs, LofiMatrix *values)
{
  LofiMatrix *first = data;
  if (!first->data)
    {
      *first = lofi_reference_new (inputs->rows, inputs->cols);
      ck_assert_int_eq (lofi_matrix_copy (first, inputs), LOFI_OK);
    }
  for (size_t i = 0; i < inputs->rows; i++)
    values->data[i * values->stride] = inputs->data[i * inputs->stride];
  return LOFI_OK;
}

START_TEST (points_lie_on_their_circles)
{
  LofiMatrix seen = { 0 }, shares = lofi_reference_new (1, LOFI_DEGREES);
  LofiFunctions one = { .inputs = 3, .functions = 1, .evaluate = remember, .data = &seen };
  ck_assert_int_eq (lofi_degree_spectrum (&one, 40, 9, &shares, NULL), LOFI_OK);
  ck_assert_uint_eq (seen.rows, 16 * LOFI_CIRCLE_POINTS);
  for (uint32_t circle = 0; circle < 16; circle++)
    {
      double draw[6];
      lofi_random_normals (9, LOFI_PURPOSE_CIRCLES, circle, 0, 6, draw);
      for (size_t j = 0; j < LOFI_CIRCLE_POINTS; j++)
        for (size_t i = 0; i < 3; i++)
          {
            double angle = 2.0 * M_PI * (double) j / LOFI_CIRCLE_POINTS, expected = draw[i] * cos (angle) + draw[3 + i] * sin (angle);
            ck_assert (fabs (seen.data[(circle * LOFI_CIRCLE_POINTS + j) * 3 + i] - expected) <= 1e-14);
          }
    }
  ck_assert (fabs (shares.data[1] - 1.0) <= 1e-12);
  lofi_matrix_clear (&seen);
  lofi_matrix_clear (&shares);
}
END_TEST

static LofiStatus
give_up (void *data, const LofiMatrix *inputs, LofiMatrix *values)
{
  for (size_t i = 0; i < values->rows; i++)
    values->data[i * values->stride] = i == 77 ? NAN : 1.0;
  return *(LofiStatus *) data;
}

static bool
stop_at_the_third (void *data)
{
  return ++*(int *) data == 3;
}

START_TEST (what_cannot_be_done_is_refused)
{
  LofiMatrix shares = lofi_reference_new (1, LOFI_DEGREES), two = lofi_reference_new (2, LOFI_DEGREES), narrow = shares;
  narrow.cols--;
  LofiStatus answer = LOFI_NO_CONVERGENCE;
  LofiFunctions one = { .inputs = 3, .functions = 1, .evaluate = give_up, .data = &answer }, none = one, flat = one;
  none.functions = 0;
  flat.inputs = 0;
  ck_assert_int_eq (lofi_degree_spectrum (&one, 40, 1, &shares, NULL), LOFI_NO_CONVERGENCE);
  answer = LOFI_OK;
  ck_assert_int_eq (lofi_degree_spectrum (&one, 40, 1, &shares, NULL), LOFI_NOT_FINITE);
  ck_assert_int_eq (lofi_degree_spectrum (&one, 0, 1, &shares, NULL), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_degree_spectrum (&one, (size_t) 1 << 40, 1, &shares, NULL), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_degree_spectrum (&one, 40, 1, &two, NULL), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_degree_spectrum (&one, 40, 1, &narrow, NULL), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_degree_spectrum (&none, 40, 1, &shares, NULL), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_degree_spectrum (&flat, 40, 1, &shares, NULL), LOFI_BAD_SHAPE);

  int asked = 0;
  Function function = relu;
  Several several = { .functions = &function, .count = 1 };
  LofiFunctions relu_alone = { .inputs = D, .functions = 1, .evaluate = evaluate, .data = &several };
  LofiWatch watch = { .stop = stop_at_the_third, .data = &asked };
  ck_assert_int_eq (lofi_degree_spectrum (&relu_alone, 512, 1, &shares, &watch), LOFI_STOPPED);
  ck_assert_uint_eq (several.calls, 2);
  lofi_matrix_clear (&shares);
  lofi_matrix_clear (&two);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("degree");
  TCase *tcase = tcase_create ("degree");
  tcase_set_timeout (tcase, 30);
  tcase_add_test (tcase, a_relu_has_its_shares);
  tcase_add_test (tcase, smooth_functions_of_one_direction);
  tcase_add_test (tcase, polynomials_end_at_their_degree);
  tcase_add_test (tcase, a_polynomial_of_several_directions);
  tcase_add_test (tcase, more_circles_say_it_more_exactly);
  tcase_add_test (tcase, the_same_seed_gives_the_same_bytes);
  tcase_add_test (tcase, points_lie_on_their_circles);
  tcase_add_test (tcase, what_cannot_be_done_is_refused);
  suite_add_tcase (suite, tcase);
  return lofi_test_run (suite);
}
