/* Data sets: where they are looked for, what is read, what is refused. */
#include "config.h"
#include "lofi-images.h"
#include "lofi-labelling.h"

static char *folder;

static void
set_up (void)
{
  g_mkdir_with_parents (folder, 0700);
  g_unsetenv ("LOFI_DATA_PATH");
}

static void
tear_down (void)
{
  remove_all (folder);
}

static LofiDataset *
load (const char *source)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LofiExperiment) e = source_experiment (source);
  g_autofree char *key = lofi_dataset_key (e, &error);
  LofiDataset *dataset = lofi_dataset_load (e, NULL, &error);
  ck_assert_msg (dataset != NULL, "%s: %s", source, error ? error->message : "");
  ck_assert_str_eq (key, dataset->key);
  return dataset;
}

/* Refused by load, with these words in the error. */
static void
expect_refused (const LofiExperiment *e, const char *first, const char *second)
{
  GError *error = NULL;
  LofiDataset *dataset = lofi_dataset_load (e, NULL, &error);
  ck_assert_msg (dataset == NULL, "accepted; expected: %s", first);
  EXPECT_INPUT_ERROR (error, first, second);
}

static void
expect_source_refused (const char *source, const char *first, const char *second)
{
  g_autoptr (LofiExperiment) e = source_experiment (source);
  expect_refused (e, first, second);
}

static void
expect_images (const LofiSamples *samples, gsize count, gsize area, guint n_classes)
{
  ck_assert_uint_eq (samples->count, count);
  ck_assert (samples->pixels && samples->classes && !samples->targets && !samples->values.data);
  for (gsize i = 0; i < count; i++)
    {
      ck_assert_int_eq (samples->classes[i], (int) (i % n_classes));
      for (gsize j = 0; j < area; j++)
        ck_assert_uint_eq (samples->pixels[i * area + j], image_pixel (i, j));
    }
}

START_TEST (search_path)
{
  g_autofree char *first = subfolder (folder, "first"), *second = subfolder (folder, "second/mnist"), *third = subfolder (folder, "lofi-explorer/mnist");
  g_autofree char *path = g_strdup_printf ("/nowhere::%s:%s/second", first, folder);
  write_images (third, "train", TRUE, 12, 6, 10);
  g_autoptr (LofiDataset) own = load ("mnist");
  ck_assert_str_eq (own->origin, third);
  ck_assert_uint_eq (own->train.count, 12);
  ck_assert_uint_eq (own->test.count, 0);
  write_images (second, "train", FALSE, 30, 7, 10);
  write_images (second, "t10k", TRUE, 20, 7, 10);
  g_setenv ("LOFI_DATA_PATH", path, TRUE);
  g_autoptr (LofiDataset) dataset = load ("mnist");
  ck_assert_str_eq (dataset->name, "mnist");
  ck_assert_str_eq (dataset->origin, second);
  ck_assert (dataset->channels == 1 && dataset->height == 7 && dataset->width == 7 && dataset->is_image && dataset->n_classes == 10);
  ck_assert (dataset->mean[0] == 0.1307 && dataset->deviation[0] == 0.3081);
  ck_assert_str_eq (dataset->class_names[3], "3");
  ck_assert_uint_eq (g_strv_length (dataset->class_names), 10);
  expect_images (&dataset->train, 30, 49, 10);
  expect_images (&dataset->test, 20, 49, 10);
  ck_assert (lofi_dataset_bytes (dataset) >= 50 * 49);
  write_images (first, "train", FALSE, 11, 7, 10);     /* the files themselves, in a folder of the path */
  g_autoptr (LofiDataset) direct = load ("mnist");
  ck_assert_str_eq (direct->origin, first);
}
END_TEST

START_TEST (a_folder_of_another_set_is_not_taken)
{
  g_autofree char *other = subfolder (folder, "fashion-mnist");
  write_images (other, "train", FALSE, 12, 6, 10);
  g_setenv ("LOFI_DATA_PATH", other, TRUE);
  expect_source_refused ("mnist", "mnist: ", "is not in");
  g_autoptr (LofiDataset) fashion = load ("fashion-mnist");
  ck_assert_str_eq (fashion->origin, other);
  ck_assert (fashion->mean[0] == 0.2860 && fashion->deviation[0] == 0.3530);
  ck_assert_str_eq (fashion->class_names[9], "Ankle boot");
}
END_TEST

START_TEST (missing)
{
  g_autofree char *own = g_build_filename (folder, "lofi-explorer", "mnist", NULL);
  GError *error = NULL;
  g_autoptr (LofiExperiment) e = source_experiment ("mnist");
  expect_refused (e, own, "/usr/share/datasets/mnist");
  ck_assert_ptr_null (lofi_dataset_key (e, &error));
  EXPECT_INPUT_ERROR (error, "mnist: ", "train-images-idx3-ubyte.gz");
  expect_source_refused ("fashon-mnist", "fashon-mnist", "did you mean fashion-mnist?");
  expect_source_refused ("/nowhere/at/all", "/nowhere/at/all", "path of a folder or file");
  expect_source_refused ("xorr", "xorr", "did you mean xor?");
  expect_source_refused (folder, folder, "no train-images-idx3-ubyte");
}
END_TEST

/* ---- EMNIST ---- */

/* Stored column by column, shown upright; its labels begin at 1. */
START_TEST (emnist)
{
  g_autofree char *gzip = subfolder (folder, "gzip"), *letters = g_build_filename (gzip, "emnist-letters", NULL);
  g_autofree char *own = subfolder (folder, "lofi-explorer/emnist");
  g_autofree char *images = g_build_filename (gzip, "emnist-letters-train-images-idx3-ubyte.gz", NULL);
  const guint32 six = 6, sizes[] = { 6, 4, 5 };
  const guint8 labels[] = { 1, 26, 2, 3, 4, 5 };
  guint8 pixels[6 * 20];
  for (gsize i = 0; i < sizeof pixels; i++)
    pixels[i] = image_pixel (i / 20, i % 20);
  write_idx (gzip, "emnist-letters-train-images-idx3-ubyte", TRUE, 3, sizes, pixels, sizeof pixels);
  write_idx (gzip, "emnist-letters-train-labels-idx1-ubyte", TRUE, 1, &six, labels, 6);
  g_autoptr (LofiDataset) only = load (gzip);
  ck_assert_str_eq (only->name, "emnist-letters");
  write_images (gzip, "emnist-digits-train", TRUE, 20, 5, 10);
  write_images (gzip, "emnist-digits-test", TRUE, 10, 5, 10);
  expect_source_refused (gzip, gzip, "emnist-digits, emnist-letters");
  g_autoptr (LofiDataset) split = load (letters);
  g_autoptr (LofiDataset) file = load (images);
  LofiDataset *const all[] = { only, split, file };
  for (guint k = 0; k < 3; k++)
    {
      const LofiDataset *d = all[k];
      ck_assert_str_eq (d->name, "emnist-letters");
      ck_assert (d->height == 5 && d->width == 4 && d->is_image && d->train.count == 6 && d->test.count == 0 && d->n_classes == 27);
      ck_assert_str_eq (d->class_names[26], "Z");
      ck_assert_str_eq (d->class_names[0], "");
      ck_assert (d->train.classes[1] == 26 && d->deviation[0] > 0);
      for (gsize i = 0; i < 6; i++)
        for (gsize y = 0; y < 5; y++)
          for (gsize x = 0; x < 4; x++)
            ck_assert_uint_eq (d->train.pixels[i * 20 + y * 4 + x], image_pixel (i, x * 5 + y));
    }
  expect_source_refused ("emnist-letters", "emnist-letters: ", "is not in");
  write_images (own, "emnist-digits-train", TRUE, 20, 5, 10);
  write_images (own, "emnist-digits-test", TRUE, 10, 5, 10);
  g_autoptr (LofiDataset) named = load ("emnist-digits");
  g_autoptr (LofiDataset) alone = load ("emnist");
  ck_assert_str_eq (named->key, alone->key);
  ck_assert (named->test.count == 10 && named->n_classes == 10);
  ck_assert (lofi_dataset_is_named ("emnist-letters") && lofi_dataset_is_named ("cifar10") && lofi_dataset_is_named ("arrays")
             && !lofi_dataset_is_named ("letters") && !lofi_dataset_is_named (gzip));
}
END_TEST

/* The sample that comes with the source: real images, and enough of them for the default experiment. */
START_TEST (small_sample)
{
  g_autoptr (LofiDataset) dataset = load (LOFI_SOURCE_DATA_FOLDER "/fashion-mnist-sample");
  g_autoptr (LofiExperiment) usual = lofi_preset_load ("shirt", NULL, NULL);
  gsize train[10] = { 0 }, test[10] = { 0 };
  ck_assert (dataset->train.count == 2360 && dataset->test.count == 510);
  ck_assert (dataset->n_classes == 10 && dataset->height == 28 && dataset->width == 28 && dataset->is_image);
  for (gsize i = 0; i < dataset->train.count; i++)
    train[dataset->train.classes[i]]++;
  for (gsize i = 0; i < dataset->test.count; i++)
    test[dataset->test.classes[i]]++;
  for (int c = 0; c < 10; c++)
    ck_assert (train[c] == (c == 2 || c == 4 || c == 6 ? 670 : 50) && test[c] == (c == 2 || c == 4 || c == 6 ? 100 : 30));
  ck_assert_uint_le (usual->data.train, train[2] + train[4] + train[6]);
  /* Upper bodies are brighter than the set at large, so its constants are only near. */
  ck_assert (fabs (dataset->mean[0] - 0.2860) < 0.1);
  ck_assert (fabs (dataset->deviation[0] - 0.3530) < 0.1);
}
END_TEST

/* Wherever it was found: the whole set, or the sample, which says so. */
START_TEST (fashion_mnist)
{
  g_autoptr (LofiDataset) dataset = load ("fashion-mnist");
  gboolean sample = strstr (dataset->origin, "sample") != NULL;
  ck_assert_uint_eq (dataset->train.count, sample ? 2360 : 60000);
  ck_assert_uint_eq (dataset->test.count, sample ? 510 : 10000);
  ck_assert (dataset->n_classes == 10 && dataset->height == 28 && dataset->width == 28 && dataset->is_image);
  ck_assert_str_eq (dataset->class_names[6], "Shirt");
}
END_TEST

START_TEST (paths)
{
  g_autofree char *letters = subfolder (folder, "letters"), *images = g_build_filename (letters, "train-images-idx3-ubyte", NULL);
  g_autoptr (LofiExperiment) relative = source_experiment ("letters");
  GError *error = NULL;
  write_images (letters, "train", FALSE, 40, 5, 26);
  write_images (letters, "test", TRUE, 26, 5, 26);
  g_autoptr (LofiDataset) whole = load (letters);
  g_autoptr (LofiDataset) file = load (images);
  ck_assert_str_eq (whole->name, "letters");
  ck_assert_uint_eq (whole->n_classes, 26);
  ck_assert_ptr_null (whole->class_names);
  expect_images (&whole->train, 40, 25, 26);
  expect_images (&whole->test, 26, 25, 26);
  expect_images (&file->train, 40, 25, 26);
  double sum = 0, squares = 0;
  for (gsize i = 0; i < 40 * 25; i++)
    sum += whole->train.pixels[i] / 255.0;
  for (gsize i = 0; i < 40 * 25; i++)
    squares += (whole->train.pixels[i] / 255.0 - sum / 1000) * (whole->train.pixels[i] / 255.0 - sum / 1000);
  ck_assert (fabs (whole->mean[0] - sum / 1000) < 1e-12);
  ck_assert (fabs (whole->deviation[0] - sqrt (squares / 1000)) < 1e-12);
  relative->folder = g_strdup (folder);
  g_autoptr (LofiDataset) found = lofi_dataset_load (relative, NULL, &error);
  ck_assert_ptr_nonnull (found);
  ck_assert_str_eq (found->key, whole->key);
}
END_TEST

START_TEST (files_that_do_not_match)
{
  g_autofree char *images = g_build_filename (folder, "train-images-idx3-ubyte", NULL);
  g_autofree char *labels = g_build_filename (folder, "train-labels-idx1-ubyte", NULL);
  g_autofree char *tests = g_build_filename (folder, "t10k-images-idx3-ubyte", NULL), *test_labels = g_build_filename (folder, "t10k-labels-idx1-ubyte", NULL);
  const guint32 nine = 9, three[] = { 2, 2, 2 };
  const guint8 some[10] = { 0 };
  write_images (folder, "train", FALSE, 10, 5, 10);
  write_idx (folder, "train-labels-idx1-ubyte", FALSE, 1, &nine, some, 9);
  expect_source_refused (folder, labels, "9 labels for the 10 images");
  write_idx (folder, "train-labels-idx1-ubyte", FALSE, 3, three, some, 8);
  expect_source_refused (folder, labels, "labels have one dimension");
  write_images (folder, "train", FALSE, 10, 5, 10);
  write_images (folder, "t10k", FALSE, 10, 6, 10);
  expect_source_refused (folder, tests, "1 x 6 x 6, but training images of 1 x 5 x 5");
  g_remove (test_labels);
  expect_source_refused (folder, tests, "no file of labels");
  g_remove (tests);
  write_idx (folder, "train-images-idx3-ubyte", FALSE, 1, &nine, some, 9);
  expect_source_refused (folder, images, "dimensions");
  g_remove (labels);
  expect_source_refused (folder, images, "no file of labels");
  expect_source_refused (images, images, "no file of labels");
}
END_TEST

START_TEST (labels_beyond_the_known_classes)
{
  g_autofree char *mnist = subfolder (folder, "lofi-explorer/mnist");
  write_images (mnist, "train", FALSE, 30, 5, 11);
  expect_source_refused ("mnist", "label 10", "classes 0 to 9");
}
END_TEST

/* A data set that has changed on disk is another one. */
START_TEST (keys)
{
  g_autoptr (LofiExperiment) e = source_experiment (folder);
  write_images (folder, "train", FALSE, 10, 5, 10);
  g_autofree char *key = lofi_dataset_key (e, NULL), *same = lofi_dataset_key (e, NULL);
  ck_assert_str_eq (key, same);
  write_images (folder, "t10k", FALSE, 10, 5, 10);
  g_autofree char *more = lofi_dataset_key (e, NULL);
  ck_assert_str_ne (key, more);
  write_images (folder, "train", FALSE, 20, 5, 10);
  g_autofree char *longer = lofi_dataset_key (e, NULL);
  ck_assert_str_ne (more, longer);
}
END_TEST

/* ---- arrays ---- */

static void
write_array (const char *name, const gsize *shape, guint n_dimensions)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  gsize count = 1;
  for (guint i = 0; i < n_dimensions; i++)
    count *= shape[i];
  g_autofree double *data = g_new (double, count);
  for (gsize i = 0; i < count; i++)
    data[i] = (double) i - 3.5;
  ck_assert (lofi_npy_write_doubles (path, data, shape, n_dimensions, NULL));
}

static LofiExperiment *
arrays_experiment (gboolean test)
{
  LofiExperiment *e = source_experiment ("arrays");
  e->folder = g_strdup (folder);
  e->data.train_inputs = g_strdup ("x.npy");
  e->data.train_targets = g_strdup ("y.npy");
  e->data.test_inputs = test ? g_strdup ("x-test.npy") : NULL;
  e->data.test_targets = test ? g_strdup ("y-test.npy") : NULL;
  return e;
}
#define SHAPE(...) (const gsize[]) { __VA_ARGS__ }, sizeof ((const gsize[]) { __VA_ARGS__ }) / sizeof (gsize)

START_TEST (arrays)
{
  g_autoptr (LofiExperiment) e = arrays_experiment (TRUE);
  g_autoptr (GError) error = NULL;
  write_array ("x.npy", SHAPE (6, 4));
  write_array ("y.npy", SHAPE (6));
  write_array ("x-test.npy", SHAPE (3, 4));
  write_array ("y-test.npy", SHAPE (3, 1));
  g_autoptr (LofiDataset) dataset = lofi_dataset_load (e, NULL, &error);
  ck_assert_msg (dataset != NULL, "%s", error ? error->message : "");
  ck_assert_str_eq (dataset->name, "arrays");
  ck_assert (dataset->channels == 1 && dataset->height == 1 && dataset->width == 4 && !dataset->is_image && dataset->n_classes == 0);
  ck_assert (dataset->train.count == 6 && dataset->test.count == 3);
  ck_assert (dataset->train.values.data[9] == 5.5 && dataset->train.targets[5] == 1.5 && dataset->test.targets[2] == -1.5);
  ck_assert (!dataset->train.pixels && !dataset->train.classes);
  write_array ("x.npy", SHAPE (6, 3, 4, 5));
  g_autoptr (LofiExperiment) train_only = arrays_experiment (FALSE);
  g_autoptr (LofiDataset) images = lofi_dataset_load (train_only, NULL, &error);
  ck_assert (images->channels == 3 && images->height == 4 && images->width == 5 && images->is_image && images->test.count == 0);
}
END_TEST

START_TEST (arrays_that_do_not_match)
{
  g_autoptr (LofiExperiment) e = arrays_experiment (TRUE);
  expect_refused (e, "x.npy", "No such file");
  write_array ("x.npy", SHAPE (6, 4));
  write_array ("x-test.npy", SHAPE (3, 4));
  write_array ("y-test.npy", SHAPE (3));
  write_array ("y.npy", SHAPE (5));
  expect_refused (e, "y.npy", "5 targets for the 6 inputs");
  write_array ("y.npy", SHAPE (6, 2));
  expect_refused (e, "y.npy", "6 x 2");
  write_array ("y.npy", SHAPE (6));
  write_array ("x-test.npy", SHAPE (3, 5));
  expect_refused (e, "x-test.npy", "1 x 1 x 5");
  write_array ("x.npy", SHAPE (6, 2, 2));
  expect_refused (e, "x.npy", "3 dimensions");
  write_array ("x.npy", SHAPE (6));
  expect_refused (e, "x.npy", "n x d");
}
END_TEST

START_TEST (one_array)
{
  g_autofree char *path = g_build_filename (folder, "my-train.npy", NULL);
  write_array ("my-train.npy", SHAPE (6, 4));
  expect_source_refused (path, "my-train-targets.npy", "put the targets");
  write_array ("my-train-targets.npy", SHAPE (6));
  g_autoptr (LofiDataset) alone = load (path);
  ck_assert (alone->train.count == 6 && alone->test.count == 0 && alone->train.targets);
  write_array ("my-test.npy", SHAPE (2, 4));
  write_array ("my-test-targets.npy", SHAPE (2));
  g_autoptr (LofiDataset) both = load (path);
  ck_assert (both->train.count == 6 && both->test.count == 2);
}
END_TEST

START_TEST (stopped)
{
  g_autoptr (LofiExperiment) e = source_experiment (folder);
  g_autoptr (GCancellable) stop = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  write_images (folder, "train", TRUE, 10, 5, 10);
  g_cancellable_cancel (stop);
  ck_assert_ptr_null (lofi_dataset_load (e, stop, &error));
  ck_assert_int_eq (lofi_error_exit_code (error), 130);
}
END_TEST

START_TEST (labellings)
{
  g_autofree const char **fashion = lofi_labelling_names ("fashion-mnist");
  g_autofree const char **other = lofi_labelling_names ("letters"), **cifar = lofi_labelling_names ("cifar10");
  ck_assert_str_eq (fashion[0], "shirt");
  ck_assert_str_eq (fashion[3], "even-odd");
  ck_assert_str_eq (fashion[4], "below-five");
  ck_assert_ptr_null (fashion[5]);
  ck_assert_str_eq (cifar[0], "animals-vehicles");
  ck_assert_str_eq (other[0], "even-odd");
  ck_assert_ptr_null (other[2]);
  for (const LofiLabelling *l = lofi_labellings (); l->name; l++)
    {
      const char *source = l->source ? l->source : "mnist";
      gboolean seen[10] = { FALSE };
      ck_assert_ptr_eq (lofi_labelling_find (source, l->name), l);
      for (guint side = 0; side < 2; side++)
        for (const int *c = side ? l->negative : l->positive; *c >= 0; c++)
          {
            ck_assert (*c < 10 && !seen[*c]);
            seen[*c] = TRUE;
          }
    }
  ck_assert_ptr_null (lofi_labelling_find ("mnist", "shirt"));
  ck_assert_ptr_null (lofi_labelling_find ("fashion-mnist", "animals-vehicles"));
  ck_assert_ptr_nonnull (lofi_labelling_find (NULL, "even-odd"));
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("dataset");
  TCase *tests = tcase_create ("dataset");
  tcase_add_checked_fixture (tests, set_up, tear_down);
  tcase_add_test (tests, search_path);
  tcase_add_test (tests, a_folder_of_another_set_is_not_taken);
  tcase_add_test (tests, missing);
  tcase_add_test (tests, emnist);
  tcase_add_test (tests, small_sample);
  tcase_add_test (tests, fashion_mnist);
  tcase_add_test (tests, paths);
  tcase_add_test (tests, files_that_do_not_match);
  tcase_add_test (tests, labels_beyond_the_known_classes);
  tcase_add_test (tests, keys);
  tcase_add_test (tests, arrays);
  tcase_add_test (tests, arrays_that_do_not_match);
  tcase_add_test (tests, one_array);
  tcase_add_test (tests, stopped);
  tcase_add_test (tests, labellings);
  tcase_set_timeout (tests, 60);
  suite_add_tcase (suite, tests);
  /* GLib asks for the user's data folder once a process: one for all tests. */
  folder = g_dir_make_tmp ("lofi-test-XXXXXX", NULL);
  g_setenv ("XDG_DATA_HOME", folder, TRUE);
  int failed = lofi_test_run (suite);
  remove_all (folder);
  g_free (folder);
  return failed;
}
