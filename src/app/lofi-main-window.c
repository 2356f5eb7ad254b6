/* The window. */
#include "config.h"
#include <glib/gi18n-lib.h>
#include "lofi-open.h"
#include "lofi-stalls.h"
#include "lofi-widget.h"
#include "lofi-main-window-private.h"

#define SAVE_DELAY_MS 800
#define LONG_SWEEP 200

G_DEFINE_FINAL_TYPE (LofiMainWindow, lofi_main_window, ADW_TYPE_APPLICATION_WINDOW)

LofiSession *
lofi_main_window_get_session (LofiMainWindow *self)
{
  return self->session;
}

LofiNetwork *
lofi_main_window_get_network (LofiMainWindow *self)
{
  return self->network;
}

LofiStepper *
lofi_main_window_get_stepper (LofiMainWindow *self)
{
  return self->stepper;
}

LofiInspector *
lofi_main_window_get_inspector (LofiMainWindow *self)
{
  return self->inspector;
}

LofiSweepBar *
lofi_main_window_get_sweep_bar (LofiMainWindow *self)
{
  return self->sweep_bar;
}

LofiDescentBar *
lofi_main_window_get_descent_bar (LofiMainWindow *self)
{
  return self->descent_bar;
}

LofiFeaturesBar *
lofi_main_window_get_features_bar (LofiMainWindow *self)
{
  return self->features_bar;
}

LofiPlanButton *
lofi_main_window_get_plan (LofiMainWindow *self)
{
  return self->plan;
}

LofiChart *
lofi_main_window_get_chart (LofiMainWindow *self, LofiView view)
{
  g_return_val_if_fail (view < LOFI_N_VIEWS, NULL);
  return lofi_page_get_chart (self->pages[view]);
}

const char *
lofi_main_window_get_tab (LofiMainWindow *self)
{
  return adw_view_stack_get_visible_child_name (self->views);
}

guint
lofi_main_window_get_exports (LofiMainWindow *self)
{
  return self->exports;
}

const char *
lofi_main_window_get_banner (LofiMainWindow *self)
{
  return gtk_revealer_get_reveal_child (self->banner) ? gtk_label_get_text (self->banner_text) : NULL;
}

void
lofi_main_window_toast (LofiMainWindow *self, const char *text)
{
  AdwToast *toast = adw_toast_new (text);
  adw_toast_set_timeout (toast, 4);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

/* ---- the view in the middle ---- */

/* The outlined tile stays while the same layer is shown. */
static int
selected_direction (LofiMainWindow *self)
{
  return self->direction_place.layer == lofi_session_get_place (self->session).layer ? self->direction : -1;
}

void
lofi_main_window_update_scene (LofiMainWindow *self)
{
  LofiView view = lofi_session_get_view (self->session);
  if (!lofi_scene_update (&self->scene, self->session, selected_direction (self)))
    return;
  lofi_page_show (self->pages[view], &self->scene);
  if (view == LOFI_VIEW_FEATURES)
    lofi_features_bar_show (self->features_bar, &self->scene);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.export", self->scene.figure && self->scene.shown == LOFI_SHOWN_FRESH);
}

static gboolean
on_tick (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  LofiMainWindow *self = LOFI_MAIN_WINDOW (widget);
  self->tick_id = 0;
  lofi_main_window_update_scene (self);
  return G_SOURCE_REMOVE;
}

/* However many changes come, the figure is made at most once a frame. */
static void
queue_scene (LofiMainWindow *self)
{
  if (!self->tick_id)
    self->tick_id = gtk_widget_add_tick_callback (GTK_WIDGET (self), on_tick, NULL, NULL);
}

static void
on_picked (LofiChart *chart, int index, LofiMainWindow *self)
{
  LofiPlace place = lofi_session_get_place (self->session);
  gboolean again = place.step == LOFI_STEP_PROJECT && index == selected_direction (self);
  self->direction = again ? -1 : index;
  self->direction_place = place;
  if (place.layer >= 0 && place.step != LOFI_STEP_PROJECT)
    lofi_session_set_place (self->session, (LofiPlace) { LOFI_STEP_PROJECT, place.layer });
  queue_scene (self);
}

/* A bar over the scatter: the direction is outlined, and its feature runs to the right. */
static void
on_bar_picked (LofiChart *chart, int index, LofiMainWindow *self)
{
  guint x, y;
  on_picked (chart, index, self);
  if (index < 0 || self->direction != index)
    return;
  lofi_session_get_features (self->session, &x, &y);
  lofi_session_set_features (self->session, index, (guint) index == y ? x : y);
}

static void
show_pictures_bar (LofiMainWindow *self)
{
  LofiPlace place = lofi_session_get_place (self->session);
  gboolean mean = lofi_session_get_picture (self->session) == LOFI_PICTURE_WEIGHTED_MEAN;
  const LofiExperiment *e = lofi_session_get_experiment (self->session);
  gboolean layered = place.layer >= 0 && place.layer < (int) e->layers->len;
  gboolean first = !layered || lofi_picture_possible (e, place.layer, LOFI_PICTURE_PULLED_BACK);
  self->following = TRUE;
  gtk_widget_set_visible (self->picture_bar, place.step == LOFI_STEP_PROJECT);
  gtk_widget_set_sensitive (self->picture_pulled, first);
  lofi_widget_show_tooltip (self->picture_pulled,
                               first ? _("The mean gradient of each direction's projection by the pixels")
                                     : _("Only a first layer of finite width can be pulled back to the pixels in one step"));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (mean ? self->picture_mean : self->picture_pulled), TRUE);
  self->following = FALSE;
}

static void
on_picture_toggled (LofiMainWindow *self)
{
  if (self->following)
    return;
  gboolean mean = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->picture_mean));
  lofi_session_set_picture (self->session, mean ? LOFI_PICTURE_WEIGHTED_MEAN : LOFI_PICTURE_PULLED_BACK);
}

/* Features are kept directions: without a filter there are none. */
static gboolean
filters_anywhere (const LofiExperiment *e)
{
  gboolean any = FALSE;
  for (guint i = 0; i < e->layers->len; i++)
    any |= lofi_layer_filters (lofi_experiment_layer (e, i));
  return any;
}

static void
show_view (LofiMainWindow *self)
{
  LofiView view = lofi_session_get_view (self->session);
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));
  /* The focus goes along from chart to chart, so that the keys go on walking. */
  gboolean charted = !focus || LOFI_IS_CHART (focus);
  self->following = TRUE;
  adw_view_stack_page_set_visible (self->features_view, filters_anywhere (lofi_session_get_experiment (self->session)));
  adw_view_stack_set_visible_child_name (self->views, lofi_view_name (view));
  self->following = FALSE;
  if (charted)
    gtk_widget_grab_focus (GTK_WIDGET (lofi_page_get_chart (self->pages[view])));
}

static void
on_tab (LofiMainWindow *self)
{
  const char *name = adw_view_stack_get_visible_child_name (self->views);
  if (self->following || !self->session || !name)
    return;
  for (int view = 0; view < LOFI_N_VIEWS; view++)
    if (g_str_equal (name, lofi_view_name (view)))
      lofi_session_set_view (self->session, view);
  show_view (self);          /* where there is no such view there is another */
}

void
lofi_main_window_watch (LofiMainWindow *self, LofiExperiment *experiment, const char *folder)
{
  lofi_session_edit (self->session, experiment, NULL);
  lofi_session_watch_folder (self->session, folder);
  lofi_session_set_view (self->session, LOFI_VIEW_EMERGENCE);
}

/* ---- the rest ---- */

static void
show_banner (LofiMainWindow *self)
{
  const char *message = lofi_session_get_message (self->session);
  if (message)
    gtk_label_set_text (self->banner_text, message);
  /* Taking back the newest edit helps when it is the settings that do not work. */
  gtk_widget_set_visible (self->banner_undo, lofi_session_can_undo (self->session) && !lofi_session_is_busy (self->session)
                                             && lofi_session_get_seconds (self->session) < 0);
  gtk_revealer_set_reveal_child (self->banner, message != NULL);
}

/* Once for each: dismissed it stays away until something else is wrong. */
static void
show_folder_problem (LofiMainWindow *self)
{
  const char *problem = lofi_session_get_folder_problem (self->session);
  if (g_strcmp0 (problem, self->folder_problem) == 0)
    return;
  g_free (self->folder_problem);
  self->folder_problem = g_strdup (problem);
  if (problem)
    lofi_session_set_message (self->session, problem);
}

static void
store_experiment (LofiMainWindow *self)
{
  g_autofree char *text = lofi_portable_text (lofi_session_get_asked (self->session));
  g_settings_set_string (self->settings, "last-experiment", text);
}

static gboolean
on_save_time (gpointer data)
{
  LofiMainWindow *self = data;
  self->save_id = 0;
  store_experiment (self);
  return G_SOURCE_REMOVE;
}

static void
show_title (LofiMainWindow *self)
{
  const LofiExperiment *e = lofi_session_get_experiment (self->session);
  const char *name = _("LoFi Explorer");
  g_autofree char *title = e->title && *e->title ? g_strdup_printf ("%s – %s", e->title, name) : g_strdup (name);
  gtk_window_set_title (GTK_WINDOW (self), title);
}

static void
on_changed (LofiMainWindow *self, LofiChange what)
{
  if (what & LOFI_CHANGED_EXPERIMENT)
    {
      show_title (self);
      if (!self->save_id)
        self->save_id = g_timeout_add (SAVE_DELAY_MS, on_save_time, self);
    }
  if (what & (LOFI_CHANGED_PLACE | LOFI_CHANGED_EXPERIMENT | LOFI_CHANGED_PICTURES))
    {
      show_view (self);
      show_pictures_bar (self);
    }
  if (what & LOFI_CHANGED_MESSAGE)
    show_banner (self);
  if (what & LOFI_CHANGED_PROGRESS)
    {
      gboolean computing = lofi_session_is_busy (self->session) || lofi_session_is_refining (self->session);
      gtk_stack_set_visible_child_name (self->run_stack, computing ? "stop" : "run");
    }
  if (what & LOFI_CHANGED_FOLDER)
    show_folder_problem (self);
  lofi_main_window_update_actions (self, what);
  if (what & ~LOFI_CHANGED_PROGRESS)
    queue_scene (self);
}

/* ---- life ---- */

static void
on_realize (LofiMainWindow *self)
{
  if (lofi_stalls_wanted ())
    lofi_stalls_watch_widget (GTK_WIDGET (self));
}

static gboolean
lofi_main_window_close_request (GtkWindow *window)
{
  LofiMainWindow *self = LOFI_MAIN_WINDOW (window);
  int width, height;
  gtk_window_get_default_size (window, &width, &height);
  gboolean maximized = gtk_window_is_maximized (window);
  g_settings_set_boolean (self->settings, "window-maximized", maximized);
  if (!maximized)
    {
      g_settings_set_int (self->settings, "window-width", width);
      g_settings_set_int (self->settings, "window-height", height);
    }
  store_experiment (self);
  /* After this nothing can be pressed: what closing takes is no stall. */
  if (lofi_stalls_wanted ())
    lofi_stalls_stop ();
  lofi_session_close (self->session);
  return GTK_WINDOW_CLASS (lofi_main_window_parent_class)->close_request (window);
}

static void
fill_presets (LofiMainWindow *self)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  const char *const *names = lofi_preset_names ();
  for (guint i = 0; names[i]; i++)
    {
      g_autoptr (LofiExperiment) preset = lofi_preset_load (names[i], NULL, NULL);
      const char *title = preset && preset->title ? preset->title : names[i];
      guint cells = preset ? lofi_emergence_total (preset) : 0;
      g_autofree char *label = cells >= LONG_SWEEP ? g_strdup_printf (_("%s (a sweep of %u cells)"), title, cells) : g_strdup (title);
      g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);
      g_menu_item_set_action_and_target (item, "win.preset", "s", names[i]);
      g_menu_append_item (menu, item);
    }
  gtk_menu_button_set_menu_model (self->presets, G_MENU_MODEL (menu));
}

static void
lofi_main_window_dispose (GObject *object)
{
  LofiMainWindow *self = LOFI_MAIN_WINDOW (object);
  self->following = TRUE;
  g_clear_handle_id (&self->save_id, g_source_remove);
  if (self->tick_id)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick_id);
  self->tick_id = 0;
  if (self->session)
    {
      g_signal_handlers_disconnect_by_data (self->session, self);
      lofi_session_close (self->session);
    }
  gtk_widget_dispose_template (GTK_WIDGET (self), LOFI_TYPE_MAIN_WINDOW);
  lofi_scene_clear (&self->scene);
  g_clear_pointer (&self->folder_problem, g_free);
  g_clear_object (&self->session);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (lofi_main_window_parent_class)->dispose (object);
}

static void
lofi_main_window_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  LofiSession *session = LOFI_MAIN_WINDOW (object)->session;
  g_value_set_boolean (value, session && lofi_session_get_shuffled (session));
}

static void
lofi_main_window_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  LofiMainWindow *self = LOFI_MAIN_WINDOW (object);
  lofi_session_set_shuffled (self->session, g_value_get_boolean (value));
  /* It is seen in the spectrum; asked for elsewhere it leads there. */
  if (g_value_get_boolean (value))
    lofi_session_set_view (self->session, LOFI_VIEW_SPECTRUM);
}

static void
lofi_main_window_class_init (LofiMainWindowClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = lofi_main_window_dispose;
  G_OBJECT_CLASS (class)->get_property = lofi_main_window_get_property;
  G_OBJECT_CLASS (class)->set_property = lofi_main_window_set_property;
  g_object_class_install_property (G_OBJECT_CLASS (class), 1,
                                   g_param_spec_boolean ("shuffled", NULL, NULL, FALSE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
  GTK_WINDOW_CLASS (class)->close_request = lofi_main_window_close_request;
  g_type_ensure (LOFI_TYPE_PAGE);
  g_type_ensure (LOFI_TYPE_SQUEEZE);
  g_type_ensure (LOFI_TYPE_NETWORK);
  g_type_ensure (LOFI_TYPE_STEPPER);
  g_type_ensure (LOFI_TYPE_INSPECTOR);
  g_type_ensure (LOFI_TYPE_SWEEP_BAR);
  g_type_ensure (LOFI_TYPE_PLAN_BUTTON);
  g_type_ensure (LOFI_TYPE_DESCENT_BAR);
  g_type_ensure (LOFI_TYPE_FEATURES_BAR);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lofi_explorer/LofiExplorer/ui/lofi-main-window.ui");
  gtk_widget_class_bind_template_child (widget_class, LofiMainWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, LofiMainWindow, views);
  for (int view = 0; view < LOFI_N_VIEWS; view++)
    {
      g_autofree char *id = g_strconcat (lofi_view_name (view), "_page", NULL);
      gtk_widget_class_bind_template_child_full (widget_class, g_intern_string (id), FALSE,
                                                 G_STRUCT_OFFSET (LofiMainWindow, pages[0]) + view * sizeof (LofiPage *));
    }
  gtk_widget_class_bind_template_child (widget_class, LofiMainWindow, features_bar);
  gtk_widget_class_bind_template_child (widget_class, LofiMainWindow, features_view);
  gtk_widget_class_bind_template_child (widget_class, LofiMainWindow, menu);
  gtk_widget_class_bind_template_child (widget_class, LofiMainWindow, presets);
  gtk_widget_class_bind_template_child (widget_class, LofiMainWindow, run_stack);
  gtk_widget_class_bind_template_child (widget_class, LofiMainWindow, banner);
  gtk_widget_class_bind_template_child (widget_class, LofiMainWindow, banner_text);
  gtk_widget_class_bind_template_child (widget_class, LofiMainWindow, banner_undo);
  gtk_widget_class_bind_template_child (widget_class, LofiMainWindow, network);
  gtk_widget_class_bind_template_child (widget_class, LofiMainWindow, stepper);
  gtk_widget_class_bind_template_child (widget_class, LofiMainWindow, inspector);
  gtk_widget_class_bind_template_child (widget_class, LofiMainWindow, sweep_bar);
  gtk_widget_class_bind_template_child (widget_class, LofiMainWindow, plan);
  gtk_widget_class_bind_template_child (widget_class, LofiMainWindow, descent_bar);
  gtk_widget_class_bind_template_child (widget_class, LofiMainWindow, picture_bar);
  gtk_widget_class_bind_template_child (widget_class, LofiMainWindow, picture_pulled);
  gtk_widget_class_bind_template_child (widget_class, LofiMainWindow, picture_mean);
  gtk_widget_class_bind_template_callback (widget_class, on_tab);
  gtk_widget_class_bind_template_callback (widget_class, on_picture_toggled);
  lofi_main_window_install_actions (widget_class);
}

static void
lofi_main_window_init (LofiMainWindow *self)
{
  self->following = TRUE;
  self->direction = -1;
  self->export_width = 16;
  self->export_height = 10;
  lofi_scene_init (&self->scene);
  gtk_widget_init_template (GTK_WIDGET (self));
  for (int view = 0; view < LOFI_N_VIEWS; view++)
    g_signal_connect (lofi_page_get_chart (self->pages[view]), "picked", G_CALLBACK (on_picked), self);
  g_signal_connect (lofi_features_bar_get_chart (self->features_bar), "picked", G_CALLBACK (on_bar_picked), self);
  g_signal_connect (self, "realize", G_CALLBACK (on_realize), NULL);
  fill_presets (self);
  lofi_main_window_add_keys (self);
  self->following = FALSE;
}

LofiMainWindow *
lofi_main_window_new (GtkApplication *application, GSettings *settings, LofiExperiment *experiment)
{
  LofiMainWindow *self = g_object_new (LOFI_TYPE_MAIN_WINDOW, "application", application, NULL);
  self->settings = g_object_ref (settings);
  self->session = lofi_session_new (experiment);
  gtk_menu_button_set_menu_model (self->menu, G_MENU_MODEL (gtk_application_get_menu_by_id (application, "primary_menu")));
  gtk_window_set_default_size (GTK_WINDOW (self), g_settings_get_int (settings, "window-width"),
                               g_settings_get_int (settings, "window-height"));
  if (g_settings_get_boolean (settings, "window-maximized"))
    gtk_window_maximize (GTK_WINDOW (self));
  lofi_network_set_session (self->network, self->session);
  lofi_inspector_set_session (self->inspector, self->session);
  lofi_stepper_set_session (self->stepper, self->session);
  lofi_sweep_bar_set_session (self->sweep_bar, self->session);
  lofi_plan_button_set_session (self->plan, self->session);
  lofi_descent_bar_set_session (self->descent_bar, self->session);
  lofi_features_bar_set_session (self->features_bar, self->session);
  g_signal_connect_object (self->session, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  on_changed (self, LOFI_CHANGED_ALL);
  gtk_window_set_focus (GTK_WINDOW (self), GTK_WIDGET (lofi_main_window_get_chart (self, lofi_session_get_view (self->session))));
  return self;
}
