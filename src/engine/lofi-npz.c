#include "config.h"
#include "lofi-npz-private.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>
#include "lofi-error.h"

#define BLOCK_BYTES 65536
#define ENTRIES_MAX 1000
#define NAME_BYTES_MAX 200
#define UNPACK_RATIO_MAX 1040        /* deflate cannot do better than 1032 to 1 */

static void
array_free (gpointer data)
{
  LofiNpzArray *array = data;
  g_free (array->name);
  g_clear_error (&array->reason);
  g_free (array);
}

void
lofi_npz_free (LofiNpz *npz)
{
  g_ptr_array_unref (npz->arrays);
  g_free (npz->path);
  g_free (npz);
}

/* ---- the archive ---- */

typedef struct { struct archive *archive; const char *place; } ZipStream;

static gboolean
refuse_damaged (struct archive *archive, const char *place, GError **error)
{
  const char *why = archive_error_string (archive);
  return lofi_error_set (error, LOFI_ERROR_INPUT, place, _("write it again with numpy.savez"), _("the archive cannot be read: %s"),
                         why ? why : _("it is damaged"));
}

static gssize
read_entry (gpointer data, void *buffer, gsize length, GError **error)
{
  ZipStream *zip = data;
  la_ssize_t got = archive_read_data (zip->archive, buffer, length);
  /* A warning is a wrong checksum. */
  if (got < 0)
    refuse_damaged (zip->archive, zip->place, error);
  return got < 0 ? -1 : got;
}

static struct archive *
open_archive (const char *path, GError **error)
{
  struct archive *archive = archive_read_new ();
  if (archive_read_support_format_zip_seekable (archive) == ARCHIVE_OK && archive_read_open_filename (archive, path, BLOCK_BYTES) == ARCHIVE_OK)
    return archive;
  refuse_damaged (archive, path, error);
  archive_read_free (archive);
  return NULL;
}

/* x-train.npy -> x_train; NULL for what is no array at the top of the archive. (transfer full) */
static char *
array_name (struct archive_entry *entry)
{
  const char *path = archive_entry_pathname_utf8 (entry);
  if (!path)
    path = archive_entry_pathname (entry);
  if (!path || archive_entry_filetype (entry) != AE_IFREG || !g_str_has_suffix (path, ".npy") || strlen (path) > NAME_BYTES_MAX
      || strchr (path, '/') || strchr (path, '\\'))
    return NULL;
  g_autofree char *stem = g_strndup (path, strlen (path) - strlen (".npy")), *valid = g_utf8_make_valid (stem, -1);
  return g_strdelimit (g_ascii_strdown (valid, -1), "-", '_');
}

static gboolean
add_array (LofiNpz *npz, struct archive *archive, struct archive_entry *entry, gsize place, GError **error)
{
  char *name = array_name (entry);
  if (!name)
    return TRUE;
  if (lofi_npz_find (npz, name))
    {
      lofi_error_set (error, LOFI_ERROR_INPUT, npz->path, _("write it again with numpy.savez"), _("there are two arrays of the name %s"), name);
      g_free (name);
      return FALSE;
    }
  LofiNpzArray *array = g_new0 (LofiNpzArray, 1);
  g_autofree char *where = g_strdup_printf ("%s: %s", npz->path, name);
  ZipStream zip = { archive, where };
  LofiNpyStream stream = { read_entry, &zip, where, NULL };
  array->name = name;
  array->place = place;
  g_ptr_array_add (npz->arrays, array);
  /* An array that nobody asks for may hold anything. */
  lofi_npy_read_header (&stream, &array->header, &array->reason);
  return TRUE;
}

static gboolean
list_arrays (LofiNpz *npz, struct archive *archive, GCancellable *cancellable, GError **error)
{
  struct archive_entry *entry;
  for (gsize place = 0; ; place++)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      int status = archive_read_next_header (archive, &entry);
      if (status == ARCHIVE_EOF)
        return TRUE;
      if (status < ARCHIVE_WARN)
        return refuse_damaged (archive, npz->path, error);
      if (place == ENTRIES_MAX)
        return lofi_error_set (error, LOFI_ERROR_INPUT, npz->path, _("write only the arrays that are needed"),
                               _("there are more than %d files in it"), ENTRIES_MAX);
      if (!add_array (npz, archive, entry, place, error))
        return FALSE;
    }
}

LofiNpz *
lofi_npz_open (const char *path, GCancellable *cancellable, GError **error)
{
  struct stat status;
  gboolean there = stat (path, &status) == 0;
  if (!there || !S_ISREG (status.st_mode))
    {
      lofi_error_set (error, LOFI_ERROR_INPUT, path, _("give an .npz file"), "%s", there ? _("not a regular file") : g_strerror (errno));
      return NULL;
    }
  struct archive *archive = open_archive (path, error);
  if (!archive)
    return NULL;
  g_autoptr (LofiNpz) npz = g_new0 (LofiNpz, 1);
  npz->path = g_strdup (path);
  npz->bytes = (guint64) status.st_size;
  npz->arrays = g_ptr_array_new_with_free_func (array_free);
  gboolean listed = list_arrays (npz, archive, cancellable, error);
  archive_read_free (archive);
  return listed ? g_steal_pointer (&npz) : NULL;
}

const LofiNpzArray *
lofi_npz_find (const LofiNpz *npz, const char *name)
{
  for (guint i = 0; i < npz->arrays->len; i++)
    {
      const LofiNpzArray *array = g_ptr_array_index (npz->arrays, i);
      if (g_str_equal (array->name, name))
        return array;
    }
  return NULL;
}

char *
lofi_npz_list (const LofiNpz *npz)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < npz->arrays->len; i++)
    {
      const LofiNpzArray *array = g_ptr_array_index (npz->arrays, i);
      g_autofree char *shape = lofi_npy_shape_text (&array->header);
      g_string_append_printf (text, "%s%s %s", i ? ", " : "", array->name, array->reason ? "" : shape);
    }
  return g_string_free (text, FALSE);
}

/* ---- one array ---- */

/* The archive, at the array's first byte. */
static struct archive *
seek_array (const LofiNpz *npz, const LofiNpzArray *array, GError **error)
{
  struct archive_entry *entry;
  struct archive *archive = open_archive (npz->path, error);
  for (gsize place = 0; archive; place++)
    {
      int status = archive_read_next_header (archive, &entry);
      g_autofree char *name = status == ARCHIVE_OK || status == ARCHIVE_WARN ? array_name (entry) : NULL;
      if (status == ARCHIVE_EOF || status < ARCHIVE_WARN || (place == array->place && g_strcmp0 (name, array->name) != 0))
        {
          lofi_error_set (error, LOFI_ERROR_INPUT, npz->path, _("try again"), _("it changed while it was read"));
          archive_read_free (archive);
          return NULL;
        }
      if (place == array->place)
        break;
    }
  return archive;
}

static gboolean
read_contents (const LofiNpz *npz, const LofiNpzArray *array, const LofiNpyStream *stream, LofiMatrix *matrix, guint8 **bytes, GError **error)
{
  LofiNpyHeader header;
  guint8 more;
  if (!lofi_npy_read_header (stream, &header, error))
    return FALSE;
  if (header.count != array->header.count || header.bytes != array->header.bytes || header.type != array->header.type
      || memcmp (header.shape, array->header.shape, sizeof header.shape) != 0)
    return lofi_error_set (error, LOFI_ERROR_INPUT, npz->path, _("try again"), _("it changed while it was read"));
  if (bytes)
    {
      *bytes = g_try_malloc (header.count);
      if (!*bytes)
        return lofi_error_from_status (error, LOFI_NO_MEMORY, stream->place);
    }
  else if (!lofi_error_from_status (error, lofi_matrix_alloc (matrix, header.shape[0], header.count / header.shape[0]), stream->place))
    return FALSE;
  if (bytes ? !lofi_npy_read_bytes (stream, &header, *bytes, error) : !lofi_npy_read_numbers (stream, &header, matrix, error))
    return FALSE;
  /* The end is where the checksum is compared. */
  gssize got = stream->read (stream->data, &more, 1, error);
  if (got > 0)
    lofi_error_set (error, LOFI_ERROR_INPUT, stream->place, _("write it again with numpy.savez"), _("there is more in it than its header says"));
  return got == 0;
}

gboolean
lofi_npz_read (const LofiNpz *npz, const LofiNpzArray *array, LofiMatrix *matrix, guint8 **bytes, GCancellable *cancellable, GError **error)
{
  gsize total;
  g_autofree char *shape = lofi_npy_shape_text (&array->header), *where = g_strdup_printf ("%s: %s", npz->path, array->name);
  if (!g_size_checked_mul (&total, array->header.count, array->header.bytes) || total / UNPACK_RATIO_MAX > npz->bytes)
    return lofi_error_set (error, LOFI_ERROR_INPUT, where, _("get the whole file"),
                           _("its header says %s, %zu numbers of %u bytes, which a file of %zu bytes cannot hold"), shape, array->header.count,
                           array->header.bytes, (gsize) npz->bytes);
  struct archive *archive = seek_array (npz, array, error);
  if (!archive)
    return FALSE;
  LofiMatrix read = { 0 };
  guint8 *read_bytes = NULL;
  ZipStream zip = { archive, where };
  LofiNpyStream stream = { read_entry, &zip, where, cancellable };
  gboolean good = read_contents (npz, array, &stream, &read, bytes ? &read_bytes : NULL, error);
  archive_read_free (archive);
  if (!good)
    {
      lofi_matrix_clear (&read);
      g_free (read_bytes);
      return FALSE;
    }
  if (bytes)
    *bytes = read_bytes;
  else
    *matrix = read;
  return TRUE;
}
