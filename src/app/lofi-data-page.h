/* The inspector's page for the data card. */
#pragma once

#include <gtk/gtk.h>
#include "lofi-session.h"

#define LOFI_TYPE_DATA_PAGE (lofi_data_page_get_type ())
G_DECLARE_FINAL_TYPE (LofiDataPage, lofi_data_page, LOFI, DATA_PAGE, GtkBox)

void lofi_data_page_update (LofiDataPage *self, LofiSession *session);
