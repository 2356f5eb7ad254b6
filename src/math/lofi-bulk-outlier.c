/* With phi(l) = E[t s^2 l / (l - t)], an eigenvalue leaves the bulk where psi = phi. To the right of the edge psi rises and phi falls, so there is one
 * such l or none (the eigenvalues of the directions beside w interlace). Everything is for the upper end; the lower one is that of -t. */
#include "lofi-bulk-law-private.h"
#include "lofi-math-private.h"

#include <math.h>
#include <stdlib.h>

#define STEPS_MOST 200
#define KAPPA_LEAST 1e-12   /* what is smaller is rounding of a signal that is not there */
/* Where the critical l is looked for: e^(i/4) above the largest t. Further out is what n / d = 1e24 would show. */
#define PLACE_FIRST -100
#define PLACE_LAST 110

/* ---- any number of values ---- */

/* Poles with what the direction has at each. */
typedef struct {
  LofiPoles poles;
  double *excess;           /* P(t) t (E[s^2 | t] - 1) */
} Spike;

static void
spike_clear (Spike *spike)
{
  lofi_poles_clear (&spike->poles);
  free (spike->excess);
}

static LofiStatus
spike_init (Spike *spike, const LofiLabelLaw *labels, const double *second_moments, bool above)
{
  *spike = (Spike) { 0 };
  LofiStatus status = lofi_poles_init (&spike->poles, labels);
  if (status != LOFI_OK)
    return status;
  if (!above)
    lofi_poles_negate (&spike->poles);
  spike->excess = lofi_doubles_new (labels->count);
  if (!spike->excess)
    {
      spike_clear (spike);
      return LOFI_NO_MEMORY;
    }
  size_t count = spike->poles.count, taken = 0;
  for (size_t k = 0; k < labels->count; k++)
    {
      double t = labels->values[k] / spike->poles.unit, share = labels->shares[k];
      if (!(share > 0.0 && share * t * t > 0.0))
        continue;
      if (!(second_moments[k] >= 0.0 && second_moments[k] < HUGE_VAL))
        status = LOFI_BAD_VALUE;
      size_t place = above ? taken : count - 1 - taken;
      spike->excess[place] = (above ? share * t : -share * t) * (second_moments[k] - 1.0);
      taken++;
    }
  if (status != LOFI_OK)
    spike_clear (spike);
  return status;
}

/* E[t (s^2 - 1) / (l - t)] */
static double
signal_at (const Spike *spike, double l)
{
  double sum = 0.0;
  for (size_t k = 0; k < spike->poles.count; k++)
    sum += spike->excess[k] / (l - spike->poles.t[k]);
  return sum;
}

/* E[t^2 / (l - t)^2] */
static double
noise_at (const Spike *spike, double l)
{
  double sum = 0.0;
  for (size_t k = 0; k < spike->poles.count; k++)
    {
      double r = 1.0 / (l - spike->poles.t[k]);
      sum += spike->poles.weight[k] * r * r;
    }
  return sum;
}

/* E[t^2 s^2 / (l - t)^2]: t^2 s^2 = t^2 + t * t (s^2 - 1). */
static double
spiked_noise_at (const Spike *spike, double l)
{
  double sum = 0.0;
  for (size_t k = 0; k < spike->poles.count; k++)
    {
      double r = 1.0 / (l - spike->poles.t[k]);
      sum += (spike->poles.weight[k] + spike->poles.t[k] * spike->excess[k]) * r * r;
    }
  return sum;
}

/* As a function of the edge l = a_+(aspect), the outlier exists where signal > noise = 1 / aspect. Walks down from far away to the far end of where
 * that is so, then to its near one: the outlier is there from the aspect found on. */
static double
critical_aspect (const Spike *spike)
{
  double start = fmax (spike->poles.t[spike->poles.count - 1], 0.0), inside = 0.0, outside = 0.0;
  for (int i = PLACE_LAST; i >= PLACE_FIRST; i--)
    {
      double l = exp (i / 4.0);
      if (signal_at (spike, start + l) > noise_at (spike, start + l))
        inside = l;
      else if (inside > 0.0)
        {
          outside = l;
          break;
        }
    }
  if (!(inside > 0.0))
    return HUGE_VAL;
  for (int i = 0; i < STEPS_MOST && inside - outside > 1e-16 * inside; i++)
    {
      double l = (inside + outside) / 2.0;
      if (signal_at (spike, start + l) > noise_at (spike, start + l))
        inside = l;
      else
        outside = l;
    }
  return 1.0 / noise_at (spike, start + inside);
}

/* (psi - phi) / l; psi - phi rises. */
static double
beyond (const Spike *spike, double aspect, double l)
{
  return 1.0 / aspect - signal_at (spike, l);
}

/* The root beyond the edge, where psi - phi is negative. */
static double
outlier_place (const Spike *spike, double aspect, double edge)
{
  double inside = edge, outside = 2.0 * fmax (edge, 1.0);
  while (beyond (spike, aspect, outside) < 0.0 && outside < 1e300)
    outside *= 2.0;
  for (int i = 0; i < STEPS_MOST && outside - inside > 2e-16 * outside; i++)
    {
      double l = (inside + outside) / 2.0;
      if (beyond (spike, aspect, l) < 0.0)
        inside = l;
      else
        outside = l;
    }
  return outside;
}

LofiStatus
lofi_predict_outlier (const LofiLabelLaw *labels, const double *second_moments, double aspect, bool above, LofiPredictedOutlier *outlier)
{
  *outlier = (LofiPredictedOutlier) { 0 };
  if (!lofi_aspect_is_good (aspect))
    return LOFI_BAD_VALUE;
  Spike spike;
  LofiStatus status = spike_init (&spike, labels, second_moments, above);
  if (status != LOFI_OK)
    return status;
  const LofiPoles *poles = &spike.poles;
  double edge = lofi_poles_upper (poles, aspect), value = lofi_poles_edge (poles, aspect, edge);
  outlier->critical_aspect = critical_aspect (&spike);
  /* an edge at or below l = 0 belongs to weights of one sign whose D is not positive anywhere: there is no beyond */
  if (edge > 0.0 && beyond (&spike, aspect, edge) < 0.0)
    {
      double l = outlier_place (&spike, aspect, edge);
      double slope = 1.0 / aspect - noise_at (&spike, l);
      outlier->exists = true;
      value = lofi_poles_psi (poles, aspect, l);
      outlier->overlap = slope / (slope + spiked_noise_at (&spike, l));
    }
  outlier->value = (above ? value : -value) * poles->unit;
  spike_clear (&spike);
  return LOFI_OK;
}

/* ---- two values ---- */

/* The largest root of kappa l^3 - l^2 - (kappa + 2 mean) l - 1: beyond Cauchy's bound the cubic rises and is convex, so Newton comes down to it. */
static double
critical_binary (double mean, double kappa)
{
  double l = 1.0 + fmax (1.0, fabs (kappa + 2.0 * mean)) / kappa;
  for (int i = 0; i < STEPS_MOST; i++)
    {
      double value = ((kappa * l - 1.0) * l - (kappa + 2.0 * mean)) * l - 1.0;
      double slope = (3.0 * kappa * l - 2.0) * l - (kappa + 2.0 * mean);
      double step = value / slope;
      if (!(step > 1e-16 * l))
        break;
      l -= step;
    }
  return (l * l - 1.0) / (kappa * l);
}

LofiStatus
lofi_predict_binary_outlier (double mean, double kappa, double aspect, LofiPredictedOutlier *outlier)
{
  *outlier = (LofiPredictedOutlier) { 0 };
  double values[2] = { -1.0, 1.0 }, shares[2] = { (1.0 - mean) / 2.0, (1.0 + mean) / 2.0 };
  LofiLabelLaw law = { 2, values, shares };
  if (!(mean > -1.0 && mean < 1.0) || !isfinite (kappa))
    return LOFI_BAD_VALUE;
  double low, high;
  LofiStatus status = lofi_bulk_edges (&law, aspect, &low, &high);
  if (status != LOFI_OK)
    return status;
  bool above = kappa >= 0.0;
  double k = fabs (kappa), b = above ? mean : -mean;
  outlier->value = above ? high : low;
  outlier->critical_aspect = HUGE_VAL;
  if (!(k > KAPPA_LEAST))
    return LOFI_OK;
  outlier->critical_aspect = critical_binary (b, k);
  double l = (aspect * k + sqrt (aspect * aspect * k * k + 4.0)) / 2.0;
  double left = 1.0 - (l * l + 1.0 + 2.0 * b * l) / (aspect * k * k * l * l);
  if (left > 0.0)
    {
      double x = (k * l + b * l + 1.0) / (aspect * k);
      outlier->exists = true;
      outlier->value = above ? x : -x;
      outlier->overlap = left / (1.0 + 2.0 / (aspect * k * l));
    }
  return LOFI_OK;
}
