/* The places of the experiment in a row, the current one standing out, each a button. */
#pragma once

#include <gtk/gtk.h>
#include "lofi-session.h"

#define LOFI_TYPE_BREADCRUMB (lofi_breadcrumb_get_type ())
G_DECLARE_FINAL_TYPE (LofiBreadcrumb, lofi_breadcrumb, LOFI, BREADCRUMB, GtkWidget)

/* Once. */
void lofi_breadcrumb_set_session (LofiBreadcrumb *self, LofiSession *session);
/* The button of a place; NULL beyond the last. */
GtkWidget *lofi_breadcrumb_get_button (LofiBreadcrumb *self, guint index);
/* The index of the place that stands out. */
guint lofi_breadcrumb_get_current (LofiBreadcrumb *self);
