/* The figures made of pictures: what they hold, between building and drawing. */
#pragma once

#include "lofi-figures.h"
#include "lofi-image-grid-private.h"

typedef enum { LOFI_IMAGES_FILTERS, LOFI_IMAGES_SAMPLES } LofiImagesKind;

/* How signed numbers become colours. */
typedef enum {
  LOFI_PICTURES_ONE,            /* one channel, the diverging map */
  LOFI_PICTURES_RGB,            /* three channels, red, green and blue around grey */
  LOFI_PICTURES_MOSAIC,         /* any other number of channels, one beside the other */
  LOFI_PICTURES_CHANNELS        /* one channel each, `per_channel` pictures of every channel, in its colour if there are three */
} LofiPicturesKind;

typedef struct {
  LofiFigure base;
  LofiImagesKind kind;
  LofiPicturesKind pictures;
  guint n;
  gsize channels, width, height;   /* of a picture */
  guint n_maps, per_channel;       /* LOFI_PICTURES_CHANNELS: of how many channels */
  double *values;               /* n x channels x height x width: signed numbers, or brightness */
  gboolean is_signed;
  LofiTiles tiles;              /* made at the first drawing with a style, and again when the style changes */
  const LofiStyle *tiles_style;
  /* filters */
  double *eigenvalues, *overlaps;
  gboolean has_flags;
  int selected;
  /* samples */
  int *classes;                 /* -1, +1 */
  gsize *places;                /* in the task */
  gint64 *indices;              /* in the source */
  char *names[2], *legend[2];   /* negative, positive */
} LofiImagesFigure;

extern const LofiFigureClass lofi_images_figure_class;
