#include "lofi-krylov-private.h"
#include "lofi-eigen.h"
#include "lofi-math-private.h"

#include <cblas.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 16            /* columns of a Krylov block */
#define WIDE 64             /* columns of other products */
#define PIECE_FLOPS 4e9     /* of a product, between two looks at the watch */
#define DENSE_ORDER 8192    /* largest matrix made of a map that turns out to be hard */

static LofiStatus
apply_matrix (void *data, const LofiMatrix *x, LofiMatrix *y, const LofiWatch *watch)
{
  const LofiMatrix *a = data;
  size_t n = a->rows, rows = (size_t) fmax (64.0, PIECE_FLOPS / 2.0 / (double) n / (double) x->cols);
  for (size_t first = 0; first < n; first += rows)
    {
      if (first > 0 && lofi_watch_stops (watch))
        return LOFI_STOPPED;
      size_t count = lofi_smaller (rows, n - first);
      cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) count, (int) x->cols, (int) n, 1.0, a->data + first * a->stride,
                   (int) a->stride, x->data, (int) x->stride, 0.0, y->data + first * y->stride, (int) y->stride);
    }
  return LOFI_OK;
}

LofiSymmetricMap
lofi_symmetric_map_of (const LofiMatrix *a)
{
  bool usable = a->rows == a->cols && lofi_matrix_fits_blas (a);
  return (LofiSymmetricMap) { .order = usable ? a->rows : 0, .apply = apply_matrix, .data = (void *) a };
}

bool
lofi_leading_pays (size_t order, size_t keep)
{
  return order >= 400 && keep <= order / 8;
}

/* A search for pairs, and where its answer goes. */
typedef struct {
  const LofiSymmetricMap *map;
  size_t keep;
  double tolerance;         /* of residuals, of |lambda_1| */
  double *values, *residuals;
  LofiMatrix *vectors;
  LofiLeadingStats *stats;
  const LofiWatch *watch, *quiet;    /* quiet: only asks whether to stop */
} Search;

/* The residuals of the pairs in the answer by products with A, scaled by |lambda_1|: their largest into stats. */
static LofiStatus
measure_pairs (Search *search)
{
  size_t n = search->map->order, width = lofi_smaller (WIDE, search->keep);
  double norm = fabs (search->values[0]), largest = 0.0;
  LofiMatrix x, y;
  LofiStatus status = lofi_matrix_alloc (&x, n, width);
  if (status == LOFI_OK && (status = lofi_matrix_alloc (&y, n, width)) != LOFI_OK)
    lofi_matrix_clear (&x);
  if (status != LOFI_OK)
    return status;
  for (size_t first = 0; first < search->keep && status == LOFI_OK; first += width)
    {
      size_t count = lofi_smaller (width, search->keep - first);
      double squares[WIDE] = { 0 };
      x.cols = x.stride = y.cols = y.stride = count;
      for (size_t i = 0; i < n; i++)
        memcpy (x.data + i * count, search->vectors->data + i * search->vectors->stride + first, count * sizeof (double));
      status = lofi_watch_stops (search->quiet) ? LOFI_STOPPED : search->map->apply (search->map->data, &x, &y, search->quiet);
      for (size_t i = 0; i < n && status == LOFI_OK; i++)
        for (size_t k = 0; k < count; k++)
          {
            double r = y.data[i * count + k] - search->values[first + k] * x.data[i * count + k];
            r = norm > 0.0 ? r / norm : r;
            squares[k] += r * r;
          }
      for (size_t k = 0; k < count; k++)
        {
          double residual = sqrt (squares[k]);
          if (search->residuals)
            search->residuals[first + k] = norm > 0.0 ? residual * norm : residual;
          if (!(residual <= largest) && !isnan (largest))    /* a NaN counts as the largest */
            largest = residual;
        }
      search->stats->products += count;
    }
  search->stats->residual = largest;
  lofi_matrix_clear (&x);
  lofi_matrix_clear (&y);
  return status;
}

/* From the whole decomposition of a matrix. */
static LofiStatus
pairs_of_matrix (Search *search, const LofiMatrix *a)
{
  LofiSpectrum spectrum;
  LofiWatchPart part;
  LofiStatus status = lofi_spectrum_init (&spectrum, a, lofi_watch_part (&part, search->watch, 0.0, 0.7));
  if (status != LOFI_OK)
    return status;
  status = lofi_spectrum_leading (&spectrum, search->keep, search->values, search->vectors,
                                  lofi_watch_part (&part, search->watch, 0.7, 0.95));
  lofi_spectrum_clear (&spectrum);
  if (status == LOFI_OK)
    status = measure_pairs (search);
  return status;
}

/* The same of a map without a matrix: what it makes of the unit vectors is one. */
static LofiStatus
pairs_of_columns (Search *search)
{
  size_t n = search->map->order, width = lofi_smaller (WIDE, n);
  LofiMatrix a, x, y;
  LofiStatus status = lofi_matrix_alloc (&a, n, n);
  if (status != LOFI_OK)
    return status;
  bool ready = lofi_matrix_alloc (&x, n, width) == LOFI_OK;
  ready = lofi_matrix_alloc (&y, n, width) == LOFI_OK && ready;
  status = ready ? LOFI_OK : LOFI_NO_MEMORY;
  for (size_t first = 0; first < n && status == LOFI_OK; first += width)
    {
      size_t count = lofi_smaller (width, n - first);
      x.cols = x.stride = y.cols = y.stride = count;
      memset (x.data, 0, n * count * sizeof (double));
      for (size_t k = 0; k < count; k++)
        x.data[(first + k) * count + k] = 1.0;
      status = lofi_watch_stops (search->quiet) ? LOFI_STOPPED : search->map->apply (search->map->data, &x, &y, search->quiet);
      for (size_t i = 0; i < n && status == LOFI_OK; i++)
        memcpy (a.data + i * n + first, y.data + i * count, count * sizeof (double));
      search->stats->products += count;
    }
  lofi_matrix_clear (&x);
  lofi_matrix_clear (&y);
  if (status == LOFI_OK)
    status = pairs_of_matrix (search, &a);
  lofi_matrix_clear (&a);
  return status;
}

static LofiStatus
pairs_directly (Search *search)
{
  return search->map->apply == apply_matrix ? pairs_of_matrix (search, search->map->data) : pairs_of_columns (search);
}

/* Rayleigh-Ritz: the `count` leading pairs of H into theta and u (filled x count), and the residuals they would have. */
typedef struct {
  double *theta, *residual;
  LofiMatrix u;
} Ritz;

static void
ritz_clear (Ritz *ritz)
{
  free (ritz->theta);
  lofi_matrix_clear (&ritz->u);
}

static LofiStatus
ritz_pairs (Ritz *ritz, const LofiKrylov *krylov, size_t count)
{
  LofiMatrix h = { krylov->projected.data, krylov->filled, krylov->filled, krylov->projected.stride };
  LofiSpectrum spectrum;
  *ritz = (Ritz) { 0 };
  LofiStatus status = lofi_spectrum_init (&spectrum, &h, krylov->watch);
  if (status != LOFI_OK)
    return status;
  status = lofi_matrix_alloc (&ritz->u, krylov->filled, count);
  ritz->theta = lofi_doubles_new (2 * count);
  if (status == LOFI_OK && !ritz->theta)
    status = LOFI_NO_MEMORY;
  if (status == LOFI_OK)
    status = lofi_spectrum_leading (&spectrum, count, ritz->theta, &ritz->u, krylov->watch);
  lofi_spectrum_clear (&spectrum);
  if (status == LOFI_OK)
    {
      ritz->residual = ritz->theta + count;
      lofi_krylov_residuals (krylov, &ritz->u, ritz->residual);
    }
  else
    ritz_clear (ritz);
  return status;
}

static int
ascending (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;
  return (x > y) - (x < y);
}

/* Whether so many equal values were found, larger than the last one asked for, that there may be more of them than the random
 * directions so far can show. Values that differ by more than the tolerance show in the residuals instead. */
static bool
copies_may_be_missing (const LofiKrylov *krylov, const Ritz *ritz, size_t keep, double tolerance)
{
  double width = 1e3 * tolerance * fabs (ritz->theta[0]), last = fabs (ritz->theta[keep - 1]) + width;
  double *sorted = lofi_doubles_new (keep);
  if (!sorted)
    return false;
  memcpy (sorted, ritz->theta, keep * sizeof (double));
  qsort (sorted, keep, sizeof (double), ascending);
  bool missing = false;
  for (size_t i = 0, run = 0; i < keep; i++)
    {
      run = i > 0 && sorted[i] - sorted[i - 1] <= width ? run + 1 : 1;
      missing |= run >= krylov->starts && fabs (sorted[i]) > last;
    }
  free (sorted);
  return missing;
}

/* Columns at which the leading pairs are looked at next: where their worst residual, falling as it did, meets the tolerance. */
static size_t
next_look (size_t filled, double worst, size_t before, double worst_before, double tolerance)
{
  double step = 0.2 * (double) filled;
  if (before > 0 && before < filled && worst < worst_before && worst > 0.0)
    step = fmin (step, log (worst / tolerance) / log (worst_before / worst) * (double) (filled - before));
  return filled + (size_t) fmax (step, 1.0);
}

static LofiStatus
accept (Search *search, const LofiKrylov *krylov, const Ritz *ritz)
{
  LofiMatrix u = ritz->u;
  u.cols = search->keep;
  for (size_t k = 0; k < search->keep; k++)
    search->values[k] = ritz->theta[k] * krylov->scale;
  lofi_krylov_combine (krylov, &u, search->vectors);
  lofi_orient_columns (search->vectors);
  search->stats->products = krylov->products;
  return measure_pairs (search);
}

static LofiStatus
restart (LofiKrylov *krylov, size_t count, LofiLeadingStats *stats)
{
  Ritz ritz;
  LofiStatus status = ritz_pairs (&ritz, krylov, count);
  if (status != LOFI_OK)
    return status;
  status = lofi_krylov_restart (krylov, ritz.theta, &ritz.u);
  ritz_clear (&ritz);
  stats->restarts++;
  return status;
}

static void
report (const Search *search, const LofiKrylov *krylov)
{
  double share = (double) krylov->products / (double) (5 * search->keep + 10 * BLOCK);
  lofi_watch_report (search->watch, share < 0.8 ? share : 1.0 - 0.16 / share);
}

/* LOFI_NO_CONVERGENCE: not within `limit` products. */
static LofiStatus
pairs_by_krylov (Search *search, LofiKrylov *krylov, size_t limit)
{
  size_t keep = search->keep, want = keep, look = 5 * keep / 2 + 3 * BLOCK, before = 0;
  double worst_before = 0.0, tolerance = 0.5 * search->tolerance;
  for (;;)
    {
      LofiStatus status = LOFI_OK;
      while ((krylov->filled < look || krylov->filled < want) && krylov->filled + BLOCK <= krylov->capacity && status == LOFI_OK)
        {
          status = lofi_krylov_step (krylov);
          report (search, krylov);
        }
      Ritz ritz;
      if (status == LOFI_OK)
        status = ritz_pairs (&ritz, krylov, want);
      if (status != LOFI_OK)
        return status;
      double worst = 0.0, norm = fabs (ritz.theta[0]);
      for (size_t k = 0; k < want; k++)
        worst = fmax (worst, ritz.residual[k]);
      worst = norm > 0.0 ? worst / norm : worst;
      if (worst <= tolerance)
        {
          bool again = copies_may_be_missing (krylov, &ritz, keep, search->tolerance);
          if (!again)
            status = accept (search, krylov, &ritz);
          ritz_clear (&ritz);
          if (status != LOFI_OK || (!again && search->stats->residual <= search->tolerance))
            return status;
          if (again)    /* and until what is found beside is settled, too */
            {
              status = restart (krylov, keep, search->stats);
              if (status == LOFI_OK)
                status = lofi_krylov_refresh (krylov);
              if (status != LOFI_OK)
                return status;
              want = keep + 1;
              look = krylov->filled + 6 * BLOCK;
              before = 0;
              continue;
            }
          tolerance /= 4.0;
        }
      else
        ritz_clear (&ritz);
      if (krylov->products > limit)
        return LOFI_NO_CONVERGENCE;
      look = next_look (krylov->filled, worst, before, worst_before, tolerance);
      before = krylov->filled;
      worst_before = worst;
      if (krylov->filled + BLOCK > krylov->capacity)
        {
          status = restart (krylov, want + (krylov->capacity - want) / 3, search->stats);
          if (status != LOFI_OK)
            return status;
          before = 0;
          look = krylov->capacity;
        }
    }
}

static LofiStatus
search_pairs (Search *search)
{
  size_t n = search->map->order, keep = search->keep, capacity = lofi_smaller (6 * keep + 12 * BLOCK, n - lofi_smaller (n, BLOCK));
  bool is_matrix = search->map->apply == apply_matrix;
  if (is_matrix ? !lofi_leading_pays (n, keep) : n < 400 || capacity < 4 * keep + 4 * BLOCK)
    return pairs_directly (search);
  LofiKrylov krylov;
  LofiStatus status = lofi_krylov_init (&krylov, search->map, BLOCK, capacity, search->quiet);
  if (status != LOFI_OK)
    return status;
  bool direct = is_matrix || n <= DENSE_ORDER;
  status = pairs_by_krylov (search, &krylov, direct ? 2 * n : 100 * n);
  size_t products = krylov.products;
  lofi_krylov_clear (&krylov);
  if (status == LOFI_NO_CONVERGENCE && direct)
    {
      status = pairs_directly (search);
      search->stats->products += products;
    }
  return status;
}

LofiStatus
lofi_leading_pairs (const LofiSymmetricMap *a, size_t keep, double tolerance, double *values, LofiMatrix *vectors,
                    double *residuals, LofiLeadingStats *stats, const LofiWatch *watch)
{
  size_t n = a->order;
  if (n == 0 || keep == 0 || keep > n || vectors->rows != n || vectors->cols != keep || !lofi_matrix_fits_blas (vectors)
      || keep > INT_MAX / 16 || !lofi_fits_blas (n))
    return LOFI_BAD_SHAPE;
  LofiLeadingStats unused;
  LofiWatch quiet = { .stop = watch ? watch->stop : NULL, .data = watch ? watch->data : NULL };
  Search search = { .map = a, .keep = keep, .tolerance = fmax (tolerance, 2.0 * DBL_EPSILON * sqrt ((double) n)), .values = values,
                    .residuals = residuals, .vectors = vectors, .stats = stats ? stats : &unused, .watch = watch, .quiet = &quiet };
  *search.stats = (LofiLeadingStats) { 0 };
  LofiStatus status = search_pairs (&search);
  if (status == LOFI_OK && !(search.stats->residual <= search.tolerance))
    status = LOFI_NO_CONVERGENCE;
  if (status == LOFI_OK)
    lofi_watch_report (watch, 1.0);
  return status;
}
