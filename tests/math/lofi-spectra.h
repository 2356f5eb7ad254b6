/* Simulated signed covariances, for the tests of their laws. */
#pragma once

#include "lofi-test.h"

#include <math.h>
#include <string.h>
#include "lofi-bulk-law.h"
#include "lofi-eigen.h"
#include "lofi-operator.h"
#include "lofi-random.h"
#include "lofi-reference.h"

/* A law of atoms that belong to somebody else. */
#define LAW(values_, shares_) ((LofiLabelLaw) { sizeof (values_) / sizeof *(values_), (values_), (shares_) })

/* n weights of a law, in its own proportions. */
static inline void
weights_of_law (const LofiLabelLaw *law, double *t, size_t n)
{
  double before = 0.0;
  for (size_t k = 0, i = 0; k < law->count; k++)
    {
      before += law->shares[k];
      for (size_t end = k + 1 == law->count ? n : (size_t) (before * (double) n + 0.5); i < end && i < n; i++)
        t[i] = law->values[k];
    }
}

/* (1/n) sum t z z^T of the first n rows. */
static inline LofiMatrix
signed_covariance (const LofiMatrix *z, const double *t)
{
  LofiOperator op;
  LofiMatrix c = lofi_reference_new (z->cols, z->cols);
  ck_assert_int_eq (lofi_operator_init (&op, z->cols), LOFI_OK);
  ck_assert_int_eq (lofi_operator_add (&op, z, t, NULL), LOFI_OK);
  ck_assert_int_eq (lofi_operator_read (&op, false, &c), LOFI_OK);
  lofi_operator_clear (&op);
  return c;
}

static inline LofiMatrix
normals (size_t rows, size_t cols, uint32_t stream)
{
  LofiMatrix x = lofi_reference_new (rows, cols);
  lofi_random_normals (2605, LOFI_PURPOSE_TRAIN_SAMPLES, stream, 0, rows * cols, x.data);
  return x;
}

/* All eigenvalues of (1/n) sum t z z^T, ascending. */
static inline void
signed_spectrum (const LofiMatrix *z, const double *t, double *values)
{
  LofiMatrix c = signed_covariance (z, t);
  ck_assert_int_eq (lofi_symmetric_values (&c, values, NULL), LOFI_OK);
  lofi_matrix_clear (&c);
}
