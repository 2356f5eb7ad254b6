/* Text on figures: one PangoLayout per drawing, measured the same whether or not there is a cairo context. */
#pragma once

#include <pango/pangocairo.h>
#include "lofi-style.h"

typedef struct {
  const LofiStyle *style;
  PangoContext *context;
  PangoLayout *layout;
  PangoFontDescription *font;
} LofiText;

typedef enum { LOFI_TEXT_NORMAL, LOFI_TEXT_SMALL, LOFI_TEXT_TITLE } LofiTextSize;

void lofi_text_init (LofiText *text, const LofiStyle *style);
void lofi_text_clear (LofiText *text);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LofiText, lofi_text_clear)

/* Sets what the next calls measure and draw. room > 0: ellipsised at that width. Superscript digits are raised figures of the same font. */
void lofi_text_set (LofiText *text, LofiTextSize size, const char *string, double room);
double lofi_text_width (LofiText *text);
double lofi_text_height (LofiText *text);
/* x and y are where the point at (align_x, align_y) of the text comes, 0 left or top, 1 right or bottom. Drawn in color. */
void lofi_text_draw (LofiText *text, cairo_t *cr, LofiColor color, double x, double y, double align_x, double align_y);
/* Read upwards, centred on (x, y). */
void lofi_text_draw_upwards (LofiText *text, cairo_t *cr, LofiColor color, double x, double y);
/* The height of a line, whatever is in it. */
double lofi_text_line (LofiText *text, LofiTextSize size);
