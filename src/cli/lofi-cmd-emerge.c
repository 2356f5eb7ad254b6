/* `lofi emerge`: the sweep over sample counts, seeds and a grid. Every finished cell is on disk before it is reported. */
#include "config.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#include "lofi-digits.h"
#include "lofi-emerge-private.h"
#include "lofi-error.h"

#define JOBS_MOST 256
#define PARTS_MOST 1000000

typedef struct {
  LofiCli *cli;
  const LofiExperiment *experiment;
  LofiCells *cells;
  LofiSweepFolder *folder;    /* NULL: nothing is written */
  LofiShare share;
  guint jobs;
  char *known;                /* FOLDER/cells.jsonl, if there are cells in it */
  gboolean lines;             /* a worker: cells go to standard output */
  LofiCliProgress progress;
  guint finished, total;
  GError *failure;            /* of writing, which stops the sweep */
} Sweep;

/* ---- cells as they come ---- */

/* What is shown as done is on disk. */
static gboolean
put_cell (Sweep *sweep, const LofiCell *cell, gboolean overlaps)
{
  if (sweep->failure || (sweep->folder && !lofi_sweep_folder_append (sweep->folder, cell, overlaps, &sweep->failure)))
    return FALSE;
  g_autofree char *label = g_strdup_printf (_("%zu samples"), cell->samples);
  lofi_cli_progress_show (&sweep->progress, label, (double) sweep->finished / MAX (1, sweep->total));
  return TRUE;
}

static void
print_line (const Sweep *sweep, const LofiCell *cell, gboolean overlaps)
{
  g_autofree char *hash = lofi_emergence_hash (sweep->experiment);
  g_autofree char *json = overlaps ? lofi_cell_overlaps_to_json (cell, hash) : lofi_cell_to_json (cell, hash);
  if (printf ("%s\n", json) < 0 || fflush (stdout) != 0)
    g_cancellable_cancel (sweep->cli->cancellable);       /* nobody reads them */
}

static void
cell_done (gpointer data, const LofiCell *cell, gboolean overlaps, guint finished, guint total)
{
  Sweep *sweep = data;
  sweep->finished = finished;
  sweep->total = total;
  lofi_cli_computing (FALSE);
  if (sweep->lines)
    print_line (sweep, cell, overlaps);
  else if (!put_cell (sweep, cell, overlaps))
    g_cancellable_cancel (sweep->cli->cancellable);
  lofi_cli_computing (TRUE);
}

static gboolean
worker_cell_done (gpointer data, const LofiCell *cell, gboolean overlaps)
{
  Sweep *sweep = data;
  g_autofree double *values = g_new (double, cell->n_layers + 1);
  for (guint l = 0; l < cell->n_layers; l++)
    values[l] = cell->layers[l].overlap;
  if (overlaps)
    lofi_cells_add_overlaps (sweep->cells, cell->point, cell->samples, cell->seed, cell->reference, values, cell->n_layers);
  else if (lofi_cells_add (sweep->cells, cell) != LOFI_CELLS_ADDED)
    return TRUE;
  else
    sweep->finished++;
  return put_cell (sweep, cell, overlaps);
}

/* ---- the run ---- */

static gboolean
run_here (Sweep *sweep, GError **error)
{
  const LofiSweepObserver observer = { cell_done, sweep };
  lofi_cli_computing (TRUE);
  gboolean done = lofi_emergence_run (sweep->experiment, sweep->cells, sweep->share, NULL, &observer, sweep->cli->cancellable, error);
  lofi_cli_computing (FALSE);
  return done;
}

/* Overlaps between cells of different workers are left to do when all have ended. */
static gboolean
run_jobs (Sweep *sweep, GError **error)
{
  const LofiJobsObserver observer = { worker_cell_done, sweep };
  sweep->total = lofi_emergence_total (sweep->experiment);
  sweep->finished = lofi_emergence_found (sweep->experiment, sweep->cells);
  return lofi_emerge_run_jobs (sweep->cli, sweep->cli->argv[0], sweep->jobs, sweep->known, &observer, error) && run_here (sweep, error);
}

static gboolean
run (Sweep *sweep, GError **error)
{
  g_autoptr (GError) reason = NULL;
  lofi_cli_progress_begin (&sweep->progress, sweep->cli->quiet);
  gboolean done = sweep->jobs > 1 ? run_jobs (sweep, &reason) : run_here (sweep, &reason);
  lofi_cli_progress_end (&sweep->progress);
  if (sweep->failure)
    {
      g_propagate_error (error, g_steal_pointer (&sweep->failure));
      return FALSE;
    }
  if (!done && g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CANCELLED) && sweep->folder)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("%s: stopped after %u of %u cells; go on with --resume"),
                 lofi_sweep_folder_path (sweep->folder), lofi_emergence_found (sweep->experiment, sweep->cells),
                 lofi_emergence_total (sweep->experiment));
  else if (!done)
    g_propagate_error (error, g_steal_pointer (&reason));
  return done;
}

/* ---- options ---- */

typedef struct {
  char *folder, *cells, *jobs, *known;
  gboolean resume, lines;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->folder);
  g_free (options->cells);
  g_free (options->jobs);
  g_free (options->known);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static gboolean
take_share (const char *text, LofiShare *share, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, "/", -1);
  guint64 part, of;
  if (g_strv_length (parts) != 2 || !lofi_digits_to_number (parts[0], 1, PARTS_MOST, &part)
      || !lofi_digits_to_number (parts[1], 1, PARTS_MOST, &of) || part > of)
    return lofi_error_set (error, LOFI_ERROR_USAGE, "--cells", _("write I/N with I from 1 to N, such as --cells 2/8"), _("“%s” is not a share"), text);
  *share = (LofiShare) { (guint) part, (guint) of };
  return TRUE;
}

static gboolean
take_options (Sweep *sweep, const Options *options, GError **error)
{
  guint64 jobs;
  if (options->resume && !options->folder)
    return lofi_cli_usage (error, "--resume", _("there is no folder to go on in"), _("give one with -o FOLDER"));
  if (options->cells && !take_share (options->cells, &sweep->share, error))
    return FALSE;
  if (!options->jobs)
    return TRUE;
  if (!lofi_digits_to_number (options->jobs, 1, JOBS_MOST, &jobs))
    return lofi_error_set (error, LOFI_ERROR_USAGE, "--jobs", _("give the number of worker processes, such as --jobs 2"),
                           _("“%s” is not a whole number from 1 to %d"), options->jobs, JOBS_MOST);
  if (options->cells)
    return lofi_cli_usage (error, "--jobs", _("a share is computed by one process"), _("leave out --cells or --jobs"));
  sweep->jobs = (guint) jobs;
  return TRUE;
}

/* What is known before the sweep begins: the folder's cells, or those that a worker is told of. */
static gboolean
find_cells (Sweep *sweep, const Options *options, GError **error)
{
  if (options->known)
    {
      g_autofree char *hash = lofi_emergence_hash (sweep->experiment);
      return (sweep->cells = lofi_cells_load (options->known, hash, error)) != NULL;
    }
  sweep->cells = lofi_cells_new ();
  if (!options->folder)
    return TRUE;
  sweep->folder = lofi_sweep_folder_open (options->folder, sweep->experiment, options->resume, sweep->cells, error);
  if (sweep->folder && lofi_cells_count (sweep->cells) > 0)
    sweep->known = g_strdup (lofi_sweep_folder_path (sweep->folder));
  return sweep->folder != NULL;
}

gboolean
lofi_cmd_emerge (LofiCli *cli, GError **error)
{
  g_auto (Options) options = { 0 };
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.folder, N_("Write cells.jsonl and summary.json into this folder"), "FOLDER" },
    { "resume", 0, 0, G_OPTION_ARG_NONE, &options.resume, N_("Go on where an earlier sweep into this folder stopped"), NULL },
    { "jobs", 'j', 0, G_OPTION_ARG_STRING, &options.jobs, N_("Compute in so many processes"), "N" },
    { "cells", 0, 0, G_OPTION_ARG_STRING, &options.cells, N_("Compute only share I of N"), "I/N" },
    { "report-lines", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &options.lines, NULL, NULL },
    { "known-cells", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, &options.known, NULL, NULL },
    { NULL }
  };
  Sweep sweep = { .cli = cli };
  if (!lofi_cli_parse (cli, entries, LOFI_CLI_SET | LOFI_CLI_QUIET, 1, 1, error) || !take_options (&sweep, &options, error))
    return FALSE;
  g_autoptr (LofiExperiment) experiment = lofi_cli_experiment (cli, cli->argv[0], error);
  if (!experiment)
    return FALSE;
  signal (SIGXFSZ, SIG_IGN);         /* a limit on the size of files is answered like a full disk */
  sweep.experiment = experiment;
  sweep.lines = options.lines;
  gboolean done = find_cells (&sweep, &options, error) && run (&sweep, error)
                  && (!sweep.folder || lofi_sweep_folder_finish (sweep.folder, sweep.cells, error));
  if (done && !cli->quiet)
    lofi_emerge_print_table (sweep.cells, experiment);
  g_clear_pointer (&sweep.folder, lofi_sweep_folder_close);
  g_clear_pointer (&sweep.cells, lofi_cells_unref);
  g_free (sweep.known);
  return done;
}
