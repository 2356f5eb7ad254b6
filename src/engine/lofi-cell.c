/* One cell of a sweep: its names, its values, and how it compares with another of the same parameters. */
#include "config.h"
#include <math.h>
#include <string.h>
#include "lofi-cells-private.h"

static const char *const method_names[] = { "lofi", "lazy", "linear", "kernel", "descent", NULL };
static const char *const quantity_names[] = { "test_error", "test_mse", "train_error", "outliers", "kept", "eigenvalue", "null_low", "null_high",
                                              "overlap" };

/* What two computations of one cell may differ by (contract.md "Agreement"). */
#define ERRORS_AGREE 1e-3
#define SQUARES_AGREE 1e-4

const char *
lofi_method_name (LofiMethod method)
{
  return method_names[method];
}

int
lofi_method_from_name (const char *name)
{
  for (int m = 0; name && m < LOFI_N_METHODS; m++)
    if (strcmp (method_names[m], name) == 0)
      return m;
  return -1;
}

const char *
lofi_quantity_name (LofiQuantity quantity)
{
  return quantity_names[quantity];
}

gboolean
lofi_quantity_has_layer (LofiQuantity quantity)
{
  return quantity >= LOFI_QUANTITY_OUTLIERS;
}

/* ---- one cell ---- */

double
lofi_cell_value (const LofiCell *cell, LofiMeasure measure)
{
  const LofiCellLayer *layer = measure.layer < cell->n_layers ? &cell->layers[measure.layer] : NULL;
  if (lofi_quantity_has_layer (measure.quantity) && !layer)
    return NAN;
  switch (measure.quantity)
    {
    case LOFI_QUANTITY_TEST_ERROR:
      return cell->test_error;
    case LOFI_QUANTITY_TEST_MSE:
      return cell->test_mse;
    case LOFI_QUANTITY_TRAIN_ERROR:
      return cell->train_error;
    case LOFI_QUANTITY_OUTLIERS:
      return layer->outliers >= 0 ? (double) layer->outliers : NAN;
    case LOFI_QUANTITY_KEPT:
      return layer->n_eigenvalues;
    case LOFI_QUANTITY_EIGENVALUE:
      return measure.index < layer->n_eigenvalues ? layer->eigenvalues[measure.index] : NAN;
    case LOFI_QUANTITY_NULL_LOW:
      return layer->null_low;
    case LOFI_QUANTITY_NULL_HIGH:
      return layer->null_high;
    case LOFI_QUANTITY_OVERLAP:
      if (measure.index == 0)
        return layer->overlap;
      return measure.index <= layer->n_groups ? layer->group_overlaps[measure.index - 1] : NAN;
    case LOFI_N_QUANTITIES:
    default:
      return NAN;
    }
}

void
lofi_cell_clear_layers (LofiCell *cell)
{
  for (guint l = 0; l < cell->n_layers; l++)
    {
      g_free (cell->layers[l].eigenvalues);
      g_free (cell->layers[l].group_overlaps);
    }
  g_clear_pointer (&cell->layers, g_free);
  cell->n_layers = 0;
}

void
lofi_cell_set_layers (LofiCell *cell, guint n_layers)
{
  lofi_cell_clear_layers (cell);
  cell->n_layers = n_layers;
  cell->layers = g_new0 (LofiCellLayer, n_layers);
  for (guint l = 0; l < n_layers; l++)
    cell->layers[l] = (LofiCellLayer) { .null_low = NAN, .null_high = NAN, .outliers = -1, .overlap = NAN };
}

LofiCell *
lofi_cell_dup (const LofiCell *cell)
{
  LofiCell *copy = g_memdup2 (cell, sizeof *cell);
  copy->point = g_intern_string (cell->point ? cell->point : "");
  copy->layers = cell->n_layers ? g_memdup2 (cell->layers, cell->n_layers * sizeof *cell->layers) : NULL;
  for (guint l = 0; l < cell->n_layers; l++)
    {
      LofiCellLayer *layer = &copy->layers[l];
      layer->eigenvalues = g_memdup2 (layer->eigenvalues, layer->n_eigenvalues * sizeof (double));
      layer->group_overlaps = g_memdup2 (layer->group_overlaps, layer->n_groups * sizeof (double));
    }
  return copy;
}

void
lofi_cell_free (LofiCell *cell)
{
  lofi_cell_clear_layers (cell);
  g_free (cell);
}

/* ---- order ---- */

int
lofi_point_compare (const char *a, const char *b)
{
  const char *p = a, *q = b;
  if (a == b)
    return 0;
  while (*p && *q)
    {
      if (g_ascii_isdigit (*p) && g_ascii_isdigit (*q))
        {
          gsize n = strspn (p, "0123456789"), m = strspn (q, "0123456789");
          int order = n != m ? (n < m ? -1 : 1) : strncmp (p, q, n);
          if (order)
            return order;
          p += n;
          q += m;
        }
      else if (*p != *q)
        return (guchar) *p < (guchar) *q ? -1 : 1;
      else
        p++, q++;
    }
  return strcmp (p, q);
}

int
lofi_cell_compare_places (gconstpointer a, gconstpointer b, gpointer data)
{
  const LofiCell *one = a, *other = b;
  int order = lofi_point_compare (one->point, other->point);
  if (order)
    return order;
  if (one->samples != other->samples)
    return one->samples < other->samples ? -1 : 1;
  if (one->seed != other->seed)
    return one->seed < other->seed ? -1 : 1;
  return (int) one->method - (int) other->method;
}

int
lofi_compare_numbers (double a, double b)
{
  return isnan (a) || isnan (b) ? isnan (a) - isnan (b) : (a > b) - (a < b);
}

static int
compare_arrays (const double *a, guint n, const double *b, guint m)
{
  for (guint i = 0; i < MIN (n, m); i++)
    if (lofi_compare_numbers (a[i], b[i]))
      return lofi_compare_numbers (a[i], b[i]);
  return (n < m) - (n > m);
}

static int
compare_layers (const LofiCellLayer *a, const LofiCellLayer *b, gboolean planted)
{
  if ((a->outliers < 0) != (b->outliers < 0))
    return a->outliers < 0 ? 1 : -1;
  const double one[] = { a->null_low, a->null_high, (double) a->outliers, planted ? a->overlap : 0 };
  const double other[] = { b->null_low, b->null_high, (double) b->outliers, planted ? b->overlap : 0 };
  int order = compare_arrays (one, G_N_ELEMENTS (one), other, G_N_ELEMENTS (other));
  if (!order)
    order = compare_arrays (a->eigenvalues, a->n_eigenvalues, b->eigenvalues, b->n_eigenvalues);
  return order ? order : compare_arrays (a->group_overlaps, a->n_groups, b->group_overlaps, b->n_groups);
}

int
lofi_cell_compare_contents (const LofiCell *a, const LofiCell *b)
{
  if (a->n_layers != b->n_layers)
    return a->n_layers > b->n_layers ? -1 : 1;
  const double one[] = { a->test_mse, a->test_error, a->train_error }, other[] = { b->test_mse, b->test_error, b->train_error };
  gboolean planted = a->reference == 0 && b->reference == 0;
  int order = 0;
  for (guint l = 0; !order && l < a->n_layers; l++)
    order = (a->layers[l].outliers < 0) - (b->layers[l].outliers < 0);
  if (!order)
    order = compare_arrays (one, G_N_ELEMENTS (one), other, G_N_ELEMENTS (other));
  for (guint l = 0; !order && l < a->n_layers; l++)
    order = compare_layers (&a->layers[l], &b->layers[l], planted);
  return order;
}

gboolean
lofi_cell_agrees (const LofiCell *a, const LofiCell *b)
{
  gboolean errors = fabs (a->test_error - b->test_error) <= ERRORS_AGREE || (isnan (a->test_error) && isnan (b->test_error));
  gboolean squares = fabs (a->test_mse - b->test_mse) <= SQUARES_AGREE * MAX (fabs (a->test_mse), fabs (b->test_mse))
                     || (isnan (a->test_mse) && isnan (b->test_mse));
  gboolean trained = fabs (a->train_error - b->train_error) <= ERRORS_AGREE || isnan (a->train_error) || isnan (b->train_error);
  return errors && squares && trained;
}
