#include "lofi-krylov-private.h"
#include "lofi-math-private.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#define PIECE_FLOPS 4e9     /* of a product, between two looks at the watch */
#define COLUMNS 64          /* of the identity, mapped together */

static LofiStatus
apply_matrix (void *data, const LofiMatrix *x, LofiMatrix *y, const LofiWatch *watch)
{
  const LofiMatrix *a = data;
  size_t n = a->rows, rows = (size_t) fmax (64.0, PIECE_FLOPS / 2.0 / (double) n / (double) x->cols);
  for (size_t first = 0; first < n; first += rows)
    {
      if (first > 0 && lofi_watch_stops (watch))
        return LOFI_STOPPED;
      size_t count = lofi_smaller (rows, n - first);
      cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) count, (int) x->cols, (int) n, 1.0, a->data + first * a->stride,
                   (int) a->stride, x->data, (int) x->stride, 0.0, y->data + first * y->stride, (int) y->stride);
    }
  return LOFI_OK;
}

LofiSymmetricMap
lofi_symmetric_map_of (const LofiMatrix *a)
{
  bool usable = a->rows == a->cols && lofi_matrix_fits_blas (a);
  return (LofiSymmetricMap) { .order = usable ? a->rows : 0, .apply = apply_matrix, .data = (void *) a };
}

const LofiMatrix *
lofi_map_matrix (const LofiSymmetricMap *map)
{
  return map->apply == apply_matrix ? map->data : NULL;
}

/* A's columns are what it makes of the unit vectors. */
static LofiStatus
map_identity (const LofiSymmetricMap *map, LofiMatrix *a, const LofiWatch *watch)
{
  size_t n = map->order, width = lofi_smaller (COLUMNS, n);
  LofiMatrix x, y;
  LofiStatus status = lofi_matrix_alloc (&x, n, width);
  if (status == LOFI_OK && (status = lofi_matrix_alloc (&y, n, width)) != LOFI_OK)
    lofi_matrix_clear (&x);
  if (status != LOFI_OK)
    return status;
  for (size_t first = 0; first < n && status == LOFI_OK; first += width)
    {
      size_t count = lofi_smaller (width, n - first);
      x.cols = x.stride = y.cols = y.stride = count;
      memset (x.data, 0, n * count * sizeof (double));
      for (size_t k = 0; k < count; k++)
        x.data[(first + k) * count + k] = 1.0;
      status = lofi_watch_stops (watch) ? LOFI_STOPPED : map->apply (map->data, &x, &y, watch);
      for (size_t i = 0; i < n && status == LOFI_OK; i++)
        memcpy (a->data + i * n + first, y.data + i * count, count * sizeof (double));
    }
  lofi_matrix_clear (&x);
  lofi_matrix_clear (&y);
  return status;
}

LofiStatus
lofi_map_to_matrix (const LofiSymmetricMap *map, LofiMatrix *a, const LofiWatch *watch)
{
  const LofiMatrix *given = lofi_map_matrix (map);
  LofiStatus status = lofi_matrix_alloc (a, map->order, map->order);
  if (status != LOFI_OK)
    return status;
  status = given ? lofi_matrix_copy (a, given) : map_identity (map, a, watch);
  if (status != LOFI_OK)
    lofi_matrix_clear (a);
  return status;
}
