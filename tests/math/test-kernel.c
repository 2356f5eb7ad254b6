#include "lofi-test.h"

#include <float.h>
#include <math.h>
#include <string.h>
#include "lofi-kernel.h"
#include "lofi-lift.h"
#include "lofi-random.h"
#include "lofi-reference.h"

#define GAUSS 24
#define PANELS 10
#define REACH 14.0

/* ---- plainly: E[sigma (u) sigma (v)] as an integral over the plane ---- */

/* Nodes and weights on (0, 1), by Newton's method on the Legendre polynomial. */
static void
gauss_legendre (double *nodes, double *weights)
{
  for (int i = 0; i < GAUSS; i++)
    {
      double x = cos (M_PI * (i + 0.75) / (GAUSS + 0.5)), slope = 1.0;
      for (int step = 0; step < 20; step++)
        {
          double before = 1.0, now = x;
          for (int k = 2; k <= GAUSS; k++)
            {
              double next = ((2 * k - 1) * x * now - (k - 1) * before) / k;
              before = now;
              now = next;
            }
          slope = GAUSS * (before - x * now) / (1.0 - x * x);
          x -= now / slope;
        }
      nodes[i] = 0.5 * (1.0 + x);
      weights[i] = 1.0 / ((1.0 - x * x) * slope * slope);
    }
}

static double
along_ray (const LofiSigma *sigma, int fineness, const double *nodes, const double *weights, double a, double b)
{
  double sum = 0.0, step = REACH / PANELS / fineness, pairs[2 * GAUSS];
  for (int panel = 0; panel < PANELS * fineness; panel++)
    {
      for (int i = 0; i < GAUSS; i++)
        {
          double r = step * (panel + nodes[i]);
          pairs[i] = a * r;
          pairs[GAUSS + i] = b * r;
        }
      lofi_sigma_apply (sigma, pairs, 2 * GAUSS);
      for (int i = 0; i < GAUSS; i++)
        {
          double r = step * (panel + nodes[i]);
          sum += step * weights[i] * r * exp (-0.5 * r * r) * pairs[i] * pairs[GAUSS + i];
        }
    }
  return sum;
}

/* In polar coordinates u = sqrt (a) r cos f, v = sqrt (b) r cos (f - angle): kinks and jumps at zero are rays, and the quadrature is exact
 * between them. */
static double
quadrature (const LofiSigma *sigma, double a, double b, double rho, int fineness)
{
  double nodes[GAUSS], weights[GAUSS], sum = 0.0, angle = acos (rho);
  gauss_legendre (nodes, weights);
  double cuts[5] = { -0.5 * M_PI, angle - 0.5 * M_PI, 0.5 * M_PI, angle + 0.5 * M_PI, 1.5 * M_PI };
  for (int part = 0; part < 4 * 3 * fineness; part++)
    {
      int sector = part / (3 * fineness), place = part % (3 * fineness);
      double wide = (cuts[sector + 1] - cuts[sector]) / (3 * fineness), from = cuts[sector] + wide * place;
      for (int i = 0; i < GAUSS && wide > 1e-14; i++)
        {
          double f = from + wide * nodes[i];
          sum += wide * weights[i] / (2.0 * M_PI)
                 * along_ray (sigma, fineness, nodes, weights, sqrt (a) * cos (f), sqrt (b) * cos (f - angle));
        }
    }
  return sum;
}

static double
kernel_of (const LofiSigma *sigma, double a, double b, double rho)
{
  double c = rho * sqrt (a) * sqrt (b);
  LofiMatrix k = { &c, 1, 1, 1 };
  ck_assert_int_eq (lofi_kernel_apply (sigma, &a, &b, &k, NULL), LOFI_OK);
  return c;
}

static const double variances[] = { 0.02, 1.0, 3.7, 12.0 };
static const double correlations[] = { -1.0, -0.7, 0.0, 0.3, 0.95, 0.99999, 1.0 };
enum { VARIANCES = sizeof variances / sizeof *variances, CORRELATIONS = sizeof correlations / sizeof *correlations };

/* Every activation and every truncation, at variances between those of a small and of a large sample. */
static void
compare_with_quadrature (const LofiSigma *sigma, double largest, double tolerance)
{
  for (size_t i = 0; i < VARIANCES && variances[i] <= largest; i++)
    for (size_t j = 0; j <= i; j++)
      {
        double size = sqrt (quadrature (sigma, variances[i], variances[i], 1.0, 1)
                            * quadrature (sigma, variances[j], variances[j], 1.0, 1));
        for (size_t r = 0; r < CORRELATIONS; r++)
          {
            double k = kernel_of (sigma, variances[i], variances[j], correlations[r]);
            double integral = quadrature (sigma, variances[i], variances[j], correlations[r], 1);
            ck_assert_msg (fabs (k - integral) <= tolerance * fmax (size, 0.01), "%s degree %d (%g, %g, %g): %.12g in place of %.12g",
                           lofi_activation_name (sigma->activation), sigma->degree, variances[i], variances[j], correlations[r], k, integral);
          }
      }
}

START_TEST (activations_agree_with_quadrature)
{
  LofiSigma sigma;
  ck_assert_int_eq (lofi_sigma_init (&sigma, (LofiActivation) _i, LOFI_DEGREE_EXACT), LOFI_OK);
  bool series = _i == LOFI_TANH || _i == LOFI_SIGMOID;
  compare_with_quadrature (&sigma, 12.0, series ? 1e-9 : 1e-10);
}
END_TEST

START_TEST (truncations_agree_with_quadrature)
{
  static const LofiActivation activations[] = { LOFI_RELU, LOFI_TANH, LOFI_SIGMOID, LOFI_GELU, LOFI_STEP };
  static const int degrees[] = { 1, 2, 5, 12 };
  for (size_t d = 0; d < 4; d++)
    {
      LofiSigma sigma;
      ck_assert_int_eq (lofi_sigma_init (&sigma, activations[_i], degrees[d]), LOFI_OK);
      compare_with_quadrature (&sigma, degrees[d] > 5 ? 1.0 : 4.0, 1e-10);
    }
  LofiSigma sigma;
  ck_assert_int_eq (lofi_sigma_init (&sigma, activations[_i], LOFI_DEGREE_MAX), LOFI_OK);
  double sum = 0.0;    /* at variance 1 the coefficients are those of the activation */
  for (int k = 0; k <= LOFI_DEGREE_MAX; k++)
    sum += sigma.coefficients[k] * sigma.coefficients[k] * pow (-0.9, k);
  ck_assert (fabs (kernel_of (&sigma, 1.0, 1.0, -0.9) - sum) <= 1e-14);
}
END_TEST

/* tanh and sigmoid beyond the reach of a series: a strong bias, a sample far larger than the rest. With t large they are steps, and between
 * the two ways the kernel does not jump. */
START_TEST (large_variances)
{
  LofiSigma tangent, sigmoid, step;
  ck_assert_int_eq (lofi_sigma_init (&tangent, LOFI_TANH, 0), LOFI_OK);
  ck_assert_int_eq (lofi_sigma_init (&sigmoid, LOFI_SIGMOID, 0), LOFI_OK);
  ck_assert_int_eq (lofi_sigma_init (&step, LOFI_STEP, 0), LOFI_OK);
  for (size_t r = 0; r < CORRELATIONS; r++)
    {
      double rho = correlations[r], sign = kernel_of (&step, 1.0, 1.0, rho);
      ck_assert (fabs (kernel_of (&sigmoid, 1e14, 1e14, rho) - sign) <= 2e-7);
      ck_assert (fabs (kernel_of (&tangent, 1e14, 1e14, rho) - (4.0 * sign - 1.0)) <= 8e-7);
      ck_assert (fabs (kernel_of (&sigmoid, 1e14, 0.0, rho) - 0.25) <= 1e-12);
      for (double q = 1.0; q < 2000.0; q *= 1.7)
        {
          double below = kernel_of (&tangent, q, 0.3, rho), above = kernel_of (&tangent, q * (1.0 + 1e-9), 0.3, rho);
          ck_assert (fabs (below - above) <= 2e-8);
          ck_assert (fabs (kernel_of (&sigmoid, 4.0 * q, 1.2, rho) - 0.25 - 0.25 * below) <= 2e-8);
        }
    }
  static const double pairs[][3] = { { 30.0, 20.0, 0.999 }, { 30.0, 30.0, 1.0 }, { 270.0, 20.0, -0.3 }, { 270.0, 300.0, 0.99 } };
  for (size_t i = 0; i < 4; i++)
    ck_assert (fabs (kernel_of (&tangent, pairs[i][0], pairs[i][1], pairs[i][2])
                     - quadrature (&tangent, pairs[i][0], pairs[i][1], pairs[i][2], 5)) <= 2e-8);
}
END_TEST

/* Rows and columns of a matrix are what single pairs are, whatever the number of samples; the diagonal is the kernel of a sample with itself. */
START_TEST (matrices_are_made_of_pairs)
{
  enum { ROWS = 70, COLUMNS = 300 };
  LofiSigma sigma;
  ck_assert_int_eq (lofi_sigma_init (&sigma, (LofiActivation) (_i / 2), _i % 2 ? 4 : LOFI_DEGREE_EXACT), LOFI_OK);
  LofiMatrix k = lofi_reference_normals (ROWS, COLUMNS, 1), padded, random = lofi_reference_normals (1, ROWS + COLUMNS, 2);
  double *a = random.data, *b = random.data + ROWS, worst = 0.0;
  for (size_t i = 0; i < ROWS + COLUMNS; i++)
    a[i] = i % 50 == 7 ? 0.0 : a[i] * a[i];
  for (size_t i = 0; i < ROWS; i++)
    for (size_t j = 0; j < COLUMNS; j++)
      k.data[i * COLUMNS + j] = tanh (k.data[i * COLUMNS + j]) * sqrt (a[i]) * sqrt (b[j]);
  padded = lofi_reference_padded (&k);
  ck_assert_int_eq (lofi_kernel_apply (&sigma, a, b, &padded, NULL), LOFI_OK);
  for (size_t i = 0; i < ROWS; i++)
    for (size_t j = 0; j < COLUMNS; j++)
      {
        double pair = k.data[i * COLUMNS + j];
        LofiMatrix one = { &pair, 1, 1, 1 };
        ck_assert_int_eq (lofi_kernel_apply (&sigma, a + i, b + j, &one, NULL), LOFI_OK);
        double error = fabs (pair - padded.data[i * padded.stride + j]) / (1.0 + fabs (pair));
        ck_assert (error <= 2e-9);
        worst = fmax (worst, error);
        j += _i / 2 == LOFI_TANH || _i / 2 == LOFI_SIGMOID ? 36 : 0;    /* a pair alone is a whole expansion */
      }
  double own[ROWS];
  memcpy (own, a, sizeof own);
  ck_assert_int_eq (lofi_kernel_diagonal (&sigma, own, ROWS), LOFI_OK);
  for (size_t i = 0; i < ROWS; i++)
    {
      double pair = a[i];
      LofiMatrix one = { &pair, 1, 1, 1 };
      ck_assert_int_eq (lofi_kernel_apply (&sigma, a + i, a + i, &one, NULL), LOFI_OK);
      ck_assert (fabs (own[i] - pair) <= 1e-9 * (1.0 + fabs (pair)));
    }
  lofi_matrix_clear (&k);
  lofi_matrix_clear (&padded);
  lofi_matrix_clear (&random);
}
END_TEST

/* The kernel is the limit of lifts: features of P columns have its inner products up to 1 / sqrt (P), with scale, bias and truncation. */
START_TEST (lifts_converge_to_the_kernel)
{
  enum { N = 6, M = 3, D = 4, WIDTH = 20000 };
  LofiMatrix f = lofi_reference_normals (N, D, 3), g = lofi_matrix_row_block (&f, 2, M), w = lofi_reference_new (D, WIDTH);
  LofiMatrix bias = lofi_reference_normals (1, WIDTH, 4), z = lofi_reference_new (N, WIDTH), k = lofi_reference_new (N, M + 2);
  LofiMatrix whole = lofi_reference_new (N, N);
  k.cols = M;
  ck_assert_int_eq (lofi_random_lift_weights (7, 0, &w, NULL), LOFI_OK);
  LofiLift lift = { .weights = w, .scale = 1.7, .bias = bias.data, .bias_strength = 0.8 };
  ck_assert_int_eq (lofi_sigma_init (&lift.sigma, (LofiActivation) (_i / 2), _i % 2 ? 3 : LOFI_DEGREE_EXACT), LOFI_OK);
  ck_assert_int_eq (lofi_lift_apply (&lift, &f, &z), LOFI_OK);
  ck_assert_int_eq (lofi_kernel_matrix (&lift.sigma, 1.7, 0.8, &f, &g, &k, NULL), LOFI_OK);
  ck_assert_int_eq (lofi_kernel_matrix (&lift.sigma, 1.7, 0.8, &f, &f, &whole, NULL), LOFI_OK);
  double size = 0.0;
  for (size_t i = 0; i < N; i++)
    size = fmax (size, whole.data[i * N + i]);
  for (size_t i = 0; i < N; i++)
    for (size_t j = 0; j < M; j++)
      {
        double product = 0.0, spread = 0.0;
        for (size_t p = 0; p < WIDTH; p++)
          {
            double one = z.data[i * WIDTH + p] * z.data[(j + 2) * WIDTH + p];
            product += one;
            spread += one * one;    /* WIDTH times the square of the standard error, and more */
          }
        ck_assert (fabs (k.data[i * k.stride + j] - product) <= 4.5 * sqrt (spread) + 1e-12);
        ck_assert (fabs (k.data[i * k.stride + j] - whole.data[i * N + j + 2]) <= 1e-9 * size);
        ck_assert (whole.data[i * N + j] == whole.data[j * N + i]);
      }
  lofi_matrix_clear (&f);
  lofi_matrix_clear (&w);
  lofi_matrix_clear (&bias);
  lofi_matrix_clear (&z);
  lofi_matrix_clear (&k);
  lofi_matrix_clear (&whole);
}
END_TEST

/* A sample and itself, layer upon layer: a step must not make of a rounding the root of one, and the root of that. */
START_TEST (steps_keep_the_diagonal)
{
  LofiSigma sigma;
  ck_assert_int_eq (lofi_sigma_init (&sigma, LOFI_STEP, 0), LOFI_OK);
  LofiMatrix f = lofi_reference_normals (20, 7, 5), k = lofi_reference_new (20, 20);
  double own[20];
  ck_assert_int_eq (lofi_kernel_matrix (&sigma, 2.3, 0.0, &f, &f, &k, NULL), LOFI_OK);
  for (int layer = 0; layer < 3; layer++)
    {
      for (size_t i = 0; i < 20; i++)
        own[i] = k.data[i * 21];
      ck_assert_int_eq (lofi_kernel_apply (&sigma, own, own, &k, NULL), LOFI_OK);
      for (size_t i = 0; i < 20; i++)
        ck_assert (k.data[i * 21] == 0.5);
    }
  lofi_matrix_clear (&f);
  lofi_matrix_clear (&k);
}
END_TEST

/* ---- */

static bool
stop_at (void *data)
{
  return --*(int *) data <= 0;
}

START_TEST (can_be_stopped)
{
  static const LofiActivation activations[] = { LOFI_TANH, LOFI_RELU };
  LofiMatrix f = lofi_reference_normals (180, 9, 40), k = lofi_reference_new (180, 180), other = lofi_matrix_row_block (&f, 0, 100);
  for (int a = 0; a < 4; a++)
    {
      LofiSigma sigma;
      LofiMatrix part = k;
      part.cols = a % 2 ? 100 : 180;
      ck_assert_int_eq (lofi_sigma_init (&sigma, activations[a / 2], 0), LOFI_OK);
      int looks = 0;
      for (int at = 1; ; at++)
        {
          int left = at;
          LofiWatch watch = { .stop = stop_at, .data = &left };
          LofiStatus status = lofi_kernel_matrix (&sigma, 5.0, 0.1, &f, a % 2 ? &other : &f, &part, &watch);
          if (status == LOFI_OK)
            break;
          ck_assert_int_eq (status, LOFI_STOPPED);
          ck_assert_int_eq (left, 0);
          looks = at;
        }
      ck_assert_int_ge (looks, 10);
    }
  lofi_matrix_clear (&f);
  lofi_matrix_clear (&k);
}
END_TEST

START_TEST (bad_input)
{
  size_t n = 6;
  double own[6] = { 1, 1, 1, 1, 1, 1 };
  LofiMatrix f = lofi_reference_normals (n, 3, 50), k = lofi_reference_new (n, n), none = lofi_matrix_row_block (&k, 0, 0);
  LofiMatrix fewer = lofi_matrix_row_block (&k, 0, 5), narrow = f;
  LofiSigma sigma, tangent;
  narrow.cols = 2;
  ck_assert_int_eq (lofi_sigma_init (&sigma, LOFI_CUBE, 0), LOFI_OK);
  ck_assert_int_eq (lofi_sigma_init (&tangent, LOFI_TANH, 0), LOFI_OK);
  ck_assert_int_eq (lofi_kernel_apply (&sigma, own, own, &none, NULL), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_kernel_matrix (&sigma, 1.0, 0.0, &f, &narrow, &k, NULL), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_kernel_matrix (&sigma, 1.0, 0.0, &f, &f, &fewer, NULL), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_kernel_matrix (&sigma, 0.0, 0.0, &f, &f, &k, NULL), LOFI_NOT_FINITE);
  ck_assert_int_eq (lofi_kernel_matrix (&sigma, NAN, 0.0, &f, &f, &k, NULL), LOFI_NOT_FINITE);
  ck_assert_int_eq (lofi_kernel_matrix (&sigma, 1.0, INFINITY, &f, &f, &k, NULL), LOFI_NOT_FINITE);
  ck_assert_int_eq (lofi_kernel_matrix (&sigma, 1e-120, 0.0, &f, &f, &k, NULL), LOFI_NOT_FINITE);    /* its cube overflows */
  ck_assert_int_eq (lofi_kernel_matrix (&sigma, 1.0, 0.5, &f, &f, &k, NULL), LOFI_OK);
  const double bad[] = { NAN, INFINITY, -1.0 };
  for (size_t b = 0; b < 3; b++)
    for (int side = 0; side < 2; side++)
      {
        double other[6] = { 1, 1, 1, 1, 1, bad[b] };
        LofiMatrix copy = lofi_reference_new (n, n);
        ck_assert_int_eq (lofi_kernel_apply (side ? &tangent : &sigma, side ? own : other, side ? other : own, &copy, NULL), LOFI_NOT_FINITE);
        ck_assert_int_eq (lofi_kernel_diagonal (side ? &tangent : &sigma, other, 6), LOFI_NOT_FINITE);
        lofi_matrix_clear (&copy);
      }
  for (int where = 0; where < 2; where++)
    {
      double *place = where ? &k.data[n * n - 1] : &f.data[3 * n - 1], kept = *place;
      *place = NAN;
      ck_assert_int_eq (where ? lofi_kernel_apply (&sigma, own, own, &k, NULL) : lofi_kernel_matrix (&sigma, 1.0, 0.0, &f, &f, &k, NULL),
                        LOFI_NOT_FINITE);
      *place = kept;
    }
  lofi_matrix_clear (&f);
  lofi_matrix_clear (&k);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("kernel");
  TCase *tcase = tcase_create ("kernel");
  tcase_set_timeout (tcase, 60);
  tcase_add_loop_test (tcase, activations_agree_with_quadrature, 0, LOFI_N_ACTIVATIONS);
  tcase_add_loop_test (tcase, truncations_agree_with_quadrature, 0, 5);
  tcase_add_test (tcase, large_variances);
  tcase_add_loop_test (tcase, matrices_are_made_of_pairs, 0, 2 * LOFI_N_ACTIVATIONS);
  tcase_add_loop_test (tcase, lifts_converge_to_the_kernel, 0, 2 * LOFI_N_ACTIVATIONS);
  tcase_add_test (tcase, steps_keep_the_diagonal);
  tcase_add_test (tcase, can_be_stopped);
  tcase_add_test (tcase, bad_input);
  suite_add_tcase (suite, tcase);
  return lofi_test_run (suite);
}
