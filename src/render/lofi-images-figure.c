/* Drawing and picking of the figures made of pictures. */
#include "config.h"
#include "lofi-images-figure-private.h"

#include <math.h>
#include <glib/gi18n-lib.h>
#include "lofi-frame-private.h"

typedef struct {
  LofiFrame frame;
  LofiFrameText says;
  LofiKey keys[4];
  LofiGrid grid;
  LofiRect bar;                 /* the colour bar */
  gboolean has_bar;
} Layout;

/* Whether pictures of one channel each have that channel's colours. */
static gboolean
has_channel_colors (const LofiImagesFigure *self)
{
  return self->pictures == LOFI_PICTURES_CHANNELS && self->n_maps == 3;
}

static const char *
channel_name (guint channel)
{
  const char *const names[] = { _("red"), _("green"), _("blue") };
  return names[channel];
}

static void
lay_out_header (LofiImagesFigure *self, LofiText *text, double width, double height, Layout *l)
{
  const LofiStyle *style = text->style;
  guint n_keys = 0;
  for (guint c = 0; c < 3 && has_channel_colors (self); c++)
    l->keys[n_keys++] = (LofiKey) { LOFI_KEY_AREA, style->channel[c], channel_name (c), 0 };
  if (self->kind == LOFI_IMAGES_FILTERS && self->has_flags)
    l->keys[n_keys++] = (LofiKey) { LOFI_KEY_FLAG, style->dim_text, _("overlaps more than 0.3 with the mean activation"), 0 };
  if (self->kind == LOFI_IMAGES_SAMPLES)
    {
      l->keys[n_keys++] = (LofiKey) { LOFI_KEY_FRAME, style->negative, self->legend[0], 0 };
      l->keys[n_keys++] = (LofiKey) { LOFI_KEY_FRAME, style->positive, self->legend[1], 0 };
    }
  l->says = (LofiFrameText) { self->base.title, self->base.subtitle, NULL, NULL, NULL, NULL, l->keys, n_keys };
  lofi_frame_init_header (&l->frame, text, width, height, &l->says);
  double em = l->frame.em;
  l->bar = (LofiRect) { width - l->frame.pad - 7.8 * em, l->frame.title_y + 0.3 * em, 7 * em, 0.85 * em };
  l->has_bar = self->is_signed && self->pictures != LOFI_PICTURES_RGB && l->frame.has_title && width > 34 * em;
  /* The title gives way to the bar. */
  if (l->has_bar)
    l->frame.title_room = l->bar.x - 2 * em - l->frame.pad;
}

/* Pixels of a tile: of the picture, unless its channels stand beside each other. */
static void
tile_size (const LofiImagesFigure *self, gsize *height, gsize *width)
{
  *height = self->height;
  *width = self->width;
  if (self->pictures == LOFI_PICTURES_MOSAIC)
    lofi_mosaic_size (self->channels, self->height, self->width, height, width);
}

static LofiGridWish
make_wish (LofiImagesFigure *self, LofiText *text)
{
  const LofiStyle *style = text->style;
  gsize pixels_high, pixels_wide;
  tile_size (self, &pixels_high, &pixels_wide);
  double label = self->kind == LOFI_IMAGES_FILTERS ? lofi_text_line (text, LOFI_TEXT_SMALL) + 0.1 * style->font_size : 0;
  /* Tiles of the second row start on whole pixels too. */
  if (!style->page)
    label = ceil (label);
  return (LofiGridWish) { self->n, pixels_wide, pixels_high, round (0.75 * style->font_size), label, style->page, style->font_size };
}

static void
lay_out (LofiImagesFigure *self, LofiText *text, double width, double height, Layout *l)
{
  lay_out_header (self, text, width, height, l);
  LofiGridWish wish = make_wish (self, text);
  lofi_grid_fit (&l->grid, &wish, &l->frame.plot);
}

static void
make_tiles (LofiImagesFigure *self, const LofiStyle *style)
{
  if (self->tiles_style == style)
    return;
  lofi_tiles_clear (&self->tiles);
  gsize size = self->channels * self->width * self->height, height, width;
  tile_size (self, &height, &width);
  lofi_tiles_init (&self->tiles, self->n, width, height);
  for (guint i = 0; i < self->n; i++)
    {
      const double *values = self->values + i * size;
      if (!self->is_signed)
        lofi_tiles_set_brightness (&self->tiles, i, values, self->channels);
      else if (self->pictures == LOFI_PICTURES_MOSAIC)
        lofi_tiles_set_mosaic (&self->tiles, i, values, self->channels, self->height, self->width, style);
      else if (has_channel_colors (self))
        lofi_tiles_set_channel (&self->tiles, i, values, i / self->per_channel, style);
      else
        lofi_tiles_set_signed (&self->tiles, i, values, self->channels, style);
    }
  self->tiles_style = style;
}

/* One of the ramps of a bar. channel: its own, or -1 for the diverging map. */
static void
draw_ramp (cairo_t *cr, const LofiStyle *style, int channel, const LofiRect *ramp)
{
  cairo_pattern_t *colors = cairo_pattern_create_linear (ramp->x, 0, ramp->x + ramp->width, 0);
  for (int i = 0; i <= 32; i++)
    {
      double value = i / 16.0 - 1;
      guint32 c = channel < 0 ? lofi_style_diverging (style, value) : lofi_style_diverging_channel (style, (guint) channel, value);
      cairo_pattern_add_color_stop_rgb (colors, i / 32.0, (c >> 16 & 255) / 255.0, (c >> 8 & 255) / 255.0, (c & 255) / 255.0);
    }
  cairo_rectangle (cr, ramp->x, ramp->y, ramp->width, ramp->height);
  cairo_set_source (cr, colors);
  cairo_fill (cr);
  cairo_pattern_destroy (colors);
}

/* One ramp, or three above each other, of the channels. */
static void
draw_bar (cairo_t *cr, LofiText *text, const LofiRect *bar, gboolean by_channel)
{
  const LofiStyle *style = text->style;
  int ramps = by_channel ? 3 : 1;
  for (int r = 0; r < ramps; r++)
    {
      double top = lofi_crisp (style, bar->y + bar->height * r / ramps) - (style->page ? 0 : 0.5);
      double bottom = lofi_crisp (style, bar->y + bar->height * (r + 1) / ramps) - (style->page ? 0 : 0.5);
      LofiRect ramp = { bar->x, by_channel ? top : bar->y, bar->width, by_channel ? bottom - top : bar->height };
      draw_ramp (cr, style, by_channel ? r : -1, &ramp);
    }
  const struct { const char *string; double x, align; } labels[] = {
    { "\xe2\x88\x92", bar->x - 0.35 * style->font_size, 1 }, { "0", bar->x + bar->width / 2, 0.5 },
    { "+", bar->x + bar->width + 0.35 * style->font_size, 0 },
  };
  for (guint i = 0; i < G_N_ELEMENTS (labels); i++)
    {
      lofi_text_set (text, LOFI_TEXT_SMALL, labels[i].string, 0);
      lofi_text_draw (text, cr, style->dim_text, labels[i].x, bar->y + bar->height / 2, labels[i].align, 0.5);
    }
}

/* What every tile of a grid says, so that all of them say the same: significant digits of the eigenvalue, or 0 for the number alone. */
static int
label_digits (LofiImagesFigure *self, LofiText *text, double room)
{
  for (int digits = 3; digits > 0; digits--)
    {
      char widest[40] = "", eigenvalue[40];
      for (guint i = 0; i < self->n; i++)
        {
          lofi_format_measure (self->eigenvalues[i], digits, eigenvalue, sizeof eigenvalue);
          if (g_utf8_strlen (eigenvalue, -1) >= g_utf8_strlen (widest, -1))
            g_strlcpy (widest, eigenvalue, sizeof widest);
        }
      g_autofree char *both = g_strdup_printf ("%u  %s", self->n, widest);
      lofi_text_set (text, LOFI_TEXT_SMALL, both, 0);
      if (lofi_text_width (text) <= room)
        return digits;
    }
  return 0;
}

/* Number on the left, eigenvalue on the right in the colour of its sign. */
static void
draw_label (LofiImagesFigure *self, cairo_t *cr, LofiText *text, guint i, const LofiRect *tile, int digits)
{
  const LofiStyle *style = text->style;
  double em = style->font_size, value = self->eigenvalues[i], y = tile->y + tile->height + 0.12 * em, right = tile->x + tile->width;
  gboolean flagged = self->overlaps && self->overlaps[i] > LOFI_MEAN_OVERLAP_FLAG;
  char string[40];
  LofiColor sign = lofi_ink (style, value < 0 ? style->negative : style->positive);
  if (digits > 0)
    {
      lofi_format_measure (value, digits, string, sizeof string);
      lofi_text_set (text, LOFI_TEXT_SMALL, string, 0);
      lofi_text_draw (text, cr, sign, right, y, 1, 0);
      right -= lofi_text_width (text);
    }
  g_snprintf (string, sizeof string, "%u", i % self->per_channel + 1);
  lofi_text_set (text, LOFI_TEXT_SMALL, string, 0);
  double left = tile->x + lofi_text_width (text);
  lofi_text_draw (text, cr, digits > 0 ? style->dim_text : sign, tile->x, y, 0, 0);
  if (flagged && left + 0.9 * em <= right)
    lofi_flag_draw (cr, left + 0.5 * em, y + lofi_text_line (text, LOFI_TEXT_SMALL) / 2, 0.26 * em, style->dim_text);
}

static void
frame_tile (cairo_t *cr, const LofiRect *tile, double line, LofiColor color)
{
  lofi_color_set (cr, color);
  cairo_set_line_width (cr, line);
  cairo_rectangle (cr, tile->x - line / 2, tile->y - line / 2, tile->width + line, tile->height + line);
  cairo_stroke (cr);
}

static void
draw (LofiFigure *figure, cairo_t *cr, double width, double height, const LofiStyle *style)
{
  LofiImagesFigure *self = (LofiImagesFigure *) figure;
  g_auto (LofiText) text;
  lofi_text_init (&text, style);
  Layout l;
  lay_out (self, &text, width, height, &l);
  make_tiles (self, style);
  lofi_frame_draw_header (&l.frame, cr, &text);
  if (l.has_bar)
    draw_bar (cr, &text, &l.bar, has_channel_colors (self));
  double thick = MIN (style->page ? 1.2 : 2, 0.35 * (l.grid.step_x - l.grid.tile_width));
  int digits = l.grid.has_labels ? label_digits (self, &text, l.grid.tile_width) : 0;
  for (guint i = 0; i < self->n; i++)
    {
      LofiRect tile = lofi_grid_tile (&l.grid, i);
      lofi_tiles_draw (&self->tiles, i, cr, &tile);
      if (self->kind == LOFI_IMAGES_SAMPLES)
        frame_tile (cr, &tile, thick, self->classes[i] < 0 ? style->negative : style->positive);
      else
        {
          /* What is selected in the window is no part of a figure on the page. */
          if ((int) i == self->selected && !style->page)
            frame_tile (cr, &tile, thick, style->highlight);
          if (l.grid.has_labels)
            draw_label (self, cr, &text, i, &tile, digits);
        }
    }
}

static void
say_direction (LofiImagesFigure *self, guint i, char *out, gsize size)
{
  char value[40], overlap[40], number[40];
  lofi_format_measure (self->eigenvalues[i], 3, value, sizeof value);
  lofi_format_measure (self->overlaps ? self->overlaps[i] : 0, 2, overlap, sizeof overlap);
  if (self->pictures == LOFI_PICTURES_CHANNELS && self->n_maps > 1)
    {
      guint within = i % self->per_channel + 1, channel = i / self->per_channel;
      g_snprintf (number, sizeof number, "%u", channel + 1);
      const char *name = has_channel_colors (self) ? channel_name (channel) : number;
      if (self->overlaps)
        g_snprintf (out, size, _("direction %u of %u · channel %s · λ = %s · overlap with the mean activation %s"), within,
                    self->per_channel, name, value, overlap);
      else
        g_snprintf (out, size, _("direction %u of %u · channel %s · λ = %s"), within, self->per_channel, name, value);
    }
  else if (self->overlaps)
    g_snprintf (out, size, _("direction %d of %u · λ = %s · overlap with the mean activation %s"), (int) i + 1, self->n, value, overlap);
  else
    g_snprintf (out, size, _("direction %d of %u · λ = %s"), (int) i + 1, self->n, value);
}

static gboolean
pick (LofiFigure *figure, double width, double height, const LofiStyle *style, double x, double y, LofiPick *pick)
{
  LofiImagesFigure *self = (LofiImagesFigure *) figure;
  g_auto (LofiText) text;
  lofi_text_init (&text, style);
  Layout l;
  lay_out (self, &text, width, height, &l);
  int i = lofi_grid_at (&l.grid, x, y);
  if (i < 0)
    return FALSE;
  LofiRect tile = lofi_grid_tile (&l.grid, i);
  lofi_pick_set_rect (pick, tile.x, tile.y, tile.width, tile.height, width, height);
  if (self->kind == LOFI_IMAGES_SAMPLES)
    {
      g_snprintf (pick->text, sizeof pick->text, _("%s · sample %zu, number %zu of the source"),
                  self->names[self->classes[i] > 0], self->places[i] + 1, (gsize) self->indices[i]);
      pick->index = (int) self->places[i];
      return TRUE;
    }
  say_direction (self, (guint) i, pick->text, sizeof pick->text);
  pick->index = i;
  pick->is_direction = TRUE;
  return TRUE;
}

static double
height_for_width (LofiFigure *figure, double width, const LofiStyle *style)
{
  LofiImagesFigure *self = (LofiImagesFigure *) figure;
  g_auto (LofiText) text;
  lofi_text_init (&text, style);
  Layout l;
  /* Tall enough for the whole header; its height does not depend on more. */
  double tall = 100 * style->font_size;
  lay_out_header (self, &text, width, tall, &l);
  LofiGridWish wish = make_wish (self, &text);
  double chrome = tall - l.frame.plot.height;
  return ceil (chrome + lofi_grid_wanted_height (&wish, l.frame.plot.width));
}

static void
clear (LofiFigure *figure)
{
  LofiImagesFigure *self = (LofiImagesFigure *) figure;
  if (self->tiles_style)
    lofi_tiles_clear (&self->tiles);
  g_free (self->values);
  g_free (self->eigenvalues);
  g_free (self->overlaps);
  g_free (self->classes);
  g_free (self->places);
  g_free (self->indices);
  for (int i = 0; i < 2; i++)
    {
      g_free (self->names[i]);
      g_free (self->legend[i]);
    }
}

const LofiFigureClass lofi_images_figure_class = { draw, pick, height_for_width, clear };
