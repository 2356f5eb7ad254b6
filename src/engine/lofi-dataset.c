#include "config.h"
#include "lofi-dataset-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lofi-error.h"
#include "lofi-teacher.h"

LofiDataset *
lofi_dataset_new (const char *name, const char *origin, char *key)
{
  LofiDataset *dataset = g_atomic_rc_box_new0 (LofiDataset);
  dataset->name = g_strdup (name);
  dataset->origin = g_strdup (origin);
  dataset->key = key;
  return dataset;
}

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
  lofi_matrix_clear (&dataset->planted);
  g_free (dataset->group_starts);
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
  return sizeof *dataset + samples_bytes (&dataset->train, inputs) + samples_bytes (&dataset->test, inputs)
         + lofi_matrix_bytes (dataset->planted.rows, dataset->planted.cols);
}

const char *const *
lofi_dataset_sources (void)
{
  static const char *const sources[] = { "fashion-mnist", "mnist", "emnist", "cifar10", NULL };
  return sources;
}

gboolean
lofi_dataset_is_named (const char *source)
{
  LofiTeacher teacher;
  return g_str_equal (source, "arrays") || g_strv_contains (lofi_dataset_sources (), source) || g_str_has_prefix (source, "emnist-")
         || lofi_teacher_from_name (source, &teacher);
}

gboolean
lofi_dataset_check_memory (const LofiExperiment *experiment, const char *place, gsize count, gsize each, GError **error)
{
  guint64 machine = (guint64) sysconf (_SC_PHYS_PAGES) * (guint64) sysconf (_SC_PAGESIZE) / 4 * 3;
  guint64 most = experiment->memory ? experiment->memory : machine;
  gsize bytes;
  gboolean fits = g_size_checked_mul (&bytes, count, each) && bytes <= G_MAXSSIZE;
  if (fits && bytes <= most)
    return TRUE;
  g_autofree char *limit = g_format_size (most), *wanted = fits ? g_format_size (bytes) : g_strdup (_("more than any machine has"));
  return lofi_error_set (error, LOFI_ERROR_INPUT, place, _("take fewer or smaller samples, or raise experiment.memory"),
                         _("%zu samples of %zu bytes need %s, and %s may be used"), count, each, wanted, limit);
}

/* ---- keys ---- */

/* A file by what changes when it is written again. */
static gboolean
add_file (GChecksum *sum, const char *path, GError **error)
{
  struct stat status;
  g_autofree char *line = NULL;
  if (path && stat (path, &status) != 0)
    return lofi_error_set (error, LOFI_ERROR_INPUT, path, _("check the path"), "%s", g_strerror (errno));
  if (path)
    line = g_strdup_printf ("%s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT ".%09ld %" G_GUINT64_FORMAT "\n", path, (gint64) status.st_size,
                            (gint64) status.st_mtim.tv_sec, status.st_mtim.tv_nsec, (guint64) status.st_ino);
  g_checksum_update (sum, (const guchar *) (line ? line : "-\n"), -1);
  return TRUE;
}

static void
add_line (GChecksum *sum, const char *word, const char *text)
{
  g_autofree char *line = g_strdup_printf ("%s %s\n", word, text);
  g_checksum_update (sum, (const guchar *) line, -1);
}

static char *
key_of_files (const LofiDataFiles *files, const LofiDataSpec *data, GError **error)
{
  static const char *const formats[] = { "images", "arrays", "cifar", "npz", "csv", "folder" };
  G_STATIC_ASSERT (G_N_ELEMENTS (formats) == LOFI_N_FILES_FORMATS);
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *size = g_strdup_printf ("%zu", data->image_size);
  add_line (sum, formats[files->format], files->name);
  /* What decides how the files are read. */
  if (files->format == LOFI_FILES_CSV)
    add_line (sum, "label", data->label_column ? data->label_column : "");
  if (files->format == LOFI_FILES_FOLDER)
    add_line (sum, data->image_grey ? "grey" : "rgb", size);
  if (!add_file (sum, files->train_inputs, error) || !add_file (sum, files->train_targets, error)
      || !add_file (sum, files->test_inputs, error) || !add_file (sum, files->test_targets, error) || !add_file (sum, files->names, error))
    return NULL;
  for (char **batch = files->batches; batch && *batch; batch++)
    if (!add_file (sum, *batch, error))
      return NULL;
  if (files->images)
    lofi_image_folder_add_key (files->images, sum);
  return g_strdup_printf ("data:%s", g_checksum_get_string (sum));
}

char *
lofi_dataset_key (const LofiExperiment *experiment, GError **error)
{
  LofiTeacher teacher;
  g_auto (LofiDataFiles) files = { 0 };
  if (lofi_teacher_from_name (experiment->data.source, &teacher))
    return lofi_teacher_key (experiment);
  return lofi_data_files_find (experiment, &files, error) ? key_of_files (&files, &experiment->data, error) : NULL;
}

/* ---- loading ---- */

LofiDataset *
lofi_dataset_load (const LofiExperiment *experiment, GCancellable *cancellable, GError **error)
{
  static gboolean (*const readers[LOFI_N_FILES_FORMATS]) (const LofiReading *, GError **) = {
    [LOFI_FILES_IDX] = lofi_dataset_read_idx, [LOFI_FILES_ARRAYS] = lofi_dataset_read_arrays, [LOFI_FILES_CIFAR] = lofi_dataset_read_cifar,
    [LOFI_FILES_NPZ] = lofi_dataset_read_npz, [LOFI_FILES_CSV] = lofi_dataset_read_csv, [LOFI_FILES_FOLDER] = lofi_dataset_read_folder,
  };
  LofiTeacher teacher;
  g_auto (LofiDataFiles) files = { 0 };
  if (lofi_teacher_from_name (experiment->data.source, &teacher))
    return lofi_teacher_draw (experiment, cancellable, error);
  if (!lofi_data_files_find (experiment, &files, error))
    return NULL;
  char *key = key_of_files (&files, &experiment->data, error);
  if (!key)
    return NULL;
  g_autoptr (LofiDataset) dataset = lofi_dataset_new (files.name, files.origin, key);
  LofiReading reading = { dataset, &files, experiment, cancellable };
  return readers[files.format] (&reading, error) ? g_steal_pointer (&dataset) : NULL;
}
