/* A watch on the main loop. A timer that is due every 5 ms, at the priority of input events, tells by its lateness how long a key
 * press would have waited. */
#include "config.h"
#include <time.h>
#include "lofi-stalls.h"

#define TICK_MS 5

static struct {
  guint tick_id;
  gint64 began, first_frame, last, frame_began;
  gint64 longest, longest_at;
  gint64 last_computed, busiest;     /* of the main thread's own time */
  guint ticks;
  GArray *frames, *draws;            /* double, ms */
} watch;

gboolean
lofi_stalls_wanted (void)
{
  return g_strcmp0 (g_getenv ("LOFI_TRACE_STALLS"), "1") == 0;
}

/* Microseconds this thread has run, waiting not counted. */
static gint64
computed (void)
{
  struct timespec t;
  return clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t) == 0 ? t.tv_sec * G_USEC_PER_SEC + t.tv_nsec / 1000 : 0;
}

static gboolean
tick (gpointer data)
{
  gint64 now = g_get_monotonic_time (), late = now - watch.last - TICK_MS * 1000, own = computed ();
  gboolean counts = watch.first_frame && watch.last >= watch.first_frame;
  watch.ticks++;
  if (counts && late > watch.longest)
    {
      watch.longest = late;
      watch.longest_at = now - watch.began;
    }
  if (counts)
    watch.busiest = MAX (watch.busiest, own - watch.last_computed);
  watch.last = now;
  watch.last_computed = own;
  return G_SOURCE_CONTINUE;
}

void
lofi_stalls_start (gboolean from_first_frame)
{
  lofi_stalls_stop ();
  if (!watch.frames)
    {
      watch.frames = g_array_new (FALSE, FALSE, sizeof (double));
      watch.draws = g_array_new (FALSE, FALSE, sizeof (double));
    }
  g_array_set_size (watch.frames, 0);
  g_array_set_size (watch.draws, 0);
  watch.longest = watch.longest_at = watch.busiest = 0;
  watch.last_computed = computed ();
  watch.ticks = 0;
  watch.began = watch.last = g_get_monotonic_time ();
  watch.first_frame = from_first_frame ? 0 : watch.began;
  watch.tick_id = g_timeout_add_full (G_PRIORITY_DEFAULT, TICK_MS, tick, NULL, NULL);
}

void
lofi_stalls_stop (void)
{
  g_clear_handle_id (&watch.tick_id, g_source_remove);
}

static void
frame_begins (void)
{
  watch.frame_began = g_get_monotonic_time ();
}

static void
frame_ends (void)
{
  gint64 now = g_get_monotonic_time ();
  double ms = (now - watch.frame_began) / 1000.0;
  if (!watch.first_frame)
    watch.first_frame = now;
  else if (watch.tick_id && watch.frame_began)
    g_array_append_val (watch.frames, ms);
}

void
lofi_stalls_watch_widget (GtkWidget *widget)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (widget);
  g_return_if_fail (clock);
  g_signal_connect (clock, "before-paint", G_CALLBACK (frame_begins), NULL);
  g_signal_connect (clock, "after-paint", G_CALLBACK (frame_ends), NULL);
}

void
lofi_stalls_add_draw (gint64 microseconds)
{
  double ms = microseconds / 1000.0;
  if (watch.tick_id)
    g_array_append_val (watch.draws, ms);
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;
  return (x > y) - (x < y);
}

/* The value below which `share` of the values lie; 0 for none. */
static double
quantile (GArray *values, double share)
{
  if (!values || values->len == 0)
    return 0;
  g_autoptr (GArray) sorted = g_array_copy (values);
  g_array_sort (sorted, compare_doubles);
  return g_array_index (sorted, double, (guint) (share * (sorted->len - 1) + 0.5));
}

void
lofi_stalls_get (LofiStalls *stalls)
{
  *stalls = (LofiStalls) {
    .first_frame_ms = watch.first_frame ? (watch.first_frame - watch.began) / 1000.0 : 0,
    .longest_ms = watch.longest / 1000.0, .longest_at = watch.longest_at / 1e6, .busiest_ms = watch.busiest / 1000.0, .ticks = watch.ticks,
    .frames = watch.frames ? watch.frames->len : 0, .frame_median_ms = quantile (watch.frames, 0.5),
    .frame_p95_ms = quantile (watch.frames, 0.95), .frame_longest_ms = quantile (watch.frames, 1),
    .draws = watch.draws ? watch.draws->len : 0, .draw_median_ms = quantile (watch.draws, 0.5),
    .draw_longest_ms = quantile (watch.draws, 1)
  };
}

void
lofi_stalls_print (void)
{
  LofiStalls s;
  lofi_stalls_get (&s);
  g_printerr ("stalls: first frame after %.0f ms; then main loop blocked at most %.1f ms (at %.1f s, %u ticks; its own computing at most "
              "%.1f ms); %u frames, median %.1f ms, 95 %% %.1f ms, longest %.1f ms; %u figures recorded, median %.2f ms, longest %.2f ms\n",
              s.first_frame_ms, s.longest_ms, s.longest_at, s.ticks, s.busiest_ms, s.frames, s.frame_median_ms, s.frame_p95_ms,
              s.frame_longest_ms, s.draws, s.draw_median_ms, s.draw_longest_ms);
}
