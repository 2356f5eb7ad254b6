/* Facts below the settings. */
#include "config.h"
#include "lofi-facts.h"
#include "lofi-widget.h"

struct _LofiFacts {
  GtkGrid parent_instance;
  guint rows;
};

G_DEFINE_FINAL_TYPE (LofiFacts, lofi_facts, GTK_TYPE_GRID)

void
lofi_facts_add (LofiFacts *self, const char *name, const char *tooltip)
{
  g_return_if_fail (LOFI_IS_FACTS (self));
  GtkWidget *label = gtk_label_new (name), *fact = gtk_label_new ("–");
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_tooltip_text (label, tooltip);
  gtk_widget_add_css_class (label, "caption");
  gtk_widget_add_css_class (label, "dim-label");
  gtk_label_set_xalign (GTK_LABEL (fact), 1);
  gtk_label_set_ellipsize (GTK_LABEL (fact), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (fact, TRUE);
  gtk_widget_add_css_class (fact, "caption");
  gtk_widget_add_css_class (fact, "numeric");
  gtk_accessible_update_relation (GTK_ACCESSIBLE (fact), GTK_ACCESSIBLE_RELATION_DESCRIBED_BY, label, NULL, -1);
  gtk_grid_attach (GTK_GRID (self), label, 0, self->rows, 1, 1);
  gtk_grid_attach (GTK_GRID (self), fact, 1, self->rows, 1, 1);
  self->rows++;
}

GtkWidget *
lofi_facts_get_label (LofiFacts *self, guint row)
{
  return gtk_grid_get_child_at (GTK_GRID (self), 1, row);
}

void
lofi_facts_show (LofiFacts *self, guint row, const char *text, gboolean faint)
{
  g_return_if_fail (LOFI_IS_FACTS (self) && row < self->rows);
  GtkWidget *fact = lofi_facts_get_label (self, row);
  gtk_widget_set_visible (gtk_grid_get_child_at (GTK_GRID (self), 0, row), text != NULL);
  gtk_widget_set_visible (fact, text != NULL);
  gtk_label_set_text (GTK_LABEL (fact), text ? text : "");
  gtk_widget_set_opacity (fact, faint ? 0.5 : 1);
  lofi_widget_show_tooltip (fact, text && g_utf8_strlen (text, -1) > 20 ? text : NULL);      /* it may be cut short */
}

const char *
lofi_facts_get (LofiFacts *self, guint row)
{
  return gtk_label_get_text (GTK_LABEL (lofi_facts_get_label (self, row)));
}

static void
lofi_facts_class_init (LofiFactsClass *class)
{
}

static void
lofi_facts_init (LofiFacts *self)
{
  gtk_grid_set_column_spacing (GTK_GRID (self), 12);
  gtk_grid_set_row_spacing (GTK_GRID (self), 5);
  gtk_widget_add_css_class (GTK_WIDGET (self), "facts");
}
