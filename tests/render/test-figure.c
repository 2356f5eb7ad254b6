/* Figures on image surfaces: what is painted where, and that pick agrees with it. */
#include <math.h>
#include <string.h>
#include "canvas.h"
#include "fixtures.h"
#include "lofi-test.h"

#define W 420
#define H 300

/* A bulk within about +-0.003 and the outlier given, which is the only kept one; sorted ascending. */
static LofiFigure *
spectrum_with_outlier (double outlier, double low, double high)
{
  Fixture f;
  double spectrum[1000], kept[1] = { outlier };
  fixture_init (&f, 10, 1, 2, 2);
  fixture_normal (f.random, spectrum, 999, 0.001);
  spectrum[999] = outlier;
  qsort (spectrum, 1000, sizeof *spectrum, fixture_compare);
  fixture_set_spectrum (&f, spectrum, 1000, kept, 1);
  LofiFigure *figure = lofi_figure_spectrum (&f.result, 0, TRUE, low, high, NULL);
  fixture_clear (&f);
  return figure;
}

START_TEST (test_outliers)
{
  const LofiStyle *styles[] = { lofi_style_light (), lofi_style_dark () };
  for (guint s = 0; s < 2; s++)
    for (int sign = -1; sign <= 1; sign += 2)
      {
        /* 0.006 is drawn on a linear axis, 0.2 on an asinh one. */
        g_autoptr (LofiFigure) figure = spectrum_with_outlier (sign * (s ? 0.2 : 0.006), 0, 0);
        Image image = draw (figure, W, H, styles[s]);
        int bulk_least, bulk_most, least, most, other_least, other_most, header = 60;
        LofiColor own = sign < 0 ? styles[s]->negative : styles[s]->positive, other = sign < 0 ? styles[s]->positive : styles[s]->negative;
        ck_assert_int_gt (count_color (&image, styles[s]->bulk, header + 20, H - 80, &bulk_least, &bulk_most), 2000);
        ck_assert_int_gt (count_color (&image, own, header, H, &least, &most), 30);
        ck_assert_int_eq (count_color (&image, other, header, H, &other_least, &other_most), 0);
        if (sign > 0)
          ck_assert_int_gt (least, bulk_most);
        else
          ck_assert_int_lt (most, bulk_least);
        /* The bulk is no spike. */
        ck_assert_int_gt (bulk_most - bulk_least, W / 5);
        cairo_surface_destroy (image.surface);
      }
}
END_TEST

START_TEST (test_fixed_range)
{
  g_autoptr (LofiFigure) inside = spectrum_with_outlier (0.006, -0.01, 0.01), outside = spectrum_with_outlier (0.006, -0.005, 0.005);
  Image a = draw (inside, W, H, lofi_style_light ()), b = draw (outside, W, H, lofi_style_light ());
  int least, most;
  ck_assert_int_gt (count_color (&a, lofi_style_light ()->positive, 60, H, &least, &most), 30);
  ck_assert_int_lt (most, W - 60);
  /* What lies beyond the range is still told, at its edge. */
  ck_assert_int_gt (count_color (&b, lofi_style_light ()->positive, 60, H, &least, &most), 8);
  ck_assert_int_gt (least, W - 40);
  cairo_surface_destroy (a.surface);
  cairo_surface_destroy (b.surface);
}
END_TEST

START_TEST (test_backgrounds)
{
  g_autoptr (LofiFigure) figure = spectrum_with_outlier (0.006, 0, 0);
  Image light = draw (figure, W, H, lofi_style_light ()), dark = draw (figure, W, H, lofi_style_dark ());
  Image paper = draw (figure, W, H, lofi_style_paper ()), again = draw (figure, W, H, lofi_style_light ());
  ck_assert (is_near (pixel (&light, 0, 0), lofi_style_light ()->background));
  ck_assert (is_near (pixel (&dark, W - 1, H - 1), lofi_style_dark ()->background));
  ck_assert_uint_eq (pixel (&paper, 0, 0), 0);
  ck_assert_int_eq (memcmp (light.pixels, again.pixels, sizeof (guint32) * (gsize) light.stride * H), 0);
  cairo_surface_destroy (light.surface);
  cairo_surface_destroy (dark.surface);
  cairo_surface_destroy (paper.surface);
  cairo_surface_destroy (again.surface);
}
END_TEST

START_TEST (test_pick_spectrum)
{
  Fixture f;
  double spectrum[400], kept[] = { -9, 8, 7.2, -6, 5 };
  fixture_init (&f, 10, 1, 2, 2);
  fixture_normal (f.random, spectrum, 395, 1);
  memcpy (spectrum + 395, kept, sizeof kept);
  qsort (spectrum, 400, sizeof *spectrum, fixture_compare);
  fixture_set_spectrum (&f, spectrum, 400, kept, 5);
  g_autoptr (LofiFigure) figure = lofi_figure_spectrum (&f.result, 0, TRUE, 0, 0, NULL);
  ck_assert_uint_eq (check_picks (figure, W, H, lofi_style_light (), 5, TRUE), 5);
  ck_assert_uint_ge (check_picks (figure, W, H, lofi_style_light (), 1000, FALSE), 30);
  gboolean told = FALSE;
  for (double x = 0; x < W; x++)
    {
      LofiPick pick;
      if (lofi_figure_pick (figure, W, H, lofi_style_light (), x, H - 58, &pick) && pick.is_direction && pick.index == 1)
        told |= strcmp (pick.text, "λ = 8.00 · kept, 2 of 5") == 0;
    }
  ck_assert (told);
  ck_assert (lofi_figure_height_for_width (figure, W, lofi_style_light ()) == 0);
  ck_assert_ptr_nonnull (strstr (lofi_figure_description (figure), "5 of them kept, 2 below zero and 3 above"));
  fixture_clear (&f);
}
END_TEST

/* A rank-deficient operator: half of the eigenvalues vanish up to rounding, and must not be a bin. */
START_TEST (test_atom_at_zero)
{
  Fixture f;
  double spectrum[1000], low, high;
  fixture_init (&f, 10, 1, 2, 2);
  fixture_normal (f.random, spectrum, 500, 1);
  for (int i = 500; i < 1000; i++)
    spectrum[i] = i % 2 ? 0 : 1e-16 * (i % 3 - 1);
  qsort (spectrum, 1000, sizeof *spectrum, fixture_compare);
  fixture_set_spectrum (&f, spectrum, 1000, NULL, 0);
  ck_assert (lofi_figure_spectrum_range (&f.result, 0, &low, &high));
  ck_assert (low < spectrum[0] && high > spectrum[999] && low > 1.3 * spectrum[0] && high < 1.3 * spectrum[999]);
  g_autoptr (LofiFigure) figure = lofi_figure_spectrum (&f.result, 0, TRUE, 0, 0, NULL);
  gboolean told = FALSE;
  int most = 0;
  for (double x = 0; x < W; x++)
    for (double y = 40; y < H; y += 12)
      {
        LofiPick pick;
        if (!lofi_figure_pick (figure, W, H, lofi_style_light (), x, y, &pick))
          continue;
        told |= strcmp (pick.text, "λ = 0 · 500 at zero") == 0;
        const char *count = strstr (pick.text, "· ");
        if (count && pick.index >= 0)
          most = MAX (most, atoi (count + strlen ("· ")));
      }
  ck_assert (told);
  ck_assert_int_gt (most, 5);
  ck_assert_int_lt (most, 100);
  fixture_clear (&f);
}
END_TEST

START_TEST (test_live_spectrum)
{
  Fixture f;
  double spectrum[] = { -3, -1, 0.5, 1, 2 }, low, high;
  fixture_init (&f, 10, 1, 2, 2);
  ck_assert_ptr_null (lofi_figure_spectrum (&f.result, 0, TRUE, 0, 0, NULL));
  ck_assert_ptr_null (lofi_figure_spectrum (&f.result, 1, TRUE, 0, 0, NULL));
  ck_assert_ptr_null (lofi_figure_spectrum (NULL, 0, TRUE, 0, 0, NULL));
  ck_assert (!lofi_figure_spectrum_range (&f.result, 0, &low, &high));
  f.layers[0] = NULL;
  f.result.live_layer = 0;
  f.result.live_spectrum = spectrum;
  f.result.n_live = 5;
  f.result.live_samples = 512;
  f.result.live_total = 2000;
  LofiLayerSpec spec = { .keep = 2, .order = LOFI_ORDER_2 };
  LofiExperiment experiment = { .layers = g_ptr_array_new () };
  g_ptr_array_add (experiment.layers, &spec);
  f.result.experiment = &experiment;
  g_autoptr (LofiFigure) figure = lofi_figure_spectrum (&f.result, 0, TRUE, 0, 0, NULL);
  ck_assert_ptr_nonnull (figure);
  /* The two largest magnitudes, -3 and 2. */
  ck_assert_uint_eq (check_picks (figure, W, H, lofi_style_dark (), 2, TRUE), 2);
  ck_assert_ptr_nonnull (strstr (lofi_figure_description (figure), "2 of them kept, 1 below zero and 1 above"));
  ck_assert (lofi_figure_spectrum_range (&f.result, 0, &low, &high) && low < -3 && high > 2);
  g_ptr_array_unref (experiment.layers);
  fixture_clear (&f);
}
END_TEST

/* Spectra that must not crash, hang or leave cairo in error, at every size and in every style. */
START_TEST (test_odd_spectra)
{
  static double cases[][6] = {
    { 0, 0, 0, 0, 0, 0 }, { 1, 1, 1, 1, 1, 1 }, { NAN, NAN, NAN, NAN, NAN, NAN }, { -INFINITY, -1, 0, 1, INFINITY, NAN },
    { -1e300, -1, 0, 1e-300, 5, 1e300 }, { -1e-310, 0, 0, 0, 0, 1e-310 }, { -2, -1, -0.5, -0.25, -0.1, -0.05 }, { 1e-9, 1e-9, 1e-9, 1e-9, 1, 1e6 },
  };
  static const double sizes[][2] = { { 1, 1 }, { 0.5, 3 }, { 17, 400 }, { 200, 120 }, { 1000, 40 }, { 3000, 30 } };
  const LofiStyle *styles[] = { lofi_style_light (), lofi_style_dark (), lofi_style_paper () };
  Fixture f;
  fixture_init (&f, 10, 1, 2, 2);
  for (guint c = 0; c < G_N_ELEMENTS (cases); c++)
    for (gsize n = 1; n <= 6; n += 5)
      for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
        {
          fixture_set_spectrum (&f, cases[c], n, cases[c], MIN (n, 3));
          g_autoptr (LofiFigure) figure = lofi_figure_spectrum (&f.result, 0, TRUE, 0, 0, NULL);
          const LofiStyle *style = styles[(c + s) % 3];
          Image image = draw (figure, sizes[s][0], sizes[s][1], style);
          LofiPick pick;
          lofi_figure_pick (figure, sizes[s][0], sizes[s][1], style, sizes[s][0] / 2, sizes[s][1] / 2, &pick);
          cairo_t *cr = cairo_create (image.surface);
          lofi_spark_spectrum_draw (cr, sizes[s][0], sizes[s][1], style, cases[c], n, cases[c], MIN (n, 3), NULL);
          ck_assert_int_eq (cairo_status (cr), CAIRO_STATUS_SUCCESS);
          cairo_destroy (cr);
          cairo_surface_destroy (image.surface);
        }
  fixture_clear (&f);
}
END_TEST

/* A quarter of the samples predicted wrong, and relu-like activations: half of them exactly zero. */
START_TEST (test_distributions)
{
  Fixture f;
  enum { N = 900 };
  double values[N], labels[N];
  fixture_init (&f, N, 1, 2, 2);
  ck_assert_ptr_null (lofi_figure_activations (&f.result, 0));
  ck_assert_ptr_null (lofi_figure_predictions (&f.result));
  ck_assert_ptr_null (lofi_figure_predictions (NULL));
  fixture_normal (f.random, values, N, 1);
  for (int i = 0; i < N; i++)
    {
      labels[i] = f.task.train.y[i];
      values[i] = MAX (values[i], 0);
    }
  f.layer.activations = values;
  f.layer.activation_labels = labels;
  f.layer.n_activations = N;
  g_autoptr (LofiFigure) activations = lofi_figure_activations (&f.result, 0);
  ck_assert_uint_ge (check_picks (activations, W, H, lofi_style_light (), 200, FALSE), 20);
  double predictions[N];
  for (int i = 0; i < N; i++)
    predictions[i] = 2 * labels[i] + 0.3 * values[i];
  f.readout = (LofiReadout) { .train_scores = { .error = 0.1391 }, .train_predictions = predictions, .n_train = N };
  f.lazy.train_scores.error = 0.152;
  f.result.readout = &f.readout;
  f.result.lazy = &f.lazy;
  g_autoptr (LofiFigure) figure = lofi_figure_predictions (&f.result);
  ck_assert_ptr_nonnull (strstr (lofi_figure_description (figure), "training error: LoFi 13.9 % · lazy 15.2 %"));
  /* Blue only left of the threshold, orange only right of it: no sample is misclassified. */
  Image image = draw (figure, W, H, lofi_style_light ());
  int blue_least, blue_most, orange_least, orange_most;
  ck_assert_int_gt (count_color (&image, lofi_style_light ()->negative, 90, H, &blue_least, &blue_most), 20);
  ck_assert_int_gt (count_color (&image, lofi_style_light ()->positive, 90, H, &orange_least, &orange_most), 20);
  ck_assert_int_lt (blue_least, W / 3);
  ck_assert_int_gt (orange_most, 2 * W / 3);
  cairo_surface_destroy (image.surface);
  for (int i = 0; i < N; i++)
    predictions[i] = i % 2 ? NAN : INFINITY;
  g_autoptr (LofiFigure) odd = lofi_figure_predictions (&f.result);
  image = draw (odd, W, H, lofi_style_paper ());
  cairo_surface_destroy (image.surface);
  fixture_clear (&f);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("render/figure");
  TCase *tests = tcase_create ("figure");
  tcase_set_timeout (tests, 30);
  tcase_add_test (tests, test_outliers);
  tcase_add_test (tests, test_fixed_range);
  tcase_add_test (tests, test_backgrounds);
  tcase_add_test (tests, test_pick_spectrum);
  tcase_add_test (tests, test_atom_at_zero);
  tcase_add_test (tests, test_live_spectrum);
  tcase_add_test (tests, test_odd_spectra);
  tcase_add_test (tests, test_distributions);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
