/* Two children that say the same, of which the wide one is shown where it fits. */
#include "config.h"
#include "lofi-squeeze.h"

struct _LofiSqueeze {
  GtkWidget parent_instance;
  GtkWidget *wide, *narrow;
};

static void buildable_init (GtkBuildableIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (LofiSqueeze, lofi_squeeze, GTK_TYPE_WIDGET, G_IMPLEMENT_INTERFACE (GTK_TYPE_BUILDABLE, buildable_init))

static void
lofi_squeeze_add_child (GtkBuildable *buildable, GtkBuilder *builder, GObject *child, const char *type)
{
  LofiSqueeze *self = LOFI_SQUEEZE (buildable);
  GtkWidget **place = g_strcmp0 (type, "wide") == 0 ? &self->wide : &self->narrow;
  g_return_if_fail (GTK_IS_WIDGET (child) && !*place);
  *place = GTK_WIDGET (child);
  gtk_widget_set_parent (*place, GTK_WIDGET (self));
}

static void
buildable_init (GtkBuildableIface *iface)
{
  iface->add_child = lofi_squeeze_add_child;
}

/* As small as the narrow one, as large as the wide one. */
static void
lofi_squeeze_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *minimum_baseline,
                      int *natural_baseline)
{
  LofiSqueeze *self = LOFI_SQUEEZE (widget);
  int least, most;
  gtk_widget_measure (self->narrow, orientation, -1, minimum, natural, NULL, NULL);
  gtk_widget_measure (self->wide, orientation, -1, &least, &most, NULL, NULL);
  if (orientation == GTK_ORIENTATION_VERTICAL)
    *minimum = MAX (*minimum, least);
  *natural = MAX (*natural, most);
}

static void
lofi_squeeze_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  LofiSqueeze *self = LOFI_SQUEEZE (widget);
  int least;
  gtk_widget_measure (self->wide, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  gboolean fits = width >= least;
  gtk_widget_set_child_visible (self->wide, fits);
  gtk_widget_set_child_visible (self->narrow, !fits);
  gtk_widget_allocate (fits ? self->wide : self->narrow, width, height, baseline, NULL);
}

static void
lofi_squeeze_dispose (GObject *object)
{
  LofiSqueeze *self = LOFI_SQUEEZE (object);
  g_clear_pointer (&self->wide, gtk_widget_unparent);
  g_clear_pointer (&self->narrow, gtk_widget_unparent);
  G_OBJECT_CLASS (lofi_squeeze_parent_class)->dispose (object);
}

static void
lofi_squeeze_class_init (LofiSqueezeClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = lofi_squeeze_dispose;
  widget_class->measure = lofi_squeeze_measure;
  widget_class->size_allocate = lofi_squeeze_size_allocate;
}

static void
lofi_squeeze_init (LofiSqueeze *self)
{
}
