/* Where an experiment's data comes from: what there is to choose, and changing it. No widgets, no pixels read. */
#pragma once

#include "lofi-experiment.h"

typedef struct { const char *name, *title, *sentence; } LofiSourceInfo;

/* Data sets by name, then teachers; texts translated. */
guint lofi_sources_count (void);
LofiSourceInfo lofi_source_info (guint index);
/* The index of a source, or lofi_sources_count () for a path or arrays. */
guint lofi_source_find (const char *source);
/* Why data of that name cannot be had here: a sentence, or NULL. (transfer full) */
char *lofi_source_reason (const LofiExperiment *experiment, guint index);

/* Takes its data from there: a name or a path. What the other data cannot have (labels, groups, arrays) goes; a labelling is found for it. */
void lofi_source_set (LofiExperiment *experiment, const char *source);

/* What a path holds, as far as its name and its folder tell. */
gboolean lofi_source_is_path (const LofiDataSpec *data);
gboolean lofi_source_is_table (const LofiDataSpec *data);            /* CSV */
gboolean lofi_source_is_image_folder (const LofiExperiment *experiment);

/* A named labelling becomes the two groups it stands for, to be changed from there. */
void lofi_source_take_groups (LofiDataSpec *data);
/* Puts a class on a side: +1, -1, or 0: left out. */
void lofi_source_set_side (LofiDataSpec *data, int number, int side);
