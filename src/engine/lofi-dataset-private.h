/* Between finding a data set's files and reading them. */
#pragma once

#include "lofi-dataset.h"

/* The files of a source, found but not opened. */
typedef struct {
  char *name, *origin;
  gboolean arrays;                         /* .npy files, not IDX */
  char *train_inputs, *train_targets;      /* images and labels, or arrays */
  char *test_inputs, *test_targets;        /* both NULL: no test samples */
} LofiDataFiles;

gboolean lofi_data_files_find (const LofiExperiment *experiment, LofiDataFiles *files, GError **error);
void lofi_data_files_clear (LofiDataFiles *files);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LofiDataFiles, lofi_data_files_clear)

/* Fill an empty data set from its files. */
gboolean lofi_dataset_read_images (LofiDataset *dataset, const LofiDataFiles *files, GCancellable *cancellable, GError **error);
gboolean lofi_dataset_read_arrays (LofiDataset *dataset, const LofiDataFiles *files, GCancellable *cancellable, GError **error);
