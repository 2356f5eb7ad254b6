/* The network as a stack of cards. Data and layers scroll; the readout below them is always in sight. */
#include "config.h"
#include <glib/gi18n-lib.h>
#include "lofi-add-layer.h"
#include "lofi-layer-actions.h"
#include "lofi-network.h"

struct _LofiNetwork {
  GtkWidget parent_instance;
  LofiSession *session;
  GtkWidget *scroll;
  GtkListBox *list, *foot;
  LofiAddLayer *add;
  guint cards;                   /* in the list: data and layers */
  guint scroll_id;
  gboolean following;            /* the selection follows the session, not the user */
};

G_DEFINE_FINAL_TYPE (LofiNetwork, lofi_network, GTK_TYPE_WIDGET)

LofiCard *
lofi_network_get_card (LofiNetwork *self, guint index)
{
  if (index < self->cards)
    return (LofiCard *) gtk_list_box_get_row_at_index (self->list, index);
  return (LofiCard *) gtk_list_box_get_row_at_index (self->foot, index - self->cards);
}

guint
lofi_network_get_selected (LofiNetwork *self)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (self->list);
  if (!row)
    row = gtk_list_box_get_selected_row (self->foot);
  return row ? lofi_card_get_index (LOFI_CARD (row)) : 0;
}

/* The arrow through which one card's output enters the next. */
static void
flow_header (GtkListBoxRow *row, GtkListBoxRow *before, gpointer data)
{
  gboolean first = lofi_card_get_index (LOFI_CARD (row)) == 0;
  if (first || gtk_list_box_row_get_header (row))
    return;
  GtkWidget *arrow = gtk_image_new_from_icon_name ("lofi-flow-symbolic");
  gtk_widget_add_css_class (arrow, "flow");
  gtk_list_box_row_set_header (row, arrow);
}

static void
update_cards (LofiNetwork *self)
{
  for (guint i = 0; i <= self->cards; i++)
    lofi_card_update (lofi_network_get_card (self, i), self->session);
}

/* The selected card comes into sight, with as little scrolling as will do. */
static gboolean
scroll_to_selected (gpointer data)
{
  LofiNetwork *self = data;
  GtkWidget *row = GTK_WIDGET (gtk_list_box_get_selected_row (self->list));
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scroll));
  graphene_rect_t bounds;
  self->scroll_id = 0;
  if (row && gtk_widget_compute_bounds (row, GTK_WIDGET (self->list), &bounds))
    gtk_adjustment_clamp_page (adjustment, bounds.origin.y - 10, bounds.origin.y + bounds.size.height + 10);
  return G_SOURCE_REMOVE;
}

static void
follow_place (LofiNetwork *self)
{
  guint index = lofi_session_get_card (self->session);
  GtkListBoxRow *row = GTK_LIST_BOX_ROW (lofi_network_get_card (self, index));
  if (!row)
    return;
  /* One card of the two lists is selected, also when the user chose it in one of them. */
  gboolean foot = index == self->cards;
  self->following = TRUE;
  gtk_list_box_unselect_all (foot ? self->list : self->foot);
  if (!gtk_list_box_row_is_selected (row))
    gtk_list_box_select_row (foot ? self->foot : self->list, row);
  self->following = FALSE;
  if (!self->scroll_id)
    self->scroll_id = g_idle_add_full (GDK_PRIORITY_REDRAW + 10, scroll_to_selected, self, NULL);
}

static GtkWidget *card_new (LofiNetwork *self, guint index);

/* As many cards as the experiment has, and the readout. */
static void
follow_experiment (LofiNetwork *self)
{
  guint wanted = lofi_cards_count (lofi_session_get_experiment (self->session)) - 1;
  self->following = TRUE;
  for (; self->cards > wanted; self->cards--)
    gtk_list_box_remove (self->list, GTK_WIDGET (lofi_network_get_card (self, self->cards - 1)));
  for (; self->cards < wanted; self->cards++)
    gtk_list_box_append (self->list, card_new (self, self->cards));
  if (!lofi_network_get_card (self, wanted))
    gtk_list_box_append (self->foot, GTK_WIDGET (lofi_card_new (wanted)));
  lofi_card_set_index (lofi_network_get_card (self, wanted), wanted);
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
  if (self->following || !self->session)
    return;
  if (row)
    lofi_session_set_card (self->session, lofi_card_get_index (LOFI_CARD (row)));
  else
    follow_place (self);    /* Ctrl and a click would leave no card selected */
}

/* The arrow keys go on from the last layer to the readout, and back. */
static gboolean
on_list_left (LofiNetwork *self, GtkDirectionType direction)
{
  if (direction != GTK_DIR_DOWN)
    return FALSE;
  return gtk_widget_grab_focus (GTK_WIDGET (lofi_network_get_card (self, self->cards)));
}

static gboolean
on_foot_left (LofiNetwork *self, GtkDirectionType direction)
{
  if (direction != GTK_DIR_UP)
    return FALSE;
  return gtk_widget_grab_focus (GTK_WIDGET (lofi_network_get_card (self, self->cards - 1)));
}

/* ---- a card is dragged to another place ---- */

static GdkContentProvider *
on_drag_prepare (GtkDragSource *source, double x, double y, LofiNetwork *self)
{
  GtkWidget *card = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (source));
  guint index = lofi_card_get_index (LOFI_CARD (card));
  if (index == 0 || index >= self->cards)
    return NULL;
  g_autoptr (GdkPaintable) picture = gtk_widget_paintable_new (card);
  gtk_drag_source_set_icon (source, picture, x, y);
  return gdk_content_provider_new_typed (G_TYPE_UINT, index - 1);
}

/* Only where the layer can stand. */
static GdkDragAction
on_drop_enter (GtkDropTarget *target, double x, double y, LofiNetwork *self)
{
  guint index = lofi_card_get_index (LOFI_CARD (gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (target))));
  const GValue *value = gtk_drop_target_get_value (target);
  if (!value || index == 0 || index >= self->cards)
    return 0;
  g_autofree char *reason = lofi_layer_move_reason (self->session, g_value_get_uint (value), index - 1);
  return reason ? 0 : GDK_ACTION_MOVE;
}

static gboolean
on_drop (GtkDropTarget *target, const GValue *value, double x, double y, LofiNetwork *self)
{
  guint index = lofi_card_get_index (LOFI_CARD (gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (target))));
  if (index == 0 || index >= self->cards)
    return FALSE;
  lofi_layer_move (self->session, g_value_get_uint (value), index - 1);
  return TRUE;
}

static GtkWidget *
card_new (LofiNetwork *self, guint index)
{
  GtkWidget *card = GTK_WIDGET (lofi_card_new (index));
  GtkDragSource *source = gtk_drag_source_new ();
  GtkDropTarget *target = gtk_drop_target_new (G_TYPE_UINT, GDK_ACTION_MOVE);
  gtk_drag_source_set_actions (source, GDK_ACTION_MOVE);
  gtk_drop_target_set_preload (target, TRUE);
  g_signal_connect (source, "prepare", G_CALLBACK (on_drag_prepare), self);
  g_signal_connect (target, "enter", G_CALLBACK (on_drop_enter), self);
  g_signal_connect (target, "motion", G_CALLBACK (on_drop_enter), self);
  g_signal_connect (target, "drop", G_CALLBACK (on_drop), self);
  gtk_widget_add_controller (card, GTK_EVENT_CONTROLLER (source));
  gtk_widget_add_controller (card, GTK_EVENT_CONTROLLER (target));
  return card;
}

void
lofi_network_set_session (LofiNetwork *self, LofiSession *session)
{
  g_return_if_fail (LOFI_IS_NETWORK (self) && LOFI_IS_SESSION (session) && !self->session);
  self->session = g_object_ref (session);
  g_signal_connect_object (session, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  lofi_add_layer_set_session (self->add, session);
  on_changed (self, LOFI_CHANGED_ALL);
}

static void
lofi_network_dispose (GObject *object)
{
  LofiNetwork *self = LOFI_NETWORK (object);
  if (self->session)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->session);
  g_clear_handle_id (&self->scroll_id, g_source_remove);
  gtk_widget_dispose_template (GTK_WIDGET (self), LOFI_TYPE_NETWORK);
  G_OBJECT_CLASS (lofi_network_parent_class)->dispose (object);
}

static void
lofi_network_class_init (LofiNetworkClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = lofi_network_dispose;
  g_type_ensure (LOFI_TYPE_CARD);
  g_type_ensure (LOFI_TYPE_ADD_LAYER);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lofi_explorer/LofiExplorer/ui/lofi-network.ui");
  gtk_widget_class_bind_template_child (widget_class, LofiNetwork, scroll);
  gtk_widget_class_bind_template_child (widget_class, LofiNetwork, list);
  gtk_widget_class_bind_template_child (widget_class, LofiNetwork, foot);
  gtk_widget_class_bind_template_child (widget_class, LofiNetwork, add);
  gtk_widget_class_bind_template_callback (widget_class, on_row_selected);
  gtk_widget_class_bind_template_callback (widget_class, on_list_left);
  gtk_widget_class_bind_template_callback (widget_class, on_foot_left);
}

static void
lofi_network_init (LofiNetwork *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_orientable_set_orientation (GTK_ORIENTABLE (gtk_widget_get_layout_manager (GTK_WIDGET (self))), GTK_ORIENTATION_VERTICAL);
  gtk_list_box_set_header_func (self->list, flow_header, NULL, NULL);
  gtk_list_box_set_header_func (self->foot, flow_header, NULL, NULL);
}
