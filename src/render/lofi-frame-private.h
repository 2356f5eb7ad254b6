/* What stands around a picture: title, subtitle, legend, axes. Shared by every figure, so that they look like one family. */
#pragma once

#include "lofi-axis.h"
#include "lofi-figure-private.h"
#include "lofi-text-private.h"

#define LOFI_KEYS_MAX 8

typedef enum { LOFI_KEY_AREA, LOFI_KEY_DOT, LOFI_KEY_LINE, LOFI_KEY_FRAME, LOFI_KEY_FLAG, LOFI_KEY_RULE, LOFI_KEY_MARK } LofiKeyKind;
/* An entry of the legend. series: of a line, decides dash and marker; a rule is the dash alone, a mark the marker, which may
 * be filled. */
typedef struct { LofiKeyKind kind; LofiColor color; const char *label; int series; gboolean filled; } LofiKey;

/* NULL for what there is none of. The short titles stand in where the long ones have no room. */
typedef struct {
  const char *title, *subtitle, *x_title, *y_title, *x_short, *y_short;
  const LofiKey *keys;
  guint n_keys;
  const char *title_short;
} LofiFrameText;

typedef struct {
  const LofiFrameText *says;
  double width, height, em, pad;
  gboolean has_title, has_subtitle, has_keys, has_x_title, has_y_title, has_labels;
  double title_y, title_room, subtitle_y, subtitle_room;
  struct { double x, y; } keys[LOFI_KEYS_MAX];
  LofiRect plot;
} LofiFrame;

/* Lays out the header; plot becomes all the room below it, inside the padding. What has no room in a small figure is left out. */
void lofi_frame_init_header (LofiFrame *frame, LofiText *text, double width, double height, const LofiFrameText *says);
/* Then, for pictures with axes, takes the room of the x axis from the plot's height; then that of the y axis from its width. */
void lofi_frame_take_bottom (LofiFrame *frame, LofiText *text);
void lofi_frame_take_left (LofiFrame *frame, LofiText *text, double labels, double right);

void lofi_frame_draw_header (const LofiFrame *frame, cairo_t *cr, LofiText *text);

/* Ticks whose labels do not touch. (transfer full) */
GArray *lofi_frame_ticks (const LofiAxis *axis, LofiText *text, gboolean upright);
/* Ticks at values that rise, those named that have room beside the last one named. (transfer full) */
GArray *lofi_frame_ticks_at (const double *values, guint n, const LofiAxis *axis, LofiText *text);
double lofi_frame_labels_width (GArray *ticks, LofiText *text);
/* The line, ticks, labels and title of the x axis at the plot's bottom; horizontal grid lines, labels and title of the y axis. */
void lofi_frame_draw_x (const LofiFrame *frame, cairo_t *cr, LofiText *text, const LofiAxis *axis, GArray *ticks);
/* The labels and the title alone. */
void lofi_frame_draw_y_labels (const LofiFrame *frame, cairo_t *cr, LofiText *text, const LofiAxis *axis, GArray *ticks);
void lofi_frame_draw_y (const LofiFrame *frame, cairo_t *cr, LofiText *text, const LofiAxis *axis, GArray *ticks);

/* The line style and the marker of a series: never colour alone. */
void lofi_series_set_dash (cairo_t *cr, int series, double line_width);
void lofi_series_marker (cairo_t *cr, int series, double x, double y, double size, LofiColor color, LofiColor inside);
/* The small sign of a direction that overlaps with the mean activation, centred. */
void lofi_flag_draw (cairo_t *cr, double x, double y, double size, LofiColor color);
/* A colour of marks made readable as text. */
LofiColor lofi_ink (const LofiStyle *style, LofiColor color);
