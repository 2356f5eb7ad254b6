/* Null lines: against shuffled operators summed plainly, K by outliers, and when they come. */
#include <json-glib/json-glib.h>
#include "lofi-kernel.h"
#include "lofi-lift.h"
#include "lofi-nulls.h"
#include "lofi-permutation.h"
#include "lofi-results-file.h"

#define SAMPLES 160
#define TESTS 30

static char *folder;

static void
set_up (void)
{
  lofi_blas_set_threads (1);
  folder = fixture_folder ();
}

static void
tear_down (void)
{
  fixture_remove (folder);
}

static LofiResult *
fit_layers (const char *layers, LofiNulls nulls)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, layers);
  experiment->precision = LOFI_PRECISION_DOUBLE;
  return nulls_fit (experiment, nulls, LOFI_SPECTRA_WHOLE, NULL);
}

/* ---- against plain sums ---- */

/* Lifted rows of one group of a layer, plainly: (n S) x P. */
static LofiArray *
plain_rows (const LofiResult *result, guint index, guint channel)
{
  const LofiLayerResult *layer = result->layers[index];
  const LofiLayerSpec *spec = layer->spec;
  g_autoptr (LofiArray) before = index > 0 ? lofi_layer_result_features (result->layers[index - 1], FALSE, NULL, NULL) : NULL;
  LofiMatrix x = before ? before->matrix : result->task->train.inputs;
  LofiWindow window = { spec->size, spec->padding, spec->stride };
  gsize s = lofi_layer_looks_at_windows (spec) ? layer->output_shape.height * layer->output_shape.width : 1;
  gsize inputs = s > 1 ? spec->size * spec->size * (spec->kind == LOFI_KIND_CONV ? layer->input_shape.channels : 1) : x.cols;
  g_autoptr (LofiArray) patches = lofi_array_new (x.rows * s, inputs, NULL, "test");
  LofiArray *z = lofi_array_new (x.rows * s, layer->width, NULL, "test");
  LofiStatus status = s == 1 ? lofi_matrix_copy (&patches->matrix, &x)
                      : spec->kind == LOFI_KIND_CONV ? lofi_patches (&x, layer->input_shape, window, &patches->matrix)
                                                     : lofi_patches_of_channel (&x, layer->input_shape, window, channel, &patches->matrix);
  ck_assert (status == LOFI_OK);
  if (!lofi_layer_lifts (spec))
    lofi_matrix_copy (&z->matrix, &patches->matrix);
  else
    {
      LofiLift lift = { .weights = layer->weights->matrix, .bias = layer->bias, .bias_strength = spec->bias, .scale = layer->scale };
      ck_assert (lofi_sigma_init (&lift.sigma, spec->activation, spec->degree) == LOFI_OK);
      ck_assert (lofi_lift_apply (&lift, &patches->matrix, &z->matrix) == LOFI_OK);
    }
  return z;
}

/* All eigenvalues of (1/n) sum t z z^T, z less its mean if asked for. */
static double *
plain_spectrum (const LofiArray *rows, const double *t, gsize samples, gboolean center)
{
  gsize n = rows->matrix.rows, p = rows->matrix.cols, s = n / samples;
  g_autofree double *mean = g_new0 (double, p);
  g_autoptr (LofiArray) c = lofi_array_new (p, p, NULL, "test");
  double *values = g_new (double, p);
  for (gsize i = 0; center && i < n; i++)
    for (gsize j = 0; j < p; j++)
      mean[j] += network_at (rows, i, j) / n;
  memset (c->matrix.data, 0, p * c->matrix.stride * sizeof (double));
  for (gsize i = 0; i < n; i++)
    {
      const double *z = rows->matrix.data + i * rows->matrix.stride;
      for (gsize a = 0; a < p; a++)
        for (gsize b = 0; b < p; b++)
          c->matrix.data[a * c->matrix.stride + b] += t[i / s] * (z[a] - mean[a]) * (z[b] - mean[b]) / n;
    }
  ck_assert (lofi_symmetric_values (&c->matrix, values, NULL) == LOFI_OK);
  return values;
}

static void
labels_of (const LofiResult *result, const LofiLayerSpec *spec, double *t)
{
  for (gsize i = 0; i < result->task->train.count; i++)
    t[i] = result->task->train.y[i] - (spec->center_labels ? result->task->mean_y : 0);
}

static void
check_mean_and_sd (const double *numbers, gsize count, double mean, double sd, double line, int side, double unit)
{
  double sum = 0, squares = 0;
  for (gsize i = 0; i < count; i++)
    sum += numbers[i] / count;
  for (gsize i = 0; i < count; i++)
    squares += (numbers[i] - sum) * (numbers[i] - sum) / (count - 1);
  ck_assert_msg (fabs (mean - sum) <= 1e-3 * unit, "mean %g, plainly %g", mean, sum);
  ck_assert_msg (fabs (sd - sqrt (squares)) <= 1e-3 * unit, "sd %g, plainly %g", sd, sqrt (squares));
  ck_assert_msg (fabs (line - (mean + 2 * side * sd)) <= 1e-12 * unit, "line %g", line);
}

/* The line of a layer against twenty spectra summed plainly, its count against the layer's spectrum, and the shuffled spectrum. */
static void
check_line (const LofiResult *result, guint index)
{
  const LofiLayerResult *layer = result->layers[index];
  const LofiNull *null = nulls_of (result, index);
  gsize n = result->task->train.count, below = 0, above = 0;
  guint groups = layer->spec->kind == LOFI_KIND_FILTER && layer->spec->size ? layer->input_shape.channels : 1;
  double low[LOFI_NULL_PERMUTATIONS], high[LOFI_NULL_PERMUTATIONS], unit = 0;
  g_autofree double *t = g_new (double, n), *shuffled = g_new (double, n), *first = g_new (double, layer->width * groups);
  labels_of (result, layer->spec, t);
  ck_assert_uint_eq (null->permutations, LOFI_NULL_PERMUTATIONS);
  for (guint i = 0; i < LOFI_NULL_PERMUTATIONS; i++)
    {
      low[i] = INFINITY;
      high[i] = -INFINITY;
    }
  for (guint g = 0; g < groups; g++)
    {
      g_autoptr (LofiArray) rows = plain_rows (result, index, g);
      for (guint i = 0; i < LOFI_NULL_PERMUTATIONS; i++)
        {
          ck_assert (lofi_shuffled_weights (result->experiment->seed, i, t, n, shuffled) == LOFI_OK);
          g_autofree double *values = plain_spectrum (rows, shuffled, n, layer->spec->center_lift);
          low[i] = MIN (low[i], values[0]);
          high[i] = MAX (high[i], values[layer->width - 1]);
          if (i == 0)
            memcpy (first + g * layer->width, values, layer->width * sizeof (double));
        }
    }
  for (guint i = 0; i < LOFI_NULL_PERMUTATIONS; i++)
    unit = MAX (unit, MAX (fabs (low[i]), fabs (high[i])));
  check_mean_and_sd (low, LOFI_NULL_PERMUTATIONS, null->low_mean, null->low_sd, null->low, -1, unit);
  check_mean_and_sd (high, LOFI_NULL_PERMUTATIONS, null->high_mean, null->high_sd, null->high, 1, unit);
  for (gsize i = 0; i < layer->n_spectrum; i++)
    {
      below += layer->spectrum[i] < null->low;
      above += layer->spectrum[i] > null->high;
    }
  ck_assert (layer->n_spectrum > 0 && null->below == below && null->above == above);

  g_autoptr (GError) error = NULL;
  g_autoptr (LofiArray) spectrum = lofi_result_shuffled_spectrum (result, index, NULL, &error);
  ck_assert_msg (spectrum != NULL, "%s", error ? error->message : "");
  ck_assert (spectrum->matrix.rows == layer->width * groups && spectrum->matrix.cols == 1);
  for (gsize i = 1; i < spectrum->matrix.rows; i++)
    ck_assert (network_at (spectrum, i, 0) >= network_at (spectrum, i - 1, 0));
  double total = 0, plain = 0;
  for (gsize i = 0; i < spectrum->matrix.rows; i++)
    {
      total += pow (network_at (spectrum, i, 0), 2);
      plain += first[i] * first[i];
    }
  ck_assert (fabs (network_at (spectrum, 0, 0) - low[0]) <= 1e-9 * unit);
  ck_assert (fabs (network_at (spectrum, spectrum->matrix.rows - 1, 0) - high[0]) <= 1e-9 * unit);
  ck_assert (fabs (total - plain) <= 1e-9 * plain);
}

static const char *const vector_layers[] = {
  "[layer1]\nwidth=40\nkeep=5\n",
  "[layer1]\nwidth=60\nkeep=5\ncenter-labels=true\ncenter-lift=true\nactivation=tanh\nbias=0.5\n",
  "[layer1]\nwidth=40\nkeep=4\norder=1+2\n[layer2]\nwidth=50\nkeep=3\ncenter-labels=true\n",
  "[layer1]\nwidth=40\nkeep=1\norder=1\n",
  "[layer1]\nwidth=220\nkeep=4\ncenter-lift=true\n",
  "[layer1]\nkind=filter\nkeep=3\n",
  "[layer1]\nwidth=30\nkeep=none\n[layer2]\nwidth=40\nkeep=3\n",
};

START_TEST (lines_of_vectors)
{
  network_write_vectors (folder, SAMPLES, TESTS, FIXTURE_INPUTS);
  g_autoptr (LofiResult) result = fit_layers (vector_layers[_i], LOFI_NULLS_PERMUTED);
  for (guint i = 0; i < result->n_layers; i++)
    if (result->layers[i]->keep)
      check_line (result, i);
    else
      ck_assert_ptr_null (result->nulls[i]);
}
END_TEST

/* Convolutions and patch filters: labels are shuffled among samples, never among the positions of one. */
START_TEST (lines_of_maps)
{
  network_write_maps (folder, 60, 10, 2, 6, 5);
  g_autoptr (LofiResult) convolution = fit_layers ("[layer1]\nkind=conv\nwidth=25\nkeep=3\nsize=3\n[layer2]\nkind=flatten\n[layer3]\nwidth=20\nkeep=2\n",
                                                   LOFI_NULLS_PERMUTED | LOFI_NULLS_LAW);
  g_autoptr (LofiResult) patches = fit_layers ("[layer1]\nkind=filter\nsize=3\nkeep=2\n", LOFI_NULLS_PERMUTED);
  check_line (convolution, 0);
  check_line (convolution, 2);
  check_line (patches, 0);
  ck_assert_ptr_null (convolution->nulls[1]);
  ck_assert (isnan (nulls_of (convolution, 0)->law_low));      /* positions are not independent rows */
  ck_assert (nulls_of (convolution, 2)->law_low < 0);
}
END_TEST

/* A kernel's rows are those of G^(1/2): shuffled, its filter has the spectrum the line is of. */
START_TEST (lines_of_kernels)
{
  network_write_vectors (folder, SAMPLES, TESTS, FIXTURE_INPUTS);
  g_autoptr (LofiResult) result = fit_layers ("[layer1]\nwidth=inf\nkeep=3\ncenter-labels=true\n", LOFI_NULLS_PERMUTED | LOFI_NULLS_LAW);
  const LofiLayerResult *layer = result->layers[0];
  const LofiNull *null = nulls_of (result, 0);
  gsize n = result->task->train.count;
  double low[LOFI_NULL_PERMUTATIONS], high[LOFI_NULL_PERMUTATIONS], unit = 0;
  g_autofree double *t = g_new (double, n), *shuffled = g_new (double, n);
  g_autoptr (LofiArray) gram = lofi_array_new (n, n, NULL, "test");
  LofiSigma sigma;
  labels_of (result, layer->spec, t);
  ck_assert (lofi_sigma_init (&sigma, LOFI_RELU, LOFI_DEGREE_EXACT) == LOFI_OK);
  ck_assert (lofi_kernel_matrix (&sigma, layer->scale, 0, &result->task->train.inputs, &result->task->train.inputs, &gram->matrix, NULL) == LOFI_OK);
  for (guint i = 0; i < LOFI_NULL_PERMUTATIONS; i++)
    {
      LofiKernelFilter filter;
      ck_assert (lofi_shuffled_weights (result->experiment->seed, i, t, n, shuffled) == LOFI_OK);
      ck_assert (lofi_kernel_filter_init (&filter, &gram->matrix, shuffled, NULL) == LOFI_OK);
      low[i] = filter.spectrum.values[0];
      high[i] = filter.spectrum.values[n - 1];
      unit = MAX (unit, MAX (-low[i], high[i]));
      if (i == 0)
        {
          g_autoptr (LofiArray) spectrum = lofi_result_shuffled_spectrum (result, 0, NULL, NULL);
          ck_assert (spectrum && spectrum->matrix.rows == n);
          for (gsize k = 0; k < n; k++)
            ck_assert (fabs (network_at (spectrum, k, 0) - filter.spectrum.values[k]) <= 1e-9 * unit);
        }
      lofi_kernel_filter_clear (&filter);
    }
  check_mean_and_sd (low, LOFI_NULL_PERMUTATIONS, null->low_mean, null->low_sd, null->low, -1, unit);
  check_mean_and_sd (high, LOFI_NULL_PERMUTATIONS, null->high_mean, null->high_sd, null->high, 1, unit);
  ck_assert (null->law_low < 0 && null->law_high > 0);
}
END_TEST

/* ---- keep=auto ---- */

static void
check_same_layer (const LofiLayerResult *a, const LofiLayerResult *b)
{
  ck_assert (a->keep == b->keep && lofi_map_count (a->output_shape) == lofi_map_count (b->output_shape));
  ck_assert (memcmp (a->eigenvalues, b->eigenvalues, a->keep * sizeof (double)) == 0);
  ck_assert (network_difference (&a->filters->matrix, &b->filters->matrix) <= 1e-9);
  ck_assert (network_difference (&a->train->matrix, &b->train->matrix) <= 1e-9 && network_difference (&a->test->matrix, &b->test->matrix) <= 1e-9);
}

/* The layer of keep=auto is the one of keep=K, and a later layer takes its K inputs. */
static void
check_automatic (const char *layer, const char *rest)
{
  g_autofree char *chosen = g_strdup_printf ("[layer1]\n%skeep=auto\n%s", layer, rest);
  g_autoptr (LofiResult) automatic = fit_layers (chosen, LOFI_NULLS_NONE);
  gsize k = automatic->layers[0]->keep, outliers = lofi_null_outliers (nulls_of (automatic, 0));
  ck_assert_uint_eq (k, MAX (1, outliers));
  g_autofree char *given = g_strdup_printf ("[layer1]\n%skeep=%zu\n%s", layer, k, rest);
  g_autoptr (LofiResult) fixed = fit_layers (given, LOFI_NULLS_PERMUTED);
  check_same_layer (automatic->layers[0], fixed->layers[0]);
  ck_assert_uint_eq (outliers, lofi_null_outliers (nulls_of (fixed, 0)));
  for (guint i = 1; i < automatic->n_layers; i++)
    ck_assert (automatic->layers[i]->inputs == k);
  ck_assert (automatic->readout->test_scores.mse == fixed->readout->test_scores.mse
             || fabs (automatic->readout->test_scores.mse - fixed->readout->test_scores.mse) <= 1e-9);
}

START_TEST (keep_automatic)
{
  network_write_vectors (folder, 400, TESTS, FIXTURE_INPUTS);
  check_automatic ("width=60\nactivation=square\ncenter-labels=true\n", "[layer2]\nwidth=30\nkeep=1\n");
  check_automatic ("width=60\norder=1+2\n", "");
  check_automatic ("kind=filter\n", "[layer2]\nwidth=30\nkeep=1\n");
  check_automatic ("width=500\n", "");
  check_automatic ("width=inf\ncenter-labels=true\n", "");
}
END_TEST

START_TEST (keep_automatic_bounds)
{
  network_write_vectors (folder, 400, TESTS, FIXTURE_INPUTS);
  g_autoptr (LofiResult) plain = fit_layers ("[layer1]\nkind=filter\nkeep=auto\n", LOFI_NULLS_NONE);
  gsize outliers = lofi_null_outliers (nulls_of (plain, 0));
  ck_assert (outliers >= 2 && outliers < 10);
  g_autoptr (LofiResult) one = fit_layers ("[layer1]\nkind=filter\nkeep=auto\nkeep-max=1\n", LOFI_NULLS_NONE);
  g_autoptr (LofiResult) ten = fit_layers ("[layer1]\nkind=filter\nkeep=auto\nkeep-min=10\n", LOFI_NULLS_NONE);
  g_autoptr (LofiResult) all = fit_layers ("[layer1]\nkind=filter\nkeep=auto\nkeep-min=24\nkeep-max=60\n", LOFI_NULLS_NONE);
  ck_assert (one->layers[0]->keep == 1 && ten->layers[0]->keep == 10 && all->layers[0]->keep == FIXTURE_INPUTS);
  ck_assert (lofi_null_outliers (nulls_of (one, 0)) == outliers && lofi_null_outliers (nulls_of (ten, 0)) == outliers);
  network_refused (folder, "[layer1]\nkind=filter\nkeep=auto\nkeep-min=25\n", "layer1.keep-min|25|24");
  network_refused (folder, "[layer1]\nwidth=inf\nkeep=auto\nkeep-min=401\nkeep-max=500\n", "layer1.keep-min|401|400");
}
END_TEST

/* ---- when they come ---- */

typedef struct {
  guint snapshots, finished, laws, permuted, unlit;      /* unlit: finished ones without the line of layer one */
  guint nulls_reported;
  double fraction;
  gboolean fell;
  GCancellable *cancel;
} Seen;

static void
see_progress (gpointer data, const LofiProgress *progress)
{
  Seen *seen = data;
  seen->nulls_reported += progress->stage == LOFI_STAGE_NULL;
  seen->fell |= !(progress->fraction >= seen->fraction);
  seen->fraction = progress->fraction;
  if (seen->cancel && progress->stage == LOFI_STAGE_NULL)
    g_cancellable_cancel (seen->cancel);
}

static void
see_snapshot (gpointer data, LofiResult *result)
{
  Seen *seen = data;
  const LofiNull *null = result->nulls[0];
  seen->snapshots++;
  seen->finished += result->finished;
  seen->laws += null && !null->permutations;
  seen->permuted += null && null->permutations;
  seen->unlit += result->finished && !(null && null->permutations);
  ck_assert (!null || null->permutations == 0 || result->finished);
}

static LofiResult *
watch (const LofiExperiment *experiment, LofiCache *cache, LofiNulls nulls, Seen *seen, GCancellable *cancellable)
{
  LofiObserver observer = { see_progress, see_snapshot, seen, 2, LOFI_SPECTRA_DRAWN, nulls };
  g_autoptr (GError) error = NULL;
  LofiResult *result = lofi_fit (experiment, TRUE, 0, cache, &observer, cancellable, &error);
  ck_assert_msg (result != NULL, "%s", error ? error->message : "");
  return result;
}

static void
check_same_null (const LofiNull *a, const LofiNull *b)
{
  double unit = MAX (-a->low, a->high);
  ck_assert (fabs (a->low - b->low) <= 1e-9 * unit && fabs (a->high - b->high) <= 1e-9 * unit && fabs (a->low_mean - b->low_mean) <= 1e-9 * unit);
  ck_assert (fabs (a->high_sd - b->high_sd) <= 1e-9 * unit && a->below == b->below
             && a->above == b->above && a->permutations == b->permutations);
}

/* First the law, with the layer; the finished result, then the permutations, each line shown; the same numbers with and without a cache, in
 * whatever order they are computed. */
START_TEST (first_the_result_then_the_lines)
{
  network_write_vectors (folder, SAMPLES, TESTS, FIXTURE_INPUTS);
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, TWO_LAYERS);
  g_autoptr (LofiCache) cache = lofi_cache_new (64 << 20), tiny = lofi_cache_new (1);
  const LofiNulls both = LOFI_NULLS_LAW | LOFI_NULLS_PERMUTED;
  Seen fresh = { 0 }, again = { 0 }, dropped = { 0 }, none = { 0 };
  g_autoptr (LofiResult) a = watch (experiment, cache, both, &fresh, NULL), c = watch (experiment, tiny, both, &dropped, NULL);
  ck_assert (fresh.laws > 0 && fresh.unlit == 1 && fresh.finished == 3 && fresh.permuted == 2 && fresh.nulls_reported > 2);
  ck_assert (!fresh.fell && fresh.fraction == 1 && !dropped.fell && dropped.fraction == 1);
  g_autoptr (LofiExperiment) more = lofi_experiment_dup (experiment);
  lofi_experiment_layer (more, 0)->keep = 9;
  g_autoptr (LofiResult) other = nulls_fit (more, both, LOFI_SPECTRA_DRAWN, cache);
  g_autoptr (LofiResult) unwatched = nulls_fit (experiment, both, LOFI_SPECTRA_LEADING, NULL);
  check_same_null (nulls_of (a, 0), nulls_of (other, 0));         /* K is nothing to the line */
  for (guint i = 0; i < 2; i++)
    {
      check_same_null (nulls_of (a, i), nulls_of (c, i));
      check_same_null (nulls_of (a, i), nulls_of (unwatched, i));
      double law = nulls_of (a, i)->law_low;
      ck_assert (law < 0 && fabs (nulls_of (unwatched, i)->law_low - law) <= 1e-6 * -law);
    }
  ck_assert_ptr_null (a->nulls[2]);
  /* Going back, the line is there with the layer. */
  LofiObserver observer = { .snapshot = NULL, .nulls = both, .spectra = LOFI_SPECTRA_DRAWN, .progress = see_progress, .data = &again };
  g_autoptr (LofiResult) back = lofi_fit (experiment, FALSE, 0, cache, &observer, NULL, NULL);
  ck_assert (back && again.nulls_reported == 0);
  check_same_null (nulls_of (a, 0), nulls_of (back, 0));
  g_autoptr (LofiResult) plain = watch (experiment, NULL, LOFI_NULLS_NONE, &none, NULL);
  ck_assert (none.nulls_reported == 0 && none.laws + none.permuted == 0 && !plain->nulls[0] && none.fraction == 1);
}
END_TEST

/* The law alone counts what is beyond it. */
START_TEST (the_law_alone)
{
  network_write_vectors (folder, SAMPLES, TESTS, FIXTURE_INPUTS);
  g_autoptr (LofiResult) result = fit_layers ("[layer1]\nwidth=40\nkeep=5\ncenter-labels=true\n", LOFI_NULLS_LAW);
  const LofiNull *null = nulls_of (result, 0);
  const LofiLayerResult *layer = result->layers[0];
  gsize below = 0, above = 0;
  for (gsize i = 0; i < layer->n_spectrum; i++)
    {
      below += layer->spectrum[i] < null->low;
      above += layer->spectrum[i] > null->high;
    }
  ck_assert (null->permutations == 0 && null->low == null->law_low && null->high == null->law_high && isnan (null->low_mean));
  ck_assert (null->low < 0 && null->high > 0 && null->below == below && null->above == above);
}
END_TEST

START_TEST (stopped_among_the_lines)
{
  network_write_vectors (folder, SAMPLES, TESTS, FIXTURE_INPUTS);
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, TWO_LAYERS);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Seen seen = { .cancel = cancellable };
  g_autoptr (LofiResult) result = watch (experiment, NULL, LOFI_NULLS_PERMUTED, &seen, cancellable);
  ck_assert (result->finished && result->lazy && result->linear && seen.finished == 1 && !result->nulls[0] && !result->nulls[1]);
  /* Where K depends on it, nothing is finished yet. */
  lofi_experiment_layer (experiment, 0)->keep_auto = TRUE;
  g_autoptr (GCancellable) other = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Seen early = { .cancel = other };
  LofiObserver observer = { see_progress, NULL, &early, 0, LOFI_SPECTRA_DRAWN, LOFI_NULLS_PERMUTED };
  g_autoptr (LofiResult) stopped = lofi_fit (experiment, TRUE, 0, NULL, &observer, other, &error);
  ck_assert (!stopped && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
}
END_TEST

START_TEST (written_with_the_result)
{
  network_write_vectors (folder, SAMPLES, TESTS, FIXTURE_INPUTS);
  g_autoptr (LofiResult) result = fit_layers ("[layer1]\nkind=filter\nkeep=auto\nkeep-max=30\n[layer2]\nwidth=20\nkeep=none\n", LOFI_NULLS_PERMUTED);
  g_autofree char *text = lofi_result_to_json (result);
  g_autoptr (JsonParser) parser = json_parser_new ();
  ck_assert (json_parser_load_from_data (parser, text, -1, NULL));
  JsonObject *root = json_node_get_object (json_parser_get_root (parser));
  JsonArray *layers = json_object_get_array_member (root, "layers");
  JsonObject *first = json_array_get_object_element (layers, 0), *second = json_array_get_object_element (layers, 1);
  JsonArray *edge = json_object_get_array_member (first, "null_edge");
  const LofiNull *null = nulls_of (result, 0);
  ck_assert (json_array_get_length (edge) == 2 && json_array_get_double_element (edge, 0) == null->low && json_array_get_double_element (edge, 1) == null->high);
  ck_assert (json_object_get_int_member (first, "outliers") == (gint64) lofi_null_outliers (null));
  ck_assert (json_object_get_int_member (first, "keep") == (gint64) result->layers[0]->keep);
  ck_assert (json_object_get_null_member (second, "null_edge") && json_object_get_null_member (second, "outliers"));
  JsonObject *layer = json_object_get_object_member (json_object_get_object_member (root, "experiment"), "layer1");
  ck_assert_str_eq (json_object_get_string_member (layer, "keep"), "auto");
  ck_assert (json_object_get_int_member (layer, "keep-min") == 1 && json_object_get_int_member (layer, "keep-max") == 30);
}
END_TEST

START_TEST (shuffled_spectrum_refused)
{
  network_write_vectors (folder, SAMPLES, TESTS, FIXTURE_INPUTS);
  g_autoptr (LofiResult) result = fit_layers ("[layer1]\nwidth=40\nkeep=5\n[layer2]\nwidth=20\nkeep=none\n", LOFI_NULLS_NONE);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) none = NULL, stopped = NULL;
  ck_assert (!lofi_result_shuffled_spectrum (result, 1, NULL, &none) && lofi_error_exit_code (none) == 2);
  g_cancellable_cancel (cancellable);
  ck_assert (!lofi_result_shuffled_spectrum (result, 0, cancellable, &stopped) && lofi_error_exit_code (stopped) == 130);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("engine/null");
  TCase *tests = tcase_create ("null");
  tcase_add_checked_fixture (tests, set_up, tear_down);
  tcase_set_timeout (tests, 60);
  tcase_add_loop_test (tests, lines_of_vectors, 0, G_N_ELEMENTS (vector_layers));
  tcase_add_test (tests, lines_of_maps);
  tcase_add_test (tests, lines_of_kernels);
  tcase_add_test (tests, keep_automatic);
  tcase_add_test (tests, keep_automatic_bounds);
  tcase_add_test (tests, first_the_result_then_the_lines);
  tcase_add_test (tests, the_law_alone);
  tcase_add_test (tests, stopped_among_the_lines);
  tcase_add_test (tests, written_with_the_result);
  tcase_add_test (tests, shuffled_spectrum_refused);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
