/* What a sweep is: its key, and how many cells it has. */
#include "config.h"
#include <string.h>
#include "lofi-emergence-private.h"
#include "lofi-experiment-private.h"
#include "lofi-grid-private.h"

/* ---- what identifies a sweep ---- */

/* The keys an axis replaces, each "GROUP.KEY", leave the text. */
static void
forget_axis (GKeyFile *file, const LofiExperiment *experiment, const LofiSweepAxis *axis)
{
  g_autoptr (GPtrArray) settings = g_ptr_array_new_with_free_func (g_free);
  lofi_grid_add_settings (experiment, axis->key, "", settings);
  for (guint i = 0; i < settings->len; i++)
    {
      char *setting = g_ptr_array_index (settings, i), *dot = strchr (setting, '.'), *equals = strchr (setting, '=');
      *dot = *equals = '\0';
      g_key_file_remove_key (file, setting, dot + 1, NULL);
    }
}

char *
lofi_emergence_key (const LofiExperiment *experiment)
{
  g_autoptr (LofiExperiment) plain = lofi_experiment_dup (experiment);
  gsize one = 1;
  plain->data.train = 0;
  plain->seed = 0;
  plain->memory = 0;
  plain->sweep_seeds = 1;
  plain->sweep_compare = 0;
  g_array_set_size (plain->sweep_samples, 0);
  g_array_append_val (plain->sweep_samples, one);
  g_ptr_array_set_size (plain->sweep_axes, 0);
  g_free (plain->title);
  plain->title = g_strdup ("");
  lofi_experiment_make_paths_absolute (plain);
  g_autofree char *text = lofi_experiment_to_text (plain);
  if (experiment->sweep_axes->len == 0)
    return g_steal_pointer (&text);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_key_file_load_from_data (file, text, -1, G_KEY_FILE_NONE, NULL);
  for (guint i = 0; i < experiment->sweep_axes->len; i++)
    forget_axis (file, experiment, g_ptr_array_index (experiment->sweep_axes, i));
  return g_key_file_to_data (file, NULL, NULL);
}

char *
lofi_emergence_hash (const LofiExperiment *experiment)
{
  g_autofree char *key = lofi_emergence_key (experiment);
  char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, key, -1);
  hash[16] = '\0';
  return hash;
}

gboolean
lofi_emergence_wants (const LofiExperiment *experiment, LofiMethod method)
{
  static const LofiCompare compared[LOFI_N_METHODS] = { 0, LOFI_COMPARE_LAZY, LOFI_COMPARE_LINEAR, LOFI_COMPARE_KERNEL, LOFI_COMPARE_DESCENT };
  return method == LOFI_METHOD_LOFI || (experiment->sweep_compare & compared[method]);
}

guint
lofi_emergence_total (const LofiExperiment *experiment)
{
  guint methods = 0;
  for (guint m = 0; m < LOFI_N_METHODS; m++)
    methods += lofi_emergence_wants (experiment, m);
  return experiment->sweep_samples->len * experiment->sweep_seeds * methods * lofi_grid_count (experiment);
}

void
lofi_emergence_count (const LofiExperiment *e, const LofiShareMap *share, LofiCells *cells, guint *total, guint *found)
{
  guint points = lofi_grid_count (e);
  *total = *found = 0;
  for (guint p = 0; p < points; p++)
    {
      const char *point = lofi_grid_point (e, p);
      for (guint i = 0; i < e->sweep_samples->len; i++)
        for (guint seed = 0; seed < e->sweep_seeds; seed++)
          for (guint m = 0; m < LOFI_N_METHODS; m++)
            if (lofi_emergence_wants (e, m) && (!share || lofi_share_map_has (share, p, seed, i)))
              {
                ++*total;
                *found += lofi_cells_has (cells, point, g_array_index (e->sweep_samples, gsize, i), seed, m);
              }
    }
}

guint
lofi_emergence_found (const LofiExperiment *experiment, LofiCells *cells)
{
  guint total, found;
  lofi_emergence_count (experiment, NULL, cells, &total, &found);
  return found;
}
