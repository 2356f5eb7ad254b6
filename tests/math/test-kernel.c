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

/* ---- the filter ---- */

/* G^(1/2) with the floor, plainly. inverse: G^(-1/2). */
static LofiMatrix
root_of (const LofiMatrix *gram, bool inverse)
{
  size_t n = gram->rows;
  LofiMatrix root = lofi_reference_new (n, n), q = lofi_reference_new (n, n), mu = lofi_reference_new (1, n);
  lofi_reference_eigen (gram, mu.data, &q);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++)
      for (size_t k = 0; k < n; k++)
        {
          double r = sqrt (fmax (mu.data[k], 1e-6));
          root.data[i * n + j] += q.data[i * n + k] * q.data[j * n + k] * (inverse ? 1.0 / r : r);
        }
  lofi_matrix_clear (&q);
  lofi_matrix_clear (&mu);
  return root;
}

static LofiMatrix
product_of (const LofiMatrix *a, const LofiMatrix *b)
{
  LofiMatrix c = lofi_reference_new (a->rows, b->cols);
  for (size_t i = 0; i < a->rows; i++)
    for (size_t k = 0; k < a->cols; k++)
      for (size_t j = 0; j < b->cols; j++)
        c.data[i * c.stride + j] += a->data[i * a->stride + k] * b->data[k * b->stride + j];
  return c;
}

/* Real weights, some of them zero; a kernel of full rank, and one with samples repeated, whose zero eigenvalues meet the floor; handed
 * over not quite symmetric, as products of matrices are. */
START_TEST (filters_agree_with_the_roots)
{
  size_t n = 40, keep = 9, d = _i ? 5 : 60;
  LofiMatrix f = lofi_reference_normals (n, d, 10), t = lofi_reference_normals (1, n, 11), gram = lofi_reference_new (n, n);
  LofiSigma sigma;
  if (_i)
    memcpy (f.data + 3 * d, f.data + 17 * d, d * sizeof (double));
  for (size_t i = 0; i < n; i++)
    t.data[i] = i % 6 == 5 ? 0.0 : t.data[i];
  ck_assert_int_eq (lofi_sigma_init (&sigma, LOFI_RELU, _i ? 2 : 0), LOFI_OK);    /* degree 2 in 5 inputs: rank 21 of 40 */
  ck_assert_int_eq (lofi_kernel_matrix (&sigma, sqrt ((double) d), 0.0, &f, &f, &gram, NULL), LOFI_OK);
  LofiMatrix uneven = lofi_reference_padded (&gram);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < i; j++)
      {
        uneven.data[i * uneven.stride + j] += 0.01 * (double) (i % 3);
        uneven.data[j * uneven.stride + i] -= 0.01 * (double) (i % 3);
      }

  LofiKernelFilter filter;
  LofiMatrix a = lofi_reference_new (n, keep), features = lofi_reference_new (n, keep), values = lofi_reference_new (2, n);
  LofiMatrix ap = lofi_reference_padded (&a), fp = lofi_reference_padded (&features);
  ck_assert_int_eq (lofi_kernel_filter_init (&filter, &uneven, t.data, NULL), LOFI_OK);
  ck_assert_int_eq (lofi_kernel_filter_leading (&filter, keep, values.data, &ap, &fp, NULL), LOFI_OK);
  ck_assert_uint_ge (lofi_kernel_filter_bytes (&filter), 2 * n * n * sizeof (double));

  LofiMatrix half = root_of (&gram, false), inverse = root_of (&gram, true), middle = lofi_reference_new (n, n);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++)
      for (size_t k = 0; k < n; k++)
        middle.data[i * n + j] += half.data[i * n + k] * t.data[k] * half.data[k * n + j] / (double) n;
  LofiMatrix b = lofi_reference_new (n, keep), all = lofi_reference_new (n, n);
  lofi_reference_leading (&middle, keep, values.data + n, &b);
  LofiMatrix right_a = product_of (&inverse, &b), right_f = product_of (&half, &b);
  double scale = fabs (values.data[n]), large = 0.0;
  for (size_t i = 0; i < n * keep; i++)
    large = fmax (large, fabs (right_a.data[i]));
  ck_assert (lofi_reference_distance_of (values.data, values.data + n, keep) <= 1e-12 * scale);
  ck_assert (lofi_reference_distance (&fp, &right_f) <= 1e-8);
  ck_assert (lofi_reference_distance (&ap, &right_a) <= 1e-7 * large);
  lofi_reference_eigen (&middle, values.data + n, &all);
  ck_assert (lofi_reference_distance_of (filter.spectrum.values, values.data + n, n) <= 1e-12 * scale);

  lofi_kernel_filter_clear (&filter);
  lofi_kernel_filter_clear (&filter);
  LofiMatrix *const matrices[] = { &f, &t, &gram, &uneven, &a, &features, &values, &ap, &fp, &half, &inverse, &middle, &b, &all, &right_a, &right_f };
  for (size_t m = 0; m < sizeof matrices / sizeof *matrices; m++)
    lofi_matrix_clear (matrices[m]);
}
END_TEST

/* ---- ridge ---- */

/* The kernel of features is the ridge on those features: penalty, curve, predictions of training and new samples. */
START_TEST (ridge_is_that_of_the_features)
{
  enum { COUNT = 40 };
  static const size_t shapes[][2] = { { 37, 5 }, { 30, 70 }, { 2, 3 }, { 300, 12 }, { 41, 41 } };
  size_t n = shapes[_i][0], p = shapes[_i][1], m = 7;
  LofiMatrix both = lofi_reference_normals (n + m, p, 20), y = lofi_reference_normals (1, n, 21);
  for (size_t i = 0; i < (n + m) * p; i++)
    both.data[i] += 1.5;
  for (size_t i = 0; i < n; i++)
    y.data[i] = 0.5 * y.data[i] + both.data[i * p];
  LofiMatrix f = lofi_matrix_row_block (&both, 0, n), k = lofi_reference_new (n + m, n);
  for (size_t i = 0; i < n + m; i++)
    for (size_t j = 0; j < n; j++)
      for (size_t q = 0; q < p; q++)
        k.data[i * n + j] += both.data[i * p + q] * both.data[j * p + q];
  LofiMatrix padded = lofi_reference_padded (&k), gram = lofi_matrix_row_block (&padded, 0, n);
  double penalties[COUNT], curve[COUNT], expected[COUNT];
  lofi_penalty_grid (1e-3, 1e5, COUNT, penalties);
  LofiKernelRidge ridge;
  LofiRidge plain;
  ck_assert_int_eq (lofi_kernel_ridge_fit (&ridge, &gram, y.data, penalties, COUNT, curve, NULL), LOFI_OK);
  ck_assert_int_eq (lofi_ridge_fit (&plain, &f, y.data, penalties, COUNT, expected, NULL), LOFI_OK);
  for (size_t q = 0; q < COUNT; q++)
    ck_assert (fabs (curve[q] - expected[q]) <= 1e-8 * expected[q]);
  ck_assert (n == 2 || ridge.penalty == plain.penalty);    /* with two samples all errors are the same */
  ck_assert (fabs (ridge.loo_mse - plain.loo_mse) <= 1e-9 * plain.loo_mse);
  double *predictions = calloc (2 * (n + m), sizeof (double));
  ck_assert_int_eq (lofi_kernel_ridge_predict (&ridge, &padded, predictions), LOFI_OK);
  ck_assert_int_eq (lofi_ridge_predict (&plain, &both, predictions + n + m), LOFI_OK);
  ck_assert (n == 2 || lofi_reference_distance_of (predictions, predictions + n + m, n + m) <= 1e-9);
  if (n < 50)
    for (size_t q = 0; q < COUNT; q += 8)
      {
        double loo = lofi_reference_leave_one_out (&f, y.data, penalties[q]);
        ck_assert (fabs (curve[q] - loo) <= 1e-7 * loo);
      }
  free (predictions);
  lofi_kernel_ridge_clear (&ridge);
  lofi_kernel_ridge_clear (&ridge);
  lofi_ridge_clear (&plain);
  lofi_matrix_clear (&both);
  lofi_matrix_clear (&y);
  lofi_matrix_clear (&k);
  lofi_matrix_clear (&padded);
}
END_TEST

/* A kernel that interpolates, at a penalty far below its eigenvalues: leave-one-out is a quotient of two small numbers, and still right. */
START_TEST (interpolation_loses_no_digits)
{
  size_t n = 24, d = 6;
  LofiMatrix f = lofi_reference_normals (n, d, 30), y = lofi_reference_normals (1, n, 31), k = lofi_reference_new (n, n);
  LofiSigma sigma;
  LofiKernelRidge ridge;
  double penalty = 1e-11, sum = 0.0;
  ck_assert_int_eq (lofi_sigma_init (&sigma, LOFI_RELU, 0), LOFI_OK);
  ck_assert_int_eq (lofi_kernel_matrix (&sigma, sqrt (6.0), 0.0, &f, &f, &k, NULL), LOFI_OK);
  ck_assert_int_eq (lofi_kernel_ridge_fit (&ridge, &k, y.data, &penalty, 1, NULL, NULL), LOFI_OK);
  for (size_t out = 0; out < n; out++)
    {
      LofiMatrix rest = lofi_reference_new (n - 1, n - 1), cross = lofi_reference_new (1, n - 1), target = lofi_reference_new (1, n - 1);
      LofiKernelRidge without;
      for (size_t i = 0, a = 0; i < n; i++)
        {
          if (i == out)
            continue;
          for (size_t j = 0, b = 0; j < n; j++)
            if (j != out)
              rest.data[a * (n - 1) + b++] = k.data[i * n + j];
          cross.data[a] = k.data[out * n + i];
          target.data[a++] = y.data[i];
        }
      double prediction;
      ck_assert_int_eq (lofi_kernel_ridge_fit (&without, &rest, target.data, &penalty, 1, NULL, NULL), LOFI_OK);
      ck_assert_int_eq (lofi_kernel_ridge_predict (&without, &cross, &prediction), LOFI_OK);
      sum += pow (prediction - y.data[out], 2) / (double) n;
      lofi_kernel_ridge_clear (&without);
      lofi_matrix_clear (&rest);
      lofi_matrix_clear (&cross);
      lofi_matrix_clear (&target);
    }
  ck_assert (fabs (ridge.loo_mse - sum) <= 1e-8 * sum);
  lofi_kernel_ridge_clear (&ridge);
  lofi_matrix_clear (&f);
  lofi_matrix_clear (&y);
  lofi_matrix_clear (&k);
}
END_TEST

/* ---- */

static bool
stop_at (void *data)
{
  return --*(int *) data <= 0;
}

typedef struct { LofiMatrix *f, *k, *a, *features; double *y; LofiKernelFilter *filter; } Material;

static LofiStatus
call (int which, const Material *material, const LofiWatch *watch)
{
  double penalty = 1.0, values[4];
  LofiSigma sigma;
  LofiKernelFilter filter;
  LofiKernelRidge ridge;
  LofiStatus status;
  ck_assert_int_eq (lofi_sigma_init (&sigma, LOFI_TANH, 0), LOFI_OK);
  switch (which)
    {
    case 0:
      return lofi_kernel_matrix (&sigma, 5.0, 0.1, material->f, material->f, material->k, watch);
    case 1:
      status = lofi_kernel_filter_init (&filter, material->k, material->y, watch);
      lofi_kernel_filter_clear (&filter);
      return status;
    case 2:
      return lofi_kernel_filter_leading (material->filter, 4, values, material->a, material->features, watch);
    default:
      status = lofi_kernel_ridge_fit (&ridge, material->k, material->y, &penalty, 1, NULL, watch);
      ck_assert (status == LOFI_OK || (!ridge.dual && !ridge.row_means));
      lofi_kernel_ridge_clear (&ridge);
      return status;
    }
}

START_TEST (everything_can_be_stopped)
{
  size_t n = 180;
  LofiMatrix f = lofi_reference_normals (n, 9, 40), y = lofi_reference_normals (1, n, 41), k = lofi_reference_new (n, n);
  LofiMatrix a = lofi_reference_new (n, 4), features = lofi_reference_new (n, 4);
  LofiKernelFilter filter;
  Material material = { &f, &k, &a, &features, y.data, &filter };
  ck_assert_int_eq (call (0, &material, NULL), LOFI_OK);
  ck_assert_int_eq (lofi_kernel_filter_init (&filter, &k, y.data, NULL), LOFI_OK);
  for (int which = 0; which < 4; which++)
    {
      int looks = 0;
      for (int at = 1; ; at++)
        {
          int left = at;
          LofiWatch watch = { .stop = stop_at, .data = &left };
          LofiStatus status = call (which, &material, &watch);
          if (status == LOFI_OK)
            break;
          ck_assert_int_eq (status, LOFI_STOPPED);
          ck_assert_int_eq (left, 0);
          looks = at;
        }
      ck_assert_int_ge (looks, 4);
    }
  lofi_kernel_filter_clear (&filter);
  lofi_matrix_clear (&f);
  lofi_matrix_clear (&y);
  lofi_matrix_clear (&k);
  lofi_matrix_clear (&a);
  lofi_matrix_clear (&features);
}
END_TEST

START_TEST (bad_input)
{
  size_t n = 6;
  double y[6] = { 1, -1, 1, 1, -1, 1 }, own[6] = { 1, 1, 1, 1, 1, 1 }, values[6], penalties[] = { 1.0, 2.0 }, prediction[6];
  LofiMatrix f = lofi_reference_normals (n, 3, 50), k = lofi_reference_new (n, n), none = lofi_matrix_row_block (&k, 0, 0);
  LofiMatrix fewer = lofi_matrix_row_block (&k, 0, 5), a = lofi_reference_new (n, 2), narrow = f;
  LofiSigma sigma, tangent;
  LofiKernelFilter filter;
  LofiKernelRidge ridge;
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

  ck_assert_int_eq (lofi_kernel_filter_init (&filter, &fewer, y, NULL), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_kernel_filter_init (&filter, &none, y, NULL), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_kernel_ridge_fit (&ridge, &fewer, y, penalties, 2, NULL, NULL), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_kernel_ridge_fit (&ridge, &k, y, penalties, 0, NULL, NULL), LOFI_BAD_SHAPE);
  LofiMatrix one = { k.data, 1, 1, 1 };
  ck_assert_int_eq (lofi_kernel_ridge_fit (&ridge, &one, y, penalties, 2, NULL, NULL), LOFI_BAD_SHAPE);
  penalties[1] = 0.0;
  ck_assert_int_eq (lofi_kernel_ridge_fit (&ridge, &k, y, penalties, 2, NULL, NULL), LOFI_NOT_FINITE);
  penalties[1] = 2.0;
  for (int where = 0; where < 2; where++)
    {
      double *place = where ? &y[5] : &k.data[n * n - 1], kept = *place;
      *place = NAN;
      ck_assert_int_eq (lofi_kernel_filter_init (&filter, &k, y, NULL), LOFI_NOT_FINITE);
      ck_assert_int_eq (lofi_kernel_ridge_fit (&ridge, &k, y, penalties, 2, NULL, NULL), LOFI_NOT_FINITE);
      *place = kept;
    }
  ck_assert_int_eq (lofi_kernel_filter_init (&filter, &k, y, NULL), LOFI_OK);
  LofiMatrix b = lofi_reference_new (n, 2);
  ck_assert_int_eq (lofi_kernel_filter_leading (&filter, 0, values, &a, &b, NULL), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_kernel_filter_leading (&filter, 7, values, &a, &b, NULL), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_kernel_filter_leading (&filter, 3, values, &a, &b, NULL), LOFI_BAD_SHAPE);
  lofi_kernel_filter_clear (&filter);
  ck_assert_int_eq (lofi_kernel_filter_leading (&filter, 1, values, &a, &b, NULL), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_kernel_ridge_fit (&ridge, &k, y, penalties, 2, NULL, NULL), LOFI_OK);
  ck_assert_int_eq (lofi_kernel_ridge_predict (&ridge, &narrow, prediction), LOFI_BAD_SHAPE);
  lofi_kernel_ridge_clear (&ridge);
  ck_assert_int_eq (lofi_kernel_ridge_predict (&ridge, &k, prediction), LOFI_BAD_SHAPE);
  lofi_matrix_clear (&f);
  lofi_matrix_clear (&k);
  lofi_matrix_clear (&a);
  lofi_matrix_clear (&b);
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
  tcase_add_loop_test (tcase, filters_agree_with_the_roots, 0, 2);
  tcase_add_loop_test (tcase, ridge_is_that_of_the_features, 0, 5);
  tcase_add_test (tcase, interpolation_loses_no_digits);
  tcase_add_test (tcase, everything_can_be_stopped);
  tcase_add_test (tcase, bad_input);
  suite_add_tcase (suite, tcase);
  return lofi_test_run (suite);
}
