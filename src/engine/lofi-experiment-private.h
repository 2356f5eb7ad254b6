/* What reading, checking and writing an experiment share. */
#pragma once

#include "lofi-experiment.h"

/* Every key of the file. A layer's group is "layer". */
typedef struct {
  const char *group, *key;
  gboolean text;           /* stays text in results, whatever it looks like */
} LofiExperimentKey;

/* Ended by an entry whose group is NULL. */
const LofiExperimentKey *lofi_experiment_keys (void);

/* Names of the choices, NULL-terminated, in the order of their enumerations. */
extern const char *const lofi_kind_names[], *const lofi_order_names[], *const lofi_normalize_names[], *const lofi_compare_names[],
  *const lofi_precision_names[], *const lofi_pool_mode_names[];

/* How an error names a key: "layer1.width", or with the file or the setting it came from. (transfer full) */
typedef char *(*LofiPlaceFunc) (gpointer data, const char *group, const char *key);
gboolean lofi_experiment_check_at (const LofiExperiment *experiment, LofiPlaceFunc place, gpointer data, GError **error);

/* Whether layers of this kind have this key of the file at all. */
gboolean lofi_kind_has_key (LofiLayerKind kind, const char *key);

/* "layer3" -> 3; 0 for anything else. */
guint lofi_layer_number (const char *group);

/* count numbers from low to high, log-spaced, rounded to integers, distinct. (transfer full) gsize */
GArray *lofi_log_spaced_samples (gsize low, gsize high, gsize count);

/* The shortest text that reads back as the same number, whatever the locale. (transfer full) */
char *lofi_number_to_text (double value);

/* Identifies what is computed over many seeds: of everything but the title, the seed, and the sweep's own seeds, samples, axes and comparisons, which are
 * put to the same in `experiment`. (transfer full) */
char *lofi_experiment_key_across_seeds (LofiExperiment *experiment);

/* The samples are real targets (arrays, .npy, .npz), not classes. */
gboolean lofi_data_has_targets (const LofiDataSpec *data);
