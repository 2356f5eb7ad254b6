/* Numbers as the window says them. */
#pragma once

#include <glib.h>
#include "lofi-ridge.h"

/* 0.1403 -> "14.0 %"; "–" for NaN. */
void lofi_format_percent (double share, char *out, gsize size);
/* "± 0.6"; empty for NaN. In percent. */
void lofi_format_sem (double share, char *out, gsize size);
/* "14.0 % ± 0.6" of the error; "–" when there were no samples. */
void lofi_format_error (const LofiScores *scores, char *out, gsize size);
/* "31 ms", "0.31 s", "12 s", "2 min 5 s". */
void lofi_format_seconds (double seconds, char *out, gsize size);
/* "430 MB", "1.2 GB". */
void lofi_format_bytes (guint64 bytes, char *out, gsize size);
