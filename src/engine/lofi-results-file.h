/* Results on disk (contract.md "The results"). */
#pragma once

#include "lofi-result.h"

typedef enum {
  LOFI_SAVE_SPECTRUM = 1 << 0, LOFI_SAVE_FILTERS = 1 << 1, LOFI_SAVE_FEATURES = 1 << 2, LOFI_SAVE_WEIGHTS = 1 << 3,
  LOFI_SAVE_READOUT = 1 << 4, LOFI_SAVE_PREDICTIONS = 1 << 5, LOFI_SAVE_SAMPLES = 1 << 6
} LofiSave;

/* "spectrum,filters"; errors name the nearest known word (LOFI_ERROR_USAGE). */
gboolean lofi_save_parse (const char *text, LofiSave *save, GError **error);

/* result.json as text. (transfer full) */
char *lofi_result_to_json (const LofiResult *result);

/* Makes the folder if needed, removes what an earlier fit has left in it, writes the arrays first and result.json last, each whole or not at all. */
gboolean lofi_result_write (const LofiResult *result, const char *folder, LofiSave save, GError **error);

/* json-glib reads nested arrays and objects by recursion, without a bound: text from outside passes here first. FALSE beyond 64. */
gboolean lofi_json_is_shallow (const char *text, gsize length);

/* Fails early, before an hour of computing, if the folder cannot be made or written. */
gboolean lofi_results_folder_check (const char *folder, GError **error);

/* A file appears whole or not at all (written beside, synced, renamed); the error names it. */
gboolean lofi_file_write (const char *path, const void *data, gsize length, GError **error);
