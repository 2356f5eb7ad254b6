#include "lofi-lanczos-private.h"
#include "lofi-math-private.h"
#include "lofi-random.h"
#include "lofi-tridiagonal-private.h"

#include <cblas.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 16            /* vectors of the basis allocated together */
#define UNIT_DOUBLE 4e-15   /* of |A|: errors of a product, with room, */
#define UNIT_SINGLE 1e-6    /* and of one in single precision, of rows that are largely mean */
#define ROUNDS 4            /* projections in a row, at most */

/* Semi-orthogonality: to the root of the rounding, with room. */
static double
bound_of (const LofiLanczos *lanczos)
{
  return lanczos->unit > UNIT_DOUBLE ? 1e-4 : 1e-8;
}

static double *
vector_at (const LofiLanczos *lanczos, size_t k)
{
  return lanczos->chunks[k / CHUNK] + k % CHUNK * lanczos->order;
}

const double *
lofi_lanczos_vector (const LofiLanczos *lanczos)
{
  return vector_at (lanczos, lanczos->steps);
}

/* The storage of vector k. */
static LofiStatus
make_room (LofiLanczos *lanczos, size_t k)
{
  size_t rows = lofi_smaller (CHUNK, lanczos->capacity + 1 - k / CHUNK * CHUNK), bytes = lofi_matrix_bytes (rows, lanczos->order);
  if (!lanczos->chunks[k / CHUNK] && bytes != SIZE_MAX)
    lanczos->chunks[k / CHUNK] = lofi_doubles_new (rows * lanczos->order);
  return lanczos->chunks[k / CHUNK] ? LOFI_OK : LOFI_NO_MEMORY;
}

/* x <- x - Q Q^T x for the first `count` vectors. */
static void
project (const LofiLanczos *lanczos, size_t count, double *x)
{
  int p = (int) lanczos->order;
  double inner[CHUNK];
  for (size_t first = 0; first < count; first += CHUNK)
    {
      const double *q = lanczos->chunks[first / CHUNK];
      int k = (int) lofi_smaller (CHUNK, count - first);
      cblas_dgemv (CblasRowMajor, CblasNoTrans, k, p, 1.0, q, p, x, 1, 0.0, inner, 1);
      cblas_dgemv (CblasRowMajor, CblasTrans, k, p, -1.0, q, p, inner, 1, 1.0, x, 1);
    }
}

/* A random unit vector orthogonal to the first `count`, into their row. */
static LofiStatus
draw (LofiLanczos *lanczos, size_t count)
{
  size_t p = lanczos->order;
  double *x = vector_at (lanczos, count);
  lofi_random_normals (lanczos->seed, LOFI_PURPOSE_DENSITY, lanczos->stream, (uint64_t) lanczos->closed * p, p, x);
  for (int round = 0; round < 3; round++)
    {
      double norm = cblas_dnrm2 ((int) p, x, 1);
      if (!(norm > 0.0))
        return LOFI_NO_CONVERGENCE;
      cblas_dscal ((int) p, 1.0 / norm, x, 1);
      if (count == 0)
        break;
      project (lanczos, count, x);
    }
  cblas_dscal ((int) p, 1.0 / cblas_dnrm2 ((int) p, x, 1), x, 1);
  return LOFI_OK;
}

LofiStatus
lofi_lanczos_init (LofiLanczos *lanczos, size_t order, size_t capacity, const double *start, bool single, uint64_t seed, uint32_t stream)
{
  *lanczos = (LofiLanczos) { .order = order, .capacity = capacity, .unit = single ? UNIT_SINGLE : UNIT_DOUBLE, .seed = seed, .stream = stream };
  if (order == 0 || capacity == 0 || capacity > order || !lofi_fits_blas (order))
    return LOFI_BAD_SHAPE;
  lanczos->alpha = calloc (4 * (capacity + 1), sizeof (double));
  lanczos->chunks = calloc (capacity / CHUNK + 1, sizeof *lanczos->chunks);
  LofiStatus status = lanczos->alpha && lanczos->chunks ? make_room (lanczos, 0) : LOFI_NO_MEMORY;
  if (status == LOFI_OK)
    {
      lanczos->beta = lanczos->alpha + capacity + 1;
      lanczos->loss = lanczos->beta + capacity + 1;
      lanczos->loss_before = lanczos->loss + capacity + 1;
      lanczos->loss[0] = 1.0;
      double *q = vector_at (lanczos, 0), norm = start ? cblas_dnrm2 ((int) order, start, 1) : 1.0;
      status = norm > 0.0 && norm <= DBL_MAX ? LOFI_OK : LOFI_NOT_FINITE;
      for (size_t j = 0; start && j < order; j++)
        q[j] = start[j] / norm;
      if (!start)
        status = draw (lanczos, 0);
    }
  if (status != LOFI_OK)
    lofi_lanczos_clear (lanczos);
  return status;
}

void
lofi_lanczos_clear (LofiLanczos *lanczos)
{
  for (size_t i = 0; lanczos->chunks && i <= lanczos->capacity / CHUNK; i++)
    free (lanczos->chunks[i]);
  free (lanczos->chunks);
  free (lanczos->alpha);
  *lanczos = (LofiLanczos) { 0 };
}

/* The estimates for the vector after number k, in place of those of the one before it; the largest but its own. */
static double
follow_loss (LofiLanczos *lanczos, size_t k)
{
  const double *a = lanczos->alpha, *b = lanczos->beta, *now = lanczos->loss;
  double *next = lanczos->loss_before, largest = 0.0, noise = lanczos->unit * lanczos->norm / b[k];
  for (size_t j = 0; j < k; j++)
    {
      double sum = b[j] * now[j + 1] + (a[j] - a[k]) * now[j] - b[k - 1] * next[j];
      if (j > 0)
        sum += b[j - 1] * now[j - 1];
      next[j] = sum / b[k] + copysign (noise, sum);
      largest = fmax (largest, fabs (next[j]));
    }
  next[k] = noise;
  next[k + 1] = 1.0;
  lanczos->loss_before = lanczos->loss;
  lanczos->loss = next;
  return largest;
}

static void
forget_loss (LofiLanczos *lanczos, size_t k)
{
  for (size_t j = 0; j <= k; j++)
    lanczos->loss[j] = DBL_EPSILON;
}

/* x, which has lost orthogonality to the first `count` vectors, is given it back. Its norm. */
static double
restore (const LofiLanczos *lanczos, size_t count, double *x)
{
  int p = (int) lanczos->order;
  double before, norm = cblas_dnrm2 (p, x, 1);
  for (int round = 0; round < ROUNDS; round++)
    {
      before = norm;
      project (lanczos, count, x);
      norm = cblas_dnrm2 (p, x, 1);
      if (norm >= 0.9 * before)
        break;
    }
  return norm;
}

/* What is left of A's image of vector k becomes vector k + 1, and its norm beta[k]; or a random one, and beta[k] zero. */
static LofiStatus
go_on (LofiLanczos *lanczos, size_t k, double *image)
{
  size_t p = lanczos->order;
  double null = lanczos->unit * lanczos->norm, norm = cblas_dnrm2 ((int) p, image, 1), loss = 0.0;
  lanczos->beta[k] = norm;
  if (norm > null)
    loss = follow_loss (lanczos, k);
  if (norm > null && (lanczos->again || loss > bound_of (lanczos)))
    {
      lanczos->again = !lanczos->again;    /* the recurrence reaches back two vectors: both have to be clean */
      lanczos->beta[k] = norm = restore (lanczos, k + 1, image);
      forget_loss (lanczos, k);
    }
  if (norm > null)
    {
      double *q = vector_at (lanczos, k + 1);
      for (size_t j = 0; j < p; j++)
        q[j] = image[j] / norm;
      return LOFI_OK;
    }
  lanczos->beta[k] = 0.0;
  lanczos->closed++;
  lanczos->again = true;
  for (size_t j = 0; j <= k; j++)
    lanczos->loss[j] = lanczos->loss_before[j] = DBL_EPSILON;
  lanczos->loss[k + 1] = 1.0;
  return k + 1 < p ? draw (lanczos, k + 1) : LOFI_OK;
}

LofiStatus
lofi_lanczos_step (LofiLanczos *lanczos, double *image)
{
  size_t k = lanczos->steps, p = lanczos->order;
  if (k >= lanczos->capacity)
    return LOFI_BAD_SHAPE;
  const double *q = vector_at (lanczos, k);
  double norm = cblas_dnrm2 ((int) p, image, 1);
  if (!(norm <= DBL_MAX))
    return LOFI_NOT_FINITE;
  LofiStatus status = make_room (lanczos, k + 1);
  if (status != LOFI_OK)
    return status;
  lanczos->norm = fmax (lanczos->norm, norm);
  lanczos->alpha[k] = cblas_ddot ((int) p, q, 1, image, 1);
  cblas_daxpy ((int) p, -lanczos->alpha[k], q, 1, image, 1);
  if (k > 0 && lanczos->beta[k - 1] > 0.0)
    cblas_daxpy ((int) p, -lanczos->beta[k - 1], vector_at (lanczos, k - 1), 1, image, 1);
  lanczos->steps++;
  return go_on (lanczos, k, image);
}

bool
lofi_lanczos_is_closed (const LofiLanczos *lanczos)
{
  return lanczos->steps == lanczos->order || (lanczos->steps > 0 && lanczos->beta[lanczos->steps - 1] == 0.0);
}

LofiStatus
lofi_lanczos_ends (const LofiLanczos *lanczos, size_t count, double *low, double *high, double *residuals)
{
  size_t m = lanczos->steps;
  LofiTridiagonal t = { .order = m, .diagonal = lanczos->alpha, .off_diagonal = lanczos->beta };
  if (count == 0 || count > m)
    return LOFI_BAD_SHAPE;
  double *all = lofi_doubles_new (m * (count + 1)), *vectors = all ? all + m : NULL;
  double coupling = m < lanczos->order ? lanczos->beta[m - 1] : 0.0;
  LofiPlace *places = malloc (count * sizeof *places);
  LofiStatus status = all && places ? lofi_tridiagonal_values (&t, all) : LOFI_NO_MEMORY;
  for (int end = 0; end < 2; end++)
    {
      for (size_t k = 0; k < count && status == LOFI_OK; k++)
        {
          size_t index = end ? m - 1 - k : k;
          places[k] = (LofiPlace) { .value = all[index], .index = index };
          (end ? high : low)[k] = all[index];
        }
      if (status == LOFI_OK)
        status = lofi_tridiagonal_some (&t, all, places, count, vectors, NULL);
      for (size_t k = 0; k < count && status == LOFI_OK; k++)
        residuals[(size_t) end * count + k] = coupling * fabs (vectors[k * m + m - 1]);
    }
  free (all);
  free (places);
  return status;
}
