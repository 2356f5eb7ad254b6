/* Shuffles advance in lockstep: a pass over the rows makes one product for each of them (lofi-rows.c), each of them is a recurrence of Lanczos by itself
 * (lofi-lanczos.c), and what has settled leaves, so that later passes are narrower.
 *
 * When an end has settled. The edge of a bulk is no gap: neighbours stand P^(-2/3) apart. A residual r of the outermost Ritz value leaves an error of
 * r^2 over that distance, unless it is the second eigenvalue that is near it, the outermost not seen yet: then r is small and the error the distance.
 * Among the 400 ends of 200 shuffles of 2000 normal rows, P = 1000, residuals of 3e-3, 2e-3, 1e-3 and 5e-4 of the value left an error above 1e-3
 * (.0015 to .012) in 6, 6, 1 and none, and took 38.9, 40.9, 44.7 and 47.9 steps; half of the others are within 3e-5 to 6e-7. A lift of images
 * takes 12. Where several of an end are wanted, any of them can be passed over, and the residual asked for is less.
 *
 * Each end is measured by itself: labels that are not centred put one eigenvalue hundreds of times as far out as the other end is. */
#include "lofi-permutation-private.h"
#include "lofi-lanczos-private.h"
#include "lofi-math-private.h"
#include "lofi-random.h"
#include "lofi-rows-private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SMALL 150           /* P up to which whole spectra cost less, */
#define OF_AN_END 40        /* and up to which multiple of per_end */
#define STEPS 512           /* of a recurrence, at most */
#define MEMORY 536870912    /* bytes of bases, at most, of whole operators, too */
#define TOGETHER 64         /* shuffles, at most */
#define OUTERMOST 5e-4
#define SEVERAL 2e-4
#define FLOOR 1e-3          /* values below this much of the larger |end| are taken for as much */
#define LOOK_LEAST 2        /* steps between two looks */
#define LOOK_MOST 8
#define STARTS 0x80000000u  /* first stream of random starts: shuffle number i has number STARTS + i */

LofiStatus
lofi_shuffled_weights (uint64_t seed, uint32_t index, const double *weights, size_t n, double *shuffled)
{
  size_t *permutation, bytes;
  if (n == 0 || __builtin_mul_overflow (n, sizeof *permutation, &bytes))
    return LOFI_BAD_SHAPE;
  permutation = malloc (bytes);
  if (!permutation)
    return LOFI_NO_MEMORY;
  lofi_random_permutation (seed, LOFI_PURPOSE_PERMUTATION, index, n, permutation);
  for (size_t i = 0; i < n; i++)
    shuffled[i] = weights[permutation[i]];
  free (permutation);
  return LOFI_OK;
}

typedef struct {
  size_t shuffle;           /* of the job */
  double *weights;          /* n */
  LofiLanczos lanczos;
  size_t look;              /* steps at the next look, and at the last one; 0: there was none */
  size_t looked;
  double worst;             /* residual then, of what is allowed */
  double *ends;             /* 4 x per_end: the lowest, the highest, their residuals */
} Recurrence;

typedef struct {
  LofiShuffles *job;
  LofiRows rows;
  size_t count;             /* recurrences still going on */
  Recurrence *recurrences;  /* those first */
  const double **vectors, **weights;
  bool single;
} Group;

/* Where there are null eigenvalues enough, the lowest are not above them nor the highest below, however few copies a recurrence sees. */
static void
see_null (const LofiShuffles *job, double *low, double *high)
{
  for (size_t k = 0; k < job->per_end && k < job->null; k++)
    {
      low[k] = fmin (low[k], 0.0);
      high[k] = fmax (high[k], 0.0);
    }
}

/* The worst residual of the wanted values, of what is allowed: at most 1 when all have settled. */
static LofiStatus
look (const LofiShuffles *job, Recurrence *r)
{
  size_t per = job->per_end;
  double *low = r->ends, *high = low + per, *residuals = high + per, allowed = per > 1 ? SEVERAL : OUTERMOST;
  LofiStatus status = lofi_lanczos_ends (&r->lanczos, per, low, high, residuals);
  if (status != LOFI_OK)
    return status;
  double larger = fmax (fabs (low[0]), fabs (high[0]));
  r->worst = 0.0;
  for (size_t k = 0; k < 2 * per; k++)
    {
      bool beyond = k % per < job->null && (k < per ? low[k] > 0.0 : high[k - per] < 0.0);
      double reach = allowed * fmax (fabs (low[k]), FLOOR * larger);    /* low[per ..] is high */
      if (!beyond && residuals[k] > 0.0)
        r->worst = fmax (r->worst, residuals[k] / reach);
    }
  if (r->lanczos.closed > 0 && r->lanczos.closed < per && r->lanczos.steps < r->lanczos.order)
    r->worst = fmax (r->worst, 2.0);    /* one start sees one copy of each */
  return LOFI_OK;
}

/* When to look again: where the residual, falling as it did, will be small enough, or a little before. */
static void
plan (Recurrence *r, size_t steps, double worst_before)
{
  double left = (double) LOOK_MOST;
  if (r->looked > 0 && r->worst < worst_before)
    left = log (r->worst) / log (worst_before / r->worst) * (double) (steps - r->looked);
  r->look = steps + (size_t) fmin (fmax (0.8 * left, LOOK_LEAST), LOOK_MOST);
  r->looked = steps;
}

static void
recurrence_clear (Recurrence *r)
{
  lofi_lanczos_clear (&r->lanczos);
  free (r->weights);
  free (r->ends);
  *r = (Recurrence) { 0 };
}

static LofiStatus
recurrence_init (const Group *group, size_t shuffle, Recurrence *r)
{
  const LofiShuffles *job = group->job;
  size_t n = job->source->samples, p = job->source->width;
  uint32_t index = job->first + (uint32_t) shuffle;
  *r = (Recurrence) { .shuffle = shuffle, .look = 2 * job->per_end + 4, .weights = lofi_doubles_new (n), .ends = lofi_doubles_new (4 * job->per_end) };
  LofiStatus status = r->weights && r->ends ? LOFI_OK : LOFI_NO_MEMORY;
  if (status == LOFI_OK)
    status = lofi_shuffled_weights (job->seed, index, job->weights, n, r->weights);
  if (status == LOFI_OK)
    status = lofi_lanczos_init (&r->lanczos, p, lofi_smaller (p, STEPS), NULL, group->single, job->seed, STARTS + index);
  return status;
}

/* One step of a recurrence; *done when its ends have settled, or when it may go no further. */
static LofiStatus
advance (Group *group, size_t b, bool *done)
{
  LofiShuffles *job = group->job;
  Recurrence *r = &group->recurrences[b];
  LofiStatus status = lofi_lanczos_step (&r->lanczos, group->rows.images.data + b * group->rows.images.stride);
  size_t steps = r->lanczos.steps;
  bool last = steps == r->lanczos.capacity;
  *done = false;
  if (status != LOFI_OK || (steps < r->look && !last && !lofi_lanczos_is_closed (&r->lanczos)) || steps < 2 * job->per_end)
    return status;
  double before = r->worst;
  status = look (job, r);
  if (status != LOFI_OK)
    return status;
  if (r->worst <= 1.0)
    {
      see_null (job, r->ends, r->ends + job->per_end);
      for (size_t k = 0; k < job->per_end; k++)
        {
          lofi_shuffles_low (job, r->shuffle)[k] = job->scale * r->ends[k];
          lofi_shuffles_high (job, r->shuffle)[k] = job->scale * r->ends[job->per_end + k];
        }
      *done = true;
    }
  else if (last)
    {
      status = lofi_shuffles_by_whole_spectra (job, r->shuffle, 1);
      job->finished--;
      *done = true;
    }
  plan (r, steps, before);
  return status;
}

static void
report (const Group *group)
{
  const LofiShuffles *job = group->job;
  double sum = (double) job->finished;
  for (size_t b = 0; b < group->count; b++)
    {
      double steps = (double) group->recurrences[b].lanczos.steps;
      sum += steps / (steps + 20.0);
    }
  lofi_watch_report (job->watch, sum / (double) job->count);
}

static LofiStatus
run (Group *group)
{
  LofiWatch quiet = { .stop = group->job->watch ? group->job->watch->stop : NULL, .data = group->job->watch ? group->job->watch->data : NULL };
  LofiStatus status = LOFI_OK;
  while (group->count > 0 && status == LOFI_OK)
    {
      for (size_t b = 0; b < group->count; b++)
        {
          group->vectors[b] = lofi_lanczos_vector (&group->recurrences[b].lanczos);
          group->weights[b] = group->recurrences[b].weights;
        }
      status = lofi_rows_multiply (&group->rows, group->vectors, group->weights, group->count, &quiet);
      size_t left = 0;
      for (size_t b = 0; b < group->count && status == LOFI_OK; b++)
        {
          bool done;
          status = advance (group, b, &done);
          if (status != LOFI_OK)
            break;
          if (done)
            {
              recurrence_clear (&group->recurrences[b]);
              group->job->finished++;
            }
          else
            {
              Recurrence moved = group->recurrences[b];
              group->recurrences[b] = (Recurrence) { 0 };
              group->recurrences[left++] = moved;
            }
        }
      if (status == LOFI_OK)
        group->count = left;
      report (group);
    }
  return status;
}

static LofiStatus
run_group (LofiShuffles *job, size_t first, size_t count, bool single)
{
  Group group = { .job = job, .count = count, .single = single };
  LofiStatus status = lofi_rows_init (&group.rows, job->source, job->center, count, job->watch);
  if (status != LOFI_OK)
    return status;
  group.recurrences = calloc (count, sizeof *group.recurrences);
  group.vectors = calloc (2 * count, sizeof *group.vectors);
  if (!group.recurrences || !group.vectors)
    status = LOFI_NO_MEMORY;
  if (status == LOFI_OK)
    group.weights = group.vectors + count;
  for (size_t b = 0; b < count && status == LOFI_OK; b++)
    status = recurrence_init (&group, first + b, &group.recurrences[b]);
  if (status == LOFI_OK)
    status = run (&group);
  for (size_t b = 0; group.recurrences && b < count; b++)
    recurrence_clear (&group.recurrences[b]);
  free (group.recurrences);
  free (group.vectors);
  lofi_rows_clear (&group.rows);
  return status;
}

static LofiStatus
check (const LofiShuffles *job, const double *weights)
{
  size_t p = job->source->width;
  const LofiMatrix *low = job->low, *high = job->high;
  LofiStatus status = lofi_row_source_check (job->source);
  if (status != LOFI_OK)
    return status;
  if (job->per_end == 0 || job->per_end > p || low->rows != job->count || high->rows != job->count || low->cols != job->per_end
      || high->cols != job->per_end || job->count > STARTS || job->first > STARTS - job->count)
    return LOFI_BAD_SHAPE;
  LofiMatrix given = { (double *) weights, 1, job->source->samples, job->source->samples };
  return lofi_matrix_is_finite (&given) ? LOFI_OK : LOFI_NOT_FINITE;
}

/* The weights in their units, and how many eigenvalues they leave at zero. */
static LofiStatus
take_weights (LofiShuffles *job, const double *weights)
{
  size_t n = job->source->samples, p = job->source->width, used = 0;
  double peak = 0.0;
  job->weights = lofi_doubles_new (n);
  if (!job->weights)
    return LOFI_NO_MEMORY;
  for (size_t i = 0; i < n; i++)
    {
      peak = fmax (peak, fabs (weights[i]));
      used += weights[i] != 0.0;
    }
  job->scale = peak > 0.0 ? ldexp (1.0, ilogb (peak)) : 1.0;
  for (size_t i = 0; i < n; i++)
    job->weights[i] = weights[i] / job->scale;
  used *= job->source->positions;
  job->null = used < p ? p - used : 0;
  return LOFI_OK;
}

/* `bytes` each: as many shuffles together as the memory has room for, in groups of nearly equal size. */
static size_t
group_size (const LofiShuffles *job, size_t bytes)
{
  size_t most = lofi_smaller (TOGETHER, bytes < MEMORY ? MEMORY / bytes : 1), groups = (job->count + most - 1) / most;
  return (job->count + groups - 1) / groups;
}

LofiStatus
lofi_permuted_extremes (const LofiRowSource *source, const double *weights, bool center_lift, uint64_t seed, uint32_t first, size_t count,
                        size_t per_end, LofiMatrix *low, LofiMatrix *high, const LofiWatch *watch)
{
  LofiShuffles job = { .source = source, .center = center_lift, .seed = seed, .first = first, .count = count, .per_end = per_end, .low = low, .high = high,
              .watch = watch };
  LofiStatus status = check (&job, weights);
  if (status != LOFI_OK || count == 0)
    return status;
  LofiMatrix z;
  LofiMatrixF single;
  status = lofi_rows_view (source, 0, 1, &z, &single, watch);    /* to see which precision it has */
  if (status == LOFI_OK)
    status = take_weights (&job, weights);
  size_t p = source->width;
  bool whole = p <= SMALL || p <= OF_AN_END * per_end;
  size_t size = group_size (&job, whole ? lofi_matrix_bytes (p, 2 * p + 1024) : lofi_matrix_bytes (p, lofi_smaller (p, STEPS) + 1));
  for (size_t begin = 0; begin < count && status == LOFI_OK; begin += size)
    {
      size_t many = lofi_smaller (size, count - begin);
      status = whole ? lofi_shuffles_by_whole_spectra (&job, begin, many) : run_group (&job, begin, many, single.data != NULL);
    }
  free (job.weights);
  if (status == LOFI_OK)
    lofi_watch_report (watch, 1.0);
  return status;
}
