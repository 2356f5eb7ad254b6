/* Images and classes from a folder with one subfolder a class. */
#include "config.h"
#include "lofi-image-folder-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lofi-error.h"

#define BLOCK_BYTES 65536
#define PIXELS_MAX (1 << 26)
#define SIZE_USUAL 32
#define WHITE 0xffffff

/* ---- one picture ---- */

typedef struct {
  gsize size;
  int width, height;         /* as stored; 0 until they are known */
  gboolean too_large;
} Measures;

static double
scale_to (gsize size, int width, int height)
{
  return (double) size / MIN (width, height);
}

/* Known before anything is decoded: a picture is scaled while it is read, where its format can, and refused if it is too large. */
static void
size_prepared (GdkPixbufLoader *loader, int width, int height, gpointer data)
{
  Measures *measures = data;
  measures->width = width;
  measures->height = height;
  measures->too_large = width < 1 || height < 1 || (gint64) width * height > PIXELS_MAX;
  double scale = measures->too_large ? 0 : scale_to (measures->size, width, height);
  double scaled_width = round (width * scale), scaled_height = round (height * scale);
  measures->too_large = measures->too_large || scaled_width * scaled_height > PIXELS_MAX;
  if (measures->too_large)
    gdk_pixbuf_loader_set_size (loader, 0, 0);
  else if (scale < 1)
    gdk_pixbuf_loader_set_size (loader, MAX (1, (int) scaled_width), MAX (1, (int) scaled_height));
}

static gboolean
refuse (const char *path, const char *why, GError **error)
{
  return lofi_error_set (error, LOFI_ERROR_INPUT, path, _("repair or remove it"), _("the image cannot be decoded: %s"), why);
}

static gboolean
refuse_large (const char *path, const Measures *measures, GError **error)
{
  return lofi_error_set (error, LOFI_ERROR_INPUT, path, _("scale it down"), _("an image of %d x %d pixels is too large"), measures->width,
                         measures->height);
}

static gboolean
feed (GdkPixbufLoader *loader, int file, const char *path, const Measures *measures, GCancellable *cancellable, GError **error)
{
  g_autofree guint8 *block = g_malloc (BLOCK_BYTES);
  for (;;)
    {
      g_autoptr (GError) reason = NULL;
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      gssize got = read (file, block, BLOCK_BYTES);
      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        return lofi_error_set (error, LOFI_ERROR_INPUT, path, NULL, "%s", g_strerror (errno));
      if (got == 0)
        return TRUE;
      gboolean good = gdk_pixbuf_loader_write (loader, block, (gsize) got, &reason);
      if (measures->too_large)
        return refuse_large (path, measures, error);
      if (!good)
        return refuse (path, reason ? reason->message : _("it is damaged"), error);
    }
}

/* (transfer full), NULL with an error. */
static GdkPixbuf *
decode (int file, const char *path, gsize size, GCancellable *cancellable, GError **error)
{
  Measures measures = { size, 0, 0, FALSE };
  g_autoptr (GError) reason = NULL;
  g_autoptr (GdkPixbufLoader) loader = gdk_pixbuf_loader_new ();
  g_signal_connect (loader, "size-prepared", G_CALLBACK (size_prepared), &measures);
  gboolean fed = feed (loader, file, path, &measures, cancellable, error);
  /* Closed in any case; what it says matters only where nothing was wrong before. */
  gboolean closed = gdk_pixbuf_loader_close (loader, &reason);
  GdkPixbuf *decoded = fed && closed ? gdk_pixbuf_loader_get_pixbuf (loader) : NULL;
  if (fed && measures.too_large)
    refuse_large (path, &measures, error);
  else if (fed && !decoded)
    refuse (path, reason ? reason->message : _("it is damaged"), error);
  return decoded && !measures.too_large ? gdk_pixbuf_apply_embedded_orientation (decoded) : NULL;
}

/* The square in the middle, at its final size, without transparency. */
static GdkPixbuf *
crop (GdkPixbuf *picture, gsize size)
{
  int width = gdk_pixbuf_get_width (picture), height = gdk_pixbuf_get_height (picture), side = (int) size;
  double scale = scale_to (size, width, height);
  double left = round ((side - width * scale) / 2), top = round ((side - height * scale) / 2);
  GdkPixbuf *square = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, side, side);
  if (!square)
    return NULL;
  gdk_pixbuf_fill (square, 0xffffffff);
  gdk_pixbuf_composite_color (picture, square, 0, 0, side, side, left, top, scale, scale, scale == 1 ? GDK_INTERP_NEAREST : GDK_INTERP_BILINEAR,
                              255, 0, 0, 16, WHITE, WHITE);
  return square;
}

static void
take_pixels (GdkPixbuf *square, gsize size, gboolean grey, guint8 *pixels)
{
  const guint8 *data = gdk_pixbuf_read_pixels (square);
  gsize stride = (gsize) gdk_pixbuf_get_rowstride (square), channels = (gsize) gdk_pixbuf_get_n_channels (square), area = size * size;
  for (gsize i = 0; i < size; i++)
    for (gsize j = 0; j < size; j++)
      {
        const guint8 *p = data + i * stride + j * channels;
        if (grey)
          pixels[i * size + j] = (guint8) ((299 * p[0] + 587 * p[1] + 114 * p[2] + 500) / 1000);
        for (gsize c = 0; c < 3 && !grey; c++)
          pixels[c * area + i * size + j] = p[c];
      }
}

gboolean
lofi_image_read (const char *path, gsize size, gboolean grey, guint8 *pixels, GCancellable *cancellable, GError **error)
{
  struct stat status;
  /* Without waiting: a pipe of this name has no writer. */
  int file = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
  if (file < 0)
    return lofi_error_set (error, LOFI_ERROR_INPUT, path, _("check the path"), "%s", g_strerror (errno));
  gboolean regular = fstat (file, &status) == 0 && S_ISREG (status.st_mode);
  g_autoptr (GdkPixbuf) picture = regular ? decode (file, path, size, cancellable, error) : NULL;
  g_close (file, NULL);
  if (!regular)
    return lofi_error_set (error, LOFI_ERROR_INPUT, path, _("repair or remove it"), _("not a regular file"));
  if (!picture)
    return FALSE;
  g_autoptr (GdkPixbuf) square = crop (picture, size);
  if (!square)
    return lofi_error_from_status (error, LOFI_NO_MEMORY, path);
  take_pixels (square, size, grey, pixels);
  return TRUE;
}

/* ---- the folder ---- */

static gboolean
read_split (const LofiReading *reading, const LofiImageSplit *split, LofiSamples *samples, GError **error)
{
  const LofiDataset *dataset = reading->dataset;
  const LofiImageFolder *folder = reading->files->images;
  gsize each = dataset->channels * dataset->height * dataset->width;
  samples->pixels = g_try_malloc_n (split->files->len, each);
  samples->classes = g_try_new (int, split->files->len);
  if (!samples->pixels || !samples->classes)
    return lofi_error_from_status (error, LOFI_NO_MEMORY, split->path);
  for (guint i = 0; i < split->files->len; i++)
    {
      const LofiImageFile *file = &g_array_index (split->files, LofiImageFile, i);
      g_autofree char *path = g_build_filename (split->path, folder->classes[file->class], file->name, NULL);
      if (!lofi_image_read (path, dataset->width, dataset->channels == 1, samples->pixels + i * each, reading->cancellable, error))
        return FALSE;
      samples->classes[i] = (int) file->class;
      samples->count++;
    }
  return TRUE;
}

gboolean
lofi_dataset_read_folder (const LofiReading *reading, GError **error)
{
  LofiDataset *dataset = reading->dataset;
  LofiImageFolder *folder = reading->files->images;
  const LofiDataSpec *data = &reading->experiment->data;
  gsize size = data->image_size ? data->image_size : SIZE_USUAL, channels = data->image_grey ? 1 : 3;
  gsize count = (gsize) folder->train.files->len + folder->test.files->len;
  if (size > LOFI_IMAGE_SIZE_MAX)
    return lofi_error_set (error, LOFI_ERROR_INPUT, "data.image-size", NULL, _("%zu pixels are more than %d"), size, LOFI_IMAGE_SIZE_MAX);
  if (!lofi_dataset_check_memory (reading->experiment, reading->files->origin, count, channels * size * size + sizeof (int), error))
    return FALSE;
  lofi_dataset_take_shape (dataset, TRUE, channels, size, size, reading->files->origin, NULL);
  lofi_image_folder_sort (folder);
  if (!read_split (reading, &folder->train, &dataset->train, error)
      || (folder->test.path && !read_split (reading, &folder->test, &dataset->test, error)))
    return FALSE;
  dataset->class_names = g_new0 (char *, g_strv_length (folder->classes) + 1);
  for (guint i = 0; folder->classes[i]; i++)
    dataset->class_names[i] = g_filename_display_name (folder->classes[i]);
  dataset->n_classes = g_strv_length (folder->classes);
  lofi_dataset_measure (dataset);
  return TRUE;
}
