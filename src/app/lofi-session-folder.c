/* The session: a folder of cells that are computed elsewhere, watched while it fills. */
#include "config.h"
#include <string.h>
#include <glib/gi18n-lib.h>
#include "lofi-error.h"
#include "lofi-session-private.h"

#define POLL_MS 2000             /* network file systems tell nobody of what other machines write */
#define SOON_MS 150              /* lines come in bursts */
#define PARTS_MOST 10000
#define CELLS_FILE "cells.jsonl"
#define OWNER_FILE "experiment.lofi"

/* What the reading worker has. One worker at a time, the main thread never: a disk may be slow. */
typedef struct {
  char *path, *hash;
  LofiCells *cells;
  GHashTable *readers;           /* path -> LofiCellsReader */
  GFileMonitor *monitor;
} Reading;

typedef struct _LofiFolder LofiFolder;
struct _LofiFolder {
  Reading *reading;              /* shared with a worker */
  char *path, *key;
  guint poll_id, soon_id;
  GCancellable *running;         /* the worker at hand, or NULL */
  gboolean again;                /* something changed meanwhile */
  gulong monitor_handler;
  GFileMonitor *monitor;
  /* What the last look found. */
  gboolean gone;
  guint files;
  char *problem;
  guint64 version;
};

typedef struct {
  GWeakRef session;
  Reading *reading;
  gboolean gone;
  guint files;
  char *problem;
} Look;

static void
reading_clear (gpointer data)
{
  Reading *reading = data;
  g_free (reading->path);
  g_free (reading->hash);
  lofi_cells_unref (reading->cells);
  g_hash_table_unref (reading->readers);
  g_clear_object (&reading->monitor);
}

static void
look_free (gpointer data)
{
  Look *look = data;
  g_weak_ref_clear (&look->session);
  g_atomic_rc_box_release_full (look->reading, reading_clear);
  g_free (look->problem);
  g_free (look);
}

/* ---- files ---- */

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* FOLDER/name and FOLDER/PART/name, those that are there, in order of name; NULL when there is no folder. */
static GPtrArray *
find_files (const char *folder, const char *name, guint most)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  if (!dir)
    return NULL;
  GPtrArray *files = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *own = g_build_filename (folder, name, NULL);
  const char *part;
  for (guint i = 0; i < PARTS_MOST && files->len < most && (part = g_dir_read_name (dir)); i++)
    {
      char *path = g_build_filename (folder, part, name, NULL);
      if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
        g_ptr_array_add (files, path);
      else
        g_free (path);
    }
  g_ptr_array_sort (files, compare_names);
  if (g_file_test (own, G_FILE_TEST_IS_REGULAR))
    g_ptr_array_insert (files, 0, g_steal_pointer (&own));
  return files;
}

gboolean
lofi_cells_folder_is (const char *path)
{
  g_autoptr (GPtrArray) files = find_files (path, CELLS_FILE, 1);
  return files && files->len > 0;
}

LofiExperiment *
lofi_cells_folder_experiment (const char *path, GError **error)
{
  g_autoptr (GPtrArray) files = find_files (path, OWNER_FILE, G_MAXUINT);
  if (files && files->len > 0)
    return lofi_experiment_load (g_ptr_array_index (files, 0), NULL, error);
  lofi_error_set (error, LOFI_ERROR_INPUT, path, _("give a folder written by lofi emerge -o, or a folder of such folders"), "%s",
                  files ? _("there is no experiment.lofi that says whose cells they are") : _("there is no such folder"));
  return NULL;
}

/* ---- worker ---- */

static void
read_file (Look *look, const char *path)
{
  Reading *reading = look->reading;
  LofiCellsReader *reader = g_hash_table_lookup (reading->readers, path);
  g_autoptr (GError) error = NULL;
  gboolean missing = FALSE;
  if (!reader)
    {
      reader = lofi_cells_reader_new (path, reading->hash);
      g_hash_table_insert (reading->readers, g_strdup (path), reader);
    }
  if (!lofi_cells_reader_read (reader, reading->cells, &missing, &error) && !look->problem)
    look->problem = g_strdup (error->message);
  look->files += !missing;
}

static void
look_at (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Look *look = data;
  Reading *reading = look->reading;
  g_autoptr (GPtrArray) files = find_files (reading->path, CELLS_FILE, G_MAXUINT);
  look->gone = files == NULL;
  if (files && !reading->monitor)
    {
      g_autoptr (GFile) folder = g_file_new_for_path (reading->path);
      reading->monitor = g_file_monitor_directory (folder, G_FILE_MONITOR_NONE, NULL, NULL);
    }
  for (guint i = 0; files && i < files->len && !g_cancellable_is_cancelled (cancellable); i++)
    read_file (look, g_ptr_array_index (files, i));
  g_task_return_boolean (task, TRUE);
}

/* ---- main thread ---- */

static void look_again (LofiSession *self);

static gboolean
on_poll (gpointer data)
{
  look_again (data);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_soon (gpointer data)
{
  LofiSession *self = data;
  self->folder->soon_id = 0;
  look_again (self);
  return G_SOURCE_REMOVE;
}

static void
on_monitor (LofiSession *self)
{
  if (self->folder && !self->folder->soon_id)
    self->folder->soon_id = g_timeout_add (SOON_MS, on_soon, self);
}

static void
take_look (LofiSession *self, const Look *look)
{
  LofiFolder *folder = self->folder;
  guint64 version = lofi_cells_version (look->reading->cells);
  LofiChange what = version != folder->version ? LOFI_CHANGED_SWEEP : 0;
  if (look->gone != folder->gone || look->files != folder->files || g_strcmp0 (look->problem, folder->problem) != 0)
    what |= LOFI_CHANGED_FOLDER;
  folder->version = version;
  folder->gone = look->gone;
  if (!look->gone)
    folder->files = look->files;
  g_free (folder->problem);
  folder->problem = g_strdup (look->problem);
  if (look->reading->monitor && !folder->monitor)
    {
      folder->monitor = g_object_ref (look->reading->monitor);
      folder->monitor_handler = g_signal_connect_swapped (folder->monitor, "changed", G_CALLBACK (on_monitor), self);
    }
  if (what)
    lofi_session_changed (self, what);
}

static void
on_looked (GObject *source, GAsyncResult *answer, gpointer data)
{
  const Look *look = g_task_get_task_data (G_TASK (answer));
  g_autoptr (LofiSession) self = g_weak_ref_get ((GWeakRef *) &look->session);
  LofiFolder *folder = self ? self->folder : NULL;
  if (!folder || self->closed || g_task_get_cancellable (G_TASK (answer)) != folder->running)
    return;
  gboolean again = folder->again;
  g_clear_object (&folder->running);
  folder->again = FALSE;
  take_look (self, look);
  if (again && self->folder == folder)
    look_again (self);
}

static void
look_again (LofiSession *self)
{
  LofiFolder *folder = self->folder;
  folder->again = folder->running != NULL;
  if (folder->running)
    return;
  Look *look = g_new0 (Look, 1);
  g_weak_ref_init (&look->session, self);
  look->reading = g_atomic_rc_box_acquire (folder->reading);
  folder->running = g_cancellable_new ();
  g_autoptr (GTask) task = g_task_new (NULL, folder->running, on_looked, NULL);
  g_task_set_task_data (task, look, look_free);
  g_task_run_in_thread (task, look_at);
}

void
lofi_session_unwatch_folder (LofiSession *self)
{
  LofiFolder *folder = g_steal_pointer (&self->folder);
  if (!folder)
    return;
  g_clear_handle_id (&folder->poll_id, g_source_remove);
  g_clear_handle_id (&folder->soon_id, g_source_remove);
  if (folder->running)
    g_cancellable_cancel (folder->running);
  g_clear_object (&folder->running);
  if (folder->monitor)
    g_signal_handler_disconnect (folder->monitor, folder->monitor_handler);
  g_clear_object (&folder->monitor);
  g_atomic_rc_box_release_full (folder->reading, reading_clear);
  g_free (folder->path);
  g_free (folder->key);
  g_free (folder->problem);
  g_free (folder);
  lofi_session_changed (self, LOFI_CHANGED_FOLDER);
}

static void
reader_free (gpointer reader)
{
  lofi_cells_reader_free (reader);
}

void
lofi_session_watch_folder (LofiSession *self, const char *path)
{
  g_return_if_fail (LOFI_IS_SESSION (self) && path && !self->closed);
  lofi_session_unwatch_folder (self);
  LofiFolder *folder = g_new0 (LofiFolder, 1);
  Reading *reading = g_atomic_rc_box_new0 (Reading);
  folder->path = g_canonicalize_filename (path, NULL);
  folder->key = lofi_emergence_key (self->experiment);
  folder->reading = reading;
  reading->path = g_strdup (folder->path);
  reading->hash = lofi_emergence_hash (self->experiment);
  reading->cells = lofi_session_share_cells (self);
  reading->readers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, reader_free);
  folder->version = lofi_cells_version (reading->cells);
  self->folder = folder;
  folder->poll_id = g_timeout_add (POLL_MS, on_poll, self);
  look_again (self);
  lofi_session_changed (self, LOFI_CHANGED_FOLDER | LOFI_CHANGED_SWEEP);
}

/* Of other settings than the folder's there is nothing to be read in it. */
void
lofi_session_follow_folder (LofiSession *self)
{
  g_autofree char *key = self->folder ? lofi_emergence_key (self->experiment) : NULL;
  if (key && strcmp (key, self->folder->key) != 0)
    lofi_session_unwatch_folder (self);
}

const char *
lofi_session_get_folder (LofiSession *self)
{
  return self->folder ? self->folder->path : NULL;
}

gboolean
lofi_session_is_folder_gone (LofiSession *self)
{
  return self->folder && self->folder->gone;
}

guint
lofi_session_get_folder_files (LofiSession *self)
{
  return self->folder ? self->folder->files : 0;
}

const char *
lofi_session_get_folder_problem (LofiSession *self)
{
  return self->folder ? self->folder->problem : NULL;
}
