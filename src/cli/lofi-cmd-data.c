/* `lofi data`: what data there is, and what can be asked of it. */
#include "config.h"
#include <string.h>
#include <glib/gi18n-lib.h>
#include "lofi-cli.h"
#include "lofi-error.h"
#include "lofi-labelling.h"

static void
print_shape (const LofiDataset *d)
{
  if (d->is_image)
    g_print (_("  samples    %" G_GSIZE_FORMAT " training, %" G_GSIZE_FORMAT " test, each an image of %" G_GSIZE_FORMAT " x %"
               G_GSIZE_FORMAT " x %" G_GSIZE_FORMAT "\n"), d->train.count, d->test.count, d->channels, d->height, d->width);
  else
    g_print (_("  samples    %" G_GSIZE_FORMAT " training, %" G_GSIZE_FORMAT " test, each %" G_GSIZE_FORMAT " numbers\n"),
             d->train.count, d->test.count, d->channels * d->height * d->width);
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
      g_print (_("  targets    real numbers\n"));
      return;
    }
  for (guint c = 0; c < d->n_classes; c++)
    g_print (_("  %s %2u  %6" G_GSIZE_FORMAT " training %6" G_GSIZE_FORMAT " test  %s\n"), c ? "        " : _("classes "), c,
             count_class (&d->train, c), count_class (&d->test, c), d->class_names ? d->class_names[c] : "");
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
      g_print ("  %s %-18s %-44s %s\n", i ? "          " : _("labellings"), l->name, _(l->title), sides->str);
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
  g_print (_("  from       %s\n"), dataset->origin);
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
      if (strcmp (sources[i], "arrays") == 0)
        g_print (_("arrays\n  .npy files named by train-inputs, train-targets, test-inputs and test-targets\n"));
      else if (show (cli, sources[i], &reason))
        continue;
      else if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          g_propagate_error (error, g_steal_pointer (&reason));
          return FALSE;
        }
      else
        g_print (_("%s\n  missing    %s\n"), sources[i], reason->message);
    }
  g_print (_("a path\n  a folder with train-images-idx3-ubyte[.gz] and its companions, or X.npy with X-targets.npy beside it\n"));
  return TRUE;
}

gboolean
lofi_cmd_data (LofiCli *cli, GError **error)
{
  if (!lofi_cli_parse (cli, NULL, 0, 0, 1, error))
    return FALSE;
  return cli->argc ? show (cli, cli->argv[0], error) : show_all (cli, error);
}
