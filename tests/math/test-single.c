/* The single-precision lift beside the double one. */
#include "lofi-test.h"

#include <math.h>
#include "lofi-single.h"
#include "lofi-reference.h"

static LofiMatrixF
single_of (const LofiMatrix *m)
{
  LofiMatrixF single;
  ck_assert_int_eq (lofi_matrix_f_alloc (&single, m->rows, m->stride), LOFI_OK);
  single.cols = m->cols;
  ck_assert_int_eq (lofi_matrix_to_single (&single, m), LOFI_OK);
  for (size_t i = 0; i < m->rows; i++)
    for (size_t j = m->cols; j < m->stride; j++)
      single.data[i * m->stride + j] = NAN;
  return single;
}

/* Random inputs, weights and biases of one shape, in padded storage. */
typedef struct {
  LofiMatrix h, w, b, expected;
  LofiMatrixF inputs, lifted;
  LofiLift lift;
} Case;

static Case
case_new (size_t n, size_t d, size_t p, bool biased)
{
  Case c;
  LofiMatrix h = lofi_reference_normals (n, d, 1), w = lofi_reference_normals (d, p, 2), z = lofi_reference_new (n, p);
  c.h = lofi_reference_padded (&h);
  c.w = lofi_reference_padded (&w);
  c.b = lofi_reference_normals (1, p, 3);
  c.expected = z;
  LofiMatrix zp = lofi_reference_padded (&z);
  c.inputs = single_of (&c.h);
  c.lifted = single_of (&zp);
  c.lift = (LofiLift) { .weights = c.w, .scale = lofi_reference_scale (&h), .bias = biased ? c.b.data : NULL, .bias_strength = 0.7 };
  lofi_matrix_clear (&h);
  lofi_matrix_clear (&w);
  lofi_matrix_clear (&zp);
  return c;
}

static void
case_clear (Case *c)
{
  lofi_matrix_clear (&c->h);
  lofi_matrix_clear (&c->w);
  lofi_matrix_clear (&c->b);
  lofi_matrix_clear (&c->expected);
  lofi_matrix_f_clear (&c->inputs);
  lofi_matrix_f_clear (&c->lifted);
}

/* Every activation and a truncation; step is left out: a rounding error can move a value across its jump. */
START_TEST (lifts_agree_with_double)
{
  static const size_t shapes[][3] = { { 1, 1, 1 }, { 37, 5, 130 }, { 130, 257, 37 }, { 600, 3, 7 } };
  for (size_t s = 0; s < 4; s++)
    for (int kind = 0; kind <= LOFI_N_ACTIVATIONS; kind++)
      for (int biased = 0; biased < 2 && kind != LOFI_STEP; biased++)
        {
          Case c = case_new (shapes[s][0], shapes[s][1], shapes[s][2], biased);
          bool truncated = kind == LOFI_N_ACTIVATIONS;
          ck_assert_int_eq (lofi_sigma_init (&c.lift.sigma, truncated ? LOFI_RELU : (LofiActivation) kind, truncated ? 4 : 0), LOFI_OK);
          LofiSingleLift single;
          ck_assert_int_eq (lofi_single_lift_init (&single, &c.lift), LOFI_OK);
          ck_assert_int_eq (lofi_single_lift_apply (&single, &c.inputs, &c.lifted), LOFI_OK);
          ck_assert_int_eq (lofi_lift_apply (&c.lift, &c.h, &c.expected), LOFI_OK);
          double largest = 0.0;
          for (size_t i = 0; i < shapes[s][0] * shapes[s][2]; i++)
            largest = fmax (largest, fabs (c.expected.data[i]));
          for (size_t i = 0; i < shapes[s][0]; i++)
            {
              for (size_t j = 0; j < shapes[s][2]; j++)
                ck_assert (fabs (c.lifted.data[i * c.lifted.stride + j] - c.expected.data[i * shapes[s][2] + j]) <= 1e-6 * largest);
              ck_assert (isnan (c.lifted.data[i * c.lifted.stride + shapes[s][2]]));
            }
          lofi_single_lift_clear (&single);
          ck_assert_ptr_null (single.weights.data);
          case_clear (&c);
        }
}
END_TEST

START_TEST (bad_input_is_refused)
{
  Case c = case_new (4, 3, 5, true);
  LofiSingleLift single;
  ck_assert_int_eq (lofi_sigma_init (&c.lift.sigma, LOFI_RELU, LOFI_DEGREE_EXACT), LOFI_OK);
  LofiLift bad = c.lift;
  bad.scale = 0.0;
  ck_assert_int_eq (lofi_single_lift_init (&single, &bad), LOFI_NOT_FINITE);
  bad.scale = NAN;
  ck_assert_int_eq (lofi_single_lift_init (&single, &bad), LOFI_NOT_FINITE);
  bad = c.lift;
  bad.bias_strength = INFINITY;
  ck_assert_int_eq (lofi_single_lift_init (&single, &bad), LOFI_NOT_FINITE);
  bad = c.lift;
  bad.weights.rows = 0;
  ck_assert_int_eq (lofi_single_lift_init (&single, &bad), LOFI_BAD_SHAPE);
  bad.weights = (LofiMatrix) { .rows = 3, .cols = (size_t) 1 << 40, .stride = (size_t) 1 << 40 };
  ck_assert_int_eq (lofi_single_lift_init (&single, &bad), LOFI_BAD_SHAPE);

  ck_assert_int_eq (lofi_single_lift_init (&single, &c.lift), LOFI_OK);
  LofiMatrixF narrow = c.inputs, none = lofi_matrix_f_row_block (&c.inputs, 0, 0), nothing = lofi_matrix_f_row_block (&c.lifted, 0, 0);
  narrow.cols = 2;
  ck_assert_int_eq (lofi_single_lift_apply (&single, &narrow, &c.lifted), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_single_lift_apply (&single, &none, &c.lifted), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_single_lift_apply (&single, &none, &nothing), LOFI_OK);
  lofi_single_lift_clear (&single);
  case_clear (&c);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("single");
  TCase *tcase = tcase_create ("single");
  tcase_set_timeout (tcase, 30);
  tcase_add_test (tcase, lifts_agree_with_double);
  tcase_add_test (tcase, bad_input_is_refused);
  suite_add_tcase (suite, tcase);
  return lofi_test_run (suite);
}
