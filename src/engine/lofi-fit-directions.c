/* Directions of one layer, and the features projected on them. */
#include "config.h"
#include "lofi-fit-layer-private.h"

#include <math.h>
#include <string.h>
#include <cblas.h>
#include "lofi-error.h"
#include "lofi-moment.h"

/* Directions are computed by so many at a time. */
#define DIRECTIONS_AT_ONCE ((gsize) 64)

/* Squared overlap of every column of v with the mean activation. */
static void
overlap_with_mean (const LofiMatrix *v, const double *mean, double *overlaps)
{
  double norm = cblas_ddot (v->rows, mean, 1, mean, 1);
  for (gsize k = 0; k < v->cols; k++)
    {
      double dot = cblas_ddot (v->rows, mean, 1, v->data + k, v->stride);
      overlaps[k] = norm > 0 ? dot * dot / norm : 0;
    }
}

/* From a whole decomposition directions are taken by the sixty-four, and kept beside it: the next K is a slice of them. Row 0 of what is
 * returned holds their values, the rows from 1 the vectors. NULL with an error. (transfer full) */
static LofiArray *
bucket_of_directions (LofiLayerWork *work, guint group, GError **error)
{
  const LofiFilterStage *filter = work->filters[group];
  gsize most = filter->form == LOFI_FORM_DUAL ? filter->dual.rank + (filter->order == LOFI_ORDER_1_2) : filter->width;
  gsize keep = work->keep, bucket = MAX (keep, MIN (most, (keep + DIRECTIONS_AT_ONCE - 1) / DIRECTIONS_AT_ONCE * DIRECTIONS_AT_ONCE));
  g_autofree char *key = g_strdup_printf ("%s/directions:%zu", work->filter_keys[group], bucket);
  LofiArray *known = lofi_fit_run_get (work->run, key);
  if (known)
    return known;
  g_autoptr (LofiArray) found = lofi_array_new (filter->width + 1, bucket, error, work->place);
  if (!found)
    return NULL;
  LofiMatrix vectors = lofi_matrix_row_block (&found->matrix, 1, filter->width);
  double residual;
  if (!lofi_filter_stage_leading (filter, bucket, found->matrix.data, &vectors, &residual, &work->run->watch, work->place, error))
    return NULL;
  if (work->run->cache)
    lofi_cache_put (work->run->cache, key, found, lofi_matrix_bytes (filter->width + 1, bucket), (LofiCacheRef) lofi_array_ref,
                    (GDestroyNotify) lofi_array_unref);
  return g_steal_pointer (&found);
}

static gboolean
slice_directions (LofiLayerWork *work, guint group, double *values, LofiMatrix *vectors, GError **error)
{
  g_autoptr (LofiArray) bucket = bucket_of_directions (work, group, error);
  if (!bucket)
    return FALSE;
  memcpy (values, bucket->matrix.data, vectors->cols * sizeof (double));
  LofiMatrix found = lofi_matrix_row_block (&bucket->matrix, 1, vectors->rows);
  found.cols = vectors->cols;
  return lofi_error_from_status (error, lofi_matrix_copy (vectors, &found), work->place);
}

/* The directions of one group into its columns of the layer's filters. */
static gboolean
take_directions (LofiLayerWork *work, guint group, GError **error)
{
  LofiLayerResult *layer = work->layer;
  const LofiFilterStage *filter = work->filters[group];
  gsize keep = work->keep;
  LofiMatrix vectors = layer->filters->matrix;
  vectors.data += group * keep;
  vectors.cols = keep;
  double *values = layer->eigenvalues + group * keep, residual = 0;
  if (work->spec->order == LOFI_ORDER_3 || work->spec->order == LOFI_ORDER_4)
    {
      g_autoptr (LofiArray) lifted = lofi_filter_lifted (work->run, work->lifts[group], work->input->train, work->place, error);
      g_autofree double *weights = lofi_filter_weights (work->run->result->task, work->spec, work->lifts[group]->positions);
      if (!lifted || !lofi_error_from_status (error, lofi_moment_leading (&lifted->matrix, weights, work->spec->order == LOFI_ORDER_3 ? 3 : 4,
                                                                          keep, values, &vectors, &work->run->watch), work->place))
        return FALSE;
    }
  else if (!(filter->whole && filter->order != LOFI_ORDER_1
               ? slice_directions (work, group, values, &vectors, error)
               : lofi_filter_stage_leading (filter, keep, values, &vectors, &residual, &work->run->watch, work->place, error)))
    return FALSE;
  layer->residual = MAX (layer->residual, residual);
  overlap_with_mean (&vectors, filter->mean, layer->mean_overlap + group * keep);
  return TRUE;
}

/* The spectra of all groups, or what the density says of one. */
static gboolean
take_spectrum (LofiLayerWork *work, GError **error)
{
  LofiLayerResult *layer = work->layer;
  const LofiFilterStage *first = work->filters[0];
  gsize p = first->width;
  if (!first->spectrum && !first->density.count)
    return TRUE;
  layer->n_spectrum = p * work->n_groups;
  layer->spectrum = g_new0 (double, layer->n_spectrum);
  if (!first->spectrum)
    {
      gboolean plain = work->spec->order == LOFI_ORDER_2;
      layer->spectrum_estimated = TRUE;
      return lofi_error_from_status (error, lofi_density_quantiles (&first->density, p, plain ? layer->eigenvalues : NULL,
                                                                    plain ? layer->keep : 0, layer->spectrum), work->place);
    }
  for (guint g = 0; g < work->n_groups; g++)
    memcpy (layer->spectrum + g * p, work->filters[g]->spectrum, p * sizeof (double));
  if (work->n_groups > 1)
    lofi_sort_doubles (layer->spectrum, layer->n_spectrum);
  return TRUE;
}

gboolean
lofi_layer_take_filter (LofiLayerWork *work, GError **error)
{
  LofiLayerResult *layer = work->layer;
  gsize p = work->lifts[0]->width, keep = work->keep;
  if (!lofi_fit_run_enter (work->run, LOFI_STAGE_EIGENPAIRS, work->index, 2.0 * p * p * keep, error))
    return FALSE;
  layer->keep = keep * work->n_groups;
  layer->form = work->filters[0]->form;
  layer->eigenvalues = g_new0 (double, layer->keep);
  layer->mean_overlap = g_new0 (double, layer->keep);
  layer->filters = lofi_array_new (p, layer->keep, error, work->place);
  if (!layer->filters)
    return FALSE;
  for (guint g = 0; g < work->n_groups; g++)
    if (!take_directions (work, g, error))
      return FALSE;
  if (work->spec->center_lift)
    {
      layer->lift_mean = g_new (double, p * work->n_groups);
      for (guint g = 0; g < work->n_groups; g++)
        memcpy (layer->lift_mean + g * p, work->filters[g]->mean, p * sizeof (double));
    }
  return take_spectrum (work, error);
}

/* positions: (b S) x K = z V, less mean V if given. V in the precision of z. */
static void
project_block (const LofiLiftBlock *block, const LofiMatrix *v, const LofiMatrixF *narrow, LofiMatrixF *narrow_out, LofiMatrix *positions)
{
  if (block->rows.data)
    {
      cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) positions->rows, (int) v->cols, (int) v->rows, 1.0, block->rows.data,
                   (int) block->rows.stride, v->data, (int) v->stride, 0.0, positions->data, (int) positions->stride);
      return;
    }
  LofiMatrixF out = lofi_matrix_f_row_block (narrow_out, 0, positions->rows);
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) positions->rows, (int) v->cols, (int) v->rows, 1.0f, block->single.data,
               (int) block->single.stride, narrow->data, (int) narrow->stride, 0.0f, out.data, (int) out.stride);
  lofi_matrix_to_double (positions, &out);
}

/* Projects one split by one group's directions v into the group's maps of out, n x (groups K S). */
static gboolean
project_group (LofiLayerWork *work, guint group, const LofiFeatures *input, const LofiMatrix *v, const double *mean, LofiArray *out, GError **error)
{
  LofiLiftStage *lift = work->lifts[group];
  gsize s = lift->positions, keep = v->cols, step = lofi_lift_block_samples (lift);
  g_autofree double *offset = g_new0 (double, keep);
  LofiLiftBlock block = { 0 };
  LofiMatrix positions = { 0 };
  LofiMatrixF narrow = { 0 }, narrow_out = { 0 };
  if (mean)
    cblas_dgemv (CblasRowMajor, CblasTrans, (int) v->rows, (int) keep, 1.0, v->data, (int) v->stride, mean, 1, 0.0, offset, 1);
  LofiStatus status = lofi_matrix_alloc (&positions, step * s, keep);
  if (status == LOFI_OK && lift->single)
    status = lofi_matrix_f_alloc (&narrow_out, step * s, keep);
  if (status == LOFI_OK && lift->single)
    status = lofi_matrix_f_alloc (&narrow, v->rows, keep);
  if (status == LOFI_OK && lift->single)
    status = lofi_matrix_to_single (&narrow, v);
  for (gsize first = 0; status == LOFI_OK && first < input->samples; first += step)
    {
      gsize count = MIN (step, input->samples - first);
      LofiMatrix rows = lofi_matrix_row_block (&positions, 0, count * s), maps = lofi_matrix_row_block (&out->matrix, first, count);
      maps.data += group * keep * s;
      maps.cols = keep * s;
      status = lofi_watch_stops (&work->run->watch) ? LOFI_STOPPED : lofi_lift_block_fill (&block, lift, input, first, count);
      if (status != LOFI_OK)
        break;
      project_block (&block, v, &narrow, &narrow_out, &rows);
      for (gsize i = 0; mean && i < rows.rows; i++)
        cblas_daxpy ((int) keep, -1.0, offset, 1, rows.data + i * rows.stride, 1);
      status = lofi_positions_to_maps (&rows, count, &maps);
    }
  lofi_lift_block_clear (&block);
  lofi_matrix_clear (&positions);
  lofi_matrix_f_clear (&narrow);
  lofi_matrix_f_clear (&narrow_out);
  return lofi_error_from_status (error, status, work->place);
}

LofiFeatures *
lofi_layer_project (LofiLayerWork *work, const LofiFeatures *input, GError **error)
{
  gsize keep = work->keep;
  g_autoptr (LofiArray) out = lofi_array_new (input->samples, lofi_map_count (work->layer->output_shape), error, work->place);
  for (guint g = 0; out && g < work->n_groups; g++)
    {
      LofiMatrix v = work->layer->filters->matrix;
      v.data += g * keep;
      v.cols = keep;
      if (!project_group (work, g, input, &v, work->spec->center_lift ? work->filters[g]->mean : NULL, out, error))
        return NULL;
    }
  return out ? lofi_features_of_array (out, work->layer->output_shape, input->test) : NULL;
}

