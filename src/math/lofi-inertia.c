/* Sylvester: A - s I = U D U^T has as many negative eigenvalues as D, whose blocks are of order one and two (Bunch and Kaufman). Triangles as in
 * lofi-eigen.c: the lower one by rows is LAPACK's upper one by columns. */
#include "lofi-permutation.h"
#include "lofi-math-private.h"

#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PANEL 64            /* columns factorised between two looks at the watch */

/* The two steps of dsytrf, so that there is a place to stop between; LAPACKE does not declare them. The last argument is Fortran's hidden length
 * of the string. */
void dlasyf_ (const char *uplo, const lapack_int *n, const lapack_int *nb, lapack_int *kb, double *a, const lapack_int *lda, lapack_int *pivots,
              double *w, const lapack_int *ldw, lapack_int *info, size_t uplo_length);
void dsytf2_ (const char *uplo, const lapack_int *n, double *a, const lapack_int *lda, lapack_int *pivots, lapack_int *info, size_t uplo_length);

/* From the last column to the first. */
static LofiStatus
factorise (double *a, lapack_int n, lapack_int *pivots, double *work, const LofiWatch *watch)
{
  lapack_int left = n, panel = PANEL;
  while (left > 0)
    {
      lapack_int done = left, info;
      if (lofi_watch_stops (watch))
        return LOFI_STOPPED;
      if (left > panel)
        dlasyf_ ("U", &left, &panel, &done, a, &n, pivots, work, &n, &info, 1);
      else
        dsytf2_ ("U", &left, a, &n, pivots, &info, 1);
      if (info < 0 || done <= 0)
        return LOFI_NO_CONVERGENCE;    /* a positive one says that a block is null: D is as good */
      left -= done;
      double share = (double) left / (double) n;
      lofi_watch_report (watch, 1.0 - share * share * share);
    }
  return LOFI_OK;
}

/* The negative and the positive eigenvalues of D. A block of order two has one of each: it is taken only where its determinant is negative. */
static void
count_signs (const double *a, size_t n, const lapack_int *pivots, size_t *negative, size_t *positive)
{
  *negative = *positive = 0;
  for (size_t k = 0; k < n; k++)
    if (pivots[k] > 0)
      {
        *negative += a[k * n + k] < 0.0;
        *positive += a[k * n + k] > 0.0;
      }
    else
      {
        ++*negative;
        ++*positive;
        k++;
      }
}

/* Those of A - shift I. An infinite shift is beyond all of them. */
static LofiStatus
count (const LofiMatrix *a, double shift, double *copy, lapack_int *pivots, double *work, size_t *negative, size_t *positive, const LofiWatch *watch)
{
  size_t n = a->rows;
  *negative = shift > 0.0 ? n : 0;
  *positive = n - *negative;
  if (isinf (shift))
    return LOFI_OK;
  for (size_t i = 0; i < n; i++)
    {
      memcpy (copy + i * n, a->data + i * a->stride, (i + 1) * sizeof (double));
      copy[i * n + i] -= shift;
    }
  LofiStatus status = factorise (copy, (lapack_int) n, pivots, work, watch);
  if (status == LOFI_OK)
    count_signs (copy, n, pivots, negative, positive);
  return status;
}

LofiStatus
lofi_count_beyond (const LofiMatrix *a, double low, double high, size_t *below, size_t *above, const LofiWatch *watch)
{
  size_t n = a->rows, unused;
  if (n == 0 || a->cols != n || !lofi_matrix_fits_blas (a) || lofi_matrix_bytes (n, n + PANEL) == SIZE_MAX)
    return LOFI_BAD_SHAPE;
  if (isnan (low) || isnan (high) || !lofi_matrix_is_finite (a))
    return LOFI_NOT_FINITE;
  double *copy = lofi_doubles_new (n * (n + PANEL));
  lapack_int *pivots = calloc (n, sizeof *pivots);
  LofiWatchPart part;
  LofiStatus status = copy && pivots ? LOFI_OK : LOFI_NO_MEMORY;
  if (status == LOFI_OK)
    status = count (a, low, copy, pivots, copy + n * n, below, &unused, lofi_watch_part (&part, watch, 0.0, 0.5));
  if (status == LOFI_OK)
    status = count (a, high, copy, pivots, copy + n * n, &unused, above, lofi_watch_part (&part, watch, 0.5, 1.0));
  free (copy);
  free (pivots);
  if (status == LOFI_OK)
    lofi_watch_report (watch, 1.0);
  return status;
}
