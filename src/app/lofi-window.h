/* The window: the network on the left, the view in the middle, the selected card's controls on the right, the stepper below. */
#pragma once

#include <adwaita.h>
#include "lofi-chart.h"
#include "lofi-inspector.h"
#include "lofi-network.h"
#include "lofi-session.h"
#include "lofi-stepper.h"
#include "lofi-sweep-bar.h"

#define LOFI_TYPE_WINDOW (lofi_window_get_type ())
G_DECLARE_FINAL_TYPE (LofiWindow, lofi_window, LOFI, WINDOW, AdwApplicationWindow)

/* Takes the experiment; nothing runs yet. settings remember size and experiment. */
LofiWindow *lofi_window_new (GtkApplication *application, GSettings *settings, LofiExperiment *experiment);

/* The parts, borrowed: for the application and for tests that drive the window. */
LofiSession *lofi_window_get_session (LofiWindow *self);
LofiNetwork *lofi_window_get_network (LofiWindow *self);
LofiStepper *lofi_window_get_stepper (LofiWindow *self);
LofiInspector *lofi_window_get_inspector (LofiWindow *self);
LofiSweepBar *lofi_window_get_sweep_bar (LofiWindow *self);
/* The chart of a view, and the name of the tab that is showing. */
LofiChart *lofi_window_get_chart (LofiWindow *self, LofiView view);
const char *lofi_window_get_tab (LofiWindow *self);
/* The message over the view, NULL if none. */
const char *lofi_window_get_banner (LofiWindow *self);
/* Figures being written. */
guint lofi_window_get_exports (LofiWindow *self);
