/* Options, experiments and errors, the same for every command. */
#include "config.h"
#include <string.h>
#include <glib/gi18n-lib.h>
#include "lofi-cli.h"
#include "lofi-error.h"

gboolean
lofi_cli_usage (GError **error, const char *place, const char *what, const char *todo)
{
  return lofi_error_set (error, LOFI_ERROR_USAGE, place, todo, "%s", what);
}

void
lofi_cli_print_error (const char *message)
{
  g_autofree char *valid = g_utf8_make_valid (message, -1);
  for (char *p = valid; *p; p++)
    if (g_ascii_iscntrl (*p))
      *p = ' ';
  g_printerr ("lofi: %s\n", valid);
}

/* ---- options ---- */

static gboolean
entry_matches (const GOptionEntry *entry, const char *word)
{
  gsize length = strcspn (word, "=");
  if (g_str_has_prefix (word, "--"))
    return strlen (entry->long_name) == length - 2 && strncmp (entry->long_name, word + 2, length - 2) == 0;
  return entry->short_name && word[1] == entry->short_name;
}

/* The first word that looks like an option and is none of the entries. */
static const char *
unknown_option (char **words, const GOptionEntry *entries)
{
  for (char **word = words; *word && strcmp (*word, "--") != 0; word++)
    {
      gboolean known = (*word)[0] != '-' || (*word)[1] == '\0';
      for (const GOptionEntry *entry = entries; !known && entry->long_name; entry++)
        known = entry_matches (entry, *word);
      if (!known)
        return *word;
    }
  return NULL;
}

static gboolean
explain_option_error (LofiCli *cli, char **words, const GOptionEntry *entries, const GError *reason, GError **error)
{
  g_autofree char *see = g_strdup_printf (_("see lofi %s --help"), cli->name);
  const char *word = g_error_matches (reason, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION) ? unknown_option (words, entries) : NULL;
  if (!word)
    return lofi_cli_usage (error, cli->name, reason->message, see);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  for (const GOptionEntry *entry = entries; entry->long_name; entry++)
    g_ptr_array_add (names, g_strconcat ("--", entry->long_name, NULL));
  g_ptr_array_add (names, g_strdup ("--help"));
  g_ptr_array_add (names, NULL);
  g_autofree char *plain = g_strndup (word, strcspn (word, "="));
  const char *nearest = lofi_nearest_name (plain, (const char *const *) names->pdata);
  g_autofree char *todo = nearest ? g_strdup_printf (_("did you mean %s?"), nearest) : g_steal_pointer (&see);
  g_autofree char *what = g_strdup_printf (_("%s is no option of this command"), plain);
  return lofi_cli_usage (error, cli->name, what, todo);
}

static const LofiCommand *
command_of (const LofiCli *cli)
{
  const LofiCommand *command = lofi_commands;
  while (strcmp (command->name, cli->name) != 0)
    command++;
  return command;
}

static GArray *
all_entries (LofiCli *cli, const GOptionEntry *entries, LofiCliCommon common)
{
  const GOptionEntry set = { "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &cli->settings,
                             N_("Change one key of the experiment for this run; may be repeated"), "GROUP.KEY=VALUE" };
  const GOptionEntry quiet = { "quiet", 'q', 0, G_OPTION_ARG_NONE, &cli->quiet, N_("Print nothing but errors"), NULL };
  GArray *all = g_array_new (TRUE, TRUE, sizeof (GOptionEntry));
  for (; entries && entries->long_name; entries++)
    g_array_append_val (all, *entries);
  if (common & LOFI_CLI_SET)
    g_array_append_val (all, set);
  if (common & LOFI_CLI_QUIET)
    g_array_append_val (all, quiet);
  return all;
}

gboolean
lofi_cli_parse (LofiCli *cli, const GOptionEntry *entries, LofiCliCommon common, int least, int most, GError **error)
{
  const LofiCommand *command = command_of (cli);
  g_autoptr (GArray) all = all_entries (cli, entries, common);
  g_autoptr (GOptionContext) context = g_option_context_new (command->arguments);
  g_autofree char *program = g_strdup_printf ("lofi %s", cli->name);
  g_autoptr (GError) reason = NULL;
  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  g_option_context_set_summary (context, command->summary);
  g_option_context_add_main_entries (context, (const GOptionEntry *) all->data, GETTEXT_PACKAGE);
  g_set_prgname (program);          /* "Usage: lofi fit ..." */
  cli->words = g_new0 (char *, cli->argc + 1);
  for (int i = 0; i < cli->argc; i++)
    cli->words[i] = g_strdup (cli->argv[i]);
  if (!g_option_context_parse_strv (context, &cli->words, &reason))
    return explain_option_error (cli, cli->argv + 1, (const GOptionEntry *) all->data, reason, error);
  int left = (int) g_strv_length (cli->words) - 1;
  if (left < least || left > most)
    {
      g_autofree char *todo = g_strdup_printf (_("usage: lofi %s %s; see lofi %s --help"), cli->name, command->arguments, cli->name);
      return lofi_cli_usage (error, cli->name, left < least ? _("an argument is missing") : _("too many arguments"), todo);
    }
  cli->argc = left;
  cli->argv = cli->words + 1;
  return TRUE;
}

/* ---- experiments ---- */

/* Results are read from other folders than the one they were asked for in: what they say of files must hold there. */
static LofiExperiment *
with_absolute_paths (LofiExperiment *experiment)
{
  if (experiment)
    lofi_experiment_make_paths_absolute (experiment);
  return experiment;
}

LofiExperiment *
lofi_cli_experiment (LofiCli *cli, const char *word, GError **error)
{
  const char *const *presets = lofi_preset_names (), *const *settings = (const char *const *) cli->settings;
  if (g_file_test (word, G_FILE_TEST_EXISTS) && !g_file_test (word, G_FILE_TEST_IS_DIR))
    return with_absolute_paths (lofi_experiment_load (word, settings, error));
  if (g_strv_contains (presets, word))
    return with_absolute_paths (lofi_preset_load (word, settings, error));
  const char *nearest = lofi_nearest_name (word, presets);
  g_autofree char *todo = nearest ? g_strdup_printf (_("did you mean the preset %s?"), nearest)
                                  : g_strdup (_("give an experiment file, or a preset that lofi presets lists"));
  const char *what = g_file_test (word, G_FILE_TEST_IS_DIR) ? _("a folder, not an experiment file") : _("no such file, and no preset of that name");
  lofi_error_set (error, LOFI_ERROR_INPUT, word, todo, "%s", what);
  return NULL;
}
