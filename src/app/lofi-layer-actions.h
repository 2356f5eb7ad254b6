/* Adding, removing and moving layers: what can be done at the session's place, and doing it. */
#pragma once

#include "lofi-session.h"

/* Why it cannot be done: a sentence, translated, or NULL when it can. (transfer full) */
char *lofi_layer_insert_reason (LofiSession *session, LofiLayerKind kind);
char *lofi_layer_remove_reason (LofiSession *session);
char *lofi_layer_move_reason (LofiSession *session, guint from, int to);

/* A new layer after the selected card, which becomes the selected one; one edit. */
void lofi_layer_insert (LofiSession *session, LofiLayerKind kind);
/* A copy of the selected layer after it; after the data one of the first layer, before the readout one of the last. */
void lofi_layer_copy (LofiSession *session);
void lofi_layer_remove (LofiSession *session);
/* The layer keeps its place: selected before, selected after. */
void lofi_layer_move (LofiSession *session, guint from, int to);
