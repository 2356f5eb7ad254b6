/* Asks for the size and the kind of an exported figure. */
#pragma once

#include <adwaita.h>
#include "lofi-dialogs.h"

#define LOFI_TYPE_EXPORT_DIALOG (lofi_export_dialog_get_type ())
G_DECLARE_FINAL_TYPE (LofiExportDialog, lofi_export_dialog, LOFI, EXPORT_DIALOG, AdwWindow)

/* The sizes are read now and written when the user goes on; they must live as long as parent. */
LofiExportDialog *lofi_export_dialog_new (GtkWindow *parent, const char *name, double *width_cm, double *height_cm,
                                          LofiPathChosen chosen);
