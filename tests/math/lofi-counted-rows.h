/* Rows of a matrix for a ridge fit, counted as they are asked for. */
#pragma once

#include "lofi-ridge.h"

typedef struct {
  const LofiMatrix *features;
  size_t asked;
} CountedRows;

static inline LofiStatus
counted_rows (void *data, size_t first, size_t count, LofiMatrix *rows, const LofiWatch *watch)
{
  CountedRows *source = data;
  LofiMatrix block = lofi_matrix_row_block (source->features, first, count);
  source->asked += count;
  return lofi_matrix_copy (rows, &block);
}
