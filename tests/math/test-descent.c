#include "lofi-test.h"

#include <math.h>
#include <string.h>
#include "lofi-descent.h"
#include "lofi-random.h"
#include "lofi-reference.h"

/* ---- the reference: double, one sample at a time, maps channel after channel, every gradient by central differences ---- */

#define LAYERS_MOST 5
#define NUMBERS_MOST 4096

typedef struct {
  const LofiDescentPlan *plan;
  const LofiMatrix *x;                /* less its mean */
  const double *t;
  size_t rows[LAYERS_MOST], cols[LAYERS_MOST], first[LAYERS_MOST], count;    /* of the layers' weights, one after the other; the readout last */
  double *weights;
} Plain;

static LofiMapShape
plain_out (const LofiDescentLayer *layer)
{
  if (layer->kind == LOFI_DESCENT_POOL)
    return (LofiMapShape) { layer->input.channels, layer->input.height / layer->window.size, layer->input.width / layer->window.size };
  const LofiWindow w = layer->window;
  return (LofiMapShape) { layer->width, (layer->input.height + 2 * w.padding - w.size) / w.stride + 1,
                          (layer->input.width + 2 * w.padding - w.size) / w.stride + 1 };
}

static double
plain_entry (const double *map, LofiMapShape shape, size_t c, long y, long x)
{
  return y < 0 || x < 0 || y >= (long) shape.height || x >= (long) shape.width ? 0.0 : map[(c * shape.height + y) * shape.width + x];
}

static size_t
plain_conv (const LofiDescentLayer *layer, const double *w, const double *in, double *out)
{
  LofiMapShape to = plain_out (layer);
  size_t k = layer->window.size;
  for (size_t p = 0; p < to.channels; p++)
    for (size_t y = 0; y < to.height; y++)
      for (size_t x = 0; x < to.width; x++)
        {
          double u = 0.0;
          for (size_t c = 0; c < layer->input.channels; c++)
            for (size_t i = 0; i < k; i++)
              for (size_t j = 0; j < k; j++)
                u += w[((c * k + i) * k + j) * to.channels + p]
                     * plain_entry (in, layer->input, c, (long) (y * layer->window.stride + i) - (long) layer->window.padding,
                                    (long) (x * layer->window.stride + j) - (long) layer->window.padding);
          lofi_sigma_apply (&layer->sigma, &u, 1);
          out[(p * to.height + y) * to.width + x] = u;
        }
  return to.channels * to.height * to.width;
}

static size_t
plain_pool (const LofiDescentLayer *layer, const double *in, double *out)
{
  LofiMapShape to = plain_out (layer);
  size_t k = layer->window.size;
  for (size_t c = 0; c < to.channels; c++)
    for (size_t y = 0; y < to.height; y++)
      for (size_t x = 0; x < to.width; x++)
        {
          double most = -INFINITY, sum = 0.0;
          for (size_t i = 0; i < k; i++)
            for (size_t j = 0; j < k; j++)
              {
                double entry = plain_entry (in, layer->input, c, (long) (y * k + i), (long) (x * k + j));
                most = fmax (most, entry);
                sum += entry / (double) (k * k);
              }
          out[(c * to.height + y) * to.width + x] = layer->mode == LOFI_POOL_MAX ? most : sum;
        }
  return to.channels * to.height * to.width;
}

static size_t
plain_dense (const LofiSigma *sigma, const double *w, const double *in, size_t rows, size_t cols, double *out)
{
  for (size_t j = 0; j < cols; j++)
    {
      double u = 0.0;
      for (size_t i = 0; i < rows; i++)
        u += in[i] * w[i * cols + j];
      if (sigma)
        lofi_sigma_apply (sigma, &u, 1);
      out[j] = u;
    }
  return cols;
}

static double
plain_output (const Plain *plain, const double *x, size_t d)
{
  double a[NUMBERS_MOST], b[NUMBERS_MOST];
  memcpy (a, x, d * sizeof (double));
  for (size_t l = 0; l <= plain->plan->n_layers; l++)
    {
      const LofiDescentLayer *layer = &plain->plan->layers[l];
      const double *w = plain->weights + plain->first[l];
      size_t count;
      if (l == plain->plan->n_layers)
        count = plain_dense (NULL, w, a, d, 1, b);
      else if (layer->kind == LOFI_DESCENT_CONV)
        count = plain_conv (layer, w, a, b);
      else if (layer->kind == LOFI_DESCENT_POOL)
        count = plain_pool (layer, a, b);
      else
        count = plain_dense (&layer->sigma, w, a, d, layer->width, b);
      memcpy (a, b, count * sizeof (double));
      d = count;
    }
  return a[0];
}

static double
plain_loss (const Plain *plain)
{
  double sum = 0.0;
  for (size_t i = 0; i < plain->x->rows; i++)
    {
      double off = plain_output (plain, plain->x->data + i * plain->x->stride, plain->x->cols) - plain->t[i];
      sum += off * off / (2.0 * (double) plain->x->rows);
    }
  return sum;
}

static void
plain_init (Plain *plain, const LofiDescentPlan *plan, const LofiMatrix *x, const double *t)
{
  *plain = (Plain) { .plan = plan, .x = x, .t = t };
  size_t d = x->cols;
  for (size_t l = 0; l <= plan->n_layers; l++)
    {
      const LofiDescentLayer *layer = &plan->layers[l];
      bool last = l == plan->n_layers, pool = !last && layer->kind == LOFI_DESCENT_POOL;
      bool conv = !last && layer->kind == LOFI_DESCENT_CONV;
      plain->first[l] = plain->count;
      plain->rows[l] = pool ? 0 : conv ? layer->input.channels * layer->window.size * layer->window.size : d;
      plain->cols[l] = last ? 1 : pool ? 0 : layer->width;
      plain->count += plain->rows[l] * plain->cols[l];
      LofiMapShape out = pool || conv ? plain_out (layer) : (LofiMapShape) { 1, 1, last ? 1 : layer->width };
      d = out.channels * out.height * out.width;
    }
  plain->weights = calloc (plain->count, sizeof (double));
  for (size_t l = 0; l <= plan->n_layers; l++)
    {
      double *w = plain->weights + plain->first[l];
      lofi_random_normals (plan->seed, LOFI_PURPOSE_DESCENT, (uint32_t) l, 0, plain->rows[l] * plain->cols[l], w);
      for (size_t i = 0; i < plain->rows[l] * plain->cols[l]; i++)
        w[i] *= plan->init / sqrt ((double) plain->rows[l]);
    }
}

static void
plain_step (Plain *plain)
{
  const double h = 1e-5;
  double *gradient = calloc (plain->count, sizeof (double));
  for (size_t i = 0; i < plain->count; i++)
    {
      double at = plain->weights[i];
      plain->weights[i] = at + h;
      gradient[i] = plain_loss (plain);
      plain->weights[i] = at - h;
      gradient[i] = (gradient[i] - plain_loss (plain)) / (2.0 * h);
      plain->weights[i] = at;
    }
  for (size_t i = 0; i < plain->count; i++)
    plain->weights[i] -= plain->plan->step * gradient[i];
  free (gradient);
}

/* ---- data ---- */

typedef struct { LofiMatrix x, centred, test; double *y, *t, mean_y, mean[NUMBERS_MOST]; } Data;

static void
data_init (Data *data, size_t n, size_t m, size_t d)
{
  *data = (Data) { .x = lofi_reference_new (n, d), .centred = lofi_reference_new (n, d), .test = lofi_reference_new (m, d) };
  data->y = calloc (n, sizeof (double));
  data->t = calloc (n, sizeof (double));
  lofi_random_normals (3, LOFI_PURPOSE_TEACHER, 0, 0, n * d, data->x.data);
  lofi_random_normals (3, LOFI_PURPOSE_TEACHER, 1, 0, m * d, data->test.data);
  for (size_t i = 0; i < n; i++)
    {
      for (size_t j = 0; j < d; j++)
        {
          data->x.data[i * d + j] += 0.3 * (double) (j % 3);
          data->mean[j] += data->x.data[i * d + j] / (double) n;
        }
      data->y[i] = data->x.data[i * d] * data->x.data[i * d + 1] + 0.4 * data->x.data[i * d + 2] > 0.2 ? 1.0 : -1.0;
      data->mean_y += data->y[i] / (double) n;
    }
  for (size_t i = 0; i < n; i++)
    {
      data->t[i] = data->y[i] - data->mean_y;
      for (size_t j = 0; j < d; j++)
        data->centred.data[i * d + j] = data->x.data[i * d + j] - data->mean[j];
    }
}

static void
data_clear (Data *data)
{
  lofi_matrix_clear (&data->x);
  lofi_matrix_clear (&data->centred);
  lofi_matrix_clear (&data->test);
  free (data->y);
  free (data->t);
}

static LofiSigma
sigma_of (LofiActivation activation, int degree)
{
  LofiSigma sigma;
  ck_assert_int_eq (lofi_sigma_init (&sigma, activation, degree), LOFI_OK);
  return sigma;
}

/* Three steps of both: the change of the first weights, predictions for training and test samples, and the loss. */
static void
compare (const LofiDescentPlan *plan, size_t n, size_t d, double tolerance)
{
  enum { M = 5, STEPS = 3 };
  Data data;
  data_init (&data, n, M, d);
  Plain plain;
  plain_init (&plain, plan, &data.centred, data.t);
  size_t first = 0, rows, cols;
  while (plain.rows[first] == 0)
    first++;
  double *before = malloc (plain.count * sizeof (double));
  memcpy (before, plain.weights, plain.count * sizeof (double));
  for (int s = 0; s < STEPS; s++)
    plain_step (&plain);

  LofiDescent *descent;
  double loss = NAN;
  ck_assert_int_eq (lofi_descent_new (plan, &data.x, data.y, &data.test, &descent), LOFI_OK);
  ck_assert_int_eq (lofi_descent_run (descent, STEPS, &loss, NULL), LOFI_OK);
  ck_assert_uint_eq (lofi_descent_steps (descent), STEPS);
  ck_assert (fabs (loss - plain_loss (&plain)) <= tolerance);
  lofi_descent_first_shape (descent, &rows, &cols);
  ck_assert_uint_eq (rows, plain.rows[first]);
  ck_assert_uint_eq (cols, plain.cols[first]);
  LofiMatrix change = lofi_reference_new (rows, cols);
  ck_assert_int_eq (lofi_descent_first_change (descent, &change), LOFI_OK);
  double largest = 0.0, off = 0.0;
  for (size_t i = 0; i < rows * cols; i++)
    {
      double exact = plain.weights[plain.first[first] + i] - before[plain.first[first] + i];
      largest = fmax (largest, fabs (exact));
      ck_assert (fabs (change.data[i] - exact) <= 1.0);
      off = fmax (off, fabs (change.data[i] - exact));
    }
  ck_assert (largest > 0.0);
  ck_assert (off <= tolerance * largest);
  double *train = calloc (n, sizeof (double)), test[M];
  ck_assert_int_eq (lofi_descent_predict (descent, train, test), LOFI_OK);
  for (size_t i = 0; i < n; i++)
    ck_assert (fabs (train[i] - data.mean_y - plain_output (&plain, data.centred.data + i * d, d)) <= tolerance);
  for (size_t i = 0; i < M; i++)
    {
      double x[NUMBERS_MOST];
      for (size_t j = 0; j < d; j++)
        x[j] = data.test.data[i * d + j] - data.mean[j];
      ck_assert (fabs (test[i] - data.mean_y - plain_output (&plain, x, d)) <= tolerance);
    }
  free (train);
  free (before);
  free (plain.weights);
  lofi_matrix_clear (&change);
  lofi_descent_free (descent);
  data_clear (&data);
}

START_TEST (dense_layers_move_by_the_gradient)
{
  const LofiActivation activations[] = { LOFI_RELU, LOFI_TANH, LOFI_GELU, LOFI_SQUARE, LOFI_SIGMOID };
  for (size_t i = 0; i < sizeof activations / sizeof *activations; i++)
    {
      LofiDescentLayer layers[2] = { { LOFI_DESCENT_DENSE, .width = 7, .sigma = sigma_of (activations[i], LOFI_DEGREE_EXACT) },
                                     { LOFI_DESCENT_DENSE, .width = 5, .sigma = sigma_of (LOFI_TANH, 3) } };
      compare (&(LofiDescentPlan) { layers, 2, .init = 0.8, .step = 0.2, .seed = 11 + i }, 23, 6, 2e-5);
      compare (&(LofiDescentPlan) { layers, 1, .init = 0.8, .step = 0.2, .seed = 11 + i }, 23, 6, 2e-5);
    }
  compare (&(LofiDescentPlan) { NULL, 0, .init = 0.8, .step = 0.2, .seed = 5 }, 23, 6, 2e-5);
}
END_TEST

/* Padding, stride, several channels, windows that do not fit, a dense layer after maps. */
START_TEST (convolution_and_pooling_move_by_the_gradient)
{
  for (int mode = 0; mode < 2; mode++)
    {
      LofiMapShape input = { 2, 6, 7 }, lifted = { 3, 6, 7 }, pooled = { 3, 3, 3 };
      LofiDescentLayer layers[] = {
        { LOFI_DESCENT_CONV, .width = 3, .sigma = sigma_of (LOFI_TANH, 0), .input = input, .window = { 3, 1, 1 } },
        { LOFI_DESCENT_POOL, .input = lifted, .window = { .size = 2 }, .mode = mode ? LOFI_POOL_AVERAGE : LOFI_POOL_MAX },
        { LOFI_DESCENT_CONV, .width = 2, .sigma = sigma_of (LOFI_RELU, 0), .input = pooled, .window = { 2, 1, 2 } },
        { LOFI_DESCENT_DENSE, .width = 4, .sigma = sigma_of (LOFI_GELU, 0) },
      };
      compare (&(LofiDescentPlan) { layers, 4, .init = 1.5, .step = 0.1, .seed = 2 }, 9, 84, 5e-5);
      compare (&(LofiDescentPlan) { layers, 2, .init = 1.5, .step = 0.1, .seed = 2 }, 9, 84, 5e-5);
      /* Pooling first: the first weights are those after it. */
      layers[1].input = (LofiMapShape) { 2, 6, 7 };
      layers[2].input = (LofiMapShape) { 2, 3, 3 };
      compare (&(LofiDescentPlan) { layers + 1, 3, .init = 1.5, .step = 0.1, .seed = 2 }, 9, 84, 5e-5);
    }
}
END_TEST

START_TEST (a_window_may_lie_wholly_in_the_padding)
{
  LofiDescentLayer layer = { LOFI_DESCENT_CONV, .width = 2, .sigma = sigma_of (LOFI_TANH, 0), .input = { 1, 3, 3 }, .window = { 2, 3, 1 } };
  compare (&(LofiDescentPlan) { &layer, 1, .init = 1, .step = 0.1, .seed = 2 }, 9, 9, 5e-5);
}
END_TEST

/* More samples than a block: the same descent as the sum over samples says, in one step from a linear network. */
START_TEST (blocks_add_up)
{
  enum { N = 2500, D = 4 };
  Data data;
  data_init (&data, N, 0, D);
  LofiDescentPlan plan = { NULL, 0, .init = 0.0, .step = 0.5 };
  LofiDescent *descent;
  double loss;
  ck_assert_int_eq (lofi_descent_new (&plan, &data.x, data.y, &data.test, &descent), LOFI_OK);
  ck_assert_int_eq (lofi_descent_run (descent, 1, &loss, NULL), LOFI_OK);
  LofiMatrix change = lofi_reference_new (D, 1);
  ck_assert_int_eq (lofi_descent_first_change (descent, &change), LOFI_OK);
  for (size_t j = 0; j < D; j++)
    {
      double moment = 0.0;
      for (size_t i = 0; i < N; i++)
        moment += data.t[i] * data.centred.data[i * D + j] / N;
      ck_assert (fabs (change.data[j] - 0.5 * moment) <= 1e-6);
    }
  lofi_matrix_clear (&change);
  lofi_descent_free (descent);
  data_clear (&data);
}
END_TEST

START_TEST (the_same_seed_gives_the_same_bytes_in_any_pieces)
{
  enum { N = 60, D = 6, M = 4 };
  Data data;
  data_init (&data, N, M, D);
  LofiDescentLayer layer = { LOFI_DESCENT_DENSE, .width = 16, .sigma = sigma_of (LOFI_RELU, 0) };
  LofiDescentPlan plan = { &layer, 1, .init = 0.5, .step = 0.1, .seed = 8 };
  double train[3][N], test[3][M];
  for (int i = 0; i < 3; i++)
    {
      LofiDescent *descent;
      plan.seed = i == 2 ? 9 : 8;
      ck_assert_int_eq (lofi_descent_new (&plan, &data.x, data.y, &data.test, &descent), LOFI_OK);
      for (int s = 0; s < 20; s += i == 1 ? 4 : 20)
        {
          ck_assert_int_eq (lofi_descent_run (descent, i == 1 ? 4 : 20, NULL, NULL), LOFI_OK);
          if (i == 1)       /* looking on does not disturb it */
            ck_assert_int_eq (lofi_descent_predict (descent, train[1], NULL), LOFI_OK);
        }
      ck_assert_int_eq (lofi_descent_predict (descent, train[i], test[i]), LOFI_OK);
      lofi_descent_free (descent);
    }
  ck_assert_int_eq (memcmp (train[0], train[1], sizeof train[0]), 0);
  ck_assert_int_eq (memcmp (test[0], test[1], sizeof test[0]), 0);
  ck_assert_int_ne (memcmp (train[0], train[2], sizeof train[0]), 0);
  data_clear (&data);
}
END_TEST

START_TEST (divergence_is_told_and_the_last_good_weights_stay)
{
  enum { N = 60, D = 6 };
  Data data;
  data_init (&data, N, 0, D);
  LofiDescentLayer layer = { LOFI_DESCENT_DENSE, .width = 16, .sigma = sigma_of (LOFI_RELU, 0) };
  LofiDescentPlan plan = { &layer, 1, .init = 1, .step = 3, .seed = 8 };
  LofiDescent *descent, *again;
  double loss = NAN, train[N], replayed[N], mse = 0.0, first = 0.0;
  ck_assert_int_eq (lofi_descent_new (&plan, &data.x, data.y, &data.test, &descent), LOFI_OK);
  ck_assert_int_eq (lofi_descent_run (descent, 0, &first, NULL), LOFI_OK);
  ck_assert_int_eq (lofi_descent_run (descent, 500, &loss, NULL), LOFI_NOT_FINITE);
  size_t steps = lofi_descent_steps (descent);
  ck_assert_uint_le (steps, 499);
  ck_assert_int_eq (lofi_descent_predict (descent, train, NULL), LOFI_OK);
  for (size_t i = 0; i < N; i++)
    mse += (train[i] - data.y[i]) * (train[i] - data.y[i]) / N;
  ck_assert (mse / 2.0 <= 1000.0 * first);
  /* They are those of so many steps, and asked for more it says the same. */
  ck_assert_int_eq (lofi_descent_new (&plan, &data.x, data.y, &data.test, &again), LOFI_OK);
  ck_assert_int_eq (lofi_descent_run (again, steps, NULL, NULL), LOFI_OK);
  ck_assert_int_eq (lofi_descent_predict (again, replayed, NULL), LOFI_OK);
  ck_assert_int_eq (memcmp (train, replayed, sizeof train), 0);
  ck_assert_int_eq (lofi_descent_run (again, 1, NULL, NULL), LOFI_NOT_FINITE);
  ck_assert_uint_eq (lofi_descent_steps (again), steps);
  lofi_descent_free (descent);
  lofi_descent_free (again);
  data_clear (&data);
}
END_TEST

static bool
stop_at_zero (void *data)
{
  return (*(int *) data)-- <= 0;
}

START_TEST (it_stops_between_steps)
{
  enum { N = 60, D = 6 };
  Data data;
  data_init (&data, N, 0, D);
  LofiDescentLayer layer = { LOFI_DESCENT_DENSE, .width = 16, .sigma = sigma_of (LOFI_TANH, 0) };
  LofiDescentPlan plan = { &layer, 1, .init = 1, .step = 0.01, .seed = 8 };
  LofiDescent *descent;
  int looks = 7;
  LofiWatch watch = { .stop = stop_at_zero, .data = &looks };
  ck_assert_int_eq (lofi_descent_new (&plan, &data.x, data.y, &data.test, &descent), LOFI_OK);
  ck_assert_int_eq (lofi_descent_run (descent, 100, NULL, &watch), LOFI_STOPPED);
  ck_assert_uint_eq (lofi_descent_steps (descent), 7);
  ck_assert_int_eq (lofi_descent_run (descent, 3, NULL, NULL), LOFI_OK);
  ck_assert_uint_eq (lofi_descent_steps (descent), 10);
  lofi_descent_free (descent);
  data_clear (&data);
}
END_TEST

START_TEST (what_does_not_fit_is_refused)
{
  Data data;
  data_init (&data, 8, 0, 12);
  LofiDescentLayer conv = { LOFI_DESCENT_CONV, .width = 2, .sigma = sigma_of (LOFI_RELU, 0), .input = { 1, 3, 4 }, .window = { 3, 0, 1 } };
  LofiDescentLayer dense = { LOFI_DESCENT_DENSE, .width = 0, .sigma = conv.sigma };
  LofiDescentPlan plan = { &conv, 1, .init = 1, .step = 0.1 };
  LofiDescent *descent;
  conv.window.size = 5;
  ck_assert_int_eq (lofi_descent_new (&plan, &data.x, data.y, &data.test, &descent), LOFI_BAD_SHAPE);
  ck_assert_ptr_null (descent);
  ck_assert (lofi_descent_flops (&plan, 12, 8) == 0.0);
  conv.window.size = 3;
  conv.input.height = 4;
  ck_assert_int_eq (lofi_descent_new (&plan, &data.x, data.y, &data.test, &descent), LOFI_BAD_SHAPE);
  conv.input.height = 3;
  /* 1 x 2 positions of 9 x 2 weights, and a readout of 4. */
  ck_assert (lofi_descent_flops (&plan, 12, 8) == 8 * (4.0 * 2 * 9 * 2 + 6.0 * 4));
  ck_assert_uint_gt (lofi_descent_bytes (&plan, 12, 8, 0), 12 * 8 * sizeof (float));
  plan.layers = &dense;
  ck_assert_int_eq (lofi_descent_new (&plan, &data.x, data.y, &data.test, &descent), LOFI_BAD_SHAPE);
  dense.width = SIZE_MAX / 2;
  ck_assert_int_eq (lofi_descent_new (&plan, &data.x, data.y, &data.test, &descent), LOFI_BAD_SHAPE);
  dense.width = 3;
  plan.step = INFINITY;
  ck_assert_int_eq (lofi_descent_new (&plan, &data.x, data.y, &data.test, &descent), LOFI_NOT_FINITE);
  plan.step = 0.1;
  data.x.data[7] = NAN;
  ck_assert_int_eq (lofi_descent_new (&plan, &data.x, data.y, &data.test, &descent), LOFI_NOT_FINITE);
  data_clear (&data);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("descent");
  TCase *tests = tcase_create ("descent");
  tcase_add_test (tests, dense_layers_move_by_the_gradient);
  tcase_add_test (tests, convolution_and_pooling_move_by_the_gradient);
  tcase_add_test (tests, a_window_may_lie_wholly_in_the_padding);
  tcase_add_test (tests, blocks_add_up);
  tcase_add_test (tests, the_same_seed_gives_the_same_bytes_in_any_pieces);
  tcase_add_test (tests, divergence_is_told_and_the_last_good_weights_stay);
  tcase_add_test (tests, it_stops_between_steps);
  tcase_add_test (tests, what_does_not_fit_is_refused);
  suite_add_tcase (suite, tests);
  return lofi_test_run (suite);
}
