/* Numbers as the window says them. */
#include "config.h"
#include <math.h>
#include <glib/gi18n-lib.h>
#include "lofi-format.h"

void
lofi_format_percent (double share, char *out, gsize size)
{
  if (isfinite (share))
    g_snprintf (out, size, "%.1f %%", 100 * share);
  else
    g_strlcpy (out, "–", size);
}

void
lofi_format_sem (double share, char *out, gsize size)
{
  if (isfinite (share))
    g_snprintf (out, size, "± %.1f", 100 * share);
  else
    g_strlcpy (out, "", size);
}

void
lofi_format_error (const LofiScores *scores, char *out, gsize size)
{
  char percent[32], sem[32];
  lofi_format_percent (scores->error, percent, sizeof percent);
  lofi_format_sem (scores->error_sem, sem, sizeof sem);
  if (*sem)
    g_snprintf (out, size, "%s %s", percent, sem);
  else
    g_strlcpy (out, percent, size);
}

void
lofi_format_seconds (double seconds, char *out, gsize size)
{
  if (!(seconds >= 0))
    g_strlcpy (out, "", size);
  else if (seconds < 0.095)
    g_snprintf (out, size, _("%.0f ms"), MAX (1, 1000 * seconds));
  else if (seconds < 9.95)
    g_snprintf (out, size, _("%.2f s"), seconds);
  else if (seconds < 60)
    g_snprintf (out, size, _("%.0f s"), seconds);
  else
    g_snprintf (out, size, _("%d min %d s"), (int) seconds / 60, (int) seconds % 60);
}
