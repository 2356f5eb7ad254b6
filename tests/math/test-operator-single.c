/* The single-precision path of the operator beside the double one. Rows in single precision are numbers like any other, so the answer is
 * the operator of exactly those rows, all in double. */
#include "lofi-test.h"

#include <math.h>
#include <string.h>
#include "lofi-operator.h"
#include "lofi-reference.h"

typedef enum { SIGNS, REAL, WITH_ZEROS, POSITIVE, NEGATIVE, ONLY_ZEROS, N_KINDS } Kind;

static LofiMatrix
weights_of_kind (size_t n, Kind kind)
{
  LofiMatrix weights = lofi_reference_normals (1, n, 90);
  for (size_t i = 0; i < n; i++)
    {
      double g = weights.data[i], t = g;
      if (kind == SIGNS)
        t = g < 0.3 ? -1.0 : 1.0;
      else if (kind == WITH_ZEROS)
        t = i % 3 == 0 ? 0.0 : g;
      else if (kind != REAL)
        t = kind == POSITIVE ? 1.0 : kind == NEGATIVE ? -fabs (g) : 0.0;
      weights.data[i] = t;
    }
  return weights;
}

/* The same rows twice, in padded storage; `rectified` as a relu lift gives them: nothing negative, half of it zero. */
typedef struct {
  size_t n, p;
  LofiMatrix z, t;
  LofiMatrixF f;
} Sample;

static Sample
sample_new (size_t n, size_t p, Kind kind, bool rectified)
{
  Sample s = { .n = n, .p = p, .t = weights_of_kind (n, kind) };
  LofiMatrix g = lofi_reference_normals (n, p, 1);
  for (size_t i = 0; i < n * p; i++)
    g.data[i] = rectified ? fmax (g.data[i], 0.0) : g.data[i] + 0.5;
  s.z = lofi_reference_padded (&g);
  ck_assert_int_eq (lofi_matrix_f_alloc (&s.f, n, s.z.stride), LOFI_OK);
  for (size_t i = 0; i < n * s.z.stride; i++)
    s.f.data[i] = NAN;
  s.f.cols = p;
  ck_assert_int_eq (lofi_matrix_to_single (&s.f, &s.z), LOFI_OK);
  ck_assert_int_eq (lofi_matrix_to_double (&s.z, &s.f), LOFI_OK);
  lofi_matrix_clear (&g);
  return s;
}

static void
sample_clear (Sample *s)
{
  lofi_matrix_clear (&s->z);
  lofi_matrix_clear (&s->t);
  lofi_matrix_f_clear (&s->f);
}

static void
add_rows (LofiOperator *op, const Sample *s, size_t first, size_t count)
{
  LofiMatrixF rows = lofi_matrix_f_row_block (&s->f, first, count);
  ck_assert_int_eq (lofi_operator_add_single (op, &rows, s->t.data + first, NULL), LOFI_OK);
}

static void
add_in_blocks (LofiOperator *op, const Sample *s, size_t block)
{
  ck_assert_int_eq (lofi_operator_init (op, s->p), LOFI_OK);
  for (size_t first = 0; first < s->n; first += block)
    add_rows (op, s, first, s->n - first < block ? s->n - first : block);
  ck_assert_uint_eq (op->samples, s->n);
}

static LofiMatrix
operator_in_double (const Sample *s, size_t rows, bool centred)
{
  LofiMatrix c = lofi_reference_new (s->p, s->p), head = lofi_matrix_row_block (&s->z, 0, rows);
  LofiOperator op;
  ck_assert_int_eq (lofi_operator_init (&op, s->p), LOFI_OK);
  ck_assert_int_eq (lofi_operator_add (&op, &head, s->t.data, NULL), LOFI_OK);
  ck_assert_int_eq (lofi_operator_read (&op, centred, &c), LOFI_OK);
  lofi_operator_clear (&op);
  return c;
}

/* What single precision can promise is relative to what is summed, not to what is left when signs have cancelled:
 * the largest (1/n) sum_i |t_i| (z_ij - shift_j)^2. */
static double
summed (const Sample *s, const LofiOperator *op)
{
  double largest = 0.0;
  for (size_t j = 0; j < s->p; j++)
    {
      double sum = 0.0;
      for (size_t i = 0; i < s->n; i++)
        {
          double w = s->z.data[i * s->z.stride + j] - op->shift[j];
          sum += fabs (s->t.data[i]) * w * w / (double) s->n;
        }
      largest = fmax (largest, sum);
    }
  return largest;
}

/* Below and above the blocks of packing (1024 rows), of folding (16384) and of the triangle (1024), and multiples of none. */
START_TEST (single_precision_agrees_with_double)
{
  static const size_t shapes[][3] = { { 1, 1, 1 }, { 2, 3, 1 }, { 257, 37, 257 }, { 1061, 13, 19 }, { 37, 130, 5 }, { 17003, 23, 17003 },
                                      { 18433, 7, 1500 }, { 1301, 517, 700 }, { 130, 1091, 130 } };
  const size_t *shape = shapes[_i / N_KINDS];
  Kind kind = (Kind) (_i % N_KINDS);
  for (int rectified = 0; rectified < 2; rectified++)
    {
      Sample s = sample_new (shape[0], shape[1], kind, rectified);
      LofiOperator op;
      add_in_blocks (&op, &s, shape[2]);
      LofiMatrix c = lofi_reference_new (s.p, s.p), padded = lofi_reference_padded (&c);
      double bound = 6e-7 * summed (&s, &op);
      for (int centred = 0; centred < 2; centred++)
        {
          LofiMatrix expected = operator_in_double (&s, s.n, centred);
          ck_assert_int_eq (lofi_operator_read (&op, centred, &padded), LOFI_OK);
          ck_assert (lofi_reference_distance (&padded, &expected) <= bound + 1e-15);
          ck_assert (isnan (padded.data[s.p]));
          lofi_matrix_clear (&expected);
        }
      lofi_operator_clear (&op);
      ck_assert_ptr_null (op.shift);
      lofi_matrix_clear (&c);
      lofi_matrix_clear (&padded);
      sample_clear (&s);
    }
}
END_TEST

/* The same sums in single precision, of z itself and never folded. */
static double
plain_error (const Sample *s, const LofiMatrix *expected)
{
  LofiMatrix c = lofi_reference_new (s->p, s->p);
  for (size_t a = 0; a < s->p; a++)
    for (size_t b = 0; b < s->p; b++)
      {
        float sum = 0.0f;
        for (size_t i = 0; i < s->n; i++)
          sum += (float) s->t.data[i] * s->f.data[i * s->f.stride + a] * s->f.data[i * s->f.stride + b];
        c.data[a * s->p + b] = sum / (double) s->n;
      }
  double error = lofi_reference_distance (&c, expected);
  lofi_matrix_clear (&c);
  return error;
}

START_TEST (the_shift_is_worth_its_while)
{
  static const Kind kinds[] = { SIGNS, REAL, POSITIVE };
  static const double at_most[] = { 0.3, 0.7, 0.15 };    /* of the plain error: the sum grows less when signs differ, and so does its rounding */
  for (int k = 0; k < 3; k++)
    {
      Sample s = sample_new (5003, 37, kinds[k], true);
      LofiMatrix c = lofi_reference_new (37, 37), expected = operator_in_double (&s, s.n, false);
      LofiOperator op;
      add_in_blocks (&op, &s, 2048);
      ck_assert_int_eq (lofi_operator_read (&op, false, &c), LOFI_OK);
      double largest = 0.0, error = lofi_reference_distance (&c, &expected);
      for (size_t i = 0; i < 37 * 37; i++)
        largest = fmax (largest, fabs (expected.data[i]));
      /* Weights of mean zero leave a twentieth of what is summed. */
      ck_assert (error <= (kinds[k] == REAL ? 3e-6 : 3e-7) * largest);
      ck_assert (error <= at_most[k] * plain_error (&s, &expected));
      lofi_operator_clear (&op);
      lofi_matrix_clear (&c);
      lofi_matrix_clear (&expected);
      sample_clear (&s);
    }
}
END_TEST

START_TEST (it_can_be_read_at_any_time)
{
  static const size_t steps[] = { 1, 40, 1024, 13000, 3000, 1, 90 };
  Sample s = sample_new (17156, 11, SIGNS, true);
  LofiMatrix c = lofi_reference_new (11, 11), again = lofi_reference_new (11, 11);
  LofiOperator op, exact;
  double means[4][11];
  ck_assert_int_eq (lofi_operator_init (&op, 11), LOFI_OK);
  ck_assert_int_eq (lofi_operator_init (&exact, 11), LOFI_OK);
  for (size_t k = 0, n = 0; k < 7; k++)
    {
      add_rows (&op, &s, n, steps[k]);
      LofiMatrix rows = lofi_matrix_row_block (&s.z, n, steps[k]);
      ck_assert_int_eq (lofi_operator_add (&exact, &rows, s.t.data + n, NULL), LOFI_OK);
      n += steps[k];
      ck_assert_uint_eq (op.samples, n);
      for (int centred = 0; centred < 2; centred++)
        {
          LofiMatrix expected = operator_in_double (&s, n, centred);
          ck_assert_int_eq (lofi_operator_read (&op, centred, &c), LOFI_OK);
          ck_assert_int_eq (lofi_operator_read (&op, centred, &again), LOFI_OK);
          ck_assert (lofi_reference_distance (&c, &expected) <= 6e-7 * summed (&s, &op));
          ck_assert (memcmp (c.data, again.data, 121 * sizeof (double)) == 0);
          lofi_matrix_clear (&expected);
          /* The sums of rows are in double: nothing is lost. */
          ck_assert_int_eq (lofi_operator_means (&op, centred, means[0], means[1]), LOFI_OK);
          ck_assert_int_eq (lofi_operator_means (&exact, centred, means[2], means[3]), LOFI_OK);
          ck_assert (lofi_reference_distance_of (means[0], means[2], 11) <= 1e-14);
          ck_assert (lofi_reference_distance_of (means[1], means[3], 11) <= 1e-14);
        }
    }
  lofi_operator_clear (&op);
  lofi_operator_clear (&exact);
  lofi_matrix_clear (&c);
  lofi_matrix_clear (&again);
  sample_clear (&s);
}
END_TEST

START_TEST (the_same_blocks_give_the_same_bytes)
{
  Sample s = sample_new (3001, 530, REAL, true);
  LofiMatrix c[2] = { lofi_reference_new (530, 530), lofi_reference_new (530, 530) };
  for (int k = 0; k < 2; k++)
    {
      LofiOperator op;
      add_in_blocks (&op, &s, 700);
      ck_assert_int_eq (lofi_operator_read (&op, true, &c[k]), LOFI_OK);
      lofi_operator_clear (&op);
    }
  ck_assert (memcmp (c[0].data, c[1].data, 530 * 530 * sizeof (double)) == 0);
  lofi_matrix_clear (&c[0]);
  lofi_matrix_clear (&c[1]);
  sample_clear (&s);
}
END_TEST

START_TEST (storage_comes_when_it_is_needed)
{
  Sample s = sample_new (5, 4, SIGNS, true);
  LofiOperator op;
  ck_assert_int_eq (lofi_operator_init (&op, 4), LOFI_OK);
  ck_assert_ptr_null (op.single.data);
  ck_assert_ptr_null (op.packed_single.data);
  ck_assert_ptr_null (op.packed.data);
  ck_assert_ptr_null (op.shift);
  add_rows (&op, &s, 0, 0);
  ck_assert_ptr_null (op.single.data);
  add_rows (&op, &s, 0, 5);
  ck_assert_ptr_nonnull (op.single.data);
  ck_assert_ptr_null (op.packed.data);
  /* One precision only, whichever came first. */
  ck_assert_int_eq (lofi_operator_add (&op, &s.z, s.t.data, NULL), LOFI_BAD_SHAPE);
  lofi_operator_clear (&op);
  ck_assert_int_eq (lofi_operator_init (&op, 4), LOFI_OK);
  ck_assert_int_eq (lofi_operator_add (&op, &s.z, s.t.data, NULL), LOFI_OK);
  ck_assert_ptr_null (op.single.data);
  ck_assert_int_eq (lofi_operator_add_single (&op, &s.f, s.t.data, NULL), LOFI_BAD_SHAPE);
  ck_assert_uint_eq (op.samples, 5);
  lofi_operator_clear (&op);
  sample_clear (&s);
}
END_TEST

static bool
stop_at (void *data)
{
  return --*(int *) data <= 0;
}

START_TEST (bad_input_and_stopping)
{
  Sample s = sample_new (1100, 4, WITH_ZEROS, false);
  LofiOperator op;
  LofiMatrixF narrow = s.f;
  narrow.cols = 3;
  ck_assert_int_eq (lofi_operator_init (&op, 4), LOFI_OK);
  ck_assert_int_eq (lofi_operator_add_single (&op, &narrow, s.t.data, NULL), LOFI_BAD_SHAPE);
  lofi_operator_clear (&op);
  ck_assert_int_eq (lofi_operator_add_single (&op, &s.f, s.t.data, NULL), LOFI_BAD_SHAPE);

  const float bad[] = { NAN, INFINITY, -INFINITY };
  for (int b = 0; b < 3; b++)
    for (int where = 0; where < 4; where++)
      {
        /* the first row, a row without weight, the last entry, a weight */
        float *entry = &s.f.data[where == 0 ? 2 : where == 1 ? 300 * s.f.stride : 1099 * s.f.stride + 3], kept = *entry;
        double *weight = &s.t.data[901], kept_weight = *weight;
        if (where < 3)
          *entry = bad[b];
        else
          *weight = bad[b];
        ck_assert_int_eq (lofi_operator_init (&op, 4), LOFI_OK);
        ck_assert_int_eq (lofi_operator_add_single (&op, &s.f, s.t.data, NULL), LOFI_NOT_FINITE);
        lofi_operator_clear (&op);
        *entry = kept;
        *weight = kept_weight;
      }
  sample_clear (&s);

  /* A triangle of several blocks is watched inside, too: wherever it is stopped, it says so. */
  s = sample_new (20, 1100, REAL, false);
  for (int looks = 1; looks < 10; looks++)
    {
      int left = looks;
      LofiWatch watch = { .stop = stop_at, .data = &left };
      ck_assert_int_eq (lofi_operator_init (&op, 1100), LOFI_OK);
      ck_assert_int_eq (lofi_operator_add_single (&op, &s.f, s.t.data, &watch), LOFI_STOPPED);
      ck_assert_int_eq (left, 0);
      lofi_operator_clear (&op);
    }
  sample_clear (&s);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("operator-single");
  TCase *tcase = tcase_create ("operator-single");
  tcase_set_timeout (tcase, 30);
  tcase_add_loop_test (tcase, single_precision_agrees_with_double, 0, 9 * N_KINDS);
  tcase_add_test (tcase, the_shift_is_worth_its_while);
  tcase_add_test (tcase, it_can_be_read_at_any_time);
  tcase_add_test (tcase, the_same_blocks_give_the_same_bytes);
  tcase_add_test (tcase, storage_comes_when_it_is_needed);
  tcase_add_test (tcase, bad_input_and_stopping);
  suite_add_tcase (suite, tcase);
  return lofi_test_run (suite);
}
