#include "config.h"
#include "lofi-dataset-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <sys/stat.h>
#include "lofi-error.h"

LofiDataset *
lofi_dataset_ref (LofiDataset *dataset)
{
  return g_atomic_rc_box_acquire (dataset);
}

static void
samples_clear (LofiSamples *samples)
{
  g_free (samples->pixels);
  lofi_matrix_clear (&samples->values);
  g_free (samples->classes);
  g_free (samples->targets);
}

static void
dataset_clear (gpointer data)
{
  LofiDataset *dataset = data;
  g_free (dataset->key);
  g_free (dataset->name);
  g_free (dataset->origin);
  g_strfreev (dataset->class_names);
  samples_clear (&dataset->train);
  samples_clear (&dataset->test);
}

void
lofi_dataset_unref (LofiDataset *dataset)
{
  g_atomic_rc_box_release_full (dataset, dataset_clear);
}

static gsize
samples_bytes (const LofiSamples *samples, gsize inputs)
{
  gsize each = (samples->pixels ? inputs : inputs * sizeof (double)) + (samples->classes ? sizeof (int) : 0)
               + (samples->targets ? sizeof (double) : 0);
  return samples->count * each;
}

gsize
lofi_dataset_bytes (const LofiDataset *dataset)
{
  gsize inputs = dataset->channels * dataset->height * dataset->width;
  return sizeof *dataset + samples_bytes (&dataset->train, inputs) + samples_bytes (&dataset->test, inputs);
}

const char *const *
lofi_dataset_sources (void)
{
  static const char *const sources[] = { "fashion-mnist", "mnist", NULL };
  return sources;
}

/* A file by what changes when it is written again. */
static gboolean
add_file (GString *text, const char *path, GError **error)
{
  struct stat status;
  if (!path)
    {
      g_string_append (text, "-\n");
      return TRUE;
    }
  if (stat (path, &status) != 0)
    return lofi_error_set (error, LOFI_ERROR_INPUT, path, _("check the path"), "%s", g_strerror (errno));
  g_string_append_printf (text, "%s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT ".%09ld %" G_GUINT64_FORMAT "\n", path,
                          (gint64) status.st_size, (gint64) status.st_mtim.tv_sec, status.st_mtim.tv_nsec, (guint64) status.st_ino);
  return TRUE;
}

static char *
key_of_files (const LofiDataFiles *files, GError **error)
{
  g_autoptr (GString) text = g_string_new (files->arrays ? "arrays\n" : "images\n");
  g_string_append_printf (text, "%s\n", files->name);
  if (!add_file (text, files->train_inputs, error) || !add_file (text, files->train_targets, error)
      || !add_file (text, files->test_inputs, error) || !add_file (text, files->test_targets, error))
    return NULL;
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text->str, (gssize) text->len);
  return g_strdup_printf ("data:%s", sum);
}

char *
lofi_dataset_key (const LofiExperiment *experiment, GError **error)
{
  g_auto (LofiDataFiles) files = { 0 };
  return lofi_data_files_find (experiment, &files, error) ? key_of_files (&files, error) : NULL;
}

LofiDataset *
lofi_dataset_load (const LofiExperiment *experiment, GCancellable *cancellable, GError **error)
{
  g_auto (LofiDataFiles) files = { 0 };
  g_autoptr (LofiDataset) dataset = g_atomic_rc_box_new0 (LofiDataset);
  if (!lofi_data_files_find (experiment, &files, error) || !(dataset->key = key_of_files (&files, error)))
    return NULL;
  dataset->name = g_strdup (files.name);
  dataset->origin = g_strdup (files.origin);
  gboolean read = files.arrays ? lofi_dataset_read_arrays (dataset, &files, cancellable, error)
                               : lofi_dataset_read_images (dataset, &files, cancellable, error);
  return read ? g_steal_pointer (&dataset) : NULL;
}
