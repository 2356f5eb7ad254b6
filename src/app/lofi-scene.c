/* The scene: which figure a session shows. */
#include "config.h"
#include <glib/gi18n-lib.h>
#include "lofi-figures.h"
#include "lofi-layer-facts.h"
#include "lofi-scene.h"

#define SAMPLES_SHOWN 60

void
lofi_scene_init (LofiScene *scene)
{
  *scene = (LofiScene) { .range_layer = -1, .key = { .selected = -2 } };
}

static void
take_key (LofiScene *scene, const LofiSceneKey *key)
{
  LofiSceneKey old = scene->key;
  scene->key = *key;
  if (key->result)
    lofi_result_ref (key->result);
  if (key->pictures)
    lofi_array_ref (key->pictures);
  if (key->alignment)
    lofi_alignment_ref (key->alignment);
  g_clear_pointer (&old.alignment, lofi_alignment_unref);
  g_clear_pointer (&old.result, lofi_result_unref);
  g_clear_pointer (&old.pictures, lofi_array_unref);
}

void
lofi_scene_clear (LofiScene *scene)
{
  take_key (scene, &(LofiSceneKey) { .selected = -2 });
  g_clear_pointer (&scene->figure, lofi_figure_unref);
  g_free (scene->note);
  lofi_scene_init (scene);
}

static gboolean
same_key (const LofiSceneKey *a, const LofiSceneKey *b)
{
  return a->view == b->view && lofi_place_equal (a->place, b->place) && a->result == b->result && a->pictures == b->pictures
         && a->cells == b->cells && a->sweep == b->sweep && a->alignment == b->alignment && a->space == b->space
         && a->selected == b->selected;
}

/* Held as long as the new spectrum fits and is not lost in it. */
static void
hold_range (LofiScene *scene, int layer, const LofiResult *result)
{
  double low, high;
  if (!lofi_figure_spectrum_range (result, layer, &low, &high))
    return;
  double held = scene->high - scene->low, room = high - low;
  gboolean fits = scene->range_layer == layer && low >= scene->low && high <= scene->high && held <= 1.5 * room;
  if (fits)
    return;
  scene->range_layer = layer;
  scene->low = low - 0.06 * room;
  scene->high = high + 0.06 * room;
}

static guint64
sweep_hash (const LofiExperiment *e)
{
  guint64 hash = e->sweep_seeds + 31 * (guint64) e->sweep_compare;
  for (guint i = 0; i < e->sweep_samples->len; i++)
    hash = hash * 1000003 + g_array_index (e->sweep_samples, gsize, i);
  return hash * 1000003 + e->data.train;
}

static LofiFigure *
build_layer (LofiScene *scene, LofiSession *session, LofiPlace place, LofiResult *result)
{
  LofiPicture picture = lofi_session_get_picture (session);
  LofiShown shown;
  LofiArray *pictures;
  switch (place.step)
    {
    case LOFI_STEP_LIFT:
      return lofi_figure_activations (result, place.layer);
    case LOFI_STEP_KERNEL:
    case LOFI_STEP_POOL:
    case LOFI_STEP_FLATTEN:
      return NULL;               /* nothing to draw: the note says what happens */
    case LOFI_STEP_PROJECT:
      pictures = lofi_session_get_pictures (session, &result, &shown);
      return pictures ? lofi_figure_filters (result, place.layer, picture, pictures, scene->key.selected) : NULL;
    default:
      hold_range (scene, place.layer, result);
      return lofi_figure_spectrum (result, place.layer, place.step == LOFI_STEP_KEEP, scene->low, scene->high, NULL);
    }
}

LofiFigure *
lofi_scene_build (LofiScene *scene, LofiSession *session)
{
  const LofiExperiment *e = lofi_session_get_experiment (session);
  if (scene->key.view == LOFI_VIEW_EMERGENCE)
    {
      g_autoptr (LofiCells) cells = lofi_session_get_cells (session);
      gsize n = e->data.train > 0 ? e->data.train : lofi_session_get_available (session);
      LofiSweepView view = { .measure = { LOFI_QUANTITY_TEST_ERROR, 0, 0 }, .samples = n, .x_axis = -1, .y_axis = -1 };
      return lofi_figure_emergence (cells, e, &view, lofi_emergence_total (e));
    }
  if (scene->key.view == LOFI_VIEW_DESCENT)
    return lofi_figure_alignment (scene->key.alignment, scene->key.space);
  if (!scene->key.result)
    return NULL;
  switch (scene->key.place.step)
    {
    case LOFI_STEP_DATA:
      return lofi_figure_samples (scene->key.result->task, SAMPLES_SHOWN);
    case LOFI_STEP_READOUT:
      return lofi_figure_predictions (scene->key.result);
    default:
      return build_layer (scene, session, scene->key.place, scene->key.result);
    }
}

/* The result behind the place, and how fresh it is. */
static LofiResult *
find_result (LofiSession *session, LofiPlace place, LofiArray **pictures, LofiShown *shown)
{
  LofiResult *result;
  *pictures = NULL;
  switch (place.step)
    {
    case LOFI_STEP_DATA:
      return lofi_session_get_task (session, shown);
    case LOFI_STEP_READOUT:
      return lofi_session_get_readout (session, shown);
    case LOFI_STEP_PROJECT:
      *pictures = lofi_session_get_pictures (session, &result, shown);
      return result;
    default:
      result = lofi_session_get_layer (session, place.layer, shown);
      /* A streaming operator has a spectrum but no finished lift; an earlier result has one. */
      if (place.step == LOFI_STEP_LIFT && *shown == LOFI_SHOWN_LIVE)
        return NULL;
      return result;
    }
}

/* A step that has nothing to draw says what it does to the maps. */
static char *
describe_shapes (const LofiScene *scene)
{
  LofiPlace place = scene->key.place;
  const LofiResult *result = scene->key.result;
  gboolean bare = place.step == LOFI_STEP_POOL || place.step == LOFI_STEP_FLATTEN || place.step == LOFI_STEP_KERNEL;
  if (!bare || !result || place.layer >= (int) result->n_layers || !result->layers[place.layer])
    return NULL;
  const LofiLayerResult *layer = result->layers[place.layer];
  if (place.step == LOFI_STEP_KERNEL)
    return g_strdup_printf (_("A kernel between %zu samples"), result->task->train.count);
  g_autofree char *from = lofi_shape_text (layer->input_shape), *to = lofi_shape_text (layer->output_shape);
  return g_strdup_printf ("%s → %s", from, to);
}

static const char *
find_note (LofiSession *session, const LofiScene *scene)
{
  if (scene->shown == LOFI_SHOWN_FRESH || scene->shown == LOFI_SHOWN_LIVE)
    return NULL;
  gboolean stale = scene->shown == LOFI_SHOWN_STALE;
  if (scene->key.view == LOFI_VIEW_DESCENT)
    return lofi_session_is_descending (session) ? _("Computing with the new settings…")
                                                : _("From earlier settings; Start trains with the new ones");
  if (lofi_session_is_busy (session))
    return stale ? _("Computing with the new settings…") : _("Computing…");
  if (lofi_session_get_message (session))
    return stale ? _("From the last settings that worked") : _("There is no result yet");
  if (scene->key.place.step == LOFI_STEP_PROJECT && scene->shown == LOFI_SHOWN_NOTHING)
    return _("Making the pictures…");
  return stale ? _("From earlier settings; Run computes the new ones") : _("Not computed; Run goes on");
}

gboolean
lofi_scene_update (LofiScene *scene, LofiSession *session, int selected)
{
  LofiSceneKey key = { .view = lofi_session_get_view (session), .place = lofi_session_get_place (session), .selected = -1 };
  LofiShown shown = LOFI_SHOWN_FRESH;
  if (key.view == LOFI_VIEW_EMERGENCE)
    {
      g_autoptr (LofiCells) cells = lofi_session_get_cells (session);
      key.place = (LofiPlace) { LOFI_STEP_DATA, -1 };
      key.cells = cells ? lofi_cells_count (cells) : 0;
      key.sweep = sweep_hash (lofi_session_get_experiment (session)) ^ (guint64) GPOINTER_TO_SIZE (cells);
    }
  else if (key.view == LOFI_VIEW_DESCENT)
    {
      key.place = (LofiPlace) { LOFI_STEP_DATA, -1 };
      key.alignment = lofi_session_get_alignment (session, &shown);
      key.space = lofi_session_get_space (session);
      if (!key.alignment)
        shown = LOFI_SHOWN_FRESH;        /* empty axes are of any settings */
    }
  else
    {
      key.result = find_result (session, key.place, &key.pictures, &shown);
      key.selected = key.place.step == LOFI_STEP_PROJECT ? selected : -1;
    }
  gboolean changed = FALSE;
  if (!same_key (&key, &scene->key))
    {
      take_key (scene, &key);
      g_clear_pointer (&scene->figure, lofi_figure_unref);
      scene->figure = lofi_scene_build (scene, session);
      changed = TRUE;
    }
  if (!scene->figure)
    shown = LOFI_SHOWN_NOTHING;
  changed |= shown != scene->shown;
  scene->shown = shown;
  g_autofree char *shapes = describe_shapes (scene);
  const char *note = shapes ? shapes : find_note (session, scene);
  if (g_strcmp0 (note, scene->note) != 0)
    {
      g_free (scene->note);
      scene->note = g_strdup (note);
      changed = TRUE;
    }
  return changed;
}
