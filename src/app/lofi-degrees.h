/* The measured degree spectrum of a layer's kept features, in the inspector: asked for, and a picture of the shares. */
#pragma once

#include <gtk/gtk.h>
#include "lofi-session.h"

#define LOFI_TYPE_DEGREES (lofi_degrees_get_type ())
G_DECLARE_FINAL_TYPE (LofiDegrees, lofi_degrees, LOFI, DEGREES_VIEW, GtkBox)

void lofi_degrees_update (LofiDegrees *self, LofiSession *session, guint layer);
/* What the picture says in words, "" while nothing has been measured. */
const char *lofi_degrees_get_summary (LofiDegrees *self);
GtkWidget *lofi_degrees_get_button (LofiDegrees *self);
