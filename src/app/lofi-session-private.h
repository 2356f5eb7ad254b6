/* Inside the session: its state, shared by the files that hold its parts. */
#pragma once

#include "lofi-session.h"

/* One part of what is known: the newest result that has it, and the settings that result's part depends on. */
typedef struct {
  char *wanted;             /* of the settings at hand */
  char *had;                /* of what `from` holds */
  LofiResult *from;         /* NULL: nothing yet */
} LofiSlot;

enum { LOFI_SLOT_TASK, LOFI_SLOT_READOUT, LOFI_SLOT_LAZY, LOFI_SLOT_LINEAR, LOFI_SLOT_KERNEL, LOFI_SLOT_DESCENT, LOFI_SLOT_LAYER };   /* LAYER + i */

struct _LofiSession {
  GObject parent_instance;
  LofiExperiment *experiment;
  LofiRunner *runner;
  gboolean closed;

  GPtrArray *undo, *redo;        /* LofiExperiment *, newest last */
  char *last_what;               /* of the newest edit */
  gint64 last_edit;

  LofiExperiment *held;          /* a dragged change that waits, or NULL */
  guint held_id;                 /* how long at most */

  guint64 generation;
  gboolean busy;
  double seconds;                /* of the newest finished fit, or negative */
  char *message;
  GArray *slots;                 /* LofiSlot */
  LofiResult *live;              /* the newest snapshot, if a spectrum is streaming in it */

  LofiPlace place;
  LofiView over;                 /* Emergence or Descent hides the place's own view; else LOFI_VIEW_SPECTRUM */
  guint play_id;

  LofiPlan *plan;                /* of the settings at hand, or NULL while the data is unknown */
  char *plan_problem;            /* why they cannot be computed, or not within the budget; or NULL */
  double plan_seconds;           /* negative: the machine's speed is still being measured */
  GCancellable *plan_measuring;

  LofiPicture picture;           /* wish for layer one */
  GPtrArray *pictures;           /* PicturesEntry *, newest last */
  char *pictures_asked;          /* key of the request under way */

  GHashTable *degrees;           /* a layer's key -> LofiArray * */
  char *degrees_asked;           /* the key being measured */
  GCancellable *degrees_running;

  LofiExperiment *aligned;       /* the alignment asked for, while it runs */
  LofiAlignment *alignment;      /* the newest, or NULL */
  LofiAlignSpace space;

  LofiExperiment *swept;         /* the sweep asked for, while it runs */
};

void lofi_session_changed (LofiSession *self, LofiChange what);
/* A dragged change that waits: forgotten, or taken now. */
void lofi_session_drop_held (LofiSession *self);
void lofi_session_release_held (LofiSession *self);
gboolean lofi_session_spectrum_was_seen (LofiSession *self);

void lofi_session_init_slots (LofiSession *self);
/* After the settings changed: what each slot would have to be of. */
void lofi_session_want_slots (LofiSession *self);
/* Takes what the result has; it is of the settings at hand. */
void lofi_session_fill_slots (LofiSession *self, LofiResult *result);
LofiShown lofi_session_slot_shown (LofiSession *self, guint slot);
LofiResult *lofi_session_slot_from (LofiSession *self, guint slot);

/* After the settings or what is known of the data changed. */
void lofi_session_make_plan (LofiSession *self);
void lofi_session_forget_plan (LofiSession *self);

/* Asks the runner for the pictures the Filters view needs and lacks. */
void lofi_session_want_pictures (LofiSession *self);
void lofi_session_forget_pictures (LofiSession *self);
void lofi_session_stop_degrees (LofiSession *self);
/* After an edit: a sweep of other settings ends, one of other samples or seeds goes on with those. */
void lofi_session_follow_sweep (LofiSession *self);
void lofi_session_follow_descent (LofiSession *self);
/* alignment NULL: it started or ended. */
void lofi_session_take_alignment (LofiSession *self, LofiAlignment *alignment);
