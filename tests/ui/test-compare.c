/* Data of every source, groups of one's own, penalties, and what LoFi is compared with. */
#include "config.h"
#include <glib/gstdio.h>
#include <string.h>
#include "lofi-choice.h"
#include "lofi-classes.h"
#include "lofi-number.h"
#include "lofi-pointer.h"
#include "lofi-setting.h"
#include "lofi-source.h"

static const char *const few[] = { "data.train=120", "data.test=100", "layer1.width=40", "layer1.keep=6", "layer2.width=40", "layer2.keep=5",
                                   "layer3.width=30", NULL };

static const LofiExperiment *
experiment_of (LofiMainWindow *window)
{
  return lofi_session_get_experiment (lofi_main_window_get_session (window));
}

static gpointer
page_of (LofiMainWindow *window, const char *id)
{
  return ui_part (lofi_main_window_get_inspector (window), id);
}

static void
finish (LofiMainWindow *window)
{
  ui_finish_fit (window);
  g_assert_null (lofi_main_window_get_banner (window));
}

static void
test_teachers (void)
{
  LofiMainWindow *window = ui_start (few);
  lofi_session_set_card (lofi_main_window_get_session (window), 0);
  gpointer page = page_of (window, "data_page");
  GtkDropDown *source = ui_part (page, "source_choice");
  for (guint i = 0; i < lofi_sources_count (); i++)
    {
      if (lofi_choice_get_reason (source, i))
        continue;
      gtk_drop_down_set_selected (source, i);
      g_assert_cmpstr (experiment_of (window)->data.source, ==, lofi_source_info (i).name);
      finish (window);
    }
  gtk_drop_down_set_selected (source, lofi_source_find ("single-index"));
  g_assert_true (gtk_widget_get_visible (ui_part (page, "exponent_setting")));
  g_assert_nonnull (lofi_setting_get_reason (ui_part (page, "labels_setting")));
  gtk_spin_button_set_value (ui_part (page, "exponent"), 3);
  gtk_spin_button_set_value (ui_part (page, "dimension"), 30);
  g_assert_cmpint (experiment_of (window)->data.exponent, ==, 3);
  g_assert_cmpuint (experiment_of (window)->data.dimension, ==, 30);
  finish (window);
  gtk_drop_down_set_selected (source, lofi_source_find ("fashion-mnist"));
  g_assert_cmpstr (experiment_of (window)->data.labels, ==, "shirt");
  g_assert_false (gtk_widget_get_visible (ui_part (page, "exponent_setting")));
  finish (window);
  /* With a convolution no teacher can be had. */
  LofiExperiment *e = lofi_session_dup_experiment (lofi_main_window_get_session (window));
  lofi_layer_spec_set_kind (lofi_experiment_layer (e, 0), LOFI_KIND_CONV);
  lofi_layer_spec_set_kind (lofi_experiment_layer (e, 1), LOFI_KIND_FLATTEN);
  lofi_session_edit (lofi_main_window_get_session (window), e, NULL);
  g_assert_nonnull (lofi_choice_get_reason (source, lofi_source_find ("xor")));
  ui_close (window);
}

static void
test_groups (void)
{
  LofiMainWindow *window = ui_start (few);
  ui_finish_fit (window);
  lofi_session_set_card (lofi_main_window_get_session (window), 0);
  gpointer page = page_of (window, "data_page");
  GtkDropDown *labels = ui_part (page, "labels");
  LofiClasses *classes = ui_part (page, "classes");
  gtk_drop_down_set_selected (labels, lofi_choice_count (labels) - 1);
  g_assert_null (experiment_of (window)->data.labels);
  g_assert_cmpuint (experiment_of (window)->data.positive->len, ==, 1);
  g_assert_cmpuint (experiment_of (window)->data.negative->len, ==, 2);
  g_assert_cmpint (lofi_classes_get_side (classes, 6), ==, 1);
  finish (window);
  g_assert_true (WAIT_FOR (gtk_widget_get_mapped (lofi_classes_get_button (classes, 0)), 3000));
  gtk_widget_queue_draw (GTK_WIDGET (window));
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
  pointer_click (lofi_classes_get_button (classes, 0));
  g_assert_true (WAIT_FOR (lofi_classes_get_side (classes, 0) == 1, 3000));
  g_assert_cmpuint (experiment_of (window)->data.positive->len, ==, 2);
  finish (window);
  pointer_click (lofi_classes_get_button (classes, 0));
  g_assert_true (WAIT_FOR (lofi_classes_get_side (classes, 0) == -1, 3000));
  /* The last class of a side stays, and says so. */
  g_signal_emit_by_name (lofi_classes_get_button (classes, 6), "clicked");
  g_assert_cmpint (lofi_classes_get_side (classes, 6), ==, 1);
  g_assert_nonnull (strstr (gtk_widget_get_tooltip_text (lofi_classes_get_button (classes, 6)), "last"));
  finish (window);
  gtk_drop_down_set_selected (labels, 0);
  g_assert_cmpstr (experiment_of (window)->data.labels, ==, "shirt");
  g_assert_false (gtk_widget_get_visible (ui_part (page, "classes_setting")));
  finish (window);
  ui_close (window);
}

/* A table in a file: its column, and its classes. */
static void
test_table (void)
{
  LofiMainWindow *window = ui_start (few);
  g_autofree char *folder = g_dir_make_tmp ("lofi-ui-XXXXXX", NULL), *path = g_build_filename (folder, "wine.csv", NULL);
  GString *text = g_string_new ("acid,sugar,kind,quality\n");
  for (int i = 0; i < 80; i++)
    g_string_append_printf (text, "%d,%d,%d,%d\n", i % 7, (i * 13) % 11, i % 2, i % 3);
  g_assert_true (g_file_set_contents (path, text->str, text->len, NULL));
  g_string_free (text, TRUE);
  ui_act_path (window, "win.open-path", path);
  LofiSession *session = lofi_main_window_get_session (window);
  LofiExperiment *e = lofi_session_dup_experiment (session);
  g_ptr_array_set_size (e->layers, 1);
  lofi_experiment_layer (e, 0)->width = 20;
  lofi_experiment_layer (e, 0)->keep = 3;
  lofi_session_edit (session, e, NULL);
  finish (window);
  lofi_session_set_card (session, 0);
  gpointer page = page_of (window, "data_page");
  g_assert_true (gtk_widget_get_visible (ui_part (page, "column_setting")));
  gtk_editable_set_text (ui_part (page, "column"), "kind");
  g_signal_emit_by_name (ui_part (page, "column"), "activate");
  g_assert_cmpstr (experiment_of (window)->data.label_column, ==, "kind");
  finish (window);
  g_assert_cmpuint (lofi_session_get_task (session, NULL)->task->dataset->n_classes, ==, 2);
  g_remove (path);
  g_rmdir (folder);
  ui_close (window);
}

static const char *
card_text (LofiMainWindow *window, const char *id)
{
  LofiNetwork *network = lofi_main_window_get_network (window);
  GtkWidget *label = ui_part (lofi_network_get_card (network, experiment_of (window)->layers->len + 1), id);
  return gtk_widget_get_visible (label) ? gtk_label_get_text (GTK_LABEL (label)) : NULL;
}

static void
test_readout (void)
{
  LofiMainWindow *window = ui_start (few);
  ui_finish_fit (window);
  LofiSession *session = lofi_main_window_get_session (window);
  lofi_session_set_card (session, 4);
  gpointer page = page_of (window, "readout_page");
  LofiNumber *low = ui_part (page, "low");
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (low)), ==, "1e-6");
  gtk_editable_set_text (GTK_EDITABLE (low), "0,01");
  g_signal_emit_by_name (low, "activate");
  g_assert_cmpfloat (experiment_of (window)->penalty_low, ==, 0.01);
  gtk_editable_set_text (GTK_EDITABLE (low), "much");
  g_signal_emit_by_name (low, "activate");
  g_assert_cmpfloat (experiment_of (window)->penalty_low, ==, 0.01);
  g_assert_true (gtk_widget_has_css_class (GTK_WIDGET (low), "error"));
  gtk_spin_button_set_value (ui_part (page, "count"), 50);
  g_assert_cmpuint (experiment_of (window)->penalty_count, ==, 50);
  finish (window);
  g_assert_null (card_text (window, "kernel"));
  g_assert_null (card_text (window, "descent"));
  gtk_switch_set_active (ui_part (page, "kernel"), TRUE);
  gtk_switch_set_active (ui_part (page, "descent"), TRUE);
  gpointer settings = ui_part (page, "descent_settings");
  gtk_spin_button_set_value (ui_part (settings, "steps"), 30);
  gtk_spin_button_set_value (ui_part (settings, "hidden"), 24);
  gtk_editable_set_text (ui_part (settings, "step"), "0.02");
  g_signal_emit_by_name (ui_part (settings, "step"), "activate");
  g_assert_cmpfloat (experiment_of (window)->descent.step, ==, 0.02);
  g_assert_cmpuint (experiment_of (window)->descent.steps, ==, 30);
  finish (window);
  g_assert_nonnull (strchr (card_text (window, "kernel"), '%'));
  g_assert_nonnull (strchr (card_text (window, "descent"), '%'));
  LofiShown shown;
  lofi_session_get_baseline (session, LOFI_BASELINE_DESCENT, &shown);
  g_assert_cmpint (shown, ==, LOFI_SHOWN_FRESH);
  /* A step of descent does not touch the kernel, and the other way round. */
  gtk_spin_button_set_value (ui_part (settings, "steps"), 31);
  lofi_session_get_baseline (session, LOFI_BASELINE_DESCENT, &shown);
  g_assert_cmpint (shown, ==, LOFI_SHOWN_STALE);
  lofi_session_get_baseline (session, LOFI_BASELINE_KERNEL, &shown);
  g_assert_cmpint (shown, ==, LOFI_SHOWN_FRESH);
  /* One that diverges says so. */
  gtk_editable_set_text (ui_part (settings, "step"), "1e6");
  g_signal_emit_by_name (ui_part (settings, "step"), "activate");
  finish (window);
  g_assert_true (lofi_session_get_baseline (session, LOFI_BASELINE_DESCENT, NULL)->descent_diverged);
  g_assert_nonnull (strstr (card_text (window, "descent_name"), "diverged"));
  ui_close (window);
}

/* The fourth view: started, watched, stopped, outdated by a change, fresh again. */
static void
test_descent (void)
{
  static const char *const settings[] = { "data.train=200", "data.test=100", "layer1.width=60", "layer1.keep=6", "layer2.width=40",
                                          "layer2.keep=5", "layer3.width=30", "descent.steps=50", "descent.hidden=32", "descent.seeds=2", NULL };
  LofiMainWindow *window = ui_start (settings);
  ui_finish_fit (window);
  LofiSession *session = lofi_main_window_get_session (window);
  LofiDescentBar *bar = lofi_main_window_get_descent_bar (window);
  LofiShown shown;
  pointer_run ("key ctrl+5");
  g_assert_true (WAIT_FOR (lofi_session_get_view (session) == LOFI_VIEW_DESCENT, 3000));
  g_assert_cmpstr (lofi_main_window_get_tab (window), ==, "descent");
  ui_fresh_chart (window, LOFI_VIEW_DESCENT);
  g_assert_cmpstr (lofi_descent_bar_get_progress (bar), ==, "0 of 2 seeds");
  g_signal_emit_by_name (ui_part (bar, "start"), "clicked");
  g_assert_true (lofi_session_is_descending (session));
  g_assert_true (WAIT_FOR (lofi_session_get_alignment (session, &shown) && shown == LOFI_SHOWN_FRESH, FIT_MS));
  g_assert_true (WAIT_FOR (!lofi_session_is_descending (session), FIT_MS));
  g_assert_null (lofi_main_window_get_banner (window));
  g_assert_cmpstr (lofi_descent_bar_get_progress (bar), ==, "2 of 2 seeds");
  g_assert_false (gtk_widget_get_sensitive (ui_part (bar, "start")));
  g_assert_true (lofi_session_get_alignment (session, &shown)->finished);
  LofiFigure *inputs = lofi_figure_ref (lofi_chart_get_figure (ui_fresh_chart (window, LOFI_VIEW_DESCENT)));
  gtk_toggle_button_set_active (ui_part (bar, "samples"), TRUE);
  g_assert_cmpint (lofi_session_get_space (session), ==, LOFI_ALIGN_SPACE_SAMPLES);
  g_assert_true (lofi_chart_get_figure (ui_fresh_chart (window, LOFI_VIEW_DESCENT)) != inputs);
  lofi_figure_unref (inputs);
  /* Cards keep the view; other settings make it old. */
  lofi_session_set_card (session, 2);
  g_assert_cmpint (lofi_session_get_view (session), ==, LOFI_VIEW_DESCENT);
  LofiExperiment *e = lofi_session_dup_experiment (session);
  e->descent.step = 0.02;
  lofi_session_edit (session, e, NULL);
  lofi_session_get_alignment (session, &shown);
  g_assert_cmpint (shown, ==, LOFI_SHOWN_STALE);
  LofiChart *chart = lofi_main_window_get_chart (window, LOFI_VIEW_DESCENT);
  g_assert_true (WAIT_FOR (lofi_chart_get_dimmed (chart), 5000));
  g_assert_cmpstr (lofi_page_get_note (window->pages[LOFI_VIEW_DESCENT]), !=, "");
  g_assert_cmpstr (lofi_descent_bar_get_progress (bar), ==, "0 of 2 seeds");
  ui_act (window, "win.undo");
  lofi_session_get_alignment (session, &shown);
  g_assert_cmpint (shown, ==, LOFI_SHOWN_FRESH);
  ui_fresh_chart (window, LOFI_VIEW_DESCENT);
  /* Stopped by Escape, at once. */
  ui_finish_fit (window);
  e = lofi_session_dup_experiment (session);
  e->descent.steps = 100000;
  lofi_session_edit (session, e, NULL);
  ui_finish_fit (window);
  lofi_session_start_descent (session);
  g_assert_true (lofi_session_is_descending (session));
  WAIT (300);
  pointer_run ("key Escape");
  g_assert_true (WAIT_FOR (!lofi_session_is_descending (session), 3000));
  /* Closing while it trains waits for nothing. */
  lofi_session_start_descent (session);
  WAIT (200);
  ui_close (window);
}

int
main (int argc, char **argv)
{
  ui_init (&argc, &argv);
  g_test_add_func ("/compare/teachers", test_teachers);
  g_test_add_func ("/compare/groups", test_groups);
  g_test_add_func ("/compare/table", test_table);
  g_test_add_func ("/compare/readout", test_readout);
  g_test_add_func ("/compare/descent", test_descent);
  return ui_run ();
}
