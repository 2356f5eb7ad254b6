/* The dialogs. Everything a newer toolkit would do with other functions is here. */
#include "config.h"
#include <adwaita.h>
#include <glib/gi18n-lib.h>
#include "lofi-dialogs.h"
#include "lofi-export-dialog.h"

#define DATA_PATTERNS "*.npy", "*.npz", "*.csv", "*ubyte", "*.gz", "*.bin"

typedef struct {
  GtkWidget *asker;              /* weak: NULL once it is gone */
  LofiPathChosen chosen;
} Choice;

static void
on_response (GtkNativeDialog *dialog, int response, Choice *choice)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      g_autofree char *path = file ? g_file_get_path (file) : NULL;
      if (path && choice->asker)
        choice->chosen (choice->asker, path);
    }
  g_clear_weak_pointer (&choice->asker);
  g_free (choice);
  gtk_native_dialog_destroy (dialog);
  g_object_unref (dialog);
}

static GtkFileChooserNative *
choose (GtkWidget *asker, const char *title, GtkFileChooserAction action, LofiPathChosen chosen)
{
  GtkWindow *parent = GTK_WINDOW (gtk_widget_get_root (asker));
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (title, parent, action, NULL, NULL);
  Choice *choice = g_new (Choice, 1);
  choice->asker = NULL;
  choice->chosen = chosen;
  g_set_weak_pointer (&choice->asker, asker);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect (dialog, "response", G_CALLBACK (on_response), choice);
  return dialog;
}

static void
add_filter (GtkFileChooserNative *dialog, const char *name, const char *const *suffixes)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();
  gtk_file_filter_set_name (filter, name);
  for (; *suffixes; suffixes++)
    gtk_file_filter_add_pattern (filter, *suffixes);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), filter);
}

void
lofi_dialog_open (GtkWindow *parent, LofiPathChosen chosen)
{
  GtkFileChooserNative *dialog = choose (GTK_WIDGET (parent), _("Open an experiment or data"), GTK_FILE_CHOOSER_ACTION_OPEN, chosen);
  add_filter (dialog, _("Experiments and data"), (const char *[]) { "*.lofi", "*.ini", DATA_PATTERNS, NULL });
  add_filter (dialog, _("Experiments"), (const char *[]) { "*.lofi", "*.ini", NULL });
  add_filter (dialog, _("All files"), (const char *[]) { "*", NULL });
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

void
lofi_dialog_open_array (GtkWidget *asker, LofiPathChosen chosen)
{
  GtkFileChooserNative *dialog = choose (asker, _("Choose a lift matrix"), GTK_FILE_CHOOSER_ACTION_OPEN, chosen);
  add_filter (dialog, _("Arrays"), (const char *[]) { "*.npy", NULL });
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

void
lofi_dialog_open_data (GtkWidget *asker, LofiPathChosen chosen)
{
  GtkFileChooserNative *dialog = choose (asker, _("Open data"), GTK_FILE_CHOOSER_ACTION_OPEN, chosen);
  add_filter (dialog, _("Data"), (const char *[]) { DATA_PATTERNS, NULL });
  add_filter (dialog, _("All files"), (const char *[]) { "*", NULL });
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

void
lofi_dialog_open_folder (GtkWidget *asker, LofiPathChosen chosen)
{
  GtkFileChooserNative *dialog = choose (asker, _("Open a folder of data"), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, chosen);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

void
lofi_dialog_open_cells (GtkWidget *asker, LofiPathChosen chosen)
{
  GtkFileChooserNative *dialog = choose (asker, _("Open a folder of cells"), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, chosen);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

void
lofi_dialog_save (GtkWindow *parent, const char *title, const char *name, LofiPathChosen chosen)
{
  GtkFileChooserNative *dialog = choose (GTK_WIDGET (parent), title, GTK_FILE_CHOOSER_ACTION_SAVE, chosen);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

void
lofi_dialog_export (GtkWindow *parent, const char *name, double *width_cm, double *height_cm, LofiPathChosen chosen)
{
  LofiExportDialog *dialog = lofi_export_dialog_new (parent, name, width_cm, height_cm, chosen);
  gtk_window_present (GTK_WINDOW (dialog));
}

void
lofi_dialog_about (GtkWindow *parent)
{
  adw_show_about_window (parent,
                         "application-name", _("LoFi Explorer"),
                         "application-icon", LOFI_APP_ID,
                         "version", LOFI_VERSION,
                         "developer-name", _("The LoFi Explorer authors"),
                         "comments", _("How Neural Low-Degree Filtering builds features, layer by layer, on real images."),
                         "license-type", GTK_LICENSE_MIT_X11,
                         NULL);
}
