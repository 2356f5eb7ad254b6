/* Networks of all kinds of layers on small arrays, and the plain loops they are compared with. */
#pragma once

#include <string.h>
#include "lofi-error.h"
#include "lofi-fit.h"
#include "lofi-fixture.h"

/* NAME-x.npy of the given shape (its first number: samples) and NAME-y.npy: N(0,1), y = sign of x_0 x_1 + 0.3 x_2. */
static inline void
network_write_split (const char *folder, const char *name, const gsize *shape, guint dimensions, guint stream)
{
  gsize each = 1, n = shape[0];
  for (guint i = 1; i < dimensions; i++)
    each *= shape[i];
  g_autofree double *x = g_new (double, n * each), *y = g_new (double, n);
  g_autofree char *inputs = g_strdup_printf ("%s/%s-x.npy", folder, name), *targets = g_strdup_printf ("%s/%s-y.npy", folder, name);
  lofi_random_normals (11, LOFI_PURPOSE_TEACHER, stream, 0, n * each, x);
  for (gsize i = 0; i < n; i++)
    y[i] = x[i * each] * x[i * each + 1] + 0.3 * x[i * each + 2] >= 0 ? 1 : -1;
  ck_assert (lofi_npy_write_doubles (inputs, x, shape, dimensions, NULL));
  ck_assert (lofi_npy_write_doubles (targets, y, (gsize[]) { n }, 1, NULL));
}

static inline void
network_write_vectors (const char *folder, gsize n, gsize m, gsize d)
{
  network_write_split (folder, "train", (gsize[]) { n, d }, 2, 0);
  network_write_split (folder, "test", (gsize[]) { m, d }, 2, 1);
}

static inline void
network_write_maps (const char *folder, gsize n, gsize m, gsize channels, gsize height, gsize width)
{
  network_write_split (folder, "train", (gsize[]) { n, channels, height, width }, 4, 0);
  network_write_split (folder, "test", (gsize[]) { m, channels, height, width }, 4, 1);
}

static inline LofiResult *
network_fit_with (const LofiExperiment *experiment, gboolean with_baselines, LofiCache *cache, LofiSpectra spectra)
{
  LofiObserver observer = { .spectra = spectra };
  g_autoptr (GError) error = NULL;
  LofiResult *result = lofi_fit (experiment, with_baselines, 0, cache, &observer, NULL, &error);
  ck_assert_msg (result != NULL, "%s", error ? error->message : "");
  return result;
}

/* Fits a text of layers, in double unless said otherwise. */
static inline LofiResult *
network_fit_as (const char *folder, const char *layers, LofiPrecision precision, guint64 memory)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, layers);
  experiment->precision = precision;
  experiment->memory = memory;
  return network_fit_with (experiment, FALSE, NULL, LOFI_SPECTRA_WHOLE);
}

static inline LofiResult *
network_fit (const char *folder, const char *layers)
{
  return network_fit_as (folder, layers, LOFI_PRECISION_DOUBLE, 0);
}

/* The fit is refused as input that cannot be used, in words that hold every one of `words` ("a|b"). */
static inline void
network_refused (const char *folder, const char *layers, const char *words)
{
  g_autoptr (LofiExperiment) experiment = fixture_experiment (folder, layers);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) parts = g_strsplit (words, "|", -1);
  g_autoptr (LofiResult) result = lofi_fit (experiment, TRUE, 0, NULL, NULL, NULL, &error);
  ck_assert_msg (result == NULL, "%s: not refused", layers);
  ck_assert_msg (lofi_error_exit_code (error) == 2, "exit %d: %s", lofi_error_exit_code (error), error->message);
  for (char **part = parts; *part; part++)
    ck_assert_msg (strstr (error->message, *part) != NULL, "'%s' is not in: %s", *part, error->message);
}

/* Checked by hand: every ck_assert tells the parent process where it is. */
static inline double
network_at (const LofiArray *array, gsize i, gsize j)
{
  if (i >= array->matrix.rows || j >= array->matrix.cols)
    ck_abort_msg ("(%zu, %zu) is outside of %zu x %zu", i, j, array->matrix.rows, array->matrix.cols);
  return array->matrix.data[i * array->matrix.stride + j];
}

/* The largest difference of two matrices, over the largest entry of the first one's column. NAN counts as infinite. */
static inline double
network_difference (const LofiMatrix *a, const LofiMatrix *b)
{
  double worst = 0;
  ck_assert_uint_eq (a->rows, b->rows);
  ck_assert_uint_eq (a->cols, b->cols);
  for (gsize j = 0; j < a->cols; j++)
    {
      double largest = 0, off = 0;
      for (gsize i = 0; i < a->rows; i++)
        {
          double x = a->data[i * a->stride + j], y = b->data[i * b->stride + j];
          largest = fmax (largest, fabs (x));
          off = isfinite (x - y) ? fmax (off, fabs (x - y)) : INFINITY;
        }
      if (off > 0)
        worst = fmax (worst, off / largest);
    }
  return worst;
}

static inline gboolean
network_same_bytes (const LofiMatrix *a, const LofiMatrix *b)
{
  gboolean same = a->rows == b->rows && a->cols == b->cols;
  for (gsize i = 0; same && i < a->rows; i++)
    same = memcmp (a->data + i * a->stride, b->data + i * b->stride, a->cols * sizeof (double)) == 0;
  return same;
}

/* ---- plain loops ---- */

/* Pixel (y, x) of a channel of sample i; zero outside. */
static inline double
plain_pixel (const LofiMatrix *maps, LofiMapShape shape, gsize i, gsize channel, gssize y, gssize x)
{
  if (y < 0 || x < 0 || y >= (gssize) shape.height || x >= (gssize) shape.width)
    return 0;
  return maps->data[i * maps->stride + (channel * shape.height + (gsize) y) * shape.width + (gsize) x];
}

/* All windows, a row each: of all channels, or of one (channel >= 0). Freed by lofi_matrix_clear. */
static inline LofiMatrix
plain_patches (const LofiMatrix *maps, LofiMapShape shape, LofiWindow window, int channel)
{
  gsize height = (shape.height + 2 * window.padding - window.size) / window.stride + 1;
  gsize width = (shape.width + 2 * window.padding - window.size) / window.stride + 1;
  gsize first = channel < 0 ? 0 : (gsize) channel, end = channel < 0 ? shape.channels : first + 1;
  LofiMatrix out;
  ck_assert_int_eq (lofi_matrix_alloc (&out, maps->rows * height * width, (end - first) * window.size * window.size), LOFI_OK);
  double *at = out.data;
  for (gsize i = 0; i < maps->rows; i++)
    for (gsize oy = 0; oy < height; oy++)
      for (gsize ox = 0; ox < width; ox++)
        for (gsize c = first; c < end; c++)
          for (gsize ky = 0; ky < window.size; ky++)
            for (gsize kx = 0; kx < window.size; kx++)
              *at++ = plain_pixel (maps, shape, i, c, (gssize) (oy * window.stride + ky) - (gssize) window.padding,
                                   (gssize) (ox * window.stride + kx) - (gssize) window.padding);
  return out;
}

/* sqrt (mean of the rows' squared lengths). */
static inline double
plain_scale (const LofiMatrix *rows)
{
  double sum = 0;
  for (gsize i = 0; i < rows->rows; i++)
    for (gsize j = 0; j < rows->cols; j++)
      sum += rows->data[i * rows->stride + j] * rows->data[i * rows->stride + j];
  return sqrt (sum / (double) rows->rows);
}

/* relu (rows W / c) / sqrt (P). */
static inline LofiMatrix
plain_relu_lift (const LofiMatrix *rows, const LofiMatrix *w, double scale)
{
  LofiMatrix z;
  ck_assert_int_eq (lofi_matrix_alloc (&z, rows->rows, w->cols), LOFI_OK);
  for (gsize i = 0; i < z.rows; i++)
    for (gsize p = 0; p < z.cols; p++)
      {
        double sum = 0;
        for (gsize j = 0; j < rows->cols; j++)
          sum += rows->data[i * rows->stride + j] * w->data[j * w->stride + p];
        z.data[i * z.stride + p] = sum > 0 ? sum / scale / sqrt ((double) w->cols) : 0;
      }
  return z;
}

/* (1/n) Z^T diag(t) Z v, t of a row that of its sample: `each` rows a sample. */
static inline void
plain_operator_times (const LofiMatrix *z, const double *y, gsize each, const double *v, double *out)
{
  memset (out, 0, z->cols * sizeof (double));
  for (gsize i = 0; i < z->rows; i++)
    {
      double dot = 0;
      for (gsize p = 0; p < z->cols; p++)
        dot += z->data[i * z->stride + p] * v[p];
      for (gsize p = 0; p < z->cols; p++)
        out[p] += y[i / each] * dot * z->data[i * z->stride + p] / (double) z->rows;
    }
}

/* Columns first .. first + keep - 1 of the layer's filters are the eigenvectors of the operator of these rows with its largest |eigenvalues|:
 * C v = lambda v, orthonormal, oriented, ordered, and the squares of the layer's own spectrum add up to those of C. */
static inline void
plain_check_eigenpairs (const LofiMatrix *z, const double *y, gsize each, const LofiLayerResult *layer, gsize first, gsize keep, double tolerance)
{
  gsize p = z->cols;
  const LofiMatrix *filters = &layer->filters->matrix;
  g_autofree double *v = g_new (double, p), *cv = g_new (double, p);
  double top = fabs (layer->eigenvalues[first]);
  ck_assert_uint_eq (filters->rows, p);
  for (gsize k = 0; k < keep; k++)
    {
      double value = layer->eigenvalues[first + k], peak = 0;
      for (gsize j = 0; j < p; j++)
        {
          v[j] = filters->data[j * filters->stride + first + k];
          peak = fabs (v[j]) > fabs (peak) ? v[j] : peak;
        }
      ck_assert (peak > 0);
      plain_operator_times (z, y, each, v, cv);
      for (gsize j = 0; j < p; j++)
        ck_assert_msg (fabs (cv[j] - value * v[j]) <= tolerance * top, "direction %zu: off by %g", k, fabs (cv[j] - value * v[j]));
      ck_assert (k == 0 || fabs (value) <= fabs (layer->eigenvalues[first + k - 1]));
      for (gsize l = 0; l <= k; l++)
        {
          double dot = 0;
          for (gsize j = 0; j < p; j++)
            dot += v[j] * filters->data[j * filters->stride + first + l];
          ck_assert (fabs (dot - (l == k)) <= 1e-9);
        }
    }
}

/* The sum of the squares of C's entries: that of its eigenvalues. */
static inline double
plain_operator_squares (const LofiMatrix *z, const double *y, gsize each)
{
  g_autofree double *e = g_new0 (double, z->cols), *ce = g_new (double, z->cols);
  double sum = 0;
  for (gsize p = 0; p < z->cols; p++)
    {
      e[p] = 1;
      plain_operator_times (z, y, each, e, ce);
      for (gsize q = 0; q < z->cols; q++)
        sum += ce[q] * ce[q];
      e[p] = 0;
    }
  return sum;
}
