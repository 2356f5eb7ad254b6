/* The bar at the bottom. */
#include "config.h"
#include <glib/gi18n-lib.h>
#include "lofi-axis.h"
#include "lofi-format.h"
#include "lofi-stepper.h"
#include "lofi-widget.h"

#define FEWEST_SAMPLES 50
#define SAMPLES_MOST 100000
#define SAMPLES_UNKNOWN 10000    /* the slider's end until the data have been read */

struct _LofiStepper {
  GtkWidget parent_instance;
  LofiSession *session;
  GtkWidget *box;
  GtkButton *play;
  LofiBreadcrumb *breadcrumb;
  LofiLogScale *samples;
  GtkLabel *n, *status;
  GtkProgressBar *progress;
};

G_DEFINE_FINAL_TYPE (LofiStepper, lofi_stepper, GTK_TYPE_WIDGET)

LofiBreadcrumb *
lofi_stepper_get_breadcrumb (LofiStepper *self)
{
  return self->breadcrumb;
}

LofiLogScale *
lofi_stepper_get_samples_scale (LofiStepper *self)
{
  return self->samples;
}

const char *
lofi_stepper_get_status (LofiStepper *self)
{
  return gtk_label_get_text (self->status);
}

/* ---- the number of samples ---- */

static void
show_samples (LofiStepper *self)
{
  const LofiExperiment *e = lofi_session_get_asked (self->session);
  gsize available = lofi_session_get_available (self->session), train = e->data.train;
  /* A teacher has no end, and some sets have more than one drags to. */
  gint64 most = available > 0 ? MAX (MIN (available, SAMPLES_MOST), train) : MAX (SAMPLES_UNKNOWN, train);
  gint64 n = train > 0 ? (gint64) train : available > 0 ? (gint64) available : most;
  gint64 least = MIN (FEWEST_SAMPLES, MAX (2, MIN (n, most / 2)));
  if (least < MAX (most, n))
    lofi_log_scale_set_range (self->samples, least, MAX (most, n));
  lofi_log_scale_set_number (self->samples, n);
  char text[32];
  lofi_format_count (n, text, sizeof text);
  gtk_label_set_text (self->n, text);
}

static void
on_samples (LofiStepper *self, gint64 value)
{
  LofiExperiment *e = lofi_session_dup_experiment (self->session);
  e->data.train = value;
  lofi_session_drag (self->session, e, "data.train");
  show_samples (self);
}

/* ---- how it goes ---- */

static void
show_progress (LofiStepper *self)
{
  gboolean busy = lofi_session_is_busy (self->session) || lofi_session_is_refining (self->session);
  g_autofree char *text = NULL;
  double fraction = 0;
  if (busy)
    {
      LofiProgress progress;
      lofi_session_get_progress (self->session, &progress);
      const char *stage = _(lofi_stage_name (progress.stage));
      text = progress.layer >= 0 ? g_strdup_printf (_("Layer %d · %s"), progress.layer + 1, stage) : g_strdup (stage);
      fraction = progress.fraction;
    }
  else
    {
      double seconds = lofi_session_get_seconds (self->session);
      char time[48];
      lofi_format_seconds (seconds, time, sizeof time);
      text = seconds >= 0 ? g_strdup_printf (_("done in %s"), time)
             : lofi_session_get_message (self->session) ? g_strdup (_("not computed")) : g_strdup (_("stopped"));
    }
  gtk_label_set_text (self->status, text);
  gtk_progress_bar_set_fraction (self->progress, fraction);
  gtk_widget_set_opacity (GTK_WIDGET (self->progress), busy ? 1 : 0);
}

static void
show_playing (LofiStepper *self)
{
  gboolean playing = lofi_session_get_playing (self->session);
  const char *tooltip = playing ? _("Pause (Space)") : _("Walk through all places (Space)");
  gtk_button_set_icon_name (self->play, playing ? "media-playback-pause-symbolic" : "media-playback-start-symbolic");
  lofi_widget_show_tooltip (GTK_WIDGET (self->play), tooltip);
  lofi_widget_show_name (GTK_WIDGET (self->play), playing ? _("Pause") : _("Play"));
}

static void
on_changed (LofiStepper *self, LofiChange what)
{
  if (what & (LOFI_CHANGED_EXPERIMENT | LOFI_CHANGED_RESULT))
    show_samples (self);
  if (what & (LOFI_CHANGED_PROGRESS | LOFI_CHANGED_MESSAGE))
    show_progress (self);
  if (what & LOFI_CHANGED_PLACE)
    show_playing (self);
}

void
lofi_stepper_set_session (LofiStepper *self, LofiSession *session)
{
  g_return_if_fail (LOFI_IS_STEPPER (self) && LOFI_IS_SESSION (session) && !self->session);
  self->session = g_object_ref (session);
  lofi_breadcrumb_set_session (self->breadcrumb, session);
  g_signal_connect_object (session, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  on_changed (self, LOFI_CHANGED_ALL);
}

static void
lofi_stepper_dispose (GObject *object)
{
  LofiStepper *self = LOFI_STEPPER (object);
  if (self->session)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (self), LOFI_TYPE_STEPPER);
  G_OBJECT_CLASS (lofi_stepper_parent_class)->dispose (object);
}

static void
lofi_stepper_class_init (LofiStepperClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = lofi_stepper_dispose;
  g_type_ensure (LOFI_TYPE_BREADCRUMB);
  g_type_ensure (LOFI_TYPE_LOG_SCALE);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lofi_explorer/LofiExplorer/ui/lofi-stepper.ui");
  gtk_widget_class_bind_template_child (widget_class, LofiStepper, box);
  gtk_widget_class_bind_template_child (widget_class, LofiStepper, play);
  gtk_widget_class_bind_template_child (widget_class, LofiStepper, breadcrumb);
  gtk_widget_class_bind_template_child (widget_class, LofiStepper, samples);
  gtk_widget_class_bind_template_child (widget_class, LofiStepper, n);
  gtk_widget_class_bind_template_child (widget_class, LofiStepper, status);
  gtk_widget_class_bind_template_child (widget_class, LofiStepper, progress);
  gtk_widget_class_bind_template_callback (widget_class, on_samples);
}

static void
lofi_stepper_init (LofiStepper *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
