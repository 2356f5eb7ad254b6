/* The axes of a frame. */
#include "config.h"
#include "lofi-frame-private.h"

#include <math.h>

void
lofi_frame_take_bottom (LofiFrame *frame, LofiText *text)
{
  double bottom = frame->has_labels ? 0.35 * frame->em + lofi_text_line (text, LOFI_TEXT_SMALL) : 0;
  if (frame->has_x_title)
    bottom += lofi_text_line (text, LOFI_TEXT_SMALL) + 0.15 * frame->em;
  double padding = frame->height - frame->plot.y - frame->plot.height;
  bottom = MAX (bottom - 0.5 * padding, 0);
  frame->plot.height = MAX (frame->plot.height - bottom, 1);
}

void
lofi_frame_take_left (LofiFrame *frame, LofiText *text, double labels, double right)
{
  double left = frame->has_labels && labels > 0 ? labels + 0.5 * frame->em : 0;
  if (frame->has_y_title)
    left += lofi_text_line (text, LOFI_TEXT_SMALL) + 0.1 * frame->em;
  double end = frame->plot.x + frame->plot.width - right;
  frame->plot.x = frame->pad + left;
  frame->plot.width = MAX (end - frame->plot.x, 1);
}

double
lofi_frame_labels_width (GArray *ticks, LofiText *text)
{
  double width = 0;
  for (guint i = 0; i < ticks->len; i++)
    {
      const LofiTick *tick = &g_array_index (ticks, LofiTick, i);
      if (!tick->major)
        continue;
      lofi_text_set (text, LOFI_TEXT_SMALL, tick->label, 0);
      width = MAX (width, lofi_text_width (text));
    }
  return width;
}

GArray *
lofi_frame_ticks (const LofiAxis *axis, LofiText *text, gboolean upright)
{
  double em = text->style->font_size, gap = 0.9 * em;
  if (upright)
    return lofi_axis_ticks (axis, MAX (2.8 * em, 1));
  GArray *ticks = NULL;
  double room = axis->scale == LOFI_SCALE_LINEAR ? 5 * em : 4 * em;
  for (int i = 0; i < 3; i++)
    {
      g_clear_pointer (&ticks, g_array_unref);
      ticks = lofi_axis_ticks (axis, room);
      double widest = lofi_frame_labels_width (ticks, text) + gap;
      if (widest <= room)
        break;
      room = widest;
    }
  return ticks;
}

GArray *
lofi_frame_ticks_at (const double *values, guint n, const LofiAxis *axis, LofiText *text)
{
  GArray *ticks = g_array_new (FALSE, FALSE, sizeof (LofiTick));
  double free = -G_MAXDOUBLE;
  for (guint i = 0; i < n; i++)
    {
      LofiTick tick = { values[i], FALSE, "" };
      lofi_format_number (values[i], 6, tick.label, sizeof tick.label);
      if (values[i] == floor (values[i]) && values[i] >= 0 && values[i] < 1e9)
        lofi_format_count ((guint64) values[i], tick.label, sizeof tick.label);
      lofi_text_set (text, LOFI_TEXT_SMALL, tick.label, 0);
      double at = lofi_axis_to_view (axis, values[i]), half = lofi_text_width (text) / 2;
      tick.major = at - half > free;
      free = tick.major ? at + half + 0.6 * text->style->font_size : free;
      g_array_append_val (ticks, tick);
    }
  return ticks;
}

static void
set_title (LofiText *text, const char *full, const char *brief, double room)
{
  lofi_text_set (text, LOFI_TEXT_SMALL, full, 0);
  if (lofi_text_width (text) > room)
    lofi_text_set (text, LOFI_TEXT_SMALL, brief ? brief : full, room);
}

void
lofi_frame_draw_x (const LofiFrame *frame, cairo_t *cr, LofiText *text, const LofiAxis *axis, GArray *ticks)
{
  const LofiStyle *style = text->style;
  const LofiRect *plot = &frame->plot;
  double thin = style->page ? 0.6 : 1, y = lofi_crisp (style, plot->y + plot->height), tick = 0.32 * frame->em;
  cairo_set_line_width (cr, thin);
  lofi_color_set (cr, style->axis);
  cairo_move_to (cr, plot->x, y);
  cairo_line_to (cr, plot->x + plot->width, y);
  for (guint i = 0; i < ticks->len; i++)
    {
      const LofiTick *t = &g_array_index (ticks, LofiTick, i);
      double x = lofi_crisp (style, lofi_axis_to_view (axis, t->value));
      cairo_move_to (cr, x, y);
      cairo_line_to (cr, x, y + (t->major ? tick : tick * 0.55));
    }
  cairo_stroke (cr);
  if (!frame->has_labels)
    return;
  double label_y = y + 0.4 * frame->em;
  for (guint i = 0; i < ticks->len; i++)
    {
      const LofiTick *t = &g_array_index (ticks, LofiTick, i);
      if (!t->major)
        continue;
      lofi_text_set (text, LOFI_TEXT_SMALL, t->label, 0);
      double half = lofi_text_width (text) / 2, x = lofi_axis_to_view (axis, t->value);
      if (frame->width > 2 * half + 4)
        x = CLAMP (x, half + 2, frame->width - half - 2);
      lofi_text_draw (text, cr, style->dim_text, x, label_y, 0.5, 0);
    }
  if (frame->has_x_title)
    {
      set_title (text, frame->says->x_title, frame->says->x_short, plot->width);
      lofi_text_draw (text, cr, style->dim_text, plot->x + plot->width / 2, label_y + lofi_text_line (text, LOFI_TEXT_SMALL) + 0.1 * frame->em,
                      0.5, 0);
    }
}

void
lofi_frame_draw_y_labels (const LofiFrame *frame, cairo_t *cr, LofiText *text, const LofiAxis *axis, GArray *ticks)
{
  const LofiStyle *style = text->style;
  const LofiRect *plot = &frame->plot;
  if (!frame->has_labels)
    return;
  for (guint i = 0; i < ticks->len; i++)
    {
      const LofiTick *t = &g_array_index (ticks, LofiTick, i);
      if (!t->major)
        continue;
      lofi_text_set (text, LOFI_TEXT_SMALL, t->label, 0);
      lofi_text_draw (text, cr, style->dim_text, plot->x - 0.45 * frame->em, lofi_axis_to_view (axis, t->value), 1, 0.5);
    }
  if (frame->has_y_title)
    {
      double over = MIN (plot->height + 0.5 * frame->em, frame->height - plot->y);
      set_title (text, frame->says->y_title, frame->says->y_short, over);
      lofi_text_draw_upwards (text, cr, style->dim_text, frame->pad * 0.6 + lofi_text_line (text, LOFI_TEXT_SMALL) / 2,
                              frame->plot.y + frame->plot.height / 2);
    }
}

void
lofi_frame_draw_y (const LofiFrame *frame, cairo_t *cr, LofiText *text, const LofiAxis *axis, GArray *ticks)
{
  const LofiStyle *style = text->style;
  const LofiRect *plot = &frame->plot;
  cairo_set_line_width (cr, style->page ? 0.5 : 1);
  lofi_color_set (cr, style->grid);
  for (guint i = 0; i < ticks->len; i++)
    {
      const LofiTick *t = &g_array_index (ticks, LofiTick, i);
      if (!t->major)
        continue;
      double y = lofi_crisp (style, lofi_axis_to_view (axis, t->value));
      cairo_move_to (cr, plot->x, y);
      cairo_line_to (cr, plot->x + plot->width, y);
    }
  cairo_stroke (cr);
  lofi_frame_draw_y_labels (frame, cr, text, axis, ticks);
}
