/* A drop-down whose entries say what they do. */
#include "config.h"
#include "lofi-choice.h"

#define LOFI_TYPE_OPTION (lofi_option_get_type ())
G_DECLARE_FINAL_TYPE (LofiOption, lofi_option, LOFI, OPTION, GObject)

/* One entry. */
struct _LofiOption {
  GObject parent_instance;
  char *title, *sentence, *reason;
};

G_DEFINE_FINAL_TYPE (LofiOption, lofi_option, G_TYPE_OBJECT)

static guint changed_signal;

static void
lofi_option_finalize (GObject *object)
{
  LofiOption *self = LOFI_OPTION (object);
  g_free (self->title);
  g_free (self->sentence);
  g_free (self->reason);
  G_OBJECT_CLASS (lofi_option_parent_class)->finalize (object);
}

static void
lofi_option_class_init (LofiOptionClass *class)
{
  G_OBJECT_CLASS (class)->finalize = lofi_option_finalize;
  changed_signal = g_signal_new ("changed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lofi_option_init (LofiOption *self)
{
}

/* ---- rows ---- */

static GtkWidget *
text_new (const char *class)
{
  GtkWidget *label = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  if (class)
    gtk_widget_add_css_class (label, class);
  return label;
}

static void
setup_button (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *label = text_new (NULL);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 18);
  gtk_list_item_set_child (item, label);
}

static void
bind_button (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  LofiOption *option = gtk_list_item_get_item (item);
  gtk_label_set_text (GTK_LABEL (gtk_list_item_get_child (item)), option->title);
}

static void
setup_row (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 1), *title = text_new (NULL), *sentence = text_new ("caption");
  gtk_widget_add_css_class (sentence, "dim-label");
  gtk_label_set_wrap (GTK_LABEL (sentence), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (sentence), 34);
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), sentence);
  gtk_list_item_set_child (item, box);
}

static void
show_row (GtkListItem *item)
{
  LofiOption *option = gtk_list_item_get_item (item);
  GtkWidget *box = gtk_list_item_get_child (item), *title = gtk_widget_get_first_child (box), *sentence = gtk_widget_get_last_child (box);
  const char *text = option->reason ? option->reason : option->sentence;
  gtk_label_set_text (GTK_LABEL (title), option->title);
  gtk_label_set_text (GTK_LABEL (sentence), text ? text : "");
  gtk_widget_set_visible (sentence, text && *text);
  gtk_label_set_width_chars (GTK_LABEL (sentence), text && *text ? MIN (30, g_utf8_strlen (text, -1)) : -1);
  gtk_widget_set_sensitive (title, option->reason == NULL);      /* the reason is there to be read */
}

static void
bind_row (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  g_signal_connect_swapped (gtk_list_item_get_item (item), "changed", G_CALLBACK (show_row), item);
  show_row (item);
}

static void
unbind_row (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  g_signal_handlers_disconnect_by_func (gtk_list_item_get_item (item), show_row, item);
}

/* ---- what cannot be chosen ---- */

/* Of a drop-down: the entry that holds, and whether it is being shown rather than chosen. */
typedef struct { guint held; gboolean showing; } Choice;

static Choice *
choice_of (GtkDropDown *drop)
{
  static GQuark quark;
  if (!quark)
    quark = g_quark_from_static_string ("lofi-choice");
  Choice *choice = g_object_get_qdata (G_OBJECT (drop), quark);
  if (!choice)
    {
      choice = g_new0 (Choice, 1);
      g_object_set_qdata_full (G_OBJECT (drop), quark, choice, g_free);
    }
  return choice;
}

/* Before all who want to know of a choice: a grey entry is none. (As an entry that cannot be selected it would be one that the arrow keys
 * cannot get past.) */
static void
on_selected (GtkDropDown *drop)
{
  Choice *choice = choice_of (drop);
  guint selected = gtk_drop_down_get_selected (drop);
  gboolean grey = !choice->showing && selected != GTK_INVALID_LIST_POSITION && lofi_choice_get_reason (drop, selected) != NULL;
  /* What was taken back is told again: that is no choice either. */
  if (grey || (!choice->showing && selected == choice->held))
    g_signal_stop_emission_by_name (drop, "notify::selected");
  if (grey)
    gtk_drop_down_set_selected (drop, choice->held);
  else
    choice->held = selected;
}

static GListStore *
store_of (GtkDropDown *drop)
{
  GListModel *model = gtk_drop_down_get_model (drop);
  if (G_IS_LIST_STORE (model) && g_list_model_get_item_type (model) == LOFI_TYPE_OPTION)
    return G_LIST_STORE (model);
  g_autoptr (GListStore) store = g_list_store_new (LOFI_TYPE_OPTION);
  g_autoptr (GtkListItemFactory) button = gtk_signal_list_item_factory_new (), rows = gtk_signal_list_item_factory_new ();
  g_signal_connect (button, "setup", G_CALLBACK (setup_button), NULL);
  g_signal_connect (button, "bind", G_CALLBACK (bind_button), NULL);
  g_signal_connect (rows, "setup", G_CALLBACK (setup_row), NULL);
  g_signal_connect (rows, "bind", G_CALLBACK (bind_row), NULL);
  g_signal_connect (rows, "unbind", G_CALLBACK (unbind_row), NULL);
  gtk_drop_down_set_factory (drop, button);
  gtk_drop_down_set_list_factory (drop, rows);
  gtk_drop_down_set_model (drop, G_LIST_MODEL (store));
  g_signal_connect (drop, "notify::selected", G_CALLBACK (on_selected), NULL);
  return store;
}

void
lofi_choice_append (GtkDropDown *drop, const char *title, const char *sentence)
{
  g_return_if_fail (GTK_IS_DROP_DOWN (drop) && title);
  g_autoptr (LofiOption) option = g_object_new (LOFI_TYPE_OPTION, NULL);
  option->title = g_strdup (title);
  option->sentence = g_strdup (sentence);
  g_list_store_append (store_of (drop), option);
}

guint
lofi_choice_count (GtkDropDown *drop)
{
  return g_list_model_get_n_items (G_LIST_MODEL (store_of (drop)));
}

void
lofi_choice_truncate (GtkDropDown *drop, guint count)
{
  guint there = lofi_choice_count (drop);
  if (there > count)
    g_list_store_splice (store_of (drop), count, there - count, NULL, 0);
}

void
lofi_choice_set_reason (GtkDropDown *drop, guint index, const char *reason)
{
  g_autoptr (LofiOption) option = g_list_model_get_item (G_LIST_MODEL (store_of (drop)), index);
  g_return_if_fail (option);
  if (g_strcmp0 (reason, option->reason) == 0)
    return;
  g_free (option->reason);
  option->reason = g_strdup (reason);
  g_signal_emit (option, changed_signal, 0);
}

const char *
lofi_choice_get_reason (GtkDropDown *drop, guint index)
{
  g_autoptr (LofiOption) option = g_list_model_get_item (G_LIST_MODEL (store_of (drop)), index);
  return option ? option->reason : NULL;
}

const char *
lofi_choice_get_sentence (GtkDropDown *drop, guint index)
{
  g_autoptr (LofiOption) option = g_list_model_get_item (G_LIST_MODEL (store_of (drop)), index);
  return option ? option->sentence : NULL;
}

void
lofi_choice_show (GtkDropDown *drop, guint index)
{
  Choice *choice = choice_of (drop);
  gboolean before = choice->showing;
  choice->showing = TRUE;
  if (gtk_drop_down_get_selected (drop) != index)
    gtk_drop_down_set_selected (drop, index);
  choice->held = index;
  choice->showing = before;
}
