/* What has been found of a layer, below its settings. */
#pragma once

#include "lofi-facts.h"
#include "lofi-session.h"

enum {
  LOFI_FACT_INPUTS, LOFI_FACT_OUTPUTS, LOFI_FACT_SCALE, LOFI_FACT_FORM, LOFI_FACT_OUTLIERS, LOFI_FACT_NULL_LINE, LOFI_FACT_NULL_FROM,
  LOFI_FACT_RESIDUAL, LOFI_FACT_DEGREE
};

void lofi_layer_facts_fill (LofiFacts *facts);
/* mean_pair: says which kept directions are the mean's. */
void lofi_layer_facts_show (LofiFacts *facts, GtkLabel *mean_pair, LofiSession *session, guint layer);

/* "784", "6 × 14 × 14". */
char *lofi_shape_text (LofiMapShape shape);
/* "degree ≤ 4", "any degree": the bound on the total degree after a layer. */
char *lofi_degree_text (const LofiExperiment *experiment, guint layer);
/* Which kept directions are flagged, as a sentence; NULL if none is. */
char *lofi_mean_pair_text (const LofiLayerResult *layer);
