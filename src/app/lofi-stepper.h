/* The bar at the bottom: the stepper, the places, the number of samples and how the computation goes. */
#pragma once

#include <gtk/gtk.h>
#include "lofi-breadcrumb.h"
#include "lofi-log-scale.h"
#include "lofi-session.h"

#define LOFI_TYPE_STEPPER (lofi_stepper_get_type ())
G_DECLARE_FINAL_TYPE (LofiStepper, lofi_stepper, LOFI, STEPPER, GtkWidget)

/* Once. */
void lofi_stepper_set_session (LofiStepper *self, LofiSession *session);
LofiBreadcrumb *lofi_stepper_get_breadcrumb (LofiStepper *self);
LofiLogScale *lofi_stepper_get_samples_scale (LofiStepper *self);
/* What it says about the computation: "Layer 2 · operator", "0.61 s", ... */
const char *lofi_stepper_get_status (LofiStepper *self);
