/* The button that adds a layer: the kinds there are, what each does, and why one cannot stand here. */
#pragma once

#include <gtk/gtk.h>
#include "lofi-session.h"

#define LOFI_TYPE_ADD_LAYER (lofi_add_layer_get_type ())
G_DECLARE_FINAL_TYPE (LofiAddLayer, lofi_add_layer, LOFI, ADD_LAYER, GtkWidget)

/* Once. */
void lofi_add_layer_set_session (LofiAddLayer *self, LofiSession *session);
/* The button of a kind in the popover. */
GtkWidget *lofi_add_layer_get_button (LofiAddLayer *self, LofiLayerKind kind);
void lofi_add_layer_popup (LofiAddLayer *self);
