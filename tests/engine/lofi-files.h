/* Files for the tests of readers, written byte by byte, and what an error must look like. */
#pragma once

#include <string.h>
#include "lofi-error.h"
#include "lofi-fixture.h"

/* Not synced to the disk, unlike g_file_set_contents: some tests write thousands. */
static inline void
write_bytes (const char *path, const void *data, gsize length)
{
  FILE *file = g_fopen (path, "wb");
  ck_assert_msg (file != NULL, "%s", path);
  ck_assert_uint_eq (fwrite (data, 1, length, file), length);
  ck_assert_int_eq (fclose (file), 0);
}

/* (transfer full) */
static inline GByteArray *
gzip_bytes (const void *data, gsize length)
{
  g_autoptr (GConverter) pack = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9));
  g_autoptr (GInputStream) plain = g_memory_input_stream_new_from_data (data, (gssize) length, NULL);
  g_autoptr (GInputStream) packed = g_converter_input_stream_new (plain, pack);
  g_autoptr (GOutputStream) out = g_memory_output_stream_new_resizable ();
  ck_assert (g_output_stream_splice (out, packed, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL, NULL) >= 0);
  g_autoptr (GBytes) bytes = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (out));
  GByteArray *array = g_byte_array_new ();
  g_byte_array_append (array, g_bytes_get_data (bytes, NULL), (guint) g_bytes_get_size (bytes));
  return array;
}

/* One line, valid, of the engine's domain, exit code 2 (or code), with every one of the words in it; frees the error. */
static inline void
expect_error (GError *error, int exit_code, const char *const *words)
{
  ck_assert_ptr_nonnull (error);
  ck_assert_msg (error->domain == LOFI_ERROR, "%s", error->message);
  ck_assert_msg (lofi_error_exit_code (error) == exit_code, "%s: %d", error->message, lofi_error_exit_code (error));
  ck_assert_msg (!strchr (error->message, '\n') && g_utf8_validate (error->message, -1, NULL), "%s", error->message);
  for (; *words; words++)
    ck_assert_msg (strstr (error->message, *words) != NULL, "“%s” is not in: %s", *words, error->message);
  g_error_free (error);
}
#define EXPECT_INPUT_ERROR(error, ...) expect_error (g_steal_pointer (&(error)), 2, (const char *const[]) { __VA_ARGS__, NULL })
