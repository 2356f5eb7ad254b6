/* The inspector's page for the readout card: what each method reached, side by side. */
#include "config.h"
#include <math.h>
#include <glib/gi18n-lib.h>
#include "lofi-axis.h"
#include "lofi-format.h"
#include "lofi-readout-page.h"

enum { TEST_ERROR, TEST_SEM, TRAIN_ERROR, TEST_MSE, TRAIN_MSE, LOO_MSE, PENALTY, N_ROWS };
enum { LOFI, LAZY, LINEAR, N_COLUMNS };

struct _LofiReadoutPage {
  GtkBox parent_instance;
  GtkGrid *table;
  GtkLabel *penalties;
  GtkLabel *cells[N_ROWS][N_COLUMNS];
};

G_DEFINE_FINAL_TYPE (LofiReadoutPage, lofi_readout_page, GTK_TYPE_BOX)

static void
number (double value, char *out, gsize size)
{
  if (isfinite (value))
    lofi_format_number (value, 3, out, size);
  else
    g_strlcpy (out, "–", size);
}

static void
show_column (LofiReadoutPage *self, int column, const LofiReadout *readout, LofiShown shown)
{
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
      gtk_label_set_text (self->cells[row][column], texts[row]);
      gtk_widget_set_opacity (GTK_WIDGET (self->cells[row][column]), shown == LOFI_SHOWN_FRESH ? 1 : 0.5);
    }
}

void
lofi_readout_page_update (LofiReadoutPage *self, LofiSession *session)
{
  g_return_if_fail (LOFI_IS_READOUT_PAGE (self));
  LofiShown shown;
  LofiResult *result = lofi_session_get_readout (session, &shown);
  show_column (self, LOFI, result ? result->readout : NULL, shown);
  result = lofi_session_get_baseline (session, LOFI_BASELINE_LAZY, &shown);
  show_column (self, LAZY, result ? result->lazy : NULL, shown);
  result = lofi_session_get_baseline (session, LOFI_BASELINE_LINEAR, &shown);
  show_column (self, LINEAR, result ? result->linear : NULL, shown);
  const LofiExperiment *e = lofi_session_get_experiment (session);
  char low[32], high[32];
  lofi_format_number (e->penalty_low, 2, low, sizeof low);
  lofi_format_number (e->penalty_high, 2, high, sizeof high);
  g_autofree char *penalties = g_strdup_printf (_("%zu tried, from %s to %s"), e->penalty_count, low, high);
  gtk_label_set_text (self->penalties, penalties);
}

static void
lofi_readout_page_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), LOFI_TYPE_READOUT_PAGE);
  G_OBJECT_CLASS (lofi_readout_page_parent_class)->dispose (object);
}

static void
lofi_readout_page_class_init (LofiReadoutPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = lofi_readout_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lofi_explorer/LofiExplorer/ui/lofi-readout-page.ui");
  gtk_widget_class_bind_template_child (widget_class, LofiReadoutPage, table);
  gtk_widget_class_bind_template_child (widget_class, LofiReadoutPage, penalties);
}

static GtkWidget *
table_label (const char *text, const char *tooltip, gboolean name)
{
  GtkWidget *label = gtk_label_new (text);
  gtk_label_set_xalign (GTK_LABEL (label), name ? 0 : 1);
  gtk_widget_set_hexpand (label, name);
  gtk_widget_set_tooltip_text (label, tooltip);
  gtk_widget_add_css_class (label, name ? "dim-label" : "numeric");
  gtk_widget_add_css_class (label, "caption");
  return label;
}

static void
lofi_readout_page_init (LofiReadoutPage *self)
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
  static const char *const columns[N_COLUMNS] = { N_("LoFi"), N_("lazy"), N_("linear") };
  gtk_widget_init_template (GTK_WIDGET (self));
  for (int c = 0; c < N_COLUMNS; c++)
    {
      GtkWidget *head = table_label (_(columns[c]), NULL, FALSE);
      gtk_widget_add_css_class (head, "heading");
      gtk_grid_attach (self->table, head, c + 1, 0, 1, 1);
    }
  for (int r = 0; r < N_ROWS; r++)
    {
      gtk_grid_attach (self->table, table_label (_(rows[r].title), _(rows[r].tooltip), TRUE), 0, r + 1, 1, 1);
      for (int c = 0; c < N_COLUMNS; c++)
        {
          self->cells[r][c] = GTK_LABEL (table_label ("–", NULL, FALSE));
          gtk_grid_attach (self->table, GTK_WIDGET (self->cells[r][c]), c + 1, r + 1, 1, 1);
        }
    }
}
