/* Beside Run: what a fit of the settings at hand will cost, in two short lines; the stages, and what decides how it is computed, on a click. */
#pragma once

#include <gtk/gtk.h>
#include "lofi-session.h"

#define LOFI_TYPE_PLAN_BUTTON (lofi_plan_button_get_type ())
G_DECLARE_FINAL_TYPE (LofiPlanButton, lofi_plan_button, LOFI, PLAN_BUTTON, GtkWidget)

/* Once. */
void lofi_plan_button_set_session (LofiPlanButton *self, LofiSession *session);
/* "≈ 2.1 s", and "430 MB" on a second line. */
const char *lofi_plan_button_get_text (LofiPlanButton *self);
