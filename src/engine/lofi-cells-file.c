/* Cells as lines of cells.jsonl, and the points in them. */
#include "config.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "lofi-cells-private.h"
#include "lofi-json-private.h"

#define WORD_BYTES_MAX 200

/* ---- points ---- */

gboolean
lofi_point_word (const char *word)
{
  gsize length = strlen (word);
  if (length == 0 || length > WORD_BYTES_MAX)
    return FALSE;
  for (const char *p = word; *p; p++)
    if (!g_ascii_isgraph (*p) || strchr ("\"\\=,;", *p))
      return FALSE;
  return TRUE;
}

char **
lofi_point_settings (const char *point)
{
  return *point ? g_strsplit (point, " ", -1) : g_new0 (char *, 1);
}

static int
compare_settings (gconstpointer a, gconstpointer b)
{
  return lofi_point_compare (*(char *const *) a, *(char *const *) b);
}

const char *
lofi_point_join (char **settings)
{
  qsort (settings, g_strv_length (settings), sizeof *settings, compare_settings);
  g_autofree char *point = g_strjoinv (" ", settings);
  return g_intern_string (point);
}

static void
put_point (JsonBuilder *json, const char *point)
{
  g_auto (GStrv) settings = lofi_point_settings (point ? point : "");
  if (!settings[0])
    return;
  json_builder_set_member_name (json, "set");
  json_builder_begin_object (json);
  for (guint i = 0; settings[i]; i++)
    {
      char *equals = strchr (settings[i], '=');
      if (!equals)
        continue;
      *equals = '\0';
      lofi_json_put_text (json, settings[i], equals + 1);
    }
  json_builder_end_object (json);
}

/* ---- lines ---- */

static void
add_number (JsonBuilder *json, double value)
{
  if (isfinite (value))
    json_builder_add_double_value (json, value);
  else
    json_builder_add_null_value (json);
}

static void
add_array (JsonBuilder *json, const double *values, guint count)
{
  json_builder_begin_array (json);
  for (guint i = 0; i < count; i++)
    add_number (json, values[i]);
  json_builder_end_array (json);
}

static void
begin_member (JsonBuilder *json, const char *name)
{
  json_builder_set_member_name (json, name);
  json_builder_begin_array (json);
}

static void
put_overlaps (JsonBuilder *json, const LofiCell *cell)
{
  begin_member (json, "overlap");
  for (guint l = 0; l < cell->n_layers; l++)
    add_number (json, cell->layers[l].overlap);
  json_builder_end_array (json);
}

static void
put_layers (JsonBuilder *json, const LofiCell *cell)
{
  gboolean groups = FALSE, planted = cell->reference == 0;
  begin_member (json, "eigenvalues");
  for (guint l = 0; l < cell->n_layers; l++)
    add_array (json, cell->layers[l].eigenvalues, cell->layers[l].n_eigenvalues);
  json_builder_end_array (json);
  begin_member (json, "null_edges");
  for (guint l = 0; l < cell->n_layers; l++)
    add_array (json, (const double[]) { cell->layers[l].null_low, cell->layers[l].null_high }, 2);
  json_builder_end_array (json);
  begin_member (json, "outliers");
  for (guint l = 0; l < cell->n_layers; l++)
    if (cell->layers[l].outliers >= 0)
      json_builder_add_int_value (json, cell->layers[l].outliers);
    else
      json_builder_add_null_value (json);
  json_builder_end_array (json);
  for (guint l = 0; l < cell->n_layers; l++)
    groups = groups || cell->layers[l].n_groups > 0;
  if (planted)
    put_overlaps (json, cell);
  if (!groups)
    return;
  begin_member (json, "group_overlaps");
  for (guint l = 0; l < cell->n_layers; l++)
    add_array (json, cell->layers[l].group_overlaps, cell->layers[l].n_groups);
  json_builder_end_array (json);
}

static JsonBuilder *
begin (const LofiCell *cell)
{
  JsonBuilder *json = json_builder_new ();
  json_builder_begin_object (json);
  lofi_json_put_integer (json, "samples", cell->samples);
  lofi_json_put_integer (json, "seed", cell->seed);
  lofi_json_put_text (json, "method", lofi_method_name (cell->method));
  put_point (json, cell->point);
  return json;
}

static char *
end (JsonBuilder *json, const char *experiment_key)
{
  if (experiment_key)
    lofi_json_put_text (json, "experiment", experiment_key);
  json_builder_end_object (json);
  g_autoptr (JsonNode) root = json_builder_get_root (json);
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  json_generator_set_root (generator, root);
  return json_generator_to_data (generator, NULL);
}

char *
lofi_cell_to_json (const LofiCell *cell, const char *experiment_key)
{
  g_autoptr (JsonBuilder) json = begin (cell);
  lofi_json_put_number (json, "test_error", cell->test_error);
  lofi_json_put_number (json, "test_mse", cell->test_mse);
  lofi_json_put_number (json, "train_error", cell->train_error);
  put_layers (json, cell);
  lofi_json_put_number (json, "seconds", cell->seconds);
  return end (json, experiment_key);
}

char *
lofi_cell_overlaps_to_json (const LofiCell *cell, const char *experiment_key)
{
  g_autoptr (JsonBuilder) json = begin (cell);
  lofi_json_put_integer (json, "reference", cell->reference);
  put_overlaps (json, cell);
  return end (json, experiment_key);
}

typedef struct { GString *text; const char *key; } Lines;

static void
append_lines (const LofiCell *cell, gpointer data)
{
  Lines *lines = data;
  g_autofree char *line = lofi_cell_to_json (cell, lines->key);
  g_string_append_printf (lines->text, "%s\n", line);
  if (cell->reference == 0)
    return;
  g_autofree char *overlaps = lofi_cell_overlaps_to_json (cell, lines->key);
  g_string_append_printf (lines->text, "%s\n", overlaps);
}

char *
lofi_cells_to_jsonl (LofiCells *cells, const char *experiment_key)
{
  Lines lines = { g_string_new (NULL), experiment_key };
  lofi_cells_foreach (cells, append_lines, &lines);
  return g_string_free (lines.text, FALSE);
}
