/* Folders of images: what is taken, how it is scaled and cropped, what is refused. */
#include "config.h"
#include <sys/stat.h>
#include <unistd.h>
#include "lofi-formats.h"
#include "lofi-image-folder-private.h"

static char *folder;

static void
set_up (void)
{
  folder = fixture_folder ();
}

static void
tear_down (void)
{
  remove_all (folder);
  g_clear_pointer (&folder, g_free);
}

static void
shade (int x, int y, guint8 *rgba)
{
  rgba[0] = (guint8) (10 * x);
  rgba[1] = (guint8) (20 * y);
  rgba[2] = (guint8) (200 - x - y);
}

static void
halves (int x, int y, guint8 *rgba)
{
  rgba[0] = rgba[1] = rgba[2] = x < 40 ? 50 : x < 60 ? 150 : 250;
}

static void
clear (int x, int y, guint8 *rgba)
{
  rgba[0] = 255;
  rgba[3] = x < 4 ? 0 : 255;
}

static LofiExperiment *
folder_experiment (gsize size, gboolean grey)
{
  LofiExperiment *e = source_experiment (folder);
  e->data.image_size = size;
  e->data.image_grey = grey;
  return e;
}

/* Pictures that are already of the size keep every pixel, whatever the format; planes come one after the other. */
START_TEST (as_they_are)
{
  g_autofree char *cat = subfolder (folder, "cat"), *ant = subfolder (folder, "ant");
  g_autoptr (LofiExperiment) e = folder_experiment (8, FALSE);
  g_autoptr (LofiExperiment) grey = folder_experiment (8, TRUE);
  write_picture (cat, "b.png", "png", 8, 8, FALSE, shade);
  write_picture (cat, "a.bmp", "bmp", 8, 8, FALSE, shade);
  write_picture (ant, "only.tiff", "tiff", 8, 8, FALSE, shade);
  g_autofree char *hidden = g_build_filename (cat, ".DS_Store", NULL), *litter = g_build_filename (ant, "Thumbs.db", NULL);
  g_autofree char *beside = g_build_filename (folder, "README", NULL), *below = subfolder (cat, "below");
  write_bytes (hidden, "x", 1);
  write_bytes (litter, "x", 1);
  write_bytes (beside, "x", 1);
  g_autoptr (LofiDataset) dataset = load_source (e);
  ck_assert (dataset->channels == 3 && dataset->height == 8 && dataset->width == 8 && dataset->is_image && dataset->n_classes == 2);
  ck_assert (dataset->train.count == 3 && dataset->test.count == 0);
  ck_assert_str_eq (dataset->class_names[0], "ant");
  ck_assert (dataset->train.classes[0] == 0 && dataset->train.classes[1] == 1 && dataset->train.classes[2] == 1);
  double sum = 0;
  for (gsize i = 0; i < 3; i++)
    for (int y = 0; y < 8; y++)
      for (int x = 0; x < 8; x++)
        {
          guint8 color[4];
          shade (x, y, color);
          for (gsize c = 0; c < 3; c++)
            ck_assert_uint_eq (dataset->train.pixels[i * 192 + c * 64 + (gsize) (y * 8 + x)], color[c]);
          sum += color[1] / 255.0 / 64 / 3;
        }
  ck_assert (fabs (dataset->mean[1] - sum) < 1e-12 && dataset->deviation[1] > 0.1);
  g_autoptr (LofiDataset) one = load_source (grey);
  ck_assert (one->channels == 1 && one->train.count == 3);
  ck_assert_uint_eq (one->train.pixels[8 * 3 + 5], (guint8) (0.299 * 50 + 0.587 * 60 + 0.114 * 192 + 0.5));
  ck_assert_str_ne (one->key, dataset->key);
}
END_TEST

/* The shorter side is scaled to the size, and the middle kept. */
START_TEST (scaled_and_cropped)
{
  g_autofree char *wide = subfolder (folder, "wide");
  g_autoptr (LofiExperiment) e = folder_experiment (10, TRUE);
  write_picture (wide, "1.png", "png", 100, 20, FALSE, halves);
  write_picture (wide, "2.jpg", "jpeg", 100, 20, FALSE, halves);
  write_picture (wide, "3.png", "png", 100, 20, FALSE, halves);
  g_autoptr (LofiDataset) dataset = load_source (e);
  for (gsize i = 0; i < 2; i++)
    for (gsize at = 0; at < 100; at++)
      ck_assert_msg (abs (dataset->train.pixels[i * 100 + at] - 150) <= (at % 10 == 0 || at % 10 == 9 ? 60 : 12), "picture %zu, pixel %zu: %u", i, at,
                     dataset->train.pixels[i * 100 + at]);
  /* Larger than they are, too. */
  e->data.image_size = 40;
  g_autoptr (LofiDataset) large = load_source (e);
  ck_assert (large->height == 40);
  for (gsize y = 0; y < 40; y++)
    for (gsize x = 4; x < 36; x++)
      ck_assert_uint_eq (large->train.pixels[y * 40 + x], 150);
  e->data.image_size = 0;
  g_autoptr (LofiDataset) usual = load_source (e);
  ck_assert (usual->height == 32 && usual->width == 32);
}
END_TEST

START_TEST (laid_on_white)
{
  g_autofree char *some = subfolder (folder, "some");
  g_autoptr (LofiExperiment) e = folder_experiment (8, FALSE);
  write_picture (some, "1.png", "png", 8, 8, TRUE, clear);
  g_autoptr (LofiDataset) dataset = load_source (e);
  ck_assert (dataset->train.pixels[0] == 255 && dataset->train.pixels[64] == 255 && dataset->train.pixels[128 + 3] == 255);
  ck_assert (dataset->train.pixels[4] == 255 && dataset->train.pixels[64 + 4] == 0 && dataset->train.pixels[128 + 7] == 0);
}
END_TEST

START_TEST (splits)
{
  g_autofree char *a = subfolder (folder, "train/a"), *b = subfolder (folder, "train/b"), *test_b = subfolder (folder, "test/b");
  g_autoptr (LofiExperiment) e = folder_experiment (8, TRUE);
  write_picture (a, "1.png", "png", 9, 8, FALSE, shade);
  write_picture (b, "1.png", "png", 9, 8, FALSE, shade);
  write_picture (test_b, "1.png", "png", 9, 8, FALSE, shade);
  g_autoptr (LofiDataset) dataset = load_source (e);
  ck_assert (dataset->train.count == 2 && dataset->test.count == 1 && dataset->n_classes == 2 && dataset->test.classes[0] == 1);
  write_picture (b, "0.png", "png", 9, 8, FALSE, shade);
  g_autoptr (LofiDataset) more = load_source (e);
  ck_assert_str_ne (more->key, dataset->key);
  g_autofree char *test_c = subfolder (folder, "test/c");
  write_picture (test_c, "1.png", "png", 9, 8, FALSE, shade);
  expect_load_refused (e, test_c, "no training images of this class");
}
END_TEST

/* Behind a PNG chunk of so many bytes, its type included. */
static void
add_crc (guint8 *chunk, gsize length)
{
  guint32 crc = GUINT32_TO_BE (crc_of (chunk, length));
  memcpy (chunk + length, &crc, 4);
}

START_TEST (refused)
{
  g_autofree char *a = subfolder (folder, "a"), *b = subfolder (folder, "b"), *bad = g_build_filename (b, "bad.png", NULL);
  g_autoptr (LofiExperiment) e = folder_experiment (8, TRUE);
  write_picture (a, "1.png", "png", 8, 8, FALSE, shade);
  expect_load_refused (e, b, "there is no image in it");
  write_bytes (bad, "this is a text, and no picture at all", 37);
  expect_load_refused (e, bad, "cannot be decoded");
  write_bytes (bad, "", 0);
  expect_load_refused (e, bad, "cannot be decoded");
  g_autofree char *good = g_build_filename (a, "1.png", NULL), *bytes = NULL;
  gsize length;
  ck_assert (g_file_get_contents (good, &bytes, &length, NULL));
  write_bytes (bad, bytes, length / 2);
  expect_load_refused (e, bad, "cannot be decoded");
  /* A header of 60000 x 60000 pixels and nothing behind it. */
  guint8 png[] = { 0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0, 0, 13, 'I', 'H', 'D', 'R', 0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60, 8, 2, 0, 0, 0, 0, 0, 0, 0,
                   0, 0, 0, 0, 'I', 'D', 'A', 'T', 0, 0, 0, 0 };
  add_crc (png + 12, 17);
  add_crc (png + 37, 4);
  write_bytes (bad, png, sizeof png);
  expect_load_refused (e, bad, "60000 x 60000");
  g_remove (bad);
  ck_assert_int_eq (symlink ("nowhere", bad), 0);
  expect_load_refused (e, bad, "No such file");
  g_remove (bad);
  ck_assert_int_eq (symlink ("bad.png", bad), 0);        /* to itself */
  expect_load_refused (e, bad, "repair or remove it");
  g_remove (bad);
  write_picture (b, "1.png", "png", 8, 8, FALSE, shade);
  e->memory = 100;
  expect_load_refused (e, folder, "experiment.memory");
  e->memory = 0;
  e->data.image_size = 100000;
  expect_load_refused (e, "data.image-size: ", "4096");
  expect_path_refused (good, good, "one picture is no data set");
  remove_all (a);
  remove_all (b);
  expect_path_refused (folder, folder, "no subfolder");
}
END_TEST

/* Links to the folders above, and pipes: neither followed for ever nor waited for. */
START_TEST (odd_things)
{
  g_autofree char *a = subfolder (folder, "a"), *loop = g_build_filename (a, "loop", NULL), *up = g_build_filename (folder, "up", NULL);
  g_autofree char *pipe_path = g_build_filename (a, "pipe.png", NULL);
  g_autoptr (LofiExperiment) e = folder_experiment (8, TRUE);
  write_picture (a, "1.png", "png", 8, 8, FALSE, shade);
  ck_assert_int_eq (symlink ("..", loop), 0);
  ck_assert_int_eq (mkfifo (pipe_path, 0600), 0);
  g_autoptr (LofiDataset) dataset = load_source (e);
  ck_assert (dataset->train.count == 1 && dataset->n_classes == 1);
  ck_assert_int_eq (symlink (".", up), 0);
  expect_load_refused (e, up, "there is no image in it");
}
END_TEST

START_TEST (mutations)
{
  g_autofree char *a = subfolder (folder, "a"), *path = g_build_filename (a, "1.png", NULL), *bytes = NULL;
  gsize length;
  guint8 pixels[8 * 8 * 3];
  write_picture (a, "1.png", "png", 12, 8, FALSE, shade);
  ck_assert (g_file_get_contents (path, &bytes, &length, NULL));
  for (gsize at = 0; at < 2 * length; at++)
    {
      GError *error = NULL;
      if (at < length)
        write_bytes (path, bytes, at);
      else
        {
          bytes[at - length] ^= (char) (1 << at % 8);
          write_bytes (path, bytes, length);
          bytes[at - length] ^= (char) (1 << at % 8);
        }
      if (!lofi_image_read (path, 8, FALSE, pixels, NULL, &error))
        expect_error (error, 2, (const char *const[]) { "1.png", NULL });
    }
}
END_TEST

START_TEST (stopped)
{
  g_autofree char *a = subfolder (folder, "a");
  g_autoptr (LofiExperiment) e = folder_experiment (8, TRUE);
  g_autoptr (GCancellable) stop = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  write_picture (a, "1.png", "png", 8, 8, FALSE, shade);
  g_cancellable_cancel (stop);
  ck_assert_ptr_null (lofi_dataset_load (e, stop, &error));
  ck_assert_int_eq (lofi_error_exit_code (error), 130);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("folder");
  TCase *tests = tcase_create ("folder");
  tcase_add_checked_fixture (tests, set_up, tear_down);
  tcase_add_test (tests, as_they_are);
  tcase_add_test (tests, scaled_and_cropped);
  tcase_add_test (tests, laid_on_white);
  tcase_add_test (tests, splits);
  tcase_add_test (tests, refused);
  tcase_add_test (tests, odd_things);
  tcase_add_test (tests, mutations);
  tcase_add_test (tests, stopped);
  tcase_set_timeout (tests, 60);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
