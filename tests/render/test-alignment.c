/* The figure of gradient descent against the filter: two panels, every point where it is picked. */
#include <math.h>
#include <string.h>
#include "fixtures.h"
#include "lofi-test.h"

#define W 520
#define H 440

/* The texts that the pointer reads, one of each, in the order of their places. */
static GPtrArray *
read_picks (LofiFigure *figure, const LofiStyle *style)
{
  GPtrArray *texts = g_ptr_array_new_with_free_func (g_free);
  for (int y = 0; y < H; y += 4)
    for (int x = 0; x < W; x += 4)
      {
        LofiPick pick = { 0 };
        if (!lofi_figure_pick (figure, W, H, style, x, y, &pick))
          continue;
        ck_assert (pick.x >= 0 && pick.y >= 0 && pick.x + pick.width <= W && pick.y + pick.height <= H);
        ck_assert_int_ge (pick.index, 0);
        if (!g_ptr_array_find_with_equal_func (texts, pick.text, g_str_equal, NULL))
          g_ptr_array_add (texts, g_strdup (pick.text));
      }
  return texts;
}

static gboolean
has (GPtrArray *texts, const char *text)
{
  return g_ptr_array_find_with_equal_func (texts, text, g_str_equal, NULL);
}

START_TEST (test_every_point_is_there)
{
  LofiAlignment alignment;
  fixture_alignment (&alignment, 100, TRUE);
  g_autoptr (LofiFigure) figure = lofi_figure_alignment (&alignment, LOFI_ALIGN_SPACE_INPUTS);
  g_autoptr (GPtrArray) texts = read_picks (figure, lofi_style_light ());
  ck_assert_uint_eq (texts->len, 9 * 6);
  /* Seeds differ by 0.03: their standard error is 0.03 / sqrt (3). */
  double late = 1 / (1 + pow (400.0 / 120, 1.1));
  g_autofree char *last = g_strdup_printf ("step 400 · LoFi %.3f ± 0.017 (3 seeds)", 0.9 * late);
  ck_assert (has (texts, last));
  ck_assert (has (texts, "step 1 · random 0.006 ± 0.000 (3 seeds)"));
  g_autofree char *error = g_strdup_printf ("step 400 · descent, test %.1f ± 0.3 %% (3 seeds)", 100 * (0.145 + 0.19 * late));
  ck_assert (has (texts, error));
  ck_assert_ptr_nonnull (strstr (lofi_figure_description (figure), "principal components 0.70 → "));
  fixture_alignment_clear (&alignment);
}
END_TEST

START_TEST (test_one_seed_has_no_error)
{
  LofiAlignment alignment;
  fixture_alignment (&alignment, 4, TRUE);
  g_autoptr (LofiFigure) figure = lofi_figure_alignment (&alignment, LOFI_ALIGN_SPACE_SAMPLES);
  g_autoptr (GPtrArray) texts = read_picks (figure, lofi_style_dark ());
  ck_assert_uint_eq (texts->len, 4 * 6);
  g_autofree char *first = g_strdup_printf ("step 1 · permuted labels %.3f (1 seed)", sqrt (0.5 / (1 + pow (1.0 / 120, 1.1)) - 0.03));
  ck_assert (has (texts, first));
  fixture_alignment_clear (&alignment);
}
END_TEST

static guint
count_color (LofiFigure *figure, const LofiStyle *style, double width, double height, LofiColor color, int from_y, int to_y)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) width, (int) height);
  cairo_t *cr = cairo_create (surface);
  lofi_figure_draw (figure, cr, width, height, style);
  ck_assert_int_eq (cairo_status (cr), CAIRO_STATUS_SUCCESS);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  guint32 wanted = (guint32) lrint (255 * color.red) << 16 | (guint32) lrint (255 * color.green) << 8 | (guint32) lrint (255 * color.blue);
  guint n = 0;
  for (int y = from_y; y < MIN (to_y, (int) height); y++)
    {
      const guint32 *row = (const guint32 *) (const void *) (cairo_image_surface_get_data (surface) + y * cairo_image_surface_get_stride (surface));
      for (int x = 0; x < (int) width; x++)
        n += (row[x] & 0xffffff) == wanted;
    }
  cairo_surface_destroy (surface);
  return n;
}

/* The filter's curve above, its fit's level below; baselines above alone, errors below alone. */
START_TEST (test_panels)
{
  LofiAlignment alignment;
  fixture_alignment (&alignment, 100, TRUE);
  const LofiStyle *style = lofi_style_light ();
  g_autoptr (LofiFigure) figure = lofi_figure_alignment (&alignment, LOFI_ALIGN_SPACE_INPUTS);
  int legend = 120, border = 295;
  ck_assert_uint_gt (count_color (figure, style, W, H, style->series[0], legend, border), 100);
  ck_assert_uint_gt (count_color (figure, style, W, H, style->series[2], legend, border), 20);
  ck_assert_uint_eq (count_color (figure, style, W, H, style->series[2], border, H), 0);
  ck_assert_uint_eq (count_color (figure, style, W, H, style->series[5], legend, border - 40), 0);
  ck_assert_uint_gt (count_color (figure, style, W, H, style->series[5], border, H), 20);
  ck_assert_uint_gt (count_color (figure, style, W, H, style->series[0], border, H), 50);
  alignment.lofi_test_error = NAN;
  g_autoptr (LofiFigure) without = lofi_figure_alignment (&alignment, LOFI_ALIGN_SPACE_INPUTS);
  ck_assert_uint_eq (count_color (without, style, W, H, style->series[0], border, H), 0);
  fixture_alignment_clear (&alignment);
}
END_TEST

START_TEST (test_any_size_any_state)
{
  const double sizes[][2] = { { 1, 1 }, { 30, 12 }, { 90, 60 }, { 200, 120 }, { 320, 220 }, { 640, 400 }, { 700, 90 } };
  const LofiStyle *styles[] = { lofi_style_light (), lofi_style_dark (), lofi_style_paper () };
  for (guint state = 0; state < 5; state++)
    {
      LofiAlignment alignment;
      fixture_alignment (&alignment, state == 0 ? 0 : state == 1 ? 1 : 100, state != 2);
      if (state == 3)
        {
          LofiAlignPoint *point = &g_array_index (alignment.points, LofiAlignPoint, 3);
          point->inputs[0] = point->samples[0] = point->test_error = NAN;
          point->train_error = INFINITY;
          alignment.diverged = 1;
          alignment.experiment->descent.steps = 1;
        }
      for (int space = 0; space < 2; space++)
        for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
          {
            const double *size = sizes[i];
            const LofiStyle *style = styles[(i + state) % G_N_ELEMENTS (styles)];
            g_autoptr (LofiFigure) figure = lofi_figure_alignment (state == 4 ? NULL : &alignment, space);
            LofiPick pick;
            ck_assert_ptr_nonnull (lofi_figure_description (figure));
            count_color (figure, style, size[0], size[1], style->text, 0, 1);
            ck_assert (!lofi_figure_pick (figure, size[0], size[1], style, -50, -50, &pick));
          }
      fixture_alignment_clear (&alignment);
    }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("render/alignment");
  TCase *tests = tcase_create ("alignment");
  tcase_set_timeout (tests, 30);
  tcase_add_test (tests, test_every_point_is_there);
  tcase_add_test (tests, test_one_seed_has_no_error);
  tcase_add_test (tests, test_panels);
  tcase_add_test (tests, test_any_size_any_state);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
