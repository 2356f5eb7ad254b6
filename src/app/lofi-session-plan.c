/* The session: what a fit of the settings at hand will cost, and what stands against it. */
#include "config.h"
#include <stdio.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#include "lofi-session-private.h"
#include "lofi-teacher.h"

/* "PLACE: WHAT IS WRONG; WHAT TO DO" without the place: the reader is looking at it. */
static char *
without_place (const char *message)
{
  const char *colon = strstr (message, ": ");
  return g_strdup (colon ? colon + 2 : message);
}

static gboolean
same_source (const LofiDataSpec *a, const LofiDataSpec *b)
{
  return g_strcmp0 (a->source, b->source) == 0 && g_strcmp0 (a->train_inputs, b->train_inputs) == 0 && a->image_size == b->image_size
         && a->image_grey == b->image_grey;
}

/* The data as a plan needs it: of a teacher from its settings, else as far as it is known from the newest result of the same source. */
static gboolean
data_of (LofiSession *self, const LofiExperiment *e, LofiPlanData *data)
{
  LofiTeacher teacher;
  if (lofi_teacher_from_name (e->data.source, &teacher))
    {
      gsize test = e->data.test > 0 ? e->data.test : LOFI_TEACHER_TEST_SAMPLES;
      *data = (LofiPlanData) { .train = e->data.train, .test = test, .shape = { 1, 1, e->data.dimension } };
      return TRUE;
    }
  LofiResult *result = lofi_session_slot_from (self, LOFI_SLOT_TASK);
  if (!result || !same_source (&result->experiment->data, &e->data))
    return FALSE;
  const LofiTask *task = result->task;
  *data = lofi_plan_data_of_task (task);
  data->train = e->data.train > 0 ? e->data.train : task->available_train;
  if (e->data.test > 0)
    data->test = e->data.test;
  return TRUE;
}

/* Why there can be no fit of it, as an error's message; *plan is set where the data is known. */
static char *
problem_of (LofiSession *self, const LofiExperiment *e, LofiPlan **plan)
{
  g_autoptr (GError) error = NULL;
  LofiPlanData data;
  *plan = NULL;
  gboolean possible = lofi_experiment_check (e, &error);
  if (possible && data_of (self, e, &data))
    *plan = lofi_plan_new (e, data, TRUE, &error);
  return error ? g_strdup (error->message) : NULL;
}

/* "layer2.kind: WHAT; WHAT TO DO" as a reason: of another layer than the one looked at it says which. */
static char *
as_reason (LofiSession *self, const char *message)
{
  g_autofree char *what = without_place (message);
  char *todo = strstr (what, "; ");
  int layer = 0;
  if (todo)
    *todo = '\0';
  if (sscanf (message, "layer%d.", &layer) == 1 && layer != self->place.layer + 1)
    return g_strdup_printf (layer > self->place.layer + 1 ? _("a later layer: %s") : _("an earlier layer: %s"), what);
  return g_steal_pointer (&what);
}

char *
lofi_session_why_not (LofiSession *self, const LofiExperiment *candidate)
{
  g_return_val_if_fail (LOFI_IS_SESSION (self) && candidate, NULL);
  g_autoptr (LofiPlan) plan = NULL, now = NULL;
  g_autofree char *problem = problem_of (self, candidate, &plan);
  if (!problem)
    return NULL;
  /* What is wrong already is not what the candidate would do wrong. */
  g_autofree char *at_hand = problem_of (self, lofi_session_get_asked (self), &now);
  return g_strcmp0 (problem, at_hand) == 0 ? NULL : as_reason (self, problem);
}

/* ---- seconds ---- */

/* What the callback needs. Weak: a measurement must not keep the session. */
typedef struct {
  GWeakRef session;
  LofiPlan *plan;
} Measurement;

static void
measurement_free (gpointer data)
{
  Measurement *measurement = data;
  g_weak_ref_clear (&measurement->session);
  lofi_plan_unref (measurement->plan);
  g_free (measurement);
}

/* The speed is measured once a process; a worker does it, so that no frame waits for it. */
static void
measure (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Measurement *measurement = data;
  lofi_plan_seconds (measurement->plan);
  g_task_return_boolean (task, TRUE);
}

static gboolean speed_is_known;          /* main thread only */

static void
on_measured (GObject *source, GAsyncResult *result, gpointer data)
{
  const Measurement *measurement = g_task_get_task_data (G_TASK (result));
  g_autoptr (LofiSession) self = g_weak_ref_get ((GWeakRef *) &measurement->session);
  speed_is_known = TRUE;
  if (!self || self->closed)
    return;
  g_clear_object (&self->plan_measuring);
  self->plan_seconds = self->plan ? lofi_plan_seconds (self->plan) : -1;
  lofi_session_changed (self, LOFI_CHANGED_PLAN);
}

static void
want_seconds (LofiSession *self)
{
  self->plan_seconds = -1;
  if (!self->plan || self->plan_measuring)
    return;
  if (speed_is_known)
    {
      self->plan_seconds = lofi_plan_seconds (self->plan);
      return;
    }
  Measurement *measurement = g_new0 (Measurement, 1);
  g_weak_ref_init (&measurement->session, self);
  measurement->plan = lofi_plan_ref (self->plan);
  self->plan_measuring = g_cancellable_new ();
  g_autoptr (GTask) task = g_task_new (NULL, self->plan_measuring, on_measured, NULL);
  g_task_set_task_data (task, measurement, measurement_free);
  g_task_run_in_thread (task, measure);
}

/* ---- the plan of the settings at hand ---- */

void
lofi_session_forget_plan (LofiSession *self)
{
  g_clear_pointer (&self->plan, lofi_plan_unref);
  g_clear_pointer (&self->plan_problem, g_free);
  g_clear_object (&self->plan_measuring);
}

void
lofi_session_make_plan (LofiSession *self)
{
  g_autoptr (GError) error = NULL;
  g_clear_pointer (&self->plan, lofi_plan_unref);
  g_free (self->plan_problem);
  g_autofree char *problem = problem_of (self, self->experiment, &self->plan);
  self->plan_problem = problem ? without_place (problem) : NULL;
  if (self->plan && !lofi_plan_check (self->plan, &error))
    self->plan_problem = without_place (error->message);
  want_seconds (self);
  lofi_session_changed (self, LOFI_CHANGED_PLAN);
}

LofiPlan *
lofi_session_get_plan (LofiSession *self)
{
  return self->plan;
}

double
lofi_session_get_plan_seconds (LofiSession *self)
{
  return self->plan_seconds;
}

const char *
lofi_session_get_plan_problem (LofiSession *self)
{
  return self->plan_problem;
}
