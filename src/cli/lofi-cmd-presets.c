/* `lofi presets`: the bundled experiments, a line each. */
#include "config.h"
#include <string.h>
#include <glib/gi18n-lib.h>
#include "lofi-cli.h"

gboolean
lofi_cmd_presets (LofiCli *cli, GError **error)
{
  if (!lofi_cli_parse (cli, NULL, 0, 0, 0, error))
    return FALSE;
  const char *const *names = lofi_preset_names ();
  int width = 0;
  for (guint i = 0; names[i]; i++)
    width = MAX (width, (int) strlen (names[i]));
  for (guint i = 0; names[i]; i++)
    {
      g_autoptr (LofiExperiment) experiment = lofi_preset_load (names[i], NULL, error);
      if (!experiment)
        return FALSE;
      g_print ("%-*s  %s\n", width, names[i], experiment->title);
    }
  return TRUE;
}
