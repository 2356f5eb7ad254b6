/* `lofi`: the command line. A table of commands; each is a file lofi-cmd-NAME.c. */
#include "config.h"
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#include "lofi-blas.h"
#include "lofi-cli.h"
#include "lofi-error.h"

const LofiCommand lofi_commands[] = {
  { "fit", "EXPERIMENT", N_("Fit layer by layer, and write the result"), lofi_cmd_fit },
  { "emerge", "EXPERIMENT", N_("Follow the test error as the number of samples grows"), lofi_cmd_emerge },
  { "align", "EXPERIMENT", N_("Compare what gradient descent learns with the filter, by step"), lofi_cmd_align },
  { "figure", "KIND EXPERIMENT|FOLDER", N_("Draw a figure as PDF, SVG or PNG"), lofi_cmd_figure },
  { "data", "[SOURCE]", N_("Show what data there is"), lofi_cmd_data },
  { "presets", "", N_("List the bundled experiments"), lofi_cmd_presets },
  { NULL }
};

static void
print_help (void)
{
  g_print (_("Usage: lofi COMMAND [OPTION...]\n\nNeural Low-Degree Filtering: features from labels, layer by layer.\n\nCommands:\n"));
  for (const LofiCommand *c = lofi_commands; c->name; c++)
    {
      g_autofree char *usage = g_strjoin (" ", c->name, c->arguments, NULL);
      g_print ("  %-32s%s\n", usage, _(c->summary));
    }
  g_print (_("\n`lofi COMMAND --help` explains a command; `lofi --version` prints the version.\n"
             "An EXPERIMENT is a file, or the name of a bundled experiment.\n"));
}

static gboolean
refuse (const char *word, GError **error)
{
  static const char *const options[] = { "--help", "--version", NULL };
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (const LofiCommand *c = lofi_commands; c->name; c++)
    g_ptr_array_add (names, (gpointer) c->name);
  g_ptr_array_add (names, NULL);
  gboolean option = word[0] == '-';
  const char *nearest = lofi_nearest_name (word, option ? options : (const char *const *) names->pdata);
  g_autofree char *todo = nearest ? g_strdup_printf (_("did you mean %s?"), nearest) : g_strdup (_("see lofi --help"));
  return lofi_cli_usage (error, word, option ? _("no such option") : _("no such command"), todo);
}

static gboolean
run (int argc, char **argv, GError **error)
{
  if (argc < 2)
    return lofi_cli_usage (error, "lofi", _("no command given"), _("see lofi --help"));
  const char *word = argv[1];
  if (strcmp (word, "--help") == 0 || strcmp (word, "-h") == 0 || strcmp (word, "-?") == 0 || strcmp (word, "help") == 0)
    {
      print_help ();
      return TRUE;
    }
  if (strcmp (word, "--version") == 0)
    {
      g_print ("lofi %s\n", LOFI_VERSION);
      return TRUE;
    }
  for (const LofiCommand *c = lofi_commands; c->name; c++)
    if (strcmp (word, c->name) == 0)
      {
        g_autoptr (GCancellable) cancellable = lofi_cli_watch_interrupt ();
        LofiCli cli = { .name = c->name, .argc = argc - 1, .argv = argv + 1, .cancellable = cancellable };
        gboolean done = c->run (&cli, error);
        g_strfreev (cli.settings);
        g_strfreev (cli.words);
        return done;
      }
  return refuse (word, error);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  setlocale (LC_NUMERIC, "C");     /* numbers are printed to be read back */
  const char *texts = g_getenv ("LOFI_LOCALE_PATH");      /* where the catalogues are before they are installed */
  bindtextdomain (GETTEXT_PACKAGE, texts && *texts ? texts : LOFI_LOCALE_FOLDER);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  lofi_blas_set_threads (0);
  g_autoptr (GError) error = NULL;
  run (argc, argv, &error);
  if (!error && (fflush (stdout) != 0 || ferror (stdout)))
    lofi_error_set (&error, LOFI_ERROR_COMPUTATION, _("standard output"), NULL, "%s", _("it cannot be written"));
  if (error)
    lofi_cli_print_error (error->message);
  return lofi_error_exit_code (error);
}
