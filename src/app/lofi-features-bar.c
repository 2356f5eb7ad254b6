/* Over the Features view. */
#include "config.h"
#include <glib/gi18n-lib.h>
#include "lofi-features-bar.h"
#include "lofi-widget.h"

struct _LofiFeaturesBar {
  GtkBox parent_instance;
  LofiSession *session;
  gboolean updating;
  GtkSpinButton *x, *y;
  GtkWidget *room;
  LofiChart *bars;
};

G_DEFINE_FINAL_TYPE (LofiFeaturesBar, lofi_features_bar, GTK_TYPE_BOX)

LofiChart *
lofi_features_bar_get_chart (LofiFeaturesBar *self)
{
  return self->bars;
}

/* A plane has two sides: the other feature is stepped over, in the direction the hand goes. */
static guint
step_over (guint wanted, guint before, guint other, gsize kept)
{
  if (wanted != other)
    return wanted;
  if (wanted > before)
    return wanted + 1 < kept ? wanted + 1 : before;
  return wanted > 0 ? wanted - 1 : before;
}

static void
on_value (LofiFeaturesBar *self)
{
  guint x, y;
  if (self->updating || !self->session)
    return;
  gsize kept = lofi_session_get_kept (self->session);
  lofi_session_get_features (self->session, &x, &y);
  guint new_x = gtk_spin_button_get_value_as_int (self->x) - 1, new_y = gtk_spin_button_get_value_as_int (self->y) - 1;
  if (new_x != x)
    new_x = step_over (new_x, x, y, kept);
  else
    new_y = step_over (new_y, y, x, kept);
  lofi_session_set_features (self->session, new_x, new_y);
  /* Also when nothing came of it. */
  self->updating = TRUE;
  lofi_spin_show (self->x, new_x + 1);
  lofi_spin_show (self->y, new_y + 1);
  self->updating = FALSE;
}

static void
on_changed (LofiFeaturesBar *self, LofiChange what)
{
  if (!(what & (LOFI_CHANGED_EXPERIMENT | LOFI_CHANGED_RESULT | LOFI_CHANGED_PLACE | LOFI_CHANGED_FEATURES)))
    return;
  guint x, y;
  gsize kept = lofi_session_get_kept (self->session);
  lofi_session_get_features (self->session, &x, &y);
  GtkSpinButton *spins[] = { self->x, self->y };
  const guint features[] = { x, y };
  self->updating = TRUE;
  for (int i = 0; i < 2; i++)
    {
      gtk_spin_button_set_range (spins[i], 1, MAX (1, kept));
      lofi_spin_show (spins[i], features[i] + 1);
      gtk_widget_set_sensitive (GTK_WIDGET (spins[i]), kept > 1);
    }
  self->updating = FALSE;
  gtk_widget_set_visible (self->room, lofi_session_has_teacher (self->session));
}

void
lofi_features_bar_show (LofiFeaturesBar *self, const LofiScene *scene)
{
  g_return_if_fail (LOFI_IS_FEATURES_BAR (self));
  lofi_chart_set_figure (self->bars, scene->above, scene->above_shown == LOFI_SHOWN_STALE);
}

void
lofi_features_bar_set_session (LofiFeaturesBar *self, LofiSession *session)
{
  g_return_if_fail (LOFI_IS_FEATURES_BAR (self) && LOFI_IS_SESSION (session) && !self->session);
  self->session = g_object_ref (session);
  g_signal_connect_object (session, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  on_changed (self, LOFI_CHANGED_ALL);
}

static void
lofi_features_bar_dispose (GObject *object)
{
  LofiFeaturesBar *self = LOFI_FEATURES_BAR (object);
  self->updating = TRUE;
  if (self->session)
    g_signal_handlers_disconnect_by_data (self->session, self);
  gtk_widget_dispose_template (GTK_WIDGET (self), LOFI_TYPE_FEATURES_BAR);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (lofi_features_bar_parent_class)->dispose (object);
}

static void
lofi_features_bar_class_init (LofiFeaturesBarClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = lofi_features_bar_dispose;
  g_type_ensure (LOFI_TYPE_CHART);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lofi_explorer/LofiExplorer/ui/lofi-features-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, LofiFeaturesBar, x);
  gtk_widget_class_bind_template_child (widget_class, LofiFeaturesBar, y);
  gtk_widget_class_bind_template_child (widget_class, LofiFeaturesBar, room);
  gtk_widget_class_bind_template_child (widget_class, LofiFeaturesBar, bars);
  gtk_widget_class_bind_template_callback (widget_class, on_value);
}

static void
lofi_features_bar_init (LofiFeaturesBar *self)
{
  self->updating = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  self->updating = FALSE;
}
