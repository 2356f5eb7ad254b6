/* Small data sets in IDX files. */
#pragma once

#include "lofi-dataset.h"
#include "lofi-files.h"

/* A pixel of the images written below. */
static inline guint8
image_pixel (gsize image, gsize at)
{
  return (guint8) (37 * image + 11 * at + image * at % 7);
}

static inline void
write_idx (const char *folder, const char *name, gboolean packed, guint n_sizes, const guint32 *sizes, const guint8 *data, gsize count)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autofree char *full = g_strconcat (name, packed ? ".gz" : "", NULL), *path = g_build_filename (folder, full, NULL);
  guint32 word = GUINT32_TO_BE (0x800 + n_sizes);
  g_byte_array_append (file, (const guint8 *) &word, 4);
  for (guint i = 0; i < n_sizes; i++)
    {
      word = GUINT32_TO_BE (sizes[i]);
      g_byte_array_append (file, (const guint8 *) &word, 4);
    }
  g_byte_array_append (file, data, (guint) count);
  g_autoptr (GByteArray) gz = packed ? gzip_bytes (file->data, file->len) : g_byte_array_ref (file);
  write_bytes (path, gz->data, gz->len);
}

/* n images of side x side and their labels: i modulo n_classes. */
static inline void
write_images (const char *folder, const char *split, gboolean packed, guint32 n, guint32 side, guint n_classes)
{
  gsize area = side * side;
  g_autofree guint8 *pixels = g_new (guint8, n * area), *labels = g_new (guint8, n);
  g_autofree char *images = g_strdup_printf ("%s-images-idx3-ubyte", split), *classes = g_strdup_printf ("%s-labels-idx1-ubyte", split);
  for (gsize i = 0; i < n; i++)
    {
      labels[i] = (guint8) (i % n_classes);
      for (gsize j = 0; j < area; j++)
        pixels[i * area + j] = image_pixel (i, j);
    }
  write_idx (folder, images, packed, 3, (const guint32[]) { n, side, side }, pixels, n * area);
  write_idx (folder, classes, packed, 1, &n, labels, n);
}

/* A folder below another one, gone with fixture_remove_all. (transfer full) */
static inline char *
subfolder (const char *folder, const char *name)
{
  char *path = g_build_filename (folder, name, NULL);
  ck_assert_int_eq (g_mkdir_with_parents (path, 0700), 0);
  return path;
}

static inline void
remove_all (const char *path)
{
  g_autoptr (GDir) dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  for (const char *name; dir && (name = g_dir_read_name (dir));)
    {
      g_autofree char *below = g_build_filename (path, name, NULL);
      remove_all (below);
    }
  g_remove (path);
}

static inline LofiExperiment *
source_experiment (const char *source)
{
  LofiExperiment *experiment = lofi_experiment_new ();
  g_free (experiment->data.source);
  experiment->data.source = g_strdup (source);
  return experiment;
}
