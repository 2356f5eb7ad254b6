/* `lofi data`: what data there is, and what can be asked of it. */
#include "config.h"
#include <glib/gi18n-lib.h>
#include "lofi-cli.h"
#include "lofi-error.h"
#include "lofi-labelling.h"

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
  for (guint c = 0; c < d->n_classes; c++)
    {
      print_label (c ? "" : _("classes"));
      g_print (_("%2u %6zu training %6zu test"), c, count_class (&d->train, c), count_class (&d->test, c));
      g_print ("  %s\n", d->class_names ? d->class_names[c] : "");
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
  for (guint i = 0; d->n_classes && names && names[i]; i++)
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

static gboolean
show (LofiCli *cli, const char *source, GError **error)
{
  g_autoptr (LofiExperiment) experiment = lofi_experiment_new ();
  g_free (experiment->data.source);
  experiment->data.source = g_strdup (source);
  lofi_cli_computing (TRUE);
  g_autoptr (LofiDataset) dataset = lofi_dataset_load (experiment, cli->cancellable, error);
  lofi_cli_computing (FALSE);
  if (!dataset)
    return FALSE;
  g_print ("%s\n", dataset->name);
  print_label (_("from"));
  g_print ("%s\n", dataset->origin);
  print_shape (dataset);
  print_classes (dataset);
  print_labellings (dataset);
  return TRUE;
}

/* Every source by name; what is missing is said, and how to get it, and is no failure of the command. */
static gboolean
show_all (LofiCli *cli, GError **error)
{
  const char *const *sources = lofi_dataset_sources ();
  for (guint i = 0; sources[i]; i++)
    {
      g_autoptr (GError) reason = NULL;
      if (show (cli, sources[i], &reason))
        continue;
      if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          g_propagate_error (error, g_steal_pointer (&reason));
          return FALSE;
        }
      g_print ("%s\n", sources[i]);
      print_label (_("missing"));
      g_print ("%s\n", reason->message);
    }
  g_print ("%s\n", _("arrays"));
  print_label ("");
  g_print ("%s\n", _(".npy files named by train-inputs, train-targets, test-inputs and test-targets"));
  g_print ("%s\n", _("a path"));
  print_label ("");
  g_print ("%s\n", _("a folder with train-images-idx3-ubyte[.gz] and its companions, or X.npy with X-targets.npy beside it"));
  return TRUE;
}

gboolean
lofi_cmd_data (LofiCli *cli, GError **error)
{
  if (!lofi_cli_parse (cli, NULL, 0, 0, 1, error))
    return FALSE;
  return cli->argc ? show (cli, cli->argv[0], error) : show_all (cli, error);
}
