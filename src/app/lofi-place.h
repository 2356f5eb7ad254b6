/* Places: the stations an experiment is walked through, data -> lift -> operator -> keep -> project -> ... -> readout.
 *
 * The stepper, the selected card and the view are all derived from one place, so that they cannot disagree. Pure functions of
 * an experiment; a layer without a filter has only its lift, a filter without a lift begins at its operator, pooling and flattening are
 * one step. */
#pragma once

#include "lofi-experiment.h"

typedef enum {
  LOFI_STEP_DATA, LOFI_STEP_LIFT, LOFI_STEP_OPERATOR, LOFI_STEP_KEEP, LOFI_STEP_PROJECT, LOFI_STEP_READOUT,
  LOFI_STEP_KERNEL, LOFI_STEP_POOL, LOFI_STEP_FLATTEN     /* the only step of a layer of infinite width without a filter, of pooling, ... */
} LofiStep;

typedef struct {
  LofiStep step;
  int layer;                /* from 0; -1 for data and readout */
} LofiPlace;

typedef enum { LOFI_VIEW_SPECTRUM, LOFI_VIEW_FILTERS, LOFI_VIEW_FEATURES, LOFI_VIEW_EMERGENCE, LOFI_VIEW_DESCENT } LofiView;
#define LOFI_N_VIEWS 5
const char *lofi_view_name (LofiView view);          /* "spectrum", ... static */
/* Spectrum, Filters and Features belong to a place; Emergence and Descent are about the experiment. */
gboolean lofi_view_is_placed (LofiView view);

/* Cards, top to bottom: data, one a layer, readout. */
guint lofi_cards_count (const LofiExperiment *experiment);

guint lofi_places_count (const LofiExperiment *experiment);
LofiPlace lofi_place_at (const LofiExperiment *experiment, guint index);
/* The index of a place, or of the nearest one before it that exists. */
guint lofi_place_index (const LofiExperiment *experiment, LofiPlace place);
gboolean lofi_place_equal (LofiPlace a, LofiPlace b);

/* What is shown at a place: LOFI_VIEW_SPECTRUM or LOFI_VIEW_FILTERS. Where directions are projected on, LOFI_VIEW_FEATURES can be looked at instead. */
LofiView lofi_place_view (LofiPlace place);
guint lofi_place_card (const LofiExperiment *experiment, LofiPlace place);

/* Where a click on a card leads while `view` is showing. */
LofiPlace lofi_place_for_card (const LofiExperiment *experiment, guint card, LofiView view);
/* The steps of one layer, in order; at most four, at least one. */
guint lofi_layer_steps (const LofiLayerSpec *layer, LofiStep steps[4]);

/* Where a click on the Spectrum, Filters or Features tab leads from a place: within the same layer if it can. */
LofiPlace lofi_place_for_view (const LofiExperiment *experiment, LofiPlace place, LofiView view);

/* One word, translated: "data", "lift", "operator", ... static. */
const char *lofi_step_title (LofiStep step);
/* What happens there, a sentence, translated; static. */
const char *lofi_step_description (LofiStep step);
