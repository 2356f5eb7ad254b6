/* The button that adds a layer. */
#include "config.h"
#include <adwaita.h>
#include <glib/gi18n-lib.h>
#include "lofi-add-layer.h"
#include "lofi-layer-actions.h"
#include "lofi-layers.h"
#include "lofi-widget.h"

#define N_KINDS (LOFI_KIND_FLATTEN + 1)

typedef struct { GtkWidget *button, *sentence; } Kind;

struct _LofiAddLayer {
  GtkWidget parent_instance;
  LofiSession *session;
  GtkWidget *menu, *popover;
  Kind copy, kinds[N_KINDS];
};

G_DEFINE_FINAL_TYPE (LofiAddLayer, lofi_add_layer, GTK_TYPE_WIDGET)

GtkWidget *
lofi_add_layer_get_button (LofiAddLayer *self, LofiLayerKind kind)
{
  return self->kinds[kind].button;
}

void
lofi_add_layer_popup (LofiAddLayer *self)
{
  gtk_menu_button_popup (GTK_MENU_BUTTON (self->menu));
}

static void
on_kind (GtkWidget *button, LofiAddLayer *self)
{
  gtk_popover_popdown (GTK_POPOVER (self->popover));
  for (int kind = 0; kind < N_KINDS; kind++)
    if (self->kinds[kind].button == button)
      lofi_layer_insert (self->session, kind);
}

static void
on_copy (LofiAddLayer *self)
{
  gtk_popover_popdown (GTK_POPOVER (self->popover));
  lofi_layer_copy (self->session);
}

static void
show_kind (const Kind *kind, const char *sentence, const char *reason)
{
  gtk_label_set_text (GTK_LABEL (kind->sentence), reason ? reason : sentence);
  gtk_widget_set_sensitive (kind->button, reason == NULL);
}

/* What can stand after the selected card is found out when it is asked. */
static void
on_show (LofiAddLayer *self)
{
  const LofiExperiment *e = lofi_session_get_asked (self->session);
  guint card = CLAMP (lofi_session_get_card (self->session), 1, e->layers->len);
  g_autofree char *sentence = g_strdup_printf (_("Layer %u once more, with its settings."), card);
  show_kind (&self->copy, sentence, NULL);
  for (int kind = 0; kind < N_KINDS; kind++)
    {
      g_autofree char *reason = lofi_layer_insert_reason (self->session, kind);
      show_kind (&self->kinds[kind], lofi_kind_sentence (kind), reason);
    }
}

static void
on_changed (LofiAddLayer *self, LofiChange what)
{
  if (!(what & (LOFI_CHANGED_EXPERIMENT | LOFI_CHANGED_PLACE)))
    return;
  gboolean room = lofi_session_get_experiment (self->session)->layers->len < LOFI_LAYERS_MAX;
  gtk_widget_set_sensitive (self->menu, room);
  guint card = lofi_session_get_card (self->session);
  g_autofree char *tooltip = card == 0 ? g_strdup (_("Add a layer before the first"))
                                       : g_strdup_printf (_("Add a layer after layer %u"), MIN (card, lofi_session_get_experiment (self->session)->layers->len));
  lofi_widget_show_tooltip (self->menu, tooltip);
}

void
lofi_add_layer_set_session (LofiAddLayer *self, LofiSession *session)
{
  g_return_if_fail (LOFI_IS_ADD_LAYER (self) && LOFI_IS_SESSION (session) && !self->session);
  self->session = g_object_ref (session);
  g_signal_connect_object (session, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  on_changed (self, LOFI_CHANGED_ALL);
}

static Kind
kind_new (const char *title)
{
  Kind kind = { gtk_button_new (), gtk_label_new (NULL) };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 1), *label = gtk_label_new (title);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_xalign (GTK_LABEL (kind.sentence), 0);
  gtk_label_set_wrap (GTK_LABEL (kind.sentence), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (kind.sentence), 38);
  gtk_label_set_width_chars (GTK_LABEL (kind.sentence), 38);
  gtk_widget_add_css_class (kind.sentence, "caption");
  gtk_widget_add_css_class (kind.sentence, "kind-sentence");
  gtk_widget_add_css_class (label, "kind-title");
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), kind.sentence);
  gtk_button_set_child (GTK_BUTTON (kind.button), box);
  gtk_widget_add_css_class (kind.button, "flat");
  gtk_accessible_update_property (GTK_ACCESSIBLE (kind.button), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  gtk_accessible_update_relation (GTK_ACCESSIBLE (kind.button), GTK_ACCESSIBLE_RELATION_DESCRIBED_BY, kind.sentence, NULL, -1);
  return kind;
}

static void
lofi_add_layer_dispose (GObject *object)
{
  LofiAddLayer *self = LOFI_ADD_LAYER (object);
  if (self->session)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->session);
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  G_OBJECT_CLASS (lofi_add_layer_parent_class)->dispose (object);
}

static void
lofi_add_layer_class_init (LofiAddLayerClass *class)
{
  G_OBJECT_CLASS (class)->dispose = lofi_add_layer_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

static void
lofi_add_layer_init (LofiAddLayer *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2), *content = adw_button_content_new ();
  self->copy = kind_new (_("copy"));
  g_signal_connect_swapped (self->copy.button, "clicked", G_CALLBACK (on_copy), self);
  gtk_box_append (GTK_BOX (box), self->copy.button);
  for (int kind = 0; kind < N_KINDS; kind++)
    {
      self->kinds[kind] = kind_new (lofi_kind_title (kind));
      g_signal_connect (self->kinds[kind].button, "clicked", G_CALLBACK (on_kind), self);
      gtk_box_append (GTK_BOX (box), self->kinds[kind].button);
    }
  self->popover = gtk_popover_new ();
  gtk_popover_set_child (GTK_POPOVER (self->popover), box);
  g_signal_connect_swapped (self->popover, "show", G_CALLBACK (on_show), self);
  adw_button_content_set_icon_name (ADW_BUTTON_CONTENT (content), "list-add-symbolic");
  adw_button_content_set_label (ADW_BUTTON_CONTENT (content), _("Add a layer"));
  self->menu = gtk_menu_button_new ();
  gtk_menu_button_set_child (GTK_MENU_BUTTON (self->menu), content);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (self->menu), self->popover);
  gtk_widget_add_css_class (self->menu, "flat");
  gtk_widget_add_css_class (self->menu, "caption");
  lofi_widget_show_name (self->menu, _("Add a layer"));
  gtk_widget_set_parent (self->menu, GTK_WIDGET (self));
}
