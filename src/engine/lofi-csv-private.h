/* CSV files cell by cell: quoted cells, doubled quotes, line ends of either kind, a byte-order mark, empty lines at the end.
 * The separator is the comma; where the header has none, a semicolon or a tab. */
#pragma once

#include <gio/gio.h>

#define LOFI_CSV_CELL_MAX 65536      /* bytes */

typedef struct _LofiCsv LofiCsv;

typedef struct {
  char *text;              /* blanks around it removed, NUL-terminated; valid until the next cell */
  gsize length;
  gsize row, column;       /* from 1; the header is row 1 */
  gboolean ends_row;
} LofiCsvCell;

LofiCsv *lofi_csv_open (const char *path, GCancellable *cancellable, GError **error);
void lofi_csv_close (LofiCsv *csv);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LofiCsv, lofi_csv_close)

/* The next cell; FALSE at the end of the file without an error, or with one. */
gboolean lofi_csv_next (LofiCsv *csv, LofiCsvCell *cell, GError **error);

/* Rows behind the header, empty ones left out; the file is read once for it, and is then at its beginning again. */
gboolean lofi_csv_count_rows (LofiCsv *csv, gsize *rows, GError **error);

/* A plain decimal number, such as -1.5e3, and nothing behind it. Finite, rounded to nearest. */
gboolean lofi_csv_number (const char *text, gsize length, double *number);
