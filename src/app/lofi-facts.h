/* Facts below the settings: a name on the left, what has been found on the right. */
#pragma once

#include <gtk/gtk.h>

#define LOFI_TYPE_FACTS (lofi_facts_get_type ())
G_DECLARE_FINAL_TYPE (LofiFacts, lofi_facts, LOFI, FACTS, GtkGrid)

/* A row at the end. tooltip may be NULL. */
void lofi_facts_add (LofiFacts *self, const char *name, const char *tooltip);
/* text NULL hides the row; faint: of earlier settings. */
void lofi_facts_show (LofiFacts *self, guint row, const char *text, gboolean faint);
const char *lofi_facts_get (LofiFacts *self, guint row);
GtkWidget *lofi_facts_get_label (LofiFacts *self, guint row);
