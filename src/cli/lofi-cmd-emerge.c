/* `lofi emerge`: the sweep over sample counts and seeds. Every finished cell is on disk before the next begins. */
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include "lofi-cli.h"
#include "lofi-emergence.h"
#include "lofi-error.h"
#include "lofi-results-file.h"

typedef struct {
  const LofiExperiment *experiment;
  LofiCliProgress progress;
  GCancellable *cancellable;
  const char *folder;         /* NULL: nothing is written */
  char *path, *owner;         /* FOLDER/cells.jsonl, FOLDER/experiment.lofi */
  int file;                   /* the first of them, or -1 */
  GError *failure;            /* of writing, which stops the sweep */
} Sweep;

/* ---- the file of cells ---- */

static gboolean
set_errno (GError **error, const char *path)
{
  return lofi_error_set (error, LOFI_ERROR_INPUT, path, _("check the folder's permissions and the space left"), "%s", g_strerror (errno));
}

/* A line is one write: whoever reads the file, or stops the program, never sees half a cell. */
static gboolean
append_line (int file, const char *path, const char *json, GError **error)
{
  g_autofree char *line = g_strconcat (json, "\n", NULL);
  gsize length = strlen (line);
  off_t end = lseek (file, 0, SEEK_END);
  gssize written = write (file, line, length);
  if (written == (gssize) length && fsync (file) == 0)
    return TRUE;
  int reason = written >= 0 && written < (gssize) length ? ENOSPC : errno;
  if (end >= 0 && ftruncate (file, end) != 0)
    g_debug ("%s: %s", path, g_strerror (errno));
  errno = reason;
  return set_errno (error, path);
}

/* Drops a last line without its end: a cell that was being written when the machine stopped. */
static gboolean
drop_torn_line (int file, const char *path, GError **error)
{
  char byte = '\n';
  off_t end = lseek (file, 0, SEEK_END), length = end;
  if (end < 0)
    return set_errno (error, path);
  while (end > 0)
    {
      if (pread (file, &byte, 1, end - 1) != 1)
        return set_errno (error, path);
      if (byte == '\n')
        break;
      end--;
    }
  return end == length || ftruncate (file, end) == 0 ? TRUE : set_errno (error, path);
}

/* experiment.lofi beside the cells says whose they are. */
static gboolean
check_owner (const LofiExperiment *experiment, const char *folder, const char *owner, GError **error)
{
  g_autofree char *text = NULL;
  if (!g_file_get_contents (owner, &text, NULL, NULL))
    return TRUE;
  g_autoptr (LofiExperiment) earlier = lofi_experiment_parse (text, owner, NULL, NULL, error);
  if (!earlier)
    return FALSE;
  g_autofree char *one = lofi_emergence_key (earlier), *other = lofi_emergence_key (experiment);
  if (strcmp (one, other) != 0)
    return lofi_error_set (error, LOFI_ERROR_INPUT, folder, _("choose another folder with -o"), "%s",
                           _("the cells in this folder are of another experiment"));
  return TRUE;
}

/* The cells found earlier, if there are any and they may be used. */
static gboolean
find_cells (const Sweep *sweep, LofiCells **cells, gboolean resume, GError **error)
{
  GStatBuf status;
  if (!lofi_results_folder_check (sweep->folder, error))
    return FALSE;
  if (g_stat (sweep->path, &status) != 0 || status.st_size == 0)
    return TRUE;
  if (!resume)
    return lofi_error_set (error, LOFI_ERROR_INPUT, sweep->path, _("go on with --resume, or choose another folder"), "%s",
                           _("there are cells of an earlier sweep"));
  if (!check_owner (sweep->experiment, sweep->folder, sweep->owner, error))
    return FALSE;
  *cells = lofi_cells_load (sweep->path, NULL, error);
  return *cells != NULL;
}

/* Opened when the first cell is there, so that a sweep that cannot begin leaves nothing behind. */
static gboolean
open_file (Sweep *sweep, GError **error)
{
  g_autofree char *text = lofi_experiment_to_text (sweep->experiment);
  if (g_mkdir_with_parents (sweep->folder, 0777) != 0)
    return set_errno (error, sweep->folder);
  if (!lofi_file_write (sweep->owner, text, strlen (text), error))
    return FALSE;
  sweep->file = g_open (sweep->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (sweep->file < 0)
    return set_errno (error, sweep->path);
  return drop_torn_line (sweep->file, sweep->path, error);
}

/* ---- the run ---- */

static void
cell_done (gpointer data, const LofiCell *cell, gboolean overlaps, guint finished, guint total)
{
  Sweep *sweep = data;
  if (sweep->folder && !sweep->failure)
    {
      g_autofree char *hash = lofi_emergence_hash (sweep->experiment), *json = lofi_cell_to_json (cell, hash);
      lofi_cli_computing (FALSE);
      if ((sweep->file < 0 && !open_file (sweep, &sweep->failure)) || !append_line (sweep->file, sweep->path, json, &sweep->failure))
        g_cancellable_cancel (sweep->cancellable);
      lofi_cli_computing (TRUE);
    }
  g_autofree char *label = g_strdup_printf (_("%zu samples"), cell->samples);
  lofi_cli_progress_show (&sweep->progress, label, (double) finished / total);
}

static gboolean
run (Sweep *sweep, LofiCli *cli, LofiCells *cells, GError **error)
{
  g_autoptr (GError) reason = NULL;
  sweep->cancellable = cli->cancellable;
  lofi_cli_progress_begin (&sweep->progress, cli->quiet);
  lofi_cli_computing (TRUE);
  const LofiSweepObserver observer = { cell_done, sweep };
  gboolean done = lofi_emergence_run (sweep->experiment, cells, (LofiShare) { 0, 0 }, NULL, &observer, cli->cancellable, &reason);
  lofi_cli_computing (FALSE);
  lofi_cli_progress_end (&sweep->progress);
  if (sweep->failure)
    {
      g_propagate_error (error, g_steal_pointer (&sweep->failure));
      return FALSE;
    }
  if (!done && g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CANCELLED) && sweep->folder)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("%s: stopped after %u of %u cells; go on with --resume"), sweep->path,
                 lofi_cells_count (cells), lofi_emergence_total (sweep->experiment));
  else if (!done)
    g_propagate_error (error, g_steal_pointer (&reason));
  return done;
}

static void
print_table (LofiCells *cells, const LofiExperiment *experiment)
{
  GArray *curves[LOFI_N_METHODS];
  g_print ("%8s", _("samples"));
  for (guint m = 0; m < LOFI_N_METHODS; m++)
    {
      curves[m] = lofi_cells_curve (cells, "", m, (LofiMeasure) { LOFI_QUANTITY_TEST_ERROR });
      if (curves[m]->len)
        g_print ("   %16s", lofi_method_name (m));
    }
  g_print (_("    test error, mean and standard error over seeds\n"));
  for (guint i = 0; i < experiment->sweep_samples->len; i++)
    {
      gsize samples = g_array_index (experiment->sweep_samples, gsize, i);
      g_print ("%8zu", samples);
      for (guint m = 0; m < LOFI_N_METHODS; m++)
        for (guint k = 0; k < curves[m]->len; k++)
          {
            const LofiCurvePoint *point = &g_array_index (curves[m], LofiCurvePoint, k);
            if (point->samples == samples && isfinite (point->sem))
              g_print ("   %7.2f ± %4.2f %%", 100 * point->mean, 100 * point->sem);
            else if (point->samples == samples)
              g_print ("   %14.2f %%", 100 * point->mean);
          }
      g_print ("\n");
    }
  for (guint m = 0; m < LOFI_N_METHODS; m++)
    g_array_unref (curves[m]);
}

static gboolean
write_summary (LofiCells *cells, const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "summary.json", NULL), *text = lofi_cells_to_summary (cells);
  return lofi_file_write (path, text, strlen (text), error);
}

gboolean
lofi_cmd_emerge (LofiCli *cli, GError **error)
{
  g_autofree char *folder = NULL;
  gboolean resume = FALSE;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &folder, N_("Write cells.jsonl and summary.json into this folder"), "FOLDER" },
    { "resume", 0, 0, G_OPTION_ARG_NONE, &resume, N_("Go on where an earlier sweep into this folder stopped"), NULL },
    { NULL }
  };
  if (!lofi_cli_parse (cli, entries, LOFI_CLI_SET | LOFI_CLI_QUIET, 1, 1, error))
    return FALSE;
  if (resume && !folder)
    return lofi_cli_usage (error, "--resume", _("there is no folder to go on in"), _("give one with -o FOLDER"));
  g_autoptr (LofiExperiment) experiment = lofi_cli_experiment (cli, cli->argv[0], error);
  if (!experiment)
    return FALSE;
  Sweep sweep = { .experiment = experiment, .folder = folder, .file = -1 };
  sweep.path = folder ? g_build_filename (folder, "cells.jsonl", NULL) : NULL;
  sweep.owner = folder ? g_build_filename (folder, "experiment.lofi", NULL) : NULL;
  g_autoptr (LofiCells) cells = NULL;
  gboolean done = !folder || find_cells (&sweep, &cells, resume, error);
  if (done && !cells)
    cells = lofi_cells_new ();
  done = done && run (&sweep, cli, cells, error) && (!folder || write_summary (cells, folder, error));
  if (done && !cli->quiet)
    print_table (cells, experiment);
  if (sweep.file >= 0)
    close (sweep.file);
  g_free (sweep.path);
  g_free (sweep.owner);
  return done;
}
