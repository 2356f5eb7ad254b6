#include "lofi-krylov-private.h"
#include "lofi-math-private.h"
#include "lofi-tridiagonal-private.h"

#include <lapacke.h>
#include <math.h>
#include <stdlib.h>

#define FEW 4               /* pairs that a look is made at */
#define PANEL 64            /* of dormtr's work space */

void
lofi_ritz_clear (LofiRitz *ritz)
{
  lofi_spectrum_clear (&ritz->spectrum);
  lofi_matrix_clear (&ritz->u);
  free (ritz->theta);
  *ritz = (LofiRitz) { 0 };
}

LofiStatus
lofi_ritz_init (LofiRitz *ritz, const LofiKrylov *krylov)
{
  LofiMatrix h = { krylov->projected, krylov->filled, krylov->filled, krylov->capacity };
  *ritz = (LofiRitz) { 0 };
  return lofi_spectrum_init (&ritz->spectrum, &h, krylov->watch);
}

LofiStatus
lofi_ritz_pairs (LofiRitz *ritz, const LofiKrylov *krylov, size_t count)
{
  LofiStatus status = lofi_matrix_alloc (&ritz->u, krylov->filled, count);
  ritz->theta = lofi_doubles_new (2 * count);
  if (status == LOFI_OK && !ritz->theta)
    status = LOFI_NO_MEMORY;
  if (status == LOFI_OK)
    status = lofi_spectrum_leading (&ritz->spectrum, count, ritz->theta, &ritz->u, krylov->watch);
  if (status == LOFI_OK)
    {
      ritz->residual = ritz->theta + count;
      lofi_krylov_residuals (krylov, &ritz->u, ritz->residual);
    }
  return status;
}

static int
larger_first (const void *a, const void *b)
{
  double p = fabs (((const LofiPlace *) a)->value), q = fabs (((const LofiPlace *) b)->value);
  return (q > p) - (q < p);
}

LofiStatus
lofi_ritz_last (const LofiRitz *ritz, const LofiKrylov *krylov, size_t count, double *worst)
{
  const LofiSpectrum *spectrum = &ritz->spectrum;
  size_t m = spectrum->order, few = lofi_smaller (FEW, count);
  LofiTridiagonal t = { .order = m, .diagonal = spectrum->diagonal, .off_diagonal = spectrum->off_diagonal };
  LofiPlace *places = malloc (m * sizeof *places);
  double *z = lofi_doubles_new (2 * m * few + PANEL * few), *work = z ? z + 2 * m * few : NULL, residual[FEW];
  LofiMatrix u = { z ? z + m * few : NULL, m, few, few };
  LofiStatus status = places && z ? LOFI_OK : LOFI_NO_MEMORY;
  for (size_t i = 0; i < m && status == LOFI_OK; i++)
    places[i] = (LofiPlace) { .value = spectrum->values[i], .index = i };
  if (status == LOFI_OK)
    {
      qsort (places, m, sizeof *places, larger_first);
      status = lofi_tridiagonal_some (&t, spectrum->values, places + count - few, few, z, krylov->watch);
    }
  if (status == LOFI_OK
      && LAPACKE_dormtr_work (LAPACK_COL_MAJOR, 'L', 'U', 'N', (lapack_int) m, (lapack_int) few, spectrum->reflectors.data,
                              (lapack_int) m, spectrum->tau, z, (lapack_int) m, work, (lapack_int) (PANEL * few)) != 0)
    status = LOFI_NO_CONVERGENCE;
  *worst = 0.0;
  if (status == LOFI_OK)
    {
      for (size_t i = 0; i < m; i++)
        for (size_t k = 0; k < few; k++)
          u.data[i * few + k] = z[k * m + i];
      lofi_krylov_residuals (krylov, &u, residual);
      double norm = fabs (places[0].value);
      for (size_t k = 0; k < few; k++)
        *worst = fmax (*worst, norm > 0.0 ? residual[k] / norm : residual[k]);
    }
  free (places);
  free (z);
  return status;
}
