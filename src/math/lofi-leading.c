/* A block Krylov space (lofi-krylov.c), Rayleigh-Ritz in it (lofi-ritz.c), restarts with the Ritz vectors if it gets long. What was
 * weighed, on the moment operators of relu lifts of images (N = 2000, K = 100: lambda_100 is 4e-4 lambda_1, gaps 1e-6), counting
 * columns multiplied:
 *
 * - Columns of a block. 4, 8, 16, 32, 64 need 280, 352, 448, 640, 896 products, but a product of 16 columns runs at one and a half
 *   times the rate of one of 8, of 32 at twice: 16 is best, flat to 24. With a matrix that stays in the caches it is 8.
 * - Length. Without a restart until 6 K: a polynomial of the whole length beats any filter of fixed degree, so there is no Chebyshev
 *   phase, and at 448 of 2000 columns orthogonalisation is a fifth of the products' time, a twelfth at N = 5000.
 * - Single precision first. Its rounding is of full rank, so the space it finds is no start for a short double phase: by the count,
 *   taking 1e-7 to 1e-12 costs as many double products, K wide, as doing all in double. It was not built.
 * - When to look. H is small but not free: its reduction and the last few vectors cost as much as a step, all its vectors several.
 *   The residual of one look says where the next is worth making; two or three do.
 *
 * A value of more copies than random directions have entered would be found too few times. So many equal values are a sign of it:
 * then the search goes on from a fresh block beside what was found, until one more pair than asked for has settled. A spectrum
 * without decay (K into the middle of a bulk) is seen by how slowly the residuals fall, and given over to the whole decomposition. */
#include "lofi-krylov-private.h"
#include "lofi-math-private.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 16            /* columns of a Krylov block, */
#define NARROW 8            /* and of a matrix of order */
#define SMALL 1500          /* up to this, which stays in the caches */
#define EQUAL 1e-9          /* of |lambda_1|: values so close may be copies of one */
#define WORTH 0.6           /* products, of N, that cost as much as doing it directly */
#define WIDE 64             /* columns of other products */
#define DENSE_ORDER 8192    /* largest matrix made of a map that turns out to be hard */
#define STARTS 0x4c4f4649u  /* seed of the random directions: any number, always the same */

bool
lofi_leading_pays (size_t order, size_t keep)
{
  return order >= 400 && keep <= order / 10;
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

/* The same, of a copy if the map has no matrix. */
static LofiStatus
pairs_directly (Search *search)
{
  const LofiMatrix *given = lofi_map_matrix (search->map);
  if (given)
    return pairs_of_matrix (search, given);
  LofiMatrix a;
  LofiStatus status = lofi_map_to_matrix (search->map, &a, search->quiet);
  if (status != LOFI_OK)
    return status;
  search->stats->products += search->map->order;
  status = pairs_of_matrix (search, &a);
  lofi_matrix_clear (&a);
  return status;
}

/* Whether so many equal values were found, larger than the last one asked for, that there may be more of them than the random
 * directions so far can show. Values that differ by more than the tolerance show in the residuals instead. */
static bool
copies_may_be_missing (const LofiKrylov *krylov, const LofiRitz *ritz, size_t keep, double tolerance)
{
  const double *theta = ritz->theta;
  double width = fmax (EQUAL, 4.0 * tolerance) * fabs (theta[0]);
  for (size_t i = 0; i < keep && fabs (theta[i]) > fabs (theta[keep - 1]) + width; i++)
    {
      size_t equal = 0;
      for (size_t j = 0; j < keep; j++)
        equal += fabs (theta[i] - theta[j]) <= width;
      if (equal >= krylov->starts)
        return true;
    }
  return false;
}

static LofiStatus
accept (Search *search, const LofiKrylov *krylov, const LofiRitz *ritz)
{
  LofiMatrix u = ritz->u;
  u.cols = search->keep;
  for (size_t k = 0; k < search->keep; k++)
    search->values[k] = ritz->theta[k] * krylov->scale;
  LofiStatus status = lofi_krylov_combine (krylov, &u, search->vectors);
  if (status != LOFI_OK)
    return status;
  lofi_orient_columns (search->vectors);
  search->stats->products = krylov->products;
  return measure_pairs (search);
}

static void
report (const Search *search, const LofiKrylov *krylov)
{
  double share = (double) krylov->products / (double) (5 * search->keep + 10 * krylov->block);
  lofi_watch_report (search->watch, share < 0.8 ? share : 1.0 - 0.16 / share);
}

/* Where a run of the method stands. */
typedef struct {
  size_t want;              /* pairs to settle: keep, or one more to see that nothing is left beside them */
  size_t look;              /* columns of Q at the next look */
  size_t before;            /* products at the last one; 0: there was none */
  double worst, worst_before;    /* residuals now and then, of |lambda_1| */
  double tolerance;         /* of the residuals expected: less than what is asked for */
} Run;

/* Steps until it is time to look, or the basis is full. */
static LofiStatus
advance (Search *search, LofiKrylov *krylov, const Run *run)
{
  LofiStatus status = LOFI_OK;
  while ((krylov->filled < run->look || krylov->filled < run->want) && krylov->filled + krylov->block <= krylov->capacity
         && status == LOFI_OK)
    {
      status = lofi_krylov_step (krylov);
      report (search, krylov);
    }
  return status;
}

/* Keeps the `count` leading Ritz vectors alone; with `fresh`, goes on from a random block. */
static LofiStatus
restart (Search *search, LofiKrylov *krylov, LofiRitz *ritz, size_t count, bool fresh)
{
  lofi_ritz_clear (ritz);
  LofiStatus status = lofi_ritz_init (ritz, krylov);
  if (status == LOFI_OK)
    status = lofi_ritz_pairs (ritz, krylov, count);
  if (status == LOFI_OK)
    status = lofi_krylov_restart (krylov, ritz->theta, &ritz->u);
  if (status == LOFI_OK && fresh)
    status = lofi_krylov_refresh (krylov);
  search->stats->restarts++;
  return status;
}

/* All pairs wanted, if they are settled: then *done, unless there may be more copies of some. */
static LofiStatus
settle (Search *search, LofiKrylov *krylov, LofiRitz *ritz, Run *run, bool *done)
{
  LofiStatus status = lofi_ritz_pairs (ritz, krylov, run->want);
  if (status != LOFI_OK)
    return status;
  double norm = fabs (ritz->theta[0]);
  for (size_t k = 0; k < run->want; k++)
    run->worst = fmax (run->worst, norm > 0.0 ? ritz->residual[k] / norm : ritz->residual[k]);
  if (!(run->worst <= run->tolerance))
    return LOFI_OK;
  if (copies_may_be_missing (krylov, ritz, search->keep, search->tolerance))
    {
      status = restart (search, krylov, ritz, search->keep, true);
      run->want = search->keep + 1;
      run->look = krylov->filled + 6 * krylov->block;
      run->before = 0;
      return status;
    }
  status = accept (search, krylov, ritz);
  *done = search->stats->residual <= search->tolerance;
  run->tolerance /= 4.0;    /* if the products found more than the estimates */
  return status;
}

/* Products until the worst residual, falling as it did, meets the tolerance; 0 if there is nothing to tell by. */
static double
products_left (const Run *run, size_t products)
{
  if (run->before == 0 || products <= run->before)
    return 0.0;
  if (!(run->worst < run->worst_before))
    return INFINITY;
  return log (run->worst / run->tolerance) / log (run->worst_before / run->worst) * (double) (products - run->before);
}

/* When to look again, after a restart if the basis is full. LOFI_NO_CONVERGENCE if that is not to be within `limit` products. */
static LofiStatus
plan (Search *search, LofiKrylov *krylov, LofiRitz *ritz, Run *run, double limit)
{
  double left = products_left (run, krylov->products), step = 0.25 * (double) krylov->filled;
  if (!((double) krylov->products + left <= limit))
    return LOFI_NO_CONVERGENCE;
  if (run->before == 0 && run->worst < 1.0)    /* as if it had fallen from 1 since there were columns enough, and faster of late */
    left = 0.7 * log (run->worst / run->tolerance) / -log (run->worst) * (double) (krylov->filled - run->want);
  LofiStatus status = LOFI_OK;
  if (krylov->filled + krylov->block > krylov->capacity)
    status = restart (search, krylov, ritz, run->want + (krylov->capacity - run->want) / 3, false);
  run->look = krylov->filled + (size_t) fmax (left > 0.0 ? fmin (left, step) : step, 1.0);
  run->before = krylov->products;
  run->worst_before = run->worst;
  return status;
}

/* LOFI_NO_CONVERGENCE: not, or not to be expected, within `limit` products. */
static LofiStatus
pairs_by_krylov (Search *search, LofiKrylov *krylov, double limit)
{
  size_t keep = search->keep;
  Run run = { .want = keep, .look = 3 * keep + 4 * krylov->block, .tolerance = 0.5 * search->tolerance };
  bool done = false;
  LofiStatus status = LOFI_OK;
  while (!done && status == LOFI_OK)
    {
      LofiRitz ritz = { 0 };
      status = advance (search, krylov, &run);
      if (status == LOFI_OK)
        status = lofi_ritz_init (&ritz, krylov);
      if (status == LOFI_OK)
        status = lofi_ritz_last (&ritz, krylov, run.want, &run.worst);
      run.look = 0;
      if (status == LOFI_OK && run.worst <= run.tolerance)
        status = settle (search, krylov, &ritz, &run, &done);
      if (status == LOFI_OK && !done && run.look == 0)
        status = plan (search, krylov, &ritz, &run, limit);
      lofi_ritz_clear (&ritz);
    }
  return status;
}

static LofiStatus
search_pairs (Search *search)
{
  size_t n = search->map->order, keep = search->keep, block = n <= SMALL ? NARROW : BLOCK;
  bool is_matrix = lofi_map_matrix (search->map) != NULL;
  if (!(is_matrix ? lofi_leading_pays (n, keep) : n >= 400 && keep <= n / 6))
    return pairs_directly (search);
  LofiKrylov krylov;
  size_t capacity = lofi_smaller (6 * keep + 12 * BLOCK, n - block);
  LofiStatus status = lofi_krylov_init (&krylov, search->map, block, capacity, STARTS, 0, search->quiet);
  if (status != LOFI_OK)
    return status;
  bool direct = is_matrix || n <= DENSE_ORDER;
  status = pairs_by_krylov (search, &krylov, (direct ? WORTH : 100.0) * (double) n);
  size_t products = krylov.products;
  lofi_krylov_clear (&krylov);
  if (status == LOFI_NO_CONVERGENCE && direct)
    {
      search->watch = search->quiet;    /* progress never goes back */
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
