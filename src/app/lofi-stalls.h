/* A watch on the main loop: how late it was, how long frames took. Off unless LOFI_TRACE_STALLS=1 or a test asks. */
#pragma once

#include <gtk/gtk.h>

typedef struct {
  double first_frame_ms;             /* from the start to the first frame painted: before it there is nothing to press */
  double longest_ms;                 /* the longest time the main loop was blocked after that */
  double longest_at;                 /* seconds after the start */
  double busiest_ms;                 /* the most the main thread computed without a look at events: the rest is a busy machine */
  guint ticks;
  guint frames;                      /* layout and painting, from the frame clock */
  double frame_median_ms, frame_p95_ms, frame_longest_ms;
  guint draws;                       /* a chart's own share */
  double draw_median_ms, draw_longest_ms;
} LofiStalls;

/* True if the environment asks for it. */
gboolean lofi_stalls_wanted (void);
/* Starts, or starts over; what happens before the first frame is only timed as a whole, if so wished. */
void lofi_stalls_start (gboolean from_first_frame);
void lofi_stalls_stop (void);
void lofi_stalls_get (LofiStalls *stalls);
/* Frames of this widget's window are timed from now on. */
void lofi_stalls_watch_widget (GtkWidget *widget);
/* A chart spent this long recording itself. */
void lofi_stalls_add_draw (gint64 microseconds);
/* One line on standard error. */
void lofi_stalls_print (void);
