/* Two children that say the same, of which the wide one is shown where it fits.
 *
 * In a .ui file <child type="wide"> and <child type="narrow">. */
#pragma once

#include <gtk/gtk.h>

#define LOFI_TYPE_SQUEEZE (lofi_squeeze_get_type ())
G_DECLARE_FINAL_TYPE (LofiSqueeze, lofi_squeeze, LOFI, SQUEEZE, GtkWidget)
