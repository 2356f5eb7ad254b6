/* Convolutions, pooling, flatten and patch filters against plain loops over explicit windows. */
#include "lofi-networks.h"

#define CHANNELS 3
#define HEIGHT 9
#define WIDTH 7
#define SAMPLES 41
#define TESTS 13

static const LofiMapShape shape = { CHANNELS, HEIGHT, WIDTH };
static char *folder;

static void
set_up (void)
{
  folder = fixture_folder ();
  network_write_maps (folder, SAMPLES, TESTS, CHANNELS, HEIGHT, WIDTH);
}

static void
tear_down (void)
{
  fixture_remove (folder);
}

/* Features of maps: channel k at position s of sample i is row (i, s) of z times column k of v. */
static void
check_projection (const LofiMatrix *z, const LofiMatrix *v, gsize first, gsize keep, gsize positions, const LofiMatrix *maps, double tolerance)
{
  ck_assert_uint_eq (z->rows, maps->rows * positions);
  for (gsize i = 0; i < maps->rows; i++)
    for (gsize k = first; k < first + keep; k++)
      for (gsize s = 0; s < positions; s++)
        {
          double sum = 0;
          for (gsize p = 0; p < z->cols; p++)
            sum += z->data[(i * positions + s) * z->stride + p] * v->data[p * v->stride + k];
          ck_assert_msg (fabs (sum - maps->data[i * maps->stride + k * positions + s]) <= tolerance, "sample %zu, channel %zu, position %zu", i, k, s);
        }
}

static void
check_convolution (const LofiResult *result, guint index, LofiWindow window, LofiMapShape output)
{
  const LofiLayerResult *layer = result->layers[index];
  const LofiMatrix *train = &result->task->train.inputs, *test = &result->task->test.inputs;
  LofiMatrix patches = plain_patches (train, shape, window, -1), others = plain_patches (test, shape, window, -1);
  double scale = plain_scale (&patches);
  LofiMatrix z = plain_relu_lift (&patches, &layer->weights->matrix, scale), zt = plain_relu_lift (&others, &layer->weights->matrix, scale);
  gsize positions = output.height * output.width;
  ck_assert (memcmp (&layer->output_shape, &output, sizeof output) == 0);
  ck_assert (fabs (layer->scale - scale) <= 1e-12 * scale);
  ck_assert_uint_eq (layer->inputs, CHANNELS * HEIGHT * WIDTH);
  plain_check_eigenpairs (&z, result->task->train.y, positions, layer, 0, layer->keep, 1e-11);
  double squares = 0;
  for (gsize i = 0; i < layer->n_spectrum; i++)
    squares += layer->spectrum[i] * layer->spectrum[i];
  ck_assert (fabs (squares / plain_operator_squares (&z, result->task->train.y, positions) - 1) <= 1e-10);
  ck_assert_uint_eq (layer->train->matrix.cols, layer->keep * positions);
  check_projection (&z, &layer->filters->matrix, 0, layer->keep, positions, &layer->train->matrix, 1e-12);
  check_projection (&zt, &layer->filters->matrix, 0, layer->keep, positions, &layer->test->matrix, 1e-12);
  lofi_matrix_clear (&patches);
  lofi_matrix_clear (&others);
  lofi_matrix_clear (&z);
  lofi_matrix_clear (&zt);
}

START_TEST (test_convolution_is_a_lift_of_windows)
{
  static const struct { const char *text; LofiWindow window; LofiMapShape output; LofiForm form; } cases[] = {
    { "size=3", { 3, 0, 1 }, { 5, 7, 5 }, LOFI_FORM_PRIMAL },
    { "size=3\npadding=1\nstride=2", { 3, 1, 2 }, { 5, 5, 4 }, LOFI_FORM_PRIMAL },
    { "size=4\npadding=2\nstride=3", { 4, 2, 3 }, { 5, 4, 3 }, LOFI_FORM_PRIMAL },
    { "size=7\nstride=3", { 7, 0, 3 }, { 5, 1, 1 }, LOFI_FORM_DUAL },
    { "size=1", { 1, 0, 1 }, { 5, 9, 7 }, LOFI_FORM_PRIMAL },
  };
  g_autofree char *text = g_strdup_printf ("[layer1]\nkind=conv\nwidth=53\nkeep=5\n%s\n", cases[_i].text);
  g_autoptr (LofiResult) result = network_fit (folder, text);
  ck_assert_int_eq (result->layers[0]->form, cases[_i].form);
  check_convolution (result, 0, cases[_i].window, cases[_i].output);
}
END_TEST

/* Few samples and a wide lift: the operator of P x P is never made. */
START_TEST (test_convolution_in_the_dual_form)
{
  g_autofree char *few = fixture_folder ();
  network_write_maps (few, 3, 2, CHANNELS, HEIGHT, WIDTH);
  g_autoptr (LofiResult) result = network_fit (few, "[layer1]\nkind=conv\nsize=3\npadding=1\nstride=2\nwidth=211\nkeep=5\n");
  ck_assert_int_eq (result->layers[0]->form, LOFI_FORM_DUAL);
  check_convolution (result, 0, (LofiWindow) { 3, 1, 2 }, (LofiMapShape) { 5, 5, 4 });
  fixture_remove (g_steal_pointer (&few));
}
END_TEST

/* Pooling of features, stored or a recipe, and flatten, which moves nothing. */
static void
check_pooled (const LofiMatrix *maps, LofiMapShape from, const LofiMatrix *pooled, gsize size, gboolean largest)
{
  gsize height = from.height / size, width = from.width / size;
  ck_assert_uint_eq (pooled->cols, from.channels * height * width);
  for (gsize i = 0; i < maps->rows; i++)
    for (gsize c = 0; c < from.channels; c++)
      for (gsize y = 0; y < height; y++)
        for (gsize x = 0; x < width; x++)
          {
            double most = -INFINITY, sum = 0;
            for (gsize dy = 0; dy < size; dy++)
              for (gsize dx = 0; dx < size; dx++)
                {
                  double value = plain_pixel (maps, from, i, c, (gssize) (y * size + dy), (gssize) (x * size + dx));
                  most = fmax (most, value);
                  sum += value / (double) (size * size);
                }
            double found = pooled->data[i * pooled->stride + (c * height + y) * width + x];
            ck_assert (fabs (found - (largest ? most : sum)) <= 1e-14);
          }
}

START_TEST (test_pooling_and_flatten)
{
  g_autofree char *text = g_strdup_printf (
    "[layer1]\nkind=conv\nwidth=37\nkeep=4\nsize=3\npadding=1\n[layer2]\nkind=pool\nsize=2\nmode=%s\n[layer3]\nkind=flatten\n"
    "[layer4]\nkind=dense\nwidth=30\nkeep=3\n[layer5]\nkind=dense\nwidth=50\nkeep=none\n", _i ? "max" : "avg");
  g_autoptr (LofiResult) result = network_fit (folder, text);
  const LofiMapShape maps = { 4, HEIGHT, WIDTH }, pooled = { 4, HEIGHT / 2, WIDTH / 2 }, flat = { 1, 1, 4 * (HEIGHT / 2) * (WIDTH / 2) };
  ck_assert (memcmp (&result->layers[1]->input_shape, &maps, sizeof maps) == 0);
  ck_assert (memcmp (&result->layers[1]->output_shape, &pooled, sizeof pooled) == 0);
  ck_assert (memcmp (&result->layers[2]->output_shape, &flat, sizeof flat) == 0);
  check_pooled (&result->layers[0]->train->matrix, maps, &result->layers[1]->train->matrix, 2, _i);
  check_pooled (&result->layers[0]->test->matrix, maps, &result->layers[1]->test->matrix, 2, _i);
  ck_assert (network_same_bytes (&result->layers[1]->train->matrix, &result->layers[2]->train->matrix));
  const LofiLayerResult *dense = result->layers[3];
  const LofiMatrix *h = &result->layers[2]->train->matrix;
  ck_assert_uint_eq (dense->inputs, flat.width);
  ck_assert (fabs (dense->scale - plain_scale (h)) <= 1e-12 * dense->scale);
  LofiMatrix z = plain_relu_lift (h, &dense->weights->matrix, dense->scale);
  plain_check_eigenpairs (&z, result->task->train.y, 1, dense, 0, 3, 1e-11);
  lofi_matrix_clear (&z);
}
END_TEST

/* A convolution without a filter hands on its lift as maps. */
START_TEST (test_convolution_without_a_filter)
{
  static const LofiPrecision precisions[] = { LOFI_PRECISION_DOUBLE, LOFI_PRECISION_SINGLE };
  const char *text = "[layer1]\nkind=conv\nwidth=19\nkeep=none\nsize=3\nstride=2\n[layer2]\nkind=pool\nsize=2\nmode=max\n"
                     "[layer3]\nkind=flatten\n[layer4]\nkind=dense\nwidth=21\nkeep=4\n";
  g_autoptr (LofiResult) result = network_fit_as (folder, text, precisions[_i], 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (LofiArray) features = lofi_layer_result_features (result->layers[0], FALSE, NULL, &error);
  const LofiMapShape maps = { 19, 4, 3 };
  double tolerance = _i ? 1e-6 : 1e-13;
  ck_assert_ptr_nonnull (features);
  ck_assert (memcmp (&result->layers[0]->output_shape, &maps, sizeof maps) == 0);
  LofiMatrix patches = plain_patches (&result->task->train.inputs, shape, (LofiWindow) { 3, 0, 2 }, -1);
  LofiMatrix z = plain_relu_lift (&patches, &result->layers[0]->weights->matrix, plain_scale (&patches));
  for (gsize i = 0; i < SAMPLES; i++)
    for (gsize p = 0; p < 19; p++)
      for (gsize s = 0; s < 12; s++)
        ck_assert (fabs (network_at (features, i, p * 12 + s) - z.data[(i * 12 + s) * z.stride + p]) <= tolerance);
  g_autoptr (LofiArray) pooled = lofi_layer_result_features (result->layers[1], FALSE, NULL, &error);
  check_pooled (&features->matrix, maps, &pooled->matrix, 2, TRUE);
  lofi_matrix_clear (&patches);
  lofi_matrix_clear (&z);
}
END_TEST

/* The operator of raw windows, channel by channel. */
START_TEST (test_patch_filters)
{
  static const struct { const char *text; LofiWindow window; LofiMapShape output; } cases[] = {
    { "size=3\nkeep=9", { 3, 0, 1 }, { 27, 7, 5 } },
    { "size=5\npadding=2\nstride=2\nkeep=4", { 5, 2, 2 }, { 12, 5, 4 } },
  };
  g_autofree char *text = g_strdup_printf ("[layer1]\nkind=filter\n%s\n[layer2]\nkind=flatten\n", cases[_i].text);
  g_autoptr (LofiResult) result = network_fit (folder, text);
  const LofiLayerResult *layer = result->layers[0];
  LofiMapShape output = cases[_i].output;
  gsize keep = output.channels / CHANNELS, positions = output.height * output.width;
  ck_assert (memcmp (&layer->output_shape, &output, sizeof output) == 0);
  ck_assert_uint_eq (layer->keep, output.channels);
  ck_assert_uint_eq (layer->n_spectrum, CHANNELS * layer->filters->matrix.rows);
  double squares = 0, expected = 0;
  for (gsize i = 0; i < layer->n_spectrum; i++)
    {
      squares += layer->spectrum[i] * layer->spectrum[i];
      ck_assert (i == 0 || layer->spectrum[i] >= layer->spectrum[i - 1]);
    }
  for (int c = 0; c < CHANNELS; c++)
    {
      LofiMatrix patches = plain_patches (&result->task->train.inputs, shape, cases[_i].window, c);
      LofiMatrix others = plain_patches (&result->task->test.inputs, shape, cases[_i].window, c);
      plain_check_eigenpairs (&patches, result->task->train.y, positions, layer, c * keep, keep, 1e-11);
      check_projection (&patches, &layer->filters->matrix, c * keep, keep, positions, &layer->train->matrix, 1e-12);
      check_projection (&others, &layer->filters->matrix, c * keep, keep, positions, &layer->test->matrix, 1e-12);
      expected += plain_operator_squares (&patches, result->task->train.y, positions);
      lofi_matrix_clear (&patches);
      lofi_matrix_clear (&others);
    }
  ck_assert (fabs (squares / expected - 1) <= 1e-10);
}
END_TEST

/* Order 1 of windows is their label-weighted mean; 1+2 goes on in its complement. */
START_TEST (test_patch_filters_of_first_order)
{
  g_autofree char *text = g_strdup_printf ("[layer1]\nkind=filter\nsize=3\nkeep=%d\norder=%s\n", _i ? 4 : 1, _i ? "1+2" : "1");
  g_autoptr (LofiResult) result = network_fit (folder, text);
  const LofiLayerResult *layer = result->layers[0];
  gsize keep = _i ? 4 : 1;
  for (int c = 0; c < CHANNELS; c++)
    {
      LofiMatrix patches = plain_patches (&result->task->train.inputs, shape, (LofiWindow) { 3, 0, 1 }, c);
      double moment[9] = { 0 }, v[9], cv[9], norm = 0;
      for (gsize i = 0; i < patches.rows; i++)
        for (gsize j = 0; j < 9; j++)
          moment[j] += result->task->train.y[i / 35] * patches.data[i * patches.stride + j] / (double) patches.rows;
      for (gsize j = 0; j < 9; j++)
        norm += moment[j] * moment[j];
      norm = sqrt (norm);
      ck_assert (fabs (layer->eigenvalues[c * keep] - norm) <= 1e-12);
      for (gsize j = 0; j < 9; j++)
        ck_assert (fabs (fabs (network_at (layer->filters, j, c * keep)) - fabs (moment[j]) / norm) <= 1e-10);
      for (gsize k = 1; k < keep; k++)
        {
          double along = 0, dot = 0;
          for (gsize j = 0; j < 9; j++)
            {
              v[j] = network_at (layer->filters, j, c * keep + k);
              dot += v[j] * moment[j] / norm;
            }
          ck_assert (fabs (dot) <= 1e-9);
          plain_operator_times (&patches, result->task->train.y, 35, v, cv);
          for (gsize j = 0; j < 9; j++)
            along += cv[j] * moment[j] / norm;
          for (gsize j = 0; j < 9; j++)
            ck_assert (fabs (cv[j] - along * moment[j] / norm - layer->eigenvalues[c * keep + k] * v[j]) <= 1e-11);
        }
      lofi_matrix_clear (&patches);
    }
}
END_TEST

/* Sizes for which a block of 1024 rows ends inside the samples. */
START_TEST (test_single_precision_of_convolutions)
{
  g_autofree char *many = fixture_folder ();
  network_write_maps (many, 211, 97, CHANNELS, HEIGHT, WIDTH);
  const char *text = "[layer1]\nkind=conv\nwidth=83\nkeep=4\nsize=3\npadding=1\n[layer2]\nkind=pool\nsize=2\nmode=max\n[layer3]\nkind=flatten\n"
                     "[layer4]\nkind=dense\nwidth=71\nkeep=3\n[layer5]\nkind=dense\nwidth=90\nkeep=none\n";
  g_autoptr (LofiResult) one = network_fit_as (many, text, LOFI_PRECISION_DOUBLE, 0);
  g_autoptr (LofiResult) other = network_fit_as (many, text, LOFI_PRECISION_SINGLE, 0);
  for (gsize k = 0; k < 4; k++)
    ck_assert (fabs (one->layers[0]->eigenvalues[k] - other->layers[0]->eigenvalues[k]) <= 1e-7 * fabs (one->layers[0]->eigenvalues[0]));
  ck_assert (network_difference (&one->layers[0]->train->matrix, &other->layers[0]->train->matrix) <= 1e-4);
  ck_assert (network_difference (&one->layers[0]->test->matrix, &other->layers[0]->test->matrix) <= 1e-4);
  ck_assert (fabs (one->readout->test_scores.mse / other->readout->test_scores.mse - 1) <= 1e-4);
  fixture_remove (g_steal_pointer (&many));
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("layers-maps");
  TCase *tests = tcase_create ("layers-maps");
  tcase_add_checked_fixture (tests, set_up, tear_down);
  tcase_set_timeout (tests, 60);
  tcase_add_loop_test (tests, test_convolution_is_a_lift_of_windows, 0, 5);
  tcase_add_test (tests, test_convolution_in_the_dual_form);
  tcase_add_loop_test (tests, test_pooling_and_flatten, 0, 2);
  tcase_add_loop_test (tests, test_convolution_without_a_filter, 0, 2);
  tcase_add_loop_test (tests, test_patch_filters, 0, 2);
  tcase_add_loop_test (tests, test_patch_filters_of_first_order, 0, 2);
  tcase_add_test (tests, test_single_precision_of_convolutions);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
