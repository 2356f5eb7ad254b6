/* What the drop-downs of a layer's page offer. */
#pragma once

#include <gtk/gtk.h>
#include "lofi-experiment.h"

/* Degrees from 1 to this; the entry before them is the activation itself. */
#define LOFI_DEGREES_LISTED 8

/* Entries in the order of their enumerations. */
void lofi_layer_choices_fill (GtkDropDown *kind, GtkDropDown *mode, GtkDropDown *activation, GtkDropDown *order, GtkDropDown *degree);

/* What a setting does, where that depends on the layer's kind: kind, size, mode, width, keep. */
const char *lofi_layer_key_sentence (const LofiLayerSpec *spec, const char *key);
