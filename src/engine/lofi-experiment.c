#include "config.h"
#include "lofi-experiment-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>
#include "lofi-error.h"

#define WIDTH_MAX G_MAXINT32          /* LAPACK counts with 32 bits */
#define PENALTIES_MAX 10000
#define SEEDS_MAX 10000
#define SAMPLES_LISTED_MAX 1000

const char *const lofi_kind_names[] = { "dense", "filter", "conv", "pool", "flatten", NULL };
const char *const lofi_order_names[] = { "1", "2", "1+2", "3", "4", NULL };
const char *const lofi_normalize_names[] = { "dataset", "standardize", "none", NULL };
const char *const lofi_compare_names[] = { "lazy", "linear", "kernel", "descent", NULL };

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

LofiLayerSpec *
lofi_layer_spec_new (void)
{
  LofiLayerSpec *spec = g_new0 (LofiLayerSpec, 1);
  spec->kind = LOFI_KIND_DENSE;
  spec->width = 1000;
  spec->keep = 50;
  spec->order = LOFI_ORDER_2;
  spec->degree = LOFI_DEGREE_EXACT;
  spec->activation = LOFI_RELU;
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
  experiment->sweep_compare = LOFI_COMPARE_LAZY | LOFI_COMPARE_LINEAR;
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
  copy->layers = layers_new ();
  for (guint i = 0; i < experiment->layers->len; i++)
    g_ptr_array_add (copy->layers, lofi_layer_spec_dup (lofi_experiment_layer (experiment, i)));
  copy->sweep_samples = g_array_copy (experiment->sweep_samples);
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
  g_ptr_array_unref (experiment->layers);
  g_array_unref (experiment->sweep_samples);
  g_free (experiment);
}

char *
lofi_experiment_resolve (const LofiExperiment *experiment, const char *path)
{
  if (g_path_is_absolute (path) || !experiment->folder)
    return g_strdup (path);
  return g_build_filename (experiment->folder, path, NULL);
}

gboolean
lofi_data_has_targets (const LofiDataSpec *data)
{
  return g_str_equal (data->source, "arrays") || g_str_has_suffix (data->source, ".npy");
}

/* ---- what does not depend on data ---- */

typedef struct {
  const LofiExperiment *experiment;
  LofiPlaceFunc place;
  gpointer data;
  GError **error;
} Check;

static gboolean refuse (const Check *check, const char *group, const char *key, const char *todo, const char *what, ...)
  G_GNUC_PRINTF (5, 6);

static gboolean
refuse (const Check *check, const char *group, const char *key, const char *todo, const char *what, ...)
{
  va_list args;
  va_start (args, what);
  g_autofree char *message = g_strdup_vprintf (what, args);
  va_end (args);
  g_autofree char *place = check->place (check->data, group, key);
  return lofi_error_set (check->error, LOFI_ERROR_INPUT, place, todo, "%s", message);
}

static gboolean
has_numbers (const GArray *array)
{
  return array && array->len > 0;
}

static gboolean
check_arrays (const Check *check, const LofiDataSpec *data)
{
  const struct { const char *key; gboolean given; } labelling[] = {
    { "labels", data->labels != NULL }, { "positive", has_numbers (data->positive) }, { "negative", has_numbers (data->negative) }
  };
  for (guint i = 0; i < G_N_ELEMENTS (labelling); i++)
    if (labelling[i].given)
      return refuse (check, "data", labelling[i].key, _("remove it: the targets are used as they are"),
                     _("arrays have no classes to label"));
  if (!g_str_equal (data->source, "arrays"))
    return TRUE;
  if (!data->train_inputs)
    return refuse (check, "data", "train-inputs", _("name an .npy file"), _("source=arrays needs it"));
  if (!data->train_targets)
    return refuse (check, "data", "train-targets", _("name an .npy file"), _("source=arrays needs it"));
  if (!data->test_inputs != !data->test_targets)
    return refuse (check, "data", data->test_inputs ? "test-targets" : "test-inputs", _("give both or neither"),
                   _("test inputs and test targets belong together"));
  return TRUE;
}

static gboolean
check_classes (const Check *check, const LofiDataSpec *data)
{
  if (data->labels)
    {
      if (has_numbers (data->positive) || has_numbers (data->negative))
        return refuse (check, "data", "labels", _("give labels, or positive and negative"),
                       _("both a named labelling and classes are given"));
      return TRUE;
    }
  if (!has_numbers (data->positive) || !has_numbers (data->negative))
    {
      const char *key = has_numbers (data->positive) ? "negative" : has_numbers (data->negative) ? "positive" : "labels";
      return refuse (check, "data", key, _("give labels, or positive and negative"),
                     _("it is not said which classes count as +1 and which as -1"));
    }
  for (guint i = 0; i < data->positive->len; i++)
    for (guint j = 0; j < data->negative->len; j++)
      if (g_array_index (data->positive, int, i) == g_array_index (data->negative, int, j))
        return refuse (check, "data", "positive", _("put it on one side"), _("class %d is both positive and negative"),
                       g_array_index (data->positive, int, i));
  return TRUE;
}

static gboolean
check_data (const Check *check)
{
  const LofiDataSpec *data = &check->experiment->data;
  const struct { const char *key, *path; } arrays[] = {
    { "train-inputs", data->train_inputs }, { "train-targets", data->train_targets },
    { "test-inputs", data->test_inputs }, { "test-targets", data->test_targets }
  };
  if (!data->source || !*data->source)
    return refuse (check, "data", "source", _("name a data set or a path"), _("it is empty"));
  if (g_str_equal (data->source, "cifar10") || g_str_has_prefix (data->source, "teacher"))
    return refuse (check, "data", "source", _("use fashion-mnist, mnist, arrays or a path"),
                   _("%s is not available in this version"), data->source);
  if (!g_str_equal (data->source, "arrays"))
    for (guint i = 0; i < G_N_ELEMENTS (arrays); i++)
      if (arrays[i].path)
        return refuse (check, "data", arrays[i].key, _("remove it, or set source=arrays"),
                       _("it belongs to source=arrays, not to %s"), data->source);
  if (data->train == 1)
    return refuse (check, "data", "train", _("take at least 2"), _("one sample is too few to learn from"));
  return lofi_data_has_targets (data) ? check_arrays (check, data) : check_classes (check, data);
}

static gboolean
check_filter (const Check *check, const LofiLayerSpec *layer, const char *group)
{
  if (layer->order == LOFI_ORDER_3 || layer->order == LOFI_ORDER_4)
    return refuse (check, group, "order", _("use 1, 2 or 1+2"), _("filter order %s is not computed by this version"),
                   lofi_order_name (layer->order));
  if (layer->keep == LOFI_KEEP_NONE)
    return TRUE;
  if (layer->order == LOFI_ORDER_1 && layer->keep > 1)
    return refuse (check, group, "keep", _("use keep=1, or order=2 or 1+2"),
                   _("order 1 has a single direction, and %zu are to be kept"), layer->keep);
  if (layer->keep > layer->width)
    return refuse (check, group, "keep", _("keep fewer, or take a larger width"),
                   _("%zu directions cannot be kept of a width of %zu"), layer->keep, layer->width);
  return TRUE;
}

static gboolean
check_layer (const Check *check, const LofiLayerSpec *layer, const char *group)
{
  if (layer->kind != LOFI_KIND_DENSE)
    return refuse (check, group, "kind", _("use kind=dense"), _("%s layers are not computed by this version"),
                   lofi_kind_name (layer->kind));
  if (layer->width < 1 || layer->width > WIDTH_MAX)
    return refuse (check, group, "width", _("give a whole number of at least 1"), _("a width of %zu cannot be used"), layer->width);
  if (layer->degree != LOFI_DEGREE_EXACT && (layer->degree < 1 || layer->degree > LOFI_DEGREE_MAX))
    return refuse (check, group, "degree", NULL, _("%d is not exact or a number from 1 to %d"), layer->degree, LOFI_DEGREE_MAX);
  if (!(layer->bias >= 0 && isfinite (layer->bias)))
    return refuse (check, group, "bias", _("give a number of at least 0"), _("the strength of the bias cannot be %g"), layer->bias);
  if (layer->weights && !*layer->weights)
    return refuse (check, group, "weights", _("name an .npy file, or remove the key"), _("it is empty"));
  return check_filter (check, layer, group);
}

static gboolean
check_readout (const Check *check)
{
  const LofiExperiment *e = check->experiment;
  if (!(e->penalty_low > 0 && isfinite (e->penalty_high)))
    return refuse (check, "readout", "penalties", _("give low:high:count, such as 1e-6:1e6:500"), _("penalties are numbers above 0"));
  if (e->penalty_count < 1 || e->penalty_count > PENALTIES_MAX)
    return refuse (check, "readout", "penalties", NULL, _("%zu penalties are not between 1 and %d"), e->penalty_count, PENALTIES_MAX);
  if (e->penalty_count > 1 ? !(e->penalty_low < e->penalty_high) : !(e->penalty_low <= e->penalty_high))
    return refuse (check, "readout", "penalties", _("put the smaller one first"), _("%g is not below %g"), e->penalty_low,
                   e->penalty_high);
  return TRUE;
}

static gboolean
check_emergence (const Check *check)
{
  const LofiExperiment *e = check->experiment;
  if (e->sweep_samples->len < 1 || e->sweep_samples->len > SAMPLES_LISTED_MAX)
    return refuse (check, "emergence", "samples", NULL, _("%u numbers of samples are not between 1 and %d"), e->sweep_samples->len,
                   SAMPLES_LISTED_MAX);
  for (guint i = 0; i < e->sweep_samples->len; i++)
    {
      gsize n = g_array_index (e->sweep_samples, gsize, i);
      if (n < 2)
        return refuse (check, "emergence", "samples", _("take at least 2"), _("%zu samples are too few to learn from"), n);
      if (i > 0 && n <= g_array_index (e->sweep_samples, gsize, i - 1))
        return refuse (check, "emergence", "samples", _("list each once, the smallest first"), _("%zu does not rise"), n);
    }
  if (e->sweep_seeds < 1 || e->sweep_seeds > SEEDS_MAX)
    return refuse (check, "emergence", "seeds", NULL, _("%u seeds are not between 1 and %d"), e->sweep_seeds, SEEDS_MAX);
  if (e->sweep_compare & (LOFI_COMPARE_KERNEL | LOFI_COMPARE_DESCENT))
    return refuse (check, "emergence", "compare", _("use lazy, linear or both"), _("%s is not computed by this version"),
                   e->sweep_compare & LOFI_COMPARE_KERNEL ? "kernel" : "descent");
  return TRUE;
}

gboolean
lofi_experiment_check_at (const LofiExperiment *experiment, LofiPlaceFunc place, gpointer data, GError **error)
{
  Check check = { experiment, place, data, error };
  if (!check_data (&check))
    return FALSE;
  if (experiment->layers->len < 1 || experiment->layers->len > LOFI_LAYERS_MAX)
    return refuse (&check, "layer1", NULL, _("add a group [layer1]"), _("%u layers are not between 1 and %d"),
                   experiment->layers->len, LOFI_LAYERS_MAX);
  for (guint i = 0; i < experiment->layers->len; i++)
    {
      g_autofree char *group = g_strdup_printf ("layer%u", i + 1);
      if (!check_layer (&check, lofi_experiment_layer (experiment, i), group))
        return FALSE;
    }
  return check_readout (&check) && check_emergence (&check);
}

static char *
plain_place (gpointer data, const char *group, const char *key)
{
  return key ? g_strdup_printf ("%s.%s", group, key) : g_strdup (group);
}

gboolean
lofi_experiment_check (const LofiExperiment *experiment, GError **error)
{
  return lofi_experiment_check_at (experiment, plain_place, NULL, error);
}
