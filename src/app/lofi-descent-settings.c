/* How the network that LoFi is compared with is trained. */
#include "config.h"
#include <string.h>
#include <glib/gi18n-lib.h>
#include "lofi-descent-settings.h"
#include "lofi-number.h"
#include "lofi-setting.h"
#include "lofi-widget.h"

struct _LofiDescentSettings {
  GtkBox parent_instance;
  LofiSession *session;
  gboolean updating;
  LofiNumber *step, *init;
  GtkSpinButton *steps, *hidden, *directions, *seeds;
};

G_DEFINE_FINAL_TYPE (LofiDescentSettings, lofi_descent_settings, GTK_TYPE_BOX)

static void
on_changed (LofiDescentSettings *self)
{
  if (self->updating || !self->session)
    return;
  LofiExperiment *e = lofi_session_dup_experiment (self->session);
  e->descent = (LofiDescentSpec) {
    .step = lofi_number_get (self->step), .steps = gtk_spin_button_get_value (self->steps), .init = lofi_number_get (self->init),
    .hidden = gtk_spin_button_get_value (self->hidden), .directions = gtk_spin_button_get_value (self->directions),
    .seeds = gtk_spin_button_get_value (self->seeds)
  };
  lofi_session_edit (self->session, e, "descent");
}

/* Zero stands for the widths of the experiment's layers. */
static gboolean
on_hidden_output (GtkSpinButton *spin)
{
  if (gtk_spin_button_get_value (spin) > 0)
    return FALSE;
  if (strcmp (gtk_editable_get_text (GTK_EDITABLE (spin)), _("as above")) != 0)
    gtk_editable_set_text (GTK_EDITABLE (spin), _("as above"));
  return TRUE;
}

static int
on_hidden_input (GtkSpinButton *spin, double *value)
{
  if (strcmp (gtk_editable_get_text (GTK_EDITABLE (spin)), _("as above")) != 0)
    return FALSE;
  *value = 0;
  return TRUE;
}

void
lofi_descent_settings_update (LofiDescentSettings *self, LofiSession *session)
{
  g_return_if_fail (LOFI_IS_DESCENT_SETTINGS (self));
  const LofiDescentSpec *d = &lofi_session_get_asked (session)->descent;
  self->session = session;
  self->updating = TRUE;
  lofi_number_show (self->step, d->step);
  lofi_number_show (self->init, d->init);
  lofi_spin_show (self->steps, d->steps);
  lofi_spin_show (self->hidden, d->hidden);
  lofi_spin_show (self->directions, d->directions);
  lofi_spin_show (self->seeds, d->seeds);
  self->updating = FALSE;
}

static void
lofi_descent_settings_dispose (GObject *object)
{
  LOFI_DESCENT_SETTINGS (object)->updating = TRUE;
  gtk_widget_dispose_template (GTK_WIDGET (object), LOFI_TYPE_DESCENT_SETTINGS);
  G_OBJECT_CLASS (lofi_descent_settings_parent_class)->dispose (object);
}

static void
lofi_descent_settings_class_init (LofiDescentSettingsClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = lofi_descent_settings_dispose;
  g_type_ensure (LOFI_TYPE_SETTING);
  g_type_ensure (LOFI_TYPE_NUMBER);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lofi_explorer/LofiExplorer/ui/lofi-descent-settings.ui");
  gtk_widget_class_bind_template_child (widget_class, LofiDescentSettings, step);
  gtk_widget_class_bind_template_child (widget_class, LofiDescentSettings, init);
  gtk_widget_class_bind_template_child (widget_class, LofiDescentSettings, steps);
  gtk_widget_class_bind_template_child (widget_class, LofiDescentSettings, hidden);
  gtk_widget_class_bind_template_child (widget_class, LofiDescentSettings, directions);
  gtk_widget_class_bind_template_child (widget_class, LofiDescentSettings, seeds);
  gtk_widget_class_bind_template_callback (widget_class, on_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_hidden_output);
  gtk_widget_class_bind_template_callback (widget_class, on_hidden_input);
}

static void
lofi_descent_settings_init (LofiDescentSettings *self)
{
  self->updating = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  self->updating = FALSE;
}
