/* Over the Emergence view: what is swept, start and stop, how far it is. */
#pragma once

#include <gtk/gtk.h>
#include "lofi-session.h"

#define LOFI_TYPE_SWEEP_BAR (lofi_sweep_bar_get_type ())
G_DECLARE_FINAL_TYPE (LofiSweepBar, lofi_sweep_bar, LOFI, SWEEP_BAR, GtkWidget)

/* Once. */
void lofi_sweep_bar_set_session (LofiSweepBar *self, LofiSession *session);
/* "17 of 105 cells". */
const char *lofi_sweep_bar_get_progress (LofiSweepBar *self);
/* What it says of a watched folder, NULL if there is none. */
const char *lofi_sweep_bar_get_folder (LofiSweepBar *self);
