/* `lofi emerge`: what its files share. */
#pragma once

#include "lofi-cli.h"
#include "lofi-sweep-folder.h"

/* Called with each line a worker hands over, as a cell. FALSE ends the workers. */
typedef struct {
  gboolean (*cell) (gpointer data, const LofiCell *cell, gboolean overlaps);
  gpointer data;
} LofiJobsObserver;

/* Runs `jobs` copies of this program, each with a share of the sweep of the experiment that `word` names, until all have ended. known: a file of
 * cells that need not be computed again, or NULL. FALSE with an error when one of them failed, once all have ended; when the cancellable stops them
 * it is G_IO_ERROR_CANCELLED. */
gboolean lofi_emerge_run_jobs (LofiCli *cli, const char *word, guint jobs, const char *known, const LofiJobsObserver *observer, GError **error);

/* The test errors of every method by the number of samples, a block for each point of the grid. */
void lofi_emerge_print_table (LofiCells *cells, const LofiExperiment *experiment);
