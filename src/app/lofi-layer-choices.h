/* What the drop-downs of a layer's page offer. */
#pragma once

#include <gtk/gtk.h>

/* Degrees from 1 to this; the entry before them is the activation itself. */
#define LOFI_DEGREES_LISTED 8

/* Entries in the order of their enumerations. */
void lofi_layer_choices_fill (GtkDropDown *kind, GtkDropDown *mode, GtkDropDown *activation, GtkDropDown *order, GtkDropDown *degree);
