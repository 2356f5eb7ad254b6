/* How figures look: colours, type, strokes. Plain values; the same for the window and the page. */
#pragma once

#include <cairo.h>
#include <glib.h>

typedef struct { double red, green, blue, alpha; } LofiColor;

typedef struct {
  const char *name;                 /* "light", "dark", "paper" */
  gboolean page;                    /* for the page: text is placed without hinting or rounding, images fill the room */
  LofiColor background, text, dim_text, grid, axis;
  LofiColor bulk;                   /* eigenvalues that are not kept */
  LofiColor negative, positive;     /* class -1 and +1, eigenvalues below and above zero: blue and orange everywhere */
  LofiColor neutral;                /* the zero of the diverging map */
  LofiColor channel[3];             /* more of red, green, blue ... */
  LofiColor opposite[3];            /* ... and less of it: cyan, magenta, yellow */
  LofiColor series[8];              /* after Okabe and Ito, in the order lofi, lazy, linear, ...; never told by colour alone */
  LofiColor highlight;              /* what the pointer is on */
  const char *font_family;
  double font_size, small_size;     /* in user units: pixels in the window, points on the page */
  double line_width;
} LofiStyle;

/* Static. paper is light with a transparent background, an embeddable font and print sizes. */
const LofiStyle *lofi_style_light (void);
const LofiStyle *lofi_style_dark (void);
const LofiStyle *lofi_style_paper (void);
/* By name; NULL if there is none. */
const LofiStyle *lofi_style_find (const char *name);

void lofi_color_set (cairo_t *cr, LofiColor color);
/* share 0 gives a, 1 gives b. */
LofiColor lofi_color_mix (LofiColor a, LofiColor b, double share);

/* The one diverging map: value in [-1, 1] (clipped; NaN is neutral grey) to 0xffRRGGBB, negative .. neutral .. positive. */
guint32 lofi_style_diverging (const LofiStyle *style, double value);
/* Its like for pictures of one colour channel (0 red, 1 green, 2 blue): opposite .. neutral .. channel. */
guint32 lofi_style_diverging_channel (const LofiStyle *style, guint channel, double value);
/* The one sequential map, for values that have no zero in their middle: share in [0, 1] (clipped; NaN is neutral grey) to 0xffRRGGBB, from near the
 * ground to far from it: pale yellow through teal to indigo on light, the other way on dark. Equal steps look equally large, and lightness alone tells the order. */
guint32 lofi_style_sequential (const LofiStyle *style, double share);
/* Black or white, whichever is read better on a colour 0xffRRGGBB. */
LofiColor lofi_style_on (guint32 ground);
LofiColor lofi_color_of_rgb (guint32 rgb);
