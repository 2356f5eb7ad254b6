/* Over the Descent view: which networks are trained, start and stop, the space the overlaps are in, how far it is. */
#pragma once

#include <gtk/gtk.h>
#include "lofi-session.h"

#define LOFI_TYPE_DESCENT_BAR (lofi_descent_bar_get_type ())
G_DECLARE_FINAL_TYPE (LofiDescentBar, lofi_descent_bar, LOFI, DESCENT_BAR, GtkWidget)

/* Once. */
void lofi_descent_bar_set_session (LofiDescentBar *self, LofiSession *session);
/* "2 of 3 seeds". */
const char *lofi_descent_bar_get_progress (LofiDescentBar *self);
