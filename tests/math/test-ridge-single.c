/* Leave-one-out errors from rows in single precision, and the kernels of the sums. */
#include "lofi-counted-rows.h"
#include "lofi-test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "lofi-reference.h"
#include "lofi-ridge-form-private.h"

enum { COUNT = 200 };

typedef enum { RECTIFIED, SPREAD, PAIRS, RARE, TWICE, GROUPS, OUTLIER, LONELY, KINDS } Kind;

/* A rectified lift, as what is to be fast, and others that are to be survived. */
static LofiMatrix
make_features (size_t n, size_t p, Kind kind, uint32_t stream)
{
  LofiMatrix f = lofi_reference_normals (n, p, stream);
  size_t d = p / 10 + 3;
  LofiMatrix x = lofi_reference_normals (n, d, stream + 1), w = lofi_reference_normals (d, p, stream + 2);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < p; j++)
      {
        double *entry = &f.data[i * p + j], sum = 0.0;
        for (size_t l = 0; l < d; l++)
          sum += x.data[i * d + l] * w.data[l * p + j];
        switch (kind)
          {
          case RECTIFIED:
            *entry = fmax (sum, 0.0) / sqrt ((double) (d * p));
            break;
          case SPREAD:    /* sizes over six decades */
            *entry *= pow (10.0, 3.0 - 6.0 * (double) j / (double) p);
            break;
          case PAIRS:    /* columns that hardly differ */
            *entry = j % 2 ? f.data[i * p + j - 1] * (1.0 + 1e-5 * *entry) : *entry;
            break;
          case RARE:    /* rectified where few pass */
            *entry = *entry > 1.5 ? *entry : 0.0;
            break;
          case TWICE:    /* half the samples repeated */
            *entry = i >= n / 2 ? f.data[(i - n / 2) * p + j] : *entry;
            break;
          case GROUPS:    /* two, far apart */
            *entry *= j < p / 2 ? 30.0 : 1e-3;
            break;
          case OUTLIER:    /* a sample with a feature to itself, enormous */
            *entry = j == 0 ? (i == 17 ? 1e3 : 0.0) : *entry;
            break;
          default:    /* the same with one of common size */
            *entry = j == 0 ? (i == 17 ? 1.0 : 0.0) : *entry / sqrt ((double) p);
            break;
          }
      }
  lofi_matrix_clear (&x);
  lofi_matrix_clear (&w);
  return f;
}

static LofiMatrix
make_targets (const LofiMatrix *f, bool signs)
{
  LofiMatrix y = lofi_reference_normals (1, f->rows, 55);
  double square = 0.0;
  for (size_t i = 0; i < f->rows * f->cols; i++)
    square += f->data[i] * f->data[i] / (double) f->rows;
  for (size_t i = 0; i < f->rows; i++)
    {
      double sum = 0.0;
      for (size_t j = 0; j < f->cols; j += 3)
        sum += f->data[i * f->cols + j] * ((double) (j % 7) - 3.0);
      y.data[i] = 0.8 * y.data[i] + 2.0 * sum / sqrt (square);
      y.data[i] = signs ? (y.data[i] >= 0.0 ? 1.0 : -1.0) : y.data[i] + 3.0;
    }
  return y;
}

static LofiRidgeRows
rows_of (CountedRows *source, const LofiMatrix *features)
{
  *source = (CountedRows) { .features = features };
  return (LofiRidgeRows) { .samples = features->rows, .features = features->cols, .rows = counted_rows, .data = source, .single = true };
}

static size_t
place_of (double penalty, const double *penalties)
{
  size_t k = 0;
  while (k < COUNT && penalties[k] != penalty)
    k++;
  ck_assert_uint_lt (k, COUNT);
  return k;
}

/* The penalty that a fit in single precision takes, judged by the errors of one in double. True if the fit was not in double after all. */
static bool
check_choice (const LofiMatrix *f, const double *y, const double *penalties, bool keep, double tolerance)
{
  double curve[COUNT];
  LofiRidge whole, ridge, again, alone;
  CountedRows source;
  LofiRidgeRows rows = rows_of (&source, f);
  ck_assert_int_eq (lofi_ridge_fit (&whole, f, y, penalties, COUNT, curve, NULL), LOFI_OK);
  ck_assert_int_eq (lofi_ridge_fit_keeping (&ridge, &rows, y, penalties, COUNT, keep, NULL, NULL), LOFI_OK);
  size_t asked = source.asked;
  double error = curve[place_of (ridge.penalty, penalties)];
  ck_assert (error <= whole.loo_mse * (1.0 + 1e-6));
  ck_assert (fabs (ridge.loo_mse - error) <= 1e-6 * error);

  ck_assert_int_eq (lofi_ridge_fit_keeping (&again, &rows, y, penalties, COUNT, keep, NULL, NULL), LOFI_OK);
  ck_assert (again.penalty == ridge.penalty && again.loo_mse == ridge.loo_mse && again.intercept == ridge.intercept);
  ck_assert_mem_eq (again.weights, ridge.weights, f->cols * sizeof (double));

  double size = 0.0;
  ck_assert_int_eq (lofi_ridge_fit (&alone, f, y, &ridge.penalty, 1, NULL, NULL), LOFI_OK);
  for (size_t j = 0; j < f->cols; j++)
    size = fmax (size, fabs (alone.weights[j]));
  ck_assert (lofi_reference_distance_of (ridge.weights, alone.weights, f->cols) <= tolerance * size);
  lofi_ridge_clear (&again);
  rows.single = false;
  ck_assert_int_eq (lofi_ridge_fit_keeping (&again, &rows, y, penalties, COUNT, keep, NULL, NULL), LOFI_OK);
  bool differs = again.loo_mse != ridge.loo_mse;
  lofi_ridge_clear (&whole);
  lofi_ridge_clear (&ridge);
  lofi_ridge_clear (&again);
  lofi_ridge_clear (&alone);
  return differs && (!keep || asked == 2 * f->rows);
}

START_TEST (rectified_features_are_fitted_in_single_precision)
{
  static const size_t shapes[][2] = { { 600, 200 }, { 1000, 130 }, { 700, 65 }, { 900, 64 }, { 400, 2 }, { 300, 1 } };
  double penalties[COUNT];
  lofi_penalty_grid (1e-6, 1e6, COUNT, penalties);
  for (size_t s = 0; s < 6; s++)
    for (int signs = 0; signs < 2; signs++)
      {
        LofiMatrix f = make_features (shapes[s][0], shapes[s][1], RECTIFIED, 10), y = make_targets (&f, signs);
        bool single = check_choice (&f, y.data, penalties, true, 1e-9);
        ck_assert (single || s > 2 || !signs);
        check_choice (&f, y.data, penalties, false, 1e-9);
        lofi_matrix_clear (&f);
        lofi_matrix_clear (&y);
      }
}
END_TEST

/* Sizes far apart, samples repeated, one less leverage near zero, penalties that are all tiny, and targets that are fitted all but exactly. */
START_TEST (hard_features_are_fitted_as_well_as_in_double)
{
  double penalties[COUNT], tiny[COUNT];
  lofi_penalty_grid (1e-6, 1e6, COUNT, penalties);
  lofi_penalty_grid (1e-10, 1e-6, COUNT, tiny);
  for (Kind kind = RECTIFIED; kind < KINDS; kind++)
    for (int how = 0; how < 3; how++)
      {
        LofiMatrix f = make_features (240, 60, kind, 20 + (uint32_t) kind), y = make_targets (&f, how == 1);
        for (size_t i = 0; i < f.rows && how == 2; i++)
          y.data[i] = f.data[i * f.cols] + 0.5 * f.data[i * f.cols + 3] + 1e-5 * y.data[i];
        check_choice (&f, y.data, penalties, true, 1e-6);
        if (kind != SPREAD && kind != PAIRS && kind != GROUPS)    /* in double, too, these are no more than approximately right there */
          check_choice (&f, y.data, tiny, true, 1e-6);
        lofi_matrix_clear (&f);
        lofi_matrix_clear (&y);
      }
}
END_TEST

/* Features that single precision cannot hold, and such as it can, with penalties to match. */
START_TEST (features_of_any_size_are_fitted)
{
  static const double factors[] = { 1e-45, 1e-39, 1e-20, 1e20, 1e39 };
  double penalties[COUNT], scaled[COUNT];
  lofi_penalty_grid (1e-6, 1e6, COUNT, penalties);
  LofiMatrix f = make_features (600, 150, RECTIFIED, 30), y = make_targets (&f, true);
  LofiRidge plain;
  ck_assert_int_eq (lofi_ridge_fit (&plain, &f, y.data, penalties, COUNT, NULL, NULL), LOFI_OK);
  for (int k = 0; k < 5; k++)
    {
      LofiMatrix g = lofi_reference_new (f.rows, f.cols);
      for (size_t i = 0; i < f.rows * f.cols; i++)
        g.data[i] = factors[k] * f.data[i];
      for (size_t i = 0; i < COUNT; i++)
        scaled[i] = factors[k] * factors[k] * penalties[i];
      bool single = check_choice (&g, y.data, scaled, true, 1e-9);
      ck_assert (single == (k == 2 || k == 3));
      CountedRows source;
      LofiRidgeRows rows = rows_of (&source, &g);
      LofiRidge ridge;
      ck_assert_int_eq (lofi_ridge_fit_rows (&ridge, &rows, y.data, scaled, COUNT, NULL, NULL), LOFI_OK);
      ck_assert (fabs (ridge.loo_mse - plain.loo_mse) <= 1e-6 * plain.loo_mse);
      lofi_ridge_clear (&ridge);
      lofi_matrix_clear (&g);
    }
  lofi_ridge_clear (&plain);
  lofi_matrix_clear (&f);
  lofi_matrix_clear (&y);
}
END_TEST

/* In either precision, from the same reduction. */
START_TEST (the_bound_holds)
{
  enum { PENALTIES = 25 };
  static const size_t shapes[][2] = { { 300, 60 }, { 200, 100 }, { 900, 129 } };
  double penalties[PENALTIES], exact[PENALTIES], errors[PENALTIES], slack[PENALTIES], moved[PENALTIES];
  double rounding[PENALTIES] = { 0.0 }, least[PENALTIES];
  lofi_penalty_grid (1e-6, 1e6, PENALTIES, penalties);
  size_t tight = 0;
  for (Kind kind = RECTIFIED; kind < KINDS; kind++)
    for (size_t s = 0; s < 3; s++)
      {
        LofiMatrix f = make_features (shapes[s][0], shapes[s][1], kind, 40), y = make_targets (&f, s == 1);
        LofiRidgeRows rows = lofi_ridge_rows_of (&f);
        LofiRidgeForm form;
        ck_assert_int_eq (lofi_ridge_form_init (&form, &rows, y.data, false, NULL), LOFI_OK);
        ck_assert_int_eq (lofi_ridge_form_settle (&form, NULL), LOFI_OK);
        ck_assert_int_eq (lofi_ridge_form_errors (&form, penalties, rounding, PENALTIES, exact, slack, least, moved, NULL), LOFI_OK);
        for (size_t k = 0; k < PENALTIES; k++)
          ck_assert (moved[k] == 0.0);
        ck_assert_int_eq (lofi_ridge_single_init (&form), LOFI_OK);
        ck_assert_int_eq (lofi_ridge_form_errors (&form, penalties, rounding, PENALTIES, errors, slack, least, moved, NULL), LOFI_OK);
        for (size_t k = 0; k < PENALTIES; k++)
          {
            ck_assert (moved[k] >= 0.0);
            if (!isnan (exact[k]) && moved[k] < 0.01)
              ck_assert (fabs (errors[k] - exact[k]) <= moved[k] * exact[k]);
            tight += moved[k] <= LOFI_RIDGE_DOUBTFUL_SINGLE;
          }
        lofi_ridge_form_clear (&form);
        lofi_matrix_clear (&f);
        lofi_matrix_clear (&y);
      }
  ck_assert_uint_ge (tight, KINDS * 3 * 6);
}
END_TEST

/* A curve asked for, few samples, more features than samples: all in double, to the bit. */
START_TEST (what_it_is_not_for_is_left_alone)
{
  static const size_t shapes[][2] = { { 200, 50 }, { 119, 60 }, { 60, 80 } };
  double penalties[COUNT], curve[COUNT], expected[COUNT];
  lofi_penalty_grid (1e-6, 1e6, COUNT, penalties);
  for (size_t s = 0; s < 3; s++)
    {
      LofiMatrix f = make_features (shapes[s][0], shapes[s][1], RECTIFIED, 60), y = make_targets (&f, true);
      CountedRows source;
      LofiRidgeRows rows = rows_of (&source, &f);
      LofiRidge ridge, plain;
      bool whole = s == 0;
      ck_assert_int_eq (lofi_ridge_fit_rows (&ridge, &rows, y.data, penalties, COUNT, whole ? curve : NULL, NULL), LOFI_OK);
      rows.single = false;
      ck_assert_int_eq (lofi_ridge_fit_rows (&plain, &rows, y.data, penalties, COUNT, whole ? expected : NULL, NULL), LOFI_OK);
      ck_assert (ridge.penalty == plain.penalty && ridge.loo_mse == plain.loo_mse);
      ck_assert_mem_eq (ridge.weights, plain.weights, f.cols * sizeof (double));
      if (whole)
        ck_assert_mem_eq (curve, expected, sizeof curve);
      lofi_ridge_clear (&ridge);
      lofi_ridge_clear (&plain);
      lofi_matrix_clear (&f);
      lofi_matrix_clear (&y);
    }
}
END_TEST

static bool
stop_at (void *data)
{
  return --*(int *) data <= 0;
}

static void
watch_progress (void *data, double fraction)
{
  double *last = data;
  ck_assert (fraction >= *last - 1e-12 && fraction <= 1.0 + 1e-12);
  *last = fraction;
}

/* Both where single precision will do and where all is done again. */
START_TEST (fits_stop_and_find_what_is_not_finite)
{
  double penalties[COUNT];
  lofi_penalty_grid (1e-6, 1e6, COUNT, penalties);
  for (Kind kind = RECTIFIED; kind <= SPREAD; kind++)
    {
      LofiMatrix f = make_features (600, 70, kind, 70), y = make_targets (&f, true);
      CountedRows source;
      LofiRidgeRows rows = rows_of (&source, &f);
      LofiRidge ridge;
      LofiStatus status = LOFI_STOPPED;
      int looks = 0;
      while (status == LOFI_STOPPED && looks < 100)
        {
          int left = ++looks;
          LofiWatch watch = { .stop = stop_at, .data = &left };
          status = lofi_ridge_fit_rows (&ridge, &rows, y.data, penalties, COUNT, NULL, &watch);
          ck_assert (status == LOFI_OK || (status == LOFI_STOPPED && !ridge.weights));
        }
      ck_assert_int_ge (looks, 6);
      ck_assert_int_eq (status, LOFI_OK);
      lofi_ridge_clear (&ridge);

      double last = 0.0;
      LofiWatch watch = { .progress = watch_progress, .data = &last };
      ck_assert_int_eq (lofi_ridge_fit_rows (&ridge, &rows, y.data, penalties, COUNT, NULL, &watch), LOFI_OK);
      ck_assert (last == 1.0);
      lofi_ridge_clear (&ridge);
      f.data[599 * 70 + 69] = NAN;
      ck_assert_int_eq (lofi_ridge_fit_rows (&ridge, &rows, y.data, penalties, COUNT, NULL, NULL), LOFI_NOT_FINITE);
      ck_assert_ptr_null (ridge.weights);
      lofi_matrix_clear (&f);
      lofi_matrix_clear (&y);
    }
}
END_TEST

START_TEST (kernels_agree)
{
  static const size_t sizes[] = { 1, 2, 7, 250 };
  for (size_t s = 0; s < 4; s++)
    {
      size_t m = sizes[s];
      LofiMatrix tile = lofi_reference_normals (m, LOFI_RIDGE_TILE, 80), numbers = lofi_reference_normals (LOFI_RIDGE_GROUP, 3 * m, 81);
      const double *factors[LOFI_RIDGE_GROUP];
      double first_fit[LOFI_RIDGE_GROUP][LOFI_RIDGE_TILE], first_leverage[LOFI_RIDGE_GROUP][LOFI_RIDGE_TILE];
      for (size_t k = 0; k < LOFI_RIDGE_GROUP; k++)
        {
          factors[k] = numbers.data + k * 3 * m;
          for (size_t j = 0; j < m; j++)
            {
              numbers.data[k * 3 * m + 3 * j] *= 0.2;
              numbers.data[k * 3 * m + 3 * j + 2] = fabs (numbers.data[k * 3 * m + 3 * j + 2]);
            }
        }
      bool fused = false;
      for (size_t index = 0; lofi_ridge_kernel (index); index++)
        {
          const LofiRidgeKernel *kernel = lofi_ridge_kernel (index);
          double fit[LOFI_RIDGE_GROUP][LOFI_RIDGE_TILE], leverage[LOFI_RIDGE_GROUP][LOFI_RIDGE_TILE];
          kernel->sweep (tile.data, factors, m, fit, leverage);
          if (index == 0)
            {
              memcpy (first_fit, fit, sizeof fit);
              memcpy (first_leverage, leverage, sizeof leverage);
            }
          if (fused && strncmp (kernel->name, "avx", 3) == 0)
            {
              ck_assert_mem_eq (fit, first_fit, sizeof fit);
              ck_assert_mem_eq (leverage, first_leverage, sizeof leverage);
            }
          fused = fused || strncmp (kernel->name, "avx", 3) == 0;
          for (size_t k = 0; k < LOFI_RIDGE_GROUP; k++)
            for (size_t i = 0; i < LOFI_RIDGE_TILE; i++)
              {
                double w = 0.0, f = 0.0, g = 0.0, size = 0.0;
                for (size_t j = 0; j < m; j++)
                  {
                    w = tile.data[j * LOFI_RIDGE_TILE + i] - factors[k][3 * j] * w;
                    f += factors[k][3 * j + 1] * w;
                    g += factors[k][3 * j + 2] * w * w;
                    size += fabs (factors[k][3 * j + 1] * w);
                  }
                ck_assert (fabs (fit[k][i] - f) <= 1e-13 * size);
                ck_assert (fabs (leverage[k][i] - g) <= 1e-13 * g);
              }
        }
      lofi_matrix_clear (&tile);
      lofi_matrix_clear (&numbers);
    }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("ridge-single");
  TCase *tcase = tcase_create ("ridge-single");
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, rectified_features_are_fitted_in_single_precision);
  tcase_add_test (tcase, hard_features_are_fitted_as_well_as_in_double);
  tcase_add_test (tcase, features_of_any_size_are_fitted);
  tcase_add_test (tcase, the_bound_holds);
  tcase_add_test (tcase, what_it_is_not_for_is_left_alone);
  tcase_add_test (tcase, fits_stop_and_find_what_is_not_finite);
  tcase_add_test (tcase, kernels_agree);
  suite_add_tcase (suite, tcase);
  return lofi_test_run (suite);
}
