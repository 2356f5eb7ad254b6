/* The session: what is computed beside a layer while it is looked at. */
#include "config.h"
#include <string.h>
#include "lofi-overlap.h"
#include "lofi-session-private.h"

/* What a worker needs: an immutable result, and no widget. The session is weak: an errand must not keep it. */
typedef struct {
  GWeakRef session;
  LofiErrandKind kind;
  char *key;
  LofiResult *result;
  guint layer, x, y;
} Request;

static void
request_free (gpointer data)
{
  Request *request = data;
  g_weak_ref_clear (&request->session);
  lofi_result_unref (request->result);
  g_free (request->key);
  g_free (request);
}

static void
value_free (LofiErrandKind kind, gpointer value)
{
  if (value && kind == LOFI_ERRAND_SCATTER)
    lofi_figure_unref (value);
  else if (value)
    lofi_array_unref (value);
}

static void
scatter_free (gpointer figure)
{
  value_free (LOFI_ERRAND_SCATTER, figure);
}

static void
array_free (gpointer array)
{
  value_free (LOFI_ERRAND_BARS, array);
}

static void
run (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Request *request = data;
  GError *error = NULL;
  gpointer value = NULL;
  switch (request->kind)
    {
    case LOFI_ERRAND_SHUFFLED:
      value = lofi_result_shuffled_spectrum (request->result, request->layer, cancellable, &error);
      break;
    case LOFI_ERRAND_BARS:
      value = lofi_planted_bars (request->result, request->layer, cancellable);
      break;
    default:
      value = lofi_figure_scatter (request->result, request->layer, request->x, request->y);
    }
  if (error)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, value, request->kind == LOFI_ERRAND_SCATTER ? scatter_free : array_free);
}

static void
drop_held (LofiSession *self, LofiErrandKind kind)
{
  LofiErrand *errand = &self->errands[kind];
  value_free (kind, g_steal_pointer (&errand->value));
  g_clear_pointer (&errand->key, g_free);
  g_clear_pointer (&errand->result, lofi_result_unref);
}

static void
stop (LofiErrand *errand)
{
  if (errand->running)
    g_cancellable_cancel (errand->running);
  g_clear_object (&errand->running);
  g_clear_pointer (&errand->asked, g_free);
}

static void
on_done (GObject *source, GAsyncResult *answer, gpointer data)
{
  const Request *request = g_task_get_task_data (G_TASK (answer));
  g_autoptr (LofiSession) self = g_weak_ref_get ((GWeakRef *) &request->session);
  g_autoptr (GError) error = NULL;
  gpointer value = g_task_propagate_pointer (G_TASK (answer), &error);
  LofiErrand *errand = self ? &self->errands[request->kind] : NULL;
  /* The newest request wins. */
  if (!self || self->closed || g_task_get_cancellable (G_TASK (answer)) != errand->running)
    {
      value_free (request->kind, value);
      return;
    }
  stop (errand);
  drop_held (self, request->kind);
  errand->key = g_strdup (request->key);
  errand->layer = request->layer;
  errand->result = lofi_result_ref (request->result);
  errand->value = value;
  LofiChange what = LOFI_CHANGED_FEATURES;
  if (error && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      lofi_session_set_message (self, error->message);
      what |= LOFI_CHANGED_MESSAGE;
    }
  lofi_session_changed (self, what);
}

/* ---- what is looked at ---- */

/* The place's layer, finished and with directions, or NULL. */
static LofiResult *
finished (LofiSession *self, LofiShown *shown)
{
  int layer = self->place.layer;
  *shown = LOFI_SHOWN_NOTHING;
  if (layer < 0 || layer >= (int) self->experiment->layers->len)
    return NULL;
  LofiResult *result = lofi_session_get_layer (self, layer, shown);
  gboolean there = result && *shown != LOFI_SHOWN_LIVE && layer < (int) result->n_layers && result->layers[layer] && result->layers[layer]->keep > 0;
  return there ? result : NULL;
}

/* The readout, whose decisions stand behind the scatter, once it is there too. */
static LofiResult *
with_readout (LofiSession *self, LofiResult *result)
{
  LofiShown shown;
  LofiResult *whole = lofi_session_get_readout (self, &shown);
  return whole && shown == LOFI_SHOWN_FRESH ? whole : result;
}

/* What an errand would be of now, and the result it would take; NULL where it has nothing to do. (transfer full) */
static char *
wanted_key (LofiSession *self, LofiErrandKind kind, LofiResult **result)
{
  LofiShown shown;
  LofiView view = lofi_session_get_view (self);
  *result = finished (self, &shown);
  if (self->closed || !*result || shown != LOFI_SHOWN_FRESH)
    return NULL;
  const LofiLayerResult *layer = (*result)->layers[self->place.layer];
  if (kind == LOFI_ERRAND_SHUFFLED)
    return self->shuffled && view == LOFI_VIEW_SPECTRUM && self->place.step != LOFI_STEP_LIFT ? g_strdup (layer->key) : NULL;
  if (view != LOFI_VIEW_FEATURES)
    return NULL;
  if (kind == LOFI_ERRAND_BARS)
    return (*result)->task->dataset->n_groups > 0 ? g_strdup (layer->key) : NULL;
  guint x, y;
  *result = with_readout (self, *result);
  lofi_session_get_features (self, &x, &y);
  return g_strdup_printf ("%u:%u:%s:%s", x, y, layer->key, (*result)->readout ? (*result)->readout->key : "");
}

void
lofi_session_want_errands (LofiSession *self)
{
  for (LofiErrandKind kind = 0; kind < LOFI_N_ERRANDS; kind++)
    {
      LofiErrand *errand = &self->errands[kind];
      LofiResult *result;
      g_autofree char *key = wanted_key (self, kind, &result);
      if (key && (g_strcmp0 (key, errand->asked) == 0 || (!errand->asked && g_strcmp0 (key, errand->key) == 0)))
        continue;
      stop (errand);
      if (!key || g_strcmp0 (key, errand->key) == 0)
        continue;
      Request *request = g_new0 (Request, 1);
      g_weak_ref_init (&request->session, self);
      request->kind = kind;
      request->key = g_strdup (key);
      request->result = lofi_result_ref (result);
      request->layer = self->place.layer;
      lofi_session_get_features (self, &request->x, &request->y);
      errand->asked = g_steal_pointer (&key);
      errand->running = g_cancellable_new ();
      g_autoptr (GTask) task = g_task_new (NULL, errand->running, on_done, NULL);
      g_task_set_task_data (task, request, request_free);
      g_task_run_in_thread (task, run);
    }
}

void
lofi_session_stop_errands (LofiSession *self)
{
  for (LofiErrandKind kind = 0; kind < LOFI_N_ERRANDS; kind++)
    stop (&self->errands[kind]);
}

void
lofi_session_forget_errands (LofiSession *self)
{
  lofi_session_stop_errands (self);
  for (LofiErrandKind kind = 0; kind < LOFI_N_ERRANDS; kind++)
    drop_held (self, kind);
}

/* What is held for the place's layer. Fresh: nothing newer is being fetched. */
static gpointer
held (LofiSession *self, LofiErrandKind kind, LofiResult **result, LofiShown *shown)
{
  const LofiErrand *errand = &self->errands[kind];
  LofiResult *now;
  g_autofree char *key = wanted_key (self, kind, &now);
  gboolean fresh = key && g_strcmp0 (key, errand->key) == 0;
  *result = NULL;
  *shown = LOFI_SHOWN_NOTHING;
  if (!errand->value || (int) errand->layer != self->place.layer)
    return NULL;
  *result = errand->result;
  *shown = fresh ? LOFI_SHOWN_FRESH : LOFI_SHOWN_STALE;
  return errand->value;
}

/* ---- shuffled labels ---- */

gboolean
lofi_session_get_shuffled (LofiSession *self)
{
  return self->shuffled;
}

void
lofi_session_set_shuffled (LofiSession *self, gboolean shuffled)
{
  if (shuffled == self->shuffled)
    return;
  self->shuffled = shuffled;
  if (!shuffled)
    drop_held (self, LOFI_ERRAND_SHUFFLED);
  lofi_session_want_errands (self);
  lofi_session_changed (self, LOFI_CHANGED_FEATURES);
}

LofiArray *
lofi_session_get_shuffled_spectrum (LofiSession *self, const LofiResult *result, guint layer)
{
  const LofiErrand *errand = &self->errands[LOFI_ERRAND_SHUFFLED];
  gboolean of_it = result && result->live_layer != (int) layer && layer < result->n_layers && result->layers[layer]
                   && g_strcmp0 (errand->key, result->layers[layer]->key) == 0;
  return self->shuffled && of_it ? errand->value : NULL;
}

const LofiNull *
lofi_session_get_null (const LofiResult *result, guint layer)
{
  return result && result->nulls && layer < result->n_layers ? result->nulls[layer] : NULL;
}

/* ---- kept features ---- */

gboolean
lofi_session_has_teacher (LofiSession *self)
{
  LofiResult *task = lofi_session_slot_from (self, LOFI_SLOT_TASK);
  return task && task->task->dataset->n_groups > 0;
}

LofiArray *
lofi_session_get_bars (LofiSession *self, LofiResult **result, LofiShown *shown)
{
  return held (self, LOFI_ERRAND_BARS, result, shown);
}

LofiFigure *
lofi_session_get_scatter (LofiSession *self, LofiResult **result, LofiShown *shown)
{
  return held (self, LOFI_ERRAND_SCATTER, result, shown);
}

gsize
lofi_session_get_kept (LofiSession *self)
{
  LofiShown shown;
  LofiResult *result = finished (self, &shown);
  return result ? result->layers[self->place.layer]->keep : 0;
}

gboolean
lofi_session_is_scattering (LofiSession *self)
{
  return self->errands[LOFI_ERRAND_SCATTER].running != NULL;
}

/* Those asked for, or the first two where the layer keeps fewer. */
void
lofi_session_get_features (LofiSession *self, guint *x, guint *y)
{
  gsize kept = lofi_session_get_kept (self);
  *x = self->feature_x < kept ? self->feature_x : 0;
  *y = self->feature_y < kept ? self->feature_y : kept > 1 ? 1 : 0;
  if (*x == *y && kept > 1)
    *y = *x == 0 ? 1 : 0;
}

void
lofi_session_set_features (LofiSession *self, guint x, guint y)
{
  if (x == self->feature_x && y == self->feature_y)
    return;
  self->feature_x = x;
  self->feature_y = y;
  lofi_session_want_errands (self);
  lofi_session_changed (self, LOFI_CHANGED_FEATURES);
}
