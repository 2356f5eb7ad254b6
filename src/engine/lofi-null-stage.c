/* The null of one filtered layer: its rows lifted again and again under shuffled labels, the law of their covariance, and outliers counted. */
#include "config.h"
#include "lofi-null-private.h"

#include <math.h>
#include "lofi-error.h"
#include "lofi-permutation.h"
#include "lofi-separable-law.h"

/* Rows asked for at once where they are stored; where they are computed, as many as a lift does at once. */
#define STORED_ROWS ((gsize) 4096)

/* What a pass of the permutations costs and how many there are, roughly: products with all shuffles at once, twenty to fifty passes. */
#define PASSES 30

double
lofi_null_cost (double rows, double p, double lift)
{
  double blocked = PASSES * (4.0 * rows * p * LOFI_NULL_PERMUTATIONS + lift), whole = LOFI_NULL_PERMUTATIONS * (rows * p * p + 4.0 * p * p * p) + lift;
  return MIN (blocked, whole);
}

/* ---- rows ---- */

typedef struct {
  LofiLiftStage *lift;
  const LofiFeatures *input;
  LofiLiftBlock block;
} LiftedRows;

static LofiStatus
lifted_rows (void *data, size_t first, size_t count, LofiMatrix *rows, LofiMatrixF *single, const LofiWatch *watch)
{
  LiftedRows *from = data;
  if (lofi_watch_stops (watch))
    return LOFI_STOPPED;
  LofiStatus status = lofi_lift_block_fill (&from->block, from->lift, from->input, first, count);
  *rows = from->block.rows;
  *single = from->block.single;
  return status;
}

static char *
place_of (const LofiNullSource *source)
{
  return g_strdup_printf ("layer%u", source->index + 1);
}

static gboolean
is_kernel (const LofiNullSource *source)
{
  return lofi_layer_lifts (source->spec) && source->spec->width == LOFI_WIDTH_INFINITE;
}

/* The lift of one group: at hand, from the cache, or made anew and then filled by the first pass over it. (transfer full) */
static LofiLiftStage *
lift_of_group (LofiNullSource *source, guint group, GError **error)
{
  if (source->lifts)
    return lofi_lift_stage_ref (source->lifts[group]);
  g_autofree char *key = lofi_filter_group_key (source->lift_key, group, source->n_groups);
  LofiLiftStage *lift = lofi_fit_run_get (source->run, key);
  return lift ? lift : lofi_lift_stage_new (source->run, source->spec, source->index, source->input->train, group, g_strdup (key), error);
}

/* What is done with the rows of one group; again: flops of lifting them all once more, 0 where they are stored. */
typedef LofiStatus (*UseRows) (LofiNullSource *source, const LofiRowSource *rows, double again, gpointer data);

static gboolean
with_rows_of_kernel (LofiNullSource *source, UseRows use, gpointer data, GError **error)
{
  g_autofree char *place = place_of (source);
  g_autoptr (LofiArray) root = source->root ? lofi_array_ref (source->root)
                                            : lofi_fit_kernel_root (source->run, source->spec, source->index, source->input, error);
  if (!root)
    return FALSE;
  LofiRowSource rows = lofi_row_source_of (&root->matrix, 1);
  return lofi_error_from_status (error, use (source, &rows, 0, data), place);
}

static gboolean
with_rows (LofiNullSource *source, guint group, UseRows use, gpointer data, GError **error)
{
  if (is_kernel (source))
    return with_rows_of_kernel (source, use, data, error);
  g_autofree char *place = place_of (source);
  g_autoptr (LofiLiftStage) lift = lift_of_group (source, group, error);
  if (!lift)
    return FALSE;
  const LofiFeatures *input = source->input->train;
  gboolean stored = lift->train.array || lift->train.single;
  LiftedRows from = { .lift = lift, .input = input };
  LofiRowSource rows = { .samples = input->samples, .positions = lift->positions, .width = lift->width, .rows = lifted_rows, .data = &from };
  rows.block = MIN (rows.samples, stored ? MAX (1, STORED_ROWS / lift->positions) : lofi_lift_block_samples (lift));
  LofiStatus status = use (source, &rows, stored ? 0 : lofi_lift_stage_cost (lift, input->samples), data);
  lofi_lift_block_clear (&from.block);
  return lofi_error_from_status (error, status, place);
}

/* ---- permutations ---- */

/* The outermost eigenvalues of every shuffle, over all operators. */
typedef struct {
  double low[LOFI_NULL_PERMUTATIONS], high[LOFI_NULL_PERMUTATIONS];
} Extremes;

static LofiStatus
shuffle_rows (LofiNullSource *source, const LofiRowSource *rows, double again, gpointer data)
{
  Extremes *extremes = data;
  LofiFitRun *run = source->run;
  double low[LOFI_NULL_PERMUTATIONS], high[LOFI_NULL_PERMUTATIONS];
  double cost = lofi_null_cost ((double) rows->samples * rows->positions, rows->width, again);
  if (!lofi_fit_run_enter (run, LOFI_STAGE_NULL, (int) source->index, cost, NULL))
    return LOFI_STOPPED;
  LofiMatrix lows = { low, LOFI_NULL_PERMUTATIONS, 1, 1 }, highs = { high, LOFI_NULL_PERMUTATIONS, 1, 1 };
  g_autofree double *weights = lofi_filter_weights (run->result->task, source->spec, 1);
  LofiStatus status = lofi_permuted_extremes (rows, weights, source->spec->center_lift, run->experiment->seed, 0, LOFI_NULL_PERMUTATIONS, 1, &lows,
                                              &highs, &run->watch);
  for (guint i = 0; status == LOFI_OK && i < LOFI_NULL_PERMUTATIONS; i++)
    {
      extremes->low[i] = MIN (extremes->low[i], low[i]);
      extremes->high[i] = MAX (extremes->high[i], high[i]);
    }
  return status;
}

static void
mean_and_sd (const double *numbers, guint count, double *mean, double *sd)
{
  double sum = 0, squares = 0;
  for (guint i = 0; i < count; i++)
    sum += numbers[i] / count;
  for (guint i = 0; i < count; i++)
    squares += (numbers[i] - sum) * (numbers[i] - sum);
  *mean = sum;
  *sd = sqrt (squares / (count - 1));
}

static LofiNull *
null_new (void)
{
  LofiNull *null = g_atomic_rc_box_new0 (LofiNull);
  null->law_low = null->law_high = null->low_mean = null->low_sd = null->high_mean = null->high_sd = NAN;
  return null;
}

/* Independent of what else is asked of the layer: of its lift, the labels and the seed alone. */
static char *
null_key (const LofiNullSource *source, const char *which)
{
  return g_strdup_printf ("%s/null-%s:%d:%d:%" G_GUINT64_FORMAT, source->lift_key, which, source->spec->center_labels, source->spec->center_lift,
                          source->run->experiment->seed);
}

static void
remember (const LofiNullSource *source, const char *key, LofiNull *null)
{
  if (source->run->cache)
    lofi_cache_put (source->run->cache, key, null, sizeof *null, (LofiCacheRef) lofi_null_ref, (GDestroyNotify) lofi_null_unref);
}

LofiNull *
lofi_null_known_permuted (const LofiNullSource *source)
{
  g_autofree char *key = null_key (source, "permuted");
  return lofi_fit_run_get (source->run, key);
}

LofiNull *
lofi_null_take_permuted (LofiNullSource *source, GError **error)
{
  LofiNull *known = lofi_null_known_permuted (source);
  if (known)
    return known;
  Extremes extremes;
  for (guint i = 0; i < LOFI_NULL_PERMUTATIONS; i++)
    {
      extremes.low[i] = INFINITY;
      extremes.high[i] = -INFINITY;
    }
  for (guint g = 0; g < source->n_groups; g++)
    if (!with_rows (source, g, shuffle_rows, &extremes, error))
      return NULL;
  g_autoptr (LofiNull) null = null_new ();
  null->permutations = LOFI_NULL_PERMUTATIONS;
  mean_and_sd (extremes.low, LOFI_NULL_PERMUTATIONS, &null->low_mean, &null->low_sd);
  mean_and_sd (extremes.high, LOFI_NULL_PERMUTATIONS, &null->high_mean, &null->high_sd);
  null->low = null->low_mean - 2 * null->low_sd;
  null->high = null->high_mean + 2 * null->high_sd;
  if (!lofi_null_count (source, null->low, null->high, &null->below, &null->above, error))
    return NULL;
  g_autofree char *key = null_key (source, "permuted");
  remember (source, key, null);
  return g_steal_pointer (&null);
}

/* ---- the law ---- */

typedef struct {
  double low, high;
} Edges;

/* The edges for a covariance of these measures. */
static LofiStatus
edges_of_measures (const LofiRowSource *rows, const double *weights, LofiDensity *trace, LofiDensity *mean, double mean_square, Edges *edges)
{
  LofiLabelLaw labels = { 0 };
  LofiStatus status = lofi_label_law_init (&labels, weights, rows->samples);
  for (gsize i = 0; i < mean->count; i++)
    mean->weights[i] *= mean_square;
  LofiCovarianceLaw covariance = { trace->count, trace->nodes, trace->weights, mean->count, mean->nodes, mean->weights };
  if (status == LOFI_OK)
    status = lofi_null_edges (&labels, &covariance, (double) rows->samples / rows->width, &edges->low, &edges->high);
  lofi_label_law_clear (&labels);
  return status;
}

/* The law is of independent rows: the positions of a sample share its label, and have none. */
static LofiStatus
law_of_rows (LofiNullSource *source, const LofiRowSource *rows, G_GNUC_UNUSED double again, gpointer data)
{
  Edges *edges = data;
  LofiFitRun *run = source->run;
  LofiDensity trace = { 0 }, mean = { 0 };
  double mean_square = 0;
  if (rows->positions != 1)
    return LOFI_OK;
  LofiWatch quiet = lofi_cancellable_watch (run->cancellable);
  g_autofree double *weights = lofi_filter_weights (run->result->task, source->spec, 1);
  LofiStatus status = lofi_covariance_measures (rows, run->experiment->seed, &trace, &mean, &mean_square, &quiet);
  if (source->spec->center_lift)
    lofi_density_clear (&mean);
  if (status == LOFI_OK && trace.count > 0)
    status = edges_of_measures (rows, weights, &trace, &mean, mean_square, edges);
  lofi_density_clear (&trace);
  lofi_density_clear (&mean);
  return status == LOFI_BAD_VALUE ? LOFI_OK : status;      /* labels that are all zero have no law */
}

/* The outermost edges of all operators: of isotropic inputs those of the exact law, which no covariance has to be measured for. */
static gboolean
take_edges (LofiNullSource *source, Edges *outermost, GError **error)
{
  g_autoptr (LofiNullLaw) exact = lofi_null_law_new (source->run->result, source->index);
  if (exact)
    {
      *outermost = (Edges) { exact->bulk.low, exact->bulk.high };
      return TRUE;
    }
  for (guint g = 0; g < source->n_groups; g++)
    {
      Edges edges = { NAN, NAN };
      if (!with_rows (source, g, law_of_rows, &edges, error))
        return FALSE;
      outermost->low = fmin (outermost->low, edges.low);
      outermost->high = fmax (outermost->high, edges.high);
    }
  return TRUE;
}

LofiNull *
lofi_null_take_law (LofiNullSource *source, GError **error)
{
  g_autofree char *key = null_key (source, "law");
  LofiNull *known = lofi_fit_run_get (source->run, key);
  if (known)
    return known;
  Edges outermost = { NAN, NAN };
  if (!take_edges (source, &outermost, error))
    return NULL;
  g_autoptr (LofiNull) null = null_new ();
  null->low = null->law_low = outermost.low;
  null->high = null->law_high = outermost.high;
  remember (source, key, null);
  return g_steal_pointer (&null);
}
