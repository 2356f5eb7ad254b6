/* What the parts of an alignment share. */
#pragma once

#include "lofi-alignment.h"
#include "lofi-descent.h"

/* An alignment without points. (transfer full) */
LofiAlignment *lofi_alignment_new (const LofiExperiment *experiment);
/* As it is now, to be handed out. (transfer full) */
LofiAlignment *lofi_alignment_copy (const LofiAlignment *alignment);
/* Sets what follows from the seeds: mean errors, how many diverged. */
void lofi_alignment_count (LofiAlignment *alignment);

/* The subspaces of one seed. */
#define LOFI_N_BASES LOFI_ALIGN_RANDOM       /* those that are drawn or computed */
typedef struct {
  gsize directions;                    /* k */
  LofiMatrix base;                     /* n x d: what enters the first layer with weights, less its mean */
  LofiDescentLayer layer;              /* that layer */
  LofiMapShape positions;              /* of its patches, if it is a convolution */
  gsize inputs, units;                 /* rows and columns of its weights */
  LofiMatrix spans[LOFI_N_BASES];      /* inputs x k, orthonormal */
  LofiMatrix features[LOFI_N_BASES];   /* n x at most k, centred; no storage if there are none */
} LofiAlignBases;
void lofi_align_bases_clear (LofiAlignBases *bases);

/* layers: of lofi_descent_layers. FALSE with an error, also when k directions are more than the layer has. */
gboolean lofi_align_bases_init (LofiAlignBases *bases, const LofiTask *task, const GArray *layers, gsize directions, GError **error);
gboolean lofi_align_bases_find (LofiAlignBases *bases, const LofiTask *task, guint64 seed, const LofiWatch *watch, GError **error);
/* result: of the seed's fit. Without a filter on vectors there is nothing to find, and that is no error. */
gboolean lofi_align_bases_find_features (LofiAlignBases *bases, const LofiResult *result, guint64 seed, LofiCache *cache,
                                         GCancellable *cancellable, GError **error);
/* What dW (inputs x units) has to do with them. */
LofiStatus lofi_align_bases_measure (const LofiAlignBases *bases, const LofiMatrix *change, LofiAlignPoint *point, const LofiWatch *watch);
