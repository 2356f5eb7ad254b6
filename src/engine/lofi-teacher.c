#include "config.h"
#include "lofi-teacher.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include "lofi-dataset-private.h"
#include "lofi-error.h"
#include "lofi-random.h"

#define ROWS_BETWEEN_LOOKS 256
/* Samples are the streams 0, 1, ... of their purpose; what they have in common is drawn from streams no sample has. */
#define DIRECTION_STREAM 0x80000000u

static const LofiTeacherInfo infos[LOFI_N_TEACHERS] = {
  { "single-index", N_("Single index"), N_("The label is a function of one direction in Gaussian noise; its exponent says at which order it can be seen."),
    N_("+1"), N_("−1"), 2 },
  { "xor", N_("XOR in noise"), N_("The label is the sign of the product of two coordinates; all others are noise."), N_("same sign"),
    N_("opposite signs"), 2 },
  { "staircase", N_("Concept staircase"), N_("A weighted majority of four products of two bits: the heavier one emerges first, the other three together, later."),
    N_("+1"), N_("−1"), 8 },
  { "sight", N_("Many quadratic directions"), N_("The sign of a sum of squares along many directions, half of them counted against the label."), N_("+1"),
    N_("−1"), 2 },
};

const LofiTeacherInfo *
lofi_teacher_info (LofiTeacher teacher)
{
  return (guint) teacher < LOFI_N_TEACHERS ? &infos[teacher] : NULL;
}

gboolean
lofi_teacher_from_name (const char *name, LofiTeacher *teacher)
{
  for (guint t = 0; name && t < LOFI_N_TEACHERS; t++)
    if (g_str_equal (infos[t].name, name))
      {
        *teacher = t;
        return TRUE;
      }
  return FALSE;
}

static gsize
relevant_directions (const LofiDataSpec *data)
{
  return data->directions ? data->directions : (gsize) MAX (1, round (sqrt ((double) data->dimension)));
}

static gsize
test_samples (const LofiDataSpec *data)
{
  return data->test ? data->test : LOFI_TEACHER_TEST_SAMPLES;
}

char *
lofi_teacher_key (const LofiExperiment *experiment)
{
  const LofiDataSpec *data = &experiment->data;
  GString *key = g_string_new (NULL);
  g_string_printf (key, "teacher:%s:%zu:%zu:%zu:%" G_GUINT64_FORMAT, data->source, data->dimension, data->train, test_samples (data),
                   experiment->seed);
  if (g_str_equal (data->source, infos[LOFI_TEACHER_SINGLE_INDEX].name))
    g_string_append_printf (key, ":%d", data->exponent);
  if (g_str_equal (data->source, infos[LOFI_TEACHER_SIGHT].name))
    g_string_append_printf (key, ":%zu", relevant_directions (data));
  return g_string_free (key, FALSE);
}

/* ---- planted directions ---- */

/* Sums in an order of their own, so that a sample's label does not depend on how many are drawn with it. */
static double
dot (const double *a, const double *b, gsize n)
{
  double sums[4] = { 0 };
  gsize j = 0;
  for (; j + 4 <= n; j += 4)
    for (guint k = 0; k < 4; k++)
      sums[k] += a[j + k] * b[j + k];
  for (; j < n; j++)
    sums[0] += a[j] * b[j];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/* Random orthonormal rows: Gram-Schmidt, twice over, of Gaussian ones. */
static void
draw_directions (LofiMatrix *w, guint64 seed)
{
  gsize d = w->cols;
  for (gsize k = 0; k < w->rows; k++)
    {
      double *row = w->data + k * w->stride;
      lofi_random_normals (seed, LOFI_PURPOSE_TEACHER, DIRECTION_STREAM + (guint32) k, 0, d, row);
      for (guint pass = 0; pass < 2; pass++)
        {
          for (gsize l = 0; l < k; l++)
            {
              const double *other = w->data + l * w->stride;
              double overlap = dot (row, other, d);
              for (gsize j = 0; j < d; j++)
                row[j] -= overlap * other[j];
            }
          double norm = sqrt (dot (row, row, d));
          for (gsize j = 0; j < d; j++)
            row[j] /= norm;
        }
    }
}

/* Coordinates 2 p and 2 p + 1: their sum and their difference. */
static void
plant_pairs (LofiMatrix *w)
{
  for (gsize p = 0; 2 * p < w->rows; p++)
    for (gsize k = 0; k < 2; k++)
      {
        w->data[(2 * p + k) * w->stride + 2 * p] = G_SQRT2 / 2;
        w->data[(2 * p + k) * w->stride + 2 * p + 1] = k ? -G_SQRT2 / 2 : G_SQRT2 / 2;
      }
}

static gboolean
plant (LofiDataset *dataset, LofiTeacher teacher, const LofiExperiment *experiment, GError **error)
{
  const LofiDataSpec *data = &experiment->data;
  gsize rows = teacher == LOFI_TEACHER_SINGLE_INDEX ? 1 : teacher == LOFI_TEACHER_XOR ? 2 : teacher == LOFI_TEACHER_STAIRCASE ? 8
               : relevant_directions (data);
  if (!lofi_error_from_status (error, lofi_matrix_alloc (&dataset->planted, rows, data->dimension), data->source))
    return FALSE;
  if (teacher == LOFI_TEACHER_XOR || teacher == LOFI_TEACHER_STAIRCASE)
    plant_pairs (&dataset->planted);
  else
    draw_directions (&dataset->planted, experiment->seed);
  dataset->n_groups = teacher == LOFI_TEACHER_STAIRCASE ? 4 : 1;
  dataset->group_starts = g_new0 (gsize, dataset->n_groups + 1);
  for (guint g = 1; g <= dataset->n_groups; g++)
    dataset->group_starts[g] = g * rows / dataset->n_groups;
  return TRUE;
}

/* ---- samples ---- */

static double
sign (double t)
{
  return t < 0 ? -1 : 1;
}

/* Each is uncorrelated with every polynomial of lower degree: 2 and 4 are cut at quartiles, 3 where half of E|s| is reached. */
static double
single_index_label (double s, int exponent)
{
  switch (exponent)
    {
    case 1: return sign (s);
    case 2: return sign (s * s - 0.4549364231195725);
    case 3: return sign (s * (s * s - 2 * G_LN2));
    default: return fabs (s) > 0.5089737209259336 && fabs (s) < 1.5947388597807082 ? -1 : 1;
    }
}

static double
label (LofiTeacher teacher, const LofiDataset *dataset, int exponent, const double *x)
{
  const LofiMatrix *w = &dataset->planted;
  double h = 0;
  switch (teacher)
    {
    case LOFI_TEACHER_SINGLE_INDEX:
      return single_index_label (dot (w->data, x, w->cols), exponent);
    case LOFI_TEACHER_XOR:
      return sign (x[0] * x[1]);
    case LOFI_TEACHER_STAIRCASE:
      return sign (2 * x[0] * x[1] + x[2] * x[3] + x[4] * x[5] + x[6] * x[7]);
    case LOFI_TEACHER_SIGHT:
    default:
      for (gsize k = 0; k < w->rows; k++)
        {
          double s = dot (w->data + k * w->stride, x, w->cols);
          h += (k % 2 ? -1 : 1) * (s * s - 1);
        }
      return sign (h);
    }
}

static void
draw_input (LofiTeacher teacher, guint64 seed, guint32 purpose, guint32 i, gsize d, double *x)
{
  if (teacher != LOFI_TEACHER_STAIRCASE)
    {
      lofi_random_normals (seed, purpose, i, 0, d, x);
      return;
    }
  lofi_random_uniforms (seed, purpose, i, 0, d, x);
  for (gsize j = 0; j < d; j++)
    x[j] = x[j] < 0.5 ? -1 : 1;
}

static gboolean
draw_samples (LofiDataset *dataset, LofiTeacher teacher, const LofiExperiment *experiment, gboolean test, gsize count,
              GCancellable *cancellable, GError **error)
{
  const LofiDataSpec *data = &experiment->data;
  LofiSamples *samples = test ? &dataset->test : &dataset->train;
  guint32 purpose = test ? LOFI_PURPOSE_TEACHER_TEST : LOFI_PURPOSE_TEACHER;
  if (!lofi_dataset_check_memory (experiment, data->source, count, data->dimension * sizeof (double), error)
      || !lofi_error_from_status (error, lofi_matrix_alloc (&samples->values, count, data->dimension), data->source))
    return FALSE;
  samples->count = count;
  samples->targets = g_new (double, count);
  for (gsize i = 0; i < count; i++)
    {
      double *x = samples->values.data + i * samples->values.stride;
      if (i % ROWS_BETWEEN_LOOKS == 0 && g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      draw_input (teacher, experiment->seed, purpose, (guint32) i, data->dimension, x);
      samples->targets[i] = label (teacher, dataset, data->exponent, x);
    }
  return TRUE;
}

static gboolean
check (LofiTeacher teacher, const LofiDataSpec *data, GError **error)
{
  gsize least = infos[teacher].least_dimension;
  if (data->dimension < least || data->dimension > G_MAXINT32)
    return lofi_error_set (error, LOFI_ERROR_INPUT, "data.dimension", NULL, _("%s needs at least %zu dimensions, and there are %zu"), data->source,
                           least, data->dimension);
  if (teacher == LOFI_TEACHER_SINGLE_INDEX && (data->exponent < 1 || data->exponent > 4))
    return lofi_error_set (error, LOFI_ERROR_INPUT, "data.exponent", _("use 1, 2, 3 or 4"), _("there is no label of exponent %d"), data->exponent);
  if (teacher == LOFI_TEACHER_SIGHT && relevant_directions (data) > data->dimension)
    return lofi_error_set (error, LOFI_ERROR_INPUT, "data.directions", _("take fewer directions, or more dimensions"),
                           _("%zu directions do not fit into %zu dimensions"), relevant_directions (data), data->dimension);
  if (data->train == 0)
    return lofi_error_set (error, LOFI_ERROR_INPUT, "data.train", _("say how many, such as 2000"),
                           _("a teacher has as many samples as are asked for"));
  if (data->train > LOFI_TEACHER_TRAIN_MOST || data->test > LOFI_TEACHER_TRAIN_MOST)
    return lofi_error_set (error, LOFI_ERROR_INPUT, data->train > LOFI_TEACHER_TRAIN_MOST ? "data.train" : "data.test", _("ask for fewer"),
                           _("a teacher gives at most %zu samples"), LOFI_TEACHER_TRAIN_MOST);
  return TRUE;
}

LofiDataset *
lofi_teacher_draw (const LofiExperiment *experiment, GCancellable *cancellable, GError **error)
{
  const LofiDataSpec *data = &experiment->data;
  LofiTeacher teacher;
  if (!lofi_teacher_from_name (data->source, &teacher))
    {
      lofi_error_set (error, LOFI_ERROR_INPUT, "data.source", _("use single-index, xor, staircase or sight"), _("there is no teacher “%s”"),
                      data->source);
      return NULL;
    }
  if (!check (teacher, data, error))
    return NULL;
  g_autoptr (LofiDataset) dataset = lofi_dataset_new (data->source, _("drawn from the seed"), lofi_teacher_key (experiment));
  dataset->channels = 1;
  dataset->height = 1;
  dataset->width = data->dimension;
  if (!plant (dataset, teacher, experiment, error)
      || !draw_samples (dataset, teacher, experiment, FALSE, data->train, cancellable, error)
      || !draw_samples (dataset, teacher, experiment, TRUE, test_samples (data), cancellable, error))
    return NULL;
  return g_steal_pointer (&dataset);
}
