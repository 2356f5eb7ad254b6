/* The search for the best penalty, on curves that are known. */
#include "lofi-test.h"

#include <math.h>
#include <string.h>
#include <stdlib.h>
#include "lofi-ridge-private.h"
#include "lofi-reference.h"

/* Errors as functions of log a, as smooth as a leave-one-out error is: sums of squared shrinkages s^2 / (s^2 + a) or a / (s^2 + a). */
typedef struct {
  double at[4], weight[4];      /* log10 s^2; of the shrinkage, negative: of the rest */
  double floor;
} Shape;

typedef struct {
  const double *penalties;
  Shape shape;
  double doubt, below;          /* of errors at penalties below this one; 0: of all */
  double left;                  /* share of a doubtful error that is certain, if not what its doubt leaves */
  size_t evaluated;
} Curve;

static double
curve_at (const Curve *curve, size_t k)
{
  double sum = curve->shape.floor;
  for (int i = 0; i < 4; i++)
    {
      double s2 = pow (10.0, curve->shape.at[i]), a = curve->penalties[k], weight = curve->shape.weight[i];
      double share = weight > 0.0 ? s2 / (s2 + a) : a / (s2 + a);
      sum += fabs (weight) * share * share;
    }
  return sum;
}

static LofiStatus
evaluate_curve (void *data, const size_t *which, size_t count, double *errors, double *doubts, double *least, const LofiWatch *watch)
{
  Curve *curve = data;
  for (size_t i = 0; i < count; i++)
    {
      errors[i] = curve_at (curve, which[i]);
      doubts[i] = curve->below == 0.0 || curve->penalties[which[i]] < curve->below ? curve->doubt : 0.0;
      least[i] = errors[i] * (curve->left > 0.0 && doubts[i] > 0.0 ? curve->left : fmax (1.0 - doubts[i], 0.0));
    }
  curve->evaluated += count;
  return LOFI_OK;
}

START_TEST (the_search_is_exact_and_brief)
{
  enum { COUNT = 500 };
  static const Shape shapes[] = {
    { { 0, 2 }, { 1.0, -1.0 }, 0.1 },                         /* one least place */
    { { -3, -1, 2, 4 }, { 1.0, -1.0, 1.0, -1.0 }, 0.2 },      /* two, */
    { { -3, -1, 2, 4 }, { 1.0, -1.02, 1.02, -1.0 }, 0.2 },    /* nearly as deep as each other */
    { { 0, 0, 0, 0 }, { -1.0 }, 0.3 },                        /* rising throughout */
    { { 0, 0, 0, 0 }, { 1.0 }, 0.3 },                         /* falling throughout */
    { { -9, 9, 0, 0 }, { 1e-6, -1e-6 }, 1.0 },                /* very nearly flat */
    { { 0, 1, 2, 3 }, { 1e6, -1.0 }, 1e-3 },                  /* over many decades */
    { { -6, 6, 0, 0 }, { 1.0, -1.0 }, 0.0 },
  };
  double penalties[COUNT], errors[COUNT], doubts[COUNT];
  lofi_penalty_grid (1e-6, 1e6, COUNT, penalties);
  for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
    for (int patient = 0; patient < 2; patient++)
      {
        Curve curve = { .penalties = penalties, .shape = shapes[s] };
        LofiRidgeSearch search = { .penalties = penalties, .count = COUNT, .patient = patient, .evaluate = evaluate_curve, .data = &curve };
        size_t best = COUNT, least = 0;
        bool certain = false;
        ck_assert_int_eq (lofi_ridge_search (&search, errors, doubts, &best, &certain, NULL), LOFI_OK);
        for (size_t k = 1; k < COUNT; k++)
          if (curve_at (&curve, k) < curve_at (&curve, least))
            least = k;
        ck_assert_uint_eq (best, least);
        ck_assert (certain && errors[best] == curve_at (&curve, best));
        ck_assert_uint_le (curve.evaluated, s == 5 ? COUNT : 120);
      }

  /* Flat to the bit: all are looked at, the first is taken. Not log-spaced: all are looked at. Told to: all are looked at. */
  for (int how = 0; how < 3; how++)
    {
      Curve curve = { .penalties = penalties, .shape = how == 0 ? (Shape) { .floor = 0.7 } : shapes[0] };
      LofiRidgeSearch search = { .penalties = penalties, .count = COUNT, .whole = how == 2, .patient = true, .evaluate = evaluate_curve,
                                 .data = &curve };
      size_t best = COUNT;
      bool certain = false;
      penalties[100] *= how == 1 ? 1.01 : 1.0;
      ck_assert_int_eq (lofi_ridge_search (&search, errors, doubts, &best, &certain, NULL), LOFI_OK);
      penalties[100] /= how == 1 ? 1.01 : 1.0;
      ck_assert_uint_eq (curve.evaluated, COUNT);
      ck_assert (certain && (how > 0 || best == 0));
    }
}
END_TEST

/* Where an error a little above the smallest will do, fewer are looked at; doubts up to what single precision may leave do no harm. */
START_TEST (what_is_allowed_is_kept_to)
{
  enum { COUNT = 500 };
  static const Shape shapes[] = {
    { { 0, 2 }, { 1.0, -1.0 }, 0.1 },
    { { -3, -1, 2, 4 }, { 1.0, -1.02, 1.02, -1.0 }, 0.2 },
    { { 0, 0, 0, 0 }, { -1.0 }, 0.3 },
    { { -9, 9, 0, 0 }, { 1e-6, -1e-6 }, 1.0 },
    { { 0, 1, 2, 3 }, { 1e6, -1.0 }, 1e-3 },
    { { 0, 0, 0, 0 }, { 0.0 }, 0.7 },
  };
  double penalties[COUNT], errors[COUNT], doubts[COUNT];
  lofi_penalty_grid (1e-6, 1e6, COUNT, penalties);
  for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
    {
      size_t evaluated[2];
      for (int single = 0; single < 2; single++)
        {
          Curve curve = { .penalties = penalties, .shape = shapes[s], .doubt = single ? 0.9 * LOFI_RIDGE_DOUBTFUL_SINGLE : 0.0 };
          LofiRidgeSearch search = { .penalties = penalties, .count = COUNT, .patient = true, .single = single, .evaluate = evaluate_curve,
                                     .data = &curve };
          size_t best = COUNT, least = 0;
          bool certain = false;
          ck_assert_int_eq (lofi_ridge_search (&search, errors, doubts, &best, &certain, NULL), LOFI_OK);
          for (size_t k = 1; k < COUNT; k++)
            if (curve_at (&curve, k) < curve_at (&curve, least))
              least = k;
          ck_assert (certain && curve_at (&curve, best) <= curve_at (&curve, least) * (1.0 + (single ? 1.01 * LOFI_RIDGE_ALLOWED : 0.0)));
          evaluated[single] = curve.evaluated;
        }
      ck_assert_uint_le (evaluated[1], evaluated[0]);
      ck_assert (s != 3 && s != 5 ? evaluated[1] <= 120 : evaluated[1] <= COUNT / 4);
    }

  /* More doubtful where it matters, or not. */
  for (int matters = 0; matters < 2; matters++)
    {
      Curve curve = { .penalties = penalties, .shape = shapes[0], .doubt = 3.0 * LOFI_RIDGE_DOUBTFUL_SINGLE, .below = matters ? 1e6 : 1e-4 };
      LofiRidgeSearch search = { .penalties = penalties, .count = COUNT, .patient = true, .single = true, .evaluate = evaluate_curve, .data = &curve };
      size_t best = COUNT;
      bool certain = false;
      ck_assert_int_eq (lofi_ridge_search (&search, errors, doubts, &best, &certain, NULL), LOFI_OK);
      ck_assert (certain == !matters);
    }
}
END_TEST

/* Errors that are not known at all, but known to be larger, leave the search certain and brief: unless the whole curve is asked for, or the
 * smallest error is among them. */
START_TEST (it_is_enough_to_know_that_others_are_larger)
{
  enum { COUNT = 500 };
  double penalties[COUNT], errors[COUNT], doubts[COUNT];
  lofi_penalty_grid (1e-6, 1e6, COUNT, penalties);
  for (int how = 0; how < 5; how++)
    for (int single = 0; single < 2; single++)
      {
        Curve curve = { .penalties = penalties, .shape = { { 0, 2 }, { 1.0, -1.0 }, 0.1 }, .doubt = 1e3, .below = 1e-2, .left = 0.5 };
        LofiRidgeSearch search = { .penalties = penalties, .count = COUNT, .patient = true, .single = single, .evaluate = evaluate_curve, .data = &curve };
        if (how == 1)
          curve.left = 0.01;
        else if (how == 2)
          curve.below = 1e6;
        else if (how == 3)
          search.whole = true;
        else if (how == 4)
          curve.left = 0.0;
        size_t best = COUNT, least = 0;
        bool certain = false;
        ck_assert_int_eq (lofi_ridge_search (&search, errors, doubts, &best, &certain, NULL), LOFI_OK);
        for (size_t k = 1; k < COUNT; k++)
          if (curve_at (&curve, k) < curve_at (&curve, least))
            least = k;
        ck_assert (certain == (how == 0));
        if (how == 0)
          {
            ck_assert (curve_at (&curve, best) <= curve_at (&curve, least) * (1.0 + (single ? 1.01 * LOFI_RIDGE_ALLOWED : 0.0)));
            ck_assert_uint_le (curve.evaluated, 120);
          }
      }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("ridge-search");
  TCase *tcase = tcase_create ("ridge-search");
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, the_search_is_exact_and_brief);
  tcase_add_test (tcase, what_is_allowed_is_kept_to);
  tcase_add_test (tcase, it_is_enough_to_know_that_others_are_larger);
  suite_add_tcase (suite, tcase);
  return lofi_test_run (suite);
}
