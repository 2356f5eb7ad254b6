/* The cost of a fit, stage by stage, from shapes alone. */
#include "config.h"
#include "lofi-plan.h"

#include <unistd.h>
#include <cblas.h>
#include <glib/gi18n-lib.h>
#include "lofi-error.h"
#include "lofi-null-private.h"

static void
plan_clear (LofiPlan *plan)
{
  g_array_unref (plan->stages);
  g_free (plan);
}

LofiPlan *
lofi_plan_ref (LofiPlan *plan)
{
  g_atomic_ref_count_inc (&plan->references);
  return plan;
}

void
lofi_plan_unref (LofiPlan *plan)
{
  if (g_atomic_ref_count_dec (&plan->references))
    plan_clear (plan);
}

LofiPlanData
lofi_plan_data_of_task (const LofiTask *task)
{
  return (LofiPlanData) { task->train.count, task->test.count, { task->channels, task->height, task->width } };
}

/* Three quarters of the machine's memory. */
static gsize
default_budget (void)
{
  long pages = sysconf (_SC_PHYS_PAGES), page = sysconf (_SC_PAGESIZE);
  return pages > 0 && page > 0 ? (gsize) pages / 4 * 3 * (gsize) page : G_MAXSIZE;
}

/* ---- walking the layers ---- */

typedef struct {
  LofiPlan *plan;
  const LofiExperiment *experiment;
  double n, m;               /* training and test samples */
  double held;               /* bytes of what stays: the task, features, stored lifts */
  LofiMapShape shape;        /* of what enters the next layer */
  gboolean kernel;           /* it is a kernel */
  gboolean streams;          /* nothing is kept that can be computed again */
  gboolean vector;           /* the data have no positions */
  gboolean lazy;             /* the lazy baseline: its stages are one */
  double lazy_flops, lazy_bytes;
  GArray *nulls;             /* LofiPlanStage: the null lines, which come last */
} Walk;

#define BYTES(numbers) ((numbers) * sizeof (double))

static void
add (Walk *walk, LofiStage stage, int layer, double flops, double work_bytes)
{
  double bytes = walk->held + work_bytes;
  if (walk->lazy)
    {
      walk->lazy_flops += flops;
      walk->lazy_bytes = MAX (walk->lazy_bytes, bytes);
      return;
    }
  LofiPlanStage entry = { stage, layer, flops, bytes < 1e18 ? (gsize) bytes : (gsize) 1e18 };
  g_array_append_val (walk->plan->stages, entry);
}

/* The null lines of a layer: with keep=auto at once, else when everything is known. held: what it lifts with. */
static void
add_null (Walk *walk, const LofiLayerSpec *spec, guint index, double flops, double p, double held)
{
  double bytes = walk->held + held + BYTES (LOFI_NULL_PERMUTATIONS * p * MIN (p, 64.0));
  LofiPlanStage entry = { LOFI_STAGE_NULL, (int) index, flops, bytes < 1e18 ? (gsize) bytes : (gsize) 1e18 };
  g_array_append_val (spec->keep_auto ? walk->plan->stages : walk->nulls, entry);
}

static double
count (LofiMapShape shape)
{
  return (double) shape.channels * (double) shape.height * (double) shape.width;
}

static gboolean
needs_positions (const Walk *walk, const char *place, GError **error)
{
  if (!walk->vector)
    return TRUE;
  return lofi_error_set (error, LOFI_ERROR_INPUT, place, _("use a dense layer, or inputs of n x C x H x W"),
                         _("the data are not images, so there are no positions to look at"));
}

static gboolean
add_pool (Walk *walk, const LofiLayerSpec *spec, guint index, const char *place, GError **error)
{
  LofiMapShape pooled;
  if (!needs_positions (walk, place, error) || !lofi_layer_pooled_shape (spec, walk->shape, place, &pooled, error))
    return FALSE;
  walk->held += BYTES ((walk->n + walk->m) * count (pooled));
  add (walk, LOFI_STAGE_PROJECTION, (int) index, (walk->n + walk->m) * count (walk->shape), 0);
  walk->shape = pooled;
  return TRUE;
}

/* Infinite width: kernel matrices, and with a filter their decomposition. */
static void
add_kernel (Walk *walk, const LofiLayerSpec *spec, guint index)
{
  double n = walk->n, m = walk->m, d = walk->kernel ? 0 : count (walk->shape);
  add (walk, LOFI_STAGE_LIFT, (int) index, 2 * n * (n + m) * d + 60 * n * (n + m), BYTES (n * (n + m)));
  if (spec->keep == LOFI_KEEP_NONE)
    {
      walk->held += BYTES (n * (n + m));
      walk->kernel = TRUE;
      walk->shape = (LofiMapShape) { 1, 1, (gsize) n };
      return;
    }
  add (walk, LOFI_STAGE_EIGENPAIRS, (int) index, 30 * n * n * n + 4 * n * n * spec->keep, BYTES (n * (n + m) + 5 * n * n));
  add_null (walk, spec, index, lofi_null_cost (n, n, 0), n, BYTES (n * n + (spec->keep_auto ? n * (n + m) + 5 * n * n : 0)));
  add (walk, LOFI_STAGE_PROJECTION, (int) index, 2 * n * m * spec->keep, BYTES (n * (n + m)));
  walk->held += BYTES ((2 * n + m) * spec->keep);
  walk->kernel = FALSE;
  walk->shape = (LofiMapShape) { 1, 1, spec->keep };
}

/* The operator of a lift and what follows it; stored: bytes of lifted rows that the layer holds on to until it is done. */
static void
add_filter (Walk *walk, const LofiLayerSpec *spec, guint index, double rows, double p, double groups, double lift, double stored, double block)
{
  double samples = walk->n + walk->m, s = rows / MAX (1, walk->n), k = spec->keep, side = MIN (p, rows);
  gboolean dual = p > rows, unfolds = spec->order == LOFI_ORDER_3 || spec->order == LOFI_ORDER_4;
  double again = lift / MAX (1, walk->n) * (walk->streams ? samples : walk->m);
  walk->held += stored;
  add (walk, LOFI_STAGE_OPERATOR, (int) index, groups * (lift + (dual ? rows * rows * p : rows * p * p)),
       block + (dual ? BYTES (rows * p + 2 * rows * rows) : 1.5 * BYTES (p * p)));
  add (walk, LOFI_STAGE_EIGENPAIRS, (int) index,
       groups * lofi_eigenpairs_cost ((gsize) rows, (gsize) p, spec->keep) + (unfolds ? 4 * rows * rows * p : 0),
       BYTES ((dual ? 4 : 3) * side * side + (dual ? 2 * rows * p : 0) + p * k) + (unfolds ? BYTES (rows * p + p * p + LOFI_FIT_BLOCK * rows) : 0));
  double operator = BYTES (dual ? rows * p + 2 * rows * rows : p * p);
  add_null (walk, spec, index, groups * lofi_null_cost (rows, p, stored ? 0 : lift), p, block + (spec->keep_auto ? operator : 0));
  walk->held += BYTES (samples * s * k * groups);
  add (walk, LOFI_STAGE_PROJECTION, (int) index, groups * (again + 2 * samples * s * p * k), block + BYTES (dual ? rows * p : p * p));
  walk->held -= stored;
}

static gboolean
add_lift (Walk *walk, const LofiLayerSpec *spec, guint index, const char *place, GError **error)
{
  gboolean windowed = lofi_layer_looks_at_windows (spec);
  gboolean lifts = lofi_layer_lifts (spec), filtered = lofi_layer_filters (spec);
  LofiMapShape positions = { 1, 1, 1 };
  if (windowed && (!needs_positions (walk, place, error) || !lofi_layer_window_positions (spec, walk->shape, place, &positions, error)))
    return FALSE;
  double s = (double) positions.height * positions.width, rows = walk->n * s, samples = walk->n + walk->m;
  double area = (double) spec->size * spec->size, groups = windowed && !lifts ? walk->shape.channels : 1;
  double d = !windowed ? count (walk->shape) : lifts ? area * walk->shape.channels : area, p = lifts ? spec->width : d;
  gboolean single = lofi_lift_in_single (walk->experiment, spec, rows, walk->m * s, d, p);
  double lift = lifts ? 2 * rows * d * p : 0, stored = rows * p * (single ? sizeof (float) : sizeof (double));
  double block = BYTES (2 * MAX (1024, s) * (p + d));
  if (!lifts || walk->streams || stored > LOFI_KEEP_LIFTED_BYTES)
    stored = 0;
  walk->held += lifts ? (single ? 1.5 : 1) * BYTES (d * p) : 0;
  if (filtered)
    add_filter (walk, spec, index, rows, p, groups, lift, stored, block);
  else
    {
      double arrays = BYTES (MAX (walk->n, walk->m) * s * p) <= LOFI_STORE_FEATURES_BYTES && !single && !walk->streams ? BYTES (samples * s * p) : 0;
      walk->held += stored + arrays;
      add (walk, LOFI_STAGE_LIFT, (int) index, lift / MAX (1, walk->n) * samples, block);
    }
  double channels = (filtered ? spec->keep : p) * groups;
  if (channels * s > (double) G_MAXINT32)
    return lofi_error_set (error, LOFI_ERROR_INPUT, place, _("reduce the width"), _("%.3g features are more than can be computed with"),
                           channels * s);
  walk->shape = windowed ? (LofiMapShape) { (gsize) channels, positions.height, positions.width } : (LofiMapShape) { 1, 1, (gsize) channels };
  return TRUE;
}

static gboolean
add_layers (Walk *walk, const LofiExperiment *experiment, GError **error)
{
  for (guint i = 0; i < experiment->layers->len; i++)
    {
      const LofiLayerSpec *spec = lofi_experiment_layer (experiment, i);
      g_autofree char *place = g_strdup_printf ("layer%u", i + 1);
      gboolean fits = TRUE;
      if (spec->kind == LOFI_KIND_POOL)
        fits = add_pool (walk, spec, i, place, error);
      else if (spec->kind == LOFI_KIND_FLATTEN)
        walk->shape = (LofiMapShape) { 1, 1, lofi_map_count (walk->shape) };
      else if (lofi_layer_lifts (spec) && spec->width == LOFI_WIDTH_INFINITE)
        add_kernel (walk, spec, i);
      else
        fits = add_lift (walk, spec, i, place, error);
      if (!fits)
        return FALSE;
    }
  return TRUE;
}

/* The readout of what the walk has arrived at. */
static void
add_readout (Walk *walk, LofiStage stage)
{
  double p = count (walk->shape), n = walk->n;
  gsize penalties = walk->experiment->penalty_count;
  double flops = walk->kernel ? 14 * n * n * n + 2 * n * n * penalties : lofi_readout_cost ((gsize) n, (gsize) p, penalties);
  double bytes = walk->kernel ? BYTES (3 * n * n) : p <= n ? BYTES (3 * p * p) + MIN (BYTES (n * p), (double) (1 << 28)) : BYTES (n * p + 3 * n * n);
  add (walk, stage, -1, flops, bytes);
}

static gboolean
add_baselines (Walk *walk, LofiPlanData data, GError **error)
{
  double held = walk->held;
  walk->shape = (LofiMapShape) { 1, 1, lofi_map_count (data.shape) };
  walk->kernel = FALSE;
  add_readout (walk, LOFI_STAGE_LINEAR);
  g_autoptr (LofiExperiment) lazy = lofi_experiment_lazy (walk->experiment);
  walk->shape = data.shape;
  walk->lazy = TRUE;
  if (!add_layers (walk, lazy, error))
    return FALSE;
  add_readout (walk, LOFI_STAGE_LAZY);
  walk->lazy = FALSE;
  walk->held = 0;
  add (walk, LOFI_STAGE_LAZY, -1, walk->lazy_flops, walk->lazy_bytes);
  walk->held = held;
  double n = walk->n, m = walk->m, d = count (data.shape);
  if (walk->experiment->sweep_compare & LOFI_COMPARE_KERNEL)
    add (walk, LOFI_STAGE_KERNEL, -1, 2 * n * (n + m) * d + 14 * n * n * n, BYTES (n * (n + m) + 3 * n * n));
  if (walk->experiment->sweep_compare & LOFI_COMPARE_DESCENT)
    add (walk, LOFI_STAGE_DESCENT, -1, walk->lazy_flops > 0 ? lofi_fit_descent_cost (walk->experiment, data) : 0, BYTES (n * d));
  return TRUE;
}

/* (transfer full) */
static LofiPlan *
plan_of (const LofiExperiment *experiment, LofiPlanData data, gboolean with_baselines, gboolean streams, GError **error)
{
  g_autoptr (LofiPlan) plan = g_new0 (LofiPlan, 1);
  g_atomic_ref_count_init (&plan->references);
  plan->stages = g_array_new (FALSE, FALSE, sizeof (LofiPlanStage));
  g_autoptr (GArray) nulls = g_array_new (FALSE, FALSE, sizeof (LofiPlanStage));
  plan->budget = experiment->memory ? experiment->memory : default_budget ();
  plan->streams = streams;
  Walk walk = { .plan = plan, .experiment = experiment, .n = data.train, .m = data.test, .shape = data.shape, .streams = streams,
                .nulls = nulls };
  walk.vector = data.shape.channels == 1 && data.shape.height == 1;
  walk.held = BYTES ((walk.n + walk.m) * count (data.shape));
  add (&walk, LOFI_STAGE_DATA, -1, 0, (walk.n + walk.m) * count (data.shape));
  if (!add_layers (&walk, experiment, error))
    return NULL;
  add_readout (&walk, LOFI_STAGE_READOUT);
  if (with_baselines && !add_baselines (&walk, data, error))
    return NULL;
  g_array_append_vals (plan->stages, nulls->data, nulls->len);
  for (guint i = 0; i < plan->stages->len; i++)
    {
      const LofiPlanStage *stage = &g_array_index (plan->stages, LofiPlanStage, i);
      plan->flops += stage->flops;
      plan->bytes = MAX (plan->bytes, stage->bytes);
    }
  return g_steal_pointer (&plan);
}

LofiPlan *
lofi_plan_new (const LofiExperiment *experiment, LofiPlanData data, gboolean with_baselines, GError **error)
{
  g_autoptr (LofiPlan) plan = plan_of (experiment, data, with_baselines, FALSE, error);
  if (!plan || plan->bytes <= plan->budget)
    return g_steal_pointer (&plan);
  g_autoptr (LofiPlan) streamed = plan_of (experiment, data, with_baselines, TRUE, error);
  return streamed && streamed->bytes < plan->bytes ? g_steal_pointer (&streamed) : g_steal_pointer (&plan);
}

gboolean
lofi_plan_check (const LofiPlan *plan, GError **error)
{
  const LofiPlanStage *largest = NULL;
  if (plan->bytes <= plan->budget)
    return TRUE;
  for (guint i = 0; i < plan->stages->len; i++)
    if (g_array_index (plan->stages, LofiPlanStage, i).bytes == plan->bytes)
      largest = &g_array_index (plan->stages, LofiPlanStage, i);
  g_autofree char *needed = g_format_size_full (plan->bytes, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *budget = g_format_size_full (plan->budget, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *place = largest->layer >= 0 ? g_strdup_printf ("layer%d", largest->layer + 1) : g_strdup ("experiment.memory");
  gboolean samples = largest->stage == LOFI_STAGE_DATA || largest->stage == LOFI_STAGE_KERNEL;
  return lofi_error_set (error, LOFI_ERROR_INPUT, place,
                         samples ? _("take fewer samples (data.train), or allow more with experiment.memory")
                                 : _("reduce the width or the samples, or allow more with experiment.memory"),
                         _("the stage “%s” would need %s, and %s are allowed"), _(lofi_stage_name (largest->stage)), needed, budget);
}

/* Operations a second of a matrix product in double, measured once. */
static double
machine_speed (void)
{
  static gsize measured = 0;
  static double speed;
  if (g_once_init_enter (&measured))
    {
      const int size = 512;
      g_autofree double *a = g_new0 (double, size * size), *b = g_new0 (double, size * size);
      double best = G_MAXDOUBLE;
      for (int i = 0; i < size * size; i++)
        a[i] = i % 7;
      for (int repeat = 0; repeat < 3; repeat++)
        {
          gint64 began = g_get_monotonic_time ();
          cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, size, size, size, 1, a, size, a, size, 0, b, size);
          best = MIN (best, MAX (1, g_get_monotonic_time () - began) / 1e6);
        }
      speed = 2.0 * size * size * size / best;
      g_once_init_leave (&measured, 1);
    }
  return speed;
}

double
lofi_plan_seconds (const LofiPlan *plan)
{
  return plan->flops / machine_speed ();
}
