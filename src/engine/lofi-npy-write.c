#include "config.h"
#include "lofi-npy.h"

#include <string.h>
#include "lofi-error.h"
#include "lofi-results-file.h"

/* The header of version 1, padded so that the numbers begin at a multiple of 64 bytes. */
static GString *
header_new (const char *type, const gsize *shape, guint n_dimensions)
{
  g_autoptr (GString) dictionary = g_string_new (NULL);
  g_string_printf (dictionary, "{'descr': '%s', 'fortran_order': False, 'shape': (", type);
  for (guint i = 0; i < n_dimensions; i++)
    g_string_append_printf (dictionary, "%s%zu%s", i ? ", " : "", shape[i], n_dimensions == 1 ? "," : "");
  g_string_append (dictionary, "), }");
  while ((10 + dictionary->len + 1) % 64 != 0)
    g_string_append_c (dictionary, ' ');
  g_string_append_c (dictionary, '\n');
  GString *header = g_string_new_len ("\x93NUMPY\x01\x00", 8);
  g_string_append_c (header, (char) (dictionary->len & 0xff));
  g_string_append_c (header, (char) (dictionary->len >> 8));
  g_string_append_len (header, dictionary->str, (gssize) dictionary->len);
  return header;
}

static gboolean
write_words (const char *path, const char *type, const void *data, const gsize *shape, guint n_dimensions, GError **error)
{
  gsize count = 1, bytes, total;
  g_autoptr (GString) header = header_new (type, shape, n_dimensions);
  gboolean fits = TRUE;
  for (guint i = 0; i < n_dimensions; i++)
    fits = fits && g_size_checked_mul (&count, count, shape[i]);
  fits = fits && g_size_checked_mul (&bytes, count, 8) && g_size_checked_add (&total, bytes, header->len) && total <= G_MAXSSIZE;
  g_autofree guint8 *whole = fits ? g_try_malloc (total) : NULL;
  if (!whole)
    return lofi_error_from_status (error, LOFI_NO_MEMORY, path);
  memcpy (whole, header->str, header->len);
  if (bytes > 0)
    memcpy (whole + header->len, data, bytes);
  if (G_BYTE_ORDER == G_BIG_ENDIAN)
    for (gsize i = 0; i < count; i++)
      {
        guint64 word;
        memcpy (&word, whole + header->len + 8 * i, 8);
        word = GUINT64_TO_LE (word);
        memcpy (whole + header->len + 8 * i, &word, 8);
      }
  return lofi_file_write (path, whole, total, error);
}

gboolean
lofi_npy_write_doubles (const char *path, const double *data, const gsize *shape, guint n_dimensions, GError **error)
{
  return write_words (path, "<f8", data, shape, n_dimensions, error);
}

gboolean
lofi_npy_write_int64 (const char *path, const gint64 *data, const gsize *shape, guint n_dimensions, GError **error)
{
  return write_words (path, "<i8", data, shape, n_dimensions, error);
}
