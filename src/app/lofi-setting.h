/* One setting of the inspector: a title and its control on a line, a sentence that says what it does below, and room for a slider.
 *
 * In a .ui file the plain child is the control; <child type="extra"> goes below the line. */
#pragma once

#include <gtk/gtk.h>

#define LOFI_TYPE_SETTING (lofi_setting_get_type ())
G_DECLARE_FINAL_TYPE (LofiSetting, lofi_setting, LOFI, SETTING, GtkBox)

/* Why it cannot be changed now: the controls are insensitive and the reason stands in place of the sentence. NULL: it can. */
void lofi_setting_set_reason (LofiSetting *self, const char *reason);
/* A second sentence below the first, about a part of the control; NULL: none. */
void lofi_setting_set_note (LofiSetting *self, const char *note);
const char *lofi_setting_get_reason (LofiSetting *self);
