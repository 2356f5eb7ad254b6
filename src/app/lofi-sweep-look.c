/* What of the sweep is drawn. */
#include "config.h"
#include <string.h>
#include <glib/gi18n-lib.h>
#include "lofi-axis.h"
#include "lofi-measure.h"
#include "lofi-setting.h"
#include "lofi-sweep-look.h"
#include "lofi-teacher.h"
#include "lofi-widget.h"

/* What can be drawn, in the order of the drop-down. */
static const struct { LofiQuantity quantity; const char *title; } quantities[] = {
  { LOFI_QUANTITY_TEST_ERROR, N_("test error") }, { LOFI_QUANTITY_TEST_MSE, N_("squared error") },
  { LOFI_QUANTITY_OUTLIERS, N_("outliers") }, { LOFI_QUANTITY_KEPT, N_("kept") },
  { LOFI_QUANTITY_EIGENVALUE, N_("eigenvalues") }, { LOFI_QUANTITY_OVERLAP, N_("overlap") }
};

enum { LAYER, GROUP, POINT, X_AXIS, Y_AXIS, SAMPLES, METHOD, N_DROPS };
static const struct { const char *id, *setting; } parts[N_DROPS] = {
  [LAYER] = { "layer", "layer_setting" }, [GROUP] = { "group", "group_setting" }, [POINT] = { "point", "point_setting" },
  [X_AXIS] = { "x_axis", "x_axis_setting" }, [Y_AXIS] = { "y_axis", "y_axis_setting" }, [SAMPLES] = { "samples", "samples_setting" },
  [METHOD] = { "method", "method_setting" }
};

struct _LofiSweepLook {
  GtkBox parent_instance;
  LofiSession *session;
  gboolean updating;
  GtkDropDown *quantity;
  GtkWidget *pictures, *curves, *map, *thresholds;
  GtkWidget *details;
  GtkLabel *summary;
  GtkDropDown *drops[N_DROPS];
  LofiSetting *settings[N_DROPS], *count_setting;
  GtkSpinButton *count;
};

G_DEFINE_FINAL_TYPE (LofiSweepLook, lofi_sweep_look, GTK_TYPE_BOX)

/* ---- lists ---- */

/* The texts of a drop-down, filled again only when they are others. */
static void
show_list (GtkDropDown *drop, GPtrArray *texts, guint selected)
{
  GListModel *model = gtk_drop_down_get_model (drop);
  guint count = model ? g_list_model_get_n_items (model) : 0;
  gboolean same = model && count == texts->len;
  for (guint i = 0; same && i < count; i++)
    same = g_str_equal (gtk_string_list_get_string (GTK_STRING_LIST (model), i), g_ptr_array_index (texts, i));
  if (!same)
    {
      g_ptr_array_add (texts, NULL);
      g_autoptr (GtkStringList) list = gtk_string_list_new ((const char *const *) texts->pdata);
      gtk_drop_down_set_model (drop, G_LIST_MODEL (list));
    }
  if (gtk_drop_down_get_selected (drop) != selected)
    gtk_drop_down_set_selected (drop, selected);
}

static GPtrArray *
texts_new (void)
{
  return g_ptr_array_new_with_free_func (g_free);
}

static guint
filtered_layers (const LofiExperiment *e)
{
  guint count = 0;
  for (guint i = 0; i < e->layers->len; i++)
    count += lofi_layer_filters (lofi_experiment_layer (e, i));
  return count;
}

/* ---- the user ---- */

static LofiSweepPicture
picture_chosen (LofiSweepLook *self)
{
  if (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->map)))
    return LOFI_SWEEP_MAP;
  return gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->thresholds)) ? LOFI_SWEEP_THRESHOLDS : LOFI_SWEEP_CURVES;
}

/* Drop-downs of methods list those the sweep has. */
static LofiMethod
method_at (const LofiExperiment *e, guint index)
{
  for (LofiMethod method = 0; method < LOFI_N_METHODS; method++)
    if (lofi_emergence_wants (e, method) && index-- == 0)
      return method;
  return LOFI_METHOD_LOFI;
}

static void
on_choice (LofiSweepLook *self)
{
  if (self->updating || !self->session)
    return;
  const LofiExperiment *e = lofi_session_get_experiment (self->session);
  LofiSweepView view;
  lofi_session_get_sweep_view (self->session, &view);
  guint chosen[N_DROPS];
  for (guint i = 0; i < N_DROPS; i++)
    chosen[i] = gtk_drop_down_get_selected (self->drops[i]);
  guint quantity = gtk_drop_down_get_selected (self->quantity);
  view.measure.quantity = quantities[MIN (quantity, G_N_ELEMENTS (quantities) - 1)].quantity;
  gboolean layered = lofi_quantity_has_layer (view.measure.quantity);
  if (layered)
    view.measure.layer = chosen[LAYER];
  view.measure.index = view.measure.quantity == LOFI_QUANTITY_EIGENVALUE ? (guint) gtk_spin_button_get_value_as_int (self->count) - 1
                       : view.measure.quantity == LOFI_QUANTITY_OVERLAP ? chosen[GROUP] : 0;
  view.point = chosen[POINT];
  /* The first entry is the samples. */
  view.x_axis = (int) chosen[X_AXIS] - 1;
  view.y_axis = (int) chosen[Y_AXIS] - 1;
  if (chosen[SAMPLES] < e->sweep_samples->len)
    view.samples = g_array_index (e->sweep_samples, gsize, chosen[SAMPLES]);
  view.method = method_at (e, chosen[METHOD]);
  lofi_session_set_sweep_view (self->session, picture_chosen (self), &view);
}

/* ---- the session ---- */

static void
show_layers (LofiSweepLook *self, const LofiExperiment *e, const LofiSweepView *view)
{
  g_autoptr (GPtrArray) texts = texts_new ();
  for (guint i = 0; i < filtered_layers (e); i++)
    g_ptr_array_add (texts, g_strdup_printf (_("Layer %u"), lofi_filtered_layer_number (e, i)));
  show_list (self->drops[LAYER], texts, view->measure.layer);
}

static void
show_groups (LofiSweepLook *self, const LofiExperiment *e, const LofiSweepView *view)
{
  g_autoptr (GPtrArray) texts = texts_new ();
  LofiResult *task = lofi_session_get_task (self->session, NULL);
  const LofiDataset *dataset = task ? task->task->dataset : NULL;
  g_auto (GStrv) names = dataset && dataset->n_groups > 0 ? lofi_teacher_group_names (e, dataset) : NULL;
  g_ptr_array_add (texts, g_strdup (_("all of it")));
  for (guint i = 0; names && names[i]; i++)
    g_ptr_array_add (texts, g_strdup (names[i]));
  guint index = view->measure.quantity == LOFI_QUANTITY_OVERLAP ? view->measure.index : 0;
  show_list (self->drops[GROUP], texts, index < texts->len ? index : 0);
}

static void
show_points (LofiSweepLook *self, const LofiExperiment *e, const LofiSweepView *view)
{
  g_autoptr (GPtrArray) texts = texts_new ();
  for (guint i = 0; i < lofi_grid_count (e); i++)
    {
      g_autofree char *label = lofi_sweep_point_label (e, i, -1, -1);
      if (g_str_has_suffix (label, " · "))
        label[strlen (label) - strlen (" · ")] = '\0';
      g_ptr_array_add (texts, g_steal_pointer (&label));
    }
  show_list (self->drops[POINT], texts, view->point);
}

static void
show_axes (LofiSweepLook *self, const LofiExperiment *e, const LofiSweepView *view)
{
  g_autoptr (GPtrArray) texts = texts_new (), again = texts_new ();
  g_ptr_array_add (texts, g_strdup (_("samples n")));
  for (guint i = 0; i < e->sweep_axes->len; i++)
    g_ptr_array_add (texts, lofi_sweep_key_title (((const LofiSweepAxis *) g_ptr_array_index (e->sweep_axes, i))->key));
  for (guint i = 0; i < texts->len; i++)
    g_ptr_array_add (again, g_strdup (g_ptr_array_index (texts, i)));
  show_list (self->drops[X_AXIS], texts, (guint) (view->x_axis + 1));
  show_list (self->drops[Y_AXIS], again, (guint) (view->y_axis + 1));
}

static void
show_samples (LofiSweepLook *self, const LofiExperiment *e, const LofiSweepView *view)
{
  g_autoptr (GPtrArray) texts = texts_new ();
  guint selected = e->sweep_samples->len > 0 ? e->sweep_samples->len - 1 : 0;        /* the most, unless another is chosen */
  for (guint i = 0; i < e->sweep_samples->len; i++)
    {
      char text[32];
      gsize n = g_array_index (e->sweep_samples, gsize, i);
      lofi_format_count (n, text, sizeof text);
      g_ptr_array_add (texts, g_strdup (text));
      selected = n == view->samples ? i : selected;
    }
  show_list (self->drops[SAMPLES], texts, selected);
}

static void
show_methods (LofiSweepLook *self, const LofiExperiment *e, const LofiSweepView *view)
{
  g_autoptr (GPtrArray) texts = texts_new ();
  guint selected = 0;
  for (LofiMethod method = 0; method < LOFI_N_METHODS; method++)
    if (lofi_emergence_wants (e, method))
      {
        selected = method == view->method ? texts->len : selected;
        g_ptr_array_add (texts, g_strdup (lofi_method_title (method)));
      }
  show_list (self->drops[METHOD], texts, selected);
}

/* Axes of the grid that a map does not show stand at a point, and curves are of one. */
static gboolean
has_point (const LofiExperiment *e, const LofiSweepView *view, LofiSweepPicture picture)
{
  guint shown = picture == LOFI_SWEEP_MAP ? (guint) ((view->x_axis >= 0) + (view->y_axis >= 0)) : 0;
  return picture != LOFI_SWEEP_THRESHOLDS && lofi_grid_count (e) > 1 && shown < e->sweep_axes->len;
}

/* What the details are, in a line. (transfer full) */
static char *
summarise (LofiSweepLook *self, const gboolean *visible, const LofiSweepView *view)
{
  static const int order[] = { LAYER, GROUP, X_AXIS, Y_AXIS, POINT, SAMPLES, METHOD };
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    {
      GtkStringObject *item = visible[order[i]] ? gtk_drop_down_get_selected_item (self->drops[order[i]]) : NULL;
      if (!item || (order[i] == GROUP && view->measure.index == 0))
        continue;
      if (order[i] == SAMPLES)
        g_string_append_printf (text, "%sn = %s", text->len ? ", " : "", gtk_string_object_get_string (item));
      else
        g_string_append_printf (text, "%s%s", text->len ? order[i] == Y_AXIS ? " × " : ", " : "", gtk_string_object_get_string (item));
    }
  return g_strdup (text->str);
}

static void
show_visible (LofiSweepLook *self, const LofiExperiment *e, const LofiSweepView *view, LofiSweepPicture picture)
{
  gboolean map = picture == LOFI_SWEEP_MAP, drawn = picture != LOFI_SWEEP_THRESHOLDS, layered = lofi_quantity_has_layer (view->measure.quantity);
  gboolean eigenvalues = drawn && view->measure.quantity == LOFI_QUANTITY_EIGENVALUE, samples = map && view->x_axis >= 0 && view->y_axis >= 0;
  const gboolean visible[N_DROPS] = {
    [LAYER] = drawn && layered && filtered_layers (e) > 1,
    [GROUP] = map && view->measure.quantity == LOFI_QUANTITY_OVERLAP && g_list_model_get_n_items (gtk_drop_down_get_model (self->drops[GROUP])) > 1,
    [POINT] = has_point (e, view, picture), [X_AXIS] = map, [Y_AXIS] = map, [SAMPLES] = samples,
    [METHOD] = map && !layered && e->sweep_compare != 0
  };
  gboolean any = eigenvalues;
  for (guint i = 0; i < N_DROPS; i++)
    {
      gtk_widget_set_visible (GTK_WIDGET (self->settings[i]), visible[i]);
      any |= visible[i];
    }
  g_autofree char *summary = summarise (self, visible, view);
  g_object_set (self->count_setting, "title", map ? _("Eigenvalue") : _("Leading eigenvalues"), NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->count_setting), eigenvalues);
  gtk_widget_set_visible (self->details, any);
  gtk_widget_set_visible (GTK_WIDGET (self->quantity), drawn);
  gtk_label_set_text (self->summary, *summary ? summary : _("more"));
}

static void
show_pictures (LofiSweepLook *self, const LofiExperiment *e, LofiSweepPicture picture)
{
  GtkWidget *buttons[] = { [LOFI_SWEEP_CURVES] = self->curves, [LOFI_SWEEP_MAP] = self->map, [LOFI_SWEEP_THRESHOLDS] = self->thresholds };
  gboolean map = e->sweep_axes->len > 0, thresholds = lofi_thresholds_possible (e);
  gtk_widget_set_visible (self->pictures, map || thresholds);
  gtk_widget_set_visible (self->map, map);
  gtk_widget_set_visible (self->thresholds, thresholds);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (buttons[picture]), TRUE);
}

static void
on_changed (LofiSweepLook *self, LofiChange what)
{
  if (!(what & (LOFI_CHANGED_EXPERIMENT | LOFI_CHANGED_SWEEP | LOFI_CHANGED_RESULT)))
    return;
  const LofiExperiment *e = lofi_session_get_experiment (self->session);
  LofiSweepView view;
  LofiSweepPicture picture = lofi_session_get_sweep_view (self->session, &view);
  self->updating = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (quantities); i++)
    if (quantities[i].quantity == view.measure.quantity)
      gtk_drop_down_set_selected (self->quantity, i);
  show_pictures (self, e, picture);
  show_layers (self, e, &view);
  show_groups (self, e, &view);
  show_points (self, e, &view);
  show_axes (self, e, &view);
  show_samples (self, e, &view);
  show_methods (self, e, &view);
  if (view.measure.quantity == LOFI_QUANTITY_EIGENVALUE)
    lofi_spin_show (self->count, view.measure.index + 1);
  show_visible (self, e, &view, picture);
  self->updating = FALSE;
}

void
lofi_sweep_look_set_session (LofiSweepLook *self, LofiSession *session)
{
  g_return_if_fail (LOFI_IS_SWEEP_LOOK (self) && LOFI_IS_SESSION (session) && !self->session);
  self->session = g_object_ref (session);
  g_signal_connect_object (session, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  on_changed (self, LOFI_CHANGED_ALL);
}

static void
lofi_sweep_look_dispose (GObject *object)
{
  LofiSweepLook *self = LOFI_SWEEP_LOOK (object);
  self->updating = TRUE;
  if (self->session)
    g_signal_handlers_disconnect_by_data (self->session, self);
  gtk_widget_dispose_template (GTK_WIDGET (self), LOFI_TYPE_SWEEP_LOOK);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (lofi_sweep_look_parent_class)->dispose (object);
}

static void
lofi_sweep_look_class_init (LofiSweepLookClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = lofi_sweep_look_dispose;
  g_type_ensure (LOFI_TYPE_SETTING);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lofi_explorer/LofiExplorer/ui/lofi-sweep-look.ui");
  for (guint i = 0; i < N_DROPS; i++)
    {
      gtk_widget_class_bind_template_child_full (widget_class, parts[i].id, FALSE, G_STRUCT_OFFSET (LofiSweepLook, drops[0]) + i * sizeof (gpointer));
      gtk_widget_class_bind_template_child_full (widget_class, parts[i].setting, FALSE,
                                                 G_STRUCT_OFFSET (LofiSweepLook, settings[0]) + i * sizeof (gpointer));
    }
  gtk_widget_class_bind_template_child (widget_class, LofiSweepLook, quantity);
  gtk_widget_class_bind_template_child (widget_class, LofiSweepLook, pictures);
  gtk_widget_class_bind_template_child (widget_class, LofiSweepLook, curves);
  gtk_widget_class_bind_template_child (widget_class, LofiSweepLook, map);
  gtk_widget_class_bind_template_child (widget_class, LofiSweepLook, thresholds);
  gtk_widget_class_bind_template_child (widget_class, LofiSweepLook, details);
  gtk_widget_class_bind_template_child (widget_class, LofiSweepLook, summary);
  gtk_widget_class_bind_template_child (widget_class, LofiSweepLook, count_setting);
  gtk_widget_class_bind_template_child (widget_class, LofiSweepLook, count);
  gtk_widget_class_bind_template_callback (widget_class, on_choice);
}

static void
lofi_sweep_look_init (LofiSweepLook *self)
{
  self->updating = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  g_autoptr (GPtrArray) titles = texts_new ();
  for (guint i = 0; i < G_N_ELEMENTS (quantities); i++)
    g_ptr_array_add (titles, g_strdup (_(quantities[i].title)));
  show_list (self->quantity, titles, 0);
  g_signal_connect_swapped (self->quantity, "notify::selected", G_CALLBACK (on_choice), self);
  for (guint i = 0; i < N_DROPS; i++)
    g_signal_connect_swapped (self->drops[i], "notify::selected", G_CALLBACK (on_choice), self);
  self->updating = FALSE;
}
