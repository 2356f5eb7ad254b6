/* The Emergence view: a sweep is started and stopped by its bar, and loses no point. */
#include "config.h"
#include "lofi-pixels.h"

static guint
cells_of (LofiSession *session)
{
  guint finished, total;
  lofi_session_get_sweep_progress (session, &finished, &total);
  return finished;
}

static void
test_sweep (void)
{
  LofiMainWindow *window = ui_start_finished ();
  LofiSession *session = lofi_main_window_get_session (window);
  LofiSweepBar *bar = lofi_main_window_get_sweep_bar (window);
  GtkButton *start = ui_part (bar, "start");
  ui_act_path (window, "win.show-view", "emergence");
  LofiChart *chart = ui_fresh_chart (window, LOFI_VIEW_EMERGENCE);
  g_auto (Pixels) empty = pixels_of (chart);
  g_assert_cmpstr (lofi_sweep_bar_get_progress (bar), ==, "0 of 12 cells");
  g_assert_cmpstr (gtk_button_get_label (start), ==, "Start");
  g_signal_emit_by_name (start, "clicked");
  g_assert_cmpstr (gtk_button_get_label (start), ==, "Stop");
  g_assert_true (WAIT_FOR (cells_of (session) >= 4, FIT_MS));
  g_signal_emit_by_name (start, "clicked");
  g_assert_false (lofi_session_is_sweeping (session));
  WAIT (200);
  guint found = cells_of (session);
  g_assert_cmpuint (found, >=, 4);
  g_assert_cmpuint (found, <, 12);
  g_assert_cmpstr (gtk_button_get_label (start), ==, "Go on");
  ui_fresh_chart (window, LOFI_VIEW_EMERGENCE);
  g_auto (Pixels) some = pixels_of (chart);
  g_assert_cmpuint (pixels_differ (&empty, &some), >, 200);
  g_assert_cmpuint (pixels_count (&some, lofi_style_light ()->series[0], 3), >, 20);
  /* A fit in between is answered, and the sweep goes on after it. */
  g_signal_emit_by_name (start, "clicked");
  gtk_range_set_value (GTK_RANGE (lofi_stepper_get_samples_scale (lofi_main_window_get_stepper (window))), 2.4);
  ui_finish_fit (window);
  g_assert_true (WAIT_FOR (!lofi_session_is_sweeping (session), FIT_MS));
  g_assert_cmpstr (lofi_sweep_bar_get_progress (bar), ==, "12 of 12 cells");
  g_assert_false (gtk_widget_get_sensitive (GTK_WIDGET (start)));
  g_assert_null (lofi_main_window_get_banner (window));
  /* The bar's own settings: more seeds are more cells, those found stay. */
  gtk_spin_button_set_value (ui_part (bar, "seeds"), 3);
  g_assert_cmpstr (lofi_sweep_bar_get_progress (bar), ==, "12 of 18 cells");
  gtk_spin_button_set_value (ui_part (bar, "high"), 400);
  g_assert_cmpuint (g_array_index (lofi_session_get_experiment (session)->sweep_samples, gsize, 1), ==, 400);
  ui_finish_fit (window);
  ui_close (window);
}

int
main (int argc, char **argv)
{
  ui_init (&argc, &argv);
  g_test_add_func ("/sweep", test_sweep);
  return ui_run ();
}
