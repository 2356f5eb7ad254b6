/* Parts of making a task. */
#pragma once

#include "lofi-task.h"

/* +1, -1 or 0 (left out) for every class number. */
typedef struct { gint8 sign[256]; } LofiClassSigns;

/* Which classes count as what, and what the sides are called. Of targets: nothing to decide. */
gboolean lofi_task_take_labelling (LofiTask *task, const LofiDataSpec *data, LofiClassSigns *signs, GError **error);

/* The inputs of the samples that were drawn, normalised. */
gboolean lofi_task_fill (LofiTask *task, const LofiDataSpec *data, GCancellable *cancellable, GError **error);
/* Whether a split's inputs are the data set's own storage. */
gboolean lofi_split_is_shared (const LofiTask *task, const LofiSplit *split);
