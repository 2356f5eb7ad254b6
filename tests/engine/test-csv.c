/* CSV files: cells, numbers, labels, and the row and column of whatever is wrong. */
#include "config.h"
#include "lofi-csv-private.h"
#include "lofi-formats.h"
#include "lofi-task.h"

static char *folder, *path, *test_path;

static void
set_up (void)
{
  folder = fixture_folder ();
  path = g_build_filename (folder, "set.csv", NULL);
  test_path = g_build_filename (folder, "set-test.csv", NULL);
}

static void
tear_down (void)
{
  remove_all (folder);
  g_clear_pointer (&folder, g_free);
  g_clear_pointer (&path, g_free);
  g_clear_pointer (&test_path, g_free);
}

static LofiDataset *
load_text (const char *text)
{
  write_bytes (path, text, strlen (text));
  return load_path (path);
}

static void
expect_text_refused (const char *text, const char *first, const char *second)
{
  write_bytes (path, text, strlen (text));
  expect_path_refused (path, first, second);
}

#define VALUE(dataset, i, j) ((dataset)->train.values.data[(i) * (dataset)->train.values.stride + (j)])

START_TEST (plain)
{
  g_autoptr (LofiDataset) dataset = load_text ("a,b,label\n1,2.5,0\n-3,4e2,1\n .5 ,\t-7 , 12 \n");
  ck_assert (dataset->channels == 1 && dataset->height == 1 && dataset->width == 2 && !dataset->is_image);
  ck_assert (dataset->train.count == 3 && dataset->test.count == 0 && dataset->n_classes == 13 && !dataset->class_names);
  ck_assert (VALUE (dataset, 0, 0) == 1 && VALUE (dataset, 0, 1) == 2.5 && VALUE (dataset, 1, 0) == -3 && VALUE (dataset, 1, 1) == 400);
  ck_assert (VALUE (dataset, 2, 0) == 0.5 && VALUE (dataset, 2, 1) == -7);
  ck_assert (dataset->train.classes[0] == 0 && dataset->train.classes[1] == 1 && dataset->train.classes[2] == 12);
  ck_assert_str_eq (dataset->name, "set.csv");
}
END_TEST

/* Line ends, a byte-order mark, quotes, empty lines at the end, no line end at the end, other separators. */
START_TEST (dialects)
{
  static const char *const texts[] = {
    "a,b,label\n1,2,x\n3,4,y\n", "a,b,label\r\n1,2,x\r\n3,4,y\r\n", "\xef\xbb\xbf" "a,b,label\n1,2,x\n3,4,y", "a,b,label\n1,2,x\n3,4,y\n\n\r\n\n",
    "\"a\",\"b\",\"label\"\n\"1\",\"2\",\"x\"\n\"3\", \"4\" ,\"y\"\r\n", "a;b;label\n1;2;x\n3;4;y\n", "a\tb\tlabel\n1\t2\tx\n3\t4\ty\n",
    "label,a,b\nx,1,2\ny,3,4\n", "a,Label,b\n1,x,2\n3,y,4\n", "a,b,kind\n1,2,x\n3,4,y\n", ",a,b,kind\n0,1,2,x\n1,3,4,y\n",
    "\"a\nb\",\"c,\"\"d\"\"\",label\n1,2,x\n3,4,y\n",
  };
  for (guint t = 0; t < G_N_ELEMENTS (texts); t++)
    {
      g_autoptr (LofiDataset) dataset = load_text (texts[t]);
      ck_assert_msg (dataset->train.count == 2 && dataset->width == 2 && dataset->n_classes == 2, "text %u", t);
      ck_assert_msg (VALUE (dataset, 0, 0) == 1 && VALUE (dataset, 0, 1) == 2 && VALUE (dataset, 1, 0) == 3 && VALUE (dataset, 1, 1) == 4,
                     "text %u", t);
      ck_assert (dataset->train.classes[0] == 0 && dataset->train.classes[1] == 1);
      ck_assert_str_eq (dataset->class_names[1], "y");
    }
}
END_TEST

/* Sorted, with their names; whole numbers by size; one way of writing each. */
START_TEST (labels)
{
  g_autoptr (LofiDataset) words = load_text ("a,label\n1,pear\n2,\"apple, red\"\n3,pear\n4,fig \n");
  ck_assert_uint_eq (words->n_classes, 3);
  ck_assert_str_eq (words->class_names[0], "apple, red");
  ck_assert (words->train.classes[0] == 2 && words->train.classes[1] == 0 && words->train.classes[2] == 2 && words->train.classes[3] == 1);
  g_autoptr (LofiDataset) signs = load_text ("a,label\n1,1\n2,-1\n3,+1\n4,1.0\n5,10\n");
  ck_assert_uint_eq (signs->n_classes, 3);
  ck_assert_str_eq (signs->class_names[0], "-1");
  ck_assert_str_eq (signs->class_names[2], "10");
  ck_assert (signs->train.classes[0] == 1 && signs->train.classes[1] == 0 && signs->train.classes[2] == 1 && signs->train.classes[3] == 1
             && signs->train.classes[4] == 2);
  g_autoptr (LofiDataset) large = load_text ("a,label\n1,3000\n2,200\n");
  ck_assert (large->n_classes == 2 && large->train.classes[0] == 1 && large->train.classes[1] == 0);
  g_autoptr (LofiDataset) invalid = load_text ("a,label\n1,\xff\n2,\xfe\n");
  ck_assert_uint_eq (invalid->n_classes, 2);
  ck_assert (g_utf8_validate (invalid->class_names[0], -1, NULL) && invalid->train.classes[0] == 1);
  g_autoptr (GString) many = g_string_new ("a,label\n");
  for (guint i = 0; i < 257; i++)
    g_string_append_printf (many, "1,%g\n", i + 0.5);
  expect_text_refused (many->str, "row 258, column 2 (label)", "more than 256 different labels");
}
END_TEST

START_TEST (label_column)
{
  g_autoptr (LofiExperiment) e = source_experiment (path);
  write_bytes (path, "kind,label,b\n1,2,3\n0,5,6\n", 25);
  g_autofree char *before = lofi_dataset_key (e, NULL);
  e->data.label_column = g_strdup ("kind");
  g_autoptr (LofiDataset) dataset = load_source (e);
  ck_assert_str_ne (before, dataset->key);
  ck_assert (VALUE (dataset, 0, 0) == 2 && VALUE (dataset, 1, 1) == 6 && dataset->train.classes[0] == 1 && dataset->train.classes[1] == 0);
  g_free (e->data.label_column);
  e->data.label_column = g_strdup ("kinf");
  expect_load_refused (e, path, "did you mean kind?");
  expect_text_refused ("label,a,label\n1,2,3\n", "columns 1 and 3 are both named", path);
}
END_TEST

START_TEST (test_beside)
{
  g_autofree char *train = g_build_filename (folder, "my-train.csv", NULL), *test = g_build_filename (folder, "my-test.csv", NULL);
  write_bytes (test_path, "a,label\n5,fig\n", 14);
  g_autoptr (LofiDataset) dataset = load_text ("a,label\n1,pear\n2,apple\n");
  ck_assert (dataset->test.count == 1 && dataset->test.values.data[0] == 5 && dataset->test.classes[0] == 1 && dataset->n_classes == 3);
  write_bytes (train, "a,label\n1,0\n2,1\n", 16);
  write_bytes (test, "a,label\n5,7\n", 12);
  g_autoptr (LofiDataset) other = load_path (train);
  ck_assert (other->test.count == 1 && other->test.classes[0] == 7 && other->n_classes == 8);
  write_bytes (test, "b,label\n5,7\n", 12);
  expect_path_refused (train, test, "column 1 is “b”, but “a”");
  write_bytes (test, "a,c,label\n5,6,7\n", 16);
  expect_path_refused (train, test, "3 columns, but 2");
  write_bytes (test, "a,label\n5,\n", 11);
  expect_path_refused (train, test, "row 2, column 2 (label)");
}
END_TEST

START_TEST (refused)
{
  expect_text_refused ("a,b,label\n1,2,0\n3,,1\n", "row 3, column 2 (b): the cell is missing", path);
  expect_text_refused ("a,b,label\n1,2,0\n3,4,\n", "row 3, column 3 (label): the cell is missing", path);
  expect_text_refused ("a,b,label\n1,2,0\n3, ,1\n", "row 3, column 2 (b): the cell is missing", path);
  expect_text_refused ("a,b,label\n1,2,0\n3,\"\",1\n", "row 3, column 2 (b): the cell is missing", path);
  expect_text_refused ("a,b,label\n1,two,0\n", "row 2, column 2 (b): “two” is not a finite number", path);
  expect_text_refused ("a,b,label\n1,nan,0\n", "row 2, column 2 (b)", "“nan”");
  expect_text_refused ("a,b,label\n1,0x10,0\n", "row 2, column 2 (b)", "“0x10”");
  expect_text_refused ("a,b,label\n1,1e999,0\n", "row 2, column 2 (b)", "“1e999”");
  expect_text_refused ("a,b,label\n1,1.2.3,0\n", "row 2, column 2 (b)", "“1.2.3”");
  expect_text_refused ("a,b,label\n1,.,0\n", "row 2, column 2 (b)", "“.”");
  expect_text_refused ("a,b,label\n1,-,0\n", "row 2, column 2 (b)", "“-”");
  expect_text_refused ("a;b;label\n1,5;2;0\n", "row 2, column 1 (a)", "“1,5”");
  expect_text_refused ("a,b,label\n1,2\n", "row 2, column 2 (b)", "the row ends here, but the header has 3 columns");
  expect_text_refused ("a,b,label\n1,2,0,4\n", "row 2, column 4", "the row goes on, but the header has 3 columns");
  expect_text_refused ("a,b,label\n1,2,0\n\n3,4,1\n", "row 3, column 1: the row is empty", path);
  expect_text_refused ("a,b,label\n1,\"2,0\n3,4,1\n", "row 2, column 2", "a quote is opened and not closed");
  expect_text_refused ("a,b,label\n1,\"2\"5,0\n", "row 2, column 2", "behind a closing quote");
  expect_text_refused ("a,b,label\n1,2\"5,0\n", "row 2, column 2", "a quote inside a cell");
  expect_text_refused ("", path, "the file is empty");
  expect_text_refused ("\n\n\n", path, "the file is empty");
  expect_text_refused ("a,b,label\n", path, "a header and nothing else");
  expect_text_refused ("a,b,label\n\n\r\n", path, "a header and nothing else");
  expect_text_refused ("label\n1\n", path, "a single column");
  expect_text_refused ("1,2.5,0\n3,4,1\n", path, "the first row holds numbers");
  expect_text_refused ("\xff\xfe" "a", path, "UTF-16");
  write_bytes (path, "a,label\n1\0,0\n", 13);
  expect_path_refused (path, "row 2, column 1", "NUL");
}
END_TEST

START_TEST (sizes)
{
  g_autofree char *cell = g_strnfill (70000, 'x');
  g_autofree char *huge = g_strconcat ("a,label\n1,", cell, "\n", NULL), *quoted = g_strconcat ("a,label\n1,\"", cell, "\"\n", NULL);
  g_autoptr (LofiExperiment) e = source_experiment (path);
  expect_text_refused (huge, "row 2, column 2", "65536");
  expect_text_refused (quoted, "row 2, column 2", "65536");
  /* Columns and rows that cross every block of the reader. */
  g_autoptr (GString) text = g_string_new ("label");
  for (guint j = 0; j < 60000; j++)
    g_string_append_printf (text, ",column %u", j);
  for (guint i = 0; i < 5; i++)
    {
      g_string_append_printf (text, "\n%u", i);
      for (guint j = 0; j < 60000; j++)
        g_string_append_printf (text, ",%u.25", (i * 31 + j) % 977);
    }
  g_autoptr (LofiDataset) dataset = load_text (text->str);
  ck_assert (dataset->width == 60000 && dataset->train.count == 5);
  guint same = 0;
  for (guint i = 0; i < 5; i++)
    for (guint j = 0; j < 60000; j++)
      same += VALUE (dataset, i, j) == (i * 31 + j) % 977 + 0.25;
  ck_assert_uint_eq (same, 300000);
  e->memory = 1 << 20;
  expect_load_refused (e, path, "experiment.memory");
}
END_TEST

START_TEST (numbers_are_read_to_the_last_bit)
{
  static const char *const texts[] = { "0", "-0", "1", "+1.5", "0.1", "0.30000000000000004", "123456789012345", "0.000000000000001", "-.5", "5.", "3.14159",
                                       "99999999999999999999", "1e-320", "2.2250738585072014e-308", "1E5", "-1e+5", "9007199254740993", "0.1234567890123456",
                                       "00012", "1.7976931348623157e308" };
  static const char *const bad[] = { "", "+", "-.", "e5", "1e", "--1", "1-", "inf", "nan", "0x1", "1 2", "1,2", "1e400", "½" };
  double number;
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      double expected = g_ascii_strtod (texts[i], NULL);
      ck_assert_msg (lofi_csv_number (texts[i], strlen (texts[i]), &number), "%s", texts[i]);
      ck_assert_msg (memcmp (&number, &expected, sizeof number) == 0, "%s: %.17g, not %.17g", texts[i], number, expected);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    ck_assert_msg (!lofi_csv_number (bad[i], strlen (bad[i]), &number), "%s", bad[i]);
  for (guint i = 0; i < 20000; i++)
    {
      double u[2];
      char text[40];
      lofi_random_uniforms (5, LOFI_PURPOSE_TEACHER, i, 0, 2, u);
      g_snprintf (text, sizeof text, "%.*f", (int) (16 * u[1]), (u[0] - 0.5) * (i % 3 ? 2 : 1e6));
      double expected = g_ascii_strtod (text, NULL);
      ck_assert_msg (lofi_csv_number (text, strlen (text), &number) && number == expected, "%s", text);
    }
}
END_TEST

/* Tables of pixels are pictures. */
START_TEST (pixels)
{
  g_autoptr (GString) text = g_string_new ("label");
  for (guint j = 0; j < 16; j++)
    g_string_append_printf (text, j % 2 ? ",pixel%u" : ",%ux1", j);
  g_string_append (text, "\n3,0,255,1,2,3,4,5,6,7,8,9,10,11,12,13,14\n");
  g_autoptr (LofiDataset) dataset = load_text (text->str);
  ck_assert (dataset->is_image && dataset->height == 4 && dataset->width == 4 && dataset->train.pixels && !dataset->train.values.data);
  ck_assert (dataset->train.pixels[1] == 255 && dataset->train.pixels[15] == 14 && dataset->deviation[0] > 0);
  g_string_append (text, "3,0,255.5,1,2,3,4,5,6,7,8,9,10,11,12,13,14\n");
  g_autoptr (LofiDataset) numbers = load_text (text->str);
  ck_assert (numbers->is_image && numbers->train.values.data && !numbers->train.pixels && VALUE (numbers, 1, 1) == 255.5);
}
END_TEST

/* Numbers with classes: drawn by the seed, left as they are or standardised. */
START_TEST (as_a_task)
{
  g_autoptr (LofiExperiment) e = source_experiment (path);
  g_autoptr (GString) text = g_string_new ("a,b,label\n");
  const int one = 1, zero = 0;
  for (guint i = 0; i < 30; i++)
    g_string_append_printf (text, "%u,%d,%s\n", i, 100 - (int) i, i % 3 == 0 ? "left" : i % 3 == 1 ? "right" : "up");
  write_bytes (path, text->str, text->len);
  g_clear_pointer (&e->data.labels, g_free);
  e->data.positive = g_array_new (FALSE, FALSE, sizeof (int));
  e->data.negative = g_array_new (FALSE, FALSE, sizeof (int));
  g_array_append_val (e->data.positive, one);
  g_array_append_val (e->data.negative, zero);
  g_autoptr (LofiDataset) dataset = load_source (e);
  g_autoptr (GError) error = NULL;
  g_autoptr (LofiTask) task = lofi_task_new (dataset, e, NULL, &error);
  ck_assert_msg (task != NULL, "%s", error ? error->message : "");
  ck_assert_uint_eq (task->train.count, 20);
  ck_assert_str_eq (task->positive_name, "right");
  for (gsize i = 0; i < 20; i++)
    {
      const double *row = task->train.inputs.data + i * task->train.inputs.stride;
      ck_assert (row[0] == (double) task->train.indices[i] && row[1] == 100 - row[0]);
      ck_assert (task->train.y[i] == ((int) row[0] % 3 == 1 ? 1 : -1) && (int) row[0] % 3 != 2);
    }
}
END_TEST

/* Every cut and many wrong bytes of a table with everything in it. */
START_TEST (mutations)
{
  static const char whole[] = "\xef\xbb\xbf,a,\"b \"\"c\"\"\",label\r\n0,1,\"-2.5\",x\r\n1, 3 ,4e1,\"y,z\"\r\n2,5,6,x\r\n\r\n";
  static const char poison[] = { ',', '"', '\n', '\r', '\0', '\xff', '-', 'e' };
  g_autofree char *bytes = g_memdup2 (whole, sizeof whole);
  gsize length = sizeof whole - 1;
  ck_assert (expect_survived (path, whole, length));
  for (gsize cut = 0; cut < length; cut++)
    expect_survived (path, whole, cut);
  for (gsize at = 0; at < length; at++)
    for (guint p = 0; p < sizeof poison; p++)
      {
        bytes[at] = poison[p];
        expect_survived (path, bytes, length);
        bytes[at] = whole[at];
      }
}
END_TEST

START_TEST (stopped)
{
  g_autoptr (LofiExperiment) e = source_experiment (path);
  g_autoptr (GCancellable) stop = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  write_bytes (path, "a,label\n1,0\n", 12);
  g_cancellable_cancel (stop);
  ck_assert_ptr_null (lofi_dataset_load (e, stop, &error));
  ck_assert_int_eq (lofi_error_exit_code (error), 130);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("csv");
  TCase *tests = tcase_create ("csv");
  tcase_add_checked_fixture (tests, set_up, tear_down);
  tcase_add_test (tests, plain);
  tcase_add_test (tests, dialects);
  tcase_add_test (tests, labels);
  tcase_add_test (tests, label_column);
  tcase_add_test (tests, test_beside);
  tcase_add_test (tests, refused);
  tcase_add_test (tests, sizes);
  tcase_add_test (tests, numbers_are_read_to_the_last_bit);
  tcase_add_test (tests, pixels);
  tcase_add_test (tests, as_a_task);
  tcase_add_test (tests, mutations);
  tcase_add_test (tests, stopped);
  tcase_set_timeout (tests, 60);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
