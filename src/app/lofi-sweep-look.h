/* Over the Emergence view: what of the sweep is drawn, and as which kind of picture. */
#pragma once

#include <gtk/gtk.h>
#include "lofi-session.h"

#define LOFI_TYPE_SWEEP_LOOK (lofi_sweep_look_get_type ())
G_DECLARE_FINAL_TYPE (LofiSweepLook, lofi_sweep_look, LOFI, SWEEP_LOOK, GtkBox)

/* Once. */
void lofi_sweep_look_set_session (LofiSweepLook *self, LofiSession *session);
