/* Up to WIDEST the covariance is formed: it costs n P^2 operations at the rate of a rank-k update, where the products that stand in for it, PROBES
 * columns STEPS times, cost 2 n P (PROBES + 1) STEPS twice at half that rate. */
#include "lofi-lanczos-private.h"
#include "lofi-math-private.h"
#include "lofi-operator.h"
#include "lofi-rows-private.h"
#include "lofi-tridiagonal-private.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PROBES 8
#define STEPS 40
#define MEAN_STEPS 32       /* from the mean */
#define WIDEST 4096         /* largest covariance that is formed */
#define COLUMNS 64          /* that the map takes at once */
#define NULL_SHARE 1e-12    /* of |mean|^2: a covariance whose eigenvalues are all less than this is rounding; of the trace, a mean */

/* The centred covariance as a map: a matrix, or products over the rows. */
typedef struct {
  LofiMatrix matrix;        /* P x P, or empty */
  LofiRows rows;
  LofiMatrix columns;       /* COLUMNS x P */
  double *mean;             /* P */
  LofiSymmetricMap map;
} Covariance;

/* Without a matrix. */
static LofiStatus
apply_rows (void *data, const LofiMatrix *x, LofiMatrix *y, const LofiWatch *watch)
{
  Covariance *c = data;
  size_t p = x->rows;
  const double *vectors[COLUMNS];
  for (size_t first = 0; first < x->cols; first += COLUMNS)
    {
      size_t count = lofi_smaller (COLUMNS, x->cols - first);
      for (size_t k = 0; k < count; k++)
        {
          double *column = c->columns.data + k * p;
          for (size_t j = 0; j < p; j++)
            column[j] = x->data[j * x->stride + first + k];
          vectors[k] = column;
        }
      LofiStatus status = lofi_rows_multiply (&c->rows, vectors, NULL, count, watch);
      if (status != LOFI_OK)
        return status;
      for (size_t j = 0; j < p; j++)
        for (size_t k = 0; k < count; k++)
          y->data[j * y->stride + first + k] = c->rows.images.data[k * p + j];
    }
  return LOFI_OK;
}

static LofiStatus
form (Covariance *c, const LofiRowSource *source, const LofiWatch *watch)
{
  size_t p = source->width, most = lofi_smaller (source->block, source->samples) * source->positions;
  LofiOperator op = { 0 };
  double *ones = lofi_doubles_new (most);
  LofiStatus status = ones ? lofi_operator_init (&op, p) : LOFI_NO_MEMORY;
  for (size_t i = 0; i < most && status == LOFI_OK; i++)
    ones[i] = 1.0;
  for (size_t first = 0; first < source->samples && status == LOFI_OK; first += source->block)
    {
      LofiMatrix z;
      LofiMatrixF single;
      status = lofi_rows_view (source, first, lofi_smaller (source->block, source->samples - first), &z, &single, watch);
      if (status == LOFI_OK)
        status = z.data ? lofi_operator_add (&op, &z, ones, watch) : lofi_operator_add_single (&op, &single, ones, watch);
    }
  c->mean = lofi_doubles_new (p);
  if (status == LOFI_OK && !c->mean)
    status = LOFI_NO_MEMORY;
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&c->matrix, p, p);
  if (status == LOFI_OK)
    status = lofi_operator_read (&op, true, &c->matrix);
  if (status == LOFI_OK)
    status = lofi_operator_means (&op, false, c->mean, NULL);
  lofi_operator_clear (&op);
  free (ones);
  return status;
}

static LofiStatus
prepare (Covariance *c, const LofiRowSource *source, const LofiWatch *watch)
{
  size_t p = source->width;
  LofiStatus status = lofi_rows_init (&c->rows, source, true, COLUMNS, watch);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&c->columns, COLUMNS, p);
  c->mean = status == LOFI_OK ? lofi_doubles_new (p) : NULL;
  if (status == LOFI_OK && !c->mean)
    status = LOFI_NO_MEMORY;
  if (status == LOFI_OK)
    memcpy (c->mean, c->rows.mean, p * sizeof (double));
  return status;
}

static void
covariance_clear (Covariance *c)
{
  lofi_matrix_clear (&c->matrix);
  lofi_matrix_clear (&c->columns);
  lofi_rows_clear (&c->rows);
  free (c->mean);
}

/* Eigenvalues that rounding made negative are zero. */
static void
lift_to_zero (LofiDensity *density)
{
  for (size_t i = 0; i < density->count; i++)
    density->nodes[i] = fmax (density->nodes[i], 0.0);
}

/* The quadrature of a tridiagonal matrix: its eigenvalues, each with the square of its vector's first entry. */
static LofiStatus
density_of_recurrence (const LofiLanczos *lanczos, LofiDensity *density)
{
  size_t m = lanczos->steps;
  LofiTridiagonal t = { .order = m, .diagonal = lanczos->alpha, .off_diagonal = lanczos->beta };
  double *vectors = lofi_doubles_new (m * m), total = 0.0;
  *density = (LofiDensity) { .count = m, .nodes = lofi_doubles_new (m), .weights = lofi_doubles_new (m), .group = 1 };
  LofiStatus status = vectors && density->nodes && density->weights ? lofi_tridiagonal_values (&t, density->nodes) : LOFI_NO_MEMORY;
  if (status == LOFI_OK)
    status = lofi_tridiagonal_all (&t, vectors, m, NULL);
  for (size_t k = 0; k < m && status == LOFI_OK; k++)
    total += density->weights[k] = vectors[k * m] * vectors[k * m];
  for (size_t k = 0; k < m && status == LOFI_OK; k++)
    density->weights[k] /= total;
  free (vectors);
  if (status != LOFI_OK)
    lofi_density_clear (density);
  return status;
}

static LofiStatus
measure_mean (Covariance *c, LofiDensity *density, const LofiWatch *watch)
{
  size_t p = c->map.order;
  LofiLanczos lanczos;
  LofiMatrix x = { .rows = p, .cols = 1, .stride = 1 }, y;
  LofiStatus status = lofi_matrix_alloc (&y, p, 1);
  if (status != LOFI_OK)
    return status;
  status = lofi_lanczos_init (&lanczos, p, lofi_smaller (MEAN_STEPS, p), c->mean, c->rows.images_f.data != NULL, 0, 0);
  while (status == LOFI_OK && lanczos.steps < lanczos.capacity && !lofi_lanczos_is_closed (&lanczos))
    {
      x.data = (double *) lofi_lanczos_vector (&lanczos);
      status = lofi_watch_stops (watch) ? LOFI_STOPPED : c->map.apply (c->map.data, &x, &y, watch);
      if (status == LOFI_OK)
        status = lofi_lanczos_step (&lanczos, y.data);
    }
  if (status == LOFI_OK)
    status = density_of_recurrence (&lanczos, density);
  lofi_lanczos_clear (&lanczos);
  lofi_matrix_clear (&y);
  return status;
}

/* The mean of the eigenvalues, and the largest. */
static void
summarise (const LofiDensity *density, double *mean, double *largest)
{
  *mean = *largest = 0.0;
  for (size_t i = 0; i < density->count; i++)
    {
      *mean += density->weights[i] * density->nodes[i];
      *largest = fmax (*largest, density->nodes[i]);
    }
}

static LofiStatus
measure (Covariance *c, uint64_t seed, LofiDensity *trace, LofiDensity *mean, double *mean_square, const LofiWatch *watch, const LofiWatch *quiet)
{
  size_t p = c->map.order;
  double average, largest;
  LofiWatchPart part;
  *mean_square = cblas_ddot ((int) p, c->mean, 1, c->mean, 1);
  LofiStatus status = lofi_density_estimate (&c->map, PROBES, STEPS, seed, trace, lofi_watch_part (&part, watch, 0.5, 0.9));
  if (status != LOFI_OK)
    return status;
  lift_to_zero (trace);
  summarise (trace, &average, &largest);
  if (*mean_square > 0.0 && *mean_square > NULL_SHARE * NULL_SHARE * average * (double) p)
    status = measure_mean (c, mean, quiet);
  else
    *mean_square = 0.0;
  lift_to_zero (mean);
  if (!(largest > NULL_SHARE * *mean_square))
    lofi_density_clear (trace);
  return status;
}

LofiStatus
lofi_covariance_measures (const LofiRowSource *source, uint64_t seed, LofiDensity *trace, LofiDensity *mean, double *mean_square,
                          const LofiWatch *watch)
{
  Covariance c = { 0 };
  LofiWatch quiet = { .stop = watch ? watch->stop : NULL, .data = watch ? watch->data : NULL };
  *trace = *mean = (LofiDensity) { 0 };
  *mean_square = 0.0;
  LofiStatus status = lofi_row_source_check (source);
  if (status != LOFI_OK)
    return status;
  bool formed = source->width <= WIDEST;
  status = formed ? form (&c, source, &quiet) : prepare (&c, source, &quiet);
  if (status == LOFI_OK)
    {
      lofi_watch_report (watch, 0.5);
      c.map = formed ? lofi_symmetric_map_of (&c.matrix) : (LofiSymmetricMap) { source->width, apply_rows, &c };
      status = measure (&c, seed, trace, mean, mean_square, watch, &quiet);
    }
  covariance_clear (&c);
  if (status == LOFI_OK)
    lofi_watch_report (watch, 1.0);
  else
    {
      lofi_density_clear (trace);
      lofi_density_clear (mean);
    }
  return status;
}
