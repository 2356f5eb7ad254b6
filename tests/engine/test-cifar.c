/* CIFAR-10's binary version: which files are taken, what is in them, what is refused. */
#include "config.h"
#include "lofi-formats.h"
#include "lofi-labelling.h"
#include "lofi-task.h"

static char *folder;

static void
set_up (void)
{
  g_mkdir_with_parents (folder, 0700);
  g_setenv ("LOFI_DATA_PATH", folder, TRUE);
}

static void
tear_down (void)
{
  remove_all (folder);
}

static void
expect_records (const LofiSamples *samples, guint first, guint count)
{
  ck_assert_uint_eq (samples->count, count);
  for (guint i = 0; i < count; i++)
    {
      guint same = 0;
      ck_assert_int_eq (samples->classes[i], (int) ((first + i) % 10));
      for (gsize j = 0; j < 3072; j++)
        same += samples->pixels[i * 3072 + j] == image_pixel (first + i, j);
      ck_assert_uint_eq (same, 3072);
    }
}

START_TEST (by_name)
{
  g_autofree char *set = subfolder (folder, "cifar10");
  write_cifar (set, "data_batch_1.bin", 0, 300);
  write_cifar (set, "data_batch_2.bin", 300, 7);
  write_cifar (set, "data_batch_4.bin", 307, 3);       /* fewer than five, with a gap */
  write_cifar (set, "test_batch.bin", 1000, 20);
  g_autofree char *names = g_build_filename (set, "batches.meta.txt", NULL);
  write_bytes (names, "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\nlorry\n\n", 61);
  g_autoptr (LofiDataset) dataset = load_path ("cifar10");
  ck_assert (dataset->channels == 3 && dataset->height == 32 && dataset->width == 32 && dataset->is_image && dataset->n_classes == 10);
  expect_records (&dataset->train, 0, 310);
  expect_records (&dataset->test, 1000, 20);
  ck_assert (dataset->mean[0] == 0.4914 && dataset->mean[2] == 0.4465 && dataset->deviation[1] == 0.2435);
  ck_assert_str_eq (dataset->class_names[3], "cat");
  ck_assert_str_eq (dataset->class_names[9], "lorry");      /* the file's, not ours */
  ck_assert_str_eq (dataset->origin, set);
}
END_TEST

START_TEST (by_path)
{
  g_autofree char *above = subfolder (folder, "downloads"), *set = subfolder (above, "cifar-10-batches-bin");
  g_autofree char *batch = g_build_filename (set, "data_batch_3.bin", NULL);
  write_cifar (set, "data_batch_3.bin", 5, 30);
  g_autoptr (LofiDataset) direct = load_path (set);
  g_autoptr (LofiDataset) outer = load_path (above);
  ck_assert_str_eq (direct->name, "cifar10");
  ck_assert_uint_eq (direct->test.count, 0);
  ck_assert_str_eq (direct->class_names[9], "truck");
  ck_assert_str_eq (outer->origin, set);
  expect_records (&outer->train, 5, 30);
  write_cifar (set, "test_batch.bin", 0, 4);
  g_autoptr (LofiDataset) one = load_path (batch);
  expect_records (&one->train, 5, 30);
  expect_records (&one->test, 0, 4);
  ck_assert_str_eq (one->name, "cifar10");
  /* A batch that changes or is added is another data set. */
  g_autofree char *before = g_strdup (outer->key);
  write_cifar (set, "data_batch_1.bin", 0, 2);
  g_autoptr (LofiDataset) more = load_path (above);
  ck_assert_str_ne (before, more->key);
}
END_TEST

/* Vehicles against animals, by channel normalised. */
START_TEST (labelled)
{
  g_autofree char *set = subfolder (folder, "cifar10");
  write_cifar (set, "data_batch_1.bin", 0, 50);
  g_autoptr (LofiExperiment) e = source_experiment ("cifar10");
  g_free (e->data.labels);
  e->data.labels = g_strdup ("animals-vehicles");
  g_autoptr (LofiDataset) dataset = load_source (e);
  g_autoptr (GError) error = NULL;
  g_autoptr (LofiTask) task = lofi_task_new (dataset, e, NULL, &error);
  ck_assert_msg (task != NULL, "%s", error ? error->message : "");
  ck_assert_uint_eq (task->train.count, 50);
  ck_assert (task->positive_share == 0.4);
  for (gsize i = 0; i < 50; i++)
    {
      gsize at = (gsize) task->train.indices[i], c = at % 10;
      ck_assert (task->train.y[i] == (c <= 1 || c >= 8 ? 1 : -1));
      for (gsize j = 0; j < 3072; j += 500)
        {
          double expected = (image_pixel (at, j) / 255.0 - dataset->mean[j / 1024]) / dataset->deviation[j / 1024];
          ck_assert (fabs (task->train.inputs.data[i * task->train.inputs.stride + j] - expected) < 1e-12);
        }
    }
}
END_TEST

START_TEST (refused)
{
  g_autofree char *set = subfolder (folder, "set"), *batch = g_build_filename (set, "data_batch_1.bin", NULL);
  g_autofree char *test = g_build_filename (set, "test_batch.bin", NULL);
  g_autoptr (GByteArray) bytes = cifar_bytes (0, 3);
  write_cifar (set, "test_batch.bin", 0, 1);
  expect_path_refused (set, test, "data_batch_1.bin");
  write_bytes (batch, bytes->data, bytes->len - 1);
  expect_path_refused (set, batch, "9218 bytes are no whole number of records of 3073");
  write_bytes (batch, "", 0);
  expect_path_refused (set, batch, "0 bytes");
  bytes->data[2 * CIFAR_RECORD] = 10;
  write_bytes (batch, bytes->data, bytes->len);
  expect_path_refused (set, batch, "the label of record 2 (from 0) is 10");
  g_remove (batch);
  ck_assert_int_eq (g_mkdir (batch, 0700), 0);
  expect_path_refused (set, batch, "not a regular file");
  expect_path_refused ("cifar10", "cifar10: ", "cifar-10-binary.tar.gz");
  g_autoptr (LofiExperiment) small = source_experiment (set);
  g_rmdir (batch);
  write_cifar (set, "data_batch_1.bin", 0, 100);
  small->memory = 100000;
  expect_load_refused (small, batch, "experiment.memory");
}
END_TEST

START_TEST (names_that_are_no_names)
{
  g_autofree char *set = subfolder (folder, "set"), *names = g_build_filename (set, "batches.meta.txt", NULL);
  g_autofree char *long_text = g_strnfill (100000, 'x');
  write_cifar (set, "data_batch_1.bin", 0, 3);
  write_bytes (names, long_text, 100000);
  g_autoptr (LofiDataset) one = load_path (set);
  ck_assert_str_eq (one->class_names[0], "airplane");
  write_bytes (names, "a\n\xff\n", 4);
  g_autoptr (LofiDataset) two = load_path (set);
  ck_assert_str_eq (two->class_names[1], "automobile");
  write_bytes (names, "\xff\nb\nc\nd\ne\nf\ng\nh\ni\nj", 20);
  g_autoptr (LofiDataset) three = load_path (set);
  ck_assert (g_utf8_validate (three->class_names[0], -1, NULL));
  ck_assert_str_eq (three->class_names[9], "j");
}
END_TEST

START_TEST (stopped)
{
  g_autofree char *set = subfolder (folder, "set");
  write_cifar (set, "data_batch_1.bin", 0, 3);
  g_autoptr (LofiExperiment) e = source_experiment (set);
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
  Suite *suite = suite_create ("cifar");
  TCase *tests = tcase_create ("cifar");
  tcase_add_checked_fixture (tests, set_up, tear_down);
  tcase_add_test (tests, by_name);
  tcase_add_test (tests, by_path);
  tcase_add_test (tests, labelled);
  tcase_add_test (tests, refused);
  tcase_add_test (tests, names_that_are_no_names);
  tcase_add_test (tests, stopped);
  suite_add_tcase (suite, tests);
  folder = g_dir_make_tmp ("lofi-test-XXXXXX", NULL);
  g_setenv ("XDG_DATA_HOME", folder, TRUE);
  int failed = lofi_test_run (suite);
  remove_all (folder);
  g_free (folder);
  return failed;
}
