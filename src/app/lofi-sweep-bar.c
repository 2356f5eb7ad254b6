/* Over the Emergence view. */
#include "config.h"
#include <glib/gi18n-lib.h>
#include "lofi-setting.h"
#include "lofi-sweep-axes.h"
#include "lofi-sweep-bar.h"
#include "lofi-sweep-look.h"
#include "lofi-widget.h"

#define N_COMPARED 4

/* In the order of LofiCompare's bits. */
static const char *const compared[N_COMPARED] = { "lazy", "linear", "kernel", "descent" };

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
  GtkCheckButton *methods[N_COMPARED];
  LofiSweepAxes *axes;
  LofiSweepLook *look;
  GtkWidget *folder_row;
  GtkLabel *folder;
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

static void
on_methods (LofiSweepBar *self)
{
  if (self->updating)
    return;
  LofiExperiment *e = lofi_session_dup_experiment (self->session);
  guint compare = 0;
  for (guint i = 0; i < N_COMPARED; i++)
    compare |= (guint) gtk_check_button_get_active (self->methods[i]) << i;
  e->sweep_compare = (LofiCompare) compare;
  lofi_session_edit (self->session, e, NULL);
}

/* ---- the session ---- */

/* What the layers rule out is grey, and says why. */
static void
show_methods (LofiSweepBar *self, const LofiExperiment *e)
{
  static const char *const sentences[N_COMPARED] = { N_("The same random lifts without any filter"), N_("Ridge regression on the raw inputs"),
                                                     N_("Deep random features of infinite width: the kernel without any filter"),
                                                     N_("A network of the same widths, trained by gradient descent") };
  for (guint i = 0; i < N_COMPARED; i++)
    {
      gboolean on = (e->sweep_compare >> i) & 1;
      g_autoptr (LofiExperiment) candidate = on ? NULL : lofi_experiment_dup (e);
      if (candidate)
        candidate->sweep_compare = (LofiCompare) (candidate->sweep_compare | 1u << i);
      g_autofree char *reason = candidate ? lofi_session_why_not (self->session, candidate) : NULL;
      gtk_check_button_set_active (self->methods[i], on);
      gtk_widget_set_sensitive (GTK_WIDGET (self->methods[i]), reason == NULL);
      lofi_widget_show_tooltip (GTK_WIDGET (self->methods[i]), reason ? reason : _(sentences[i]));
    }
}

static void
show_folder (LofiSweepBar *self)
{
  const char *folder = lofi_session_get_folder (self->session);
  gtk_widget_set_visible (self->folder_row, folder != NULL);
  if (!folder)
    return;
  guint files = lofi_session_get_folder_files (self->session);
  g_autofree char *text = lofi_session_is_folder_gone (self->session)
                            ? g_strdup_printf (_("%s · the folder is gone; showing what was read"), folder)
                            : g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%s · %u file of cells", "%s · %u files of cells", files), folder, files);
  gtk_label_set_text (self->folder, text);
  lofi_widget_show_tooltip (GTK_WIDGET (self->folder), text);
}

const char *
lofi_sweep_bar_get_folder (LofiSweepBar *self)
{
  return gtk_widget_get_visible (self->folder_row) ? gtk_label_get_text (self->folder) : NULL;
}


static void
show_grid (LofiSweepBar *self)
{
  const LofiExperiment *e = lofi_session_get_experiment (self->session);
  guint count = e->sweep_samples->len;
  gsize low = count ? g_array_index (e->sweep_samples, gsize, 0) : 0;
  gsize high = count ? g_array_index (e->sweep_samples, gsize, count - 1) : 0;
  guint points = lofi_grid_count (e);
  g_autofree char *sizes = g_strdup_printf (_("n from %zu to %zu, %u seeds"), low, high, e->sweep_seeds);
  g_autofree char *summary = points > 1 ? g_strdup_printf (_("%s, %u points"), sizes, points) : g_strdup (sizes);
  gtk_label_set_text (self->summary, summary);
  self->updating = TRUE;
  lofi_spin_show (self->low, low);
  lofi_spin_show (self->high, high);
  lofi_spin_show (self->count, count);
  lofi_spin_show (self->seeds, e->sweep_seeds);
  show_methods (self, e);
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
                               : done ? _("Every cell has been computed") : _("Compute every cell: each size, seed and method at each point of the grid"));
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
  if (what & LOFI_CHANGED_FOLDER)
    show_folder (self);
}

void
lofi_sweep_bar_set_session (LofiSweepBar *self, LofiSession *session)
{
  g_return_if_fail (LOFI_IS_SWEEP_BAR (self) && LOFI_IS_SESSION (session) && !self->session);
  self->session = g_object_ref (session);
  lofi_sweep_axes_set_session (self->axes, session);
  lofi_sweep_look_set_session (self->look, session);
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
  g_type_ensure (LOFI_TYPE_SWEEP_AXES);
  g_type_ensure (LOFI_TYPE_SWEEP_LOOK);
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
  gtk_widget_class_bind_template_child (widget_class, LofiSweepBar, axes);
  gtk_widget_class_bind_template_child (widget_class, LofiSweepBar, look);
  gtk_widget_class_bind_template_child (widget_class, LofiSweepBar, folder_row);
  gtk_widget_class_bind_template_child (widget_class, LofiSweepBar, folder);
  for (guint i = 0; i < N_COMPARED; i++)
    gtk_widget_class_bind_template_child_full (widget_class, compared[i], FALSE, G_STRUCT_OFFSET (LofiSweepBar, methods[0]) + i * sizeof (gpointer));
  gtk_widget_class_bind_template_callback (widget_class, on_methods);
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
