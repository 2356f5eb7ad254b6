/* The inspector's page for a layer's card.
 *
 * Every control is a row of a table: what it is bound to, how it changes the layer, and how it shows it. What a kind of layer does not have is
 * hidden; what does not go with its other settings is grey, with the reason in place of its sentence. */
#include "config.h"
#include <string.h>
#include <glib/gi18n-lib.h>
#include "lofi-choice.h"
#include "lofi-degrees.h"
#include "lofi-dialogs.h"
#include "lofi-layer-choices.h"
#include "lofi-layer-facts.h"
#include "lofi-layer-page.h"
#include "lofi-layers.h"
#include "lofi-log-scale.h"
#include "lofi-setting.h"
#include "lofi-widget.h"

#define KEEP_FIRST 50
#define WIDTH_FIRST 1000
#define SLIDER_LOW 10
#define SLIDER_HIGH 4000

#define DENSE (1u << LOFI_KIND_DENSE)
#define FILTER (1u << LOFI_KIND_FILTER)
#define CONV (1u << LOFI_KIND_CONV)
#define POOL (1u << LOFI_KIND_POOL)
#define FLATTEN (1u << LOFI_KIND_FLATTEN)

enum { KIND, SIZE, STRIDE, PADDING, MODE, WIDTH, KEEP, ORDER, ACTIVATION, DEGREE, BIAS, CENTER_LABELS, CENTER_LIFT, WEIGHTS, N_SETTINGS };

/* id of the setting's widget, its key in the file, the kinds of layers that have it. */
static const struct { const char *id, *key; guint kinds; } settings[N_SETTINGS] = {
  [KIND] = { "kind_setting", "kind", DENSE | FILTER | CONV | POOL | FLATTEN }, [SIZE] = { "size_setting", "size", FILTER | CONV | POOL },
  [STRIDE] = { "stride_setting", "stride", FILTER | CONV }, [PADDING] = { "padding_setting", "padding", FILTER | CONV },
  [MODE] = { "mode_setting", "mode", POOL }, [WIDTH] = { "width_setting", "width", DENSE | CONV },
  [KEEP] = { "keep_setting", "keep", DENSE | FILTER | CONV }, [ORDER] = { "order_setting", "order", DENSE | FILTER | CONV },
  [ACTIVATION] = { "activation_setting", "activation", DENSE | CONV }, [DEGREE] = { "degree_setting", "degree", DENSE | CONV },
  [BIAS] = { "bias_setting", "bias", DENSE | CONV }, [CENTER_LABELS] = { "center_labels_setting", "center-labels", DENSE | FILTER | CONV },
  [CENTER_LIFT] = { "center_lift_setting", "center-lift", DENSE | FILTER | CONV },
  [WEIGHTS] = { "weights_setting", "weights", DENSE | CONV },
};

struct _LofiLayerPage {
  GtkBox parent_instance;
  LofiSession *session;
  guint layer;
  gboolean updating;
  LofiLayerMemory memory;        /* what the switches bring back */

  LofiSetting *settings[N_SETTINGS];
  GtkSpinButton *size, *stride, *padding, *width, *keep, *keep_min, *keep_max, *bias;
  LofiLogScale *width_scale;
  GtkSwitch *filtered, *center_labels, *center_lift;
  GtkToggleButton *infinite;
  GtkCheckButton *automatic;
  GtkWidget *automatic_box, *bounds;
  GtkLabel *chosen;
  GtkDropDown *kind, *mode, *activation, *order, *degree;
  GtkLabel *weights_name, *mean_pair;
  GtkWidget *weights_clear;
  LofiFacts *facts;
  LofiDegrees *degrees;
};

G_DEFINE_FINAL_TYPE (LofiLayerPage, lofi_layer_page, GTK_TYPE_BOX)

#define AT(member) G_STRUCT_OFFSET (LofiLayerPage, member)

/* drag: what edits of this number are undone as. */
static const struct Control { const char *id; gsize at; LofiLayerChange change; const char *drag; } controls[] = {
  { "kind", AT (kind), LOFI_CHANGE_KIND }, { "mode", AT (mode), LOFI_CHANGE_MODE },
  { "activation", AT (activation), LOFI_CHANGE_ACTIVATION }, { "order", AT (order), LOFI_CHANGE_ORDER },
  { "degree", AT (degree), LOFI_CHANGE_DEGREE }, { "size", AT (size), LOFI_CHANGE_SIZE, "size" },
  { "stride", AT (stride), LOFI_CHANGE_STRIDE, "stride" }, { "padding", AT (padding), LOFI_CHANGE_PADDING, "padding" },
  { "width", AT (width), LOFI_CHANGE_WIDTH, "width" }, { "keep", AT (keep), LOFI_CHANGE_KEEP, "keep" },
  { "bias", AT (bias), LOFI_CHANGE_BIAS, "bias" }, { "infinite", AT (infinite), LOFI_CHANGE_INFINITE },
  { "filtered", AT (filtered), LOFI_CHANGE_FILTERED }, { "center_labels", AT (center_labels), LOFI_CHANGE_CENTER_LABELS },
  { "center_lift", AT (center_lift), LOFI_CHANGE_CENTER_LIFT }, { "automatic", AT (automatic), LOFI_CHANGE_KEEP_AUTO },
  { "keep_min", AT (keep_min), LOFI_CHANGE_KEEP_MIN, "keep-min" }, { "keep_max", AT (keep_max), LOFI_CHANGE_KEEP_MAX, "keep-max" },
};

/* ---- the user ---- */

static double
control_value (gpointer widget)
{
  if (GTK_IS_SPIN_BUTTON (widget))
    return gtk_spin_button_get_value (widget);
  if (GTK_IS_DROP_DOWN (widget))
    return gtk_drop_down_get_selected (widget);
  if (GTK_IS_CHECK_BUTTON (widget))
    return gtk_check_button_get_active (widget);
  return GTK_IS_SWITCH (widget) ? gtk_switch_get_active (widget) : gtk_toggle_button_get_active (widget);
}

/* The settings as they would be. */
static LofiExperiment *
changed (LofiLayerPage *self, LofiLayerChange what, double value)
{
  LofiExperiment *e = lofi_session_dup_experiment (self->session);
  /* The last degree beyond the listed ones is what the file has. */
  if (self->layer < e->layers->len && !(what == LOFI_CHANGE_DEGREE && value > LOFI_DEGREES_LISTED))
    lofi_layers_change (e, self->layer, what, value, &self->memory);
  return e;
}

static gpointer
control_widget (LofiLayerPage *self, const struct Control *control)
{
  return G_STRUCT_MEMBER (gpointer, self, control->at);
}

static const struct Control *
control_of (LofiLayerPage *self, gpointer widget)
{
  for (guint i = 0; i < G_N_ELEMENTS (controls); i++)
    if (control_widget (self, &controls[i]) == widget)
      return &controls[i];
  g_return_val_if_reached (NULL);
}

/* Of another kind the layer may have got a flatten layer before it: then it stands one further down. */
static gboolean
flattened_before (LofiLayerPage *self, const LofiExperiment *e, LofiLayerChange what, double value)
{
  return what == LOFI_CHANGE_KIND && value != LOFI_KIND_FLATTEN && lofi_experiment_layer (e, self->layer)->kind == LOFI_KIND_FLATTEN;
}

static void
change (LofiLayerPage *self, gpointer widget)
{
  const struct Control *control = control_of (self, widget);
  double value = control_value (widget);
  if (self->updating || !self->session || (GTK_IS_DROP_DOWN (widget) && value == GTK_INVALID_LIST_POSITION))
    return;
  LofiExperiment *e = changed (self, control->change, value);
  /* Edits of one number in one layer are undone as one. */
  g_autofree char *what = control->drag ? g_strdup_printf ("layer%u.%s", self->layer + 1, control->drag) : NULL;
  if (what)
    lofi_session_drag (self->session, e, what);
  else
    {
      guint card = lofi_session_get_card (self->session) + flattened_before (self, e, control->change, value);
      lofi_session_edit (self->session, e, NULL);
      lofi_session_set_card (self->session, card);
    }
}

static void
on_value (GtkSpinButton *spin, LofiLayerPage *self)
{
  change (self, spin);
}

static void
on_notify (GObject *object, GParamSpec *spec, LofiLayerPage *self)
{
  change (self, object);
}

static void
on_width_scale (LofiLayerPage *self, gint64 value)
{
  gtk_spin_button_set_value (self->width, value);
}

static void
take_weights (LofiLayerPage *self, const char *path)
{
  LofiExperiment *e = lofi_session_dup_experiment (self->session);
  if (self->layer < e->layers->len)
    {
      LofiLayerSpec *layer = lofi_experiment_layer (e, self->layer);
      g_free (layer->weights);
      layer->weights = g_strdup (path);
    }
  lofi_session_edit (self->session, e, NULL);
}

static void
on_weights_chosen (GtkWidget *page, const char *path)
{
  take_weights (LOFI_LAYER_PAGE (page), path);
}

static void
on_weights (LofiLayerPage *self)
{
  lofi_dialog_open_array (GTK_WIDGET (self), on_weights_chosen);
}

static void
on_weights_clear (LofiLayerPage *self)
{
  take_weights (self, NULL);
}

/* Zero stands for the whole input; only a filter may have it. */
static gboolean
on_size_output (GtkSpinButton *spin)
{
  int size = gtk_spin_button_get_value_as_int (spin);
  g_autofree char *text = size > 0 ? g_strdup_printf ("%d × %d", size, size) : g_strdup (_("whole"));
  if (strcmp (gtk_editable_get_text (GTK_EDITABLE (spin)), text) != 0)
    gtk_editable_set_text (GTK_EDITABLE (spin), text);
  return TRUE;
}

static int
on_size_input (GtkSpinButton *spin, double *value)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (spin));
  char *end;
  guint64 size = g_ascii_strtoull (text, &end, 10);
  if (end == text && strcmp (text, _("whole")) != 0)
    return GTK_INPUT_ERROR;
  *value = MIN (size, 1024);
  return TRUE;
}

/* ---- the session ---- */

static void
show_degree (LofiLayerPage *self, int degree)
{
  lofi_choice_truncate (self->degree, LOFI_DEGREES_LISTED + 1);
  if (degree > LOFI_DEGREES_LISTED)
    {
      g_autofree char *text = g_strdup_printf ("%d", degree);
      lofi_choice_append (self->degree, text, NULL);
    }
  lofi_choice_show (self->degree, MIN (degree, LOFI_DEGREES_LISTED + 1));
}

/* Each entry of a drop-down is tried: what would be refused is grey. */
static void
show_choices (LofiLayerPage *self)
{
  GtkDropDown *drops[] = { self->kind, self->mode, self->order, self->activation, self->degree };
  for (guint d = 0; d < G_N_ELEMENTS (drops); d++)
    for (guint i = 0; i < lofi_choice_count (drops[d]); i++)
      {
        gboolean chosen = i == gtk_drop_down_get_selected (drops[d]);
        g_autoptr (LofiExperiment) candidate = changed (self, control_of (self, drops[d])->change, i);
        g_autofree char *reason = chosen ? NULL : lofi_session_why_not (self->session, candidate);
        lofi_choice_set_reason (drops[d], i, reason);
      }
}

static void
show_reasons (LofiLayerPage *self, const LofiExperiment *e, const LofiLayerSpec *spec)
{
  for (guint i = 0; i < N_SETTINGS; i++)
    {
      gboolean has = (settings[i].kinds >> spec->kind) & 1;
      g_autofree char *reason = has && i != KIND && i != WIDTH ? lofi_layer_key_reason (e, self->layer, settings[i].key) : NULL;
      /* What is refused as it stands must be changeable: its entries or its range say what can be had. */
      gboolean at_fault = reason && i == ORDER && lofi_layer_filters (spec) && spec->order != LOFI_ORDER_2;
      gtk_widget_set_visible (GTK_WIDGET (self->settings[i]), has);
      lofi_setting_set_reason (self->settings[i], at_fault ? NULL : reason);
    }
  lofi_setting_set_reason (self->settings[WIDTH], spec->weights ? _("The layer's own lift matrix decides the width") : NULL);
  gboolean unfiltered = !lofi_layer_filters (spec), first = spec->order == LOFI_ORDER_1 && !unfiltered;
  gtk_widget_set_sensitive (GTK_WIDGET (self->keep), !unfiltered && !first);
  lofi_widget_show_tooltip (GTK_WIDGET (self->keep), first ? _("Order 1 has a single direction")
                                                        : unfiltered ? _("The layer passes its lift on unfiltered") : NULL);
}

/* K by itself: the number of outliers, which is a fact and not a setting. */
static void
show_automatic (LofiLayerPage *self, const LofiLayerSpec *spec, const char *no_filter)
{
  gboolean filters = lofi_layer_filters (spec);
  g_autofree char *reason = filters ? lofi_layer_key_reason (lofi_session_get_asked (self->session), self->layer, "keep-min") : NULL;
  g_autoptr (LofiExperiment) candidate = changed (self, LOFI_CHANGE_KEEP_AUTO, !spec->keep_auto);
  g_autofree char *refused = filters && !reason ? lofi_session_why_not (self->session, candidate) : NULL;
  const char *why = reason ? reason : refused;
  g_autofree char *note = why && !spec->keep_auto ? g_strdup_printf (_("auto: %s"), why) : NULL;
  gtk_widget_set_sensitive (GTK_WIDGET (self->automatic), filters && (spec->keep_auto || !why));
  gtk_widget_set_visible (self->automatic_box, filters);
  gtk_widget_set_visible (self->bounds, spec->keep_auto);
  gtk_widget_set_visible (GTK_WIDGET (self->keep), !spec->keep_auto);
  gtk_widget_set_visible (GTK_WIDGET (self->chosen), spec->keep_auto);
  lofi_setting_set_note (self->settings[KEEP], no_filter ? no_filter : note);
}

/* How many were kept. */
static void
show_chosen (LofiLayerPage *self)
{
  LofiShown shown;
  LofiResult *result = lofi_session_get_layer (self->session, self->layer, &shown);
  const LofiLayerResult *layer = result && shown != LOFI_SHOWN_LIVE && self->layer < result->n_layers ? result->layers[self->layer] : NULL;
  g_autofree char *text = layer && layer->keep > 0 ? g_strdup_printf ("%zu", layer->keep) : g_strdup ("–");
  gtk_label_set_text (self->chosen, text);
  gtk_widget_set_opacity (GTK_WIDGET (self->chosen), shown == LOFI_SHOWN_FRESH ? 1 : 0.5);
}

/* The switches: what they would lead to, if it is refused. */
static void
show_switches (LofiLayerPage *self, const LofiLayerSpec *spec)
{
  gboolean infinite = spec->width == LOFI_WIDTH_INFINITE;
  g_autoptr (LofiExperiment) limit = changed (self, LOFI_CHANGE_INFINITE, !infinite);
  g_autoptr (LofiExperiment) filter = changed (self, LOFI_CHANGE_FILTERED, spec->keep == LOFI_KEEP_NONE);
  g_autofree char *no_limit = lofi_session_why_not (self->session, limit), *no_filter = lofi_session_why_not (self->session, filter);
  gtk_widget_set_visible (GTK_WIDGET (self->infinite), spec->kind == LOFI_KIND_DENSE);
  gtk_widget_set_sensitive (GTK_WIDGET (self->infinite), no_limit == NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->width), !infinite);
  gtk_widget_set_sensitive (GTK_WIDGET (self->width_scale), !infinite && !spec->weights);
  gtk_widget_set_visible (GTK_WIDGET (self->filtered), spec->kind != LOFI_KIND_FILTER);
  gtk_widget_set_sensitive (GTK_WIDGET (self->filtered), no_filter == NULL);
  g_autofree char *limit_note = no_limit && spec->kind == LOFI_KIND_DENSE ? g_strdup_printf (_("∞: %s"), no_limit) : NULL;
  lofi_setting_set_note (self->settings[WIDTH], limit_note);
  show_automatic (self, spec, spec->kind == LOFI_KIND_FILTER ? NULL : no_filter);
}

static void
show_values (LofiLayerPage *self, const LofiLayerSpec *spec)
{
  gboolean infinite = spec->width == LOFI_WIDTH_INFINITE, filter = spec->kind == LOFI_KIND_FILTER;
  gsize width = infinite ? self->memory.width : spec->width;
  lofi_choice_show (self->kind, spec->kind);
  gtk_spin_button_set_range (self->size, filter ? 0 : 1, 1024);
  lofi_spin_show (self->size, spec->size);
  lofi_spin_show (self->stride, spec->stride);
  lofi_spin_show (self->padding, spec->padding);
  lofi_choice_show (self->mode, spec->mode);
  lofi_spin_show (self->width, width);
  lofi_log_scale_set_range (self->width_scale, SLIDER_LOW, MAX (SLIDER_HIGH, (gint64) width));
  lofi_log_scale_set_number (self->width_scale, width);
  gtk_toggle_button_set_active (self->infinite, infinite);
  gtk_switch_set_active (self->filtered, spec->keep != LOFI_KEEP_NONE);
  lofi_spin_show (self->keep, spec->keep != LOFI_KEEP_NONE && !spec->keep_auto ? spec->keep : self->memory.keep);
  gtk_check_button_set_active (self->automatic, spec->keep_auto);
  lofi_spin_show (self->keep_min, spec->keep_min);
  lofi_spin_show (self->keep_max, spec->keep_max);
  lofi_choice_show (self->activation, spec->activation);
  lofi_choice_show (self->order, spec->order);
  show_degree (self, spec->degree);
  lofi_spin_show (self->bias, spec->bias);
  gtk_switch_set_active (self->center_labels, spec->center_labels);
  gtk_switch_set_active (self->center_lift, spec->center_lift);
  g_autofree char *name = spec->weights ? g_path_get_basename (spec->weights) : g_strdup (_("random"));
  gtk_label_set_text (self->weights_name, name);
  gtk_widget_set_visible (self->weights_clear, spec->weights != NULL);
  const int varying[] = { KIND, SIZE, MODE, WIDTH, KEEP };
  for (guint i = 0; i < G_N_ELEMENTS (varying); i++)
    g_object_set (self->settings[varying[i]], "blurb", lofi_layer_key_sentence (spec, settings[varying[i]].key), NULL);
}

/* The switches bring back what the layer had last. */
static void
remember (LofiLayerPage *self, const LofiLayerSpec *spec, guint layer)
{
  gboolean first_look = self->layer != layer || self->memory.keep == 0;
  self->layer = layer;
  if (spec->keep != LOFI_KEEP_NONE && !spec->keep_auto && spec->order != LOFI_ORDER_1)
    self->memory.keep = spec->keep;
  else if (first_look)
    self->memory.keep = KEEP_FIRST;
  if (spec->width != LOFI_WIDTH_INFINITE)
    self->memory.width = spec->width;
  else if (first_look)
    self->memory.width = WIDTH_FIRST;
}

void
lofi_layer_page_update (LofiLayerPage *self, LofiSession *session, LofiChange what)
{
  g_return_if_fail (LOFI_IS_LAYER_PAGE (self));
  const LofiExperiment *e = lofi_session_get_asked (session);
  LofiPlace place = lofi_session_get_place (session);
  self->session = session;
  if (place.layer < 0 || place.layer >= (int) e->layers->len)
    return;
  const LofiLayerSpec *spec = lofi_experiment_layer (e, place.layer);
  remember (self, spec, place.layer);
  self->updating = TRUE;
  if (what & (LOFI_CHANGED_EXPERIMENT | LOFI_CHANGED_PLACE | LOFI_CHANGED_PLAN))
    {
      show_values (self, spec);
      show_reasons (self, e, spec);
      show_choices (self);
      show_switches (self, spec);
    }
  show_chosen (self);
  lofi_layer_facts_show (self->facts, self->mean_pair, session, self->layer);
  lofi_degrees_update (self->degrees, session, self->layer);
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
  g_type_ensure (LOFI_TYPE_FACTS);
  g_type_ensure (LOFI_TYPE_DEGREES);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lofi_explorer/LofiExplorer/ui/lofi-layer-page.ui");
  for (guint i = 0; i < N_SETTINGS; i++)
    gtk_widget_class_bind_template_child_full (widget_class, settings[i].id, FALSE, AT (settings[0]) + i * sizeof (LofiSetting *));
  for (guint i = 0; i < G_N_ELEMENTS (controls); i++)
    gtk_widget_class_bind_template_child_full (widget_class, controls[i].id, FALSE, controls[i].at);
  gtk_widget_class_bind_template_child (widget_class, LofiLayerPage, width_scale);
  gtk_widget_class_bind_template_child (widget_class, LofiLayerPage, automatic_box);
  gtk_widget_class_bind_template_child (widget_class, LofiLayerPage, bounds);
  gtk_widget_class_bind_template_child (widget_class, LofiLayerPage, chosen);
  gtk_widget_class_bind_template_child (widget_class, LofiLayerPage, weights_name);
  gtk_widget_class_bind_template_child (widget_class, LofiLayerPage, weights_clear);
  gtk_widget_class_bind_template_child (widget_class, LofiLayerPage, mean_pair);
  gtk_widget_class_bind_template_child (widget_class, LofiLayerPage, facts);
  gtk_widget_class_bind_template_child (widget_class, LofiLayerPage, degrees);
  gtk_widget_class_bind_template_callback (widget_class, on_weights);
  gtk_widget_class_bind_template_callback (widget_class, on_weights_clear);
}

static void
lofi_layer_page_init (LofiLayerPage *self)
{
  self->updating = TRUE;
  self->memory.width = WIDTH_FIRST;
  gtk_widget_init_template (GTK_WIDGET (self));
  lofi_layer_choices_fill (self->kind, self->mode, self->activation, self->order, self->degree);
  lofi_layer_facts_fill (self->facts);
  for (guint i = 0; i < G_N_ELEMENTS (controls); i++)
    {
      gpointer widget = control_widget (self, &controls[i]);
      if (GTK_IS_SPIN_BUTTON (widget))
        g_signal_connect (widget, "value-changed", G_CALLBACK (on_value), self);
      else
        g_signal_connect (widget, GTK_IS_DROP_DOWN (widget) ? "notify::selected" : "notify::active", G_CALLBACK (on_notify), self);
    }
  g_signal_connect (self->size, "output", G_CALLBACK (on_size_output), NULL);
  g_signal_connect (self->size, "input", G_CALLBACK (on_size_input), NULL);
  g_signal_connect_swapped (self->width_scale, "chosen", G_CALLBACK (on_width_scale), self);
  self->updating = FALSE;
}
