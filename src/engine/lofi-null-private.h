/* Null lines inside the fit: of a layer's operator under shuffled labels, and by the law. */
#pragma once

#include "lofi-filter-private.h"
#include "lofi-null.h"

/* A filtered layer whose null is wanted, and what is at hand of it: the rest is taken from the cache, or computed again. */
typedef struct {
  LofiFitRun *run;
  const LofiLayerSpec *spec;
  guint index;
  const LofiRepresentation *input;
  const char *lift_key;
  guint n_groups;                  /* operators: of patch filters one a channel, of other layers one */
  LofiLiftStage **lifts;           /* n_groups, or NULL; likewise */
  LofiFilterStage **filters;
  LofiArray *root;                 /* of a kernel layer: n x n, its rows in place of lifted ones; or NULL */
  const double *spectrum;          /* n_spectrum eigenvalues of C, all of them, ascending; or NULL */
  gsize n_spectrum;
  const LofiLayerResult *layer;    /* NULL while its directions are not known */
} LofiNullSource;

/* Both as result->nulls has them, but that `below` and `above` of the law's are not counted; from the cache, or computed, the permuted ones as a
 * stage of the run. Two standard deviations of the sample beyond the mean. (transfer full) */
LofiNull *lofi_null_take_law (LofiNullSource *source, GError **error);
LofiNull *lofi_null_take_permuted (LofiNullSource *source, GError **error);

/* The permuted one if the cache has it, else NULL. (transfer full) */
LofiNull *lofi_null_known_permuted (const LofiNullSource *source);

/* Eigenvalues of C below low and above high, exactly: from the spectrum, from the kept pairs if they reach inside, else by inertia. */
gboolean lofi_null_count (LofiNullSource *source, double low, double high, gsize *below, gsize *above, GError **error);
/* Whether that costs nothing. */
gboolean lofi_null_counts_free (const LofiNullSource *source, double low, double high);

/* What keep=auto keeps, given its outliers: no fewer than keep_min, no more than keep_max or than the operator can give. */
gsize lofi_null_keep (const LofiLayerSpec *spec, const LofiNull *permuted, gsize most);

/* Puts what is known into the result: the permuted line where there is one, the law's beside it. Either may be NULL. */
gboolean lofi_null_put (LofiNullSource *source, const LofiNull *permuted, const LofiNull *law, GError **error);

/* Puts what the observer wants with the layer: the law's line and, where nobody watches the fit as it goes, the permuted one at once. */
gboolean lofi_null_with_layer (LofiNullSource *source, GError **error);

/* As above for a layer of run->result that is there, whatever is at hand of it, followed by a snapshot. */
gboolean lofi_fit_layer_nulls (LofiFitRun *run, guint index, const LofiRepresentation *input, GError **error);

/* Flops of the permutations of one operator: rows (n S) x p, and what lifting all rows once costs where they are not stored, else 0. */
double lofi_null_cost (double rows, double p, double lift);

/* The rows of a kernel layer's operator, n x n: those of G^(1/2), as its filter has it. (transfer full) */
LofiArray *lofi_fit_kernel_root (LofiFitRun *run, const LofiLayerSpec *spec, guint index, const LofiRepresentation *input, GError **error);
