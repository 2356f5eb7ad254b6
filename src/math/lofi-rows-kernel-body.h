/* One version of the products of a tile, for lofi-rows-kernel.c, which includes this once for each and defines before:
 *
 *   FN (name)            the version's name of a function
 *   TARGET               its attribute
 *   VEC, WIDTH           so many floats
 *   VECTORS              taken together at most: ROWS x VECTORS and ACROSS x VECTORS sums stay in registers
 *   vec_zero (), vec_load (from), vec_load_first (from, count), vec_store (to, x), vec_of (float), vec_add_product (sum, x, y)
 *   vec_keep (x)         x is loaded once: a processor that can take an operand from memory would be made to do so again and again
 *   vec_sums (to, a, b, c, d)    the sum of each, the same way for all four
 *
 * Loops to a constant are unrolled and their arrays become registers. Whatever is taken together, the sums of each are made in the same order. */

/* The products of four rows, or of the last one again, with `vectors` of V over columns from .. to - 1 go on from `sums` and back there. */
TARGET LOFI_INLINE void
FN (go_on) (const float *z, size_t z_stride, size_t rows, const float *v, size_t v_stride, size_t from, size_t to, const int vectors, VEC *sums)
{
  const float *row[ROWS];
  VEC sum[ROWS][VECTORS];
  UNROLL
  for (int i = 0; i < ROWS; i++)
    {
      row[i] = z + ((size_t) i < rows ? (size_t) i : rows - 1) * z_stride;
      UNROLL
      for (int b = 0; b < vectors; b++)
        sum[i][b] = sums[i * VECTORS + b];
    }
  size_t j = from;
  for (; j + WIDTH <= to; j += WIDTH)
    {
      VEC x[VECTORS];
      UNROLL
      for (int b = 0; b < vectors; b++)
        x[b] = vec_load (v + (size_t) b * v_stride + j);
      UNROLL
      for (int i = 0; i < ROWS; i++)
        {
          VEC y = vec_load (row[i] + j);
          vec_keep (y);
          UNROLL
          for (int b = 0; b < vectors; b++)
            sum[i][b] = vec_add_product (sum[i][b], x[b], y);
        }
    }
  if (j < to)
    {
      UNROLL
      for (int i = 0; i < ROWS; i++)
        {
          VEC y = vec_load_first (row[i] + j, to - j);
          UNROLL
          for (int b = 0; b < vectors; b++)
            sum[i][b] = vec_add_product (sum[i][b], vec_load (v + (size_t) b * v_stride + j), y);
        }
    }
  UNROLL
  for (int i = 0; i < ROWS; i++)
    {
      UNROLL
      for (int b = 0; b < vectors; b++)
        sums[i * VECTORS + b] = sum[i][b];
    }
}

/* Of all rows of a tile, a panel of V after the other: it stays in the first cache while the rows pass. */
TARGET LOFI_INLINE void
FN (inner_of) (const LofiMatrixF *z, const float *v, size_t v_stride, float *inner, const int vectors)
{
  VEC sums[LOFI_TILE_ROWS / ROWS][ROWS * VECTORS];
  size_t groups = (z->rows + ROWS - 1) / ROWS;
  for (size_t g = 0; g < groups; g++)
    for (int k = 0; k < ROWS * VECTORS; k++)
      sums[g][k] = vec_zero ();
  for (size_t from = 0; from < z->cols; from += PANEL)
    for (size_t g = 0; g < groups; g++)
      FN (go_on) (z->data + g * ROWS * z->stride, z->stride, lofi_smaller (ROWS, z->rows - g * ROWS), v, v_stride, from,
                  lofi_smaller (from + PANEL, z->cols), vectors, sums[g]);
  for (size_t g = 0; g < groups; g++)
    for (int b = 0; b < vectors; b++)
      vec_sums (inner + (size_t) b * LOFI_TILE_ROWS + g * ROWS, sums[g][b], sums[g][VECTORS + b], sums[g][2 * VECTORS + b], sums[g][3 * VECTORS + b]);
}

/* images += inner^T z in ACROSS times WIDTH columns from `from` on, or in one WIDTH of which there are the first `first`. */
TARGET LOFI_INLINE void
FN (add_of) (const LofiMatrixF *z, size_t from, size_t first, const float *inner, float *images, size_t stride, const int across, const int vectors)
{
  VEC sum[VECTORS][ACROSS];
  UNROLL
  for (int b = 0; b < vectors; b++)
    {
      UNROLL
      for (int a = 0; a < across; a++)
        sum[b][a] = vec_load (images + (size_t) b * stride + (size_t) a * WIDTH);
    }
  for (size_t i = 0; i < z->rows; i++)
    {
      const float *row = z->data + i * z->stride + from;
      VEC y[VECTORS];
      UNROLL
      for (int b = 0; b < vectors; b++)
        y[b] = vec_of (inner[(size_t) b * LOFI_TILE_ROWS + i]);
      UNROLL
      for (int a = 0; a < across; a++)
        {
          VEC x = across > 1 ? vec_load (row + (size_t) a * WIDTH) : vec_load_first (row, first);
          vec_keep (x);
          UNROLL
          for (int b = 0; b < vectors; b++)
            sum[b][a] = vec_add_product (sum[b][a], x, y[b]);
        }
    }
  UNROLL
  for (int b = 0; b < vectors; b++)
    {
      UNROLL
      for (int a = 0; a < across; a++)
        vec_store (images + (size_t) b * stride + (size_t) a * WIDTH, sum[b][a]);
    }
}

#define CASES(of) \
  switch (vectors) \
    { \
    case 1: of (1); break; \
    case 2: of (2); break; \
    case 3: of (3); break; \
    CASES_ABOVE_THREE (of) \
    }

TARGET static void
FN (inner) (const LofiMatrixF *z, const LofiMatrixF *v, float *inner)
{
  size_t groups = (v->rows + VECTORS - 1) / VECTORS;
  for (size_t g = 0; g < groups; g++)
    {
      size_t first = g * v->rows / groups, vectors = (g + 1) * v->rows / groups - first;
#define OF(k) FN (inner_of) (z, v->data + first * v->stride, v->stride, inner + first * LOFI_TILE_ROWS, k)
      CASES (OF)
#undef OF
    }
}

TARGET static void
FN (add) (const LofiMatrixF *z, const float *inner, LofiMatrixF *images)
{
  size_t groups = (images->rows + VECTORS - 1) / VECTORS, step;
  for (size_t j = 0; j < z->cols; j += step)
    {
      size_t left = z->cols - j;
      bool wide = left >= ACROSS * WIDTH;
      step = wide ? ACROSS * WIDTH : WIDTH;
      for (size_t i = 0; i < z->rows; i++)
        for (size_t k = 0; k < step; k += LINE)
          __builtin_prefetch (z->data + (z->rows + i) * z->stride + j + k, 0, 2);    /* the next tile follows this one, as a rule */
      for (size_t g = 0; g < groups; g++)
        {
          size_t first = g * images->rows / groups, vectors = (g + 1) * images->rows / groups - first;
          float *image = images->data + first * images->stride + j;
#define OF(k) \
  if (wide) \
    FN (add_of) (z, j, WIDTH, inner + first * LOFI_TILE_ROWS, image, images->stride, ACROSS, k); \
  else \
    FN (add_of) (z, j, lofi_smaller (WIDTH, left), inner + first * LOFI_TILE_ROWS, image, images->stride, 1, k)
          CASES (OF)
#undef OF
        }
    }
}

#undef CASES
#undef CASES_ABOVE_THREE
#undef FN
#undef TARGET
#undef VEC
#undef WIDTH
#undef VECTORS
#undef vec_zero
#undef vec_load
#undef vec_load_first
#undef vec_store
#undef vec_of
#undef vec_add_product
#undef vec_keep
#undef vec_sums
