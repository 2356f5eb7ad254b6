/* Cells of a sweep: what was found for (point of the grid, samples, seed, method), their lines on disk, their means. */
#pragma once

#include "lofi-fit.h"

typedef enum { LOFI_METHOD_LOFI, LOFI_METHOD_LAZY, LOFI_METHOD_LINEAR, LOFI_METHOD_KERNEL, LOFI_METHOD_DESCENT, LOFI_N_METHODS } LofiMethod;
const char *lofi_method_name (LofiMethod method);     /* "lofi", "lazy", "linear", "kernel", "descent"; static */

/* What a cell tells of one filtered layer. Arrays are owned by the cell that holds it; never changed once in a set of cells. */
typedef struct {
  guint n_eigenvalues;
  double *eigenvalues;              /* the kept ones, by magnitude */
  double null_low, null_high;       /* NAN when there is none */
  gint64 outliers;                  /* -1 unknown */
  double overlap;                   /* with the planted subspace (teachers), or with the one at `reference` samples; NAN unknown */
  guint n_groups;                   /* of the teacher, else 0 */
  double *group_overlaps;
} LofiCellLayer;

typedef struct {
  const char *point;                /* interned: the axes' settings, "layer1.keep=10 layer2.keep=20" in the order of the experiment; "" without axes */
  gsize samples;
  guint64 seed;
  LofiMethod method;
  double test_error, test_mse, train_error;    /* train_error NAN unknown */
  guint n_layers;                   /* lofi: its filtered layers; else 0 */
  LofiCellLayer *layers;
  gsize reference;                  /* data without planted directions: the sample count whose subspace `overlap` is with; 0: none yet */
  double seconds;
} LofiCell;

/* What is read off a cell. index: of an eigenvalue from 0; of a planted group from 1, 0 being the whole. */
typedef enum {
  LOFI_QUANTITY_TEST_ERROR, LOFI_QUANTITY_TEST_MSE, LOFI_QUANTITY_TRAIN_ERROR,                       /* of every method */
  LOFI_QUANTITY_OUTLIERS, LOFI_QUANTITY_KEPT, LOFI_QUANTITY_EIGENVALUE, LOFI_QUANTITY_NULL_LOW, LOFI_QUANTITY_NULL_HIGH,
  LOFI_QUANTITY_OVERLAP,                                                                             /* of a filtered layer of LoFi */
  LOFI_N_QUANTITIES
} LofiQuantity;
typedef struct { LofiQuantity quantity; guint layer, index; } LofiMeasure;     /* layer: among the filtered ones, from 0 */
const char *lofi_quantity_name (LofiQuantity quantity);                        /* "test_error", "outliers", ... static */
gboolean lofi_quantity_has_layer (LofiQuantity quantity);
double lofi_cell_value (const LofiCell *cell, LofiMeasure measure);            /* NAN: not there */

typedef struct { gsize samples; guint count; double mean, sem; } LofiCurvePoint;   /* over the cells that have it; sem NAN for one */

/* Cells found so far, of one sweep. Any thread; copies are cheap snapshots. */
typedef struct _LofiCells LofiCells;
LofiCells *lofi_cells_new (void);
LofiCells *lofi_cells_ref (LofiCells *cells);
void lofi_cells_unref (LofiCells *cells);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LofiCells, lofi_cells_unref)
typedef enum { LOFI_CELLS_ADDED, LOFI_CELLS_KNOWN, LOFI_CELLS_CONTRADICTED } LofiCellsAdded;
/* Copied. A second cell of the same parameters changes nothing: known if it says the same to the contract's tolerance (errors within 1e-3, squared
 * errors within 1e-4 relative), else it contradicts. Of two that agree the same one is kept whatever their order. */
LofiCellsAdded lofi_cells_add (LofiCells *cells, const LofiCell *cell);
/* Sets the overlaps of the cell's layers (overlaps: n_layers) with the subspace at `reference` samples. FALSE if there is no such LoFi cell. */
gboolean lofi_cells_add_overlaps (LofiCells *cells, const char *point, gsize samples, guint64 seed, gsize reference, const double *overlaps, guint n_layers);
gboolean lofi_cells_has (LofiCells *cells, const char *point, gsize samples, guint64 seed, LofiMethod method);
/* Whether its overlaps are with the subspace at `reference`. */
gboolean lofi_cells_has_overlaps (LofiCells *cells, const char *point, gsize samples, guint64 seed, gsize reference);
guint lofi_cells_count (LofiCells *cells);
/* Rises with every change; a figure of an older version is outdated. */
guint64 lofi_cells_version (LofiCells *cells);
void lofi_cells_foreach (LofiCells *cells, void (*visit) (const LofiCell *cell, gpointer data), gpointer data);   /* in order; under the lock */
/* Points of one method at one point of the grid by rising samples, over seeds. An overlap counts only with the largest reference there is.
 * (transfer full) LofiCurvePoint */
GArray *lofi_cells_curve (LofiCells *cells, const char *point, LofiMethod method, LofiMeasure measure);
/* The most filtered layers, kept eigenvalues and planted groups any cell has: what can be asked for. */
void lofi_cells_extents (LofiCells *cells, guint *layers, guint *eigenvalues, guint *groups);

/* ---- on disk (lofi-cells-file.c) ----
 * cells.jsonl, a line a cell:
 *   {"samples": 500, "seed": 3, "method": "lofi", "set": {"layer1.keep": "10"}, "test_error": ..., "test_mse": ..., "train_error": ...,
 *    "eigenvalues": [[...], ...], "null_edges": [[low, high], ...], "outliers": [2, 1], "overlap": [0.83, 0.41], "group_overlaps": [[...], ...],
 *    "seconds": ..., "experiment": "KEY"}
 * "set" only with axes, "group_overlaps" only for teachers. Of data without planted directions overlaps are lines of their own, after the cell's:
 *   {"samples": 500, "seed": 3, "method": "lofi", "set": ..., "reference": 10000, "overlap": [...], "experiment": "KEY"}
 * KEY is a hash of lofi_emergence_key: cells of another experiment are recognised wherever they come from. Files may be concatenated in any order. */
/* Without the line's end. (transfer full) */
char *lofi_cell_to_json (const LofiCell *cell, const char *experiment_key);
char *lofi_cell_overlaps_to_json (const LofiCell *cell, const char *experiment_key);
char *lofi_cells_to_jsonl (LofiCells *cells, const char *experiment_key);
/* summary.json: mean, standard error and count of every quantity by (point, samples, method); nothing in it depends on how or where cells were
 * computed, or on the order they were read in. (transfer full) */
char *lofi_cells_to_summary (LofiCells *cells);
/* Reads cells.jsonl. experiment_key: lines of another experiment are an error that names the line; NULL: all lines must agree with each other.
 * Lines without the key, as written by earlier versions, are taken. A last line without its end is left out. Errors name file and line: not a
 * cell, a contradiction (with both lines), another experiment. (transfer full) */
LofiCells *lofi_cells_load (const char *path, const char *experiment_key, GError **error);

/* Reading a file that grows, again and again: only what was added since. */
typedef struct _LofiCellsReader LofiCellsReader;
LofiCellsReader *lofi_cells_reader_new (const char *path, const char *experiment_key);
void lofi_cells_reader_free (LofiCellsReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LofiCellsReader, lofi_cells_reader_free)
/* Adds whole lines that are new to `cells`. A file that is not there (yet, or any more) is no error: *missing says so. One that became shorter is read
 * again from its start. FALSE with an error as lofi_cells_load; the reader then stays where it is. */
gboolean lofi_cells_reader_read (LofiCellsReader *reader, LofiCells *cells, gboolean *missing, GError **error);
