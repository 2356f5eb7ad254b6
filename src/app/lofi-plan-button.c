/* Beside Run: what a fit will cost. */
#include "config.h"
#include <glib/gi18n-lib.h>
#include "lofi-choice.h"
#include "lofi-format.h"
#include "lofi-plan-button.h"
#include "lofi-setting.h"
#include "lofi-widget.h"

#define GIB ((guint64) 1 << 30)
#define PRECISIONS (LOFI_PRECISION_DOUBLE + 1)

/* What the memory drop-down offers; the last entry beyond these is what the file has. */
static const guint64 budgets[] = { 0, GIB, 2 * GIB, 4 * GIB, 8 * GIB, 16 * GIB, 32 * GIB, 64 * GIB };

struct _LofiPlanButton {
  GtkWidget parent_instance;
  LofiSession *session;
  gboolean updating;
  GtkMenuButton *menu;
  GtkWidget *popover, *warning;
  GtkLabel *text, *total, *problem;
  GtkGrid *stages;
  GtkDropDown *precision, *memory;
};

G_DEFINE_FINAL_TYPE (LofiPlanButton, lofi_plan_button, GTK_TYPE_WIDGET)

const char *
lofi_plan_button_get_text (LofiPlanButton *self)
{
  return gtk_label_get_text (self->text);
}

/* ---- the user ---- */

static void
on_precision (LofiPlanButton *self)
{
  guint chosen = gtk_drop_down_get_selected (self->precision);
  if (self->updating || !self->session || chosen >= PRECISIONS)
    return;
  LofiExperiment *e = lofi_session_dup_experiment (self->session);
  e->precision = chosen;
  lofi_session_edit (self->session, e, NULL);
}

static void
on_memory (LofiPlanButton *self)
{
  guint chosen = gtk_drop_down_get_selected (self->memory);
  if (self->updating || !self->session || chosen >= G_N_ELEMENTS (budgets))
    return;
  LofiExperiment *e = lofi_session_dup_experiment (self->session);
  e->memory = budgets[chosen];
  lofi_session_edit (self->session, e, NULL);
}

/* ---- the session ---- */

static void
show_memory (LofiPlanButton *self, guint64 memory)
{
  char text[32];
  guint index = 0;
  while (index < G_N_ELEMENTS (budgets) && budgets[index] != memory)
    index++;
  lofi_choice_truncate (self->memory, G_N_ELEMENTS (budgets));
  lofi_format_bytes (memory, text, sizeof text);
  if (index == G_N_ELEMENTS (budgets))
    lofi_choice_append (self->memory, text, NULL);
  lofi_choice_show (self->memory, index);
}

/* "≈ 2.1 s" above "430 MB": narrow enough for the smallest window. */
static char *
cost_text (LofiPlanButton *self, const LofiPlan *plan)
{
  char time[48], bytes[32];
  double seconds = lofi_session_get_plan_seconds (self->session);
  lofi_format_bytes (plan->bytes, bytes, sizeof bytes);
  lofi_format_seconds (seconds, time, sizeof time);
  return seconds >= 0 ? g_strdup_printf ("≈ %s\n%s", time, bytes) : g_strdup_printf ("%s", bytes);
}

static void
show_line (LofiPlanButton *self)
{
  const LofiPlan *plan = lofi_session_get_plan (self->session);
  const char *problem = lofi_session_get_plan_problem (self->session);
  g_autofree char *cost = plan ? cost_text (self, plan) : g_strdup (problem ? _("not possible") : "–");
  gtk_label_set_text (self->text, cost);
  gtk_widget_set_visible (self->warning, problem != NULL);
  gtk_label_set_text (self->problem, problem ? problem : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), problem != NULL);
  lofi_widget_show_tooltip (GTK_WIDGET (self->menu), problem ? problem : _("What a fit from the beginning costs; what is known already is not computed again"));
  g_autofree char *name = g_strdup_printf (_("Expected cost: %s"), cost);
  lofi_widget_show_name (GTK_WIDGET (self->menu), name);
}

static void
append_cell (LofiPlanButton *self, int column, int row, const char *text)
{
  GtkWidget *label = gtk_label_new (text);
  gtk_label_set_xalign (GTK_LABEL (label), column == 0 ? 0 : 1);
  gtk_widget_set_hexpand (label, column == 0);
  gtk_widget_add_css_class (label, "caption");
  gtk_widget_add_css_class (label, column == 0 ? "dim-label" : "numeric");
  gtk_grid_attach (self->stages, label, column, row, 1, 1);
}

static void
show_stages (LofiPlanButton *self)
{
  const LofiPlan *plan = lofi_session_get_plan (self->session);
  double seconds = lofi_session_get_plan_seconds (self->session);
  GtkWidget *child;
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->stages))))
    gtk_grid_remove (self->stages, child);
  for (guint i = 0; plan && i < plan->stages->len; i++)
    {
      const LofiPlanStage *stage = &g_array_index (plan->stages, LofiPlanStage, i);
      const char *name = _(lofi_stage_name (stage->stage));
      g_autofree char *title = stage->layer >= 0 ? g_strdup_printf (_("Layer %d · %s"), stage->layer + 1, name) : g_strdup (name);
      char time[48] = "", bytes[32];
      if (seconds >= 0 && plan->flops > 0)
        lofi_format_seconds (seconds * stage->flops / plan->flops, time, sizeof time);
      lofi_format_bytes (stage->bytes, bytes, sizeof bytes);
      append_cell (self, 0, i, title);
      append_cell (self, 1, i, time);
      append_cell (self, 2, i, bytes);
    }
  char budget[32] = "–";
  if (plan)
    lofi_format_bytes (plan->budget, budget, sizeof budget);
  g_autofree char *total = g_strdup_printf (_("At most %s may be used at once."), budget);
  gtk_label_set_text (self->total, plan ? total : _("The cost is known as soon as the data is."));
}

static void
show_settings (LofiPlanButton *self)
{
  const LofiExperiment *e = lofi_session_get_asked (self->session);
  self->updating = TRUE;
  lofi_choice_show (self->precision, e->precision);
  show_memory (self, e->memory);
  self->updating = FALSE;
}

static void
on_changed (LofiPlanButton *self, LofiChange what)
{
  if (!(what & (LOFI_CHANGED_PLAN | LOFI_CHANGED_EXPERIMENT)))
    return;
  show_line (self);
  show_settings (self);
  if (gtk_widget_get_visible (self->popover))
    show_stages (self);
}

void
lofi_plan_button_set_session (LofiPlanButton *self, LofiSession *session)
{
  g_return_if_fail (LOFI_IS_PLAN_BUTTON (self) && LOFI_IS_SESSION (session) && !self->session);
  self->session = g_object_ref (session);
  g_signal_connect_object (session, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  on_changed (self, LOFI_CHANGED_ALL);
}

static void
lofi_plan_button_dispose (GObject *object)
{
  LofiPlanButton *self = LOFI_PLAN_BUTTON (object);
  self->updating = TRUE;
  if (self->session)
    g_signal_handlers_disconnect_by_data (self->session, self);
  gtk_widget_dispose_template (GTK_WIDGET (self), LOFI_TYPE_PLAN_BUTTON);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (lofi_plan_button_parent_class)->dispose (object);
}

static void
lofi_plan_button_class_init (LofiPlanButtonClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = lofi_plan_button_dispose;
  g_type_ensure (LOFI_TYPE_SETTING);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lofi_explorer/LofiExplorer/ui/lofi-plan-button.ui");
  gtk_widget_class_bind_template_child (widget_class, LofiPlanButton, menu);
  gtk_widget_class_bind_template_child (widget_class, LofiPlanButton, popover);
  gtk_widget_class_bind_template_child (widget_class, LofiPlanButton, warning);
  gtk_widget_class_bind_template_child (widget_class, LofiPlanButton, text);
  gtk_widget_class_bind_template_child (widget_class, LofiPlanButton, total);
  gtk_widget_class_bind_template_child (widget_class, LofiPlanButton, problem);
  gtk_widget_class_bind_template_child (widget_class, LofiPlanButton, stages);
  gtk_widget_class_bind_template_child (widget_class, LofiPlanButton, precision);
  gtk_widget_class_bind_template_child (widget_class, LofiPlanButton, memory);
  gtk_widget_class_bind_template_callback (widget_class, show_stages);
}

static void
lofi_plan_button_init (LofiPlanButton *self)
{
  static const char *const sentences[PRECISIONS] = {
    N_("Double where it costs nothing, else single."), N_("Single with double sums: half the memory, twice the speed."), N_("Double throughout.")
  };
  static const char *const titles[PRECISIONS] = { N_("automatic"), N_("single"), N_("double") };
  self->updating = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  for (int i = 0; i < PRECISIONS; i++)
    lofi_choice_append (self->precision, _(titles[i]), _(sentences[i]));
  lofi_choice_append (self->memory, _("automatic"), _("Three quarters of this machine’s."));
  for (guint i = 1; i < G_N_ELEMENTS (budgets); i++)
    {
      g_autofree char *text = g_strdup_printf (_("%u GiB"), (guint) (budgets[i] / GIB));
      lofi_choice_append (self->memory, text, NULL);
    }
  g_signal_connect_swapped (self->precision, "notify::selected", G_CALLBACK (on_precision), self);
  g_signal_connect_swapped (self->memory, "notify::selected", G_CALLBACK (on_memory), self);
  self->updating = FALSE;
}
