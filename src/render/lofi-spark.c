/* The small pictures on the cards of the network. */
#include "config.h"
#include "lofi-figures.h"

#include <math.h>
#include "lofi-image-grid-private.h"
#include "lofi-samples-private.h"
#include "lofi-spectrum-private.h"

static void
draw_spark_marks (cairo_t *cr, const LofiRect *room, const LofiStyle *style, const LofiAxis *x, const double *kept, gsize n_kept, double dot)
{
  double y = room->y + room->height - dot - 0.5;
  for (int sign = -1; sign <= 1; sign += 2)
    {
      lofi_color_set (cr, sign < 0 ? style->negative : style->positive);
      for (gsize i = 0; i < n_kept; i++)
        if (isfinite (kept[i]) && (kept[i] < 0) == (sign < 0))
          {
            cairo_new_sub_path (cr);
            cairo_arc (cr, lofi_axis_to_view (x, kept[i]), y, dot, 0, 2 * G_PI);
          }
      cairo_fill (cr);
    }
}

/* A hair at each end, as high as the bars. */
static void
draw_spark_null (cairo_t *cr, const LofiRect *bars, const LofiStyle *style, const LofiAxis *x, const LofiNull *null)
{
  const double ends[] = { null->low, null->high }, dash[] = { 2, 2 };
  cairo_set_line_width (cr, 1);
  cairo_set_dash (cr, dash, null->permutations ? 0 : 2, 0);
  lofi_color_set (cr, style->text);
  for (int i = 0; i < 2; i++)
    if (isfinite (ends[i]))
      {
        double at = lofi_crisp (style, lofi_axis_to_view (x, ends[i]));
        cairo_move_to (cr, at, bars->y);
        cairo_line_to (cr, at, bars->y + bars->height);
      }
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
}

void
lofi_spark_spectrum_draw (cairo_t *cr, double width, double height, const LofiStyle *style, const double *spectrum, gsize n_spectrum,
                          const double *eigenvalues, gsize n_kept, const LofiNull *null)
{
  if (width < 4 || height < 4 || n_spectrum == 0 || !spectrum)
    return;
  LofiSpectrumSample sample;
  double low, high, dot = CLAMP (height / 16, 1, 2.2);
  n_kept = eigenvalues ? n_kept : 0;
  lofi_spectrum_sample_init (&sample, spectrum, n_spectrum);
  lofi_spectrum_sample_range (&sample, eigenvalues, n_kept, &low, &high);
  if (null)
    {
      lofi_spectrum_sample_include (&sample, null->low, &low, &high);
      lofi_spectrum_sample_include (&sample, null->high, &low, &high);
    }
  LofiAxis axis = lofi_spectrum_sample_axis (&sample, low, high);
  guint n_bins = MIN (lofi_histogram_bins (&axis, sample.values, sample.n), (guint) MAX (width / 2, 8));
  LofiHistogram histogram;
  lofi_histogram_init (&histogram, &axis, n_bins, sample.values, sample.n);
  LofiRect room = { 0, 0, width, height }, bars = { dot, 0, width - 2 * dot, height - (n_kept ? 2 * dot + 2 : 1) };
  LofiAxis counts = lofi_axis (LOFI_SCALE_ROOT, 0, MAX (lofi_histogram_largest (&histogram), 1), bars.y + bars.height, bars.y);
  cairo_save (cr);
  cairo_new_path (cr);
  lofi_histogram_path (&histogram, NULL, &bars, &counts, style, 1, cr);
  lofi_color_set (cr, style->bulk);
  cairo_fill (cr);
  axis.from = bars.x;
  axis.to = bars.x + bars.width;
  if (null)
    draw_spark_null (cr, &bars, style, &axis, null);
  draw_spark_marks (cr, &room, style, &axis, eigenvalues, n_kept, dot);
  cairo_restore (cr);
  lofi_histogram_clear (&histogram);
  lofi_spectrum_sample_clear (&sample);
}

/* The next sample of a class at or after from, or G_MAXSIZE. */
static gsize
next_of_class (const LofiTask *task, gsize from, gboolean positive)
{
  for (gsize i = from; i < task->train.count; i++)
    if ((task->train.y[i] > 0) == positive)
      return i;
  return G_MAXSIZE;
}

static void
draw_sample (cairo_t *cr, const LofiStyle *style, const LofiTask *task, gsize i, const LofiRect *at)
{
  gsize d = task->train.inputs.cols;
  gboolean is_image = task->is_image && task->channels * task->height * task->width == d && (task->channels == 1 || task->channels == 3);
  g_autofree double *values = g_new (double, d);
  lofi_sample_values (task, i, values);
  LofiTiles tiles;
  lofi_tiles_init (&tiles, 1, is_image ? task->width : d, is_image ? task->height : 1);
  if (is_image)
    lofi_tiles_set_brightness (&tiles, 0, values, task->channels);
  else
    lofi_tiles_set_signed (&tiles, 0, values, 1, style);
  lofi_tiles_draw (&tiles, 0, cr, at);
  lofi_tiles_clear (&tiles);
  lofi_color_set (cr, task->train.y[i] > 0 ? style->positive : style->negative);
  cairo_set_line_width (cr, 2);
  cairo_rectangle (cr, at->x - 1, at->y - 1, at->width + 2, at->height + 2);
  cairo_stroke (cr);
}

void
lofi_spark_samples_draw (cairo_t *cr, double width, double height, const LofiStyle *style, LofiTask *task)
{
  if (!task || width < 8 || height < 8 || task->train.count == 0 || task->train.inputs.cols == 0)
    return;
  gboolean is_image = task->is_image && task->height > 1;
  double gap = 6, tile_height = floor (height) - 4;
  double tile_width = is_image ? round (tile_height * task->width / task->height) : MIN (2.2 * tile_height, width - 4);
  guint n = (guint) CLAMP (floor ((width - 4 + gap) / (tile_width + gap)), 1, 64);
  gsize next[2] = { 0, 0 };
  cairo_save (cr);
  cairo_new_path (cr);
  for (guint k = 0; k < n; k++)
    {
      int class = k % 2;
      gsize i = next_of_class (task, next[class], class);
      if (i == G_MAXSIZE)
        {
          class = !class;
          i = next_of_class (task, next[class], class);
        }
      if (i == G_MAXSIZE)
        break;
      next[class] = i + 1;
      LofiRect at = { 2 + k * (tile_width + gap), 2, tile_width, tile_height };
      draw_sample (cr, style, task, i, &at);
    }
  cairo_restore (cr);
}
