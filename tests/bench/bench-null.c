/* What shuffled labels cost: the extreme eigenvalues of 20 shuffles, beside one whole spectrum and beside making one operator, in one run; and how far
 * they are from those of whole spectra, in units of the value itself.
 *
 * Rows of two kinds. `lift`: relu of inputs whose covariance falls as a power, as images' does, labels less their mean; few directions stand out.
 * `noise`: independent normals, labels +-1: a bulk whose edges are no gaps, the hardest case.
 *
 *   bench-null [SAMPLES WIDTH]...      default 2000 500, 2000 1000, 10000 1000, 4000 2000
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "lofi-blas.h"
#include "lofi-eigen.h"
#include "lofi-lift.h"
#include "lofi-operator.h"
#include "lofi-permutation.h"
#include "lofi-random.h"

#define SHUFFLES 20
#define CHECKED 3           /* shuffles compared with whole spectra */
#define INPUTS 400
#define BLOCK 2048
#define REPEATS 3           /* the fastest run counts */

static double
now (void)
{
  struct timespec t;
  clock_gettime (CLOCK_MONOTONIC, &t);
  return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

static void
must (LofiStatus status)
{
  if (status == LOFI_OK)
    return;
  fprintf (stderr, "bench-null: %s\n", lofi_status_message (status));
  exit (3);
}

typedef struct {
  size_t n, p;
  LofiMatrix z;
  LofiMatrixF zf;
  double *weights;
  bool single;
  size_t served;            /* samples handed out */
} Problem;

static LofiStatus
serve (void *data, size_t first, size_t count, LofiMatrix *rows, LofiMatrixF *single, const LofiWatch *watch)
{
  Problem *problem = data;
  problem->served += count;
  if (problem->single)
    *single = lofi_matrix_f_row_block (&problem->zf, first, count);
  else
    *rows = lofi_matrix_row_block (&problem->z, first, count);
  return LOFI_OK;
}

static void
fill_lift (Problem *problem)
{
  LofiMatrix h, w;
  double mean = 0.0;
  must (lofi_matrix_alloc (&h, problem->n, INPUTS));
  must (lofi_matrix_alloc (&w, INPUTS, problem->p));
  must (lofi_random_lift_weights (1, 0, &w, NULL));
  for (size_t i = 0; i < problem->n; i++)
    {
      double *row = h.data + i * INPUTS;
      lofi_random_normals (1, LOFI_PURPOSE_TRAIN_SAMPLES, (uint32_t) i, 0, INPUTS, row);
      problem->weights[i] = row[0] * row[1] + row[5] > 0.4 ? 1.0 : -1.0;
      mean += problem->weights[i] / (double) problem->n;
      for (size_t j = 0; j < INPUTS; j++)
        row[j] *= pow (1.0 + (double) j, -0.7);
    }
  for (size_t i = 0; i < problem->n; i++)
    problem->weights[i] -= mean;
  LofiLift lift = { .weights = w, .sigma = { .activation = LOFI_RELU } };
  must (lofi_input_scale (&h, &lift.scale));
  must (lofi_lift_apply (&lift, &h, &problem->z));
  lofi_matrix_clear (&h);
  lofi_matrix_clear (&w);
}

static void
fill_noise (Problem *problem)
{
  for (size_t i = 0; i < problem->n; i++)
    {
      lofi_random_normals (2, LOFI_PURPOSE_TRAIN_SAMPLES, (uint32_t) i, 0, problem->p, problem->z.data + i * problem->p);
      problem->weights[i] = i % 2 ? 1.0 : -1.0;
    }
}

/* Seconds of making one operator, and of its eigenvalues (values, P). */
static void
whole (const Problem *problem, const double *weights, double *making, double *solving, double *values)
{
  LofiOperator op;
  LofiMatrix c;
  must (lofi_matrix_alloc (&c, problem->p, problem->p));
  double start = now ();
  must (lofi_operator_init (&op, problem->p));
  must (problem->single ? lofi_operator_add_single (&op, &problem->zf, weights, NULL) : lofi_operator_add (&op, &problem->z, weights, NULL));
  must (lofi_operator_read (&op, false, &c));
  double between = now ();
  must (lofi_symmetric_values (&c, values, NULL));
  *solving = fmin (*solving, now () - between);
  *making = fmin (*making, between - start);
  lofi_operator_clear (&op);
  lofi_matrix_clear (&c);
}

static void
compare (const char *kind, Problem *problem)
{
  LofiRowSource source = { problem->n, 1, problem->p, BLOCK, serve, problem };
  LofiMatrix low, high;
  double *values = malloc (problem->p * sizeof *values), *shuffled = malloc (problem->n * sizeof *shuffled);
  double making = INFINITY, solving = INFINITY, taken = INFINITY, worst = 0.0, sum = 0.0, squares = 0.0;
  must (values && shuffled ? LOFI_OK : LOFI_NO_MEMORY);
  must (lofi_matrix_alloc (&low, SHUFFLES, 1));
  must (lofi_matrix_alloc (&high, SHUFFLES, 1));
  for (int r = 0; r < REPEATS; r++)
    {
      problem->served = 0;
      double start = now ();
      must (lofi_permuted_extremes (&source, problem->weights, false, 0, 0, SHUFFLES, 1, &low, &high, NULL));
      taken = fmin (taken, now () - start);
      must (lofi_shuffled_weights (0, (uint32_t) (r % CHECKED), problem->weights, problem->n, shuffled));
      whole (problem, shuffled, &making, &solving, values);
      worst = fmax (worst, fabs (low.data[r % CHECKED] / values[0] - 1.0));
      worst = fmax (worst, fabs (high.data[r % CHECKED] / values[problem->p - 1] - 1.0));
    }
  for (size_t i = 0; i < SHUFFLES; i++)
    {
      sum += high.data[i] / SHUFFLES;
      squares += high.data[i] * high.data[i] / SHUFFLES;
    }
  printf ("%6s %7zu %6zu %7s %8.1f %8.1f %9.1f %7.2f %7.2f %7zu %9.1e %10.3e %6.1f\n", kind, problem->n, problem->p,
          problem->single ? "single" : "double", 1e3 * making, 1e3 * solving, 1e3 * taken, taken / solving, taken / (making + solving) / SHUFFLES,
          problem->served / problem->n, worst, sum, 1e2 * sqrt (fmax (squares - sum * sum, 0.0)) / fabs (sum));
  fflush (stdout);
  lofi_matrix_clear (&low);
  lofi_matrix_clear (&high);
  free (values);
  free (shuffled);
}

static void
measure (size_t n, size_t p)
{
  Problem problem = { .n = n, .p = p, .weights = malloc (n * sizeof (double)) };
  must (problem.weights ? LOFI_OK : LOFI_NO_MEMORY);
  must (lofi_matrix_alloc (&problem.z, n, p));
  must (lofi_matrix_f_alloc (&problem.zf, n, p));
  for (int noise = 0; noise < 2; noise++)
    {
      if (noise)
        fill_noise (&problem);
      else
        fill_lift (&problem);
      must (lofi_matrix_to_single (&problem.zf, &problem.z));
      for (int single = 1; single >= 0; single--)
        {
          problem.single = single;
          compare (noise ? "noise" : "lift", &problem);
        }
    }
  lofi_matrix_clear (&problem.z);
  lofi_matrix_f_clear (&problem.zf);
  free (problem.weights);
}

int
main (int argc, char **argv)
{
  static const size_t usual[][2] = { { 2000, 500 }, { 2000, 1000 }, { 10000, 1000 }, { 4000, 2000 } };
  lofi_blas_set_threads (0);
  printf ("%d threads; milliseconds of one operator, of its eigenvalues, of %d shuffles' extremes; these over the eigenvalues of one, and over\n"
          "operators and eigenvalues of all; passes over the rows; the worst error of the values; the mean of the highest and its sd in percent\n",
          lofi_blas_threads (), SHUFFLES);
  printf ("%6s %7s %6s %7s %8s %8s %9s %7s %7s %7s %9s %10s %6s\n", "rows", "n", "P", "", "operator", "values", "shuffles", "/values", "/all",
          "passes", "error", "mean", "sd %");
  for (int i = 1; i + 1 < argc; i += 2)
    measure ((size_t) strtoull (argv[i], NULL, 10), (size_t) strtoull (argv[i + 1], NULL, 10));
  for (size_t i = 0; i < sizeof usual / sizeof *usual && argc < 3; i++)
    measure (usual[i][0], usual[i][1]);
  return 0;
}
