/* The places of the experiment in a row. When they do not fit they scroll, and the current one is kept in sight. */
#include "config.h"
#include <glib/gi18n-lib.h>
#include "lofi-breadcrumb.h"

struct _LofiBreadcrumb {
  GtkWidget parent_instance;
  LofiSession *session;
  GtkWidget *scroll, *row;
  GPtrArray *buttons;            /* GtkWidget *, by place */
  char *shape;                   /* of the experiment the buttons are of: the steps of its layers */
  guint current;
  guint scroll_id;
};

G_DEFINE_FINAL_TYPE (LofiBreadcrumb, lofi_breadcrumb, GTK_TYPE_WIDGET)

GtkWidget *
lofi_breadcrumb_get_button (LofiBreadcrumb *self, guint index)
{
  return index < self->buttons->len ? g_ptr_array_index (self->buttons, index) : NULL;
}

guint
lofi_breadcrumb_get_current (LofiBreadcrumb *self)
{
  return self->current;
}

static void
on_clicked (GtkWidget *button, LofiBreadcrumb *self)
{
  guint index;
  if (g_ptr_array_find (self->buttons, button, &index))
    lofi_session_set_place_index (self->session, index);
}

static void
append_label (LofiBreadcrumb *self, const char *text, const char *class)
{
  GtkWidget *label = gtk_label_new (text);
  gtk_widget_add_css_class (label, class);
  gtk_box_append (GTK_BOX (self->row), label);
}

static void
append_place (LofiBreadcrumb *self, LofiPlace place)
{
  const char *title = lofi_step_title (place.step);
  GtkWidget *button = gtk_button_new_with_label (title);
  gtk_widget_add_css_class (button, "place");
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, lofi_step_description (place.step));
  if (place.layer >= 0)
    {
      g_autofree char *name = g_strdup_printf (_("Layer %d, %s"), place.layer + 1, title);
      gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
    }
  g_signal_connect (button, "clicked", G_CALLBACK (on_clicked), self);
  gtk_box_append (GTK_BOX (self->row), button);
  g_ptr_array_add (self->buttons, button);
}

static void
build (LofiBreadcrumb *self, const LofiExperiment *e)
{
  GtkWidget *child;
  while ((child = gtk_widget_get_first_child (self->row)))
    gtk_box_remove (GTK_BOX (self->row), child);
  g_ptr_array_set_size (self->buttons, 0);
  int layer = -1;
  for (guint i = 0; i < lofi_places_count (e); i++)
    {
      LofiPlace place = lofi_place_at (e, i);
      if (i > 0 && place.layer != layer)
        append_label (self, "›", "between");
      if (place.layer >= 0 && place.layer != layer)
        {
          g_autofree char *title = g_strdup_printf (_("Layer %d"), place.layer + 1);
          append_label (self, title, "layer-name");
        }
      layer = place.layer;
      append_place (self, place);
    }
  self->current = G_MAXUINT;
}

static char *
shape_of (const LofiExperiment *e)
{
  GString *shape = g_string_new (NULL);
  for (guint i = 0; i < e->layers->len; i++)
    {
      LofiStep steps[4];
      guint count = lofi_layer_steps (lofi_experiment_layer (e, i), steps);
      for (guint s = 0; s < count; s++)
        g_string_append_c (shape, 'a' + steps[s]);
      g_string_append_c (shape, '/');
    }
  return g_string_free (shape, FALSE);
}

/* Brings the current button into the middle, as far as there is room to scroll. */
static gboolean
scroll_to_current (gpointer data)
{
  LofiBreadcrumb *self = data;
  GtkWidget *button = lofi_breadcrumb_get_button (self, self->current);
  GtkAdjustment *adjustment = gtk_scrolled_window_get_hadjustment (GTK_SCROLLED_WINDOW (self->scroll));
  graphene_rect_t bounds;
  self->scroll_id = 0;
  if (button && gtk_widget_compute_bounds (button, self->row, &bounds))
    {
      double middle = bounds.origin.x + bounds.size.width / 2;
      gtk_adjustment_set_value (adjustment, middle - gtk_adjustment_get_page_size (adjustment) / 2);
    }
  return G_SOURCE_REMOVE;
}

static void
queue_scroll (LofiBreadcrumb *self)
{
  /* After the layout, which an idle at this priority follows. */
  if (!self->scroll_id)
    self->scroll_id = g_idle_add_full (GDK_PRIORITY_REDRAW + 10, scroll_to_current, self, NULL);
}

static void
follow (LofiBreadcrumb *self)
{
  guint current = lofi_session_get_place_index (self->session);
  if (current == self->current)
    return;
  GtkWidget *before = lofi_breadcrumb_get_button (self, self->current), *now = lofi_breadcrumb_get_button (self, current);
  if (before)
    {
      gtk_widget_remove_css_class (before, "current");
      gtk_accessible_reset_state (GTK_ACCESSIBLE (before), GTK_ACCESSIBLE_STATE_PRESSED);
    }
  if (now)
    {
      gtk_widget_add_css_class (now, "current");
      gtk_accessible_update_state (GTK_ACCESSIBLE (now), GTK_ACCESSIBLE_STATE_PRESSED, GTK_ACCESSIBLE_TRISTATE_TRUE, -1);
    }
  self->current = current;
  queue_scroll (self);
}

static void
on_changed (LofiBreadcrumb *self, LofiChange what)
{
  if (!(what & (LOFI_CHANGED_EXPERIMENT | LOFI_CHANGED_PLACE)))
    return;
  const LofiExperiment *e = lofi_session_get_experiment (self->session);
  g_autofree char *shape = shape_of (e);
  if (g_strcmp0 (shape, self->shape) != 0)
    {
      g_free (self->shape);
      self->shape = g_steal_pointer (&shape);
      build (self, e);
    }
  follow (self);
}

void
lofi_breadcrumb_set_session (LofiBreadcrumb *self, LofiSession *session)
{
  g_return_if_fail (LOFI_IS_BREADCRUMB (self) && LOFI_IS_SESSION (session) && !self->session);
  self->session = g_object_ref (session);
  g_signal_connect_object (session, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  on_changed (self, LOFI_CHANGED_ALL);
}

static void
lofi_breadcrumb_dispose (GObject *object)
{
  LofiBreadcrumb *self = LOFI_BREADCRUMB (object);
  if (self->session)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->session);
  g_clear_handle_id (&self->scroll_id, g_source_remove);
  g_ptr_array_set_size (self->buttons, 0);
  g_clear_pointer (&self->scroll, gtk_widget_unparent);
  G_OBJECT_CLASS (lofi_breadcrumb_parent_class)->dispose (object);
}

static void
lofi_breadcrumb_finalize (GObject *object)
{
  LofiBreadcrumb *self = LOFI_BREADCRUMB (object);
  g_ptr_array_unref (self->buttons);
  g_free (self->shape);
  G_OBJECT_CLASS (lofi_breadcrumb_parent_class)->finalize (object);
}

static void
lofi_breadcrumb_class_init (LofiBreadcrumbClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = lofi_breadcrumb_dispose;
  G_OBJECT_CLASS (class)->finalize = lofi_breadcrumb_finalize;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "breadcrumb");
}

static void
lofi_breadcrumb_init (LofiBreadcrumb *self)
{
  self->buttons = g_ptr_array_new ();
  self->current = G_MAXUINT;
  self->row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  self->scroll = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroll), GTK_POLICY_EXTERNAL, GTK_POLICY_NEVER);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroll), self->row);
  gtk_widget_set_parent (self->scroll, GTK_WIDGET (self));
}
