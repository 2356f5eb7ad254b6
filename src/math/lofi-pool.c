#include "lofi-patches.h"
#include "lofi-math-private.h"

LofiStatus
lofi_pool_shape (LofiMapShape input, size_t size, LofiMapShape *pooled)
{
  if (lofi_map_count (input) == 0 || size == 0 || size > input.height || size > input.width)
    return LOFI_BAD_SHAPE;
  *pooled = (LofiMapShape) { .channels = input.channels, .height = input.height / size, .width = input.width / size };
  return LOFI_OK;
}

/* One row of windows: count results from size rows of the map. A NaN in a window is its maximum, so that it is not lost. */
static void
pool_maximum (const double *map, size_t width, size_t size, double *out, size_t count)
{
  for (size_t x = 0; x < count; x++)
    {
      double largest = map[x * size];
      for (size_t i = 0; i < size; i++)
        for (size_t j = 0; j < size; j++)
          {
            double entry = map[i * width + x * size + j];
            largest = entry > largest || entry != entry ? entry : largest;
          }
      out[x] = largest;
    }
}

static void
pool_average (const double *map, size_t width, size_t size, double *out, size_t count)
{
  double share = 1.0 / ((double) size * (double) size);
  for (size_t x = 0; x < count; x++)
    {
      double sum = 0.0;
      for (size_t i = 0; i < size; i++)
        for (size_t j = 0; j < size; j++)
          sum += map[i * width + x * size + j];
      out[x] = sum * share;
    }
}

LofiStatus
lofi_pool (const LofiMatrix *maps, LofiMapShape shape, size_t size, LofiPoolMode mode, LofiMatrix *pooled)
{
  LofiMapShape small;
  if (lofi_pool_shape (shape, size, &small) != LOFI_OK || maps->cols != lofi_map_count (shape)
      || pooled->cols != lofi_map_count (small) || pooled->rows != maps->rows)
    return LOFI_BAD_SHAPE;
  for (size_t n = 0; n < maps->rows; n++)
    for (size_t c = 0; c < shape.channels; c++)
      for (size_t y = 0; y < small.height; y++)
        {
          const double *from = maps->data + n * maps->stride + (c * shape.height + y * size) * shape.width;
          double *to = pooled->data + n * pooled->stride + (c * small.height + y) * small.width;
          (mode == LOFI_POOL_MAX ? pool_maximum : pool_average) (from, shape.width, size, to, small.width);
        }
  return LOFI_OK;
}
