/* Statuses, watches, storage, threads. */
#include "lofi-test.h"

#include <math.h>
#include <stdint.h>
#include <string.h>
#include "lofi-blas.h"
#include "lofi-math-private.h"
#include "lofi-reference.h"

START_TEST (every_status_has_its_sentence)
{
  for (int a = LOFI_OK; a <= LOFI_NO_CONVERGENCE + 1; a++)
    {
      const char *sentence = lofi_status_message ((LofiStatus) a);
      ck_assert_ptr_nonnull (sentence);
      ck_assert_uint_gt (strlen (sentence), 10);
      ck_assert_int_ne (sentence[strlen (sentence) - 1], '.');
      for (int b = LOFI_OK; b < a; b++)
        ck_assert_str_ne (sentence, lofi_status_message ((LofiStatus) b));
    }
}
END_TEST

typedef struct {
  double last;
  int looks;
} Diary;

static bool
stop_at_third (void *data)
{
  return ++((Diary *) data)->looks >= 3;
}

static void
note (void *data, double fraction)
{
  ((Diary *) data)->last = fraction;
}

START_TEST (watches_may_be_absent_or_partial)
{
  Diary diary = { .last = -1.0 };
  LofiWatch none = { 0 }, watch = { .stop = stop_at_third, .progress = note, .data = &diary };
  ck_assert (!lofi_watch_stops (NULL));
  ck_assert (!lofi_watch_stops (&none));
  lofi_watch_report (NULL, 0.5);
  lofi_watch_report (&none, 0.5);
  lofi_watch_report (&watch, 0.25);
  ck_assert (diary.last == 0.25);
  lofi_watch_report (&watch, 1.5);
  ck_assert (diary.last == 1.0);

  LofiWatchPart outer, inner;
  const LofiWatch *half = lofi_watch_part (&outer, &watch, 0.5, 1.0), *quarter = lofi_watch_part (&inner, half, 0.0, 0.5);
  lofi_watch_report (quarter, 1.0);
  ck_assert (fabs (diary.last - 0.75) <= 1e-15);
  ck_assert (!lofi_watch_stops (quarter));
  ck_assert (!lofi_watch_stops (half));
  ck_assert (lofi_watch_stops (quarter));
  const LofiWatch *of_nothing = lofi_watch_part (&outer, NULL, 0.0, 1.0);
  lofi_watch_report (of_nothing, 0.5);
  ck_assert (!lofi_watch_stops (of_nothing));
}
END_TEST

START_TEST (storage_is_zeroed_and_aligned)
{
  size_t shapes[][2] = { { 1, 1 }, { 37, 13 }, { 1, 1000 }, { 900, 700 } };
  for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
    {
      LofiMatrix m;
      ck_assert_int_eq (lofi_matrix_alloc (&m, shapes[s][0], shapes[s][1]), LOFI_OK);
      ck_assert_uint_eq ((uintptr_t) m.data % 64, 0);
      ck_assert_uint_eq (m.stride, shapes[s][1]);
      bool zeroed = true;
      for (size_t i = 0; i < m.rows * m.cols; i++)
        zeroed = zeroed && m.data[i] == 0.0;
      ck_assert (zeroed);
      lofi_matrix_clear (&m);
      ck_assert_ptr_null (m.data);
      ck_assert_uint_eq (m.rows + m.cols + m.stride, 0);
    }
}
END_TEST

START_TEST (empty_storage_is_allowed)
{
  LofiMatrix m;
  ck_assert_int_eq (lofi_matrix_alloc (&m, 0, 7), LOFI_OK);
  ck_assert_ptr_null (m.data);
  ck_assert_uint_eq (m.cols, 7);
  ck_assert (lofi_matrix_is_finite (&m));
  LofiMatrix block = lofi_matrix_row_block (&m, 0, 0), same = m;
  ck_assert_ptr_null (block.data);
  ck_assert_int_eq (lofi_matrix_copy (&same, &m), LOFI_OK);
  lofi_matrix_clear (&m);
}
END_TEST

START_TEST (sizes_that_overflow_are_refused)
{
  size_t huge[][2] = { { SIZE_MAX, 2 }, { SIZE_MAX / 2, 3 }, { SIZE_MAX / 8 + 1, 1 }, { (size_t) 1 << 32, (size_t) 1 << 32 },
                       { PTRDIFF_MAX / 8 + 1, 1 }, { 1, SIZE_MAX } };
  for (size_t s = 0; s < sizeof huge / sizeof *huge; s++)
    {
      LofiMatrix m = { .rows = 3 };
      ck_assert_int_eq (lofi_matrix_alloc (&m, huge[s][0], huge[s][1]), LOFI_BAD_SHAPE);
      ck_assert_ptr_null (m.data);
      ck_assert_uint_eq (m.rows + m.cols + m.stride, 0);
    }
  ck_assert_uint_eq (lofi_matrix_bytes ((size_t) 1 << 40, (size_t) 1 << 40), SIZE_MAX);
  ck_assert_uint_eq (lofi_matrix_bytes (SIZE_MAX / 8 + 1, 1), SIZE_MAX);
  ck_assert_uint_eq (lofi_matrix_bytes (3, 5), 120);
  ck_assert_ptr_null (lofi_doubles_new (SIZE_MAX / 4));
}
END_TEST

START_TEST (copies_follow_the_stride)
{
  LofiMatrix m = lofi_reference_normals (19, 7, 1), padded = lofi_reference_padded (&m), back = lofi_reference_new (19, 7);
  ck_assert (lofi_matrix_is_finite (&padded));    /* the NaNs between the rows are not entries */
  ck_assert_int_eq (lofi_matrix_copy (&back, &padded), LOFI_OK);
  ck_assert (lofi_reference_distance (&m, &back) == 0.0);
  LofiMatrix block = lofi_matrix_row_block (&padded, 4, 3);
  ck_assert (block.data[2 * block.stride + 1] == m.data[6 * 7 + 1]);
  back.rows = 18;
  ck_assert_int_eq (lofi_matrix_copy (&back, &padded), LOFI_BAD_SHAPE);
  lofi_matrix_clear (&m);
  lofi_matrix_clear (&padded);
  lofi_matrix_clear (&back);
}
END_TEST

START_TEST (one_bad_entry_is_found)
{
  const double bad[] = { NAN, INFINITY, -INFINITY };
  LofiMatrix m = lofi_reference_normals (5, 9, 2);
  for (size_t i = 0; i < 45; i++)
    for (size_t b = 0; b < 3; b++)
      {
        double kept = m.data[i];
        m.data[i] = bad[b];
        ck_assert (!lofi_matrix_is_finite (&m));
        m.data[i] = kept;
        ck_assert (lofi_matrix_is_finite (&m));
      }
  lofi_matrix_clear (&m);
}
END_TEST

START_TEST (triangles_are_mirrored_and_transposed)
{
  for (size_t n = 1; n <= 70; n += 23)
    {
      LofiMatrix m = lofi_reference_normals (n, n, 3), padded = lofi_reference_padded (&m);
      lofi_matrix_transpose_square (&padded);
      for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
          ck_assert (padded.data[j * padded.stride + i] == m.data[i * n + j]);
      lofi_matrix_mirror_lower (&padded);
      for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
          ck_assert (padded.data[i * padded.stride + j] == m.data[j * n + i]
                     && padded.data[j * padded.stride + i] == m.data[j * n + i]);
      lofi_matrix_clear (&m);
      lofi_matrix_clear (&padded);
    }
}
END_TEST

START_TEST (threads_are_set_and_told)
{
  lofi_blas_set_threads (1);
  ck_assert_int_eq (lofi_blas_threads (), 1);
  lofi_blas_set_threads (0);
  ck_assert_int_ge (lofi_blas_threads (), 1);
}
END_TEST

START_TEST (single_precision_follows_the_same_rules)
{
  static const size_t shapes[][2] = { { 1, 1 }, { 37, 13 }, { 900, 700 }, { 1100, 1000 } };
  LofiMatrixF m;
  for (size_t s = 0; s < 4; s++)
    {
      ck_assert_int_eq (lofi_matrix_f_alloc (&m, shapes[s][0], shapes[s][1]), LOFI_OK);
      ck_assert_uint_eq ((uintptr_t) m.data % 64, 0);
      ck_assert_uint_eq (m.stride, shapes[s][1]);
      bool zeroed = true;
      for (size_t i = 0; i < m.rows * m.cols; i++)
        zeroed = zeroed && m.data[i] == 0.0f;
      ck_assert (zeroed);
      lofi_matrix_f_clear (&m);
      ck_assert_ptr_null (m.data);
      ck_assert_uint_eq (m.rows, 0);
    }
  ck_assert_int_eq (lofi_matrix_f_alloc (&m, 0, 5), LOFI_OK);
  ck_assert_ptr_null (m.data);
  ck_assert_ptr_null (lofi_matrix_f_row_block (&m, 0, 0).data);
  ck_assert_int_eq (lofi_matrix_f_alloc (&m, SIZE_MAX / 2, 3), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_matrix_f_alloc (&m, SIZE_MAX / 4, 1), LOFI_BAD_SHAPE);
  ck_assert_ptr_null (m.data);
}
END_TEST

START_TEST (numbers_are_rounded_and_widened)
{
  LofiMatrix a = lofi_reference_normals (37, 13, 3), padded = lofi_reference_padded (&a), back = lofi_reference_padded (&a);
  LofiMatrixF f;
  ck_assert_int_eq (lofi_matrix_f_alloc (&f, 37, 17), LOFI_OK);
  f.cols = 13;
  ck_assert_int_eq (lofi_matrix_to_single (&f, &padded), LOFI_OK);
  ck_assert_int_eq (lofi_matrix_to_double (&back, &f), LOFI_OK);
  for (size_t i = 0; i < 37; i++)
    {
      for (size_t j = 0; j < 13; j++)
        {
          ck_assert (f.data[i * 17 + j] == (float) a.data[i * 13 + j]);
          ck_assert (back.data[i * back.stride + j] == (double) (float) a.data[i * 13 + j]);
        }
      ck_assert (f.data[i * 17 + 13] == 0.0f);
      ck_assert (isnan (back.data[i * back.stride + 13]));
    }
  LofiMatrixF block = lofi_matrix_f_row_block (&f, 3, 4);
  ck_assert_ptr_eq (block.data, f.data + 3 * 17);
  ck_assert_uint_eq (block.rows, 4);
  ck_assert_uint_eq (block.cols, 13);
  ck_assert_uint_eq (block.stride, 17);
  ck_assert_int_eq (lofi_matrix_to_double (&back, &block), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_matrix_to_single (&block, &a), LOFI_BAD_SHAPE);
  lofi_matrix_clear (&a);
  lofi_matrix_clear (&padded);
  lofi_matrix_clear (&back);
  lofi_matrix_f_clear (&f);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("matrix");
  TCase *tcase = tcase_create ("matrix");
  tcase_add_test (tcase, every_status_has_its_sentence);
  tcase_add_test (tcase, watches_may_be_absent_or_partial);
  tcase_add_test (tcase, storage_is_zeroed_and_aligned);
  tcase_add_test (tcase, empty_storage_is_allowed);
  tcase_add_test (tcase, sizes_that_overflow_are_refused);
  tcase_add_test (tcase, copies_follow_the_stride);
  tcase_add_test (tcase, one_bad_entry_is_found);
  tcase_add_test (tcase, triangles_are_mirrored_and_transposed);
  tcase_add_test (tcase, threads_are_set_and_told);
  tcase_add_test (tcase, single_precision_follows_the_same_rules);
  tcase_add_test (tcase, numbers_are_rounded_and_widened);
  suite_add_tcase (suite, tcase);
  return lofi_test_run (suite);
}
