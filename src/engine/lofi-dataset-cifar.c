/* CIFAR-10 as its binary version stores it: records of a label and 3 x 32 x 32 bytes, red, green and blue planes. */
#include "config.h"
#include "lofi-dataset-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lofi-error.h"

#define SIDE 32
#define PIXELS ((gsize) 3 * SIDE * SIDE)
#define RECORD (1 + PIXELS)
#define RECORDS_AT_ONCE 256
#define CLASSES 10
#define NAMES_BYTES_MAX 4096

/* Opens a batch and counts its records. Returns the descriptor, or -1 with an error. */
static int
open_batch (const char *path, gsize *records, GError **error)
{
  struct stat status;
  /* Without waiting: a pipe of this name has no writer. */
  int file = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
  if (file < 0 || fstat (file, &status) != 0)
    lofi_error_set (error, LOFI_ERROR_INPUT, path, _("check the path"), "%s", g_strerror (errno));
  else if (!S_ISREG (status.st_mode))
    lofi_error_set (error, LOFI_ERROR_INPUT, path, _("give a batch of CIFAR-10"), _("not a regular file"));
  else if (status.st_size == 0 || (guint64) status.st_size % RECORD != 0)
    lofi_error_set (error, LOFI_ERROR_INPUT, path, _("get the whole file of the binary version"),
                    _("%zu bytes are no whole number of records of %zu"), (gsize) status.st_size, RECORD);
  else
    {
      *records = (gsize) status.st_size / RECORD;
      return file;
    }
  if (file >= 0)
    g_close (file, NULL);
  return -1;
}

static gboolean
read_some (int file, guint8 *buffer, gsize bytes, const char *path, GError **error)
{
  while (bytes > 0)
    {
      gssize got = read (file, buffer, bytes);
      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0)
        return lofi_error_set (error, LOFI_ERROR_INPUT, path, _("get the whole file"), "%s", got < 0 ? g_strerror (errno) : _("the file ends early"));
      buffer += got;
      bytes -= (gsize) got;
    }
  return TRUE;
}

static gboolean
take_records (LofiSamples *samples, const guint8 *records, gsize count, gsize first, const char *path, GError **error)
{
  for (gsize i = 0; i < count; i++)
    {
      const guint8 *record = records + i * RECORD;
      if (record[0] >= CLASSES)
        return lofi_error_set (error, LOFI_ERROR_INPUT, path, _("give a file of CIFAR-10's binary version"),
                               _("the label of record %zu (from 0) is %u, not 0 to 9"), first + i, record[0]);
      samples->classes[samples->count] = record[0];
      memcpy (samples->pixels + samples->count * PIXELS, record + 1, PIXELS);
      samples->count++;
    }
  return TRUE;
}

static gboolean
read_batch (LofiSamples *samples, const char *path, int file, gsize records, GCancellable *cancellable, GError **error)
{
  g_autofree guint8 *buffer = g_malloc (RECORDS_AT_ONCE * RECORD);
  for (gsize first = 0; first < records; first += RECORDS_AT_ONCE)
    {
      gsize count = MIN (records - first, RECORDS_AT_ONCE);
      if (g_cancellable_set_error_if_cancelled (cancellable, error) || !read_some (file, buffer, count * RECORD, path, error)
          || !take_records (samples, buffer, count, first, path, error))
        return FALSE;
    }
  return TRUE;
}

/* Room for this batch behind the ones before it. */
static gboolean
grow (const LofiReading *reading, LofiSamples *samples, gsize records, const char *path, GError **error)
{
  gsize count = samples->count + records;
  if (!lofi_dataset_check_memory (reading->experiment, path, count, PIXELS + sizeof (int), error))
    return FALSE;
  guint8 *pixels = g_try_realloc_n (samples->pixels, count, PIXELS);
  if (pixels)
    samples->pixels = pixels;
  int *classes = pixels ? g_try_realloc_n (samples->classes, count, sizeof (int)) : NULL;
  if (!classes)
    return lofi_error_from_status (error, LOFI_NO_MEMORY, path);
  samples->classes = classes;
  return TRUE;
}

static gboolean
add_batch (const LofiReading *reading, LofiSamples *samples, const char *path, GError **error)
{
  gsize records;
  int file = open_batch (path, &records, error);
  if (file < 0)
    return FALSE;
  gboolean good = grow (reading, samples, records, path, error)
                  && read_batch (samples, path, file, records, reading->cancellable, error);
  g_close (file, NULL);
  return good;
}

/* One name a line. Anything else than ten of them is left alone: the names are known. */
static char **
read_names (const char *path)
{
  g_autoptr (GFile) place = g_file_new_for_path (path);
  g_autofree char *text = g_malloc0 (NAMES_BYTES_MAX + 1);
  struct stat status;
  gsize got = 0;
  g_autoptr (GFileInputStream) stream = stat (path, &status) == 0 && S_ISREG (status.st_mode) ? g_file_read (place, NULL, NULL) : NULL;
  if (!stream || !g_input_stream_read_all (G_INPUT_STREAM (stream), text, NAMES_BYTES_MAX, &got, NULL, NULL))
    return NULL;
  g_autofree char *valid = g_utf8_make_valid (text, (gssize) strlen (text));
  g_auto (GStrv) lines = g_strsplit_set (valid, "\r\n", -1);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  guint count = 0;
  for (guint i = 0; lines[i]; i++)
    if (*g_strstrip (lines[i]) && count++ < CLASSES)
      g_strv_builder_add (names, lines[i]);
  return count == CLASSES ? g_strv_builder_end (names) : NULL;
}

gboolean
lofi_dataset_read_cifar (const LofiReading *reading, GError **error)
{
  const LofiDataFiles *files = reading->files;
  LofiDataset *dataset = reading->dataset;
  dataset->channels = 3;
  dataset->height = dataset->width = SIDE;
  dataset->is_image = TRUE;
  for (char **batch = files->batches; *batch; batch++)
    if (!add_batch (reading, &dataset->train, *batch, error))
      return FALSE;
  if (files->test_inputs && !add_batch (reading, &dataset->test, files->test_inputs, error))
    return FALSE;
  dataset->class_names = files->names ? read_names (files->names) : NULL;
  return lofi_dataset_describe (dataset, files->batches[0], error);
}
