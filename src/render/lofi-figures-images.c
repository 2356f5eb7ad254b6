/* Figures made of pictures: the kept directions seen in the input, and the training samples. */
#include "config.h"
#include "lofi-figures.h"

#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#include "lofi-frame-private.h"
#include "lofi-image-grid-private.h"
#include "lofi-samples-private.h"

/* A direction that overlaps more than this with the mean activation is flagged (method.md "Choices beside the definition"). */
#define MEAN_OVERLAP_FLAG 0.3

typedef enum { KIND_FILTERS, KIND_SAMPLES } Kind;

typedef struct {
  LofiFigure base;
  Kind kind;
  guint n;
  gsize channels, width, height;
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

typedef struct {
  LofiFrame frame;
  LofiFrameText says;
  LofiKey keys[2];
  LofiGrid grid;
  LofiRect bar;                 /* the colour bar */
  gboolean has_bar;
} Layout;

static void
lay_out_header (LofiImagesFigure *self, LofiText *text, double width, double height, Layout *l)
{
  const LofiStyle *style = text->style;
  guint n_keys = 0;
  if (self->kind == KIND_FILTERS && self->has_flags)
    l->keys[n_keys++] = (LofiKey) { LOFI_KEY_FLAG, style->dim_text, _("overlaps more than 0.3 with the mean activation"), 0 };
  if (self->kind == KIND_SAMPLES)
    {
      l->keys[n_keys++] = (LofiKey) { LOFI_KEY_FRAME, style->negative, self->legend[0], 0 };
      l->keys[n_keys++] = (LofiKey) { LOFI_KEY_FRAME, style->positive, self->legend[1], 0 };
    }
  l->says = (LofiFrameText) { self->base.title, self->base.subtitle, NULL, NULL, NULL, NULL, l->keys, n_keys };
  lofi_frame_init_header (&l->frame, text, width, height, &l->says);
  double em = l->frame.em;
  l->bar = (LofiRect) { width - l->frame.pad - 7.8 * em, l->frame.title_y + 0.3 * em, 7 * em, 0.85 * em };
  l->has_bar = self->is_signed && self->channels == 1 && l->frame.has_title && width > 34 * em;
  /* The title gives way to the bar. */
  if (l->has_bar)
    l->frame.title_room = l->bar.x - 2 * em - l->frame.pad;
}

static LofiGridWish
make_wish (LofiImagesFigure *self, LofiText *text)
{
  const LofiStyle *style = text->style;
  double label = self->kind == KIND_FILTERS ? lofi_text_line (text, LOFI_TEXT_SMALL) + 0.1 * style->font_size : 0;
  return (LofiGridWish) { self->n, self->width, self->height, round (0.75 * style->font_size), label, style->page, style->font_size };
}

static void
lay_out (LofiImagesFigure *self, LofiText *text, double width, double height, Layout *l)
{
  lay_out_header (self, text, width, height, l);
  LofiGridWish wish = make_wish (self, text);
  lofi_grid_fit (&l->grid, &wish, &l->frame.plot);
}

static void
make_tiles (LofiImagesFigure *self, const LofiStyle *style)
{
  if (self->tiles_style == style)
    return;
  lofi_tiles_clear (&self->tiles);
  lofi_tiles_init (&self->tiles, self->n, self->width, self->height);
  gsize size = self->channels * self->width * self->height;
  for (guint i = 0; i < self->n; i++)
    if (self->is_signed)
      lofi_tiles_set_signed (&self->tiles, i, self->values + i * size, self->channels, style);
    else
      lofi_tiles_set_brightness (&self->tiles, i, self->values + i * size, self->channels);
  self->tiles_style = style;
}

static void
draw_bar (cairo_t *cr, LofiText *text, const LofiRect *bar)
{
  const LofiStyle *style = text->style;
  cairo_pattern_t *ramp = cairo_pattern_create_linear (bar->x, 0, bar->x + bar->width, 0);
  for (int i = 0; i <= 32; i++)
    {
      guint32 c = lofi_style_diverging (style, i / 16.0 - 1);
      cairo_pattern_add_color_stop_rgb (ramp, i / 32.0, (c >> 16 & 255) / 255.0, (c >> 8 & 255) / 255.0, (c & 255) / 255.0);
    }
  cairo_rectangle (cr, bar->x, bar->y, bar->width, bar->height);
  cairo_set_source (cr, ramp);
  cairo_fill (cr);
  cairo_pattern_destroy (ramp);
  const struct { const char *string; double x, align; } labels[] = {
    { "\xe2\x88\x92", bar->x - 0.35 * style->font_size, 1 }, { "0", bar->x + bar->width / 2, 0.5 },
    { "+", bar->x + bar->width + 0.35 * style->font_size, 0 },
  };
  for (guint i = 0; i < G_N_ELEMENTS (labels); i++)
    {
      lofi_text_set (text, LOFI_TEXT_SMALL, labels[i].string, 0);
      lofi_text_draw (text, cr, style->dim_text, labels[i].x, bar->y + bar->height / 2, labels[i].align, 0.5);
    }
}

/* What every tile of a grid says, so that all of them say the same: significant digits of the eigenvalue, or 0 for the number alone. */
static int
label_digits (LofiImagesFigure *self, LofiText *text, double room)
{
  for (int digits = 3; digits > 0; digits--)
    {
      char widest[40] = "", eigenvalue[40];
      for (guint i = 0; i < self->n; i++)
        {
          lofi_format_measure (self->eigenvalues[i], digits, eigenvalue, sizeof eigenvalue);
          if (g_utf8_strlen (eigenvalue, -1) >= g_utf8_strlen (widest, -1))
            g_strlcpy (widest, eigenvalue, sizeof widest);
        }
      g_autofree char *both = g_strdup_printf ("%u  %s", self->n, widest);
      lofi_text_set (text, LOFI_TEXT_SMALL, both, 0);
      if (lofi_text_width (text) <= room)
        return digits;
    }
  return 0;
}

/* Number on the left, eigenvalue on the right in the colour of its sign. */
static void
draw_label (LofiImagesFigure *self, cairo_t *cr, LofiText *text, guint i, const LofiRect *tile, int digits)
{
  const LofiStyle *style = text->style;
  double em = style->font_size, value = self->eigenvalues[i], y = tile->y + tile->height + 0.12 * em, right = tile->x + tile->width;
  gboolean flagged = self->overlaps && self->overlaps[i] > MEAN_OVERLAP_FLAG;
  char string[40];
  LofiColor sign = lofi_ink (style, value < 0 ? style->negative : style->positive);
  if (digits > 0)
    {
      lofi_format_measure (value, digits, string, sizeof string);
      lofi_text_set (text, LOFI_TEXT_SMALL, string, 0);
      lofi_text_draw (text, cr, sign, right, y, 1, 0);
      right -= lofi_text_width (text);
    }
  g_snprintf (string, sizeof string, "%u", i + 1);
  lofi_text_set (text, LOFI_TEXT_SMALL, string, 0);
  double left = tile->x + lofi_text_width (text);
  lofi_text_draw (text, cr, digits > 0 ? style->dim_text : sign, tile->x, y, 0, 0);
  if (flagged && left + 0.9 * em <= right)
    lofi_flag_draw (cr, left + 0.5 * em, y + lofi_text_line (text, LOFI_TEXT_SMALL) / 2, 0.26 * em, style->dim_text);
}

static void
frame_tile (cairo_t *cr, const LofiRect *tile, double line, LofiColor color)
{
  lofi_color_set (cr, color);
  cairo_set_line_width (cr, line);
  cairo_rectangle (cr, tile->x - line / 2, tile->y - line / 2, tile->width + line, tile->height + line);
  cairo_stroke (cr);
}

static void
draw (LofiFigure *figure, cairo_t *cr, double width, double height, const LofiStyle *style)
{
  LofiImagesFigure *self = (LofiImagesFigure *) figure;
  g_auto (LofiText) text;
  lofi_text_init (&text, style);
  Layout l;
  lay_out (self, &text, width, height, &l);
  make_tiles (self, style);
  lofi_frame_draw_header (&l.frame, cr, &text);
  if (l.has_bar)
    draw_bar (cr, &text, &l.bar);
  double thick = MIN (style->page ? 1.2 : 2, 0.35 * (l.grid.step_x - l.grid.tile_width));
  int digits = l.grid.has_labels ? label_digits (self, &text, l.grid.tile_width) : 0;
  for (guint i = 0; i < self->n; i++)
    {
      LofiRect tile = lofi_grid_tile (&l.grid, i);
      lofi_tiles_draw (&self->tiles, i, cr, &tile);
      if (self->kind == KIND_SAMPLES)
        frame_tile (cr, &tile, thick, self->classes[i] < 0 ? style->negative : style->positive);
      else
        {
          /* What is selected in the window is no part of a figure on the page. */
          if ((int) i == self->selected && !style->page)
            frame_tile (cr, &tile, thick, style->highlight);
          if (l.grid.has_labels)
            draw_label (self, cr, &text, i, &tile, digits);
        }
    }
}

static gboolean
pick (LofiFigure *figure, double width, double height, const LofiStyle *style, double x, double y, LofiPick *pick)
{
  LofiImagesFigure *self = (LofiImagesFigure *) figure;
  g_auto (LofiText) text;
  lofi_text_init (&text, style);
  Layout l;
  lay_out (self, &text, width, height, &l);
  int i = lofi_grid_at (&l.grid, x, y);
  if (i < 0)
    return FALSE;
  LofiRect tile = lofi_grid_tile (&l.grid, i);
  lofi_pick_set_rect (pick, tile.x, tile.y, tile.width, tile.height, width, height);
  if (self->kind == KIND_SAMPLES)
    {
      g_snprintf (pick->text, sizeof pick->text, _("%s · sample %zu, number %zu of the source"),
                  self->names[self->classes[i] > 0], self->places[i] + 1, (gsize) self->indices[i]);
      pick->index = (int) self->places[i];
      return TRUE;
    }
  char value[40], overlap[40];
  lofi_format_measure (self->eigenvalues[i], 3, value, sizeof value);
  lofi_format_measure (self->overlaps ? self->overlaps[i] : 0, 2, overlap, sizeof overlap);
  if (self->overlaps)
    g_snprintf (pick->text, sizeof pick->text, _("direction %d of %u · λ = %s · overlap with the mean activation %s"), i + 1, self->n, value,
                overlap);
  else
    g_snprintf (pick->text, sizeof pick->text, _("direction %d of %u · λ = %s"), i + 1, self->n, value);
  pick->index = i;
  pick->is_direction = TRUE;
  return TRUE;
}

static double
height_for_width (LofiFigure *figure, double width, const LofiStyle *style)
{
  LofiImagesFigure *self = (LofiImagesFigure *) figure;
  g_auto (LofiText) text;
  lofi_text_init (&text, style);
  Layout l;
  /* Tall enough for the whole header; its height does not depend on more. */
  double tall = 100 * style->font_size;
  lay_out_header (self, &text, width, tall, &l);
  LofiGridWish wish = make_wish (self, &text);
  double chrome = tall - l.frame.plot.height;
  return ceil (chrome + lofi_grid_wanted_height (&wish, l.frame.plot.width));
}

static void
clear (LofiFigure *figure)
{
  LofiImagesFigure *self = (LofiImagesFigure *) figure;
  if (self->tiles_style)
    lofi_tiles_clear (&self->tiles);
  g_free (self->values);
  g_free (self->eigenvalues);
  g_free (self->overlaps);
  g_free (self->classes);
  g_free (self->places);
  g_free (self->indices);
  for (int i = 0; i < 2; i++)
    {
      g_free (self->names[i]);
      g_free (self->legend[i]);
    }
}

static const LofiFigureClass images_class = { draw, pick, height_for_width, clear };

/* The shape of one input; what is not an image, or does not multiply out, is one row of d numbers. */
static void
set_shape (LofiImagesFigure *self, const LofiTask *task, gsize d)
{
  gboolean fits = task && task->is_image && task->channels * task->height * task->width == d && (task->channels == 1 || task->channels == 3);
  self->channels = fits ? task->channels : 1;
  self->height = fits ? task->height : 1;
  self->width = fits ? task->width : MAX (d, 1);
}

LofiFigure *
lofi_figure_filters (const LofiResult *result, guint layer_index, LofiPicture picture, LofiArray *pictures, int selected)
{
  if (!result || layer_index >= result->n_layers || !result->layers[layer_index] || !pictures)
    return NULL;
  const LofiLayerResult *layer = result->layers[layer_index];
  gsize d = pictures->matrix.cols;
  guint n = layer->eigenvalues ? (guint) MIN (MIN (pictures->matrix.rows, layer->keep), G_MAXINT / 2) : 0;
  if (n == 0 || d == 0)
    return NULL;
  LofiImagesFigure *self = lofi_figure_alloc (sizeof *self, &images_class);
  self->kind = KIND_FILTERS;
  self->n = n;
  self->selected = selected;
  self->is_signed = TRUE;
  set_shape (self, result->task, d);
  self->values = g_new (double, (gsize) n * d);
  for (guint i = 0; i < n; i++)
    memcpy (self->values + i * d, pictures->matrix.data + i * pictures->matrix.stride, d * sizeof (double));
  self->eigenvalues = g_memdup2 (layer->eigenvalues, n * sizeof (double));
  if (layer->mean_overlap)
    self->overlaps = g_memdup2 (layer->mean_overlap, n * sizeof (double));
  for (guint i = 0; self->overlaps && i < n; i++)
    self->has_flags |= self->overlaps[i] > MEAN_OVERLAP_FLAG;
  self->base.title = picture == LOFI_PICTURE_PULLED_BACK
    ? g_strdup_printf (_("Layer %u · kept directions pulled back to the input"), layer_index + 1)
    : g_strdup_printf (_("Layer %u · projection-weighted mean input of each kept direction"), layer_index + 1);
  self->base.subtitle = g_strdup_printf (ngettext ("%u direction · each tile scaled to its own largest value",
                                                   "%u directions · each tile scaled to its own largest value", n), n);
  self->base.description = g_strdup_printf ("%s: %s", self->base.title, self->base.subtitle);
  return &self->base;
}

LofiFigure *
lofi_figure_samples (LofiTask *task, guint count)
{
  if (!task || task->train.count == 0 || task->train.inputs.cols == 0)
    return NULL;
  LofiImagesFigure *self = lofi_figure_alloc (sizeof *self, &images_class);
  self->kind = KIND_SAMPLES;
  self->selected = -1;
  gsize d = task->train.inputs.cols, totals[2] = { 0, 0 }, shown[2] = { 0, 0 };
  for (gsize i = 0; i < task->train.count; i++)
    totals[task->train.y[i] > 0]++;
  guint n = (guint) (MIN (totals[0], count) + MIN (totals[1], count));
  set_shape (self, task, d);
  self->n = n;
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
