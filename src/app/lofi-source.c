/* Where an experiment's data comes from. */
#include "config.h"
#include <string.h>
#include <glib/gi18n-lib.h>
#include "lofi-dataset.h"
#include "lofi-labelling.h"
#include "lofi-source.h"
#include "lofi-teacher.h"

#define FIRST_LOOK 1000
#define TEACHER_LOOK 2000
#define ENTRIES_LOOKED_AT 200

static const LofiSourceInfo sets[] = {
  { "fashion-mnist", "Fashion-MNIST", N_("Ten kinds of clothes, 28 × 28 pixels in grey.") },
  { "mnist", "MNIST", N_("Handwritten digits, 28 × 28 pixels in grey.") },
  { "emnist", "EMNIST", N_("Handwritten letters and digits, 28 × 28 pixels in grey.") },
  { "cifar10", "CIFAR-10", N_("Ten kinds of animals and vehicles, 32 × 32 pixels in colour.") },
};

guint
lofi_sources_count (void)
{
  return G_N_ELEMENTS (sets) + LOFI_N_TEACHERS;
}

LofiSourceInfo
lofi_source_info (guint index)
{
  if (index < G_N_ELEMENTS (sets))
    return (LofiSourceInfo) { sets[index].name, sets[index].title, _(sets[index].sentence) };
  const LofiTeacherInfo *teacher = lofi_teacher_info (index - G_N_ELEMENTS (sets));
  return (LofiSourceInfo) { teacher->name, _(teacher->title), _(teacher->blurb) };
}

guint
lofi_source_find (const char *source)
{
  guint index = 0;
  while (index < lofi_sources_count () && g_strcmp0 (lofi_source_info (index).name, source) != 0)
    index++;
  return index;
}

char *
lofi_source_reason (const LofiExperiment *experiment, guint index)
{
  if (index >= G_N_ELEMENTS (sets))
    return NULL;
  g_autoptr (LofiExperiment) candidate = lofi_experiment_dup (experiment);
  g_autoptr (GError) error = NULL;
  lofi_source_set (candidate, sets[index].name);
  g_autofree char *key = lofi_dataset_key (candidate, &error);
  return key ? NULL : g_strdup (_("not on this machine; File… and Folder… open a copy from elsewhere"));
}

/* ---- changing it ---- */

static GArray *
one_class (int number)
{
  GArray *classes = g_array_new (FALSE, FALSE, sizeof (int));
  g_array_append_val (classes, number);
  return classes;
}

/* The first named labelling its data can have; else the second class against the first. */
static void
find_labels (LofiExperiment *e)
{
  LofiDataSpec *data = &e->data;
  if (g_str_has_suffix (data->source, ".npy") || g_str_has_suffix (data->source, ".npz"))
    return;                      /* the file says what its targets are */
  if (lofi_source_is_table (data) || lofi_source_is_image_folder (e))
    {
      data->positive = one_class (1);
      data->negative = one_class (0);
      return;
    }
  g_autofree char *known = g_path_get_basename (data->source);          /* a folder is known by its name */
  g_autofree const char **names = lofi_labelling_names (known);
  data->labels = g_strdup (names[0]);
}

void
lofi_source_set (LofiExperiment *e, const char *source)
{
  LofiTeacher teacher;
  LofiDataSpec *data = &e->data;
  char **texts[] = { &data->source, &data->labels, &data->train_inputs, &data->train_targets, &data->test_inputs, &data->test_targets,
                     &data->label_column };
  g_autofree char *wanted = g_strdup (source);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_clear_pointer (texts[i], g_free);
  g_clear_pointer (&data->positive, g_array_unref);
  g_clear_pointer (&data->negative, g_array_unref);
  data->source = g_steal_pointer (&wanted);
  data->test = 0;
  if (lofi_teacher_from_name (source, &teacher))
    {
      data->train = data->train > 0 ? data->train : TEACHER_LOOK;
      data->dimension = MAX (data->dimension, lofi_teacher_info (teacher)->least_dimension);
      return;
    }
  find_labels (e);
  /* Enough for a first look at what may be large; an array may have any number of rows. */
  if (lofi_source_is_path (data))
    data->train = data->labels ? FIRST_LOOK : 0;
}

/* ---- what a path holds ---- */

gboolean
lofi_source_is_path (const LofiDataSpec *data)
{
  return !lofi_dataset_is_named (data->source);
}

gboolean
lofi_source_is_table (const LofiDataSpec *data)
{
  g_autofree char *lower = g_ascii_strdown (data->source, -1);
  return g_str_has_suffix (lower, ".csv");
}

/* Subfolders, and neither IDX files nor CIFAR batches. */
gboolean
lofi_source_is_image_folder (const LofiExperiment *e)
{
  if (!lofi_source_is_path (&e->data))
    return FALSE;
  g_autofree char *folder = lofi_experiment_resolve (e, e->data.source);
  g_autoptr (GDir) dir = g_file_test (folder, G_FILE_TEST_IS_DIR) ? g_dir_open (folder, 0, NULL) : NULL;
  gboolean folders = FALSE;
  const char *name;
  for (guint i = 0; dir && i < ENTRIES_LOOKED_AT && (name = g_dir_read_name (dir)); i++)
    {
      if (strstr (name, "ubyte") || strstr (name, "_batch"))
        return FALSE;
      g_autofree char *path = g_build_filename (folder, name, NULL);
      folders = folders || g_file_test (path, G_FILE_TEST_IS_DIR);
    }
  return folders;
}

/* ---- own groups ---- */

static GArray *
classes_of (const int *numbers)
{
  GArray *classes = g_array_new (FALSE, FALSE, sizeof (int));
  for (; *numbers >= 0; numbers++)
    g_array_append_val (classes, *numbers);
  return classes;
}

void
lofi_source_take_groups (LofiDataSpec *data)
{
  g_autofree char *known = g_path_get_basename (data->source);
  const LofiLabelling *labelling = data->labels ? lofi_labelling_find (known, data->labels) : NULL;
  if (!labelling)
    return;
  g_clear_pointer (&data->labels, g_free);
  data->positive = classes_of (labelling->positive);
  data->negative = classes_of (labelling->negative);
}

static void
drop_class (GArray *classes, int number)
{
  for (guint i = classes->len; i > 0; i--)
    if (g_array_index (classes, int, i - 1) == number)
      g_array_remove_index (classes, i - 1);
}

void
lofi_source_set_side (LofiDataSpec *data, int number, int side)
{
  lofi_source_take_groups (data);
  if (!data->positive || !data->negative)
    return;
  drop_class (data->positive, number);
  drop_class (data->negative, number);
  if (side != 0)
    g_array_append_val (side > 0 ? data->positive : data->negative, number);
}
