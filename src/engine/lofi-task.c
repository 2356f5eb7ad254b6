#include "config.h"
#include "lofi-task-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>
#include "lofi-error.h"
#include "lofi-random.h"
#include "lofi-teacher.h"

LofiTask *
lofi_task_ref (LofiTask *task)
{
  return g_atomic_rc_box_acquire (task);
}

static void
split_clear (const LofiTask *task, LofiSplit *split)
{
  if (!lofi_split_is_shared (task, split) && !task->larger)
    lofi_matrix_clear (&split->inputs);
  g_free (split->y);
  g_free (split->indices);
}

static void
task_clear (gpointer data)
{
  LofiTask *task = data;
  g_free (task->key);
  g_free (task->labelling_title);
  g_free (task->positive_name);
  g_free (task->negative_name);
  split_clear (task, &task->train);
  split_clear (task, &task->test);
  g_clear_pointer (&task->larger, lofi_task_unref);
  g_clear_pointer (&task->dataset, lofi_dataset_unref);
}

void
lofi_task_unref (LofiTask *task)
{
  g_atomic_rc_box_release_full (task, task_clear);
}

gsize
lofi_task_bytes (const LofiTask *task)
{
  const LofiSplit *const splits[] = { &task->train, &task->test };
  gsize bytes = sizeof *task;
  for (guint s = 0; s < G_N_ELEMENTS (splits); s++)
    {
      gboolean shared = task->larger || lofi_split_is_shared (task, splits[s]);
      bytes += (shared ? 0 : lofi_matrix_bytes (splits[s]->inputs.rows, splits[s]->inputs.cols))
               + splits[s]->count * (sizeof (double) + sizeof (gint64));
    }
  return bytes;
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

/* ---- drawing ---- */

/* The places of the labelled samples, in the file's order. (transfer full) */
static gint64 *
candidates (const LofiSamples *samples, const LofiClassSigns *signs, gsize *count)
{
  gint64 *places = g_new (gint64, samples->count + 1);
  *count = 0;
  for (gsize i = 0; i < samples->count; i++)
    if (samples->targets || signs->sign[samples->classes[i]])
      places[(*count)++] = (gint64) i;
  return places;
}

/* A teacher's samples are already the seed's. */
static gboolean
is_teacher (const LofiTask *task)
{
  return task->dataset->n_groups > 0;
}

/* Chooses `wanted` of the candidates (0 = all) and fills indices and y. */
static gboolean
draw (LofiTask *task, gboolean test, const LofiClassSigns *signs, gsize wanted, guint64 seed, gsize *available, GError **error)
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
  gboolean in_order = samples->targets && (wanted == 0 || is_teacher (task));
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
  if (task->dataset->train.targets && !is_teacher (task))
    return lofi_error_set (error, LOFI_ERROR_INPUT, "data.train", _("give targets of both signs"),
                           positive ? _("none of the %zu training targets is negative: there is one class only")
                           : negative ? _("none of the %zu training targets is positive: there is one class only")
                                      : _("all %zu training targets are zero"), train->count);
  return lofi_error_set (error, LOFI_ERROR_INPUT, "data.train", _("take more samples, another seed or other classes"),
                         _("all %zu training samples are of one class (%s)"), train->count,
                         positive ? task->positive_name : task->negative_name);
}

gboolean
lofi_task_counts (LofiDataset *dataset, const LofiExperiment *experiment, gsize *available_train, gsize *tests, GError **error)
{
  g_autoptr (LofiTask) task = g_atomic_rc_box_new0 (LofiTask);
  LofiClassSigns signs = { { 0 } };
  task->dataset = lofi_dataset_ref (dataset);
  if (!lofi_task_take_labelling (task, &experiment->data, &signs, error))
    return FALSE;
  g_free (candidates (&dataset->train, &signs, available_train));
  g_free (candidates (&dataset->test, &signs, tests));
  if (is_teacher (task))
    *available_train = LOFI_TEACHER_TRAIN_MOST;
  if (experiment->data.test > 0)
    *tests = MIN (*tests, experiment->data.test);
  return TRUE;
}

static void
take_first (const LofiSplit *from, gsize count, LofiSplit *to)
{
  to->count = count;
  to->inputs = lofi_matrix_row_block (&from->inputs, 0, count);
  to->y = g_memdup2 (from->y, (count + 1) * sizeof (double));
  to->indices = g_memdup2 (from->indices, (count + 1) * sizeof (gint64));
}

LofiTask *
lofi_task_first (LofiTask *larger, const LofiExperiment *experiment, GError **error)
{
  g_autoptr (LofiTask) task = g_atomic_rc_box_new0 (LofiTask);
  gsize count = experiment->data.train;
  g_return_val_if_fail (count > 0 && count <= larger->train.count, NULL);
  *task = *larger;
  task->key = lofi_task_key (larger->dataset->key, experiment);
  task->labelling_title = g_strdup (larger->labelling_title);
  task->positive_name = g_strdup (larger->positive_name);
  task->negative_name = g_strdup (larger->negative_name);
  task->dataset = lofi_dataset_ref (larger->dataset);
  task->larger = lofi_task_ref (larger);
  take_first (&larger->train, count, &task->train);
  take_first (&larger->test, larger->test.count, &task->test);
  return check_labels (task, error) ? g_steal_pointer (&task) : NULL;
}

LofiTask *
lofi_task_new (LofiDataset *dataset, const LofiExperiment *experiment, GCancellable *cancellable, GError **error)
{
  const LofiDataSpec *data = &experiment->data;
  g_autoptr (LofiTask) task = g_atomic_rc_box_new0 (LofiTask);
  LofiClassSigns signs = { { 0 } };
  gsize available_test;
  task->key = lofi_task_key (dataset->key, experiment);
  task->dataset = lofi_dataset_ref (dataset);
  task->channels = dataset->channels;
  task->height = dataset->height;
  task->width = dataset->width;
  task->is_image = dataset->is_image;
  if (g_cancellable_set_error_if_cancelled (cancellable, error)
      || !lofi_task_take_labelling (task, data, &signs, error)
      || !draw (task, FALSE, &signs, data->train, experiment->seed, &task->available_train, error)
      || !draw (task, TRUE, &signs, data->test, experiment->seed, &available_test, error)
      || !check_labels (task, error)
      || !lofi_task_fill (task, data, cancellable, error))
    return NULL;
  if (is_teacher (task))
    task->available_train = LOFI_TEACHER_TRAIN_MOST;
  return g_steal_pointer (&task);
}
