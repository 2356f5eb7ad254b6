/* Outliers counted, K chosen by them, and null lines put into the result. */
#include "config.h"
#include "lofi-null-private.h"

#include <math.h>
#include "lofi-error.h"

/* ---- counting ---- */

static void
count_numbers (const double *numbers, gsize count, double low, double high, gsize *below, gsize *above)
{
  for (gsize i = 0; i < count; i++)
    {
      *below += numbers[i] < low;
      *above += numbers[i] > high;
    }
}

/* The kept pairs are all that matters when the last of every operator, in magnitude, lies inside: only of order 2 are they C's own. */
static gboolean
pairs_reach_inside (const LofiNullSource *source, double low, double high)
{
  const LofiLayerResult *layer = source->layer;
  gsize each = layer ? layer->keep / source->n_groups : 0;
  if (each == 0 || source->spec->order != LOFI_ORDER_2)
    return FALSE;
  for (guint g = 0; g < source->n_groups; g++)
    {
      double least = fabs (layer->eigenvalues[(g + 1) * each - 1]);
      if (!(-least >= low && least <= high))
        return FALSE;
    }
  return TRUE;
}

/* All eigenvalues, where they are known. */
static const double *
whole_spectrum (const LofiNullSource *source, gsize *count)
{
  const LofiLayerResult *layer = source->layer;
  if (source->spectrum)
    {
      *count = source->n_spectrum;
      return source->spectrum;
    }
  if (!layer || layer->n_spectrum == 0 || layer->spectrum_estimated)
    return NULL;
  *count = layer->n_spectrum;
  return layer->spectrum;
}

gboolean
lofi_null_counts_free (const LofiNullSource *source, double low, double high)
{
  gsize count;
  return whole_spectrum (source, &count) || pairs_reach_inside (source, low, high);
}

/* The operator of one group: at hand, from the cache, or summed again. (transfer full) */
static LofiFilterStage *
filter_of_group (LofiNullSource *source, guint group, GError **error)
{
  LofiFitRun *run = source->run;
  if (source->filters)
    return lofi_filter_stage_ref (source->filters[group]);
  g_autofree char *lift_key = lofi_filter_group_key (source->lift_key, group, source->n_groups);
  g_autoptr (LofiLiftStage) lift = lofi_fit_run_get (run, lift_key);
  if (!lift && !(lift = lofi_lift_stage_new (run, source->spec, source->index, source->input->train, group, g_strdup (lift_key), error)))
    return NULL;
  gsize rows = source->input->train->samples * lift->positions;
  g_autofree char *key = lofi_filter_stage_key (lift_key, source->spec, lofi_filter_stage_extent (run, rows, lift->width, source->spec->keep));
  LofiFilterStage *filter = lofi_fit_run_get (run, key);
  if (filter)
    return filter;
  double before = run->done;
  filter = lofi_filter_stage_new (run, source->spec, source->index, source->input->train, lift, FALSE, error);
  run->total += run->done + run->stage_cost - before;       /* the plan has counted it once */
  if (filter && run->cache)
    lofi_cache_put (run->cache, key, filter, lofi_filter_stage_bytes (filter), (LofiCacheRef) lofi_filter_stage_ref,
                    (GDestroyNotify) lofi_filter_stage_unref);
  return filter;
}

gboolean
lofi_null_count (LofiNullSource *source, double low, double high, gsize *below, gsize *above, GError **error)
{
  gsize count;
  const double *spectrum = whole_spectrum (source, &count);
  *below = *above = 0;
  if (spectrum)
    count_numbers (spectrum, count, low, high, below, above);
  else if (pairs_reach_inside (source, low, high))
    count_numbers (source->layer->eigenvalues, source->layer->keep, low, high, below, above);
  else
    for (guint g = 0; g < source->n_groups; g++)
      {
        g_autofree char *place = g_strdup_printf ("layer%u", source->index + 1);
        g_autoptr (LofiFilterStage) filter = filter_of_group (source, g, error);
        LofiWatch quiet = lofi_cancellable_watch (source->run->cancellable);
        gsize under, over;
        if (!filter || !lofi_filter_stage_beyond (filter, low, high, &under, &over, &quiet, place, error))
          return FALSE;
        *below += under;
        *above += over;
      }
  return TRUE;
}

gsize
lofi_null_keep (const LofiLayerSpec *spec, const LofiNull *permuted, gsize most)
{
  return MIN (CLAMP (lofi_null_outliers (permuted), spec->keep_min, spec->keep), most);
}

/* ---- into the result ---- */

gboolean
lofi_null_put (LofiNullSource *source, const LofiNull *permuted, const LofiNull *law, GError **error)
{
  LofiNull **place = &source->run->result->nulls[source->index];
  const LofiNull *base = permuted ? permuted : *place && (*place)->permutations ? *place : law;
  const LofiNull *edges = law ? law : *place;
  if (!base)
    return TRUE;
  g_autoptr (LofiNull) joined = g_atomic_rc_box_new0 (LofiNull);
  *joined = *base;
  joined->law_low = edges ? edges->law_low : NAN;
  joined->law_high = edges ? edges->law_high : NAN;
  if (base == law && !lofi_null_count (source, law->low, law->high, &joined->below, &joined->above, error))
    return FALSE;
  g_clear_pointer (place, lofi_null_unref);
  *place = g_steal_pointer (&joined);
  return TRUE;
}

gboolean
lofi_null_with_layer (LofiNullSource *source, GError **error)
{
  LofiFitRun *run = source->run;
  const LofiNull *put = run->result->nulls[source->index];
  LofiNulls wanted = run->observer ? run->observer->nulls : LOFI_NULLS_NONE;
  gboolean watched = lofi_fit_run_watched (run), has = put && put->permutations;
  gboolean later = (wanted & LOFI_NULLS_PERMUTED) && watched && !source->spec->keep_auto;
  gboolean permutes = !has && ((wanted & LOFI_NULLS_PERMUTED) || source->spec->keep_auto);
  g_autoptr (LofiNull) law = NULL, permuted = permutes ? lofi_null_known_permuted (source) : NULL;
  if (permutes && !permuted && !later && !(permuted = lofi_null_take_permuted (source, error)))
    return FALSE;
  if ((wanted & LOFI_NULLS_LAW) && !(law = lofi_null_take_law (source, error)))
    return FALSE;
  /* A line without a count is worth little, and a count that costs much is made once: for the line that stays. */
  if (law && !has && !permuted && (isnan (law->low) || (later && !lofi_null_counts_free (source, law->low, law->high))))
    return TRUE;
  return lofi_null_put (source, permuted, law, error);
}

/* ---- layers that are there ---- */

static LofiNullSource
source_of_layer (LofiFitRun *run, guint index, const LofiRepresentation *input, const char *lift_key)
{
  const LofiLayerSpec *spec = lofi_experiment_layer (run->experiment, index);
  guint groups = spec->kind == LOFI_KIND_FILTER && lofi_layer_looks_at_windows (spec) ? (guint) input->train->shape.channels : 1;
  return (LofiNullSource) { .run = run, .spec = spec, .index = index, .input = input, .lift_key = lift_key, .n_groups = groups,
                            .layer = run->result->layers[index] };
}

gboolean
lofi_fit_layer_nulls (LofiFitRun *run, guint index, const LofiRepresentation *input, GError **error)
{
  const LofiNull *before = run->result->nulls[index];
  if (before && !lofi_fit_run_watched (run))
    return TRUE;                       /* computed with the layer */
  g_autofree char *lift_key = lofi_lift_key (run, lofi_experiment_layer (run->experiment, index), index, input->key, input->train);
  LofiNullSource source = source_of_layer (run, index, input, lift_key);
  if (!lofi_null_with_layer (&source, error))
    return FALSE;
  if (run->result->nulls[index] != before)
    lofi_fit_run_show (run);
  return TRUE;
}

gboolean
lofi_fit_run_nulls (LofiFitRun *run, GError **error)
{
  LofiResult *result = run->result;
  g_autoptr (LofiFeatures) train = lofi_features_of_task (result->task, FALSE), test = lofi_features_of_task (result->task, TRUE);
  LofiRepresentation input = { .key = result->task->key, .train = train, .test = test };
  if (!run->observer || !(run->observer->nulls & LOFI_NULLS_PERMUTED))
    return TRUE;
  for (guint i = 0; i < result->n_layers; i++)
    {
      const LofiNull *before = result->nulls[i];
      if (result->layers[i]->keep && !(before && before->permutations))
        {
          g_autofree char *lift_key = lofi_lift_key (run, lofi_experiment_layer (run->experiment, i), i, input.key, input.train);
          LofiNullSource source = source_of_layer (run, i, &input, lift_key);
          g_autoptr (LofiNull) permuted = lofi_null_take_permuted (&source, error);
          if (!permuted || !lofi_null_put (&source, permuted, NULL, error))
            return FALSE;
          lofi_fit_run_show (run);
        }
      input = lofi_representation_of_layer (result->layers[i]);
    }
  return TRUE;
}
