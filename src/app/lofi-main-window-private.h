/* Inside the window. */
#pragma once

#include "lofi-page.h"
#include "lofi-main-window.h"
#include "lofi-squeeze.h"

struct _LofiMainWindow {
  AdwApplicationWindow parent_instance;
  LofiSession *session;
  GSettings *settings;
  LofiScene scene;
  int direction;                 /* the outlined tile of the Filters view, or -1 */
  LofiPlace direction_place;     /* of the layer it belongs to */
  guint tick_id, save_id;
  gboolean following;            /* the tab follows the session, not the user */
  double export_width, export_height;      /* cm */
  guint exports;                 /* under way */
  char *folder_problem;          /* that has been told */

  AdwToastOverlay *toasts;
  AdwViewStack *views;
  LofiPage *pages[LOFI_N_VIEWS];
  GtkMenuButton *menu, *presets;
  GtkStack *run_stack;
  GtkRevealer *banner;
  GtkLabel *banner_text;
  GtkWidget *banner_undo;
  LofiNetwork *network;
  LofiStepper *stepper;
  LofiInspector *inspector;
  LofiSweepBar *sweep_bar;
  LofiPlanButton *plan;
  LofiDescentBar *descent_bar;
  LofiFeaturesBar *features_bar;
  AdwViewStackPage *features_view;
  GtkWidget *picture_bar, *picture_pulled, *picture_mean;
};

void lofi_main_window_install_actions (GtkWidgetClass *class);
/* Sets which actions can act now. */
void lofi_main_window_update_actions (LofiMainWindow *self, LofiChange what);
/* Keys that belong to whatever has the focus first: steps, play, stop. */
void lofi_main_window_add_keys (LofiMainWindow *self);

/* Brings the figure up to date now, without waiting for the next frame. */
void lofi_main_window_update_scene (LofiMainWindow *self);
void lofi_main_window_toast (LofiMainWindow *self, const char *text);
