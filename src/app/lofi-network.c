/* The network as a stack of cards. */
#include "config.h"
#include <glib/gi18n-lib.h>
#include "lofi-network.h"

struct _LofiNetwork {
  GtkWidget parent_instance;
  LofiSession *session;
  GtkWidget *scroll;
  GtkListBox *list;
  guint cards;
  gboolean following;            /* the selection follows the session, not the user */
};

G_DEFINE_FINAL_TYPE (LofiNetwork, lofi_network, GTK_TYPE_WIDGET)

LofiCard *
lofi_network_get_card (LofiNetwork *self, guint index)
{
  return (LofiCard *) gtk_list_box_get_row_at_index (self->list, index);
}

guint
lofi_network_get_selected (LofiNetwork *self)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (self->list);
  return row ? (guint) gtk_list_box_row_get_index (row) : 0;
}

/* The arrow through which one card's output enters the next. */
static void
flow_header (GtkListBoxRow *row, GtkListBoxRow *before, gpointer data)
{
  if (!before || gtk_list_box_row_get_header (row))
    return;
  GtkWidget *arrow = gtk_image_new_from_icon_name ("lofi-flow-symbolic");
  gtk_widget_add_css_class (arrow, "flow");
  gtk_list_box_row_set_header (row, arrow);
}

static void
update_cards (LofiNetwork *self)
{
  for (guint i = 0; i < self->cards; i++)
    lofi_card_update (lofi_network_get_card (self, i), self->session);
}

static void
follow_place (LofiNetwork *self)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->list, lofi_session_get_card (self->session));
  if (!row || gtk_list_box_row_is_selected (row))
    return;
  self->following = TRUE;
  gtk_list_box_select_row (self->list, row);
  self->following = FALSE;
}

/* As many cards as the experiment has; the readout is always the last one. */
static void
follow_experiment (LofiNetwork *self)
{
  guint wanted = lofi_cards_count (lofi_session_get_experiment (self->session));
  self->following = TRUE;
  for (; self->cards > wanted; self->cards--)
    gtk_list_box_remove (self->list, GTK_WIDGET (lofi_network_get_card (self, self->cards - 1)));
  for (; self->cards < wanted; self->cards++)
    gtk_list_box_append (self->list, GTK_WIDGET (lofi_card_new (self->cards)));
  self->following = FALSE;
}

static void
on_changed (LofiNetwork *self, LofiChange what)
{
  if (what & LOFI_CHANGED_EXPERIMENT)
    follow_experiment (self);
  if (what & (LOFI_CHANGED_EXPERIMENT | LOFI_CHANGED_RESULT))
    update_cards (self);
  if (what & (LOFI_CHANGED_EXPERIMENT | LOFI_CHANGED_PLACE))
    follow_place (self);
}

static void
on_row_selected (LofiNetwork *self, GtkListBoxRow *row)
{
  if (row && !self->following)
    lofi_session_set_card (self->session, gtk_list_box_row_get_index (row));
}

void
lofi_network_set_session (LofiNetwork *self, LofiSession *session)
{
  g_return_if_fail (LOFI_IS_NETWORK (self) && LOFI_IS_SESSION (session) && !self->session);
  self->session = g_object_ref (session);
  g_signal_connect_object (session, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  on_changed (self, LOFI_CHANGED_ALL);
}

static void
lofi_network_dispose (GObject *object)
{
  LofiNetwork *self = LOFI_NETWORK (object);
  if (self->session)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (self), LOFI_TYPE_NETWORK);
  G_OBJECT_CLASS (lofi_network_parent_class)->dispose (object);
}

static void
lofi_network_class_init (LofiNetworkClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = lofi_network_dispose;
  g_type_ensure (LOFI_TYPE_CARD);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lofi_explorer/LofiExplorer/ui/lofi-network.ui");
  gtk_widget_class_bind_template_child (widget_class, LofiNetwork, scroll);
  gtk_widget_class_bind_template_child (widget_class, LofiNetwork, list);
  gtk_widget_class_bind_template_callback (widget_class, on_row_selected);
}

static void
lofi_network_init (LofiNetwork *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_list_box_set_header_func (self->list, flow_header, NULL, NULL);
}
