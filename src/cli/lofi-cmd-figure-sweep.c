/* `lofi figure` of sweeps. */
#include "config.h"
#include <string.h>
#include <glib/gi18n-lib.h>
#include "lofi-cmd-figure-private.h"
#include "lofi-error.h"

static void
show_cell (gpointer progress, const LofiCell *cell, gboolean overlaps, guint finished, guint total)
{
  g_autofree char *label = g_strdup_printf (_("%zu samples"), cell->samples);
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

LofiFigure *
lofi_draw_emergence (const LofiFigureJob *job, GError **error)
{
  g_autofree char *path = job->folder ? g_build_filename (job->folder, "cells.jsonl", NULL) : NULL;
  g_autoptr (LofiCells) cells = path ? lofi_cells_load (path, NULL, error) : sweep (job, error);
  if (!cells)
    return NULL;
  LofiSweepView view = { .measure = { LOFI_QUANTITY_TEST_ERROR, 0, 0 }, .x_axis = -1, .y_axis = -1 };
  return lofi_figure_emergence (cells, job->experiment, &view, lofi_cells_count (cells));
}
