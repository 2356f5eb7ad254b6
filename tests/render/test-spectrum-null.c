/* What a spectrum is compared with: null lines where they belong, outliers told, shuffled labels, the law and its predictions. */
#include <math.h>
#include <string.h>
#include "canvas.h"
#include "fixtures.h"
#include "lofi-fit.h"

#define W 420
#define H 300
#define N 1000

typedef struct {
  Fixture f;
  double spectrum[N], kept[4];
  LofiNull null, *nulls[1];
} Scene;

/* A bulk within about +-0.0032 and three outliers; one kept value is none. */
static void
scene_init (Scene *scene, guint permutations)
{
  static const double outliers[] = { -0.0058, 0.0052, 0.0064 };
  fixture_init (&scene->f, 10, 1, 2, 2);
  fixture_normal (scene->f.random, scene->spectrum, N - 3, 0.001);
  for (int i = 0; i < N - 3; i++)
    scene->spectrum[i] = CLAMP (scene->spectrum[i], -0.0032, 0.0032);
  memcpy (scene->spectrum + N - 3, outliers, sizeof outliers);
  qsort (scene->spectrum, N, sizeof *scene->spectrum, fixture_compare);
  memcpy (scene->kept, (double[]) { 0.0064, -0.0058, 0.0052, -0.0032 }, sizeof scene->kept);
  fixture_set_spectrum (&scene->f, scene->spectrum, N, scene->kept, 4);
  scene->null = (LofiNull) { .permutations = permutations, .low = -0.0042, .high = 0.0044, .law_low = -0.0042, .law_high = 0.0044,
                             .low_mean = NAN, .low_sd = NAN, .high_mean = NAN, .high_sd = NAN, .below = 1, .above = 2 };
  scene->nulls[0] = &scene->null;
  scene->f.result.nulls = scene->nulls;
}

/* The first place in the figure whose text has these words in it. */
static gboolean
find_pick (LofiFigure *figure, const LofiStyle *style, const char *words, LofiPick *pick)
{
  for (double y = H - 52.5; y > 70; y -= 12)
    for (double x = 0.5; x < W; x += 2)
      if (lofi_figure_pick (figure, W, H, style, x, y, pick) && strstr (pick->text, words))
        return TRUE;
  return FALSE;
}

/* The share of the rows of the bars that are of a colour in the column at x or beside it. */
static double
share_of_column (const Image *image, double x, double from, double height, LofiColor color)
{
  int most = 0;
  for (int at = (int) x - 1; at <= (int) x + 1; at++)
    {
      int n = 0;
      for (int y = (int) from; y < (int) (from + height); y++)
        n += is_near (pixel (image, at, y), color);
      most = MAX (most, n);
    }
  return most / height;
}

START_TEST (test_lines)
{
  const LofiStyle *styles[] = { lofi_style_light (), lofi_style_dark () };
  for (int s = 0; s < 2; s++)
    for (guint permutations = 0; permutations <= 20; permutations += 20)
      {
        Scene scene;
        scene_init (&scene, permutations);
        g_autoptr (LofiFigure) figure = lofi_figure_spectrum (&scene.f.result, 0, TRUE, -0.01, 0.01, NULL);
        Image image = draw (figure, W, H, styles[s]);
        /* Where the axis begins and ends, from the bars that can be picked. */
        LofiPick pick, ends[2];
        double left = W, right = 0;
        for (double x = 0.5; x < W; x++)
          if (lofi_figure_pick (figure, W, H, styles[s], x, H / 2, &pick) && strstr (pick.text, "eigenvalue"))
            {
              left = MIN (left, pick.x);
              right = MAX (right, pick.x + pick.width);
            }
        ck_assert (right - left > W / 2);
        ck_assert (find_pick (figure, styles[s], permutations ? "null −0.0042: the mean of" : "null −0.0042: where the law", &ends[0]));
        ck_assert (find_pick (figure, styles[s], permutations ? "null +0.0044: the mean of" : "null +0.0044: where the law", &ends[1]));
        for (int end = 0; end < 2; end++)
          {
            double value = end ? scene.null.high : scene.null.low, expected = left + (right - left) * (value + 0.01) / 0.02;
            ck_assert (fabs (ends[end].x + ends[end].width / 2 - expected) <= 1.5);
            /* Solid, or dashed. */
            double share = share_of_column (&image, expected, ends[end].y, ends[end].height, styles[s]->text);
            ck_assert (permutations ? share > 0.97 : share > 0.4 && share < 0.85);
            ck_assert (share_of_column (&image, expected + (end ? 6 : -6), ends[end].y, ends[end].height, styles[s]->text) == 0);
          }
        cairo_surface_destroy (image.surface);
        scene.f.result.nulls = NULL;
        g_autoptr (LofiFigure) without = lofi_figure_spectrum (&scene.f.result, 0, TRUE, -0.01, 0.01, NULL);
        ck_assert (!find_pick (without, styles[s], "null", &pick));
        fixture_clear (&scene.f);
      }
}
END_TEST

START_TEST (test_words)
{
  Scene scene;
  LofiPick pick;
  const LofiStyle *style = lofi_style_light ();
  scene_init (&scene, 20);
  g_autoptr (LofiFigure) figure = lofi_figure_spectrum (&scene.f.result, 0, TRUE, 0, 0, NULL);
  ck_assert_ptr_nonnull (strstr (lofi_figure_description (figure), "3 outliers beyond the null line"));
  ck_assert (find_pick (figure, style, "kept, 1 of 4 · outlier", &pick) && pick.is_direction && pick.index == 0);
  ck_assert (find_pick (figure, style, "kept, 2 of 4 · outlier", &pick));
  ck_assert (find_pick (figure, style, "kept, 3 of 4 · outlier", &pick));
  ck_assert (find_pick (figure, style, "kept, 4 of 4 · within the null", &pick));
  ck_assert (find_pick (figure, style, "eigenvalues · within the null", &pick) && !pick.is_direction);
  ck_assert_uint_eq (check_picks (figure, W, H, style, 4, TRUE), 4);
  scene.null.below = 0;
  scene.null.above = 1;
  g_autoptr (LofiFigure) one = lofi_figure_spectrum (&scene.f.result, 0, FALSE, 0, 0, NULL);
  ck_assert_ptr_nonnull (strstr (lofi_figure_description (one), "; 1 outlier beyond the null line"));
  scene.null.above = 0;
  g_autoptr (LofiFigure) none = lofi_figure_spectrum (&scene.f.result, 0, FALSE, 0, 0, NULL);
  ck_assert_ptr_nonnull (strstr (lofi_figure_description (none), "; no outlier beyond the null line"));
  fixture_clear (&scene.f);
}
END_TEST

/* What is known of all samples does not belong to the spectrum of some. */
START_TEST (test_prefix)
{
  Scene scene;
  LofiPick pick;
  double low, high;
  const LofiStyle *style = lofi_style_dark ();
  scene_init (&scene, 20);
  g_autoptr (LofiArray) shuffled = lofi_array_new (3, 1, NULL, "test");
  for (int i = 0; i < 3; i++)
    shuffled->matrix.data[i] = 0.001 * (i - 1);
  scene.null.high = 0.05;
  scene.f.layers[0] = NULL;
  scene.f.result.live_layer = 0;
  scene.f.result.live_spectrum = scene.spectrum;
  scene.f.result.n_live = N;
  scene.f.result.live_samples = 512;
  scene.f.result.live_total = 2000;
  g_autoptr (LofiFigure) prefix = lofi_figure_spectrum (&scene.f.result, 0, TRUE, 0, 0, shuffled);
  ck_assert (!find_pick (prefix, style, "null", &pick));
  ck_assert_ptr_null (strstr (lofi_figure_description (prefix), "null"));
  ck_assert (lofi_figure_spectrum_range (&scene.f.result, 0, &low, &high) && high < 0.01);
  Image image = draw (prefix, W, H, style);
  int least, most;
  ck_assert_int_eq (count_color (&image, style->series[1], 0, H, &least, &most), 0);
  cairo_surface_destroy (image.surface);
  scene.f.result.live_samples = 2000;
  g_autoptr (LofiFigure) whole = lofi_figure_spectrum (&scene.f.result, 0, TRUE, 0, 0, shuffled);
  ck_assert (find_pick (whole, style, "null +0.05", &pick));
  /* The line has room though no eigenvalue is there. */
  ck_assert (lofi_figure_spectrum_range (&scene.f.result, 0, &low, &high) && high > 0.05 && high < 0.07);
  fixture_clear (&scene.f);
}
END_TEST

START_TEST (test_shuffled)
{
  Scene scene;
  const LofiStyle *style = lofi_style_light ();
  scene_init (&scene, 20);
  g_autoptr (LofiArray) shuffled = lofi_array_new (N, 1, NULL, "test");
  fixture_normal (scene.f.random, shuffled->matrix.data, N, 0.0004);
  qsort (shuffled->matrix.data, N, sizeof (double), fixture_compare);
  g_autoptr (LofiFigure) with = lofi_figure_spectrum (&scene.f.result, 0, TRUE, 0, 0, shuffled);
  g_autoptr (LofiFigure) without = lofi_figure_spectrum (&scene.f.result, 0, TRUE, 0, 0, NULL);
  Image a = draw (with, W, H, style), b = draw (without, W, H, style);
  int least, most, bulk_least, bulk_most;
  ck_assert_int_eq (count_color (&b, style->series[1], 0, H, &least, &most), 0);
  ck_assert_int_gt (count_color (&b, style->bulk, 80, H - 80, &bulk_least, &bulk_most), 500);
  ck_assert_int_gt (count_color (&a, style->series[1], 80, H - 60, &least, &most), 60);
  /* As far as they reach and no further: less than half of the bulk. */
  ck_assert_int_lt (most - least, (bulk_most - bulk_least) * 0.8);
  cairo_surface_destroy (a.surface);
  cairo_surface_destroy (b.surface);
  for (gsize i = 0; i < N; i++)
    shuffled->matrix.data[i] = i % 2 ? NAN : 0;
  g_autoptr (LofiFigure) odd = lofi_figure_spectrum (&scene.f.result, 0, TRUE, 0, 0, shuffled);
  a = draw (odd, W, H, style);
  ck_assert_int_eq (count_color (&a, style->series[1], 0, H, &least, &most), 0);
  cairo_surface_destroy (a.surface);
  fixture_clear (&scene.f);
}
END_TEST

/* Lines that are no numbers or far away, in every style and size, on the card too. */
START_TEST (test_odd_lines)
{
  static const double ends[][2] = {
    { NAN, NAN }, { -INFINITY, INFINITY }, { NAN, 0.004 }, { 0, 0 }, { -1e-9, 1e-9 }, { -3e-4, 3e-4 }, { 0.002, 0.003 }, { -1, 1 }, { -1e300, 1e300 },
  };
  static const double sizes[][2] = { { 1, 1 }, { 17, 400 }, { 120, 90 }, { 200, 120 }, { 400, 300 }, { 1000, 40 } };
  const LofiStyle *styles[] = { lofi_style_light (), lofi_style_dark (), lofi_style_paper () };
  Scene scene;
  scene_init (&scene, 20);
  for (guint c = 0; c < G_N_ELEMENTS (ends); c++)
    for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
      {
        scene.null.low = ends[c][0];
        scene.null.high = ends[c][1];
        scene.null.permutations = c % 2 ? 20 : 0;
        g_autoptr (LofiFigure) figure = lofi_figure_spectrum (&scene.f.result, 0, s % 2, s == 4 ? -0.001 : 0, s == 4 ? 0.001 : 0, NULL);
        const LofiStyle *style = styles[(c + s) % 3];
        Image image = draw (figure, sizes[s][0], sizes[s][1], style);
        LofiPick pick;
        for (double x = 0; x < sizes[s][0]; x += 7)
          lofi_figure_pick (figure, sizes[s][0], sizes[s][1], style, x, sizes[s][1] / 2, &pick);
        cairo_t *cr = cairo_create (image.surface);
        lofi_spark_spectrum_draw (cr, sizes[s][0], sizes[s][1], style, scene.spectrum, N, scene.kept, 4, &scene.null);
        ck_assert_int_eq (cairo_status (cr), CAIRO_STATUS_SUCCESS);
        cairo_destroy (cr);
        cairo_surface_destroy (image.surface);
      }
  fixture_clear (&scene.f);
}
END_TEST

START_TEST (test_card)
{
  Scene scene;
  const LofiStyle *style = lofi_style_light ();
  scene_init (&scene, 20);
  int columns[2] = { 0, 0 };
  for (int with = 0; with < 2; with++)
    {
      Image image = { cairo_image_surface_create (CAIRO_FORMAT_ARGB32, 150, 36) };
      cairo_t *cr = cairo_create (image.surface);
      lofi_spark_spectrum_draw (cr, 150, 36, style, scene.spectrum, N, scene.kept, 4, with ? &scene.null : NULL);
      cairo_destroy (cr);
      cairo_surface_flush (image.surface);
      image.pixels = (const guint32 *) (const void *) cairo_image_surface_get_data (image.surface);
      image.stride = cairo_image_surface_get_stride (image.surface) / 4;
      for (int x = 0; x < 150; x++)
        columns[with] += is_near (pixel (&image, x, 2), style->text) && is_near (pixel (&image, x, 20), style->text);
      cairo_surface_destroy (image.surface);
    }
  ck_assert_int_eq (columns[0], 0);
  ck_assert_int_eq (columns[1], 2);
  fixture_clear (&scene.f);
}
END_TEST

/* XOR in noise, filtered on the inputs: the law lies on the bars, and both planted directions are predicted where eigenvalues are. */
START_TEST (test_law)
{
  g_autoptr (GError) error = NULL;
  const char *settings[] = { "data.dimension=200", "data.train=2000", "data.test=50", NULL };
  g_autoptr (LofiExperiment) experiment = lofi_preset_load ("xor", settings, &error);
  ck_assert_msg (experiment != NULL, "%s", error ? error->message : "");
  g_autoptr (LofiResult) result = lofi_fit (experiment, FALSE, 0, NULL, NULL, NULL, &error);
  ck_assert_msg (result != NULL, "%s", error ? error->message : "");
  const LofiStyle *style = lofi_style_light ();
  g_autoptr (LofiFigure) figure = lofi_figure_spectrum (result, 0, TRUE, 0, 0, NULL);
  LofiPick pick;
  int predicted = 0, least, most;
  double at[2] = { 0, 0 };
  for (double x = 0.5; x < W; x++)
    for (double y = H - 60; y < H; y++)
      if (lofi_figure_pick (figure, W, H, style, x, y, &pick) && strstr (pick.text, "predicted outlier") && (!predicted || pick.x > at[0] + 20))
        {
          ck_assert_int_lt (predicted, 2);
          ck_assert_ptr_nonnull (strstr (pick.text, ", squared overlap 0."));
          at[predicted++] = pick.x + pick.width / 2;
          y = H;
          x += 20;
        }
  ck_assert_int_eq (predicted, 2);
  /* Each stands by a kept eigenvalue. */
  for (int i = 0; i < 2; i++)
    {
      double nearest = W;
      for (double x = 0.5; x < W; x++)
        for (double y = H - 90; y < H; y += 4)
          if (lofi_figure_pick (figure, W, H, style, x, y, &pick) && pick.is_direction)
            nearest = MIN (nearest, fabs (pick.x + pick.width / 2 - at[i]));
      ck_assert (nearest <= 0.05 * W);
    }
  /* The curve beside the tops of the bars. */
  Image image = draw (figure, W, H, style);
  int near = 0, columns = 0;
  ck_assert_int_gt (count_color (&image, style->bulk, 90, H - 60, &least, &most), 500);
  for (int x = least + (most - least) / 4; x < most - (most - least) / 4; x++)
    {
      int bar = -1, curve = -1;
      for (int y = 60; y < H - 60; y++)
        {
          if (bar < 0 && is_near (pixel (&image, x, y), style->bulk))
            bar = y;
          if (curve < 0 && is_near (pixel (&image, x, y), style->series[5]))
            curve = y;
        }
      columns++;
      near += bar > 0 && curve > 0 && abs (bar - curve) < 24;
    }
  ck_assert_int_gt (columns, 40);
  ck_assert (near > 0.7 * columns);
  cairo_surface_destroy (image.surface);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("render/spectrum-null");
  TCase *tests = tcase_create ("spectrum-null");
  tcase_set_timeout (tests, 30);
  tcase_add_test (tests, test_lines);
  tcase_add_test (tests, test_words);
  tcase_add_test (tests, test_prefix);
  tcase_add_test (tests, test_shuffled);
  tcase_add_test (tests, test_odd_lines);
  tcase_add_test (tests, test_card);
  tcase_add_test (tests, test_law);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
