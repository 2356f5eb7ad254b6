#include "lofi-subspace.h"
#include "lofi-eigen.h"
#include "lofi-math-private.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>

#define DEPENDENT 1e-10     /* of the longest column: what is left of a column counts as rounding below it */

/* A basis under construction: unit vectors, rows of `rows` (k x N), `rank` of them so far. */
typedef struct {
  LofiMatrix rows;
  double *products;         /* k numbers of work */
  size_t rank;
} Basis;

static LofiStatus
basis_init (Basis *basis, size_t length, size_t most)
{
  *basis = (Basis) { 0 };
  LofiStatus status = lofi_matrix_alloc (&basis->rows, most, length);
  if (status == LOFI_OK && !(basis->products = lofi_doubles_new (most)))
    status = LOFI_NO_MEMORY;
  return status;
}

static void
basis_clear (Basis *basis)
{
  lofi_matrix_clear (&basis->rows);
  free (basis->products);
}

/* The next free row, made orthogonal to those before it (Gram and Schmidt, twice: once leaves errors of eps over what is left), joins
 * them as a unit vector if what is left of it is longer than `least`. */
static bool
basis_join (Basis *basis, double least)
{
  int n = (int) basis->rows.cols, rank = (int) basis->rank;
  double *row = basis->rows.data + basis->rank * basis->rows.stride;
  for (int pass = 0; pass < 2 && rank > 0; pass++)
    {
      cblas_dgemv (CblasRowMajor, CblasNoTrans, rank, n, 1.0, basis->rows.data, n, row, 1, 0.0, basis->products, 1);
      cblas_dgemv (CblasRowMajor, CblasTrans, rank, n, -1.0, basis->rows.data, n, basis->products, 1, 1.0, row, 1);
    }
  double norm = cblas_dnrm2 (n, row, 1);
  if (!(norm > least))
    return false;
  for (int j = 0; j < n; j++)
    row[j] /= norm;
  basis->rank++;
  return true;
}

static double
longest_column (const LofiMatrix *a)
{
  double longest = 0.0;
  for (size_t j = 0; j < a->cols; j++)
    longest = fmax (longest, cblas_dnrm2 ((int) a->rows, a->data + j, (int) a->stride));
  return longest;
}

static LofiStatus
basis_of_columns (const LofiMatrix *a, Basis *basis)
{
  *basis = (Basis) { 0 };
  if (a->rows == 0 || a->cols == 0 || a->cols > a->rows || !lofi_matrix_fits_blas (a))
    return LOFI_BAD_SHAPE;
  if (!lofi_matrix_is_finite (a))
    return LOFI_NOT_FINITE;
  LofiStatus status = basis_init (basis, a->rows, a->cols);
  double least = DEPENDENT * longest_column (a);
  for (size_t j = 0; j < a->cols && status == LOFI_OK; j++)
    {
      cblas_dcopy ((int) a->rows, a->data + j, (int) a->stride, basis->rows.data + basis->rank * basis->rows.stride, 1);
      basis_join (basis, least);
    }
  return status;
}

/* The basis as the leading columns of q, the others zero. */
static void
basis_write (const Basis *basis, LofiMatrix *q)
{
  for (size_t i = 0; i < q->rows; i++)
    for (size_t j = 0; j < q->cols; j++)
      q->data[i * q->stride + j] = j < basis->rank ? basis->rows.data[j * basis->rows.stride + i] : 0.0;
}

LofiStatus
lofi_orthonormal_basis (const LofiMatrix *a, LofiMatrix *q, size_t *rank)
{
  if (q->rows != a->rows || q->cols != a->cols)
    return LOFI_BAD_SHAPE;
  Basis basis;
  LofiStatus status = basis_of_columns (a, &basis);
  if (status == LOFI_OK)
    {
      basis_write (&basis, q);
      *rank = basis.rank;
    }
  basis_clear (&basis);
  return status;
}

LofiStatus
lofi_subspace_overlap (const LofiMatrix *a, const LofiMatrix *b, double *overlap)
{
  if (a->rows != b->rows)
    return LOFI_BAD_SHAPE;
  Basis of_a, of_b = { 0 };
  LofiMatrix products = { 0 };
  LofiStatus status = basis_of_columns (a, &of_a);
  if (status == LOFI_OK)
    status = basis_of_columns (b, &of_b);
  size_t smaller = lofi_smaller (of_a.rank, of_b.rank);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&products, of_a.rank, of_b.rank);
  if (status == LOFI_OK && smaller > 0)
    {
      int n = (int) a->rows;
      double squares = 0.0;
      cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (int) of_a.rank, (int) of_b.rank, n, 1.0, of_a.rows.data, n,
                   of_b.rows.data, n, 0.0, products.data, (int) of_b.rank);
      for (size_t i = 0; i < of_a.rank * of_b.rank; i++)
        squares += products.data[i] * products.data[i];
      *overlap = fmin (squares / (double) smaller, 1.0);
    }
  else if (status == LOFI_OK)
    *overlap = 0.0;
  lofi_matrix_clear (&products);
  basis_clear (&of_a);
  basis_clear (&of_b);
  return status;
}

LofiStatus
lofi_direction_overlaps (const LofiMatrix *v, const LofiMatrix *basis, double *overlaps)
{
  if (v->rows != basis->rows || v->cols == 0 || !lofi_matrix_fits_blas (v))
    return LOFI_BAD_SHAPE;
  if (!lofi_matrix_is_finite (v))
    return LOFI_NOT_FINITE;
  Basis span;
  LofiStatus status = basis_of_columns (basis, &span);
  double *unit = status == LOFI_OK ? lofi_doubles_new (v->rows) : NULL;
  if (status == LOFI_OK && !unit)
    status = LOFI_NO_MEMORY;
  int n = (int) v->rows, rank = (int) span.rank;
  for (size_t k = 0; k < v->cols && status == LOFI_OK; k++)
    {
      double norm = cblas_dnrm2 (n, v->data + k, (int) v->stride);
      overlaps[k] = 0.0;
      if (!(norm > 0.0) || rank == 0)
        continue;
      for (int i = 0; i < n; i++)
        unit[i] = v->data[(size_t) i * v->stride + k] / norm;
      cblas_dgemv (CblasRowMajor, CblasNoTrans, rank, n, 1.0, span.rows.data, n, unit, 1, 0.0, span.products, 1);
      overlaps[k] = fmin (cblas_ddot (rank, span.products, 1, span.products, 1), 1.0);
    }
  free (unit);
  basis_clear (&span);
  return status;
}

/* The k leading eigenvectors of the smaller Gram matrix of a, and the roots of its eigenvalues. */
static LofiStatus
gram_pairs (const LofiMatrix *a, size_t k, double *singular, LofiMatrix *vectors, const LofiWatch *watch)
{
  bool wide = a->rows <= a->cols;
  size_t order = wide ? a->rows : a->cols, other = wide ? a->cols : a->rows;
  LofiMatrix gram;
  LofiSpectrum spectrum = { 0 };
  LofiWatchPart part;
  LofiStatus status = lofi_matrix_alloc (&gram, order, order);
  if (status == LOFI_OK)
    {
      cblas_dsyrk (CblasRowMajor, CblasLower, wide ? CblasNoTrans : CblasTrans, (int) order, (int) other, 1.0, a->data,
                   (int) a->stride, 0.0, gram.data, (int) order);
      lofi_matrix_mirror_lower (&gram);
      status = lofi_spectrum_init (&spectrum, &gram, lofi_watch_part (&part, watch, 0.0, 0.8));
    }
  if (status == LOFI_OK)
    {
      status = lofi_spectrum_leading (&spectrum, k, singular, vectors, lofi_watch_part (&part, watch, 0.8, 1.0));
      lofi_spectrum_clear (&spectrum);
    }
  /* None is negative but by rounding, and by magnitude they are in order. */
  for (size_t j = 0; j < k && status == LOFI_OK; j++)
    singular[j] = sqrt (fabs (singular[j]));
  lofi_matrix_clear (&gram);
  return status;
}

/* One more vector at right angles to those there are: of N axes at least one is sqrt (1 - rank / N) away from their span. *axis: the first
 * axis not tried yet; one that was refused stays so. */
static void
basis_complete (Basis *basis, size_t *axis)
{
  size_t n = basis->rows.cols;
  double *row = basis->rows.data + basis->rank * basis->rows.stride, least = 0.5 / sqrt ((double) n);
  bool joined = false;
  while (!joined && *axis < n)
    {
      for (size_t i = 0; i < n; i++)
        row[i] = i == *axis ? 1.0 : 0.0;
      ++*axis;
      joined = basis_join (basis, least);
    }
}

/* U from A V: its columns are s_k u_k. Where A has no rank left, any direction at right angles to the others will do. */
static LofiStatus
left_vectors (const LofiMatrix *a, const LofiMatrix *v, LofiMatrix *u)
{
  size_t n = a->rows, k = v->cols;
  Basis basis;
  LofiStatus status = basis_init (&basis, n, k);
  if (status == LOFI_OK)
    {
      cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) n, (int) k, (int) a->cols, 1.0, a->data, (int) a->stride,
                   v->data, (int) v->stride, 0.0, u->data, (int) u->stride);
      double least = DEPENDENT * longest_column (u);
      size_t axis = 0;
      for (size_t j = 0; j < k; j++)
        {
          cblas_dcopy ((int) n, u->data + j, (int) u->stride, basis.rows.data + j * basis.rows.stride, 1);
          if (!basis_join (&basis, least))
            basis_complete (&basis, &axis);
        }
      basis_write (&basis, u);
    }
  basis_clear (&basis);
  return status;
}

LofiStatus
lofi_leading_left_vectors (const LofiMatrix *a, size_t k, LofiMatrix *u, double *singular, const LofiWatch *watch)
{
  bool wide = a->rows <= a->cols;
  if (k == 0 || k > lofi_smaller (a->rows, a->cols) || u->rows != a->rows || u->cols != k || !lofi_matrix_fits_blas (a)
      || !lofi_matrix_fits_blas (u))
    return LOFI_BAD_SHAPE;
  if (!lofi_matrix_is_finite (a))
    return LOFI_NOT_FINITE;
  double *values = lofi_doubles_new (k);
  LofiMatrix right = { 0 };
  LofiStatus status = values ? LOFI_OK : LOFI_NO_MEMORY;
  if (status == LOFI_OK && !wide)
    status = lofi_matrix_alloc (&right, a->cols, k);
  if (status == LOFI_OK)
    status = gram_pairs (a, k, values, wide ? u : &right, watch);
  if (status == LOFI_OK && !wide)
    status = left_vectors (a, &right, u);
  if (status == LOFI_OK)
    lofi_orient_columns (u);
  for (size_t j = 0; j < k && singular && status == LOFI_OK; j++)
    singular[j] = values[j];
  lofi_matrix_clear (&right);
  free (values);
  return status;
}

LofiStatus
lofi_energy_within (const LofiMatrix *q, const LofiMatrix *a, double *share)
{
  size_t r = q->cols, h = a->cols;
  if (q->rows != a->rows || a->rows == 0 || r == 0 || h == 0 || !lofi_matrix_fits_blas (q) || !lofi_matrix_fits_blas (a))
    return LOFI_BAD_SHAPE;
  LofiMatrix products;
  LofiStatus status = lofi_matrix_alloc (&products, r, h);
  if (status != LOFI_OK)
    return status;
  cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, (int) r, (int) h, (int) a->rows, 1.0, q->data, (int) q->stride, a->data,
               (int) a->stride, 0.0, products.data, (int) h);
  double within = 0.0, whole = 0.0;
  for (size_t i = 0; i < r; i++)
    within += cblas_ddot ((int) h, products.data + i * h, 1, products.data + i * h, 1);
  for (size_t i = 0; i < a->rows; i++)
    whole += cblas_ddot ((int) h, a->data + i * a->stride, 1, a->data + i * a->stride, 1);
  lofi_matrix_clear (&products);
  if (!isfinite (within) || !isfinite (whole))
    return LOFI_NOT_FINITE;
  *share = whole > 0.0 ? within / whole : 0.0;
  return LOFI_OK;
}

/* ---- least squares ---- */

#define DEPENDENT_SQUARE 1e-12     /* of a standardised column: what the others leave of its squares counts as rounding below it */

/* The columns of a less their means, each of unit length; constant ones are zero. */
static LofiStatus
standardise (const LofiMatrix *a, LofiMatrix *out)
{
  LofiStatus status = lofi_matrix_alloc (out, a->rows, a->cols);
  double *sums = status == LOFI_OK ? lofi_doubles_new (3 * a->cols) : NULL;
  if (status == LOFI_OK && !sums)
    status = LOFI_NO_MEMORY;
  if (status != LOFI_OK)
    return status;
  double *means = sums, *lengths = sums + a->cols, *largest = sums + 2 * a->cols, n = (double) a->rows;
  for (size_t j = 0; j < 3 * a->cols; j++)
    sums[j] = 0.0;
  for (size_t i = 0; i < a->rows; i++)
    for (size_t j = 0; j < a->cols; j++)
      means[j] += a->data[i * a->stride + j] / n;
  for (size_t i = 0; i < a->rows; i++)
    for (size_t j = 0; j < a->cols; j++)
      {
        double x = a->data[i * a->stride + j];
        out->data[i * out->stride + j] = x - means[j];
        lengths[j] += (x - means[j]) * (x - means[j]);
        largest[j] = fmax (largest[j], fabs (x));
      }
  for (size_t j = 0; j < a->cols; j++)
    lengths[j] = sqrt (lengths[j]) > 1e-13 * largest[j] * sqrt (n) ? 1.0 / sqrt (lengths[j]) : 0.0;
  for (size_t i = 0; i < a->rows; i++)
    for (size_t j = 0; j < a->cols; j++)
      out->data[i * out->stride + j] *= lengths[j];
  free (sums);
  return LOFI_OK;
}

/* G = U^T U with pivots, then |U^-T b|^2 for every target's b. */
static LofiStatus
shares_of_gram (LofiMatrix *gram, const LofiMatrix *products, double *shares)
{
  lapack_int k = (lapack_int) gram->rows, rank = 0, stride = (lapack_int) gram->stride;
  lapack_int *pivots = calloc (gram->rows, sizeof (lapack_int));
  double *b = lofi_doubles_new (gram->rows);
  LofiStatus status = pivots && b ? LOFI_OK : LOFI_NO_MEMORY;
  /* Symmetric, so that the order of storage is of no concern. info > 0 says that the rank is not full. */
  if (status == LOFI_OK && LAPACKE_dpstrf (LAPACK_COL_MAJOR, 'U', k, gram->data, stride, pivots, &rank, DEPENDENT_SQUARE) < 0)
    status = LOFI_NO_CONVERGENCE;
  for (size_t c = 0; c < products->cols && status == LOFI_OK; c++)
    {
      for (lapack_int j = 0; j < rank; j++)
        b[j] = products->data[(size_t) (pivots[j] - 1) * products->stride + c];
      if (rank > 0)
        cblas_dtrsv (CblasColMajor, CblasUpper, CblasTrans, CblasNonUnit, (int) rank, gram->data, (int) stride, b, 1);
      shares[c] = fmin (rank > 0 ? cblas_ddot ((int) rank, b, 1, b, 1) : 0.0, 1.0);
    }
  free (pivots);
  free (b);
  return status;
}

LofiStatus
lofi_explained_shares (const LofiMatrix *features, const LofiMatrix *targets, double *shares)
{
  size_t n = features->rows, k = features->cols, count = targets->cols;
  if (targets->rows != n || n < 2 || k == 0 || count == 0 || !lofi_matrix_fits_blas (features) || !lofi_matrix_fits_blas (targets))
    return LOFI_BAD_SHAPE;
  if (!lofi_matrix_is_finite (features) || !lofi_matrix_is_finite (targets))
    return LOFI_NOT_FINITE;
  LofiMatrix f = { 0 }, t = { 0 }, gram = { 0 }, products = { 0 };
  LofiStatus status = standardise (features, &f);
  if (status == LOFI_OK)
    status = standardise (targets, &t);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&gram, k, k);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&products, k, count);
  if (status == LOFI_OK)
    {
      cblas_dsyrk (CblasRowMajor, CblasLower, CblasTrans, (int) k, (int) n, 1.0, f.data, (int) k, 0.0, gram.data, (int) k);
      cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, (int) k, (int) count, (int) n, 1.0, f.data, (int) k, t.data, (int) count, 0.0,
                   products.data, (int) count);
      status = shares_of_gram (&gram, &products, shares);
    }
  lofi_matrix_clear (&f);
  lofi_matrix_clear (&t);
  lofi_matrix_clear (&gram);
  lofi_matrix_clear (&products);
  return status;
}
