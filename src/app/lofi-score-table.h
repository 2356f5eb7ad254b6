/* What methods reached, side by side: a row a number, a column a method. */
#pragma once

#include <gtk/gtk.h>
#include "lofi-session.h"

#define LOFI_TYPE_SCORE_TABLE (lofi_score_table_get_type ())
G_DECLARE_FINAL_TYPE (LofiScoreTable, lofi_score_table, LOFI, SCORE_TABLE, GtkGrid)

/* Appends a column. */
void lofi_score_table_add (LofiScoreTable *self, const char *title, const char *tooltip);
/* readout NULL: not known; faint: of earlier settings. */
void lofi_score_table_show (LofiScoreTable *self, guint column, const LofiReadout *readout, gboolean faint);
void lofi_score_table_set_column_visible (LofiScoreTable *self, guint column, gboolean visible);
