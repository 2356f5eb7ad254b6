#include "lofi-test.h"

#include <math.h>
#include "lofi-eigen.h"
#include "lofi-reference.h"
#include "lofi-subspace.h"

#define AT(m, i, j) ((m).data[(i) * (m).stride + (j)])

/* Orthonormal columns by Gram and Schmidt in plain loops, for columns that are well apart. */
static LofiMatrix
plain_basis (const LofiMatrix *a)
{
  LofiMatrix q = lofi_reference_new (a->rows, a->cols);
  for (size_t j = 0; j < a->cols; j++)
    {
      for (size_t i = 0; i < a->rows; i++)
        AT (q, i, j) = AT (*a, i, j);
      for (int pass = 0; pass < 3; pass++)
        for (size_t l = 0; l <= j; l++)
          {
            double product = 0.0;
            for (size_t i = 0; i < a->rows; i++)
              product += AT (q, i, l) * AT (q, i, j);
            for (size_t i = 0; i < a->rows; i++)
              AT (q, i, j) = l < j ? AT (q, i, j) - product * AT (q, i, l) : AT (q, i, j) / sqrt (product);
          }
    }
  return q;
}

/* sum over the columns of v of their squared projections on the span of q's orthonormal columns */
static double
plain_energy (const LofiMatrix *q, const LofiMatrix *v)
{
  double sum = 0.0;
  for (size_t j = 0; j < v->cols; j++)
    for (size_t l = 0; l < q->cols; l++)
      {
        double product = 0.0;
        for (size_t i = 0; i < q->rows; i++)
          product += AT (*q, i, l) * AT (*v, i, j);
        sum += product * product;
      }
  return sum;
}

static LofiMatrix
product (const LofiMatrix *a, const LofiMatrix *b)
{
  LofiMatrix c = lofi_reference_new (a->rows, b->cols);
  for (size_t i = 0; i < a->rows; i++)
    for (size_t j = 0; j < b->cols; j++)
      for (size_t l = 0; l < a->cols; l++)
        AT (c, i, j) += AT (*a, i, l) * AT (*b, l, j);
  return c;
}

START_TEST (a_basis_is_orthonormal_and_spans_the_columns)
{
  static const size_t shapes[][2] = { { 1, 1 }, { 7, 7 }, { 131, 17 }, { 300, 65 } };
  for (size_t s = 0; s < 4; s++)
    {
      size_t n = shapes[s][0], k = shapes[s][1], rank = 0;
      LofiMatrix a = lofi_reference_normals (n, k, 1), wide = lofi_reference_padded (&a), q = lofi_reference_new (n, k);
      LofiMatrix wide_q = lofi_reference_padded (&q), expected = plain_basis (&a);
      ck_assert_int_eq (lofi_orthonormal_basis (&wide, &wide_q, &rank), LOFI_OK);
      ck_assert_uint_eq (rank, k);
      ck_assert (lofi_reference_skewness (&wide_q) <= 1e-13);
      ck_assert (lofi_reference_distance (&wide_q, &expected) <= 1e-9);    /* the same construction, so the same vectors */
      ck_assert (isnan (wide_q.data[k]));
      ck_assert_int_eq (lofi_orthonormal_basis (&wide, &wide, &rank), LOFI_OK);
      ck_assert (lofi_reference_distance (&wide, &wide_q) <= 0.0);
      lofi_matrix_clear (&a);
      lofi_matrix_clear (&wide);
      lofi_matrix_clear (&q);
      lofi_matrix_clear (&wide_q);
      lofi_matrix_clear (&expected);
    }
}
END_TEST

/* Columns 2, 4 and 5 are combinations of earlier ones; column 3 nearly so, which is not the same. */
START_TEST (dependent_columns_do_not_count)
{
  size_t n = 90, rank = 0;
  LofiMatrix a = lofi_reference_normals (n, 7, 2), q = lofi_reference_new (n, 7);
  for (size_t i = 0; i < n; i++)
    {
      AT (a, i, 2) = 3.0 * AT (a, i, 0) - AT (a, i, 1);
      AT (a, i, 3) = AT (a, i, 1) + 1e-8 * AT (a, i, 3);
      AT (a, i, 4) = 0.0;
      AT (a, i, 5) = AT (a, i, 3) + AT (a, i, 2) + 1e-13 * AT (a, i, 5);
    }
  ck_assert_int_eq (lofi_orthonormal_basis (&a, &q, &rank), LOFI_OK);
  ck_assert_uint_eq (rank, 4);
  LofiMatrix four = q, last = q;
  four.cols = 4;
  last.data += 4;
  last.cols = 3;
  ck_assert (lofi_reference_skewness (&four) <= 1e-13);
  LofiMatrix zero = lofi_reference_new (n, 3);
  ck_assert (lofi_reference_distance (&last, &zero) <= 0.0);
  for (size_t j = 0; j < 7; j++)
    {
      LofiMatrix column = a;
      column.data += j;
      column.cols = 1;
      double squares = 0.0;
      for (size_t i = 0; i < n; i++)
        squares += AT (a, i, j) * AT (a, i, j);
      ck_assert (fabs (plain_energy (&four, &column) - squares) <= 1e-12 * (1.0 + squares));
    }
  ck_assert_int_eq (lofi_orthonormal_basis (&zero, &zero, &rank), LOFI_OK);
  ck_assert_uint_eq (rank, 0);
  lofi_matrix_clear (&zero);
  lofi_matrix_clear (&a);
  lofi_matrix_clear (&q);
}
END_TEST

START_TEST (overlap_agrees_with_plain_loops)
{
  static const size_t widths[][2] = { { 1, 1 }, { 5, 5 }, { 3, 11 }, { 11, 3 }, { 40, 37 } };
  for (size_t s = 0; s < 5; s++)
    {
      size_t n = 83, ka = widths[s][0], kb = widths[s][1];
      LofiMatrix a = lofi_reference_normals (n, ka, 3), b = lofi_reference_normals (n, kb, 4);
      LofiMatrix wide_a = lofi_reference_padded (&a), wide_b = lofi_reference_padded (&b);
      LofiMatrix qa = plain_basis (&a), qb = plain_basis (&b);
      double overlap = NAN, swapped = NAN, expected = plain_energy (&qa, &qb) / (double) (ka < kb ? ka : kb);
      ck_assert_int_eq (lofi_subspace_overlap (&wide_a, &wide_b, &overlap), LOFI_OK);
      ck_assert_int_eq (lofi_subspace_overlap (&wide_b, &wide_a, &swapped), LOFI_OK);
      ck_assert (fabs (overlap - expected) <= 1e-12);
      ck_assert (fabs (overlap - swapped) <= 1e-12);
      lofi_matrix_clear (&a);
      lofi_matrix_clear (&b);
      lofi_matrix_clear (&wide_a);
      lofi_matrix_clear (&wide_b);
      lofi_matrix_clear (&qa);
      lofi_matrix_clear (&qb);
    }
}
END_TEST

/* Another basis of the same span, a larger span that contains it, its complement, and spans with dependent columns. */
START_TEST (overlap_is_of_spans_and_not_of_columns)
{
  size_t n = 61;
  LofiMatrix a = lofi_reference_normals (n, 4, 5), mix = lofi_reference_normals (4, 6, 6), other = lofi_reference_normals (n, 9, 7);
  LofiMatrix mixed = product (&a, &mix), larger = lofi_reference_normals (n, 9, 8), zero = lofi_reference_new (n, 2);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < 4; j++)
      AT (larger, i, 8 - j) = AT (a, i, j) + (j > 0 ? 1e3 * AT (larger, i, 1) : 0.0);
  double overlap = NAN;
  ck_assert_int_eq (lofi_subspace_overlap (&a, &mixed, &overlap), LOFI_OK);
  ck_assert (fabs (overlap - 1.0) <= 1e-12);
  ck_assert_int_eq (lofi_subspace_overlap (&larger, &a, &overlap), LOFI_OK);
  ck_assert (fabs (overlap - 1.0) <= 1e-11 && overlap <= 1.0);
  LofiMatrix q = plain_basis (&a);
  for (size_t j = 0; j < 9; j++)
    for (size_t l = 0; l < 4; l++)
      {
        double along = 0.0;
        for (size_t i = 0; i < n; i++)
          along += AT (q, i, l) * AT (other, i, j);
        for (size_t i = 0; i < n; i++)
          AT (other, i, j) -= along * AT (q, i, l);
      }
  ck_assert_int_eq (lofi_subspace_overlap (&other, &mixed, &overlap), LOFI_OK);
  ck_assert (overlap >= 0.0 && overlap <= 1e-20);
  ck_assert_int_eq (lofi_subspace_overlap (&zero, &a, &overlap), LOFI_OK);
  ck_assert (overlap == 0.0);
  lofi_matrix_clear (&q);
  lofi_matrix_clear (&zero);
  lofi_matrix_clear (&larger);
  lofi_matrix_clear (&mixed);
  lofi_matrix_clear (&other);
  lofi_matrix_clear (&mix);
  lofi_matrix_clear (&a);
}
END_TEST

START_TEST (directions_overlap_by_their_squared_cosine)
{
  size_t n = 70, k = 9, r = 6;
  LofiMatrix v = lofi_reference_normals (n, k, 9), basis = lofi_reference_normals (n, r, 10), q = plain_basis (&basis);
  for (size_t i = 0; i < n; i++)
    {
      AT (v, i, 2) = 1e-150 * (AT (basis, i, 0) - 2.0 * AT (basis, i, 5));    /* inside, and too short to be squared */
      AT (v, i, 4) = 0.0;
      AT (v, i, 5) *= 1e200;
    }
  LofiMatrix wide = lofi_reference_padded (&v), wide_basis = lofi_reference_padded (&basis);
  double overlaps[9];
  ck_assert_int_eq (lofi_direction_overlaps (&wide, &wide_basis, overlaps), LOFI_OK);
  for (size_t j = 0; j < k; j++)
    {
      LofiMatrix column = lofi_reference_new (n, 1);
      double longest = 0.0, squares = 0.0;
      for (size_t i = 0; i < n; i++)
        longest = fmax (longest, fabs (AT (v, i, j)));
      for (size_t i = 0; i < n && longest > 0.0; i++)
        {
          column.data[i] = AT (v, i, j) / longest;
          squares += column.data[i] * column.data[i];
        }
      double expected = longest > 0.0 ? plain_energy (&q, &column) / squares : 0.0;
      ck_assert (fabs (overlaps[j] - expected) <= 1e-13);
      lofi_matrix_clear (&column);
    }
  ck_assert (fabs (overlaps[2] - 1.0) <= 1e-13 && overlaps[4] == 0.0);
  lofi_matrix_clear (&v);
  lofi_matrix_clear (&wide);
  lofi_matrix_clear (&basis);
  lofi_matrix_clear (&wide_basis);
  lofi_matrix_clear (&q);
}
END_TEST

/* A = U diag(s) V^T with U, V orthonormal: tall, wide and square. */
static LofiMatrix
with_singular_values (size_t n, size_t h, const double *s, size_t count, LofiMatrix *u)
{
  LofiMatrix left = lofi_reference_normals (n, count, 11), right = lofi_reference_normals (h, count, 12);
  LofiMatrix v = plain_basis (&right), a = lofi_reference_new (n, h);
  *u = plain_basis (&left);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < h; j++)
      for (size_t l = 0; l < count; l++)
        AT (a, i, j) += AT (*u, i, l) * s[l] * AT (v, j, l);
  lofi_matrix_clear (&left);
  lofi_matrix_clear (&right);
  lofi_matrix_clear (&v);
  return a;
}

START_TEST (leading_left_vectors_are_found)
{
  static const double s[] = { 9.0, 5.0, 4.9, 1.0, 0.3, 1e-3 };
  static const size_t shapes[][2] = { { 57, 23 }, { 23, 57 }, { 30, 30 }, { 140, 6 } };
  for (size_t c = 0; c < 4; c++)
    for (size_t k = 1; k <= 6; k++)
      {
        LofiMatrix u, a = with_singular_values (shapes[c][0], shapes[c][1], s, 6, &u), wide = lofi_reference_padded (&a);
        LofiMatrix empty = lofi_reference_new (a.rows, k), found = lofi_reference_padded (&empty), expected = u;
        double singular[6];
        ck_assert_int_eq (lofi_leading_left_vectors (&wide, k, &found, singular, NULL), LOFI_OK);
        expected.cols = k;
        lofi_orient_columns (&expected);
        ck_assert (isnan (found.data[k]));
        ck_assert (lofi_reference_skewness (&found) <= 1e-13);
        ck_assert (lofi_reference_distance (&found, &expected) <= 1e-8);
        for (size_t j = 0; j < k; j++)
          ck_assert (fabs (singular[j] - s[j]) <= 1e-10);
        lofi_matrix_clear (&u);
        lofi_matrix_clear (&a);
        lofi_matrix_clear (&wide);
        lofi_matrix_clear (&empty);
        lofi_matrix_clear (&found);
      }
}
END_TEST

/* A matrix of rank 2, or of no rank at all, as a weight change is before the first step: still orthonormal columns. */
START_TEST (vectors_are_complete_where_there_is_no_rank)
{
  static const double s[] = { 2.0, 1.0 };
  static const size_t shapes[][2] = { { 41, 9 }, { 9, 41 }, { 8, 8 } };
  for (size_t c = 0; c < 3; c++)
    for (size_t rank = 0; rank <= 2; rank += 2)
      {
        size_t k = 8;
        LofiMatrix u, a = with_singular_values (shapes[c][0], shapes[c][1], s, rank, &u), found = lofi_reference_new (a.rows, k);
        double singular[8], within = 0.0;
        ck_assert_int_eq (lofi_leading_left_vectors (&a, k, &found, singular, NULL), LOFI_OK);
        ck_assert (lofi_reference_skewness (&found) <= 1e-13);
        for (size_t j = 0; j < k; j++)
          {
            ck_assert (j < rank ? fabs (singular[j] - s[j]) <= 1e-12 : singular[j] >= 0.0 && singular[j] <= 1e-7);
            ck_assert (j == 0 || singular[j] <= singular[j - 1]);
          }
        LofiMatrix leading = found;
        leading.cols = rank;
        if (rank > 0)
          {
            ck_assert_int_eq (lofi_energy_within (&leading, &a, &within), LOFI_OK);
            ck_assert (fabs (within - 1.0) <= 1e-12);
          }
        lofi_matrix_clear (&u);
        lofi_matrix_clear (&a);
        lofi_matrix_clear (&found);
      }
}
END_TEST

START_TEST (energy_is_shared_out)
{
  LofiMatrix a = lofi_reference_normals (37, 12, 13), b = lofi_reference_normals (37, 37, 14), q = plain_basis (&b);
  LofiMatrix wide = lofi_reference_padded (&a), wide_q = lofi_reference_padded (&q), part = wide_q, zero = lofi_reference_new (37, 3);
  double share = NAN, rest = NAN, whole = 0.0;
  for (size_t i = 0; i < 37 * 12; i++)
    whole += a.data[i] * a.data[i];
  part.cols = 5;
  ck_assert_int_eq (lofi_energy_within (&part, &wide, &share), LOFI_OK);
  LofiMatrix first = q;
  first.cols = 5;
  ck_assert (fabs (share - plain_energy (&first, &a) / whole) <= 1e-13);
  part.data += 5;
  part.cols = 32;
  ck_assert_int_eq (lofi_energy_within (&part, &wide, &rest), LOFI_OK);
  ck_assert (fabs (share + rest - 1.0) <= 1e-13);
  ck_assert_int_eq (lofi_energy_within (&part, &zero, &rest), LOFI_OK);
  ck_assert (rest == 0.0);
  a.data[5] = NAN;
  ck_assert_int_eq (lofi_energy_within (&q, &a, &rest), LOFI_NOT_FINITE);
  lofi_matrix_clear (&zero);
  lofi_matrix_clear (&a);
  lofi_matrix_clear (&b);
  lofi_matrix_clear (&q);
  lofi_matrix_clear (&wide);
  lofi_matrix_clear (&wide_q);
}
END_TEST

/* Columns less their means. */
static void
centre (LofiMatrix *a)
{
  for (size_t j = 0; j < a->cols; j++)
    {
      double mean = 0.0;
      for (size_t i = 0; i < a->rows; i++)
        mean += AT (*a, i, j) / (double) a->rows;
      for (size_t i = 0; i < a->rows; i++)
        AT (*a, i, j) -= mean;
    }
}

/* R^2 is what the span of the centred features has of the centred target's squares. */
START_TEST (least_squares_explain_what_lies_in_the_span)
{
  size_t n = 131, k = 9;
  LofiMatrix f = lofi_reference_normals (n, k, 21), t = lofi_reference_normals (n, 4, 22);
  for (size_t i = 0; i < n; i++)
    {
      AT (t, i, 0) += 3.0 * AT (f, i, 2) - 5.0 * AT (f, i, 7);
      AT (t, i, 1) = 2.0 * AT (f, i, 0) - AT (f, i, 8) + 40.0;
      AT (t, i, 3) = -3.0;
      for (size_t j = 0; j < k; j++)
        AT (f, i, j) = AT (f, i, j) * pow (10.0, (double) j - 4.0) + 7.0 * (double) j;
    }
  double shares[4];
  LofiMatrix wide_f = lofi_reference_padded (&f), wide_t = lofi_reference_padded (&t);
  ck_assert_int_eq (lofi_explained_shares (&wide_f, &wide_t, shares), LOFI_OK);
  centre (&f);
  centre (&t);
  LofiMatrix q = plain_basis (&f);
  for (size_t c = 0; c < 4; c++)
    {
      LofiMatrix column = { t.data + c, n, 1, t.stride };
      double squares = 0.0;
      for (size_t i = 0; i < n; i++)
        squares += AT (t, i, c) * AT (t, i, c);
      double expected = c == 3 ? 0.0 : plain_energy (&q, &column) / squares;
      ck_assert_msg (fabs (shares[c] - expected) <= 1e-10, "%zu: %g, not %g", c, shares[c], expected);
    }
  ck_assert (shares[0] > 0.9 && shares[0] < 0.99);
  ck_assert (shares[1] >= 1.0 - 1e-10);
  ck_assert (shares[2] < 0.3);
  lofi_matrix_clear (&f);
  lofi_matrix_clear (&t);
  lofi_matrix_clear (&q);
  lofi_matrix_clear (&wide_f);
  lofi_matrix_clear (&wide_t);
}
END_TEST

/* Columns that are there twice, combined or constant change nothing. */
START_TEST (dependent_features_explain_once)
{
  size_t n = 77;
  LofiMatrix f = lofi_reference_normals (n, 3, 23), more = lofi_reference_new (n, 7), t = lofi_reference_normals (n, 1, 24);
  double once, again, none;
  for (size_t i = 0; i < n; i++)
    {
      AT (t, i, 0) += AT (f, i, 1);
      AT (more, i, 0) = -4.0 * AT (f, i, 1);
      AT (more, i, 1) = AT (f, i, 0) + 2.0;
      AT (more, i, 2) = 1.0;
      AT (more, i, 3) = AT (f, i, 1);
      AT (more, i, 4) = AT (f, i, 2);
      AT (more, i, 5) = AT (f, i, 2) - AT (f, i, 0) + 1e3;
    }
  LofiMatrix constant = { more.data + 2, n, 1, more.stride };
  ck_assert_int_eq (lofi_explained_shares (&f, &t, &once), LOFI_OK);
  ck_assert_int_eq (lofi_explained_shares (&more, &t, &again), LOFI_OK);
  ck_assert_int_eq (lofi_explained_shares (&constant, &t, &none), LOFI_OK);
  ck_assert (once > 0.3 && once < 0.8);
  ck_assert (fabs (once - again) <= 1e-9);
  ck_assert (none <= 0.0);
  lofi_matrix_clear (&f);
  lofi_matrix_clear (&more);
  lofi_matrix_clear (&t);
}
END_TEST

static bool
stop_now (void *data)
{
  return true;
}

START_TEST (what_does_not_fit_is_refused)
{
  LofiMatrix a = lofi_reference_normals (9, 4, 1), b = lofi_reference_normals (8, 4, 2), wide = lofi_reference_normals (3, 4, 3);
  LofiMatrix q = lofi_reference_new (9, 4), none = a, u = lofi_reference_new (9, 5);
  none.cols = 0;
  size_t rank;
  double number, numbers[4];
  ck_assert_int_eq (lofi_orthonormal_basis (&a, &b, &rank), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_orthonormal_basis (&wide, &wide, &rank), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_orthonormal_basis (&none, &none, &rank), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_subspace_overlap (&a, &b, &number), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_subspace_overlap (&a, &none, &number), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_direction_overlaps (&a, &b, numbers), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_leading_left_vectors (&a, 5, &u, NULL, NULL), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_leading_left_vectors (&a, 4, &u, NULL, NULL), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_leading_left_vectors (&a, 0, &none, NULL, NULL), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_energy_within (&a, &b, &number), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_explained_shares (&a, &b, numbers), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_explained_shares (&none, &a, numbers), LOFI_BAD_SHAPE);
  LofiWatch watch = { .stop = stop_now };
  ck_assert_int_eq (lofi_leading_left_vectors (&a, 4, &q, NULL, &watch), LOFI_STOPPED);
  a.data[7] = INFINITY;
  ck_assert_int_eq (lofi_orthonormal_basis (&a, &q, &rank), LOFI_NOT_FINITE);
  ck_assert_int_eq (lofi_subspace_overlap (&q, &a, &number), LOFI_NOT_FINITE);
  ck_assert_int_eq (lofi_direction_overlaps (&a, &q, numbers), LOFI_NOT_FINITE);
  ck_assert_int_eq (lofi_leading_left_vectors (&a, 4, &q, NULL, NULL), LOFI_NOT_FINITE);
  ck_assert_int_eq (lofi_explained_shares (&a, &q, numbers), LOFI_NOT_FINITE);
  ck_assert_int_eq (lofi_explained_shares (&q, &a, numbers), LOFI_NOT_FINITE);
  lofi_matrix_clear (&a);
  lofi_matrix_clear (&b);
  lofi_matrix_clear (&wide);
  lofi_matrix_clear (&q);
  lofi_matrix_clear (&u);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("subspace");
  TCase *tcase = tcase_create ("subspace");
  tcase_set_timeout (tcase, 30);
  tcase_add_test (tcase, a_basis_is_orthonormal_and_spans_the_columns);
  tcase_add_test (tcase, dependent_columns_do_not_count);
  tcase_add_test (tcase, overlap_agrees_with_plain_loops);
  tcase_add_test (tcase, overlap_is_of_spans_and_not_of_columns);
  tcase_add_test (tcase, directions_overlap_by_their_squared_cosine);
  tcase_add_test (tcase, leading_left_vectors_are_found);
  tcase_add_test (tcase, vectors_are_complete_where_there_is_no_rank);
  tcase_add_test (tcase, energy_is_shared_out);
  tcase_add_test (tcase, least_squares_explain_what_lies_in_the_span);
  tcase_add_test (tcase, dependent_features_explain_once);
  tcase_add_test (tcase, what_does_not_fit_is_refused);
  suite_add_tcase (suite, tcase);
  return lofi_test_run (suite);
}
