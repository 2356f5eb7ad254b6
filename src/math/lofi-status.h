/* How a computation ends, and how a long one is watched and stopped. */
#pragma once

#include <stdbool.h>

typedef enum {
  LOFI_OK = 0,
  LOFI_BAD_SHAPE,      /* the arguments' shapes do not fit each other, or a size is zero or overflows */
  LOFI_NOT_FINITE,     /* a NaN or an infinity where a number is needed */
  LOFI_NO_MEMORY,
  LOFI_STOPPED,        /* the watch asked to stop; outputs are unspecified */
  LOFI_NO_CONVERGENCE, /* a LAPACK routine gave up */
  LOFI_BAD_VALUE       /* a finite number outside of what it can be, or numbers that leave nothing to compute */
} LofiStatus;

/* A sentence without a full stop, static storage, never NULL. */
const char *lofi_status_message (LofiStatus status);

/* A watch is asked between pieces of a long computation, from the thread that computes.
 * Any pointer to a watch may be NULL, and so may each of its functions. */
typedef struct {
  bool (*stop) (void *data);                          /* true: end with LOFI_STOPPED soon */
  void (*progress) (void *data, double fraction);     /* fraction of this call done, 0 to 1 */
  void *data;
} LofiWatch;

bool lofi_watch_stops (const LofiWatch *watch);
void lofi_watch_report (const LofiWatch *watch, double fraction);
