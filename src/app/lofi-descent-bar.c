/* Over the Descent view. */
#include "config.h"
#include <glib/gi18n-lib.h>
#include "lofi-descent-bar.h"
#include "lofi-descent-settings.h"
#include "lofi-widget.h"

struct _LofiDescentBar {
  GtkWidget parent_instance;
  LofiSession *session;
  gboolean updating;
  GtkWidget *box, *inputs, *samples;
  GtkButton *start;
  GtkLabel *summary, *seeds;
  GtkProgressBar *progress;
  LofiDescentSettings *settings;
};

G_DEFINE_FINAL_TYPE (LofiDescentBar, lofi_descent_bar, GTK_TYPE_WIDGET)

const char *
lofi_descent_bar_get_progress (LofiDescentBar *self)
{
  return gtk_label_get_text (self->seeds);
}

/* ---- the user ---- */

static void
on_start (LofiDescentBar *self)
{
  if (lofi_session_is_descending (self->session))
    lofi_session_stop_descent (self->session);
  else
    lofi_session_start_descent (self->session);
}

static void
on_space (LofiDescentBar *self)
{
  if (!self->updating && self->session)
    lofi_session_set_space (self->session, gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->samples)) ? LOFI_ALIGN_SPACE_SAMPLES
                                                                                                          : LOFI_ALIGN_SPACE_INPUTS);
}

/* ---- the session ---- */

/* Why there are no overlaps between samples: they are of the first filter's features. */
static const char *
no_samples (const LofiExperiment *e)
{
  for (guint i = 0; i < e->layers->len; i++)
    {
      const LofiLayerSpec *layer = lofi_experiment_layer (e, i);
      if (!lofi_layer_filters (layer))
        continue;
      return layer->kind == LOFI_KIND_CONV || layer->size > 0 ? _("The first filter hands on maps, not a number a sample") : NULL;
    }
  return _("No layer has a filter");
}

static void
show_space (LofiDescentBar *self)
{
  const char *reason = no_samples (lofi_session_get_experiment (self->session));
  gboolean samples = lofi_session_get_space (self->session) == LOFI_ALIGN_SPACE_SAMPLES;
  self->updating = TRUE;
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (samples ? self->samples : self->inputs), TRUE);
  gtk_widget_set_sensitive (self->samples, reason == NULL || samples);
  lofi_widget_show_tooltip (self->samples, reason ? reason : _("Kept features of the first filter against the trained features, sample by sample"));
  self->updating = FALSE;
}

static guint
finished_seeds (LofiDescentBar *self, guint wanted)
{
  LofiShown shown;
  const LofiAlignment *alignment = lofi_session_get_alignment (self->session, &shown);
  guint finished = 0;
  for (guint i = 0; alignment && shown == LOFI_SHOWN_FRESH && i < alignment->seeds->len; i++)
    {
      const LofiAlignSeed *seed = &g_array_index (alignment->seeds, LofiAlignSeed, i);
      finished += seed->finished && seed->seed < wanted;
    }
  return finished;
}

/* Why these settings have no descent, if a fit of them is possible at all. */
static char *
no_descent (LofiDescentBar *self)
{
  g_autoptr (LofiExperiment) candidate = lofi_session_dup_experiment (self->session);
  if (candidate->sweep_compare & LOFI_COMPARE_DESCENT)
    return NULL;
  candidate->sweep_compare |= LOFI_COMPARE_DESCENT;
  return lofi_session_why_not (self->session, candidate);
}

static void
show_state (LofiDescentBar *self)
{
  const LofiExperiment *e = lofi_session_get_experiment (self->session);
  guint wanted = e->descent.seeds, finished = finished_seeds (self, wanted);
  gboolean running = lofi_session_is_descending (self->session), done = finished >= wanted;
  g_autofree char *reason = running || done ? NULL : no_descent (self);
  g_autofree char *summary = g_strdup_printf (_("%zu steps, %u seeds"), e->descent.steps, wanted);
  g_autofree char *seeds = g_strdup_printf (_("%u of %u seeds"), finished, wanted);
  gtk_label_set_text (self->summary, summary);
  gtk_label_set_text (self->seeds, seeds);
  gtk_button_set_label (self->start, running ? _("Stop") : finished > 0 && !done ? _("Go on") : _("Start"));
  gtk_widget_set_sensitive (GTK_WIDGET (self->start), running || (!done && !reason));
  lofi_widget_show_tooltip (GTK_WIDGET (self->start), running ? _("Stop; the steps measured so far stay")
                                                      : done ? _("Every seed has been trained")
                                                      : reason ? reason : _("Train the networks and measure where they agree with the filter"));
  if (running)
    gtk_widget_remove_css_class (GTK_WIDGET (self->start), "suggested-action");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self->start), "suggested-action");
  gtk_progress_bar_set_fraction (self->progress, running ? lofi_session_get_descent_progress (self->session) : done ? 1 : (double) finished / wanted);
  gtk_widget_set_opacity (GTK_WIDGET (self->progress), running ? 1 : 0.5);
}

static void
on_changed (LofiDescentBar *self, LofiChange what)
{
  if (what & LOFI_CHANGED_EXPERIMENT)
    lofi_descent_settings_update (self->settings, self->session);
  if (what & (LOFI_CHANGED_EXPERIMENT | LOFI_CHANGED_DESCENT | LOFI_CHANGED_PLAN))
    {
      show_state (self);
      show_space (self);
    }
}

void
lofi_descent_bar_set_session (LofiDescentBar *self, LofiSession *session)
{
  g_return_if_fail (LOFI_IS_DESCENT_BAR (self) && LOFI_IS_SESSION (session) && !self->session);
  self->session = g_object_ref (session);
  g_signal_connect_object (session, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  on_changed (self, LOFI_CHANGED_ALL);
}

static void
lofi_descent_bar_dispose (GObject *object)
{
  LofiDescentBar *self = LOFI_DESCENT_BAR (object);
  self->updating = TRUE;
  if (self->session)
    g_signal_handlers_disconnect_by_data (self->session, self);
  gtk_widget_dispose_template (GTK_WIDGET (self), LOFI_TYPE_DESCENT_BAR);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (lofi_descent_bar_parent_class)->dispose (object);
}

static void
lofi_descent_bar_class_init (LofiDescentBarClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = lofi_descent_bar_dispose;
  g_type_ensure (LOFI_TYPE_DESCENT_SETTINGS);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lofi_explorer/LofiExplorer/ui/lofi-descent-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, LofiDescentBar, box);
  gtk_widget_class_bind_template_child (widget_class, LofiDescentBar, start);
  gtk_widget_class_bind_template_child (widget_class, LofiDescentBar, summary);
  gtk_widget_class_bind_template_child (widget_class, LofiDescentBar, seeds);
  gtk_widget_class_bind_template_child (widget_class, LofiDescentBar, progress);
  gtk_widget_class_bind_template_child (widget_class, LofiDescentBar, inputs);
  gtk_widget_class_bind_template_child (widget_class, LofiDescentBar, samples);
  gtk_widget_class_bind_template_child (widget_class, LofiDescentBar, settings);
  gtk_widget_class_bind_template_callback (widget_class, on_start);
  gtk_widget_class_bind_template_callback (widget_class, on_space);
}

static void
lofi_descent_bar_init (LofiDescentBar *self)
{
  self->updating = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  self->updating = FALSE;
}
