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

/* What a worker computes beside a layer that is looked at: one answer of each kind is held, of the newest request. */
typedef enum { LOFI_ERRAND_SHUFFLED, LOFI_ERRAND_BARS, LOFI_ERRAND_SCATTER, LOFI_N_ERRANDS } LofiErrandKind;
typedef struct {
  char *asked;              /* the key under way */
  GCancellable *running;
  char *key;                /* of what is held */
  guint layer;
  LofiResult *result;       /* it was made from */
  gpointer value;           /* LofiArray, of a scatter LofiFigure; NULL: there is none to be had */
} LofiErrand;

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
  LofiSweepPicture sweep_picture;
  LofiSweepView sweep_view;

  guint refine_id;               /* the newest fit is done but for its null lines */
  gboolean shuffled;
  guint feature_x, feature_y;
  LofiErrand errands[LOFI_N_ERRANDS];

  struct _LofiFolder *folder;    /* watched, or NULL */
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
/* Sends a worker for what the view at hand shows beside its layer, and lacks. */
void lofi_session_want_errands (LofiSession *self);
void lofi_session_stop_errands (LofiSession *self);
void lofi_session_forget_errands (LofiSession *self);
/* After an edit: a sweep of other settings ends, one of other samples or seeds goes on with those. */
void lofi_session_follow_sweep (LofiSession *self);
void lofi_session_init_sweep_view (LofiSession *self);
/* The set that cells of these settings are added to, made if there is none. (transfer full) */
LofiCells *lofi_session_share_cells (LofiSession *self);
void lofi_session_follow_folder (LofiSession *self);
void lofi_session_follow_descent (LofiSession *self);
/* alignment NULL: it started or ended. */
void lofi_session_take_alignment (LofiSession *self, LofiAlignment *alignment);
