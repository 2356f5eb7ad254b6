/* The inspector's page for the readout card. */
#pragma once

#include <gtk/gtk.h>
#include "lofi-session.h"

#define LOFI_TYPE_READOUT_PAGE (lofi_readout_page_get_type ())
G_DECLARE_FINAL_TYPE (LofiReadoutPage, lofi_readout_page, LOFI, READOUT_PAGE, GtkBox)

void lofi_readout_page_update (LofiReadoutPage *self, LofiSession *session);
