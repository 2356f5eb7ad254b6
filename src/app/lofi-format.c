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

void
lofi_format_bytes (guint64 bytes, char *out, gsize size)
{
  double megabytes = bytes / 1e6;
  if (megabytes < 0.95)
    g_snprintf (out, size, _("%.0f kB"), MAX (1, bytes / 1e3));
  else if (megabytes < 9.95)
    g_snprintf (out, size, _("%.1f MB"), megabytes);
  else if (megabytes < 999.5)
    g_snprintf (out, size, _("%.0f MB"), megabytes);
  else
    g_snprintf (out, size, megabytes < 9950 ? _("%.1f GB") : _("%.0f GB"), megabytes / 1e3);
}
