/* The inspector's page for a layer's card. */
#pragma once

#include <gtk/gtk.h>
#include "lofi-session.h"

#define LOFI_TYPE_LAYER_PAGE (lofi_layer_page_get_type ())
G_DECLARE_FINAL_TYPE (LofiLayerPage, lofi_layer_page, LOFI, LAYER_PAGE, GtkBox)

/* Shows the layer of the session's place; leaves everything as it is at another place. */
void lofi_layer_page_update (LofiLayerPage *self, LofiSession *session, LofiChange what);
