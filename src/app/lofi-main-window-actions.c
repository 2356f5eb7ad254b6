/* The window: what can be done, by button, menu or key. */
#include "config.h"
#include <string.h>
#include <glib/gi18n-lib.h>
#include "lofi-dialogs.h"
#include "lofi-export.h"
#include "lofi-layer-actions.h"
#include "lofi-open.h"
#include "lofi-results-file.h"
#include "lofi-main-window-private.h"

#define EXPORT_DPI 300
#define POINTS_PER_CM (72 / 2.54)

/* ---- opening and saving ---- */

static void
open_cells (GtkWidget *widget, const char *path)
{
  LofiMainWindow *self = LOFI_MAIN_WINDOW (widget);
  g_autoptr (GError) error = NULL;
  LofiExperiment *experiment = lofi_cells_folder_experiment (path, &error);
  if (experiment)
    lofi_main_window_watch (self, experiment, path);
  else
    lofi_session_set_message (self->session, error->message);
}

static void
open_path (GtkWidget *widget, const char *path)
{
  LofiMainWindow *self = LOFI_MAIN_WINDOW (widget);
  g_autoptr (GError) error = NULL;
  if (lofi_cells_folder_is (path))
    {
      open_cells (widget, path);
      return;
    }
  LofiExperiment *experiment = lofi_open_path (path, &error);
  if (experiment)
    lofi_session_edit (self->session, experiment, NULL);
  else
    lofi_session_set_message (self->session, error->message);
}

static void
save_path (GtkWidget *widget, const char *path)
{
  LofiMainWindow *self = LOFI_MAIN_WINDOW (widget);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = lofi_portable_text (lofi_session_get_asked (self->session));
  g_autofree char *name = g_path_get_basename (path), *done = g_strdup_printf (_("Saved %s"), name);
  if (lofi_file_write (path, text, strlen (text), &error))
    lofi_main_window_toast (self, done);
  else
    lofi_session_set_message (self->session, error->message);
}

/* One export: a figure of its own, drawn and written by a worker. Of Features, the overlaps are a second one, and the scatter is built there. */
typedef struct {
  LofiFigure *figure, *above;
  LofiResult *result;
  guint layer, x, y;
  char *path, *path_above, *title;
  double width, height;
} Export;

static void
export_free (gpointer data)
{
  Export *export = data;
  g_clear_pointer (&export->figure, lofi_figure_unref);
  g_clear_pointer (&export->above, lofi_figure_unref);
  g_clear_pointer (&export->result, lofi_result_unref);
  g_free (export->path_above);
  g_free (export->path);
  g_free (export->title);
  g_free (export);
}

static gboolean
write_figure (const Export *export, LofiFigure *figure, const char *path, GError **error)
{
  return lofi_figure_export (figure, path, export->width, export->height, EXPORT_DPI, lofi_style_paper (), export->title, error);
}

static void
write_export (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Export *export = data;
  GError *error = NULL;
  if (export->result)
    export->figure = lofi_figure_scatter (export->result, export->layer, export->x, export->y);
  gboolean written = !export->figure || write_figure (export, export->figure, export->path, &error);
  if (written && export->above)
    written = write_figure (export, export->above, export->path_above, &error);
  if (written)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* In the main thread; the window may have been closed meanwhile. */
static void
on_exported (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (LofiMainWindow) self = data;
  const Export *export = g_task_get_task_data (G_TASK (result));
  g_autofree char *name = g_path_get_basename (export->path);
  g_autofree char *above = export->path_above ? g_path_get_basename (export->path_above) : NULL;
  g_autofree char *done = above ? g_strdup_printf (_("Exported %s and %s"), name, above) : g_strdup_printf (_("Exported %s"), name);
  g_autoptr (GError) error = NULL;
  gboolean written = g_task_propagate_boolean (G_TASK (result), &error);
  self->exports--;
  if (g_application_get_default ())
    g_application_release (g_application_get_default ());
  if (!self->session)
    return;
  if (written)
    lofi_main_window_toast (self, done);
  else
    lofi_session_set_message (self->session, error->message);
}

/* "a.pdf" -> "a-overlaps.pdf". */
static char *
path_of_overlaps (const char *path)
{
  const char *dot = strrchr (path, '.'), *slash = strrchr (path, '/');
  gsize stem = dot && (!slash || dot > slash) ? (gsize) (dot - path) : strlen (path);
  return g_strdup_printf ("%.*s-overlaps%s", (int) stem, path, path + stem);
}

/* The figures of the Features view for a worker. */
static void
take_features (LofiMainWindow *self, Export *export)
{
  const LofiSceneKey *key = &self->scene.key;
  export->result = lofi_result_ref (key->result);
  export->layer = key->place.layer;
  lofi_session_get_features (self->session, &export->x, &export->y);
  export->above = self->scene.above ? lofi_figure_overlaps (key->result, export->layer, key->bars, key->selected) : NULL;
  export->path_above = export->above ? path_of_overlaps (export->path) : NULL;
}

/* A page at 300 dots an inch takes longer than a frame: the worker has no widget, only a figure and a path. */
static void
export_path (GtkWidget *widget, const char *path)
{
  LofiMainWindow *self = LOFI_MAIN_WINDOW (widget);
  lofi_main_window_update_scene (self);
  gboolean fresh = self->scene.shown == LOFI_SHOWN_FRESH, features = fresh && self->scene.key.scatter != NULL;
  LofiFigure *figure = fresh ? lofi_scene_build (&self->scene, self->session) : NULL;
  if (!figure && !features)
    {
      lofi_main_window_toast (self, _("The view is not up to date yet"));
      return;
    }
  Export *export = g_new0 (Export, 1);
  *export = (Export) { .figure = figure, .path = g_strdup (path), .title = g_strdup (lofi_session_get_experiment (self->session)->title),
                       .width = self->export_width * POINTS_PER_CM, .height = self->export_height * POINTS_PER_CM };
  if (features)
    take_features (self, export);
  g_autoptr (GTask) task = g_task_new (NULL, NULL, on_exported, g_object_ref (self));
  g_task_set_task_data (task, export, export_free);
  self->exports++;
  /* A file that was asked for is written even if the window is closed before. */
  if (g_application_get_default ())
    g_application_hold (g_application_get_default ());
  g_task_run_in_thread (task, write_export);
}

/* A file name from the title: letters and digits, the rest becomes hyphens. */
static char *
file_name (LofiMainWindow *self)
{
  const char *title = lofi_session_get_experiment (self->session)->title;
  GString *name = g_string_new (NULL);
  for (const char *p = title ? title : ""; *p; p = g_utf8_next_char (p))
    {
      gunichar c = g_unichar_tolower (g_utf8_get_char (p));
      if (g_unichar_isalnum (c))
        g_string_append_unichar (name, c);
      else if (name->len > 0 && name->str[name->len - 1] != '-')
        g_string_append_c (name, '-');
    }
  if (name->len == 0)
    g_string_append (name, "experiment");
  return g_string_free (name, FALSE);
}

static void
act_open (GtkWidget *widget, const char *action, GVariant *parameter)
{
  lofi_dialog_open (GTK_WINDOW (widget), open_path);
}

static void
act_open_path (GtkWidget *widget, const char *action, GVariant *parameter)
{
  open_path (widget, g_variant_get_string (parameter, NULL));
}

static void
act_open_cells (GtkWidget *widget, const char *action, GVariant *parameter)
{
  lofi_dialog_open_cells (widget, open_cells);
}

static void
act_open_cells_path (GtkWidget *widget, const char *action, GVariant *parameter)
{
  open_cells (widget, g_variant_get_string (parameter, NULL));
}

static void
act_unwatch (GtkWidget *widget, const char *action, GVariant *parameter)
{
  lofi_session_unwatch_folder (LOFI_MAIN_WINDOW (widget)->session);
}

static void
act_preset (GtkWidget *widget, const char *action, GVariant *parameter)
{
  LofiMainWindow *self = LOFI_MAIN_WINDOW (widget);
  g_autoptr (GError) error = NULL;
  LofiExperiment *experiment = lofi_preset_load (g_variant_get_string (parameter, NULL), NULL, &error);
  if (experiment)
    lofi_session_edit (self->session, experiment, NULL);
  else
    lofi_session_set_message (self->session, error->message);
}

static void
act_save (GtkWidget *widget, const char *action, GVariant *parameter)
{
  g_autofree char *base = file_name (LOFI_MAIN_WINDOW (widget)), *name = g_strconcat (base, ".lofi", NULL);
  lofi_dialog_save (GTK_WINDOW (widget), _("Save the experiment"), name, save_path);
}

static void
act_save_path (GtkWidget *widget, const char *action, GVariant *parameter)
{
  save_path (widget, g_variant_get_string (parameter, NULL));
}

static void
act_export (GtkWidget *widget, const char *action, GVariant *parameter)
{
  LofiMainWindow *self = LOFI_MAIN_WINDOW (widget);
  g_autofree char *base = file_name (self);
  g_autofree char *name = g_strdup_printf ("%s-%s", base, lofi_view_name (lofi_session_get_view (self->session)));
  lofi_dialog_export (GTK_WINDOW (widget), name, &self->export_width, &self->export_height, export_path);
}

static void
act_export_path (GtkWidget *widget, const char *action, GVariant *parameter)
{
  export_path (widget, g_variant_get_string (parameter, NULL));
}

/* ---- computing ---- */

static void
act_run (GtkWidget *widget, const char *action, GVariant *parameter)
{
  lofi_session_run (LOFI_MAIN_WINDOW (widget)->session);
}

static void
act_stop (GtkWidget *widget, const char *action, GVariant *parameter)
{
  LofiMainWindow *self = LOFI_MAIN_WINDOW (widget);
  if (lofi_session_is_busy (self->session) || lofi_session_is_refining (self->session))
    lofi_session_stop (self->session);
  else if (lofi_session_is_sweeping (self->session))
    lofi_session_stop_sweep (self->session);
  else if (lofi_session_is_descending (self->session))
    lofi_session_stop_descent (self->session);
  lofi_session_set_playing (self->session, FALSE);
}

static void
act_undo (GtkWidget *widget, const char *action, GVariant *parameter)
{
  lofi_session_undo (LOFI_MAIN_WINDOW (widget)->session);
}

static void
act_redo (GtkWidget *widget, const char *action, GVariant *parameter)
{
  lofi_session_redo (LOFI_MAIN_WINDOW (widget)->session);
}

static void
act_dismiss (GtkWidget *widget, const char *action, GVariant *parameter)
{
  lofi_session_set_message (LOFI_MAIN_WINDOW (widget)->session, NULL);
}

static void
act_add_layer (GtkWidget *widget, const char *action, GVariant *parameter)
{
  lofi_layer_copy (LOFI_MAIN_WINDOW (widget)->session);
}

static void
act_insert_layer (GtkWidget *widget, const char *action, GVariant *parameter)
{
  for (int kind = 0; kind <= LOFI_KIND_FLATTEN; kind++)
    if (g_str_equal (g_variant_get_string (parameter, NULL), lofi_kind_name (kind)))
      lofi_layer_insert (LOFI_MAIN_WINDOW (widget)->session, kind);
}

static void
act_remove_layer (GtkWidget *widget, const char *action, GVariant *parameter)
{
  lofi_layer_remove (LOFI_MAIN_WINDOW (widget)->session);
}

static void
act_move_layer (GtkWidget *widget, const char *action, GVariant *parameter)
{
  LofiSession *session = LOFI_MAIN_WINDOW (widget)->session;
  int layer = lofi_session_get_place (session).layer;
  if (layer >= 0)
    lofi_layer_move (session, layer, g_str_equal (action, "win.move-layer-up") ? layer - 1 : layer + 1);
}

/* ---- places and views ---- */

static void
act_step (GtkWidget *widget, const char *action, GVariant *parameter)
{
  LofiSession *session = LOFI_MAIN_WINDOW (widget)->session;
  lofi_session_set_playing (session, FALSE);
  if (g_str_equal (action, "win.step-first"))
    lofi_session_set_place_index (session, 0);
  else if (g_str_equal (action, "win.step-last"))
    lofi_session_set_place_index (session, G_MAXUINT);
  else
    lofi_session_step (session, g_str_equal (action, "win.step-back") ? -1 : 1);
}

static void
act_play (GtkWidget *widget, const char *action, GVariant *parameter)
{
  LofiSession *session = LOFI_MAIN_WINDOW (widget)->session;
  lofi_session_set_playing (session, !lofi_session_get_playing (session));
}

static void
act_show_view (GtkWidget *widget, const char *action, GVariant *parameter)
{
  for (int view = 0; view < LOFI_N_VIEWS; view++)
    if (g_str_equal (g_variant_get_string (parameter, NULL), lofi_view_name (view)))
      lofi_session_set_view (LOFI_MAIN_WINDOW (widget)->session, view);
}

void
lofi_main_window_install_actions (GtkWidgetClass *class)
{
  static const struct { const char *name, *parameter; GtkWidgetActionActivateFunc activate; } actions[] = {
    { "win.open", NULL, act_open }, { "win.open-path", "s", act_open_path }, { "win.preset", "s", act_preset },
    { "win.open-cells", NULL, act_open_cells }, { "win.open-cells-path", "s", act_open_cells_path }, { "win.unwatch", NULL, act_unwatch },
    { "win.save", NULL, act_save }, { "win.save-path", "s", act_save_path },
    { "win.export", NULL, act_export }, { "win.export-path", "s", act_export_path },
    { "win.run", NULL, act_run }, { "win.stop", NULL, act_stop }, { "win.undo", NULL, act_undo }, { "win.redo", NULL, act_redo },
    { "win.dismiss", NULL, act_dismiss }, { "win.add-layer", NULL, act_add_layer }, { "win.insert-layer", "s", act_insert_layer },
    { "win.remove-layer", NULL, act_remove_layer }, { "win.move-layer-up", NULL, act_move_layer },
    { "win.move-layer-down", NULL, act_move_layer },
    { "win.step-first", NULL, act_step }, { "win.step-back", NULL, act_step }, { "win.step-forward", NULL, act_step },
    { "win.step-last", NULL, act_step }, { "win.play", NULL, act_play }, { "win.show-view", "s", act_show_view },
  };
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (class, actions[i].name, actions[i].parameter, actions[i].activate);
  gtk_widget_class_install_property_action (class, "win.shuffled", "shuffled");
}

void
lofi_main_window_update_actions (LofiMainWindow *self, LofiChange what)
{
  if (!(what & ~(LOFI_CHANGED_PICTURES | LOFI_CHANGED_FEATURES | LOFI_CHANGED_MESSAGE)))
    return;
  LofiSession *session = self->session;
  const LofiExperiment *e = lofi_session_get_experiment (session);
  guint index = lofi_session_get_place_index (session), last = lofi_places_count (e) - 1;
  gboolean away = !lofi_view_is_placed (lofi_session_get_view (session));
  int layer = lofi_session_get_place (session).layer;
  g_autofree char *no_remove = lofi_layer_remove_reason (session);
  g_autofree char *no_up = lofi_layer_move_reason (session, layer, layer - 1), *no_down = lofi_layer_move_reason (session, layer, layer + 1);
  const struct { const char *name; gboolean enabled; } states[] = {
    { "win.undo", lofi_session_can_undo (session) }, { "win.redo", lofi_session_can_redo (session) },
    { "win.step-first", index > 0 || away }, { "win.step-back", index > 0 },
    { "win.step-forward", index < last }, { "win.step-last", index < last || away },
    { "win.add-layer", e->layers->len < LOFI_LAYERS_MAX },
    { "win.remove-layer", !no_remove }, { "win.move-layer-up", !no_up }, { "win.move-layer-down", !no_down },
    { "win.stop", lofi_session_is_busy (session) || lofi_session_is_refining (session) || lofi_session_is_sweeping (session)
                  || lofi_session_is_descending (session) || lofi_session_get_playing (session) },
  };
  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), states[i].name, states[i].enabled);
}

static GtkEventController *
keys_new (void)
{
  static const struct { guint key; const char *action; } keys[] = {
    { GDK_KEY_Left, "win.step-back" }, { GDK_KEY_Right, "win.step-forward" }, { GDK_KEY_Home, "win.step-first" },
    { GDK_KEY_End, "win.step-last" }, { GDK_KEY_space, "win.play" }, { GDK_KEY_Escape, "win.stop" },
    { GDK_KEY_s, "win.shuffled" },
  };
  GtkEventController *controller = gtk_shortcut_controller_new ();
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (controller),
                                          gtk_shortcut_new (gtk_keyval_trigger_new (keys[i].key, 0),
                                                            gtk_named_action_new (keys[i].action)));
  return controller;
}

/* In the bubble phase: an entry or a slider that has the focus takes its arrows and spaces first. A chart has none of its own, and
 * must be asked before the scrolled window around it takes Home and End. */
void
lofi_main_window_add_keys (LofiMainWindow *self)
{
  gtk_widget_add_controller (GTK_WIDGET (self), keys_new ());
  for (int view = 0; view < LOFI_N_VIEWS; view++)
    gtk_widget_add_controller (GTK_WIDGET (lofi_page_get_chart (self->pages[view])), keys_new ());
}
