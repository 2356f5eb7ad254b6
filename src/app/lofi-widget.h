/* Setting what a widget shows only when it is something else: the toolkit does work, up to asking the display server, also for nothing. */
#pragma once

#include <gtk/gtk.h>

/* Leaves alone what is being typed when the value is already there. */
void lofi_spin_show (GtkSpinButton *spin, double value);
void lofi_widget_show_tooltip (GtkWidget *widget, const char *text);
/* The name that assistive tools read out. */
void lofi_widget_show_name (GtkWidget *widget, const char *name);
