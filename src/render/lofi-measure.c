/* What is read off the cells of a sweep, in words. */
#include "config.h"
#include "lofi-measure.h"

#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#include "lofi-axis.h"
#include "lofi-teacher.h"

/* ---- values ---- */

static gboolean
is_percent (LofiQuantity quantity)
{
  return quantity == LOFI_QUANTITY_TEST_ERROR || quantity == LOFI_QUANTITY_TRAIN_ERROR;
}

static gboolean
is_count (LofiQuantity quantity)
{
  return quantity == LOFI_QUANTITY_OUTLIERS || quantity == LOFI_QUANTITY_KEPT;
}

double
lofi_measure_scale (LofiQuantity quantity)
{
  return is_percent (quantity) ? 100 : 1;
}

void
lofi_measure_number (LofiQuantity quantity, double value, gboolean is_error, char *out, gsize size)
{
  /* One decimal of errors, as everywhere they are told; a mean of counts has one too, unless it is whole. */
  if (is_percent (quantity) || is_count (quantity))
    g_ascii_formatd (out, (int) size, is_count (quantity) && value == round (value) ? "%.0f" : "%.1f", value);
  else if (quantity == LOFI_QUANTITY_OVERLAP)
    g_ascii_formatd (out, (int) size, is_error ? "%.3f" : "%.2f", value);
  else
    lofi_format_measure (value, is_error ? 2 : 3, out, size);
}

void
lofi_measure_format (LofiQuantity quantity, double value, gboolean is_error, char *out, gsize size)
{
  char number[48];
  lofi_measure_number (quantity, value, is_error, number, sizeof number);
  g_snprintf (out, size, is_percent (quantity) ? "%s %%" : "%s", number);
}

void
lofi_measure_format_mean (LofiQuantity quantity, double mean, double sem, char *out, gsize size)
{
  char value[64], error[64];
  /* Beside its error an overlap has as many digits as that. */
  lofi_measure_format (quantity, mean, quantity == LOFI_QUANTITY_OVERLAP && isfinite (sem), value, sizeof value);
  lofi_measure_format (quantity, sem, TRUE, error, sizeof error);
  if (isfinite (sem))
    g_snprintf (out, size, "%s ± %s", value, error);
  else
    g_strlcpy (out, value, size);
}

static double
round_up (double step)
{
  double power = pow (10, floor (log10 (step)));
  double lead = step / power;
  return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
}

static void
range_of_errors (double least, double most, double *low, double *high)
{
  double step = most - least > 12 ? 5 : most - least > 4 ? 2 : 1;
  *low = MAX (floor ((least - 0.15 * step) / step) * step, 0);
  *high = MAX (ceil ((most + 0.15 * step) / step) * step, *low + step);
}

void
lofi_measure_range (LofiQuantity quantity, double least, double most, double *low, double *high)
{
  gboolean known = isfinite (least) && isfinite (most) && least <= most;
  *low = 0;
  *high = is_percent (quantity) ? 50 : is_count (quantity) ? 10 : 1;
  if (!known || quantity == LOFI_QUANTITY_OVERLAP)
    return;
  if (is_percent (quantity))
    {
      range_of_errors (least, most, low, high);
      return;
    }
  if (quantity == LOFI_QUANTITY_TEST_MSE)
    {
      /* From zero, unless all of it would then crowd in the upper half. */
      double from = least < 0.55 * most ? 0 : least, step = round_up (MAX (most - from, 1e-6 * fabs (most) + 1e-12) / 6);
      *low = from > 0 ? MAX (floor ((least - 0.15 * step) / step) * step, 0) : 0;
      *high = MAX (ceil ((most + 0.15 * step) / step) * step, *low + step);
      return;
    }
  if (is_count (quantity))
    {
      *high = MAX (ceil (1.04 * most), 2);
      return;
    }
  /* Eigenvalues: zero is always there. */
  double air = 0.05 * (MAX (most, 0) - MIN (least, 0));
  *low = least < 0 ? least - air : 0;
  *high = most > 0 ? most + air : 0;
  if (!(*high > *low))
    *high = *low + 1;
}

/* ---- words ---- */

guint
lofi_filtered_layer_number (const LofiExperiment *experiment, guint layer)
{
  guint filtered = 0;
  for (guint i = 0; experiment && experiment->layers && i < experiment->layers->len; i++)
    if (lofi_layer_filters (lofi_experiment_layer (experiment, i)) && filtered++ == layer)
      return i + 1;
  return layer + 1;
}

static gboolean
is_of_teacher (const LofiExperiment *experiment)
{
  LofiTeacher teacher;
  return experiment && experiment->data.source && lofi_teacher_from_name (experiment->data.source, &teacher);
}

char *
lofi_group_title (const LofiExperiment *experiment, guint group)
{
  g_auto (GStrv) names = experiment && experiment->data.source ? lofi_teacher_group_names (experiment, NULL) : NULL;
  return names && group < g_strv_length (names) ? g_strdup (names[group]) : g_strdup_printf (_("group %u"), group + 1);
}

static char *
title_of_overlap (LofiMeasure measure, const LofiExperiment *experiment, gsize reference)
{
  guint number = lofi_filtered_layer_number (experiment, measure.layer);
  char n[40];
  g_autofree char *group = measure.index > 0 ? lofi_group_title (experiment, measure.index - 1) : NULL;
  if (group)
    return measure.layer == 0 ? g_strdup_printf (_("Overlap with %s, layer %u"), group, number)
                              : g_strdup_printf (_("R² of the concept of %s, layer %u"), group, number);
  if (is_of_teacher (experiment))
    return measure.layer == 0 ? g_strdup_printf (_("Overlap with the planted directions, layer %u"), number)
                              : g_strdup_printf (_("R² of the planted concepts, layer %u"), number);
  if (reference == 0)
    return g_strdup_printf (_("Overlap with the features at the largest n, layer %u"), number);
  lofi_format_count (reference, n, sizeof n);
  return g_strdup_printf (_("Overlap with the features at n = %s, layer %u"), n, number);
}

char *
lofi_measure_title (LofiMeasure measure, gboolean only, const LofiExperiment *experiment, gsize reference)
{
  guint number = lofi_filtered_layer_number (experiment, measure.layer);
  switch (measure.quantity)
    {
    case LOFI_QUANTITY_TEST_MSE:
      return g_strdup (_("Squared test error"));
    case LOFI_QUANTITY_TRAIN_ERROR:
      return g_strdup (_("Training error"));
    case LOFI_QUANTITY_OUTLIERS:
      return g_strdup_printf (_("Outliers beyond the null line, layer %u"), number);
    case LOFI_QUANTITY_KEPT:
      return g_strdup_printf (_("Kept directions, layer %u"), number);
    case LOFI_QUANTITY_EIGENVALUE:
      return only ? g_strdup_printf (_("Eigenvalue %u by magnitude, layer %u"), measure.index + 1, number)
                  : g_strdup_printf (_("Leading eigenvalues, layer %u"), number);
    case LOFI_QUANTITY_NULL_LOW:
      return g_strdup_printf (_("Lower end of the null line, layer %u"), number);
    case LOFI_QUANTITY_NULL_HIGH:
      return g_strdup_printf (_("Upper end of the null line, layer %u"), number);
    case LOFI_QUANTITY_OVERLAP:
      return title_of_overlap (measure, experiment, reference);
    case LOFI_QUANTITY_TEST_ERROR:
    default:
      return g_strdup (_("Test error"));
    }
}

const char *
lofi_measure_axis (LofiMeasure measure, const LofiExperiment *experiment)
{
  switch (measure.quantity)
    {
    case LOFI_QUANTITY_TEST_MSE:
      return _("squared test error");
    case LOFI_QUANTITY_TRAIN_ERROR:
      return _("training error, %");
    case LOFI_QUANTITY_OUTLIERS:
      return _("outliers");
    case LOFI_QUANTITY_KEPT:
      return _("kept directions K");
    case LOFI_QUANTITY_EIGENVALUE:
    case LOFI_QUANTITY_NULL_LOW:
    case LOFI_QUANTITY_NULL_HIGH:
      return _("eigenvalue λ");
    case LOFI_QUANTITY_OVERLAP:
      return measure.layer > 0 && is_of_teacher (experiment) ? _("R²") : _("squared overlap");
    case LOFI_QUANTITY_TEST_ERROR:
    default:
      return _("test error, %");
    }
}

static void
look_for_reference (const LofiCell *cell, gpointer data)
{
  gsize *reference = data;
  *reference = MAX (*reference, cell->reference);
}

gsize
lofi_measure_reference (LofiCells *cells)
{
  gsize reference = 0;
  if (cells)
    lofi_cells_foreach (cells, look_for_reference, &reference);
  return reference;
}

const char *
lofi_method_title (LofiMethod method)
{
  static const char *const names[LOFI_N_METHODS] = { N_("LoFi"), N_("lazy"), N_("linear"), N_("kernel"), N_("descent") };
  return _(names[method]);
}

int
lofi_group_series (guint group)
{
  static const int series[] = { 5, 6, 7, 4, 3, 2, 1, 0 };
  return series[group % G_N_ELEMENTS (series)];
}

/* ---- the grid ---- */

static const char *
name_of_key (const char *key)
{
  static const struct { const char *key, *name; } names[] = {
    { "keep", N_("keep K") }, { "width", N_("width P") }, { "degree", N_("degree D") }, { "bias", N_("bias") }, { "order", N_("order") },
    { "activation", N_("activation") }, { "size", N_("window") },
  };
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (key, names[i].key))
      return _(names[i].name);
  return key;
}

char *
lofi_sweep_key_title (const char *key)
{
  char *end;
  const char *dot = strchr (key, '.');
  if (g_str_equal (key, "samples"))
    return g_strdup (_("training samples n"));
  if (g_str_equal (key, "depth"))
    return g_strdup (_("filtered layers"));
  if (g_str_equal (key, "data.dimension"))
    return g_strdup (_("dimension d"));
  if (g_str_equal (key, "readout.penalties"))
    return g_strdup (_("penalty of the readout"));
  if (dot && g_str_has_prefix (key, "layers."))
    return g_strdup_printf (_("%s of all layers"), name_of_key (dot + 1));
  guint64 number = g_str_has_prefix (key, "layer") ? g_ascii_strtoull (key + strlen ("layer"), &end, 10) : 0;
  if (dot && number > 0 && number <= LOFI_LAYERS_MAX && end == dot)
    return g_strdup_printf (_("%s of layer %u"), name_of_key (dot + 1), (guint) number);
  return g_strdup (key);
}

char *
lofi_sweep_value_label (const char *value)
{
  gsize length = strlen (value);
  char label[40], *end;
  double number = g_ascii_strtod (value, &end);
  if (length > 0 && length <= 15 && strspn (value, "0123456789") == length)
    lofi_format_count (g_ascii_strtoull (value, NULL, 10), label, sizeof label);
  else if (length > 0 && *end == '\0' && isfinite (number))
    lofi_format_number (number, 6, label, sizeof label);
  else
    return g_strdup (value);
  return g_strdup (label);
}

const LofiSweepAxis *
lofi_sweep_axis (const LofiExperiment *experiment, int axis)
{
  gboolean there = experiment && experiment->sweep_axes && axis >= 0 && axis < (int) experiment->sweep_axes->len;
  return there ? g_ptr_array_index (experiment->sweep_axes, axis) : NULL;
}

/* The index of the axis's value at the point: the last axis is the fastest. */
static guint
value_at (const LofiExperiment *experiment, guint point, int axis, guint *stride)
{
  *stride = 1;
  for (guint i = experiment->sweep_axes->len; i-- > (guint) axis + 1;)
    *stride *= MAX (g_strv_length (lofi_sweep_axis (experiment, (int) i)->values), 1);
  return point / *stride % MAX (g_strv_length (lofi_sweep_axis (experiment, axis)->values), 1);
}

guint
lofi_sweep_point_at (const LofiExperiment *experiment, guint point, int a, guint i, int b, guint j)
{
  guint stride, at;
  if (lofi_sweep_axis (experiment, a))
    {
      at = value_at (experiment, point, a, &stride);
      point = point - at * stride + i * stride;
    }
  if (lofi_sweep_axis (experiment, b))
    {
      at = value_at (experiment, point, b, &stride);
      point = point - at * stride + j * stride;
    }
  return point;
}

const char *
lofi_sweep_point_name (const LofiExperiment *experiment, guint point)
{
  return lofi_sweep_axis (experiment, 0) ? lofi_grid_point (experiment, point) : g_intern_static_string ("");
}

char *
lofi_sweep_point_label (const LofiExperiment *experiment, guint point, int a, int b)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const LofiSweepAxis *axis;
  for (int i = 0; (axis = lofi_sweep_axis (experiment, i)); i++)
    {
      guint stride, at = value_at (experiment, point, i, &stride);
      if (i == a || i == b || !axis->values[at])
        continue;
      g_autofree char *title = lofi_sweep_key_title (axis->key), *value = lofi_sweep_value_label (axis->values[at]);
      g_string_append_printf (text, "%s = %s · ", title, value);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
