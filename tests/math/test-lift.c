#include "lofi-test.h"

#include <math.h>
#include "lofi-lift.h"
#include "lofi-reference.h"

static double
relu (double t)
{
  return t > 0.0 ? t : 0.0;
}

START_TEST (the_scale_is_the_root_mean_square_norm)
{
  LofiMatrix h = lofi_reference_normals (130, 17, 1), padded = lofi_reference_padded (&h);
  double scale = 0.0;
  ck_assert_int_eq (lofi_input_scale (&h, &scale), LOFI_OK);
  ck_assert (fabs (scale - lofi_reference_scale (&h)) <= 1e-14 * scale);
  ck_assert_int_eq (lofi_input_scale (&padded, &scale), LOFI_OK);
  ck_assert (fabs (scale - lofi_reference_scale (&h)) <= 1e-14 * scale);
  h.data[40] = NAN;
  ck_assert_int_eq (lofi_input_scale (&h, &scale), LOFI_NOT_FINITE);
  h.data[40] = 1e200;    /* finite, its square is not */
  ck_assert_int_eq (lofi_input_scale (&h, &scale), LOFI_NOT_FINITE);
  LofiMatrix nothing = lofi_matrix_row_block (&h, 0, 0), zero = lofi_reference_new (3, 2);
  ck_assert_int_eq (lofi_input_scale (&nothing, &scale), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_input_scale (&zero, &scale), LOFI_OK);
  ck_assert (scale == 0.0);
  lofi_matrix_clear (&zero);
  lofi_matrix_clear (&h);
  lofi_matrix_clear (&padded);
}
END_TEST

static LofiLift
make_lift (const LofiMatrix *w, double scale, LofiActivation activation, const double *bias, double strength)
{
  LofiLift lift = { .weights = *w, .scale = scale, .bias = bias, .bias_strength = strength };
  ck_assert_int_eq (lofi_sigma_init (&lift.sigma, activation, LOFI_DEGREE_EXACT), LOFI_OK);
  return lift;
}

START_TEST (lifts_agree_with_the_reference)
{
  static const size_t shapes[][3] = { { 1, 1, 1 }, { 37, 5, 130 }, { 130, 257, 37 }, { 600, 3, 7 } };
  for (size_t s = 0; s < 4; s++)
    for (int with_bias = 0; with_bias < 2; with_bias++)
      {
        size_t n = shapes[s][0], d = shapes[s][1], p = shapes[s][2];
        LofiMatrix h = lofi_reference_normals (n, d, 1), w = lofi_reference_normals (d, p, 2), b = lofi_reference_normals (1, p, 3);
        LofiMatrix hp = lofi_reference_padded (&h), wp = lofi_reference_padded (&w), z = lofi_reference_new (n, p);
        LofiMatrix zp = lofi_reference_padded (&z);
        double scale = lofi_reference_scale (&h);
        const double *bias = with_bias ? b.data : NULL;
        LofiMatrix expected[] = { lofi_reference_lift (&h, &w, scale, bias, 0.7, relu),
                                  lofi_reference_lift (&h, &w, scale, bias, 0.7, tanh) };
        LofiLift lifts[] = { make_lift (&wp, scale, LOFI_RELU, bias, 0.7), make_lift (&w, scale, LOFI_TANH, bias, 0.7) };
        for (int l = 0; l < 2; l++)
          {
            ck_assert_int_eq (lofi_lift_apply (&lifts[l], &hp, &zp), LOFI_OK);
            ck_assert (lofi_reference_distance (&zp, &expected[l]) <= 1e-14);
            ck_assert (isnan (zp.data[p]));
            lofi_matrix_clear (&expected[l]);
          }
        lofi_matrix_clear (&h);
        lofi_matrix_clear (&w);
        lofi_matrix_clear (&b);
        lofi_matrix_clear (&hp);
        lofi_matrix_clear (&wp);
        lofi_matrix_clear (&z);
        lofi_matrix_clear (&zp);
      }
}
END_TEST

/* (1/n) sum_i d (V_k^T z) / d h_i by central differences: every input coordinate of all samples moved at once. */
START_TEST (mean_gradients_are_slopes)
{
  size_t n = 531, d = 6, p = 13, k = 3;
  LofiMatrix h = lofi_reference_normals (n, d, 4), w = lofi_reference_normals (d, p, 5), v = lofi_reference_normals (p, k, 6);
  LofiMatrix b = lofi_reference_normals (1, p, 7), gradients = lofi_reference_new (k, d), vp = lofi_reference_padded (&v);
  LofiLift lift = make_lift (&w, 2.3, LOFI_TANH, b.data, 0.5);
  ck_assert_int_eq (lofi_lift_mean_gradient (&lift, &h, &vp, &gradients, NULL), LOFI_OK);
  for (size_t c = 0; c < d; c++)
    {
      double step = 1e-5, sums[2][3] = { { 0 } };
      for (int side = 0; side < 2; side++)
        {
          for (size_t i = 0; i < n; i++)
            h.data[i * d + c] += side ? -2.0 * step : step;
          LofiMatrix z = lofi_reference_lift (&h, &w, 2.3, b.data, 0.5, tanh);
          for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < p; j++)
              for (size_t q = 0; q < k; q++)
                sums[side][q] += z.data[i * p + j] * v.data[j * k + q] / (double) n;
          lofi_matrix_clear (&z);
        }
      for (size_t i = 0; i < n; i++)
        h.data[i * d + c] += step;
      for (size_t q = 0; q < k; q++)
        ck_assert (fabs (gradients.data[q * d + c] - (sums[0][q] - sums[1][q]) / (2.0 * step)) <= 1e-9);
    }
  lofi_matrix_clear (&h);
  lofi_matrix_clear (&w);
  lofi_matrix_clear (&v);
  lofi_matrix_clear (&vp);
  lofi_matrix_clear (&b);
  lofi_matrix_clear (&gradients);
}
END_TEST

static bool
stop_now (void *data)
{
  return true;
}

START_TEST (what_does_not_fit_is_refused)
{
  LofiMatrix h = lofi_reference_normals (9, 4, 1), w = lofi_reference_normals (4, 6, 2), z = lofi_reference_new (9, 6);
  LofiMatrix v = lofi_reference_normals (6, 2, 3), g = lofi_reference_new (2, 4);
  LofiLift lift = make_lift (&w, 1.0, LOFI_RELU, NULL, 0.0);
  LofiMatrix narrow = h, none = lofi_matrix_row_block (&h, 0, 0), none_out = lofi_matrix_row_block (&z, 0, 0);
  narrow.cols = 3;
  ck_assert_int_eq (lofi_lift_apply (&lift, &narrow, &z), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_lift_apply (&lift, &h, &w), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_lift_apply (&lift, &none, &none_out), LOFI_OK);
  ck_assert_int_eq (lofi_lift_mean_gradient (&lift, &none, &v, &g, NULL), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_lift_mean_gradient (&lift, &h, &w, &g, NULL), LOFI_BAD_SHAPE);
  LofiWatch watch = { .stop = stop_now };
  ck_assert_int_eq (lofi_lift_mean_gradient (&lift, &h, &v, &g, &watch), LOFI_STOPPED);
  const double bad[] = { 0.0, -1.0, NAN, INFINITY };
  for (int b = 0; b < 4; b++)
    {
      lift.scale = bad[b];
      ck_assert_int_eq (lofi_lift_apply (&lift, &h, &z), LOFI_NOT_FINITE);
    }
  lofi_matrix_clear (&h);
  lofi_matrix_clear (&w);
  lofi_matrix_clear (&z);
  lofi_matrix_clear (&v);
  lofi_matrix_clear (&g);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("lift");
  TCase *tcase = tcase_create ("lift");
  tcase_set_timeout (tcase, 30);
  tcase_add_test (tcase, the_scale_is_the_root_mean_square_norm);
  tcase_add_test (tcase, lifts_agree_with_the_reference);
  tcase_add_test (tcase, mean_gradients_are_slopes);
  tcase_add_test (tcase, what_does_not_fit_is_refused);
  suite_add_tcase (suite, tcase);
  return lofi_test_run (suite);
}
