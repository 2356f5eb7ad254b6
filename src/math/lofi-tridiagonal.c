/* Eigenvalues of a tridiagonal matrix, and some of its eigenvectors by relatively robust representations (Dhillon), in runs
 * short enough to be stopped between, checked before they are handed out. */
#include "lofi-math-private.h"
#include "lofi-tridiagonal-private.h"

#include <cblas.h>
#include <float.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RUN 256             /* eigenvectors asked for at once */
#define TOLERANCE 1e-10     /* of orthogonality and residual, above which all vectors are computed instead */

LofiStatus
lofi_tridiagonal_values (const LofiTridiagonal *t, double *values)
{
  size_t n = t->order;
  for (size_t i = 0; i < n; i++)
    if (!isfinite (t->diagonal[i]) || (i + 1 < n && !isfinite (t->off_diagonal[i])))
      return LOFI_NOT_FINITE;    /* finite entries so large that the reduction overflowed */
  double *e = lofi_doubles_new (n);
  if (!e)
    return LOFI_NO_MEMORY;
  memcpy (values, t->diagonal, n * sizeof (double));
  memcpy (e, t->off_diagonal, (n - 1) * sizeof (double));
  lapack_int order = (lapack_int) n, info = 0;
  LAPACK_dsterf (&order, values, e, &info);
  free (e);
  return info == 0 ? LOFI_OK : LOFI_NO_CONVERGENCE;
}

/* Work space for eigenvectors of T by relatively robust representations. */
typedef struct {
  double *d, *e, *w, *work;
  lapack_int *isuppz, *iwork, lwork, liwork;
} Robust;

static bool
robust_init (Robust *robust, size_t n)
{
  *robust = (Robust) { .lwork = (lapack_int) (18 * n), .liwork = (lapack_int) (10 * n) };
  robust->d = lofi_doubles_new (21 * n);
  robust->iwork = malloc (12 * n * sizeof *robust->iwork);
  if (!robust->d || !robust->iwork)
    return false;
  robust->e = robust->d + n;
  robust->w = robust->e + n;
  robust->work = robust->w + n;
  robust->isuppz = robust->iwork + 10 * n;
  return true;
}

static void
robust_clear (Robust *robust)
{
  free (robust->d);
  free (robust->iwork);
}

/* The vectors number first .. last (from 0) of T into columns of z. False if LAPACK did not give exactly these. */
static bool
robust_run (Robust *robust, const LofiTridiagonal *t, size_t first, size_t last, double *z)
{
  lapack_int n = (lapack_int) t->order, il = (lapack_int) first + 1, iu = (lapack_int) last + 1;
  lapack_int wanted = iu - il + 1, found = 0, robustly = 1, info = 0;
  double unused = 0.0;
  memcpy (robust->d, t->diagonal, (size_t) n * sizeof (double));
  memcpy (robust->e, t->off_diagonal, (size_t) n * sizeof (double));
  LAPACK_dstemr ("V", "I", &n, robust->d, robust->e, &unused, &unused, &il, &iu, &found, robust->w, z, &n, &wanted,
                 robust->isuppz, &robustly, robust->work, &robust->lwork, robust->iwork, &robust->liwork, &info);
  return info == 0 && found == wanted;
}

/* The end (exclusive) of a run that starts at `first`: at most RUN long, cut at its widest gap in the last quarter, since
 * vectors of close eigenvalues are orthogonal only when they are computed together. */
static size_t
run_end (const double *values, size_t first, size_t end)
{
  if (end - first <= RUN)
    return end;
  size_t cut = first + RUN;
  for (size_t i = first + RUN * 3 / 4; i < first + RUN; i++)
    if (values[i] - values[i - 1] > values[cut] - values[cut - 1])
      cut = i;
  return cut;
}

/* Vectors first .. end - 1 of T, those with to[index] >= 0 copied to that column of z. run holds N x RUN numbers. */
static LofiStatus
robust_range (Robust *robust, const LofiTridiagonal *t, const double *values, size_t first, size_t end, const ptrdiff_t *to,
              double *z, double *run, const LofiWatch *watch)
{
  size_t n = t->order;
  while (first < end)
    {
      size_t stop = run_end (values, first, end);
      if (!robust_run (robust, t, first, stop - 1, run))
        return LOFI_NO_CONVERGENCE;
      for (size_t i = first; i < stop; i++)
        if (to[i] >= 0)
          memcpy (z + (size_t) to[i] * n, run + (i - first) * n, n * sizeof (double));
      first = stop;
      if (lofi_watch_stops (watch))
        return LOFI_STOPPED;
    }
  return LOFI_OK;
}

/* Are the columns of z orthonormal eigenvectors of T? One small product tells, so nothing is taken on trust. */
static LofiStatus
verify (const LofiTridiagonal *t, double scale, const LofiPlace *places, size_t count, const double *z)
{
  size_t n = t->order;
  const double *d = t->diagonal, *e = t->off_diagonal;
  for (size_t k = 0; k < count; k++)
    {
      const double *v = z + k * n;
      double squares = 0.0;
      for (size_t i = 0; i < n; i++)
        {
          double r = (d[i] - places[k].value) * v[i];
          r += i > 0 ? e[i - 1] * v[i - 1] : 0.0;
          r += i + 1 < n ? e[i] * v[i + 1] : 0.0;
          squares += r / scale * (r / scale);
        }
      if (!(sqrt (squares) <= TOLERANCE))
        return LOFI_NO_CONVERGENCE;
    }
  LofiMatrix gram;
  LofiStatus status = lofi_matrix_alloc (&gram, count, count);
  if (status != LOFI_OK)
    return status;
  cblas_dsyrk (CblasRowMajor, CblasLower, CblasNoTrans, (int) count, (int) n, 1.0, z, (int) n, 0.0, gram.data, (int) count);
  for (size_t i = 0; i < count && status == LOFI_OK; i++)
    for (size_t j = 0; j <= i; j++)
      if (!(fabs (gram.data[i * count + j] - (i == j ? 1.0 : 0.0)) <= TOLERANCE))
        status = LOFI_NO_CONVERGENCE;
  lofi_matrix_clear (&gram);
  return status;
}

/* As lofi_tridiagonal_some, or LOFI_NO_CONVERGENCE. Negative eigenvalues and the others are one range each: where the places
 * leave gaps in a range a few vectors more than needed are computed. */
static LofiStatus
some_robust (const LofiTridiagonal *t, const double *values, const LofiPlace *places, size_t count, double *z,
             const LofiWatch *watch)
{
  size_t n = t->order, low[2] = { n, n }, high[2] = { 0, 0 };
  Robust robust;
  bool ready = robust_init (&robust, n);
  double *run = lofi_doubles_new (n * lofi_smaller (RUN, n));
  ptrdiff_t *to = malloc (n * sizeof *to);
  LofiStatus status = ready && run && to ? LOFI_OK : LOFI_NO_MEMORY;
  for (size_t i = 0; i < n && status == LOFI_OK; i++)
    to[i] = -1;
  for (size_t k = 0; k < count && status == LOFI_OK; k++)
    {
      size_t index = places[k].index, side = places[k].value < 0.0 ? 0 : 1;
      to[index] = (ptrdiff_t) k;
      low[side] = lofi_smaller (low[side], index);
      high[side] = index + 1 > high[side] ? index + 1 : high[side];
    }
  for (int side = 0; side < 2 && status == LOFI_OK; side++)
    status = robust_range (&robust, t, values, low[side], high[side], to, z, run, watch);
  free (to);
  free (run);
  robust_clear (&robust);
  double scale = fmax (fmax (fabs (values[0]), fabs (values[n - 1])), DBL_MIN);
  return status == LOFI_OK ? verify (t, scale, places, count, z) : status;
}

/* The same from all vectors: slower, larger, and always orthogonal. */
static LofiStatus
some_of_all (const LofiTridiagonal *t, const LofiPlace *places, size_t count, double *z, const LofiWatch *watch)
{
  size_t n = t->order;
  LofiMatrix all;
  LofiStatus status = lofi_matrix_alloc (&all, n, n);
  if (status == LOFI_OK)
    status = lofi_tridiagonal_all (t, all.data, n, watch);
  for (size_t k = 0; k < count && status == LOFI_OK; k++)
    memcpy (z + k * n, all.data + places[k].index * n, n * sizeof (double));
  lofi_matrix_clear (&all);
  return status;
}

LofiStatus
lofi_tridiagonal_some (const LofiTridiagonal *t, const double *values, const LofiPlace *places, size_t count, double *z,
                       const LofiWatch *watch)
{
  LofiStatus status = some_robust (t, values, places, count, z, watch);
  return status == LOFI_NO_CONVERGENCE ? some_of_all (t, places, count, z, watch) : status;
}
