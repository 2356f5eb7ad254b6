/* A folder of images, one subfolder a class: what is in it. */
#pragma once

#include "lofi-dataset-private.h"

typedef struct {
  const char *name;        /* below its split's folder: "cat/1.png" */
  guint class;
  gint64 size, seconds, nanoseconds;
  guint64 inode;
} LofiImageFile;

typedef struct {
  char *path;
  GArray *files;           /* LofiImageFile, by class and then by name */
} LofiImageSplit;

struct _LofiImageFolder {
  GStringChunk *names;
  char **classes;          /* sorted; NULL-terminated */
  LofiImageSplit train, test;    /* test.path NULL: there is none */
};

/* A picture as channels x size x size bytes: scaled so that its shorter side is size, cropped in its middle, laid on white where it is
 * transparent. grey: one channel, 0.299 R + 0.587 G + 0.114 B. Reading stops with the cancellable, and at pictures of more than 2^26 pixels. */
gboolean lofi_image_read (const char *path, gsize size, gboolean grey, guint8 *pixels, GCancellable *cancellable, GError **error);
