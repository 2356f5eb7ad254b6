#include "lofi-test.h"

#include <math.h>
#include <string.h>
#include "lofi-ridge.h"
#include "lofi-reference.h"

/* Features with a mean, of unequal sizes, and labels that depend on a few of them. */
static LofiMatrix
make_features (size_t n, size_t p, uint32_t stream)
{
  LofiMatrix f = lofi_reference_normals (n, p, stream);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < p; j++)
      f.data[i * p + j] = 0.7 + f.data[i * p + j] / (1.0 + 0.2 * (double) j);
  return f;
}

static LofiMatrix
make_targets (const LofiMatrix *f, bool signs)
{
  LofiMatrix y = lofi_reference_normals (1, f->rows, 999);
  for (size_t i = 0; i < f->rows; i++)
    {
      y.data[i] = 0.4 * y.data[i] + f->data[i * f->stride] - 0.5 * f->data[i * f->stride + f->cols / 2];
      y.data[i] = signs ? (y.data[i] >= 0.0 ? 1.0 : -1.0) : y.data[i];
    }
  return y;
}

/* One penalty at a time: weights by elimination in the form the library does not take, the error by n refits. */
START_TEST (fits_agree_with_elimination_and_refits)
{
  static const size_t shapes[][2] = { { 37, 5 }, { 41, 39 }, { 30, 30 }, { 31, 30 }, { 19, 53 }, { 3, 2 }, { 8, 1 }, { 2, 1 } };
  static const double penalties[] = { 1e-3, 0.1, 1.0, 30.0, 1e4 };
  for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
    {
      size_t n = shapes[s][0], p = shapes[s][1];
      LofiMatrix f = make_features (n, p, 1), y = make_targets (&f, s % 2), fp = lofi_reference_padded (&f);
      LofiMatrix weights = lofi_reference_new (1, p), predictions = lofi_reference_new (1, n);
      for (size_t k = 0; k < 5; k++)
        {
          LofiRidge ridge;
          double curve = NAN;
          ck_assert_int_eq (lofi_ridge_fit (&ridge, &fp, y.data, penalties + k, 1, &curve, NULL), LOFI_OK);
          double intercept = lofi_reference_ridge (&f, y.data, penalties[k], p < n, weights.data), size = fabs (intercept);
          for (size_t j = 0; j < p; j++)
            size = fmax (size, fabs (weights.data[j]));
          ck_assert (lofi_reference_distance_of (ridge.weights, weights.data, p) <= 1e-9 * size);
          ck_assert (fabs (ridge.intercept - intercept) <= 1e-9 * size);
          double loo = lofi_reference_leave_one_out (&f, y.data, penalties[k]);
          ck_assert (fabs (ridge.loo_mse - loo) <= 1e-8 * loo);
          ck_assert (curve == ridge.loo_mse && ridge.penalty == penalties[k] && ridge.features == p);
          ck_assert_int_eq (lofi_ridge_predict (&ridge, &fp, predictions.data), LOFI_OK);
          for (size_t i = 0; i < n; i++)
            {
              double expected = intercept;
              for (size_t j = 0; j < p; j++)
                expected += f.data[i * p + j] * weights.data[j];
              ck_assert (fabs (predictions.data[i] - expected) <= 1e-8 * (1.0 + size));
            }
          lofi_ridge_clear (&ridge);
        }
      lofi_matrix_clear (&f);
      lofi_matrix_clear (&y);
      lofi_matrix_clear (&fp);
      lofi_matrix_clear (&weights);
      lofi_matrix_clear (&predictions);
    }
}
END_TEST

START_TEST (the_whole_curve_and_its_least)
{
  enum { COUNT = 25 };
  static const size_t shapes[][2] = { { 300, 40 }, { 90, 130 } };    /* more samples than one piece of the leave-one-out */
  for (size_t s = 0; s < 2; s++)
    {
      size_t n = shapes[s][0], p = shapes[s][1];
      LofiMatrix f = make_features (n, p, 2), y = make_targets (&f, true);
      double penalties[COUNT], curve[COUNT];
      LofiRidge ridge;
      lofi_penalty_grid (1e-6, 1e6, COUNT, penalties);
      ck_assert_int_eq (lofi_ridge_fit (&ridge, &f, y.data, penalties, COUNT, curve, NULL), LOFI_OK);
      size_t least = 0;
      for (size_t k = 0; k < COUNT; k++)
        {
          ck_assert (isfinite (curve[k]));
          if (curve[k] < curve[least])
            least = k;
          LofiRidge alone;
          ck_assert_int_eq (lofi_ridge_fit (&alone, &f, y.data, penalties + k, 1, NULL, NULL), LOFI_OK);
          ck_assert (fabs (alone.loo_mse - curve[k]) <= 1e-12 * curve[k]);
          lofi_ridge_clear (&alone);
        }
      ck_assert (ridge.penalty == penalties[least] && ridge.loo_mse == curve[least]);
      lofi_ridge_clear (&ridge);
      lofi_matrix_clear (&f);
      lofi_matrix_clear (&y);
    }
}
END_TEST

START_TEST (the_first_of_equal_errors_is_taken)
{
  /* A target the features know nothing of and a constant feature: every penalty gives the same error. */
  double entries[] = { 2, 2, 2, 2 }, y[] = { 1, -1, 1, 1 }, penalties[] = { 5.0, 1.0, 3.0 }, curve[3];
  LofiMatrix f = { entries, 4, 1, 1 };
  LofiRidge ridge;
  ck_assert_int_eq (lofi_ridge_fit (&ridge, &f, y, penalties, 3, curve, NULL), LOFI_OK);
  ck_assert (curve[0] == curve[1] && curve[1] == curve[2]);
  ck_assert (ridge.penalty == 5.0 && ridge.weights[0] == 0.0 && ridge.intercept == 0.5);
  lofi_ridge_clear (&ridge);
}
END_TEST

/* Repeated, zero and exactly dependent columns; repeated rows with more features than samples; a penalty far below the
 * rounding of the largest eigenvalue of the Gram matrix. */
START_TEST (dependent_features_do_no_harm)
{
  static const size_t shapes[][2] = { { 60, 12 }, { 24, 40 } };
  for (size_t s = 0; s < 2; s++)
    {
      size_t n = shapes[s][0], p = shapes[s][1];
      LofiMatrix f = make_features (n, p, 3);
      for (size_t i = 0; i < n; i++)
        {
          if (n < p && i >= n - 4)
            memcpy (f.data + i * p, f.data + (i - 6) * p, p * sizeof (double));
          f.data[i * p] *= 1e3;
          f.data[i * p + 3] = 0.0;
          f.data[i * p + 4] = f.data[i * p + 5];
          f.data[i * p + 6] = f.data[i * p + 7] - 2.0 * f.data[i * p + 8];
        }
      LofiMatrix y = make_targets (&f, true);
      for (double penalty = 1e-4; penalty <= 1e4; penalty *= 100.0)
        {
          LofiRidge ridge;
          ck_assert_int_eq (lofi_ridge_fit (&ridge, &f, y.data, &penalty, 1, NULL, NULL), LOFI_OK);
          double loo = lofi_reference_leave_one_out (&f, y.data, penalty);
          ck_assert (fabs (ridge.loo_mse - loo) <= 1e-6 * loo);
          ck_assert (fabs (ridge.weights[3]) <= 1e-12);
          ck_assert (fabs (ridge.weights[4] - ridge.weights[5]) <= 1e-7 * (1.0 + fabs (ridge.weights[4])));
          lofi_ridge_clear (&ridge);
        }
      lofi_matrix_clear (&f);
      lofi_matrix_clear (&y);
    }
}
END_TEST

START_TEST (the_grid_is_log_spaced_with_exact_ends)
{
  double grid[500], one;
  lofi_penalty_grid (1e-6, 1e6, 500, grid);
  ck_assert (grid[0] == 1e-6 && grid[499] == 1e6);
  for (int k = 0; k < 500; k++)
    ck_assert (fabs (log10 (grid[k]) - (-6.0 + 12.0 * k / 499.0)) <= 1e-14);
  lofi_penalty_grid (0.25, 7.0, 1, &one);
  ck_assert (one == 0.25);
}
END_TEST

START_TEST (scores_are_as_defined)
{
  const double predictions[] = { 0.5, -0.2, 0.0, -1.0, 2.0 }, y[] = { 1.0, 1.0, 1.0, -1.0, 0.0 };
  LofiScores scores;
  lofi_scores (predictions, y, 5, &scores);
  ck_assert (fabs (scores.mse - (0.25 + 1.44 + 1.0 + 0.0 + 4.0) / 5.0) <= 1e-15);
  ck_assert (scores.error == 0.2);    /* a zero counts as +1, predicted or true */
  double squares[] = { 0.25, 1.44, 1.0, 0.0, 4.0 }, wrong[] = { 0, 1, 0, 0, 0 }, spread = 0.0, wrongness = 0.0;
  for (int i = 0; i < 5; i++)
    {
      spread += pow (squares[i] - scores.mse, 2) / 4.0;
      wrongness += pow (wrong[i] - 0.2, 2) / 4.0;
    }
  ck_assert (fabs (scores.mse_sem - sqrt (spread / 5.0)) <= 1e-15);
  ck_assert (fabs (scores.error_sem - sqrt (wrongness / 5.0)) <= 1e-15);
  lofi_scores (predictions, y, 1, &scores);
  ck_assert (scores.mse == 0.25 && scores.mse_sem == 0.0 && scores.error_sem == 0.0);
  lofi_scores (predictions, y, 0, &scores);
  ck_assert (scores.mse == 0.0);
}
END_TEST

static bool
stop_at (void *data)
{
  return --*(int *) data <= 0;
}

START_TEST (bad_input_and_stopping)
{
  double penalties[] = { 1.0, 2.0 };
  const double bad_penalties[] = { 0.0, -1.0, NAN, INFINITY };
  LofiRidge ridge;
  for (int wide = 0; wide < 2; wide++)
    {
      LofiMatrix f = make_features (150, wide ? 200 : 140, 4), y = make_targets (&f, true), one = lofi_matrix_row_block (&f, 0, 1);
      LofiMatrix narrow = f;
      narrow.cols = 0;
      ck_assert_int_eq (lofi_ridge_fit (&ridge, &one, y.data, penalties, 2, NULL, NULL), LOFI_BAD_SHAPE);
      ck_assert_int_eq (lofi_ridge_fit (&ridge, &narrow, y.data, penalties, 2, NULL, NULL), LOFI_BAD_SHAPE);
      ck_assert_int_eq (lofi_ridge_fit (&ridge, &f, y.data, penalties, 0, NULL, NULL), LOFI_BAD_SHAPE);
      for (int b = 0; b < 4; b++)
        {
          penalties[1] = bad_penalties[b];
          ck_assert_int_eq (lofi_ridge_fit (&ridge, &f, y.data, penalties, 2, NULL, NULL), LOFI_NOT_FINITE);
        }
      penalties[1] = 2.0;
      for (int where = 0; where < 2; where++)
        {
          double *place = where ? &y.data[140] : &f.data[3000], kept = *place;
          *place = NAN;
          ck_assert_int_eq (lofi_ridge_fit (&ridge, &f, y.data, penalties, 2, NULL, NULL), LOFI_NOT_FINITE);
          ck_assert_ptr_null (ridge.weights);
          *place = kept;
        }
      int looks = 0;    /* stop at the first, the second, ... until the fit gets through */
      for (int at = 1; ; at++)
        {
          int left = at;
          LofiWatch watch = { .stop = stop_at, .data = &left };
          LofiStatus status = lofi_ridge_fit (&ridge, &f, y.data, penalties, 2, NULL, &watch);
          if (status == LOFI_OK)
            break;
          ck_assert_int_eq (status, LOFI_STOPPED);
          ck_assert_int_eq (left, 0);
          looks = at;
        }
      ck_assert_int_ge (looks, 4);
      ck_assert_int_eq (lofi_ridge_predict (&ridge, &narrow, y.data), LOFI_BAD_SHAPE);
      lofi_ridge_clear (&ridge);
      ck_assert_int_eq (lofi_ridge_predict (&ridge, &f, y.data), LOFI_BAD_SHAPE);
      lofi_matrix_clear (&f);
      lofi_matrix_clear (&y);
    }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("ridge");
  TCase *tcase = tcase_create ("ridge");
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, fits_agree_with_elimination_and_refits);
  tcase_add_test (tcase, the_whole_curve_and_its_least);
  tcase_add_test (tcase, the_first_of_equal_errors_is_taken);
  tcase_add_test (tcase, dependent_features_do_no_harm);
  tcase_add_test (tcase, the_grid_is_log_spaced_with_exact_ends);
  tcase_add_test (tcase, scores_are_as_defined);
  tcase_add_test (tcase, bad_input_and_stopping);
  suite_add_tcase (suite, tcase);
  return lofi_test_run (suite);
}
