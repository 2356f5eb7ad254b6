/* `lofi figure`: a picture of a result, by the drawing code of the window. */
#include "config.h"
#include <errno.h>
#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#include "lofi-cmd-figure-private.h"
#include "lofi-error.h"
#include "lofi-export.h"
#include "lofi-results-file.h"

#define DEFAULT_WIDTH (5.5 * 72)
#define GRID_WIDTH (9.0 * 72)
#define DEFAULT_RATIO (3.4 / 5.5)
#define TALL_RATIO (4.8 / 5.5)
#define DEFAULT_DPI 200
#define PIXELS_AN_INCH 96
#define SAMPLES_A_CLASS 10
#define LAYER_NOT_GIVEN G_MININT

/* ---- one function a kind ---- */

/* The spectra that a fit with --save spectrum has left in the folder, unless --set asks for others. The data are read for their counts
 * alone, and may be gone. */
static LofiResult *
saved_spectra (const LofiFigureJob *job, GError **error)
{
  if (!job->folder || job->cli->settings)
    return NULL;
  LofiResult *result = lofi_cli_folder_spectra (job->folder, job->experiment, error);
  g_autoptr (LofiDataset) dataset = result ? lofi_dataset_load (job->experiment, job->cli->cancellable, NULL) : NULL;
  if (dataset)
    result->task = lofi_task_new (dataset, job->experiment, job->cli->cancellable, NULL);
  return result;
}

static LofiFigure *
draw_spectrum (const LofiFigureJob *job, GError **error)
{
  g_autoptr (GError) reason = NULL;
  if (!lofi_figure_has_filter (job, error))
    return NULL;
  g_autoptr (LofiResult) result = job->shuffled ? NULL : saved_spectra (job, &reason);
  if (reason)
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return NULL;
    }
  if (!result)
    result = lofi_cli_fit (job->cli, job->experiment, FALSE, LOFI_SPECTRA_DRAWN, LOFI_NULLS_LAW | LOFI_NULLS_PERMUTED, error);
  g_autoptr (LofiArray) shuffled = NULL;
  if (result && job->shuffled)
    {
      lofi_cli_computing (TRUE);
      shuffled = lofi_result_shuffled_spectrum (result, job->layer, job->cli->cancellable, error);
      lofi_cli_computing (FALSE);
      if (!shuffled)
        return NULL;
    }
  return result ? lofi_figure_spectrum (result, job->layer, TRUE, 0, 0, shuffled) : NULL;
}

static LofiFigure *
draw_filters (const LofiFigureJob *job, GError **error)
{
  if (!lofi_figure_has_filter (job, error))
    return NULL;
  LofiPicture picture = lofi_picture_default (job->experiment, job->layer);
  g_autoptr (LofiResult) result = lofi_cli_fit (job->cli, job->experiment, FALSE, LOFI_SPECTRA_DRAWN, LOFI_NULLS_NONE, error);
  if (!result)
    return NULL;
  lofi_cli_computing (TRUE);
  g_autoptr (LofiArray) pictures = lofi_result_pictures (result, job->layer, picture, 0, job->cli->cancellable, error);
  lofi_cli_computing (FALSE);
  return pictures ? lofi_figure_filters (result, job->layer, picture, pictures, -1) : NULL;
}

static LofiFigure *
draw_activations (const LofiFigureJob *job, GError **error)
{
  g_autoptr (LofiResult) result = lofi_cli_fit (job->cli, job->experiment, FALSE, LOFI_SPECTRA_DRAWN, LOFI_NULLS_NONE, error);
  return result ? lofi_figure_activations (result, job->layer) : NULL;
}

static LofiFigure *
draw_predictions (const LofiFigureJob *job, GError **error)
{
  g_autoptr (LofiResult) result = lofi_cli_fit (job->cli, job->experiment, TRUE, LOFI_SPECTRA_LEADING, LOFI_NULLS_NONE, error);
  return result ? lofi_figure_predictions (result) : NULL;
}

static LofiFigure *
draw_samples (const LofiFigureJob *job, GError **error)
{
  g_autoptr (LofiDataset) dataset = lofi_dataset_load (job->experiment, job->cli->cancellable, error);
  g_autoptr (LofiTask) task = dataset ? lofi_task_new (dataset, job->experiment, job->cli->cancellable, error) : NULL;
  return task ? lofi_figure_samples (task, SAMPLES_A_CLASS) : NULL;
}

static void
show_alignment (gpointer progress, double fraction)
{
  lofi_cli_progress_show (progress, _("gradient descent"), fraction);
}

/* What lofi align has left in the folder, unless --set asks for something else; or computed. */
static LofiAlignment *
find_alignment (const LofiFigureJob *job, GError **error)
{
  g_autofree char *path = job->folder ? g_build_filename (job->folder, "alignment.json", NULL) : NULL;
  if (path && !job->cli->settings && g_file_test (path, G_FILE_TEST_EXISTS))
    return lofi_alignment_load (path, error);
  LofiCliProgress progress;
  LofiAlignObserver observer = { .progress = show_alignment, .data = &progress };
  lofi_cli_progress_begin (&progress, job->cli->quiet);
  lofi_cli_computing (TRUE);
  LofiAlignment *alignment = lofi_align (job->experiment, NULL, NULL, &observer, job->cli->cancellable, error);
  lofi_cli_computing (FALSE);
  lofi_cli_progress_end (&progress);
  return alignment;
}

static LofiFigure *
draw_alignment (const LofiFigureJob *job, GError **error)
{
  g_autoptr (LofiAlignment) alignment = find_alignment (job, error);
  return alignment ? lofi_figure_alignment (alignment, job->space) : NULL;
}

typedef struct {
  const char *name;
  LofiFigure *(*draw) (const LofiFigureJob *job, GError **error);
  gboolean of_layer, grid;          /* --layer says of which; a grid of images, its height following from the width */
  gboolean tall;                    /* two panels above each other */
} Kind;

static const Kind kinds[] = {
  { "spectrum", draw_spectrum, TRUE, FALSE },      { "filters", draw_filters, TRUE, TRUE },
  { "emergence", lofi_draw_emergence, FALSE, FALSE },   { "samples", draw_samples, FALSE, TRUE },
  { "activations", draw_activations, TRUE, FALSE }, { "predictions", draw_predictions, FALSE, FALSE },
  { "alignment", draw_alignment, FALSE, FALSE, TRUE },
  { "widths", lofi_draw_widths, FALSE, FALSE },     { "heatmap", lofi_draw_heat_map, FALSE, FALSE },
  { "thresholds", lofi_draw_thresholds, FALSE, FALSE }, { "features", lofi_draw_features, TRUE, FALSE },
  { "overlaps", lofi_draw_overlaps, TRUE, FALSE },
};

static const Kind *
find_kind (const char *word, GError **error)
{
  const char *names[G_N_ELEMENTS (kinds) + 1] = { NULL };
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      names[i] = kinds[i].name;
      if (strcmp (word, kinds[i].name) == 0)
        return &kinds[i];
    }
  const char *nearest = lofi_nearest_name (word, names);
  g_autofree char *all = g_strjoinv (", ", (char **) names);
  g_autofree char *todo = nearest ? g_strdup_printf (_("did you mean %s?"), nearest) : g_strdup_printf (_("choose one of %s"), all);
  lofi_cli_usage (error, word, _("no such kind of figure"), todo);
  return NULL;
}

/* ---- the page ---- */

typedef struct {
  char *path, *style, *width, *height, *dpi;     /* as given */
  const LofiStyle *look;
  double width_pt, height_pt, resolution;        /* 0: as the figure likes */
} Page;

static gboolean
parse_dpi (Page *page, GError **error)
{
  char *end = NULL;
  /* In pixels, a PNG has exactly as many as were asked for. */
  page->resolution = page->width && g_str_has_suffix (page->width, "px") ? PIXELS_AN_INCH : DEFAULT_DPI;
  if (!page->dpi)
    return TRUE;
  page->resolution = g_ascii_strtod (page->dpi, &end);
  if (end != page->dpi && *end == '\0' && page->resolution >= 10 && page->resolution <= 2400)
    return TRUE;
  return lofi_cli_usage (error, "--dpi", _("not a resolution"), _("give a number from 10 to 2400"));
}

/* Everything about the page that can be wrong is found before anything is computed. */
static gboolean
check_page (Page *page, GError **error)
{
  if (!page->path)
    return lofi_cli_usage (error, "figure", _("there is no file to draw to"), _("give one with -o FILE.pdf, .svg or .png"));
  gboolean png = g_str_has_suffix (page->path, ".png");
  if (!png && !g_str_has_suffix (page->path, ".pdf") && !g_str_has_suffix (page->path, ".svg"))
    return lofi_cli_usage (error, page->path, _("not a kind of picture that can be written"), _("end the name in .pdf, .svg or .png"));
  page->look = lofi_style_find (page->style ? page->style : png ? "light" : "paper");
  if (!page->look)
    return lofi_cli_usage (error, page->style, _("no such style"), _("choose paper, light or dark"));
  if ((page->width && !lofi_length_parse (page->width, &page->width_pt, error))
      || (page->height && !lofi_length_parse (page->height, &page->height_pt, error)) || !parse_dpi (page, error))
    return FALSE;
  g_autofree char *folder = g_path_get_dirname (page->path);
  return lofi_results_folder_check (folder, error);
}

static gboolean
find_experiment (LofiFigureJob *job, const Kind *kind, const char *word, GError **error)
{
  if (g_file_test (word, G_FILE_TEST_IS_DIR) && !g_strv_contains (lofi_preset_names (), word))
    job->folder = word;
  job->experiment = job->folder ? lofi_cli_folder_experiment (job->cli, job->folder, error) : lofi_cli_experiment (job->cli, word, error);
  if (!job->experiment)
    return FALSE;
  if (!kind->of_layer || (job->layer >= 0 && job->layer < (int) job->experiment->layers->len))
    return TRUE;
  g_autofree char *todo = g_strdup_printf (_("choose 1 to %u"), job->experiment->layers->len);
  return lofi_cli_usage (error, "--layer", _("the experiment has no such layer"), todo);
}

static gboolean
draw (LofiFigureJob *job, const Kind *kind, Page *page, GError **error)
{
  g_autoptr (LofiFigure) figure = kind->draw (job, error);
  if (!figure)
    return error && *error ? FALSE
                           : lofi_error_set (error, LOFI_ERROR_INPUT, kind->name, NULL, "%s", _("there is nothing to draw"));
  g_autofree char *folder = g_path_get_dirname (page->path);
  if (g_mkdir_with_parents (folder, 0777) != 0)
    return lofi_error_set (error, LOFI_ERROR_INPUT, folder, NULL, "%s", g_strerror (errno));
  if (page->width_pt == 0)
    page->width_pt = kind->grid ? GRID_WIDTH : DEFAULT_WIDTH;
  if (page->height_pt == 0 && kind->grid)
    page->height_pt = lofi_figure_height_for_width (figure, page->width_pt, page->look);
  if (page->height_pt == 0)
    page->height_pt = page->width_pt * (kind->tall ? TALL_RATIO : DEFAULT_RATIO);
  if (!lofi_figure_export (figure, page->path, page->width_pt, page->height_pt, page->resolution, page->look, job->experiment->title, error))
    return FALSE;
  if (!job->cli->quiet)
    g_print ("%s: %s\n", page->path, lofi_figure_description (figure));
  return TRUE;
}

gboolean
lofi_cmd_figure (LofiCli *cli, GError **error)
{
  g_autofree char *path = NULL, *style = NULL, *width = NULL, *height = NULL, *dpi = NULL, *space = NULL;
  int layer = LAYER_NOT_GIVEN;
  gboolean shuffled = FALSE;
  g_auto (LofiSweepWords) sweep = { .level = NAN };
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &path, N_("The file to draw to; its suffix says pdf, svg or png"), "FILE" },
    { "layer", 0, 0, G_OPTION_ARG_INT, &layer, N_("The layer whose spectrum, filters, activations or measure are drawn; the first if not given"), "N" },
    { "space", 0, 0, G_OPTION_ARG_STRING, &space, N_("Where an alignment is drawn: inputs (if not given) or samples"), "NAME" },
    { "measure", 0, 0, G_OPTION_ARG_STRING, &sweep.measure, N_("Of a sweep: test_error (if not given), test_mse, train_error, outliers, kept, eigenvalues, overlap"), "NAME" },
    { "index", 0, 0, G_OPTION_ARG_INT, &sweep.index, N_("How many of the leading eigenvalues, or which one of a map; or which planted group of an overlap"), "N" },
    { "point", 0, 0, G_OPTION_ARG_STRING, &sweep.point, N_("Where in the grid of a sweep, the first values if not given: \"layer1.keep=10 layer2.keep=20\""), "SETTINGS" },
    { "x", 0, 0, G_OPTION_ARG_STRING, &sweep.x, N_("Across a heatmap or widths: an axis of the grid, or samples; across features: which one, 1 if not given"), "KEY" },
    { "y", 0, 0, G_OPTION_ARG_STRING, &sweep.y, N_("Up a heatmap; up features: which one, 2 if not given"), "KEY" },
    { "shuffled", 0, 0, G_OPTION_ARG_NONE, &shuffled, N_("Draw a spectrum under shuffled labels too"), NULL },
    { "samples", 0, 0, G_OPTION_ARG_INT, &sweep.samples, N_("Samples of a heatmap or of widths; the most of the sweep if not given"), "N" },
    { "method", 0, 0, G_OPTION_ARG_STRING, &sweep.method, N_("Method of a heatmap: lofi (if not given), lazy, linear, kernel, descent"), "NAME" },
    { "level", 0, 0, G_OPTION_ARG_DOUBLE, &sweep.level, N_("Test error at which thresholds say that a baseline has learned; 0.35 if not given"), "ERROR" },
    { "width", 0, 0, G_OPTION_ARG_STRING, &width, N_("Width, such as 8.5cm, 3.4in, 245pt or 600px"), "LEN" },
    { "height", 0, 0, G_OPTION_ARG_STRING, &height, N_("Height"), "LEN" },
    { "dpi", 0, 0, G_OPTION_ARG_STRING, &dpi, N_("Resolution of a PNG; 200 if not given, 96 for a width in px"), "N" },
    { "style", 0, 0, G_OPTION_ARG_STRING, &style, N_("paper, light or dark"), "NAME" },
    { NULL }
  };
  if (!lofi_cli_parse (cli, entries, LOFI_CLI_SET | LOFI_CLI_QUIET, 2, 2, error))
    return FALSE;
  Page page = { .path = path, .style = style, .width = width, .height = height, .dpi = dpi };
  const Kind *kind = find_kind (cli->argv[0], error);
  if (!kind || !check_page (&page, error))
    return FALSE;
  if (space && !g_str_equal (space, "inputs") && !g_str_equal (space, "samples"))
    return lofi_cli_usage (error, "--space", _("no such space"), _("choose inputs or samples"));
  LofiFigureJob job = { .cli = cli, .layer_given = layer != LAYER_NOT_GIVEN, .shuffled = shuffled, .sweep = sweep };
  job.layer = job.layer_given ? layer - 1 : 0;
  job.space = space && g_str_equal (space, "samples") ? LOFI_ALIGN_SPACE_SAMPLES : LOFI_ALIGN_SPACE_INPUTS;
  gboolean done = find_experiment (&job, kind, cli->argv[1], error) && draw (&job, kind, &page, error);
  g_clear_pointer (&job.experiment, lofi_experiment_free);
  return done;
}
