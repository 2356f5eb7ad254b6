/* `lofi data`: what data there is, and what can be asked of it. */
#include "config.h"
#include <glib/gi18n-lib.h>
#include "lofi-cli.h"
#include "lofi-error.h"
#include "lofi-labelling.h"
#include "lofi-teacher.h"

/* The named labellings are for sets of ten classes. */
#define LABELLED_CLASSES 10

/* A text, and blanks up to a column, whatever the language. */
static void
print_padded (const char *text, glong columns)
{
  g_print ("%s%*s", text, (int) MAX (columns - g_utf8_strlen (text, -1), 0), "");
}

/* The name of a row: empty where it goes on. */
static void
print_label (const char *label)
{
  g_print ("  ");
  print_padded (label, 13);
}

static void
print_shape (const LofiDataset *d)
{
  print_label (_("samples"));
  if (d->is_image)
    g_print (_("%zu training, %zu test, each an image of %zu x %zu x %zu\n"), d->train.count, d->test.count, d->channels, d->height, d->width);
  else
    g_print (_("%zu training, %zu test, each %zu numbers\n"), d->train.count, d->test.count, d->channels * d->height * d->width);
}

static gsize
count_class (const LofiSamples *samples, guint class)
{
  gsize count = 0;
  for (gsize i = 0; samples->classes && i < samples->count; i++)
    count += samples->classes[i] == (int) class;
  return count;
}

static void
print_classes (const LofiDataset *d)
{
  if (d->n_classes == 0)
    {
      print_label (_("targets"));
      g_print ("%s\n", _("real numbers"));
    }
  gboolean first = TRUE;
  for (guint c = 0; c < d->n_classes; c++)
    {
      gsize train = count_class (&d->train, c), test = count_class (&d->test, c);
      /* Labels need not begin at 0, nor be without gaps. */
      if (train + test == 0 && !(d->class_names && *d->class_names[c]))
        continue;
      print_label (first ? _("classes") : "");
      g_print (_("%2u %6zu training %6zu test"), c, train, test);
      g_print ("  %s\n", d->class_names ? d->class_names[c] : "");
      first = FALSE;
    }
}

static void
print_class_list (GString *text, const int *classes)
{
  for (guint i = 0; classes[i] >= 0; i++)
    g_string_append_printf (text, "%s%d", i ? " " : "", classes[i]);
}

static void
print_labellings (const LofiDataset *d)
{
  g_autofree const char **names = lofi_labelling_names (d->name);
  for (guint i = 0; d->n_classes == LABELLED_CLASSES && names && names[i]; i++)
    {
      const LofiLabelling *l = lofi_labelling_find (d->name, names[i]);
      g_autoptr (GString) sides = g_string_new ("+1: ");
      print_class_list (sides, l->positive);
      g_string_append (sides, "  -1: ");
      print_class_list (sides, l->negative);
      print_label (i ? "" : _("labellings"));
      print_padded (l->name, 19);
      print_padded (_(l->title), 46);
      g_print ("%s\n", sides->str);
    }
}

/* A few samples are enough to know a teacher. */
static void
set_source (LofiExperiment *experiment, const char *source)
{
  LofiTeacher teacher;
  g_free (experiment->data.source);
  experiment->data.source = g_strdup (source);
  if (lofi_teacher_from_name (source, &teacher))
    experiment->data.train = experiment->data.test = 2;
}

static void
print_teacher (const LofiDataset *d, LofiTeacher teacher)
{
  const LofiTeacherInfo *info = lofi_teacher_info (teacher);
  print_label (_("teacher"));
  g_print ("%s: %s\n", _(info->title), _(info->blurb));
  print_label (_("samples"));
  g_print (_("up to %zu training, %d test if no other number is given\n"), LOFI_TEACHER_TRAIN_MOST, LOFI_TEACHER_TEST_SAMPLES);
  print_label (_("dimension"));
  g_print (_("%zu (at least %zu), set by data.dimension\n"), d->width, info->least_dimension);
  print_label (_("planted"));
  g_print (g_dngettext (GETTEXT_PACKAGE, "%zu direction, by group:", "%zu directions, by group:", d->planted.rows), d->planted.rows);
  for (guint g = 0; g < d->n_groups; g++)
    g_print (" %zu", d->group_starts[g + 1] - d->group_starts[g]);
  g_print ("\n");
  if (g_str_equal (info->positive_name, "+1"))
    return;                          /* named after nothing else */
  print_label (_("labels"));
  g_print ("+1: %s  -1: %s\n", _(info->positive_name), _(info->negative_name));
}

static gboolean
show (LofiCli *cli, const char *source, GError **error)
{
  LofiTeacher teacher;
  /* Any experiment will do while the settings are read: what they say of columns, pictures and teachers holds for the source that is shown. */
  g_autoptr (LofiExperiment) experiment = lofi_preset_load (lofi_preset_names ()[0], (const char *const *) cli->settings, error);
  if (!experiment)
    return FALSE;
  set_source (experiment, source);
  lofi_cli_computing (TRUE);
  g_autoptr (LofiDataset) dataset = lofi_dataset_load (experiment, cli->cancellable, error);
  lofi_cli_computing (FALSE);
  if (!dataset)
    return FALSE;
  g_print ("%s\n", dataset->name);
  print_label (_("from"));
  g_print ("%s\n", dataset->origin);
  if (lofi_teacher_from_name (source, &teacher))
    {
      print_teacher (dataset, teacher);
      return TRUE;
    }
  print_shape (dataset);
  print_classes (dataset);
  print_labellings (dataset);
  return TRUE;
}

static void
print_paths (void)
{
  static const char *const paths[] = {
    N_("a folder with train-images-idx3-ubyte[.gz] and its companions; of EMNIST, FOLDER/emnist-letters"),
    N_("a folder with data_batch_1.bin to data_batch_5.bin and test_batch.bin of CIFAR-10"),
    N_("a folder with one subfolder of images for each class, in train/ and test/ or at once"),
    N_("X.npz with the arrays x_train, y_train, x_test and y_test"),
    N_("X.npy with X-targets.npy beside it"),
    N_("X.csv with a header and a column of labels, and X-test.csv beside it"),
  };
  g_print ("%s\n", _("a path"));
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      print_label ("");
      g_print ("%s\n", _(paths[i]));
    }
}

/* Every source by name; what is missing is said, and how to get it, and is no failure of the command. */
static gboolean
show_all (LofiCli *cli, GError **error)
{
  g_autoptr (GPtrArray) sources = g_ptr_array_new ();
  for (const char *const *source = lofi_dataset_sources (); *source; source++)
    g_ptr_array_add (sources, (gpointer) *source);
  for (guint t = 0; t < LOFI_N_TEACHERS; t++)
    g_ptr_array_add (sources, (gpointer) lofi_teacher_info (t)->name);
  for (guint i = 0; i < sources->len; i++)
    {
      const char *source = g_ptr_array_index (sources, i);
      g_autoptr (GError) reason = NULL;
      if (show (cli, source, &reason))
        continue;
      if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          g_propagate_error (error, g_steal_pointer (&reason));
          return FALSE;
        }
      g_print ("%s\n", source);
      print_label (_("missing"));
      g_print ("%s\n", reason->message);
    }
  g_print ("%s\n", _("arrays"));
  print_label ("");
  g_print ("%s\n", _(".npy files named by train-inputs, train-targets, test-inputs and test-targets"));
  print_paths ();
  return TRUE;
}

gboolean
lofi_cmd_data (LofiCli *cli, GError **error)
{
  if (!lofi_cli_parse (cli, NULL, LOFI_CLI_SET, 0, 1, error))
    return FALSE;
  return cli->argc ? show (cli, cli->argv[0], error) : show_all (cli, error);
}
