/* Files of the formats that are read, written byte by byte: zip archives, CIFAR-10 batches, pictures. */
#pragma once

#include <gdk-pixbuf/gdk-pixbuf.h>
#include "lofi-images.h"

/* ---- data sets ---- */

static inline LofiDataset *
load_source (const LofiExperiment *e)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *key = lofi_dataset_key (e, &error);
  LofiDataset *dataset = key ? lofi_dataset_load (e, NULL, &error) : NULL;
  ck_assert_msg (dataset != NULL, "%s: %s", e->data.source, error ? error->message : "");
  ck_assert_str_eq (key, dataset->key);
  return dataset;
}

static inline LofiDataset *
load_path (const char *path)
{
  g_autoptr (LofiExperiment) e = source_experiment (path);
  return load_source (e);
}

/* Refused by load, with these words in the error. */
static inline void
expect_load_refused (const LofiExperiment *e, const char *first, const char *second)
{
  GError *error = NULL;
  LofiDataset *dataset = lofi_dataset_load (e, NULL, &error);
  ck_assert_msg (dataset == NULL, "accepted; expected: %s %s", first, second);
  EXPECT_INPUT_ERROR (error, first, second);
}

static inline void
expect_path_refused (const char *path, const char *first, const char *second)
{
  g_autoptr (LofiExperiment) e = source_experiment (path);
  expect_load_refused (e, first, second);
}

/* Reading whatever these bytes are must end in a data set or in one line. */
static inline gboolean
expect_survived (const char *path, const void *data, gsize length)
{
  GError *error = NULL;
  g_autoptr (LofiExperiment) e = source_experiment (path);
  write_bytes (path, data, length);
  g_autoptr (LofiDataset) dataset = lofi_dataset_load (e, NULL, &error);
  if (!dataset)
    expect_error (error, 2, (const char *const[]) { NULL });
  return dataset != NULL;
}

/* ---- .npy and .npz ---- */

/* (transfer full) */
static inline GByteArray *
npy_bytes (const char *type, const char *shape, const void *data, gsize length)
{
  GByteArray *file = g_byte_array_new ();
  g_autofree char *header = g_strdup_printf ("{'descr': '%s', 'fortran_order': False, 'shape': %s, }\n", type, shape);
  const guint8 start[] = { 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (guint8) (strlen (header) & 0xff), (guint8) (strlen (header) >> 8) };
  g_byte_array_append (file, start, sizeof start);
  g_byte_array_append (file, (const guint8 *) header, (guint) strlen (header));
  if (length)
    g_byte_array_append (file, data, (guint) length);
  return file;
}

typedef struct {
  GByteArray *file, *directory;
  guint count;
} Zip;

static inline Zip
zip_new (void)
{
  return (Zip) { g_byte_array_new (), g_byte_array_new (), 0 };
}

static inline void
add_number (GByteArray *to, guint64 number, guint bytes)
{
  for (guint i = 0; i < bytes; i++)
    {
      guint8 byte = (guint8) (number >> (8 * i));
      g_byte_array_append (to, &byte, 1);
    }
}

static inline guint32
crc_of (const guint8 *data, gsize length)
{
  guint32 crc = 0xffffffff;
  for (gsize i = 0; i < length; i++)
    {
      crc ^= data[i];
      for (guint bit = 0; bit < 8; bit++)
        crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
  return ~crc;
}

static inline GByteArray *
deflate_bytes (const guint8 *data, gsize length)
{
  g_autoptr (GConverter) pack = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_RAW, 9));
  g_autoptr (GInputStream) plain = g_memory_input_stream_new_from_data (data, (gssize) length, NULL);
  g_autoptr (GInputStream) packed = g_converter_input_stream_new (plain, pack);
  g_autoptr (GOutputStream) out = g_memory_output_stream_new_resizable ();
  ck_assert (g_output_stream_splice (out, packed, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL, NULL) >= 0);
  g_autoptr (GBytes) bytes = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (out));
  GByteArray *array = g_byte_array_new ();
  g_byte_array_append (array, g_bytes_get_data (bytes, NULL), (guint) g_bytes_get_size (bytes));
  return array;
}

/* Adds data (transfer full) under a name, stored or deflated; its checksum wrong by `damage`. */
static inline void
zip_add_damaged (Zip *zip, const char *name, gboolean packed, GByteArray *data, guint32 damage)
{
  g_autoptr (GByteArray) body = packed ? deflate_bytes (data->data, data->len) : g_byte_array_ref (data);
  guint offset = zip->file->len;
  GByteArray *const both[] = { zip->file, zip->directory };
  for (guint i = 0; i < 2; i++)
    {
      add_number (both[i], i ? 0x02014b50 : 0x04034b50, 4);
      if (i)
        add_number (both[i], 0x031e, 2);
      add_number (both[i], 20, 2);
      add_number (both[i], 0, 2);
      add_number (both[i], packed ? 8 : 0, 2);
      add_number (both[i], 0x21 << 16, 4);
      add_number (both[i], crc_of (data->data, data->len) ^ damage, 4);
      add_number (both[i], body->len, 4);
      add_number (both[i], data->len, 4);
      add_number (both[i], strlen (name), 2);
      add_number (both[i], 0, 2);
      if (i)
        {
          add_number (both[i], 0, 6);
          add_number (both[i], (guint64) 0100644 << 16, 4);
          add_number (both[i], offset, 4);
        }
      g_byte_array_append (both[i], (const guint8 *) name, (guint) strlen (name));
    }
  g_byte_array_append (zip->file, body->data, body->len);
  g_byte_array_unref (data);
  zip->count++;
}

static inline void
zip_add (Zip *zip, const char *name, gboolean packed, GByteArray *data)
{
  zip_add_damaged (zip, name, packed, data, 0);
}

/* The archive's bytes. (transfer full) */
static inline GByteArray *
zip_end (Zip *zip)
{
  guint offset = zip->file->len, length = zip->directory->len;
  g_byte_array_append (zip->file, zip->directory->data, length);
  add_number (zip->file, 0x06054b50, 4);
  add_number (zip->file, 0, 4);
  add_number (zip->file, zip->count, 2);
  add_number (zip->file, zip->count, 2);
  add_number (zip->file, length, 4);
  add_number (zip->file, offset, 4);
  add_number (zip->file, 0, 2);
  g_byte_array_unref (zip->directory);
  return zip->file;
}

static inline void
zip_write (Zip *zip, const char *path)
{
  g_autoptr (GByteArray) bytes = zip_end (zip);
  write_bytes (path, bytes->data, bytes->len);
}

/* ---- CIFAR-10 ---- */

#define CIFAR_RECORD 3073

/* n records: labels first, first + 1, ... modulo 10, pixels image_pixel (first + i, j). (transfer full) */
static inline GByteArray *
cifar_bytes (guint first, guint n)
{
  GByteArray *file = g_byte_array_sized_new (n * CIFAR_RECORD);
  for (guint i = 0; i < n; i++)
    {
      guint8 record[CIFAR_RECORD] = { (guint8) ((first + i) % 10) };
      for (gsize j = 0; j < 3072; j++)
        record[1 + j] = image_pixel (first + i, j);
      g_byte_array_append (file, record, sizeof record);
    }
  return file;
}

static inline void
write_cifar (const char *folder, const char *name, guint first, guint n)
{
  g_autoptr (GByteArray) bytes = cifar_bytes (first, n);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  write_bytes (path, bytes->data, bytes->len);
}

/* ---- pictures ---- */

/* red, green, blue by place; (transfer full) */
static inline GdkPixbuf *
picture_new (int width, int height, gboolean alpha, void (*color) (int x, int y, guint8 *rgba))
{
  GdkPixbuf *picture = gdk_pixbuf_new (GDK_COLORSPACE_RGB, alpha, 8, width, height);
  guint8 *pixels = gdk_pixbuf_get_pixels (picture);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        guint8 rgba[4] = { 0, 0, 0, 255 };
        color (x, y, rgba);
        memcpy (pixels + y * gdk_pixbuf_get_rowstride (picture) + x * (alpha ? 4 : 3), rgba, alpha ? 4 : 3);
      }
  return picture;
}

static inline void
write_picture (const char *folder, const char *name, const char *type, int width, int height, gboolean alpha,
               void (*color) (int x, int y, guint8 *rgba))
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkPixbuf) picture = picture_new (width, height, alpha, color);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  ck_assert_msg (gdk_pixbuf_save (picture, path, type, &error, NULL), "%s", error ? error->message : "");
}
