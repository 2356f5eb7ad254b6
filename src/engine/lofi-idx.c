#include "config.h"
#include "lofi-idx.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>
#include "lofi-error.h"

#define INPUT_BYTES 65536
#define FIRST_BYTES ((gsize) 1 << 20)
#define UNPACK_RATIO_MAX 1040        /* deflate cannot do better than 1032 to 1 */
#define UNSIGNED_BYTES 0x08
#define DIMENSIONS_MAX 4

/* A file read from front to back, unpacked on the way if it is gzipped. */
typedef struct {
  const char *path;
  GInputStream *stream;
  GConverter *unpack;                /* NULL for a plain file */
  guint64 file_bytes;
  guint8 input[INPUT_BYTES];
  gsize start, end;                  /* what of input is still to be used */
  gboolean at_end, unpacked;         /* of the file; of the gzip stream in it */
  GCancellable *cancellable;
} IdxFile;

static gboolean refuse (const IdxFile *file, GError **error, const char *todo, const char *what, ...) G_GNUC_PRINTF (4, 5);

static gboolean
refuse (const IdxFile *file, GError **error, const char *todo, const char *what, ...)
{
  va_list args;
  va_start (args, what);
  g_autofree char *message = g_strdup_vprintf (what, args);
  va_end (args);
  return lofi_error_set (error, LOFI_ERROR_INPUT, file->path, todo, "%s", message);
}

/* Keeps a stop as it is; anything else becomes an error about this file. */
static gboolean
refuse_because (const IdxFile *file, GError **error, GError *reason, const char *todo, const char *what)
{
  if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, reason);
      return FALSE;
    }
  refuse (file, error, todo, "%s", what ? what : reason->message);
  g_error_free (reason);
  return FALSE;
}

static gboolean
fill (IdxFile *file, GError **error)
{
  GError *reason = NULL;
  memmove (file->input, file->input + file->start, file->end - file->start);
  file->end -= file->start;
  file->start = 0;
  if (file->at_end || file->end == INPUT_BYTES)
    return TRUE;
  gssize got = g_input_stream_read (file->stream, file->input + file->end, INPUT_BYTES - file->end, file->cancellable, &reason);
  if (got < 0)
    return refuse_because (file, error, reason, NULL, NULL);
  file->at_end = got == 0;
  file->end += (gsize) got;
  return TRUE;
}

static gboolean
unpack_some (IdxFile *file, guint8 *out, gsize length, gsize *got, GError **error)
{
  GError *reason = NULL;
  gsize used = 0;
  *got = 0;
  if (file->unpacked)
    return TRUE;
  GConverterResult result = g_converter_convert (file->unpack, file->input + file->start, file->end - file->start, out, length,
                                                 file->at_end ? G_CONVERTER_INPUT_AT_END : G_CONVERTER_NO_FLAGS, &used, got, &reason);
  file->start += used;
  file->unpacked = result == G_CONVERTER_FINISHED;
  if (result != G_CONVERTER_ERROR)
    return TRUE;
  if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT) && !file->at_end)
    {
      g_clear_error (&reason);
      return TRUE;                   /* it wants more of the file */
    }
  if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT))
    return refuse_because (file, error, reason, _("get the whole file"), _("the gzip stream ends early"));
  return refuse_because (file, error, reason, _("get the file again"), _("the gzip stream is damaged"));
}

/* Up to length bytes; fewer only at the end. */
static gboolean
read_up_to (IdxFile *file, guint8 *out, gsize length, gsize *total, GError **error)
{
  *total = 0;
  while (*total < length)
    {
      gsize got;
      if (!fill (file, error))
        return FALSE;
      if (file->unpack)
        {
          if (!unpack_some (file, out + *total, length - *total, &got, error))
            return FALSE;
          if (file->unpacked && got == 0)
            return TRUE;
        }
      else
        {
          got = MIN (length - *total, file->end - file->start);
          if (got == 0)
            return TRUE;
          memcpy (out + *total, file->input + file->start, got);
          file->start += got;
        }
      *total += got;
    }
  return TRUE;
}

static char *
shape_text (const gsize *shape, guint n_dimensions)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < n_dimensions; i++)
    g_string_append_printf (text, "%s%zu", i ? " x " : "", shape[i]);
  return g_string_free (text, FALSE);
}

static gboolean
read_header (IdxFile *file, gsize shape[4], guint *n_dimensions, gsize *count, GError **error)
{
  guint8 start[4], sizes[4 * DIMENSIONS_MAX];
  gsize got;
  if (!read_up_to (file, start, 4, &got, error))
    return FALSE;
  if (got < 4)
    return refuse (file, error, _("get the whole file"), _("%zu bytes are too few for an IDX file"), got);
  if (start[0] || start[1] || start[2] != UNSIGNED_BYTES || start[3] < 1 || start[3] > DIMENSIONS_MAX)
    return refuse (file, error, _("give an IDX file of unsigned bytes"),
                   _("the magic number is %02x%02x%02x%02x, not 00000801 to 00000804"), start[0], start[1], start[2], start[3]);
  *n_dimensions = start[3];
  if (!read_up_to (file, sizes, 4 * *n_dimensions, &got, error))
    return FALSE;
  if (got < 4 * *n_dimensions)
    return refuse (file, error, _("get the whole file"), _("the header ends after %zu of %u bytes"), 4 + got, 4 + 4 * *n_dimensions);
  *count = 1;
  gboolean fits = TRUE;
  for (guint i = 0; i < DIMENSIONS_MAX; i++)
    {
      const guint8 *b = sizes + 4 * i;
      shape[i] = i < *n_dimensions ? (gsize) b[0] << 24 | (gsize) b[1] << 16 | (gsize) b[2] << 8 | b[3] : 1;
      fits = fits && g_size_checked_mul (count, *count, shape[i]);
    }
  g_autofree char *text = shape_text (shape, *n_dimensions);
  if (fits && *count == 0)
    return refuse (file, error, _("give a file with data"), _("the header says %s: there is nothing in it"), text);
  guint64 most = file->unpack ? file->file_bytes * UNPACK_RATIO_MAX : file->file_bytes;
  if (!fits || *count > most)
    return refuse (file, error, _("get the whole file"),
                   _("the header says %s bytes, but the file of %zu bytes cannot hold them"), text, (gsize) file->file_bytes);
  return TRUE;
}

/* Grows with what is really there, so that a header alone costs no memory. */
static guint8 *
read_data (IdxFile *file, gsize count, const char *shape, GError **error)
{
  g_autofree guint8 *data = NULL;
  gsize room = 0, have = 0;
  while (have < count)
    {
      gsize got;
      room = room ? MIN (count, 2 * room) : MIN (count, FIRST_BYTES);
      guint8 *larger = g_try_realloc (data, room);
      if (!larger)
        {
          lofi_error_from_status (error, LOFI_NO_MEMORY, file->path);
          return NULL;
        }
      data = larger;
      if (!read_up_to (file, data + have, room - have, &got, error))
        return NULL;
      have += got;
      if (have < room)
        {
          refuse (file, error, _("get the whole file"), _("the header says %s, %zu bytes, but only %zu follow it"), shape, count, have);
          return NULL;
        }
    }
  return g_steal_pointer (&data);
}

/* Nothing may follow, in the unpacked stream or behind it. */
static gboolean
check_end (IdxFile *file, gsize count, const char *shape, GError **error)
{
  guint8 more;
  gsize got;
  if (!read_up_to (file, &more, 1, &got, error) || !fill (file, error))
    return FALSE;
  if (got > 0 || file->end > file->start)
    return refuse (file, error, _("get the file again"), _("the header says %s, %zu bytes, but more follow them"), shape, count);
  return TRUE;
}

static gboolean
open_file (IdxFile *file, GError **error)
{
  struct stat status;
  GError *reason = NULL;
  if (stat (file->path, &status) != 0)
    return refuse (file, error, _("check the path"), "%s", g_strerror (errno));
  if (!S_ISREG (status.st_mode))
    return refuse (file, error, _("give an IDX file"), _("not a regular file"));
  file->file_bytes = (guint64) status.st_size;
  g_autoptr (GFile) place = g_file_new_for_path (file->path);
  file->stream = G_INPUT_STREAM (g_file_read (place, file->cancellable, &reason));
  if (!file->stream)
    return refuse_because (file, error, reason, _("check the path"), NULL);
  if (!fill (file, error))
    return FALSE;
  if (file->end >= 2 && file->input[0] == 0x1f && file->input[1] == 0x8b)
    file->unpack = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
  return TRUE;
}

guint8 *
lofi_idx_read (const char *path, gsize shape[4], guint *n_dimensions, GCancellable *cancellable, GError **error)
{
  g_autofree IdxFile *file = g_new0 (IdxFile, 1);
  g_autofree guint8 *data = NULL;
  gsize count = 0;
  file->path = path;
  file->cancellable = cancellable;
  if (open_file (file, error) && read_header (file, shape, n_dimensions, &count, error))
    {
      g_autofree char *text = shape_text (shape, *n_dimensions);
      data = read_data (file, count, text, error);
      if (data && !check_end (file, count, text, error))
        g_clear_pointer (&data, g_free);
    }
  g_clear_object (&file->stream);
  g_clear_object (&file->unpack);
  return g_steal_pointer (&data);
}
