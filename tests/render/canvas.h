/* Figures on image surfaces: drawing them, finding colours, and that pick agrees with what is drawn. Needs lofi-test.h. */
#pragma once

#include <math.h>
#include "lofi-figures.h"
#include "lofi-test.h"

/* Left of the plot stand the numbers and the title of the y axis, in greys that are nearly the bulk's. */
#define LEFT 48

typedef struct { cairo_surface_t *surface; const guint32 *pixels; int stride, width, height; } Image;

static inline Image
draw (LofiFigure *figure, double width, double height, const LofiStyle *style)
{
  Image image = { cairo_image_surface_create (CAIRO_FORMAT_ARGB32, (int) ceil (width), (int) ceil (height)) };
  cairo_t *cr = cairo_create (image.surface);
  lofi_figure_draw (figure, cr, width, height, style);
  cairo_matrix_t matrix;
  cairo_get_matrix (cr, &matrix);
  ck_assert (matrix.xx == 1 && matrix.xy == 0 && matrix.x0 == 0 && matrix.y0 == 0);
  ck_assert_int_eq (cairo_status (cr), CAIRO_STATUS_SUCCESS);
  cairo_destroy (cr);
  cairo_surface_flush (image.surface);
  image.pixels = (const guint32 *) (const void *) cairo_image_surface_get_data (image.surface);
  image.stride = cairo_image_surface_get_stride (image.surface) / 4;
  image.width = (int) ceil (width);
  image.height = (int) ceil (height);
  return image;
}

static inline guint32
pixel (const Image *image, int x, int y)
{
  return image->pixels[y * image->stride + x];
}

static inline gboolean
is_near (guint32 value, LofiColor color)
{
  const double parts[] = { color.red, color.green, color.blue };
  for (int i = 0; i < 3; i++)
    if (abs ((int) (value >> (16 - 8 * i) & 255) - (int) lrint (255 * parts[i])) > 6)
      return FALSE;
  return value >> 24 == 255;
}

/* How many pixels of a colour lie in the rectangle, and their range of x. */
static inline int
count_color (const Image *image, LofiColor color, int from_y, int to_y, int *least_x, int *most_x)
{
  int n = 0;
  *least_x = image->width;
  *most_x = -1;
  for (int y = from_y; y < to_y; y++)
    for (int x = LEFT; x < image->width; x++)
      if (is_near (pixel (image, x, y), color))
        {
          n++;
          *least_x = MIN (*least_x, x);
          *most_x = MAX (*most_x, x);
        }
  return n;
}

/* Every point of the figure that picks something: the rectangle holds the point and lies inside, and its centre picks the same. Returns how
 * many different indices there were below n. */
static inline guint
check_picks (LofiFigure *figure, double width, double height, const LofiStyle *style, guint n, gboolean directions)
{
  g_autofree gboolean *seen = g_new0 (gboolean, n + 1);
  guint different = 0;
  for (double y = 0.5; y < height; y += 8)
    for (double x = 0.5; x < width; x += 3)
      {
        LofiPick pick, centre;
        if (!lofi_figure_pick (figure, width, height, style, x, y, &pick))
          continue;
        ck_assert (g_utf8_validate (pick.text, -1, NULL) && pick.text[0]);
        ck_assert (pick.x >= 0 && pick.y >= 0 && pick.x + pick.width <= width + 1e-9 && pick.y + pick.height <= height + 1e-9);
        ck_assert (pick.width > 0 && pick.height > 0);
        if (pick.is_direction != directions || pick.index < 0 || (guint) pick.index >= n || seen[pick.index])
          continue;
        ck_assert (lofi_figure_pick (figure, width, height, style, pick.x + pick.width / 2, pick.y + pick.height / 2, &centre));
        ck_assert_int_eq (centre.index, pick.index);
        seen[pick.index] = TRUE;
        different++;
      }
  LofiPick outside;
  ck_assert (!lofi_figure_pick (figure, width, height, style, -1, 10, &outside));
  ck_assert (!lofi_figure_pick (figure, width, height, style, NAN, 10, &outside));
  ck_assert (!lofi_figure_pick (figure, width, height, style, 10, height + 1, &outside));
  ck_assert_int_eq (outside.index, -1);
  return different;
}
