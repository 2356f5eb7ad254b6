/* Errors of the engine: a place, what is wrong, what to do. */
#pragma once

#include <glib.h>
#include "lofi-status.h"

#define LOFI_ERROR (lofi_error_quark ())
GQuark lofi_error_quark (void);

typedef enum {
  LOFI_ERROR_USAGE,         /* exit 1 */
  LOFI_ERROR_INPUT,         /* exit 2: a file, a key or a size that cannot be used */
  LOFI_ERROR_COMPUTATION    /* exit 3 */
} LofiErrorCode;
/* A stopped computation is G_IO_ERROR_CANCELLED (exit 130). */

/* Sets an error whose message is one line, "PLACE: WHAT IS WRONG; WHAT TO DO" (contract.md), the texts translated by the
 * caller. what is a printf format; todo may be NULL when nothing helps. Always returns FALSE. */
gboolean lofi_error_set (GError **error, LofiErrorCode code, const char *place, const char *todo,
                         const char *what, ...) G_GNUC_PRINTF (5, 6);

/* A LofiStatus other than LOFI_OK as an error; LOFI_STOPPED becomes G_IO_ERROR_CANCELLED, LOFI_BAD_SHAPE and LOFI_NOT_FINITE
 * are INPUT, the rest COMPUTATION. Returns status == LOFI_OK. */
gboolean lofi_error_from_status (GError **error, LofiStatus status, const char *place);

/* 0 for NULL, else 1, 2, 3 or 130; errors of other domains are 2. */
int lofi_error_exit_code (const GError *error);

/* The entry of a NULL-terminated list closest to word by edit distance, NULL if none is within a third of its length + 1. */
const char *lofi_nearest_name (const char *word, const char *const *names);
