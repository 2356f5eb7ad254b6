/* NumPy's .npy files: little-endian, C order, versions 1 to 3 of the header. */
#pragma once

#include <gio/gio.h>
#include "lofi-matrix.h"

#define LOFI_NPY_DIMENSIONS_MAX 4

/* Reads float32, float64 or any 1- to 8-byte integer as doubles. shape gets n_dimensions entries; the matrix is
 * shape[0] x product of the rest (a scalar or 0-d array is refused). Sizes are checked against the file before allocation.
 * Fortran order is read and transposed for 2-d arrays, refused above. Errors name the file and what its header says. */
gboolean lofi_npy_read (const char *path, LofiMatrix *matrix, gsize shape[LOFI_NPY_DIMENSIONS_MAX], guint *n_dimensions,
                        GError **error);

/* Whole or not at all: written beside, synced, renamed. */
gboolean lofi_npy_write_doubles (const char *path, const double *data, const gsize *shape, guint n_dimensions, GError **error);
gboolean lofi_npy_write_int64 (const char *path, const gint64 *data, const gsize *shape, guint n_dimensions, GError **error);
