/* Over the Emergence view. */
#include "config.h"
#include <glib/gi18n-lib.h>
#include "lofi-setting.h"
#include "lofi-sweep-bar.h"
#include "lofi-widget.h"

struct _LofiSweepBar {
  GtkWidget parent_instance;
  LofiSession *session;
  gboolean updating;
  GtkWidget *box;
  GtkButton *start;
  GtkLabel *summary, *cells;
  GtkMenuButton *grid;
  GtkProgressBar *progress;
  GtkSpinButton *low, *high, *count, *seeds;
};

G_DEFINE_FINAL_TYPE (LofiSweepBar, lofi_sweep_bar, GTK_TYPE_WIDGET)

const char *
lofi_sweep_bar_get_progress (LofiSweepBar *self)
{
  return gtk_label_get_text (self->cells);
}

/* ---- the user ---- */

static void
on_start (LofiSweepBar *self)
{
  if (lofi_session_is_sweeping (self->session))
    lofi_session_stop_sweep (self->session);
  else
    lofi_session_start_sweep (self->session);
}

/* The counts are spaced by the reader of experiment files, so that the file says the same. */
static void
on_samples (LofiSweepBar *self)
{
  if (self->updating)
    return;
  const LofiExperiment *e = lofi_session_get_asked (self->session);
  int low = gtk_spin_button_get_value_as_int (self->low), high = gtk_spin_button_get_value_as_int (self->high);
  g_autofree char *text = lofi_experiment_to_text (e);
  g_autofree char *samples = g_strdup_printf ("emergence.samples=%d:%d:%d", low, MAX (high, low + 1),
                                              gtk_spin_button_get_value_as_int (self->count));
  g_autoptr (GError) error = NULL;
  LofiExperiment *edited = lofi_experiment_parse (text, _("Emergence"), e->folder, (const char *[]) { samples, NULL }, &error);
  if (edited)
    lofi_session_edit (self->session, edited, "emergence.samples");
  else
    lofi_session_set_message (self->session, error->message);
}

static void
on_seeds (LofiSweepBar *self)
{
  if (self->updating)
    return;
  LofiExperiment *e = lofi_session_dup_experiment (self->session);
  e->sweep_seeds = gtk_spin_button_get_value_as_int (self->seeds);
  lofi_session_edit (self->session, e, "emergence.seeds");
}

/* ---- the session ---- */

static void
show_grid (LofiSweepBar *self)
{
  const LofiExperiment *e = lofi_session_get_experiment (self->session);
  guint count = e->sweep_samples->len;
  gsize low = count ? g_array_index (e->sweep_samples, gsize, 0) : 0;
  gsize high = count ? g_array_index (e->sweep_samples, gsize, count - 1) : 0;
  g_autofree char *summary = g_strdup_printf (_("n from %zu to %zu, %u seeds"), low, high, e->sweep_seeds);
  gtk_label_set_text (self->summary, summary);
  self->updating = TRUE;
  lofi_spin_show (self->low, low);
  lofi_spin_show (self->high, high);
  lofi_spin_show (self->count, count);
  lofi_spin_show (self->seeds, e->sweep_seeds);
  self->updating = FALSE;
}

static void
show_sweep (LofiSweepBar *self)
{
  gboolean sweeping = lofi_session_is_sweeping (self->session);
  guint finished, total;
  lofi_session_get_sweep_progress (self->session, &finished, &total);
  gboolean done = total > 0 && finished == total;
  g_autofree char *cells = g_strdup_printf (_("%u of %u cells"), finished, total);
  gtk_label_set_text (self->cells, cells);
  gtk_button_set_label (self->start, sweeping ? _("Stop") : finished > 0 && !done ? _("Go on") : _("Start"));
  gtk_widget_set_sensitive (GTK_WIDGET (self->start), sweeping || !done);
  lofi_widget_show_tooltip (GTK_WIDGET (self->start),
                               sweeping ? _("Stop; the points found so far stay")
                               : done ? _("Every cell has been computed") : _("Compute the test error at every size and seed"));
  if (sweeping)
    gtk_widget_remove_css_class (GTK_WIDGET (self->start), "suggested-action");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self->start), "suggested-action");
  gtk_progress_bar_set_fraction (self->progress, total ? (double) finished / total : 0);
  gtk_widget_set_opacity (GTK_WIDGET (self->progress), sweeping ? 1 : 0.5);
}

static void
on_changed (LofiSweepBar *self, LofiChange what)
{
  if (what & LOFI_CHANGED_EXPERIMENT)
    show_grid (self);
  if (what & (LOFI_CHANGED_EXPERIMENT | LOFI_CHANGED_SWEEP))
    show_sweep (self);
}

void
lofi_sweep_bar_set_session (LofiSweepBar *self, LofiSession *session)
{
  g_return_if_fail (LOFI_IS_SWEEP_BAR (self) && LOFI_IS_SESSION (session) && !self->session);
  self->session = g_object_ref (session);
  g_signal_connect_object (session, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  on_changed (self, LOFI_CHANGED_ALL);
}

static void
lofi_sweep_bar_dispose (GObject *object)
{
  LofiSweepBar *self = LOFI_SWEEP_BAR (object);
  self->updating = TRUE;
  if (self->session)
    g_signal_handlers_disconnect_by_data (self->session, self);
  gtk_widget_dispose_template (GTK_WIDGET (self), LOFI_TYPE_SWEEP_BAR);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (lofi_sweep_bar_parent_class)->dispose (object);
}

static void
lofi_sweep_bar_class_init (LofiSweepBarClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = lofi_sweep_bar_dispose;
  g_type_ensure (LOFI_TYPE_SETTING);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lofi_explorer/LofiExplorer/ui/lofi-sweep-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, LofiSweepBar, box);
  gtk_widget_class_bind_template_child (widget_class, LofiSweepBar, start);
  gtk_widget_class_bind_template_child (widget_class, LofiSweepBar, summary);
  gtk_widget_class_bind_template_child (widget_class, LofiSweepBar, cells);
  gtk_widget_class_bind_template_child (widget_class, LofiSweepBar, grid);
  gtk_widget_class_bind_template_child (widget_class, LofiSweepBar, progress);
  gtk_widget_class_bind_template_child (widget_class, LofiSweepBar, low);
  gtk_widget_class_bind_template_child (widget_class, LofiSweepBar, high);
  gtk_widget_class_bind_template_child (widget_class, LofiSweepBar, count);
  gtk_widget_class_bind_template_child (widget_class, LofiSweepBar, seeds);
  gtk_widget_class_bind_template_callback (widget_class, on_start);
  gtk_widget_class_bind_template_callback (widget_class, on_samples);
  gtk_widget_class_bind_template_callback (widget_class, on_seeds);
}

static void
lofi_sweep_bar_init (LofiSweepBar *self)
{
  self->updating = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  self->updating = FALSE;
}
