/* A view of the centre: a chart, a line of controls above it, and a word over it when what it shows is not of the settings at hand. */
#pragma once

#include <gtk/gtk.h>
#include "lofi-chart.h"
#include "lofi-scene.h"

#define LOFI_TYPE_PAGE (lofi_page_get_type ())
G_DECLARE_FINAL_TYPE (LofiPage, lofi_page, LOFI, PAGE, GtkBox)

/* In a .ui file <child type="bar"> stands above the chart. */
LofiChart *lofi_page_get_chart (LofiPage *self);
/* Takes over the scene's figure; NULL empties the page. */
void lofi_page_show (LofiPage *self, const LofiScene *scene);
/* The word over the chart, "" if none. */
const char *lofi_page_get_note (LofiPage *self);
