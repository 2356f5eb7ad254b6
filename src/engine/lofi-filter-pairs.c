/* What follows from a decomposed operator: directions, and how many eigenvalues lie beyond a line. */
#include "config.h"
#include "lofi-filter-private.h"

#include <cblas.h>
#include <glib/gi18n-lib.h>
#include "lofi-error.h"
#include "lofi-permutation.h"

/* Residuals of leading pairs, of |lambda_1|, for an operator summed in single precision, whose own rounding is ten times this and more. On the
 * shirts (n = 4000, P = 2000, K = 100) features do not move between 1e-12 and 1e-8. */
#define SINGLE_TOLERANCE 1e-8

double *
lofi_filter_unit_moment (const LofiFilterStage *stage)
{
  double *unit = g_memdup2 (stage->moment, stage->width * sizeof (double));
  cblas_dscal (stage->width, 1 / stage->moment_norm, unit, 1);
  return unit;
}

gboolean
lofi_filter_stage_leading (const LofiFilterStage *stage, gsize keep, double *values, LofiMatrix *vectors, double *residual,
                           const LofiWatch *watch, const char *place, GError **error)
{
  gboolean first_order = stage->order == LOFI_ORDER_1 || stage->order == LOFI_ORDER_1_2;
  *residual = 0;
  if (first_order)
    {
      if (!(stage->moment_norm > 0))
        return lofi_error_set (error, LOFI_ERROR_INPUT, place, _("use order 2"),
                               _("the first label moment is zero, so order %s has no direction"), lofi_order_name (stage->order));
      LofiMatrix direction = { vectors->data, vectors->rows, 1, vectors->stride };
      cblas_dcopy (stage->width, stage->moment, 1, vectors->data, vectors->stride);
      cblas_dscal (stage->width, 1 / stage->moment_norm, vectors->data, vectors->stride);
      lofi_orient_columns (&direction);
      values[0] = stage->moment_norm;
    }
  gsize rest = stage->order == LOFI_ORDER_1 ? 0 : keep - first_order;
  if (rest == 0)
    return TRUE;
  LofiMatrix others = { vectors->data + first_order, vectors->rows, rest, vectors->stride };
  if (stage->form == LOFI_FORM_PRIMAL && !stage->whole)
    {
      LofiSymmetricMap map = lofi_symmetric_map_of (&stage->operator);
      LofiLeadingStats stats;
      LofiStatus status = lofi_leading_pairs (&map, rest, stage->single ? SINGLE_TOLERANCE : LOFI_LEADING_TOLERANCE, values + first_order, &others, NULL, &stats, watch);
      *residual = stats.residual;
      return lofi_error_from_status (error, status, place);
    }
  if (stage->form == LOFI_FORM_PRIMAL)
    return lofi_error_from_status (error, lofi_spectrum_leading (&stage->primal, rest, values + first_order, &others, watch), place);
  if (rest > stage->dual.rank)
    return lofi_error_set (error, LOFI_ERROR_INPUT, place, _("keep fewer directions or take more samples"),
                           _("%zu directions are asked for, but the lifted samples span only %zu"), rest, stage->dual.rank);
  g_autofree double *unit = first_order ? lofi_filter_unit_moment (stage) : NULL;
  return lofi_error_from_status (error, lofi_dual_leading (&stage->dual, &stage->dual_lifted->matrix, unit, rest,
                                                           values + first_order, &others, watch), place);
}

/* C = D + u w^T + w u^T - <u, w> u u^T of its complement D = (I - u u^T) C (I - u u^T) and w = C u. */
static LofiStatus
undo_deflation (const LofiFilterStage *stage, LofiMatrix *c)
{
  LofiStatus status = lofi_matrix_alloc (c, stage->width, stage->width);
  if (status != LOFI_OK)
    return status;
  lofi_matrix_copy (c, &stage->operator);
  g_autofree double *unit = lofi_filter_unit_moment (stage);
  const double *image = stage->moment_image;
  double dot = cblas_ddot ((int) stage->width, unit, 1, image, 1);
  for (gsize i = 0; i < stage->width; i++)
    {
      double *row = c->data + i * c->stride;
      cblas_daxpy ((int) stage->width, unit[i], image, 1, row, 1);
      cblas_daxpy ((int) stage->width, image[i] - dot * unit[i], unit, 1, row, 1);
    }
  return LOFI_OK;
}

gboolean
lofi_filter_stage_beyond (const LofiFilterStage *stage, double low, double high, gsize *below, gsize *above, const LofiWatch *watch,
                          const char *place, GError **error)
{
  LofiMatrix c = { 0 };
  LofiStatus status = LOFI_OK;
  *below = *above = 0;
  if (stage->spectrum)
    {
      for (gsize i = 0; i < stage->width; i++)
        {
          *below += stage->spectrum[i] < low;
          *above += stage->spectrum[i] > high;
        }
      return TRUE;
    }
  if (stage->moment_image)
    status = undo_deflation (stage, &c);
  if (status == LOFI_OK)
    status = lofi_count_beyond (stage->moment_image ? &c : &stage->operator, low, high, below, above, watch);
  lofi_matrix_clear (&c);
  return lofi_error_from_status (error, status, place);
}
