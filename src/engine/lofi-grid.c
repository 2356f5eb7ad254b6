/* The grid of a sweep: what a point of its axes is, and the experiment at it. */
#include "config.h"
#include <string.h>
#include "lofi-cells-private.h"
#include "lofi-emergence-private.h"
#include "lofi-error.h"
#include "lofi-grid-private.h"

static const LofiSweepAxis *
axis_of (const LofiExperiment *experiment, guint i)
{
  return g_ptr_array_index (experiment->sweep_axes, i);
}

guint
lofi_grid_count (const LofiExperiment *experiment)
{
  guint count = 1;
  for (guint i = 0; i < experiment->sweep_axes->len; i++)
    count *= g_strv_length (axis_of (experiment, i)->values);
  return count;
}

void
lofi_grid_indices (const LofiExperiment *experiment, guint index, guint *values)
{
  for (guint i = experiment->sweep_axes->len; i-- > 0;)
    {
      guint count = g_strv_length (axis_of (experiment, i)->values);
      values[i] = index % count;
      index /= count;
    }
}

const char *
lofi_grid_point (const LofiExperiment *experiment, guint index)
{
  guint values[LOFI_SWEEP_AXES_MOST] = { 0 }, n = experiment->sweep_axes->len;
  g_auto (GStrv) settings = g_new0 (char *, n + 1);
  lofi_grid_indices (experiment, index, values);
  for (guint i = 0; i < n; i++)
    settings[i] = g_strdup_printf ("%s=%s", axis_of (experiment, i)->key, axis_of (experiment, i)->values[values[i]]);
  return lofi_point_join (settings);
}

/* ---- one setting ---- */

void
lofi_grid_add_settings (const LofiExperiment *experiment, const char *key, const char *value, GPtrArray *settings)
{
  if (g_str_equal (key, LOFI_GRID_DEPTH))
    return;
  if (g_str_equal (key, "readout.penalties"))
    g_ptr_array_add (settings, g_strdup_printf ("%s=%s:%s:1", key, value, value));
  else if (!g_str_has_prefix (key, LOFI_GRID_LAYERS))
    g_ptr_array_add (settings, g_strdup_printf ("%s=%s", key, value));
  else
    for (guint l = 0; l < experiment->layers->len; l++)
      if (lofi_kind_has_key (lofi_experiment_layer (experiment, l)->kind, key + strlen (LOFI_GRID_LAYERS)))
        g_ptr_array_add (settings, g_strdup_printf ("layer%u.%s=%s", l + 1, key + strlen (LOFI_GRID_LAYERS), value));
}

/* The index of the last filtered layer, or -1; *filtered: how many there are. */
static int
last_filtered (const GPtrArray *layers, guint *filtered)
{
  int last = -1;
  *filtered = 0;
  for (guint l = 0; l < layers->len; l++)
    if (lofi_layer_filters (g_ptr_array_index (layers, l)))
      {
        last = (int) l;
        (*filtered)++;
      }
  return last;
}

/* The first `depth` filtered layers with what comes before each, the last of them again where there are fewer, then what comes after the last. */
static void
set_depth (LofiExperiment *experiment, guint depth)
{
  guint filtered, taken = 0;
  int last = last_filtered (experiment->layers, &filtered);
  GPtrArray *layers = experiment->layers;
  if (last < 0)
    return;
  experiment->layers = g_ptr_array_new_with_free_func ((GDestroyNotify) lofi_layer_spec_free);
  for (int l = 0; taken < depth && l <= last; l++)
    {
      const LofiLayerSpec *layer = g_ptr_array_index (layers, l);
      g_ptr_array_add (experiment->layers, lofi_layer_spec_dup (layer));
      taken += lofi_layer_filters (layer);
    }
  for (; taken < depth; taken++)
    {
      LofiLayerSpec *again = lofi_layer_spec_dup (g_ptr_array_index (layers, last));
      g_clear_pointer (&again->weights, g_free);          /* a file of them is made for one layer */
      g_ptr_array_add (experiment->layers, again);
    }
  for (guint l = (guint) last + 1; l < layers->len; l++)
    g_ptr_array_add (experiment->layers, lofi_layer_spec_dup (g_ptr_array_index (layers, l)));
  g_ptr_array_unref (layers);
}

/* ---- a point ---- */

LofiExperiment *
lofi_grid_experiment (const LofiExperiment *experiment, guint index, GError **error)
{
  guint values[LOFI_SWEEP_AXES_MOST] = { 0 };
  g_autoptr (LofiExperiment) plain = lofi_experiment_dup (experiment);
  g_autoptr (GPtrArray) settings = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) reason = NULL;
  g_autofree char *place = g_strdup_printf ("emergence.grid, %s", lofi_grid_point (experiment, index));
  lofi_grid_indices (experiment, index, values);
  g_ptr_array_set_size (plain->sweep_axes, 0);
  if (experiment->sweep_axes->len == 0)
    return g_steal_pointer (&plain);
  for (guint i = 0; i < experiment->sweep_axes->len; i++)
    lofi_grid_add_settings (experiment, axis_of (experiment, i)->key, axis_of (experiment, i)->values[values[i]], settings);
  g_ptr_array_add (settings, NULL);
  g_autofree char *text = lofi_experiment_to_text (plain);
  g_autoptr (LofiExperiment) set = lofi_experiment_read (text, place, plain->folder, (const char *const *) settings->pdata, &reason);
  if (set)
    for (guint i = 0; i < experiment->sweep_axes->len; i++)
      if (g_str_equal (axis_of (experiment, i)->key, LOFI_GRID_DEPTH))
        set_depth (set, (guint) g_ascii_strtoull (axis_of (experiment, i)->values[values[i]], NULL, 10));
  if (set && lofi_experiment_check (set, &reason))
    return g_steal_pointer (&set);
  g_set_error (error, reason->domain, reason->code, "%s: %s", place, lofi_grid_message (reason));
  return NULL;
}

const char *
lofi_grid_message (const GError *reason)
{
  return g_str_has_prefix (reason->message, "--set ") ? reason->message + strlen ("--set ") : reason->message;
}

GPtrArray *
lofi_grid_experiments (const LofiExperiment *experiment, GError **error)
{
  g_autoptr (GPtrArray) points = g_ptr_array_new_with_free_func ((GDestroyNotify) lofi_experiment_free);
  guint count = lofi_grid_count (experiment);
  for (guint p = 0; p < count; p++)
    {
      LofiExperiment *point = lofi_grid_experiment (experiment, p, error);
      if (!point)
        return NULL;
      g_ptr_array_add (points, point);
    }
  return g_steal_pointer (&points);
}
