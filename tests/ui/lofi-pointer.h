/* Real input events for the window under test, by xdotool. */
#pragma once

#include <gdk/x11/gdkx.h>
#include "lofi-ui.h"

static inline void
pointer_child_ended (GPid pid, int status, gpointer data)
{
  g_spawn_close_pid (pid);
  g_assert_cmpint (status, ==, 0);
  *(gboolean *) data = TRUE;
}

/* Runs xdotool while the main loop goes on, so that the events are answered as they come. The descriptors stay open so that GLib
 * can do without fork, at which OpenBLAS waits for its threads. */
static inline void
pointer_run (const char *format, ...)
{
  va_list args;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) words = NULL;
  GPid pid;
  gboolean ended = FALSE;
  va_start (args, format);
  g_autofree char *arguments = g_strdup_vprintf (format, args), *command = g_strconcat ("xdotool ", arguments, NULL);
  va_end (args);
  words = g_strsplit (command, " ", -1);
  g_spawn_async (NULL, words, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_LEAVE_DESCRIPTORS_OPEN, NULL, NULL, &pid, &error);
  g_assert_no_error (error);
  g_child_watch_add (pid, pointer_child_ended, &ended);
  g_assert_true (WAIT_FOR (ended, 20000));
}

/* Where a point of a widget lies in its window, shadows and all; and the window. */
static inline gulong
pointer_place (GtkWidget *widget, double x, double y, int *window_x, int *window_y)
{
  GtkNative *native = gtk_widget_get_native (widget);
  graphene_point_t point;
  double dx, dy;
  g_assert_true (gtk_widget_compute_point (widget, GTK_WIDGET (native), &GRAPHENE_POINT_INIT (x, y), &point));
  gtk_native_get_surface_transform (native, &dx, &dy);
  *window_x = (int) (point.x + dx);
  *window_y = (int) (point.y + dy);
  return gdk_x11_surface_get_xid (gtk_native_get_surface (native));
}

static inline void
pointer_move (GtkWidget *widget, double x, double y)
{
  int px, py;
  gulong window = pointer_place (widget, x, y, &px, &py);
  pointer_run ("mousemove --window %lu %d %d", window, px, py);
}

/* A click in its middle. */
static inline void
pointer_click (GtkWidget *widget)
{
  pointer_move (widget, gtk_widget_get_width (widget) / 2.0, gtk_widget_get_height (widget) / 2.0);
  pointer_run ("click 1");
}
