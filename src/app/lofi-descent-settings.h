/* How the network that LoFi is compared with is trained: on the readout's page and over the Descent view. */
#pragma once

#include <gtk/gtk.h>
#include "lofi-session.h"

#define LOFI_TYPE_DESCENT_SETTINGS (lofi_descent_settings_get_type ())
G_DECLARE_FINAL_TYPE (LofiDescentSettings, lofi_descent_settings, LOFI, DESCENT_SETTINGS, GtkBox)

void lofi_descent_settings_update (LofiDescentSettings *self, LofiSession *session);
