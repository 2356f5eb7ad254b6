#include "lofi-test.h"

#include <math.h>
#include <string.h>
#include "lofi-eigen.h"
#include "lofi-permutation.h"
#include "lofi-reference.h"

/* The centred covariance of the rows and their mean, plainly: eigenvalues ascending, and <mean, v_j>^2. */
typedef struct {
  size_t p;
  LofiMatrix values, squares;
  double total;             /* |mean|^2 */
} Truth;

static Truth
truth_of (const LofiMatrix *z)
{
  size_t n = z->rows, p = z->cols;
  Truth truth = { .p = p, .values = lofi_reference_new (1, p), .squares = lofi_reference_new (1, p) };
  LofiMatrix ones = lofi_reference_new (1, n), mean = lofi_reference_new (1, p), v = lofi_reference_new (p, p);
  for (size_t i = 0; i < n; i++)
    {
      ones.data[i] = 1.0;
      for (size_t j = 0; j < p; j++)
        mean.data[j] += z->data[i * z->stride + j] / (double) n;
    }
  LofiMatrix c = lofi_reference_operator (z, ones.data, true);
  LofiSpectrum spectrum;
  ck_assert_int_eq (lofi_spectrum_init (&spectrum, &c, NULL), LOFI_OK);
  ck_assert_int_eq (lofi_spectrum_all (&spectrum, &v, NULL), LOFI_OK);
  memcpy (truth.values.data, spectrum.values, p * sizeof (double));
  for (size_t k = 0; k < p; k++)
    {
      double along = 0.0;
      for (size_t j = 0; j < p; j++)
        along += mean.data[j] * v.data[j * p + k];
      truth.squares.data[k] = along * along;
      truth.total += along * along;
    }
  lofi_spectrum_clear (&spectrum);
  lofi_matrix_clear (&c);
  lofi_matrix_clear (&ones);
  lofi_matrix_clear (&mean);
  lofi_matrix_clear (&v);
  return truth;
}

static void
truth_clear (Truth *truth)
{
  lofi_matrix_clear (&truth->values);
  lofi_matrix_clear (&truth->squares);
}

/* What the laws ask of a measure: sum of weight / (z - s), beyond all of s. */
static double
transform (const double *nodes, const double *weights, size_t count, double z)
{
  double sum = 0.0;
  for (size_t i = 0; i < count; i++)
    sum += (weights ? weights[i] : 1.0 / (double) count) / (z - nodes[i]);
  return sum;
}

static void
check_density (const LofiDensity *density)
{
  double sum = 0.0;
  ck_assert_uint_gt (density->count, 0);
  for (size_t i = 0; i < density->count; i++)
    {
      ck_assert (density->nodes[i] >= 0.0 && density->weights[i] >= 0.0);
      ck_assert (i == 0 || density->nodes[i] >= density->nodes[i - 1]);
      sum += density->weights[i];
    }
  ck_assert (fabs (sum - 1.0) <= 1e-12);
}

/* Positive rows: largely mean, covariance that falls. */
static LofiMatrix
lift_rows (size_t n, size_t p)
{
  LofiMatrix h = lofi_reference_normals (n, 30, 1), w = lofi_reference_normals (30, p, 2), z = lofi_reference_new (n, p);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < p; j++)
      {
        double u = 0.0;
        for (size_t k = 0; k < 30; k++)
          u += h.data[i * 30 + k] * pow (1.0 + (double) k, -0.7) * w.data[k * p + j];
        z.data[i * p + j] = fmax (u, 0.0) / sqrt ((double) p);
      }
  lofi_matrix_clear (&h);
  lofi_matrix_clear (&w);
  return z;
}

static LofiMatrixF rounded;

static LofiStatus
serve_single (void *data, size_t first, size_t count, LofiMatrix *rows, LofiMatrixF *single, const LofiWatch *watch)
{
  *single = lofi_matrix_f_row_block (&rounded, first, count);
  return LOFI_OK;
}

static void
check_measures (const LofiRowSource *source, const Truth *truth, double trace_within, double mean_within)
{
  LofiDensity trace, mean;
  double square = NAN;
  ck_assert_int_eq (lofi_covariance_measures (source, 3, &trace, &mean, &square, NULL), LOFI_OK);
  check_density (&trace);
  check_density (&mean);
  ck_assert (fabs (square - truth->total) <= 1e-6 * truth->total);
  double largest = truth->values.data[truth->p - 1];
  for (double z = 1.1 * largest; z < 20.0 * largest; z *= 2.0)
    {
      double expected = transform (truth->values.data, NULL, truth->p, z), found = transform (trace.nodes, trace.weights, trace.count, z);
      ck_assert (fabs (found - expected) <= trace_within * expected);
      expected = transform (truth->values.data, truth->squares.data, truth->p, z);
      found = square * transform (mean.nodes, mean.weights, mean.count, z);
      ck_assert (fabs (found - expected) <= mean_within * expected);
    }
  ck_assert (fabs (trace.nodes[trace.count - 1] - largest) <= 1e-6 * largest);
  lofi_density_clear (&trace);
  lofi_density_clear (&mean);
}

/* Up to 320 the trace's measure is the spectrum, then an estimate; the mean's is as good as the transform can tell in both. */
START_TEST (measures_are_those_of_the_covariance)
{
  static const size_t widths[] = { 1, 30, 150, 420 };
  size_t p = widths[_i];
  LofiMatrix z = lift_rows (260, p);
  ck_assert_int_eq (lofi_matrix_f_alloc (&rounded, 260, p), LOFI_OK);
  ck_assert_int_eq (lofi_matrix_to_single (&rounded, &z), LOFI_OK);
  Truth truth = truth_of (&z);
  LofiRowSource sources[] = { lofi_row_source_of (&z, 2), { 260, 1, p, 77, serve_single, NULL } };
  static const double close[] = { 1e-9, 5e-6 };    /* 5e-7 of an entry in single precision, ten times that so near the largest */
  for (int single = 0; single < 2; single++)
    check_measures (&sources[single], &truth, p > 320 ? 1e-3 : close[single], close[single]);
  truth_clear (&truth);
  lofi_matrix_clear (&z);
  lofi_matrix_f_clear (&rounded);
}
END_TEST

/* Too wide for a matrix: by products. The few eigenvalues that are not zero are those of the rows' own n x n Gram matrix. */
START_TEST (wide_rows_need_no_covariance)
{
  size_t n = 24, p = 4200;
  LofiMatrix z = lift_rows (n, p), centred = lofi_reference_new (n, p), mean = lofi_reference_new (1, p), gram = lofi_reference_new (n, n);
  double values[24], total = 0.0, projected[24] = { 0 };
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < p; j++)
      mean.data[j] += z.data[i * p + j] / (double) n;
  for (size_t j = 0; j < p; j++)
    total += mean.data[j] * mean.data[j];
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < p; j++)
      {
        centred.data[i * p + j] = z.data[i * p + j] - mean.data[j];
        projected[i] += centred.data[i * p + j] * mean.data[j];
      }
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < n; k++)
      for (size_t j = 0; j < p; j++)
        gram.data[i * n + k] += centred.data[i * p + j] * centred.data[k * p + j] / (double) n;
  ck_assert_int_eq (lofi_symmetric_values (&gram, values, NULL), LOFI_OK);
  ck_assert_int_eq (lofi_matrix_f_alloc (&rounded, n, p), LOFI_OK);
  ck_assert_int_eq (lofi_matrix_to_single (&rounded, &z), LOFI_OK);
  LofiRowSource sources[] = { lofi_row_source_of (&z, 1), { n, 1, p, 7, serve_single, NULL } };
  double first = 0.0, trace_sum = 0.0;    /* mean^T C mean, and the trace */
  for (size_t i = 0; i < n; i++)
    {
      first += projected[i] * projected[i] / (double) n;
      trace_sum += values[i];
    }
  for (int single = 0; single < 2; single++)
    {
      LofiDensity trace, measure;
      double square = NAN, moment = 0.0, sum = 0.0;
      ck_assert_int_eq (lofi_covariance_measures (&sources[single], 3, &trace, &measure, &square, NULL), LOFI_OK);
      check_density (&trace);
      check_density (&measure);
      ck_assert (fabs (square - total) <= 1e-6 * total);
      for (size_t i = 0; i < trace.count; i++)
        sum += (double) p * trace.weights[i] * trace.nodes[i];
      for (size_t i = 0; i < measure.count; i++)
        moment += square * measure.weights[i] * measure.nodes[i];
      ck_assert (fabs (sum - trace_sum) <= 1e-5 * trace_sum);
      ck_assert (fabs (moment - first) <= 1e-5 * first);
      ck_assert (fabs (trace.nodes[trace.count - 1] - values[n - 1]) <= 1e-6 * values[n - 1]);
      lofi_density_clear (&trace);
      lofi_density_clear (&measure);
    }
  lofi_matrix_clear (&z);
  lofi_matrix_clear (&centred);
  lofi_matrix_clear (&mean);
  lofi_matrix_clear (&gram);
  lofi_matrix_f_clear (&rounded);
}
END_TEST

START_TEST (what_is_zero_has_no_measure)
{
  size_t n = 60, p = 40;
  LofiMatrix z = lofi_reference_normals (n, p, 9);
  LofiRowSource source = lofi_row_source_of (&z, 1);
  LofiDensity trace, mean;
  double square = NAN;
  for (size_t i = n / 2; i < n; i++)    /* pairs: the mean is zero exactly */
    for (size_t j = 0; j < p; j++)
      z.data[i * p + j] = -z.data[(i - n / 2) * p + j];
  ck_assert_int_eq (lofi_covariance_measures (&source, 0, &trace, &mean, &square, NULL), LOFI_OK);
  ck_assert_uint_eq (trace.count, p);
  ck_assert (mean.count == 0 && !mean.nodes && square == 0.0);
  lofi_density_clear (&trace);
  for (size_t i = 0; i < n * p; i++)
    z.data[i] = 0.1 * (double) (i % p);
  ck_assert_int_eq (lofi_covariance_measures (&source, 0, &trace, &mean, &square, NULL), LOFI_OK);
  ck_assert (trace.count == 0 && !trace.nodes);
  ck_assert (mean.count > 0 && mean.nodes[mean.count - 1] <= 1e-12 * square && square > 0.0);
  lofi_density_clear (&mean);
  memset (z.data, 0, n * p * sizeof (double));
  ck_assert_int_eq (lofi_covariance_measures (&source, 0, &trace, &mean, &square, NULL), LOFI_OK);
  ck_assert (trace.count == 0 && mean.count == 0 && square == 0.0);
  lofi_matrix_clear (&z);
}
END_TEST

START_TEST (bad_input_is_refused)
{
  static const size_t widths[] = { 40, 4100 };
  for (int k = 0; k < 2; k++)
    {
      LofiMatrix z = lofi_reference_normals (20, widths[k], 9);
      LofiRowSource source = lofi_row_source_of (&z, 1), odd = lofi_row_source_of (&z, 3);
      LofiDensity trace, mean;
      double square;
      ck_assert_int_eq (lofi_covariance_measures (&odd, 0, &trace, &mean, &square, NULL), LOFI_BAD_SHAPE);
      z.data[17 * widths[k] + 3] = NAN;
      ck_assert_int_eq (lofi_covariance_measures (&source, 0, &trace, &mean, &square, NULL), LOFI_NOT_FINITE);
      ck_assert (!trace.nodes && !mean.nodes && trace.count == 0 && mean.count == 0);
      lofi_matrix_clear (&z);
    }
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("covariance-measures");
  TCase *tcase = tcase_create ("covariance-measures");
  tcase_set_timeout (tcase, 120);
  tcase_add_loop_test (tcase, measures_are_those_of_the_covariance, 0, 4);
  tcase_add_test (tcase, wide_rows_need_no_covariance);
  tcase_add_test (tcase, what_is_zero_has_no_measure);
  tcase_add_test (tcase, bad_input_is_refused);
  suite_add_tcase (suite, tcase);
  return lofi_test_run (suite);
}
