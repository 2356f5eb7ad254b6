/* The inspector's page for the readout card: what each method reached, the penalties, and what is compared. */
#include "config.h"
#include <glib/gi18n-lib.h>
#include "lofi-descent-settings.h"
#include "lofi-number.h"
#include "lofi-readout-page.h"
#include "lofi-score-table.h"
#include "lofi-setting.h"
#include "lofi-widget.h"

struct _LofiReadoutPage {
  GtkBox parent_instance;
  LofiSession *session;
  gboolean updating;
  LofiScoreTable *always, *asked;
  LofiSetting *penalties_setting, *kernel_setting, *descent_setting;
  LofiNumber *low, *high;
  GtkSpinButton *count;
  GtkSwitch *kernel, *descent;
  LofiDescentSettings *descent_settings;
};

G_DEFINE_FINAL_TYPE (LofiReadoutPage, lofi_readout_page, GTK_TYPE_BOX)

/* ---- the user ---- */

static LofiExperiment *
duplicate (LofiReadoutPage *self)
{
  return self->updating || !self->session ? NULL : lofi_session_dup_experiment (self->session);
}

static void
on_penalties (LofiReadoutPage *self)
{
  LofiExperiment *e = duplicate (self);
  if (!e)
    return;
  e->penalty_low = lofi_number_get (self->low);
  e->penalty_high = lofi_number_get (self->high);
  e->penalty_count = gtk_spin_button_get_value (self->count);
  lofi_session_edit (self->session, e, "readout.penalties");
}

static void
compare (LofiReadoutPage *self, LofiCompare with, gboolean wanted)
{
  LofiExperiment *e = duplicate (self);
  if (!e)
    return;
  e->sweep_compare = wanted ? e->sweep_compare | with : e->sweep_compare & ~with;
  lofi_session_edit (self->session, e, NULL);
}

static void
on_kernel (LofiReadoutPage *self)
{
  compare (self, LOFI_COMPARE_KERNEL, gtk_switch_get_active (self->kernel));
}

static void
on_descent (LofiReadoutPage *self)
{
  compare (self, LOFI_COMPARE_DESCENT, gtk_switch_get_active (self->descent));
}

/* ---- the session ---- */

static void
show_scores (LofiReadoutPage *self, const LofiExperiment *e)
{
  LofiShown shown;
  LofiResult *result = lofi_session_get_readout (self->session, &shown);
  gboolean any = FALSE;
  lofi_score_table_show (self->always, 0, result ? result->readout : NULL, shown != LOFI_SHOWN_FRESH);
  for (int baseline = 0; baseline < LOFI_N_BASELINES; baseline++)
    {
      gboolean always = baseline <= LOFI_BASELINE_LINEAR, wanted = lofi_baseline_is_wanted (e, baseline);
      LofiScoreTable *table = always ? self->always : self->asked;
      guint column = always ? baseline - LOFI_BASELINE_LAZY + 1 : baseline - LOFI_BASELINE_KERNEL;
      result = lofi_session_get_baseline (self->session, baseline, &shown);
      lofi_score_table_show (table, column, lofi_baseline_readout (result, baseline), shown != LOFI_SHOWN_FRESH);
      lofi_score_table_set_column_visible (table, column, wanted);
      any = any || (wanted && !always);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->asked), any);
}

static void
show_descent_end (LofiReadoutPage *self, const LofiExperiment *e)
{
  LofiShown shown;
  LofiResult *result = lofi_session_get_baseline (self->session, LOFI_BASELINE_DESCENT, &shown);
  gboolean diverged = result && shown == LOFI_SHOWN_FRESH && result->descent_diverged && lofi_baseline_is_wanted (e, LOFI_BASELINE_DESCENT);
  g_autofree char *note = diverged ? g_strdup_printf (_("It diverged: the numbers are of step %zu, the last finite one. Take a smaller step."),
                                                      result->descent_steps) : NULL;
  lofi_setting_set_note (self->descent_setting, note);
}

void
lofi_readout_page_update (LofiReadoutPage *self, LofiSession *session)
{
  g_return_if_fail (LOFI_IS_READOUT_PAGE (self));
  const LofiExperiment *e = lofi_session_get_asked (session);
  self->session = session;
  self->updating = TRUE;
  show_scores (self, lofi_session_get_experiment (session));
  show_descent_end (self, lofi_session_get_experiment (session));
  lofi_number_show (self->low, e->penalty_low);
  lofi_number_show (self->high, e->penalty_high);
  lofi_spin_show (self->count, e->penalty_count);
  gtk_switch_set_active (self->kernel, (e->sweep_compare & LOFI_COMPARE_KERNEL) != 0);
  gtk_switch_set_active (self->descent, (e->sweep_compare & LOFI_COMPARE_DESCENT) != 0);
  LofiSetting *settings[] = { self->kernel_setting, self->descent_setting };
  const LofiCompare compares[] = { LOFI_COMPARE_KERNEL, LOFI_COMPARE_DESCENT };
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      g_autoptr (LofiExperiment) candidate = lofi_experiment_dup (e);
      candidate->sweep_compare |= compares[i];
      g_autofree char *reason = e->sweep_compare & compares[i] ? NULL : lofi_session_why_not (session, candidate);
      lofi_setting_set_reason (settings[i], reason);
    }
  lofi_descent_settings_update (self->descent_settings, session);
  self->updating = FALSE;
}

static void
lofi_readout_page_dispose (GObject *object)
{
  LOFI_READOUT_PAGE (object)->updating = TRUE;
  gtk_widget_dispose_template (GTK_WIDGET (object), LOFI_TYPE_READOUT_PAGE);
  G_OBJECT_CLASS (lofi_readout_page_parent_class)->dispose (object);
}

static void
lofi_readout_page_class_init (LofiReadoutPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = lofi_readout_page_dispose;
  g_type_ensure (LOFI_TYPE_SCORE_TABLE);
  g_type_ensure (LOFI_TYPE_SETTING);
  g_type_ensure (LOFI_TYPE_NUMBER);
  g_type_ensure (LOFI_TYPE_DESCENT_SETTINGS);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lofi_explorer/LofiExplorer/ui/lofi-readout-page.ui");
  gtk_widget_class_bind_template_child (widget_class, LofiReadoutPage, always);
  gtk_widget_class_bind_template_child (widget_class, LofiReadoutPage, asked);
  gtk_widget_class_bind_template_child (widget_class, LofiReadoutPage, penalties_setting);
  gtk_widget_class_bind_template_child (widget_class, LofiReadoutPage, kernel_setting);
  gtk_widget_class_bind_template_child (widget_class, LofiReadoutPage, descent_setting);
  gtk_widget_class_bind_template_child (widget_class, LofiReadoutPage, low);
  gtk_widget_class_bind_template_child (widget_class, LofiReadoutPage, high);
  gtk_widget_class_bind_template_child (widget_class, LofiReadoutPage, count);
  gtk_widget_class_bind_template_child (widget_class, LofiReadoutPage, kernel);
  gtk_widget_class_bind_template_child (widget_class, LofiReadoutPage, descent);
  gtk_widget_class_bind_template_child (widget_class, LofiReadoutPage, descent_settings);
  gtk_widget_class_bind_template_callback (widget_class, on_penalties);
  gtk_widget_class_bind_template_callback (widget_class, on_kernel);
  gtk_widget_class_bind_template_callback (widget_class, on_descent);
}

static void
lofi_readout_page_init (LofiReadoutPage *self)
{
  self->updating = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  lofi_score_table_add (self->always, _("LoFi"), NULL);
  lofi_score_table_add (self->always, _("lazy"), _("The same random lifts without any filter"));
  lofi_score_table_add (self->always, _("linear"), _("Ridge regression on the raw inputs"));
  lofi_score_table_add (self->asked, _("kernel"), _("Deep random features of infinite width: the kernel without any filter"));
  lofi_score_table_add (self->asked, _("descent"), _("A network of the same widths, trained by gradient descent"));
  self->updating = FALSE;
}
