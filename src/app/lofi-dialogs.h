/* The dialogs, in one place. */
#pragma once

#include <gtk/gtk.h>

/* Told the path chosen; not told when the user thinks better of it. */
typedef void (*LofiPathChosen) (GtkWidget *widget, const char *path);

void lofi_dialog_open (GtkWindow *parent, LofiPathChosen chosen);
/* A matrix, data in a file, a folder of data; chosen is told the widget that asked. */
void lofi_dialog_open_array (GtkWidget *asker, LofiPathChosen chosen);
void lofi_dialog_open_data (GtkWidget *asker, LofiPathChosen chosen);
void lofi_dialog_open_folder (GtkWidget *asker, LofiPathChosen chosen);
/* A folder written by `lofi emerge`. */
void lofi_dialog_open_cells (GtkWidget *asker, LofiPathChosen chosen);
/* name: the one proposed. */
void lofi_dialog_save (GtkWindow *parent, const char *title, const char *name, LofiPathChosen chosen);
/* Asks for a size in cm and a kind of file, then for its place; told the path, the size has been stored. */
void lofi_dialog_export (GtkWindow *parent, const char *name, double *width_cm, double *height_cm, LofiPathChosen chosen);
void lofi_dialog_about (GtkWindow *parent);
