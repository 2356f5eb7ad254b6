/* The "accessible degree" meter: one pass over the pairs of samples, in tiles, for all degrees at once. */
#include "lofi-moment.h"
#include "lofi-math-private.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>

#define ROWS 256            /* of a tile of the n x n inner products, */
#define COLUMNS 1024        /* and its columns */

/* sums[k] += t_j N_k (x_i, x_j) for a row of inner products c, k = 0 .. 4; a_i, a_j the squared norms less d. */
static void
add_degrees (const double *c, const double *norms, const double *t, size_t count, double own, double d, double sums[5])
{
  double s0 = 0.0, s1 = 0.0, s2 = 0.0, s3 = 0.0, s4 = 0.0;
  for (size_t j = 0; j < count; j++)
    {
      double e = d - own - norms[j], square = c[j] * c[j];    /* e = d - A */
      s0 += t[j];
      s1 += t[j] * c[j];
      s2 += t[j] * 0.5 * (square + e);
      s3 += t[j] * c[j] * (square / 6.0 + 0.5 * e + 1.0);
      s4 += t[j] * (square * square / 24.0 + 0.25 * square * e + 0.125 * e * e + square + 0.5 * e - 0.25 * d);
    }
  sums[0] += s0;
  sums[1] += s1;
  sums[2] += s2;
  sums[3] += s3;
  sums[4] += s4;
}

/* sum over j < i of t_i t_j N_k, in tiles. norms: n numbers. */
static LofiStatus
sum_degrees (const LofiMatrix *x, const double *labels, const double *norms, LofiMatrix *tile, double energy[5], const LofiWatch *watch)
{
  size_t n = x->rows;
  for (size_t first = 0; first < n; first += ROWS)
    {
      size_t rows = lofi_smaller (ROWS, n - first);
      for (size_t from = 0; from < first + rows; from += COLUMNS)
        {
          size_t count = lofi_smaller (COLUMNS, first + rows - from);
          cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (int) rows, (int) count, (int) x->cols, 1.0, x->data + first * x->stride,
                       (int) x->stride, x->data + from * x->stride, (int) x->stride, 0.0, tile->data, COLUMNS);
          for (size_t i = first; i < first + rows; i++)
            {
              double sums[5] = { 0.0 };
              size_t below = i > from ? lofi_smaller (count, i - from) : 0;
              add_degrees (tile->data + (i - first) * COLUMNS, norms + from, labels + from, below, norms[i], (double) x->cols, sums);
              for (int k = 0; k < 5; k++)
                energy[k] += labels[i] * sums[k];
            }
          if (lofi_watch_stops (watch))
            return LOFI_STOPPED;
        }
      double done = (double) (first + rows) / (double) n;
      lofi_watch_report (watch, done * done);
    }
  return LOFI_OK;
}

LofiStatus
lofi_label_degrees (const LofiMatrix *inputs, const double *labels, double energy[5], double deviation[5], const LofiWatch *watch)
{
  size_t n = inputs->rows, d = inputs->cols;
  if (n < 2 || d == 0 || !lofi_matrix_fits_blas (inputs))
    return LOFI_BAD_SHAPE;
  LofiMatrix targets = { .data = (double *) labels, .rows = 1, .cols = n, .stride = n };
  if (!lofi_matrix_is_finite (inputs) || !lofi_matrix_is_finite (&targets))
    return LOFI_NOT_FINITE;
  LofiMatrix tile;
  LofiStatus status = lofi_matrix_alloc (&tile, lofi_smaller (ROWS, n), COLUMNS);
  double *norms = lofi_doubles_new (n), square = 0.0, dimension = 1.0;
  if (!norms)
    status = LOFI_NO_MEMORY;
  for (size_t i = 0; i < n && status == LOFI_OK; i++)
    {
      norms[i] = cblas_ddot ((int) d, inputs->data + i * inputs->stride, 1, inputs->data + i * inputs->stride, 1);
      square += labels[i] * labels[i] / (double) n;
    }
  for (int k = 0; k < 5; k++)
    energy[k] = 0.0;
  if (status == LOFI_OK)
    status = sum_degrees (inputs, labels, norms, &tile, energy, watch);
  for (int k = 0; k < 5; k++)
    {
      energy[k] *= 2.0 / ((double) n * (double) (n - 1));
      deviation[k] = square * sqrt (2.0 * dimension) / (double) n;
      dimension *= (double) (d + (size_t) k) / (double) (k + 1);
    }
  free (norms);
  lofi_matrix_clear (&tile);
  return status;
}
