/* Layers of every kind, added, changed, moved and removed by hand; what cannot go together is grey before it is tried. */
#include "config.h"
#include <string.h>
#include "lofi-add-layer.h"
#include "lofi-choice.h"
#include "lofi-degrees.h"
#include "lofi-layer-facts.h"
#include "lofi-pointer.h"
#include "lofi-setting.h"

static LofiSession *
session_of (LofiMainWindow *window)
{
  return lofi_main_window_get_session (window);
}

static const LofiLayerSpec *
layer_of (LofiMainWindow *window, guint index)
{
  return lofi_experiment_layer (lofi_session_get_experiment (session_of (window)), index);
}

static guint
count_of (LofiMainWindow *window)
{
  return lofi_session_get_experiment (session_of (window))->layers->len;
}

static const char *
headline_of (LofiMainWindow *window, guint card)
{
  return lofi_card_get_headline (lofi_network_get_card (lofi_main_window_get_network (window), card));
}

static void
assert_all_fresh (LofiMainWindow *window)
{
  ui_finish_fit (window);
  g_assert_null (lofi_main_window_get_banner (window));
  for (guint card = 0; card <= count_of (window) + 1; card++)
    g_assert_cmpint (lofi_card_get_shown (lofi_network_get_card (lofi_main_window_get_network (window), card)), ==, LOFI_SHOWN_FRESH);
}

static const char *const few[] = { "data.train=120", "data.test=100", "layer1.width=40", "layer1.keep=6", "layer2.width=40", "layer2.keep=5",
                                   "layer3.width=30", NULL };

/* A convolution before dense layers gets its flatten layer; pooling goes between; the stepper has one step for each of those. */
static void
test_kinds (void)
{
  LofiMainWindow *window = ui_start (few);
  ui_finish_fit (window);
  gpointer page = ui_layer_page (window);
  gtk_drop_down_set_selected (ui_part (page, "kind"), LOFI_KIND_CONV);
  g_assert_cmpuint (count_of (window), ==, 4);
  g_assert_cmpint (layer_of (window, 0)->kind, ==, LOFI_KIND_CONV);
  g_assert_cmpuint (layer_of (window, 0)->width, ==, 40);       /* what both kinds have stays */
  g_assert_cmpuint (layer_of (window, 0)->keep, ==, 6);
  g_assert_cmpint (layer_of (window, 1)->kind, ==, LOFI_KIND_FLATTEN);
  gtk_spin_button_set_value (ui_part (page, "padding"), 1);
  gtk_spin_button_set_value (ui_part (page, "stride"), 2);
  g_assert_true (gtk_widget_get_visible (ui_part (page, "size_setting")));
  g_assert_false (gtk_widget_get_visible (ui_part (page, "mode_setting")));
  ui_act_path (window, "win.insert-layer", "pool");
  g_assert_cmpuint (count_of (window), ==, 5);
  g_assert_cmpint (layer_of (window, 1)->kind, ==, LOFI_KIND_POOL);
  g_assert_cmpuint (lofi_session_get_card (session_of (window)), ==, 2);
  g_assert_false (gtk_widget_get_visible (ui_part (page, "keep_setting")));
  g_assert_true (gtk_widget_get_visible (ui_part (page, "mode_setting")));
  g_assert_false (gtk_widget_get_visible (ui_part (page, "degrees")));
  gtk_drop_down_set_selected (ui_part (page, "mode"), LOFI_POOL_AVERAGE);
  g_assert_cmpint (layer_of (window, 1)->mode, ==, LOFI_POOL_AVERAGE);
  assert_all_fresh (window);
  g_assert_cmpstr (headline_of (window, 1), ==, "3 × 3, P = 40, K = 6");
  g_assert_cmpstr (headline_of (window, 2), ==, "mean of 2 × 2");
  g_assert_cmpstr (lofi_facts_get (ui_part (page, "facts"), LOFI_FACT_OUTPUTS), ==, "6 × 7 × 7");
  g_assert_cmpstr (lofi_page_get_note (window->pages[LOFI_VIEW_SPECTRUM]), ==, "6 × 14 × 14 → 6 × 7 × 7");
  g_assert_cmpuint (lofi_places_count (lofi_session_get_experiment (session_of (window))), ==, 2 + 4 + 1 + 1 + 4 + 1);
  /* Walking through all of it draws something or says something everywhere. */
  ui_act (window, "win.step-first");
  for (guint i = 0; i < lofi_places_count (lofi_session_get_experiment (session_of (window))); i++)
    {
      LofiView view = lofi_session_get_view (session_of (window));
      LofiChart *chart = lofi_main_window_get_chart (window, view);
      g_assert_true (WAIT_FOR ((lofi_main_window_update_scene (window), lofi_chart_get_figure (chart)
                                || strstr (lofi_page_get_note (window->pages[view]), "→")), 20000));
      lofi_session_step (session_of (window), 1);
    }
  /* Undo takes it all back. */
  while (lofi_session_can_undo (session_of (window)))
    ui_act (window, "win.undo");
  g_assert_cmpuint (count_of (window), ==, 3);
  g_assert_cmpint (layer_of (window, 0)->kind, ==, LOFI_KIND_DENSE);
  assert_all_fresh (window);
  ui_close (window);
}

/* A filter on the input, patches, orders and the infinite width. */
static void
test_filters (void)
{
  LofiMainWindow *window = ui_start (few);
  gpointer page = ui_layer_page (window);
  gtk_drop_down_set_selected (ui_part (page, "kind"), LOFI_KIND_FILTER);
  g_assert_false (gtk_widget_get_visible (ui_part (page, "width_setting")));
  g_assert_nonnull (lofi_setting_get_reason (ui_part (page, "stride_setting")));     /* the whole input has no window to move */
  assert_all_fresh (window);
  g_assert_cmpstr (headline_of (window, 1), ==, "no lift, K = 6");
  gtk_drop_down_set_selected (ui_part (page, "order"), LOFI_ORDER_1_2);
  g_assert_cmpint (layer_of (window, 0)->order, ==, LOFI_ORDER_1_2);
  assert_all_fresh (window);
  gtk_drop_down_set_selected (ui_part (page, "order"), LOFI_ORDER_2);
  gtk_drop_down_set_selected (ui_part (page, "kind"), LOFI_KIND_DENSE);
  gtk_toggle_button_set_active (ui_part (page, "infinite"), TRUE);
  g_assert_cmpuint (layer_of (window, 0)->width, ==, LOFI_WIDTH_INFINITE);
  g_assert_false (gtk_widget_get_sensitive (ui_part (page, "width")));
  g_assert_nonnull (lofi_setting_get_reason (ui_part (page, "order_setting")));
  g_assert_nonnull (lofi_setting_get_reason (ui_part (page, "center_lift_setting")));
  assert_all_fresh (window);
  g_assert_cmpstr (headline_of (window, 1), ==, "P = ∞, K = 6");
  gtk_toggle_button_set_active (ui_part (page, "infinite"), FALSE);
  g_assert_cmpuint (layer_of (window, 0)->width, ==, 40);       /* the number it had comes back */
  assert_all_fresh (window);
  ui_close (window);
}

/* What would be refused is grey, with the reason; and cannot be chosen by hand. */
static void
test_grey (void)
{
  LofiMainWindow *window = ui_start (few);
  ui_finish_fit (window);
  LofiSession *session = session_of (window);
  lofi_session_set_card (session, 2);
  gpointer page = ui_layer_page (window);
  GtkDropDown *kind = ui_part (page, "kind");
  g_assert_nonnull (lofi_choice_get_reason (kind, LOFI_KIND_CONV));      /* after a dense layer there are no positions */
  g_assert_null (lofi_choice_get_reason (kind, LOFI_KIND_FILTER));
  guint64 generation = lofi_session_get_generation (session);
  gtk_drop_down_set_selected (kind, LOFI_KIND_CONV);                     /* as a click in the list does */
  g_assert_cmpuint (gtk_drop_down_get_selected (kind), ==, LOFI_KIND_DENSE);
  g_assert_cmpint (layer_of (window, 1)->kind, ==, LOFI_KIND_DENSE);
  g_assert_cmpuint (lofi_session_get_generation (session), ==, generation);
  /* By the keys: past the grey entries to one that can be had. */
  gtk_widget_grab_focus (GTK_WIDGET (kind));
  pointer_run ("key space");
  WAIT (400);
  pointer_run ("key Down");
  pointer_run ("key Return");
  g_assert_true (WAIT_FOR (layer_of (window, 1)->kind == LOFI_KIND_FILTER, 3000));
  ui_act (window, "win.undo");
  /* A truncation to a constant. */
  gtk_drop_down_set_selected (ui_part (page, "activation"), LOFI_SQUARE);
  g_assert_nonnull (lofi_choice_get_reason (ui_part (page, "degree"), 1));
  g_assert_null (lofi_choice_get_reason (ui_part (page, "degree"), 2));
  /* Whatever is not grey works. */
  GtkDropDown *drops[] = { ui_part (page, "order"), ui_part (page, "degree") };
  for (guint d = 0; d < G_N_ELEMENTS (drops); d++)
    for (guint i = 0; i < lofi_choice_count (drops[d]); i++)
      if (!lofi_choice_get_reason (drops[d], i))
        {
          gtk_drop_down_set_selected (drops[d], i);
          g_assert_null (lofi_session_get_message (session));
          g_assert_null (lofi_session_get_plan_problem (session));
        }
  ui_close (window);
}

/* The button, its popover, a click on a kind; the keys that move and remove. */
static void
test_add_and_move (void)
{
  LofiMainWindow *window = ui_start (few);
  ui_finish_fit (window);
  LofiSession *session = session_of (window);
  LofiAddLayer *add = ui_part (lofi_main_window_get_network (window), "add");
  lofi_session_set_card (session, 3);
  lofi_add_layer_popup (add);
  GtkWidget *button = lofi_add_layer_get_button (add, LOFI_KIND_FILTER);
  g_assert_true (WAIT_FOR (gtk_widget_get_mapped (button), 5000));
  g_assert_false (gtk_widget_get_sensitive (lofi_add_layer_get_button (add, LOFI_KIND_CONV)));
  WAIT (300);
  pointer_click (button);
  g_assert_true (WAIT_FOR (count_of (window) == 4, 5000));
  g_assert_cmpint (layer_of (window, 3)->kind, ==, LOFI_KIND_FILTER);
  g_assert_cmpuint (lofi_session_get_card (session), ==, 4);
  assert_all_fresh (window);
  gtk_window_set_focus (GTK_WINDOW (window), GTK_WIDGET (lofi_main_window_get_chart (window, lofi_session_get_view (session))));
  pointer_run ("key alt+Up");
  g_assert_true (WAIT_FOR (layer_of (window, 2)->kind == LOFI_KIND_FILTER, 3000));
  g_assert_cmpuint (lofi_session_get_card (session), ==, 3);
  pointer_run ("key alt+Down");
  g_assert_true (WAIT_FOR (layer_of (window, 3)->kind == LOFI_KIND_FILTER, 3000));
  pointer_run ("key alt+Delete");
  g_assert_true (WAIT_FOR (count_of (window) == 3, 3000));
  ui_act (window, "win.undo");
  g_assert_cmpuint (count_of (window), ==, 4);
  ui_act (window, "win.undo");
  ui_act (window, "win.undo");
  ui_act (window, "win.undo");
  g_assert_cmpuint (count_of (window), ==, 3);
  /* At the ends there is nowhere to go. */
  lofi_session_set_card (session, 1);
  GtkWidget *up = ui_part (lofi_main_window_get_inspector (window), "move_up");
  g_assert_false (gtk_widget_get_sensitive (up));
  g_assert_nonnull (strstr (gtk_widget_get_tooltip_text (up), "first layer"));
  ui_act (window, "win.move-layer-down");
  g_assert_cmpuint (layer_of (window, 1)->keep, ==, 6);
  assert_all_fresh (window);
  ui_close (window);
}

/* The plan: there before anything runs, and what is beyond the budget is said with what to reduce. */
static void
test_plan (void)
{
  LofiMainWindow *window = ui_start (few);
  LofiSession *session = session_of (window);
  LofiPlanButton *button = lofi_main_window_get_plan (window);
  g_assert_true (WAIT_FOR (lofi_session_get_plan (session) && lofi_session_get_plan_seconds (session) >= 0, 20000));
  g_assert_nonnull (strstr (lofi_plan_button_get_text (button), "≈"));
  ui_finish_fit (window);
  gsize before = lofi_session_get_plan (session)->bytes;
  gtk_spin_button_set_value (ui_part (ui_layer_page (window), "width"), 4000);
  g_assert_cmpuint (lofi_session_get_plan (session)->bytes, >, before);
  ui_act (window, "win.undo");
  gtk_drop_down_set_selected (ui_part (button, "precision"), LOFI_PRECISION_DOUBLE);
  g_assert_cmpint (lofi_session_get_experiment (session)->precision, ==, LOFI_PRECISION_DOUBLE);
  gtk_drop_down_set_selected (ui_part (button, "memory"), 2);
  g_assert_cmpuint (lofi_session_get_experiment (session)->memory, ==, (guint64) 2 << 30);
  LofiExperiment *e = lofi_session_dup_experiment (session);
  e->memory = 100000;
  lofi_session_edit (session, e, NULL);
  ui_finish_fit (window);
  g_assert_nonnull (lofi_session_get_plan_problem (session));
  g_assert_true (gtk_widget_get_visible (ui_part (button, "warning")));
  g_assert_nonnull (strstr (gtk_label_get_text (ui_part (button, "problem")), "memory"));
  g_assert_nonnull (lofi_main_window_get_banner (window));
  ui_act (window, "win.undo");
  g_assert_false (gtk_widget_get_visible (ui_part (button, "warning")));
  gtk_menu_button_popup (ui_part (button, "menu"));
  g_assert_true (WAIT_FOR (gtk_widget_get_mapped (ui_part (button, "stages")), 5000));
  g_assert_nonnull (gtk_grid_get_child_at (ui_part (button, "stages"), 2, 3));
  gtk_menu_button_popdown (ui_part (button, "menu"));
  ui_finish_fit (window);
  ui_close (window);
}

/* Degrees are measured when asked for, of the layer at hand, and old ones are never shown as new. */
static void
test_degrees (void)
{
  static const char *const linear[] = { "data.train=120", "data.test=100", "layer1.width=60", "layer1.keep=4", "layer1.activation=square",
                                        "layer2.width=40", "layer2.keep=5", NULL };
  LofiMainWindow *window = ui_start (linear);
  ui_finish_fit (window);
  LofiSession *session = session_of (window);
  LofiDegrees *degrees = ui_part (ui_layer_page (window), "degrees");
  LofiShown shown;
  g_assert_true (gtk_widget_get_sensitive (lofi_degrees_get_button (degrees)));
  g_assert_cmpstr (lofi_degrees_get_summary (degrees), ==, "");
  g_signal_emit_by_name (lofi_degrees_get_button (degrees), "clicked");
  g_assert_false (gtk_widget_get_sensitive (lofi_degrees_get_button (degrees)));
  g_assert_true (WAIT_FOR (lofi_session_get_degrees (session, 0, &shown) != NULL, 60000));
  LofiArray *shares = lofi_session_get_degrees (session, 0, &shown);
  g_assert_cmpuint (shares->matrix.rows, ==, 4);
  for (gsize k = 0; k < 4; k++)
    {
      /* The square of a linear function has degrees 0 and 2 alone. */
      const double *row = shares->matrix.data + k * shares->matrix.stride;
      g_assert_true (row[0] + row[2] >= 0.99);
    }
  g_assert_nonnull (strstr (lofi_degrees_get_summary (degrees), "degree 2"));
  lofi_session_set_card (session, 2);
  g_assert_cmpstr (lofi_degrees_get_summary (degrees), ==, "");
  lofi_session_set_card (session, 1);
  g_assert_cmpstr (lofi_degrees_get_summary (degrees), !=, "");
  gtk_spin_button_set_value (ui_part (ui_layer_page (window), "width"), 70);
  lofi_session_get_degrees (session, 0, &shown);
  g_assert_cmpint (shown, !=, LOFI_SHOWN_FRESH);
  ui_finish_fit (window);
  g_assert_cmpstr (lofi_degrees_get_summary (degrees), ==, "");
  /* Closing while one is measured leaves nothing behind. */
  g_signal_emit_by_name (lofi_degrees_get_button (degrees), "clicked");
  ui_close (window);
}

int
main (int argc, char **argv)
{
  ui_init (&argc, &argv);
  g_test_add_func ("/layers/kinds", test_kinds);
  g_test_add_func ("/layers/filters", test_filters);
  g_test_add_func ("/layers/grey", test_grey);
  g_test_add_func ("/layers/add-and-move", test_add_and_move);
  g_test_add_func ("/layers/plan", test_plan);
  g_test_add_func ("/layers/degrees", test_degrees);
  return ui_run ();
}
