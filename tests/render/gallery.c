/* A developer's tool, not a test: draws every figure from real fits, in every style and many sizes, into a folder, and prints how long
 * drawing takes. Look at the pictures before changing how figures look.
 *
 *   gallery FOLDER [NAME]      NAME: only figures whose name begins so */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <glib/gstdio.h>
#include "lofi-export.h"
#include "fixtures.h"
#include "lofi-figures.h"

static const char *folder, *only;

typedef struct { const char *name; double width, height; } Size;
static const Size window_sizes[] = { { "large", 1000, 640 }, { "medium", 520, 360 }, { "small", 320, 220 }, { "tiny", 200, 120 } };

static cairo_surface_t *
render (LofiFigure *figure, const LofiStyle *style, double width, double height, double scale, double *milliseconds)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) (width * scale), (int) (height * scale));
  cairo_t *cr = cairo_create (surface);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_paint (cr);
  cairo_scale (cr, scale, scale);
  gint64 start = g_get_monotonic_time ();
  lofi_figure_draw (figure, cr, width, height, style);
  cairo_surface_flush (surface);
  *milliseconds = (double) (g_get_monotonic_time () - start) / 1000;
  cairo_destroy (cr);
  return surface;
}

static void
save (LofiFigure *figure, const char *name, const LofiStyle *style, const char *size, double width, double height, double scale)
{
  double milliseconds, wanted = lofi_figure_height_for_width (figure, width, style);
  if (wanted > 0 && g_str_equal (size, "scroll"))
    height = wanted;
  cairo_surface_t *surface = render (figure, style, width, height, scale, &milliseconds);
  g_autofree char *path = g_strdup_printf ("%s/%s-%s-%s.png", folder, name, style->name, size);
  cairo_surface_write_to_png (surface, path);
  cairo_surface_destroy (surface);
}

static void
time_figure (LofiFigure *figure, const char *name)
{
  double first, best = 1e9, all = 0;
  const LofiStyle *style = lofi_style_light ();
  cairo_surface_destroy (render (figure, style, 1200, 700, 1, &first));
  for (int i = 0; i < 30; i++)
    {
      double milliseconds;
      cairo_surface_destroy (render (figure, style, 1200, 700, 1, &milliseconds));
      best = MIN (best, milliseconds);
      all += milliseconds / 30;
    }
  LofiPick pick;
  gint64 start = g_get_monotonic_time ();
  for (int i = 0; i < 100; i++)
    lofi_figure_pick (figure, 1200, 700, style, 12.0 * i, 350, &pick);
  printf ("%-22s 1200 x 700: first %6.2f ms, best %5.2f, mean %5.2f; pick %.3f ms\n", name, first, best, all,
          (double) (g_get_monotonic_time () - start) / 1e5);
}

static void
show (LofiFigure *figure, const char *name)
{
  if (!figure || (only && !g_str_has_prefix (name, only)))
    {
      g_clear_pointer (&figure, lofi_figure_unref);
      return;
    }
  const LofiStyle *styles[] = { lofi_style_light (), lofi_style_dark () };
  for (guint s = 0; s < G_N_ELEMENTS (styles); s++)
    for (guint i = 0; i < G_N_ELEMENTS (window_sizes); i++)
      save (figure, name, styles[s], window_sizes[i].name, window_sizes[i].width, window_sizes[i].height, 1);
  save (figure, name, lofi_style_light (), "scroll", 1000, 640, 1);
  save (figure, name, lofi_style_paper (), "column", 241, 170, 3);
  save (figure, name, lofi_style_paper (), "text", 396, 245, 3);
  g_autofree char *pdf = g_strdup_printf ("%s/%s.pdf", folder, name), *svg = g_strdup_printf ("%s/%s.svg", folder, name);
  g_autoptr (GError) error = NULL;
  if (!lofi_figure_export (figure, pdf, 396, 245, 300, lofi_style_paper (), name, &error) ||
      !lofi_figure_export (figure, svg, 396, 245, 300, lofi_style_paper (), name, &error))
    g_printerr ("%s\n", error->message);
  time_figure (figure, name);
  printf ("    %s\n", lofi_figure_description (figure));
  lofi_figure_unref (figure);
}

/* The k-th snapshot taken while the operator of the first layer streams. */
typedef struct { LofiResult *live; int wanted; } Watched;

static void
keep_live (gpointer data, LofiResult *result)
{
  Watched *watched = data;
  if (result->live_layer == 0 && watched->wanted-- == 0)
    watched->live = lofi_result_ref (result);
}

static LofiResult *
fit (const char *const *settings, LofiCache *cache, LofiResult **live)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LofiExperiment) experiment = lofi_preset_load ("shirt", settings, &error);
  Watched watched = { NULL, 3 };
  LofiObserver observer = { NULL, keep_live, &watched, 16 };
  LofiResult *result = experiment ? lofi_fit (experiment, live != NULL, 0, cache, &observer, NULL, &error) : NULL;
  if (!result)
    g_printerr ("%s\n", error->message);
  if (live)
    *live = watched.live;
  else
    g_clear_pointer (&watched.live, lofi_result_unref);
  return result;
}

static void
show_filters (LofiResult *result, guint layer, LofiPicture picture, const char *name, int selected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LofiArray) pictures = lofi_result_pictures (result, layer, picture, 0, NULL, &error);
  if (pictures)
    show (lofi_figure_filters (result, layer, picture, pictures, selected), name);
  else
    g_printerr ("%s: %s\n", name, error->message);
}

static void
show_fit (const char *name, const char *const *settings, LofiCache *cache, gboolean whole)
{
  LofiResult *live = NULL;
  g_autoptr (LofiResult) result = fit (settings, cache, whole ? &live : NULL);
  if (!result)
    return;
  g_autofree char *first = g_strconcat ("spectrum-", name, "-1", NULL), *second = g_strconcat ("spectrum-", name, "-2", NULL);
  g_autofree char *activations = g_strconcat ("activations-", name, NULL);
  show (lofi_figure_spectrum (result, 0, TRUE, 0, 0, NULL), first);
  if (result->n_layers > 1)
    show (lofi_figure_spectrum (result, 1, TRUE, 0, 0, NULL), second);
  show (lofi_figure_activations (result, 0), activations);
  if (!whole)
    return;
  if (live)
    show (lofi_figure_spectrum (live, 0, TRUE, 0, 0, NULL), "spectrum-live");
  g_clear_pointer (&live, lofi_result_unref);
  show (lofi_figure_spectrum (result, 0, FALSE, 0, 0, NULL), "spectrum-unmarked");
  show (lofi_figure_spectrum (result, 0, TRUE, -0.004, 0.004, NULL), "spectrum-range");
  show (lofi_figure_predictions (result), "predictions");
  show (lofi_figure_samples (result->task, 20), "samples");
  show_filters (result, 0, LOFI_PICTURE_PULLED_BACK, "filters-1", 4);
  show_filters (result, 1, LOFI_PICTURE_WEIGHTED_MEAN, "filters-2", -1);
}

/* Curves of about the shape that real sweeps have, with their scatter over seeds. */
static LofiCells *
make_cells (const LofiExperiment *experiment, guint most)
{
  LofiCells *cells = lofi_cells_new ();
  guint found = 0;
  g_autoptr (GRand) random = g_rand_new_with_seed (3);
  for (guint i = 0; i < experiment->sweep_samples->len; i++)
    for (guint seed = 0; seed < experiment->sweep_seeds; seed++)
      for (guint method = 0; method < LOFI_N_METHODS && found < most; method++, found++)
        {
          static const double floor_of[LOFI_N_METHODS] = { 0.115, 0.137, 0.158, 0.135, 0.125 }, drop[LOFI_N_METHODS] = { 0.95, 0.85, 0.62, 0.8, 1.1 };
          gsize n = g_array_index (experiment->sweep_samples, gsize, i);
          double error = floor_of[method] + drop[method] * pow (n, -0.5) * (1 + 0.12 * g_rand_double_range (random, -1, 1));
          LofiCell cell = { .point = g_intern_static_string (""), .samples = n, .seed = seed, .method = method, .test_error = error,
                            .test_mse = 4 * error, .train_error = error / 2, .seconds = 0.1 };
          lofi_cells_add (cells, &cell);
        }
  return cells;
}

static void
show_emergence (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LofiExperiment) experiment = lofi_preset_load ("shirt", NULL, &error);
  if (!experiment)
    {
      g_printerr ("%s\n", error->message);
      return;
    }
  guint total = lofi_emergence_total (experiment);
  const struct { const char *name; guint most; } cases[] = { { "emergence-all", 10000 }, { "emergence-some", 17 }, { "emergence-none", 0 } };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (LofiCells) cells = make_cells (experiment, cases[i].most);
      LofiSweepView view = { .measure = { LOFI_QUANTITY_TEST_ERROR, 0, 0 }, .samples = 2000, .x_axis = -1, .y_axis = -1 };
      show (lofi_figure_emergence (cells, experiment, &view, total), cases[i].name);
    }
}

static void
show_alignment (void)
{
  const struct { const char *name; guint most; gboolean samples; LofiAlignSpace space; } cases[] = {
    { "alignment", 100, TRUE, LOFI_ALIGN_SPACE_INPUTS }, { "alignment-samples", 100, TRUE, LOFI_ALIGN_SPACE_SAMPLES },
    { "alignment-some", 5, TRUE, LOFI_ALIGN_SPACE_INPUTS }, { "alignment-none", 0, TRUE, LOFI_ALIGN_SPACE_INPUTS },
    { "alignment-maps", 100, FALSE, LOFI_ALIGN_SPACE_SAMPLES },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      LofiAlignment alignment;
      fixture_alignment (&alignment, cases[i].most, cases[i].samples);
      show (lofi_figure_alignment (&alignment, cases[i].space), cases[i].name);
      fixture_alignment_clear (&alignment);
    }
}

static void
show_sparks (LofiCache *cache)
{
  g_autoptr (LofiResult) result = fit (NULL, cache, NULL);
  const LofiStyle *styles[] = { lofi_style_light (), lofi_style_dark () };
  if (!result || (only && !g_str_has_prefix ("spark", only)))
    return;
  for (guint s = 0; s < 2; s++)
    {
      cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 520, 160);
      cairo_t *cr = cairo_create (surface);
      lofi_color_set (cr, styles[s]->background);
      cairo_paint (cr);
      cairo_translate (cr, 10, 10);
      for (int i = 0; i < 2; i++)
        {
          const LofiLayerResult *layer = result->layers[i];
          lofi_spark_spectrum_draw (cr, 150, 36, styles[s], layer->spectrum, layer->n_spectrum, layer->eigenvalues, layer->keep,
                                    result->nulls ? result->nulls[i] : NULL);
          cairo_translate (cr, 170, 0);
        }
      cairo_translate (cr, -340, 60);
      gint64 start = g_get_monotonic_time ();
      lofi_spark_samples_draw (cr, 220, 44, styles[s], result->task);
      printf ("spark samples %.2f ms\n", (double) (g_get_monotonic_time () - start) / 1000);
      cairo_destroy (cr);
      g_autofree char *path = g_strdup_printf ("%s/spark-%s.png", folder, styles[s]->name);
      cairo_surface_write_to_png (surface, path);
      cairo_surface_destroy (surface);
    }
}

/* Convolutions and filters of patches: windows of one channel, of three, of three one by one, of many. */
static void
show_windows (void)
{
  static const struct { const char *name; gsize channels, size, keep, per_channel; } windows[] = {
    { "filters-conv-grey", 1, 5, 12, 0 },      { "filters-conv-rgb", 3, 5, 24, 0 },     { "filters-conv-many", 20, 3, 12, 0 },
    { "filters-patches-grey", 1, 5, 25, 25 },  { "filters-patches-3", 3, 3, 0, 9 },     { "filters-patches-5", 3, 5, 0, 25 },
  };
  for (guint i = 0; i < G_N_ELEMENTS (windows); i++)
    {
      Fixture f;
      fixture_init (&f, 6, windows[i].channels, 32, 32);
      fixture_set_windows (&f, windows[i].size, windows[i].keep, windows[i].per_channel);
      show (lofi_figure_filters (&f.result, 0, LOFI_PICTURE_PULLED_BACK, &f.pictures, 2), windows[i].name);
      fixture_clear (&f);
    }
}

/* What the bundled data do not have: colour images, plain vectors, long names, a semicircle with two outliers. */
static void
show_unusual (void)
{
  Fixture f;
  const gsize shapes[][3] = { { 3, 32, 32 }, { 1, 1, 60 }, { 1, 1, 784 }, { 1, 5, 5 } };
  const char *const names[] = { "rgb", "vectors", "long-vectors", "patches" };
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_autofree char *filters = g_strconcat ("filters-", names[i], NULL), *samples = g_strconcat ("samples-", names[i], NULL);
      fixture_init (&f, 60, shapes[i][0], shapes[i][1], shapes[i][2]);
      fixture_set_pictures (&f, 12);
      f.task.positive_name = (char *) "a class whose name is far longer than any legend has room for in a small figure";
      show (lofi_figure_filters (&f.result, 0, LOFI_PICTURE_WEIGHTED_MEAN, &f.pictures, 2), filters);
      show (lofi_figure_samples (&f.task, 12), samples);
      fixture_clear (&f);
    }
  show_windows ();
  double spectrum[4000], kept[12];
  fixture_init (&f, 4000, 1, 28, 28);
  for (gsize i = 0; i < 4000; i++)
    {
      double x;
      do
        x = g_rand_double_range (f.random, -1, 1);
      while (g_rand_double (f.random) > sqrt (1 - x * x));
      spectrum[i] = 1e-5 * x;
    }
  spectrum[0] = -1.6e-5;
  spectrum[1] = 1.9e-5;
  qsort (spectrum, 4000, sizeof *spectrum, fixture_compare);
  for (int i = 0; i < 6; i++)
    {
      kept[i] = spectrum[i];
      kept[6 + i] = spectrum[3999 - i];
    }
  fixture_set_spectrum (&f, spectrum, 4000, kept, 12);
  show (lofi_figure_spectrum (&f.result, 0, TRUE, 0, 0, NULL), "spectrum-semicircle");
  fixture_clear (&f);
}

int
main (int argc, char **argv)
{
  folder = argc > 1 ? argv[1] : "gallery";
  only = argc > 2 ? argv[2] : NULL;
  g_mkdir_with_parents (folder, 0755);
  g_autoptr (LofiCache) cache = lofi_cache_new ((gsize) 1 << 30);
  const char *tanh_settings[] = { "layer1.activation=tanh", "layer2.activation=tanh", NULL };
  const char *dual_settings[] = { "layer1.width=1500", "data.train=700", NULL };
  const char *small_settings[] = { "layer1.width=40", "layer1.keep=6", "data.train=300", "layer1.activation=erf", NULL };
  const char *wide_settings[] = { "layer1.keep=400", NULL };
  show_fit ("relu", NULL, cache, TRUE);
  show_fit ("tanh", tanh_settings, cache, FALSE);
  show_fit ("dual", dual_settings, cache, FALSE);
  show_fit ("few", small_settings, cache, FALSE);
  show_fit ("keep400", wide_settings, cache, FALSE);
  show_emergence ();
  show_alignment ();
  show_sparks (cache);
  show_unusual ();
  return 0;
}
