/* Cells made of nothing but their parameters. */
#pragma once

#include <math.h>
#include <string.h>
#include "lofi-cells.h"
#include "lofi-error.h"
#include "lofi-fixture.h"

/* A LoFi cell of two filtered layers; what it says depends on its parameters. Its arrays are static. */
static inline LofiCell
some_cell (const char *point, gsize samples, guint64 seed)
{
  static double eigenvalues[] = { 0.5, -0.25, 0.125 }, groups[] = { 0.9, 0.1 };
  static LofiCellLayer layers[2];
  layers[0] = (LofiCellLayer) { 3, eigenvalues, -0.1, 0.2, 2, 0.5, 2, groups };
  layers[1] = (LofiCellLayer) { 1, eigenvalues, NAN, NAN, -1, NAN, 0, NULL };
  return (LofiCell) { .point = point, .samples = samples, .seed = seed, .method = LOFI_METHOD_LOFI, .test_error = 1.0 / (double) samples,
                      .test_mse = 0.5 + (double) seed / 3, .train_error = 0.01, .n_layers = 2, .layers = layers, .seconds = 0.25 };
}

static inline LofiCell
bare_cell (const char *point, gsize samples, guint64 seed, LofiMethod method, double error)
{
  return (LofiCell) { .point = point, .samples = samples, .seed = seed, .method = method, .test_error = error, .test_mse = 4 * error,
                      .train_error = NAN };
}

#define TEST_ERROR ((LofiMeasure) { LOFI_QUANTITY_TEST_ERROR, 0, 0 })
