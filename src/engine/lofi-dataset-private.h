/* Between finding a data set's files and reading them. */
#pragma once

#include "lofi-dataset.h"

typedef enum {
  LOFI_FILES_IDX, LOFI_FILES_ARRAYS, LOFI_FILES_CIFAR, LOFI_FILES_NPZ, LOFI_FILES_CSV, LOFI_FILES_FOLDER, LOFI_N_FILES_FORMATS
} LofiFilesFormat;

typedef struct _LofiImageFolder LofiImageFolder;

/* The files of a source, found but not opened. */
typedef struct {
  char *name, *origin;
  LofiFilesFormat format;
  gboolean transposed;                     /* IDX: images are stored column by column, as EMNIST's are */
  char *train_inputs, *train_targets;      /* images and labels, or arrays; .npz, CSV: the inputs only; folders, CIFAR-10: the folder */
  char *test_inputs, *test_targets;        /* both NULL: no test samples */
  char **batches;                          /* CIFAR-10: the training batches that are there */
  char *names;                             /* CIFAR-10: batches.meta.txt, or NULL */
  LofiImageFolder *images;                 /* folders of images */
} LofiDataFiles;

gboolean lofi_data_files_find (const LofiExperiment *experiment, LofiDataFiles *files, GError **error);
void lofi_data_files_clear (LofiDataFiles *files);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LofiDataFiles, lofi_data_files_clear)

/* Parts of finding: each takes the files of its format from a folder; FALSE without an error when there are none of that kind.
 * prefix: "emnist-letters-" or "". */
gboolean lofi_data_files_take_idx (LofiDataFiles *files, const char *folder, const char *prefix, GError **error);
gboolean lofi_data_files_take_cifar (LofiDataFiles *files, const char *folder, GError **error);
gboolean lofi_data_files_take_emnist (LofiDataFiles *files, const char *folder, const char *source, GError **error);
gboolean lofi_data_files_find_path (LofiDataFiles *files, const char *source, const char *path, GError **error);
/* The splits of EMNIST that lie in a folder: "letters", ... (transfer full), NULL-terminated. */
char **lofi_emnist_splits (const char *folder);
/* folder/stem, as it is or gzipped; NULL if neither is there. (transfer full) */
char *lofi_find_packed (const char *folder, const char *stem);
#define LOFI_CIFAR_FOLDER "cifar-10-batches-bin"

/* Fill an empty data set from its files. */
typedef struct {
  LofiDataset *dataset;
  const LofiDataFiles *files;
  const LofiExperiment *experiment;
  GCancellable *cancellable;
} LofiReading;
gboolean lofi_dataset_read_idx (const LofiReading *reading, GError **error);
gboolean lofi_dataset_read_arrays (const LofiReading *reading, GError **error);
gboolean lofi_dataset_read_cifar (const LofiReading *reading, GError **error);
gboolean lofi_dataset_read_npz (const LofiReading *reading, GError **error);
gboolean lofi_dataset_read_csv (const LofiReading *reading, GError **error);
gboolean lofi_dataset_read_folder (const LofiReading *reading, GError **error);

/* (transfer full) key. */
LofiDataset *lofi_dataset_new (const char *name, const char *origin, char *key);

/* Number of classes, and mean and deviation of the pixels by channel, as the training samples have them. */
void lofi_dataset_measure (LofiDataset *dataset);
/* The same and class names from what is known of a set of this name; measured where nothing is. place: of an error about labels. */
gboolean lofi_dataset_describe (LofiDataset *dataset, const char *place, GError **error);
/* Channels, height and width of the training inputs; of the test inputs: an error unless they are the same. */
gboolean lofi_dataset_take_shape (LofiDataset *dataset, gboolean train, gsize channels, gsize height, gsize width, const char *place,
                                  GError **error);
/* Whether pictures can be made of a sample of this shape. */
gboolean lofi_dataset_shape_is_image (gsize channels, gsize height, gsize width);

/* Whether count samples of so many bytes each stay within what the experiment may use (its memory; 0: three quarters of the machine's).
 * Sizes are checked before they are multiplied. */
gboolean lofi_dataset_check_memory (const LofiExperiment *experiment, const char *place, gsize count, gsize each, GError **error);

/* A folder with one subfolder of images for each class, found but not opened. */
LofiImageFolder *lofi_image_folder_find (const char *path, GError **error);
void lofi_image_folder_free (LofiImageFolder *folder);
/* Every file by what changes when it is written again. */
void lofi_image_folder_add_key (const LofiImageFolder *folder, GChecksum *sum);

#define LOFI_CLASSES_MAX 256
#define LOFI_IMAGE_SIZE_MAX 4096
