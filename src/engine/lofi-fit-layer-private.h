/* A layer with a lift, or with nothing but a filter, at work: what its parts share. */
#pragma once

#include "lofi-filter-private.h"
#include "lofi-null-private.h"

/* The layer at work. Patch filters have a group for every channel of their input, other layers one. */
typedef struct {
  LofiFitRun *run;
  const LofiLayerSpec *spec;
  guint index;
  gsize keep;                    /* of every group; LOFI_KEEP_NONE without a filter */
  const char *place;
  const char *lift_key;
  const LofiRepresentation *input;
  gboolean show;
  guint n_groups;
  LofiLiftStage **lifts;
  LofiFilterStage **filters;     /* each NULL without a filter */
  char **filter_keys;
  LofiLayerResult *layer;
} LofiLayerWork;

/* From the operators' stages the spectrum and the directions asked for, into work->layer. */
gboolean lofi_layer_take_filter (LofiLayerWork *work, GError **error);
/* The features of one split. (transfer full) */
LofiFeatures *lofi_layer_project (LofiLayerWork *work, const LofiFeatures *input, GError **error);
