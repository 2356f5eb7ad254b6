/* An alignment as a value: its points, their means over seeds. */
#include "config.h"
#include "lofi-alignment-private.h"
#include "lofi-experiment-private.h"

#include <math.h>
#include "lofi-experiment.h"

const char *
lofi_align_name (LofiAlign align)
{
  static const char *const names[LOFI_N_ALIGN] = { "lofi", "permuted", "pca", "random" };
  return names[align];
}

LofiAlignment *
lofi_alignment_new (const LofiExperiment *experiment)
{
  LofiAlignment *alignment = g_atomic_rc_box_new0 (LofiAlignment);
  alignment->experiment = lofi_experiment_dup (experiment);
  alignment->directions = experiment->descent.directions;
  alignment->points = g_array_new (FALSE, FALSE, sizeof (LofiAlignPoint));
  alignment->seeds = g_array_new (FALSE, FALSE, sizeof (LofiAlignSeed));
  alignment->lofi_train_error = alignment->lofi_test_error = NAN;
  return alignment;
}

LofiAlignment *
lofi_alignment_copy (const LofiAlignment *alignment)
{
  LofiAlignment *copy = g_atomic_rc_box_new0 (LofiAlignment);
  *copy = *alignment;
  copy->experiment = lofi_experiment_dup (alignment->experiment);
  copy->points = g_array_copy (alignment->points);
  copy->seeds = g_array_copy (alignment->seeds);
  return copy;
}

static void
alignment_clear (gpointer data)
{
  LofiAlignment *alignment = data;
  g_clear_pointer (&alignment->experiment, lofi_experiment_free);
  g_clear_pointer (&alignment->points, g_array_unref);
  g_clear_pointer (&alignment->seeds, g_array_unref);
}

LofiAlignment *
lofi_alignment_ref (LofiAlignment *alignment)
{
  return g_atomic_rc_box_acquire (alignment);
}

void
lofi_alignment_unref (LofiAlignment *alignment)
{
  g_atomic_rc_box_release_full (alignment, alignment_clear);
}

void
lofi_alignment_count (LofiAlignment *alignment)
{
  double train = 0, test = 0;
  guint fitted = 0;
  alignment->diverged = 0;
  for (guint i = 0; i < alignment->seeds->len; i++)
    {
      const LofiAlignSeed *seed = &g_array_index (alignment->seeds, LofiAlignSeed, i);
      alignment->diverged += seed->diverged;
      if (isnan (seed->lofi_train_error))
        continue;
      train += seed->lofi_train_error;
      test += seed->lofi_test_error;
      fitted++;
    }
  alignment->lofi_train_error = fitted ? train / fitted : NAN;
  alignment->lofi_test_error = fitted ? test / fitted : NAN;
}

GArray *
lofi_alignment_steps (gsize steps)
{
  static const gsize digits[] = { 1, 2, 5 };
  GArray *list = g_array_new (FALSE, FALSE, sizeof (gsize));
  for (gsize ten = 1, i = 0; digits[i] * ten < steps; ten *= i == 2 ? 10 : 1, i = (i + 1) % 3)
    {
      gsize step = digits[i] * ten;
      g_array_append_val (list, step);
      if (ten > G_MAXSIZE / 100)
        break;
    }
  if (steps > 0)
    g_array_append_val (list, steps);
  return list;
}

char *
lofi_alignment_key (const LofiExperiment *experiment)
{
  g_autoptr (LofiExperiment) plain = lofi_experiment_dup (experiment);
  plain->descent.seeds = 1;
  return lofi_experiment_key_across_seeds (plain);
}

/* ---- means over seeds ---- */

typedef double (*Value) (const LofiAlignPoint *point, int a, int b);

static double
overlap_of (const LofiAlignPoint *point, int space, int which)
{
  return (space == LOFI_ALIGN_SPACE_SAMPLES ? point->samples : point->inputs)[which];
}

static double
score_of (const LofiAlignPoint *point, int score, int unused)
{
  switch (score)
    {
    case LOFI_ALIGN_TRAIN_ERROR: return point->train_error;
    case LOFI_ALIGN_TEST_ERROR: return point->test_error;
    case LOFI_ALIGN_TRAIN_MSE: return point->train_mse;
    case LOFI_ALIGN_TEST_MSE: return point->test_mse;
    default: return point->energy;
    }
}

static int
compare_steps (gconstpointer a, gconstpointer b)
{
  gsize one = *(const gsize *) a, other = *(const gsize *) b;
  return (one > other) - (one < other);
}

static LofiAlignMean
mean_at (const LofiAlignment *alignment, gsize step, Value value, int a, int b)
{
  LofiAlignMean mean = { step, 0, 0, NAN };
  double squares = 0;
  for (int pass = 0; pass < 2; pass++)
    {
      for (guint i = 0; i < alignment->points->len; i++)
        {
          const LofiAlignPoint *point = &g_array_index (alignment->points, LofiAlignPoint, i);
          double number = point->step == step ? value (point, a, b) : NAN;
          if (!isfinite (number))
            continue;
          if (pass == 1)
            squares += (number - mean.mean) * (number - mean.mean);
          else if (++mean.count)
            mean.mean += number;
        }
      if (pass == 0 && mean.count)
        mean.mean /= mean.count;
    }
  if (mean.count > 1)
    mean.sem = sqrt (squares / (mean.count - 1.0) / mean.count);
  return mean;
}

static GArray *
curve (const LofiAlignment *alignment, Value value, int a, int b)
{
  g_autoptr (GArray) steps = g_array_new (FALSE, FALSE, sizeof (gsize));
  GArray *means = g_array_new (FALSE, FALSE, sizeof (LofiAlignMean));
  for (guint i = 0; i < alignment->points->len; i++)
    g_array_append_val (steps, g_array_index (alignment->points, LofiAlignPoint, i).step);
  g_array_sort (steps, compare_steps);
  for (guint i = 0; i < steps->len; i++)
    {
      gsize step = g_array_index (steps, gsize, i);
      if (i > 0 && g_array_index (steps, gsize, i - 1) == step)
        continue;
      LofiAlignMean mean = mean_at (alignment, step, value, a, b);
      if (mean.count)
        g_array_append_val (means, mean);
    }
  return means;
}

GArray *
lofi_alignment_curve (const LofiAlignment *alignment, LofiAlignSpace space, LofiAlign which)
{
  return curve (alignment, overlap_of, space, which);
}

GArray *
lofi_alignment_scores (const LofiAlignment *alignment, LofiAlignScore score)
{
  return curve (alignment, score_of, score, 0);
}
