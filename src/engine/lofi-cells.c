/* Cells of a sweep: what was found for (samples, seed, method), its lines on disk, its means. */
#include "config.h"
#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include "lofi-emergence.h"
#include "lofi-error.h"
#include "lofi-results-file.h"

static const char *const method_names[] = { "lofi", "lazy", "linear", "kernel", "descent", NULL };

const char *
lofi_method_name (LofiMethod method)
{
  return method_names[method];
}

struct _LofiCells {
  gatomicrefcount references;
  GMutex lock;
  GPtrArray *cells;          /* LofiCell *, kept in order of samples, seed, method */
};

static void
cell_free (gpointer data)
{
  LofiCell *cell = data;
  g_clear_pointer (&cell->eigenvalues, g_ptr_array_unref);
  g_free (cell);
}

static LofiCell *
cell_copy (const LofiCell *cell)
{
  LofiCell *copy = g_memdup2 (cell, sizeof *cell);
  if (cell->eigenvalues)
    copy->eigenvalues = g_ptr_array_ref (cell->eigenvalues);     /* never changed once in a cell */
  return copy;
}

LofiCells *
lofi_cells_new (void)
{
  LofiCells *cells = g_new0 (LofiCells, 1);
  g_atomic_ref_count_init (&cells->references);
  g_mutex_init (&cells->lock);
  cells->cells = g_ptr_array_new_with_free_func (cell_free);
  return cells;
}

LofiCells *
lofi_cells_ref (LofiCells *cells)
{
  g_atomic_ref_count_inc (&cells->references);
  return cells;
}

void
lofi_cells_unref (LofiCells *cells)
{
  if (!g_atomic_ref_count_dec (&cells->references))
    return;
  g_ptr_array_unref (cells->cells);
  g_mutex_clear (&cells->lock);
  g_free (cells);
}

static int
compare_place (const LofiCell *cell, gsize samples, guint64 seed, LofiMethod method)
{
  if (cell->samples != samples)
    return cell->samples < samples ? -1 : 1;
  if (cell->seed != seed)
    return cell->seed < seed ? -1 : 1;
  return (int) cell->method - (int) method;
}

/* The index of the cell, or of the first one after where it would stand. Under the lock. */
static guint
find (LofiCells *cells, gsize samples, guint64 seed, LofiMethod method, gboolean *found)
{
  guint low = 0, high = cells->cells->len;
  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      if (compare_place (g_ptr_array_index (cells->cells, middle), samples, seed, method) < 0)
        low = middle + 1;
      else
        high = middle;
    }
  *found = low < cells->cells->len && compare_place (g_ptr_array_index (cells->cells, low), samples, seed, method) == 0;
  return low;
}

void
lofi_cells_add (LofiCells *cells, const LofiCell *cell)
{
  gboolean found;
  g_mutex_lock (&cells->lock);
  guint place = find (cells, cell->samples, cell->seed, cell->method, &found);
  if (!found)
    g_ptr_array_insert (cells->cells, place, cell_copy (cell));
  g_mutex_unlock (&cells->lock);
}

gboolean
lofi_cells_has (LofiCells *cells, gsize samples, guint64 seed, LofiMethod method)
{
  gboolean found;
  g_mutex_lock (&cells->lock);
  find (cells, samples, seed, method, &found);
  g_mutex_unlock (&cells->lock);
  return found;
}

guint
lofi_cells_count (LofiCells *cells)
{
  g_mutex_lock (&cells->lock);
  guint count = cells->cells->len;
  g_mutex_unlock (&cells->lock);
  return count;
}

static double
cell_value (const LofiCell *cell, gboolean mse)
{
  return mse ? cell->test_mse : cell->test_error;
}

/* Mean and standard error of cells first .. end - 1 of one method and one number of samples; counts those of the method. */
static LofiCurvePoint
point_of (LofiCells *cells, guint first, guint end, LofiMethod method, gboolean mse)
{
  LofiCurvePoint point = { ((LofiCell *) g_ptr_array_index (cells->cells, first))->samples, 0, 0, NAN };
  double squares = 0;
  for (guint i = first; i < end; i++)
    {
      const LofiCell *cell = g_ptr_array_index (cells->cells, i);
      if (cell->method == method && ++point.count)
        point.mean += cell_value (cell, mse);
    }
  if (point.count)
    point.mean /= point.count;
  for (guint i = first; i < end; i++)
    {
      const LofiCell *cell = g_ptr_array_index (cells->cells, i);
      double off = cell_value (cell, mse) - point.mean;
      if (cell->method == method)
        squares += off * off;
    }
  if (point.count > 1)
    point.sem = sqrt (squares / (point.count - 1.0) / point.count);
  return point;
}

GArray *
lofi_cells_curve (LofiCells *cells, LofiMethod method, gboolean mse)
{
  GArray *curve = g_array_new (FALSE, FALSE, sizeof (LofiCurvePoint));
  g_mutex_lock (&cells->lock);
  for (guint first = 0, end; first < cells->cells->len; first = end)
    {
      gsize samples = ((LofiCell *) g_ptr_array_index (cells->cells, first))->samples;
      for (end = first; end < cells->cells->len && ((LofiCell *) g_ptr_array_index (cells->cells, end))->samples == samples; end++)
        ;
      LofiCurvePoint point = point_of (cells, first, end, method, mse);
      if (point.count)
        g_array_append_val (curve, point);
    }
  g_mutex_unlock (&cells->lock);
  return curve;
}

/* ---- lines ---- */

static void
add_number (JsonBuilder *builder, const char *name, double value)
{
  json_builder_set_member_name (builder, name);
  if (isfinite (value))
    json_builder_add_double_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

static char *
generate (JsonBuilder *builder, gboolean pretty)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, pretty);
  json_generator_set_indent (generator, 1);
  return json_generator_to_data (generator, NULL);
}

static void
add_eigenvalues (JsonBuilder *builder, const LofiCell *cell)
{
  json_builder_set_member_name (builder, "eigenvalues");
  json_builder_begin_array (builder);
  for (guint l = 0; cell->eigenvalues && l < cell->eigenvalues->len; l++)
    {
      GArray *layer = g_ptr_array_index (cell->eigenvalues, l);
      json_builder_begin_array (builder);
      for (guint k = 0; k < layer->len; k++)
        json_builder_add_double_value (builder, g_array_index (layer, double, k));
      json_builder_end_array (builder);
    }
  json_builder_end_array (builder);
}

char *
lofi_cell_to_json (const LofiCell *cell)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "samples");
  json_builder_add_int_value (builder, cell->samples);
  json_builder_set_member_name (builder, "seed");
  json_builder_add_int_value (builder, cell->seed);
  json_builder_set_member_name (builder, "method");
  json_builder_add_string_value (builder, lofi_method_name (cell->method));
  add_number (builder, "test_error", cell->test_error);
  add_number (builder, "test_mse", cell->test_mse);
  add_number (builder, "train_error", cell->train_error);
  add_eigenvalues (builder, cell);
  static const char *const later[] = { "outliers", "overlap" };      /* null until they are computed, as in result.json */
  for (guint i = 0; i < G_N_ELEMENTS (later); i++)
    {
      json_builder_set_member_name (builder, later[i]);
      json_builder_add_null_value (builder);
    }
  add_number (builder, "seconds", cell->seconds);
  json_builder_end_object (builder);
  return generate (builder, FALSE);
}

char *
lofi_cells_to_jsonl (LofiCells *cells)
{
  GString *text = g_string_new (NULL);
  g_mutex_lock (&cells->lock);
  for (guint i = 0; i < cells->cells->len; i++)
    {
      g_autofree char *line = lofi_cell_to_json (g_ptr_array_index (cells->cells, i));
      g_string_append_printf (text, "%s\n", line);
    }
  g_mutex_unlock (&cells->lock);
  return g_string_free (text, FALSE);
}

char *
lofi_cells_to_summary (LofiCells *cells)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "format");
  json_builder_add_int_value (builder, 1);
  json_builder_set_member_name (builder, "points");
  json_builder_begin_array (builder);
  for (guint method = 0; method < LOFI_N_METHODS; method++)
    {
      g_autoptr (GArray) errors = lofi_cells_curve (cells, method, FALSE), squares = lofi_cells_curve (cells, method, TRUE);
      for (guint i = 0; i < errors->len; i++)
        {
          const LofiCurvePoint *error = &g_array_index (errors, LofiCurvePoint, i), *mse = &g_array_index (squares, LofiCurvePoint, i);
          json_builder_begin_object (builder);
          json_builder_set_member_name (builder, "samples");
          json_builder_add_int_value (builder, error->samples);
          json_builder_set_member_name (builder, "method");
          json_builder_add_string_value (builder, lofi_method_name (method));
          json_builder_set_member_name (builder, "seeds");
          json_builder_add_int_value (builder, error->count);
          add_number (builder, "test_error", error->mean);
          add_number (builder, "test_error_sem", error->sem);
          add_number (builder, "test_mse", mse->mean);
          add_number (builder, "test_mse_sem", mse->sem);
          json_builder_end_object (builder);
        }
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  return generate (builder, TRUE);
}

/* ---- reading ---- */

static gboolean
read_number (JsonObject *object, const char *name, double *value)
{
  JsonNode *node = json_object_get_member (object, name);
  if (!node || !JSON_NODE_HOLDS_VALUE (node) || (json_node_get_value_type (node) != G_TYPE_DOUBLE
                                                && json_node_get_value_type (node) != G_TYPE_INT64))
    return FALSE;
  *value = json_node_get_double (node);
  return isfinite (*value);
}

static GPtrArray *
read_eigenvalues (JsonObject *object)
{
  GPtrArray *layers = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  JsonNode *node = json_object_get_member (object, "eigenvalues");
  if (!node || !JSON_NODE_HOLDS_ARRAY (node))
    return layers;
  JsonArray *outer = json_node_get_array (node);
  for (guint l = 0; l < json_array_get_length (outer); l++)
    {
      JsonNode *inner = json_array_get_element (outer, l);
      GArray *values = g_array_new (FALSE, FALSE, sizeof (double));
      g_ptr_array_add (layers, values);
      for (guint k = 0; JSON_NODE_HOLDS_ARRAY (inner) && k < json_array_get_length (json_node_get_array (inner)); k++)
        {
          JsonNode *element = json_array_get_element (json_node_get_array (inner), k);
          double value = JSON_NODE_HOLDS_VALUE (element) ? json_node_get_double (element) : NAN;
          g_array_append_val (values, value);
        }
    }
  return layers;
}

/* The method of a name; negative if there is none. */
static int
method_of (JsonObject *object)
{
  JsonNode *node = json_object_get_member (object, "method");
  const char *name = node && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;
  for (int m = 0; name && m < LOFI_N_METHODS; m++)
    if (strcmp (method_names[m], name) == 0)
      return m;
  return -1;
}

static gboolean
read_line (LofiCells *cells, const char *line, gsize length, const char *place, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  const char *todo = _("remove the line, or the file and compute again");
  if (!lofi_json_is_shallow (line, length) || !json_parser_load_from_data (parser, line, length, NULL) || !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    return lofi_error_set (error, LOFI_ERROR_INPUT, place, todo, _("the line is not a JSON object"));
  JsonObject *object = json_node_get_object (json_parser_get_root (parser));
  LofiCell cell = { 0 };
  double samples, seed;
  int method = method_of (object);
  if (method < 0 || !read_number (object, "samples", &samples) || !read_number (object, "seed", &seed)
      || !(samples >= 1 && samples < 1e12) || !(seed >= 0 && seed < 1e15) || !read_number (object, "test_error", &cell.test_error)
      || !read_number (object, "test_mse", &cell.test_mse))
    return lofi_error_set (error, LOFI_ERROR_INPUT, place, todo,
                           _("a cell needs samples, seed, method (lofi, lazy or linear), test_error and test_mse"));
  cell.samples = samples;
  cell.seed = seed;
  cell.method = method;
  read_number (object, "train_error", &cell.train_error);
  read_number (object, "seconds", &cell.seconds);
  cell.eigenvalues = read_eigenvalues (object);
  lofi_cells_add (cells, &cell);
  g_ptr_array_unref (cell.eigenvalues);
  return TRUE;
}

LofiCells *
lofi_cells_load (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  gsize length;
  g_autoptr (GError) reason = NULL;
  if (!g_file_get_contents (path, &text, &length, &reason))
    {
      lofi_error_set (error, LOFI_ERROR_INPUT, path, _("give a folder that lofi emerge has written"), "%s", reason->message);
      return NULL;
    }
  g_autoptr (LofiCells) cells = lofi_cells_new ();
  guint number = 1;
  for (const char *line = text, *end; line < text + length; line = end + 1, number++)
    {
      end = memchr (line, '\n', text + length - line);
      if (!end)
        break;         /* a line without its end was being written when something stopped the writer: not a cell yet */
      g_autofree char *place = g_strdup_printf (_("%s, line %u"), path, number);
      if (end > line && !read_line (cells, line, end - line, place, error))
        return NULL;
    }
  return g_steal_pointer (&cells);
}
