#include "config.h"
#include "lofi-digits.h"
#include "lofi-experiment-reader-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>
#include "lofi-error.h"

gboolean
lofi_reader_from_setting (const LofiReader *reader, const char *group, const char *key)
{
  g_autofree char *full = g_strdup_printf ("%s.%s", group, key);
  return g_hash_table_contains (reader->settings, full);
}

char *
lofi_reader_place (gpointer data, const char *group, const char *key)
{
  const LofiReader *reader = data;
  if (key && lofi_reader_from_setting (reader, group, key))
    return g_strdup_printf ("--set %s.%s", group, key);
  return key ? g_strdup_printf ("%s: [%s] %s", reader->name, group, key) : g_strdup_printf ("%s: [%s]", reader->name, group);
}

void
lofi_reader_refuse (LofiReader *reader, const char *group, const char *key, const char *todo, const char *what, ...)
{
  va_list args;
  if (reader->error)
    return;
  va_start (args, what);
  g_autofree char *message = g_strdup_vprintf (what, args);
  va_end (args);
  g_autofree char *place = lofi_reader_place (reader, group, key);
  lofi_error_set (&reader->error, LOFI_ERROR_INPUT, place, todo, "%s", message);
}

gboolean
lofi_reader_has (const LofiReader *reader, const char *group, const char *key)
{
  return g_key_file_has_key (reader->file, group, key, NULL);
}

/* The value without blanks around it, or NULL: not there, or unreadable, or an error already. (transfer full) */
char *
lofi_reader_get (LofiReader *reader, const char *group, const char *key)
{
  g_autoptr (GError) reason = NULL;
  if (reader->error || !lofi_reader_has (reader, group, key))
    return NULL;
  char *value = g_key_file_get_string (reader->file, group, key, &reason);
  if (!reason)
    return value;
  g_free (value);                  /* GLib hands out what it made of it all the same */
  lofi_reader_refuse (reader, group, key, _("write a backslash as \\\\"), "%s", _("an escape that key files do not have"));
  return NULL;
}

void
lofi_reader_text (LofiReader *reader, const char *group, const char *key, char **text)
{
  char *value = lofi_reader_get (reader, group, key);
  if (!value)
    return;
  g_free (*text);
  *text = value;
}

/* A path or a name: an empty one is none. */
void
lofi_reader_name (LofiReader *reader, const char *group, const char *key, char **name)
{
  lofi_reader_text (reader, group, key, name);
  if (*name && !**name)
    g_clear_pointer (name, g_free);
}

gboolean
lofi_read_unsigned (LofiReader *reader, const char *group, const char *key, const char *text, guint64 most, guint64 *number)
{
  if (lofi_digits_to_number (text, 0, most, number))
    return TRUE;
  if (lofi_digits_only (text))
    lofi_reader_refuse (reader, group, key, NULL, _("%s is larger than %zu"), text, (gsize) most);
  else if (text[0] == '-' && g_ascii_isdigit (text[1]))
    lofi_reader_refuse (reader, group, key, _("give a whole number that is not negative"), _("%s is negative"), text);
  else
    lofi_reader_refuse (reader, group, key, _("give a whole number"), _("“%s” is not a whole number"), text);
  return FALSE;
}

void
lofi_reader_unsigned (LofiReader *reader, const char *group, const char *key, guint64 most, guint64 *number)
{
  g_autofree char *text = lofi_reader_get (reader, group, key);
  if (text)
    lofi_read_unsigned (reader, group, key, text, most, number);
}

void
lofi_reader_size (LofiReader *reader, const char *group, const char *key, gsize *size)
{
  guint64 number = *size;
  lofi_reader_unsigned (reader, group, key, G_MAXINT32, &number);
  *size = (gsize) number;
}

gboolean
lofi_read_double (LofiReader *reader, const char *group, const char *key, const char *text, double *number)
{
  char *end;
  errno = 0;
  double value = g_ascii_strtod (text, &end);
  /* Decimal numbers only: no hexadecimal, no "inf" or "nan". */
  if (end == text || *end || strspn (text, "+-.0123456789eE") != strlen (text))
    lofi_reader_refuse (reader, group, key, _("give a number such as 0.5 or 1e-6"), _("“%s” is not a number"), text);
  else if (!isfinite (value) || (errno == ERANGE && value == 0))
    lofi_reader_refuse (reader, group, key, NULL, _("%s is out of range"), text);
  else
    {
      *number = value;
      return TRUE;
    }
  return FALSE;
}

gboolean
lofi_read_choice (LofiReader *reader, const char *group, const char *key, const char *text, const char *const *names, guint *choice)
{
  for (guint i = 0; names[i]; i++)
    if (g_str_equal (text, names[i]))
      {
        *choice = i;
        return TRUE;
      }
  const char *nearest = lofi_nearest_name (text, names);
  g_autofree char *all = g_strjoinv (", ", (char **) names);
  g_autofree char *todo = nearest ? g_strdup_printf (_("did you mean %s?"), nearest) : g_strdup_printf (_("use one of %s"), all);
  lofi_reader_refuse (reader, group, key, todo, _("“%s” is not known here"), text);
  return FALSE;
}

void
lofi_reader_choice (LofiReader *reader, const char *group, const char *key, const char *const *names, guint *choice)
{
  g_autofree char *text = lofi_reader_get (reader, group, key);
  if (text)
    lofi_read_choice (reader, group, key, text, names, choice);
}

void
lofi_reader_flag (LofiReader *reader, const char *group, const char *key, gboolean *flag)
{
  static const char *const names[] = { "false", "true", NULL };
  guint choice = *flag ? 1 : 0;
  lofi_reader_choice (reader, group, key, names, &choice);
  *flag = choice == 1;
}

/* The parts between semicolons; the last one may be followed by one. */
char **
lofi_split_list (const char *text)
{
  char **parts = g_strsplit (text, ";", -1);
  guint n = g_strv_length (parts);
  for (guint i = 0; i < n; i++)
    g_strstrip (parts[i]);
  if (n > 0 && !*parts[n - 1])
    g_clear_pointer (&parts[n - 1], g_free);
  return parts;
}
