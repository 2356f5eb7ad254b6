/* What the files about cells share. */
#pragma once

#include "lofi-cells.h"

/* A copy that owns its layers. (transfer full) */
LofiCell *lofi_cell_dup (const LofiCell *cell);
void lofi_cell_free (LofiCell *cell);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LofiCell, lofi_cell_free)
/* Frees what the layers hold, and their array. */
void lofi_cell_clear_layers (LofiCell *cell);
/* Room for so many layers of which nothing is known. */
void lofi_cell_set_layers (LofiCell *cell, guint n_layers);

/* The method of a name; negative if there is none. */
int lofi_method_from_name (const char *name);

/* In order of point, samples, seed, method; of points, numbers within them by their size: "keep=5" comes before "keep=10". */
int lofi_cell_compare_places (gconstpointer a, gconstpointer b, gpointer data);
int lofi_point_compare (const char *a, const char *b);
/* Which of two cells that agree is kept: the one that tells more, then any order that depends on what they say alone. How long they took says nothing. */
int lofi_cell_compare_contents (const LofiCell *a, const LofiCell *b);
/* Whether they say the same, to the tolerance of lofi_cells_add. */
gboolean lofi_cell_agrees (const LofiCell *a, const LofiCell *b);
/* NAN last. */
int lofi_compare_numbers (double a, double b);

/* The cells of a point in order, until visit returns FALSE; under the lock. */
void lofi_cells_visit_point (LofiCells *cells, const char *point, gboolean (*visit) (const LofiCell *cell, gpointer data), gpointer data);
/* A copy of a cell, or NULL. (transfer full) */
LofiCell *lofi_cells_get (LofiCells *cells, const char *point, gsize samples, guint64 seed, LofiMethod method);
/* The largest sample count that overlaps are with; 0: of none, or planted. */
gsize lofi_cells_reference (LofiCells *cells);

/* The settings of a point: each "KEY=VALUE". (transfer full) */
char **lofi_point_settings (const char *point);
/* Whether this can be a setting's key or value: short, of printing ASCII, without blanks and what separates settings. */
gboolean lofi_point_word (const char *word);
/* The settings in one order, whatever order they come in; interned. settings: "KEY=VALUE", sorted in place. */
const char *lofi_point_join (char **settings);

/* A line of cells.jsonl. */
typedef struct {
  LofiCell cell;             /* layers owned */
  gboolean overlaps;         /* it only adds overlaps: point, samples, seed, reference and the layers' overlaps are set */
  char *experiment;          /* or NULL: not said */
} LofiCellLine;
void lofi_cell_line_clear (LofiCellLine *line);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LofiCellLine, lofi_cell_line_clear)
/* Into a line that is zero. length: without the line's end. */
gboolean lofi_cell_line_read (LofiCellLine *line, const char *text, gsize length, const char *place, GError **error);
