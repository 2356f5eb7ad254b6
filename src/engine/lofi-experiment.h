/* An experiment: everything that decides a result (contract.md "The experiment file").
 *
 * A plain value. Whoever owns one may edit it; what has been handed to the runner or stands in a result is never edited:
 * duplicate it, edit the duplicate, submit that. */
#pragma once

#include <gio/gio.h>
#include "lofi-activation.h"

typedef enum { LOFI_KIND_DENSE, LOFI_KIND_FILTER, LOFI_KIND_CONV, LOFI_KIND_POOL, LOFI_KIND_FLATTEN } LofiLayerKind;
typedef enum { LOFI_ORDER_1, LOFI_ORDER_2, LOFI_ORDER_1_2, LOFI_ORDER_3, LOFI_ORDER_4 } LofiFilterOrder;
typedef enum { LOFI_NORMALIZE_DATASET, LOFI_NORMALIZE_STANDARDIZE, LOFI_NORMALIZE_NONE } LofiNormalize;
typedef enum {
  LOFI_COMPARE_LAZY = 1 << 0, LOFI_COMPARE_LINEAR = 1 << 1, LOFI_COMPARE_KERNEL = 1 << 2, LOFI_COMPARE_DESCENT = 1 << 3
} LofiCompare;

#define LOFI_KEEP_NONE 0           /* no filter: the layer passes its lift on */
#define LOFI_LAYERS_MAX 64

typedef struct {
  LofiLayerKind kind;
  gsize width;                     /* P */
  gsize keep;                      /* K, or LOFI_KEEP_NONE */
  LofiFilterOrder order;
  int degree;                      /* LOFI_DEGREE_EXACT or D */
  LofiActivation activation;
  double bias;                     /* s */
  gboolean center_labels, center_lift;
  char *weights;                   /* path of a lift matrix of its own, as written, or NULL */
} LofiLayerSpec;

typedef struct {
  char *source;                    /* "fashion-mnist", "mnist", "arrays" or a path */
  char *labels;                    /* a named labelling, or NULL when positive and negative are given, or for arrays */
  GArray *positive, *negative;     /* int: class numbers; NULL or empty unless labels is NULL */
  char *train_inputs, *train_targets, *test_inputs, *test_targets;   /* source=arrays */
  gsize train, test;               /* 0 = all */
  LofiNormalize normalize;
} LofiDataSpec;

typedef struct {
  char *title;
  guint64 seed;
  LofiDataSpec data;
  GPtrArray *layers;               /* LofiLayerSpec *, owned */
  double penalty_low, penalty_high;
  gsize penalty_count;
  GArray *sweep_samples;           /* gsize, ascending, distinct */
  guint sweep_seeds;
  LofiCompare sweep_compare;
  char *folder;                    /* relative paths start here; absolute, or NULL for the current folder */
} LofiExperiment;

/* The defaults of contract.md: one dense layer of 1000 keeping 50, and so on. */
LofiExperiment *lofi_experiment_new (void);
LofiExperiment *lofi_experiment_dup (const LofiExperiment *experiment);
void lofi_experiment_free (LofiExperiment *experiment);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LofiExperiment, lofi_experiment_free)

LofiLayerSpec *lofi_layer_spec_new (void);
LofiLayerSpec *lofi_layer_spec_dup (const LofiLayerSpec *spec);
void lofi_layer_spec_free (LofiLayerSpec *spec);
static inline LofiLayerSpec *
lofi_experiment_layer (const LofiExperiment *e, guint i)
{
  return g_ptr_array_index (e->layers, i);
}

/* Reads a key file, applies settings ("GROUP.KEY=VALUE", NULL-terminated or NULL) over it and checks every value.
 * Unknown groups and keys are errors naming the nearest known one; layers must be numbered 1, 2, ... without a gap.
 * Errors (LOFI_ERROR_INPUT) name the file, group and key; those in a setting name --set. Returns (transfer full). */
LofiExperiment *lofi_experiment_load (const char *path, const char *const *settings, GError **error);

/* As above from text; name stands for the file in errors, folder is where relative paths start (may be NULL). */
LofiExperiment *lofi_experiment_parse (const char *text, const char *name, const char *folder, const char *const *settings,
                                       GError **error);

/* The experiment as a key file that parses to an equal experiment, every key written. (transfer full) */
char *lofi_experiment_to_text (const LofiExperiment *experiment);

/* What does not depend on data: sizes of at least 1, finite numbers, combinations that exist. place of errors: "layer1.width". */
gboolean lofi_experiment_check (const LofiExperiment *experiment, GError **error);

/* folder + path, unless path is absolute. (transfer full) */
char *lofi_experiment_resolve (const LofiExperiment *experiment, const char *path);

/* Names in the file, static. */
const char *lofi_kind_name (LofiLayerKind kind);
const char *lofi_order_name (LofiFilterOrder order);
const char *lofi_normalize_name (LofiNormalize normalize);

/* The bundled experiments: names ("shirt", ...), a line about each, and their text. From the gresource of the engine's
 * library (data/presets/NAME.lofi), so that `lofi` and the window have them uninstalled too. */
const char *const *lofi_preset_names (void);           /* NULL-terminated, static; the first is the default experiment */
LofiExperiment *lofi_preset_load (const char *name, const char *const *settings, GError **error);
