/* Shares of a sweep: the same on every machine, of about equal cost. */
#include "config.h"
#include <stdlib.h>
#include "lofi-emergence-private.h"
#include "lofi-fit-private.h"
#include "lofi-null.h"

/* Inputs of data that is not known before it is read; a share's cost need not be exact. */
#define INPUTS_GUESSED 784.0
#define TEST_SAMPLES_GUESSED 2000

struct _LofiShareMap {
  guint seeds, samples;
  gboolean single;           /* single sample counts are dealt, not whole (point, seed) */
  guint8 *mine;              /* by point, seed and, if single, samples */
};

/* ---- what a cell costs, in flops, roughly ---- */

static double
layer_cost (const LofiLayerSpec *layer, gsize n, double *inputs)
{
  gsize d = (gsize) *inputs, width = !lofi_layer_lifts (layer) ? d : layer->width == LOFI_WIDTH_INFINITE ? n : layer->width;
  double cost = lofi_layer_lifts (layer) ? lofi_lift_cost (n + TEST_SAMPLES_GUESSED, d, width) : 0;
  *inputs = (double) width;
  if (!lofi_layer_filters (layer))
    return cost;
  gsize keep = layer->keep_auto ? layer->keep_max : layer->keep;
  *inputs = (double) keep;
  return cost + (1 + LOFI_NULL_PERMUTATIONS / 4.0) * lofi_operator_cost (n, width) + lofi_eigenpairs_cost (n, width, keep);
}

static double
method_cost (const LofiExperiment *experiment, LofiMethod method, gsize n)
{
  double inputs = lofi_cell_is_planted (experiment) ? (double) experiment->data.dimension : INPUTS_GUESSED, cost = 0;
  g_autoptr (LofiExperiment) lazy = method == LOFI_METHOD_LAZY ? lofi_experiment_lazy (experiment) : NULL;
  const LofiExperiment *e = lazy ? lazy : experiment;
  if (method == LOFI_METHOD_KERNEL)
    return lofi_operator_cost (n, n) + lofi_readout_cost (n, n, experiment->penalty_count);
  for (guint l = 0; method != LOFI_METHOD_LINEAR && l < e->layers->len; l++)
    cost += layer_cost (lofi_experiment_layer (e, l), n, &inputs);
  if (method == LOFI_METHOD_DESCENT)
    return 3 * cost * (double) experiment->descent.steps;
  return cost + lofi_readout_cost (n, (gsize) inputs, experiment->penalty_count);
}

static double
samples_cost (const LofiExperiment *experiment, const LofiExperiment *point, guint samples)
{
  double cost = 0;
  for (guint m = 0; m < LOFI_N_METHODS; m++)
    if (lofi_emergence_wants (experiment, m))
      cost += method_cost (point, m, g_array_index (experiment->sweep_samples, gsize, samples));
  return cost;
}

/* ---- dealing ---- */

typedef struct { double cost; guint index; } Unit;

static int
compare_units (gconstpointer a, gconstpointer b)
{
  const Unit *one = a, *other = b;
  if (one->cost != other->cost)
    return one->cost > other->cost ? -1 : 1;
  return one->index < other->index ? -1 : 1;
}

/* A heap of the parts' loads, the least loaded first, of equals the one that comes first. */
static void
sink (Unit *loads, guint n)
{
  for (guint at = 0, child; (child = 2 * at + 1) < n; at = child)
    {
      /* compare_units has the largest cost first: the last in its order is the least loaded. */
      if (child + 1 < n && (loads[child + 1].cost < loads[child].cost
                            || (loads[child + 1].cost == loads[child].cost && loads[child + 1].index < loads[child].index)))
        child++;
      if (loads[at].cost < loads[child].cost || (loads[at].cost == loads[child].cost && loads[at].index < loads[child].index))
        return;
      Unit held = loads[at];
      loads[at] = loads[child];
      loads[child] = held;
    }
}

/* The largest first, to the least loaded. */
static void
deal (LofiShareMap *map, Unit *units, guint n, LofiShare share)
{
  g_autofree Unit *loads = g_new (Unit, share.parts);
  for (guint part = 0; part < share.parts; part++)
    loads[part] = (Unit) { 0, part + 1 };
  qsort (units, n, sizeof *units, compare_units);
  for (guint u = 0; u < n; u++)
    {
      map->mine[units[u].index] = loads[0].index == share.part;
      loads[0].cost += units[u].cost;
      sink (loads, share.parts);
    }
}

LofiShareMap *
lofi_share_map_new (const LofiExperiment *experiment, GPtrArray *points, LofiShare share)
{
  LofiShareMap *map = g_new0 (LofiShareMap, 1);
  guint pairs = points->len * experiment->sweep_seeds;
  map->seeds = experiment->sweep_seeds;
  map->samples = experiment->sweep_samples->len;
  if (share.parts == 0)
    return map;
  map->single = pairs / 2 < share.parts;
  guint per_pair = map->single ? map->samples : 1, n = pairs * per_pair;
  g_autofree Unit *units = g_new0 (Unit, n + 1);
  map->mine = g_new0 (guint8, n + 1);
  for (guint p = 0; p < points->len; p++)
    for (guint s = 0; s < map->samples; s++)
      {
        double cost = samples_cost (experiment, g_ptr_array_index (points, p), s);
        for (guint seed = 0; seed < map->seeds; seed++)
          units[(p * map->seeds + seed) * per_pair + (map->single ? s : 0)].cost += cost;
      }
  for (guint u = 0; u < n; u++)
    units[u].index = u;
  deal (map, units, n, share);
  return map;
}

void
lofi_share_map_free (LofiShareMap *map)
{
  g_free (map->mine);
  g_free (map);
}

gboolean
lofi_share_map_has (const LofiShareMap *map, guint point, guint seed, guint samples)
{
  gsize pair = (gsize) point * map->seeds + seed;
  return !map->mine || map->mine[map->single ? pair * map->samples + samples : pair];
}
