/* Triangles: LAPACK thinks in columns. The lower triangle of a row-major symmetric matrix is, in the same memory read by
 * columns, the upper one: everything below says "U" and never touches the other half. With "U" the reduction goes from the
 * last column to the first and Q = H(N-1) ... H(1), the vector of H(i) in rows 1 .. i-1 of column i+1, entry i being one. */
#include "lofi-eigen.h"
#include "lofi-math-private.h"
#include "lofi-tridiagonal-private.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PANEL 32            /* columns reduced between two looks at the watch */
#define UNBLOCKED 128       /* order at which the reduction stops being blocked */
#define REFLECTORS 64       /* reflectors applied together */

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

LofiStatus
lofi_tridiagonal_reduce (LofiMatrix *matrix, double *d, double *e, double *tau, const LofiWatch *watch)
{
  double *a = matrix->data;
  lapack_int n = (lapack_int) matrix->rows, lda = (lapack_int) matrix->stride;
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
  double *d = lofi_doubles_new (3 * n);
  if (!d)
    return LOFI_NO_MEMORY;
  double *e = d + n, *tau = e + n;
  LofiTridiagonal t = { .order = n, .diagonal = d, .off_diagonal = e };
  LofiStatus status = lofi_tridiagonal_reduce (a, d, e, tau, watch);
  if (status == LOFI_OK)
    status = lofi_tridiagonal_values (&t, values);
  free (d);
  return status;
}

static LofiTridiagonal
tridiagonal_of (const LofiSpectrum *spectrum)
{
  return (LofiTridiagonal) { .order = spectrum->order, .diagonal = spectrum->diagonal, .off_diagonal = spectrum->off_diagonal };
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
  if (!spectrum->diagonal || !spectrum->off_diagonal || !spectrum->tau || !spectrum->values)
    status = LOFI_NO_MEMORY;
  for (size_t i = 0; i < n && status == LOFI_OK; i++)
    memcpy (spectrum->reflectors.data + i * n, a->data + i * a->stride, (i + 1) * sizeof (double));
  if (status == LOFI_OK)
    status = lofi_tridiagonal_reduce (&spectrum->reflectors, spectrum->diagonal, spectrum->off_diagonal, spectrum->tau, watch);
  if (status == LOFI_OK)
    {
      LofiTridiagonal t = tridiagonal_of (spectrum);
      status = lofi_tridiagonal_values (&t, spectrum->values);
    }
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

LofiStatus
lofi_spectrum_all (const LofiSpectrum *spectrum, LofiMatrix *vectors, const LofiWatch *watch)
{
  size_t n = spectrum->order;
  if (n == 0 || vectors->rows != n || vectors->cols != n || !lofi_matrix_fits_blas (vectors))
    return LOFI_BAD_SHAPE;
  LofiTridiagonal t = tridiagonal_of (spectrum);
  LofiWatchPart part;
  LofiStatus status = lofi_tridiagonal_all (&t, vectors->data, vectors->stride, lofi_watch_part (&part, watch, 0.0, 0.5));
  if (status == LOFI_OK && lofi_watch_stops (watch))
    status = LOFI_STOPPED;
  if (status == LOFI_OK)
    status = apply_reflectors (spectrum, vectors->data, (lapack_int) n, (lapack_int) vectors->stride,
                               lofi_watch_part (&part, watch, 0.5, 1.0));
  if (status == LOFI_OK)
    lofi_matrix_transpose_square (vectors);
  return status;
}

static int
by_magnitude (const void *a, const void *b)
{
  const LofiPlace *p = a, *q = b;
  double m = fabs (p->value), o = fabs (q->value);
  return m > o ? -1 : m < o ? 1 : (p->index > q->index) - (p->index < q->index);
}

/* All places, the largest magnitude first. NULL without memory. */
static LofiPlace *
order_by_magnitude (const LofiSpectrum *spectrum)
{
  size_t n = spectrum->order;
  LofiPlace *places = n <= SIZE_MAX / sizeof *places ? malloc (n * sizeof *places) : NULL;
  for (size_t i = 0; places && i < n; i++)
    places[i] = (LofiPlace) { .value = spectrum->values[i], .index = i };
  if (places)
    qsort (places, n, sizeof *places, by_magnitude);
  return places;
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
  LofiWatchPart part;
  LofiPlace *places = order_by_magnitude (spectrum);
  if (!places)
    status = LOFI_NO_MEMORY;
  if (status == LOFI_OK)
    {
      LofiTridiagonal t = tridiagonal_of (spectrum);
      status = lofi_tridiagonal_some (&t, spectrum->values, places, keep, z.data, lofi_watch_part (&part, watch, 0.0, 0.5));
    }
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
