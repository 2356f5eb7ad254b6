/* Asks for the size and the kind of an exported figure. */
#include "config.h"
#include <glib/gi18n-lib.h>
#include "lofi-export-dialog.h"
#include "lofi-setting.h"

struct _LofiExportDialog {
  AdwWindow parent_instance;
  char *name;
  double *width_cm, *height_cm;
  LofiPathChosen chosen;
  GtkSpinButton *width, *height;
  GtkDropDown *format;
};

G_DEFINE_FINAL_TYPE (LofiExportDialog, lofi_export_dialog, ADW_TYPE_WINDOW)

static void
on_continue (LofiExportDialog *self)
{
  static const char *const suffixes[] = { "pdf", "svg", "png" };
  guint format = MIN (gtk_drop_down_get_selected (self->format), G_N_ELEMENTS (suffixes) - 1);
  g_autofree char *name = g_strdup_printf ("%s.%s", self->name, suffixes[format]);
  gtk_spin_button_update (self->width);
  gtk_spin_button_update (self->height);
  *self->width_cm = gtk_spin_button_get_value (self->width);
  *self->height_cm = gtk_spin_button_get_value (self->height);
  lofi_dialog_save (gtk_window_get_transient_for (GTK_WINDOW (self)), _("Export the figure"), name, self->chosen);
  gtk_window_close (GTK_WINDOW (self));
}

static void
lofi_export_dialog_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), LOFI_TYPE_EXPORT_DIALOG);
  G_OBJECT_CLASS (lofi_export_dialog_parent_class)->dispose (object);
}

static void
lofi_export_dialog_finalize (GObject *object)
{
  g_free (LOFI_EXPORT_DIALOG (object)->name);
  G_OBJECT_CLASS (lofi_export_dialog_parent_class)->finalize (object);
}

static void
lofi_export_dialog_class_init (LofiExportDialogClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = lofi_export_dialog_dispose;
  G_OBJECT_CLASS (class)->finalize = lofi_export_dialog_finalize;
  g_type_ensure (LOFI_TYPE_SETTING);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lofi_explorer/LofiExplorer/ui/lofi-export-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, LofiExportDialog, width);
  gtk_widget_class_bind_template_child (widget_class, LofiExportDialog, height);
  gtk_widget_class_bind_template_child (widget_class, LofiExportDialog, format);
  gtk_widget_class_bind_template_callback (widget_class, on_continue);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
lofi_export_dialog_init (LofiExportDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

LofiExportDialog *
lofi_export_dialog_new (GtkWindow *parent, const char *name, double *width_cm, double *height_cm, LofiPathChosen chosen)
{
  LofiExportDialog *self = g_object_new (LOFI_TYPE_EXPORT_DIALOG, "transient-for", parent, NULL);
  self->name = g_strdup (name);
  self->width_cm = width_cm;
  self->height_cm = height_cm;
  self->chosen = chosen;
  gtk_spin_button_set_value (self->width, *width_cm);
  gtk_spin_button_set_value (self->height, *height_cm);
  return self;
}
