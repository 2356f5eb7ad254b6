/* .npz archives: which arrays are taken, what they become, what is refused. */
#include "config.h"
#include "lofi-formats.h"
#include "lofi-task.h"

static char *folder, *path;

static void
set_up (void)
{
  folder = fixture_folder ();
  path = g_build_filename (folder, "set.npz", NULL);
}

static void
tear_down (void)
{
  remove_all (folder);
  g_clear_pointer (&folder, g_free);
  g_clear_pointer (&path, g_free);
}

static GByteArray *
bytes_array (const char *shape, gsize count)
{
  g_autofree guint8 *data = g_new (guint8, count);
  for (gsize i = 0; i < count; i++)
    data[i] = (guint8) (7 * i + 1);
  return npy_bytes ("|u1", shape, data, count);
}

static GByteArray *
doubles_array (const char *shape, gsize count)
{
  g_autofree double *data = g_new (double, count);
  for (gsize i = 0; i < count; i++)
    data[i] = (double) i / 2 - 3;
  return npy_bytes ("<f8", shape, data, count * 8);
}

static GByteArray *
longs_array (const char *shape, gsize count, gint64 first, gint64 modulo)
{
  g_autofree gint64 *data = g_new (gint64, count);
  for (gsize i = 0; i < count; i++)
    data[i] = first + (gint64) i % modulo;
  return npy_bytes ("<i8", shape, data, count * 8);
}

static LofiExperiment *
npz_experiment (void)
{
  LofiExperiment *e = source_experiment (path);
  g_clear_pointer (&e->data.labels, g_free);
  return e;
}

static void
give_classes (LofiExperiment *e, int positive, int negative)
{
  e->data.positive = g_array_new (FALSE, FALSE, sizeof (int));
  e->data.negative = g_array_new (FALSE, FALSE, sizeof (int));
  g_array_append_val (e->data.positive, positive);
  g_array_append_val (e->data.negative, negative);
}

/* Images and classes, as Keras stores MNIST. */
START_TEST (images_and_classes)
{
  Zip zip = zip_new ();
  zip_add (&zip, "x_test.npy", TRUE, bytes_array ("(4, 5, 6)", 120));
  zip_add (&zip, "x_train.npy", TRUE, bytes_array ("(6, 5, 6)", 180));
  zip_add (&zip, "y_train.npy", FALSE, bytes_array ("(6,)", 6));
  zip_add (&zip, "y_test.npy", FALSE, longs_array ("(4, 1)", 4, 1, 2));
  zip_write (&zip, path);
  g_autoptr (LofiDataset) dataset = load_path (path);
  ck_assert_str_eq (dataset->name, "set.npz");
  ck_assert (dataset->channels == 1 && dataset->height == 5 && dataset->width == 6 && dataset->is_image);
  ck_assert (dataset->train.count == 6 && dataset->test.count == 4 && dataset->n_classes == 37);
  ck_assert (dataset->train.pixels[179] == (guint8) (7 * 179 + 1) && dataset->test.pixels[3] == 22);
  ck_assert (dataset->train.classes[1] == 8 && dataset->test.classes[1] == 2 && !dataset->train.targets && !dataset->train.values.data);
  ck_assert (dataset->deviation[0] > 0 && dataset->mean[0] > 0 && dataset->mean[0] < 1);
}
END_TEST

/* Colours last, colours first, numbers as well as bytes. */
START_TEST (layouts)
{
  Zip zip = zip_new ();
  zip_add (&zip, "X.npy", FALSE, bytes_array ("(2, 8, 9, 3)", 432));
  zip_add (&zip, "Y.npy", FALSE, bytes_array ("(2,)", 2));
  zip_write (&zip, path);
  g_autoptr (LofiDataset) last = load_path (path);
  ck_assert (last->channels == 3 && last->height == 8 && last->width == 9 && last->is_image);
  for (gsize i = 0; i < 2; i++)
    for (gsize c = 0; c < 3; c++)
      for (gsize at = 0; at < 72; at++)
        ck_assert_uint_eq (last->train.pixels[i * 216 + c * 72 + at], (guint8) (7 * (i * 216 + at * 3 + c) + 1));
  zip = zip_new ();
  zip_add (&zip, "train-inputs.npy", TRUE, doubles_array ("(2, 3, 4, 5)", 120));
  zip_add (&zip, "train-targets.npy", TRUE, doubles_array ("(2,)", 2));
  zip_write (&zip, path);
  g_autoptr (LofiDataset) first = load_path (path);
  ck_assert (first->channels == 3 && first->height == 4 && first->width == 5 && first->is_image && first->n_classes == 0);
  ck_assert (first->train.values.data[119] == 119 / 2.0 - 3 && first->train.targets[1] == -2.5);
  zip = zip_new ();
  zip_add (&zip, "x_train.npy", TRUE, doubles_array ("(2, 5, 6, 2)", 120));
  zip_add (&zip, "y_train.npy", TRUE, doubles_array ("(2,)", 2));
  zip_write (&zip, path);
  g_autoptr (LofiDataset) numbers = load_path (path);
  ck_assert (numbers->channels == 2 && numbers->height == 5 && numbers->width == 6 && !numbers->is_image);
  ck_assert (numbers->train.values.data[1] == 2 / 2.0 - 3 && numbers->train.values.data[30] == 1 / 2.0 - 3);
}
END_TEST

/* The file decides whether there are classes or targets; a task takes what fits, and refuses the other. */
START_TEST (classes_or_targets)
{
  GError *error = NULL;
  Zip zip = zip_new ();
  zip_add (&zip, "x.npy", FALSE, doubles_array ("(8, 3)", 24));
  zip_add (&zip, "y.npy", FALSE, longs_array ("(8,)", 8, 0, 2));
  zip_write (&zip, path);
  g_autoptr (LofiExperiment) e = npz_experiment ();
  g_autoptr (LofiDataset) classed = load_source (e);
  ck_assert (classed->n_classes == 2 && classed->train.classes && classed->train.values.data);
  ck_assert_ptr_null (lofi_task_new (classed, e, NULL, &error));
  EXPECT_INPUT_ERROR (error, "data.labels: ", "+1");
  give_classes (e, 1, 0);
  g_autoptr (LofiTask) task = lofi_task_new (classed, e, NULL, &error);
  ck_assert_msg (task != NULL, "%s", error ? error->message : "");
  for (gsize i = 0; i < 8; i++)
    ck_assert (task->train.y[i] == (task->train.indices[i] % 2 ? 1 : -1)
               && task->train.inputs.data[i * task->train.inputs.stride] == 3 * (double) task->train.indices[i] / 2 - 3);
  /* Whole numbers of both signs are targets. */
  zip = zip_new ();
  zip_add (&zip, "x.npy", FALSE, doubles_array ("(8, 3)", 24));
  zip_add (&zip, "y.npy", FALSE, longs_array ("(8,)", 8, -1, 3));
  zip_add (&zip, "x_test.npy", FALSE, doubles_array ("(2, 3)", 6));
  zip_add (&zip, "y_test.npy", FALSE, longs_array ("(2,)", 2, 1, 1));
  zip_write (&zip, path);
  g_autoptr (LofiDataset) targeted = load_source (e);
  ck_assert (targeted->n_classes == 0 && targeted->train.targets[0] == -1 && targeted->train.targets[2] == 1 && targeted->test.targets[1] == 1);
  ck_assert_ptr_null (lofi_task_new (targeted, e, NULL, &error));
  EXPECT_INPUT_ERROR (error, "data.positive: ", "targets, not classes");
  g_autoptr (LofiExperiment) plain = npz_experiment ();
  g_autoptr (LofiTask) whole = lofi_task_new (targeted, plain, NULL, &error);
  ck_assert_msg (whole != NULL, "%s", error ? error->message : "");
  /* In the file's order, the numbers are the data set's own. */
  ck_assert (whole->train.inputs.data == targeted->train.values.data && whole->train.y[1] == 0 && whole->test.count == 2);
}
END_TEST

static void
write_pair (GByteArray *inputs, GByteArray *targets)
{
  Zip zip = zip_new ();
  zip_add (&zip, "x_train.npy", FALSE, inputs);
  zip_add (&zip, "y_train.npy", FALSE, targets);
  zip_write (&zip, path);
}

START_TEST (refused)
{
  const double nan_row[] = { 1, 2, 3, NAN }, infinite[] = { 1, INFINITY };
  write_pair (doubles_array ("(3, 2)", 6), doubles_array ("(4,)", 4));
  expect_path_refused (path, "y_train", "4 targets for the 3 inputs of x_train");
  write_pair (doubles_array ("(3, 2)", 6), doubles_array ("(3, 2)", 6));
  expect_path_refused (path, "y_train", "(3, 2)");
  write_pair (doubles_array ("(3,)", 3), doubles_array ("(3,)", 3));
  expect_path_refused (path, "x_train", "inputs of the shape (3)");
  write_pair (npy_bytes ("<f8", "(2, 2)", nan_row, sizeof nan_row), doubles_array ("(2,)", 2));
  expect_path_refused (path, "x_train: of its (2, 2) numbers", "number 1 of sample 1 (from 0) is nan");
  write_pair (doubles_array ("(2, 2)", 4), npy_bytes ("<f8", "(2,)", infinite, sizeof infinite));
  expect_path_refused (path, "y_train", "inf");
  write_pair (doubles_array ("(3, 2)", 6), longs_array ("(3,)", 3, 254, 3));
  expect_path_refused (path, "y_train", "class 256");
  write_pair (npy_bytes ("|O", "(3,)", "", 0), doubles_array ("(3,)", 3));
  expect_path_refused (path, "x_train", "|O");
  write_pair (npy_bytes ("<f8", "(0, 3)", "", 0), doubles_array ("(3,)", 3));
  expect_path_refused (path, "x_train", "empty");
  write_pair (npy_bytes ("<f8", "(3, 2)", nan_row, 24), doubles_array ("(3,)", 3));
  expect_path_refused (path, "x_train", "ends early");
  write_pair (npy_bytes ("<f8", "(1, 2)", nan_row, 32), doubles_array ("(1,)", 1));
  expect_path_refused (path, "x_train", "more in it");
}
END_TEST

START_TEST (names_refused)
{
  Zip zip = zip_new ();
  zip_add (&zip, "pictures.npy", FALSE, doubles_array ("(3, 2)", 6));
  zip_add (&zip, "answers.npy", FALSE, doubles_array ("(3,)", 3));
  zip_write (&zip, path);
  expect_path_refused (path, "it holds pictures (3, 2), answers (3)", "x_train, y_train");
  zip = zip_new ();
  zip_add (&zip, "x_train.npy", FALSE, doubles_array ("(3, 2)", 6));
  zip_write (&zip, path);
  expect_path_refused (path, "x_train, but no y_train", "(3, 2)");
  zip = zip_new ();
  zip_add (&zip, "x_train.npy", FALSE, doubles_array ("(3, 2)", 6));
  zip_add (&zip, "y_train.npy", FALSE, doubles_array ("(3,)", 3));
  zip_add (&zip, "x_test.npy", FALSE, doubles_array ("(3, 2)", 6));
  zip_write (&zip, path);
  expect_path_refused (path, "x_test, but no y_test", "both or neither");
  zip = zip_new ();
  zip_add (&zip, "x_train.npy", FALSE, doubles_array ("(3, 2)", 6));
  zip_add (&zip, "X-train.npy", FALSE, doubles_array ("(3, 2)", 6));
  zip_write (&zip, path);
  expect_path_refused (path, "two arrays of the name x_train", path);
  zip = zip_new ();
  zip_write (&zip, path);
  expect_path_refused (path, path, "cannot be read");
  /* Names that lead elsewhere are no arrays, and nothing is written anywhere. */
  zip = zip_new ();
  zip_add (&zip, "../x_train.npy", FALSE, doubles_array ("(3, 2)", 6));
  zip_add (&zip, "/tmp/y_train.npy", FALSE, doubles_array ("(3,)", 3));
  zip_add (&zip, "a/x.npy", FALSE, doubles_array ("(3,)", 3));
  zip_write (&zip, path);
  expect_path_refused (path, path, "no array");
}
END_TEST

START_TEST (both_splits_alike)
{
  Zip zip = zip_new ();
  zip_add (&zip, "x_train.npy", FALSE, doubles_array ("(3, 2)", 6));
  zip_add (&zip, "y_train.npy", FALSE, longs_array ("(3,)", 3, 0, 3));
  zip_add (&zip, "x_test.npy", FALSE, doubles_array ("(2, 2)", 4));
  zip_add (&zip, "y_test.npy", FALSE, doubles_array ("(2,)", 2));
  zip_write (&zip, path);
  expect_path_refused (path, "y_test", "the training labels are class numbers");
  zip = zip_new ();
  zip_add (&zip, "x_train.npy", FALSE, doubles_array ("(3, 2)", 6));
  zip_add (&zip, "y_train.npy", FALSE, longs_array ("(3,)", 3, 0, 3));
  zip_add (&zip, "x_test.npy", FALSE, doubles_array ("(2, 3)", 6));
  zip_add (&zip, "y_test.npy", FALSE, longs_array ("(2,)", 2, 0, 3));
  zip_write (&zip, path);
  expect_path_refused (path, "x_test", "1 x 1 x 3, but training inputs of 1 x 1 x 2");
  zip = zip_new ();
  zip_add (&zip, "x_train.npy", FALSE, doubles_array ("(3, 2)", 6));
  zip_add (&zip, "y_train.npy", FALSE, longs_array ("(3,)", 3, 0, 3));
  zip_add (&zip, "x_test.npy", FALSE, bytes_array ("(2, 2)", 4));
  zip_add (&zip, "y_test.npy", FALSE, longs_array ("(2,)", 2, 0, 3));
  zip_write (&zip, path);
  expect_path_refused (path, "x_test", "same type");
}
END_TEST

/* Headers that ask for more than there is, and archives that unpack to more than may be used. */
START_TEST (bombs)
{
  g_autofree guint8 *zeros = g_malloc0 (4 << 20);
  GByteArray *bomb = npy_bytes ("|u1", "(4194304, 1)", zeros, 4 << 20);
  Zip zip = zip_new ();
  zip_add (&zip, "x_train.npy", TRUE, bomb);
  zip_add (&zip, "y_train.npy", FALSE, doubles_array ("(3,)", 3));
  zip_write (&zip, path);
  g_autoptr (LofiExperiment) e = npz_experiment ();
  e->memory = 1 << 20;
  expect_load_refused (e, "x_train", "4194304 samples of 1 bytes need");
  zip = zip_new ();
  zip_add (&zip, "x_train.npy", TRUE, npy_bytes ("<f8", "(1000000000, 1000000)", zeros, 1 << 20));
  zip_add (&zip, "y_train.npy", FALSE, doubles_array ("(3,)", 3));
  zip_write (&zip, path);
  expect_path_refused (path, "x_train", "need");
  e->memory = G_MAXUINT64;
  expect_load_refused (e, "x_train", "cannot hold");
  zip = zip_new ();
  zip_add (&zip, "x_train.npy", TRUE, npy_bytes ("<f8", "(4294967296, 4294967296)", zeros, 100));
  zip_add (&zip, "y_train.npy", FALSE, doubles_array ("(3,)", 3));
  zip_write (&zip, path);
  expect_path_refused (path, "x_train", "impossible");
  zip = zip_new ();
  zip_add (&zip, "x_train.npy", TRUE, npy_bytes ("<f8", "(3, 1152921504606846976)", zeros, 100));
  zip_add (&zip, "y_train.npy", FALSE, doubles_array ("(3,)", 3));
  zip_write (&zip, path);
  expect_load_refused (e, "x_train", "3");
  /* The same with a header that is true: within the budget it is read. */
  zip = zip_new ();
  zip_add (&zip, "x_train.npy", TRUE, npy_bytes ("|u1", "(3, 1398101)", zeros, 3 * 1398101));
  zip_add (&zip, "y_train.npy", FALSE, doubles_array ("(3,)", 3));
  zip_write (&zip, path);
  g_autoptr (LofiDataset) dataset = load_path (path);
  ck_assert_uint_eq (dataset->width, 1398101);
}
END_TEST

START_TEST (damaged)
{
  Zip zip = zip_new ();
  zip_add_damaged (&zip, "x_train.npy", FALSE, doubles_array ("(3, 2)", 6), 1);
  zip_add (&zip, "y_train.npy", FALSE, doubles_array ("(3,)", 3));
  zip_write (&zip, path);
  expect_path_refused (path, "x_train", "cannot be read");
  write_bytes (path, "PK", 2);
  expect_path_refused (path, path, "cannot be read");
  write_bytes (path, "", 0);
  expect_path_refused (path, path, "cannot be read");
  g_remove (path);
  ck_assert_int_eq (g_mkdir (path, 0700), 0);
  g_autofree char *inner = g_build_filename (path, "..", "set.npz", NULL);
  expect_path_refused (inner, "set.npz", "no subfolder");
  g_rmdir (path);
}
END_TEST

/* Every cut and many wrong bytes of an archive of both methods. */
START_TEST (mutations)
{
  Zip zip = zip_new ();
  zip_add (&zip, "x_train.npy", TRUE, doubles_array ("(6, 2)", 12));
  zip_add (&zip, "y_train.npy", FALSE, longs_array ("(6,)", 6, 0, 3));
  g_autoptr (GByteArray) bytes = zip_end (&zip);
  guint survived = 0;
  for (gsize length = 0; length < bytes->len; length++)
    survived += expect_survived (path, bytes->data, length);
  for (gsize at = 0; at < bytes->len; at++)
    {
      guint8 before = bytes->data[at];
      bytes->data[at] ^= (guint8) (1 << at % 8);
      survived += expect_survived (path, bytes->data, bytes->len);
      bytes->data[at] = before;
    }
  ck_assert (expect_survived (path, bytes->data, bytes->len));
  ck_assert_uint_lt (survived, bytes->len);
}
END_TEST

START_TEST (stopped)
{
  write_pair (doubles_array ("(3, 2)", 6), doubles_array ("(3,)", 3));
  g_autoptr (LofiExperiment) e = npz_experiment ();
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
  Suite *suite = suite_create ("npz");
  TCase *tests = tcase_create ("npz");
  tcase_add_checked_fixture (tests, set_up, tear_down);
  tcase_add_test (tests, images_and_classes);
  tcase_add_test (tests, layouts);
  tcase_add_test (tests, classes_or_targets);
  tcase_add_test (tests, refused);
  tcase_add_test (tests, names_refused);
  tcase_add_test (tests, both_splits_alike);
  tcase_add_test (tests, bombs);
  tcase_add_test (tests, damaged);
  tcase_add_test (tests, mutations);
  tcase_add_test (tests, stopped);
  tcase_set_timeout (tests, 60);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
