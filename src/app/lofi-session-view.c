/* The session: where one is, what is looked at, the pictures and the sweep that go with it. */
#include "config.h"
#include <string.h>
#include "lofi-session-private.h"

#define PLAY_MS 1200
#define PICTURES_KEPT 6

/* ---- place and view ---- */

LofiPlace
lofi_session_get_place (LofiSession *self)
{
  return self->place;
}

static void
go (LofiSession *self, LofiPlace place, gboolean emergence)
{
  if (lofi_place_equal (place, self->place) && emergence == self->emergence)
    return;
  self->place = place;
  self->emergence = emergence;
  lofi_session_want_pictures (self);
  lofi_session_changed (self, LOFI_CHANGED_PLACE);
}

void
lofi_session_set_place (LofiSession *self, LofiPlace place)
{
  go (self, lofi_place_at (self->experiment, lofi_place_index (self->experiment, place)), FALSE);
}

guint
lofi_session_get_place_index (LofiSession *self)
{
  return lofi_place_index (self->experiment, self->place);
}

void
lofi_session_set_place_index (LofiSession *self, guint index)
{
  go (self, lofi_place_at (self->experiment, MIN (index, lofi_places_count (self->experiment) - 1)), FALSE);
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
    go (self, lofi_place_for_card (self->experiment, card, lofi_place_view (self->place)), self->emergence);
}

LofiView
lofi_session_get_view (LofiSession *self)
{
  return self->emergence ? LOFI_VIEW_EMERGENCE : lofi_place_view (self->place);
}

void
lofi_session_set_view (LofiSession *self, LofiView view)
{
  if (view != lofi_session_get_view (self))
    go (self, lofi_place_for_view (self->experiment, self->place, view), view == LOFI_VIEW_EMERGENCE);
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

/* ---- pictures ---- */

typedef struct {
  char *key;                /* of the layer and the kind of picture */
  int layer;
  LofiResult *result;
  LofiArray *array;         /* NULL: they could not be made */
} PicturesEntry;

static void
pictures_entry_free (gpointer data)
{
  PicturesEntry *entry = data;
  g_free (entry->key);
  lofi_result_unref (entry->result);
  g_clear_pointer (&entry->array, lofi_array_unref);
  g_free (entry);
}

/* What the callback needs. Weak: a request that is never answered must not keep the session. */
typedef struct {
  GWeakRef session;
  PicturesEntry *entry;
} PicturesWish;

static void
pictures_wish_free (gpointer data)
{
  PicturesWish *wish = data;
  g_weak_ref_clear (&wish->session);
  g_clear_pointer (&wish->entry, pictures_entry_free);
  g_free (wish);
}

void
lofi_session_forget_pictures (LofiSession *self)
{
  g_clear_pointer (&self->pictures, g_ptr_array_unref);
  g_clear_pointer (&self->pictures_asked, g_free);
}

static void
on_pictures (LofiArray *pictures, const GError *error, gpointer data)
{
  PicturesWish *wish = data;
  g_autoptr (LofiArray) array = pictures;
  g_autoptr (LofiSession) self = g_weak_ref_get (&wish->session);
  if (!self || self->closed)
    return;
  if (g_strcmp0 (self->pictures_asked, wish->entry->key) == 0)
    g_clear_pointer (&self->pictures_asked, g_free);
  if (!array && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (!self->pictures)
    self->pictures = g_ptr_array_new_with_free_func (pictures_entry_free);
  if (self->pictures->len == PICTURES_KEPT)
    g_ptr_array_remove_index (self->pictures, 0);
  wish->entry->array = g_steal_pointer (&array);
  g_ptr_array_add (self->pictures, g_steal_pointer (&wish->entry));
  if (error)
    lofi_session_set_message (self, error->message);
  lofi_session_changed (self, LOFI_CHANGED_PICTURES);
}

/* The finished layer the Filters view shows, or NULL. */
static LofiResult *
pictured_result (LofiSession *self)
{
  if (self->place.step != LOFI_STEP_PROJECT || (guint) self->place.layer >= self->experiment->layers->len)
    return NULL;
  const LofiSlot *slot = &g_array_index (self->slots, LofiSlot, LOFI_SLOT_LAYER + (guint) self->place.layer);
  return slot->from && slot->from->layers[self->place.layer]->keep > 0 ? slot->from : NULL;
}

static char *
pictures_key (LofiSession *self, const LofiResult *result)
{
  return g_strdup_printf ("%d:%s", lofi_session_get_picture (self), result->layers[self->place.layer]->key);
}

static PicturesEntry *
find_pictures (LofiSession *self, const char *key)
{
  for (guint i = 0; self->pictures && i < self->pictures->len; i++)
    {
      PicturesEntry *entry = g_ptr_array_index (self->pictures, i);
      if (strcmp (entry->key, key) == 0)
        return entry;
    }
  return NULL;
}

void
lofi_session_want_pictures (LofiSession *self)
{
  LofiResult *result = self->closed || self->emergence ? NULL : pictured_result (self);
  if (!result)
    return;
  g_autofree char *key = pictures_key (self, result);
  if (g_strcmp0 (key, self->pictures_asked) == 0 || find_pictures (self, key))
    return;
  PicturesWish *wish = g_new0 (PicturesWish, 1);
  g_weak_ref_init (&wish->session, self);
  wish->entry = g_new0 (PicturesEntry, 1);
  wish->entry->key = g_strdup (key);
  wish->entry->layer = self->place.layer;
  wish->entry->result = lofi_result_ref (result);
  g_free (self->pictures_asked);
  self->pictures_asked = g_steal_pointer (&key);
  lofi_runner_pictures (self->runner, result, self->place.layer, lofi_session_get_picture (self), 0, on_pictures, wish,
                        pictures_wish_free);
}

LofiPicture
lofi_session_get_picture (LofiSession *self)
{
  return self->place.layer > 0 ? LOFI_PICTURE_WEIGHTED_MEAN : self->picture;
}

void
lofi_session_set_picture (LofiSession *self, LofiPicture picture)
{
  if (picture == self->picture)
    return;
  self->picture = picture;
  lofi_session_want_pictures (self);
  lofi_session_changed (self, LOFI_CHANGED_PICTURES);
}

LofiArray *
lofi_session_get_pictures (LofiSession *self, LofiResult **result, LofiShown *shown)
{
  LofiResult *wanted = pictured_result (self);
  *result = NULL;
  *shown = LOFI_SHOWN_NOTHING;
  if (!wanted)
    return NULL;
  g_autofree char *key = pictures_key (self, wanted);
  PicturesEntry *entry = find_pictures (self, key);
  if (entry)
    *shown = lofi_session_slot_shown (self, LOFI_SLOT_LAYER + (guint) self->place.layer) == LOFI_SHOWN_FRESH
               ? LOFI_SHOWN_FRESH : LOFI_SHOWN_STALE;
  /* While they are made: the newest ones of the same layer and kind, as old. */
  for (guint i = self->pictures ? self->pictures->len : 0; i > 0 && !entry; i--)
    {
      PicturesEntry *other = g_ptr_array_index (self->pictures, i - 1);
      if (other->layer == self->place.layer && other->key[0] == key[0])
        {
          entry = other;
          *shown = LOFI_SHOWN_STALE;
        }
    }
  if (!entry || !entry->array)
    {
      *shown = LOFI_SHOWN_NOTHING;
      return NULL;
    }
  *result = entry->result;
  return entry->array;
}

/* ---- the sweep ---- */

/* Sample counts that the data does not have give way to all there is: an opened data set may be smaller than the one the experiment was
 * written for. */
static void
fit_samples_to_data (LofiSession *self)
{
  gsize available = lofi_session_get_available (self);
  g_autoptr (LofiExperiment) edited = lofi_session_dup_experiment (self);
  GArray *samples = edited->sweep_samples;
  if (available == 0 || samples->len == 0 || g_array_index (samples, gsize, samples->len - 1) <= available)
    return;
  while (samples->len > 0 && g_array_index (samples, gsize, samples->len - 1) > available)
    g_array_set_size (samples, samples->len - 1);
  if (samples->len == 0 || g_array_index (samples, gsize, samples->len - 1) < available)
    g_array_append_val (samples, available);
  lofi_session_edit (self, g_steal_pointer (&edited), NULL);
}

void
lofi_session_start_sweep (LofiSession *self)
{
  g_return_if_fail (LOFI_IS_SESSION (self) && !self->closed);
  fit_samples_to_data (self);
  g_autoptr (GError) error = NULL;
  if (!lofi_experiment_check (self->experiment, &error))
    {
      lofi_session_set_message (self, error->message);
      return;
    }
  g_clear_pointer (&self->swept, lofi_experiment_free);
  self->swept = lofi_experiment_dup (self->experiment);
  lofi_runner_sweep (self->runner, self->swept);
  lofi_session_changed (self, LOFI_CHANGED_SWEEP);
}

void
lofi_session_stop_sweep (LofiSession *self)
{
  g_return_if_fail (LOFI_IS_SESSION (self));
  g_clear_pointer (&self->swept, lofi_experiment_free);
  lofi_runner_stop_sweep (self->runner);
  lofi_session_changed (self, LOFI_CHANGED_SWEEP);
}

static gboolean
same_grid (const LofiExperiment *a, const LofiExperiment *b)
{
  return a->sweep_seeds == b->sweep_seeds && a->sweep_compare == b->sweep_compare && a->sweep_samples->len == b->sweep_samples->len
         && memcmp (a->sweep_samples->data, b->sweep_samples->data, a->sweep_samples->len * sizeof (gsize)) == 0;
}

void
lofi_session_follow_sweep (LofiSession *self)
{
  if (!self->swept)
    return;
  g_autofree char *old_key = lofi_emergence_key (self->swept);
  g_autofree char *new_key = lofi_emergence_key (self->experiment);
  if (strcmp (old_key, new_key) != 0)
    lofi_session_stop_sweep (self);
  else if (!same_grid (self->swept, self->experiment))
    lofi_session_start_sweep (self);
}

gboolean
lofi_session_is_sweeping (LofiSession *self)
{
  return self->swept != NULL;
}

void
lofi_session_get_sweep_progress (LofiSession *self, guint *finished, guint *total)
{
  g_autoptr (LofiCells) cells = lofi_session_get_cells (self);
  const LofiExperiment *e = self->experiment;
  *finished = 0;
  *total = lofi_emergence_total (e);
  for (guint i = 0; cells && i < e->sweep_samples->len; i++)
    for (guint seed = 0; seed < e->sweep_seeds; seed++)
      for (guint m = 0; m < LOFI_N_METHODS; m++)
        {
          gboolean wanted = m == LOFI_METHOD_LOFI || (m == LOFI_METHOD_LAZY && (e->sweep_compare & LOFI_COMPARE_LAZY))
                            || (m == LOFI_METHOD_LINEAR && (e->sweep_compare & LOFI_COMPARE_LINEAR));
          *finished += wanted && lofi_cells_has (cells, g_array_index (e->sweep_samples, gsize, i), seed, m);
        }
}

LofiCells *
lofi_session_get_cells (LofiSession *self)
{
  return lofi_runner_cells (self->runner, self->experiment);
}
