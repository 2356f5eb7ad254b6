/* .npy files: what numpy writes is read, what is broken is refused, and what is written can be read. */
#include "lofi-files.h"

static char *folder, *path;

static void
set_up (void)
{
  folder = fixture_folder ();
  path = g_build_filename (folder, "x.npy", NULL);
}

static void
tear_down (void)
{
  g_clear_pointer (&path, g_free);
  fixture_remove (folder);
}

/* A file of this version with this dictionary and these bytes behind it. (transfer full) */
static GByteArray *
npy (guint8 version, const char *dictionary, const void *data, gsize length)
{
  GByteArray *file = g_byte_array_new ();
  gsize n = strlen (dictionary);
  const guint8 start[12] = { 0x93, 'N', 'U', 'M', 'P', 'Y', version, 0, n & 0xff, n >> 8 & 0xff, 0, 0 };
  g_byte_array_append (file, start, version == 1 ? 10 : 12);
  g_byte_array_append (file, (const guint8 *) dictionary, (guint) n);
  if (length)
    g_byte_array_append (file, data, (guint) length);
  return file;
}

static gboolean
read_file (const GByteArray *file, LofiMatrix *m, gsize *shape, guint *n_dimensions, GError **error)
{
  write_bytes (path, file->data, file->len);
  return lofi_npy_read (path, m, shape, n_dimensions, error);
}

static void
expect_numbers (guint8 version, const char *dictionary, const void *data, gsize length, gsize rows, gsize cols, const double *numbers)
{
  g_autoptr (GByteArray) file = npy (version, dictionary, data, length);
  g_autoptr (GError) error = NULL;
  LofiMatrix m;
  gsize shape[LOFI_NPY_DIMENSIONS_MAX];
  guint n_dimensions;
  ck_assert_msg (read_file (file, &m, shape, &n_dimensions, &error), "%s: %s", dictionary, error ? error->message : "");
  ck_assert (m.rows == rows && m.cols == cols && shape[0] == rows);
  for (gsize i = 0; i < rows * cols; i++)
    ck_assert_msg (m.data[i] == numbers[i], "%s: %zu: %g is not %g", dictionary, i, m.data[i], numbers[i]);
  lofi_matrix_clear (&m);
}

START_TEST (types)
{
  const double numbers[] = { 0, 1, -2, 100, -128, 127 }, unsigned_numbers[] = { 0, 1, 2, 100, 128, 255 };
  guint8 bytes[48];
  const struct { const char *letter; guint size; } all[] = { { "i", 1 }, { "i", 2 }, { "i", 4 }, { "i", 8 }, { "f", 4 }, { "f", 8 },
                                                                { "u", 1 }, { "u", 2 }, { "u", 4 }, { "u", 8 } };
  for (guint t = 0; t < G_N_ELEMENTS (all); t++)
    for (guint swap = 0; swap < 2; swap++)
      {
        guint size = all[t].size;
        gboolean big = swap && size > 1;
        const double *from = all[t].letter[0] == 'u' ? unsigned_numbers : numbers;
        for (guint i = 0; i < 6; i++)
          {
            union { guint64 u; double d; } eight;
            union { guint32 u; float f; } four;
            eight.d = from[i];
            four.f = (float) from[i];
            guint64 word = all[t].letter[0] != 'f' ? (guint64) (gint64) from[i] : size == 8 ? eight.u : four.u;
            for (guint b = 0; b < size; b++)
              bytes[i * size + (big ? size - 1 - b : b)] = (guint8) (word >> (8 * b));
          }
        g_autofree char *dictionary = g_strdup_printf ("{'descr': '%c%s%u', 'fortran_order': False, 'shape': (2, 3), }\n",
                                                       size == 1 ? '|' : big ? '>' : '<', all[t].letter, size);
        expect_numbers (1 + t % 3, dictionary, bytes, 6 * size, 2, 3, from);
      }
  const guint8 flags[] = { 1, 0, 1 };
  expect_numbers (1, "{'descr': '|b1', 'fortran_order': False, 'shape': (3,), }\n", flags, 3, 3, 1, (const double[]) { 1, 0, 1 });
}
END_TEST

START_TEST (orders_and_blanks)
{
  const guint8 bytes[] = { 1, 2, 3, 4, 5, 6 };
  const double rows[] = { 1, 2, 3, 4, 5, 6 }, columns[] = { 1, 3, 5, 2, 4, 6 };
  expect_numbers (1, "{\"shape\":(2,3),\"fortran_order\":False,\"descr\":\"|u1\"}", bytes, 6, 2, 3, rows);
  expect_numbers (2, "  { 'shape' : ( 2 , 3 ) , 'descr' : '|u1' , 'fortran_order' : False } \n\n", bytes, 6, 2, 3, rows);
  expect_numbers (1, "{'descr': 'u1', 'fortran_order': False, 'shape': (2L, 3L)}", bytes, 6, 2, 3, rows);
  expect_numbers (3, "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3)}", bytes, 6, 2, 3, columns);
  expect_numbers (1, "{'descr': '|u1', 'fortran_order': True, 'shape': (6,)}", bytes, 6, 6, 1, rows);
  expect_numbers (1, "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 1, 2, 3)}", bytes, 6, 1, 6, rows);
}
END_TEST

typedef struct { const char *dictionary; gsize bytes; const char *word; } Refused;

static const Refused refused[] = {
  { "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3)}", 5, "(2, 3), 6 numbers of 1 bytes, but 5 bytes" },
  { "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3)}", 7, "but 7 bytes" },
  { "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3)}", 6, "of 8 bytes, but 6 bytes" },
  { "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3)}", 0, "but 0 bytes" },
  { "{'descr': '|u1', 'fortran_order': False, 'shape': ()}", 1, "single number" },
  { "{'descr': '|u1', 'fortran_order': False, 'shape': (0, 3)}", 0, "empty" },
  { "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 1, 1, 1, 6)}", 6, "more than 4 dimensions" },
  { "{'descr': '|u1', 'fortran_order': True, 'shape': (1, 2, 3)}", 6, "Fortran" },
  { "{'descr': '|u1', 'fortran_order': False, 'shape': (9223372036854775807, 3)}", 6, "impossible" },
  { "{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 1)}", 6, "but 6 bytes" },
  { "{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999, 3)}", 6, "damaged" },
  { "{'descr': '|u1', 'fortran_order': False, 'shape': (-2, 3)}", 6, "damaged" },
  { "{'descr': '|O', 'fortran_order': False, 'shape': (2, 3)}", 6, "“|O”" },
  { "{'descr': '<f2', 'fortran_order': False, 'shape': (2, 3)}", 12, "“<f2”" },
  { "{'descr': '<c8', 'fortran_order': False, 'shape': (2, 3)}", 48, "“<c8”" },
  { "{'descr': '<i3', 'fortran_order': False, 'shape': (2, 3)}", 18, "“<i3”" },
  { "{'descr': '<U1', 'fortran_order': False, 'shape': (2, 3)}", 24, "“<U1”" },
  { "{'descr': '', 'fortran_order': False, 'shape': (2, 3)}", 6, "“”" },
  { "{'descr': '<', 'fortran_order': False, 'shape': (2, 3)}", 6, "“<”" },
  { "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (2, 3)}", 48, "named columns" },
  { "{'descr': '|u1', 'fortran_order': None, 'shape': (2, 3)}", 6, "damaged" },
  { "{'descr': '|u1', 'shape': (2, 3)}", 6, "damaged" },
  { "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3)", 6, "damaged" },
  { "{'descr': '|u1', 'fortran_order': False, 'shape': (2 3)}", 6, "damaged" },
  { "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3)} x", 6, "damaged" },
  { "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), 'more': 1}", 6, "damaged" },
  { "", 6, "damaged" },
};

START_TEST (refusals)
{
  static const guint8 bytes[64] = { 1 };
  const Refused *r = &refused[_i];
  for (guint8 version = 1; version <= 3; version++)
    {
      g_autoptr (GByteArray) file = npy (version, r->dictionary, bytes, r->bytes);
      GError *error = NULL;
      LofiMatrix m;
      gsize shape[LOFI_NPY_DIMENSIONS_MAX];
      guint n_dimensions;
      ck_assert_msg (!read_file (file, &m, shape, &n_dimensions, &error), "accepted: %s", r->dictionary);
      EXPECT_INPUT_ERROR (error, path, r->word);
    }
}
END_TEST

/* Cut off anywhere, and with any byte changed: an array or one line, never anything else. */
START_TEST (broken_files)
{
  const double numbers[] = { 1, 2, 3, 4 };
  const char *dictionary = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }\n";
  g_autoptr (GByteArray) whole = npy (1, dictionary, numbers, sizeof numbers);
  LofiMatrix m;
  gsize shape[LOFI_NPY_DIMENSIONS_MAX];
  guint n_dimensions;
  for (guint length = 0; length < whole->len; length++)
    {
      GError *error = NULL;
      write_bytes (path, whole->data, length);
      ck_assert_msg (!lofi_npy_read (path, &m, shape, &n_dimensions, &error), "accepted: %u bytes", length);
      EXPECT_INPUT_ERROR (error, path);
    }
  static const guint8 values[] = { 0, 1, 0x27, 0x28, 0x39, 0x7f, 0xff };
  for (guint at = 0; at < whole->len - sizeof numbers; at++)
    for (guint v = 0; v < G_N_ELEMENTS (values); v++)
      {
        GError *error = NULL;
        guint8 old = whole->data[at];
        whole->data[at] = values[v];
        if (read_file (whole, &m, shape, &n_dimensions, &error))
          {
            ck_assert (m.rows * m.cols == 4);
            lofi_matrix_clear (&m);
          }
        else
          EXPECT_INPUT_ERROR (error, path);
        whole->data[at] = old;
      }
}
END_TEST

START_TEST (not_files)
{
  static const char *const places[] = { "/dev/zero", "/nowhere/x.npy", "/" };
  GError *error = NULL;
  LofiMatrix m;
  gsize shape[LOFI_NPY_DIMENSIONS_MAX];
  guint n_dimensions;
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      ck_assert (!lofi_npy_read (places[i], &m, shape, &n_dimensions, &error));
      EXPECT_INPUT_ERROR (error, places[i]);
    }
}
END_TEST

START_TEST (what_is_written_is_read)
{
  g_autofree double *numbers = g_new (double, 20000);
  gint64 integers[] = { 0, -1, 5000000000 };
  gsize shape[LOFI_NPY_DIMENSIONS_MAX], three = 3;
  guint n_dimensions;
  g_autoptr (GError) error = NULL;
  LofiMatrix m;
  lofi_random_normals (1, LOFI_PURPOSE_TEACHER, 0, 0, 20000, numbers);
  numbers[7] = 5e-324;
  ck_assert (lofi_npy_write_doubles (path, numbers, (gsize[]) { 100, 4, 50 }, 3, &error));
  ck_assert (lofi_npy_read (path, &m, shape, &n_dimensions, &error));
  ck_assert (n_dimensions == 3 && shape[0] == 100 && shape[1] == 4 && shape[2] == 50 && m.rows == 100 && m.cols == 200);
  ck_assert_int_eq (memcmp (m.data, numbers, 20000 * sizeof (double)), 0);
  lofi_matrix_clear (&m);
  ck_assert (lofi_npy_write_int64 (path, integers, &three, 1, &error));
  ck_assert (lofi_npy_read (path, &m, shape, &n_dimensions, &error));
  ck_assert (n_dimensions == 1 && m.rows == 3 && m.cols == 1 && m.data[0] == 0 && m.data[1] == -1 && m.data[2] == 5000000000.0);
  lofi_matrix_clear (&m);
  ck_assert (lofi_npy_write_doubles (path, NULL, (gsize[]) { 0, 5 }, 2, &error));   /* no test samples: an empty array */
}
END_TEST

/* The header, byte for byte as numpy.save lays it out: 64-byte aligned. */
START_TEST (layout)
{
  const double number = 1;
  const gsize one = 1;
  g_autofree char *data = NULL;
  gsize length;
  ck_assert (lofi_npy_write_doubles (path, &number, &one, 1, NULL));
  ck_assert (g_file_get_contents (path, &data, &length, NULL));
  ck_assert_uint_eq (length, 128 + 8);
  ck_assert_int_eq (memcmp (data, "\x93NUMPY\x01\x00\x76\x00{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", 67), 0);
  ck_assert (data[127] == '\n' && data[126] == ' ');
}
END_TEST

START_TEST (unwritable)
{
  GError *error = NULL;
  const double number = 1;
  const gsize one = 1;
  write_bytes (path, "", 0);
  g_autofree char *below = g_build_filename (path, "y.npy", NULL);
  ck_assert (!lofi_npy_write_doubles (below, &number, &one, 1, &error));
  EXPECT_INPUT_ERROR (error, below, "cannot be written");
  ck_assert (!lofi_npy_write_doubles (path, &number, (gsize[]) { G_MAXSIZE, 2 }, 2, &error));
  ck_assert_int_eq (lofi_error_exit_code (error), 3);
  g_clear_error (&error);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("npy");
  TCase *tests = tcase_create ("npy");
  tcase_add_checked_fixture (tests, set_up, tear_down);
  tcase_add_test (tests, types);
  tcase_add_test (tests, orders_and_blanks);
  tcase_add_loop_test (tests, refusals, 0, G_N_ELEMENTS (refused));
  tcase_add_test (tests, broken_files);
  tcase_add_test (tests, not_files);
  tcase_add_test (tests, what_is_written_is_read);
  tcase_add_test (tests, layout);
  tcase_add_test (tests, unwritable);
  tcase_set_timeout (tests, 60);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
