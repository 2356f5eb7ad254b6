/* Small pictures in rows. */
#include "config.h"
#include "lofi-image-grid-private.h"

#include <math.h>

/* Tiles in the window: about this many pixels along the longer side, and strips for what is not an image. */
#define TILE_PREFERRED 100.0
#define STRIP_WIDTH 168.0
#define STRIP_HEIGHT 20.0
/* On the page a tile fills the room up to this many times the type size. */
#define PAGE_TILE_MAX 13.0

void
lofi_tiles_init (LofiTiles *tiles, guint n, gsize width, gsize height)
{
  *tiles = (LofiTiles) { .n = n, .width = MAX (width, 1), .height = MAX (height, 1), .surfaces = g_new0 (cairo_surface_t *, n + 1) };
}

void
lofi_tiles_clear (LofiTiles *tiles)
{
  for (guint i = 0; i < tiles->n; i++)
    g_clear_pointer (&tiles->surfaces[i], cairo_surface_destroy);
  g_clear_pointer (&tiles->surfaces, g_free);
  for (guint m = 0; m < G_N_ELEMENTS (tiles->maps); m++)
    g_clear_pointer (&tiles->maps[m], g_free);
  tiles->map_style = NULL;
  tiles->n = 0;
}

/* A surface and its pixels; NULL if cairo cannot make one of this size. */
static guchar *
new_surface (LofiTiles *tiles, guint i, int *stride)
{
  g_clear_pointer (&tiles->surfaces[i], cairo_surface_destroy);
  if (tiles->width > 32767 || tiles->height > 32767)
    return NULL;
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) tiles->width, (int) tiles->height);
  if (cairo_surface_status (surface) != CAIRO_STATUS_SUCCESS)
    {
      cairo_surface_destroy (surface);
      return NULL;
    }
  tiles->surfaces[i] = surface;
  cairo_surface_flush (surface);
  *stride = cairo_image_surface_get_stride (surface);
  return cairo_image_surface_get_data (surface);
}

static guint32
grey (double brightness)
{
  return isnan (brightness) ? 0 : (guint32) lrint (CLAMP (brightness, 0, 1) * 255);
}

typedef guint32 (*ColorOf) (const double *values, gsize pixel, gsize plane, double scale, gconstpointer data);

static void
fill (LofiTiles *tiles, guint i, const double *values, ColorOf color_of, double scale, gconstpointer data)
{
  int stride;
  guchar *pixels = new_surface (tiles, i, &stride);
  if (!pixels)
    return;
  gsize plane = tiles->width * tiles->height;
  for (gsize row = 0; row < tiles->height; row++)
    {
      guint32 *line = (guint32 *) (void *) (pixels + row * (gsize) stride);
      for (gsize col = 0; col < tiles->width; col++)
        line[col] = color_of (values, row * tiles->width + col, plane, scale, data);
    }
  cairo_surface_mark_dirty (tiles->surfaces[i]);
}

static guint32
signed_color (const double *values, gsize pixel, gsize plane, double scale, gconstpointer data)
{
  const guint32 *map = data;
  double value = values[pixel] * scale;
  return isnan (value) ? 0xff808080u : map[LOFI_SHADES + lrint (CLAMP (value, -1, 1) * LOFI_SHADES)];
}

/* A map costs powers at every colour: computed once, looked up at every pixel. which: 0 the diverging map, 1 + c that of channel c. */
static const guint32 *
find_map (LofiTiles *tiles, guint which, const LofiStyle *style)
{
  if (tiles->map_style != style)
    for (guint m = 0; m < G_N_ELEMENTS (tiles->maps); m++)
      g_clear_pointer (&tiles->maps[m], g_free);
  tiles->map_style = style;
  if (tiles->maps[which])
    return tiles->maps[which];
  guint32 *map = tiles->maps[which] = g_new (guint32, 2 * LOFI_SHADES + 1);
  for (int i = -LOFI_SHADES; i <= LOFI_SHADES; i++)
    {
      double value = (double) i / LOFI_SHADES;
      map[LOFI_SHADES + i] = which == 0 ? lofi_style_diverging (style, value) : lofi_style_diverging_channel (style, which - 1, value);
    }
  return map;
}

static guint32
signed_rgb (const double *values, gsize pixel, gsize plane, double scale, gconstpointer data)
{
  guint32 color = 0xff;
  for (gsize c = 0; c < 3; c++)
    color = color << 8 | grey (0.5 + 0.5 * scale * values[c * plane + pixel]);
  return color;
}

static guint32
brightness_color (const double *values, gsize pixel, gsize plane, double scale, gconstpointer data)
{
  return 0xff000000u | grey (values[pixel]) * 0x010101u;
}

static guint32
brightness_rgb (const double *values, gsize pixel, gsize plane, double scale, gconstpointer data)
{
  guint32 color = 0xff;
  for (gsize c = 0; c < 3; c++)
    color = color << 8 | grey (values[c * plane + pixel]);
  return color;
}

/* What brings the largest magnitude to one. */
static double
scale_of (const double *values, gsize count)
{
  double largest = 0;
  for (gsize k = 0; k < count; k++)
    if (isfinite (values[k]))
      largest = MAX (largest, fabs (values[k]));
  double scale = largest > 0 ? 1 / largest : 0;
  return isfinite (scale) ? scale : 0;
}

void
lofi_tiles_set_signed (LofiTiles *tiles, guint i, const double *values, gsize channels, const LofiStyle *style)
{
  gsize plane = tiles->width * tiles->height;
  if (channels >= 3)
    fill (tiles, i, values, signed_rgb, scale_of (values, 3 * plane), NULL);
  else
    fill (tiles, i, values, signed_color, scale_of (values, plane), find_map (tiles, 0, style));
}

void
lofi_tiles_set_channel (LofiTiles *tiles, guint i, const double *values, guint channel, const LofiStyle *style)
{
  fill (tiles, i, values, signed_color, scale_of (values, tiles->width * tiles->height), find_map (tiles, 1 + channel, style));
}

/* As many columns as make the mosaic about square. */
static gsize
mosaic_columns (gsize channels)
{
  gsize columns = (gsize) ceil (sqrt ((double) channels));
  return MAX (columns, 1);
}

void
lofi_mosaic_size (gsize channels, gsize height, gsize width, gsize *tile_height, gsize *tile_width)
{
  gsize columns = mosaic_columns (channels), rows = (channels + columns - 1) / columns;
  *tile_height = MAX (rows * (height + 1), 2) - 1;
  *tile_width = columns * (width + 1) - 1;
}

typedef struct {
  gsize channels, height, width, columns;
  const guint32 *map;
  guint32 ground;              /* between the channels, and where there is none */
} Mosaic;

static guint32
mosaic_color (const double *values, gsize pixel, gsize plane, double scale, gconstpointer data)
{
  const Mosaic *m = data;
  gsize across = m->columns * (m->width + 1) - 1, y = pixel / across, x = pixel % across;
  gsize channel = y / (m->height + 1) * m->columns + x / (m->width + 1);
  y %= m->height + 1;
  x %= m->width + 1;
  if (channel >= m->channels || y == m->height || x == m->width)
    return m->ground;
  return signed_color (values + channel * m->height * m->width, y * m->width + x, plane, scale, m->map);
}

void
lofi_tiles_set_mosaic (LofiTiles *tiles, guint i, const double *values, gsize channels, gsize height, gsize width,
                       const LofiStyle *style)
{
  const LofiColor *back = &style->background;
  guint32 ground = 0xff000000u | grey (back->red) << 16 | grey (back->green) << 8 | grey (back->blue);
  Mosaic mosaic = { channels, height, width, mosaic_columns (channels), find_map (tiles, 0, style), ground };
  fill (tiles, i, values, mosaic_color, scale_of (values, channels * height * width), &mosaic);
}

void
lofi_tiles_set_brightness (LofiTiles *tiles, guint i, const double *values, gsize channels)
{
  fill (tiles, i, values, channels >= 3 ? brightness_rgb : brightness_color, 1, NULL);
}

void
lofi_tiles_draw (const LofiTiles *tiles, guint i, cairo_t *cr, const LofiRect *at)
{
  if (i >= tiles->n || !tiles->surfaces[i])
    return;
  double x_scale = at->width / tiles->width, y_scale = at->height / tiles->height;
  cairo_save (cr);
  cairo_rectangle (cr, at->x, at->y, at->width, at->height);
  cairo_clip (cr);
  cairo_translate (cr, at->x, at->y);
  cairo_scale (cr, x_scale, y_scale);
  cairo_set_source_surface (cr, tiles->surfaces[i], 0, 0);
  /* Only a picture that must lose pixels is averaged. */
  gboolean enlarged = x_scale >= 0.999 && y_scale >= 0.999;
  cairo_pattern_set_filter (cairo_get_source (cr), enlarged ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD);
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_paint (cr);
  cairo_restore (cr);
}

static gboolean
is_strip (const LofiGridWish *wish)
{
  return wish->height == 1 && wish->width > 1;
}

static void
preferred_tile (const LofiGridWish *wish, double *width, double *height)
{
  if (is_strip (wish))
    {
      *width = STRIP_WIDTH;
      *height = STRIP_HEIGHT;
      return;
    }
  double side = MAX (wish->width, wish->height), scale = TILE_PREFERRED / side;
  if (scale >= 1)
    scale = floor (scale);
  *width = scale * wish->width;
  *height = scale * wish->height;
}

static guint
columns_of (double width, double tile, double gap, guint n)
{
  double columns = floor ((width + gap) / (tile + gap) + 1e-9);
  return (guint) CLAMP (columns, 1, MAX (n, 1));
}

static gboolean
wants_labels (const LofiGridWish *wish, double tile)
{
  return wish->label > 0 && tile >= 2.2 * wish->em;
}

/* The tile's width if `columns` columns are to fill the room. */
static double
tile_for_columns (const LofiGridWish *wish, const LofiRect *room, guint columns, double aspect, gboolean has_labels)
{
  guint rows = (wish->n + columns - 1) / columns;
  double by_width = (room->width - (columns - 1) * wish->gap) / columns;
  double by_height = (room->height - (rows - 1) * wish->gap) / rows - (has_labels ? wish->label : 0);
  return MIN (by_width, by_height / aspect);
}

/* The number of columns with the largest tiles, none larger than `largest`. Labelled if then the tiles are still wide enough for labels. */
static guint
best_columns (const LofiGridWish *wish, const LofiRect *room, double aspect, double largest, double *tile, gboolean *has_labels)
{
  guint columns = 1;
  for (int labels = 1; labels >= 0; labels--)
    {
      *tile = 0;
      for (guint c = 1; c <= wish->n; c++)
        {
          double t = MIN (tile_for_columns (wish, room, c, aspect, labels), largest);
          /* Of equal sizes the widest arrangement: rows are read before columns. */
          if (t > 0 && t >= *tile - 1e-9)
            {
              *tile = t;
              columns = c;
            }
        }
      *has_labels = labels && wants_labels (wish, *tile);
      if (*has_labels)
        break;
    }
  return columns;
}

void
lofi_grid_fit (LofiGrid *grid, const LofiGridWish *wish, const LofiRect *room)
{
  double width, height, tile;
  preferred_tile (wish, &width, &height);
  double aspect = height / width, largest = wish->page ? PAGE_TILE_MAX * wish->em : width;
  LofiGridWish close = *wish;
  close.n = MAX (wish->n, 1);
  grid->has_labels = FALSE;
  guint columns = best_columns (&close, room, aspect, largest, &tile, &grid->has_labels);
  if (tile < 3 * wish->gap)
    {
      close.gap = wish->page ? wish->gap / 3 : MAX (round (wish->gap / 3), 1);
      columns = best_columns (&close, room, aspect, largest, &tile, &grid->has_labels);
    }
  tile = MAX (tile, 1);
  /* Squares of equal size if that costs little room, whole device pixels in any case. */
  double whole_scale = floor (tile / wish->width + 1e-9) * wish->width;
  if (!wish->page)
    tile = !is_strip (wish) && whole_scale >= 0.85 * tile ? whole_scale : MAX (floor (tile), 1);
  columns = MAX (columns, columns_of (room->width, tile, close.gap, close.n));
  grid->n = wish->n;
  grid->columns = columns;
  grid->rows = (close.n + columns - 1) / columns;
  grid->tile_width = tile;
  grid->tile_height = wish->page ? tile * aspect : MAX (round (tile * aspect), 1);
  grid->step_x = tile + close.gap;
  if (grid->rows > 1 && columns > 1)
    {
      /* Full rows end at the right edge, unless that would tear the tiles apart. */
      double stretched = (room->width - tile) / (columns - 1);
      grid->step_x = MIN (stretched, tile + 3 * close.gap);
      if (!wish->page)
        grid->step_x = floor (grid->step_x);
    }
  grid->step_y = grid->tile_height + (grid->has_labels ? wish->label : 0) + close.gap;
  double x = wish->page ? room->x : round (room->x), y = wish->page ? room->y : round (room->y);
  grid->area = (LofiRect) { x, y, (columns - 1) * grid->step_x + tile, grid->rows * grid->step_y - close.gap };
}

double
lofi_grid_wanted_height (const LofiGridWish *wish, double width)
{
  double tile, height;
  preferred_tile (wish, &tile, &height);
  guint n = MAX (wish->n, 1), columns = columns_of (width, tile, wish->gap, n), rows = (n + columns - 1) / columns;
  /* A room narrower than one tile shrinks it. */
  if (tile > width && width > 0)
    height *= width / tile;
  return rows * (height + wish->label + wish->gap) - wish->gap + 1;
}

LofiRect
lofi_grid_tile (const LofiGrid *grid, guint i)
{
  return (LofiRect) { grid->area.x + (i % grid->columns) * grid->step_x, grid->area.y + (i / grid->columns) * grid->step_y,
                      grid->tile_width, grid->tile_height };
}

int
lofi_grid_at (const LofiGrid *grid, double x, double y)
{
  if (grid->n == 0 || !(x >= grid->area.x && y >= grid->area.y))
    return -1;
  guint column = (guint) ((x - grid->area.x) / grid->step_x), row = (guint) ((y - grid->area.y) / grid->step_y);
  if (column >= grid->columns || row >= grid->rows || row * grid->columns + column >= grid->n)
    return -1;
  LofiRect tile = lofi_grid_tile (grid, row * grid->columns + column);
  return x < tile.x + tile.width && y < tile.y + grid->step_y ? (int) (row * grid->columns + column) : -1;
}
