/* The controls of the selected card: one page for the data, one for a layer, one for the readout. */
#include "config.h"
#include <glib/gi18n-lib.h>
#include "lofi-data-page.h"
#include "lofi-inspector.h"
#include "lofi-layer-actions.h"
#include "lofi-layer-page.h"
#include "lofi-readout-page.h"
#include "lofi-widget.h"

struct _LofiInspector {
  GtkWidget parent_instance;
  LofiSession *session;
  GtkWidget *scroll;
  GtkLabel *title, *blurb;
  GtkWidget *layer_buttons, *move_up, *move_down, *remove;
  LofiDataPage *data_page;
  LofiLayerPage *layer_page;
  LofiReadoutPage *readout_page;
};

G_DEFINE_FINAL_TYPE (LofiInspector, lofi_inspector, GTK_TYPE_WIDGET)

static void
show_title (LofiInspector *self, LofiPlace place)
{
  g_autofree char *layer = g_strdup_printf (_("Layer %d"), place.layer + 1);
  gtk_label_set_text (self->title, place.step == LOFI_STEP_DATA ? _("Data") : place.step == LOFI_STEP_READOUT ? _("Readout") : layer);
  gtk_label_set_text (self->blurb, lofi_step_description (place.step));
}

static void
show_button (GtkWidget *button, const char *what, const char *reason)
{
  g_autofree char *tooltip = reason ? g_strdup_printf ("%s: %s", what, reason) : g_strdup (what);
  lofi_widget_show_tooltip (button, tooltip);
}

/* The actions make them grey; here is why. */
static void
show_layer_buttons (LofiInspector *self, int layer)
{
  g_autofree char *no_up = lofi_layer_move_reason (self->session, layer, layer - 1);
  g_autofree char *no_down = lofi_layer_move_reason (self->session, layer, layer + 1);
  g_autofree char *no_remove = lofi_layer_remove_reason (self->session);
  show_button (self->move_up, _("Move up (Alt+Up)"), no_up);
  show_button (self->move_down, _("Move down (Alt+Down)"), no_down);
  show_button (self->remove, _("Remove this layer (Alt+Delete)"), no_remove);
}

static void
on_changed (LofiInspector *self, LofiChange what)
{
  if (!(what & (LOFI_CHANGED_EXPERIMENT | LOFI_CHANGED_RESULT | LOFI_CHANGED_PLACE | LOFI_CHANGED_PLAN | LOFI_CHANGED_DEGREES)))
    return;
  LofiPlace place = lofi_session_get_place (self->session);
  show_title (self, place);
  gboolean data = place.step == LOFI_STEP_DATA, readout = place.step == LOFI_STEP_READOUT;
  if (data)
    lofi_data_page_update (self->data_page, self->session);
  else if (readout)
    lofi_readout_page_update (self->readout_page, self->session);
  else
    lofi_layer_page_update (self->layer_page, self->session, what);
  gtk_widget_set_visible (GTK_WIDGET (self->data_page), data);
  gtk_widget_set_visible (GTK_WIDGET (self->readout_page), readout);
  gtk_widget_set_visible (GTK_WIDGET (self->layer_page), !data && !readout);
  gtk_widget_set_visible (self->layer_buttons, !data && !readout);
  if (!data && !readout && (what & (LOFI_CHANGED_EXPERIMENT | LOFI_CHANGED_PLACE | LOFI_CHANGED_PLAN)))
    show_layer_buttons (self, place.layer);
}

void
lofi_inspector_set_session (LofiInspector *self, LofiSession *session)
{
  g_return_if_fail (LOFI_IS_INSPECTOR (self) && LOFI_IS_SESSION (session) && !self->session);
  self->session = g_object_ref (session);
  g_signal_connect_object (session, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  lofi_data_page_update (self->data_page, session);
  lofi_readout_page_update (self->readout_page, session);
  on_changed (self, LOFI_CHANGED_ALL);
}

static void
lofi_inspector_dispose (GObject *object)
{
  LofiInspector *self = LOFI_INSPECTOR (object);
  if (self->session)
    g_signal_handlers_disconnect_by_data (self->session, self);
  gtk_widget_dispose_template (GTK_WIDGET (self), LOFI_TYPE_INSPECTOR);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (lofi_inspector_parent_class)->dispose (object);
}

static void
lofi_inspector_class_init (LofiInspectorClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = lofi_inspector_dispose;
  g_type_ensure (LOFI_TYPE_DATA_PAGE);
  g_type_ensure (LOFI_TYPE_LAYER_PAGE);
  g_type_ensure (LOFI_TYPE_READOUT_PAGE);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lofi_explorer/LofiExplorer/ui/lofi-inspector.ui");
  gtk_widget_class_bind_template_child (widget_class, LofiInspector, scroll);
  gtk_widget_class_bind_template_child (widget_class, LofiInspector, title);
  gtk_widget_class_bind_template_child (widget_class, LofiInspector, blurb);
  gtk_widget_class_bind_template_child (widget_class, LofiInspector, layer_buttons);
  gtk_widget_class_bind_template_child (widget_class, LofiInspector, move_up);
  gtk_widget_class_bind_template_child (widget_class, LofiInspector, move_down);
  gtk_widget_class_bind_template_child (widget_class, LofiInspector, remove);
  gtk_widget_class_bind_template_child (widget_class, LofiInspector, data_page);
  gtk_widget_class_bind_template_child (widget_class, LofiInspector, layer_page);
  gtk_widget_class_bind_template_child (widget_class, LofiInspector, readout_page);
}

static void
lofi_inspector_init (LofiInspector *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
