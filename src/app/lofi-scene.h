/* The scene: which figure a session shows, and whether it is of the settings at hand. No widgets. */
#pragma once

#include "lofi-figure.h"
#include "lofi-session.h"

/* What a figure was built from: while nothing of it changes, the figure stays. */
typedef struct {
  LofiView view;
  LofiPlace place;
  LofiResult *result;       /* kept, so that no later one can have its address */
  LofiArray *pictures, *bars, *shuffled;      /* kept too, as the others below */
  LofiFigure *scatter;
  guint64 cells;            /* their version */
  guint64 sweep;            /* a hash of the sweep's settings and of what is drawn of it */
  LofiAlignment *alignment;
  LofiAlignSpace space;
  int selected;
} LofiSceneKey;

typedef struct {
  LofiFigure *figure;       /* owned; NULL: nothing to show yet */
  LofiShown shown;
  LofiFigure *above;        /* Features: the overlaps over the scatter, or NULL */
  LofiShown above_shown;
  LofiSceneKey key;
  char *note;               /* owned; a sentence for an empty or outdated view, or NULL */

  /* The eigenvalue axis is held while n is dragged, so that outliers are seen to move and not the axis. */
  int range_layer;
  double low, high;
} LofiScene;

void lofi_scene_init (LofiScene *scene);
void lofi_scene_clear (LofiScene *scene);

/* Another figure of what is shown, for a thread of its own: one figure is never drawn by two threads. (transfer full), or NULL; also of Features,
 * whose scatter is built by the thread that draws it. */
LofiFigure *lofi_scene_build (LofiScene *scene, LofiSession *session);

/* Brings the scene up to date with the session; selected: the outlined tile of the Filters view, or -1.
 * TRUE if the figure, its freshness or the note changed. */
gboolean lofi_scene_update (LofiScene *scene, LofiSession *session, int selected);
