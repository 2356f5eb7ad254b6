/* The sweep: over sample counts, seeds, methods and up to three more settings. Cells are functions of their own parameters alone. */
#pragma once

#include "lofi-cells.h"

/* What the cells of an experiment's sweep depend on beside their own parameters: not data.train, not the sample counts, seeds, methods and axes
 * listed, nor the settings that the axes replace. (transfer full) */
char *lofi_emergence_key (const LofiExperiment *experiment);
/* 16 hexadecimal digits of it: what stands in a line of cells.jsonl. (transfer full) */
char *lofi_emergence_hash (const LofiExperiment *experiment);

/* ---- the grid ---- */
/* Points of the axes, the last axis fastest; 1 without axes. */
guint lofi_grid_count (const LofiExperiment *experiment);
/* "layer1.keep=10 layer2.keep=20", interned; "" without axes. */
const char *lofi_grid_point (const LofiExperiment *experiment, guint index);
/* The index of each axis's value at a point: values has room for as many as there are axes. */
void lofi_grid_indices (const LofiExperiment *experiment, guint index, guint *values);
/* The experiment of a point, its axes gone. NULL with an error when its settings do not go together. (transfer full) */
LofiExperiment *lofi_grid_experiment (const LofiExperiment *experiment, guint index, GError **error);

/* The seeds of a sweep are 0, 1, ... seeds - 1, whatever the experiment's own seed. How many cells the experiment's sweep has; with cells, how many
 * of these they lack is total - lofi_emergence_found. */
guint lofi_emergence_total (const LofiExperiment *experiment);
guint lofi_emergence_found (const LofiExperiment *experiment, LofiCells *cells);
/* Whether the sweep has this method. */
gboolean lofi_emergence_wants (const LofiExperiment *experiment, LofiMethod method);

/* A share of the sweep for one of several workers: part `part` (from 1) of `parts`; {0, 0} is all. The parts are disjoint, together everything, of
 * about equal cost, and the same on every machine. */
typedef struct { guint part, parts; } LofiShare;

/* Told in the thread that runs the sweep, one after the other. cell: after each new cell, or after its overlaps became known (then overlaps is TRUE and
 * the cell is the one they were added to); finished counts those that were there before too. waiting, if not NULL: many times a second. */
typedef struct {
  void (*cell) (gpointer data, const LofiCell *cell, gboolean overlaps, guint finished, guint total);
  gpointer data;
  void (*waiting) (gpointer data);
} LofiSweepObserver;

/* Computes every cell of the share that cells lacks, begun small n first, adding each as it is found and telling the observer (may be NULL). As many
 * cells at a time as BLAS has threads, each on one thread of its own: until it returns, BLAS has one, and nobody else may set their number. The calling
 * thread waits, and computes nothing. Stopped: error is G_IO_ERROR_CANCELLED, what was found stays. Sample counts beyond what the data has, and points whose settings do not go together, are an error
 * before anything is computed. A cell's numbers do not depend on which other cells are computed with it, to the last bit. */
gboolean lofi_emergence_run (const LofiExperiment *experiment, LofiCells *cells, LofiShare share, LofiCache *cache,
                             const LofiSweepObserver *observer, GCancellable *cancellable, GError **error);
