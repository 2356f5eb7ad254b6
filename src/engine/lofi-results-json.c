/* result.json (contract.md "The results"). */
#include "config.h"
#include "lofi-results-file.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include "lofi-blas.h"
#include "lofi-experiment-json.h"
#include "lofi-json-private.h"
#include "lofi-null.h"
#include "lofi-plan.h"

static void
put_numbers (JsonBuilder *json, const char *name, const double *numbers, gsize count)
{
  json_builder_set_member_name (json, name);
  json_builder_begin_array (json);
  for (gsize i = 0; i < count; i++)
    if (isfinite (numbers[i]))
      json_builder_add_double_value (json, numbers[i]);
    else
      json_builder_add_null_value (json);
  json_builder_end_array (json);
}

static void
put_shape (JsonBuilder *json, const char *name, LofiMapShape shape)
{
  const gsize sizes[3] = { shape.channels, shape.height, shape.width };
  json_builder_set_member_name (json, name);
  json_builder_begin_array (json);
  for (guint i = 0; i < 3; i++)
    json_builder_add_int_value (json, (gint64) sizes[i]);
  json_builder_end_array (json);
}

static void
put_null_line (JsonBuilder *json, const LofiNull *null)
{
  if (!null || !null->permutations)         /* the law's line alone is no count of outliers */
    {
      lofi_json_put_null (json, "null_edge");
      lofi_json_put_null (json, "outliers");
      return;
    }
  const double edge[] = { null->low, null->high };
  put_numbers (json, "null_edge", edge, 2);
  lofi_json_put_integer (json, "outliers", lofi_null_outliers (null));
}

static void
put_layer (JsonBuilder *json, const LofiResult *result, guint index)
{
  const LofiLayerResult *layer = result->layers[index];
  gsize degree = lofi_experiment_total_degree (result->experiment, index);
  gboolean infinite = lofi_layer_lifts (layer->spec) && layer->spec->width == LOFI_WIDTH_INFINITE;
  json_builder_begin_object (json);
  lofi_json_put_text (json, "name", layer->name);
  lofi_json_put_text (json, "kind", lofi_kind_name (layer->spec->kind));
  lofi_json_put_integer (json, "inputs", layer->inputs);
  put_shape (json, "outputs", layer->output_shape);
  if (infinite)
    lofi_json_put_text (json, "width", "inf");
  else if (layer->width)
    lofi_json_put_integer (json, "width", layer->width);
  else
    lofi_json_put_null (json, "width");
  if (layer->keep)
    lofi_json_put_integer (json, "keep", layer->keep);
  else
    lofi_json_put_null (json, "keep");
  if (layer->scale > 0)
    lofi_json_put_number (json, "scale", layer->scale);
  else
    lofi_json_put_null (json, "scale");
  put_numbers (json, "eigenvalues", layer->eigenvalues, layer->keep);
  if (layer->mean_overlap)
    put_numbers (json, "mean_overlap", layer->mean_overlap, layer->keep);
  lofi_json_put_number (json, "residual", layer->residual);
  put_null_line (json, result->nulls ? result->nulls[index] : NULL);
  if (degree < G_MAXSIZE)
    lofi_json_put_integer (json, "degree", degree);
  else
    lofi_json_put_null (json, "degree");
  lofi_json_put_number (json, "seconds", layer->seconds);
  json_builder_end_object (json);
}

/* Without test samples there are no test scores. */
static void
put_readout (JsonBuilder *json, const char *name, const LofiReadout *readout)
{
  const LofiScores *test = &readout->test_scores;
  gboolean tested = readout->n_test > 0;
  json_builder_set_member_name (json, name);
  json_builder_begin_object (json);
  lofi_json_put_number (json, "penalty", readout->ridge.penalty);
  lofi_json_put_number (json, "loo_mse", readout->ridge.loo_mse);
  lofi_json_put_number (json, "train_mse", readout->train_scores.mse);
  lofi_json_put_number (json, "train_error", readout->train_scores.error);
  lofi_json_put_number (json, "test_mse", tested ? test->mse : NAN);
  lofi_json_put_number (json, "test_error", tested ? test->error : NAN);
  lofi_json_put_number (json, "test_mse_sem", tested ? test->mse_sem : NAN);
  lofi_json_put_number (json, "test_error_sem", tested ? test->error_sem : NAN);
  json_builder_end_object (json);
}

/* What was expected, beside what it took. */
static void
put_plan (JsonBuilder *json, const LofiPlan *plan)
{
  json_builder_set_member_name (json, "plan");
  json_builder_begin_object (json);
  lofi_json_put_number (json, "flops", plan->flops);
  lofi_json_put_integer (json, "bytes", plan->bytes);
  lofi_json_put_integer (json, "budget", plan->budget);
  json_builder_end_object (json);
}

static void
put_result (JsonBuilder *json, const LofiResult *result)
{
  json_builder_begin_object (json);
  lofi_json_put_integer (json, "format", 1);
  lofi_experiment_put_json (json, result->experiment);
  lofi_json_put_integer (json, "seed", result->experiment->seed);
  json_builder_set_member_name (json, "layers");
  json_builder_begin_array (json);
  for (guint i = 0; i < result->n_layers; i++)
    if (result->layers[i])
      put_layer (json, result, i);
  json_builder_end_array (json);
  if (result->readout)
    put_readout (json, "readout", result->readout);
  else
    lofi_json_put_null (json, "readout");
  json_builder_set_member_name (json, "baselines");
  json_builder_begin_object (json);
  if (result->lazy)
    put_readout (json, "lazy", result->lazy);
  if (result->linear)
    put_readout (json, "linear", result->linear);
  if (result->kernel)
    put_readout (json, "kernel", result->kernel);
  if (result->descent)
    put_readout (json, "descent", result->descent);
  json_builder_end_object (json);
  if (result->plan)
    put_plan (json, result->plan);
  if (result->descent)
    {
      lofi_json_put_integer (json, "descent_steps", result->descent_steps);
      lofi_json_put_flag (json, "descent_diverged", result->descent_diverged);
    }
  lofi_json_put_number (json, "seconds", result->seconds);
  lofi_json_put_integer (json, "peak_bytes", result->peak_bytes);
  lofi_json_put_integer (json, "threads", (guint64) MAX (lofi_blas_threads (), 0));
  lofi_json_put_text (json, "version", LOFI_VERSION);
  json_builder_end_object (json);
}

char *
lofi_result_to_json (const LofiResult *result)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();
  put_result (json, result);
  g_autoptr (JsonNode) root = json_builder_get_root (json);
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);
  g_autofree char *text = json_generator_to_data (generator, NULL);
  return g_strconcat (text, "\n", NULL);
}
