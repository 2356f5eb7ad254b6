/* A task: the numbers a fit sees. Drawn from a data set by labelling, seed and counts, normalised. Immutable, shared. */
#pragma once

#include "lofi-dataset.h"
#include "lofi-labelling.h"

typedef struct {
  gsize count;
  LofiMatrix inputs;        /* count x d */
  double *y;                /* count: -1 or +1, or the real targets */
  gint64 *indices;          /* count: the place of each sample in the source's split */
} LofiSplit;

typedef struct _LofiTask {
  char *key;                /* identifies everything above; equal keys, equal numbers */
  LofiDataset *dataset;     /* kept alive */
  gsize channels, height, width;    /* d = their product */
  gboolean is_image;
  char *labelling_title, *positive_name, *negative_name;
  gsize available_train;    /* samples of the labelling in the source: the upper end of n */
  double positive_share;    /* of the training samples: y > 0 */
  double mean_y;
  double offset[4], spread[4];      /* per channel: input = (pixel / 255 - offset) / spread; standardize and none: 0, 1 */
  LofiSplit train, test;
  struct _LofiTask *larger; /* whose inputs these are views of, or NULL */
} LofiTask;

LofiTask *lofi_task_ref (LofiTask *task);
void lofi_task_unref (LofiTask *task);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LofiTask, lofi_task_unref)
gsize lofi_task_bytes (const LofiTask *task);

/* The first data.train samples of the seed's permutation of the labelled training samples (so a smaller n is a prefix of a
 * larger one), and likewise for the test; 0 takes all, in the permutation's order. Of arrays, 0 takes all in the file's own
 * order: rows of the features are then rows of the file. Of a teacher, its first data.train samples; available_train is then how
 * many it can give. Inputs taken in order and as they are share the data set's storage: they are never written. Errors: no such
 * labelling or class, classes given for targets, more samples asked for than there are (naming how many), fewer than two, one class
 * only, NaN or infinity in the inputs (naming the array, row, column), targets that do not match the inputs. */
LofiTask *lofi_task_new (LofiDataset *dataset, const LofiExperiment *experiment, GCancellable *cancellable, GError **error);

/* The task of an experiment that asks for fewer training samples than the one `larger` was drawn for, which is known to be else the same, neither of a
 * teacher nor standardised: as lofi_task_new, but its inputs are views of larger's. */
LofiTask *lofi_task_first (LofiTask *larger, const LofiExperiment *experiment, GError **error);

/* How many samples of the labelling there are, and how many the task would be tested on, without drawing any. */
gboolean lofi_task_counts (LofiDataset *dataset, const LofiExperiment *experiment, gsize *available_train, gsize *tests, GError **error);

/* The key lofi_task_new would give, without reading pixels. dataset_key from lofi_dataset_key. (transfer full) */
char *lofi_task_key (const char *dataset_key, const LofiExperiment *experiment);
