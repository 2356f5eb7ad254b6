/* What is seen: blue and orange, light and dark, dimmed and read out. */
#include "config.h"
#include "lofi-pixels.h"

static guint
area (const Pixels *pixels)
{
  return (guint) pixels->width * pixels->height;
}

static void
test_spectrum (void)
{
  LofiMainWindow *window = ui_start_finished ();
  LofiSession *session = lofi_main_window_get_session (window);
  const LofiStyle *style = lofi_style_light ();
  LofiChart *chart = ui_fresh_chart (window, LOFI_VIEW_SPECTRUM);
  g_auto (Pixels) keep = pixels_of (chart);
  g_assert_cmpuint (pixels_count (&keep, style->negative, 2), >, 100);
  g_assert_cmpuint (pixels_count (&keep, style->positive, 2), >, 100);
  g_assert_cmpuint (pixels_count (&keep, style->background, 2), >, area (&keep) / 2);
  /* The operator before the choice has no colours. */
  lofi_session_step (session, -1);
  g_auto (Pixels) operator = pixels_of (ui_fresh_chart (window, LOFI_VIEW_SPECTRUM));
  g_assert_cmpuint (pixels_count (&operator, style->negative, 2) * 20, <, pixels_count (&keep, style->negative, 2));
  g_assert_cmpuint (pixels_count (&operator, style->bulk, 4), >, 500);
  lofi_session_step (session, 1);
  /* The same again, to the pixel; with the pointer on it a few differ. */
  ui_fresh_chart (window, LOFI_VIEW_SPECTRUM);
  g_auto (Pixels) again = pixels_of (chart);
  g_assert_cmpuint (pixels_differ (&keep, &again), ==, 0);
  for (int x = 0; x < keep.width && !lofi_chart_point_at (chart, x, keep.height / 2.0); x += 4)
    ;
  g_auto (Pixels) pointed = pixels_of (chart);
  g_assert_cmpuint (pixels_differ (&keep, &pointed), >, 100);
  g_assert_cmpuint (pixels_differ (&keep, &pointed), <, area (&keep) / 4);
  ui_close (window);
}

static void
test_dark (void)
{
  AdwStyleManager *manager = adw_style_manager_get_default ();
  LofiMainWindow *window = ui_start_finished ();
  LofiChart *chart = ui_fresh_chart (window, LOFI_VIEW_SPECTRUM);
  g_action_group_activate_action (G_ACTION_GROUP (ui_app), "color-scheme", g_variant_new_string ("dark"));
  g_assert_true (adw_style_manager_get_dark (manager));
  const LofiStyle *style = lofi_style_dark ();
  g_auto (Pixels) dark = pixels_of (chart);
  g_assert_cmpuint (pixels_count (&dark, style->background, 3), >, area (&dark) / 2);
  g_assert_cmpuint (pixels_count (&dark, style->negative, 2), >, 100);
  g_assert_cmpuint (pixels_count (&dark, style->positive, 2), >, 100);
  /* The panels too: nothing of the window is white. */
  g_auto (Pixels) all = pixels_of (window);
  g_assert_cmpuint (pixels_count (&all, (LofiColor) { 1, 1, 1, 1 }, 8) * 50, <, area (&all));
  g_action_group_activate_action (G_ACTION_GROUP (ui_app), "color-scheme", g_variant_new_string ("light"));
  g_assert_false (adw_style_manager_get_dark (manager));
  g_auto (Pixels) light = pixels_of (chart);
  g_assert_cmpuint (pixels_count (&light, lofi_style_light ()->background, 2), >, area (&light) / 2);
  g_action_group_activate_action (G_ACTION_GROUP (ui_app), "color-scheme", g_variant_new_string ("default"));
  ui_close (window);
}

/* Blue and orange in the pictures of directions, and other pictures for the other kind. */
static void
test_filters (void)
{
  LofiMainWindow *window = ui_start_finished ();
  LofiSession *session = lofi_main_window_get_session (window);
  const LofiStyle *style = lofi_style_light ();
  lofi_session_set_place (session, (LofiPlace) { LOFI_STEP_PROJECT, 0 });
  LofiChart *chart = ui_fresh_chart (window, LOFI_VIEW_FILTERS);
  g_auto (Pixels) pulled = pixels_of (chart);
  g_assert_cmpuint (pixels_count (&pulled, style->negative, 24), >, 200);
  g_assert_cmpuint (pixels_count (&pulled, style->positive, 24), >, 200);
  GtkToggleButton *mean = GTK_TOGGLE_BUTTON (gtk_widget_get_template_child (GTK_WIDGET (window), LOFI_TYPE_MAIN_WINDOW, "picture_mean"));
  gtk_toggle_button_set_active (mean, TRUE);
  g_assert_cmpint (lofi_session_get_picture (session), ==, LOFI_PICTURE_WEIGHTED_MEAN);
  ui_fresh_chart (window, LOFI_VIEW_FILTERS);
  g_auto (Pixels) weighted = pixels_of (chart);
  g_assert_cmpuint (pixels_differ (&pulled, &weighted), >, area (&pulled) / 20);
  /* A click outlines the tile. */
  g_signal_emit_by_name (chart, "picked", 3);
  ui_fresh_chart (window, LOFI_VIEW_FILTERS);
  g_auto (Pixels) picked = pixels_of (chart);
  g_assert_cmpuint (pixels_differ (&weighted, &picked), >, 50);
  /* Deeper layers have only the mean, and say why. */
  GtkWidget *pulled_button = GTK_WIDGET (gtk_widget_get_template_child (GTK_WIDGET (window), LOFI_TYPE_MAIN_WINDOW, "picture_pulled"));
  g_assert_true (gtk_widget_get_sensitive (pulled_button));
  lofi_session_set_place (session, (LofiPlace) { LOFI_STEP_PROJECT, 1 });
  g_assert_false (gtk_widget_get_sensitive (pulled_button));
  g_assert_nonnull (gtk_widget_get_tooltip_text (pulled_button));
  g_auto (Pixels) deeper = pixels_of (ui_fresh_chart (window, LOFI_VIEW_FILTERS));
  g_assert_cmpuint (pixels_count (&deeper, style->positive, 24), >, 200);
  ui_close (window);
}

/* What is of earlier settings is paler than what is new. */
static void
test_dimmed (void)
{
  LofiMainWindow *window = ui_start_finished ();
  LofiSession *session = lofi_main_window_get_session (window);
  const LofiStyle *style = lofi_style_light ();
  LofiChart *chart = ui_fresh_chart (window, LOFI_VIEW_SPECTRUM);
  LofiExperiment *e = lofi_session_dup_experiment (session);
  lofi_experiment_layer (e, 0)->width = 0;
  lofi_session_edit (session, e, NULL);
  g_assert_true (WAIT_FOR (lofi_chart_get_dimmed (chart), 5000));
  g_auto (Pixels) dimmed = pixels_of (chart);
  g_assert_cmpuint (pixels_count (&dimmed, style->negative, 2), ==, 0);
  g_assert_cmpstr (lofi_page_get_note (window->pages[LOFI_VIEW_SPECTRUM]), !=, "");
  ui_act (window, "win.undo");
  ui_finish_fit (window);
  ui_fresh_chart (window, LOFI_VIEW_SPECTRUM);
  g_auto (Pixels) fresh = pixels_of (chart);
  g_assert_cmpuint (pixels_count (&fresh, style->negative, 2), >, 100);
  g_assert_cmpstr (lofi_page_get_note (window->pages[LOFI_VIEW_SPECTRUM]), ==, "");
  ui_close (window);
}

int
main (int argc, char **argv)
{
  ui_init (&argc, &argv);
  g_test_add_func ("/pixels/spectrum", test_spectrum);
  g_test_add_func ("/pixels/dark", test_dark);
  g_test_add_func ("/pixels/filters", test_filters);
  g_test_add_func ("/pixels/dimmed", test_dimmed);
  return ui_run ();
}
