/* The folder of a sweep: what was reported done is on disk, whatever happens next. */
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include "lofi-error.h"
#include "lofi-results-file.h"
#include "lofi-sweep-folder.h"

struct _LofiSweepFolder {
  char *folder, *path, *owner;         /* the last two: cells.jsonl, experiment.lofi */
  char *text, *hash;                   /* of the experiment */
  int file;                            /* cells.jsonl, or -1 until the first line */
};

const char *
lofi_sweep_folder_path (const LofiSweepFolder *self)
{
  return self->path;
}

static gboolean
set_errno (GError **error, const char *path, int because)
{
  return lofi_error_set (error, LOFI_ERROR_INPUT, path, _("check the folder's permissions and the space left"), "%s", g_strerror (because));
}

/* ---- whose cells ---- */

/* "“Title” (0123456789abcdef)" */
static char *
name_of (const LofiExperiment *experiment)
{
  g_autofree char *hash = lofi_emergence_hash (experiment);
  return experiment->title && *experiment->title ? g_strdup_printf (_("“%s” (%s)"), experiment->title, hash) : g_steal_pointer (&hash);
}

/* experiment.lofi beside the cells says whose they are; one without cells is somebody's, unless it is just the one this sweep would write. */
static gboolean
check_owner (const LofiSweepFolder *self, const LofiExperiment *experiment, gboolean cells, gboolean resume, GError **error)
{
  g_autofree char *text = NULL;
  if (!g_file_get_contents (self->owner, &text, NULL, NULL) || strcmp (text, self->text) == 0)
    return TRUE;
  if (!cells && !resume)
    return lofi_error_set (error, LOFI_ERROR_INPUT, self->owner, _("choose another folder with -o"), "%s",
                           _("there is an experiment file already, which the sweep would write over"));
  g_autoptr (LofiExperiment) earlier = lofi_experiment_parse (text, self->owner, NULL, NULL, error);
  if (!earlier)
    return FALSE;
  g_autofree char *hash = lofi_emergence_hash (earlier), *theirs = name_of (earlier), *ours = name_of (experiment);
  return strcmp (hash, self->hash) == 0
         || lofi_error_set (error, LOFI_ERROR_INPUT, self->folder, _("choose another folder with -o"),
                            _("the cells in this folder are of another experiment, %s, not of %s"), theirs, ours);
}

/* ---- the file ---- */

/* Drops a last line without its end: a cell that was being written when the machine stopped. */
static gboolean
drop_torn_line (const LofiSweepFolder *self, GError **error)
{
  char block[4096];
  off_t end = lseek (self->file, 0, SEEK_END), length = end, whole = 0;
  if (end < 0)
    return set_errno (error, self->path, errno);
  while (end > 0 && whole == 0)
    {
      size_t count = (size_t) MIN (end, (off_t) sizeof block);
      if (pread (self->file, block, count, end - (off_t) count) != (ssize_t) count)
        return set_errno (error, self->path, errno);
      while (count > 0 && block[count - 1] != '\n')
        {
          count--;
          end--;
        }
      if (count > 0)
        whole = end;
    }
  return whole == length || ftruncate (self->file, whole) == 0 ? TRUE : set_errno (error, self->path, errno);
}

/* Two writers would write over each other's torn lines. A file system without locks is trusted. */
static gboolean
lock_file (const LofiSweepFolder *self, GError **error)
{
  if (flock (self->file, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
    return TRUE;
  return lofi_error_set (error, LOFI_ERROR_INPUT, self->path, _("wait for it, or choose another folder"), "%s", _("another program is writing this file"));
}

static void
close_file (LofiSweepFolder *self)
{
  if (self->file >= 0)
    close (self->file);
  self->file = -1;
}

static gboolean
open_file (LofiSweepFolder *self, int flags, GError **error)
{
  self->file = g_open (self->path, O_RDWR | O_APPEND | O_CLOEXEC | flags, 0666);
  if (self->file < 0)
    return set_errno (error, self->path, errno);
  if (lock_file (self, error) && drop_torn_line (self, error))
    return TRUE;
  close_file (self);
  return FALSE;
}

/* That the file's name is on disk too. */
static void
sync_folder (const LofiSweepFolder *self)
{
  int folder = g_open (self->folder, O_RDONLY | O_CLOEXEC, 0);
  if (folder < 0)
    return;
  if (fsync (folder) != 0)
    g_debug ("%s: %s", self->folder, g_strerror (errno));
  close (folder);
}

/* With the first cell, so that a sweep that cannot begin leaves nothing behind. */
static gboolean
make_file (LofiSweepFolder *self, GError **error)
{
  struct stat status;
  if (g_mkdir_with_parents (self->folder, 0777) != 0)
    return set_errno (error, self->folder, errno);
  if (!lofi_file_write (self->owner, self->text, strlen (self->text), error) || !open_file (self, O_CREAT, error))
    return FALSE;
  sync_folder (self);
  if (fstat (self->file, &status) == 0 && status.st_size == 0)
    return TRUE;
  close_file (self);
  return lofi_error_set (error, LOFI_ERROR_INPUT, self->path, _("go on with --resume, or choose another folder"), "%s",
                         _("another program has begun to write this file"));
}

/* ---- from outside ---- */

static LofiSweepFolder *
folder_new (const char *folder, const LofiExperiment *experiment)
{
  LofiSweepFolder *self = g_new0 (LofiSweepFolder, 1);
  self->folder = g_strdup (folder);
  self->path = g_build_filename (folder, "cells.jsonl", NULL);
  self->owner = g_build_filename (folder, "experiment.lofi", NULL);
  g_autoptr (LofiExperiment) anywhere = lofi_experiment_dup (experiment);
  lofi_experiment_make_paths_absolute (anywhere);
  self->text = lofi_experiment_to_text (anywhere);
  self->hash = lofi_emergence_hash (experiment);
  self->file = -1;
  return self;
}

static gboolean
open_earlier (LofiSweepFolder *self, const LofiExperiment *experiment, gboolean resume, LofiCells *cells, GError **error)
{
  GStatBuf status;
  gboolean missing, there = g_stat (self->path, &status) == 0, filled = there && status.st_size > 0;
  if (filled && !resume)
    return lofi_error_set (error, LOFI_ERROR_INPUT, self->path, _("go on with --resume, or choose another folder"), "%s",
                           _("there are cells of an earlier sweep"));
  if (!check_owner (self, experiment, filled, resume, error))
    return FALSE;
  if (!there)
    return TRUE;
  g_autoptr (LofiCellsReader) reader = lofi_cells_reader_new (self->path, self->hash);
  return open_file (self, 0, error) && lofi_cells_reader_read (reader, cells, &missing, error)
         && (!filled || lofi_file_write (self->owner, self->text, strlen (self->text), error));
}

LofiSweepFolder *
lofi_sweep_folder_open (const char *folder, const LofiExperiment *experiment, gboolean resume, LofiCells *cells, GError **error)
{
  g_autoptr (LofiSweepFolder) self = folder_new (folder, experiment);
  if (!lofi_results_folder_check (folder, error) || !open_earlier (self, experiment, resume, cells, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
lofi_sweep_folder_close (LofiSweepFolder *self)
{
  close_file (self);
  g_free (self->folder);
  g_free (self->path);
  g_free (self->owner);
  g_free (self->text);
  g_free (self->hash);
  g_free (self);
}

/* A line is on disk whole, or not at all: whoever reads the file, or stops the program, never sees half a cell. */
static gboolean
append_line (const LofiSweepFolder *self, const char *line, gsize length, GError **error)
{
  off_t end = lseek (self->file, 0, SEEK_END);
  gsize written = 0;
  int because = 0;
  while (written < length && because == 0)
    {
      gssize count = write (self->file, line + written, length - written);
      if (count > 0)
        written += (gsize) count;
      else if (count == 0 || errno != EINTR)
        because = count == 0 ? ENOSPC : errno;
    }
  if (because == 0 && fsync (self->file) != 0)
    because = errno;
  if (because == 0)
    return TRUE;
  if (end >= 0 && ftruncate (self->file, end) != 0)
    g_debug ("%s: %s", self->path, g_strerror (errno));
  return set_errno (error, self->path, because);
}

/* What is written to a file without a name is lost. */
static gboolean
check_there (const LofiSweepFolder *self, GError **error)
{
  struct stat ours;
  GStatBuf named;
  if (fstat (self->file, &ours) == 0 && ours.st_nlink > 0 && g_stat (self->path, &named) == 0 && named.st_ino == ours.st_ino
      && named.st_dev == ours.st_dev)
    return TRUE;
  return lofi_error_set (error, LOFI_ERROR_INPUT, self->path, _("start again, into a folder that stays"), "%s",
                         _("the file was removed or replaced while the sweep was writing it"));
}

gboolean
lofi_sweep_folder_append (LofiSweepFolder *self, const LofiCell *cell, gboolean overlaps, GError **error)
{
  g_autofree char *json = overlaps ? lofi_cell_overlaps_to_json (cell, self->hash) : lofi_cell_to_json (cell, self->hash);
  g_autofree char *line = g_strconcat (json, "\n", NULL);
  if (self->file < 0 && !make_file (self, error))
    return FALSE;
  return append_line (self, line, strlen (line), error) && check_there (self, error);
}

gboolean
lofi_sweep_folder_finish (LofiSweepFolder *self, LofiCells *cells, GError **error)
{
  g_autofree char *path = g_build_filename (self->folder, "summary.json", NULL), *text = lofi_cells_to_summary (cells);
  if (g_mkdir_with_parents (self->folder, 0777) != 0)
    return set_errno (error, self->folder, errno);
  if (!g_file_test (self->owner, G_FILE_TEST_EXISTS) && !lofi_file_write (self->owner, self->text, strlen (self->text), error))
    return FALSE;
  return lofi_file_write (path, text, strlen (text), error);
}
