/* What was planted in each direction, and samples in the plane of two features. */
#include <math.h>
#include <string.h>
#include "canvas.h"
#include "fixtures.h"
#include "lofi-measure.h"
#include "lofi-decision-map-private.h"
#include "lofi-features-private.h"

#define W 420
#define H 320

static const double sizes[][2] = { { 1, 1 }, { 0.5, 3 }, { 17, 400 }, { 120, 90 }, { 200, 120 }, { 400, 300 }, { 1000, 40 } };

/* Draws it everywhere and looks at the middle. */
static void
try_sizes (LofiFigure *figure)
{
  const LofiStyle *styles[] = { lofi_style_light (), lofi_style_dark (), lofi_style_paper () };
  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      Image image = draw (figure, sizes[s][0], sizes[s][1], styles[s % 3]);
      LofiPick pick;
      lofi_figure_pick (figure, sizes[s][0], sizes[s][1], styles[s % 3], sizes[s][0] / 2, sizes[s][1] / 2, &pick);
      cairo_surface_destroy (image.surface);
    }
}

/* ---- overlaps ---- */

static LofiArray *
make_bars (gsize k, gsize groups, const double *values)
{
  LofiArray *bars = lofi_array_new (k, groups, NULL, "test");
  for (gsize i = 0; i < k; i++)
    for (gsize g = 0; g < groups; g++)
      bars->matrix.data[i * bars->matrix.stride + g] = values[i * groups + g];
  return bars;
}

START_TEST (test_overlaps)
{
  static const double values[] = { 0.6, 0.1, 0.05, 0.8, 0.02, 0.03 };
  double eigenvalues[] = { -0.3, 0.2, -0.1 };
  const LofiStyle *styles[] = { lofi_style_light (), lofi_style_dark () };
  Fixture f;
  fixture_init (&f, 10, 1, 2, 2);
  f.layer.eigenvalues = eigenvalues;
  f.layer.keep = 3;
  g_autoptr (LofiArray) bars = make_bars (3, 2, values);
  g_autoptr (LofiFigure) figure = lofi_figure_overlaps (&f.result, 0, bars, 1);
  for (int s = 0; s < 2; s++)
    {
      ck_assert_uint_eq (check_picks (figure, 280, 200, styles[s], 3, TRUE), 3);
      Image image = draw (figure, W, H, styles[s]);
      for (int i = 0; i < 3; i++)
        {
          LofiPick pick = { .index = -1 };
          for (double x = 0.5; x < W && pick.index != i; x++)
            lofi_figure_pick (figure, W, H, styles[s], x, H / 2, &pick);
          ck_assert_int_eq (pick.index, i);
          for (int g = 0; g < 2; g++)
            {
              /* Beside a name that may stand in the middle. */
              int rows = 0;
              for (int y = (int) pick.y; y < (int) (pick.y + pick.height); y++)
                rows += is_near (pixel (&image, (int) pick.x + 3, y), styles[s]->series[lofi_group_series (g)]);
              ck_assert (fabs (rows - values[2 * i + g] * pick.height) <= 3);
            }
        }
      cairo_surface_destroy (image.surface);
    }
  LofiPick pick;
  ck_assert (lofi_figure_pick (figure, W, H, styles[0], W / 2, H / 2, &pick));
  ck_assert_str_eq (pick.text, "direction 2 of 3 · λ = 0.200 · group 2 0.80 · group 1 0.05");
  ck_assert_ptr_nonnull (strstr (lofi_figure_description (figure), "3 kept directions"));
  try_sizes (figure);
  fixture_clear (&f);
}
END_TEST

START_TEST (test_odd_overlaps)
{
  Fixture f;
  fixture_init (&f, 10, 1, 2, 2);
  g_autoptr (LofiArray) empty = lofi_array_new (0, 2, NULL, "test"), groupless = lofi_array_new (2, 0, NULL, "test");
  g_autoptr (LofiArray) some = make_bars (1, 1, (double[]) { 0.5 });
  ck_assert_ptr_null (lofi_figure_overlaps (&f.result, 0, NULL, -1));
  ck_assert_ptr_null (lofi_figure_overlaps (&f.result, 0, empty, -1));
  ck_assert_ptr_null (lofi_figure_overlaps (&f.result, 0, groupless, -1));
  ck_assert_ptr_null (lofi_figure_overlaps (&f.result, 1, some, -1));
  ck_assert_ptr_null (lofi_figure_overlaps (NULL, 0, some, -1));
  const struct { gsize k, groups; double value; } cases[] = {
    { 1, 1, 0.5 }, { 1, 1, NAN }, { 5, 3, INFINITY }, { 4, 2, -1 }, { 2, 2, 40 }, { 300, 1, 0.3 }, { 3, 30, 0.01 }, { 1500, 12, 1e-3 },
  };
  for (guint c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      g_autoptr (LofiArray) bars = lofi_array_new (cases[c].k, cases[c].groups, NULL, "test");
      for (gsize i = 0; i < cases[c].k; i++)
        for (gsize g = 0; g < cases[c].groups; g++)
          bars->matrix.data[i * bars->matrix.stride + g] = cases[c].value;
      g_autoptr (LofiFigure) figure = lofi_figure_overlaps (&f.result, 0, bars, (int) c * 100 - 1);
      ck_assert_ptr_nonnull (figure);
      if (c == 4 || cases[c].k > 1000)
        ck_assert_uint_ge (check_picks (figure, 280, 200, lofi_style_light (), (guint) cases[c].k, TRUE), (guint) MIN (cases[c].k, 60));
      try_sizes (figure);
    }
  fixture_clear (&f);
}
END_TEST

/* ---- scatter ---- */

#define N 600
#define M 400
#define K 3

typedef struct {
  Fixture f;
  LofiArray *train, *test;
  LofiFeatures *rows;
  double weights[K];
} Scene;

/* Training samples about 10 with spread, test samples in the unit square, or none. The readout reads the first feature: feature - 0.25. */
static void
scene_init (Scene *scene, gboolean with_test)
{
  *scene = (Scene) { .weights = { 1, 0, 0 } };
  fixture_init (&scene->f, N, 1, 2, 2);
  LofiTask *task = &scene->f.task;
  scene->train = lofi_array_new (N, K, NULL, "test");
  for (gsize i = 0; i < N * K; i++)
    scene->train->matrix.data[i] = 10 + g_rand_double (scene->f.random);
  if (with_test)
    {
      scene->test = lofi_array_new (M, K, NULL, "test");
      for (gsize i = 0; i < M * K; i++)
        scene->test->matrix.data[i] = g_rand_double (scene->f.random);
      task->test = (LofiSplit) { .count = M, .y = g_new (double, M) };
      for (gsize i = 0; i < M; i++)
        task->test.y[i] = scene->test->matrix.data[i * K] > 0.25 ? 1 : -1;
    }
  LofiLayerResult *layer = &scene->f.layer;
  layer->keep = K;
  layer->output_shape = (LofiMapShape) { 1, 1, K };
  layer->train = scene->train;
  layer->test = scene->test;
  layer->train_rows = scene->rows = lofi_features_of_array (scene->train, layer->output_shape, FALSE);
  scene->f.readout.ridge = (LofiRidge) { K, scene->weights, -0.25, 0, 0 };
  scene->f.result.readout = &scene->f.readout;
}

static void
scene_clear (Scene *scene)
{
  g_free (scene->f.task.test.y);
  lofi_features_unref (scene->rows);
  lofi_array_unref (scene->train);
  g_clear_pointer (&scene->test, lofi_array_unref);
  fixture_clear (&scene->f);
}

/* Whether a thin line of text colour passes: three neighbours are together as far from the background as one pixel of it; markers are coloured. */
static gboolean
is_inked (const Image *image, int x, int y, gboolean is_dark)
{
  int ink = 0, colour = 0;
  for (int at = x - 1; at <= x + 1; at++)
    {
      guint32 value = pixel (image, at, y);
      int red = (int) (value >> 16 & 255), blue = (int) (value & 255), green = (int) (value >> 8 & 255);
      ink += is_dark ? green - 30 : 255 - green;
      colour = MAX (colour, abs (red - blue));
    }
  return ink > 170 && colour < 40;
}

START_TEST (test_scatter)
{
  const LofiStyle *styles[] = { lofi_style_light (), lofi_style_dark () };
  Scene scene;
  scene_init (&scene, TRUE);
  gint64 start = g_get_monotonic_time ();
  g_autoptr (LofiFigure) figure = lofi_figure_scatter (&scene.f.result, 0, 0, 2);
  ck_assert_int_lt (g_get_monotonic_time () - start, 1000000);
  ck_assert_ptr_nonnull (strstr (lofi_figure_description (figure), "Features 1 and 3 of layer 1: 400 test samples"));
  for (int s = 0; s < 2; s++)
    {
      Image image = draw (figure, W, H, styles[s]);
      /* Where feature 1 is 0.25, from what is said left and right of it. */
      double edge = 0, edges[2] = { 0, W };
      LofiPick pick;
      for (double x = 0.5; x < W; x++)
        for (double y = 100; y < 220; y += 15)
          {
            if (!lofi_figure_pick (figure, W, H, styles[s], x, y, &pick) || pick.index >= 0)
              continue;
            const char *sign = strstr (pick.text, "prediction ");
            ck_assert_ptr_nonnull (sign);
            if (g_str_has_prefix (sign, "prediction −"))
              edges[0] = MAX (edges[0], x);
            else
              edges[1] = MIN (edges[1], x);
          }
      edge = (edges[0] + edges[1]) / 2;
      ck_assert (edges[1] - edges[0] < 6 && edges[1] >= edges[0] && edge > W / 5 && edge < W / 2);
      /* The contour is there, and nowhere else. */
      int on = 0, off = 0, wash[2] = { 0, 0 };
      for (int y = 110; y < 210; y++)
        {
          int x = (int) edge;
          on += is_inked (&image, x, y, s);
          off += is_inked (&image, x + 40, y, s) || is_inked (&image, x - 20, y, s);
          for (int side = 0; side < 2; side++)
            {
              guint32 value = pixel (&image, side ? W - 60 : (int) edge - 40, y);
              int red = (int) (value >> 16 & 255), blue = (int) (value & 255);
              wash[side] += side ? red > blue + 8 : blue > red + 8;
            }
        }
      ck_assert_int_ge (on, 70);
      ck_assert_int_eq (off, 0);
      ck_assert (wash[0] > 60 && wash[1] > 60);
      ck_assert_uint_ge (check_picks (figure, 280, 200, styles[s], M, FALSE), 100);
      cairo_surface_destroy (image.surface);
    }
  try_sizes (figure);
  scene_clear (&scene);
}
END_TEST

START_TEST (test_scatter_points)
{
  Scene scene;
  scene_init (&scene, TRUE);
  double predictions[M];
  for (gsize i = 0; i < M; i++)
    predictions[i] = 0.5;
  scene.f.readout.test_predictions = predictions;
  scene.f.readout.n_test = M;
  /* Three far away, two that are no numbers. */
  double *features = scene.test->matrix.data;
  features[0] = 1e6;
  features[K] = -1e6;
  features[2 * K + 1] = 1e9;
  features[3 * K] = NAN;
  features[4 * K + 1] = -INFINITY;
  g_autoptr (LofiFigure) figure = lofi_figure_scatter (&scene.f.result, 0, 0, 1);
  ck_assert_ptr_nonnull (strstr (lofi_figure_description (figure), "398 of 400 test samples"));
  const char *beyond = strstr (lofi_figure_description (figure), " beyond, at the border");
  ck_assert_ptr_nonnull (beyond);
  gboolean told = FALSE;
  for (double y = 0.5; y < H; y += 2)
    for (double x = 0.5; x < W; x += 2)
      {
        LofiPick pick;
        if (lofi_figure_pick (figure, W, H, lofi_style_light (), x, y, &pick) && pick.index == 0)
          told |= strstr (pick.text, " · sample 1 · feature 1 = 10⁶, feature 2 = ") != NULL && strstr (pick.text, "prediction +0.5") != NULL;
      }
  ck_assert (told);
  try_sizes (figure);
  scene_clear (&scene);
  /* No test samples: the training ones. */
  scene_init (&scene, FALSE);
  g_autoptr (LofiFigure) training = lofi_figure_scatter (&scene.f.result, 0, 2, 2);
  ck_assert_ptr_nonnull (strstr (lofi_figure_description (training), "600 training samples"));
  try_sizes (training);
  scene_clear (&scene);
}
END_TEST

START_TEST (test_odd_scatter)
{
  Scene scene;
  scene_init (&scene, TRUE);
  ck_assert_ptr_null (lofi_figure_scatter (&scene.f.result, 0, K, 0));
  ck_assert_ptr_null (lofi_figure_scatter (&scene.f.result, 0, 0, G_MAXUINT));
  ck_assert_ptr_null (lofi_figure_scatter (&scene.f.result, 1, 0, 1));
  ck_assert_ptr_null (lofi_figure_scatter (NULL, 0, 0, 1));
  scene.f.layer.keep = 0;
  ck_assert_ptr_null (lofi_figure_scatter (&scene.f.result, 0, 0, 1));
  scene.f.layer.keep = K;
  scene.f.task.positive_name = (char *) "a class whose name is far longer than any legend has room for in a small figure, and any line of text below";
  scene.f.task.negative_name = NULL;
  const double values[] = { 0, 7, NAN, 1e300, -1e-310 };
  for (guint c = 0; c < G_N_ELEMENTS (values); c++)
    {
      for (gsize i = 0; i < M * K; i++)
        scene.test->matrix.data[i] = values[c];
      g_autoptr (LofiFigure) figure = lofi_figure_scatter (&scene.f.result, 0, 0, 1);
      ck_assert_ptr_nonnull (figure);
      if (c == 1)
        check_picks (figure, 280, 200, lofi_style_dark (), M, FALSE);
      try_sizes (figure);
    }
  /* No readout: no map. */
  scene.f.result.readout = NULL;
  for (gsize i = 0; i < M * K; i++)
    scene.test->matrix.data[i] = g_rand_double (scene.f.random);
  g_autoptr (LofiFigure) plain = lofi_figure_scatter (&scene.f.result, 0, 0, 1);
  Image image = draw (plain, W, H, lofi_style_light ());
  ck_assert (is_near (pixel (&image, 4, H - 4), lofi_style_light ()->background));
  cairo_surface_destroy (image.surface);
  scene_clear (&scene);
}
END_TEST

/* A circle, and the saddle x y = 0: pieces lie where the function is zero. */
START_TEST (test_contour)
{
  enum { SIDE = 33 };
  for (int kind = 0; kind < 2; kind++)
    {
      double *values = g_new (double, SIDE * SIDE);
      for (int i = 0; i < SIDE; i++)
        for (int k = 0; k < SIDE; k++)
          {
            double x = k / (SIDE - 1.0) - 0.49, y = i / (SIDE - 1.0) - 0.47;
            values[i * SIDE + k] = kind ? x * y : x * x + y * y - 0.09;
          }
      LofiDecisionMap map;
      lofi_decision_map_init_values (&map, SIDE, values);
      double length = 0;
      for (guint i = 0; i < map.contour->len; i++)
        {
          const LofiContourPiece *piece = &g_array_index (map.contour, LofiContourPiece, i);
          for (int end = 0; end < 2; end++)
            {
              double x = piece->x[end] - 0.49, y = piece->y[end] - 0.47;
              ck_assert (fabs (kind ? x * y : x * x + y * y - 0.09) <= 2e-3);
              ck_assert (fabs (lofi_decision_map_at (&map, piece->x[end], piece->y[end])) <= 1e-12);
            }
          length += hypot (piece->x[1] - piece->x[0], piece->y[1] - piece->y[0]);
        }
      ck_assert (fabs (length - (kind ? 2 : 2 * G_PI * 0.3)) <= 0.05);
      ck_assert (isnan (lofi_decision_map_at (&map, -0.1, 0.5)) && isnan (lofi_decision_map_at (&map, 0.5, NAN)));
      lofi_decision_map_clear (&map);
    }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("render/features");
  TCase *tests = tcase_create ("features");
  tcase_set_timeout (tests, 60);
  tcase_add_test (tests, test_overlaps);
  tcase_add_test (tests, test_odd_overlaps);
  tcase_add_test (tests, test_scatter);
  tcase_add_test (tests, test_scatter_points);
  tcase_add_test (tests, test_odd_scatter);
  tcase_add_test (tests, test_contour);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
