/* The window as a user has it: what it shows is what the session has, whatever is clicked. */
#include "config.h"
#include <glib/gstdio.h>
#include <string.h>
#include "lofi-format.h"
#include "lofi-layer-facts.h"
#include "lofi-ui.h"

static const LofiExperiment *
experiment_of (LofiMainWindow *window)
{
  return lofi_session_get_experiment (lofi_main_window_get_session (window));
}

static void
test_activate (void)
{
  g_application_activate (G_APPLICATION (ui_app));
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (ui_app));
  g_assert_true (LOFI_IS_MAIN_WINDOW (window));
  g_assert_true (WAIT_FOR (gtk_widget_get_mapped (GTK_WIDGET (window)), 10000));
  g_assert_true (lofi_session_is_busy (lofi_main_window_get_session (LOFI_MAIN_WINDOW (window))));
  g_assert_cmpstr (experiment_of (LOFI_MAIN_WINDOW (window))->data.labels, ==, "shirt");
  g_assert_true (WAIT_FOR (lofi_session_get_task (lofi_main_window_get_session (LOFI_MAIN_WINDOW (window)), NULL), FIT_MS));
  ui_close (LOFI_MAIN_WINDOW (window));
}

/* The cards, the inspector and the session say the same. */
static void
test_numbers (void)
{
  LofiMainWindow *window = ui_start_finished ();
  LofiSession *session = lofi_main_window_get_session (window);
  LofiNetwork *network = lofi_main_window_get_network (window);
  const LofiReadout *readout = lofi_session_get_readout (session, NULL)->readout;
  char percent[32];
  lofi_format_percent (readout->test_scores.error, percent, sizeof percent);
  g_assert_cmpstr (lofi_card_get_headline (lofi_network_get_card (network, 4)), ==, percent);
  g_assert_cmpstr (lofi_card_get_headline (lofi_network_get_card (network, 1)), ==, "P = 120, K = 12");
  g_assert_cmpstr (lofi_card_get_headline (lofi_network_get_card (network, 3)), ==, "P = 80, no filter");
  g_assert_cmpstr (lofi_card_get_headline (lofi_network_get_card (network, 0)), ==, "Shirt against pullover and coat");
  for (guint i = 0; i < 5; i++)
    g_assert_cmpint (lofi_card_get_shown (lofi_network_get_card (network, i)), ==, LOFI_SHOWN_FRESH);
  g_assert_null (lofi_network_get_card (network, 5));
  g_assert_true (g_str_has_prefix (lofi_stepper_get_status (lofi_main_window_get_stepper (window)), "done in"));
  g_assert_cmpfloat (gtk_spin_button_get_value (ui_part (ui_layer_page (window), "width")), ==, 120);
  char inputs[16];
  LofiMapShape shape = lofi_session_get_layer (session, 0, NULL)->layers[0]->input_shape;
  g_snprintf (inputs, sizeof inputs, "%zu × %zu", shape.height, shape.width);
  g_assert_cmpstr (lofi_facts_get (ui_part (ui_layer_page (window), "facts"), LOFI_FACT_INPUTS), ==, inputs);
  g_assert_cmpint (lofi_log_scale_get_number (lofi_stepper_get_samples_scale (lofi_main_window_get_stepper (window))), ==, 300);
  ui_close (window);
}

static void
test_change_of_width (void)
{
  LofiMainWindow *window = ui_start_finished ();
  LofiSession *session = lofi_main_window_get_session (window);
  LofiNetwork *network = lofi_main_window_get_network (window);
  guint64 generation = lofi_session_get_generation (session);
  lofi_session_set_card (session, 2);
  gtk_spin_button_set_value (ui_part (ui_layer_page (window), "width"), 140);
  g_assert_cmpuint (lofi_experiment_layer (experiment_of (window), 1)->width, ==, 140);
  g_assert_cmpuint (lofi_session_get_generation (session), ==, generation + 1);
  g_assert_cmpint (lofi_card_get_shown (lofi_network_get_card (network, 1)), ==, LOFI_SHOWN_FRESH);
  for (guint i = 2; i < 5; i++)
    g_assert_cmpint (lofi_card_get_shown (lofi_network_get_card (network, i)), ==, LOFI_SHOWN_STALE);
  LofiChart *chart = lofi_main_window_get_chart (window, LOFI_VIEW_SPECTRUM);
  ui_finish_fit (window);
  for (guint i = 0; i < 5; i++)
    g_assert_cmpint (lofi_card_get_shown (lofi_network_get_card (network, i)), ==, LOFI_SHOWN_FRESH);
  g_assert_true (WAIT_FOR (lofi_chart_get_figure (chart) && !lofi_chart_get_dimmed (chart), 5000));
  /* A setting of each kind reaches the experiment. */
  gpointer page = ui_layer_page (window);
  gtk_drop_down_set_selected (ui_part (page, "activation"), LOFI_TANH);
  gtk_drop_down_set_selected (ui_part (page, "degree"), 3);
  gtk_spin_button_set_value (ui_part (page, "bias"), 0.5);
  gtk_switch_set_active (ui_part (page, "center_labels"), TRUE);
  gtk_spin_button_set_value (ui_part (page, "keep"), 5);
  gtk_drop_down_set_selected (ui_part (page, "order"), LOFI_ORDER_1_2);
  const LofiLayerSpec *layer = lofi_experiment_layer (experiment_of (window), 1);
  g_assert_cmpint (layer->activation, ==, LOFI_TANH);
  g_assert_cmpint (layer->degree, ==, 3);
  g_assert_cmpfloat (layer->bias, ==, 0.5);
  g_assert_true (layer->center_labels);
  g_assert_cmpuint (layer->keep, ==, 5);
  g_assert_cmpint (layer->order, ==, LOFI_ORDER_1_2);
  ui_finish_fit (window);
  g_assert_null (lofi_main_window_get_banner (window));
  /* No filter: what shapes one cannot be changed, and the layer has one place. */
  gtk_switch_set_active (ui_part (page, "filtered"), FALSE);
  g_assert_cmpuint (lofi_experiment_layer (experiment_of (window), 1)->keep, ==, LOFI_KEEP_NONE);
  g_assert_false (gtk_widget_get_sensitive (ui_part (page, "order")));
  g_assert_false (gtk_widget_get_sensitive (ui_part (page, "keep")));
  g_assert_cmpuint (lofi_places_count (experiment_of (window)), ==, 8);
  gtk_switch_set_active (ui_part (page, "filtered"), TRUE);
  g_assert_cmpuint (lofi_experiment_layer (experiment_of (window), 1)->keep, ==, 5);
  gtk_drop_down_set_selected (ui_part (page, "order"), LOFI_ORDER_1);
  g_assert_cmpuint (lofi_experiment_layer (experiment_of (window), 1)->keep, ==, 1);
  ui_finish_fit (window);
  g_assert_null (lofi_main_window_get_banner (window));
  ui_close (window);
}

static void
test_data_settings (void)
{
  LofiMainWindow *window = ui_start_finished ();
  lofi_session_set_card (lofi_main_window_get_session (window), 0);
  gpointer page = ui_part (lofi_main_window_get_inspector (window), "data_page");
  GtkSpinButton *test = ui_part (page, "test");
  gtk_drop_down_set_selected (ui_part (page, "labels"), 2);
  g_assert_cmpstr (experiment_of (window)->data.labels, ==, "clothing-footwear");
  gtk_spin_button_set_value (ui_part (page, "train"), 240);
  g_assert_cmpuint (experiment_of (window)->data.train, ==, 240);
  gtk_spin_button_set_value (ui_part (page, "seed"), 7);
  g_assert_cmpuint (experiment_of (window)->seed, ==, 7);
  gtk_drop_down_set_selected (ui_part (page, "normalize"), LOFI_NORMALIZE_STANDARDIZE);
  g_assert_cmpint (experiment_of (window)->data.normalize, ==, LOFI_NORMALIZE_STANDARDIZE);
  gtk_spin_button_set_value (test, 0);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (test)), ==, "all");
  ui_finish_fit (window);
  g_assert_null (lofi_main_window_get_banner (window));
  /* What is being typed survives news from the engine. */
  gtk_editable_set_text (GTK_EDITABLE (test), "12");
  lofi_session_run (lofi_main_window_get_session (window));
  ui_finish_fit (window);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (test)), ==, "12");
  ui_close (window);
}

static void
assert_all_agree (LofiMainWindow *window)
{
  LofiSession *session = lofi_main_window_get_session (window);
  guint index = lofi_session_get_place_index (session);
  LofiPlace place = lofi_place_at (experiment_of (window), index);
  g_assert_cmpuint (lofi_breadcrumb_get_current (lofi_stepper_get_breadcrumb (lofi_main_window_get_stepper (window))), ==, index);
  g_assert_cmpuint (lofi_network_get_selected (lofi_main_window_get_network (window)), ==, lofi_place_card (experiment_of (window), place));
  g_assert_cmpstr (lofi_main_window_get_tab (window), ==, lofi_view_name (lofi_session_get_view (session)));
  LofiView view = lofi_session_get_view (session);
  g_assert_true (!lofi_view_is_placed (view) || view == lofi_place_view (place) || (view == LOFI_VIEW_FEATURES && place.step == LOFI_STEP_PROJECT));
}

static void
test_walk (void)
{
  LofiMainWindow *window = ui_start_finished ();
  LofiSession *session = lofi_main_window_get_session (window);
  guint count = lofi_places_count (experiment_of (window));
  ui_act (window, "win.step-first");
  for (guint i = 0; i < count; i++)
    {
      assert_all_agree (window);
      g_assert_cmpuint (lofi_session_get_place_index (session), ==, i);
      LofiChart *chart = ui_fresh_chart (window, lofi_session_get_view (session));
      g_assert_cmpstr (lofi_figure_description (lofi_chart_get_figure (chart)), !=, "");
      if (i + 1 < count)
        ui_act (window, "win.step-forward");
    }
  ui_act (window, "win.step-back");
  ui_act (window, "win.step-last");
  g_assert_cmpuint (lofi_session_get_place_index (session), ==, count - 1);
  /* Tabs, cards and crumbs move the same place. */
  ui_act_path (window, "win.show-view", "filters");
  assert_all_agree (window);
  g_assert_true (lofi_place_equal (lofi_session_get_place (session), (LofiPlace) { LOFI_STEP_PROJECT, 1 }));
  for (guint card = 0; card < 5; card++)
    {
      gtk_widget_activate (GTK_WIDGET (lofi_network_get_card (lofi_main_window_get_network (window), card)));
      GtkWidget *list = gtk_widget_get_parent (GTK_WIDGET (lofi_network_get_card (lofi_main_window_get_network (window), card)));
      gtk_list_box_select_row (GTK_LIST_BOX (list), GTK_LIST_BOX_ROW (lofi_network_get_card (lofi_main_window_get_network (window), card)));
      g_assert_cmpuint (lofi_session_get_card (session), ==, card);
      assert_all_agree (window);
    }
  LofiBreadcrumb *breadcrumb = lofi_stepper_get_breadcrumb (lofi_main_window_get_stepper (window));
  for (guint i = 0; i < count; i++)
    {
      g_signal_emit_by_name (lofi_breadcrumb_get_button (breadcrumb, i), "clicked");
      g_assert_cmpuint (lofi_session_get_place_index (session), ==, i);
      assert_all_agree (window);
    }
  /* Features are of the layer at hand, and stay while other layers with a filter are looked at. */
  lofi_session_set_card (session, 2);
  ui_act_path (window, "win.show-view", "features");
  assert_all_agree (window);
  g_assert_cmpstr (lofi_main_window_get_tab (window), ==, "features");
  lofi_session_set_card (session, 1);
  assert_all_agree (window);
  g_assert_cmpstr (lofi_main_window_get_tab (window), ==, "features");
  lofi_session_set_card (session, 3);
  assert_all_agree (window);
  g_assert_cmpstr (lofi_main_window_get_tab (window), ==, "spectrum");
  ui_act_path (window, "win.show-view", "emergence");
  assert_all_agree (window);
  lofi_session_set_card (session, 2);
  assert_all_agree (window);
  g_assert_cmpstr (lofi_main_window_get_tab (window), ==, "emergence");
  ui_act (window, "win.step-back");
  assert_all_agree (window);
  g_assert_cmpstr (lofi_main_window_get_tab (window), !=, "emergence");
  ui_close (window);
}

static void
test_error (void)
{
  LofiMainWindow *window = ui_start_finished ();
  LofiSession *session = lofi_main_window_get_session (window);
  LofiNetwork *network = lofi_main_window_get_network (window);
  g_autofree char *good = g_strdup (lofi_card_get_headline (lofi_network_get_card (network, 4)));
  LofiChart *chart = ui_fresh_chart (window, LOFI_VIEW_SPECTRUM);
  gtk_spin_button_set_value (ui_part (ui_layer_page (window), "keep"), 121);
  ui_finish_fit (window);
  g_assert_nonnull (lofi_main_window_get_banner (window));
  g_assert_nonnull (strstr (lofi_main_window_get_banner (window), "layer1.keep"));
  g_assert_cmpstr (lofi_card_get_headline (lofi_network_get_card (network, 4)), ==, good);
  g_assert_cmpint (lofi_card_get_shown (lofi_network_get_card (network, 4)), ==, LOFI_SHOWN_STALE);
  g_assert_true (WAIT_FOR (lofi_chart_get_dimmed (chart), 5000));
  g_assert_nonnull (lofi_chart_get_figure (chart));
  ui_act (window, "win.undo");
  ui_finish_fit (window);
  g_assert_null (lofi_main_window_get_banner (window));
  g_assert_cmpint (lofi_card_get_shown (lofi_network_get_card (network, 4)), ==, LOFI_SHOWN_FRESH);
  g_assert_true (WAIT_FOR (!lofi_chart_get_dimmed (chart), 5000));
  ui_act_path (window, "win.open-path", "/nowhere.lofi");
  g_assert_nonnull (strstr (lofi_main_window_get_banner (window), "/nowhere.lofi"));
  g_assert_cmpint (lofi_card_get_shown (lofi_network_get_card (network, 4)), ==, LOFI_SHOWN_FRESH);
  ui_act (window, "win.dismiss");
  g_assert_null (lofi_main_window_get_banner (window));
  ui_act_path (window, "win.open-path", "/dev/zero");
  g_assert_nonnull (strstr (lofi_main_window_get_banner (window), "/dev/zero"));
  g_assert_false (lofi_session_is_busy (session));
  ui_close (window);
}

static void
assert_file_begins (const char *folder, const char *name, const char *bytes, gsize length)
{
  g_autofree char *path = g_build_filename (folder, name, NULL), *data = NULL;
  gsize size;
  g_assert_true (g_file_get_contents (path, &data, &size, NULL));
  g_assert_cmpuint (size, >, 1000);
  g_assert_cmpmem (data, length, bytes, length);
  g_remove (path);
}

static void
test_files (void)
{
  LofiMainWindow *window = ui_start_finished ();
  g_autofree char *folder = g_dir_make_tmp ("lofi-ui-XXXXXX", NULL);
  g_autofree char *pdf = g_build_filename (folder, "a.pdf", NULL), *svg = g_build_filename (folder, "a.svg", NULL);
  g_autofree char *png = g_build_filename (folder, "a.png", NULL), *lofi = g_build_filename (folder, "a.lofi", NULL);
  g_autofree char *missing = g_build_filename (folder, "no", "a.pdf", NULL);
  ui_fresh_chart (window, LOFI_VIEW_SPECTRUM);
  ui_act_path (window, "win.export-path", pdf);
  ui_act_path (window, "win.export-path", svg);
  ui_act (window, "win.step-forward");
  ui_fresh_chart (window, LOFI_VIEW_FILTERS);
  ui_act_path (window, "win.export-path", png);
  g_assert_cmpuint (lofi_main_window_get_exports (window), >, 0);      /* written beside the main loop, not in it */
  g_assert_true (WAIT_FOR (lofi_main_window_get_exports (window) == 0, 20000));
  assert_file_begins (folder, "a.pdf", "%PDF", 4);
  assert_file_begins (folder, "a.svg", "<?xml", 5);
  assert_file_begins (folder, "a.png", "\x89PNG", 4);
  g_assert_null (lofi_main_window_get_banner (window));
  ui_act_path (window, "win.export-path", missing);
  g_assert_true (WAIT_FOR (lofi_main_window_get_exports (window) == 0, 20000));
  g_assert_nonnull (lofi_main_window_get_banner (window));
  /* Saved, changed, opened again: as it was. */
  ui_act_path (window, "win.save-path", lofi);
  gtk_spin_button_set_value (ui_part (ui_layer_page (window), "width"), 99);
  ui_act_path (window, "win.open-path", lofi);
  g_assert_cmpuint (lofi_experiment_layer (experiment_of (window), 0)->width, ==, 120);
  ui_finish_fit (window);
  g_assert_null (lofi_main_window_get_banner (window));
  ui_act (window, "win.undo");
  g_assert_cmpuint (lofi_experiment_layer (experiment_of (window), 0)->width, ==, 99);
  ui_act_path (window, "win.preset", "shirt");
  g_assert_cmpuint (lofi_experiment_layer (experiment_of (window), 0)->width, ==, 1000);
  ui_act (window, "win.stop");
  ui_finish_fit (window);
  g_remove (lofi);
  g_rmdir (folder);
  /* A folder of images: the default experiment on it, with a labelling it has. */
  ui_act_path (window, "win.open-path", LOFI_SOURCE_DATA_FOLDER "/fashion-mnist-sample");
  g_assert_cmpstr (experiment_of (window)->data.labels, ==, "even-odd");
  LofiSession *session = lofi_main_window_get_session (window);
  LofiShown shown;
  g_assert_true (WAIT_FOR ((lofi_session_get_task (session, &shown), shown == LOFI_SHOWN_FRESH) || !lofi_session_is_busy (session), FIT_MS));
  g_assert_null (lofi_main_window_get_banner (window));
  ui_act (window, "win.stop");
  ui_finish_fit (window);
  ui_close (window);
}

static void
test_layers (void)
{
  LofiMainWindow *window = ui_start_finished ();
  LofiSession *session = lofi_main_window_get_session (window);
  ui_act (window, "win.add-layer");
  g_assert_cmpuint (experiment_of (window)->layers->len, ==, 4);
  g_assert_cmpuint (lofi_session_get_card (session), ==, 2);
  assert_all_agree (window);
  ui_finish_fit (window);
  g_assert_null (lofi_main_window_get_banner (window));
  g_assert_cmpint (lofi_card_get_shown (lofi_network_get_card (lofi_main_window_get_network (window), 5)), ==, LOFI_SHOWN_FRESH);
  for (guint left = 3; left > 0; left--)
    {
      lofi_session_set_card (session, 1);
      ui_act (window, "win.remove-layer");
      g_assert_cmpuint (experiment_of (window)->layers->len, ==, left);
      assert_all_agree (window);
    }
  ui_finish_fit (window);
  g_assert_null (lofi_main_window_get_banner (window));
  ui_close (window);
}

/* The next start finds the experiment as it was left. */
static void
test_remembers (void)
{
  g_autoptr (GSettings) settings = g_settings_new (LOFI_APP_ID);
  LofiMainWindow *window = ui_start_finished ();
  gtk_spin_button_set_value (ui_part (ui_layer_page (window), "width"), 77);
  ui_finish_fit (window);
  ui_close (window);
  g_application_activate (G_APPLICATION (ui_app));
  window = LOFI_MAIN_WINDOW (gtk_application_get_active_window (GTK_APPLICATION (ui_app)));
  g_assert_cmpuint (lofi_experiment_layer (experiment_of (window), 0)->width, ==, 77);
  ui_close (window);
  /* Nonsense there does not keep the window shut. */
  g_settings_set_string (settings, "last-experiment", "[layer1]\nwidth=banana\n");
  g_application_activate (G_APPLICATION (ui_app));
  window = LOFI_MAIN_WINDOW (gtk_application_get_active_window (GTK_APPLICATION (ui_app)));
  g_assert_nonnull (lofi_main_window_get_banner (window));
  g_settings_reset (settings, "last-experiment");
  ui_close (window);
}

static void
assert_icons (GtkWidget *widget, GtkIconTheme *theme)
{
  const char *name = GTK_IS_IMAGE (widget) ? gtk_image_get_icon_name (GTK_IMAGE (widget)) : NULL;
  if (name && !gtk_icon_theme_has_icon (theme, name))
    g_error ("there is no icon “%s”", name);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child; child = gtk_widget_get_next_sibling (child))
    assert_icons (child, theme);
}

static void
test_accessible (void)
{
  LofiMainWindow *window = ui_start_finished ();
  LofiChart *chart = ui_fresh_chart (window, LOFI_VIEW_SPECTRUM);
  gtk_test_accessible_assert_role (chart, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_test_accessible_assert_property (chart, GTK_ACCESSIBLE_PROPERTY_LABEL, lofi_figure_description (lofi_chart_get_figure (chart)));
  GtkWidget *play = ui_part (lofi_main_window_get_stepper (window), "play");
  gtk_test_accessible_assert_property (play, GTK_ACCESSIBLE_PROPERTY_LABEL, "Play");
  g_assert_true (gtk_widget_get_focusable (GTK_WIDGET (chart)));
  assert_icons (GTK_WIDGET (window), gtk_icon_theme_get_for_display (gdk_display_get_default ()));
  /* Something under the pointer is read out. */
  int width = gtk_widget_get_width (GTK_WIDGET (chart)), height = gtk_widget_get_height (GTK_WIDGET (chart));
  gboolean read = FALSE;
  for (int x = 0; x < width && !read; x += 4)
    read = lofi_chart_point_at (chart, x, height / 2.0) != NULL;
  g_assert_true (read);
  ui_close (window);
}

static GtkWindow *
other_window (LofiMainWindow *window)
{
  g_autoptr (GListModel) all = g_object_ref (gtk_window_get_toplevels ());
  for (guint i = 0; i < g_list_model_get_n_items (all); i++)
    {
      g_autoptr (GtkWindow) other = g_list_model_get_item (all, i);
      if (other != GTK_WINDOW (window) && gtk_widget_get_mapped (GTK_WIDGET (other)))
        return other;
    }
  return NULL;
}

static void
close_other (LofiMainWindow *window)
{
  g_assert_true (WAIT_FOR (other_window (window), 5000));
  gtk_window_close (other_window (window));
  g_assert_true (WAIT_FOR (!other_window (window), 5000));
}

/* Every template there is can be made. */
static void
test_dialogs (void)
{
  LofiMainWindow *window = ui_start_finished ();
  ui_fresh_chart (window, LOFI_VIEW_SPECTRUM);
  ui_act (window, "win.export");
  close_other (window);
  ui_act (window, "win.show-help-overlay");
  close_other (window);
  g_action_group_activate_action (G_ACTION_GROUP (ui_app), "about", NULL);
  close_other (window);
  ui_close (window);
}

int
main (int argc, char **argv)
{
  ui_init (&argc, &argv);
  g_test_add_func ("/window/activate", test_activate);
  g_test_add_func ("/window/numbers", test_numbers);
  g_test_add_func ("/window/change-of-width", test_change_of_width);
  g_test_add_func ("/window/data-settings", test_data_settings);
  g_test_add_func ("/window/walk", test_walk);
  g_test_add_func ("/window/error", test_error);
  g_test_add_func ("/window/files", test_files);
  g_test_add_func ("/window/layers", test_layers);
  g_test_add_func ("/window/remembers", test_remembers);
  g_test_add_func ("/window/accessible", test_accessible);
  g_test_add_func ("/window/dialogs", test_dialogs);
  return ui_run ();
}
