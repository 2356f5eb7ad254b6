/* What theory says of a filter on a teacher's inputs: their bulk, and which planted directions leave it. */
#include "config.h"
#include "lofi-null.h"

#include <math.h>
#include "lofi-teacher.h"

#define BULK_POINTS 512
/* What the places where labels change leave of a moment that is zero. */
#define KAPPA_LEAST 1e-9

static double
normal_density (double s)
{
  return exp (-s * s / 2) / sqrt (2 * G_PI);
}

/* E[y (s^2 - 1)] of labels that are even in s, of sign `outer` beyond the last of the places |s| = c where they change: a step of 2 up at c gives
 * 4 c phi(c), and one down takes as much. */
static double
kappa_of_changes (const double *places, guint count)
{
  double kappa = 0;
  for (guint k = 0; k < count; k++)
    kappa += ((count - k) % 2 ? 4 : -4) * places[k] * normal_density (places[k]);
  return kappa;
}

static double
single_index_kappa (int exponent)
{
  static const double two[] = { 0.6744897501960817 }, four[] = { 0.5089737209259336, 1.5947388597807082 };
  double kappa = exponent == 2 ? kappa_of_changes (two, G_N_ELEMENTS (two))
                 : exponent == 4 ? kappa_of_changes (four, G_N_ELEMENTS (four))
                 : 0;       /* odd labels */
  return fabs (kappa) > KAPPA_LEAST ? kappa : 0;
}

/* The eigenvalue of E[y (x x' - I)] along row `row` of the planted directions. Labels of all teachers here are balanced. */
static double
planted_kappa (LofiTeacher teacher, int exponent, gsize row)
{
  double sign = row % 2 ? -1 : 1;        /* a pair's sum, then its difference */
  switch (teacher)
    {
    case LOFI_TEACHER_SINGLE_INDEX:
      return single_index_kappa (exponent);
    case LOFI_TEACHER_XOR:
      return sign * 2 / G_PI;
    case LOFI_TEACHER_STAIRCASE:
    default:
      /* E[y chi_j]: chi_1 is outvoted by the other three together one time in eight; each of these decides where the other two are against chi_1,
       * one time in four, and says nothing else */
      return sign * (row < 2 ? 0.75 : 0.25);
    }
}

static LofiStatus
predict (LofiNullLaw *law, const LofiTask *task, const LofiExperiment *experiment, LofiTeacher teacher, const LofiLabelLaw *labels, double shift,
         double aspect)
{
  const LofiDataset *dataset = task->dataset;
  law->predictions = g_new0 (LofiNullPrediction, dataset->planted.rows);
  g_autofree double *moments = g_new (double, labels->count);
  for (gsize row = 0, group = 0; row < dataset->planted.rows; row++)
    {
      while (group + 1 < dataset->n_groups && row >= dataset->group_starts[group + 1])
        group++;
      double kappa = planted_kappa (teacher, experiment->data.exponent, row);
      for (gsize k = 0; k < labels->count; k++)
        moments[k] = 1 + (labels->values[k] + shift > 0 ? kappa : -kappa);      /* P(y = +-1) = 1/2 */
      LofiNullPrediction *prediction = &law->predictions[law->n_predictions];
      *prediction = (LofiNullPrediction) { .group = (guint) group, .row = row };
      LofiStatus status = lofi_predict_outlier (labels, moments, aspect, kappa >= 0, &prediction->outlier);
      if (status != LOFI_OK)
        return status;
      law->n_predictions++;
    }
  return LOFI_OK;
}

static gboolean
applies (const LofiResult *result, guint layer_index, LofiTeacher *teacher)
{
  const LofiTask *task = result->task;
  if (layer_index != 0 || !task || result->experiment->layers->len == 0 || !lofi_teacher_from_name (result->experiment->data.source, teacher))
    return FALSE;
  const LofiLayerSpec *spec = lofi_experiment_layer (result->experiment, 0);
  return spec->kind == LOFI_KIND_FILTER && spec->size == 0 && (spec->order == LOFI_ORDER_2 || spec->order == LOFI_ORDER_1_2)
         && task->train.count > 0 && task->train.inputs.cols > 0 && task->dataset->planted.cols == task->train.inputs.cols;
}

LofiNullLaw *
lofi_null_law_new (const LofiResult *result, guint layer_index)
{
  LofiTeacher teacher;
  if (!applies (result, layer_index, &teacher))
    return NULL;
  const LofiTask *task = result->task;
  gsize n = task->train.count;
  double shift = lofi_experiment_layer (result->experiment, layer_index)->center_labels ? task->mean_y : 0;
  double aspect = (double) n / (double) task->train.inputs.cols;
  g_autofree double *weights = g_new (double, n);
  for (gsize i = 0; i < n; i++)
    weights[i] = task->train.y[i] - shift;
  LofiLabelLaw labels;
  if (lofi_label_law_init (&labels, weights, n) != LOFI_OK)
    return NULL;
  g_autoptr (LofiNullLaw) law = g_new0 (LofiNullLaw, 1);
  LofiStatus status = lofi_bulk_law_init (&law->bulk, &labels, aspect, BULK_POINTS);
  if (status == LOFI_OK && teacher != LOFI_TEACHER_SIGHT)
    status = predict (law, task, result->experiment, teacher, &labels, shift, aspect);
  lofi_label_law_clear (&labels);
  return status == LOFI_OK ? g_steal_pointer (&law) : NULL;
}

void
lofi_null_law_free (LofiNullLaw *law)
{
  if (!law)
    return;
  lofi_bulk_law_clear (&law->bulk);
  g_free (law->predictions);
  g_free (law);
}
