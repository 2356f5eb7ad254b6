/* The application. */
#include "config.h"
#include <glib/gi18n-lib.h>
#include <glib-unix.h>
#include "lofi-application.h"
#include "lofi-dialogs.h"
#include "lofi-open.h"
#include "lofi-main-window.h"

struct _LofiApplication {
  AdwApplication parent_instance;
  GSettings *settings;
  guint term_id, int_id;
};

G_DEFINE_FINAL_TYPE (LofiApplication, lofi_application, ADW_TYPE_APPLICATION)

/* The experiment of the last session, or the first preset; nothing that is wrong with the former keeps the window shut. */
static LofiExperiment *
restore (LofiApplication *self, char **problem)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *last = g_settings_get_string (self->settings, "last-experiment");
  LofiExperiment *experiment = NULL;
  if (*last == '/')
    experiment = lofi_experiment_load (last, NULL, &error);
  else if (*last)
    experiment = lofi_experiment_parse (last, _("The last experiment"), NULL, NULL, &error);
  if (error)
    *problem = g_strdup (error->message);
  return experiment ? experiment : lofi_preset_load (lofi_preset_names ()[0], NULL, NULL);
}

static LofiMainWindow *
show_window (LofiApplication *self, LofiExperiment *experiment)
{
  LofiMainWindow *window = lofi_main_window_new (GTK_APPLICATION (self), self->settings, experiment);
  gtk_window_present (GTK_WINDOW (window));
  lofi_session_run (lofi_main_window_get_session (window));
  return window;
}

static void
lofi_application_activate (GApplication *application)
{
  LofiApplication *self = LOFI_APPLICATION (application);
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));
  if (window)
    {
      gtk_window_present (window);
      return;
    }
  g_autofree char *problem = NULL;
  LofiExperiment *experiment = restore (self, &problem);
  LofiMainWindow *made = show_window (self, experiment);
  if (problem)
    lofi_session_set_message (lofi_main_window_get_session (made), problem);
}

/* The first file only: one window shows one experiment. */
static void
lofi_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  LofiApplication *self = LOFI_APPLICATION (application);
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));
  g_autofree char *path = g_file_get_path (files[0]), *uri = g_file_get_uri (files[0]);
  g_autoptr (GError) error = NULL;
  LofiExperiment *experiment = NULL;
  gboolean cells = path && lofi_cells_folder_is (path);
  if (cells)
    experiment = lofi_cells_folder_experiment (path, &error);
  else if (path)
    experiment = lofi_open_path (path, &error);
  else
    g_set_error (&error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, _("%s: it is not a file on this machine"), uri);
  if (cells && experiment)
    {
      window = window ? window : GTK_WINDOW (show_window (self, lofi_experiment_dup (experiment)));
      lofi_main_window_watch (LOFI_MAIN_WINDOW (window), experiment, path);
    }
  else if (window && experiment)
    lofi_session_edit (lofi_main_window_get_session (LOFI_MAIN_WINDOW (window)), experiment, NULL);
  else if (experiment)
    window = GTK_WINDOW (show_window (self, experiment));
  else if (!window)
    {
      g_autofree char *problem = NULL;
      window = GTK_WINDOW (show_window (self, restore (self, &problem)));
    }
  if (error)
    lofi_session_set_message (lofi_main_window_get_session (LOFI_MAIN_WINDOW (window)), error->message);
  gtk_window_present (window);
}

/* ---- actions ---- */

static void
on_quit (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GList *windows = g_list_copy (gtk_application_get_windows (data));
  for (GList *l = windows; l; l = l->next)
    gtk_window_close (l->data);
  g_list_free (windows);
}

static void
on_about (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  lofi_dialog_about (gtk_application_get_active_window (data));
}

static void
on_color_scheme (GSimpleAction *action, GVariant *value, gpointer data)
{
  const char *name = g_variant_get_string (value, NULL);
  AdwColorScheme scheme = g_str_equal (name, "light") ? ADW_COLOR_SCHEME_FORCE_LIGHT
                        : g_str_equal (name, "dark") ? ADW_COLOR_SCHEME_FORCE_DARK : ADW_COLOR_SCHEME_DEFAULT;
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), scheme);
  g_simple_action_set_state (action, value);
}

static gboolean
on_signal (gpointer data)
{
  g_action_group_activate_action (G_ACTION_GROUP (data), "quit", NULL);
  return G_SOURCE_CONTINUE;
}

static void
set_accels (GtkApplication *application)
{
  static const struct { const char *action, *accels[3]; } table[] = {
    { "app.quit", { "<Control>q" } }, { "win.open", { "<Control>o" } }, { "win.open-cells", { "<Control><Shift>o" } }, { "win.save", { "<Control>s" } },
    { "win.export", { "<Control>e" } }, { "win.run", { "<Control>r" } }, { "win.undo", { "<Control>z" } },
    { "win.redo", { "<Control><Shift>z", "<Control>y" } }, { "win.show-view::spectrum", { "<Control>1" } },
    { "win.show-view::filters", { "<Control>2" } }, { "win.show-view::features", { "<Control>3" } },
    { "win.show-view::emergence", { "<Control>4" } }, { "win.show-view::descent", { "<Control>5" } },
    { "win.move-layer-up", { "<Alt>Up" } }, { "win.move-layer-down", { "<Alt>Down" } },
    { "win.remove-layer", { "<Alt>Delete" } },
    { "window.close", { "<Control>w" } }, { "win.show-help-overlay", { "<Control>question", "<Control>slash" } },
  };
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    gtk_application_set_accels_for_action (application, table[i].action, table[i].accels);
}

static void
lofi_application_startup (GApplication *application)
{
  static const GActionEntry entries[] = {
    { "quit", on_quit }, { "about", on_about }, { "color-scheme", NULL, "s", "'default'", on_color_scheme }
  };
  LofiApplication *self = LOFI_APPLICATION (application);
  G_APPLICATION_CLASS (lofi_application_parent_class)->startup (application);
  g_action_map_add_action_entries (G_ACTION_MAP (application), entries, G_N_ELEMENTS (entries), application);
  set_accels (GTK_APPLICATION (application));
  gtk_window_set_default_icon_name (LOFI_APP_ID);
  self->settings = g_settings_new (LOFI_APP_ID);
  self->term_id = g_unix_signal_add (SIGTERM, on_signal, self);
  self->int_id = g_unix_signal_add (SIGINT, on_signal, self);
}

static void
lofi_application_shutdown (GApplication *application)
{
  LofiApplication *self = LOFI_APPLICATION (application);
  g_clear_handle_id (&self->term_id, g_source_remove);
  g_clear_handle_id (&self->int_id, g_source_remove);
  G_APPLICATION_CLASS (lofi_application_parent_class)->shutdown (application);
}

static void
lofi_application_dispose (GObject *object)
{
  g_clear_object (&LOFI_APPLICATION (object)->settings);
  G_OBJECT_CLASS (lofi_application_parent_class)->dispose (object);
}

static int
lofi_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  if (!g_variant_dict_contains (options, "version"))
    return -1;
  g_print ("%s\n", LOFI_VERSION);
  return 0;
}

static void
lofi_application_class_init (LofiApplicationClass *class)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = lofi_application_dispose;
  application_class->startup = lofi_application_startup;
  application_class->shutdown = lofi_application_shutdown;
  application_class->activate = lofi_application_activate;
  application_class->open = lofi_application_open;
  application_class->handle_local_options = lofi_application_handle_local_options;
}

static void
lofi_application_init (LofiApplication *self)
{
  g_application_add_main_option (G_APPLICATION (self), "version", 0, 0, G_OPTION_ARG_NONE, _("Print the version"), NULL);
  g_application_set_option_context_parameter_string (G_APPLICATION (self), _("[EXPERIMENT | DATA | CELLS]"));
}

LofiApplication *
lofi_application_new (void)
{
  return g_object_new (LOFI_TYPE_APPLICATION, "application-id", LOFI_APP_ID, "flags", G_APPLICATION_HANDLES_OPEN, NULL);
}
