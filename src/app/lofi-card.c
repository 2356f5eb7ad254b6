/* A card of the network. */
#include "config.h"
#include <math.h>
#include <glib/gi18n-lib.h>
#include "lofi-axis.h"
#include "lofi-card.h"
#include "lofi-figures.h"
#include "lofi-format.h"
#include "lofi-layer-facts.h"
#include "lofi-layers.h"
#include "lofi-sketch.h"
#include "lofi-widget.h"

struct _LofiCard {
  GtkListBoxRow parent_instance;
  guint index;
  LofiShown shown;
  LofiResult *drawn;             /* what the sketch shows */

  GtkWidget *body;
  GtkLabel *title, *state, *headline;
  LofiSketch *sketch;
  GtkWidget *scores, *depth;
  GtkLabel *error, *error_sem, *degree, *outliers;
  GtkLabel *baselines[LOFI_N_BASELINES];
  GtkWidget *baseline_names[LOFI_N_BASELINES];
  GtkWidget *classes;
  GtkLabel *negative, *positive;
};

G_DEFINE_FINAL_TYPE (LofiCard, lofi_card, GTK_TYPE_LIST_BOX_ROW)

/* ---- sketches ---- */

typedef struct {
  LofiResult *result;
  guint layer;
} SketchData;

static void
sketch_data_free (gpointer data)
{
  SketchData *sketch = data;
  lofi_result_unref (sketch->result);
  g_free (sketch);
}

static void
draw_samples (cairo_t *cr, double width, double height, const LofiStyle *style, gpointer data)
{
  SketchData *sketch = data;
  lofi_spark_samples_draw (cr, width, height, style, sketch->result->task);
}

static void
draw_spectrum (cairo_t *cr, double width, double height, const LofiStyle *style, gpointer data)
{
  SketchData *sketch = data;
  const LofiResult *result = sketch->result;
  const LofiLayerResult *layer = result->layers[sketch->layer];
  if (layer && layer->n_spectrum > 0)
    lofi_spark_spectrum_draw (cr, width, height, style, layer->spectrum, layer->n_spectrum, layer->eigenvalues, layer->keep,
                              lofi_session_get_null (result, sketch->layer));
  else if (result->live_layer == (int) sketch->layer)
    lofi_spark_spectrum_draw (cr, width, height, style, result->live_spectrum, result->n_live, NULL, 0, NULL);
}

/* Redraws only for another result. */
static void
sketch (LofiCard *self, LofiSketchDraw draw, LofiResult *result, guint layer)
{
  if (result == self->drawn)
    return;
  if (result)
    lofi_result_ref (result);
  g_clear_pointer (&self->drawn, lofi_result_unref);
  self->drawn = result;
  if (!result)
    {
      lofi_sketch_set (self->sketch, NULL, NULL, NULL);
      return;
    }
  SketchData *data = g_new (SketchData, 1);
  *data = (SketchData) { lofi_result_ref (result), layer };
  lofi_sketch_set (self->sketch, draw, data, sketch_data_free);
}

/* ---- texts ---- */

/* In the corner: what is being waited for, or the fact that belongs there. */
static void
set_shown (LofiCard *self, LofiSession *session, LofiShown shown, const char *fact)
{
  self->shown = shown;
  const char *state = fact;
  if (shown == LOFI_SHOWN_LIVE)
    state = _("streaming");
  else if (shown != LOFI_SHOWN_FRESH)
    state = lofi_session_is_busy (session) ? _("waiting") : shown == LOFI_SHOWN_STALE ? _("outdated") : "";
  gtk_label_set_text (self->state, state);
  if (shown == LOFI_SHOWN_STALE)
    gtk_widget_add_css_class (self->body, "stale");
  else
    gtk_widget_remove_css_class (self->body, "stale");
}

static void
update_data (LofiCard *self, LofiSession *session)
{
  LofiShown shown;
  LofiResult *result = lofi_session_get_task (session, &shown);
  char fact[48] = "", count[32];
  if (result)
    {
      lofi_format_count (result->task->train.count, count, sizeof count);
      g_snprintf (fact, sizeof fact, _("n = %s"), count);
    }
  gtk_label_set_text (self->title, _("Data"));
  set_shown (self, session, shown, fact);
  gtk_widget_set_visible (self->classes, result != NULL);
  if (!result)
    return;
  const LofiTask *task = result->task;
  g_autofree char *negative = g_strdup_printf ("%s %.0f %%", task->negative_name, 100 * (1 - task->positive_share));
  g_autofree char *positive = g_strdup_printf ("%s %.0f %%", task->positive_name, 100 * task->positive_share);
  gtk_label_set_text (self->headline, task->labelling_title);
  lofi_widget_show_tooltip (GTK_WIDGET (self->headline), task->labelling_title);
  gtk_label_set_text (self->negative, negative);
  gtk_label_set_text (self->positive, positive);
  sketch (self, draw_samples, result, 0);
}

/* What the layer does, in a line. layer: as found, or NULL; of keep=auto it says how many were kept. */
static char *
layer_headline (const LofiLayerSpec *spec, const LofiLayerResult *layer)
{
  char width[32] = "∞", keep[48];
  lofi_format_count (spec->keep_auto && layer ? layer->keep : spec->keep, keep, sizeof keep);
  if (spec->keep_auto && layer)
    g_strlcat (keep, _(" (auto)"), sizeof keep);
  else if (spec->keep_auto)
    g_strlcpy (keep, _("auto"), sizeof keep);
  if (spec->width != LOFI_WIDTH_INFINITE)
    lofi_format_count (spec->width, width, sizeof width);
  switch (spec->kind)
    {
    case LOFI_KIND_FILTER:
      return spec->size > 0 ? g_strdup_printf (_("%zu × %zu patches, K = %s a channel"), spec->size, spec->size, keep)
                            : g_strdup_printf (_("no lift, K = %s"), keep);
    case LOFI_KIND_CONV:
      return spec->keep == LOFI_KEEP_NONE ? g_strdup_printf (_("%zu × %zu, P = %s, no filter"), spec->size, spec->size, width)
                                          : g_strdup_printf (_("%zu × %zu, P = %s, K = %s"), spec->size, spec->size, width, keep);
    case LOFI_KIND_POOL:
      return g_strdup_printf (spec->mode == LOFI_POOL_MAX ? _("largest of %zu × %zu") : _("mean of %zu × %zu"), spec->size, spec->size);
    case LOFI_KIND_FLATTEN:
      return g_strdup (_("maps to one row"));
    default:
      return spec->keep == LOFI_KEEP_NONE ? g_strdup_printf (_("P = %s, no filter"), width)
                                          : g_strdup_printf (_("P = %s, K = %s"), width, keep);
    }
}

/* How many eigenvalues the labels put beyond the null line. */
static void
show_outliers (LofiCard *self, const LofiResult *result, guint index, LofiShown shown)
{
  const LofiNull *null = shown == LOFI_SHOWN_LIVE ? NULL : lofi_session_get_null (result, index);
  gtk_widget_set_visible (GTK_WIDGET (self->outliers), null != NULL);
  if (!null)
    return;
  gsize count = lofi_null_outliers (null);
  g_autofree char *text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%zu outlier", "%zu outliers", count), count);
  g_autofree char *tooltip = g_strdup_printf (_("Eigenvalues beyond the null line: %zu below, %zu above"), null->below, null->above);
  gtk_label_set_text (self->outliers, text);
  lofi_widget_show_tooltip (GTK_WIDGET (self->outliers), tooltip);
}

static void
update_layer (LofiCard *self, LofiSession *session, guint index)
{
  LofiShown shown;
  LofiResult *result = lofi_session_get_layer (session, index, &shown);
  const LofiLayerResult *layer = result ? result->layers[index] : NULL;
  const LofiLayerSpec *spec = lofi_experiment_layer (lofi_session_get_experiment (session), index);
  g_autofree char *headline = layer_headline (spec, shown == LOFI_SHOWN_FRESH ? layer : NULL), *degree = lofi_degree_text (lofi_session_get_experiment (session), index);
  g_autofree char *title = spec->kind == LOFI_KIND_DENSE ? g_strdup_printf (_("Layer %u"), index + 1)
                                                         : g_strdup_printf (_("Layer %u · %s"), index + 1, lofi_kind_short (spec->kind));
  g_autofree char *shape = layer && layer->output_shape.height > 1 ? lofi_shape_text (layer->output_shape) : NULL;
  gtk_label_set_text (self->title, title);
  gtk_label_set_text (self->headline, headline);
  gtk_label_set_text (self->degree, degree);
  char fact[64] = "", scale[32];
  if (layer && shape)
    g_snprintf (fact, sizeof fact, "→ %s", shape);
  else if (layer && lofi_layer_lifts (spec))
    {
      lofi_format_number (layer->scale, 3, scale, sizeof scale);
      g_snprintf (fact, sizeof fact, _("c = %s"), scale);
    }
  set_shown (self, session, shown, fact);
  show_outliers (self, lofi_layer_filters (spec) ? result : NULL, index, shown);
  gtk_widget_set_visible (GTK_WIDGET (self->sketch), lofi_layer_filters (spec));
  if (shown == LOFI_SHOWN_LIVE || (layer && layer->n_spectrum > 0))
    sketch (self, draw_spectrum, result, index);
}

/* A network that diverged is judged at its last finite step, and says so. */
static void
show_descent_end (LofiCard *self, const LofiResult *result)
{
  gboolean diverged = result && result->descent_diverged;
  g_autofree char *tooltip = diverged ? g_strdup_printf (_("Diverged: the numbers are of step %zu, the last finite one. A smaller step helps."),
                                                         result->descent_steps)
                                      : g_strdup (_("A network of the same widths, trained by gradient descent"));
  gtk_label_set_text (GTK_LABEL (self->baseline_names[LOFI_BASELINE_DESCENT]), diverged ? _("descent, diverged") : _("descent"));
  lofi_widget_show_tooltip (self->baseline_names[LOFI_BASELINE_DESCENT], tooltip);
}

static void
set_baseline (LofiCard *self, LofiSession *session, LofiBaseline baseline, double lofi_error)
{
  LofiShown shown;
  LofiResult *result = lofi_session_get_baseline (session, baseline, &shown);
  const LofiReadout *readout = lofi_baseline_readout (result, baseline);
  GtkLabel *label = self->baselines[baseline];
  gboolean wanted = lofi_baseline_is_wanted (lofi_session_get_experiment (session), baseline);
  char text[64] = "–";
  gtk_widget_set_visible (GTK_WIDGET (label), wanted);
  gtk_widget_set_visible (self->baseline_names[baseline], wanted);
  if (readout)
    lofi_format_error (&readout->test_scores, text, sizeof text);
  gtk_label_set_text (label, text);
  if (baseline == LOFI_BASELINE_DESCENT)
    show_descent_end (self, result);
  gboolean best = readout && readout->test_scores.error < lofi_error;
  if (best)
    gtk_widget_add_css_class (GTK_WIDGET (label), "best");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (label), "best");
  gtk_widget_set_opacity (GTK_WIDGET (label), shown == LOFI_SHOWN_FRESH ? 1 : 0.5);
}

static void
update_readout (LofiCard *self, LofiSession *session)
{
  LofiShown shown;
  LofiResult *result = lofi_session_get_readout (session, &shown);
  gtk_label_set_text (self->title, _("Readout"));
  set_shown (self, session, shown, _("test error"));
  double error = result ? result->readout->test_scores.error : NAN;
  char percent[32] = "–", sem[48] = "";
  if (result)
    {
      lofi_format_percent (error, percent, sizeof percent);
      lofi_format_sem (result->readout->test_scores.error_sem, sem, sizeof sem);
    }
  gtk_label_set_text (self->error, percent);
  gtk_label_set_text (self->error_sem, sem);
  gtk_widget_set_opacity (GTK_WIDGET (self->error), shown == LOFI_SHOWN_STALE ? 0.5 : 1);
  for (int baseline = 0; baseline < LOFI_N_BASELINES; baseline++)
    set_baseline (self, session, baseline, error);
}

void
lofi_card_update (LofiCard *self, LofiSession *session)
{
  g_return_if_fail (LOFI_IS_CARD (self) && LOFI_IS_SESSION (session));
  guint layers = lofi_session_get_experiment (session)->layers->len;
  gboolean readout = self->index > layers;
  gtk_widget_set_visible (self->scores, readout);
  gtk_widget_set_visible (GTK_WIDGET (self->headline), !readout);
  gtk_widget_set_visible (self->depth, !readout && self->index > 0);
  if (readout)
    gtk_widget_set_visible (GTK_WIDGET (self->sketch), FALSE);
  if (self->index == 0)
    update_data (self, session);
  else if (readout)
    update_readout (self, session);
  else
    update_layer (self, session, self->index - 1);
  g_autofree char *name = g_strdup_printf ("%s, %s", gtk_label_get_text (self->title), lofi_card_get_headline (self));
  lofi_widget_show_name (GTK_WIDGET (self), name);
}

guint
lofi_card_get_index (LofiCard *self)
{
  return self->index;
}

void
lofi_card_set_index (LofiCard *self, guint index)
{
  self->index = index;
}

LofiShown
lofi_card_get_shown (LofiCard *self)
{
  return self->shown;
}

const char *
lofi_card_get_outliers (LofiCard *self)
{
  return gtk_widget_get_visible (self->depth) && gtk_widget_get_visible (GTK_WIDGET (self->outliers)) ? gtk_label_get_text (self->outliers) : "";
}

const char *
lofi_card_get_headline (LofiCard *self)
{
  return gtk_label_get_text (gtk_widget_get_visible (self->scores) ? self->error : self->headline);
}

static void
lofi_card_dispose (GObject *object)
{
  LofiCard *self = LOFI_CARD (object);
  g_clear_pointer (&self->drawn, lofi_result_unref);
  G_OBJECT_CLASS (lofi_card_parent_class)->dispose (object);
}

static void
lofi_card_class_init (LofiCardClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = lofi_card_dispose;
  g_type_ensure (LOFI_TYPE_SKETCH);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lofi_explorer/LofiExplorer/ui/lofi-card.ui");
  gtk_widget_class_bind_template_child (widget_class, LofiCard, body);
  gtk_widget_class_bind_template_child (widget_class, LofiCard, title);
  gtk_widget_class_bind_template_child (widget_class, LofiCard, state);
  gtk_widget_class_bind_template_child (widget_class, LofiCard, headline);
  gtk_widget_class_bind_template_child (widget_class, LofiCard, sketch);
  gtk_widget_class_bind_template_child (widget_class, LofiCard, scores);
  gtk_widget_class_bind_template_child (widget_class, LofiCard, error);
  gtk_widget_class_bind_template_child (widget_class, LofiCard, error_sem);
  gtk_widget_class_bind_template_child (widget_class, LofiCard, degree);
  gtk_widget_class_bind_template_child (widget_class, LofiCard, outliers);
  gtk_widget_class_bind_template_child (widget_class, LofiCard, depth);
  for (int i = 0; i < LOFI_N_BASELINES; i++)
    {
      static const char *const values[] = { "lazy", "linear", "kernel", "descent" };
      static const char *const names[] = { "lazy_name", "linear_name", "kernel_name", "descent_name" };
      gtk_widget_class_bind_template_child_full (widget_class, values[i], FALSE, G_STRUCT_OFFSET (LofiCard, baselines[0]) + i * sizeof (gpointer));
      gtk_widget_class_bind_template_child_full (widget_class, names[i], FALSE,
                                                 G_STRUCT_OFFSET (LofiCard, baseline_names[0]) + i * sizeof (gpointer));
    }
  gtk_widget_class_bind_template_child (widget_class, LofiCard, classes);
  gtk_widget_class_bind_template_child (widget_class, LofiCard, negative);
  gtk_widget_class_bind_template_child (widget_class, LofiCard, positive);
}

static void
lofi_card_init (LofiCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

LofiCard *
lofi_card_new (guint index)
{
  LofiCard *self = g_object_new (LOFI_TYPE_CARD, NULL);
  self->index = index;
  return self;
}
