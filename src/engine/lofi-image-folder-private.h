/* A folder of images, one subfolder a class: what is in it. */
#pragma once

#include "lofi-dataset-private.h"

typedef struct {
  const char *name;        /* in its class's folder */
  guint class;
} LofiImageFile;

typedef struct {
  char *path;
  GArray *files;           /* LofiImageFile, in no order until lofi_image_folder_sort */
  guint64 digest[2];       /* of every file's name, class, size, time and inode, in whatever order they were met */
} LofiImageSplit;

struct _LofiImageFolder {
  GStringChunk *names;
  char **classes;          /* sorted; NULL-terminated */
  LofiImageSplit train, test;    /* test.path NULL: there is none */
};

/* Files by class and then by name. */
void lofi_image_folder_sort (LofiImageFolder *folder);

/* A picture as channels x size x size bytes: scaled so that its shorter side is size, cropped in its middle, laid on white where it is
 * transparent. grey: one channel, 0.299 R + 0.587 G + 0.114 B. Reading stops with the cancellable, and at pictures of more than 2^26 pixels. */
gboolean lofi_image_read (const char *path, gsize size, gboolean grey, guint8 *pixels, GCancellable *cancellable, GError **error);
