/* Teachers: moments of their inputs, balance of their labels, what the planted directions do to the label's moments. */
#include "config.h"
#include "lofi-files.h"
#include "lofi-task.h"
#include "lofi-teacher.h"

#define N 40000

static LofiExperiment *
teacher_experiment (const char *name, gsize dimension, gsize train)
{
  LofiExperiment *e = lofi_experiment_new ();
  g_free (e->data.source);
  e->data.source = g_strdup (name);
  g_clear_pointer (&e->data.labels, g_free);
  e->data.dimension = dimension;
  e->data.exponent = 2;
  e->data.train = train;
  e->data.test = 100;
  return e;
}

static LofiDataset *
draw (const LofiExperiment *e)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *key = lofi_dataset_key (e, NULL);
  LofiDataset *dataset = lofi_dataset_load (e, NULL, &error);
  ck_assert_msg (dataset != NULL, "%s: %s", e->data.source, error ? error->message : "");
  ck_assert_str_eq (key, dataset->key);
  return dataset;
}

/* u' E[y (x x' - I)] v */
static double
form (const LofiSamples *samples, const double *u, const double *v)
{
  double sum = 0, overlap = 0;
  gsize d = samples->values.cols;
  for (gsize j = 0; j < d; j++)
    overlap += u[j] * v[j];
  for (gsize i = 0; i < samples->count; i++)
    {
      const double *x = samples->values.data + i * samples->values.stride;
      double a = 0, b = 0;
      for (gsize j = 0; j < d; j++)
        {
          a += u[j] * x[j];
          b += v[j] * x[j];
        }
      sum += samples->targets[i] * (a * b - overlap) / (double) samples->count;
    }
  return sum;
}

/* E[y he_k (w x)] */
static double
correlation (const LofiSamples *samples, const double *w, int k)
{
  double sum = 0;
  for (gsize i = 0; i < samples->count; i++)
    {
      const double *x = samples->values.data + i * samples->values.stride;
      double s = 0;
      for (gsize j = 0; j < samples->values.cols; j++)
        s += w[j] * x[j];
      double he = k == 0 ? 1 : k == 1 ? s : k == 2 ? (s * s - 1) / sqrt (2) : k == 3 ? (s * s * s - 3 * s) / sqrt (6)
                  : (s * s * s * s - 6 * s * s + 3) / sqrt (24);
      sum += samples->targets[i] * he / (double) samples->count;
    }
  return sum;
}

static const double *
direction (const LofiDataset *dataset, gsize k)
{
  return dataset->planted.data + k * dataset->planted.stride;
}

static void
expect_orthonormal (const LofiDataset *dataset)
{
  for (gsize a = 0; a < dataset->planted.rows; a++)
    for (gsize b = 0; b <= a; b++)
      {
        double overlap = 0;
        for (gsize j = 0; j < dataset->planted.cols; j++)
          overlap += direction (dataset, a)[j] * direction (dataset, b)[j];
        ck_assert (fabs (overlap - (a == b)) < 1e-13);
      }
  ck_assert (dataset->group_starts[0] == 0 && dataset->group_starts[dataset->n_groups] == dataset->planted.rows);
}

/* Mean 0, covariance I, labels of both signs as often; every label -1 or +1. */
static void
expect_moments (const LofiDataset *dataset)
{
  const LofiSamples *samples = &dataset->train;
  gsize d = samples->values.cols, signs = 0;
  double worst_mean = 0, worst_covariance = 0, mean_y = 0, tolerance = 5 / sqrt (N);
  g_autofree double *mean = g_new0 (double, d), *covariance = g_new0 (double, d * d);
  for (gsize i = 0; i < samples->count; i++)
    {
      const double *x = samples->values.data + i * samples->values.stride;
      signs += samples->targets[i] == 1 || samples->targets[i] == -1;
      mean_y += samples->targets[i] / N;
      for (gsize j = 0; j < d; j++)
        {
          mean[j] += x[j] / N;
          for (gsize k = 0; k <= j; k++)
            covariance[j * d + k] += x[j] * x[k] / N;
        }
    }
  for (gsize j = 0; j < d; j++)
    {
      worst_mean = MAX (worst_mean, fabs (mean[j]));
      for (gsize k = 0; k <= j; k++)
        worst_covariance = MAX (worst_covariance, fabs (covariance[j * d + k] - (j == k)));
    }
  ck_assert_uint_eq (signs, N);
  ck_assert (worst_mean < tolerance);
  ck_assert (worst_covariance < 1.5 * tolerance);
  ck_assert (fabs (mean_y) < tolerance);
}

START_TEST (names)
{
  LofiTeacher teacher;
  static const char *const expected[] = { "single-index", "xor", "staircase", "sight" };
  for (guint t = 0; t < LOFI_N_TEACHERS; t++)
    {
      ck_assert_str_eq (lofi_teacher_info (t)->name, expected[t]);
      ck_assert (lofi_teacher_from_name (expected[t], &teacher) && teacher == t && lofi_dataset_is_named (expected[t]));
    }
  ck_assert (!lofi_teacher_from_name ("teacher", &teacher) && !lofi_teacher_from_name (NULL, &teacher));
  ck_assert_ptr_null (lofi_teacher_info (LOFI_N_TEACHERS));
}
END_TEST

/* E[y he_j (s)] vanishes below the exponent, and is what the integral says at it. */
START_TEST (single_index)
{
  static const double at_exponent[] = { 0.79788456, 0.60623315, 0.45155995, 0.33267801 };
  for (int k = 1; k <= 4; k++)
    {
      g_autoptr (LofiExperiment) e = teacher_experiment ("single-index", 12, N);
      e->data.exponent = k;
      g_autoptr (LofiDataset) dataset = draw (e);
      ck_assert (dataset->planted.rows == 1 && dataset->planted.cols == 12 && dataset->n_groups == 1);
      expect_orthonormal (dataset);
      expect_moments (dataset);
      for (int j = 0; j < k; j++)
        ck_assert_msg (fabs (correlation (&dataset->train, direction (dataset, 0), j)) < 0.025, "exponent %d, degree %d", k, j);
      ck_assert_msg (fabs (correlation (&dataset->train, direction (dataset, 0), k) - at_exponent[k - 1]) < 0.02, "exponent %d: %g", k,
                     correlation (&dataset->train, direction (dataset, 0), k));
    }
}
END_TEST

START_TEST (xor)
{
  g_autoptr (LofiExperiment) e = teacher_experiment ("xor", 9, N);
  g_autoptr (LofiDataset) dataset = draw (e);
  double noise[9] = { 0, 0, 1 };
  ck_assert (dataset->planted.rows == 2 && dataset->n_groups == 1 && dataset->planted.data[0] > 0.7);
  expect_orthonormal (dataset);
  expect_moments (dataset);
  ck_assert (fabs (form (&dataset->train, direction (dataset, 0), direction (dataset, 0)) - 2 / G_PI) < 0.03);
  ck_assert (fabs (form (&dataset->train, direction (dataset, 1), direction (dataset, 1)) + 2 / G_PI) < 0.03);
  ck_assert (fabs (form (&dataset->train, direction (dataset, 0), direction (dataset, 1))) < 0.03);
  ck_assert (fabs (form (&dataset->train, noise, noise)) < 0.04);
  ck_assert (fabs (form (&dataset->train, noise, direction (dataset, 0))) < 0.03);
}
END_TEST

START_TEST (staircase)
{
  g_autoptr (LofiExperiment) e = teacher_experiment ("staircase", 10, N);
  g_autoptr (LofiDataset) dataset = draw (e);
  ck_assert (dataset->planted.rows == 8 && dataset->n_groups == 4);
  expect_orthonormal (dataset);
  expect_moments (dataset);
  gsize bits = 0;
  for (gsize i = 0; i < 10 * N; i++)
    bits += fabs (dataset->train.values.data[i]) == 1;
  ck_assert_uint_eq (bits, 10 * N);
  for (gsize p = 0; p < 4; p++)
    {
      double expected = p == 0 ? 0.75 : 0.25;
      ck_assert_uint_eq (dataset->group_starts[p], 2 * p);
      ck_assert (fabs (form (&dataset->train, direction (dataset, 2 * p), direction (dataset, 2 * p)) - expected) < 0.03);
      ck_assert (fabs (form (&dataset->train, direction (dataset, 2 * p + 1), direction (dataset, 2 * p + 1)) + expected) < 0.03);
    }
}
END_TEST

START_TEST (sight)
{
  g_autoptr (LofiExperiment) e = teacher_experiment ("sight", 16, N);
  double first = 0;
  g_autoptr (LofiDataset) dataset = draw (e);
  ck_assert (dataset->planted.rows == 4 && dataset->n_groups == 1);         /* round (sqrt 16) */
  expect_orthonormal (dataset);
  expect_moments (dataset);
  for (gsize k = 0; k < 4; k++)
    {
      double value = form (&dataset->train, direction (dataset, k), direction (dataset, k)) * (k % 2 ? -1 : 1);
      first = k == 0 ? value : first;
      ck_assert (value > 0.3);
      ck_assert (fabs (value - first) < 0.06);
    }
  ck_assert (fabs (form (&dataset->train, direction (dataset, 0), direction (dataset, 1))) < 0.04);
  e->data.directions = 3;
  g_autoptr (LofiDataset) three = draw (e);
  ck_assert_uint_eq (three->planted.rows, 3);
}
END_TEST

/* A sample depends on the seed and its number alone. */
START_TEST (prefixes)
{
  static const char *const names_of[] = { "single-index", "xor", "staircase", "sight" };
  for (guint t = 0; t < LOFI_N_TEACHERS; t++)
    {
      g_autoptr (LofiExperiment) e = teacher_experiment (names_of[t], 11, 300);
      g_autoptr (LofiDataset) many = draw (e);
      g_autoptr (LofiDataset) again = draw (e);
      e->data.train = 70;
      e->data.test = 40;
      g_autoptr (LofiDataset) few = draw (e);
      ck_assert_int_eq (memcmp (many->train.values.data, again->train.values.data, 300 * 11 * sizeof (double)), 0);
      ck_assert_int_eq (memcmp (many->train.values.data, few->train.values.data, 70 * 11 * sizeof (double)), 0);
      ck_assert_int_eq (memcmp (many->test.values.data, few->test.values.data, 40 * 11 * sizeof (double)), 0);
      ck_assert_int_eq (memcmp (many->train.targets, few->train.targets, 70 * sizeof (double)), 0);
      ck_assert_int_eq (memcmp (many->planted.data, few->planted.data, many->planted.rows * 11 * sizeof (double)), 0);
      ck_assert_str_ne (many->key, few->key);
      /* The test samples are others; so are those of another seed. */
      ck_assert_int_ne (memcmp (few->train.values.data, few->test.values.data, 11 * sizeof (double)), 0);
      e->seed = 1;
      g_autoptr (LofiDataset) other = draw (e);
      ck_assert_int_ne (memcmp (other->train.values.data, few->train.values.data, 11 * sizeof (double)), 0);
      ck_assert_str_ne (other->key, few->key);
    }
}
END_TEST

/* Parameters of other teachers are no part of a teacher's key. */
START_TEST (keys)
{
  g_autoptr (LofiExperiment) e = teacher_experiment ("xor", 10, 50);
  g_autofree char *key = lofi_teacher_key (e);
  e->data.exponent = 3;
  e->data.directions = 5;
  g_autofree char *same = lofi_teacher_key (e);
  ck_assert_str_eq (key, same);
  e->data.dimension = 11;
  g_autofree char *larger = lofi_teacher_key (e);
  ck_assert_str_ne (key, larger);
  e->data.test = 0;
  g_autofree char *usual = lofi_teacher_key (e);
  e->data.test = LOFI_TEACHER_TEST_SAMPLES;
  g_autofree char *said = lofi_teacher_key (e);
  ck_assert_str_eq (usual, said);
}
END_TEST

/* The first n samples in their order, labels and names the teacher's, whatever the normalisation. */
START_TEST (as_a_task)
{
  g_autoptr (LofiExperiment) e = teacher_experiment ("xor", 10, 200);
  g_autoptr (GError) error = NULL;
  e->data.test = 0;
  g_autoptr (LofiDataset) dataset = draw (e);
  g_autoptr (LofiTask) task = lofi_task_new (dataset, e, NULL, &error);
  ck_assert_msg (task != NULL, "%s", error ? error->message : "");
  ck_assert (task->train.count == 200 && task->test.count == LOFI_TEACHER_TEST_SAMPLES && task->available_train == LOFI_TEACHER_TRAIN_MOST);
  ck_assert_str_eq (task->labelling_title, "XOR in noise");
  ck_assert_str_eq (task->positive_name, "same sign");
  for (gsize i = 0; i < 200; i++)
    {
      const double *x = task->train.inputs.data + i * task->train.inputs.stride;
      ck_assert (task->train.indices[i] == (gint64) i && task->train.y[i] == (x[0] * x[1] > 0 ? 1 : -1));
    }
  ck_assert (task->train.inputs.data == dataset->train.values.data && task->offset[0] == 0 && task->spread[0] == 1);
  ck_assert (lofi_task_bytes (task) < 200 * 10 * 8 + 5200 * 20 && lofi_dataset_bytes (dataset) > 5200 * 10 * 8);
  e->data.normalize = LOFI_NORMALIZE_STANDARDIZE;
  g_autoptr (LofiTask) standard = lofi_task_new (dataset, e, NULL, NULL);
  double mean = 0;
  for (gsize i = 0; i < 200; i++)
    mean += standard->train.inputs.data[i * standard->train.inputs.stride] / 200;
  ck_assert (fabs (mean) < 1e-12 && standard->train.inputs.data != dataset->train.values.data);
  ck_assert_str_ne (standard->key, task->key);
}
END_TEST

static void
expect_refused (const LofiExperiment *e, const char *place, const char *word)
{
  GError *error = NULL;
  ck_assert_ptr_null (lofi_dataset_load (e, NULL, &error));
  EXPECT_INPUT_ERROR (error, place, word);
}

START_TEST (refused)
{
  g_autoptr (LofiExperiment) e = teacher_experiment ("staircase", 7, 50);
  expect_refused (e, "data.dimension: ", "at least 8");
  e->data.dimension = 8;
  e->data.train = 0;
  expect_refused (e, "data.train: ", "say how many");
  e->data.train = LOFI_TEACHER_TRAIN_MOST + 1;
  expect_refused (e, "data.train: ", "1000000");
  e->data.train = 50;
  e->memory = 1000;
  expect_refused (e, "staircase: ", "experiment.memory");
  g_autoptr (LofiExperiment) index = teacher_experiment ("single-index", 10, 50);
  index->data.exponent = 5;
  expect_refused (index, "data.exponent: ", "exponent 5");
  g_autoptr (LofiExperiment) many = teacher_experiment ("sight", 10, 50);
  many->data.directions = 11;
  expect_refused (many, "data.directions: ", "11 directions");
  g_autoptr (LofiExperiment) huge = teacher_experiment ("xor", G_MAXSIZE / 4, 50);
  expect_refused (huge, "data.dimension: ", "xor");
}
END_TEST

START_TEST (stopped)
{
  g_autoptr (LofiExperiment) e = teacher_experiment ("xor", 10, 50);
  g_autoptr (GCancellable) stop = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_cancellable_cancel (stop);
  ck_assert_ptr_null (lofi_dataset_load (e, stop, &error));
  ck_assert_int_eq (lofi_error_exit_code (error), 130);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("teacher");
  TCase *tests = tcase_create ("teacher");
  tcase_add_test (tests, names);
  tcase_add_test (tests, single_index);
  tcase_add_test (tests, xor);
  tcase_add_test (tests, staircase);
  tcase_add_test (tests, sight);
  tcase_add_test (tests, prefixes);
  tcase_add_test (tests, keys);
  tcase_add_test (tests, as_a_task);
  tcase_add_test (tests, refused);
  tcase_add_test (tests, stopped);
  tcase_set_timeout (tests, 60);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
