#include "lofi-reference.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include "lofi-random.h"

#define AT(m, i, j) ((m).data[(i) * (m).stride + (j)])

LofiMatrix
lofi_reference_new (size_t rows, size_t cols)
{
  LofiMatrix m;
  ck_assert_int_eq (lofi_matrix_alloc (&m, rows, cols), LOFI_OK);
  return m;
}

LofiMatrix
lofi_reference_normals (size_t rows, size_t cols, uint32_t stream)
{
  LofiMatrix m = lofi_reference_new (rows, cols);
  lofi_random_normals (20260101, LOFI_PURPOSE_TEACHER, stream, 0, rows * cols, m.data);
  return m;
}

LofiMatrix
lofi_reference_padded (const LofiMatrix *m)
{
  LofiMatrix padded = lofi_reference_new (m->rows, m->cols + 5);
  for (size_t i = 0; i < m->rows; i++)
    for (size_t j = 0; j < padded.stride; j++)
      AT (padded, i, j) = j < m->cols ? AT (*m, i, j) : NAN;
  padded.cols = m->cols;
  return padded;
}

LofiMatrix
lofi_reference_with_spectrum (const double *values, size_t n, uint32_t stream)
{
  LofiMatrix a = lofi_reference_new (n, n), v = lofi_reference_normals (3, n, stream);
  for (size_t i = 0; i < n; i++)
    AT (a, i, i) = values[i];
  for (size_t r = 0; r < 3; r++)
    for (int side = 0; side < 2; side++)
      {
        double squares = 0.0;
        for (size_t i = 0; i < n; i++)
          squares += AT (v, r, i) * AT (v, r, i);
        for (size_t j = 0; j < n; j++)
          {
            double product = 0.0;
            for (size_t i = 0; i < n; i++)
              product += AT (v, r, i) * (side ? AT (a, j, i) : AT (a, i, j));
            for (size_t i = 0; i < n; i++)
              *(side ? &AT (a, j, i) : &AT (a, i, j)) -= 2.0 * product / squares * AT (v, r, i);
          }
      }
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < i; j++)
      AT (a, j, i) = AT (a, i, j);
  lofi_matrix_clear (&v);
  return a;
}

double
lofi_reference_distance (const LofiMatrix *a, const LofiMatrix *b)
{
  ck_assert_uint_eq (a->rows, b->rows);
  ck_assert_uint_eq (a->cols, b->cols);
  double largest = 0.0;
  for (size_t i = 0; i < a->rows; i++)
    for (size_t j = 0; j < a->cols; j++)
      {
        double d = fabs (AT (*a, i, j) - AT (*b, i, j));
        if (!(d <= largest))
          largest = d;
        if (isnan (d))
          return d;
      }
  return largest;
}

double
lofi_reference_distance_of (const double *a, const double *b, size_t count)
{
  LofiMatrix m = { (double *) a, 1, count, count }, o = { (double *) b, 1, count, count };
  return lofi_reference_distance (&m, &o);
}

double
lofi_reference_skewness (const LofiMatrix *v)
{
  LofiMatrix gram = lofi_reference_new (v->cols, v->cols), unit = lofi_reference_new (v->cols, v->cols);
  for (size_t i = 0; i < v->cols; i++)
    for (size_t j = 0; j < v->cols; j++)
      {
        AT (unit, i, j) = i == j ? 1.0 : 0.0;
        for (size_t k = 0; k < v->rows; k++)
          AT (gram, i, j) += AT (*v, k, i) * AT (*v, k, j);
      }
  double skewness = lofi_reference_distance (&gram, &unit);
  lofi_matrix_clear (&gram);
  lofi_matrix_clear (&unit);
  return skewness;
}

double
lofi_reference_residual (const LofiMatrix *a, const double *values, const LofiMatrix *v)
{
  LofiMatrix image = lofi_reference_new (v->rows, v->cols), scaled = lofi_reference_new (v->rows, v->cols);
  for (size_t i = 0; i < v->rows; i++)
    for (size_t k = 0; k < v->cols; k++)
      {
        AT (scaled, i, k) = values[k] * AT (*v, i, k);
        for (size_t j = 0; j < v->rows; j++)
          AT (image, i, k) += AT (*a, i, j) * AT (*v, j, k);
      }
  double residual = lofi_reference_distance (&image, &scaled);
  lofi_matrix_clear (&image);
  lofi_matrix_clear (&scaled);
  return residual;
}

double
lofi_reference_scale (const LofiMatrix *h)
{
  double sum = 0.0;
  for (size_t i = 0; i < h->rows; i++)
    for (size_t j = 0; j < h->cols; j++)
      sum += AT (*h, i, j) * AT (*h, i, j);
  return sqrt (sum / (double) h->rows);
}

LofiMatrix
lofi_reference_lift (const LofiMatrix *h, const LofiMatrix *w, double scale, const double *bias, double strength,
                     double (*sigma) (double))
{
  LofiMatrix z = lofi_reference_new (h->rows, w->cols);
  for (size_t i = 0; i < h->rows; i++)
    for (size_t j = 0; j < w->cols; j++)
      {
        double u = 0.0;
        for (size_t k = 0; k < h->cols; k++)
          u += AT (*h, i, k) * AT (*w, k, j);
        u = u / scale + (bias ? strength * bias[j] : 0.0);
        AT (z, i, j) = sigma (u) / sqrt ((double) w->cols);
      }
  return z;
}

LofiMatrix
lofi_reference_operator (const LofiMatrix *z, const double *t, bool centred)
{
  size_t n = z->rows, p = z->cols;
  LofiMatrix c = lofi_reference_new (p, p), mean = lofi_reference_new (1, p);
  for (size_t i = 0; i < n && centred; i++)
    for (size_t j = 0; j < p; j++)
      AT (mean, 0, j) += AT (*z, i, j) / (double) n;
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < p; j++)
      for (size_t k = 0; k < p; k++)
        AT (c, j, k) += t[i] * (AT (*z, i, j) - AT (mean, 0, j)) * (AT (*z, i, k) - AT (mean, 0, k)) / (double) n;
  lofi_matrix_clear (&mean);
  return c;
}

LofiMatrix
lofi_reference_complement (const LofiMatrix *c, const double *unit)
{
  size_t p = c->rows;
  LofiMatrix half = lofi_reference_new (p, p), whole = lofi_reference_new (p, p);
  for (size_t i = 0; i < p; i++)
    for (size_t j = 0; j < p; j++)
      for (size_t k = 0; k < p; k++)
        AT (half, i, j) += ((i == k ? 1.0 : 0.0) - unit[i] * unit[k]) * AT (*c, k, j);
  for (size_t i = 0; i < p; i++)
    for (size_t j = 0; j < p; j++)
      for (size_t k = 0; k < p; k++)
        AT (whole, i, j) += AT (half, i, k) * ((k == j ? 1.0 : 0.0) - unit[k] * unit[j]);
  lofi_matrix_clear (&half);
  return whole;
}

/* One Jacobi rotation that makes a_pq zero, accumulated in v. */
static void
rotate (LofiMatrix *a, LofiMatrix *v, size_t p, size_t q)
{
  double apq = AT (*a, p, q);
  if (apq == 0.0)
    return;
  double theta = (AT (*a, q, q) - AT (*a, p, p)) / (2.0 * apq);
  double t = (theta >= 0.0 ? 1.0 : -1.0) / (fabs (theta) + sqrt (theta * theta + 1.0));
  double c = 1.0 / sqrt (t * t + 1.0), s = t * c;
  for (size_t k = 0; k < a->rows; k++)
    {
      double x = AT (*a, k, p), y = AT (*a, k, q);
      AT (*a, k, p) = c * x - s * y;
      AT (*a, k, q) = s * x + c * y;
      x = AT (*v, k, p);
      y = AT (*v, k, q);
      AT (*v, k, p) = c * x - s * y;
      AT (*v, k, q) = s * x + c * y;
    }
  for (size_t k = 0; k < a->rows; k++)
    {
      double x = AT (*a, p, k), y = AT (*a, q, k);
      AT (*a, p, k) = c * x - s * y;
      AT (*a, q, k) = s * x + c * y;
    }
}

void
lofi_reference_eigen (const LofiMatrix *a, double *values, LofiMatrix *vectors)
{
  size_t n = a->rows;
  LofiMatrix work = lofi_reference_new (n, n), v = lofi_reference_new (n, n);
  ck_assert_int_eq (lofi_matrix_copy (&work, a), LOFI_OK);
  for (size_t i = 0; i < n; i++)
    AT (v, i, i) = 1.0;
  for (int sweep = 0; sweep < 14; sweep++)
    for (size_t p = 0; p < n; p++)
      for (size_t q = p + 1; q < n; q++)
        rotate (&work, &v, p, q);
  for (size_t k = 0; k < n; k++)    /* selection sort of the diagonal, columns with it */
    {
      size_t least = 0;
      while (isnan (AT (work, least, least)))
        least++;
      for (size_t i = 0; i < n; i++)
        if (AT (work, i, i) < AT (work, least, least))
          least = i;
      values[k] = AT (work, least, least);
      AT (work, least, least) = NAN;    /* taken */
      for (size_t i = 0; i < n; i++)
        AT (*vectors, i, k) = AT (v, i, least);
    }
  lofi_matrix_clear (&work);
  lofi_matrix_clear (&v);
}

void
lofi_reference_leading (const LofiMatrix *a, size_t keep, double *values, LofiMatrix *vectors)
{
  size_t n = a->rows;
  LofiMatrix all = lofi_reference_new (n, n), ascending = lofi_reference_new (1, n);
  lofi_reference_eigen (a, ascending.data, &all);
  for (size_t k = 0; k < keep; k++)
    {
      size_t best = n;
      for (size_t i = 0; i < n; i++)
        if (!isnan (ascending.data[i]) && (best == n || fabs (ascending.data[i]) > fabs (ascending.data[best])))
          best = i;
      values[k] = ascending.data[best];
      ascending.data[best] = NAN;
      double peak = 0.0;
      for (size_t i = 0; i < n; i++)
        if (fabs (AT (all, i, best)) > fabs (peak))
          peak = AT (all, i, best);
      for (size_t i = 0; i < n; i++)
        AT (*vectors, i, k) = peak < 0.0 ? -AT (all, i, best) : AT (all, i, best);
    }
  lofi_matrix_clear (&all);
  lofi_matrix_clear (&ascending);
}

/* x <- A^-1 x by elimination with partial pivoting, A n x n and destroyed. In long double: the normal equations square the
 * condition, and a reference should not be the one in doubt. */
static void
solve (long double *a, size_t n, long double *x)
{
  for (size_t k = 0; k < n; k++)
    {
      size_t pivot = k;
      for (size_t i = k + 1; i < n; i++)
        if (fabsl (a[i * n + k]) > fabsl (a[pivot * n + k]))
          pivot = i;
      for (size_t j = 0; j < n && pivot != k; j++)
        {
          long double entry = a[k * n + j];
          a[k * n + j] = a[pivot * n + j];
          a[pivot * n + j] = entry;
        }
      long double right = x[k];
      x[k] = x[pivot];
      x[pivot] = right;
      for (size_t i = k + 1; i < n; i++)
        {
          long double factor = a[i * n + k] / a[k * n + k];
          for (size_t j = k; j < n; j++)
            a[i * n + j] -= factor * a[k * n + j];
          x[i] -= factor * x[k];
        }
    }
  for (size_t k = n; k-- > 0;)
    {
      for (size_t j = k + 1; j < n; j++)
        x[k] -= a[k * n + j] * x[j];
      x[k] /= a[k * n + k];
    }
}

double
lofi_reference_ridge (const LofiMatrix *f, const double *y, double penalty, bool dual, double *weights)
{
  size_t n = f->rows, p = f->cols, side = dual ? n : p;
  long double *centred = calloc (n * p + p + side * side + side, sizeof *centred), mean_y = 0.0L;
  ck_assert_ptr_nonnull (centred);
  long double *mean = centred + n * p, *gram = mean + p, *right = gram + side * side;
  for (size_t i = 0; i < n; i++)
    mean_y += y[i] / (long double) n;
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < p; j++)
      mean[j] += AT (*f, i, j) / (long double) n;
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < p; j++)
      centred[i * p + j] = AT (*f, i, j) - mean[j];
  for (size_t i = 0; i < side; i++)
    {
      for (size_t j = 0; j < side; j++)
        {
          gram[i * side + j] = i == j ? penalty : 0.0;
          for (size_t k = 0; k < (dual ? p : n); k++)
            gram[i * side + j] += dual ? centred[i * p + k] * centred[j * p + k] : centred[k * p + i] * centred[k * p + j];
        }
      for (size_t k = 0; k < n && !dual; k++)
        right[i] += centred[k * p + i] * (y[k] - mean_y);
      if (dual)
        right[i] = y[i] - mean_y;
    }
  solve (gram, side, right);
  long double intercept = mean_y;
  for (size_t j = 0; j < p; j++)
    {
      long double weight = dual ? 0.0L : right[j];
      for (size_t i = 0; i < n && dual; i++)
        weight += centred[i * p + j] * right[i];
      intercept -= mean[j] * weight;
      weights[j] = (double) weight;
    }
  free (centred);
  return (double) intercept;
}

double
lofi_reference_leave_one_out (const LofiMatrix *f, const double *y, double penalty)
{
  size_t n = f->rows, p = f->cols;
  LofiMatrix others = lofi_reference_new (n - 1, p), targets = lofi_reference_new (1, n - 1), weights = lofi_reference_new (1, p);
  double sum = 0.0;
  for (size_t out = 0; out < n; out++)
    {
      for (size_t i = 0, to = 0; i < n; i++)
        if (i != out)
          {
            for (size_t j = 0; j < p; j++)
              AT (others, to, j) = AT (*f, i, j);
            targets.data[to++] = y[i];
          }
      double prediction = lofi_reference_ridge (&others, targets.data, penalty, p > n, weights.data);
      for (size_t j = 0; j < p; j++)
        prediction += AT (*f, out, j) * weights.data[j];
      sum += (y[out] - prediction) * (y[out] - prediction);
    }
  lofi_matrix_clear (&others);
  lofi_matrix_clear (&targets);
  lofi_matrix_clear (&weights);
  return sum / (double) n;
}
