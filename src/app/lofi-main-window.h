/* The window: the network on the left, the view in the middle, the selected card's controls on the right, the stepper below. */
#pragma once

#include <adwaita.h>
#include "lofi-chart.h"
#include "lofi-descent-bar.h"
#include "lofi-features-bar.h"
#include "lofi-inspector.h"
#include "lofi-network.h"
#include "lofi-plan-button.h"
#include "lofi-session.h"
#include "lofi-stepper.h"
#include "lofi-sweep-bar.h"

#define LOFI_TYPE_MAIN_WINDOW (lofi_main_window_get_type ())
G_DECLARE_FINAL_TYPE (LofiMainWindow, lofi_main_window, LOFI, MAIN_WINDOW, AdwApplicationWindow)

/* Takes the experiment; nothing runs yet. settings remember size and experiment. */
LofiMainWindow *lofi_main_window_new (GtkApplication *application, GSettings *settings, LofiExperiment *experiment);

/* Another experiment, and the folder of cells it was read from, watched from now on. */
void lofi_main_window_watch (LofiMainWindow *self, LofiExperiment *experiment, const char *folder);

/* The parts, borrowed: for the application and for tests that drive the window. */
LofiSession *lofi_main_window_get_session (LofiMainWindow *self);
LofiNetwork *lofi_main_window_get_network (LofiMainWindow *self);
LofiStepper *lofi_main_window_get_stepper (LofiMainWindow *self);
LofiInspector *lofi_main_window_get_inspector (LofiMainWindow *self);
LofiSweepBar *lofi_main_window_get_sweep_bar (LofiMainWindow *self);
LofiDescentBar *lofi_main_window_get_descent_bar (LofiMainWindow *self);
LofiFeaturesBar *lofi_main_window_get_features_bar (LofiMainWindow *self);
LofiPlanButton *lofi_main_window_get_plan (LofiMainWindow *self);
/* The chart of a view, and the name of the tab that is showing. */
LofiChart *lofi_main_window_get_chart (LofiMainWindow *self, LofiView view);
const char *lofi_main_window_get_tab (LofiMainWindow *self);
/* The message over the view, NULL if none. */
const char *lofi_main_window_get_banner (LofiMainWindow *self);
/* Figures being written. */
guint lofi_main_window_get_exports (LofiMainWindow *self);
