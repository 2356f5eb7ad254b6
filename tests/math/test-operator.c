#include "lofi-test.h"

#include <math.h>
#include <string.h>
#include "lofi-operator.h"
#include "lofi-reference.h"

/* Signs, real weights, weights with zeros: the three kinds a block can hold. */
static LofiMatrix
weights_of_kind (size_t n, int kind)
{
  LofiMatrix t = lofi_reference_normals (1, n, 90);
  for (size_t i = 0; i < n; i++)
    t.data[i] = kind == 0 ? (t.data[i] < 0.3 ? -1.0 : 1.0) : kind == 2 && i % 3 == 0 ? 0.0 : t.data[i];
  return t;
}

static void
add_in_blocks (LofiOperator *op, const LofiMatrix *z, const double *t, size_t block)
{
  for (size_t first = 0; first < z->rows; first += block)
    {
      LofiMatrix rows = lofi_matrix_row_block (z, first, z->rows - first < block ? z->rows - first : block);
      ck_assert_int_eq (lofi_operator_add (op, &rows, t + first, NULL), LOFI_OK);
    }
  ck_assert_uint_eq (op->samples, z->rows);
}

START_TEST (operators_agree_with_the_reference)
{
  static const size_t shapes[][3] = { { 1, 1, 1 }, { 257, 37, 257 }, { 257, 37, 19 }, { 1061, 13, 1061 },
                                      { 37, 130, 5 }, { 2, 3, 1 } };
  for (size_t s = 0; s < 6; s++)
    for (int kind = 0; kind < 3; kind++)
      for (int centred = 0; centred < 2; centred++)
        {
          size_t n = shapes[s][0], p = shapes[s][1];
          LofiMatrix z = lofi_reference_normals (n, p, 1), t = weights_of_kind (n, kind), c = lofi_reference_new (p, p);
          for (size_t i = 0; i < n * p; i++)
            z.data[i] += 0.5;    /* a mean worth subtracting */
          LofiMatrix zp = lofi_reference_padded (&z), cp = lofi_reference_padded (&c);
          LofiMatrix expected = lofi_reference_operator (&z, t.data, centred);
          LofiOperator op;
          ck_assert_int_eq (lofi_operator_init (&op, p), LOFI_OK);
          add_in_blocks (&op, &zp, t.data, shapes[s][2]);
          ck_assert_int_eq (lofi_operator_read (&op, centred, &cp), LOFI_OK);
          ck_assert (lofi_reference_distance (&cp, &expected) <= 1e-13);
          lofi_operator_clear (&op);
          lofi_matrix_clear (&z);
          lofi_matrix_clear (&t);
          lofi_matrix_clear (&c);
          lofi_matrix_clear (&zp);
          lofi_matrix_clear (&cp);
          lofi_matrix_clear (&expected);
        }
}
END_TEST

START_TEST (means_agree_with_their_definition)
{
  size_t n = 130, p = 9;
  LofiMatrix z = lofi_reference_normals (n, p, 2), t = weights_of_kind (n, 2);
  LofiOperator op;
  double mean[9], moment[9], centred[9];
  ck_assert_int_eq (lofi_operator_init (&op, p), LOFI_OK);
  add_in_blocks (&op, &z, t.data, 31);
  ck_assert_int_eq (lofi_operator_means (&op, false, mean, moment), LOFI_OK);
  ck_assert_int_eq (lofi_operator_means (&op, true, NULL, centred), LOFI_OK);
  ck_assert_int_eq (lofi_operator_means (&op, true, NULL, NULL), LOFI_OK);
  for (size_t j = 0; j < p; j++)
    {
      double mu = 0.0, m = 0.0, mc = 0.0;
      for (size_t i = 0; i < n; i++)
        mu += z.data[i * p + j] / (double) n;
      for (size_t i = 0; i < n; i++)
        {
          m += t.data[i] * z.data[i * p + j] / (double) n;
          mc += t.data[i] * (z.data[i * p + j] - mu) / (double) n;
        }
      ck_assert (fabs (mean[j] - mu) <= 1e-14);
      ck_assert (fabs (moment[j] - m) <= 1e-14);
      ck_assert (fabs (centred[j] - mc) <= 1e-14);
    }
  lofi_operator_clear (&op);
  lofi_matrix_clear (&z);
  lofi_matrix_clear (&t);
}
END_TEST

START_TEST (deflation_restricts_to_the_complement)
{
  size_t p = 37;
  LofiMatrix z = lofi_reference_normals (130, p, 3), t = weights_of_kind (130, 1), c = lofi_reference_operator (&z, t.data, false);
  LofiMatrix unit = lofi_reference_normals (1, p, 4), padded = lofi_reference_padded (&c);
  double norm = 0.0;
  for (size_t j = 0; j < p; j++)
    norm += unit.data[j] * unit.data[j];
  for (size_t j = 0; j < p; j++)
    unit.data[j] /= sqrt (norm);
  LofiMatrix expected = lofi_reference_complement (&c, unit.data);
  ck_assert_int_eq (lofi_operator_deflate (&padded, unit.data), LOFI_OK);
  ck_assert (lofi_reference_distance (&padded, &expected) <= 1e-14);
  for (size_t i = 0; i < p; i++)
    {
      double along = 0.0;
      for (size_t j = 0; j < p; j++)
        along += padded.data[i * padded.stride + j] * unit.data[j];
      ck_assert (fabs (along) <= 1e-14);
    }
  lofi_matrix_clear (&z);
  lofi_matrix_clear (&t);
  lofi_matrix_clear (&c);
  lofi_matrix_clear (&unit);
  lofi_matrix_clear (&padded);
  lofi_matrix_clear (&expected);
}
END_TEST

START_TEST (a_snapshot_does_not_disturb_the_stream)
{
  size_t n = 200, p = 11;
  LofiMatrix z = lofi_reference_normals (n, p, 5), t = weights_of_kind (n, 1);
  LofiMatrix some = lofi_reference_new (p, p), once = lofi_reference_new (p, p), twice = lofi_reference_new (p, p);
  LofiMatrix head = lofi_matrix_row_block (&z, 0, 77), expected = lofi_reference_operator (&head, t.data, true);
  LofiOperator op, quiet;
  ck_assert_int_eq (lofi_operator_init (&op, p), LOFI_OK);
  ck_assert_int_eq (lofi_operator_init (&quiet, p), LOFI_OK);
  ck_assert_int_eq (lofi_operator_add (&op, &head, t.data, NULL), LOFI_OK);
  ck_assert_int_eq (lofi_operator_read (&op, true, &some), LOFI_OK);
  ck_assert (lofi_reference_distance (&some, &expected) <= 1e-13);
  LofiMatrix tail = lofi_matrix_row_block (&z, 77, n - 77);
  ck_assert_int_eq (lofi_operator_add (&op, &tail, t.data + 77, NULL), LOFI_OK);
  add_in_blocks (&quiet, &z, t.data, 77);    /* other blocks, same sums but for rounding; same blocks, same bytes */
  ck_assert_int_eq (lofi_operator_read (&op, false, &once), LOFI_OK);
  ck_assert_int_eq (lofi_operator_read (&quiet, false, &twice), LOFI_OK);
  ck_assert (lofi_reference_distance (&once, &twice) <= 1e-15);
  lofi_operator_clear (&op);
  lofi_operator_clear (&quiet);
  lofi_matrix_clear (&z);
  lofi_matrix_clear (&t);
  lofi_matrix_clear (&some);
  lofi_matrix_clear (&once);
  lofi_matrix_clear (&twice);
  lofi_matrix_clear (&expected);
}
END_TEST

static bool
stop_at_second (void *data)
{
  return ++*(int *) data >= 2;
}

START_TEST (bad_input_and_stopping)
{
  LofiOperator op;
  ck_assert_int_eq (lofi_operator_init (&op, 0), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_operator_init (&op, (size_t) 1 << 40), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_operator_init (&op, 4), LOFI_OK);
  LofiMatrix z = lofi_reference_normals (1100, 4, 6), t = weights_of_kind (1100, 0), c = lofi_reference_new (4, 4);
  LofiMatrix none = lofi_matrix_row_block (&z, 0, 0), narrow = z;
  ck_assert_int_eq (lofi_operator_read (&op, false, &c), LOFI_BAD_SHAPE);    /* nothing added yet */
  ck_assert_int_eq (lofi_operator_means (&op, false, c.data, NULL), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_operator_add (&op, &none, t.data, NULL), LOFI_OK);
  ck_assert_uint_eq (op.samples, 0);
  narrow.cols = 3;
  ck_assert_int_eq (lofi_operator_add (&op, &narrow, t.data, NULL), LOFI_BAD_SHAPE);
  int looks = 0;
  LofiWatch watch = { .stop = stop_at_second, .data = &looks };
  ck_assert_int_eq (lofi_operator_add (&op, &z, t.data, &watch), LOFI_STOPPED);
  ck_assert_int_eq (looks, 2);
  ck_assert_int_eq (lofi_operator_read (&op, false, &narrow), LOFI_BAD_SHAPE);

  const double bad[] = { NAN, INFINITY, -INFINITY };
  for (int b = 0; b < 3; b++)
    for (int where = 0; where < 3; where++)
      {
        LofiOperator fresh;
        double *place = where == 0 ? &z.data[700] : where == 1 ? &t.data[900] : &z.data[4399], kept = *place;
        *place = bad[b];
        ck_assert_int_eq (lofi_operator_init (&fresh, 4), LOFI_OK);
        ck_assert_int_eq (lofi_operator_add (&fresh, &z, t.data, NULL), LOFI_NOT_FINITE);
        lofi_operator_clear (&fresh);
        *place = kept;
      }
  lofi_operator_clear (&op);
  lofi_matrix_clear (&z);
  lofi_matrix_clear (&t);
  lofi_matrix_clear (&c);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("operator");
  TCase *tcase = tcase_create ("operator");
  tcase_set_timeout (tcase, 30);
  tcase_add_test (tcase, operators_agree_with_the_reference);
  tcase_add_test (tcase, means_agree_with_their_definition);
  tcase_add_test (tcase, deflation_restricts_to_the_complement);
  tcase_add_test (tcase, a_snapshot_does_not_disturb_the_stream);
  tcase_add_test (tcase, bad_input_and_stopping);
  suite_add_tcase (suite, tcase);
  return lofi_test_run (suite);
}
