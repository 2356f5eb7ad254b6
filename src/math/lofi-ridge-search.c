/* Where the leave-one-out error is smallest along the penalties, without evaluating it at all of them.
 *
 * As a function of t = log a every term is a mixture of s^2 / (s^2 + a) = 1 / (1 + exp (t - log s^2)), analytic for |Im t| < pi
 * whatever the s are, and so is the error: there one less leverage, a mixture of a / (s^2 + a) whose argument keeps within (0, Im t),
 * has no zero. Samples of such a function a good deal closer than pi leave little to guess: with six of them a distance h apart, the
 * interpolation between the middle two is off by some 3.5 (h / pi)^6 of the function's size near |Im t| = pi, 2e-4 for h = 0.6.
 * No bound is taken on trust: six samples and four of them give two answers, whose difference is the error of the worse, and
 * several times as much is allowed for in the better. Every penalty that might then hold the smallest error is evaluated; if
 * they are many, first one between, which brings the samples closer. Of thirty thousand problems made to be hard, h = 0.25, 0.45,
 * 0.6 and 0.9 got every penalty right, h = 1.35 missed two. Penalties that are not log-spaced are all evaluated. */
#include "lofi-math-private.h"
#include "lofi-ridge-private.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define STEP 0.6            /* of log a, between the first samples */
#define SAMPLES 8           /* at least, or all are evaluated */
#define FEW 24              /* penalties evaluated without closing in on them */
#define SAFETY 4.0          /* times the largest difference of the two interpolations between two samples */
#define SAFETY_AT_END 16.0
#define NOISE 1e-12         /* what rounding of the sums may do to an error */

typedef struct {
  const LofiRidgeSearch *search;
  double *curve, *doubt;
  double *logs;             /* of the penalties */
  double *guess;            /* interpolated log errors */
  double *least;            /* what the true errors are at least */
  double *fresh;            /* 3 x count: what was evaluated last */
  size_t *which;            /* places to evaluate next */
  size_t *middles;          /* of gaps */
  size_t *known;            /* places evaluated, ascending */
  size_t known_count;
} Walk;

static void
walk_clear (Walk *walk)
{
  free (walk->logs);
  free (walk->which);
}

static LofiStatus
walk_init (Walk *walk, const LofiRidgeSearch *search, double *curve, double *doubt)
{
  size_t count = search->count;
  *walk = (Walk) { .search = search, .curve = curve, .doubt = doubt };
  walk->logs = lofi_doubles_new (6 * count);
  walk->which = count <= SIZE_MAX / (3 * sizeof *walk->which) ? malloc (3 * count * sizeof *walk->which) : NULL;
  if (!walk->logs || !walk->which)
    return LOFI_NO_MEMORY;
  walk->guess = walk->logs + count;
  walk->least = walk->guess + count;
  walk->fresh = walk->least + count;
  walk->middles = walk->which + count;
  walk->known = walk->middles + count;
  for (size_t k = 0; k < count; k++)
    {
      walk->logs[k] = log (search->penalties[k]);
      curve[k] = doubt[k] = NAN;
    }
  return LOFI_OK;
}

/* Places between the first samples. */
static size_t
first_step (const Walk *walk)
{
  size_t count = walk->search->count;
  if (walk->search->whole || count < 2 * SAMPLES)
    return 1;
  double spacing = (walk->logs[count - 1] - walk->logs[0]) / (double) (count - 1);
  for (size_t k = 0; k < count; k++)
    if (!(fabs (walk->logs[k] - walk->logs[0] - spacing * (double) k) <= 0.01 * spacing))
      return 1;
  size_t step = (size_t) (STEP / spacing);
  step = lofi_smaller (step, (count - 1) / (SAMPLES - 1));
  return step > 0 ? step : 1;
}

static LofiStatus
evaluate (Walk *walk, size_t count, const LofiWatch *watch)
{
  const LofiRidgeSearch *search = walk->search;
  double *errors = walk->fresh, *doubts = errors + count, *least = doubts + count;
  if (count == 0)
    return LOFI_OK;
  LofiStatus status = search->evaluate (search->data, walk->which, count, errors, doubts, least, watch);
  if (status != LOFI_OK)
    return status;
  for (size_t i = 0; i < count; i++)
    {
      walk->curve[walk->which[i]] = errors[i];
      walk->doubt[walk->which[i]] = doubts[i];
      walk->least[walk->which[i]] = least[i];
    }
  walk->known_count = 0;
  for (size_t k = 0; k < search->count; k++)
    if (!isnan (walk->doubt[k]))
      walk->known[walk->known_count++] = k;
  return LOFI_OK;
}

/* log error at t from `count` samples, by Neville's scheme. */
static double
interpolate (const Walk *walk, size_t from, size_t count, double t)
{
  double value[6], at[6];
  for (size_t i = 0; i < count; i++)
    {
      at[i] = walk->logs[walk->known[from + i]];
      value[i] = log (walk->curve[walk->known[from + i]]);
    }
  for (size_t order = 1; order < count; order++)
    for (size_t i = 0; i + order < count; i++)
      value[i] = ((t - at[i]) * value[i + 1] - (t - at[i + order]) * value[i]) / (at[i + order] - at[i]);
  return value[0];
}

/* The first of `count` samples in whose middle the gap after known[gap] lies, as far as the ends allow. */
static size_t
window (const Walk *walk, size_t gap, size_t count)
{
  size_t half = count / 2 - 1, from = gap > half ? gap - half : 0;
  return lofi_smaller (from, walk->known_count - count);
}

/* The first of the smallest; a NaN never is. */
static size_t
smallest (const double *curve, size_t count)
{
  size_t best = 0;
  for (size_t k = 1; k < count; k++)
    if (curve[k] < curve[best] || (isnan (curve[best]) && !isnan (curve[k])))
      best = k;
  return best;
}

/* What the log of the error at place k may be smaller by than it seems, beyond what is allowed; infinite if nothing is known. */
static double
margin (const Walk *walk, size_t k)
{
  double less = walk->least[k] > 0.0 ? fmax (log (walk->curve[k] / walk->least[k]), 0.0) : INFINITY;
  return walk->search->single ? fmax (less - LOFI_RIDGE_DOUBTFUL_SINGLE, 0.0) - LOFI_RIDGE_ALLOWED : less;
}

/* Appends to which, after its first `count`, the places between known[gap] and known[gap + 1] whose error could be as small as `best`. */
static size_t
look_between (Walk *walk, size_t gap, double best, size_t count)
{
  size_t first = walk->known[gap] + 1, last = walk->known[gap + 1], six = window (walk, gap, 6), four = window (walk, gap, 4);
  bool at_end = gap < 2 || gap + 3 >= walk->known_count;    /* both windows to one side: the better is not much better */
  double off = 0.0, less = fmax (margin (walk, first - 1), margin (walk, last));
  for (size_t k = first; k < last; k++)
    {
      walk->guess[k] = interpolate (walk, six, 6, walk->logs[k]);
      double away = fabs (walk->guess[k] - interpolate (walk, four, 4, walk->logs[k]));
      if (!(away <= off))
        off = away;
    }
  for (size_t k = first; k < last; k++)
    if (!(walk->guess[k] - (at_end ? SAFETY_AT_END : SAFETY) * off - less - NOISE > log (best)))    /* true of a NaN */
      walk->which[count++] = k;
  return count;
}

/* Into which: all places that could be smallest; or, patiently, the middles of their gaps while that is fewer. */
static size_t
candidates (Walk *walk, bool *all)
{
  double best = walk->curve[smallest (walk->curve, walk->search->count)];
  size_t count = 0, middles = 0, *middle = walk->middles;
  for (size_t gap = 0; gap + 1 < walk->known_count; gap++)
    {
      size_t first = walk->known[gap], last = walk->known[gap + 1], before = count;
      count = look_between (walk, gap, best, count);
      if (count > before)
        middle[middles++] = first + (last - first) / 2;
    }
  *all = !walk->search->patient || count <= FEW || count <= 2 * middles;
  if (*all)
    return count;
  memcpy (walk->which, middle, middles * sizeof *middle);
  return middles;
}

/* No place is so doubtful that its error could be smaller than the smallest, or be it. The smallest itself, and where the whole curve is wanted
 * all that is not excluded by its doubt, has to be known well; of others it is enough that they are larger. */
static bool
is_certain (const Walk *walk, size_t best)
{
  double limit = walk->search->single ? LOFI_RIDGE_DOUBTFUL_SINGLE : LOFI_RIDGE_DOUBTFUL;
  for (size_t k = 0; k < walk->search->count; k++)
    {
      double least = walk->search->whole ? walk->curve[k] * (1.0 - walk->doubt[k]) : walk->least[k];
      if (walk->doubt[k] > limit && (k == best || !(least > walk->curve[best])))
        return false;
    }
  return true;
}

LofiStatus
lofi_ridge_search (const LofiRidgeSearch *search, double *curve, double *doubt, size_t *best, bool *certain, const LofiWatch *watch)
{
  Walk walk;
  LofiWatchPart part;
  LofiStatus status = walk_init (&walk, search, curve, doubt);
  size_t last = search->count - 1, step = status == LOFI_OK ? first_step (&walk) : 1, gaps = (last + step - 1) / step, asked = 0;
  for (size_t i = 0; i <= gaps && status == LOFI_OK; i++)
    walk.which[asked++] = gaps > 0 ? (i * last + gaps / 2) / gaps : 0;
  double done = 0.0;
  bool all = step == 1;
  *best = 0;
  *certain = true;
  while (status == LOFI_OK && asked > 0 && *certain)
    {
      status = evaluate (&walk, asked, lofi_watch_part (&part, watch, done, done + 0.7 * (1.0 - done)));
      done += 0.7 * (1.0 - done);
      if (status == LOFI_OK)
        {
          *best = smallest (curve, search->count);
          *certain = search->final || is_certain (&walk, *best);
          asked = all ? 0 : candidates (&walk, &all);
        }
    }
  walk_clear (&walk);
  return status;
}
