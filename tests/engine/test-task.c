/* Tasks: what is drawn, how it is labelled and normalised, what is refused. */
#include "lofi-images.h"
#include "lofi-task.h"

#define N_TRAIN 200
#define N_TEST 60
#define SIDE 5
#define AREA (SIDE * SIDE)

static char *folder;

static void
set_up (void)
{
  g_autofree char *mnist = NULL, *letters = NULL, *fashion = NULL;
  folder = fixture_folder ();
  g_setenv ("XDG_DATA_HOME", folder, TRUE);
  g_setenv ("LOFI_DATA_PATH", folder, TRUE);
  mnist = subfolder (folder, "mnist");
  letters = subfolder (folder, "letters");
  fashion = subfolder (folder, "fashion-mnist");
  write_images (mnist, "train", FALSE, N_TRAIN, SIDE, 10);
  write_images (mnist, "t10k", FALSE, N_TEST, SIDE, 10);
  write_images (fashion, "train", FALSE, N_TRAIN, SIDE, 10);
  write_images (letters, "train", FALSE, N_TRAIN, SIDE, 26);
}

static void
tear_down (void)
{
  remove_all (folder);
  g_clear_pointer (&folder, g_free);
}

static LofiExperiment *
experiment_of (const char *source, const char *labels, gsize train)
{
  LofiExperiment *e = source_experiment (source);
  g_free (e->data.labels);
  e->data.labels = g_strdup (labels);
  e->data.train = train;
  return e;
}

static LofiTask *
task_of (const LofiExperiment *e)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LofiDataset) dataset = lofi_dataset_load (e, NULL, &error);
  LofiTask *task = dataset ? lofi_task_new (dataset, e, NULL, &error) : NULL;
  ck_assert_msg (task != NULL, "%s", error ? error->message : "");
  g_autofree char *key = lofi_task_key (dataset->key, e);
  ck_assert_str_eq (key, task->key);
  return task;
}

static void
expect_refused (const LofiExperiment *e, const char *first, const char *second)
{
  GError *error = NULL;
  g_autoptr (LofiDataset) dataset = lofi_dataset_load (e, NULL, &error);
  ck_assert_msg (dataset != NULL, "%s", error ? error->message : "");
  ck_assert_msg (lofi_task_new (dataset, e, NULL, &error) == NULL, "accepted; expected: %s %s", first, second);
  EXPECT_INPUT_ERROR (error, first, second);
}

static GArray *
classes_of (int first, int second)
{
  GArray *classes = g_array_new (FALSE, FALSE, sizeof (int));
  g_array_append_val (classes, first);
  if (second >= 0)
    g_array_append_val (classes, second);
  return classes;
}

/* Every index once, with the label of its class and its pixels. */
static void
expect_split (const LofiSplit *split, gsize available, gboolean (*positive) (int), double offset, double spread)
{
  g_autofree guint8 *seen = g_new0 (guint8, available);
  for (gsize i = 0; i < split->count; i++)
    {
      gint64 at = split->indices[i];
      ck_assert (at >= 0 && (gsize) at < available && !seen[at]);
      seen[at] = 1;
      ck_assert (split->y[i] == (positive ((int) (at % 10)) ? 1 : -1));
      for (gsize j = 0; j < AREA; j++)
        ck_assert (fabs (split->inputs.data[i * split->inputs.stride + j] - (image_pixel ((gsize) at, j) / 255.0 - offset) / spread) < 1e-12);
    }
}

static gboolean is_odd (int c) { return c % 2 == 1; }
static gboolean is_shirt (int c) { return c == 6; }

START_TEST (all_samples)
{
  g_autoptr (LofiExperiment) e = experiment_of ("mnist", "even-odd", 0);
  g_autoptr (LofiTask) task = task_of (e);
  ck_assert (task->train.count == N_TRAIN && task->test.count == N_TEST && task->available_train == N_TRAIN);
  ck_assert (task->is_image && task->channels == 1 && task->height == SIDE && task->width == SIDE);
  ck_assert (task->train.inputs.rows == N_TRAIN && task->train.inputs.cols == AREA);
  ck_assert (task->positive_share == 0.5 && task->mean_y == 0 && task->offset[0] == 0.1307 && task->spread[0] == 0.3081);
  expect_split (&task->train, N_TRAIN, is_odd, 0.1307, 0.3081);
  expect_split (&task->test, N_TEST, is_odd, 0.1307, 0.3081);
  ck_assert (lofi_task_bytes (task) >= (N_TRAIN + N_TEST) * (AREA + 2) * 8);
  /* Drawn, not taken in the file's order; and train and test are drawn differently. */
  guint in_place = 0, same = 0;
  for (gsize i = 0; i < N_TEST; i++)
    {
      in_place += task->train.indices[i] == (gint64) i;
      same += task->train.indices[i] == task->test.indices[i];
    }
  ck_assert (in_place < 10 && same < 10);
}
END_TEST

START_TEST (fewer_samples_are_a_prefix)
{
  g_autoptr (LofiExperiment) some = experiment_of ("mnist", "below-five", 31);
  g_autoptr (LofiExperiment) all = experiment_of ("mnist", "below-five", 0);
  g_autoptr (LofiTask) few = task_of (some);
  g_autoptr (LofiTask) many = task_of (all);
  ck_assert_uint_eq (few->train.count, 31);
  ck_assert_int_eq (memcmp (few->train.indices, many->train.indices, 31 * sizeof (gint64)), 0);
  ck_assert_int_eq (memcmp (few->train.y, many->train.y, 31 * sizeof (double)), 0);
  ck_assert_int_eq (memcmp (few->train.inputs.data, many->train.inputs.data, 31 * AREA * sizeof (double)), 0);
  ck_assert_int_eq (memcmp (few->test.indices, many->test.indices, N_TEST * sizeof (gint64)), 0);
  some->seed = 1;
  g_autoptr (LofiTask) other = task_of (some);
  ck_assert_int_ne (memcmp (few->train.indices, other->train.indices, 31 * sizeof (gint64)), 0);
  ck_assert_str_ne (few->key, other->key);
  ck_assert_str_ne (few->key, many->key);
}
END_TEST

START_TEST (classes_left_out)
{
  g_autoptr (LofiExperiment) e = experiment_of ("fashion-mnist", "shirt", 0);
  g_autoptr (LofiTask) task = task_of (e);
  ck_assert (task->available_train == 60 && task->train.count == 60 && task->test.count == 0);
  ck_assert (fabs (task->positive_share - 1.0 / 3) < 1e-12);
  ck_assert (fabs (task->mean_y + 1.0 / 3) < 1e-12);
  expect_split (&task->train, N_TRAIN, is_shirt, 0.2860, 0.3530);
  for (gsize i = 0; i < 60; i++)
    ck_assert (task->train.indices[i] % 10 == 6 || task->train.indices[i] % 10 == 2 || task->train.indices[i] % 10 == 4);
  ck_assert_str_eq (task->positive_name, "shirt");
  /* The same by class numbers. */
  g_autoptr (LofiExperiment) numbers = experiment_of ("fashion-mnist", NULL, 0);
  numbers->data.positive = classes_of (6, -1);
  numbers->data.negative = classes_of (2, 4);
  g_autoptr (LofiTask) by_number = task_of (numbers);
  ck_assert_int_eq (memcmp (task->train.y, by_number->train.y, 60 * sizeof (double)), 0);
  ck_assert_int_eq (memcmp (task->train.indices, by_number->train.indices, 60 * sizeof (gint64)), 0);
  ck_assert_str_eq (by_number->labelling_title, "Shirt against Pullover, Coat");
}
END_TEST

/* Mean 0 and deviation 1 over the training samples drawn; the test is moved by the same numbers. */
START_TEST (standardized)
{
  g_autoptr (LofiExperiment) e = experiment_of ("mnist", "even-odd", 50);
  g_autoptr (LofiExperiment) plain = experiment_of ("mnist", "even-odd", 50);
  e->data.normalize = LOFI_NORMALIZE_STANDARDIZE;
  plain->data.normalize = LOFI_NORMALIZE_NONE;
  g_autoptr (LofiTask) task = task_of (e);
  g_autoptr (LofiTask) raw = task_of (plain);
  ck_assert (task->offset[0] == 0 && task->spread[0] == 1 && raw->offset[0] == 0 && raw->spread[0] == 1);
  expect_split (&raw->train, N_TRAIN, is_odd, 0, 1);
  for (gsize j = 0; j < AREA; j++)
    {
      double mean = 0, square = 0, raw_mean = 0, raw_square = 0;
      for (gsize i = 0; i < 50; i++)
        {
          double x = task->train.inputs.data[i * task->train.inputs.stride + j], r = raw->train.inputs.data[i * raw->train.inputs.stride + j];
          mean += x / 50;
          square += x * x / 50;
          raw_mean += r / 50;
          raw_square += r * r / 50;
        }
      double deviation = sqrt (raw_square - raw_mean * raw_mean);
      ck_assert (fabs (mean) < 1e-10);
      ck_assert (fabs (square - 1) < 1e-10);
      ck_assert (fabs (task->test.inputs.data[3 * task->test.inputs.stride + j]
                       - (raw->test.inputs.data[3 * raw->test.inputs.stride + j] - raw_mean) / deviation) < 1e-9);
    }
}
END_TEST

START_TEST (refusals)
{
  g_autoptr (LofiExperiment) unknown = experiment_of ("mnist", "shirt", 0);
  g_autoptr (LofiExperiment) misspelt = experiment_of ("fashion-mnist", "upper-lover", 0);
  g_autofree char *letters = g_build_filename (folder, "letters", NULL);
  expect_refused (unknown, "data.labels: ", "even-odd, below-five");
  expect_refused (misspelt, "data.labels: ", "did you mean upper-lower?");
  g_autoptr (LofiExperiment) many = experiment_of ("mnist", "even-odd", N_TRAIN + 1);
  expect_refused (many, "data.train: ", "201 samples are asked for, but there are only 200");
  many->data.train = 0;
  many->data.test = N_TEST + 1;
  expect_refused (many, "data.test: ", "only 60");
  g_autoptr (LofiExperiment) twenty_six = experiment_of (letters, "even-odd", 0);
  expect_refused (twenty_six, "data.labels: ", "ten classes");
  g_autoptr (LofiExperiment) classes = experiment_of ("mnist", NULL, 0);
  expect_refused (classes, "data.labels: ", "+1");
  classes->data.positive = classes_of (3, -1);
  expect_refused (classes, "data.labels: ", "+1");
  classes->data.negative = classes_of (10, -1);
  expect_refused (classes, "data.negative: ", "classes 0 to 9");
  g_array_index (classes->data.negative, int, 0) = 3;
  expect_refused (classes, "data.negative: ", "class 3 is both");
}
END_TEST

START_TEST (one_class_only)
{
  g_autofree char *letters = g_build_filename (folder, "letters", NULL), *two = subfolder (folder, "two");
  const guint32 n = 10;
  guint8 labels[10];
  g_autoptr (LofiExperiment) e = experiment_of (letters, NULL, 2);
  e->data.positive = classes_of (0, -1);
  e->data.negative = classes_of (1, -1);
  guint refused = 0;
  for (e->seed = 0; e->seed < 20; e->seed++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (LofiDataset) dataset = lofi_dataset_load (e, NULL, NULL);
      g_autoptr (LofiTask) task = lofi_task_new (dataset, e, NULL, &error);
      if (!task)
        {
          ck_assert (g_error_matches (error, LOFI_ERROR, LOFI_ERROR_INPUT) && strstr (error->message, "one class") != NULL);
          refused++;
        }
      else
        ck_assert (task->train.y[0] != task->train.y[1]);
    }
  ck_assert (refused > 0 && refused < 20);
  write_images (two, "train", FALSE, n, SIDE, 2);
  memset (labels, 1, sizeof labels);
  write_idx (two, "train-labels-idx1-ubyte", FALSE, 1, &n, labels, n);
  g_autoptr (LofiExperiment) single = experiment_of (two, NULL, 0);
  single->data.positive = classes_of (0, -1);
  single->data.negative = classes_of (1, -1);
  expect_refused (single, "all 10 training samples are of one class (1)", "data.train: ");
  labels[3] = 0;
  memset (labels + 4, 2, 6);
  memset (labels, 2, 3);
  write_idx (two, "train-labels-idx1-ubyte", FALSE, 1, &n, labels, n);
  expect_refused (single, "data.train: ", "1 training samples are too few");
}
END_TEST

/* ---- arrays ---- */

static LofiExperiment *
arrays_experiment (gsize rows, gsize cols, const double *y_values, gsize *row_of_nan)
{
  LofiExperiment *e = experiment_of ("arrays", NULL, 0);
  g_autofree char *x = g_build_filename (folder, "x.npy", NULL), *y = g_build_filename (folder, "y.npy", NULL);
  g_autofree double *values = g_new (double, rows * cols);
  for (gsize i = 0; i < rows * cols; i++)
    values[i] = sin ((double) i);
  for (gsize i = 0; i < rows; i++)
    values[i * cols + cols - 1] = 7;                /* a feature that does not vary */
  if (row_of_nan)
    values[*row_of_nan * cols + 1] = NAN;
  ck_assert (lofi_npy_write_doubles (x, values, (gsize[]) { rows, cols }, 2, NULL));
  ck_assert (lofi_npy_write_doubles (y, y_values, &rows, 1, NULL));
  e->folder = g_strdup (folder);
  e->data.train_inputs = g_strdup ("x.npy");
  e->data.train_targets = g_strdup ("y.npy");
  e->data.test_inputs = g_strdup ("x.npy");
  e->data.test_targets = g_strdup ("y.npy");
  return e;
}

static const double targets[] = { 0.5, -1, 2, -0.25, 0, 3, -7, 1 };

START_TEST (arrays_in_the_files_order)
{
  g_autoptr (LofiExperiment) e = arrays_experiment (8, 4, targets, NULL);
  g_autoptr (LofiTask) task = task_of (e);
  ck_assert (task->train.count == 8 && task->test.count == 8 && !task->is_image && task->available_train == 8);
  ck_assert (task->positive_share == 0.5 && fabs (task->mean_y - (-1.75 / 8)) < 1e-15);
  for (gsize i = 0; i < 8; i++)
    {
      ck_assert (task->train.indices[i] == (gint64) i && task->train.y[i] == targets[i] && task->test.y[i] == targets[i]);
      for (gsize j = 0; j < 3; j++)
        ck_assert (task->train.inputs.data[i * task->train.inputs.stride + j] == sin ((double) (i * 4 + j)));
    }
  /* All samples in order: nothing is drawn, so the seed is no part of the key. */
  e->seed = 9;
  g_autoptr (LofiTask) again = task_of (e);
  ck_assert_str_eq (task->key, again->key);
  e->data.train = 5;
  g_autoptr (LofiTask) five = task_of (e);
  ck_assert_uint_eq (five->train.count, 5);
  for (gsize i = 0; i < 5; i++)
    ck_assert (five->train.y[i] == targets[five->train.indices[i]]
               && five->train.inputs.data[i * five->train.inputs.stride] == sin ((double) (five->train.indices[i] * 4)));
}
END_TEST

START_TEST (standardized_arrays)
{
  g_autoptr (LofiExperiment) e = arrays_experiment (8, 4, targets, NULL);
  e->data.normalize = LOFI_NORMALIZE_STANDARDIZE;
  g_autoptr (LofiTask) task = task_of (e);
  for (gsize j = 0; j < 4; j++)
    {
      double mean = 0, square = 0;
      for (gsize i = 0; i < 8; i++)
        {
          double x = task->train.inputs.data[i * task->train.inputs.stride + j];
          mean += x / 8;
          square += x * x / 8;
        }
      ck_assert (fabs (mean) < 1e-12);
      ck_assert (fabs (square - (j < 3)) < 1e-12);     /* the last one is constant: only centred */
    }
}
END_TEST

START_TEST (arrays_refused)
{
  static const double positive[] = { 1, 1, 1, 1, 1, 1, 1, 1 }, weighed[] = { 1, 2, 3, 0, 1, 1, 1, 1 }, zero[8] = { 0 }, bad[] = { 1, -1, 1, -1, INFINITY, 1, 1, 1 };
  gsize row = 5;
  g_autoptr (LofiExperiment) nan = arrays_experiment (8, 4, targets, &row);
  expect_refused (nan, "x.npy: ", "row 5, column 1");
  g_autoptr (LofiExperiment) one = arrays_experiment (8, 4, positive, NULL);
  expect_refused (one, "one class only", "negative");
  /* Real targets of one sign are weights like any others. */
  g_autoptr (LofiExperiment) real = arrays_experiment (8, 4, weighed, NULL);
  g_autoptr (LofiDataset) dataset = lofi_dataset_load (real, NULL, NULL);
  g_autoptr (LofiTask) task = lofi_task_new (dataset, real, NULL, NULL);
  ck_assert_ptr_nonnull (task);
  ck_assert (task->train.y[2] == 3);
  g_autoptr (LofiExperiment) none = arrays_experiment (8, 4, zero, NULL);
  expect_refused (none, "all 8 training targets are zero", "data.train");
  g_autoptr (LofiExperiment) infinite = arrays_experiment (8, 4, bad, NULL);
  expect_refused (infinite, "y.npy: ", "row 4");
  g_autoptr (LofiExperiment) single = arrays_experiment (1, 4, targets, NULL);
  expect_refused (single, "data.train: ", "too few");
}
END_TEST

START_TEST (huge_numbers)
{
  g_autoptr (LofiExperiment) e = arrays_experiment (8, 4, targets, NULL);
  g_autofree char *x = g_build_filename (folder, "x.npy", NULL);
  const double values[] = { 1e308, -1e308, 1e308, -1e308, 1e308, -1e308, 1e308, -1e308 };
  ck_assert (lofi_npy_write_doubles (x, values, (gsize[]) { 8, 1 }, 2, NULL));
  e->data.normalize = LOFI_NORMALIZE_STANDARDIZE;
  g_autoptr (LofiDataset) dataset = lofi_dataset_load (e, NULL, NULL);
  GError *error = NULL;
  g_autoptr (LofiTask) task = lofi_task_new (dataset, e, NULL, &error);
  /* Their squares overflow: the answer is finite numbers, or one line. */
  if (task)
    ck_assert (lofi_matrix_is_finite (&task->train.inputs) && task->train.inputs.data[0] != 0);
  else
    EXPECT_INPUT_ERROR (error, "data.normalize: ");
}
END_TEST

START_TEST (stopped)
{
  g_autoptr (LofiExperiment) e = experiment_of ("mnist", "even-odd", 0);
  g_autoptr (LofiDataset) dataset = lofi_dataset_load (e, NULL, NULL);
  g_autoptr (GCancellable) stop = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_cancellable_cancel (stop);
  ck_assert_ptr_null (lofi_task_new (dataset, e, stop, &error));
  ck_assert_int_eq (lofi_error_exit_code (error), 130);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("task");
  TCase *tests = tcase_create ("task");
  tcase_add_checked_fixture (tests, set_up, tear_down);
  tcase_add_test (tests, all_samples);
  tcase_add_test (tests, fewer_samples_are_a_prefix);
  tcase_add_test (tests, classes_left_out);
  tcase_add_test (tests, standardized);
  tcase_add_test (tests, refusals);
  tcase_add_test (tests, one_class_only);
  tcase_add_test (tests, arrays_in_the_files_order);
  tcase_add_test (tests, standardized_arrays);
  tcase_add_test (tests, arrays_refused);
  tcase_add_test (tests, huge_numbers);
  tcase_add_test (tests, stopped);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
