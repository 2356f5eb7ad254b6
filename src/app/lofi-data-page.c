/* The inspector's page for the data card. */
#include "config.h"
#include <string.h>
#include <glib/gi18n-lib.h>
#include "lofi-choice.h"
#include "lofi-classes.h"
#include "lofi-data-page.h"
#include "lofi-dialogs.h"
#include "lofi-facts.h"
#include "lofi-labelling.h"
#include "lofi-layer-facts.h"
#include "lofi-setting.h"
#include "lofi-source.h"
#include "lofi-teacher.h"
#include "lofi-widget.h"

#define IMAGE_SIZE_FIRST 32

enum { FROM, SHAPE, AVAILABLE, DRAWN };

struct _LofiDataPage {
  GtkBox parent_instance;
  LofiSession *session;
  gboolean updating;
  char *source;                  /* whose labellings the drop-down lists */
  const char **names;            /* of those labellings */
  char *looked_at;               /* the source of which it is known whether it is a folder of pictures */
  gboolean pictures;
  char **missing;                /* of each source, why it is not there, or NULL */
  LofiSetting *dimension_setting, *exponent_setting, *directions_setting, *column_setting, *image_size_setting, *grey_setting;
  LofiSetting *labels_setting, *classes_setting, *normalize_setting;
  GtkDropDown *source_choice, *labels, *normalize;
  GtkSpinButton *dimension, *exponent, *directions, *image_size, *train, *test, *seed;
  GtkEntry *column;
  GtkSwitch *grey;
  LofiClasses *classes;
  LofiFacts *facts;
};

G_DEFINE_FINAL_TYPE (LofiDataPage, lofi_data_page, GTK_TYPE_BOX)

/* ---- the user ---- */

/* A duplicate to change; NULL while the page is only being filled. */
static LofiExperiment *
duplicate (LofiDataPage *self)
{
  return self->updating || !self->session ? NULL : lofi_session_dup_experiment (self->session);
}

static void
take_source (LofiDataPage *self, const char *source)
{
  LofiExperiment *e = duplicate (self);
  if (!e)
    return;
  lofi_source_set (e, source);
  lofi_session_edit (self->session, e, NULL);
}

static void
on_source (LofiDataPage *self)
{
  guint selected = gtk_drop_down_get_selected (self->source_choice);
  if (!self->updating && selected < lofi_sources_count ())
    take_source (self, lofi_source_info (selected).name);
}

static void
on_path (GtkWidget *page, const char *path)
{
  take_source (LOFI_DATA_PAGE (page), path);
}

static void
on_open_file (LofiDataPage *self)
{
  lofi_dialog_open_data (GTK_WIDGET (self), on_path);
}

static void
on_open_folder (LofiDataPage *self)
{
  lofi_dialog_open_folder (GTK_WIDGET (self), on_path);
}

static void
on_labels (LofiDataPage *self)
{
  guint selected = gtk_drop_down_get_selected (self->labels), named = self->names ? g_strv_length ((char **) self->names) : 0;
  LofiExperiment *e = duplicate (self);
  if (!e)
    return;
  if (selected < named)
    {
      g_free (e->data.labels);
      e->data.labels = g_strdup (self->names[selected]);
      g_clear_pointer (&e->data.positive, g_array_unref);
      g_clear_pointer (&e->data.negative, g_array_unref);
    }
  else
    lofi_source_take_groups (&e->data);
  lofi_session_edit (self->session, e, NULL);
}

static void
on_class (LofiDataPage *self, int number, int side)
{
  LofiExperiment *e = duplicate (self);
  if (!e)
    return;
  lofi_source_set_side (&e->data, number, side);
  lofi_session_edit (self->session, e, NULL);
}

static void
on_column (LofiDataPage *self)
{
  LofiExperiment *e = duplicate (self);
  if (!e)
    return;
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->column));
  g_free (e->data.label_column);
  e->data.label_column = *text ? g_strdup (text) : NULL;
  lofi_session_edit (self->session, e, NULL);
}

static void
on_grey (LofiDataPage *self)
{
  LofiExperiment *e = duplicate (self);
  if (!e)
    return;
  e->data.image_grey = gtk_switch_get_active (self->grey);
  lofi_session_edit (self->session, e, NULL);
}

static void
on_normalize (LofiDataPage *self)
{
  LofiExperiment *e = duplicate (self);
  if (!e)
    return;
  e->data.normalize = gtk_drop_down_get_selected (self->normalize);
  lofi_session_edit (self->session, e, NULL);
}

/* Whole numbers, each undone by itself. */
#define ON_NUMBER(name, field, what) \
  static void on_##name (LofiDataPage *self) \
  { \
    LofiExperiment *e = duplicate (self); \
    if (!e) \
      return; \
    e->field = gtk_spin_button_get_value (self->name); \
    lofi_session_edit (self->session, e, what); \
  }
ON_NUMBER (dimension, data.dimension, "data.dimension")
ON_NUMBER (exponent, data.exponent, "data.exponent")
ON_NUMBER (directions, data.directions, "data.directions")
ON_NUMBER (image_size, data.image_size, "data.image-size")
ON_NUMBER (train, data.train, "data.train")
ON_NUMBER (test, data.test, "data.test")
ON_NUMBER (seed, seed, "experiment.seed")

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
  g_autofree char *source = g_path_get_basename (data->source);      /* a folder is known by its name */
  if (g_strcmp0 (source, self->source) == 0)
    return;
  g_free (self->source);
  self->source = g_steal_pointer (&source);
  g_free (self->names);
  self->names = lofi_labelling_names (self->source);
  lofi_choice_truncate (self->labels, 0);
  for (guint i = 0; self->names[i]; i++)
    lofi_choice_append (self->labels, _(lofi_labelling_find (self->source, self->names[i])->title), NULL);
  lofi_choice_append (self->labels, _("own groups"), _("Any classes against any others."));
}

static void
show_labelling (LofiDataPage *self, const LofiDataSpec *data)
{
  LofiTeacher teacher;
  LofiResult *result = lofi_session_get_task (self->session, NULL);
  const LofiDataset *set = result && g_strcmp0 (result->experiment->data.source, data->source) == 0 ? result->task->dataset : NULL;
  gboolean taught = lofi_teacher_from_name (data->source, &teacher), classes = has_classes (data);
  list_labellings (self, data);
  guint named = g_strv_length ((char **) self->names), selected = named;
  for (guint i = 0; i < named; i++)
    {
      const LofiLabelling *labelling = lofi_labelling_find (self->source, self->names[i]);
      gboolean other = set && set->n_classes != 10 && !labelling->source;
      lofi_choice_set_reason (self->labels, i, other ? _("for ten classes") : NULL);
      if (g_strcmp0 (self->names[i], data->labels) == 0)
        selected = i;
    }
  lofi_choice_show (self->labels, selected);
  lofi_setting_set_reason (self->labels_setting, taught ? _("The teacher labels its samples itself")
                                                 : classes ? NULL : _("The targets of this data are real numbers, used as they are"));
  gtk_widget_set_visible (GTK_WIDGET (self->classes_setting), classes && selected == named && set && set->n_classes > 0);
  if (classes && selected == named && set)
    lofi_classes_show (self->classes, set->n_classes, set->class_names, data->positive, data->negative);
}

/* What only some sources have. */
static void
show_source (LofiDataPage *self, const LofiExperiment *e)
{
  const LofiDataSpec *data = &e->data;
  guint index = lofi_source_find (data->source), count = lofi_sources_count ();
  LofiTeacher teacher;
  gboolean taught = lofi_teacher_from_name (data->source, &teacher);
  if (g_strcmp0 (self->looked_at, data->source) != 0)
    {
      g_free (self->looked_at);
      self->looked_at = g_strdup (data->source);
      self->pictures = lofi_source_is_image_folder (e);
      for (guint i = 0; i < count; i++)
        {
          g_free (self->missing[i]);
          self->missing[i] = lofi_source_reason (e, i);
        }
      lofi_choice_truncate (self->source_choice, count);
      g_autofree char *name = g_path_get_basename (data->source);
      if (index == count)
        lofi_choice_append (self->source_choice, name, lofi_source_is_path (data) ? data->source : NULL);
    }
  for (guint i = 0; i < count; i++)
    {
      g_autoptr (LofiExperiment) candidate = lofi_experiment_dup (e);
      lofi_source_set (candidate, lofi_source_info (i).name);
      g_autofree char *reason = self->missing[i] || i == index ? NULL : lofi_session_why_not (self->session, candidate);
      lofi_choice_set_reason (self->source_choice, i, i == index ? NULL : self->missing[i] ? self->missing[i] : reason);
    }
  lofi_choice_show (self->source_choice, index);
  lofi_widget_show_tooltip (GTK_WIDGET (self->source_choice), index < count ? lofi_source_info (index).sentence : data->source);
  gtk_widget_set_visible (GTK_WIDGET (self->dimension_setting), taught);
  gtk_widget_set_visible (GTK_WIDGET (self->exponent_setting), taught && teacher == LOFI_TEACHER_SINGLE_INDEX);
  gtk_widget_set_visible (GTK_WIDGET (self->directions_setting), taught && teacher == LOFI_TEACHER_SIGHT);
  gtk_widget_set_visible (GTK_WIDGET (self->column_setting), lofi_source_is_table (data));
  gtk_widget_set_visible (GTK_WIDGET (self->image_size_setting), self->pictures);
  gtk_widget_set_visible (GTK_WIDGET (self->grey_setting), self->pictures);
  lofi_setting_set_reason (self->normalize_setting, taught ? _("A teacher’s inputs are of unit size already") : NULL);
  gtk_spin_button_set_range (self->dimension, taught ? lofi_teacher_info (teacher)->least_dimension : 1, 100000);
}

static void
show_facts (LofiDataPage *self)
{
  LofiShown shown;
  LofiResult *result = lofi_session_get_task (self->session, &shown);
  if (!result)
    return;
  const LofiTask *task = result->task;
  gboolean faint = shown != LOFI_SHOWN_FRESH;
  g_autofree char *shape = lofi_shape_text ((LofiMapShape) { task->channels, task->height, task->width });
  g_autofree char *available = g_strdup_printf ("%zu", task->available_train);
  g_autofree char *drawn = g_strdup_printf (_("%zu train, %zu test"), task->train.count, task->test.count);
  lofi_facts_show (self->facts, FROM, task->dataset->name, faint);
  lofi_widget_show_tooltip (lofi_facts_get_label (self->facts, FROM), task->dataset->origin);
  lofi_facts_show (self->facts, SHAPE, shape, faint);
  lofi_facts_show (self->facts, AVAILABLE, available, faint);
  lofi_facts_show (self->facts, DRAWN, drawn, faint);
}

void
lofi_data_page_update (LofiDataPage *self, LofiSession *session)
{
  g_return_if_fail (LOFI_IS_DATA_PAGE (self));
  const LofiExperiment *e = lofi_session_get_asked (session);
  const LofiDataSpec *data = &e->data;
  gsize available = lofi_session_get_available (session);
  self->session = session;
  self->updating = TRUE;
  show_source (self, e);
  show_labelling (self, data);
  double upper = available >= 2 ? available : 1e6;
  gtk_spin_button_set_range (self->train, 2, MAX (upper, data->train));
  lofi_spin_show (self->train, data->train > 0 ? data->train : upper);
  lofi_spin_show (self->test, data->test);
  lofi_spin_show (self->seed, e->seed);
  lofi_spin_show (self->dimension, data->dimension);
  lofi_spin_show (self->exponent, data->exponent);
  lofi_spin_show (self->directions, data->directions);
  lofi_spin_show (self->image_size, data->image_size > 0 ? data->image_size : IMAGE_SIZE_FIRST);
  gtk_switch_set_active (self->grey, data->image_grey);
  const char *column = data->label_column ? data->label_column : "";
  if (!gtk_widget_has_focus (GTK_WIDGET (gtk_editable_get_delegate (GTK_EDITABLE (self->column))))
      && strcmp (gtk_editable_get_text (GTK_EDITABLE (self->column)), column) != 0)
    gtk_editable_set_text (GTK_EDITABLE (self->column), column);
  lofi_choice_show (self->normalize, data->normalize);
  show_facts (self);
  self->updating = FALSE;
}

static void
lofi_data_page_finalize (GObject *object)
{
  LofiDataPage *self = LOFI_DATA_PAGE (object);
  g_free (self->source);
  g_free (self->names);
  g_free (self->looked_at);
  for (guint i = 0; i < lofi_sources_count (); i++)
    g_free (self->missing[i]);
  g_free (self->missing);
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

#define AT(member) G_STRUCT_OFFSET (LofiDataPage, member)

static void
lofi_data_page_class_init (LofiDataPageClass *class)
{
  static const struct { const char *id; gsize at; } parts[] = {
    { "dimension_setting", AT (dimension_setting) }, { "exponent_setting", AT (exponent_setting) },
    { "directions_setting", AT (directions_setting) }, { "column_setting", AT (column_setting) },
    { "image_size_setting", AT (image_size_setting) }, { "grey_setting", AT (grey_setting) }, { "labels_setting", AT (labels_setting) },
    { "classes_setting", AT (classes_setting) }, { "normalize_setting", AT (normalize_setting) },
    { "source_choice", AT (source_choice) }, { "labels", AT (labels) }, { "normalize", AT (normalize) }, { "dimension", AT (dimension) },
    { "exponent", AT (exponent) }, { "directions", AT (directions) }, { "image_size", AT (image_size) }, { "train", AT (train) },
    { "test", AT (test) }, { "seed", AT (seed) }, { "column", AT (column) }, { "grey", AT (grey) }, { "classes", AT (classes) },
    { "facts", AT (facts) },
  };
  static const struct { const char *name; GCallback callback; } handlers[] = {
    { "on_open_file", G_CALLBACK (on_open_file) }, { "on_open_folder", G_CALLBACK (on_open_folder) },
    { "on_dimension", G_CALLBACK (on_dimension) }, { "on_exponent", G_CALLBACK (on_exponent) },
    { "on_directions", G_CALLBACK (on_directions) }, { "on_image_size", G_CALLBACK (on_image_size) },
    { "on_train", G_CALLBACK (on_train) }, { "on_test", G_CALLBACK (on_test) }, { "on_seed", G_CALLBACK (on_seed) },
    { "on_column", G_CALLBACK (on_column) }, { "on_grey", G_CALLBACK (on_grey) }, { "on_class", G_CALLBACK (on_class) },
    { "on_test_output", G_CALLBACK (on_test_output) }, { "on_test_input", G_CALLBACK (on_test_input) },
  };
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = lofi_data_page_dispose;
  G_OBJECT_CLASS (class)->finalize = lofi_data_page_finalize;
  g_type_ensure (LOFI_TYPE_SETTING);
  g_type_ensure (LOFI_TYPE_CLASSES);
  g_type_ensure (LOFI_TYPE_FACTS);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lofi_explorer/LofiExplorer/ui/lofi-data-page.ui");
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    gtk_widget_class_bind_template_child_full (widget_class, parts[i].id, FALSE, parts[i].at);
  for (guint i = 0; i < G_N_ELEMENTS (handlers); i++)
    gtk_widget_class_bind_template_callback_full (widget_class, handlers[i].name, handlers[i].callback);
}

static void
lofi_data_page_init (LofiDataPage *self)
{
  self->updating = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  self->missing = g_new0 (char *, lofi_sources_count ());
  for (guint i = 0; i < lofi_sources_count (); i++)
    lofi_choice_append (self->source_choice, lofi_source_info (i).title, lofi_source_info (i).sentence);
  lofi_choice_append (self->normalize, _("data set"), _("Pixels / 255, less the data set’s mean, over its deviation."));
  lofi_choice_append (self->normalize, _("standardize"), _("Each input has mean 0 and variance 1 over the training samples."));
  lofi_choice_append (self->normalize, _("none"), _("Pixels / 255, or the numbers as they are."));
  lofi_choice_append (self->labels, _("own groups"), NULL);     /* the others come with the data */
  lofi_facts_add (self->facts, _("source"), NULL);
  lofi_facts_add (self->facts, _("one sample"), NULL);
  lofi_facts_add (self->facts, _("in the labelling"), _("Training samples the labelling has"));
  lofi_facts_add (self->facts, _("drawn"), NULL);
  g_signal_connect_swapped (self->source_choice, "notify::selected", G_CALLBACK (on_source), self);
  g_signal_connect_swapped (self->labels, "notify::selected", G_CALLBACK (on_labels), self);
  g_signal_connect_swapped (self->normalize, "notify::selected", G_CALLBACK (on_normalize), self);
  self->updating = FALSE;
}
