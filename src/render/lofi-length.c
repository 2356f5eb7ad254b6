/* Lengths as people write them. */
#include "config.h"
#include "lofi-export.h"

#include <math.h>
#include <glib/gi18n-lib.h>
#include "lofi-error.h"

#define LENGTH_MIN 10.0
#define LENGTH_MAX 14400.0

gboolean
lofi_length_parse (const char *text, double *points, GError **error)
{
  static const struct { const char *name; double points; } units[] = {
    { "", 1 }, { "pt", 1 }, { "in", 72 }, { "cm", 72 / 2.54 }, { "mm", 7.2 / 2.54 }, { "px", 0.75 },
  };
  g_autofree char *trimmed = g_strstrip (g_strdup (text ? text : ""));
  char *end = trimmed;
  double number = g_ascii_strtod (trimmed, &end), factor = 0;
  const char *unit = end;
  while (g_ascii_isspace (*unit))
    unit++;
  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (g_ascii_strcasecmp (unit, units[i].name) == 0)
      factor = units[i].points;
  /* strtod knows hexadecimal and "inf", people do not: a length begins with a figure or a point and has no x in its number. */
  gboolean plain = end != trimmed && (g_ascii_isdigit (*trimmed) || *trimmed == '.');
  for (const char *c = trimmed; c < end; c++)
    plain &= *c != 'x' && *c != 'X';
  g_autofree char *place = g_strdup_printf ("\"%s\"", text ? text : "");
  if (!plain || factor == 0 || !isfinite (number))
    return lofi_error_set (error, LOFI_ERROR_USAGE, place, _("write a number and pt, mm, cm, in or px, such as 8.5cm"),
                           _("this is not a length"));
  double length = number * factor;
  if (!(length >= LENGTH_MIN && length <= LENGTH_MAX))
    return lofi_error_set (error, LOFI_ERROR_USAGE, place, _("choose one between 10pt (3.6mm) and 14400pt (5.08m)"),
                           _("no figure has this length"));
  *points = length;
  return TRUE;
}
