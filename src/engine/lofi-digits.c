#include "lofi-digits.h"

gboolean
lofi_digits_only (const char *text)
{
  const char *at = text;
  while (g_ascii_isdigit (*at))
    at++;
  return at > text && *at == '\0';
}

gboolean
lofi_digits_to_number (const char *text, guint64 least, guint64 most, guint64 *number)
{
  guint64 found = 0;
  if (!lofi_digits_only (text))
    return FALSE;
  for (const char *at = text; *at; at++)
    if (!g_uint64_checked_mul (&found, found, 10) || !g_uint64_checked_add (&found, found, (guint64) g_ascii_digit_value (*at)))
      return FALSE;
  if (found < least || found > most)
    return FALSE;
  *number = found;
  return TRUE;
}
