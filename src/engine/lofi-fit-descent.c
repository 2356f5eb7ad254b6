/* The baseline of gradient descent: a network of the same architecture, trained (method.md "What the experiments show", 5). */
#include "config.h"
#include "lofi-fit-private.h"

#include <math.h>
#include <glib/gi18n-lib.h>
#include "lofi-error.h"

/* Steps between two looks at the progress. */
#define STEPS_AT_ONCE ((gsize) 10)

GArray *
lofi_descent_layers (const LofiExperiment *experiment, LofiMapShape data, GError **error)
{
  g_autoptr (GArray) layers = g_array_new (FALSE, TRUE, sizeof (LofiDescentLayer));
  LofiMapShape shape = data;
  for (guint i = 0; i < experiment->layers->len; i++)
    {
      const LofiLayerSpec *spec = lofi_experiment_layer (experiment, i);
      g_autofree char *place = g_strdup_printf ("layer%u", i + 1);
      LofiDescentLayer layer = { .width = experiment->descent.hidden ? experiment->descent.hidden : spec->width, .input = shape };
      if (spec->kind == LOFI_KIND_FILTER || spec->kind == LOFI_KIND_FLATTEN)
        continue;                           /* a filter and what rearranges numbers have nothing to train */
      if (lofi_layer_lifts (spec) && layer.width == LOFI_WIDTH_INFINITE)
        {
          lofi_error_set (error, LOFI_ERROR_INPUT, place, _("set descent.hidden to a width"),
                          _("a network of infinite width cannot be trained by gradient descent"));
          return NULL;
        }
      if (lofi_layer_lifts (spec) && !lofi_error_from_status (error, lofi_sigma_init (&layer.sigma, spec->activation, spec->degree), place))
        return NULL;
      LofiStatus status = LOFI_OK;
      layer.kind = spec->kind == LOFI_KIND_CONV ? LOFI_DESCENT_CONV : spec->kind == LOFI_KIND_POOL ? LOFI_DESCENT_POOL : LOFI_DESCENT_DENSE;
      layer.window = (LofiWindow) { spec->size, spec->padding, spec->stride };
      layer.mode = spec->mode;
      if (layer.kind == LOFI_DESCENT_CONV)
        status = lofi_window_positions (layer.input, layer.window, &shape);
      else if (layer.kind == LOFI_DESCENT_POOL)
        status = lofi_pool_shape (layer.input, spec->size, &shape);
      else
        shape = (LofiMapShape) { 1, 1, layer.width };
      if (layer.kind == LOFI_DESCENT_CONV)
        shape.channels = layer.width;
      if (!lofi_error_from_status (error, status, place))
        return NULL;
      g_array_append_val (layers, layer);
    }
  return g_steal_pointer (&layers);
}

LofiDescentPlan
lofi_descent_plan (const LofiExperiment *experiment, const GArray *layers)
{
  return (LofiDescentPlan) { .layers = (const LofiDescentLayer *) layers->data, .n_layers = layers->len, .init = experiment->descent.init,
                             .step = experiment->descent.step, .seed = experiment->seed };
}

double
lofi_fit_descent_cost (const LofiExperiment *experiment, LofiPlanData data)
{
  g_autoptr (GArray) layers = lofi_descent_layers (experiment, data.shape, NULL);
  if (!layers)
    return 0;
  LofiDescentPlan plan = lofi_descent_plan (experiment, layers);
  return (double) experiment->descent.steps * lofi_descent_flops (&plan, lofi_map_count (data.shape), data.train);
}

/* Trains to the end, to a stop, or to where it diverges: then the last good weights are there. */
static LofiStatus
train (LofiFitRun *run, LofiDescent *descent)
{
  gsize steps = run->experiment->descent.steps;
  LofiWatch quiet = lofi_cancellable_watch (run->cancellable);
  LofiStatus status = LOFI_OK;
  double loss;
  while (status == LOFI_OK && lofi_descent_steps (descent) < steps)
    {
      status = lofi_descent_run (descent, MIN (STEPS_AT_ONCE, steps - lofi_descent_steps (descent)), &loss, &quiet);
      lofi_watch_report (&run->watch, (double) lofi_descent_steps (descent) / steps);
    }
  run->result->descent_steps = lofi_descent_steps (descent);
  run->result->descent_diverged = status == LOFI_NOT_FINITE;
  return status == LOFI_NOT_FINITE ? LOFI_OK : status;
}

LofiReadout *
lofi_fit_descent (LofiFitRun *run, GError **error)
{
  gint64 began = g_get_monotonic_time ();
  const LofiTask *task = run->result->task;
  LofiPlanData data = lofi_plan_data_of_task (task);
  g_autoptr (LofiReadout) readout = g_atomic_rc_box_new0 (LofiReadout);
  g_autoptr (GArray) layers = lofi_descent_layers (run->experiment, data.shape, error);
  LofiDescent *descent = NULL;
  if (!layers || !lofi_fit_run_enter (run, LOFI_STAGE_DESCENT, -1, lofi_fit_descent_cost (run->experiment, data), error))
    return NULL;
  LofiDescentPlan plan = lofi_descent_plan (run->experiment, layers);
  LofiStatus status = lofi_descent_new (&plan, &task->train.inputs, task->train.y, &task->test.inputs, &descent);
  if (status == LOFI_OK)
    status = train (run, descent);
  readout->train_predictions = g_new0 (double, MAX (1, data.train));
  readout->test_predictions = g_new0 (double, MAX (1, data.test));
  if (status == LOFI_OK)
    status = lofi_descent_predict (descent, readout->train_predictions, data.test > 0 ? readout->test_predictions : NULL);
  lofi_descent_free (descent);
  if (!lofi_error_from_status (error, status, lofi_stage_name (LOFI_STAGE_DESCENT)))
    return NULL;
  readout->ridge.penalty = readout->ridge.loo_mse = NAN;       /* not chosen by leave-one-out */
  lofi_readout_score (readout, task);
  readout->seconds = (g_get_monotonic_time () - began) / 1e6;
  return g_steal_pointer (&readout);
}
