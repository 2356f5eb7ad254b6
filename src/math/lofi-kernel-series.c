/* Kernels by Hermite series: of truncations, where the series ends, and of tanh and sigmoid, where it does not.
 *
 * The coefficients of a truncation at another variance follow from he_j (r t) = sum_i r^(j-2i) ((r^2 - 1) / 2)^i / i! sqrt (j! / (j-2i)!) he_(j-2i)(t).
 * Those of tanh are integrals, by the trapezoid rule, exact to rounding as long as the grid resolves tanh (its poles are pi / 2 off the
 * axis); sigmoid(t) = 1/2 + tanh (t / 2) / 2. The series of tanh converges as exp (-pi sqrt (degree / q)): fast for the variances of
 * ordinary samples, slowly for a sample far larger than the rest or a strong bias. Pairs it does not serve, and only those, take the
 * other way: the logistic distribution is a normal one whose standard deviation is twice a Kolmogorov variable (Andrews and Mallows 1974),
 * so that tanh t = E[erf (t / (sqrt 2 S))], and a few values of S make it a sum of erfs, which have a closed form at every variance. */
#include "lofi-kernel-private.h"
#include "lofi-math-private.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NODES 512           /* of the trapezoid rule on (0, REACH], the function being even */
#define REACH 12.0
#define RESOLVED 256.0      /* the largest variance at which the grid resolves tanh: exp (-pi^2 NODES / (REACH sqrt q)) = 4e-12 */
#define BLOCK 256           /* samples expanded together */
#define LANES 64            /* columns that go through the series together */
#define SHORT 1e-10         /* of the mean square: what a series may leave out to be long enough */
#define TOLERANCE 1e-9      /* what a pair may miss before it takes the other way */
#define NARROW 0.2          /* the Kolmogorov distribution lies between, but for 3e-9 */
#define WIDE 3.2

bool
lofi_kernel_is_series (const LofiSigma *sigma)
{
  return sigma->degree != LOFI_DEGREE_EXACT || sigma->activation == LOFI_TANH || sigma->activation == LOFI_SIGMOID;
}

/* ---- tanh ---- */

/* Row m: the weight of node m times he_1, he_3, ... there (NODES x terms); squares: the weight alone. he_k exp (-g^2 / 4) stays bounded. */
static LofiStatus
hermite_table (size_t terms, LofiMatrix *table, double *weights)
{
  LofiStatus status = lofi_matrix_alloc (table, NODES, terms);
  for (size_t m = 0; m < NODES && status == LOFI_OK; m++)
    {
      double g = REACH * (double) (m + 1) / NODES, half = exp (-0.25 * g * g), before = half, now = half * g;
      double weight = 2.0 * REACH / NODES * 0.5 * M_2_SQRTPI * M_SQRT1_2 * half;
      weights[m] = weight * half;
      for (size_t k = 0; k < terms; k++)
        {
          double degree = 2.0 * (double) k + 1.0;
          table->data[m * terms + k] = weight * now;
          before = (g * now - sqrt (degree) * before) / sqrt (degree + 1.0);
          double next = (g * before - sqrt (degree + 1.0) * now) / sqrt (degree + 2.0);
          now = next;
        }
    }
  return status;
}

/* values (NODES): tanh (sqrt (q) g) at the nodes. Returns E[tanh^2]. */
static double
sample_tanh (double q, const double *weights, double *values)
{
  double root = sqrt (q), square = 0.0;
  for (size_t m = 0; m < NODES; m++)
    {
      values[m] = tanh (root * (REACH * (double) (m + 1) / NODES));
      square += weights[m] * values[m] * values[m];
    }
  return square;
}

size_t
lofi_kernel_series_terms (const LofiSigma *sigma, double largest)
{
  if (sigma->degree != LOFI_DEGREE_EXACT)
    return (size_t) sigma->degree + 1;
  double weights[NODES], values[NODES];
  LofiMatrix table;
  size_t terms = LOFI_KERNEL_TERMS_MAX;
  double q = fmin (sigma->activation == LOFI_SIGMOID ? 0.25 * largest : largest, RESOLVED);
  if (hermite_table (terms, &table, weights) != LOFI_OK)
    return terms;           /* the init that follows says so */
  double left = sample_tanh (q, weights, values), coefficients[LOFI_KERNEL_TERMS_MAX];
  cblas_dgemv (CblasRowMajor, CblasTrans, NODES, (int) terms, 1.0, table.data, (int) terms, values, 1, 0.0, coefficients, 1);
  lofi_matrix_clear (&table);
  size_t enough = 0;
  do
    {
      left -= coefficients[enough] * coefficients[enough];
      enough++;
    }
  while (left > SHORT && enough < terms);
  return enough;
}

/* The coefficients and the tails of all samples. */
static LofiStatus
expand_tanh (LofiKernelSeries *series, const LofiWatch *watch)
{
  size_t terms = series->terms, count = series->count, rows = lofi_smaller (BLOCK, count);
  double weights[NODES], square[BLOCK];
  LofiMatrix table, values = { 0 };
  LofiStatus status = hermite_table (terms, &table, weights);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&values, rows, NODES);
  for (size_t first = 0; first < count && status == LOFI_OK; first += rows)
    {
      size_t block = lofi_smaller (rows, count - first);
      for (size_t i = 0; i < block; i++)
        square[i] = sample_tanh (series->variances[first + i], weights, values.data + i * NODES);
      cblas_dgemm (CblasRowMajor, CblasTrans, CblasTrans, (int) terms, (int) block, NODES, series->gain, table.data, (int) terms,
                   values.data, NODES, 0.0, series->coefficients.data + first, (int) count);
      for (size_t i = 0; i < block; i++)
        {
          double left = series->gain * series->gain * square[i];
          for (size_t m = 0; m < terms; m++)
            left -= series->coefficients.data[m * count + first + i] * series->coefficients.data[m * count + first + i];
          double tail = series->variances[first + i] <= RESOLVED ? sqrt (fmax (left, 0.0)) : INFINITY;
          series->tails[first + i] = tail;
          series->largest_tail = fmax (series->largest_tail, tail);
        }
      if (lofi_watch_stops (watch))
        status = LOFI_STOPPED;
    }
  lofi_matrix_clear (&table);
  lofi_matrix_clear (&values);
  return status;
}

/* The density of the Kolmogorov distribution: one theta series where s is small, its mirror image where s is large. */
static double
kolmogorov_density (double s)
{
  double sum = 0.0;
  for (int k = 1; k <= 4; k++)
    if (s < 1.0)
      {
        double c = (2 * k - 1) * (2 * k - 1) * M_PI * M_PI / (8.0 * s * s);
        sum += sqrt (2.0 * M_PI) * exp (-c) * (2.0 * c - 1.0) / (s * s);
      }
    else
      sum += (k % 2 ? 8.0 : -8.0) * s * k * k * exp (-2.0 * k * k * s * s);
  return sum;
}

/* tanh t = sum of shares times erf (t / (sqrt 2 spread)), within 4e-9 for every t: the trapezoid rule in log s. */
static void
mixture_init (LofiKernelSeries *series)
{
  double step = log (WIDE / NARROW) / (LOFI_KERNEL_MIXTURE - 1), total = 0.0;
  for (int k = 0; k < LOFI_KERNEL_MIXTURE; k++)
    {
      double s = NARROW * exp (step * k);
      series->spreads[k] = s;
      series->shares[k] = s * kolmogorov_density (s);
      total += series->shares[k];
    }
  for (int k = 0; k < LOFI_KERNEL_MIXTURE; k++)
    series->shares[k] /= total;
}

/* E[tanh u tanh v] */
static double
mixture_pair (const LofiKernelSeries *series, double q1, double q2, double q12)
{
  double sum = 0.0, sizes[LOFI_KERNEL_MIXTURE];
  for (int l = 0; l < LOFI_KERNEL_MIXTURE; l++)
    sizes[l] = sqrt (series->spreads[l] * series->spreads[l] + q2);
  for (int k = 0; k < LOFI_KERNEL_MIXTURE; k++)
    {
      double part = q12 / sqrt (series->spreads[k] * series->spreads[k] + q1), inner = 0.0;
      for (int l = 0; l < LOFI_KERNEL_MIXTURE; l++)
        inner += series->shares[l] * asin (fmax (-1.0, fmin (1.0, part / sizes[l])));
      sum += series->shares[k] * inner;
    }
  return sum * M_2_PI;
}

/* ---- truncations ---- */

static void
expand_truncation (LofiKernelSeries *series, const LofiSigma *sigma)
{
  for (size_t i = 0; i < series->count; i++)
    {
      double q = series->variances[i], power = 1.0;
      for (int k = 0; k <= sigma->degree; k++, power *= sqrt (q))
        {
          double factor = 1.0, sum = 0.0;
          for (int j = k; j <= sigma->degree; j += 2)
            {
              sum += sigma->coefficients[j] * factor;
              factor *= (q - 1.0) / (double) (j + 2 - k) * sqrt ((double) (j + 1) * (double) (j + 2));
            }
          series->coefficients.data[(size_t) k * series->count + i] = power * sum;
        }
    }
}

/* ---- either ---- */

LofiStatus
lofi_kernel_series_init (LofiKernelSeries *series, const LofiSigma *sigma, size_t terms, const double *variances, size_t count,
                         const LofiWatch *watch)
{
  bool ends = sigma->degree != LOFI_DEGREE_EXACT, sigmoid = !ends && sigma->activation == LOFI_SIGMOID;
  *series = (LofiKernelSeries) { .terms = terms, .count = count, .odd = !ends, .constant = sigmoid ? 0.25 : 0.0,
                                 .stretch = sigmoid ? 0.25 : 1.0, .gain = sigmoid ? 0.5 : 1.0 };
  if (!lofi_fits_blas (count))
    return LOFI_BAD_SHAPE;
  LofiStatus status = lofi_matrix_alloc (&series->coefficients, terms, count);
  if (status != LOFI_OK)
    return status;
  series->variances = lofi_doubles_new (count);
  series->inverse_roots = lofi_doubles_new (count);
  series->tails = ends ? NULL : lofi_doubles_new (count);
  if (!series->variances || !series->inverse_roots || (!ends && !series->tails))
    return LOFI_NO_MEMORY;
  for (size_t i = 0; i < count; i++)
    {
      series->variances[i] = series->stretch * variances[i];
      series->inverse_roots[i] = series->variances[i] > 0.0 ? 1.0 / sqrt (series->variances[i]) : 0.0;
    }
  if (ends)
    {
      expand_truncation (series, sigma);
      return LOFI_OK;
    }
  mixture_init (series);
  return expand_tanh (series, watch);
}

void
lofi_kernel_series_clear (LofiKernelSeries *series)
{
  lofi_matrix_clear (&series->coefficients);
  free (series->variances);
  free (series->inverse_roots);
  free (series->tails);
  *series = (LofiKernelSeries) { 0 };
}

/* Pairs the series does not serve. rho: their correlations; k: the kernel, as the series has it. */
static void
mend_lanes (const LofiKernelSeries *rows, size_t i, const LofiKernelSeries *columns, size_t first, const double *rho, double *k,
            size_t count)
{
  double next = 2.0 * (double) rows->terms + 1.0;
  for (size_t j = 0; j < count; j++)
    {
      double most = rows->tails[i] * columns->tails[first + j];
      if (most <= TOLERANCE || most * pow (fabs (rho[j]), next) <= TOLERANCE)
        continue;
      double q1 = rows->variances[i], q2 = columns->variances[first + j], q12 = rho[j] * sqrt (q1) * sqrt (q2);
      k[j] = rows->constant + rows->gain * rows->gain * mixture_pair (rows, q1, q2, q12);
    }
}

static void
series_lanes (const LofiKernelSeries *rows, const double *mine, const LofiKernelSeries *columns, size_t first, const double *rho, double *k,
              size_t count)
{
  double step[LANES], sum[LANES];
  for (size_t j = 0; j < count; j++)
    {
      step[j] = rows->odd ? rho[j] * rho[j] : rho[j];
      sum[j] = 0.0;
    }
  for (size_t m = rows->terms; m-- > 0; )
    {
      const double *theirs = columns->coefficients.data + m * columns->count + first;
      double a = mine[m];
      for (size_t j = 0; j < count; j++)
        sum[j] = sum[j] * step[j] + a * theirs[j];
    }
  for (size_t j = 0; j < count; j++)
    k[j] = rows->constant + (rows->odd ? sum[j] * rho[j] : sum[j]);
}

void
lofi_kernel_series_row (const LofiKernelSeries *rows, size_t i, const LofiKernelSeries *columns, size_t first, double *k, size_t count)
{
  double mine[LOFI_KERNEL_TERMS_MAX], rho[LANES];
  for (size_t m = 0; m < rows->terms; m++)
    mine[m] = rows->coefficients.data[m * rows->count + i];
  double inverse = rows->stretch * rows->inverse_roots[i];
  bool doubtful = rows->tails && !(rows->tails[i] * columns->largest_tail <= TOLERANCE);
  for (size_t done = 0; done < count; done += LANES)
    {
      size_t lanes = lofi_smaller (LANES, count - done), from = first + done;
      const double *theirs = columns->inverse_roots + from;
      for (size_t j = 0; j < lanes; j++)
        {
          double r = k[done + j] * inverse * theirs[j];
          r = r > 1.0 ? 1.0 : r;
          rho[j] = r < -1.0 ? -1.0 : r;
        }
      series_lanes (rows, mine, columns, from, rho, k + done, lanes);
      if (doubtful)
        mend_lanes (rows, i, columns, from, rho, k + done, lanes);
    }
}
