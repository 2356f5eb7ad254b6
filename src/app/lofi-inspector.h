/* The controls of the selected card. */
#pragma once

#include <gtk/gtk.h>
#include "lofi-session.h"

#define LOFI_TYPE_INSPECTOR (lofi_inspector_get_type ())
G_DECLARE_FINAL_TYPE (LofiInspector, lofi_inspector, LOFI, INSPECTOR, GtkWidget)

/* Once. */
void lofi_inspector_set_session (LofiInspector *self, LofiSession *session);
