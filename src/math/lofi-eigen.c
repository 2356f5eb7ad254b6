/* Triangles: LAPACK thinks in columns. The lower triangle of a row-major symmetric matrix is, in the same memory read by
 * columns, the upper one: everything below says "U" and never touches the other half. With "U" the reduction goes from the
 * last column to the first and Q = H(N-1) ... H(1), the vector of H(i) in rows 1 .. i-1 of column i+1, entry i being one. */
#include "lofi-eigen.h"
#include "lofi-math-private.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PANEL 32            /* columns reduced between two looks at the watch */
#define UNBLOCKED 128       /* order at which the reduction stops being blocked */
#define REFLECTORS 64       /* reflectors applied together */
#define RUN 256             /* eigenvectors of T asked for at once */
#define TOLERANCE 1e-10     /* of orthogonality and residual, above which the robust solver is called */

/* The two steps of dsytrd, so that there is a place to stop between; LAPACKE does not declare them. The last argument is
 * Fortran's hidden length of the string. */
void dlatrd_ (const char *uplo, const lapack_int *n, const lapack_int *nb, double *a, const lapack_int *lda, double *e,
              double *tau, double *w, const lapack_int *ldw, size_t uplo_length);
void dsytd2_ (const char *uplo, const lapack_int *n, double *a, const lapack_int *lda, double *d, double *e, double *tau,
              lapack_int *info, size_t uplo_length);

/* Of a cubic cost, what is done when `left` of `order` columns remain. */
static double
cubic_share (size_t left, size_t order)
{
  double share = (double) left / (double) order;
  return 1.0 - share * share * share;
}

static bool
lower_is_finite (const LofiMatrix *a)
{
  for (size_t i = 0; i < a->rows; i++)
    {
      LofiMatrix row = { .data = a->data + i * a->stride, .rows = 1, .cols = i + 1, .stride = i + 1 };
      if (!lofi_matrix_is_finite (&row))
        return false;
    }
  return true;
}

/* Q^T A Q = T in place. d, e and tau hold N numbers each. */
static LofiStatus
reduce (double *a, lapack_int n, lapack_int lda, double *d, double *e, double *tau, const LofiWatch *watch)
{
  double *work = lofi_doubles_new ((size_t) n * PANEL);
  if (!work)
    return LOFI_NO_MEMORY;
  LofiStatus status = LOFI_OK;
  lapack_int left = n, panel = PANEL, info = 0;
  while (left > UNBLOCKED && status == LOFI_OK)
    {
      dlatrd_ ("U", &left, &panel, a, &lda, e, tau, work, &n, 1);
      lapack_int rest = left - panel;
      cblas_dsyr2k (CblasColMajor, CblasUpper, CblasNoTrans, rest, panel, -1.0, a + (size_t) rest * lda, lda, work, n, 1.0, a, lda);
      for (lapack_int j = rest; j < left; j++)
        {
          double *column = a + (size_t) j * lda;
          column[j - 1] = e[j - 1];
          d[j] = column[j];
        }
      left = rest;
      lofi_watch_report (watch, cubic_share ((size_t) left, (size_t) n));
      if (lofi_watch_stops (watch))
        status = LOFI_STOPPED;
    }
  if (status == LOFI_OK)
    dsytd2_ ("U", &left, a, &lda, d, e, tau, &info, 1);
  free (work);
  return status;
}

/* The eigenvalues of T, ascending; scratch holds N numbers. */
static LofiStatus
tridiagonal_values (const double *d, const double *e, lapack_int n, double *values, double *scratch)
{
  memcpy (values, d, (size_t) n * sizeof (double));
  memcpy (scratch, e, (size_t) (n - 1) * sizeof (double));
  for (lapack_int i = 0; i < n; i++)
    if (!isfinite (values[i]) || (i + 1 < n && !isfinite (scratch[i])))
      return LOFI_NOT_FINITE;    /* finite entries so large that the reduction overflowed */
  lapack_int info = 0;
  LAPACK_dsterf (&n, values, scratch, &info);
  return info == 0 ? LOFI_OK : LOFI_NO_CONVERGENCE;
}

static bool
is_square (const LofiMatrix *a)
{
  return a->rows > 0 && a->rows == a->cols && lofi_matrix_fits_blas (a);
}

LofiStatus
lofi_symmetric_values (LofiMatrix *a, double *values, const LofiWatch *watch)
{
  if (!is_square (a))
    return LOFI_BAD_SHAPE;
  if (!lower_is_finite (a))
    return LOFI_NOT_FINITE;
  size_t n = a->rows;
  double *d = lofi_doubles_new (4 * n);
  if (!d)
    return LOFI_NO_MEMORY;
  double *e = d + n, *tau = e + n, *scratch = tau + n;
  LofiStatus status = reduce (a->data, (lapack_int) n, (lapack_int) a->stride, d, e, tau, watch);
  if (status == LOFI_OK)
    status = tridiagonal_values (d, e, (lapack_int) n, values, scratch);
  free (d);
  return status;
}

LofiStatus
lofi_spectrum_init (LofiSpectrum *spectrum, const LofiMatrix *a, const LofiWatch *watch)
{
  *spectrum = (LofiSpectrum) { 0 };
  if (!is_square (a))
    return LOFI_BAD_SHAPE;
  if (!lower_is_finite (a))
    return LOFI_NOT_FINITE;
  size_t n = a->rows;
  LofiStatus status = lofi_matrix_alloc (&spectrum->reflectors, n, n);
  if (status != LOFI_OK)
    return status;
  spectrum->order = n;
  spectrum->diagonal = calloc (n, sizeof (double));
  spectrum->off_diagonal = calloc (n, sizeof (double));
  spectrum->tau = calloc (n, sizeof (double));
  spectrum->values = calloc (n, sizeof (double));
  double *scratch = lofi_doubles_new (n);
  if (!spectrum->diagonal || !spectrum->off_diagonal || !spectrum->tau || !spectrum->values || !scratch)
    status = LOFI_NO_MEMORY;
  for (size_t i = 0; i < n && status == LOFI_OK; i++)
    memcpy (spectrum->reflectors.data + i * n, a->data + i * a->stride, (i + 1) * sizeof (double));
  if (status == LOFI_OK)
    status = reduce (spectrum->reflectors.data, (lapack_int) n, (lapack_int) n, spectrum->diagonal, spectrum->off_diagonal,
                     spectrum->tau, watch);
  if (status == LOFI_OK)
    status = tridiagonal_values (spectrum->diagonal, spectrum->off_diagonal, (lapack_int) n, spectrum->values, scratch);
  free (scratch);
  if (status != LOFI_OK)
    lofi_spectrum_clear (spectrum);
  return status;
}

void
lofi_spectrum_clear (LofiSpectrum *spectrum)
{
  lofi_matrix_clear (&spectrum->reflectors);
  free (spectrum->diagonal);
  free (spectrum->off_diagonal);
  free (spectrum->tau);
  free (spectrum->values);
  *spectrum = (LofiSpectrum) { 0 };
}

size_t
lofi_spectrum_bytes (const LofiSpectrum *spectrum)
{
  size_t n = spectrum->order;
  return lofi_matrix_bytes (n, n) + 4 * n * sizeof (double);
}

/* Z <- Q Z for `count` columns of length N (by columns, leading dimension ldz). */
static LofiStatus
apply_reflectors (const LofiSpectrum *spectrum, double *z, lapack_int count, lapack_int ldz, const LofiWatch *watch)
{
  lapack_int n = (lapack_int) spectrum->order, size = REFLECTORS;
  double *work = lofi_doubles_new ((size_t) count * REFLECTORS + REFLECTORS * REFLECTORS);
  if (!work)
    return LOFI_NO_MEMORY;
  double *triangle = work + (size_t) count * REFLECTORS;
  LofiStatus status = LOFI_OK;
  for (lapack_int first = 0; first < n - 1 && status == LOFI_OK; first += size)
    {
      lapack_int number = first + size < n - 1 ? size : n - 1 - first, rows = first + number;
      const double *v = spectrum->reflectors.data + (size_t) (first + 1) * (size_t) n;
      LAPACK_dlarft ("B", "C", &rows, &number, v, &n, spectrum->tau + first, triangle, &size);
      LAPACK_dlarfb ("L", "N", "B", "C", &rows, &count, &number, v, &n, triangle, &size, z, &ldz, work, &count);
      lofi_watch_report (watch, (double) rows / (double) (n - 1));
      if (lofi_watch_stops (watch))
        status = LOFI_STOPPED;
    }
  free (work);
  return status;
}

/* All eigenvectors of T into z (N x N by columns). Divide and conquer, or plain QR where that gives up. */
static LofiStatus
tridiagonal_all (const LofiSpectrum *spectrum, double *z, lapack_int ldz)
{
  lapack_int n = (lapack_int) spectrum->order, info = 0;
  size_t size = spectrum->order, work_size = 1 + 4 * size + size * size;
  if (!lofi_fits_blas (work_size) || !lofi_fits_blas (3 + 5 * size))
    return LOFI_BAD_SHAPE;
  lapack_int lwork = (lapack_int) work_size, liwork = 3 + 5 * n;
  double *d = lofi_doubles_new (2 * size), *work = lofi_doubles_new (work_size);
  lapack_int *iwork = malloc ((size_t) liwork * sizeof *iwork);
  LofiStatus status = d && work && iwork ? LOFI_OK : LOFI_NO_MEMORY;
  for (int attempt = 0; attempt < 2 && status == LOFI_OK; attempt++)
    {
      double *e = d + size;
      memcpy (d, spectrum->diagonal, size * sizeof (double));
      memcpy (e, spectrum->off_diagonal, size * sizeof (double));
      if (attempt == 0)
        LAPACK_dstedc ("I", &n, d, e, z, &ldz, work, &lwork, iwork, &liwork, &info);
      else
        LAPACK_dsteqr ("I", &n, d, e, z, &ldz, work, &info);
      if (info == 0)
        break;
    }
  if (status == LOFI_OK && info != 0)
    status = LOFI_NO_CONVERGENCE;
  free (iwork);
  free (work);
  free (d);
  return status;
}

LofiStatus
lofi_spectrum_all (const LofiSpectrum *spectrum, LofiMatrix *vectors, const LofiWatch *watch)
{
  size_t n = spectrum->order;
  if (n == 0 || vectors->rows != n || vectors->cols != n || !lofi_matrix_fits_blas (vectors))
    return LOFI_BAD_SHAPE;
  LofiStatus status = tridiagonal_all (spectrum, vectors->data, (lapack_int) vectors->stride);
  if (status == LOFI_OK && lofi_watch_stops (watch))
    status = LOFI_STOPPED;
  LofiWatchPart part;
  if (status == LOFI_OK)
    status = apply_reflectors (spectrum, vectors->data, (lapack_int) n, (lapack_int) vectors->stride,
                               lofi_watch_part (&part, watch, 0.5, 1.0));
  if (status == LOFI_OK)
    lofi_matrix_transpose_square (vectors);
  return status;
}

/* An eigenvalue by its place in ascending order. */
typedef struct {
  double value;
  size_t index;
} Place;

static int
by_magnitude (const void *a, const void *b)
{
  const Place *p = a, *q = b;
  double m = fabs (p->value), o = fabs (q->value);
  return m > o ? -1 : m < o ? 1 : (p->index > q->index) - (p->index < q->index);
}

/* All places, the largest magnitude first. NULL without memory. */
static Place *
order_by_magnitude (const LofiSpectrum *spectrum)
{
  size_t n = spectrum->order;
  Place *places = n <= SIZE_MAX / sizeof *places ? malloc (n * sizeof *places) : NULL;
  for (size_t i = 0; places && i < n; i++)
    places[i] = (Place) { .value = spectrum->values[i], .index = i };
  if (places)
    qsort (places, n, sizeof *places, by_magnitude);
  return places;
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
robust_run (Robust *robust, const LofiSpectrum *spectrum, size_t first, size_t last, double *z)
{
  lapack_int n = (lapack_int) spectrum->order, il = (lapack_int) first + 1, iu = (lapack_int) last + 1;
  lapack_int wanted = iu - il + 1, found = 0, robustly = 1, info = 0;
  double unused = 0.0;
  memcpy (robust->d, spectrum->diagonal, (size_t) n * sizeof (double));
  memcpy (robust->e, spectrum->off_diagonal, (size_t) n * sizeof (double));
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
robust_range (Robust *robust, const LofiSpectrum *spectrum, size_t first, size_t end, const ptrdiff_t *to, double *z, double *run,
              const LofiWatch *watch)
{
  size_t n = spectrum->order;
  while (first < end)
    {
      size_t stop = run_end (spectrum->values, first, end);
      if (!robust_run (robust, spectrum, first, stop - 1, run))
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
verify_tridiagonal (const LofiSpectrum *spectrum, const Place *places, size_t keep, const double *z)
{
  size_t n = spectrum->order;
  const double *d = spectrum->diagonal, *e = spectrum->off_diagonal;
  double scale = fmax (fabs (spectrum->values[0]), fabs (spectrum->values[n - 1]));
  for (size_t k = 0; k < keep; k++)
    {
      const double *v = z + k * n;
      double squares = 0.0;
      for (size_t i = 0; i < n; i++)
        {
          double r = (d[i] - places[k].value) * v[i];
          r += i > 0 ? e[i - 1] * v[i - 1] : 0.0;
          r += i + 1 < n ? e[i] * v[i + 1] : 0.0;
          squares += r * r;
        }
      if (!(sqrt (squares) <= TOLERANCE * scale))
        return LOFI_NO_CONVERGENCE;
    }
  LofiMatrix gram;
  LofiStatus status = lofi_matrix_alloc (&gram, keep, keep);
  if (status != LOFI_OK)
    return status;
  cblas_dsyrk (CblasRowMajor, CblasLower, CblasNoTrans, (int) keep, (int) n, 1.0, z, (int) n, 0.0, gram.data, (int) keep);
  for (size_t i = 0; i < keep && status == LOFI_OK; i++)
    for (size_t j = 0; j <= i; j++)
      if (!(fabs (gram.data[i * keep + j] - (i == j ? 1.0 : 0.0)) <= TOLERANCE))
        status = LOFI_NO_CONVERGENCE;
  lofi_matrix_clear (&gram);
  return status;
}

/* The first `keep` places' vectors of T by robust representations, z N x keep by columns. Negative eigenvalues and the others
 * are one range each: with ties inside a range a few vectors more than needed are computed. */
static LofiStatus
leading_robust (const LofiSpectrum *spectrum, const Place *places, size_t keep, double *z, const LofiWatch *watch)
{
  size_t n = spectrum->order, low[2] = { n, n }, high[2] = { 0, 0 };
  Robust robust;
  bool ready = robust_init (&robust, n);
  double *run = lofi_doubles_new (n * lofi_smaller (RUN, n));
  ptrdiff_t *to = malloc (n * sizeof *to);
  LofiStatus status = ready && run && to ? LOFI_OK : LOFI_NO_MEMORY;
  for (size_t i = 0; i < n && status == LOFI_OK; i++)
    to[i] = -1;
  for (size_t k = 0; k < keep && status == LOFI_OK; k++)
    {
      size_t index = places[k].index, side = places[k].value < 0.0 ? 0 : 1;
      to[index] = (ptrdiff_t) k;
      low[side] = lofi_smaller (low[side], index);
      high[side] = index + 1 > high[side] ? index + 1 : high[side];
    }
  for (int side = 0; side < 2 && status == LOFI_OK; side++)
    status = robust_range (&robust, spectrum, low[side], high[side], to, z, run, watch);
  free (to);
  free (run);
  robust_clear (&robust);
  return status == LOFI_OK ? verify_tridiagonal (spectrum, places, keep, z) : status;
}

/* The same from all vectors of T: slower, larger, and always orthogonal. */
static LofiStatus
leading_from_all (const LofiSpectrum *spectrum, const Place *places, size_t keep, double *z)
{
  size_t n = spectrum->order;
  LofiMatrix all;
  LofiStatus status = lofi_matrix_alloc (&all, n, n);
  if (status == LOFI_OK)
    status = tridiagonal_all (spectrum, all.data, (lapack_int) n);
  for (size_t k = 0; k < keep && status == LOFI_OK; k++)
    memcpy (z + k * n, all.data + places[k].index * n, n * sizeof (double));
  lofi_matrix_clear (&all);
  return status;
}

LofiStatus
lofi_spectrum_leading (const LofiSpectrum *spectrum, size_t keep, double *values, LofiMatrix *vectors, const LofiWatch *watch)
{
  size_t n = spectrum->order;
  if (n == 0 || keep == 0 || keep > n || vectors->rows != n || vectors->cols != keep || 18 > INT_MAX / n)
    return LOFI_BAD_SHAPE;
  LofiMatrix z;    /* keep x N: each vector a row, which is a column to LAPACK */
  LofiStatus status = lofi_matrix_alloc (&z, keep, n);
  if (status != LOFI_OK)
    return status;
  Place *places = order_by_magnitude (spectrum);
  if (!places)
    status = LOFI_NO_MEMORY;
  if (status == LOFI_OK)
    status = leading_robust (spectrum, places, keep, z.data, watch);
  if (status == LOFI_NO_CONVERGENCE)
    status = leading_from_all (spectrum, places, keep, z.data);
  LofiWatchPart part;
  if (status == LOFI_OK)
    status = apply_reflectors (spectrum, z.data, (lapack_int) keep, (lapack_int) n, lofi_watch_part (&part, watch, 0.5, 1.0));
  for (size_t k = 0; k < keep && status == LOFI_OK; k++)
    {
      values[k] = places[k].value;
      for (size_t i = 0; i < n; i++)
        vectors->data[i * vectors->stride + k] = z.data[k * n + i];
    }
  if (status == LOFI_OK)
    lofi_orient_columns (vectors);
  free (places);
  lofi_matrix_clear (&z);
  return status;
}

void
lofi_orient_columns (LofiMatrix *vectors)
{
  for (size_t k = 0; k < vectors->cols; k++)
    {
      double *column = vectors->data + k, peak = 0.0;
      for (size_t i = 0; i < vectors->rows; i++)
        if (fabs (column[i * vectors->stride]) > fabs (peak))
          peak = column[i * vectors->stride];
      for (size_t i = 0; i < vectors->rows && peak < 0.0; i++)
        column[i * vectors->stride] = -column[i * vectors->stride];
    }
}

LofiStatus
lofi_eigen_residual (const LofiMatrix *a, const double *values, const LofiMatrix *vectors, double *residual)
{
  size_t n = a->rows, keep = vectors->cols;
  if (!is_square (a) || vectors->rows != n || keep == 0 || !lofi_matrix_fits_blas (vectors))
    return LOFI_BAD_SHAPE;
  LofiMatrix image, squares;
  LofiStatus status = lofi_matrix_alloc (&image, n, keep);
  if (status != LOFI_OK)
    return status;
  status = lofi_matrix_alloc (&squares, 1, keep);
  if (status == LOFI_OK)
    {
      cblas_dsymm (CblasRowMajor, CblasLeft, CblasLower, (int) n, (int) keep, 1.0, a->data, (int) a->stride, vectors->data,
                   (int) vectors->stride, 0.0, image.data, (int) keep);
      for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < keep; k++)
          {
            double r = image.data[i * keep + k] - values[k] * vectors->data[i * vectors->stride + k];
            squares.data[k] += r * r;
          }
      double largest = 0.0;
      for (size_t k = 0; k < keep && !isnan (largest); k++)
        if (!(squares.data[k] <= largest))    /* a NaN counts as the largest */
          largest = squares.data[k];
      *residual = sqrt (largest);
    }
  lofi_matrix_clear (&squares);
  lofi_matrix_clear (&image);
  return status;
}
