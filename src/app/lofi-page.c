/* A view of the centre. */
#include "config.h"
#include "lofi-page.h"

struct _LofiPage {
  GtkBox parent_instance;
  GtkWidget *overlay;
  LofiChart *chart;
  GtkWidget *note_box;
  GtkLabel *note;
};

static GtkBuildableIface *parent_iface;
static void buildable_init (GtkBuildableIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (LofiPage, lofi_page, GTK_TYPE_BOX, G_IMPLEMENT_INTERFACE (GTK_TYPE_BUILDABLE, buildable_init))

static void
lofi_page_add_child (GtkBuildable *buildable, GtkBuilder *builder, GObject *child, const char *type)
{
  if (g_strcmp0 (type, "bar") == 0)
    gtk_box_prepend (GTK_BOX (buildable), GTK_WIDGET (child));
  else
    parent_iface->add_child (buildable, builder, child, type);
}

static void
buildable_init (GtkBuildableIface *iface)
{
  parent_iface = g_type_interface_peek_parent (iface);
  iface->add_child = lofi_page_add_child;
}

LofiChart *
lofi_page_get_chart (LofiPage *self)
{
  return self->chart;
}

const char *
lofi_page_get_note (LofiPage *self)
{
  return gtk_widget_get_visible (self->note_box) ? gtk_label_get_text (self->note) : "";
}

void
lofi_page_show (LofiPage *self, const LofiScene *scene)
{
  g_return_if_fail (LOFI_IS_PAGE (self));
  const char *note = scene ? scene->note : NULL;
  lofi_chart_set_figure (self->chart, scene ? scene->figure : NULL, scene && scene->shown == LOFI_SHOWN_STALE);
  gtk_label_set_text (self->note, note ? note : "");
  gtk_widget_set_valign (self->note_box, scene && scene->figure ? GTK_ALIGN_END : GTK_ALIGN_CENTER);
  gtk_widget_set_visible (self->note_box, note != NULL);
}

static void
lofi_page_class_init (LofiPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  g_type_ensure (LOFI_TYPE_CHART);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lofi_explorer/LofiExplorer/ui/lofi-page.ui");
  gtk_widget_class_bind_template_child (widget_class, LofiPage, overlay);
  gtk_widget_class_bind_template_child (widget_class, LofiPage, chart);
  gtk_widget_class_bind_template_child (widget_class, LofiPage, note_box);
  gtk_widget_class_bind_template_child (widget_class, LofiPage, note);
}

static void
lofi_page_init (LofiPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
