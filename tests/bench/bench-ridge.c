/* How long a readout takes: exact leave-one-out over 500 penalties, beside the time that its operations (lofi_ridge_flops) would take at
 * the rate of this machine's matrix product, measured in the same run. The features are a rectified lift of a twentieth as many inputs, the
 * labels signs of a quadratic. Whole: the features in memory; rows: in passes; curve: all 500 errors asked for; single: leave-one-out in single
 * precision; nested: that with the Gram matrix known.
 * The repeats alternate and the best of each counts: other work on the machine slows all, but not at the same moment.
 *
 *   bench-ridge [REPEATS [SAMPLES FEATURES]]      default 3, all sizes
 */
#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "lofi-blas.h"
#include "lofi-random.h"
#include "lofi-ridge.h"

#define PENALTIES 500
#define PRODUCT 2048        /* order of the product that gives the machine's rate */
#define LARGE 2e11          /* operations, from which once is enough */

typedef struct {
  LofiMatrix features, square[3];
  double *y;
} Problem;

static double
seconds (void)
{
  struct timespec now;
  clock_gettime (CLOCK_MONOTONIC, &now);
  return (double) now.tv_sec + 1e-9 * (double) now.tv_nsec;
}

static void
insist (LofiStatus status)
{
  if (status == LOFI_OK)
    return;
  fprintf (stderr, "bench-ridge: %s\n", lofi_status_message (status));
  exit (3);
}

static void
problem_init (Problem *problem, size_t n, size_t p)
{
  size_t d = p / 20 + 3;
  LofiMatrix inputs, weights;
  *problem = (Problem) { .y = malloc (n * sizeof (double)) };
  insist (problem->y ? LOFI_OK : LOFI_NO_MEMORY);
  insist (lofi_matrix_alloc (&problem->features, n, p));
  insist (lofi_matrix_alloc (&inputs, n, d));
  insist (lofi_matrix_alloc (&weights, d, p));
  for (int m = 0; m < 3; m++)
    {
      insist (lofi_matrix_alloc (&problem->square[m], PRODUCT, PRODUCT));
      lofi_random_normals (0, LOFI_PURPOSE_TEACHER, (uint32_t) m, 0, PRODUCT * PRODUCT, problem->square[m].data);
    }
  lofi_random_normals (0, LOFI_PURPOSE_TRAIN_SAMPLES, 0, 0, n * d, inputs.data);
  lofi_random_normals (0, LOFI_PURPOSE_TRAIN_SAMPLES, 1, 0, d * p, weights.data);
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) n, (int) p, (int) d, 1.0 / sqrt ((double) d * (double) p), inputs.data,
               (int) d, weights.data, (int) p, 0.0, problem->features.data, (int) p);
  for (size_t i = 0; i < n * p; i++)
    problem->features.data[i] = fmax (problem->features.data[i], 0.0);
  for (size_t i = 0; i < n; i++)
    problem->y[i] = inputs.data[i * d] * inputs.data[i * d + 1] + inputs.data[i * d + 2] > 0.0 ? 1.0 : -1.0;
  lofi_matrix_clear (&inputs);
  lofi_matrix_clear (&weights);
}

static void
problem_clear (Problem *problem)
{
  for (int m = 0; m < 3; m++)
    lofi_matrix_clear (&problem->square[m]);
  lofi_matrix_clear (&problem->features);
  free (problem->y);
}

static double
product_rate (Problem *problem)
{
  const LofiMatrix *a = problem->square;
  double start = seconds ();
  cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, PRODUCT, PRODUCT, PRODUCT, 1.0, a[0].data, PRODUCT, a[1].data, PRODUCT, 0.0,
               a[2].data, PRODUCT);
  return 2.0 * PRODUCT * PRODUCT * PRODUCT / (seconds () - start);
}

typedef enum { WHOLE, ROWS, CURVE, SINGLE, NESTED, WAYS } Way;

static double
fit (Problem *problem, Way way, const double *penalties, double *penalty)
{
  LofiRidge ridge;
  LofiRidgeGram gram = { 0 };
  LofiRidgeRows rows = lofi_ridge_rows_of (&problem->features);
  double curve[PENALTIES];
  rows.single = way >= SINGLE;
  if (way == NESTED)
    {
      insist (lofi_ridge_gram_init (&gram, problem->features.cols));
      insist (lofi_ridge_gram_add (&gram, &problem->features, problem->y));
      rows.gram = &gram;
      rows.factor = 1.0;
    }
  double start = seconds ();
  if (way == ROWS || way >= SINGLE)
    insist (lofi_ridge_fit_rows (&ridge, &rows, problem->y, penalties, PENALTIES, NULL, NULL));
  else
    insist (lofi_ridge_fit (&ridge, &problem->features, problem->y, penalties, PENALTIES, way == CURVE ? curve : NULL, NULL));
  double taken = seconds () - start;
  *penalty = ridge.penalty;
  lofi_ridge_clear (&ridge);
  lofi_ridge_gram_clear (&gram);
  return taken;
}

static void
measure (size_t n, size_t p, int repeats)
{
  Problem problem;
  double penalties[PENALTIES], best[WAYS] = { INFINITY, INFINITY, INFINITY, INFINITY, INFINITY }, rate = 0.0, penalty = 0.0;
  double operations = lofi_ridge_flops (n, p, PENALTIES);
  lofi_penalty_grid (1e-6, 1e6, PENALTIES, penalties);
  problem_init (&problem, n, p);
  for (int r = 0; r < (operations > LARGE ? 1 : repeats); r++)
    for (Way way = WHOLE; way < WAYS; way++)
      {
        rate = fmax (rate, product_rate (&problem));
        best[way] = fmin (best[way], fit (&problem, way, penalties, &penalty));
      }
  printf ("%6zu %6zu %8.3f %8.3f %8.3f %8.3f %8.3f %8.1f %8.1f %6.2f %10.3g\n", n, p, best[WHOLE], best[ROWS], best[CURVE], best[SINGLE], best[NESTED], 1e-9 * operations,
          1e-9 * rate, best[WHOLE] * rate / operations, penalty);
  fflush (stdout);
  problem_clear (&problem);
}

int
main (int argc, char **argv)
{
  static const size_t sizes[][2] = { { 500, 5000 }, { 2000, 1000 }, { 4000, 2000 }, { 10000, 5000 } };
  int repeats = argc > 1 ? atoi (argv[1]) : 3;
  lofi_blas_set_threads (0);
  printf ("Seconds, best of %d, %d threads; Gflop; Gflop/s of a product; whole over the time of its operations at that rate\n", repeats,
          lofi_blas_threads ());
  printf ("%6s %6s %8s %8s %8s %8s %8s %8s %8s %6s %10s\n", "n", "p", "whole", "rows", "curve", "single", "nested", "Gflop", "product", "ratio", "penalty");
  if (argc > 3)
    measure (strtoul (argv[2], NULL, 10), strtoul (argv[3], NULL, 10), repeats);
  for (size_t s = 0; argc <= 3 && s < 4; s++)
    measure (sizes[s][0], sizes[s][1], repeats);
  return 0;
}
