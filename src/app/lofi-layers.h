/* Changing the order and the kinds of an experiment's layers. Pure functions of an experiment.
 *
 * Where a layer comes to hand on maps to one that takes a vector, a flatten layer is put between: that is the only thing that can be meant. */
#pragma once

#include "lofi-experiment.h"

/* What a kind is called and what it does, translated; static. */
const char *lofi_kind_title (LofiLayerKind kind);
const char *lofi_kind_short (LofiLayerKind kind);      /* for a card */
const char *lofi_kind_sentence (LofiLayerKind kind);

/* Both return where the layer stands then. */
guint lofi_layers_set_kind (LofiExperiment *experiment, guint index, LofiLayerKind kind);
/* A layer of that kind before the one that is at `at` now; a dense one like the nearest dense layer before it. */
guint lofi_layers_insert (LofiExperiment *experiment, guint at, LofiLayerKind kind);
/* A copy of a layer after it. */
void lofi_layers_copy (LofiExperiment *experiment, guint index);
void lofi_layers_remove (LofiExperiment *experiment, guint index);
/* The layer at `from` comes to stand at `to`. */
void lofi_layers_move (LofiExperiment *experiment, guint from, guint to);

/* One setting of a layer. */
typedef enum {
  LOFI_CHANGE_KIND, LOFI_CHANGE_SIZE, LOFI_CHANGE_STRIDE, LOFI_CHANGE_PADDING, LOFI_CHANGE_MODE, LOFI_CHANGE_WIDTH, LOFI_CHANGE_INFINITE,
  LOFI_CHANGE_KEEP, LOFI_CHANGE_FILTERED, LOFI_CHANGE_ORDER, LOFI_CHANGE_ACTIVATION, LOFI_CHANGE_DEGREE, LOFI_CHANGE_BIAS,
  LOFI_CHANGE_CENTER_LABELS, LOFI_CHANGE_CENTER_LIFT, LOFI_CHANGE_KEEP_AUTO, LOFI_CHANGE_KEEP_MIN, LOFI_CHANGE_KEEP_MAX
} LofiLayerChange;

/* What the switches bring back: the numbers the layer had before. */
typedef struct { gsize keep, width; } LofiLayerMemory;

/* Changes it, and with it what only the old value could go with. value: the number, the enumeration's, or 0 and 1. */
void lofi_layers_change (LofiExperiment *experiment, guint index, LofiLayerChange what, double value, const LofiLayerMemory *memory);
