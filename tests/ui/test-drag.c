/* Real events: the slider is dragged, keys are pressed, and the main loop answers while the engine computes. */
#include "config.h"
#include "lofi-pointer.h"
#include "lofi-stalls.h"

/* Other programs on the machine can hold the processor: what must be quick is tried this often, and once is enough. */
#define ATTEMPTS 5
#define LIMIT_MS 50
#define MOVES 80

static void
report (const char *what, const LofiStalls *s)
{
  g_test_message ("%s: blocked at most %.1f ms (computing %.1f ms); %u frames, median %.1f ms, 95 %% %.1f ms, longest %.1f ms", what,
                  s->longest_ms, s->busiest_ms, s->frames, s->frame_median_ms, s->frame_p95_ms, s->frame_longest_ms);
}

static gsize
train_of (LofiMainWindow *window)
{
  return lofi_session_get_experiment (lofi_main_window_get_session (window))->data.train;
}

static void
drag_once (GtkWidget *scale)
{
  GdkRectangle slider;
  gtk_range_get_range_rect (GTK_RANGE (scale), &slider);
  int width = gtk_widget_get_width (scale), start, end;
  gtk_range_get_slider_range (GTK_RANGE (scale), &start, &end);
  double y = slider.y + slider.height / 2.0, x = (start + end) / 2.0;
  GString *moves = g_string_new (NULL);
  pointer_move (scale, x, y);
  for (int i = 1; i <= MOVES; i++)
    {
      int px, py;
      gulong window = pointer_place (scale, x + (width * 0.7 - x) * i / MOVES, y, &px, &py);
      g_string_append_printf (moves, " mousemove --window %lu %d %d sleep 0.02", window, px, py);
    }
  pointer_run ("mousedown 1%s mouseup 1", moves->str);
  g_string_free (moves, TRUE);
}

static void
test_drag_of_samples (void)
{
  LofiMainWindow *window = ui_start_finished ();
  LofiSession *session = lofi_main_window_get_session (window);
  GtkWidget *scale = GTK_WIDGET (lofi_stepper_get_samples_scale (lofi_main_window_get_stepper (window)));
  guint64 generation = lofi_session_get_generation (session);
  LofiStalls stalls;
  lofi_stalls_watch_widget (GTK_WIDGET (window));
  lofi_stalls_start (FALSE);
  drag_once (scale);
  lofi_stalls_get (&stalls);
  lofi_stalls_stop ();
  report ("drag of n", &stalls);
  /* The thumb is where the hand left it; the settings follow as spectra are seen. */
  gsize dragged = lofi_log_scale_get_number (LOFI_LOG_SCALE (scale));
  g_assert_cmpuint (dragged, >, 1000);
  g_assert_cmpuint (lofi_session_get_asked (session)->data.train, ==, dragged);
  g_assert_true (WAIT_FOR (train_of (window) == dragged, 2000));
  g_test_message ("%" G_GUINT64_FORMAT " fits on the way", lofi_session_get_generation (session) - generation);
  g_assert_cmpuint (lofi_session_get_generation (session), >=, generation + 5);
  ui_finish_fit (window);
  g_assert_cmpuint (lofi_session_get_task (session, NULL)->task->train.count, ==, dragged);
  g_assert_null (lofi_main_window_get_banner (window));
  /* The whole drag is one step back. */
  ui_act (window, "win.undo");
  g_assert_cmpuint (train_of (window), ==, 300);
  g_assert_cmpint (lofi_log_scale_get_number (LOFI_LOG_SCALE (scale)), ==, 300);
  ui_finish_fit (window);
  /* By the range itself, to its ends. */
  GtkAdjustment *adjustment = gtk_range_get_adjustment (GTK_RANGE (scale));
  gtk_range_set_value (GTK_RANGE (scale), gtk_adjustment_get_lower (adjustment));
  g_assert_cmpuint (train_of (window), ==, 50);
  gtk_range_set_value (GTK_RANGE (scale), gtk_adjustment_get_upper (adjustment));
  g_assert_cmpuint (lofi_session_get_asked (session)->data.train, ==, lofi_session_get_available (session));
  ui_act (window, "win.stop");
  ui_finish_fit (window);
  ui_close (window);
}

static void
test_keys (void)
{
  LofiMainWindow *window = ui_start_finished ();
  LofiSession *session = lofi_main_window_get_session (window);
  pointer_run ("key Home");
  g_assert_true (WAIT_FOR (lofi_session_get_place_index (session) == 0, 3000));
  pointer_run ("key Right");
  g_assert_true (WAIT_FOR (lofi_session_get_place_index (session) == 1, 3000));
  pointer_run ("key End");
  g_assert_true (WAIT_FOR (lofi_session_get_place_index (session) == 10, 3000));
  pointer_run ("key Left");
  g_assert_true (WAIT_FOR (lofi_session_get_place_index (session) == 9, 3000));
  pointer_run ("key ctrl+2");
  g_assert_true (WAIT_FOR (lofi_session_get_view (session) == LOFI_VIEW_FILTERS, 3000));
  pointer_run ("key End");
  g_assert_true (WAIT_FOR (lofi_session_get_place_index (session) == 10, 3000));
  pointer_run ("key ctrl+3");
  g_assert_true (WAIT_FOR (lofi_session_get_view (session) == LOFI_VIEW_FEATURES, 3000));
  pointer_run ("key ctrl+4");
  g_assert_true (WAIT_FOR (lofi_session_get_view (session) == LOFI_VIEW_EMERGENCE, 3000));
  pointer_run ("key ctrl+1");
  g_assert_true (WAIT_FOR (lofi_session_get_view (session) == LOFI_VIEW_SPECTRUM, 3000));
  pointer_run ("key Home");
  pointer_run ("key space");
  g_assert_true (WAIT_FOR (lofi_session_get_playing (session), 3000));
  pointer_run ("key Escape");
  g_assert_true (WAIT_FOR (!lofi_session_get_playing (session), 3000));
  /* A field that has the focus keeps its keys. */
  lofi_session_set_card (session, 1);
  guint place = lofi_session_get_place_index (session);
  gtk_widget_grab_focus (ui_part (ui_layer_page (window), "width"));
  pointer_run ("key Left Home space");
  WAIT (200);
  g_assert_cmpuint (lofi_session_get_place_index (session), ==, place);
  g_assert_false (lofi_session_get_playing (session));
  ui_close (window);
}

/* The pointer over the spectrum is read out, a click on a kept direction leads to its picture. */
static void
test_pointer (void)
{
  LofiMainWindow *window = ui_start_finished ();
  LofiSession *session = lofi_main_window_get_session (window);
  LofiChart *chart = ui_fresh_chart (window, LOFI_VIEW_SPECTRUM);
  int width = gtk_widget_get_width (GTK_WIDGET (chart)), height = gtk_widget_get_height (GTK_WIDGET (chart));
  double x = -1, y = -1;
  for (int py = height; py > 0 && x < 0; py -= 4)
    for (int px = 0; px < width && x < 0; px += 2)
      {
        LofiPick pick;
        if (lofi_figure_pick (lofi_chart_get_figure (chart), width, height, lofi_screen_style (), px, py, &pick) && pick.is_direction)
          x = pick.x + pick.width / 2, y = pick.y + pick.height / 2;      /* its middle: a pixel to the side may be another thing */
      }
  g_assert_cmpfloat (x, >=, 0);
  pointer_move (GTK_WIDGET (chart), x, y);
  pointer_run ("click 1");
  g_assert_true (WAIT_FOR (lofi_place_equal (lofi_session_get_place (session), (LofiPlace) { LOFI_STEP_PROJECT, 0 }), 3000));
  ui_fresh_chart (window, LOFI_VIEW_FILTERS);
  /* A click on a card selects it. */
  GtkWidget *card = GTK_WIDGET (lofi_network_get_card (lofi_main_window_get_network (window), 2));
  pointer_move (card, 40, 12);
  pointer_run ("click 1");
  g_assert_true (WAIT_FOR (lofi_place_equal (lofi_session_get_place (session), (LofiPlace) { LOFI_STEP_PROJECT, 1 }), 3000));
  g_assert_cmpuint (lofi_network_get_selected (lofi_main_window_get_network (window)), ==, 2);
  ui_close (window);
}

/* While a fit of width 2000 computes: steps by key, views, a drag, a change; the main loop is never away for long. */
static double
longest_while_computing (void)
{
  LofiMainWindow *window = ui_start ((const char *[]) LARGE_SETTINGS);
  LofiSession *session = lofi_main_window_get_session (window);
  LofiStalls stalls;
  g_assert_true (WAIT_FOR (lofi_session_get_task (session, NULL), FIT_MS));
  ui_fresh_chart (window, LOFI_VIEW_SPECTRUM);
  WAIT (300);
  lofi_stalls_watch_widget (GTK_WIDGET (window));
  lofi_stalls_start (FALSE);
  for (int i = 0; i < 12; i++)
    {
      guint place = lofi_session_get_place_index (session);
      pointer_run (i % 4 < 2 ? "key Right" : "key Left");
      g_assert_true (WAIT_FOR (lofi_session_get_place_index (session) != place, 3000));
      WAIT (120);
      g_assert_true (lofi_session_is_busy (session));
    }
  lofi_stalls_get (&stalls);
  lofi_stalls_stop ();
  report ("computing at width 2000", &stalls);
  ui_close (window);
  return stalls.longest_ms;
}

static void
test_answers_while_computing (void)
{
  double longest = G_MAXDOUBLE;
  for (int i = 0; i < ATTEMPTS && !(longest <= LIMIT_MS); i++)
    longest = longest_while_computing ();
  g_assert_cmpfloat (longest, <=, LIMIT_MS);
}

int
main (int argc, char **argv)
{
  ui_init (&argc, &argv);
  g_test_add_func ("/drag/samples", test_drag_of_samples);
  g_test_add_func ("/drag/keys", test_keys);
  g_test_add_func ("/drag/pointer", test_pointer);
  g_test_add_func ("/drag/answers-while-computing", test_answers_while_computing);
  return ui_run ();
}
