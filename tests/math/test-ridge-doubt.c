/* Leave-one-out errors that rounding leaves in doubt: which of them matter, and what becomes of those that do. */
#include "lofi-counted-rows.h"
#include "lofi-test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "lofi-reference.h"
#include "lofi-ridge-form-private.h"

enum { COUNT = 300 };

/* The last `lonely` features are 0 but in one sample each: there one less leverage is as small as the penalty. */
static LofiMatrix
make_features (size_t n, size_t p, size_t lonely, uint32_t stream)
{
  LofiMatrix f = lofi_reference_normals (n, p, stream);
  for (size_t i = 0; i < n; i++)
    for (size_t j = p - lonely; j < p; j++)
      f.data[i * p + j] = i == 5 * (p - j) ? 1.0 : 0.0;
  return f;
}

/* Linear in the features that are not lonely, with noise. */
static LofiMatrix
make_targets (const LofiMatrix *f, size_t lonely, double noise)
{
  LofiMatrix y = lofi_reference_normals (1, f->rows, 77);
  for (size_t i = 0; i < f->rows; i++)
    {
      y.data[i] *= noise;
      for (size_t j = 0; j + lonely < f->cols; j++)
        y.data[i] += f->data[i * f->cols + j] * ((double) (j % 5) - 2.0) / sqrt ((double) f->cols);
    }
  return y;
}

/* The fit agrees with one whose errors are all exact; returns how often it went through the rows. */
static size_t
check_fit (const LofiMatrix *f, const double *y, const double *penalties, bool keep, bool single)
{
  double curve[COUNT];
  LofiRidge exact, ridge;
  CountedRows source = { .features = f };
  LofiRidgeRows rows = { .samples = f->rows, .features = f->cols, .rows = counted_rows, .data = &source, .single = single };
  ck_assert_int_eq (lofi_ridge_fit (&exact, f, y, penalties, COUNT, curve, NULL), LOFI_OK);
  ck_assert_int_eq (lofi_ridge_fit_keeping (&ridge, &rows, y, penalties, COUNT, keep, NULL, NULL), LOFI_OK);
  size_t k = 0;
  while (k < COUNT && penalties[k] != ridge.penalty)
    k++;
  ck_assert_uint_lt (k, COUNT);
  ck_assert (single ? curve[k] <= exact.loo_mse * (1.0 + 1e-6) : ridge.penalty == exact.penalty);
  ck_assert (fabs (ridge.loo_mse - curve[k]) <= (single ? 1e-6 : 1e-7) * curve[k]);
  lofi_ridge_clear (&exact);
  lofi_ridge_clear (&ridge);
  ck_assert_uint_eq (source.asked % f->rows, 0);
  return source.asked / f->rows;
}

/* Samples hardly more than features, or many more, and noise: tiny penalties are bad for the other samples, and what the lonely ones' errors
 * are there does not matter. The rows are gone through for the Gram matrix and for the errors. With hardly any noise tiny penalties are best, and
 * eigenvectors need the rows once more; so does double precision, if single was to be tried. */
START_TEST (eigenvectors_are_found_where_the_choice_depends_on_them)
{
  static const size_t shapes[][3] = { { 75, 60, 4 }, { 75, 60, 1 }, { 330, 300, 12 }, { 150, 60, 4 }, { 900, 90, 7 } };
  double penalties[COUNT];
  lofi_penalty_grid (1e-10, 1e6, COUNT, penalties);
  for (size_t s = 0; s < 5; s++)
    for (int single = 0; single < 2; single++)
      {
        bool tried = single && shapes[s][0] >= 2 * shapes[s][1];
        LofiMatrix f = make_features (shapes[s][0], shapes[s][1], shapes[s][2], 3);
        LofiMatrix noisy = make_targets (&f, shapes[s][2], 2.0), exact = make_targets (&f, shapes[s][2], 1e-3);
        size_t passes = check_fit (&f, noisy.data, penalties, true, single);
        ck_assert (passes == 2 || (s == 3 && tried && passes == 3));
        check_fit (&f, noisy.data, penalties, false, single);
        ck_assert_uint_eq (check_fit (&f, exact.data, penalties, true, single), tried ? 4 : 3);
        lofi_matrix_clear (&f);
        lofi_matrix_clear (&noisy);
        lofi_matrix_clear (&exact);
      }
}
END_TEST

/* What the errors are at least, in either precision, against those with eigenvectors, whose own digits are as many as one less leverage leaves. It
 * is worth having: it leaves much of the error where the doubt is too large to leave anything. */
START_TEST (errors_are_no_smaller_than_they_are_said_to_be)
{
  enum { PENALTIES = 60 };
  static const size_t shapes[][3] = { { 75, 60, 4 }, { 100, 96, 20 }, { 62, 60, 0 }, { 150, 60, 4 }, { 900, 90, 7 } };
  double penalties[PENALTIES], exact[PENALTIES], digits[PENALTIES], errors[PENALTIES], slack[PENALTIES], least[PENALTIES], moved[PENALTIES],
    rounding[PENALTIES];
  lofi_penalty_grid (1e-10, 1e6, PENALTIES, penalties);
  size_t useful[2] = { 0, 0 };
  for (size_t s = 0; s < 5; s++)
    for (int noise = 0; noise < 3; noise++)
      {
        LofiMatrix f = make_features (shapes[s][0], shapes[s][1], shapes[s][2], 5), y = make_targets (&f, shapes[s][2], pow (10.0, -3.0 * noise));
        LofiRidgeRows rows = lofi_ridge_rows_of (&f);
        LofiRidgeForm form;
        LofiRidgeProblem problem;
        ck_assert_int_eq (lofi_ridge_form_init (&form, &rows, y.data, true, NULL), LOFI_OK);
        ck_assert_int_eq (lofi_ridge_problem_init (&problem, &form, NULL), LOFI_OK);
        ck_assert_int_eq (lofi_ridge_problem_errors (&problem, penalties, PENALTIES, exact, digits, NULL), LOFI_OK);
        ck_assert_int_eq (lofi_ridge_form_init (&form, &rows, y.data, false, NULL), LOFI_OK);
        ck_assert_int_eq (lofi_ridge_form_settle (&form, NULL), LOFI_OK);
        for (int single = 0; single < 2; single++)
          {
            if (single)
              ck_assert_int_eq (lofi_ridge_single_init (&form), LOFI_OK);
            for (size_t k = 0; k < PENALTIES; k++)
              rounding[k] = 10.0 * lofi_ridge_form_rounding (&form, penalties[k]) + 1e-14;
            ck_assert_int_eq (lofi_ridge_form_errors (&form, penalties, rounding, PENALTIES, errors, slack, least, moved, NULL), LOFI_OK);
            for (size_t k = 0; k < PENALTIES; k++)
              {
                ck_assert (digits[k] <= 0.0 || least[k] <= exact[k] * (1.0 + 1e-13 / digits[k]));
                double doubt = slack[k] > 0.0 ? rounding[k] / slack[k] * (1.0 + form.scale_y / sqrt (errors[k])) + moved[k] : INFINITY;
                useful[single] += doubt >= 1.0 && least[k] > 0.5 * exact[k];
              }
          }
        lofi_ridge_form_clear (&form);
        lofi_ridge_problem_clear (&problem);
        lofi_matrix_clear (&f);
        lofi_matrix_clear (&y);
      }
  ck_assert (useful[0] >= 10 && useful[1] >= 10);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("ridge-doubt");
  TCase *tcase = tcase_create ("ridge-doubt");
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, eigenvectors_are_found_where_the_choice_depends_on_them);
  tcase_add_test (tcase, errors_are_no_smaller_than_they_are_said_to_be);
  suite_add_tcase (suite, tcase);
  return lofi_test_run (suite);
}
