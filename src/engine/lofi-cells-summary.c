/* Means over seeds, with their standard errors: curves, and summary.json. */
#include "config.h"
#include <math.h>
#include <string.h>
#include "lofi-cells-private.h"

/* Digits of a number in summary.json: what a different order of the same sums changes lies far behind them. */
#define SUMMARY_FORMAT "%.10g"

/* In the order the values come in, which is that of the seeds. Of those that are not NAN. */
static LofiCurvePoint
point_of (gsize samples, const double *values, guint n)
{
  LofiCurvePoint point = { .samples = samples, .mean = NAN, .sem = NAN };
  double sum = 0, squares = 0;
  for (guint i = 0; i < n; i++)
    if (!isnan (values[i]))
      {
        sum += values[i];
        point.count++;
      }
  if (point.count == 0)
    return point;
  point.mean = sum / point.count;
  for (guint i = 0; i < n; i++)
    if (!isnan (values[i]))
      squares += (values[i] - point.mean) * (values[i] - point.mean);
  if (point.count > 1)
    point.sem = sqrt (squares / (point.count - 1.0) / point.count);
  return point;
}

/* What counts in a mean: overlaps with a smaller reference than there is are not comparable with the others. */
static double
counted_value (const LofiCell *cell, LofiMeasure measure, gsize reference)
{
  return measure.quantity == LOFI_QUANTITY_OVERLAP && cell->reference != reference ? NAN : lofi_cell_value (cell, measure);
}

/* ---- curves ---- */

typedef struct {
  LofiMethod method;
  LofiMeasure measure;
  gsize reference, samples;
  GArray *values;            /* double: of these samples */
  GArray *curve;
} Curve;

static void
finish_point (Curve *curve)
{
  LofiCurvePoint point = point_of (curve->samples, (const double *) curve->values->data, curve->values->len);
  if (point.count)
    g_array_append_val (curve->curve, point);
  g_array_set_size (curve->values, 0);
}

static gboolean
add_to_curve (const LofiCell *cell, gpointer data)
{
  Curve *curve = data;
  if (cell->samples != curve->samples)
    finish_point (curve);
  curve->samples = cell->samples;
  double value = counted_value (cell, curve->measure, curve->reference);
  if (cell->method == curve->method)
    g_array_append_val (curve->values, value);
  return TRUE;
}

GArray *
lofi_cells_curve (LofiCells *cells, const char *point, LofiMethod method, LofiMeasure measure)
{
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (double));
  Curve curve = { method, measure, lofi_cells_reference (cells), 0, values, g_array_new (FALSE, FALSE, sizeof (LofiCurvePoint)) };
  lofi_cells_visit_point (cells, point, add_to_curve, &curve);
  finish_point (&curve);
  return curve.curve;
}

/* ---- summary.json ---- */

static void
put_number (GString *text, double value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];
  g_string_append (text, isfinite (value) ? g_ascii_formatd (buffer, sizeof buffer, SUMMARY_FORMAT, value) : "null");
}

typedef struct {
  GString *text;
  gsize reference;
  GPtrArray *group;          /* LofiCell *: of one point, number of samples and method */
  gboolean begun;
} Summary;

static LofiCurvePoint
mean_of (const Summary *summary, LofiMeasure measure)
{
  g_autofree double *values = g_new (double, summary->group->len);
  for (guint i = 0; i < summary->group->len; i++)
    values[i] = counted_value (g_ptr_array_index (summary->group, i), measure, summary->reference);
  return point_of (0, values, summary->group->len);
}

/* "name": mean, "name_sem": sem, "name_count": how many; the last only where not every seed has it. */
static void
put_mean (const Summary *summary, const char *separator, LofiMeasure measure)
{
  LofiCurvePoint point = mean_of (summary, measure);
  const char *name = lofi_quantity_name (measure.quantity);
  g_string_append_printf (summary->text, "%s\"%s\": ", separator, name);
  put_number (summary->text, point.mean);
  g_string_append_printf (summary->text, ", \"%s_sem\": ", name);
  put_number (summary->text, point.sem);
  if (point.count != summary->group->len)
    g_string_append_printf (summary->text, ", \"%s_count\": %u", name, point.count);
}

/* "name": [means], "name_sem": [...] of the indices first to first + count - 1. */
static void
put_means (const Summary *summary, const char *name, LofiMeasure measure, guint count)
{
  guint first = measure.index;
  g_string_append_printf (summary->text, ", \"%s\": [", name);
  for (guint i = 0; i < count; i++)
    {
      measure.index = first + i;
      g_string_append (summary->text, i ? ", " : "");
      put_number (summary->text, mean_of (summary, measure).mean);
    }
  g_string_append_printf (summary->text, "], \"%s_sem\": [", name);
  for (guint i = 0; i < count; i++)
    {
      measure.index = first + i;
      g_string_append (summary->text, i ? ", " : "");
      put_number (summary->text, mean_of (summary, measure).sem);
    }
  g_string_append_c (summary->text, ']');
}

static void
put_layer (const Summary *summary, guint layer)
{
  static const LofiQuantity single[] = { LOFI_QUANTITY_OUTLIERS, LOFI_QUANTITY_KEPT, LOFI_QUANTITY_NULL_LOW, LOFI_QUANTITY_NULL_HIGH,
                                         LOFI_QUANTITY_OVERLAP };
  guint eigenvalues = 0, groups = 0;
  for (guint i = 0; i < summary->group->len; i++)
    {
      const LofiCell *cell = g_ptr_array_index (summary->group, i);
      eigenvalues = MAX (eigenvalues, layer < cell->n_layers ? cell->layers[layer].n_eigenvalues : 0);
      groups = MAX (groups, layer < cell->n_layers ? cell->layers[layer].n_groups : 0);
    }
  g_string_append (summary->text, "\n    {");
  for (guint q = 0; q < G_N_ELEMENTS (single); q++)
    put_mean (summary, q ? ", " : "", (LofiMeasure) { single[q], layer, 0 });
  put_means (summary, "eigenvalues", (LofiMeasure) { LOFI_QUANTITY_EIGENVALUE, layer, 0 }, eigenvalues);
  if (groups)
    put_means (summary, "group_overlaps", (LofiMeasure) { LOFI_QUANTITY_OVERLAP, layer, 1 }, groups);
  g_string_append_c (summary->text, '}');
}

static void
put_point (GString *text, const char *point)
{
  g_auto (GStrv) settings = lofi_point_settings (point);
  if (!settings[0])
    return;
  g_string_append (text, "\"set\": {");
  for (guint i = 0; settings[i]; i++)
    {
      const char *equals = strchr (settings[i], '=');
      if (equals)        /* words need no escapes: see lofi_point_word */
        g_string_append_printf (text, "%s\"%.*s\": \"%s\"", i ? ", " : "", (int) (equals - settings[i]), settings[i], equals + 1);
    }
  g_string_append (text, "}, ");
}

static void
put_group (Summary *summary)
{
  const LofiCell *first = g_ptr_array_index (summary->group, 0);
  guint layers = 0;
  for (guint i = 0; i < summary->group->len; i++)
    layers = MAX (layers, ((LofiCell *) g_ptr_array_index (summary->group, i))->n_layers);
  g_string_append (summary->text, summary->begun ? ",\n  {" : "\n  {");
  summary->begun = TRUE;
  put_point (summary->text, first->point);
  g_string_append_printf (summary->text, "\"samples\": %zu, \"method\": \"%s\", \"seeds\": %u", first->samples, lofi_method_name (first->method),
                          summary->group->len);
  for (guint q = 0; !lofi_quantity_has_layer (q); q++)
    put_mean (summary, ",\n   ", (LofiMeasure) { q, 0, 0 });
  if (layers)
    {
      g_string_append (summary->text, ",\n   \"layers\": [");
      for (guint l = 0; l < layers; l++)
        {
          g_string_append (summary->text, l ? "," : "");
          put_layer (summary, l);
        }
      g_string_append_c (summary->text, ']');
    }
  if (first->method == LOFI_METHOD_LOFI && summary->reference)
    g_string_append_printf (summary->text, ",\n   \"reference\": %zu", summary->reference);
  g_string_append_c (summary->text, '}');
}

static void
collect (const LofiCell *cell, gpointer cells)
{
  g_ptr_array_add (cells, lofi_cell_dup (cell));
}

/* By point, then method, then samples, then seed: each curve's points stand together. */
static int
compare_for_summary (gconstpointer a, gconstpointer b)
{
  const LofiCell *one = *(LofiCell *const *) a, *other = *(LofiCell *const *) b;
  int order = lofi_point_compare (one->point, other->point);
  if (order == 0)
    order = (int) one->method - (int) other->method;
  return order ? order : lofi_cell_compare_places (one, other, NULL);
}

static gboolean
same_group (const LofiCell *a, const LofiCell *b)
{
  return a->samples == b->samples && a->method == b->method && a->point == b->point;
}

char *
lofi_cells_to_summary (LofiCells *cells)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) lofi_cell_free), group = g_ptr_array_new ();
  Summary summary = { g_string_new ("{\"format\": 1,\n \"points\": ["), lofi_cells_reference (cells), group, FALSE };
  lofi_cells_foreach (cells, collect, all);
  g_ptr_array_sort (all, compare_for_summary);
  for (guint i = 0; i < all->len; i++)
    {
      if (group->len && !same_group (g_ptr_array_index (group, 0), g_ptr_array_index (all, i)))
        {
          put_group (&summary);
          g_ptr_array_set_size (group, 0);
        }
      g_ptr_array_add (group, g_ptr_array_index (all, i));
    }
  if (group->len)
    put_group (&summary);
  g_string_append (summary.text, "\n ]}\n");
  return g_string_free (summary.text, FALSE);
}
