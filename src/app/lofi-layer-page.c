/* The inspector's page for a layer's card. */
#include "config.h"
#include <glib/gi18n-lib.h>
#include "lofi-axis.h"
#include "lofi-layer-page.h"
#include "lofi-log-scale.h"
#include "lofi-setting.h"
#include "lofi-widget.h"

#define DEGREES_LISTED 8
#define KEEP_FIRST 50
#define SLIDER_LOW 10
#define SLIDER_HIGH 4000

struct _LofiLayerPage {
  GtkBox parent_instance;
  LofiSession *session;
  guint layer;
  gboolean updating;
  gsize last_keep;               /* what the switch brings back */

  LofiSetting *width_setting, *keep_setting, *order_setting, *center_labels_setting;
  GtkSpinButton *width, *keep, *bias;
  LofiLogScale *width_scale;
  GtkSwitch *filtered, *center_labels, *center_lift;
  GtkDropDown *activation, *order, *degree;
  GtkLabel *inputs, *scale, *form, *total_degree;
};

G_DEFINE_FINAL_TYPE (LofiLayerPage, lofi_layer_page, GTK_TYPE_BOX)

/* ---- the user ---- */

/* A duplicate of the experiment and in it the layer shown; NULL while the page is only being filled. */
static LofiExperiment *
duplicate (LofiLayerPage *self, LofiLayerSpec **layer)
{
  if (self->updating || !self->session)
    return NULL;
  LofiExperiment *e = lofi_session_dup_experiment (self->session);
  if (self->layer >= e->layers->len)
    {
      lofi_experiment_free (e);
      return NULL;
    }
  *layer = lofi_experiment_layer (e, self->layer);
  return e;
}

/* Edits of one number in one layer are undone as one. */
static void
submit (LofiLayerPage *self, LofiExperiment *e, const char *key)
{
  g_autofree char *what = key ? g_strdup_printf ("layer%u.%s", self->layer + 1, key) : NULL;
  if (what)
    lofi_session_drag (self->session, e, what);
  else
    lofi_session_edit (self->session, e, NULL);
}

static void
on_width (LofiLayerPage *self)
{
  LofiLayerSpec *layer;
  LofiExperiment *e = duplicate (self, &layer);
  if (!e)
    return;
  layer->width = gtk_spin_button_get_value (self->width);
  submit (self, e, "width");
}

static void
on_width_scale (LofiLayerPage *self, gint64 value)
{
  gtk_spin_button_set_value (self->width, value);
}

static void
on_keep (LofiLayerPage *self)
{
  LofiLayerSpec *layer;
  LofiExperiment *e = duplicate (self, &layer);
  if (!e)
    return;
  layer->keep = gtk_spin_button_get_value (self->keep);
  submit (self, e, "keep");
}

static void
on_filtered (LofiLayerPage *self)
{
  LofiLayerSpec *layer;
  LofiExperiment *e = duplicate (self, &layer);
  if (!e)
    return;
  gsize most = layer->order == LOFI_ORDER_1 ? 1 : layer->width;
  layer->keep = gtk_switch_get_active (self->filtered) ? MIN (self->last_keep, most) : LOFI_KEEP_NONE;
  submit (self, e, NULL);
}

static void
on_activation (LofiLayerPage *self)
{
  LofiLayerSpec *layer;
  LofiExperiment *e = duplicate (self, &layer);
  if (!e)
    return;
  layer->activation = gtk_drop_down_get_selected (self->activation);
  submit (self, e, NULL);
}

/* Order 1 has one direction, and keeps one; back from it the earlier number comes back. */
static void
on_order (LofiLayerPage *self)
{
  LofiLayerSpec *layer;
  LofiExperiment *e = duplicate (self, &layer);
  if (!e)
    return;
  gboolean was_first = layer->order == LOFI_ORDER_1;
  layer->order = gtk_drop_down_get_selected (self->order);
  if (layer->order == LOFI_ORDER_1)
    layer->keep = 1;
  else if (was_first)
    layer->keep = MIN (self->last_keep, layer->width);
  submit (self, e, NULL);
}

static void
on_degree (LofiLayerPage *self)
{
  LofiLayerSpec *layer;
  LofiExperiment *e = duplicate (self, &layer);
  if (!e)
    return;
  guint selected = gtk_drop_down_get_selected (self->degree);
  /* The last entry beyond the listed ones is what the file has. */
  if (selected <= DEGREES_LISTED)
    layer->degree = selected == 0 ? LOFI_DEGREE_EXACT : (int) selected;
  submit (self, e, NULL);
}

static void
on_bias (LofiLayerPage *self)
{
  LofiLayerSpec *layer;
  LofiExperiment *e = duplicate (self, &layer);
  if (!e)
    return;
  layer->bias = gtk_spin_button_get_value (self->bias);
  submit (self, e, "bias");
}

static void
on_center (LofiLayerPage *self)
{
  LofiLayerSpec *layer;
  LofiExperiment *e = duplicate (self, &layer);
  if (!e)
    return;
  layer->center_labels = gtk_switch_get_active (self->center_labels);
  layer->center_lift = gtk_switch_get_active (self->center_lift);
  submit (self, e, NULL);
}

/* ---- the session ---- */

static void
show_degree (LofiLayerPage *self, int degree)
{
  GtkStringList *list = GTK_STRING_LIST (gtk_drop_down_get_model (self->degree));
  guint listed = g_list_model_get_n_items (G_LIST_MODEL (list));
  if (degree > DEGREES_LISTED)
    {
      g_autofree char *text = g_strdup_printf ("%d", degree);
      gtk_string_list_splice (list, DEGREES_LISTED + 1, listed - DEGREES_LISTED - 1, (const char *[]) { text, NULL });
    }
  else if (listed > DEGREES_LISTED + 1)
    gtk_string_list_splice (list, DEGREES_LISTED + 1, listed - DEGREES_LISTED - 1, NULL);
  gtk_drop_down_set_selected (self->degree, MIN (degree, DEGREES_LISTED + 1));
}

static void
show_reasons (LofiLayerPage *self, const LofiLayerSpec *spec)
{
  const char *unfiltered = spec->keep == LOFI_KEEP_NONE ? _("Without a filter there is no operator to shape") : NULL;
  gboolean first = spec->order == LOFI_ORDER_1 && !unfiltered;
  lofi_setting_set_reason (self->order_setting, unfiltered);
  lofi_setting_set_reason (self->center_labels_setting, unfiltered);
  lofi_setting_set_reason (self->width_setting, spec->weights ? _("The layer's own lift matrix decides the width") : NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->keep), !unfiltered && !first);
  lofi_widget_show_tooltip (GTK_WIDGET (self->keep), first ? _("Order 1 has a single direction")
                                                        : unfiltered ? _("The layer passes its lift on unfiltered") : NULL);
}

/* The degree of a feature after layers 1 .. layer as a polynomial of the input: the product of the lifts' degrees. */
static char *
describe_degree (const LofiExperiment *e, guint layer)
{
  double product = 1;
  for (guint i = 0; i <= layer; i++)
    {
      int degree = lofi_experiment_layer (e, i)->degree;
      if (degree == LOFI_DEGREE_EXACT)
        return g_strdup (_("any"));
      product *= degree;
    }
  return g_strdup_printf (_("at most %.0f"), product);
}

static void
show_facts (LofiLayerPage *self, const LofiExperiment *e)
{
  LofiShown shown;
  LofiResult *result = lofi_session_get_layer (self->session, self->layer, &shown);
  const LofiLayerResult *layer = result && shown != LOFI_SHOWN_LIVE ? result->layers[self->layer] : NULL;
  char inputs[32] = "–", scale[32] = "–";
  const char *form = "–";
  if (layer)
    {
      g_snprintf (inputs, sizeof inputs, "%zu", layer->inputs);
      lofi_format_number (layer->scale, 4, scale, sizeof scale);
      form = layer->form == LOFI_FORM_PRIMAL ? _("primal, P × P") : layer->form == LOFI_FORM_DUAL ? _("dual, n × n") : _("no filter");
    }
  g_autofree char *degree = describe_degree (e, self->layer);
  GtkLabel *labels[] = { self->inputs, self->scale, self->form };
  const char *texts[] = { inputs, scale, form };
  for (guint i = 0; i < G_N_ELEMENTS (labels); i++)
    {
      gtk_label_set_text (labels[i], texts[i]);
      gtk_widget_set_opacity (GTK_WIDGET (labels[i]), shown == LOFI_SHOWN_FRESH ? 1 : 0.5);
    }
  gtk_label_set_text (self->total_degree, degree);
}

void
lofi_layer_page_update (LofiLayerPage *self, LofiSession *session)
{
  g_return_if_fail (LOFI_IS_LAYER_PAGE (self));
  const LofiExperiment *e = lofi_session_get_asked (session);
  LofiPlace place = lofi_session_get_place (session);
  self->session = session;
  if (place.layer < 0 || place.layer >= (int) e->layers->len)
    return;
  const LofiLayerSpec *spec = lofi_experiment_layer (e, place.layer);
  gboolean first_look = self->layer != (guint) place.layer || self->last_keep == 0;
  self->layer = place.layer;
  if (spec->keep != LOFI_KEEP_NONE && spec->order != LOFI_ORDER_1)
    self->last_keep = spec->keep;
  else if (first_look)
    self->last_keep = KEEP_FIRST;
  self->updating = TRUE;
  lofi_spin_show (self->width, spec->width);
  lofi_log_scale_set_range (self->width_scale, SLIDER_LOW, MAX (SLIDER_HIGH, (gint64) spec->width));
  lofi_log_scale_set_number (self->width_scale, spec->width);
  gtk_switch_set_active (self->filtered, spec->keep != LOFI_KEEP_NONE);
  lofi_spin_show (self->keep, spec->keep != LOFI_KEEP_NONE ? spec->keep : self->last_keep);
  gtk_drop_down_set_selected (self->activation, spec->activation);
  gtk_drop_down_set_selected (self->order, MIN (spec->order, LOFI_ORDER_1_2));
  show_degree (self, spec->degree);
  lofi_spin_show (self->bias, spec->bias);
  gtk_switch_set_active (self->center_labels, spec->center_labels);
  gtk_switch_set_active (self->center_lift, spec->center_lift);
  show_reasons (self, spec);
  show_facts (self, e);
  self->updating = FALSE;
}

static void
lofi_layer_page_dispose (GObject *object)
{
  LOFI_LAYER_PAGE (object)->updating = TRUE;
  gtk_widget_dispose_template (GTK_WIDGET (object), LOFI_TYPE_LAYER_PAGE);
  G_OBJECT_CLASS (lofi_layer_page_parent_class)->dispose (object);
}

static void
lofi_layer_page_class_init (LofiLayerPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = lofi_layer_page_dispose;
  g_type_ensure (LOFI_TYPE_SETTING);
  g_type_ensure (LOFI_TYPE_LOG_SCALE);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lofi_explorer/LofiExplorer/ui/lofi-layer-page.ui");
  gtk_widget_class_bind_template_child (widget_class, LofiLayerPage, width_setting);
  gtk_widget_class_bind_template_child (widget_class, LofiLayerPage, keep_setting);
  gtk_widget_class_bind_template_child (widget_class, LofiLayerPage, order_setting);
  gtk_widget_class_bind_template_child (widget_class, LofiLayerPage, center_labels_setting);
  gtk_widget_class_bind_template_child (widget_class, LofiLayerPage, width);
  gtk_widget_class_bind_template_child (widget_class, LofiLayerPage, keep);
  gtk_widget_class_bind_template_child (widget_class, LofiLayerPage, bias);
  gtk_widget_class_bind_template_child (widget_class, LofiLayerPage, width_scale);
  gtk_widget_class_bind_template_child (widget_class, LofiLayerPage, filtered);
  gtk_widget_class_bind_template_child (widget_class, LofiLayerPage, center_labels);
  gtk_widget_class_bind_template_child (widget_class, LofiLayerPage, center_lift);
  gtk_widget_class_bind_template_child (widget_class, LofiLayerPage, activation);
  gtk_widget_class_bind_template_child (widget_class, LofiLayerPage, order);
  gtk_widget_class_bind_template_child (widget_class, LofiLayerPage, degree);
  gtk_widget_class_bind_template_child (widget_class, LofiLayerPage, inputs);
  gtk_widget_class_bind_template_child (widget_class, LofiLayerPage, scale);
  gtk_widget_class_bind_template_child (widget_class, LofiLayerPage, form);
  gtk_widget_class_bind_template_child (widget_class, LofiLayerPage, total_degree);
  gtk_widget_class_bind_template_callback (widget_class, on_width);
  gtk_widget_class_bind_template_callback (widget_class, on_width_scale);
  gtk_widget_class_bind_template_callback (widget_class, on_keep);
  gtk_widget_class_bind_template_callback (widget_class, on_filtered);
  gtk_widget_class_bind_template_callback (widget_class, on_activation);
  gtk_widget_class_bind_template_callback (widget_class, on_order);
  gtk_widget_class_bind_template_callback (widget_class, on_degree);
  gtk_widget_class_bind_template_callback (widget_class, on_bias);
  gtk_widget_class_bind_template_callback (widget_class, on_center);
}

static void
lofi_layer_page_init (LofiLayerPage *self)
{
  self->updating = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  g_autoptr (GtkStringList) activations = gtk_string_list_new (NULL), degrees = gtk_string_list_new (NULL);
  for (int i = 0; i < LOFI_N_ACTIVATIONS; i++)
    gtk_string_list_append (activations, lofi_activation_name (i));
  gtk_drop_down_set_model (self->activation, G_LIST_MODEL (activations));
  gtk_string_list_append (degrees, _("exact"));
  for (int d = 1; d <= DEGREES_LISTED; d++)
    {
      g_autofree char *text = g_strdup_printf ("%d", d);
      gtk_string_list_append (degrees, text);
    }
  gtk_drop_down_set_model (self->degree, G_LIST_MODEL (degrees));
  self->updating = FALSE;
}
