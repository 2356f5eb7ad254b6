/* The inspector's page for the data card. */
#include "config.h"
#include <string.h>
#include <glib/gi18n-lib.h>
#include "lofi-data-page.h"
#include "lofi-labelling.h"
#include "lofi-setting.h"
#include "lofi-widget.h"

struct _LofiDataPage {
  GtkBox parent_instance;
  LofiSession *session;
  gboolean updating;
  char *source;                  /* whose labellings the drop-down lists */
  const char **names;            /* of those labellings */
  LofiSetting *labels_setting, *train_setting;
  GtkDropDown *labels, *normalize;
  GtkSpinButton *train, *test, *seed;
  GtkLabel *from, *shape, *available, *drawn;
};

G_DEFINE_FINAL_TYPE (LofiDataPage, lofi_data_page, GTK_TYPE_BOX)

static LofiExperiment *
duplicate (LofiDataPage *self)
{
  return lofi_session_dup_experiment (self->session);
}

/* ---- the user ---- */

static void
on_labels (LofiDataPage *self)
{
  guint selected = gtk_drop_down_get_selected (self->labels);
  if (self->updating || !self->names || selected >= g_strv_length ((char **) self->names))
    return;
  LofiExperiment *e = duplicate (self);
  g_free (e->data.labels);
  e->data.labels = g_strdup (self->names[selected]);
  g_clear_pointer (&e->data.positive, g_array_unref);
  g_clear_pointer (&e->data.negative, g_array_unref);
  lofi_session_edit (self->session, e, NULL);
}

static void
on_train (LofiDataPage *self)
{
  if (self->updating)
    return;
  LofiExperiment *e = duplicate (self);
  e->data.train = gtk_spin_button_get_value (self->train);
  lofi_session_edit (self->session, e, "data.train");
}

static void
on_test (LofiDataPage *self)
{
  if (self->updating)
    return;
  LofiExperiment *e = duplicate (self);
  e->data.test = gtk_spin_button_get_value (self->test);
  lofi_session_edit (self->session, e, "data.test");
}

static void
on_seed (LofiDataPage *self)
{
  if (self->updating)
    return;
  LofiExperiment *e = duplicate (self);
  e->seed = gtk_spin_button_get_value (self->seed);
  lofi_session_edit (self->session, e, "seed");
}

static void
on_normalize (LofiDataPage *self)
{
  if (self->updating)
    return;
  LofiExperiment *e = duplicate (self);
  e->data.normalize = gtk_drop_down_get_selected (self->normalize);
  lofi_session_edit (self->session, e, NULL);
}

/* Zero test samples asked for are all there are. */
static gboolean
on_test_output (GtkSpinButton *spin)
{
  if (gtk_spin_button_get_value (spin) > 0)
    return FALSE;
  if (strcmp (gtk_editable_get_text (GTK_EDITABLE (spin)), _("all")) != 0)
    gtk_editable_set_text (GTK_EDITABLE (spin), _("all"));
  return TRUE;
}

static int
on_test_input (GtkSpinButton *spin, double *value)
{
  if (strcmp (gtk_editable_get_text (GTK_EDITABLE (spin)), _("all")) != 0)
    return FALSE;
  *value = 0;
  return TRUE;
}

/* ---- the session ---- */

static gboolean
has_classes (const LofiDataSpec *data)
{
  return data->labels || (data->positive && data->positive->len > 0);
}

static void
list_labellings (LofiDataPage *self, const LofiDataSpec *data)
{
  gboolean own = data->labels == NULL;
  g_autofree char *known = g_path_get_basename (data->source);      /* a folder is known by its name */
  g_autofree char *source = g_strconcat (known, own ? "\nown" : "", NULL);
  if (g_strcmp0 (source, self->source) == 0)
    return;
  g_free (self->source);
  self->source = g_steal_pointer (&source);
  g_free (self->names);
  self->names = lofi_labelling_names (known);
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);
  for (guint i = 0; self->names[i]; i++)
    gtk_string_list_append (titles, _(lofi_labelling_find (known, self->names[i])->title));
  if (own)
    gtk_string_list_append (titles, has_classes (data) ? _("own groups") : _("real targets"));
  gtk_drop_down_set_model (self->labels, G_LIST_MODEL (titles));
}

static void
show_labelling (LofiDataPage *self, const LofiDataSpec *data)
{
  list_labellings (self, data);
  guint selected = g_strv_length ((char **) self->names);
  for (guint i = 0; self->names[i]; i++)
    if (g_strcmp0 (self->names[i], data->labels) == 0)
      selected = i;
  gtk_drop_down_set_selected (self->labels, selected);
  lofi_setting_set_reason (self->labels_setting,
                           has_classes (data) ? NULL : _("The targets of this data are real numbers, used as they are"));
}

static void
show_facts (LofiDataPage *self)
{
  LofiResult *result = lofi_session_get_task (self->session, NULL);
  if (!result)
    return;
  const LofiTask *task = result->task;
  g_autofree char *shape = task->channels > 1 ? g_strdup_printf ("%zu × %zu × %zu", task->channels, task->height, task->width)
                           : task->height > 1 ? g_strdup_printf ("%zu × %zu", task->height, task->width)
                                              : g_strdup_printf ("%zu", task->width);
  g_autofree char *available = g_strdup_printf ("%zu", task->available_train);
  g_autofree char *drawn = g_strdup_printf (_("%zu train, %zu test"), task->train.count, task->test.count);
  gtk_label_set_text (self->from, task->dataset->name);
  lofi_widget_show_tooltip (GTK_WIDGET (self->from), task->dataset->origin);
  gtk_label_set_text (self->shape, shape);
  gtk_label_set_text (self->available, available);
  gtk_label_set_text (self->drawn, drawn);
}

void
lofi_data_page_update (LofiDataPage *self, LofiSession *session)
{
  g_return_if_fail (LOFI_IS_DATA_PAGE (self));
  const LofiExperiment *e = lofi_session_get_asked (session);
  gsize available = lofi_session_get_available (session);
  self->session = session;
  self->updating = TRUE;
  show_labelling (self, &e->data);
  double upper = available >= 2 ? available : 1e6;
  gtk_spin_button_set_range (self->train, 2, MAX (upper, e->data.train));
  lofi_spin_show (self->train, e->data.train > 0 ? e->data.train : upper);
  lofi_spin_show (self->test, e->data.test);
  lofi_spin_show (self->seed, e->seed);
  gtk_drop_down_set_selected (self->normalize, e->data.normalize);
  show_facts (self);
  self->updating = FALSE;
}

static void
lofi_data_page_finalize (GObject *object)
{
  LofiDataPage *self = LOFI_DATA_PAGE (object);
  g_free (self->source);
  g_free (self->names);
  G_OBJECT_CLASS (lofi_data_page_parent_class)->finalize (object);
}

static void
lofi_data_page_dispose (GObject *object)
{
  /* Going away must not be taken for an edit. */
  LOFI_DATA_PAGE (object)->updating = TRUE;
  gtk_widget_dispose_template (GTK_WIDGET (object), LOFI_TYPE_DATA_PAGE);
  G_OBJECT_CLASS (lofi_data_page_parent_class)->dispose (object);
}

static void
lofi_data_page_class_init (LofiDataPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = lofi_data_page_dispose;
  G_OBJECT_CLASS (class)->finalize = lofi_data_page_finalize;
  g_type_ensure (LOFI_TYPE_SETTING);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lofi_explorer/LofiExplorer/ui/lofi-data-page.ui");
  gtk_widget_class_bind_template_child (widget_class, LofiDataPage, labels_setting);
  gtk_widget_class_bind_template_child (widget_class, LofiDataPage, train_setting);
  gtk_widget_class_bind_template_child (widget_class, LofiDataPage, labels);
  gtk_widget_class_bind_template_child (widget_class, LofiDataPage, normalize);
  gtk_widget_class_bind_template_child (widget_class, LofiDataPage, train);
  gtk_widget_class_bind_template_child (widget_class, LofiDataPage, test);
  gtk_widget_class_bind_template_child (widget_class, LofiDataPage, seed);
  gtk_widget_class_bind_template_child (widget_class, LofiDataPage, from);
  gtk_widget_class_bind_template_child (widget_class, LofiDataPage, shape);
  gtk_widget_class_bind_template_child (widget_class, LofiDataPage, available);
  gtk_widget_class_bind_template_child (widget_class, LofiDataPage, drawn);
  gtk_widget_class_bind_template_callback (widget_class, on_labels);
  gtk_widget_class_bind_template_callback (widget_class, on_train);
  gtk_widget_class_bind_template_callback (widget_class, on_test);
  gtk_widget_class_bind_template_callback (widget_class, on_seed);
  gtk_widget_class_bind_template_callback (widget_class, on_normalize);
  gtk_widget_class_bind_template_callback (widget_class, on_test_output);
  gtk_widget_class_bind_template_callback (widget_class, on_test_input);
}

static void
lofi_data_page_init (LofiDataPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
