/* Which classes count as +1 and which as −1. */
#include "config.h"
#include <glib/gi18n-lib.h>
#include "lofi-classes.h"
#include "lofi-widget.h"

#define COLUMNS 2
#define MOST 400                 /* classes of more than this are set in the file */
#define UNSCROLLED 20
#define SCROLLED_HEIGHT 280

typedef struct {
  GtkWidget *button;
  GtkLabel *label;
  int side;
} Class;

struct _LofiClasses {
  GtkWidget parent_instance;
  GtkWidget *scroll;
  GtkGrid *grid;
  GArray *classes;               /* Class */
  guint sides[2];                /* how many are on −1, on +1 */
};

G_DEFINE_FINAL_TYPE (LofiClasses, lofi_classes, GTK_TYPE_WIDGET)

static guint chosen_signal;

static Class *
class_at (LofiClasses *self, guint index)
{
  return &g_array_index (self->classes, Class, index);
}

GtkWidget *
lofi_classes_get_button (LofiClasses *self, guint index)
{
  return index < self->classes->len ? class_at (self, index)->button : NULL;
}

int
lofi_classes_get_side (LofiClasses *self, guint index)
{
  return class_at (self, index)->side;
}

/* The last class of a side stays: a labelling has two. */
static gboolean
is_last (LofiClasses *self, const Class *class)
{
  return class->side != 0 && self->sides[class->side > 0] == 1;
}

static void
on_clicked (GtkWidget *button, LofiClasses *self)
{
  static const int next[] = { 0, +1, -1 };          /* of −1, of 0, of +1 */
  for (guint i = 0; i < self->classes->len; i++)
    if (class_at (self, i)->button == button && !is_last (self, class_at (self, i)))
      g_signal_emit (self, chosen_signal, 0, (int) i, next[class_at (self, i)->side + 1]);
}

static gboolean
contains (const GArray *classes, int number)
{
  for (guint i = 0; classes && i < classes->len; i++)
    if (g_array_index (classes, int, i) == number)
      return TRUE;
  return FALSE;
}

static void
append_class (LofiClasses *self)
{
  Class class = { gtk_button_new (), GTK_LABEL (gtk_label_new (NULL)), 0 };
  guint index = self->classes->len;
  gtk_label_set_xalign (class.label, 0);
  gtk_label_set_ellipsize (class.label, PANGO_ELLIPSIZE_END);
  gtk_button_set_child (GTK_BUTTON (class.button), GTK_WIDGET (class.label));
  gtk_widget_set_hexpand (class.button, TRUE);
  gtk_widget_add_css_class (class.button, "class");
  g_signal_connect (class.button, "clicked", G_CALLBACK (on_clicked), self);
  gtk_grid_attach (self->grid, class.button, index % COLUMNS, index / COLUMNS, 1, 1);
  g_array_append_val (self->classes, class);
}

static void
show_class (LofiClasses *self, guint index, const char *name)
{
  static const char *const styles[] = { "negative", "left-out", "positive" };
  static const char *const signs[] = { "− ", "", "+ " };
  static const char *const words[] = { N_("counts as −1"), N_("left out"), N_("counts as +1") };
  const Class *class = class_at (self, index);
  g_autofree char *number = g_strdup_printf (_("class %u"), index), *text = g_strconcat (signs[class->side + 1], name ? name : number, NULL);
  g_autofree char *spoken = g_strdup_printf ("%s: %s", name ? name : number, _(words[class->side + 1]));
  g_autofree char *tooltip = is_last (self, class) ? g_strdup_printf (_("%s; the last one of its side stays"), spoken) : g_strdup (spoken);
  gtk_label_set_text (class->label, text);
  for (int s = 0; s < 3; s++)
    if (s == class->side + 1)
      gtk_widget_add_css_class (class->button, styles[s]);
    else
      gtk_widget_remove_css_class (class->button, styles[s]);
  lofi_widget_show_tooltip (class->button, tooltip);
  lofi_widget_show_name (class->button, spoken);
}

void
lofi_classes_show (LofiClasses *self, guint n_classes, char *const *names, const GArray *positive, const GArray *negative)
{
  g_return_if_fail (LOFI_IS_CLASSES (self));
  n_classes = MIN (n_classes, MOST);
  while (self->classes->len < n_classes)
    append_class (self);
  while (self->classes->len > n_classes)
    {
      gtk_grid_remove (self->grid, class_at (self, self->classes->len - 1)->button);
      g_array_set_size (self->classes, self->classes->len - 1);
    }
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroll), GTK_POLICY_NEVER,
                                  n_classes > UNSCROLLED ? GTK_POLICY_AUTOMATIC : GTK_POLICY_NEVER);
  gtk_widget_set_size_request (self->scroll, -1, n_classes > UNSCROLLED ? SCROLLED_HEIGHT : -1);
  self->sides[0] = self->sides[1] = 0;
  for (guint i = 0; i < n_classes; i++)
    {
      int side = contains (positive, i) ? +1 : contains (negative, i) ? -1 : 0;
      class_at (self, i)->side = side;
      if (side != 0)
        self->sides[side > 0]++;
    }
  for (guint i = 0; i < n_classes; i++)
    show_class (self, i, names && *names[i] ? names[i] : NULL);
}

static void
lofi_classes_dispose (GObject *object)
{
  LofiClasses *self = LOFI_CLASSES (object);
  g_array_set_size (self->classes, 0);
  g_clear_pointer (&self->scroll, gtk_widget_unparent);
  G_OBJECT_CLASS (lofi_classes_parent_class)->dispose (object);
}

static void
lofi_classes_finalize (GObject *object)
{
  g_array_unref (LOFI_CLASSES (object)->classes);
  G_OBJECT_CLASS (lofi_classes_parent_class)->finalize (object);
}

static void
lofi_classes_class_init (LofiClassesClass *class)
{
  G_OBJECT_CLASS (class)->dispose = lofi_classes_dispose;
  G_OBJECT_CLASS (class)->finalize = lofi_classes_finalize;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  chosen_signal = g_signal_new ("chosen", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_INT,
                                G_TYPE_INT);
}

static void
lofi_classes_init (LofiClasses *self)
{
  self->classes = g_array_new (FALSE, TRUE, sizeof (Class));
  self->grid = GTK_GRID (gtk_grid_new ());
  gtk_grid_set_column_homogeneous (self->grid, TRUE);
  gtk_grid_set_column_spacing (self->grid, 4);
  gtk_grid_set_row_spacing (self->grid, 4);
  self->scroll = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroll), GTK_WIDGET (self->grid));
  gtk_widget_set_parent (self->scroll, GTK_WIDGET (self));
}
