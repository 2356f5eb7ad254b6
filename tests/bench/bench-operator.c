/* How fast the operator takes samples in, beside the rate of this machine's matrix product, measured in the same run.
 * A symmetric update needs n P^2 flops (half of Z^T diag(t) Z), and so many are counted; sgemm and dgemm do 2 m n k.
 * The repeats alternate and the best of each counts: other work on the machine slows all, but not at the same moment. With one
 * thread (taskset -c 0) the processor's own time is taken, which other work hardly touches.
 *
 *   bench-operator [REPEATS [SAMPLES WIDTH]]      default 5, all sizes
 */
#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "lofi-blas.h"
#include "lofi-operator.h"
#include "lofi-random.h"

#define BLOCK 2048          /* samples handed over at once, as a fit does */
#define PRODUCT 2048        /* order of the products that give the machine's rate */

typedef struct {
  size_t n, p;
  LofiMatrix z, square[3];
  LofiMatrixF zf, square_f[3];
  double *weights;
} Problem;

static double
seconds (void)
{
  struct timespec now;
  clock_gettime (lofi_blas_threads () > 1 ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double) now.tv_sec + 1e-9 * (double) now.tv_nsec;
}

static void
insist (LofiStatus status)
{
  if (status == LOFI_OK)
    return;
  fprintf (stderr, "bench-operator: %s\n", lofi_status_message (status));
  exit (3);
}

/* Relu-like rows of mean square 1 / P, and signs. */
static void
problem_init (Problem *problem, size_t n, size_t p)
{
  *problem = (Problem) { .n = n, .p = p, .weights = malloc (n * sizeof (double)) };
  insist (problem->weights ? LOFI_OK : LOFI_NO_MEMORY);
  insist (lofi_matrix_alloc (&problem->z, n, p));
  insist (lofi_matrix_f_alloc (&problem->zf, n, p));
  for (int m = 0; m < 3; m++)
    {
      insist (lofi_matrix_alloc (&problem->square[m], PRODUCT, PRODUCT));
      insist (lofi_matrix_f_alloc (&problem->square_f[m], PRODUCT, PRODUCT));
      lofi_random_normals (0, LOFI_PURPOSE_TEACHER, (uint32_t) m, 0, PRODUCT * PRODUCT, problem->square[m].data);
      insist (lofi_matrix_to_single (&problem->square_f[m], &problem->square[m]));
    }
  for (size_t i = 0; i < n; i++)
    {
      double *row = problem->z.data + i * p;
      lofi_random_normals (0, LOFI_PURPOSE_TRAIN_SAMPLES, (uint32_t) i, 0, p, row);
      problem->weights[i] = row[0] > 0.3 ? 1.0 : -1.0;
      for (size_t j = 0; j < p; j++)
        row[j] = row[j] > 0.0 ? row[j] / (double) p : 0.0;
    }
  insist (lofi_matrix_to_single (&problem->zf, &problem->z));
}

static void
problem_clear (Problem *problem)
{
  for (int m = 0; m < 3; m++)
    {
      lofi_matrix_clear (&problem->square[m]);
      lofi_matrix_f_clear (&problem->square_f[m]);
    }
  lofi_matrix_clear (&problem->z);
  lofi_matrix_f_clear (&problem->zf);
  free (problem->weights);
}

/* Gflop/s. The operator is new each time: its storage is part of the cost. */
static double
operator_rate (const Problem *problem, bool single)
{
  LofiOperator op;
  double start = seconds ();
  insist (lofi_operator_init (&op, problem->p));
  for (size_t first = 0; first < problem->n; first += BLOCK)
    {
      size_t count = problem->n - first < BLOCK ? problem->n - first : BLOCK;
      LofiMatrix rows = lofi_matrix_row_block (&problem->z, first, count);
      LofiMatrixF rows_f = lofi_matrix_f_row_block (&problem->zf, first, count);
      insist (single ? lofi_operator_add_single (&op, &rows_f, problem->weights + first, NULL)
                     : lofi_operator_add (&op, &rows, problem->weights + first, NULL));
    }
  double taken = seconds () - start;
  lofi_operator_clear (&op);
  return 1e-9 * (double) problem->n * (double) problem->p * (double) problem->p / taken;
}

static double
product_rate (Problem *problem, bool single)
{
  const LofiMatrix *d = problem->square;
  const LofiMatrixF *f = problem->square_f;
  double start = seconds ();
  if (single)
    cblas_sgemm (CblasRowMajor, CblasTrans, CblasNoTrans, PRODUCT, PRODUCT, PRODUCT, 1.0f, f[0].data, PRODUCT, f[1].data, PRODUCT, 0.0f,
                 f[2].data, PRODUCT);
  else
    cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, PRODUCT, PRODUCT, PRODUCT, 1.0, d[0].data, PRODUCT, d[1].data, PRODUCT, 0.0,
                 d[2].data, PRODUCT);
  return 2e-9 * PRODUCT * PRODUCT * PRODUCT / (seconds () - start);
}

static void
measure (size_t n, size_t p, int repeats)
{
  Problem problem;
  problem_init (&problem, n, p);
  double best[2][2] = { { 0.0 } };
  for (int r = 0; r < repeats; r++)
    for (int single = 0; single < 2; single++)
      {
        double rates[2] = { product_rate (&problem, single), operator_rate (&problem, single) };
        for (int k = 0; k < 2; k++)
          best[single][k] = rates[k] > best[single][k] ? rates[k] : best[single][k];
      }
  printf ("%7zu %6zu %8.1f %9.1f %6.2f %8.1f %9.1f %6.2f\n", n, p, best[1][0], best[1][1], best[1][1] / best[1][0], best[0][0],
          best[0][1], best[0][1] / best[0][0]);
  fflush (stdout);
  problem_clear (&problem);
}

int
main (int argc, char **argv)
{
  static const size_t sizes[][2] = { { 4000, 2000 }, { 10000, 5000 }, { 5000, 1000 } };
  int repeats = argc > 1 ? atoi (argv[1]) : 5;
  lofi_blas_set_threads (0);
  printf ("Gflop/s, best of %d, %d threads\n", repeats, lofi_blas_threads ());
  printf ("%7s %6s %8s %9s %6s %8s %9s %6s\n", "n", "P", "sgemm", "operator", "ratio", "dgemm", "operator", "ratio");
  if (argc > 3)
    measure (strtoul (argv[2], NULL, 10), strtoul (argv[3], NULL, 10), repeats);
  for (size_t s = 0; argc <= 3 && s < 3; s++)
    measure (sizes[s][0], sizes[s][1], repeats);
  return 0;
}
