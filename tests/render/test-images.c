/* Figures made of pictures, curves, and the small pictures on the cards. */
#include <math.h>
#include <string.h>
#include "fixtures.h"
#include "lofi-test.h"

static cairo_surface_t *
draw (LofiFigure *figure, double width, double height, const LofiStyle *style)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, (int) ceil (width), (int) ceil (height));
  cairo_t *cr = cairo_create (surface);
  lofi_figure_draw (figure, cr, width, height, style);
  ck_assert_int_eq (cairo_status (cr), CAIRO_STATUS_SUCCESS);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  return surface;
}

static guint32
pixel (cairo_surface_t *surface, int x, int y)
{
  const guchar *data = cairo_image_surface_get_data (surface);
  return ((const guint32 *) (const void *) (data + (gsize) y * (gsize) cairo_image_surface_get_stride (surface)))[x];
}

static guint
distinct_colors (cairo_surface_t *surface, const LofiPick *at, GHashTable *counts)
{
  for (int y = (int) at->y; y < (int) (at->y + at->height); y++)
    for (int x = (int) at->x; x < (int) (at->x + at->width); x++)
      {
        gpointer key = GUINT_TO_POINTER (pixel (surface, x, y) & 0xffffff);
        g_hash_table_insert (counts, key, GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (counts, key)) + 1));
      }
  return g_hash_table_size (counts);
}

/* The rectangle of one index, found by trying points. */
static gboolean
find_index (LofiFigure *figure, double width, double height, const LofiStyle *style, int index, LofiPick *pick)
{
  for (double y = 4; y < height; y += 6)
    for (double x = 4; x < width; x += 6)
      if (lofi_figure_pick (figure, width, height, style, x, y, pick) && pick->index == index)
        return TRUE;
  return FALSE;
}

/* The same of all indices below n at once; index -1 where there is none. */
static void
find_all (LofiFigure *figure, double width, double height, const LofiStyle *style, LofiPick *picks, int n)
{
  for (int i = 0; i < n; i++)
    picks[i].index = -1;
  for (double y = 4; y < height; y += 9)
    for (double x = 4; x < width; x += 9)
      {
        LofiPick pick;
        if (lofi_figure_pick (figure, width, height, style, x, y, &pick) && pick.index >= 0 && pick.index < n)
          picks[pick.index] = pick;
      }
}

START_TEST (test_no_smoothing)
{
  Fixture f;
  fixture_init (&f, 6, 1, 2, 2);
  fixture_set_pictures (&f, 3);
  const double values[] = { 1, -0.5, 0.25, -1 };
  for (int k = 0; k < 3; k++)
    memcpy (f.pictures.matrix.data + 4 * k, values, sizeof values);
  g_autoptr (LofiFigure) figure = lofi_figure_filters (&f.result, 0, LOFI_PICTURE_PULLED_BACK, &f.pictures, -1);
  const LofiStyle *styles[] = { lofi_style_light (), lofi_style_dark () };
  for (guint s = 0; s < 2; s++)
    {
      cairo_surface_t *surface = draw (figure, 500, 300, styles[s]);
      LofiPick pick;
      ck_assert (find_index (figure, 500, 300, styles[s], 1, &pick));
      ck_assert (pick.is_direction && strstr (pick.text, "direction 2 of 3"));
      ck_assert (fmod (pick.width, 2) == 0 && pick.width == pick.height && pick.width >= 72);
      g_autoptr (GHashTable) counts = g_hash_table_new (NULL, NULL);
      ck_assert_uint_eq (distinct_colors (surface, &pick, counts), 4);
      for (int k = 0; k < 4; k++)
        {
          guint32 color = lofi_style_diverging (styles[s], values[k]) & 0xffffff;
          ck_assert_uint_eq (GPOINTER_TO_UINT (g_hash_table_lookup (counts, GUINT_TO_POINTER (color))), (guint) (pick.width * pick.height / 4));
        }
      cairo_surface_destroy (surface);
    }
  fixture_clear (&f);
}
END_TEST

START_TEST (test_filters_grid)
{
  static const gsize shapes[][3] = { { 1, 28, 28 }, { 3, 8, 8 }, { 1, 1, 40 }, { 1, 200, 100 }, { 1, 1, 1 } };
  static const double sizes[][2] = { { 900, 0 }, { 430, 0 }, { 600, 400 }, { 200, 120 }, { 60, 400 } };
  const LofiStyle *styles[] = { lofi_style_light (), lofi_style_dark (), lofi_style_paper () };
  for (guint k = 0; k < G_N_ELEMENTS (shapes); k++)
    for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
      {
        Fixture f;
        fixture_init (&f, 6, shapes[k][0], shapes[k][1], shapes[k][2]);
        fixture_set_pictures (&f, 23);
        g_autoptr (LofiFigure) figure = lofi_figure_filters (&f.result, 0, LOFI_PICTURE_WEIGHTED_MEAN, &f.pictures, 3);
        const LofiStyle *style = styles[(k + s) % 3];
        double width = sizes[s][0], wanted = lofi_figure_height_for_width (figure, width, style);
        double height = sizes[s][1] > 0 ? sizes[s][1] : wanted;
        ck_assert (wanted > 40);
        ck_assert (width < 400 || lofi_figure_height_for_width (figure, width / 2, style) > wanted);
        cairo_surface_destroy (draw (figure, width, height, style));
        /* Every tile can be picked at its own centre and lies in the figure, none twice. */
        guint found = 0;
        double last_x = -1, last_y = -1;
        LofiPick picks[23];
        find_all (figure, width, height, style, picks, 23);
        for (int i = 0; i < 23; i++)
          {
            LofiPick pick = picks[i], centre;
            if (pick.index < 0)
              continue;
            found++;
            ck_assert (pick.x >= 0 && pick.y >= 0 && pick.x + pick.width <= width && pick.y + pick.height <= height);
            ck_assert (lofi_figure_pick (figure, width, height, style, pick.x + pick.width / 2, pick.y + pick.height / 2, &centre));
            ck_assert_int_eq (centre.index, i);
            ck_assert (pick.y > last_y || pick.x > last_x);
            last_x = pick.x;
            last_y = pick.y;
          }
        if (height >= 120 && width >= 200)
          ck_assert_uint_eq (found, 23);
        fixture_clear (&f);
      }
}
END_TEST

START_TEST (test_filters_absent)
{
  Fixture f;
  fixture_init (&f, 6, 1, 4, 4);
  ck_assert_ptr_null (lofi_figure_filters (&f.result, 0, LOFI_PICTURE_PULLED_BACK, NULL, -1));
  fixture_set_pictures (&f, 4);
  ck_assert_ptr_null (lofi_figure_filters (&f.result, 1, LOFI_PICTURE_PULLED_BACK, &f.pictures, -1));
  /* Fewer pictures than directions: those there are. Values that are no numbers: grey. */
  f.layer.keep = 3;
  for (int i = 0; i < 16; i++)
    f.pictures.matrix.data[i] = i % 2 ? NAN : INFINITY;
  g_autoptr (LofiFigure) figure = lofi_figure_filters (&f.result, 0, LOFI_PICTURE_PULLED_BACK, &f.pictures, 99);
  LofiPick pick;
  ck_assert (find_index (figure, 600, 300, lofi_style_light (), 2, &pick));
  ck_assert (!find_index (figure, 600, 300, lofi_style_light (), 3, &pick));
  cairo_surface_destroy (draw (figure, 600, 300, lofi_style_light ()));
  f.layers[0] = NULL;
  ck_assert_ptr_null (lofi_figure_filters (&f.result, 0, LOFI_PICTURE_PULLED_BACK, &f.pictures, -1));
  fixture_clear (&f);
}
END_TEST

/* The colours of a tile are those that the numbers of its picture have, in squares of whole pixels, none of them smoothed. */
static void
check_tile (cairo_surface_t *surface, const LofiPick *tile, const guint32 *colors, int high, int wide)
{
  double side = tile->width / wide;
  ck_assert (fabs (side - tile->height / high) <= 1e-9);
  for (int y = 0; y < high; y++)
    for (int x = 0; x < wide; x++)
      for (int corner = 0; corner < 4; corner++)
        {
          int right = corner % 2, below = corner / 2;
          int px = (int) (tile->x + (x + right) * side) - right, py = (int) (tile->y + (y + below) * side) - below;
          ck_assert_uint_eq (pixel (surface, px, py) & 0xffffff, colors[y * wide + x] & 0xffffff);
        }
}

static double
largest_of (const double *values, gsize n)
{
  double largest = 0;
  for (gsize i = 0; i < n; i++)
    largest = fmax (largest, fabs (values[i]));
  return largest;
}

/* The map has 512 shades on each side of zero. */
static double
shade (double value)
{
  return (double) lrint (value * 512) / 512;
}

/* Filters of patches: of three channels each has its channel's colours, of one the map of everything else. */
START_TEST (test_patch_filters)
{
  static const gsize sizes[] = { 3, 5 };
  const LofiStyle *styles[] = { lofi_style_light (), lofi_style_dark () };
  for (guint s = 0; s < 2; s++)
    for (gsize channels = 1; channels <= 3; channels += 2)
      {
        Fixture f;
        gsize size = sizes[s], d = size * size;
        fixture_init (&f, 6, channels, 16, 16);
        fixture_set_windows (&f, size, 4, 4);
        g_autoptr (LofiFigure) figure = lofi_figure_filters (&f.result, 0, LOFI_PICTURE_PULLED_BACK, &f.pictures, -1);
        double height = lofi_figure_height_for_width (figure, 700, styles[s]);
        cairo_surface_t *surface = draw (figure, 700, height, styles[s]);
        LofiPick picks[12];
        find_all (figure, 700, height, styles[s], picks, (int) (4 * channels));
        static const char *const names[] = { "red", "green", "blue" };
        for (guint i = 0; i < 4 * channels; i++)
          {
            ck_assert_int_eq (picks[i].index, (int) i);
            g_autofree char *expected = channels == 3 ? g_strdup_printf ("direction %u of 4 · channel %s · ", i % 4 + 1, names[i / 4])
                                                      : g_strdup_printf ("direction %u of 4 · λ", i + 1);
            ck_assert (g_str_has_prefix (picks[i].text, expected));
            const double *values = f.pictures.matrix.data + i * d;
            guint32 colors[25];
            for (gsize k = 0; k < d; k++)
              {
                double value = shade (values[k] / largest_of (values, d));
                colors[k] = channels == 3 ? lofi_style_diverging_channel (styles[s], i / 4, value) : lofi_style_diverging (styles[s], value);
              }
            check_tile (surface, &picks[i], colors, (int) size, (int) size);
          }
        const char *title = channels == 3 ? "patch filters of each channel: 4 directions of each" : "patch filters: 4";
        ck_assert (strstr (lofi_figure_description (figure), title));
        cairo_surface_destroy (surface);
        fixture_clear (&f);
      }
}
END_TEST

/* Windows of three channels are colour pictures, those of one are as any other. */
START_TEST (test_convolution_windows)
{
  const LofiStyle *style = lofi_style_light ();
  for (gsize channels = 1; channels <= 3; channels += 2)
    {
      Fixture f;
      fixture_init (&f, 6, channels, 16, 16);
      fixture_set_windows (&f, 5, 7, 0);
      g_autoptr (LofiFigure) figure = lofi_figure_filters (&f.result, 0, LOFI_PICTURE_PULLED_BACK, &f.pictures, -1);
      double height = lofi_figure_height_for_width (figure, 600, style);
      cairo_surface_t *surface = draw (figure, 600, height, style);
      LofiPick picks[7];
      find_all (figure, 600, height, style, picks, 7);
      for (int i = 0; i < 7; i++)
        {
          ck_assert_int_eq (picks[i].index, i);
          const double *values = f.pictures.matrix.data + (gsize) i * 25 * channels;
          double largest = largest_of (values, 25 * channels);
          guint32 colors[25];
          for (gsize k = 0; k < 25; k++)
            {
              colors[k] = lofi_style_diverging (style, shade (values[k] / largest));
              for (gsize c = 0; channels == 3 && c < 3; c++)
                colors[k] = colors[k] << 8 | (guint32) lrint (255 * (0.5 + 0.5 * values[25 * c + k] / largest));
            }
          check_tile (surface, &picks[i], colors, 5, 5);
        }
      ck_assert (strstr (lofi_figure_description (figure), "pulled back to the window"));
      cairo_surface_destroy (surface);
      fixture_clear (&f);
    }
}
END_TEST

/* Of a deeper convolution: five channels of 2 x 2 beside each other, a line of the ground between them, one scale for all. */
START_TEST (test_windows_of_many_channels)
{
  const LofiStyle *style = lofi_style_dark ();
  Fixture f;
  fixture_init (&f, 6, 1, 16, 16);
  f.task.channels = 5;
  fixture_set_windows (&f, 2, 3, 0);
  g_autoptr (LofiFigure) figure = lofi_figure_filters (&f.result, 0, LOFI_PICTURE_WEIGHTED_MEAN, &f.pictures, -1);
  double height = lofi_figure_height_for_width (figure, 600, style);
  cairo_surface_t *surface = draw (figure, 600, height, style);
  LofiPick picks[3];
  find_all (figure, 600, height, style, picks, 3);
  guint32 ground = 0x1e1e1e;
  for (int i = 0; i < 3; i++)
    {
      ck_assert_int_eq (picks[i].index, i);
      const double *values = f.pictures.matrix.data + i * 20;
      guint32 colors[5 * 8];
      for (int k = 0; k < 5 * 8; k++)
        colors[k] = ground;
      for (int c = 0; c < 5; c++)
        for (int k = 0; k < 4; k++)
          {
            guint32 color = lofi_style_diverging (style, shade (values[4 * c + k] / largest_of (values, 20)));
            colors[(c / 3 * 3 + k / 2) * 8 + c % 3 * 3 + k % 2] = color;
          }
      check_tile (surface, &picks[i], colors, 5, 8);
    }
  cairo_surface_destroy (surface);
  fixture_clear (&f);
}
END_TEST

/* A shape that is given must fit; without one it comes from the layer, and numbers that are no picture are one row. */
START_TEST (test_picture_shapes)
{
  Fixture f;
  fixture_init (&f, 6, 3, 16, 12);
  fixture_set_windows (&f, 4, 0, 6);
  LofiPictureShape shape = lofi_picture_shape (&f.result, 0, 16);
  ck_assert (shape.shape.channels == 1 && shape.shape.height == 4 && shape.shape.width == 4 && shape.per_channel == 6);
  shape = lofi_picture_shape (&f.result, 0, 3 * 16 * 12);
  ck_assert (shape.shape.channels == 3 && shape.shape.height == 16 && shape.shape.width == 12 && shape.per_channel == 0);
  shape = lofi_picture_shape (&f.result, 0, 17);
  ck_assert (shape.shape.channels == 1 && shape.shape.height == 1 && shape.shape.width == 17 && shape.per_channel == 0);
  f.spec.kind = LOFI_KIND_CONV;
  shape = lofi_picture_shape (&f.result, 0, 48);
  ck_assert (shape.shape.channels == 3 && shape.shape.height == 4 && shape.shape.width == 4 && shape.per_channel == 0);
  f.spec.kind = LOFI_KIND_DENSE;
  shape = lofi_picture_shape (&f.result, 0, 16);
  ck_assert (shape.shape.height == 1 && shape.shape.width == 16);

  const LofiPictureShape bad[] = { { { 1, 4, 5 }, 0 }, { { 0, 4, 4 }, 0 }, { { 2, 2, 4 }, 6 }, { { 1, 4, 4 }, 5 }, { { 1, 4, G_MAXSIZE }, 0 } };
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    ck_assert_ptr_null (lofi_figure_filters_of_shape (&f.result, 0, LOFI_PICTURE_PULLED_BACK, &f.pictures, &bad[i], -1));
  const LofiPictureShape good[] = { { { 1, 4, 4 }, 0 }, { { 4, 2, 2 }, 0 }, { { 1, 2, 8 }, 6 }, { { 16, 1, 1 }, 0 }, { { 1, 4, 4 }, 7 } };
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (LofiFigure) figure = lofi_figure_filters_of_shape (&f.result, 0, LOFI_PICTURE_PULLED_BACK, &f.pictures, &good[i], 1);
      ck_assert_ptr_nonnull (figure);
      const LofiStyle *styles[] = { lofi_style_light (), lofi_style_dark (), lofi_style_paper () };
      for (guint s = 0; s < 3; s++)
        cairo_surface_destroy (draw (figure, 320, 200, styles[s]));
    }
  /* Fewer pictures than the layer keeps: those of the first channels, still in their colours. */
  f.spec.kind = LOFI_KIND_FILTER;
  f.pictures.matrix.rows = 8;
  g_autoptr (LofiFigure) few = lofi_figure_filters (&f.result, 0, LOFI_PICTURE_PULLED_BACK, &f.pictures, -1);
  LofiPick pick;
  ck_assert (find_index (few, 600, 300, lofi_style_light (), 7, &pick));
  ck_assert (g_str_has_prefix (pick.text, "direction 2 of 6 · channel green · "));
  fixture_clear (&f);
}
END_TEST

static gboolean
is_color (guint32 value, LofiColor color)
{
  return abs ((int) (value >> 16 & 255) - (int) lrint (255 * color.red)) <= 2 && abs ((int) (value >> 8 & 255) - (int) lrint (255 * color.green)) <= 2 &&
         abs ((int) (value & 255) - (int) lrint (255 * color.blue)) <= 2;
}

START_TEST (test_samples)
{
  Fixture f;
  const LofiStyle *style = lofi_style_light ();
  fixture_init (&f, 30, 1, 8, 8);
  g_autoptr (LofiFigure) figure = lofi_figure_samples (&f.task, 4);
  cairo_surface_t *surface = draw (figure, 700, 300, style);
  /* Samples 0, 1, 3, 4 are the first negative ones, 2, 5, 8, 11 the first positive ones. */
  static const int shown[] = { 0, 1, 3, 4, 2, 5, 8, 11 };
  for (guint i = 0; i < G_N_ELEMENTS (shown); i++)
    {
      LofiPick pick;
      ck_assert (find_index (figure, 700, 300, style, shown[i], &pick));
      ck_assert_int_eq (pick.is_direction, FALSE);
      g_autofree char *expected = g_strdup_printf ("%s · sample %d, number %d of the source", i < 4 ? "pullover, coat" : "shirt", shown[i] + 1,
                                                   10 * shown[i]);
      ck_assert_str_eq (pick.text, expected);
      LofiColor frame = i < 4 ? style->negative : style->positive;
      ck_assert (is_color (pixel (surface, (int) pick.x - 1, (int) (pick.y + pick.height / 2)), frame));
      /* Inside: the value of the first pixel, as brightness. */
      guint32 expected_grey = (guint32) lrint (255 * f.task.train.inputs.data[64 * shown[i]]);
      ck_assert_uint_eq (pixel (surface, (int) pick.x + 1, (int) pick.y + 1) & 255, expected_grey);
    }
  LofiPick pick, first, second, third;
  ck_assert (!find_index (figure, 700, 300, style, 6, &pick));
  /* The classes take turns: negative 0, positive 2, negative 1. */
  ck_assert (find_index (figure, 700, 300, style, 0, &first) && find_index (figure, 700, 300, style, 2, &second)
             && find_index (figure, 700, 300, style, 1, &third));
  ck_assert (first.x < second.x && second.x < third.x && first.y == second.y && second.y == third.y);
  cairo_surface_destroy (surface);
  ck_assert_ptr_null (lofi_figure_samples (NULL, 4));
  f.task.train.count = 0;
  ck_assert_ptr_null (lofi_figure_samples (&f.task, 4));
  fixture_clear (&f);
}
END_TEST

/* Only one class there, vectors, colour: the strip on the card draws and leaves cairo in order. */
START_TEST (test_sparks)
{
  static const gsize shapes[][3] = { { 1, 28, 28 }, { 3, 8, 8 }, { 1, 1, 500 } };
  for (guint k = 0; k < G_N_ELEMENTS (shapes); k++)
    {
      Fixture f;
      fixture_init (&f, 12, shapes[k][0], shapes[k][1], shapes[k][2]);
      if (k == 1)
        for (int i = 0; i < 12; i++)
          f.task.train.y[i] = 1;
      cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 220, 44);
      cairo_t *cr = cairo_create (surface);
      lofi_spark_samples_draw (cr, 220, 44, lofi_style_light (), &f.task);
      lofi_spark_samples_draw (cr, 3, 44, lofi_style_light (), &f.task);
      lofi_spark_samples_draw (cr, 220, 44, lofi_style_light (), NULL);
      ck_assert_int_eq (cairo_status (cr), CAIRO_STATUS_SUCCESS);
      cairo_destroy (cr);
      cairo_surface_flush (surface);
      /* The first frame begins at the second pixel, blue if there is a negative class. */
      ck_assert (is_color (pixel (surface, 1, 22), k == 1 ? lofi_style_light ()->positive : lofi_style_light ()->negative));
      cairo_surface_destroy (surface);
      fixture_clear (&f);
    }
}
END_TEST

static LofiExperiment
sweep_of (gsize *samples, guint n, guint seeds, char *title)
{
  LofiExperiment experiment = { .title = title, .sweep_seeds = seeds, .sweep_samples = g_array_new (FALSE, FALSE, sizeof (gsize)) };
  g_array_append_vals (experiment.sweep_samples, samples, n);
  return experiment;
}

START_TEST (test_emergence)
{
  gsize samples[] = { 100, 1000, 10000 };
  const LofiStyle *style = lofi_style_light ();
  LofiExperiment experiment = sweep_of (samples, 3, 2, (char *) "Shirt");
  g_autoptr (LofiCells) cells = lofi_cells_new ();
  for (guint i = 0; i < 3; i++)
    for (guint64 seed = 0; seed < 2; seed++)
      for (guint method = 0; method < LOFI_N_METHODS; method++)
        {
          /* The last n has one seed only. */
          double error = 0.30 - 0.05 * i + 0.02 * method + 0.006 * (double) seed;
          LofiCell cell = { .point = g_intern_static_string (""), .samples = samples[i], .seed = seed, .method = method, .test_error = error,
                            .test_mse = 0.5, .train_error = 0.1, .seconds = 1 };
          if (i < 2 || seed == 0)
            lofi_cells_add (cells, &cell);
        }
  LofiSweepView view = { .measure = { LOFI_QUANTITY_TEST_ERROR, 0, 0 }, .samples = 1000, .x_axis = -1, .y_axis = -1 };
  g_autoptr (LofiFigure) figure = lofi_figure_emergence (cells, &experiment, &view, 18);
  ck_assert_ptr_nonnull (strstr (lofi_figure_description (figure), "LoFi 20.0 %, lazy 22.0 %, linear 24.0 %"));
  gboolean told_mean = FALSE, told_one = FALSE;
  for (double y = 0; y < 400; y += 7)
    for (double x = 0; x < 600; x += 7)
      {
        LofiPick pick;
        if (!lofi_figure_pick (figure, 600, 400, style, x, y, &pick))
          continue;
        ck_assert (pick.x >= 0 && pick.x + pick.width <= 600 && pick.y >= 0 && pick.y + pick.height <= 400);
        told_mean |= strcmp (pick.text, "n = 1,000 · LoFi 25.3 % ± 0.3 % (2 seeds)") == 0;
        told_one |= strcmp (pick.text, "n = 10,000 · linear 24.0 % (1 seed)") == 0;
      }
  ck_assert (told_mean);
  ck_assert (told_one);
  cairo_surface_t *surface = draw (figure, 600, 400, style);
  int of_series[3] = { 0, 0, 0 };
  for (int y = 0; y < 400; y++)
    for (int x = 0; x < 600; x++)
      for (int s = 0; s < 3; s++)
        of_series[s] += is_color (pixel (surface, x, y), style->series[s]);
  ck_assert (of_series[0] > 100 && of_series[1] > 100 && of_series[2] > 50);
  cairo_surface_destroy (surface);
  g_array_unref (experiment.sweep_samples);
}
END_TEST

/* Nothing found yet, nothing planned, errors that are no numbers, one point alone, a title longer than the figure. */
START_TEST (test_odd_emergence)
{
  g_autofree char *title = g_strnfill (600, 'M');
  gsize samples[] = { 500 };
  LofiExperiment experiment = sweep_of (samples, 1, 1, title), empty = sweep_of (samples, 0, 0, NULL);
  g_autoptr (LofiCells) none = lofi_cells_new (), odd = lofi_cells_new ();
  const char *point = g_intern_static_string ("");
  LofiCell cells[] = { { point, 500, 0, LOFI_METHOD_LOFI, NAN, NAN, NAN, 0, NULL, 0, 1 }, { point, 500, 0, LOFI_METHOD_LAZY, 0, 0, 0, 0, NULL, 0, 1 },
                       { point, 500, 1, LOFI_METHOD_LAZY, 1, 1, 1, 0, NULL, 0, 1 } };
  for (guint i = 0; i < G_N_ELEMENTS (cells); i++)
    lofi_cells_add (odd, &cells[i]);
  const struct { LofiCells *cells; const LofiExperiment *experiment; } cases[] = {
    { NULL, NULL }, { NULL, &experiment }, { none, &empty }, { odd, &experiment }, { odd, NULL },
  };
  static const double sizes[][2] = { { 700, 400 }, { 200, 120 }, { 30, 30 }, { 1, 1 } };
  for (guint c = 0; c < G_N_ELEMENTS (cases); c++)
    for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
      {
        LofiSweepView view = { .measure = { LOFI_QUANTITY_TEST_ERROR, 0, 0 }, .samples = c == 2 ? 0 : 800, .x_axis = -1, .y_axis = -1 };
        g_autoptr (LofiFigure) figure = lofi_figure_emergence (cases[c].cells, cases[c].experiment, &view, 5);
        cairo_surface_destroy (draw (figure, sizes[s][0], sizes[s][1], c % 2 ? lofi_style_dark () : lofi_style_paper ()));
        LofiPick pick;
        lofi_figure_pick (figure, sizes[s][0], sizes[s][1], lofi_style_paper (), sizes[s][0] / 2, sizes[s][1] / 2, &pick);
        ck_assert (lofi_figure_description (figure)[0]);
      }
  g_array_unref (experiment.sweep_samples);
  g_array_unref (empty.sweep_samples);
}
END_TEST

START_TEST (test_styles)
{
  ck_assert_ptr_eq (lofi_style_find ("light"), lofi_style_light ());
  ck_assert_ptr_eq (lofi_style_find ("dark"), lofi_style_dark ());
  ck_assert_ptr_eq (lofi_style_find ("paper"), lofi_style_paper ());
  ck_assert_ptr_null (lofi_style_find ("blue"));
  ck_assert_ptr_null (lofi_style_find (NULL));
  const LofiStyle *styles[] = { lofi_style_light (), lofi_style_dark (), lofi_style_paper () };
  for (guint s = 0; s < 3; s++)
    {
      ck_assert (is_color (lofi_style_diverging (styles[s], 0), styles[s]->neutral));
      ck_assert_uint_eq (lofi_style_diverging (styles[s], -7), lofi_style_diverging (styles[s], -1));
      ck_assert_uint_eq (lofi_style_diverging (styles[s], NAN), 0xff808080u);
      /* Blue below zero and orange above it, and lightness goes one way. */
      double last[2] = { -1, -1 };
      for (int i = 1; i <= 20; i++)
        for (int sign = 0; sign < 2; sign++)
          {
            guint32 c = lofi_style_diverging (styles[s], (sign ? i : -i) / 20.0);
            int red = c >> 16 & 255, blue = c & 255;
            ck_assert_int_eq (red > blue, sign);
            double light = 0.2126 * red + 0.7152 * (c >> 8 & 255) + 0.0722 * blue;
            ck_assert (last[sign] < 0 || (s == 1 ? light > last[sign] : light < last[sign]));
            last[sign] = light;
          }
    }
}
END_TEST

/* Each channel's map has that channel's hue above zero and the opposite one below, and lightness goes one way on both sides. */
START_TEST (test_channel_maps)
{
  const LofiStyle *styles[] = { lofi_style_light (), lofi_style_dark (), lofi_style_paper () };
  for (guint s = 0; s < 3; s++)
    for (guint channel = 0; channel < 3; channel++)
      {
        ck_assert (is_color (lofi_style_diverging_channel (styles[s], channel, 0), styles[s]->neutral));
        ck_assert_uint_eq (lofi_style_diverging_channel (styles[s], channel, 7), lofi_style_diverging_channel (styles[s], channel, 1));
        ck_assert_uint_eq (lofi_style_diverging_channel (styles[s], channel, NAN), 0xff808080u);
        double last[2] = { -1, -1 };
        for (int i = 2; i <= 20; i++)
          for (int sign = 0; sign < 2; sign++)
            {
              guint32 c = lofi_style_diverging_channel (styles[s], channel, (sign ? i : -i) / 20.0);
              int parts[] = { c >> 16 & 255, c >> 8 & 255, c & 255 };
              int own = parts[channel], first = parts[(channel + 1) % 3], second = parts[(channel + 2) % 3];
              ck_assert (sign ? own > MAX (first, second) : own < MIN (first, second));
              double light = 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
              ck_assert (last[sign] < 0 || (s == 1 ? light > last[sign] : light < last[sign]));
              last[sign] = light;
            }
      }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("render/images");
  TCase *tests = tcase_create ("images");
  tcase_set_timeout (tests, 30);
  tcase_add_test (tests, test_no_smoothing);
  tcase_add_test (tests, test_filters_grid);
  tcase_add_test (tests, test_filters_absent);
  tcase_add_test (tests, test_patch_filters);
  tcase_add_test (tests, test_convolution_windows);
  tcase_add_test (tests, test_windows_of_many_channels);
  tcase_add_test (tests, test_picture_shapes);
  tcase_add_test (tests, test_samples);
  tcase_add_test (tests, test_sparks);
  tcase_add_test (tests, test_emergence);
  tcase_add_test (tests, test_odd_emergence);
  tcase_add_test (tests, test_styles);
  tcase_add_test (tests, test_channel_maps);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
