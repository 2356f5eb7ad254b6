/* What the K leading eigenpairs cost: by the whole reduction to tridiagonal form, and by the blocked method, with the residuals of both,
 * on matrices whose spectrum is shaped like a relu lift's moment operator: one large value, a few outliers, and a bulk that falls as a
 * power over five decades, of both signs.
 *
 *   bench-leading [ORDER KEEP]...      default 1000 50, 2000 100, 5000 100
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "lofi-blas.h"
#include "lofi-eigen.h"
#include "lofi-leading.h"
#include "lofi-random.h"

#define BUDGET 2.0          /* seconds of repeating: the fastest run counts */
#define REFLECTIONS 3

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
  fprintf (stderr, "bench-leading: %s\n", lofi_status_message (status));
  exit (3);
}

static double
value (size_t i, size_t n)
{
  static const double outliers[] = { 1.0, 0.07, 0.04, -0.036 };
  if (i < sizeof outliers / sizeof *outliers)
    return outliers[i];
  return (i % 2 ? -0.12 : 0.12) * pow ((double) i, -1.2) * (1.0 - (double) i / (double) n);
}

/* Q diag (values) Q^T, Q a product of reflections: A - u w^T - w u^T each. */
static LofiMatrix
operator_like (size_t n)
{
  LofiMatrix a, work;
  must (lofi_matrix_alloc (&a, n, n));
  must (lofi_matrix_alloc (&work, 2, n));
  double *u = work.data, *w = u + n;
  for (size_t i = 0; i < n; i++)
    a.data[i * n + i] = value (i, n);
  for (uint32_t r = 0; r < REFLECTIONS; r++)
    {
      double squares = 0.0, uw = 0.0;
      lofi_random_normals (1, 0, r, 0, n, u);
      for (size_t i = 0; i < n; i++)
        squares += u[i] * u[i];
      for (size_t i = 0; i < n; i++)
        u[i] *= sqrt (2.0 / squares);
      for (size_t i = 0; i < n; i++)
        {
          w[i] = 0.0;
          for (size_t j = 0; j < n; j++)
            w[i] += a.data[i * n + j] * u[j];
          uw += w[i] * u[i];
        }
      for (size_t i = 0; i < n; i++)
        w[i] -= uw / 2.0 * u[i];
      for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
          a.data[i * n + j] -= u[i] * w[j] + w[i] * u[j];
    }
  lofi_matrix_clear (&work);
  return a;
}

static void
compare (size_t n, size_t keep)
{
  LofiMatrix a = operator_like (n), v, values;
  must (lofi_matrix_alloc (&v, n, keep));
  must (lofi_matrix_alloc (&values, 1, keep));
  double whole = INFINITY, blocked = INFINITY, residual = 0.0;
  LofiSymmetricMap map = lofi_symmetric_map_of (&a);
  LofiLeadingStats stats = { 0 };
  for (double end = now () + BUDGET; isinf (whole) || now () < end;)
    {
      LofiSpectrum spectrum;
      double start = now ();
      must (lofi_spectrum_init (&spectrum, &a, NULL));
      must (lofi_spectrum_leading (&spectrum, keep, values.data, &v, NULL));
      whole = fmin (whole, now () - start);
      lofi_spectrum_clear (&spectrum);
    }
  must (lofi_eigen_residual (&a, values.data, &v, &residual));
  for (double end = now () + BUDGET; isinf (blocked) || now () < end;)
    {
      double start = now ();
      must (lofi_leading_pairs (&map, keep, LOFI_LEADING_TOLERANCE, values.data, &v, NULL, &stats, NULL));
      blocked = fmin (blocked, now () - start);
    }
  printf ("%6zu %6zu %10.0f %10.1e %10.0f %10.1e %8.1f %9zu %9zu  %s\n", n, keep, 1e3 * whole, residual / fabs (values.data[0]),
          1e3 * blocked, stats.residual, whole / blocked, stats.products, stats.restarts, lofi_leading_pays (n, keep) ? "yes" : "no");
  lofi_matrix_clear (&a);
  lofi_matrix_clear (&v);
  lofi_matrix_clear (&values);
}

int
main (int argc, char **argv)
{
  static const size_t usual[][2] = { { 1000, 50 }, { 2000, 100 }, { 5000, 100 } };
  lofi_blas_set_threads (0);
  printf ("%d threads; milliseconds, residuals of |lambda_1|\n", lofi_blas_threads ());
  printf ("%6s %6s %10s %10s %10s %10s %8s %9s %9s  %s\n", "N", "K", "whole", "residual", "blocked", "residual", "ratio", "products",
          "restarts", "pays");
  for (int i = 1; i + 1 < argc; i += 2)
    compare ((size_t) strtoull (argv[i], NULL, 10), (size_t) strtoull (argv[i + 1], NULL, 10));
  for (size_t i = 0; i < 3 && argc < 3; i++)
    compare (usual[i][0], usual[i][1]);
  return 0;
}
