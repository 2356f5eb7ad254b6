#include "lofi-test.h"

#include <math.h>
#include <string.h>
#include <stdlib.h>
#include "lofi-ridge-private.h"
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

/* A stored matrix asked for in rows, and how much of it was asked for. */
typedef struct {
  const LofiMatrix *features;
  size_t asked;
  LofiStatus answer;        /* at the last block */
} Source;

static LofiStatus
source_rows (void *data, size_t first, size_t count, LofiMatrix *rows, const LofiWatch *watch)
{
  Source *source = data;
  LofiMatrix block = lofi_matrix_row_block (source->features, first, count);
  ck_assert_uint_le (first + count, source->features->rows);
  source->asked += count;
  LofiStatus status = lofi_matrix_copy (rows, &block);
  return first + count < source->features->rows ? status : status == LOFI_OK ? source->answer : status;
}

static LofiRidgeRows
rows_of (Source *source, const LofiMatrix *features)
{
  *source = (Source) { .features = features };
  return (LofiRidgeRows) { .samples = features->rows, .features = features->cols, .rows = source_rows, .data = source };
}

/* Blocks of which none is full, features whose means drift from block to block and are far from zero, B kept and not. */
START_TEST (rows_in_passes_give_what_the_matrix_gives)
{
  enum { COUNT = 60 };
  static const size_t shapes[][2] = { { 1301, 37 }, { 700, 300 }, { 90, 131 }, { 300, 299 } };
  double penalties[COUNT], whole_curve[COUNT], curve[COUNT];
  lofi_penalty_grid (1e-4, 1e5, COUNT, penalties);
  for (size_t s = 0; s < 4; s++)
    {
      size_t n = shapes[s][0], p = shapes[s][1];
      LofiMatrix f = make_features (n, p, 5), y = make_targets (&f, true), padded = lofi_reference_padded (&f);
      for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < p; j += 2)
          f.data[i * p + j] += 3.0 + (double) i / (double) n;
      lofi_matrix_copy (&padded, &f);
      LofiRidge whole, ridge;
      ck_assert_int_eq (lofi_ridge_fit (&whole, &padded, y.data, penalties, COUNT, whole_curve, NULL), LOFI_OK);
      for (int how = 0; how < 4; how++)
        {
          Source source;
          LofiRidgeRows rows = rows_of (&source, &f);
          bool keep = how >= 2;
          double *wanted = how == 1 ? curve : NULL;
          LofiStatus status = how == 3 ? lofi_ridge_fit_rows (&ridge, &rows, y.data, penalties, COUNT, curve, NULL)
                                       : lofi_ridge_fit_keeping (&ridge, &rows, y.data, penalties, COUNT, keep, wanted, NULL);
          ck_assert_int_eq (status, LOFI_OK);
          ck_assert (source.asked % n == 0 && source.asked <= (keep || how == 1 || p + 1 >= n ? 2 : 3) * n);
          ck_assert (ridge.penalty == whole.penalty && ridge.features == p);
          ck_assert (fabs (ridge.loo_mse - whole.loo_mse) <= 1e-11 * whole.loo_mse);
          double size = 0.0;
          for (size_t j = 0; j < p; j++)
            size = fmax (size, fabs (whole.weights[j]));
          ck_assert (lofi_reference_distance_of (ridge.weights, whole.weights, p) <= 1e-10 * size);
          ck_assert (fabs (ridge.intercept - whole.intercept) <= 1e-9 * size);
          for (size_t k = 0; k < COUNT && (how == 1 || how == 3); k++)
            ck_assert (fabs (curve[k] - whole_curve[k]) <= 1e-10 * whole_curve[k]);
          lofi_ridge_clear (&ridge);
        }
      lofi_ridge_clear (&whole);
      lofi_matrix_clear (&f);
      lofi_matrix_clear (&padded);
      lofi_matrix_clear (&y);
    }
}
END_TEST

/* Without B, and features so far apart in size that the Gram matrix alone cannot tell small penalties: the error keeps what digits
 * it can. */
START_TEST (rows_too_many_to_keep_survive_bad_scaling)
{
  LofiMatrix f = make_features (80, 12, 6), y = make_targets (&f, true);
  for (size_t i = 0; i < f.rows; i++)
    {
      f.data[i * f.cols] *= 1e6;
      f.data[i * f.cols + 3] = 0.0;
    }
  for (double penalty = 1e-4; penalty <= 1e4; penalty *= 100.0)
    {
      Source source;
      LofiRidgeRows rows = rows_of (&source, &f);
      LofiRidge ridge;
      ck_assert_int_eq (lofi_ridge_fit_keeping (&ridge, &rows, y.data, &penalty, 1, false, NULL, NULL), LOFI_OK);
      double loo = lofi_reference_leave_one_out (&f, y.data, penalty);
      ck_assert (fabs (ridge.loo_mse - loo) <= 1e-3 * loo);
      lofi_ridge_clear (&ridge);
    }
  lofi_matrix_clear (&f);
  lofi_matrix_clear (&y);
}
END_TEST

START_TEST (rows_that_fail_end_the_fit)
{
  double penalties[] = { 1.0, 2.0 };
  for (int wide = 0; wide < 2; wide++)
    {
      LofiMatrix f = make_features (600, wide ? 650 : 40, 7), y = make_targets (&f, true);
      Source source;
      LofiRidgeRows rows = rows_of (&source, &f);
      LofiRidge ridge;
      source.answer = LOFI_STOPPED;
      ck_assert_int_eq (lofi_ridge_fit_rows (&ridge, &rows, y.data, penalties, 2, NULL, NULL), LOFI_STOPPED);
      ck_assert_ptr_null (ridge.weights);
      source.answer = LOFI_OK;
      f.data[599 * f.cols + 39] = INFINITY;
      ck_assert_int_eq (lofi_ridge_fit_rows (&ridge, &rows, y.data, penalties, 2, NULL, NULL), LOFI_NOT_FINITE);
      rows.features = 0;
      ck_assert_int_eq (lofi_ridge_fit_rows (&ridge, &rows, y.data, penalties, 2, NULL, NULL), LOFI_BAD_SHAPE);
      lofi_matrix_clear (&f);
      lofi_matrix_clear (&y);
    }
}
END_TEST

/* Features that are hard on a Gram matrix, a search, or both. */
static LofiMatrix
nasty_features (size_t n, size_t p, int kind, uint32_t stream)
{
  LofiMatrix f = lofi_reference_normals (n, p, stream);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < p; j++)
      {
        double *entry = &f.data[i * p + j];
        switch (kind)
          {
          case 1:    /* sizes over eight decades */
            *entry *= pow (10.0, 4.0 - 8.0 * (double) j / (double) p);
            break;
          case 2:    /* pairs of columns that hardly differ */
            *entry = j % 2 ? f.data[i * p + j - 1] * (1.0 + 1e-5 * *entry) : *entry;
            break;
          case 3:    /* rectified, and rarely: some columns meet one sample, some none */
            *entry = *entry > 1.5 ? *entry : 0.0;
            break;
          case 4:    /* half the samples twice */
            *entry = i >= n / 2 ? f.data[(i - n / 2) * p + j] : *entry;
            break;
          case 5:    /* two groups, far apart */
            *entry *= j < p / 2 ? 30.0 : 1e-3;
            break;
          default:
            break;
          }
      }
  return f;
}

/* The penalty found by looking here and there is the one found by looking everywhere, for errors with one least place, several,
 * or at an end; two penalties may differ only where their errors agree to rounding. */
START_TEST (looking_here_and_there_finds_the_same_penalty)
{
  enum { COUNT = 500 };
  static const size_t shapes[][2] = { { 40, 9 }, { 40, 38 }, { 33, 60 }, { 12, 11 }, { 50, 25 } };
  double penalties[COUNT], curve[COUNT];
  size_t inside = 0, several = 0;
  lofi_penalty_grid (1e-6, 1e6, COUNT, penalties);
  for (uint32_t trial = 0; trial < 240; trial++)
    {
      size_t n = shapes[trial % 5][0], p = shapes[trial % 5][1];
      int kind = (int) (trial / 5 % 6);
      LofiMatrix f = nasty_features (n, p, kind, 100 + trial), y = lofi_reference_normals (1, n, 900 + trial);
      for (size_t i = 0; i < n; i++)
        {
          y.data[i] *= trial % 3 == 0 ? 3.0 : 0.1;
          for (size_t j = 0; j < p && trial % 4 > 0; j++)
            y.data[i] += f.data[i * p + j] * (trial % 4 == 1 ? (j < 2 ? 1.0 : 0.0) : j % 3 == 0 ? 0.3 : (double) (j % 7) * 1e-2);
          if (trial % 2)
            y.data[i] = y.data[i] >= 0.0 ? 1.0 : -1.0;
        }
      LofiRidge whole, ridge;
      ck_assert_int_eq (lofi_ridge_fit (&whole, &f, y.data, penalties, COUNT, curve, NULL), LOFI_OK);
      ck_assert_int_eq (lofi_ridge_fit (&ridge, &f, y.data, penalties, COUNT, NULL, NULL), LOFI_OK);
      size_t minima = 0;
      for (size_t k = 1; k + 1 < COUNT; k++)
        minima += curve[k] < curve[k - 1] * (1.0 - 1e-12) && curve[k] < curve[k + 1] * (1.0 - 1e-12);
      inside += whole.penalty > 1e-6 && whole.penalty < 1e6;
      several += minima > 1;
      ck_assert (fabs (ridge.loo_mse - whole.loo_mse) <= 1e-6 * whole.loo_mse);
      if (kind == 0 || kind == 5)
        ck_assert (ridge.penalty == whole.penalty);
      lofi_ridge_clear (&whole);
      lofi_ridge_clear (&ridge);
      lofi_matrix_clear (&f);
      lofi_matrix_clear (&y);
    }
  ck_assert_uint_ge (inside, 60);
  ck_assert_uint_ge (several, 5);
}
END_TEST

/* More features than samples, interpolating: nothing is subtracted, so the errors of the smallest penalties keep their digits. */
START_TEST (an_interpolating_fit_keeps_its_digits)
{
  LofiMatrix f = make_features (23, 61, 8), y = make_targets (&f, true);
  for (double penalty = 1e-12; penalty <= 1.0; penalty *= 100.0)
    {
      LofiRidge ridge;
      ck_assert_int_eq (lofi_ridge_fit (&ridge, &f, y.data, &penalty, 1, NULL, NULL), LOFI_OK);
      double loo = lofi_reference_leave_one_out (&f, y.data, penalty);
      ck_assert (fabs (ridge.loo_mse - loo) <= 1e-10 * loo);
      lofi_ridge_clear (&ridge);
    }
  lofi_matrix_clear (&f);
  lofi_matrix_clear (&y);
}
END_TEST

static void
watch_progress (void *data, double fraction)
{
  double *last = data;
  ck_assert (fraction >= *last - 1e-12 && fraction <= 1.0 + 1e-12);
  *last = fraction;
}

START_TEST (progress_only_rises_and_costs_are_told)
{
  double penalties[50];
  lofi_penalty_grid (1e-6, 1e6, 50, penalties);
  for (int wide = 0; wide < 2; wide++)
    for (int scaled = 0; scaled < 2; scaled++)
      {
        LofiMatrix f = make_features (wide ? 200 : 900, 230, 9), y = make_targets (&f, true);
        for (size_t i = 0; i < f.rows; i++)
          f.data[i * f.cols] *= scaled ? 1e6 : 1.0;
        Source source;
        LofiRidgeRows rows = rows_of (&source, &f);
        LofiRidge ridge;
        double last = 0.0;
        LofiWatch watch = { .progress = watch_progress, .data = &last };
        ck_assert_int_eq (lofi_ridge_fit_keeping (&ridge, &rows, y.data, penalties, 50, wide, NULL, &watch), LOFI_OK);
        ck_assert (last == 1.0);
        lofi_ridge_clear (&ridge);
        lofi_matrix_clear (&f);
        lofi_matrix_clear (&y);
      }
  ck_assert (lofi_ridge_flops (4000, 2000, 500) > 3.0 * 4000.0 * 2000.0 * 2000.0);
  ck_assert (lofi_ridge_flops (8000, 2000, 500) > 1.5 * lofi_ridge_flops (4000, 2000, 500));
  ck_assert (lofi_ridge_flops (4000, 2000, 1) < lofi_ridge_flops (4000, 2000, 500));
  ck_assert (lofi_ridge_flops (1, 5, 5) == 0.0 && lofi_ridge_flops (5, 0, 5) == 0.0);
  ck_assert_uint_ge (lofi_ridge_bytes (4000, 2000, false), (4000 + 2000) * 2000 * sizeof (double));
  ck_assert_uint_le (lofi_ridge_bytes (60000, 4000, true), 500 << 20);
  ck_assert_uint_ge (lofi_ridge_bytes (500, 5000, true), 500 * 5000 * sizeof (double));
  ck_assert_uint_eq (lofi_ridge_bytes (SIZE_MAX / 4, SIZE_MAX / 4, false), SIZE_MAX);
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
  tcase_add_test (tcase, rows_in_passes_give_what_the_matrix_gives);
  tcase_add_test (tcase, rows_too_many_to_keep_survive_bad_scaling);
  tcase_add_test (tcase, rows_that_fail_end_the_fit);
  tcase_add_test (tcase, looking_here_and_there_finds_the_same_penalty);
  tcase_add_test (tcase, an_interpolating_fit_keeps_its_digits);
  tcase_add_test (tcase, progress_only_rises_and_costs_are_told);
  suite_add_tcase (suite, tcase);
  return lofi_test_run (suite);
}
