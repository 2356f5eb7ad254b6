/* `lofi align`: gradient descent against the filter, by step. What is finished is on disk before the next seed begins. */
#include "config.h"
#include <errno.h>
#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include "lofi-alignment.h"
#include "lofi-cli.h"
#include "lofi-error.h"
#include "lofi-results-file.h"

typedef struct {
  LofiCliProgress progress;
  LofiAlignment *newest;      /* of the snapshots */
  guint written;              /* seeds that are in the file */
  const char *folder;         /* NULL: nothing is written */
  char *path;                 /* FOLDER/alignment.json */
  GCancellable *cancellable;
  GError *failure;            /* of writing, which stops the run */
} Job;

static guint
seeds_finished (const LofiAlignment *alignment)
{
  guint finished = 0;
  for (guint i = 0; i < alignment->seeds->len; i++)
    finished += g_array_index (alignment->seeds, LofiAlignSeed, i).finished;
  return finished;
}

static gboolean
write_file (Job *job, const LofiAlignment *alignment, GError **error)
{
  g_autofree char *text = lofi_alignment_to_json (alignment);
  if (g_mkdir_with_parents (job->folder, 0777) != 0)
    return lofi_error_set (error, LOFI_ERROR_INPUT, job->folder, _("check the folder's permissions and the space left"), "%s", g_strerror (errno));
  return lofi_file_write (job->path, text, strlen (text), error);
}

static void
on_snapshot (gpointer data, LofiAlignment *alignment)
{
  Job *job = data;
  guint finished = seeds_finished (alignment);
  g_clear_pointer (&job->newest, lofi_alignment_unref);
  job->newest = lofi_alignment_ref (alignment);
  if (!job->folder || job->failure || finished <= job->written)
    return;
  lofi_cli_computing (FALSE);
  if (!write_file (job, alignment, &job->failure))
    g_cancellable_cancel (job->cancellable);
  job->written = finished;
  lofi_cli_computing (TRUE);
}

static void
on_progress (gpointer data, double fraction)
{
  Job *job = data;
  guint begun = job->newest ? job->newest->seeds->len : 0, all = job->newest ? job->newest->experiment->descent.seeds : 0;
  g_autofree char *label = g_strdup_printf (_("seed %u of %u"), MIN (MAX (begun, 1), all), all);
  lofi_cli_progress_show (&job->progress, label, fraction);
}

/* The seeds finished earlier, if they are of this experiment. */
static gboolean
find_earlier (const Job *job, const LofiExperiment *experiment, LofiAlignment **earlier, GError **error)
{
  if (!g_file_test (job->path, G_FILE_TEST_EXISTS))
    return TRUE;
  *earlier = lofi_alignment_load (job->path, error);
  if (!*earlier)
    return FALSE;
  g_autofree char *one = lofi_alignment_key ((*earlier)->experiment), *other = lofi_alignment_key (experiment);
  if (strcmp (one, other) == 0)
    return TRUE;
  return lofi_error_set (error, LOFI_ERROR_INPUT, job->folder, _("choose another folder with -o"), "%s",
                         _("the alignment in this folder is of another experiment"));
}

static LofiAlignment *
run (Job *job, LofiCli *cli, const LofiExperiment *experiment, const LofiAlignment *earlier, GError **error)
{
  g_autoptr (GError) reason = NULL;
  LofiAlignObserver observer = { on_snapshot, on_progress, job };
  lofi_cli_progress_begin (&job->progress, cli->quiet);
  lofi_cli_computing (TRUE);
  g_autoptr (LofiAlignment) alignment = lofi_align (experiment, earlier, NULL, &observer, cli->cancellable, &reason);
  lofi_cli_computing (FALSE);
  lofi_cli_progress_end (&job->progress);
  if (job->failure)
    {
      g_propagate_error (error, g_steal_pointer (&job->failure));
      return NULL;
    }
  if (alignment)
    return g_steal_pointer (&alignment);
  gboolean stopped = g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  if (stopped && job->folder && job->newest && job->newest->points->len > 0)
    {
      if (!write_file (job, job->newest, error))
        return NULL;
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("%s: stopped after %u of %u seeds; go on with --resume"), job->path,
                   seeds_finished (job->newest), experiment->descent.seeds);
    }
  else
    g_propagate_error (error, g_steal_pointer (&reason));
  return NULL;
}

/* ---- the table ---- */

static void
print_number (const GArray *curve, guint row, double scale, const char *unit)
{
  if (row >= curve->len)
    {
      g_print ("   %15s", "-");
      return;
    }
  const LofiAlignMean *point = &g_array_index (curve, LofiAlignMean, row);
  g_autofree char *mean = g_strdup_printf (scale > 1 ? "%.2f" : "%.3f", scale * point->mean);
  g_autofree char *sem = g_strdup_printf (scale > 1 ? "%.2f" : "%.3f", scale * point->sem);
  g_autofree char *both = isfinite (point->sem) ? g_strdup_printf ("%s ± %s%s", mean, sem, unit) : g_strdup_printf ("%s%s", mean, unit);
  g_print ("   %*s", (int) (15 + strlen (both) - g_utf8_strlen (both, -1)), both);
}

static void
print_overlaps (const LofiAlignment *alignment, LofiAlignSpace space, const char *title)
{
  GArray *curves[LOFI_N_ALIGN];
  for (guint i = 0; i < LOFI_N_ALIGN; i++)
    curves[i] = lofi_alignment_curve (alignment, space, i);
  if (curves[LOFI_ALIGN_FILTER]->len)
    {
      g_print ("\n%s\n%8s", title, _("step"));
      for (guint i = 0; i < LOFI_N_ALIGN; i++)
        g_print ("   %15s", lofi_align_name (i));
      g_print ("\n");
    }
  for (guint row = 0; row < curves[LOFI_ALIGN_FILTER]->len; row++)
    {
      g_print ("%8zu", g_array_index (curves[LOFI_ALIGN_FILTER], LofiAlignMean, row).step);
      for (guint i = 0; i < LOFI_ALIGN_RANDOM; i++)
        print_number (curves[i], row, 1, "");
      g_print ("   %15.4f\n", g_array_index (curves[LOFI_ALIGN_RANDOM], LofiAlignMean, row).mean);
    }
  for (guint i = 0; i < LOFI_N_ALIGN; i++)
    g_array_unref (curves[i]);
}

static void
print_errors (const LofiAlignment *alignment)
{
  static const LofiAlignScore scores[] = { LOFI_ALIGN_ENERGY, LOFI_ALIGN_TRAIN_ERROR, LOFI_ALIGN_TEST_ERROR };
  GArray *curves[G_N_ELEMENTS (scores)];
  for (guint i = 0; i < G_N_ELEMENTS (scores); i++)
    curves[i] = lofi_alignment_scores (alignment, scores[i]);
  g_print (_("\nshare of the change inside the filter's span, and gradient descent's errors\n"));
  g_print ("%8s   %15s   %15s   %15s\n", _("step"), _("energy"), _("train error"), _("test error"));
  for (guint row = 0; row < curves[0]->len; row++)
    {
      g_print ("%8zu", g_array_index (curves[0], LofiAlignMean, row).step);
      for (guint i = 0; i < G_N_ELEMENTS (scores); i++)
        print_number (curves[i], row, i == 0 ? 1 : 100, i == 0 ? "" : " %");
      g_print ("\n");
    }
  for (guint i = 0; i < G_N_ELEMENTS (scores); i++)
    g_array_unref (curves[i]);
}

static void
print_summary (const LofiAlignment *alignment)
{
  const LofiExperiment *e = alignment->experiment;
  if (e->title && *e->title)
    g_print ("%s\n", e->title);
  g_print (_("%zu directions of %zu inputs, %zu samples, %u seeds; step %g, initial weights x %g\n"), alignment->directions, alignment->inputs,
           alignment->samples, e->descent.seeds, e->descent.step, e->descent.init);
  print_overlaps (alignment, LOFI_ALIGN_SPACE_INPUTS, _("overlap with the first layer's change, among the inputs"));
  print_overlaps (alignment, LOFI_ALIGN_SPACE_SAMPLES, _("overlap of the kept features with what the change does to the samples"));
  print_errors (alignment);
  g_print (_("\nLoFi fit: train error %.2f %%"), 100 * alignment->lofi_train_error);
  if (isfinite (alignment->lofi_test_error))
    g_print (_(", test error %.2f %%"), 100 * alignment->lofi_test_error);
  g_print ("\n");
  if (alignment->diverged)
    g_print (ngettext ("%u seed diverged: its last good step is its last row; a smaller descent.step may help\n",
                       "%u seeds diverged: their last good step is their last row; a smaller descent.step may help\n", alignment->diverged),
             alignment->diverged);
  g_print (_("%.2f seconds\n"), alignment->seconds);
}

gboolean
lofi_cmd_align (LofiCli *cli, GError **error)
{
  g_autofree char *folder = NULL;
  gboolean resume = FALSE;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &folder, N_("Write alignment.json into this folder"), "FOLDER" },
    { "resume", 0, 0, G_OPTION_ARG_NONE, &resume, N_("Keep the seeds that an earlier run into this folder has finished"), NULL },
    { NULL }
  };
  if (!lofi_cli_parse (cli, entries, LOFI_CLI_SET | LOFI_CLI_QUIET, 1, 1, error))
    return FALSE;
  if (resume && !folder)
    return lofi_cli_usage (error, "--resume", _("there is no folder to go on in"), _("give one with -o FOLDER"));
  g_autoptr (LofiExperiment) experiment = lofi_cli_experiment (cli, cli->argv[0], error);
  if (!experiment || (folder && !lofi_results_folder_check (folder, error)))
    return FALSE;
  Job job = { .folder = folder, .path = folder ? g_build_filename (folder, "alignment.json", NULL) : NULL, .cancellable = cli->cancellable };
  g_autoptr (LofiAlignment) earlier = NULL, alignment = NULL;
  if (!resume || find_earlier (&job, experiment, &earlier, error))
    {
      job.written = earlier ? seeds_finished (earlier) : 0;
      alignment = run (&job, cli, experiment, earlier, error);
    }
  gboolean done = alignment && (!folder || write_file (&job, alignment, error));
  if (done && !cli->quiet)
    print_summary (alignment);
  g_clear_pointer (&job.newest, lofi_alignment_unref);
  g_free (job.path);
  return done;
}
