/* Small pictures in rows: their surfaces, made once, and where each stands. */
#pragma once

#include "lofi-figure-private.h"

/* Shades of the diverging map on each side of zero: more than eight bits can tell apart. */
#define LOFI_SHADES 512

/* Pictures as native pixels: one cairo surface each, RGB24, height x width. */
typedef struct {
  guint n;
  gsize width, height;
  cairo_surface_t **surfaces;
  guint32 *maps[4];            /* the diverging map, then those of red, green and blue: 2 * LOFI_SHADES + 1 colours each, once needed */
  const LofiStyle *map_style;  /* of all that are there */
} LofiTiles;

void lofi_tiles_init (LofiTiles *tiles, guint n, gsize width, gsize height);
void lofi_tiles_clear (LofiTiles *tiles);
/* One channel of signed numbers through the diverging map, largest magnitude = full colour; three channels as red, green, blue
 * around grey. values: channels x height x width. */
void lofi_tiles_set_signed (LofiTiles *tiles, guint i, const double *values, gsize channels, const LofiStyle *style);
/* One channel of signed numbers through the map of colour channel 0, 1 or 2. */
void lofi_tiles_set_channel (LofiTiles *tiles, guint i, const double *values, guint channel, const LofiStyle *style);
/* Any number of channels of height x width, each a square of a mosaic, all to one scale: tiles of the size lofi_mosaic_size says. */
void lofi_tiles_set_mosaic (LofiTiles *tiles, guint i, const double *values, gsize channels, gsize height, gsize width,
                            const LofiStyle *style);
void lofi_mosaic_size (gsize channels, gsize height, gsize width, gsize *tile_height, gsize *tile_width);
/* Brightness in [0, 1]; one channel grey, three RGB. */
void lofi_tiles_set_brightness (LofiTiles *tiles, guint i, const double *values, gsize channels);
/* No smoothing when enlarged: one pixel, one square. */
void lofi_tiles_draw (const LofiTiles *tiles, guint i, cairo_t *cr, const LofiRect *at);

/* What a grid would like; in user units. */
typedef struct {
  guint n;
  gsize width, height;       /* pixels of a picture */
  double gap, label;         /* between tiles; height of the text under each */
  gboolean page;
  double em;
} LofiGridWish;

typedef struct {
  guint n, columns, rows;
  LofiRect area;             /* of the tiles, inside the room given */
  double tile_width, tile_height, step_x, step_y;
  gboolean has_labels;
} LofiGrid;

/* The largest tiles with which all fit the room; in the window never larger than they would like to be. */
void lofi_grid_fit (LofiGrid *grid, const LofiGridWish *wish, const LofiRect *room);
/* The height in which the tiles have the size they would like. */
double lofi_grid_wanted_height (const LofiGridWish *wish, double width);
LofiRect lofi_grid_tile (const LofiGrid *grid, guint i);
/* The tile, its label included, at a point, or -1. */
int lofi_grid_at (const LofiGrid *grid, double x, double y);
