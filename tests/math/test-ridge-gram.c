/* Fits that begin with sums of samples. */
#include "lofi-test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "lofi-reference.h"
#include "lofi-ridge.h"

enum { COUNT = 40 };

/* Means that drift and are far from zero, sizes that differ, targets that are not centred. */
static LofiMatrix
make_features (size_t n, size_t p, uint32_t stream)
{
  LofiMatrix f = lofi_reference_normals (n, p, stream);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < p; j++)
      f.data[i * p + j] = 2.0 + (double) i / (double) n + f.data[i * p + j] / (1.0 + 0.1 * (double) j);
  return f;
}

static LofiMatrix
make_targets (const LofiMatrix *f)
{
  LofiMatrix y = lofi_reference_normals (1, f->rows, 77);
  for (size_t i = 0; i < f->rows; i++)
    y.data[i] = 5.0 + 0.5 * y.data[i] + f->data[i * f->stride] - 0.5 * f->data[i * f->stride + f->cols / 2];
  return y;
}

/* Rows of a matrix times factor, and where the first that was asked for is. */
typedef struct {
  const LofiMatrix *features;
  double factor;
  size_t first;
  size_t asked;
} Source;

static LofiStatus
source_rows (void *data, size_t first, size_t count, LofiMatrix *rows, const LofiWatch *watch)
{
  Source *source = data;
  if (source->asked == 0)
    source->first = first;
  source->asked += count;
  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j < rows->cols; j++)
      rows->data[i * rows->stride + j] = source->factor * source->features->data[(first + i) * source->features->stride + j];
  return LOFI_OK;
}

static LofiRidgeRows
rows_of (Source *source, const LofiMatrix *features, double factor, const LofiRidgeGram *gram)
{
  *source = (Source) { .features = features, .factor = factor };
  return (LofiRidgeRows) { .samples = features->rows, .features = features->cols, .rows = source_rows, .data = source, .gram = gram,
                           .factor = factor };
}

/* The first `count` rows, `block` at a time. */
static void
fill (LofiRidgeGram *gram, const LofiMatrix *f, const double *y, size_t count, size_t block)
{
  ck_assert_int_eq (lofi_ridge_gram_init (gram, f->cols), LOFI_OK);
  for (size_t first = 0; first < count; first += block)
    {
      LofiMatrix rows = lofi_matrix_row_block (f, first, first + block > count ? count - first : block);
      ck_assert_int_eq (lofi_ridge_gram_add (gram, &rows, y + first), LOFI_OK);
    }
  ck_assert_uint_eq (gram->samples, count);
}

static void
check_equal (const LofiRidge *a, const LofiRidge *b, double tolerance)
{
  double size = 0.0;
  for (size_t j = 0; j < a->features; j++)
    size = fmax (size, fabs (a->weights[j]));
  ck_assert_uint_eq (a->features, b->features);
  ck_assert (a->penalty == b->penalty);
  ck_assert (fabs (a->loo_mse - b->loo_mse) <= tolerance * a->loo_mse);
  ck_assert (lofi_reference_distance_of (a->weights, b->weights, a->features) <= tolerance * size);
  ck_assert (fabs (a->intercept - b->intercept) <= tolerance * (fabs (a->intercept) + size * (double) a->features));
}

START_TEST (sums_are_what_plain_loops_give)
{
  static const size_t blocks[] = { 1, 7, 100, 512, 2000 };
  LofiMatrix f = make_features (1207, 23, 1), y = make_targets (&f), padded = lofi_reference_padded (&f);
  size_t n = f.rows, p = f.cols;
  double mean[23] = { 0.0 }, mean_y = 0.0;
  for (size_t i = 0; i < n; i++)
    {
      mean_y += y.data[i] / (double) n;
      for (size_t j = 0; j < p; j++)
        mean[j] += f.data[i * p + j] / (double) n;
    }
  for (int b = 0; b < 5; b++)
    for (int scaled = 0; scaled < 2; scaled++)
      {
        double factor = scaled ? -3.7 : 1.0;
        LofiRidgeGram gram, copy;
        fill (&gram, &padded, y.data, n, blocks[b]);
        ck_assert_int_eq (lofi_ridge_gram_copy (&copy, &gram, factor), LOFI_OK);
        ck_assert (copy.samples == n && copy.features == p && fabs (copy.mean_y - mean_y) <= 1e-13 * mean_y);
        for (size_t j = 0; j < p; j++)
          {
            double right = 0.0, size = 0.0;
            for (size_t i = 0; i < n; i++)
              {
                right += (f.data[i * p + j] - mean[j]) * (y.data[i] - mean_y);
                size += fabs ((f.data[i * p + j] - mean[j]) * (y.data[i] - mean_y));
              }
            ck_assert (fabs (copy.mean[j] - factor * mean[j]) <= 1e-12 * fabs (mean[j]));
            ck_assert (fabs (copy.right[j] - factor * right) <= 1e-12 * size);
            ck_assert (scaled || (copy.mean[j] == gram.mean[j] && copy.right[j] == gram.right[j]));
            for (size_t k = 0; k <= j; k++)
              {
                double square = 0.0, whole = 0.0, entry = copy.squares.data[j * copy.squares.stride + k];
                for (size_t i = 0; i < n; i++)
                  {
                    square += (f.data[i * p + j] - mean[j]) * (f.data[i * p + k] - mean[k]);
                    whole += fabs ((f.data[i * p + j] - mean[j]) * (f.data[i * p + k] - mean[k]));
                  }
                ck_assert (fabs (entry - factor * factor * square) <= 1e-11 * whole);
                ck_assert (scaled || entry == gram.squares.data[j * gram.squares.stride + k]);
              }
          }
        lofi_ridge_gram_clear (&gram);
        lofi_ridge_gram_clear (&copy);
        ck_assert_ptr_null (copy.mean);
      }
  lofi_matrix_clear (&f);
  lofi_matrix_clear (&padded);
  lofi_matrix_clear (&y);
}
END_TEST

/* More samples than features by two up to five times as many, in blocks of odd sizes, all of them added up or some. */
START_TEST (fits_that_begin_with_sums_are_the_same_fits)
{
  static const size_t shapes[][2] = { { 62, 60 }, { 90, 60 }, { 300, 60 }, { 700, 140 } }, blocks[] = { 3, 17, 97, 256, 1000 };
  double penalties[COUNT];
  lofi_penalty_grid (1e-3, 1e5, COUNT, penalties);
  for (size_t s = 0; s < 4; s++)
    for (int scaled = 0; scaled < 2; scaled++)
      {
        size_t n = shapes[s][0], p = shapes[s][1];
        double factor = scaled ? 3.7 : 1.0;
        LofiMatrix f = make_features (n, p, 2 + (uint32_t) s), y = make_targets (&f);
        Source source;
        LofiRidgeRows rows = rows_of (&source, &f, factor, NULL);
        LofiRidge plain, ridge;
        ck_assert_int_eq (lofi_ridge_fit_rows (&plain, &rows, y.data, penalties, COUNT, NULL, NULL), LOFI_OK);
        ck_assert_uint_eq (source.first, 0);
        const size_t counts[] = { n, n - 1, n / 2, 1, 0 };
        for (int c = 0; c < 5; c++)
          {
            LofiRidgeGram gram;
            fill (&gram, &f, y.data, counts[c], blocks[c]);
            double curve[COUNT];
            for (int whole = 0; whole < 2; whole++)
              {
                rows = rows_of (&source, &f, factor, &gram);
                ck_assert_int_eq (lofi_ridge_fit_rows (&ridge, &rows, y.data, penalties, COUNT, whole ? curve : NULL, NULL), LOFI_OK);
                check_equal (&plain, &ridge, 1e-12);
                ck_assert_uint_eq (source.first, counts[c] % n);
                ck_assert_uint_eq (source.asked, 2 * n - counts[c]);
                lofi_ridge_clear (&ridge);
              }
            ck_assert_uint_eq (gram.samples, counts[c]);    /* left as it was */
            lofi_ridge_gram_clear (&gram);
          }
        lofi_ridge_clear (&plain);
        lofi_matrix_clear (&f);
        lofi_matrix_clear (&y);
      }
}
END_TEST

START_TEST (the_same_blocks_give_the_same_bits)
{
  double penalties[COUNT];
  lofi_penalty_grid (1e-3, 1e5, COUNT, penalties);
  for (int wide = 0; wide < 2; wide++)    /* more features than samples: the sums are of no use */
    {
      LofiMatrix f = make_features (wide ? 100 : 1303, wide ? 150 : 31, 9), y = make_targets (&f);
      Source source;
      LofiRidgeRows rows = rows_of (&source, &f, 1.0, NULL);
      LofiRidge plain, ridge;
      LofiRidgeGram gram;
      ck_assert_int_eq (lofi_ridge_fit_rows (&plain, &rows, y.data, penalties, COUNT, NULL, NULL), LOFI_OK);
      fill (&gram, &f, y.data, wide ? 64 : 1024, 512);
      for (int again = 0; again < 2; again++)
        {
          rows = rows_of (&source, &f, 1.0, &gram);
          ck_assert_int_eq (lofi_ridge_fit_rows (&ridge, &rows, y.data, penalties, COUNT, NULL, NULL), LOFI_OK);
          ck_assert (ridge.penalty == plain.penalty && ridge.loo_mse == plain.loo_mse && ridge.intercept == plain.intercept);
          ck_assert_mem_eq (ridge.weights, plain.weights, f.cols * sizeof (double));
          lofi_ridge_clear (&ridge);
        }
      lofi_ridge_clear (&plain);
      lofi_ridge_gram_clear (&gram);
      lofi_matrix_clear (&f);
      lofi_matrix_clear (&y);
    }
}
END_TEST

START_TEST (what_is_not_finite_or_does_not_fit_is_found)
{
  double penalties[] = { 1.0, 2.0 };
  LofiMatrix f = make_features (1100, 9, 12), y = make_targets (&f), narrow = f;
  narrow.cols = 8;
  LofiRidgeGram gram;
  LofiRidge ridge;
  Source source;
  ck_assert_int_eq (lofi_ridge_gram_init (&gram, 0), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_ridge_gram_init (&gram, SIZE_MAX / 2), LOFI_BAD_SHAPE);
  for (int where = 0; where < 2; where++)
    {
      double *place = where ? &y.data[700] : &f.data[700 * 9 + 4], kept = *place;
      ck_assert_int_eq (lofi_ridge_gram_init (&gram, 9), LOFI_OK);
      ck_assert_int_eq (lofi_ridge_gram_add (&gram, &narrow, y.data), LOFI_BAD_SHAPE);
      *place = where ? INFINITY : NAN;
      ck_assert_int_eq (lofi_ridge_gram_add (&gram, &f, y.data), LOFI_NOT_FINITE);
      ck_assert_uint_eq (gram.samples, 512);    /* the blocks before it */
      LofiRidgeRows rows = rows_of (&source, &f, 1.0, &gram);
      ck_assert_int_eq (lofi_ridge_fit_rows (&ridge, &rows, y.data, penalties, 2, NULL, NULL), LOFI_NOT_FINITE);
      ck_assert_ptr_null (ridge.weights);
      *place = kept;
      ck_assert_int_eq (lofi_ridge_fit_rows (&ridge, &rows, y.data, penalties, 2, NULL, NULL), LOFI_OK);
      lofi_ridge_clear (&ridge);

      rows.samples = 511;
      ck_assert_int_eq (lofi_ridge_fit_rows (&ridge, &rows, y.data, penalties, 2, NULL, NULL), LOFI_BAD_SHAPE);
      rows.samples = 1100;
      rows.features = 8;
      ck_assert_int_eq (lofi_ridge_fit_rows (&ridge, &rows, y.data, penalties, 2, NULL, NULL), LOFI_BAD_SHAPE);
      rows.features = 9;
      const double factors[] = { 0.0, NAN, INFINITY };
      for (int k = 0; k < 3; k++)
        {
          rows.factor = factors[k];
          ck_assert_int_eq (lofi_ridge_fit_rows (&ridge, &rows, y.data, penalties, 2, NULL, NULL), LOFI_NOT_FINITE);
        }
      lofi_ridge_gram_clear (&gram);
    }
  ck_assert_int_eq (lofi_ridge_gram_add (&gram, &f, y.data), LOFI_BAD_SHAPE);    /* cleared */
  lofi_matrix_clear (&f);
  lofi_matrix_clear (&y);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("ridge-gram");
  TCase *tcase = tcase_create ("ridge-gram");
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, sums_are_what_plain_loops_give);
  tcase_add_test (tcase, fits_that_begin_with_sums_are_the_same_fits);
  tcase_add_test (tcase, the_same_blocks_give_the_same_bits);
  tcase_add_test (tcase, what_is_not_finite_or_does_not_fit_is_found);
  suite_add_tcase (suite, tcase);
  return lofi_test_run (suite);
}
