/* Products with operators that are never formed: for many vectors v_b at once, each with weights of its own,
 *
 *   y_b = (1 / N) sum over rows of t_b(row) z (z . v_b),   z less its mean if asked for,   N = n S
 *
 * in one pass over the rows of a source. Shared by lofi-rows.c, lofi-permutation.c and lofi-covariance-measures.c. */
#pragma once

#include "lofi-permutation.h"

/* Products of a tile of at most LOFI_TILE_ROWS rows with vectors in the rows of V, in single precision. V and images have rows filled up with zeros to a
 * multiple of LOFI_TILE_COLUMNS, Z need not; inner has LOFI_TILE_ROWS numbers for each vector. The numbers of a row of Z and one of V do not depend, bit for bit, on
 * the others, nor an image on how the rows that are added to it one after the other are cut into tiles. */
#define LOFI_TILE_ROWS 16
#define LOFI_TILE_COLUMNS 16

typedef struct {
  const char *name;
  void (*inner) (const LofiMatrixF *z, const LofiMatrixF *v, float *inner);           /* inner = V Z^T */
  void (*add) (const LofiMatrixF *z, const float *inner, LofiMatrixF *images);        /* images += inner Z */
} LofiRowKernel;

/* The versions this processor can run, the fastest one first; NULL past the last. */
const LofiRowKernel *lofi_row_kernel (size_t index);

typedef struct {
  const LofiRowSource *source;
  const LofiRowKernel *kernel;
  size_t rows;              /* N */
  size_t room;              /* vectors at most */
  double *mean;             /* P, or NULL: z as it is */
  LofiMatrix images;        /* room x P: y_b in row b */
  LofiMatrix vectors, inner;           /* room x P; room x a piece of rows: z . v_b, then times t_b. Each is stored when a block first comes in */
  LofiMatrixF vectors_f, images_f, inner_f;    /* its precision; here rows are filled up for the kernel, and inner is of a tile */
  double *along, *sums;     /* of vector b: mean . v_b, and the sum of its row of inner */
} LofiRows;

/* Checks the source; with `center` passes over the rows once, for their mean. */
LofiStatus lofi_rows_init (LofiRows *rows, const LofiRowSource *source, bool center, size_t room, const LofiWatch *watch);
void lofi_rows_clear (LofiRows *rows);

/* images from `count` vectors of P numbers. weights[b]: n numbers, a sample each; or NULL: all one. The numbers of one vector do not depend on the
 * others. In single precision, where the source gives that, the products are, on the calling thread alone; what they add up to over more than a few
 * thousand rows is in double, and they do not depend on the source's blocks. */
LofiStatus lofi_rows_multiply (LofiRows *rows, const double *const *vectors, const double *const *weights, size_t count, const LofiWatch *watch);

/* One block of a source, checked: exactly one of the two views has data. first and count in samples. */
LofiStatus lofi_rows_view (const LofiRowSource *source, size_t first, size_t count, LofiMatrix *z, LofiMatrixF *single, const LofiWatch *watch);

/* LOFI_BAD_SHAPE unless the sizes of a source are usable. */
LofiStatus lofi_row_source_check (const LofiRowSource *source);
