/* A slider for whole numbers over several powers of ten. */
#pragma once

#include <gtk/gtk.h>

#define LOFI_TYPE_LOG_SCALE (lofi_log_scale_get_type ())
G_DECLARE_FINAL_TYPE (LofiLogScale, lofi_log_scale, LOFI, LOG_SCALE, GtkScale)

/* Signal "chosen" (gint64 value): the user moved it to another number. Not emitted by the setters. */

/* 1 <= low < high. Marks stand at powers of ten. */
void lofi_log_scale_set_range (LofiLogScale *self, gint64 low, gint64 high);
void lofi_log_scale_set_number (LofiLogScale *self, gint64 value);
gint64 lofi_log_scale_get_number (LofiLogScale *self);
