/* NumPy's .npz: a zip archive of .npy files. Nothing is ever unpacked to the disk. */
#pragma once

#include "lofi-npy-private.h"

typedef struct {
  char *name;              /* without .npy, in lower case, '-' as '_' */
  gsize place;             /* among the entries of the archive */
  LofiNpyHeader header;
  GError *reason;          /* why its header cannot be read, or NULL */
} LofiNpzArray;

typedef struct {
  char *path;
  guint64 bytes;           /* of the file */
  GPtrArray *arrays;       /* LofiNpzArray *, in the archive's order */
} LofiNpz;

/* Reads what arrays there are, their headers only. */
LofiNpz *lofi_npz_open (const char *path, GCancellable *cancellable, GError **error);
void lofi_npz_free (LofiNpz *npz);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LofiNpz, lofi_npz_free)

const LofiNpzArray *lofi_npz_find (const LofiNpz *npz, const char *name);
/* "x_train (60000, 28, 28), y_train (60000)". (transfer full) */
char *lofi_npz_list (const LofiNpz *npz);

/* The numbers of one array: into a fresh matrix (shape[0] rows), or as the bytes they are when bytes is not NULL (types of one byte).
 * Refused before anything is allocated: an array larger than its part of the archive can unpack to. */
gboolean lofi_npz_read (const LofiNpz *npz, const LofiNpzArray *array, LofiMatrix *matrix, guint8 **bytes, GCancellable *cancellable,
                        GError **error);
