/* Which classes count as +1 and which as −1: a button a class, each click its next side. */
#pragma once

#include <gtk/gtk.h>

#define LOFI_TYPE_CLASSES (lofi_classes_get_type ())
G_DECLARE_FINAL_TYPE (LofiClasses, lofi_classes, LOFI, CLASSES, GtkWidget)

/* Signal "chosen" (int class, int side): the user wants it on that side: +1, −1 or 0, left out. */

/* names may be NULL; positive and negative: int, or NULL. */
void lofi_classes_show (LofiClasses *self, guint n_classes, char *const *names, const GArray *positive, const GArray *negative);
/* The button of a class; NULL beyond the last. */
GtkWidget *lofi_classes_get_button (LofiClasses *self, guint index);
int lofi_classes_get_side (LofiClasses *self, guint index);
