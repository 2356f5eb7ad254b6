/* What an experiment must be before any data is read. */
#include "config.h"
#include "lofi-experiment-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include "lofi-error.h"
#include "lofi-grid-private.h"
#include "lofi-teacher.h"

#define WIDTH_MAX G_MAXINT32          /* LAPACK counts with 32 bits */
#define WINDOW_MAX 1024
#define DIMENSION_MAX 100000
#define IMAGE_SIZE_MAX 4096
#define PENALTIES_MAX 10000
#define SEEDS_MAX 10000
#define STEPS_MAX 10000000
#define SAMPLES_LISTED_MAX 1000
#define CELLS_MAX 1000000

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

/* A teacher labels its samples itself, and has as many as are asked for. */
static gboolean
check_teacher (const Check *check, const LofiDataSpec *data, LofiTeacher teacher)
{
  const LofiTeacherInfo *info = lofi_teacher_info (teacher);
  if (data->labels || has_numbers (data->positive) || has_numbers (data->negative))
    return refuse (check, "data", data->labels ? "labels" : has_numbers (data->positive) ? "positive" : "negative", _("remove it"),
                   _("a teacher labels its samples itself"));
  if (data->train == 0)
    return refuse (check, "data", "train", _("say how many, such as 2000"), _("a teacher has as many samples as are asked for"));
  if (data->train > LOFI_TEACHER_TRAIN_MOST || data->test > LOFI_TEACHER_TRAIN_MOST)
    return refuse (check, "data", data->test > LOFI_TEACHER_TRAIN_MOST ? "test" : "train", NULL, _("a teacher gives at most %zu samples"),
                   LOFI_TEACHER_TRAIN_MOST);
  if (data->dimension < info->least_dimension || data->dimension > DIMENSION_MAX)
    return refuse (check, "data", "dimension", NULL, _("%zu is not between %zu and %d"), data->dimension, info->least_dimension, DIMENSION_MAX);
  if (data->exponent < 1 || data->exponent > 4)
    return refuse (check, "data", "exponent", _("use 1, 2, 3 or 4"), _("there is no label of information exponent %d here"), data->exponent);
  if (data->directions > data->dimension)
    return refuse (check, "data", "directions", NULL, _("%zu directions do not fit into %zu dimensions"), data->directions, data->dimension);
  return TRUE;
}

static gboolean
check_data (const Check *check)
{
  LofiTeacher teacher;
  const LofiDataSpec *data = &check->experiment->data;
  const struct { const char *key, *path; } arrays[] = {
    { "train-inputs", data->train_inputs }, { "train-targets", data->train_targets },
    { "test-inputs", data->test_inputs }, { "test-targets", data->test_targets }
  };
  if (!data->source || !*data->source)
    return refuse (check, "data", "source", _("name a data set or a path"), _("it is empty"));
  if (!g_str_equal (data->source, "arrays"))
    for (guint i = 0; i < G_N_ELEMENTS (arrays); i++)
      if (arrays[i].path)
        return refuse (check, "data", arrays[i].key, _("remove it, or set source=arrays"),
                       _("it belongs to source=arrays, not to %s"), data->source);
  if (data->train == 1)
    return refuse (check, "data", "train", _("take at least 2"), _("one sample is too few to learn from"));
  if (data->image_size > IMAGE_SIZE_MAX)
    return refuse (check, "data", "image-size", NULL, _("%zu pixels are not between 1 and %d"), data->image_size, IMAGE_SIZE_MAX);
  if (lofi_teacher_from_name (data->source, &teacher))
    return check_teacher (check, data, teacher);
  /* A .npz may hold classes or targets: which, the file says. */
  if (g_str_has_suffix (data->source, ".npz"))
    return data->labels || has_numbers (data->positive) || has_numbers (data->negative) ? check_classes (check, data) : TRUE;
  return lofi_data_has_targets (data) ? check_arrays (check, data) : check_classes (check, data);
}

static gboolean
check_filter (const Check *check, const LofiExperiment *e, guint index, const char *group)
{
  const LofiLayerSpec *layer = lofi_experiment_layer (e, index);
  if (layer->kind == LOFI_KIND_FILTER && layer->keep == LOFI_KEEP_NONE)
    return refuse (check, group, "keep", _("give a number of directions"), _("a filter layer is nothing but its filter"));
  if (layer->keep_min < 1 || layer->keep_max < 1)
    return refuse (check, group, layer->keep_min < 1 ? "keep-min" : "keep-max", _("give a whole number of at least 1"), _("a filter keeps at least 1"));
  if (layer->keep_min > layer->keep_max)
    return refuse (check, group, "keep-min", _("put the smaller number first"), _("%zu is above keep-max, %zu"), layer->keep_min, layer->keep_max);
  if (layer->keep == LOFI_KEEP_NONE)
    return TRUE;
  gsize keep = layer->keep_auto ? layer->keep_min : layer->keep;      /* what must be there */
  const char *key = layer->keep_auto ? "keep-min" : "keep";
  if (layer->order == LOFI_ORDER_1 && layer->keep > 1)
    return refuse (check, group, "keep", _("keep=1, or order=2 or 1+2"),
                   _("order 1 has a single direction, and %zu are to be kept"), layer->keep);
  if (lofi_layer_lifts (layer) && layer->width != LOFI_WIDTH_INFINITE && keep > layer->width)
    return refuse (check, group, key, _("keep fewer, or take a larger width"),
                   _("%zu directions cannot be kept of a width of %zu"), keep, layer->width);
  if (layer->kind == LOFI_KIND_FILTER && layer->size > 0 && layer->keep > layer->size * layer->size)
    return refuse (check, group, "keep", _("keep fewer, or take larger patches"),
                   _("%zu directions cannot be kept of patches of %zu x %zu"), layer->keep, layer->size, layer->size);
  return TRUE;
}

/* What was set although the layer's other settings rule it out. */
static gboolean
check_reasons (const Check *check, const LofiExperiment *e, guint index, const char *group)
{
  const LofiLayerSpec *layer = lofi_experiment_layer (e, index);
  const struct { const char *key; gboolean set; } settings[] = {
    { "kind", TRUE },
    { "width", lofi_layer_lifts (layer) },
    { "keep", layer->keep_auto },
    { "order", lofi_layer_filters (layer) && layer->order != LOFI_ORDER_2 },
    { "center-lift", layer->center_lift },
    { "weights", layer->weights != NULL },
    { "padding", layer->padding > 0 },
    { "stride", layer->stride != 1 },
  };
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      g_autofree char *reason = settings[i].set && lofi_kind_has_key (layer->kind, settings[i].key)
                                  ? lofi_layer_key_reason (e, index, settings[i].key) : NULL;
      if (reason)
        return refuse (check, group, settings[i].key, _("change the one or the other"), "%s", reason);
    }
  return TRUE;
}

/* A truncation that leaves only a constant lifts every input to the same point. */
static gboolean
check_degree (const Check *check, const LofiLayerSpec *layer, const char *group)
{
  if (layer->degree == LOFI_DEGREE_EXACT)
    return TRUE;
  if (layer->degree < 1 || layer->degree > LOFI_DEGREE_MAX)
    return refuse (check, group, "degree", NULL, _("%d is not exact or a number from 1 to %d"), layer->degree, LOFI_DEGREE_MAX);
  if (layer->degree >= lofi_activation_least_degree (layer->activation))
    return TRUE;
  return refuse (check, group, "degree", _("use a higher degree, or exact"), _("up to degree %d the expansion of %s is a constant"),
                 layer->degree, lofi_activation_name (layer->activation));
}

static gboolean
check_window (const Check *check, const LofiLayerSpec *layer, const char *group)
{
  if (!lofi_kind_has_key (layer->kind, "size"))
    return TRUE;
  if ((layer->size < 1 && layer->kind != LOFI_KIND_FILTER) || layer->size > WINDOW_MAX)
    return refuse (check, group, "size", _("give a small whole number, such as 3"), _("a window of %zu cannot be used"), layer->size);
  if (layer->padding > WINDOW_MAX)
    return refuse (check, group, "padding", _("give a small whole number"), _("a padding of %zu cannot be used"), layer->padding);
  if (layer->stride < 1 || layer->stride > WINDOW_MAX)
    return refuse (check, group, "stride", _("give a whole number of at least 1"), _("a stride of %zu cannot be used"), layer->stride);
  return TRUE;
}

static gboolean
check_layer (const Check *check, guint index, const char *group)
{
  const LofiExperiment *e = check->experiment;
  const LofiLayerSpec *layer = lofi_experiment_layer (e, index);
  if (!check_reasons (check, e, index, group) || !check_window (check, layer, group))
    return FALSE;
  if (lofi_layer_lifts (layer))
    {
      if (layer->width != LOFI_WIDTH_INFINITE && (layer->width < 1 || layer->width > WIDTH_MAX))
        return refuse (check, group, "width", _("give a whole number of at least 1"), _("a width of %zu cannot be used"), layer->width);
      if (!check_degree (check, layer, group))
        return FALSE;
      if (!(layer->bias >= 0 && isfinite (layer->bias)))
        return refuse (check, group, "bias", _("give a number of at least 0"), _("the strength of the bias cannot be %g"), layer->bias);
      if (layer->weights && !*layer->weights)
        return refuse (check, group, "weights", _("name an .npy file, or remove the key"), _("it is empty"));
    }
  return !lofi_kind_has_key (layer->kind, "keep") || check_filter (check, e, index, group);
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
check_grid (const Check *check)
{
  const LofiExperiment *e = check->experiment;
  guint64 points = 1, methods = 1;
  if (e->sweep_axes->len > LOFI_SWEEP_AXES_MOST)
    return refuse (check, "emergence", "grid", NULL, _("%u axes are more than %d"), e->sweep_axes->len, LOFI_SWEEP_AXES_MOST);
  for (guint i = 0; i < e->sweep_axes->len; i++)
    points *= g_strv_length (((const LofiSweepAxis *) g_ptr_array_index (e->sweep_axes, i))->values);
  if (points < 1 || points > LOFI_GRID_POINTS_MOST)
    return refuse (check, "emergence", "grid", _("take fewer values"), _("%zu points are more than %d"), (gsize) points, LOFI_GRID_POINTS_MOST);
  for (guint i = 0; lofi_compare_names[i]; i++)
    methods += (e->sweep_compare >> i) & 1;
  guint64 cells = points * methods * e->sweep_samples->len * e->sweep_seeds;
  if (cells > CELLS_MAX)
    return refuse (check, "emergence", e->sweep_axes->len ? "grid" : "seeds", _("take fewer samples, seeds, methods or points"),
                   _("%zu cells are more than %d"), (gsize) cells, CELLS_MAX);
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
  return check_grid (check);
}

/* Comparisons that the layers rule out. */
static gboolean
check_compare (const Check *check)
{
  const LofiExperiment *e = check->experiment;
  for (guint i = 0; i < e->layers->len; i++)
    {
      const LofiLayerSpec *layer = lofi_experiment_layer (e, i);
      gboolean lifts = lofi_layer_lifts (layer);
      if ((e->sweep_compare & LOFI_COMPARE_KERNEL) && (layer->kind == LOFI_KIND_CONV || layer->kind == LOFI_KIND_POOL))
        return refuse (check, "emergence", "compare", _("leave out kernel"), _("the deep kernel is that of dense layers, and layer%u is not one"),
                       i + 1);
      if ((e->sweep_compare & LOFI_COMPARE_DESCENT) && lifts && layer->width == LOFI_WIDTH_INFINITE && e->descent.hidden == 0)
        return refuse (check, "emergence", "compare", _("set descent.hidden to a width, or leave out descent"),
                       _("a network of infinite width cannot be trained by gradient descent"));
    }
  return TRUE;
}

static gboolean
check_descent (const Check *check)
{
  const LofiDescentSpec *d = &check->experiment->descent;
  if (!(d->step > 0 && isfinite (d->step)))
    return refuse (check, "descent", "step", _("give a number above 0, such as 0.01"), _("a step of %g cannot be used"), d->step);
  if (!(d->init > 0 && isfinite (d->init)))
    return refuse (check, "descent", "init", _("give a number above 0, such as 1"), _("initial weights of scale %g cannot be used"), d->init);
  if (d->steps < 1 || d->steps > STEPS_MAX)
    return refuse (check, "descent", "steps", NULL, _("%zu steps are not between 1 and %d"), d->steps, STEPS_MAX);
  if (d->hidden > WIDTH_MAX)
    return refuse (check, "descent", "hidden", _("give a width, or 0 for that of the layers"), _("a width of %zu cannot be used"), d->hidden);
  if (d->directions < 1 || d->directions > WIDTH_MAX)
    return refuse (check, "descent", "directions", _("give a small whole number, such as 5"), _("%zu directions cannot be compared"), d->directions);
  if (d->seeds < 1 || d->seeds > SEEDS_MAX)
    return refuse (check, "descent", "seeds", NULL, _("%u seeds are not between 1 and %d"), d->seeds, SEEDS_MAX);
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
      if (!check_layer (&check, i, group))
        return FALSE;
    }
  return check_readout (&check) && check_emergence (&check) && check_descent (&check) && check_compare (&check);
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
