/* The session: measured degree spectra of kept features, on request. */
#include "config.h"
#include <string.h>
#include "lofi-apply.h"
#include "lofi-session-private.h"

/* What a worker needs: an immutable result, and no widget. The session is weak: a measurement must not keep it. */
typedef struct {
  GWeakRef session;
  LofiResult *result;
  guint layer;
} Request;

static void
request_free (gpointer data)
{
  Request *request = data;
  g_weak_ref_clear (&request->session);
  lofi_result_unref (request->result);
  g_free (request);
}

static void
measure (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Request *request = data;
  GError *error = NULL;
  LofiArray *shares = lofi_result_degrees (request->result, request->layer, LOFI_DEGREES_MEASURED, cancellable, &error);
  if (shares)
    g_task_return_pointer (task, shares, (GDestroyNotify) lofi_array_unref);
  else
    g_task_return_error (task, error);
}

static void
on_measured (GObject *source, GAsyncResult *answer, gpointer data)
{
  Request *request = g_task_get_task_data (G_TASK (answer));
  g_autoptr (LofiSession) self = g_weak_ref_get (&request->session);
  g_autoptr (GError) error = NULL;
  g_autoptr (LofiArray) shares = g_task_propagate_pointer (G_TASK (answer), &error);
  if (!self || self->closed)
    return;
  if (g_task_get_cancellable (G_TASK (answer)) == self->degrees_running)
    {
      g_clear_object (&self->degrees_running);
      g_clear_pointer (&self->degrees_asked, g_free);
    }
  if (shares)
    g_hash_table_insert (self->degrees, g_strdup (request->result->layers[request->layer]->key), g_steal_pointer (&shares));
  LofiChange what = LOFI_CHANGED_DEGREES;
  if (error && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      lofi_session_set_message (self, error->message);
      what |= LOFI_CHANGED_MESSAGE;
    }
  lofi_session_changed (self, what);
}

/* The finished layer, or NULL. */
static LofiResult *
finished (LofiSession *self, guint layer, LofiShown *shown)
{
  LofiResult *result = lofi_session_get_layer (self, layer, shown);
  gboolean there = result && *shown != LOFI_SHOWN_LIVE && layer < result->n_layers && result->layers[layer];
  return there ? result : NULL;
}

gboolean
lofi_session_can_measure_degrees (LofiSession *self, guint layer)
{
  LofiShown shown;
  LofiResult *result = finished (self, layer, &shown);
  return result && shown == LOFI_SHOWN_FRESH && result->layers[layer]->keep > 0 && lofi_result_can_apply (result, layer);
}

void
lofi_session_stop_degrees (LofiSession *self)
{
  if (self->degrees_running)
    g_cancellable_cancel (self->degrees_running);
  g_clear_object (&self->degrees_running);
  g_clear_pointer (&self->degrees_asked, g_free);
}

void
lofi_session_measure_degrees (LofiSession *self, guint layer)
{
  g_return_if_fail (LOFI_IS_SESSION (self) && !self->closed);
  LofiShown shown;
  LofiResult *result = finished (self, layer, &shown);
  if (!result || !lofi_session_can_measure_degrees (self, layer))
    return;
  lofi_session_stop_degrees (self);       /* the newest request wins */
  Request *request = g_new0 (Request, 1);
  g_weak_ref_init (&request->session, self);
  request->result = lofi_result_ref (result);
  request->layer = layer;
  self->degrees_running = g_cancellable_new ();
  self->degrees_asked = g_strdup (result->layers[layer]->key);
  g_autoptr (GTask) task = g_task_new (NULL, self->degrees_running, on_measured, NULL);
  g_task_set_task_data (task, request, request_free);
  g_task_run_in_thread (task, measure);
  lofi_session_changed (self, LOFI_CHANGED_DEGREES);
}

gboolean
lofi_session_is_measuring_degrees (LofiSession *self, guint layer)
{
  LofiShown shown;
  LofiResult *result = finished (self, layer, &shown);
  return result && g_strcmp0 (result->layers[layer]->key, self->degrees_asked) == 0;
}

LofiArray *
lofi_session_get_degrees (LofiSession *self, guint layer, LofiShown *shown)
{
  LofiResult *result = finished (self, layer, shown);
  LofiArray *shares = result ? g_hash_table_lookup (self->degrees, result->layers[layer]->key) : NULL;
  if (!shares)
    *shown = LOFI_SHOWN_NOTHING;
  return shares;
}
