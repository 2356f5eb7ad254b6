/* Figures of sweeps: curves of any measure, heat maps, thresholds, and the sequential map. Cells are made by hand. */
#include <string.h>
#include "canvas.h"
#include "lofi-figure-private.h"
#include "sweep-fixtures.h"

#define W 640
#define H 420

static const LofiSweepView plain = { .x_axis = -1, .y_axis = -1 };

/* Whether a pick anywhere in the figure says this; every pick lies inside the figure and is whole. */
static gboolean
told (LofiFigure *figure, const char *text)
{
  gboolean found = FALSE;
  for (double y = 0.5; y < H; y += 4)
    for (double x = 0.5; x < W; x += 4)
      {
        LofiPick pick;
        if (!lofi_figure_pick (figure, W, H, lofi_style_light (), x, y, &pick))
          continue;
        ck_assert (pick.x >= 0 && pick.x + pick.width <= W && pick.y >= 0 && pick.y + pick.height <= H);
        ck_assert (g_utf8_validate (pick.text, -1, NULL) && *pick.text);
        found |= strcmp (pick.text, text) == 0;
      }
  return found;
}

static void
assert_says (LofiFigure *figure, const char *parts)
{
  g_auto (GStrv) words = g_strsplit (parts, "|", -1);
  ck_assert_ptr_nonnull (figure);
  g_autofree char *all = g_strconcat (figure->title, "\n", figure->subtitle ? figure->subtitle : "", "\n", figure->description, NULL);
  for (guint i = 0; words[i]; i++)
    ck_assert_msg (strstr (all, words[i]) != NULL, "no “%s” in: %s", words[i], all);
}

/* ---- the map of colours ---- */

static double
lightness (guint32 color)
{
  double linear[3];
  for (int i = 0; i < 3; i++)
    {
      double s = (color >> (16 - 8 * i) & 255) / 255.0;
      linear[i] = s <= 0.04045 ? s / 12.92 : pow ((s + 0.055) / 1.055, 2.4);
    }
  double y = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  return y > 0.008856 ? 116 * cbrt (y) - 16 : 903.3 * y;
}

static double
contrast (guint32 ground, LofiColor ink)
{
  guint32 rgb = ink.red > 0.5 ? 0xffffffffu : 0xff000000u;
  double l[2] = { lightness (ground), lightness (rgb) }, y[2];
  for (int i = 0; i < 2; i++)
    y[i] = l[i] > 8 ? pow ((l[i] + 16) / 116, 3) : l[i] / 903.3;
  return (MAX (y[0], y[1]) + 0.05) / (MIN (y[0], y[1]) + 0.05);
}

/* Lightness goes one way in equal steps, from near the ground to far from it, and numbers on every colour can be read. */
START_TEST (test_sequential)
{
  const LofiStyle *styles[] = { lofi_style_light (), lofi_style_dark (), lofi_style_paper () };
  for (guint s = 0; s < 3; s++)
    {
      double first = lightness (lofi_style_sequential (styles[s], 0)), last = lightness (lofi_style_sequential (styles[s], 1));
      ck_assert (s == 1 ? first < 35 && last > 90 : first > 90 && last < 25);
      for (int i = 0; i <= 50; i++)
        {
          guint32 color = lofi_style_sequential (styles[s], i / 50.0);
          ck_assert_uint_eq (color >> 24, 255);
          double expected = first + (last - first) * i / 50;
          ck_assert_msg (fabs (lightness (color) - expected) <= 1.5, "%s, %d: %g in place of %g", styles[s]->name, i, lightness (color), expected);
          ck_assert (contrast (color, lofi_style_on (color)) >= 4.5);
        }
      ck_assert_uint_eq (lofi_style_sequential (styles[s], -3), lofi_style_sequential (styles[s], 0));
      ck_assert_uint_eq (lofi_style_sequential (styles[s], 3), lofi_style_sequential (styles[s], 1));
      ck_assert_uint_eq (lofi_style_sequential (styles[s], NAN), 0xff808080u);
    }
}
END_TEST

/* ---- against n ---- */

/* Two seeds at n = 100 and 1000; of two layers, with two eigenvalues of changing order, and of two groups. */
static LofiCells *
two_seeds (void)
{
  static double eigenvalues[2][3] = { { 0.5, -0.4, 0.1 }, { -0.6, 0.3, 0.1 } };
  LofiCells *cells = lofi_cells_new ();
  for (guint i = 0; i < 2; i++)
    for (guint seed = 0; seed < 2; seed++)
      {
        double groups[2] = { 0.9, 0.3 + 0.2 * seed };
        LofiCellLayer layers[2] = { { 3, eigenvalues[seed], -0.2, 0.2 + 0.1 * seed, 2 + seed, 0.6 + 0.1 * seed, 2, groups },
                                    { 3, eigenvalues[0], NAN, NAN, -1, NAN, 0, NULL } };
        LofiCell cell = { .point = "", .samples = i ? 1000 : 100, .seed = seed, .method = LOFI_METHOD_LOFI, .test_error = 0.2 + 0.02 * seed,
                          .test_mse = 0.5 + 0.1 * seed, .train_error = 0.1, .n_layers = 2, .layers = layers };
        lofi_cells_add (cells, &cell);
        cell.method = LOFI_METHOD_LAZY;
        cell.n_layers = 0;
        cell.layers = NULL;
        cell.test_error += 0.05;
        lofi_cells_add (cells, &cell);
      }
  return cells;
}

static const struct { LofiMeasure measure; const char *says, *picked; } measures[] = {
  { { LOFI_QUANTITY_TEST_ERROR, 0, 0 }, "Test error|LoFi 21.0 %, lazy 26.0 %|over 2 seeds|8 of 30 cells", "n = 1,000 · lazy 26.0 % ± 1.0 % (2 seeds)" },
  { { LOFI_QUANTITY_TEST_MSE, 0, 0 }, "Squared test error|LoFi 0.550, lazy 0.550", "n = 100 · LoFi 0.550 ± 0.050 (2 seeds)" },
  { { LOFI_QUANTITY_TRAIN_ERROR, 0, 0 }, "Training error|LoFi 10.0 %", "n = 100 · LoFi 10.0 % ± 0.0 % (2 seeds)" },
  { { LOFI_QUANTITY_OUTLIERS, 0, 0 }, "Outliers beyond the null line, layer 1|LoFi 2.5", "n = 100 · LoFi 2.5 ± 0.5 (2 seeds)" },
  { { LOFI_QUANTITY_KEPT, 1, 0 }, "Kept directions, layer 2|LoFi 3", "n = 1,000 · LoFi 3 ± 0 (2 seeds)" },
  { { LOFI_QUANTITY_NULL_HIGH, 0, 0 }, "Upper end of the null line, layer 1|LoFi 0.250", "n = 100 · LoFi 0.250 ± 0.050 (2 seeds)" },
  { { LOFI_QUANTITY_OVERLAP, 0, 0 }, "Overlap with the planted directions, layer 1|all 0.65, pair 1 0.90, pair 2 0.40",
    "n = 1,000 · pair 2 0.400 ± 0.100 (2 seeds)" },
  { { LOFI_QUANTITY_OVERLAP, 0, 2 }, "Overlap with pair 2, layer 1: pair 2 0.40", "n = 100 · pair 2 0.400 ± 0.100 (2 seeds)" },
  /* Of each sign by itself, whatever their order in a seed. */
  { { LOFI_QUANTITY_EIGENVALUE, 0, 1 }, "Leading eigenvalues, layer 1|the leading 2", "n = 100 · eigenvalue 1 below zero −0.500 ± 0.10 (2 seeds)" },
  { { LOFI_QUANTITY_EIGENVALUE, 0, 1 }, "Leading eigenvalues, layer 1", "n = 1,000 · eigenvalue 1 above zero 0.400 ± 0.10 (2 seeds)" },
  { { LOFI_QUANTITY_EIGENVALUE, 0, 2 }, "the leading 3", "n = 100 · eigenvalue 2 above zero 0.100 ± 0 (2 seeds)" },
  { { LOFI_QUANTITY_EIGENVALUE, 0, 0 }, "the leading one", "n = 100 · null line 0.250 ± 0.050 (2 seeds)" },
};

START_TEST (test_measures)
{
  g_autoptr (LofiExperiment) experiment = fixture_sweep (TRUE, 100, 1000, 2, 2);
  g_autoptr (LofiCells) cells = two_seeds ();
  LofiSweepView view = plain;
  view.measure = measures[_i].measure;
  g_autoptr (LofiFigure) figure = lofi_figure_emergence (cells, experiment, &view, 30);
  assert_says (figure, measures[_i].says);
  ck_assert_msg (told (figure, measures[_i].picked), "nothing says “%s”", measures[_i].picked);
}
END_TEST

/* Methods keep their colours, groups have others; the null line is drawn where there is one. */
START_TEST (test_colours)
{
  g_autoptr (LofiExperiment) experiment = fixture_sweep (TRUE, 100, 1000, 2, 2);
  g_autoptr (LofiCells) cells = two_seeds ();
  const LofiStyle *styles[] = { lofi_style_light (), lofi_style_dark () };
  int least, most;
  for (guint s = 0; s < 2; s++)
    {
      const LofiStyle *style = styles[s];
      LofiSweepView view = plain;
      g_autoptr (LofiFigure) errors = lofi_figure_emergence (cells, experiment, &view, 8);
      Image image = draw (errors, W, H, style);
      ck_assert_int_gt (count_color (&image, style->series[0], 0, H, &least, &most), 300);
      /* A thin dashed line, of which markers and the middle of its strokes are exact. */
      ck_assert_int_gt (count_color (&image, style->series[1], 0, H, &least, &most), 20);
      cairo_surface_destroy (image.surface);
      view.measure = (LofiMeasure) { LOFI_QUANTITY_OVERLAP, 0, 0 };
      g_autoptr (LofiFigure) overlaps = lofi_figure_emergence (cells, experiment, &view, 8);
      image = draw (overlaps, W, H, style);
      ck_assert_int_eq (count_color (&image, style->series[1], 0, H, &least, &most), 0);
      ck_assert_int_gt (count_color (&image, style->series[5], 0, H, &least, &most), 10);
      cairo_surface_destroy (image.surface);
    }
}
END_TEST

/* Of real data overlaps are with the features at the largest n; of a grid only the point's cells are drawn. */
START_TEST (test_real_and_grid)
{
  g_autoptr (LofiExperiment) experiment = fixture_sweep (FALSE, 100, 1000, 3, 2);
  fixture_axis (experiment, "layer1.keep", "5;10");
  fixture_axis (experiment, "readout.penalties", "1e-6;1");
  g_autoptr (LofiCells) cells = fixture_cells (experiment, G_MAXUINT, 2);
  LofiSweepView view = plain;
  view.measure = (LofiMeasure) { LOFI_QUANTITY_OVERLAP, 1, 0 };
  view.point = 2;
  g_autoptr (LofiFigure) figure = lofi_figure_emergence (cells, experiment, &view, 0);
  assert_says (figure, "Overlap with the features at n = 10,000, layer 2|keep K of layer 1 = 10 · penalty of the readout = 10⁻⁶ · mean");
  g_autoptr (GArray) curve = lofi_cells_curve (cells, lofi_grid_point (experiment, 2), LOFI_METHOD_LOFI, view.measure);
  g_autofree char *last = g_strdup_printf ("LoFi %.2f", g_array_index (curve, LofiCurvePoint, 2).mean);
  assert_says (figure, last);
}
END_TEST

/* ---- along an axis ---- */

START_TEST (test_widths)
{
  g_autoptr (LofiExperiment) experiment = fixture_sweep (FALSE, 100, 1000, 3, 1);
  fixture_axis (experiment, "layer1.width", "100;200;1600");
  fixture_axis (experiment, "layer1.activation", "relu;tanh");
  g_autoptr (LofiCells) cells = lofi_cells_new ();
  for (guint p = 0; p < 6; p++)
    for (guint i = 0; i < 3; i++)
      {
        LofiCell cell = { .point = lofi_grid_point (experiment, p), .samples = g_array_index (experiment->sweep_samples, gsize, i), .test_error = 0.1 + 0.01 * p + 0.1 * (2 - i) };
        lofi_cells_add (cells, &cell);
      }
  LofiSweepView view = plain;
  ck_assert_ptr_null (lofi_figure_widths (cells, experiment, &view));
  view.x_axis = 2;
  ck_assert_ptr_null (lofi_figure_widths (cells, experiment, &view));
  ck_assert_ptr_null (lofi_figure_widths (cells, NULL, &view));
  view.x_axis = 0;
  view.point = 1;
  g_autoptr (LofiFigure) figure = lofi_figure_widths (cells, experiment, &view);
  assert_says (figure, "Test error|activation of layer 1 = tanh|n = 1,000|LoFi 15.0 %");
  ck_assert (told (figure, "width P of layer 1 = 1,600 · LoFi 15.0 % (1 seed)"));
  ck_assert (told (figure, "width P of layer 1 = 200 · LoFi 13.0 % (1 seed)"));
  view.x_axis = 1;
  view.samples = 100;
  g_autoptr (LofiFigure) words = lofi_figure_widths (cells, experiment, &view);
  assert_says (words, "width P of layer 1 = 100|n = 100");
  ck_assert (told (words, "activation of layer 1 = tanh · LoFi 31.0 % (1 seed)"));
  g_autoptr (LofiFigure) none = lofi_figure_widths (NULL, experiment, &view);
  ck_assert_ptr_nonnull (none);
}
END_TEST

/* ---- heat maps ---- */

/* The colour in the middle of what a pick points at, a little off the number. */
static guint32
tile_color (const Image *image, const LofiPick *pick)
{
  return pixel (image, (int) (pick->x + pick->width / 2), (int) (pick->y + pick->height / 6));
}

static const char *
find_tile (LofiFigure *figure, const char *prefix, LofiPick *pick)
{
  for (double y = 0.5; y < H; y += 5)
    for (double x = 0.5; x < W; x += 5)
      if (lofi_figure_pick (figure, W, H, lofi_style_light (), x, y, pick) && g_str_has_prefix (pick->text, prefix))
        return pick->text + strlen (prefix);
  ck_abort_msg ("no tile %s", prefix);
}

START_TEST (test_heat_map)
{
  g_autoptr (LofiExperiment) experiment = fixture_sweep (FALSE, 100, 1000, 3, 2);
  fixture_axis (experiment, "layer1.keep", "5;10;1000");
  fixture_axis (experiment, "layer2.keep", "2;4");
  g_autoptr (LofiCells) cells = lofi_cells_new ();
  for (guint p = 0; p < 5; p++)
    for (guint i = 0; i < 3; i++)
      for (guint seed = 0; seed < 2; seed++)
        {
          LofiCell cell = { .point = lofi_grid_point (experiment, p), .samples = g_array_index (experiment->sweep_samples, gsize, i), .seed = seed,
                            .test_error = 0.1 + 0.04 * p + 0.01 * seed + 0.1 * (2 - i) };
          lofi_cells_add (cells, &cell);
        }
  LofiSweepView view = plain;
  ck_assert_ptr_null (lofi_figure_heat_map (cells, experiment, &view));
  view.x_axis = 0;
  view.y_axis = 7;
  ck_assert_ptr_null (lofi_figure_heat_map (cells, experiment, &view));
  view.y_axis = 1;
  g_autoptr (LofiFigure) figure = lofi_figure_heat_map (cells, experiment, &view);
  assert_says (figure, "Test error|LoFi · n = 1,000 · mean over 2 seeds · 5 of 6 tiles|least at layer1.keep=5 · layer2.keep=2 · 10.5 %|most at layer1.keep=1000 · layer2.keep=2 · 26.5 %");
  LofiPick least, most, empty;
  ck_assert_str_eq (find_tile (figure, "layer1.keep=5 · layer2.keep=2 · ", &least), "10.5 % ± 0.5 % (2 seeds)");
  ck_assert_str_eq (find_tile (figure, "layer1.keep=1000 · layer2.keep=2 · ", &most), "26.5 % ± 0.5 % (2 seeds)");
  ck_assert_str_eq (find_tile (figure, "layer1.keep=1000 · layer2.keep=4 · ", &empty), "not computed");
  /* In the order of the values, from the left and from below, all of one size. */
  ck_assert (least.x < most.x && fabs (least.width - most.width) <= 1 && fabs (least.y - most.y) < 1e-9 && empty.y < most.y && fabs (empty.x - most.x) < 1e-9);
  Image image = draw (figure, W, H, lofi_style_light ());
  ck_assert_uint_eq (tile_color (&image, &least), lofi_style_sequential (lofi_style_light (), 0));
  ck_assert_uint_eq (tile_color (&image, &most), lofi_style_sequential (lofi_style_light (), 1));
  ck_assert_uint_eq (tile_color (&image, &empty), 0xffffffffu);
  cairo_surface_destroy (image.surface);
  /* Samples up, one axis across, the other at its second value. */
  view.y_axis = -1;
  view.point = 1;
  g_autoptr (LofiFigure) samples = lofi_figure_heat_map (cells, experiment, &view);
  assert_says (samples, "keep K of layer 2 = 4 · mean|6 of 9 tiles");
  ck_assert_str_eq (find_tile (samples, "layer1.keep=5 · n = 316 · ", &least), "24.5 % ± 0.5 % (2 seeds)");
  view.method = LOFI_METHOD_LAZY;
  g_autoptr (LofiFigure) lazy = lofi_figure_heat_map (cells, experiment, &view);
  assert_says (lazy, "lazy · |0 of 9 tiles");
}
END_TEST

/* ---- thresholds ---- */

START_TEST (test_thresholds)
{
  g_autoptr (LofiExperiment) experiment = fixture_sweep (TRUE, 100, 10000, 5, 5);
  fixture_axis (experiment, "data.dimension", "30;60;120;240");
  g_autoptr (GPtrArray) thresholds = fixture_thresholds (100), none = fixture_thresholds (0);
  g_autoptr (LofiFigure) figure = lofi_figure_thresholds (thresholds, experiment);
  assert_says (figure, "Samples at the transition|layer 1, pair 1: exponent 1.08 ± 0.06 (theory 1)|layer 1, pair 3: exponent 1.30 (theory 1)"
                       "|lazy: exponent 1.95 ± 0.06 (theory 2)|overlap reaches 0.5|error 35 %|not reached: layer 2, pair 2; linear");
  ck_assert_ptr_null (strstr (figure->description, "layer 1, pair 4:"));
  const LofiTransition *first = &g_array_index (((LofiThreshold *) g_ptr_array_index (thresholds, 0))->transitions, LofiTransition, 0);
  g_autofree char *says = g_strdup_printf ("d = 30 · layer 1, pair 1 at n = %.0f, %.0f to %.0f (5 seeds)", first->samples, first->samples * exp (-0.08),
                                           first->samples * exp (0.08));
  ck_assert_msg (told (figure, says), "nothing says “%s”", says);
  Image image = draw (figure, 900, 560, lofi_style_light ());
  int least, most;
  ck_assert_int_gt (count_color (&image, lofi_style_light ()->series[5], 0, 560, &least, &most), 300);
  ck_assert_int_gt (count_color (&image, lofi_style_light ()->series[1], 0, 560, &least, &most), 100);
  cairo_surface_destroy (image.surface);
  g_autoptr (LofiFigure) empty = lofi_figure_thresholds (none, experiment), nothing = lofi_figure_thresholds (NULL, NULL);
  ck_assert (!told (empty, "") && *lofi_figure_description (nothing));
}
END_TEST

/* ---- what is odd ---- */

/* Draws at every size in every style, and points at a few places. */
static void
survive (LofiFigure *figure)
{
  static const double sizes[][2] = { { 700, 400 }, { 300, 900 }, { 200, 120 }, { 900, 40 }, { 30, 30 }, { 1, 1 } };
  const LofiStyle *styles[] = { lofi_style_light (), lofi_style_dark (), lofi_style_paper () };
  ck_assert_ptr_nonnull (figure);
  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      cairo_surface_destroy (draw (figure, sizes[s][0], sizes[s][1], styles[s % 3]).surface);
      for (int i = 0; i < 20; i++)
        {
          LofiPick pick;
          lofi_figure_pick (figure, sizes[s][0], sizes[s][1], styles[s % 3], sizes[s][0] * i / 20, sizes[s][1] * ((i * 7) % 20) / 20, &pick);
        }
    }
  ck_assert (*lofi_figure_description (figure));
  lofi_figure_unref (figure);
}

START_TEST (test_odd)
{
  g_autoptr (LofiExperiment) experiment = fixture_sweep (TRUE, 100, 100, 1, 1);
  g_autoptr (LofiCells) cells = lofi_cells_new (), none = lofi_cells_new ();
  double wild[4] = { NAN, INFINITY, -1e300, 1e-300 }, groups[2] = { NAN, 0 };
  LofiCellLayer layers[1] = { { 4, wild, NAN, INFINITY, -1, NAN, 2, groups } };
  fixture_axis (experiment, "layer1.keep", "5");
  fixture_axis (experiment, "data.dimension", "abc;-3;0;1e400;50");
  for (guint p = 0; p < 5; p++)
    {
      LofiCell cell = { .point = lofi_grid_point (experiment, p), .samples = 100, .test_error = p ? NAN : 0, .test_mse = p ? 1e300 : -1, .train_error = NAN, .n_layers = 1, .layers = layers };
      lofi_cells_add (cells, &cell);
    }
  for (guint q = 0; q < LOFI_N_QUANTITIES; q++)
    for (guint c = 0; c < 3; c++)
      {
        LofiCells *of[] = { cells, none, NULL };
        LofiSweepView view = { .measure = { q, c, 3 * c }, .point = 1, .samples = c ? 100 : 0, .x_axis = 1, .y_axis = c ? 0 : -1 };
        survive (lofi_figure_emergence (of[c], experiment, &view, 5));
        survive (lofi_figure_emergence (of[c], NULL, &view, 5));
        survive (lofi_figure_widths (of[c], experiment, &view));
        survive (lofi_figure_heat_map (of[c], experiment, &view));
      }
  g_autoptr (GPtrArray) thresholds = fixture_thresholds (100);
  for (guint i = 0; i < thresholds->len; i++)
    {
      LofiThreshold *threshold = g_ptr_array_index (thresholds, i);
      for (guint k = 0; k < threshold->transitions->len; k++)
        g_array_index (threshold->transitions, LofiTransition, k).log_sem = (k + i) % 3 ? NAN : 1e300;
      threshold->exponent = i % 2 ? INFINITY : 1e300;
      threshold->predicted = i % 3 ? 1e300 : -1e300;
    }
  survive (lofi_figure_thresholds (thresholds, experiment));
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("render/sweep-figures");
  TCase *tests = tcase_create ("sweep-figures");
  tcase_set_timeout (tests, 60);
  tcase_add_test (tests, test_sequential);
  tcase_add_loop_test (tests, test_measures, 0, G_N_ELEMENTS (measures));
  tcase_add_test (tests, test_colours);
  tcase_add_test (tests, test_real_and_grid);
  tcase_add_test (tests, test_widths);
  tcase_add_test (tests, test_heat_map);
  tcase_add_test (tests, test_thresholds);
  tcase_add_test (tests, test_odd);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
