/* Title, subtitle and legend: the header every figure has. */
#include "config.h"
#include "lofi-frame-private.h"

#include <math.h>

static double
swatch_width (const LofiFrame *frame, LofiKeyKind kind)
{
  return frame->em * (kind == LOFI_KEY_LINE ? 2 : kind == LOFI_KEY_RULE ? 1.5 : 0.8);
}

static double
key_width (const LofiFrame *frame, LofiText *text, const LofiKey *key)
{
  lofi_text_set (text, LOFI_TEXT_SMALL, key->label, 0);
  return swatch_width (frame, key->kind) + 0.4 * frame->em + lofi_text_width (text);
}

/* On the subtitle's line if both fit, else on lines of their own. Returns the y below what was placed. */
static double
place_keys (LofiFrame *frame, LofiText *text, double y, double subtitle_width)
{
  const LofiFrameText *says = frame->says;
  double line = lofi_text_line (text, LOFI_TEXT_SMALL), gap = 1.1 * frame->em, inner = frame->width - 2 * frame->pad;
  double widths[LOFI_KEYS_MAX], total = -gap;
  guint n = MIN (says->n_keys, LOFI_KEYS_MAX);
  for (guint i = 0; i < n; i++)
    {
      widths[i] = key_width (frame, text, &says->keys[i]);
      total += widths[i] + gap;
    }
  gboolean beside = frame->has_subtitle && subtitle_width + 2 * gap + total <= inner;
  double x = beside ? frame->width - frame->pad - total : frame->pad;
  double top = beside ? frame->subtitle_y : y;
  for (guint i = 0; i < n; i++)
    {
      if (!beside && i > 0 && x + widths[i] > frame->width - frame->pad)
        {
          x = frame->pad;
          top += line;
        }
      frame->keys[i].x = x;
      frame->keys[i].y = top;
      x += widths[i] + gap;
    }
  return beside ? y : top + line + 0.15 * frame->em;
}

void
lofi_frame_init_header (LofiFrame *frame, LofiText *text, double width, double height, const LofiFrameText *says)
{
  double em = text->style->font_size;
  *frame = (LofiFrame) { .says = says, .width = width, .height = height, .em = em };
  frame->pad = MIN (width, height) < 13 * em ? 0.3 * em : MIN (width, height) < 22 * em ? 0.6 * em : em;
  frame->has_title = says->title && height >= 8 * em && width >= 8 * em;
  frame->has_subtitle = says->subtitle && height >= 14 * em && width >= 14 * em;
  frame->has_keys = says->n_keys > 0 && height >= 13 * em && width >= 14 * em;
  frame->has_x_title = says->x_title && height >= 13 * em && width >= 12 * em;
  frame->has_y_title = says->y_title && width >= 18 * em && height >= 12 * em;
  frame->has_labels = height >= 5 * em && width >= 6 * em;

  double y = frame->pad * 0.7, subtitle_width = 0;
  if (frame->has_title)
    {
      frame->title_y = y;
      frame->title_room = width - 2 * frame->pad;
      y += lofi_text_line (text, LOFI_TEXT_TITLE) + 0.05 * em;
    }
  if (frame->has_subtitle)
    {
      frame->subtitle_y = y;
      frame->subtitle_room = width - 2 * frame->pad;
      lofi_text_set (text, LOFI_TEXT_SMALL, says->subtitle, 0);
      subtitle_width = lofi_text_width (text);
      y += lofi_text_line (text, LOFI_TEXT_SMALL) + 0.15 * em;
    }
  if (frame->has_keys)
    y = place_keys (frame, text, y, subtitle_width);
  y += 0.7 * em;
  frame->plot = (LofiRect) { frame->pad, y, MAX (width - 2 * frame->pad, 1), MAX (height - frame->pad - y, 1) };
}

static void
draw_key (const LofiFrame *frame, cairo_t *cr, LofiText *text, guint i)
{
  const LofiKey *key = &frame->says->keys[i];
  const LofiStyle *style = text->style;
  double em = frame->em, w = swatch_width (frame, key->kind), x = frame->keys[i].x;
  double y = frame->keys[i].y + lofi_text_line (text, LOFI_TEXT_SMALL) / 2, half = 0.36 * em;
  lofi_color_set (cr, key->color);
  switch (key->kind)
    {
    case LOFI_KEY_AREA:
      cairo_rectangle (cr, x, y - half, w, 2 * half);
      cairo_fill (cr);
      break;
    case LOFI_KEY_FRAME:
      cairo_set_line_width (cr, 0.16 * em);
      cairo_rectangle (cr, x + 0.08 * em, y - half + 0.08 * em, w - 0.16 * em, 2 * half - 0.16 * em);
      cairo_stroke (cr);
      break;
    case LOFI_KEY_DOT:
      cairo_set_line_width (cr, 0.09 * em);
      cairo_move_to (cr, x + w / 2, y);
      cairo_line_to (cr, x + w / 2, y + 0.5 * em);
      cairo_stroke (cr);
      cairo_arc (cr, x + w / 2, y - 0.08 * em, 0.28 * em, 0, 2 * G_PI);
      cairo_fill (cr);
      break;
    case LOFI_KEY_LINE:
      cairo_set_line_width (cr, style->line_width * 1.2);
      lofi_series_set_dash (cr, key->series, style->line_width * 1.2);
      cairo_move_to (cr, x, y);
      cairo_line_to (cr, x + w, y);
      cairo_stroke (cr);
      cairo_set_dash (cr, NULL, 0, 0);
      lofi_series_marker (cr, key->series, x + w / 2, y, 0.27 * em, key->color, style->background);
      break;
    case LOFI_KEY_RULE:
      cairo_set_line_width (cr, style->line_width);
      lofi_series_set_dash (cr, key->series, style->line_width);
      cairo_move_to (cr, x, y);
      cairo_line_to (cr, x + w, y);
      cairo_stroke (cr);
      cairo_set_dash (cr, NULL, 0, 0);
      break;
    case LOFI_KEY_MARK:
      lofi_series_marker (cr, key->series, x + w / 2, y, 0.3 * em, key->color, key->filled ? key->color : style->background);
      break;
    case LOFI_KEY_FLAG:
      lofi_flag_draw (cr, x + w / 2, y, 0.3 * em, key->color);
      break;
    }
  double label_x = x + w + 0.4 * em;
  lofi_text_set (text, LOFI_TEXT_SMALL, key->label, MAX (frame->width - frame->pad / 2 - label_x, 1));
  lofi_text_draw (text, cr, style->dim_text, label_x, y, 0, 0.5);
}

void
lofi_frame_draw_header (const LofiFrame *frame, cairo_t *cr, LofiText *text)
{
  const LofiStyle *style = text->style;
  if (frame->has_title)
    {
      lofi_text_set (text, LOFI_TEXT_TITLE, frame->says->title, 0);
      gboolean is_long = lofi_text_width (text) > frame->title_room && frame->says->title_short;
      lofi_text_set (text, LOFI_TEXT_TITLE, is_long ? frame->says->title_short : frame->says->title, MAX (frame->title_room, 1));
      lofi_text_draw (text, cr, style->text, frame->pad, frame->title_y, 0, 0);
    }
  if (frame->has_subtitle)
    {
      lofi_text_set (text, LOFI_TEXT_SMALL, frame->says->subtitle, frame->subtitle_room);
      lofi_text_draw (text, cr, style->dim_text, frame->pad, frame->subtitle_y, 0, 0);
    }
  if (frame->has_keys)
    for (guint i = 0; i < MIN (frame->says->n_keys, LOFI_KEYS_MAX); i++)
      draw_key (frame, cr, text, i);
}

void
lofi_series_set_dash (cairo_t *cr, int series, double line_width)
{
  static const double patterns[][4] = { { 0 }, { 4, 2.2 }, { 1.2, 2 }, { 6, 2, 1.2, 2 } };
  static const int lengths[] = { 0, 2, 2, 4 };
  double dash[4];
  int which = series & 3;
  for (int i = 0; i < lengths[which]; i++)
    dash[i] = patterns[which][i] * line_width;
  cairo_set_dash (cr, dash, lengths[which], 0);
}

void
lofi_series_marker (cairo_t *cr, int series, double x, double y, double size, LofiColor color, LofiColor inside)
{
  double s = size;
  cairo_new_path (cr);
  switch (series & 3)
    {
    case 0:
      cairo_arc (cr, x, y, s, 0, 2 * G_PI);
      break;
    case 1:
      cairo_rectangle (cr, x - 0.88 * s, y - 0.88 * s, 1.76 * s, 1.76 * s);
      break;
    case 2:
      cairo_move_to (cr, x, y - 1.15 * s);
      cairo_line_to (cr, x + 1.1 * s, y + 0.8 * s);
      cairo_line_to (cr, x - 1.1 * s, y + 0.8 * s);
      cairo_close_path (cr);
      break;
    default:
      cairo_move_to (cr, x, y - 1.2 * s);
      cairo_line_to (cr, x + 1.2 * s, y);
      cairo_line_to (cr, x, y + 1.2 * s);
      cairo_line_to (cr, x - 1.2 * s, y);
      cairo_close_path (cr);
    }
  lofi_color_set (cr, color);
  /* Only the first series, the one the figure is about, is filled. */
  if (series == 0)
    cairo_fill (cr);
  else
    {
      cairo_save (cr);
      if (inside.alpha > 0)
        {
          lofi_color_set (cr, inside);
          cairo_fill_preserve (cr);
          lofi_color_set (cr, color);
        }
      cairo_set_line_width (cr, 0.42 * s);
      cairo_stroke (cr);
      cairo_restore (cr);
    }
}

void
lofi_flag_draw (cairo_t *cr, double x, double y, double size, LofiColor color)
{
  cairo_new_path (cr);
  cairo_move_to (cr, x, y - size);
  cairo_line_to (cr, x + size, y);
  cairo_line_to (cr, x, y + size);
  cairo_line_to (cr, x - size, y);
  cairo_close_path (cr);
  lofi_color_set (cr, color);
  cairo_fill (cr);
}

LofiColor
lofi_ink (const LofiStyle *style, LofiColor color)
{
  return lofi_color_mix (color, style->text, 0.28);
}
