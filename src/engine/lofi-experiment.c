#include "config.h"
#include "lofi-experiment-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>
#include "lofi-dataset.h"
#include "lofi-error.h"

const char *const lofi_kind_names[] = { "dense", "filter", "conv", "pool", "flatten", NULL };
const char *const lofi_order_names[] = { "1", "2", "1+2", "3", "4", NULL };
const char *const lofi_normalize_names[] = { "dataset", "standardize", "none", NULL };
const char *const lofi_compare_names[] = { "lazy", "linear", "kernel", "descent", NULL };
const char *const lofi_precision_names[] = { "auto", "single", "double", NULL };
const char *const lofi_pool_mode_names[] = { "max", "avg", NULL };

const char *
lofi_kind_name (LofiLayerKind kind)
{
  return (guint) kind <= LOFI_KIND_FLATTEN ? lofi_kind_names[kind] : NULL;
}

const char *
lofi_order_name (LofiFilterOrder order)
{
  return (guint) order <= LOFI_ORDER_4 ? lofi_order_names[order] : NULL;
}

const char *
lofi_normalize_name (LofiNormalize normalize)
{
  return (guint) normalize <= LOFI_NORMALIZE_NONE ? lofi_normalize_names[normalize] : NULL;
}

const char *
lofi_precision_name (LofiPrecision precision)
{
  return (guint) precision <= LOFI_PRECISION_DOUBLE ? lofi_precision_names[precision] : NULL;
}

const char *
lofi_pool_mode_name (LofiPoolMode mode)
{
  return (guint) mode <= LOFI_POOL_AVERAGE ? lofi_pool_mode_names[mode] : NULL;
}

LofiLayerSpec *
lofi_layer_spec_new (void)
{
  LofiLayerSpec *spec = g_new0 (LofiLayerSpec, 1);
  spec->kind = LOFI_KIND_DENSE;
  spec->width = 1000;
  spec->keep = spec->keep_max = 50;
  spec->keep_min = 1;
  spec->order = LOFI_ORDER_2;
  spec->degree = LOFI_DEGREE_EXACT;
  spec->activation = LOFI_RELU;
  spec->stride = 1;
  return spec;
}

LofiLayerSpec *
lofi_layer_spec_dup (const LofiLayerSpec *spec)
{
  LofiLayerSpec *copy = g_memdup2 (spec, sizeof *spec);
  copy->weights = g_strdup (spec->weights);
  return copy;
}

void
lofi_layer_spec_free (LofiLayerSpec *spec)
{
  g_free (spec->weights);
  g_free (spec);
}

static GPtrArray *
layers_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) lofi_layer_spec_free);
}

static LofiSweepAxis *
sweep_axis_dup (const LofiSweepAxis *axis)
{
  LofiSweepAxis *copy = g_new (LofiSweepAxis, 1);
  *copy = (LofiSweepAxis) { g_strdup (axis->key), g_strdupv (axis->values) };
  return copy;
}

static void
sweep_axis_free (LofiSweepAxis *axis)
{
  g_free (axis->key);
  g_strfreev (axis->values);
  g_free (axis);
}

static GPtrArray *
sweep_axes_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) sweep_axis_free);
}

GArray *
lofi_log_spaced_samples (gsize low, gsize high, gsize count)
{
  GArray *samples = g_array_new (FALSE, FALSE, sizeof (gsize));
  for (gsize i = 0; i < count; i++)
    {
      double t = count > 1 ? (double) i / (double) (count - 1) : 0;
      gsize n = i == 0 ? low : i == count - 1 ? high : (gsize) round (exp ((1 - t) * log (low) + t * log (high)));
      if (samples->len == 0 || n > g_array_index (samples, gsize, samples->len - 1))
        g_array_append_val (samples, n);
    }
  return samples;
}

LofiExperiment *
lofi_experiment_new (void)
{
  LofiExperiment *experiment = g_new0 (LofiExperiment, 1);
  experiment->title = g_strdup ("");
  experiment->data.source = g_strdup ("fashion-mnist");
  experiment->data.labels = g_strdup ("shirt");
  experiment->layers = layers_new ();
  g_ptr_array_add (experiment->layers, lofi_layer_spec_new ());
  experiment->penalty_low = 1e-6;
  experiment->penalty_high = 1e6;
  experiment->penalty_count = 500;
  experiment->sweep_samples = lofi_log_spaced_samples (100, 10000, 12);
  experiment->sweep_seeds = 5;
  experiment->sweep_axes = sweep_axes_new ();
  experiment->sweep_nulls = TRUE;
  experiment->sweep_compare = LOFI_COMPARE_LAZY | LOFI_COMPARE_LINEAR;
  experiment->data.dimension = 100;
  experiment->data.exponent = 2;
  experiment->descent = (LofiDescentSpec) { .step = 0.01, .steps = 400, .init = 1, .directions = 5, .seeds = 3 };
  return experiment;
}

LofiExperiment *
lofi_experiment_dup (const LofiExperiment *experiment)
{
  LofiExperiment *copy = g_memdup2 (experiment, sizeof *experiment);
  LofiDataSpec *data = &copy->data;
  copy->title = g_strdup (experiment->title);
  copy->folder = g_strdup (experiment->folder);
  data->source = g_strdup (data->source);
  data->labels = g_strdup (data->labels);
  data->positive = data->positive ? g_array_copy (data->positive) : NULL;
  data->negative = data->negative ? g_array_copy (data->negative) : NULL;
  data->train_inputs = g_strdup (data->train_inputs);
  data->train_targets = g_strdup (data->train_targets);
  data->test_inputs = g_strdup (data->test_inputs);
  data->test_targets = g_strdup (data->test_targets);
  data->label_column = g_strdup (data->label_column);
  copy->layers = layers_new ();
  for (guint i = 0; i < experiment->layers->len; i++)
    g_ptr_array_add (copy->layers, lofi_layer_spec_dup (lofi_experiment_layer (experiment, i)));
  copy->sweep_samples = g_array_copy (experiment->sweep_samples);
  copy->sweep_axes = sweep_axes_new ();
  for (guint i = 0; i < experiment->sweep_axes->len; i++)
    g_ptr_array_add (copy->sweep_axes, sweep_axis_dup (g_ptr_array_index (experiment->sweep_axes, i)));
  return copy;
}

void
lofi_experiment_free (LofiExperiment *experiment)
{
  LofiDataSpec *data = &experiment->data;
  g_free (experiment->title);
  g_free (experiment->folder);
  g_free (data->source);
  g_free (data->labels);
  g_clear_pointer (&data->positive, g_array_unref);
  g_clear_pointer (&data->negative, g_array_unref);
  g_free (data->train_inputs);
  g_free (data->train_targets);
  g_free (data->test_inputs);
  g_free (data->test_targets);
  g_free (data->label_column);
  g_ptr_array_unref (experiment->layers);
  g_array_unref (experiment->sweep_samples);
  g_ptr_array_unref (experiment->sweep_axes);
  g_free (experiment);
}

char *
lofi_experiment_resolve (const LofiExperiment *experiment, const char *path)
{
  if (g_path_is_absolute (path) || !experiment->folder)
    return g_strdup (path);
  return g_build_filename (experiment->folder, path, NULL);
}

static void
make_absolute (const LofiExperiment *experiment, char **path)
{
  if (!*path || !**path)
    return;
  g_autofree char *found = lofi_experiment_resolve (experiment, *path);
  g_free (*path);
  *path = g_canonicalize_filename (found, NULL);
}

void
lofi_experiment_make_paths_absolute (LofiExperiment *experiment)
{
  LofiDataSpec *data = &experiment->data;
  if (!lofi_dataset_is_named (data->source))
    make_absolute (experiment, &data->source);
  make_absolute (experiment, &data->train_inputs);
  make_absolute (experiment, &data->train_targets);
  make_absolute (experiment, &data->test_inputs);
  make_absolute (experiment, &data->test_targets);
  for (guint i = 0; i < experiment->layers->len; i++)
    make_absolute (experiment, &lofi_experiment_layer (experiment, i)->weights);
  g_clear_pointer (&experiment->folder, g_free);
}

gboolean
lofi_data_has_targets (const LofiDataSpec *data)
{
  return g_str_equal (data->source, "arrays") || g_str_has_suffix (data->source, ".npy") || g_str_has_suffix (data->source, ".npz");
}
