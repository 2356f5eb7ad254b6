/* Beside Run: what a fit of the settings at hand will cost, in a line; the stages, and what decides how it is computed, on a click. */
#pragma once

#include <gtk/gtk.h>
#include "lofi-session.h"

#define LOFI_TYPE_PLAN_BUTTON (lofi_plan_button_get_type ())
G_DECLARE_FINAL_TYPE (LofiPlanButton, lofi_plan_button, LOFI, PLAN_BUTTON, GtkWidget)

/* Once. */
void lofi_plan_button_set_session (LofiPlanButton *self, LofiSession *session);
/* The line: "≈ 2.1 s · 430 MB". */
const char *lofi_plan_button_get_text (LofiPlanButton *self);
