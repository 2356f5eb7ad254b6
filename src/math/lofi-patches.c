#include "lofi-patches.h"
#include "lofi-math-private.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define TILE 16

size_t
lofi_map_count (LofiMapShape shape)
{
  size_t plane, count;
  if (__builtin_mul_overflow (shape.height, shape.width, &plane) || __builtin_mul_overflow (plane, shape.channels, &count))
    return 0;
  return count;
}

/* Windows along one side of the map. */
static bool
positions_along (size_t length, LofiWindow window, size_t *count)
{
  size_t padded;
  if (__builtin_mul_overflow (window.padding, (size_t) 2, &padded) || __builtin_add_overflow (padded, length, &padded)
      || window.size > padded)
    return false;
  *count = (padded - window.size) / window.stride + 1;
  return true;
}

LofiStatus
lofi_window_positions (LofiMapShape input, LofiWindow window, LofiMapShape *positions)
{
  LofiMapShape found = { .channels = input.channels };
  LofiMapShape patch = { .channels = input.channels, .height = window.size, .width = window.size };
  if (lofi_map_count (input) == 0 || window.stride == 0 || lofi_map_count (patch) == 0)
    return LOFI_BAD_SHAPE;
  if (!positions_along (input.height, window, &found.height) || !positions_along (input.width, window, &found.width)
      || lofi_map_count (found) == 0)
    return LOFI_BAD_SHAPE;
  *positions = found;
  return LOFI_OK;
}

/* Whether maps (b x C H W) and patches ((b S) x (channels size^2)) fit the window; positions is then set. */
static bool
shapes_fit (const LofiMatrix *maps, LofiMapShape shape, LofiWindow window, size_t channels, const LofiMatrix *patches,
            LofiMapShape *positions)
{
  size_t rows;
  return lofi_window_positions (shape, window, positions) == LOFI_OK && maps->cols == lofi_map_count (shape)
         && !__builtin_mul_overflow (positions->height * positions->width, maps->rows, &rows) && patches->rows == rows
         && patches->cols == channels * window.size * window.size;
}

/* The part of a window along one side that lies inside the map: its entries skip .. skip + count - 1 are the map's from first on. */
typedef struct { size_t skip, first, count; } Span;

static inline Span
span_at (size_t position, LofiWindow window, size_t length)
{
  size_t start = position * window.stride;
  size_t skip = start < window.padding ? lofi_smaller (window.size, window.padding - start) : 0;
  size_t first = start + skip - lofi_smaller (window.padding, start + skip);
  size_t count = first < length ? lofi_smaller (window.size - skip, length - first) : 0;
  return (Span) { .skip = skip, .first = count > 0 ? first : 0, .count = count };
}

/* A window of which the whole width lies inside the map. With `size` known when compiled its rows become a few moves each. */
static inline __attribute__ ((always_inline)) void
copy_whole_rows (const double *plane, LofiMapShape shape, size_t channels, size_t size, Span rows, size_t first, double *out)
{
  size_t before = rows.skip * size, after = (size - rows.skip - rows.count) * size;
  for (size_t c = 0; c < channels; c++)
    {
      const double *from = plane + (c * shape.height + rows.first) * shape.width + first;
      for (size_t i = 0; i < before; i++)
        *out++ = 0.0;
      for (size_t i = 0; i < rows.count; i++, from += shape.width, out += size)
        for (size_t j = 0; j < size; j++)
          out[j] = from[j];
      for (size_t i = 0; i < after; i++)
        *out++ = 0.0;
    }
}

static void
copy_patch (const double *plane, LofiMapShape shape, size_t channels, size_t size, Span rows, Span columns, double *out)
{
  if (columns.count == size && size == 3)
    copy_whole_rows (plane, shape, channels, 3, rows, columns.first, out);
  else if (columns.count == size && size == 5)
    copy_whole_rows (plane, shape, channels, 5, rows, columns.first, out);
  else
    {
      memset (out, 0, channels * size * size * sizeof (double));
      for (size_t c = 0; c < channels && columns.count > 0; c++)
        for (size_t i = 0; i < rows.count; i++)
          memcpy (out + (c * size + rows.skip + i) * size + columns.skip,
                  plane + (c * shape.height + rows.first + i) * shape.width + columns.first, columns.count * sizeof (double));
    }
}

/* Of channels first_channel .. first_channel + channels - 1. */
static LofiStatus
make_patches (const LofiMatrix *maps, LofiMapShape shape, LofiWindow window, size_t first_channel, size_t channels, LofiMatrix *out)
{
  LofiMapShape positions;
  if (!shapes_fit (maps, shape, window, channels, out, &positions))
    return LOFI_BAD_SHAPE;
  double *to = out->data;
  for (size_t n = 0; n < maps->rows; n++)
    {
      const double *plane = maps->data + n * maps->stride + first_channel * shape.height * shape.width;
      for (size_t y = 0; y < positions.height; y++)
        {
          Span rows = span_at (y, window, shape.height);
          for (size_t x = 0; x < positions.width; x++, to += out->stride)
            copy_patch (plane, shape, channels, window.size, rows, span_at (x, window, shape.width), to);
        }
    }
  return LOFI_OK;
}

LofiStatus
lofi_patches (const LofiMatrix *maps, LofiMapShape shape, LofiWindow window, LofiMatrix *out)
{
  return make_patches (maps, shape, window, 0, shape.channels, out);
}

LofiStatus
lofi_patches_of_channel (const LofiMatrix *maps, LofiMapShape shape, LofiWindow window, size_t channel, LofiMatrix *out)
{
  return channel < shape.channels ? make_patches (maps, shape, window, channel, 1, out) : LOFI_BAD_SHAPE;
}

static void
add_patch (double *plane, LofiMapShape shape, size_t size, Span rows, Span columns, const double *patch)
{
  for (size_t c = 0; c < shape.channels; c++)
    for (size_t i = 0; i < rows.count; i++)
      {
        double *to = plane + (c * shape.height + rows.first + i) * shape.width + columns.first;
        const double *from = patch + (c * size + rows.skip + i) * size + columns.skip;
        for (size_t j = 0; j < columns.count; j++)
          to[j] += from[j];
      }
}

LofiStatus
lofi_patches_fold (const LofiMatrix *patches, LofiMapShape shape, LofiWindow window, LofiMatrix *maps)
{
  LofiMapShape positions;
  if (!shapes_fit (maps, shape, window, shape.channels, patches, &positions))
    return LOFI_BAD_SHAPE;
  const double *from = patches->data;
  for (size_t n = 0; n < maps->rows; n++)
    {
      double *plane = maps->data + n * maps->stride;
      memset (plane, 0, maps->cols * sizeof (double));
      for (size_t y = 0; y < positions.height; y++)
        {
          Span rows = span_at (y, window, shape.height);
          for (size_t x = 0; x < positions.width; x++, from += patches->stride)
            add_patch (plane, shape, window.size, rows, span_at (x, window, shape.width), from);
        }
    }
  return LOFI_OK;
}

/* counts: for each of `length` entries, the windows along that side that hold it. */
static void
count_windows (size_t length, size_t positions, LofiWindow window, double *counts)
{
  for (size_t i = 0; i < length; i++)
    counts[i] = 0.0;
  for (size_t p = 0; p < positions; p++)
    {
      Span span = span_at (p, window, length);
      for (size_t i = 0; i < span.count; i++)
        counts[span.first + i] += 1.0;
    }
}

LofiStatus
lofi_patch_scale (const LofiMatrix *maps, LofiMapShape shape, LofiWindow window, double *scale)
{
  LofiMapShape positions;
  if (lofi_window_positions (shape, window, &positions) != LOFI_OK || maps->cols != lofi_map_count (shape) || maps->rows == 0)
    return LOFI_BAD_SHAPE;
  if (!lofi_matrix_is_finite (maps))
    return LOFI_NOT_FINITE;
  /* An entry is in as many windows as its row is, times as its column is. */
  double *across = lofi_doubles_new (shape.width), *down = lofi_doubles_new (shape.height), sum = 0.0;
  if (!across || !down)
    {
      free (across);
      free (down);
      return LOFI_NO_MEMORY;
    }
  count_windows (shape.width, positions.width, window, across);
  count_windows (shape.height, positions.height, window, down);
  for (size_t n = 0; n < maps->rows; n++)
    {
      const double *row = maps->data + n * maps->stride;
      double sample = 0.0;
      for (size_t line = 0; line < shape.channels * shape.height; line++, row += shape.width)
        {
          double squares = 0.0;
          for (size_t x = 0; x < shape.width; x++)
            squares += across[x] * row[x] * row[x];
          sample += down[line % shape.height] > 0.0 ? down[line % shape.height] * squares : 0.0;
        }
      sum += sample;
    }
  free (across);
  free (down);
  *scale = sqrt (sum / ((double) maps->rows * (double) positions.height * (double) positions.width));
  return isfinite (*scale) ? LOFI_OK : LOFI_NOT_FINITE;
}

/* to (cols x rows, its rows `to_stride` apart) = from (rows x cols) transposed. */
static void
transpose (const double *from, size_t rows, size_t cols, size_t from_stride, double *to, size_t to_stride)
{
  for (size_t i0 = 0; i0 < rows; i0 += TILE)
    for (size_t j0 = 0; j0 < cols; j0 += TILE)
      for (size_t j = j0; j < lofi_smaller (j0 + TILE, cols); j++)
        for (size_t i = i0; i < lofi_smaller (i0 + TILE, rows); i++)
          to[j * to_stride + i] = from[i * from_stride + j];
}

/* Whether positions ((b S) x channels) and maps (b x (channels S)) hold the same numbers; S is then set. */
static bool
layouts_fit (const LofiMatrix *positions, const LofiMatrix *maps, size_t channels, size_t *count)
{
  size_t rows;
  if (channels == 0 || positions->cols != channels || maps->cols == 0 || maps->cols % channels != 0)
    return false;
  *count = maps->cols / channels;
  return !__builtin_mul_overflow (*count, maps->rows, &rows) && positions->rows == rows;
}

LofiStatus
lofi_positions_to_maps (const LofiMatrix *positions, size_t samples, LofiMatrix *maps)
{
  size_t count;
  if (maps->rows != samples || !layouts_fit (positions, maps, positions->cols, &count))
    return LOFI_BAD_SHAPE;
  for (size_t n = 0; n < samples; n++)
    transpose (positions->data + n * count * positions->stride, count, positions->cols, positions->stride,
               maps->data + n * maps->stride, count);
  return LOFI_OK;
}

LofiStatus
lofi_maps_to_positions (const LofiMatrix *maps, size_t channels, LofiMatrix *positions)
{
  size_t count;
  if (!layouts_fit (positions, maps, channels, &count))
    return LOFI_BAD_SHAPE;
  for (size_t n = 0; n < maps->rows; n++)
    transpose (maps->data + n * maps->stride, channels, count, count, positions->data + n * count * positions->stride,
               positions->stride);
  return LOFI_OK;
}
