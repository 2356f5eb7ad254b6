/* The scene: which figure a session shows. */
#include "config.h"
#include <glib/gi18n-lib.h>
#include "lofi-figures.h"
#include "lofi-layer-facts.h"
#include "lofi-scene.h"

#define SAMPLES_SHOWN 60
#define LEARNT_ERROR 0.35       /* of a baseline that has learnt something, for its transition */

void
lofi_scene_init (LofiScene *scene)
{
  *scene = (LofiScene) { .range_layer = -1, .key = { .selected = -2 } };
}

static void
take_key (LofiScene *scene, const LofiSceneKey *key)
{
  LofiSceneKey old = scene->key;
  LofiArray *arrays[] = { key->pictures, key->bars, key->shuffled }, *old_arrays[] = { old.pictures, old.bars, old.shuffled };
  scene->key = *key;
  if (key->result)
    lofi_result_ref (key->result);
  if (key->alignment)
    lofi_alignment_ref (key->alignment);
  if (key->scatter)
    lofi_figure_ref (key->scatter);
  for (guint i = 0; i < G_N_ELEMENTS (arrays); i++)
    if (arrays[i])
      lofi_array_ref (arrays[i]);
  for (guint i = 0; i < G_N_ELEMENTS (arrays); i++)
    g_clear_pointer (&old_arrays[i], lofi_array_unref);
  g_clear_pointer (&old.scatter, lofi_figure_unref);
  g_clear_pointer (&old.alignment, lofi_alignment_unref);
  g_clear_pointer (&old.result, lofi_result_unref);
}

void
lofi_scene_clear (LofiScene *scene)
{
  take_key (scene, &(LofiSceneKey) { .selected = -2 });
  g_clear_pointer (&scene->figure, lofi_figure_unref);
  g_clear_pointer (&scene->above, lofi_figure_unref);
  g_free (scene->note);
  lofi_scene_init (scene);
}

static gboolean
same_key (const LofiSceneKey *a, const LofiSceneKey *b)
{
  return a->view == b->view && lofi_place_equal (a->place, b->place) && a->result == b->result && a->pictures == b->pictures
         && a->bars == b->bars && a->shuffled == b->shuffled && a->scatter == b->scatter && a->cells == b->cells
         && a->sweep == b->sweep && a->alignment == b->alignment && a->space == b->space
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

static void
mix (guint64 *hash, guint64 value)
{
  *hash = *hash * 1000003 + value;
}

static guint64
sweep_hash (LofiSession *session)
{
  const LofiExperiment *e = lofi_session_get_experiment (session);
  LofiSweepView view;
  guint64 hash = lofi_session_get_sweep_view (session, &view);
  const guint64 numbers[] = { view.measure.quantity, view.measure.layer, view.measure.index, view.point, view.samples, view.method,
                              (guint64) view.x_axis, (guint64) view.y_axis, e->sweep_seeds, (guint64) e->sweep_compare };
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    mix (&hash, numbers[i]);
  for (guint i = 0; i < e->sweep_samples->len; i++)
    mix (&hash, g_array_index (e->sweep_samples, gsize, i));
  for (guint i = 0; i < e->sweep_axes->len; i++)
    {
      const LofiSweepAxis *axis = g_ptr_array_index (e->sweep_axes, i);
      mix (&hash, g_str_hash (axis->key));
      for (guint v = 0; axis->values[v]; v++)
        mix (&hash, g_str_hash (axis->values[v]));
    }
  return hash;
}

static LofiFigure *
build_sweep (LofiSession *session)
{
  const LofiExperiment *e = lofi_session_get_experiment (session);
  g_autoptr (LofiCells) cells = lofi_session_get_cells (session);
  LofiSweepView view;
  switch (lofi_session_get_sweep_view (session, &view))
    {
    case LOFI_SWEEP_MAP:
      return lofi_figure_heat_map (cells, e, &view);
    case LOFI_SWEEP_THRESHOLDS:
      {
        g_autoptr (LofiCells) none = cells ? NULL : lofi_cells_new ();
        g_autoptr (GPtrArray) thresholds = lofi_thresholds (e, cells ? cells : none, LEARNT_ERROR);
        return lofi_figure_thresholds (thresholds, e);
      }
    default:
      return lofi_figure_emergence (cells, e, &view, lofi_emergence_total (e));
    }
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
      return lofi_figure_spectrum (result, place.layer, place.step == LOFI_STEP_KEEP, scene->low, scene->high, scene->key.shuffled);
    }
}

LofiFigure *
lofi_scene_build (LofiScene *scene, LofiSession *session)
{
  if (scene->key.view == LOFI_VIEW_EMERGENCE)
    return build_sweep (session);
  if (scene->key.view == LOFI_VIEW_FEATURES)
    return NULL;
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
  if (scene->key.view == LOFI_VIEW_EMERGENCE && lofi_session_is_folder_gone (session))
    return _("The folder is gone; showing what was read");
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
  if (scene->key.view == LOFI_VIEW_FEATURES && scene->shown == LOFI_SHOWN_NOTHING && lofi_session_get_kept (session) == 1)
    return _("The layer keeps one direction; a plane needs two");
  if (scene->key.view == LOFI_VIEW_FEATURES && scene->shown == LOFI_SHOWN_NOTHING && !lofi_session_is_scattering (session))
    return _("These features are not numbers that a plane can show");
  if (scene->key.place.step == LOFI_STEP_PROJECT && scene->shown == LOFI_SHOWN_NOTHING)
    return _("Making the pictures…");
  return stale ? _("From earlier settings; Run computes the new ones") : _("Not computed; Run goes on");
}

/* The Features view: both pictures are made by workers, the overlaps only drawn here. */
static LofiResult *
find_features (LofiScene *scene, LofiSession *session, LofiSceneKey *key, LofiShown *shown, gboolean *changed)
{
  LofiResult *of_bars, *result;
  LofiShown above;
  key->bars = lofi_session_get_bars (session, &of_bars, &above);
  key->scatter = lofi_session_get_scatter (session, &result, shown);
  gboolean other = key->bars != scene->key.bars || key->selected != scene->key.selected || !lofi_place_equal (key->place, scene->key.place);
  if (other || !key->bars != !scene->above)
    {
      g_clear_pointer (&scene->above, lofi_figure_unref);
      scene->above = key->bars ? lofi_figure_overlaps (of_bars, key->place.layer, key->bars, key->selected) : NULL;
      *changed = TRUE;
    }
  *changed |= above != scene->above_shown;
  scene->above_shown = above;
  return result;
}

gboolean
lofi_scene_update (LofiScene *scene, LofiSession *session, int selected)
{
  LofiSceneKey key = { .view = lofi_session_get_view (session), .place = lofi_session_get_place (session), .selected = -1 };
  LofiShown shown = LOFI_SHOWN_FRESH;
  gboolean changed = FALSE;
  if (key.view == LOFI_VIEW_EMERGENCE)
    {
      g_autoptr (LofiCells) cells = lofi_session_get_cells (session);
      key.place = (LofiPlace) { LOFI_STEP_DATA, -1 };
      key.cells = cells ? lofi_cells_version (cells) : 0;
      key.sweep = sweep_hash (session) ^ (guint64) GPOINTER_TO_SIZE (cells);
    }
  else if (key.view == LOFI_VIEW_DESCENT)
    {
      key.place = (LofiPlace) { LOFI_STEP_DATA, -1 };
      key.alignment = lofi_session_get_alignment (session, &shown);
      key.space = lofi_session_get_space (session);
      if (!key.alignment)
        shown = LOFI_SHOWN_FRESH;        /* empty axes are of any settings */
    }
  else if (key.view == LOFI_VIEW_FEATURES)
    {
      key.selected = selected;
      key.result = find_features (scene, session, &key, &shown, &changed);
    }
  else
    {
      key.result = find_result (session, key.place, &key.pictures, &shown);
      key.selected = key.place.step == LOFI_STEP_PROJECT ? selected : -1;
      gboolean spectral = key.place.step == LOFI_STEP_OPERATOR || key.place.step == LOFI_STEP_KEEP;
      key.shuffled = spectral && shown != LOFI_SHOWN_LIVE ? lofi_session_get_shuffled_spectrum (session, key.result, key.place.layer) : NULL;
    }
  if (!same_key (&key, &scene->key))
    {
      take_key (scene, &key);
      g_clear_pointer (&scene->figure, lofi_figure_unref);
      scene->figure = key.scatter ? lofi_figure_ref (key.scatter) : lofi_scene_build (scene, session);
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
