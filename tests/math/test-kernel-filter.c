/* What is built on a kernel: the filter and the ridge. */
#include "lofi-test.h"

#include <math.h>
#include <string.h>
#include "lofi-kernel.h"
#include "lofi-reference.h"

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

typedef struct { LofiMatrix *k, *a, *features; double *y; LofiKernelFilter *filter; } Material;

static LofiStatus
call (int which, const Material *material, const LofiWatch *watch)
{
  double penalty = 1.0, values[4];
  LofiKernelFilter filter;
  LofiKernelRidge ridge;
  LofiStatus status;
  switch (which)
    {
    case 0:
      status = lofi_kernel_filter_init (&filter, material->k, material->y, watch);
      lofi_kernel_filter_clear (&filter);
      return status;
    case 1:
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
  Material material = { &k, &a, &features, y.data, &filter };
  LofiSigma sigma;
  ck_assert_int_eq (lofi_sigma_init (&sigma, LOFI_TANH, 0), LOFI_OK);
  ck_assert_int_eq (lofi_kernel_matrix (&sigma, 5.0, 0.1, &f, &f, &k, NULL), LOFI_OK);
  ck_assert_int_eq (lofi_kernel_filter_init (&filter, &k, y.data, NULL), LOFI_OK);
  for (int which = 0; which < 3; which++)
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
  double y[6] = { 1, -1, 1, 1, -1, 1 }, values[6], penalties[] = { 1.0, 2.0 }, prediction[6];
  LofiMatrix f = lofi_reference_normals (n, 3, 50), k = lofi_reference_new (n, n), none = lofi_matrix_row_block (&k, 0, 0);
  LofiMatrix fewer = lofi_matrix_row_block (&k, 0, 5), a = lofi_reference_new (n, 2), narrow = f;
  LofiSigma sigma;
  LofiKernelFilter filter;
  LofiKernelRidge ridge;
  narrow.cols = 2;
  ck_assert_int_eq (lofi_sigma_init (&sigma, LOFI_RELU, 0), LOFI_OK);
  ck_assert_int_eq (lofi_kernel_matrix (&sigma, 1.0, 0.5, &f, &f, &k, NULL), LOFI_OK);
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
  Suite *suite = suite_create ("kernel-filter");
  TCase *tcase = tcase_create ("kernel-filter");
  tcase_set_timeout (tcase, 60);
  tcase_add_loop_test (tcase, filters_agree_with_the_roots, 0, 2);
  tcase_add_loop_test (tcase, ridge_is_that_of_the_features, 0, 5);
  tcase_add_test (tcase, interpolation_loses_no_digits);
  tcase_add_test (tcase, everything_can_be_stopped);
  tcase_add_test (tcase, bad_input);
  suite_add_tcase (suite, tcase);
  return lofi_test_run (suite);
}
