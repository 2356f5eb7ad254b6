#include "config.h"
#include "lofi-task.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>
#include "lofi-error.h"
#include "lofi-random.h"

#define ROWS_BETWEEN_LOOKS 1024

/* +1, -1 or 0 (left out) for every class number. */
typedef struct { gint8 sign[256]; } ClassSigns;

LofiTask *
lofi_task_ref (LofiTask *task)
{
  return g_atomic_rc_box_acquire (task);
}

static void
split_clear (LofiSplit *split)
{
  lofi_matrix_clear (&split->inputs);
  g_free (split->y);
  g_free (split->indices);
}

static void
task_clear (gpointer data)
{
  LofiTask *task = data;
  g_free (task->key);
  g_clear_pointer (&task->dataset, lofi_dataset_unref);
  g_free (task->labelling_title);
  g_free (task->positive_name);
  g_free (task->negative_name);
  split_clear (&task->train);
  split_clear (&task->test);
}

void
lofi_task_unref (LofiTask *task)
{
  g_atomic_rc_box_release_full (task, task_clear);
}

gsize
lofi_task_bytes (const LofiTask *task)
{
  gsize count = task->train.count + task->test.count;
  return sizeof *task + lofi_matrix_bytes (count, task->channels * task->height * task->width)
         + count * (sizeof (double) + sizeof (gint64));
}

static void
add_classes (GString *key, const GArray *classes)
{
  for (guint i = 0; classes && i < classes->len; i++)
    g_string_append_printf (key, "%s%d", i ? ";" : "", g_array_index (classes, int, i));
  g_string_append_c (key, ':');
}

static gboolean
uses_seed (const LofiDataSpec *data)
{
  gboolean targets = g_str_equal (data->source, "arrays") || g_str_has_suffix (data->source, ".npy");
  return !targets || data->train > 0 || data->test > 0;
}

char *
lofi_task_key (const char *dataset_key, const LofiExperiment *experiment)
{
  const LofiDataSpec *data = &experiment->data;
  GString *key = g_string_new (dataset_key);
  g_string_append_printf (key, "/task:%s:", data->labels ? data->labels : "");
  add_classes (key, data->positive);
  add_classes (key, data->negative);
  g_string_append_printf (key, "%zu:%zu:%s:", data->train, data->test, lofi_normalize_name (data->normalize));
  if (uses_seed (data))
    g_string_append_printf (key, "%" G_GUINT64_FORMAT, experiment->seed);
  return g_string_free (key, FALSE);
}

/* ---- the labelling ---- */

static gboolean
refuse_labelling (const LofiDataset *dataset, const char *labels, GError **error)
{
  g_autofree const char **names = lofi_labelling_names (dataset->name);
  const char *nearest = lofi_nearest_name (labels, names);
  g_autofree char *all = g_strjoinv (", ", (char **) names);
  g_autofree char *todo = nearest ? g_strdup_printf (_("did you mean %s?"), nearest) : g_strdup_printf (_("use one of %s"), all);
  return lofi_error_set (error, LOFI_ERROR_INPUT, "data.labels", todo, _("%s has no labelling “%s”"), dataset->name, labels);
}

static gboolean
take_named (LofiTask *task, const char *labels, ClassSigns *signs, GError **error)
{
  const LofiDataset *dataset = task->dataset;
  const LofiLabelling *labelling = lofi_labelling_find (dataset->name, labels);
  if (!labelling)
    return refuse_labelling (dataset, labels, error);
  if (dataset->n_classes != 10)
    return lofi_error_set (error, LOFI_ERROR_INPUT, "data.labels", _("give positive and negative classes"),
                           _("the labelling %s is for ten classes, and %s has %u"), labels, dataset->name, dataset->n_classes);
  for (const int *c = labelling->positive; *c >= 0; c++)
    signs->sign[*c] = 1;
  for (const int *c = labelling->negative; *c >= 0; c++)
    signs->sign[*c] = -1;
  task->labelling_title = g_strdup (_(labelling->title));
  task->positive_name = g_strdup (_(labelling->positive_name));
  task->negative_name = g_strdup (_(labelling->negative_name));
  return TRUE;
}

/* Marks the classes of one side, and says their names. (transfer full), NULL with an error. */
static char *
take_side (const LofiDataset *dataset, const GArray *classes, int sign, ClassSigns *signs, GError **error)
{
  const char *place = sign > 0 ? "data.positive" : "data.negative";
  GString *names = g_string_new (NULL);
  for (guint i = 0; classes && i < classes->len; i++)
    {
      int number = g_array_index (classes, int, i);
      if (number < 0 || (guint) number >= dataset->n_classes)
        {
          lofi_error_set (error, LOFI_ERROR_INPUT, place, NULL, _("there is no class %d: %s has the classes 0 to %u"), number,
                          dataset->name, dataset->n_classes - 1);
          g_string_free (names, TRUE);
          return NULL;
        }
      if (signs->sign[number] == -sign)
        {
          lofi_error_set (error, LOFI_ERROR_INPUT, place, _("put it on one side"), _("class %d is both positive and negative"), number);
          g_string_free (names, TRUE);
          return NULL;
        }
      if (signs->sign[number] == 0 && dataset->class_names)
        g_string_append_printf (names, "%s%s", names->len ? ", " : "", dataset->class_names[number]);
      else if (signs->sign[number] == 0)
        g_string_append_printf (names, "%s%d", names->len ? ", " : "", number);
      signs->sign[number] = (gint8) sign;
    }
  return g_string_free (names, FALSE);
}

static gboolean
take_labelling (LofiTask *task, const LofiDataSpec *data, ClassSigns *signs, GError **error)
{
  if (task->dataset->train.targets)
    {
      task->labelling_title = g_strdup (_("Targets"));
      task->positive_name = g_strdup (_("positive"));
      task->negative_name = g_strdup (_("negative"));
      return TRUE;
    }
  if (data->labels)
    return take_named (task, data->labels, signs, error);
  if (!data->positive || !data->positive->len || !data->negative || !data->negative->len)
    return lofi_error_set (error, LOFI_ERROR_INPUT, "data.labels", _("give labels, or positive and negative"),
                           _("it is not said which classes count as +1 and which as -1"));
  task->positive_name = take_side (task->dataset, data->positive, 1, signs, error);
  task->negative_name = task->positive_name ? take_side (task->dataset, data->negative, -1, signs, error) : NULL;
  if (!task->negative_name)
    return FALSE;
  task->labelling_title = g_strdup_printf (_("%s against %s"), task->positive_name, task->negative_name);
  return TRUE;
}

/* ---- drawing ---- */

/* The places of the labelled samples, in the file's order. (transfer full) */
static gint64 *
candidates (const LofiSamples *samples, const ClassSigns *signs, gsize *count)
{
  gint64 *places = g_new (gint64, samples->count + 1);
  *count = 0;
  for (gsize i = 0; i < samples->count; i++)
    if (samples->targets || signs->sign[samples->classes[i]])
      places[(*count)++] = (gint64) i;
  return places;
}

/* Chooses `wanted` of the candidates (0 = all) and fills indices and y. */
static gboolean
draw (LofiTask *task, gboolean test, const ClassSigns *signs, gsize wanted, guint64 seed, gsize *available, GError **error)
{
  LofiSplit *split = test ? &task->test : &task->train;
  const LofiSamples *samples = test ? &task->dataset->test : &task->dataset->train;
  g_autofree gint64 *places = candidates (samples, signs, available);
  gsize n = *available;
  if (wanted > n)
    return lofi_error_set (error, LOFI_ERROR_INPUT, test ? "data.test" : "data.train", _("ask for fewer, or for all with 0"),
                           _("%zu samples are asked for, but there are only %zu with these labels in %s"), wanted, n,
                           task->dataset->origin);
  split->count = wanted ? wanted : n;
  split->indices = g_new (gint64, split->count + 1);
  split->y = g_new (double, split->count + 1);
  g_autofree size_t *order = g_new (size_t, n + 1);
  gboolean in_order = samples->targets && wanted == 0;
  if (in_order)
    for (gsize i = 0; i < n; i++)
      order[i] = i;
  else if (n > 0)
    lofi_random_permutation (seed, test ? LOFI_PURPOSE_TEST_SAMPLES : LOFI_PURPOSE_TRAIN_SAMPLES, 0, n, order);
  for (gsize i = 0; i < split->count; i++)
    {
      gint64 at = places[order[i]];
      split->indices[i] = at;
      split->y[i] = samples->targets ? samples->targets[at] : signs->sign[samples->classes[at]];
    }
  return TRUE;
}

static gboolean
check_labels (LofiTask *task, GError **error)
{
  const LofiSplit *train = &task->train;
  gsize positive = 0, negative = 0;
  double sum = 0;
  if (train->count < 2)
    return lofi_error_set (error, LOFI_ERROR_INPUT, "data.train", _("give data with at least 2 samples"),
                           _("%zu training samples are too few to learn from"), train->count);
  for (gsize i = 0; i < train->count; i++)
    {
      positive += train->y[i] > 0;
      negative += train->y[i] < 0;
      sum += train->y[i];
    }
  task->positive_share = (double) positive / (double) train->count;
  task->mean_y = sum / (double) train->count;
  if (positive && negative)
    return TRUE;
  /* Real targets weigh the samples as they are: of one sign they still say something, all equal they say nothing. */
  gboolean equal = TRUE;
  for (gsize i = 1; i < train->count; i++)
    equal = equal && train->y[i] == train->y[0];
  if (task->dataset->train.targets && !equal)
    return TRUE;
  if (task->dataset->train.targets)
    return lofi_error_set (error, LOFI_ERROR_INPUT, "data.train", _("give targets of both signs"),
                           positive ? _("none of the %zu training targets is negative: there is one class only")
                           : negative ? _("none of the %zu training targets is positive: there is one class only")
                                      : _("all %zu training targets are zero"), train->count);
  return lofi_error_set (error, LOFI_ERROR_INPUT, "data.train", _("take more samples, another seed or other classes"),
                         _("all %zu training samples are of one class (%s)"), train->count,
                         positive ? task->positive_name : task->negative_name);
}

/* ---- the numbers ---- */

static gboolean
check_finite (const LofiSplit *split, const LofiSamples *samples, const char *inputs, const char *targets, GError **error)
{
  for (gsize i = 0; i < split->count; i++)
    {
      gsize row = (gsize) split->indices[i];
      const double *values = samples->values.data + row * samples->values.stride;
      if (!isfinite (samples->targets[row]))
        return lofi_error_set (error, LOFI_ERROR_INPUT, targets, _("replace it by a finite number"), _("row %zu (from 0) is %g"), row,
                               samples->targets[row]);
      for (gsize j = 0; j < samples->values.cols; j++)
        if (!isfinite (values[j]))
          return lofi_error_set (error, LOFI_ERROR_INPUT, inputs, _("replace it by a finite number"),
                                 _("row %zu, column %zu (from 0) is %g"), row, j, values[j]);
    }
  return TRUE;
}

static void
fill_pixel_row (const LofiTask *task, const guint8 *pixels, double *row)
{
  gsize area = task->height * task->width;
  for (gsize c = 0; c < task->channels; c++)
    for (gsize j = 0; j < area; j++)
      row[c * area + j] = (pixels[c * area + j] / 255.0 - task->offset[c]) / task->spread[c];
}

static gboolean
fill (LofiTask *task, LofiSplit *split, const LofiSamples *samples, const char *place, GCancellable *cancellable, GError **error)
{
  gsize inputs = task->channels * task->height * task->width;
  if (split->count == 0)
    return TRUE;
  if (!lofi_error_from_status (error, lofi_matrix_alloc (&split->inputs, split->count, inputs), place))
    return FALSE;
  for (gsize i = 0; i < split->count; i++)
    {
      gsize at = (gsize) split->indices[i];
      double *row = split->inputs.data + i * split->inputs.stride;
      if (i % ROWS_BETWEEN_LOOKS == 0 && g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (samples->pixels)
        fill_pixel_row (task, samples->pixels + at * inputs, row);
      else
        memcpy (row, samples->values.data + at * samples->values.stride, inputs * sizeof (double));
    }
  return TRUE;
}

static void
shift_and_scale (LofiMatrix *m, const double *mean, const double *deviation)
{
  for (gsize i = 0; i < m->rows; i++)
    for (gsize j = 0; j < m->cols; j++)
      m->data[i * m->stride + j] = (m->data[i * m->stride + j] - mean[j]) / deviation[j];
}

/* Every feature to mean 0 and deviation 1 over the training samples drawn; one that does not vary is only centred. */
static gboolean
standardize (LofiTask *task, GError **error)
{
  const LofiMatrix *train = &task->train.inputs;
  g_autofree double *mean = g_new0 (double, train->cols), *deviation = g_new0 (double, train->cols);
  for (gsize i = 0; i < train->rows; i++)
    for (gsize j = 0; j < train->cols; j++)
      mean[j] += train->data[i * train->stride + j] / (double) train->rows;
  for (gsize i = 0; i < train->rows; i++)
    for (gsize j = 0; j < train->cols; j++)
      {
        double d = train->data[i * train->stride + j] - mean[j];
        deviation[j] += d * d / (double) train->rows;
      }
  for (gsize j = 0; j < train->cols; j++)
    {
      deviation[j] = sqrt (deviation[j]);
      if (!isfinite (mean[j]) || !isfinite (deviation[j]))
        return lofi_error_set (error, LOFI_ERROR_INPUT, "data.normalize", _("scale the inputs to a smaller range"),
                               _("the numbers of column %zu (from 0) are too large to be standardised"), j);
      /* Rounding of the mean alone is no variation. */
      if (!(deviation[j] > 1e-12 * fabs (mean[j])))
        deviation[j] = 1;
    }
  shift_and_scale (&task->train.inputs, mean, deviation);
  shift_and_scale (&task->test.inputs, mean, deviation);
  if (!lofi_matrix_is_finite (&task->train.inputs) || !lofi_matrix_is_finite (&task->test.inputs))
    return lofi_error_set (error, LOFI_ERROR_INPUT, "data.normalize", _("scale the inputs to a smaller range"),
                           _("the inputs are too large to be standardised"));
  return TRUE;
}

static void
take_constants (LofiTask *task, LofiNormalize normalize)
{
  const LofiDataset *dataset = task->dataset;
  for (guint c = 0; c < G_N_ELEMENTS (task->offset); c++)
    {
      gboolean known = dataset->train.pixels && normalize == LOFI_NORMALIZE_DATASET && c < dataset->channels;
      task->offset[c] = known ? dataset->mean[c] : 0;
      task->spread[c] = known && dataset->deviation[c] > 0 ? dataset->deviation[c] : 1;
    }
}

static gboolean
fill_task (LofiTask *task, const LofiDataSpec *data, GCancellable *cancellable, GError **error)
{
  const LofiDataset *dataset = task->dataset;
  take_constants (task, data->normalize);
  if (dataset->train.targets)
    {
      const char *test_inputs = data->test_inputs ? data->test_inputs : "test inputs";
      const char *test_targets = data->test_targets ? data->test_targets : "test targets";
      if (!check_finite (&task->train, &dataset->train, data->train_inputs ? data->train_inputs : data->source,
                         data->train_targets ? data->train_targets : "train targets", error)
          || !check_finite (&task->test, &dataset->test, test_inputs, test_targets, error))
        return FALSE;
    }
  if (!fill (task, &task->train, &dataset->train, "data.train", cancellable, error)
      || !fill (task, &task->test, &dataset->test, "data.test", cancellable, error))
    return FALSE;
  return data->normalize != LOFI_NORMALIZE_STANDARDIZE || standardize (task, error);
}

LofiTask *
lofi_task_new (LofiDataset *dataset, const LofiExperiment *experiment, GCancellable *cancellable, GError **error)
{
  const LofiDataSpec *data = &experiment->data;
  g_autoptr (LofiTask) task = g_atomic_rc_box_new0 (LofiTask);
  ClassSigns signs = { { 0 } };
  gsize available_test;
  task->key = lofi_task_key (dataset->key, experiment);
  task->dataset = lofi_dataset_ref (dataset);
  task->channels = dataset->channels;
  task->height = dataset->height;
  task->width = dataset->width;
  task->is_image = dataset->is_image;
  if (g_cancellable_set_error_if_cancelled (cancellable, error)
      || !take_labelling (task, data, &signs, error)
      || !draw (task, FALSE, &signs, data->train, experiment->seed, &task->available_train, error)
      || !draw (task, TRUE, &signs, data->test, experiment->seed, &available_test, error)
      || !check_labels (task, error) || !fill_task (task, data, cancellable, error))
    return NULL;
  return g_steal_pointer (&task);
}
