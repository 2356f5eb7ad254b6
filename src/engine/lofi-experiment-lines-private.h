/* The experiment file before its values mean anything: its text, its lines, its groups and keys. */
#pragma once

#include "lofi-experiment.h"

/* The file's text: at most 1 MiB of UTF-8. (transfer full) */
char *lofi_experiment_read_text (const char *path, GError **error);

/* A key file whose groups and keys are all known ones; comments after values are gone. Errors name the line and, for a wrong byte,
 * the column. (transfer full) */
GKeyFile *lofi_experiment_key_file (const char *text, gsize length, const char *name, GError **error);

/* Sets "GROUP.KEY=VALUE" one after another; the value is taken as it is, without escapes or comments. "GROUP.KEY" of each goes into set. */
gboolean lofi_experiment_apply_settings (GKeyFile *file, const char *const *settings, GHashTable *set, GError **error);

/* How many layers: an error if there is a gap, or none. */
gboolean lofi_experiment_count_layers (GKeyFile *file, const char *name, guint *n_layers, GError **error);
