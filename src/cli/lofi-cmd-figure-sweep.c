/* `lofi figure` of sweeps: curves, heat maps and thresholds, of the cells in a folder or of a sweep that is run. */
#include "config.h"
#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#include "lofi-cmd-figure-private.h"
#include "lofi-error.h"

#define DEFAULT_LEVEL 0.35

static const LofiSweepView no_view = { .x_axis = -1, .y_axis = -1 };

/* ---- cells ---- */

static void
show_cell (gpointer progress, const LofiCell *cell, gboolean overlaps, guint finished, guint total)
{
  g_autofree char *label = g_strdup_printf (_("%zu samples"), cell->samples);
  if (!overlaps)
    lofi_cli_progress_show (progress, label, (double) finished / total);
}

static LofiCells *
sweep (const LofiFigureJob *job, GError **error)
{
  LofiCliProgress progress;
  LofiSweepObserver observer = { .cell = show_cell, .data = &progress };
  g_autoptr (LofiCells) cells = lofi_cells_new ();
  lofi_cli_progress_begin (&progress, job->cli->quiet);
  lofi_cli_computing (TRUE);
  gboolean done = lofi_emergence_run (job->experiment, cells, (LofiShare) { 0, 0 }, NULL, &observer, job->cli->cancellable, error);
  lofi_cli_computing (FALSE);
  lofi_cli_progress_end (&progress);
  return done ? g_steal_pointer (&cells) : NULL;
}

static LofiCells *
find_cells (const LofiFigureJob *job, GError **error)
{
  g_autofree char *path = job->folder ? g_build_filename (job->folder, "cells.jsonl", NULL) : NULL;
  return path ? lofi_cells_load (path, NULL, error) : sweep (job, error);
}

/* ---- curves ---- */

LofiFigure *
lofi_draw_emergence (const LofiFigureJob *job, GError **error)
{
  LofiSweepView view = no_view;
  if (!lofi_view_take_measure (job, &view, error) || !lofi_view_take_point (job, &view, error))
    return NULL;
  g_autoptr (LofiCells) cells = find_cells (job, error);
  if (!cells)
    return NULL;
  /* Of a folder that does not say what was planned, what is there is all. */
  g_autofree char *plan = job->folder ? g_build_filename (job->folder, "experiment.lofi", NULL) : NULL;
  guint found = lofi_cells_count (cells), total = plan && g_file_test (plan, G_FILE_TEST_EXISTS) ? lofi_emergence_total (job->experiment) : found;
  return lofi_figure_emergence (cells, job->experiment, &view, MAX (found, total));
}

static gboolean
needs_grid (const LofiFigureJob *job, GError **error)
{
  if (job->experiment->sweep_axes->len > 0)
    return TRUE;
  return lofi_error_set (error, LOFI_ERROR_INPUT, "emergence.grid", _("give one, such as --set emergence.grid=layer1.keep:5,10,20"), "%s",
                         _("the sweep has no grid"));
}

/* The first of widths or of kept directions, else the first axis. */
static int
default_width (const LofiExperiment *experiment)
{
  for (guint a = 0; a < experiment->sweep_axes->len; a++)
    {
      const LofiSweepAxis *axis = g_ptr_array_index (experiment->sweep_axes, a);
      if (g_str_has_suffix (axis->key, ".width") || g_str_has_suffix (axis->key, ".keep"))
        return (int) a;
    }
  return 0;
}

LofiFigure *
lofi_draw_widths (const LofiFigureJob *job, GError **error)
{
  LofiSweepView view = no_view;
  if (!needs_grid (job, error) || !lofi_view_take_measure (job, &view, error) || !lofi_view_take_point (job, &view, error)
      || !lofi_view_take_samples (job, &view, error))
    return NULL;
  view.x_axis = default_width (job->experiment);
  if (job->sweep.x && !lofi_view_find_axis (job, "--x", job->sweep.x, &view.x_axis, error))
    return NULL;
  if (view.x_axis < 0)
    {
      lofi_cli_usage (error, "--x samples", _("widths are drawn along an axis of the grid"), _("draw emergence for curves against samples"));
      return NULL;
    }
  /* One eigenvalue, not all up to it. */
  if (view.measure.quantity == LOFI_QUANTITY_EIGENVALUE && job->sweep.index == 0)
    view.measure.index = 0;
  g_autoptr (LofiCells) cells = find_cells (job, error);
  return cells ? lofi_figure_widths (cells, job->experiment, &view) : NULL;
}

/* ---- maps ---- */

/* Two directions of the sweep: what was asked for, then the grid's axes, then the samples. */
static gboolean
take_directions (const LofiFigureJob *job, LofiSweepView *view, GError **error)
{
  int n = (int) job->experiment->sweep_axes->len;
  if ((job->sweep.x && !lofi_view_find_axis (job, "--x", job->sweep.x, &view->x_axis, error))
      || (job->sweep.y && !lofi_view_find_axis (job, "--y", job->sweep.y, &view->y_axis, error)))
    return FALSE;
  if (!job->sweep.x && !job->sweep.y)
    {
      view->x_axis = n > 1 ? 0 : -1;
      view->y_axis = n > 1 ? 1 : 0;
    }
  else if (!job->sweep.x || !job->sweep.y)
    {
      int given = job->sweep.x ? view->x_axis : view->y_axis, other = given == 0 ? (n > 1 ? 1 : -1) : 0;
      *(job->sweep.x ? &view->y_axis : &view->x_axis) = other;
    }
  return view->x_axis != view->y_axis || lofi_cli_usage (error, "--x, --y", _("both are the same direction"), _("choose two"));
}

LofiFigure *
lofi_draw_heat_map (const LofiFigureJob *job, GError **error)
{
  LofiSweepView view = no_view;
  if (!needs_grid (job, error) || !lofi_view_take_measure (job, &view, error) || !lofi_view_take_method (job, &view, error)
      || !take_directions (job, &view, error) || !lofi_view_take_point (job, &view, error) || !lofi_view_take_samples (job, &view, error))
    return NULL;
  if (view.measure.quantity == LOFI_QUANTITY_EIGENVALUE && job->sweep.index == 0)
    view.measure.index = 0;
  g_autoptr (LofiCells) cells = find_cells (job, error);
  return cells ? lofi_figure_heat_map (cells, job->experiment, &view) : NULL;
}

/* ---- thresholds ---- */

LofiFigure *
lofi_draw_thresholds (const LofiFigureJob *job, GError **error)
{
  double level = isnan (job->sweep.level) ? DEFAULT_LEVEL : job->sweep.level;
  if (!(level > 0) || !(level < 1))
    {
      lofi_cli_usage (error, "--level", _("not a test error"), _("give a number between 0 and 1, such as 0.35"));
      return NULL;
    }
  if (!lofi_thresholds_possible (job->experiment))
    {
      lofi_error_set (error, LOFI_ERROR_INPUT, "emergence.grid", _("choose a teacher, and --set emergence.grid=data.dimension:50,100,200"), "%s",
                      _("the sweep is not over the dimension of a teacher"));
      return NULL;
    }
  g_autoptr (LofiCells) cells = find_cells (job, error);
  g_autoptr (GPtrArray) thresholds = cells ? lofi_thresholds (job->experiment, cells, level) : NULL;
  return thresholds ? lofi_figure_thresholds (thresholds, job->experiment) : NULL;
}
