/* Shared inside src/math only. */
#pragma once

#include <limits.h>
#include "lofi-matrix.h"

/* Rows in a piece of work between two looks at the watch: at P = 4096 one rank-k update of so many rows is a tenth of a second. */
#define LOFI_PIECE_ROWS 512

/* BLAS and LAPACK count in int. */
static inline bool
lofi_fits_blas (size_t count)
{
  return count <= INT_MAX;
}

static inline bool
lofi_matrix_fits_blas (const LofiMatrix *m)
{
  return lofi_fits_blas (m->rows) && lofi_fits_blas (m->cols) && lofi_fits_blas (m->stride);
}

static inline size_t
lofi_smaller (size_t a, size_t b)
{
  return a < b ? a : b;
}

/* Storage for count doubles, aligned as a matrix's but not zeroed; free it with free. NULL also when the size overflows. */
double *lofi_doubles_new (size_t count);
float *lofi_floats_new (size_t count);

/* Copies the lower triangle of a square matrix (row-major) onto the upper one. */
void lofi_matrix_mirror_lower (LofiMatrix *m);

/* A square matrix becomes its transpose. */
void lofi_matrix_transpose_square (LofiMatrix *m);

/* A watch over one part of a longer call: the same stop; its progress 0 .. 1 is reported to the parent as from .. to. */
typedef struct {
  const LofiWatch *parent;
  double from, to;
  LofiWatch watch;
} LofiWatchPart;

/* part must outlive the use of the pointer returned. */
const LofiWatch *lofi_watch_part (LofiWatchPart *part, const LofiWatch *parent, double from, double to);
