/* The axes of a sweep: what reading them and setting them share. */
#pragma once

#include "lofi-experiment-private.h"
#include "lofi-experiment-reader-private.h"

#define LOFI_GRID_DEPTH "depth"
#define LOFI_GRID_LAYERS "layers."
#define LOFI_GRID_POINTS_MOST 10000

/* emergence.grid, into the experiment, whose other values are all there. */
void lofi_grid_take (LofiReader *reader, LofiExperiment *experiment);
/* "layer1.keep:5,10;depth:1,2", as lofi_grid_take reads it. (transfer full) */
char *lofi_grid_to_text (const LofiExperiment *experiment);

/* The settings, as of --set, that a value of an axis stands for; none for a depth. (transfer full) char * */
void lofi_grid_add_settings (const LofiExperiment *experiment, const char *key, const char *value, GPtrArray *settings);

/* An experiment with settings, its values read but what goes together not checked. (transfer full) */
LofiExperiment *lofi_experiment_read (const char *text, const char *name, const char *folder, const char *const *settings, GError **error);
/* The message of an error of a setting without the word for the option. */
const char *lofi_grid_message (const GError *reason);
