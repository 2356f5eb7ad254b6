/* Everything is for the right edge; the left one is that of -t. Outside the spectrum on the right e rises from its value at the edge to 0 at infinity, so
 * that z as a function of e has its minimum at the edge. e = -e^th, or where a positive t sets a limit -1/t_max of e, -sigmoid (th) / t_max. */
#include "lofi-separable-law.h"
#include "lofi-math-private.h"

#include <math.h>
#include <stdlib.h>

#define THETA_MOST 36.0     /* 1 - sigmoid (36) is still a number */
#define THETA_SETTLED 1e-7  /* the minimum is flat: z is then good to its square */
#define STEPS_MOST 100

/* Atoms with a share of weights and of positive eigenvalues, in units of the largest magnitude and of the mean. */
typedef struct {
  size_t labels, values, means;
  double *t, *share;        /* labels; t in units of the largest, if any is positive */
  double *s, *weight;       /* values: s_j and its share times s_j, which add up to 1 */
  double *mean_s, *mean_square;
  double t_most;            /* 1, or 0 when no t is positive */
  double spread;            /* sum of weight s */
  double aspect;
  double unit;              /* of z */
  bool kernel;              /* an eigenvalue of zero has a share */
  double *storage;
} Law;

static bool
take_labels (Law *law, const LofiLabelLaw *labels, double side)
{
  double most = 0.0, largest = 0.0;
  for (size_t k = 0; k < labels->count; k++)
    if (labels->shares[k] > 0.0)
      {
        most = fmax (most, side * labels->values[k]);
        largest = fmax (largest, fabs (labels->values[k]));
      }
  if (!(largest > 0.0 && largest < HUGE_VAL))
    return false;
  /* so small a positive part that e may as well be anything negative */
  bool positive = most > 1e-150 * largest;
  double unit = positive ? most : largest;
  for (size_t k = 0; k < labels->count; k++)
    if (labels->shares[k] > 0.0)
      {
        law->t[law->labels] = side * labels->values[k] / unit;
        law->share[law->labels++] = labels->shares[k];
      }
  law->t_most = positive ? 1.0 : 0.0;
  law->unit *= unit;
  return true;
}

static bool
take_covariance (Law *law, const LofiCovarianceLaw *covariance)
{
  double mean = 0.0;
  for (size_t j = 0; j < covariance->count; j++)
    {
      if (!(covariance->values[j] >= 0.0 && covariance->shares[j] >= 0.0))
        return false;
      mean += covariance->shares[j] * covariance->values[j];
    }
  if (!(mean > 0.0 && mean < HUGE_VAL))
    return false;
  for (size_t j = 0; j < covariance->count; j++)
    {
      double s = covariance->values[j] / mean, weight = covariance->shares[j] * s;
      law->kernel |= covariance->shares[j] > 0.0 && !(weight > 0.0);
      if (!(weight > 0.0))
        continue;
      law->s[law->values] = s;
      law->weight[law->values++] = weight;
      law->spread += weight * s;
    }
  for (size_t j = 0; j < covariance->mean_count; j++)
    {
      if (!(covariance->mean_values[j] >= 0.0 && covariance->mean_squares[j] >= 0.0 && isfinite (covariance->mean_squares[j])))
        return false;
      if (covariance->mean_squares[j] == 0.0)
        continue;
      law->mean_s[law->means] = covariance->mean_values[j] / mean;
      law->mean_square[law->means++] = covariance->mean_squares[j] / mean;
    }
  law->unit *= mean;
  return true;
}

static LofiStatus
law_init (Law *law, const LofiLabelLaw *labels, const LofiCovarianceLaw *covariance, double aspect, double side)
{
  *law = (Law) { .aspect = aspect, .unit = 1.0 };
  if (!(aspect > 0.0 && aspect < HUGE_VAL))
    return LOFI_BAD_VALUE;
  size_t count;
  if (__builtin_add_overflow (labels->count, covariance->count, &count) || __builtin_add_overflow (count, covariance->mean_count, &count)
      || __builtin_mul_overflow (count, 2, &count))
    return LOFI_BAD_SHAPE;
  law->storage = lofi_doubles_new (count);
  if (!law->storage)
    return LOFI_NO_MEMORY;
  law->t = law->storage;
  law->share = law->t + labels->count;
  law->s = law->share + labels->count;
  law->weight = law->s + covariance->count;
  law->mean_s = law->weight + covariance->count;
  law->mean_square = law->mean_s + covariance->mean_count;
  if (take_labels (law, labels, side) && take_covariance (law, covariance))
    return LOFI_OK;
  free (law->storage);
  law->storage = NULL;
  return LOFI_BAD_VALUE;
}

/* e and g at theta. */
static double
label_response (const Law *law, double theta, double *e)
{
  double g = 0.0;
  if (law->t_most > 0.0)
    {
      double sigmoid = 1.0 / (1.0 + exp (-theta)), rest = 1.0 / (1.0 + exp (theta));
      for (size_t k = 0; k < law->labels; k++)
        g += law->share[k] * law->t[k] / (rest + (1.0 - law->t[k]) * sigmoid);
      *e = -sigmoid;
      return g;
    }
  *e = -exp (theta);
  for (size_t k = 0; k < law->labels; k++)
    g += law->share[k] * law->t[k] / (1.0 + law->t[k] * *e);
  return g;
}

/* The root z beyond all g s_j of mean_j [s_j / (z - g s_j)] = k. One over the left side is a harmonic mean of linear functions, so concave: Newton's
 * steps from the left never pass the root. Each atom alone, and all of them at their mean place, are at the left of it. */
static double
root_beyond (const Law *law, double g, double k)
{
  double z = g * law->spread + 1.0 / k;
  for (size_t j = 0; j < law->values; j++)
    z = fmax (z, g * law->s[j] + law->weight[j] / k);
  for (int i = 0; i < STEPS_MOST; i++)
    {
      double sum = 0.0, slope = 0.0;
      for (size_t j = 0; j < law->values; j++)
        {
          double r = 1.0 / (z - g * law->s[j]), wr = law->weight[j] * r;
          sum += wr;
          slope += wr * r;
        }
      double step = sum * (sum - k) / (k * slope);
      if (!(step > 1e-15 * fabs (z)))
        break;
      z += step;
    }
  return z;
}

static double
place (const Law *law, double theta, double *g)
{
  double e;
  *g = label_response (law, theta, &e);
  return root_beyond (law, *g, -law->aspect * e);
}

/* Golden section. */
static double
edge_theta (const Law *law)
{
  const double part = (sqrt (5.0) - 1.0) / 2.0;
  double from = -THETA_MOST, to = THETA_MOST, g;
  double left = to - part * (to - from), right = from + part * (to - from);
  double at_left = place (law, left, &g), at_right = place (law, right, &g);
  while (to - from > THETA_SETTLED)
    if (at_left < at_right)
      {
        to = right;
        right = left;
        at_right = at_left;
        left = to - part * (to - from);
        at_left = place (law, left, &g);
      }
    else
      {
        from = left;
        left = right;
        at_left = at_right;
        right = from + part * (to - from);
        at_right = place (law, right, &g);
      }
  return (from + to) / 2.0;
}

/* 1 - g sum_j mu2_j / (z - g s_j), negative also where the spike has been passed at a pole: beyond the edge it falls as z does while g is positive,
 * and is not below 1 where g is not. */
static double
spike_at (const Law *law, double theta, double *z)
{
  double g, sum = 0.0;
  *z = place (law, theta, &g);
  if (!(g > 0.0))
    return 1.0;
  for (size_t j = 0; j < law->means; j++)
    {
      double distance = *z - g * law->mean_s[j];
      if (!(distance > 0.0))
        return -1.0;
      sum += law->mean_square[j] / distance;
    }
  return 1.0 - g * sum;
}

static double
outermost (const Law *law, bool with_mean)
{
  double theta = edge_theta (law), g, edge = place (law, theta, &g), spike = edge;
  /* the kernel of C: of Sigma, or where the weights are of one sign and fewer than its dimensions, which is where z does not turn before 0 */
  bool zero = law->kernel || (law->t_most == 0.0 && edge > 0.0);
  if (zero)
    edge = law->t_most == 0.0 ? 0.0 : fmax (edge, 0.0);
  if (with_mean && law->means > 0 && spike_at (law, theta, &spike) < 0.0)
    {
      double inside = theta, outside = -THETA_MOST;
      for (int i = 0; i < STEPS_MOST && inside - outside > 1e-14; i++)
        {
          double middle = (inside + outside) / 2.0;
          if (spike_at (law, middle, &spike) < 0.0)
            inside = middle;
          else
            outside = middle;
        }
      edge = fmax (edge, spike);
    }
  return edge * law->unit;
}

static LofiStatus
ends (const LofiLabelLaw *labels, const LofiCovarianceLaw *covariance, double aspect, bool with_mean, double *low, double *high)
{
  double found[2];
  for (int i = 0; i < 2; i++)
    {
      Law law;
      LofiStatus status = law_init (&law, labels, covariance, aspect, i ? 1.0 : -1.0);
      if (status != LOFI_OK)
        return status;
      found[i] = outermost (&law, with_mean);
      free (law.storage);
    }
  *low = -found[0];
  *high = found[1];
  return LOFI_OK;
}

LofiStatus
lofi_separable_edges (const LofiLabelLaw *labels, const LofiCovarianceLaw *covariance, double aspect, double *low, double *high)
{
  return ends (labels, covariance, aspect, false, low, high);
}

LofiStatus
lofi_null_edges (const LofiLabelLaw *labels, const LofiCovarianceLaw *covariance, double aspect, double *low, double *high)
{
  return ends (labels, covariance, aspect, true, low, high);
}
