/* A drop-down whose entries say what they do, and why they cannot be chosen now. */
#pragma once

#include <gtk/gtk.h>

/* The entries are an ordinary drop-down's: gtk_drop_down_get_selected and so on work as ever, but that a grey entry is never selected by the
 * user. Connect to notify::selected after the first entry. sentence may be NULL. */
void lofi_choice_append (GtkDropDown *drop, const char *title, const char *sentence);
/* Leaves `count` entries. */
void lofi_choice_truncate (GtkDropDown *drop, guint count);
guint lofi_choice_count (GtkDropDown *drop);
/* Why an entry cannot be chosen: it is grey and the reason stands in place of its sentence. NULL: it can. */
void lofi_choice_set_reason (GtkDropDown *drop, guint index, const char *reason);
const char *lofi_choice_get_reason (GtkDropDown *drop, guint index);
const char *lofi_choice_get_sentence (GtkDropDown *drop, guint index);
/* Shows the entry without being told of it as a choice when it is there already. */
void lofi_choice_show (GtkDropDown *drop, guint index);
