/* An experiment: everything that decides a result (contract.md "The experiment file").
 *
 * A plain value. Whoever owns one may edit it; what has been handed to the runner or stands in a result is never edited:
 * duplicate it, edit the duplicate, submit that. */
#pragma once

#include <gio/gio.h>
#include "lofi-activation.h"
#include "lofi-patches.h"

typedef enum { LOFI_KIND_DENSE, LOFI_KIND_FILTER, LOFI_KIND_CONV, LOFI_KIND_POOL, LOFI_KIND_FLATTEN } LofiLayerKind;
typedef enum { LOFI_ORDER_1, LOFI_ORDER_2, LOFI_ORDER_1_2, LOFI_ORDER_3, LOFI_ORDER_4 } LofiFilterOrder;
typedef enum { LOFI_NORMALIZE_DATASET, LOFI_NORMALIZE_STANDARDIZE, LOFI_NORMALIZE_NONE } LofiNormalize;
typedef enum {
  LOFI_COMPARE_LAZY = 1 << 0, LOFI_COMPARE_LINEAR = 1 << 1, LOFI_COMPARE_KERNEL = 1 << 2, LOFI_COMPARE_DESCENT = 1 << 3
} LofiCompare;

/* What lifts and operators are computed in. Auto: double where it costs nothing, else single with double sums (lofi-single.h). */
typedef enum { LOFI_PRECISION_AUTO, LOFI_PRECISION_SINGLE, LOFI_PRECISION_DOUBLE } LofiPrecision;

#define LOFI_KEEP_NONE 0           /* no filter: the layer passes its lift on */
#define LOFI_WIDTH_INFINITE G_MAXSIZE   /* the kernel limit */
#define LOFI_LAYERS_MAX 64

typedef struct {
  LofiLayerKind kind;
  gsize width;                     /* P, or LOFI_WIDTH_INFINITE; dense and conv */
  gsize keep;                      /* K, or LOFI_KEEP_NONE; with keep_auto the most there can be, keep_max */
  gboolean keep_auto;              /* K = the number of outliers, at least keep_min, at most keep_max */
  gsize keep_min, keep_max;
  LofiFilterOrder order;
  int degree;                      /* LOFI_DEGREE_EXACT or D */
  LofiActivation activation;
  double bias;                     /* s */
  gboolean center_labels, center_lift;
  char *weights;                   /* path of a lift matrix of its own, as written, or NULL */
  gsize size;                      /* conv, pool: the window; filter: of the patches, or 0: its whole input */
  gsize padding, stride;           /* conv, and filter on patches */
  LofiPoolMode mode;               /* pool */
} LofiLayerSpec;

typedef struct {
  char *source;                    /* a data set by name, "arrays", a teacher (lofi-teacher.h) or a path */
  char *labels;                    /* a named labelling, or NULL when positive and negative are given, or for arrays */
  GArray *positive, *negative;     /* int: class numbers; NULL or empty unless labels is NULL */
  char *train_inputs, *train_targets, *test_inputs, *test_targets;   /* source=arrays */
  gsize train, test;               /* 0 = all; of a teacher, which has no end: 5000 test samples */
  LofiNormalize normalize;
  char *label_column;              /* CSV: its name; NULL: "label" */
  gsize image_size;                /* image folders: pictures are scaled and cropped to squares of so many pixels; 0: 32 */
  gboolean image_grey;             /* image folders: one channel instead of three */
  gsize dimension;                 /* teachers: d */
  int exponent;                    /* single-index: information exponent, 1 to 4 */
  gsize directions;                /* sight: relevant directions; 0: round (sqrt d) */
} LofiDataSpec;

/* Gradient descent of a network of the same architecture, and its comparison with the filter (lofi-alignment.h). */
typedef struct {
  double step;                     /* constant */
  gsize steps;
  double init;                     /* scale of the initial weights, 1: N(0, 1 / fan-in) */
  gsize hidden;                    /* width of its layers, 0: that of the experiment's */
  gsize directions;                /* k: of the subspaces compared */
  guint seeds;                     /* of `lofi align` */
} LofiDescentSpec;

/* One more direction of a sweep's grid: a key of the file, "layer1.keep" or "readout.penalties", or one of two that stand for several:
 * "layers.KEY", that key of every layer whose kind has it, and "depth", how many filtered layers there are. */
typedef struct {
  char *key;
  GStrv values;                    /* as in the file, distinct, at least one */
} LofiSweepAxis;
#define LOFI_SWEEP_AXES_MOST 3

typedef struct {
  char *title;
  guint64 seed;
  LofiPrecision precision;
  guint64 memory;                  /* bytes a fit may use; 0: three quarters of the machine's */
  LofiDataSpec data;
  GPtrArray *layers;               /* LofiLayerSpec *, owned */
  double penalty_low, penalty_high;
  gsize penalty_count;
  GArray *sweep_samples;           /* gsize, ascending, distinct */
  guint sweep_seeds;
  GPtrArray *sweep_axes;           /* LofiSweepAxis *, owned; at most LOFI_SWEEP_AXES_MOST */
  gboolean sweep_nulls;            /* null lines of a sweep's cells, and outliers */
  LofiCompare sweep_compare;       /* kernel and descent also of a single fit; lazy and linear belong to every fit */
  LofiDescentSpec descent;
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
/* Changes the kind: what both kinds have stays, the window goes to the new kind's default. */
void lofi_layer_spec_set_kind (LofiLayerSpec *spec, LofiLayerKind kind);
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
/* What it says of files then holds wherever it is read; it has no folder any more. */
void lofi_experiment_make_paths_absolute (LofiExperiment *experiment);

/* Whether a layer has a lift and whether it has a filter. */
gboolean lofi_layer_lifts (const LofiLayerSpec *spec);
gboolean lofi_layer_filters (const LofiLayerSpec *spec);
/* Whether it looks at windows of maps: a convolution, or a filter on patches. */
gboolean lofi_layer_looks_at_windows (const LofiLayerSpec *spec);

/* Why layer `index` of the experiment cannot have this key at all, or not with its other settings: a sentence, translated, or NULL when it
 * can. The window greys with it what the check would refuse. key: as in the file; keep-min and keep-max: why keep=auto cannot be. (transfer full) */
char *lofi_layer_key_reason (const LofiExperiment *experiment, guint index, const char *key);
/* Why layer `index` (which may be the one after the last) cannot be of this kind, given those before it. (transfer full) */
char *lofi_layer_kind_reason (const LofiExperiment *experiment, guint index, LofiLayerKind kind);

/* The bound on the total degree in the input after layer `index`: the product of the lift degrees up to it, a filter, pooling by average and
 * flatten counting 1; G_MAXSIZE when one of them is exact (not a polynomial, or max pooling). */
gsize lofi_experiment_total_degree (const LofiExperiment *experiment, guint index);

/* Names in the file, static. */
const char *lofi_kind_name (LofiLayerKind kind);
const char *lofi_order_name (LofiFilterOrder order);
const char *lofi_normalize_name (LofiNormalize normalize);
const char *lofi_precision_name (LofiPrecision precision);
const char *lofi_pool_mode_name (LofiPoolMode mode);     /* "max", "avg" */

/* The bundled experiments: names ("shirt", ...), a line about each, and their text. From the gresource of the engine's
 * library (data/presets/NAME.lofi), so that `lofi` and the window have them uninstalled too. */
const char *const *lofi_preset_names (void);           /* NULL-terminated, static; the first is the default experiment */
LofiExperiment *lofi_preset_load (const char *name, const char *const *settings, GError **error);
