/* Test error against the number of samples, over seeds and methods: cells, each a function of its own parameters alone. */
#pragma once

#include "lofi-fit.h"

typedef enum { LOFI_METHOD_LOFI, LOFI_METHOD_LAZY, LOFI_METHOD_LINEAR, LOFI_METHOD_KERNEL, LOFI_METHOD_DESCENT, LOFI_N_METHODS } LofiMethod;
const char *lofi_method_name (LofiMethod method);     /* "lofi", "lazy", "linear", "kernel", "descent"; static */

typedef struct {
  gsize samples;
  guint64 seed;
  LofiMethod method;
  double test_error, test_mse, train_error;
  GPtrArray *eigenvalues;           /* lofi: a GArray of double for each filtered layer, by magnitude; else NULL or empty */
  double seconds;
} LofiCell;

typedef struct { gsize samples; guint count; double mean, sem; } LofiCurvePoint;   /* sem NAN for one seed */

/* Cells found so far, of one sweep. Any thread; copies are cheap snapshots. */
typedef struct _LofiCells LofiCells;
LofiCells *lofi_cells_new (void);
LofiCells *lofi_cells_ref (LofiCells *cells);
void lofi_cells_unref (LofiCells *cells);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LofiCells, lofi_cells_unref)
void lofi_cells_add (LofiCells *cells, const LofiCell *cell);       /* copied; a second one of the same parameters is ignored */
gboolean lofi_cells_has (LofiCells *cells, gsize samples, guint64 seed, LofiMethod method);
guint lofi_cells_count (LofiCells *cells);
/* Points of one method by rising samples, mean and standard error of the test error (or mse) over seeds. (transfer full) LofiCurvePoint */
GArray *lofi_cells_curve (LofiCells *cells, LofiMethod method, gboolean mse);
/* One cell as the JSON of its line, without the line's end. (transfer full) */
char *lofi_cell_to_json (const LofiCell *cell);
/* (transfer full) one line of cells.jsonl per cell, in order of samples, seed, method; and summary.json. */
char *lofi_cells_to_jsonl (LofiCells *cells);
char *lofi_cells_to_summary (LofiCells *cells);
/* Reads cells.jsonl. (transfer full) */
LofiCells *lofi_cells_load (const char *path, GError **error);

/* What the sweep of an experiment depends on: not data.train, not the sample counts and seeds listed. (transfer full) */
char *lofi_emergence_key (const LofiExperiment *experiment);

/* The seeds of a sweep are 0, 1, ... seeds - 1, whatever the experiment's own seed. How many cells the experiment's sweep has. */
guint lofi_emergence_total (const LofiExperiment *experiment);

/* Told after each new cell, in the sweep's thread: finished counts those that were there before too. */
typedef void (*LofiCellDone) (gpointer data, const LofiCell *cell, guint finished, guint total);

/* Computes every cell the experiment asks for and cells lacks, small n first, all seeds of one n before the next, adding each as it
 * is found and calling done (may be NULL) after each in this thread. Stopped: error is G_IO_ERROR_CANCELLED, what was found stays.
 * Sample counts beyond what the data has are an error before anything is computed. */
gboolean lofi_emergence_run (const LofiExperiment *experiment, LofiCells *cells, LofiCache *cache,
                             LofiCellDone done, gpointer data, GCancellable *cancellable, GError **error);
