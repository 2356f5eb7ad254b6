/* Figures as files, and lengths. */
#define _GNU_SOURCE
#include <math.h>
#include <string.h>
#include <glib/gstdio.h>
#include <gdk-pixbuf/gdk-pixbuf.h>
#include "fixtures.h"
#include "lofi-error.h"
#include "lofi-export.h"
#include "lofi-test.h"

static char *folder;

static void
set_up (void)
{
  folder = g_dir_make_tmp ("lofi-export-XXXXXX", NULL);
  ck_assert_ptr_nonnull (folder);
  g_setenv ("SOURCE_DATE_EPOCH", "1750000000", TRUE);
}

static void
tear_down (void)
{
  GDir *dir = g_dir_open (folder, 0, NULL);
  for (const char *name; dir && (name = g_dir_read_name (dir));)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_remove (path);
    }
  g_clear_pointer (&dir, g_dir_close);
  g_rmdir (folder);
  g_clear_pointer (&folder, g_free);
}

static guint
files_in_folder (void)
{
  guint n = 0;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  while (g_dir_read_name (dir))
    n++;
  return n;
}

static LofiFigure *
make_figure (void)
{
  Fixture f;
  double spectrum[300], kept[] = { -12, 9 };
  fixture_init (&f, 20, 1, 6, 6);
  fixture_normal (f.random, spectrum, 298, 1);
  spectrum[298] = kept[0];
  spectrum[299] = kept[1];
  qsort (spectrum, 300, sizeof *spectrum, fixture_compare);
  fixture_set_spectrum (&f, spectrum, 300, kept, 2);
  LofiFigure *figure = lofi_figure_spectrum (&f.result, 0, TRUE, 0, 0, NULL);
  fixture_clear (&f);
  return figure;
}

/* Writes the figure and reads the file back; fails the test if it is not there. */
static GBytes *
export (LofiFigure *figure, const char *name, double width, double height, double dpi, const LofiStyle *style)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char *data;
  gsize length;
  gboolean done = lofi_figure_export (figure, path, width, height, dpi, style, "Spectrum · λ", &error);
  ck_assert_msg (done && !error, "%s", error ? error->message : "no error");
  ck_assert (g_file_get_contents (path, &data, &length, NULL));
  return g_bytes_new_take (data, length);
}

static gboolean
contains (GBytes *bytes, const char *what)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);
  return memmem (data, length, what, strlen (what)) != NULL;
}

/* What a program prints about a file, or NULL if there is no such program here. */
static char *
output_of (const char *program, const char *options, const char *name)
{
  g_autofree char *found = g_find_program_in_path (program), *path = g_build_filename (folder, name, NULL);
  char *out = NULL;
  if (!found)
    return NULL;
  g_autofree char *line = g_strdup_printf ("%s %s %s %s", found, options, path, g_str_equal (program, "pdftotext") ? "-" : "");
  ck_assert (g_spawn_command_line_sync (line, &out, NULL, NULL, NULL));
  return out;
}

START_TEST (test_pdf)
{
  g_autoptr (LofiFigure) figure = make_figure ();
  g_autoptr (GBytes) bytes = export (figure, "a.pdf", 396, 245, 300, lofi_style_paper ());
  ck_assert (g_str_has_prefix (g_bytes_get_data (bytes, NULL), "%PDF-1.5"));
  ck_assert (contains (bytes, "%%EOF"));
  /* The text is text, in fonts that travel with the file. */
  g_autofree char *text = output_of ("pdftotext", "-layout", "a.pdf"), *fonts = output_of ("pdffonts", "-l 1", "a.pdf");
  if (text)
    {
      ck_assert_ptr_nonnull (strstr (text, "Layer 1 · eigenvalues of the moment operator"));
      ck_assert_ptr_nonnull (strstr (text, "kept, below zero"));
      ck_assert_ptr_nonnull (strstr (text, "eigenvalue λ"));
      ck_assert_ptr_nonnull (strstr (text, "−10"));
    }
  if (fonts)
    {
      g_auto (GStrv) lines = g_strsplit (g_strchomp (fonts), "\n", -1);
      ck_assert_uint_ge (g_strv_length (lines), 3);
      /* Embedded, subset, with a map to Unicode. */
      for (guint i = 2; lines[i]; i++)
        ck_assert_msg (strstr (lines[i], "yes yes yes") != NULL, "%s", lines[i]);
    }
  g_autofree char *info = output_of ("pdfinfo", "-isodates", "a.pdf");
  if (info)
    {
      ck_assert_ptr_nonnull (strstr (info, "Spectrum · λ"));
      ck_assert_ptr_nonnull (strstr (info, "396 x 245 pts"));
      ck_assert_ptr_nonnull (strstr (info, "2025-06-15"));
    }
}
END_TEST

START_TEST (test_svg)
{
  g_autoptr (LofiFigure) figure = make_figure ();
  g_autoptr (GBytes) bytes = export (figure, "a.SVG", 396, 245, 300, lofi_style_light ());
  ck_assert (g_str_has_prefix (g_bytes_get_data (bytes, NULL), "<?xml"));
  ck_assert (contains (bytes, "width=\"396pt\" height=\"245pt\""));
  ck_assert (contains (bytes, "</svg>"));
}
END_TEST

START_TEST (test_png)
{
  g_autoptr (LofiFigure) figure = make_figure ();
  g_autoptr (GBytes) opaque = export (figure, "a.png", 396, 245, 300, lofi_style_light ());
  g_autoptr (GBytes) clear = export (figure, "b.png", 100.3, 80.2, 96, lofi_style_paper ());
  static const guint8 physical[] = { 'p', 'H', 'Y', 's', 0, 0, 0x2e, 0x23, 0, 0, 0x2e, 0x23, 1 };     /* 11811 to the metre */
  gsize length;
  const void *data = g_bytes_get_data (opaque, &length);
  ck_assert_ptr_nonnull (memmem (data, length, physical, sizeof physical));
  g_autofree char *a = g_build_filename (folder, "a.png", NULL), *b = g_build_filename (folder, "b.png", NULL);
  g_autoptr (GdkPixbuf) first = gdk_pixbuf_new_from_file (a, NULL), second = gdk_pixbuf_new_from_file (b, NULL);
  ck_assert_int_eq (gdk_pixbuf_get_width (first), 1650);
  ck_assert_int_eq (gdk_pixbuf_get_height (first), 1021);
  ck_assert (!gdk_pixbuf_get_has_alpha (first));
  const guchar *corner = gdk_pixbuf_get_pixels (first);
  ck_assert (corner[0] == 255 && corner[1] == 255 && corner[2] == 255);
  ck_assert_int_eq (gdk_pixbuf_get_width (second), 134);
  ck_assert (gdk_pixbuf_get_has_alpha (second));
  ck_assert_int_eq (gdk_pixbuf_get_pixels (second)[3], 0);
}
END_TEST

/* Curves, pictures and marks in one: everything cairo numbers. */
static LofiFigure *
make_pictures (void)
{
  Fixture f;
  fixture_init (&f, 20, 1, 6, 6);
  fixture_set_pictures (&f, 5);
  LofiFigure *figure = lofi_figure_filters (&f.result, 0, LOFI_PICTURE_PULLED_BACK, &f.pictures, -1);
  fixture_clear (&f);
  return figure;
}

START_TEST (test_same_bytes)
{
  static const char *const names[][2] = { { "a.pdf", "b.pdf" }, { "a.svg", "b.svg" }, { "a.png", "b.png" } };
  LofiFigure *figures[][2] = { { make_figure (), make_figure () }, { make_pictures (), make_pictures () } };
  for (guint k = 0; k < G_N_ELEMENTS (figures); k++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (names); i++)
        {
          g_autoptr (GBytes) first = export (figures[k][0], names[i][0], 300, 200, 150, lofi_style_paper ());
          g_autoptr (GBytes) second = export (figures[k][1], names[i][1], 300, 200, 150, lofi_style_paper ());
          ck_assert_msg (g_bytes_equal (first, second), "%s", names[i][0]);
        }
      lofi_figure_unref (figures[k][0]);
      lofi_figure_unref (figures[k][1]);
    }
}
END_TEST

static void
check_refused (LofiFigure *figure, const char *path, double width, double dpi, int code, const char *says)
{
  g_autoptr (GError) error = NULL;
  ck_assert (!lofi_figure_export (figure, path, width, 200, dpi, lofi_style_light (), NULL, &error));
  ck_assert_ptr_nonnull (error);
  ck_assert_int_eq (lofi_error_exit_code (error), code);
  ck_assert_msg (strstr (error->message, says) && !strchr (error->message, '\n'), "%s", error->message);
}

START_TEST (test_refusals)
{
  g_autoptr (LofiFigure) figure = make_figure ();
  g_autofree char *jpg = g_build_filename (folder, "a.jpg", NULL), *bare = g_build_filename (folder, "pdf", NULL);
  g_autofree char *png = g_build_filename (folder, "a.png", NULL), *none = g_build_filename (folder, "no", "a.pdf", NULL);
  check_refused (figure, jpg, 300, 300, 1, ".pdf, .svg or .png");
  check_refused (figure, bare, 300, 300, 1, ".pdf, .svg or .png");
  check_refused (figure, png, 14000, 2400, 1, "pixels");
  check_refused (figure, png, 300, 0, 1, "dots per inch");
  check_refused (figure, png, 300, NAN, 1, "dots per inch");
  check_refused (figure, png, NAN, 300, 1, "size");
  check_refused (figure, png, 1e9, 300, 1, "size");
  check_refused (figure, none, 300, 300, 2, "a.pdf");
  ck_assert_uint_eq (files_in_folder (), 0);
  /* A folder stands where the file should go: it stays, and nothing is left beside it. */
  g_autofree char *taken = g_build_filename (folder, "taken.pdf", NULL);
  ck_assert_int_eq (g_mkdir (taken, 0755), 0);
  check_refused (figure, taken, 300, 300, 2, "taken.pdf");
  ck_assert_uint_eq (files_in_folder (), 1);
  ck_assert (g_file_test (taken, G_FILE_TEST_IS_DIR));
}
END_TEST

/* A figure that is there already stays whole when the new one cannot be made. */
START_TEST (test_old_file_stays)
{
  g_autoptr (LofiFigure) figure = make_figure ();
  g_autofree char *path = g_build_filename (folder, "a.png", NULL), *data = NULL;
  ck_assert (g_file_set_contents (path, "old", 3, NULL));
  check_refused (figure, path, 14000, 2400, 1, "pixels");
  ck_assert (g_file_get_contents (path, &data, NULL, NULL));
  ck_assert_str_eq (data, "old");
}
END_TEST

START_TEST (test_lengths)
{
  static const struct { const char *text; double points; } good[] = {
    { "245", 245 }, { "245pt", 245 }, { "3.4in", 244.8 }, { "8.5cm", 240.944881889764 }, { "85mm", 240.944881889764 }, { "600px", 450 },
    { " 8.5 cm ", 240.944881889764 }, { "8.5CM", 240.944881889764 }, { ".5in", 36 }, { "1e2", 100 }, { "10", 10 }, { "14400", 14400 },
  };
  static const char *const bad[] = { "", "cm", "8,5cm", "8.5ft", "nan", "inf", "infinity pt", "-3cm", "9.9", "14401", "0x10", "1e999", "5 5", "8.5cm!",
                                     "10 p t", NULL };
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      double points = 0;
      g_autoptr (GError) error = NULL;
      ck_assert_msg (lofi_length_parse (good[i].text, &points, &error), "%s", good[i].text);
      ck_assert (fabs (points - good[i].points) <= 1e-6);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      double points = -5;
      g_autoptr (GError) error = NULL;
      ck_assert_msg (!lofi_length_parse (bad[i], &points, &error), "%s", bad[i]);
      ck_assert (points == -5);
      ck_assert (g_error_matches (error, LOFI_ERROR, LOFI_ERROR_USAGE));
      ck_assert_ptr_null (strchr (error->message, '\n'));
    }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("render/export");
  TCase *tests = tcase_create ("export");
  tcase_set_timeout (tests, 30);
  tcase_add_checked_fixture (tests, set_up, tear_down);
  tcase_add_test (tests, test_pdf);
  tcase_add_test (tests, test_svg);
  tcase_add_test (tests, test_png);
  tcase_add_test (tests, test_same_bytes);
  tcase_add_test (tests, test_refusals);
  tcase_add_test (tests, test_old_file_stays);
  tcase_add_test (tests, test_lengths);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
