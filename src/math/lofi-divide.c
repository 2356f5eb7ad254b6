/* All eigenvectors of a tridiagonal matrix by divide and conquer (Cuppen; Gu and Eisenstat), like LAPACK's dstedc but with the
 * last merges done here, in pieces: at N = 4000 dstedc is one call of two seconds, and nobody could stop it.
 *
 *   T = ( T1     )  +  rho u u^T,   T1 = Q1 D1 Q1^T,  T2 = Q2 D2 Q2^T,
 *       (     T2 )
 *
 * so T is similar to D + rho z z^T with z from the last row of Q1 and the first of Q2. dlaed2 deflates and groups the columns of
 * Q1 and Q2; the K eigenvalues left are roots of a secular equation, one dlaed4 each; the eigenvectors come from a z computed
 * back from the roots, which makes them orthogonal however close the roots are. */
#include "lofi-math-private.h"
#include "lofi-tridiagonal-private.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEAF 500            /* order up to which dstedc does all: a hundredth of a second */
#define COLUMNS 128         /* roots, or vectors, between two looks at the watch */

/* LAPACK's own steps of dstedc; LAPACKE does not declare them. */
void dlaed2_ (lapack_int *k, const lapack_int *n, const lapack_int *n1, double *d, double *q, const lapack_int *ldq,
              lapack_int *indxq, double *rho, double *z, double *dlamda, double *w, double *q2, lapack_int *indx,
              lapack_int *indxc, lapack_int *indxp, lapack_int *coltyp, lapack_int *info);
void dlaed4_ (const lapack_int *n, const lapack_int *i, const double *d, const double *z, double *delta, const double *rho,
              double *dlam, lapack_int *info);
void dlamrg_ (const lapack_int *n1, const lapack_int *n2, const double *a, const lapack_int *strd1, const lapack_int *strd2,
              lapack_int *index);

typedef struct {
  size_t order;
  double *z;
  lapack_int ldz;
  double *d, *e;            /* N each: T, scaled; eigenvalues replace d */
  double *update, *poles, *weights, *fresh;    /* N each */
  double *grouped;          /* N x COLUMNS: vectors of the merged problem in the order of dlaed2's groups */
  double *store;            /* N x N: dlaed2's copy of the vectors; leaf work space; the final sorting */
  lapack_int *sorted;       /* N: per solved block, the order that sorts its eigenvalues, from 1 */
  lapack_int *places, *groups, *scratch, *types;    /* N each, dlaed2's */
  double done, whole;       /* of the merges' cubic cost */
  const LofiWatch *watch;
} Divide;

static void
divide_clear (Divide *x)
{
  free (x->d);
  free (x->store);
  free (x->sorted);
}

static LofiStatus
divide_init (Divide *x, const LofiTridiagonal *t, double *z, size_t ldz, const LofiWatch *watch)
{
  size_t n = t->order;
  *x = (Divide) { .order = n, .z = z, .ldz = (lapack_int) ldz, .whole = 4.0 / 3.0 * pow ((double) n, 3.0), .watch = watch };
  x->d = lofi_doubles_new ((6 + COLUMNS) * n);
  x->store = lofi_doubles_new (n * n + 4 * n + 1);    /* dstedc wants so much of a leaf */
  x->sorted = malloc ((5 * n + 5 * LEAF + 3) * sizeof *x->sorted);
  if (!x->d || !x->store || !x->sorted)
    return LOFI_NO_MEMORY;
  x->e = x->d + n;
  x->update = x->e + n;
  x->poles = x->update + n;
  x->weights = x->poles + n;
  x->fresh = x->weights + n;
  x->grouped = x->fresh + n;
  x->places = x->sorted + n;
  x->groups = x->places + n;
  x->scratch = x->groups + n;
  x->types = x->scratch + n;

  double largest = 0.0;
  for (size_t i = 0; i < n; i++)
    largest = fmax (largest, fmax (fabs (t->diagonal[i]), i + 1 < n ? fabs (t->off_diagonal[i]) : 0.0));
  double scale = largest > 0.0 ? largest : 1.0;    /* the vectors do not depend on it, and products of entries stay finite */
  for (size_t i = 0; i < n; i++)
    {
      x->d[i] = t->diagonal[i] / scale;
      x->e[i] = i + 1 < n ? t->off_diagonal[i] / scale : 0.0;
      memset (z + i * ldz, 0, n * sizeof (double));
    }
  return LOFI_OK;
}

static bool
advance (Divide *x, double cost)
{
  x->done += cost;
  lofi_watch_report (x->watch, x->done / x->whole);
  return !lofi_watch_stops (x->watch);
}

/* A block solved whole; by plain QR if divide and conquer gives up. */
static LofiStatus
solve_leaf (Divide *x, size_t first, size_t size)
{
  lapack_int n = (lapack_int) size, info = 0, lwork = 1 + 4 * n + n * n, liwork = 3 + 5 * n;
  double *d = x->d + first, *e = x->update, *kept = x->poles, *q = x->z + first + first * (size_t) x->ldz;
  memcpy (e, x->e + first, size * sizeof (double));
  memcpy (kept, d, size * sizeof (double));
  LAPACK_dstedc ("I", &n, d, e, q, &x->ldz, x->store, &lwork, x->places, &liwork, &info);
  if (info != 0)
    {
      memcpy (e, x->e + first, size * sizeof (double));
      memcpy (d, kept, size * sizeof (double));
      LAPACK_dsteqr ("I", &n, d, e, q, &x->ldz, x->store, &info);
    }
  for (lapack_int i = 0; i < n; i++)
    x->sorted[first + (size_t) i] = i + 1;
  return info == 0 ? LOFI_OK : LOFI_NO_CONVERGENCE;
}

/* The K roots into d, and the distances pole_i - root_j into the first K rows and columns of q. */
static LofiStatus
find_roots (Divide *x, lapack_int k, double rho, double *d, double *q, double cost)
{
  for (lapack_int j = 1; j <= k; j++)
    {
      lapack_int info = 0;
      dlaed4_ (&k, &j, x->poles, x->weights, q + (size_t) (j - 1) * (size_t) x->ldz, &rho, d + j - 1, &info);
      if (info != 0)
        return LOFI_NO_CONVERGENCE;
      if (j % COLUMNS == 0 && !advance (x, cost * COLUMNS / (double) k))
        return LOFI_STOPPED;
    }
  return LOFI_OK;
}

/* The z whose secular equation has exactly these roots: |z_i|^2 is the product of (root_j - pole_i) / (pole_j - pole_i) over all j,
 * the denominator left out for j = i, up to a common factor. */
static void
recompute_weights (Divide *x, size_t k, const double *q)
{
  for (size_t i = 0; i < k; i++)
    x->fresh[i] = q[i * (size_t) x->ldz + i];
  for (size_t j = 0; j < k; j++)
    {
      const double *distance = q + j * (size_t) x->ldz;
      for (size_t i = 0; i < j; i++)
        x->fresh[i] *= distance[i] / (x->poles[i] - x->poles[j]);
      for (size_t i = j + 1; i < k; i++)
        x->fresh[i] *= distance[i] / (x->poles[i] - x->poles[j]);
    }
  for (size_t i = 0; i < k; i++)
    x->weights[i] = copysign (sqrt (fabs (x->fresh[i])), x->weights[i]);
}

/* Column j of the merged problem's vectors, normalised, its entries in the order of the groups. For one or two roots dlaed4
 * gives the vector itself in place of the distances. */
static void
group_vector (const Divide *x, size_t k, const double *distance, double *entries, double *to)
{
  double squares = 0.0;
  for (size_t i = 0; i < k; i++)
    {
      entries[i] = k <= 2 ? distance[i] : x->weights[i] / distance[i];
      squares += entries[i] * entries[i];
    }
  double norm = sqrt (squares);
  for (size_t i = 0; i < k; i++)
    to[i] = entries[x->groups[i] - 1] / norm;
}

/* Q <- (Q1, Q2) times the merged vectors. The groups: columns with entries above the cut only (a), in both parts (b), below
 * only (c), so that the upper part of Q is a product with a and b, the lower with b and c. */
static LofiStatus
multiply_groups (Divide *x, lapack_int n, lapack_int cut, lapack_int k, double *q, double cost)
{
  lapack_int a = x->types[0], b = x->types[1], c = x->types[2], above = a + b, below = b + c, rest = n - cut;
  const double *upper = x->store, *lower = x->store + (size_t) cut * (size_t) above;
  for (lapack_int first = 0; first < k; first += COLUMNS)
    {
      lapack_int count = first + COLUMNS < k ? COLUMNS : k - first;
      double *to = q + (size_t) first * (size_t) x->ldz;
      for (lapack_int j = 0; j < count; j++)
        group_vector (x, (size_t) k, to + (size_t) j * (size_t) x->ldz, x->fresh, x->grouped + (size_t) j * (size_t) k);
      for (lapack_int j = 0; j < count; j++)
        memset (to + (size_t) j * (size_t) x->ldz, 0, (size_t) n * sizeof (double));
      if (above > 0)
        cblas_dgemm (CblasColMajor, CblasNoTrans, CblasNoTrans, cut, count, above, 1.0, upper, cut, x->grouped, k, 0.0, to, x->ldz);
      if (below > 0)
        cblas_dgemm (CblasColMajor, CblasNoTrans, CblasNoTrans, rest, count, below, 1.0, lower, rest, x->grouped + a, k, 0.0,
                     to + cut, x->ldz);
      if (!advance (x, cost * (double) count / (double) k))
        return LOFI_STOPPED;
    }
  return LOFI_OK;
}

/* Two solved neighbours, of sizes cut and size - cut, become one. */
static LofiStatus
merge (Divide *x, size_t first, size_t size, size_t cut, double rho)
{
  double *d = x->d + first, *q = x->z + first + first * (size_t) x->ldz, cost = pow ((double) size, 3.0);
  lapack_int n = (lapack_int) size, n1 = (lapack_int) cut, k = 0, info = 0, forward = 1, backward = -1;
  cblas_dcopy (n1, q + cut - 1, x->ldz, x->update, 1);
  cblas_dcopy (n - n1, q + cut + cut * (size_t) x->ldz, x->ldz, x->update + cut, 1);
  dlaed2_ (&k, &n, &n1, d, q, &x->ldz, x->sorted + first, &rho, x->update, x->poles, x->weights, x->store, x->places, x->groups,
           x->scratch, x->types, &info);
  if (info != 0)
    return LOFI_NO_CONVERGENCE;
  if (k == 0)
    {
      for (lapack_int i = 0; i < n; i++)
        x->sorted[first + (size_t) i] = i + 1;
      return LOFI_OK;
    }
  LofiStatus status = find_roots (x, k, rho, d, q, 0.3 * cost);
  if (status == LOFI_OK && k > 2)
    recompute_weights (x, (size_t) k, q);
  if (status == LOFI_OK)
    status = multiply_groups (x, n, n1, k, q, 0.7 * cost);
  lapack_int deflated = n - k;    /* those follow in descending order */
  dlamrg_ (&k, &deflated, d, &forward, &backward, x->sorted + first);
  return status;
}

static LofiStatus
solve (Divide *x, size_t first, size_t size)
{
  if (size <= LEAF)
    return solve_leaf (x, first, size);
  size_t cut = size / 2;
  double rho = x->e[first + cut - 1];
  x->d[first + cut - 1] -= fabs (rho);
  x->d[first + cut] -= fabs (rho);
  LofiStatus status = solve (x, first, cut);
  if (status == LOFI_OK)
    status = solve (x, first + cut, size - cut);
  if (status == LOFI_OK && lofi_watch_stops (x->watch))
    status = LOFI_STOPPED;
  return status == LOFI_OK ? merge (x, first, size, cut, rho) : status;
}

/* The columns in ascending order of their eigenvalues. */
static void
sort_columns (Divide *x)
{
  size_t n = x->order, ldz = (size_t) x->ldz;
  for (size_t j = 0; j < n; j++)
    memcpy (x->store + j * n, x->z + (size_t) (x->sorted[j] - 1) * ldz, n * sizeof (double));
  for (size_t j = 0; j < n; j++)
    memcpy (x->z + j * ldz, x->store + j * n, n * sizeof (double));
}

LofiStatus
lofi_tridiagonal_all (const LofiTridiagonal *t, double *z, size_t ldz, const LofiWatch *watch)
{
  if (!lofi_fits_blas (t->order) || !lofi_fits_blas (ldz) || lofi_matrix_bytes (t->order + 4, t->order + 1) == SIZE_MAX)
    return LOFI_BAD_SHAPE;
  Divide x;
  LofiStatus status = divide_init (&x, t, z, ldz, watch);
  if (status == LOFI_OK)
    status = solve (&x, 0, t->order);
  if (status == LOFI_OK && t->order > LEAF)
    sort_columns (&x);
  divide_clear (&x);
  return status;
}
