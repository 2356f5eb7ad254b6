/* Numbers and classes from CSV files.
 *
 * The column data.label-column, else the one named "label", else the last holds the class; every other one is an input. A first column without
 * a name counts the rows, as data frames are written, and is left out. Labels that are whole numbers from 0 to 255 are class numbers as they are;
 * any others, whole numbers or text, are numbered from 0 in sorted order, and keep their names.
 * Inputs whose names all begin with "pixel", or read 1x1, 1x2, ..., are a square image if their number is one. */
#include "config.h"
#include "lofi-dataset-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "lofi-csv-private.h"
#include "lofi-error.h"

#define COLUMN_BYTES 64          /* what a column's name takes */
#define COLUMNS_BETWEEN_LOOKS 4096
#define WORD_BYTES_MAX 60

/* The labels of all files, in the order they were met. */
typedef struct {
  GHashTable *numbers;           /* text -> place in texts + 1 */
  GPtrArray *texts;
} Labels;

typedef struct {
  const LofiReading *reading;
  const char *path;
  LofiCsv *csv;
  GPtrArray *names;              /* of the columns */
  gsize label, first;            /* the label's column; the first one that is an input or the label */
  Labels *labels;
} Table;

static gboolean refuse_cell (const Table *table, const LofiCsvCell *cell, const char *todo, GError **error, const char *what, ...)
  G_GNUC_PRINTF (5, 6);

static gboolean
refuse_cell (const Table *table, const LofiCsvCell *cell, const char *todo, GError **error, const char *what, ...)
{
  va_list args;
  va_start (args, what);
  g_autofree char *message = g_strdup_vprintf (what, args);
  va_end (args);
  const char *name = cell->column <= table->names->len ? g_ptr_array_index (table->names, cell->column - 1) : "";
  g_autofree char *place = *name ? g_strdup_printf (_("%s: row %zu, column %zu (%.60s)"), table->path, cell->row, cell->column, name)
                                 : g_strdup_printf (_("%s: row %zu, column %zu"), table->path, cell->row, cell->column);
  return lofi_error_set (error, LOFI_ERROR_INPUT, place, todo, "%s", message);
}

/* ---- the header ---- */

/* A first row of numbers is no header, but for the 0, 1, 2, ... that unnamed columns are given. */
static gboolean
looks_like_data (const GPtrArray *names)
{
  gboolean counted = TRUE;
  double first = 0;
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      double number;
      if (!lofi_csv_number (name, strlen (name), &number))
        return FALSE;
      first = i == 0 ? number : first;
      counted = counted && number == first + i && (first == 0 || first == 1);
    }
  return !counted || names->len < 3;
}

static gboolean
read_names (Table *table, GError **error)
{
  LofiCsvCell cell = { 0 };
  GError *reason = NULL;
  while (!cell.ends_row && lofi_csv_next (table->csv, &cell, &reason))
    {
      if (cell.column % COLUMNS_BETWEEN_LOOKS == 0
          && !lofi_dataset_check_memory (table->reading->experiment, table->path, cell.column, COLUMN_BYTES, error))
        return FALSE;
      g_ptr_array_add (table->names, g_strndup (cell.text, cell.length));
    }
  if (reason)
    {
      g_propagate_error (error, reason);
      return FALSE;
    }
  if (table->names->len == 0)
    return lofi_error_set (error, LOFI_ERROR_INPUT, table->path, _("give a header and rows of numbers"), _("the file is empty"));
  if (table->names->len == 1)
    return lofi_error_set (error, LOFI_ERROR_INPUT, table->path, _("separate the columns by commas"),
                           _("there is a single column: a label and at least one number are needed"));
  if (looks_like_data (table->names))
    return lofi_error_set (error, LOFI_ERROR_INPUT, table->path, _("put a first row with the columns' names above them"),
                           _("the first row holds numbers, not names"));
  return TRUE;
}

static gboolean
refuse_label (const Table *table, const char *wanted, GError **error)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  for (guint i = 0; i < table->names->len && i < 1000; i++)
    if (strlen (g_ptr_array_index (table->names, i)) <= WORD_BYTES_MAX)
      g_ptr_array_add (words, g_ptr_array_index (table->names, i));
  g_ptr_array_add (words, NULL);
  const char *nearest = lofi_nearest_name (wanted, (const char *const *) words->pdata);
  g_autofree char *todo = nearest ? g_strdup_printf (_("did you mean %s?"), nearest) : g_strdup (_("name a column of the header in data.label-column"));
  return lofi_error_set (error, LOFI_ERROR_INPUT, table->path, todo, _("there is no column “%s”"), wanted);
}

static gboolean
find_label (Table *table, GError **error)
{
  const char *given = table->reading->experiment->data.label_column, *wanted = given && *given ? given : "label";
  gsize found = 0;
  for (guint i = 0; i < table->names->len; i++)
    {
      const char *name = g_ptr_array_index (table->names, i);
      gboolean same = given && *given ? g_str_equal (name, wanted) : g_ascii_strcasecmp (name, wanted) == 0;
      if (same && found)
        return lofi_error_set (error, LOFI_ERROR_INPUT, table->path, _("rename one of them"), _("columns %zu and %u are both named “%s”"), found,
                               i + 1, wanted);
      found = same ? i + 1 : found;
    }
  if (!found && given && *given)
    return refuse_label (table, wanted, error);
  table->label = found ? found - 1 : table->names->len - 1;
  table->first = table->names->len > 2 && table->label != 0 && !*(char *) g_ptr_array_index (table->names, 0);
  return TRUE;
}

static gsize
count_inputs (const Table *table)
{
  return table->names->len - table->first - 1;
}

/* ---- rows ---- */

static gboolean
take_label (Table *table, const LofiCsvCell *cell, int *number, GError **error)
{
  g_autofree char *whole = NULL;
  const char *text = cell->text;
  double value;
  /* 1, 01 and 1.0 are one label. */
  if (lofi_csv_number (text, cell->length, &value) && fabs (value) < 1e15 && value == floor (value))
    text = whole = g_strdup_printf ("%.0f", value + 0.0);
  gpointer known = g_hash_table_lookup (table->labels->numbers, text);
  if (!known)
    {
      if (table->labels->texts->len == LOFI_CLASSES_MAX)
        return refuse_cell (table, cell, _("name a column of classes in data.label-column; real targets go into an .npz file"), error,
                            _("there are more than %d different labels"), LOFI_CLASSES_MAX);
      char *copy = g_strdup (text);
      g_ptr_array_add (table->labels->texts, copy);
      known = GUINT_TO_POINTER (table->labels->texts->len);
      g_hash_table_insert (table->labels->numbers, copy, known);
    }
  *number = (int) GPOINTER_TO_UINT (known) - 1;
  return TRUE;
}

static gboolean
take_cell (Table *table, const LofiCsvCell *cell, double *row, int *label, GError **error)
{
  gsize at = cell->column - 1, columns = table->names->len;
  if (at >= columns || (cell->ends_row && at + 1 < columns))
    return refuse_cell (table, cell, _("give every row as many cells as the header"), error,
                        at >= columns ? _("the row goes on, but the header has %zu columns") : _("the row ends here, but the header has %zu columns"),
                        columns);
  if (at < table->first)
    return TRUE;
  if (cell->length == 0)
    return refuse_cell (table, cell, _("fill it in, or remove the row"), error, _("the cell is missing"));
  if (at == table->label)
    return take_label (table, cell, label, error);
  if (lofi_csv_number (cell->text, cell->length, &row[at - table->first - (at > table->label)]))
    return TRUE;
  return refuse_cell (table, cell, _("replace it by a number, or remove the column"), error, _("“%.60s” is not a finite number"), cell->text);
}

static gboolean
refuse_changed (const Table *table, GError **error)
{
  return lofi_error_set (error, LOFI_ERROR_INPUT, table->path, _("try again"), _("it changed while it was read"));
}

static gboolean
read_rows (Table *table, LofiSamples *samples, gsize rows, GError **error)
{
  LofiCsvCell cell;
  GError *reason = NULL;
  while (lofi_csv_next (table->csv, &cell, &reason))
    {
      if (samples->count == rows)
        return refuse_changed (table, error);
      double *row = samples->values.data + samples->count * samples->values.stride;
      if (!take_cell (table, &cell, row, &samples->classes[samples->count], error))
        return FALSE;
      samples->count += cell.ends_row;
    }
  if (!reason)
    {
      samples->values.rows = samples->count;
      return TRUE;
    }
  g_propagate_error (error, reason);
  return FALSE;
}

static gboolean
allocate (Table *table, LofiSamples *samples, gsize rows, GError **error)
{
  gsize inputs = count_inputs (table);
  if (rows == 0)
    return lofi_error_set (error, LOFI_ERROR_INPUT, table->path, _("give rows below it"), _("there is a header and nothing else"));
  if (inputs > G_MAXSSIZE / sizeof (double) - 1
      || !lofi_dataset_check_memory (table->reading->experiment, table->path, rows, inputs * sizeof (double) + sizeof (int), error)
      || !lofi_error_from_status (error, lofi_matrix_alloc (&samples->values, rows, inputs), table->path))
    return FALSE;
  samples->classes = g_try_new0 (int, rows);
  return samples->classes || lofi_error_from_status (error, LOFI_NO_MEMORY, table->path);
}

/* Its columns must be those of the training table. */
static gboolean
compare_names (const Table *table, const Table *train, GError **error)
{
  if (table->names->len != train->names->len)
    return lofi_error_set (error, LOFI_ERROR_INPUT, table->path, _("give both files the same columns"), _("%u columns, but %u in %s"),
                           table->names->len, train->names->len, train->path);
  for (guint i = 0; i < table->names->len; i++)
    {
      const char *name = g_ptr_array_index (table->names, i), *expected = g_ptr_array_index (train->names, i);
      if (!g_str_equal (name, expected))
        return lofi_error_set (error, LOFI_ERROR_INPUT, table->path, _("give both files the same columns"),
                               _("column %u is “%.60s”, but “%.60s” in %s"), i + 1, name, expected, train->path);
    }
  return TRUE;
}

static gboolean
read_table (Table *table, const Table *train, LofiSamples *samples, GError **error)
{
  gsize rows, skipped;
  LofiCsvCell cell = { 0 };
  GError *reason = NULL;
  table->csv = lofi_csv_open (table->path, table->reading->cancellable, error);
  if (!table->csv || !read_names (table, error) || !find_label (table, error) || (train && !compare_names (table, train, error))
      || !lofi_csv_count_rows (table->csv, &rows, error) || !allocate (table, samples, rows, error))
    return FALSE;
  for (skipped = 0; skipped < table->names->len && lofi_csv_next (table->csv, &cell, &reason); skipped++)
    ;
  if (reason)
    {
      g_propagate_error (error, reason);
      return FALSE;
    }
  if (!cell.ends_row)
    return refuse_changed (table, error);
  return read_rows (table, samples, rows, error);
}

/* ---- what they mean ---- */

static int
compare_whole (gconstpointer a, gconstpointer b)
{
  double x = g_ascii_strtod (*(char *const *) a, NULL), y = g_ascii_strtod (*(char *const *) b, NULL);
  return (x > y) - (x < y);
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* From the order they were met in to class numbers. */
static void
number_classes (LofiDataset *dataset, const Labels *labels)
{
  guint count = labels->texts->len;
  int classes[LOFI_CLASSES_MAX];
  gboolean whole = TRUE, plain = TRUE;
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  for (guint i = 0; i < count; i++)
    {
      char *text = g_ptr_array_index (labels->texts, i);
      double value;
      whole = whole && lofi_csv_number (text, strlen (text), &value) && value == floor (value);
      plain = plain && whole && value >= 0 && value < LOFI_CLASSES_MAX;
      g_ptr_array_add (sorted, text);
    }
  g_ptr_array_sort (sorted, whole ? compare_whole : compare_texts);
  for (guint i = 0; i < count; i++)
    {
      const char *text = g_ptr_array_index (sorted, i);
      guint met = GPOINTER_TO_UINT (g_hash_table_lookup (labels->numbers, text)) - 1;
      classes[met] = plain ? atoi (text) : (int) i;
    }
  if (!plain)
    {
      dataset->n_classes = count;
      dataset->class_names = g_new0 (char *, count + 1);
      for (guint i = 0; i < count; i++)
        dataset->class_names[i] = g_utf8_make_valid (g_ptr_array_index (sorted, i), -1);
    }
  LofiSamples *const splits[] = { &dataset->train, &dataset->test };
  for (guint s = 0; s < 2; s++)
    for (gsize i = 0; i < splits[s]->count; i++)
      splits[s]->classes[i] = classes[splits[s]->classes[i]];
}

static gboolean
is_pixel_name (const char *name)
{
  if (g_ascii_strncasecmp (name, "pixel", 5) == 0)
    return TRUE;
  gsize rows = strspn (name, "0123456789"), cols = name[rows] == 'x' ? strspn (name + rows + 1, "0123456789") : 0;
  return rows > 0 && cols > 0 && !name[rows + 1 + cols];
}

static gboolean
holds_bytes (const LofiSamples *samples)
{
  for (gsize i = 0; i < samples->count; i++)
    for (gsize j = 0; j < samples->values.cols; j++)
      {
        double value = samples->values.data[i * samples->values.stride + j];
        if (!(value >= 0 && value <= 255 && value == floor (value)))
          return FALSE;
      }
  return TRUE;
}

static void
keep_bytes (LofiSamples *samples)
{
  gsize cols = samples->values.cols;
  if (samples->count == 0)
    return;
  samples->pixels = g_new (guint8, samples->count * cols);
  for (gsize i = 0; i < samples->count; i++)
    for (gsize j = 0; j < cols; j++)
      samples->pixels[i * cols + j] = (guint8) samples->values.data[i * samples->values.stride + j];
  lofi_matrix_clear (&samples->values);
}

static void
recognize_image (LofiDataset *dataset, const Table *table)
{
  gsize inputs = count_inputs (table), side = (gsize) (sqrt ((double) inputs) + 0.5);
  gboolean image = side * side == inputs && lofi_dataset_shape_is_image (1, side, side);
  for (guint i = (guint) table->first; i < table->names->len; i++)
    image = image && (i == table->label || is_pixel_name (g_ptr_array_index (table->names, i)));
  lofi_dataset_take_shape (dataset, TRUE, 1, image ? side : 1, image ? side : inputs, table->path, NULL);
  if (image && holds_bytes (&dataset->train) && holds_bytes (&dataset->test))
    {
      keep_bytes (&dataset->train);
      keep_bytes (&dataset->test);
    }
}

static void
table_clear (Table *table)
{
  g_clear_pointer (&table->csv, lofi_csv_close);
  g_ptr_array_unref (table->names);
}

gboolean
lofi_dataset_read_csv (const LofiReading *reading, GError **error)
{
  const LofiDataFiles *files = reading->files;
  LofiDataset *dataset = reading->dataset;
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) numbers = g_hash_table_new (g_str_hash, g_str_equal);
  Labels labels = { numbers, texts };
  Table train = { reading, files->train_inputs, NULL, g_ptr_array_new_with_free_func (g_free), 0, 0, &labels };
  Table test = { reading, files->test_inputs, NULL, g_ptr_array_new_with_free_func (g_free), 0, 0, &labels };
  gboolean good = read_table (&train, NULL, &dataset->train, error)
                  && (!files->test_inputs || read_table (&test, &train, &dataset->test, error));
  if (good)
    {
      number_classes (dataset, &labels);
      recognize_image (dataset, &train);
      lofi_dataset_measure (dataset);
    }
  table_clear (&train);
  table_clear (&test);
  return good;
}
