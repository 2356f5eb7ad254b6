/* What is known of a teacher beforehand: the concepts of its planted groups, their names, and the exponents of their emergence. */
#include "config.h"
#include "lofi-teacher.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* ---- concepts ---- */

static double
along (const LofiDataset *dataset, gsize row, const double *x)
{
  const double *w = dataset->planted.data + row * dataset->planted.stride;
  double sum = 0;
  for (gsize j = 0; j < dataset->planted.cols; j++)
    sum += w[j] * x[j];
  return sum;
}

/* He_k / sqrt (k!) */
static double
hermite (int k, double s)
{
  double before = 0, at = 1;
  for (int j = 0; j < k; j++)
    {
      double next = (s * at - sqrt (j) * before) / sqrt (j + 1);
      before = at;
      at = next;
    }
  return at;
}

static double
concept_of (LofiTeacher teacher, int exponent, const LofiDataset *dataset, guint group, const double *x)
{
  double h = 0;
  switch (teacher)
    {
    case LOFI_TEACHER_SINGLE_INDEX:
      return hermite (exponent, along (dataset, 0, x));
    case LOFI_TEACHER_XOR:
    case LOFI_TEACHER_STAIRCASE:
      return x[2 * group] * x[2 * group + 1];
    case LOFI_TEACHER_SIGHT:
    default:
      for (gsize k = 0; k < dataset->planted.rows; k++)
        h += (k % 2 ? -1 : 1) * hermite (2, along (dataset, k, x));
      return h / sqrt ((double) dataset->planted.rows);
    }
}

gboolean
lofi_teacher_concepts (const LofiExperiment *experiment, const LofiDataset *dataset, const LofiMatrix *inputs, LofiMatrix *concepts)
{
  LofiTeacher teacher;
  if (!lofi_teacher_from_name (experiment->data.source, &teacher) || dataset->n_groups == 0 || inputs->cols != dataset->planted.cols
      || concepts->rows != inputs->rows || concepts->cols != dataset->n_groups)
    return FALSE;
  for (gsize i = 0; i < inputs->rows; i++)
    for (guint g = 0; g < dataset->n_groups; g++)
      concepts->data[i * concepts->stride + g] = concept_of (teacher, experiment->data.exponent, dataset, g, inputs->data + i * inputs->stride);
  return TRUE;
}

/* ---- names ---- */

guint
lofi_teacher_groups (const LofiExperiment *experiment)
{
  LofiTeacher teacher;
  if (!lofi_teacher_from_name (experiment->data.source, &teacher))
    return 0;
  return teacher == LOFI_TEACHER_STAIRCASE ? 4 : 1;
}

char **
lofi_teacher_group_names (const LofiExperiment *experiment, const LofiDataset *dataset)
{
  LofiTeacher teacher = LOFI_N_TEACHERS;
  guint groups = dataset ? dataset->n_groups : lofi_teacher_groups (experiment);
  char **names = g_new0 (char *, groups + 1);
  lofi_teacher_from_name (experiment->data.source, &teacher);
  for (guint g = 0; g < groups; g++)
    names[g] = teacher == LOFI_TEACHER_STAIRCASE ? g_strdup_printf (_("pair %u"), g + 1)
               : teacher == LOFI_TEACHER_XOR     ? g_strdup (_("pair"))
               : teacher == LOFI_TEACHER_SIGHT   ? g_strdup (_("directions"))
                                                 : g_strdup (_("w"));
  return names;
}

/* ---- exponents ---- */

/* The lowest order at which the label has a moment. */
static int
information_exponent (LofiTeacher teacher, const LofiDataSpec *data)
{
  return teacher == LOFI_TEACHER_SINGLE_INDEX ? data->exponent : 2;
}

static gboolean
order_includes (LofiFilterOrder order, int moment)
{
  static const int orders[] = { [LOFI_ORDER_1] = 1, [LOFI_ORDER_2] = 2, [LOFI_ORDER_3] = 3, [LOFI_ORDER_4] = 4 };
  return order == LOFI_ORDER_1_2 ? moment == 1 || moment == 2 : orders[order] == moment;
}

double
lofi_teacher_exponent (const LofiExperiment *experiment, LofiFilterOrder order, guint group)
{
  LofiTeacher teacher;
  const LofiDataSpec *data = &experiment->data;
  if (!lofi_teacher_from_name (data->source, &teacher) || group >= lofi_teacher_groups (experiment))
    return NAN;
  int moment = information_exponent (teacher, data);
  if (!order_includes (order, moment))
    return NAN;
  /* Each direction of sight has 1 / sqrt r of the label; r grows as sqrt d unless it is given. */
  if (teacher == LOFI_TEACHER_SIGHT && data->directions == 0)
    return 1.5;
  return MAX (1.0, moment / 2.0);
}

double
lofi_teacher_lazy_exponent (const LofiExperiment *experiment)
{
  LofiTeacher teacher;
  if (!lofi_teacher_from_name (experiment->data.source, &teacher))
    return NAN;
  return information_exponent (teacher, &experiment->data);
}
