/* A folder a sweep is written to: cells.jsonl, a line a cell as it is found; experiment.lofi, which says whose they are; summary.json in the end.
 * One thread, one writer: the file is locked while it is open. */
#pragma once

#include "lofi-emergence.h"

typedef struct _LofiSweepFolder LofiSweepFolder;

/* Adds to `cells` those that an earlier sweep has left. Nothing is made yet: what cannot begin leaves nothing behind. Errors: the folder cannot be
 * written, cells are there but this is not to go on with them (resume), they are of another experiment, which is named, or cannot be read. */
LofiSweepFolder *lofi_sweep_folder_open (const char *folder, const LofiExperiment *experiment, gboolean resume, LofiCells *cells, GError **error);
void lofi_sweep_folder_close (LofiSweepFolder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LofiSweepFolder, lofi_sweep_folder_close)

/* The line of a cell, or of its overlaps, is on disk when this returns TRUE. FALSE: it is not there, nor a part of it; the error says why (no room, the file
 * is gone). The first one makes the folder and experiment.lofi. A program that may be limited in the size of its files ignores SIGXFSZ. */
gboolean lofi_sweep_folder_append (LofiSweepFolder *self, const LofiCell *cell, gboolean overlaps, GError **error);
/* summary.json, and experiment.lofi if there is none. */
gboolean lofi_sweep_folder_finish (LofiSweepFolder *self, LofiCells *cells, GError **error);
/* FOLDER/cells.jsonl */
const char *lofi_sweep_folder_path (const LofiSweepFolder *self);
