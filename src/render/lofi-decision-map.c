/* The plane of two features as the readout sees it: evaluated on a grid, drawn smoothly, with the line where the prediction is zero. */
#include "config.h"
#include "lofi-decision-map-private.h"

#include <math.h>
#include "lofi-apply.h"

#define SIDE_MOST 96
#define SIDE_LEAST 24
/* A map is made while somebody waits: beyond this many operations its grid is coarser, or there is none. */
#define OPERATIONS_MOST 3.5e9
#define ACTIVATION_OPERATIONS 200.0      /* that one activation counts for */
#define BLOCK_NUMBERS ((gsize) 1 << 18)  /* of the widest layer, at once: what a cache holds */
#define PIXELS_MOST 480                  /* of the drawn map, a side */
#define OPACITY 0.30
#define FULL_SHARE 0.9                   /* of the magnitudes on the grid lie within full colour */

/* ---- evaluating ---- */

/* Operations of one point through the layers after this one, and the numbers it needs at once. */
static double
cost_of_point (const LofiResult *result, guint layer_index, gsize *numbers)
{
  double operations = 0;
  *numbers = lofi_map_count (result->layers[layer_index]->output_shape);
  for (guint i = layer_index + 1; i < result->n_layers; i++)
    {
      const LofiLayerResult *layer = result->layers[i];
      operations += (double) layer->width * (2.0 * (double) (layer->inputs + layer->keep) + ACTIVATION_OPERATIONS);
      *numbers = MAX (*numbers, MAX (layer->width, lofi_map_count (layer->output_shape)));
    }
  return operations;
}

static gboolean
evaluate (const LofiResult *result, guint layer_index, const double *means, guint fx, guint fy, const LofiAxis *x, const LofiAxis *y, guint side,
          gsize numbers, double *values)
{
  gsize count = lofi_map_count (result->layers[layer_index]->output_shape), all = (gsize) side * side;
  gsize block = CLAMP (BLOCK_NUMBERS / MAX (numbers, 1), 1, all);
  LofiMatrix points = { 0 };
  LofiStatus status = lofi_matrix_alloc (&points, block, count);
  for (gsize first = 0; status == LOFI_OK && first < all; first += block)
    {
      points.rows = MIN (block, all - first);
      for (gsize i = 0; i < points.rows; i++)
        {
          double *row = points.data + i * points.stride, last = side - 1;
          for (gsize k = 0; k < count; k++)
            row[k] = means[k];
          row[fx] = x->low + (x->high - x->low) * (double) ((first + i) % side) / last;
          row[fy] = y->low + (y->high - y->low) * (double) ((first + i) / side) / last;
        }
      status = lofi_result_predict_from (result, layer_index, &points, values + first);
    }
  lofi_matrix_clear (&points);
  return status == LOFI_OK;
}

static double
full_colour (const double *values, gsize n)
{
  g_autofree double *sizes = g_new (double, n);
  gsize m = 0;
  for (gsize i = 0; i < n; i++)
    if (isfinite (values[i]))
      sizes[m++] = fabs (values[i]);
  lofi_sort_doubles (sizes, m);
  return m ? sizes[(gsize) (FULL_SHARE * (double) (m - 1))] : 0;
}

/* ---- the line where the prediction is zero ---- */

/* Where it crosses the edge between two corners of a cell. */
static void
cross (LofiContourPiece *piece, int end, const double corner[4], int a, int b, double x, double y, double cell)
{
  static const double place[4][2] = { { 0, 0 }, { 1, 0 }, { 1, 1 }, { 0, 1 } };
  double share = corner[a] / (corner[a] - corner[b]);
  piece->x[end] = (x + place[a][0] + share * (place[b][0] - place[a][0])) * cell;
  piece->y[end] = (y + place[a][1] + share * (place[b][1] - place[a][1])) * cell;
}

/* Marching squares: edge k of a cell lies between corners k and k + 1. */
static void
trace_cell (GArray *contour, const double corner[4], double x, double y, double cell)
{
  int crossed[4], n = 0;
  for (int k = 0; k < 4; k++)
    if ((corner[k] > 0) != (corner[(k + 1) & 3] > 0))
      crossed[n++] = k;
  if (n < 2)
    return;
  /* A saddle: the mean of the corners says which of them hang together. A piece cuts off corner 1 and one corner 3, or corner 2 and corner 0. */
  gboolean others = n == 4 && (corner[0] + corner[1] + corner[2] + corner[3] > 0) != (corner[0] > 0);
  for (int i = 0; i < n; i += 2)
    {
      LofiContourPiece piece;
      int p = crossed[(i + others) % n], q = crossed[(i + 1 + others) % n];
      cross (&piece, 0, corner, p, (p + 1) & 3, x, y, cell);
      cross (&piece, 1, corner, q, (q + 1) & 3, x, y, cell);
      g_array_append_val (contour, piece);
    }
}

static void
trace (LofiDecisionMap *map)
{
  map->contour = g_array_new (FALSE, FALSE, sizeof (LofiContourPiece));
  double cell = 1.0 / (map->side - 1);
  for (guint i = 0; i + 1 < map->side; i++)
    for (guint k = 0; k + 1 < map->side; k++)
      {
        const double *low = map->values + (gsize) i * map->side + k, *high = low + map->side;
        const double corner[4] = { low[0], low[1], high[1], high[0] };
        if (isfinite (corner[0] + corner[1] + corner[2] + corner[3]))
          trace_cell (map->contour, corner, k, i, cell);
      }
}

void
lofi_decision_map_init_values (LofiDecisionMap *map, guint side, double *values)
{
  *map = (LofiDecisionMap) { side, values, full_colour (values, (gsize) side * side), NULL };
  trace (map);
}

void
lofi_decision_map_init (LofiDecisionMap *map, const LofiResult *result, guint layer_index, const double *means, guint fx, guint fy,
                        const LofiAxis *x, const LofiAxis *y)
{
  *map = (LofiDecisionMap) { 0 };
  if (fx == fy || !lofi_result_can_predict_from (result, layer_index))
    return;
  gsize numbers;
  double operations = cost_of_point (result, layer_index, &numbers), most = operations > 0 ? OPERATIONS_MOST / operations : G_MAXDOUBLE;
  guint side = (guint) MIN (SIDE_MOST, sqrt (most));
  if (side < SIDE_LEAST)
    return;
  double *values = g_new (double, (gsize) side * side);
  if (evaluate (result, layer_index, means, fx, fy, x, y, side, numbers, values))
    lofi_decision_map_init_values (map, side, values);
  else
    g_free (values);
}

void
lofi_decision_map_clear (LofiDecisionMap *map)
{
  g_free (map->values);
  g_clear_pointer (&map->contour, g_array_unref);
  *map = (LofiDecisionMap) { 0 };
}

double
lofi_decision_map_at (const LofiDecisionMap *map, double x, double y)
{
  if (map->side < 2 || !(x >= 0 && x <= 1 && y >= 0 && y <= 1))
    return NAN;
  double u = x * (map->side - 1), v = y * (map->side - 1);
  guint k = MIN ((guint) u, map->side - 2), i = MIN ((guint) v, map->side - 2);
  const double *low = map->values + (gsize) i * map->side + k, *high = low + map->side;
  double s = u - k, t = v - i;
  return (1 - t) * ((1 - s) * low[0] + s * low[1]) + t * ((1 - s) * high[0] + s * high[1]);
}

/* ---- drawing ---- */

/* A light wash of the side's colour, deeper the surer: premultiplied. */
static guint32
wash (const LofiStyle *style, double share)
{
  if (!isfinite (share))
    return 0;
  LofiColor color = share < 0 ? style->negative : style->positive;
  double alpha = OPACITY * pow (MIN (fabs (share), 1), 0.7);
  return (guint32) lrint (255 * alpha) << 24 | (guint32) lrint (255 * alpha * color.red) << 16 | (guint32) lrint (255 * alpha * color.green) << 8
         | (guint32) lrint (255 * alpha * color.blue);
}

void
lofi_decision_map_draw (const LofiDecisionMap *map, cairo_t *cr, const LofiRect *plot, const LofiStyle *style)
{
  if (map->side < 2 || !(map->scale > 0))
    return;
  /* Interpolated here and not by whoever shows the picture: the same on the page as in the window. */
  double fine = style->page ? 2 : 1;
  int width = (int) CLAMP (plot->width * fine, 1, PIXELS_MOST), height = (int) CLAMP (plot->height * fine, 1, PIXELS_MOST);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);
  if (cairo_surface_status (surface) == CAIRO_STATUS_SUCCESS)
    {
      guint8 *data = cairo_image_surface_get_data (surface);
      int stride = cairo_image_surface_get_stride (surface);
      for (int i = 0; i < height; i++)
        {
          guint32 *row = (guint32 *) (void *) (data + (gsize) i * stride);
          for (int k = 0; k < width; k++)
            row[k] = wash (style, lofi_decision_map_at (map, (k + 0.5) / width, 1 - (i + 0.5) / height) / map->scale);
        }
      cairo_surface_mark_dirty (surface);
      cairo_save (cr);
      cairo_rectangle (cr, plot->x, plot->y, plot->width, plot->height);
      cairo_clip (cr);
      cairo_translate (cr, plot->x, plot->y);
      cairo_scale (cr, plot->width / width, plot->height / height);
      cairo_set_source_surface (cr, surface, 0, 0);
      cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_BILINEAR);
      cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
      cairo_paint (cr);
      cairo_restore (cr);
    }
  cairo_surface_destroy (surface);
}

void
lofi_decision_map_draw_contour (const LofiDecisionMap *map, cairo_t *cr, const LofiRect *plot, const LofiStyle *style)
{
  for (guint i = 0; map->contour && i < map->contour->len; i++)
    {
      const LofiContourPiece *piece = &g_array_index (map->contour, LofiContourPiece, i);
      cairo_move_to (cr, plot->x + piece->x[0] * plot->width, plot->y + (1 - piece->y[0]) * plot->height);
      cairo_line_to (cr, plot->x + piece->x[1] * plot->width, plot->y + (1 - piece->y[1]) * plot->height);
    }
  lofi_color_set (cr, style->text);
  cairo_set_line_width (cr, style->page ? 0.7 : 1.1);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_stroke (cr);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_BUTT);
}
