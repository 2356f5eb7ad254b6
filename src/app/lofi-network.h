/* The network as a stack of cards, data on top, readout at the bottom. */
#pragma once

#include <gtk/gtk.h>
#include "lofi-card.h"
#include "lofi-session.h"

#define LOFI_TYPE_NETWORK (lofi_network_get_type ())
G_DECLARE_FINAL_TYPE (LofiNetwork, lofi_network, LOFI, NETWORK, GtkWidget)

/* Once. */
void lofi_network_set_session (LofiNetwork *self, LofiSession *session);
/* NULL beyond the last. */
LofiCard *lofi_network_get_card (LofiNetwork *self, guint index);
/* The index of the selected card. */
guint lofi_network_get_selected (LofiNetwork *self);
