#include "lofi-degree.h"
#include "lofi-math-private.h"
#include "lofi-random.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>

#define POINTS LOFI_CIRCLE_POINTS
#define FREQUENCIES (POINTS / 2 + 1)
#define BLOCK 16            /* circles evaluated at once */
#define UNKNOWNS 31         /* w_0 .. w_30: what is beyond the degrees that are told apart must have somewhere to go */
#define SWEEPS 2000
#define SETTLED 1e-9        /* of the whole power: the largest change in a sweep */

/* table: cosines (FREQUENCIES rows), then sines, at the angles. */
static void
fill_table (double table[2 * FREQUENCIES][POINTS])
{
  for (size_t k = 0; k < FREQUENCIES; k++)
    for (size_t j = 0; j < POINTS; j++)
      {
        /* the angle first brought into one turn, so that every row has exactly the same 32 numbers */
        double angle = 2.0 * M_PI * (double) (k * j % POINTS) / POINTS;
        table[k][j] = cos (angle);
        table[FREQUENCIES + k][j] = sin (angle);
      }
}

/* A circle's points, POINTS rows of x. draw: 2 d numbers of work. */
static void
place_circle (uint64_t seed, uint32_t circle, double table[2 * FREQUENCIES][POINTS], double *draw, LofiMatrix *x)
{
  size_t d = x->cols;
  lofi_random_normals (seed, LOFI_PURPOSE_CIRCLES, circle, 0, 2 * d, draw);
  for (size_t j = 0; j < POINTS; j++)
    for (size_t i = 0; i < d; i++)
      x->data[j * x->stride + i] = draw[i] * table[1][j] + draw[d + i] * table[FREQUENCIES + 1][j];
}

/* Adds the power at each frequency of a circle's values (POINTS x K) to power (FREQUENCIES x K). waves: 2 FREQUENCIES x K of work. */
static void
add_power (double table[2 * FREQUENCIES][POINTS], const LofiMatrix *values, LofiMatrix *waves, LofiMatrix *power)
{
  size_t functions = values->cols;
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, 2 * FREQUENCIES, (int) functions, POINTS, 1.0 / POINTS, table[0], POINTS,
               values->data, (int) values->stride, 0.0, waves->data, (int) waves->stride);
  for (size_t k = 0; k < FREQUENCIES; k++)
    {
      double twice = k > 0 && k < POINTS / 2 ? 2.0 : 1.0;     /* frequency k stands for -k as well */
      const double *even = waves->data + k * functions, *odd = even + FREQUENCIES * functions;
      double *sum = power->data + k * functions;
      for (size_t f = 0; f < functions; f++)
        sum[f] += twice * (even[f] * even[f] + odd[f] * odd[f]);
    }
}

typedef struct {
  LofiMatrix inputs, values, waves, draw;
  double table[2 * FREQUENCIES][POINTS];
} Circles;

static void
circles_clear (Circles *circles)
{
  lofi_matrix_clear (&circles->inputs);
  lofi_matrix_clear (&circles->values);
  lofi_matrix_clear (&circles->waves);
  lofi_matrix_clear (&circles->draw);
}

static LofiStatus
circles_init (Circles *circles, const LofiFunctions *functions)
{
  *circles = (Circles) { 0 };
  fill_table (circles->table);
  LofiStatus status = lofi_matrix_alloc (&circles->inputs, BLOCK * POINTS, functions->inputs);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&circles->values, BLOCK * POINTS, functions->functions);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&circles->waves, 2 * FREQUENCIES, functions->functions);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&circles->draw, 2, functions->inputs);
  return status;
}

/* power (FREQUENCIES x K): the sum over the circles. */
static LofiStatus
measure_power (const LofiFunctions *functions, size_t circles, uint64_t seed, Circles *work, LofiMatrix *power,
               const LofiWatch *watch)
{
  for (size_t first = 0; first < circles; first += BLOCK)
    {
      if (lofi_watch_stops (watch))
        return LOFI_STOPPED;
      size_t count = lofi_smaller (BLOCK, circles - first);
      LofiMatrix x = lofi_matrix_row_block (&work->inputs, 0, count * POINTS);
      LofiMatrix values = lofi_matrix_row_block (&work->values, 0, count * POINTS);
      for (size_t c = 0; c < count; c++)
        {
          LofiMatrix circle = lofi_matrix_row_block (&x, c * POINTS, POINTS);
          place_circle (seed, (uint32_t) (first + c), work->table, work->draw.data, &circle);
        }
      LofiStatus status = functions->evaluate (functions->data, &x, &values);
      if (status != LOFI_OK)
        return status;
      for (size_t c = 0; c < count; c++)
        {
          LofiMatrix circle = lofi_matrix_row_block (&values, c * POINTS, POINTS);
          add_power (work->table, &circle, &work->waves, power);
        }
      lofi_watch_report (watch, (double) (first + count) / (double) circles);
    }
  return lofi_matrix_is_finite (power) ? LOFI_OK : LOFI_NOT_FINITE;
}

/* The fit of C = A w: what does not depend on the function. */
typedef struct {
  double a[FREQUENCIES][UNKNOWNS];
  double gram[UNKNOWNS][UNKNOWNS];
} Fit;

/* cos^m = 2^-m sum_j binom(m, j) cos (m - 2 j) th, and at 32 angles frequency q > 16 is frequency 32 - q. */
static void
fit_init (Fit *fit)
{
  *fit = (Fit) { 0 };
  for (size_t m = 0; m < UNKNOWNS; m++)
    {
      double term = exp2 (-(double) m);
      for (size_t j = 0; j <= m; j++)
        {
          size_t q = 2 * j > m ? 2 * j - m : m - 2 * j;
          fit->a[q > POINTS / 2 ? POINTS - q : q][m] += term;
          term *= (double) (m - j) / (double) (j + 1);
        }
    }
  for (size_t m = 0; m < UNKNOWNS; m++)
    for (size_t l = 0; l < UNKNOWNS; l++)
      for (size_t k = 0; k < FREQUENCIES; k++)
        fit->gram[m][l] += fit->a[k][m] * fit->a[k][l];
}

/* w (UNKNOWNS) minimises |A w - C| between 0 and the bounds, one coordinate after another. The bounds: degree m alone puts A_km w_m at
 * frequency k = m, or at the highest of its parity, so more than C_k / A_km it cannot be. */
static void
fit_solve (const Fit *fit, const double power[FREQUENCIES], double w[UNKNOWNS])
{
  double target[UNKNOWNS] = { 0 }, bound[UNKNOWNS];
  for (size_t m = 0; m < UNKNOWNS; m++)
    {
      size_t top = m < FREQUENCIES ? m : FREQUENCIES - 1 - m % 2;
      bound[m] = power[top] / fit->a[top][m];
      for (size_t k = 0; k < FREQUENCIES; k++)
        target[m] += fit->a[k][m] * power[k];
      w[m] = 0.0;
    }
  double change = 1.0;
  for (int sweep = 0; sweep < SWEEPS && change > SETTLED; sweep++)
    {
      change = 0.0;
      for (size_t m = 0; m < UNKNOWNS; m++)
        {
          double slope = target[m];
          for (size_t l = m % 2; l < UNKNOWNS; l += 2)     /* even and odd degrees share no frequency */
            slope -= fit->gram[m][l] * w[l];
          double next = fmin (fmax (w[m] + slope / fit->gram[m][m], 0.0), bound[m]);
          change = fmax (change, fabs (next - w[m]));
          w[m] = next;
        }
    }
}

/* Shares of one function from its power at each frequency, in any unit. */
static void
find_shares (const Fit *fit, const double *power, size_t stride, double shares[LOFI_DEGREES])
{
  double whole = 0.0, relative[FREQUENCIES], w[UNKNOWNS], sum = 0.0;
  for (size_t k = 0; k < FREQUENCIES; k++)
    whole += power[k * stride];
  for (size_t m = 0; m < LOFI_DEGREES; m++)
    shares[m] = 0.0;
  if (!(whole > 0.0))
    return;
  for (size_t k = 0; k < FREQUENCIES; k++)
    relative[k] = power[k * stride] / whole;
  fit_solve (fit, relative, w);
  for (size_t m = 0; m < UNKNOWNS; m++)
    sum += w[m];
  for (size_t m = 0; m < UNKNOWNS; m++)
    shares[lofi_smaller (m, LOFI_DEGREES - 1)] += w[m] / sum;
}

LofiStatus
lofi_degree_spectrum (const LofiFunctions *functions, size_t circles, uint64_t seed, LofiMatrix *shares, const LofiWatch *watch)
{
  if (functions->inputs == 0 || functions->functions == 0 || circles == 0 || circles > UINT32_MAX
      || !lofi_fits_blas (functions->functions) || shares->rows != functions->functions || shares->cols != LOFI_DEGREES)
    return LOFI_BAD_SHAPE;
  Circles work;
  LofiMatrix power = { 0 };
  LofiStatus status = circles_init (&work, functions);
  if (status == LOFI_OK)
    status = lofi_matrix_alloc (&power, FREQUENCIES, functions->functions);
  if (status == LOFI_OK)
    status = measure_power (functions, circles, seed, &work, &power, watch);
  if (status == LOFI_OK)
    {
      Fit fit;
      fit_init (&fit);
      for (size_t f = 0; f < functions->functions; f++)
        find_shares (&fit, power.data + f, power.stride, shares->data + f * shares->stride);
    }
  lofi_matrix_clear (&power);
  circles_clear (&work);
  return status;
}
