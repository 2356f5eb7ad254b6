/* Adding, removing and moving layers. */
#include "config.h"
#include <glib/gi18n-lib.h>
#include "lofi-layer-actions.h"
#include "lofi-layers.h"

/* Where a new layer comes to stand: after the selected card, before the readout. */
static guint
place_of_new (LofiSession *session, const LofiExperiment *e)
{
  return MIN (lofi_session_get_card (session), e->layers->len);
}

static char *
too_many (const LofiExperiment *e)
{
  return e->layers->len < LOFI_LAYERS_MAX ? NULL : g_strdup_printf (_("there are %d layers already"), LOFI_LAYERS_MAX);
}

char *
lofi_layer_insert_reason (LofiSession *session, LofiLayerKind kind)
{
  g_autoptr (LofiExperiment) e = lofi_session_dup_experiment (session);
  char *reason = too_many (e);
  if (reason)
    return reason;
  lofi_layers_insert (e, place_of_new (session, e), kind);
  return lofi_session_why_not (session, e);
}

char *
lofi_layer_remove_reason (LofiSession *session)
{
  g_autoptr (LofiExperiment) e = lofi_session_dup_experiment (session);
  LofiPlace place = lofi_session_get_place (session);
  if (place.layer < 0 || place.layer >= (int) e->layers->len)
    return g_strdup (_("no layer is selected"));
  if (e->layers->len == 1)
    return g_strdup (_("it is the only layer"));
  lofi_layers_remove (e, place.layer);
  return lofi_session_why_not (session, e);
}

char *
lofi_layer_move_reason (LofiSession *session, guint from, int to)
{
  g_autoptr (LofiExperiment) e = lofi_session_dup_experiment (session);
  int layers = e->layers->len;
  if (from >= e->layers->len)
    return g_strdup (_("no layer is selected"));
  if (to < 0)
    return g_strdup (_("it is the first layer"));
  if (to >= layers)
    return g_strdup (_("it is the last layer"));
  lofi_layers_move (e, from, to);
  return lofi_session_why_not (session, e);
}

void
lofi_layer_insert (LofiSession *session, LofiLayerKind kind)
{
  g_autofree char *reason = lofi_layer_insert_reason (session, kind);
  if (reason)
    return;
  LofiExperiment *e = lofi_session_dup_experiment (session);
  guint at = place_of_new (session, e);
  at = lofi_layers_insert (e, at, kind);
  lofi_session_edit (session, e, NULL);
  lofi_session_set_card (session, at + 1);
}

void
lofi_layer_copy (LofiSession *session)
{
  LofiExperiment *e = lofi_session_dup_experiment (session);
  if (e->layers->len == 0 || e->layers->len >= LOFI_LAYERS_MAX)
    {
      lofi_experiment_free (e);
      return;
    }
  guint from = CLAMP (lofi_session_get_card (session), 1, e->layers->len) - 1;
  lofi_layers_copy (e, from);
  gboolean after_data = lofi_session_get_card (session) == 0;
  lofi_session_edit (session, e, NULL);
  lofi_session_set_card (session, after_data ? 1 : from + 2);
}

void
lofi_layer_remove (LofiSession *session)
{
  g_autofree char *reason = lofi_layer_remove_reason (session);
  if (reason)
    return;
  LofiExperiment *e = lofi_session_dup_experiment (session);
  lofi_layers_remove (e, lofi_session_get_place (session).layer);
  lofi_session_edit (session, e, NULL);
}

void
lofi_layer_move (LofiSession *session, guint from, int to)
{
  g_autofree char *reason = lofi_layer_move_reason (session, from, to);
  if (reason || (int) from == to)
    return;
  LofiExperiment *e = lofi_session_dup_experiment (session);
  lofi_layers_move (e, from, to);
  lofi_session_edit (session, e, NULL);
  lofi_session_set_card (session, to + 1);
}
