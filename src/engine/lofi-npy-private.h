/* An .npy stream, wherever its bytes come from: a file, or a part of an archive. */
#pragma once

#include "lofi-npy.h"

/* What a header says. */
typedef struct {
  char type;                    /* 'f', 'i', 'u' or 'b' */
  guint bytes;                  /* of one number */
  gboolean swapped;             /* in the other byte order than this machine's */
  gboolean fortran;
  gsize shape[LOFI_NPY_DIMENSIONS_MAX];
  guint n_dimensions;
  gsize count;                  /* of numbers */
  gsize header_bytes;
} LofiNpyHeader;

/* read: the next bytes, at most length of them; 0 at the end, -1 with an error of its own. */
typedef struct {
  gssize (*read) (gpointer data, void *buffer, gsize length, GError **error);
  gpointer data;
  const char *place;            /* of errors: the file, or the file and the array */
  GCancellable *cancellable;
} LofiNpyStream;

/* Reads up to the first number. The product of the shape is checked; whether so many numbers are there and may be held is for the
 * caller to check before it asks for them. */
gboolean lofi_npy_read_header (const LofiNpyStream *stream, LofiNpyHeader *header, GError **error);
/* As doubles, into a matrix of count numbers, C order. */
gboolean lofi_npy_read_numbers (const LofiNpyStream *stream, const LofiNpyHeader *header, LofiMatrix *matrix, GError **error);
/* Of one byte each (type 'u' or 'b'), as they are. Fortran order of more than one dimension is refused. */
gboolean lofi_npy_read_bytes (const LofiNpyStream *stream, const LofiNpyHeader *header, guint8 *bytes, GError **error);
/* "(60000, 28, 28)". (transfer full) */
char *lofi_npy_shape_text (const LofiNpyHeader *header);
