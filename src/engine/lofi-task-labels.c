/* Which samples count as +1 and which as -1. */
#include "config.h"
#include "lofi-task-private.h"

#include <glib/gi18n-lib.h>
#include "lofi-error.h"
#include "lofi-teacher.h"

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
take_named (LofiTask *task, const char *labels, LofiClassSigns *signs, GError **error)
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
take_side (const LofiDataset *dataset, const GArray *classes, int sign, LofiClassSigns *signs, GError **error)
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
take_targets (LofiTask *task, const LofiDataSpec *data, GError **error)
{
  LofiTeacher teacher;
  gboolean taught = task->dataset->n_groups > 0 && lofi_teacher_from_name (data->source, &teacher);
  const char *given = data->labels ? "data.labels" : data->positive && data->positive->len ? "data.positive"
                      : data->negative && data->negative->len ? "data.negative" : NULL;
  if (given && !taught)
    return lofi_error_set (error, LOFI_ERROR_INPUT, given, _("remove it: the targets are used as they are"),
                           _("%s holds targets, not classes"), task->dataset->origin);
  task->labelling_title = g_strdup (taught ? _(lofi_teacher_info (teacher)->title) : _("Targets"));
  task->positive_name = g_strdup (taught ? _(lofi_teacher_info (teacher)->positive_name) : _("positive"));
  task->negative_name = g_strdup (taught ? _(lofi_teacher_info (teacher)->negative_name) : _("negative"));
  return TRUE;
}

gboolean
lofi_task_take_labelling (LofiTask *task, const LofiDataSpec *data, LofiClassSigns *signs, GError **error)
{
  if (task->dataset->train.targets)
    return take_targets (task, data, error);
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
