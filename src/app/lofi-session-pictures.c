/* The session: the pictures of kept directions. */
#include "config.h"
#include <string.h>
#include "lofi-session-private.h"

#define PICTURES_KEPT 6

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
  LofiResult *result = self->closed || !lofi_view_is_placed (self->over) ? NULL : pictured_result (self);
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
  int layer = self->place.layer;
  gboolean known = layer >= 0 && layer < (int) self->experiment->layers->len;
  return known && !lofi_picture_possible (self->experiment, layer, self->picture) ? LOFI_PICTURE_WEIGHTED_MEAN : self->picture;
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
