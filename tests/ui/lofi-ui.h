/* The frame of the tests that drive the real window: one application in the process, no g_application_run. */
#pragma once

#include "lofi-application.h"
#include "lofi-blas.h"
#include "lofi-wait.h"
#include "lofi-main-window-private.h"

#define FIT_MS 90000

static LofiApplication *ui_app;

static inline void
ui_init (int *argc, char ***argv)
{
  g_autoptr (GError) error = NULL;
  gtk_test_init (argc, argv, NULL);
  adw_init ();
  lofi_blas_set_threads (0);
  ui_app = lofi_application_new ();
  g_application_register (G_APPLICATION (ui_app), NULL, &error);
  g_assert_no_error (error);
}

static inline int
ui_run (void)
{
  int status = g_test_run ();
  g_clear_object (&ui_app);
  return status;
}

static inline LofiExperiment *
ui_experiment (const char *const *settings)
{
  g_autoptr (GError) error = NULL;
  LofiExperiment *e = lofi_experiment_parse (SMALL_TEXT, "small", NULL, settings, &error);
  g_assert_no_error (error);
  return e;
}

/* A window on SMALL_TEXT with settings over it, mapped; the fit has been asked for. */
static inline LofiMainWindow *
ui_start (const char *const *settings)
{
  g_autoptr (GSettings) store = g_settings_new (LOFI_APP_ID);
  LofiMainWindow *window = lofi_main_window_new (GTK_APPLICATION (ui_app), store, ui_experiment (settings));
  gtk_window_present (GTK_WINDOW (window));
  lofi_session_run (lofi_main_window_get_session (window));
  g_assert_true (WAIT_FOR (gtk_widget_get_mapped (GTK_WIDGET (window)), 10000));
  return window;
}

static inline void
ui_finish_fit (LofiMainWindow *window)
{
  LofiSession *session = lofi_main_window_get_session (window);
  g_assert_true (WAIT_FOR (!lofi_session_is_busy (session) && !lofi_session_is_refining (session), FIT_MS));
}

static inline LofiMainWindow *
ui_start_finished (void)
{
  LofiMainWindow *window = ui_start (NULL);
  ui_finish_fit (window);
  return window;
}

/* Closes the window and sees to it that nothing of it is left. */
static inline void
ui_close (LofiMainWindow *window)
{
  gpointer watched = window, session = lofi_main_window_get_session (window);
  g_object_add_weak_pointer (G_OBJECT (window), &watched);
  g_object_add_weak_pointer (G_OBJECT (session), &session);
  gtk_window_close (GTK_WINDOW (window));
  g_assert_true (WAIT_FOR (watched == NULL, 5000));
  g_assert_null (session);
}

static inline void
ui_act (LofiMainWindow *window, const char *action)
{
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), action, NULL));
}

static inline void
ui_act_path (LofiMainWindow *window, const char *action, const char *path)
{
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), action, "s", path));
}

/* A part of a template by its id. */
static inline gpointer
ui_part (gpointer widget, const char *id)
{
  GObject *part = gtk_widget_get_template_child (GTK_WIDGET (widget), G_OBJECT_TYPE (widget), id);
  g_assert_nonnull (part);
  return part;
}

static inline gpointer
ui_layer_page (LofiMainWindow *window)
{
  return ui_part (lofi_main_window_get_inspector (window), "layer_page");
}

/* Waits until the chart of a view has a figure of the settings at hand. */
static inline LofiChart *
ui_fresh_chart (LofiMainWindow *window, LofiView view)
{
  LofiChart *chart = lofi_main_window_get_chart (window, view);
  g_assert_true (WAIT_FOR ((lofi_main_window_update_scene (window), lofi_chart_get_figure (chart) && !lofi_chart_get_dimmed (chart)), 20000));
  gtk_widget_queue_draw (GTK_WIDGET (chart));       /* without a frame to come the wait would not end */
  gtk_test_widget_wait_for_draw (GTK_WIDGET (chart));
  return chart;
}
