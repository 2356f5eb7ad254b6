/* What methods reached, side by side. */
#include "config.h"
#include <math.h>
#include <glib/gi18n-lib.h>
#include "lofi-axis.h"
#include "lofi-format.h"
#include "lofi-score-table.h"

enum { TEST_ERROR, TEST_SEM, TRAIN_ERROR, TEST_MSE, TRAIN_MSE, LOO_MSE, PENALTY, N_ROWS };

struct _LofiScoreTable {
  GtkGrid parent_instance;
  guint columns;
};

G_DEFINE_FINAL_TYPE (LofiScoreTable, lofi_score_table, GTK_TYPE_GRID)

static void
number (double value, char *out, gsize size)
{
  if (isfinite (value))
    lofi_format_number (value, 3, out, size);
  else
    g_strlcpy (out, "–", size);
}

void
lofi_score_table_show (LofiScoreTable *self, guint column, const LofiReadout *readout, gboolean faint)
{
  g_return_if_fail (LOFI_IS_SCORE_TABLE (self) && column < self->columns);
  char texts[N_ROWS][32];
  for (int row = 0; row < N_ROWS; row++)
    g_strlcpy (texts[row], row == TEST_SEM ? "" : "–", sizeof texts[row]);
  if (readout)
    {
      lofi_format_percent (readout->test_scores.error, texts[TEST_ERROR], sizeof texts[0]);
      lofi_format_sem (readout->test_scores.error_sem, texts[TEST_SEM], sizeof texts[0]);
      lofi_format_percent (readout->train_scores.error, texts[TRAIN_ERROR], sizeof texts[0]);
      number (readout->test_scores.mse, texts[TEST_MSE], sizeof texts[0]);
      number (readout->train_scores.mse, texts[TRAIN_MSE], sizeof texts[0]);
      number (readout->ridge.loo_mse, texts[LOO_MSE], sizeof texts[0]);
      number (readout->ridge.penalty, texts[PENALTY], sizeof texts[0]);
    }
  for (int row = 0; row < N_ROWS; row++)
    {
      GtkWidget *cell = gtk_grid_get_child_at (GTK_GRID (self), column + 1, row + 1);
      gtk_label_set_text (GTK_LABEL (cell), texts[row]);
      gtk_widget_set_opacity (cell, faint ? 0.5 : 1);
    }
}

void
lofi_score_table_set_column_visible (LofiScoreTable *self, guint column, gboolean visible)
{
  for (int row = 0; row <= N_ROWS; row++)
    gtk_widget_set_visible (gtk_grid_get_child_at (GTK_GRID (self), column + 1, row), visible);
}

static GtkWidget *
label_new (const char *text, const char *tooltip, gboolean name)
{
  GtkWidget *label = gtk_label_new (text);
  gtk_label_set_xalign (GTK_LABEL (label), name ? 0 : 1);
  gtk_widget_set_hexpand (label, name);
  gtk_widget_set_tooltip_text (label, tooltip);
  gtk_widget_add_css_class (label, name ? "dim-label" : "numeric");
  gtk_widget_add_css_class (label, "caption");
  return label;
}

void
lofi_score_table_add (LofiScoreTable *self, const char *title, const char *tooltip)
{
  g_return_if_fail (LOFI_IS_SCORE_TABLE (self));
  GtkWidget *head = label_new (title, tooltip, FALSE);
  guint column = ++self->columns;
  gtk_widget_add_css_class (head, "heading");
  gtk_grid_attach (GTK_GRID (self), head, column, 0, 1, 1);
  for (int row = 0; row < N_ROWS; row++)
    gtk_grid_attach (GTK_GRID (self), label_new ("–", NULL, FALSE), column, row + 1, 1, 1);
}

static void
lofi_score_table_class_init (LofiScoreTableClass *class)
{
}

static void
lofi_score_table_init (LofiScoreTable *self)
{
  static const struct { const char *title, *tooltip; } rows[N_ROWS] = {
    [TEST_ERROR] = { N_("test error"), N_("Share of test samples with the wrong sign") },
    [TEST_SEM] = { N_("standard error"), N_("Of the test error, in percent") },
    [TRAIN_ERROR] = { N_("train error"), N_("Share of training samples with the wrong sign") },
    [TEST_MSE] = { N_("test MSE"), N_("Mean squared error on the test samples") },
    [TRAIN_MSE] = { N_("train MSE"), N_("Mean squared error on the training samples") },
    [LOO_MSE] = { N_("LOO MSE"), N_("Leave-one-out mean squared error; the penalty minimises it") },
    [PENALTY] = { N_("penalty"), N_("The ridge penalty that was chosen") },
  };
  gtk_grid_set_column_spacing (GTK_GRID (self), 10);
  gtk_grid_set_row_spacing (GTK_GRID (self), 7);
  gtk_widget_add_css_class (GTK_WIDGET (self), "facts");
  for (int row = 0; row < N_ROWS; row++)
    gtk_grid_attach (GTK_GRID (self), label_new (_(rows[row].title), _(rows[row].tooltip), TRUE), 0, row + 1, 1, 1);
}
