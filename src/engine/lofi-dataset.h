/* Data sets as they lie on disk: pixels and classes, or arrays and targets. Immutable once loaded, reference-counted,
 * safe to share between threads. */
#pragma once

#include <gio/gio.h>
#include "lofi-experiment.h"
#include "lofi-matrix.h"

/* One split. Exactly one of pixels and values is set, and one of classes and targets. */
typedef struct {
  gsize count;
  guint8 *pixels;          /* count x channels x height x width */
  LofiMatrix values;       /* count x (channels * height * width) */
  int *classes;            /* count, or NULL */
  double *targets;         /* count real numbers, or NULL: used as the weights y as they are */
} LofiSamples;

typedef struct {
  char *key;               /* what lofi_dataset_key gave for the files that were read */
  char *name;              /* "fashion-mnist", "arrays", or a file's base name */
  char *origin;            /* where it was read: a folder or file; says so if it is the small sample that comes with the program */
  gsize channels, height, width;   /* of one sample; a plain vector of d numbers is 1 x 1 x d */
  gboolean is_image;
  guint n_classes;         /* 0 for targets */
  char **class_names;      /* n_classes names, NULL-terminated; may be NULL */
  double mean[4], deviation[4];    /* per channel, of pixels / 255; deviation 0 = not known for this set */
  LofiSamples train, test; /* test.count may be 0 */
  /* Teachers only: orthonormal directions of the input that decide the label, r x d, a row each; in groups, one per feature that can
   * emerge by itself (the pairs of the staircase): group g has the rows group_starts[g] .. group_starts[g + 1] - 1. Else empty. */
  LofiMatrix planted;
  guint n_groups;
  gsize *group_starts;     /* n_groups + 1 */
} LofiDataset;

LofiDataset *lofi_dataset_ref (LofiDataset *dataset);
void lofi_dataset_unref (LofiDataset *dataset);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LofiDataset, lofi_dataset_unref)
gsize lofi_dataset_bytes (const LofiDataset *dataset);

/* Loads what the experiment's [data] names.
 *
 * By name: "fashion-mnist", "mnist", "emnist" (or one of its splits, "emnist-letters") and "cifar10" from $LOFI_DATA_PATH (colon-separated
 * folders, each holding the source's folder or its files), then the user's data folder, then /usr/share/datasets and the program's own
 * data folder, where a small sample of Fashion-MNIST comes last; "arrays"; a teacher (lofi-teacher.h).
 * By path:
 *   IDX        a folder of train-images-idx3-ubyte[.gz] and its companions, or one file of images with its labels beside it; of EMNIST,
 *              whose images are shown upright, a folder holding one split, or folder/emnist-letters: that split of several
 *   CIFAR-10   a folder of data_batch_1.bin to data_batch_5.bin (as many as are there), test_batch.bin, batches.meta.txt; or one batch
 *   .npy       inputs n x d or n x C x H x W, with X-targets.npy beside X.npy; a test likewise where "test" replaces "train"
 *   .npz       lofi-dataset-npz.c says which arrays: x_train, y_train, x_test, y_test, or the like
 *   .csv       a header; the column data.label-column (else "label", else the last) holds classes, the others numbers; X-test.csv beside
 *   folder     one subfolder of images a class, in train/ and test/ or at once; scaled and cropped to data.image-size
 * Test samples may be absent from a path. Every size in a header is checked against the file, and against the memory the
 * experiment may use, before anything is allocated. */
LofiDataset *lofi_dataset_load (const LofiExperiment *experiment, GCancellable *cancellable, GError **error);

/* A string that changes when what lofi_dataset_load would read changes: source, resolved paths, sizes and times; of a teacher
 * its parameters, the seed and the numbers of samples. Used as the
 * first link of the cache's keys. (transfer full), or NULL with an error when nothing is there. */
char *lofi_dataset_key (const LofiExperiment *experiment, GError **error);

/* Known sources, for `lofi data` and the window's Open menu: names, NULL-terminated, static. */
const char *const *lofi_dataset_sources (void);
/* Whether a source is a name, "arrays" and teachers included, and not a path. */
gboolean lofi_dataset_is_named (const char *source);
