/* What the files of the sweep share. */
#pragma once

#include "lofi-emergence.h"
#include "lofi-sweep-samples-private.h"

/* The experiments of the grid's points, their axes gone; an error at the first whose settings do not go together. (transfer full) LofiExperiment * */
GPtrArray *lofi_grid_experiments (const LofiExperiment *experiment, GError **error);

/* ---- shares (lofi-emergence-shares.c) ---- */
/* What a share has of the cells: of each (point, seed) all sample counts where there are enough of these, else single ones. */
typedef struct _LofiShareMap LofiShareMap;
LofiShareMap *lofi_share_map_new (const LofiExperiment *experiment, GPtrArray *points, LofiShare share);
void lofi_share_map_free (LofiShareMap *map);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LofiShareMap, lofi_share_map_free)
/* samples: index into the experiment's sweep_samples. */
gboolean lofi_share_map_has (const LofiShareMap *map, guint point, guint seed, guint samples);

/* The cells of a share (NULL: all), and those of them that are there. */
void lofi_emergence_count (const LofiExperiment *experiment, const LofiShareMap *share, LofiCells *cells, guint *total, guint *found);

/* ---- cells (lofi-emergence-cell.c) ---- */
/* Bases of the features of a cell's filtered layers (lofi-overlap.h), NULL where there is none. LofiArray * */
typedef GPtrArray LofiSketches;
/* experiment: of the cell's point, with its number of samples and its seed. Fills everything but the cell's parameters, overlaps only of teachers.
 * sketches: where to leave those of LoFi's layers (transfer full), or NULL. shared: the pass that the sample count takes part in, or NULL. */
gboolean lofi_cell_compute (const LofiExperiment *experiment, LofiCell *cell, LofiSweepSamples *shared, LofiCache *cache, LofiSketches **sketches,
                            GCancellable *cancellable, GError **error);
/* The layers alone, again, for their sketches. (transfer full) */
LofiSketches *lofi_cell_sketches (const LofiExperiment *experiment, LofiSweepSamples *shared, LofiCache *cache, GCancellable *cancellable, GError **error);
/* Whether the data has planted directions, with which overlaps are. */
gboolean lofi_cell_is_planted (const LofiExperiment *experiment);
