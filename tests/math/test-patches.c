#include "lofi-test.h"

#include <math.h>
#include <stdint.h>
#include "lofi-patches.h"
#include "lofi-reference.h"

/* The plain statement: a window's entry, looked up one by one. */
static double
entry_at (const LofiMatrix *maps, size_t sample, LofiMapShape shape, size_t c, ptrdiff_t y, ptrdiff_t x)
{
  bool inside = y >= 0 && x >= 0 && y < (ptrdiff_t) shape.height && x < (ptrdiff_t) shape.width;
  return inside ? maps->data[sample * maps->stride + (c * shape.height + (size_t) y) * shape.width + (size_t) x] : 0.0;
}

static LofiMatrix
plain_patches (const LofiMatrix *maps, LofiMapShape shape, LofiWindow window, size_t first, size_t channels, LofiMapShape positions)
{
  size_t k = window.size, row = 0;
  LofiMatrix out = lofi_reference_new (maps->rows * positions.height * positions.width, channels * k * k);
  for (size_t n = 0; n < maps->rows; n++)
    for (size_t y = 0; y < positions.height; y++)
      for (size_t x = 0; x < positions.width; x++, row++)
        for (size_t c = 0; c < channels; c++)
          for (size_t i = 0; i < k; i++)
            for (size_t j = 0; j < k; j++)
              out.data[row * out.stride + (c * k + i) * k + j]
                = entry_at (maps, n, shape, first + c, (ptrdiff_t) (y * window.stride + i) - (ptrdiff_t) window.padding,
                            (ptrdiff_t) (x * window.stride + j) - (ptrdiff_t) window.padding);
  return out;
}

/* Maps that are not square, windows on and off the borders, strides that leave a rest, padding wider than the window. */
static const struct { LofiMapShape shape; LofiWindow window; size_t height, width; } cases[] = {
  { { 1, 1, 1 }, { 1, 0, 1 }, 1, 1 },
  { { 3, 7, 5 }, { 3, 1, 1 }, 7, 5 },
  { { 3, 7, 5 }, { 3, 0, 1 }, 5, 3 },
  { { 2, 6, 11 }, { 3, 1, 2 }, 3, 6 },
  { { 2, 11, 6 }, { 5, 2, 3 }, 4, 2 },
  { { 1, 9, 13 }, { 5, 0, 1 }, 5, 9 },
  { { 4, 5, 8 }, { 2, 0, 2 }, 2, 4 },
  { { 1, 2, 3 }, { 3, 1, 1 }, 2, 3 },      /* wider than the map: never whole inside it */
  { { 2, 2, 2 }, { 5, 2, 1 }, 2, 2 },
  { { 1, 3, 4 }, { 2, 3, 1 }, 8, 9 },      /* windows that see only padding */
  { { 2, 3, 3 }, { 3, 4, 2 }, 5, 5 },
  { { 1, 4, 9 }, { 4, 0, 7 }, 1, 1 },
  { { 2, 9, 4 }, { 7, 2, 1 }, 7, 2 },
  { { 2, 5, 17 }, { 4, 1, 5 }, 1, 4 },
};
#define CASES (sizeof cases / sizeof cases[0])

START_TEST (patches_are_what_the_windows_see)
{
  LofiMapShape shape = cases[_i].shape, positions;
  LofiWindow window = cases[_i].window;
  ck_assert_int_eq (lofi_window_positions (shape, window, &positions), LOFI_OK);
  ck_assert_uint_eq (positions.channels, shape.channels);
  ck_assert_uint_eq (positions.height, cases[_i].height);
  ck_assert_uint_eq (positions.width, cases[_i].width);

  LofiMatrix maps = lofi_reference_normals (3, lofi_map_count (shape), (uint32_t) _i), padded = lofi_reference_padded (&maps);
  LofiMatrix expected = plain_patches (&maps, shape, window, 0, shape.channels, positions);
  LofiMatrix out = lofi_reference_new (expected.rows, expected.cols), wide = lofi_reference_padded (&out);
  for (size_t i = 0; i < expected.rows; i++)
    for (size_t j = 0; j < expected.cols; j++)
      wide.data[i * wide.stride + j] = NAN;      /* every entry is set, the zeros too */
  ck_assert_int_eq (lofi_patches (&padded, shape, window, &wide), LOFI_OK);
  ck_assert (lofi_reference_distance (&wide, &expected) <= 0.0);
  ck_assert (isnan (wide.data[wide.cols]));
  lofi_matrix_clear (&expected);

  for (size_t c = 0; c < shape.channels; c++)
    {
      LofiMatrix one = plain_patches (&maps, shape, window, c, 1, positions), found = lofi_reference_new (one.rows, one.cols);
      ck_assert_int_eq (lofi_patches_of_channel (&padded, shape, window, c, &found), LOFI_OK);
      ck_assert (lofi_reference_distance (&found, &one) <= 0.0);
      ck_assert_int_eq (lofi_patches_of_channel (&padded, shape, window, shape.channels, &found), LOFI_BAD_SHAPE);
      lofi_matrix_clear (&one);
      lofi_matrix_clear (&found);
    }
  lofi_matrix_clear (&maps);
  lofi_matrix_clear (&padded);
  lofi_matrix_clear (&out);
  lofi_matrix_clear (&wide);
}
END_TEST

static double
inner_product (const LofiMatrix *a, const LofiMatrix *b)
{
  double sum = 0.0;
  for (size_t i = 0; i < a->rows; i++)
    for (size_t j = 0; j < a->cols; j++)
      sum += a->data[i * a->stride + j] * b->data[i * b->stride + j];
  return sum;
}

/* <patches(x), p> = <x, fold(p)>: one number checks every entry, since x and p are random. */
START_TEST (folding_is_the_adjoint)
{
  LofiMapShape shape = cases[_i].shape, positions;
  LofiWindow window = cases[_i].window;
  ck_assert_int_eq (lofi_window_positions (shape, window, &positions), LOFI_OK);
  size_t rows = 4 * positions.height * positions.width, cols = shape.channels * window.size * window.size;
  LofiMatrix x = lofi_reference_normals (4, lofi_map_count (shape), 1), p = lofi_reference_normals (rows, cols, 2);
  LofiMatrix of_x = lofi_reference_new (rows, cols), folded = lofi_reference_padded (&x), wide = lofi_reference_padded (&p);
  ck_assert_int_eq (lofi_patches (&x, shape, window, &of_x), LOFI_OK);
  ck_assert_int_eq (lofi_patches_fold (&wide, shape, window, &folded), LOFI_OK);
  double there = inner_product (&of_x, &p), back = inner_product (&x, &folded);
  ck_assert (fabs (there - back) <= 1e-12 * sqrt ((double) (rows * cols)));
  ck_assert (isnan (folded.data[folded.cols]));
  lofi_matrix_clear (&x);
  lofi_matrix_clear (&p);
  lofi_matrix_clear (&of_x);
  lofi_matrix_clear (&folded);
  lofi_matrix_clear (&wide);
}
END_TEST

START_TEST (the_scale_needs_no_patches)
{
  LofiMapShape shape = cases[_i].shape, positions;
  LofiWindow window = cases[_i].window;
  ck_assert_int_eq (lofi_window_positions (shape, window, &positions), LOFI_OK);
  LofiMatrix maps = lofi_reference_normals (5, lofi_map_count (shape), 7), padded = lofi_reference_padded (&maps);
  LofiMatrix patches = plain_patches (&maps, shape, window, 0, shape.channels, positions);
  double expected = lofi_reference_scale (&patches), scale = 0.0;
  ck_assert_int_eq (lofi_patch_scale (&padded, shape, window, &scale), LOFI_OK);
  ck_assert (fabs (scale - expected) <= 1e-13 * expected);
  padded.data[padded.stride * 4] = NAN;
  ck_assert_int_eq (lofi_patch_scale (&padded, shape, window, &scale), LOFI_NOT_FINITE);
  LofiMatrix none = lofi_matrix_row_block (&padded, 0, 0);
  ck_assert_int_eq (lofi_patch_scale (&none, shape, window, &scale), LOFI_BAD_SHAPE);
  lofi_matrix_clear (&maps);
  lofi_matrix_clear (&padded);
  lofi_matrix_clear (&patches);
}
END_TEST

/* A pixel that no window sees does not count, however large. */
START_TEST (the_scale_sees_what_the_windows_see)
{
  LofiMapShape shape = { 1, 4, 5 };
  LofiWindow window = { .size = 2, .stride = 3 };
  LofiMatrix maps = lofi_reference_normals (2, 20, 1);
  double before = 0.0, after = 0.0;
  ck_assert_int_eq (lofi_patch_scale (&maps, shape, window, &before), LOFI_OK);
  maps.data[2 * 5] = 1e200;     /* a row between the windows, */
  maps.data[2] = -1e200;        /* a column between them */
  ck_assert_int_eq (lofi_patch_scale (&maps, shape, window, &after), LOFI_OK);
  ck_assert (before > 0.0 && before == after);
  maps.data[0] = 1e200;
  ck_assert_int_eq (lofi_patch_scale (&maps, shape, window, &after), LOFI_NOT_FINITE);
  lofi_matrix_clear (&maps);
}
END_TEST

START_TEST (positions_and_maps_hold_the_same_numbers)
{
  static const size_t sizes[][3] = { { 1, 1, 1 }, { 3, 35, 7 }, { 2, 17, 33 }, { 5, 1, 40 }, { 4, 100, 1 } };
  for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++)
    {
      size_t samples = sizes[s][0], positions = sizes[s][1], channels = sizes[s][2];
      LofiMatrix numbers = lofi_reference_normals (samples * positions, channels, 3), wide = lofi_reference_padded (&numbers);
      LofiMatrix maps = lofi_reference_new (samples, channels * positions), wide_maps = lofi_reference_padded (&maps);
      LofiMatrix back = lofi_reference_new (numbers.rows, channels);
      ck_assert_int_eq (lofi_positions_to_maps (&wide, samples, &wide_maps), LOFI_OK);
      for (size_t n = 0; n < samples; n++)
        for (size_t p = 0; p < positions; p++)
          for (size_t c = 0; c < channels; c++)
            ck_assert (wide_maps.data[n * wide_maps.stride + c * positions + p] == numbers.data[(n * positions + p) * channels + c]);
      ck_assert (isnan (wide_maps.data[wide_maps.cols]));
      ck_assert_int_eq (lofi_maps_to_positions (&wide_maps, channels, &back), LOFI_OK);
      ck_assert (lofi_reference_distance (&back, &numbers) <= 0.0);
      lofi_matrix_clear (&numbers);
      lofi_matrix_clear (&wide);
      lofi_matrix_clear (&maps);
      lofi_matrix_clear (&wide_maps);
      lofi_matrix_clear (&back);
    }
  LofiMatrix a = lofi_reference_new (12, 5), b = lofi_reference_new (3, 20), c = lofi_reference_new (3, 21);
  ck_assert_int_eq (lofi_positions_to_maps (&a, 4, &b), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_positions_to_maps (&a, 3, &c), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_maps_to_positions (&b, 0, &a), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_maps_to_positions (&b, 4, &a), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_maps_to_positions (&c, 5, &a), LOFI_BAD_SHAPE);
  lofi_matrix_clear (&a);
  lofi_matrix_clear (&b);
  lofi_matrix_clear (&c);
}
END_TEST

START_TEST (pooling_drops_what_does_not_fit)
{
  static const struct { LofiMapShape shape; size_t size; } pools[] = {
    { { 1, 1, 1 }, 1 }, { { 3, 7, 5 }, 2 }, { { 2, 9, 10 }, 3 }, { { 1, 5, 12 }, 5 }, { { 4, 6, 6 }, 6 } };
  for (size_t s = 0; s < sizeof pools / sizeof pools[0]; s++)
    for (LofiPoolMode mode = LOFI_POOL_MAX; mode <= LOFI_POOL_AVERAGE; mode++)
      {
        LofiMapShape shape = pools[s].shape, small;
        size_t size = pools[s].size;
        ck_assert_int_eq (lofi_pool_shape (shape, size, &small), LOFI_OK);
        ck_assert (small.channels == shape.channels && small.height == shape.height / size && small.width == shape.width / size);
        LofiMatrix maps = lofi_reference_normals (3, lofi_map_count (shape), 5), wide = lofi_reference_padded (&maps);
        LofiMatrix pooled = lofi_reference_new (3, lofi_map_count (small)), out = lofi_reference_padded (&pooled);
        ck_assert_int_eq (lofi_pool (&wide, shape, size, mode, &out), LOFI_OK);
        ck_assert (isnan (out.data[out.cols]));
        for (size_t n = 0; n < 3; n++)
          for (size_t q = 0; q < pooled.cols; q++)
            {
              size_t c = q / (small.height * small.width), y = q / small.width % small.height, x = q % small.width;
              double largest = -INFINITY, sum = 0.0;
              for (size_t i = 0; i < size * size; i++)
                {
                  double v = entry_at (&maps, n, shape, c, (ptrdiff_t) (y * size + i / size), (ptrdiff_t) (x * size + i % size));
                  largest = fmax (largest, v);
                  sum += v / (double) (size * size);
                }
              ck_assert (fabs (out.data[n * out.stride + q] - (mode == LOFI_POOL_MAX ? largest : sum)) <= 1e-14);
            }
        lofi_matrix_clear (&maps);
        lofi_matrix_clear (&wide);
        lofi_matrix_clear (&pooled);
        lofi_matrix_clear (&out);
      }
}
END_TEST

START_TEST (pooling_does_not_lose_what_is_not_a_number)
{
  LofiMapShape shape = { 1, 2, 4 };
  for (size_t place = 0; place < 8; place++)
    for (LofiPoolMode mode = LOFI_POOL_MAX; mode <= LOFI_POOL_AVERAGE; mode++)
      {
        LofiMatrix maps = lofi_reference_normals (1, 8, 1), pooled = lofi_reference_new (1, 2);
        maps.data[place] = NAN;
        ck_assert_int_eq (lofi_pool (&maps, shape, 2, mode, &pooled), LOFI_OK);
        ck_assert (isnan (pooled.data[place % 4 / 2]) && !isnan (pooled.data[1 - place % 4 / 2]));
        lofi_matrix_clear (&maps);
        lofi_matrix_clear (&pooled);
      }
}
END_TEST

START_TEST (windows_that_leave_nothing_are_refused)
{
  static const struct { LofiMapShape shape; LofiWindow window; } bad[] = {
    { { 1, 5, 5 }, { 0, 1, 1 } }, { { 1, 5, 5 }, { 3, 1, 0 } },                 /* no size, no stride */
    { { 0, 5, 5 }, { 3, 1, 1 } }, { { 1, 0, 5 }, { 1, 1, 1 } }, { { 1, 5, 0 }, { 1, 1, 1 } },
    { { 1, 5, 9 }, { 8, 1, 1 } }, { { 1, 9, 5 }, { 8, 1, 1 } },                 /* larger than the padded map */
    { { 1, 5, 5 }, { 3, SIZE_MAX / 2 + 1, 1 } }, { { 1, 5, 5 }, { 3, SIZE_MAX / 2 - 1, 1 } },
    { { 1, 5, 5 }, { 3, (size_t) 1 << 40, 1 } },                                /* more positions than can be counted */
    { { 2, 5, 5 }, { (size_t) 1 << 32, (size_t) 1 << 32, 1 } },                 /* more entries in a patch than can be counted */
    { { (size_t) 1 << 32, (size_t) 1 << 16, (size_t) 1 << 16 }, { 1, 0, 1 } },
    { { 1, SIZE_MAX, 2 }, { 1, 0, 1 } },
  };
  for (size_t b = 0; b < sizeof bad / sizeof bad[0]; b++)
    {
      LofiMapShape positions = { 7, 7, 7 };
      ck_assert_int_eq (lofi_window_positions (bad[b].shape, bad[b].window, &positions), LOFI_BAD_SHAPE);
      ck_assert_uint_eq (positions.height, 7);
    }
  ck_assert_uint_eq (lofi_map_count ((LofiMapShape) { 3, 4, 5 }), 60);
  ck_assert_uint_eq (lofi_map_count ((LofiMapShape) { SIZE_MAX / 2, 1, 3 }), 0);
  ck_assert_uint_eq (lofi_map_count ((LofiMapShape) { 1, SIZE_MAX / 2, 3 }), 0);
}
END_TEST

START_TEST (what_does_not_fit_is_refused)
{
  LofiMapShape shape = { 2, 6, 5 }, small;
  LofiWindow window = { .size = 3, .padding = 1, .stride = 2 }, large = { .size = 9, .padding = 1, .stride = 1 };
  LofiMatrix maps = lofi_reference_normals (3, 60, 1), out = lofi_reference_new (27, 18), pooled = lofi_reference_new (3, 12);
  ck_assert_int_eq (lofi_patches (&maps, shape, window, &out), LOFI_OK);
  ck_assert_int_eq (lofi_pool (&maps, shape, 2, LOFI_POOL_MAX, &pooled), LOFI_OK);
  ck_assert_int_eq (lofi_patches (&maps, shape, large, &out), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_patches_of_channel (&maps, shape, window, 0, &out), LOFI_BAD_SHAPE);

  LofiMatrix short_maps = maps, short_out = out, few = lofi_matrix_row_block (&out, 0, 26), narrow = pooled;
  short_maps.cols--;
  short_out.cols--;
  narrow.cols--;
  double scale;
  ck_assert_int_eq (lofi_patches (&short_maps, shape, window, &out), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_patches (&maps, shape, window, &short_out), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_patches (&maps, shape, window, &few), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_patches_fold (&few, shape, window, &maps), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_patches_fold (&out, shape, window, &short_maps), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_patch_scale (&short_maps, shape, window, &scale), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_patch_scale (&maps, shape, large, &scale), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_pool (&maps, shape, 2, LOFI_POOL_MAX, &narrow), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_pool (&short_maps, shape, 2, LOFI_POOL_MAX, &pooled), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_pool_shape (shape, 6, &small), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_pool_shape (shape, 0, &small), LOFI_BAD_SHAPE);
  ck_assert_int_eq (lofi_pool_shape ((LofiMapShape) { 0, 6, 5 }, 2, &small), LOFI_BAD_SHAPE);

  LofiMatrix none = lofi_matrix_row_block (&maps, 0, 0), no_patches = lofi_matrix_row_block (&out, 0, 0);
  ck_assert_int_eq (lofi_patches (&none, shape, window, &no_patches), LOFI_OK);
  ck_assert_int_eq (lofi_patches_fold (&no_patches, shape, window, &none), LOFI_OK);
  lofi_matrix_clear (&maps);
  lofi_matrix_clear (&out);
  lofi_matrix_clear (&pooled);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("patches");
  TCase *tcase = tcase_create ("patches");
  tcase_set_timeout (tcase, 30);
  tcase_add_loop_test (tcase, patches_are_what_the_windows_see, 0, CASES);
  tcase_add_loop_test (tcase, folding_is_the_adjoint, 0, CASES);
  tcase_add_loop_test (tcase, the_scale_needs_no_patches, 0, CASES);
  tcase_add_test (tcase, the_scale_sees_what_the_windows_see);
  tcase_add_test (tcase, positions_and_maps_hold_the_same_numbers);
  tcase_add_test (tcase, pooling_drops_what_does_not_fit);
  tcase_add_test (tcase, pooling_does_not_lose_what_is_not_a_number);
  tcase_add_test (tcase, windows_that_leave_nothing_are_refused);
  tcase_add_test (tcase, what_does_not_fit_is_refused);
  suite_add_tcase (suite, tcase);
  return lofi_test_run (suite);
}
