/* The window can be closed, and the computation stopped, at any moment. */
#include "config.h"
#include "lofi-ui.h"

#define LIMIT_MS 500

static double
milliseconds_since (gint64 began)
{
  return (g_get_monotonic_time () - began) / 1000.0;
}

static void
test_close_while_computing (void)
{
  double longest = 0;
  for (int i = 0; i < 20; i++)
    {
      LofiMainWindow *window = ui_start ((const char *[]) LARGE_SETTINGS);
      LofiSession *session = lofi_main_window_get_session (window);
      if (i % 3 == 1)
        lofi_session_set_place (session, (LofiPlace) { LOFI_STEP_PROJECT, 0 });
      if (i % 4 == 3)
        lofi_session_start_sweep (session);
      if (i % 5 == 4)
        lofi_session_set_playing (session, TRUE);
      WAIT (17 * i);
      gpointer watched = window;
      g_object_add_weak_pointer (G_OBJECT (window), &watched);
      gint64 began = g_get_monotonic_time ();
      gtk_window_close (GTK_WINDOW (window));
      g_assert_true (WAIT_FOR (watched == NULL, 5000));
      longest = MAX (longest, milliseconds_since (began));
    }
  g_test_message ("closing took at most %.0f ms", longest);
  g_assert_cmpfloat (longest, <=, LIMIT_MS);
}

static void
test_stop (void)
{
  LofiMainWindow *window = ui_start ((const char *[]) LARGE_SETTINGS);
  LofiSession *session = lofi_main_window_get_session (window);
  double longest = 0;
  g_assert_true (WAIT_FOR (lofi_session_get_task (session, NULL), FIT_MS));
  for (int i = 0; i < 4; i++)
    {
      WAIT (150 + 250 * i);
      g_assert_true (lofi_session_is_busy (session));
      gint64 began = g_get_monotonic_time ();
      ui_act (window, "win.stop");
      ui_finish_fit (window);
      longest = MAX (longest, milliseconds_since (began));
      g_assert_null (lofi_main_window_get_banner (window));
      g_assert_cmpstr (lofi_stepper_get_status (lofi_main_window_get_stepper (window)), ==, "stopped");
      g_assert_cmpint (lofi_card_get_shown (lofi_network_get_card (lofi_main_window_get_network (window), 0)), ==, LOFI_SHOWN_FRESH);
      ui_act (window, "win.run");
    }
  g_test_message ("stop took at most %.0f ms", longest);
  g_assert_cmpfloat (longest, <=, LIMIT_MS);
  ui_close (window);
}

int
main (int argc, char **argv)
{
  ui_init (&argc, &argv);
  g_test_add_func ("/close/while-computing", test_close_while_computing);
  g_test_add_func ("/close/stop", test_stop);
  return ui_run ();
}
