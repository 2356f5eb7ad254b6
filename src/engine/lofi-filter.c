/* The moment operator as a stage: streamed over the samples, watched while it grows, then decomposed. */
#include "config.h"
#include "lofi-filter-private.h"

#include <math.h>
#include <string.h>
#include <cblas.h>
#include "lofi-error.h"
#include "lofi-operator.h"

static void
filter_stage_clear (gpointer data)
{
  LofiFilterStage *stage = data;
  g_free (stage->spectrum);
  g_free (stage->mean);
  g_free (stage->moment);
  g_free (stage->moment_image);
  lofi_density_clear (&stage->density);
  lofi_spectrum_clear (&stage->primal);
  lofi_matrix_clear (&stage->operator);
  lofi_dual_clear (&stage->dual);
  g_clear_pointer (&stage->dual_lifted, lofi_array_unref);
}

LofiFilterStage *
lofi_filter_stage_ref (LofiFilterStage *stage)
{
  return g_atomic_rc_box_acquire (stage);
}

void
lofi_filter_stage_unref (LofiFilterStage *stage)
{
  g_atomic_rc_box_release_full (stage, filter_stage_clear);
}

gsize
lofi_filter_stage_bytes (const LofiFilterStage *stage)
{
  gsize bytes = 3 * stage->width * sizeof (double) + lofi_matrix_bytes (stage->operator.rows, stage->operator.cols);
  bytes += stage->form == LOFI_FORM_DUAL ? lofi_dual_bytes (&stage->dual) : stage->whole ? lofi_spectrum_bytes (&stage->primal) : 0;
  if (stage->dual_lifted)
    bytes += lofi_matrix_bytes (stage->dual_lifted->matrix.rows, stage->dual_lifted->matrix.cols);
  return bytes;
}

char
lofi_filter_stage_extent (const LofiFitRun *run, gsize rows, gsize width, gsize keep)
{
  LofiSpectra wanted = run->observer ? run->observer->spectra : LOFI_SPECTRA_WHOLE;
  if (width > rows && wanted == LOFI_SPECTRA_LEADING && 2 * rows >= width && lofi_leading_pays (width, keep))
    return 'l';                              /* a few pairs of the larger side cost less than all of the smaller */
  if (width > rows || wanted == LOFI_SPECTRA_WHOLE || (wanted == LOFI_SPECTRA_DRAWN && width <= LOFI_WHOLE_SPECTRUM_MOST))
    return 'w';                              /* the dual form decomposes the smaller side, and all of it */
  if (!lofi_leading_pays (width, keep))
    return 'w';
  return wanted == LOFI_SPECTRA_DRAWN ? 'd' : 'l';
}

LofiForm
lofi_filter_form (gsize rows, gsize width, char extent)
{
  return width > rows && extent == 'w' ? LOFI_FORM_DUAL : LOFI_FORM_PRIMAL;
}

char *
lofi_filter_group_key (const char *lift_key, guint group, guint n_groups)
{
  return n_groups > 1 ? g_strdup_printf ("%s:channel%u", lift_key, group) : g_strdup (lift_key);
}

char *
lofi_filter_stage_key (const char *lift_key, const LofiLayerSpec *spec, char extent)
{
  return g_strdup_printf ("%s/operator:%s:%d:%d:%c", lift_key, lofi_order_name (spec->order), spec->center_labels, spec->center_lift, extent);
}

/* The mean of the rows. (transfer full) */
static double *
mean_of_rows (const LofiMatrix *lifted)
{
  double *mean = g_new0 (double, lifted->cols);
  for (gsize i = 0; i < lifted->rows; i++)
    cblas_daxpy (lifted->cols, 1.0 / lifted->rows, lifted->data + i * lifted->stride, 1, mean, 1);
  return mean;
}

static void
subtract_from_rows (LofiMatrix *lifted, const double *mean)
{
  for (gsize i = 0; i < lifted->rows; i++)
    cblas_daxpy (lifted->cols, -1.0, mean, 1, lifted->data + i * lifted->stride, 1);
}

double *
lofi_filter_weights (const LofiTask *task, const LofiLayerSpec *spec, gsize positions)
{
  gsize n = task->train.count;
  double *weights = g_new (double, n * positions), less = spec->center_labels ? task->mean_y : 0;
  for (gsize i = 0; i < n; i++)
    for (gsize s = 0; s < positions; s++)
      weights[i * positions + s] = task->train.y[i] - less;
  return weights;
}

/* The lifted rows of the first `samples` training samples, in double. */
static LofiStatus
gather (LofiLiftStage *lift, const LofiFeatures *input, gsize samples, LofiMatrix *all, const LofiWatch *watch)
{
  gsize s = lift->positions, step = lofi_lift_block_samples (lift);
  LofiLiftBlock block = { 0 };
  LofiStatus status = LOFI_OK;
  for (gsize first = 0; status == LOFI_OK && first < samples; first += step)
    {
      gsize count = MIN (step, samples - first);
      LofiMatrix rows = lofi_matrix_row_block (all, first * s, count * s), got;
      status = lofi_watch_stops (watch) ? LOFI_STOPPED : lofi_lift_block_fill (&block, lift, input, first, count);
      if (status == LOFI_OK)
        status = lofi_lift_block_double (&block, &rows, &got);
      if (status == LOFI_OK && got.data != rows.data)
        status = lofi_matrix_copy (&rows, &got);
    }
  lofi_lift_block_clear (&block);
  return status;
}

LofiArray *
lofi_filter_lifted (LofiFitRun *run, LofiLiftStage *lift, const LofiFeatures *input, const char *place, GError **error)
{
  gsize n = input->samples;
  if (lift->train.array && lift->train.filled == n)
    return lofi_array_ref (lift->train.array);
  g_autoptr (LofiArray) all = lofi_array_new (n * lift->positions, lift->width, error, place);
  if (!all || !lofi_error_from_status (error, gather (lift, input, n, &all->matrix, &run->watch), place))
    return NULL;
  return g_steal_pointer (&all);
}

/* The rows less their mean, as another array: they may be a store that others look at. (transfer full) */
static LofiArray *
centred_copy (const LofiArray *lifted, const double *mean, const char *place, GError **error)
{
  LofiArray *copy = lofi_array_new (lifted->matrix.rows, lifted->matrix.cols, error, place);
  if (!copy)
    return NULL;
  lofi_matrix_copy (&copy->matrix, &lifted->matrix);
  subtract_from_rows (&copy->matrix, mean);
  return copy;
}

/* One pass over the samples. */
typedef struct {
  LofiFitRun *run;
  const LofiLayerSpec *spec;
  guint index;
  const char *place;
  const LofiFeatures *input;
  LofiLiftStage *lift;
  double *weights;            /* t, n S numbers */
  gsize n_pictures;           /* spectra to show while streaming */
  gint64 began, shown;        /* microseconds: when the pass began; spent on pictures */
} Pass;

/* Up to here a spectrum on the way costs little beside the rest; a wider operator is watched over its first samples only. */
#define PICTURE_ORDER_MAX 2000
/* Of the time a pass takes, what its pictures may add; the first one is always shown. */
#define PICTURE_SHARE 0.25
#define PICTURE_FREE 20000       /* microseconds nobody notices */

/* After how many samples picture k of n_pictures is taken: denser at the start, where outliers are born. */
static gsize
picture_samples (const Pass *pass, gsize k)
{
  gsize n = pass->input->samples, p = pass->lift->width, rows = n * pass->lift->positions;
  gsize last = MIN (rows, p) > PICTURE_ORDER_MAX ? MAX (2, PICTURE_ORDER_MAX / pass->lift->positions) : n;
  return MAX (2, (gsize) (last * pow ((k + 1.0) / (pass->n_pictures + 1.0), 1.5)));
}

/* The spectrum of the first `samples` lifted samples by the dual form, all P numbers. */
static LofiStatus
prefix_spectrum (const Pass *pass, gsize samples, double *values)
{
  LofiWatch quiet = lofi_cancellable_watch (pass->run->cancellable);
  const LofiArray *stored = pass->lift->train.array;
  gsize rows = samples * pass->lift->positions;
  gboolean copies = !stored || pass->spec->center_lift;
  LofiMatrix work = { 0 }, z;
  LofiStatus status = copies ? lofi_matrix_alloc (&work, rows, pass->lift->width) : LOFI_OK;
  if (status == LOFI_OK && copies)
    status = gather (pass->lift, pass->input, samples, &work, &quiet);
  z = copies ? work : lofi_matrix_row_block (&stored->matrix, 0, rows);
  if (status == LOFI_OK && pass->spec->center_lift)
    {
      g_autofree double *mean = mean_of_rows (&z);
      subtract_from_rows (&z, mean);
    }
  if (status == LOFI_OK)
    status = lofi_dual_only_values (&z, pass->weights, values, &quiet);
  lofi_matrix_clear (&work);
  return status;
}

/* Shows the operator of the samples so far; op is NULL in the dual form. A picture that fails is left out: the fit goes on and
 * meets the reason itself. */
static void
show_picture (const Pass *pass, const LofiOperator *op, gsize samples)
{
  gsize p = pass->lift->width;
  g_autofree double *values = g_try_new (double, p);
  LofiStatus status = values ? LOFI_OK : LOFI_NO_MEMORY;
  if (status == LOFI_OK && samples * pass->lift->positions < p)
    status = prefix_spectrum (pass, samples, values);
  else if (status == LOFI_OK && op)
    {
      LofiWatch quiet = lofi_cancellable_watch (pass->run->cancellable);
      LofiMatrix c = { 0 };
      status = lofi_matrix_alloc (&c, p, p);
      if (status == LOFI_OK)
        status = lofi_operator_read (op, pass->spec->center_lift, &c);
      if (status == LOFI_OK)
        status = lofi_symmetric_values (&c, values, &quiet);
      lofi_matrix_clear (&c);
    }
  else
    return;
  if (status == LOFI_OK)
    lofi_fit_run_show_live (pass->run, pass->index, samples, g_steal_pointer (&values), p);
}

/* Whether a picture falls due within the next `count` samples; then count is cut to end there. */
static gboolean
picture_due (const Pass *pass, gsize *picture, gsize first, gsize *count)
{
  if (*picture >= pass->n_pictures || picture_samples (pass, *picture) > first + *count)
    return FALSE;
  gboolean first_one = *picture == 0;
  *count = MAX (picture_samples (pass, *picture), first + 1) - first;
  while (*picture < pass->n_pictures && picture_samples (pass, *picture) <= first + *count)
    (*picture)++;
  return first_one || pass->shown <= PICTURE_FREE + PICTURE_SHARE * (g_get_monotonic_time () - pass->began - pass->shown);
}

/* Lifts all samples block by block, adding them to op (NULL in the dual form), with pictures on the way. */
static gboolean
stream (Pass *pass, LofiOperator *op, GError **error)
{
  gsize n = pass->input->samples, s = pass->lift->positions, first = 0, picture = 0;
  LofiWatch quiet = lofi_cancellable_watch (pass->run->cancellable);
  LofiLiftBlock block = { 0 };
  LofiStatus status = LOFI_OK;
  if (!op && !pass->lift->train.array && !pass->lift->train.single)
    return TRUE;                       /* the dual form makes its own rows: nothing to fill, nothing to add */
  pass->began = g_get_monotonic_time ();
  while (first < n && status == LOFI_OK)
    {
      gsize count = MIN (lofi_lift_block_samples (pass->lift), n - first);
      gboolean shows = picture_due (pass, &picture, first, &count);
      status = lofi_lift_block_fill (&block, pass->lift, pass->input, first, count);
      if (status == LOFI_OK)
        status = op ? lofi_lift_block_add (&block, op, pass->weights + first * s, &quiet) : lofi_watch_stops (&quiet) ? LOFI_STOPPED : LOFI_OK;
      first += count;
      lofi_watch_report (&pass->run->watch, (double) first / n);
      if (status == LOFI_OK && shows && first < n)
        {
          gint64 before = g_get_monotonic_time ();
          show_picture (pass, op, first);
          pass->shown += g_get_monotonic_time () - before;
        }
    }
  lofi_lift_block_clear (&block);
  return lofi_error_from_status (error, status, pass->place);
}

/* The whole spectrum, the density in its place, or neither, of C; for order 1+2 the directions come from C on m's complement. */
static LofiStatus
decompose_matrix (Pass *pass, LofiFilterStage *stage, LofiMatrix *c, gboolean density)
{
  LofiWatch *watch = &pass->run->watch;
  LofiStatus status = LOFI_OK;
  if (stage->whole)
    {
      stage->spectrum = g_new0 (double, stage->width);
      status = lofi_spectrum_init (&stage->primal, c, watch);
      if (status == LOFI_OK)
        memcpy (stage->spectrum, stage->primal.values, stage->width * sizeof (double));
    }
  else if (density)
    {
      LofiSymmetricMap map = lofi_symmetric_map_of (c);
      status = lofi_density_estimate (&map, 8, 80, pass->run->experiment->seed, &stage->density, watch);
    }
  if (status == LOFI_OK && stage->order == LOFI_ORDER_1_2 && stage->moment_norm > 0)
    {
      g_autofree double *unit = lofi_filter_unit_moment (stage);
      if (!stage->whole)
        {
          stage->moment_image = g_new0 (double, stage->width);
          cblas_dgemv (CblasRowMajor, CblasNoTrans, c->rows, c->cols, 1, c->data, c->stride, unit, 1, 0, stage->moment_image, 1);
        }
      status = lofi_operator_deflate (c, unit);
      if (status == LOFI_OK && stage->whole)
        {
          lofi_spectrum_clear (&stage->primal);
          status = lofi_spectrum_init (&stage->primal, c, watch);
        }
    }
  return status;
}

/* c, the operator whose means the stage has: decomposed, or kept. */
static gboolean
finish_primal (Pass *pass, LofiFilterStage *stage, LofiMatrix *c, gboolean density, GError **error)
{
  stage->moment_norm = cblas_dnrm2 (stage->width, stage->moment, 1);
  LofiStatus status = decompose_matrix (pass, stage, c, density);
  if (status == LOFI_OK && !stage->whole)
    {
      stage->operator = *c;
      return TRUE;
    }
  lofi_matrix_clear (c);
  return lofi_error_from_status (error, status, pass->place);
}

static gboolean
decompose_primal (Pass *pass, LofiFilterStage *stage, LofiOperator *op, gboolean density, GError **error)
{
  LofiMatrix c = { 0 };
  LofiStatus status = lofi_matrix_alloc (&c, stage->width, stage->width);
  if (status == LOFI_OK)
    status = lofi_operator_read (op, pass->spec->center_lift, &c);
  if (status == LOFI_OK)
    status = lofi_operator_means (op, FALSE, stage->mean, NULL);
  if (status == LOFI_OK)
    status = lofi_operator_means (op, pass->spec->center_lift, NULL, stage->moment);
  lofi_operator_clear (op);
  if (status == LOFI_OK)
    return finish_primal (pass, stage, &c, density, error);
  lofi_matrix_clear (&c);
  return lofi_error_from_status (error, status, pass->place);
}

static gboolean
decompose_dual (Pass *pass, LofiFilterStage *stage, GError **error)
{
  LofiWatch *watch = &pass->run->watch;
  g_autoptr (LofiArray) plain = lofi_filter_lifted (pass->run, pass->lift, pass->input, pass->place, error);
  if (!plain)
    return FALSE;
  g_autofree double *mean = mean_of_rows (&plain->matrix);
  memcpy (stage->mean, mean, stage->width * sizeof (double));
  stage->dual_lifted = pass->spec->center_lift ? centred_copy (plain, mean, pass->place, error) : lofi_array_ref (plain);
  if (!stage->dual_lifted)
    return FALSE;
  const LofiMatrix *z = &stage->dual_lifted->matrix;
  cblas_dgemv (CblasRowMajor, CblasTrans, z->rows, z->cols, 1.0 / z->rows, z->data, z->stride, pass->weights, 1, 0.0,
               stage->moment, 1);
  stage->moment_norm = cblas_dnrm2 (stage->width, stage->moment, 1);
  stage->spectrum = g_new0 (double, stage->width);
  LofiStatus status = lofi_dual_init (&stage->dual, z, pass->weights, NULL, watch);
  if (status == LOFI_OK)
    lofi_dual_values (&stage->dual, stage->spectrum);
  if (status == LOFI_OK && stage->order == LOFI_ORDER_1_2 && stage->moment_norm > 0)
    {
      g_autofree double *unit = lofi_filter_unit_moment (stage);
      lofi_dual_clear (&stage->dual);
      status = lofi_dual_init (&stage->dual, z, pass->weights, unit, watch);
    }
  return lofi_error_from_status (error, status, pass->place);
}

/* The whole spectrum is known before the directions and the projections are: nobody should wait for those to see it. */
static void
show_spectrum (Pass *pass, const LofiFilterStage *stage)
{
  g_autofree double *values = NULL;
  if (stage->spectrum)
    values = g_memdup2 (stage->spectrum, stage->width * sizeof (double));
  else if (stage->density.count)
    {
      values = g_new0 (double, stage->width);
      if (lofi_density_quantiles (&stage->density, stage->width, NULL, 0, values) != LOFI_OK)
        return;
    }
  if (values)
    lofi_fit_run_show_live (pass->run, pass->index, pass->input->samples, g_steal_pointer (&values), stage->width);
}

/* A stage of so many lifted rows, nothing in it yet. (transfer full) */
static LofiFilterStage *
stage_of_lift (const LofiLayerSpec *spec, const LofiLiftStage *lift, gsize rows, char extent)
{
  LofiFilterStage *stage = g_atomic_rc_box_new0 (LofiFilterStage);
  stage->form = lofi_filter_form (rows, lift->width, extent);
  stage->order = spec->order;
  stage->single = lift->single;
  stage->whole = extent == 'w';
  stage->width = lift->width;
  stage->mean = g_new0 (double, lift->width);
  stage->moment = g_new0 (double, lift->width);
  return stage;
}

/* Of t = y and t = 1 that of t = y - less, its rows all times `factor`. */
static LofiStatus
read_sums (const LofiSums *sums, gboolean center, LofiFilterStage *stage, LofiMatrix *c)
{
  gsize p = stage->width;
  double squared = sums->factor * sums->factor;
  LofiMatrix plain = { 0 };
  g_autofree double *moment = g_new0 (double, p);
  LofiStatus status = lofi_operator_read (sums->weighted, center, c);
  if (status == LOFI_OK)
    status = lofi_operator_means (sums->weighted, FALSE, stage->mean, NULL);
  if (status == LOFI_OK)
    status = lofi_operator_means (sums->weighted, center, NULL, stage->moment);
  if (status == LOFI_OK && sums->plain)
    status = lofi_matrix_alloc (&plain, p, p);
  if (status == LOFI_OK && sums->plain)
    status = lofi_operator_read (sums->plain, center, &plain);
  if (status == LOFI_OK && sums->plain)
    status = lofi_operator_means (sums->plain, center, NULL, moment);
  for (gsize i = 0; status == LOFI_OK && i < p; i++)
    {
      double *row = c->data + i * c->stride;
      for (gsize j = 0; j < p; j++)
        row[j] = squared * (row[j] - (plain.data ? sums->less * plain.data[i * plain.stride + j] : 0));
      stage->mean[i] *= sums->factor;
      stage->moment[i] = sums->factor * (stage->moment[i] - sums->less * moment[i]);
    }
  lofi_matrix_clear (&plain);
  return status;
}

LofiFilterStage *
lofi_filter_stage_of_sums (LofiFitRun *run, const LofiLayerSpec *spec, guint index, const LofiFeatures *input, LofiLiftStage *lift,
                           const LofiSums *sums, GError **error)
{
  g_autofree char *place = g_strdup_printf ("layer%u", index + 1);
  char extent = lofi_filter_stage_extent (run, input->samples * lift->positions, lift->width, spec->keep);
  g_autoptr (LofiFilterStage) stage = stage_of_lift (spec, lift, input->samples * lift->positions, extent);
  Pass pass = { .run = run, .spec = spec, .index = index, .place = place, .input = input, .lift = lift };
  LofiMatrix c = { 0 };
  LofiStatus status = lofi_matrix_alloc (&c, lift->width, lift->width);
  if (status == LOFI_OK)
    status = read_sums (sums, spec->center_lift, stage, &c);
  if (status == LOFI_OK)
    return finish_primal (&pass, stage, &c, extent == 'd', error) ? g_steal_pointer (&stage) : NULL;
  lofi_matrix_clear (&c);
  lofi_error_from_status (error, status, place);
  return NULL;
}

LofiFilterStage *
lofi_filter_stage_new (LofiFitRun *run, const LofiLayerSpec *spec, guint index, const LofiFeatures *input, LofiLiftStage *lift,
                       gboolean show, GError **error)
{
  g_autofree char *place = g_strdup_printf ("layer%u", index + 1);
  gsize p = lift->width, rows = input->samples * lift->positions;
  g_autofree double *weights = lofi_filter_weights (run->result->task, spec, lift->positions);
  char extent = lofi_filter_stage_extent (run, rows, p, spec->keep);
  g_autoptr (LofiFilterStage) stage = stage_of_lift (spec, lift, rows, extent);
  Pass pass = { .run = run, .spec = spec, .index = index, .place = place, .input = input, .lift = lift, .weights = weights,
                .n_pictures = show && run->observer ? run->observer->live_pictures : 0 };
  if (!lofi_fit_run_enter (run, LOFI_STAGE_OPERATOR, index, lofi_lift_stage_cost (lift, input->samples) + lofi_operator_cost (rows, p), error))
    return NULL;
  LofiOperator op = { 0 };
  gboolean primal = stage->form == LOFI_FORM_PRIMAL;
  gboolean decomposed = (!primal || lofi_error_from_status (error, lofi_operator_init (&op, p), place))
                        && stream (&pass, primal ? &op : NULL, error)
                        && lofi_fit_run_enter (run, LOFI_STAGE_EIGENPAIRS, index, lofi_eigenpairs_cost (rows, p, spec->keep), error)
                        && (primal ? decompose_primal (&pass, stage, &op, extent == 'd', error) : decompose_dual (&pass, stage, error));
  lofi_operator_clear (&op);
  if (!decomposed)
    return NULL;
  if (show)
    show_spectrum (&pass, stage);
  return g_steal_pointer (&stage);
}
