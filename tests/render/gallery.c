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
#include "lofi-overlap.h"
#include "sweep-fixtures.h"

static const char *folder, *only;

typedef struct { const char *name; double width, height; } Size;
static const Size window_sizes[] = { { "window", 1280, 800 }, { "quarter", 400, 300 }, { "large", 1000, 640 }, { "medium", 520, 360 }, { "small", 320, 220 }, { "tiny", 200, 120 } };

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
  LofiObserver observer = { .snapshot = keep_live, .data = &watched, .live_pictures = 16, .nulls = LOFI_NULLS_LAW | LOFI_NULLS_PERMUTED };
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

static LofiResult *
fit_preset (const char *preset, const char *const *settings)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LofiExperiment) experiment = lofi_preset_load (preset, settings, &error);
  LofiObserver observer = { .spectra = LOFI_SPECTRA_DRAWN, .nulls = LOFI_NULLS_LAW | LOFI_NULLS_PERMUTED };
  LofiResult *result = experiment ? lofi_fit (experiment, TRUE, 0, NULL, &observer, NULL, &error) : NULL;
  if (!result)
    g_printerr ("%s: %s\n", preset, error->message);
  return result;
}

/* Null lines, shuffled labels, the law with its predictions; what was planted; the plane of two features. */
static void
show_null (const char *name, const char *preset, const char *const *settings)
{
  g_autoptr (LofiResult) result = fit_preset (preset, settings);
  for (guint i = 0; result && i < result->n_layers; i++)
    {
      if (!result->layers[i] || result->layers[i]->keep == 0)
        continue;
      g_autofree char *spectrum = g_strdup_printf ("null-%s-%u", name, i + 1), *shuffled = g_strdup_printf ("null-shuffled-%s-%u", name, i + 1);
      g_autofree char *overlaps = g_strdup_printf ("null-overlaps-%s-%u", name, i + 1), *scatter = g_strdup_printf ("null-scatter-%s-%u", name, i + 1);
      g_autoptr (GError) error = NULL;
      g_autoptr (LofiArray) values = lofi_result_shuffled_spectrum (result, i, NULL, &error), bars = lofi_planted_bars (result, i, NULL);
      show (lofi_figure_spectrum (result, i, TRUE, 0, 0, NULL), spectrum);
      if (values)
        show (lofi_figure_spectrum (result, i, TRUE, 0, 0, values), shuffled);
      else
        g_printerr ("%s: %s\n", shuffled, error->message);
      show (lofi_figure_overlaps (result, i, bars, 1), overlaps);
      gint64 start = g_get_monotonic_time ();
      LofiFigure *figure = lofi_figure_scatter (result, i, 0, 1);
      printf ("%s built in %.1f ms\n", scatter, (double) (g_get_monotonic_time () - start) / 1000);
      show (figure, scatter);
    }
}

/* What no fit may have at the moment: a line of the law alone, lines that are close, far, or only one; many groups. */
static void
show_null_by_hand (void)
{
  const struct { const char *name; double low, high; guint permutations; } cases[] = {
    { "null-hand-law", -0.0036, 0.0037, 0 }, { "null-hand-narrow", -1e-4, 1e-4, 20 }, { "null-hand-wide", -0.03, 0.05, 20 },
    { "null-hand-right", NAN, 0.002, 20 },
  };
  Fixture f;
  double spectrum[3000], kept[14];
  fixture_init (&f, 2000, 1, 28, 28);
  fixture_normal (f.random, spectrum, 3000, 0.001);
  qsort (spectrum, 3000, sizeof *spectrum, fixture_compare);
  spectrum[0] = -0.05;
  spectrum[2999] = 0.012;
  for (int i = 0; i < 7; i++)
    {
      kept[i] = spectrum[i];
      kept[7 + i] = spectrum[2999 - i];
    }
  fixture_set_spectrum (&f, spectrum, 3000, kept, 14);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      LofiNull null = { .permutations = cases[i].permutations, .low = cases[i].low, .high = cases[i].high, .below = 1, .above = 6 }, *nulls[] = { &null };
      f.result.nulls = nulls;
      show (lofi_figure_spectrum (&f.result, 0, TRUE, 0, 0, NULL), cases[i].name);
    }
  f.result.nulls = NULL;
  g_autoptr (LofiArray) bars = lofi_array_new (60, 12, NULL, "gallery"), single = lofi_array_new (1, 1, NULL, "gallery");
  for (gsize i = 0; i < 60; i++)
    for (gsize g = 0; g < 12; g++)
      bars->matrix.data[i * bars->matrix.stride + g] = (i % 12 == g ? 0.8 : 0.02) * g_rand_double (f.random);
  single->matrix.data[0] = 0.63;
  f.layer.keep = 60;
  f.layer.eigenvalues = NULL;
  show (lofi_figure_overlaps (&f.result, 0, bars, 5), "null-overlaps-many");
  f.layer.keep = 1;
  show (lofi_figure_overlaps (&f.result, 0, single, -1), "null-overlaps-one");
  fixture_clear (&f);
}

static void
show_measures (void)
{
  static const struct { const char *name; LofiMeasure measure; gboolean teacher; guint most; } cases[] = {
    { "sweep-error", { LOFI_QUANTITY_TEST_ERROR, 0, 0 }, FALSE, G_MAXUINT },   { "sweep-some", { LOFI_QUANTITY_TEST_ERROR, 0, 0 }, FALSE, 17 },
    { "sweep-none", { LOFI_QUANTITY_TEST_ERROR, 0, 0 }, FALSE, 0 },            { "sweep-mse", { LOFI_QUANTITY_TEST_MSE, 0, 0 }, FALSE, G_MAXUINT },
    { "sweep-train", { LOFI_QUANTITY_TRAIN_ERROR, 0, 0 }, FALSE, G_MAXUINT },  { "sweep-outliers", { LOFI_QUANTITY_OUTLIERS, 0, 0 }, TRUE, G_MAXUINT },
    { "sweep-kept", { LOFI_QUANTITY_KEPT, 1, 0 }, TRUE, G_MAXUINT },           { "sweep-eigenvalues", { LOFI_QUANTITY_EIGENVALUE, 0, 7 }, TRUE, G_MAXUINT },
    { "sweep-overlap", { LOFI_QUANTITY_OVERLAP, 0, 0 }, TRUE, G_MAXUINT },     { "sweep-overlap-real", { LOFI_QUANTITY_OVERLAP, 1, 0 }, FALSE, G_MAXUINT },
    { "sweep-concepts", { LOFI_QUANTITY_OVERLAP, 1, 0 }, TRUE, G_MAXUINT },    { "sweep-teacher", { LOFI_QUANTITY_TEST_ERROR, 0, 0 }, TRUE, G_MAXUINT },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (LofiExperiment) experiment = cases[i].teacher ? fixture_sweep (TRUE, 200, 12800, 7, 5) : fixture_sweep (FALSE, 100, 10000, 12, 5);
      g_autoptr (LofiCells) cells = fixture_cells (experiment, cases[i].most, cases[i].teacher ? 2 : LOFI_N_METHODS);
      LofiSweepView view = { .measure = cases[i].measure, .samples = cases[i].teacher ? 0 : 2000, .x_axis = -1, .y_axis = -1 };
      guint total = experiment->sweep_samples->len * experiment->sweep_seeds * (cases[i].teacher ? 2 : LOFI_N_METHODS);
      show (lofi_figure_emergence (cells, experiment, &view, total), cases[i].name);
    }
}

/* Maps of two axes, of an axis and the samples, of few and of many values; curves along an axis. */
static void
show_grids (void)
{
  g_autoptr (LofiExperiment) experiment = fixture_sweep (FALSE, 500, 8000, 5, 3);
  fixture_axis (experiment, "layer1.keep", "5;10;20;50;100;200");
  fixture_axis (experiment, "layer2.keep", "5;10;20;50");
  fixture_axis (experiment, "readout.penalties", "1e-6;1e-3;1;100");
  g_autoptr (LofiCells) cells = fixture_cells (experiment, G_MAXUINT, 2), some = fixture_cells (experiment, 2500, 2);
  LofiSweepView view = { .measure = { LOFI_QUANTITY_TEST_ERROR, 0, 0 }, .point = 2, .x_axis = 0, .y_axis = 1 };
  show (lofi_figure_heat_map (cells, experiment, &view), "sweep-heat");
  show (lofi_figure_heat_map (some, experiment, &view), "sweep-heat-some");
  show (lofi_figure_heat_map (NULL, experiment, &view), "sweep-heat-none");
  show (lofi_figure_widths (cells, experiment, &view), "sweep-widths");
  show (lofi_figure_emergence (cells, experiment, &view, 0), "sweep-point");
  view.x_axis = -1;
  view.y_axis = 2;
  view.measure = (LofiMeasure) { LOFI_QUANTITY_OVERLAP, 0, 0 };
  show (lofi_figure_heat_map (cells, experiment, &view), "sweep-heat-samples");
  view.x_axis = 2;
  show (lofi_figure_widths (cells, experiment, &view), "sweep-widths-penalty");
  g_autoptr (LofiExperiment) fine = fixture_sweep (TRUE, 100, 10000, 24, 1);
  fixture_axis (fine, "layer1.activation", "relu;tanh;erf;sigmoid;gelu;sin;identity");
  fixture_axis (fine, "layers.width", "100;141;200;283;400;566;800;1131;1600;2263;3200;4525;6400");
  g_autoptr (LofiCells) many = fixture_cells (fine, G_MAXUINT, 1);
  view = (LofiSweepView) { .measure = { LOFI_QUANTITY_EIGENVALUE, 0, 0 }, .x_axis = -1, .y_axis = 1 };
  show (lofi_figure_heat_map (many, fine, &view), "sweep-heat-fine");
  view = (LofiSweepView) { .x_axis = 0, .y_axis = 1 };
  show (lofi_figure_heat_map (many, fine, &view), "sweep-heat-words");
  show (lofi_figure_widths (many, fine, &view), "sweep-widths-words");
}

static void
show_thresholds (void)
{
  g_autoptr (LofiExperiment) experiment = fixture_sweep (TRUE, 100, 20000, 12, 5);
  fixture_axis (experiment, "data.dimension", "30;60;120;240");
  static const struct { const char *name; guint lines; } cases[] = { { "sweep-thresholds", 100 }, { "sweep-thresholds-few", 2 }, { "sweep-thresholds-none", 0 } };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GPtrArray) thresholds = fixture_thresholds (cases[i].lines);
      show (lofi_figure_thresholds (thresholds, experiment), cases[i].name);
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
  show_measures ();
  show_grids ();
  show_thresholds ();
  if (only && g_str_has_prefix (only, "sweep"))
    return 0;
  show_null_by_hand ();
  const char *deep_settings[] = { "layer1.kind=dense", "layer1.width=1000", "layer1.activation=tanh", "layer1.keep=8", "layer2.keep=20", "layer2.bias=1", NULL };
  const char *few_samples[] = { "data.train=300", "data.dimension=400", NULL };
  show_null ("shirt", "shirt", NULL);
  show_null ("centred", "shirt-centred", NULL);
  show_null ("xor", "xor", NULL);
  show_null ("xor-few", "xor", few_samples);
  show_null ("xor-deep", "xor", deep_settings);
  if (only && g_str_has_prefix (only, "null"))
    return 0;
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
  show_alignment ();
  show_sparks (cache);
  show_unusual ();
  return 0;
}
