#include "lofi-test.h"

#include <math.h>
#include <string.h>
#include "lofi-activation.h"

static double
plain (LofiActivation activation, double t)
{
  switch (activation)
    {
    case LOFI_RELU: return t > 0.0 ? t : 0.0;
    case LOFI_TANH: return (exp (t) - exp (-t)) / (exp (t) + exp (-t));
    case LOFI_ERF: return erf (t);
    case LOFI_SIGMOID: return exp (t) / (1.0 + exp (t));
    case LOFI_GELU: return t * (1.0 + erf (t / sqrt (2.0))) / 2.0;
    case LOFI_SIN: return sin (t);
    case LOFI_SQUARE: return t * t;
    case LOFI_CUBE: return t * t * t;
    case LOFI_STEP: return t > 0.0 ? 1.0 : 0.0;
    case LOFI_IDENTITY: return t;
    default: ck_abort ();
    }
}

static double
apply_one (LofiActivation activation, int degree, double t, bool derivative)
{
  LofiSigma sigma;
  ck_assert_int_eq (lofi_sigma_init (&sigma, activation, degree), LOFI_OK);
  (derivative ? lofi_sigma_derivative : lofi_sigma_apply) (&sigma, &t, 1);
  return t;
}

START_TEST (names_go_both_ways)
{
  static const char *const names[] = { "relu", "tanh", "erf", "sigmoid", "gelu", "sin", "square", "cube", "step", "identity" };
  for (int a = 0; a < LOFI_N_ACTIVATIONS; a++)
    {
      LofiActivation back = LOFI_N_ACTIVATIONS;
      ck_assert_str_eq (lofi_activation_name ((LofiActivation) a), names[a]);
      ck_assert (lofi_activation_from_name (names[a], &back));
      ck_assert_int_eq (back, a);
    }
  LofiActivation untouched = LOFI_CUBE;
  ck_assert (!lofi_activation_from_name ("ReLU", &untouched));
  ck_assert (!lofi_activation_from_name ("", &untouched));
  ck_assert (!lofi_activation_from_name (NULL, &untouched));
  ck_assert_int_eq (untouched, LOFI_CUBE);
  ck_assert_ptr_null (lofi_activation_name (LOFI_N_ACTIVATIONS));
  ck_assert_ptr_null (lofi_activation_name ((LofiActivation) -1));
}
END_TEST

START_TEST (activations_are_what_they_are_called)
{
  for (int a = 0; a < LOFI_N_ACTIVATIONS; a++)
    {
      LofiSigma sigma;
      double values[401];    /* an odd length, so that every vector loop has a rest */
      ck_assert_int_eq (lofi_sigma_init (&sigma, (LofiActivation) a, LOFI_DEGREE_EXACT), LOFI_OK);
      for (int i = 0; i < 401; i++)
        values[i] = (i - 200) * 0.041;
      lofi_sigma_apply (&sigma, values, 401);
      for (int i = 0; i < 401; i++)
        {
          double expected = plain ((LofiActivation) a, (i - 200) * 0.041);
          ck_assert (fabs (values[i] - expected) <= 4e-15 * (1.0 + fabs (expected)));
        }
    }
}
END_TEST

START_TEST (tails_keep_their_digits)
{
  /* Reference values by 50-digit arithmetic. */
  ck_assert (fabs (apply_one (LOFI_GELU, 0, -10.0, false) / -7.6198530241605260660e-23 - 1.0) <= 3e-14);    /* x / sqrt 2 is rounded */
  ck_assert (fabs (apply_one (LOFI_SIGMOID, 0, -40.0, false) / 4.2483542552915889953e-18 - 1.0) <= 1e-14);
  ck_assert (apply_one (LOFI_SIGMOID, 0, -800.0, false) == 0.0);
  ck_assert (apply_one (LOFI_SIGMOID, 0, 800.0, false) == 1.0);
  ck_assert (apply_one (LOFI_TANH, 0, 800.0, false) == 1.0);
  ck_assert (fabs (apply_one (LOFI_TANH, 0, 1e-9, false) / 1e-9 - 1.0) <= 1e-15);
  ck_assert (fabs (apply_one (LOFI_TANH, 0, 20.0, true) / 1.6993417021166354775e-17 - 1.0) <= 1e-14);
  ck_assert (apply_one (LOFI_GELU, 0, 50.0, true) == 1.0);
  ck_assert (apply_one (LOFI_GELU, 0, -50.0, true) == 0.0);
}
END_TEST

START_TEST (kinks_and_jumps_are_as_stated)
{
  ck_assert (apply_one (LOFI_STEP, 0, 0.0, false) == 0.0);
  ck_assert (apply_one (LOFI_STEP, 0, 5e-324, false) == 1.0);
  ck_assert (apply_one (LOFI_RELU, 0, 0.0, true) == 0.0);
  ck_assert (apply_one (LOFI_STEP, 0, 3.0, true) == 0.0);
  ck_assert (isnan (apply_one (LOFI_RELU, 0, NAN, false)));
}
END_TEST

/* Central differences, on points away from the kinks. */
START_TEST (derivatives_are_slopes)
{
  for (int a = 0; a < LOFI_N_ACTIVATIONS; a++)
    for (int degree = 0; degree <= 5; degree++)
      {
        LofiSigma sigma;
        ck_assert_int_eq (lofi_sigma_init (&sigma, (LofiActivation) a, degree), LOFI_OK);
        for (double t = -2.95; t < 3.0; t += 0.1)
          {
            double h = 1e-5, sides[] = { t - h, t + h }, derivative = t;
            lofi_sigma_apply (&sigma, sides, 2);
            lofi_sigma_derivative (&sigma, &derivative, 1);
            double slope = (sides[1] - sides[0]) / (2.0 * h);
            ck_assert (fabs (derivative - slope) <= 1e-8 * (1.0 + fabs (slope)));
          }
      }
}
END_TEST

/* Closed forms: E[relu he_k] = (-1)^{m+1} (2m-3)!! / sqrt (2 pi (2m)!) for k = 2m; E[sin he_k] =
 * sin (k pi / 2) e^(-1/2) / sqrt (k!); the others from five-digit tables, or from their polynomial. */
START_TEST (coefficients_are_the_known_ones)
{
  LofiSigma relu, sine, step, square, cube, tabulated;
  ck_assert_int_eq (lofi_sigma_init (&relu, LOFI_RELU, 8), LOFI_OK);
  double pi = M_PI, exact[] = { 1.0 / sqrt (2.0 * pi), 0.5, 1.0 / sqrt (4.0 * pi), 0.0, -1.0 / sqrt (48.0 * pi), 0.0,
                                3.0 / sqrt (2.0 * pi * 720.0), 0.0, -15.0 / sqrt (2.0 * pi * 40320.0) };
  for (int k = 0; k <= 8; k++)
    ck_assert (fabs (relu.coefficients[k] - exact[k]) <= 1e-6);

  ck_assert_int_eq (lofi_sigma_init (&sine, LOFI_SIN, LOFI_DEGREE_MAX), LOFI_OK);
  double factorial = 1.0;
  for (int k = 0; k <= LOFI_DEGREE_MAX; k++)
    {
      factorial *= k > 0 ? k : 1;
      double expected = k % 2 ? (k % 4 == 1 ? 1.0 : -1.0) * exp (-0.5) / sqrt (factorial) : 0.0;
      /* What lies beyond 9 matters at high degree, and rounding with it: he_32 reaches 1e13 there. */
      ck_assert (fabs (sine.coefficients[k] - expected) <= (k <= 12 ? 1e-12 : 1e-6));
    }

  ck_assert_int_eq (lofi_sigma_init (&step, LOFI_STEP, 3), LOFI_OK);
  ck_assert (fabs (step.coefficients[0] - 0.5) <= 2e-4);    /* half a node's weight: the jump is at a node */
  ck_assert (fabs (step.coefficients[1] - 1.0 / sqrt (2.0 * pi)) <= 1e-6);
  ck_assert_int_eq (lofi_sigma_init (&square, LOFI_SQUARE, 4), LOFI_OK);
  ck_assert_int_eq (lofi_sigma_init (&cube, LOFI_CUBE, 4), LOFI_OK);
  double of_square[] = { 1.0, 0.0, sqrt (2.0), 0.0, 0.0 }, of_cube[] = { 0.0, 3.0, 0.0, sqrt (6.0), 0.0 };
  for (int k = 0; k <= 4; k++)
    {
      ck_assert (fabs (square.coefficients[k] - of_square[k]) <= 1e-12);
      ck_assert (fabs (cube.coefficients[k] - of_cube[k]) <= 1e-12);
    }

  static const struct { LofiActivation activation; double a[7]; } table[] = {
    { LOFI_TANH, { 0, .60571, 0, -.14844, 0, .06255, 0 } }, { LOFI_ERF, { 0, .65147, 0, -.17731, 0, .07929, 0 } },
    { LOFI_SIGMOID, { .5, .20662, 0, -.02547, 0, .00588, 0 } }, { LOFI_GELU, { .28209, .5, .29921, 0, -.07198, 0, .02760 } }
  };
  for (size_t i = 0; i < 4; i++)
    {
      ck_assert_int_eq (lofi_sigma_init (&tabulated, table[i].activation, 6), LOFI_OK);
      for (int k = 0; k <= 6; k++)
        ck_assert (fabs (tabulated.coefficients[k] - table[i].a[k]) <= 6e-6);
    }
}
END_TEST

/* E[sigma(g)^2] in closed form, or (tanh, sigmoid, gelu) by 30-digit quadrature; the coefficients are those of a truncation, and their
 * squares add up to the mean square. */
START_TEST (moments_are_the_known_ones)
{
  static const double squares[LOFI_N_ACTIVATIONS] = {
    [LOFI_RELU] = 0.5, [LOFI_TANH] = 0.3942944903978412, [LOFI_ERF] = 0.46455905439754, [LOFI_SIGMOID] = 0.293379035858093, [LOFI_GELU] = 0.4252214825702987,
    [LOFI_SIN] = 0.4323323583816937, [LOFI_SQUARE] = 3.0, [LOFI_CUBE] = 15.0, [LOFI_STEP] = 0.5, [LOFI_IDENTITY] = 1.0
  };
  for (int a = 0; a < LOFI_N_ACTIVATIONS; a++)
    {
      LofiSigma sigma;
      double coefficients[LOFI_DEGREE_MAX + 1], square, parts = 0.0;
      lofi_sigma_moments ((LofiActivation) a, 12, coefficients, &square);
      ck_assert (fabs (square - squares[a]) <= 1e-6 * squares[a]);
      ck_assert_int_eq (lofi_sigma_init (&sigma, (LofiActivation) a, 12), LOFI_OK);
      for (int k = 0; k <= 12; k++)
        {
          ck_assert (coefficients[k] == sigma.coefficients[k]);
          parts += coefficients[k] * coefficients[k];
        }
      ck_assert (parts <= square * (1.0 + 1e-3) && parts >= 0.9 * square);
      if (a == LOFI_SQUARE || a == LOFI_CUBE || a == LOFI_IDENTITY)
        ck_assert (fabs (parts - square) <= 1e-9 * square);
      lofi_sigma_moments ((LofiActivation) a, 0, coefficients, NULL);
      ck_assert (coefficients[0] == sigma.coefficients[0]);
    }
}
END_TEST

START_TEST (truncations_are_their_polynomials)
{
  /* By hand: he_0 = 1, he_1 = t, he_2 = (t^2 - 1) / sqrt 2, he_3 = (t^3 - 3 t) / sqrt 6. */
  LofiSigma sigma;
  double values[300], slopes[300];
  ck_assert_int_eq (lofi_sigma_init (&sigma, LOFI_RELU, 3), LOFI_OK);
  for (int i = 0; i < 300; i++)
    values[i] = slopes[i] = (i - 150) / 40.0;
  lofi_sigma_apply (&sigma, values, 300);
  lofi_sigma_derivative (&sigma, slopes, 300);
  const double *a = sigma.coefficients;
  for (int i = 0; i < 300; i++)
    {
      double t = (i - 150) / 40.0;
      double cubic = a[0] + a[1] * t + a[2] * (t * t - 1) / sqrt (2) + a[3] * (t * t * t - 3 * t) / sqrt (6);
      ck_assert (fabs (values[i] - cubic) <= 1e-13);
      ck_assert (fabs (slopes[i] - (a[1] + a[2] * sqrt (2) * t + a[3] * (3 * t * t - 3) / sqrt (6))) <= 1e-13);
    }
  /* A polynomial is its own truncation. */
  for (double t = -3.0; t <= 3.0; t += 0.25)
    {
      ck_assert (fabs (apply_one (LOFI_SQUARE, 2, t, false) - t * t) <= 1e-11);
      ck_assert (fabs (apply_one (LOFI_CUBE, 5, t, false) - t * t * t) <= 1e-11);
      ck_assert (fabs (apply_one (LOFI_IDENTITY, 1, t, true) - 1.0) <= 1e-12);
    }
}
END_TEST

START_TEST (the_least_degree_is_the_first_that_is_there)
{
  for (int i = 0; i < LOFI_N_ACTIVATIONS; i++)
    {
      LofiSigma sigma;
      int first = 1;
      ck_assert_int_eq (lofi_sigma_init (&sigma, i, 4), LOFI_OK);
      while (first < 4 && fabs (sigma.coefficients[first]) < 1e-9)
        first++;
      ck_assert (fabs (sigma.coefficients[first]) > 0.1);
      ck_assert_int_eq (lofi_activation_least_degree (i), first);
    }
}
END_TEST

START_TEST (impossible_degrees_are_refused)
{
  LofiSigma sigma;
  ck_assert_int_eq (lofi_sigma_init (&sigma, LOFI_RELU, -1), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_sigma_init (&sigma, LOFI_RELU, LOFI_DEGREE_MAX + 1), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_sigma_init (&sigma, LOFI_N_ACTIVATIONS, 1), LOFI_BAD_SHAPE);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("activation");
  TCase *tcase = tcase_create ("activation");
  tcase_set_timeout (tcase, 30);
  tcase_add_test (tcase, names_go_both_ways);
  tcase_add_test (tcase, activations_are_what_they_are_called);
  tcase_add_test (tcase, tails_keep_their_digits);
  tcase_add_test (tcase, kinks_and_jumps_are_as_stated);
  tcase_add_test (tcase, derivatives_are_slopes);
  tcase_add_test (tcase, coefficients_are_the_known_ones);
  tcase_add_test (tcase, moments_are_the_known_ones);
  tcase_add_test (tcase, truncations_are_their_polynomials);
  tcase_add_test (tcase, the_least_degree_is_the_first_that_is_there);
  tcase_add_test (tcase, impossible_degrees_are_refused);
  suite_add_tcase (suite, tcase);
  return lofi_test_run (suite);
}
