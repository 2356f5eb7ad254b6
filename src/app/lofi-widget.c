/* Setting what a widget shows only when it is something else. */
#include "config.h"
#include "lofi-widget.h"

void
lofi_spin_show (GtkSpinButton *spin, double value)
{
  if (gtk_adjustment_get_value (gtk_spin_button_get_adjustment (spin)) != value)
    gtk_spin_button_set_value (spin, value);
}

void
lofi_widget_show_tooltip (GtkWidget *widget, const char *text)
{
  if (g_strcmp0 (gtk_widget_get_tooltip_text (widget), text) != 0)
    gtk_widget_set_tooltip_text (widget, text);
}

void
lofi_widget_show_name (GtkWidget *widget, const char *name)
{
  static GQuark quark;
  if (!quark)
    quark = g_quark_from_static_string ("lofi-widget-name");
  if (g_strcmp0 (g_object_get_qdata (G_OBJECT (widget), quark), name) == 0)
    return;
  g_object_set_qdata_full (G_OBJECT (widget), quark, g_strdup (name), g_free);
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}
