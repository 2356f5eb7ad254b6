/* lofi-explorer: the window. */
#include "config.h"
#include <locale.h>
#include <glib/gi18n.h>
#include "lofi-application.h"
#include "lofi-blas.h"
#include "lofi-stalls.h"

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  const char *texts = g_getenv ("LOFI_LOCALE_PATH");      /* where the catalogues are before they are installed */
  bindtextdomain (GETTEXT_PACKAGE, texts && *texts ? texts : LOFI_LOCALE_FOLDER);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  lofi_blas_set_threads (0);
  if (lofi_stalls_wanted ())
    lofi_stalls_start (TRUE);
  g_autoptr (LofiApplication) application = lofi_application_new ();
  int status = g_application_run (G_APPLICATION (application), argc, argv);
  if (lofi_stalls_wanted ())
    lofi_stalls_print ();
  return status;
}
