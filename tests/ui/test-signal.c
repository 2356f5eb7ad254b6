/* What is signal: null lines, shuffled labels, K by the number of outliers, and what kept features hold of a teacher. */
#include "config.h"
#include <glib/gstdio.h>
#include <string.h>
#include "lofi-layer-facts.h"
#include "lofi-pixels.h"
#include "lofi-pointer.h"
#include "lofi-setting.h"

static const char *const few[] = { "data.train=200", "data.test=150", "layer1.width=60", "layer1.keep=6", "layer2.width=50", "layer2.keep=5",
                                   "layer3.width=30", NULL };
static const char *const teacher[] = { "data.source=xor", "data.labels=", "data.dimension=12", "data.train=600", "data.test=300",
                                       "layer1.width=80", "layer1.keep=4", "layer1.activation=tanh", "layer1.center-labels=true",
                                       "layer2.width=60", "layer2.keep=5", "layer2.bias=1", "layer3.width=60", NULL };

static LofiSession *
session_of (LofiMainWindow *window)
{
  return lofi_main_window_get_session (window);
}

static const LofiNull *
null_of (LofiMainWindow *window, guint layer)
{
  return lofi_session_get_null (lofi_session_get_layer (session_of (window), layer, NULL), layer);
}

static LofiCard *
card_of (LofiMainWindow *window, guint index)
{
  return lofi_network_get_card (lofi_main_window_get_network (window), index);
}

/* The cards, the facts and the result say the same; a layer without a filter says nothing. */
static void
test_null_lines (void)
{
  LofiMainWindow *window = ui_start (few);
  ui_finish_fit (window);
  for (guint layer = 0; layer < 2; layer++)
    {
      const LofiNull *null = null_of (window, layer);
      g_assert_nonnull (null);
      g_assert_cmpuint (null->permutations, ==, LOFI_NULL_PERMUTATIONS);
      g_autofree char *outliers = g_strdup_printf (lofi_null_outliers (null) == 1 ? "%zu outlier" : "%zu outliers", lofi_null_outliers (null));
      g_assert_cmpstr (lofi_card_get_outliers (card_of (window, layer + 1)), ==, outliers);
      lofi_session_set_card (session_of (window), layer + 1);
      LofiFacts *facts = ui_part (ui_layer_page (window), "facts");
      g_autofree char *sides = g_strdup_printf ("%zu below, %zu above", null->below, null->above);
      g_assert_cmpstr (lofi_facts_get (facts, LOFI_FACT_OUTLIERS), ==, sides);
      g_assert_cmpstr (lofi_facts_get (facts, LOFI_FACT_NULL_FROM), ==, "20 permutations");
      g_assert_nonnull (strstr (lofi_facts_get (facts, LOFI_FACT_NULL_LINE), " … "));
    }
  g_assert_cmpstr (lofi_card_get_outliers (card_of (window, 3)), ==, "");
  g_assert_cmpstr (lofi_card_get_outliers (card_of (window, 4)), ==, "");
  g_assert_true (g_str_has_prefix (lofi_stepper_get_status (lofi_main_window_get_stepper (window)), "done in"));
  ui_close (window);
}

/* The stage after the fit is seen, and stopping it leaves a finished result. */
static void
test_refining (void)
{
  static const char *const wide[] = { "data.train=4000", "data.test=300", "layer1.width=1500", "layer1.keep=20", "layer2.width=1500",
                                      "layer2.keep=20", "layer3.width=30", NULL };
  LofiMainWindow *window = ui_start (wide);
  LofiSession *session = session_of (window);
  g_assert_true (WAIT_FOR (!lofi_session_is_busy (session), FIT_MS));
  g_assert_true (lofi_session_is_refining (session));
  for (guint card = 0; card < 5; card++)
    g_assert_cmpint (lofi_card_get_shown (card_of (window, card)), ==, LOFI_SHOWN_FRESH);
  g_assert_true (WAIT_FOR (strstr (lofi_stepper_get_status (lofi_main_window_get_stepper (window)), "null lines"), 10000));
  LofiFacts *facts = ui_part (ui_layer_page (window), "facts");
  if (null_of (window, 0)->permutations == 0)
    g_assert_cmpstr (lofi_facts_get (facts, LOFI_FACT_NULL_FROM), ==, "the law, permutations under way");
  gtk_window_set_focus (GTK_WINDOW (window), GTK_WIDGET (lofi_main_window_get_chart (window, LOFI_VIEW_SPECTRUM)));
  pointer_run ("key Escape");
  g_assert_true (WAIT_FOR (!lofi_session_is_refining (session), 3000));
  g_assert_true (g_str_has_prefix (lofi_stepper_get_status (lofi_main_window_get_stepper (window)), "done in"));
  for (guint card = 0; card < 5; card++)
    g_assert_cmpint (lofi_card_get_shown (card_of (window, card)), ==, LOFI_SHOWN_FRESH);
  g_assert_null (lofi_main_window_get_banner (window));
  ui_close (window);
}

static gboolean
has_shuffled (LofiMainWindow *window)
{
  LofiSession *session = session_of (window);
  int layer = lofi_session_get_place (session).layer;
  lofi_main_window_update_scene (window);
  return lofi_session_get_shuffled_spectrum (session, lofi_session_get_layer (session, layer, NULL), layer) != NULL;
}

/* The key S: over the real spectrum and off again; of another result it is fetched again. */
static void
test_shuffled (void)
{
  LofiMainWindow *window = ui_start (few);
  LofiSession *session = session_of (window);
  ui_finish_fit (window);
  LofiChart *chart = ui_fresh_chart (window, LOFI_VIEW_SPECTRUM);
  g_auto (Pixels) plain = pixels_of (chart);
  gtk_window_set_focus (GTK_WINDOW (window), GTK_WIDGET (chart));
  pointer_run ("key s");
  g_assert_true (WAIT_FOR (has_shuffled (window), 10000));
  ui_fresh_chart (window, LOFI_VIEW_SPECTRUM);
  g_auto (Pixels) both = pixels_of (chart);
  g_assert_cmpuint (pixels_differ (&plain, &both), >, 200);
  pointer_run ("key s");
  g_assert_true (WAIT_FOR (!lofi_session_get_shuffled (session), 3000));
  ui_fresh_chart (window, LOFI_VIEW_SPECTRUM);
  g_auto (Pixels) again = pixels_of (chart);
  g_assert_cmpuint (pixels_differ (&both, &again), >, 200);
  pointer_run ("key s");
  g_assert_true (WAIT_FOR (has_shuffled (window), 10000));
  gtk_spin_button_set_value (ui_part (ui_layer_page (window), "width"), 70);
  g_assert_false (has_shuffled (window) && lofi_session_is_busy (session) && lofi_session_get_layer (session, 0, NULL)->layers[0]->width == 70);
  ui_finish_fit (window);
  g_assert_true (WAIT_FOR (has_shuffled (window), 10000));
  g_assert_cmpuint (lofi_session_get_shuffled_spectrum (session, lofi_session_get_layer (session, 0, NULL), 0)->matrix.rows, ==, 70);
  /* Layer 2 has its own. */
  lofi_session_set_card (session, 2);
  g_assert_false (has_shuffled (window));
  g_assert_true (WAIT_FOR (has_shuffled (window), 10000));
  g_assert_null (lofi_main_window_get_banner (window));
  ui_close (window);
}

/* K by itself: the switch, its bounds, what was chosen as a fact, and where it cannot be. */
static void
test_keep_auto (void)
{
  LofiMainWindow *window = ui_start (few);
  LofiSession *session = session_of (window);
  ui_finish_fit (window);
  gpointer page = ui_layer_page (window);
  GtkWidget *automatic = ui_part (page, "automatic");
  g_assert_true (gtk_widget_get_sensitive (automatic));
  g_assert_false (gtk_widget_get_mapped (ui_part (page, "keep_min")));
  pointer_click (automatic);
  g_assert_true (WAIT_FOR (lofi_experiment_layer (lofi_session_get_experiment (session), 0)->keep_auto, 5000));
  gtk_spin_button_set_value (ui_part (page, "keep_min"), 2);
  gtk_spin_button_set_value (ui_part (page, "keep_max"), 4);
  const LofiLayerSpec *layer = lofi_experiment_layer (lofi_session_get_experiment (session), 0);
  g_assert_cmpuint (layer->keep_min, ==, 2);
  g_assert_cmpuint (layer->keep_max, ==, 4);
  g_assert_true (WAIT_FOR (!lofi_session_is_busy (session) && !lofi_session_is_refining (session), FIT_MS));
  g_assert_null (lofi_main_window_get_banner (window));
  gsize kept = lofi_session_get_layer (session, 0, NULL)->layers[0]->keep;
  g_assert_cmpuint (kept, ==, CLAMP (lofi_null_outliers (null_of (window, 0)), 2, 4));
  g_autofree char *chosen = g_strdup_printf ("%zu", kept), *headline = g_strdup_printf ("P = 60, K = %zu (auto)", kept);
  g_assert_cmpstr (gtk_label_get_text (ui_part (page, "chosen")), ==, chosen);
  g_assert_cmpstr (lofi_card_get_headline (card_of (window, 1)), ==, headline);
  g_assert_false (gtk_widget_get_visible (ui_part (page, "keep")));
  /* The lower bound pushes the upper one. */
  gtk_spin_button_set_value (ui_part (page, "keep_min"), 6);
  layer = lofi_experiment_layer (lofi_session_get_experiment (session), 0);
  g_assert_cmpuint (layer->keep_max, ==, 6);
  /* Off: the number it had. Order 1 has one direction, and says so. */
  gtk_check_button_set_active (GTK_CHECK_BUTTON (automatic), FALSE);
  layer = lofi_experiment_layer (lofi_session_get_experiment (session), 0);
  g_assert_false (layer->keep_auto);
  g_assert_cmpuint (layer->keep, ==, 6);
  gtk_drop_down_set_selected (ui_part (page, "order"), LOFI_ORDER_1);
  g_assert_false (gtk_widget_get_sensitive (automatic));
  ui_finish_fit (window);
  g_assert_null (lofi_main_window_get_banner (window));
  ui_close (window);
}

static guint
x_of (LofiSession *session)
{
  guint x, y;
  lofi_session_get_features (session, &x, &y);
  return x;
}

/* A click on a bar of the overlaps outlines its direction, whose feature then runs to the right. */
static void
click_bar (LofiMainWindow *window, LofiChart *bars)
{
  int width = gtk_widget_get_width (GTK_WIDGET (bars)), height = gtk_widget_get_height (GTK_WIDGET (bars));
  for (int x = width - 8; x > 0; x -= 6)
    for (int y = height / 2; y < height - 30; y += 8)
      {
        LofiPick pick;
        if (!lofi_figure_pick (lofi_chart_get_figure (bars), width, height, lofi_screen_style (), x, y, &pick) || !pick.is_direction)
          continue;
        pointer_move (GTK_WIDGET (bars), x, y);
        pointer_run ("click 1");
        g_assert_true (WAIT_FOR (window->direction == pick.index, 5000));
        g_assert_cmpuint (x_of (session_of (window)), ==, (guint) pick.index);
        return;
      }
  g_assert_not_reached ();
}

static void
test_features (void)
{
  LofiMainWindow *window = ui_start (teacher);
  LofiSession *session = session_of (window);
  ui_finish_fit (window);
  g_assert_null (lofi_main_window_get_banner (window));
  ui_act_path (window, "win.show-view", "features");
  LofiChart *scatter = ui_fresh_chart (window, LOFI_VIEW_FEATURES);
  LofiChart *bars = lofi_features_bar_get_chart (lofi_main_window_get_features_bar (window));
  g_assert_true (WAIT_FOR ((lofi_main_window_update_scene (window), lofi_chart_get_figure (bars)), 10000));
  g_assert_true (gtk_widget_get_mapped (GTK_WIDGET (bars)));
  g_auto (Pixels) first = pixels_of (scatter);
  const LofiStyle *style = lofi_style_light ();
  g_assert_cmpuint (pixels_count (&first, style->positive, 60), >, 100);
  g_assert_cmpuint (pixels_count (&first, style->negative, 60), >, 100);
  g_auto (Pixels) overlaps = pixels_of (bars);
  g_assert_cmpuint (pixels_count (&overlaps, style->background, 2), <, (guint) overlaps.width * overlaps.height);
  click_bar (window, bars);
  g_assert_true (WAIT_FOR ((lofi_main_window_update_scene (window), lofi_session_is_scattering (session) == FALSE), 10000));
  ui_fresh_chart (window, LOFI_VIEW_FEATURES);
  g_auto (Pixels) other = pixels_of (scatter);
  g_assert_cmpuint (pixels_differ (&first, &other), >, 200);
  /* The two controls never show the same feature. */
  gpointer bar = lofi_main_window_get_features_bar (window);
  gtk_spin_button_set_value (ui_part (bar, "x"), 1);
  gtk_spin_button_set_value (ui_part (bar, "y"), 1);
  guint x, y;
  lofi_session_get_features (session, &x, &y);
  g_assert_cmpuint (x, ==, 0);
  g_assert_cmpuint (y, !=, x);
  gtk_spin_button_set_value (ui_part (bar, "y"), 4);
  lofi_session_get_features (session, &x, &y);
  g_assert_cmpuint (y, ==, 3);
  /* Both pictures are exported. */
  g_autofree char *folder = g_dir_make_tmp ("lofi-ui-XXXXXX", NULL), *path = g_build_filename (folder, "a.pdf", NULL);
  g_autofree char *above = g_build_filename (folder, "a-overlaps.pdf", NULL);
  g_assert_true (WAIT_FOR (!lofi_session_is_scattering (session), 10000));
  ui_fresh_chart (window, LOFI_VIEW_FEATURES);
  ui_act_path (window, "win.export-path", path);
  g_assert_true (WAIT_FOR (lofi_main_window_get_exports (window) == 0, 20000));
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
  g_assert_true (g_file_test (above, G_FILE_TEST_IS_REGULAR));
  g_remove (path);
  g_remove (above);
  g_rmdir (folder);
  ui_close (window);
}

/* Without a teacher there is only the scatter; of images too. */
static void
test_features_of_images (void)
{
  LofiMainWindow *window = ui_start (few);
  ui_finish_fit (window);
  ui_act_path (window, "win.show-view", "features");
  LofiChart *scatter = ui_fresh_chart (window, LOFI_VIEW_FEATURES);
  g_assert_cmpstr (lofi_figure_description (lofi_chart_get_figure (scatter)), !=, "");
  g_assert_false (gtk_widget_get_mapped (GTK_WIDGET (lofi_features_bar_get_chart (lofi_main_window_get_features_bar (window)))));
  /* No filter, no features: the tab goes, and what is shown is something else. */
  LofiExperiment *e = lofi_session_dup_experiment (session_of (window));
  for (guint i = 0; i < e->layers->len; i++)
    lofi_experiment_layer (e, i)->keep = LOFI_KEEP_NONE;
  lofi_session_edit (session_of (window), e, NULL);
  g_assert_false (adw_view_stack_page_get_visible (window->features_view));
  g_assert_cmpstr (lofi_main_window_get_tab (window), !=, "features");
  ui_finish_fit (window);
  ui_close (window);
}

int
main (int argc, char **argv)
{
  ui_init (&argc, &argv);
  g_test_add_func ("/signal/null-lines", test_null_lines);
  g_test_add_func ("/signal/refining", test_refining);
  g_test_add_func ("/signal/shuffled", test_shuffled);
  g_test_add_func ("/signal/keep-auto", test_keep_auto);
  g_test_add_func ("/signal/features", test_features);
  g_test_add_func ("/signal/features-of-images", test_features_of_images);
  return ui_run ();
}
