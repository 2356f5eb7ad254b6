/* The single-precision lift beside the double one. */
#include "lofi-test.h"

#include <math.h>
#include "lofi-single.h"
#include "lofi-reference.h"

static LofiMatrixF
single_of (const LofiMatrix *m)
{
  LofiMatrixF single;
  ck_assert_int_eq (lofi_matrix_f_alloc (&single, m->rows, m->stride), LOFI_OK);
  single.cols = m->cols;
  ck_assert_int_eq (lofi_matrix_to_single (&single, m), LOFI_OK);
  for (size_t i = 0; i < m->rows; i++)
    for (size_t j = m->cols; j < m->stride; j++)
      single.data[i * m->stride + j] = NAN;
  return single;
}

/* Random inputs, weights and biases of one shape, in padded storage. */
typedef struct {
  LofiMatrix h, w, b, expected;
  LofiMatrixF inputs, lifted;
  LofiLift lift;
} Case;

static Case
case_new (size_t n, size_t d, size_t p, bool biased)
{
  Case c;
  LofiMatrix h = lofi_reference_normals (n, d, 1), w = lofi_reference_normals (d, p, 2), z = lofi_reference_new (n, p);
  c.h = lofi_reference_padded (&h);
  c.w = lofi_reference_padded (&w);
  c.b = lofi_reference_normals (1, p, 3);
  c.expected = z;
  LofiMatrix zp = lofi_reference_padded (&z);
  c.inputs = single_of (&c.h);
  c.lifted = single_of (&zp);
  c.lift = (LofiLift) { .weights = c.w, .scale = lofi_reference_scale (&h), .bias = biased ? c.b.data : NULL, .bias_strength = 0.7 };
  lofi_matrix_clear (&h);
  lofi_matrix_clear (&w);
  lofi_matrix_clear (&zp);
  return c;
}

static void
case_clear (Case *c)
{
  lofi_matrix_clear (&c->h);
  lofi_matrix_clear (&c->w);
  lofi_matrix_clear (&c->b);
  lofi_matrix_clear (&c->expected);
  lofi_matrix_f_clear (&c->inputs);
  lofi_matrix_f_clear (&c->lifted);
}

/* What rounding may do to sigma (u): u itself is off by a few units of single precision, and so is the value. */
static double
allowed (const LofiSigma *sigma, double u)
{
  double value = u, slope = u;
  lofi_sigma_apply (sigma, &value, 1);
  lofi_sigma_derivative (sigma, &slope, 1);
  return 1e-6 * (fmax (fabs (slope), 1.0) * (1.0 + fabs (u)) + fabs (value));
}

static void
compare (Case *c)
{
  LofiSingleLift single;
  LofiMatrix u = lofi_reference_new (c->expected.rows, c->expected.cols);
  size_t n = u.rows, p = u.cols;
  LofiLift plain = c->lift;
  plain.sigma.activation = LOFI_IDENTITY;
  plain.sigma.degree = LOFI_DEGREE_EXACT;
  ck_assert_int_eq (lofi_lift_apply (&plain, &c->h, &u), LOFI_OK);
  ck_assert_int_eq (lofi_lift_apply (&c->lift, &c->h, &c->expected), LOFI_OK);
  ck_assert_int_eq (lofi_single_lift_init (&single, &c->lift), LOFI_OK);
  ck_assert_int_eq (lofi_single_lift_apply (&single, &c->inputs, &c->lifted), LOFI_OK);
  for (size_t i = 0; i < n; i++)
    {
      for (size_t j = 0; j < p; j++)
        {
          double root = sqrt ((double) p), error = root * fabs (c->lifted.data[i * c->lifted.stride + j] - c->expected.data[i * p + j]);
          ck_assert (error <= allowed (&c->lift.sigma, root * u.data[i * p + j]));
        }
      ck_assert (isnan (c->lifted.data[i * c->lifted.stride + p]));
    }
  lofi_single_lift_clear (&single);
  ck_assert_ptr_null (single.weights.data);
  lofi_matrix_clear (&u);
}

/* Every activation and a truncation; step is left out: a rounding error can move a value across its jump. */
START_TEST (lifts_agree_with_double)
{
  static const size_t shapes[][3] = { { 1, 1, 1 }, { 37, 5, 130 }, { 130, 257, 37 }, { 600, 3, 7 } };
  for (size_t s = 0; s < 4; s++)
    for (int kind = 0; kind <= LOFI_N_ACTIVATIONS; kind++)
      for (int biased = 0; biased < 2 && kind != LOFI_STEP; biased++)
        {
          Case c = case_new (shapes[s][0], shapes[s][1], shapes[s][2], biased);
          bool truncated = kind == LOFI_N_ACTIVATIONS;
          ck_assert_int_eq (lofi_sigma_init (&c.lift.sigma, truncated ? LOFI_RELU : (LofiActivation) kind, truncated ? 4 : 0), LOFI_OK);
          compare (&c);
          case_clear (&c);
        }
}
END_TEST

/* On [-12, 12], within two units of single precision of the value or of one. */
START_TEST (activations_agree_with_double)
{
  enum { POINTS = 24001 };
  static float values[POINTS];
  static double exact[POINTS];
  for (int kind = 0; kind < LOFI_N_ACTIVATIONS + 2; kind++)
    {
      LofiSigma sigma;
      bool truncated = kind >= LOFI_N_ACTIVATIONS;
      int degree = truncated ? (kind == LOFI_N_ACTIVATIONS ? 1 : 9) : LOFI_DEGREE_EXACT;
      ck_assert_int_eq (lofi_sigma_init (&sigma, truncated ? LOFI_TANH : (LofiActivation) kind, degree), LOFI_OK);
      for (int i = 0; i < POINTS; i++)
        exact[i] = values[i] = (float) (i - POINTS / 2) * 1e-3f;
      lofi_sigma_apply (&sigma, exact, POINTS);
      lofi_sigma_apply_single (&sigma, values, POINTS, 0.5f);    /* a half is exact: it only has to be there */
      for (int i = 0; i < POINTS; i++)
        ck_assert (fabs (2.0 * values[i] - exact[i]) <= 2.4e-7 * fmax (1.0, fabs (exact[i])));
    }
}
END_TEST

static float
apply_one (LofiActivation activation, int degree, float t)
{
  LofiSigma sigma;
  ck_assert_int_eq (lofi_sigma_init (&sigma, activation, degree), LOFI_OK);
  lofi_sigma_apply_single (&sigma, &t, 1, 1.0f);
  return t;
}

START_TEST (tails_and_far_arguments)
{
  for (int a = 0; a < LOFI_N_ACTIVATIONS; a++)
    if (a != LOFI_STEP)    /* 0 for what is not above 0, in double too */
      ck_assert (isnan (apply_one ((LofiActivation) a, LOFI_DEGREE_EXACT, NAN)));
  ck_assert (isnan (apply_one (LOFI_RELU, 3, NAN)));
  ck_assert (apply_one (LOFI_STEP, 0, 0.0f) == 0.0f);
  ck_assert (apply_one (LOFI_STEP, 0, 1e-45f) == 1.0f);
  ck_assert (apply_one (LOFI_TANH, 0, 800.0f) == 1.0f && apply_one (LOFI_TANH, 0, -INFINITY) == -1.0f);
  ck_assert (apply_one (LOFI_ERF, 0, 800.0f) == 1.0f && apply_one (LOFI_ERF, 0, -INFINITY) == -1.0f);
  ck_assert (apply_one (LOFI_SIGMOID, 0, 800.0f) == 1.0f && apply_one (LOFI_SIGMOID, 0, -800.0f) == 0.0f);
  ck_assert (apply_one (LOFI_GELU, 0, 800.0f) == 800.0f && apply_one (LOFI_GELU, 0, -800.0f) == 0.0f);
  ck_assert (fabs (apply_one (LOFI_SIGMOID, 0, -40.0f) / 4.2483542552915889953e-18 - 1.0) <= 1e-6);
  ck_assert (fabs (apply_one (LOFI_GELU, 0, -10.0f) / -7.6198530241605260660e-23 - 1.0) <= 1e-5);    /* e^-50 of a rounded square */
  ck_assert (fabs (apply_one (LOFI_TANH, 0, 1e-9f) / (double) 1e-9f - 1.0) <= 1e-7);
  const float far[] = { 999999.0f, 1000001.0f, -3.4e7f, 1e20f, 3e38f };
  for (int i = 0; i < 5; i++)
    ck_assert (fabs (apply_one (LOFI_SIN, 0, far[i]) - sin (far[i])) <= 1.2e-7);
}
END_TEST

START_TEST (bad_input_is_refused)
{
  Case c = case_new (4, 3, 5, true);
  LofiSingleLift single;
  ck_assert_int_eq (lofi_sigma_init (&c.lift.sigma, LOFI_RELU, LOFI_DEGREE_EXACT), LOFI_OK);
  LofiLift bad = c.lift;
  bad.scale = 0.0;
  ck_assert_int_eq (lofi_single_lift_init (&single, &bad), LOFI_NOT_FINITE);
  bad.scale = NAN;
  ck_assert_int_eq (lofi_single_lift_init (&single, &bad), LOFI_NOT_FINITE);
  bad = c.lift;
  bad.bias_strength = INFINITY;
  ck_assert_int_eq (lofi_single_lift_init (&single, &bad), LOFI_NOT_FINITE);
  bad = c.lift;
  bad.weights.rows = 0;
  ck_assert_int_eq (lofi_single_lift_init (&single, &bad), LOFI_BAD_SHAPE);
  bad.weights = (LofiMatrix) { .rows = 3, .cols = (size_t) 1 << 40, .stride = (size_t) 1 << 40 };
  ck_assert_int_eq (lofi_single_lift_init (&single, &bad), LOFI_BAD_SHAPE);

  ck_assert_int_eq (lofi_single_lift_init (&single, &c.lift), LOFI_OK);
  LofiMatrixF narrow = c.inputs, none = lofi_matrix_f_row_block (&c.inputs, 0, 0), nothing = lofi_matrix_f_row_block (&c.lifted, 0, 0);
  narrow.cols = 2;
  ck_assert_int_eq (lofi_single_lift_apply (&single, &narrow, &c.lifted), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_single_lift_apply (&single, &none, &c.lifted), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_single_lift_apply (&single, &none, &nothing), LOFI_OK);
  lofi_single_lift_clear (&single);
  case_clear (&c);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("single");
  TCase *tcase = tcase_create ("single");
  tcase_set_timeout (tcase, 30);
  tcase_add_test (tcase, lifts_agree_with_double);
  tcase_add_test (tcase, activations_agree_with_double);
  tcase_add_test (tcase, tails_and_far_arguments);
  tcase_add_test (tcase, bad_input_is_refused);
  suite_add_tcase (suite, tcase);
  return lofi_test_run (suite);
}
