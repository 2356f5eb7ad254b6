/* What a widget looks like, as pixels. */
#pragma once

#include "lofi-ui.h"

typedef struct {
  int width, height;
  guint32 *argb;            /* width * height, premultiplied */
} Pixels;

static inline void
pixels_clear (Pixels *pixels)
{
  g_clear_pointer (&pixels->argb, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pixels, pixels_clear)

static inline Pixels
pixels_of (gpointer object)
{
  GtkWidget *widget = object;
  Pixels pixels = { gtk_widget_get_width (widget), gtk_widget_get_height (widget), NULL };
  GskRenderNode *node = NULL;
  g_autoptr (GError) error = NULL;
  /* A widget that waits for its redraw has no picture yet. */
  for (int i = 0; i < 20 && !node; i++)
    {
      gtk_widget_queue_draw (widget);
      gtk_test_widget_wait_for_draw (widget);
      g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (widget);
      GtkSnapshot *snapshot = gtk_snapshot_new ();
      gdk_paintable_snapshot (paintable, snapshot, pixels.width, pixels.height);
      node = gtk_snapshot_free_to_node (snapshot);
    }
  g_assert_nonnull (node);
  GskRenderer *renderer = gsk_cairo_renderer_new ();
  g_assert_true (gsk_renderer_realize (renderer, NULL, &error));
  g_autoptr (GdkTexture) texture = gsk_renderer_render_texture (renderer, node, &GRAPHENE_RECT_INIT (0, 0, pixels.width, pixels.height));
  gsk_renderer_unrealize (renderer);
  g_object_unref (renderer);
  gsk_render_node_unref (node);
  pixels.argb = g_new0 (guint32, (gsize) pixels.width * pixels.height);
  gdk_texture_download (texture, (guchar *) pixels.argb, (gsize) pixels.width * 4);
  return pixels;
}

static inline gboolean
pixel_near (guint32 argb, LofiColor color, int tolerance)
{
  int red = argb >> 16 & 255, green = argb >> 8 & 255, blue = argb & 255;
  return ABS (red - (int) (255 * color.red)) <= tolerance && ABS (green - (int) (255 * color.green)) <= tolerance
         && ABS (blue - (int) (255 * color.blue)) <= tolerance;
}

/* How many pixels are within `tolerance` of a colour. */
static inline guint
pixels_count (const Pixels *pixels, LofiColor color, int tolerance)
{
  guint count = 0;
  for (gsize i = 0; i < (gsize) pixels->width * pixels->height; i++)
    count += pixel_near (pixels->argb[i], color, tolerance);
  return count;
}

/* How many pixels differ. */
static inline guint
pixels_differ (const Pixels *a, const Pixels *b)
{
  g_assert_cmpint (a->width, ==, b->width);
  g_assert_cmpint (a->height, ==, b->height);
  guint count = 0;
  for (gsize i = 0; i < (gsize) a->width * a->height; i++)
    count += a->argb[i] != b->argb[i];
  return count;
}
