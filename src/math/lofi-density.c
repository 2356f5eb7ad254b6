/* The probes advance as one block, not each by itself: the same products then span a Krylov space that is `probes` times larger, so
 * its Ritz values resolve as much more of the spectrum, and the block's average still has the probes' own moments (it is a
 * block Gauss quadrature). What such a space has settled, a value whose residual is far below the distance to its neighbours, is
 * known: it counts 1/N for each copy instead of the random share that the probes happened to have of it. On a spectrum of five
 * decades that leaves sampling noise in the innermost bulk only. */
#include "lofi-krylov-private.h"

#include "lofi-math-private.h"
#include "lofi-random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SAME 1e-12          /* of the largest |value|: closer than this, values are copies of one */
#define SETTLED 1e-2        /* residual, of the distance to the nearest other value */
#define HEAVY 4.0           /* weights of its neighbourhood that make a node an atom */
#define INSIDE (1.0 - 1e-6) /* of the smallest known magnitude: below this, a node is none of the known */

void
lofi_density_clear (LofiDensity *density)
{
  free (density->nodes);
  free (density->weights);
  *density = (LofiDensity) { 0 };
}

static LofiStatus
density_init (LofiDensity *density, size_t room)
{
  *density = (LofiDensity) { .nodes = lofi_doubles_new (room), .weights = lofi_doubles_new (room) };
  if (density->nodes && density->weights)
    return LOFI_OK;
  lofi_density_clear (density);
  return LOFI_NO_MEMORY;
}

static void
add_node (LofiDensity *density, double node, double weight)
{
  density->nodes[density->count] = node;
  density->weights[density->count++] = weight;
}

/* No more products than the estimate would take: every eigenvalue. */
static LofiStatus
density_exactly (const LofiSymmetricMap *map, LofiDensity *density, const LofiWatch *watch)
{
  size_t n = map->order;
  LofiMatrix a;
  LofiWatch quiet = { .stop = watch ? watch->stop : NULL, .data = watch ? watch->data : NULL };
  LofiStatus status = density_init (density, n);
  if (status != LOFI_OK)
    return status;
  status = lofi_map_to_matrix (map, &a, &quiet);
  if (status == LOFI_OK)
    {
      status = lofi_symmetric_values (&a, density->nodes, watch);
      lofi_matrix_clear (&a);
    }
  for (density->count = 0; density->count < n; density->count++)
    density->weights[density->count] = 1.0 / (double) n;
  if (status != LOFI_OK)
    lofi_density_clear (density);
  return status;
}

/* The values first .. end - 1 are copies of one. Are they all there are, and none of them moving any more? */
static bool
is_settled (const double *theta, const double *residuals, size_t count, size_t first, size_t end)
{
  double gap = INFINITY;
  if (first > 0)
    gap = fmin (gap, theta[first] - theta[first - 1]);
  if (end < count)
    gap = fmin (gap, theta[end] - theta[end - 1]);
  bool settled = true;
  for (size_t i = first; i < end; i++)
    settled &= residuals[i] <= SETTLED * gap;
  return settled;
}

/* Nodes and weights from the Ritz values, ascending, their share of the probes and their residuals. A settled value becomes two
 * equal nodes, which makes it an atom to lofi_density_quantiles. A value found fewer times than there are probes is found as often
 * as it is there. */
static void
weigh (LofiDensity *density, const LofiKrylov *krylov, const double *theta, const double *shares, const double *residuals)
{
  size_t count = krylov->filled;
  double same = SAME * fmax (fabs (theta[0]), fabs (theta[count - 1])), known = 0.0, estimated = 0.0, n = (double) krylov->order;
  for (int pass = 0; pass < 2; pass++)    /* first how much is known, then the nodes */
    for (size_t first = 0, end; first < count; first = end)
      {
        double share = shares[first];
        for (end = first + 1; end < count && theta[end] - theta[end - 1] <= same; end++)
          share += shares[end];
        bool settled = is_settled (theta, residuals, count, first, end), counted = settled && end - first < krylov->block;
        double value = theta[first + (end - first) / 2] * krylov->scale;
        if (pass == 0)
          *(counted ? &known : &estimated) += counted ? (double) (end - first) / n : share;
        else
          {
            double weight = counted ? (double) (end - first) / n : estimated > 0.0 ? share * (1.0 - known) / estimated : 0.0;
            for (int half = 0; half < (settled ? 2 : 1); half++)
              add_node (density, value, settled ? weight / 2.0 : weight);
          }
      }
}

static LofiStatus
density_of_krylov (LofiDensity *density, const LofiKrylov *krylov, const LofiWatch *watch)
{
  size_t m = krylov->filled;
  LofiMatrix h = { krylov->projected, m, m, krylov->capacity }, u = { 0 };
  LofiWatchPart part;
  LofiSpectrum spectrum;
  LofiStatus status = lofi_spectrum_init (&spectrum, &h, lofi_watch_part (&part, watch, 0.8, 0.9));
  if (status != LOFI_OK)
    return status;
  status = lofi_matrix_alloc (&u, m, m);
  if (status == LOFI_OK)
    status = lofi_spectrum_all (&spectrum, &u, lofi_watch_part (&part, watch, 0.9, 1.0));
  double *shares = lofi_doubles_new (2 * m), *residuals = shares ? shares + m : NULL;
  if (status == LOFI_OK && !shares)
    status = LOFI_NO_MEMORY;
  if (status == LOFI_OK)
    status = density_init (density, 2 * m);
  if (status == LOFI_OK)
    {
      memset (shares, 0, m * sizeof (double));
      for (size_t i = 0; i < krylov->block; i++)    /* the probes are the first columns of Q */
        for (size_t k = 0; k < m; k++)
          shares[k] += u.data[i * m + k] * u.data[i * m + k] / (double) krylov->block;
      lofi_krylov_residuals (krylov, &u, residuals);
      density->group = krylov->block;
      weigh (density, krylov, spectrum.values, shares, residuals);
    }
  free (shares);
  lofi_matrix_clear (&u);
  lofi_spectrum_clear (&spectrum);
  return status;
}

LofiStatus
lofi_density_estimate (const LofiSymmetricMap *a, size_t probes, size_t steps, uint64_t seed, LofiDensity *density,
                       const LofiWatch *watch)
{
  size_t n = a->order, columns;
  *density = (LofiDensity) { 0 };
  if (n == 0 || probes == 0 || steps == 0 || !lofi_fits_blas (n))
    return LOFI_BAD_SHAPE;
  if (__builtin_mul_overflow (probes, steps, &columns) || columns >= n || probes > n - columns)
    return density_exactly (a, density, watch);
  LofiKrylov krylov;
  LofiWatch quiet = { .stop = watch ? watch->stop : NULL, .data = watch ? watch->data : NULL };
  LofiStatus status = lofi_krylov_init (&krylov, a, probes, columns, seed, LOFI_PURPOSE_DENSITY, &quiet);
  if (status != LOFI_OK)
    return status;
  for (size_t step = 0; step < steps && status == LOFI_OK; step++)
    {
      status = lofi_krylov_step (&krylov);
      lofi_watch_report (watch, 0.8 * (double) (step + 1) / (double) steps);
    }
  if (status == LOFI_OK)
    status = density_of_krylov (density, &krylov, watch);
  lofi_krylov_clear (&krylov);
  return status;
}

/* What is left of the density when the known values are taken out of it: nodes beyond the smallest known magnitude are moved to
 * it, and each known value takes its 1/N from those of its sign. Returns the weight left. */
static double
take_known (const LofiDensity *density, size_t order, const double *leading, size_t known, LofiDensity *rest)
{
  double edge = INFINITY, taken[2] = { 0.0, 0.0 }, left = 0.0;
  for (size_t k = 0; k < known; k++)
    {
      edge = fmin (edge, fabs (leading[k]));
      taken[leading[k] >= 0.0] += 1.0 / (double) order;
    }
  for (size_t i = 0; i < density->count; i++)
    {
      double node = density->nodes[i], weight = density->weights[i], *take = &taken[node >= 0.0];
      if (fabs (node) >= edge * INSIDE)
        {
          double part = fmin (*take, weight);
          *take -= part;
          weight -= part;
          node = copysign (fmin (fabs (node), edge), node);
        }
      left += weight;
      add_node (rest, node, weight);
    }
  return left;
}

/* The mean of weights first .. end - 1, cut to the density; 0 if nothing is left. sums[i] is the sum of the first i. */
static double
mean_between (const double *sums, size_t count, ptrdiff_t first, ptrdiff_t end)
{
  ptrdiff_t from = first > 0 ? first : 0, to = end < (ptrdiff_t) count ? end : (ptrdiff_t) count;
  return from < to ? (sums[to] - sums[from]) / (double) (to - from) : 0.0;
}

/* Which nodes are atoms: those that come twice, and those that weigh several times what nodes a group away on either side do (an
 * eigenvalue of many copies, nearly settled). */
static void
find_atoms (const LofiDensity *density, const double *weight_sums, bool *atom)
{
  size_t count = density->count;
  ptrdiff_t group = (ptrdiff_t) density->group;
  const double *x = density->nodes;
  for (size_t i = 0; i < count; i++)
    {
      ptrdiff_t at = (ptrdiff_t) i;
      double around = fmax (mean_between (weight_sums, count, at - 2 * group, at - group),
                            mean_between (weight_sums, count, at + group + 1, at + 2 * group + 1));
      bool heavy = group > 1 && around > 0.0 && density->weights[i] > HEAVY * around;
      atom[i] = heavy || (i > 0 && x[i] == x[i - 1]) || (i + 1 < count && x[i] == x[i + 1]);
    }
}

/* A block's nodes come in groups of its size where the spectrum is finer than they are. Every node between two atoms, and its weight,
 * becomes the mean of a window of one group around it (shorter towards the ends): the steps of the groups turn into slopes. */
static void
spread_groups (LofiDensity *density, const double *sums, const double *weight_sums, const bool *atom)
{
  size_t count = density->count, half = density->group / 2;
  for (size_t first = 0, end; first < count; first = end)
    {
      for (end = first + 1; end < count && atom[end] == atom[first]; end++)
        ;
      double before = weight_sums[end] - weight_sums[first], after = 0.0;
      for (size_t i = first; i < end && !atom[first]; i++)
        {
          size_t reach = lofi_smaller (half, lofi_smaller (i - first, end - 1 - i)), from = i - reach, to = i + reach + 1;
          if (reach > 0)
            {
              density->nodes[i] = (sums[to] - sums[from]) / (double) (to - from);
              density->weights[i] = (weight_sums[to] - weight_sums[from]) / (double) (to - from);
            }
          after += density->weights[i];
        }
      for (size_t i = first; i < end && after > 0.0; i++)
        density->weights[i] *= before / after;
    }
}

/* `count` quantiles. A node stands in the middle of its weight, straight lines between; but an atom fills all of its weight, and so
 * does a node's half on the side of one: nothing is put between a bulk and an outlier. */
static void
read_quantiles (const LofiDensity *density, const bool *atom, double total, size_t count, double *values)
{
  double level = 0.0, node = density->nodes[0], sum = 0.0;
  size_t i = 0, nodes = density->count;
  for (size_t k = 0; k < nodes && i < count; k++)
    {
      double weight = density->weights[k], next = density->nodes[k], middle = (sum + weight / 2.0) / total;
      double from = atom[k] || k == 0 || atom[k - 1] ? sum / total : middle;
      double to = atom[k] || k + 1 == nodes || atom[k + 1] ? (sum + weight) / total : middle;
      for (; i < count; i++)
        {
          double wanted = ((double) i + 0.5) / (double) count;
          if (wanted > to)
            break;
          values[i] = wanted >= from ? next : node + (wanted - level) / (from - level) * (next - node);
        }
      sum += weight;
      level = to;
      node = next;
    }
  for (; i < count; i++)
    values[i] = node;
}

/* What is left of the density, atoms apart, as quantiles. */
static LofiStatus
spread_and_read (LofiDensity *rest, double total, size_t count, double *values)
{
  size_t nodes = rest->count;
  double *sums = lofi_doubles_new (2 * (nodes + 1)), *weight_sums = sums ? sums + nodes + 1 : NULL;
  bool *atom = malloc (nodes);
  LofiStatus status = sums && atom ? LOFI_OK : LOFI_NO_MEMORY;
  if (status == LOFI_OK)
    {
      sums[0] = weight_sums[0] = 0.0;
      for (size_t i = 0; i < nodes; i++)
        {
          sums[i + 1] = sums[i] + rest->nodes[i];
          weight_sums[i + 1] = weight_sums[i] + rest->weights[i];
        }
      find_atoms (rest, weight_sums, atom);
      spread_groups (rest, sums, weight_sums, atom);
      read_quantiles (rest, atom, total, count, values);
    }
  free (sums);
  free (atom);
  return status;
}

LofiStatus
lofi_density_quantiles (const LofiDensity *density, size_t order, const double *leading, size_t known, double *values)
{
  if (order == 0 || known > order || (density->count == 0 && known < order))
    return LOFI_BAD_SHAPE;
  LofiDensity rest;
  LofiStatus status = density_init (&rest, density->count);
  if (status != LOFI_OK)
    return status;
  double left = take_known (density, order, leading, known, &rest);
  rest.group = density->group;
  if (left > 0.0)
    status = spread_and_read (&rest, left, order - known, values);
  else
    memset (values, 0, (order - known) * sizeof (double));
  lofi_density_clear (&rest);
  if (known > 0)
    memcpy (values + order - known, leading, known * sizeof (double));
  lofi_sort_doubles (values, order);
  return status;
}
