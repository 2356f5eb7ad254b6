#include "config.h"
#include "lofi-csv-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lofi-error.h"

#define BUFFER_BYTES (4 * LOFI_CSV_CELL_MAX)

struct _LofiCsv {
  char *path;
  int file;
  GCancellable *cancellable;
  char separator;
  char *buffer;                    /* one byte longer: a cell at the end is terminated too */
  gsize start, end;                /* what of it is still to be used */
  gboolean at_end;                 /* of the file */
  gsize row, column;               /* of the next cell */
  gsize blank;                     /* the first of the empty rows that nothing has followed yet, or 0 */
};

static gboolean
refuse (const LofiCsv *csv, const char *todo, const char *what, GError **error)
{
  g_autofree char *place = g_strdup_printf (_("%s: row %zu, column %zu"), csv->path, csv->row, csv->column);
  return lofi_error_set (error, LOFI_ERROR_INPUT, place, todo, "%s", what);
}

/* Makes the unread part of the buffer as long as it can be. */
static gboolean
fill (LofiCsv *csv, GError **error)
{
  if (g_cancellable_set_error_if_cancelled (csv->cancellable, error))
    return FALSE;
  memmove (csv->buffer, csv->buffer + csv->start, csv->end - csv->start);
  csv->end -= csv->start;
  csv->start = 0;
  while (!csv->at_end && csv->end < BUFFER_BYTES)
    {
      gssize got = read (csv->file, csv->buffer + csv->end, BUFFER_BYTES - csv->end);
      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        return lofi_error_set (error, LOFI_ERROR_INPUT, csv->path, NULL, "%s", g_strerror (errno));
      csv->at_end = got == 0;
      csv->end += (gsize) got;
    }
  return TRUE;
}

static gboolean
rewind_file (LofiCsv *csv, GError **error)
{
  if (lseek (csv->file, 0, SEEK_SET) != 0)
    return lofi_error_set (error, LOFI_ERROR_INPUT, csv->path, NULL, "%s", g_strerror (errno));
  csv->start = csv->end = 0;
  csv->at_end = FALSE;
  csv->row = csv->column = 1;
  csv->blank = 0;
  if (!fill (csv, error))
    return FALSE;
  if (csv->end >= 3 && memcmp (csv->buffer, "\xef\xbb\xbf", 3) == 0)
    csv->start = 3;
  return TRUE;
}

/* Comma, or what the header has instead. */
static char
find_separator (const LofiCsv *csv)
{
  static const char candidates[] = ",;\t";
  gboolean quoted = FALSE, seen[3] = { FALSE };
  for (gsize i = csv->start; i < csv->end && (quoted || csv->buffer[i] != '\n'); i++)
    {
      const char *at = csv->buffer[i] ? strchr (candidates, csv->buffer[i]) : NULL;
      quoted ^= csv->buffer[i] == '"';
      if (at && !quoted)
        seen[at - candidates] = TRUE;
    }
  return seen[0] ? ',' : seen[1] ? ';' : seen[2] ? '\t' : ',';
}

LofiCsv *
lofi_csv_open (const char *path, GCancellable *cancellable, GError **error)
{
  struct stat status;
  /* Without waiting: a pipe of this name has no writer. */
  int file = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
  if (file < 0 || fstat (file, &status) != 0 || !S_ISREG (status.st_mode))
    {
      lofi_error_set (error, LOFI_ERROR_INPUT, path, _("check the path"), "%s", file < 0 ? g_strerror (errno) : _("not a regular file"));
      if (file >= 0)
        g_close (file, NULL);
      return NULL;
    }
  g_autoptr (LofiCsv) csv = g_new0 (LofiCsv, 1);
  csv->path = g_strdup (path);
  csv->file = file;
  csv->cancellable = cancellable;
  csv->buffer = g_malloc (BUFFER_BYTES + 1);
  if (!rewind_file (csv, error))
    return NULL;
  if (csv->end >= 2 && (memcmp (csv->buffer, "\xff\xfe", 2) == 0 || memcmp (csv->buffer, "\xfe\xff", 2) == 0))
    {
      lofi_error_set (error, LOFI_ERROR_INPUT, path, _("save it as UTF-8"), _("it is written in UTF-16"));
      return NULL;
    }
  csv->separator = find_separator (csv);
  return g_steal_pointer (&csv);
}

void
lofi_csv_close (LofiCsv *csv)
{
  g_close (csv->file, NULL);
  g_free (csv->buffer);
  g_free (csv->path);
  g_free (csv);
}

/* ---- cells ---- */

/* Removes doubled quotes in place. Finds the end of the cell's text and what follows its closing quote; FALSE if it does not close. */
static gboolean
unquote (char *text, const char *end, char **closed, gsize *length)
{
  char *to = text;
  for (char *from = text; from < end; from++)
    if (*from != '"')
      *to++ = *from;
    else if (from + 1 < end && from[1] == '"')
      *to++ = *from++;
    else
      {
        *length = (gsize) (to - text);
        *closed = from + 1;
        return TRUE;
      }
  return FALSE;
}

static inline gboolean
is_end (const LofiCsv *csv, char c)
{
  return c == csv->separator || c == '\n';
}

static inline gboolean
is_blank (const LofiCsv *csv, char c)
{
  return c == ' ' || c == '\r' || (c == '\t' && csv->separator != '\t');
}

/* Where the cell that begins at `at` ends in the buffer: at a separator, a line end or the file's end. NULL with an error. */
static char *
find_end (LofiCsv *csv, char *at, char *end, LofiCsvCell *cell, GError **error)
{
  char *begin = at, *last;
  while (at < end && is_blank (csv, *at))
    at++;
  if (at < end && *at == '"')
    {
      cell->text = at + 1;
      if (!unquote (at + 1, end, &at, &cell->length))
        {
          refuse (csv, _("close it"), csv->at_end && end - begin <= LOFI_CSV_CELL_MAX ? _("a quote is opened and not closed")
                  : _("a cell of more than 65536 bytes: a quote seems not to be closed"), error);
          return NULL;
        }
      while (at < end && is_blank (csv, *at))
        at++;
      if (at < end && !is_end (csv, *at))
        {
          refuse (csv, _("double the quotes inside a quoted cell"), _("there is text behind a closing quote"), error);
          return NULL;
        }
      return at;
    }
  cell->text = at;
  for (last = at; at < end && !is_end (csv, *at); at++)
    {
      if (*at == '"' || *at == '\0')
        {
          refuse (csv, _("put the cell into quotes and double those inside it"),
                  *at ? _("there is a quote inside a cell that is not quoted") : _("there is a NUL byte in the cell"), error);
          return NULL;
        }
      if (!is_blank (csv, *at))
        last = at + 1;
    }
  cell->length = (gsize) (last - cell->text);
  return at;
}

/* A row of one empty cell: passed over, and refused once something follows it. */
static gboolean
skip_blank_rows (LofiCsv *csv, GError **error)
{
  while (csv->column == 1)
    {
      if (csv->end - csv->start <= 1 && !csv->at_end && !fill (csv, error))
        return FALSE;
      gsize at = csv->start;
      if (at < csv->end && csv->buffer[at] == '\r')
        at++;
      if (at >= csv->end || csv->buffer[at] != '\n')
        {
          csv->start = at >= csv->end ? at : csv->start;
          break;
        }
      csv->blank = csv->blank ? csv->blank : csv->row;
      csv->start = at + 1;
      csv->row++;
    }
  if (!csv->blank || csv->start >= csv->end)
    return TRUE;
  csv->row = csv->blank;
  return refuse (csv, _("remove the row"), _("the row is empty"), error);
}

gboolean
lofi_csv_next (LofiCsv *csv, LofiCsvCell *cell, GError **error)
{
  if (csv->end - csv->start <= LOFI_CSV_CELL_MAX && !csv->at_end && !fill (csv, error))
    return FALSE;
  if (csv->column == 1 && (!skip_blank_rows (csv, error) || (csv->end - csv->start <= LOFI_CSV_CELL_MAX && !csv->at_end && !fill (csv, error))))
    return FALSE;
  if (csv->start >= csv->end && csv->column == 1)
    return FALSE;
  char *at = csv->buffer + csv->start, *end = csv->buffer + csv->end;
  char *bound = end - at > LOFI_CSV_CELL_MAX ? at + LOFI_CSV_CELL_MAX + 1 : end;
  char *stop = find_end (csv, at, bound, cell, error);
  if (!stop)
    return FALSE;
  if (stop == bound && bound != end)
    return refuse (csv, NULL, _("a cell of more than 65536 bytes"), error);
  cell->row = csv->row;
  cell->column = csv->column;
  cell->ends_row = stop == end || *stop == '\n';
  csv->start = (gsize) (stop - csv->buffer) + (stop < end);
  csv->row += cell->ends_row;
  csv->column = cell->ends_row ? 1 : csv->column + 1;
  cell->text[cell->length] = '\0';
  return TRUE;
}

gboolean
lofi_csv_count_rows (LofiCsv *csv, gsize *rows, GError **error)
{
  gboolean quoted = FALSE, text = FALSE;
  gsize count = 0;
  if (!rewind_file (csv, error))
    return FALSE;
  while (csv->start < csv->end)
    {
      for (const char *p = csv->buffer + csv->start, *end = csv->buffer + csv->end; p < end; p++)
        if (*p == '\n' && !quoted)
          {
            count += text;
            text = FALSE;
          }
        else if (*p != '\r')
          {
            quoted ^= *p == '"';
            text = TRUE;
          }
      csv->start = csv->end;
      if (!fill (csv, error))
        return FALSE;
    }
  *rows = count + text - (count + text > 0);
  return rewind_file (csv, error);
}

/* ---- numbers ---- */

/* At most fifteen digits are exact in a double, and so is the power of ten that the point stands for: their quotient rounds once. */
static gboolean
quick_number (const char *text, gsize length, double *number)
{
  static const double powers[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15 };
  const char *at = text, *end = text + length;
  gboolean negative = length > 0 && *at == '-', point = FALSE;
  guint64 mantissa = 0;
  guint digits = 0, decimals = 0;
  if (length > 0 && (*at == '-' || *at == '+'))
    at++;
  if (end - at > 16)
    return FALSE;
  for (; at < end; at++)
    if (g_ascii_isdigit (*at))
      {
        mantissa = 10 * mantissa + (guint64) (*at - '0');
        digits++;
        decimals += point;
      }
    else if (*at == '.' && !point)
      point = TRUE;
    else
      return FALSE;
  if (digits == 0 || digits > 15)
    return FALSE;
  double value = (double) mantissa / powers[decimals];
  *number = negative ? -value : value;
  return TRUE;
}

gboolean
lofi_csv_number (const char *text, gsize length, double *number)
{
  char *end;
  if (quick_number (text, length, number))
    return TRUE;
  /* strtod also reads hexadecimal, nan and inf. */
  if (length == 0 || strspn (text, "0123456789+-.eE") != length)
    return FALSE;
  *number = g_ascii_strtod (text, &end);
  return end == text + length && isfinite (*number);
}
