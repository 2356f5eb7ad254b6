/* IDX files, plain and gzipped. */
#include "lofi-files.h"
#include "lofi-idx.h"

static char *folder, *path;

static void
set_up (void)
{
  folder = fixture_folder ();
  path = g_build_filename (folder, "x-idx", NULL);
}

static void
tear_down (void)
{
  g_clear_pointer (&path, g_free);
  fixture_remove (folder);
}

/* magic and sizes, then count bytes 0, 1, 2, ... (transfer full) */
static GByteArray *
idx (guint32 magic, const guint32 *sizes, guint n_sizes, gsize count)
{
  GByteArray *file = g_byte_array_new ();
  guint32 word = GUINT32_TO_BE (magic);
  g_byte_array_append (file, (const guint8 *) &word, 4);
  for (guint i = 0; i < n_sizes; i++)
    {
      word = GUINT32_TO_BE (sizes[i]);
      g_byte_array_append (file, (const guint8 *) &word, 4);
    }
  for (gsize i = 0; i < count; i++)
    {
      guint8 byte = (guint8) i;
      g_byte_array_append (file, &byte, 1);
    }
  return file;
}

static guint8 *
read_bytes (const void *data, gsize length, gsize *shape, guint *n_dimensions, GError **error)
{
  write_bytes (path, data, length);
  return lofi_idx_read (path, shape, n_dimensions, NULL, error);
}

static void
expect_refused (const void *data, gsize length, const char *word)
{
  GError *error = NULL;
  gsize shape[4];
  guint n_dimensions;
  ck_assert_msg (read_bytes (data, length, shape, &n_dimensions, &error) == NULL, "accepted; expected: %s", word);
  EXPECT_INPUT_ERROR (error, path, word);
}

START_TEST (good_files)
{
  static const guint32 sizes[] = { 3, 2, 4, 5 };
  for (guint d = 1; d <= 4; d++)
    for (guint packed = 0; packed < 2; packed++)
      {
        gsize count = 1, shape[4];
        guint n_dimensions;
        g_autoptr (GError) error = NULL;
        for (guint i = 0; i < d; i++)
          count *= sizes[i];
        g_autoptr (GByteArray) file = idx (0x800 + d, sizes, d, count);
        g_autoptr (GByteArray) gz = gzip_bytes (file->data, file->len);
        const GByteArray *used = packed ? gz : file;
        g_autofree guint8 *data = read_bytes (used->data, used->len, shape, &n_dimensions, &error);
        ck_assert_msg (data != NULL, "%s", error ? error->message : "");
        ck_assert_uint_eq (n_dimensions, d);
        for (guint i = 0; i < 4; i++)
          ck_assert_uint_eq (shape[i], i < d ? sizes[i] : 1);
        for (gsize i = 0; i < count; i++)
          ck_assert_uint_eq (data[i], (guint8) i);
      }
}
END_TEST

/* Larger than every buffer on the way. */
START_TEST (large_file)
{
  const guint32 sizes[] = { 2000, 40, 40 };
  gsize count = 2000 * 1600, shape[4];
  guint n_dimensions;
  g_autoptr (GByteArray) file = idx (0x803, sizes, 3, count);
  g_autoptr (GByteArray) gz = gzip_bytes (file->data, file->len);
  for (guint packed = 0; packed < 2; packed++)
    {
      const GByteArray *used = packed ? gz : file;
      g_autofree guint8 *data = read_bytes (used->data, used->len, shape, &n_dimensions, NULL);
      ck_assert_ptr_nonnull (data);
      ck_assert_int_eq (memcmp (data, file->data + 16, count), 0);
    }
  g_autoptr (GCancellable) stop = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_cancellable_cancel (stop);
  ck_assert_ptr_null (lofi_idx_read (path, shape, &n_dimensions, stop, &error));
  ck_assert_int_eq (lofi_error_exit_code (error), 130);
}
END_TEST

START_TEST (wrong_headers)
{
  const guint32 sizes[] = { 3, 2 }, empty[] = { 3, 0 }, huge[] = { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff };
  static const guint32 magics[] = { 0, 0x00000902, 0x00000d02, 0x00000800, 0x00000805, 0x01000802, 0x00010802, 0x89504e47, 0x02080000 };
  for (guint i = 0; i < G_N_ELEMENTS (magics); i++)
    {
      g_autoptr (GByteArray) file = idx (magics[i], sizes, 2, 6);
      g_autofree char *found = g_strdup_printf ("%08x", magics[i]);
      expect_refused (file->data, file->len, found);
    }
  g_autoptr (GByteArray) nothing = idx (0x802, empty, 2, 0);
  expect_refused (nothing->data, nothing->len, "3 x 0");
  for (guint d = 1; d <= 4; d++)
    {
      g_autoptr (GByteArray) plain = idx (0x800 + d, huge, d, 100);
      g_autoptr (GByteArray) gz = gzip_bytes (plain->data, plain->len);
      expect_refused (plain->data, plain->len, "4294967295");
      expect_refused (gz->data, gz->len, "4294967295");
    }
}
END_TEST

/* Cut off at every length, or longer than it says, by the number of bytes that are there. */
START_TEST (wrong_lengths)
{
  const guint32 sizes[] = { 5, 3, 2 };
  g_autoptr (GByteArray) file = idx (0x803, sizes, 3, 30), longer = idx (0x803, sizes, 3, 31);
  for (guint length = 0; length < file->len; length++)
    {
      g_autoptr (GByteArray) gz = gzip_bytes (file->data, length);
      expect_refused (file->data, length, "");
      expect_refused (gz->data, gz->len, "");
    }
  g_autoptr (GByteArray) short_gz = gzip_bytes (file->data, file->len - 4), long_gz = gzip_bytes (longer->data, longer->len);
  expect_refused (short_gz->data, short_gz->len, "5 x 3 x 2, 30 bytes, but only 26");
  expect_refused (longer->data, longer->len, "30 bytes, but more");
  expect_refused (long_gz->data, long_gz->len, "30 bytes, but more");
}
END_TEST

START_TEST (broken_gzip)
{
  const guint32 sizes[] = { 40, 5, 2 };
  g_autoptr (GByteArray) file = idx (0x803, sizes, 3, 400), gz = gzip_bytes (file->data, file->len);
  gsize shape[4];
  guint n_dimensions;
  for (guint length = 2; length < gz->len; length++)
    expect_refused (gz->data, length, "");
  for (guint at = 0; at < gz->len; at++)
    for (guint bit = 0; bit < 8; bit += 3)
      {
        GError *error = NULL;
        gz->data[at] ^= (guint8) (1 << bit);
        g_autofree guint8 *data = read_bytes (gz->data, gz->len, shape, &n_dimensions, &error);
        /* A few bits mean nothing (the time in gzip's header, the filling of the last byte); whatever else changes is found. */
        if (data)
          ck_assert_int_eq (memcmp (data, file->data + 16, 400), 0);
        else
          EXPECT_INPUT_ERROR (error, path);
        gz->data[at] ^= (guint8) (1 << bit);
      }
  g_byte_array_append (gz, (const guint8 *) "more", 4);
  expect_refused (gz->data, gz->len, "more follow");
}
END_TEST

/* A megabyte of zeros behind a header that wants six bytes: nothing of it is kept. A header that wants a gigabyte of a file
 * that could hold it, but does not: no gigabyte is taken. */
START_TEST (bombs)
{
  const guint32 small[] = { 3, 2 }, large[] = { 1000, 1000, 1000 };
  g_autofree guint8 *zeros = g_malloc0 (16 << 20);
  g_autoptr (GByteArray) file = idx (0x802, small, 2, 6);
  g_byte_array_append (file, zeros, 16 << 20);
  g_autoptr (GByteArray) gz = gzip_bytes (file->data, file->len);
  ck_assert (gz->len < 20000);
  expect_refused (gz->data, gz->len, "3 x 2, 6 bytes, but more");
  g_autoptr (GByteArray) claim = idx (0x803, large, 3, 0);
  g_byte_array_append (claim, zeros, 1 << 20);
  g_autoptr (GByteArray) packed = gzip_bytes (claim->data, claim->len);
  expect_refused (packed->data, packed->len, "cannot hold them");
}
END_TEST

START_TEST (not_files)
{
  static const char *const places[] = { "/dev/zero", "/nowhere/x", "/" };
  GError *error = NULL;
  gsize shape[4];
  guint n_dimensions;
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      ck_assert_ptr_null (lofi_idx_read (places[i], shape, &n_dimensions, NULL, &error));
      EXPECT_INPUT_ERROR (error, places[i]);
    }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("idx");
  TCase *tests = tcase_create ("idx");
  tcase_add_checked_fixture (tests, set_up, tear_down);
  tcase_add_test (tests, good_files);
  tcase_add_test (tests, large_file);
  tcase_add_test (tests, wrong_headers);
  tcase_add_test (tests, wrong_lengths);
  tcase_add_test (tests, broken_gzip);
  tcase_add_test (tests, bombs);
  tcase_add_test (tests, not_files);
  tcase_set_timeout (tests, 60);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
