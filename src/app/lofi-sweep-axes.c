/* The further axes of a sweep. */
#include "config.h"
#include <string.h>
#include <glib/gi18n-lib.h>
#include "lofi-choice.h"
#include "lofi-measure.h"
#include "lofi-sweep-axes.h"
#include "lofi-teacher.h"

typedef struct {
  GtkWidget *box;
  GtkDropDown *key;
  GtkEntry *values;
  GtkLabel *problem;
  GPtrArray *keys;               /* char *, of the entries after "none" */
} Row;

struct _LofiSweepAxes {
  GtkBox parent_instance;
  LofiSession *session;
  gboolean updating;
  Row rows[LOFI_SWEEP_AXES_MOST];
};

G_DEFINE_FINAL_TYPE (LofiSweepAxes, lofi_sweep_axes, GTK_TYPE_BOX)

GtkDropDown *
lofi_sweep_axes_get_key (LofiSweepAxes *self, guint axis)
{
  return self->rows[axis].key;
}

GtkEditable *
lofi_sweep_axes_get_values (LofiSweepAxes *self, guint axis)
{
  return GTK_EDITABLE (self->rows[axis].values);
}

const char *
lofi_sweep_axes_get_problem (LofiSweepAxes *self, guint axis)
{
  Row *row = &self->rows[axis];
  return gtk_widget_get_visible (GTK_WIDGET (row->problem)) ? gtk_label_get_text (row->problem) : "";
}

gboolean
lofi_sweep_axes_choose (LofiSweepAxes *self, guint axis, const char *key)
{
  guint index;
  if (!g_ptr_array_find_with_equal_func (self->rows[axis].keys, key, g_str_equal, &index))
    return FALSE;
  gtk_drop_down_set_selected (self->rows[axis].key, index + 1);
  return TRUE;
}

/* ---- what can be an axis ---- */

static void
offer (GPtrArray *keys, const char *key)
{
  if (!g_ptr_array_find_with_equal_func (keys, key, g_str_equal, NULL))
    g_ptr_array_add (keys, g_strdup (key));
}

/* The keys worth sweeping, and those that are swept. (transfer full) */
static GPtrArray *
sensible_keys (const LofiExperiment *e)
{
  GPtrArray *keys = g_ptr_array_new_with_free_func (g_free);
  LofiTeacher teacher;
  guint filters = 0, lifts = 0;
  for (guint i = 0; i < e->layers->len; i++)
    {
      const LofiLayerSpec *layer = lofi_experiment_layer (e, i);
      g_autofree char *keep = g_strdup_printf ("layer%u.keep", i + 1);
      filters += lofi_layer_filters (layer);
      lifts += lofi_layer_lifts (layer) && layer->width != LOFI_WIDTH_INFINITE;
      if (lofi_layer_filters (layer))
        offer (keys, keep);
    }
  if (lifts > 0)
    {
      offer (keys, "layers.width");
      offer (keys, "layers.degree");
    }
  offer (keys, "readout.penalties");
  if (filters > 1)
    offer (keys, "depth");
  if (lofi_teacher_from_name (e->data.source, &teacher))
    offer (keys, "data.dimension");
  for (guint i = 0; i < e->sweep_axes->len; i++)
    offer (keys, ((const LofiSweepAxis *) g_ptr_array_index (e->sweep_axes, i))->key);
  return keys;
}

/* The layer a key is of, or the first that has a filter or a lift. */
static const LofiLayerSpec *
layer_of_key (const LofiExperiment *e, const char *key, gboolean filtered)
{
  guint number = g_str_has_prefix (key, "layer") ? (guint) g_ascii_strtoull (key + strlen ("layer"), NULL, 10) : 0;
  for (guint i = 0; i < e->layers->len; i++)
    {
      const LofiLayerSpec *layer = lofi_experiment_layer (e, i);
      if (number ? number == i + 1 : filtered ? lofi_layer_filters (layer) : lofi_layer_lifts (layer) && layer->width != LOFI_WIDTH_INFINITE)
        return layer;
    }
  return e->layers->len > 0 ? lofi_experiment_layer (e, 0) : NULL;
}

/* Values to begin with: around the number at hand. (transfer full) */
static char *
first_values (const LofiExperiment *e, const char *key)
{
  const char *dot = strchr (key, '.'), *name = dot ? dot + 1 : key;
  const LofiLayerSpec *layer = layer_of_key (e, key, g_str_equal (name, "keep"));
  if (g_str_equal (name, "keep") && layer)
    {
      gsize keep = layer->keep_auto ? layer->keep_max : layer->keep;
      return keep < 4 ? g_strdup ("1,2") : g_strdup_printf ("%zu,%zu,%zu", keep / 4, keep / 2, keep);
    }
  if (g_str_equal (name, "width") && layer)
    return g_strdup_printf ("%zu,%zu", MAX (1, layer->width / 2), layer->width);
  if (g_str_equal (name, "dimension"))
    return g_strdup_printf ("%zu,%zu", MAX (8, e->data.dimension / 2), MAX (9, e->data.dimension));
  if (g_str_equal (name, "degree"))
    return g_strdup ("2,4,exact");
  return g_strdup (g_str_equal (name, "penalties") ? "0.01:100:5" : "1,2");
}

/* ---- the user ---- */

static const LofiSweepAxis *
axis_at (const LofiExperiment *e, guint i)
{
  return i < e->sweep_axes->len ? g_ptr_array_index (e->sweep_axes, i) : NULL;
}

/* The experiment with another axis `index` (key NULL: without it), read as its file would be; NULL with the reader's error. (transfer full) */
static LofiExperiment *
with_axis (LofiSweepAxes *self, guint index, const char *key, const char *values, GError **error)
{
  const LofiExperiment *e = lofi_session_get_asked (self->session);
  g_autoptr (GString) grid = g_string_new ("emergence.grid=");
  guint written = 0;
  for (guint i = 0; i <= e->sweep_axes->len; i++)
    {
      const LofiSweepAxis *axis = axis_at (e, i);
      g_autofree char *joined = axis && i != index ? g_strjoinv (",", axis->values) : NULL;
      if (i == index && key)
        g_string_append_printf (grid, "%s%s:%s", written++ ? ";" : "", key, values);
      else if (i != index && axis)
        g_string_append_printf (grid, "%s%s:%s", written++ ? ";" : "", axis->key, joined);
    }
  g_autoptr (LofiExperiment) plain = lofi_experiment_dup (e);
  g_ptr_array_set_size (plain->sweep_axes, 0);
  if (written == 0)
    return g_steal_pointer (&plain);
  g_autofree char *text = lofi_experiment_to_text (plain);
  return lofi_experiment_parse (text, _("Emergence"), e->folder, (const char *[]) { grid->str, NULL }, error);
}

/* "--set emergence.grid: WHAT; WHAT TO DO" without its place: the reader is looking at it. */
static void
show_problem (Row *row, const GError *error)
{
  const char *colon = error ? strstr (error->message, "emergence.grid: ") : NULL;
  const char *text = colon ? colon + strlen ("emergence.grid: ") : error ? error->message : "";
  gtk_label_set_text (row->problem, text);
  gtk_widget_set_visible (GTK_WIDGET (row->problem), *text != '\0');
  if (error)
    gtk_widget_add_css_class (GTK_WIDGET (row->values), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (row->values), "error");
}

static void
take (LofiSweepAxes *self, Row *row, const char *key, const char *values)
{
  g_autoptr (GError) error = NULL;
  LofiExperiment *edited = with_axis (self, (guint) (row - self->rows), key, values, &error);
  show_problem (row, error);
  if (edited)
    lofi_session_edit (self->session, edited, NULL);
}

static void
on_key (LofiSweepAxes *self, GParamSpec *spec, GtkDropDown *drop)
{
  if (self->updating || !self->session)
    return;
  Row *row = self->rows;
  while (row->key != drop)
    row++;
  guint selected = gtk_drop_down_get_selected (drop);
  if (selected == 0 || selected > row->keys->len)
    {
      take (self, row, NULL, NULL);
      return;
    }
  const char *key = g_ptr_array_index (row->keys, selected - 1);
  g_autofree char *copy = g_strdup (key), *values = first_values (lofi_session_get_asked (self->session), key);
  gtk_editable_set_text (GTK_EDITABLE (row->values), values);
  take (self, row, copy, values);
}

/* By Enter or by leaving the entry, when there is something new in it. */
static void
take_values (LofiSweepAxes *self, Row *row)
{
  const LofiSweepAxis *axis = axis_at (lofi_session_get_asked (self->session), (guint) (row - self->rows));
  guint selected = gtk_drop_down_get_selected (row->key);
  if (self->updating || selected == 0 || selected > row->keys->len)
    return;
  g_autofree char *key = g_strdup (g_ptr_array_index (row->keys, selected - 1)), *now = axis ? g_strjoinv (",", axis->values) : NULL;
  g_autofree char *values = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (row->values))));
  if (axis && g_str_equal (axis->key, key) && g_str_equal (values, now))
    show_problem (row, NULL);
  else
    take (self, row, key, values);
}

static void
on_activate (LofiSweepAxes *self, GtkEntry *entry)
{
  for (guint i = 0; i < LOFI_SWEEP_AXES_MOST; i++)
    if (self->rows[i].values == entry)
      take_values (self, &self->rows[i]);
}

static void
on_leave (LofiSweepAxes *self, GtkEventController *focus)
{
  if (self->session && !gtk_widget_in_destruction (GTK_WIDGET (self)))
    on_activate (self, GTK_ENTRY (gtk_event_controller_get_widget (focus)));
}

/* ---- the session ---- */

static gboolean
same_keys (const GPtrArray *a, const GPtrArray *b)
{
  gboolean same = a && a->len == b->len;
  for (guint i = 0; same && i < b->len; i++)
    same = g_str_equal (g_ptr_array_index (a, i), g_ptr_array_index (b, i));
  return same;
}

static void
fill_keys (Row *row, GPtrArray *keys)
{
  if (same_keys (row->keys, keys))
    return;
  g_clear_pointer (&row->keys, g_ptr_array_unref);
  row->keys = g_ptr_array_ref (keys);
  lofi_choice_truncate (row->key, 1);
  for (guint i = 0; i < keys->len; i++)
    {
      g_autofree char *title = lofi_sweep_key_title (g_ptr_array_index (keys, i));
      lofi_choice_append (row->key, title, NULL);
    }
}

static gboolean
being_typed (Row *row)
{
  return gtk_widget_has_focus (GTK_WIDGET (gtk_editable_get_delegate (GTK_EDITABLE (row->values))))
         || gtk_widget_has_css_class (GTK_WIDGET (row->values), "error");
}

static void
show_row (LofiSweepAxes *self, guint i, const LofiExperiment *e, GPtrArray *keys)
{
  Row *row = &self->rows[i];
  const LofiSweepAxis *axis = axis_at (e, i);
  guint index = 0, selected = 0;
  gtk_widget_set_visible (row->box, i <= e->sweep_axes->len);
  fill_keys (row, keys);
  if (axis && g_ptr_array_find_with_equal_func (keys, axis->key, g_str_equal, &index))
    selected = index + 1;
  /* A key whose values are still wrong stays chosen until they are right. */
  gboolean wrong = gtk_widget_has_css_class (GTK_WIDGET (row->values), "error") && gtk_drop_down_get_selected (row->key) != 0;
  if (!wrong)
    lofi_choice_show (row->key, selected);
  gtk_widget_set_visible (GTK_WIDGET (row->values), axis != NULL || wrong);
  g_autofree char *text = axis ? g_strjoinv (",", axis->values) : g_strdup ("");
  if (!being_typed (row) && strcmp (gtk_editable_get_text (GTK_EDITABLE (row->values)), text) != 0)
    gtk_editable_set_text (GTK_EDITABLE (row->values), text);
}

static void
on_changed (LofiSweepAxes *self, LofiChange what)
{
  if (!(what & LOFI_CHANGED_EXPERIMENT))
    return;
  const LofiExperiment *e = lofi_session_get_asked (self->session);
  g_autoptr (GPtrArray) keys = sensible_keys (e);
  self->updating = TRUE;
  for (guint i = 0; i < LOFI_SWEEP_AXES_MOST; i++)
    show_row (self, i, e, keys);
  self->updating = FALSE;
}

void
lofi_sweep_axes_set_session (LofiSweepAxes *self, LofiSession *session)
{
  g_return_if_fail (LOFI_IS_SWEEP_AXES (self) && LOFI_IS_SESSION (session) && !self->session);
  self->session = g_object_ref (session);
  g_signal_connect_object (session, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  on_changed (self, LOFI_CHANGED_ALL);
}

static void
lofi_sweep_axes_dispose (GObject *object)
{
  LofiSweepAxes *self = LOFI_SWEEP_AXES (object);
  self->updating = TRUE;
  if (self->session)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->session);
  for (guint i = 0; i < LOFI_SWEEP_AXES_MOST; i++)
    g_clear_pointer (&self->rows[i].keys, g_ptr_array_unref);
  G_OBJECT_CLASS (lofi_sweep_axes_parent_class)->dispose (object);
}

static void
lofi_sweep_axes_class_init (LofiSweepAxesClass *class)
{
  G_OBJECT_CLASS (class)->dispose = lofi_sweep_axes_dispose;
}

static void
row_init (LofiSweepAxes *self, Row *row, guint number)
{
  g_autofree char *name = g_strdup_printf (_("Axis %u of the grid"), number), *values_name = g_strdup_printf (_("Values of axis %u"), number);
  GtkEventController *focus = gtk_event_controller_focus_new ();
  row->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  row->key = GTK_DROP_DOWN (gtk_drop_down_new (NULL, NULL));
  row->values = GTK_ENTRY (gtk_entry_new ());
  row->problem = GTK_LABEL (gtk_label_new (NULL));
  row->keys = g_ptr_array_new_with_free_func (g_free);
  lofi_choice_append (row->key, number == 1 ? _("no further axis") : _("none"), NULL);
  gtk_entry_set_placeholder_text (row->values, "5,10,20");
  gtk_widget_set_tooltip_text (GTK_WIDGET (row->values), _("A list like 5,10,20, or lowest:highest:count, spaced evenly on a logarithmic axis"));
  gtk_widget_set_visible (GTK_WIDGET (row->values), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (row->problem), FALSE);
  gtk_label_set_xalign (row->problem, 0);
  gtk_label_set_wrap (row->problem, TRUE);
  gtk_label_set_max_width_chars (row->problem, 30);
  gtk_widget_add_css_class (GTK_WIDGET (row->problem), "caption");
  gtk_widget_add_css_class (GTK_WIDGET (row->problem), "error");
  gtk_accessible_update_property (GTK_ACCESSIBLE (row->key), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row->values), GTK_ACCESSIBLE_PROPERTY_LABEL, values_name, -1);
  gtk_accessible_update_relation (GTK_ACCESSIBLE (row->values), GTK_ACCESSIBLE_RELATION_DESCRIBED_BY, row->problem, NULL, -1);
  gtk_box_append (GTK_BOX (row->box), GTK_WIDGET (row->key));
  gtk_box_append (GTK_BOX (row->box), GTK_WIDGET (row->values));
  gtk_box_append (GTK_BOX (row->box), GTK_WIDGET (row->problem));
  gtk_box_append (GTK_BOX (self), row->box);
  g_signal_connect_swapped (row->key, "notify::selected", G_CALLBACK (on_key), self);
  g_signal_connect_swapped (row->values, "activate", G_CALLBACK (on_activate), self);
  g_signal_connect_swapped (focus, "leave", G_CALLBACK (on_leave), self);
  gtk_widget_add_controller (GTK_WIDGET (row->values), focus);
}

static void
lofi_sweep_axes_init (LofiSweepAxes *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 8);
  for (guint i = 0; i < LOFI_SWEEP_AXES_MOST; i++)
    row_init (self, &self->rows[i], i + 1);
}
