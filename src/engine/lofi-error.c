#include "config.h"
#include "lofi-error.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

/* What is wrong may quote a value from a file; a message stays short enough to read all the same. */
#define WHAT_BYTES_MAX 400
#define WORD_BYTES_MAX 128

G_DEFINE_QUARK (lofi-error-quark, lofi_error)

/* One line of valid UTF-8: file names and values may hold anything. */
static char *
one_line (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *line = g_string_sized_new (strlen (valid));
  for (const char *p = valid; *p; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      if (g_unichar_iscntrl (c) || c == 0x2028 || c == 0x2029)
        g_string_append_c (line, ' ');
      else
        g_string_append_unichar (line, c);
    }
  return g_string_free (line, FALSE);
}

static void
shorten (char *text)
{
  if (strlen (text) <= WHAT_BYTES_MAX)
    return;
  char *end = g_utf8_find_prev_char (text, text + WHAT_BYTES_MAX - 3);
  strcpy (end, "…");
}

gboolean
lofi_error_set (GError **error, LofiErrorCode code, const char *place, const char *todo, const char *what, ...)
{
  va_list args;
  va_start (args, what);
  g_autofree char *formatted = g_strdup_vprintf (what, args);
  va_end (args);

  g_autofree char *clean_place = one_line (place);
  g_autofree char *clean_what = one_line (formatted);
  g_autofree char *clean_todo = todo ? one_line (todo) : NULL;
  shorten (clean_what);
  if (clean_todo)
    g_set_error (error, LOFI_ERROR, code, "%s: %s; %s", clean_place, clean_what, clean_todo);
  else
    g_set_error (error, LOFI_ERROR, code, "%s: %s", clean_place, clean_what);
  return FALSE;
}

gboolean
lofi_error_from_status (GError **error, LofiStatus status, const char *place)
{
  switch (status)
    {
    case LOFI_OK:
      return TRUE;
    case LOFI_STOPPED:
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("stopped"));
      return FALSE;
    case LOFI_BAD_SHAPE:
    case LOFI_NOT_FINITE:
      return lofi_error_set (error, LOFI_ERROR_INPUT, place, NULL, "%s", lofi_status_message (status));
    case LOFI_NO_MEMORY:
      return lofi_error_set (error, LOFI_ERROR_COMPUTATION, place, _("take fewer samples or a smaller width"), "%s",
                             lofi_status_message (status));
    case LOFI_NO_CONVERGENCE:
    default:
      return lofi_error_set (error, LOFI_ERROR_COMPUTATION, place, NULL, "%s", lofi_status_message (status));
    }
}

int
lofi_error_exit_code (const GError *error)
{
  if (!error)
    return 0;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return 130;
  if (error->domain != LOFI_ERROR)
    return 2;
  switch (error->code)
    {
    case LOFI_ERROR_USAGE:
      return 1;
    case LOFI_ERROR_COMPUTATION:
      return 3;
    case LOFI_ERROR_INPUT:
    default:
      return 2;
    }
}

/* Levenshtein's distance, one row at a time. */
static gsize
edit_distance (const char *a, const char *b)
{
  gsize row[WORD_BYTES_MAX + 1], length_a = strlen (a), length_b = strlen (b);
  for (gsize j = 0; j <= length_b; j++)
    row[j] = j;
  for (gsize i = 1; i <= length_a; i++)
    {
      gsize diagonal = row[0];
      row[0] = i;
      for (gsize j = 1; j <= length_b; j++)
        {
          gsize above = row[j];
          gsize replaced = diagonal + (g_ascii_tolower (a[i - 1]) != g_ascii_tolower (b[j - 1]));
          row[j] = MIN (MIN (above, row[j - 1]) + 1, replaced);
          diagonal = above;
        }
    }
  return row[length_b];
}

const char *
lofi_nearest_name (const char *word, const char *const *names)
{
  const char *nearest = NULL;
  gsize length = strlen (word), smallest = length / 3 + 2;
  if (length > WORD_BYTES_MAX)
    return NULL;
  for (; *names; names++)
    {
      gsize distance = strlen (*names) <= WORD_BYTES_MAX ? edit_distance (word, *names) : G_MAXSIZE;
      if (distance < smallest)
        {
          smallest = distance;
          nearest = *names;
        }
    }
  return nearest;
}
