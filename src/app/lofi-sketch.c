/* A small drawing on a card. */
#include "config.h"
#include <adwaita.h>
#include "lofi-chart.h"
#include "lofi-sketch.h"

struct _LofiSketch {
  GtkWidget parent_instance;
  int natural_height;
  LofiSketchDraw draw;
  gpointer data;
  GDestroyNotify destroy;
  GskRenderNode *node;
  int width, height;
  const LofiStyle *style;
};

G_DEFINE_FINAL_TYPE (LofiSketch, lofi_sketch, GTK_TYPE_WIDGET)

enum { PROP_0, PROP_NATURAL_HEIGHT };

static void
forget (LofiSketch *self)
{
  if (self->destroy)
    self->destroy (self->data);
  self->draw = NULL;
  self->data = NULL;
  self->destroy = NULL;
  g_clear_pointer (&self->node, gsk_render_node_unref);
}

void
lofi_sketch_set (LofiSketch *self, LofiSketchDraw draw, gpointer data, GDestroyNotify destroy)
{
  g_return_if_fail (LOFI_IS_SKETCH (self));
  forget (self);
  self->draw = draw;
  self->data = data;
  self->destroy = destroy;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
lofi_sketch_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  LofiSketch *self = LOFI_SKETCH (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  const LofiStyle *style = lofi_screen_style ();
  if (!self->draw || width <= 0 || height <= 0)
    return;
  if (!self->node || self->width != width || self->height != height || self->style != style)
    {
      g_clear_pointer (&self->node, gsk_render_node_unref);
      self->width = width;
      self->height = height;
      self->style = style;
      self->node = gsk_cairo_node_new (&GRAPHENE_RECT_INIT (0, 0, width, height));
      cairo_t *cr = gsk_cairo_node_get_draw_context (self->node);
      self->draw (cr, width, height, style, self->data);
      cairo_destroy (cr);
    }
  gtk_snapshot_append_node (snapshot, self->node);
}

static void
lofi_sketch_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                     int *minimum_baseline, int *natural_baseline)
{
  LofiSketch *self = LOFI_SKETCH (widget);
  *minimum = *natural = orientation == GTK_ORIENTATION_VERTICAL ? self->natural_height : 80;
}

static void
lofi_sketch_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  LofiSketch *self = LOFI_SKETCH (object);
  if (id != PROP_NATURAL_HEIGHT)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  else
    self->natural_height = g_value_get_int (value);
}

static void
lofi_sketch_dispose (GObject *object)
{
  forget (LOFI_SKETCH (object));
  G_OBJECT_CLASS (lofi_sketch_parent_class)->dispose (object);
}

static void
lofi_sketch_class_init (LofiSketchClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  object_class->dispose = lofi_sketch_dispose;
  object_class->set_property = lofi_sketch_set_property;
  widget_class->snapshot = lofi_sketch_snapshot;
  widget_class->measure = lofi_sketch_measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
  g_object_class_install_property (object_class, PROP_NATURAL_HEIGHT,
                                   g_param_spec_int ("natural-height", NULL, NULL, 0, 4096, 48,
                                                     G_PARAM_WRITABLE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS));
}

static void
lofi_sketch_init (LofiSketch *self)
{
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (gtk_widget_queue_draw), self,
                           G_CONNECT_SWAPPED);
}
