#include "lofi-bulk-law-private.h"
#include "lofi-math-private.h"

#include <math.h>
#include <stdlib.h>

#define STEPS_MOST 100
/* Two poles this near to closing a gap between them, in units of their distance, have closed it: what is left is rounding. */
#define GAP_LEAST 1e-6

/* ---- poles ---- */

void
lofi_poles_clear (LofiPoles *poles)
{
  free (poles->t);
  free (poles->weight);
  *poles = (LofiPoles) { 0 };
}

LofiStatus
lofi_poles_init (LofiPoles *poles, const LofiLabelLaw *labels)
{
  *poles = (LofiPoles) { 0 };
  for (size_t k = 0; k < labels->count; k++)
    if (labels->shares[k] > 0.0)
      poles->unit = fmax (poles->unit, fabs (labels->values[k]));
  if (!(poles->unit > 0.0 && poles->unit < HUGE_VAL))
    return LOFI_BAD_VALUE;
  poles->t = lofi_doubles_new (labels->count);
  poles->weight = lofi_doubles_new (labels->count);
  if (!poles->t || !poles->weight)
    {
      lofi_poles_clear (poles);
      return LOFI_NO_MEMORY;
    }
  for (size_t k = 0; k < labels->count; k++)
    {
      double share = labels->shares[k], t = labels->values[k] / poles->unit, weight = share * t * t;
      if (!(weight > 0.0))      /* nor does a t whose square vanishes beside the largest one matter */
        continue;
      poles->t[poles->count] = t;
      poles->weight[poles->count++] = weight;
      poles->mean += share * t;
      poles->mass += share;
    }
  return LOFI_OK;
}

void
lofi_poles_negate (LofiPoles *poles)
{
  for (size_t k = 0; k < (poles->count + 1) / 2; k++)
    {
      size_t l = poles->count - 1 - k;
      double t = -poles->t[k], weight = poles->weight[k];
      poles->t[k] = -poles->t[l];
      poles->weight[k] = poles->weight[l];
      poles->t[l] = t;
      poles->weight[l] = weight;
    }
  poles->mean = -poles->mean;
}

double
lofi_poles_psi (const LofiPoles *poles, double aspect, double l)
{
  double sum = l / aspect + poles->mean;
  for (size_t k = 0; k < poles->count; k++)
    sum += poles->weight[k] / (l - poles->t[k]);
  return sum;
}

double
lofi_poles_edge (const LofiPoles *poles, double aspect, double l)
{
  double psi = lofi_poles_psi (poles, aspect, l);
  return l <= 0.0 || (lofi_poles_atom (poles, aspect) > 0.0 && psi < 0.0) ? 0.0 : psi;
}

/* Where the pole alone would have the edge above it, or with side = -1 below: further out than all of them nothing is inside. */
static double
reach (const LofiPoles *poles, double aspect, size_t k, double side)
{
  return poles->t[k] + side * sqrt (aspect * poles->weight[k]);
}

/* E[t^2 / (a - t)^2] and E[t^2 / (a - t)^3]. */
static double
second_sum (const LofiPoles *poles, double a, double *third)
{
  double sum = 0.0, cubes = 0.0;
  for (size_t k = 0; k < poles->count; k++)
    {
      double r = 1.0 / (a - poles->t[k]), wr = poles->weight[k] * r * r;
      sum += wr;
      cubes += wr * r;
    }
  *third = cubes;
  return sum;
}

/* E^(-1/2) is a power mean of linear functions, so concave: Newton's steps from the left never pass the root. */
double
lofi_poles_upper (const LofiPoles *poles, double aspect)
{
  double a = reach (poles, aspect, 0, 1.0);
  for (size_t k = 1; k < poles->count; k++)
    a = fmax (a, reach (poles, aspect, k, 1.0));
  double root = sqrt (aspect);
  for (int i = 0; i < STEPS_MOST; i++)
    {
      double third, sum = second_sum (poles, a, &third), norm = 1.0 / sqrt (sum);
      double step = (root - norm) * sum / (norm * third);
      if (!(step > 1e-16 * fabs (a)))
        break;
      a += step;
    }
  return a;
}

/* The end of the support above pole k (side = 1) or below it (side = -1), if it comes before `limit`. Between two poles E[t^2 / (a - t)^2] is
 * convex: Newton's steps from a pole never pass a root, so where they meet no slope towards it there is none. */
static bool
inner_edge (const LofiPoles *poles, double aspect, size_t k, double side, double limit, double *edge)
{
  double a = reach (poles, aspect, k, side);
  for (int i = 0; i < STEPS_MOST && side * (limit - a) > 0.0; i++)
    {
      double third, sum = second_sum (poles, a, &third), excess = sum - 1.0 / aspect, step = excess / (2.0 * third);
      if (excess <= 0.0 || fabs (step) <= 4e-16 * (fabs (a) + fabs (poles->t[k])))
        {
          *edge = a;
          return true;
        }
      if (side * third <= 0.0)
        return false;
      a += step;
    }
  return false;
}

/* The intervals of a along which the boundary curve has s > 0: ends holds twice as many numbers as there are poles. */
static size_t
find_intervals (LofiPoles *poles, double aspect, double *ends)
{
  size_t count = 0;
  lofi_poles_negate (poles);
  ends[0] = -lofi_poles_upper (poles, aspect);
  lofi_poles_negate (poles);
  for (size_t k = 0; k + 1 < poles->count; k++)
    {
      double from, to, least = GAP_LEAST * (poles->t[k + 1] - poles->t[k]);
      if (inner_edge (poles, aspect, k, 1.0, poles->t[k + 1], &from) && inner_edge (poles, aspect, k + 1, -1.0, poles->t[k], &to)
          && to - from > least)
        {
          ends[++count] = from;
          ends[++count] = to;
        }
    }
  ends[++count] = lofi_poles_upper (poles, aspect);
  return (count + 1) / 2;
}

/* ---- the boundary curve ---- */

/* The s > 0 of E[t^2 / ((a - t)^2 + s)] = 1 / aspect for one or two poles. */
static double
height_of_two (const LofiPoles *poles, double aspect, double a)
{
  double first = (a - poles->t[0]) * (a - poles->t[0]), w = aspect * poles->weight[0];
  if (poles->count == 1)
    return w - first;
  double second = (a - poles->t[1]) * (a - poles->t[1]), v = aspect * poles->weight[1];
  double linear = first + second - w - v, constant = first * second - w * second - v * first;
  double root = sqrt (fmax (linear * linear - 4.0 * constant, 0.0));
  return linear > 0.0 ? -2.0 * constant / (linear + root) : (root - linear) / 2.0;
}

/* For any number: 1 / E is concave in s, so Newton's steps from the left never pass the root; a single pole gives where to begin. */
static double
height_of_many (const LofiPoles *poles, double aspect, double a)
{
  double s = 0.0;
  for (size_t k = 0; k < poles->count; k++)
    {
      double distance = a - poles->t[k];
      s = fmax (s, aspect * poles->weight[k] - distance * distance);
    }
  for (int i = 0; i < STEPS_MOST; i++)
    {
      double sum = 0.0, slope = 0.0;
      for (size_t k = 0; k < poles->count; k++)
        {
          double distance = a - poles->t[k], r = 1.0 / (distance * distance + s), wr = poles->weight[k] * r;
          sum += wr;
          slope += wr * r;
        }
      double step = sum * (aspect * sum - 1.0) / slope;
      if (!(step > 2e-16 * s))
        break;
      s += step;
    }
  return s;
}

static void
place_point (const LofiPoles *poles, double aspect, double a, double *x, double *density)
{
  double s = fmax (poles->count <= 2 ? height_of_two (poles, aspect, a) : height_of_many (poles, aspect, a), 0.0);
  double sum = a / aspect + poles->mean;
  for (size_t k = 0; k < poles->count; k++)
    {
      double distance = a - poles->t[k];
      sum += poles->weight[k] * distance / (distance * distance + s);
    }
  *x = sum * poles->unit;
  *density = aspect / M_PI * sqrt (s) / (a * a + s) / poles->unit;
}

/* One interval of the support, edges included. */
static void
walk (const LofiPoles *poles, double aspect, double from, double to, size_t points, double *x, double *density)
{
  double middle = (from + to) / 2.0, half = (to - from) / 2.0;
  size_t inner = points - 2;
  for (size_t i = 0; i < inner; i++)
    {
      double a = middle - half * cos (M_PI * ((double) i + 0.5) / (double) inner);
      if (fabs (a) < 1e-9 * half)     /* 0 / 0 where the density has its pole, at aspect P(t != 0) = 1 */
        a = 1e-9 * half;
      place_point (poles, aspect, a, &x[i + 1], &density[i + 1]);
    }
  x[0] = lofi_poles_psi (poles, aspect, from) * poles->unit;
  x[points - 1] = lofi_poles_psi (poles, aspect, to) * poles->unit;
  /* weights of one sign at that aspect have the pole at an edge, where the density then does not vanish */
  density[0] = fabs (from) > 1e-9 * half ? 0.0 : density[1];
  density[points - 1] = fabs (to) > 1e-9 * half ? 0.0 : density[points - 2];
}

static void
edges (LofiPoles *poles, double aspect, double *low, double *high)
{
  *high = poles->unit * lofi_poles_edge (poles, aspect, lofi_poles_upper (poles, aspect));
  lofi_poles_negate (poles);
  *low = -poles->unit * lofi_poles_edge (poles, aspect, lofi_poles_upper (poles, aspect));
  lofi_poles_negate (poles);
}

LofiStatus
lofi_bulk_edges (const LofiLabelLaw *labels, double aspect, double *low, double *high)
{
  if (!lofi_aspect_is_good (aspect))
    return LOFI_BAD_VALUE;
  LofiPoles poles;
  LofiStatus status = lofi_poles_init (&poles, labels);
  if (status != LOFI_OK)
    return status;
  edges (&poles, aspect, low, high);
  lofi_poles_clear (&poles);
  return LOFI_OK;
}

void
lofi_bulk_law_clear (LofiBulkLaw *law)
{
  free (law->x);
  free (law->density);
  *law = (LofiBulkLaw) { 0 };
}

static LofiStatus
draw (LofiBulkLaw *law, LofiPoles *poles, double aspect, size_t points)
{
  double *ends = lofi_doubles_new (2 * poles->count);
  if (!ends)
    return LOFI_NO_MEMORY;
  size_t intervals = find_intervals (poles, aspect, ends);
  LofiStatus status = LOFI_NO_MEMORY;
  if (!__builtin_mul_overflow (intervals, points, &law->count))
    {
      law->x = lofi_doubles_new (law->count);
      law->density = lofi_doubles_new (law->count);
    }
  if (law->x && law->density)
    {
      for (size_t i = 0; i < intervals; i++)
        walk (poles, aspect, ends[2 * i], ends[2 * i + 1], points, law->x + i * points, law->density + i * points);
      status = LOFI_OK;
    }
  free (ends);
  return status;
}

LofiStatus
lofi_bulk_law_init (LofiBulkLaw *law, const LofiLabelLaw *labels, double aspect, size_t points)
{
  *law = (LofiBulkLaw) { 0 };
  if (points < 4)
    return LOFI_BAD_SHAPE;
  if (!lofi_aspect_is_good (aspect))
    return LOFI_BAD_VALUE;
  LofiPoles poles;
  LofiStatus status = lofi_poles_init (&poles, labels);
  if (status != LOFI_OK)
    return status;
  status = draw (law, &poles, aspect, points);
  if (status == LOFI_OK)
    {
      edges (&poles, aspect, &law->low, &law->high);
      law->atom = lofi_poles_atom (&poles, aspect);
    }
  else
    lofi_bulk_law_clear (law);
  lofi_poles_clear (&poles);
  return status;
}
