/* A card of the network: the data, a layer, or the readout. */
#pragma once

#include <gtk/gtk.h>
#include "lofi-session.h"

#define LOFI_TYPE_CARD (lofi_card_get_type ())
G_DECLARE_FINAL_TYPE (LofiCard, lofi_card, LOFI, CARD, GtkListBoxRow)

/* index: as in lofi_place_card. */
LofiCard *lofi_card_new (guint index);
guint lofi_card_get_index (LofiCard *self);
void lofi_card_set_index (LofiCard *self, guint index);
/* Shows the session's card of this index; cheap when nothing changed. */
void lofi_card_update (LofiCard *self, LofiSession *session);

/* How fresh the numbers on it are. */
LofiShown lofi_card_get_shown (LofiCard *self);
/* The number that stands out: the test error as text on the readout card, the layer's line on a layer card, ... */
const char *lofi_card_get_headline (LofiCard *self);
/* "7 outliers", "" while no null line is known. */
const char *lofi_card_get_outliers (LofiCard *self);
