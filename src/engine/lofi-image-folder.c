#include "config.h"
#include "lofi-image-folder-private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>
#include "lofi-error.h"

void
lofi_image_folder_free (LofiImageFolder *folder)
{
  g_string_chunk_free (folder->names);
  g_strfreev (folder->classes);
  g_array_unref (folder->train.files);
  g_array_unref (folder->test.files);
  g_free (folder->train.path);
  g_free (folder->test.path);
  g_free (folder);
}

/* Hidden files, and what other systems leave in folders. */
static gboolean
is_litter (const char *name)
{
  return name[0] == '.' || g_ascii_strcasecmp (name, "Thumbs.db") == 0 || g_ascii_strcasecmp (name, "desktop.ini") == 0;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* Names of the subfolders, sorted, NULL-terminated. (transfer full), NULL with an error. */
static char **
list_classes (const char *path, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (GDir) dir = g_dir_open (path, 0, &reason);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  if (!dir)
    {
      lofi_error_set (error, LOFI_ERROR_INPUT, path, _("check the path"), "%s", reason->message);
      return NULL;
    }
  for (const char *name; (name = g_dir_read_name (dir));)
    {
      g_autofree char *below = g_build_filename (path, name, NULL);
      if (!is_litter (name) && g_file_test (below, G_FILE_TEST_IS_DIR))
        g_ptr_array_add (names, g_strdup (name));
    }
  g_ptr_array_sort (names, compare_names);
  if (names->len > LOFI_CLASSES_MAX)
    {
      lofi_error_set (error, LOFI_ERROR_INPUT, path, NULL, _("%u classes, but at most %d can be told apart"), names->len, LOFI_CLASSES_MAX);
      return NULL;
    }
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_steal (names, NULL);
}

static guint64
mix (guint64 word)
{
  word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9;
  word = (word ^ word >> 27) * 0x94d049bb133111eb;
  return word ^ word >> 31;
}

/* A folder may hold tens of thousands of files, and its key is asked for at every change of a setting: two sums over the files need
 * neither an order nor their names as texts. */
static void
add_to_digest (guint64 digest[2], const char *name, guint class, const struct stat *status)
{
  const guint64 words[] = { class, (guint64) status->st_size, (guint64) status->st_mtim.tv_sec, (guint64) status->st_mtim.tv_nsec,
                            (guint64) status->st_ino };
  guint64 hash = 0xcbf29ce484222325;
  for (; *name; name++)
    hash = (hash ^ (guchar) *name) * 0x100000001b3;
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    hash = mix (hash + 0x9e3779b97f4a7c15) ^ words[i];
  digest[0] += mix (hash);
  digest[1] += mix (hash ^ 0x5851f42d4c957f2d);
}

/* What lies in one class's folder; subfolders are not entered, so a link to a folder above leads nowhere. */
static gboolean
list_files (LofiImageFolder *folder, LofiImageSplit *split, const char *class_name, guint class, GError **error)
{
  g_autofree char *path = g_build_filename (split->path, class_name, NULL);
  DIR *dir = opendir (path);
  gboolean good = dir != NULL;
  for (struct dirent *entry; good && (entry = readdir (dir));)
    {
      struct stat status;
      if (is_litter (entry->d_name))
        continue;
      if (fstatat (dirfd (dir), entry->d_name, &status, 0) != 0)
        {
          g_autofree char *file = g_build_filename (path, entry->d_name, NULL);
          good = lofi_error_set (error, LOFI_ERROR_INPUT, file, _("repair or remove it"), "%s", g_strerror (errno));
        }
      else if (S_ISREG (status.st_mode))
        {
          LofiImageFile file = { g_string_chunk_insert (folder->names, entry->d_name), class };
          g_array_append_val (split->files, file);
          add_to_digest (split->digest, entry->d_name, class, &status);
        }
    }
  if (dir)
    closedir (dir);
  else
    lofi_error_set (error, LOFI_ERROR_INPUT, path, _("check the path"), "%s", g_strerror (errno));
  return good;
}

static int
compare_files (gconstpointer a, gconstpointer b)
{
  const LofiImageFile *x = a, *y = b;
  return x->class != y->class ? (x->class > y->class) - (x->class < y->class) : strcmp (x->name, y->name);
}

static guint
class_number (const LofiImageFolder *folder, const char *name)
{
  guint i = 0;
  while (folder->classes[i] && !g_str_equal (folder->classes[i], name))
    i++;
  return i;
}

static gboolean
list_split (LofiImageFolder *folder, LofiImageSplit *split, GError **error)
{
  g_auto (GStrv) names = list_classes (split->path, error);
  if (!names)
    return FALSE;
  for (char **name = names; *name; name++)
    {
      guint class = class_number (folder, *name), before = split->files->len;
      g_autofree char *path = g_build_filename (split->path, *name, NULL);
      if (!folder->classes[class])
        return lofi_error_set (error, LOFI_ERROR_INPUT, path, _("give the test images the classes of the training images"),
                               _("there are no training images of this class"));
      if (!list_files (folder, split, *name, class, error))
        return FALSE;
      if (split->files->len == before)
        return lofi_error_set (error, LOFI_ERROR_INPUT, path, _("put the images of its class into it, or remove it"), _("there is no image in it"));
    }
  return TRUE;
}

void
lofi_image_folder_sort (LofiImageFolder *folder)
{
  g_array_sort (folder->train.files, compare_files);
  g_array_sort (folder->test.files, compare_files);
}

/* path/name, if it is a folder with folders in it. (transfer full) */
static char *
split_folder (const char *path, const char *name)
{
  g_autofree char *split = g_build_filename (path, name, NULL);
  g_auto (GStrv) classes = g_file_test (split, G_FILE_TEST_IS_DIR) ? list_classes (split, NULL) : NULL;
  return classes && classes[0] ? g_steal_pointer (&split) : NULL;
}

LofiImageFolder *
lofi_image_folder_find (const char *path, GError **error)
{
  LofiImageFolder *folder = g_new0 (LofiImageFolder, 1);
  folder->names = g_string_chunk_new (1 << 16);
  folder->train.files = g_array_new (FALSE, FALSE, sizeof (LofiImageFile));
  folder->test.files = g_array_new (FALSE, FALSE, sizeof (LofiImageFile));
  folder->train.path = split_folder (path, "train");
  if (folder->train.path && !(folder->test.path = split_folder (path, "test")))
    folder->test.path = split_folder (path, "val");
  if (!folder->train.path)
    folder->train.path = g_strdup (path);
  folder->classes = list_classes (folder->train.path, error);
  gboolean good = folder->classes != NULL;
  if (good && !folder->classes[0])
    good = lofi_error_set (error, LOFI_ERROR_INPUT, path, _("give a folder of IDX files, of CIFAR-10, or with one subfolder of images for each class"),
                           _("there is no train-images-idx3-ubyte, no data_batch_1.bin and no subfolder in it"));
  if (good && list_split (folder, &folder->train, error) && (!folder->test.path || list_split (folder, &folder->test, error)))
    return folder;
  lofi_image_folder_free (folder);
  return NULL;
}

static void
add_split (const LofiImageFolder *folder, const LofiImageSplit *split, GChecksum *sum)
{
  g_autofree char *classes = g_strjoinv ("/", folder->classes);
  g_autofree char *line = g_strdup_printf ("%s\n%s\n%u %016" G_GINT64_MODIFIER "x %016" G_GINT64_MODIFIER "x\n", split->path ? split->path : "-", classes,
                                           split->files->len, split->digest[0], split->digest[1]);
  g_checksum_update (sum, (const guchar *) line, -1);
}

void
lofi_image_folder_add_key (const LofiImageFolder *folder, GChecksum *sum)
{
  add_split (folder, &folder->train, sum);
  add_split (folder, &folder->test, sum);
}
