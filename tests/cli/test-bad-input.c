/* Input that cannot be used: exit 2, one line that says what and where, nothing half-written, no crash. */
#include <math.h>
#include "lofi-small-data.h"

typedef struct {
  char *folder, *out;
} Fixture;

static Fixture
fixture_new (void)
{
  Fixture f = { .folder = small_folder () };
  f.out = g_build_filename (f.folder, "out", NULL);
  return f;
}

/* Runs a fit that must be refused, and looks at what it left. */
static void
refused (Fixture *f, const char *words, const char *format, ...)
{
  va_list rest;
  va_start (rest, format);
  g_autofree char *options = g_strdup_vprintf (format, rest);
  va_end (rest);
  g_auto (Said) said = lofi_run ("fit %s/small.lofi -o %s --save features%s", f->folder, f->out, options);
  assert_refused (&said, 2, words);
  ck_assert_msg (folder_count (f->out) == 0, "something was left in the folder");
}

static void
fixture_clear (Fixture *f)
{
  folder_remove (f->folder);
  g_free (f->folder);
  g_free (f->out);
}

/* The experiment reads an IDX folder beside it. */
static void
use_idx (Fixture *f, const char *classes)
{
  g_autofree char *data = g_strdup_printf ("source=idx\n%s", classes);
  g_autofree char *idx = g_build_filename (f->folder, "idx", NULL);
  g_mkdir (idx, 0777);
  save_idx_set (idx);
  save_experiment (f->folder, "small.lofi", data, SMALL_LAYERS);
  g_free (f->out);
  f->out = g_build_filename (f->folder, "out", NULL);
}

START_TEST (missing_data)
{
  Fixture f = fixture_new ();
  refused (&f, "/nowhere/at/all|;", " --set data.source=/nowhere/at/all --set data.positive=1 --set data.negative=0");
  refused (&f, "mnist|;", " --set data.source=mnist --set data.positive=1 --set data.negative=0");
  refused (&f, "absent.npy", " --set data.train-inputs=absent.npy");
  fixture_clear (&f);
}
END_TEST

START_TEST (missing_experiment)
{
  Fixture f = fixture_new ();
  g_auto (Said) absent = lofi_run ("fit %s/absent.lofi", f.folder), near = lofi_run ("fit shrit"), folder = lofi_run ("fit %s", f.folder);
  assert_refused (&absent, 2, "absent.lofi");
  assert_refused (&near, 2, "shrit|shirt");
  assert_refused (&folder, 2, "folder");
  fixture_clear (&f);
}
END_TEST

START_TEST (idx_files)
{
  Fixture f = fixture_new ();
  use_idx (&f, "positive=1\nnegative=0\n");
  g_autofree char *idx = g_build_filename (f.folder, "idx", NULL);
  g_auto (Said) good = lofi_run ("fit %s/small.lofi --quiet", f.folder);
  assert_done (&good);
  save_idx (idx, "train-images-idx3-ubyte", 3, 60, 16 + 59 * 30 + 7);
  refused (&f, "train-images-idx3-ubyte", "");
  save_idx (idx, "train-images-idx3-ubyte", 3, 60, 9);
  refused (&f, "train-images-idx3-ubyte", "");
  file_write (idx, "train-images-idx3-ubyte", "", 0);
  refused (&f, "train-images-idx3-ubyte", "");
  file_write (idx, "train-images-idx3-ubyte", "\x89PNG and so on, which is no IDX file at all", 40);
  refused (&f, "train-images-idx3-ubyte|magic", "");
  /* A header that promises more than any memory. */
  file_write (idx, "train-images-idx3-ubyte", "\0\0\x08\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 16);
  refused (&f, "train-images-idx3-ubyte", "");
  save_idx (idx, "train-images-idx3-ubyte", 3, 60, -1);
  save_idx (idx, "train-labels-idx1-ubyte", 1, 59, -1);
  refused (&f, "59|60", "");
  fixture_clear (&f);
}
END_TEST

START_TEST (gzip_files)
{
  Fixture f = fixture_new ();
  use_idx (&f, "positive=1\nnegative=0\n");
  g_autofree char *plain = g_build_filename (f.folder, "idx", "train-images-idx3-ubyte", NULL);
  g_autofree char *idx = g_build_filename (f.folder, "idx", NULL);
  g_remove (plain);
  file_write (idx, "train-images-idx3-ubyte.gz", "\x1f\x8b\x08\x00 and then nothing that unpacks", 30);
  refused (&f, "train-images-idx3-ubyte.gz", "");
  fixture_clear (&f);
}
END_TEST

START_TEST (one_class_only)
{
  Fixture f = fixture_new ();
  save_task (f.folder, 60, 4, -1, TRUE);
  refused (&f, "class", "");
  use_idx (&f, "positive=1\nnegative=7\n");
  refused (&f, "7", "");
  fixture_clear (&f);
}
END_TEST

START_TEST (array_shapes)
{
  Fixture f = fixture_new ();
  const double numbers[24] = { 1, -1 };
  save_array (f.folder, "y.npy", numbers, 24, 0);
  refused (&f, "24|120", "");
  save_array (f.folder, "y.npy", numbers, 4, 6);
  refused (&f, "y.npy", "");
  save_task (f.folder, 120, 8, -1, FALSE);
  save_array (f.folder, "x-test.npy", numbers, 4, 6);
  refused (&f, "6|8", "");
  file_write (f.folder, "x.npy", "not an array", -1);
  refused (&f, "x.npy", "");
  file_write (f.folder, "x.npy", "\x93NUMPY\x01\x00\x10\x00{'shape': (3", 22);
  refused (&f, "x.npy", "");
  fixture_clear (&f);
}
END_TEST

START_TEST (not_a_number)
{
  Fixture f = fixture_new ();
  save_task (f.folder, 120, 8, 8 * 3 + 5, FALSE);
  /* Row and column are named. */
  refused (&f, "3|5", "");
  fixture_clear (&f);
}
END_TEST

START_TEST (sizes)
{
  Fixture f = fixture_new ();
  refused (&f, "layer1.width", " --set layer1.width=0");
  refused (&f, "layer1.width", " --set layer1.width=-3");
  refused (&f, "layer1.keep|40", " --set layer1.keep=41");
  refused (&f, "layer1.keep", " --set layer1.width=400 --set layer1.keep=121");
  refused (&f, "layer1.width", " --set layer1.width=99999999999999999999");
  refused (&f, "data.train|120", " --set data.train=121");
  fixture_clear (&f);
}
END_TEST

START_TEST (unknown_keys)
{
  Fixture f = fixture_new ();
  refused (&f, "--set|widht|width", " --set layer1.widht=3");
  refused (&f, "--set|dta|data", " --set dta.train=3");
  save_experiment (f.folder, "small.lofi", SMALL_ARRAYS, "[layer1]\nkind=dense\nwidth=40\nkepe=5\n");
  refused (&f, "small.lofi|layer1|kepe|keep", "");
  save_experiment (f.folder, "small.lofi", SMALL_ARRAYS, "[layer2]\nkind=dense\nwidth=40\n");
  refused (&f, "small.lofi|layer", "");
  file_write (f.folder, "small.lofi", "not a key file at all\n", -1);
  refused (&f, "small.lofi", "");
  fixture_clear (&f);
}
END_TEST

/* x.npy and x-test.npy become 120 and 60 maps of 2 x 4 x 5. */
static void
use_maps (Fixture *f)
{
  g_autofree double *values = g_new (double, 120 * 40);
  guint64 state = 3;
  for (gsize i = 0; i < 120 * 40; i++)
    values[i] = 2 * small_uniform (&state) - 1;
  for (guint s = 0; s < 2; s++)
    {
      g_autofree char *path = g_build_filename (f->folder, s ? "x-test.npy" : "x.npy", NULL);
      ck_assert (lofi_npy_write_doubles (path, values, (gsize[]) { s ? 60 : 120, 2, 4, 5 }, 4, NULL));
    }
}

static void
use_layers (Fixture *f, const char *layers)
{
  save_experiment (f->folder, "small.lofi", SMALL_ARRAYS, layers);
}

/* Each says where, what, and after the semicolon what to do. */
START_TEST (windows)
{
  Fixture f = fixture_new ();
  use_layers (&f, "[layer1]\nkind=conv\nsize=3\nwidth=20\nkeep=4\n");
  refused (&f, "layer1|not images|; ", "");
  use_maps (&f);
  g_auto (Said) good = lofi_run ("fit %s/small.lofi --quiet", f.folder);
  assert_done (&good);
  refused (&f, "layer1|5 x 5|4 x 5|; ", " --set layer1.size=5");
  refused (&f, "layer1.stride|0|; ", " --set layer1.stride=0");
  refused (&f, "layer1.stride|; ", " --set layer1.stride=2000");
  refused (&f, "layer1.keep|21|20|; ", " --set layer1.keep=21");
  use_layers (&f, "[layer1]\nkind=conv\nsize=2\nstride=3\nwidth=20\nkeep=4\n[layer2]\nkind=conv\nsize=2\nwidth=9\nkeep=2\n");
  refused (&f, "layer2|1 x 2|stride|; ", "");
  use_layers (&f, "[layer1]\nkind=conv\nsize=3\nwidth=20\nkeep=4\n[layer2]\nkind=pool\nsize=3\n");
  refused (&f, "layer2|3 x 3|2 x 3|; ", "");
  use_layers (&f, "[layer1]\nkind=dense\nwidth=20\nkeep=4\n[layer2]\nkind=conv\nsize=3\nwidth=9\nkeep=2\n");
  refused (&f, "small.lofi|layer2|kind|vector|; ", "");
  use_layers (&f, "[layer1]\nkind=conv\nsize=3\nwidth=20\nkeep=4\n[layer2]\nkind=dense\nwidth=9\nkeep=2\n");
  refused (&f, "small.lofi|layer2|kind|flatten|; ", "");
  fixture_clear (&f);
}
END_TEST

START_TEST (degrees_without_expansion)
{
  Fixture f = fixture_new ();
  refused (&f, "layer1.degree|square|constant|; ", " --set layer1.activation=square --set layer1.degree=1");
  refused (&f, "layer1.degree|0|; ", " --set layer1.degree=0");
  refused (&f, "layer1.degree|99|; ", " --set layer1.degree=99");
  fixture_clear (&f);
}
END_TEST

START_TEST (budget)
{
  Fixture f = fixture_new ();
  refused (&f, "layer1|MiB|1.0|experiment.memory|; reduce the width", " --set layer1.width=3000 --set experiment.memory=1M");
  refused (&f, "TiB|reduce the width", " --set layer1.width=2000000000");
  g_auto (Said) swept = lofi_run ("emerge %s/small.lofi -o %s --set layer1.width=3000 --set experiment.memory=1M", f.folder, f.out);
  assert_refused (&swept, 2, "layer1|MiB|experiment.memory");
  fixture_clear (&f);
}
END_TEST

START_TEST (comparisons)
{
  Fixture f = fixture_new ();
  use_maps (&f);
  use_layers (&f, "[layer1]\nkind=conv\nsize=3\nwidth=20\nkeep=4\n");
  refused (&f, "emergence.compare|layer1|; leave out kernel", " --set emergence.compare=kernel");
  use_layers (&f, "[layer1]\nwidth=inf\nkeep=4\n");
  refused (&f, "emergence.compare|infinite|; ", " --set emergence.compare=descent");
  refused (&f, "layer1|keep|121|120|; ", " --set layer1.keep=121");
  use_layers (&f, "[layer1]\nwidth=inf\nkeep=none\n[layer2]\nwidth=20\nkeep=4\n");
  refused (&f, "layer2|width|kernel|; ", "");
  fixture_clear (&f);
}
END_TEST

/* Permissions do not stop an administrator, a file in the way stops everybody. */
START_TEST (unwritable_output)
{
  Fixture f = fixture_new ();
  file_write (f.folder, "taken", "a file", -1);
  g_auto (Said) file = lofi_run ("fit %s/small.lofi -o %s/taken", f.folder, f.folder);
  assert_refused (&file, 2, "taken");
  g_auto (Said) below = lofi_run ("fit %s/small.lofi -o %s/taken/below", f.folder, f.folder);
  assert_refused (&below, 2, "taken");
  g_auto (Said) swept = lofi_run ("emerge %s/small.lofi -o %s/taken/below", f.folder, f.folder);
  assert_refused (&swept, 2, "taken");
  g_auto (Said) drawn = lofi_run ("figure spectrum %s/small.lofi -o %s/taken/below.pdf", f.folder, f.folder);
  assert_refused (&drawn, 2, "taken");
  g_autofree char *text = file_read (f.folder, "taken");
  ck_assert_str_eq (text, "a file");
  fixture_clear (&f);
}
END_TEST

START_TEST (sweeps)
{
  Fixture f = fixture_new ();
  g_auto (Said) many = lofi_run ("emerge %s/small.lofi -o %s --set emergence.samples=20;500", f.folder, f.out);
  assert_refused (&many, 2, "500|120");
  ck_assert_uint_eq (folder_count (f.out), 0);
  fixture_clear (&f);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("bad-input");
  TCase *tests = tcase_create ("bad-input");
  tcase_set_timeout (tests, 120);
  tcase_add_test (tests, missing_data);
  tcase_add_test (tests, missing_experiment);
  tcase_add_test (tests, idx_files);
  tcase_add_test (tests, gzip_files);
  tcase_add_test (tests, one_class_only);
  tcase_add_test (tests, array_shapes);
  tcase_add_test (tests, not_a_number);
  tcase_add_test (tests, sizes);
  tcase_add_test (tests, unknown_keys);
  tcase_add_test (tests, windows);
  tcase_add_test (tests, degrees_without_expansion);
  tcase_add_test (tests, budget);
  tcase_add_test (tests, comparisons);
  tcase_add_test (tests, unwritable_output);
  tcase_add_test (tests, sweeps);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
