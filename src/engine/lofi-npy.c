#include "config.h"
#include "lofi-digits.h"
#include "lofi-npy-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>
#include "lofi-error.h"

#define HEADER_BYTES_MAX 65536
#define READ_BYTES (1 << 16)

static gboolean
refuse (GError **error, const char *path, const char *todo, const char *what, ...) G_GNUC_PRINTF (4, 5);

static gboolean
refuse (GError **error, const char *path, const char *todo, const char *what, ...)
{
  va_list args;
  va_start (args, what);
  g_autofree char *message = g_strdup_vprintf (what, args);
  va_end (args);
  return lofi_error_set (error, LOFI_ERROR_INPUT, path, todo, "%s", message);
}

/* ---- the header: a Python dictionary of three entries, in any order ---- */

typedef struct { const char *at; } Cursor;

static void
skip_blanks (Cursor *cursor)
{
  while (g_ascii_isspace (*cursor->at))
    cursor->at++;
}

static gboolean
accept (Cursor *cursor, char c)
{
  skip_blanks (cursor);
  if (*cursor->at != c)
    return FALSE;
  cursor->at++;
  return TRUE;
}

/* A quoted word of at most size - 1 bytes, without escapes. */
static gboolean
read_word (Cursor *cursor, char *word, gsize size)
{
  skip_blanks (cursor);
  char quote = *cursor->at;
  if (quote != '\'' && quote != '"')
    return FALSE;
  const char *end = strchr (cursor->at + 1, quote);
  if (!end || (gsize) (end - cursor->at - 1) >= size)
    return FALSE;
  g_strlcpy (word, cursor->at + 1, (gsize) (end - cursor->at));
  cursor->at = end + 1;
  return TRUE;
}

static gboolean
read_shape (Cursor *cursor, LofiNpyHeader *header, GError **error, const char *path)
{
  if (!accept (cursor, '('))
    return FALSE;
  for (header->n_dimensions = 0; !accept (cursor, ')'); header->n_dimensions++)
    {
      char *end;
      skip_blanks (cursor);
      if (!g_ascii_isdigit (*cursor->at))
        return FALSE;
      if (header->n_dimensions == LOFI_NPY_DIMENSIONS_MAX)
        return refuse (error, path, _("save an array of inputs n x d, or n x C x H x W"), _("the array has more than %d dimensions"),
                       LOFI_NPY_DIMENSIONS_MAX);
      errno = 0;
      guint64 size = g_ascii_strtoull (cursor->at, &end, 10);
      if (errno || size > G_MAXSSIZE)
        return FALSE;
      header->shape[header->n_dimensions] = (gsize) size;
      cursor->at = end + (*end == 'L');       /* Python 2 wrote 3L */
      if (!accept (cursor, ','))
        {
          header->n_dimensions++;
          return accept (cursor, ')');
        }
    }
  return TRUE;
}

static gboolean
read_type (LofiNpyHeader *header, const char *word, GError **error, const char *path)
{
  const char *digits = word + 1 + (word[0] && strchr ("<>|=", word[0]) ? 1 : 0);
  char order = strchr ("<>|=", word[0]) ? word[0] : '=';
  header->type = word[0] ? digits[-1] : '\0';
  guint64 bytes = 0;
  gboolean known = header->type && strchr ("fiub", header->type) && lofi_digits_to_number (digits, 1, 8, &bytes);
  if (known && header->type == 'f')
    known = bytes == 4 || bytes == 8;
  else if (known)
    known = header->type == 'b' ? bytes == 1 : bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
  if (!known)
    return refuse (error, path, _("save it as float32, float64 or integers"), _("numbers of the type “%s” cannot be read"), word);
  header->bytes = (guint) bytes;
  header->swapped = bytes > 1 && order == (G_BYTE_ORDER == G_LITTLE_ENDIAN ? '>' : '<');
  return TRUE;
}

static gboolean
read_entry (Cursor *cursor, LofiNpyHeader *header, guint *seen, GError **error, const char *path)
{
  char key[32], value[64];
  if (!read_word (cursor, key, sizeof key) || !accept (cursor, ':'))
    return FALSE;
  skip_blanks (cursor);
  if (g_str_equal (key, "descr"))
    {
      *seen |= 1;
      if (*cursor->at == '[')
        return refuse (error, path, _("save one plain array"), _("a table of named columns cannot be read"));
      return read_word (cursor, value, sizeof value) && read_type (header, value, error, path);
    }
  if (g_str_equal (key, "fortran_order"))
    {
      *seen |= 2;
      header->fortran = g_str_has_prefix (cursor->at, "True");
      if (!header->fortran && !g_str_has_prefix (cursor->at, "False"))
        return FALSE;
      cursor->at += header->fortran ? 4 : 5;
      return TRUE;
    }
  *seen |= 4;
  return g_str_equal (key, "shape") && read_shape (cursor, header, error, path);
}

static gboolean
parse_header (const char *text, LofiNpyHeader *header, const char *path, GError **error)
{
  Cursor cursor = { text };
  guint seen = 0;
  g_autoptr (GError) reason = NULL;
  gboolean good = accept (&cursor, '{');
  while (good && !accept (&cursor, '}'))
    {
      good = read_entry (&cursor, header, &seen, &reason, path);
      if (good && !accept (&cursor, ','))
        {
          good = accept (&cursor, '}');
          break;
        }
    }
  if (reason)
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return FALSE;
    }
  skip_blanks (&cursor);
  if (!good || *cursor.at || seen != 7)
    return refuse (error, path, _("save it again with numpy.save"), _("the .npy header is damaged"));
  return TRUE;
}

/* ---- the stream ---- */

static gboolean
read_exactly (const LofiNpyStream *stream, void *buffer, gsize length, GError **error)
{
  guint8 *at = buffer;
  while (length > 0)
    {
      gssize got = stream->read (stream->data, at, length, error);
      if (got < 0)
        return FALSE;
      if (got == 0)
        return refuse (error, stream->place, _("get the whole file"), _("the file ends early: %zu bytes are missing"), length);
      at += got;
      length -= (gsize) got;
    }
  return TRUE;
}

char *
lofi_npy_shape_text (const LofiNpyHeader *header)
{
  GString *text = g_string_new ("(");
  for (guint i = 0; i < header->n_dimensions; i++)
    g_string_append_printf (text, "%s%zu", i ? ", " : "", header->shape[i]);
  return g_string_free (g_string_append_c (text, ')'), FALSE);
}

static gboolean
check_shape (LofiNpyHeader *header, const char *place, GError **error)
{
  g_autofree char *shape = lofi_npy_shape_text (header);
  if (header->n_dimensions == 0)
    return refuse (error, place, _("save an array"), _("a single number, not an array"));
  header->count = 1;
  for (guint i = 0; i < header->n_dimensions; i++)
    {
      if (header->shape[i] == 0)
        return refuse (error, place, NULL, _("the array is empty: its shape is %s"), shape);
      if (!g_size_checked_mul (&header->count, header->count, header->shape[i]))
        return refuse (error, place, _("save it again with numpy.save"), _("the shape %s is impossible"), shape);
    }
  if (header->fortran && header->n_dimensions > 2)
    return refuse (error, place, _("save numpy.ascontiguousarray of it"), _("an array of shape %s in Fortran order cannot be read"), shape);
  for (guint i = header->n_dimensions; i < LOFI_NPY_DIMENSIONS_MAX; i++)
    header->shape[i] = 1;
  return TRUE;
}

gboolean
lofi_npy_read_header (const LofiNpyStream *stream, LofiNpyHeader *header, GError **error)
{
  guint8 start[12];
  *header = (LofiNpyHeader) { 0 };
  if (!read_exactly (stream, start, 8, error))
    return FALSE;
  if (memcmp (start, "\x93NUMPY", 6) != 0)
    return refuse (error, stream->place, _("give a file written by numpy.save"), "%s",
                   _("not an .npy file: it does not begin with 93 4e 55 4d 50 59"));
  if (start[6] < 1 || start[6] > 3)
    return refuse (error, stream->place, _("save it again with numpy.save"), _("version %u of the .npy format is not known"), start[6]);
  guint width = start[6] == 1 ? 2 : 4;
  if (!read_exactly (stream, start + 8, width, error))
    return FALSE;
  gsize length = start[8] | (gsize) start[9] << 8;
  if (width == 4)
    length |= (gsize) start[10] << 16 | (gsize) start[11] << 24;
  if (length > HEADER_BYTES_MAX)
    return refuse (error, stream->place, _("save it again with numpy.save"), _("an .npy header of %zu bytes is too long"), length);
  g_autofree char *text = g_malloc0 (length + 1);
  header->header_bytes = 8 + width + length;
  return read_exactly (stream, text, length, error) && parse_header (text, header, stream->place, error)
         && check_shape (header, stream->place, error);
}

static guint64
take_word (const guint8 *bytes, guint width, gboolean swapped)
{
  guint64 word = 0;
  /* Least significant byte first, whatever this machine's order. */
  gboolean big = swapped ? G_BYTE_ORDER == G_LITTLE_ENDIAN : G_BYTE_ORDER == G_BIG_ENDIAN;
  for (guint i = 0; i < width; i++)
    word |= (guint64) bytes[big ? width - 1 - i : i] << (8 * i);
  return word;
}

static double
take_number (const LofiNpyHeader *header, const guint8 *bytes)
{
  guint64 word = take_word (bytes, header->bytes, header->swapped);
  union { guint64 word; double number; } eight = { word };
  union { guint32 word; float number; } four = { (guint32) word };
  if (header->type == 'f')
    return header->bytes == 8 ? eight.number : four.number;
  if (header->type != 'i')
    return (double) word;
  switch (header->bytes)
    {
    case 1: return (gint8) word;
    case 2: return (gint16) word;
    case 4: return (gint32) word;
    default: return (double) (gint64) word;
    }
}

gboolean
lofi_npy_read_numbers (const LofiNpyStream *stream, const LofiNpyHeader *header, LofiMatrix *matrix, GError **error)
{
  g_autofree guint8 *buffer = g_malloc (READ_BYTES);
  gsize step = READ_BYTES / header->bytes, rows = matrix->rows, cols = matrix->cols;
  for (gsize first = 0; first < header->count; first += step)
    {
      gsize n = MIN (step, header->count - first);
      if (g_cancellable_set_error_if_cancelled (stream->cancellable, error) || !read_exactly (stream, buffer, n * header->bytes, error))
        return FALSE;
      for (gsize i = 0; i < n; i++)
        {
          gsize at = first + i;
          if (header->fortran && header->n_dimensions == 2)
            at = at % rows * cols + at / rows;
          matrix->data[at] = take_number (header, buffer + i * header->bytes);
        }
    }
  return TRUE;
}

gboolean
lofi_npy_read_bytes (const LofiNpyStream *stream, const LofiNpyHeader *header, guint8 *bytes, GError **error)
{
  if (header->fortran && header->n_dimensions > 1)
    {
      g_autofree char *shape = lofi_npy_shape_text (header);
      return refuse (error, stream->place, _("save numpy.ascontiguousarray of it"), _("an array of shape %s in Fortran order cannot be read"),
                     shape);
    }
  for (gsize first = 0; first < header->count; first += READ_BYTES)
    if (g_cancellable_set_error_if_cancelled (stream->cancellable, error)
        || !read_exactly (stream, bytes + first, MIN (READ_BYTES, header->count - first), error))
      return FALSE;
  return TRUE;
}

/* ---- the file ---- */

typedef struct { GInputStream *stream; const char *path; } NpyFile;

static gssize
read_file (gpointer data, void *buffer, gsize length, GError **error)
{
  const NpyFile *file = data;
  g_autoptr (GError) reason = NULL;
  gssize got = g_input_stream_read (file->stream, buffer, length, NULL, &reason);
  if (got < 0)
    refuse (error, file->path, NULL, "%s", reason->message);
  return got;
}

/* The shape against the bytes there are, before anything of that size is asked for. */
static gboolean
check_bytes (const LofiNpyHeader *header, guint64 bytes, const char *path, GError **error)
{
  g_autofree char *shape = lofi_npy_shape_text (header);
  gsize total;
  if (!g_size_checked_mul (&total, header->count, header->bytes) || total != bytes)
    return refuse (error, path, _("get the whole file"), _("the header says %s, %zu numbers of %u bytes, but %zu bytes follow it"), shape,
                   header->count, header->bytes, (gsize) bytes);
  return TRUE;
}

gboolean
lofi_npy_read (const char *path, LofiMatrix *matrix, gsize shape[LOFI_NPY_DIMENSIONS_MAX], guint *n_dimensions, GError **error)
{
  LofiNpyHeader header;
  LofiMatrix read = { 0 };
  struct stat status;
  if (stat (path, &status) != 0)
    return refuse (error, path, _("check the path"), "%s", g_strerror (errno));
  if (!S_ISREG (status.st_mode))
    return refuse (error, path, _("give an .npy file"), _("not a regular file"));
  g_autoptr (GError) reason = NULL;
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) plain = g_file_read (file, NULL, &reason);
  if (!plain)
    return refuse (error, path, NULL, "%s", reason->message);
  NpyFile open = { G_INPUT_STREAM (plain), path };
  LofiNpyStream stream = { read_file, &open, path, NULL };
  if (!lofi_npy_read_header (&stream, &header, error)
      || !check_bytes (&header, (guint64) status.st_size - MIN (header.header_bytes, (guint64) status.st_size), path, error)
      || !lofi_error_from_status (error, lofi_matrix_alloc (&read, header.shape[0], header.count / header.shape[0]), path))
    return FALSE;
  if (!lofi_npy_read_numbers (&stream, &header, &read, error))
    {
      lofi_matrix_clear (&read);
      return FALSE;
    }
  *matrix = read;
  memcpy (shape, header.shape, sizeof header.shape);
  *n_dimensions = header.n_dimensions;
  return TRUE;
}
