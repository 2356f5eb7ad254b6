/* Patches and pooling of maps whose channels come last, and the ways back. */
#include "lofi-descent-private.h"

#include <string.h>

/* Walks the windows of one sample: where a window's row i of positions (y, x) lies in the map, and which part of it is inside. */
typedef struct {
  size_t skip, first, count;        /* its entries skip .. skip + count - 1 are the map's from first on */
} Span;

static inline Span
span_at (size_t position, LofiWindow window, size_t length)
{
  size_t start = position * window.stride;
  size_t skip = start < window.padding ? lofi_smaller (window.size, window.padding - start) : 0;
  if (start + skip < window.padding)
    return (Span) { window.size, 0, 0 };            /* all of it lies before the map */
  size_t first = start + skip - window.padding;
  size_t count = first < length ? lofi_smaller (window.size - skip, length - first) : 0;
  return (Span) { skip, count > 0 ? first : 0, count };
}

void
lofi_descent_patches (const LofiMatrixF *maps, LofiMapShape shape, LofiWindow window, LofiMapShape positions, LofiMatrixF *patches)
{
  size_t c = shape.channels, run = window.size * c;
  float *to = patches->data;
  for (size_t n = 0; n < maps->rows; n++)
    {
      const float *map = maps->data + n * maps->stride;
      for (size_t y = 0; y < positions.height; y++)
        for (size_t x = 0; x < positions.width; x++, to += patches->stride)
          {
            Span down = span_at (y, window, shape.height), across = span_at (x, window, shape.width);
            if (down.count < window.size || across.count < window.size)
              memset (to, 0, window.size * run * sizeof (float));
            for (size_t i = 0; i < down.count; i++)
              memcpy (to + (down.skip + i) * run + across.skip * c, map + ((down.first + i) * shape.width + across.first) * c,
                      across.count * c * sizeof (float));
          }
    }
}

void
lofi_descent_fold (const LofiMatrixF *patches, LofiMapShape shape, LofiWindow window, LofiMapShape positions, LofiMatrixF *maps)
{
  size_t c = shape.channels, run = window.size * c;
  const float *from = patches->data;
  for (size_t n = 0; n < maps->rows; n++)
    {
      float *map = maps->data + n * maps->stride;
      memset (map, 0, maps->cols * sizeof (float));
      for (size_t y = 0; y < positions.height; y++)
        for (size_t x = 0; x < positions.width; x++, from += patches->stride)
          {
            Span down = span_at (y, window, shape.height), across = span_at (x, window, shape.width);
            for (size_t i = 0; i < down.count; i++)
              {
                const float *part = from + (down.skip + i) * run + across.skip * c;
                float *row = map + ((down.first + i) * shape.width + across.first) * c;
                for (size_t j = 0; j < across.count * c; j++)
                  row[j] += part[j];
              }
          }
    }
}

/* The largest of a window's entries of one channel; a NaN is the largest, so that it is not lost. */
static inline size_t
largest_in_window (const float *map, LofiMapShape shape, size_t size, size_t corner)
{
  size_t best = corner;
  for (size_t i = 0; i < size; i++)
    for (size_t j = 0; j < size; j++)
      {
        size_t at = corner + (i * shape.width + j) * shape.channels;
        if (map[at] > map[best] || (map[at] != map[at] && map[best] == map[best]))
          best = at;
      }
  return best;
}

static inline float
window_mean (const float *map, LofiMapShape shape, size_t size, size_t corner)
{
  float sum = 0.0f;
  for (size_t i = 0; i < size; i++)
    for (size_t j = 0; j < size; j++)
      sum += map[corner + (i * shape.width + j) * shape.channels];
  return sum / (float) (size * size);
}

void
lofi_descent_pool (const LofiMatrixF *maps, LofiMapShape shape, size_t size, LofiPoolMode mode, LofiMapShape pooled, LofiMatrixF *out)
{
  for (size_t n = 0; n < maps->rows; n++)
    {
      const float *map = maps->data + n * maps->stride;
      float *to = out->data + n * out->stride;
      for (size_t y = 0; y < pooled.height; y++)
        for (size_t x = 0; x < pooled.width; x++)
          for (size_t c = 0; c < shape.channels; c++)
            {
              size_t corner = (y * size * shape.width + x * size) * shape.channels + c;
              *to++ = mode == LOFI_POOL_MAX ? map[largest_in_window (map, shape, size, corner)] : window_mean (map, shape, size, corner);
            }
    }
}

void
lofi_descent_pool_back (const LofiMatrixF *maps, LofiMapShape shape, size_t size, LofiPoolMode mode, LofiMapShape pooled,
                        const LofiMatrixF *slope, LofiMatrixF *maps_slope)
{
  float share = 1.0f / (float) (size * size);
  for (size_t n = 0; n < maps->rows; n++)
    {
      const float *map = maps->data + n * maps->stride, *from = slope->data + n * slope->stride;
      float *to = maps_slope->data + n * maps_slope->stride;
      memset (to, 0, maps_slope->cols * sizeof (float));
      for (size_t y = 0; y < pooled.height; y++)
        for (size_t x = 0; x < pooled.width; x++)
          for (size_t c = 0; c < shape.channels; c++, from++)
            {
              size_t corner = (y * size * shape.width + x * size) * shape.channels + c;
              if (mode == LOFI_POOL_MAX)
                to[largest_in_window (map, shape, size, corner)] += *from;
              else
                for (size_t i = 0; i < size; i++)
                  for (size_t j = 0; j < size; j++)
                    to[corner + (i * shape.width + j) * shape.channels] += share * *from;
            }
    }
}
