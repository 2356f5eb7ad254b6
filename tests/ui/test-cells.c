/* The Emergence view of a grid, and cells that are computed elsewhere: a folder fills, goes, comes back, and holds what it should not. */
#include "config.h"
#include <glib/gstdio.h>
#include <string.h>
#include "lofi-pixels.h"
#include "lofi-pointer.h"
#include "lofi-sweep-axes.h"

static const char *const few[] = { "data.train=120", "data.test=100", "layer1.width=40", "layer1.keep=6", "layer2.width=40", "layer2.keep=5",
                                   "layer3.width=30", "emergence.samples=60;100", "emergence.compare=lazy", "emergence.seeds=1", NULL };

static LofiSession *
session_of (LofiMainWindow *window)
{
  return lofi_main_window_get_session (window);
}

static guint
cells_of (LofiMainWindow *window)
{
  guint finished, total;
  lofi_session_get_sweep_progress (session_of (window), &finished, &total);
  return finished;
}

static const LofiExperiment *
experiment_of (LofiMainWindow *window)
{
  return lofi_session_get_experiment (session_of (window));
}

static void
type_values (LofiSweepAxes *axes, guint axis, const char *text)
{
  gtk_editable_set_text (lofi_sweep_axes_get_values (axes, axis), text);
  g_signal_emit_by_name (lofi_sweep_axes_get_values (axes, axis), "activate");
}

/* Axes by their drop-downs and entries; what the reader refuses is said there. */
static void
test_axes (void)
{
  LofiMainWindow *window = ui_start (few);
  ui_finish_fit (window);
  LofiSweepBar *bar = lofi_main_window_get_sweep_bar (window);
  LofiSweepAxes *axes = ui_part (bar, "axes");
  gpointer look = ui_part (bar, "look");
  ui_act_path (window, "win.show-view", "emergence");
  gtk_menu_button_popup (ui_part (bar, "grid"));
  g_assert_true (WAIT_FOR (gtk_widget_get_mapped (GTK_WIDGET (lofi_sweep_axes_get_key (axes, 0))), 5000));
  g_assert_false (gtk_widget_get_visible (ui_part (look, "pictures")));
  g_assert_true (lofi_sweep_axes_choose (axes, 0, "layer1.keep"));
  guint first = lofi_grid_count (experiment_of (window));
  g_assert_cmpuint (first, >, 1);
  type_values (axes, 0, "3,banana");
  g_assert_cmpstr (lofi_sweep_axes_get_problem (axes, 0), !=, "");
  g_assert_cmpuint (lofi_grid_count (experiment_of (window)), ==, first);       /* as it was */
  type_values (axes, 0, "3,6");
  g_assert_cmpstr (lofi_sweep_axes_get_problem (axes, 0), ==, "");
  g_assert_true (lofi_sweep_axes_choose (axes, 1, "layer2.keep"));
  type_values (axes, 1, "2:5:3");
  g_assert_cmpuint (lofi_grid_count (experiment_of (window)), ==, 6);
  g_assert_true (gtk_widget_get_visible (ui_part (look, "map")));
  g_assert_cmpstr (lofi_sweep_bar_get_progress (bar), ==, "0 of 24 cells");
  gtk_check_button_set_active (ui_part (bar, "linear"), TRUE);
  g_assert_cmpstr (lofi_sweep_bar_get_progress (bar), ==, "0 of 36 cells");
  gtk_check_button_set_active (ui_part (bar, "linear"), FALSE);
  gtk_menu_button_popdown (ui_part (bar, "grid"));
  /* Computed, as curves of any measure and as a map. */
  ui_finish_fit (window);
  g_signal_emit_by_name (ui_part (bar, "start"), "clicked");
  g_assert_true (WAIT_FOR (!lofi_session_is_sweeping (session_of (window)), FIT_MS));
  g_assert_cmpstr (lofi_sweep_bar_get_progress (bar), ==, "24 of 24 cells");
  LofiChart *chart = ui_fresh_chart (window, LOFI_VIEW_EMERGENCE);
  g_auto (Pixels) errors = pixels_of (chart);
  for (guint quantity = 1; quantity < 6; quantity++)
    {
      gtk_drop_down_set_selected (ui_part (look, "quantity"), quantity);
      ui_fresh_chart (window, LOFI_VIEW_EMERGENCE);
      g_auto (Pixels) drawn = pixels_of (chart);
      g_assert_cmpuint (pixels_differ (&errors, &drawn), >, 100);
    }
  gtk_drop_down_set_selected (ui_part (look, "quantity"), 0);
  gtk_toggle_button_set_active (ui_part (look, "map"), TRUE);
  LofiSweepView view;
  g_assert_cmpint (lofi_session_get_sweep_view (session_of (window), &view), ==, LOFI_SWEEP_MAP);
  g_assert_cmpint (view.x_axis, ==, 0);
  g_assert_cmpint (view.y_axis, ==, 1);
  ui_fresh_chart (window, LOFI_VIEW_EMERGENCE);
  g_auto (Pixels) map = pixels_of (chart);
  g_assert_cmpuint (pixels_differ (&errors, &map), >, 2000);
  gtk_drop_down_set_selected (ui_part (look, "x_axis"), 0);          /* samples to the right */
  lofi_session_get_sweep_view (session_of (window), &view);
  g_assert_cmpint (view.x_axis, ==, -1);
  gtk_drop_down_set_selected (ui_part (look, "y_axis"), 0);          /* and now upwards: the other side takes what was there */
  lofi_session_get_sweep_view (session_of (window), &view);
  g_assert_cmpint (view.y_axis, ==, -1);
  g_assert_cmpint (view.x_axis, ==, 1);
  gtk_drop_down_set_selected (ui_part (look, "method"), 1);
  lofi_session_get_sweep_view (session_of (window), &view);
  g_assert_cmpint (view.method, ==, LOFI_METHOD_LAZY);
  g_assert_nonnull (lofi_chart_get_figure (ui_fresh_chart (window, LOFI_VIEW_EMERGENCE)));
  /* Without axes the map goes. */
  while (experiment_of (window)->sweep_axes->len > 0)
    gtk_drop_down_set_selected (lofi_sweep_axes_get_key (axes, 0), 0);
  g_assert_cmpint (lofi_session_get_sweep_view (session_of (window), &view), ==, LOFI_SWEEP_CURVES);
  ui_finish_fit (window);
  g_assert_null (lofi_main_window_get_banner (window));
  ui_close (window);
}

/* ---- a folder ---- */

typedef struct { char *folder, *part, *owner, *cells; } Folder;

static void
folder_init (Folder *f, const LofiExperiment *e)
{
  g_autofree char *text = lofi_experiment_to_text (e);
  f->folder = g_dir_make_tmp ("lofi-ui-XXXXXX", NULL);
  f->part = g_build_filename (f->folder, "part-1", NULL);
  g_assert_cmpint (g_mkdir (f->part, 0777), ==, 0);
  f->owner = g_build_filename (f->part, "experiment.lofi", NULL);
  f->cells = g_build_filename (f->part, "cells.jsonl", NULL);
  g_assert_true (g_file_set_contents (f->owner, text, -1, NULL));
  g_assert_true (g_file_set_contents (f->cells, "", 0, NULL));
}

static void
folder_clear (Folder *f)
{
  g_remove (f->owner);
  g_remove (f->cells);
  g_rmdir (f->part);
  g_rmdir (f->folder);
  g_free (f->owner);
  g_free (f->cells);
  g_free (f->part);
  g_free (f->folder);
}

static void
append (const Folder *f, const char *line)
{
  FILE *file = g_fopen (f->cells, "a");
  g_assert_nonnull (file);
  fputs (line, file);
  fputc ('\n', file);
  fclose (file);
}

static void
append_cell (const Folder *f, const LofiExperiment *e, gsize samples, LofiMethod method, double error, const char *hash)
{
  g_autofree char *own = lofi_emergence_hash (e);
  const LofiCell cell = { .point = "", .samples = samples, .seed = 0, .method = method, .test_error = error, .test_mse = 0.8, .train_error = 0.1,
                          .seconds = 0.1 };
  g_autofree char *line = lofi_cell_to_json (&cell, hash ? hash : own);
  append (f, line);
}

static void
test_folder (void)
{
  g_autoptr (LofiExperiment) e = ui_experiment (few);
  Folder f;
  folder_init (&f, e);
  LofiMainWindow *window = ui_start (NULL);
  LofiSession *session = session_of (window);
  LofiSweepBar *bar = lofi_main_window_get_sweep_bar (window);
  append_cell (&f, e, 60, LOFI_METHOD_LAZY, 0.3, NULL);
  /* As a path, as the command line gives it, the folder is recognised; by the menu's action it is the same. */
  ui_act_path (window, "win.open-path", f.folder);
  g_assert_null (lofi_main_window_get_banner (window));
  g_assert_cmpstr (lofi_main_window_get_tab (window), ==, "emergence");
  g_assert_cmpuint (experiment_of (window)->data.train, ==, 120);
  g_assert_cmpstr (lofi_session_get_folder (session), ==, f.folder);
  g_assert_true (WAIT_FOR (cells_of (window) == 1, 10000));
  g_assert_true (WAIT_FOR (strstr (lofi_sweep_bar_get_folder (bar), "1 file of cells"), 5000));
  ui_finish_fit (window);      /* what is around the chart has its room */
  WAIT (100);
  LofiChart *chart = ui_fresh_chart (window, LOFI_VIEW_EMERGENCE);
  g_auto (Pixels) one = pixels_of (chart);
  append_cell (&f, e, 100, LOFI_METHOD_LAZY, 0.25, NULL);
  g_assert_true (WAIT_FOR (cells_of (window) == 2, 10000));
  ui_fresh_chart (window, LOFI_VIEW_EMERGENCE);
  g_auto (Pixels) two = pixels_of (chart);
  g_assert_cmpuint (pixels_differ (&one, &two), >, 20);
  /* It goes, and comes back. */
  g_autofree char *away = g_strconcat (f.folder, "-away", NULL);
  g_assert_cmpint (g_rename (f.folder, away), ==, 0);
  g_assert_true (WAIT_FOR (lofi_session_is_folder_gone (session), 10000));
  g_assert_true (WAIT_FOR (strstr (lofi_sweep_bar_get_folder (bar), "the folder is gone; showing what was read"), 5000));
  lofi_main_window_update_scene (window);
  g_assert_cmpstr (lofi_page_get_note (window->pages[LOFI_VIEW_EMERGENCE]), ==, "The folder is gone; showing what was read");
  g_assert_cmpuint (cells_of (window), ==, 2);
  g_assert_cmpint (g_rename (away, f.folder), ==, 0);
  g_assert_true (WAIT_FOR (!lofi_session_is_folder_gone (session), 10000));
  lofi_main_window_update_scene (window);
  g_assert_cmpstr (lofi_page_get_note (window->pages[LOFI_VIEW_EMERGENCE]), ==, "");
  /* A line of another experiment, and one that contradicts, are told with their place, and do not enter. */
  append_cell (&f, e, 60, LOFI_METHOD_LAZY, 0.45, NULL);
  g_assert_true (WAIT_FOR (lofi_main_window_get_banner (window), 10000));
  g_assert_nonnull (strstr (lofi_main_window_get_banner (window), "cells.jsonl"));
  g_assert_nonnull (strstr (lofi_main_window_get_banner (window), "3"));
  g_assert_cmpuint (cells_of (window), ==, 2);
  ui_act (window, "win.dismiss");
  WAIT (2500);
  g_assert_null (lofi_main_window_get_banner (window));      /* told once */
  /* What is missing is computed here; what was read is not. */
  ui_finish_fit (window);
  g_signal_emit_by_name (ui_part (bar, "start"), "clicked");
  g_assert_true (WAIT_FOR (!lofi_session_is_sweeping (session), FIT_MS));
  g_assert_cmpstr (lofi_sweep_bar_get_progress (bar), ==, "4 of 4 cells");
  g_autoptr (LofiCells) cells = lofi_session_get_cells (session);
  g_autoptr (GArray) curve = lofi_cells_curve (cells, "", LOFI_METHOD_LAZY, (LofiMeasure) { LOFI_QUANTITY_TEST_ERROR, 0, 0 });
  g_assert_cmpuint (curve->len, ==, 2);
  g_assert_cmpfloat (ABS (g_array_index (curve, LofiCurvePoint, 0).mean - 0.3), <=, 1e-9);
  /* Settings of another sweep end the watch. */
  gtk_spin_button_set_value (ui_part (ui_layer_page (window), "width"), 50);
  g_assert_null (lofi_session_get_folder (session));
  g_assert_null (lofi_sweep_bar_get_folder (bar));
  ui_finish_fit (window);
  ui_close (window);
  folder_clear (&f);
}

static void
test_foreign (void)
{
  g_autoptr (LofiExperiment) e = ui_experiment (few);
  Folder f;
  folder_init (&f, e);
  append_cell (&f, e, 60, LOFI_METHOD_LAZY, 0.3, NULL);
  append_cell (&f, e, 100, LOFI_METHOD_LAZY, 0.3, "0123456789abcdef");
  LofiMainWindow *window = ui_start (few);
  ui_finish_fit (window);
  ui_act_path (window, "win.open-cells-path", f.folder);
  g_assert_true (WAIT_FOR (lofi_main_window_get_banner (window), 10000));
  g_assert_nonnull (strstr (lofi_main_window_get_banner (window), "cells.jsonl"));
  g_assert_cmpuint (cells_of (window), ==, 1);
  ui_act (window, "win.unwatch");
  g_assert_null (lofi_session_get_folder (session_of (window)));
  g_assert_cmpuint (cells_of (window), ==, 1);       /* what was read stays */
  /* A folder without an experiment says so. */
  g_remove (f.owner);
  ui_act_path (window, "win.open-cells-path", f.folder);
  g_assert_nonnull (strstr (lofi_main_window_get_banner (window), "experiment.lofi"));
  ui_finish_fit (window);
  ui_close (window);
  folder_clear (&f);
}

/* A window can be closed while a folder is being read. */
static void
test_close (void)
{
  g_autoptr (LofiExperiment) e = ui_experiment (few);
  Folder f;
  folder_init (&f, e);
  append_cell (&f, e, 60, LOFI_METHOD_LAZY, 0.3, NULL);
  for (int i = 0; i < 5; i++)
    {
      LofiMainWindow *window = ui_start (few);
      ui_act_path (window, "win.open-cells-path", f.folder);
      WAIT (3 * i);
      ui_close (window);
    }
  folder_clear (&f);
}

int
main (int argc, char **argv)
{
  ui_init (&argc, &argv);
  g_test_add_func ("/cells/axes", test_axes);
  g_test_add_func ("/cells/folder", test_folder);
  g_test_add_func ("/cells/foreign", test_foreign);
  g_test_add_func ("/cells/close", test_close);
  return ui_run ();
}
