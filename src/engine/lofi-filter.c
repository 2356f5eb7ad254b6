/* The moment operator as a stage: streamed over the samples, watched while it grows, then decomposed. */
#include "config.h"
#include <math.h>
#include <string.h>
#include <cblas.h>
#include <glib/gi18n-lib.h>
#include "lofi-error.h"
#include "lofi-filter-private.h"
#include "lofi-operator.h"

static void
filter_stage_clear (gpointer data)
{
  LofiFilterStage *stage = data;
  g_free (stage->spectrum);
  g_free (stage->mean);
  g_free (stage->moment);
  lofi_spectrum_clear (&stage->primal);
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
  gsize bytes = 3 * stage->width * sizeof (double);
  bytes += stage->form == LOFI_FORM_PRIMAL ? lofi_spectrum_bytes (&stage->primal) : lofi_dual_bytes (&stage->dual);
  if (stage->dual_lifted)
    bytes += lofi_matrix_bytes (stage->dual_lifted->matrix.rows, stage->dual_lifted->matrix.cols);
  return bytes;
}

double *
lofi_lifted_mean (const LofiMatrix *lifted)
{
  double *mean = g_new0 (double, lifted->cols);
  for (gsize i = 0; i < lifted->rows; i++)
    cblas_daxpy (lifted->cols, 1.0 / lifted->rows, lifted->data + i * lifted->stride, 1, mean, 1);
  return mean;
}

void
lofi_lifted_subtract (LofiMatrix *lifted, const double *mean)
{
  for (gsize i = 0; i < lifted->rows; i++)
    cblas_daxpy (lifted->cols, -1.0, mean, 1, lifted->data + i * lifted->stride, 1);
}

/* m / ||m||: P numbers. (transfer full) */
static double *
unit_moment (const LofiFilterStage *stage)
{
  double *unit = g_memdup2 (stage->moment, stage->width * sizeof (double));
  cblas_dscal (stage->width, 1 / stage->moment_norm, unit, 1);
  return unit;
}

/* One pass over the samples. */
typedef struct {
  LofiFitRun *run;
  const LofiLayerSpec *spec;
  guint index;
  const char *place;
  const LofiRepresentation *input;
  LofiLiftStage *lift;
  double *weights;            /* t, n numbers */
  gsize n_pictures;           /* spectra to show while streaming */
} Pass;

/* Up to here a spectrum on the way costs little beside the rest; a wider operator is watched over its first samples only. */
#define PICTURE_ORDER_MAX 2000

/* After how many samples picture k of n_pictures is taken: denser at the start, where outliers are born. */
static gsize
picture_samples (const Pass *pass, gsize k)
{
  gsize n = pass->input->train->rows, p = pass->spec->width;
  gsize last = MIN (n, p) > PICTURE_ORDER_MAX ? PICTURE_ORDER_MAX : n;
  return MAX (2, (gsize) (last * pow ((k + 1.0) / (pass->n_pictures + 1.0), 1.5)));
}

/* Z (n x P) less its mean, as a new array. */
static LofiArray *
centred (const LofiMatrix *lifted, const char *place, GError **error)
{
  g_autoptr (LofiArray) copy = lofi_array_new (lifted->rows, lifted->cols, error, place);
  if (!copy)
    return NULL;
  g_autofree double *mean = lofi_lifted_mean (lifted);
  lofi_matrix_copy (&copy->matrix, lifted);
  lofi_lifted_subtract (&copy->matrix, mean);
  return g_steal_pointer (&copy);
}

/* The spectrum of the first `samples` lifted rows by the dual form, all P numbers. */
static LofiStatus
prefix_spectrum (const Pass *pass, gsize samples, double *values)
{
  LofiWatch quiet = lofi_cancellable_watch (pass->run->cancellable);
  LofiMatrix z = lofi_matrix_row_block (&pass->lift->lifted->matrix, 0, samples);
  g_autoptr (LofiArray) copy = NULL;
  if (pass->spec->center_lift)
    {
      copy = centred (&z, pass->place, NULL);
      if (!copy)
        return LOFI_NO_MEMORY;
      z = copy->matrix;
    }
  return lofi_dual_only_values (&z, pass->weights, values, &quiet);
}

/* Shows the operator of the samples so far; op is NULL in the dual form. A picture that fails is left out: the fit goes on and
 * meets the reason itself. */
static void
show_picture (const Pass *pass, const LofiOperator *op, gsize samples)
{
  gsize p = pass->spec->width;
  g_autofree double *values = g_try_new (double, p);
  LofiStatus status = values ? LOFI_OK : LOFI_NO_MEMORY;
  if (status == LOFI_OK && pass->lift->lifted && samples < p)
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

/* Lifts all samples block by block, adding them to op (NULL in the dual form), with pictures on the way. */
static gboolean
stream (Pass *pass, LofiOperator *op, GError **error)
{
  gsize n = pass->input->train->rows, p = pass->spec->width, first = 0, picture = 0;
  LofiWatch quiet = lofi_cancellable_watch (pass->run->cancellable);
  g_autoptr (LofiArray) work = pass->lift->lifted ? NULL : lofi_array_new (LOFI_FIT_BLOCK, p, error, pass->place);
  if (!pass->lift->lifted && !work)
    return FALSE;
  while (first < n)
    {
      gsize count = MIN (LOFI_FIT_BLOCK, n - first);
      gboolean shows = FALSE;
      if (picture < pass->n_pictures && picture_samples (pass, picture) <= first + count)
        {
          shows = TRUE;
          count = MAX (picture_samples (pass, picture), first + 1) - first;
          while (picture < pass->n_pictures && picture_samples (pass, picture) <= first + count)
            picture++;
        }
      LofiMatrix rows;
      if (!lofi_lift_stage_rows (pass->lift, pass->input->train, first, count, work ? &work->matrix : NULL, &rows, pass->place, error))
        return FALSE;
      if (pass->lift->lifted && pass->lift->filled < first + count)
        pass->lift->filled = first + count;
      LofiStatus status = op ? lofi_operator_add (op, &rows, pass->weights + first, &quiet)
                             : lofi_watch_stops (&quiet) ? LOFI_STOPPED : LOFI_OK;
      if (!lofi_error_from_status (error, status, pass->place))
        return FALSE;
      first += count;
      lofi_watch_report (&pass->run->watch, (double) first / n);
      if (shows && first < n)
        show_picture (pass, op, first);
    }
  return TRUE;
}

static gboolean
decompose_primal (Pass *pass, LofiFilterStage *stage, LofiOperator *op, GError **error)
{
  LofiWatch *watch = &pass->run->watch;
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
    status = lofi_spectrum_init (&stage->primal, &c, watch);
  if (status == LOFI_OK)
    memcpy (stage->spectrum, stage->primal.values, stage->width * sizeof (double));
  stage->moment_norm = cblas_dnrm2 (stage->width, stage->moment, 1);
  if (status == LOFI_OK && stage->order == LOFI_ORDER_1_2 && stage->moment_norm > 0)
    {
      g_autofree double *unit = unit_moment (stage);
      lofi_spectrum_clear (&stage->primal);
      status = lofi_operator_deflate (&c, unit);
      if (status == LOFI_OK)
        status = lofi_spectrum_init (&stage->primal, &c, watch);
    }
  lofi_matrix_clear (&c);
  return lofi_error_from_status (error, status, pass->place);
}

static gboolean
decompose_dual (Pass *pass, LofiFilterStage *stage, GError **error)
{
  LofiWatch *watch = &pass->run->watch;
  const LofiMatrix *z = &pass->lift->lifted->matrix;
  g_autofree double *mean = lofi_lifted_mean (z);
  memcpy (stage->mean, mean, stage->width * sizeof (double));
  stage->dual_lifted = pass->spec->center_lift ? centred (z, pass->place, error) : lofi_array_ref (pass->lift->lifted);
  if (!stage->dual_lifted)
    return FALSE;
  z = &stage->dual_lifted->matrix;
  cblas_dgemv (CblasRowMajor, CblasTrans, z->rows, z->cols, 1.0 / z->rows, z->data, z->stride, pass->weights, 1, 0.0,
               stage->moment, 1);
  stage->moment_norm = cblas_dnrm2 (stage->width, stage->moment, 1);
  LofiStatus status = lofi_dual_init (&stage->dual, z, pass->weights, NULL, watch);
  if (status == LOFI_OK)
    lofi_dual_values (&stage->dual, stage->spectrum);
  if (status == LOFI_OK && stage->order == LOFI_ORDER_1_2 && stage->moment_norm > 0)
    {
      g_autofree double *unit = unit_moment (stage);
      lofi_dual_clear (&stage->dual);
      status = lofi_dual_init (&stage->dual, z, pass->weights, unit, watch);
    }
  return lofi_error_from_status (error, status, pass->place);
}

LofiFilterStage *
lofi_filter_stage_new (LofiFitRun *run, const LofiLayerSpec *spec, guint index, const LofiRepresentation *input,
                       LofiLiftStage *lift, gboolean show, GError **error)
{
  g_autofree char *place = g_strdup_printf ("layer%u", index + 1);
  gsize n = input->train->rows, p = spec->width;
  g_autoptr (LofiFilterStage) stage = g_atomic_rc_box_new0 (LofiFilterStage);
  g_autofree double *weights = g_memdup2 (run->result->task->train.y, n * sizeof (double));
  Pass pass = { run, spec, index, place, input, lift, weights, show && run->observer ? run->observer->live_pictures : 0 };
  stage->form = p > n ? LOFI_FORM_DUAL : LOFI_FORM_PRIMAL;
  stage->order = spec->order;
  stage->width = p;
  stage->spectrum = g_new0 (double, p);
  stage->mean = g_new0 (double, p);
  stage->moment = g_new0 (double, p);
  if (spec->center_labels)
    for (gsize i = 0; i < n; i++)
      weights[i] -= run->result->task->mean_y;

  double pass_cost = lofi_lift_cost (n, input->train->cols, p) + lofi_operator_cost (n, p);
  if (!lofi_fit_run_enter (run, LOFI_STAGE_OPERATOR, index, pass_cost, error))
    return NULL;
  LofiOperator op = { 0 };
  gboolean primal = stage->form == LOFI_FORM_PRIMAL;
  gboolean decomposed = (!primal || lofi_error_from_status (error, lofi_operator_init (&op, p), place))
                        && stream (&pass, primal ? &op : NULL, error)
                        && lofi_fit_run_enter (run, LOFI_STAGE_EIGENPAIRS, index, lofi_eigenpairs_cost (n, p, spec->keep), error)
                        && (primal ? decompose_primal (&pass, stage, &op, error) : decompose_dual (&pass, stage, error));
  lofi_operator_clear (&op);
  if (!decomposed)
    return NULL;
  /* The whole spectrum is known before the directions and the projections are: nobody should wait for those to see it. */
  if (show)
    lofi_fit_run_show_live (run, index, n, g_memdup2 (stage->spectrum, p * sizeof (double)), p);
  return g_steal_pointer (&stage);
}

gboolean
lofi_filter_stage_leading (const LofiFilterStage *stage, gsize keep, double *values, LofiMatrix *vectors, const LofiWatch *watch,
                           const char *place, GError **error)
{
  gboolean first_order = stage->order != LOFI_ORDER_2;
  if (first_order)
    {
      if (!(stage->moment_norm > 0))
        return lofi_error_set (error, LOFI_ERROR_INPUT, place, _("use order 2"),
                               _("the first label moment is zero, so order %s has no direction"), lofi_order_name (stage->order));
      LofiMatrix direction = { vectors->data, vectors->rows, 1, vectors->stride };
      cblas_dcopy (stage->width, stage->moment, 1, vectors->data, vectors->stride);
      cblas_dscal (stage->width, 1 / stage->moment_norm, vectors->data, vectors->stride);
      lofi_orient_columns (&direction);
      values[0] = stage->moment_norm;
    }
  gsize rest = stage->order == LOFI_ORDER_1 ? 0 : keep - first_order;
  if (rest == 0)
    return TRUE;
  LofiMatrix others = { vectors->data + first_order, vectors->rows, rest, vectors->stride };
  if (stage->form == LOFI_FORM_PRIMAL)
    return lofi_error_from_status (error, lofi_spectrum_leading (&stage->primal, rest, values + first_order, &others, watch), place);
  if (rest > stage->dual.rank)
    return lofi_error_set (error, LOFI_ERROR_INPUT, place, _("keep fewer directions or take more samples"),
                           _("%zu directions are asked for, but the lifted samples span only %zu"), rest, stage->dual.rank);
  g_autofree double *unit = first_order ? unit_moment (stage) : NULL;
  return lofi_error_from_status (error, lofi_dual_leading (&stage->dual, &stage->dual_lifted->matrix, unit, rest,
                                                           values + first_order, &others, watch), place);
}
