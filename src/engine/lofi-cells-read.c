/* Reading cells.jsonl, again and again as it grows. */
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include "lofi-cells-private.h"
#include "lofi-error.h"

#define LINE_BYTES_MAX ((gsize) 64 << 20)
#define READ_BYTES ((gsize) 1 << 16)

struct _LofiCellsReader {
  char *path;
  char *experiment;          /* the key all lines must have, or NULL */
  char *seen;                /* the key that lines had so far, or NULL */
  guint seen_line;
  off_t offset;              /* where the next line begins */
  dev_t device;
  ino_t inode;
  guint lines;               /* before it */
  GHashTable *places;        /* "point samples seed method" -> the line it was first in */
  GPtrArray *waiting;        /* LofiCell *: overlaps whose cell was not there yet */
};

LofiCellsReader *
lofi_cells_reader_new (const char *path, const char *experiment_key)
{
  LofiCellsReader *reader = g_new0 (LofiCellsReader, 1);
  reader->path = g_strdup (path);
  reader->experiment = g_strdup (experiment_key);
  reader->places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  reader->waiting = g_ptr_array_new_with_free_func ((GDestroyNotify) lofi_cell_free);
  return reader;
}

void
lofi_cells_reader_free (LofiCellsReader *reader)
{
  g_free (reader->path);
  g_free (reader->experiment);
  g_free (reader->seen);
  g_hash_table_unref (reader->places);
  g_ptr_array_unref (reader->waiting);
  g_free (reader);
}

static void
start_again (LofiCellsReader *reader)
{
  reader->offset = 0;
  reader->lines = 0;
  g_clear_pointer (&reader->seen, g_free);
  g_hash_table_remove_all (reader->places);
  g_ptr_array_set_size (reader->waiting, 0);
}

static gboolean
check_experiment (LofiCellsReader *reader, const LofiCellLine *line, const char *place, GError **error)
{
  const char *todo = _("keep the cells of each experiment in a folder of their own");
  if (!line->experiment)
    return TRUE;
  if (reader->experiment && strcmp (reader->experiment, line->experiment) != 0)
    return lofi_error_set (error, LOFI_ERROR_INPUT, place, todo, _("a cell of another experiment (%s, not %s)"), line->experiment, reader->experiment);
  if (reader->seen && strcmp (reader->seen, line->experiment) != 0)
    return lofi_error_set (error, LOFI_ERROR_INPUT, place, todo, _("a cell of another experiment (%s) than that in line %u (%s)"), line->experiment,
                           reader->seen_line, reader->seen);
  if (!reader->seen)
    {
      reader->seen = g_strdup (line->experiment);
      reader->seen_line = reader->lines + 1;
    }
  return TRUE;
}

static gboolean
add_overlaps (LofiCells *cells, const LofiCell *cell)
{
  g_autofree double *overlaps = g_new (double, cell->n_layers + 1);
  for (guint l = 0; l < cell->n_layers; l++)
    overlaps[l] = cell->layers[l].overlap;
  return lofi_cells_add_overlaps (cells, cell->point, cell->samples, cell->seed, cell->reference, overlaps, cell->n_layers);
}

static gboolean
add_cell (LofiCellsReader *reader, LofiCells *cells, const LofiCell *cell, const char *place, GError **error)
{
  g_autofree char *name = g_strdup_printf ("%s %zu %" G_GUINT64_FORMAT " %d", cell->point, cell->samples, cell->seed, cell->method);
  guint earlier = GPOINTER_TO_UINT (g_hash_table_lookup (reader->places, name));
  if (lofi_cells_add (cells, cell) == LOFI_CELLS_CONTRADICTED)
    {
      const char *todo = _("find out which is right and remove the other, or compute both again");
      if (earlier)
        return lofi_error_set (error, LOFI_ERROR_INPUT, place, todo, _("it contradicts line %u, which is of the same cell"), earlier);
      return lofi_error_set (error, LOFI_ERROR_INPUT, place, todo, _("it contradicts a cell that was found elsewhere"));
    }
  if (!earlier)
    g_hash_table_insert (reader->places, g_steal_pointer (&name), GUINT_TO_POINTER (reader->lines + 1));
  return TRUE;
}

static gboolean
take_line (LofiCellsReader *reader, LofiCells *cells, const char *text, gsize length, GError **error)
{
  g_auto (LofiCellLine) line = { 0 };
  g_autofree char *place = g_strdup_printf (_("%s, line %u"), reader->path, reader->lines + 1);
  if (length > 0 && text[length - 1] == '\r')
    length--;                          /* as a file comes back from some systems */
  if (length == 0)
    return TRUE;
  if (!lofi_cell_line_read (&line, text, length, place, error) || !check_experiment (reader, &line, place, error))
    return FALSE;
  if (!line.overlaps)
    return add_cell (reader, cells, &line.cell, place, error);
  if (!add_overlaps (cells, &line.cell))
    g_ptr_array_add (reader->waiting, lofi_cell_dup (&line.cell));
  return TRUE;
}

/* Files may be put together in any order: overlaps may come before their cell. */
static void
serve_waiting (LofiCellsReader *reader, LofiCells *cells)
{
  for (guint i = reader->waiting->len; i-- > 0;)
    if (add_overlaps (cells, g_ptr_array_index (reader->waiting, i)))
      g_ptr_array_remove_index_fast (reader->waiting, i);
}

static gboolean
set_errno (const LofiCellsReader *reader, int because, GError **error)
{
  return lofi_error_set (error, LOFI_ERROR_INPUT, reader->path, _("give a folder that lofi emerge has written"), "%s", g_strerror (because));
}

/* Every whole line from where the reader is. */
static gboolean
read_lines (LofiCellsReader *reader, LofiCells *cells, int file, GError **error)
{
  g_autoptr (GByteArray) buffer = g_byte_array_new ();
  gsize begun = 0, searched = 0;       /* of the line at hand, within buffer */
  g_autofree guint8 *block = g_malloc (READ_BYTES);
  for (gssize count;;)
    {
      off_t at = reader->offset + (off_t) (buffer->len - begun);
      count = pread (file, block, READ_BYTES, at);
      if (count < 0 && errno == EINTR)
        continue;
      if (count < 0)
        return set_errno (reader, errno, error);
      if (count == 0)
        return TRUE;
      g_byte_array_append (buffer, block, (guint) count);
      for (guint8 *newline; (newline = memchr (buffer->data + searched, '\n', buffer->len - searched));)
        {
          gsize end = (gsize) (newline - buffer->data);
          if (!take_line (reader, cells, (const char *) buffer->data + begun, end - begun, error))
            return FALSE;
          reader->offset += (off_t) (end + 1 - begun);
          reader->lines++;
          begun = searched = end + 1;
        }
      g_byte_array_remove_range (buffer, 0, (guint) begun);
      begun = 0;
      searched = buffer->len;
      if (buffer->len > LINE_BYTES_MAX)
        {
          g_autofree char *place = g_strdup_printf (_("%s, line %u"), reader->path, reader->lines + 1);
          return lofi_error_set (error, LOFI_ERROR_INPUT, place, _("give a folder that lofi emerge has written"), _("the line is longer than any cell"));
        }
    }
}

gboolean
lofi_cells_reader_read (LofiCellsReader *reader, LofiCells *cells, gboolean *missing, GError **error)
{
  struct stat status;
  int file = g_open (reader->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
  if (missing)
    *missing = file < 0 && (errno == ENOENT || errno == ENOTDIR);
  if (file < 0)
    return errno == ENOENT || errno == ENOTDIR || set_errno (reader, errno, error);
  int because = fstat (file, &status) != 0 ? errno : !S_ISREG (status.st_mode) ? S_ISDIR (status.st_mode) ? EISDIR : EINVAL : 0;
  gboolean done = !because || set_errno (reader, because, error);
  if (done && (status.st_size < reader->offset || status.st_dev != reader->device || status.st_ino != reader->inode))
    {
      start_again (reader);
      reader->device = status.st_dev;
      reader->inode = status.st_ino;
    }
  done = done && read_lines (reader, cells, file, error);
  serve_waiting (reader, cells);
  close (file);
  return done;
}

LofiCells *
lofi_cells_load (const char *path, const char *experiment_key, GError **error)
{
  g_autoptr (LofiCells) cells = lofi_cells_new ();
  g_autoptr (LofiCellsReader) reader = lofi_cells_reader_new (path, experiment_key);
  gboolean missing;
  if (!lofi_cells_reader_read (reader, cells, &missing, error))
    return NULL;
  if (!missing)
    return g_steal_pointer (&cells);
  set_errno (reader, ENOENT, error);
  return NULL;
}
