/* `lofi fit`: a fit, a summary for the reader, and the result as files. */
#include "config.h"
#include <glib/gi18n-lib.h>
#include "lofi-blas.h"
#include "lofi-cli.h"
#include "lofi-error.h"
#include "lofi-null.h"
#include "lofi-results-file.h"

#define SHOWN_EIGENVALUES 5

/* "784", or "1 x 28 x 28". (transfer full) */
static char *
describe_shape (LofiMapShape shape)
{
  if (shape.channels == 1 && shape.height == 1)
    return g_strdup_printf ("%zu", shape.width);
  return g_strdup_printf ("%zu x %zu x %zu", shape.channels, shape.height, shape.width);
}

static void
print_layer (const LofiLayerResult *layer, const LofiNull *null)
{
  g_autofree char *in = describe_shape (layer->input_shape), *out = describe_shape (layer->output_shape);
  gboolean infinite = lofi_layer_lifts (layer->spec) && layer->spec->width == LOFI_WIDTH_INFINITE;
  g_autofree char *width = infinite ? g_strdup ("inf") : g_strdup_printf ("%zu", layer->width);
  g_autofree char *shape = !lofi_layer_lifts (layer->spec) ? g_strdup_printf ("%s > %s", in, out)
                           : layer->keep ? g_strdup_printf ("%s > %s > %s", in, width, out) : g_strdup_printf ("%s > %s", in, width);
  g_print ("%-8s %-8s %-30s", layer->name, lofi_kind_name (layer->spec->kind), shape);
  if (layer->scale > 0)
    g_print (" %s %-9.4g", _("scale"), layer->scale);
  if (null)
    g_print (" %s %-3zu", _("outliers"), lofi_null_outliers (null));
  if (layer->spec->keep_auto)
    g_print (" %s %-3zu", _("kept"), layer->keep);
  if (layer->keep)
    g_print (" %s", _("top eigenvalues"));
  for (gsize k = 0; k < MIN (layer->keep, SHOWN_EIGENVALUES); k++)
    g_print (" %+.3g", layer->eigenvalues[k]);
  g_print ("%s\n", layer->keep > SHOWN_EIGENVALUES ? " ..." : "");
}

static void
print_readout (const char *name, const LofiReadout *readout)
{
  if (!readout)
    return;
  const LofiScores *train = &readout->train_scores, *test = &readout->test_scores;
  g_print ("%-8s %8.2f ± %.2f %%", name, 100 * train->error, 100 * train->error_sem);
  if (readout->n_test)
    g_print ("   %8.2f ± %.2f %%   %9.4g ± %.2g", 100 * test->error, 100 * test->error_sem, test->mse, test->mse_sem);
  else
    g_print ("   %16s   %19s", "-", "-");
  g_print ("   %9.3g\n", readout->ridge.penalty);
}

static void
print_summary (const LofiResult *result)
{
  const LofiTask *task = result->task;
  if (result->experiment->title && *result->experiment->title)
    g_print ("%s\n", result->experiment->title);
  g_autofree char *seed = g_strdup_printf ("%" G_GUINT64_FORMAT, result->experiment->seed);
  g_print (_("%s, seed %s: %zu training and %zu test samples, %.1f %% positive\n\n"),
           task->dataset->name, seed, task->train.count, task->test.count, 100 * task->positive_share);
  for (guint i = 0; i < result->n_layers; i++)
    print_layer (result->layers[i], result->nulls[i]);
  g_print ("\n%-8s %17s   %18s   %19s   %9s\n", "", _("train error"), _("test error"), _("test mse"), _("penalty"));
  print_readout ("lofi", result->readout);
  print_readout ("lazy", result->lazy);
  print_readout ("linear", result->linear);
  if (result->kernel)
    print_readout ("kernel", result->kernel);
  if (result->descent)
    print_readout ("descent", result->descent);
  if (result->descent_diverged)
    g_print (_("gradient descent diverged: the row is that of step %zu, the last finite one; take a smaller descent.step\n"), result->descent_steps);
  g_autofree char *memory = g_format_size (result->peak_bytes);
  g_print (_("\n%.2f seconds, %s at the most, %d threads\n"), result->seconds, memory, lofi_blas_threads ());
}

gboolean
lofi_cmd_fit (LofiCli *cli, GError **error)
{
  g_autofree char *folder = NULL, *what = NULL;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &folder, N_("Write result.json and arrays into this folder"), "FOLDER" },
    { "save", 0, 0, G_OPTION_ARG_STRING, &what,
      N_("Arrays to write: spectrum, filters, features, weights, readout, predictions, samples"), "WHAT,..." },
    { NULL }
  };
  LofiSave save = 0;
  if (!lofi_cli_parse (cli, entries, LOFI_CLI_SET | LOFI_CLI_QUIET, 1, 1, error))
    return FALSE;
  if (what && !folder)
    return lofi_cli_usage (error, "--save", _("there is no folder to save to"), _("give one with -o FOLDER"));
  if (what && !lofi_save_parse (what, &save, error))
    return FALSE;
  g_autoptr (LofiExperiment) experiment = lofi_cli_experiment (cli, cli->argv[0], error);
  if (!experiment || (folder && !lofi_results_folder_check (folder, error)))
    return FALSE;
  g_autoptr (LofiResult) result = lofi_cli_fit (cli, experiment, TRUE, save & LOFI_SAVE_SPECTRUM ? LOFI_SPECTRA_WHOLE : LOFI_SPECTRA_LEADING,
                                               LOFI_NULLS_PERMUTED, error);
  if (!result || (folder && !lofi_result_write (result, folder, save, error)))
    return FALSE;
  if (!cli->quiet)
    print_summary (result);
  return TRUE;
}
