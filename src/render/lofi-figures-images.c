/* Figures made of pictures: the kept directions seen in the input, and the training samples. */
#include "config.h"
#include "lofi-figures.h"

#include <string.h>
#include <glib/gi18n-lib.h>
#include "lofi-axis.h"
#include "lofi-images-figure-private.h"
#include "lofi-samples-private.h"

/* The shape of an input, if it is an image of d numbers; else one row of them. */
static LofiMapShape
shape_of_input (const LofiTask *task, gsize d)
{
  LofiMapShape row = { 1, 1, MAX (d, 1) };
  if (!task || !task->is_image)
    return row;
  LofiMapShape shape = { task->channels, task->height, task->width };
  return lofi_map_count (shape) == d ? shape : row;
}

LofiPictureShape
lofi_picture_shape (const LofiResult *result, guint layer_index, gsize length)
{
  const LofiLayerResult *layer = result->layers[layer_index];
  const LofiLayerSpec *spec = layer->spec;
  LofiMapShape window = { spec->kind == LOFI_KIND_CONV ? layer->input_shape.channels : 1, spec->size, spec->size };
  gboolean is_windowed = spec->kind == LOFI_KIND_CONV || spec->kind == LOFI_KIND_FILTER;
  if (!is_windowed || length == 0 || lofi_map_count (window) != length)
    return (LofiPictureShape) { shape_of_input (result->task, length), 0 };
  gsize channels = layer->input_shape.channels;
  gboolean by_channel = spec->kind == LOFI_KIND_FILTER && channels > 1 && layer->keep % channels == 0;
  return (LofiPictureShape) { window, by_channel ? (guint) MIN (layer->keep / channels, G_MAXINT) : 0 };
}

static void
set_shape (LofiImagesFigure *self, LofiMapShape shape)
{
  self->channels = shape.channels;
  self->height = shape.height;
  self->width = shape.width;
  self->per_channel = MAX (self->n, 1);
  self->n_maps = 1;
  self->pictures = shape.channels == 1 ? LOFI_PICTURES_ONE : shape.channels == 3 ? LOFI_PICTURES_RGB : LOFI_PICTURES_MOSAIC;
}

/* The title is of what a picture is: an input, a window of the layer's input, or a window of one channel. */
static char *
title_of_filters (const LofiImagesFigure *self, guint number, LofiPicture picture, gboolean is_window, gboolean is_patch)
{
  if (is_patch)
    return self->n_maps > 1 ? g_strdup_printf (_("Layer %u · patch filters of each channel"), number)
                            : g_strdup_printf (_("Layer %u · patch filters"), number);
  if (picture == LOFI_PICTURE_PULLED_BACK)
    return is_window ? g_strdup_printf (_("Layer %u · kept directions pulled back to the window"), number)
                     : g_strdup_printf (_("Layer %u · kept directions pulled back to the input"), number);
  return is_window ? g_strdup_printf (_("Layer %u · projection-weighted mean window of each kept direction"), number)
                   : g_strdup_printf (_("Layer %u · projection-weighted mean input of each kept direction"), number);
}

static char *
subtitle_of_filters (const LofiImagesFigure *self)
{
  if (self->n_maps > 1)
    return g_strdup_printf (ngettext ("%u direction of each channel · each tile scaled to its own largest value",
                                      "%u directions of each channel · each tile scaled to its own largest value", self->per_channel),
                            self->per_channel);
  return g_strdup_printf (ngettext ("%u direction · each tile scaled to its own largest value",
                                    "%u directions · each tile scaled to its own largest value", self->n), self->n);
}

LofiFigure *
lofi_figure_filters_of_shape (const LofiResult *result, guint layer_index, LofiPicture picture, LofiArray *pictures,
                              const LofiPictureShape *shape, int selected)
{
  if (!result || layer_index >= result->n_layers || !result->layers[layer_index] || !pictures || !shape)
    return NULL;
  const LofiLayerResult *layer = result->layers[layer_index];
  gsize d = pictures->matrix.cols;
  guint n = layer->eigenvalues ? (guint) MIN (MIN (pictures->matrix.rows, layer->keep), G_MAXINT / 2) : 0;
  if (n == 0 || d == 0 || lofi_map_count (shape->shape) != d)
    return NULL;
  gsize channels = layer->input_shape.channels;
  if (shape->per_channel > 0 && (shape->shape.channels != 1 || (n - 1) / shape->per_channel >= channels || channels > G_MAXINT))
    return NULL;
  LofiImagesFigure *self = lofi_figure_alloc (sizeof *self, &lofi_images_figure_class);
  self->kind = LOFI_IMAGES_FILTERS;
  self->n = n;
  self->selected = selected;
  self->is_signed = TRUE;
  set_shape (self, shape->shape);
  if (shape->per_channel > 0)
    {
      self->pictures = LOFI_PICTURES_CHANNELS;
      self->per_channel = shape->per_channel;
      self->n_maps = (guint) channels;
    }
  self->values = g_new (double, (gsize) n * d);
  for (guint i = 0; i < n; i++)
    memcpy (self->values + i * d, pictures->matrix.data + i * pictures->matrix.stride, d * sizeof (double));
  self->eigenvalues = g_memdup2 (layer->eigenvalues, n * sizeof (double));
  if (layer->mean_overlap)
    self->overlaps = g_memdup2 (layer->mean_overlap, n * sizeof (double));
  for (guint i = 0; self->overlaps && i < n; i++)
    self->has_flags |= self->overlaps[i] > LOFI_MEAN_OVERLAP_FLAG;
  LofiMapShape input = shape_of_input (result->task, d);
  gboolean is_window = memcmp (&input, &shape->shape, sizeof input) != 0;
  gboolean is_patch = is_window && layer->spec->kind == LOFI_KIND_FILTER;
  self->base.title = title_of_filters (self, layer_index + 1, picture, is_window, is_patch);
  self->base.subtitle = subtitle_of_filters (self);
  self->base.description = g_strdup_printf ("%s: %s", self->base.title, self->base.subtitle);
  return &self->base;
}

LofiFigure *
lofi_figure_filters (const LofiResult *result, guint layer_index, LofiPicture picture, LofiArray *pictures, int selected)
{
  if (!result || layer_index >= result->n_layers || !result->layers[layer_index] || !pictures)
    return NULL;
  LofiPictureShape shape = lofi_picture_shape (result, layer_index, pictures->matrix.cols);
  return lofi_figure_filters_of_shape (result, layer_index, picture, pictures, &shape, selected);
}

LofiFigure *
lofi_figure_samples (LofiTask *task, guint count)
{
  if (!task || task->train.count == 0 || task->train.inputs.cols == 0)
    return NULL;
  LofiImagesFigure *self = lofi_figure_alloc (sizeof *self, &lofi_images_figure_class);
  self->kind = LOFI_IMAGES_SAMPLES;
  self->selected = -1;
  gsize d = task->train.inputs.cols, totals[2] = { 0, 0 }, shown[2] = { 0, 0 };
  for (gsize i = 0; i < task->train.count; i++)
    totals[task->train.y[i] > 0]++;
  guint n = (guint) (MIN (totals[0], count) + MIN (totals[1], count));
  self->n = n;
  LofiMapShape shape = shape_of_input (task, d), row = { 1, 1, MAX (d, 1) };
  set_shape (self, shape.channels == 1 || shape.channels == 3 ? shape : row);
  self->is_signed = !(task->is_image && self->height > 1);
  self->values = g_new (double, n * d + 1);
  self->classes = g_new0 (int, n + 1);
  self->places = g_new0 (gsize, n + 1);
  self->indices = g_new0 (gint64, n + 1);
  /* The classes take turns, so that any part of the grid shows both. */
  gsize next[2] = { 0, 0 };
  for (guint at = 0; at < n; at++)
    {
      int class = shown[at % 2] < MIN (totals[at % 2], count) ? at % 2 : 1 - at % 2;
      while ((task->train.y[next[class]] > 0) != class)
        next[class]++;
      gsize i = next[class]++;
      lofi_sample_values (task, i, self->values + at * d);
      self->classes[at] = class ? 1 : -1;
      self->places[at] = i;
      self->indices[at] = task->train.indices ? task->train.indices[i] : (gint64) i;
      shown[class]++;
    }
  const char *names[2] = { task->negative_name ? task->negative_name : _("negative"), task->positive_name ? task->positive_name : _("positive") };
  for (int class = 0; class < 2; class++)
    {
      char total[40];
      lofi_format_count (totals[class], total, sizeof total);
      self->names[class] = g_strdup (names[class]);
      self->legend[class] = g_strdup_printf ("%s · %s", names[class], total);
    }
  char total[40];
  lofi_format_count (task->train.count, total, sizeof total);
  self->base.title = g_strdup (task->labelling_title ? task->labelling_title : _("Training samples"));
  self->base.subtitle = g_strdup_printf (_("the first of %s training samples"), total);
  self->base.description = g_strdup_printf (_("%s: %u of %s training samples, %s framed blue and %s framed orange"), self->base.title, n, total,
                                            names[0], names[1]);
  return &self->base;
}
