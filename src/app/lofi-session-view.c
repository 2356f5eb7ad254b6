/* The session: where one is, and what is looked at. */
#include "config.h"
#include "lofi-session-private.h"

#define PLAY_MS 1200

/* ---- place and view ---- */

LofiPlace
lofi_session_get_place (LofiSession *self)
{
  return self->place;
}

static void
go (LofiSession *self, LofiPlace place, LofiView over)
{
  if (lofi_place_equal (place, self->place) && over == self->over)
    return;
  self->place = place;
  self->over = over;
  lofi_session_want_pictures (self);
  lofi_session_want_errands (self);
  lofi_session_changed (self, LOFI_CHANGED_PLACE);
}

void
lofi_session_set_place (LofiSession *self, LofiPlace place)
{
  go (self, lofi_place_at (self->experiment, lofi_place_index (self->experiment, place)), LOFI_VIEW_SPECTRUM);
}

guint
lofi_session_get_place_index (LofiSession *self)
{
  return lofi_place_index (self->experiment, self->place);
}

void
lofi_session_set_place_index (LofiSession *self, guint index)
{
  go (self, lofi_place_at (self->experiment, MIN (index, lofi_places_count (self->experiment) - 1)), LOFI_VIEW_SPECTRUM);
}

void
lofi_session_step (LofiSession *self, int by)
{
  int last = lofi_places_count (self->experiment) - 1;
  int index = (int) lofi_session_get_place_index (self) + by;
  lofi_session_set_place_index (self, CLAMP (index, 0, last));
}

guint
lofi_session_get_card (LofiSession *self)
{
  return lofi_place_card (self->experiment, self->place);
}

void
lofi_session_set_card (LofiSession *self, guint card)
{
  if (card != lofi_session_get_card (self))
    go (self, lofi_place_for_card (self->experiment, card, lofi_place_view (self->place)), self->over);      /* Features stay where they can be */
}

LofiView
lofi_session_get_view (LofiSession *self)
{
  gboolean features = self->over == LOFI_VIEW_FEATURES && self->place.step == LOFI_STEP_PROJECT;
  return features || !lofi_view_is_placed (self->over) ? self->over : lofi_place_view (self->place);
}

void
lofi_session_set_view (LofiSession *self, LofiView view)
{
  if (view != lofi_session_get_view (self))
    go (self, lofi_place_for_view (self->experiment, self->place, view), view == LOFI_VIEW_FILTERS ? LOFI_VIEW_SPECTRUM : view);
}

/* What the place shows is there, so that play may go on. */
static gboolean
place_is_ready (LofiSession *self)
{
  guint slot = self->place.step == LOFI_STEP_DATA ? LOFI_SLOT_TASK
             : self->place.step == LOFI_STEP_READOUT ? LOFI_SLOT_READOUT : LOFI_SLOT_LAYER + (guint) self->place.layer;
  return !self->busy || lofi_session_slot_shown (self, slot) == LOFI_SHOWN_FRESH;
}

static gboolean
play_on (gpointer data)
{
  LofiSession *self = data;
  if (!place_is_ready (self))
    return G_SOURCE_CONTINUE;
  lofi_session_step (self, 1);
  if (lofi_session_get_place_index (self) + 1 < lofi_places_count (self->experiment))
    return G_SOURCE_CONTINUE;
  self->play_id = 0;
  lofi_session_changed (self, LOFI_CHANGED_PLACE);
  return G_SOURCE_REMOVE;
}

gboolean
lofi_session_get_playing (LofiSession *self)
{
  return self->play_id != 0;
}

void
lofi_session_set_playing (LofiSession *self, gboolean playing)
{
  if (playing == lofi_session_get_playing (self) || self->closed)
    return;
  g_clear_handle_id (&self->play_id, g_source_remove);
  if (playing)
    {
      gboolean at_end = lofi_session_get_place_index (self) + 1 == lofi_places_count (self->experiment);
      lofi_session_set_place_index (self, at_end ? 0 : lofi_session_get_place_index (self));
      self->play_id = g_timeout_add (PLAY_MS, play_on, self);
    }
  lofi_session_changed (self, LOFI_CHANGED_PLACE);
}
